//! Numbers that are probably in percent, where fractions are wanted: what an audit reports, and what an error blames.

use super::Scenario;
use super::walk::Place;
use crate::assumption::domain::Domain;
use crate::error::{Error, shown};

/// Growth a year, as a fraction, beyond which a rate is more likely in percent than true: 500 %. Alibaba Cloud's best year
/// was 140 %.
const GROWTH: f64 = 5.0;
/// The yearly volatility beyond which it is more likely in percent: in nine of ten years revenue would lie between a
/// twenty-seventh and 27 times its median.
const VOLATILITY: f64 = 2.0;

impl Scenario {
    /// The places whose median is a rate that no business has, with that median.
    pub(crate) fn suspects(&self) -> Vec<(Place, f64)> {
        let suspect = |place: Place| {
            let median = self.median(&place.assumption)?;
            let is_beyond = match place.domain {
                Domain::GROWTH => median > GROWTH,
                Domain::VOLATILITY => median > VOLATILITY,
                _ => false,
            };
            is_beyond.then_some((place, median))
        };
        self.assumptions().into_iter().filter_map(suspect).collect()
    }
}

impl Error {
    /// Names the numbers that probably brought a limit about: those of the provider that a problem is of.
    pub(crate) fn blaming(self, scenario: &Scenario) -> Self {
        if !self.is_limit() {
            return self;
        }
        let suspects = scenario.suspects();
        self.with_words(|problem| {
            let provider = problem.address.find("] at ").map_or("", |end| &problem.address[..=end]);
            let is_own = |(place, _): &&(Place, f64)| !provider.is_empty() && place.address.starts_with(provider);
            let each = suspects.iter().filter(is_own).map(|(place, median)| {
                format!("; {} is {}, that is {} % a year", place.address, shown(*median), shown(100.0 * median))
            });
            each.collect()
        })
    }
}
