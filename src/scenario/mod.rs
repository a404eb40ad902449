//! The scenario: plain data without random numbers, created by the builder or from a file with the same validation.

mod builder;
mod check;
mod check_curve;
mod check_shock;
mod check_views;
mod compared;
mod decode;
mod decode_growth;
mod decode_law;
mod decode_question;
mod decode_shock;
mod dependence;
mod encode;
mod estimate_errors;
mod exit;
mod file;
mod fixed;
mod getters;
mod item;
mod item_key;
mod measure;
mod medians;
pub(crate) mod names;
mod numbers;
mod past;
mod prepared;
mod question;
mod schema;
mod schema_parts;
mod segment;
#[cfg(feature = "toml")]
mod set;
mod shock;
mod stated;
mod suspect;
pub(crate) mod tree;
mod view;
mod walk;
mod walk_parts;

pub use builder::ScenarioBuilder;
#[cfg(feature = "history")]
pub(crate) use dependence::to_ranks;
pub use item::{Claim, Measure, Provider, Segment};
pub(crate) use item::{Correlation, Dependence};
pub(crate) use measure::Dates;
pub(crate) use prepared::{Changed, Prepared, Touched};
pub(crate) use question::AT_DATES;
pub use question::{Asks, Question};
pub(crate) use segment::SeriesOf;
pub use shock::{Centring, Factor, Innovations, Jump, Shock};
pub(crate) use view::POOL;
pub use view::View;
pub use walk::AssumptionPlace;

use crate::assumption::Assumption;
use crate::assumption::law::Law;
use crate::calendar::{Period, Step};
use crate::error::{Error, no_provider};

/// The largest number of projected periods.
pub(crate) const MOST_PERIODS: u32 = 2400;
/// The noun for the compared quantity if none is stated.
const QUANTITY: &str = "revenue";
/// The largest number of providers.
pub(crate) const MOST_PROVIDERS: usize = 64;
/// The largest number of series.
pub(crate) const MOST_SERIES: usize = 256;
/// The largest number of factors.
pub(crate) const MOST_FACTORS: usize = 64;
/// The largest number of views.
pub(crate) const MOST_VIEWS: usize = 64;

/// Competing providers, the growth of their revenue, its uncertainty, and the questions about them.
///
/// A scenario is always valid: [`ScenarioBuilder::build`], [`Scenario::from_toml`] and every `with…` method validate it
/// and report all problems at once, each with its address.
///
/// # Example: from a file
/// ```
/// # #[cfg(feature = "toml")] {
/// use outgrow::Scenario;
/// let scenario = Scenario::from_toml(r#"
///     base = "2018-Q1"
///     horizon = "2028-Q1"
///
///     [[provider]]
///     name = "Alibaba Cloud"
///     revenue = 690e6
///     growth = { schedule = { rates = [0.87, { normal = [0.60, 0.10] }], tail = "hold" } }
///     volatility = 0.15
/// "#)?;
/// let slower = scenario.with("provider[Alibaba Cloud].growth.schedule.rates[1]", 0.40)?;
/// assert_ne!(scenario, slower);
/// # }
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Scenario {
    pub(crate) base: Period,
    pub(crate) horizon: Period,
    pub(crate) unit: Option<String>,
    pub(crate) quantity: Option<String>,
    pub(crate) ceiling: Option<f64>,
    pub(crate) assumptions: Vec<(String, Assumption)>,
    pub(crate) innovations: Innovations,
    pub(crate) factors: Vec<Factor>,
    pub(crate) dependences: Vec<Dependence>,
    pub(crate) providers: Vec<Provider>,
    pub(crate) correlations: Vec<Correlation>,
    pub(crate) views: Vec<View>,
    pub(crate) questions: Vec<Question>,
}

impl Scenario {
    /// The last period with a known or assumed revenue, `t = 0`.
    #[must_use]
    pub fn base(&self) -> Period {
        self.base
    }

    /// The last projected period, `t = T`.
    #[must_use]
    pub fn horizon(&self) -> Period {
        self.horizon
    }

    /// The unit of revenue, if stated.
    #[must_use]
    pub fn unit(&self) -> Option<&str> {
        self.unit.as_deref()
    }

    /// The noun for the compared quantity, as in texts and charts: "revenue" unless stated.
    #[must_use]
    pub fn quantity(&self) -> &str {
        self.quantity.as_deref().unwrap_or(QUANTITY)
    }

    /// The noun with a capital, for the start of a sentence.
    #[cfg(feature = "charts")]
    pub(crate) fn capital_quantity(&self) -> String {
        let mut letters = self.quantity().chars();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    }

    /// The upper bound on the revenue of all providers together in one period, if stated.
    #[must_use]
    pub fn ceiling(&self) -> Option<f64> {
        self.ceiling
    }

    /// The number of projected periods, `T`.
    #[must_use]
    pub fn periods(&self) -> usize {
        self.horizon.since(self.base).map_or(0, |count| usize::try_from(count).unwrap_or(0))
    }

    /// The providers, in the order in which they were added.
    pub fn providers(&self) -> &[Provider] {
        &self.providers
    }

    /// The distribution of the innovations.
    #[must_use]
    pub fn innovations(&self) -> Innovations {
        self.innovations
    }

    /// The common factors, in the order in which they were added.
    pub fn factors(&self) -> &[Factor] {
        &self.factors
    }

    /// The questions, in the order in which they were added.
    pub fn questions(&self) -> &[Question] {
        &self.questions
    }

    /// The scenario with one more question.
    ///
    /// # Errors
    /// If the question names an unknown provider, or is already in the scenario.
    ///
    /// # Example: a lead that lasts two years
    /// ```
    /// # use outgrow::{Curve, Provider, Question, Scenario};
    /// # let scenario = Scenario::builder("2018-Q1", "2028-Q1")
    /// #     .provider(Provider::new("A", 1).growth(Curve::constant(0.3)))
    /// #     .provider(Provider::new("B", 2).growth(Curve::constant(0.1))).build()?;
    /// let asked = scenario.with_question(Question::overtakes("A", "B").sustained(8))?;
    /// assert_eq!(asked.questions()[0].title(), "A overtakes B (sustained 8)");
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn with_question(&self, question: Question) -> Result<Self, Error> {
        let mut changed = self.clone();
        changed.questions.push(question);
        changed.checked()
    }

    pub(crate) fn step(&self) -> Step {
        self.base.step()
    }

    /// The label of period `t`.
    pub(crate) fn label(&self, t: usize) -> Period {
        let count = i32::try_from(t).unwrap_or(i32::MAX);
        self.base.checked_add(count).unwrap_or(self.horizon)
    }

    /// `τ` of periods 1 to T, in years.
    pub(crate) fn taus(&self) -> Vec<f64> {
        let per_year = f64::from(self.step().per_year());
        (1..=u32::try_from(self.periods()).expect("the calendar has fewer than 2^32 periods"))
            .map(|t| f64::from(t) / per_year)
            .collect()
    }

    /// The distribution of a number, looked up if it is a name.
    pub(crate) fn law<'a>(&'a self, assumption: &'a Assumption) -> Option<&'a Law> {
        match assumption.name() {
            None => Some(&assumption.law),
            Some(name) => self.assumptions.iter().find(|(known, _)| known == name).map(|(_, named)| &named.law),
        }
    }

    /// The index of a provider, or a message with the most similar name.
    pub(crate) fn provider_index(&self, name: &str) -> Result<usize, String> {
        self.providers
            .iter()
            .position(|provider| provider.name == name)
            .ok_or_else(|| no_provider(name, self.providers.iter().map(|provider| provider.name.as_str())))
    }
}
