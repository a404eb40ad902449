//! Student's t distribution: its upper tail and its quantile.
//!
//! With s = t/√ν and x = 1/(1 + s²), P(T > t) = ½ I(x; ν/2, ½) for t ≥ 0 (Abramowitz & Stegun 26.7.1). Both x and 1 − x are
//! computed without cancellation, so that no tail loses digits. The quantile is found and interpolated on the scale
//! w = √ν asinh s, on which it is smooth for every ν: it is close to the normal score for large ν, and for small ν it
//! grows like the square of the score where t itself grows exponentially.
//!
//! Errors are measured at 600 arguments per region; the committed references include the worst cases.
//!
//! | function | region | maximum error, ulp |
//! |---|---|---|
//! | `student_sf` | df 0.1 to 2 | 8 |
//! | `student_sf` | df 2 to 30 | 73 |
//! | `student_sf` | df 30 to 1e6 | 109 |
//! | `student_sf` | tail below 1e-15 | 1231 |

use super::beta::{lower_tail, power};
use super::{exp, exp_m1, ln, ln_1p, norm_quantile};

/// From here on the tail differs from that of the normal distribution by less than 1e-12 of itself down to 1e-300: the
/// relative difference is t⁴/(4ν).
const MOST_DEGREES: f64 = 1e18;
/// Beyond this s the leading term of the tail is exact to the last digit, and 1/(1 + s²) would underflow.
const FAR: f64 = 1e150;
/// ½ ln π.
const HALF_LN_PI: f64 = 0.5723649429247001;
/// The continued fraction needs at most 60 terms.
const MOST_TERMS: u32 = 1000;
/// Newton's method takes 3 to 10 steps; the rest is for bisection, used where the tail underflows.
const MOST_STEPS: u32 = 200;

/// P(T > t) with ν degrees of freedom; NaN unless ν > 0.
pub(crate) fn student_sf(degrees: f64, t: f64) -> f64 {
    if !(degrees > 0.0) || t.is_nan() {
        return f64::NAN;
    }
    let degrees = degrees.min(MOST_DEGREES);
    let tail = upper_tail(degrees, t.abs() / degrees.sqrt()).0;
    if t < 0.0 { 1.0 - tail } else { tail }
}

/// w at the lower probability p, where `upper` is 1 − p; ∓∞ at 0 and 1. Both tails have full relative precision.
pub(crate) fn student_quantile(degrees: f64, p: f64, upper: f64) -> f64 {
    if !(degrees > 0.0 && p >= 0.0 && upper >= 0.0) {
        f64::NAN
    } else if p < upper {
        -upper_quantile(degrees, p)
    } else {
        upper_quantile(degrees, upper)
    }
}

/// √ν as [`student_of_scale`] needs it.
pub(crate) fn student_root(degrees: f64) -> f64 {
    degrees.min(MOST_DEGREES).sqrt()
}

/// t of a w, with √ν.
#[inline(always)]
pub(crate) fn student_of_scale(root: f64, w: f64) -> f64 {
    root * sinh(w / root)
}

/// (e^y − e^−y)/2 without cancellation, from m = e^y − 1.
#[inline(always)]
fn sinh(y: f64) -> f64 {
    let m = exp_m1(y.abs());
    let size = if m < FAR { 0.5 * (m + m / (m + 1.0)) } else { 0.5 * m };
    if y < 0.0 { -size } else { size }
}

fn asinh(s: f64) -> f64 {
    if s < FAR { ln_1p(s + s * (s / (1.0 + (1.0 + s * s).sqrt()))) } else { ln(s) + std::f64::consts::LN_2 }
}

/// P(T > t) for s ≥ 0, and −dP/dw · √ν: the density on the scale asinh s.
fn upper_tail(degrees: f64, s: f64) -> (f64, f64) {
    let a = 0.5 * degrees;
    if s == f64::INFINITY {
        return (0.0, 0.0);
    }
    if s >= FAR {
        let tail = far_tail(a, ln(s));
        return (tail, degrees * tail);
    }
    let square = s * s;
    let (x, y) = (1.0 / (1.0 + square), square / (1.0 + square));
    if y == 0.0 {
        // s is 0, or so small that s² underflows. No step is taken from here.
        return (0.5, 1.0);
    }
    let power = power(a, 0.5, x, y);
    let both = if y > 1.5 / (a + 2.5) { power * fraction(a, x, y) } else { lower_tail(a, 0.5, x, y, power) };
    (0.5 * both, power / y.sqrt())
}

/// I(x; a, ½) as a multiple of its `power`, for y > 1.5/(a + 2.5): the continued fraction of Algorithm 708 of the ACM
/// (Transactions on Mathematical Software 18, 1992, 360–373, equation 9), by the modified Lentz method. Unlike that of
/// `beta` it takes y = 1 − x as it is, so that it loses no digits for large a, where x is close to 1.
fn fraction(a: f64, x: f64, y: f64) -> f64 {
    const B: f64 = 0.5;
    let lambda = (a + B) * y - B;
    let first = (a + 1.0) / a / (lambda + 1.0);
    let (mut c, mut d, mut value) = (f64::INFINITY, first, first);
    for n in 1..MOST_TERMS {
        let n = f64::from(n);
        let between = a + 2.0 * n - 1.0;
        let above = (a + n - 1.0) / between * ((a + B + n - 1.0) / between) * n * (B - n) * (x * x);
        let below = n + n * (B - n) * x / between + (a + n) / (between + 2.0) * (lambda + 1.0 + n * (1.0 + y));
        d = 1.0 / (below + above * d);
        c = below + above / c;
        let change = c * d;
        value *= change;
        if (change - 1.0).abs() <= f64::EPSILON {
            break;
        }
    }
    value
}

/// The leading term s^(−ν)/(ν B(ν/2, ½)) from ln s.
fn far_tail(a: f64, ln_s: f64) -> f64 {
    0.5 * exp(libm::lgamma(a + 0.5) - libm::lgamma(a + 1.0) - HALF_LN_PI - 2.0 * a * ln_s)
}

/// w ≥ 0 at an upper tail q ≤ ½, by Newton's method on −ln P, which is convex in asinh s: a step from the left may
/// overshoot once, and steps from the right do not. A bracket covers tails that underflow.
fn upper_quantile(degrees: f64, q: f64) -> f64 {
    if q == 0.0 {
        return f64::INFINITY;
    }
    let degrees = degrees.min(MOST_DEGREES);
    let (root, target) = (degrees.sqrt(), ln(q));
    // The tails are heavier than those of the normal distribution.
    let mut at = asinh((-norm_quantile(q)).max(0.0) / root);
    let (mut low, mut high) = (0.0, f64::INFINITY);
    for _ in 0..MOST_STEPS {
        let (tail, density) = tail_at(degrees, at);
        let distance = if tail > 0.0 { ln(tail) - target } else { f64::NEG_INFINITY };
        if distance > 0.0 {
            low = at
        } else {
            high = at
        }
        let step = distance * (tail / density);
        if step.abs() <= 1e-9 * at.max(1e-9 / root) {
            return root * (at + step).max(0.0);
        }
        let next = at + step;
        at = match next > low && next < high {
            true => next,
            false if high == f64::INFINITY => 2.0 * low + 1.0 / root,
            false => 0.5 * (low + high),
        };
    }
    root * at
}

/// [`upper_tail`] at asinh s = y.
fn tail_at(degrees: f64, y: f64) -> (f64, f64) {
    if y < 345.0 {
        return upper_tail(degrees, sinh(y));
    }
    let tail = far_tail(0.5 * degrees, y - std::f64::consts::LN_2);
    (tail, degrees * tail)
}

#[cfg(test)]
mod tests {
    use super::super::ulp::check;
    use super::super::{norm_cdf, norm_sf};
    use super::*;

    #[test]
    fn errors_match_the_table() {
        check(
            "student.csv",
            &[("student_sf", &|[degrees, t, _]| student_sf(degrees, t))],
            &[
                ("student_sf", "df 0.1 to 2", 8.0),
                ("student_sf", "df 2 to 30", 73.0),
                ("student_sf", "df 30 to 1e6", 109.0),
                ("student_sf", "tail below 1e-15", 1231.0),
            ],
        );
    }

    /// From both sides, down to the smallest normal probability, and for degrees of freedom of any size.
    #[test]
    fn the_quantile_inverts_the_tail() {
        for degrees in [1e-3, 0.01, 0.3, 1.0, 2.0, 3.5, 30.0, 1e3, 1e6, 1e12, 1e17, 1e300] {
            for q in [1e-300, 1e-100, 1e-17, 1e-9, 1e-4, 0.1, 0.3, 0.49, 0.5 - 1e-9, 0.5] {
                let w = student_quantile(degrees, 1.0 - q, q);
                assert!((student_quantile(degrees, q, 1.0 - q) + w).abs() <= 0.0, "{degrees:e} {q:e}");
                let t = student_of_scale(student_root(degrees), w);
                assert!(w.is_finite() && t >= 0.0, "{degrees:e} {q:e}: {w}");
                if t.is_finite() {
                    let error = (student_sf(degrees, t) / q - 1.0).abs();
                    assert!(error < 2e-12, "{degrees:e} {q:e}: {t:e} has {:e}", student_sf(degrees, t));
                }
            }
        }
    }

    #[test]
    fn special_cases_have_closed_forms() {
        for t in [0.0, 1e-200, 1e-9, 0.1, 1.0, 7.0, 1e3, 1e9, 1e200] {
            let cauchy = 0.5 - libm::atan(t) / std::f64::consts::PI;
            assert!((student_sf(1.0, t) - cauchy).abs() < 1e-15, "Cauchy at {t:e}: {:e}", student_sf(1.0, t));
            let root = (2.0 + t * t).sqrt();
            let two = 1.0 / (root * (root + t));
            assert!((student_sf(2.0, t) - two).abs() <= 1e-13 * two, "two degrees at {t:e}: {:e}", student_sf(2.0, t));
        }
        for t in [0.0, 0.5, 3.0, 8.0, 30.0] {
            assert!((student_sf(1e300, t) / norm_sf(t) - 1.0).abs() < 1e-12, "normal at {t}");
            assert!((student_sf(1e300, -t) - norm_cdf(t)).abs() < 1e-15, "normal at -{t}");
        }
        let ends = [student_sf(3.0, f64::INFINITY), student_sf(3.0, f64::NEG_INFINITY)];
        assert_eq!(ends.map(f64::to_bits), [0.0_f64, 1.0].map(f64::to_bits));
        assert!(student_sf(0.0, 1.0).is_nan() && student_sf(3.0, f64::NAN).is_nan());
        assert!(student_quantile(3.0, f64::NAN, 0.1).is_nan() && student_quantile(-1.0, 0.5, 0.5).is_nan());
        let ends = [student_quantile(3.0, 0.0, 1.0), student_quantile(3.0, 1.0, 0.0)];
        assert_eq!(ends.map(f64::to_bits), [f64::NEG_INFINITY, f64::INFINITY].map(f64::to_bits));
    }
}
