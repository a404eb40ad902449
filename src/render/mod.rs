//! Outcomes for people: tables, Markdown, CSV and charts (feature `charts`). These are methods of [`Outcome`](crate::Outcome) and
//! [`Overtake`](crate::Overtake).

#[cfg(feature = "charts")]
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

#[cfg(feature = "charts")]
pub use chart::Chart;
#[cfg(feature = "charts")]
pub(crate) use chart::escaped;
#[cfg(feature = "history")]
pub(crate) use number::grouped;
#[cfg(feature = "charts")]
pub(crate) use number::money;
pub(crate) use number::thousands;
#[cfg(feature = "charts")]
pub(crate) use table::{Table, VIEWS_NOTE};
