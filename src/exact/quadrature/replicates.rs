//! Means over independent replicates, and the standard error of the mean.
//!
//! In several dimensions a replicate is a mixture of two scrambled sets of Sobol points, normal and wide ones (`wide`).
//!
//! In one dimension a replicate is the trapezoidal rule with a random shift. It is unbiased up to the mass beyond 8.5
//! standard deviations, covers the tails, and converges exponentially for analytic integrands.

use std::ops::Range;

use super::budget::Budget;
use super::polynomial::{BLOCK, Row};
use super::wide::{Axes, NORMAL_PER_WIDE};
use crate::error::Error;
use crate::math;
use crate::math::gauss::{as_f64, normal_density};
use crate::random::{GROUP, Net};

/// Number of independent replicates; their spread estimates the error.
pub(crate) const SCRAMBLES: usize = 16;
/// Convergence rate assumed when extrapolating an error: error ∝ points^(−`CONVERGENCE_RATE`).
pub(crate) const CONVERGENCE_RATE: f64 = 0.85;
/// Seed of the scrambles.
const SEED: u64 = 0;

/// Points as standard normal scores, indexed by dimension, then by point.
pub(crate) struct Points {
    pub(crate) coordinates: Vec<Vec<f64>>,
    pub(crate) width: usize,
    /// Weights, which sum to about [`Replicates::points`] in each replicate.
    weights: Vec<f64>,
}

impl Points {
    pub(crate) fn weight(&self, point: usize) -> f64 {
        self.weights[point]
    }

    /// The sum of the weights.
    pub(crate) fn whole_weight(&self) -> f64 {
        self.weights.iter().sum()
    }

    /// Adds the weighted answers at all points to a sum.
    pub(super) fn add(&self, answers: &[Vec<f64>], sum: &mut [f64]) {
        for (answers, weight) in answers.iter().zip(&self.weights) {
            sum.iter_mut().zip(answers).for_each(|(sum, answer)| *sum += weight * answer);
        }
    }

    /// The weights of a block of points; 0 beyond the last one.
    pub(super) fn weights_from(&self, from: usize) -> Row {
        let mut block = [0.0; BLOCK];
        let weights = &self.weights[from..self.width.min(from + BLOCK)];
        block[..weights.len()].copy_from_slice(weights);
        block
    }
}

/// Accumulate the answers at some points to a sum.
pub(crate) type Accumulate<'f> = dyn FnMut(&Points, &mut [f64]) -> Result<(), Error> + 'f;

/// Sums over points, one for each replicate.
#[derive(Debug)]
pub(crate) struct Replicates {
    design: Design,
    sums: Sums,
    /// Normal points of each replicate so far.
    pub(crate) points: usize,
}

/// Where points come from.
#[derive(Debug)]
struct Design {
    net: Net,
    axes: Axes,
}

/// For each replicate, the sums of the answers and of the weights.
#[derive(Debug, Clone)]
pub(crate) struct Sums {
    answers: Vec<Vec<f64>>,
    weights: Vec<f64>,
}

impl Replicates {
    pub(crate) fn new(axes: Axes, len: usize) -> Self {
        Self::seeded(SEED, axes, len)
    }

    /// Points that are independent of those of [`new`](Self::new).
    pub(crate) fn others(axes: Axes, len: usize) -> Self {
        Self::seeded(SEED + 1, axes, len)
    }

    fn seeded(seed: u64, axes: Axes, len: usize) -> Self {
        let net = Net::new(seed, 2 * SCRAMBLES, axes.of_net());
        let sums = Sums { answers: vec![vec![0.0; len]; SCRAMBLES], weights: vec![0.0; SCRAMBLES] };
        Self { design: Design { net, axes }, sums, points: 0 }
    }

    pub(crate) fn dimensions(&self) -> usize {
        self.design.axes.count()
    }

    /// Whether some axes are shocks.
    pub(super) fn has_shocks(&self) -> bool {
        self.design.axes.has_shocks()
    }

    /// Evaluations that `points` normal points of each replicate take in all, with the wide points beside them.
    pub(crate) fn evaluations(dimensions: usize, points: usize) -> usize {
        SCRAMBLES * (points + if dimensions > 1 { points / NORMAL_PER_WIDE } else { 0 })
    }

    /// Continues to `upto` normal points of each replicate; `add` adds the weighted answers at some points to a sum.
    pub(crate) fn run(&mut self, upto: usize, add: &mut Accumulate<'_>) -> Result<(), Error> {
        let mut from = self.points;
        if self.dimensions() == 1 {
            // A finer trapezoidal rule replaces the nodes instead of adding to them.
            self.sums.answers.iter_mut().for_each(|sum| sum.fill(0.0));
            self.sums.weights.fill(0.0);
            from = 0;
        }
        let sums = self.sums.answers.iter_mut().zip(&mut self.sums.weights);
        for (replicate, (sum, weights)) in sums.enumerate() {
            self.design.each(replicate, from..upto, &mut |points| {
                *weights += points.whole_weight();
                add(points, sum)
            })?;
        }
        self.points = upto;
        Ok(())
    }

    /// Continues as [`run`](Self::run) does and spends the cost of each point. The first run always completes; any later one
    /// completes or is rolled back.
    pub(crate) fn extend(
        &mut self,
        upto: usize,
        (cost, budget): (f64, &mut Budget<'_>),
        add: &mut Accumulate<'_>,
    ) -> Result<(), Error> {
        let (before, is_pilot) = ((self.sums.clone(), self.points), self.points == 0);
        self.run(upto, &mut |points, sum| {
            if budget.is_stopped() && !is_pilot {
                return Ok(());
            }
            budget.spend(cost * as_f64(points.width));
            add(points, sum)
        })?;
        if budget.is_stopped() && !is_pilot {
            (self.sums, self.points) = before;
        }
        Ok(())
    }

    /// Adds to the sums at all points so far.
    pub(crate) fn revisit(&mut self, add: &mut Accumulate<'_>) -> Result<(), Error> {
        for (replicate, sum) in self.sums.answers.iter_mut().enumerate() {
            self.design.each(replicate, 0..self.points, &mut |points| add(points, sum))?;
        }
        Ok(())
    }

    /// Adjusts the sums of each replicate, given that of its weights.
    pub(crate) fn adjust(&mut self, adjust: &dyn Fn(&mut [f64], f64)) {
        self.sums.answers.iter_mut().zip(&self.sums.weights).for_each(|(sums, weight)| adjust(sums, *weight));
    }

    /// Calls `visit` with the first `points` normal points of every replicate and the wide points beside them.
    pub(crate) fn sample(
        &self,
        points: usize,
        visit: &mut dyn FnMut(&Points) -> Result<(), Error>,
    ) -> Result<(), Error> {
        (0..SCRAMBLES).try_for_each(|replicate| self.sample_one(replicate, points, visit))
    }

    /// The same for one replicate.
    pub(crate) fn sample_one(
        &self,
        replicate: usize,
        points: usize,
        visit: &mut dyn FnMut(&Points) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.design.each(replicate, 0..points, visit)
    }

    /// The mean difference of each answer from that of other replicates of the same points, and its error.
    pub(crate) fn differences(&self, other: &Self) -> Vec<(f64, f64)> {
        let (own, others) = (self.means(), other.means());
        let of = |answer: usize| {
            let off: Vec<f64> = own.iter().zip(&others).map(|(own, other)| own[answer] - other[answer]).collect();
            self.mean_and_error(&off)
        };
        (0..own[0].len()).map(of).collect()
    }

    /// The sum of the weights of all points.
    pub(crate) fn weight(&self) -> f64 {
        self.sums.weights.iter().sum()
    }

    /// The sums of each replicate, divided by its number of normal points.
    pub(crate) fn means(&self) -> Vec<Vec<f64>> {
        let points = as_f64(self.points);
        self.sums.answers.iter().map(|sum| sum.iter().map(|sum| sum / points).collect()).collect()
    }

    /// A mean of each replicate, by a linear function of its sums.
    pub(crate) fn means_of(&self, of: &dyn Fn(&[f64]) -> f64) -> Vec<f64> {
        self.sums.answers.iter().map(|sum| of(sum) / as_f64(self.points)).collect()
    }

    /// The mean of an answer, given its mean in each replicate, and three standard errors, which Student's t with 15
    /// degrees of freedom exceeds in 1 % of cases (two-sided).
    ///
    /// The weights of a replicate, divided by its normal points, have expectation 1. They serve as a control variate with
    /// the estimated answer as coefficient (a linearized ratio estimator, with a bias of second order), so that an answer
    /// that does not vary has no error.
    pub(crate) fn mean_and_error(&self, means: &[f64]) -> (f64, f64) {
        let (mean, off) = self.mean_and_deviations(means);
        (mean, three_errors(&off))
    }

    /// The mean, and how far each replicate is from it.
    pub(crate) fn mean_and_deviations(&self, means: &[f64]) -> (f64, Vec<f64>) {
        let points = as_f64(self.points);
        let mean = means.iter().sum::<f64>() * points / self.weight();
        let off = |(own, weight): (&f64, &f64)| own - mean * weight / points;
        (mean, means.iter().zip(&self.sums.weights).map(off).collect())
    }
}

/// Three standard errors of a mean over the replicates, from their deviations.
pub(crate) fn three_errors(off: &[f64]) -> f64 {
    let count = as_f64(SCRAMBLES);
    3.0 * (off.iter().map(|off| off * off).sum::<f64>() / (count * (count - 1.0))).sqrt()
}

/// The next number of points if the error is `excess` times the tolerance: at most twice as many, and 2^k or 3·2^k, so
/// that the points stay balanced.
pub(crate) fn next_points(points: usize, excess: f64) -> usize {
    let power = points.next_power_of_two();
    let (half_way, double) = if power == points { (points / 2 * 3, 2 * points) } else { (power, power / 2 * 3) };
    let factor = math::exp(math::ln(excess.max(1.0)) / CONVERGENCE_RATE);
    if as_f64(points) * factor <= as_f64(half_way) { half_way } else { double }
}

/// Half-width of the trapezoidal rule, in standard deviations.
const REACH: f64 = 8.5;

/// A range of nodes of the trapezoidal rule with `of` nodes.
fn trapezoid(nodes: Range<usize>, of: usize, shift: f64) -> Points {
    let step = 2.0 * REACH / as_f64(of);
    let scores: Vec<f64> = nodes.map(|k| (as_f64(k) + shift) * step - REACH).collect();
    let weights = scores.iter().map(|z| normal_density(*z) * step * as_f64(of)).collect();
    Points { width: scores.len(), coordinates: vec![scores], weights }
}

impl Design {
    /// The points of one replicate: those of the trapezoidal rule, or normal points and the wide points beside them.
    fn each(
        &self,
        replicate: usize,
        points: Range<usize>,
        visit: &mut dyn FnMut(&Points) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if self.axes.count() == 1 {
            let shift = self.net.group(replicate, 0)[0][0];
            return in_groups(points.clone(), &mut |_, nodes| visit(&trapezoid(nodes, points.end, shift)));
        }
        for (scramble, is_wide, times) in [(replicate, false, 1), (SCRAMBLES + replicate, true, NORMAL_PER_WIDE)] {
            in_groups(points.start / times..points.end / times, &mut |group, range| {
                let places = range.start - group * GROUP..range.end - group * GROUP;
                let mut of_net = self.net.group(scramble, group as u64);
                let chosen = of_net.split_off(self.axes.count());
                let scores = |u: [f64; GROUP]| {
                    let mut scores = u[places.clone()].to_vec();
                    math::norm_quantile_slice(&mut scores);
                    scores
                };
                let mut coordinates: Vec<Vec<f64>> = of_net.into_iter().map(scores).collect();
                if is_wide {
                    let chosen: Vec<&[f64]> = chosen.iter().map(|u| &u[places.clone()]).collect();
                    self.axes.widen(&mut coordinates, &chosen);
                }
                let weights = self.axes.weights(&coordinates, places.len());
                visit(&Points { width: places.len(), weights, coordinates })
            })?;
        }
        Ok(())
    }
}

/// Splits a range of points at the boundaries of groups.
fn in_groups(
    points: Range<usize>,
    visit: &mut dyn FnMut(usize, Range<usize>) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut from = points.start;
    while from < points.end {
        let group = from / GROUP;
        let to = points.end.min((group + 1) * GROUP);
        visit(group, from..to)?;
        from = to;
    }
    Ok(())
}
