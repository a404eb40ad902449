//! Paths: a scenario flattened to rows, and blocks of paths filled from keyed streams. Independent of the questions.

#[cfg(test)]
mod battery;
mod block;
mod bridge;
mod centre;
mod close;
mod fine;
mod joe_kuo;
mod kernel;
mod measured;
mod middle;
pub(crate) mod normal;
mod places;
mod plan;
mod quantile;
mod rows;
mod sampler;
mod sampling;
mod sobol;
pub(crate) mod stream;
mod sums;
mod tilt;

pub(crate) use block::{Block, groups_that_fit};
pub use block::{Path, Paths};
pub(crate) use centre::Input;
pub(crate) use measured::{Measured, MeasuredRow};
pub(crate) use plan::Plan;
pub use rows::Rows;
pub(crate) use sampler::{REPLICATES, Sampler};
pub(crate) use sampling::MOST_PATHS;
pub use sampling::Sampling;
pub(crate) use sobol::{DIMENSIONS, Net};
pub(crate) use tilt::{MOST_TILTS, Tilts};
