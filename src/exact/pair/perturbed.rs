//! A pair with one of its numbers perturbed, for derivatives.

use super::{Levels, Pair, dependent, drawn};
use crate::assumption::address::{Subject, is_within};
use crate::covariance::PairCovariance;
use crate::error::Error;
use crate::exact::start::{Start, TIE};
use crate::plan::{Input, Plan};

/// Methods that evaluate the pair with one parameter perturbed: `plan` is that of the perturbed scenario, with draws at the
/// same addresses.
impl Pair<'_> {
    pub(in crate::exact) fn plan(&self) -> &Plan {
        self.plan
    }

    /// Covariance of the shocks of the two.
    pub(in crate::exact) fn covariance(&self) -> &PairCovariance {
        &self.covariance
    }

    /// Whether both providers start with the same revenue with certainty, each specified as a number.
    pub(in crate::exact) fn is_tied(&self) -> bool {
        match self.series.map(|of| self.plan.base(of)) {
            [Input::Known(a), Input::Known(b)] => (self.plan.log_base(a) - self.plan.log_base(b)).abs() <= TIE,
            _ => false,
        }
    }

    /// Whether the start is a point that depends on the bases.
    fn follows_bases(&self) -> bool {
        let bases = self.series.map(|of| self.plan.base(of));
        let is_shared = matches!(bases[0], Input::Drawn(_)) && bases[0] == bases[1];
        !is_shared && self.start.as_ref().is_none_or(Start::is_point)
    }

    /// `draws`, recomputed at the same scores where the number at `address` affects their distribution or their dependence.
    pub(in crate::exact) fn redrawn(
        &self,
        plan: &Plan,
        address: &str,
        scores: &[Vec<f64>],
        draws: &[Vec<f64>],
    ) -> Vec<Vec<f64>> {
        let mut draws = draws.to_vec();
        let (factor, is_dependence) = match Subject::of_known(address) {
            Subject::Dependence(..) => (plan.copula.among(&self.draws), true),
            Subject::Scenario(_)
            | Subject::Assumption(_)
            | Subject::Provider(..)
            | Subject::Jump(..)
            | Subject::Factor(..)
            | Subject::Correlation(..)
            | Subject::View(..)
            | Subject::Question(..) => (self.factor.clone(), false),
        };
        let scores = dependent(&factor, scores, scores.first().map_or(0, Vec::len));
        for (draw, scores) in self.draws.iter().zip(&scores) {
            let is_moved = is_dependence && plan.copula.contains(*draw);
            if is_moved || is_within(address, plan.draw_address(*draw)) {
                draws[*draw] = drawn(plan, *draw, scores);
            }
        }
        draws
    }

    /// Bases and volatilities for each point.
    pub(in crate::exact) fn levels(&self, plan: &Plan, draws: &[Vec<f64>], width: usize) -> Levels {
        let volatility = self.series.map(|of| plan.volatility(of).column(draws, width));
        let base = self.follows_bases().then(|| self.series.map(|of| plan.base(of).column(draws, width)));
        Levels { volatility, base }
    }

    /// Adds Σ weight × Γ(t) over dates for each point, with the sign of the row in the log-ratio.
    pub(in crate::exact) fn add_weighted_growth(
        &self,
        plan: &Plan,
        row: usize,
        (draws, width): (&[Vec<f64>], usize),
        weights: &[Vec<f64>],
        sums: &mut [f64],
    ) -> Result<(), Error> {
        let sign = if row == 0 { 1.0 } else { -1.0 };
        plan.log_growth(self.series[row], (draws, width), self.periods, &mut |t, growth| {
            for ((sum, growth), weight) in sums.iter_mut().zip(growth).zip(&weights[t - 1]) {
                *sum += sign * growth * weight;
            }
        })
    }

    /// The distribution of the start under another plan.
    pub(in crate::exact) fn start_of(&self, plan: &Plan) -> Start {
        Start::of_bases(plan, self.series.map(|of| plan.base(of)), self.level)
    }
}
