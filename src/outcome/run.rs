//! How an outcome was computed: its method and settings, as text, as a method call, and as command-line options.

use std::fmt;

use serde::Serialize;

use super::ProviderOutcome;
use super::table::{shortest, thousands};
use crate::exact::DEFAULT_TOLERANCE;
use crate::paths::REPLICATES;
use crate::simulation::{Chosen, DEFAULT_CONFIDENCE, Sampling, Tally};
use crate::statistic::Totals;

/// How the answers were computed. Fields that do not apply to a method are omitted, except that `paths` and `seed` are
/// null.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub(crate) struct RunInfo {
    pub(super) method: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sampling: Option<Sampling>,
    pub(super) paths: Option<u64>,
    pub(super) seed: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) confidence_level: Option<f64>,
    pub(super) complete: bool,
    /// The requested number of paths, if not all were run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) paths_asked: Option<u64>,
    /// The tolerance of an exact answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tolerance: Option<f64>,
    /// Whether overtakes were monitored continuously instead of on dates only.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) continuous: bool,
    /// The parts that an exact answer lacks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) not_exact: Vec<NotExact>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) replicates: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) chosen: Option<Chosen>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) effective_sample_size: Option<f64>,
    /// The largest error over all dates of all questions, requested and reached: of a run until a given precision, and
    /// of an exact answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) precision: Option<Reached>,
}

/// The requested and the reached error.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(super) struct Reached {
    pub(super) asked: f64,
    pub(super) reached: f64,
    pub(super) met: bool,
}

/// A part without an exact answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct NotExact {
    pub(super) part: &'static str,
    pub(super) because: &'static str,
}

impl Reached {
    pub(super) fn of(asked: f64, reached: f64) -> Self {
        Self { asked, reached, met: reached <= asked }
    }
}

impl RunInfo {
    pub(super) fn of(tally: &Tally) -> Self {
        let settings = tally.settings();
        Self {
            method: "simulation",
            sampling: Some(settings.sampling),
            paths: Some(tally.paths()),
            seed: Some(settings.seed),
            confidence_level: Some(settings.confidence_level),
            complete: tally.is_complete(),
            paths_asked: (!tally.is_complete()).then_some(settings.paths),
            continuous: settings.continuous,
            replicates: tally.totals().map(|_| REPLICATES),
            chosen: settings.chosen.clone(),
            effective_sample_size: tally.totals().and_then(Totals::effective_sample_size),
            ..Self::default()
        }
    }

    /// The run of an exact answer; `first` holds the answers for the first provider, if any.
    pub(crate) fn exact(tolerance: f64, continuous: bool, complete: bool, first: Option<&ProviderOutcome>) -> Self {
        let measured = first.and_then(|own| own.measured.first()).and_then(|fan| fan.revenue.because());
        let missing = [
            ("rank", first.and_then(|own| own.rank.because())),
            ("share", first.and_then(|own| own.share.because())),
            ("measured", measured),
        ];
        let not_exact = missing.into_iter().filter_map(|(part, because)| Some(NotExact { part, because: because? }));
        Self {
            method: "exact",
            complete,
            tolerance: Some(tolerance),
            continuous,
            not_exact: not_exact.collect(),
            ..Self::default()
        }
    }

    /// The subcommand of `outgrow` that reproduces the outcome.
    pub(crate) fn subcommand(&self) -> &'static str {
        if self.paths.is_some() { "run" } else { "exact" }
    }

    /// The options of that subcommand that reproduce the outcome bit for bit, each after a space.
    pub(crate) fn options(&self) -> String {
        let continuous = if self.continuous { " --continuous" } else { "" };
        let (Some(paths), Some(seed)) = (self.paths, self.seed) else {
            let other = self.tolerance.filter(|own| own.to_bits() != DEFAULT_TOLERANCE.to_bits());
            let tolerance = other.map_or_else(String::new, |own| format!(" --tolerance {own:e}"));
            return format!("{tolerance}{continuous}");
        };
        let sampling = self.other_sampling().map_or_else(String::new, |other| format!(" --sampling {}", other.word()));
        let level = self.other_level().map_or_else(String::new, |level| format!(" --confidence {level}"));
        format!(" --paths {paths} --seed {seed}{sampling}{level}{continuous}")
    }

    /// The confidence level of a run in which each path counts once.
    pub(super) fn plain_level(&self) -> Option<f64> {
        self.confidence_level.filter(|_| self.sampling == Some(Sampling::Plain))
    }

    /// The confidence level, if it was set.
    fn other_level(&self) -> Option<f64> {
        self.confidence_level.filter(|level| level.to_bits() != DEFAULT_CONFIDENCE.to_bits())
    }

    /// The sampling, if it is not plain.
    fn other_sampling(&self) -> Option<Sampling> {
        self.sampling.filter(|sampling| *sampling != Sampling::Plain)
    }

    /// The method call that reproduces the outcome bit for bit.
    pub(crate) fn call(&self) -> String {
        let between = if self.continuous { ".continuous(true)" } else { "" };
        let (Some(paths), Some(seed)) = (self.paths, self.seed) else {
            return format!("exact().tolerance({:e}){between}.run()?", self.tolerance.unwrap_or(0.0));
        };
        let level = self.other_level().map_or_else(String::new, |level| format!(".confidence({level})"));
        let sampling =
            self.other_sampling().map_or_else(String::new, |other| format!(".sampling(Sampling::{other:?})"));
        format!("simulate().paths({paths}).seed({seed}){sampling}{level}{between}.run()?")
    }

    /// The text of `Display` on one line.
    pub(crate) fn line(&self) -> String {
        self.to_string().replace("\n  ", "; ")
    }

    /// The header of the intervals of estimates.
    pub(super) fn interval_words(&self) -> String {
        match self.confidence_level {
            Some(level) => format!("{} % interval (simulation error only)", shortest(100.0 * level)),
            None => "interval from the quadrature error".to_owned(),
        }
    }
}

/// "1,000,000 paths, seed 7, plain sampling".
impl fmt::Display for RunInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let when = if self.continuous { ", at any time" } else { "" };
        let (Some(paths), Some(seed), Some(sampling)) = (self.paths, self.seed, self.sampling) else {
            write!(f, "{}, tolerance {:e}{when}", self.method, self.tolerance.unwrap_or(0.0))?;
            return match self.precision {
                Some(missed) if !missed.met => {
                    write!(f, "\n  largest error {:.1e}, requested {:.1e}, not reached", missed.reached, missed.asked)
                }
                _ => Ok(()),
            };
        };
        let partly = self.paths_asked.map_or_else(String::new, |asked| format!(" of {} requested", thousands(asked)));
        write!(f, "{} paths{partly}, seed {seed}, {} sampling{when}", thousands(paths), sampling.word())?;
        if let Some(size) = self.effective_sample_size {
            write!(f, "\n  effective sample size {size:.0} paths")?;
        }
        if let Some(chosen) = &self.chosen {
            write!(f, "\n  sampling chosen: {}, because {}", chosen.what.word(), chosen.why)?;
        }
        if let Some(precision) = self.precision {
            let word = if precision.met { "" } else { ", not reached" };
            write!(f, "\n  largest standard error {:.1e}, requested {:.1e}{word}", precision.reached, precision.asked)?;
        }
        Ok(())
    }
}
