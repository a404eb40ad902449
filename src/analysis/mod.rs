//! Analyses of an answer: which assumptions it depends on, and how.
//!
//! [`Scenario::sensitivity`](crate::Scenario::sensitivity) makes one. The guide
//! [sensitivity](crate::_documentation::sensitivity) defines what it reports.

mod asking;
mod batch;
mod contours;
mod design;
mod found;
mod groups;
mod indices;
mod live;
mod news;
mod number;
mod outlook;
mod pick_freeze;
mod posterior;
mod probabilities;
mod report;
mod seek;
mod sensitivity;
mod shown;
mod solve;
mod squares;
mod surface;
mod tornado;
mod weighted;

pub use contours::IsoLine;
pub use found::{IndexMethod, Indices, Sensitivity, Share, VarianceSplit};
pub use live::{LiveAnswer, LiveNumber};
pub use news::{News, NewsPart, Surprise, Update};
pub use number::NumberEstimate;
pub use outlook::{NextReport, Outlook};
pub use probabilities::{Probabilities, Probability};
pub use report::Report;
pub use sensitivity::SensitivityAnalysis;
pub use solve::{GoalSeek, Solution};
pub use surface::{Surface, SurfaceAxis, SurfaceSettings};
pub use tornado::{Bar, BarEnd};
