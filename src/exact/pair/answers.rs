//! The answers of a pair at points of its draws.

use super::{Columns, Engine, Pair};
use crate::error::Error;
use crate::exact::asked::{Asked, Watch, accumulate, certain};
use crate::exact::dynamics;
use crate::exact::process::{At, Processes};
use crate::exact::start::Start;
use crate::exact::walk::passage::{Recursion, Walk};

/// The log-ratio at one point of the draws: its start, and D(0) to D(T).
struct Point<'a> {
    start: &'a Start,
    centre: &'a [f64],
    columns: &'a Columns,
    place: usize,
}

/// Adds the answers at a point.
type Solve<'f> = dyn FnMut(&Point<'_>, &mut [f64]) -> Result<(), Error> + 'f;

/// The largest standard deviation of shocks that are neglected: in its units a log-ratio would overflow.
const NO_SHOCKS: f64 = 1e-280;

impl Pair<'_> {
    /// Calls `emit(point, answers)` for `width` points, given the scores of `draws`.
    pub(in crate::exact) fn each(
        &self,
        scores: &[Vec<f64>],
        width: usize,
        asked: Asked,
        engine: &mut Engine,
        emit: &mut dyn FnMut(usize, &[f64]),
    ) -> Result<(), Error> {
        match engine {
            Engine::Gaussian(recursion) => {
                let solve = &mut |at: &Point<'_>, out: &mut [f64]| {
                    self.answer(at, asked, recursion, out);
                    Ok(())
                };
                self.solve_each(scores, width, asked, solve, emit)
            }
            Engine::Processes(processes) => self.each_of(scores, width, asked, processes, emit),
        }
    }

    /// As [`each`](Self::each), where shocks are not a Gaussian random walk.
    pub(in crate::exact) fn each_of(
        &self,
        scores: &[Vec<f64>],
        width: usize,
        asked: Asked,
        processes: &mut Processes,
        emit: &mut dyn FnMut(usize, &[f64]),
    ) -> Result<(), Error> {
        let solve = &mut |at: &Point<'_>, out: &mut [f64]| self.answer_of_process(at, asked, processes, out);
        self.solve_each(scores, width, asked, solve, emit)
    }

    /// Calls `emit(point, answers)` for `width` points; `solve` adds the answers at a point with shocks.
    fn solve_each(
        &self,
        scores: &[Vec<f64>],
        width: usize,
        asked: Asked,
        solve: &mut Solve<'_>,
        emit: &mut dyn FnMut(usize, &[f64]),
    ) -> Result<(), Error> {
        let mut answer = vec![0.0; asked.len(self.periods())];
        let columns = &self.columns(scores, width)?;
        for place in 0..width {
            answer.fill(0.0);
            let centre: Vec<f64> = columns.centre.iter().map(|period| period[place]).collect();
            let drawn;
            let start = match &self.start {
                Some(start) => start,
                None => {
                    drawn = Start::point(centre[0]);
                    &drawn
                }
            };
            if columns.sd[place] > NO_SHOCKS {
                solve(&Point { start, centre: &centre, columns, place }, &mut answer)?;
            } else {
                for (x, weight) in start.below.iter().chain(&start.above) {
                    let shifted: Vec<f64> = centre.iter().map(|c| c - centre[0] + x).collect();
                    certain(&shifted, *weight, asked, &mut answer);
                }
            }
            emit(place, &answer);
        }
        Ok(())
    }

    /// Adds the answers at a point where shocks are not a Gaussian random walk.
    fn answer_of_process(
        &self,
        at: &Point<'_>,
        asked: Asked,
        processes: &mut Processes,
        out: &mut [f64],
    ) -> Result<(), Error> {
        let Point { start, centre, columns, place } = *at;
        let centres: Vec<f64> = centre[1..].iter().map(|c| c - centre[0]).collect();
        let process = dynamics::process(self.plan, self.series, &columns.draws, place);
        let at = At { process, start, centres: &centres, sd: columns.sd[place] };
        processes.answer(&at, asked, out).ok_or_else(|| {
            let reason = "the recursion would need too many nodes: a trend lasts too long, or tails are very heavy";
            dynamics::out_of_reach(self.plan, self.series, reason)
        })
    }

    /// Adds the answers at a point of a Gaussian random walk.
    fn answer(&self, at: &Point<'_>, asked: Asked, recursion: &mut Recursion, out: &mut [f64]) {
        let (start, (drifts, sds)) = (at.start, &at.columns.walk(at.place));
        let walks = [&start.below, &start.above].map(|start| Walk { start, drifts, sds });
        match asked {
            Asked::Passage(watch) => {
                let (by, ahead) = out.split_at_mut(drifts.len() + 2);
                by[0] = start.ahead();
                match watch {
                    Watch::Dates { sustained: 1 } | Watch::AnyTime => by[1] = by[0],
                    Watch::Dates { .. } => {}
                }
                for [below, above] in recursion.parts(walks) {
                    match watch {
                        Watch::Dates { sustained: 1 } => recursion.first_passage(&below, &mut by[2..]),
                        Watch::Dates { sustained } => recursion.first_lead(&below, &above, sustained, &mut by[1..]),
                        Watch::AnyTime => recursion.passage_at_any_time(&below, &mut by[2..]),
                    }
                }
                accumulate(&mut by[1..]);
                start.ahead_by_date(drifts, sds, ahead);
            }
            Asked::Ahead => {
                let (ahead, behind) = out.split_at_mut(drifts.len());
                start.ahead_by_date(drifts, sds, ahead);
                behind.iter_mut().zip(ahead).for_each(|(behind, ahead)| *behind = 1.0 - *ahead);
            }
            Asked::LeadChanges => {
                for [below, above] in recursion.parts(walks) {
                    recursion.lead_changes(&below, false, out);
                    recursion.lead_changes(&above, true, out);
                }
            }
        }
    }
}
