//! Logistic growth towards a saturation level (Verhulst 1838).

use super::saturating::{Saturating, SaturatingNumbers};
use super::value::{Times, Value, at_times, columns, exp_pair, named};
use crate::math;

/// `L = 1 + (S − 1)(1 − e)/(1 + (S − 1) e)`, `e = e^(−kτ)`.
pub(super) fn fill(values: &[Value<'_>], times: Times<'_>, count: usize, emit: &mut dyn FnMut(usize, &[f64])) {
    let [mut gain, rate] = columns(named(values), count);
    for saturation in &mut gain {
        *saturation -= 1.0;
    }
    let one = vec![1.0; count];
    let numbers = SaturatingNumbers { slope: gain.clone(), gain, floor: one.clone(), scale: one };
    Saturating::new(rate, numbers).fill(times, count, emit);
}

/// `Γ` of one path at several times, with its derivatives if they are wanted.
pub(super) fn with_slopes([saturation, rate]: [f64; 2], taus: &[f64], out: &mut [f64], slopes: Option<&mut [f64]>) {
    let gain = saturation - 1.0;
    let limit = math::ln_1p(gain);
    at_times(
        taus,
        out,
        slopes,
        #[inline(always)]
        |tau| {
            let (left, less_1) = exp_pair(-rate * tau);
            let distance = gain * left;
            let below = 1.0 / (1.0 + distance);
            (limit - math::ln_1p(distance), [-less_1 * below / saturation, distance * tau * below])
        },
    );
}
