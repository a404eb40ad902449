//! Integrates over the drawn assumptions of a pair to a tolerance, within a budget.
//!
//! | what is drawn | method | error |
//! |---|---|---|
//! | only a base that nothing else depends on | one recursion | against a finer recursion and a finer discretization of the start |
//! | one number, no shocks | one line, cut at every crossing | against a grid twice as fine |
//! | several, with shocks | the recursion at scrambled points, with a control variate (`conditional`) | three standard errors of 16 replicates |
//! | several, without shocks or with small ones | conditioning on one axis at scrambled points of the others (`lines`) | the same |
//!
//! Where both sampled methods apply, a pilot run of each predicts the cost and the cheaper one is chosen. No decision
//! depends on elapsed time, so an answer has the same bits on every machine.

use super::budget::Budget;
use super::conditional::Conditional;
use super::lines::{Lines, REACH};
use super::pairs::Pairs;
use super::replicates::{CONVERGENCE_RATE, Replicates, next_points};
use super::run::{Integral, Run, largest};
use super::sampled::Sampled;
use crate::cpu::Level;
use crate::error::Error;
use crate::exact::asked::{Asked, Watch};
use crate::exact::pair::Pair;
use crate::exact::start::TIE;
use crate::exact::walk::passage::Recursion;
use crate::math;
use crate::math::gauss::as_f64;

/// Tolerance of lead-change probabilities as a multiple of that of overtake probabilities, and its upper bound. Lead
/// changes cost ten recursions per point, and three digits of them are enough for most readers.
const LEAD_CHANGES_FACTOR: f64 = 1000.0;
const MAX_LEAD_CHANGES_TOLERANCE: f64 = 0.01;
/// Fraction of the tolerance allowed for the error of the recursion.
const RECURSION_FRACTION: f64 = 0.02;
/// If the discretization error of the start exceeds this fraction of the tolerance, the base is integrated as an axis
/// instead.
const MAX_START_FRACTION: f64 = 0.5;
/// A distribution of the start that is discretized to this error is preferred to sampling the base.
const PREFERRED_START_ERROR: f64 = 1e-6;
/// Tolerance of the recursion where a single point is needed.
pub(crate) const SINGLE_TOLERANCE: f64 = 1e-12;
/// Points per scramble in a pilot.
const PILOT_POINTS: usize = 16;
/// Convergence rate assumed for the trapezoidal rule of a single dimension, where a distribution may have a kink.
const TRAPEZOIDAL_RATE: f64 = 2.0;
/// Nodes along a line: the initial grid, the finest grid, and the grid when there is a single line.
const NODES: usize = 8;
const MAX_NODES: usize = 192;
pub(crate) const SINGLE_LINE_NODES: usize = 1024;
/// Lines per scramble on which two grids are compared.
const COMPARED_LINES: usize = 32;
/// The error of the finer of two grids, at most, relative to the difference between them. Their nodes are as 3 to 4 or as 2 to 3: this
/// holds from first-order convergence on.
pub(crate) const GRID_SAFETY: f64 = 3.0;
/// Fraction of the tolerance allowed for the error of the finest grid, and for that of the mean difference between it and a coarser one.
const GRID_FRACTION: f64 = 0.1;
const CORRECTION_FRACTION: f64 = 0.1;
/// A surrogate of lines is fitted if the error exceeds the tolerance by this factor: the lines so far would be needed about four times.
const SURROGATE_EXCESS: f64 = 3.0;
/// The share of the budget that the first dates may have taken by the end of their integration.
const FIRST_DATES_SHARE: f64 = 0.3;

/// The method that integrated a pair, with what a second pass over the same points needs.
pub(crate) enum Method<'a, 'p> {
    /// One point: a deterministic path or a single recursion.
    Single(Box<Conditional<'a, 'p>>),
    /// One line.
    Line(Lines<'a, 'p>),
    Conditional(Box<Conditional<'a, 'p>>, Replicates),
    Lines(Lines<'a, 'p>, Replicates),
}

impl<'a, 'p> Method<'a, 'p> {
    pub(crate) fn pair(&self) -> &'a Pair<'p> {
        match self {
            Self::Single(method) | Self::Conditional(method, _) => method.pair,
            Self::Line(lines) | Self::Lines(lines, _) => lines.pair,
        }
    }
}

/// An integral and the method that found it.
pub(crate) struct Solved<'a, 'p> {
    pub(crate) integral: Integral,
    pub(crate) method: Method<'a, 'p>,
}

impl<'a, 'p> Solved<'a, 'p> {
    fn of(run: Run<'a, 'p>, integral: Integral) -> Self {
        let method = match run.method {
            Sampled::Conditional(method, _) => Method::Conditional(method, run.replicates),
            Sampled::Lines(lines, _) => Method::Lines(lines, run.replicates),
        };
        Self { integral, method }
    }
}

/// What the points of an integration are used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Value,
    /// The integrand must be smooth at every point. It jumps where the drawn numbers let the start tie, unless the
    /// method cuts its line there.
    Derivatives,
}

/// Settings of an integration.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request {
    pub(crate) asked: Asked,
    pub(crate) tolerance: f64,
    pub(crate) level: Level,
}

impl Request {
    /// A request for `asked`, given the tolerance of the probabilities.
    pub(crate) fn new(asked: Asked, tolerance: f64, level: Level) -> Self {
        let tolerance = match asked {
            Asked::LeadChanges => (LEAD_CHANGES_FACTOR * tolerance).min(MAX_LEAD_CHANGES_TOLERANCE),
            Asked::Passage(_) | Asked::Ahead => tolerance,
        };
        Self { asked, tolerance, level }
    }

    /// Integrates. The error exceeds the tolerance if the budget ran out.
    pub(crate) fn solve<'a, 'p>(
        self,
        pairs: &'a mut Pairs<'p>,
        budget: &mut Budget<'_>,
    ) -> Result<Solved<'a, 'p>, Error> {
        self.solve_for(pairs, Purpose::Value, budget)
    }

    pub(crate) fn solve_for<'a, 'p>(
        self,
        pairs: &'a mut Pairs<'p>,
        purpose: Purpose,
        budget: &mut Budget<'_>,
    ) -> Result<Solved<'a, 'p>, Error> {
        budget.begin();
        let mut of_start = 0.0;
        if !pairs.drawn.has_no_shocks() {
            of_start = pairs.refine_start(self.asked, self.tolerance, self.level)?;
        }
        let Pairs { drawn, with_start } = &*pairs;
        let has_start_only = with_start.draws.is_empty() && !drawn.has_no_shocks();
        if drawn.draws.is_empty() || has_start_only && of_start <= self.tolerance.max(PREFERRED_START_ERROR) {
            return self.single(with_start, of_start);
        }
        if drawn.has_no_shocks() {
            return if drawn.draws.len() == 1 { self.line(drawn) } else { self.lines(drawn, purpose, budget) };
        }
        let is_refined = with_start.start().is_some() && of_start <= MAX_START_FRACTION * self.tolerance;
        match (is_refined, purpose, self.asked) {
            (true, _, Asked::Passage(Watch::AnyTime)) => self.conditional(with_start, of_start, budget),
            (false, _, Asked::Passage(Watch::AnyTime)) => self.conditional(drawn, 0.0, budget),
            (false, Purpose::Derivatives, _) => self.lines(drawn, purpose, budget),
            (true, ..) => self.better((drawn, with_start), of_start, purpose, budget),
            (false, ..) => self.better((drawn, drawn), 0.0, purpose, budget),
        }
    }

    /// One recursion, or one deterministic path.
    fn single<'a, 'p>(self, pair: &'a Pair<'p>, of_start: f64) -> Result<Solved<'a, 'p>, Error> {
        let mut method = Conditional::new(pair, self.asked, Recursion::new(SINGLE_TOLERANCE, self.level))?;
        let values = method.answers(&[], 1)?.swap_remove(0);
        let errors = if pair.has_no_shocks() {
            vec![0.0; values.len()]
        } else {
            let mut finer = Conditional::new(pair, self.asked, Recursion::new(0.01 * SINGLE_TOLERANCE, self.level))?;
            let finer = finer.answers(&[], 1)?.swap_remove(0);
            values.iter().zip(&finer).map(|(a, b)| 2.0 * (a - b).abs() + of_start).collect()
        };
        Ok(Solved { integral: Integral { values, errors }, method: Method::Single(Box::new(method)) })
    }

    /// One line, cut at every crossing.
    fn line<'a, 'p>(self, pair: &'a Pair<'p>) -> Result<Solved<'a, 'p>, Error> {
        let solve = |nodes: usize| -> Result<(Lines<'a, 'p>, Vec<f64>), Error> {
            let lines = Lines::new(pair, REACH, nodes)?;
            let values = lines.answers(&[], 1, self.asked)?.swap_remove(0);
            Ok((lines, values))
        };
        let (_, coarse) = solve(SINGLE_LINE_NODES / 2)?;
        let (lines, values) = solve(SINGLE_LINE_NODES)?;
        let errors = values.iter().zip(&coarse).map(|(a, b)| 2.0 * (a - b).abs() + 10.0 * TIE).collect();
        Ok(Solved { integral: Integral { values, errors }, method: Method::Line(lines) })
    }

    fn len(self, pair: &Pair<'_>) -> usize {
        self.asked.len(pair.periods())
    }

    /// Half-width of lines and controls, in standard deviations.
    fn reach(self) -> f64 {
        -math::norm_quantile((1e-3 * self.tolerance).min(1e-6))
    }

    fn lines<'a, 'p>(
        self,
        pair: &'a Pair<'p>,
        purpose: Purpose,
        budget: &mut Budget<'_>,
    ) -> Result<Solved<'a, 'p>, Error> {
        let (mut run, of_grid) = self.start_lines(pair, purpose, budget)?;
        if purpose == Purpose::Value && pair.has_no_shocks() && self.asked != Asked::LeadChanges {
            run.may_have_surrogate = true;
            self.settle_first_dates(&mut run, pair, budget)?;
        }
        let integral = self.refine(&mut run, &of_grid, budget)?;
        Ok(Solved::of(run, integral))
    }

    /// Integrates along an axis of their own what is asked of the first dates, if the leading axis serves them badly.
    fn settle_first_dates(self, run: &mut Run<'_, '_>, pair: &Pair<'_>, budget: &mut Budget<'_>) -> Result<(), Error> {
        let Sampled::Lines(lines, _) = &run.method else { return Ok(()) };
        let later = if let Asked::Passage(watch) = self.asked { watch.sustained() - 1 } else { 0 };
        let (dates, horizon) = (lines.unaligned(), lines.unaligned() + later);
        if dates == 0 || horizon >= pair.periods() {
            return Ok(());
        }
        let first = pair.until(horizon);
        let share = budget.set_share(FIRST_DATES_SHARE);
        let solved = self.lines(&first, Purpose::Value, budget);
        budget.set_share(share);
        run.settle(dates, horizon, &solved?.integral);
        Ok(())
    }

    fn conditional<'a, 'p>(
        self,
        pair: &'a Pair<'p>,
        of_start: f64,
        budget: &mut Budget<'_>,
    ) -> Result<Solved<'a, 'p>, Error> {
        let (mut run, added) = self.start_conditional(pair, of_start, false, budget)?;
        let integral = self.refine(&mut run, &added, budget)?;
        Ok(Solved::of(run, integral))
    }

    /// The method with the lower cost predicted by a pilot.
    fn better<'a, 'p>(
        self,
        (drawn, with_start): (&'a Pair<'p>, &'a Pair<'p>),
        of_start: f64,
        purpose: Purpose,
        budget: &mut Budget<'_>,
    ) -> Result<Solved<'a, 'p>, Error> {
        let may_have_surrogate = purpose == Purpose::Value && self.asked != Asked::LeadChanges;
        let (mut run, mut added) = self.start_conditional(with_start, of_start, may_have_surrogate, budget)?;
        run.run(PILOT_POINTS, budget)?;
        let error = |run: &Run<'_, '_>, added: &[f64]| largest(&run.estimate(added, self.tolerance).errors);
        let mut own = error(&run, &added);
        if own > self.tolerance && run.add_surrogate(self.tolerance, budget)? {
            own = error(&run, &added);
        }
        if own > self.tolerance {
            let (lines, of_grid) = self.pilot_lines(drawn, purpose, budget)?;
            if self.lines_cost((&lines, &of_grid)) < self.predicted_cost(&run, own) {
                (run, added) = (lines, of_grid);
            }
        }
        let integral = self.refine(&mut run, &added, budget)?;
        Ok(Solved::of(run, integral))
    }

    /// A pilot of lines, with the estimated grid error.
    pub(super) fn pilot_lines<'a, 'p>(
        self,
        pair: &'a Pair<'p>,
        purpose: Purpose,
        budget: &mut Budget<'_>,
    ) -> Result<(Run<'a, 'p>, Vec<f64>), Error> {
        let (mut lines, of_grid) = self.start_lines(pair, purpose, budget)?;
        lines.run(2 * PILOT_POINTS, budget)?;
        Ok((lines, of_grid))
    }

    /// The predicted cost of lines that meet the tolerance.
    pub(super) fn lines_cost(self, (lines, of_grid): (&Run<'_, '_>, &[f64])) -> f64 {
        self.predicted_cost(lines, largest(&lines.estimate(of_grid, self.tolerance).errors))
    }

    fn predicted_cost(self, run: &Run<'_, '_>, error: f64) -> f64 {
        let rate = if run.method.dimensions() == 1 { TRAPEZOIDAL_RATE } else { CONVERGENCE_RATE };
        let of_level = |(cost, error): (f64, f64)| cost * math::exp(math::ln((error / self.tolerance).max(1.0)) / rate);
        run.levels(error).into_iter().map(of_level).sum()
    }

    /// Adds points until the tolerance is met or the budget is spent.
    pub(crate) fn refine(
        self,
        run: &mut Run<'_, '_>,
        added: &[f64],
        budget: &mut Budget<'_>,
    ) -> Result<Integral, Error> {
        if run.points() == 0 {
            run.run(PILOT_POINTS, budget)?;
        }
        loop {
            let mut integral = run.estimate(added, self.tolerance);
            let excess = run.largest_open(&integral) / self.tolerance;
            let is_extended = excess > 1.0
                && (excess > SURROGATE_EXCESS && run.add_surrogate(self.tolerance, budget)?
                    || run.extend(excess, budget)?);
            if !is_extended {
                integral.raise(self.asked, run.method.pair().periods());
                return Ok(integral);
            }
        }
    }

    fn start_conditional<'a, 'p>(
        self,
        pair: &'a Pair<'p>,
        of_start: f64,
        may_have_surrogate: bool,
        budget: &mut Budget<'_>,
    ) -> Result<(Run<'a, 'p>, Vec<f64>), Error> {
        let tolerance = RECURSION_FRACTION * self.tolerance;
        let mut method = Conditional::new(pair, self.asked, Recursion::new(tolerance, self.level))?;
        let mut finer = Conditional::new(pair, self.asked, Recursion::new(0.01 * tolerance, self.level))?;
        let sides = vec![vec![0.0, 1.5, -1.5]; pair.draws.len()];
        let (coarse, fine) = (method.answers(&sides, 3)?, finer.answers(&sides, 3)?);
        let mut added = vec![of_start; self.len(pair)];
        for (coarse, fine) in coarse.iter().zip(&fine) {
            for ((added, a), b) in added.iter_mut().zip(coarse).zip(fine) {
                *added = added.max(of_start + 2.0 * (a - b).abs());
            }
        }
        let mut run = Run::new(Sampled::Conditional(Box::new(method), None), self.asked);
        run.may_have_surrogate = may_have_surrogate;
        run.fit_controls(budget)?;
        Ok((run, added))
    }

    /// Lines on a coarse grid, with the estimated error of the grid. The mean difference from a grid that agrees with a finer one is
    /// added to the answers, if some lines determine it well enough.
    fn start_lines<'a, 'p>(
        self,
        pair: &'a Pair<'p>,
        purpose: Purpose,
        budget: &mut Budget<'_>,
    ) -> Result<(Run<'a, 'p>, Vec<f64>), Error> {
        let len = self.len(pair);
        let first = Lines::new(pair, self.reach(), NODES)?;
        let mut sample = |lines: &Lines<'_, '_>| -> Result<Replicates, Error> {
            let mut replicates = Replicates::new(lines.axes(), len);
            replicates.run(COMPARED_LINES, &mut |points, sum| {
                let answers = lines.answers(&points.coordinates, points.width, self.asked)?;
                points.add(&answers, sum);
                Ok(())
            })?;
            let lines_in_all = as_f64(Replicates::evaluations(lines.dimensions(), COMPARED_LINES));
            budget.spend(lines_in_all * as_f64(lines.nodes() * lines.periods()));
            Ok(replicates)
        };
        let mut grids = vec![(sample(&first)?, first)];
        let finest = loop {
            let (coarse, lines) = &grids[grids.len() - 1];
            let finer = lines.with_grid(self.reach(), next_points(lines.nodes(), 1.0));
            let fine = sample(&finer)?;
            let off: Vec<f64> = fine.differences(coarse).into_iter().map(|(off, _)| GRID_SAFETY * off.abs()).collect();
            if largest(&off) <= GRID_FRACTION * self.tolerance || finer.nodes() > MAX_NODES {
                break off;
            }
            grids.push((fine, finer));
        };
        let last = grids.len() - 1;
        let correction = |grid: &(Replicates, Lines<'_, '_>)| grids[last].0.differences(&grid.0);
        let is_enough = |grid: &(Replicates, Lines<'_, '_>)| {
            let errors: Vec<f64> = correction(grid).into_iter().map(|(_, error)| error).collect();
            largest(&errors) <= CORRECTION_FRACTION * self.tolerance
        };
        let chosen = match purpose {
            Purpose::Value => grids.iter().position(is_enough).unwrap_or(last),
            Purpose::Derivatives => last,
        };
        let (shift, errors): (Vec<f64>, Vec<f64>) = correction(&grids[chosen]).into_iter().unzip();
        let tail = 2.0 * math::norm_cdf(-self.reach());
        let mut run = Run::new(Sampled::Lines(grids.swap_remove(chosen).1, None), self.asked);
        run.shift = shift;
        run.fit_controls(budget)?;
        Ok((run, finest.iter().zip(&errors).map(|(off, error)| off + error + tail).collect()))
    }
}
