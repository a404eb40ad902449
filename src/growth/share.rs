//! A share of a market, whose logit moves from one value towards another. The logit follows Fisher & Pry (1971), with a
//! limit.

use std::f64::consts::LN_2;

use super::decay::Decay;
use super::value::{Value, columns, named};
use crate::cpu::{self, Level};
use crate::math;

/// Where the logit moves farther than this, a path is evaluated with functions for all arguments.
const ORDINARY: f64 = 600.0;

/// Evaluates `ln s(τ) − ln s(0)` for a block of paths.
pub(super) struct Gained {
    from: Vec<f64>,
    /// `logit to − logit from`.
    distance: Vec<f64>,
    /// At the rate `ln 2/h`.
    decay: Decay,
    /// Paths with a distance that is not [`ORDINARY`].
    extreme: Vec<usize>,
}

impl Gained {
    /// The numbers of a share besides those of its market.
    pub(super) const NUMBERS: usize = 3;

    pub(super) fn new(values: &[Value<'_>], count: usize) -> Self {
        let [from, mut distance, mut rate] = columns(named(values), count);
        cpu::run(
            Level::of_this_process(),
            #[inline(always)]
            || {
                for (from, to) in from.iter().zip(&mut distance) {
                    *to = logit(*to) - logit(*from);
                }
                for half_life in &mut rate {
                    *half_life = (LN_2 / *half_life).min(f64::MAX);
                }
            },
        );
        let paths = distance.iter().enumerate();
        let extreme = paths.filter(|(_, distance)| !(distance.abs() <= ORDINARY)).map(|(path, _)| path).collect();
        Self { from, distance, decay: Decay::new(rate), extreme }
    }

    /// Writes the change of ln s by `tau` to `out`.
    pub(super) fn put(&mut self, out: &mut [f64], tau: f64) {
        if tau < 0.0 {
            // Only an audit evaluates times before the base; not vectorized.
            return out.iter_mut().enumerate().for_each(|(path, out)| *out = self.of_path(path, tau));
        }
        self.decay.put(
            tau,
            [&self.distance],
            out,
            #[inline(always)]
            |_, gone, [distance]| distance * gone,
        );
        cpu::run(
            Level::of_this_process(),
            #[inline(always)]
            || {
                for (out, from) in out.iter_mut().zip(&self.from) {
                    let change = *out;
                    let pair = math::exp_pair_within_700(-change.abs());
                    let (part, whole) = fraction(*from, change, pair);
                    *out = math::ln_1p_ratio(part, whole).copysign(change);
                }
            },
        );
        for path in &self.extreme {
            out[*path] = self.of_path(*path, tau);
        }
    }

    /// The same of one path, whatever its numbers.
    fn of_path(&self, path: usize, tau: f64) -> f64 {
        let change = self.distance[path] * -math::exp_m1(-tau * self.decay.rates()[path]);
        let (part, whole) = fraction(self.from[path], change, math::exp_pair_below_0(-change.abs()));
        math::ln_1p(part / whole).copysign(change)
    }
}

/// The two numbers whose ratio is the relative change of the share `s₀`, or where it falls, that of its reciprocal.
///
/// With y, the change of the logit: `s(τ)/s(0) = 1 + (1 − s₀)(1 − e^(−y))/(s₀ + (1 − s₀) e^(−y))` where the share rises. Where it falls,
/// `s(0)/s(τ) = 1 + (1 − s₀)(1 − e^(−|y|))/e^(−|y|)`. `pair` is `(e^(−|y|), e^(−|y|) − 1)`.
#[inline(always)]
fn fraction(from: f64, change: f64, (left, less_1): (f64, f64)) -> (f64, f64) {
    let others = 1.0 - from;
    (others * -less_1, if change > 0.0 { from + others * left } else { left })
}

/// `ln(s/(1 − s))`.
#[inline(always)]
fn logit(share: f64) -> f64 {
    math::ln(share) - math::ln_1p(-share)
}
