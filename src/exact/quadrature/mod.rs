//! Integration over the drawn assumptions of a pair.
//!
//! | module | purpose |
//! |---|---|
//! | `integrate` | choice of method and refinement to a tolerance |
//! | `processes` | the same for shocks that are not Gaussian random walks |
//! | `trapezoid` | trapezoidal rules on a few axes, for these |
//! | `conditional` | the recursion at points of the assumptions |
//! | `pairs` | a pair with and without a distribution of its start |
//! | `lines`, `cubic`, `sweep` | conditioning on one axis (preintegration), with small shocks or none |
//! | `axes` | rotations of the standard normal scores |
//! | `control` | a control variate for either method |
//! | `sampled` | one of these, and a cheap approximation of it for two-level sampling |
//! | `probits`, `features`, `bounds`, `crossings`, `middles`, `polynomial` | such approximations |
//! | `run`, `replicates`, `wide` | sums over scrambled points, some far out, and their standard errors |
//! | `calibration` | means of derivatives |
//! | `budget` | cost limit |

mod axes;
mod bounds;
pub(super) mod budget;
pub(super) mod calibration;
pub(super) mod conditional;
mod control;
mod crossings;
mod cubic;
mod features;
pub(super) mod integrate;
pub(super) mod lines;
mod middles;
pub(super) mod pairs;
mod polynomial;
mod probits;
pub(super) mod processes;
pub(super) mod replicates;
pub(super) mod run;
mod sampled;
pub(super) mod sweep;
mod trapezoid;
pub(super) mod wide;
