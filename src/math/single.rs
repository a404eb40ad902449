//! The exponential of an `f32`, and the conversion to it, for loops over blocks of paths.
//!
//! Uses `f32::mul_add`, which is correctly rounded on every target, but slow on processors without the instruction.

/// The nearest f32: the states of a simulation are f32 by design (invariant 3 in DESIGN.md).
#[expect(clippy::cast_possible_truncation, reason = "rounding is intended")]
#[inline(always)]
pub(crate) fn to_f32(x: f64) -> f32 {
    x as f32
}

/// eˣ within 2 ulp for |x| < 87, clamped outside: 2ⁿ from its bits, the rest by the polynomial of Cephes' `expf`
/// (Moshier 1989).
#[inline(always)]
pub(crate) fn exp_f32(x: f32) -> f32 {
    // Adding it rounds to an integer, which is then in the low bits of the sum.
    const ROUNDER: f32 = 12_582_912.0;
    let x = x.clamp(-87.0, 87.0);
    let rounded = x.mul_add(std::f32::consts::LOG2_E, ROUNDER);
    let n = rounded - ROUNDER;
    let r = n.mul_add(-0.693_359_4, x);
    let r = n.mul_add(2.121_944_4e-4, r);
    let mut p = 1.987_569_1e-4_f32;
    for coefficient in [1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 0.5] {
        p = p.mul_add(r, coefficient);
    }
    let scale = f32::from_bits(rounded.to_bits().wrapping_add(127) << 23);
    (p.mul_add(r * r, r) + 1.0) * scale
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::cast_possible_truncation, reason = "rounding to f32 is intended")]
    fn the_exponential_is_within_two_ulp() {
        let mut worst = 0.0_f64;
        for step in -8_600_000..8_600_000 {
            let x = step as f32 * 1e-5;
            let exact = libm::exp(f64::from(x));
            let nearest = exact as f32;
            let ulp = f64::from(f32::from_bits(nearest.to_bits() + 1)) - f64::from(nearest);
            worst = worst.max((f64::from(exp_f32(x)) - exact).abs() / ulp);
        }
        assert!(worst < 2.0, "{worst} ulp");
    }

    #[test]
    fn arguments_out_of_range_are_clamped() {
        for (x, held) in [(88.0, 87.0), (1e30, 87.0), (f32::INFINITY, 87.0), (-88.0, -87.0), (f32::NEG_INFINITY, -87.0)]
        {
            assert_eq!(exp_f32(x).to_bits(), exp_f32(held).to_bits(), "{x}");
        }
    }
}
