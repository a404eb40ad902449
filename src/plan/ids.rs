//! Typed indices of a plan: series, and the rows that statistics compare.

use std::ops::{Index, IndexMut};

/// A row of log revenue at every period: a series (a base, a growth curve and shocks), or, after all series, the sum of a
/// provider's segments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SeriesId(pub(crate) usize);

/// A derived row, computed from a row of log revenue: a sum over time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct DerivedId(pub(crate) usize);

/// A row that statistics compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum RowId {
    /// Log revenue at every period.
    Series(SeriesId),
    /// Linear revenue of a derived row at the dates of its measure.
    Derived(DerivedId),
}

impl RowId {
    /// Whether the row holds sums, on a linear scale.
    pub(crate) fn is_derived(self) -> bool {
        matches!(self, Self::Derived(_))
    }
}

impl From<SeriesId> for RowId {
    fn from(series: SeriesId) -> Self {
        Self::Series(series)
    }
}

/// One value for each row of a plan.
#[derive(Debug, Clone)]
pub(crate) struct ByRow<T> {
    series: Vec<T>,
    derived: Vec<T>,
}

impl<T> Default for ByRow<T> {
    fn default() -> Self {
        Self { series: Vec::new(), derived: Vec::new() }
    }
}

impl<T: Default> ByRow<T> {
    /// Extends both lists with default values.
    pub(crate) fn resize(&mut self, series: usize, derived: usize) {
        self.series.resize_with(series, T::default);
        self.derived.resize_with(derived, T::default);
    }
}

impl<T> ByRow<T> {
    /// The value of a row; `None` before the rows are allocated.
    pub(crate) fn get(&self, row: RowId) -> Option<&T> {
        match row {
            RowId::Series(SeriesId(place)) => self.series.get(place),
            RowId::Derived(DerivedId(place)) => self.derived.get(place),
        }
    }
}

impl<T> Index<RowId> for ByRow<T> {
    type Output = T;

    fn index(&self, row: RowId) -> &T {
        match row {
            RowId::Series(SeriesId(place)) => &self.series[place],
            RowId::Derived(DerivedId(place)) => &self.derived[place],
        }
    }
}

impl<T> IndexMut<RowId> for ByRow<T> {
    fn index_mut(&mut self, row: RowId) -> &mut T {
        match row {
            RowId::Series(SeriesId(place)) => &mut self.series[place],
            RowId::Derived(DerivedId(place)) => &mut self.derived[place],
        }
    }
}
