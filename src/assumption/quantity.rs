//! What a number means, which determines its bounds, the wording of errors, and its effect on revenue.

use super::domain::Domain;

/// The range of shape parameters in which draws from a beta distribution are accurate. Below it a draw near an end is
/// smaller than any 64-bit float; above it the spread is below a thousandth of the mean.
const BETA_SHAPES: (f64, f64) = (0.05, 1e6);

/// What a number means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quantity {
    /// Revenue of a period.
    Revenue,
    /// A simple annual growth rate.
    Growth,
    /// Standard deviation of log revenue per √year.
    Volatility,
    /// Years until half of a distance is covered.
    HalfLife,
    /// The factor between the log growth rates of successive years.
    Ratio,
    /// The limit of revenue as a multiple of base revenue.
    Saturation,
    /// The rate, per year, at which a curve approaches its saturation.
    SaturationRate,
    /// The exponent of a growth law, without a unit.
    Shape,
    /// The factor between the log growth rates of successive years of a damped trend.
    Damping,
    /// Adoption per year that does not depend on earlier adopters: Bass's p.
    Innovation,
    /// Adoption per year and adopted fraction: Bass's q.
    Imitation,
    /// The fraction of a potential that has adopted.
    AdoptedFraction,
    /// The fraction of a market.
    MarketShare,
    /// A parameter of a custom growth law, of unknown meaning.
    CustomParameter,
    /// A named assumption: the places that use it determine what it means.
    Shared,
    Correlation,
    /// The change of log revenue by a jump.
    LogSize,
    /// The share of a shock's variance that is growth.
    TrendShare,
    /// The loading of a factor.
    Loading,
    /// A probability.
    Probability,
    /// Degrees of freedom of innovations with a variance.
    DegreesOfFreedom,
    /// A month of the year.
    Month,
    /// A number of dates or years.
    Count,
    /// A parameter of a distribution that may be any number: a mean, a mode, a bound.
    Location,
    /// A standard deviation.
    Spread,
    /// A parameter of a distribution that must be positive.
    PositiveLocation,
    /// A shape parameter of the beta distribution.
    BetaShape,
    /// The weight of a value, relative to the sum of the weights.
    Weight,
    /// The weight of a view in the pool of all views.
    ViewWeight,
}

/// How a number acts on revenue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exponent {
    /// As the base g of a power (1 + g)^τ.
    Base,
    /// As a factor x in an exponent, e^(cx), or in an unknown way.
    Factor,
}

/// An annual rate as a fraction, which people often state in percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rate {
    Growth,
    Volatility,
}

impl Rate {
    /// The value beyond which a rate is probably in percent. Growth: 500 % a year; Alibaba Cloud's best year was 140 %. Volatility: in nine
    /// of ten years revenue would lie between a 27th and 27 times its median.
    pub(crate) const fn most(self) -> f64 {
        match self {
            Self::Growth => 5.0,
            Self::Volatility => 2.0,
        }
    }
}

impl Quantity {
    /// The allowed values.
    pub(crate) const fn domain(self) -> Domain {
        match self {
            Self::Revenue
            | Self::HalfLife
            | Self::Ratio
            | Self::SaturationRate
            | Self::Shape
            | Self::Damping
            | Self::Innovation
            | Self::PositiveLocation
            | Self::ViewWeight => Domain::open(0.0, f64::INFINITY),
            Self::Saturation => Domain::open(1.0, f64::INFINITY),
            Self::AdoptedFraction | Self::MarketShare => Domain::open(0.0, 1.0),
            Self::Growth => Domain::open(-1.0, f64::INFINITY),
            Self::Volatility | Self::Imitation | Self::Spread | Self::Weight => {
                Domain { low_open: false, ..Domain::open(0.0, f64::INFINITY) }
            }
            Self::CustomParameter | Self::Shared | Self::Location | Self::LogSize | Self::Loading => Domain::FINITE,
            Self::TrendShare | Self::Probability => Domain::closed(0.0, 1.0),
            Self::DegreesOfFreedom => Domain::open(2.0, f64::INFINITY),
            Self::Correlation => Domain::closed(-1.0, 1.0),
            Self::Month => Domain::closed(1.0, 12.0),
            Self::Count => Domain { low_open: false, ..Domain::open(1.0, f64::INFINITY) },
            Self::BetaShape => Domain::closed(BETA_SHAPES.0, BETA_SHAPES.1),
        }
    }

    /// The rule for error messages.
    pub(crate) const fn rule(self) -> &'static str {
        match self {
            Self::Revenue => "revenue must be finite and above 0",
            Self::Growth => "growth must be above -1 (-100 % a year)",
            Self::Volatility => "must be finite and not negative",
            Self::HalfLife => "a half-life (years) must be finite and above 0",
            Self::Ratio => "a ratio must be finite and above 0",
            Self::Saturation => "a saturation (multiple of base revenue) must be finite and above 1",
            Self::SaturationRate => "a rate (per year) must be finite and above 0",
            Self::Shape => "a shape must be finite and above 0",
            Self::Damping => "phi (per year) must be finite and above 0",
            Self::Innovation => "p (per year) must be finite and above 0",
            Self::Imitation => "q (per year) must be finite and not negative",
            Self::AdoptedFraction => "an adopted fraction must lie between 0 and 1, both excluded",
            Self::MarketShare => "a share of a market must lie between 0 and 1, both excluded",
            Self::CustomParameter => "a parameter must be finite",
            Self::Shared | Self::Location => "must be finite",
            Self::Correlation => "a correlation must lie between -1 and 1",
            Self::LogSize => "a log size must be finite",
            Self::TrendShare => "a share must lie between 0 and 1",
            Self::Loading => "a loading must be finite",
            Self::Probability => "a probability must lie between 0 and 1",
            Self::DegreesOfFreedom => "degrees of freedom must be finite and above 2",
            Self::Month => "must be a month, 1 to 12",
            Self::Count => "must be a whole number of at least 1",
            Self::Spread => "a spread must be finite and not negative",
            Self::PositiveLocation => "must be finite and above 0",
            Self::BetaShape => "a shape of a beta distribution must lie between 0.05 and 1000000",
            Self::Weight => "a weight must be finite and not negative",
            Self::ViewWeight => "the weight of a view must be finite and above 0",
        }
    }

    /// How it acts on revenue if it acts in a power, where a heavy tail leaves revenue without a mean.
    pub(crate) const fn exponent(self) -> Option<Exponent> {
        match self {
            Self::Growth => Some(Exponent::Base),
            Self::Volatility | Self::Ratio | Self::Damping | Self::CustomParameter | Self::LogSize => {
                Some(Exponent::Factor)
            }
            Self::Revenue
            | Self::HalfLife
            // Revenue never exceeds the saturation, whatever rate and shape are.
            | Self::Saturation
            | Self::SaturationRate
            | Self::Shape
            | Self::Innovation
            | Self::Imitation
            | Self::AdoptedFraction
            | Self::MarketShare
            | Self::Shared
            | Self::Correlation
            | Self::TrendShare
            | Self::Loading
            | Self::Probability
            | Self::DegreesOfFreedom
            | Self::Month
            | Self::Count
            | Self::Location
            | Self::Spread
            | Self::PositiveLocation
            | Self::BetaShape
            | Self::Weight
            | Self::ViewWeight => None,
        }
    }

    /// The annual rate that it is, if it is one.
    pub(crate) const fn rate(self) -> Option<Rate> {
        match self {
            Self::Growth => Some(Rate::Growth),
            Self::Volatility => Some(Rate::Volatility),
            Self::Revenue
            | Self::HalfLife
            | Self::Ratio
            | Self::Saturation
            | Self::SaturationRate
            | Self::Shape
            | Self::Damping
            | Self::Innovation
            | Self::Imitation
            | Self::AdoptedFraction
            | Self::MarketShare
            | Self::CustomParameter
            | Self::Shared
            | Self::Correlation
            | Self::LogSize
            | Self::TrendShare
            | Self::Loading
            | Self::Probability
            | Self::DegreesOfFreedom
            | Self::Month
            | Self::Count
            | Self::Location
            | Self::Spread
            | Self::PositiveLocation
            | Self::BetaShape
            | Self::Weight
            | Self::ViewWeight => None,
        }
    }
}
