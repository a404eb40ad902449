//! Barrier crossing of a Brownian bridge: a Brownian motion between two dates at which it is known.
//!
//! The drift is irrelevant because both ends are known. By the reflection principle, a bridge from −x to −y with
//! variance v reaches 0 with probability e^(−2xy/v): P. Glasserman, "Monte Carlo Methods in Financial Engineering",
//! Springer 2004, §6.4.

use super::{exp_m1, exp_m1_slice};

/// Probability that a Brownian bridge stays below 0 from `from` to `to`, with `variance` ≥ 0 between them.
///
/// 0 if an end lies above 0. At zero variance the bridge is a straight line, and an end of exactly 0 is a tie, which
/// does not count as above. With positive variance a bridge that touches 0 rises above it almost surely.
#[inline(always)]
pub(crate) fn bridge_below(from: f64, to: f64, variance: f64) -> f64 {
    below(from, to, variance, exp_m1(exponent(from, to, variance)))
}

/// [`bridge_below`] of each element, written to `staying`, with the same bits; stops at the end of the shortest slice.
pub(crate) fn bridge_below_slice(from: &[f64], to: &[f64], variance: &[f64], staying: &mut [f64]) {
    let ends = || from.iter().zip(to).zip(variance).map(|((from, to), variance)| (*from, *to, *variance));
    for (staying, (from, to, variance)) in staying.iter_mut().zip(ends()) {
        *staying = exponent(from, to, variance);
    }
    let done = staying.len().min(from.len()).min(to.len()).min(variance.len());
    exp_m1_slice(&mut staying[..done]);
    for (staying, (from, to, variance)) in staying.iter_mut().zip(ends()) {
        *staying = below(from, to, variance, *staying);
    }
}

/// −2xy/v, the logarithm of the crossing probability, where a crossing is possible but not certain; 0 elsewhere.
#[inline(always)]
fn exponent(from: f64, to: f64, variance: f64) -> f64 {
    let in_question = from <= 0.0 && to <= 0.0 && variance > 0.0;
    if in_question { -2.0 * from * to / variance } else { 0.0 }
}

/// The probability of no crossing, from e^exponent − 1, which keeps full relative precision where a crossing is nearly
/// certain.
#[inline(always)]
fn below(from: f64, to: f64, variance: f64, crossing_m1: f64) -> f64 {
    let straight = if variance > 0.0 { -crossing_m1 } else { 1.0 };
    if from <= 0.0 && to <= 0.0 { straight } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::{exp, norm_cdf, norm_sf_scaled};

    const ENDS: [f64; 9] = [-30.0, -1.0, -0.3, -1e-3, -1e-200, -0.0, 0.0, 1e-9, 2.0];
    const VARIANCES: [f64; 6] = [0.0, 5e-324, 1e-6, 0.01, 1.0, 1e300];

    #[test]
    fn slices_have_the_bits_of_scalars() {
        let cases = ENDS.iter().flat_map(|from| ENDS.iter().flat_map(move |to| VARIANCES.map(|v| (*from, *to, v))));
        let (ends, variance): (Vec<_>, Vec<_>) = cases.map(|(from, to, v)| ((from, to), v)).unzip();
        let (from, to): (Vec<_>, Vec<_>) = ends.into_iter().unzip();
        let mut staying = vec![f64::NAN; from.len()];
        bridge_below_slice(&from, &to, &variance, &mut staying);
        for (at, found) in staying.iter().enumerate() {
            let expected = bridge_below(from[at], to[at], variance[at]);
            assert_eq!(found.to_bits(), expected.to_bits(), "{} {} {}", from[at], to[at], variance[at]);
            assert!((0.0..=1.0).contains(found), "{found}");
        }
        let mut longer = [7.0; 3];
        bridge_below_slice(&[-1.0, -1.0], &[-1.0], &[2.0; 9], &mut longer);
        assert_eq!(longer.map(f64::to_bits), [bridge_below(-1.0, -1.0, 2.0), 7.0, 7.0].map(f64::to_bits));
    }

    #[test]
    fn ties_and_ends_ahead() {
        let certain = [(-1.0, 0.5, 0.1, 0.0), (0.5, -1.0, 0.0, 0.0), (0.0, -1.0, 0.1, 0.0), (-1.0, -0.0, 0.1, 0.0)];
        let straight = [(-1.0, 0.0, 0.0, 1.0), (0.0, 0.0, 0.0, 1.0), (-1.0, -1e-9, 0.0, 1.0), (-30.0, -30.0, 0.1, 1.0)];
        for (from, to, variance, expected) in certain.into_iter().chain(straight) {
            let found = bridge_below(from, to, variance);
            assert!((found - expected).abs() <= 0.0, "{from} {to} {variance}: {found}");
        }
    }

    /// One period of the exact solver: ∫ n(y; −a + m, v)·P(no crossing) dy over y ≤ 0 is Φ((a − m)/√v) − e^(2am/v)
    /// Φ((−a − m)/√v), the survival probability of a Brownian motion with drift m.
    #[test]
    fn one_period_matches_the_closed_form_survival() {
        const STEPS: u32 = 4000;
        let density = |z: f64| exp(-0.5 * z * z) / (2.0 * std::f64::consts::PI).sqrt();
        for (a, m, v) in [(0.36_f64, 0.0125_f64, 0.01_f64), (0.1, 0.3, 0.09), (0.2, -0.4, 0.04), (0.01, 0.0, 0.25)] {
            let sd = v.sqrt();
            let lowest = (m - a - 12.0 * sd).min(-12.0 * sd);
            let width = -lowest / f64::from(STEPS);
            let at = |step: u32| lowest + width * f64::from(step);
            let value = |y: f64| density((y + a - m) / sd) / sd * bridge_below(-a, y, v);
            let simpson = |step: u32| if step.is_multiple_of(2) { 2.0 } else { 4.0 };
            let inner: f64 = (1..STEPS).map(|step| simpson(step) * value(at(step))).sum();
            let found = (inner + value(lowest) + value(0.0)) * width / 3.0;
            let (d, w) = ((a - m) / sd, (a + m) / sd);
            let reflected =
                if w > 0.0 { exp(-0.5 * d * d) * norm_sf_scaled(w) } else { exp(2.0 * a * m / v) * norm_cdf(-w) };
            let expected = norm_cdf(d) - reflected;
            assert!((found - expected).abs() < 1e-11, "{a} {m} {v}: {found}, not {expected}");
        }
    }
}
