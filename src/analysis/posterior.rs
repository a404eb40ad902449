//! Means over points with importance weights: of the drawn numbers given reports, or of paths.

use std::ops::Range;

use super::number::{NumberEstimate, deviations};
use crate::cpu::in_parallel;
use crate::error::{Error, Kind};
use crate::exact::{Conditioned, ObservedPair, Reports};
use crate::math;
use crate::random::{GROUP, Net};

/// Independent replicates.
pub(super) const REPLICATES: usize = 32;
/// Groups of 64 points of each replicate at first, and those after which no points are added.
const GROUPS: [usize; 2] = [2, 64];
/// An effective sample size below this is a collapse of the weights.
const LEAST_SIZE: f64 = 200.0;
/// The level of the intervals.
pub(super) const CONFIDENCE: f64 = 0.95;

/// A probability given reports.
#[derive(Debug, Clone)]
pub(super) struct Posterior {
    pub(super) probability: NumberEstimate,
    /// The deviation that each replicate contributes to the probability; empty if the error is not the spread of replicates.
    pub(super) deviations: Vec<f64>,
    /// (Σ w)² / Σ w² (Kong 1992); infinite if nothing is weighted.
    pub(super) effective_size: f64,
    pub(super) points: usize,
}

impl Posterior {
    /// A probability without weights.
    pub(super) fn of(probability: NumberEstimate) -> Self {
        Self { probability, deviations: Vec::new(), effective_size: f64::INFINITY, points: 1 }
    }
}

/// Weights and weighted probabilities of one replicate, relative to a largest log weight.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sums {
    largest: f64,
    weights: f64,
    squares: f64,
    hits: f64,
}

impl Sums {
    pub(super) const NONE: Self = Self { largest: f64::NEG_INFINITY, weights: 0.0, squares: 0.0, hits: 0.0 };

    fn rescaled(self, largest: f64) -> Self {
        let scale = if self.largest == f64::NEG_INFINITY { 0.0 } else { math::exp(self.largest - largest) };
        Self { largest, weights: scale * self.weights, squares: scale * scale * self.squares, hits: scale * self.hits }
    }

    pub(super) fn add(self, other: Self) -> Self {
        let largest = self.largest.max(other.largest);
        if largest == f64::NEG_INFINITY {
            return self;
        }
        let (a, b) = (self.rescaled(largest), other.rescaled(largest));
        Self { largest, weights: a.weights + b.weights, squares: a.squares + b.squares, hits: a.hits + b.hits }
    }

    pub(super) fn of(Conditioned { log_weight, probability }: Conditioned) -> Self {
        if log_weight == f64::NEG_INFINITY {
            return Self::NONE;
        }
        Self { largest: log_weight, weights: 1.0, squares: 1.0, hits: probability }
    }
}

/// The mean of the probabilities with the weights of the points.
pub(super) fn weighted_mean(points: impl IntoIterator<Item = Conditioned>) -> f64 {
    let sum = points.into_iter().map(Sums::of).fold(Sums::NONE, Sums::add);
    sum.hits / sum.weights
}

/// The normal scores of a group of points of one replicate, by drawn number.
pub(super) fn scores(net: &Net, replicate: usize, group: usize, count: usize) -> Vec<Vec<f64>> {
    let points = net.group(replicate, group as u64);
    points[..count].iter().map(|axis| axis.iter().map(|u| math::norm_quantile(*u)).collect()).collect()
}

/// The probability given reports; points are doubled until its standard error is at most `tolerance`.
///
/// # Errors
/// If the weights collapse, or a curve is not finite.
pub(super) fn posterior(pair: &ObservedPair, reports: &Reports, tolerance: f64, seed: u64) -> Result<Posterior, Error> {
    let count = pair.draws().len();
    if count == 0 {
        let points = pair.points(&[], 1)?;
        let only = pair.conditioned(&points, reports, &mut pair.recursion())?[0];
        let error = tolerance.min(1e-6);
        return Ok(Posterior::of(NumberEstimate::of(only.probability, error, 2.0 * error)));
    }
    let net = Net::new(seed, REPLICATES, count);
    let all = |groups: Range<usize>| -> Result<Vec<Sums>, Error> {
        let one = |replicate: usize| -> Result<Sums, Error> {
            let mut recursion = pair.recursion();
            let mut sum = Sums::NONE;
            for group in groups.clone() {
                let points = pair.points(&scores(&net, replicate, group, count), GROUP)?;
                for point in pair.conditioned(&points, reports, &mut recursion)? {
                    sum = sum.add(Sums::of(point));
                }
            }
            Ok(sum)
        };
        in_parallel(REPLICATES, &one).into_iter().collect()
    };
    doubled(GROUPS, tolerance, &all)
}

/// The weighted mean by replicates; `sums` has the sums of some groups of 64 points by replicate. The groups are doubled from
/// the first number until the standard error is at most `tolerance`, or up to the second number.
///
/// # Errors
/// If the weights collapse, and those of `sums`.
pub(super) fn doubled(
    [first, most]: [usize; 2],
    tolerance: f64,
    sums: &dyn Fn(Range<usize>) -> Result<Vec<Sums>, Error>,
) -> Result<Posterior, Error> {
    let mut all = vec![Sums::NONE; REPLICATES];
    let mut groups = 0..first;
    loop {
        for (sum, added) in all.iter_mut().zip(sums(groups.clone())?) {
            *sum = sum.add(added);
        }
        let found = summed(&all, GROUP * groups.end);
        let is_enough = found.probability.standard_error <= tolerance && found.effective_size >= LEAST_SIZE;
        if is_enough || groups.end >= most {
            return if found.effective_size >= LEAST_SIZE { Ok(found) } else { Err(collapsed(&found)) };
        }
        groups = groups.end..2 * groups.end;
    }
}

/// The ratio of means over replicates (delta method).
fn summed(sums: &[Sums], points: usize) -> Posterior {
    let largest = sums.iter().map(|sum| sum.largest).fold(f64::NEG_INFINITY, f64::max);
    let sums: Vec<Sums> = sums.iter().map(|sum| sum.rescaled(largest)).collect();
    let total = |of: fn(&Sums) -> f64| sums.iter().map(of).sum::<f64>();
    let (weights, squares) = (total(|sum| sum.weights), total(|sum| sum.squares));
    let points = REPLICATES * points;
    if !(weights > 0.0) {
        let probability = NumberEstimate::of(0.0, 1.0, 1.0);
        return Posterior { effective_size: 0.0, points, ..Posterior::of(probability) };
    }
    let [hits, totals] =
        [|sum: &Sums| sum.hits, |sum: &Sums| sum.weights].map(|of| sums.iter().map(of).collect::<Vec<f64>>());
    Posterior {
        probability: NumberEstimate::ratio(&hits, &totals, CONFIDENCE),
        deviations: deviations(&hits, &totals),
        effective_size: weights * weights / squares,
        points,
    }
}

fn collapsed(found: &Posterior) -> Error {
    let message = format!(
        "the weights collapse: an effective sample size of {:.1} of {} points; the reports are far from what the scenario expects, so \
         change its assumptions or widen its distributions and volatilities",
        found.effective_size, found.points
    );
    Error::one(Kind::Limit, "news", "report", message)
}
