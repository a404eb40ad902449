//! Numbers that are probably in percent instead of fractions, for audits and as hints in errors.

use super::Scenario;
use super::walk::AssumptionPlace;
use crate::error::{Detail, Error, shown};

impl Scenario {
    /// The places with an implausible median rate, with that median.
    pub(crate) fn suspects(&self) -> Vec<(AssumptionPlace, f64)> {
        let suspect = |place: AssumptionPlace| {
            let median = self.median(&place.assumption)?;
            (median > place.quantity.rate()?.most()).then_some((place, median))
        };
        self.assumptions().into_iter().filter_map(suspect).collect()
    }
}

impl Error {
    /// Adds the numbers that probably caused an exceeded limit: those of the problem's provider.
    pub(crate) fn blaming(self, scenario: &Scenario) -> Self {
        if !self.is_limit() {
            return self;
        }
        let suspects = scenario.suspects();
        self.with_words(|problem| {
            let Detail::Provider(own) = &problem.detail else { return String::new() };
            let is_own = |(place, _): &&(AssumptionPlace, f64)| {
                place.subject().owner().is_some_and(|owner| owner.is_part_of(own))
            };
            let each = suspects.iter().filter(is_own).map(|(place, median)| {
                format!("; {} is {}, that is {} % a year", place.address, shown(*median), shown(100.0 * median))
            });
            each.collect()
        })
    }
}
