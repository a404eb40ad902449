//! Logistic growth towards a saturation level (Verhulst 1838).

use super::saturating::Saturating;
use super::value::{Times, Value, columns, named};

/// `L = 1 + (S − 1)(1 − e)/(1 + (S − 1) e)`, `e = e^(−kτ)`.
pub(super) fn fill(values: &[Value<'_>], times: Times<'_>, count: usize, emit: &mut dyn FnMut(usize, &[f64])) {
    let [mut gain, rate] = columns(named(values), count);
    for saturation in &mut gain {
        *saturation -= 1.0;
    }
    let one = vec![1.0; count];
    let law = Saturating { rate, slope: gain.clone(), gain, floor: one.clone(), scale: one };
    law.fill(times, count, emit);
}
