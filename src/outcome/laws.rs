//! What the laws of a mixture answer by themselves, and how much of the answer the choice between them makes up.

use serde::{Deserialize, Serialize};

use super::lookup::place_of;
use crate::calendar::Period;
use crate::error::Error;
use crate::estimate::Estimate;

/// The answer to a question given one law of a mixture, from [`Overtake::laws`](crate::Overtake::laws).
///
/// # Example: two continuations of the same growth
/// ```
/// # use outgrow::{Curve, Provider, Question, Scenario};
/// let growth = Curve::mixture([(3.0, Curve::constant(0.5)), (1.0, Curve::fade(0.5, 0.1, 1))]);
/// let scenario = Scenario::builder("2018", "2022")
///     .provider(Provider::new("A", 10).growth(growth).volatility(0.1))
///     .provider(Provider::new("B", 30).growth(Curve::constant(0.1)))
///     .question(Question::overtakes("A", "B")).build()?;
/// let outcome = scenario.exact().run()?;
/// let overtake = outcome.overtake("A", "B")?;
/// let [fast, slow] = overtake.laws() else { panic!("there are two laws") };
/// assert_eq!((fast.address(), fast.index(), fast.weight()), ("provider[A].growth.mixture", 0, 0.75));
/// let given = |law: &outgrow::LawAnswer| law.by("2022").map(|by| by.expect("an exact answer").value());
/// let mean = 0.75 * given(fast)? + 0.25 * given(slow)?;
/// assert!((overtake.by("2022")?.value() - mean).abs() < 1e-9);
/// # let _ = overtake.variance_share("2022")?;
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct LawAnswer {
    pub(crate) address: String,
    pub(crate) index: usize,
    pub(crate) weight: f64,
    /// By date; empty if no path follows the law.
    pub(crate) by: Vec<Estimate>,
    pub(crate) periods: Vec<Period>,
}

impl LawAnswer {
    /// The address of the mixture.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The index of the law in the mixture.
    #[must_use]
    pub fn index(&self) -> usize {
        self.index
    }

    /// The probability of the law: its weight divided by the sum of the weights.
    #[must_use]
    pub fn weight(&self) -> f64 {
        self.weight
    }

    /// The probability, given this law, that the overtake has happened by a period; `None` if no simulated path
    /// follows the law.
    ///
    /// # Errors
    /// If the period is not one of the projected ones.
    pub fn by(&self, period: impl TryInto<Period, Error: Into<Error>>) -> Result<Option<Estimate>, Error> {
        place_of(&self.periods, period).map(|place| self.by.get(place).copied())
    }
}

/// A law in an outcome file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LawEntry<D> {
    pub(super) address: String,
    pub(super) index: usize,
    pub(super) weight: f64,
    pub(super) by: D,
}
