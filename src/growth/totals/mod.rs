//! Annual estimates as growth of fiscal-year totals: the smoothest log path that meets them.
//!
//! Second-difference disaggregation (J. C. G. Boot, W. Feibes, J. H. C. Lisman, "Further Methods of Derivation of
//! Quarterly Figures from Annual Data", Applied Statistics 16 (1967) 65–75), applied to logs: minimizes Σ (x(t+1) −
//! 2x(t) + x(t−1))² subject to `Σ_{t∈FY y} e^x(t) = (1 + g_y) Σ_{t∈FY y−1} e^x(t)`.
//!
//! | module | purpose |
//! |---|---|
//! | `newton` | one path: Newton's method on the Lagrangian |
//! | `expansion` | many paths: second-order expansion in the drawn numbers |
//! | `region` | draws for which the expansion is proven accurate |
//! | `join` | continuation by a tail |
//! | `curve` | all of these over a block of paths |
//! | `year` | cumulants |

mod curve;
mod expansion;
mod join;
mod newton;
mod region;
#[cfg(test)]
mod tests;
mod variable;
mod year;

use std::fmt;
use std::ops::Range;

use crate::math;

pub(crate) use curve::{FiscalCurve, Median};

/// The disaggregation problem of one series: known periods, their division into fiscal years, and whether there is a
/// tail.
#[derive(Debug, Clone)]
pub(crate) struct Totals {
    per_year: usize,
    /// Number of known periods in the first estimated year.
    into_year: usize,
    estimates: usize,
    tail: bool,
    /// x(−1) relative to the specified base, if known.
    previous: Option<f64>,
    /// Revenue of the fiscal year before the first estimated one, relative to the specified base, excluding the base
    /// itself.
    before: f64,
    /// The same for the known periods of the first estimated year.
    within: f64,
}

/// Constraints of one path.
#[derive(Debug, Clone)]
struct Goal {
    /// For each year, the log of the required sum over its free periods, relative to the specified base.
    log_totals: Vec<f64>,
    base_shift: f64,
    /// x(N+1) − x(N), if there is a tail.
    tail_step: Option<f64>,
}

impl Totals {
    /// `known` is log revenue, oldest first and the base last, relative to any reference. `into_year` is the number of
    /// these periods in the first estimated fiscal year: 0 if the base ends a fiscal year, at most p − 1.
    ///
    /// # Errors
    /// If the fiscal year before the first estimated one is not fully known; the message states what is missing.
    pub(crate) fn new(
        known: &[f64],
        per_year: usize,
        into_year: usize,
        estimates: usize,
        tail: bool,
    ) -> Result<Self, String> {
        debug_assert!(into_year < per_year && estimates > 0, "{into_year} of {per_year}, {estimates} estimates");
        let (needed, found) = (per_year + into_year, known.len());
        let Some(first) = found.checked_sub(needed) else {
            return Err(format!(
                "the fiscal year before the first estimated one must be known in full: {needed} periods up to the \
                 base, {found} are known"
            ));
        };
        if let Some(at) = known.iter().position(|x| !x.is_finite()) {
            return Err(format!("log revenue {} periods before the base is {}", found - 1 - at, known[at]));
        }
        let base = known[found - 1];
        // The base enters with its draw, so it is excluded from both sums.
        let sum = |range: Range<usize>| known[range].iter().map(|x| math::exp(x - base)).sum();
        let start = found - into_year;
        Ok(Self {
            per_year,
            into_year,
            estimates,
            tail,
            previous: found.checked_sub(2).map(|at| known[at] - base),
            before: sum(first..start.min(found - 1)),
            within: sum(start..(found - 1).max(start)),
        })
    }

    /// `N`: number of periods to the end of the last estimated fiscal year.
    pub(crate) fn periods(&self) -> usize {
        self.estimates * self.per_year - self.into_year
    }

    /// The smoothest path alone: log growth since the (drawn) base at 1..=N.
    ///
    /// `gammas` are `ln(1 + g_y)`; `base_shift` is the log of the drawn base divided by the specified one; `tail_step`
    /// is the log growth of the tail's first period, ignored without a tail.
    ///
    /// # Errors
    /// If no path meets the totals.
    #[cfg(test)]
    pub(crate) fn solve(&self, gammas: &[f64], base_shift: f64, tail_step: f64) -> Result<Vec<f64>, Failure> {
        let goal = self.goal(gammas, base_shift, tail_step)?;
        let mut xs = self.newton(&goal, None)?.xs;
        xs.iter_mut().for_each(|x| *x -= base_shift);
        Ok(xs)
    }

    fn goal(&self, gammas: &[f64], base_shift: f64, tail_step: f64) -> Result<Goal, Failure> {
        let (before, within) = self.known_sums(math::exp(base_shift));
        let mut total = math::ln(before) + gammas[0];
        let mut log_totals = vec![self.remaining(total, within)];
        if !log_totals[0].is_finite() {
            return Err(Failure::Exceeded { growth: math::exp_m1(gammas[0]), known: within / before });
        }
        for gamma in &gammas[1..] {
            total += gamma;
            log_totals.push(total);
        }
        Ok(Goal { log_totals, base_shift, tail_step: self.tail.then_some(tail_step) })
    }

    /// Revenue of the year before the first estimated one, and of the known part of the latter, relative to the
    /// specified base.
    fn known_sums(&self, base: f64) -> (f64, f64) {
        if self.into_year == 0 { (self.before + base, self.within) } else { (self.before, self.within + base) }
    }

    /// Log of the required sum over the free periods of the first year; not finite if nothing remains for them.
    fn remaining(&self, log_total: f64, within: f64) -> f64 {
        if self.into_year == 0 { log_total } else { math::ln(math::exp(log_total) - within) }
    }

    /// The free periods of an estimated year, as indices starting at x(1).
    fn free(&self, year: usize) -> Range<usize> {
        (year * self.per_year).saturating_sub(self.into_year)..(year + 1) * self.per_year - self.into_year
    }

    /// Largest difference between the growth of a total and its estimate, given log growth since the base.
    fn miss(&self, growth: &[f64], gammas: &[f64], base_shift: f64) -> f64 {
        let base = math::exp(base_shift);
        let (mut last, mut total) = self.known_sums(base);
        let mut worst = 0.0;
        for (year, gamma) in gammas.iter().enumerate() {
            total += growth[self.free(year)].iter().map(|growth| base * math::exp(*growth)).sum::<f64>();
            let miss = (total / last - math::exp(*gamma)).abs();
            // Written so that NaN propagates.
            worst = if miss <= worst { worst } else { miss };
            (last, total) = (total, 0.0);
        }
        worst
    }
}

/// Why a path cannot meet its totals, with the numbers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Failure {
    /// The known periods of the first estimated year already reach its total: `known` is their sum divided by the total
    /// of the year before.
    Exceeded { growth: f64, known: f64 },
    /// Newton's method did not converge.
    Unsolved { log_totals: Vec<f64>, base_shift: f64 },
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exceeded { growth, known } => write!(
                f,
                "growth of {growth} makes the first estimated fiscal year {} times the one before, but the periods of \
                 it that are known already sum to {known} times the one before",
                1.0 + growth
            ),
            Self::Unsolved { log_totals, base_shift } => write!(
                f,
                "no smooth path found for fiscal totals of {:?} times the specified base, with a drawn base of {} times \
                 the specified one",
                log_totals.iter().map(|total| math::exp(*total)).collect::<Vec<_>>(),
                math::exp(*base_shift)
            ),
        }
    }
}
