//! The distributions of a number: parameters as written, and what they must satisfy together.

use std::fmt;

use super::family::{Family, Notation};
use super::metalog::{self, Metalog};
use super::quantiles::Quantiles;
use super::quantity::Exponent;
use super::standard_law::{LEAST_KEPT, StandardLaw};
use super::steps::Steps;
use crate::error::shown;
use crate::math;

/// The number of values of `discrete` and `empirical` that a message shows.
const MOST_SHOWN: usize = 8;
/// The fewest degrees of freedom of a drawn Student-t distribution. With half as many, the largest draw of a stream would
/// exceed 1e308.
const LEAST_DEGREES: f64 = 0.1;
/// The largest standard deviation of ln X. With a larger one more than a millionth of the factors e^(sd·z) exceeds 1.8e308.
const MOST_SD_OF_LOG: f64 = 149.0;

/// A number as it is written: a plain number, a name, or a distribution.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Law {
    Number(f64),
    Name(String),
    Family(Family, Vec<f64>),
    Quantiles(Box<Quantiles>),
    /// Values with their weights.
    Discrete(Vec<[f64; 2]>),
    Empirical(Vec<f64>),
    Truncated {
        of: Box<Law>,
        low: Option<f64>,
        high: Option<f64>,
    },
}

impl Law {
    /// The index of a law of a mixture, drawn with these weights.
    #[expect(clippy::cast_precision_loss, reason = "a file of 16 MiB holds fewer laws than 2^53")]
    pub(crate) fn pick(weights: &[f64]) -> Self {
        Self::Discrete(weights.iter().enumerate().map(|(index, weight)| [index as f64, *weight]).collect())
    }

    /// An inconsistency between parameters that are each valid by themselves.
    pub(crate) fn inconsistency(&self) -> Option<String> {
        match self {
            Self::Number(_) | Self::Name(_) => None,
            Self::Family(family, values) => inconsistency_of_family(*family, values),
            Self::Quantiles(quantiles) => metalog::inconsistency(quantiles),
            Self::Discrete(pairs) if pairs.is_empty() => {
                Some("discrete: at least one [value, weight] is needed, got none".to_owned())
            }
            Self::Discrete(pairs) => pairs
                .iter()
                .all(|[_, weight]| *weight <= 0.0)
                .then(|| format!("discrete: a weight must be above 0, got {self}")),
            Self::Empirical(values) => {
                values.is_empty().then(|| "empirical: at least one value is needed, got none".to_owned())
            }
            Self::Truncated { of, low, high } => of.inconsistency().or_else(|| truncation_fault(of, *low, *high)),
        }
    }

    /// Whether revenue has no usable mean if this is the distribution of a number that acts on revenue as `exponent`
    /// states.
    pub(crate) fn has_heavy_tail(&self, exponent: Exponent) -> bool {
        match self {
            Self::Family(Family::Lognormal | Family::LogInterval | Family::StudentT, _) => true,
            // With ln(1 + g) normal, revenue is lognormal; in an exponent, e^x has no mean.
            Self::Family(Family::LogGrowth, _) => exponent == Exponent::Factor,
            Self::Quantiles(quantiles) => match exponent {
                // Without bounds the tail is exponential, and every power of 1 + g has a mean.
                Exponent::Base => quantiles.low.is_some() && quantiles.high.is_none(),
                Exponent::Factor => quantiles.high.is_none(),
            },
            Self::Truncated { of, high, .. } => high.is_none() && of.has_heavy_tail(exponent),
            Self::Number(_)
            | Self::Name(_)
            | Self::Discrete(_)
            | Self::Empirical(_)
            | Self::Family(
                Family::Normal | Family::Uniform | Family::Triangular | Family::Pert | Family::Interval | Family::Beta,
                _,
            ) => false,
        }
    }
}

impl StandardLaw {
    /// The distribution in standard parameters; `None` for a name, which has no distribution of its own.
    pub(crate) fn of(law: &Law) -> Option<Self> {
        Some(match law {
            Law::Number(value) => Self::Constant(*value),
            Law::Name(_) => return None,
            Law::Family(family, values) => Self::of_family(*family, values),
            Law::Quantiles(quantiles) => {
                Metalog::of(quantiles).map_or(Self::Constant(quantiles.median()), Self::Metalog)
            }
            Law::Discrete(pairs) => Self::of_steps(Steps::weighted(pairs)),
            Law::Empirical(values) => Self::of_steps(Steps::equal(values)),
            Law::Truncated { of, low, high } => match Self::of(of)? {
                Self::Constant(value) => Self::Constant(value),
                of => of.truncated(low.unwrap_or(f64::NEG_INFINITY), high.unwrap_or(f64::INFINITY)),
            },
        })
    }
}

fn inconsistency_of_family(family: Family, values: &[f64]) -> Option<String> {
    if let Some(message) = overflow_of_family(family, values) {
        return Some(message);
    }
    let from = family.points_from()?;
    let names: Vec<&str> = family.parameters()[from..].iter().map(|(name, _)| *name).collect();
    let (names, points) = (names.join(", "), &values[from..]);
    if !points.is_sorted() {
        return Some(format!("{names} must not decrease, got {points:?}"));
    }
    let (low, high) = (points[0], points[points.len() - 1]);
    (!(high - low).is_finite()).then(|| format!("{names} span a range that overflows a 64-bit float, got {points:?}"))
}

/// Parameters with which draws, or the factors that make them up, would overflow.
fn overflow_of_family(family: Family, values: &[f64]) -> Option<String> {
    if family == Family::LogGrowth && !math::exp_m1(values[0]).is_finite() {
        return Some(format!("log_growth: a mean of ln(1 + growth) of {} overflows a 64-bit float", shown(values[0])));
    }
    let shape = StandardLaw::of_family(family, values);
    let (what, found) = if let StandardLaw::StudentT { degrees, .. } = shape
        && degrees < LEAST_DEGREES
    {
        (format!("df must be at least {LEAST_DEGREES}"), degrees)
    } else if let StandardLaw::Lognormal { sd, .. } = shape
        && !(sd <= MOST_SD_OF_LOG)
    {
        (format!("the standard deviation of the logarithm must be at most {MOST_SD_OF_LOG}"), sd)
    } else {
        return None;
    };
    Some(format!("{}: {what}, got {}: draws would overflow", family.key(), shown(found)))
}

fn truncation_fault(of: &Law, low: Option<f64>, high: Option<f64>) -> Option<String> {
    if matches!(of, Law::Number(_) | Law::Name(_)) {
        return Some(format!("truncated applies to a distribution, got {of}"));
    }
    let (low, high) = (low.unwrap_or(f64::NEG_INFINITY), high.unwrap_or(f64::INFINITY));
    let range = || (shown(low), shown(high));
    if !(low < high) {
        let (low, high) = range();
        return Some(format!("truncated: low must be less than high, got {low} and {high}"));
    }
    let kept = match StandardLaw::of(of)? {
        StandardLaw::Constant(value) => f64::from(u8::from((low..=high).contains(&value))),
        shape @ StandardLaw::Steps(_) => shape.mass(low, high),
        // Nested truncations are merged, so that the mass is relative to the distribution without any.
        shape => match shape.truncated(low, high) {
            StandardLaw::Truncated { of, low, high } if low < high => of.mass(low, high),
            _ => 0.0,
        },
    };
    (!(kept >= LEAST_KEPT)).then(|| {
        let (low, high) = range();
        format!("truncated: {of} has no probability between {low} and {high}")
    })
}

/// The parameters in full with `{:#}`. Otherwise long lists of values are shortened.
impl fmt::Display for Law {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(value) => f.write_str(&shown(*value)),
            Self::Name(name) => write!(f, "{name:?}"),
            Self::Family(family, values) => {
                let value = |(index, value): (usize, &f64)| match family.notation() {
                    Notation::List => shown(*value),
                    Notation::Table { .. } => format!("{} = {}", family.parameters()[index].0, shown(*value)),
                };
                listed(f, family.key(), values.len(), &values.iter().enumerate().map(value).collect::<Vec<_>>())
            }
            Self::Quantiles(quantiles) => {
                let numbers = quantiles.numbers();
                let numbers: Vec<String> = numbers.map(|(key, value)| format!("{key} = {}", shown(value))).collect();
                listed(f, "quantiles", numbers.len(), &numbers)
            }
            Self::Discrete(pairs) => {
                let shown_pairs = pairs.iter().take(most_shown(f));
                let pairs_shown: Vec<String> =
                    shown_pairs.map(|[value, weight]| format!("[{}, {}]", shown(*value), shown(*weight))).collect();
                listed(f, "discrete", pairs.len(), &pairs_shown)
            }
            Self::Empirical(values) => {
                let values_shown: Vec<String> = values.iter().take(most_shown(f)).map(|value| shown(*value)).collect();
                listed(f, "empirical", values.len(), &values_shown)
            }
            Self::Truncated { of, low, high } => {
                fmt::Display::fmt(of, f)?;
                match (low.map(shown), high.map(shown)) {
                    (Some(low), Some(high)) => write!(f, " truncated to {low} – {high}"),
                    (Some(low), None) => write!(f, " truncated to above {low}"),
                    (None, Some(high)) => write!(f, " truncated to below {high}"),
                    (None, None) => Ok(()),
                }
            }
        }
    }
}

fn most_shown(f: &fmt::Formatter<'_>) -> usize {
    if f.alternate() { usize::MAX } else { MOST_SHOWN }
}

/// `key(a, b, … 3 more)` for the first items of `count`.
fn listed(f: &mut fmt::Formatter<'_>, key: &str, count: usize, items: &[String]) -> fmt::Result {
    write!(f, "{key}({}", items.join(", "))?;
    match count - items.len() {
        0 => f.write_str(")"),
        more => write!(f, ", … {more} more)"),
    }
}
