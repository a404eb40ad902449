//! Discrete assumptions in exact answers: the answer is the mean, over every combination of their values, of the answers
//! given the values. The quadrature rules need smooth functions of the drawn numbers, and a discrete one makes steps.

use super::dynamics::is_needed;
use super::quadrature::budget::Budget;
use super::quadrature::integrate::Request;
use super::quadrature::pairs::Pairs;
use super::quadrature::run::Integral;
use super::revenue::{Of, Sum};
use super::settings::refused;
use crate::assumption::address::{ProviderKey, of_provider};
use crate::assumption::{Assumption, uniform};
use crate::error::{Error, Kind};
use crate::math;
use crate::outcome::{Component, Mixture};
use crate::plan::{Plan, SeriesId, law_of};
use crate::scenario::Scenario;

/// The largest number of combinations that are added up. Each is an integration of its own.
pub(super) const MOST_CASES: usize = 64;

/// A plan, or the plans given each combination of the values of its discrete assumptions.
pub(super) struct Cases<'p> {
    whole: &'p Plan,
    /// The discrete draws.
    draws: Vec<usize>,
    /// Every combination of their values; empty if nothing is discrete.
    given: Vec<Case>,
}

/// A law of a mixture.
pub(super) struct LawDrawn {
    pub(super) draw: usize,
    pub(super) index: usize,
    /// Its probability.
    pub(super) weight: f64,
    /// The cases in which it holds.
    pub(super) cases: Vec<usize>,
}

/// One combination of values.
struct Case {
    /// Its probability.
    weight: f64,
    /// The value of each draw.
    values: Vec<f64>,
    /// The plan given the values.
    plan: Plan,
}

/// The draws of some series.
fn draws_of(plan: &Plan, series: &[SeriesId]) -> Vec<usize> {
    let of = |of: &SeriesId| {
        let shocks = plan.shock_draws(&[*of]);
        plan.growth_draws(*of).into_iter().chain(plan.base(*of).draw()).chain(shocks).collect::<Vec<_>>()
    };
    let mut draws: Vec<usize> = series.iter().flat_map(of).collect();
    draws.sort_unstable();
    draws.dedup();
    draws
}

/// The draws of some series that have discrete distributions, each with its values and their probabilities.
fn discrete(plan: &Plan, series: &[SeriesId]) -> Vec<(usize, Vec<(f64, f64)>)> {
    draws_of(plan, series).into_iter().filter_map(|draw| Some((draw, plan.quantile(draw).steps()?))).collect()
}

/// Refuses discrete draws that depend on other numbers of the series.
fn refuse_dependent(plan: &Plan, series: &[SeriesId], discrete: &[(usize, Vec<(f64, f64)>)]) -> Result<(), Error> {
    let all = draws_of(plan, series);
    let dependent = discrete.iter().find(|(draw, _)| plan.copula.connects(*draw, &all));
    dependent.map_or(Ok(()), |(draw, _)| {
        Err(refused(
            plan.draw_address(*draw),
            "its discrete distribution depends on other numbers",
            "use a simulation instead: .simulate() in code, `outgrow run` on the command line",
        ))
    })
}

/// The changes of a scenario that fix a discrete draw at one of its values.
fn fixed(plan: &Plan, scenario: &Scenario, draw: usize, value: f64) -> Vec<(String, Assumption)> {
    let address = plan.draw_address(draw);
    if plan.draws[draw].is_coin {
        return vec![(address.to_owned(), value.into())];
    }
    if !plan.draws[draw].is_pick {
        // A distribution without spread, which may still be stated to depend on others.
        return vec![(address.to_owned(), uniform(value, value))];
    }
    scenario.law_fixed(address, law_of(value))
}

/// Refuses series with discrete assumptions: their gradients are not implemented.
pub(super) fn refuse_discrete(plan: &Plan, series: &[SeriesId]) -> Result<(), Error> {
    match discrete(plan, series).first() {
        Some((draw, _)) => Err(refused(
            plan.draw_address(*draw),
            "gradients are not implemented for discrete distributions",
            "take the difference of two answers",
        )),
        None => Ok(()),
    }
}

impl<'p> Cases<'p> {
    /// # Errors
    /// Unsupported if the assumptions of the series have too many combinations of values.
    pub(super) fn of(scenario: &Scenario, plan: &'p Plan, series: &[SeriesId]) -> Result<Self, Error> {
        let draws = discrete(plan, series);
        refuse_dependent(plan, series, &draws)?;
        let count = draws.iter().try_fold(1_usize, |count, (_, values)| count.checked_mul(values.len()));
        if let (true, Some((draw, _))) =
            (count.is_none_or(|count| count > MOST_CASES), draws.iter().max_by_key(|(_, values)| values.len()))
        {
            let count = count.map_or("too many".to_owned(), |count| count.to_string());
            return Err(refused(
                plan.draw_address(*draw),
                &format!("its discrete distributions have {count} combinations of values, more than {MOST_CASES}"),
                "use a simulation instead: .simulate() in code, `outgrow run` on the command line",
            ));
        }
        let given = combinations(&draws).into_iter().map(|(weight, values)| {
            let changes = draws.iter().zip(&values).flat_map(|((draw, _), value)| fixed(plan, scenario, *draw, *value));
            let plan = Plan::new(&scenario.without_views().with_all(changes)?, plan.seed)?;
            Ok(Case { weight, values, plan })
        });
        let given = given.collect::<Result<_, Error>>()?;
        Ok(Self { whole: plan, draws: draws.into_iter().map(|(draw, _)| draw).collect(), given })
    }

    /// The pair under each plan, for one integration after the other: later ones reuse what earlier ones refined.
    pub(super) fn pairs(&'p self, series: [SeriesId; 2]) -> Weighted<'p> {
        let part = |(weight, plan): (f64, &'p Plan)| UnderPlan { weight, plan, pairs: Pairs::new(plan, series) };
        Weighted { series, parts: self.plans().into_iter().map(part).collect() }
    }

    /// The plan of every case, with its probability; the whole plan if nothing discrete is drawn.
    pub(super) fn plans(&'p self) -> Vec<(f64, &'p Plan)> {
        match &self.given[..] {
            [] => vec![(1.0, self.whole)],
            given => given.iter().map(|case| (case.weight, &case.plan)).collect(),
        }
    }

    /// Every law of a mixture that a path may follow.
    pub(super) fn laws_drawn(&self) -> Vec<LawDrawn> {
        let mut laws = Vec::new();
        let picks = self.draws.iter().enumerate().filter(|(_, draw)| self.whole.draws[**draw].is_pick);
        for (place, draw) in picks {
            let weights = self.whole.quantile(*draw).steps().unwrap_or_default();
            for (value, weight) in weights {
                let holds = |case: &usize| law_of(self.given[*case].values[place]) == law_of(value);
                let cases = (0..self.given.len()).filter(holds).collect();
                laws.push(LawDrawn { draw: *draw, index: law_of(value), weight, cases });
            }
        }
        laws
    }

    /// The distributions of a sum of logs at 1 to T.
    pub(super) fn laws(&self, of: Of) -> Result<Vec<Mixture>, Error> {
        if self.given.is_empty() {
            return Sum { plan: self.whole, of }.laws();
        }
        let mut laws = vec![Mixture(Vec::new()); self.whole.rows.periods()];
        for Case { weight, plan, .. } in &self.given {
            // Log revenue is relative to its plan's reference, which depends on the base; it cancels in a ratio.
            let shift = match of {
                Of::Single(_) => math::ln(plan.reference / self.whole.reference),
                Of::Ratio(_) => 0.0,
            };
            let shifted = |(from, to): (f64, f64)| (from + shift, to + shift);
            for (law, Mixture(part)) in laws.iter_mut().zip(Sum { plan, of }.laws()?) {
                law.0.extend(part.into_iter().map(|one| Component {
                    weight: weight * one.weight,
                    means: shifted(one.means),
                    ..one
                }));
            }
        }
        Ok(laws)
    }
}

/// The same pair under several plans, with the probability of each.
pub(super) struct Weighted<'p> {
    series: [SeriesId; 2],
    parts: Vec<UnderPlan<'p>>,
}

/// The pair under one plan.
struct UnderPlan<'p> {
    weight: f64,
    plan: &'p Plan,
    pairs: Pairs<'p>,
}

impl Weighted<'_> {
    /// The integral over the drawn assumptions. The error is the mean of the errors, each of which is a bound.
    pub(super) fn integral(&mut self, request: Request, budget: &mut Budget<'_>) -> Result<Integral, Error> {
        Ok(mean(&self.parts(request, budget)?))
    }

    /// The integral of every case, with the probability of the case.
    pub(super) fn parts(&mut self, request: Request, budget: &mut Budget<'_>) -> Result<Vec<(f64, Integral)>, Error> {
        let series = self.series;
        budget.divide(self.parts.len());
        let mut solve = |part: &mut UnderPlan<'_>| -> Result<(f64, Integral), Error> {
            let integral = if is_needed(part.plan, series) {
                request.solve_process(part.plan, series, budget)?
            } else {
                request.solve(&mut part.pairs, budget)?.integral
            };
            if integral.values.iter().any(|value| value.is_nan()) {
                let address = of_provider(part.plan.name(series[0]), ProviderKey::Volatility);
                let message =
                    "the answer is not a number: drawn growth or volatility exceeds the range of a 64-bit float";
                return Err(Error::one(Kind::Numeric, "exact", address, message));
            }
            Ok((part.weight, integral))
        };
        self.parts.iter_mut().map(&mut solve).collect()
    }
}

/// The mean of integrals with these weights.
pub(super) fn mean<'i>(parts: impl IntoIterator<Item = &'i (f64, Integral)>) -> Integral {
    let parts: Vec<_> = parts.into_iter().collect();
    if let [(_, alone)] = parts[..] {
        return alone.clone();
    }
    let total: f64 = parts.iter().map(|(weight, _)| weight).sum();
    let mut sum = Integral { values: Vec::new(), errors: Vec::new() };
    for (weight, part) in parts {
        add(&mut sum.values, weight / total, &part.values);
        add(&mut sum.errors, weight / total, &part.errors);
    }
    sum
}

/// Adds `weight` times the terms to the sums, which start empty.
fn add(sums: &mut Vec<f64>, weight: f64, terms: &[f64]) {
    sums.resize(terms.len(), 0.0);
    sums.iter_mut().zip(terms).for_each(|(sum, term)| *sum += weight * term);
}

/// Every combination of values with its probability; an empty list if nothing is drawn.
pub(super) fn combinations(draws: &[(usize, Vec<(f64, f64)>)]) -> Vec<(f64, Vec<f64>)> {
    if draws.is_empty() {
        return Vec::new();
    }
    draws.iter().fold(vec![(1.0, Vec::new())], |all, (_, values)| {
        let with = |(weight, chosen): &(f64, Vec<f64>)| {
            let one = |(value, own): &(f64, f64)| (weight * own, [chosen.as_slice(), &[*value]].concat());
            values.iter().map(one).collect::<Vec<_>>()
        };
        all.iter().flat_map(with).collect()
    })
}
