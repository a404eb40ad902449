//! Distribution functions and quantiles against another library as an oracle.

use statrs::distribution::{Beta, ContinuousCDF, LogNormal, Normal, StudentsT, Triangular, Uniform};

use super::super::family::Family;
use super::super::law::Law;
use super::{Case, EXTREMES, laws, probabilities, whole_laws};
use crate::math;

/// Φ⁻¹(0.95).
const Z95: f64 = 1.644_853_626_951_472_2;

/// The error of statrs itself, in probability: 1e-10 in its normal distribution; `math` agrees with 50 digits to an
/// ulp.
const TOLERANCE: f64 = 2e-10;

/// A distribution function and its complement, not computed as 1 − F if statrs has a more accurate form.
struct Oracle {
    below: Box<dyn Fn(f64) -> f64>,
    above: Box<dyn Fn(f64) -> f64>,
    inverse: Option<Box<dyn Fn(f64) -> f64>>,
}

fn of<D: ContinuousCDF<f64, f64> + Clone + 'static>(law: D) -> Oracle {
    let (below, above) = (law.clone(), law.clone());
    Oracle {
        below: Box::new(move |x| below.cdf(x)),
        above: Box::new(move |x| above.sf(x)),
        inverse: Some(Box::new(move |p| law.inverse_cdf(p))),
    }
}

fn oracle(law: &Law) -> Oracle {
    match law {
        Law::Family(family, values) => of_family(*family, values),
        Law::Truncated { of, low, high } => {
            let whole = oracle(of);
            let (low, high) = (low.unwrap_or(f64::NEG_INFINITY), high.unwrap_or(f64::INFINITY));
            truncated(whole, low, high)
        }
        other => panic!("{other} is no distribution"),
    }
}

fn of_family(family: Family, values: &[f64]) -> Oracle {
    match (family, values) {
        (Family::Normal, &[mean, sd]) => of(Normal::new(mean, sd).expect("normal")),
        (Family::Interval, &[low, high]) => {
            of(Normal::new(0.5 * (low + high), (high - low) / (2.0 * Z95)).expect("normal"))
        }
        (Family::Lognormal, &[median, sd]) => of(LogNormal::new(math::ln(median), sd).expect("lognormal")),
        (Family::LogInterval, &[low, high]) => {
            let (low, high) = (math::ln(low), math::ln(high));
            of(LogNormal::new(0.5 * (low + high), (high - low) / (2.0 * Z95)).expect("lognormal"))
        }
        (Family::Uniform, &[low, high]) => of(Uniform::new(low, high).expect("uniform")),
        (Family::Triangular, &[low, mode, high]) => of(Triangular::new(low, high, mode).expect("triangular")),
        (Family::Pert, &[low, mode, high]) => {
            let width = high - low;
            beta_on([1.0 + 4.0 * (mode - low) / width, 1.0 + 4.0 * (high - mode) / width], low, width)
        }
        (Family::Beta, &[alpha, beta, low, high]) => beta_on([alpha, beta], low, high - low),
        (Family::StudentT, &[degrees, location, scale]) => {
            // Its inverse stops short in the tails.
            Oracle { inverse: None, ..of(StudentsT::new(location, scale, degrees).expect("t")) }
        }
        (Family::LogGrowth, &[mean, sd]) => moved(of(LogNormal::new(mean, sd).expect("lognormal")), -1.0, 1.0),
        (family, values) => panic!("{family:?} with {values:?}"),
    }
}

fn beta_on([alpha, beta]: [f64; 2], low: f64, width: f64) -> Oracle {
    moved(of(Beta::new(alpha, beta).expect("beta")), low, width)
}

/// The distribution of low + width·X.
fn moved(unit: Oracle, low: f64, width: f64) -> Oracle {
    let inverse = unit.inverse.expect("an inverse");
    Oracle {
        below: Box::new(move |x| (unit.below)((x - low) / width)),
        above: Box::new(move |x| (unit.above)((x - low) / width)),
        inverse: Some(Box::new(move |p| low + width * inverse(p))),
    }
}

/// F and 1 − F under truncation, from the tail that keeps more digits.
fn truncated(whole: Oracle, low: f64, high: f64) -> Oracle {
    let from_above = (whole.below)(low) > 0.5;
    let tail = if from_above { whole.above } else { whole.below };
    let (at_low, at_high) = (tail(low), tail(high));
    let mass = (at_high - at_low).abs();
    let tail = std::rc::Rc::new(tail);
    let other = tail.clone();
    Oracle {
        below: Box::new(move |x| ((tail(x.clamp(low, high)) - at_low) / mass).abs()),
        above: Box::new(move |x| ((at_high - other(x.clamp(low, high))) / mass).abs()),
        inverse: None,
    }
}

fn oracle_of(case: &Case) -> Oracle {
    let whole = oracle(&case.law.law);
    if case.domain.low.is_finite() { truncated(whole, case.domain.low, case.domain.high) } else { whole }
}

/// Metalogs, which statrs does not have, are compared with `tests/reference/laws.csv`. Its beta
/// distribution function is rounded to 1 close to the end, where a shape below 1 still has much probability,
/// and its Student-t distribution function is off by 1e-9 of itself for a billion degrees of freedom.
fn is_known_to_statrs(law: &Law) -> bool {
    match law {
        Law::Truncated { of, .. } => is_known_to_statrs(of),
        Law::Family(Family::Beta, values) => values[0] >= 1.0 && values[1] >= 1.0,
        Law::Family(Family::StudentT, values) => values[0] < 1e6,
        other => matches!(other, Law::Family(..)),
    }
}

/// statrs multiplies widths and takes logarithms of products, which may overflow.
fn is_fit_for_statrs(case: &Case) -> bool {
    let draws = case.draws(&EXTREMES);
    is_known_to_statrs(&case.law.law) && draws.iter().all(|x| x.abs() < 1e100 && !(1e-320..1e-100).contains(&x.abs()))
}

#[test]
fn distribution_functions_agree_with_statrs() {
    let mut checked = 0;
    for case in laws().into_iter().filter(is_fit_for_statrs) {
        let oracle = oracle_of(&case);
        let u = probabilities();
        for (p, x) in u.iter().zip(case.draws(&u)) {
            // A tabulated quantile lies within its grain of the point that has probability p.
            let grain = case.grain + 4.0 * f64::EPSILON * x.abs();
            let (before, behind) = ((oracle.below)(x - grain), (oracle.below)(x + grain));
            assert!(
                before <= p + TOLERANCE && p - TOLERANCE <= behind,
                "{} at {p:e}: {before:e} to {behind:e}",
                case.law
            );
            let (behind, before) = ((oracle.above)(x + grain), (oracle.above)(x - grain));
            let upper = 1.0 - p;
            assert!(
                behind <= upper + TOLERANCE && upper - TOLERANCE <= before,
                "{} above, at {p:e}: {behind:e} to {before:e}",
                case.law
            );
        }
        checked += 1;
    }
    assert!(checked >= 40, "{checked} laws");
}

/// The error relative to the interquartile range.
const QUANTILE_TOLERANCE: f64 = 1e-8;

#[test]
fn quantiles_agree_with_statrs() {
    let mut checked = 0;
    for case in whole_laws().into_iter().filter(is_fit_for_statrs) {
        let Some(inverse) = oracle(&case.law.law).inverse else { continue };
        let u: Vec<f64> = probabilities().into_iter().filter(|p| (1e-9..=1.0 - 1e-9).contains(p)).collect();
        let draws = case.draws(&u);
        let spread = case.draw(0.75) - case.draw(0.25);
        for (p, x) in u.iter().zip(draws) {
            let expected = inverse(*p);
            let error = (x - expected).abs() / spread.max(expected.abs());
            assert!(error <= QUANTILE_TOLERANCE, "{} at {p:e}: {x:e}, not {expected:e}: {error:e}", case.law);
        }
        checked += 1;
    }
    assert!(checked >= 14, "{checked} laws");
}
