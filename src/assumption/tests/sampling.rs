//! Quantile functions of the crate's own uniforms against the samplers of rand_distr: two-sample Kolmogorov–Smirnov.

use rand::SeedableRng;
use rand::rngs::StdRng;
use rand_distr::{Beta, Distribution, LogNormal, Normal, Pert, StudentT, Triangular, Uniform};

use super::super::Assumption;
use super::super::domain::Domain;
use super::super::quantile::Quantile;
use super::super::standard_law::StandardLaw;
use super::super::{beta, interval, log_interval, lognormal, normal, pert, student_t, triangular, truncated, uniform};
use crate::math;
use crate::random::{GROUP, slot_of, uniforms};

/// The size of each sample.
const SIZE: usize = 1 << 18;
/// The probability that one comparison fails although the distributions are equal. Seeds are fixed, so this applies to
/// a change of streams. 26 comparisons together: 2.6e-5.
const FALSE_ALARM: f64 = 1e-6;
const SEED: u64 = 20_180_630;

fn ours(name: &str, draw: impl Fn(&mut [f64])) -> Vec<f64> {
    let mut sample = vec![0.0; SIZE];
    for (group, part) in (0..).zip(sample.as_chunks_mut::<GROUP>().0) {
        uniforms(SEED, slot_of(name), group, part);
        draw(part);
    }
    sample
}

fn theirs(law: impl Distribution<f64>) -> Vec<f64> {
    law.sample_iter(StdRng::seed_from_u64(SEED)).take(SIZE).collect()
}

/// The largest distance of two empirical distribution functions of equal size.
fn distance(mut a: Vec<f64>, mut b: Vec<f64>) -> f64 {
    a.sort_by(f64::total_cmp);
    b.sort_by(f64::total_cmp);
    let (mut i, mut j, mut greatest) = (0, 0, 0_usize);
    while i < a.len() && j < b.len() {
        if a[i] <= b[j] {
            i += 1
        } else {
            j += 1
        }
        greatest = greatest.max(i.abs_diff(j));
    }
    greatest as f64 / a.len() as f64
}

/// Kolmogorov's limit: P(D > c·√(2/n)) → 2e^(−2c²).
fn bound() -> f64 {
    let c = (-0.5 * math::ln(0.5 * FALSE_ALARM)).sqrt();
    c * (2.0 / SIZE as f64).sqrt()
}

fn compare(name: &str, ours: Vec<f64>, theirs: Vec<f64>) {
    let distance = distance(ours, theirs);
    assert!(distance <= bound(), "{name}: {distance:e}, at most {:e}", bound());
}

fn compare_law(law: &Assumption, sampler: impl Distribution<f64>) {
    let quantile = Quantile::within(&StandardLaw::of(&law.law).expect("no name"), Domain::FINITE);
    let name = law.to_string();
    compare(&name, ours(&name, |part| quantile.fill(part)), theirs(sampler));
}

/// Draws from `of` until one lies between two bounds.
struct Rejected<D> {
    of: D,
    low: f64,
    high: f64,
}

impl<D: Distribution<f64>> Distribution<f64> for Rejected<D> {
    fn sample<R: rand::Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        loop {
            let x = self.of.sample(rng);
            if (self.low..=self.high).contains(&x) {
                return x;
            }
        }
    }
}

const Z95: f64 = 1.644_853_626_951_472_2;

#[test]
#[ignore = "statistical: run by .ci/run"]
fn unbounded_laws_agree_with_rand_distr() {
    let normals = |mean, sd| Normal::new(mean, sd).expect("normal");
    let lognormals = |median: f64, sd| LogNormal::new(math::ln(median), sd).expect("lognormal");
    compare_law(&normal(0.87, 0.08), normals(0.87, 0.08));
    compare_law(&interval(1.0e9, 1.2e9), normals(1.1e9, 1e8 / Z95));
    compare_law(&lognormal(1.1e9, 0.05), lognormals(1.1e9, 0.05));
    compare_law(&lognormal(2.0, 1.5), lognormals(2.0, 1.5));
    compare_law(&log_interval(0.5, 2.0), lognormals(1.0, std::f64::consts::LN_2 / Z95));
    for df in [1.0, 4.0, 30.0] {
        compare_law(&student_t(df, 0.0, 1.0), StudentT::new(df).expect("t"));
    }
}

#[test]
#[ignore = "statistical: run by .ci/run"]
fn bounded_laws_agree_with_rand_distr() {
    compare_law(&uniform(0.2, 0.4), Uniform::new(0.2, 0.4).expect("uniform"));
    for (low, mode, high) in [(0.4, 0.6, 0.7), (0.0, 0.0, 1.0), (-1.0, 2.0, 2.0)] {
        compare_law(&triangular(low, mode, high), Triangular::new(low, high, mode).expect("triangular"));
    }
    for (a, b) in [(2.0, 5.0), (0.3, 0.6)] {
        compare_law(&beta(a, b), Beta::new(a, b).expect("beta"));
    }
    for (low, mode, high) in [(0.4, 0.6, 0.7), (0.0, 0.0, 1.0), (-1.0, 2.0, 2.0), (0.0, 0.1, 1.0)] {
        compare_law(&pert(low, mode, high), Pert::new(low, high).with_mode(mode).expect("pert"));
    }
}

#[test]
#[ignore = "statistical: run by .ci/run"]
fn truncated_laws_agree_with_rejection() {
    let of = Normal::new(0.6, 0.1).expect("normal");
    compare_law(&truncated(normal(0.6, 0.1), 0.5, 0.75), Rejected { of, low: 0.5, high: 0.75 });
    compare_law(&truncated(normal(0.6, 0.1), 0.75, None), Rejected { of, low: 0.75, high: f64::INFINITY });
    let of = LogNormal::new(0.0, 0.5).expect("lognormal");
    compare_law(&truncated(lognormal(1.0, 0.5), None, 0.8), Rejected { of, low: 0.0, high: 0.8 });
    let of = Pert::new(0.0, 1.0).with_mode(0.3).expect("pert");
    compare_law(&truncated(pert(0.0, 0.3, 1.0), 0.25, 0.5), Rejected { of, low: 0.25, high: 0.5 });
}

/// The tables behind PERT work for other shapes as well.
#[test]
#[ignore = "statistical: run by .ci/run"]
fn tabulated_beta_laws_agree_with_rand_distr() {
    for (a, b) in [(2.0, 5.0), (0.5, 0.5), (20.0, 2.0), (1.0, 1.0)] {
        let table = math::QuantileTable::new(|p, upper| math::beta_quantile_tails(a, b, p, upper));
        let name = format!("beta {a} {b}");
        let sample = ours(&name, |part| {
            math::norm_quantile_slice(part);
            table.eval_score_slice(part);
        });
        compare(&name, sample, theirs(Beta::new(a, b).expect("beta")));
    }
}

/// The test can fail: a distribution that is off by 3 % of its spread is detected.
#[test]
#[ignore = "statistical: run by .ci/run"]
fn another_law_is_detected() {
    let sample = ours("other", |part| {
        math::norm_quantile_slice(part);
        part.iter_mut().for_each(|z| *z += 0.03);
    });
    assert!(distance(sample, theirs(Normal::new(0.0, 1.0).expect("normal"))) > bound());
}
