//! Histories in the wrong order, or with figures that are not those of their periods.

use super::finding::{Finding, FindingKind, Severity};
use super::scene::{Scene, Series, grown};
use crate::math;
use crate::number::short;

/// The shortest history whose direction is meaningful.
const LEAST: usize = 3;
/// The largest step from the oldest figure to the base with which a reversed history continues, relative to its own largest step.
const CONTINUED: f64 = 2.0;
/// The tolerance for equal figures, such as a year's figure divided by four and rounded.
const EQUAL: f64 = 1e-4;
/// Growth of the curve at the base that contradicts a flat or falling base: 10 % a year, as log growth.
const GROWS: f64 = 0.095;

pub(super) fn check(scene: &Scene<'_>) -> Vec<Finding> {
    let each = (0..scene.series.len()).filter_map(|row| {
        newest_first(scene, row).or_else(|| equal_periods(scene, row)).or_else(|| lower_base(scene, row))
    });
    each.collect()
}

/// All steps have the same sign except the last, which reverses beyond the start: in reverse order, the history leads
/// straight to the base, by a step that is not much larger than its own.
fn newest_first(scene: &Scene<'_>, row: usize) -> Option<Finding> {
    let series = &scene.series[row];
    let (first, last) = (*series.past.first()?, *series.past.last()?);
    let (_, within) = series.steps().split_last().map(|(last, within)| (*last, within.to_vec()))?;
    let falls = within.iter().all(|step| *step < 0.0) && first < 0.0;
    let rises = within.iter().all(|step| *step > 0.0) && first > 0.0;
    let goes_on = if falls { scene.start(row) > 0.0 } else { scene.start(row) < 0.0 };
    let largest = within.iter().map(|step| step.abs()).fold(0.0, f64::max);
    if series.past.len() < LEAST || !(falls || rises) || !goes_on || first.abs() > CONTINUED * largest {
        return None;
    }
    let (turn, back) = if falls { ("falls", "rises") } else { ("rises", "falls") };
    let seen = format!(
        "the history {turn} in every {} from {} to {} and then jumps to {} at the base; in reverse order it {back} all the \
         way to the base",
        scene.scenario.step().word(),
        short(money(series, first)),
        short(money(series, last)),
        short(series.base)
    );
    Some(of_history(series, seen, "history must be stated oldest first: reverse it"))
}

/// A year of equal figures, followed by a curve that grows.
fn equal_periods(scene: &Scene<'_>, row: usize) -> Option<Finding> {
    let series = &scene.series[row];
    let year = scene.per_year();
    let last = series.past.len().checked_sub(year - 1).map(|from| &series.past[from..])?;
    if last.len() < LEAST || !last.iter().all(|log| log.abs() < EQUAL) || !(scene.start(row) > GROWS) {
        return None;
    }
    let word = scene.scenario.step().word();
    let seen = format!(
        "{} is {} in each {word} of the last year, and the curve starts at {} a year",
        scene.quantity(),
        short(series.base),
        grown(scene.start(row))
    );
    let advice = format!(
        "a year's figure divided by {year} is not the figure of a {word}: in a growing business, the last {word} lies above it"
    );
    Some(of_history(series, seen, advice))
}

/// A base below the period before, after a history that only rose and before a curve that rises.
fn lower_base(scene: &Scene<'_>, row: usize) -> Option<Finding> {
    let series = &scene.series[row];
    let steps = series.steps();
    let (last, within) = steps.split_last()?;
    let rose = series.past.len() >= LEAST && within.iter().all(|step| *step > 0.0);
    // A fall within one standard deviation of the scenario's shocks is not suspicious.
    let allowed = series.volatility * scene.step().sqrt();
    if !(rose && *last < -allowed.max(EQUAL) && scene.start(row) > GROWS) {
        return None;
    }
    let word = scene.scenario.step().word();
    let seen = format!(
        "{} rose in each {word} of the history, to {}, and is {} at the base ({}); the curve starts at {} a year",
        scene.quantity(),
        short(money(series, -last)),
        short(series.base),
        grown(*last),
        grown(scene.start(row))
    );
    let check = format!("check that the base is the figure of that one {word}");
    let advice = match scene.per_year() {
        1 => check,
        count => {
            format!("{check}: a year's figure divided by {count} lies below its last {word}; it may also be a season")
        }
    };
    let finding = Finding::new(FindingKind::Base, format!("{}.revenue", series.address), seen, advice);
    Some(finding.severity(Severity::Medium).figure("base", series.base).figure("step", math::exp_m1(*last)))
}

fn money(series: &Series, log: f64) -> f64 {
    series.base * math::exp(log)
}

fn of_history(series: &Series, seen: String, advice: impl Into<String>) -> Finding {
    let finding = Finding::new(FindingKind::Base, format!("{}.history", series.address), seen, advice);
    finding.severity(Severity::High).figure("base", series.base)
}
