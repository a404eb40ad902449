//! Growth that fades from one rate to another, as a curve of its own and as a tail.

use super::Value;
use crate::math;

/// The years that count at the starting rate: `(h/ln 2)(1 − 2^(−τ/h))`.
fn weight(tau: f64, half_life: f64) -> f64 {
    let per_year = std::f64::consts::LN_2 / half_life;
    -math::exp_m1(-tau * per_year) / per_year
}

/// Adds `γ∞ τ + (γ₀ − γ∞) (h/ln 2)(1 − 2^(−τ/h))` for each path.
pub(super) fn add(out: &mut [f64], from: &[f64], to: &[f64], half_life: Value<'_>, tau: f64) {
    let paths = out.iter_mut().zip(from).zip(to);
    match half_life {
        Value::Fixed(half_life) => {
            let weight = weight(tau, half_life);
            paths.for_each(|((out, from), to)| *out += to * tau + (from - to) * weight);
        }
        Value::Drawn(half_lives) => {
            paths.zip(half_lives).for_each(|(((out, from), to), half_life)| {
                *out += to * tau + (from - to) * weight(tau, *half_life);
            });
        }
    }
}
