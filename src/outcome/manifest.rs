//! What an outcome file holds beside the answers, so that it can be read back and computed again.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::part::ProviderOutcome;
use super::{Build, Contents, Fan, Outcome, Overtake, RankTable};
use crate::estimate::Estimate;
use crate::scenario::Scenario;

/// The levels of revenue that charts show beside [`QUANTILES`](super::QUANTILES).
pub(super) const OUTER: [f64; 2] = [0.025, 0.975];

/// The build, the scenario and the settings, which with `run` reproduce the outcome, and the numbers that the answers are
/// computed from but do not show.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest<'a> {
    pub(super) build: Cow<'a, Build>,
    pub(super) contents: Cow<'a, Contents>,
    pub(super) scenario: Cow<'a, Scenario>,
    /// For each question, the number of paths by first overtake; empty if the answers are exact.
    pub(super) counts: Vec<Cow<'a, [u64]>>,
    pub(super) providers: Vec<ProviderDetails>,
    /// The same counts as seen by each view, if views were requested.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) views: Vec<Vec<Cow<'a, [u64]>>>,
}

/// The details of one provider, by period.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProviderDetails {
    /// Revenue at the levels of [`OUTER`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) revenue: Vec<[f64; OUTER.len()]>,
    /// The same for each measure over years.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) measured: Vec<Vec<[f64; OUTER.len()]>>,
    /// The same for each segment.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) segments: Vec<Vec<[f64; OUTER.len()]>>,
    /// For each rank, the standard error and the interval of its probability.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) rank: Vec<Vec<[f64; 3]>>,
}

impl<'a> Manifest<'a> {
    /// `None` if the scenario has a custom curve, which no file can represent.
    pub(super) fn of(outcome: &'a Outcome) -> Option<Self> {
        let counts = |questions: &'a [Overtake]| questions.iter().map(Overtake::counts).map(Cow::Borrowed).collect();
        outcome.scenario.to_tree().is_ok().then(|| Self {
            build: Cow::Borrowed(&outcome.build),
            contents: Cow::Borrowed(&outcome.contents),
            scenario: Cow::Borrowed(&outcome.scenario),
            counts: counts(&outcome.questions),
            providers: outcome.providers.iter().map(ProviderDetails::of).collect(),
            views: outcome.views.iter().map(|view| counts(view.questions())).collect(),
        })
    }
}

impl ProviderDetails {
    fn of(provider: &ProviderOutcome) -> Self {
        Self {
            revenue: provider.revenue.known().map_or_else(Vec::new, outer),
            measured: provider.measured.iter().map(|fan| fan.revenue.known().map_or_else(Vec::new, outer)).collect(),
            segments: provider.segments.iter().map(|one| one.revenue.known().map_or_else(Vec::new, outer)).collect(),
            rank: provider.rank.known().map_or_else(Vec::new, errors),
        }
    }
}

fn outer(fan: &Fan) -> Vec<[f64; OUTER.len()]> {
    let at = |place, p| fan.at(place, p).expect("validated: an outcome that was read holds these levels");
    (0..fan.rows.len()).map(|place| OUTER.map(|p| at(place, p))).collect()
}

fn errors(table: &RankTable) -> Vec<Vec<[f64; 3]>> {
    let row = |row: &Vec<Estimate>| {
        let error = |one: &Estimate| [one.standard_error(), one.interval().0, one.interval().1];
        row.iter().map(error).collect()
    };
    table.rows.iter().map(row).collect()
}
