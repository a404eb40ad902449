//! A scenario compiled: every number as a slot of a series, draws with their streams, and the rows that are compared.
//!
//! | module | contents |
//! |---|---|
//! | `compiled` | the plan: series, draws, derived rows, and what is known without sampling |
//! | `template` | a plan that is bound to other values of its numbers |
//! | `combined` | providers of segments |
//! | `ids` | typed indices of providers, series and rows |
//! | `input`, `places` | numbers and their draws: one for each unnamed number, one for each named assumption |
//! | `copula` | dependent draws |
//! | `series` | the slots of a series by role: base, volatility, growth; its stream |
//! | `dynamics`, `terms` | how shocks accumulate, factors, jumps and centring; the terms that they add to the centre |
//! | `trace` | central paths, and what is known without sampling |
//! | `centre` | paths without shocks, in f64 |
//! | `shocks`, `joint` | the size of shocks at points of the draws; the joint distribution of several series at one date |
//! | `responses` | how log revenue at the first dates responds to innovations |
//! | `derived`, `sums`, `measured` | derived rows: sums over years, of questions and of fans |
//! | `pairs`, `close` | pairs that f32 rows cannot resolve, and how they are found |
//! | `rows` | names and periods, as custom statistics see them |

#[cfg(outgrow_bench)]
pub(crate) mod benching;
mod centre;
mod close;
mod combined;
mod compiled;
mod copula;
mod derived;
mod dynamics;
mod ids;
mod input;
mod joint;
mod measured;
mod pairs;
mod places;
mod responses;
mod rows;
mod series;
mod shocks;
mod sums;
mod template;
mod terms;
#[cfg(test)]
mod tests;
mod trace;

pub(crate) use combined::{log_sum, log_sums};
pub(crate) use compiled::Plan;
pub(crate) use copula::ScoreFactor;
pub(crate) use dynamics::{Dynamics, MotionInput, Source, Tails};
pub(crate) use ids::{ByRow, DerivedId, RowId, SeriesId};
pub(crate) use input::{Draw, Input, law_of};
pub(crate) use joint::Joint;
pub(crate) use measured::{Measured, MeasuredRow};
pub(crate) use responses::Responses;
pub use rows::Rows;
pub(crate) use series::Series;
pub(crate) use sums::{beyond, linear};
pub(crate) use template::Template;
