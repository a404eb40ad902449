//! Quantiles of the χ² distribution in both tails, for the table of mixing draws of Student-t innovations.
//!
//! χ² with ν degrees of freedom is twice a gamma variable y with shape a = ν/2. Its lower tail is the series
//! `P(a, y) = yᵃ e^(−y)/Γ(a + 1) (1 + y/(a + 1) + y²/((a + 1)(a + 2)) + …)`, its upper tail Legendre's continued fraction
//! (Abramowitz & Stegun 6.5.29 and 6.5.31). The quantile is found by Newton's method in ln y on the logarithm of the
//! smaller tail, which is concave in ln y. From ν = 10,000 on it is the Cornish–Fisher expansion (Abramowitz & Stegun
//! 26.4.21 and 26.2.49), whose relative error is below 1e-9 for the probabilities of the table, down to 2⁻³³.

use super::{exp, ln, norm_quantile};
use crate::cpu::{self, Level};

/// From here on the expansion is used.
const MANY_DEGREES: f64 = 1e4;
/// Terms of a series or continued fraction; at 10,000 degrees some 700 are needed.
const MOST_TERMS: f64 = 1e5;
/// Newton's method takes 3 to 10 steps.
const MOST_STEPS: u32 = 100;

/// The lower and the upper tail of the gamma distribution with shape `a` at `y`, of which the smaller is accurate.
#[cfg(test)]
pub(crate) fn gamma_tails(a: f64, y: f64) -> (f64, f64) {
    tails(a, exp(a * ln(y) - y - libm::lgamma(a)), y)
}

/// The same, given `yᵃ e^(−y)/Γ(a)`.
#[inline(always)]
fn tails(a: f64, density: f64, y: f64) -> (f64, f64) {
    if y < a + 1.0 {
        let (mut term, mut sum, mut n) = (1.0, 1.0, 1.0);
        while n < MOST_TERMS {
            term *= y / (a + n);
            sum += term;
            if term < 1e-17 * sum {
                break;
            }
            n += 1.0;
        }
        let lower = density / a * sum;
        (lower, 1.0 - lower)
    } else {
        let upper = density * fraction(a, y);
        (1.0 - upper, upper)
    }
}

/// Legendre's continued fraction by the modified algorithm of Lentz.
#[inline(always)]
fn fraction(a: f64, y: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let mut b = y + 1.0 - a;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / b;
    let (mut value, mut n) = (d, 1.0);
    while n < MOST_TERMS {
        let numerator = -n * (n - a);
        b += 2.0;
        d = 1.0 / nonzero(numerator * d + b, TINY);
        c = nonzero(b + numerator / c, TINY);
        let factor = d * c;
        value *= factor;
        if (factor - 1.0).abs() < 1e-16 {
            break;
        }
        n += 1.0;
    }
    value
}

#[inline(always)]
fn nonzero(x: f64, tiny: f64) -> f64 {
    if x.abs() < tiny { tiny } else { x }
}

/// The χ² quantile at the probability `tail`, at most ½, of the lower or the upper tail. `near` is a quantile nearby to
/// start from.
pub(crate) fn chi_squared_quantile(degrees: f64, tail: f64, is_upper: bool, near: Option<f64>) -> f64 {
    if degrees >= MANY_DEGREES {
        return expansion(degrees, if is_upper { -norm_quantile(tail) } else { norm_quantile(tail) });
    }
    let a = 0.5 * degrees;
    let log_gamma = libm::lgamma(a);
    // The median, by the transformation of Wilson and Hilferty, unless a point nearby is known.
    let cube = (1.0 - 2.0 / (9.0 * degrees)).max(0.1);
    let start = ln(0.5 * near.unwrap_or(degrees * cube * cube * cube));
    cpu::run(
        Level::of_this_process(),
        #[inline(always)]
        || 2.0 * exp(newton(a, log_gamma, (ln(tail), is_upper), start)),
    )
}

/// The ln y at which the logarithm of a tail is `target`.
#[inline(always)]
fn newton(a: f64, log_gamma: f64, (target, is_upper): (f64, bool), mut log: f64) -> f64 {
    for _ in 0..MOST_STEPS {
        let y = exp(log);
        // One exponential of two numbers: the density as the tails use it, and as the derivative by ln y does.
        let mut densities = [a * ln(y) - y - log_gamma, a * log - y - log_gamma];
        for density in &mut densities {
            *density = exp(*density);
        }
        let (lower, upper) = tails(a, densities[0], y);
        let own = if is_upper { upper } else { lower };
        let step = (ln(own) - target) / (densities[1] / own);
        let step = if is_upper { -step } else { step }.clamp(-2.0, 2.0);
        log -= step;
        if step.abs() < 1e-14 {
            break;
        }
    }
    log
}

/// The Cornish–Fisher expansion at a normal score.
fn expansion(degrees: f64, z: f64) -> f64 {
    let root = (2.0 * degrees).sqrt();
    let square = z * z;
    let terms = [
        degrees,
        root * z,
        2.0 / 3.0 * (square - 1.0),
        z * (square - 7.0) / (9.0 * root),
        -(6.0 * square * square + 14.0 * square - 32.0) / (405.0 * degrees),
        z * (9.0 * square * square + 256.0 * square - 433.0) / (4860.0 * root * degrees),
    ];
    terms.iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Published quantiles (Abramowitz & Stegun, table 26.8), and ν = 2, where the distribution is exponential.
    #[test]
    fn published_quantiles() {
        for (degrees, upper, expected) in [
            (1.0, 0.05, 3.841_458_820_694_124),
            (5.0, 0.01, 15.086_272_469_388_99),
            (10.0, 0.5, 9.341_817_765_591_97),
            (30.0, 0.001, 59.703_064_304_43),
        ] {
            let found = chi_squared_quantile(degrees, upper, true, None);
            assert!((found / expected - 1.0).abs() < 1e-9, "{degrees} {upper}: {found}");
        }
        for tail in [1e-10, 1e-3, 0.3, 0.5] {
            let lower = chi_squared_quantile(2.0, tail, false, None);
            let upper = chi_squared_quantile(2.0, tail, true, None);
            assert!((lower / (-2.0 * crate::math::ln_1p(-tail)) - 1.0).abs() < 1e-12, "{lower}");
            assert!((upper / (-2.0 * ln(tail)) - 1.0).abs() < 1e-12, "{upper}");
        }
    }

    /// The expansion continues the exact quantile.
    #[test]
    fn the_expansion_meets_the_exact_quantile() {
        for tail in [1.2e-10, 1e-6, 0.01, 0.5] {
            for is_upper in [false, true] {
                let exact = chi_squared_quantile(9_999.999_999, tail, is_upper, None);
                let expanded = chi_squared_quantile(1e4, tail, is_upper, None);
                assert!((exact / expanded - 1.0).abs() < 2e-9, "{tail} {is_upper}: {exact} {expanded}");
            }
        }
    }
}
