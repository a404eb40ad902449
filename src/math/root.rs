//! Roots of functions of one variable.

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_root_is_found_to_the_last_bit() {
        for sign in [1.0, -1.0] {
            let root = bisect(|x| sign * (x * x - 2.0), 0.0, 2.0);
            assert!((root - std::f64::consts::SQRT_2).abs() <= f64::EPSILON, "{root}");
        }
    }
}
