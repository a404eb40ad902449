//! Simulation: settings, the run over blocks, the tally of counts that shards exchange, and its answers.

mod advice;
mod answers;
mod builder;
mod checkpoint;
mod compare;
mod counting;
mod cross_check;
mod custom;
mod difference;
mod given;
mod parts;
mod pilot;
mod reports;
mod reproduce;
mod run;
mod sample;
mod settings;
mod tally;
#[cfg(test)]
mod tests;
mod until;
mod untrusted;
mod views;

pub use builder::Simulation;
pub(crate) use builder::{DEFAULT_CONFIDENCE, DEFAULT_PATHS};
pub(crate) use given::PathsGivenDraws;
pub(crate) use parts::overtake;
pub use reports::Progress;
pub use sample::SamplePaths;
pub use settings::Precision;
pub use tally::Tally;

use crate::error::Error;
use crate::outcome::Outcome;

impl Simulation<'_> {
    /// Runs the simulation and returns the answers.
    ///
    /// # Errors
    /// Invalid settings; a statistic that names an unknown provider or exceeds its shape; a curve that is not finite on
    /// a path; a memory limit (the message names what to disable).
    pub fn run(self) -> Result<Outcome, Error> {
        let outcome = self.checked_tally()?.outcome()?;
        if self.views { Ok(outcome.with_views(self.views_answers()?)) } else { Ok(outcome) }
    }

    /// Runs the simulation and returns the counts, to be stored, sent and merged.
    ///
    /// # Errors
    /// As for [`Simulation::run`]; also if [views](Simulation::views) are requested.
    pub fn tally(self) -> Result<Tally, Error> {
        if self.views {
            let message =
                "a tally has the counts of one scenario and no views; call run(), or tally each as_seen_by(view)";
            return Err(Error::invalid("tally", "views", message));
        }
        self.checked_tally()
    }

    fn checked_tally(&self) -> Result<Tally, Error> {
        self.check()?;
        self.counted().map_err(|error| error.blaming(self.scenario))
    }

    fn counted(&self) -> Result<Tally, Error> {
        let mut settings = self.settings.clone();
        settings.at_most = settings.precision.map(|_| self.at_most);
        let every_pair = settings.ranks || !self.custom.is_empty();
        let closure = self.scenario.closures().into_iter().next().map(|(_, address)| || address);
        let plan = custom::caught(closure, || pilot::prepared(self.scenario, &mut settings, every_pair))??;
        match settings.precision {
            Some(precision) => until::until(self, &plan, settings, precision),
            None => checkpoint::shard(self, &plan, &settings),
        }
    }
}
