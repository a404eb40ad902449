//! Annual estimates read as growth of fiscal-year totals: the smoothest log path that meets them.
//!
//! Second-difference disaggregation (J. C. G. Boot, W. Feibes, J. H. C. Lisman, «Further Methods of Derivation of
//! Quarterly Figures from Annual Data», Applied Statistics 16 (1967) 65–75), in logs: Σ (x(t+1) − 2x(t) + x(t−1))²
//! is least, subject to `Σ_{t∈FY y} e^x(t) = (1 + g_y) Σ_{t∈FY y−1} e^x(t)`.
//!
//! | file | what |
//! |---|---|
//! | `newton` | one path: Newton's method on the Lagrangian |
//! | `expansion` | many paths: the path to second order in what is drawn |
//! | `region` | the draws for which the expansion is proven to do |
//! | `join` | how the tail joins the last estimate and goes on |
//! | `curve` | all of it over a block of paths |
//! | `year`, `banded` | cumulants; linear equations |

mod banded;
mod curve;
mod expansion;
mod join;
mod newton;
mod region;
#[cfg(test)]
mod tests;
mod year;

use std::fmt;
use std::ops::Range;

use crate::math;

pub(crate) use curve::{Centre, FiscalCurve};

/// The disaggregation problem of one series: what is known, how periods fall into fiscal years, whether a tail joins.
#[derive(Debug, Clone)]
pub(crate) struct Totals {
    per_year: usize,
    /// How many periods of the first estimated year are known.
    into_year: usize,
    estimates: usize,
    tail: bool,
    /// x(−1) over the stated base, where it is known.
    previous: Option<f64>,
    /// Revenue over the stated base of the fiscal year before the first estimated one, without the base.
    before: f64,
    /// Likewise of the known periods of the first estimated year.
    within: f64,
}

/// What one path must meet.
#[derive(Debug, Clone)]
struct Goal {
    /// The log of what the free periods of each year must sum to, over the stated base.
    log_totals: Vec<f64>,
    base_shift: f64,
    /// Where there is a tail: x(N+1) − x(N).
    tail_step: Option<f64>,
}

impl Totals {
    /// `known` is log revenue, oldest first, the base last, over any reference; `into_year` is how many of the periods
    /// of the first estimated fiscal year are among them: 0 where the base ends a fiscal year, else up to p − 1.
    ///
    /// # Errors
    /// Where the fiscal year before the first estimated one is not known in full: a message that says what is missing.
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
        // The base itself counts with its draw: it is left out of both sums.
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

    /// `N`: the periods up to the end of the last estimated fiscal year.
    pub(crate) fn periods(&self) -> usize {
        self.estimates * self.per_year - self.into_year
    }

    /// The smoothest path by itself: log growth since the (drawn) base at 1..=N.
    ///
    /// `gammas` are `ln(1 + g_y)`; `base_shift` is the log of the drawn base over the stated one; `tail_step` is the
    /// log growth of the tail's first period, of no account without a tail.
    ///
    /// # Errors
    /// Where no path meets the totals.
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

    /// Revenue of the year before the first estimated one, and of the known part of that: both over the stated base.
    fn known_sums(&self, base: f64) -> (f64, f64) {
        if self.into_year == 0 { (self.before + base, self.within) } else { (self.before, self.within + base) }
    }

    /// The log of what the free periods of the first year must sum to; not finite where nothing is left for them.
    fn remaining(&self, log_total: f64, within: f64) -> f64 {
        if self.into_year == 0 { log_total } else { math::ln(math::exp(log_total) - within) }
    }

    /// The free periods of an estimated year, as indices from x(1) on.
    fn free(&self, year: usize) -> Range<usize> {
        (year * self.per_year).saturating_sub(self.into_year)..(year + 1) * self.per_year - self.into_year
    }

    /// By how much, at most, the growth of a total misses its estimate, given log growth since the base.
    fn miss(&self, growth: &[f64], gammas: &[f64], base_shift: f64) -> f64 {
        let base = math::exp(base_shift);
        let (mut last, mut total) = self.known_sums(base);
        let mut worst = 0.0;
        for (year, gamma) in gammas.iter().enumerate() {
            total += growth[self.free(year)].iter().map(|growth| base * math::exp(*growth)).sum::<f64>();
            let miss = (total / last - math::exp(*gamma)).abs();
            // Written so that NaN stays.
            worst = if miss <= worst { worst } else { miss };
            (last, total) = (total, 0.0);
        }
        worst
    }
}

/// Why a path cannot meet its totals, with the numbers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Failure {
    /// The known periods of the first estimated year leave nothing for the others: `known` is their sum over the
    /// total of the year before.
    Exceeded { growth: f64, known: f64 },
    /// Newton's method found no path.
    Unsolved { log_totals: Vec<f64>, base_shift: f64 },
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exceeded { growth, known } => write!(
                f,
                "growth of {growth} makes the first estimated fiscal year {} times the one before, but the periods of \
                 it that are known come to {known} times the one before already",
                1.0 + growth
            ),
            Self::Unsolved { log_totals, base_shift } => write!(
                f,
                "no smooth path found with the fiscal totals {:?} times the stated base, the base at {} times itself",
                log_totals.iter().map(|total| math::exp(*total)).collect::<Vec<_>>(),
                math::exp(*base_shift)
            ),
        }
    }
}
