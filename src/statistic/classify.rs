//! Custom classifications, one path at a time.

use super::{Counts, Shape, Statistic};
use crate::error::Error;
use crate::paths::{Path, Paths};
use crate::plan::Rows;

/// Classifies paths into `classes` classes with a closure over the rows of named providers.
pub(crate) struct Classify<const N: usize, F> {
    names: [String; N],
    classes: usize,
    class: F,
}

impl<const N: usize, F: Fn([Path<'_>; N]) -> usize + Send + Sync> Classify<N, F> {
    pub(crate) fn new(names: [String; N], classes: usize, class: F) -> Self {
        Self { names, classes, class }
    }
}

impl<const N: usize, F: Fn([Path<'_>; N]) -> usize + Send + Sync> Statistic for Classify<N, F> {
    fn shape(&self, rows: &Rows) -> Result<Shape, Error> {
        self.names.iter().try_for_each(|name| rows.find(name).map(drop))?;
        Ok(Shape::uniform(1, self.classes))
    }

    fn observe(&self, paths: &Paths<'_>, counts: &mut Counts) {
        let rows =
            self.names.each_ref().map(|name| paths.rows().find(name).expect("the shape was checked for this name"));
        // A class that does not fit u16 is outside the declared classes as well.
        let class = |path| u16::try_from((self.class)(rows.map(|row| paths.path(row, path)))).unwrap_or(u16::MAX);
        let classes: Vec<u16> = (0..paths.len()).map(class).collect();
        counts.classes(0, &classes);
    }
}
