//! Assumptions: a number, the name of a shared one, or a distribution drawn once per path.

pub(crate) mod address;
mod constructors;
pub(crate) mod domain;
pub(crate) mod family;
#[cfg(outgrow_fuzz)]
pub(crate) mod fuzzing;
mod keys;
pub(crate) mod law;
mod metalog;
mod pert_law;
pub(crate) mod quantile;
pub(crate) mod quantiles;
pub(crate) mod quantity;
mod side;
pub(crate) mod standard_law;
mod steps;
mod tabulated;
#[cfg(test)]
mod tests;
pub(crate) mod visitor;

use std::fmt;

pub use address::Address;
pub use constructors::{
    beta, beta_between, discrete, empirical, fixed, interval, log_growth, log_interval, lognormal, normal, pert,
    student_t, triangular, truncated, uniform,
};
use domain::Domain;
use law::Law;
pub use quantiles::Quantiles;
use quantity::Quantity;
use standard_law::StandardLaw;

use crate::error::shown;
use crate::number::of_percent;

/// The probability that may lie outside of the allowed domain; it is truncated away.
pub(crate) const TOLERATED_OUTSIDE: f64 = 1e-6;

/// A scalar input: a number, the name of a named assumption, or a distribution drawn once per path.
///
/// Convert from `f64`, `i32`, `&str` (a name) or [`Quantiles`], or call a function:
///
/// | values | functions |
/// |---|---|
/// | any number | [`normal`], [`student_t`], [`interval`] |
/// | above 0 | [`lognormal`], [`log_interval`] |
/// | above −1, for growth rates | [`log_growth`] |
/// | within bounds | [`uniform`], [`triangular`], [`pert`], [`beta`], [`beta_between`] |
/// | listed | [`discrete`], [`empirical`], [`fixed`] |
/// | part of another distribution | [`truncated`] |
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
        if let Some(StandardLaw::Constant(value)) = StandardLaw::of(&self.law) { Some(value) } else { None }
    }

    /// The name, if it is the name of a shared assumption.
    pub(crate) fn name(&self) -> Option<&str> {
        match &self.law {
            Law::Name(name) => Some(name),
            Law::Number(_)
            | Law::Family(..)
            | Law::Quantiles(_)
            | Law::Discrete(_)
            | Law::Empirical(_)
            | Law::Truncated { .. } => None,
        }
    }

    /// Why the distribution is not allowed for `quantity`, if so; its own parameters must be valid.
    pub(crate) fn misfit(&self, quantity: Quantity) -> Option<String> {
        let (domain, rule) = (quantity.domain(), quantity.rule());
        let shape = StandardLaw::of(&self.law)?;
        if let StandardLaw::Constant(value) = shape {
            return (!domain.contains(value)).then(|| format!("{rule}, got {}", shown(value)));
        }
        let overflowing = shape.mass_outside(Domain::closed(-f64::MAX, f64::MAX));
        if !(overflowing <= TOLERATED_OUTSIDE) {
            let part = share(overflowing);
            return Some(format!(
                "{part} of {} lies beyond the largest 64-bit float, 1.8e308; its spread is too large",
                self.law
            ));
        }
        let outside = shape.mass_outside(domain);
        (!(outside <= TOLERATED_OUTSIDE)).then(|| {
            let bounds: Vec<String> = [("low", domain.low), ("high", domain.high)]
                .iter()
                .filter(|(_, bound)| bound.is_finite())
                .map(|(key, bound)| format!("{key} = {bound}"))
                .collect();
            let median = shape.median();
            let is_percent = quantity.rate().is_some_and(|rate| median > rate.most());
            let percent = || format!("; it is a fraction a year: {} % is {}", shown(median), shown(of_percent(median)));
            format!(
                "{rule}, but {} of {} lies outside; truncated = {{ of = …, {} }} keeps it inside{}",
                share(outside),
                self.law,
                bounds.join(", "),
                if is_percent { percent() } else { String::new() }
            )
        })
    }
}

/// A probability in percent with two significant digits.
fn share(probability: f64) -> String {
    let percent = 100.0 * probability;
    if percent >= 1.0 { format!("{percent:.1} %") } else { format!("{percent:.2e} %") }
}

/// Lists of more than eight values are shortened, unless the alternate form `{:#}` is asked for.
impl fmt::Display for Assumption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&if f.alternate() { format!("{:#}", self.law) } else { self.law.to_string() })
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

impl From<Quantiles> for Assumption {
    fn from(quantiles: Quantiles) -> Self {
        Self::new(Law::Quantiles(Box::new(quantiles)))
    }
}
