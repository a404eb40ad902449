//! The diffusion of an innovation (Bass 1969).

use super::saturating::{Saturating, SaturatingNumbers};
use super::value::{Times, Value, at_times, columns, exp_pair, named};
use crate::math;

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
    let numbers = SaturatingNumbers { gain, floor: q, slope: adopted, scale: vec![1.0; count] };
    Saturating::new(p, numbers).fill(times, count, emit);
}

/// `Γ` of one path at several times, with its derivatives if they are wanted.
///
/// `Γ = ln(N/(F₀ D))`, `N = p + q F₀ − p (1 − F₀) e`, `D = p + q F₀ + q (1 − F₀) e`.
pub(super) fn with_slopes([p, q, adopted]: [f64; 3], taus: &[f64], out: &mut [f64], slopes: Option<&mut [f64]>) {
    let (floor, rest) = (p + q * adopted, 1.0 - adopted);
    at_times(
        taus,
        out,
        slopes,
        #[inline(always)]
        |tau| {
            let (left, less_1) = exp_pair(-(p + q) * tau);
            let others = rest * left;
            let (above, below) = (floor - p * others, floor + q * others);
            // By p and by q through e alone.
            let by_time = others * tau * (p / above + q / below);
            let by_p = (1.0 - others) / above - 1.0 / below + by_time;
            let by_q = adopted / above - (adopted + others) / below + by_time;
            let by_adopted = (q + p * left) / above + q * less_1 / below - 1.0 / adopted;
            (math::ln(above / (adopted * below)), [by_p, by_q, by_adopted])
        },
    );
}
