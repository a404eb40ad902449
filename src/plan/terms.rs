//! The terms that dynamics add to the path without shocks: the drift of factors, jumps, and half of the variance where the
//! curve is the mean.

use super::dynamics::{Dynamics, Moves};
use super::input::Input;
use crate::covariance::{Covariance, Moments, Motion};
use crate::math;

/// The terms of one series for a block of draws, date by date.
pub(super) struct Terms {
    /// The date of `moments`.
    t: usize,
    /// Log growth per year by factors, by path.
    rate: Vec<f64>,
    /// The first period of each jump, and its size by path.
    jumps: Vec<(usize, Vec<f64>)>,
    /// By path, or once for all paths.
    means: Vec<Mean>,
    sum: Vec<f64>,
}

/// What determines half of the variance on one path.
#[derive(Debug, Clone, Copy)]
struct Mean {
    motion: Motion,
    moments: Moments,
    /// σ²Δ.
    own: f64,
    /// `2σΔ Σ β_f σ_f ρ_f`, with the correlation `ρ_f` of the innovations of the series and the factor.
    cross: f64,
    /// Variance per period of `Σ β_f F_f`.
    common: f64,
}

/// What the terms of a series are computed from.
#[derive(Clone, Copy)]
pub(super) struct Parts<'a> {
    pub(super) covariance: &'a Covariance,
    pub(super) moves: &'a Moves,
    pub(super) index: usize,
    pub(super) volatility: Input,
}

impl Terms {
    /// `None` if there are no terms.
    pub(super) fn new(parts: Parts<'_>, draws: &[Vec<f64>], width: usize) -> Option<Self> {
        let own = &parts.moves.of[parts.index];
        own.has_terms().then(|| {
            let mut rate = vec![0.0; width];
            for (factor, loading) in &own.loadings {
                let drift = parts.moves.factors[*factor].drift;
                for (path, rate) in rate.iter_mut().enumerate() {
                    *rate += loading * math::ln_1p(drift.of_path(draws, path));
                }
            }
            let size = |jump: &super::dynamics::JumpInput| {
                let of_path = |path| jump.size.of_path(draws, path) * jump.coin.of_path(draws, path);
                (jump.at, (0..width).map(of_path).collect())
            };
            let jumps = own.jumps.iter().map(size).collect();
            let means = if own.is_mean { parts.means(own, draws, width) } else { Vec::new() };
            Self { t: 0, rate, jumps, means, sum: vec![0.0; width] }
        })
    }

    /// `growth` at period t, τ years after the base, with the terms. Periods come in increasing order.
    pub(super) fn added(&mut self, t: usize, tau: f64, growth: &[f64]) -> &[f64] {
        for ((sum, growth), rate) in self.sum.iter_mut().zip(growth).zip(&self.rate) {
            *sum = growth + rate * tau;
        }
        for (_, sizes) in self.jumps.iter().filter(|(at, _)| *at <= t) {
            self.sum.iter_mut().zip(sizes).for_each(|(sum, size)| *sum += size);
        }
        let steps = t - self.t;
        self.t = t;
        for mean in &mut self.means {
            (0..steps).for_each(|_| mean.moments = mean.moments.next(mean.motion));
        }
        match &self.means[..] {
            [] => {}
            [one] => {
                let half = one.half_variance(t);
                self.sum.iter_mut().for_each(|sum| *sum -= half);
            }
            each => self.sum.iter_mut().zip(each).for_each(|(sum, mean)| *sum -= mean.half_variance(t)),
        }
        &self.sum
    }
}

impl Mean {
    #[expect(clippy::cast_precision_loss, reason = "at most 2,400 periods")]
    fn half_variance(&self, t: usize) -> f64 {
        let Moments { variance, with_sum, .. } = self.moments;
        0.5 * (self.own * variance + self.cross * with_sum + self.common * t as f64)
    }
}

impl Parts<'_> {
    fn means(self, own: &Dynamics, draws: &[Vec<f64>], width: usize) -> Vec<Mean> {
        let factors = own.loadings.iter().map(|(factor, _)| self.moves.factors[*factor].volatility);
        let mut inputs = own.motion.inputs().chain(factors).chain([self.volatility]);
        let count = if inputs.any(Input::is_drawn) { width } else { 1 };
        (0..count).map(|path| self.mean(own, draws, path)).collect()
    }

    fn mean(self, own: &Dynamics, draws: &[Vec<f64>], path: usize) -> Mean {
        let root = self.covariance.step_root();
        let step = root * root;
        let row = |factor: usize| self.moves.of.len() + factor;
        let moved: Vec<(usize, f64)> = own
            .loadings
            .iter()
            .map(|(factor, loading)| {
                (row(*factor), loading * self.moves.factors[*factor].volatility.of_path(draws, path))
            })
            .collect();
        let sigma = self.volatility.of_path(draws, path);
        let with = |row: usize| -> f64 {
            moved.iter().map(|(other, size)| size * self.covariance.correlation(row, *other)).sum()
        };
        let with_own: f64 = with(self.index);
        let common: f64 = moved.iter().map(|(row, size)| size * with(*row)).sum();
        Mean {
            motion: own.motion.of_path(step, draws, path),
            moments: Moments::default(),
            own: sigma * sigma * step,
            cross: 2.0 * sigma * step * with_own,
            common: step * common,
        }
    }
}
