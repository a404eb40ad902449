//! Back-tests: forecasts from past years of a panel, each from what was known then, scored on what happened.
//!
//! [`History::backtest`](crate::History::backtest) makes one, and its [`Scorecard`] has the scores with intervals. The guide
//! [back-tests](crate::_documentation::backtest) defines the cases, the forecasters and the scores.

mod baselines;
mod cases;
mod forecast;
mod hedgehog;
mod outside;
mod run;
mod scorecard;

pub use cases::{Outcome, Pair};
pub use forecast::Forecast;
pub use hedgehog::{Hedgehog, OriginFan};
pub use run::Backtest;
#[cfg(feature = "charts")]
pub(crate) use scorecard::shown_skill;
pub use scorecard::{Case, ForecasterScores, Scorecard};
