//! The scale of a log-ratio's yearly changes, and its current growth advantage.

use super::class::ReferenceClass;
use crate::math::cholesky;
use crate::reference::RobustScale;

/// The largest number of yearly changes that an estimate uses.
pub(crate) const MOST_CHANGES: usize = 8;
/// The weight below which a year counts as noise in the estimate of the advantage.
const LEAST_WEIGHT: f64 = 0.05;

/// The numbers of a class that an estimate needs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Prior {
    pub(super) share: f64,
    pub(super) phi: f64,
    pub(super) scale: f64,
    pub(super) scale_weight: f64,
}

impl Prior {
    pub(super) fn of(class: &ReferenceClass) -> Self {
        Self { share: class.share, phi: class.phi(), scale: class.scale, scale_weight: class.scale_weight }
    }
}

/// Estimates from the last years of a log-ratio, or of the growth of one provider relative to its group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Estimated {
    /// s: the t-scale of a year's change.
    pub(super) scale: f64,
    /// v̂: the current advantage in log growth a year.
    pub(super) advantage: f64,
    /// P: the variance of the advantage, in units of s².
    pub(super) variance: f64,
    /// The weight of each change in the scale, the latest first; beyond the number of changes, 0.
    pub(super) weights: [f64; MOST_CHANGES],
}

#[expect(clippy::cast_precision_loss, reason = "at most eight")]
fn as_f64(count: usize) -> f64 {
    count as f64
}

/// Estimates from yearly changes, the latest first; at most [`MOST_CHANGES`]. Without any it gives what the class says by itself.
pub(super) fn estimate(changes: &[f64], prior: Prior) -> Estimated {
    let count = changes.len();
    debug_assert!(count <= MOST_CHANGES, "{count} changes");
    let robust = RobustScale::of(changes, as_f64(count), prior.scale, prior.scale_weight);
    let mut weights = [0.0; MOST_CHANGES];
    weights.iter_mut().zip(changes).for_each(|(weight, change)| *weight = robust.weight(*change));
    let Prior { share, phi, .. } = prior;
    // Powers of φ by multiplication: those of the covariance of an autoregression.
    let mut powers = [1.0; MOST_CHANGES];
    for lag in 1..MOST_CHANGES {
        powers[lag] = powers[lag - 1] * phi;
    }
    let mut matrix = [[0.0; MOST_CHANGES]; MOST_CHANGES];
    let mut covariance = [0.0; MOST_CHANGES];
    for row in 0..count {
        for column in 0..=row {
            matrix[row][column] = share * powers[row - column];
        }
        matrix[row][row] += (1.0 - share) / weights[row].max(LEAST_WEIGHT);
        covariance[row] = share * powers[row];
    }
    let mut gain = covariance;
    if !cholesky::solve(&mut matrix[..count], &mut gain[..count]) {
        // A share that is 1 but for rounding.
        gain.fill(f64::NAN);
    }
    let products = |other: &[f64]| -> f64 { gain.iter().zip(other).map(|(gain, other)| gain * other).sum() };
    Estimated {
        scale: robust.square.sqrt(),
        advantage: products(changes),
        // Rounding may leave a tiny negative number where the share is 0.
        variance: (share - products(&covariance[..count])).max(0.0),
        weights,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math;

    const A: [f64; 9] = [100.0, 112.0, 118.0, 131.0, 150.0, 162.0, 181.0, 205.0, 231.0];
    const B: [f64; 9] = [180.0, 186.0, 199.0, 205.0, 220.0, 228.0, 241.0, 252.0, 260.0];

    #[test]
    fn one_large_change_is_not_carried_on() {
        let prior = Prior::of(&ReferenceClass::general());
        let estimated = estimate(&[0.6, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0], prior);
        assert!((estimated.weights[0] - 0.13).abs() < 0.01, "{:?}", estimated.weights);
        assert!(estimated.advantage < 0.03, "{estimated:?}");
    }

    #[test]
    fn without_a_persisting_share_there_is_no_advantage() {
        let prior = Prior { share: 0.0, ..Prior::of(&ReferenceClass::general()) };
        let estimated = estimate(&[0.1, 0.1], prior);
        assert!(estimated.advantage.abs() + estimated.variance.abs() < 1e-300);
    }

    #[test]
    fn the_worked_example_of_the_guide() {
        let changes: Vec<f64> = (0..8).map(|k| math::ln(A[8 - k] / B[8 - k]) - math::ln(A[7 - k] / B[7 - k])).collect();
        let cases = [
            (ReferenceClass::general(), [0.095_663, 0.037_059, 0.038_146]),
            (ReferenceClass::large_companies(), [0.082_395, 0.030_875, 0.030_870]),
        ];
        for (class, expected) in cases {
            let found = estimate(&changes, Prior::of(&class));
            let found = [found.scale, found.advantage, found.scale * found.variance.sqrt()];
            for (found, expected) in found.iter().zip(expected) {
                assert!((found - expected).abs() < 1e-6, "{}: {found}, expected {expected}", class.name());
            }
        }
    }
}
