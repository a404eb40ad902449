//! What an outcome was made of, and how to make it again.

use super::{Outcome, Part, ProviderOutcome, RunInfo};
use crate::calendar::Period;
use crate::exact::DEFAULT_TOLERANCE;
use crate::scenario::Scenario;
use crate::simulation::DEFAULT_CONFIDENCE;

impl Outcome {
    /// The scenario that was answered.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    pub(super) fn base(&self) -> Period {
        self.scenario.base()
    }

    pub(super) fn horizon(&self) -> Period {
        self.scenario.horizon()
    }

    /// How the answers came about.
    pub(crate) fn run(&self) -> &RunInfo {
        &self.run
    }

    /// Parts without an exact answer, and why.
    pub(crate) fn not_exact(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.run.not_exact.iter().map(|missing| (missing.part, missing.because))
    }

    pub(crate) fn has_revenue(&self) -> bool {
        self.knows(|provider| &provider.revenue)
    }

    pub(crate) fn has_ranks(&self) -> bool {
        self.knows(|provider| &provider.rank)
    }

    pub(crate) fn has_shares(&self) -> bool {
        self.knows(|provider| &provider.share)
    }

    fn knows<T>(&self, part: impl Fn(&ProviderOutcome) -> &Part<T>) -> bool {
        self.providers.iter().all(|provider| part(provider).known().is_some())
    }
}

impl RunInfo {
    /// The options of `run_scenario` that give the same bits; it has none for levels, tolerances and samplings.
    pub(crate) fn options(&self) -> Option<String> {
        match (self.paths, self.seed) {
            (Some(paths), Some(seed)) => {
                let is_plain = self.other_level().is_none() && self.other_sampling().is_none() && !self.continuous;
                is_plain.then(|| format!("--paths {paths} --seed {seed}"))
            }
            _ => {
                let is_default = self.tolerance.is_some_and(|own| own.to_bits() == DEFAULT_TOLERANCE.to_bits());
                (is_default && !self.continuous).then(|| "--exact".to_owned())
            }
        }
    }

    /// The confidence level, where it was set.
    fn other_level(&self) -> Option<f64> {
        self.confidence_level.filter(|level| level.to_bits() != DEFAULT_CONFIDENCE.to_bits())
    }

    /// The sampling, where it is not plain, as it is written in Rust.
    fn other_sampling(&self) -> Option<&'static str> {
        match self.sampling? {
            "antithetic" => Some("Antithetic"),
            "sobol" => Some("Sobol"),
            "importance" => Some("Importance"),
            _ => None,
        }
    }

    /// The call on a scenario that gives the same bits.
    pub(crate) fn call(&self) -> String {
        let between = if self.continuous { ".continuous(true)" } else { "" };
        let (Some(paths), Some(seed)) = (self.paths, self.seed) else {
            return format!("exact().tolerance({:e}){between}.run()?", self.tolerance.unwrap_or(0.0));
        };
        let level = self.other_level().map_or_else(String::new, |level| format!(".confidence({level})"));
        let sampling = self.other_sampling().map_or_else(String::new, |name| format!(".sampling(Sampling::{name})"));
        format!("simulate().paths({paths}).seed({seed}){sampling}{level}{between}.run()?")
    }
}
