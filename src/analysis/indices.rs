//! Variance-based sensitivity indices by randomized quasi-Monte Carlo.
//!
//! The inputs are scrambled Sobol points in [`REPLICATES`] independent replicates, whose spread gives the standard errors
//! (Student-t, delta method for the ratio). Variances of a function that is known at any point follow from
//! [squared differences](super::squares), those of a simulated event from [covariances](super::pick_freeze).

use super::batch::{Batch, Evaluate, Sums};
use super::design::Inputs;
use super::number::NumberEstimate;
use super::{pick_freeze, squares};
use crate::cpu::in_parallel;
use crate::error::Error;
use crate::math::gauss::as_f64;
use crate::random::{GROUP, Net, mix64};

/// Independent replicates.
pub(super) const REPLICATES: usize = 32;

/// Creates a function for one thread.
pub(super) type Evaluators<'f> = dyn Fn() -> Box<Evaluate<'f>> + Sync + 'f;

/// What is known of the function.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Known {
    /// Its value at any point.
    Values,
    /// Events that happen with that probability, or with a probability that has it as its mean; the mean over all inputs is
    /// about `centre`.
    Events { centre: f64 },
}

/// The standard errors that the variance of a simulated probability must exceed before anything is divided by it. Below, the
/// intervals of a ratio are not those of a normal distribution.
const LEAST_PRECISION: f64 = 5.0;

/// The indices of one input.
#[derive(Debug, Clone, Copy)]
pub(super) struct Effects {
    pub(super) first: NumberEstimate,
    pub(super) total: NumberEstimate,
    pub(super) shapley: NumberEstimate,
}

/// Sums over the points of each replicate.
#[derive(Debug)]
pub(super) struct Study {
    inputs: Inputs,
    known: Known,
    seed: u64,
    /// Points of each replicate, in groups of 64.
    groups: usize,
    /// Indexed by replicate.
    sums: Vec<Sums>,
}

impl Study {
    pub(super) fn new(inputs: Inputs, known: Known, seed: u64) -> Self {
        let sums = vec![Sums::new(inputs.count()); REPLICATES];
        Self { inputs, known, seed, groups: 0, sums }
    }

    /// Points of all replicates, with so many groups in each.
    pub(super) fn points(&self, groups: usize) -> usize {
        REPLICATES * GROUP * groups
    }

    /// Groups of 64 points of each replicate.
    pub(super) fn groups(&self) -> usize {
        self.groups
    }

    /// Evaluations of the function for so many groups of points of each replicate.
    pub(super) fn evaluations(&self, groups: usize) -> usize {
        let (count, independent) = (self.inputs.count(), self.inputs.are_independent());
        let chain = count.saturating_sub(2);
        let per_point = match self.known {
            Known::Values => 2 + count + chain + if independent { 0 } else { count },
            Known::Events { .. } => 3 + count + chain + if independent { 1 } else { count },
        };
        self.points(groups) * per_point
    }

    /// Continues to so many groups of points in each replicate.
    ///
    /// # Errors
    /// As the function.
    pub(super) fn extend(&mut self, upto: usize, evaluators: &Evaluators<'_>) -> Result<(), Error> {
        let (from, count) = (self.groups, self.inputs.count());
        let net = Net::new(self.seed, REPLICATES, 2 * count);
        let one = |replicate: usize| -> Result<Sums, Error> {
            let mut evaluate = evaluators();
            let mut sums = Sums::new(count);
            for group in from..upto {
                let coordinates = net.group(replicate, group as u64);
                let key = mix64(mix64(self.seed ^ ORDERS).wrapping_add(replicate as u64)).wrapping_add(group as u64);
                let batch = Batch::new(&self.inputs, &coordinates, key);
                sums.add(&match self.known {
                    Known::Values => squares::sums(&batch, &mut *evaluate)?,
                    Known::Events { centre } => {
                        let shocks = pick_freeze::SHOCKS * (group * REPLICATES + replicate) as u64;
                        pick_freeze::sums(&batch, (shocks, centre), &mut *evaluate)?
                    }
                });
            }
            Ok(sums)
        };
        let added = in_parallel(REPLICATES, &one);
        for (sums, added) in self.sums.iter_mut().zip(added) {
            sums.add(&added?);
        }
        self.groups = upto;
        Ok(())
    }

    fn by_replicate(&self, of: &dyn Fn(&Sums) -> f64) -> Vec<f64> {
        self.sums.iter().map(|sums| of(sums) / as_f64(GROUP * self.groups)).collect()
    }

    /// The ratio of two sums. Of simulated events no error is below that of one path: that none of them shows an effect does not mean
    /// that there is none.
    fn ratio(&self, of: &dyn Fn(&Sums) -> f64, whole: &dyn Fn(&Sums) -> f64, confidence: f64) -> NumberEstimate {
        let (own, whole) = (self.by_replicate(of), self.by_replicate(whole));
        let ratio = NumberEstimate::ratio(&own, &whole, confidence);
        match self.known {
            Known::Values => ratio,
            Known::Events { .. } => {
                let mean = whole.iter().sum::<f64>() / as_f64(REPLICATES);
                ratio.with_error_of_at_least(1.0 / (as_f64(self.points(self.groups)) * mean), (confidence, REPLICATES))
            }
        }
    }

    /// The share of f (1 − f) in the variance of an event with probability f: what the inputs leave open.
    pub(super) fn share_of_rest(&self, confidence: f64) -> NumberEstimate {
        self.ratio(&|sums| sums.rest, &Sums::whole, confidence)
    }

    /// The share of the Shapley effects of some inputs in the variance of an event with probability f.
    pub(super) fn share_of(&self, inputs: &[usize], confidence: f64) -> NumberEstimate {
        self.ratio(&|sums| inputs.iter().map(|input| sums.shapley[*input]).sum(), &Sums::whole, confidence)
    }

    /// The indices of every input.
    pub(super) fn effects(&self, confidence: f64) -> Vec<Effects> {
        let of = |of: &dyn Fn(&Sums) -> f64| self.ratio(of, &|sums| sums.variance, confidence);
        let one = |input: usize| Effects {
            first: of(&|sums| sums.variance - sums.first[input]),
            total: of(&|sums| sums.total[input]),
            shapley: of(&|sums| sums.shapley[input]),
        };
        (0..self.inputs.count()).map(one).collect()
    }

    /// Whether the function varies at all.
    pub(super) fn varies(&self) -> bool {
        self.sums.iter().any(|sums| sums.variance.abs() > 0.0)
    }

    /// Whether the variance is known well enough to divide by it.
    pub(super) fn is_precise(&self) -> bool {
        let share = self.ratio(&|sums| sums.variance, &Sums::whole, 0.5);
        self.known == Known::Values || share.value > LEAST_PRECISION * share.standard_error
    }

    /// The half-width of the widest interval of an index.
    pub(super) fn widest(&self, confidence: f64) -> f64 {
        let effects = self.effects(confidence).into_iter();
        let reaches =
            effects.flat_map(|Effects { first, total, shapley }| [first.reach(), total.reach(), shapley.reach()]);
        reaches.fold(0.0, f64::max)
    }
}

/// Separates the orders from other random numbers of the same seed.
const ORDERS: u64 = 0x7f4a_7c15_9e37_79b9;

#[cfg(test)]
mod tests;
