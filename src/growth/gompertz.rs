//! Gompertz growth towards a saturation level (Gompertz 1825): `Γ = ln S (1 − e^(−kτ))`.

use super::value::{Times, Value, at_times, each, exp_pair, named};
use crate::cpu::{self, Level};
use crate::math;

struct Gompertz {
    /// `ln S`.
    limit: Vec<f64>,
    /// `k`.
    rate: Vec<f64>,
}

impl Gompertz {
    #[inline(always)]
    fn put(&self, out: &mut [f64], tau: f64, exp_m1: impl Fn(f64) -> f64) {
        for ((out, limit), rate) in out.iter_mut().zip(&self.limit).zip(&self.rate) {
            *out = limit * -exp_m1(-tau * rate);
        }
    }
}

pub(super) fn fill(values: &[Value<'_>], times: Times<'_>, count: usize, emit: &mut dyn FnMut(usize, &[f64])) {
    let [saturation, rate] = named(values);
    let mut limit = saturation.column(count);
    math::ln_slice(&mut limit);
    let law = Gompertz { limit, rate: rate.column(count) };
    each(times.taus, count, emit, |tau, out| {
        if tau < 0.0 {
            return law.put(out, tau, math::exp_m1);
        }
        cpu::run(
            Level::of_this_process(),
            #[inline(always)]
            || law.put(out, tau, math::exp_m1_below_0),
        );
    });
}

/// `Γ` of one path at several times, with its derivatives if they are wanted.
pub(super) fn with_slopes([saturation, rate]: [f64; 2], taus: &[f64], out: &mut [f64], slopes: Option<&mut [f64]>) {
    let limit = math::ln(saturation);
    at_times(
        taus,
        out,
        slopes,
        #[inline(always)]
        |tau| {
            let (left, less_1) = exp_pair(-rate * tau);
            (limit * -less_1, [-less_1 / saturation, limit * tau * left])
        },
    );
}
