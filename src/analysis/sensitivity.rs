//! Sensitivity of an answer: settings and computation.

use std::collections::BTreeMap;

use super::asking::{Asking, open_unit_fault};
use super::batch::{Columns, Evaluate};
use super::design::Inputs;
use super::found::{IndexMethod, Indices, Sensitivity, Share, VarianceSplit};
use super::groups::Groups;
use super::indices::{Effects, Evaluators, Known, REPLICATES, Study};
use super::tornado::{Bar, Method, bars};
use crate::calendar::Period;
use crate::error::{Error, Problem};
use crate::estimate::Estimate;
use crate::exact::{DEFAULT_TOLERANCE, GivenDraws};
use crate::math;
use crate::math::gauss::as_f64;
use crate::plan::Plan;
use crate::random::{GROUP, MOST_POINTS};
use crate::scenario::Scenario;

/// The half-width of an interval at which points are no longer added.
const DEFAULT_PRECISION: f64 = 0.02;
/// Range of valid precisions.
const PRECISIONS: std::ops::RangeInclusive<f64> = 1e-3..=0.2;
/// Evaluations of the probability given the drawn numbers after which no points are added, about half a minute on one core.
const MOST_EVALUATIONS: usize = 1 << 20;
/// The work that the fewest points may take, in multiplications.
const MOST_WORK: f64 = 6e10;
/// Paths of each simulation of the tornado where there is no exact answer.
const PATHS: u64 = 1 << 17;
/// Values of log revenue in all runs of simulated indices after which no paths are added, some ten seconds on one core.
const MOST_VALUES: f64 = 2_147_483_648.0;
/// Paths on which the event must happen, and on which it must not, before its variance is split. With fewer, the covariance of two
/// runs may rest on a handful of paths.
const LEAST_HITS: f64 = 1000.0;
/// Why there is nothing to split.
const NOTHING_DRAWN: &str = "nothing is drawn but shocks";
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
    paths: Option<u64>,
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
            paths: None,
            seed: 0,
        })
    }
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
    /// limit of a million evaluations, or that of simulated paths, is met first, the intervals are wider.
    pub fn precision(mut self, precision: f64) -> Self {
        self.precision = precision;
        self
    }

    /// Sets the confidence level of intervals, between 0 and 1; by default 0.95.
    pub fn confidence(mut self, level: f64) -> Self {
        self.confidence = level;
        self
    }

    /// Sets the paths of each simulation, for questions without an exact answer or with one that takes too long at many points: those
    /// of each end of a bar, by default 131,072, and the most paths of each run of indices. A run has 2,048 times a power of two, at least
    /// one; by default as many as all runs simulate in some ten seconds on one core, 524,288 for eight numbers and a pair over 40 periods.
    pub fn paths(mut self, paths: u64) -> Self {
        self.paths = Some(paths);
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
        let most = MOST_POINTS * REPLICATES as u64;
        if let Some(paths) = self.paths.filter(|paths| !(1..=most).contains(paths)) {
            problems.push(Problem::new("paths", format!("must be between 1 and {most}, got {paths}")));
        }
        if problems.is_empty() { Ok(()) } else { Err(Error::of_settings("sensitivity", problems)) }
    }

    /// Computes the tornado, the split of the variance and the indices. Where the question has no exact answer, all of them are
    /// simulated; where an exact answer takes too long at many points, the split and the indices are.
    ///
    /// # Errors
    /// A setting out of bounds. As for [`Exact::run`](crate::Exact::run) or [`Simulation::run`](crate::Simulation::run).
    pub fn run(self) -> Result<Sensitivity, Error> {
        self.check()?;
        let given = self.asking.given_draws();
        match given.and_then(|given| Ok((self.asking.exact(self.tolerance)?, given))) {
            Ok((probability, given)) => {
                let tornado = bars(&self.asking, &Method::Exact(self.tolerance))?;
                self.exact(self.found(probability, tornado), &given)
            }
            Err(error) => match error.reason() {
                Some(reason) => {
                    let (paths, seed, confidence) = (self.paths.unwrap_or(PATHS), self.seed, self.confidence);
                    let probability = self.asking.simulated(paths, seed, confidence)?;
                    let tornado = bars(&self.asking, &Method::Simulated { paths, seed, confidence })?;
                    self.simulated(self.found(probability, tornado), reason)
                }
                None => Err(error),
            },
        }
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
            method: None,
            paths: None,
            reason: None,
            evaluations: 0,
        }
    }

    /// Adds the split and the indices from exact probabilities given the drawn numbers.
    fn exact(&self, found: Sensitivity, given: &GivenDraws) -> Result<Sensitivity, Error> {
        let value = found.probability.value();
        if !(value > CERTAIN && value < 1.0 - CERTAIN) {
            return Ok(without(found, "the event is certain or impossible, whatever is drawn"));
        }
        if given.draws().is_empty() {
            return Ok(without(found, NOTHING_DRAWN));
        }
        let inputs = Inputs::of(given.draws().len(), given.correlations());
        let are_scores = !inputs.are_independent();
        let evaluators = || -> Box<Evaluate<'_>> {
            let mut evaluator = given.evaluator();
            Box::new(move |points: &Columns, _| {
                let score = |value: &f64| if are_scores { *value } else { math::norm_quantile(*value) };
                let scores: Vec<Vec<f64>> = points.iter().map(|axis| axis.iter().map(score).collect()).collect();
                evaluator.probabilities(&scores, GROUP)
            })
        };
        let mut study = Study::new(inputs, Known::Values, self.seed);
        let most = MOST_EVALUATIONS / study.evaluations(1);
        let extended = match is_too_costly(given, study.evaluations(1)) {
            Ok(true) => return self.simulated(found, "the recursion for these shocks takes too long at many points"),
            Ok(false) => self.extend(&mut study, (1, most), &evaluators),
            Err(error) => Err(error),
        };
        if let Err(error) = extended {
            // At points far out the recursion may need more nodes than it has.
            return error.reason().map_or(Err(error.clone()), |reason| self.simulated(found, reason));
        }
        let found = Sensitivity { evaluations: study.evaluations(study.groups()), ..found };
        if !study.varies() {
            return Ok(without(found, "none of the drawn numbers changes the probability"));
        }
        Ok(self.explained(found, (given.plan(), given.draws()), &study, IndexMethod::Exact))
    }

    /// Adds the split and the indices from simulated paths.
    fn simulated(&self, found: Sensitivity, reason: &str) -> Result<Sensitivity, Error> {
        let given = self.asking.paths_given_draws(self.seed)?;
        if given.draws().is_empty() {
            return Ok(without(found, NOTHING_DRAWN));
        }
        let inputs = Inputs::of(given.draws().len(), given.plan().copula.correlations(given.draws()));
        let (are_scores, centre) = (!inputs.are_independent(), found.probability.value());
        let mut study = Study::new(inputs, Known::Events { centre }, self.seed);
        let most = self.most_groups(&study, given.plan());
        let least = LEAST_HITS / (as_f64(study.points(1)) * centre.min(1.0 - centre));
        if !(least <= as_f64(most)) {
            let reason = format!(
                "{reason}, and the event happens on fewer than 1,000 of {} simulated paths, or on all but fewer, which is too few to split its variance",
                study.points(most)
            );
            return Ok(without(found, &reason));
        }
        let evaluators = || -> Box<Evaluate<'_>> {
            let mut evaluator = given.evaluator();
            Box::new(move |points: &Columns, group| {
                let events = evaluator.events(points, are_scores, group);
                events.map_err(|error| error.blaming(&self.asking.scenario))
            })
        };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most the groups of a run")]
        let least = least.ceil() as usize;
        self.extend(&mut study, (least, most), &evaluators)?;
        let (paths, evaluations) = (study.points(study.groups()), study.evaluations(study.groups()));
        let found = Sensitivity { paths: Some(paths), evaluations, reason: Some(reason.to_owned()), ..found };
        if !study.varies() {
            let reason = format!("{reason}, and none of the drawn numbers changes the event on any simulated path");
            return Ok(without(found, &reason));
        }
        let mut found = self.explained(found, (given.plan(), given.draws()), &study, IndexMethod::Simulated);
        if !study.is_precise() {
            found.indices.clear();
            let reason = format!(
                "{reason}, and {paths} simulated paths do not show how much the drawn numbers change the probability"
            );
            return Ok(without(found, &reason));
        }
        Ok(found)
    }

    /// The groups of points of each replicate up to which a study of simulated paths may be extended, a power of two.
    fn most_groups(&self, study: &Study, plan: &Plan) -> usize {
        let values = as_f64(study.evaluations(1)) * as_f64(plan.log_rows() * plan.rows.periods());
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 2^31")]
        let affordable = (MOST_VALUES / values) as u64;
        let groups = self.paths.map_or(affordable, |paths| paths / study.points(1) as u64).max(1);
        1 << groups.ilog2()
    }

    /// Adds points until every interval is narrow enough, or the limit is met.
    fn extend(
        &self,
        study: &mut Study,
        (least, most): (usize, usize),
        evaluators: &Evaluators<'_>,
    ) -> Result<(), Error> {
        let mut groups = least.next_power_of_two();
        loop {
            study.extend(groups, evaluators)?;
            groups *= 2;
            let is_enough = study.is_precise() && study.widest(self.confidence) <= self.precision;
            if is_enough || groups > most {
                return Ok(());
            }
        }
    }

    /// Adds the split and the indices.
    fn explained(
        &self,
        found: Sensitivity,
        draws: (&Plan, &[usize]),
        study: &Study,
        method: IndexMethod,
    ) -> Sensitivity {
        let (variance, indices) = (Some(self.split(draws, study)), self.indices(draws, study));
        Sensitivity { variance, indices, method: Some(method), ..found }
    }

    fn split(&self, (plan, draws): (&Plan, &[usize]), study: &Study) -> VarianceSplit {
        let groups: Vec<Groups> =
            draws.iter().map(|draw| Groups::of(&self.asking.scenario, &plan.draws[*draw])).collect();
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

    fn indices(&self, (plan, draws): (&Plan, &[usize]), study: &Study) -> Vec<Indices> {
        let named = draws.iter().zip(study.effects(self.confidence));
        let one = |(draw, Effects { first, total, shapley }): (&usize, Effects)| Indices {
            address: plan.draw_address(*draw).to_owned(),
            first,
            total,
            shapley,
        };
        let mut indices: Vec<Indices> = named.map(one).collect();
        indices.sort_by(|a, b| b.total.value.total_cmp(&a.total.value));
        indices
    }
}

/// The same without indices, and why.
fn without(found: Sensitivity, reason: &str) -> Sensitivity {
    Sensitivity { reason: Some(reason.to_owned()), ..found }
}

#[cfg(test)]
mod tests;
