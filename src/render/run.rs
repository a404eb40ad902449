//! How an outcome was computed, as text, as a method call, and as command-line options.

use std::fmt;

use super::number::{shortest, thousands};
use crate::exact::DEFAULT_TOLERANCE;
use crate::outcome::RunInfo;
use crate::paths::Sampling;
use crate::simulation::DEFAULT_CONFIDENCE;

impl RunInfo {
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
            write!(f, "exact, tolerance {:e}{when}", self.tolerance.unwrap_or(0.0))?;
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
