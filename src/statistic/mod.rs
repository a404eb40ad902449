//! Statistics: each only says in which class every path falls; the library counts.

mod counts;
mod histogram;
mod overtake;
mod own;
mod page;
mod rank;
mod revenue;
mod values;
mod weighing;

pub use counts::{Counts, Shape};
pub(crate) use histogram::{Histogram, PAGE_BYTES};
pub(crate) use overtake::{Overtake, OvertakeRow};
pub(crate) use own::Classify;
pub(crate) use rank::Ranks;
pub(crate) use revenue::{Fans, MeasuredFans, Shares};
pub(crate) use weighing::{Hits, Totals, Weighing};

use crate::error::Error;
use crate::paths::{Paths, Rows};

/// Sorts paths into classes, a block at a time: a question of one's own at the speed of the built-in ones.
///
/// A statistic counts nothing itself. So it is right however paths are weighted or split into shards, merges
/// exactly, and needs no state.
///
/// # Example: how many periods a provider spends above its base revenue
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
    /// How many rows of how many classes it counts.
    ///
    /// # Errors
    /// Where it asks for a provider that the scenario has not (see [`Rows::find`]).
    fn shape(&self, rows: &Rows) -> Result<Shape, Error>;

    /// Says for each row in which class every path of the block falls, by [`Counts::classes`].
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
