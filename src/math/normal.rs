//! The standard normal distribution: Φ, the upper tail 1 − Φ, the scaled upper tail, and the quantile Φ⁻¹.
//!
//! Errors are measured at 15,000 arguments per region; the committed references include the worst cases.
//!
//! | function | region | maximum error, ulp |
//! |---|---|---|
//! | `norm_cdf` | above 0 | 1.01 |
//! | `norm_cdf` | -1 to 0 | 1.27 |
//! | `norm_cdf` | -8 to -1 | 2.58 |
//! | `norm_cdf` | -37.5 to -8 | 2.67 |
//! | `norm_cdf` | subnormal result | 1.01 |
//! | `norm_sf` | 0 to 37.5 | 2.59 |
//! | `norm_sf_scaled` | 0 to 30 | 4.58 |
//! | `norm_sf_scaled` | above 30 | 1.42 |
//! | `norm_quantile` | 0.075 to 0.925 | 4.73 |
//! | `norm_quantile` | lower tail | 4.16 |
//! | `norm_quantile` | upper tail | 5.15 |
//! | `norm_quantile` | far tail | 6.04 |
//! | `norm_quantile` | subnormal | 3.24 |
//!
//! `norm_cdf_slice` differs from `norm_cdf` by at most 2 units of 2⁻⁵² relative above 0, 3 from -1 to 0, 10.5 from -8 to -1,
//! and 257 from -37 to -8.

use super::{exp, ln, polynomial};
use crate::cpu::{self, Level};

/// 1/√2 as a sum of two doubles.
const SQRT_HALF: f64 = std::f64::consts::FRAC_1_SQRT_2;
const SQRT_HALF_LOW: f64 = -4.833646656726457e-17;
/// 2/√π.
const TWO_OVER_SQRT_PI: f64 = std::f64::consts::FRAC_2_SQRT_PI;

/// Algorithm AS 241, routine PPND16: M. J. Wichura, "The Percentage Points of the Normal Distribution", Applied
/// Statistics 37 (1988) 477–484. Numerator and denominator for |p − ½| ≤ 0.425, in 0.425² − (p − ½)².
const CENTRE: [[f64; 8]; 2] = [
    [
        3.3871328727963665,
        133.14166789178438,
        1971.5909503065513,
        13731.69376550946,
        45921.95393154987,
        67265.7709270087,
        33430.57558358813,
        2509.0809287301227,
    ],
    [
        1.0,
        42.31333070160091,
        687.1870074920579,
        5394.196021424751,
        21213.794301586597,
        39307.89580009271,
        28729.085735721943,
        5226.495278852854,
    ],
];

/// The same for r ≤ 5, in r − 1.6, where r = √(−ln min(p, 1 − p)).
const TAIL: [[f64; 8]; 2] = [
    [
        1.4234371107496835,
        4.630337846156546,
        5.769497221460691,
        3.6478483247632045,
        1.2704582524523684,
        0.2417807251774506,
        0.022723844989269184,
        0.0007745450142783414,
    ],
    [
        1.0,
        2.053191626637759,
        1.6763848301838038,
        0.6897673349851,
        0.14810397642748008,
        0.015198666563616457,
        0.0005475938084995345,
        1.0507500716444169e-09,
    ],
];

/// The same for r > 5, in r − 5.
const FAR_TAIL: [[f64; 8]; 2] = [
    [
        6.657904643501103,
        5.463784911164114,
        1.7848265399172913,
        0.29656057182850487,
        0.026532189526576124,
        0.0012426609473880784,
        2.7115555687434876e-05,
        2.0103343992922881e-07,
    ],
    [
        1.0,
        0.599832206555888,
        0.1369298809227358,
        0.014875361290850615,
        0.0007868691311456133,
        1.8463183175100548e-05,
        1.421511758316446e-07,
        2.0442631033899397e-15,
    ],
];

/// From here on the continued fraction of the scaled tail needs few levels; below, the tail itself exceeds 1e-198.
const SCALED_BY_FRACTION: f64 = 30.0;
/// Levels of the continued fraction: six give 17 digits at 30.
const FRACTION_LEVELS: u32 = 6;
/// 1/√(2π).
const OVER_SQRT_2_PI: f64 = 0.3989422804014327;

/// Number of elements whose tails `norm_quantile_slice` processes together: the bits of a word.
const CHUNK: usize = 64;
/// Tails are computed in whole vectors of this length, that of the widest vector.
const WHOLE: usize = 8;

/// Φ(x) = ½ erfc(−x/√2).
pub(crate) fn norm_cdf(x: f64) -> f64 {
    0.5 * erfc_of_scaled(-x)
}

/// (1 + 2x)·e^(x²)·erfc(x) for x ≥ 0 as a polynomial in (x − 3.75)/(x + 3.75), after M. M. Shepherd & J. G. Laframboise,
/// "Chebyshev Approximation of (1 + 2x) exp(x²) erfc x in 0 ≤ x < ∞", Mathematics of Computation 36 (1981) 249–253.
const SCALED_ERFC: [f64; 23] = [
    1.2375126308378275,
    -0.14024059858554522,
    0.0035854154854663067,
    0.08227673848999159,
    -0.10880393014193915,
    0.09230432116435616,
    -0.058693398584491845,
    0.028362277371370044,
    -0.00974657962081509,
    0.0017556261692276722,
    0.00029371408777227685,
    -0.0002901553656394713,
    5.164737123871838e-05,
    2.238759272534769e-05,
    -1.143961526007595e-05,
    -9.79297529099823e-07,
    1.7438577411359181e-06,
    -5.0816911811698186e-08,
    -2.4996538037405243e-07,
    1.8778501156468795e-08,
    3.256499083798513e-08,
    -1.952790162974837e-09,
    -2.7293941332533855e-09,
];

/// Φ without a branch, for slices: less accurate than [`norm_cdf`] in the lower tail, and several times as fast.
#[inline(always)]
fn norm_cdf_without_branches(x: f64) -> f64 {
    // Φ(−40) is 0; `clamp` lets NaN through.
    let distance = x.abs().clamp(0.0, 40.0);
    let scaled = distance * SQRT_HALF;
    let ratio = polynomial((scaled - 3.75) / (scaled + 3.75), SCALED_ERFC) / (1.0 + 2.0 * scaled);
    let below = 0.5 * exp(-0.5 * (distance * distance)) * ratio;
    if x > 0.0 { 1.0 - below } else { below }
}

/// Φ of each element, in place. These are not the bits of [`norm_cdf`].
pub(crate) fn norm_cdf_slice(xs: &mut [f64]) {
    cpu::run(
        Level::of_this_process(),
        #[inline(always)]
        || {
            for x in xs {
                *x = norm_cdf_without_branches(*x);
            }
        },
    );
}

/// 1 − Φ(x), without cancellation in the upper tail.
pub(crate) fn norm_sf(x: f64) -> f64 {
    0.5 * erfc_of_scaled(x)
}

/// e^(x²/2)·(1 − Φ(x)) for x ≥ 0, which does not overflow or underflow where its factors do; 0 at ∞.
///
/// For large x by Laplace's continued fraction 1/(x + 1/(x + 2/(x + …))) of the Mills ratio (DLMF 7.9.3).
pub(crate) fn norm_sf_scaled(x: f64) -> f64 {
    if x < SCALED_BY_FRACTION {
        let square = x * x;
        // The rounding error of x² would cost 30 ulp of the exponential at x = 30.
        let lost = x.mul_add(x, -square);
        let power = exp(0.5 * square);
        return (power + power * (0.5 * lost)) * norm_sf(x);
    }
    OVER_SQRT_2_PI / (1..=FRACTION_LEVELS).rev().fold(x, |rest, level| x + f64::from(level) / rest)
}

/// erfc(x/√2): `libm`'s erfc, corrected to first order for the rounding of the argument h + l: erfc(h + l) ≈ erfc(h) −
/// l·(2/√π)·e^(−h²). Without the correction the tail at −38 has an error of 700 ulp.
fn erfc_of_scaled(x: f64) -> f64 {
    let (high, low) = scaled(x);
    corrected(libm::erfc(high), high, low)
}

/// h and l, whose sum is x/√2.
#[inline(always)]
pub(super) fn scaled(x: f64) -> (f64, f64) {
    let high = x * SQRT_HALF;
    (high, x.mul_add(SQRT_HALF, -high) + x * SQRT_HALF_LOW)
}

/// erfc(h + l) from erfc(h).
#[inline(always)]
pub(super) fn corrected(value: f64, high: f64, low: f64) -> f64 {
    let slope = TWO_OVER_SQRT_PI * exp(-high * high);
    // The slope is 0 at infinite x, where `low` is NaN.
    if slope > 0.0 { value - low * slope } else { value }
}

#[inline(always)]
fn ratio(x: f64, [above, below]: [[f64; 8]; 2]) -> f64 {
    polynomial(x, above) / polynomial(x, below)
}

/// Φ⁻¹ for |p − ½| ≤ 0.425; finite but meaningless elsewhere.
#[inline(always)]
fn centre(p: f64) -> f64 {
    let q = p - 0.5;
    q * ratio(0.180625 - q * q, CENTRE)
}

/// Whether p belongs to `centre`; false for NaN.
#[inline(always)]
fn is_central(p: f64) -> bool {
    (p - 0.5).abs() <= 0.425
}

/// r = √(−ln min(p, 1 − p)): ∞ at 0 and 1, NaN outside.
#[inline(always)]
fn radius(p: f64) -> f64 {
    let upper = 1.0 - p;
    (-ln(if p > upper { upper } else { p })).sqrt()
}

/// z ≥ 0 with the sign of p − ½.
#[inline(always)]
fn signed(z: f64, p: f64) -> f64 {
    if p < 0.5 { -z } else { z }
}

/// Φ⁻¹ outside the centre, up to r = 5 (p = 1.4e-11).
#[inline(always)]
fn tail(r: f64, p: f64) -> f64 {
    signed(ratio(r - 1.6, TAIL), p)
}

/// Φ⁻¹ beyond r = 5, including the infinite ends; NaN for NaN.
fn far_tail(r: f64, p: f64) -> f64 {
    signed(if r == f64::INFINITY { r } else { ratio(r - 5.0, FAR_TAIL) }, p)
}

/// Φ⁻¹(p) by AS 241; ∓∞ at 0 and 1, NaN outside.
pub(crate) fn norm_quantile(p: f64) -> f64 {
    if is_central(p) {
        return centre(p);
    }
    let r = radius(p);
    if r <= 5.0 { tail(r, p) } else { far_tail(r, p) }
}

/// [`norm_quantile`] of each element, in place and with the same bits.
#[inline(always)]
pub(crate) fn norm_quantile_slice(ps: &mut [f64]) {
    cpu::run(
        Level::of_this_process(),
        #[inline(always)]
        || {
            let mut tails = TailChunk::new();
            for ps in ps.chunks_mut(CHUNK) {
                tails.gather(ps);
                for p in ps.iter_mut() {
                    *p = centre(*p);
                }
                tails.put(ps);
            }
        },
    );
}

/// The elements of a chunk that are outside the centre, gathered without a branch for each and computed together.
struct TailChunk {
    places: [usize; CHUNK],
    count: usize,
    ps: [f64; CHUNK],
    radii: [f64; CHUNK],
    scores: [f64; CHUNK],
}

impl TailChunk {
    #[inline(always)]
    fn new() -> Self {
        Self { places: [0; CHUNK], count: 0, ps: [0.5; CHUNK], radii: [0.0; CHUNK], scores: [0.0; CHUNK] }
    }

    #[inline(always)]
    fn gather(&mut self, ps: &[f64]) {
        let mut outside = 0_u64;
        for (place, p) in ps.iter().enumerate() {
            outside |= u64::from(!is_central(*p)) << place;
        }
        self.count = 0;
        while outside != 0 {
            let place = outside.trailing_zeros() as usize;
            (self.places[self.count], self.ps[self.count]) = (place, ps[place]);
            self.count += 1;
            outside &= outside - 1;
        }
    }

    /// Writes the quantiles to their positions.
    #[inline(always)]
    fn put(&mut self, out: &mut [f64]) {
        // Entries beyond the count are left over from an earlier chunk and are not used.
        let whole = self.count.next_multiple_of(WHOLE);
        for ((z, r), p) in self.scores[..whole].iter_mut().zip(&mut self.radii[..whole]).zip(&self.ps[..whole]) {
            *r = radius(*p);
            *z = tail(*r, *p);
        }
        for (place, z) in self.places[..self.count].iter().zip(&self.scores) {
            out[*place] = *z;
        }
        // Needed for one element in 3.6e10.
        let all = self.places.iter().zip(&self.ps).zip(&self.radii).take(self.count);
        for ((place, p), r) in all.filter(|(_, r)| !(**r <= 5.0)) {
            out[*place] = far_tail(*r, *p);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::ulp::{check, check_slice};
    use super::*;

    #[test]
    fn errors_match_the_table() {
        check(
            "normal.csv",
            &[
                ("norm_cdf", &|[x, ..]| norm_cdf(x)),
                ("norm_sf", &|[x, ..]| norm_sf(x)),
                ("norm_sf_scaled", &|[x, ..]| norm_sf_scaled(x)),
                ("norm_quantile", &|[p, ..]| norm_quantile(p)),
            ],
            &[
                ("norm_cdf", "above 0", 1.01),
                ("norm_cdf", "-1 to 0", 1.27),
                ("norm_cdf", "-8 to -1", 2.58),
                ("norm_cdf", "-37.5 to -8", 2.67),
                ("norm_cdf", "subnormal result", 1.01),
                ("norm_sf", "0 to 37.5", 2.59),
                ("norm_sf_scaled", "0 to 30", 4.58),
                ("norm_sf_scaled", "above 30", 1.42),
                ("norm_quantile", "0.075 to 0.925", 4.73),
                ("norm_quantile", "lower tail", 4.16),
                ("norm_quantile", "upper tail", 5.15),
                ("norm_quantile", "far tail", 6.04),
                ("norm_quantile", "subnormal", 3.24),
            ],
        );
    }

    #[test]
    fn slices_have_the_bits_of_scalars() {
        check_slice("normal.csv", norm_quantile, norm_quantile_slice);
        check_slice("normal.csv", norm_cdf_without_branches, norm_cdf_slice);
    }

    /// Relative to [`norm_cdf`], which is within 3 ulp.
    #[test]
    fn errors_without_branches_match_the_table() {
        for (from, to, bound) in [(0.0, 37.0, 2.0), (-1.0, 0.0, 3.0), (-8.0, -1.0, 10.5), (-37.0, -8.0, 257.0)] {
            let places = (0..=20_000).map(|k| from + (to - from) * f64::from(k) / 20_000.0);
            let error = |x: f64| (norm_cdf_without_branches(x) / norm_cdf(x) - 1.0).abs() / f64::EPSILON;
            let worst = places.map(error).fold(0.0, f64::max);
            println!("{from} to {to}: {worst:.2}");
            assert!(worst <= bound && 1.5 * worst + 0.01 >= bound, "{from} to {to}: {worst}, not {bound}");
        }
    }

    #[test]
    fn endpoints_are_exact() {
        type Case = (fn(f64) -> f64, f64, f64);
        let inf = f64::INFINITY;
        let cases: [Case; 12] = [
            (norm_quantile, 0.0, -inf),
            (norm_quantile, -0.0, -inf),
            (norm_quantile, 1.0, inf),
            (norm_quantile, 0.5, 0.0),
            (norm_cdf, inf, 1.0),
            (norm_cdf, -inf, 0.0),
            (norm_cdf, 0.0, 0.5),
            (norm_cdf, -40.0, 0.0),
            (norm_sf, inf, 0.0),
            (norm_sf, -inf, 1.0),
            (norm_sf_scaled, 0.0, 0.5),
            (norm_sf_scaled, inf, 0.0),
        ];
        for (function, x, y) in cases {
            assert_eq!(function(x).to_bits(), y.to_bits(), "at {x:?}");
        }
        for outside in [-1e-300, 1.0000000000000002, 2.0, inf, -inf, f64::NAN] {
            assert!(norm_quantile(outside).is_nan(), "at {outside:?}");
        }
        assert!([norm_cdf, norm_sf, norm_sf_scaled].iter().all(|function| function(f64::NAN).is_nan()));
    }
}
