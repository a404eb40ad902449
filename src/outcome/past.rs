//! Known revenue up to the base, for charts; the outcome file does not contain it.

use crate::plan::{Plan, SeriesId};
use crate::scenario::Scenario;

/// The levels that tables and charts show: the edges of the 95, 90, 80 and 50 % bands, and the median.
pub(crate) const LEVELS: [f64; 9] = [0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975];
/// The index of the median in `LEVELS`.
pub(crate) const MEDIAN: usize = 4;
/// The indices of the edges of the 90 % band in `LEVELS`.
pub(crate) const BAND: (usize, usize) = (1, 7);

/// Revenue of one provider up to the base.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct KnownRevenue {
    /// The periods just before the base, oldest first.
    pub(crate) history: Vec<f64>,
    /// The quantiles of the base at `LEVELS`, all equal if the base is known.
    pub(crate) base: [f64; LEVELS.len()],
}

/// The past of every provider, in the order of the scenario.
pub(crate) fn pasts(scenario: &Scenario, plan: &Plan) -> Vec<KnownRevenue> {
    let providers = scenario.providers().iter().enumerate();
    providers
        .map(|(row, provider)| KnownRevenue {
            history: provider.history.clone(),
            base: plan.base_at(SeriesId(row), LEVELS),
        })
        .collect()
}
