//! From integrals to the answers of an outcome.

use super::integrate::{Integral, distance, integrate};
use super::nodes::largest;
use super::pair::{Asked, Pair, Watch};
use super::passage::Recursion;
use super::revenue::Sum;
use super::start::TIE;
use super::{Exact, gauss};
use crate::error::Error;
use crate::estimate::Estimate;
use crate::outcome::{
    Answers, Fan, LeadChanges, MeasuredFan, Mixture, Part, ProviderOutcome, RankTable, ShareFan, logistic,
};
use crate::paths::Plan;
use crate::scenario::{Measure, Question, Scenario};

/// Levels of a drawn start.
const MOST_LEVEL: usize = 8;

/// The correlation of two rows' shocks.
pub(super) fn correlation(scenario: &Scenario, a: &str, b: &str) -> f64 {
    let is_theirs = |between: &[String; 2]| between.iter().all(|name| name == a || name == b);
    scenario.correlations.iter().find(|stated| is_theirs(&stated.between)).map_or(0.0, |stated| stated.value)
}

/// A pair whose drawn start is known well enough, and what is left of its error.
pub(super) fn settled<'p>(
    plan: &'p Plan,
    rows: [usize; 2],
    rho: f64,
    asked: Asked,
    tolerance: f64,
) -> Result<(Pair<'p>, f64), Error> {
    let mut pair = Pair::new(plan, rows, rho, 0);
    let is_point = pair.start().is_none_or(|start| start.below.len() + start.above.len() <= 1);
    if pair.is_still() {
        // A path crosses within a tie of where the model has it.
        let error = if pair.draws.is_empty() { 0.0 } else { 10.0 * TIE };
        return Ok((pair, error));
    }
    if is_point {
        return Ok((pair, 0.0));
    }
    // In the middle of the other draws and to both sides: a small volatility sees a start more sharply than a large one.
    let sides: &[f64] = if pair.draws.is_empty() { &[0.0] } else { &[0.0, 1.5, -1.5] };
    let solve = |pair: &Pair<'_>| -> Result<Vec<f64>, Error> {
        let mut recursion = Recursion::new(0.01 * tolerance, plan.level());
        let mut all = Vec::new();
        for side in sides {
            let mut sum = vec![0.0; asked.len(pair.periods())];
            pair.add(&[(vec![*side; pair.draws.len()], 1.0)], asked, &mut recursion, &mut sum)?;
            all.extend(sum);
        }
        Ok(all)
    };
    let mut value = solve(&pair)?;
    let mut level = 1;
    loop {
        let finer = Pair::new(plan, rows, rho, level);
        let next = solve(&finer)?;
        // As of lines: it is larger elsewhere.
        let error = 2.0 * largest(&distance(&value, &next));
        if error <= 0.1 * tolerance || level == MOST_LEVEL {
            return Ok((pair, error));
        }
        (pair, value, level) = (finer, next, level + 1);
    }
}

/// What rounding leaves of an answer whose quadrature has no error that shows.
pub(super) const ROUNDING: f64 = 1e-14;

/// Integrals of a pair as estimates: of paths without shocks or draws they are whole.
struct Estimates {
    is_certain: bool,
    /// The error of the start.
    start: f64,
}

impl Estimates {
    fn of(&self, integral: &Integral, place: usize) -> Estimate {
        let value = integral.values[place];
        if self.is_certain {
            return Estimate::exact(value.round());
        }
        Estimate::bounded(value, integral.errors[place] + self.start + ROUNDING)
    }
}

/// The answer to one question.
pub(super) fn question(exact: &Exact<'_>, plan: &Plan, question: &Question) -> Result<Answers, Error> {
    let (scenario, tolerance) = (exact.scenario, exact.tolerance);
    let rows = [&question.challenger, &question.incumbent].map(|name| plan.row_of(scenario, question, name));
    let rho = correlation(scenario, &question.challenger, &question.incumbent);
    let watch = if exact.continuous { Watch::AnyTime } else { Watch::Dates { sustained: question.sustained as usize } };
    let asked = Asked::Passage(watch);
    let periods = plan.rows.periods();
    let (pair, start) = settled(plan, rows, rho, asked, tolerance)?;
    let passage = integrate(&pair, asked, tolerance, plan.level())?;
    let leads = exact.leads.then(|| integrate(&pair, Asked::LeadChanges, tolerance, plan.level())).transpose()?;
    let estimates = Estimates { is_certain: plan.known_lead(rows[0], rows[1]).is_some(), start };
    let at = |place: usize| estimates.of(&passage, place);
    let base = match plan.known_lead_at_base(rows[0], rows[1]) {
        Some(ahead) => Estimate::exact(f64::from(u8::from(ahead))),
        None => at(0),
    };
    let from_base = (question.sustained > 1).then(|| at(0));
    let is_passed = from_base.is_none() && base.is_sure();
    let by: Vec<Estimate> = (1..=periods).map(|t| if is_passed { base } else { at(t) }).collect();
    let never = by.last().map_or(base, Estimate::complement);
    let changes = leads.map_or_else(Vec::new, |leads| {
        let most = leads.values.iter().rposition(|value| *value > tolerance).unwrap_or(0);
        let change = |count: u32| LeadChanges { count, probability: estimates.of(&leads, count as usize) };
        (0..=u32::try_from(most).unwrap_or(u32::MAX)).map(change).collect()
    });
    Ok(Answers {
        ahead_at_base: base,
        from_base,
        by,
        ahead: (1..=periods).map(|t| at(periods + t)).collect(),
        not_by_horizon: never,
        lead_changes: changes,
    })
}

/// Why revenue over years is left out.
const SUMS: &str = "sums of several periods are not lognormal";
/// Why ranks and shares of many are left out.
const MANY: &str = "ranks and shares are exact of two providers only";

/// What is asked of the providers.
pub(super) fn providers(exact: &Exact<'_>, plan: &Plan) -> Result<Vec<ProviderOutcome>, Error> {
    let names = plan.rows.names();
    let mut ranks = if exact.ranks && names.len() == 2 {
        ranks(exact.scenario, plan, exact.tolerance)?.map(Some)
    } else {
        [None, None]
    };
    let mut shares =
        if exact.shares && names.len() == 2 { shares(exact.scenario, plan)?.map(Some) } else { [None, None] };
    let one = |(index, name): (usize, &String)| {
        let fan = || Fan::exact(index, Sum { plan, terms: vec![(index, 1.0)], correlation: 0.0 }.laws()?, plan);
        let revenue = exact.fans.then(fan).transpose()?.into();
        let alone = || vec![vec![Estimate::exact(1.0)]; plan.rows.periods()];
        let rank = match (exact.ranks, names.len()) {
            (false, _) => Part::Off,
            (true, 1) => Part::Known(RankTable::exact(alone(), plan)),
            (true, 2) => Part::Known(RankTable::exact(ranks[index].take().unwrap_or_default(), plan)),
            (true, _) => Part::NotExact(MANY),
        };
        let share = match (exact.shares, names.len()) {
            (false, _) => Part::Off,
            (true, 1) => Part::Known(ShareFan::whole(plan)),
            (true, _) => shares.get_mut(index).and_then(Option::take).map_or(Part::NotExact(MANY), Part::Known),
        };
        let sums = |measure: &Measure| MeasuredFan { measure: *measure, revenue: Part::NotExact(SUMS) };
        let measured = exact.measured.iter().map(sums).collect();
        Ok(ProviderOutcome { name: name.clone(), revenue, rank, share, measured })
    };
    names.iter().enumerate().map(one).collect()
}

/// The shares of two providers: logistic of the log-ratio, whose law for the second is the mirror image.
fn shares(scenario: &Scenario, plan: &Plan) -> Result<[ShareFan; 2], Error> {
    let names = plan.rows.names();
    let correlation = correlation(scenario, &names[0], &names[1]);
    let laws = Sum { plan, terms: vec![(0, 1.0), (1, -1.0)], correlation }.laws()?;
    let mirrored = laws.iter().map(Mixture::mirrored).collect();
    let rule = gauss::trapezoid(48, 7.0);
    let fan = |index: usize, laws: Vec<Mixture>| {
        let with_mean = laws.into_iter().map(|law| {
            let mean = law.mean_of(&rule, logistic);
            (law, mean)
        });
        ShareFan::exact(index, with_mean.collect(), plan)
    };
    Ok([fan(0, laws), fan(1, mirrored)])
}

/// The ranks of two providers by period: the probabilities of rank 1 and 2, of each.
pub(super) fn ranks(scenario: &Scenario, plan: &Plan, tolerance: f64) -> Result<[Vec<Vec<Estimate>>; 2], Error> {
    let names = plan.rows.names();
    let rho = correlation(scenario, &names[0], &names[1]);
    let periods = plan.rows.periods();
    let (pair, start) = settled(plan, [0, 1], rho, Asked::Ahead, tolerance)?;
    let integral = integrate(&pair, Asked::Ahead, tolerance, plan.level())?;
    let estimates = Estimates { is_certain: plan.known_lead(0, 1).is_some(), start };
    // Ties share the better rank: a provider is second where the other is ahead.
    let row = |from: usize| {
        let second = (0..periods).map(|t| estimates.of(&integral, from + t));
        second.map(|second| vec![second.complement(), second]).collect()
    };
    Ok([row(periods), row(0)])
}
