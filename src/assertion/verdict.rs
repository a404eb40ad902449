//! The result of a check, and its message.

use std::fmt;
use std::ops::RangeInclusive;

use super::bound::{is_beyond, smallest_shift};
use crate::estimate::{Estimate, decimals};
use crate::render::thousands;

/// The distance at which an exact check detects a probability outside the range, in errors of the answer: the check tolerates
/// two, and the estimate itself may be off by two.
pub(super) const SHIFT_OF_ERROR: f64 = 4.0;

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
    /// "A is ahead of B at the base already", if that is certain.
    pub(super) at_base: Option<String>,
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
            None => SHIFT_OF_ERROR * self.estimate.standard_error(),
        }
    }

    /// Where the estimate lies: "within", "2.1 standard errors above", or "below" where it has no error.
    fn side(&self) -> String {
        let (value, error) = (self.estimate.value(), self.estimate.standard_error());
        let (above, below) = (value - self.range.end(), self.range.start() - value);
        let (distance, side) = if above > below { (above, "above") } else { (below, "below") };
        match distance / error {
            _ if distance <= 0.0 => "within".to_owned(),
            errors if errors.is_finite() => format!("{errors:.1} standard errors {side}"),
            _ => side.to_owned(),
        }
    }

    /// How the estimate was computed, and what the check would have missed.
    fn basis(&self) -> String {
        let shift = self.smallest_shift();
        let detected = |words: &str| if shift > 0.0 { format!("{words} {}", plain(shift)) } else { String::new() };
        match self.paths {
            None if shift > 0.0 => {
                let from = detected("; a probability outside the range is detected from a distance of");
                format!("computed by quadrature, with its estimated error{from}")
            }
            None => "exact".to_owned(),
            Some(paths) => {
                let (seed, share, paths) = (self.seed, self.false_alarm, thousands(paths));
                let from = detected("; one outside is detected in 99 of 100 seeds from a distance of");
                format!(
                    "{paths} paths, seed {seed}; a probability in the range fails in at most {share:e} of seeds{from}"
                )
            }
        }
    }
}

/// A distance between probabilities with two digits.
fn plain(distance: f64) -> String {
    if distance < 1e-4 { format!("{distance:.1e}") } else { format!("{distance:.*}", decimals(distance)) }
}

/// "A overtakes B by 2022-Q4: the probability is 0.4712 ± 0.0005, 42.4 standard errors above the range 0.3 to 0.45; …".
impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (low, high) = (self.range.start(), self.range.end());
        let side = self.side();
        write!(f, "{}: the probability is {}, {side} the range {low} to {high}", self.what, self.estimate)?;
        if self.holds() && side != "within" {
            f.write_str(if self.paths.is_some() { ", which may be chance" } else { ", within its error" })?;
        }
        if let Some(words) = &self.at_base {
            write!(f, "; {words}")?;
        }
        write!(f, "; {}", self.basis())
    }
}
