//! Lookups by period and probability, and the levels of quantiles.

use crate::calendar::Period;
use crate::error::Error;

/// The levels of the quantiles that every outcome lists; others are available on request.
pub(crate) const QUANTILES: [f64; 7] = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95];

/// The index, from 1, of a label within a run of periods.
pub(crate) fn place_of(labels: &[Period], label: impl TryInto<Period, Error: Into<Error>>) -> Result<usize, Error> {
    let period = label.try_into().map_err(Into::into)?;
    labels.iter().position(|known| *known == period).ok_or_else(|| {
        let within = |known: &&Period| known.start() >= period.start() && known.end() <= period.end();
        let meant =
            labels.iter().rfind(within).map_or_else(String::new, |known| format!("; its last period is {known}"));
        Error::lookup("period", format!("{period} is not in the outcome{}{meant}", span_of(labels)))
    })
}

/// ": it contains 2019-Q1 to 2028-Q1", or a few of them if they are not consecutive.
fn span_of(labels: &[Period]) -> String {
    match labels {
        [first, second, .., last] if second.since(*first) != Some(1) => {
            format!(": it contains {first}, {second}, … {last}")
        }
        [first, .., last] => format!(": it contains {first} to {last}"),
        [one] => format!(": it contains {one}"),
        [] => String::new(),
    }
}

/// Checks the probability of a quantile.
pub(crate) fn checked_probability(p: f64) -> Result<f64, Error> {
    if p > 0.0 && p < 1.0 {
        return Ok(p);
    }
    Err(Error::lookup("quantile", format!("the probability of a quantile must lie between 0 and 1, got {p}")))
}
