//! A number with its error.

use std::fmt;

use serde::Serialize;

use crate::estimate::{decimals, t_of};
use crate::math::gauss::as_f64;

/// A number with its standard error and confidence interval, such as a sensitivity index or the value that a goal seek found.
/// Unlike an [`Estimate`](crate::Estimate) it need not be a probability.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
#[must_use]
pub struct NumberEstimate {
    /// The number itself.
    pub value: f64,
    /// One standard error; 0 only if the number is exact.
    pub standard_error: f64,
    /// The confidence interval, at the level that was asked for.
    pub interval: [f64; 2],
}

impl NumberEstimate {
    pub(super) fn of(value: f64, standard_error: f64, reach: f64) -> Self {
        Self { value, standard_error, interval: [value - reach, value + reach] }
    }

    /// The ratio of two means over independent replicates, by the delta method with Student-t intervals; 0 if the denominator is.
    pub(super) fn ratio(numerators: &[f64], denominators: &[f64], confidence: f64) -> Self {
        let [above, below] = [numerators, denominators].map(|all| all.iter().sum::<f64>());
        if !(below > 0.0) {
            return Self::of(0.0, 0.0, 0.0);
        }
        let (value, count) = (above / below, as_f64(numerators.len()));
        let squares = |(above, below): (&f64, &f64)| (above - value * below) * (above - value * below);
        let spread: f64 = numerators.iter().zip(denominators).map(squares).sum();
        let error = (spread * count / (count - 1.0)).sqrt() / below;
        Self::of(value, error, t_of(confidence, count - 1.0) * error)
    }

    /// The same with a larger error, if it is below this one; the interval is that of so many replicates.
    pub(super) fn with_error_of_at_least(self, least: f64, (confidence, replicates): (f64, usize)) -> Self {
        if self.standard_error >= least {
            return self;
        }
        Self::of(self.value, least, t_of(confidence, as_f64(replicates) - 1.0) * least)
    }

    /// Half of the width of the interval.
    pub(super) fn reach(&self) -> f64 {
        0.5 * (self.interval[1] - self.interval[0])
    }
}

/// The deviation of a ratio that each replicate contributes, scaled such that the sum of their squares is the squared standard
/// error of [`NumberEstimate::ratio`]. Linear combinations of ratios over the same replicates have the same combinations of
/// deviations.
pub(super) fn deviations(numerators: &[f64], denominators: &[f64]) -> Vec<f64> {
    let [above, below] = [numerators, denominators].map(|all| all.iter().sum::<f64>());
    let (value, count) = (above / below, as_f64(numerators.len()));
    let scale = (count / (count - 1.0)).sqrt() / below;
    numerators.iter().zip(denominators).map(|(above, below)| scale * (above - value * below)).collect()
}

impl fmt::Display for NumberEstimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.value.abs() >= 1e6 {
            // As many digits as the error supports, to its first one.
            let mut digits = 0;
            let mut ratio = self.value.abs() / self.standard_error;
            while ratio > 1.0 && digits < 12 {
                (ratio, digits) = (0.1 * ratio, digits + 1);
            }
            return f.pad(&format!("{:.digits$e} ± {:.0e}", self.value, self.standard_error));
        }
        if self.standard_error < 1e-9 {
            return f.pad(&format!("{:.9}", self.value));
        }
        let decimals = decimals(self.standard_error);
        f.pad(&format!("{:.decimals$} ± {:.decimals$}", self.value, self.standard_error))
    }
}
