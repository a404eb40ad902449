//! The base against claims, carried on by the curve, and against the history.

use super::scene::{Scene, grown, mean_and_sd, short};
use super::{Finding, FindingKind};
use crate::calendar::Period;
use crate::math;

/// Claims are round numbers: a figure within a hundredth of one does not contradict it. Nor does a base within one
/// standard deviation of the shocks since.
const ROUNDING: f64 = 0.01;
/// The log step from the last known period to the base that never counts as a break: half as much again. A year's sum
/// in place of a quarter's is a step of ln 4, a month's of ln 12, another unit far more.
const BREAK: f64 = 0.405;
/// Years over which a curve carries a claim on.
const CARRIED: f64 = 1.0;
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
        let back = claim.at.parse::<Period>().ok().and_then(|at| scene.scenario.base().since(at));
        let back = back.and_then(|back| usize::try_from(back).ok()).unwrap_or(0);
        let bound = |revenue: Option<f64>, is_floor| revenue.map(|revenue| Bound { back, revenue, is_floor });
        bound(claim.at_least, true).into_iter().chain(bound(claim.at_most, false))
    });
    let each = bounds.flat_map(|bound| [bound.against_past(scene, row), bound.against_base(scene, row)]);
    each.flatten().collect()
}

/// One bound of a claim, so many periods before the base.
struct Bound {
    back: usize,
    revenue: f64,
    is_floor: bool,
}

impl Bound {
    fn is_broken(&self, stated: f64, carried: f64, allowed: f64) -> bool {
        if self.is_floor { stated < carried * (1.0 - allowed) } else { stated > carried * (1.0 + allowed) }
    }

    /// The history itself, where it knows the period.
    fn against_past(&self, scene: &Scene<'_>, row: usize) -> Option<Finding> {
        let series = &scene.series[row];
        let stated = series.base * math::exp(series.before(self.back).filter(|_| self.back > 0)?);
        let seen = format!("{}; the history has {} then", self.words(scene), short(stated));
        let place = format!("history[{}]", series.past.len() - self.back);
        self.is_broken(stated, self.revenue, ROUNDING)
            .then(|| self.found(scene, row, &place, seen, (stated, self.revenue)))
    }

    /// The base, to which the curve carries the claim on over a year at most: run back further it would say more of the
    /// curve than of the claim. An older floor is held against the base as it stands, an older «at most» against nothing.
    /// Where the history knows the period, the history is what is claimed.
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
            _ if !is_carried => "; it is not carried on over more than a year".to_owned(),
            back => format!(
                "; the curve, {} over those {back} {}s, carries it on to {}",
                grown(growth),
                scene.scenario.step().word(),
                short(carried)
            ),
        };
        let base = scene.scenario.base();
        let seen =
            format!("{}{carry}; the base has {} in {base}, at its median", self.words(scene), short(series.base));
        self.is_broken(series.base, carried, allowed)
            .then(|| self.found(scene, row, "revenue", seen, (series.base, carried)))
    }

    fn word(&self) -> &'static str {
        if self.is_floor { "at least" } else { "at most" }
    }

    fn words(&self, scene: &Scene<'_>) -> String {
        let at = i32::try_from(self.back).ok().and_then(|back| scene.scenario.base().next(-back).ok());
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
        let advice =
            "a claim is of its own period: carry it on to the base, state a base that keeps it, or drop the claim";
        Finding::new(FindingKind::Base, format!("{}.{place}", scene.series[row].address), seen, advice)
            .figure("stated", stated)
            .figure(format!("claimed, {}", self.word()), self.revenue)
            .figure("claim carried on", carried)
    }
}

fn against_history(scene: &Scene<'_>, row: usize) -> Option<Finding> {
    let series = &scene.series[row];
    let steps = series.steps();
    let (last, earlier) = steps.split_last()?;
    let (expected, spread) = match mean_and_sd(earlier, LEAST_STEPS) {
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
    let advice = format!("look whether both are {} of one {word}, in one unit and on one basis", scene.quantity());
    let finding = Finding::new(FindingKind::Base, format!("{}.revenue", series.address), seen, advice)
        .figure("base", series.base)
        .figure(format!("the {word} before"), before)
        .figure("step", math::exp_m1(*last))
        .figure("step expected", math::exp_m1(expected));
    Some(finding)
}
