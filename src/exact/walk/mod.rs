//! The walk of a log-ratio, period by period.
//!
//! | module | purpose |
//! |---|---|
//! | `panels` | densities on panels of Gauss nodes, and the staying probabilities between them |
//! | `kernel` | one period of a Gaussian random walk, as a matrix applied to a density |
//! | `passage` | first passage, sustained leads and lead changes of a Gaussian random walk |
//! | `watched` | its first passage under continuous monitoring |
//! | `innovation` | densities and tails of normal and Student-t innovations |
//! | `grid`, `convolution` | a uniform grid with a barrier between its nodes, and products on it |
//! | `chain` | one period of any other process |
//! | `trend`, `heavy_trend` | one period of a process whose growth has a state, with normal and with Student-t innovations |
//! | `monitor` | first passage, sustained leads and lead changes of any other process |
//! | `levels` | the probability that it is above a level at a date |

pub(super) mod chain;
mod convolution;
mod grid;
mod heavy_trend;
pub(super) mod innovation;
pub(super) mod kernel;
pub(super) mod levels;
pub(super) mod monitor;
pub(super) mod panels;
pub(super) mod passage;
mod trend;
mod watched;
