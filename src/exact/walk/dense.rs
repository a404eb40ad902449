//! First passage of walks whose innovations are Student-t or whose deviations revert: a density on panels of Gauss nodes
//! and a full matrix of the transition density.
//!
//! `f_t(y) = ∫ f_{t−1}(x) k((y − ρx − δ_t)/s)/s dx` below the barrier 0, where k is the density of an innovation of unit
//! variance. A transition density of Student's t has poles at ±i√(ν − 2) standard deviations, which determine the width of
//! the panels. Far panels are left out where a path would have to jump out and back again.

use crate::cpu::{self, Level};
use crate::math;
use crate::math::gauss::{self, as_f64};

/// Nodes of a panel.
pub(super) const NODES: usize = 16;
/// The largest number of nodes: a matrix of 70 MB.
const MOST_NODES: usize = 3000;
/// Standard deviations kept of a sum of innovations.
const REACH: f64 = 8.3;
/// The probability that any innovation of a walk leaves the panels: its square is negligible.
const OUTSIDE: f64 = 2e-6;
const OVER_ROOT_2_PI: f64 = 0.398_942_280_401_432_7;

/// A walk: the drift of each period and the standard deviation of its innovation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DenseWalk<'a> {
    /// Weighted points on or below the barrier.
    pub(crate) start: &'a [(f64, f64)],
    /// ρ: what is left of x after a period.
    pub(crate) kept: f64,
    pub(crate) drifts: &'a [f64],
    /// Means at 1 to T of a walk from each end of the start: the lowest and the highest.
    pub(crate) means: &'a [(f64, f64)],
    pub(crate) sd: f64,
    pub(crate) law: Innovation,
}

/// The law of an innovation of unit variance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Innovation {
    Normal,
    /// Student's t with these degrees of freedom, above 2.
    StudentT {
        degrees: f64,
        log_scale: f64,
    },
}

impl Innovation {
    pub(crate) fn student_t(degrees: f64) -> Self {
        let half = 0.5 * degrees;
        let log_scale =
            libm::lgamma(half + 0.5) - libm::lgamma(half) - 0.5 * math::ln(std::f64::consts::PI * (degrees - 2.0));
        Self::StudentT { degrees, log_scale }
    }

    /// The densities at some arguments, in place.
    fn densities(self, z: &mut [f64]) {
        match self {
            Self::Normal => {
                z.iter_mut().for_each(|z| *z = -0.5 * *z * *z);
                math::exp_slice(z);
                z.iter_mut().for_each(|z| *z *= OVER_ROOT_2_PI);
            }
            Self::StudentT { degrees, log_scale } => {
                z.iter_mut().for_each(|z| *z = *z * *z / (degrees - 2.0));
                math::ln_1p_slice(z);
                z.iter_mut().for_each(|z| *z = log_scale - 0.5 * (degrees + 1.0) * *z);
                math::exp_slice(z);
            }
        }
    }

    /// P(ε > z).
    pub(crate) fn upper_tail(self, z: f64) -> f64 {
        match self {
            Self::Normal => math::norm_sf(z),
            Self::StudentT { degrees, .. } => math::student_sf(degrees, z * (degrees / (degrees - 2.0)).sqrt()),
        }
    }

    /// The width of a panel in standard deviations, at most.
    fn width(self) -> f64 {
        match self {
            Self::Normal => 3.5,
            Self::StudentT { degrees, .. } => (2.2 * (degrees - 2.0).sqrt()).min(3.5),
        }
    }

    /// Standard deviations beyond which no innovation of `periods` lies, but for the probability [`OUTSIDE`].
    fn reach(self, periods: usize) -> f64 {
        let tail = OUTSIDE / as_f64(periods.max(1));
        match self {
            Self::Normal => 0.0,
            Self::StudentT { degrees, .. } => {
                let root = math::student_root(degrees);
                math::student_of_scale(root, math::student_quantile(degrees, 1.0 - tail, tail))
                    * ((degrees - 2.0) / degrees).sqrt()
            }
        }
    }
}

/// Nodes and weights below the barrier, on panels of equal width.
pub(super) struct Grid {
    width: f64,
    pub(super) nodes: Vec<f64>,
    pub(super) weights: Vec<f64>,
}

/// Panels of at most `width` from the barrier down to `depth`; `None` if there are too many.
pub(super) fn panels_below(depth: f64, width: f64) -> Option<Grid> {
    let panels = (depth / width).ceil().max(1.0);
    if !(panels * as_f64(NODES) <= as_f64(MOST_NODES)) {
        return None;
    }
    let rule = gauss::legendre(NODES);
    let (mut nodes, mut weights) = (Vec::new(), Vec::new());
    let mut panel = 0.0;
    while panel < panels {
        for (x, weight) in &rule {
            nodes.push((panel + x - panels) * width);
            weights.push(weight * width);
        }
        panel += 1.0;
    }
    Some(Grid { width, nodes, weights })
}

/// The transition densities between nodes.
#[derive(Default)]
pub(super) struct Matrix {
    /// Column by column: without reversion, only those of the differences of panels, from the lowest one.
    blocks: Vec<f64>,
    /// The number of panels where blocks depend on their difference only.
    panels: Option<usize>,
}

impl Matrix {
    pub(super) fn fill(&mut self, walk: &DenseWalk<'_>, grid: &Grid, drift: f64) {
        let count = grid.nodes.len();
        if walk.kept < 1.0 {
            self.panels = None;
            self.blocks.resize(count * count, 0.0);
            for (x, column) in grid.nodes.iter().zip(self.blocks.chunks_exact_mut(count)) {
                walk.transition(&grid.nodes, walk.kept * x + drift, column);
            }
            return;
        }
        let panels = count / NODES;
        self.panels = Some(panels);
        self.blocks.resize((2 * panels - 1) * NODES * NODES, 0.0);
        // The last panel ends at the barrier; `block` is the target's panel minus the source's, plus those below it.
        let first = &grid.nodes[count - NODES..];
        for (block, columns) in self.blocks.chunks_exact_mut(NODES * NODES).enumerate() {
            let moved = (as_f64(block) - as_f64(panels - 1)) * grid.width;
            for (x, column) in first.iter().zip(columns.chunks_exact_mut(NODES)) {
                walk.transition(first, x + drift - moved, column);
            }
        }
    }

    /// The densities at the nodes from the masses there, a period before.
    pub(super) fn product(&self, masses: &[f64]) -> Vec<f64> {
        let mut next = vec![0.0; masses.len()];
        let Some(panels) = self.panels else {
            cpu::run(
                Level::of_this_process(),
                #[inline(always)]
                || {
                    for (mass, column) in masses.iter().zip(self.blocks.chunks_exact(masses.len())) {
                        add(&mut next, *mass, column);
                    }
                },
            );
            return next;
        };
        cpu::run(
            Level::of_this_process(),
            #[inline(always)]
            || add_blocks(&mut next, &self.blocks, masses, panels),
        );
        next
    }
}

#[inline(always)]
fn add(sum: &mut [f64], factor: f64, column: &[f64]) {
    for (sum, k) in sum.iter_mut().zip(column) {
        *sum = factor.mul_add(*k, *sum);
    }
}

/// Adds the products of blocks that depend on the difference of panels.
#[inline(always)]
fn add_blocks(next: &mut [f64], blocks: &[f64], masses: &[f64], panels: usize) {
    let (columns, masses) = (blocks.as_chunks::<NODES>().0, masses.as_chunks::<NODES>().0);
    for (to, out) in next.as_chunks_mut::<NODES>().0.iter_mut().enumerate() {
        let mut sum = *out;
        for (from, masses) in masses.iter().enumerate() {
            let first = (to + panels - 1 - from) * NODES;
            for (mass, column) in masses.iter().zip(&columns[first..first + NODES]) {
                for (sum, k) in sum.iter_mut().zip(column) {
                    *sum = mass.mul_add(*k, *sum);
                }
            }
        }
        *out = sum;
    }
}

/// The upper tail of an innovation: for Student's t by cubics through its values and densities at equal distances of
/// asinh z, since a continued fraction for each node would take longer than all else.
struct Tails {
    law: Innovation,
    /// Values at the ends of the steps and slopes in asinh z.
    ends: Vec<[f64; 2]>,
}

impl Tails {
    /// Steps of asinh z, and the range beyond which the tail is computed directly.
    const STEP: f64 = 0.01;
    const RANGE: f64 = 7.0;

    fn new(law: Innovation) -> Self {
        let mut ends = Vec::new();
        if law != Innovation::Normal {
            let mut w = -Self::RANGE;
            while w < Self::RANGE + 2.0 * Self::STEP {
                let (up, down) = (math::exp(w), math::exp(-w));
                let mut density = [0.5 * (up - down)];
                let tail = law.upper_tail(density[0]);
                law.densities(&mut density);
                ends.push([tail, -density[0] * 0.5 * (up + down)]);
                w = Self::STEP.mul_add(as_f64(ends.len()), -Self::RANGE);
            }
        }
        Self { law, ends }
    }

    /// The tails at some arguments, in place.
    fn fill(&self, z: &mut [f64]) {
        for z in z {
            // asinh z without cancellation for negative z.
            let size = z.abs();
            let w = math::ln_1p(size + size * size / (1.0 + (1.0 + size * size).sqrt()));
            let place = (if *z < 0.0 { -w } else { w } + Self::RANGE) / Self::STEP;
            let at = place.floor();
            *z = if self.ends.is_empty() || !(w < Self::RANGE) {
                self.law.upper_tail(*z)
            } else {
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 1,400")]
                self.between(at as usize, place - at)
            };
        }
    }

    /// Hermite's cubic within a step.
    fn between(&self, place: usize, x: f64) -> f64 {
        let ([from, slope], [to, other]) = (self.ends[place], self.ends[place + 1]);
        let (slope, other, rise) = (slope * Self::STEP, other * Self::STEP, to - from);
        let square = 3.0 * rise - 2.0 * slope - other;
        let cube = slope + other - 2.0 * rise;
        from + x * (slope + x * (square + x * cube))
    }
}

impl DenseWalk<'_> {
    /// Standard deviation of the deviations, at most.
    fn spread(&self) -> f64 {
        let periods = as_f64(self.drifts.len());
        let square = self.kept * self.kept;
        let sum = if square < 1.0 { (1.0 / (1.0 - square)).min(periods) } else { periods };
        self.sd * sum.sqrt()
    }

    /// How far below the barrier a path may be and still pass it, if deviations have this standard deviation at most.
    pub(super) fn depth_for(&self, spread: f64) -> f64 {
        let reach = REACH * spread + self.law.reach(self.drifts.len()) * self.sd;
        let lowest = self.means.iter().map(|(low, _)| *low).fold(0.0, f64::min);
        let from_start = reach - lowest;
        if self.kept < 1.0 {
            return from_start;
        }
        // The largest later rise of the mean.
        let (mut rise, mut highest) = (0.0_f64, f64::NEG_INFINITY);
        for (_, mean) in self.means.iter().rev() {
            highest = highest.max(*mean);
            rise = rise.max(highest - mean);
        }
        from_start.min(rise + reach)
    }

    /// `finer` shrinks the panels and extends the range. `None` if too many nodes are needed.
    fn grid(&self, finer: f64) -> Option<Grid> {
        panels_below(self.depth_for(self.spread()) * finer.sqrt(), self.law.width() * self.sd / finer)
    }

    /// The probability of being above 0 first at each of 1 to T; `None` if too many nodes are needed.
    pub(crate) fn first_passage(&self, finer: f64) -> Option<Vec<f64>> {
        let grid = self.grid(finer)?;
        let tails = Tails::new(self.law);
        let mut density = vec![0.0; grid.nodes.len()];
        let mut column = vec![0.0; grid.nodes.len()];
        let mut passed = 0.0;
        for (x, weight) in self.start {
            let mean = self.kept * x + self.drifts[0];
            passed += weight * self.law.upper_tail(-mean / self.sd);
            self.transition(&grid.nodes, mean, &mut column);
            density.iter_mut().zip(&column).for_each(|(f, k)| *f += weight * k);
        }
        let mut first = vec![passed];
        let (mut matrix, mut tail, mut of) = (Matrix::default(), vec![0.0; grid.nodes.len()], f64::NAN);
        for drift in &self.drifts[1..] {
            if of.to_bits() != drift.to_bits() {
                of = *drift;
                matrix.fill(self, &grid, *drift);
                tail.iter_mut().zip(&grid.nodes).for_each(|(tail, x)| *tail = -(self.kept * x + drift) / self.sd);
                tails.fill(&mut tail);
            }
            density.iter_mut().zip(&grid.weights).for_each(|(f, weight)| *f *= weight);
            first.push(density.iter().zip(&tail).map(|(mass, tail)| mass * tail).sum());
            density = matrix.product(&density);
        }
        Some(first)
    }

    /// The density at the nodes after a period, from one point.
    pub(super) fn transition(&self, nodes: &[f64], mean: f64, out: &mut [f64]) {
        let scale = 1.0 / self.sd;
        out.iter_mut().zip(nodes).for_each(|(out, y)| *out = (y - mean) * scale);
        self.law.densities(out);
        out.iter_mut().for_each(|out| *out *= scale);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn never(law: Innovation, kept: f64, periods: usize) -> Vec<f64> {
        let (drifts, means) = (vec![0.0; periods], vec![(0.0, 0.0); periods]);
        let walk = DenseWalk { start: &[(0.0, 1.0)], kept, drifts: &drifts, means: &means, sd: 0.1, law };
        let mut left = 1.0;
        let first = walk.first_passage(1.0).expect("few nodes");
        first
            .into_iter()
            .map(|first| {
                left -= first;
                left
            })
            .collect()
    }

    /// P(never above 0 by n) = C(2n, n)/4ⁿ.
    #[test]
    fn symmetric_innovations_obey_sparre_andersen() {
        for law in
            [Innovation::Normal, Innovation::student_t(3.0), Innovation::student_t(3.5), Innovation::student_t(30.0)]
        {
            let mut expected = 1.0;
            for (n, found) in (1..).zip(never(law, 1.0, 40)) {
                expected *= as_f64(2 * n - 1) / as_f64(2 * n);
                assert!((found - expected).abs() < 1e-9, "{law:?} at {n}: {found} {expected}");
            }
        }
    }

    /// A drift that changes from period to period agrees with a finer grid, and interpolated tails with direct ones.
    #[test]
    fn any_drift_agrees_with_a_finer_grid() {
        let law = Innovation::student_t(3.5);
        let drifts: Vec<f64> = (0..20).map(|t| 0.03 * as_f64(t % 5) - 0.05).collect();
        let mut mean = -0.3;
        let means: Vec<(f64, f64)> = drifts
            .iter()
            .map(|drift| {
                mean += drift;
                (mean, mean)
            })
            .collect();
        let walk = DenseWalk { start: &[(-0.3, 1.0)], kept: 1.0, drifts: &drifts, means: &means, sd: 0.1, law };
        let [coarse, fine] = [1.0, 1.4].map(|finer| walk.first_passage(finer).expect("few nodes"));
        assert!(coarse.iter().zip(&fine).all(|(a, b)| (a - b).abs() < 1e-10), "{coarse:?} {fine:?}");
        let tails = Tails::new(law);
        for z in [-900.0, -50.0, -3.0, -0.7, -1e-9, 0.0, 0.3, 2.0, 40.0, 700.0] {
            let mut found = [z];
            tails.fill(&mut found);
            assert!((found[0] - law.upper_tail(z)).abs() < 1e-10, "{z}: {} {}", found[0], law.upper_tail(z));
        }
    }

    /// Orthant probabilities of two and three dates of a reverting walk with a half-life of two years, in quarters.
    #[test]
    fn a_reverting_tie_has_its_orthant_probabilities() {
        let kept = math::exp(-std::f64::consts::LN_2 / 8.0);
        let found = never(Innovation::Normal, kept, 3);
        for (found, expected) in found[1..].iter().zip([0.368_113_748_1, 0.299_333_397_2]) {
            assert!((found - expected).abs() < 1e-9, "{found} {expected}");
        }
    }
}
