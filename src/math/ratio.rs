//! Logarithms of growth factors, and exponentials of bounded arguments, for growth laws over blocks of paths: about half the operations of
//! `elementary`, and at most one division, which these loops wait for.
//!
//! Like `elementary` they use plain `f64` arithmetic without branches, tables or fused multiply-add. Errors are measured by the tests.
//!
//! | function | arguments | maximum relative error, 2⁻⁵² |
//! |---|---|---|
//! | `ln_1p_ratio` | ratios up to 1e300 | 2 |
//! | `exp_pair_within_700`, both parts | \|x\| ≤ 700 | 2 |

use super::elementary::{EXP, LN_2_HIGH, LN_2_LOW, LOG2_E, MANTISSA, ONE, ROUNDER};

/// ln((1+s)/(1−s)) = 2s + s³·P(s²) for |s| ≤ 0.20037, by Chebyshev interpolation; the error of the result is 6e-17 of 2s
/// (`math.py coefficients`).
const LN_RATIO: [f64; 7] = [
    0.6666666666666694,
    0.39999999999330305,
    0.28571428837793095,
    0.22222182567308418,
    0.18184621440814688,
    0.15283430693706843,
    0.15120963742561244,
];

/// c₀ + c₁x + c₂x² + … as two sums in x², which depend on fewer earlier results than Horner's rule.
#[inline(always)]
fn even_and_odd<const N: usize>(x: f64, c: [f64; N]) -> f64 {
    let square = x * x;
    let (mut last, mut before) = (c[N - 1], c[N - 2]);
    for k in (0..N - 2).rev() {
        (last, before) = (before, last * square + c[k]);
    }
    // `before` is the sum that begins with c₀.
    before + x * last
}

/// ln(1 + part/whole) = ln((whole + part)/whole), for `part` ≥ 0 and `whole` > 0 normal, with 1.6·(part + whole) finite.
///
/// With k so that (whole + part)/(2ᵏ·whole) lies between ⅔ and 3⁄2, it is k ln 2 + ln((1+s)/(1−s)), with
/// s = (whole + part − 2ᵏ·whole)/(whole + part + 2ᵏ·whole). That k is found by rounding the difference of the two numbers' bits, which
/// are log₂ up to 0.086.
#[inline(always)]
pub(crate) fn ln_1p_ratio(part: f64, whole: f64) -> f64 {
    let sum = whole + part;
    let shift = sum.to_bits().wrapping_sub(whole.to_bits()).wrapping_add(1 << 51);
    // An integer below 2⁵² is placed in the mantissa of 2⁵², as in `elementary`.
    let k = f64::from_bits((shift >> 52) | 0x4330_0000_0000_0000) - 4503599627370496.0;
    let scaled = f64::from_bits(whole.to_bits().wrapping_add(shift & !MANTISSA));
    // Where k = 0 this is `part` exactly, so that small ratios keep all digits.
    let s = ((whole - scaled) + part) / (sum + scaled);
    let w = s * s;
    let y = (s + s) + (s * w) * even_and_odd(w, LN_RATIO);
    (k * LN_2_HIGH + y) + k * LN_2_LOW
}

/// (eˣ, eˣ − 1) for |x| ≤ 700; beyond, those of ±700.
#[inline(always)]
pub(crate) fn exp_pair_within_700(x: f64) -> (f64, f64) {
    let x = x.clamp(-700.0, 700.0);
    let rounded = x * LOG2_E + ROUNDER;
    let k = rounded - ROUNDER;
    let r = (x - k * LN_2_HIGH) - k * LN_2_LOW;
    // eʳ − 1.
    let grown = r + (r * r) * even_and_odd(r, EXP);
    let power = f64::from_bits((rounded.to_bits() << 52).wrapping_add(ONE));
    let scaled = power * grown;
    (power + scaled, (power - 1.0) + scaled)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers from 10^−300 to 10^`most`, dense in their exponents.
    fn numbers(most: i32) -> impl Iterator<Item = f64> {
        (-300 * 64..most * 64).map(|step| libm::exp10(f64::from(step) / 64.0) * (1.0 + 1e-3 * f64::from(step % 7)))
    }

    /// Relative to the exact result, in units of 2⁻⁵².
    fn error(found: f64, exact: f64) -> f64 {
        (found / exact - 1.0).abs() / f64::EPSILON
    }

    #[track_caller]
    fn bounded(worst: f64, bound: f64) {
        assert!(worst <= bound && bound <= 2.0 * worst, "{worst}, not {bound}");
    }

    #[test]
    fn logarithms_match_the_table() {
        let near = (1..200_000).map(|step| f64::from(step) * 4e-5);
        let worst = near.chain(numbers(300)).map(|x| error(ln_1p_ratio(x, 1.0), libm::log1p(x))).fold(0.0, f64::max);
        bounded(worst, 2.0);
    }

    /// Other denominators: powers of two change no bit, and others agree with a division within its rounding.
    #[test]
    fn logarithms_of_ratios_do_not_depend_on_the_scale() {
        for x in numbers(280).filter(|x| *x > 1e-290) {
            for power in [-30, -1, 1, 2, 40] {
                let scale = libm::exp2(f64::from(power));
                let (one, other) = (ln_1p_ratio(x, 1.0), ln_1p_ratio(x * scale, scale));
                assert_eq!(one.to_bits(), other.to_bits(), "{x:e} {power}");
            }
            for whole in [0.3, 0.7, 1.1, 1.5, 1.9, 2.9, 3.7, 1e-9, 1e9] {
                let (found, expected) = (ln_1p_ratio(x, whole), libm::log1p(x / whole));
                assert!(error(found, expected) <= 4.0, "{x:e} {whole}: {found}, not {expected}");
            }
        }
        assert_eq!(ln_1p_ratio(0.0, 0.7).to_bits(), 0);
    }

    #[test]
    fn exponentials_match_the_table() {
        let steps = (1..=700_000).map(|step| f64::from(step) * 1e-3);
        let small = numbers(0).filter(|x| *x > 1e-290);
        let (mut powers, mut less_1) = (0.0_f64, 0.0_f64);
        for x in steps.chain(small).flat_map(|x| [x, -x]) {
            let (power, less) = exp_pair_within_700(x);
            powers = powers.max(error(power, libm::exp(x)));
            less_1 = less_1.max(error(less, libm::expm1(x)));
        }
        bounded(powers, 2.0);
        bounded(less_1, 2.0);
    }

    #[test]
    fn exponentials_end_at_700() {
        for (x, end) in [(701.0, 700.0), (f64::INFINITY, 700.0), (-1e9, -700.0), (f64::NEG_INFINITY, -700.0)] {
            let (found, expected) = (exp_pair_within_700(x), exp_pair_within_700(end));
            assert_eq!([found.0, found.1].map(f64::to_bits), [expected.0, expected.1].map(f64::to_bits), "{x}");
        }
        assert_eq!(
            [exp_pair_within_700(0.0).0, exp_pair_within_700(0.0).1].map(f64::to_bits),
            [1.0_f64, 0.0].map(f64::to_bits)
        );
        assert!(exp_pair_within_700(f64::NAN).1.is_nan());
    }
}
