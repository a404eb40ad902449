//! Functions that create distributions.

use super::Assumption;
use super::family::Family;
use super::law::Law;

fn family(family: Family, values: &[f64]) -> Assumption {
    Assumption::new(Law::Family(family, values.to_vec()))
}

/// A plain number, for arrays that mix numbers and distributions.
pub fn fixed(value: f64) -> Assumption {
    value.into()
}

/// A normal distribution with a mean and a standard deviation, in the unit of the number that it stands for.
///
/// # Example: growth of 87 % give or take 8 points
/// ```
/// use outgrow::{normal, Curve};
/// let growth = Curve::constant(normal(0.87, 0.08));
/// ```
pub fn normal(mean: f64, sd: f64) -> Assumption {
    family(Family::Normal, &[mean, sd])
}

/// A lognormal distribution with a median and the standard deviation of the logarithm, at most 149.
///
/// # Example: a base known to about 5 %
/// ```
/// use outgrow::{lognormal, Provider};
/// let provider = Provider::new("Google Cloud", lognormal(1.1e9, 0.05));
/// ```
pub fn lognormal(median: f64, sd_of_log: f64) -> Assumption {
    family(Family::Lognormal, &[median, sd_of_log])
}

/// A uniform distribution between two bounds.
///
/// # Example: all values equally likely
/// ```
/// use outgrow::{uniform, Curve};
/// let growth = Curve::constant(uniform(0.2, 0.4));
/// ```
pub fn uniform(low: f64, high: f64) -> Assumption {
    family(Family::Uniform, &[low, high])
}

/// A triangular distribution with its minimum, mode and maximum.
///
/// # Example: three points from a panel
/// ```
/// use outgrow::{triangular, Curve};
/// let growth = Curve::constant(triangular(0.4, 0.6, 0.7));
/// ```
pub fn triangular(low: f64, mode: f64, high: f64) -> Assumption {
    family(Family::Triangular, &[low, mode, high])
}

/// A PERT distribution: a beta distribution with its minimum, mode and maximum, and λ = 4 (Malcolm, Roseboom, Clark &
/// Fazar 1959). It puts less weight on the ends than [`triangular`].
///
/// # Example: three points with unlikely ends
/// ```
/// use outgrow::{pert, Curve};
/// let growth = Curve::constant(pert(0.4, 0.6, 0.7));
/// ```
pub fn pert(low: f64, mode: f64, high: f64) -> Assumption {
    family(Family::Pert, &[low, mode, high])
}

/// A normal distribution with a given central 90 % interval: 5 % lies below `p05` and 5 % above `p95`.
///
/// # Example: a revenue that is known only roughly
/// ```
/// use outgrow::{interval, Provider};
/// let provider = Provider::new("Google Cloud", interval(1.0e9, 1.2e9));
/// ```
pub fn interval(p05: f64, p95: f64) -> Assumption {
    family(Family::Interval, &[p05, p95])
}

/// A lognormal distribution with a given central 90 % interval; both ends must be above 0.
///
/// # Example: uncertain by a factor of two
/// ```
/// use outgrow::{log_interval, Provider};
/// let provider = Provider::new("Google Cloud", log_interval(0.5e9, 2.0e9));
/// ```
pub fn log_interval(p05: f64, p95: f64) -> Assumption {
    family(Family::LogInterval, &[p05, p95])
}

/// A distribution truncated to the interval from `low` to `high`, either of which may be `None`.
///
/// # Example: a claim that sets a lower bound
/// ```
/// use outgrow::{lognormal, truncated, Provider};
/// let provider = Provider::new("Google Cloud", truncated(lognormal(1.1e9, 0.1), 1.0e9, None));
/// ```
pub fn truncated(of: Assumption, low: impl Into<Option<f64>>, high: impl Into<Option<f64>>) -> Assumption {
    let law = Law::Truncated { of: Box::new(of.law), low: low.into(), high: high.into() };
    Assumption { law, source: of.source }
}

/// The distribution of a growth rate x of which ln(1 + x) is normal with this mean and standard deviation. It is never
/// below −1, and revenue that grows at such a rate is lognormal.
///
/// # Example: a median growth of 50 % a year, uncertain by a factor of 1.1
/// ```
/// use outgrow::{log_growth, Curve};
/// let growth = Curve::constant(log_growth(1.5_f64.ln(), 1.1_f64.ln()));
/// ```
pub fn log_growth(mean: f64, sd: f64) -> Assumption {
    family(Family::LogGrowth, &[mean, sd])
}

/// A beta distribution between 0 and 1 with two shape parameters, each between 0.05 and 1,000,000. Its mean is
/// alpha/(alpha + beta).
///
/// # Example: a volatility that is most likely near 0.2
/// ```
/// use outgrow::{beta, Provider};
/// let provider = Provider::new("Google Cloud", 1.1e9).volatility(beta(3.0, 9.0));
/// ```
pub fn beta(alpha: f64, beta: f64) -> Assumption {
    beta_between(alpha, beta, 0.0, 1.0)
}

/// A [`beta`] distribution stretched from 0 … 1 to `low` … `high`.
///
/// # Example: growth between −10 % and 60 % a year
/// ```
/// use outgrow::{beta_between, Curve};
/// let growth = Curve::constant(beta_between(2.0, 5.0, -0.1, 0.6));
/// ```
pub fn beta_between(alpha: f64, beta: f64, low: f64, high: f64) -> Assumption {
    family(Family::Beta, &[alpha, beta, low, high])
}

/// Student's t distribution with `df` degrees of freedom, at least 0.1, moved to `location` and stretched by `scale`. With
/// few degrees of freedom its tails are heavy, so growth rates and other bounded numbers need [`truncated`] around it.
///
/// # Example: growth that may be far from 30 % a year
/// ```
/// use outgrow::{student_t, truncated, Curve};
/// let growth = Curve::constant(truncated(student_t(4.0, 0.30, 0.05), -0.5, 1.5));
/// ```
pub fn student_t(df: f64, location: f64, scale: f64) -> Assumption {
    family(Family::StudentT, &[df, location, scale])
}

/// A few values, each with a weight. Weights need not sum to 1, and single weights may be 0. Draws are ordered by value:
/// the median is the smallest value v with P(X ≤ v) ≥ ½.
///
/// # Example: two scenarios of growth, one three times as likely
/// ```
/// use outgrow::{discrete, Curve};
/// let growth = Curve::constant(discrete([(0.10, 1.0), (0.35, 3.0)]));
/// ```
pub fn discrete(values: impl IntoIterator<Item = (f64, f64)>) -> Assumption {
    Assumption::new(Law::Discrete(values.into_iter().map(|(value, weight)| [value, weight]).collect()))
}

/// Given values, such as past observations, of which each is equally likely.
///
/// # Example: growth like that of one of five earlier years
/// ```
/// use outgrow::{empirical, Curve};
/// let growth = Curve::constant(empirical([0.31, 0.28, 0.44, 0.26, 0.35]));
/// ```
pub fn empirical(values: impl IntoIterator<Item = f64>) -> Assumption {
    Assumption::new(Law::Empirical(values.into_iter().collect()))
}
