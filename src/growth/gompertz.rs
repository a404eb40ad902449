//! Gompertz growth towards a saturation level (Gompertz 1825): `Γ = ln S (1 − e^(−kτ))`.

use super::decay::Decay;
use super::value::{Times, Value, at_times, columns, each, exp_pair, named};
use crate::math;

pub(super) fn fill(values: &[Value<'_>], times: Times<'_>, count: usize, emit: &mut dyn FnMut(usize, &[f64])) {
    // Until its logarithm is taken, the limit `ln S` is the saturation.
    let [mut limit, rate] = columns(named(values), count);
    math::ln_slice(&mut limit);
    let mut decay = Decay::new(rate);
    each(times.taus, count, emit, |tau, out| {
        decay.put(
            tau,
            [&limit],
            out,
            #[inline(always)]
            |_, gone, [limit]| limit * gone,
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
