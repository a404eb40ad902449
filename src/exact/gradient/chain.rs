//! Chain rule: turns the derivatives of a first passage at some points into derivatives with respect to the numbers that
//! determine the curves, the shocks and the start, with the scores held fixed.

use super::leaf::Leaf;
use crate::error::Error;
use crate::exact::asked::BLOCK;
use crate::exact::pair::{Columns, Levels, Pair};
use crate::exact::quadrature::lines::{Line, Lines};
use crate::exact::quadrature::sweep::Sweep;
use crate::exact::settings::refused;
use crate::exact::start::{Start, TIE};
use crate::exact::walk::passage::{Recursion, Walk};
use crate::math::gauss::{Rule, normal_density};
use crate::math::interpolant::Interpolant;

/// Derivatives of P with respect to each leaf at some points, indexed by leaf, then by point.
pub(super) type Slopes = Vec<Vec<f64>>;

/// The derivatives of P at points of the drawn numbers.
pub(super) struct Chain<'a, 'p> {
    pair: &'a Pair<'p>,
    leaves: &'a [Leaf],
    /// Where the start has its own distribution: nodes of an interpolant of P as a function of the start.
    nodes: Vec<f64>,
    /// For each leaf, the derivative of P through the distribution of the start; `None` where the start does not depend on it.
    through_start: Vec<Option<ThroughStart>>,
}

/// A derivative through the distribution of the start, whose points and weights move: a linear function of P at the nodes.
struct ThroughStart {
    /// The derivative of the probability of being ahead at the base.
    ahead: f64,
    weights: Vec<f64>,
}

/// Derivatives of P at the points of a block.
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
    /// Indexed by draw, then by end.
    scores: Vec<Vec<f64>>,
    /// Weight of each draw in the direction of the line, used for its slope.
    axis: Vec<f64>,
    at: Vec<Boundary>,
}

/// One end.
#[derive(Debug, Clone, Copy)]
struct Boundary {
    /// The score along the line.
    score: f64,
    /// The date of the crossing.
    t: usize,
    /// The cumulative shock there and its slope along the line.
    shock: [f64; 2],
    /// The number of the line.
    line: usize,
}

/// Step of the central differences along a line.
const STEP: f64 = 1e-4;

impl<'a, 'p> Chain<'a, 'p> {
    pub(super) fn new(pair: &'a Pair<'p>, leaves: &'a [Leaf]) -> Result<Self, Error> {
        Self::with_nodes(pair, leaves, 1.0)
    }

    /// The same with more nodes of the start.
    pub(super) fn finer(pair: &'a Pair<'p>, leaves: &'a [Leaf]) -> Result<Self, Error> {
        Self::with_nodes(pair, leaves, 1.5)
    }

    fn with_nodes(pair: &'a Pair<'p>, leaves: &'a [Leaf], times: f64) -> Result<Self, Error> {
        let mut chain = Self { pair, leaves, nodes: Vec::new(), through_start: Vec::new() };
        let Some(start) = pair.start().filter(|start| !start.is_point()) else { return Ok(chain) };
        let sd = pair.columns(&vec![vec![0.0]; pair.draws.len()], 1)?.sd[0];
        let interpolant = interpolant(&start.below, sd, times);
        let through_start = |leaf: &Leaf| leaf.bases.then(|| ThroughStart::new(pair, leaf, &interpolant));
        chain.through_start = leaves.iter().map(through_start).collect();
        chain.nodes = interpolant.nodes;
        Ok(chain)
    }

    /// The derivatives of the recursion, given the scores of the draws, indexed by draw, then by point.
    pub(super) fn of_walks(
        &self,
        recursion: &mut Recursion,
        scores: &[Vec<f64>],
        width: usize,
    ) -> Result<Slopes, Error> {
        let columns = self.pair.columns(scores, width)?;
        let mut block = BlockSlopes::zeros(self.pair.periods(), width);
        let mut from_nodes = Vec::with_capacity(width);
        for place in 0..width {
            from_nodes.push(self.walk(recursion, &columns, place, &mut block)?);
        }
        let mut slopes = self.contract(scores, &columns, &block)?;
        for (slopes, through_start) in slopes.iter_mut().zip(&self.through_start) {
            if let Some(through_start) = through_start {
                slopes.iter_mut().zip(&from_nodes).for_each(|(slope, from)| *slope += through_start.of(from));
            }
        }
        Ok(slopes)
    }

    /// The derivatives of each line, given the coordinates along the sampled axes: those of the ends of its passing intervals.
    ///
    /// An interval ends at z where D(t) = 0, so dz = −∂D(t)/D′(t). At either end P changes by φ(z)/|D′(t)| for each
    /// unit of D(t).
    pub(super) fn of_lines(
        &self,
        lines: &Lines<'_, '_>,
        coordinates: &[Vec<f64>],
        width: usize,
    ) -> Result<Slopes, Error> {
        let periods = self.pair.periods();
        let mut sweep = Sweep::new(periods);
        let draws = self.pair.draws.len();
        let mut bounds =
            Boundaries { scores: vec![Vec::new(); draws], axis: lines.of_draws().to_vec(), at: Vec::new() };
        let mut number = 0;
        lines.each(coordinates, width, &mut |line: Line<'_>| {
            for cut in sweep.boundaries(line.starts, line.cuts, 1, periods) {
                for (draw, scores) in bounds.scores.iter_mut().enumerate() {
                    scores.push(line.fixed[draw] + bounds.axis[draw] * cut.at);
                }
                bounds.at.push(Boundary { score: cut.at, t: cut.t, shock: line.shocks(cut), line: number });
            }
            number += 1;
        })?;
        let mut slopes = vec![vec![0.0; width]; self.leaves.len()];
        for from in (0..bounds.at.len()).step_by(BLOCK) {
            let range = from..bounds.at.len().min(from + BLOCK);
            let of_ends = self.of_ends(&bounds, range.clone())?;
            for (slopes, of_ends) in slopes.iter_mut().zip(&of_ends) {
                bounds.at[range.clone()].iter().zip(of_ends).for_each(|(end, slope)| slopes[end.line] += slope);
            }
        }
        Ok(slopes)
    }

    fn of_ends(&self, bounds: &Boundaries, range: std::ops::Range<usize>) -> Result<Slopes, Error> {
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
        for (p, end) in bounds.at[range].iter().enumerate() {
            let Boundary { score, t, shock: [shock, own], .. } = *end;
            let rise = after.centre[t][p] - before.centre[t][p] + (after.sd[p] - before.sd[p]) * shock;
            let slope = rise / (2.0 * STEP) + columns.sd[p] * own;
            if !(slope.abs() > 0.0) {
                continue;
            }
            let density = normal_density(score) / slope.abs();
            if t > 0 {
                block.growth[t - 1][p] = density;
            }
            block.start[p] = density;
            block.sd[p] = density * shock;
        }
        self.contract(&scores, &columns, &block)
    }

    /// Sets the derivatives of one walk; returns P from each of the nodes.
    fn walk(
        &self,
        recursion: &mut Recursion,
        columns: &Columns,
        place: usize,
        block: &mut BlockSlopes,
    ) -> Result<Vec<f64>, Error> {
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
        let adjoint = recursion.adjoint(&Walk { start: &start.below, drifts: &drifts, sds: &sds }, &self.nodes);
        for (t, slope) in adjoint.drifts.iter().enumerate() {
            // The last date has no drift after it.
            let next = adjoint.drifts.get(t + 1).copied().unwrap_or(0.0);
            block.growth[t][place] = slope - next;
        }
        // P does not change if start, drifts and sd are all scaled by the same factor. Euler's theorem on homogeneous
        // functions gives x ∂P/∂x + Σ μ_t ∂P/∂μ_t + s ∂P/∂s = 0.
        let of_start: f64 = start.below.iter().zip(&adjoint.start).map(|((x, own), [_, slope])| x * own * slope).sum();
        let of_drifts: f64 = drifts.iter().zip(&adjoint.drifts).map(|(drift, slope)| drift * slope).sum();
        block.sd[place] = -(of_start + of_drifts) / sd;
        if start.is_point() {
            // The derivative with respect to the first drift equals that with respect to the start.
            block.start[place] = adjoint.drifts[0];
        }
        Ok(adjoint.from)
    }

    /// Propagates the derivatives of a block to every leaf.
    fn contract(&self, scores: &[Vec<f64>], columns: &Columns, block: &BlockSlopes) -> Result<Slopes, Error> {
        let own = self.pair.levels(self.pair.plan(), &columns.draws, columns.sd.len());
        let slopes = self.leaves.iter().map(|leaf| {
            if leaf.moved.is_empty() {
                return Ok(self.by_correlation(&own, columns, block));
            }
            self.by_number(leaf, scores, columns, &own, block)
        });
        slopes.collect()
    }

    fn by_correlation(&self, own: &Levels, columns: &Columns, block: &BlockSlopes) -> Vec<f64> {
        let slope = |(p, sd): (usize, &f64)| {
            if *sd > 0.0 {
                let volatilities = [0, 1].map(|row| own.volatility[row][p]);
                block.sd[p] * self.pair.covariance().half_slope_by_correlation(volatilities) / sd
            } else {
                0.0
            }
        };
        columns.sd.iter().enumerate().map(slope).collect()
    }

    fn by_number(
        &self,
        leaf: &Leaf,
        scores: &[Vec<f64>],
        columns: &Columns,
        own: &Levels,
        block: &BlockSlopes,
    ) -> Result<Vec<f64>, Error> {
        let width = columns.sd.len();
        let (mut slopes, mut rates) = (Stencil::default(), Stencil::default());
        for (weight, plan) in &leaf.moved {
            let draws = self.pair.redrawn(plan, &leaf.address, scores, &columns.draws);
            let (mut perturbed, mut rate) = (vec![0.0; width], vec![0.0; width]);
            for row in (0..2).filter(|row| leaf.growth[*row]) {
                self.pair.add_weighted_growth(plan, row, (&draws, width), &block.growth, &mut perturbed)?;
            }
            if leaf.levels {
                let levels = self.pair.levels(plan, &draws, width);
                for p in 0..width {
                    let along = self.pair.covariance().half_slopes([0, 1].map(|row| own.volatility[row][p]));
                    // Without shocks P is an even function of each volatility, so its derivative is 0.
                    if columns.sd[p] > 0.0 {
                        let half_variance = along[0] * levels.volatility[0][p] + along[1] * levels.volatility[1][p];
                        perturbed[p] += block.sd[p] * half_variance / columns.sd[p];
                    }
                    if let (Some(own), Some(base)) = (&own.base, &levels.base) {
                        rate[p] = base[0][p] / own[0][p] - base[1][p] / own[1][p];
                    }
                }
            }
            slopes.add(*weight, perturbed);
            rates.add(*weight, rate);
        }
        let (mut slopes, rates) = (slopes.value, rates.value);
        if self.pair.is_tied() && rates.iter().any(|rate| rate.abs() > TIE) {
            return Err(refused(&leaf.address, "both start with the same revenue, where the answer jumps", ""));
        }
        for ((slope, rate), start) in slopes.iter_mut().zip(&rates).zip(&block.start) {
            *slope += rate * start;
        }
        Ok(slopes)
    }
}

/// A finite difference. Because the weights sum to 0, the first values are subtracted from all: what does not depend on the number has a
/// derivative of exactly 0.
#[derive(Debug, Default)]
struct Stencil {
    first: Option<Vec<f64>>,
    value: Vec<f64>,
}

impl Stencil {
    fn add(&mut self, weight: f64, values: Vec<f64>) {
        let Some(first) = &self.first else {
            self.value = vec![0.0; values.len()];
            self.first = Some(values);
            return;
        };
        for ((sum, value), first) in self.value.iter_mut().zip(values).zip(first) {
            *sum += weight * (value - first);
        }
    }
}

impl ThroughStart {
    fn new(pair: &Pair<'_>, leaf: &Leaf, interpolant: &Interpolant) -> Self {
        let (mut ahead, mut weights) = (Stencil::default(), Stencil::default());
        for (weight, plan) in &leaf.moved {
            let perturbed = pair.start_of(plan);
            let mut of_nodes = vec![0.0; interpolant.nodes.len()];
            perturbed.below.iter().for_each(|(x, own)| interpolant.add_weights(*x, *own, &mut of_nodes));
            ahead.add(*weight, vec![perturbed.ahead()]);
            weights.add(*weight, of_nodes);
        }
        Self { ahead: ahead.value.iter().sum(), weights: weights.value }
    }

    /// Given P from each of the nodes.
    fn of(&self, from_nodes: &[f64]) -> f64 {
        self.ahead + self.weights.iter().zip(from_nodes).map(|(weight, from)| weight * from).sum::<f64>()
    }
}

/// Chebyshev nodes per sd of one period. P varies on the scale of the sd: its Chebyshev series needs about 3.7 terms
/// per sd of half the interval (where e^(−k²/2) reaches 1e-12), with a margin because the volatility may be drawn
/// lower.
const NODES_PER_SD: f64 = 8.0;
const MIN_NODES: f64 = 32.0;
const MAX_NODES: f64 = 1024.0;

/// Interpolant of P over the points of a rule, with a small margin.
fn interpolant(rule: &Rule, sd: f64, times: f64) -> Interpolant {
    let low = rule.iter().map(|(x, _)| *x).fold(f64::INFINITY, f64::min);
    let high = rule.iter().map(|(x, _)| *x).fold(f64::NEG_INFINITY, f64::max);
    let (middle, half) = (0.5 * (low + high), 0.51 * (high - low));
    if !(half > 0.0) {
        return Interpolant::default();
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most a thousand")]
    let count = (times * (MIN_NODES + NODES_PER_SD * 2.0 * half / sd).min(MAX_NODES)) as usize;
    Interpolant::new(middle, half, count)
}
