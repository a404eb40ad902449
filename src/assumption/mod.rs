//! Assumptions: a number, the name of a shared one, or a distribution drawn once per path.

pub(crate) mod address;
pub(crate) mod domain;
pub(crate) mod law;
mod pert;
pub(crate) mod quantile;
pub(crate) mod quantity;
#[cfg(test)]
mod tests;
pub(crate) mod visitor;

use std::fmt;

pub use address::Address;
use law::{Family, Law, Shape};
use quantity::Quantity;

use crate::error::shown;

/// The probability that may lie outside of the allowed domain; it is truncated away.
pub(crate) const TOLERATED_OUTSIDE: f64 = 1e-6;

/// A scalar input: a number, the name of a named assumption, or a distribution drawn once per path.
///
/// Convert from `f64`, `i32` or `&str` (a name), or call [`normal`], [`lognormal`], [`uniform`], [`triangular`],
/// [`pert`], [`interval`], [`log_interval`], [`truncated`] or [`fixed`].
///
/// # Example: an array that mixes them
/// ```
/// use outgrow::{fixed, normal, triangular, Assumption, Curve, Tail};
/// let rates = [normal(0.87, 0.08), triangular(0.4, 0.6, 0.7), fixed(0.5).source("assumed")];
/// let curve = Curve::schedule(rates, Tail::fade(0.12, 2));
/// assert_eq!(Assumption::from(0.3), fixed(0.3));
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Assumption {
    pub(crate) law: Law,
    pub(crate) source: Option<String>,
}

impl Assumption {
    pub(crate) fn new(law: Law) -> Self {
        Self { law, source: None }
    }

    /// States the source of the number, or "assumed"; reports print it beside the number.
    pub fn source(mut self, text: impl Into<String>) -> Self {
        self.source = Some(text.into());
        self
    }

    /// The source of the number, if stated.
    #[must_use]
    pub fn source_text(&self) -> Option<&str> {
        self.source.as_deref()
    }

    /// The number, if it is plain or a distribution without spread.
    #[must_use]
    pub fn value(&self) -> Option<f64> {
        match Shape::of(&self.law) {
            Some(Shape::Constant(value)) => Some(value),
            Some(
                Shape::Normal { .. }
                | Shape::Lognormal { .. }
                | Shape::Uniform { .. }
                | Shape::Triangular { .. }
                | Shape::Pert { .. }
                | Shape::Truncated { .. },
            )
            | None => None,
        }
    }

    /// The name, if it is the name of a shared assumption.
    pub(crate) fn name(&self) -> Option<&str> {
        match &self.law {
            Law::Name(name) => Some(name),
            Law::Number(_) | Law::Family(..) | Law::Truncated { .. } => None,
        }
    }

    /// Why the distribution is not allowed for `quantity`, if so; its own parameters must be valid.
    pub(crate) fn misfit(&self, quantity: Quantity) -> Option<String> {
        let (domain, rule) = (quantity.domain(), quantity.rule());
        let shape = Shape::of(&self.law)?;
        if let Shape::Constant(value) = shape {
            return (!domain.contains(value)).then(|| format!("{rule}, got {}", shown(value)));
        }
        let outside = shape.mass_outside(domain);
        (!(outside <= TOLERATED_OUTSIDE)).then(|| {
            let bounds: Vec<String> = [("low", domain.low), ("high", domain.high)]
                .iter()
                .filter(|(_, bound)| bound.is_finite())
                .map(|(key, bound)| format!("{key} = {bound}"))
                .collect();
            format!(
                "{rule}, but {} of {} lies outside; truncated = {{ of = …, {} }} keeps it inside",
                share(outside),
                self.law,
                bounds.join(", ")
            )
        })
    }
}

/// A probability in percent with two significant digits.
fn share(probability: f64) -> String {
    let percent = 100.0 * probability;
    if percent >= 1.0 { format!("{percent:.1} %") } else { format!("{percent:.2e} %") }
}

impl fmt::Display for Assumption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.law.to_string())
    }
}

impl From<f64> for Assumption {
    fn from(value: f64) -> Self {
        Self::new(Law::Number(value))
    }
}

impl From<i32> for Assumption {
    fn from(value: i32) -> Self {
        f64::from(value).into()
    }
}

impl From<&str> for Assumption {
    fn from(name: &str) -> Self {
        Self::new(Law::Name(name.to_owned()))
    }
}

impl From<String> for Assumption {
    fn from(name: String) -> Self {
        Self::new(Law::Name(name))
    }
}

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

/// A lognormal distribution with a median and the standard deviation of the logarithm.
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
