//! Exponentials and logarithms in plain `f64` arithmetic, without branches, tables or fused multiply-add, so that loops
//! over them vectorize on any target and have the same bits on all.
//!
//! Errors are measured at 15,000 arguments per region; the committed references include the worst cases. The
//! exponentials round a subnormal result a second time, to the spacing of 5e-324.
//!
//! | function | region | maximum error, ulp |
//! |---|---|---|
//! | `exp` | \|x\| < 1e-3 | 0.51 |
//! | `exp` | \|x\| < 1 | 0.79 |
//! | `exp` | \|x\| < 40 | 0.82 |
//! | `exp` | normal result | 0.8 |
//! | `exp` | subnormal result | 1.01 |
//! | `exp_m1` | \|x\| < 1e-3 | 0.51 |
//! | `exp_m1` | \|x\| < 1 | 0.76 |
//! | `exp_m1` | elsewhere | 0.75 |
//! | `ln` | 1 ± 1e-3 | 0.51 |
//! | `ln` | ½ to 2 | 0.78 |
//! | `ln` | normal | 0.6 |
//! | `ln` | subnormal | 0.51 |
//! | `ln_1p` | \|x\| < 1e-3 | 0.5 |
//! | `ln_1p` | \|x\| < 1 | 0.75 |
//! | `ln_1p` | near -1 | 0.59 |
//! | `ln_1p` | above 1 | 0.74 |

use super::polynomial;
use crate::cpu::{self, Level};

/// log₂ e.
pub(super) const LOG2_E: f64 = std::f64::consts::LOG2_E;
/// The leading 32 bits of ln 2, so that its product with an exponent is exact.
pub(super) const LN_2_HIGH: f64 = 0.6931471803691238;
/// ln 2 − `LN_2_HIGH`.
pub(super) const LN_2_LOW: f64 = 1.9082149292705877e-10;
/// 1.5·2⁵²: adding it rounds a number below 2⁵¹ to an integer, which is then in the low bits of the sum. There is no
/// vector instruction from `f64` to `i64` before AVX-512.
pub(super) const ROUNDER: f64 = 6755399441055744.0;
/// Mantissa bits of an `f64`.
pub(super) const MANTISSA: u64 = (1 << 52) - 1;
/// The bits of 1.0.
pub(super) const ONE: u64 = 1023 << 52;
/// Bits of √½, rounded up.
const SQRT_HALF: u64 = 0x3FE6_A09E_667F_3BCD;

/// eʳ = 1 + r + r²·P(r) for |r| ≤ ½ ln 2; P by Chebyshev interpolation with an error of 1.4e-18
/// (`math.py coefficients`).
pub(super) const EXP: [f64; 11] = [
    0.5,
    0.1666666666666667,
    0.04166666666666667,
    0.008333333333326136,
    0.0013888888888883748,
    0.00019841269874820627,
    2.4801587325547743e-05,
    2.7557255400206422e-06,
    2.75572736431103e-07,
    2.5105217004720745e-08,
    2.0914686968086876e-09,
];

/// ln((1+s)/(1−s)) = 2s + s³·P(s²) for |s| ≤ (√2−1)/(√2+1); the error of P is 3.1e-16, that of the result 1.6e-18.
const LN: [f64; 7] = [
    0.666666666666667,
    0.39999999999899444,
    0.2857142862600327,
    0.22222211130259878,
    0.18182889455674947,
    0.15331710618210773,
    0.14616585424888623,
];

/// eʳ − 1 as in fdlibm: powers of r²/2, without the leading 1.
const EXP_M1: [f64; 5] = [
    -0.03333333333333313,
    0.0015873015872548146,
    -7.93650757867488e-05,
    4.008217827329362e-06,
    -2.0109921818362437e-07,
];
/// −½ ln 2 and −1½ ln 2 as in fdlibm: truncated to the upper halves of their words.
const ABOUT_HALF_LN_2: f64 = f64::from_bits(0xBFD6_2E43_0000_0000);
const ABOUT_3_HALVES_LN_2: f64 = f64::from_bits(0xBFF0_A2B2_0000_0000);

/// y·2ᵏ for an integer |k| ≤ 1100, with a single rounding even if the result is subnormal or infinite: the two halves
/// of the exponent are applied in turn.
#[inline(always)]
fn scale(y: f64, k: f64) -> f64 {
    let power = |rounded: f64| f64::from_bits((rounded.to_bits() << 52).wrapping_add(ONE));
    let half = k * 0.5 + ROUNDER;
    let rest = (k - (half - ROUNDER)) + ROUNDER;
    y * power(half) * power(rest)
}

/// eˣ. Cody–Waite reduction: x = k ln 2 + r, with ln 2 in two parts.
#[inline(always)]
pub(crate) fn exp(x: f64) -> f64 {
    // Beyond these the result is 0 or ∞; `clamp` preserves NaN.
    let x = x.clamp(-746.0, 710.0);
    let k = (x * LOG2_E + ROUNDER) - ROUNDER;
    let high = x - k * LN_2_HIGH;
    let low = k * LN_2_LOW;
    let r = high - low;
    let tail = (r * r) * polynomial(r, EXP) - low;
    scale(1.0 + (high + tail), k)
}

/// Decomposes a positive normal number into 2ᵏ·(1 + f) with √½ ≤ 1 + f < √2; returns k + 1023 and f.
#[inline(always)]
fn split(x: f64) -> (u64, f64) {
    let shifted = x.to_bits().wrapping_add(ONE - SQRT_HALF);
    let mantissa = (shifted & MANTISSA).wrapping_add(SQRT_HALF);
    (shifted >> 52, f64::from_bits(mantissa) - 1.0)
}

/// k from k + 1023: an integer below 2⁵² is placed in the mantissa of 2⁵², which avoids an integer conversion.
#[inline(always)]
fn exponent(biased: u64) -> f64 {
    f64::from_bits(biased | 0x4330_0000_0000_0000) - (4503599627370496.0 + 1023.0)
}

/// k ln 2 + ln(1 + f) + `low`, where `low` is small compared with f.
///
/// ln(1+f) = f − f²/2 + s·(f²/2 + R), s = f/(2+f), as in fdlibm's `e_log.c` (Sun Microsystems, 1993).
#[inline(always)]
fn ln_reduced(k: f64, f: f64, low: f64) -> f64 {
    let s = f / (2.0 + f);
    let w = s * s;
    let half_square = 0.5 * f * f;
    let tail = s * (half_square + w * polynomial(w, LN)) + (k * LN_2_LOW + low);
    k * LN_2_HIGH - ((half_square - tail) - f)
}

/// ln x; −∞ at ±0, NaN below 0.
#[inline(always)]
pub(crate) fn ln(x: f64) -> f64 {
    let subnormal = x < f64::MIN_POSITIVE;
    let (biased, f) = split(if subnormal { x * 18014398509481984.0 } else { x });
    let y = ln_reduced(exponent(biased) - if subnormal { 54.0 } else { 0.0 }, f, 0.0);
    let y = if x < f64::INFINITY { y } else { x };
    let outside = if x == 0.0 { f64::NEG_INFINITY } else { f64::NAN };
    if x > 0.0 || x.is_nan() { y } else { outside }
}

/// ln(1 + x), accurate to a few ulp also near 0; −∞ at −1, NaN below.
#[inline(always)]
pub(crate) fn ln_1p(x: f64) -> f64 {
    // Knuth's two-sum: u + c = 1 + x exactly.
    let u = 1.0 + x;
    let gained = u - 1.0;
    let c = (1.0 - (u - gained)) + (x - gained);
    let (biased, f) = split(u);
    // c·2⁻ᵏ; the factor ½ is applied last, so that the smallest subnormal is kept.
    let c = c * f64::from_bits((2047_u64.wrapping_sub(biased)) << 52) * 0.5;
    let sum = f + c;
    let y = ln_reduced(exponent(biased), sum, c - (sum - f));
    // x itself where the sum is meaningless (∞, NaN) or loses its sign (−0).
    let y = if x < f64::INFINITY && x != 0.0 { y } else { x };
    let outside = if x < -1.0 { f64::NAN } else { f64::NEG_INFINITY };
    if x > -1.0 || x.is_nan() { y } else { outside }
}

/// eˣ − 1, accurate to an ulp also near 0, with the bits of `libm`.
#[inline]
pub(crate) fn exp_m1(x: f64) -> f64 {
    if x <= 0.0 { exp_m1_below_0(x) } else { libm::expm1(x) }
}

/// eˣ − 1 for x ≤ 0, as needed for fading growth, without branches. The operations are those of fdlibm's `s_expm1.c`
/// (Sun Microsystems, 1993), which `libm` follows.
#[inline(always)]
pub(crate) fn exp_m1_below_0(x: f64) -> f64 {
    // Below −56 ln 2 the result is −1.
    let Reduced { grown, k, of_0, of_1 } = reduce(x.clamp(-40.0, 0.0));
    let power = f64::from_bits(((k + ROUNDER).to_bits() << 52).wrapping_add(ONE));
    let y = if of_1 { 0.5 * grown - 0.5 } else { (grown + 1.0) * power - 1.0 };
    if of_0 { grown } else { y }
}

/// (eˣ, eˣ − 1) for x ≤ 0 from one reduction. The first is within 1 ulp of [`exp`]; the second has the bits of
/// [`exp_m1_below_0`].
#[inline(always)]
pub(crate) fn exp_pair_below_0(x: f64) -> (f64, f64) {
    // Below −746 eˣ is 0.
    let Reduced { grown, k, of_0, of_1 } = reduce(x.clamp(-746.0, 0.0));
    let power = scale(grown + 1.0, k);
    let y = if of_1 { 0.5 * grown - 0.5 } else { power - 1.0 };
    (power, if of_0 { grown } else { y })
}

/// (eˣ, eˣ − 1) for any x.
#[inline]
pub(crate) fn exp_pair(x: f64) -> (f64, f64) {
    if x <= 0.0 { exp_pair_below_0(x) } else { (exp(x), exp_m1(x)) }
}

/// x = k ln 2 + r with eʳ − 1 = `grown`, and whether k is 0 or −1.
struct Reduced {
    grown: f64,
    k: f64,
    of_0: bool,
    of_1: bool,
}

/// The reduction of x from −746 to 0, where c is the rounding error of r and eʳ = 1 + (r − e).
#[inline(always)]
fn reduce(x: f64) -> Reduced {
    let shifted = x * LOG2_E - 0.5;
    let nearest = (shifted + ROUNDER) - ROUNDER;
    let ceiling = if nearest < shifted { nearest + 1.0 } else { nearest };
    let (of_0, of_1) = (x > ABOUT_HALF_LN_2, x > ABOUT_3_HALVES_LN_2);
    let k = if of_1 { -1.0 } else { ceiling };
    let k = if of_0 { 0.0 } else { k };
    let (high, low) = (x - k * LN_2_HIGH, k * LN_2_LOW);
    let r = high - low;
    let c = (high - r) - low;
    let half = 0.5 * r;
    let half_square = r * half;
    let p = 1.0 + half_square * polynomial(half_square, EXP_M1);
    let t = 3.0 - p * half;
    let e = half_square * ((p - t) / (6.0 - r * t));
    let grown = r - ((r * (e - c) - c) - half_square);
    Reduced { grown, k, of_0, of_1 }
}

/// Slice forms: in place, with the same bits as the scalar function.
macro_rules! over_slices {
    ($($(#[$doc:meta])* $slice:ident = $scalar:ident;)*) => {$(
        $(#[$doc])*
        pub(crate) fn $slice(xs: &mut [f64]) {
            cpu::run(
                Level::of_this_process(),
                #[inline(always)]
                || {
                    for x in xs {
                        *x = $scalar(*x);
                    }
                },
            );
        }
    )*};
}

over_slices! {
    /// eˣ of each element, in place.
    exp_slice = exp;
    /// eˣ − 1 of each element, none above 0.
    exp_m1_slice_below_0 = exp_m1_below_0;
    /// ln x of each element, in place.
    ln_slice = ln;
    /// ln(1 + x) of each element, in place.
    ln_1p_slice = ln_1p;
}

/// eˣ − 1 of each element, in place.
pub(crate) fn exp_m1_slice(xs: &mut [f64]) {
    // NaN takes the slow path too. `all` returns early and so does not vectorize.
    if xs.iter().fold(true, |below, x| below & (*x <= 0.0)) {
        return exp_m1_slice_below_0(xs);
    }
    xs.iter_mut().for_each(|x| *x = exp_m1(*x));
}

#[cfg(test)]
mod tests {
    use super::super::ulp::{check, check_slice};
    use super::*;

    #[test]
    fn errors_match_the_table() {
        check(
            "elementary.csv",
            &[
                ("exp", &|[x, ..]| exp(x)),
                ("exp_m1", &|[x, ..]| exp_m1(x)),
                ("ln", &|[x, ..]| ln(x)),
                ("ln_1p", &|[x, ..]| ln_1p(x)),
            ],
            &[
                ("exp", "|x| < 1e-3", 0.51),
                ("exp", "|x| < 1", 0.79),
                ("exp", "|x| < 40", 0.82),
                ("exp", "normal result", 0.8),
                ("exp", "subnormal result", 1.01),
                ("exp_m1", "|x| < 1e-3", 0.51),
                ("exp_m1", "|x| < 1", 0.76),
                ("exp_m1", "elsewhere", 0.75),
                ("ln", "1 ± 1e-3", 0.51),
                ("ln", "½ to 2", 0.78),
                ("ln", "normal", 0.6),
                ("ln", "subnormal", 0.51),
                ("ln_1p", "|x| < 1e-3", 0.5),
                ("ln_1p", "|x| < 1", 0.75),
                ("ln_1p", "near -1", 0.59),
                ("ln_1p", "above 1", 0.74),
            ],
        );
    }

    #[test]
    fn slices_have_the_bits_of_scalars() {
        check_slice("elementary.csv", exp, exp_slice);
        check_slice("elementary.csv", exp_m1, exp_m1_slice);
        check_slice("elementary.csv", ln, ln_slice);
        check_slice("elementary.csv", ln_1p, ln_1p_slice);
    }

    /// Covers every binade, every k, and both sides of every threshold.
    #[test]
    fn exp_m1_has_the_bits_of_libm() {
        let near = |x: f64| (-40..=40_i64).map(move |ulps| f64::from_bits(x.to_bits().wrapping_add_signed(ulps)));
        let steps = (1..=120).map(|half| -0.5 * f64::from(half) * std::f64::consts::LN_2);
        let thresholds = [ABOUT_HALF_LN_2, ABOUT_3_HALVES_LN_2, -40.0].into_iter().chain(steps).flat_map(near);
        let grid = (0..400_000).map(|step| -f64::from(step) * 1.234_567e-4);
        let binades = (1..1500).map(|k| -1.7 * libm::exp2(10.0 - f64::from(k)));
        let mut found: Vec<f64> = thresholds.chain(grid).chain(binades).chain([-0.0, 0.0, f64::NEG_INFINITY]).collect();
        let arguments = found.clone();
        exp_m1_slice_below_0(&mut found);
        for (x, y) in arguments.iter().zip(found) {
            assert_eq!(y.to_bits(), libm::expm1(*x).to_bits(), "at {x:?}: {y:?}");
            assert_eq!(y.to_bits(), exp_m1(*x).to_bits(), "at {x:?}");
            let (power, less_1) = exp_pair(*x);
            assert_eq!(y.to_bits(), less_1.to_bits(), "at {x:?}");
            let ulp = power.next_up() - power;
            assert!((power - exp(*x)).abs() <= ulp, "at {x:?}: {power:e}");
        }
    }

    /// Checks the values of a function at arguments that the reference files do not contain.
    fn specials(function: fn(f64) -> f64, expected: &[(f64, f64)]) {
        assert!(function(f64::NAN).is_nan());
        for &(x, y) in expected {
            let found = function(x);
            assert!(found.to_bits() == y.to_bits() || found.is_nan() && y.is_nan(), "at {x:?}: {found:?}, not {y:?}");
        }
    }

    #[test]
    fn endpoints_are_exact() {
        let (inf, nan) = (f64::INFINITY, f64::NAN);
        specials(exp, &[(0.0, 1.0), (-0.0, 1.0), (inf, inf), (-inf, 0.0), (709.79, inf), (1e300, inf), (-746.0, 0.0)]);
        specials(exp, &[(-745.14, 0.0), (-1e300, 0.0)]);
        specials(|x| exp_pair(x).0, &[(0.0, 1.0), (-0.0, 1.0), (inf, inf), (-inf, 0.0), (-746.0, 0.0), (-1e300, 0.0)]);
        specials(|x| exp_pair(x).1, &[(0.0, 0.0), (-0.0, -0.0), (inf, inf), (-inf, -1.0), (-100.0, -1.0)]);
        specials(exp_m1, &[(0.0, 0.0), (-0.0, -0.0), (inf, inf), (-inf, -1.0), (-100.0, -1.0), (710.0, inf)]);
        specials(ln, &[(1.0, 0.0), (0.0, -inf), (-0.0, -inf), (inf, inf), (-inf, nan), (-1.0, nan), (-5e-324, nan)]);
        specials(
            ln_1p,
            &[(0.0, 0.0), (-0.0, -0.0), (-1.0, -inf), (inf, inf), (-inf, nan), (-1.5, nan), (1e-300, 1e-300)],
        );
    }
}
