//! A share of a market, whose logit moves from one value towards another. The logit follows Fisher & Pry (1971), with a
//! limit.

use std::f64::consts::LN_2;

use super::value::{Value, columns, named};
use crate::cpu::{self, Level};
use crate::math;

/// Evaluates `ln s(τ) − ln s(0)` for a block of paths.
pub(super) struct Gained {
    from: Vec<f64>,
    /// `logit to − logit from`.
    distance: Vec<f64>,
    /// `ln 2/h`.
    decay: Vec<f64>,
}

impl Gained {
    /// The numbers of a share besides those of its market.
    pub(super) const NUMBERS: usize = 3;

    pub(super) fn new(values: &[Value<'_>], count: usize) -> Self {
        let [from, mut distance, mut decay] = columns(named(values), count);
        for ((from, to), half_life) in from.iter().zip(&mut distance).zip(&mut decay) {
            *to = logit(*to) - logit(*from);
            *half_life = (LN_2 / *half_life).min(f64::MAX);
        }
        Self { from, distance, decay }
    }

    /// Writes the change of ln s by `tau` to `out`.
    pub(super) fn put(&self, out: &mut [f64], tau: f64) {
        if tau < 0.0 {
            // Only an audit evaluates times before the base; not vectorized.
            return self.put_with(out, tau, math::exp_m1);
        }
        cpu::run(
            Level::of_this_process(),
            #[inline(always)]
            || self.put_with(out, tau, math::exp_m1_below_0),
        );
    }

    /// With y, the change of the logit: `s(τ)/s(0) = 1 + (1 − s₀)(1 − e^(−y))/(s₀ + (1 − s₀) e^(−y))` where the share rises.
    /// Where it falls, `s(0)/s(τ) = 1 + (1 − s₀)(1 − e^(−|y|))/e^(−|y|)`. The sign of y is kept in `out`. The loops are short,
    /// so that their iterations overlap.
    #[inline(always)]
    fn put_with(&self, out: &mut [f64], tau: f64, exp_m1: impl Fn(f64) -> f64) {
        for ((out, distance), decay) in out.iter_mut().zip(&self.distance).zip(&self.decay) {
            *out = distance * -exp_m1(-tau * decay);
        }
        for (out, from) in out.iter_mut().zip(&self.from) {
            let change = *out;
            let (left, less_1) = math::exp_pair_below_0(-change.abs());
            let others = 1.0 - from;
            let rest = if change > 0.0 { from + others * left } else { left };
            *out = (others * -less_1 / rest).copysign(change);
        }
        for out in out {
            *out = math::ln_1p(out.abs()).copysign(*out);
        }
    }
}

/// `ln(s/(1 − s))`.
fn logit(share: f64) -> f64 {
    math::ln(share) - math::ln_1p(-share)
}
