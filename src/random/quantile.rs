//! Normal quantile of a 32-bit point in f32, for quasi-random points whose tail positions are known.
//!
//! A point x has the probability p = (x + ½)·2⁻³². The middle uses a rational function without a logarithm. The
//! outermost 1/64 of the points at either end, where |2p − 1| exceeds 31/32, use a polynomial in the Box–Muller radius.
//! Both are minimax fits (`tests/reference/quantile.py`) with these maximum errors:
//!
//! | function | region | relative | ulp |
//! |---|---|---|---|
//! | [`middle`] | \|z\| from 0.01 to 2.15 | 7e-7 | 9 |
//! | [`middle`] | nearer to 0 | (8e-9 absolute) | |
//! | [`tail`] | to 6.3 | 7e-7 | 8 |

use super::normal::{BoxMuller, polynomial};

const SIGN: u32 = 1 << 31;

/// Whether a point belongs to [`middle`] rather than [`tail`].
#[cfg(test)]
pub(crate) const fn is_middle(x: u32) -> bool {
    !matches!(x >> 26, 0 | 63)
}

/// Φ⁻¹ of all points except those whose upper six bits are equal, for which the result is finite but meaningless. Uses
/// the upper 31 bits, so that a point and its mirror image (all bits inverted) give z and exactly −z.
#[inline(always)]
#[expect(
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    reason = "reinterpretation as signed and rounding are intended"
)]
pub(crate) fn middle(x: u32) -> f32 {
    const END: f32 = 0.938_476_56;
    const ABOVE: [f32; 5] = [2.223_354, 39.893_093, 173.343_41, 168.604_02, 17.222_443];
    const BELOW: [f32; 5] = [1.0, 20.464_596, 109.968_99, 155.546_89, 38.267_79];
    // Odd integers are symmetric about 0.
    let y = ((x ^ SIGN) | 1) as i32 as f32 * (1.0 / SIGN as f32);
    let r = (-y).mul_add(y, END);
    y * polynomial(r, &ABOVE) / polynomial(r, &BELOW)
}

/// Φ⁻¹ of points whose upper six bits are equal, exactly antisymmetric; finite but meaningless elsewhere.
#[inline(always)]
pub(crate) fn tail(transform: &BoxMuller, x: u32) -> f32 {
    const ABOUT: f32 = 4.5;
    const TAIL: [f32; 8] = [
        4.107_101_4,
        1.039_788_4,
        -3.766_805e-3,
        1.323_180_3e-4,
        6.030_357_3e-5,
        -2.920_044_8e-5,
        1.483_346_6e-5,
        -3.385_366_2e-6,
    ];
    let above = x & SIGN;
    // The 31 bits that count from the nearer end.
    let from_end = if above == 0 { x } else { !x };
    let z = polynomial(transform.radius(from_end << 1) - ABOUT, &TAIL);
    f32::from_bits(z.to_bits() ^ (above ^ SIGN))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math;

    fn quantile(x: u32) -> f32 {
        if is_middle(x) { middle(x) } else { tail(&BoxMuller::new(), x) }
    }

    /// Distance from AS 241, relative and in f32 units in the last place.
    fn error(x: u32) -> (f64, f64) {
        let exact = math::norm_quantile((f64::from(x) + 0.5) / 4_294_967_296.0);
        let off = (f64::from(quantile(x)) - exact).abs();
        (off / exact.abs(), off / libm::exp2(libm::floor(libm::log2(exact.abs())) - 23.0))
    }

    fn worst(xs: impl Iterator<Item = u32>) -> (f64, f64) {
        xs.map(error).fold((0.0, 0.0), |worst, one| (worst.0.max(one.0), worst.1.max(one.1)))
    }

    #[test]
    fn errors_match_the_table() {
        const EDGE: u32 = 1 << 26;
        const NEAR_0: u32 = SIGN - (1 << 24);
        let middles = (EDGE..NEAR_0).step_by(409).chain(EDGE..EDGE + 4096);
        let middle = worst(middles.flat_map(|x| [x, !x]));
        let tails = (0..EDGE).step_by(53).chain(0..4096).chain(EDGE - 4096..EDGE);
        let tail = worst(tails.flat_map(|x| [x, !x]));
        println!("middle {middle:?}, tail {tail:?}");
        assert!(middle.0 < 7e-7 && middle.1 < 9.0, "{middle:?}");
        assert!(tail.0 < 7e-7 && tail.1 < 8.0, "{tail:?}");
        // Nearer to 0 the resolution of 32 bits limits the accuracy.
        for x in (NEAR_0..SIGN).step_by(409).chain(SIGN - 64..SIGN).flat_map(|x| [x, !x]) {
            let exact = math::norm_quantile((f64::from(x) + 0.5) / 4_294_967_296.0);
            assert!((f64::from(quantile(x)) - exact).abs() < 8e-9, "{x:#x}");
        }
    }

    #[test]
    fn a_mirror_image_only_flips_the_sign() {
        for x in (0..SIGN).step_by(9973).chain(0..1000).chain(SIGN - 1000..SIGN) {
            assert_eq!(quantile(!x).to_bits(), quantile(x).to_bits() ^ SIGN, "{x:#x}");
        }
    }

    /// Includes neighbouring points across the two regions, in steps above the rounding of z.
    #[test]
    fn the_quantile_increases() {
        let all: Vec<f32> = (0..=u32::MAX).step_by(1 << 14).map(quantile).collect();
        assert!(all.windows(2).all(|pair| pair[0] < pair[1]));
        assert!((6.2..6.4).contains(&quantile(u32::MAX)), "{}", quantile(u32::MAX));
    }
}
