//! The base against claims, carried on by the curve, and against the history.

use super::scene::{Scene, grown, short};
use super::{Finding, FindingKind};
use crate::calendar::Period;
use crate::math;

/// Claims are round numbers: a base within a hundredth of one does not contradict it.
const ROUNDING: f64 = 0.01;
/// The log step from the last known period to the base that never counts as a break: half as much again. A year's sum
/// in place of a quarter's is a step of ln 4, a month's of ln 12, another unit far more.
const BREAK: f64 = 0.405;
/// Standard deviations, of the history's own steps or of the scenario's shocks, that a step may differ by.
const STEPS: f64 = 3.0;
/// Fewer steps have no spread of their own: the curve says what to expect.
const LEAST_STEPS: usize = 3;

pub(super) fn check(scene: &Scene<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for row in 0..scene.series.len() {
        findings.extend(against_claims(scene, row));
        findings.extend(against_history(scene, row));
    }
    findings
}

fn against_claims(scene: &Scene<'_>, row: usize) -> Vec<Finding> {
    let claims = scene.scenario.providers()[row].claims.iter();
    let bounds = claims.flat_map(|claim| {
        let at = claim.at.parse::<Period>().ok();
        [(at, claim.at_least, true), (at, claim.at_most, false)]
    });
    let each = bounds.filter_map(|(at, bound, is_floor)| against(scene, row, at?, bound?, is_floor));
    each.collect()
}

/// One bound of a claim: against the history where that knows the period, else carried on to the base.
#[expect(clippy::cast_precision_loss, reason = "periods of the calendar")]
fn against(scene: &Scene<'_>, row: usize, at: Period, bound: f64, is_floor: bool) -> Option<Finding> {
    let series = &scene.series[row];
    let back = usize::try_from(scene.scenario.base().since(at)?).ok()?;
    let known = series.before(back).map(|log| series.base * math::exp(log));
    let grown_since = if known.is_some() { 0.0 } else { scene.backwards(row, back as f64 * scene.step()) };
    let carried = bound * math::exp(grown_since);
    let stated = known.unwrap_or(series.base);
    let fits = if is_floor { stated >= carried * (1.0 - ROUNDING) } else { stated <= carried * (1.0 + ROUNDING) };
    if fits {
        return None;
    }
    let word = if is_floor { "at least" } else { "at most" };
    let claim = format!("claimed of {at}: {word} {}", short(bound));
    let base = scene.scenario.base();
    let (address, seen) = if back > 0 && known.is_some() {
        let index = series.past.len() - back;
        (format!("history[{index}]"), format!("{claim}; the history has {} then", short(stated)))
    } else if back > 0 {
        let carry =
            format!("the curve, {} over those {back} periods, makes it {word} {}", grown(grown_since), short(carried));
        (
            "revenue".to_owned(),
            format!("{claim}; {carry} in {base}, where the base has {} at its median", short(stated)),
        )
    } else {
        ("revenue".to_owned(), format!("{claim}; the base has {} at its median", short(stated)))
    };
    let advice = "a claim is of its own period: carry it on to the base, state a base that keeps it, or drop the claim";
    let finding = Finding::new(FindingKind::Base, format!("{}.{address}", series.address), seen, advice)
        .figure("stated", stated)
        .figure(format!("claimed, {word}"), bound)
        .figure("claim carried on", carried);
    Some(finding)
}

fn against_history(scene: &Scene<'_>, row: usize) -> Option<Finding> {
    let series = &scene.series[row];
    let steps = series.steps();
    let (last, earlier) = steps.split_last()?;
    let (expected, spread) = match mean_and_sd(earlier) {
        Some(own) => own,
        None => (series.path[1], 0.0),
    };
    let allowed = BREAK.max(STEPS * spread).max(STEPS * series.volatility * scene.step().sqrt());
    if (last - expected).abs() <= allowed {
        return None;
    }
    let word = scene.scenario.step().word();
    let before = series.base * math::exp(-last);
    let seen = format!(
        "from the last {word} of history ({}) to the base ({}) is a step of {}; {} was to be expected",
        short(before),
        short(series.base),
        grown(*last),
        grown(expected)
    );
    let advice = format!("look whether both are revenue of one {word}, in one unit and on one basis");
    let finding = Finding::new(FindingKind::Base, format!("{}.revenue", series.address), seen, advice)
        .figure("base", series.base)
        .figure(format!("the {word} before"), before)
        .figure("step", math::exp_m1(*last))
        .figure("step expected", math::exp_m1(expected));
    Some(finding)
}

#[expect(clippy::cast_precision_loss, reason = "at most 2,400 periods")]
fn mean_and_sd(steps: &[f64]) -> Option<(f64, f64)> {
    if steps.len() < LEAST_STEPS {
        return None;
    }
    let count = steps.len() as f64;
    let mean = steps.iter().sum::<f64>() / count;
    let squares: f64 = steps.iter().map(|step| (step - mean) * (step - mean)).sum();
    Some((mean, (squares / (count - 1.0)).sqrt()))
}
