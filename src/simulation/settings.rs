//! Settings of a run, and the parts of which its tally consists.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Problem};
use crate::estimate::z_of;
use crate::outcome::{Chosen, Contents, CustomKind, WITHOUT_FANS};
use crate::paths::Sampling;
use crate::plan::Plan;
use crate::random::GROUP;
use crate::scenario::{AT_DATES, Measure, Question, Scenario};
use crate::statistic::Counts;

/// Target precision of a run; see [`Simulation::until`](super::Simulation::until).
///
/// # Example: a standard error of 0.0001
/// ```
/// let precision = outgrow::Precision::standard_error(1e-4);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[must_use]
pub struct Precision {
    pub(super) standard_error: f64,
}

impl Precision {
    /// Bounds the standard error of every date of every question, both of being ahead and of having overtaken.
    pub fn standard_error(error: f64) -> Self {
        Self { standard_error: error }
    }

    pub(super) fn is_possible(&self) -> bool {
        self.standard_error > 0.0 && self.standard_error.is_finite()
    }

    pub(crate) fn error(&self) -> f64 {
        self.standard_error
    }
}

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
    /// The largest number of paths of the stopping rule, which its batches depend on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) at_most: Option<u64>,
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

    /// The settings that the outcome's [`RunInfo`](crate::outcome::RunInfo) does not show.
    pub(super) fn contents(&self) -> Contents {
        Contents {
            fans: self.fans,
            ranks: self.ranks,
            shares: self.shares,
            fans_of: self.measured.clone(),
            cross_check: self.cross_check,
            lead_changes: None,
            budget: None,
        }
    }

    /// The settings in which two runs differ, with both values.
    pub(super) fn differences(&self, other: &Self) -> String {
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
            (
                "until",
                shown(self.precision.map(|asked| asked.error())),
                shown(other.precision.map(|asked| asked.error())),
            ),
            ("at_most", shown(self.at_most), shown(other.at_most)),
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
            let reason = "a sum of several periods is not monitored between dates";
            let address = || question.address(place, "measure");
            (question.measure != Measure::Period)
                .then(|| Problem::unsupported(address(), "not continuous", reason, AT_DATES))
        };
        let questions = scenario.questions().iter().enumerate().filter(|_| self.continuous);
        let many =
            |(place, question): (usize, &Question)| question.many_fault(scenario, place, "not continuous", AT_DATES);
        let faults = |one: (usize, &Question)| {
            let own = one.1.between_fault(one.0).into_iter().chain(sums(one)).chain(many(one));
            own.chain(scenario.bridge_fault(one.1)).collect::<Vec<_>>()
        };
        questions.flat_map(faults).collect()
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

/// A setting that a run may not have.
fn shown(value: Option<impl fmt::Display>) -> String {
    value.map_or_else(|| "none".to_owned(), |value| value.to_string())
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
    /// First overtakes by the law drawn of a mixture, named by the question and the mixture.
    Laws,
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
            Self::Laws => "laws",
            Self::Ranks => "ranks",
            Self::Shares => "shares",
            Self::Event => CustomKind::Event.word(),
            Self::Classes => CustomKind::Classes.word(),
            Self::Statistic => CustomKind::Statistic.word(),
        }
    }

    /// How to disable it, in code and on the command line.
    pub(crate) const fn without(self) -> &'static str {
        match self {
            Self::Fans => WITHOUT_FANS,
            Self::Ranks => "switch ranks off: .ranks(false), or --no-ranks on the command line",
            Self::Shares => "switch shares off: .shares(false), or --no-shares on the command line",
            Self::Measured => "leave measures out: .fans_of(..), or --fans-of on the command line",
            Self::Question | Self::Laws | Self::Event | Self::Classes | Self::Statistic => "leave it out",
        }
    }

    /// The kind of a custom statistic.
    pub(super) const fn custom(self) -> Option<CustomKind> {
        match self {
            Self::Event => Some(CustomKind::Event),
            Self::Classes => Some(CustomKind::Classes),
            Self::Statistic => Some(CustomKind::Statistic),
            Self::Question | Self::Fans | Self::Ranks | Self::Shares | Self::Measured | Self::Laws => None,
        }
    }
}

/// The counts of one statistic.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PartCounts {
    pub(crate) kind: PartKind,
    pub(crate) name: String,
    pub(crate) counts: Counts,
}

impl PartCounts {
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
