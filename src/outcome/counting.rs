//! Counts turned into estimates.

use crate::estimate::{Estimate, t_of, z_of};
use crate::paths::{Plan, REPLICATES};
use crate::simulation::Tally;
use crate::statistic::Hits;

/// What every estimate of a run needs.
#[derive(Debug, Clone)]
pub(crate) struct Counting {
    /// Nothing is drawn, so what is counted is exact.
    exact: bool,
    paths: u64,
    z: f64,
    replicated: Option<Replicated>,
    /// What the cells of every histogram add up to.
    pub(crate) cells: u64,
    /// What the values of every histogram weigh together.
    pub(crate) weight: f64,
}

/// What the estimates of a run in replicates need besides.
#[derive(Debug, Clone)]
struct Replicated {
    totals: [f64; REPLICATES],
    t: f64,
    /// What none of the paths leaves, and whether it bounds every estimate or only those of none and of all.
    none: Estimate,
    always: bool,
}

impl Counting {
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "paths")]
    pub(super) fn new(tally: &Tally, plan: &Plan) -> Self {
        let (paths, z) = (tally.paths(), z_of(tally.settings().confidence_level));
        let replicated = tally.totals().map(|all| {
            let totals = all.weight.paths();
            let filled = totals.iter().filter(|total| **total > 0.0).count().max(2);
            let effective = all.effective_sample_size();
            let none = Estimate::wilson(0, effective.map_or(paths, |size| (size as u64).max(1)), z);
            let t = t_of(tally.settings().confidence_level, (filled - 1) as f64);
            Replicated { totals, t, none, always: effective.is_none() }
        });
        Self {
            exact: plan.is_deterministic(),
            paths,
            z,
            cells: tally.totals().map_or(paths, |totals| totals.cells),
            weight: replicated.as_ref().map_or(paths as f64, |replicated| replicated.totals.iter().sum()),
            replicated,
        }
    }

    pub(crate) fn estimate(&self, hits: &Hits) -> Estimate {
        let estimate = match (hits, &self.replicated) {
            (Hits::Weight(hits), Some(replicated)) => replicated.estimate(&hits.paths()),
            _ => Estimate::wilson(hits.paths(), self.paths, self.z),
        };
        if self.exact { Estimate::exact(estimate.value()) } else { estimate }
    }
}

impl Replicated {
    fn estimate(&self, hits: &[f64; REPLICATES]) -> Estimate {
        let (hit, total) = (hits.iter().sum::<f64>(), self.totals.iter().sum::<f64>());
        let certain = !(hit > 0.0 && hit < total);
        let least = (self.always || certain).then_some(&self.none);
        Estimate::replicated(hits, &self.totals, self.t, least)
    }
}
