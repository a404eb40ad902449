//! How an outcome can be computed again: a method call, and command-line options.

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
}
