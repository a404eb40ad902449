//! Newton's method on the Lagrangian of the smoothest path, with the constraints' curvature.

use super::banded::{Banded, Factored};
use super::year::Year;
use super::{Failure, Goal, Totals};

/// Steps of Newton's method before another start is tried: 3 to 6 are usual.
const STEPS: usize = 40;
/// Steps without the constraints' curvature, where Newton's method has gone astray.
const PLAIN_STEPS: usize = 400;
/// A step changes no period's log revenue by more than this.
const LONGEST_STEP: f64 = 1.5;
/// The step after which the next would be lost in rounding: convergence is quadratic.
const LAST_STEP: f64 = 1e-9;
/// Likewise for a drawn path, which is met to 1e-10 or so after such a step.
const LAST_DRAWN_STEP: f64 = 1e-6;
/// Near enough for Newton's method to take over from the plain steps.
const NEAR: f64 = 1e-4;

/// A path and the multipliers of its totals: `½ Σ (second differences)² + Σ λ_y (ln total_y − goal_y)` is stationary.
#[derive(Debug, Clone)]
pub(super) struct Stationary {
    /// Log revenue at 1..=N over the stated base.
    pub(super) xs: Vec<f64>,
    pub(super) multipliers: Vec<f64>,
}

impl Totals {
    /// From level years, or first from a path that is near.
    pub(super) fn newton(&self, goal: &Goal, near: Option<Stationary>) -> Result<Stationary, Failure> {
        if let Some(found) = near.and_then(|near| self.approach(goal, near, true, STEPS, LAST_DRAWN_STEP)) {
            return Ok(found);
        }
        let level = self.level(goal);
        self.approach(goal, level.clone(), true, STEPS, LAST_STEP)
            .or_else(|| {
                let near = self.approach(goal, level, false, PLAIN_STEPS, NEAR)?;
                self.approach(goal, near, true, STEPS, LAST_STEP)
            })
            .ok_or_else(|| Failure::Unsolved { log_totals: goal.log_totals.clone(), base_shift: goal.base_shift })
    }

    /// Every year's periods alike.
    fn level(&self, goal: &Goal) -> Stationary {
        let mut xs = vec![0.0; self.periods()];
        for (year, log_total) in goal.log_totals.iter().enumerate() {
            let free = &mut xs[self.free(year)];
            let each = log_total - crate::math::ln(free.len() as f64);
            free.fill(each);
        }
        Stationary { xs, multipliers: vec![0.0; self.estimates] }
    }

    /// Steps until one is shorter than `last_step`; `None` where `steps` do not suffice.
    fn approach(
        &self,
        goal: &Goal,
        mut at: Stationary,
        curved: bool,
        steps: usize,
        last_step: f64,
    ) -> Option<Stationary> {
        for _ in 0..steps {
            let years = self.years(&at.xs);
            let curvature = if curved { at.multipliers.as_slice() } else { &[] };
            let mut step = self.residual(goal, &at, &years);
            self.system(&years, curvature)?.solve(&mut step);
            let (xs, multipliers) = self.unpack(&step);
            let length = xs.iter().fold(0.0, |length: f64, x| if x.is_nan() { f64::NAN } else { length.max(x.abs()) });
            if !length.is_finite() {
                return None;
            }
            let part = if length > LONGEST_STEP { LONGEST_STEP / length } else { 1.0 };
            at.xs.iter_mut().zip(xs).for_each(|(x, step)| *x += part * step);
            at.multipliers.iter_mut().zip(multipliers).for_each(|(multiplier, step)| *multiplier += part * step);
            if length <= last_step {
                return Some(at);
            }
        }
        None
    }

    #[cfg(test)]
    pub(super) fn steps_from_level(&self, goal: &Goal, steps: usize) -> Option<Stationary> {
        self.approach(goal, self.level(goal), true, steps, LAST_STEP)
    }

    pub(super) fn years(&self, xs: &[f64]) -> Vec<Year> {
        (0..self.estimates).map(|year| Year::of(&xs[self.free(year)])).collect()
    }

    /// What the conditions lack, as a right-hand side.
    fn residual(&self, goal: &Goal, at: &Stationary, years: &[Year]) -> Vec<f64> {
        let bends = self.bending(self.previous, goal.base_shift, &at.xs, goal.tail_step);
        let mut side = vec![0.0; self.periods() + self.estimates];
        for (year, known) in years.iter().enumerate() {
            for (t, weight) in self.free(year).zip(&known.weights) {
                side[t + year] = -(bends[t] + at.multipliers[year] * weight);
            }
            side[self.multiplier(year)] = goal.log_totals[year] - known.log_sum;
        }
        side
    }

    /// The derivative of `½ Σ (x(t+1) − 2x(t) + x(t−1))²` by x(1)..x(N): linear in all that it is given, so that it
    /// serves for directions too. `previous` is x(−1), `tail_step` x(N+1) − x(N).
    pub(super) fn bending(&self, previous: Option<f64>, base: f64, xs: &[f64], tail_step: Option<f64>) -> Vec<f64> {
        let n = xs.len();
        let at = |t: usize| if t == 0 { base } else { xs[t - 1] };
        let mut bends = vec![0.0; n];
        if let Some(previous) = previous {
            bends[0] += xs[0] - 2.0 * base + previous;
        }
        for t in 1..n {
            let second = at(t + 1) - 2.0 * at(t) + at(t - 1);
            if t > 1 {
                bends[t - 2] += second;
            }
            bends[t - 1] -= 2.0 * second;
            bends[t] += second;
        }
        if let Some(step) = tail_step {
            let second = step - (at(n) - at(n - 1));
            bends[n - 1] -= second;
            if n > 1 {
                bends[n - 2] += second;
            }
        }
        bends
    }

    /// The matrix of the Lagrangian's second derivatives; `multipliers` is empty where curvature is left out.
    ///
    /// A year's multiplier stands after its periods, so that the matrix has a band.
    pub(super) fn system(&self, years: &[Year], multipliers: &[f64]) -> Option<Factored> {
        let reach = if self.per_year == 1 { 4 } else { self.per_year.max(3) };
        let mut matrix = Banded::new(self.periods() + self.estimates, reach);
        self.add_bending(&mut matrix);
        for (year, known) in years.iter().enumerate() {
            let (free, row) = (self.free(year), self.multiplier(year));
            for (t, weight) in free.clone().zip(&known.weights) {
                matrix.add(t + year, row, *weight);
                matrix.add(row, t + year, *weight);
                let Some(multiplier) = multipliers.get(year) else { continue };
                matrix.add(t + year, t + year, multiplier * weight);
                for (other, other_weight) in free.clone().zip(&known.weights) {
                    matrix.add(t + year, other + year, -multiplier * weight * other_weight);
                }
            }
        }
        matrix.factor()
    }

    /// Σ over the second differences, each by the free periods it touches.
    fn add_bending(&self, matrix: &mut Banded) {
        let n = self.periods();
        let first = usize::from(self.previous.is_none());
        let mut add = |terms: &[(usize, f64)]| {
            for (s, a) in terms {
                for (t, b) in terms {
                    matrix.add(self.place(*s), self.place(*t), a * b);
                }
            }
        };
        for t in first..n {
            let terms = [(t, -2.0), (t + 1, 1.0), (t.wrapping_sub(1), 1.0)];
            let free: Vec<_> = terms.into_iter().filter(|(t, _)| (1..=n).contains(t)).collect();
            add(&free);
        }
        if self.tail {
            let free: Vec<_> = [(n, -1.0), (n - 1, 1.0)].into_iter().filter(|(t, _)| *t > 0).collect();
            add(&free);
        }
    }

    /// Where x(t) stands in the system, t = 1..=N.
    fn place(&self, t: usize) -> usize {
        t - 1 + (t - 1 + self.into_year) / self.per_year
    }

    /// Where the multiplier of a year stands in the system.
    pub(super) fn multiplier(&self, year: usize) -> usize {
        self.free(year).end + year
    }

    /// Periods and multipliers of a solution of the system.
    pub(super) fn unpack(&self, solution: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let xs = (1..=self.periods()).map(|t| solution[self.place(t)]).collect();
        (xs, (0..self.estimates).map(|year| solution[self.multiplier(year)]).collect())
    }
}
