//! One question and one date of a scenario.

use crate::calendar::Period;
use crate::error::{Error, Problem};
use crate::estimate::Estimate;
use crate::exact::{Exact, GivenDraws};
use crate::outcome::{Change, Outcome, Overtake, QuestionDates, place_of};
use crate::paths::Sampling;
use crate::scenario::Scenario;
use crate::simulation::PathsGivenDraws;

/// Paths of a simulated median of revenue.
const MEDIAN_PATHS: u64 = 1 << 17;

/// A scenario with one question alone, up to the last period that its answer by a date depends on.
#[derive(Debug, Clone)]
pub(super) struct Asking {
    pub(super) scenario: Scenario,
    /// The name of the question.
    pub(super) question: String,
    pub(super) by: Period,
    /// The place of the date among those of the question.
    place: usize,
}

impl Asking {
    /// # Errors
    /// If the scenario has no such question, or the question no such date.
    pub(super) fn new(
        scenario: &Scenario,
        question: &str,
        date: impl TryInto<Period, Error: Into<Error>>,
    ) -> Result<Self, Error> {
        let asked = &scenario.questions()[scenario.question_place(question)?];
        let dates = scenario.dates(asked);
        let labels = QuestionDates::of(scenario, asked).labels().to_vec();
        let place = place_of(&labels, date)?;
        // A lead that lasts is confirmed by the dates after its first one.
        let last = (place + asked.sustained as usize - 1).min(labels.len() - 1);
        let mut own = scenario.shortened(scenario.label(dates.at[last])).without_views();
        own.questions = vec![asked.clone()];
        Ok(Self { scenario: own, question: asked.title(), by: labels[place], place })
    }

    /// The place of the date among those of the question.
    pub(super) fn place(&self) -> usize {
        self.place
    }

    /// Checks that a number of the whole scenario exists up to the date too.
    ///
    /// # Errors
    /// If it is of a jump after the date.
    pub(super) fn check_number(&self, what: &'static str, address: &str) -> Result<(), Error> {
        match self.scenario.number_at(address) {
            Ok(_) => Ok(()),
            Err(_) => {
                let message =
                    format!("this number concerns a period after {}, so it does not change the answer", self.by);
                Err(Error::invalid(what, address, message))
            }
        }
    }

    /// The same question of a changed scenario.
    pub(super) fn of(&self, scenario: Scenario) -> Self {
        Self { scenario, ..self.clone() }
    }

    /// The probability as a function of the drawn numbers.
    ///
    /// # Errors
    /// Unsupported if the question has no exact answer.
    pub(super) fn given_draws(&self) -> Result<GivenDraws, Error> {
        GivenDraws::new(&self.scenario, self.place)
    }

    /// The event as a function of the drawn numbers and the shocks of paths.
    ///
    /// # Errors
    /// As for [`Simulation::run`](crate::Simulation::run).
    pub(super) fn paths_given_draws(&self, seed: u64) -> Result<PathsGivenDraws, Error> {
        PathsGivenDraws::new(&self.scenario, self.place, seed)
    }

    /// The exact answer.
    ///
    /// # Errors
    /// As for [`Exact::run`](crate::Exact::run).
    pub(super) fn exact(&self, tolerance: f64) -> Result<Estimate, Error> {
        self.answer(self.scenario.exact().tolerance(tolerance))
    }

    /// The exact answer within a budget for one of many, see [`Exact::budget`](crate::Exact::budget), and the probability that the
    /// lead at the base counts.
    ///
    /// # Errors
    /// As for [`Exact::run`](crate::Exact::run), without advice to simulate.
    pub(super) fn exact_within(&self, tolerance: f64, budget: f64) -> Result<(Estimate, f64), Error> {
        let exact = self.scenario.exact().tolerance(tolerance).budget(budget).alone();
        let outcome = exact.run().map_err(|error| without_advice("exact", &error))?;
        let overtake = &outcome.questions()[0];
        Ok((self.of_overtake(overtake), overtake.at_base().value()))
    }

    fn answer(&self, exact: Exact<'_>) -> Result<Estimate, Error> {
        Ok(self.of_overtake(&exact.alone().run()?.questions()[0]))
    }

    /// The simulated answer.
    ///
    /// # Errors
    /// As for [`Simulation::run`](crate::Simulation::run).
    pub(super) fn simulated(&self, paths: u64, seed: u64, confidence: f64) -> Result<Estimate, Error> {
        let simulation = self.scenario.simulate().paths(paths).seed(seed).confidence(confidence);
        Ok(self.of_overtake(&simulation.fans(false).ranks(false).shares(false).run()?.questions()[0]))
    }

    /// The difference between the answer of `other` and this one, with common random numbers.
    ///
    /// # Errors
    /// As for [`Simulation::difference`](crate::Simulation::difference).
    pub(super) fn difference(&self, other: &Self, paths: u64, seed: u64, confidence: f64) -> Result<Change, Error> {
        let simulation = self.scenario.simulate().paths(paths).seed(seed).confidence(confidence);
        simulation.difference(&other.scenario)?.questions()[0].by(self.by)
    }

    fn of_overtake(&self, overtake: &Overtake) -> Estimate {
        overtake.by(self.by).expect("the question has this date")
    }
}

/// The problem of a probability or a level that is not strictly between 0 and 1.
pub(super) fn open_unit_fault(address: &str, value: f64) -> Option<Problem> {
    let message = || format!("must be above 0 and below 1, got {value:?}");
    (!(value > 0.0 && value < 1.0)).then(|| Problem::new(address, message()))
}

/// The exact distributions of revenue up to a period.
///
/// # Errors
/// As for [`Exact::run`](crate::Exact::run).
pub(super) fn fans(scenario: &Scenario, until: Period) -> Result<Outcome, Error> {
    revenue_alone(scenario, until).exact().ranks(false).shares(false).run()
}

/// The scenario up to a period, without questions.
fn revenue_alone(scenario: &Scenario, until: Period) -> Scenario {
    let mut first = scenario.shortened(until).without_views();
    first.questions.clear();
    first
}

/// The median revenue of some providers by period, each for a number of periods from the first one on. Where there is no exact one it is
/// that of simulated paths.
///
/// # Errors
/// As for [`Exact::run`](crate::Exact::run) and [`Simulation::run`](crate::Simulation::run).
pub(super) fn medians(scenario: &Scenario, names: &[(&str, usize)], seed: u64) -> Result<Vec<Vec<f64>>, Error> {
    let last = names.iter().map(|(_, count)| *count).max().unwrap_or(0);
    if last == 0 {
        return Ok(vec![Vec::new(); names.len()]);
    }
    let until = scenario.label(last);
    let read = |outcome: &Outcome| {
        let of = |(name, count): &(&str, usize)| {
            if *count == 0 {
                return Ok(Vec::new());
            }
            let fan = outcome.revenue(name)?;
            (1..=*count).map(|t| fan.quantile(scenario.label(t), 0.5)).collect::<Result<Vec<f64>, Error>>()
        };
        names.iter().map(of).collect::<Result<Vec<_>, Error>>()
    };
    let exact = fans(scenario, until)?;
    // Fans of providers are asked for, so that one is missing only where it is not exact.
    if names.iter().all(|(name, count)| *count == 0 || exact.revenue(name).is_ok()) {
        return read(&exact);
    }
    let first = revenue_alone(scenario, until);
    let simulation = first.simulate().paths(MEDIAN_PATHS).seed(seed).sampling(Sampling::Sobol);
    read(&simulation.ranks(false).shares(false).run()?)
}

/// The same error without the advice to simulate, where a simulation cannot do the same.
pub(super) fn without_advice(what: &'static str, error: &Error) -> Error {
    let same = |problem: &Problem| match problem.reason() {
        Some(reason) => Problem::unsupported(problem.address.clone(), "not exact", reason, ""),
        None => problem.clone(),
    };
    if error.is_unsupported() {
        Error::of_settings(what, error.problems().iter().map(same).collect())
    } else {
        error.clone()
    }
}

impl Scenario {
    /// The last date at which a question has an answer. The question is given by its name or as "A overtakes B".
    ///
    /// # Errors
    /// If the scenario has no such question, or the question no date.
    ///
    /// # Example: the last year of an annual question
    /// ```
    /// # use outgrow::{Curve, Measure, Provider, Question, Scenario};
    /// # let provider = |name: &str| Provider::new(name, 1).growth(Curve::constant(0.3)).volatility(0.1);
    /// let scenario = Scenario::builder("2018-Q1", "2021-Q2").provider(provider("A")).provider(provider("B"))
    ///     .question(Question::overtakes("A", "B").measure(Measure::Annual)).build()?;
    /// let name = scenario.questions()[0].title();
    /// assert_eq!(scenario.last_date(&name)?.to_string(), "2020-Q4");
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn last_date(&self, question: &str) -> Result<Period, Error> {
        let asked = &self.questions()[self.question_place(question)?];
        let last = self.dates(asked).at.last().copied();
        last.map(|t| self.label(t)).ok_or_else(|| Error::lookup("question", format!("{question:?} has no date")))
    }
}
