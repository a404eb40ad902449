//! The answer with each assumption at its 10 % and its 90 % quantile, all others drawn.

use serde::Serialize;

use super::asking::Asking;
use super::number::NumberEstimate;
use crate::cpu::in_parallel;
use crate::error::Error;
use crate::estimate::Estimate;
use crate::outcome::Change;
use crate::plan::{Plan, law_of};

/// The quantiles that an assumption is set to.
pub(super) const ENDS: [f64; 2] = [0.1, 0.9];

/// One assumption, and the answers with it at two values.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Bar {
    /// The address of the assumption.
    pub address: String,
    /// At its 10 % quantile; of a mixture, with the law that makes the event least likely.
    pub low: BarEnd,
    /// At its 90 % quantile; of a mixture, with the law that makes the event most likely.
    pub high: BarEnd,
    /// The answer at `high` minus the answer at `low`, with the error of this difference.
    pub swing: NumberEstimate,
    /// Whether the values are indices of the laws of a mixture.
    #[serde(skip)]
    pub(super) is_of_laws: bool,
}

/// One end of a [`Bar`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct BarEnd {
    /// The value of the assumption; of a mixture, the index of the law.
    pub value: f64,
    /// The answer.
    pub answer: Estimate,
}

/// How the answers are computed.
pub(super) enum Method {
    /// To a tolerance.
    Exact(f64),
    /// By paths with common random numbers.
    Simulated { paths: u64, seed: u64, confidence: f64 },
}

/// The bar of every drawn number that the answer may depend on, the widest first.
///
/// # Errors
/// If an answer has an error, such as a value that a limit excludes.
pub(super) fn bars(asking: &Asking, method: &Method) -> Result<Vec<Bar>, Error> {
    let asking = &asking.of(asking.scenario.with_explicit_ratios());
    let plan = Plan::new(&asking.scenario, 0)?;
    let draws: Vec<usize> = (0..plan.draws.len()).filter(|draw| !plan.draws[*draw].is_coin).collect();
    let one = |place: usize| -> Result<Bar, Error> {
        let (draw, quantile) = (&plan.draws[draws[place]], plan.quantile(draws[place]));
        if draw.is_pick {
            let laws = quantile.steps().expect("the law of a mixture is discrete");
            return Ok(Bar { is_of_laws: true, ..of_laws(asking, &draw.address, &laws, method)? });
        }
        let values = ENDS.map(|p| quantile.at(p));
        let fixed = |value: f64| Ok::<_, Error>(asking.of(asking.scenario.with_fixed(&draw.address, value)?));
        bar(&draw.address, values, [&fixed(values[0])?, &fixed(values[1])?], method)
    };
    let bars = in_parallel(draws.len(), &one);
    let mut bars = bars.into_iter().collect::<Result<Vec<_>, _>>()?;
    bars.sort_by(|a, b| b.swing.value.abs().total_cmp(&a.swing.value.abs()));
    Ok(bars)
}

/// The bar of the law drawn of a mixture.
fn of_laws(asking: &Asking, address: &str, laws: &[(f64, f64)], method: &Method) -> Result<Bar, Error> {
    let followed = laws.iter().filter(|(_, weight)| *weight > 0.0);
    let given = |(value, _): &(f64, f64)| -> Result<(f64, Asking, Estimate), Error> {
        let changes = asking.scenario.law_fixed(address, law_of(*value));
        let given = asking.of(asking.scenario.with_all(changes)?);
        let answer = alone(&given, method)?;
        Ok((*value, given, answer))
    };
    let mut given = followed.map(given).collect::<Result<Vec<_>, _>>()?;
    given.sort_by(|(_, _, a), (_, _, b)| a.value().total_cmp(&b.value()));
    let (Some((low, at_low, least)), Some((high, at_high, most))) = (given.first(), given.last()) else {
        unreachable!("a mixture has a law with a weight above 0")
    };
    match method {
        Method::Exact(_) => Ok(of_answers(address, [*low, *high], [*least, *most])),
        Method::Simulated { .. } => bar(address, [*low, *high], [at_low, at_high], method),
    }
}

/// The bar of two exact answers.
fn of_answers(address: &str, values: [f64; 2], answers: [Estimate; 2]) -> Bar {
    let error = answers[0].standard_error() + answers[1].standard_error();
    let swing = NumberEstimate::of(answers[1].value() - answers[0].value(), error, 2.0 * error);
    with_swing(address, values, answers, swing)
}

fn with_swing(address: &str, values: [f64; 2], answers: [Estimate; 2], swing: NumberEstimate) -> Bar {
    let [low, high] = [0, 1].map(|end: usize| BarEnd { value: values[end], answer: answers[end] });
    Bar { address: address.to_owned(), low, high, swing, is_of_laws: false }
}

fn bar(address: &str, values: [f64; 2], [low, high]: [&Asking; 2], method: &Method) -> Result<Bar, Error> {
    match method {
        Method::Exact(_) => Ok(of_answers(address, values, [alone(low, method)?, alone(high, method)?])),
        Method::Simulated { paths, seed, confidence } => {
            let Change { value, standard_error, interval, before, after, .. } =
                low.difference(high, *paths, *seed, *confidence)?;
            Ok(with_swing(address, values, [before, after], NumberEstimate { value, standard_error, interval }))
        }
    }
}

fn alone(asking: &Asking, method: &Method) -> Result<Estimate, Error> {
    match method {
        Method::Exact(tolerance) => asking.exact(*tolerance),
        Method::Simulated { paths, seed, confidence } => asking.simulated(*paths, *seed, *confidence),
    }
}
