//! Who overtakes whom, when, and how likely?

mod calendar;
mod error;
#[cfg_attr(not(test), expect(dead_code, reason = "the decoder over the tree comes next"))]
mod scenario;

pub use calendar::{Period, Step};
pub use error::{Error, Place, Problem};
