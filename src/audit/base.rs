//! The base against claims, which the curve extrapolates to it, and against the history.

use super::finding::{Finding, FindingKind};
use super::scene::{Scene, grown, mean_and_sd};
use crate::calendar::Period;
use crate::math;
use crate::number::short;

/// The tolerance for claims, which are round numbers: 1 %. A base within one standard deviation of the shocks since the
/// claim does not contradict it either.
const ROUNDING: f64 = 0.01;
/// A log step from the last known period to the base that never counts as a break: 50 %. An annual sum in place of a
/// quarter's is a step of ln 4, in place of a month's of ln 12, and another unit makes far larger steps.
const BREAK: f64 = 0.405;
/// The number of years over which the curve extrapolates a claim.
const CARRIED: f64 = 1.0;
/// The tolerance for a step, in standard deviations of the history's steps or of the scenario's shocks.
const STEPS: f64 = 3.0;
/// With fewer steps the history gives no standard deviation, and the expected step is that of the curve.
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
    let claims = scene.of(row).own.claims.iter();
    let bounds = claims.flat_map(|claim| {
        let at: Period = claim.at.parse().expect("validated: a claim is about a period");
        let back = scene.scenario.base().since(at).and_then(|back| usize::try_from(back).ok());
        let back = back.expect("validated: a claim is about a period up to the base");
        let bound = |revenue: Option<f64>, is_floor| revenue.map(|revenue| Bound { back, revenue, is_floor });
        bound(claim.at_least, true).into_iter().chain(bound(claim.at_most, false))
    });
    let each = bounds.flat_map(|bound| [bound.against_past(scene, row), bound.against_base(scene, row)]);
    each.flatten().collect()
}

/// One bound of a claim, `back` periods before the base.
struct Bound {
    back: usize,
    revenue: f64,
    is_floor: bool,
}

impl Bound {
    fn is_broken(&self, stated: f64, carried: f64, allowed: f64) -> bool {
        if self.is_floor { stated < carried * (1.0 - allowed) } else { stated > carried * (1.0 + allowed) }
    }

    /// Compares with the history, if it contains the period.
    fn against_past(&self, scene: &Scene<'_>, row: usize) -> Option<Finding> {
        let series = &scene.series[row];
        let stated = series.base * math::exp(series.before(self.back).filter(|_| self.back > 0)?);
        let seen = format!("{}; the history states {}", self.words(scene), short(stated));
        let place = format!("history[{}]", series.past.len() - self.back);
        self.is_broken(stated, self.revenue, ROUNDING)
            .then(|| self.found(scene, row, &place, seen, (stated, self.revenue)))
    }

    /// Compares with the base. The curve extrapolates the claim to the base over at most a year; over more, the result
    /// would depend more on the curve than on the claim. An older lower bound is compared with the base directly, an
    /// older upper bound is ignored. If the history contains the period, the claim is compared with the history
    /// instead.
    #[expect(clippy::cast_precision_loss, reason = "periods of the calendar")]
    fn against_base(&self, scene: &Scene<'_>, row: usize) -> Option<Finding> {
        let series = &scene.series[row];
        let years = self.back as f64 * scene.step();
        let is_carried = years <= CARRIED;
        if self.back > 0 && series.before(self.back).is_some() || !is_carried && !self.is_floor {
            return None;
        }
        let growth = if is_carried { scene.backwards(row, years) } else { 0.0 };
        let carried = self.revenue * math::exp(growth);
        let allowed = ROUNDING.max(series.volatility * years.sqrt());
        let carry = match self.back {
            0 => String::new(),
            _ if !is_carried => "; claims are not extrapolated over more than a year".to_owned(),
            back => format!(
                "; the curve, with {} over these {back} {}s, extrapolates it to {}",
                grown(growth),
                scene.scenario.step().word(),
                short(carried)
            ),
        };
        let base = scene.scenario.base();
        let seen = format!("{}{carry}; the median of the base {base} is {}", self.words(scene), short(series.base));
        self.is_broken(series.base, carried, allowed)
            .then(|| self.found(scene, row, "revenue", seen, (series.base, carried)))
    }

    fn word(&self) -> &'static str {
        if self.is_floor { "at least" } else { "at most" }
    }

    fn words(&self, scene: &Scene<'_>) -> String {
        let at = i32::try_from(self.back).ok().and_then(|back| scene.scenario.base().checked_add(-back).ok());
        let at = at.map_or_else(String::new, |at| format!(" of {at}"));
        format!("claimed{at}: {} {}", self.word(), short(self.revenue))
    }

    fn found(
        &self,
        scene: &Scene<'_>,
        row: usize,
        place: &str,
        seen: String,
        (stated, carried): (f64, f64),
    ) -> Finding {
        let advice = "a claim refers to its own period: extrapolate it to the base, state a base that satisfies it, or remove the claim";
        Finding::new(FindingKind::Base, format!("{}.{place}", scene.series[row].address), seen, advice)
            .figure("stated", stated)
            .figure(format!("claimed, {}", self.word()), self.revenue)
            .figure("claim extrapolated to the base", carried)
    }
}

fn against_history(scene: &Scene<'_>, row: usize) -> Option<Finding> {
    let series = &scene.series[row];
    let steps = series.steps();
    let (last, earlier) = steps.split_last()?;
    let (expected, spread) = match mean_and_sd(earlier, LEAST_STEPS) {
        Some(own) => own,
        None => (series.first_step(), 0.0),
    };
    let allowed = BREAK.max(STEPS * spread).max(STEPS * series.volatility * scene.step().sqrt());
    if (last - expected).abs() <= allowed {
        return None;
    }
    let word = scene.scenario.step().word();
    let before = series.base * math::exp(-last);
    let seen = format!(
        "the step from the last {word} of history ({}) to the base ({}) is {}; {} was expected",
        short(before),
        short(series.base),
        grown(*last),
        grown(expected)
    );
    let advice =
        format!("check that both are {} of one {word}, in the same unit and on the same basis", scene.quantity());
    let finding = Finding::new(FindingKind::Base, format!("{}.revenue", series.address), seen, advice)
        .figure("base", series.base)
        .figure(format!("the {word} before"), before)
        .figure("step", math::exp_m1(*last))
        .figure("expected step", math::exp_m1(expected));
    Some(finding)
}
