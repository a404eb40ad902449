//! The terms that dynamics add to the path without shocks: the drift of factors, jumps, and half of the variance where the
//! curve is the mean.

use super::dynamics::{Dynamics, Moves};
use super::input::Input;
use crate::covariance::{Covariance, Moments, Motion};
use crate::cpu::{self, Level};
use crate::math;

/// The terms of one series for a block of draws, date by date.
pub(super) struct Terms {
    /// The date of `moments`.
    t: usize,
    /// Log growth per year by factors, by path.
    rate: Vec<f64>,
    /// The first period of each jump, and its size by path.
    jumps: Vec<(usize, Vec<f64>)>,
    /// Of the half of the variance that is subtracted where the curve is the mean.
    variance: Option<Variance>,
    sum: Vec<f64>,
}

/// The variance of a series: by path, or once for all paths.
struct Variance {
    sizes: Vec<Sizes>,
    /// By path only if the numbers of the shock are drawn.
    moments: Vec<(Motion, Moments)>,
}

/// What multiplies the moments of the shocks on one path.
#[derive(Debug, Clone, Copy)]
struct Sizes {
    /// σ²Δ.
    own: f64,
    /// `2σΔ Σ β_f σ_f ρ_f`, with the correlation `ρ_f` of the innovations of the series and the factor.
    cross: f64,
    /// Variance per period of `Σ β_f F_f`.
    common: f64,
}

impl Sizes {
    /// The variance at t.
    #[expect(clippy::cast_precision_loss, reason = "at most 2,400 periods")]
    fn variance(&self, moments: &Moments, t: usize) -> f64 {
        self.own * moments.variance + self.cross * moments.with_sum + self.common * t as f64
    }
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
            let jumps = own.jumps.iter().map(|jump| (jump.at, jump.sizes(draws, width))).collect();
            let variance = own.is_mean.then(|| parts.variance(own, draws, width));
            Self { t: 0, rate, jumps, variance, sum: vec![0.0; width] }
        })
    }

    /// `growth` at period t, τ years after the base, with the terms. Periods come in increasing order.
    pub(super) fn added(&mut self, t: usize, tau: f64, growth: &[f64]) -> &[f64] {
        let Self { rate, jumps, sum, .. } = &mut *self;
        cpu::run(
            Level::of_this_process(),
            #[inline(always)]
            || {
                for ((sum, growth), rate) in sum.iter_mut().zip(growth).zip(&*rate) {
                    *sum = growth + rate * tau;
                }
                for (at, sizes) in &*jumps {
                    if *at <= t {
                        for (sum, size) in sum.iter_mut().zip(sizes) {
                            *sum += size;
                        }
                    }
                }
            },
        );
        if let Some(variance) = &mut self.variance {
            variance.subtract_half(t - self.t, t, &mut self.sum);
        }
        self.t = t;
        &self.sum
    }
}

impl Variance {
    /// Moves on by `steps` periods to t and subtracts half of the variance there.
    fn subtract_half(&mut self, steps: usize, t: usize, sum: &mut [f64]) {
        for (motion, moments) in &mut self.moments {
            (0..steps).for_each(|_| *moments = moments.next(*motion));
        }
        let half = |sizes: &Sizes, moments: &Moments| 0.5 * sizes.variance(moments, t);
        match (&self.sizes[..], &self.moments[..]) {
            ([one], [(_, moments)]) => {
                let half = half(one, moments);
                sum.iter_mut().for_each(|sum| *sum -= half);
            }
            (each, [(_, moments)]) => sum.iter_mut().zip(each).for_each(|(sum, sizes)| *sum -= half(sizes, moments)),
            ([one], each) => sum.iter_mut().zip(each).for_each(|(sum, (_, moments))| *sum -= half(one, moments)),
            (sizes, moments) => {
                let both = sizes.iter().zip(moments);
                sum.iter_mut().zip(both).for_each(|(sum, (sizes, (_, moments)))| *sum -= half(sizes, moments));
            }
        }
    }
}

impl Parts<'_> {
    /// Adds the terms, where they are proportional to time, to growth rates per year.
    pub(super) fn add_rates(self, draws: &[Vec<f64>], rates: &mut [f64]) {
        let step = self.covariance.step_root() * self.covariance.step_root();
        if let Some(mut terms) = Terms::new(self, draws, rates.len()) {
            let first = terms.added(1, step, &vec![0.0; rates.len()]);
            rates.iter_mut().zip(first).for_each(|(rate, term)| *rate += term / step);
        }
    }

    /// The standard deviations of the shocks of the series at 0 to T, by date and then by point.
    pub(super) fn deviations(self, draws: &[Vec<f64>], width: usize, periods: usize) -> Vec<Vec<f64>> {
        let mut variance = self.variance(&self.moves.of[self.index], draws, width);
        let mut out = vec![vec![0.0; width]];
        for t in 1..=periods {
            variance.moments.iter_mut().for_each(|(motion, moments)| *moments = moments.next(*motion));
            let of = |point: usize| {
                let sizes = variance.sizes[point.min(variance.sizes.len() - 1)];
                let (_, moments) = variance.moments[point.min(variance.moments.len() - 1)];
                sizes.variance(&moments, t).sqrt()
            };
            out.push((0..width).map(of).collect());
        }
        out
    }

    fn variance(self, own: &Dynamics, draws: &[Vec<f64>], width: usize) -> Variance {
        let root = self.covariance.step_root();
        let step = root * root;
        let volatility = |factor: usize| self.moves.factors[factor].volatility;
        let is_drawn = self.volatility.is_drawn() || own.loadings.iter().any(|(of, _)| volatility(*of).is_drawn());
        let row = |factor: usize| self.moves.of.len() + factor;
        let with = |of: usize| {
            own.loadings.iter().map(|(factor, _)| self.covariance.correlation(of, row(*factor))).collect::<Vec<f64>>()
        };
        // The correlations of the loaded factors with the series and with one another.
        let with_own = with(self.index);
        let among: Vec<Vec<f64>> = own.loadings.iter().map(|(factor, _)| with(row(*factor))).collect();
        let size = |(factor, loading): &(usize, f64), path: usize| loading * volatility(*factor).of_path(draws, path);
        let sizes = |path: usize| {
            let sigma = self.volatility.of_path(draws, path);
            let sum = |correlations: &[f64]| -> f64 {
                own.loadings.iter().zip(correlations).map(|(loaded, rho)| size(loaded, path) * rho).sum()
            };
            let common: f64 = own.loadings.iter().zip(&among).map(|(loaded, row)| size(loaded, path) * sum(row)).sum();
            Sizes { own: sigma * sigma * step, cross: 2.0 * sigma * step * sum(&with_own), common: step * common }
        };
        let moments = |path: usize| (own.motion.of_path(step, draws, path), Moments::default());
        let count = |is_drawn: bool| if is_drawn { width } else { 1 };
        Variance {
            sizes: (0..count(is_drawn)).map(sizes).collect(),
            moments: (0..count(own.motion.inputs().any(Input::is_drawn))).map(moments).collect(),
        }
    }
}
