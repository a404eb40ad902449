//! The distributions of a number: parameters as written, and distribution functions.

use std::fmt;

use super::domain::Domain;
use super::pert;
use super::quantity::Quantity;
use crate::error::shown;
use crate::math;

/// Φ⁻¹(0.95): the half-width of a central 90 % interval in standard deviations.
const Z95: f64 = 1.644_853_626_951_472_2;

/// The smallest probability that truncation may leave. With less, the probability of a draw in the tail (down to 1e-16
/// of it) would be subnormal.
const LEAST_KEPT: f64 = 1e-280;

/// The families of distributions, each with its key and parameters in the scenario file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    Normal,
    Lognormal,
    Uniform,
    Triangular,
    Pert,
    Interval,
    LogInterval,
}

impl Family {
    pub(crate) const ALL: [Self; 7] =
        [Self::Normal, Self::Lognormal, Self::Uniform, Self::Triangular, Self::Pert, Self::Interval, Self::LogInterval];

    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Lognormal => "lognormal",
            Self::Uniform => "uniform",
            Self::Triangular => "triangular",
            Self::Pert => "pert",
            Self::Interval => "interval",
            Self::LogInterval => "log_interval",
        }
    }

    pub(crate) const fn parameters(self) -> &'static [(&'static str, Quantity)] {
        match self {
            Self::Normal => &[("mean", Quantity::Location), ("sd", Quantity::Spread)],
            Self::Lognormal => &[("median", Quantity::PositiveLocation), ("sd_of_log", Quantity::Spread)],
            Self::Uniform => &[("low", Quantity::Location), ("high", Quantity::Location)],
            Self::Triangular | Self::Pert => {
                &[("low", Quantity::Location), ("mode", Quantity::Location), ("high", Quantity::Location)]
            }
            Self::Interval => &[("p05", Quantity::Location), ("p95", Quantity::Location)],
            Self::LogInterval => &[("p05", Quantity::PositiveLocation), ("p95", Quantity::PositiveLocation)],
        }
    }

    /// Whether the parameters are points of the support, which must not decrease.
    const fn ordered(self) -> bool {
        !matches!(self, Self::Normal | Self::Lognormal)
    }
}

/// A number as it is written: a plain number, a name, or a distribution.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Law {
    Number(f64),
    Name(String),
    Family(Family, Vec<f64>),
    Truncated { of: Box<Law>, low: Option<f64>, high: Option<f64> },
}

impl Law {
    /// An inconsistency between parameters that are each valid by themselves.
    pub(crate) fn inconsistency(&self) -> Option<String> {
        match self {
            Self::Number(_) | Self::Name(_) => None,
            Self::Family(family, values) => {
                let names: Vec<&str> = family.parameters().iter().map(|(name, _)| *name).collect();
                if !family.ordered() {
                    return None;
                }
                if !values.windows(2).all(|pair| pair[0] <= pair[1]) {
                    return Some(format!("{} must not decrease, got {values:?}", names.join(", ")));
                }
                let (low, high) = (values[0], values[values.len() - 1]);
                (!(high - low).is_finite())
                    .then(|| format!("{} span a range that overflows a 64-bit float, got {values:?}", names.join(", ")))
            }
            Self::Truncated { of, low, high } => of.inconsistency().or_else(|| {
                if matches!(**of, Self::Number(_) | Self::Name(_)) {
                    return Some(format!("truncated applies to a distribution, got {of}"));
                }
                let (low, high) = (low.unwrap_or(f64::NEG_INFINITY), high.unwrap_or(f64::INFINITY));
                if !(low < high) {
                    let (low, high) = (shown(low), shown(high));
                    return Some(format!("truncated: low must be less than high, got {low} and {high}"));
                }
                let kept = match Shape::of(of)? {
                    Shape::Constant(value) => f64::from(u8::from((low..=high).contains(&value))),
                    shape => shape.mass(low, high),
                };
                (!(kept >= LEAST_KEPT)).then(|| {
                    let (low, high) = (shown(low), shown(high));
                    format!("truncated: {of} has no probability between {low} and {high}")
                })
            }),
        }
    }

    /// Whether this is a lognormal without an upper bound: among growth rates or volatilities, it leaves revenue
    /// without a usable mean.
    pub(crate) fn has_heavy_tail(&self) -> bool {
        match self {
            Self::Family(Family::Lognormal | Family::LogInterval, _) => true,
            Self::Truncated { of, high, .. } => high.is_none() && of.has_heavy_tail(),
            Self::Number(_)
            | Self::Name(_)
            | Self::Family(
                Family::Normal | Family::Uniform | Family::Triangular | Family::Pert | Family::Interval,
                _,
            ) => false,
        }
    }
}

impl fmt::Display for Law {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(value) => f.write_str(&shown(*value)),
            Self::Name(name) => write!(f, "{name:?}"),
            Self::Family(family, values) => {
                let values: Vec<String> = values.iter().map(|value| shown(*value)).collect();
                write!(f, "{}({})", family.key(), values.join(", "))
            }
            Self::Truncated { of, low, high } => {
                write!(f, "{of}")?;
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

/// A probability measured from the lower or the upper tail, so that neither tail loses digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Below,
    Above,
}

/// A distribution in standard parameters.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Shape {
    Constant(f64),
    Normal { mean: f64, sd: f64 },
    Lognormal { median: f64, sd: f64 },
    Uniform { low: f64, high: f64 },
    Triangular { low: f64, mode: f64, high: f64 },
    Pert { low: f64, mode: f64, high: f64 },
    Truncated { of: Box<Shape>, low: f64, high: f64 },
}

impl Shape {
    /// The distribution in standard parameters; `None` for a name, which has no distribution of its own.
    pub(crate) fn of(law: &Law) -> Option<Self> {
        Some(match law {
            Law::Number(value) => Self::Constant(*value),
            Law::Name(_) => return None,
            Law::Family(family, values) => Self::of_family(*family, values),
            Law::Truncated { of, low, high } => match Self::of(of)? {
                Self::Constant(value) => Self::Constant(value),
                of => of.truncated(low.unwrap_or(f64::NEG_INFINITY), high.unwrap_or(f64::INFINITY)),
            },
        })
    }

    /// Truncation to an interval. Repeated truncation is merged into one, so that rounding does not accumulate.
    fn truncated(self, low: f64, high: f64) -> Self {
        match self {
            Self::Truncated { of, low: least, high: most } => {
                Self::Truncated { of, low: low.max(least), high: high.min(most) }
            }
            of => Self::Truncated { of: Box::new(of), low, high },
        }
    }

    /// Truncation to `domain`; validation has ensured that this removes at most 1e-6.
    pub(super) fn within(&self, domain: Domain) -> Self {
        match self {
            Self::Constant(value) => Self::Constant(*value),
            shape if shape.mass_outside(domain) > 0.0 => shape.clone().truncated(domain.low, domain.high),
            shape => shape.clone(),
        }
    }

    /// A spread of 0 makes it a constant, as the scenario format states.
    fn of_family(family: Family, values: &[f64]) -> Self {
        let value = |index: usize| values[index];
        let shape = match family {
            Family::Normal => Self::Normal { mean: value(0), sd: value(1) },
            Family::Interval => {
                let (low, high) = (value(0), value(1));
                Self::Normal { mean: 0.5 * low + 0.5 * high, sd: (high - low) / (2.0 * Z95) }
            }
            Family::Lognormal => Self::Lognormal { median: value(0), sd: value(1) },
            Family::LogInterval => {
                let (low, high) = (value(0), value(1));
                if low >= high {
                    return Self::Constant(low);
                }
                // The quotient is more accurate, but may overflow.
                let quotient = high / low;
                let width = if quotient.is_finite() { math::ln(quotient) } else { math::ln(high) - math::ln(low) };
                Self::Lognormal { median: low.sqrt() * high.sqrt(), sd: width / (2.0 * Z95) }
            }
            Family::Uniform => Self::Uniform { low: value(0), high: value(1) },
            Family::Triangular => Self::Triangular { low: value(0), mode: value(1), high: value(2) },
            Family::Pert => Self::Pert { low: value(0), mode: value(1), high: value(2) },
        };
        match shape {
            Self::Normal { mean: value, sd: 0.0 } | Self::Lognormal { median: value, sd: 0.0 } => Self::Constant(value),
            Self::Uniform { low, high } | Self::Triangular { low, high, .. } | Self::Pert { low, high, .. }
                if low >= high =>
            {
                Self::Constant(low)
            }
            shape => shape,
        }
    }

    /// P(X ≤ x) from the lower side, or P(X > x) from the upper side.
    pub(super) fn probability(&self, side: Side, x: f64) -> f64 {
        let z_side = |z: f64| if side == Side::Below { math::norm_cdf(z) } else { math::norm_sf(z) };
        let bounded = |below: f64| if side == Side::Below { below } else { 1.0 - below };
        match *self {
            Self::Constant(value) => bounded(f64::from(u8::from(x >= value))),
            Self::Normal { mean, sd } => z_side((x - mean) / sd),
            Self::Lognormal { .. } if x <= 0.0 => bounded(0.0),
            Self::Lognormal { median, sd } => z_side(math::ln(x / median) / sd),
            Self::Uniform { low, high } => {
                let part = if side == Side::Below { x - low } else { high - x };
                (part / (high - low)).clamp(0.0, 1.0)
            }
            Self::Triangular { low, mode, high } => from_side(side, triangular_cdf, [low, mode, high, x]),
            Self::Pert { low, mode, high } => from_side(side, pert::cdf, [low, mode, high, x]),
            Self::Truncated { ref of, low, high } => {
                let inside = x.clamp(low, high);
                let part = if side == Side::Below { of.mass(low, inside) } else { of.mass(inside, high) };
                part / of.mass(low, high)
            }
        }
    }

    /// The probability of an interval, from the tail that keeps more digits.
    pub(crate) fn mass(&self, low: f64, high: f64) -> f64 {
        let side = self.side(low);
        (self.probability(side, high) - self.probability(side, low)).abs()
    }

    pub(super) fn side(&self, low: f64) -> Side {
        if self.probability(Side::Below, low) > 0.5 { Side::Above } else { Side::Below }
    }

    /// The probability outside of `domain`, at both ends together.
    pub(crate) fn mass_outside(&self, domain: Domain) -> f64 {
        self.probability(Side::Below, domain.low) + self.probability(Side::Above, domain.high)
    }
}

/// A distribution function with arguments low, mode, high and x. The upper tail is that of the mirrored distribution.
fn from_side(side: Side, cdf: fn(f64, f64, f64, f64) -> f64, [low, mode, high, x]: [f64; 4]) -> f64 {
    if side == Side::Below { cdf(low, mode, high, x) } else { cdf(-high, -mode, -low, -x) }
}

fn triangular_cdf(low: f64, mode: f64, high: f64, x: f64) -> f64 {
    if x <= low {
        0.0
    } else if x < mode {
        (x - low) / (high - low) * ((x - low) / (mode - low))
    } else if x < high {
        1.0 - (high - x) / (high - low) * ((high - x) / (high - mode))
    } else {
        1.0
    }
}
