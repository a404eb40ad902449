//! Chernoff's bound on the tails of the binomial distribution, P(X ≥ qn) ≤ e^(−n·D(q‖p)) for q ≥ p (H. Chernoff 1952;
//! W. Hoeffding 1963, theorem 1), and the smallest shift that a check detects by it.

use std::ops::RangeInclusive;

use crate::math;
use crate::math::root::threshold;

/// The largest probability that a check misses a shift of the size that it reports as detectable.
const MISSED: f64 = 0.01;

/// The ends of the range that a probability can lie beyond: those other than 0 and 1.
pub(super) fn edges(range: &RangeInclusive<f64>) -> impl Iterator<Item = f64> {
    [(*range.start()), (*range.end())].into_iter().filter(|edge| *edge > 0.0 && *edge < 1.0)
}

/// The Kullback–Leibler divergence D(q‖p) = q ln(q/p) + (1 − q) ln((1 − q)/(1 − p)), in nats.
fn divergence(q: f64, p: f64) -> f64 {
    let part = |q: f64, p: f64| if q > 0.0 { q * math::ln(q / p) } else { 0.0 };
    part(q, p) + part(1.0 - q, 1.0 - p)
}

/// Whether a share of hits of at least `q` in `paths` has a probability below half of `false_alarm`, for every true
/// probability up to `edge`.
pub(super) fn is_beyond(q: f64, edge: f64, paths: u64, false_alarm: f64) -> bool {
    q > edge && divergence(q, edge) > nats(0.5 * false_alarm, paths)
}

/// The divergence at which Chernoff's bound for `paths` equals `probability`.
#[expect(clippy::cast_precision_loss, reason = "path counts stay far below 2^53")]
fn nats(probability: f64, paths: u64) -> f64 {
    -math::ln(probability) / paths as f64
}

/// How far beyond either end of the range a probability must lie for the check to fail in all but [`MISSED`] of seeds.
pub(super) fn smallest_shift(range: &RangeInclusive<f64>, paths: u64, false_alarm: f64) -> f64 {
    let above = |edge: f64| {
        // `pass` is the largest share of hits that still passes; the result is the probability that exceeds it in all
        // but `MISSED` of seeds.
        let passes = threshold(|q| is_beyond(q, edge, paths, false_alarm), edge, 1.0);
        let caught = threshold(|p| divergence(passes, p) > nats(MISSED, paths), passes, 1.0);
        caught - edge
    };
    let (low, high) = (*range.start(), *range.end());
    let up = if high < 1.0 { above(high) } else { 0.0 };
    // By symmetry: the misses of `p` are the hits of `1 − p`.
    let down = if low > 0.0 { above(1.0 - low) } else { 0.0 };
    up.max(down)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// P(X ≥ k) of a binomial distribution, as a sum of its terms.
    fn tail(n: u32, k: u32, p: f64) -> f64 {
        let mut term = math::exp(f64::from(n) * math::ln(1.0 - p));
        let mut below = 0.0;
        for x in 0..k {
            below += term;
            term *= f64::from(n - x) / f64::from(x + 1) * p / (1.0 - p);
        }
        1.0 - below
    }

    /// Both guarantees against sums of binomial terms: the smallest failing count is improbable at the edge, and at the
    /// smallest shift all but one in a hundred counts fail.
    #[test]
    fn the_bounds_hold_for_the_binomial_law() {
        const PATHS: u32 = 300;
        for (edge, false_alarm) in [(0.5, 0.01), (0.05, 1e-3), (0.8, 1e-4)] {
            let fails = |k: u32| is_beyond(f64::from(k) / f64::from(PATHS), edge, u64::from(PATHS), false_alarm);
            let first = (0..=PATHS).find(|k| fails(*k)).expect("some count fails");
            let alarms = tail(PATHS, first, edge);
            assert!(alarms <= 0.5 * false_alarm && alarms > 1e-3 * false_alarm, "{edge}: {alarms:e}");
            let shift = smallest_shift(&(0.0..=edge), u64::from(PATHS), false_alarm);
            let caught = tail(PATHS, first, edge + shift);
            assert!(caught >= 1.0 - MISSED, "{edge}: {shift} is detected with probability {caught}");
            let mirrored = smallest_shift(&(1.0 - edge..=1.0), u64::from(PATHS), false_alarm);
            assert!((shift - mirrored).abs() < 1e-12);
        }
    }

    #[test]
    fn too_few_paths_see_nothing_and_the_whole_range_has_no_outside() {
        assert!(!is_beyond(1.0, 0.5, 3, 0.01), "three heads in a row prove nothing");
        assert!((smallest_shift(&(0.2..=0.5), 3, 0.01) - 0.5).abs() < 1e-12, "not even 3 of 3");
        assert!(smallest_shift(&(0.0..=1.0), 3, 0.01) <= 0.0);
        assert!(is_beyond(1e-300, 0.0, 1, 1e-9), "any hit lies beyond an edge of 0");
    }
}
