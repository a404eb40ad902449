//! What is counted: classes by row, and histograms of values inside the crate.

use serde::{Deserialize, Serialize};

use super::histogram::Histogram;
use super::values::hits;
use crate::error::{Error, Kind};

/// How many rows a statistic counts, and how many classes each has.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Shape {
    classes: Vec<usize>,
}

impl Shape {
    /// Rows with a number of classes each.
    ///
    /// # Example: one row of three classes and one of two
    /// ```
    /// let shape = outgrow::Shape::rows([3, 2]);
    /// ```
    pub fn rows(classes: impl IntoIterator<Item = usize>) -> Self {
        Self { classes: classes.into_iter().collect() }
    }

    /// `rows` rows of `classes` classes.
    pub fn uniform(rows: usize, classes: usize) -> Self {
        Self { classes: vec![classes; rows] }
    }

    /// No class at all, for statistics that only fill histograms.
    pub(super) fn none() -> Self {
        Self { classes: Vec::new() }
    }

    pub(crate) fn fault(&self) -> Option<String> {
        let most = usize::from(u16::MAX);
        let row = self.classes.iter().position(|classes| !(1..=most).contains(classes))?;
        Some(format!("row {row} must have between 1 and {most} classes, got {}", self.classes[row]))
    }
}

/// The first thing that went wrong; it is no part of what is counted, so all are equal.
#[derive(Debug, Clone, Default)]
struct Fault(Option<Error>);

impl PartialEq for Fault {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// The counts of one statistic. Cells are whole numbers, so that no order of addition can show.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// By row, then class.
    classes: Vec<Vec<u64>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    values: Vec<Histogram>,
    #[serde(skip)]
    fault: Fault,
}

impl Counts {
    pub(crate) fn new(shape: &Shape, values: Vec<Histogram>) -> Self {
        Self { classes: shape.classes.iter().map(|classes| vec![0; *classes]).collect(), values, fault: Fault(None) }
    }

    /// Counts each path of the block once in `row`: `classes[path]` is its class.
    ///
    /// A class or row that [`Statistic::shape`](super::Statistic::shape) did not announce ends the run with an error.
    pub fn classes(&mut self, row: usize, classes: &[u16]) {
        let Some(cells) = self.classes.get_mut(row) else {
            let message = format!("row {row} was not announced: there are {}", self.classes.len());
            return self.fail(Error::invalid("statistic", "", message));
        };
        if let [no, yes] = cells.as_mut_slice()
            && let Some(hits) = hits(classes)
        {
            *yes += hits;
            *no += classes.len() as u64 - hits;
            return;
        }
        for class in classes {
            match cells.get_mut(usize::from(*class)) {
                Some(cell) => *cell += 1,
                None => {
                    let message = format!("class {class} of row {row} is none of the classes 0 to {}", cells.len() - 1);
                    return self.fail(Error::invalid("statistic", "", message));
                }
            }
        }
    }

    /// Adds each path's value to a histogram.
    pub(super) fn values(&mut self, row: usize, values: &[f32]) {
        if let Err(message) = self.values[row].observe(values) {
            // The run puts the row into words.
            self.fail(Error::one(Kind::Limit, "simulation", row.to_string(), message));
        }
    }

    /// Once a worker is done: puts what its histograms have counted where it is read and merged.
    pub(crate) fn settle(&mut self) {
        self.values.iter_mut().for_each(Histogram::settle);
    }

    fn fail(&mut self, error: Error) {
        self.fault.0.get_or_insert(error);
    }

    /// # Errors
    /// The first thing that went wrong while counting.
    pub(crate) fn check(&self) -> Result<(), Error> {
        self.fault.0.clone().map_or(Ok(()), Err)
    }

    /// The cells of a row.
    pub(crate) fn row(&self, row: usize) -> &[u64] {
        &self.classes[row]
    }

    pub(crate) fn rows(&self) -> &[Vec<u64>] {
        &self.classes
    }

    pub(crate) fn histograms(&self) -> &[Histogram] {
        &self.values
    }

    /// Takes from empty counts of the same scenario what a file does not hold.
    pub(crate) fn take_centres(&mut self, empty: &Self) {
        self.values.iter_mut().zip(&empty.values).for_each(|(own, empty)| own.take_centre(empty));
    }

    /// Whether the other counts the same rows of the same classes and as many histograms.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        let lengths = |counts: &Self| counts.classes.iter().map(Vec::len).collect::<Vec<_>>();
        lengths(self) == lengths(other)
            && self.values.len() == other.values.len()
            && self.values.iter().zip(&other.values).all(|(a, b)| a.is_like(b))
    }

    /// Whether every row and histogram holds `paths` paths.
    pub(crate) fn holds(&self, paths: u64) -> bool {
        let total = |cells: &Vec<u64>| cells.iter().try_fold(0_u64, |sum, cell| sum.checked_add(*cell));
        self.classes.iter().all(|cells| total(cells) == Some(paths))
            && self.values.iter().all(|histogram| histogram.count() == Some(paths) && histogram.is_whole())
    }

    /// Adds the other's counts.
    ///
    /// # Errors
    /// Where a sum leaves its bound.
    pub(crate) fn merge(&mut self, other: &Self) -> Result<(), Error> {
        for (cells, others) in self.classes.iter_mut().zip(&other.classes) {
            cells.iter_mut().zip(others).for_each(|(cell, other)| *cell += other);
        }
        for (row, (histogram, other)) in self.values.iter_mut().zip(&other.values).enumerate() {
            let limit = |message| Error::one(Kind::Limit, "simulation", row.to_string(), message);
            histogram.merge(other).map_err(limit)?;
        }
        if let Some(fault) = &other.fault.0 {
            self.fail(fault.clone());
        }
        self.check()
    }
}
