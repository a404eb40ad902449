//! The curve's growth at the base, and extrapolated back by up to a year, against the growth of the history.

use super::finding::{Finding, FindingKind};
use super::scene::{Scene, grown};
use crate::math;

/// The shortest history, in years, that gives a growth rate: two quarters. A single quarter may be seasonal. A history
/// of less than a year is used only if all its steps have the same sign, and the finding says that it may be seasonal.
const LEAST_YEARS: f64 = 0.5;
/// A difference in log growth a year that never counts as a break: growth is reported in whole percents and varies from
/// one year to the next.
const SMALL: f64 = 0.10;
/// The fraction of the history's log growth that may be lost or gained at the base. Alibaba Cloud, one of the fastest,
/// lost a quarter of it in three quarters (+156 % in 2016-Q2, +103 % in 2017-Q1); half is more than growth slowing
/// down.
const PART: f64 = 0.5;
/// The tolerance for the last year's deviation from its curve, in standard deviations of the scenario's own shocks.
const SHOCKS: f64 = 2.0;

pub(super) fn check(scene: &Scene<'_>) -> Vec<Finding> {
    (0..scene.series.len()).filter_map(|row| of(scene, row)).collect()
}

#[expect(clippy::cast_precision_loss, reason = "at most twelve periods")]
fn of(scene: &Scene<'_>, row: usize) -> Option<Finding> {
    let series = &scene.series[row];
    let back = series.past.len().min(scene.per_year());
    let years = back as f64 * scene.step();
    let known = series.before(back).filter(|_| years >= LEAST_YEARS)?;
    let is_season = back < scene.per_year();
    if is_season && !is_one_way(&series.steps()) {
        return None;
    }
    let shown = -known / years;
    let (start, run_back) = (scene.start(row), scene.backwards(row, years) / years);
    let allowed = SMALL.max(PART * shown.abs()).max(SHOCKS * series.volatility / years.sqrt());
    let is_off = |growth: f64| !((growth - shown).abs() <= allowed);
    if !is_off(start) && !is_off(run_back) {
        return None;
    }
    let months = (12.0 * years).round();
    let seen = format!(
        "{} grew at {} a year over the last {months} months of history; the curve starts at {} a year and, extrapolated back over these months, has {} a year",
        scene.quantity(),
        grown(shown),
        grown(start),
        grown(run_back)
    );
    let seen = if is_season { seen + "; that is less than a year of history, so it may be seasonal" } else { seen };
    let advice = "explain why growth changes at the base, or start the curve at the growth of the history; check for a rate in percent or for another period";
    let finding = Finding::new(FindingKind::Backcast, format!("{}.growth", series.address), seen, advice)
        .figure("growth of the history", math::exp_m1(shown))
        .figure("growth of the curve at the base", math::exp_m1(start))
        .figure("growth of the curve extrapolated back", math::exp_m1(run_back))
        .figure(format!("{} then, by the history", scene.quantity()), series.base * math::exp(known))
        .figure(format!("{} then, by the curve", scene.quantity()), series.base * math::exp(-run_back * years));
    Some(finding)
}

fn is_one_way(steps: &[f64]) -> bool {
    steps.iter().all(|step| *step > 0.0) || steps.iter().all(|step| *step < 0.0)
}
