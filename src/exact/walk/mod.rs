//! The walk of a log-ratio: a recursion of one-dimensional integrals, period by period.
//!
//! | module | purpose |
//! |---|---|
//! | `panels` | densities on panels of Gauss nodes, and the staying probabilities between them |
//! | `kernel` | one period of the walk, as a matrix applied to a density |
//! | `passage` | first passage, sustained leads and lead changes of one walk |
//! | `dense` | first passage with Student-t innovations or reverting deviations, by a full matrix |
//! | `levels` | being above 0 at a date with Student-t innovations |
//! | `trend` | first passage of a walk with a fading trend, by a density of two dimensions |
//! | `watched` | first passage under continuous monitoring |

pub(super) mod dense;
pub(super) mod kernel;
pub(super) mod levels;
pub(super) mod panels;
pub(super) mod passage;
pub(super) mod trend;
mod watched;
