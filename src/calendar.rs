//! Calendar periods (months, quarters and years), as exact integers.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::error::Error;

/// The length of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Step {
    /// Calendar months, `2018-03`.
    Month,
    /// Calendar quarters, `2018-Q1`.
    Quarter,
    /// Calendar years, `2018`.
    Year,
}

impl Step {
    /// The number of periods in a year.
    #[must_use]
    pub const fn per_year(self) -> u32 {
        match self {
            Self::Month => 12,
            Self::Quarter => 4,
            Self::Year => 1,
        }
    }

    /// The length of a period in years, `Δ` of the model.
    #[must_use]
    pub fn years(self) -> f64 {
        1.0 / f64::from(self.per_year())
    }

    /// "month", "quarter" or "year".
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }

    const fn form(self) -> &'static str {
        match self {
            Self::Month => "\"2018-03\"",
            Self::Quarter => "\"2018-Q1\"",
            Self::Year => "\"2018\"",
        }
    }

    const fn months(self) -> i32 {
        match self {
            Self::Month => 1,
            Self::Quarter => 3,
            Self::Year => 12,
        }
    }
}

/// "month", "quarter" or "year".
impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// A calendar month, quarter or year between the years 0001 and 9999.
///
/// Periods are ordered by when they end; if two end together, the shorter one comes first.
///
/// # Example: labels and steps
/// ```
/// use outgrow::{Period, Step};
/// let quarter: Period = "2018-Q4".parse()?;
/// assert_eq!(quarter.step(), Step::Quarter);
/// assert_eq!(quarter.checked_add(1)?.to_string(), "2019-Q1");
/// assert!(quarter < "2019-Q1".parse()?);
/// assert!("2018-Q5".parse::<Period>().is_err());
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Period {
    step: Step,
    /// The number of periods since the start of year 0.
    index: i32,
}

impl Period {
    /// The length of the period.
    #[must_use]
    pub const fn step(self) -> Step {
        self.step
    }

    /// The calendar year that contains the period.
    #[must_use]
    #[expect(clippy::cast_possible_wrap, reason = "at most 12 periods a year")]
    pub const fn year(self) -> i32 {
        self.index.div_euclid(self.step.per_year() as i32)
    }

    /// The month, 1 to 12, in which the period ends.
    #[must_use]
    pub const fn end_month(self) -> u32 {
        ((self.end() - 1).rem_euclid(12) + 1) as u32
    }

    /// Whether the period is the last of its calendar year.
    #[must_use]
    pub const fn ends_year(self) -> bool {
        self.end_month() == 12
    }

    /// The period `count` steps later, or earlier if `count` is negative.
    ///
    /// # Errors
    /// If the result lies outside the years 0001 to 9999.
    pub fn checked_add(self, count: i32) -> Result<Self, Error> {
        let moved = self.index.checked_add(count).map(|index| Self { step: self.step, index });
        moved.filter(|period| (1..=9999).contains(&period.year())).ok_or_else(|| {
            Error::invalid(
                "period",
                "",
                format!("{count} {}s from {self} lies outside the years 0001 to 9999", self.step.word()),
            )
        })
    }

    /// The number of steps from `earlier` to this period: negative if `earlier` is later, `None` if the steps differ.
    #[must_use]
    pub fn since(self, earlier: Self) -> Option<i32> {
        (self.step == earlier.step).then(|| self.index - earlier.index)
    }

    /// The number of periods since the start of year 0.
    #[cfg(feature = "history")]
    pub(crate) const fn index(self) -> i32 {
        self.index
    }

    /// The period at an index; the index must be that of a period between the years 0001 and 9999.
    #[cfg(feature = "history")]
    pub(crate) const fn at_index(step: Step, index: i32) -> Self {
        Self { step, index }
    }

    /// The number of months from the start of year 0 to the end of the period.
    pub(crate) const fn end(self) -> i32 {
        (self.index + 1) * self.step.months()
    }

    /// The number of months from the start of year 0 to the start of the period.
    pub(crate) const fn start(self) -> i32 {
        self.index * self.step.months()
    }

    fn parse(label: &str) -> Option<Self> {
        let digits = |text: &str, count: usize| {
            let all = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
            all.then(|| text.parse::<i32>().ok()).flatten()
        };
        let (year, part) = label.split_at_checked(4)?;
        let year = digits(year, 4).filter(|year| *year > 0)?;
        if part.is_empty() {
            return Some(Self { step: Step::Year, index: year });
        }
        let part = part.strip_prefix('-')?;
        let (step, within) = match part.strip_prefix('Q') {
            Some(quarter) => (Step::Quarter, digits(quarter, 1)?),
            None => (Step::Month, digits(part, 2)?),
        };
        let per_year = step.per_year().cast_signed();
        (1..=per_year).contains(&within).then_some(Self { step, index: year * per_year + within - 1 })
    }
}

impl PartialOrd for Period {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Period {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.end(), self.step.months()).cmp(&(other.end(), other.step.months()))
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let year = self.year();
        let label = match self.step {
            Step::Month => format!("{year:04}-{:02}", self.end_month()),
            Step::Quarter => format!("{year:04}-Q{}", self.end_month() / 3),
            Step::Year => format!("{year:04}"),
        };
        f.pad(&label)
    }
}

impl fmt::Debug for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Period {
    type Err = Error;

    /// # Errors
    /// If the label has none of the three forms, or if there is no such month, quarter or year.
    fn from_str(label: &str) -> Result<Self, Error> {
        Self::parse(label).ok_or_else(|| {
            let forms = [Step::Quarter, Step::Month, Step::Year].map(Step::form).join(", ");
            Error::invalid(
                "period",
                "",
                format!("a period must have the form {forms} (years 0001 to 9999), got {label:?}"),
            )
        })
    }
}

impl TryFrom<&str> for Period {
    type Error = Error;

    fn try_from(label: &str) -> Result<Self, Error> {
        label.parse()
    }
}

impl TryFrom<String> for Period {
    type Error = Error;

    fn try_from(label: String) -> Result<Self, Error> {
        label.parse()
    }
}

impl TryFrom<&String> for Period {
    type Error = Error;

    fn try_from(label: &String) -> Result<Self, Error> {
        label.parse()
    }
}

impl Serialize for Period {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let label = String::deserialize(deserializer)?;
        label.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(label: &str) -> Period {
        label.parse().expect("a label")
    }

    #[test]
    fn labels_round_trip() {
        for label in ["0001-Q1", "2018-Q4", "9999-Q4", "2018-01", "2018-12", "0001", "9999"] {
            assert_eq!(period(label).to_string(), label);
            let json = serde_json::to_string(&period(label)).expect("json");
            assert_eq!(json, format!("{label:?}"));
            assert_eq!(serde_json::from_str::<Period>(&json).expect("label"), period(label));
        }
    }

    #[test]
    fn other_forms_are_refused() {
        for label in [
            "",
            "2018-Q0",
            "2018-Q5",
            "2018-q1",
            "2018Q1",
            "2018-1",
            "2018-00",
            "2018-13",
            "218",
            "02018",
            "0000",
            "+018",
            "2018-Q1 ",
            "20é8",
            "２０１８",
            "2018-Q",
            "2018-",
            "10000-Q1",
        ] {
            let error = label.parse::<Period>().expect_err(label);
            assert!(error.to_string().contains(&format!("{label:?}")), "{error}");
        }
    }

    #[test]
    fn arithmetic_is_exact_at_the_ends_of_the_calendar() {
        assert_eq!(period("2018-Q4").checked_add(1).expect("next"), period("2019-Q1"));
        assert_eq!(period("2018-01").checked_add(-1).expect("previous"), period("2017-12"));
        assert_eq!(period("2028-Q1").since(period("2018-Q1")), Some(40));
        assert_eq!(period("2028").since(period("2018-Q1")), None);
        assert!(period("9999-Q4").checked_add(1).is_err());
        assert!(period("0001-Q1").checked_add(-1).is_err());
        assert!(period("2018").checked_add(i32::MAX).is_err());
    }

    #[test]
    fn order_is_by_the_end_of_the_period() {
        let mut periods = ["2019-Q1", "2018", "2018-12", "2018-Q4", "2018-11"].map(period);
        periods.sort();
        assert_eq!(periods.map(|p| p.to_string()), ["2018-11", "2018-12", "2018-Q4", "2018", "2019-Q1"]);
        assert!(period("2018-Q4").ends_year() && !period("2018-Q3").ends_year());
    }
}
