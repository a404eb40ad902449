//! Answers without sampling: closed forms of first passage.
//!
//! | file | what |
//! |---|---|
//! | `closed` | when a Brownian motion first reaches a level, and how that differs on dates |

mod closed;

pub use closed::{
    bridge_no_touch, discrete_shift, first_passage_by, first_passage_by_dates, first_passage_by_with_normal_drift,
    first_passage_density, first_passage_ever,
};
