//! What the crate promises, one file a promise.

#[cfg(feature = "toml")]
mod conformance;
#[cfg(feature = "toml")]
mod crossing;
#[cfg(feature = "toml")]
mod properties;
