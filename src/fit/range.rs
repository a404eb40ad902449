//! Bounds of parameters. A bounded parameter is minimized over an unbounded one.

use crate::math;

/// A parameter closer to a bound than this, relative to the width of the range or to 1, is at the bound.
const NEAR: f64 = 1e-8;

/// The open interval of a parameter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Range {
    Free,
    Above(f64),
    Below(f64),
    Between(f64, f64),
}

impl Range {
    /// `None` unless low < high.
    pub(super) fn new(low: f64, high: f64) -> Option<Self> {
        (low < high).then(|| match (low.is_finite(), high.is_finite()) {
            (false, false) => Self::Free,
            (true, false) => Self::Above(low),
            (false, true) => Self::Below(high),
            (true, true) => Self::Between(low, high),
        })
    }

    pub(super) fn contains(self, value: f64) -> bool {
        match self {
            Self::Free => value.is_finite(),
            Self::Above(low) => value > low && value.is_finite(),
            Self::Below(high) => value < high && value.is_finite(),
            Self::Between(low, high) => value > low && value < high,
        }
    }

    /// The unbounded parameter.
    pub(super) fn free(self, value: f64) -> f64 {
        match self {
            Self::Free => value,
            Self::Above(low) => math::ln(value - low),
            Self::Below(high) => -math::ln(high - value),
            Self::Between(low, high) => math::ln((value - low) / (high - value)),
        }
    }

    /// The parameter of an unbounded one.
    pub(super) fn value(self, free: f64) -> f64 {
        match self {
            Self::Free => free,
            Self::Above(low) => low + math::exp(free),
            Self::Below(high) => high - math::exp(-free),
            Self::Between(low, high) => {
                let odds = math::exp(-free.abs());
                let far = (high - low) * odds / (1.0 + odds);
                if free < 0.0 { low + far } else { high - far }
            }
        }
    }

    /// The derivative of the parameter with respect to the unbounded one.
    pub(super) fn slope(self, value: f64) -> f64 {
        match self {
            Self::Free => 1.0,
            Self::Above(low) => value - low,
            Self::Below(high) => high - value,
            Self::Between(low, high) => (value - low) * (high - value) / (high - low),
        }
    }

    /// The bound that a value is at.
    pub(super) fn reached(self, value: f64) -> Option<f64> {
        let near = |bound: f64, width: f64| ((value - bound).abs() <= NEAR * width).then_some(bound);
        match self {
            Self::Free => None,
            Self::Above(bound) | Self::Below(bound) => near(bound, 1.0_f64.max(bound.abs())),
            Self::Between(low, high) => near(low, high - low).or(near(high, high - low)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_return_and_slopes_are_derivatives() {
        let ranges = [(f64::NEG_INFINITY, f64::INFINITY), (1.0, f64::INFINITY), (f64::NEG_INFINITY, 4.0), (-2.0, 5.0)];
        for (low, high) in ranges {
            let range = Range::new(low, high).expect("a range");
            for value in [1.001, 1.5, 2.0, 3.999] {
                assert!(range.contains(value));
                let free = range.free(value);
                assert!((range.value(free) - value).abs() < 1e-12, "{range:?} {value}");
                let slope = (range.value(free + 1e-5) - range.value(free - 1e-5)) / 2e-5;
                assert!((slope / range.slope(value) - 1.0).abs() < 1e-6, "{range:?} {value}");
                assert_eq!(range.reached(value), None);
            }
        }
        assert_eq!(Range::new(1.0, 1.0), None);
        assert_eq!(Range::new(f64::NAN, 1.0), None);
        let unit = Range::new(0.0, 1.0).expect("a range");
        assert_eq!((unit.reached(1e-9), unit.reached(1.0 - 1e-9)), (Some(0.0), Some(1.0)));
        assert!(!unit.contains(0.0) && !unit.contains(f64::NAN));
    }
}
