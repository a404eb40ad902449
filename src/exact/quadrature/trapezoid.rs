//! Trapezoidal rules on a few axes, for recursions that are expensive.

use super::budget::{Budget, WORK_OF_UNIT};
use super::conditional::Conditional;
use super::integrate::Request;
use super::run::{Integral, MIN_OF_LARGEST, largest, largest_distance};
use crate::error::Error;
use crate::math;
use crate::math::gauss::{as_f64, normal_density};

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

/// A distance between rules on several axes above which they do not resolve the answer: with small shocks it is nearly a step
/// of the drawn numbers, and scrambled points do better. On three axes the first two rules decide; on two, the last that the
/// budget allows, or those of half the first spacing.
const UNRESOLVED: f64 = 0.02;
/// The least error of an answer, relative to those of the dates beside it. The errors of a rule change their sign from date to
/// date, so that those of two rules may agree by chance.
const PART_OF_NEXT: f64 = 0.5;

impl Request {
    /// Trapezoidal rules on up to three axes. The spacing is halved until rules that are shifted by half a step agree; the errors of these
    /// have opposite signs, so the answer is their mean. `None` if rules on two axes, or on three without kinks, stay apart by more than
    /// [`UNRESOLVED`].
    pub(super) fn few_axes(
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

/// Every combination of 0 and half a step on each axis, 0 first.
fn shifts(axes: usize) -> Vec<Vec<f64>> {
    let shift = |place: usize, axis: usize| if place >> axis & 1 == 1 { 0.5 } else { 0.0 };
    (0..1 << axes).map(|place| (0..axes).map(|axis| shift(place, axis)).collect()).collect()
}
