//! Close pairs: rows that f32 cannot resolve.

use std::collections::BTreeMap;

use super::ids::{ByRow, RowId};

/// The close pairs of a plan, and the series to fill in f64.
#[derive(Debug, Clone, Default)]
pub(crate) struct ClosePairs {
    /// By pair of rows, lower index first: the largest difference that is a tie.
    pairs: BTreeMap<(RowId, RowId), f64>,
    /// By row, whether it belongs to a close pair.
    rows: ByRow<bool>,
    /// Series whose innovations affect these rows.
    pub(crate) moving: Vec<usize>,
}

impl ClosePairs {
    pub(crate) fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    pub(crate) fn holds(&self, row: impl Into<RowId>) -> bool {
        self.rows.get(row.into()).is_some_and(|is_one| *is_one)
    }

    /// The tie threshold of two rows, if they are a close pair.
    pub(crate) fn tie(&self, a: RowId, b: RowId) -> Option<f64> {
        self.pairs.get(&(a.min(b), a.max(b))).copied()
    }

    /// Adds a pair, lower row first, with its tie threshold.
    pub(super) fn insert(&mut self, [a, b]: [RowId; 2], tie: f64) {
        self.pairs.insert((a, b), tie);
    }

    /// The rows of all pairs.
    pub(super) fn rows_of_pairs(&self) -> impl Iterator<Item = RowId> + '_ {
        self.pairs.keys().flat_map(|(a, b)| [*a, *b])
    }

    /// Sets the rows to fill in f64, and the series whose innovations affect them.
    pub(super) fn fill(&mut self, rows: ByRow<bool>, moving: Vec<usize>) {
        (self.rows, self.moving) = (rows, moving);
    }
}
