//! The run: workers take chunks of groups and count them separately, and the counts are added.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{PoisonError, TryLockError};

use super::advice;
use super::builder::Simulation;
use super::custom::caught;
use super::parts::{Listed, built_in, empty_counts, measured};
use super::pilot::Prepared;
use super::reports::{OnProgress, Progress};
use super::settings::{PartCounts, PartKind, Settings};
use super::tally::Tally;
use crate::error::{Detail, Error, Kind};
use crate::paths::{Block, Paths, Sampler, Sampling, groups_that_fit};
use crate::plan::Plan;
use crate::statistic::{Counts, PAGE_BYTES, Shape, Totals, Weighing};

/// Groups in one chunk of work: small enough for load balancing, large enough for low overhead.
pub(super) const CHUNK: u64 = 128;
/// Maximum memory for the histograms of fans and shares in MiB, for each thread.
const MOST_HISTOGRAM_MIB: usize = 120;
const MOST_HISTOGRAM_BYTES: usize = MOST_HISTOGRAM_MIB << 20;
/// Maximum number of counts: each is an estimate in the outcome.
const MOST_CELLS: usize = 1 << 21;

/// Runs a range of groups.
pub(super) fn part(
    simulation: &Simulation<'_>,
    prepared: &Prepared,
    settings: &Settings,
    span: Stretch,
) -> Result<Tally, Error> {
    let run = Run::new(simulation, prepared, settings, span)?;
    let mut done = run.all_workers()?;
    run.finish();
    done.error.take().map_or(Ok(()), Err)?;
    run.check_memory(&done.counts)?;
    run.check_whole(&done)?;
    let kinds = run.statistics.iter().map(|(kind, name, _)| (*kind, name.clone()));
    let parts = kinds.zip(done.counts).map(|((kind, name), counts)| PartCounts { kind, name, counts }).collect();
    let totals = (settings.sampling != Sampling::Plain).then_some(done.totals);
    Ok(Tally::new(simulation.scenario.clone(), settings.clone(), done.chunks, parts, totals))
}

/// The groups of one part of a run (half open), and the numbers of paths for progress reports.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stretch {
    pub(super) first: u64,
    pub(super) end: u64,
    /// Paths completed before this part, and paths in total.
    pub(super) before: u64,
    pub(super) total: u64,
}

struct Run<'r, 'a> {
    simulation: &'r Simulation<'a>,
    plan: &'r Plan,
    sampler: &'r Sampler,
    settings: &'r Settings,
    statistics: Vec<Listed<'r>>,
    empty: Vec<Counts>,
    /// Names and addresses of the scenario's custom curves.
    closures: Vec<(String, String)>,
    block_groups: usize,
    stretch: Stretch,
    next_group: AtomicU64,
    done_paths: AtomicU64,
    reported_paths: AtomicU64,
    stopped: AtomicBool,
}

/// Results of one worker.
struct Done {
    counts: Vec<Counts>,
    /// Ranges of groups, half open.
    chunks: Vec<(u64, u64)>,
    totals: Totals,
    error: Option<Error>,
}

impl Done {
    fn merge(mut self, other: Self) -> Self {
        self.chunks.extend(other.chunks);
        self.error = self.error.or(other.error).or(self.totals.merge(&other.totals).err());
        for (counts, others) in self.counts.iter_mut().zip(&other.counts) {
            if let Err(error) = counts.merge(others) {
                self.error.get_or_insert(error);
            }
        }
        self
    }
}

impl<'r, 'a> Run<'r, 'a> {
    fn new(
        simulation: &'r Simulation<'a>,
        Prepared { plan, sampler }: &'r Prepared,
        settings: &'r Settings,
        stretch: Stretch,
    ) -> Result<Self, Error> {
        let mut statistics: Vec<Listed<'r>> = built_in(simulation.scenario, settings, plan);
        for own in &simulation.custom {
            statistics.push((own.kind, own.name.clone(), Box::new(&*own.statistic)));
        }
        let mut shapes = Vec::new();
        for (kind, name, statistic) in &statistics {
            let shape = statistic.shape(&plan.rows).map_err(|error| custom_fault(*kind, name, &error))?;
            if let Some(message) = shape.fault() {
                return Err(Error::invalid("simulation", format!("{}[{name}]", kind.word()), message));
            }
            shapes.push(shape);
        }
        let plain = settings.sampling == Sampling::Plain;
        check_cells(&statistics, &shapes, plain)?;
        let parts = statistics.iter().zip(&shapes);
        let empty = parts.map(|((kind, name, _), shape)| empty_counts((*kind, name), shape, plan, plain)).collect();
        let run = Self {
            simulation,
            settings,
            block_groups: block_groups(simulation, plan, settings.sampling),
            plan,
            sampler,
            statistics,
            empty,
            closures: simulation.scenario.closures(),
            stretch,
            next_group: AtomicU64::new(stretch.first),
            done_paths: AtomicU64::new(stretch.before),
            reported_paths: AtomicU64::new(stretch.before),
            stopped: AtomicBool::new(false),
        };
        run.check_histograms()?;
        Ok(run)
    }

    /// Checks the minimum memory of fans and shares before the first path.
    fn check_histograms(&self) -> Result<(), Error> {
        let rows: usize = self.empty.iter().map(|counts| counts.histograms().len()).sum();
        if rows * PAGE_BYTES <= MOST_HISTOGRAM_BYTES {
            return Ok(());
        }
        let message = format!("{rows} histograms of at least 10 KiB take more than {MOST_HISTOGRAM_MIB} MiB");
        let of = |kind: PartKind| -> usize {
            let parts = self.statistics.iter().zip(&self.empty).filter(|((own, ..), _)| *own == kind);
            parts.map(|(_, counts)| counts.histograms().len()).sum()
        };
        let advice = advice::to_fit(rows * PAGE_BYTES, MOST_HISTOGRAM_BYTES, |kind| of(kind) * PAGE_BYTES);
        let known = &self.plan.rows;
        let rest = format!("at {} and the others", known.label(1));
        Err(Error::provider_limit("simulation", &known.names()[0], &rest, format!("{message}: {advice}")))
    }

    /// Runs one worker on the calling thread.
    fn worker(&self) -> Done {
        let totals = Totals::default();
        let mut done = Done { counts: self.empty.clone(), chunks: Vec::new(), totals, error: None };
        let mut block = Block::new(self.plan, self.block_groups);
        while !self.stopped.load(Ordering::Relaxed) {
            let from = self.next_group.fetch_add(CHUNK, Ordering::Relaxed);
            if from >= self.stretch.end {
                break;
            }
            let to = (from + CHUNK).min(self.stretch.end);
            if let Err(error) = self.chunk(&mut block, from, to, &mut done) {
                done.error = Some(error);
                self.stopped.store(true, Ordering::Relaxed);
                break;
            }
            done.chunks.push((from, to));
            self.report(from, to);
        }
        done.counts.iter_mut().for_each(Counts::settle);
        done
    }

    fn chunk(&self, block: &mut Block, from: u64, to: u64, done: &mut Done) -> Result<(), Error> {
        let mut group = from;
        let mut weighing = Weighing::default();
        let mut room = MOST_HISTOGRAM_BYTES.checked_sub(histogram_bytes(&done.counts));
        while group < to {
            let groups = self.block_groups.min(usize::try_from(to - group).unwrap_or(usize::MAX));
            let next = group + groups as u64;
            let len = usize::try_from(self.paths_in(group, next)).unwrap_or(usize::MAX);
            let closure = self.closures.first().map(|(_, address)| || address.clone());
            caught(closure, || block.fill((self.plan, self.sampler), group, groups, len))??;
            weighing.set(self.sampler, group, groups, block);
            done.totals.gain(&weighing, len);
            let paths = Paths::new(self.plan, block);
            for ((kind, name, statistic), counts) in self.statistics.iter().zip(&mut done.counts) {
                let Some(bytes) = room else { break };
                counts.start(&weighing, bytes);
                let closure = kind.custom().map(|kind| move || format!("{}[{name}]", kind.word()));
                caught(closure, || statistic.observe(&paths, counts))?;
                counts.check().map_err(|fault| self.fault(*kind, name, fault))?;
                room = counts.room();
            }
            if room.is_none() {
                self.check_memory(&done.counts)?;
            }
            group = next;
        }
        Ok(())
    }

    /// Number of paths between two groups: the last group of a run may be incomplete.
    fn paths_in(&self, from: u64, to: u64) -> u64 {
        self.settings.paths_in(from, to)
    }

    /// Reports progress to the callback, unless another worker is in it. Waiting for user code could deadlock, since it
    /// may run on the same pool. `finish` makes the last report.
    fn report(&self, from: u64, to: u64) {
        self.done_paths.fetch_add(self.paths_in(from, to), Ordering::Relaxed);
        let Some(progress) = &self.simulation.progress else { return };
        match progress.try_lock() {
            Ok(mut progress) => self.notify(&mut **progress),
            // A callback that panicked before is still called.
            Err(TryLockError::Poisoned(progress)) => self.notify(&mut **progress.into_inner()),
            Err(TryLockError::WouldBlock) => {}
        }
    }

    /// Counts are read under the lock and reported only if they have grown, so the callback never sees them decrease.
    fn notify(&self, progress: &mut OnProgress<'_>) {
        let (done, total) = (self.done_paths.load(Ordering::Relaxed), self.stretch.total);
        if done > self.reported_paths.fetch_max(done, Ordering::Relaxed)
            && progress(Progress { done, total }) == ControlFlow::Break(())
        {
            self.stopped.store(true, Ordering::Relaxed);
        }
    }

    /// Makes the last report, after all workers are done.
    fn finish(&self) {
        if let Some(progress) = &self.simulation.progress {
            self.notify(&mut **progress.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }

    /// Adds the statistic, the row and the period to an error of counting.
    fn fault(&self, kind: PartKind, name: &str, fault: Error) -> Error {
        match kind {
            PartKind::Fans | PartKind::Shares | PartKind::Measured => {
                let problem = &fault.problems()[0];
                let Detail::Row(row) = problem.detail else { return fault };
                let message = format!("{}; to go without, {}", problem.message, kind.without());
                self.row_limit((kind, name), row, message)
            }
            _ => custom_fault(kind, name, &fault),
        }
    }

    /// The error of a row of histograms, at an address such as `provider[A] at 2022-Q4`.
    fn row_limit(&self, (kind, name): (PartKind, &str), row: usize, message: String) -> Error {
        let (provider, rest) = if kind == PartKind::Measured {
            let found = measured(self.plan, name).and_then(|measured| measured.at(row));
            let (provider, date) = found.expect("invariant: a measured fan has a histogram for each of its rows");
            (provider, format!("at {date}, {name}"))
        } else {
            let periods = self.plan.rows.periods();
            let date = format!("at {}", self.plan.rows.label(row % periods + 1));
            // Fans of segments follow those of the providers; shares have none.
            let of = self.plan.fan_rows()[row / periods];
            return Error::provider_limit("simulation", self.plan.name(of), &date, message);
        };
        Error::provider_limit("simulation", &self.plan.rows.names()[provider], &rest, message)
    }

    fn check_memory(&self, counts: &[Counts]) -> Result<(), Error> {
        if histogram_bytes(counts) <= MOST_HISTOGRAM_BYTES {
            return Ok(());
        }
        let part =
            (0..counts.len()).max_by_key(|part| counts[*part].histogram_bytes()).expect("some part exceeds the bound");
        let rows = counts[part].histograms().iter().enumerate();
        let row = rows.max_by_key(|(_, one)| one.bytes()).map_or(0, |(row, _)| row);
        let message = format!(
            "histograms take more than {MOST_HISTOGRAM_MIB} MiB, {} MiB of them {}; this row is the widest: {}; or project fewer periods",
            counts[part].histogram_bytes() >> 20,
            self.statistics[part].0.word(),
            self.statistics[part].0.without(),
        );
        let part = (self.statistics[part].0, self.statistics[part].1.as_str());
        Err(self.row_limit(part, row, message))
    }

    /// A custom statistic may have omitted paths or counted them twice.
    fn check_whole(&self, done: &Done) -> Result<(), Error> {
        let paths: u64 = done.chunks.iter().map(|(from, to)| self.paths_in(*from, *to)).sum();
        let totals = (self.settings.sampling != Sampling::Plain).then_some(&done.totals);
        let odd = self.statistics.iter().zip(&done.counts).find(|(_, counts)| !counts.holds(paths, totals));
        odd.map_or(Ok(()), |((kind, name, _), _)| {
            let message = format!("every row must count each of the {paths} paths exactly once");
            Err(Error::invalid("simulation", format!("{}[{name}]", kind.word()), message))
        })
    }

    fn all_workers(&self) -> Result<Done, Error> {
        let chunks = (self.stretch.end - self.stretch.first).div_ceil(CHUNK);
        workers(self.simulation.threads, chunks, || self.worker(), Done::merge)
    }
}

fn histogram_bytes(counts: &[Counts]) -> usize {
    counts.iter().map(Counts::histogram_bytes).sum()
}

/// Checks the number of counts, and their memory before it is taken.
fn check_cells(statistics: &[Listed<'_>], shapes: &[Shape], plain: bool) -> Result<(), Error> {
    let cells: usize = shapes.iter().map(Shape::cells).sum();
    let bytes: usize = shapes.iter().map(|shape| shape.bytes(plain)).sum();
    if cells <= MOST_CELLS && bytes <= MOST_HISTOGRAM_BYTES {
        return Ok(());
    }
    let largest = (0..shapes.len()).max_by_key(|part| shapes[*part].cells()).expect("some part exceeds the bound");
    let (kind, name, _) = &statistics[largest];
    let without = kind.without();
    let message = if cells > MOST_CELLS {
        format!("{cells} counts are more than {MOST_CELLS}: {without}; or project fewer periods")
    } else {
        let mib = bytes >> 20;
        format!(
            "counts in 32 replicates take more than {MOST_HISTOGRAM_MIB} MiB ({mib} MiB): {without}; or use plain sampling"
        )
    };
    Err(Error::one(Kind::Limit, "simulation", format!("{}[{name}]", kind.word()), message))
}

/// Runs one worker per thread, but no more than chunks of work, and merges their results.
#[cfg(feature = "parallel")]
pub(super) fn workers<D: Send>(
    threads: Option<usize>,
    chunks: u64,
    worker: impl Fn() -> D + Sync,
    merge: impl Fn(D, D) -> D + Sync,
) -> Result<D, Error> {
    use rayon::prelude::*;
    // Further threads would have no work.
    let most = |threads: usize| usize::try_from(chunks.max(1)).map_or(threads, |chunks| threads.min(chunks));
    let all = |threads: usize| {
        let done = (0..most(threads)).into_par_iter().map(|_| worker()).reduce_with(&merge);
        done.unwrap_or_else(&worker)
    };
    match threads {
        Some(1) => Ok(worker()),
        None => Ok(all(rayon::current_num_threads())),
        Some(threads) => {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(most(threads)).build();
            let pool = pool.map_err(|error| Error::one(Kind::Limit, "simulation", "threads", error.to_string()))?;
            Ok(pool.install(|| all(threads)))
        }
    }
}

#[cfg(not(feature = "parallel"))]
pub(super) fn workers<D>(
    _threads: Option<usize>,
    _chunks: u64,
    worker: impl Fn() -> D,
    _merge: impl Fn(D, D) -> D,
) -> Result<D, Error> {
    Ok(worker())
}

/// Error of a custom statistic, under the name that the user gave it.
fn custom_fault(kind: PartKind, name: &str, error: &Error) -> Error {
    Error::invalid("simulation", format!("{}[{name}]", kind.word()), error.problems()[0].message.clone())
}

/// Number of groups per block; antithetic pairs of groups stay together.
fn block_groups(simulation: &Simulation<'_>, plan: &Plan, sampling: Sampling) -> usize {
    let groups = simulation.block_groups.unwrap_or_else(|| groups_that_fit(plan));
    if sampling == Sampling::Antithetic { groups.next_multiple_of(2) } else { groups }
}
