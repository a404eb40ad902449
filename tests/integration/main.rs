//! What the crate promises, one file a promise.

#[cfg(feature = "toml")]
mod conformance;
#[cfg(feature = "toml")]
mod crossing;
mod limits;
#[cfg(feature = "toml")]
mod markdown;
#[cfg(feature = "toml")]
mod properties;
