//! A quantile function tabulated once and interpolated, for distributions whose own inversion is slow.

use super::{norm_cdf, norm_sf};

/// The table covers z from −8.5 to 8.5, probabilities of 1e-17 to 1 − 1e-17, beyond any that 53 random bits can give.
const REACH: f64 = 8.5;
/// Intervals of equal width in z.
const INTERVALS: usize = 1024;
const PER_UNIT: f64 = INTERVALS as f64 / (2.0 * REACH);

/// A continuous quantile function x(p), tabulated as a function of z = Φ⁻¹(p), since the quantile functions of bounded and
/// light-tailed distributions are smooth in z. It is interpolated by a monotone cubic (F. N. Fritsch, R. E. Carlson,
/// "Monotone Piecewise Cubic Interpolation", SIAM J. Numer. Anal. 17 (1980) 238–246) with slopes from fourth-order
/// differences.
///
/// Maximum error over |z| ≤ 8.5 relative to the range, as measured and asserted by the tests:
///
/// | distribution | error |
/// |---|---|
/// | PERT, mode in the middle | 8.5e-12 |
/// | PERT, mode a fifth from an end | 1.4e-10 |
/// | PERT, mode at an end | 4.8e-10 |
/// | beta with shapes (½, ½); (0.1, 3); (20, 2); (500, 500) | 7.2e-10 at most |
/// | uniform | 1.1e-10 |
///
/// For a PERT distribution a table takes about 1 ms to create and 32 KiB of memory; evaluation takes 2 ns per element
/// in addition to the normal quantile. The table ends at z = ±8.5: below p = 1e-17 it returns the x of 1e-17, which
/// matters only where a distribution approaches its end slowly (PERT with its mode at the far end: x ~ p^⅕).
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct QuantileTable {
    /// For each interval x = c₀ + c₁t + c₂t² + c₃t³, 0 ≤ t ≤ 1.
    cubics: Vec<[f64; 4]>,
    least: f64,
    greatest: f64,
}

impl QuantileTable {
    /// Calls `quantile(p, 1 − p)` once for each knot. It must not decrease in p. Both arguments are accurate to a few
    /// ulp, so the smaller tail can be inverted.
    pub(crate) fn new(quantile: impl Fn(f64, f64) -> f64) -> Self {
        let knots: Vec<f64> = (0..=INTERVALS)
            .map(|knot| knot as f64 / PER_UNIT - REACH)
            .map(|z| quantile(norm_cdf(z), norm_sf(z)))
            .collect();
        let rises: Vec<f64> = knots.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let slopes: Vec<f64> = (0..knots.len()).map(|knot| slope(&rises, knot)).collect();
        let cubics = (0..INTERVALS).map(|at| hermite(knots[at], rises[at], slopes[at], slopes[at + 1])).collect();
        Self { cubics, least: knots[0], greatest: knots[INTERVALS] }
    }

    /// x(Φ(z)) for a normal score z, clamped to the table. It takes a score rather than p because the score of an upper
    /// tail keeps the digits that p = 1 − … has lost.
    #[inline]
    pub(crate) fn eval_score(&self, z: f64) -> f64 {
        let position = ((z + REACH) * PER_UNIT).clamp(0.0, INTERVALS as f64);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped; NaN becomes 0")]
        let interval = (position as usize).min(INTERVALS - 1);
        let [c0, c1, c2, c3] = self.cubics[interval];
        let t = position - interval as f64;
        (c0 + t * (c1 + t * (c2 + t * c3))).clamp(self.least, self.greatest)
    }

    /// [`eval_score`](Self::eval_score) of each element, in place.
    pub(crate) fn eval_score_slice(&self, z_in_x_out: &mut [f64]) {
        z_in_x_out.iter_mut().for_each(|z| *z = self.eval_score(*z));
    }
}

/// Slope at a knot, per interval, from the `rises` of the surrounding intervals. It is limited so that the cubics are
/// monotone: it has the sign of the rise and is at most three times either neighbouring rise (the square inside the
/// region of Fritsch and Carlson).
fn slope(rises: &[f64], knot: usize) -> f64 {
    let last = rises.len();
    let raw = match knot {
        _ if knot >= 2 && knot + 2 <= last => {
            (7.0 * (rises[knot - 1] + rises[knot]) - rises[knot - 2] - rises[knot + 1]) / 12.0
        }
        // One-sided at the ends, where p is below 1e-16.
        0 => (3.0 * rises[0] - rises[1]) / 2.0,
        _ if knot == last => (3.0 * rises[last - 1] - rises[last - 2]) / 2.0,
        _ => (rises[knot - 1] + rises[knot]) / 2.0,
    };
    let least_rise = rises[knot.saturating_sub(1)].min(rises[knot.min(last - 1)]);
    raw.clamp(0.0, (3.0 * least_rise).max(0.0))
}

/// The cubic on 0 ≤ t ≤ 1 from `value` by `rise`, with the given slopes at both ends.
fn hermite(value: f64, rise: f64, slope: f64, next_slope: f64) -> [f64; 4] {
    [value, slope, 3.0 * rise - 2.0 * slope - next_slope, slope + next_slope - 2.0 * rise]
}

#[cfg(test)]
mod tests {
    use super::super::beta::beta_quantile_tails;
    use super::super::ulp::check_slice;
    use super::*;

    /// PERT on [0, 1]: shapes 1 + 4m and 5 − 4m for a mode m.
    fn pert(mode: f64) -> impl Fn(f64, f64) -> f64 {
        move |p, upper| beta_quantile_tails(1.0 + 4.0 * mode, 5.0 - 4.0 * mode, p, upper)
    }

    /// Maximum error of a table against direct inversion, at seven scores per interval.
    fn greatest_error(quantile: impl Fn(f64, f64) -> f64) -> f64 {
        let table = QuantileTable::new(&quantile);
        let score = |at: usize| (at as f64 + 0.5) / (7.0 * PER_UNIT) - REACH;
        let error = |z| (table.eval_score(z) - quantile(norm_cdf(z), norm_sf(z))).abs();
        (0..7 * INTERVALS).map(score).map(error).fold(0.0, f64::max)
    }

    #[test]
    fn errors_match_the_docs() {
        let bounded = |law: &str, error: f64, bound: f64| {
            assert!(error <= bound && bound <= 1.5 * error, "{law}: {error:e}, not {bound:e}");
        };
        for (mode, bound) in [(0.0, 4.8e-10), (0.2, 1.4e-10), (0.5, 8.5e-12), (0.8, 1.4e-10), (1.0, 4.8e-10)] {
            bounded(&format!("PERT, mode {mode}"), greatest_error(pert(mode)), bound);
        }
        for (a, b, bound) in [(0.5, 0.5, 7.2e-10), (0.1, 3.0, 2.2e-10), (20.0, 2.0, 6.7e-10), (500.0, 500.0, 5.9e-12)] {
            let error = greatest_error(|p, upper| beta_quantile_tails(a, b, p, upper));
            bounded(&format!("beta {a} {b}"), error, bound);
        }
        bounded("uniform", greatest_error(|p, _| p), 1.1e-10);
    }

    #[test]
    fn slices_have_the_bits_of_scalars_and_no_value_leaves_the_range() {
        let table = QuantileTable::new(pert(1.0));
        check_slice("normal.csv", |z| table.eval_score(z), |zs| table.eval_score_slice(zs));
        for z in [f64::NEG_INFINITY, -40.0, -8.5, 0.0, 8.5, 40.0, f64::INFINITY] {
            assert!((0.0..=1.0).contains(&table.eval_score(z)), "at {z:?}");
        }
        assert!(table.eval_score(f64::NAN).is_nan());
        assert_eq!(table.eval_score(f64::NEG_INFINITY).to_bits(), table.eval_score(-8.5).to_bits());
        assert_eq!(table.eval_score(f64::INFINITY).to_bits(), 1.0_f64.to_bits());
    }

    #[test]
    fn a_table_never_decreases() {
        let steep = |p: f64, _| if p < 0.3 { 0.0 } else { 1.0 + 1e-3 * p };
        let tables = [QuantileTable::new(pert(0.0)), QuantileTable::new(pert(0.4)), QuantileTable::new(steep)];
        for table in tables {
            let mut before = f64::NEG_INFINITY;
            for z in (-90_000..=90_000).map(|at| f64::from(at) * 1e-4) {
                let x = table.eval_score(z);
                // Rounding of a cubic may cause a decrease of an ulp or two.
                assert!(x >= before - 4.0 * f64::EPSILON, "at {z}: {x:?} after {before:?}");
                before = x;
            }
        }
    }
}
