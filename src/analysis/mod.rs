//! Analyses of an answer: which assumptions it depends on, and how.
//!
//! [`Scenario::sensitivity`](crate::Scenario::sensitivity) makes one. The guide
//! [sensitivity](crate::_documentation::sensitivity) defines what it reports.

mod asking;
mod contours;
mod design;
mod groups;
mod indices;
mod live;
mod news;
mod number;
mod outlook;
mod posterior;
mod report;
mod seek;
mod sensitivity;
mod shown;
mod solve;
mod surface;
mod tornado;
mod weighted;

pub use contours::IsoLine;
pub(crate) use live::SMALL_ERROR;
pub use live::{LiveAnswer, LiveNumber};
pub use news::{News, NewsPart, Surprise, Update};
pub use number::NumberEstimate;
pub use outlook::{NextReport, Outlook};
pub use report::Report;
pub use sensitivity::{Indices, Sensitivity, SensitivityAnalysis, Share, VarianceSplit};
pub use solve::{GoalSeek, Solution};
pub use surface::{Surface, SurfaceAxis, SurfaceSettings};
pub use tornado::{Bar, BarEnd};
