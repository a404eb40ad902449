//! Which assumptions move an answer most: each at its 10 and 90 % quantile, all else drawn as it is.

use serde::Serialize;

use super::scene::{SURE, Scene, error_of, short};
use super::{Finding, FindingKind};
use crate::calendar::Period;
use crate::estimate::Estimate;
use crate::growth::AUTO;
use crate::scenario::Scenario;

/// The quantiles that an assumption is moved between.
const ENDS: [f64; 2] = [0.1, 0.9];
/// So many are told of each question.
const TOLD: usize = 3;
/// An answer is a probability, from 0 to 1. One assumption that moves it over more than half of that decides alone.
const DECIDES: f64 = 0.5;

/// One assumption, and the answer with it at its ends.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Weight {
    /// Where the assumption stands.
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
    /// By how much the answer moves from the 10 to the 90 % quantile.
    #[must_use]
    pub fn swing(&self) -> f64 {
        self.at_high.value() - self.at_low.value()
    }
}

/// What the answer to one question rests on.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Weights {
    /// The question.
    pub question: String,
    /// The date at which its answer is nearest to one half: there a change shows most.
    pub by: Period,
    /// The probability by then.
    pub answer: Estimate,
    /// The assumptions that move it most, the heaviest first.
    pub assumptions: Vec<Weight>,
}

/// All assumptions of one question, the heaviest first.
pub(super) struct Weighed(Weights);

impl Weighed {
    /// The spread of the answer, 10 to 90 %, from all assumptions together: they are drawn independently, so their
    /// swings add by squares.
    pub(super) fn spread(&self) -> f64 {
        self.0.assumptions.iter().map(|weight| weight.swing() * weight.swing()).sum::<f64>().sqrt()
    }

    pub(super) fn heaviest(mut self) -> Weights {
        self.0.assumptions.truncate(TOLD);
        self.0
    }
}

pub(super) fn weigh(scene: &Scene<'_>) -> Vec<Weighed> {
    let weights = |answer: &super::scene::Answer| Weights {
        question: answer.overtake.name().to_owned(),
        by: answer.at,
        answer: answer.estimate,
        assumptions: Vec::new(),
    };
    let mut all: Vec<Weights> = scene.answers.iter().map(weights).collect();
    if all.is_empty() {
        return Vec::new();
    }
    let frozen = frozen(scene.scenario);
    for (address, [low, high]) in scene.plan.drawn(ENDS) {
        let at = |value: f64| scene.answers_of(&frozen.with(&address, value));
        let (Some(lows), Some(highs)) = (at(low), at(high)) else { continue };
        for (weights, (at_low, at_high)) in all.iter_mut().zip(lows.into_iter().zip(highs)) {
            weights.assumptions.push(Weight { address: address.clone(), low, high, at_low, at_high });
        }
    }
    for weights in &mut all {
        weights.assumptions.sort_by(|a, b| b.swing().abs().total_cmp(&a.swing().abs()));
    }
    all.into_iter().map(Weighed).collect()
}

/// The scenario with the ratio that `auto` stands for written out: it is of the medians, which a moved rate must not move.
fn frozen(scenario: &Scenario) -> Scenario {
    let is_auto = |assumption: &crate::assumption::Assumption| assumption.name() == Some(AUTO);
    let mut frozen = scenario.clone();
    for place in scenario.assumptions().iter().filter(|place| is_auto(&place.assumption)) {
        let of =
            |provider: &&crate::scenario::Provider| place.address.starts_with(&format!("provider[{}].", provider.name));
        let curve = scenario.providers().iter().find(of).and_then(|provider| provider.growth.as_ref());
        let ratio = curve.and_then(|curve| scenario.medians(curve).ok()).and_then(|medians| medians.last().copied());
        if let Some(changed) = ratio.and_then(|ratio| frozen.with(&place.address, ratio).ok()) {
            frozen = changed;
        }
    }
    frozen
}

pub(super) fn check(weighed: &[Weighed]) -> Vec<Finding> {
    let heavy = weighed.iter().flat_map(|Weighed(weights)| {
        let decides =
            |weight: &&Weight| weight.swing().abs() > DECIDES + SURE * error_of(&weight.at_low, &weight.at_high);
        weights.assumptions.iter().filter(decides).map(|weight| found(weights, weight))
    });
    heavy.collect()
}

fn found(weights: &Weights, weight: &Weight) -> Finding {
    let seen = format!(
        "this assumption alone moves {} by {} from {} (at {}, its 10 % quantile) to {} (at {}, its 90 % quantile)",
        weights.question,
        weights.by,
        weight.at_low.shown(),
        short(weight.low),
        weight.at_high.shown(),
        short(weight.high)
    );
    let advice =
        "the answer is this assumption in other words: find out more about it, or tell the answer by its values";
    Finding::new(FindingKind::Weight, weight.address.clone(), seen, advice)
        .figure("answer at the 10 % quantile", weight.at_low.value())
        .figure("answer at the 90 % quantile", weight.at_high.value())
}
