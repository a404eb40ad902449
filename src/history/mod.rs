//! Revenue histories: read from CSV, viewed as of a date, and turned into scenarios.
//!
//! [`History`] reads and answers "what was known when". [`OutsideView`] is the estimate for a pair from its
//! own years and a [`ReferenceClass`] of comparable series, and becomes a [`Scenario`](crate::Scenario). The guide [histories and the outside
//! view](crate::_documentation::history) has the file format, the formulas and the tables.

mod advantage;
mod check;
mod class;
mod data;
mod date;
mod estimate;
mod exits;
mod origins;
mod outside;
mod panel;
mod rates;
mod raw;
mod read;
mod series;
mod subject;
mod table;
mod view;
mod yearly;

pub(crate) use advantage::MOST_CHANGES;
pub use class::{ClassIntervals, ReferenceClass};
pub use data::{FigureKind, History};
pub use date::Date;
pub use exits::Exits;
pub(crate) use panel::{LEAST_CHANGES, LEAST_GAP, WIDEST_RATIO};
pub use rates::Rates;
pub use series::{Figure, Series};
pub use view::{Advantage, OutsideView};

pub(crate) use origins::Years;
