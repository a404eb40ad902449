//! A scenario compiled once, and bound to other values of its numbers many times.
//!
//! Most of a plan does not depend on one number. A bound plan is a copy in which only the parts that follow from the changed
//! numbers are computed again, by the functions that compile a scenario, so that it equals to the bit the plan of the changed
//! scenario. Where a change does more than change values (a distribution loses its spread, a question lasts longer, the
//! scenario is no longer valid), the changed scenario is validated and compiled as a whole.

use super::compiled::{Plan, curve_of};
use super::dynamics::Moves;
use super::places::Resolved;
use super::series::{Medians, Slots};
use crate::error::Error;
use crate::scenario::{Prepared, Scenario, SeriesOf, Shock, Touched};

/// A plan to be bound to other values of the numbers of its scenario.
#[derive(Debug)]
pub(crate) struct Template {
    prepared: Prepared,
    plan: Plan,
    resolved: Resolved,
    /// By series.
    centres: Vec<Medians>,
}

impl Template {
    /// # Errors
    /// As for [`Plan::new`].
    pub(crate) fn new(scenario: Scenario, seed: u64) -> Result<Self, Error> {
        let (plan, resolved, centres) = Plan::resolved(&scenario, seed)?;
        Ok(Self { prepared: Prepared::new(scenario), plan, resolved, centres })
    }

    /// The plan of the scenario with these values at these addresses.
    ///
    /// # Errors
    /// As for [`Scenario::with_all`] and [`Plan::new`].
    pub(crate) fn bind(&mut self, changes: &[(&str, f64)]) -> Result<Plan, Error> {
        match self.bound(changes) {
            Some(plan) => Ok(plan),
            None => Plan::new(&self.prepared.scenario().with_all(changes.iter().copied())?, self.plan.seed),
        }
    }

    /// `None` if only a validation and compilation of the whole can tell.
    pub(super) fn bound(&mut self, changes: &[(&str, f64)]) -> Option<Plan> {
        let Self { prepared, plan, resolved, centres } = self;
        prepared.changed(changes, |scenario, touched| {
            let mut plan = plan.clone();
            let (before, is_alike) = resolved.bind(&touched.places, &mut plan.draws);
            let bound = if is_alike { plan.rebind((scenario, touched), resolved, centres) } else { None };
            for (address, input) in before.into_iter().rev() {
                resolved.set(address, input);
            }
            bound.map(|()| plan)
        })
    }
}

impl Plan {
    /// Computes what follows from changed numbers.
    fn rebind(
        &mut self,
        (scenario, touched): (&Scenario, &Touched<'_>),
        resolved: &Resolved,
        centres: &[Medians],
    ) -> Option<()> {
        let stated = scenario.series();
        let is_changed: Vec<bool> = stated.iter().map(|of| touched.has_series(of)).collect();
        let mut trends = None;
        if touched.has_correlation() {
            let (stated, _) = scenario.stated_correlations();
            let [covariance, of_trends] = scenario.covariances(&stated).ok()?;
            self.covariance = covariance;
            trends = Some(of_trends);
            let covariance = &self.covariance;
            self.series.iter_mut().enumerate().for_each(|(index, series)| series.correlate(covariance, index));
        }
        let mut changed = stated.iter().zip(&is_changed).filter(|(_, is_changed)| **is_changed);
        if trends.is_some() || touched.has_factor() || changed.any(|(of, _)| has_moves(of)) {
            let trends = trends.unwrap_or_else(|| self.moves.trends.clone());
            let count = self.draws.len();
            self.draws.truncate(self.first_coin);
            self.moves = Moves::new(scenario, self.seed, trends, resolved, &mut self.draws);
            if self.draws.len() != count {
                // A jump that is now certain has no coin, or one that was has one.
                self.rows = self.rows.with_draws(&self.draws);
            }
        }
        let mut is_moved = vec![false; stated.len()];
        for (index, of) in stated.iter().enumerate() {
            if is_changed[index] {
                let curve = curve_of(of);
                let slots = Slots::of(scenario, of, curve, resolved);
                let centre = Medians::of(scenario, of, &slots, &self.draws);
                let is_same = centre.is(&centres[index]);
                let series = &mut self.series[index];
                is_moved[index] = !is_same || slots != series.slots || self.moves.of[index].has_terms();
                series.set(curve, slots, (&centre, is_same)).ok()?;
            } else {
                // The half of the variance that a mean subtracts depends on the correlations of factors.
                is_moved[index] = touched.has_correlation() && self.moves.of[index].is_mean;
            }
        }
        let reference = self.reference;
        self.complete(scenario, resolved, |index| is_moved[index]).ok()?;
        self.refill_sums(scenario, reference.to_bits() != self.reference.to_bits() || touched.has_past());
        Some(())
    }
}

/// Whether the shocks of a series have numbers beside its volatility, or it has jumps.
fn has_moves(of: &SeriesOf<'_>) -> bool {
    let own = of.own;
    own.shock != Shock::RandomWalk || !own.loadings.is_empty() || !own.jumps.is_empty()
}
