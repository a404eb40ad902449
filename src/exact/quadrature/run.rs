//! A method averaged over replicates of points, with the control variates that reduce its error.

use std::ops::Range;

use super::budget::Budget;
use super::control::{Answers, Control};
use super::replicates::{Replicates, next_points, three_errors};
use super::sampled::{Sampled, Step};
use crate::error::Error;
use crate::exact::asked::{Asked, Watch};
use crate::exact::start::Start;
use crate::math::gauss::as_f64;

/// Values, and for each three standard errors, with a lower bound, and the errors that replicates do not show.
#[derive(Debug, Clone)]
pub(crate) struct Integral {
    pub(crate) values: Vec<f64>,
    pub(crate) errors: Vec<f64>,
}

impl Integral {
    /// Raises probabilities of a passage by a date to those by the dates before, and their errors by as much.
    pub(super) fn raise(&mut self, asked: Asked, periods: usize) {
        if let Asked::Passage(_) = asked {
            self.raise_among(asked.runs(periods)[1].clone());
        }
    }

    fn raise_among(&mut self, places: Range<usize>) {
        for place in places.skip(1) {
            let fallen = self.values[place - 1] - self.values[place];
            if fallen > 0.0 {
                self.values[place] = self.values[place - 1];
                self.errors[place] += fallen;
            }
        }
    }
}

/// Lower bounds on a reported sampling error, relative to the tolerance and to the largest error over the answers. The
/// replicates of one date may agree by chance, or all miss a rare event.
const MIN_ERROR: f64 = 0.1;
pub(super) const MIN_OF_LARGEST: f64 = 0.25;

/// Points of the surrogate for each of the method at first.
const FIRST_OF_SURROGATE: usize = 4;

/// A sampling method and its sums so far.
pub(crate) struct Run<'a, 'p> {
    asked: Asked,
    pub(crate) method: Sampled<'a, 'p>,
    step: Option<Step>,
    control: Option<Control>,
    /// The surrogate over more points than the method.
    surrogate: Option<Replicates>,
    /// Whether a surrogate may be used: not for lead changes, and not for derivatives, which are computed at the same points and need
    /// more lines.
    pub(crate) may_have_surrogate: bool,
    /// What is added to each answer for the grid of lines.
    pub(crate) shift: Vec<f64>,
    /// Answers that another integration gave, with their errors.
    settled: Vec<Option<(f64, f64)>>,
    /// Sums of the answers, then of control − mean, then of their surrogates.
    pub(crate) replicates: Replicates,
    len: usize,
    /// Whether the answers of a recursion are almost steps at some points, so that points may agree although they missed a rare event.
    is_sharp: bool,
    /// Cost of one point, where it was measured.
    measured: Option<f64>,
}

impl<'a, 'p> Run<'a, 'p> {
    pub(crate) fn new(method: Sampled<'a, 'p>, asked: Asked) -> Self {
        let len = asked.len(method.pair().periods());
        let replicates = Replicates::new(method.axes(), 3 * len);
        Self {
            asked,
            method,
            step: None,
            control: None,
            surrogate: None,
            may_have_surrogate: false,
            shift: vec![0.0; len],
            settled: vec![None; len],
            replicates,
            len,
            is_sharp: false,
            measured: None,
        }
    }

    /// Fits controls for probabilities; lead changes have none. Looks at how sharp the answers are, where no surrogate may show it.
    pub(crate) fn fit_controls(&mut self, budget: &mut Budget<'_>) -> Result<(), Error> {
        let (all, drawn) = (self.method.dimensions(), self.method.drawn_dimensions());
        if let (Sampled::Conditional(method, _), false) = (&self.method, self.may_have_surrogate) {
            self.is_sharp = method.is_sharp()?;
        }
        if self.asked == Asked::LeadChanges || drawn == 0 {
            return Ok(());
        }
        budget.spend(self.cost() * as_f64(Control::points(drawn)));
        if let (Sampled::Conditional(method, _), Asked::Passage(_)) = (&mut self.method, self.asked) {
            self.step = method.step()?.map(|(jumps, ahead)| Step { jumps, ahead });
        }
        let (method, step, asked) = (&mut self.method, self.step.as_ref(), self.asked);
        let answers: &mut Answers<'_> = &mut |coordinates, width| {
            let mut coordinates = coordinates.to_vec();
            coordinates.resize(all, vec![0.0; width]);
            let mut answers = method.answers(&coordinates, width, asked)?;
            if let Some(step) = step {
                answers.iter_mut().for_each(|answer| step.subtract_at_point(answer));
            }
            Ok(answers)
        };
        self.control = Some(Control::fit(drawn, answers)?);
        Ok(())
    }

    pub(crate) fn points(&self) -> usize {
        self.replicates.points
    }

    /// Sets the cost of one point.
    pub(crate) fn set_cost(&mut self, cost: f64) {
        self.measured = Some(cost);
    }

    /// Cost of one point, in evaluations of a curve at one date.
    pub(crate) fn cost(&self) -> f64 {
        if let Some(cost) = self.measured {
            return cost;
        }
        // The discretized start is summed over its points at every date.
        let of_start = 0.2 * as_f64(self.method.pair().start().map_or(0, Start::points));
        let each = match (&self.method, self.asked) {
            (Sampled::Lines(lines, _), _) => as_f64(lines.nodes()),
            (Sampled::Conditional(..), Asked::Passage(Watch::Dates { sustained })) => {
                30.0 * as_f64(sustained) + of_start
            }
            (Sampled::Conditional(..), Asked::Passage(Watch::AnyTime)) => 150.0 + of_start,
            (Sampled::Conditional(..), Asked::LeadChanges) => 300.0,
            (Sampled::Conditional(..), Asked::Ahead) => 5.0 + of_start,
        };
        each * as_f64(self.method.pair().periods())
    }

    /// Continues to `upto` points of each scramble. A pilot always completes; any later extension completes or is
    /// rolled back.
    pub(crate) fn run(&mut self, upto: usize, budget: &mut Budget<'_>) -> Result<(), Error> {
        let cost = self.cost();
        let Self { asked, method, step, control, len, .. } = self;
        self.replicates.extend(upto, (cost, budget), &mut |points, sum| {
            method.add_surrogate(step.as_ref(), points, &mut sum[2 * *len..])?;
            let (plain, excess) = sum.split_at_mut(*len);
            let mut answers = method.answers(&points.coordinates, points.width, *asked)?;
            if let Some(step) = step {
                answers.iter_mut().for_each(|answer| step.subtract_at_point(answer));
            }
            points.add(&answers, plain);
            if let Some(control) = control {
                for point in 0..points.width {
                    let at: Vec<f64> = points.coordinates.iter().map(|axis| axis[point]).collect();
                    control.add_excess(&at, points.weight(point), excess);
                }
            }
            Ok(())
        })
    }

    /// Replaces values and errors at the base and the first `dates` dates by those of a separate integration up to an earlier horizon,
    /// whose leading axis suits them better. These dates no longer count when deciding whether to add points.
    pub(crate) fn settle(&mut self, dates: usize, horizon: usize, integral: &Integral) {
        let [theirs, own] = [horizon, self.method.pair().periods()].map(|periods| self.asked.runs(periods));
        for (place, (theirs, own)) in theirs.into_iter().zip(own).enumerate() {
            let count = self.asked.count_until(place, dates).min(theirs.len());
            for (theirs, own) in theirs.zip(own).take(count) {
                self.settled[own] = Some((integral.values[theirs], integral.errors[theirs]));
            }
        }
    }

    /// Adds a surrogate, fitted to independent points. `false` if none is available, or one was added before.
    pub(crate) fn add_surrogate(&mut self, tolerance: f64, budget: &mut Budget<'_>) -> Result<bool, Error> {
        let axes = self.method.dimensions();
        let is_of_draws = axes > 1 && axes == self.method.drawn_dimensions();
        if !is_of_draws || !self.may_have_surrogate || self.surrogate.is_some() {
            return Ok(false);
        }
        let (evaluations, of_lines) = self.method.fit_surrogate(self.asked, tolerance)?;
        if let Some(step) = of_lines {
            self.replicates.adjust(&|sums, weight| step.subtract_from_sums(weight, &mut sums[..self.len]));
            // The grid moves the probability at the base too, and so the control.
            step.subtract(self.shift[0], &mut self.shift);
            self.step = Some(step);
        }
        budget.spend(self.cost() * as_f64(evaluations));
        budget.spend(self.method.surrogate_cost() * as_f64(self.evaluations(self.replicates.points)));
        let Self { method, step, replicates, len, .. } = self;
        let (step, len) = (step.as_ref(), *len);
        replicates.revisit(&mut |points, sum| method.add_surrogate(step, points, &mut sum[2 * len..]))?;
        self.surrogate = Some(Replicates::new(self.method.axes().without_further(), len));
        self.extend_surrogate(FIRST_OF_SURROGATE * self.replicates.points, budget)?;
        if let Sampled::Lines(..) = self.method {
            // For lines, the control variate is hardly ever better than the surrogate.
            self.control = None;
        }
        Ok(true)
    }

    /// The largest error of the answers that no other integration gave.
    pub(crate) fn largest_open(&self, integral: &Integral) -> f64 {
        let errors = integral.errors.iter().zip(&self.settled).filter(|(_, settled)| settled.is_none());
        largest(&errors.map(|(error, _)| *error).collect::<Vec<f64>>())
    }

    fn extend_surrogate(&mut self, upto: usize, budget: &mut Budget<'_>) -> Result<(), Error> {
        let (method, step) = (&self.method, self.step.as_ref());
        let Some(replicates) = &mut self.surrogate else { return Ok(()) };
        replicates
            .extend(upto, (method.surrogate_cost(), budget), &mut |points, sum| method.add_surrogate(step, points, sum))
    }

    /// Adds points to the level at which they reduce the variance most per unit of cost; `error_ratio` is the largest error over the tolerance.
    /// `false` if the budget does not allow it.
    pub(crate) fn extend(&mut self, error_ratio: f64, budget: &mut Budget<'_>) -> Result<bool, Error> {
        let next = |points: usize| next_points(points, error_ratio);
        let upto = next(self.points());
        let cost = self.cost() * as_f64(self.evaluations(upto - self.points()));
        if let Some(surrogate) = &self.surrogate {
            let more = next(surrogate.points);
            let evaluations = Replicates::evaluations(surrogate.dimensions(), more - surrogate.points);
            let cheap = self.method.surrogate_cost() * as_f64(evaluations);
            let [of_method, of_surrogate] = self.errors_of_levels(surrogate);
            if of_surrogate * of_surrogate * cost > of_method * of_method * cheap {
                let is_allowed = budget.allows(cheap);
                if is_allowed {
                    self.extend_surrogate(more, budget)?;
                }
                return Ok(is_allowed);
            }
        }
        let is_allowed = budget.allows(cost);
        if is_allowed {
            self.run(upto, budget)?;
        }
        Ok(is_allowed)
    }

    /// The cost so far and the error of each level; a single level has the error given.
    pub(crate) fn levels(&self, error: f64) -> Vec<(f64, f64)> {
        let own = self.cost() * as_f64(self.evaluations(self.points()));
        let Some(surrogate) = &self.surrogate else { return vec![(own, error)] };
        let [of_method, of_surrogate] = self.errors_of_levels(surrogate);
        let evaluations = Replicates::evaluations(surrogate.dimensions(), surrogate.points);
        vec![(own, of_method), (self.method.surrogate_cost() * as_f64(evaluations), of_surrogate)]
    }

    /// The mean of a linear function of the sums, and its error.
    fn mean_and_error_of(&self, of: &dyn Fn(&[f64]) -> f64) -> (f64, f64) {
        self.replicates.mean_and_error(&self.replicates.means_of(of))
    }

    /// The estimate of two levels for one answer, and the error of each: of the answer minus its surrogate, and of the surrogate.
    fn of_levels(&self, surrogate: &Replicates, answer: usize) -> ((f64, f64), [f64; 2]) {
        let rest = self.replicates.means_of(&|sum| sum[answer] - sum[2 * self.len + answer]);
        let own = surrogate.means_of(&|sum| sum[answer]);
        let (rest, mut off) = self.replicates.mean_and_deviations(&rest);
        let (own, others) = surrogate.mean_and_deviations(&own);
        // The surrogate of a recursion is between bounds that show a rare lead, so that its points count. That of lines may miss one.
        let unseen = match &self.method {
            Sampled::Conditional(..) => [0.0, self.unseen(surrogate.points)],
            Sampled::Lines(..) => [self.unseen(self.replicates.points), 0.0],
        };
        let errors = [three_errors(&off).max(unseen[0]), three_errors(&others).max(unseen[1])];
        off.iter_mut().zip(others).for_each(|(off, other)| *off += other);
        ((rest + own, three_errors(&off).max(unseen[0]).max(unseen[1])), errors)
    }

    /// The errors of both levels at the answer with the largest error. The second is 0 if answer − surrogate has no smaller error than
    /// the answer.
    fn errors_of_levels(&self, surrogate: &Replicates) -> [f64; 2] {
        let single = self.with_control();
        let answers = (0..self.len).filter(|answer| self.settled[*answer].is_none());
        let errors = answers.map(|answer| {
            let ((_, of_two), [rest, own]) = self.of_levels(surrogate, answer);
            let of_one = single[answer].1;
            (of_two.min(of_one), if rest < of_one { [rest, own] } else { [of_one, 0.0] })
        });
        errors.max_by(|a, b| a.0.total_cmp(&b.0)).map_or([0.0; 2], |(_, levels)| levels)
    }

    /// The estimates without a surrogate.
    fn with_control(&self) -> Vec<(f64, f64)> {
        let mut estimates: Vec<(f64, f64)> =
            (0..self.len).map(|answer| self.mean_and_error_of(&|sum| sum[answer])).collect();
        if let Some(control) = &self.control {
            control.improve(&self.replicates, &mut estimates);
        }
        let unseen = self.unseen(self.replicates.points);
        estimates.iter_mut().for_each(|(_, error)| *error = error.max(unseen));
        estimates
    }

    /// A bound on the probability of an event that none of that many normal points of each replicate has shown: the weight of one point,
    /// or a tenth of it where wide points cover the tails of all axes: those of drawn numbers, not of sampled shocks. It is zero for
    /// the trapezoidal rule of a single dimension, which covers all.
    fn unseen(&self, points: usize) -> f64 {
        let part = match &self.method {
            _ if self.method.dimensions() < 2 => 0.0,
            Sampled::Lines(lines, _) if lines.dimensions() == lines.drawn_dimensions() => 0.1,
            Sampled::Lines(..) => 1.0,
            // With a surrogate more points are cheap.
            Sampled::Conditional(..) if self.is_sharp || self.may_have_surrogate => 1.0,
            Sampled::Conditional(..) => 0.1,
        };
        part / as_f64(self.evaluations(points))
    }

    /// Evaluations for that many normal points of each replicate.
    pub(crate) fn evaluations(&self, points: usize) -> usize {
        Replicates::evaluations(self.method.dimensions(), points)
    }

    /// Current estimates; `added` are errors that the replicates do not show.
    pub(crate) fn estimate(&self, added: &[f64], tolerance: f64) -> Integral {
        let mut estimates = self.with_control();
        if let Some(surrogate) = &self.surrogate {
            for (answer, estimate) in estimates.iter_mut().enumerate() {
                let (both, _) = self.of_levels(surrogate, answer);
                if both.1 < estimate.1 {
                    *estimate = both;
                }
            }
        }
        let (mut values, mut errors): (Vec<f64>, Vec<f64>) = estimates.into_iter().unzip();
        values.iter_mut().zip(&self.shift).for_each(|(value, shift)| *value += shift);
        let settled = || self.settled.iter().enumerate().filter_map(|(answer, known)| Some((answer, (*known)?)));
        settled().for_each(|(answer, _)| errors[answer] = 0.0);
        let floor = least_error(&errors, tolerance, 0.0);
        for (answer, (error, added_here)) in errors.iter_mut().zip(added).enumerate() {
            let of_control = match (&self.method, &self.step) {
                (Sampled::Lines(..), Some(step)) => step.jumps[answer].abs() * added[0],
                _ => 0.0,
            };
            *error = error.max(floor) + added_here + of_control;
        }
        settled().for_each(|(answer, known)| (values[answer], errors[answer]) = known);
        Integral { values, errors }
    }
}

/// The least error to report beside sampling errors; `unseen` is the probability of an event that no point has reached.
pub(crate) fn least_error(errors: &[f64], tolerance: f64, unseen: f64) -> f64 {
    let most = errors.iter().copied().fold(0.0, f64::max);
    (MIN_OF_LARGEST * most).max(MIN_ERROR * tolerance).max(unseen)
}

/// The largest error; NaN counts as infinite.
pub(crate) fn largest(errors: &[f64]) -> f64 {
    errors.iter().fold(0.0, |most, error| if error.is_nan() { f64::INFINITY } else { error.max(most) })
}

/// The largest distance between two lists of answers; NaN counts as infinite.
pub(super) fn largest_distance(a: &[f64], b: &[f64]) -> f64 {
    let distances: Vec<f64> = a.iter().zip(b).map(|(a, b)| (a - b).abs()).collect();
    largest(&distances)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_fall_are_raised_with_their_errors() {
        let mut integral = Integral { values: vec![0.9, 0.1, 0.3, 0.25, 0.28, 0.4], errors: vec![0.01; 6] };
        integral.raise_among(1..6);
        assert_eq!(integral.values, [0.9, 0.1, 0.3, 0.3, 0.3, 0.4]);
        let expected = [0.01, 0.01, 0.01, 0.06, 0.03, 0.01];
        let is_close = integral.errors.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-12);
        assert!(is_close, "{:?}", integral.errors);
    }
}
