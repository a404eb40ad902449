//! How an outcome was computed: its method and settings.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::paths::Sampling;

/// How the answers were computed. Fields that do not apply to a method are omitted, except that `paths` and `seed` are
/// null.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RunInfo {
    pub(crate) method: Method,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sampling: Option<Sampling>,
    pub(crate) paths: Option<u64>,
    pub(crate) seed: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) confidence_level: Option<f64>,
    pub(crate) complete: bool,
    /// The requested number of paths, if not all were run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) paths_asked: Option<u64>,
    /// The tolerance of an exact answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tolerance: Option<f64>,
    /// Whether overtakes were monitored continuously instead of on dates only.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) continuous: bool,
    /// The parts that an exact answer lacks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) not_exact: Vec<NotExact>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) replicates: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) chosen: Option<Chosen>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) effective_sample_size: Option<f64>,
    /// The largest error over all dates of all questions, requested and reached: of a run until a given precision, and
    /// of an exact answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) precision: Option<ReachedPrecision>,
}

/// The method that computed the answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Method {
    #[default]
    Simulation,
    Exact,
}

/// The choice made by [`Sampling::Auto`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Chosen {
    pub(crate) what: Sampling,
    pub(crate) why: String,
}

/// The requested and the reached error.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReachedPrecision {
    pub(crate) asked: f64,
    pub(crate) reached: f64,
    pub(crate) met: bool,
}

/// A part without an exact answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NotExact {
    pub(crate) part: Cow<'static, str>,
    #[serde(rename = "because")]
    pub(crate) reason: Cow<'static, str>,
}

impl ReachedPrecision {
    pub(crate) fn of(asked: f64, reached: f64) -> Self {
        Self { asked, reached, met: reached <= asked }
    }
}

impl RunInfo {
    /// The confidence level of a run in which each path counts once.
    pub(crate) fn plain_level(&self) -> Option<f64> {
        self.confidence_level.filter(|_| self.sampling == Some(Sampling::Plain))
    }
}
