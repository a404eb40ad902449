//! Yearly sums whose distribution is requested: one row per measure and provider, filled like those of questions.

use super::ids::RowId;
use crate::calendar::Period;
use crate::scenario::Measure;

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
