//! Calendar dates, as days.

use std::fmt;
use std::str::FromStr;

use crate::calendar::Period;
use crate::error::Error;

/// A day of the calendar between the years 0001 and 9999, `2018-06-30`.
///
/// # Example: the last day of a quarter
/// ```
/// use outgrow::{Date, Period};
/// let quarter: Period = "2018-Q1".parse()?;
/// assert_eq!(Date::end_of(quarter), "2018-03-31".parse()?);
/// assert!("2018-02-30".parse::<Date>().is_err());
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// The number of days since 0000-03-01.
    days: i32,
}

/// The number of days of the years before March of a year.
const fn days_before(year: i32) -> i32 {
    365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400)
}

impl Date {
    /// The last day of a period.
    #[must_use]
    pub const fn end_of(period: Period) -> Self {
        Self::end_of_month(period.end())
    }

    /// The last day before the month that starts this number of months after the start of year 0.
    pub(crate) const fn end_of_month(months: i32) -> Self {
        let first = Self::of(months.div_euclid(12), months.rem_euclid(12) + 1, 1);
        Self { days: first.days - 1 }
    }

    /// This number of days later.
    pub(crate) fn later_by(self, days: u32) -> Self {
        Self { days: self.days.saturating_add_unsigned(days) }
    }

    /// From year, month and day; the day may exceed the month. Years begin in March, so that a leap day is the last one.
    const fn of(year: i32, month: i32, day: i32) -> Self {
        let (year, from_march) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
        Self { days: days_before(year) + (153 * from_march + 2) / 5 + day - 1 }
    }

    /// Year, month and day.
    const fn parts(self) -> (i32, i32, i32) {
        // At most 3.7 million days, times 400.
        let mut year = (self.days * 400).div_euclid(146_097);
        if days_before(year + 1) <= self.days {
            year += 1;
        }
        let day_of_year = self.days - days_before(year);
        let from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * from_march + 2) / 5 + 1;
        if from_march < 10 { (year, from_march + 3, day) } else { (year + 1, from_march - 9, day) }
    }

    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '-');
        let mut number = |digits: usize| {
            let part = parts.next()?;
            let is_number = part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| part.parse::<i32>().ok()).flatten()
        };
        let (year, month, day) = (number(4)?, number(2)?, number(2)?);
        let date = Self::of(year, month, day);
        (year > 0 && (1..=12).contains(&month) && date.parts() == (year, month, day)).then_some(date)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.parts();
        f.pad(&format!("{year:04}-{month:02}-{day:02}"))
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Date {
    type Err = Error;

    /// # Errors
    /// If the text is not of the form `2018-06-30`, or if there is no such day.
    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text).ok_or_else(|| {
            let message = format!("a date must have the form \"2018-06-30\" (years 0001 to 9999), got {text:?}");
            Error::invalid("date", "", message)
        })
    }
}

impl TryFrom<&str> for Date {
    type Error = Error;

    fn try_from(text: &str) -> Result<Self, Error> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_round_trip_and_count_days() {
        let mut last: Option<Date> = None;
        for year in [1, 4, 100, 400, 1899, 1900, 1999, 2000, 2018, 2020, 9999] {
            for month in 1..=12 {
                for day in 1..=28 {
                    let date: Date = format!("{year:04}-{month:02}-{day:02}").parse().expect("a date");
                    assert_eq!(date.parts(), (year, month, day));
                    assert!(last.is_none_or(|last| last < date));
                    last = Some(date);
                }
            }
        }
        // 2000-02-29 exists; from 1970-01-01 to 2018-06-30 are 17,712 days.
        assert!("2000-02-29".parse::<Date>().is_ok());
        assert_eq!(Date::of(2018, 6, 30).days - Date::of(1970, 1, 1).days, 17_712);
        assert_eq!(Date::of(1970, 1, 1).later_by(17_712), Date::of(2018, 6, 30));
    }

    #[test]
    fn ends_of_periods() {
        for (label, end) in
            [("2018-Q1", "2018-03-31"), ("2020-02", "2020-02-29"), ("1900-02", "1900-02-28"), ("2018", "2018-12-31")]
        {
            assert_eq!(Date::end_of(label.parse().expect("a label")).to_string(), end);
        }
    }

    #[test]
    fn other_forms_are_refused() {
        for text in [
            "",
            "2018",
            "2018-6-30",
            "30.06.2018",
            "2018/06/30",
            "2018-02-30",
            "2018-13-01",
            "2018-00-10",
            "0000-01-01",
            "2018-06-30 ",
        ] {
            let error = text.parse::<Date>().expect_err(text);
            assert!(error.to_string().contains(&format!("{text:?}")), "{error}");
        }
    }
}
