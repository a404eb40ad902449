//! The spread of each provider's first-year growth against the history's, and volatility beside drawn rates.

use super::scene::{PATHS, SEED, Scene, grown, mean_and_sd};
use super::{Finding, FindingKind, Severity, units};
use crate::assumption::Assumption;
use crate::assumption::domain::{Address, Domain, Visitor};
use crate::error::Error;
use crate::estimate::Estimate;
use crate::math;
use crate::scenario::Scenario;

/// Steps of history from which its spread can be told: below a third of the truth, by chance, it falls once in a
/// hundred (χ² with five degrees of freedom below 5/9).
const LEAST_STEPS: usize = 6;
/// So many times the history's standard deviation, or so small a part of it, is another one.
const FACTOR: f64 = 3.0;
/// A standard deviation of log growth that is narrow whatever the history shows: ±16 % in nine of ten years.
const NARROW: f64 = 0.10;
/// The 90 % interval of first-year growth, in logs, that no forecast has: a factor of 20 from end to end.
const WIDEST: f64 = 3.0;
/// Standard deviations that a central 90 % interval reaches over.
const INTERVAL_SDS: f64 = 3.289_707_253_902_945;
/// Classes of log growth about the median: an interval is exact to one of them, a hundredth. What lies beyond all of
/// them lies beyond [`WIDEST`].
const CLASSES: usize = 600;
const CLASS: f64 = 0.01;

pub(super) fn check(scene: &Scene<'_>) -> Result<Vec<Finding>, Error> {
    let mut findings = Vec::new();
    // None where no path can be drawn.
    for (row, interval) in intervals(scene)?.into_iter().enumerate() {
        findings.extend(too_wide_or_narrow(scene, row, interval));
    }
    Ok(findings)
}

/// The central 90 % interval of each provider's log growth over the first year, or up to a nearer horizon. An end beyond
/// the classes is infinite.
fn intervals(scene: &Scene<'_>) -> Result<Vec<(f64, f64)>, Error> {
    let year = scene.per_year().min(scene.scenario.periods());
    let scenario = Scenario { horizon: scene.scenario.label(year), questions: Vec::new(), ..scene.scenario.clone() };
    let mut run = scenario.simulate().paths(PATHS).seed(SEED).fans(false).ranks(false).shares(false);
    for (row, provider) in scenario.providers().iter().enumerate() {
        let centre = scene.series[row].path[year];
        let class =
            move |[path]: [crate::Path<'_>; 1]| class_of(math::ln(path.revenue(year) / path.revenue(0)) - centre);
        run = run.classify(provider.name(), [provider.name()], CLASSES + 2, class);
    }
    // Where no path can be drawn there is a finding already.
    let Ok(outcome) = run.run() else { return Ok(Vec::new()) };
    let interval = |(row, provider): (usize, &crate::Provider)| {
        let classes = outcome.classes(provider.name())?;
        let centre = scene.series[row].path[year];
        Ok((centre + quantile(classes, 0.05, 0), centre + quantile(classes, 0.95, 1)))
    };
    scenario.providers().iter().enumerate().map(interval).collect()
}

/// Class 0 lies below all others, the last above; of no number at all it is the last too.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "clamped")]
fn class_of(deviation: f64) -> usize {
    let place = (deviation / CLASS).floor() + (CLASSES / 2) as f64;
    if place < 0.0 { 0 } else { (place.min(CLASSES as f64) as usize) + 1 }
}

/// The edge of the class in which the share `p` of paths is reached: `side` 0 its lower edge, 1 its upper.
#[expect(clippy::cast_precision_loss, reason = "a few hundred classes")]
fn quantile(classes: &[Estimate], p: f64, side: usize) -> f64 {
    let mut sum = 0.0;
    let reached = classes.iter().position(|share| {
        sum += share.value();
        sum >= p
    });
    match reached {
        Some(0) => f64::NEG_INFINITY,
        Some(class) if class <= CLASSES => ((class - 1 + side) as f64 - (CLASSES / 2) as f64) * CLASS,
        _ => f64::INFINITY,
    }
}

fn too_wide_or_narrow(scene: &Scene<'_>, row: usize, (low, high): (f64, f64)) -> Option<Finding> {
    let series = &scene.series[row];
    let sd = (high - low) / INTERVAL_SDS;
    let years = scene.years().min(1.0);
    let history = yearly_sd(&series.steps(), scene.per_year()).map(|sd| sd * years.sqrt());
    let interval = if low.is_finite() && high.is_finite() {
        format!("growth over the first year lies between {} and {} in nine of ten paths", grown(low), grown(high))
    } else {
        "growth over the first year spreads over more than a factor of 20 in nine of ten paths".to_owned()
    };
    let (severity, seen, advice) = match history {
        // Reported without a simulation.
        _ if !(high - low <= WIDEST) && units::has_volatility(scene, row) => return None,
        _ if !(high - low <= WIDEST) => (
            Severity::High,
            interval,
            "volatility is a fraction: 0.15 is about 15 % a year; rates have their spread in the same unit",
        ),
        Some(shown) if sd * FACTOR < shown => (
            Severity::Medium,
            interval + ", narrower than the history's own growth varies",
            "widen the rates or the volatility, or say what has become steadier",
        ),
        Some(shown) if sd > FACTOR * shown && sd > NARROW => (
            Severity::Medium,
            interval + ", wider than the history's own growth varies",
            "narrow the rates or the volatility, or say what has become less steady",
        ),
        _ => return None,
    };
    let finding = Finding::new(FindingKind::Width, format!("{}.volatility", series.address), seen, advice)
        .severity(severity)
        .figure("first-year growth, 5 % quantile", if low.is_finite() { math::exp_m1(low) } else { low })
        .figure("first-year growth, 95 % quantile", math::exp_m1(high))
        .figure("volatility, at its median", series.volatility);
    Some(match history {
        Some(shown) => finding.figure("sd of log growth over a year, by history", shown),
        None => finding,
    })
}

/// The yearly sd of log growth that steps of history show. Within the year each is held against that of a year before, which
/// takes out seasons: the difference of two has twice the variance. Too few of these say nothing.
#[expect(clippy::cast_precision_loss, reason = "at most 2,400 periods")]
fn yearly_sd(steps: &[f64], per_year: usize) -> Option<f64> {
    if per_year > 1 {
        if steps.len() < per_year + LEAST_STEPS {
            return None;
        }
        let apart = steps.iter().zip(&steps[per_year..]).map(|(before, after)| after - before);
        let count = (steps.len() - per_year) as f64;
        return Some((apart.map(|apart| apart * apart).sum::<f64>() / count / 2.0 * per_year as f64).sqrt());
    }
    mean_and_sd(steps, LEAST_STEPS).map(|(_, sd)| sd)
}

/// Volatility 0 beside drawn rates, and the reverse.
pub(super) fn one_without_the_other(scene: &Scene<'_>) -> Vec<Finding> {
    (0..scene.series.len()).filter_map(|row| spread_of_one_kind(scene, row)).collect()
}

fn spread_of_one_kind(scene: &Scene<'_>, row: usize) -> Option<Finding> {
    let provider = &scene.scenario.providers()[row];
    let is_still = fixed(scene.scenario, &provider.volatility).is_some_and(|volatility| volatility <= 0.0);
    let is_drawn = draws(scene.scenario, provider.growth.clone()?);
    let (place, seen, advice) = match (is_still, is_drawn) {
        (true, true) => (
            "volatility",
            "growth is drawn and volatility is 0: each path follows its own curve to the dollar",
            "state a volatility: a company misses even a true forecast, and without it an overtake is dated too surely",
        ),
        (false, false) => (
            "growth",
            "there is volatility and no number of the growth is drawn: the curve is held to be known",
            "draw what the curve is assumed to be: that is a spread which grows with time, where shocks add by √time",
        ),
        _ => return None,
    };
    let address = format!("{}.{place}", scene.series[row].address);
    let finding = Finding::new(FindingKind::Width, address, seen.to_owned(), advice);
    Some(finding.severity(Severity::Low).figure("volatility, at its median", scene.series[row].volatility))
}

/// The number behind a place, where it is one.
fn fixed(scenario: &Scenario, assumption: &Assumption) -> Option<f64> {
    let named = assumption.name().and_then(|name| scenario.assumptions.iter().find(|(known, _)| known == name));
    named.map_or(assumption, |(_, named)| named).value()
}

/// Whether any number of a curve is drawn.
fn draws(scenario: &Scenario, mut curve: crate::Curve) -> bool {
    let mut search = Drawn { scenario, address: Address::default(), found: false };
    curve.walk(&mut search);
    search.found
}

struct Drawn<'a> {
    scenario: &'a Scenario,
    address: Address,
    found: bool,
}

impl Visitor for Drawn<'_> {
    fn address(&mut self) -> &mut Address {
        &mut self.address
    }

    fn number(&mut self, _: Domain, value: &mut Assumption) {
        let is_known = value.name() == Some(crate::growth::AUTO) || fixed(self.scenario, value).is_some();
        self.found |= !is_known;
    }

    fn plain(&mut self, _: Domain, _: &mut f64) {}

    fn count(&mut self, _: Domain, _: &mut u32) {}
}
