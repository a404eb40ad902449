//! The derived rows of a plan: sums over years, of questions and of fans.

use super::compiled::Plan;
use super::ids::{DerivedId, RowId, SeriesId};
use super::measured::{Measured, MeasuredRow};
use super::sums::SumRow;
use crate::math;
use crate::scenario::{Dates, Measure, Question, Scenario};

impl Plan {
    /// Adds the rows that the questions compare.
    pub(super) fn add_sums_of_questions(&mut self, scenario: &Scenario) {
        for question in scenario.questions().iter().filter(|question| question.measure != Measure::Period) {
            for name in question.compared(scenario) {
                let sums = self.sum_row(scenario, scenario.dates(question), name);
                self.add_sum_row(sums);
            }
        }
    }

    /// Adds a derived row unless it exists already; returns its id.
    fn add_sum_row(&mut self, sums: SumRow) -> DerivedId {
        self.find_sum_row(&sums).unwrap_or_else(|| {
            self.known_sums.push(self.known_sums_of(&sums));
            self.sums.push(sums);
            DerivedId(self.sums.len() - 1)
        })
    }

    fn find_sum_row(&self, sums: &SumRow) -> Option<DerivedId> {
        self.sums.iter().position(|known| known == sums).map(DerivedId)
    }

    fn sum_row(&self, scenario: &Scenario, dates: Dates, name: &str) -> SumRow {
        let Dates { width, base, at } = dates;
        let of = self.row_named(name);
        let dates: Vec<Option<i32>> =
            std::iter::once(base).chain(at.into_iter().map(|t| i32::try_from(t).ok())).collect();
        let mut row = SumRow { of, width, dates, past: Vec::new() };
        row.past = self.past_of(scenario, &row);
        row
    }

    /// The historical part of the sums of a row, relative to the reference.
    fn past_of(&self, scenario: &Scenario, row: &SumRow) -> Vec<f64> {
        let stated = scenario.series();
        let parts = self.parts_of(row.of);
        let history = |t: usize| {
            let back = |SeriesId(part): &SeriesId| stated[*part].own.revenue_before(t);
            parts.iter().map(back).sum::<Option<f64>>()
        };
        let past = |date: &Option<i32>| {
            // Sum of the historical periods of the date: `history[len − 1]` is the one just before the base.
            let width = i32::try_from(row.width).expect("validated: a year has at most twelve periods");
            let first = date.map_or(0, |date| date + 1 - width);
            let last = date.map_or(-1, |date| date.min(-1));
            let back = |t: i32| history(usize::try_from(-t).ok()?);
            (first..=last).filter_map(back).sum::<f64>() / self.reference
        };
        row.dates.iter().map(past).collect()
    }

    /// Computes the derived rows again after numbers were changed; their historical parts if the history or the reference is
    /// another one.
    pub(super) fn refill_sums(&mut self, scenario: &Scenario, has_other_past: bool) {
        for index in 0..self.sums.len() {
            if has_other_past {
                self.sums[index].past = self.past_of(scenario, &self.sums[index]);
            }
            self.known_sums[index] = self.known_sums_of(&self.sums[index]);
        }
    }

    /// The sums of a row if nothing in them is drawn.
    fn known_sums_of(&self, row: &SumRow) -> Option<Vec<f64>> {
        let SeriesId(of) = row.of;
        self.known[of].as_ref().map(|revenue| row.known(revenue, self.reference))
    }

    /// The row of a provider that a question compares.
    pub(crate) fn row_of(&self, scenario: &Scenario, question: &Question, name: &str) -> RowId {
        if question.measure == Measure::Period {
            return RowId::Series(self.row_named(name));
        }
        let sums = self.sum_row(scenario, scenario.dates(question), name);
        RowId::Derived(self.find_sum_row(&sums).expect("the plan has the sums of every question of its scenario"))
    }

    /// Adds the rows of these measures for every provider.
    pub(crate) fn with_measured(mut self, scenario: &Scenario, measures: &[Measure]) -> Self {
        for measure in measures {
            let of = scenario.providers.iter().map(|provider| self.measured_row(scenario, *measure, &provider.name));
            let of = of.collect();
            self.measured.push(Measured { measure: *measure, of });
        }
        self
    }

    fn measured_row(&mut self, scenario: &Scenario, measure: Measure, provider: &str) -> MeasuredRow {
        let dates = scenario.dates_of(measure, scenario.known_periods(provider));
        let labels = dates.at.iter().map(|t| self.rows.label(*t)).collect();
        let sums = self.sum_row(scenario, dates, provider);
        let SeriesId(of) = sums.of;
        let money: Vec<f64> = self.central[of].iter().map(|log| math::exp(*log) * self.reference).collect();
        let central = sums.known(&money, self.reference);
        let DerivedId(row) = self.add_sum_row(sums);
        let known = self.known_sums[row].as_ref();
        MeasuredRow {
            row: RowId::Derived(DerivedId(row)),
            labels,
            central: central[1..].iter().map(|sum| math::ln(sum / self.reference)).collect(),
            known: known.map(|known| known[1..].to_vec()),
        }
    }
}
