//! Checks of history and claims, and of the history that questions need.

use super::item_key::keys;
use super::measure::fits_grid;
use super::{Claim, MOST_PERIODS, Measure, Provider, Question, Scenario};
use crate::assumption::address::{Key, ProviderKey, ScenarioKey, item};
use crate::assumption::quantity::Quantity;
use crate::calendar::{Period, Step};
use crate::error::{Problem, shown};
use crate::growth::{CurveLaw, Leaf, Reading, Schedule};

impl Scenario {
    pub(super) fn check_past(&self, problems: &mut Vec<Problem>) {
        let names = keys(self.providers.iter().map(|provider| Some(provider.name.as_str())));
        for (provider, key) in self.providers.iter().zip(&names) {
            let address = item(ScenarioKey::Provider, key.borrow());
            if Quantity::Month.domain().contains(f64::from(provider.fiscal_year_ends))
                && let Err(message) = fits_grid(self.base, provider.fiscal_year_ends)
            {
                problems.push(Problem::new(address.join(ProviderKey::FiscalYearEnds.into()), message));
            }
        }
        for (series, address) in self.series_with_addresses() {
            let provider = series.own;
            let mut report = |field: ProviderKey, rest: &str, message: String| {
                problems.push(Problem::new(address.join(field.into()) + rest, message));
            };
            if let Some(message) = self.misfit_of_history(provider) {
                report(ProviderKey::History, "", message);
            }
            for (index, claim) in provider.claims.iter().enumerate() {
                if let Some((field, message)) = self.misfit_of_claim(claim) {
                    report(ProviderKey::Claim, &format!("[{index}]{field}"), message);
                }
            }
        }
        let names = keys(self.questions.iter().map(|question| question.name.as_deref()));
        for (question, key) in self.questions.iter().zip(&names) {
            if let Some((field, message)) = self.misfit_of_measure(question) {
                let question = item(ScenarioKey::Question, key.borrow());
                problems.push(Problem::new(question.join(Key::Field(field)), message));
            }
        }
    }

    /// History must lie within the calendar and contain what a totals schedule needs.
    pub(super) fn misfit_of_history(&self, provider: &Provider) -> Option<String> {
        let held = provider.history.len();
        if held > MOST_PERIODS as usize {
            return Some(format!("at most {MOST_PERIODS} periods of history, got {held}"));
        }
        let back = i32::try_from(held).unwrap_or(i32::MAX);
        if self.base.checked_add(-back).is_err() {
            return Some(format!("{held} periods before {} lie before the year 0001", self.base));
        }
        let is_totals =
            |leaf: &Leaf<'_>| matches!(&leaf.curve.0, CurveLaw::Schedule(Schedule { reading: Reading::Totals, .. }));
        provider.growth.as_ref()?.leaves().iter().find(|leaf| is_totals(leaf))?;
        let per_year = self.step().per_year() as usize;
        let passed = self.passed_of_year(provider);
        let needed = if passed == per_year { per_year - 1 } else { per_year + passed - 1 };
        (held < needed).then(|| {
            format!(
                "the reading \"totals\" needs the fiscal year before the first estimated one in full: {needed} {}s before {}, got {held}",
                self.step().word(),
                self.base
            )
        })
    }

    /// A claim must be about a period up to the base and state at least one bound.
    pub(super) fn misfit_of_claim(&self, claim: &Claim) -> Option<(&'static str, String)> {
        let at = match claim.at.parse::<Period>() {
            Ok(at) => at,
            Err(error) => return Some((".at", error.problems()[0].message.clone())),
        };
        if at.step() != self.step() || at > self.base {
            return Some((".at", format!("must be a {} up to the base {}, got {at}", self.step().word(), self.base)));
        }
        match (claim.at_least, claim.at_most) {
            (None, None) => Some(("", "must state at_least, at_most or both, got none".to_owned())),
            (Some(low), Some(high)) if low > high => {
                Some(("", format!("at_least must not be above at_most, got {} and {}", shown(low), shown(high))))
            }
            _ => None,
        }
    }

    /// The fiscal year of a question must end with a period of the grid. The labels of years name no month, so a month
    /// other than December would change the text of an answer but not its numbers.
    fn misfit_of_year_end(&self, month: u32) -> Option<String> {
        if self.step() == Step::Year && month != 12 {
            return Some(format!(
                "must be 12 where periods are years, whose labels name no month (or count in quarters or months), got {month}"
            ));
        }
        fits_grid(self.base, month).err()
    }

    fn misfit_of_measure(&self, question: &Question) -> Option<(&'static str, String)> {
        let month = match question.measure {
            Measure::FiscalYearEnding(month) => Some(month),
            Measure::Period | Measure::Trailing | Measure::Annual => None,
        };
        if let Some(message) = month.and_then(|month| self.misfit_of_year_end(month)) {
            return Some(("measure.fiscal_year_ending", message));
        }
        let dates = self.dates(question);
        let needed = dates.width - 1;
        if question.measure == Measure::Trailing && dates.base.is_none() {
            let who = if question.others(self).len() == 1 { "both providers" } else { "all providers" };
            let message = format!("\"trailing\" needs {needed} {}s of history of {who}, got fewer", self.step().word());
            return Some(("measure", message));
        }
        if dates.at.is_empty() {
            let year = if self.step() == Step::Year { "year" } else { "whole year with known or projected revenue" };
            return Some(("measure", format!("no {year} ends between {} and {}", self.base, self.horizon)));
        }
        let count = dates.at.len();
        let what = if question.measure == Measure::Period { "periods are projected" } else { "dates have an answer" };
        let (field, got) = match question.sustained_years {
            Some(years) => {
                let dates = u64::from(years) * u64::from(question.measure.dates_a_year(self.step()));
                ("sustained.years", format!("{years}, which is {dates} dates"))
            }
            None => ("sustained", question.sustained.to_string()),
        };
        (question.sustained as usize > count).then(|| (field, format!("only {count} {what}, got {got}")))
    }
}
