//! Numbers and choices from the bytes that a fuzzer makes.

/// Takes bytes one after another; when they are used up, zeros.
pub(crate) struct Source<'a>(&'a [u8]);

impl<'a> Source<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    /// A number from 0 to `count` − 1.
    pub(crate) fn below(&mut self, count: u8) -> u8 {
        self.byte() % count
    }

    /// A number between `low` and `high`, in 65,536 steps.
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        let part = f64::from(u16::from_le_bytes([self.byte(), self.byte()])) / f64::from(u16::MAX);
        low + (high - low) * part
    }

    /// One of a few numbers of `ordinary` size, any power of ten, or any 64-bit float.
    pub(crate) fn number(&mut self, low: f64, high: f64) -> f64 {
        match self.below(8) {
            0 => f64::from_le_bytes([0; 8].map(|_: u8| self.byte())),
            1 => {
                let exponent = f64::from(self.byte()) * 2.6 - 330.0;
                let digits = self.between(-10.0, 10.0);
                digits * 10.0_f64.powf(exponent)
            }
            2 => [0.0, 1.0, -1.0, f64::MAX, f64::MIN_POSITIVE, 5e-324, 1.0 + f64::EPSILON, 1.0 - f64::EPSILON / 2.0]
                [usize::from(self.below(8))],
            _ => self.between(low, high),
        }
    }
}
