//! Covariance of the providers' shocks. This module owns the correlation matrix and its Cholesky factor, and is the only
//! place that computes the variance of a series or of the log-ratio of two series, over one period or up to a date.
//!
//! The shock of series i over a period of Δ years is `σ_i √Δ Σ_j L_ij U_j`, with independent standard normal
//! innovations `U_j`. The variance of a log-ratio is always computed from the factor, as a sum of squares
//! `Δ Σ_j (σ_a L_aj − σ_b L_bj)²`. Unlike `σ_a² + σ_b² − 2ρ σ_a σ_b` it is never negative, it is exactly 0 where the two
//! shocks cancel, and it agrees with the simulated shocks where the matrix is singular.

mod factor;
mod moments;
mod split;

pub(crate) use factor::{Stated, Unfit};
pub(crate) use moments::{Moments, Motion, kept, renewed};
pub(crate) use split::{Split, sds_of};

use crate::cpu::{self, Level};
use crate::math::to_f32;

/// A difference of volatilities and correlations below this fraction of their sum is rounding error and counts as 0.
const CANCELLED: f64 = 1e-13;

/// The correlation matrix of a scenario, as its Cholesky factor `L`, with the length of a period.
#[derive(Debug, Clone)]
pub(crate) struct Covariance {
    /// The lower factor, row by row.
    lower: Vec<Vec<f64>>,
    /// √Δ.
    step_root: f64,
}

impl Covariance {
    /// The covariance of `series` series with these correlations, for periods of `step` years. Unspecified pairs are
    /// uncorrelated.
    ///
    /// # Errors
    /// If the correlation matrix is not positive semidefinite.
    pub(crate) fn new(series: usize, stated: &[Stated], step: f64) -> Result<Self, Unfit> {
        Ok(Self { lower: factor::factor(series, stated)?, step_root: step.sqrt() })
    }

    /// √Δ, the factor from the standard deviation per year to that of one period.
    pub(crate) fn step_root(&self) -> f64 {
        self.step_root
    }

    /// `L_ij`.
    pub(crate) fn loading(&self, series: usize, innovation: usize) -> f64 {
        self.lower[series].get(innovation).map_or(0.0, |entry| *entry)
    }

    /// The correlation of the innovations of two rows, as the factor reproduces it.
    pub(crate) fn correlation(&self, a: usize, b: usize) -> f64 {
        self.lower[a].iter().zip(&self.lower[b]).map(|(a, b)| a * b).sum()
    }

    /// `(j, L_ij)` of the nonzero entries of a series.
    pub(crate) fn loadings(&self, series: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
        self.lower[series].iter().copied().enumerate().filter(|(_, entry)| entry.abs() > 0.0)
    }

    /// Whether the innovations of a series affect a later one.
    pub(crate) fn affects_later(&self, series: usize) -> bool {
        self.lower.iter().skip(series + 1).any(|later| later[series].abs() > 0.0)
    }

    /// The log-ratio of two series. `factors` are the rows of factors with the difference of the loadings of the two times
    /// the volatility of the factor; often there are none.
    pub(crate) fn pair(&self, a: usize, b: usize, factors: &[(usize, f64)]) -> PairCovariance {
        let last = factors.iter().map(|(row, _)| *row).fold(a.max(b), usize::max);
        let loadings = (0..=last).map(|j| [self.loading(a, j), self.loading(b, j)]).collect();
        let shared = |j: usize| factors.iter().map(|(row, size)| size * self.loading(*row, j)).sum();
        let shared = if factors.is_empty() { Vec::new() } else { (0..=last).map(shared).collect() };
        PairCovariance { loadings, shared, step_root: self.step_root }
    }

    /// Standard deviation of one period's shock of a single series. The rows of the factor have unit length.
    pub(crate) fn sd(&self, volatility: f64) -> f64 {
        volatility * self.step_root
    }

    /// For each innovation, the root of `Σ_i (σ_i L_ij)²`: the size of its effect on all series, with loadings in f32 as
    /// the simulation uses them.
    pub(crate) fn influences(&self, volatilities: &[f64]) -> Vec<f64> {
        let influence = |j: usize| {
            let effects = (j..self.lower.len()).map(|i| volatilities[i] * single_precision(self.loading(i, j)));
            effects.map(|effect| effect * effect).sum::<f64>().sqrt()
        };
        (0..self.lower.len()).map(influence).collect()
    }
}

/// Covariance of the shocks of two series: all that the variance of their log-ratio needs except the volatilities, which may be drawn.
#[derive(Debug, Clone)]
pub(crate) struct PairCovariance {
    /// `L_aj` and `L_bj` of every innovation j that may affect one of the two.
    loadings: Vec<[f64; 2]>,
    /// What factors add for every innovation; empty if they add nothing.
    shared: Vec<f64>,
    step_root: f64,
}

impl PairCovariance {
    /// The same pair with loadings rounded to f32, as the f32 rows of a simulation use them.
    pub(crate) fn in_single_precision(mut self) -> Self {
        let entries = self.loadings.as_flattened_mut().iter_mut().chain(&mut self.shared);
        entries.for_each(|entry| *entry = single_precision(*entry));
        self
    }

    /// Variance of the log-ratio per year, at several volatilities of a and of b.
    fn per_year(&self, [a, b]: [&[f64]; 2]) -> Vec<f64> {
        let mut sums = vec![0.0; a.len()];
        cpu::run(
            Level::of_this_process(),
            #[inline(always)]
            || {
                for (j, [of_a, of_b]) in self.loadings.iter().enumerate() {
                    let shared = self.shared.get(j).map_or(0.0, |shared| *shared);
                    for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
                        let entry = a * of_a - b * of_b + shared;
                        *sum += entry * entry;
                    }
                }
            },
        );
        sums
    }

    /// Variance of the log-ratio over one period.
    pub(crate) fn variance(&self, volatilities: [f64; 2]) -> f64 {
        let [a, b] = volatilities;
        self.step_root * self.step_root * self.per_year([&[a], &[b]])[0]
    }

    /// Standard deviation of the log-ratio over one period; exactly 0 where the two shocks cancel up to rounding.
    pub(crate) fn sd(&self, [a, b]: [f64; 2]) -> f64 {
        self.sds([&[a], &[b]])[0]
    }

    /// [`sd`](Self::sd) at several volatilities of a and of b.
    pub(crate) fn sds(&self, [a, b]: [&[f64]; 2]) -> Vec<f64> {
        let shared = self.shared.iter().map(|entry| entry.abs()).sum::<f64>();
        let mut sds = self.per_year([a, b]);
        for ((sd, a), b) in sds.iter_mut().zip(a).zip(b) {
            let root = sd.sqrt();
            *sd = if root <= CANCELLED * (a + b + shared) { 0.0 } else { root * self.step_root };
        }
        sds
    }

    /// Whether the two shocks cancel for these volatilities, so that the log-ratio has no shocks.
    pub(crate) fn cancels(&self, volatilities: [f64; 2]) -> bool {
        !(self.sd(volatilities) > 0.0)
    }

    /// Variance of the log-ratio from the base up to period t.
    #[expect(clippy::cast_precision_loss, reason = "at most 2,400 periods")]
    pub(crate) fn variance_at(&self, volatilities: [f64; 2], t: usize) -> f64 {
        t as f64 * self.variance(volatilities)
    }

    /// Half of the derivative of the variance over one period with respect to each of the two volatilities.
    pub(crate) fn half_slopes(&self, [a, b]: [f64; 2]) -> [f64; 2] {
        let step = self.step_root * self.step_root;
        let along = |of: fn(&[f64; 2]) -> f64| {
            step * self.loadings.iter().map(|pair| of(pair) * (a * pair[0] - b * pair[1])).sum::<f64>()
        };
        [along(|[of_a, _]| *of_a), along(|[_, of_b]| -of_b)]
    }

    /// Half of the derivative of the variance over one period with respect to the correlation of the two.
    pub(crate) fn half_slope_by_correlation(&self, [a, b]: [f64; 2]) -> f64 {
        -a * b * self.step_root * self.step_root
    }
}

fn single_precision(x: f64) -> f64 {
    f64::from(to_f32(x))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() <= 1e-14 * (a.abs() + b.abs())
    }

    /// The textbook formula, in both orders and for a pair that is not first in the factor.
    #[test]
    fn the_variance_of_a_log_ratio_is_that_of_the_stated_correlation() {
        let stated = [(0, 1, 0.3), (1, 2, -0.5), (0, 2, 0.2)];
        let covariance = Covariance::new(3, &stated, 0.25).expect("positive definite");
        for (i, j, rho) in stated {
            for (i, j) in [(i, j), (j, i)] {
                for [a, b] in [[0.2, 0.1], [0.1, 0.4], [0.3, 0.3], [0.0, 0.2]] {
                    let pair = covariance.pair(i, j, &[]);
                    let expected = 0.25 * (a * a + b * b - 2.0 * rho * a * b);
                    assert!(close(pair.variance([a, b]), expected), "{i} {j} {a} {b}");
                    assert!(close(pair.sd([a, b]), expected.sqrt()));
                    assert!(close(pair.variance_at([a, b], 8), 8.0 * expected));
                    let slopes = pair.half_slopes([a, b]);
                    let of = [0.25 * (a - rho * b), 0.25 * (b - rho * a)];
                    assert!((slopes[0] - of[0]).abs() < 1e-15 && (slopes[1] - of[1]).abs() < 1e-15);
                    assert!(close(pair.half_slope_by_correlation([a, b]), -0.25 * a * b));
                }
            }
        }
    }

    /// With a correlation of 1, or 1 up to the smallest pivot, equal volatilities cancel exactly.
    #[test]
    fn equal_shocks_cancel() {
        for rho in [1.0, 1.0 - 1e-12] {
            let pair = Covariance::new(2, &[(0, 1, rho)], 1.0).expect("possible").pair(0, 1, &[]);
            assert!(pair.cancels([0.2, 0.2]) && !pair.cancels([0.2, 0.3]), "{rho}");
            assert!(pair.variance([0.2, 0.2]) <= 0.0);
        }
        let pair = Covariance::new(2, &[(0, 1, -1.0)], 1.0).expect("possible").pair(1, 0, &[]);
        assert!(close(pair.sd([0.2, 0.3]), 0.5) && pair.cancels([0.0, 0.0]));
    }

    #[test]
    fn influences_cover_all_later_series() {
        let covariance = Covariance::new(3, &[(0, 1, 0.6), (0, 2, 0.8)], 1.0).expect("possible");
        let influences = covariance.influences(&[0.1, 0.2, 0.3]);
        let expected = (0.01 + 0.0144 + 0.0576_f64).sqrt();
        assert!((influences[0] - expected).abs() < 1e-7, "{influences:?}");
        assert!(covariance.affects_later(0) && !covariance.affects_later(2));
    }
}
