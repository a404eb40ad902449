//! What a sensitivity analysis found.

use serde::Serialize;

use super::number::NumberEstimate;
use super::tornado::Bar;
use crate::calendar::Period;
use crate::estimate::Estimate;

/// What an answer depends on; returned by [`SensitivityAnalysis::run`](crate::SensitivityAnalysis::run).
///
/// It displays as three tables. Numbers that the answer does not depend on are left out.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Sensitivity {
    /// The name of the question.
    pub question: String,
    /// The date by which the overtake is to happen.
    pub period: Period,
    /// The probability.
    pub probability: Estimate,
    /// The level of the intervals of variances and indices.
    pub confidence_level: f64,
    /// What the variance of the event consists of; `None` where the event is certain, or too rare to be simulated.
    pub variance: Option<VarianceSplit>,
    /// The indices of every drawn number, the largest total effect first; empty where there is no split of the variance, or where
    /// simulated paths do not show how much of it is that of the drawn numbers.
    pub indices: Vec<Indices>,
    /// The answer with each drawn number at its 10 % and 90 % quantiles, the widest bar first.
    pub tornado: Vec<Bar>,
    /// How the split and the indices were computed; `None` where there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<IndexMethod>,
    /// Paths of each run of simulated indices; there is one for every subset of the drawn numbers that is examined.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paths: Option<usize>,
    /// Why there are no indices, or why they are simulated.
    #[serde(rename = "because", skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Evaluations of the probability given the drawn numbers; where it is simulated, the paths of all runs.
    pub evaluations: usize,
}

/// How the split of the variance and the indices were computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum IndexMethod {
    /// From the exact probability given the drawn numbers.
    Exact,
    /// From simulated paths that share some of the drawn numbers.
    Simulated,
}

/// The variance P (1 − P) of the event as Var p(θ) + E p(θ) (1 − p(θ)), with p(θ) the probability given the drawn numbers θ.
///
/// All shares are of P (1 − P) and sum to 1 over `shocks` and either list.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct VarianceSplit {
    /// The share that remains if all drawn numbers are known: that of the shocks.
    pub shocks: NumberEstimate,
    /// The share of the drawn numbers by what they describe: growth, base revenue and so on.
    #[serde(serialize_with = "as_map")]
    pub assumptions: Vec<Share>,
    /// The same by provider.
    #[serde(serialize_with = "as_map")]
    pub providers: Vec<Share>,
}

/// The share of one group of drawn numbers in the variance: the sum of their Shapley effects.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Share {
    /// The name of the group.
    pub group: String,
    /// The share.
    pub share: NumberEstimate,
}

fn as_map<S: serde::Serializer>(shares: &[Share], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(shares.iter().map(|share| (&share.group, &share.share)))
}

/// Variance-based indices of one drawn number, as shares of Var p(θ).
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Indices {
    /// The address of its distribution.
    pub address: String,
    /// The first-order Sobol' index: the share that knowing this number alone removes on average.
    pub first: NumberEstimate,
    /// The total index: the share that remains on average if all others are known.
    pub total: NumberEstimate,
    /// The Shapley effect: its share where what several numbers do together is divided equally. They sum to 1.
    pub shapley: NumberEstimate,
}
