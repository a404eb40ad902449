//! The spread of each provider's first-year growth against the history's, and volatility with or without drawn rates.

use super::finding::{Finding, FindingKind, Severity};
use super::scene::{PATHS, SEED, Scene, grown, mean_and_sd};
use super::units;
use crate::assumption::Assumption;
use crate::assumption::address::Trail;
use crate::assumption::quantity::Quantity;
use crate::assumption::visitor::Visitor;
use crate::error::Error;
use crate::estimate::Estimate;
use crate::math;
use crate::scenario::Scenario;

/// The number of steps of history from which a standard deviation can be estimated: by chance it falls below a third of
/// the true value once in a hundred (χ² with five degrees of freedom below 5/9).
const LEAST_STEPS: usize = 6;
/// The factor by which the standard deviation may differ from the history's, in either direction.
const FACTOR: f64 = 3.0;
/// A standard deviation of log growth that is not too wide whatever the history shows: ±16 % in nine of ten years.
const NARROW: f64 = 0.10;
/// A 90 % interval of first-year log growth that is implausibly wide: a factor of 20 from end to end.
const WIDEST: f64 = 3.0;
/// The width of a central 90 % interval in standard deviations.
pub(crate) const INTERVAL_SDS: f64 = 3.289_707_253_902_945;
/// Classes of log growth about the median: an interval is accurate to one class, 0.01. The range of all classes is
/// wider than [`WIDEST`].
pub(super) const CLASSES: usize = 600;
const CLASS: f64 = 0.01;
/// A standard deviation that classes cannot tell from no spread at all: an interval of two classes.
pub(super) const LEAST_SD: f64 = 2.0 * CLASS / INTERVAL_SDS;

pub(super) fn check(scene: &Scene<'_>) -> Result<Vec<Finding>, Error> {
    let mut findings = Vec::new();
    // Empty if no path can be drawn.
    for (row, interval) in intervals(scene)? {
        findings.extend(too_wide_or_narrow(scene, row, interval));
    }
    Ok(findings)
}

/// Lower and upper end.
pub(super) type Interval = (f64, f64);

/// The central 90 % interval of the log growth over the first year, or up to a nearer horizon, of each provider that is
/// one series. An end outside of the classes is infinite.
fn intervals(scene: &Scene<'_>) -> Result<Vec<(usize, Interval)>, Error> {
    let year = scene.per_year().min(scene.scenario.periods());
    let scenario = Scenario { horizon: scene.scenario.label(year), questions: Vec::new(), ..scene.scenario.clone() };
    let mut run = scenario.simulate().paths(PATHS).seed(SEED).fans(false).ranks(false).shares(false);
    let stated = scenario.series();
    let whole = || stated.iter().enumerate().filter(|(_, of)| of.segment.is_none()).map(|(row, of)| (row, of.own));
    for (row, provider) in whole() {
        let centre = scene.series[row].path[year];
        let class =
            move |[path]: [crate::Path<'_>; 1]| class_of(math::ln(path.revenue(year) / path.revenue(0)) - centre);
        run = run.classify(provider.name(), [provider.name()], CLASSES + 2, class);
    }
    // If no path can be drawn, another finding says so.
    let Ok(outcome) = run.run() else { return Ok(Vec::new()) };
    let of_row = |(row, provider): (usize, &crate::Provider)| {
        let ((low, high), _) = interval(outcome.classes(provider.name())?);
        let centre = scene.series[row].path[year];
        Ok((row, (centre + low, centre + high)))
    };
    whole().map(of_row).collect()
}

/// The central 90 % interval about the centre of the classes, and the standard deviation of a normal distribution with it.
pub(super) fn interval(classes: &[Estimate]) -> (Interval, f64) {
    let (low, high) = (quantile(classes, 0.05, 0), quantile(classes, 0.95, 1));
    ((low, high), (high - low) / INTERVAL_SDS)
}

/// Class 0 lies below all others and the last one above, which also holds NaN.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "clamped")]
pub(super) fn class_of(deviation: f64) -> usize {
    let place = (deviation / CLASS).floor() + (CLASSES / 2) as f64;
    if place < 0.0 { 0 } else { (place.min(CLASSES as f64) as usize) + 1 }
}

/// The edge of the class in which the cumulative share reaches `p`: the lower edge for `side` 0, the upper for 1.
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
        // `units` reports this without a simulation.
        _ if !(high - low <= WIDEST) && units::has_volatility(scene, row) => return None,
        _ if !(high - low <= WIDEST) => (
            Severity::High,
            interval,
            "volatility is a fraction: 0.15 is about 15 % a year; the spread of a rate has the same unit",
        ),
        Some(shown) if sd * FACTOR < shown => (
            Severity::Medium,
            interval + ", a narrower spread than the history's",
            "widen the rates or the volatility, or explain what has become steadier",
        ),
        Some(shown) if sd > FACTOR * shown && sd > NARROW => (
            Severity::Medium,
            interval + ", a wider spread than the history's",
            "narrow the rates or the volatility, or explain what has become less steady",
        ),
        _ => return None,
    };
    let finding = Finding::new(FindingKind::Width, format!("{}.volatility", series.address), seen, advice)
        .severity(severity)
        .figure("first-year growth, 5 % quantile", if low.is_finite() { math::exp_m1(low) } else { low })
        .figure("first-year growth, 95 % quantile", math::exp_m1(high))
        .figure("volatility, at its median", series.volatility);
    Some(match history {
        Some(shown) => finding.figure("sd of log growth over a year, of the history", shown),
        None => finding,
    })
}

/// The annual standard deviation of log growth that the steps of the history show. Steps within a year are compared
/// with those of the year before, which removes seasonality; such a difference has twice the variance. `None` if there
/// are too few.
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

/// Volatility 0 with drawn rates, and the reverse.
pub(super) fn one_without_the_other(scene: &Scene<'_>) -> Vec<Finding> {
    (0..scene.series.len()).filter_map(|row| spread_of_one_kind(scene, row)).collect()
}

fn spread_of_one_kind(scene: &Scene<'_>, row: usize) -> Option<Finding> {
    let provider = scene.of(row).own;
    let is_fixed = fixed(scene.scenario, &provider.volatility).is_some_and(|volatility| volatility <= 0.0)
        && provider.loadings.is_empty();
    let is_drawn = draws(scene.scenario, provider.growth.as_ref()?);
    let (place, seen, advice) = match (is_fixed, is_drawn) {
        (true, true) => (
            "volatility",
            "growth is drawn and volatility is 0: each path follows its own curve exactly",
            "state a volatility: revenue deviates even from a correct forecast, and without volatility the date of an overtake looks too certain",
        ),
        (false, false) if provider.loadings.is_empty() => (
            "growth",
            "volatility is positive and no number of the growth curve is drawn: the curve is treated as known",
            "draw the curve's uncertain numbers: their effect grows in proportion to time, that of shocks only with √time",
        ),
        _ => return None,
    };
    let address = format!("{}.{place}", scene.series[row].address);
    let finding = Finding::new(FindingKind::Width, address, seen.to_owned(), advice);
    Some(finding.severity(Severity::Low).figure("volatility, at its median", scene.series[row].volatility))
}

/// The number at an address, if it is fixed.
fn fixed(scenario: &Scenario, assumption: &Assumption) -> Option<f64> {
    let named = assumption.name().and_then(|name| scenario.assumptions.iter().find(|(known, _)| known == name));
    named.map_or(assumption, |(_, named)| named).value()
}

/// Whether any number of a curve is drawn.
fn draws(scenario: &Scenario, curve: &crate::Curve) -> bool {
    let mut search = Drawn { scenario, found: false };
    curve.walk(&mut Trail::default(), &mut search);
    search.found
}

struct Drawn<'a> {
    scenario: &'a Scenario,
    found: bool,
}

impl Visitor for Drawn<'_> {
    fn number(&mut self, _: &mut Trail, _: Quantity, value: &Assumption) {
        let is_known = value.name() == Some(crate::growth::AUTO) || fixed(self.scenario, value).is_some();
        self.found |= !is_known;
    }
}
