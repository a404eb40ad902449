//! The scenario: inert data, and its file.

pub(crate) mod tree;
