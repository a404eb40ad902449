//! Chain rule: turns the derivatives of a first passage into derivatives with respect to the numbers that determine the
//! curves, the shocks and the start. They are summed over the points of the integration, with the scores held fixed.

use super::leaf::Leaf;
use crate::error::Error;
use crate::exact::asked::BLOCK;
use crate::exact::pair::{Columns, Pair};
use crate::exact::quadrature::calibration::Calibration;
use crate::exact::quadrature::integrate::Method;
use crate::exact::quadrature::lines::{Line, Lines};
use crate::exact::quadrature::sweep::Sweep;
use crate::exact::settings::refused;
use crate::exact::start::{Start, TIE};
use crate::exact::walk::passage::{Recursion, Walk};
use crate::math::gauss::{Rule, normal_density};
use crate::math::interpolant::Interpolant;

/// Derivatives accumulated over the points.
pub(crate) struct Chain<'a, 'p> {
    pair: &'a Pair<'p>,
    leaves: &'a [Leaf],
    recursion: Recursion,
    /// For each leaf, the derivative of P.
    pub(crate) slopes: Vec<f64>,
    /// Where the start has its own distribution: P as a function of the start, interpolated between nodes.
    from: Interpolant,
}

/// Derivatives of P at the points of a block, including the weights of the points.
struct BlockSlopes {
    /// ∂P/∂Γ(t), where Γ is the difference of the two curves, indexed by date 1 to T, then by point.
    growth: Vec<Vec<f64>>,
    sd: Vec<f64>,
    start: Vec<f64>,
}

impl BlockSlopes {
    fn zeros(periods: usize, width: usize) -> Self {
        Self { growth: vec![vec![0.0; width]; periods], sd: vec![0.0; width], start: vec![0.0; width] }
    }
}

/// Ends of the intervals of a line on which the walk passes.
#[derive(Debug, Default)]
struct Boundaries {
    /// Indexed by draw, then by point.
    scores: Vec<Vec<f64>>,
    /// Weight of each draw in the direction of the line, used for its slope.
    axis: Vec<f64>,
    /// For each end: its score along the line, the date of the crossing, the cumulative shock there and its slope along the
    /// line, and the weight of the line.
    at: Vec<(f64, usize, [f64; 2], f64)>,
}

/// Step of the central differences along a line.
const STEP: f64 = 1e-4;

impl<'a, 'p> Chain<'a, 'p> {
    pub(crate) fn new(pair: &'a Pair<'p>, leaves: &'a [Leaf], recursion: Recursion) -> Result<Self, Error> {
        let sd = pair.columns(&vec![vec![0.0]; pair.draws.len()], 1)?.sd[0];
        let law = pair.start().filter(|start| !start.is_point());
        let from = law.map_or_else(Interpolant::default, |start| interpolant(&start.below, sd));
        Ok(Self { pair, leaves, recursion, slopes: vec![0.0; leaves.len()], from })
    }

    /// Adds the derivatives of P by the horizon at all points of an integration.
    pub(crate) fn add(&mut self, method: &Method<'_, '_>) -> Result<(), Error> {
        match method {
            Method::Single(_) => self.walks(&vec![vec![0.0]; self.pair.draws.len()], 1, &|_| 1.0),
            Method::Conditional(method, replicates) => {
                let calibration = Calibration::new(replicates)?;
                replicates.sample(replicates.points, &mut |points| {
                    let scores = method.scores(&points.coordinates, points.width);
                    self.walks(&scores, points.width, &|point| calibration.weight(points, point))
                })
            }
            Method::Line(lines) => self.boundaries(lines, (&[], 1), &|_| 1.0),
            Method::Lines(lines, replicates) => {
                let calibration = Calibration::new(replicates)?;
                replicates.sample(replicates.points, &mut |points| {
                    let weight = |point: usize| calibration.weight(points, point);
                    self.boundaries(lines, (&points.coordinates, points.width), &weight)
                })
            }
        }
    }

    /// Adds the derivatives of the recursion at some scores, each with its weight.
    fn walks(&mut self, scores: &[Vec<f64>], width: usize, weight: &dyn Fn(usize) -> f64) -> Result<(), Error> {
        let columns = self.pair.columns(scores, width)?;
        let mut block = BlockSlopes::zeros(self.pair.periods(), width);
        for place in 0..width {
            self.walk(&columns, place, weight(place), &mut block)?;
        }
        self.contract(scores, &columns, &block)
    }

    /// Adds the endpoints of the passing intervals of some lines.
    ///
    /// An interval ends at z where D(t) = 0, so dz = −∂D(t)/D′(t). At either end P changes by φ(z)/|D′(t)| for each
    /// unit of D(t).
    fn boundaries(
        &mut self,
        lines: &Lines<'_, '_>,
        (coordinates, width): (&[Vec<f64>], usize),
        weight: &dyn Fn(usize) -> f64,
    ) -> Result<(), Error> {
        let periods = self.pair.periods();
        let mut sweep = Sweep::new(periods);
        let draws = self.pair.draws.len();
        let mut bounds =
            Boundaries { scores: vec![Vec::new(); draws], axis: lines.of_draws().to_vec(), at: Vec::new() };
        let mut number = 0;
        lines.each(coordinates, width, &mut |line: Line<'_>| {
            let own = weight(number);
            number += 1;
            for cut in sweep.boundaries(line.starts, line.cuts, 1, periods) {
                for (draw, scores) in bounds.scores.iter_mut().enumerate() {
                    scores.push(line.fixed[draw] + bounds.axis[draw] * cut.at);
                }
                bounds.at.push((cut.at, cut.t, line.shocks(cut), own));
            }
        })?;
        for from in (0..bounds.at.len()).step_by(BLOCK) {
            self.bound(&bounds, from..bounds.at.len().min(from + BLOCK))?;
        }
        Ok(())
    }

    fn bound(&mut self, bounds: &Boundaries, range: std::ops::Range<usize>) -> Result<(), Error> {
        let width = range.len();
        let moved = |step: f64| -> Vec<Vec<f64>> {
            let scores = bounds.scores.iter().zip(&bounds.axis);
            scores.map(|(scores, own)| scores[range.clone()].iter().map(|z| z + step * own).collect()).collect()
        };
        let scores = moved(0.0);
        let columns = self.pair.columns(&scores, width)?;
        let [before, after] = [-STEP, STEP].map(|step| self.pair.columns(&moved(step), width));
        let (before, after) = (before?, after?);
        let mut block = BlockSlopes::zeros(self.pair.periods(), width);
        for (p, (z, t, [shocks, own], of_line)) in bounds.at[range].iter().enumerate() {
            let rise = after.centre[*t][p] - before.centre[*t][p] + (after.sd[p] - before.sd[p]) * shocks;
            let slope = rise / (2.0 * STEP) + columns.sd[p] * own;
            if !(slope.abs() > 0.0) {
                continue;
            }
            let density = of_line * normal_density(*z) / slope.abs();
            if *t > 0 {
                block.growth[*t - 1][p] = density;
            }
            block.start[p] = density;
            block.sd[p] = density * shocks;
        }
        self.contract(&scores, &columns, &block)
    }

    /// Adds the derivatives of one walk.
    fn walk(&mut self, columns: &Columns, place: usize, weight: f64, block: &mut BlockSlopes) -> Result<(), Error> {
        let (drifts, sds) = columns.walk(place);
        let sd = columns.sd[place];
        if !(sd > 0.0) {
            return Err(refused("", "a draw sets both volatilities to zero, where the answer jumps", ""));
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
        for (t, slope) in adjoint.drifts.iter().enumerate() {
            // The last date has no drift after it.
            let next = adjoint.drifts.get(t + 1).copied().unwrap_or(0.0);
            block.growth[t][place] = weight * (slope - next);
        }
        // P does not change if start, drifts and sd are all scaled by the same factor. Euler's theorem on homogeneous
        // functions gives x ∂P/∂x + Σ μ_t ∂P/∂μ_t + s ∂P/∂s = 0.
        let of_start: f64 = start.below.iter().zip(&adjoint.start).map(|((x, own), [_, slope])| x * own * slope).sum();
        let of_drifts: f64 = drifts.iter().zip(&adjoint.drifts).map(|(drift, slope)| drift * slope).sum();
        block.sd[place] = -weight * (of_start + of_drifts) / sd;
        if start.is_point() {
            // The derivative with respect to the first drift equals that with respect to the start.
            block.start[place] = weight * adjoint.drifts[0];
        }
        self.from.values.iter_mut().zip(&adjoint.from).for_each(|(sum, value)| *sum += weight * value);
        Ok(())
    }

    /// Propagates the derivatives of a block to every leaf.
    fn contract(&mut self, scores: &[Vec<f64>], columns: &Columns, block: &BlockSlopes) -> Result<(), Error> {
        let width = columns.sd.len();
        let own = self.pair.levels(self.pair.plan(), &columns.draws, width);
        let covariance = self.pair.covariance();
        for (leaf, slope) in self.leaves.iter().zip(&mut self.slopes) {
            if leaf.moved.is_empty() {
                let along = |p: usize| covariance.half_slope_by_correlation([0, 1].map(|row| own.volatility[row][p]));
                let points = (0..width).filter(|p| columns.sd[*p] > 0.0);
                *slope += points.map(|p| block.sd[p] * along(p) / columns.sd[p]).sum::<f64>();
                continue;
            }
            let mut rate = vec![0.0; width];
            for (weight, plan) in &leaf.moved {
                let draws = self.pair.redrawn(plan, &leaf.address, scores, &columns.draws);
                for row in (0..2).filter(|row| leaf.growth[*row]) {
                    let sum = self.pair.weighted_growth(plan, row, (&draws, width), &block.growth)?;
                    *slope += weight * sum;
                }
                if leaf.levels {
                    let levels = self.pair.levels(plan, &draws, width);
                    for p in 0..width {
                        let along = covariance.half_slopes([0, 1].map(|row| own.volatility[row][p]));
                        let moved = along[0] * levels.volatility[0][p] + along[1] * levels.volatility[1][p];
                        // Without shocks P is an even function of each volatility, so its derivative is 0.
                        if columns.sd[p] > 0.0 {
                            *slope += weight * block.sd[p] * moved / columns.sd[p];
                        }
                        if let (Some(own), Some(moved)) = (&own.base, &levels.base) {
                            rate[p] += weight * (moved[0][p] / own[0][p] - moved[1][p] / own[1][p]);
                        }
                    }
                }
            }
            if self.pair.is_tied() && rate.iter().any(|rate| rate.abs() > TIE) {
                return Err(refused(&leaf.address, "both start with the same revenue, where the answer jumps", ""));
            }
            *slope += rate.iter().zip(&block.start).map(|(rate, start)| rate * start).sum::<f64>();
        }
        Ok(())
    }

    /// Adds the derivatives through the distribution of the start: its points and weights are computed with each number
    /// moved, and P is interpolated at the points.
    pub(crate) fn finish(&mut self) {
        if self.pair.start().is_none_or(Start::is_point) {
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

/// Chebyshev nodes per sd of one period. P varies on the scale of the sd: its Chebyshev series needs about 3.7 terms
/// per sd of half the interval (where e^(−k²/2) reaches 1e-12), with a margin because the volatility may be drawn
/// lower.
const NODES_PER_SD: f64 = 8.0;
const MIN_NODES: f64 = 32.0;
const MAX_NODES: f64 = 1024.0;

/// Interpolant of P over the points of a rule, with a small margin.
fn interpolant(rule: &Rule, sd: f64) -> Interpolant {
    let low = rule.iter().map(|(x, _)| *x).fold(f64::INFINITY, f64::min);
    let high = rule.iter().map(|(x, _)| *x).fold(f64::NEG_INFINITY, f64::max);
    let (middle, half) = (0.5 * (low + high), 0.51 * (high - low));
    if !(half > 0.0) {
        return Interpolant::default();
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most a thousand")]
    let count = (MIN_NODES + NODES_PER_SD * 2.0 * half / sd).min(MAX_NODES) as usize;
    Interpolant::new(middle, half, count)
}
