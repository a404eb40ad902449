//! How an outcome came about: its method and settings, in words, as a call, and as options.

use std::fmt;

use serde::Serialize;

use super::ProviderOutcome;
use super::table::{shortest, thousands};
use crate::exact::DEFAULT_TOLERANCE;
use crate::paths::REPLICATES;
use crate::simulation::{Chosen, DEFAULT_CONFIDENCE, Sampling, Tally};
use crate::statistic::Totals;

/// How the answers came about; what means nothing under a method is left out, but `paths` and `seed` are null.
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
    /// Paths that were asked for, where not all were run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) paths_asked: Option<u64>,
    /// The error that an exact answer may have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tolerance: Option<f64>,
    /// Whether an overtake was looked for at any time, not on dates only.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) continuous: bool,
    /// Parts that an exact answer leaves out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) not_exact: Vec<NotExact>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) replicates: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) chosen: Option<Chosen>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) effective_sample_size: Option<f64>,
    /// The largest error over all dates of all questions, asked and reached: of a run that went on until it was small
    /// enough, and of an exact answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) precision: Option<Reached>,
}

/// The error that was asked for and what came of it.
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

    /// Of an exact answer; `first` is what it has of the first provider, if of any.
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

    /// The subcommand of `outgrow` that computes such an outcome.
    pub(crate) fn subcommand(&self) -> &'static str {
        if self.paths.is_some() { "run" } else { "exact" }
    }

    /// The options of that subcommand that give the same bits, each after a blank.
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

    /// The confidence level, where it was set.
    fn other_level(&self) -> Option<f64> {
        self.confidence_level.filter(|level| level.to_bits() != DEFAULT_CONFIDENCE.to_bits())
    }

    /// The sampling, where it is not plain.
    fn other_sampling(&self) -> Option<Sampling> {
        self.sampling.filter(|sampling| *sampling != Sampling::Plain)
    }

    /// The call on a scenario that gives the same bits.
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

    /// What `Display` writes, on one line.
    pub(crate) fn line(&self) -> String {
        self.to_string().replace("\n  ", "; ")
    }

    /// What stands over the interval of an estimate.
    pub(super) fn interval_words(&self) -> String {
        match self.confidence_level {
            Some(level) => format!("{} % interval (simulation error only)", shortest(100.0 * level)),
            None => "bounds of the quadrature error".to_owned(),
        }
    }
}

/// «1,000,000 paths, seed 7, plain sampling».
impl fmt::Display for RunInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let when = if self.continuous { ", at any time" } else { "" };
        let (Some(paths), Some(seed), Some(sampling)) = (self.paths, self.seed, self.sampling) else {
            write!(f, "{}, tolerance {:e}{when}", self.method, self.tolerance.unwrap_or(0.0))?;
            return match self.precision {
                Some(missed) if !missed.met => {
                    write!(f, "\n  largest error {:.1e}, asked {:.1e}, not reached", missed.reached, missed.asked)
                }
                _ => Ok(()),
            };
        };
        let partly = self.paths_asked.map_or_else(String::new, |asked| format!(" of {} asked", thousands(asked)));
        write!(f, "{} paths{partly}, seed {seed}, {} sampling{when}", thousands(paths), sampling.word())?;
        if let Some(size) = self.effective_sample_size {
            write!(f, "\n  weights as even as those of {size:.0} plain paths")?;
        }
        if let Some(chosen) = &self.chosen {
            write!(f, "\n  sampling chosen: {}, because {}", chosen.what.word(), chosen.why)?;
        }
        if let Some(precision) = self.precision {
            let word = if precision.met { "" } else { ", not reached" };
            write!(f, "\n  largest standard error {:.1e}, asked {:.1e}{word}", precision.reached, precision.asked)?;
        }
        Ok(())
    }
}
