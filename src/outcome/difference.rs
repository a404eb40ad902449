//! The effect of a change of the scenario on the answers, from paired paths.

use serde::Serialize;

use super::place_of;
use crate::calendar::Period;
use crate::error::{Error, did_you_mean};
use crate::estimate::Estimate;

/// The change of each overtake probability between two scenarios, from the same random numbers.
///
/// Made by [`Simulation::difference`](crate::Simulation::difference); serde writes it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[must_use]
pub struct Differences {
    pub(crate) paths: u64,
    pub(crate) seed: u64,
    pub(crate) confidence_level: f64,
    pub(crate) questions: Vec<Difference>,
}

/// The differences of one question, by date.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[must_use]
pub struct Difference {
    pub(crate) name: String,
    pub(crate) by: Vec<Change>,
}

/// The difference of one probability.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
#[must_use]
pub struct Change {
    /// The date of the probability that the overtake has happened by then.
    pub period: Period,
    /// The probability in the changed scenario minus that in the original one, −1 to 1.
    pub value: f64,
    /// One standard error of this difference; 0 only if nothing is drawn in either scenario.
    pub standard_error: f64,
    /// The confidence interval of the difference.
    pub interval: [f64; 2],
    /// The probability in the original scenario.
    pub before: Estimate,
    /// The probability in the changed scenario.
    pub after: Estimate,
}

impl Differences {
    /// The difference of the question with this name.
    ///
    /// # Errors
    /// If it is not a question of both scenarios; the message gives the most similar name.
    pub fn question(&self, name: &str) -> Result<&Difference, Error> {
        let known = self.questions.iter().map(|question| question.name.as_str());
        self.questions.iter().find(|question| question.name == name).ok_or_else(|| {
            Error::lookup(
                "question",
                format!("{name:?} is not a question of both scenarios{}", did_you_mean(name, known)),
            )
        })
    }

    /// The difference of every question of both scenarios, in order.
    pub fn questions(&self) -> &[Difference] {
        &self.questions
    }
}

impl Difference {
    /// The name of the question.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The change of the probability that the overtake has happened by a period.
    ///
    /// # Errors
    /// If the period is not one of the projected ones.
    pub fn by(&self, period: impl TryInto<Period, Error: Into<Error>>) -> Result<Change, Error> {
        let labels: Vec<Period> = self.by.iter().map(|change| change.period).collect();
        place_of(&labels, period).map(|place| self.by[place])
    }

    /// The change at every date.
    pub fn changes(&self) -> &[Change] {
        &self.by
    }
}
