//! The answer to one question.

use super::lookup::{checked_probability, place_of};
use super::when::DateEstimates;
use super::{CrossCheck, LawAnswer, MeanDate, RunInfo};
use crate::calendar::Period;
use crate::error::Error;
use crate::estimate::{Estimate, When};
use crate::scenario::{Measure, Question, Scenario};

/// When and how likely one provider overtakes another.
///
/// Paths without an overtake are counted as "not by the horizon"; none is dropped. Paths that are already ahead at the
/// base are counted separately and contribute to "by t" for every t. If a lead must last for k consecutive dates, a
/// lead at the base counts only if it lasts for k dates from the base on (see [`from_base`](Self::from_base)); a path
/// that loses it earlier may overtake later.
///
/// # Example: the median date
/// ```
/// # use outgrow::{Curve, Provider, Question, Scenario, When};
/// # let scenario = Scenario::builder("2018-Q1", "2022-Q4")
/// #     .provider(Provider::new("A", 690e6).growth(Curve::constant(0.6)))
/// #     .provider(Provider::new("B", 1.1e9).growth(Curve::constant(0.3)))
/// #     .question(Question::overtakes("A", "B")).build()?;
/// let outcome = scenario.simulate().paths(100).run()?;
/// assert_eq!(outcome.overtake("A", "B")?.quantile(0.5)?, When::At("2020-Q2".parse()?));
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Overtake {
    question: Question,
    name: String,
    /// The noun for what is compared.
    quantity: String,
    dates: QuestionDates,
    /// The base of the scenario.
    known_to: Period,
    pub(super) answers: Answers,
    /// The number of first overtakes by class: at the base, at 1 to T, and none. Empty if no paths were counted.
    first: Vec<u64>,
    mean_date: MeanDate,
    pub(crate) run: RunInfo,
    /// The cross-check against the exact answer, if requested.
    pub(crate) checked: Option<CrossCheck>,
}

/// The dates of one question.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct QuestionDates {
    /// The base of the question.
    base: Period,
    /// The last complete year that is fully known, for annual measures.
    last_year: Option<Period>,
    /// Periods 1 to T.
    labels: Vec<Period>,
}

impl QuestionDates {
    pub(crate) fn of(scenario: &Scenario, question: &Question) -> Self {
        let dates = scenario.dates(question);
        let last_year = dates.base.and_then(|date| scenario.base().checked_add(date).ok());
        let labels = dates.at.iter().map(|t| scenario.label(*t)).collect();
        Self { base: last_year.unwrap_or(scenario.base()), last_year, labels }
    }

    /// Periods 1 to T.
    pub(crate) fn labels(&self) -> &[Period] {
        &self.labels
    }

    /// The years from the base to the base itself and to every date.
    pub(crate) fn years(&self) -> Vec<f64> {
        let per_year = f64::from(self.base.step().per_year());
        let years = |date: &Period| f64::from(date.since(self.base).unwrap_or(0)) / per_year;
        std::iter::once(0.0).chain(self.labels.iter().map(years)).collect()
    }
}

/// The probabilities of one question, from either method.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answers {
    pub(crate) ahead_at_base: Estimate,
    /// Ahead for as many dates from the base on as the question requires; `None` if it requires one.
    pub(crate) from_base: Option<Estimate>,
    /// The overtake has happened by each date, including `from_base` (or being ahead at the base, if one date
    /// suffices).
    pub(crate) by: Vec<Estimate>,
    pub(crate) ahead: Vec<Estimate>,
    pub(crate) not_by_horizon: Estimate,
    pub(crate) lead_changes: Vec<LeadChanges>,
    /// By each date: one of the two no longer exists and no overtake came before; `None` if neither may exit.
    pub(crate) gone: Option<Vec<Estimate>>,
    /// What each law of a mixture answers by itself: its mixture, index, probability, and answers by date.
    pub(crate) laws: Vec<LawAnswer>,
}

impl Answers {
    /// The lead at the base that counts as an overtake by every date.
    pub(crate) fn at_base(&self) -> Estimate {
        self.from_base.unwrap_or(self.ahead_at_base)
    }
}

/// The probability that the lead changes hands a given number of times after the base.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct LeadChanges {
    /// The number of changes.
    pub count: u32,
    /// Its probability.
    pub probability: Estimate,
}

impl Overtake {
    /// The answer to a question. `first` is the number of first overtakes by class, empty if no paths were counted.
    /// [`Outcome::new`](super::Outcome::new) adds how it was computed.
    pub(crate) fn new(
        (scenario, question): (&Scenario, &Question),
        dates: QuestionDates,
        answers: Answers,
        mean_date: MeanDate,
        first: Vec<u64>,
    ) -> Self {
        Self {
            name: question.title(),
            quantity: scenario.quantity().to_owned(),
            question: question.clone(),
            dates,
            known_to: scenario.base(),
            answers,
            first,
            mean_date,
            run: RunInfo::default(),
            checked: None,
        }
    }

    /// The name of the question.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the question was given a name of its own.
    pub(crate) fn has_own_name(&self) -> bool {
        self.question.name.is_some()
    }

    /// The noun for what is compared.
    pub(crate) fn quantity(&self) -> &str {
        &self.quantity
    }

    /// The question.
    pub fn question(&self) -> &Question {
        &self.question
    }

    /// The provider that the question is about: the one that may overtake, lead or be among the largest.
    #[must_use]
    pub fn challenger(&self) -> &str {
        self.question.challenger()
    }

    /// The provider that may be overtaken; `None` if the question compares with all others.
    #[must_use]
    pub fn incumbent(&self) -> Option<&str> {
        self.question.incumbent()
    }

    /// The number of consecutive periods that a lead must last.
    #[must_use]
    pub fn sustained(&self) -> u32 {
        self.question.sustained
    }

    /// What is compared.
    #[must_use]
    pub fn measure(&self) -> Measure {
        self.question.measure
    }

    /// The base of the question: the base period, or the last year end before it under an annual measure.
    #[must_use]
    pub fn base(&self) -> Period {
        self.dates.base
    }

    /// The last date up to the base whose sum is known.
    pub(crate) fn last_known_year(&self) -> Option<Period> {
        self.dates.last_year
    }

    /// The base of the scenario.
    pub(crate) fn known_to(&self) -> Period {
        self.known_to
    }

    /// The answered periods, from the first after the base to the horizon.
    #[must_use]
    pub fn periods(&self) -> &[Period] {
        &self.dates.labels
    }

    /// The probability of being ahead already in the base period, however long that lead lasts.
    pub fn ahead_at_base(&self) -> Estimate {
        self.answers.ahead_at_base
    }

    /// The probability of being ahead from the base on for as many dates as the question requires, including the base;
    /// `None` if it requires only one, which is [`ahead_at_base`](Self::ahead_at_base).
    ///
    /// # Example: a lead that is lost within a year
    /// ```
    /// # use outgrow::{Curve, Provider, Question, Scenario};
    /// let scenario = Scenario::builder("2018-Q1", "2022-Q4")
    ///     .provider(Provider::new("A", 1001).growth(Curve::constant(-0.9)))
    ///     .provider(Provider::new("B", 1000).growth(Curve::constant(0)))
    ///     .question(Question::overtakes("A", "B").sustained(3)).build()?;
    /// let outcome = scenario.simulate().paths(100).run()?;
    /// let overtake = outcome.overtake("A", "B")?;
    /// assert_eq!(overtake.ahead_at_base().value(), 1.0);
    /// assert_eq!(overtake.from_base().expect("three in a row").value(), 0.0);
    /// assert_eq!(overtake.by("2022-Q4")?.value(), 0.0);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    #[must_use]
    pub fn from_base(&self) -> Option<Estimate> {
        self.answers.from_base
    }

    /// The lead at the base that counts as an overtake by every date.
    pub(crate) fn at_base(&self) -> Estimate {
        self.answers.at_base()
    }

    /// The caption of the leads at the base: "ahead at", or "ahead from" if a lead must last.
    #[cfg(feature = "charts")]
    pub(crate) fn ahead_words(&self) -> &'static str {
        if self.sustained() > 1 { "ahead from" } else { "ahead at" }
    }

    /// The same within a sentence.
    #[cfg(feature = "charts")]
    pub(crate) fn ahead_already_words(&self) -> &'static str {
        if self.sustained() > 1 { "from the base on" } else { "already at the base" }
    }

    /// The probability that the overtake has happened by a period, including leads at the base that last long enough.
    ///
    /// # Errors
    /// If the period is not one of the projected ones.
    pub fn by(&self, period: impl TryInto<Period, Error: Into<Error>>) -> Result<Estimate, Error> {
        place_of(&self.dates.labels, period).map(|place| self.answers.by[place])
    }

    /// Every period with the probability that the overtake has happened by it.
    ///
    /// # Example: the first year in which an overtake is likelier than not
    /// ```
    /// # use outgrow::{Curve, Provider, Question, Scenario};
    /// # let scenario = Scenario::builder("2018", "2022")
    /// #     .provider(Provider::new("A", 10).growth(Curve::constant(0.6)))
    /// #     .provider(Provider::new("B", 12).growth(Curve::constant(0.1)))
    /// #     .question(Question::overtakes("A", "B")).build()?;
    /// # let outcome = scenario.simulate().paths(64).run()?;
    /// let overtake = outcome.overtake("A", "B")?;
    /// let first = overtake.iter_by().find(|(_, by)| by.value() > 0.5);
    /// assert_eq!(first.map(|(year, _)| year.to_string()).as_deref(), Some("2019"));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn iter_by(&self) -> impl Iterator<Item = (Period, Estimate)> {
        self.dates.labels.iter().copied().zip(self.answers.by.iter().copied())
    }

    /// Every period with the probability of being ahead in it.
    pub fn iter_ahead(&self) -> impl Iterator<Item = (Period, Estimate)> {
        self.dates.labels.iter().copied().zip(self.answers.ahead.iter().copied())
    }

    /// The probability of being ahead in a period, whenever the lead began.
    ///
    /// # Errors
    /// If the period is not one of the projected ones.
    pub fn ahead(&self, period: impl TryInto<Period, Error: Into<Error>>) -> Result<Estimate, Error> {
        place_of(&self.dates.labels, period).map(|place| self.answers.ahead[place])
    }

    /// The probability that it does not happen by the horizon.
    pub fn not_by_horizon(&self) -> Estimate {
        self.answers.not_by_horizon
    }

    /// The first period by which the probability of the overtake is at least `p`, or "not by" the horizon.
    ///
    /// # Errors
    /// If `p` is not between 0 and 1.
    pub fn quantile(&self, p: f64) -> Result<When, Error> {
        checked_probability(p).map(|p| self.at_least(p))
    }

    pub(crate) fn at_least(&self, p: f64) -> When {
        if self.at_base().value() >= p {
            return When::At(self.dates.base);
        }
        self.when(self.answers.by.iter().position(|by| by.value() >= p).map(|place| place + 1))
    }

    /// The confidence interval of [`quantile`](Self::quantile), including both ends, which may be "not by" the horizon.
    ///
    /// Under plain sampling its ends are order statistics of the paths' dates (binomial, at the level of the run; Hahn
    /// & Meeker 1991, §5.2). Otherwise they are the first dates whose interval contains `p` and lies at or above it;
    /// for an exact answer that interval extends two errors to each side.
    ///
    /// # Errors
    /// If `p` is not between 0 and 1.
    ///
    /// # Example: the uncertainty of the median
    /// ```
    /// # use outgrow::{Curve, Provider, Question, Scenario};
    /// # let scenario = Scenario::builder("2018-Q1", "2022-Q4")
    /// #     .provider(Provider::new("A", 690e6).growth(Curve::constant(0.6)).volatility(0.15))
    /// #     .provider(Provider::new("B", 1.1e9).growth(Curve::constant(0.3)).volatility(0.1))
    /// #     .question(Question::overtakes("A", "B")).build()?;
    /// let outcome = scenario.simulate().paths(1000).run()?;
    /// let overtake = outcome.overtake("A", "B")?;
    /// let (low, high) = overtake.quantile_interval(0.5)?;
    /// assert!(low <= overtake.quantile(0.5)? && overtake.quantile(0.5)? <= high);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn quantile_interval(&self, p: f64) -> Result<(When, When), Error> {
        checked_probability(p).map(|p| self.interval_of(p))
    }

    pub(crate) fn interval_of(&self, p: f64) -> (When, When) {
        let reached = DateEstimates { at_base: self.at_base(), by: &self.answers.by, first: &self.first };
        // Counts are those without exits, so with exits they have no order statistics; nor has a pool, which counts no paths.
        let level = self.run.plain_level().filter(|_| self.answers.gone.is_none() && !self.first.is_empty());
        let (low, high) = reached.interval(p, level);
        (self.when(low), self.when(high))
    }

    /// Date 0 is the base, 1 the first date after it.
    fn when(&self, date: Option<usize>) -> When {
        match date {
            None => When::NotBy(self.horizon()),
            Some(0) => When::At(self.dates.base),
            Some(date) => When::At(self.dates.labels[date - 1]),
        }
    }

    /// The mean date in years after the base: restricted to the horizon, and given that the overtake happens.
    pub fn mean_date(&self) -> MeanDate {
        self.mean_date
    }

    /// The probability of each number of lead changes, from 0 to the largest observed number (or, for an exact answer,
    /// the largest that its tolerance distinguishes from impossible).
    #[must_use]
    pub fn lead_changes(&self) -> &[LeadChanges] {
        &self.answers.lead_changes
    }

    /// The standard errors of the probabilities of having overtaken by every date, and of being ahead then.
    pub(crate) fn errors(&self) -> impl Iterator<Item = f64> + '_ {
        self.answers.by.iter().chain(&self.answers.ahead).map(Estimate::standard_error)
    }

    /// The number of paths by first overtake: at the base (ahead for as long as required), then in each period, then
    /// none by the horizon, as if nobody exited. For weighted paths, these are rounded weights; for an exact answer or a pool of views,
    /// which count no paths, it is empty.
    #[must_use]
    pub fn counts(&self) -> &[u64] {
        &self.first
    }

    /// The cross-check against the exact answer; `None` unless [requested](crate::Simulation::cross_check).
    #[must_use]
    pub fn cross_check(&self) -> Option<&CrossCheck> {
        self.checked.as_ref()
    }

    /// Ahead at the base, then "by t" at every date, then "ahead at t", then ahead from the base on if a lead must
    /// last.
    pub(crate) fn every_estimate(&self) -> impl Iterator<Item = (Period, Estimate)> + '_ {
        let dated = self.by_date().chain(self.ahead_by_date()).map(|(period, estimate)| (period, *estimate));
        let from_base = self.answers.from_base.map(|from_base| (self.dates.base, from_base));
        std::iter::once((self.dates.base, self.answers.ahead_at_base)).chain(dated).chain(from_base)
    }

    /// "By t" at every date.
    pub(crate) fn by_date(&self) -> impl Iterator<Item = (Period, &Estimate)> {
        self.dates.labels.iter().copied().zip(&self.answers.by)
    }

    /// "Ahead at t" at every date.
    pub(crate) fn ahead_by_date(&self) -> impl Iterator<Item = (Period, &Estimate)> {
        self.dates.labels.iter().copied().zip(&self.answers.ahead)
    }

    pub(crate) fn horizon(&self) -> Period {
        self.dates.labels.last().copied().unwrap_or(self.dates.base)
    }
}
