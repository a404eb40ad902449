//! Φ of slices with the bits of [`norm_cdf`].
//!
//! For scores within ±1.77, which 92 % of normal scores are, erfc needs no exponential. The two rational functions that `libm` takes
//! there, those of fdlibm's `s_erf.c` (Sun Microsystems, 1993), are computed in a loop that vectorizes; other elements follow one by
//! one.

use super::normal::{corrected, norm_cdf, scaled};
use super::polynomial;
use crate::cpu::{self, Level};

/// Up to here erf x = x + x·P(x²)/Q(x²).
const NEAR: f64 = 0.84375;
const P: [f64; 5] =
    [0.12837916709551256, -0.3250421072470015, -0.02848174957559851, -0.005770270296489442, -2.3763016656650163e-05];
const Q: [f64; 6] = [
    1.0,
    0.39791722395915535,
    0.0650222499887673,
    0.005081306281875766,
    0.00013249473800432164,
    -3.960228278775368e-06,
];

/// Up to here erfc x = 1 − `AT_1` − A(x − 1)/B(x − 1) for x > 0.
const MIDDLE: f64 = 1.25;
const AT_1: f64 = 0.8450629115104675;
const A: [f64; 7] = [
    -0.0023621185607526594,
    0.41485611868374833,
    -0.3722078760357013,
    0.31834661990116175,
    -0.11089469428239668,
    0.035478304325618236,
    -0.002166375594868791,
];
const B: [f64; 7] = [
    1.0,
    0.10642088040084423,
    0.540397917702171,
    0.07182865441419627,
    0.12617121980876164,
    0.01363708391202905,
    0.011984499846799107,
];

/// Number of elements processed together: the bits of a word.
const CHUNK: usize = 64;

/// [`norm_cdf`] of each element, in place and with the same bits.
pub(crate) fn norm_cdf_each(xs: &mut [f64]) {
    cpu::run(
        Level::of_this_process(),
        #[inline(always)]
        || {
            for xs in xs.chunks_mut(CHUNK) {
                let mut scores = [0.0; CHUNK];
                scores[..xs.len()].copy_from_slice(xs);
                let mut outside = 0_u64;
                for (place, x) in xs.iter_mut().enumerate() {
                    // NaN is outside too.
                    outside |= u64::from(!(scaled(-*x).0.abs() < MIDDLE)) << place;
                }
                for x in xs.iter_mut() {
                    *x = in_middle(*x);
                }
                while outside != 0 {
                    let place = outside.trailing_zeros() as usize;
                    xs[place] = norm_cdf(scores[place]);
                    outside &= outside - 1;
                }
            }
        },
    );
}

/// Φ where its argument over √2 is within [`MIDDLE`].
#[inline(always)]
fn in_middle(x: f64) -> f64 {
    let (high, low) = scaled(-x);
    let distance = high.abs();
    let square = high * high;
    let rest = high * (polynomial(square, P) / polynomial(square, Q));
    let near = if high < 0.25 { 1.0 - (high + rest) } else { 0.5 - (high - 0.5 + rest) };
    let beyond = 1.0 - AT_1 - polynomial(distance - 1.0, A) / polynomial(distance - 1.0, B);
    let far = if high < 0.0 { 2.0 - beyond } else { beyond };
    0.5 * corrected(if distance < NEAR { near } else { far }, high, low)
}

#[cfg(test)]
mod tests {
    use super::super::ulp::check_slice;
    use super::*;

    #[test]
    fn slices_have_the_bits_of_scalars() {
        check_slice("normal.csv", norm_cdf, norm_cdf_each);
        // Through all changes of the form, and within an ulp of each.
        let edges = [0.0, 0.25, NEAR, MIDDLE].map(|edge: f64| edge / std::f64::consts::FRAC_1_SQRT_2);
        let around = edges.into_iter().flat_map(|x| [x.next_down(), x, x.next_up(), x + 1e-17, 1e-300 + x]);
        let mut xs: Vec<f64> = (-50_000..50_000).map(|step| f64::from(step) * 7.77e-5).chain(around).collect();
        xs.extend(xs.clone().iter().map(|x| -x));
        xs.extend([f64::INFINITY, f64::NEG_INFINITY, 1e-320, -0.0, 40.0, -40.0]);
        let mut found = xs.clone();
        norm_cdf_each(&mut found);
        for (x, found) in xs.iter().zip(&found) {
            assert_eq!(found.to_bits(), norm_cdf(*x).to_bits(), "at {x:?}");
        }
        let mut nan = [f64::NAN, 0.5];
        norm_cdf_each(&mut nan);
        assert!(nan[0].is_nan() && nan[1] > 0.69);
    }
}
