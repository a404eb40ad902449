//! The form that `logistic`, `richards` and `bass` share.

use super::value::{Times, each};
use crate::cpu::{self, Level};
use crate::math;

/// Evaluates `Γ(τ) = scale · ln(1 + gain·(1 − e)/(floor + slope·e))`, `e = e^(−rate·τ)`, for a block of paths.
///
/// No term is negative from the base on, so no difference cancels, for any saturation and any time.
#[derive(Debug)]
pub(super) struct Saturating {
    /// Per year.
    pub(super) rate: Vec<f64>,
    pub(super) gain: Vec<f64>,
    pub(super) floor: Vec<f64>,
    pub(super) slope: Vec<f64>,
    pub(super) scale: Vec<f64>,
}

impl Saturating {
    /// Writes the log growth by `tau` to `out`. Before the base it is NaN or infinite where the law has no value.
    pub(super) fn put(&self, out: &mut [f64], tau: f64) {
        if tau < 0.0 {
            // Only an audit evaluates times before the base; not vectorized.
            return self.put_with(out, tau, math::exp_pair);
        }
        cpu::run(
            Level::of_this_process(),
            #[inline(always)]
            || self.put_with(out, tau, math::exp_pair_below_0),
        );
    }

    #[inline(always)]
    fn put_with(&self, out: &mut [f64], tau: f64, exp_pair: impl Fn(f64) -> (f64, f64)) {
        for ((((out, rate), gain), floor), slope) in
            out.iter_mut().zip(&self.rate).zip(&self.gain).zip(&self.floor).zip(&self.slope)
        {
            let (left, less_1) = exp_pair(-tau * rate);
            *out = gain * -less_1 / (floor + slope * left);
        }
        // Two short loops overlap their iterations better than one long loop: 8.6 instead of 12.9 ns per path with AVX2.
        for (out, scale) in out.iter_mut().zip(&self.scale) {
            *out = scale * math::ln_1p(*out);
        }
    }

    pub(super) fn fill(&self, times: Times<'_>, count: usize, emit: &mut dyn FnMut(usize, &[f64])) {
        each(times.taus, count, emit, |tau, out| self.put(out, tau));
    }
}
