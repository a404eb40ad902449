//! What the crate promises, one file a promise.

#[cfg(feature = "toml")]
mod crossing;
mod limits;
#[cfg(feature = "toml")]
mod markdown;
mod measures;
#[cfg(feature = "toml")]
mod properties;
