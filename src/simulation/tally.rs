//! The tally: integer counts with their scenario, for shards, checkpoints and workers.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::sampling::{Chosen, Precision, Sampling};
use super::untrusted::Untrusted;
use crate::error::{Error, Problem};
use crate::estimate::z_of;
use crate::outcome::Outcome;
use crate::plan::Plan;
use crate::random::GROUP;
use crate::scenario::{Measure, Question, Scenario};
use crate::statistic::{Counts, Totals};

/// Settings that must agree for the parts of a run to be merged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    pub(crate) paths: u64,
    pub(crate) seed: u64,
    pub(crate) confidence_level: f64,
    pub(crate) fans: bool,
    pub(crate) ranks: bool,
    pub(crate) shares: bool,
    /// Measures whose fans are kept in addition to those of the period.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) measured: Vec<Measure>,
    /// Never `Auto`, but the scheme that it resolved to.
    pub(crate) sampling: Sampling,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) chosen: Option<Chosen>,
    /// The stopping rule, if it determined the number of paths.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) precision: Option<Precision>,
    /// Whether overtakes are monitored continuously.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) continuous: bool,
    /// Whether the outcome includes the exact answers.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) cross_check: bool,
}

impl Settings {
    /// Number of groups of the whole run.
    pub(crate) fn groups(&self) -> u64 {
        self.paths.div_ceil(GROUP as u64)
    }

    /// Number of paths between two groups: the last group of a run may be incomplete.
    pub(super) fn paths_in(&self, from: u64, to: u64) -> u64 {
        let paths = |group: u64| (group * GROUP as u64).min(self.paths);
        paths(to) - paths(from)
    }

    /// The settings in which two runs differ, with both values.
    fn differences(&self, other: &Self) -> String {
        let all = [
            ("paths", self.paths.to_string(), other.paths.to_string()),
            ("seed", self.seed.to_string(), other.seed.to_string()),
            ("confidence", self.confidence_level.to_string(), other.confidence_level.to_string()),
            ("fans", self.fans.to_string(), other.fans.to_string()),
            ("ranks", self.ranks.to_string(), other.ranks.to_string()),
            ("shares", self.shares.to_string(), other.shares.to_string()),
            ("fans_of", format!("{:?}", self.measured), format!("{:?}", other.measured)),
            ("sampling", self.sampling.word().to_owned(), other.sampling.word().to_owned()),
            ("how it was chosen", format!("{:?}", self.chosen), format!("{:?}", other.chosen)),
            ("until", format!("{:?}", self.precision), format!("{:?}", other.precision)),
            ("continuous", self.continuous.to_string(), other.continuous.to_string()),
            ("cross_check", self.cross_check.to_string(), other.cross_check.to_string()),
        ];
        let differ = all.into_iter().filter(|(_, own, others)| own != others);
        differ.map(|(what, own, others)| format!("{what}: {own} and {others}")).collect::<Vec<_>>().join("; ")
    }

    /// The plan of a run with these settings and plain sampling.
    ///
    /// # Errors
    /// As for [`Plan::new`].
    pub(super) fn plan(&self, scenario: &Scenario) -> Result<Plan, Error> {
        Ok(Plan::new(scenario, self.seed)?.with_measured(scenario, &self.measured))
    }

    /// Measures that have no fans.
    pub(super) fn measure_faults(&self, scenario: &Scenario) -> Vec<Problem> {
        let faults = scenario.misfits_of_fans(&self.measured).into_iter();
        faults.map(|(place, message)| Problem::new(format!("fans_of[{place}]"), message)).collect()
    }

    /// Questions that cannot be monitored continuously, if that is requested.
    pub(super) fn between_faults(&self, scenario: &Scenario) -> Vec<Problem> {
        let sums = |(place, question): (usize, &Question)| {
            let message = "not continuous: because a sum of several periods is not monitored between dates; without \
                           .continuous(true), or --continuous on the command line, it is answered at dates";
            (question.measure != Measure::Period).then(|| Problem::new(question.address(place, "measure"), message))
        };
        let questions = scenario.questions().iter().enumerate().filter(|_| self.continuous);
        questions.flat_map(|one| one.1.between_fault(one.0).into_iter().chain(sums(one))).collect()
    }

    pub(super) fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let most = self.sampling.most();
        if !(1..=most).contains(&self.paths) {
            let under = if self.sampling == Sampling::Plain { "" } else { " under this sampling" };
            let message = format!("must be between 1 and {most}{under}, got {}", self.paths);
            problems.push(Problem::new("paths", message));
        }
        if let Some(Precision { standard_error }) = self.precision.filter(|asked| !asked.is_possible()) {
            problems.push(Problem::new("until", format!("must be above 0 and finite, got {standard_error}")));
        }
        if !(self.confidence_level > 0.0 && self.confidence_level < 1.0 && z_of(self.confidence_level) > 0.0) {
            let message = format!("must lie between 0 and 1, got {}", self.confidence_level);
            problems.push(Problem::new("confidence", message));
        }
        problems
    }
}

/// Kind of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PartKind {
    Question,
    Fans,
    Ranks,
    Shares,
    /// Fans of yearly sums, named by the measure.
    Measured,
    Event,
    Classes,
    Statistic,
}

impl PartKind {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Question => "question",
            Self::Fans => "fans",
            Self::Measured => "fans_of",
            Self::Ranks => "ranks",
            Self::Shares => "shares",
            Self::Event => "event",
            Self::Classes => "classify",
            Self::Statistic => "statistic",
        }
    }

    /// How to disable it, in code and on the command line.
    pub(crate) const fn without(self) -> &'static str {
        match self {
            Self::Fans => "switch fans off: .fans(false), or --no-fans on the command line",
            Self::Ranks => "switch ranks off: .ranks(false), or --no-ranks on the command line",
            Self::Shares => "switch shares off: .shares(false), or --no-shares on the command line",
            Self::Measured => "leave measures out of .fans_of(..)",
            Self::Question | Self::Event | Self::Classes | Self::Statistic => "leave it out",
        }
    }

    pub(super) const fn is_custom(self) -> bool {
        matches!(self, Self::Event | Self::Classes | Self::Statistic)
    }
}

/// The counts of one statistic.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Part {
    pub(crate) kind: PartKind,
    pub(crate) name: String,
    pub(crate) counts: Counts,
}

impl Part {
    /// Whether a custom statistic has the shape of its kind: an event has two classes, a classification one row.
    pub(super) fn has_custom_shape(&self) -> bool {
        let lengths = self.counts.lengths();
        let is_shape = match self.kind {
            PartKind::Event => lengths == [2],
            PartKind::Classes => lengths.len() == 1,
            _ => true,
        };
        is_shape && self.counts.histograms().is_empty()
    }
}

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
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Untrusted")]
#[must_use]
pub struct Tally {
    pub(super) scenario: Scenario,
    pub(super) settings: Settings,
    /// Ranges of groups of 64 paths that are counted: half open, in order, not touching.
    pub(super) groups: Vec<(u64, u64)>,
    pub(super) parts: Vec<Part>,
    /// Total of every row, where paths do not count once each.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) totals: Option<Totals>,
}

impl Tally {
    pub(super) fn new(
        scenario: Scenario,
        settings: Settings,
        groups: Vec<(u64, u64)>,
        parts: Vec<Part>,
        totals: Option<Totals>,
    ) -> Self {
        Self { scenario, settings, groups: joined(groups), parts, totals }
    }

    /// Adds the counts of a later batch with the same settings.
    pub(super) fn grown(mut self, longer: Self) -> Result<Self, Error> {
        self.settings.paths = longer.settings.paths;
        self.merge(longer)
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
        let refuse = |message: String| Err(Error::invalid("merge", "", message));
        if self.scenario != other.scenario {
            return refuse("the tallies are of different scenarios".to_owned());
        }
        if self.settings != other.settings {
            return refuse(format!("the runs differ in {}", self.settings.differences(&other.settings)));
        }
        let alike = |(a, b): (&Part, &Part)| a.kind == b.kind && a.name == b.name && a.counts.is_like(&b.counts);
        if self.parts.len() != other.parts.len() || !self.parts.iter().zip(&other.parts).all(alike) {
            return refuse("the runs have different custom statistics".to_owned());
        }
        let mut groups = self.groups.clone();
        groups.extend(&other.groups);
        groups.sort_unstable();
        if let Some(pair) = groups.windows(2).find(|pair| pair[0].1 > pair[1].0) {
            let (from, to) = (pair[1].0, pair[0].1.min(pair[1].1));
            let (from, to) = (from * GROUP as u64, (to * GROUP as u64).min(self.settings.paths));
            return refuse(format!("both count the paths {from} to {}", to - 1));
        }
        self.groups = joined(groups);
        for (part, other) in self.parts.iter_mut().zip(&other.parts) {
            part.counts.merge(&other.counts)?;
        }
        if let (Some(totals), Some(others)) = (&mut self.totals, &other.totals) {
            totals.merge(others)?;
        }
        Ok(self)
    }

    /// Computes the answers; they are marked incomplete if paths are missing.
    ///
    /// # Errors
    /// If no path is counted, or if revenue is out of range (the message names what to disable).
    pub fn outcome(&self) -> Result<Outcome, Error> {
        let outcome = self.answers()?;
        Ok(if self.settings.cross_check { outcome.cross_checked(self) } else { outcome })
    }

    /// The answers without cross-checks.
    pub(super) fn answers(&self) -> Result<Outcome, Error> {
        if self.paths() == 0 {
            return Err(Error::invalid("tally", "", "no path is counted, so there is no answer"));
        }
        let outcome = Outcome::of(self, &self.settings.plan(&self.scenario)?);
        outcome.map_err(|error| error.blaming(&self.scenario))
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

    pub(crate) fn parts(&self) -> &[Part] {
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
