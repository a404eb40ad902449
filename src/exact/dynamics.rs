//! What exact answers support of the dynamics of a scenario, and the shocks of one or two series at points of the draws.

use super::asked::{Asked, Watch};
use super::settings::refused;
use super::walk::chain::Process;
use super::walk::innovation::Innovation;
use crate::assumption::address::{ProviderKey, ScenarioKey, of_provider};
use crate::covariance::Motion;
use crate::error::{Error, Problem};
use crate::plan::{Input, MotionInput, Plan, SeriesId};
use crate::scenario::{Scenario, SeriesOf};

/// The largest share of a damped trend that is supported.
const MOST_SHARE: f64 = 0.95;
/// What to do in place of an exact answer.
pub(super) const SIMULATE: &str = "use a simulation instead: .simulate() in code, `outgrow run` on the command line";

/// Whether the recursion for Gaussian random walks does not apply to a pair.
pub(super) fn is_needed(plan: &Plan, series: [SeriesId; 2]) -> bool {
    let has_tails = plan.moves.tails.is_some() && series.iter().any(|of| plan.has_shocks(*of));
    let is_moved = |of: &SeriesId| !plan.dynamics(*of).motion.is_random_walk() && plan.series(*of).has_volatility();
    (has_tails || series.iter().any(is_moved)) && !plan.is_without_shocks(series[0], series[1])
}

/// How the deviations of the log-ratio move at a point of the draws: as those of the series that have volatility, which move
/// alike.
pub(super) fn process(plan: &Plan, series: [SeriesId; 2], draws: &[Vec<f64>], point: usize) -> Process {
    let root = plan.step_root();
    let moving = series.iter().find(|of| plan.series(**of).has_volatility());
    let motion = moving.map_or(Motion::RandomWalk, |of| plan.dynamics(*of).motion.of_path(root * root, draws, point));
    let law = plan.moves.tails.as_ref().map_or(Innovation::Normal, |tails| Innovation::student_t(tails.degrees()));
    Process { motion, law }
}

/// Whether walks of a pair from several starts need a recursion each: the deviation from the start reverts, or its growth is
/// known at the first date.
pub(super) fn needs_single_start(plan: &Plan, series: [SeriesId; 2]) -> bool {
    series.iter().any(|of| match plan.dynamics(*of).motion {
        MotionInput::Reverting { .. } | MotionInput::Persistent { .. } => true,
        MotionInput::DampedTrend { share, .. } => share == Input::Known(1.0),
        MotionInput::RandomWalk => false,
    })
}

/// The error of a pair whose recursion cannot be carried out.
pub(super) fn out_of_reach(plan: &Plan, series: [SeriesId; 2], reason: &str) -> Error {
    refused(&of_provider(plan.name(series[0]), ProviderKey::Volatility), reason, SIMULATE)
}

/// Why shocks of these series have no exact answer, with the address of the reason.
fn fault(scenario: &Scenario, plan: &Plan, series: &[SeriesId]) -> Option<(String, String)> {
    if plan.moves.tails.is_some() && series.iter().any(|of| plan.has_shocks(*of)) {
        let reason = "exact answers are not implemented for Student-t innovations";
        return Some((ScenarioKey::Innovations.text().to_owned(), reason.to_owned()));
    }
    let is_moved = |of: &&SeriesId| !plan.dynamics(**of).motion.is_random_walk() && plan.series(**of).has_volatility();
    series
        .iter()
        .find(is_moved)
        .map(|of| (of_provider(plan.name(*of), ProviderKey::Shock), unsolved_kind(scenario, *of)))
}

fn unsolved_kind(scenario: &Scenario, SeriesId(index): SeriesId) -> String {
    let kind = scenario.series()[index].own.shock.key();
    format!("exact answers are not implemented for shocks of the kind {kind:?}")
}

/// # Errors
/// Unsupported if innovations of these series are not normal.
pub(super) fn check_tails(scenario: &Scenario, plan: &Plan, series: &[SeriesId]) -> Result<(), Error> {
    if plan.moves.tails.is_some() { check_shocks(scenario, plan, series) } else { Ok(()) }
}

/// # Errors
/// Unsupported if the shocks of these series have no exact answer.
pub(super) fn check_shocks(scenario: &Scenario, plan: &Plan, series: &[SeriesId]) -> Result<(), Error> {
    match fault(scenario, plan, series) {
        Some((address, reason)) => Err(refused(&address, &reason, SIMULATE)),
        None => Ok(()),
    }
}

/// As [`check_shocks`] for a question about a pair, of which more is supported: Student-t innovations, and shocks of one kind
/// with equal numbers, except `persistent` ones with Student-t innovations.
///
/// # Errors
/// Unsupported with the reason.
pub(super) fn check_pair(scenario: &Scenario, plan: &Plan, series: [SeriesId; 2], asked: Asked) -> Result<(), Error> {
    if !is_needed(plan, series) {
        return Ok(());
    }
    let moving: Vec<SeriesId> = series.into_iter().filter(|of| plan.series(*of).has_volatility()).collect();
    let motions: Vec<MotionInput> = moving.iter().map(|of| plan.dynamics(*of).motion).collect();
    let has_tails = plan.moves.tails.is_some();
    let is_solved = |motion: &MotionInput| match motion {
        MotionInput::Reverting { .. } => true,
        // With Student-t innovations the state must have a density over both dimensions.
        MotionInput::Persistent { .. } => !has_tails,
        MotionInput::DampedTrend { share: Input::Known(share), .. } => {
            *share <= MOST_SHARE || *share >= 1.0 && !has_tails
        }
        MotionInput::DampedTrend { share: Input::Drawn(draw), .. } => plan.quantile(*draw).at_score(8.0) <= MOST_SHARE,
        MotionInput::RandomWalk => false,
    };
    if has_tails && let Some(of) = moving.iter().zip(&motions).find(|(_, of)| !of.is_random_walk() && !is_solved(of)) {
        let reason = format!("{} with Student-t innovations", unsolved_kind(scenario, *of.0));
        return Err(refused(&of_provider(plan.name(*of.0), ProviderKey::Shock), &reason, SIMULATE));
    }
    let is_alike = motions.windows(2).all(|pair| pair[0] == pair[1]);
    let has_factors = !plan.shared(series, |_| 1.0).is_empty();
    let is_walk = motions.iter().all(|motion| motion.is_random_walk());
    if !(is_walk || motions.iter().all(is_solved) && is_alike && !has_factors) {
        return check_shocks(scenario, plan, &series);
    }
    match asked {
        Asked::Passage(Watch::Dates { .. }) | Asked::Ahead | Asked::LeadChanges => Ok(()),
        Asked::Passage(Watch::AnyTime) => check_shocks(scenario, plan, &series),
    }
}

/// Why the gradient of a question about these providers is not implemented.
pub(super) fn gradient_fault(scenario: &Scenario, names: [&str; 2]) -> Option<Problem> {
    let refuse = |address: String, what: &str| {
        let reason = format!("the gradient of {what} is not implemented");
        Some(Problem::unsupported(address, "not exact", &reason, "take the difference of two answers"))
    };
    let all = scenario.series();
    let compared = |of: &&SeriesOf<'_>| {
        let name = of.name();
        names.iter().any(|own| *own == name || *own == of.outer.name)
    };
    for of in all.iter().filter(compared) {
        let (provider, name) = (of.own, of.name());
        let address = |key: ProviderKey| of_provider(&name, key);
        if of.outer.exit > 0.0 {
            return refuse(address(ProviderKey::Exit), "a provider that may exit");
        }
        if !provider.loadings.is_empty() {
            return refuse(address(ProviderKey::Loading), "a provider with factors");
        }
        if !provider.jumps.is_empty() {
            return refuse(address(ProviderKey::Jump), "a provider with jumps");
        }
        if provider.centring != crate::scenario::Centring::Median {
            return refuse(address(ProviderKey::Centring), "a curve that is the mean");
        }
    }
    None
}
