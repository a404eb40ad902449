//! Runs that report their counts from time to time, and runs that continue from such counts.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::builder::Simulation;
use super::pilot::Prepared;
use super::reports::Checkpoints;
use super::run::{CHUNK, Stretch, part};
use super::settings::Settings;
use super::tally::Tally;
use crate::error::{Error, Kind, Problem};
use crate::random::GROUP;

/// Chunks of the first part of a run with checkpoints, whose time is not known yet.
const FIRST_CHUNKS: u64 = 8;
/// A part takes at most this many times as many chunks as the part before.
const MOST_GROWTH: f64 = 4.0;

impl<'a> Simulation<'a> {
    /// Calls `keep` with everything counted so far, about every `interval`, so that a run that is killed can be
    /// [resumed](Self::resume). The first calls come earlier, and the last part of a run is only in its result. It changes no bit
    /// of the answer.
    ///
    /// # Example: the latest counts of a run
    /// ```
    /// # use outgrow::{Curve, Provider, Scenario};
    /// # let scenario = Scenario::builder("2018", "2020")
    /// #     .provider(Provider::new("A", 1).growth(Curve::constant(0.3)).volatility(0.1)).build()?;
    /// use std::time::Duration;
    /// let mut latest = None;
    /// let keep = |tally: &outgrow::Tally| latest = serde_json::to_string(tally).ok();
    /// let run = scenario.simulate().paths(500_000).on_checkpoint(Duration::from_secs(10), keep);
    /// assert!(run.tally()?.is_complete() && latest.is_some());
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn on_checkpoint(mut self, interval: Duration, keep: impl FnMut(&Tally) + Send + 'a) -> Self {
        self.checkpoints = Some(Checkpoints { interval, keep: Mutex::new(Box::new(keep)) });
        self
    }

    /// Continues a run from its counts so far: only the paths that the tally does not count are simulated, and the answers have the
    /// bits of an undisturbed run. Settings that change no bit, such as the number of threads, may differ.
    ///
    /// [`run`](Self::run) and [`tally`](Self::tally) return an error that gives the field if the scenario, a setting or the shard is
    /// another one.
    ///
    /// # Example: a run that was stopped
    /// ```
    /// # use outgrow::{Curve, Provider, Scenario};
    /// # let scenario = Scenario::builder("2018", "2020")
    /// #     .provider(Provider::new("A", 1).growth(Curve::constant(0.3)).volatility(0.1)).build()?;
    /// use std::ops::ControlFlow;
    /// let simulation = || scenario.simulate().paths(100_000);
    /// let stopped = simulation().on_progress(|_| ControlFlow::Break(())).tally()?;
    /// assert!(!stopped.is_complete());
    /// assert_eq!(simulation().resume(stopped).tally()?, simulation().tally()?);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn resume(mut self, tally: Tally) -> Self {
        self.resumed = Some(tally);
        self
    }
}

/// Runs the shard of a simulation, or what is missing of it if it is resumed.
pub(super) fn shard(simulation: &Simulation<'_>, prepared: &Prepared, settings: &Settings) -> Result<Tally, Error> {
    let unit = settings.sampling.groups_of_a_unit();
    let units = settings.groups() / unit;
    let (index, of) = simulation.shard;
    let cut = |part: u64| {
        u64::try_from(u128::from(units) * u128::from(part) / u128::from(of)).expect("at most all units") * unit
    };
    let (first, end) = (cut(index), cut(index + 1));
    let stretch = Stretch { first, end, before: 0, total: settings.paths_in(first, end) };
    completed((simulation, prepared), settings, stretch, simulation.resumed.clone())
}

/// Runs what is missing of a range of groups, in parts if the counts are to be reported.
pub(super) fn completed(
    (simulation, prepared): (&Simulation<'_>, &Prepared),
    settings: &Settings,
    stretch: Stretch,
    known: Option<Tally>,
) -> Result<Tally, Error> {
    let run =
        |first, end, before| part(simulation, prepared, settings, Stretch { first, end, before, total: stretch.total });
    if known.is_none() && simulation.checkpoints.is_none() {
        return run(stretch.first, stretch.end, 0);
    }
    // The counts of no path have the scenario, the settings and the statistics of this run.
    let mut tally = run(stretch.first, stretch.first, 0)?;
    if let Some(known) = known {
        let fault = tally.difference(&known).or_else(|| outside(&known, stretch));
        fault.map_or(Ok(()), |fault| Err(Error::of(Kind::Invalid, "resume", vec![fault])))?;
        tally = tally.merge(known)?;
    }
    let mut chunks = FIRST_CHUNKS;
    for (mut first, end) in missing(&tally.groups, stretch) {
        while first < end {
            let to = match &simulation.checkpoints {
                Some(_) => first.saturating_add(chunks * CHUNK).min(end),
                None => end,
            };
            let started = Instant::now();
            let before = tally.paths();
            tally = tally.merge(run(first, to, before)?)?;
            if tally.paths() - before < settings.paths_in(first, to) {
                return Ok(tally);
            }
            if let Some(checkpoints) = &simulation.checkpoints {
                let keep = &mut *checkpoints.keep.lock().unwrap_or_else(PoisonError::into_inner);
                keep(&tally);
                chunks = next_chunks(chunks, started.elapsed(), checkpoints.interval);
            }
            first = to;
        }
    }
    Ok(tally)
}

/// Why a tally is no part of this range of groups.
fn outside(known: &Tally, stretch: Stretch) -> Option<Problem> {
    let is_outside = |(from, to): &&(u64, u64)| *from < stretch.first || *to > stretch.end;
    let (from, to) = known.groups.iter().find(is_outside)?;
    let path = |group: u64| (group * GROUP as u64).min(known.settings.paths);
    let [from, to, first, end] = [*from, *to, stretch.first, stretch.end].map(path);
    let message =
        format!("the counts to resume have the paths {from} to {}, and this shard {first} to {}", to - 1, end - 1);
    Some(Problem::new("shard", message))
}

/// The ranges of groups that are not counted.
fn missing(counted: &[(u64, u64)], stretch: Stretch) -> Vec<(u64, u64)> {
    let mut first = stretch.first;
    let mut missing = Vec::new();
    for (from, to) in counted.iter().copied().chain([(stretch.end, stretch.end)]) {
        if first < from {
            missing.push((first, from));
        }
        first = to;
    }
    missing
}

/// The number of chunks that takes about the interval.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "in bounds")]
fn next_chunks(chunks: u64, took: Duration, interval: Duration) -> u64 {
    let growth = (interval.as_secs_f64() / took.as_secs_f64().max(1e-9)).min(MOST_GROWTH);
    (chunks as f64 * growth).clamp(1.0, 1e12) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_lies_between_what_is_counted() {
        let stretch = Stretch { first: 2, end: 20, before: 0, total: 0 };
        assert_eq!(missing(&[], stretch), [(2, 20)]);
        assert_eq!(missing(&[(2, 20)], stretch), []);
        assert_eq!(missing(&[(2, 5), (7, 9)], stretch), [(5, 7), (9, 20)]);
        assert_eq!(missing(&[(3, 20)], stretch), [(2, 3)]);
    }

    #[test]
    fn a_part_takes_about_the_interval() {
        let ms = Duration::from_millis;
        assert_eq!(next_chunks(8, ms(10), ms(20)), 16);
        assert_eq!(next_chunks(8, ms(10), ms(1000)), 32, "at most four times as many");
        assert_eq!(next_chunks(8, ms(1000), ms(1)), 1);
        assert_eq!(next_chunks(8, ms(0), ms(0)), 1);
    }
}
