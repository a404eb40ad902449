//! The answers of every view of a scenario, and their pool.

use serde::Serialize;
use serde::ser::SerializeMap;

use super::lookup::place_of;
use super::questions::question_named;
use super::{Overtake, RunInfo};
use crate::calendar::Period;
use crate::error::Error;

/// The answers to all questions as one view sees them; from [`Outcome::views`](crate::Outcome::views).
///
/// # Example: a question as seen by one view
/// ```
/// # use outgrow::{Curve, Provider, Question, Scenario, View};
/// # let scenario = Scenario::builder("2018", "2024")
/// #     .provider(Provider::new("A", 10).growth(Curve::constant(0.4)).volatility(0.1))
/// #     .provider(Provider::new("B", 30).growth(Curve::constant(0.1)))
/// #     .question(Question::overtakes("A", "B"))
/// #     .view(View::new("bull").with("provider[A].growth.constant", 0.5))
/// #     .view(View::new("bear").with("provider[A].growth.constant", 0.3)).build()?;
/// let outcome = scenario.simulate().paths(1000).seed(7).views(true).run()?;
/// let bull = outcome.view("bull")?;
/// assert_eq!((bull.name(), bull.weight()), ("bull", 0.5));
/// // The bits are those of a run of the scenario with this view's values.
/// let alone = scenario.as_seen_by("bull")?.simulate().paths(1000).seed(7).run()?;
/// assert_eq!(bull.question("A overtakes B")?.by("2024")?, alone.question("A overtakes B")?.by("2024")?);
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[must_use]
pub struct ViewAnswer {
    pub(super) name: String,
    pub(super) weight: f64,
    pub(crate) run: RunInfo,
    pub(super) questions: Vec<Overtake>,
}

impl ViewAnswer {
    /// The name of the view.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The share of the view in the pool: its weight divided by the sum of the weights.
    #[must_use]
    pub fn weight(&self) -> f64 {
        self.weight
    }

    /// Every answer, in the order of the questions.
    pub fn questions(&self) -> &[Overtake] {
        &self.questions
    }

    /// The answer to the question with this name.
    ///
    /// # Errors
    /// If there is no such question; the message gives the most similar name.
    pub fn question(&self, name: &str) -> Result<&Overtake, Error> {
        question_named(&self.questions, name)
    }
}

/// The weighted mixture of all views (a linear opinion pool: Stone 1961), and how much the views disagree; from
/// [`Outcome::pool`](crate::Outcome::pool).
///
/// Every probability of the pool is the weighted mean of the views' probabilities, as if one view were drawn at random for
/// each path. Quantiles of dates and mean dates are those of that mixture. Laws of growth mixtures and cross-checks are
/// those of each view; the pool has none.
///
/// The views share their random numbers, so their errors are correlated. The standard error of the pool is therefore the
/// weighted sum of the views' standard errors, and an end of its interval the weighted sum of the views' ends: upper bounds
/// under any correlation. Only the interval of the computation is meant, as everywhere; the disagreement of the views is
/// part of the probability itself.
///
/// # Example: how far apart the views are
/// ```
/// # use outgrow::{Curve, Provider, Question, Scenario, View};
/// # let scenario = Scenario::builder("2018", "2024")
/// #     .provider(Provider::new("A", 10).growth(Curve::constant(0.4)).volatility(0.1))
/// #     .provider(Provider::new("B", 30).growth(Curve::constant(0.1)))
/// #     .question(Question::overtakes("A", "B"))
/// #     .view(View::new("bull").with("provider[A].growth.constant", 0.5))
/// #     .view(View::new("bear").with("provider[A].growth.constant", 0.3)).build()?;
/// let outcome = scenario.exact().views(true).run()?;
/// let pool = outcome.pool().expect("asked for");
/// println!("{}", pool.question("A overtakes B")?);                  // a table, as for every question
/// let share = pool.disagreement("A overtakes B", "2021")?.expect("0 < P < 1");
/// assert!(share > 0.0 && share < 1.0);
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Pool {
    pub(super) questions: Vec<Overtake>,
    /// For each question and each of its dates; `None` where the probability of the pool is 0 or 1.
    pub(super) disagreement: Vec<Vec<Option<f64>>>,
}

impl Pool {
    /// Every answer, in the order of the questions.
    pub fn questions(&self) -> &[Overtake] {
        &self.questions
    }

    /// The answer to the question with this name.
    ///
    /// # Errors
    /// If there is no such question; the message gives the most similar name.
    pub fn question(&self, name: &str) -> Result<&Overtake, Error> {
        question_named(&self.questions, name)
    }

    /// The share of the pool's variance that is between the views: Var(Pᵥ)/(P (1 − P)), where Pᵥ is the probability of a
    /// view that the overtake has happened by `period`, P that of the pool, and the variance is weighted. It is 0 if all
    /// views agree and 1 if each is certain and they contradict each other. `None` if P is 0 or 1.
    ///
    /// # Errors
    /// If there is no such question, or if the period is not one of the projected ones.
    pub fn disagreement(
        &self,
        question: &str,
        period: impl TryInto<Period, Error: Into<Error>>,
    ) -> Result<Option<f64>, Error> {
        let overtake = self.question(question)?;
        let place = place_of(overtake.periods(), period)?;
        Ok(self.shares_of(overtake)[place])
    }

    /// The disagreement by date of one of the pool's questions.
    pub(crate) fn shares_of(&self, overtake: &Overtake) -> &[Option<f64>] {
        let place = self.questions.iter().position(|known| known.name() == overtake.name());
        &self.disagreement[place.expect("invariant: questions of a pool have unique names")]
    }
}

impl Serialize for Pool {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Dated {
            period: Period,
            value: Option<f64>,
        }
        #[derive(Serialize)]
        struct Entry<'a> {
            question: &'a str,
            by_horizon: Option<f64>,
            by: Vec<Dated>,
        }
        let rows = self.questions.iter().zip(&self.disagreement).map(|(overtake, shares)| {
            let dated = overtake.periods().iter().zip(shares);
            Entry {
                question: overtake.name(),
                by_horizon: shares.last().copied().flatten(),
                by: dated.map(|(period, value)| Dated { period: *period, value: *value }).collect(),
            }
        });
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("questions", &self.questions)?;
        map.serialize_entry("disagreement", &rows.collect::<Vec<_>>())?;
        map.end()
    }
}
