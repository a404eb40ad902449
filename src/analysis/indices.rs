//! Variance-based sensitivity indices by randomized quasi-Monte Carlo.
//!
//! For points x and x′ and the point x with the coordinates u resampled, half of the mean squared difference of f estimates
//! E Var(f | coordinates not in u) (Jansen 1999, "Analysis of variance designs for model output", Computer Physics
//! Communications 117). Total effects take a single coordinate, first-order effects all others, and a random order whose
//! coordinates are resampled one after the other gives Shapley effects (Owen 2014, SIAM/ASA JUQ 2; Song, Nelson & Staum 2016,
//! SIAM/ASA JUQ 4). All of them use the same variance, so that Shapley effects sum to 1 and an input without any effect has
//! indices of exactly 0.
//!
//! The points are scrambled Sobol points in [`REPLICATES`] independent replicates, whose spread gives the standard errors
//! (Student-t, delta method for the ratio).

use super::design::{Inputs, Part};
use super::number::NumberEstimate;
use crate::cpu::in_parallel;
use crate::error::Error;
use crate::math::gauss::as_f64;
use crate::random::{GROUP, Net, mix64};

/// Independent replicates.
const REPLICATES: usize = 32;

/// A function at some points, indexed by point, then by coordinate: uniform numbers, or normal scores where inputs depend on each
/// other.
pub(super) type Evaluate<'f> = dyn FnMut(&[Vec<f64>]) -> Result<Vec<f64>, Error> + 'f;

/// Creates a function for one thread.
pub(super) type Evaluators<'f> = dyn Fn() -> Box<Evaluate<'f>> + Sync + 'f;

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
    seed: u64,
    /// Points of each replicate, in groups of 64.
    groups: usize,
    /// Indexed by replicate.
    sums: Vec<Sums>,
}

/// Sums over the points of one replicate.
#[derive(Debug, Clone, Default)]
struct Sums {
    /// f (1 − f), for probabilities.
    rest: f64,
    variance: f64,
    /// By input.
    first: Vec<f64>,
    total: Vec<f64>,
    shapley: Vec<f64>,
}

impl Sums {
    fn new(count: usize) -> Self {
        Self { first: vec![0.0; count], total: vec![0.0; count], shapley: vec![0.0; count], ..Self::default() }
    }

    fn add(&mut self, other: &Self) {
        self.rest += other.rest;
        self.variance += other.variance;
        for (own, other) in
            [(&mut self.first, &other.first), (&mut self.total, &other.total), (&mut self.shapley, &other.shapley)]
        {
            own.iter_mut().zip(other).for_each(|(own, other)| *own += other);
        }
    }
}

impl Study {
    pub(super) fn new(inputs: Inputs, seed: u64) -> Self {
        let sums = vec![Sums::new(inputs.count()); REPLICATES];
        Self { inputs, seed, groups: 0, sums }
    }

    fn points(&self) -> usize {
        GROUP * self.groups
    }

    /// Groups of 64 points of each replicate.
    pub(super) fn groups(&self) -> usize {
        self.groups
    }

    /// Evaluations of the function for so many groups of points of each replicate.
    pub(super) fn evaluations(&self, groups: usize) -> usize {
        let count = self.inputs.count();
        let chain = count.saturating_sub(2);
        let per_point = 2 + count + chain + if self.inputs.are_independent() { 0 } else { count };
        REPLICATES * GROUP * groups * per_point
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
                sums.add(&self.group(&coordinates, key, &mut *evaluate)?);
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

    /// The sums over one group of points, whose first coordinates are x and whose others are x′.
    fn group(&self, coordinates: &[[f64; GROUP]], key: u64, evaluate: &mut Evaluate<'_>) -> Result<Sums, Error> {
        let count = self.inputs.count();
        let fresh = |half: usize, point: usize| -> Vec<f64> {
            let own = coordinates[half * count..(half + 1) * count].iter().map(|axis| axis[point]);
            own.map(|u| if self.inputs.are_independent() { u } else { crate::math::norm_quantile(u) }).collect()
        };
        let all: Vec<usize> = (0..GROUP).collect();
        let xs: Vec<Vec<f64>> = all.iter().map(|point| self.inputs.point(&fresh(0, *point))).collect();
        let others: Vec<Vec<f64>> = all.iter().map(|point| fresh(1, *point)).collect();
        let at = evaluate(&xs)?;
        let at_others = evaluate(&others.iter().map(|other| self.inputs.point(other)).collect::<Vec<_>>())?;
        let mut replaced = |orders: &dyn Fn(usize) -> Vec<usize>, replaced: usize| {
            let point = |point: &usize| {
                let order = orders(*point);
                self.inputs.replaced(&xs[*point], &others[*point], &Part { order: &order, replaced })
            };
            evaluate(&all.iter().map(point).collect::<Vec<_>>())
        };
        let mut sums = Sums::new(count);
        let mut singles = Vec::with_capacity(count);
        for input in 0..count {
            let first = |_: usize| swapped(count, input);
            let single = replaced(&first, 1)?;
            sums.total[input] = half_squares(&at, &single);
            sums.first[input] = if self.inputs.are_independent() {
                half_squares(&at_others, &single)
            } else {
                let last = |_: usize| swapped(count, input).into_iter().rev().collect();
                half_squares(&at, &replaced(&last, count - 1)?)
            };
            singles.push(single);
        }
        let orders: Vec<Vec<usize>> =
            all.iter().map(|point| shuffled(count, mix64(key ^ (*point as u64) << 40))).collect();
        let mut before = vec![0.0; GROUP];
        for step in 1..=count {
            let now = match step {
                _ if step == count => at_others.clone(),
                1 => all.iter().map(|point| singles[orders[*point][0]][*point]).collect(),
                _ => replaced(&|point| orders[point].clone(), step)?,
            };
            for point in 0..GROUP {
                let square = 0.5 * (at[point] - now[point]) * (at[point] - now[point]);
                sums.shapley[orders[point][step - 1]] += square - before[point];
                before[point] = square;
            }
        }
        sums.rest = at.iter().map(|p| p * (1.0 - p)).sum();
        sums.variance = half_squares(&at, &at_others);
        Ok(sums)
    }

    fn by_replicate(&self, of: &dyn Fn(&Sums) -> f64) -> Vec<f64> {
        self.sums.iter().map(|sums| of(sums) / as_f64(self.points())).collect()
    }

    /// The share of f (1 − f) in the variance of an event with probability f: what the inputs leave open.
    pub(super) fn share_of_rest(&self, confidence: f64) -> NumberEstimate {
        let whole = self.by_replicate(&|sums| sums.rest + sums.variance);
        NumberEstimate::ratio(&self.by_replicate(&|sums| sums.rest), &whole, confidence)
    }

    /// The share of the Shapley effects of some inputs in the variance of an event with probability f.
    pub(super) fn share_of(&self, inputs: &[usize], confidence: f64) -> NumberEstimate {
        let whole = self.by_replicate(&|sums| sums.rest + sums.variance);
        let own = |sums: &Sums| inputs.iter().map(|input| sums.shapley[*input]).sum();
        NumberEstimate::ratio(&self.by_replicate(&own), &whole, confidence)
    }

    /// The indices of every input.
    pub(super) fn effects(&self, confidence: f64) -> Vec<Effects> {
        let variance = self.by_replicate(&|sums| sums.variance);
        let of = |of: &dyn Fn(&Sums) -> f64| NumberEstimate::ratio(&self.by_replicate(of), &variance, confidence);
        let one = |input: usize| Effects {
            first: of(&|sums| sums.variance - sums.first[input]),
            total: of(&|sums| sums.total[input]),
            shapley: of(&|sums| sums.shapley[input]),
        };
        (0..self.inputs.count()).map(one).collect()
    }

    /// Whether the function varies at all.
    pub(super) fn varies(&self) -> bool {
        self.sums.iter().any(|sums| sums.variance > 0.0)
    }
}

/// Separates the orders from other random numbers of the same seed.
const ORDERS: u64 = 0x7f4a_7c15_9e37_79b9;

/// All inputs, a given one first.
fn swapped(count: usize, first: usize) -> Vec<usize> {
    std::iter::once(first).chain((0..count).filter(|input| *input != first)).collect()
}

/// All inputs in random order (Fisher–Yates).
fn shuffled(count: usize, key: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    for place in (1..count).rev() {
        let random = u128::from(mix64(key.wrapping_add(place as u64)));
        let chosen = usize::try_from((random * (place as u128 + 1)) >> 64).expect("below the number of inputs");
        order.swap(place, chosen);
    }
    order
}

/// Half of the sum of squared differences.
fn half_squares(a: &[f64], b: &[f64]) -> f64 {
    0.5 * a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>()
}

#[cfg(test)]
mod tests;
