//! The settings of a run that its [`RunInfo`](super::RunInfo) does not show.

use serde::{Deserialize, Serialize};

use crate::scenario::Measure;

/// What was requested of a run: with [`RunInfo`](super::RunInfo) and the scenario it reproduces the outcome.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Contents {
    pub(crate) fans: bool,
    pub(crate) ranks: bool,
    pub(crate) shares: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) fans_of: Vec<Measure>,
    /// Whether simulated probabilities were compared with exact ones.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) cross_check: bool,
    /// Whether lead changes were requested of an exact answer; `None` for a simulation, which always counts them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) lead_changes: Option<bool>,
    /// The work that one integration of an exact answer may take; `None` for a simulation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) budget: Option<f64>,
}
