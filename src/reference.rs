//! The numbers of the ready-made reference classes. The audit compares scenarios with them, also without the feature
//! `history`, which estimates with them.

/// Of a class: the share A of the variance of a year's change of the log-ratio that persists, its half-life in years, the
/// prior t-scale s₀ of a year's change, the weight ν₀ of this scale in years, and the degrees of freedom ν of a change.
pub(crate) type Numbers = [f64; 5];

/// √(ν/(ν − 2)): the standard deviation of a change per unit of its t-scale.
pub(crate) fn sd_per_scale(df: f64) -> f64 {
    (df / (df - 2.0)).sqrt()
}

/// What five public panels have in common; see the guide on histories.
pub(crate) const GENERAL: Numbers = [0.25, 2.0, 0.13, 4.5, 3.5];
/// A t-scale that is robust and shrunk to a prior, by iteratively reweighted squares about zero. About their own mean, the
/// squares would lose half of the scale.
#[cfg(feature = "history")]
pub(crate) struct RobustScale {
    /// The square of the scale.
    pub(crate) square: f64,
    /// That of the step before, which the weights refer to.
    before: f64,
}

#[cfg(feature = "history")]
impl RobustScale {
    /// The number of reweighting steps.
    const STEPS: usize = 6;

    /// From changes with their degrees of freedom, and a prior scale with its weight.
    pub(crate) fn of(changes: &[f64], degrees: f64, prior: f64, prior_weight: f64) -> Self {
        let total = prior_weight + degrees;
        let stated = prior_weight * prior * prior;
        let first = (stated + 0.5 * changes.iter().map(|d| d * d).sum::<f64>()) / total;
        let mut scale = Self { square: first, before: first };
        for _ in 0..Self::STEPS {
            scale.before = scale.square;
            let sum = changes.iter().fold(stated, |sum, d| sum + scale.weight(*d) * d * d);
            scale.square = sum / total;
        }
        scale
    }

    /// The weight of a change: below 1 if it is large for the scale.
    pub(crate) fn weight(&self, change: f64) -> f64 {
        5.0 / (4.0 + change * change / self.before)
    }
}

/// Large companies by revenue.
#[cfg(feature = "history")]
pub(crate) const LARGE_COMPANIES: Numbers = [0.20, 2.0, 0.10, 5.5, 3.3];
/// Forecasts that let past growth go on, where they were nearly certain of an overtake within five years: their mean and the frequency, over
/// two public panels with equal weight. `examples/scorecard.rs` prints both; see the guide on back-tests.
pub(crate) const CERTAIN_BY_PAST_GROWTH: [f64; 2] = [0.94, 0.55];

/// The standard deviation of the error of a stated growth estimate for one year, log growth a year, where γ is the log of the
/// stated growth: a floor, and a part of the size of the estimate.
pub(crate) fn error_of_estimate(log_growth: f64) -> f64 {
    crate::math::hypot(0.08, 0.4 * log_growth)
}

/// The correlation of the errors of two years' estimates of one provider.
pub(crate) const CORRELATION_OF_ESTIMATES: f64 = 0.25;
