//! Outcomes for people: tables, Markdown, CSV and charts. These are methods of [`Outcome`](crate::Outcome) and
//! [`Overtake`](crate::Overtake).

mod chart;
mod csv;
mod difference;
mod laws;
mod listing;
mod markdown;
mod number;
mod run;
mod table;
mod text;
mod views;

pub use chart::Chart;
pub(crate) use chart::escaped;
#[cfg(feature = "history")]
pub(crate) use number::grouped;
pub(crate) use number::{money, thousands};
pub(crate) use table::{Table, VIEWS_NOTE};
