//! The diffusion of an innovation (Bass 1969).

use super::saturating::Saturating;
use super::value::{Times, Value, columns, named};

/// `F/F₀ = 1 + (1 − F₀)(p + q F₀)(1 − e)/(F₀ (p + q F₀ + q (1 − F₀) e))`, `e = e^(−aτ)`.
pub(super) fn fill(values: &[Value<'_>], times: Times<'_>, count: usize, emit: &mut dyn FnMut(usize, &[f64])) {
    let [mut p, mut q, mut adopted] = columns(named(values), count);
    let mut gain = vec![0.0; count];
    for (((p, q), adopted), gain) in p.iter_mut().zip(&mut q).zip(&mut adopted).zip(&mut gain) {
        // Fractions of p + q, through the larger of the two, so that neither p + q overflows nor a quotient is 0/0.
        let larger = p.max(*q);
        let sum = *p / larger + *q / larger;
        let (innovation, imitation) = (*p / larger / sum, *q / larger / sum);
        let floor = innovation + imitation * *adopted;
        let left = 1.0 - *adopted;
        *gain = left * floor / *adopted;
        (*p, *q, *adopted) = ((larger * sum).min(f64::MAX), floor, imitation * left);
    }
    let law = Saturating { rate: p, gain, floor: q, slope: adopted, scale: vec![1.0; count] };
    law.fill(times, count, emit);
}
