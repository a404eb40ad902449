//! Nonlinear least squares: laws and custom models fitted to data.
//!
//! | module | purpose |
//! |---|---|
//! | `regression` | what is fitted: model, parameters, bounds, starts |
//! | `levenberg_marquardt` | the minimum of a sum of squares |
//! | `problem` | residuals and their derivatives, by differences where they are not stated |
//! | `householder` | QR factorization without allocation |
//! | `setup` | the parameters, validated; what is no optimum |
//! | `range` | bounds of parameters, by transformation |
//! | `law`, `grid`, `starts` | growth laws whose starts are found from the data |
//! | `curve`, `form`, `fitted_curve` | growth curves fitted to past revenue: what is fitted, the model, the result |
//! | `shocks` | deviations from a curve: their scale, tails and half-life |
//! | `of_history` | the figures of a history that are fitted |
//! | `provider`, `fits` | fitted laws as providers of a scenario |
//! | `fitted` | the result: estimates with standard errors, intervals, predictions |

mod curve;
mod fits;
mod fitted;
mod fitted_curve;
mod form;
mod grid;
mod householder;
mod law;
mod levenberg_marquardt;
mod of_history;
mod problem;
mod provider;
mod range;
mod regression;
mod setup;
mod shocks;
mod starts;

pub use curve::CurveFit;
pub use fits::{Fits, FittedProvider};
pub use fitted::{Fit, Parameter, Prediction};
pub use fitted_curve::{FittedCurve, akaike_weights};
pub use form::Scale;
pub use law::GrowthLaw;
pub use regression::Regression;
pub use shocks::ResidualShocks;
