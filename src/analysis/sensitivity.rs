//! Sensitivity of an answer: settings, computation, results.

use std::collections::BTreeMap;

use serde::Serialize;

use super::asking::{Asking, open_unit_fault};
use super::design::Inputs;
use super::groups::Groups;
use super::indices::{Effects, Evaluate, Study};
use super::number::NumberEstimate;
use super::tornado::{Bar, Method, bars};
use crate::calendar::Period;
use crate::error::{Error, Problem};
use crate::estimate::Estimate;
use crate::exact::{DEFAULT_TOLERANCE, GivenDraws};
use crate::math;
use crate::math::gauss::as_f64;
use crate::scenario::Scenario;

/// The half-width of an interval at which points are no longer added.
const DEFAULT_PRECISION: f64 = 0.02;
/// Range of valid precisions.
const PRECISIONS: std::ops::RangeInclusive<f64> = 1e-3..=0.2;
/// Evaluations of the probability given the drawn numbers after which no points are added, about half a minute on one core.
const MOST_EVALUATIONS: usize = 1 << 20;
/// The work that the fewest points may take, in multiplications.
const MOST_WORK: f64 = 6e10;
/// Paths of each simulation where there is no exact answer.
const PATHS: u64 = 1 << 17;
/// A probability closer than this to 0 or 1 is certain: its variance is too small to be split.
const CERTAIN: f64 = 1e-9;

/// Settings of a sensitivity analysis; created by [`Scenario::sensitivity`], executed by [`run`](Self::run).
///
/// # Example: which assumption decides
/// ```
/// # use outgrow::{normal, Curve, Provider, Question, Scenario};
/// # let scenario = Scenario::builder("2018", "2022")
/// #     .provider(Provider::new("A", 10).growth(Curve::constant(normal(0.3, 0.1))).volatility(0.1))
/// #     .provider(Provider::new("B", 12).growth(Curve::constant(normal(0.2, 0.02))).volatility(0.1))
/// #     .question(Question::overtakes("A", "B")).build()?;
/// let sensitivity = scenario.sensitivity("A overtakes B", "2021")?.precision(0.05).run()?;
/// println!("{sensitivity}");
/// assert_eq!(sensitivity.tornado[0].address, "provider[A].growth.constant");
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct SensitivityAnalysis {
    asking: Asking,
    tolerance: f64,
    precision: f64,
    confidence: f64,
    paths: u64,
    seed: u64,
}

impl Scenario {
    /// Analyses what the probability of a question by a date depends on. The question is given by its name or as "A overtakes B".
    ///
    /// # Errors
    /// If the scenario has no such question, or the date is not one of the question's.
    ///
    /// # Example: how much better knowledge could settle
    /// ```
    /// # use outgrow::{normal, Curve, Provider, Question, Scenario};
    /// # let scenario = Scenario::builder("2018", "2022")
    /// #     .provider(Provider::new("A", 10).growth(Curve::constant(normal(0.3, 0.1))).volatility(0.1))
    /// #     .provider(Provider::new("B", 12).growth(Curve::constant(0.2)).volatility(0.1))
    /// #     .question(Question::overtakes("A", "B")).build()?;
    /// let sensitivity = scenario.sensitivity("A overtakes B", "2021")?.run()?;
    /// let split = sensitivity.variance.expect("the probability is exact given the assumptions");
    /// assert!(split.shocks.value > 0.2 && split.shocks.value < 0.8);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn sensitivity(
        &self,
        question: &str,
        date: impl TryInto<Period, Error: Into<Error>>,
    ) -> Result<SensitivityAnalysis, Error> {
        let asking = Asking::new(self, question, date)?;
        Ok(SensitivityAnalysis {
            asking,
            tolerance: DEFAULT_TOLERANCE,
            precision: DEFAULT_PRECISION,
            confidence: 0.95,
            paths: PATHS,
            seed: 0,
        })
    }
}

/// What an answer depends on; returned by [`SensitivityAnalysis::run`].
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
    /// What the variance of the event consists of; `None` where there is no exact answer or the event is certain.
    pub variance: Option<VarianceSplit>,
    /// The indices of every drawn number, the largest total effect first; empty where there is no split of the variance.
    pub indices: Vec<Indices>,
    /// The answer with each drawn number at its 10 % and 90 % quantiles, the widest bar first.
    pub tornado: Vec<Bar>,
    /// Why there are no indices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    /// Evaluations of the probability given the drawn numbers.
    pub evaluations: usize,
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

/// Whether the fewest points take more work than a minute on one core: the recursion for shocks that are not Gaussian random
/// walks may take a million times as long.
fn is_too_costly(given: &GivenDraws, evaluations: usize) -> Result<bool, Error> {
    let mut evaluator = given.evaluator();
    // At the medians, and away from them.
    let scores = vec![vec![0.0, 1.0, -1.0]; given.draws().len()];
    evaluator.probabilities(&scores, 3)?;
    Ok(evaluator.work() / 3.0 * as_f64(evaluations) > MOST_WORK)
}

impl SensitivityAnalysis {
    /// Sets the tolerance of exact answers, as [`Exact::tolerance`](crate::Exact::tolerance); by default 1e-4.
    pub fn tolerance(mut self, tolerance: f64) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Sets the half-width of the widest interval of an index, 0.001 to 0.2, at which no points are added; by default 0.02. If the
    /// limit of a million evaluations is met first, the intervals are wider.
    pub fn precision(mut self, precision: f64) -> Self {
        self.precision = precision;
        self
    }

    /// Sets the confidence level of intervals, between 0 and 1; by default 0.95.
    pub fn confidence(mut self, level: f64) -> Self {
        self.confidence = level;
        self
    }

    /// Sets the paths of each simulation, for questions without an exact answer; by default 131,072.
    pub fn paths(mut self, paths: u64) -> Self {
        self.paths = paths;
        self
    }

    /// Sets the seed of points and paths.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    fn check(&self) -> Result<(), Error> {
        let mut problems: Vec<Problem> =
            self.asking.scenario.exact().tolerance(self.tolerance).tolerance_fault().into_iter().collect();
        if !PRECISIONS.contains(&self.precision) {
            problems
                .push(Problem::new("precision", format!("must be between 0.001 and 0.2, got {:?}", self.precision)));
        }
        problems.extend(open_unit_fault("confidence", self.confidence));
        if problems.is_empty() { Ok(()) } else { Err(Error::of_settings("sensitivity", problems)) }
    }

    /// Computes the tornado, the split of the variance and the indices. Where the question has no exact answer, only the tornado,
    /// from simulations with common random numbers.
    ///
    /// # Errors
    /// A setting out of bounds. As for [`Exact::run`](crate::Exact::run) or [`Simulation::run`](crate::Simulation::run).
    pub fn run(self) -> Result<Sensitivity, Error> {
        self.check()?;
        let given = self.asking.given_draws();
        match given.and_then(|given| Ok((self.asking.exact(self.tolerance)?, given))) {
            Ok((probability, given)) => self.exact(probability, &given),
            Err(error) => match error.reason() {
                Some(reason) => self.simulated(reason.to_owned()),
                None => Err(error),
            },
        }
    }

    fn exact(&self, probability: Estimate, given: &GivenDraws) -> Result<Sensitivity, Error> {
        let tornado = bars(&self.asking, &Method::Exact(self.tolerance))?;
        let mut found = self.found(probability, tornado);
        let value = probability.value();
        if !(value > CERTAIN && value < 1.0 - CERTAIN) {
            found.because = Some("the event is certain or impossible, whatever is drawn".to_owned());
            return Ok(found);
        }
        if given.draws().is_empty() {
            found.because = Some("nothing is drawn but shocks".to_owned());
            return Ok(found);
        }
        let Some(study) = self.study(given)? else {
            found.because = Some("the recursion for these shocks takes too long for indices".to_owned());
            return Ok(found);
        };
        found.evaluations = study.evaluations(study.groups());
        if !study.varies() {
            found.because = Some("none of the drawn numbers changes the probability".to_owned());
            return Ok(found);
        }
        found.variance = Some(self.split(given, &study));
        found.indices = self.indices(given, &study);
        Ok(found)
    }

    fn simulated(&self, because: String) -> Result<Sensitivity, Error> {
        let method = Method::Simulated { paths: self.paths, seed: self.seed, confidence: self.confidence };
        let probability = self.asking.simulated(self.paths, self.seed, self.confidence)?;
        let tornado = bars(&self.asking, &method)?;
        Ok(Sensitivity { because: Some(because), ..self.found(probability, tornado) })
    }

    fn found(&self, probability: Estimate, mut tornado: Vec<Bar>) -> Sensitivity {
        tornado.retain(|bar| !(bar.swing.value == 0.0 && bar.low.answer == bar.high.answer));
        Sensitivity {
            question: self.asking.question.clone(),
            period: self.asking.by,
            probability,
            confidence_level: self.confidence,
            variance: None,
            indices: Vec::new(),
            tornado,
            because: None,
            evaluations: 0,
        }
    }

    /// Adds points until every interval is narrow enough, or the limit is met; `None` if even the fewest points take too long.
    fn study(&self, given: &GivenDraws) -> Result<Option<Study>, Error> {
        let inputs = given.correlations().map_or_else(|| Inputs::Independent(given.draws().len()), Inputs::Normal);
        let are_scores = !inputs.are_independent();
        let evaluators = || -> Box<Evaluate<'_>> {
            let mut evaluator = given.evaluator();
            Box::new(move |points: &[Vec<f64>]| {
                let score = |value: f64| if are_scores { value } else { math::norm_quantile(value) };
                let axis = |input: usize| points.iter().map(|point| score(point[input])).collect();
                let scores: Vec<Vec<f64>> = (0..given.draws().len()).map(axis).collect();
                evaluator.probabilities(&scores, points.len())
            })
        };
        let mut study = Study::new(inputs, self.seed);
        if is_too_costly(given, study.evaluations(1))? {
            return Ok(None);
        }
        let mut groups = 1;
        loop {
            study.extend(groups, &evaluators)?;
            let reaches = study
                .effects(self.confidence)
                .into_iter()
                .flat_map(|Effects { first, total, shapley }| [first.reach(), total.reach(), shapley.reach()]);
            let widest = reaches.fold(0.0, f64::max);
            groups *= 2;
            if widest <= self.precision || study.evaluations(groups) > MOST_EVALUATIONS {
                return Ok(Some(study));
            }
        }
    }

    fn split(&self, given: &GivenDraws, study: &Study) -> VarianceSplit {
        let plan = given.plan();
        let groups: Vec<Groups> =
            given.draws().iter().map(|draw| Groups::of(&self.asking.scenario, &plan.draws[*draw])).collect();
        let shares = |of: &dyn Fn(&Groups) -> &String| {
            let mut members: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
            for (input, groups) in groups.iter().enumerate() {
                members.entry(of(groups)).or_default().push(input);
            }
            let share = |(group, inputs): (&str, Vec<usize>)| Share {
                group: group.to_owned(),
                share: study.share_of(&inputs, self.confidence),
            };
            let mut shares: Vec<Share> = members.into_iter().map(share).collect();
            shares.sort_by(|a, b| b.share.value.total_cmp(&a.share.value));
            shares
        };
        VarianceSplit {
            shocks: study.share_of_rest(self.confidence),
            assumptions: shares(&|groups| &groups.kind),
            providers: shares(&|groups| &groups.owner),
        }
    }

    fn indices(&self, given: &GivenDraws, study: &Study) -> Vec<Indices> {
        let named = given.draws().iter().zip(study.effects(self.confidence));
        let one = |(draw, Effects { first, total, shapley }): (&usize, Effects)| Indices {
            address: given.plan().draw_address(*draw).to_owned(),
            first,
            total,
            shapley,
        };
        let mut indices: Vec<Indices> = named.map(one).collect();
        indices.sort_by(|a, b| b.total.value.total_cmp(&a.total.value));
        indices
    }
}
