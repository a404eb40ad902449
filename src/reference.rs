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
