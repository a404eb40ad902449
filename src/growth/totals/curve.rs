//! Growth of a series that meets fiscal totals, over blocks of paths.

use super::expansion::Expansion;
use super::join::Continuation;
use super::region::MISS;
use super::variable::{LANES, Variable};
use super::{Failure, Totals};
use crate::growth::{TailLaw, Value};
use crate::math;

/// Central value of a number of the curve.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Median {
    /// The median.
    pub(crate) value: f64,
    pub(crate) drawn: bool,
}

/// Growth that meets annual estimates as fiscal totals, followed by a tail. Prepared once and filled block by block.
///
/// A path is a polynomial expansion about the central path. Inside the region of draws that [`FiscalCurve::new`] has
/// proven accurate, the polynomial is used directly. Outside it the totals are checked, and if one misses its draw by
/// more than 0.1 percentage point the path is solved by Newton's method.
#[derive(Debug, Clone)]
pub(crate) struct FiscalCurve {
    expansion: Expansion,
    tail: Continuation,
    /// Coefficient of `γ_n` in the first step of the tail; the rest of the step is a separate variable. A tail without
    /// drawn numbers thus needs no variable. The polynomial equals the one in `γ_n` and the step.
    slope: f64,
    /// ln of the remaining part of the first year, and the tail's first step, at the centre.
    opening: f64,
    step: f64,
    /// `γ_y` at the centre.
    gammas: Vec<f64>,
}

/// A path index in a block, and its Γ(1)..Γ(N).
type Solved = (usize, Vec<f64>);

impl FiscalCurve {
    /// `rates` are simple annual growth rates, one for each estimate of `totals`; `numbers` are those of the tail.
    ///
    /// # Errors
    /// If the central path cannot meet its totals.
    pub(crate) fn new(
        totals: Totals,
        rates: &[Median],
        tail: &TailLaw,
        numbers: &[Median],
        base_drawn: bool,
    ) -> Result<Self, Failure> {
        debug_assert!(totals.tail != matches!(tail, TailLaw::None) && totals.estimates == rates.len());
        let tail = Continuation::from(tail);
        let gammas: Vec<f64> = rates.iter().map(|rate| math::ln_1p(rate.value)).collect();
        let last = gammas.len() - 1;
        let values: Vec<Value<'_>> = numbers.iter().map(|number| Value::Fixed(number.value)).collect();
        let step_after = |gamma: f64| tail.first_step(&[gamma], &values, totals.per_year)[0];
        let step = step_after(gammas[last]);
        // With one estimate γ_n is a function of the opening and the base, which is linear only without curvature in
        // either.
        let straight = last > 0 || totals.into_year == 0 && !base_drawn;
        let slope = if straight { step_after(1.0) - step_after(0.0) } else { 0.0 };
        let goal = totals.goal(&gammas, 0.0, step)?;
        let bent = !straight && (rates[0].drawn || base_drawn) && tail != Continuation::None;
        let drawn = |rate: &(usize, &Median)| rate.1.drawn;
        let variables = (rates[0].drawn || base_drawn)
            .then_some(Variable::Opening)
            .into_iter()
            .chain(rates.iter().enumerate().skip(1).filter(drawn).map(|(year, _)| Variable::Rate(year)))
            .chain(base_drawn.then_some(Variable::Base))
            .chain((bent || numbers.iter().any(|number| number.drawn)).then_some(Variable::Step))
            .collect();
        let opening = goal.log_totals[0];
        let expansion = Expansion::new(totals, &goal, variables, slope)?;
        Ok(Self { expansion, tail, slope, opening, step, gammas })
    }

    /// Computes Γ at 1..=`periods` since the (drawn) base for `count` paths, and calls `emit(t − 1, Γ(t))` once for
    /// each t, like [`Curve::fill`](crate::Curve). `base_shifts` are ln of the drawn base divided by the specified one.
    ///
    /// A single path is a block of one, with the same bits.
    ///
    /// # Errors
    /// The first path that cannot meet its totals, before anything is emitted.
    pub(crate) fn fill(
        &self,
        rates: &[Value<'_>],
        numbers: &[Value<'_>],
        base_shifts: Option<&[f64]>,
        count: usize,
        periods: usize,
        emit: &mut dyn FnMut(usize, &[f64]),
    ) -> Result<(), (usize, Failure)> {
        let totals = &self.expansion.totals;
        let gammas: Vec<Vec<f64>> = rates.iter().map(|rate| rate.log_rate(count)).collect();
        let last = &gammas[gammas.len() - 1];
        let deviations = self.deviations(rates[0], &gammas, numbers, base_shifts, count);
        let monomials = self.expansion.monomials(&deviations, count);
        let solved = self.solve_unproven(&monomials, &gammas, numbers, base_shifts, count)?;
        let mut out = vec![[0.0; LANES]; count.div_ceil(LANES)];
        let end = totals.periods();
        for t in 0..periods.min(end) {
            self.expansion.column(t, &monomials, &mut out);
            let column = &mut out.as_flattened_mut()[..count];
            solved.iter().for_each(|(path, growth)| column[*path] = growth[t]);
            emit(t, column);
        }
        if periods <= end {
            return Ok(());
        }
        let column = &mut out.as_flattened_mut()[..count];
        let mut tail_state = self.tail.after(column, last, numbers, totals.per_year);
        for t in end..periods {
            tail_state.next(column);
            emit(t, column);
        }
        Ok(())
    }

    /// The variables of the expansion, for every path.
    fn deviations(
        &self,
        first: Value<'_>,
        gammas: &[Vec<f64>],
        numbers: &[Value<'_>],
        base_shifts: Option<&[f64]>,
        count: usize,
    ) -> Vec<Vec<f64>> {
        let last = gammas.len() - 1;
        let less = |xs: &[f64], centre: f64| xs.iter().map(|x| x - centre).collect::<Vec<_>>();
        let column = |variable: &Variable| match variable {
            Variable::Opening => self.openings(first, &gammas[0], base_shifts),
            Variable::Rate(year) => less(&gammas[*year], self.gammas[*year]),
            Variable::Base => base_shifts.map_or_else(|| vec![0.0; count], <[f64]>::to_vec),
            Variable::Step => {
                let steps = self.tail.first_step(&gammas[last], numbers, self.expansion.totals.per_year);
                let rest = |(step, gamma): (&f64, &f64)| step - self.step - self.slope * (gamma - self.gammas[last]);
                steps.iter().zip(&gammas[last]).map(rest).collect()
            }
        };
        self.expansion.variables.iter().map(column).collect()
    }

    /// Deviation of the log of what remains of the first year; NaN or −∞ if nothing remains.
    fn openings(&self, first: Value<'_>, gammas: &[f64], base_shifts: Option<&[f64]>) -> Vec<f64> {
        let totals = &self.expansion.totals;
        let mut out = match base_shifts {
            None if totals.into_year == 0 => return gammas.iter().map(|gamma| gamma - self.gammas[0]).collect(),
            None => vec![1.0; gammas.len()],
            Some(shifts) => {
                let mut bases = shifts[..gammas.len()].to_vec();
                math::exp_slice(&mut bases);
                bases
            }
        };
        for (path, out) in out.iter_mut().enumerate() {
            let (before, within) = totals.known_sums(*out);
            *out = before * (1.0 + first.of_path(path)) - within;
        }
        math::ln_slice(&mut out);
        out.iter_mut().for_each(|out| *out -= self.opening);
        out
    }

    /// Solves the paths for which the expansion is not accurate enough.
    fn solve_unproven(
        &self,
        monomials: &[[f64; LANES]],
        gammas: &[Vec<f64>],
        numbers: &[Value<'_>],
        base_shifts: Option<&[f64]>,
        count: usize,
    ) -> Result<Vec<Solved>, (usize, Failure)> {
        let totals = &self.expansion.totals;
        let mut solved = Vec::new();
        for path in self.expansion.unproven(monomials, count) {
            let gammas: Vec<f64> = gammas.iter().map(|gammas| gammas[path]).collect();
            let shift = base_shifts.map_or(0.0, |shifts| shifts[path]);
            let near = self.expansion.path(monomials, path);
            if totals.miss(&near, &gammas, shift) <= MISS {
                continue;
            }
            let failed = |failure| (path, failure);
            let own: Vec<Value<'_>> = numbers.iter().map(|number| Value::Fixed(number.of_path(path))).collect();
            let step = self.tail.first_step(&gammas[gammas.len() - 1..], &own, totals.per_year)[0];
            let goal = totals.goal(&gammas, shift, step).map_err(failed)?;
            solved.push((path, self.expansion.solve(near, &goal).map_err(failed)?));
        }
        Ok(solved)
    }
}

#[cfg(test)]
impl FiscalCurve {
    pub(super) fn periods(&self) -> usize {
        self.expansion.totals.periods()
    }

    /// The path by the polynomial, if the draw is inside the region.
    pub(super) fn if_proven(&self, rates: &[f64], numbers: &[f64], base_shift: f64) -> Option<Vec<f64>> {
        let fixed = |values: &[f64]| values.iter().map(|value| Value::Fixed(*value)).collect::<Vec<_>>();
        let (rates, numbers) = (fixed(rates), fixed(numbers));
        let gammas: Vec<Vec<f64>> = rates.iter().map(|rate| rate.log_rate(1)).collect();
        let deviations = self.deviations(rates[0], &gammas, &numbers, Some(&[base_shift]), 1);
        let monomials = self.expansion.monomials(&deviations, 1);
        self.expansion.unproven(&monomials, 1).is_empty().then(|| self.expansion.path(&monomials, 0))
    }

    /// Number of paths with two drawn rates (and nothing else drawn) that are checked, and number that are solved.
    pub(super) fn unproven_and_solved(&self, columns: &[Vec<f64>]) -> (usize, usize) {
        let count = columns[0].len();
        let values: Vec<Value<'_>> = columns.iter().map(|column| Value::Drawn(column)).collect();
        let gammas: Vec<Vec<f64>> = values[..2].iter().map(|rate| rate.log_rate(count)).collect();
        let numbers = &values[2..values.len() - 1];
        let deviations = self.deviations(values[0], &gammas, numbers, None, count);
        let monomials = self.expansion.monomials(&deviations, count);
        let solved = self.solve_unproven(&monomials, &gammas, numbers, None, count).unwrap();
        (self.expansion.unproven(&monomials, count).len(), solved.len())
    }
}
