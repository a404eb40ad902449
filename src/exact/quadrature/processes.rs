//! Integrates over the drawn assumptions of a pair whose shocks are not a Gaussian random walk.
//!
//! Given the draws, the answer is a recursion that costs from a hundred to a million times as much as a point of the log-ratio. So
//! its discretization is chosen first, and the axes along which nothing varies are left out. One axis is integrated by the
//! trapezoidal rule, several at scrambled points as for Gaussian random walks.
//!
//! Unless a drawn number changes how shocks accumulate, lines are an alternative (`lines`): the shocks are then sampled axes. They
//! serve small shocks, beside which the answer of a recursion is nearly a step of the drawn numbers, and recursions that would need too
//! many nodes.

use super::budget::{Budget, WORK_OF_UNIT};
use super::conditional::Conditional;
use super::integrate::{Purpose, Request};
use super::run::{Integral, Run, largest};
use super::sampled::Sampled;
use crate::error::Error;
use crate::exact::asked::{Asked, Watch};
use crate::exact::dynamics::{needs_single_start, out_of_reach};
use crate::exact::pair::{Engine, Pair};
use crate::exact::process::Processes;
use crate::exact::walk::chain::Fineness;
use crate::math::gauss::as_f64;
use crate::plan::{Plan, SeriesId};

/// Discretizations, each with an error of about a thirtieth of the one before.
const FINENESS: [Fineness; 5] = [
    Fineness { per_sd: 2.0, reach: 4.6, outside: 1e-2 },
    Fineness { per_sd: 2.6, reach: 5.5, outside: 3e-3 },
    Fineness { per_sd: 3.4, reach: 6.5, outside: 1e-3 },
    Fineness { per_sd: 4.6, reach: 7.5, outside: 1e-4 },
    Fineness { per_sd: 6.0, reach: 8.3, outside: 1e-5 },
];
/// The discretization for answers to three digits.
pub(crate) const COARSE: Fineness = FINENESS[2];
/// Refinement levels of the start: with that of the discretization added.
const START: usize = 1;
/// Error of walks that leave the grid and come back, and of rounding.
const LEAST_ERROR: f64 = 1e-11;
/// Fractions of the tolerance for the error of a single answer, and of the recursion at points of the draws.
const SINGLE_FRACTION: f64 = 0.05;
const RECURSION_FRACTION: f64 = 0.1;
/// A single answer is refined up to this work, in multiplications, even where its tolerance is met.
const CHEAP: f64 = 2e7;
/// Two discretizations are skipped if the coarsest one needs less work.
const TRIVIAL: f64 = 7e5;
/// Growth of the work from one discretization to the next.
const GROWTH: f64 = 4.0;
/// The share of the budget below which lines are used without a comparison.
const CHEAP_SHARE: f64 = 0.25;
/// Dates from whose recursion the work of all is predicted.
const FIRST_DATES: usize = 4;
/// The share of the budget for recursions where lines are an alternative.
const SHARE_OF_RECURSIONS: f64 = 0.5;

/// Points of the cheapest integration over one number, two and more; and points of each scramble in a pilot.
const FEWEST: [f64; 3] = [40.0, 200.0, 220.0];
const FEWEST_POINTS: usize = 8;
/// The finest distribution of the start.
const MOST_START: usize = 4;

/// The largest number of axes for product rules, where a point is expensive and where it is cheap.
const MOST_AXES: [usize; 2] = [2, 3];
/// Points of the coarsest product rules on three axes.
const POINTS_OF_PRODUCT: f64 = 1100.0;

/// A pair at a few points of its draws, discretized at any level.
struct PairAtPoints<'p> {
    plan: &'p Plan,
    series: [SeriesId; 2],
    asked: Asked,
    /// Whether a base is an axis and not part of the distribution of the start.
    is_axis: bool,
    engine: Processes,
}

/// The answers at the points, one after the other, and the work that each took, in multiplications.
struct Answers {
    values: Vec<f64>,
    work: f64,
}

impl<'p> PairAtPoints<'p> {
    fn pair(&self, level: usize) -> Pair<'p> {
        if self.is_axis {
            return Pair::with_drawn_start(self.plan, self.series);
        }
        Pair::new(self.plan, self.series, (START + level).min(MOST_START))
    }

    /// The work of the coarsest recursion from that over the first dates: with a trend a whole one may take seconds. Infinite if very
    /// heavy tails need too many nodes.
    fn predicted_work(&self) -> f64 {
        let (pair, mut engine) = (self.pair(0), Processes::new(FINENESS[0]));
        let first = pair.until(pair.periods().min(FIRST_DATES));
        let scores = vec![vec![0.0]; first.draws.len()];
        let solved = first.each_of(&scores, 1, self.asked, &mut engine, &mut |_, _| {});
        let ratio = as_f64(pair.periods()) / as_f64(first.periods());
        // The range of the deviation grows with the root of the dates.
        solved.map_or(f64::INFINITY, |()| engine.work() * ratio * ratio.sqrt())
    }

    fn too_costly(&self, work: f64) -> Error {
        let reason = format!(
            "the recursion over the drawn numbers takes at least {work:.0e} evaluations of a curve, more than four budgets"
        );
        out_of_reach(self.plan, self.series, &reason)
    }

    /// The answers where all draws have the same of these scores.
    fn answers(&mut self, level: usize, scores: &[f64]) -> Result<Answers, Error> {
        let (pair, before) = (self.pair(level), self.engine.work());
        self.engine.refine(FINENESS[level]);
        let (all, mut values) = (vec![scores.to_vec(); pair.draws.len()], Vec::new());
        let emit = &mut |_, answer: &[f64]| values.extend_from_slice(answer);
        pair.each_of(&all, scores.len(), self.asked, &mut self.engine, emit)?;
        Ok(Answers { values, work: (self.engine.work() - before) / as_f64(scores.len()) })
    }
}

impl Answers {
    fn distances(&self, other: &Self) -> Vec<f64> {
        self.values.iter().zip(&other.values).map(|(a, b)| (a - b).abs() + LEAST_ERROR).collect()
    }
}

impl Request {
    /// Integrates over the drawn assumptions. The error exceeds the tolerance if the budget ran out.
    pub(crate) fn solve_process(
        self,
        plan: &Plan,
        series: [SeriesId; 2],
        budget: &mut Budget<'_>,
    ) -> Result<Integral, Error> {
        budget.begin();
        let pair = Pair::new(plan, series, START);
        let has_spread = pair.start().is_some_and(|start| !start.is_point());
        // Where each point of the start takes a recursion of its own, the base is an axis.
        let is_axis = !pair.draws.is_empty() && has_spread && needs_single_start(plan, series);
        let points = PairAtPoints { plan, series, asked: self.asked, is_axis, engine: Processes::new(FINENESS[0]) };
        let drawn = Pair::with_drawn_start(plan, series);
        let integral = match drawn.sampled_shocks() {
            shocks if pair.draws.is_empty() => match self.one_process(points, budget) {
                // Too many nodes: very heavy tails, or a trend that lasts too long.
                Err(_) if shocks.is_some() => {
                    let (mut lines, of_grid) = self.pilot_lines(&drawn, Purpose::Value, budget)?;
                    self.refine(&mut lines, &of_grid, budget)
                }
                solved => solved,
            },
            None => self.average(points, budget),
            Some(_) => self.average_or_lines(&drawn, points, budget),
        };
        integral.map(|integral| self.not_behind(integral, drawn.periods()))
    }

    /// The probability of a lead by a date is at least that of one at the date, which follows from another formula: the error of the
    /// former covers what it lacks.
    fn not_behind(self, mut integral: Integral, periods: usize) -> Integral {
        if let Asked::Passage(Watch::Dates { sustained: 1 }) = self.asked {
            let Integral { values, errors } = &mut integral;
            for by in 2..2 + periods {
                let ahead = by + periods;
                errors[by] = errors[by].max(values[ahead] - errors[ahead] - values[by]);
            }
        }
        integral
    }

    /// The mean of recursions, or lines where these cost less or have the smaller error, as with small shocks.
    fn average_or_lines(
        self,
        drawn: &Pair<'_>,
        points: PairAtPoints<'_>,
        budget: &mut Budget<'_>,
    ) -> Result<Integral, Error> {
        let (mut lines, of_grid) = self.pilot_lines(drawn, Purpose::Value, budget)?;
        let cost = self.lines_cost((&lines, &of_grid));
        // Over a single number recursions are far more accurate than their tolerance.
        if drawn.draws.len() > 1 && budget.allows(cost / CHEAP_SHARE) {
            return self.refine(&mut lines, &of_grid, budget);
        }
        let least = fewest(drawn) * points.predicted_work() / WORK_OF_UNIT;
        let share = budget.set_share(SHARE_OF_RECURSIONS);
        let average = if least < cost && budget.allows(least) { self.average(points, budget).ok() } else { None };
        budget.set_share(share);
        match average {
            Some(average) if largest(&average.errors) <= self.tolerance => Ok(average),
            average => {
                let integral = self.refine(&mut lines, &of_grid, budget)?;
                let is_better = |average: &Integral| largest(&average.errors) < largest(&integral.errors);
                Ok(average.filter(is_better).unwrap_or(integral))
            }
        }
    }

    /// One recursion, refined until its error is small.
    fn one_process(self, mut points: PairAtPoints<'_>, budget: &mut Budget<'_>) -> Result<Integral, Error> {
        let (mut level, mut coarse, mut errors) = (0, points.answers(0, &[0.0])?, None);
        if coarse.work < TRIVIAL
            && let Ok(fine) = points.answers(2, &[0.0])
        {
            (level, coarse) = (2, fine);
        }
        loop {
            level += 1;
            let fine = match (points.answers(level, &[0.0]), errors) {
                (Ok(fine), _) => fine,
                (Err(_), Some(errors)) => return Ok(Integral { values: coarse.values, errors }),
                (Err(error), None) => return Err(error),
            };
            budget.spend((coarse.work + fine.work) / WORK_OF_UNIT);
            let off = coarse.distances(&fine);
            let next = GROWTH * fine.work;
            let is_met = largest(&off) <= SINGLE_FRACTION * self.tolerance && next > CHEAP;
            if level + 1 == FINENESS.len() || is_met || !budget.allows(next / WORK_OF_UNIT) {
                return Ok(Integral { values: fine.values, errors: off });
            }
            (coarse, errors) = (fine, Some(off));
        }
    }

    /// The coarsest level that suffices, its errors at the medians and beside them, and the work of a point.
    fn discretize(
        self,
        points: &mut PairAtPoints<'_>,
        budget: &mut Budget<'_>,
    ) -> Result<(usize, Vec<f64>, f64), Error> {
        const SIDES: [f64; 3] = [0.0, 1.5, -1.5];
        let fewest = fewest(&points.pair(0));
        let (mut level, mut coarse, mut errors) = (0, points.answers(0, &SIDES)?, None);
        let least = fewest * coarse.work / WORK_OF_UNIT;
        if !budget.may_begin(least) {
            return Err(points.too_costly(least));
        }
        loop {
            let fine = match (points.answers(level + 1, &SIDES), errors) {
                (Ok(fine), _) => fine,
                // The error of this level is below the distance to the one before.
                (Err(_), Some(errors)) => return Ok((level, errors, coarse.work)),
                (Err(error), None) => return Err(error),
            };
            budget.spend(as_f64(SIDES.len()) * (coarse.work + fine.work) / WORK_OF_UNIT);
            let off = coarse.distances(&fine);
            let is_met = largest(&off) <= RECURSION_FRACTION * self.tolerance;
            if is_met || level + 2 == FINENESS.len() || !budget.allows(fewest * fine.work / WORK_OF_UNIT) {
                return Ok((level, off, coarse.work));
            }
            (level, coarse, errors) = (level + 1, fine, Some(off));
        }
    }

    /// The mean over the draws.
    fn average(self, mut points: PairAtPoints<'_>, budget: &mut Budget<'_>) -> Result<Integral, Error> {
        let (level, errors, work) = self.discretize(&mut points, budget)?;
        let pair = points.pair(level);
        let len = self.asked.len(pair.periods());
        let added: Vec<f64> =
            (0..len).map(|answer| errors.chunks(len).map(|point| point[answer]).fold(0.0, f64::max)).collect();
        points.engine.refine(FINENESS[level]);
        let mut method = Conditional::reduced(&pair, self.asked, Engine::Processes(Box::new(points.engine)))?;
        match method.dimensions() {
            0 => Ok(Integral { values: method.answers(&[], 1)?.swap_remove(0), errors: added }),
            axes if axes <= MOST_AXES[usize::from(is_cheap(work, budget))] && method.step()?.is_none() => {
                match self.few_axes(&mut method, &added, budget)? {
                    Some(integral) => Ok(integral),
                    None => self.sampled((method, work), &added, budget),
                }
            }
            _ => self.sampled((method, work), &added, budget),
        }
    }

    /// Scrambled points; `work` is that of a point.
    fn sampled(
        self,
        (method, work): (Conditional<'_, '_>, f64),
        added: &[f64],
        budget: &mut Budget<'_>,
    ) -> Result<Integral, Error> {
        let mut run = Run::new(Sampled::Conditional(Box::new(method), None), self.asked);
        run.set_cost(work / WORK_OF_UNIT);
        run.fit_controls(budget)?;
        run.run(FEWEST_POINTS, budget)?;
        self.refine(&mut run, added, budget)
    }
}

/// Points of the cheapest integration.
fn fewest(pair: &Pair<'_>) -> f64 {
    FEWEST[pair.draws.len().clamp(1, FEWEST.len()) - 1]
}

fn is_cheap(work: f64, budget: &Budget<'_>) -> bool {
    budget.allows(POINTS_OF_PRODUCT * work / WORK_OF_UNIT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::Level;

    #[test]
    fn the_error_covers_what_a_lead_at_a_date_shows() {
        let request = Request::new(Asked::Passage(Watch::Dates { sustained: 1 }), 1e-3, Level::of_this_process());
        // Before the base, at the base and at two dates, then ahead at these.
        let values = vec![0.0, 0.0, 0.1, 0.2, 0.1, 0.25];
        let integral = request.not_behind(Integral { values, errors: vec![0.01; 6] }, 2);
        let expected = [0.01, 0.01, 0.01, 0.04, 0.01, 0.01];
        assert!(integral.errors.iter().zip(expected).all(|(own, other)| (own - other).abs() < 1e-15), "{integral:?}");
    }
}
