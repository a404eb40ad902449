//! Tables of the beta and Student-t quantile functions, which have no closed form. Each is tabulated once per run and
//! interpolated over the normal score, on a scale on which it is smooth up to its ends: the beta distribution as
//! ln(x/(1 − x)), Student's t as √ν asinh(t/√ν). A truncated distribution has its own table over its truncated range.
//!
//! Error of a draw, as the difference in probability relative to the smaller tail, between the smallest and the largest
//! uniform of a stream (measured against direct inversion, and asserted by the tests):
//!
//! | distribution | error |
//! |---|---|
//! | beta, shapes 0.05 to 0.5 | 7e-9 |
//! | beta, shapes 0.5 to 1e6 | 1.0e-10 |
//! | Student-t, 0.1 to 0.5 degrees of freedom | 7e-9 |
//! | Student-t, 0.5 degrees of freedom and more | 3.1e-10 |
//!
//! A table takes 1 to 40 ms to create, the longer for larger shapes, and 32 KiB of memory.

use super::side::Side;
use super::standard_law::StandardLaw;
use crate::math::{self, QuantileTable};

/// ln(x/(1 − x)) is kept within this range; beyond it x or 1 − x is below the smallest number.
const MOST_LOGIT: f64 = 745.0;

/// A tabulated distribution, given that it lies within its truncated range.
#[derive(Debug, Clone)]
pub(super) enum Tabulated {
    /// The logit of (X − low)/(high − low).
    Beta { low: f64, high: f64, table: QuantileTable },
    /// √ν asinh(t/√ν) of t = (X − location)/scale, with √ν.
    StudentT { location: f64, scale: f64, root: f64, table: QuantileTable },
}

impl Tabulated {
    pub(super) fn beta(whole: &StandardLaw, [alpha, beta, low, high]: [f64; 4], cut: (f64, f64)) -> Self {
        let logit = |p: f64, upper: f64| {
            let (x, y) = math::beta_quantile_parts(alpha, beta, p, upper);
            (math::ln(x) - math::ln(y)).clamp(-MOST_LOGIT, MOST_LOGIT)
        };
        Self::Beta { low, high, table: conditional(whole, cut, logit) }
    }

    pub(super) fn student(whole: &StandardLaw, [degrees, location, scale]: [f64; 3], cut: (f64, f64)) -> Self {
        let table = conditional(whole, cut, |p, upper| math::student_quantile(degrees, p, upper));
        Self::StudentT { location, scale, root: math::student_root(degrees), table }
    }

    /// Turns normal scores, in which no tail loses digits, into draws.
    #[inline(always)]
    pub(super) fn fill_scores(&self, z: &mut [f64]) {
        match *self {
            Self::Beta { low, high, ref table } => {
                table.eval_score_slice(z);
                z.iter_mut().for_each(|z| *z = of_logit(low, high, *z).clamp(low, high));
            }
            Self::StudentT { location, scale, root, ref table } => {
                table.eval_score_slice(z);
                z.iter_mut().for_each(|z| *z = location + scale * math::student_of_scale(root, *z));
            }
        }
    }
}

/// low + (high − low)·y for the logit of y, from the nearer end, which keeps its digits.
#[inline(always)]
fn of_logit(low: f64, high: f64, logit: f64) -> f64 {
    let e = math::exp(-logit.abs());
    let part = (high - low) * (e / (1.0 + e));
    if logit < 0.0 { low + part } else { high - part }
}

/// The quantile function `invert`(p, 1 − p) of a distribution restricted to an interval.
fn conditional(whole: &StandardLaw, (low, high): (f64, f64), invert: impl Fn(f64, f64) -> f64) -> QuantileTable {
    if (low, high) == (f64::NEG_INFINITY, f64::INFINITY) {
        return QuantileTable::new(invert);
    }
    let (under, over) = (whole.probability(Side::Below, low), whole.probability(Side::Above, high));
    let kept = whole.mass(low, high);
    // Both tails are sums of positive terms, so neither loses digits.
    QuantileTable::new(|p, upper| invert((under + kept * p).min(1.0), (over + kept * upper).min(1.0)))
}
