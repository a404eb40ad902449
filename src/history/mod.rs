//! Revenue histories: read from CSV and viewed as of a date.

mod check;
mod data;
mod date;
mod rates;
mod raw;
mod read;
mod series;
mod table;

pub use data::{FigureKind, History};
pub use date::Date;
pub use rates::Rates;
pub use series::{Figure, Series};
