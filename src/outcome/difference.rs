//! The effect of a change of the scenario on the answers, from paired paths.

use std::fmt;

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

impl Change {
    /// The difference of two shares of the same `paths` paths, of which `lost` are hits only before the change and
    /// `gained` only after it: Wald's interval with half a path added to each of the four cells (Agresti & Min 2005),
    /// so that zero discordant pairs do not mean zero error.
    #[expect(clippy::cast_precision_loss, reason = "path counts stay far below 2^53")]
    pub(crate) fn paired(
        (period, before, after): (Period, Estimate, Estimate),
        (lost, gained): (u64, u64),
        paths: u64,
        z: f64,
    ) -> Self {
        let (lost, gained, paths) = (lost as f64, gained as f64, paths as f64);
        let enlarged = paths + 2.0;
        let centre = (gained - lost) / enlarged;
        let error = (((lost + gained + 1.0) / enlarged - centre * centre) / enlarged).sqrt();
        let interval = [(centre - z * error).max(-1.0), (centre + z * error).min(1.0)];
        Self { period, value: (gained - lost) / paths, standard_error: error, interval, before, after }
    }

    /// The difference of two probabilities without error.
    pub(crate) fn exact(period: Period, before: Estimate, after: Estimate) -> Self {
        let value = after.value() - before.value();
        Self { period, value, standard_error: 0.0, interval: [value, value], before, after }
    }
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

impl fmt::Display for Change {
    /// "by 2022-Q4: 0.381 → 0.402, +0.0210 ± 0.0003".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "by {}: {} → {}, ", self.period, self.before.shown(), self.after.shown())?;
        if self.standard_error > 0.0 {
            let decimals = crate::estimate::decimals(self.standard_error);
            write!(f, "{:+.decimals$} ± {:.decimals$}", self.value, self.standard_error)
        } else {
            write!(f, "{:+} (exact)", self.value)
        }
    }
}

impl fmt::Display for Differences {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for question in &self.questions {
            writeln!(f, "{}", question.name)?;
            for change in &question.by {
                writeln!(f, "  {change}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bonett & Price 2012 and Agresti & Min 2005 discuss 2 × 2 tables; by hand: n = 100, 12 gained, 4 lost.
    #[test]
    fn a_paired_difference_by_hand() {
        let probability = Estimate::wilson(10, 100, 1.96);
        let period = "2018".parse().expect("label");
        let change = Change::paired((period, probability, probability), (4, 12), 100, 1.96);
        assert!((change.value - 0.08).abs() < 1e-15);
        // center 8/102; variance ((17/102) − (8/102)²)/102 = 0.00157368…
        let error = ((17.0 / 102.0 - 64.0 / 10404.0) / 102.0_f64).sqrt();
        assert!((change.standard_error - error).abs() < 1e-15);
        assert!((change.interval[0] - (8.0 / 102.0 - 1.96 * error)).abs() < 1e-15);
        let same = Change::paired((period, probability, probability), (0, 0), 100, 1.96);
        assert!(same.value.abs() < 1e-15 && same.standard_error > 0.0, "zero discordant pairs do not mean zero error");
    }
}
