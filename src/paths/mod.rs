//! Fills blocks of paths and knows no question.

pub(crate) mod cpu;
pub(crate) mod kernel;
pub(crate) mod normal;
pub(crate) mod stream;
