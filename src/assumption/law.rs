//! The laws of one number: parameters as written, and their quantile functions.
//!
//! Everything is quantile functions first: a draw is `Q(u)` with one uniform `u`, so that a copula or a
//! quasi-random point can take the place of `u` without another sampler.

use std::fmt;

use super::domain::{Domain, Key, Visitor, at};
use super::pert;
use crate::error::shown;
use crate::math;

/// Φ⁻¹(0.95): a central 90 % interval reaches this many standard deviations to each side.
const Z95: f64 = 1.644_853_626_951_472_2;

/// The families of distributions, each with the key and the parameters of the scenario file.
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

    pub(crate) const fn parameters(self) -> &'static [(&'static str, Domain)] {
        match self {
            Self::Normal => &[("mean", Domain::FINITE), ("sd", Domain::SPREAD)],
            Self::Lognormal => &[("median", Domain::POSITIVE), ("sd_of_log", Domain::SPREAD)],
            Self::Uniform => &[("low", Domain::FINITE), ("high", Domain::FINITE)],
            Self::Triangular | Self::Pert => {
                &[("low", Domain::FINITE), ("mode", Domain::FINITE), ("high", Domain::FINITE)]
            }
            Self::Interval => &[("p05", Domain::FINITE), ("p95", Domain::FINITE)],
            Self::LogInterval => &[("p05", Domain::POSITIVE), ("p95", Domain::POSITIVE)],
        }
    }

    /// Whether the parameters are places on the line, which must not decrease.
    const fn ordered(self) -> bool {
        !matches!(self, Self::Normal | Self::Lognormal)
    }
}

/// A number as it is written: itself, a name, or a distribution.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Law {
    Number(f64),
    Name(String),
    Family(Family, Vec<f64>),
    Truncated { of: Box<Law>, low: Option<f64>, high: Option<f64> },
}

impl Law {
    /// Visits the plain numbers inside a distribution: `normal[1]`, `truncated.low`.
    pub(crate) fn walk<V: Visitor + ?Sized>(&mut self, visitor: &mut V) {
        match self {
            Self::Number(_) | Self::Name(_) => {}
            Self::Family(family, values) => at(visitor, Key::Field(family.key()), |visitor| {
                for (index, (value, (_, domain))) in values.iter_mut().zip(family.parameters()).enumerate() {
                    at(visitor, Key::Index(index), |visitor| visitor.plain(*domain, value));
                }
            }),
            Self::Truncated { of, low, high } => at(visitor, Key::Field("truncated"), |visitor| {
                at(visitor, Key::Field("of"), |visitor| of.walk(visitor));
                for (key, bound) in [("low", low), ("high", high)] {
                    if let Some(bound) = bound {
                        at(visitor, Key::Field(key), |visitor| visitor.plain(Domain::FINITE, bound));
                    }
                }
            }),
        }
    }

    /// What does not fit together among parameters that each are allowed by themselves.
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
                let width = if matches!(family, Family::LogInterval) { high / low } else { high - low };
                (!width.is_finite())
                    .then(|| format!("{} span more than a number can hold: {values:?}", names.join(", ")))
            }
            Self::Truncated { of, low, high } => of.inconsistency().or_else(|| {
                if matches!(**of, Self::Number(_) | Self::Name(_)) {
                    return Some(format!("truncated cuts a distribution, got {of}"));
                }
                let (low, high) = (low.unwrap_or(f64::NEG_INFINITY), high.unwrap_or(f64::INFINITY));
                if !(low < high) {
                    let (low, high) = (shown(low), shown(high));
                    return Some(format!("truncated: low must be below high, got {low} and {high}"));
                }
                let kept = match Shape::of(of)? {
                    Shape::Constant(value) => f64::from(u8::from((low..=high).contains(&value))),
                    shape => shape.mass(low, high),
                };
                (!(kept > 0.0)).then(|| {
                    let (low, high) = (shown(low), shown(high));
                    format!("truncated: none of {of} lies between {low} and {high}")
                })
            }),
        }
    }

    /// A lognormal without an upper bound: among growth rates or volatilities it leaves revenue without a usable mean.
    pub(crate) fn has_heavy_tail(&self) -> bool {
        match self {
            Self::Family(Family::Lognormal | Family::LogInterval, _) => true,
            Self::Truncated { of, high, .. } => high.is_none() && of.has_heavy_tail(),
            _ => false,
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
                write!(f, "{of} truncated to ")?;
                match (low.map(shown), high.map(shown)) {
                    (Some(low), Some(high)) => write!(f, "{low} – {high}"),
                    (Some(low), None) => write!(f, "above {low}"),
                    (None, Some(high)) => write!(f, "below {high}"),
                    (None, None) => f.write_str("nothing"),
                }
            }
        }
    }
}

/// A probability counted from below or from above, so that neither tail loses digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Below,
    Above,
}

/// A law in its standard parameters.
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
    /// The shape of a law; `None` of a name, which has none of its own.
    pub(crate) fn of(law: &Law) -> Option<Self> {
        Some(match law {
            Law::Number(value) => Self::Constant(*value),
            Law::Name(_) => return None,
            Law::Family(family, values) => Self::of_family(*family, values),
            Law::Truncated { of, low, high } => {
                Self::of(of)?.cut(low.unwrap_or(f64::NEG_INFINITY), high.unwrap_or(f64::INFINITY))
            }
        })
    }

    /// What lies between two bounds. What is cut twice is cut once, at the narrower bounds: a probability of a cut shape
    /// asks several of the shape within, so that their number would grow with the power of the depth.
    fn cut(self, low: f64, high: f64) -> Self {
        match self {
            Self::Constant(value) => Self::Constant(value),
            Self::Truncated { of, low: least, high: most } => {
                Self::Truncated { of, low: low.max(least), high: high.min(most) }
            }
            of => Self::Truncated { of: Box::new(of), low, high },
        }
    }

    /// A spread of 0 is that number (SCENARIO.md).
    fn of_family(family: Family, values: &[f64]) -> Self {
        let shape = match (family, values) {
            (Family::Normal, &[mean, sd]) => Self::Normal { mean, sd },
            (Family::Interval, &[low, high]) => {
                Self::Normal { mean: 0.5 * low + 0.5 * high, sd: (high - low) / (2.0 * Z95) }
            }
            (Family::Lognormal, &[median, sd]) => Self::Lognormal { median, sd },
            (Family::LogInterval, &[low, high]) => {
                Self::Lognormal { median: low.sqrt() * high.sqrt(), sd: math::ln(high / low) / (2.0 * Z95) }
            }
            (Family::Uniform, &[low, high]) => Self::Uniform { low, high },
            (Family::Triangular, &[low, mode, high]) => Self::Triangular { low, mode, high },
            (_, values) => Self::Pert { low: values[0], mode: values[1], high: values[2] },
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

    /// The probability of lying at or below `x`, or above it.
    fn probability(&self, side: Side, x: f64) -> f64 {
        let z_side = |z: f64| if side == Side::Below { math::norm_cdf(z) } else { math::norm_sf(z) };
        let bounded = |below: f64| if side == Side::Below { below } else { 1.0 - below };
        match *self {
            Self::Constant(value) => bounded(f64::from(u8::from(x >= value))),
            Self::Normal { mean, sd } => z_side((x - mean) / sd),
            Self::Lognormal { .. } if x <= 0.0 => bounded(0.0),
            Self::Lognormal { median, sd } => z_side(math::ln(x / median) / sd),
            Self::Uniform { low, high } => bounded(((x - low) / (high - low)).clamp(0.0, 1.0)),
            Self::Triangular { low, mode, high } => bounded(triangular_cdf(low, mode, high, x)),
            Self::Pert { low, mode, high } => bounded(pert::cdf(low, mode, high, x)),
            Self::Truncated { ref of, low, high } => {
                let inside = x.clamp(low, high);
                let part = if side == Side::Below { of.mass(low, inside) } else { of.mass(inside, high) };
                part / of.mass(low, high)
            }
        }
    }

    /// The probability of lying between two numbers, from whichever tail keeps its digits.
    pub(crate) fn mass(&self, low: f64, high: f64) -> f64 {
        let side = self.side(low);
        (self.probability(side, high) - self.probability(side, low)).abs()
    }

    fn side(&self, low: f64) -> Side {
        if self.probability(Side::Below, low) > 0.5 { Side::Above } else { Side::Below }
    }

    /// The probability outside of `domain`, both ends together.
    pub(crate) fn mass_outside(&self, domain: Domain) -> f64 {
        self.probability(Side::Below, domain.low) + self.probability(Side::Above, domain.high)
    }

    /// The smallest `v` with P(X ≤ v) ≥ 1/2.
    pub(crate) fn median(&self) -> f64 {
        let mut half = [0.5];
        Quantile::of(self).fill(&mut half);
        half[0]
    }
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

/// A quantile function made ready for a run: `fill` turns uniforms into draws.
#[derive(Debug, Clone)]
pub(crate) struct Quantile {
    form: Form,
    /// The least and greatest value a draw may take: bounds of the place that rounding alone could reach.
    clamp: (f64, f64),
}

#[derive(Debug, Clone)]
enum Form {
    Constant(f64),
    Normal { mean: f64, sd: f64 },
    Lognormal { median: f64, sd: f64 },
    Uniform { low: f64, high: f64 },
    Triangular { low: f64, mode: f64, high: f64 },
    Pert { low: f64, high: f64, table: math::QuantileTable },
    Truncated { of: Box<Form>, side: Side, from: f64, to: f64, low: f64, high: f64 },
}

impl Quantile {
    fn of(shape: &Shape) -> Self {
        Self { form: Form::of(shape), clamp: (f64::NEG_INFINITY, f64::INFINITY) }
    }

    /// The quantile function of what `domain` leaves of `shape`: validation has seen that this is all but 1e-6 of it.
    pub(crate) fn within(shape: &Shape, domain: Domain) -> Self {
        let form = if shape.mass_outside(domain) > 0.0 {
            Form::of(&shape.clone().cut(domain.low, domain.high))
        } else {
            Form::of(shape)
        };
        let low = if domain.low_open { domain.low.next_up() } else { domain.low };
        let high = if domain.high_open { domain.high.next_down() } else { domain.high };
        Self { form, clamp: (low, high) }
    }

    /// Turns uniforms in (0, 1) into draws, in place.
    pub(crate) fn fill(&self, u: &mut [f64]) {
        self.form.fill(Side::Below, u);
        let (low, high) = self.clamp;
        u.iter_mut().for_each(|x| *x = x.clamp(low, high));
    }
}

impl Form {
    fn of(shape: &Shape) -> Self {
        match *shape {
            Shape::Constant(value) => Self::Constant(value),
            Shape::Normal { mean, sd } => Self::Normal { mean, sd },
            Shape::Lognormal { median, sd } => Self::Lognormal { median, sd },
            Shape::Uniform { low, high } => Self::Uniform { low, high },
            Shape::Triangular { low, mode, high } => Self::Triangular { low, mode, high },
            Shape::Pert { low, mode, high } => Self::Pert { low, high, table: pert::table(low, mode, high) },
            Shape::Truncated { ref of, low, high } => {
                let side = of.side(low);
                let (from, to) = (of.probability(side, low), of.probability(side, high));
                Self::Truncated { of: Box::new(Self::of(of)), side, from, to, low, high }
            }
        }
    }

    /// `p` is a probability counted from `side`.
    fn fill(&self, side: Side, p: &mut [f64]) {
        let sign = if side == Side::Below { 1.0 } else { -1.0 };
        match self {
            Self::Constant(value) => p.fill(*value),
            Self::Normal { mean, sd } => {
                math::norm_quantile_slice(p);
                p.iter_mut().for_each(|x| *x = mean + sign * sd * *x);
            }
            Self::Lognormal { median, sd } => {
                math::norm_quantile_slice(p);
                p.iter_mut().for_each(|x| *x *= sign * sd);
                math::exp_slice(p);
                p.iter_mut().for_each(|x| *x *= median);
            }
            Self::Uniform { low, high } => {
                let (from, to) = if side == Side::Below { (low, high) } else { (high, low) };
                p.iter_mut().for_each(|x| *x = from + (to - from) * *x);
            }
            Self::Triangular { low, mode, high } => {
                p.iter_mut().for_each(|x| *x = triangular_quantile(*low, *mode, *high, side, *x));
            }
            Self::Pert { low, high, table } => {
                if side == Side::Above {
                    p.iter_mut().for_each(|x| *x = 1.0 - *x);
                }
                table.eval_slice(p);
                p.iter_mut().for_each(|x| *x = low + (high - low) * *x);
            }
            Self::Truncated { of, side: own, from, to, low, high } => {
                let (from, to) = if side == Side::Below { (from, to) } else { (to, from) };
                // Rounding may reach 0 or 1, where a quantile is infinite.
                let (least, most) = (f64::MIN_POSITIVE, 1.0_f64.next_down());
                p.iter_mut().for_each(|x| *x = (from + (to - from) * *x).clamp(least, most));
                of.fill(*own, p);
                p.iter_mut().for_each(|x| *x = x.clamp(*low, *high));
            }
        }
    }
}

/// Inverse of the triangular cdf, each branch from its own end.
fn triangular_quantile(low: f64, mode: f64, high: f64, side: Side, p: f64) -> f64 {
    let (below, above) = if side == Side::Below { (p, 1.0 - p) } else { (1.0 - p, p) };
    let width = high - low;
    if below * width < mode - low {
        low + (below * width * (mode - low)).sqrt()
    } else {
        high - (above * width * (high - mode)).sqrt()
    }
}
