//! The stopping rule: runs batches until the error is small enough.

use super::builder::Simulation;
use super::checkpoint;
use super::pilot::Prepared;
use super::run::Stretch;
use super::settings::{Precision, Settings};
use super::tally::Tally;
use crate::error::Error;
use crate::paths::MOST_PATHS;
use crate::random::GROUP;

/// Size of the first batch and minimum size of the others: enough for 32 replicates to estimate their spread.
const BATCH: u64 = 16_384;

/// Runs batches until the error is small enough, by the rule of `QuantLib`'s `MonteCarloModel`.
pub(super) fn until(
    simulation: &Simulation<'_>,
    prepared: &Prepared,
    mut settings: Settings,
    asked: Precision,
) -> Result<Tally, Error> {
    let sampling = settings.sampling;
    let most = sampling.rounded_down(simulation.at_most.min(sampling.most()));
    // The bound is applied first: the estimated number of paths may be huge, and rounding it up could overflow.
    let up_to = |paths: u64| {
        if paths >= most { most } else { sampling.rounded_up(paths.next_multiple_of(GROUP as u64)).min(most) }
    };
    let mut tally = simulation.resumed.clone();
    // A resumed run was in the middle of this batch.
    let mut paths = tally.as_ref().map_or(up_to(BATCH), |tally| tally.settings().paths);
    loop {
        settings.paths = paths;
        let stretch = Stretch { first: 0, end: settings.groups(), before: 0, total: most };
        let all = checkpoint::completed((simulation, prepared), &settings, stretch, tally)?;
        if !all.is_complete() || paths == most {
            return Ok(all);
        }
        let error = all.answers()?.largest_error();
        if !(error > asked.error()) {
            return Ok(all);
        }
        paths = up_to(next_batch(paths, error / asked.error()).saturating_add(paths));
        tally = Some(all.of_a_longer_run(paths));
    }
}

/// Size of the next batch: 0.8 of the paths that the error requires, minus those already run; at least [`BATCH`] and at
/// most [`MOST_PATHS`].
///
/// `ratio` is the error reached divided by the target, which may be infinite.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "in bounds")]
fn next_batch(paths: u64, ratio: f64) -> u64 {
    (0.8 * ratio * ratio * paths as f64 - paths as f64).max(BATCH as f64).min(MOST_PATHS as f64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_follow_the_rule() {
        // At twice the target error 4 n are needed, 3.2 n are the goal, and n are done.
        assert_eq!(next_batch(100_000, 2.0), 220_000);
        assert_eq!(next_batch(100_000, 1.01), BATCH, "never less than the first");
        assert_eq!(next_batch(100_000, 1e12), MOST_PATHS, "never more than a run may have");
        assert_eq!(next_batch(100_000, f64::INFINITY), MOST_PATHS);
    }
}
