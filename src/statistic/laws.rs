//! First overtakes by the law drawn of a mixture.

use super::{Counts, OvertakeStatistic, Shape, Statistic};
use crate::error::Error;
use crate::paths::Paths;
use crate::plan::{Rows, law_of};

/// Rows: the laws of a mixture that a path may follow. Classes: those of
/// [`OvertakeRow::First`](super::OvertakeRow::First), then the paths that follow another law.
#[derive(Debug)]
pub(crate) struct Laws {
    pub(crate) overtake: OvertakeStatistic,
    /// The index of the draw.
    pub(crate) draw: usize,
    /// The value of the draw for each row.
    pub(crate) values: Vec<f64>,
}

impl Statistic for Laws {
    fn shape(&self, _: &Rows) -> Result<Shape, Error> {
        Ok(Shape::uniform(self.values.len(), self.overtake.dates + 3))
    }

    fn observe(&self, paths: &Paths<'_>, counts: &mut Counts) {
        let first = self.overtake.first(paths);
        let other = u16::try_from(self.overtake.dates + 2).expect("validated: at most 2,400 dates");
        let drawn = paths.draw(self.draw);
        for (row, value) in self.values.iter().enumerate() {
            let class = |(first, drawn): (&u16, &f64)| if law_of(*drawn) == law_of(*value) { *first } else { other };
            let classes: Vec<u16> = first.iter().zip(drawn).map(class).collect();
            counts.classes(row, &classes);
        }
    }
}
