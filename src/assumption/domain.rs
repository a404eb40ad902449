//! Allowed values: intervals whose ends may be excluded.

/// An interval of allowed numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Domain {
    pub(crate) low: f64,
    pub(crate) high: f64,
    pub(crate) low_open: bool,
    pub(crate) high_open: bool,
}

impl Domain {
    pub(crate) const FINITE: Self = Self::open(f64::NEG_INFINITY, f64::INFINITY);

    pub(super) const fn open(low: f64, high: f64) -> Self {
        Self { low, high, low_open: true, high_open: true }
    }

    pub(super) const fn closed(low: f64, high: f64) -> Self {
        Self { low, high, low_open: false, high_open: false }
    }

    pub(crate) fn contains(&self, x: f64) -> bool {
        let above = if self.low_open { x > self.low } else { x >= self.low };
        let below = if self.high_open { x < self.high } else { x <= self.high };
        x.is_finite() && above && below
    }

    /// The intersection of two domains.
    pub(crate) fn and(self, other: Self) -> Self {
        let mut both = self;
        if other.low > self.low || (other.low >= self.low && other.low_open) {
            (both.low, both.low_open) = (other.low, other.low_open);
        }
        if other.high < self.high || (other.high <= self.high && other.high_open) {
            (both.high, both.high_open) = (other.high, other.high_open);
        }
        both
    }
}

#[cfg(test)]
mod tests {
    use crate::assumption::quantity::Quantity;

    #[test]
    fn domains_meet_in_the_narrower_one() {
        let both = Quantity::Growth.domain().and(Quantity::Volatility.domain());
        assert!(both.contains(0.0) && !both.contains(-0.5) && !both.contains(f64::NAN));
        let both = Quantity::Volatility.domain().and(Quantity::Revenue.domain());
        assert!(!both.contains(0.0) && both.contains(1e300) && !both.contains(f64::INFINITY));
    }
}
