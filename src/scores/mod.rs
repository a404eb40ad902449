//! Scores: how good forecasts were, given what happened.
//!
//! Pure functions of numbers. All scores are losses: smaller is better. A forecast of a probability is scored by
//! [`brier`] and [`log_score`], its calibration by [`Reliability`], [`Murphy`] and [`deciles`]; a distribution by
//! [`crps_sample`], [`pinball`], [`pit_sample`] and intervals ([`Coverage`]); several outcomes by [`brier_of_classes`]; joint
//! distributions by [`energy_score`] and [`variogram_score`]. [`diebold_mariano`] compares two series of losses, and
//! [`Clusters`] gives intervals for cases that share names and dates. The guide `backtest` has the formulas.

mod binary;
mod clusters;
mod compare;
mod continuous;
mod joint;
mod reliability;

pub use binary::{Murphy, brier, brier_of_classes, discrimination, log_score, top_share};
pub use clusters::Clusters;
#[cfg(feature = "history")]
pub(crate) use clusters::two_way_draws;
pub use compare::{DieboldMariano, diebold_mariano, skill};
pub use continuous::{Coverage, crps_beta, crps_normal, crps_sample, pinball, pit_histogram, pit_sample};
pub use joint::{energy_score, variogram_score};
pub use reliability::{Decile, Reliability, deciles};

use crate::error::{Error, shown};

const WHAT: &str = "score";

/// An error for an argument and its place in a list.
fn invalid(address: &str, message: String) -> Error {
    Error::invalid(WHAT, address, message)
}

/// Checks forecasts of probabilities and their outcomes: as many, and at least one.
fn check_forecasts(forecasts: &[f64], happened: &[bool]) -> Result<(), Error> {
    if forecasts.len() != happened.len() || forecasts.is_empty() {
        let message = format!(
            "as many outcomes as forecasts are needed, and at least one, got {} and {}",
            happened.len(),
            forecasts.len()
        );
        return Err(invalid("happened", message));
    }
    check_all("forecasts", forecasts, |p| (0.0..=1.0).contains(&p), "a probability must be from 0 to 1")
}

/// Checks every number of a list.
fn check_all(name: &str, numbers: &[f64], is_valid: impl Fn(f64) -> bool, rule: &str) -> Result<(), Error> {
    match numbers.iter().position(|x| !is_valid(*x)) {
        Some(at) => Err(invalid(&format!("{name}[{at}]"), format!("{rule}, got {}", shown(numbers[at])))),
        None => Ok(()),
    }
}

/// Checks one number.
fn check_one(name: &str, x: f64, is_valid: impl Fn(f64) -> bool, rule: &str) -> Result<(), Error> {
    if is_valid(x) { Ok(()) } else { Err(invalid(name, format!("{rule}, got {}", shown(x)))) }
}

/// Checks that one number is finite.
fn check_number(name: &str, x: f64) -> Result<(), Error> {
    check_one(name, x, f64::is_finite, "a number must be finite")
}

/// Checks that all numbers of a list are finite and that there is at least one.
fn check_finite(name: &str, numbers: &[f64]) -> Result<(), Error> {
    if numbers.is_empty() {
        return Err(invalid(name, "at least one number is needed, got none".to_owned()));
    }
    check_all(name, numbers, f64::is_finite, "a number must be finite")
}

#[expect(clippy::cast_precision_loss, reason = "counts of cases stay far below 2^53")]
fn as_f64(count: usize) -> f64 {
    count as f64
}

fn mean(numbers: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = as_f64(numbers.len());
    numbers.sum::<f64>() / count
}

fn indicator(happened: bool) -> f64 {
    f64::from(u8::from(happened))
}
