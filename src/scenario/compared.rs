//! The providers that a question compares.

use super::{Question, Scenario};
use crate::error::Problem;

impl Question {
    /// The other providers that are compared with the challenger.
    pub(crate) fn others<'a>(&'a self, scenario: &'a Scenario) -> Vec<&'a str> {
        match self.incumbent() {
            Some(incumbent) => vec![incumbent],
            None => scenario
                .providers
                .iter()
                .map(|one| one.name.as_str())
                .filter(|name| *name != self.challenger())
                .collect(),
        }
    }

    /// Every provider that is compared, the challenger first.
    pub(crate) fn compared<'a>(&'a self, scenario: &'a Scenario) -> Vec<&'a str> {
        std::iter::once(self.challenger()).chain(self.others(scenario)).collect()
    }

    /// The pair whose order alone answers the question. A provider leads two if it is ahead of the other.
    pub(crate) fn pair<'a>(&'a self, scenario: &'a Scenario) -> Option<[&'a str; 2]> {
        match self.others(scenario)[..] {
            [other] if self.places() == 1 => Some([self.challenger(), other]),
            _ => None,
        }
    }

    /// The problem of a question that compares more than two providers, where a method knows pairs only.
    pub(crate) fn many_fault(&self, scenario: &Scenario, place: usize, cannot: &str, advice: &str) -> Option<Problem> {
        let reason = "the question compares more than two providers";
        let problem = || Problem::unsupported(self.address(place, self.key()), cannot, reason, advice);
        self.pair(scenario).is_none().then(problem)
    }
}
