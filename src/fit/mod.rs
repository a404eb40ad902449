//! Nonlinear least squares: laws and custom models fitted to data.
//!
//! | module | purpose |
//! |---|---|
//! | `regression` | what is fitted: model, parameters, bounds, starts |
//! | `levenberg_marquardt` | the minimum of a sum of squares |
//! | `range` | bounds of parameters, by transformation |
//! | `fitted` | the result: estimates with standard errors, intervals, predictions |

mod fitted;
mod levenberg_marquardt;
mod range;
mod regression;

pub use fitted::{Fit, Parameter, Prediction};
pub use regression::Regression;
