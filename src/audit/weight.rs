//! The assumptions that move an answer most: each at its 10 % and 90 % quantiles, all others drawn.

use serde::Serialize;

use super::finding::{Finding, FindingKind};
use super::scene::{Answer, ENDS, SURE, Scene, by_date, error_of};
use crate::calendar::Period;
use crate::error::Error;
use crate::estimate::Estimate;
use crate::number::short;
use crate::outcome::Overtake;

/// The number of assumptions reported for each question.
const REPORTED: usize = 3;
/// The change of a probability by a single assumption beyond which this assumption alone decides the answer.
const DECIDES: f64 = 0.5;

/// One assumption, and the answer with the assumption at its two quantiles.
///
/// # Example: which way an assumption moves the answer
/// ```
/// # use outgrow::{Curve, Provider, Question, Scenario, normal};
/// # let scenario = Scenario::builder("2018", "2023")
/// #     .provider(Provider::new("A", 1).growth(Curve::constant(normal(0.3, 0.1))).volatility(0.1))
/// #     .provider(Provider::new("B", 2).growth(Curve::constant(0.1)).volatility(0.1))
/// #     .question(Question::overtakes("A", "B")).build()?;
/// let audit = scenario.audit()?;
/// let weight = &audit.weights()[0].assumptions[0];
/// assert_eq!(weight.address, "provider[A].growth.constant");
/// assert!(weight.low < weight.high && weight.swing() > 0.0);
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Weight {
    /// The address of the assumption.
    pub address: String,
    /// Its 10 % quantile.
    pub low: f64,
    /// Its 90 % quantile.
    pub high: f64,
    /// The answer with the assumption at its 10 % quantile.
    pub at_low: Estimate,
    /// The answer with the assumption at its 90 % quantile.
    pub at_high: Estimate,
}

impl Weight {
    /// The change of the answer from the 10 % to the 90 % quantile.
    #[must_use]
    pub fn swing(&self) -> f64 {
        self.at_high.value() - self.at_low.value()
    }
}

/// The assumptions that the answer to one question depends on.
///
/// # Example: the date at which the probability is nearest to one half
/// ```
/// # use outgrow::{Curve, Provider, Question, Scenario, normal};
/// # let scenario = Scenario::builder("2018", "2023")
/// #     .provider(Provider::new("A", 1).growth(Curve::constant(normal(0.3, 0.1))).volatility(0.1))
/// #     .provider(Provider::new("B", 2).growth(Curve::constant(0.1)).volatility(0.1))
/// #     .question(Question::overtakes("A", "B")).build()?;
/// let audit = scenario.audit()?;
/// let weights = &audit.weights()[0];
/// println!("{} by {}: {}", weights.question, weights.by, weights.answer);
/// assert_eq!(weights.assumptions.len(), 1);
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Weights {
    /// The question.
    pub question: String,
    /// The date at which the probability is nearest to one half, where changes have the largest effect.
    pub by: Period,
    /// The probability by that date.
    pub answer: Estimate,
    /// The assumptions that move it most, the largest first.
    pub assumptions: Vec<Weight>,
    /// The assumptions that could not be changed, each with its address, the quantile that cannot be simulated, and the
    /// reason.
    pub unmet: Vec<String>,
}

/// All assumptions of one question, the largest first, and their combined effect.
pub(super) struct Weighed {
    weights: Weights,
    /// By date, the sum of the squared swings.
    squares: Vec<f64>,
}

impl Weighed {
    /// The spread of the answer by a date, between 10 % and 90 %, from all assumptions together: their swings add in
    /// quadrature, as if they were independent. `None` if an assumption could not be changed.
    pub(super) fn spread(&self, date: usize) -> Option<f64> {
        self.weights.unmet.is_empty().then(|| self.squares[date].sqrt())
    }

    pub(super) fn heaviest(mut self) -> Weights {
        self.weights.assumptions.truncate(REPORTED);
        self.weights
    }

    fn add(&mut self, (address, [low, high]): (&str, [f64; 2]), at_low: &Overtake, at_high: &Overtake) {
        let (lows, highs) = (by_date(at_low), by_date(at_high));
        for ((square, low), high) in self.squares.iter_mut().zip(&lows).zip(&highs) {
            *square += (high.value() - low.value()) * (high.value() - low.value());
        }
        if let (Ok(at_low), Ok(at_high)) = (at_low.by(self.weights.by), at_high.by(self.weights.by)) {
            self.weights.assumptions.push(Weight { address: address.to_owned(), low, high, at_low, at_high });
        }
    }
}

pub(super) fn weigh(scene: &Scene<'_>) -> Vec<Weighed> {
    let weighed = |answer: &Answer| Weighed {
        weights: Weights {
            question: answer.overtake.name().to_owned(),
            by: answer.at,
            answer: answer.estimate,
            assumptions: Vec::new(),
            unmet: Vec::new(),
        },
        squares: vec![0.0; answer.overtake.periods().len()],
    };
    let mut all: Vec<Weighed> = scene.answers.iter().map(weighed).collect();
    if all.is_empty() {
        return all;
    }
    for (address, ends) in &scene.drawn {
        let around = scene.owner(address).map(|name| scene.around(name));
        let (scenario, places) = around.unwrap_or_else(|| (scene.asked.clone(), (0..all.len()).collect()));
        let at = |end: usize| {
            let changed = scenario.with_fixed(address, ends[end]).and_then(|changed| scene.overtakes(&changed));
            changed.map_err(|error| unmet(address, end, ends[end], &error))
        };
        match (at(0), at(1)) {
            (Ok(lows), Ok(highs)) => {
                for (place, (at_low, at_high)) in places.into_iter().zip(lows.iter().zip(&highs)) {
                    all[place].add((address, *ends), at_low, at_high);
                }
            }
            (Err(why), _) | (_, Err(why)) => {
                places.into_iter().for_each(|place| all[place].weights.unmet.push(why.clone()));
            }
        }
    }
    for Weighed { weights, .. } in &mut all {
        weights.assumptions.sort_by(|a, b| b.swing().abs().total_cmp(&a.swing().abs()));
    }
    all
}

fn unmet(address: &str, end: usize, value: f64, error: &Error) -> String {
    let why = error.problems().first().map_or_else(String::new, ToString::to_string);
    format!("{address} cannot be simulated at its {:.0} % quantile, {}: {why}", 100.0 * ENDS[end], short(value))
}

/// One finding for each assumption that decides an answer, with every question that it decides.
pub(super) fn check(weighed: &[Weighed]) -> Vec<Finding> {
    let mut deciding: Vec<(&Weights, &Weight)> = Vec::new();
    for Weighed { weights, .. } in weighed {
        let decides =
            |weight: &&Weight| weight.swing().abs() > DECIDES + SURE * error_of(&weight.at_low, &weight.at_high);
        deciding.extend(weights.assumptions.iter().filter(decides).map(|weight| (weights, weight)));
    }
    let mut findings: Vec<Finding> = Vec::new();
    for (weights, weight) in deciding {
        let question = format!("{} by {}", weights.question, weights.by);
        let known = findings.iter().position(|finding| finding.address == weight.address);
        let at = known.unwrap_or_else(|| {
            findings.push(found(&question, weight));
            findings.len() - 1
        });
        let finding = findings.remove(at);
        let finding = finding
            .figure(format!("{question}, at the 10 % quantile"), weight.at_low.value())
            .figure(format!("{question}, at the 90 % quantile"), weight.at_high.value());
        findings.insert(at, finding);
    }
    findings
}

fn found(question: &str, weight: &Weight) -> Finding {
    let seen = format!(
        "this assumption alone moves {question} from {} (at {}, its 10 % quantile) to {} (at {}, its 90 % quantile)",
        weight.at_low.shown(),
        short(weight.low),
        weight.at_high.shown(),
        short(weight.high)
    );
    let advice =
        "the answer restates this assumption: find out more about it, or report the answer for several of its values";
    Finding::new(FindingKind::Weight, weight.address.clone(), seen, advice)
}
