//! The probability of being above a level at a date.
//!
//! With normal innovations a deviation is normal. A sum of Student-t innovations has a known characteristic function (J.
//! Gil-Pelaez, "Note on the inversion theorem", Biometrika 38 (1951) 481–482): `P(Σ c_k ε_k > b) = ½ − (1/π) ∫ sin(ub)/u
//! Π φ(c_k u) du`, with φ that of an innovation of unit variance: given its mixing draw m it is normal, so
//! `φ(v) = E e^(−v²m²/2)`. With `χ²_ν = 2e^y` this is an integral over y that the trapezoidal rule solves, since its integrand
//! falls double exponentially.

use std::sync::OnceLock;

use super::chain::Process;
use super::innovation::Innovation;
use crate::covariance::{Moments, Motion};
use crate::math;
use crate::math::gauss;

/// −ln of a negligible factor.
const NEGLIGIBLE: f64 = 34.0;
/// Radians of the sine on one panel of sixteen nodes.
const RADIANS: f64 = 8.0;
/// Most levels are not further from 0 than this. Levels beyond both of the next two, the second in standard deviations of the
/// sum, are passed by a single innovation: Student's t is subexponential.
const NEAR: f64 = 25.0;
const FURTHEST: f64 = 100.0;
const SDS_OF_FURTHEST: f64 = 16.0;
/// Halvings of the first panel: φ is not analytic at 0.
const HALVINGS: usize = 14;

/// The distributions of the deviation at 1 to T, in units of the standard deviation of a period.
#[derive(Debug)]
pub(crate) enum Levels {
    /// Standard deviations by date.
    Normal(Vec<f64>),
    StudentT(Box<StudentT>),
}

/// Sums of Student-t innovations.
#[derive(Debug)]
pub(crate) struct StudentT {
    law: Innovation,
    degrees: f64,
    /// Standard deviations that an innovation adds after 0 to T − 1 periods.
    scales: Vec<f64>,
    /// For levels up to [`NEAR`], and up to `furthest`.
    near: Inversion,
    far: OnceLock<Inversion>,
    furthest: f64,
}

/// The inversion of characteristic functions, for levels up to some distance from 0.
#[derive(Debug)]
pub(crate) struct Inversion {
    nodes: Vec<f64>,
    /// By date: Π φ times the weights over πu, up to the last that is not negligible.
    terms: Vec<Vec<f64>>,
}

impl Levels {
    pub(crate) fn new(process: Process, periods: usize) -> Self {
        match process.law {
            Innovation::Normal => {
                let mut moments = Moments::default();
                let next = |_| {
                    moments = moments.next(process.motion);
                    moments.variance.sqrt()
                };
                Self::Normal((0..periods).map(next).collect())
            }
            Innovation::StudentT { degrees, .. } => {
                let scales = scales(process.motion, periods);
                let near = Inversion::new(&scales, degrees, NEAR);
                let sd = scales.iter().map(|scale| scale * scale).sum::<f64>().sqrt();
                let furthest = FURTHEST.max(SDS_OF_FURTHEST * sd);
                Self::StudentT(Box::new(StudentT {
                    law: process.law,
                    degrees,
                    scales,
                    near,
                    far: OnceLock::new(),
                    furthest,
                }))
            }
        }
    }

    /// The probability that the deviation at `t`, from 1 on, is above `level`; and the number of terms summed.
    pub(crate) fn above(&self, t: usize, level: f64) -> (f64, usize) {
        match self {
            Self::Normal(sds) => (math::norm_sf(level / sds[t - 1]), 1),
            Self::StudentT(sum) if level.abs() <= NEAR => sum.near.above(t, level),
            Self::StudentT(sum) if level.abs() <= sum.furthest => sum.far().above(t, level),
            Self::StudentT(sum) => (sum.beyond(t, level), t),
        }
    }
}

impl StudentT {
    fn far(&self) -> &Inversion {
        self.far.get_or_init(|| Inversion::new(&self.scales, self.degrees, self.furthest))
    }

    /// The tail at a level far from 0, which a single innovation passes: its tail, averaged to second order over the others.
    fn beyond(&self, t: usize, level: f64) -> f64 {
        let total: f64 = self.scales[..t].iter().map(|scale| scale * scale).sum();
        let of = |scale: &f64| {
            let others = (total - scale * scale) / (level * level);
            self.law.upper_tail(level.abs() / scale) * (1.0 + 0.5 * self.degrees * (self.degrees + 1.0) * others)
        };
        let tail = self.scales[..t].iter().map(of).sum::<f64>().min(0.5);
        if level < 0.0 { 1.0 - tail } else { tail }
    }
}

/// The standard deviation that an innovation adds to the deviation after 0 to T − 1 further periods.
fn scales(motion: Motion, periods: usize) -> Vec<f64> {
    let mut power = 1.0;
    let scale = |_| match motion {
        Motion::RandomWalk => 1.0,
        Motion::Reverting { rho } => {
            let scale = power;
            power *= rho;
            scale
        }
        Motion::Persistent { phi } | Motion::DampedTrend { phi, .. } => {
            power *= phi;
            let share = if let Motion::DampedTrend { share, .. } = motion { share } else { 1.0 };
            let sum = (1.0 - power) / (1.0 - phi);
            (share * (1.0 - phi * phi) * sum * sum + 1.0 - share).sqrt()
        }
    };
    (0..periods).map(scale).collect()
}

impl Inversion {
    fn new(scales: &[f64], degrees: f64, furthest: f64) -> Self {
        let of = Characteristic::new(degrees);
        // φ falls as e^(−√(ν − 2) v) up to a power, and at first as e^(−v²/2).
        // The innovation of the date itself has the least scale without reversion, and the largest with it.
        let most = ((NEGLIGIBLE / (degrees - 2.0).sqrt()).max(9.0) / scales[0].max(1e-3)).min(400.0);
        let (nodes, weights): (Vec<f64>, Vec<f64>) = nodes(most, RADIANS / furthest).into_iter().unzip();
        let mut product = vec![1.0; nodes.len()];
        let (mut factor, mut of_scale) = (Vec::new(), f64::NAN);
        let mut terms = Vec::with_capacity(scales.len());
        for scale in scales {
            if of_scale.to_bits() != scale.to_bits() {
                of_scale = *scale;
                factor = nodes.iter().map(|u| of.at(scale * u)).collect();
            }
            product.iter_mut().zip(&factor).for_each(|(product, factor)| *product *= factor);
            let last = product.iter().rposition(|product| *product > 1e-16).unwrap_or(0);
            let term = |k: usize| product[k] * weights[k] * std::f64::consts::FRAC_1_PI / nodes[k];
            terms.push((0..=last).map(term).collect());
        }
        Self { nodes, terms }
    }

    fn above(&self, t: usize, level: f64) -> (f64, usize) {
        let terms = &self.terms[t - 1];
        let sum: f64 = self.nodes.iter().zip(terms).map(|(u, term)| term * math::sin(u * level)).sum();
        (0.5 - sum, terms.len())
    }
}

/// φ of Student's t with ν degrees of freedom, scaled to unit variance.
struct Characteristic {
    /// For each node the logarithm of its weight, and e^(−y).
    terms: Vec<(f64, f64)>,
    /// (ν − 2)/4.
    quarter: f64,
}

impl Characteristic {
    fn new(degrees: f64) -> Self {
        let shape = 0.5 * degrees;
        let step = 0.35 / shape.sqrt().max(1.0);
        let log_norm = math::ln(step) - libm::lgamma(shape);
        // The integrand is centred at ln a with a standard deviation of about 1/√a; towards −∞ it falls by e^(ay).
        let centre = math::ln(shape);
        let (low, high) = (centre - (NEGLIGIBLE + 4.0 * shape.sqrt()) / shape - 2.0, centre + 5.0);
        let count = ((high - low) / step).ceil();
        let mut terms = Vec::new();
        let mut place = 0.0;
        while place < count {
            let y = low + step * place;
            let log = shape * y - math::exp(y) + log_norm;
            if log > -NEGLIGIBLE {
                terms.push((log, math::exp(-y)));
            }
            place += 1.0;
        }
        Self { terms, quarter: 0.25 * (degrees - 2.0) }
    }

    fn at(&self, v: f64) -> f64 {
        let square = self.quarter * v * v;
        let mut terms: Vec<f64> = self.terms.iter().map(|(log, inverse)| log - square * inverse).collect();
        math::exp_slice(&mut terms);
        terms.iter().sum()
    }
}

/// Gauss nodes from 0 to `most`, on panels of at most `width`, the first of which is halved repeatedly.
fn nodes(most: f64, width: f64) -> Vec<(f64, f64)> {
    let rule = gauss::legendre(16);
    let panels = (most / width).ceil().clamp(8.0, 4000.0);
    let width = most / panels;
    let mut ends = vec![0.0];
    let mut first = width;
    for _ in 0..HALVINGS {
        first *= 0.5;
    }
    while first < width {
        ends.push(first);
        first *= 2.0;
    }
    let mut panel = 1.0;
    while panel <= panels {
        ends.push(panel * width);
        panel += 1.0;
    }
    let within = |pair: &[f64]| {
        let (from, width) = (pair[0], pair[1] - pair[0]);
        rule.iter().map(move |(x, weight)| (from + width * x, weight * width)).collect::<Vec<_>>()
    };
    ends.windows(2).flat_map(within).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::gauss::as_f64;

    fn walk(degrees: f64) -> Process {
        Process { motion: Motion::RandomWalk, law: Innovation::student_t(degrees) }
    }

    /// One innovation has the distribution of Student's t; many are nearly normal.
    #[test]
    fn one_innovation_has_its_tail() {
        for degrees in [2.5, 3.5, 5.0, 30.0] {
            let scale = (degrees / (degrees - 2.0_f64)).sqrt();
            let levels = Levels::new(walk(degrees), 1);
            for x in [-300.0, -30.0, -3.0, -1.0, -0.2, 0.0, 0.5, 4.0] {
                let (found, expected) = (levels.above(1, x).0, math::student_sf(degrees, x * scale));
                assert!((found - expected).abs() < 1e-10, "{degrees} {x}: {found} {expected}");
            }
        }
    }

    #[test]
    fn many_innovations_are_nearly_normal() {
        let levels = Levels::new(walk(30.0), 400);
        let expected = math::norm_sf(3.0 / as_f64(400).sqrt());
        assert!((levels.above(400, 3.0).0 - expected).abs() < 1e-4);
    }

    /// Both inversions and the tail of a single innovation meet.
    #[test]
    fn levels_are_continuous_where_methods_change() {
        for (degrees, periods) in [(3.5, 4), (3.5, 40), (2.5, 10)] {
            let levels = Levels::new(walk(degrees), periods);
            let furthest = FURTHEST.max(SDS_OF_FURTHEST * as_f64(periods).sqrt());
            for edge in [NEAR, furthest] {
                let [below, above] = [edge * (1.0 - 1e-9), edge * (1.0 + 1e-9)].map(|x| levels.above(periods, x).0);
                assert!((below - above).abs() < 1e-7, "{degrees} {periods} at {edge}: {below:e} {above:e}");
            }
        }
    }

    /// Scales of innovations add up to the variance of the deviation.
    #[test]
    fn scales_have_the_variance_of_the_moments() {
        for motion in [Motion::RandomWalk, Motion::Reverting { rho: 0.8 }, Motion::DampedTrend { phi: 0.7, share: 0.3 }]
        {
            let variance: f64 = scales(motion, 20).iter().map(|scale| scale * scale).sum();
            let expected = (0..20).fold(Moments::default(), |moments, _| moments.next(motion)).variance;
            assert!((variance / expected - 1.0).abs() < 1e-12, "{motion:?}: {variance} {expected}");
        }
    }
}
