//! Paths: a scenario flattened to rows, and blocks of them filled from keyed streams. Knows no question.

#[cfg(test)]
mod battery;
mod block;
mod centre;
mod kernel;
pub(crate) mod normal;
mod places;
mod plan;
pub(crate) mod stream;
mod sums;

pub(crate) use block::{Block, groups_that_fit};
pub use block::{Path, Paths};
pub(crate) use centre::Input;
pub(crate) use plan::Plan;
pub use plan::Rows;
