//! The build that computed an outcome or counted a tally.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Version of the crate and of the values that it samples.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Build {
    pub(crate) version: String,
    /// Version of the sampled values: builds that differ in it draw other paths for the same seed.
    pub(crate) stream: u32,
}

/// Raised by every change of the values that are sampled for a seed.
const STREAM: u32 = 1;

impl Build {
    pub(crate) fn of_this_crate() -> Self {
        Self { version: env!("CARGO_PKG_VERSION").to_owned(), stream: STREAM }
    }
}

impl fmt::Display for Build {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "of outgrow {}, stream {}", self.version, self.stream)
    }
}
