//! What the crate promises, one file a promise.

mod bad_input;
#[cfg(feature = "toml")]
mod command;
#[cfg(feature = "toml")]
mod crossing;
#[cfg(feature = "toml")]
mod properties;
