//! Converts integrals to the answers of an outcome.

use super::asked::{Asked, Watch};
use super::cases::{Cases, LawDrawn, mean};
use super::dynamics::{SIMULATE, check_pair, check_tails};
use super::ranking::{MOST_ANSWERS, Ranking};
use super::revenue::Of;
use super::settings::{Exact, refused};
use crate::assumption::address::{ProviderKey, of_provider};
use crate::error::Error;
use crate::estimate::Estimate;
use crate::exact::quadrature::budget::Budget;
use crate::exact::quadrature::integrate::Request;
use crate::exact::quadrature::run::Integral;
use crate::math::gauss;
use crate::outcome::exits;
use crate::outcome::{
    Answers, Fan, LawAnswer, LeadChanges, MeasuredFan, Mixture, Part, ProviderOutcome, RankTable, SegmentOutcome,
    ShareFan, logistic,
};
use crate::plan::{Plan, RowId, SeriesId};
use crate::scenario::{Measure, Question, Scenario};

/// Error bound for rounding, for answers whose quadrature error is too small to measure.
pub(super) const ROUNDING: f64 = 1e-14;

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
    // Questions about sums over time, or about more than a pair, are refused.
    let series = pair_of(exact.scenario, plan, question)?;
    let rows = series.map(RowId::Series);
    let sustained = question.sustained as usize;
    let watch = if exact.continuous { Watch::AnyTime } else { Watch::Dates { sustained } };
    let periods = plan.rows.periods();
    check_pair(exact.scenario, plan, series, Asked::Passage(watch))?;
    let cases = Cases::of(exact.scenario, plan, &series)?;
    let mut pairs = cases.pairs(series);
    let request = |asked: Asked| Request::new(asked, tolerance, plan.level());
    let parts = pairs.parts(request(Asked::Passage(watch)), budget)?;
    let passage = mean(&parts);
    let has_leads = exact.leads && leads_fault(exact, plan, question).is_none();
    let leads = has_leads.then(|| pairs.integral(request(Asked::LeadChanges), budget)).transpose()?;
    let is_certain = plan.known_lead(rows[0], rows[1]).is_some();
    let at = |place: usize| estimate(&passage, place, is_certain);
    let base = match plan.known_lead_at_base(rows[0], rows[1]) {
        Some(ahead) => Estimate::exact(f64::from(u8::from(ahead))),
        None => at(0),
    };
    let from_base = (sustained > 1).then(|| at(1));
    let is_passed = from_base.is_none() && base.is_sure();
    let by: Vec<Estimate> = (1..=periods).map(|t| if is_passed { base } else { at(1 + t) }).collect();
    let (by, gone) = match exact.scenario.survival(question) {
        Some(survival) => {
            let (by, gone) = exits::exact(from_base.unwrap_or(base), &by, &survival);
            (by, Some(gone))
        }
        None => (by, None),
    };
    let never = by.last().map_or(base, Estimate::complement);
    let changes = leads.map_or_else(Vec::new, |leads| {
        // Trailing counts whose probabilities do not exceed their errors are dropped.
        let likely = leads.values.iter().zip(&leads.errors).rposition(|(value, error)| *value > error.max(LEAST_COUNT));
        // With none, the list is the count 0.
        let most = likely.unwrap_or(0);
        let change = |count: u32| LeadChanges { count, probability: estimate(&leads, count as usize, is_certain) };
        (0..=u32::try_from(most).expect("at most 2,400 periods")).map(change).collect()
    });
    let law = |law: LawDrawn| {
        let part = mean(law.cases.iter().map(|case| &parts[*case]));
        let by = (1..=periods).map(|t| estimate(&part, 1 + t, false)).collect();
        LawAnswer {
            address: plan.draw_address(law.draw).to_owned(),
            index: law.index,
            weight: law.weight,
            by,
            periods: plan.rows.projected(),
        }
    };
    let laws = cases.laws_drawn().into_iter().map(law).collect();
    Ok(Answers {
        ahead_at_base: base,
        from_base,
        by,
        ahead: (1..=periods).map(|t| at(1 + periods + t)).collect(),
        not_by_horizon: never,
        lead_changes: changes,
        gone,
        laws,
    })
}

/// Why the lead changes of a question have no exact answer.
pub(super) fn leads_fault(exact: &Exact<'_>, plan: &Plan, question: &Question) -> Option<String> {
    let check = |series| check_pair(exact.scenario, plan, series, Asked::LeadChanges);
    let fault = pair_of(exact.scenario, plan, question).and_then(check).err()?;
    fault.reason().map(str::to_owned)
}

/// Reason given for revenue over years.
const SUMS: &str = "sums of several periods are not lognormal";
/// Reason given for shares of three or more providers.
const MANY: &str = "shares are exact for two providers only";

/// Revenue, rank and share of each provider, as far as they are requested.
pub(super) fn providers(
    exact: &Exact<'_>,
    plan: &Plan,
    budget: &mut Budget<'_>,
) -> Result<Vec<ProviderOutcome>, Error> {
    let names = plan.rows.names();
    let mut ranks = for_each(exact.ranks && names.len() > 1, names.len(), || ranks(exact, plan, budget))?.into_iter();
    let mut shares = for_each(exact.shares && names.len() == 2, 2, || shares(exact, plan))?.into_iter();
    let one = |(index, name): (usize, &String)| {
        let fan = |of: SeriesId| -> Result<Part<Fan>, Error> {
            if !exact.fans {
                return Ok(Part::Off);
            }
            let solve = || {
                let of = single(plan, of)?;
                check_tails(exact.scenario, plan, &[of])?;
                Fan::exact(of, Cases::of(exact.scenario, plan, &[of])?.laws(Of::Single(of))?, plan)
            };
            unless_unsupported(solve())
        };
        let revenue = fan(plan.provider_row(index))?;
        let segment = |place: usize| {
            let of = plan.fan_rows()[place];
            Ok(SegmentOutcome { name: plan.segment_name(of).to_owned(), revenue: fan(of)? })
        };
        let segments = plan.segment_fans(index).map(segment).collect::<Result<_, Error>>()?;
        let alone = || vec![vec![Estimate::exact(1.0)]; plan.rows.periods()];
        let rank = match (exact.ranks, ranks.next()) {
            (false, _) => Part::Off,
            (true, None) => Part::Known(RankTable::exact(alone(), plan)),
            (true, Some(Part::Known(rank))) => Part::Known(RankTable::exact(rank, plan)),
            (true, Some(Part::NotExact(reason))) => Part::NotExact(reason),
            (true, Some(Part::Off)) => Part::Off,
        };
        let share = match (exact.shares, names.len()) {
            (false, _) => Part::Off,
            (true, 1) => Part::Known(ShareFan::whole(plan)),
            (true, _) => shares.next().unwrap_or_else(|| Part::NotExact(MANY.into())),
        };
        let sums = |measure: &Measure| MeasuredFan { measure: *measure, revenue: Part::NotExact(SUMS.into()) };
        let measured = exact.measured.iter().map(sums).collect();
        Ok(ProviderOutcome { name: name.clone(), revenue, segments, rank, share, measured })
    };
    names.iter().enumerate().map(one).collect()
}

/// The two series of a question about a pair.
///
/// # Errors
/// Unsupported if one of the two is the sum of several segments.
pub(super) fn pair_of(scenario: &Scenario, plan: &Plan, question: &Question) -> Result<[SeriesId; 2], Error> {
    series_of(plan, question.pair(scenario).expect("checked: the question compares a pair"))
}

/// The series with these names.
///
/// # Errors
/// Unsupported if one of the two is the sum of several segments.
pub(super) fn series_of(plan: &Plan, names: [&str; 2]) -> Result<[SeriesId; 2], Error> {
    let [a, b] = names.map(|name| single(plan, plan.row_named(name)));
    Ok([a?, b?])
}

/// The series of a row of log revenue.
///
/// # Errors
/// Unsupported for the sum of several segments.
fn single(plan: &Plan, of: SeriesId) -> Result<SeriesId, Error> {
    plan.as_series(of).ok_or_else(|| {
        let address = of_provider(plan.name(of), ProviderKey::Segment);
        refused(&address, "the sum of segments is not lognormal", SIMULATE)
    })
}

/// The series of two providers.
fn two_series(plan: &Plan) -> Result<[SeriesId; 2], Error> {
    Ok([single(plan, plan.provider_row(0))?, single(plan, plan.provider_row(1))?])
}

/// An answer, or the reason why there is none.
fn unless_unsupported<T>(answer: Result<T, Error>) -> Result<Part<T>, Error> {
    match answer {
        Ok(answer) => Ok(Part::Known(answer)),
        Err(error) => match error.reason() {
            Some(reason) => Ok(Part::NotExact(reason.to_owned().into())),
            None => Err(error),
        },
    }
}

/// The answers for each of `count` providers, if requested; otherwise none.
fn for_each<T>(
    is_asked: bool,
    count: usize,
    solve: impl FnOnce() -> Result<Vec<T>, Error>,
) -> Result<Vec<Part<T>>, Error> {
    if !is_asked {
        return Ok(Vec::new());
    }
    Ok(match unless_unsupported(solve())? {
        Part::Known(answers) => answers.into_iter().map(Part::Known).collect(),
        Part::NotExact(reason) => (0..count).map(|_| Part::NotExact(reason.clone())).collect(),
        Part::Off => Vec::new(),
    })
}

/// Shares of two providers. A share is the logistic function of the log-ratio; the log-ratio of the second provider is
/// that of the first with its sign reversed.
fn shares(exact: &Exact<'_>, plan: &Plan) -> Result<Vec<ShareFan>, Error> {
    let two = two_series(plan)?;
    check_tails(exact.scenario, plan, &two)?;
    check_pair(exact.scenario, plan, two, Asked::Ahead)?;
    let laws = Cases::of(exact.scenario, plan, &two)?.laws(Of::Ratio(two))?;
    let mirrored = laws.iter().map(Mixture::mirrored).collect();
    let rule = gauss::trapezoid(48, 7.0);
    let fan = |index: usize, laws: Vec<Mixture>| {
        let with_mean = laws.into_iter().map(|law| {
            let mean = law.mean_of(&rule, logistic);
            (law, mean)
        });
        ShareFan::exact(index, with_mean.collect(), plan)
    };
    Ok(vec![fan(0, laws), fan(1, mirrored)])
}

/// The probability of each rank by period, for each provider.
type Ranks = Vec<Vec<Vec<Estimate>>>;

fn ranks(exact: &Exact<'_>, plan: &Plan, budget: &mut Budget<'_>) -> Result<Ranks, Error> {
    if plan.rows.names().len() == 2 { ranks_of_two(exact, plan, budget) } else { ranks_of_many(exact, plan, budget) }
}

fn ranks_of_two(exact: &Exact<'_>, plan: &Plan, budget: &mut Budget<'_>) -> Result<Ranks, Error> {
    let periods = plan.rows.periods();
    let request = Request::new(Asked::Ahead, exact.tolerance, plan.level());
    let pair = two_series(plan)?;
    check_pair(exact.scenario, plan, pair, Asked::Ahead)?;
    let cases = Cases::of(exact.scenario, plan, &pair)?;
    let solved = cases.pairs(pair).integral(request, budget)?;
    let is_certain = plan.known_lead(pair[0].into(), pair[1].into()).is_some();
    // Tied providers share the better rank, so a provider is second only where the other is strictly ahead.
    let row = |from: usize| {
        let second = (0..periods).map(|t| estimate(&solved, from + t, is_certain));
        second.map(|second| vec![second.complement(), second]).collect()
    };
    Ok(vec![row(periods), row(0)])
}

fn ranks_of_many(exact: &Exact<'_>, plan: &Plan, budget: &mut Budget<'_>) -> Result<Ranks, Error> {
    let series = plan.provider_rows().iter().map(|of| single(plan, *of)).collect::<Result<Vec<_>, _>>()?;
    let (count, periods) = (series.len(), plan.rows.periods());
    if count * count * periods > MOST_ANSWERS {
        let reason = format!("ranks of {count} providers over {periods} periods are too many");
        return Err(refused("provider", &reason, SIMULATE));
    }
    let cases = Cases::of(exact.scenario, plan, &series)?;
    let mut is_certain = true;
    let mut parts = Vec::new();
    let plans = cases.plans();
    budget.divide(plans.len());
    for (weight, plan) in plans {
        let ranking = Ranking::new(plan, series.clone())?;
        is_certain &= ranking.is_certain();
        parts.push((weight, ranking.integral(exact.tolerance, budget)?));
    }
    let solved = mean(&parts);
    let is_certain = is_certain && parts.len() == 1;
    let row = |row: usize| (row * count..(row + 1) * count).map(|place| estimate(&solved, place, is_certain)).collect();
    let of = |of: usize| (of * periods..(of + 1) * periods).map(row).collect();
    Ok((0..count).map(of).collect())
}
