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
    /// The options of `run_scenario` that give the same bits; it has none for levels and tolerances.
    pub(crate) fn options(&self) -> Option<String> {
        match (self.paths, self.seed) {
            (Some(paths), Some(seed)) => self.other_level().is_none().then(|| format!("--paths {paths} --seed {seed}")),
            _ => self
                .tolerance
                .is_some_and(|own| own.to_bits() == DEFAULT_TOLERANCE.to_bits())
                .then(|| "--exact".to_owned()),
        }
    }

    /// The confidence level, where it was set.
    fn other_level(&self) -> Option<f64> {
        self.confidence_level.filter(|level| level.to_bits() != DEFAULT_CONFIDENCE.to_bits())
    }

    /// The call on a scenario that gives the same bits.
    pub(crate) fn call(&self) -> String {
        let (Some(paths), Some(seed)) = (self.paths, self.seed) else {
            return format!("exact().tolerance({:e}).run()?", self.tolerance.unwrap_or(0.0));
        };
        let level = self.other_level().map_or_else(String::new, |level| format!(".confidence({level})"));
        format!("simulate().paths({paths}).seed({seed}){level}.run()?")
    }
}
