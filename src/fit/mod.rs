//! Nonlinear least squares: laws and custom models fitted to data.
//!
//! | module | purpose |
//! |---|---|
//! | `regression` | what is fitted: model, parameters, bounds, starts |
//! | `levenberg_marquardt` | the minimum of a sum of squares |
//! | `setup` | the parameters, validated; what is no optimum |
//! | `range` | bounds of parameters, by transformation |
//! | `curve`, `form`, `fitted_curve` | growth curves fitted to past revenue: what is fitted, the model, the result |
//! | `fitted` | the result: estimates with standard errors, intervals, predictions |

mod curve;
mod fitted;
mod fitted_curve;
mod form;
mod levenberg_marquardt;
mod range;
mod regression;
mod setup;

pub use curve::CurveFit;
pub use fitted::{Fit, Parameter, Prediction};
pub use fitted_curve::{FittedCurve, akaike_weights};
pub use form::Scale;
pub use regression::Regression;
