//! Guides: longer documentation of the crate.
//!
//! | guide | contents |
//! |---|---|
//! | [the model](model) | log revenue, first passage, fiscal totals, correlations |
//! | [exact answers](exact_answers) | quadrature, reported errors, gradients, continuous monitoring |
//! | [sampling and error bars](sampling) | intervals, sampling schemes, efficiency, cross-checks, assertions |
//! | [random numbers and reproducibility](random_numbers) | keyed streams, the same bits everywhere, test batteries |
//! | [performance] | time and memory, with the date and machine of each measurement |
//! | [accuracy] | rounding, fans, mathematical functions, closed forms |
//! | [the audit](audit) | what an audit compares, and how |
//! | [sensitivity, goal seek and surfaces](sensitivity) | what an answer depends on, and what would have to be true |
//! | [charts, reports and tables](presentation) | what they show and why |
//! | [shards, checkpoints and sweeps](distribution) | more than one machine, run or value; what survives a kill |
//! | [views] | several forecasters over one scenario, their pool and disagreement |
//! | back-tests (feature `history`) | how often forecasts from past years came true |
//! | fits (feature `history`) | growth laws and other models fitted to data, with intervals and bands |
//! | histories (feature `history`) | reading figures, what was known when, the outside view, reference classes |
//!
//! `DESIGN.md` in the repository has the structure of the code and the reasons for it.

#[doc = include_str!("docs/model.md")]
pub mod model {}
#[doc = include_str!("docs/exact_answers.md")]
pub mod exact_answers {}
#[doc = include_str!("docs/sampling.md")]
pub mod sampling {}
#[doc = include_str!("docs/random_numbers.md")]
pub mod random_numbers {}
#[doc = include_str!("docs/performance.md")]
pub mod performance {}
#[doc = include_str!("docs/accuracy.md")]
pub mod accuracy {}
#[doc = include_str!("docs/audit.md")]
pub mod audit {}
#[doc = include_str!("docs/presentation.md")]
pub mod presentation {}
#[doc = include_str!("docs/sensitivity.md")]
pub mod sensitivity {}
#[doc = include_str!("docs/distribution.md")]
pub mod distribution {}
#[doc = include_str!("docs/views.md")]
pub mod views {}
#[cfg(feature = "history")]
#[doc = include_str!("docs/backtest.md")]
pub mod backtest {}
#[cfg(feature = "history")]
#[doc = include_str!("docs/fits.md")]
pub mod fits {}
#[cfg(feature = "history")]
#[doc = include_str!("docs/history.md")]
pub mod history {}
