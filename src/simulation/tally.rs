//! The tally: integer counts with their scenario, for shards, checkpoints and workers.

use std::fmt;

use serde::Serialize;

use super::compare::difference;
use super::settings::{PartCounts, Settings};
use crate::error::{Error, Kind, Problem};
use crate::outcome::Build;
use crate::paths::Sampling;
use crate::random::GROUP;
use crate::scenario::Scenario;
use crate::statistic::Totals;

/// The counts of a run or of part of a run: integers, with the scenario, the settings and the paths that they cover.
///
/// Serializable with serde. Merging in any order gives the bits of the unsharded run.
///
/// # Example: through JSON
/// ```
/// # use outgrow::{Curve, Provider, Scenario, Tally};
/// # let scenario = Scenario::builder("2018", "2020")
/// #     .provider(Provider::new("A", 1).growth(Curve::constant(0.3)).volatility(0.1)).build()?;
/// let tally = scenario.simulate().paths(1000).tally()?;
/// let sent = serde_json::to_string(&tally).expect("a tally without a custom curve can be written");
/// let received: Tally = serde_json::from_str(&sent).expect("what was written can be read");
/// assert_eq!(received, tally);
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Clone, PartialEq, Serialize)]
#[must_use]
pub struct Tally {
    pub(super) build: Build,
    pub(super) scenario: Scenario,
    pub(super) settings: Settings,
    /// Ranges of groups of 64 paths that are counted: half open, in order, not touching.
    pub(super) groups: Vec<(u64, u64)>,
    pub(super) parts: Vec<PartCounts>,
    /// Total of every row, where paths do not count once each.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) totals: Option<Totals>,
}

impl Tally {
    pub(super) fn new(
        scenario: Scenario,
        settings: Settings,
        groups: Vec<(u64, u64)>,
        parts: Vec<PartCounts>,
        totals: Option<Totals>,
    ) -> Self {
        Self { build: Build::of_this_crate(), scenario, settings, groups: joined(groups), parts, totals }
    }

    /// The same counts as the first part of a run with more paths.
    pub(super) fn of_a_longer_run(mut self, paths: u64) -> Self {
        self.settings.paths = paths;
        self
    }

    /// Adds the counts of another part of the same run.
    ///
    /// Custom statistics are compared by name and shape only, since closures cannot be compared. Use different names
    /// for different statistics.
    ///
    /// # Errors
    /// If the other tally has a different scenario, seed, number of paths or setting, if both count the same paths, or
    /// if a sum overflows.
    pub fn merge(mut self, other: Self) -> Result<Self, Error> {
        if let Some(problem) = self.difference(&other) {
            return Err(Error::of(Kind::Invalid, "merge", vec![problem]));
        }
        self.groups.extend(&other.groups);
        self.groups = joined(self.groups);
        for (part, other) in self.parts.iter_mut().zip(&other.parts) {
            part.counts.merge(&other.counts)?;
        }
        if let (Some(totals), Some(others)) = (&mut self.totals, &other.totals) {
            totals.merge(others)?;
        }
        Ok(self)
    }

    /// Why the two are not disjoint parts of one run, at the address of the field that differs.
    pub(super) fn difference(&self, other: &Self) -> Option<Problem> {
        if self.build != other.build {
            let message = format!("one tally is {}, the other {}: merge tallies of one build", self.build, other.build);
            return Some(Problem::new("build", message));
        }
        if let Some(problem) = self.scenario_difference(&other.scenario) {
            return Some(problem);
        }
        if self.settings != other.settings {
            let message = format!("the runs differ in {}", self.settings.differences(&other.settings));
            return Some(Problem::new("settings", message));
        }
        let alike =
            |(a, b): (&PartCounts, &PartCounts)| a.kind == b.kind && a.name == b.name && a.counts.is_like(&b.counts);
        if self.parts.len() != other.parts.len() || !self.parts.iter().zip(&other.parts).all(alike) {
            return Some(Problem::new("parts", "the runs have different custom statistics".to_owned()));
        }
        let mut groups = [&self.groups[..], &other.groups].concat();
        groups.sort_unstable();
        let pair = groups.windows(2).find(|pair| pair[0].1 > pair[1].0)?;
        let (from, to) = (pair[1].0, pair[0].1.min(pair[1].1));
        let (from, to) = (from * GROUP as u64, (to * GROUP as u64).min(self.settings.paths));
        Some(Problem::new("groups", format!("both count the paths {from} to {}", to - 1)))
    }

    /// The first value in which the scenario of another tally differs.
    fn scenario_difference(&self, other: &Scenario) -> Option<Problem> {
        if self.scenario == *other {
            return None;
        }
        let message = |found: &str| format!("the tallies are of different scenarios{found}");
        let values = |scenario: &Scenario| serde_json::to_value(scenario).ok();
        let found = values(&self.scenario).zip(values(other)).and_then(|(own, other)| difference("", &own, &other));
        Some(match found {
            Some((address, [own, other])) => {
                Problem::new(format!("scenario.{address}"), message(&format!(": {own} and {other}")))
            }
            // A custom curve cannot be written.
            None => Problem::new("scenario", message("")),
        })
    }

    /// The number of paths counted.
    #[must_use]
    pub fn paths(&self) -> u64 {
        self.groups.iter().map(|(from, to)| self.settings.paths_in(*from, *to)).sum()
    }

    /// Whether every path of the run is counted.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.paths() == self.settings.paths
    }

    /// The scenario that was run.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Whether the totals are present where required, and consistent with paths of weight 1 each, or at most 8.
    pub(super) fn has_totals(&self) -> bool {
        let paths = self.paths();
        match (self.settings.sampling, &self.totals) {
            (Sampling::Plain, totals) => totals.is_none(),
            (_, None) => false,
            (Sampling::Importance, Some(totals)) => totals.can_be_of(paths),
            (sampling, Some(totals)) => totals.is_of(paths, &self.groups, sampling.groups_of_a_unit()),
        }
    }

    pub(crate) fn totals(&self) -> Option<&Totals> {
        self.totals.as_ref()
    }

    pub(crate) fn parts(&self) -> &[PartCounts] {
        &self.parts
    }
}

impl fmt::Debug for Tally {
    /// Omits the counts, which may be thousands.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<_> = self.parts.iter().map(|part| (part.kind, &part.name)).collect();
        f.debug_struct("Tally")
            .field("scenario", &self.scenario)
            .field("settings", &self.settings)
            .field("groups", &self.groups)
            .field("parts", &parts)
            .finish_non_exhaustive()
    }
}

/// Sorts ranges and joins adjacent ones.
fn joined(mut ranges: Vec<(u64, u64)>) -> Vec<(u64, u64)> {
    ranges.sort_unstable();
    let mut joined: Vec<(u64, u64)> = Vec::new();
    for (from, to) in ranges {
        match joined.last_mut() {
            Some(last) if last.1 == from => last.1 = to,
            _ => joined.push((from, to)),
        }
    }
    joined
}
