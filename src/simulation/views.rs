//! The answers of every view of the scenario: runs with the same settings and the same random numbers.

use std::ops::ControlFlow;
use std::sync::{Mutex, PoisonError};

use super::builder::Simulation;
use super::reports::{OnProgress, Progress};
use super::settings::Settings;
use crate::error::Error;
use crate::outcome::{Overtake, RunInfo};

impl Simulation<'_> {
    /// The answers to all questions as seen by every view, each with its run.
    ///
    /// # Errors
    /// As for [`Simulation::run`]; the message names the view.
    pub(super) fn views_answers(&self) -> Result<Vec<(RunInfo, Vec<Overtake>)>, Error> {
        let answered = self.scenario.as_seen_by_all().map(|(name, seen)| {
            let mut own = seen.simulate();
            let settings = self.settings.clone();
            own.settings = Settings { fans: false, ranks: false, shares: false, measured: Vec::new(), ..settings };
            (own.at_most, own.threads, own.shard) = (self.at_most, self.threads, self.shard);
            own.progress = self.progress.as_ref().map(|progress| Mutex::new(forwarded(progress)));
            let outcome = own.run().map_err(|error| error.seen_by(name))?;
            Ok((outcome.run, outcome.questions))
        });
        answered.collect()
    }
}

/// A callback that calls another one, which several runs share.
fn forwarded<'p>(progress: &'p Mutex<Box<OnProgress<'_>>>) -> Box<OnProgress<'p>> {
    Box::new(move |done: Progress| -> ControlFlow<()> {
        // A callback that panicked before is still called.
        let mut progress = progress.lock().unwrap_or_else(PoisonError::into_inner);
        (*progress)(done)
    })
}
