//! Questions: who overtakes whom, who leads, and who is among the largest.

use super::Measure;
use crate::error::Problem;

/// What a question asks about a provider.
///
/// # Example: three kinds of questions
/// ```
/// use outgrow::{Asks, Question};
/// assert_eq!(Question::overtakes("A", "B").title(), "A overtakes B");
/// assert_eq!(Question::leads("A").title(), "A leads");
/// let question = Question::top("A", 3);
/// assert_eq!(question.title(), "A in the top 3");
/// assert_eq!(*question.asks(), Asks::Top("A".to_owned(), 3));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Asks {
    /// When the first has higher revenue than the second.
    Overtakes(String, String),
    /// When the provider has the highest revenue of all.
    Leads(String),
    /// When the provider is among this many with the highest revenue.
    Top(String, u32),
}

/// A question: when does the challenger overtake the incumbent? That is the first period with higher revenue. Or when
/// does a provider lead, or belong to the largest?
///
/// # Example: four quarters in a row ahead
/// ```
/// use outgrow::Question;
/// let question = Question::overtakes("Alibaba Cloud", "Google Cloud").sustained(4).name("for a year");
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Question {
    pub(crate) asks: Asks,
    pub(crate) name: Option<String>,
    /// The number of consecutive dates ahead. If years are stated, it is derived from them and the scenario's grid, and
    /// 0 before that is known.
    pub(crate) sustained: u32,
    pub(crate) sustained_years: Option<u32>,
    pub(crate) measure: Measure,
}

/// The advice where continuous monitoring is not possible.
pub(crate) const AT_DATES: &str =
    "without .continuous(true), or --continuous on the command line, it is answered at dates";

impl Question {
    /// Asks when `challenger` first has higher revenue than `incumbent`.
    ///
    /// Revenue is compared at the end of every period of the scenario. Months offer more dates at which a lead can be
    /// observed than quarters or years, so the same assumptions give a higher probability of an overtake "by" a date.
    /// The probability of being *ahead* at a date does not change.
    /// [`Simulation::continuous`](crate::Simulation::continuous) and [`Exact::continuous`](crate::Exact::continuous) do
    /// not depend on the step, as they monitor continuously.
    ///
    /// # Example: the same pair by year, quarter and month, and at any time
    /// ```
    /// # use outgrow::{Curve, Error, Provider, Question, Scenario};
    /// let by = |base: &str, horizon: &str, continuous: bool| -> Result<f64, Error> {
    ///     let scenario = Scenario::builder(base, horizon)
    ///         .provider(Provider::new("A", 699).growth(Curve::constant(0.05)).volatility(0.2))
    ///         .provider(Provider::new("B", 1000).growth(Curve::constant(0.0)))
    ///         .question(Question::overtakes("A", "B")).build()?;
    ///     Ok(scenario.exact().continuous(continuous).run()?.overtake("A", "B")?.by(horizon)?.value())
    /// };
    /// let (years, quarters) = (by("2018", "2028", false)?, by("2018-Q1", "2028-Q1", false)?);
    /// let (months, any_time) = (by("2018-01", "2028-01", false)?, by("2018-01", "2028-01", true)?);
    /// assert!(years < quarters && quarters < months && months < any_time);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn overtakes(challenger: impl Into<String>, incumbent: impl Into<String>) -> Self {
        Self::of(Asks::Overtakes(challenger.into(), incumbent.into()))
    }

    /// Asks when a provider first leads: it has higher revenue than every other provider. A tie does not lead.
    ///
    /// # Example: the largest of three
    /// ```
    /// # use outgrow::{Curve, Provider, Question, Scenario};
    /// let provider = |name, revenue, growth| Provider::new(name, revenue).growth(Curve::constant(growth)).volatility(0.1);
    /// let scenario = Scenario::builder("2018", "2022")
    ///     .provider(provider("A", 10, 0.5))
    ///     .provider(provider("B", 20, 0.2))
    ///     .provider(provider("C", 30, 0.1))
    ///     .question(Question::leads("A")).build()?;
    /// let outcome = scenario.simulate().paths(1000).run()?;
    /// let leads = outcome.question("A leads")?;
    /// assert!(leads.by("2022")?.value() >= outcome.rank("A")?.probability("2022", 1)?.value());
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn leads(provider: impl Into<String>) -> Self {
        Self::of(Asks::Leads(provider.into()))
    }

    /// Asks when a provider is first among the `places` with the highest revenue: fewer than `places` others have the
    /// same revenue or more. `places` lies between 1 and the number of providers; 1 is [`Question::leads`].
    ///
    /// # Example: among the first two
    /// ```
    /// use outgrow::Question;
    /// assert_eq!(Question::top("Alibaba Cloud", 2).sustained(4).title(), "Alibaba Cloud in the top 2 (sustained 4)");
    /// ```
    pub fn top(provider: impl Into<String>, places: u32) -> Self {
        Self::of(Asks::Top(provider.into(), places))
    }

    fn of(asks: Asks) -> Self {
        Self { asks, name: None, sustained: 1, sustained_years: None, measure: Measure::Period }
    }

    /// What is asked.
    #[must_use]
    pub fn asks(&self) -> &Asks {
        &self.asks
    }

    /// The provider that the question is about: the one that may overtake, lead or be among the largest.
    #[must_use]
    pub fn challenger(&self) -> &str {
        match &self.asks {
            Asks::Overtakes(name, _) | Asks::Leads(name) | Asks::Top(name, _) => name,
        }
    }

    /// The provider that may be overtaken; `None` if the question compares with all others.
    #[must_use]
    pub fn incumbent(&self) -> Option<&str> {
        match &self.asks {
            Asks::Overtakes(_, incumbent) => Some(incumbent),
            Asks::Leads(_) | Asks::Top(..) => None,
        }
    }

    /// The key of what is asked, in the file.
    pub(crate) fn key(&self) -> &'static str {
        match &self.asks {
            Asks::Overtakes(..) => "overtakes",
            Asks::Leads(_) => "leads",
            Asks::Top(..) => "top",
        }
    }

    /// The number of places: the condition holds while fewer others are at or above the challenger.
    pub(crate) fn places(&self) -> u32 {
        match self.asks {
            Asks::Overtakes(..) | Asks::Leads(_) => 1,
            Asks::Top(_, places) => places,
        }
    }

    /// Counts only a lead that lasts for this many consecutive periods, dated by its first; at least 1. With an annual
    /// measure these are years.
    ///
    /// The base is a date like the others: a lead there counts only if it lasts this long from the base on, and a path
    /// that loses it earlier may overtake later. A lead that begins in the last `periods − 1` periods cannot be
    /// confirmed, and counts as "not by the horizon".
    pub fn sustained(mut self, periods: u32) -> Self {
        (self.sustained, self.sustained_years) = (periods, None);
        self
    }

    /// As [`sustained`](Self::sustained), with a number of whole years: four times as many quarters, or twelve times as
    /// many months; at least 1.
    ///
    /// # Example: ahead for a year
    /// ```
    /// # use outgrow::{Curve, Provider, Question, Scenario};
    /// let scenario = Scenario::builder("2018-Q1", "2028-Q1")
    ///     .provider(Provider::new("A", 1).growth(Curve::constant(0.3)))
    ///     .provider(Provider::new("B", 2).growth(Curve::constant(0.1)))
    ///     .question(Question::overtakes("A", "B").sustained_years(1)).build()?;
    /// assert_eq!(scenario.questions()[0].title(), "A overtakes B (sustained 4)");
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn sustained_years(mut self, years: u32) -> Self {
        (self.sustained, self.sustained_years) = (0, Some(years));
        self
    }

    /// The compared quantity; revenue of one period by default.
    pub fn measure(mut self, measure: Measure) -> Self {
        self.measure = measure;
        self
    }

    /// A custom name, by which the answer is looked up and printed.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// An address such as "question[for a year].measure", by name or else by index.
    pub(crate) fn address(&self, place: usize, field: &str) -> String {
        let key = self.name.clone().unwrap_or_else(|| place.to_string());
        format!("question[{key}].{field}")
    }

    /// The problem of a question that cannot be monitored continuously, because it requires a lead of several dates.
    pub(crate) fn between_fault(&self, place: usize) -> Option<Problem> {
        let field = if self.sustained_years.is_some() { "sustained.years" } else { "sustained" };
        (self.sustained != 1).then(|| {
            let reason = format!("a lead of {} consecutive dates is not defined between dates", self.sustained);
            Problem::unsupported(self.address(place, field), "not continuous", &reason, AT_DATES)
        })
    }

    /// The name, or "A overtakes B" with the settings that are not default in brackets. A number of years is shown as
    /// the number of dates that it corresponds to, once the question is part of a scenario.
    #[must_use]
    pub fn title(&self) -> String {
        self.name.clone().unwrap_or_else(|| {
            let measure = (self.measure != Measure::Period).then(|| self.measure.word());
            let sustained = match (self.sustained, self.sustained_years) {
                (0, Some(1)) => Some("sustained 1 year".to_owned()),
                (0, Some(years)) => Some(format!("sustained {years} years")),
                (1, _) => None,
                (dates, _) => Some(format!("sustained {dates}")),
            };
            let unusual: Vec<String> = measure.into_iter().chain(sustained).collect();
            let unusual = if unusual.is_empty() { String::new() } else { format!(" ({})", unusual.join(", ")) };
            format!("{}{unusual}", self.plain_title())
        })
    }

    /// What is asked, in words: "A overtakes B", "A leads", "A in the top 2".
    pub(crate) fn plain_title(&self) -> String {
        match &self.asks {
            Asks::Overtakes(challenger, incumbent) => format!("{challenger} overtakes {incumbent}"),
            Asks::Leads(name) => format!("{name} leads"),
            Asks::Top(name, places) => format!("{name} in the top {places}"),
        }
    }

    /// The event in words, for the time until a date: "A has overtaken B", "A has led".
    #[cfg(feature = "charts")]
    pub(crate) fn happened(&self) -> String {
        match &self.asks {
            Asks::Overtakes(challenger, incumbent) => format!("{challenger} has overtaken {incumbent}"),
            Asks::Leads(name) => format!("{name} has led"),
            Asks::Top(name, places) => format!("{name} has been in the top {places}"),
        }
    }

    /// The event in words, for one date: "A first overtakes B", "A first leads".
    #[cfg(feature = "charts")]
    pub(crate) fn first_happens(&self) -> String {
        match &self.asks {
            Asks::Overtakes(challenger, incumbent) => format!("{challenger} first overtakes {incumbent}"),
            Asks::Leads(name) => format!("{name} first leads"),
            Asks::Top(name, places) => format!("{name} is first in the top {places}"),
        }
    }
}
