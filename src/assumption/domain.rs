//! The domain of each number, and the visitor that lists every number of a type once.

use super::Assumption;

/// The numbers that are allowed at an address: an interval whose ends may be excluded, and a rule in words.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Domain {
    pub(crate) low: f64,
    pub(crate) high: f64,
    pub(crate) low_open: bool,
    pub(crate) high_open: bool,
    /// The rule for error messages, such as "growth must be above -1 (-100 % a year)".
    pub(crate) rule: &'static str,
    pub(crate) role: Role,
}

/// How a number acts on a path, as far as the mean of revenue depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// A growth rate or a volatility, which acts in an exponent: with a heavy tail, revenue has no mean.
    Exponent,
    /// Any other number.
    Other,
}

impl Domain {
    const fn open(low: f64, high: f64, rule: &'static str, role: Role) -> Self {
        Self { low, high, low_open: true, high_open: true, rule, role }
    }

    pub(crate) const GROWTH: Self =
        Self::open(-1.0, f64::INFINITY, "growth must be above -1 (-100 % a year)", Role::Exponent);
    pub(crate) const REVENUE: Self = Self::open(0.0, f64::INFINITY, "revenue must be finite and above 0", Role::Other);
    pub(crate) const HALF_LIFE: Self =
        Self::open(0.0, f64::INFINITY, "a half-life (years) must be finite and above 0", Role::Other);
    pub(crate) const RATIO: Self = Self::open(0.0, f64::INFINITY, "a ratio must be finite and above 0", Role::Exponent);
    pub(crate) const FINITE: Self = Self::open(f64::NEG_INFINITY, f64::INFINITY, "must be finite", Role::Other);
    pub(crate) const CUSTOM: Self =
        Self::open(f64::NEG_INFINITY, f64::INFINITY, "a parameter must be finite", Role::Exponent);
    pub(crate) const SPREAD: Self = Self {
        low_open: false,
        ..Self::open(0.0, f64::INFINITY, "a spread must be finite and not negative", Role::Other)
    };
    pub(crate) const POSITIVE: Self = Self::open(0.0, f64::INFINITY, "must be finite and above 0", Role::Other);
    pub(crate) const VOLATILITY: Self =
        Self { low_open: false, ..Self::open(0.0, f64::INFINITY, "must be finite and not negative", Role::Exponent) };
    pub(crate) const CORRELATION: Self = Self {
        low_open: false,
        high_open: false,
        ..Self::open(-1.0, 1.0, "a correlation must lie between -1 and 1", Role::Other)
    };
    pub(crate) const MONTH: Self =
        Self { low_open: false, high_open: false, ..Self::open(1.0, 12.0, "must be a month, 1 to 12", Role::Other) };
    pub(crate) const AT_LEAST_ONE: Self =
        Self { low_open: false, ..Self::open(1.0, f64::INFINITY, "must be a whole number of at least 1", Role::Other) };

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

/// One step of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key<'a> {
    /// `.rates`
    Field(&'a str),
    /// `[1]`
    Index(usize),
    /// `[Alibaba Cloud]`
    Name(&'a str),
}

/// An address under construction: `provider[Alibaba Cloud].growth.schedule.rates[1]`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Address {
    text: String,
    marks: Vec<usize>,
}

impl Address {
    pub(crate) fn push(&mut self, key: Key<'_>) {
        self.marks.push(self.text.len());
        match key {
            Key::Field(field) => {
                if !self.text.is_empty() {
                    self.text.push('.');
                }
                self.text.push_str(field);
            }
            Key::Index(index) => self.text.push_str(&format!("[{index}]")),
            Key::Name(name) => self.text.push_str(&format!("[{name}]")),
        }
    }

    pub(crate) fn pop(&mut self) {
        if let Some(mark) = self.marks.pop() {
            self.text.truncate(mark);
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// The address one step deeper, as text.
    pub(crate) fn at(&self, key: Key<'_>) -> String {
        let mut further = self.clone();
        further.push(key);
        further.text
    }
}

/// Visits every number of a scenario once, with its address and its domain.
///
/// Validation, `with`, `assumptions()` and `numbers()` are visitors, so that every type lists its numbers in one place.
pub(crate) trait Visitor {
    /// The address of the number that is being visited.
    fn address(&mut self) -> &mut Address;
    /// A number that may be a distribution or the name of a shared assumption.
    fn number(&mut self, domain: Domain, value: &mut Assumption);
    /// A plain number, which may not be a distribution.
    fn plain(&mut self, domain: Domain, value: &mut f64);
    /// A whole number.
    fn count(&mut self, domain: Domain, value: &mut u32);
}

/// Calls `visit` one step deeper in the address.
pub(crate) fn at<V: Visitor + ?Sized>(visitor: &mut V, key: Key<'_>, visit: impl FnOnce(&mut V)) {
    visitor.address().push(key);
    visit(visitor);
    visitor.address().pop();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_reads_as_in_the_file() {
        let mut address = Address::default();
        for key in [Key::Field("provider"), Key::Name("Google Cloud"), Key::Field("growth"), Key::Field("rates")] {
            address.push(key);
        }
        assert_eq!(address.at(Key::Index(1)), "provider[Google Cloud].growth.rates[1]");
        address.pop();
        assert_eq!(address.as_str(), "provider[Google Cloud].growth");
    }

    #[test]
    fn domains_meet_in_the_narrower_one() {
        let both = Domain::GROWTH.and(Domain::VOLATILITY);
        assert!(both.contains(0.0) && !both.contains(-0.5) && !both.contains(f64::NAN));
        let both = Domain::VOLATILITY.and(Domain::REVENUE);
        assert!(!both.contains(0.0) && both.contains(1e300) && !both.contains(f64::INFINITY));
    }
}
