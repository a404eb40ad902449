//! Scenarios that are more certain about an overtake than histories of comparable pairs allow.
//!
//! The class is the general one of the guide on histories. It needs no history: the scenario's own bases and first-year
//! growth are compared with how fast such advantages have faded, and how much such ratios have varied.

use std::f64::consts::{LN_2, SQRT_2};

use super::finding::{Finding, FindingKind};
use super::pair::{Measured, Pair, measured};
use super::scene::{SEED, Scene, grown};
use super::width::LEAST_SD;
use crate::calendar::Period;
use crate::estimate::Estimate;
use crate::growth::Curve;
use crate::math;
use crate::number::short;
use crate::reference;
use crate::scenario::{Innovations, Provider, Question, Scenario, Shock};

/// The number of half-lives after which the advantages are compared: a quarter is then left in the class.
const HALF_LIVES: f64 = 2.0;
/// The part of the first year's advantage that may be left after these: twice the class's quarter, since the half-life of a
/// single panel is uncertain by that much.
const LEFT: f64 = 0.5;
/// The part of the class's spread below which a scenario's is too narrow. The scales of five panels lie between .6 and 1.9
/// of the class's.
const NARROW: f64 = 0.5;
/// Probabilities beyond these are more certain than history: see [`reference::CERTAIN_BY_PAST_GROWTH`].
const LIKELY: f64 = 0.85;
const UNLIKELY: f64 = 0.05;
/// The difference from the class's probability that matters: the calibration of the class over five panels is within .05, and
/// its probability takes the stated first year as known. Where the class agrees, the gap at the base decides, not growth.
const MATTERS: f64 = 0.10;

/// A reference class: how advantages fade and how much the log-ratio of a pair varies.
struct Class {
    share: f64,
    half_life: f64,
    /// The standard deviation of a year's change.
    sd: f64,
    df: f64,
}

impl Class {
    fn general() -> Self {
        let [share, half_life, scale, _, df] = reference::GENERAL;
        Self { share, half_life, sd: scale * reference::sd_per_scale(df), df }
    }

    /// The part of an advantage that is left after a number of years.
    fn left(&self, years: f64) -> f64 {
        math::exp(-LN_2 * years / self.half_life)
    }

    /// The standard deviation of the change over a number of years: the variance of a sum of correlated yearly changes.
    #[expect(clippy::cast_precision_loss, reason = "at most 2,400 years")]
    fn sd_over(&self, years: usize) -> f64 {
        let count = |lag: usize| (years - lag) as f64;
        let lagged: f64 = (1..years).map(|lag| count(lag) * self.left(lag as f64)).sum();
        self.sd * (count(0) + 2.0 * self.share * lagged).sqrt()
    }

    /// The probability by the end of a number of years, with the same ratio at the base and the same advantage in the first
    /// year. `None` if a scenario with this growth is invalid.
    fn probability(&self, at_base: f64, first: f64, years: usize, paths: u64) -> Option<Estimate> {
        let base: Period = "2000".parse().ok()?;
        let horizon = base.checked_add(i32::try_from(years).ok()?).ok()?;
        // The rate at the base whose fade makes the first year's advantage.
        let rate = first * LN_2 / self.half_life / (1.0 - self.left(1.0));
        let provider = |name: &str, revenue: f64| {
            let shock = Shock::damped_trend(self.share, self.half_life);
            Provider::new(name, revenue).shock(shock).volatility(self.sd / SQRT_2)
        };
        let scenario = Scenario::builder(base, horizon)
            .innovations(Innovations::student_t(self.df))
            .provider(provider("A", math::exp(at_base)).growth(Curve::fade(math::exp_m1(rate), 0.0, self.half_life)))
            .provider(provider("B", 1.0).growth(Curve::constant(0.0)))
            .question(Question::overtakes("A", "B"))
            .build()
            .ok()?;
        let outcome = scenario.simulate().paths(paths).seed(SEED).fans(false).ranks(false).shares(false).run().ok()?;
        outcome.questions()[0].by(horizon).ok()
    }
}

/// A pair that questions compare, with the first question that does.
struct Compared<'a> {
    pair: Pair<'a>,
    place: usize,
}

/// Pairs whose challenger is behind at the base; another finding reports the others.
fn compared<'a>(scene: &'a Scene<'_>) -> Vec<Compared<'a>> {
    let mut all: Vec<Compared<'a>> = Vec::new();
    for (place, question) in scene.scenario.questions().iter().enumerate() {
        let Some(incumbent) = question.incumbent() else { continue };
        let names = [question.challenger(), incumbent];
        if all.iter().any(|known| known.pair.names == names) {
            continue;
        }
        let pair = Pair::of(scene.scenario, &scene.plan, names);
        all.extend(pair.filter(|pair| pair.at_base() < 0.0).map(|pair| Compared { pair, place }));
    }
    all
}

/// Advantages that do not fade, without a simulation.
pub(super) fn lasting(scene: &Scene<'_>) -> Vec<Finding> {
    let class = Class::general();
    let found = compared(scene).into_iter().filter_map(|one| {
        let reason = does_not_fade(&class, &one.pair)?;
        Some(finding_of(scene, &one, vec![reason]))
    });
    found.collect()
}

/// All reasons for which a pair is more certain than history.
pub(super) fn check(scene: &Scene<'_>) -> Vec<Finding> {
    let all = compared(scene);
    if scene.answers.is_empty() || all.is_empty() {
        return Vec::new();
    }
    let class = Class::general();
    let pairs: Vec<&Pair<'_>> = all.iter().map(|one| &one.pair).collect();
    // What cannot be simulated to the horizon is reported by another finding.
    let Ok(found) = measured(&scene.asked, &pairs, scene.paths, SEED) else { return lasting(scene) };
    let findings = all.iter().zip(found).filter_map(|(one, found)| {
        let surer = sure(scene, &class, &one.pair, &found);
        let reasons = [does_not_fade(&class, &one.pair), narrow(&class, &one.pair, found.sd), surer];
        let reasons: Vec<Reason> = reasons.into_iter().flatten().collect();
        (!reasons.is_empty()).then(|| finding_of(scene, one, reasons))
    });
    findings.collect()
}

/// Why a scenario is more certain than history, with its numbers, the class's, and what to do.
struct Reason {
    seen: String,
    advice: &'static str,
    figures: Vec<(String, f64)>,
}

/// More than half of the first year's advantage is left after two half-lives, and what is added to the class's by the horizon
/// exceeds the standard deviation of a year's change, so that it matters.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few years")]
fn does_not_fade(class: &Class, pair: &Pair<'_>) -> Option<Reason> {
    let later = HALF_LIVES * class.half_life;
    let advantages = pair.advantages();
    let (first, last) = (*advantages.first()?, *advantages.get(later as usize)?);
    let faded = |years: f64| first * class.left(years);
    let excess: f64 = advantages.iter().zip(0..).map(|(own, year)| own - faded(f64::from(year))).sum();
    if !(last / first > LEFT && excess * first.signum() > class.sd) {
        return None;
    }
    let [ahead, behind] = if first > 0.0 { pair.names } else { [pair.names[1], pair.names[0]] };
    let [size, left, expected] = [first, last, faded(later)].map(|log| grown(log.abs()).replacen('+', "", 1));
    let seen = format!(
        "{ahead} grows {size} faster than {behind} in the first year and {left} faster {later} years later; in histories of comparable \
         pairs it would then grow {expected} faster"
    );
    let advice = "let the advantage fade, with a half-life of about 2 years, or state why it lasts";
    let figures = vec![
        ("advantage in the first year, log growth".to_owned(), first),
        (format!("advantage {later} years later"), last),
        (format!("advantage {later} years later, in the reference class"), faded(later)),
    ];
    Some(Reason { seen, advice, figures })
}

/// The log-ratio varies by less than half of the class's. Without any spread the author has asked for arithmetic, and other
/// findings say that the outcome is certain.
#[expect(clippy::cast_precision_loss, reason = "at most 2,400 years")]
fn narrow(class: &Class, pair: &Pair<'_>, sd: f64) -> Option<Reason> {
    let years = pair.years();
    let per_root = |sd: f64| sd / (years as f64).sqrt();
    let (own, expected) = (per_root(sd), per_root(class.sd_over(years)));
    if !(own < NARROW * expected && sd > LEAST_SD) {
        return None;
    }
    let seen = format!(
        "the log-ratio of the two has a standard deviation of {} per √year over {years} years, from shocks and drawn growth \
         together; comparable pairs have {}",
        short(own),
        short(expected)
    );
    let advice = "raise the volatilities or widen the growth rates, or state why this pair is steadier than others";
    let figures = vec![
        ("sd of the log-ratio per √year".to_owned(), own),
        ("sd of the log-ratio per √year, in the reference class".to_owned(), expected),
    ];
    Some(Reason { seen, advice, figures })
}

/// The probability by the horizon is nearly certain, and the class's is not, although it starts from the same ratio with the
/// same advantage. Both are observed at the ends of years: dates within years would find more overtakes for the same growth.
fn sure(scene: &Scene<'_>, class: &Class, pair: &Pair<'_>, found: &Measured) -> Option<Reason> {
    let (own, end) = (&found.overtaken, scene.scenario.label(pair.end()));
    if (UNLIKELY..=LIKELY).contains(&own.value()) {
        return None;
    }
    let first = *pair.advantages().first()?;
    let expected = class.probability(pair.at_base(), first, pair.years(), scene.paths)?;
    let more = own.value() - expected.value();
    if (if own.value() > LIKELY { more } else { -more }) <= MATTERS {
        return None;
    }
    let seen = format!(
        "the probability that {} is ahead at the end of a year up to {end} is {}; with the same bases and the same growth in the first year, but the fade and the spread \
         of comparable pairs, it is {}",
        pair.names[0],
        own.shown(),
        expected.shown()
    );
    let [said, was] = reference::CERTAIN_BY_PAST_GROWTH;
    let seen = if own.value() > LIKELY {
        format!(
            "{seen}; in back-tests of two public panels, overtakes to which past growth gave more than {LIKELY}, {said} on average, happened in \
             {was} of cases"
        )
    } else {
        seen
    };
    let advice = "report both probabilities, or state what makes this pair more certain than others";
    let mut figures = vec![
        (format!("ahead at the end of a year up to {end}"), own.value()),
        ("the same, with the fade and spread of the reference class".to_owned(), expected.value()),
    ];
    if own.value() > LIKELY {
        figures.push(("back-tests: mean forecast by past growth where above .85".to_owned(), said));
        figures.push(("back-tests: frequency of these overtakes".to_owned(), was));
    }
    Some(Reason { seen, advice, figures })
}

fn finding_of(scene: &Scene<'_>, one: &Compared<'_>, reasons: Vec<Reason>) -> Finding {
    let seen: Vec<String> = reasons.iter().map(|reason| reason.seen.clone()).collect();
    let advice: Vec<&str> = reasons.iter().map(|reason| reason.advice).collect();
    let question = &scene.scenario.questions()[one.place];
    let address = question.address(one.place, question.key());
    let finding = Finding::new(FindingKind::Reference, address, seen.join("; "), advice.join("; "));
    let figures = reasons.into_iter().flat_map(|reason| reason.figures);
    figures.fold(finding, |finding, (what, value)| finding.figure(what, value))
}

#[cfg(test)]
mod tests {
    use super::{Class, LN_2, math};

    /// The variance of a sum of two yearly changes with the autocorrelation Aφ, and the limit of many years.
    #[test]
    fn the_spread_of_the_class_is_that_of_correlated_changes() {
        let class = Class::general();
        assert!((class.sd - 0.198_578).abs() < 1e-6, "{}", class.sd);
        assert!((class.left(4.0) - 0.25).abs() < 1e-12 && (class.sd_over(1) - class.sd).abs() < 1e-12);
        let phi = math::exp(-LN_2 / 2.0);
        let two = class.sd * (2.0 + 0.5 * phi).sqrt();
        assert!((class.sd_over(2) - two).abs() < 1e-12);
        let many = class.sd * (1.0 + 0.5 * phi / (1.0 - phi)).sqrt();
        assert!((class.sd_over(2000) / 2000_f64.sqrt() / many - 1.0).abs() < 1e-3);
    }

    /// The median ratio of the class is one at five years if the gap is the sum of the fading advantages, so that the
    /// probability is above one half; without an advantage and with a gap of two standard deviations it is small.
    #[test]
    fn the_probability_of_the_class_follows_gap_and_advantage() {
        let class = Class::general();
        let gap: f64 = (0..5).map(|year| 0.1 * class.left(f64::from(year))).sum();
        let near = class.probability(-gap, 0.1, 5, 1 << 14).expect("valid").value();
        let far = class.probability(-2.0 * class.sd_over(5), 0.0, 5, 1 << 14).expect("valid").value();
        assert!((0.5..0.75).contains(&near) && (0.01..0.1).contains(&far), "{near} {far}");
    }
}
