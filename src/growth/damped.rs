//! Growth that is multiplied by a constant each period: the damped trend of Gardner & McKenzie (1985).

use super::decay::Decay;
use super::value::{Times, Value, at_times, each, exp_pair, named};
use crate::cpu::{self, Level};
use crate::math;

/// A lower bound of `|ln φ|`. It turns 0/0 at φ = 1 into the limit, and changes no other result.
const LEAST: f64 = 1e-300;

/// `Γ(τ) = weight · (1 − e^(−aτ))/d` with `a = |ln φ|`, where d is `e^(−aτ)` if φ > 1 and otherwise 1, so that no difference cancels.
struct Damped {
    weight: Vec<f64>,
    decay: Decay,
    /// 1 where φ > 1, otherwise 0.
    rises: Vec<f64>,
    is_rising: bool,
}

impl Damped {
    fn new(from: Value<'_>, phi: Value<'_>, step: f64, count: usize) -> Self {
        let (mut weight, mut rate) = (from.log_rate(count), phi.column(count));
        math::ln_slice(&mut rate);
        let rises: Vec<f64> = rate.iter().map(|log| f64::from(u8::from(*log > 0.0))).collect();
        let is_rising = rises.iter().any(|rises| *rises > 0.0);
        cpu::run(
            Level::of_this_process(),
            #[inline(always)]
            || {
                for (weight, log) in weight.iter_mut().zip(&mut rate) {
                    let a = log.abs().max(LEAST);
                    let (left, less_1) = math::exp_pair_below_0(-a * step);
                    // For φ > 1 the factor φ^(τ−Δ) of the sum cancels φ^Δ.
                    let first = if *log > 0.0 { 1.0 } else { left };
                    *weight *= step * first / -less_1;
                    *log = a;
                }
            },
        );
        Self { weight, decay: Decay::new(rate), rises, is_rising }
    }

    fn put(&mut self, out: &mut [f64], tau: f64) {
        let Self { weight, decay, rises, is_rising } = self;
        if *is_rising {
            return decay.put(
                tau,
                [weight, rises],
                out,
                #[inline(always)]
                |left, gone, [weight, rises]| weight * gone / if rises > 0.0 { left } else { 1.0 },
            );
        }
        decay.put(
            tau,
            [weight],
            out,
            #[inline(always)]
            |_, gone, [weight]| weight * gone,
        );
    }
}

pub(super) fn fill(values: &[Value<'_>], times: Times<'_>, count: usize, emit: &mut dyn FnMut(usize, &[f64])) {
    let [from, phi] = named(values);
    let mut law = Damped::new(from, phi, times.step, count);
    each(times.taus, count, emit, |tau, out| law.put(out, tau));
}

/// Below this |x|, `1/(eˣ − 1) − 1/x` is computed by its series.
const SMALL: f64 = 0.1;

/// `1/(eˣ − 1) − 1/x`, from x and eˣ − 1: −½ at 0. Without branches.
#[inline(always)]
fn bent(x: f64, less_1: f64) -> f64 {
    let square = x * x;
    let series = -0.5 + x * (1.0 / 12.0 - square * (1.0 / 720.0 - square * (1.0 / 30240.0 - square / 1_209_600.0)));
    let direct = 1.0 / less_1 - 1.0 / x;
    if x.abs() < SMALL { series } else { direct }
}

/// `Γ` of one path at several times, with its derivatives if they are wanted.
///
/// With `a = −ln φ`, `Γ = γ Δ (1 − e^(−aτ))/(e^(aΔ) − 1)`, and `∂ ln Γ/∂a = τ g(aτ) − Δ (1 + g(aΔ))`, `g(x) = 1/(eˣ − 1) − 1/x`.
pub(super) fn with_slopes([from, phi]: [f64; 2], times: Times<'_>, out: &mut [f64], slopes: Option<&mut [f64]>) {
    let rate = math::ln_1p(from);
    let log = math::ln(phi);
    let decay = if log.abs() < LEAST { LEAST } else { -log };
    let step = times.step;
    let first = exp_pair(decay * step).1;
    let of_step = step * (1.0 + bent(decay * step, first));
    at_times(
        times.taus,
        out,
        slopes,
        #[inline(always)]
        |tau| {
            let years = step * -exp_pair(-decay * tau).1 / first;
            let by_decay = rate * years * (tau * bent(decay * tau, exp_pair(decay * tau).1) - of_step);
            (rate * years, [years / (1.0 + from), -by_decay / phi])
        },
    );
}
