//! Answers where a provider may exit: overtakes count only while both exist.
//!
//! With F(t) the probability that the first overtake comes by date t if nobody exits, f(t) its increments and S(t) the
//! probability that both still exist, the overtake happens by t with probability Σ f(s) S(s), and one of the two is gone
//! before any overtake with probability Σ f(s) (1 − S(s)) + (1 − F(t)) (1 − S(t)). Both are linear in F, with
//! coefficients that sum to at most 1 in absolute value, so they have no larger error than F.

use super::lookup::place_of;
use super::overtake::Overtake;
use crate::calendar::Period;
use crate::error::Error;
use crate::estimate::Estimate;

/// For each class of first overtakes (at the base, at each date, none) the probability that it remains an overtake by
/// date t, from 1.
pub(crate) fn kept(survival: &[f64], t: usize) -> Vec<f64> {
    let mut kept: Vec<f64> = survival[..=t].to_vec();
    kept.resize(survival.len() + 1, 0.0);
    kept
}

/// The same if there may be no exit, for questions with this number of dates.
pub(crate) fn counted(survival: Option<Vec<f64>>, dates: usize, t: usize) -> Vec<f64> {
    kept(&survival.unwrap_or_else(|| vec![1.0; dates + 1]), t)
}

/// For each class the probability that one of the two is gone by date t before any overtake.
pub(crate) fn gone(survival: &[f64], t: usize) -> Vec<f64> {
    (0..=survival.len()).map(|class| 1.0 - survival[class.min(t)]).collect()
}

/// The probabilities by every date, and of being gone, from those without exits, each including the base.
pub(crate) fn exact(at_base: Estimate, by: &[Estimate], survival: &[f64]) -> (Vec<Estimate>, Vec<Estimate>) {
    let (mut happened, mut gone, mut error) = (at_base.value(), 0.0, at_base.standard_error());
    let mut before = at_base.value();
    let (mut all, mut all_gone) = (Vec::new(), Vec::new());
    for (by, survival) in by.iter().zip(&survival[1..]) {
        let now = (by.value() - before).max(0.0);
        before = by.value();
        error = by.standard_error().max(error);
        happened += now * survival;
        gone += now * (1.0 - survival);
        all.push(bounded(happened, error));
        all_gone.push(bounded(gone + (1.0 - by.value()) * (1.0 - survival), error));
    }
    (all, all_gone)
}

fn bounded(value: f64, error: f64) -> Estimate {
    let value = value.clamp(0.0, 1.0);
    if error > 0.0 { Estimate::bounded(value, error) } else { Estimate::exact(value) }
}

impl Overtake {
    /// The probability that by a period one of the two no longer exists and no overtake came before; `None` if neither
    /// has an [`exit`](crate::Provider::exit). Exits change `by`, the quantiles, [`not_by_horizon`](Self::not_by_horizon),
    /// which includes those that are gone, and the mean date, and nothing else.
    ///
    /// # Errors
    /// If the period is not one of the projected ones.
    ///
    /// # Example: a challenger that may merge
    /// ```
    /// # use outgrow::{Curve, Provider, Question, Scenario};
    /// let scenario = Scenario::builder("2018", "2022")
    ///     .provider(Provider::new("A", 10).growth(Curve::constant(0.6)).volatility(0.2).exit(0.05))
    ///     .provider(Provider::new("B", 12).growth(Curve::constant(0.1)))
    ///     .question(Question::overtakes("A", "B")).build()?;
    /// let outcome = scenario.exact().run()?;
    /// let overtake = outcome.overtake("A", "B")?;
    /// let gone = overtake.gone("2022")?.expect("A may exit");
    /// assert!(gone.value() > 0.0 && gone.value() < overtake.not_by_horizon().value() + 1e-9);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn gone(&self, period: impl TryInto<Period, Error: Into<Error>>) -> Result<Option<Estimate>, Error> {
        let place = place_of(self.periods(), period)?;
        Ok(self.answers.gone.as_ref().map(|gone| gone[place]))
    }

    /// Every date with the probability of being gone by it; nothing if neither may exit.
    pub(crate) fn gone_by_date(&self) -> impl Iterator<Item = (Period, &Estimate)> {
        self.periods().iter().copied().zip(self.answers.gone.iter().flatten())
    }
}
