//! Transcendental functions: every `exp`, `ln` or quantile that affects a result is defined here.
//!
//! The standard library delegates `f64::exp` and similar functions to the platform, so their bits can differ: on one
//! machine they changed when its C library was set not to use fused multiply-add. The functions here use only
//! `+ - × ÷ √`, bit operations and `mul_add`, which IEEE 754 defines exactly, or the `libm` crate, which uses the same.
//! Their results therefore have the same bits on every machine, except for the bits and the sign of a NaN.
//!
//! Every slice function is the scalar function in a loop that vectorizes: same polynomials, same bits.
//!
//! | module | contents |
//! |---|---|
//! | `elementary` | `exp`, `exp_m1`, `ln`, `ln_1p`, each for one number and for a slice |
//! | `ratio` | `ln(1 + a/b)`, and `exp` and `exp_m1` of bounded arguments, for growth laws over blocks of paths |
//! | `normal` | both tails, the scaled tail and the quantile of the standard normal |
//! | `cdf` | the distribution function of the standard normal, for slices |
//! | `beta` | distribution function and quantile of the beta distribution |
//! | `chi_squared` | tails of the gamma distribution and quantiles of χ² |
//! | `bridge` | the probability that a Brownian bridge stays below 0 |
//! | `single` | `exp` in f32 and rounding to it, for blocks of paths |
//! | `gauss` | Gauss rules, also of a discrete measure |
//! | `interpolant` | polynomial interpolation through Chebyshev points |
//! | `cholesky` | linear equations with a positive definite matrix |
//! | `fourier` | the discrete Fourier transform |
//! | `root` | bisection, the Illinois method, golden section |
//! | `banded`, `eigen` | banded linear systems; eigenvalues of symmetric matrices |
//! | `order` | sorting by numbers |
//! | `rotation` | orthonormal bases and reflections |
//! | `student` | upper tail and quantile of Student's t distribution |
//! | `table` | a quantile function tabulated once, then interpolated |
//!
//! Each module documents the errors of its functions, in units in the last place (ulp) of the exact result. They are
//! measured against 50 digits of mpmath (`tests/reference/math.py`) and asserted by the tests.

pub(crate) mod banded;
mod beta;
mod bridge;
mod cdf;
mod chi_squared;
pub(crate) mod cholesky;
pub(crate) mod eigen;
mod elementary;
pub(crate) mod fourier;
pub(crate) mod gauss;
pub(crate) mod interpolant;
mod normal;
mod order;
mod ratio;
pub(crate) mod root;
pub(crate) mod rotation;
mod single;
mod student;
mod table;
#[cfg(test)]
mod ulp;

pub(crate) use beta::{beta_cdf, beta_cdf_parts, beta_quantile_parts, beta_quantile_tails};
pub(crate) use bridge::{bridge_below, bridge_below_slice};
pub(crate) use cdf::norm_cdf_each;
pub(crate) use chi_squared::chi_squared_quantile;
#[cfg(test)]
pub(crate) use chi_squared::gamma_tails;
pub(crate) use elementary::{
    exp, exp_m1, exp_m1_below_0, exp_m1_slice, exp_pair, exp_pair_below_0, exp_slice, ln, ln_1p, ln_1p_slice, ln_slice,
};
/// From `libm`: ln Γ(x).
pub(crate) use libm::lgamma as ln_gamma;
/// From `libm`: inverse sine, cosine and sine, and √(x² + y²) within an ulp and without intermediate overflow.
pub(crate) use libm::{asin, cos, hypot, sin};
pub(crate) use normal::{norm_cdf, norm_cdf_slice, norm_quantile, norm_quantile_slice, norm_sf, norm_sf_scaled};
pub(crate) use order::{ascending, descending, sort_by_first};
pub(crate) use ratio::{exp_pair_within_700, ln_1p_ratio};
pub(crate) use single::{exp_f32, to_f32};
pub(crate) use student::{student_of_scale, student_quantile, student_root, student_sf};
pub(crate) use table::QuantileTable;

/// c₀ + c₁x + c₂x² + … by Horner's rule, without fused multiply-add.
#[inline(always)]
fn polynomial<const N: usize>(x: f64, coefficients: [f64; N]) -> f64 {
    // A loop, since `Iterator::reduce` is not `#[inline]`: in some builds it stayed out of line, and the kernels took six times as long.
    let mut sum = coefficients[N - 1];
    for power in (0..N - 1).rev() {
        sum = sum * x + coefficients[power];
    }
    sum
}
