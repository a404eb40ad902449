//! The scenario and the settings of an outcome.

use super::{MeasuredFan, Outcome};
#[cfg(feature = "charts")]
use super::{Part, ProviderOutcome, RunInfo};
use crate::calendar::Period;
use crate::scenario::Scenario;

impl Outcome {
    /// The scenario that was answered.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    pub(crate) fn base(&self) -> Period {
        self.scenario.base()
    }

    pub(crate) fn horizon(&self) -> Period {
        self.scenario.horizon()
    }

    /// Revenue over years, by provider and measure.
    pub(crate) fn measured_fans(&self) -> impl Iterator<Item = (&str, &MeasuredFan)> {
        self.providers.iter().flat_map(|provider| provider.measured.iter().map(|fan| (provider.name.as_str(), fan)))
    }
}

/// What charts and reports read.
#[cfg(feature = "charts")]
impl Outcome {
    /// How the answers were computed.
    pub(crate) fn run(&self) -> &RunInfo {
        &self.run
    }

    /// Parts without an exact answer, with the reason.
    pub(crate) fn not_exact(&self) -> impl Iterator<Item = (&str, &str)> {
        self.run.not_exact.iter().map(|missing| (&*missing.part, &*missing.reason))
    }

    /// Providers and segments with a fan; a provider of segments has no exact one.
    pub(crate) fn with_fans(&self) -> Vec<String> {
        let names = self.providers.iter().flat_map(ProviderOutcome::names);
        names.filter(|name| self.revenue(name).is_ok()).collect()
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
