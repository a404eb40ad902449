//! Numbers that are probably not in the scenario's units: growth and volatility in percent, half-lives in quarters or
//! months, revenue of two providers in different units.

use std::collections::BTreeSet;

use super::finding::{Finding, FindingKind, Severity};
use super::scene::Scene;
use crate::assumption::address::{ProviderKey, Subject};
use crate::assumption::quantity::{Quantity, Rate};
use crate::error::shown;
use crate::number::{of_percent, short};
use crate::scenario::AssumptionPlace;

/// The longest plausible half-life, in horizons: beyond two, growth covers less than a third of its change within the
/// horizon.
const HORIZONS: f64 = 2.0;
/// The ratio of two compared bases beyond which they are probably in different units, which differ by a factor of 1000.
const APART: f64 = 300.0;

pub(super) fn check(scene: &Scene<'_>) -> Vec<Finding> {
    let mut found = BTreeSet::new();
    let places = scene.scenario.assumptions();
    let half_lives = places.iter().filter_map(|place| half_life(scene, place));
    let suspects = scene.scenario.suspects();
    let rates = suspects.iter().filter_map(|(place, median)| rate(place, *median));
    let mut findings: Vec<Finding> =
        rates.chain(half_lives).filter(|finding| found.insert(finding.address.clone())).collect();
    findings.extend(bases(scene));
    findings
}

/// Whether [`check`] reports one of a provider's growth rates, which explains an implausible path.
pub(super) fn has_growth(scene: &Scene<'_>, row: usize) -> bool {
    has_suspect(scene, row, ProviderKey::Growth)
}

/// Whether [`check`] reports a provider's volatility.
pub(super) fn has_volatility(scene: &Scene<'_>, row: usize) -> bool {
    has_suspect(scene, row, ProviderKey::Volatility)
}

fn has_suspect(scene: &Scene<'_>, row: usize, key: ProviderKey) -> bool {
    let is_own = |place: &AssumptionPlace| match place.subject() {
        Subject::Provider(owner, Some(own)) => own == key && owner.is_named(scene.name(row)),
        Subject::Provider(_, None)
        | Subject::Scenario(_)
        | Subject::Assumption(_)
        | Subject::Dependence(..)
        | Subject::Jump(..)
        | Subject::Factor(..)
        | Subject::Correlation(..)
        | Subject::View(..)
        | Subject::Question(..) => false,
    };
    scene.scenario.suspects().iter().any(|(place, _)| is_own(place))
}

/// The address of the shared assumption if the number is a name, otherwise its own.
fn address(place: &AssumptionPlace) -> String {
    place.assumption.name().map_or_else(|| place.address.clone(), |name| format!("assumption[{name}]"))
}

fn at_median(place: &AssumptionPlace) -> &'static str {
    if place.assumption.value().is_some() { "" } else { ", at its median" }
}

/// A growth rate or a volatility that is probably in percent.
fn rate(place: &AssumptionPlace, median: f64) -> Option<Finding> {
    let (number, percent) = (shown(median), short(100.0 * median));
    let (kind, what, seen) = match place.quantity.rate()? {
        Rate::Growth => (FindingKind::EndState, "growth a year", format!("growth of {number} is {percent} % a year")),
        Rate::Volatility => {
            (FindingKind::Width, "volatility", format!("a volatility of {number} is {percent} % a year"))
        }
    };
    let advice = format!("it is a fraction a year: {number} % is {}", shown(of_percent(median)));
    let finding = Finding::new(kind, address(place), seen + at_median(place), advice);
    Some(finding.severity(Severity::High).figure(what, median))
}

/// A half-life of more than twice the horizon.
fn half_life(scene: &Scene<'_>, place: &AssumptionPlace) -> Option<Finding> {
    let (median, years) = (scene.scenario.median(&place.assumption)?, scene.years());
    if place.quantity != Quantity::HalfLife || !(median > HORIZONS * years) {
        return None;
    }
    let seen = format!(
        "a half-life of {} years{} is more than twice the {} years up to the horizon, within which growth covers less than a \
         third of its way",
        shown(median),
        at_median(place),
        short(years)
    );
    let advice = "a half-life is in years: 24 months or 8 quarters are 2; state growth that hardly changes as constant";
    let finding = Finding::new(FindingKind::Form, address(place), seen, advice);
    Some(finding.figure("half-life, years", median).figure("years up to the horizon", years))
}

/// Questions that compare two bases of very different size.
fn bases(scene: &Scene<'_>) -> Vec<Finding> {
    let base = |name: &str| scene.rows(name).iter().map(|row| scene.series[*row].base).sum::<f64>();
    let asked = scene.scenario.questions().iter().enumerate();
    let found = asked.filter_map(|(place, question)| {
        let (challenger, incumbent) = (question.challenger(), question.incumbent()?);
        let (own, other) = (base(challenger), base(incumbent));
        let apart = (own / other).max(other / own);
        if !(apart > APART) {
            return None;
        }
        let seen = format!(
            "revenue in {} is {} of {} and {} of {}: {} times as much",
            scene.scenario.base(),
            short(own),
            challenger,
            short(other),
            incumbent,
            short(apart)
        );
        let advice = "check that both have the same unit: dollars, thousands, millions, the same currency";
        let finding = Finding::new(FindingKind::Base, question.address(place, "overtakes"), seen, advice);
        Some(finding.severity(Severity::High).figure("ratio of the bases", apart))
    });
    found.collect()
}
