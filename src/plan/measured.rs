//! Yearly sums whose distribution is requested: one row per measure and provider, filled like those of questions.

use super::{DerivedId, Plan, ProviderId, RowId, SeriesId};
use crate::calendar::Period;
use crate::math;
use crate::scenario::{Measure, Scenario};

/// The rows of one measure.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Measured {
    pub(crate) measure: Measure,
    /// Indexed by provider.
    pub(crate) of: Vec<MeasuredRow>,
}

/// The sums of one provider.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct MeasuredRow {
    /// The derived row; its column 0 is the base, and column i the i-th date.
    pub(crate) row: RowId,
    /// The dates after the base.
    pub(crate) labels: Vec<Period>,
    /// For each date, the log of the sum relative to the reference, with every assumption at its median.
    pub(crate) central: Vec<f64>,
    /// For each date, the sum if nothing in it is drawn.
    pub(crate) known: Option<Vec<f64>>,
}

impl Measured {
    /// Range of one provider's dates in the list of all dates.
    pub(crate) fn places(&self, provider: usize) -> std::ops::Range<usize> {
        let from = self.of[..provider].iter().map(|row| row.labels.len()).sum();
        from..from + self.of[provider].labels.len()
    }

    /// The provider and date at an index of the list of all dates.
    pub(crate) fn at(&self, place: usize) -> Option<(usize, Period)> {
        let mut dated =
            self.of.iter().enumerate().flat_map(|(of, row)| row.labels.iter().map(move |label| (of, *label)));
        dated.nth(place)
    }
}

impl Plan {
    /// Adds the rows of these measures for every provider.
    pub(crate) fn with_measured(mut self, scenario: &Scenario, measures: &[Measure]) -> Self {
        for measure in measures {
            let providers = self.rows.names().len();
            let of = (0..providers).map(|of| self.measured_row(scenario, *measure, ProviderId(of))).collect();
            self.measured.push(Measured { measure: *measure, of });
        }
        self
    }

    fn measured_row(&mut self, scenario: &Scenario, measure: Measure, provider: ProviderId) -> MeasuredRow {
        let ProviderId(place) = provider;
        let dates = scenario.dates_of(measure, scenario.providers[place].history.len());
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
