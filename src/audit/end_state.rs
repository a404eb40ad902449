//! The end state: growth at the horizon, the multiple of the base, and revenue against the stated ceiling.

use super::finding::{Finding, FindingKind, Severity};
use super::scene::{Scene, grown};
use super::units;
use crate::math;
use crate::number::short;

/// Growth in a single year beyond which a rate is probably in percent: ×3. Alibaba Cloud's best year was ×2.4.
const YEAR: f64 = 3.0;
/// The multiple of the base, up or down, beyond which the horizon describes a different business: ×100 in ten years is
/// 58 % in every year.
const MULTIPLE: f64 = 100.0;
/// Growth at the horizon that is too high to last: 40 % a year doubles in two years, and again in two more.
const LATE: f64 = 0.40;
/// The shortest horizon, in years, by which growth should have slowed down.
const LONG_YEARS: f64 = 5.0;

pub(super) fn check(scene: &Scene<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = (0..scene.series.len()).filter_map(|row| of(scene, row)).collect();
    if let Some(ceiling) = scene.scenario.ceiling() {
        findings.extend(against_ceiling(scene, ceiling));
    }
    findings
}

fn of(scene: &Scene<'_>, row: usize) -> Option<Finding> {
    let path = &scene.series[row].path;
    let last = path.len() - 1;
    // A horizon of less than a year is used as it is, without conversion to a year.
    let year = scene.per_year().min(last);
    let over = |t: &usize| path[*t] - path[t - year];
    let best = (year..=last).max_by(|a, b| over(a).total_cmp(&over(b)))?;
    let (best_year, late, whole) = (over(&best), over(&last), path[last]);
    let horizon = scene.scenario.horizon();
    if units::has_growth(scene, row) {
        return None;
    }
    let (severity, what, advice) = if best_year > math::ln(YEAR) {
        let at = scene.scenario.label(best);
        let what = format!("{} grows {} in the year to {at}", scene.quantity(), grown(best_year));
        (Severity::High, what, "growth is a fraction a year: 0.18 is 18 %")
    } else if whole.abs() > math::ln(MULTIPLE) {
        let word = format!("{} in {horizon} is {} times the base", scene.quantity(), short(math::exp(whole)));
        (
            Severity::Medium,
            word,
            "check how growth continues after the last estimate, and whether the horizon is too far away",
        )
    } else if late > math::ln_1p(LATE) && scene.years() >= LONG_YEARS {
        let word = format!("growth is still {} a year at the horizon {horizon}", grown(late));
        (
            Severity::Medium,
            word,
            "let growth fade, or explain why it does not: the rate would continue beyond the horizon",
        )
    } else {
        return None;
    };
    let finding = Finding::new(FindingKind::EndState, format!("{}.growth", scene.series[row].address), what, advice)
        .severity(severity)
        .figure("growth in the best year", math::exp_m1(best_year))
        .figure("growth in the last year", math::exp_m1(late))
        .figure("multiple of the base at the horizon", math::exp(whole));
    Some(finding)
}

/// The first period in which the median path of a provider, or of the sum of all, exceeds the ceiling.
fn against_ceiling(scene: &Scene<'_>, ceiling: f64) -> Vec<Finding> {
    let at = |row: usize, t: usize| scene.series[row].base * math::exp(scene.series[row].path[t]);
    let rows = 0..scene.series.len();
    let sum = |t: usize| rows.clone().map(|row| at(row, t)).sum::<f64>();
    let advice = "revenue cannot exceed the market: let growth fade earlier, or state a higher ceiling";
    let passed = |address: String, who: &str, revenue: &dyn Fn(usize) -> f64| {
        let t = (0..=scene.scenario.periods()).find(|t| revenue(*t) > ceiling)?;
        let when = scene.scenario.label(t);
        let seen = format!("{who} has {} in {when}, more than the ceiling of {}", short(revenue(t)), short(ceiling));
        let finding = Finding::new(FindingKind::EndState, address, seen, advice)
            .figure("ceiling", ceiling)
            .figure(format!("{} in {when}", scene.quantity()), revenue(t))
            .figure(format!("{} at the horizon", scene.quantity()), revenue(scene.scenario.periods()));
        Some(finding)
    };
    let own = rows.clone().filter_map(|row| {
        let name = scene.name(row);
        passed(format!("{}.growth", scene.series[row].address), name, &|t| at(row, t))
    });
    own.chain(passed("ceiling".to_owned(), "the sum of all providers", &sum)).collect()
}
