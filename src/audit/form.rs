//! The growth curve against all assumptions: the answer under other tails, and under other curves that pass through the
//! same estimates.

use super::finding::{Finding, FindingKind};
use super::scene::{Answer, SEED, SURE, Scene, by_date, error_of};
use super::weight::Weighed;
use crate::assumption::Assumption;
use crate::assumption::address::Trail;
use crate::assumption::quantity::Quantity;
use crate::assumption::visitor::VisitorMut;
use crate::estimate::Estimate;
use crate::growth::{Curve, CurveLaw, Reading, Schedule, Tail, TailLaw};
use crate::math;
use crate::plan::Plan;

/// The number of years for which another curve must match one without stated rates: as far as analysts' estimates
/// extend.
const YEARS: usize = 2;
/// The tolerance for matching an estimate, as a fraction of revenue: estimates are in whole percents.
const MET: f64 = 0.02;
/// Two answers that differ by less are the same to a reader.
const LEAST: f64 = 0.05;
/// The half-life, in years, of a fade if none is stated: between an immediate fade and one over ten years.
const HALF_LIFE: f64 = 2.0;
/// The end of such a fade if none is stated, as a fraction of the last log rate.
const END: f64 = 0.5;

/// A curve and its answers, by date, to each question that compares the provider.
struct Under {
    law: String,
    answers: Vec<Vec<Estimate>>,
}

/// A question that compares the provider, and a date at which the curves differ by more than all assumptions move the
/// answer.
struct Excess {
    question: usize,
    date: usize,
    spread: f64,
    all: f64,
    beyond: f64,
}

pub(super) fn check(scene: &Scene<'_>, weighed: &[Weighed]) -> Vec<Finding> {
    (0..scene.series.len()).filter_map(|row| of(scene, weighed, row)).collect()
}

fn of(scene: &Scene<'_>, weighed: &[Weighed], row: usize) -> Option<Finding> {
    let (around, places) = scene.around(scene.name(row));
    if places.is_empty() {
        return None;
    }
    let curve = scene.of(row).own.growth.as_ref()?;
    // The curve's numbers are at their medians, so that only the form of the curve differs.
    let medians = scene.scenario.medians(curve).ok()?;
    let mut laws = vec![(format!("{}, as stated", curve.key()), stated(curve, &medians))];
    laws.extend(others(scene, row, curve, &medians));
    let answers = |(law, curve)| {
        let changed = around.with_law(scene.name(row), curve).and_then(|changed| scene.overtakes(&changed));
        Some(Under { law, answers: changed.ok()?.iter().map(by_date).collect() })
    };
    let under: Vec<Under> = laws.into_iter().filter_map(answers).collect();
    let dates = (0..places.len()).flat_map(|question| {
        let dates = scene.answers[places[question]].overtake.periods().len();
        (0..dates).map(move |date| (question, date))
    });
    let excess = dates.filter_map(|(question, date)| excess(&under, &weighed[places[question]], question, date));
    let excess = excess.max_by(|a, b| a.beyond.total_cmp(&b.beyond))?;
    Some(found(scene, row, &under, &excess, &scene.answers[places[excess.question]]))
}

fn excess(under: &[Under], weighed: &Weighed, question: usize, date: usize) -> Option<Excess> {
    let answers = || under.iter().map(|under| under.answers[question][date]);
    let order = |a: &Estimate, b: &Estimate| a.value().total_cmp(&b.value());
    let (low, high) = (answers().min_by(order)?, answers().max_by(order)?);
    let (spread, all) = (high.value() - low.value(), weighed.spread(date)?);
    let beyond = spread - all.max(LEAST) - SURE * error_of(&low, &high);
    (beyond > 0.0).then_some(Excess { question, date, spread, all, beyond })
}

fn found(scene: &Scene<'_>, row: usize, under: &[Under], excess: &Excess, answer: &Answer) -> Finding {
    let Excess { question, date, spread, all, .. } = *excess;
    let each: Vec<String> =
        under.iter().map(|under| format!("{}: {}", under.law, under.answers[question][date].shown())).collect();
    let seen = format!(
        "the form of the curve decides: under curves that pass through the same estimates, \"{}\" by {} varies by {spread:.2}, under all assumptions together by {all:.2} ({}, growth at its medians)",
        answer.overtake.name(),
        answer.overtake.periods()[date],
        each.join("; ")
    );
    let advice = "report the answer under each curve, or explain why growth continues as stated; more estimates would narrow the choice";
    let mut finding = Finding::new(FindingKind::Form, format!("{}.growth", scene.series[row].address), seen, advice)
        .figure("spread by the curve", spread)
        .figure("spread by all assumptions", all);
    for under in under {
        finding = finding.figure(under.law.clone(), under.answers[question][date].value());
    }
    finding
}

/// The other tails and curves, each with a name; empty if the horizon lies within the estimates.
fn others(scene: &Scene<'_>, row: usize, curve: &Curve, medians: &[f64]) -> Vec<(String, Curve)> {
    let schedule = match &curve.0 {
        CurveLaw::Schedule(schedule) => {
            let rates = medians[..schedule.rates.len()].iter().map(|rate| Assumption::from(*rate)).collect();
            Schedule { rates, ..schedule.clone() }
        }
        _ => through(scene, row),
    };
    let stated = schedule.rates.len();
    #[expect(clippy::cast_precision_loss, reason = "a file of 16 MiB holds fewer rates than 2^53")]
    if stated == 0 || scene.years() <= stated as f64 {
        return Vec::new();
    }
    let is_schedule = matches!(&curve.0, CurveLaw::Schedule(_));
    let has_tail = |tail: fn(&TailLaw) -> bool| is_schedule && tail(&schedule.tail.0);
    let with = |tail: Tail| Curve(CurveLaw::Schedule(Schedule { tail, ..schedule.clone() }));
    let mut others = Vec::new();
    if !has_tail(|tail| *tail == TailLaw::Hold) && !matches!(&curve.0, CurveLaw::Constant(_)) {
        others.push(("held".to_owned(), with(Tail::hold())));
    }
    // The scenario is invalid under this tail if the rates do not fall; it is then skipped.
    if !has_tail(|tail| matches!(tail, TailLaw::Ratio(_))) && stated > 1 && !matches!(&curve.0, CurveLaw::Constant(_)) {
        others.push(("ratio auto".to_owned(), with(Tail::ratio("auto"))));
    }
    let to = end_of_fade(scene, row, schedule.rates[stated - 1].value().expect("the rates are at their medians"));
    let name = format!("fade to {:.0} %", 100.0 * to);
    if !has_tail(|tail| matches!(tail, TailLaw::Fade { .. })) && !matches!(&curve.0, CurveLaw::Fade { .. }) {
        others.push((format!("{name}, half-life {HALF_LIFE} years"), with(Tail::fade(to, HALF_LIFE))));
    }
    if is_schedule
        && let Some(fade) = fade_through(scene, row, to)
        && meets(scene, row, &schedule, &fade)
    {
        others.push((format!("{name} from the base"), fade));
    }
    others
}

/// The growth in the first years of a curve without stated rates, as estimates.
fn through(scene: &Scene<'_>, row: usize) -> Schedule {
    let (path, year) = (&scene.series[row].path, scene.per_year());
    let rate = |end: usize| Assumption::from(math::exp_m1(path[end] - path[end - year]));
    let ends = (1..=YEARS).map(|count| count * year).take_while(|end| *end < path.len());
    Schedule { rates: ends.map(rate).collect(), tail: Tail::none(), reading: Reading::Point }
}

/// The `fade` that matches the stated curve's revenue after one and two years: with growth γ₁, γ₂ in these years,
/// 2^(1/h) = (γ₁ − γ∞)/(γ₂ − γ∞) and γ₀ = γ∞ + (γ₁ − γ∞) (ln 2/h)/(1 − 2^(−1/h)). `None` if growth does not fall
/// towards γ∞.
fn fade_through(scene: &Scene<'_>, row: usize, to: f64) -> Option<Curve> {
    let (path, year) = (&scene.series[row].path, scene.per_year());
    let end = math::ln_1p(to);
    let (first, second) = (path.get(year)? - end, path.get(2 * year)? - path[year] - end);
    if !(second > 0.0 && first > second) {
        return None;
    }
    let decay = math::ln(first / second);
    let start = end + first * decay / -math::exp_m1(-decay);
    Some(Curve::fade(math::exp_m1(start), to, std::f64::consts::LN_2 / decay))
}

/// The end of a fade, as simple growth: that of the provider's own fade, otherwise of another provider's if it lies
/// between 0 and the last rate, otherwise a fraction of the last rate.
fn end_of_fade(scene: &Scene<'_>, row: usize, last: f64) -> f64 {
    let to = |curve: &Curve| match &curve.0 {
        CurveLaw::Fade { to, .. } => scene.scenario.median(to),
        CurveLaw::Schedule(Schedule { tail: Tail(TailLaw::Fade { to, .. }), .. }) => scene.scenario.median(to),
        CurveLaw::Schedule(Schedule { tail: Tail(TailLaw::None | TailLaw::Hold | TailLaw::Ratio(_)), .. })
        | CurveLaw::Constant(_)
        | CurveLaw::Family(..)
        | CurveLaw::Share(_)
        | CurveLaw::Mixture(_)
        | CurveLaw::Custom(_) => None,
    };
    let stated = scene.scenario.series();
    let curves = || stated.iter().filter_map(|of| of.own.growth.as_ref());
    let own = stated[row].own.growth.as_ref().and_then(to);
    let falls = |to: &f64| (0.0..=last).contains(to);
    own.or_else(|| curves().filter_map(to).find(falls)).unwrap_or_else(|| math::exp_m1(END * math::ln_1p(last)))
}

/// Whether a curve matches the revenue of the stated curve in every stated year: at its end, or in its sum for totals.
fn meets(scene: &Scene<'_>, row: usize, schedule: &Schedule, law: &Curve) -> bool {
    let changed = scene.scenario.with_law(scene.name(row), law.clone());
    let Ok(plan) = changed.and_then(|changed| Plan::new(&changed, SEED)) else { return false };
    let (own, other) = (&scene.plan.central[row], &plan.central[row]);
    let year = scene.per_year();
    let (passed, width) = match schedule.reading {
        Reading::Totals => (scene.scenario.passed_of_year(scene.of(row).own) % year, year),
        Reading::Point => (0, 1),
    };
    let mut ends = (1..=schedule.rates.len()).map(|count| count * year - passed).take_while(|end| *end < own.len());
    let sum = |path: &[f64], end: usize| -> f64 {
        // Both share the revenue before the base.
        path[(end + 1).saturating_sub(width)..=end].iter().map(|log| math::exp(*log - path[0])).sum()
    };
    let is_met = |end: usize| math::ln(sum(other, end) / sum(own, end)).abs() <= MET;
    ends.all(is_met)
}

/// The curve with its numbers replaced by their medians.
fn stated(curve: &Curve, medians: &[f64]) -> Curve {
    let mut plain = curve.clone();
    plain.walk_mut(&mut Trail::default(), &mut Plain { medians: medians.iter() });
    plain
}

/// Replaces the numbers of a curve by medians.
struct Plain<'a> {
    medians: std::slice::Iter<'a, f64>,
}

impl VisitorMut for Plain<'_> {
    fn number(&mut self, _: &mut Trail, _: Quantity, value: &mut Assumption) {
        if let Some(median) = self.medians.next() {
            *value = Assumption::from(*median);
        }
    }

    fn pick(&mut self, _: &mut Trail, _: &[f64]) {
        // The law drawn has a value in the list of medians, but no number of its own.
        self.medians.next();
    }
}
