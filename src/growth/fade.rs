//! Growth that fades from one rate to another, as a curve of its own and as a tail.

use std::f64::consts::LN_2;

use super::Value;
use crate::math;

/// The years that count at the starting rate, `(h/ln 2)(1 − 2^(−τ/h))`, of each half-life, in place.
fn weigh(half_lives: &mut [f64], tau: f64) {
    let per_year: Vec<f64> = half_lives.iter().map(|half_life| LN_2 / half_life).collect();
    half_lives.iter_mut().zip(&per_year).for_each(|(weight, per_year)| *weight = -tau * per_year);
    math::exp_m1_slice(half_lives);
    half_lives.iter_mut().zip(&per_year).for_each(|(weight, per_year)| *weight = -*weight / per_year);
}

/// Adds `γ∞ τ + (γ₀ − γ∞) (h/ln 2)(1 − 2^(−τ/h))` for each path.
pub(super) fn add(out: &mut [f64], from: &[f64], to: &[f64], half_life: Value<'_>, tau: f64) {
    let paths = out.iter_mut().zip(from).zip(to);
    match half_life {
        Value::Fixed(half_life) => {
            let mut weight = [half_life];
            weigh(&mut weight, tau);
            paths.for_each(|((out, from), to)| *out += to * tau + (from - to) * weight[0]);
        }
        Value::Drawn(half_lives) => {
            let mut weights = half_lives[..from.len()].to_vec();
            weigh(&mut weights, tau);
            let paths = paths.zip(&weights);
            paths.for_each(|(((out, from), to), weight)| *out += to * tau + (from - to) * weight);
        }
    }
}
