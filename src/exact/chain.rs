//! The chain rule: from the derivatives of a walk's passage to those of the numbers that decide its drifts, its sd and its
//! start, summed over the points of the drawn assumptions at fixed scores.

use super::gauss::{Rule, as_f64};
use super::leaf::Leaf;
use super::pair::{BLOCK, Columns, Pair};
use super::passage::{Recursion, Walk};
use super::refused;
use super::start::{Start, TIE};
use crate::error::Error;

/// A point of the scores, and its weight.
pub(super) type Point = (Vec<f64>, f64);

/// Sums over points.
pub(super) struct Chain<'a, 'p> {
    pair: &'a Pair<'p>,
    leaves: &'a [Leaf],
    recursion: Recursion,
    pub(super) value: f64,
    /// By leaf.
    pub(super) slopes: Vec<f64>,
    /// Where the start has a law of its own: P from places of it.
    from: Interpolant,
}

/// Derivatives of P at the points of a block, with their weights.
struct Block {
    /// ∂P/∂Γ(t), of the difference of the two curves, at 1 to T, then by point; empty where growth is not moved.
    growth: Vec<Vec<f64>>,
    sd: Vec<f64>,
    start: Vec<f64>,
}

impl<'a, 'p> Chain<'a, 'p> {
    pub(super) fn new(pair: &'a Pair<'p>, leaves: &'a [Leaf], recursion: Recursion) -> Result<Self, Error> {
        let sd = pair.columns(&[vec![0.0; pair.draws.len()]])?.sd[0];
        let law = pair.start().filter(|start| !start.is_point());
        let from = law.map_or_else(Interpolant::default, |start| Interpolant::over(&start.below, sd));
        Ok(Self { pair, leaves, recursion, value: 0.0, slopes: vec![0.0; leaves.len()], from })
    }

    /// Adds the integrand's part.
    pub(super) fn add(&mut self, points: &[Point]) -> Result<(), Error> {
        for points in points.chunks(BLOCK) {
            let scores: Vec<Vec<f64>> = points.iter().map(|(z, _)| z.clone()).collect();
            let columns = self.pair.columns(&scores)?;
            let zero = vec![0.0; points.len()];
            let mut block = Block { growth: vec![zero.clone(); self.pair.periods()], sd: zero.clone(), start: zero };
            for (place, (_, weight)) in points.iter().enumerate() {
                self.walk(&columns, place, *weight, &mut block)?;
            }
            self.contract(&scores, &columns, &block)?;
        }
        Ok(())
    }

    /// Adds what the tie of the bases brings by moving, at points on it: there P jumps to 1.
    pub(super) fn add_ties(&mut self, points: &[Point]) -> Result<(), Error> {
        for points in points.chunks(BLOCK) {
            let scores: Vec<Vec<f64>> = points.iter().map(|(z, _)| z.clone()).collect();
            let columns = self.pair.columns(&scores)?;
            let jump = |(place, (_, weight)): (usize, &Point)| {
                let (drifts, sds) = columns.walk(place);
                let below = self.recursion.adjoint(&Walk { start: &[(0.0, 1.0)], drifts: &drifts, sds: &sds }, &[]);
                weight * (1.0 - below.value)
            };
            let start = points.iter().enumerate().map(jump).collect();
            let block = Block { growth: Vec::new(), sd: vec![0.0; points.len()], start };
            self.contract(&scores, &columns, &block)?;
        }
        Ok(())
    }

    /// One walk's value and derivatives.
    fn walk(&mut self, columns: &Columns, place: usize, weight: f64, block: &mut Block) -> Result<(), Error> {
        let (drifts, sds) = columns.walk(place);
        let sd = columns.sd[place];
        if !(sd > 0.0) {
            return Err(refused("", "a draw leaves both without volatility, where the answer jumps"));
        }
        let drawn;
        let start = match self.pair.start() {
            Some(start) => start,
            None => {
                drawn = Start::point(columns.centre[0][place]);
                &drawn
            }
        };
        let adjoint =
            self.recursion.adjoint(&Walk { start: &start.below, drifts: &drifts, sds: &sds }, &self.from.nodes);
        self.value += weight * (start.ahead() + adjoint.value);
        for (t, slope) in adjoint.drifts.iter().enumerate() {
            let next = adjoint.drifts.get(t + 1).copied().unwrap_or(0.0);
            block.growth[t][place] = weight * (slope - next);
        }
        // P is the same for a walk twice as large in start, drifts and sd: by Euler's theorem on homogeneous functions
        // x ∂P/∂x + Σ μ_t ∂P/∂μ_t + s ∂P/∂s = 0.
        let of_start: f64 = start.below.iter().zip(&adjoint.start).map(|((x, own), [_, slope])| x * own * slope).sum();
        let of_drifts: f64 = drifts.iter().zip(&adjoint.drifts).map(|(drift, slope)| drift * slope).sum();
        block.sd[place] = -weight * (of_start + of_drifts) / sd;
        if start.is_point() {
            // The first drift moves the start.
            block.start[place] = weight * adjoint.drifts[0];
        }
        self.from.values.iter_mut().zip(&adjoint.from).for_each(|(sum, value)| *sum += weight * value);
        Ok(())
    }

    /// Takes the derivatives of a block on to every number.
    fn contract(&mut self, scores: &[Vec<f64>], columns: &Columns, block: &Block) -> Result<(), Error> {
        let own = self.pair.levels(self.pair.plan(), &columns.draws);
        for (leaf, slope) in self.leaves.iter().zip(&mut self.slopes) {
            if leaf.moved.is_empty() {
                let product = |p: usize| own.volatility[0][p] * own.volatility[1][p] * self.pair.step();
                *slope -= (0..scores.len()).map(|p| block.sd[p] * product(p) / columns.sd[p]).sum::<f64>();
                continue;
            }
            let mut rate = vec![0.0; scores.len()];
            for (weight, plan) in &leaf.moved {
                let draws = self.pair.redrawn(plan, &leaf.address, scores, &columns.draws);
                for row in (0..2).filter(|row| leaf.growth[*row] && !block.growth.is_empty()) {
                    let sum = self.pair.weighted_growth(plan, row, &draws, &block.growth)?;
                    *slope += weight * sum;
                }
                if leaf.levels {
                    let levels = self.pair.levels(plan, &draws);
                    for p in 0..scores.len() {
                        let [a, b] = [0, 1].map(|row| own.volatility[row][p]);
                        let correlation = self.pair.correlation();
                        // s² = (a² + b² − 2ρab)Δ.
                        let along = [a - correlation * b, b - correlation * a];
                        let moved = along[0] * levels.volatility[0][p] + along[1] * levels.volatility[1][p];
                        *slope += weight * block.sd[p] * self.pair.step() * moved / columns.sd[p];
                        if let (Some(own), Some(moved)) = (&own.base, &levels.base) {
                            rate[p] += weight * (moved[0][p] / own[0][p] - moved[1][p] / own[1][p]);
                        }
                    }
                }
            }
            if self.pair.is_tied() && rate.iter().any(|rate| rate.abs() > TIE) {
                return Err(refused(&leaf.address, "both start with the same revenue, where the answer jumps"));
            }
            *slope += rate.iter().zip(&block.start).map(|(rate, start)| rate * start).sum::<f64>();
        }
        Ok(())
    }

    /// Adds what moves the law of the start: its points and weights with each number moved, and P from there.
    pub(super) fn finish(&mut self) {
        if self.pair.start().is_none_or(super::start::Start::is_point) {
            return;
        }
        for (leaf, slope) in self.leaves.iter().zip(&mut self.slopes) {
            for (weight, plan) in leaf.moved.iter().filter(|_| leaf.bases) {
                let moved = self.pair.start_of(plan);
                let passed: f64 = moved.below.iter().map(|(x, own)| own * self.from.at(*x)).sum();
                *slope += weight * (moved.ahead() + passed);
            }
        }
    }
}

/// Places beside the sd of a period that a smooth function is known by: its Chebyshev series ends after as many terms as the
/// interval has sds, times the 3.7 at which e^(−k²/2) is 1e-12 for half of it, and some more; volatility may be drawn smaller.
const PLACES_PER_SD: f64 = 8.0;
const LEAST_PLACES: f64 = 32.0;
const MOST_PLACES: f64 = 1024.0;

/// The polynomial through values at Chebyshev's points, by the barycentric formula (Berrut & Trefethen 2004).
#[derive(Debug, Default)]
struct Interpolant {
    nodes: Vec<f64>,
    values: Vec<f64>,
}

impl Interpolant {
    /// Values not known yet, over the points of a rule and a little beyond.
    fn over(rule: &Rule, sd: f64) -> Self {
        let low = rule.iter().map(|(x, _)| *x).fold(f64::INFINITY, f64::min);
        let high = rule.iter().map(|(x, _)| *x).fold(f64::NEG_INFINITY, f64::max);
        let (middle, half) = (0.5 * (low + high), 0.51 * (high - low));
        if !(half > 0.0) {
            return Self::default();
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most a thousand")]
        let count = (LEAST_PLACES + PLACES_PER_SD * 2.0 * half / sd).min(MOST_PLACES) as usize;
        let node = |k: usize| middle - half * crate::math::cos(std::f64::consts::PI * as_f64(k) / as_f64(count - 1));
        Self { nodes: (0..count).map(node).collect(), values: vec![0.0; count] }
    }

    fn at(&self, x: f64) -> f64 {
        let (mut above, mut below) = (0.0, 0.0);
        for (k, (node, value)) in self.nodes.iter().zip(&self.values).enumerate() {
            let distance = x - node;
            if !(distance.abs() > 0.0) {
                return *value;
            }
            let end = if k == 0 || k + 1 == self.nodes.len() { 0.5 } else { 1.0 };
            let part = if k % 2 == 0 { end / distance } else { -end / distance };
            above += part * value;
            below += part;
        }
        if self.nodes.is_empty() { 0.0 } else { above / below }
    }
}
