//! Hazards of exits by size.

use crate::math;

/// The cuts between bins of ln(value / the smallest of the group in that year).
const CUTS: [f64; 3] = [0.15, 0.35, 0.75];
/// The number of cases that the mean hazard counts for in each bin.
const PRIOR: f64 = 20.0;

/// The yearly probability that a member of a panel leaves it, by its distance from the smallest.
///
/// A member exits in the year after its last figure, if the panel goes on. The distance is ln(value / smallest) in the group
/// and year. In each bin the hazard is (exits + 20 · mean)/(cases + 20), where the mean is that of all bins.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Exits {
    /// The hazards at distances up to .15, .35, .75 and above.
    pub hazards: [f64; 4],
    /// The number of member-years in each bin.
    pub cases: [u64; 4],
    /// The hazard of all bins together.
    pub mean: f64,
}

impl Exits {
    /// From the number of cases and of exits in each bin; `None` without a case.
    #[expect(clippy::cast_precision_loss, reason = "counts of cases")]
    pub(super) fn of(cases: [u64; 4], exits: [u64; 4]) -> Option<Self> {
        let [all, gone] = [cases, exits].map(|counts| counts.iter().sum::<u64>() as f64);
        if !(all > 0.0) {
            return None;
        }
        let mean = gone / all;
        let hazard = |bin: usize| (exits[bin] as f64 + PRIOR * mean) / (cases[bin] as f64 + PRIOR);
        Some(Self { hazards: std::array::from_fn(hazard), cases, mean })
    }

    /// The bin of a value, given the smallest of its group.
    pub(super) fn bin(value: f64, smallest: f64) -> usize {
        let distance = math::ln(value / smallest);
        CUTS.iter().filter(|cut| distance > **cut).count()
    }

    /// The hazard of a value, given the smallest of its group.
    #[must_use]
    pub fn hazard(&self, value: f64, smallest: f64) -> f64 {
        self.hazards[Self::bin(value, smallest)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hazards_shrink_to_the_mean() {
        let exits = Exits::of([10, 20, 30, 40], [5, 3, 1, 1]).expect("cases");
        assert!((exits.mean - 0.1).abs() < 1e-15);
        assert!((exits.hazards[0] - 7.0 / 30.0).abs() < 1e-15);
        assert!((exits.hazard(1.2, 1.0) - 5.0 / 40.0).abs() < 1e-15);
        assert!((exits.hazard(1.0, 1.0) - exits.hazards[0]).abs() < 1e-15);
        assert!((exits.hazard(9.0, 1.0) - exits.hazards[3]).abs() < 1e-15);
        assert!(Exits::of([0; 4], [0; 4]).is_none());
    }
}
