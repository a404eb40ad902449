//! A scenario with some of its drawn numbers fixed.

use super::Scenario;
use crate::assumption::address::{ProviderKey, of_provider};
use crate::assumption::{Assumption, uniform};
use crate::error::Error;
use crate::growth::Leaf;

impl Scenario {
    /// The scenario with the number at an address fixed. It stays a distribution, without spread, if dependences may
    /// refer to it.
    ///
    /// # Errors
    /// As for [`Scenario::with`].
    pub(crate) fn with_fixed(&self, address: &str, value: f64) -> Result<Self, Error> {
        if self.dependences.is_empty() { self.with(address, value) } else { self.with(address, uniform(value, value)) }
    }

    /// The changes that make every path follow one law of the mixture at an address: a weight of 1, and 0 for the others.
    pub(crate) fn law_fixed(&self, address: &str, law: usize) -> Vec<(String, Assumption)> {
        let numbers = self.numbers();
        let weights = (0..).map(|index| (index, format!("{address}[{index}].weight")));
        let weights = weights.take_while(|(_, weight)| numbers.iter().any(|(known, _)| known == weight));
        weights.map(|(index, weight)| (weight, f64::from(u8::from(index == law)).into())).collect()
    }

    /// The scenario with the ratio of `auto` made explicit: it depends on the medians, and a changed rate must not change
    /// it.
    pub(crate) fn with_explicit_ratios(&self) -> Self {
        let mut explicit = self.clone();
        for series in self.series() {
            let Some(curve) = &series.own.growth else { continue };
            let Ok(medians) = self.medians(curve) else { continue };
            for (index, address) in curve.leaves().iter().filter_map(Leaf::auto) {
                let address = of_provider(&series.name(), ProviderKey::Growth) + &address;
                if let Ok(changed) = explicit.with(&address, medians[index]) {
                    explicit = changed;
                }
            }
        }
        explicit
    }
}
