//! The probability of each question at each date, exact where it can be.

use serde::Serialize;

use super::asking::Asking;
use crate::calendar::Period;
use crate::error::Error;
use crate::estimate::Estimate;
use crate::exact::DEFAULT_TOLERANCE;
use crate::outcome::Overtake;
use crate::scenario::Scenario;
use crate::simulation::{DEFAULT_CONFIDENCE, DEFAULT_PATHS};

/// Settings of [`Scenario::probabilities`].
#[derive(Debug, Clone)]
#[must_use]
pub struct Probabilities<'a> {
    scenario: &'a Scenario,
    question: Option<String>,
    by: Option<Period>,
    tolerance: f64,
    paths: u64,
    seed: u64,
    confidence: f64,
}

/// The probability that the event of a question has happened by a date; returned by [`Probabilities::run`].
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Probability {
    /// The name of the question.
    pub question: String,
    /// The date by which the event is to happen.
    pub period: Period,
    /// The probability.
    pub by: Estimate,
    /// Why it is simulated; `None` if it is exact.
    #[serde(rename = "because")]
    pub reason: Option<String>,
}

impl Scenario {
    /// The probability of every question by every one of its dates: exact where there is an exact answer, otherwise simulated. Two
    /// scenarios are simulated with the same random numbers, so the difference of their probabilities is due to their numbers.
    ///
    /// # Example: a probability over a range of growth rates
    /// ```
    /// # use outgrow::{Curve, Measure, Provider, Question, Scenario};
    /// # let scenario = Scenario::builder("2018", "2022")
    /// #     .provider(Provider::new("A", 10).growth(Curve::constant(0.3)).volatility(0.1))
    /// #     .provider(Provider::new("B", 12).growth(Curve::constant(0.2)).volatility(0.1))
    /// #     .question(Question::overtakes("A", "B")).build()?;
    /// let mut last = 0.0;
    /// for growth in [0.2, 0.3, 0.4] {
    ///     let cell = scenario.with("provider[A].growth.constant", growth)?;
    ///     let by_2021 = &cell.probabilities().by("2021")?.run()?[0];
    ///     assert!(by_2021.reason.is_none() && by_2021.by.value() > last);
    ///     last = by_2021.by.value();
    /// }
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn probabilities(&self) -> Probabilities<'_> {
        Probabilities {
            scenario: self,
            question: None,
            by: None,
            tolerance: DEFAULT_TOLERANCE,
            paths: DEFAULT_PATHS,
            seed: 0,
            confidence: DEFAULT_CONFIDENCE,
        }
    }
}

impl Probabilities<'_> {
    /// Answers this question only, given by its name or as "A overtakes B".
    pub fn question(mut self, question: impl Into<String>) -> Self {
        self.question = Some(question.into());
        self
    }

    /// Answers by this date only, which takes less time.
    ///
    /// # Errors
    /// If the text is no period.
    pub fn by(mut self, date: impl TryInto<Period, Error: Into<Error>>) -> Result<Self, Error> {
        self.by = Some(date.try_into().map_err(Into::into)?);
        Ok(self)
    }

    /// Sets the largest error of an exact answer; 1e-4 by default. See [`Exact::tolerance`](crate::Exact::tolerance).
    pub fn tolerance(mut self, tolerance: f64) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Sets the number of paths of a simulated answer; 1,000,000 by default.
    pub fn paths(mut self, paths: u64) -> Self {
        self.paths = paths;
        self
    }

    /// Sets the seed of simulated answers; 0 by default.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Sets the confidence level of the intervals of simulated answers; 0.95 by default.
    pub fn confidence(mut self, level: f64) -> Self {
        self.confidence = level;
        self
    }

    /// Computes the answers, in the order of the questions and their dates.
    ///
    /// # Errors
    /// An unknown question or date, a scenario without questions, and as for [`Exact::run`](crate::Exact::run) and
    /// [`Simulation::run`](crate::Simulation::run), but not if there is no exact answer.
    pub fn run(&self) -> Result<Vec<Probability>, Error> {
        let questions = match &self.question {
            Some(question) => vec![question.clone()],
            None => self.scenario.questions().iter().map(|question| question.title()).collect(),
        };
        if questions.is_empty() {
            return Err(Error::lookup("question", "the scenario has no question".to_owned()));
        }
        let answers = questions.iter().map(|question| self.of(question));
        Ok(answers.collect::<Result<Vec<_>, Error>>()?.concat())
    }

    /// The answers of one question.
    fn of(&self, question: &str) -> Result<Vec<Probability>, Error> {
        if let Some(date) = self.by {
            let asking = Asking::new(self.scenario, question, date)?;
            let answer =
                |by, reason| vec![Probability { question: asking.question.clone(), period: asking.by, by, reason }];
            return match asking.exact(self.tolerance) {
                Ok(by) => Ok(answer(by, None)),
                Err(error) => {
                    let reason = not_exact(error)?;
                    Ok(answer(asking.simulated(self.paths, self.seed, self.confidence)?, Some(reason)))
                }
            };
        }
        let mut alone = self.scenario.clone().without_views();
        alone.questions = vec![self.scenario.questions()[self.scenario.question_place(question)?].clone()];
        let exact = alone.exact().tolerance(self.tolerance).alone();
        match exact.run() {
            Ok(outcome) => Ok(by_dates(&outcome.questions()[0], None)),
            Err(error) => {
                let reason = not_exact(error)?;
                let simulation = alone.simulate().paths(self.paths).seed(self.seed).confidence(self.confidence);
                let outcome = simulation.fans(false).ranks(false).shares(false).run()?;
                Ok(by_dates(&outcome.questions()[0], Some(&reason)))
            }
        }
    }
}

/// The reason why there is no exact answer.
///
/// # Errors
/// Any other error.
fn not_exact(error: Error) -> Result<String, Error> {
    if error.is_unsupported() { error.reason().map(str::to_owned).ok_or(error) } else { Err(error) }
}

fn by_dates(overtake: &Overtake, reason: Option<&str>) -> Vec<Probability> {
    let (question, reason) = (overtake.name().to_owned(), reason.map(str::to_owned));
    let at = |(period, by)| Probability { question: question.clone(), period, by, reason: reason.clone() };
    overtake.iter_by().map(at).collect()
}
