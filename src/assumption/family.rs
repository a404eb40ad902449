//! The families of distributions with a fixed number of parameters: their keys, and how the scenario file writes them.

use super::address::Key;
use super::quantity::Quantity;

/// The families, each with its key and parameters in the scenario file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    Normal,
    Lognormal,
    LogGrowth,
    Uniform,
    Triangular,
    Pert,
    Interval,
    LogInterval,
    Beta,
    StudentT,
}

/// How the file writes the parameters of a family.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Notation {
    /// `{ normal = [0.3, 0.1] }`
    List,
    /// `{ beta = { alpha = 2, beta = 5 } }`; the last parameters have these defaults.
    Table { defaults: &'static [f64] },
}

impl Family {
    pub(crate) const ALL: [Self; 10] = [
        Self::Normal,
        Self::Lognormal,
        Self::LogGrowth,
        Self::Uniform,
        Self::Triangular,
        Self::Pert,
        Self::Interval,
        Self::LogInterval,
        Self::Beta,
        Self::StudentT,
    ];

    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Lognormal => "lognormal",
            Self::LogGrowth => "log_growth",
            Self::Uniform => "uniform",
            Self::Triangular => "triangular",
            Self::Pert => "pert",
            Self::Interval => "interval",
            Self::LogInterval => "log_interval",
            Self::Beta => "beta",
            Self::StudentT => "student_t",
        }
    }

    pub(crate) const fn parameters(self) -> &'static [(&'static str, Quantity)] {
        match self {
            Self::Normal | Self::LogGrowth => &[("mean", Quantity::Location), ("sd", Quantity::Spread)],
            Self::Lognormal => &[("median", Quantity::PositiveLocation), ("sd_of_log", Quantity::Spread)],
            Self::Uniform => &[("low", Quantity::Location), ("high", Quantity::Location)],
            Self::Triangular | Self::Pert => {
                &[("low", Quantity::Location), ("mode", Quantity::Location), ("high", Quantity::Location)]
            }
            Self::Interval => &[("p05", Quantity::Location), ("p95", Quantity::Location)],
            Self::LogInterval => &[("p05", Quantity::PositiveLocation), ("p95", Quantity::PositiveLocation)],
            Self::Beta => &[
                ("alpha", Quantity::BetaShape),
                ("beta", Quantity::BetaShape),
                ("low", Quantity::Location),
                ("high", Quantity::Location),
            ],
            Self::StudentT => {
                &[("df", Quantity::PositiveLocation), ("location", Quantity::Location), ("scale", Quantity::Spread)]
            }
        }
    }

    pub(crate) const fn notation(self) -> Notation {
        match self {
            Self::Beta | Self::StudentT => Notation::Table { defaults: &[0.0, 1.0] },
            Self::Normal
            | Self::Lognormal
            | Self::LogGrowth
            | Self::Uniform
            | Self::Triangular
            | Self::Pert
            | Self::Interval
            | Self::LogInterval => Notation::List,
        }
    }

    /// The last step of the address of a parameter.
    pub(crate) const fn step(self, index: usize) -> Key<'static> {
        match self.notation() {
            Notation::List => Key::Index(index),
            Notation::Table { .. } => Key::Field(self.parameters()[index].0),
        }
    }

    /// The first of the parameters that are points of the support, which must not decrease; `None` if there are none.
    pub(super) const fn points_from(self) -> Option<usize> {
        match self {
            Self::Normal | Self::Lognormal | Self::LogGrowth | Self::StudentT => None,
            Self::Uniform | Self::Triangular | Self::Pert | Self::Interval | Self::LogInterval => Some(0),
            Self::Beta => Some(2),
        }
    }
}
