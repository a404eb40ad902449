//! Questions that have their answer before they are asked, or not within the horizon.

use super::scene::{Answer, SURE, Scene, error_of, overtakes};
use super::{Finding, FindingKind};
use crate::assumption::domain::Domain;
use crate::assumption::law::Shape;
use crate::assumption::quantile::Quantile;
use crate::error::Error;
use crate::estimate::When;
use crate::math;
use crate::paths::Plan;
use crate::scenario::{MOST_PERIODS, Scenario};

/// A share of paths ahead at the base that moves the answer: it counts in «by t» for every t.
const AHEAD: f64 = 0.05;
/// Beyond this an outcome is certain or impossible: no scenario is right to one in a million.
const CERTAIN: f64 = 1e-6;
/// What a horizon twice as long must bring for the horizon to be too near.
const GAIN: f64 = 0.10;
/// The quantiles that the spread of an assumption is taken from, and how many standard deviations of a normal they span.
const ENDS: [f64; 2] = [0.1, 0.9];
const ENDS_SDS: f64 = 2.563_103_131_089_201;
/// A drawn volatility counts at this quantile, so that a certainty is not one of the median only.
const HIGH: f64 = 0.999;

pub(super) fn check(scene: &Scene<'_>) -> Result<Vec<Finding>, Error> {
    let longer = longer(scene.scenario).and_then(|scenario| overtakes(&scenario).ok());
    let mut findings = Vec::new();
    for (index, answer) in scene.answers.iter().enumerate() {
        let question = &scene.scenario.questions()[index];
        let address = question.name.as_ref().map_or(format!("question[{index}]"), |name| format!("question[{name}]"));
        let longer = longer.as_ref().map(|overtakes| &overtakes[index]);
        let found = ahead(answer, &address)
            .map_or_else(|| certain_or_impossible(scene, answer, &address), |found| Ok(Some(found)))?;
        findings.extend(found.or_else(|| too_near(answer, longer?, &address)));
    }
    Ok(findings)
}

fn ahead(answer: &Answer, address: &str) -> Option<Finding> {
    let at_base = answer.overtake.ahead_at_base();
    if at_base.value() <= AHEAD + SURE * at_base.standard_error() {
        return None;
    }
    let (challenger, base) = (answer.overtake.challenger(), answer.overtake.base());
    let seen = format!("{challenger} is ahead in {base} already, with probability {}", at_base.shown());
    let advice = "turn the question round, or look at the two bases: those ahead count as an overtake by every date";
    let finding = Finding::new(FindingKind::Question, format!("{address}.overtakes"), seen, advice);
    Some(finding.figure("ahead at base", at_base.value()))
}

/// None or all of the paths, and a tail of the Gaussian approximation that says the same to one in a million.
fn certain_or_impossible(scene: &Scene<'_>, answer: &Answer, address: &str) -> Result<Option<Finding>, Error> {
    let never = answer.overtake.not_by_horizon();
    let is_none = never.value() >= 1.0;
    if !is_none && never.value() > 0.0 {
        return Ok(None);
    }
    let is_exact = never.standard_error() == 0.0;
    let rest = if is_exact { 0.0 } else { left(scene, answer, is_none)? };
    if !(rest < CERTAIN) {
        return Ok(None);
    }
    let (challenger, incumbent, horizon) =
        (answer.overtake.challenger(), answer.overtake.incumbent(), scene.scenario.horizon());
    let (word, other) = if is_none { ("none", "does") } else { ("every one", "does not") };
    let seen = format!(
        "on {word} of the paths {challenger} overtakes {incumbent} by {horizon}; that it {other} has a probability of {}",
        if is_exact { "0: nothing is drawn".to_owned() } else { format!("{rest:.0e}, by a normal approximation") }
    );
    let advice = "ask for another date or pair, or look for what is missing: a spread, a unit, a zero";
    let finding = Finding::new(FindingKind::Question, format!("{address}.overtakes"), seen, advice)
        .figure("probability by the horizon", 1.0 - never.value())
        .figure("probability of the contrary", rest);
    Ok(Some(finding))
}

/// What a normal approximation leaves to the contrary: of the log ratio D(t) of the two, with the mean at the medians and
/// the variance of shocks and assumptions. Impossible: Σ P(D(t) > 0). Certain: the least Σ P(D(t) ≤ 0) over the periods in a
/// row that a lead needs. Both are upper bounds, also where sums over years are compared.
#[expect(clippy::cast_precision_loss, reason = "at most 2,400 periods")]
fn left(scene: &Scene<'_>, answer: &Answer, is_none: bool) -> Result<f64, Error> {
    let rows = [answer.overtake.challenger(), answer.overtake.incumbent()].map(|name| scene.plan.rows.find(name));
    let [challenger, incumbent] = rows;
    let (challenger, incumbent) = (challenger?, incumbent?);
    let ratio = |plan: &Plan| -> Vec<f64> {
        plan.central[challenger].iter().zip(&plan.central[incumbent]).map(|(a, b)| a - b).collect()
    };
    let mean = ratio(&scene.plan);
    let yearly = shocks(scene.scenario, challenger, incumbent);
    let mut variance: Vec<f64> = (0..mean.len()).map(|t| yearly * t as f64 * scene.step()).collect();
    for (address, ends) in scene.plan.draw_quantiles(ENDS) {
        let [low, high] = ends.map(|end| Plan::new(&scene.scenario.with(&address, end)?, super::scene::SEED));
        // A change that no path can meet says nothing of the answer.
        let (Ok(low), Ok(high)) = (low, high) else { continue };
        for ((variance, low), high) in variance.iter_mut().zip(ratio(&low)).zip(ratio(&high)) {
            *variance += ((high - low) / ENDS_SDS) * ((high - low) / ENDS_SDS);
        }
    }
    let beyond = |t: usize| math::norm_sf(mean[t].abs() / variance[t].sqrt());
    let against = |t: usize| if (mean[t] > 0.0) == is_none { 1.0 - beyond(t) } else { beyond(t) };
    let each: Vec<f64> = (1..mean.len()).map(against).collect();
    if is_none {
        return Ok(each.iter().sum());
    }
    let question = scene.scenario.width(answer.overtake.measure()) * answer.overtake.sustained() as usize;
    let sums = each.windows(question.clamp(1, each.len())).map(|window| window.iter().sum());
    Ok(sums.fold(f64::INFINITY, f64::min))
}

/// The variance of the log ratio of two providers in a year, from their shocks.
fn shocks(scenario: &Scenario, a: usize, b: usize) -> f64 {
    let providers = scenario.providers();
    let volatility = |row: usize| {
        let law = scenario.law(&providers[row].volatility).and_then(Shape::of);
        law.map_or(0.0, |shape| Quantile::within(&shape, Domain::VOLATILITY).at(HIGH))
    };
    let pair = [providers[a].name(), providers[b].name()];
    let is_pair = |between: &[String; 2]| pair.iter().all(|name| between.iter().any(|end| end == name));
    let stated = scenario.correlations.iter().find(|correlation| is_pair(&correlation.between));
    let (a, b) = (volatility(a), volatility(b));
    a * a + b * b - 2.0 * stated.map_or(0.0, |correlation| correlation.value) * a * b
}

/// The scenario with a horizon twice as far away, where the calendar, the bounds and the curves reach so far.
fn longer(scenario: &Scenario) -> Option<Scenario> {
    let periods = i32::try_from(2 * scenario.periods()).ok().filter(|count| *count <= MOST_PERIODS.cast_signed())?;
    let horizon = scenario.base().next(periods).ok()?;
    Scenario { horizon, ..scenario.clone() }.checked().ok()
}

/// Less than half has happened by the horizon, and much more comes soon after it.
fn too_near(answer: &Answer, longer: &crate::Overtake, address: &str) -> Option<Finding> {
    let horizon = *answer.overtake.periods().last()?;
    let (by, later) = (answer.overtake.by(horizon).ok()?, longer.by(*longer.periods().last()?).ok()?);
    let is_less = by.value() + SURE * by.standard_error() < 0.5;
    if !is_less || later.value() - by.value() <= GAIN + SURE * error_of(&by, &later) {
        return None;
    }
    let far = longer.periods().last()?;
    let median = match longer.quantile(0.5) {
        Ok(When::At(at)) => format!(", the median is {at}"),
        _ => String::new(),
    };
    let seen = format!(
        "only {} have overtaken by the horizon {horizon}, and {} by {far}{median}: the horizon lies before half of what comes",
        by.shown(),
        later.shown()
    );
    let advice = "move the horizon out, or tell the answer as «not by», not as a date";
    let finding = Finding::new(FindingKind::Question, format!("{address}.overtakes"), seen, advice)
        .figure(format!("by {horizon}"), by.value())
        .figure(format!("by {far}"), later.value());
    Some(finding)
}
