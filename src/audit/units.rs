//! Numbers that are probably in another unit than the scenario's: growth and volatility in percent, half-lives in
//! quarters or months, revenue of two providers in different units.

use std::collections::BTreeSet;

use super::scene::{Scene, short};
use super::{Finding, FindingKind, Severity};
use crate::assumption::domain::Domain;
use crate::scenario::AssumptionPlace;

/// Growth a year, as a fraction, beyond which a rate is more likely in percent than true: 500 %. Alibaba Cloud's best year
/// was 140 %.
const GROWTH: f64 = 5.0;
/// The yearly volatility beyond which it is more likely in percent: in nine of ten years revenue would lie between a
/// twenty-seventh and 27 times its median.
pub(super) const VOLATILITY: f64 = 2.0;
/// Horizons that a half-life may last: beyond two, growth goes less than a third of its way within the horizon.
const HORIZONS: f64 = 2.0;
/// The ratio of two bases that are compared beyond which they are more likely in two units: these lie a thousand apart.
const APART: f64 = 300.0;

pub(super) fn check(scene: &Scene<'_>) -> Vec<Finding> {
    let mut found = BTreeSet::new();
    let places = scene.scenario.assumptions();
    let mut findings: Vec<Finding> = places
        .iter()
        .filter_map(|place| of_place(scene, place))
        .filter(|finding| found.insert(finding.address.clone()))
        .collect();
    findings.extend(bases(scene));
    findings
}

/// Whether a provider's growth rates hold one that [`check`] reports: what the path comes to follows from it.
pub(super) fn has_growth(scene: &Scene<'_>, row: usize) -> bool {
    let own = format!("{}.growth.", scene.series[row].address);
    let is_fast = |place: &AssumptionPlace| {
        place.domain == Domain::GROWTH && scene.scenario.median(&place.assumption).is_some_and(|median| median > GROWTH)
    };
    scene.scenario.assumptions().iter().any(|place| place.address.starts_with(&own) && is_fast(place))
}

fn of_place(scene: &Scene<'_>, place: &AssumptionPlace) -> Option<Finding> {
    let median = scene.scenario.median(&place.assumption)?;
    // A name stands for a number that is stated elsewhere, perhaps used in several places.
    let address = place.assumption.name().map_or_else(|| place.address.clone(), |name| format!("assumption[{name}]"));
    let at_median = if place.assumption.value().is_some() { "" } else { ", at its median" };
    let number = crate::error::shown(median);
    let (kind, severity, what, seen, advice) = match place.domain {
        Domain::GROWTH if median > GROWTH => (
            FindingKind::EndState,
            Severity::High,
            "growth a year",
            format!("growth of {number} is {} % a year{at_median}", short(100.0 * median)),
            format!("growth is a fraction a year: {number} % is {}", crate::error::shown(median / 100.0)),
        ),
        Domain::VOLATILITY if median > VOLATILITY => (
            FindingKind::Width,
            Severity::High,
            "volatility",
            format!("a volatility of {number} is {} % a year{at_median}", short(100.0 * median)),
            format!("volatility is a fraction per √year: {number} % is {}", crate::error::shown(median / 100.0)),
        ),
        Domain::HALF_LIFE if median > HORIZONS * scene.years() => (
            FindingKind::Form,
            Severity::Medium,
            "half-life, years",
            format!(
                "a half-life of {number} years{at_median} is more than twice the {} years up to the horizon, within which \
                 growth goes less than a third of its way",
                short(scene.years())
            ),
            "a half-life is in years, not in quarters or months: 24 months are 2; where it is meant, a constant or a \
             held rate says the same"
                .to_owned(),
        ),
        _ => return None,
    };
    Some(Finding::new(kind, address, seen, advice).severity(severity).figure(what, median))
}

/// Questions that compare two bases of different size.
fn bases(scene: &Scene<'_>) -> Vec<Finding> {
    let base = |name: &str| scene.row(name).map(|row| scene.series[row].base);
    let asked = scene.scenario.questions().iter().enumerate();
    let found = asked.filter_map(|(place, question)| {
        let (own, other) = (base(&question.challenger)?, base(&question.incumbent)?);
        let apart = (own / other).max(other / own);
        if !(apart > APART) {
            return None;
        }
        let seen = format!(
            "revenue in {} is {} of {} and {} of {}: {} times as much",
            scene.scenario.base(),
            short(own),
            question.challenger,
            short(other),
            question.incumbent,
            short(apart)
        );
        let advice = "look whether both are in one unit: dollars, thousands, millions, or another currency";
        let finding = Finding::new(FindingKind::Base, question.address(place, "overtakes"), seen, advice);
        Some(finding.severity(Severity::High).figure("ratio of the bases", apart))
    });
    found.collect()
}
