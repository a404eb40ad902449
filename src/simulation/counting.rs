//! Converts counts to estimates.

use super::tally::Tally;
use crate::estimate::{Estimate, t_of, z_of};
use crate::paths::REPLICATES;
use crate::plan::Plan;
use crate::statistic::Hits;

/// The settings that every estimate of a run needs.
#[derive(Debug, Clone)]
pub(super) struct Counting {
    /// Whether nothing is drawn, so that counts are exact.
    exact: bool,
    paths: u64,
    z: f64,
    replicated: Option<Replicated>,
    /// The sum of the cells of every histogram.
    pub(super) cells: u64,
    /// The total weight of the values of every histogram.
    pub(super) weight: f64,
}

/// The additional settings of a run in replicates.
#[derive(Debug, Clone)]
struct Replicated {
    totals: [f64; REPLICATES],
    t: f64,
    /// The estimate for zero hits. It bounds the error of every estimate or, for weighted paths, of those with zero
    /// hits or zero misses.
    none: Estimate,
    /// The effective sample size of weighted paths.
    effective: Option<f64>,
    confidence_level: f64,
}

impl Counting {
    #[expect(clippy::cast_precision_loss, reason = "paths")]
    pub(super) fn new(tally: &Tally, plan: &Plan) -> Self {
        let (paths, z) = (tally.paths(), z_of(tally.settings().confidence_level));
        let replicated = tally.totals().map(|all| {
            let totals = all.weight.paths();
            let filled = totals.iter().filter(|total| **total > 0.0).count().max(2);
            let effective = all.effective_sample_size();
            let none = Estimate::wilson(0, effective.map_or(paths, whole), z);
            let confidence_level = tally.settings().confidence_level;
            let t = t_of(confidence_level, degrees(filled));
            Replicated { totals, t, none, effective, confidence_level }
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

    pub(super) fn estimate(&self, hits: &Hits) -> Estimate {
        let estimate = match (hits, &self.replicated) {
            (Hits::Weight(hits), Some(replicated)) => replicated.estimate(&hits.paths()),
            _ => Estimate::wilson(hits.paths(), self.paths, self.z),
        };
        if self.exact { Estimate::exact(estimate.value()) } else { estimate }
    }

    /// The mean over paths of a value between 0 and 1 that depends only on the class, over the paths of these classes.
    pub(super) fn mean(&self, values: &[f64], classes: &[Hits]) -> Estimate {
        let estimate = match &self.replicated {
            Some(replicated) => replicated.mean(values, classes, self.z),
            None => {
                let counted = values.iter().zip(classes).map(|(value, hits)| (*value, hits.paths()));
                Estimate::mean(&counted.collect::<Vec<_>>(), self.z)
            }
        };
        if self.exact { Estimate::exact(estimate.value()) } else { estimate }
    }
}

impl Counting {
    /// The mean over paths of a value between 0 and 1 that depends only on the class, with a weight between 0 and 1 for
    /// each class.
    #[expect(clippy::cast_precision_loss, reason = "path counts stay far below 2^53")]
    pub(super) fn weighted_mean(&self, values: &[f64], weights: &[f64], classes: &[Hits]) -> Estimate {
        let estimate = match &self.replicated {
            Some(replicated) => {
                let weights = weights.iter().copied();
                replicated.weighted_mean(values, weights, classes, self.z)
            }
            None => {
                let all = || values.iter().zip(weights).zip(classes);
                let sum = |of: &dyn Fn(f64, f64) -> f64| {
                    all().map(|((value, weight), hits)| of(*value, *weight) * hits.paths() as f64).sum::<f64>()
                };
                let total = sum(&|_, weight| weight);
                let mean = sum(&|value, weight| weight * value) / total;
                // The error of a ratio of sums (Cochran 1977, §6.4), at least that of a single differing path.
                let spread = sum(&|value, weight| (weight * (value - mean)) * (weight * (value - mean)));
                let count = all().map(|(_, hits)| hits.paths()).sum::<u64>();
                let least = Estimate::wilson(0, count, self.z);
                let error = (spread.sqrt() / total).max(least.standard_error());
                Estimate::within(mean, error, (self.z * error).max(least.interval().1))
            }
        };
        if self.exact { Estimate::exact(estimate.value()) } else { estimate }
    }
}

impl Replicated {
    fn estimate(&self, hits: &[f64; REPLICATES]) -> Estimate {
        let (hit, total) = (hits.iter().sum::<f64>(), self.totals.iter().sum::<f64>());
        let certain = !(hit > 0.0 && hit < total);
        let least = (self.effective.is_none() || certain).then_some(&self.none);
        Estimate::replicated(hits, &self.totals, self.t, least)
    }
    /// The ratio of two sums over replicates, some of which may contain no path of these classes.
    fn mean(&self, values: &[f64], classes: &[Hits], z: f64) -> Estimate {
        self.weighted_mean(values, std::iter::repeat(1.0), classes, z)
    }

    fn weighted_mean(&self, values: &[f64], weights: impl Iterator<Item = f64>, classes: &[Hits], z: f64) -> Estimate {
        let (mut sums, mut totals) = ([0.0; REPLICATES], [0.0; REPLICATES]);
        let mut filled_classes = 0;
        for ((value, own), hits) in values.iter().zip(weights).zip(classes) {
            let Hits::Weight(weight) = hits else { continue };
            filled_classes += usize::from(hits.is_some());
            for ((sum, total), weight) in sums.iter_mut().zip(&mut totals).zip(weight.paths()) {
                *sum += value * (own * weight);
                *total += own * weight;
            }
        }
        let filled = totals.iter().filter(|total| **total > 0.0).count().max(2);
        let t = t_of(self.confidence_level, degrees(filled));
        let size = totals.iter().sum::<f64>().min(self.effective.unwrap_or(f64::INFINITY));
        let least = (self.effective.is_none() || filled_classes < 2).then(|| Estimate::wilson(0, whole(size), z));
        Estimate::replicated(&sums, &totals, t, least.as_ref())
    }
}

#[expect(clippy::cast_precision_loss, reason = "at most 32")]
fn degrees(filled: usize) -> f64 {
    (filled - 1) as f64
}

/// A weight as a number of paths, at least 1.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "far below 2^63, and not negative")]
fn whole(weight: f64) -> u64 {
    (weight as u64).max(1)
}
