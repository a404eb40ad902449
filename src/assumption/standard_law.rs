//! Distributions in standard parameters, with their distribution functions.

use super::domain::Domain;
use super::family::Family;
use super::metalog::Metalog;
use super::pert_law as pert;
use super::side::Side;
use super::steps::Steps;
use crate::math;

/// Φ⁻¹(0.95): the half-width of a central 90 % interval in standard deviations.
const Z95: f64 = 1.644_853_626_951_472_2;

/// The smallest probability that truncation may leave. With less, the probability of a draw in the tail (down to 1e-16
/// of it) would be subnormal.
pub(super) const LEAST_KEPT: f64 = 1e-280;

/// A distribution in standard parameters.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum StandardLaw {
    Constant(f64),
    Normal {
        mean: f64,
        sd: f64,
    },
    Lognormal {
        median: f64,
        sd: f64,
    },
    /// ln(1 + x) is normal.
    LogGrowth {
        mean: f64,
        sd: f64,
    },
    Uniform {
        low: f64,
        high: f64,
    },
    Triangular {
        low: f64,
        mode: f64,
        high: f64,
    },
    Pert {
        low: f64,
        mode: f64,
        high: f64,
    },
    Beta {
        alpha: f64,
        beta: f64,
        low: f64,
        high: f64,
    },
    StudentT {
        degrees: f64,
        location: f64,
        scale: f64,
    },
    Metalog(Metalog),
    Steps(Steps),
    Truncated {
        of: Box<StandardLaw>,
        low: f64,
        high: f64,
    },
}

impl StandardLaw {
    /// A single value is a constant.
    pub(super) fn of_steps(steps: Steps) -> Self {
        steps.single().map_or(Self::Steps(steps), Self::Constant)
    }

    /// Truncation to an interval. Repeated truncation is merged into one, so that rounding does not accumulate.
    pub(super) fn truncated(self, low: f64, high: f64) -> Self {
        match self {
            Self::Truncated { of, low: least, high: most } => {
                Self::Truncated { of, low: low.max(least), high: high.min(most) }
            }
            Self::Steps(steps) => Self::of_steps(steps.restricted(|x| (low..=high).contains(&x))),
            of => Self::Truncated { of: Box::new(of), low, high },
        }
    }

    /// Truncation to `domain`; validation has ensured that this removes at most 1e-6.
    pub(super) fn within(&self, domain: Domain) -> Self {
        match self {
            Self::Constant(value) => Self::Constant(*value),
            Self::Steps(steps) => Self::of_steps(steps.clone().restricted(|x| domain.contains(x))),
            shape if shape.mass_outside(domain) > 0.0 => shape.clone().truncated(domain.low, domain.high),
            shape => shape.clone(),
        }
    }

    /// A spread of 0 makes it a constant, as the scenario format states.
    pub(super) fn of_family(family: Family, values: &[f64]) -> Self {
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
            Family::LogGrowth => Self::LogGrowth { mean: value(0), sd: value(1) },
            Family::Uniform => Self::Uniform { low: value(0), high: value(1) },
            Family::Triangular => Self::Triangular { low: value(0), mode: value(1), high: value(2) },
            Family::Pert => Self::Pert { low: value(0), mode: value(1), high: value(2) },
            Family::Beta => Self::Beta { alpha: value(0), beta: value(1), low: value(2), high: value(3) },
            Family::StudentT => Self::StudentT { degrees: value(0), location: value(1), scale: value(2) },
        };
        match shape {
            Self::Normal { mean: value, sd: 0.0 }
            | Self::Lognormal { median: value, sd: 0.0 }
            | Self::StudentT { location: value, scale: 0.0, .. } => Self::Constant(value),
            Self::LogGrowth { mean, sd: 0.0 } => Self::Constant(math::exp_m1(mean)),
            Self::Uniform { low, high }
            | Self::Triangular { low, high, .. }
            | Self::Pert { low, high, .. }
            | Self::Beta { low, high, .. }
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
            Self::LogGrowth { .. } if x <= -1.0 => bounded(0.0),
            Self::LogGrowth { mean, sd } => z_side((math::ln_1p(x) - mean) / sd),
            Self::Uniform { low, high } => {
                let part = if side == Side::Below { x - low } else { high - x };
                (part / (high - low)).clamp(0.0, 1.0)
            }
            Self::Triangular { low, mode, high } => from_side(side, triangular_cdf, [low, mode, high, x]),
            Self::Pert { low, mode, high } => from_side(side, pert::cdf, [low, mode, high, x]),
            Self::Beta { alpha, beta, low, high } => {
                let width = high - low;
                let (below, above) = (((x - low) / width).clamp(0.0, 1.0), ((high - x) / width).clamp(0.0, 1.0));
                match side {
                    Side::Below => math::beta_cdf_parts(alpha, beta, below, above),
                    Side::Above => math::beta_cdf_parts(beta, alpha, above, below),
                }
            }
            Self::StudentT { degrees, location, scale } => {
                let t = (x - location) / scale;
                math::student_sf(degrees, if side == Side::Below { -t } else { t })
            }
            Self::Metalog(ref metalog) => metalog.probability(side, x),
            Self::Steps(ref steps) => bounded(steps.at_most(x)),
            Self::Truncated { ref of, low, high } => {
                let inside = x.clamp(low, high);
                let part = if side == Side::Below { of.mass(low, inside) } else { of.mass(inside, high) };
                part / of.mass(low, high)
            }
        }
    }

    /// The probability of an interval with its ends, from the tail that keeps more digits.
    pub(crate) fn mass(&self, low: f64, high: f64) -> f64 {
        if let Self::Steps(steps) = self {
            return steps.mass(|x| (low..=high).contains(&x));
        }
        let side = self.side(low);
        (self.probability(side, high) - self.probability(side, low)).abs()
    }

    pub(super) fn side(&self, low: f64) -> Side {
        if self.probability(Side::Below, low) > 0.5 { Side::Above } else { Side::Below }
    }

    /// The probability outside of `domain`, at both ends together.
    pub(crate) fn mass_outside(&self, domain: Domain) -> f64 {
        if let Self::Steps(steps) = self {
            return steps.mass(|x| !domain.contains(x));
        }
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
