//! A pair of providers with and without a distribution of its start.

use super::run::largest_distance;
use crate::cpu::Level;
use crate::error::Error;
use crate::exact::asked::Asked;
use crate::exact::pair::{Engine, Pair};
use crate::exact::walk::passage::Recursion;
use crate::plan::{Plan, SeriesId};

/// Fraction of the tolerance allowed for the discretization of the start.
const START_FRACTION: f64 = 0.1;
/// Maximum refinement level of the discretized start.
const MAX_LEVEL: usize = 4;
/// From this level on, a start with a larger error than this is abandoned: the shocks are too small for it.
const ABANDONED: (usize, f64) = (3, 1e-2);

/// A pair in the two forms that the methods use.
#[derive(Debug)]
pub(crate) struct Pairs<'p> {
    /// Every drawn number is an axis.
    pub(crate) drawn: Pair<'p>,
    /// A base that nothing else depends on is part of the distribution of the start.
    pub(crate) with_start: Pair<'p>,
}

impl<'p> Pairs<'p> {
    pub(crate) fn new(plan: &'p Plan, series: [SeriesId; 2]) -> Self {
        Self { drawn: Pair::with_drawn_start(plan, series), with_start: Pair::new(plan, series, 0) }
    }

    /// Refines the distribution of the start until two refinements in a row agree; returns the estimated error.
    pub(super) fn refine_start(&mut self, asked: Asked, tolerance: f64, level: Level) -> Result<f64, Error> {
        if self.with_start.start().is_none_or(|start| start.is_point()) {
            return Ok(0.0);
        }
        if self.with_start.start_is_too_wide()? {
            return Ok(f64::INFINITY);
        }
        // At the medians of the other draws, and with all of these to either side of their medians: the result is more sensitive
        // to the start where the volatility is small.
        let sides: &[f64] = if self.with_start.draws.is_empty() { &[0.0] } else { &[0.0, 1.5, -1.5] };
        let mut engine = Engine::from(Recursion::new(START_FRACTION * tolerance, level));
        let mut solve = |pair: &Pair<'_>| -> Result<Vec<f64>, Error> {
            let scores = vec![sides.to_vec(); pair.draws.len()];
            let mut all = Vec::new();
            pair.each(&scores, sides.len(), asked, &mut engine, &mut |_, answer| all.extend_from_slice(answer))?;
            Ok(all)
        };
        // An earlier answer may have refined the start already: two further levels must be left.
        if self.with_start.level > MAX_LEVEL - 2 {
            self.with_start = self.with_start.at_level(MAX_LEVEL - 2);
        }
        let mut value = solve(&self.with_start)?;
        let mut last = f64::INFINITY;
        loop {
            let finer = self.with_start.at_level(self.with_start.level + 1);
            let next = solve(&finer)?;
            let distance = 2.0 * largest_distance(&value, &next);
            let is_last = finer.level == MAX_LEVEL || finer.level >= ABANDONED.0 && distance > ABANDONED.1;
            // Two agreements in a row are required, since one may be a coincidence.
            let error = distance.max(0.01 * last);
            let is_met = error <= START_FRACTION * tolerance;
            // The error is a bound for the coarser one too, which costs half as much. A single recursion can afford the finer.
            if !is_met || self.with_start.draws.is_empty() {
                self.with_start = finer;
            }
            if is_met || is_last {
                return Ok(error);
            }
            (value, last) = (next, distance);
        }
    }
}
