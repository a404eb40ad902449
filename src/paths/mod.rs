//! Paths: blocks of paths of a plan, filled from keyed streams by one of several sampling schemes. Independent of the
//! questions.

mod block;
mod bridge;
mod dynamic;
mod fine;
mod fine_shocks;
mod general;
mod kernel;
mod middle;
mod numbers;
mod observed;
mod sampler;
mod sampling;
mod tilt;

pub(crate) use block::{Block, groups_that_fit};
pub use block::{Path, Paths};
pub(crate) use observed::Observations;
pub(crate) use sampler::{REPLICATES, Sampler, Sobol};
pub(crate) use sampling::MOST_PATHS;
pub use sampling::Sampling;
pub(crate) use tilt::{MOST_TILTS, Tilts};
