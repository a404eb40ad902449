//! Counts: classes by row, and histograms of values within the crate.

use serde::{Deserialize, Serialize};

use super::histogram::Histogram;
use super::values::{Bins, MOST_COMPARED, count_few, hits};
use super::weighing::{Hits, Replicates, Totals, Weighing};
use crate::error::Error;

/// Shape of a statistic: its rows, and the number of classes in each.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Shape {
    classes: Vec<usize>,
}

impl Shape {
    /// Rows with the given numbers of classes.
    ///
    /// # Example: one row of three classes and one of two
    /// ```
    /// let shape = outgrow::Shape::rows([3, 2]);
    /// ```
    pub fn rows(classes: impl IntoIterator<Item = usize>) -> Self {
        Self { classes: classes.into_iter().collect() }
    }

    /// `rows` rows of `classes` classes each.
    pub fn uniform(rows: usize, classes: usize) -> Self {
        Self { classes: vec![classes; rows] }
    }

    /// No rows, for statistics that only fill histograms.
    pub(super) fn none() -> Self {
        Self { classes: Vec::new() }
    }

    /// The number of classes of all rows.
    pub(crate) fn cells(&self) -> usize {
        self.classes.iter().sum()
    }

    /// Memory of the counts, which are by replicate unless `plain`.
    pub(crate) fn bytes(&self, plain: bool) -> usize {
        self.cells() * if plain { size_of::<u64>() } else { size_of::<Replicates>() }
    }

    pub(crate) fn fault(&self) -> Option<String> {
        let most = usize::from(u16::MAX);
        let row = self.classes.iter().position(|classes| !(1..=most).contains(classes))?;
        Some(format!("row {row} must have between 1 and {most} classes, got {}", self.classes[row]))
    }
}

/// Scratch state of the counting, excluded from equality.
#[derive(Debug, Clone, Default)]
struct Scratch {
    /// The first error.
    fault: Option<Error>,
    /// Weights of the paths in the current block.
    weighing: Weighing,
    /// Bytes that the histograms may still grow by in the current block; `None` once they are exceeded.
    room: Option<usize>,
    /// The bins of one row of the current block.
    bins: Bins,
}

impl PartialEq for Scratch {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// The counts of one statistic. Cells are integers, so the result does not depend on the order of addition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// Indexed by row, then by class.
    classes: Vec<Vec<u64>>,
    /// The same by replicate; used instead of `classes` where paths do not count once each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    weights: Vec<Vec<Replicates>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    values: Vec<Histogram>,
    #[serde(skip)]
    scratch: Scratch,
}

impl Counts {
    /// Creates empty counts; by replicate unless `plain`.
    pub(crate) fn new(shape: &Shape, values: Vec<Histogram>, plain: bool) -> Self {
        let (mut classes, mut weights) = (Vec::new(), Vec::new());
        if plain {
            classes = shape.classes.iter().map(|classes| vec![0; *classes]).collect();
        } else {
            weights = shape.classes.iter().map(|classes| vec![Replicates::default(); *classes]).collect();
        }
        Self { classes, weights, values, scratch: Scratch::default() }
    }

    /// Sets how the paths of the next block are weighted, and the bytes by which histograms may grow.
    pub(crate) fn start(&mut self, weighing: &Weighing, room: usize) {
        self.scratch.weighing.clone_from(weighing);
        self.scratch.room = Some(room);
    }

    /// The bytes by which histograms may still grow; `None` if they are larger than that already, by one row at most, and count
    /// no more.
    pub(crate) fn room(&self) -> Option<usize> {
        self.scratch.room
    }

    /// Counts each path of the block once in `row`; `classes[path]` is its class.
    ///
    /// A class or row outside [`Statistic::shape`](super::Statistic::shape) ends the run with an error.
    pub fn classes(&mut self, row: usize, classes: &[u16]) {
        if !self.scratch.weighing.is_plain() {
            return self.weighted_classes(row, classes);
        }
        let Some(cells) = self.classes.get_mut(row) else {
            return self.fail(unannounced(row, self.classes.len()));
        };
        if let [no, yes] = cells.as_mut_slice()
            && let Some(hits) = hits(classes)
        {
            *yes += hits;
            *no += classes.len() as u64 - hits;
            return;
        }
        if cells.len() <= MOST_COMPARED && count_few(cells, classes) {
            return;
        }
        for class in classes {
            match cells.get_mut(usize::from(*class)) {
                Some(cell) => *cell += 1,
                None => {
                    let error = no_class(row, *class, cells.len());
                    return self.fail(error);
                }
            }
        }
    }

    /// Whether each path counts once.
    pub(super) fn is_unweighted(&self) -> bool {
        self.scratch.weighing.is_plain()
    }

    /// Counts `hits` of `paths` paths in the second class of a row, and the others in the first. Each path must count once.
    pub(super) fn two_classes(&mut self, row: usize, hits: u64, paths: usize) {
        let [no, yes] = self.classes[row].as_mut_slice() else { unreachable!("a row of two classes") };
        *yes += hits;
        *no += paths as u64 - hits;
    }

    fn weighted_classes(&mut self, row: usize, classes: &[u16]) {
        let fault = match self.weights.get_mut(row) {
            None => Some(unannounced(row, self.weights.len())),
            Some(cells) => {
                let counted = self.scratch.weighing.count(cells, classes);
                counted.err().map(|class| no_class(row, class, cells.len()))
            }
        };
        if let Some(fault) = fault {
            self.fail(fault);
        }
    }

    /// Adds each path's value to a histogram.
    pub(super) fn values(&mut self, row: usize, values: &[f32]) {
        let Scratch { weighing, room, bins, .. } = &mut self.scratch;
        let Some(bytes) = *room else { return };
        let histogram = &mut self.values[row];
        let before = histogram.bytes();
        let observed = match weighing.weights.as_slice() {
            _ if weighing.is_plain() => histogram.observe(values, bins),
            [] => histogram.observe(values, bins),
            weights => histogram.observe_weighted(values, weights, &weighing.high),
        };
        *room = bytes.checked_sub(histogram.bytes() - before);
        if let Err(message) = observed {
            self.fail(Error::row_limit("simulation", row, message));
        }
    }

    /// Flushes the recent counts of the histograms, after a worker is done and before merging.
    pub(crate) fn settle(&mut self) {
        self.values.iter_mut().for_each(Histogram::settle);
    }

    fn fail(&mut self, error: Error) {
        self.scratch.fault.get_or_insert(error);
    }

    /// # Errors
    /// The first error of the counting.
    pub(crate) fn check(&self) -> Result<(), Error> {
        self.scratch.fault.clone().map_or(Ok(()), Err)
    }

    /// The number of rows.
    pub(crate) fn rows(&self) -> usize {
        self.classes.len().max(self.weights.len())
    }

    /// The hits of each class of a row.
    pub(crate) fn row(&self, row: usize) -> Vec<Hits> {
        match self.weights.get(row) {
            Some(cells) => cells.iter().cloned().map(|cell| Hits::Weight(Box::new(cell))).collect(),
            None => self.classes[row].iter().copied().map(Hits::Paths).collect(),
        }
    }

    /// The number of classes of each row.
    pub(crate) fn lengths(&self) -> Vec<usize> {
        self.classes.iter().map(Vec::len).chain(self.weights.iter().map(Vec::len)).collect()
    }

    /// Whether the rows count paths if `plain`, and weights by replicate otherwise.
    pub(crate) fn is_plain(&self, plain: bool) -> bool {
        if plain { self.weights.is_empty() } else { self.classes.is_empty() }
    }

    pub(crate) fn histograms(&self) -> &[Histogram] {
        &self.values
    }

    /// Memory of the histograms.
    pub(crate) fn histogram_bytes(&self) -> usize {
        self.values.iter().map(Histogram::bytes).sum()
    }

    /// Restores, from empty counts of the same scenario, the fields that a file does not contain.
    pub(crate) fn take_centres(&mut self, empty: &Self) {
        self.values.iter_mut().zip(&empty.values).for_each(|(own, empty)| own.take_centre(empty));
    }

    /// Whether the other has the same rows, classes and number of histograms.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        self.lengths() == other.lengths()
            && self.classes.len() == other.classes.len()
            && self.values.len() == other.values.len()
            && self.values.iter().zip(&other.values).all(|(a, b)| a.is_like(b))
    }

    /// Whether the total of every row and histogram equals `paths`, or their total weight.
    pub(crate) fn holds(&self, paths: u64, totals: Option<&Totals>) -> bool {
        let values = totals.map_or(paths, |totals| totals.cells);
        let total = |cells: &Vec<u64>| cells.iter().try_fold(0_u64, |sum, cell| sum.checked_add(*cell));
        let weight = |cells: &Vec<Replicates>| {
            let mut sum = Replicates::default();
            cells.iter().try_for_each(|cell| sum.add(cell)).is_ok().then_some(sum)
        };
        self.classes.iter().all(|cells| total(cells) == Some(paths))
            && self.weights.iter().all(|cells| weight(cells).as_ref() == totals.map(|totals| &totals.weight))
            && self.values.iter().all(|histogram| histogram.count() == Some(values) && histogram.is_whole())
    }

    /// Adds the other's counts.
    ///
    /// # Errors
    /// If a sum overflows.
    pub(crate) fn merge(&mut self, other: &Self) -> Result<(), Error> {
        for (cells, others) in self.classes.iter_mut().zip(&other.classes) {
            cells.iter_mut().zip(others).for_each(|(cell, other)| *cell += other);
        }
        for (cells, others) in self.weights.iter_mut().zip(&other.weights) {
            cells.iter_mut().zip(others).try_for_each(|(cell, other)| cell.add(other))?;
        }
        for (row, (histogram, other)) in self.values.iter_mut().zip(&other.values).enumerate() {
            histogram.merge(other).map_err(|message| Error::row_limit("simulation", row, message))?;
        }
        if let Some(fault) = &other.scratch.fault {
            self.fail(fault.clone());
        }
        self.check()
    }
}

fn unannounced(row: usize, rows: usize) -> Error {
    Error::invalid("statistic", "", format!("row {row} is outside the statistic's shape (number of rows: {rows})"))
}

fn no_class(row: usize, class: u16, classes: usize) -> Error {
    Error::invalid(
        "statistic",
        "",
        format!("class {class} of row {row} is outside the statistic's shape, which has classes 0 to {}", classes - 1),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn histograms_beyond_their_room_grow_by_one_row_and_count_no_more() {
        let rows = 8;
        let mut counts = Counts::new(&Shape::none(), vec![Histogram::log(0.0, false); rows], true);
        let wide: Vec<f32> = (0..64_u8).map(f32::from).collect();
        let mut one = Histogram::log(0.0, false);
        one.observe(&wide, &mut Bins::default()).expect("inside");
        let room = 3 * one.bytes();
        counts.start(&Weighing::default(), room);
        (0..rows).for_each(|row| counts.values(row, &wide));
        assert_eq!(counts.room(), None);
        assert_eq!(counts.histogram_bytes(), 4 * one.bytes(), "the fourth row exceeds the room");
        counts.start(&Weighing::default(), room);
        (0..3).for_each(|row| counts.values(row, &wide));
        assert_eq!(counts.room(), Some(room), "known pages take no room");
    }
}
