//! Newton's method on the Lagrangian of the smoothest path, including the curvature of the constraints.

use super::year::Year;
use super::{Failure, Goal, Totals};
use crate::math::banded::{Banded, Factored};

/// Maximum number of Newton steps before another start is tried; 3 to 6 are typical.
const STEPS: usize = 40;
/// Maximum number of steps without the constraints' curvature, used if Newton's method diverges.
const PLAIN_STEPS: usize = 400;
/// Maximum change of log revenue in any period per step.
const LONGEST_STEP: f64 = 1.5;
/// Converged after a step shorter than this: convergence is quadratic, so the next would be below rounding.
const LAST_STEP: f64 = 1e-9;
/// The same for a drawn path, which is accurate to about 1e-10 after such a step.
const LAST_DRAWN_STEP: f64 = 1e-6;
/// Step length at which Newton's method takes over from the steps without curvature.
const NEAR: f64 = 1e-4;

/// A path and the multipliers of its totals: a stationary point of
/// `½ Σ (second differences)² + Σ λ_y (ln total_y − goal_y)`.
#[derive(Debug, Clone)]
pub(super) struct Stationary {
    /// Log revenue at 1..=N relative to the specified base.
    pub(super) xs: Vec<f64>,
    pub(super) multipliers: Vec<f64>,
}

impl Totals {
    /// Solves from a nearby path first, if given, and otherwise from level years.
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

    /// Start with equal revenue in all periods of a year.
    fn level(&self, goal: &Goal) -> Stationary {
        let mut xs = vec![0.0; self.periods()];
        for (year, log_total) in goal.log_totals.iter().enumerate() {
            let free = &mut xs[self.free(year)];
            let each = log_total - crate::math::ln(free.len() as f64);
            free.fill(each);
        }
        Stationary { xs, multipliers: vec![0.0; self.estimates] }
    }

    /// Iterates until a step is shorter than `last_step`; `None` if `steps` do not suffice.
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

    /// Negative residual of the optimality conditions, as a right-hand side.
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

    /// Gradient of `½ Σ (x(t+1) − 2x(t) + x(t−1))²` with respect to x(1)..x(N). It is linear in all arguments, so it
    /// can also be applied to directions. `previous` is x(−1), `tail_step` is x(N+1) − x(N).
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

    /// Hessian of the Lagrangian; `multipliers` is empty to omit the constraints' curvature.
    ///
    /// The multiplier of a year follows its periods, so that the matrix is banded.
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

    /// Adds the second differences, each to the free periods that it involves.
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

    /// Index of x(t) in the system, t = 1..=N.
    fn place(&self, t: usize) -> usize {
        t - 1 + (t - 1 + self.into_year) / self.per_year
    }

    /// Index of the multiplier of a year in the system.
    pub(super) fn multiplier(&self, year: usize) -> usize {
        self.free(year).end + year
    }

    /// Splits a solution of the system into periods and multipliers.
    pub(super) fn unpack(&self, solution: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let xs = (1..=self.periods()).map(|t| solution[self.place(t)]).collect();
        (xs, (0..self.estimates).map(|year| solution[self.multiplier(year)]).collect())
    }
}
