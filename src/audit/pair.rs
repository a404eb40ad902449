//! The log-ratio of two providers, `ln(revenue of the challenger / revenue of the incumbent)`: at the medians and its spread.

use super::width::{CLASSES, class_of, interval};
use crate::error::Error;
use crate::estimate::Estimate;
use crate::math;
use crate::paths::Path;
use crate::plan::{Plan, SeriesId};
use crate::scenario::Scenario;

/// Two providers of one series each, at the medians.
pub(crate) struct Pair<'a> {
    pub(crate) names: [&'a str; 2],
    /// The log-ratio at 0..=T.
    ratio: Vec<f64>,
    per_year: usize,
}

impl<'a> Pair<'a> {
    /// `None` if one of the two is a sum of segments, or if the horizon is less than a year away.
    pub(crate) fn of(scenario: &Scenario, plan: &Plan, names: [&'a str; 2]) -> Option<Self> {
        let [SeriesId(a), SeriesId(b)] = match names.map(|name| plan.as_series(plan.row_named(name))) {
            [Some(a), Some(b)] => [a, b],
            [None, _] | [_, None] => return None,
        };
        let ratio: Vec<f64> = plan.central[a].iter().zip(&plan.central[b]).map(|(a, b)| a - b).collect();
        let per_year = scenario.step().per_year() as usize;
        (scenario.periods() >= per_year).then_some(Self { names, ratio, per_year })
    }

    /// The number of whole years up to the horizon.
    pub(crate) fn years(&self) -> usize {
        (self.ratio.len() - 1) / self.per_year
    }

    /// The last period of the whole years.
    pub(crate) fn end(&self) -> usize {
        self.years() * self.per_year
    }

    pub(crate) fn at_base(&self) -> f64 {
        self.ratio[0]
    }

    /// The growth advantage in each year: the change of the log-ratio.
    pub(crate) fn advantages(&self) -> Vec<f64> {
        let at = |year: usize| self.ratio[year * self.per_year];
        (0..self.years()).map(|year| at(year + 1) - at(year)).collect()
    }
}

/// What simulated paths of a pair show up to the end of its whole years.
pub(crate) struct Measured {
    /// The standard deviation of the change of the log-ratio from the base, from the central 90 % interval: shocks of any
    /// kind, factors, jumps and drawn growth. It is infinite for an interval beyond e^±3.
    pub(crate) sd: f64,
    /// The probability that the challenger is ahead at the end of at least one year.
    pub(crate) overtaken: Estimate,
}

/// Simulates pairs together, each as the scenario draws it.
///
/// # Errors
/// If a limit is exceeded, or if a path is not finite or cannot meet its totals.
pub(crate) fn measured(
    scenario: &Scenario,
    pairs: &[&Pair<'_>],
    paths: u64,
    seed: u64,
) -> Result<Vec<Measured>, Error> {
    let scenario = Scenario { questions: Vec::new(), ..scenario.clone() };
    let mut run = scenario.simulate().paths(paths).seed(seed).fans(false).ranks(false).shares(false);
    for pair in pairs {
        let (end, per_year, centre) = (pair.end(), pair.per_year, pair.ratio[pair.end()] - pair.ratio[0]);
        let class = move |[a, b]: [Path<'_>; 2]| {
            let grown = |path: &Path<'_>| math::ln(path.revenue(end) / path.revenue(0));
            class_of(grown(&a) - grown(&b) - centre)
        };
        let is_ahead =
            move |[a, b]: [Path<'_>; 2]| (per_year..=end).step_by(per_year).any(|t| a.revenue(t) > b.revenue(t));
        run = run.classify(name(pair), pair.names, CLASSES + 2, class).event(name(pair), pair.names, is_ahead);
    }
    let outcome = run.run()?;
    let of = |pair: &Pair<'_>| {
        let name = name(pair);
        Ok(Measured { sd: interval(outcome.classes(&name)?).1, overtaken: outcome.event(&name)? })
    };
    pairs.iter().copied().map(of).collect()
}

fn name(pair: &Pair<'_>) -> String {
    pair.names.join(" / ")
}
