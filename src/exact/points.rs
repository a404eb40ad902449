//! Points for many dimensions: rank-1 lattices with random shifts, folded by the baker's transformation.

use super::gauss::as_f64;
use crate::math;

/// Independent shifts, whose spread is the error.
pub(super) const SCRAMBLES: usize = 16;

/// The standard normal scores of point `index` of a shifted sequence: additive recurrence with the powers of the
/// generalised golden ratio (Roberts 2018), folded so that no integrand sees a jump at the ends (Hickernell 2002).
pub(super) fn scores(shift: usize, index: usize, dimensions: usize) -> Vec<f64> {
    let ratio = golden(dimensions);
    let mut step = 1.0;
    (0..dimensions)
        .map(|dimension| {
            step /= ratio;
            let u = shifted(shift, dimension) + step * as_f64(index + 1);
            let u = u - u.floor();
            let folded = 1.0 - (2.0 * u - 1.0).abs();
            math::norm_quantile(folded.clamp(1e-15, 1.0 - 1e-15))
        })
        .collect()
}

/// The root of x^(d + 1) = x + 1 above 1, by the fixed point of (1 + x)^(1/(d + 1)).
fn golden(dimensions: usize) -> f64 {
    let power = 1.0 / as_f64(dimensions + 1);
    (0..64).fold(1.5, |x: f64, _| math::exp(power * math::ln_1p(x)))
}

/// A number in 0 to 1 for each shift and dimension (`SplitMix64`, Steele, Lea & Flood 2014).
fn shifted(shift: usize, dimension: usize) -> f64 {
    let key = (shift as u64) << 32 | dimension as u64;
    let mut x = key.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^= x >> 31;
    #[expect(clippy::cast_precision_loss, reason = "53 bits")]
    let u = (x >> 11) as f64;
    u * (1.0 / 9_007_199_254_740_992.0)
}

/// The mean over the shifts and its standard error.
pub(super) fn mean_and_error(sums: &[Vec<f64>], points: usize) -> (Vec<f64>, Vec<f64>) {
    let shifts = as_f64(sums.len());
    let cells = 0..sums[0].len();
    cells
        .map(|cell| {
            let values: Vec<f64> = sums.iter().map(|sum| sum[cell] / as_f64(points)).collect();
            let mean = values.iter().sum::<f64>() / shifts;
            let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
            (mean, (squares / (shifts * (shifts - 1.0))).sqrt())
        })
        .unzip()
}
