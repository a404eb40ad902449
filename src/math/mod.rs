//! The one door for transcendentals: every `exp`, `ln` or quantile that reaches a result comes from here.
//!
//! The standard library hands `f64::exp` and its like to the platform, and one machine gave other bits when its C
//! library was told to leave fused multiply-add alone. What stands here is made of `+ - × ÷ √`, of bit operations
//! and of `mul_add`, which IEEE 754 defines to the last bit, or of the `libm` crate, which is made of the same. So a
//! number has the same bits on every machine. The bits and the sign of a NaN are not part of the promise.
//!
//! Whatever is offered over a slice is the scalar function in a loop that vectorises: same polynomials, same bits.
//!
//! | file | what |
//! |---|---|
//! | `elementary` | `exp`, `exp_m1`, `ln`, `ln_1p`, each over one number and over a slice |
//! | `normal` | both tails, the scaled tail and the quantile of the standard normal |
//! | `beta` | distribution function and quantile of the beta law |
//! | `bridge` | the probability that a Brownian bridge stays below 0 |
//! | `single` | `exp` in f32, for blocks of paths |
//! | `table` | a quantile function tabulated once, then interpolated |
//!
//! The error of each function stands in its file, in units in the last place (ulp) of the exact result, measured
//! against 50 digits of mpmath (`tests/reference/math.py`) and asserted by the tests.

mod beta;
mod bridge;
mod elementary;
mod normal;
mod single;
mod table;
#[cfg(test)]
mod ulp;

pub(crate) use beta::{beta_cdf, beta_quantile_tails};
pub(crate) use bridge::{bridge_below, bridge_below_slice};
pub(crate) use elementary::{exp, exp_m1, exp_m1_below_0, exp_m1_slice, exp_slice, ln, ln_1p, ln_1p_slice, ln_slice};
/// As libm has them: cosine and sine, and √(x² + y²) within an ulp and without overflow on the way.
pub(crate) use libm::{cos, hypot, sin};
pub(crate) use normal::{norm_cdf, norm_cdf_slice, norm_quantile, norm_quantile_slice, norm_sf, norm_sf_scaled};
pub(crate) use single::exp_f32;
pub(crate) use table::QuantileTable;

/// c₀ + c₁x + c₂x² + … by Horner's rule, without fused multiply-add.
#[inline(always)]
fn polynomial<const N: usize>(x: f64, coefficients: [f64; N]) -> f64 {
    coefficients.into_iter().rev().reduce(|sum, c| sum * x + c).unwrap_or(0.0)
}
