//! Derivatives of one probability, by the address of the number.

use std::fmt;

use serde::Serialize;

use crate::calendar::Period;
use crate::error::{Error, did_you_mean_address, shown};
use crate::estimate::Estimate;

/// A number of the scenario and the derivative of a probability with respect to it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Slope {
    /// Address of the number, as [`Scenario::with`](crate::Scenario::with) takes it.
    pub address: String,
    /// Value of the number.
    pub number: f64,
    /// ∂P/∂number: change of the probability per unit of the number.
    pub slope: f64,
    /// Error of the slope, with the meaning that it has for an exact probability: three standard errors over independent replicates of
    /// the quadrature points, if there are several points, plus a bound on the discretization error.
    pub standard_error: f64,
    /// Whether the number is a fraction (a growth rate, volatility or correlation). The table shows the effect of one
    /// percentage point for fractions, of one percent for other numbers.
    #[serde(skip)]
    pub(super) is_fraction: bool,
}

impl Slope {
    /// First-order effect of a small change on the probability: one percentage point of a fraction, one percent of any
    /// other number.
    fn effect(&self) -> f64 {
        0.01 * self.slope * if self.is_fraction { 1.0 } else { self.number }
    }

    fn change(&self) -> &'static str {
        if self.is_fraction { "+1 point" } else { "+1 %" }
    }
}

/// Derivatives of one probability with respect to the numbers of the scenario; returned by
/// [`Exact::gradient`](crate::Exact::gradient).
///
/// It displays as a table with the effect of a small change of each number, largest first: one percentage point of a
/// growth rate, volatility or correlation (0.30 to 0.31), one percent of any other number. How much the *spread* of
/// each assumption contributes is reported as the weights of [`Audit`](crate::Audit).
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Gradient {
    pub(super) question: String,
    pub(super) by: Period,
    pub(super) probability: Estimate,
    pub(super) slopes: Vec<Slope>,
    /// Addresses of numbers that the probability does not depend on.
    #[serde(skip)]
    pub(super) others: Vec<String>,
}

impl Gradient {
    /// The name of the question.
    #[must_use]
    pub fn question(&self) -> &str {
        &self.question
    }

    /// The date by which the overtake is to happen.
    #[must_use]
    pub fn date(&self) -> Period {
        self.by
    }

    /// The probability that the overtake has happened by that date.
    pub fn probability(&self) -> Estimate {
        self.probability
    }

    /// Every number that the probability may depend on, in the order of [`Scenario::numbers`](crate::Scenario::numbers).
    #[must_use]
    pub fn entries(&self) -> &[Slope] {
        &self.slopes
    }

    /// The derivative with respect to the number at `address`: 0 where the probability does not depend on it. Its error is among the
    /// [`entries`](Self::entries).
    ///
    /// # Errors
    /// If no number has the address, or the number is an integer (such as a month) and has no derivative.
    pub fn of(&self, address: &str) -> Result<f64, Error> {
        if let Some(found) = self.slopes.iter().find(|slope| slope.address == address) {
            return Ok(found.slope);
        }
        let known = self.slopes.iter().map(|slope| &slope.address).chain(&self.others).map(String::as_str);
        if self.others.iter().any(|other| other == address) {
            return Ok(0.0);
        }
        let hint = did_you_mean_address(address, known);
        Err(Error::lookup("gradient", format!("no number with a derivative has the address {address:?}{hint}")))
    }
}

impl fmt::Display for Gradient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut slopes: Vec<&Slope> = self.slopes.iter().collect();
        let size = |slope: &Slope| (slope.effect().abs(), slope.slope.abs());
        slopes.sort_by(|a, b| {
            let (a, b) = (size(a), size(b));
            b.0.total_cmp(&a.0).then(b.1.total_cmp(&a.1))
        });
        writeln!(f, "{} by {}: {}, and what moves it", self.question, self.by, self.probability)?;
        let wide = slopes.iter().map(|slope| slope.address.chars().count()).max().unwrap_or(0).max("number at".len());
        let head = ["number at", "value", "slope", "± error", "a change of", "moves it by"];
        let [number, value, slope, error, change, effect] = head;
        writeln!(f, "\n  {number:<wide$}  {value:>12}  {slope:>12}  {error:>10}  {change:>12}  {effect:>12}")?;
        for slope in slopes {
            let Slope { address, number, slope: per_unit, standard_error: error, .. } = slope;
            let (number, change, effect) = (shown(*number), slope.change(), slope.effect());
            writeln!(
                f,
                "  {address:<wide$}  {number:>12}  {per_unit:>+12.4e}  {error:>10.1e}  {change:>12}  {effect:>+12.6}"
            )?;
        }
        Ok(())
    }
}
