//! A uniform grid with a barrier anywhere between its nodes.
//!
//! The densities of a walk are analytic across the barrier; only the integral stops there. Far from its end the
//! trapezoidal rule converges geometrically, and near it each step is integrated by the polynomial through the 24
//! surrounding nodes, those beyond the barrier included. Transition densities between nodes then depend on differences of
//! indices only, whatever the drift.

use std::ops::Range;

use crate::math::gauss::as_f64;

/// Nodes of the polynomial.
const ORDER: usize = 24;
const HALF: usize = ORDER / 2;

/// Nodes `origin + (first + i)·step`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Grid {
    pub(super) origin: f64,
    pub(super) step: f64,
    pub(super) first: i64,
    pub(super) count: usize,
}

impl Grid {
    /// The grid that covers `low` to `high`, with room for the polynomial; `None` with more than `most` nodes.
    pub(super) fn covering((low, high): (f64, f64), origin: f64, step: f64, most: usize) -> Option<Self> {
        let (first, last) = (((low - origin) / step).floor(), ((high - origin) / step).ceil() + as_f64(HALF + 1));
        if !(last - first < as_f64(most) && first.abs() < 1e15 && step > 0.0) {
            return None;
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the bounds above")]
        let (first, count) = (first as i64, (last - first).max(0.0) as usize + 1);
        Some(Self { origin, step, first, count })
    }

    #[expect(clippy::cast_precision_loss, reason = "indices stay below 2^53")]
    pub(super) fn node(&self, place: usize) -> f64 {
        (self.first as f64 + as_f64(place)).mul_add(self.step, self.origin)
    }

    /// The last node below `y`, or the first one.
    pub(super) fn place_below(&self, y: f64) -> usize {
        let place = ((y - self.node(0)) / self.step).clamp(0.0, as_f64(self.count - 1));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the grid")]
        let place = place as usize;
        place
    }

    /// Half a step below the first node and above the last: the trapezoidal rule integrates to there.
    pub(super) fn edges(&self) -> [f64; 2] {
        [self.node(0) - 0.5 * self.step, self.node(self.count - 1) + 0.5 * self.step]
    }
}

/// The weights of the nodes for the integral below the barrier, and those that are not 0.
#[derive(Debug, Clone)]
pub(super) struct Weights {
    pub(super) below: Vec<f64>,
    pub(super) range: Range<usize>,
    step: f64,
    /// The first node from which weights differ from the step.
    from: usize,
}

impl Weights {
    /// The weights for the integral above the barrier.
    pub(super) fn above(&self) -> Self {
        let below: Vec<f64> = self.below.iter().map(|weight| self.step - weight).collect();
        let range = self.from..below.len();
        Self { below, range, step: self.step, from: 0 }
    }
}

/// Integrals of the Lagrange polynomials of nodes −11 to 12 over [0, θ], as polynomials of θ, and over [0, 1].
#[derive(Debug)]
pub(super) struct Ends {
    integrals: Vec<[f64; ORDER + 1]>,
    /// By node: the sum of the integrals over all earlier whole steps.
    whole: [f64; ORDER],
}

impl Ends {
    pub(super) fn new() -> Self {
        let node = |k: usize| as_f64(k) + 1.0 - as_f64(HALF);
        let integral = |own: usize| {
            let mut product = [0.0; ORDER];
            product[0] = 1.0;
            for other in (0..ORDER).filter(|other| *other != own) {
                let scale = 1.0 / (node(own) - node(other));
                for power in (0..ORDER).rev() {
                    let lower = if power > 0 { product[power - 1] } else { 0.0 };
                    product[power] = (lower - node(other) * product[power]) * scale;
                }
            }
            let mut integral = [0.0; ORDER + 1];
            product.iter().enumerate().for_each(|(power, c)| integral[power + 1] = c / as_f64(power + 1));
            integral
        };
        let integrals: Vec<[f64; ORDER + 1]> = (0..ORDER).map(integral).collect();
        let ones: Vec<f64> = integrals.iter().map(|of| polynomial(of, 1.0)).collect();
        let mut whole = [0.0; ORDER];
        (0..ORDER).for_each(|k| whole[k] = ones[k + 1..].iter().sum());
        Self { integrals, whole }
    }

    /// The weights on a grid for the integral up to `barrier`.
    pub(super) fn weights(&self, grid: &Grid, barrier: f64) -> Weights {
        let (step, count) = (grid.step, grid.count);
        let place = (barrier - grid.node(0)) / step;
        if !(place < as_f64(count - HALF)) {
            return Weights { below: vec![step; count], range: 0..count, step, from: count };
        }
        let mut below = vec![0.0; count];
        if place < 0.0 {
            return Weights { below, range: 0..0, step, from: 0 };
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to the number of nodes")]
        let at = place as usize;
        let rest = place - as_f64(at);
        // The polynomial's node k is the grid's node at + k + 1 − HALF.
        let from = (at + 1).saturating_sub(HALF);
        below[..from].fill(step);
        for k in 0..ORDER {
            if let Some(node) = (at + k + 1).checked_sub(HALF) {
                below[node] = step * (self.whole[k] + polynomial(&self.integrals[k], rest));
            }
        }
        Weights { below, range: 0..(at + HALF + 1).min(count), step, from }
    }
}

fn polynomial(coefficients: &[f64], x: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, c| sum.mul_add(x, *c))
}

/// Multiples of `step` from −`low` to `high`.
pub(super) fn multiples((low, high): (f64, f64), step: f64) -> Vec<f64> {
    let (below, above) = ((low / step).ceil(), (high / step).ceil());
    let mut nodes = Vec::new();
    while as_f64(nodes.len()) <= below + above {
        nodes.push((as_f64(nodes.len()) - below) * step);
    }
    nodes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::{self, gauss};

    /// The distribution function of the normal law, at barriers between nodes.
    #[test]
    fn the_integral_stops_at_any_barrier() {
        let grid = Grid::covering((-9.0, 3.0), 0.0, 0.25, 1000).expect("few nodes");
        let ends = Ends::new();
        for barrier in [-2.0, -0.31, 0.0, 0.07, 0.249, 1.5, 2.9] {
            let weights = ends.weights(&grid, barrier);
            let sum: f64 = weights.below.iter().enumerate().map(|(k, w)| w * gauss::normal_density(grid.node(k))).sum();
            assert!((sum - math::norm_cdf(barrier)).abs() < 1e-12, "{barrier}: {sum}");
            let above: f64 = weights.above().below.iter().sum::<f64>() + weights.below.iter().sum::<f64>();
            assert!((above - 0.25 * as_f64(grid.count)).abs() < 1e-12);
        }
        assert!(ends.weights(&grid, 40.0).below.iter().all(|weight| (weight - 0.25).abs() < 1e-15));
        assert!(ends.weights(&grid, -40.0).range.is_empty());
    }
}
