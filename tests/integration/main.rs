//! What the crate promises, one file a promise.

#[cfg(feature = "toml")]
mod crossing;
mod outcome_json;
mod own_questions;
mod progress;
#[cfg(feature = "toml")]
mod properties;
mod same_bits;
