//! How much of an answer the choice between the laws of mixtures makes up.

use super::lookup::place_of;
use super::{LawAnswer, Overtake};
use crate::calendar::Period;
use crate::error::Error;

impl Overtake {
    /// What every law answers by itself, for each mixture of growth laws that decides the question; laws without weight
    /// are left out. Empty if there is no mixture.
    #[must_use]
    pub fn laws(&self) -> &[LawAnswer] {
        &self.answers.laws
    }

    /// The share of the variance of the event "by `period`" that the choice of law makes up:
    /// Var(P(event | law))/(P (1 − P)), between 0 and 1. If several mixtures decide the question, it is the sum of their
    /// shares, without their interactions. `None` if there is no mixture, or if P is 0 or 1.
    ///
    /// # Errors
    /// If the period is not one of the projected ones.
    pub fn variance_share(&self, period: impl TryInto<Period, Error: Into<Error>>) -> Result<Option<f64>, Error> {
        place_of(self.periods(), period).map(|place| self.share_of_laws(place))
    }

    pub(crate) fn share_of_laws(&self, place: usize) -> Option<f64> {
        let probability = self.answers.by[place].value();
        let variance = probability * (1.0 - probability);
        if self.answers.laws.is_empty() || !(variance > 0.0) {
            return None;
        }
        let of_mixture = |laws: &[LawAnswer]| {
            let given = || laws.iter().filter_map(|law| Some((law.weight, law.by.get(place)?.value())));
            let total: f64 = given().map(|(weight, _)| weight).sum();
            let mean = given().map(|(weight, by)| weight * by).sum::<f64>() / total;
            given().map(|(weight, by)| weight * (by - mean) * (by - mean)).sum::<f64>() / total
        };
        let between: f64 = self.answers.laws.chunk_by(|a, b| a.address == b.address).map(of_mixture).sum();
        Some((between / variance).min(1.0))
    }
}
