//! Converts integrals to the answers of an outcome.

use super::pair::{Asked, Watch};
use super::revenue::{Of, Sum};
use super::settings::Exact;
use crate::error::Error;
use crate::estimate::Estimate;
use crate::exact::quadrature::budget::Budget;
use crate::exact::quadrature::integrate::{Pairs, Request};
use crate::exact::quadrature::sampled::Integral;
use crate::math::gauss;
use crate::outcome::{
    Answers, Fan, LeadChanges, MeasuredFan, Mixture, Part, ProviderOutcome, RankTable, ShareFan, logistic,
};
use crate::plan::{Plan, RowId, SeriesId};
use crate::scenario::{Measure, Question};

/// Error bound for rounding, for answers whose quadrature error is too small to measure.
pub(super) const ROUNDING: f64 = 1e-14;

/// The series of a scenario with two providers.
const TWO: [SeriesId; 2] = [SeriesId(0), SeriesId(1)];

/// The list of lead-change probabilities ends where all further counts are less likely than this.
const LEAST_COUNT: f64 = 1e-9;

/// One value of an integral as an estimate. It is exact where the path has neither shocks nor draws.
fn estimate(integral: &Integral, place: usize, is_certain: bool) -> Estimate {
    let value = integral.values[place];
    if is_certain {
        Estimate::exact(value.round())
    } else {
        Estimate::bounded(value, integral.errors[place] + ROUNDING)
    }
}

/// The answer to one question.
pub(super) fn question(
    exact: &Exact<'_>,
    plan: &Plan,
    question: &Question,
    budget: &mut Budget<'_>,
) -> Result<Answers, Error> {
    let tolerance = exact.tolerance;
    // Questions about sums are refused, so both rows are series.
    let series = [&question.challenger, &question.incumbent].map(|name| plan.series_of(plan.provider(name)));
    let rows = series.map(RowId::Series);
    let sustained = question.sustained as usize;
    let watch = if exact.continuous { Watch::AnyTime } else { Watch::Dates { sustained } };
    let periods = plan.rows.periods();
    let mut pairs = Pairs::new(plan, series);
    let mut solve = |asked: Asked| -> Result<Integral, Error> {
        Ok(Request::new(asked, tolerance, plan.level()).solve(&mut pairs, budget)?.integral)
    };
    let passage = solve(Asked::Passage(watch))?;
    let leads = exact.leads.then(|| solve(Asked::LeadChanges)).transpose()?;
    let is_certain = plan.known_lead(rows[0], rows[1]).is_some();
    let at = |place: usize| estimate(&passage, place, is_certain);
    let base = match plan.known_lead_at_base(rows[0], rows[1]) {
        Some(ahead) => Estimate::exact(f64::from(u8::from(ahead))),
        None => at(0),
    };
    let from_base = (sustained > 1).then(|| at(1));
    let is_passed = from_base.is_none() && base.is_sure();
    let by: Vec<Estimate> = (1..=periods).map(|t| if is_passed { base } else { at(1 + t) }).collect();
    let never = by.last().map_or(base, Estimate::complement);
    let changes = leads.map_or_else(Vec::new, |leads| {
        // Trailing counts whose probabilities do not exceed their errors are dropped.
        let likely = leads.values.iter().zip(&leads.errors).rposition(|(value, error)| *value > error.max(LEAST_COUNT));
        // With none, the list is the count 0.
        let most = likely.unwrap_or(0);
        let change = |count: u32| LeadChanges { count, probability: estimate(&leads, count as usize, is_certain) };
        (0..=u32::try_from(most).expect("at most 2,400 periods")).map(change).collect()
    });
    Ok(Answers {
        ahead_at_base: base,
        from_base,
        by,
        ahead: (1..=periods).map(|t| at(1 + periods + t)).collect(),
        not_by_horizon: never,
        lead_changes: changes,
    })
}

/// Reason given for revenue over years.
const SUMS: &str = "sums of several periods are not lognormal";
/// Reason given for ranks and shares of three or more providers.
const MANY: &str = "ranks and shares are exact for two providers only";

/// Revenue, rank and share of each provider, as far as they are requested.
pub(super) fn providers(
    exact: &Exact<'_>,
    plan: &Plan,
    budget: &mut Budget<'_>,
) -> Result<Vec<ProviderOutcome>, Error> {
    let names = plan.rows.names();
    let mut ranks =
        if exact.ranks && names.len() == 2 { ranks(plan, exact.tolerance, budget)?.map(Some) } else { [None, None] };
    let mut shares = if exact.shares && names.len() == 2 { shares(plan)?.map(Some) } else { [None, None] };
    let one = |(index, name): (usize, &String)| {
        let fan = || Fan::exact(index, Sum { plan, of: Of::Single(SeriesId(index)) }.laws()?, plan);
        let revenue = exact.fans.then(fan).transpose()?.into();
        let alone = || vec![vec![Estimate::exact(1.0)]; plan.rows.periods()];
        let rank = match (exact.ranks, names.len()) {
            (false, _) => Part::Off,
            (true, 1) => Part::Known(RankTable::exact(alone(), plan)),
            (true, 2) => Part::Known(RankTable::exact(
                ranks[index].take().expect("solved above for two providers, each taken once"),
                plan,
            )),
            (true, _) => Part::NotExact(MANY.into()),
        };
        let share = match (exact.shares, names.len()) {
            (false, _) => Part::Off,
            (true, 1) => Part::Known(ShareFan::whole(plan)),
            (true, _) => shares.get_mut(index).and_then(Option::take).map_or(Part::NotExact(MANY.into()), Part::Known),
        };
        let sums = |measure: &Measure| MeasuredFan { measure: *measure, revenue: Part::NotExact(SUMS.into()) };
        let measured = exact.measured.iter().map(sums).collect();
        Ok(ProviderOutcome { name: name.clone(), revenue, rank, share, measured })
    };
    names.iter().enumerate().map(one).collect()
}

/// Shares of two providers. A share is the logistic function of the log-ratio; the log-ratio of the second provider is
/// that of the first with its sign reversed.
fn shares(plan: &Plan) -> Result<[ShareFan; 2], Error> {
    let laws = Sum { plan, of: Of::Ratio(TWO) }.laws()?;
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

/// Ranks of two providers: the probabilities of rank 1 and of rank 2 by period, for each provider.
fn ranks(plan: &Plan, tolerance: f64, budget: &mut Budget<'_>) -> Result<[Vec<Vec<Estimate>>; 2], Error> {
    let periods = plan.rows.periods();
    let mut pairs = Pairs::new(plan, TWO);
    let solved = Request::new(Asked::Ahead, tolerance, plan.level()).solve(&mut pairs, budget)?;
    let is_certain = plan.known_lead(TWO[0].into(), TWO[1].into()).is_some();
    // Tied providers share the better rank, so a provider is second only where the other is strictly ahead.
    let row = |from: usize| {
        let second = (0..periods).map(|t| estimate(&solved.integral, from + t, is_certain));
        second.map(|second| vec![second.complement(), second]).collect()
    };
    Ok([row(periods), row(0)])
}
