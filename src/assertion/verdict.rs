//! The result of a check, and its message.

use std::fmt;
use std::ops::RangeInclusive;

use super::bound::{is_beyond, smallest_shift};
use crate::estimate::Estimate;

/// The result of a [`ProbabilityCheck`](crate::ProbabilityCheck).
///
/// # Example: how much it would have detected
/// ```
/// # use outgrow::{Curve, Error, Provider, Question, Scenario};
/// # let scenario = Scenario::builder("2018", "2022")
/// #     .provider(Provider::new("A", 1).growth(Curve::constant(0.5)).volatility(0.2))
/// #     .provider(Provider::new("B", 2).growth(Curve::constant(0.3))).build()?;
/// let check = scenario.check(Question::overtakes("A", "B"), "2021").simulated(true);
/// let verdict = check.verdict(0.1..=0.6)?;
/// assert!(verdict.holds() && verdict.paths() > 0);
/// println!("{verdict}");
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
#[non_exhaustive]
pub struct Verdict {
    pub(super) what: String,
    pub(super) range: RangeInclusive<f64>,
    pub(super) estimate: Estimate,
    /// `None` for an exact answer.
    pub(super) paths: Option<u64>,
    pub(super) seed: u64,
    pub(super) false_alarm: f64,
}

impl Verdict {
    /// Whether the check passes.
    #[must_use]
    pub fn holds(&self) -> bool {
        let (start, end) = (*self.range.start(), *self.range.end());
        let Some(paths) = self.paths else {
            let (low, high) = self.estimate.interval();
            return high >= start && low <= end;
        };
        let q = self.estimate.value();
        let is_beyond = |q: f64, edge: f64| is_beyond(q, edge, paths, self.false_alarm);
        !is_beyond(q, end) && !is_beyond(1.0 - q, 1.0 - start)
    }

    /// The estimated probability.
    pub fn estimate(&self) -> Estimate {
        self.estimate
    }

    /// The number of paths of the deciding run, without the pilot; 0 if the answer is exact.
    #[must_use]
    pub fn paths(&self) -> u64 {
        self.paths.unwrap_or(0)
    }

    /// The distance outside the range at which a probability is detected in at least 99 of 100 seeds (always, if the
    /// answer is exact and its error estimate holds).
    #[must_use]
    pub fn smallest_shift(&self) -> f64 {
        match self.paths {
            Some(paths) => smallest_shift(&self.range, paths, self.false_alarm),
            // The check tolerates two errors, and the estimate itself may be off by two.
            None => 4.0 * self.estimate.standard_error(),
        }
    }

    /// The distance of the estimate beyond the nearer edge, in standard errors; 0 if it lies inside.
    fn z(&self) -> f64 {
        let value = self.estimate.value();
        let beyond = (value - self.range.end()).max(self.range.start() - value).max(0.0);
        if beyond > 0.0 { beyond / self.estimate.standard_error() } else { 0.0 }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (low, high) = (self.range.start(), self.range.end());
        let z = self.z();
        let word = match self.holds() {
            true if z > 0.0 => "is consistent with",
            true => "is within",
            false => "is not within",
        };
        write!(f, "{}: {} {word} {low} – {high}", self.what, self.estimate)?;
        if z > 0.0 && z.is_finite() {
            write!(f, ", z = {z:.1}")?;
        }
        match self.paths {
            None if self.estimate.standard_error() > 0.0 => write!(f, "; by quadrature, with its estimated error")?,
            None => write!(f, "; exact")?,
            Some(paths) => write!(f, "; {paths} paths, seed {}, false alarm {:e}", self.seed, self.false_alarm)?,
        }
        let shift = self.smallest_shift();
        if shift > 0.0 {
            write!(f, ", smallest detectable shift {shift:.1e} beyond the range")?;
        }
        Ok(())
    }
}
