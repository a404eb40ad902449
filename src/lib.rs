//! Who overtakes whom, when, and how likely?

mod calendar;
mod error;
mod paths;

pub use calendar::{Period, Step};
pub use error::{Error, Place, Problem};
