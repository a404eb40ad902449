//! The dates of a measure, and the history that it needs.

use super::{Measure, Provider, Question, Scenario};
use crate::calendar::{Period, Step};
use crate::growth::Past;
use crate::math;

/// The dates of one question: periods counted from the base, which is 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dates {
    /// The number of periods that one date sums.
    pub(crate) width: usize,
    /// The date that counts as the base, which may lie before it. `None` if no such date is known; then nobody is ahead
    /// at base.
    pub(crate) base: Option<i32>,
    /// The answered dates, in order.
    pub(crate) at: Vec<usize>,
}

impl Scenario {
    /// The dates of a question; empty if history or horizon is too short.
    pub(crate) fn dates(&self, question: &Question) -> Dates {
        let known = question.compared(self).into_iter().map(|name| self.known_periods(name)).min();
        self.dates_of(question.measure, known.expect("a question is about a provider"))
    }

    /// The dates of a measure, given how many periods before the base are known.
    pub(crate) fn dates_of(&self, measure: Measure, known: usize) -> Dates {
        let reaches = |t: i32, width: usize| t - signed(width) + 1 >= -signed(known);
        let width = self.width(measure);
        let last = signed(self.periods());
        let is_date = |t: &i32| match measure {
            Measure::Period | Measure::Trailing => true,
            Measure::Annual => self.ends_year(*t, 12),
            Measure::FiscalYearEnding(month) => self.ends_year(*t, month),
        };
        let base = (1 - signed(width)..=0).rev().find(is_date).filter(|t| reaches(*t, width));
        let at = (1..=last).filter(is_date).filter(|t| reaches(*t, width));
        Dates { width, base, at: at.filter_map(|t| usize::try_from(t).ok()).collect() }
    }

    /// The measures for which fans are not available, by index, each with the reason.
    pub(crate) fn misfits_of_fans(&self, measures: &[Measure]) -> Vec<(usize, String)> {
        let misfit =
            |(place, measure): (usize, &Measure)| Some((place, self.misfit_of_fans(measures, place, *measure)?));
        measures.iter().enumerate().filter_map(misfit).collect()
    }

    fn misfit_of_fans(&self, measures: &[Measure], place: usize, measure: Measure) -> Option<String> {
        if measures[..place].contains(&measure) {
            return Some(format!("{} is requested twice", measure.word()));
        }
        match measure {
            Measure::Period => {
                return Some("revenue of single periods is part of the default fans; use fans(true)".to_owned());
            }
            Measure::FiscalYearEnding(month) if !(1..=12).contains(&month) => {
                return Some(format!("must be a month, 1 to 12, got {month}"));
            }
            Measure::FiscalYearEnding(month) => {
                if let Err(message) = fits_grid(self.base, month) {
                    return Some(message);
                }
            }
            Measure::Trailing | Measure::Annual => {}
        }
        let is_short = |provider: &&Provider| self.dates_of(measure, self.known_periods(&provider.name)).at.is_empty();
        let name = &self.providers.iter().find(is_short)?.name;
        Some(format!(
            "{} has no date: no whole year of {name:?} with known or projected revenue ends between {} and {}",
            measure.word(),
            self.base,
            self.horizon
        ))
    }

    /// The number of periods that one date of a measure sums.
    pub(crate) fn width(&self, measure: Measure) -> usize {
        if measure == Measure::Period { 1 } else { self.step().per_year() as usize }
    }

    /// Whether period `t` after the base ends a year that ends in this month; on a grid of years every period does.
    fn ends_year(&self, t: i32, month: u32) -> bool {
        self.step() == Step::Year || self.base.checked_add(t).is_ok_and(|period| period.end_month() == month)
    }

    /// The part of the past that a totals reading needs, with the base at its median.
    pub(crate) fn past(&self, provider: &Provider, base: f64, base_drawn: bool) -> Past {
        let history = provider.history.iter().map(|revenue| math::ln(revenue / base));
        Past {
            known: history.chain(std::iter::once(0.0)).collect(),
            per_year: self.step().per_year() as usize,
            passed: self.passed_of_year(provider),
            base_drawn,
        }
    }

    /// The number of periods of the provider's fiscal year up to and including the base, 1 to a whole year.
    pub(crate) fn passed_of_year(&self, provider: &Provider) -> usize {
        let per_year = self.step().per_year() as usize;
        let end = |back: &usize| self.ends_year(-signed(*back), provider.fiscal_year_ends);
        (0..per_year).find(end).map_or(per_year, |back| if back == 0 { per_year } else { back })
    }

    /// The elapsed part of the provider's first estimated fiscal year at the base, in years: 0 if the base ends a year.
    pub(super) fn year_passed(&self, provider: &Provider) -> f64 {
        let per_year = self.step().per_year() as usize;
        #[expect(clippy::cast_precision_loss, reason = "below 12")]
        let passed = (self.passed_of_year(provider) % per_year) as f64;
        passed * self.step().years()
    }
}

/// Checks that a year that ends in this month ends with a period of the grid; the error lists the months that do.
pub(super) fn fits_grid(base: Period, month: u32) -> Result<(), String> {
    match base.step() {
        Step::Quarter if !month.is_multiple_of(3) => {
            Err(format!("must end a quarter: 3, 6, 9 or 12 (or count in months), got {month}"))
        }
        Step::Year | Step::Quarter | Step::Month => Ok(()),
    }
}

/// A length as a signed step: at most 2,400 periods or a file of 16 MiB, so below 2^31.
fn signed(length: usize) -> i32 {
    i32::try_from(length).unwrap_or(i32::MAX)
}
