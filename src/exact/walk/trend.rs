//! First passage of a walk with a fading trend: `v' = φv + √(A(1 − φ²)) u₁`, `x' = x + δ + s(v' + √(1 − A) u₂)`, v = 0 at the
//! base, with normal innovations.
//!
//! The state is a density over x below the barrier and v, at Gauss nodes of both. A period integrates v for every x, and
//! then x for every v', where the transition is that of a random walk with the drift δ + sv'.

use super::dense::{DenseWalk, Innovation, Matrix, NODES, panels_below};
use crate::math;
use crate::math::gauss::{self, as_f64};

/// Standard deviations of v on each side.
const REACH: f64 = 6.5;
/// The widest panel of v, in standard deviations of its innovation.
const WIDTH: f64 = 3.5;
/// The largest number of nodes of v.
const MOST_NODES: f64 = 200.0;

/// A walk with a trend.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TrendWalk<'a> {
    /// Start, drifts, means and s; the part of the variance that v adds is not in it.
    pub(crate) walk: DenseWalk<'a>,
    pub(crate) phi: f64,
    /// A, above 0 and below 1.
    pub(crate) share: f64,
    /// Standard deviation at the horizon, for the range of x.
    pub(crate) spread: f64,
}

impl TrendWalk<'_> {
    /// The probability of being above 0 first at each of 1 to T; `None` if too many nodes are needed.
    pub(crate) fn first_passage(&self, finer: f64) -> Option<Vec<f64>> {
        let sd = self.walk.sd;
        let noise = DenseWalk { sd: sd * (1.0 - self.share).sqrt(), law: Innovation::Normal, ..self.walk };
        let grid = panels_below(noise.depth_for(self.spread) * finer.sqrt(), WIDTH * noise.sd / finer)?;
        let (trends, weights) = self.trends(finer)?;
        let count = grid.nodes.len();
        let drift_of = |drift: f64, v: f64| drift + sd * v;
        // By v: the density at the nodes of x.
        let mut density = vec![vec![0.0; count]; trends.len()];
        let (mut column, mut passed) = (vec![0.0; count], 0.0);
        let start = self.transitions(0.0, &trends);
        for (((v, own), weight), density) in trends.iter().zip(&start).zip(&weights).zip(&mut density) {
            for (x, mass) in self.walk.start {
                let mean = x + drift_of(self.walk.drifts[0], *v);
                passed += weight * own * mass * math::norm_sf(-mean / noise.sd);
                noise.transition(&grid.nodes, mean, &mut column);
                density.iter_mut().zip(&column).for_each(|(f, k)| *f += own * mass * k);
            }
        }
        let mut first = vec![passed];
        let to_each: Vec<Vec<f64>> = trends.iter().map(|v| self.transitions(*v, &trends)).collect();
        let mut matrices: Vec<Matrix> = trends.iter().map(|_| Matrix::default()).collect();
        let mut of = f64::NAN;
        for drift in &self.walk.drifts[1..] {
            if of.to_bits() != drift.to_bits() {
                of = *drift;
                for (v, matrix) in trends.iter().zip(&mut matrices) {
                    matrix.fill(&noise, &grid, drift_of(*drift, *v));
                }
            }
            let mut passed = 0.0;
            let mut next = Vec::with_capacity(trends.len());
            for (to, (v, matrix)) in trends.iter().zip(&matrices).enumerate() {
                let mut masses = vec![0.0; count];
                for ((from, weight), density) in to_each.iter().zip(&weights).zip(&density) {
                    let factor = from[to] * weight;
                    masses.iter_mut().zip(density).for_each(|(mass, f)| *mass += factor * f);
                }
                masses.iter_mut().zip(&grid.weights).for_each(|(mass, weight)| *mass *= weight);
                let tail = |x: &f64| math::norm_sf(-(x + drift_of(*drift, *v)) / noise.sd);
                let above: f64 = masses.iter().zip(&grid.nodes).map(|(mass, x)| mass * tail(x)).sum();
                passed += weights[to] * above;
                next.push(matrix.product(&masses));
            }
            first.push(passed);
            density = next;
        }
        Some(first)
    }

    /// The density of v' at each node, from v.
    fn transitions(&self, v: f64, trends: &[f64]) -> Vec<f64> {
        let sd = (self.share * (1.0 - self.phi * self.phi)).sqrt();
        let score = |to: &f64| (to - self.phi * v) / sd;
        trends.iter().map(|to| gauss::normal_density(score(to)) / sd).collect()
    }

    /// Nodes and weights of v.
    fn trends(&self, finer: f64) -> Option<(Vec<f64>, Vec<f64>)> {
        let reach = REACH * self.share.sqrt();
        let innovation = (self.share * (1.0 - self.phi * self.phi)).sqrt();
        let panels = (2.0 * reach * finer / (WIDTH * innovation)).ceil().max(1.0);
        if !(panels * as_f64(NODES) <= MOST_NODES) {
            return None;
        }
        let (width, rule) = (2.0 * reach / panels, gauss::legendre(NODES));
        let (mut nodes, mut weights, mut panel) = (Vec::new(), Vec::new(), 0.0);
        while panel < panels {
            for (x, weight) in &rule {
                nodes.push((panel + x) * width - reach);
                weights.push(weight * width);
            }
            panel += 1.0;
        }
        Some((nodes, weights))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn never(phi: f64, share: f64, periods: usize, finer: f64) -> Vec<f64> {
        let (drifts, means) = (vec![0.0; periods], vec![(0.0, 0.0); periods]);
        let law = Innovation::Normal;
        let walk = DenseWalk { start: &[(0.0, 1.0)], kept: 1.0, drifts: &drifts, means: &means, sd: 0.1, law };
        let first = TrendWalk { walk, phi, share, spread: 0.1 * 3.0 * as_f64(periods).sqrt() }.first_passage(finer);
        let mut left = 1.0;
        let step = |first| {
            left -= first;
            left
        };
        first.expect("few nodes").into_iter().map(step).collect()
    }

    /// Two dates: an orthant probability, ¼ + asin(ρ)/(2π) of two normal numbers.
    #[test]
    fn two_dates_have_their_orthant_probability() {
        for (phi, share) in [(0.7_f64, 0.25), (0.9, 0.05), (0.5, 0.8_f64)] {
            let new = share * (1.0 - phi * phi);
            // Y(1) = v₁ + n₁, Y(2) = Y(1) + φv₁ + w₂ + n₂.
            let (one, noise): (f64, f64) = (new + 1.0 - share, 1.0 - share);
            let cross = one + phi * new;
            let two = one + 2.0 * phi * new + phi * phi * new + new + noise;
            let rho: f64 = cross / (one * two).sqrt();
            #[expect(clippy::disallowed_methods, reason = "a reference value")]
            let expected = 0.25 + rho.asin() / std::f64::consts::TAU;
            let found = never(phi, share, 2, 1.0);
            assert!((found[0] - 0.5).abs() < 1e-9 && (found[1] - expected).abs() < 1e-9, "{found:?} {expected}");
        }
    }

    /// With a small share it is nearly a random walk, and finer nodes change nothing.
    #[test]
    fn a_small_share_is_nearly_a_random_walk() {
        let small = never(0.7, 1e-6, 8, 1.0);
        assert!((small[3] - 0.273_437_5).abs() < 1e-5 && (small[7] - 0.196_380_615).abs() < 1e-5, "{small:?}");
        let [coarse, fine] = [1.0, 1.3].map(|finer| never(0.7, 0.3, 8, finer));
        assert!(coarse.iter().zip(&fine).all(|(a, b)| (a - b).abs() < 1e-9), "{coarse:?} {fine:?}");
    }
}
