//! One conformance suite for all distributions: whole, truncated in every way, and restricted by a domain.

mod oracle;
mod reference;
mod sampling;
mod tables;

use proptest::prelude::*;

use super::domain::Domain;
use super::quantile::Quantile;
use super::quantity::Quantity;
use super::side::Side;
use super::standard_law::StandardLaw;
use super::{
    Assumption, Quantiles, beta, beta_between, discrete, empirical, fixed, interval, log_growth, log_interval,
    lognormal, normal, pert, student_t, triangular, truncated, uniform,
};
use crate::math;

/// The smallest and largest uniforms of `stream::uniforms`.
const EXTREMES: [f64; 2] = [0.5 * f64::EPSILON, 1.0 - 0.5 * f64::EPSILON];

/// Probabilities in both tails and between.
fn probabilities() -> Vec<f64> {
    let tail = [1e-12, 1e-11, 1e-9, 1e-7, 1e-5, 1e-3];
    let middle = (1..100).map(|percent| f64::from(percent) / 100.0);
    tail.into_iter().chain(middle).chain(tail.into_iter().rev().map(|p| 1.0 - p)).collect()
}

/// A distribution in its domain. `grain` is the allowed error of a quantile: a few roundings of the distribution's
/// scale, or 1e-9 of the range if it is interpolated.
struct Case {
    law: Assumption,
    domain: Domain,
    quantile: Quantile,
    grain: f64,
    /// The allowed error of a probability, relative to the smaller tail.
    slack: f64,
}

impl Case {
    fn shape(&self) -> StandardLaw {
        StandardLaw::of(&self.law.law).expect("no name").within(self.domain)
    }

    fn draws(&self, u: &[f64]) -> Vec<f64> {
        let mut draws = u.to_vec();
        self.quantile.fill(&mut draws);
        draws
    }

    fn draw(&self, u: f64) -> f64 {
        self.draws(&[u])[0]
    }

    fn is_cut(&self) -> bool {
        matches!(self.shape(), StandardLaw::Truncated { .. })
    }
}

fn case(law: Assumption, quantity: Quantity, scale: f64) -> Case {
    let domain = quantity.domain();
    assert_eq!(law.law.inconsistency(), None, "{law}");
    assert_eq!(law.misfit(quantity), None, "{law}");
    let quantile = Quantile::within(&StandardLaw::of(&law.law).expect("no name"), domain);
    Case { law, domain, quantile, grain: 16.0 * f64::EPSILON * scale, slack: 1e-12 }
}

/// A distribution that is interpolated on a scale on which both tails keep their digits.
fn by_score(law: impl Into<Assumption>, scale: f64) -> Case {
    Case { slack: 1e-9, ..case(law.into(), Quantity::Shared, scale) }
}

/// An interpolated distribution, with its range.
fn tabulated(law: Assumption, range: f64) -> Case {
    Case { grain: 1e-9 * range, ..case(law, Quantity::Shared, 0.0) }
}

fn whole_laws() -> Vec<Case> {
    let finite = |law, scale| case(law, Quantity::Shared, scale);
    vec![
        finite(normal(0.87, 0.08), 1.0),
        finite(normal(-3e9, 2e8), 3e9),
        finite(normal(1e-300, 1e-301), 1e-300),
        finite(lognormal(1.1e9, 0.05), 1e9),
        finite(lognormal(2.0, 1.5), 1.0),
        finite(uniform(0.2, 0.4), 0.4),
        finite(uniform(-7.0, -6.0), 7.0),
        finite(uniform(-1e300, 1e300), 1e300),
        case(uniform(-1.0, 0.5), Quantity::Growth, 1.0),
        finite(triangular(0.4, 0.6, 0.7), 0.7),
        finite(triangular(0.4, 0.4, 0.7), 0.7),
        finite(triangular(0.4, 0.7, 0.7), 0.7),
        finite(triangular(-1e200, 2e200, 3e200), 3e200),
        case(triangular(0.0, 1e-9, 0.3), Quantity::Volatility, 0.3),
        tabulated(pert(0.4, 0.6, 0.7), 0.3),
        tabulated(pert(0.0, 0.0, 1.0), 1.0),
        tabulated(pert(-2.0, 3.0, 3.0), 5.0),
        finite(interval(1.0e9, 1.2e9), 1.2e9),
        finite(log_interval(0.5e9, 2.0e9), 2e9),
        finite(log_interval(1e-50, 1e50), 1.0),
        finite(log_growth(0.4, 0.1), 1.0),
        finite(log_growth(-3.0, 2.0), 1.0),
        case(log_growth(0.4, 1.5), Quantity::Growth, 1.0),
        by_score(beta(2.0, 5.0), 0.0),
        by_score(beta(1.0, 1.0), 0.0),
        by_score(beta(0.5, 0.5), 0.0),
        by_score(beta(0.1, 30.0), 0.0),
        by_score(beta(4e4, 300.0), 0.0),
        by_score(beta_between(3.0, 2.0, -0.2, 0.9), 1.0),
        by_score(beta_between(2.0, 2.0, 1e9, 1.1e9), 1e9),
        by_score(student_t(1.0, 0.0, 1.0), 1.0),
        by_score(student_t(4.0, 0.3, 0.05), 1.0),
        by_score(student_t(0.5, -2.0, 1e3), 1e3),
        by_score(student_t(30.0, 1e9, 1e7), 1e9),
        by_score(student_t(1e9, 0.0, 1.0), 1.0),
        finite(Quantiles::p10_p50_p90(35.0, 50.0, 75.0).into(), 50.0),
        finite(Quantiles::p10_p50_p90(0.9e9, 1.1e9, 1.5e9).low(0.0).into(), 1e9),
        finite(Quantiles::p05_p50_p95(0.1, 0.3, 0.6).low(-0.2).into(), 1.0),
        finite(Quantiles::p20_p50_p80(0.1, 0.3, 0.4).high(1.0).into(), 1.0),
        finite(Quantiles::p25_p50_p75(0.1, 0.15, 0.25).low(0.0).high(1.0).into(), 1.0),
    ]
}

/// One interpolated tail: near the bound relative to the scale, far from it relative to the tail.
fn by_tail(law: Assumption, scale: f64) -> Case {
    Case { grain: 1e-9 * scale, slack: 1e-9, ..case(law, Quantity::Shared, 0.0) }
}

fn cut_laws() -> Vec<Case> {
    let finite = |law, scale| case(law, Quantity::Shared, scale);
    vec![
        finite(truncated(normal(0.6, 0.1), 0.4, 0.9), 1.0),
        finite(truncated(normal(0.6, 0.1), 0.65, None), 1.0),
        finite(truncated(normal(0.6, 0.1), None, 0.55), 1.0),
        finite(truncated(normal(0.6, 0.1), 0.6, 0.6001), 1.0),
        // Truncated in either tail, with one bound and with two.
        finite(truncated(normal(0.0, 1.0), 6.0, 7.0), 8.0),
        finite(truncated(normal(0.0, 1.0), -7.0, -6.0), 8.0),
        finite(truncated(normal(0.0, 1.0), 6.0, None), 8.0),
        finite(truncated(normal(0.0, 1.0), None, -6.0), 8.0),
        finite(truncated(normal(0.0, 1.0), 30.0, None), 31.0),
        finite(truncated(normal(0.0, 1.0), None, -30.0), 31.0),
        finite(truncated(lognormal(1.1e9, 0.1), 1.0e9, None), 1.1e9),
        finite(truncated(lognormal(1.1e9, 0.1), None, 1.0e9), 1.1e9),
        finite(truncated(lognormal(2.0, 0.5), 60.0, 80.0), 80.0),
        finite(truncated(uniform(0.0, 1.0), 0.25, 0.5), 1.0),
        finite(truncated(uniform(0.0, 1.0), 1.0 - 1e-10, None), 1.0),
        finite(truncated(triangular(0.0, 0.3, 1.0), 0.2, 0.4), 1.0),
        finite(truncated(triangular(0.0, 0.3, 1.0), 1.0 - 1e-8, None), 1.0),
        finite(truncated(triangular(0.0, 0.3, 1.0), None, 1e-8), 1.0),
        tabulated(truncated(pert(0.0, 0.3, 1.0), 0.2, 0.5), 0.3),
        tabulated(truncated(pert(0.0, 0.3, 1.0), 0.999, None), 0.001),
        tabulated(truncated(pert(0.0, 0.7, 1.0), None, 0.001), 0.001),
        finite(truncated(interval(1.0e9, 1.2e9), 1.0e9, None), 1.2e9),
        finite(truncated(log_interval(0.5e9, 2.0e9), 0.6e9, 1.5e9), 2e9),
        finite(truncated(log_growth(0.4, 0.3), 0.2, 0.9), 1.0),
        finite(truncated(log_growth(0.4, 0.3), None, -0.3), 1.0),
        finite(truncated(Quantiles::p10_p50_p90(0.9e9, 1.1e9, 1.5e9).into(), 0.0, None), 1e9),
        finite(truncated(Quantiles::p10_p50_p90(35.0, 50.0, 75.0).into(), 200.0, None), 1e3),
        finite(truncated(Quantiles::p10_p50_p90(35.0, 50.0, 75.0).into(), None, -200.0), 1e3),
        finite(truncated(Quantiles::p25_p50_p75(0.1, 0.15, 0.25).low(0.0).high(1.0).into(), 0.2, 0.3), 1.0),
        tabulated(truncated(beta(2.0, 5.0), 0.2, 0.5), 0.3),
        tabulated(truncated(beta(2.0, 5.0), 0.999, None), 0.001),
        tabulated(truncated(beta(0.3, 5.0), None, 0.001), 0.001),
        tabulated(truncated(student_t(4.0, 0.3, 0.05), -0.5, 1.5), 2.0),
        tabulated(truncated(student_t(1.0, 0.0, 1.0), -2.0, 3.0), 5.0),
        by_tail(truncated(student_t(3.0, 0.0, 1.0), 60.0, None), 60.0),
        by_tail(truncated(student_t(3.0, 0.0, 1.0), None, -60.0), 60.0),
        by_tail(truncated(student_t(2.0, 0.0, 1.0), 0.1, None), 1.0),
        // Truncated twice.
        finite(truncated(truncated(normal(0.0, 1.0), 0.0, 4.0), 1.0, 9.0), 1.0),
        finite(truncated(truncated(lognormal(2.0, 0.5), None, 3.0), 1.0, None), 1.0),
        tabulated(truncated(truncated(pert(0.0, 0.3, 1.0), 0.2, None), None, 0.5), 0.3),
        // Restricted by the domain: less than 1e-6 lies outside.
        case(normal(0.1, 0.02), Quantity::Volatility, 1.0),
        case(normal(1e9, 2e8), Quantity::Revenue, 1e9),
        case(normal(4.0, 0.8), Quantity::HalfLife, 4.0),
        case(normal(-0.5, 0.1), Quantity::Growth, 1.0),
        case(truncated(normal(-0.5, 0.1), None, 0.0), Quantity::Growth, 1.0),
    ]
}

fn laws() -> Vec<Case> {
    whole_laws().into_iter().chain(cut_laws()).collect()
}

#[test]
fn a_quantile_never_decreases() {
    for case in laws() {
        let u: Vec<f64> = [EXTREMES[0]].into_iter().chain(probabilities()).chain([EXTREMES[1]]).collect();
        let draws = case.draws(&u);
        for (pair, at) in draws.windows(2).zip(&u) {
            assert!(pair[0] <= pair[1], "{} at {at:e}: {pair:?}", case.law);
        }
        let (first, last) = (draws[0], draws[draws.len() - 1]);
        assert!(first < case.draw(0.5) && case.draw(0.5) < last, "{}: {first} to {last}", case.law);
    }
}

/// Moved by its grain to either side, a quantile brackets its probability: to 1e-12 of the smaller tail, or to 1e-15 if
/// truncation makes it a sum of probabilities of the whole distribution.
#[test]
fn a_quantile_inverts_its_distribution_function() {
    for case in laws() {
        let shape = case.shape();
        let absolute = if case.is_cut() { 1e-15 } else { 0.0 };
        let u = probabilities();
        for (p, x) in u.iter().zip(case.draws(&u)) {
            let grain = case.grain + 4.0 * f64::EPSILON * x.abs();
            for (side, p, before, behind) in [(Side::Below, *p, -grain, grain), (Side::Above, 1.0 - p, grain, -grain)] {
                let slack = case.slack * p + absolute;
                let (least, most) = (shape.probability(side, x + before), shape.probability(side, x + behind));
                assert!(
                    least <= p + slack && p - slack <= most,
                    "{}: {side:?} {x:e} with {p:e} lie {least:e} to {most:e}",
                    case.law
                );
            }
        }
    }
}

/// The support that the parameters state, restricted by truncation and domain.
#[test]
fn draws_keep_to_the_support_and_to_the_place() {
    for case in laws() {
        for u in probabilities().into_iter().chain(EXTREMES) {
            let x = case.draw(u);
            assert!(case.domain.contains(x), "{} at {u:e}: {x:e}", case.law);
            let (below, above) = (case.shape().probability(Side::Below, x), case.shape().probability(Side::Above, x));
            assert!((0.0..=1.0).contains(&below) && (0.0..=1.0).contains(&above), "{} at {x:e}", case.law);
        }
    }
    let cases: [(Assumption, f64, f64); 6] = [
        (uniform(0.1, 0.3), 0.1, 0.3),
        (triangular(0.1, 0.2, 0.3), 0.1, 0.3),
        (pert(0.1, 0.2, 0.3), 0.1, 0.3),
        (truncated(normal(0.0, 1.0), 6.0, 6.5), 6.0, 6.5),
        (truncated(truncated(normal(0.0, 1.0), 0.0, 4.0), 1.0, 9.0), 1.0, 4.0),
        (truncated(pert(0.0, 0.3, 1.0), 0.999, None), 0.999, 1.0),
    ];
    for (law, low, high) in cases {
        let draws = case(law.clone(), Quantity::Shared, 1.0).draws(&EXTREMES);
        assert!(low <= draws[0] && draws[1] <= high, "{law}: {draws:?}");
        let reach = (draws[1] - draws[0]) / (high - low);
        assert!(reach > 0.999, "{law}: {draws:?} are {reach} of the support");
    }
}

/// A path takes ln(1 + g) and the logarithm of revenue, so both must be finite.
#[test]
fn open_bounds_are_never_reached() {
    for law in [
        uniform(-1.0, 0.5),
        triangular(-1.0, -1.0, 2.0),
        pert(-1.0, -0.9, 0.0),
        truncated(normal(-0.9, 0.1), -1.0, None),
    ] {
        let mut draws = case(law.clone(), Quantity::Growth, 1.0).draws(&EXTREMES);
        assert!(draws[0] > -1.0, "{law}: {draws:?}");
        math::ln_1p_slice(&mut draws);
        assert!(draws.iter().all(|rate| rate.is_finite()), "{law}: {draws:?}");
    }
    for law in [uniform(0.0, 1e9), triangular(0.0, 0.0, 1.0), truncated(normal(0.0, 1e9), 0.0, None), normal(1e9, 2e8)]
    {
        let draws = case(law.clone(), Quantity::Revenue, 1.0).draws(&EXTREMES);
        assert!(draws.iter().all(|x| *x > 0.0 && math::ln(*x).is_finite()), "{law}: {draws:?}");
    }
}

#[test]
fn slices_have_the_bits_of_scalars() {
    let u: Vec<f64> = probabilities().into_iter().chain(EXTREMES).collect();
    for case in laws() {
        for length in [1, 2, 3, 7, 64, u.len()] {
            for part in u.chunks(length) {
                for (u, x) in part.iter().zip(case.draws(part)) {
                    assert_eq!(x.to_bits(), case.draw(*u).to_bits(), "{} at {u:e} of {length}", case.law);
                }
            }
        }
    }
}

#[test]
fn medians_are_as_the_parameters_say() {
    let root = |x: f64| x.sqrt();
    let medians = [
        (normal(0.87, 0.08), 0.87),
        (lognormal(1.1e9, 0.3), 1.1e9),
        (uniform(0.2, 0.4), 0.3),
        (triangular(0.0, 0.5, 1.0), 0.5),
        (triangular(0.0, 1.0, 1.0), root(0.5)),
        (triangular(0.0, 0.0, 1.0), 1.0 - root(0.5)),
        (pert(2.0, 3.0, 4.0), 3.0),
        (interval(1.0e9, 1.2e9), 1.1e9),
        (log_interval(0.5e9, 2.0e9), 1.0e9),
        (log_interval(1e-300, 1e300), 1.0),
        (truncated(normal(3.0, 1.0), 1.0, 5.0), 3.0),
        (truncated(uniform(0.0, 1.0), 0.5, None), 0.75),
        (fixed(0.25), 0.25),
        (log_growth(math::ln(1.5), 0.3), 0.5),
        (beta(3.0, 3.0), 0.5),
        (beta(1.0, 3.0), 0.206_299_474_015_900_27),
        (beta_between(7.0, 7.0, 1.0, 4.0), 2.5),
        (student_t(3.0, 0.3, 0.05), 0.3),
        (Quantiles::p10_p50_p90(35.0, 50.0, 75.0).into(), 50.0),
        (Quantiles::p10_p50_p90(0.9e9, 1.1e9, 1.5e9).low(0.0).into(), 1.1e9),
        (Quantiles::p10_p50_p90(0.2, 0.3, 0.4).high(1.0).into(), 0.3),
        (Quantiles::p10_p50_p90(0.2, 0.3, 0.4).low(0.0).high(1.0).into(), 0.3),
        (discrete([(0.3, 1.0), (0.1, 1.0)]), 0.1),
        (discrete([(0.3, 2.0), (0.1, 1.0), (7.0, 0.0)]), 0.3),
        (empirical([5.0, 1.0, 4.0, 2.0, 3.0]), 3.0),
        (truncated(empirical([5.0, 1.0, 4.0, 2.0, 3.0]), 3.0, None), 4.0),
    ];
    for (law, expected) in medians {
        let median = StandardLaw::of(&law.law).expect("no name").median();
        let text = law.law.to_string();
        let tolerance = if text.starts_with("pert") || text.starts_with("beta") { 1e-9 } else { 4.0 * f64::EPSILON };
        assert!((median / expected - 1.0).abs() <= tolerance, "{law}: {median}, not {expected}");
    }
}

#[test]
fn intervals_have_their_ends_at_5_and_95_percent() {
    for (low, high) in [(1.0e9, 1.2e9), (0.5, 2.0), (1e-6, 1e6), (3.0, 3.0000001)] {
        for law in [interval(low, high), log_interval(low, high)] {
            let draws = case(law.clone(), Quantity::Shared, 1.0).draws(&[0.05, 0.95]);
            for (x, stated) in draws.iter().zip([low, high]) {
                // A small end of a wide interval is a difference of large numbers, which loses digits.
                let scale = if law == interval(low, high) { high } else { stated };
                assert!((x - stated).abs() <= 1e-12 * scale, "{law}: {draws:?}");
            }
        }
    }
}

#[test]
fn a_spread_of_zero_is_the_number() {
    for value in [0.1, 3.0, 1.1e9, 0.7, 1e-300] {
        let laws = [
            normal(value, 0.0),
            lognormal(value, 0.0),
            uniform(value, value),
            triangular(value, value, value),
            pert(value, value, value),
            interval(value, value),
            log_interval(value, value),
            beta_between(2.0, 5.0, value, value),
            student_t(3.0, value, 0.0),
            Quantiles::p20_p50_p80(value, value, value).into(),
            Quantiles::p20_p50_p80(value, value, value).low(0.0).into(),
            discrete([(value, 3.0), (2.0 * value, 0.0), (value, 1.0)]),
            empirical([value]),
            truncated(discrete([(value, 3.0), (20.0 * value, 1.0)]), 0.0, 2.0 * value),
            truncated(normal(value, 0.0), 0.0, None),
            truncated(truncated(log_interval(value, value), None, 1e10), 0.0, None),
            fixed(value),
        ];
        for law in laws {
            assert_eq!(law.value().map(f64::to_bits), Some(value.to_bits()), "{law}");
            let draws = case(law.clone(), Quantity::Revenue, 0.0).draws(&EXTREMES);
            assert!(draws.iter().all(|x| x.to_bits() == value.to_bits()), "{law}: {draws:?}");
        }
    }
    assert_eq!(normal(0.1, 1e-9).value(), None);
}

/// The intervals between quantiles have the expected probabilities, which sum to 1.
#[test]
fn mass_is_shared_out_among_parts() {
    for case in laws() {
        let shape = case.shape();
        let u = probabilities();
        let cuts = case.draws(&u);
        let (least, most) = (cuts[0], cuts[cuts.len() - 1]);
        let ends = shape.probability(Side::Below, least) + shape.probability(Side::Above, most);
        let total: f64 = cuts.windows(2).map(|pair| shape.mass(pair[0], pair[1])).sum::<f64>() + ends;
        assert!((total - 1.0).abs() <= 1e-13, "{}: {total}", case.law);
        let all = shape.mass(f64::NEG_INFINITY, f64::INFINITY);
        assert!((all - 1.0).abs() <= 4.0 * f64::EPSILON, "{}: {all}", case.law);
    }
}

#[test]
fn the_mass_outside_is_that_of_closed_forms() {
    let outside = |law: &Assumption, quantity: Quantity| {
        StandardLaw::of(&law.law).expect("no name").mass_outside(quantity.domain())
    };
    let tail = |z: f64| math::norm_sf(z);
    let cases = [
        (normal(0.1, 0.1), Quantity::Volatility, tail(1.0)),
        (normal(1e9, 1e8), Quantity::Revenue, tail(10.0)),
        (normal(-0.5, 0.1), Quantity::Growth, tail(5.0)),
        (normal(0.0, 1.0), Quantity::Correlation, 2.0 * tail(1.0)),
        (lognormal(1.0, 5.0), Quantity::Revenue, 0.0),
        (uniform(-1.0, 3.0), Quantity::Revenue, 0.25),
        (uniform(-1.0, 0.5), Quantity::Growth, 0.0),
        (triangular(-1.0, 0.0, 1.0), Quantity::Revenue, 0.5),
        (triangular(-1.0, 1.0, 1.0), Quantity::Revenue, 0.25),
        (triangular(0.0, 0.0, 2.0), Quantity::Correlation, 0.25),
        (pert(-1.0, 0.0, 1.0), Quantity::Revenue, 0.5),
        // With the mode at an end, F is a fifth power.
        (pert(-1.0, 3.0, 3.0), Quantity::Revenue, 0.000_976_562_5),
        (pert(-2.0, -2.0, 2.0), Quantity::Correlation, 1.0 - 0.237_304_687_5 + 0.000_976_562_5),
        (log_growth(0.0, 1.0), Quantity::Revenue, 0.5),
        (log_growth(0.0, 1.0), Quantity::Growth, 0.0),
        (beta_between(1.0, 1.0, -1.0, 3.0), Quantity::Revenue, 0.25),
        (beta_between(3.0, 1.0, -1.0, 1.0), Quantity::Revenue, 0.125),
        (beta(0.5, 0.5), Quantity::Revenue, 0.0),
        (student_t(1.0, 1.0, 1.0), Quantity::Revenue, 0.25),
        (student_t(1.0, 0.0, 1.0), Quantity::Correlation, 0.5),
        (Quantiles::p25_p50_p75(-1.0, 0.0, 1.0).into(), Quantity::Correlation, 0.5),
        (Quantiles::p20_p50_p80(0.0, 1.0, 2.0).into(), Quantity::Revenue, 0.2),
        (Quantiles::p20_p50_p80(0.1, 1.0, 2.0).low(0.0).into(), Quantity::Revenue, 0.0),
        (discrete([(0.0, 1.0), (1.0, 3.0)]), Quantity::Revenue, 0.25),
        (discrete([(0.0, 1.0), (1.0, 3.0)]), Quantity::Volatility, 0.0),
        (discrete([(-1.0, 1.0), (1.0, 2.0), (1.5, 1.0)]), Quantity::Correlation, 0.25),
        (empirical([-1.0, 1.0, 2.0, 3.0]), Quantity::Growth, 0.25),
        (truncated(empirical([-1.0, 0.0, 2.0, 3.0]), -0.5, None), Quantity::Correlation, 2.0 / 3.0),
        (truncated(normal(0.0, 1.0), -1.0, 1.0), Quantity::Revenue, 0.5),
        (truncated(normal(0.0, 1.0), 0.0, None), Quantity::Revenue, 0.0),
        (truncated(normal(0.0, 1.0), 6.0, None), Quantity::Correlation, 1.0),
    ];
    for (law, domain, expected) in cases {
        let found = outside(&law, domain);
        assert!((found - expected).abs() <= 1e-12 * expected, "{law}: {found:e}, not {expected:e}");
    }
}

#[test]
fn a_millionth_outside_is_tolerated_and_no_more() {
    // Φ(−4.76) = 9.7e-7, Φ(−4.75) = 1.02e-6.
    assert_eq!(normal(4.76, 1.0).misfit(Quantity::Revenue), None);
    let message = normal(4.75, 1.0).misfit(Quantity::Revenue).expect("too much outside");
    assert!(message.contains("1.02e-4 % of normal(4.75, 1) lies outside"), "{message}");
    assert!(message.contains("truncated = { of = …, low = 0 }"), "{message}");
    // Both ends together: a standard deviation of 1/4.85 leaves 6.2e-7 at each end, one of 1/4.95 leaves 3.7e-7.
    assert_eq!(normal(0.0, 1.0 / 4.95).misfit(Quantity::Correlation), None);
    assert!(normal(0.0, 1.0 / 4.85).misfit(Quantity::Correlation).is_some());
    assert!(fixed(0.0).misfit(Quantity::Revenue).is_some() && fixed(0.0).misfit(Quantity::Volatility).is_none());
    assert!(normal(0.0, 0.0).misfit(Quantity::Revenue).is_some(), "a spread of 0 is the number");
}

/// Draws that overflow would all be the largest float.
#[test]
fn a_spread_beyond_the_range_of_floats_is_refused() {
    let most = f64::MAX;
    for law in [
        normal(1.0, most),
        normal(most, 1.0),
        interval(-1e308, 1e308),
        lognormal(1e300, 20.0),
        log_interval(1e200, 1e300),
        log_growth(0.0, 1000.0),
        student_t(0.1, 0.0, 1e300),
        Quantiles::p10_p50_p90(1.0, 1e100, 1e300).low(0.0).into(),
    ] {
        let message = law.misfit(Quantity::Shared).unwrap_or_else(|| panic!("{law} is accepted"));
        assert!(message.contains("lies beyond the largest 64-bit float"), "{message}");
    }
    // Φ(−4.76) = 9.7e-7, Φ(−4.75) = 1.02e-6, of ln(1.8e308) = 709.78.
    assert_eq!(log_growth(0.0, 709.78 / 4.76).misfit(Quantity::Shared), None);
    assert!(log_growth(0.0, 709.78 / 4.75).misfit(Quantity::Shared).is_some());
    assert_eq!(uniform(-8e307, 8e307).misfit(Quantity::Shared), None);
    assert_eq!(student_t(0.1, 0.0, 1.0).law.inconsistency(), None);
    assert_eq!(lognormal(1e-154, 149.0).law.inconsistency(), None);
    for (law, words) in [
        (student_t(0.099, 0.0, 1.0), "df must be at least 0.1, got 0.099"),
        (student_t(5e-324, 0.0, 1.0), "df must be at least 0.1"),
        (lognormal(1e-154, 149.5), "must be at most 149, got 149.5"),
        (log_interval(2.3e-308, 0.8), "must be at most 149, got 215.2"),
        (truncated(lognormal(1.0, 1000.0), None, 1e9), "must be at most 149, got 1000"),
    ] {
        let message = law.law.inconsistency().unwrap_or_else(|| panic!("{law} is accepted"));
        assert!(message.contains(words), "{message}");
    }
}

#[test]
fn a_cut_that_leaves_next_to_nothing_is_refused() {
    assert!(truncated(normal(0.0, 1.0), 36.0, None).law.inconsistency().is_some());
    assert!(truncated(uniform(0.0, 1.0), 1.0, None).law.inconsistency().is_some());
    assert!(truncated(truncated(normal(0.0, 1.0), 0.0, 1.0), 2.0, 3.0).law.inconsistency().is_some());
    assert!(truncated(normal(0.5, 0.0), 0.6, 0.7).law.inconsistency().is_some());
    assert!(truncated(empirical([0.5, 0.8]), 0.6, 0.7).law.inconsistency().is_some());
    assert!(truncated(beta(2.0, 2.0), 1.0, None).law.inconsistency().is_some());
    assert!(truncated(student_t(1e9, 0.0, 1.0), 36.0, None).law.inconsistency().is_some());
    assert!(truncated(Quantiles::p10_p50_p90(1.0, 2.0, 3.0).low(0.0).into(), None, 0.0).law.inconsistency().is_some());
    assert_eq!(truncated(empirical([0.5, 0.6]), 0.6, 0.7).law.inconsistency(), None);
    assert_eq!(truncated(normal(0.0, 1.0), 35.0, None).law.inconsistency(), None);
}

/// The mean of the quantiles of 65,536 equally likely parts against the mean of the density by Simpson's rule.
#[test]
fn deep_tails_have_their_mean() {
    const PARTS: u32 = 65_536;
    const TOLERANCE: f64 = 2e-5;
    let middle = |part: u32| (f64::from(part) + 0.5) / f64::from(PARTS);
    let u: Vec<f64> = (0..PARTS).map(middle).collect();
    for low in [0.0, 6.0, 9.0, 30.0] {
        let expected = mean_above(low);
        let mean = |law: Assumption| case(law, Quantity::Shared, 1.0).draws(&u).iter().sum::<f64>() / f64::from(PARTS);
        for (law, sign) in [
            (truncated(normal(0.0, 1.0), low, None), 1.0),
            (truncated(normal(0.0, 1.0), None, -low), -1.0),
            (truncated(normal(0.0, 1.0), low, low + 20.0), 1.0),
        ] {
            let found = mean(law.clone());
            // In units of the spread beyond the bound.
            let error = (sign * found - expected).abs() / (expected - low);
            assert!(error <= TOLERANCE, "{law}: {found}, not {expected}: {error:e}");
        }
    }
}

/// E[X | X > low] of the standard normal.
fn mean_above(low: f64) -> f64 {
    const STEPS: u32 = 20_000;
    let width = 10.0 / f64::from(STEPS);
    let (mut mass, mut moment) = (0.0, 0.0);
    for step in 0..=STEPS {
        let beyond = f64::from(step) * width;
        let weight = if step == 0 || step == STEPS { 1.0 } else { 2.0 + 2.0 * f64::from(step % 2) };
        // φ(low + d)/φ(low).
        let density = weight * math::exp(-beyond * (low + 0.5 * beyond));
        mass += density;
        moment += density * beyond;
    }
    low + moment / mass
}

/// The error stated in the documentation of `pert`, at most 1e-9 of the range and much less within the range of
/// uniforms, against direct inversion for modes across the whole range.
#[test]
fn the_table_of_a_pert_law_errs_by_less_than_1e_9_of_its_range() {
    const MEASURED: f64 = 1.5e-11;
    let mut worst = (0.0, 0.0);
    let modes = (0..=40).map(|part| f64::from(part) / 40.0).chain([1e-9, 1e-3, 0.999]);
    for mode in modes {
        let case = tabulated(pert(0.0, mode, 1.0), 1.0);
        let scores = (-1640..=1640).map(|score| f64::from(score) / 200.0 + 0.0013);
        let u: Vec<f64> = scores.map(|z| if z < 0.0 { math::norm_cdf(z) } else { 1.0 - math::norm_sf(z) }).collect();
        for (u, x) in u.iter().zip(case.draws(&u)) {
            let exact = math::beta_quantile_tails(1.0 + 4.0 * mode, 5.0 - 4.0 * mode, *u, 1.0 - u);
            let error = (x - exact).abs();
            assert!(error <= MEASURED, "mode {mode} at {u:e}: {x}, not {exact}");
            worst = if error > worst.0 { (error, mode) } else { worst };
        }
    }
    assert!(worst.0 > 0.7 * MEASURED, "the bound is too loose: {worst:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// Parameters of any magnitude: draws stay within the support and never decrease.
    #[test]
    fn bounded_laws_keep_to_their_bounds(
        mut points in proptest::array::uniform3(prop_oneof![-1e300..1e300_f64, -1.0..1.0_f64, -1e-300..1e-300_f64]),
        mut u in proptest::collection::vec(0.0..1.0_f64, 1..40),
    ) {
        points.sort_by(f64::total_cmp);
        u.iter_mut().for_each(|u| *u = u.clamp(EXTREMES[0], EXTREMES[1]));
        u.sort_by(f64::total_cmp);
        let [low, mode, high] = points;
        for law in [uniform(low, high), triangular(low, mode, high), pert(low, mode, high)] {
            let draws = case(law.clone(), Quantity::Shared, 0.0).draws(&u);
            prop_assert!(draws.iter().all(|x| (low..=high).contains(x)), "{}: {:?}", law, draws);
            let slack = 4.0 * f64::EPSILON * (high - low);
            prop_assert!(draws.windows(2).all(|pair| pair[0] <= pair[1] + slack), "{}: {:?}", law, draws);
        }
    }
}

#[test]
fn the_source_is_the_one_that_was_stated() {
    let stated = normal(0.3, 0.1).source("an analyst, June 2018");
    assert_eq!(stated.source_text(), Some("an analyst, June 2018"));
    assert_eq!(normal(0.3, 0.1).source_text(), None);
}
