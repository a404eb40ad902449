//! Known revenue up to the base, for charts; the outcome file does not contain it.

use crate::plan::{Plan, SeriesId};
use crate::scenario::Scenario;

/// The levels that tables and charts show: the edges of the 95, 90, 80 and 50 % bands, and the median.
pub(crate) const LEVELS: [f64; 9] = [0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975];
/// The index of the median in `LEVELS`.
pub(crate) const MEDIAN: usize = 4;
/// The indices of the edges of the 90 % band in `LEVELS`.
pub(crate) const BAND: (usize, usize) = (1, 7);

/// Revenue of one provider or segment up to the base.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct KnownRevenue {
    /// The periods just before the base, oldest first.
    pub(crate) history: Vec<f64>,
    /// The quantiles of the base at `LEVELS`, all equal if the base is known.
    pub(crate) base: [f64; LEVELS.len()],
}

/// The past of every row of revenue: the providers in the order of the scenario, then the segments.
pub(crate) fn pasts(scenario: &Scenario, plan: &Plan) -> Vec<KnownRevenue> {
    let stated = scenario.series();
    let one = |row: &SeriesId| {
        let parts = plan.parts_of(*row);
        let back = |t: usize| {
            let own = |SeriesId(part): &SeriesId| stated[*part].own.revenue_before(t);
            parts.iter().map(own).sum::<Option<f64>>()
        };
        let mut history: Vec<f64> = (1..).map_while(back).collect();
        history.reverse();
        KnownRevenue { history, base: plan.base_at(*row, LEVELS) }
    };
    plan.fan_rows().iter().map(one).collect()
}
