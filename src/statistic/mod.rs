//! Statistics: each assigns every path to a class, and the library counts.

mod classify;
mod counts;
mod histogram;
mod laws;
mod overtake;
mod page;
mod rank;
mod revenue;
mod values;
mod weighing;

pub(crate) use classify::Classify;
pub use counts::{Counts, Shape};
pub(crate) use histogram::{Histogram, PAGE_BYTES};
pub(crate) use laws::Laws;
pub(crate) use overtake::{Other, OvertakeRow, OvertakeStatistic};
pub(crate) use rank::Ranks;
pub(crate) use revenue::{Fans, MeasuredFans, Shares};
pub(crate) use weighing::{Hits, Totals, Weighing};

use crate::error::Error;
use crate::paths::Paths;
use crate::plan::Rows;

/// Classifies paths, a block at a time: a custom statistic with the speed of the built-in ones.
///
/// A statistic does not count. It is therefore correct for any weighting of the paths, merges exactly over shards, and
/// needs no state.
///
/// # Example: number of periods above the base revenue
/// ```
/// use outgrow::{Counts, Curve, Error, Paths, Provider, Rows, Scenario, Shape, Statistic};
///
/// struct PeriodsAboveBase;
/// impl Statistic for PeriodsAboveBase {
///     fn shape(&self, rows: &Rows) -> Result<Shape, Error> {
///         Ok(Shape::uniform(1, rows.periods() + 1))
///     }
///     fn observe(&self, paths: &Paths<'_>, counts: &mut Counts) {
///         let mut above = vec![0_u16; paths.len()];
///         for t in 1..=paths.rows().periods() {
///             for ((above, now), base) in above.iter_mut().zip(paths.row(0, t)).zip(paths.row(0, 0)) {
///                 *above += u16::from(now > base);
///             }
///         }
///         counts.classes(0, &above);
///     }
/// }
///
/// let scenario = Scenario::builder("2018", "2022")
///     .provider(Provider::new("A", 1).growth(Curve::constant(0.1)).volatility(0.3))
///     .build()?;
/// let outcome = scenario.simulate().paths(1000).statistic("above", PeriodsAboveBase).run()?;
/// let always = outcome.statistic("above")?[0][4];
/// assert!(always.value() > 0.0);
/// # Ok::<(), outgrow::Error>(())
/// ```
pub trait Statistic: Send + Sync {
    /// Declares its rows, and the number of classes in each.
    ///
    /// # Errors
    /// If it names a provider that the scenario does not have (see [`Rows::find`]).
    fn shape(&self, rows: &Rows) -> Result<Shape, Error>;

    /// Classifies every path of the block, for each row, by calling [`Counts::classes`].
    fn observe(&self, paths: &Paths<'_>, counts: &mut Counts);
}

impl<S: Statistic + ?Sized> Statistic for &S {
    fn shape(&self, rows: &Rows) -> Result<Shape, Error> {
        (**self).shape(rows)
    }

    fn observe(&self, paths: &Paths<'_>, counts: &mut Counts) {
        (**self).observe(paths, counts);
    }
}
