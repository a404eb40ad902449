//! Estimates read as `point` although fiscal year and history are known, so that they could be read as totals.

use super::finding::{Finding, FindingKind};
use super::scene::{Scene, grown};
use crate::growth::{Curve, CurveLaw, Reading, Schedule};
use crate::math;
use crate::number::short;
use crate::outcome::Overtake;
use crate::plan::Plan;
use crate::scenario::Scenario;

/// The tolerance for equal revenue at the end of every stated year: estimates are in whole percents.
const SAME: f64 = 0.02;

pub(super) fn check(scene: &Scene<'_>) -> Vec<Finding> {
    (0..scene.series.len()).filter_map(|row| of(scene, row)).collect()
}

fn of(scene: &Scene<'_>, row: usize) -> Option<Finding> {
    let provider = scene.of(row).own;
    let Some(CurveLaw::Schedule(schedule)) = provider.growth.as_ref().map(|curve| &curve.0) else { return None };
    if schedule.reading != Reading::Point {
        return None;
    }
    let totals = Curve(CurveLaw::Schedule(Schedule { reading: Reading::Totals, ..schedule.clone() }));
    // Invalid if the history is too short; then `point` is the only possible reading.
    let other = scene.scenario.with_law(scene.name(row), totals.clone());
    let years = schedule.rates.len().min(scene.scenario.periods() / scene.per_year()).max(1);
    let (at, apart) = apart(scene, row, other.as_ref().ok()?, years)?;
    let series = &scene.series[row];
    let when = scene.scenario.label(at);
    let (point, as_totals) = (series.path[at], series.path[at] - apart);
    let seen = format!(
        "the estimates are read as growth from the year-ago {word}; read as totals of fiscal years that end in month {month}, they give {totals} in {when} instead of {point} ({apart})",
        word = scene.scenario.step().word(),
        month = provider.fiscal_year_ends,
        totals = short(series.base * math::exp(as_totals)),
        point = short(series.base * math::exp(point)),
        apart = grown(-apart),
    );
    let advice = "an estimate like \"FY2019 grows 87 %\" refers to totals: state reading = \"totals\", or explain in a comment why these do not";
    let finding =
        Finding::new(FindingKind::Reading, format!("{}.growth.schedule.reading", series.address), seen, advice)
            .figure(format!("{} in {when}, read as point", scene.quantity()), series.base * math::exp(point))
            .figure(format!("{} in {when}, read as totals", scene.quantity()), series.base * math::exp(as_totals));
    Some(with_answers(scene, row, finding, totals))
}

/// The first year end at which the readings differ, and the difference in logs.
fn apart(scene: &Scene<'_>, row: usize, other: &Scenario, years: usize) -> Option<(usize, f64)> {
    let plan = Plan::new(other, super::scene::SEED).ok()?;
    let path = &plan.central[row];
    let own = &scene.series[row].path;
    let ends = (1..=years).map(|year| (year * scene.per_year()).min(own.len() - 1));
    ends.map(|at| (at, own[at] - (path[at] - path[0]))).find(|(_, apart)| apart.abs() > SAME)
}

/// Adds the difference in every question as figures.
fn with_answers(scene: &Scene<'_>, row: usize, mut finding: Finding, totals: Curve) -> Finding {
    if scene.answers.is_empty() {
        return finding;
    }
    let name = scene.name(row);
    let compared = scene.answers.iter().filter(|answer| answer.is_of(name));
    // Includes all questions, so that the draws are those of the original answers. Without answers under this reading
    // there is nothing to compare.
    let answers = scene.asked.with_law(name, totals).and_then(|other| scene.overtakes(&other)).unwrap_or_default();
    let is_of = |totals: &&Overtake| {
        totals.incumbent().is_none_or(|incumbent| [totals.challenger(), incumbent].contains(&name))
    };
    let answers = answers.iter().filter(is_of);
    for (answer, totals) in compared.zip(answers) {
        if let Ok(totals) = totals.by(answer.at) {
            let question = format!("{} by {}", answer.overtake.name(), answer.at);
            finding = finding
                .figure(format!("{question}, read as point"), answer.estimate.value())
                .figure(format!("{question}, read as totals"), totals.value());
        }
    }
    finding
}
