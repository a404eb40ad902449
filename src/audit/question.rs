//! Questions whose answer is already determined at the base, or is not determined within the horizon.

use std::collections::BTreeSet;

use super::finding::{Finding, FindingKind, Severity};
use super::scene::{Answer, ENDS, SEED, SURE, Scene, error_of, narrowed};
use crate::assumption::quantile::Quantile;
use crate::assumption::quantity::Quantity;
use crate::assumption::standard_law::StandardLaw;
use crate::calendar::Period;
use crate::error::Error;
use crate::estimate::{Estimate, When};
use crate::math;
use crate::number::short;
use crate::outcome::Overtake;
use crate::plan::{Plan, SeriesId};
use crate::scenario::{Innovations, MOST_PERIODS, Provider, Question, Scenario};

/// The share of paths ahead at the base that matters to the answer: it counts in "by t" for every t.
const AHEAD: f64 = 0.05;
const AHEAD_ADVICE: &str =
    "swap challenger and incumbent, or check the two bases: a lead at the base counts as an overtake by every date";
/// A probability below which an outcome counts as impossible: no scenario is accurate to one in a million.
const CERTAIN: f64 = 1e-6;
/// The gain in probability from doubling the horizon that makes the horizon too near.
const GAIN: f64 = 0.10;
/// A tail of the normal approximation below this is too inaccurate to print.
const TRUSTED: f64 = 1e-12;
/// The distance between the two quantiles of an assumption in standard deviations of a normal distribution.
const ENDS_SDS: f64 = 2.563_103_131_089_201;
/// The quantile of a drawn volatility, so that a conclusion does not rest on its median alone.
const HIGH: f64 = 0.999;

pub(super) fn check(scene: &Scene<'_>) -> Result<Vec<Finding>, Error> {
    let longer = if scene.answers.is_empty() { None } else { longer(&scene.asked) };
    let longer = longer.and_then(|scenario| scene.overtakes(&scenario).ok());
    let mut findings = Vec::new();
    for (index, answer) in scene.answers.iter().enumerate() {
        let question = &scene.scenario.questions()[index];
        let address = question.name.as_ref().map_or(format!("question[{index}]"), |name| format!("question[{name}]"));
        let longer = longer.as_ref().map(|overtakes| &overtakes[index]);
        let found = ahead(answer, &address)
            .map_or_else(|| certain_or_impossible(scene, question, answer, &address), |found| Ok(Some(found)))?;
        findings.extend(found.or_else(|| too_near(scene, answer, longer, &address)));
    }
    Ok(findings)
}

fn ahead(answer: &Answer, address: &str) -> Option<Finding> {
    let at_base = answer.overtake.at_base();
    if at_base.value() <= AHEAD + SURE * at_base.standard_error() {
        return None;
    }
    let (challenger, base) = (answer.overtake.challenger(), answer.overtake.base());
    let lasting = match answer.overtake.sustained() {
        1 => String::new(),
        dates => format!(" and remains ahead for {dates} consecutive dates"),
    };
    let seen = format!("{challenger} is already ahead in {base}{lasting}, with probability {}", at_base.shown());
    let key = answer.overtake.question().key();
    let finding = Finding::new(FindingKind::Question, format!("{address}.{key}"), seen, AHEAD_ADVICE);
    Some(finding.severity(Severity::High).figure("ahead at base", at_base.value()))
}

/// Challengers that are ahead at the base with every assumption at its median, without a simulation.
pub(super) fn ahead_at_medians(scene: &Scene<'_>) -> Vec<Finding> {
    let found = scene.scenario.questions().iter().enumerate().filter_map(|(place, question)| {
        let dates = scene.scenario.dates(question);
        let last = usize::try_from(-dates.base?).ok()?;
        let sum = |name: &str| {
            let at = |back: usize| {
                let one = |row: &usize| {
                    let series = &scene.series[*row];
                    Some(series.base * math::exp(series.before(back)?))
                };
                scene.rows(name).iter().map(one).sum::<Option<f64>>()
            };
            (last..last + dates.width).map(at).sum::<Option<f64>>()
        };
        let (challenger, incumbent) = (question.challenger(), question.incumbent()?);
        let (own, other) = (sum(challenger)?, sum(incumbent)?);
        if !(own > other) {
            return None;
        }
        let at = scene.scenario.base().checked_add(dates.base?).ok()?;
        let seen =
            format!("{challenger} is already ahead of {incumbent} in {at}: {} against {}", short(own), short(other));
        let finding = Finding::new(FindingKind::Question, question.address(place, "overtakes"), seen, AHEAD_ADVICE);
        Some(finding.severity(Severity::High).figure("ratio at the base", own / other))
    });
    found.collect()
}

/// No path or every path has an overtake, and a normal approximation confirms it to one in a million.
fn certain_or_impossible(
    scene: &Scene<'_>,
    question: &Question,
    answer: &Answer,
    address: &str,
) -> Result<Option<Finding>, Error> {
    let never = answer.overtake.not_by_horizon();
    let is_none = never.value() >= 1.0;
    if !is_none && never.value() > 0.0 {
        return Ok(None);
    }
    let is_exact = never.standard_error() == 0.0;
    let rest = if is_exact { Some(0.0) } else { left(scene, question, is_none)? };
    let Some(rest) = rest.filter(|rest| *rest < CERTAIN) else { return Ok(None) };
    let (title, horizon) = (question.plain_title(), scene.scenario.horizon());
    let (word, other) = if is_none { ("none", "does") } else { ("every one", "does not") };
    let seen = format!(
        "{title} by {horizon} on {word} of the paths; the probability that it {other} is {}",
        if is_exact { "0: nothing is drawn" } else { "less than 1e-6, by a normal approximation" }
    );
    let advice = "ask about another date or pair, or check for a missing spread, a wrong unit or a missing zero";
    let finding = Finding::new(FindingKind::Question, format!("{address}.{}", question.key()), seen, advice)
        .figure("probability by the horizon", 1.0 - never.value());
    Ok(Some(if rest > TRUSTED { finding.figure("probability of the complement", rest) } else { finding }))
}

/// An upper bound on the probability of the complement, by a normal approximation of the log ratio D(t) of the two
/// providers, with its mean at the medians and the variance of shocks and assumptions. For an impossible overtake it is
/// Σ P(D(t) > 0). For a certain one it is the smallest Σ P(D(t) ≤ 0) over the periods of as many consecutive dates as a
/// lead must last. Both bounds hold for annual sums as well: a provider that is ahead in every period of a year is
/// ahead in the sum, and likewise behind. `None` if no bound is known.
fn left(scene: &Scene<'_>, question: &Question, is_none: bool) -> Result<Option<f64>, Error> {
    let Some(names) = question.pair(scene.scenario) else { return Ok(None) };
    let pair = narrowed(&scene.asked, |other| other == question);
    if pair.providers().iter().any(Provider::has_dynamics) || pair.innovations() != Innovations::Gaussian {
        return Ok(None);
    }
    let Some(ratio) = log_ratio(&pair, names)? else { return Ok(None) };
    let against = |t: usize| {
        let [mean, variance] = ratio[t];
        let beyond = math::norm_sf(mean.abs() / variance.sqrt());
        if (mean > 0.0) == is_none { 1.0 - beyond } else { beyond }
    };
    let dates = scene.scenario.dates(question);
    if is_none {
        // Sums in the first year include known periods and the base. The challenger must not lead in any of these.
        let known = dates.at.first().map_or(0, |first| (dates.width - 1).saturating_sub(*first));
        let reached = usize::from(dates.width <= dates.at.first().map_or(0, |first| *first));
        let is_behind = (1..=known).all(|back| behind(scene, names, back));
        return Ok(is_behind.then(|| (reached..ratio.len()).map(against).sum()));
    }
    let lead = question.sustained as usize;
    let leads = dates.at.windows(lead.clamp(1, dates.at.len().max(1)));
    let sums = leads.filter(|lead| lead[0] >= dates.width).map(|lead| {
        let periods = BTreeSet::from_iter(lead.iter().flat_map(|date| date + 1 - dates.width..=*date));
        periods.into_iter().map(against).sum::<f64>()
    });
    Ok(sums.min_by(f64::total_cmp))
}

/// Mean and variance of the log ratio of two providers at 0..=T. `None` if an assumption cannot be set to its
/// quantiles or growth is a mixture, so that a contribution to the variance is unknown.
fn log_ratio(pair: &Scenario, names: [&str; 2]) -> Result<Option<Vec<[f64; 2]>>, Error> {
    let plan = Plan::new(pair, SEED)?;
    let rows = names.map(|name| plan.row_named(name));
    let [Some(a), Some(b)] = rows.map(|row| plan.as_series(row)) else { return Ok(None) };
    let [SeriesId(challenger), SeriesId(incumbent)] = [a, b];
    let ratio = |plan: &Plan| -> Vec<f64> {
        plan.central[challenger].iter().zip(&plan.central[incumbent]).map(|(a, b)| a - b).collect()
    };
    let mean = ratio(&plan);
    let mut variance: Vec<f64> = (0..mean.len()).map(shocks(pair, &plan, [challenger, incumbent])).collect();
    // Standard deviations of dependent draws, which add at most as if they were equal.
    let mut dependent = vec![0.0; variance.len()];
    for (index, draw) in plan.draws.iter().enumerate() {
        if draw.is_pick {
            return Ok(None);
        }
        let ends = ENDS.map(|p| draw.quantile.at(p));
        let [low, high] = ends.map(|end| Plan::new(&pair.with_fixed(&draw.address, end)?, SEED));
        let (Ok(low), Ok(high)) = (low, high) else { return Ok(None) };
        let sds = ratio(&low).into_iter().zip(ratio(&high)).map(|(low, high)| (high - low) / ENDS_SDS);
        if plan.copula.contains(index) {
            dependent.iter_mut().zip(sds).for_each(|(sum, sd)| *sum += sd.abs());
        } else {
            variance.iter_mut().zip(sds).for_each(|(variance, sd)| *variance += sd * sd);
        }
    }
    variance.iter_mut().zip(&dependent).for_each(|(variance, sd)| *variance += sd * sd);
    Ok(Some(mean.into_iter().zip(variance).map(|(mean, variance)| [mean, variance]).collect()))
}

/// Whether the challenger is known to have been behind `back` periods before the base.
fn behind(scene: &Scene<'_>, names: [&str; 2], back: usize) -> bool {
    let revenue = |name: &str| {
        scene.rows(name).into_iter().map(|row| scene.of(row).own.revenue_before(back)).sum::<Option<f64>>()
    };
    match (revenue(names[0]), revenue(names[1])) {
        (Some(challenger), Some(incumbent)) => challenger < incumbent,
        _ => false,
    }
}

/// The largest variance up to a period of the log ratio of two providers from their shocks, over low and high quantiles
/// of their volatilities. It is convex in each volatility, so the maximum lies at a corner; with positive correlation
/// this need not be the corner of two high volatilities.
fn shocks(scenario: &Scenario, plan: &Plan, rows: [usize; 2]) -> impl Fn(usize) -> f64 + use<> {
    let volatilities = rows.map(|row| {
        let law = scenario.law(&scenario.series()[row].own.volatility).and_then(StandardLaw::of);
        let at = |shape: &StandardLaw, p: f64| Quantile::within(shape, Quantity::Volatility.domain()).at(p);
        law.map_or([0.0; 2], |shape| [at(&shape, 1.0 - HIGH), at(&shape, HIGH)])
    });
    let pair = plan.pair(rows.map(SeriesId));
    move |t| {
        let [of_a, of_b] = volatilities;
        let corners = of_a.into_iter().flat_map(|a| of_b.map(|b| pair.variance_at([a, b], t)));
        corners.fold(0.0, f64::max)
    }
}

/// The scenario with twice the horizon, or the longest that the calendar, the limits and the curves allow. `None` if
/// they allow no longer one.
fn longer(scenario: &Scenario) -> Option<Scenario> {
    let own = u32::try_from(scenario.periods()).ok()?;
    let with = |periods: u32| {
        let horizon = scenario.base().checked_add(periods.cast_signed()).ok()?;
        Scenario { horizon, ..scenario.clone() }.checked().ok()
    };
    let (mut longest, mut reached, mut out) = (None, own, (2 * own).min(MOST_PERIODS) + 1);
    // Tries the far end first, which is usually valid.
    let mut next = out - 1;
    while next > reached {
        match with(next) {
            Some(scenario) => (longest, reached) = (Some(scenario), next),
            None => out = next,
        }
        next = reached.midpoint(out);
    }
    longest
}

/// Less than half of the probability falls within the horizon, and much more falls soon after it or cannot be computed.
fn too_near(scene: &Scene<'_>, answer: &Answer, longer: Option<&Overtake>, address: &str) -> Option<Finding> {
    let horizon = scene.scenario.horizon();
    let last = |overtake: &Overtake| overtake.by(*overtake.periods().last()?).ok();
    let by = last(&answer.overtake)?;
    if by.value() + SURE * by.standard_error() >= 0.5 {
        return None;
    }
    let beyond = match longer {
        Some(longer) => later(answer, longer, &by)?,
        None => (String::from("nothing can be computed beyond it, as no tail or limit extends further"), None),
    };
    let seen = format!("the probability by the horizon {horizon} is only {}; {}", by.shown(), beyond.0);
    let advice = "move the horizon out, adding a tail where one is missing, or report the answer as \"not by\" instead of a date";
    let key = answer.overtake.question().key();
    let finding = Finding::new(FindingKind::Question, format!("{address}.{key}"), seen, advice)
        .severity(Severity::Low)
        .figure(format!("by {horizon}"), by.value());
    Some(match beyond.1 {
        Some((far, later)) => finding.figure(format!("by {far}"), later.value()),
        None => finding,
    })
}

/// The probability by the longer horizon, in words and as a figure, if it is much larger.
#[expect(clippy::cast_precision_loss, reason = "at most 2,400 periods")]
fn later(answer: &Answer, longer: &Overtake, by: &Estimate) -> Option<(String, Option<(Period, Estimate)>)> {
    let far = *longer.periods().last()?;
    let later = longer.by(far).ok()?;
    let (dates, more) = (answer.overtake.periods().len(), longer.periods().len());
    // If the horizon could not be doubled, the required gain is proportional.
    let gain = GAIN * (more as f64 / dates as f64 - 1.0).min(1.0);
    if later.value() - by.value() <= gain + SURE * error_of(by, &later) {
        return None;
    }
    let median = match longer.quantile(0.5) {
        Ok(When::At(at)) => format!(", with the median at {at}"),
        _ => String::new(),
    };
    Some((format!("by {far} it is {}{median}", later.shown()), Some((far, later))))
}
