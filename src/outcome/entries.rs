//! The entries of an outcome file.

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};

use super::laws::LawEntry;
use super::manifest::Manifest;
use super::{Checked, MeanDate, RunInfo};
use crate::calendar::Period;
use crate::estimate::Estimate;
use crate::scenario::Measure;

/// An outcome file. What follows from the rest is ignored and computed again.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    #[serde(rename = "outgrow")]
    pub(super) version: String,
    pub(super) base: Period,
    pub(super) horizon: Period,
    pub(super) unit: Option<String>,
    pub(super) run: RunInfo,
    pub(super) questions: Vec<QuestionEntry>,
    pub(super) providers: Vec<ProviderEntry>,
    #[serde(default)]
    pub(super) events: Vec<EventEntry>,
    #[serde(default)]
    pub(super) classes: Vec<ClassesEntry>,
    #[serde(default)]
    pub(super) statistics: Vec<StatisticEntry>,
    #[serde(default)]
    pub(super) views: Vec<ViewEntry>,
    /// Follows from the views.
    #[serde(rename = "pool")]
    _pool: Option<IgnoredAny>,
    pub(super) manifest: Option<Manifest<'static>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ViewEntry {
    pub(super) name: String,
    #[serde(rename = "weight")]
    _weight: IgnoredAny,
    pub(super) run: RunInfo,
    pub(super) questions: Vec<QuestionEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct QuestionEntry {
    pub(super) name: String,
    #[serde(rename = "overtakes")]
    _overtakes: Option<IgnoredAny>,
    #[serde(rename = "leads")]
    _leads: Option<IgnoredAny>,
    #[serde(rename = "top")]
    _top: Option<IgnoredAny>,
    #[serde(rename = "measure")]
    _measure: IgnoredAny,
    #[serde(rename = "sustained")]
    _sustained: IgnoredAny,
    pub(super) ahead_at_base: Estimate,
    pub(super) from_base: Option<Estimate>,
    pub(super) by: Vec<DatedEntry>,
    pub(super) ahead: Vec<DatedEntry>,
    pub(super) not_by_horizon: Estimate,
    pub(super) gone: Option<Vec<DatedEntry>>,
    #[serde(rename = "quantiles")]
    _quantiles: IgnoredAny,
    pub(super) mean_date: MeanDate,
    pub(super) lead_changes: Vec<LeadChangesEntry>,
    #[serde(default)]
    pub(super) laws: Vec<LawEntry<Vec<DatedEntry>>>,
    #[serde(rename = "variance_share")]
    _variance_share: Option<IgnoredAny>,
    pub(super) cross_check: Option<CrossCheckEntry>,
}

/// An estimate with its period.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DatedEntry {
    pub(super) period: Period,
    pub(super) value: f64,
    pub(super) standard_error: f64,
    pub(super) interval: (f64, f64),
}

/// The probability of a number of lead changes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LeadChangesEntry {
    pub(super) count: u32,
    pub(super) value: f64,
    pub(super) standard_error: f64,
    pub(super) interval: (f64, f64),
}

/// A cross-check, or only the reason why there is none.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CrossCheckEntry {
    #[serde(rename = "because")]
    pub(super) reason: Option<String>,
    #[serde(rename = "agrees")]
    _agrees: Option<IgnoredAny>,
    #[serde(rename = "largest_z")]
    _largest_z: Option<IgnoredAny>,
    #[serde(rename = "count")]
    _count: Option<IgnoredAny>,
    #[serde(rename = "false_alarm")]
    _false_alarm: Option<IgnoredAny>,
    pub(super) bound: Option<f64>,
    pub(super) ahead_at_base: Option<Checked>,
    pub(super) from_base: Option<Checked>,
    #[serde(default)]
    pub(super) by: Vec<Checked>,
    #[serde(default)]
    pub(super) ahead: Vec<Checked>,
}

/// Parts that were switched off are absent; those without an exact answer are null.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProviderEntry {
    pub(super) name: String,
    #[serde(default, deserialize_with = "present")]
    pub(super) revenue: Option<Option<Vec<FanEntry>>>,
    #[serde(default, deserialize_with = "present")]
    pub(super) rank: Option<Option<Vec<RankEntry>>>,
    #[serde(default, deserialize_with = "present")]
    pub(super) share: Option<Option<Vec<FanEntry>>>,
    #[serde(default)]
    pub(super) measured: Vec<MeasuredEntry>,
    #[serde(default)]
    pub(super) segments: Vec<SegmentEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SegmentEntry {
    pub(super) name: String,
    #[serde(default, deserialize_with = "present")]
    pub(super) revenue: Option<Option<Vec<FanEntry>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MeasuredEntry {
    pub(super) measure: Measure,
    pub(super) revenue: Option<Vec<FanEntry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FanEntry {
    pub(super) period: Period,
    pub(super) mean: Option<f64>,
    pub(super) quantiles: Vec<QuantileEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct QuantileEntry {
    pub(super) probability: f64,
    pub(super) value: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RankEntry {
    pub(super) period: Period,
    pub(super) probability: Vec<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EventEntry {
    pub(super) name: String,
    pub(super) probability: Estimate,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClassesEntry {
    pub(super) name: String,
    pub(super) classes: Vec<Estimate>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StatisticEntry {
    pub(super) name: String,
    pub(super) rows: Vec<Vec<Estimate>>,
}

/// Distinguishes null from an absent key.
fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}
