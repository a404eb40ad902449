//! Integrates over the drawn assumptions of a pair whose shocks are not a Gaussian random walk.
//!
//! Given the draws, the answer is a recursion that costs from a hundred to a million times as much as a point of the log-ratio. So
//! its discretization is chosen first, and the axes along which nothing varies are left out. One axis is integrated by the
//! trapezoidal rule, several at scrambled points as for Gaussian random walks.
//!
//! Unless a drawn number changes how shocks accumulate, lines are an alternative (`lines`): the shocks are then sampled axes. They
//! serve small shocks, beside which the answer of a recursion is nearly a step of the drawn numbers, and recursions that would need too
//! many nodes.

use super::budget::Budget;
use super::conditional::Conditional;
use super::integrate::{Purpose, Request};
use super::run::{Integral, MIN_OF_LARGEST, Run, largest, largest_distance};
use super::sampled::Sampled;
use crate::error::Error;
use crate::exact::asked::{Asked, Watch};
use crate::exact::dynamics::{needs_single_start, out_of_reach};
use crate::exact::pair::{Engine, Pair};
use crate::exact::process::Processes;
use crate::exact::walk::chain::Fineness;
use crate::math;
use crate::math::gauss::{as_f64, normal_density};
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
/// Multiplications that take the time of one evaluation of a growth curve, the unit of the budget.
const WORK_OF_UNIT: f64 = 60.0;
/// The distances between the nodes of the first trapezoidal rule and of the last.
const WIDEST: f64 = 1.5;
const NARROWEST: f64 = 0.015;
/// The error of the mean of shifted rules where no distribution has a kink, as a part of their distance: a function with two
/// derivatives has an eighth.
const SMOOTH_PART: f64 = 0.25;
/// The error of rules that no coarser ones confirm, as a multiple of their distance.
const UNTESTED: f64 = 4.0;
/// The error of the trapezoidal rule is below this part of that of a rule half as fine.
const PART: f64 = 1.0 / 16.0;

/// The share of the budget below which lines are used without a comparison.
const CHEAP_SHARE: f64 = 0.25;
/// Dates from whose recursion the work of all is predicted.
const FIRST_DATES: usize = 4;
/// The share of the budget for recursions where lines are an alternative.
const SHARE_OF_RECURSIONS: f64 = 0.5;

/// Points of the cheapest integration over one number, two and more; and points of each scramble in a pilot.
const FEWEST: [f64; 3] = [40.0, 200.0, 220.0];
const FEWEST_POINTS: usize = 8;
/// A distance between rules on several axes above which they do not resolve the answer: with small shocks it is nearly a step
/// of the drawn numbers, and scrambled points do better. On three axes the first two rules decide; on two, the last that the
/// budget allows, or those of half the first spacing.
const UNRESOLVED: f64 = 0.02;
/// The least error of an answer, relative to those of the dates beside it. The errors of a rule change their sign from date to
/// date, so that those of two rules may agree by chance.
const PART_OF_NEXT: f64 = 0.5;
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

    /// Trapezoidal rules on up to three axes. The spacing is halved until rules that are shifted by half a step agree; the errors of these
    /// have opposite signs, so the answer is their mean. `None` if rules on two axes, or on three without kinks, stay apart by more than
    /// [`UNRESOLVED`].
    fn few_axes(
        self,
        method: &mut Conditional<'_, '_>,
        added: &[f64],
        budget: &mut Budget<'_>,
    ) -> Result<Option<Integral>, Error> {
        let shifts = shifts(method.dimensions());
        let is_smooth = !method.pair.has_kinks();
        // On three axes a second spacing would cost too much.
        let is_tested_at_once = is_smooth && shifts[0].len() > 2;
        let mut spacing = WIDEST;
        let mut rules = vec![self.trapezoid(method, spacing, &shifts[0], budget)?];
        let mut older = None::<Vec<f64>>;
        loop {
            let before = method.work();
            for shift in &shifts[1..] {
                rules.push(self.trapezoid(method, spacing, shift, budget)?);
                let apart = largest_distance(&rules[0], &rules[rules.len() - 1]);
                if is_tested_at_once && apart > UNRESOLVED {
                    return Ok(None);
                }
            }
            // Half the spacing takes twice as many nodes on each axis.
            let next = as_f64(1 << shifts[0].len()) * (method.work() - before) / WORK_OF_UNIT;
            let of = |answer: usize| rules.iter().map(move |rule| rule[answer]);
            let mean = |answer: usize| of(answer).sum::<f64>() / as_f64(rules.len());
            let spread =
                |answer: usize| of(answer).fold(f64::NEG_INFINITY, f64::max) - of(answer).fold(f64::INFINITY, f64::min);
            let values: Vec<f64> = (0..added.len()).map(mean).collect();
            let off: Vec<f64> = (0..added.len()).map(spread).collect();
            let is_last = older.is_some() || !budget.allows(next);
            if shifts[0].len() == 2 && is_last && largest(&off) > UNRESOLVED {
                return Ok(None);
            }
            let part = if is_smooth { SMOOTH_PART } else { 1.0 };
            let error = |answer: usize| match &older {
                Some(older) => part * off[answer].max(PART * older[answer]) + added[answer],
                None if is_tested_at_once => part * off[answer] + added[answer],
                None => UNTESTED * off[answer] + added[answer],
            };
            let errors: Vec<f64> = self.not_by_chance((0..added.len()).map(error).collect(), method.pair.periods());
            let is_met = largest(&errors) <= self.tolerance;
            let is_tested = is_tested_at_once || older.is_some();
            if is_tested && (is_met || spacing < NARROWEST) || !budget.allows(next) {
                return Ok(Some(Integral { values, errors }));
            }
            (spacing, rules, older) = (0.5 * spacing, vec![values], Some(off));
        }
    }

    /// The errors where agreement by chance at one date is ruled out.
    fn not_by_chance(self, errors: Vec<f64>, periods: usize) -> Vec<f64> {
        let most = largest(&errors);
        let floor = if most > self.tolerance { MIN_OF_LARGEST * most } else { 0.0 };
        let mut raised = errors.clone();
        for run in self.asked.runs(periods) {
            let beside = |at: usize| errors[at.max(run.start + 1) - 1].max(errors[(at + 1).min(run.end - 1)]);
            run.clone().for_each(|at| raised[at] = errors[at].max(PART_OF_NEXT * beside(at)).max(floor));
        }
        raised
    }

    /// One trapezoidal rule on each axis; shifts are in steps.
    fn trapezoid(
        self,
        method: &mut Conditional<'_, '_>,
        spacing: f64,
        shifts: &[f64],
        budget: &mut Budget<'_>,
    ) -> Result<Vec<f64>, Error> {
        let (coordinates, weights) = self.nodes(spacing, shifts);
        let before = method.work();
        let answers = method.answers(&coordinates, weights.len())?;
        budget.spend((method.work() - before) / WORK_OF_UNIT);
        let total: f64 = weights.iter().sum();
        let mut sum = vec![0.0; answers[0].len()];
        for (weight, answer) in weights.iter().zip(&answers) {
            sum.iter_mut().zip(answer).for_each(|(sum, answer)| *sum += weight / total * answer);
        }
        Ok(sum)
    }

    /// Nodes, by axis and then by point, and their weights; those with negligible weights are left out.
    fn nodes(self, spacing: f64, shifts: &[f64]) -> (Vec<Vec<f64>>, Vec<f64>) {
        let count = (self.half_width() / spacing).ceil();
        let mut points: Vec<(Vec<f64>, f64)> = vec![(Vec::new(), 1.0)];
        for shift in shifts {
            let (mut axis, mut place) = (Vec::new(), -count);
            while place <= count {
                axis.push((place + shift) * spacing);
                place += 1.0;
            }
            let with = |(point, weight): &(Vec<f64>, f64)| {
                axis.iter()
                    .map(|z| ([point.as_slice(), &[*z]].concat(), weight * normal_density(*z)))
                    .collect::<Vec<_>>()
            };
            points = points.iter().flat_map(with).collect();
        }
        let most = points.iter().map(|(_, weight)| *weight).fold(0.0, f64::max);
        let least = most * math::exp(-0.5 * self.half_width() * self.half_width());
        points.retain(|(_, weight)| *weight >= least);
        let axis = |axis: usize| points.iter().map(|(point, _)| point[axis]).collect();
        ((0..shifts.len()).map(axis).collect(), points.iter().map(|(_, weight)| *weight).collect())
    }

    fn half_width(self) -> f64 {
        -math::norm_quantile((1e-3 * self.tolerance).min(1e-6))
    }
}

/// Points of the cheapest integration.
fn fewest(pair: &Pair<'_>) -> f64 {
    FEWEST[pair.draws.len().clamp(1, FEWEST.len()) - 1]
}

fn is_cheap(work: f64, budget: &Budget<'_>) -> bool {
    budget.allows(POINTS_OF_PRODUCT * work / WORK_OF_UNIT)
}

/// Every combination of 0 and half a step on each axis, 0 first.
fn shifts(axes: usize) -> Vec<Vec<f64>> {
    let shift = |place: usize, axis: usize| if place >> axis & 1 == 1 { 0.5 } else { 0.0 };
    (0..1 << axes).map(|place| (0..axes).map(|axis| shift(place, axis)).collect()).collect()
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
