//! Exact.
mod gauss;
mod kernel;
mod passage;
