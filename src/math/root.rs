//! Roots and maxima of functions of one variable.

/// Root of a monotone f by bisection, to the last bit.
pub(crate) fn bisect(f: impl Fn(f64) -> f64, mut low: f64, mut high: f64) -> f64 {
    let rises = f(low) < f(high);
    loop {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            return middle;
        }
        if (f(middle) < 0.0) == rises { low = middle } else { high = middle }
    }
}

/// The smallest root of an increasing f, by the Illinois method with occasional bisection, so that a flat stretch does not
/// stall it. Each end is given with the value of f there, below 0 and at least 0; the result is within 1e-13, relative
/// to 1 + |root|.
pub(crate) fn illinois(
    f: impl Fn(f64) -> f64,
    (mut low, mut at_low): (f64, f64),
    (mut high, mut at_high): (f64, f64),
) -> f64 {
    for round in 0..200 {
        if !(high - low > 1e-13 * (1.0 + high.abs())) {
            break;
        }
        let secant = low + (high - low) * (at_low / (at_low - at_high)).clamp(1e-3, 1.0 - 1e-3);
        let x = if round % 3 == 2 { 0.5 * (low + high) } else { secant };
        let value = f(x);
        if value >= 0.0 {
            (high, at_high, at_low) = (x, value, 0.5 * at_low);
        } else {
            (low, at_low, at_high) = (x, value, 0.5 * at_high);
        }
    }
    high
}

/// The smallest number in `low..=high` from which on a condition holds, by bisection to the last bit; `high` if it
/// never holds.
pub(crate) fn threshold(holds: impl Fn(f64) -> bool, mut low: f64, mut high: f64) -> f64 {
    if !holds(high) {
        return high;
    }
    loop {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            return high;
        }
        if holds(middle) { high = middle } else { low = middle }
    }
}

/// The place of the maximum of a function with one maximum, by golden section, to a tolerance.
pub(crate) fn maximum(f: impl Fn(f64) -> f64, mut low: f64, mut high: f64, tolerance: f64) -> f64 {
    const SHARE: f64 = 0.618_033_988_749_895;
    let (mut a, mut b) = (high - SHARE * (high - low), low + SHARE * (high - low));
    let (mut at_a, mut at_b) = (f(a), f(b));
    while high - low > tolerance {
        if at_a > at_b {
            (high, b, at_b) = (b, a, at_a);
            a = high - SHARE * (high - low);
            at_a = f(a);
        } else {
            (low, a, at_a) = (a, b, at_b);
            b = low + SHARE * (high - low);
            at_b = f(b);
        }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_methods_agree() {
        let f = |x: f64| x * x * x - 0.2;
        let root = bisect(f, 0.0, 1.0);
        assert!((illinois(f, (0.0, f(0.0)), (1.0, f(1.0))) - root).abs() < 2e-13);
        assert!((threshold(|x| f(x) >= 0.0, 0.0, 1.0) - root).abs() < 1e-15);
        assert!((threshold(|_| false, 0.0, 1.0) - 1.0).abs() <= 0.0);
        // A jump: the smallest x at or beyond it.
        let jump = illinois(|x| if x < 0.3 { -0.5 } else { 0.5 }, (0.0, -0.5), (1.0, 0.5));
        assert!(jump >= 0.3 && jump - 0.3 < 2e-13);
    }

    #[test]
    fn a_root_is_found_to_the_last_bit() {
        for sign in [1.0, -1.0] {
            let root = bisect(|x| sign * (x * x - 2.0), 0.0, 2.0);
            assert!((root - std::f64::consts::SQRT_2).abs() <= f64::EPSILON, "{root}");
        }
    }
}
