//! The answers of a pair whose shocks are not a Gaussian random walk, given its drawn numbers.

use super::asked::{Asked, accumulate};
use super::start::{Start, TIE};
use super::walk::chain::{Fineness, Process};
use super::walk::levels::Levels;
use super::walk::monitor::{Monitor, Watched};
use crate::math::gauss::as_f64;

/// The recursion for processes, with its tables, for one point of the drawn numbers after the other.
#[derive(Debug)]
pub(super) struct Processes {
    monitor: Monitor,
    levels: Option<(Process, Levels)>,
    work: f64,
}

/// The log-ratio at one point.
pub(super) struct At<'a> {
    pub(super) process: Process,
    pub(super) start: &'a Start,
    /// Centres at 1 to T, relative to the start.
    pub(super) centres: &'a [f64],
    /// Standard deviation of one period's innovation.
    pub(super) sd: f64,
}

impl Processes {
    pub(super) fn new(fineness: Fineness) -> Self {
        Self { monitor: Monitor::new(fineness), levels: None, work: 0.0 }
    }

    /// Changes the discretization; what does not depend on it is kept.
    pub(super) fn refine(&mut self, fineness: Fineness) {
        self.monitor.refine(fineness);
    }

    /// Work done so far, in multiplications.
    pub(super) fn work(&self) -> f64 {
        self.work + self.monitor.work()
    }

    /// Adds the answers at a point; `None` if the recursion needs too many nodes.
    pub(super) fn answer(&mut self, at: &At<'_>, asked: Asked, out: &mut [f64]) -> Option<()> {
        let periods = at.centres.len();
        match asked {
            Asked::Passage(watch) => {
                let (by, ahead) = out.split_at_mut(periods + 2);
                by[0] = at.start.ahead();
                let sustained = watch.sustained();
                if sustained == 1 {
                    by[1] = by[0];
                    self.each(at, at.start.below.as_slice(), &mut |monitor, process, walks| {
                        monitor.first_passage(process, walks, &mut by[2..])
                    })?;
                } else {
                    let all = [at.start.below.as_slice(), &at.start.above].concat();
                    self.each(at, &all, &mut |monitor, process, walks| {
                        monitor.first_lead(process, walks, sustained, &mut by[1..])
                    })?;
                }
                accumulate(&mut by[1..]);
                self.ahead(at, ahead);
            }
            Asked::Ahead => {
                let (ahead, behind) = out.split_at_mut(periods);
                self.ahead(at, ahead);
                behind.iter_mut().zip(ahead).for_each(|(behind, ahead)| *behind = 1.0 - *ahead);
            }
            Asked::LeadChanges => {
                for (starts, is_above) in [(&at.start.below, false), (&at.start.above, true)] {
                    self.each(at, starts, &mut |monitor, process, walks| {
                        let side = if is_above { walks.above } else { walks.below };
                        monitor.lead_changes(process, (side, is_above), walks.barriers, out)
                    })?;
                }
            }
        }
        Some(())
    }

    /// Calls `solve` with the walks from some starts: all together, or one after the other where they cannot share a grid.
    fn each(
        &mut self,
        at: &At<'_>,
        starts: &[(f64, f64)],
        solve: &mut dyn FnMut(&mut Monitor, Process, &Watched<'_>) -> Option<()>,
    ) -> Option<()> {
        // A shared grid would have to cover all starts.
        let alone = at.process.needs_single_start() || spread(starts) > MOST_SPREAD * at.sd;
        for starts in starts.chunks(if alone { 1 } else { starts.len().max(1) }) {
            let from = starts.first().map_or(0.0, |(x, _)| *x);
            let scaled = |(x, weight): &(f64, f64)| ((x - from) / at.sd, *weight);
            let side = |is_above: bool| -> Vec<(f64, f64)> {
                starts.iter().filter(|(x, _)| (*x > TIE) == is_above).map(scaled).collect()
            };
            let [below, above] = [false, true].map(side);
            let barriers: Vec<f64> =
                at.centres.iter().map(|centre| (-(from + centre) / at.sd).clamp(-FURTHEST, FURTHEST)).collect();
            solve(&mut self.monitor, at.process, &Watched { below: &below, above: &above, barriers: &barriers })?;
        }
        Some(())
    }

    /// Adds P(ahead) at 1 to T.
    fn ahead(&mut self, at: &At<'_>, out: &mut [f64]) {
        let points: Vec<(f64, f64)> = at.start.below.iter().chain(&at.start.above).copied().collect();
        if !self.levels.as_ref().is_some_and(|(process, _)| *process == at.process) {
            self.levels = Some((at.process, Levels::new(at.process, at.centres.len())));
        }
        let Some((_, levels)) = &self.levels else { return };
        for ((t, centre), out) in (1..).zip(at.centres).zip(out) {
            for (x, weight) in &points {
                let (above, terms) = levels.above(t, -(x + centre) / at.sd);
                *out += weight * above;
                self.work += WORK_OF_TERM * as_f64(terms);
            }
        }
    }
}

/// Standard deviations of a period over which starts share a grid.
const MOST_SPREAD: f64 = 300.0;
/// Barriers further from the start, in the same units, are never met, or at once.
const FURTHEST: f64 = 1e9;
/// Multiplications that take the time of one term of an inversion.
const WORK_OF_TERM: f64 = 60.0;

fn spread(starts: &[(f64, f64)]) -> f64 {
    let (low, high) =
        starts.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), (x, _)| (low.min(*x), high.max(*x)));
    high - low
}
