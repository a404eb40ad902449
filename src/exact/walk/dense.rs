//! First passage of walks whose innovations are Student-t or whose deviations revert: a density on panels of Gauss nodes
//! and a full matrix of the transition density.
//!
//! `f_t(y) = ∫ f_{t−1}(x) k((y − ρx − δ_t)/s)/s dx` below the barrier 0, where k is the density of an innovation of unit
//! variance. A transition density of Student's t has poles at ±i√(ν − 2) standard deviations, which determine the width of
//! the panels. Far panels are left out where a path would have to jump out and back again.

use crate::math;
use crate::math::gauss::{self, as_f64};

/// Nodes of a panel.
const NODES: usize = 16;
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

/// Nodes and weights below the barrier.
struct Grid {
    nodes: Vec<f64>,
    weights: Vec<f64>,
}

impl DenseWalk<'_> {
    /// Standard deviation of the deviations, at most.
    fn spread(&self) -> f64 {
        let periods = as_f64(self.drifts.len());
        let square = self.kept * self.kept;
        let sum = if square < 1.0 { (1.0 / (1.0 - square)).min(periods) } else { periods };
        self.sd * sum.sqrt()
    }

    /// How far below the barrier a path may be and still pass it.
    fn depth(&self) -> f64 {
        let reach = REACH * self.spread() + self.law.reach(self.drifts.len()) * self.sd;
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
        let (depth, width) = (self.depth() * finer.sqrt(), self.law.width() * self.sd / finer);
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
        Some(Grid { nodes, weights })
    }

    /// The probability of being above 0 first at each of 1 to T; `None` if too many nodes are needed.
    pub(crate) fn first_passage(&self, finer: f64) -> Option<Vec<f64>> {
        let grid = self.grid(finer)?;
        let count = grid.nodes.len();
        let mut density = vec![0.0; count];
        let mut column = vec![0.0; count];
        let mut first = Vec::with_capacity(self.drifts.len());
        let mut passed = 0.0;
        for (x, weight) in self.start {
            let mean = self.kept * x + self.drifts[0];
            passed += weight * self.law.upper_tail(-mean / self.sd);
            self.transition(&grid, mean, &mut column);
            density.iter_mut().zip(&column).for_each(|(f, k)| *f += weight * k);
        }
        first.push(passed);
        let (mut matrix, mut tails, mut of) = (vec![0.0; count * count], vec![0.0; count], f64::NAN);
        for drift in &self.drifts[1..] {
            if of.to_bits() != drift.to_bits() {
                of = *drift;
                for ((x, tail), column) in grid.nodes.iter().zip(&mut tails).zip(matrix.chunks_exact_mut(count)) {
                    let mean = self.kept * x + drift;
                    *tail = self.law.upper_tail(-mean / self.sd);
                    self.transition(&grid, mean, column);
                }
            }
            let mut next = vec![0.0; count];
            let mut passed = 0.0;
            let sources = density.iter().zip(&grid.weights).zip(&tails).zip(matrix.chunks_exact(count));
            for (((f, weight), tail), column) in sources {
                let mass = f * weight;
                passed += mass * tail;
                for (next, k) in next.iter_mut().zip(column) {
                    *next = mass.mul_add(*k, *next);
                }
            }
            first.push(passed);
            density = next;
        }
        Some(first)
    }

    /// The density at the nodes after a period, from one point.
    fn transition(&self, grid: &Grid, mean: f64, out: &mut [f64]) {
        let scale = 1.0 / self.sd;
        out.iter_mut().zip(&grid.nodes).for_each(|(out, y)| *out = (y - mean) * scale);
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
