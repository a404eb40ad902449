//! The parts of a scenario: providers with their claims, correlations and questions.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::segment::Segment;
use super::shock::{Centring, Jump, Shock};
use crate::assumption::Assumption;
use crate::calendar::Step;
use crate::error::Problem;
use crate::growth::Curve;

/// A competitor: its revenue in the base period, its growth, and its volatility.
///
/// # Example: a provider with sources
/// ```
/// use outgrow::{lognormal, Curve, Provider};
/// let google = Provider::new("Google Cloud", lognormal(1.1e9, 0.05).source("'a billion a quarter', extrapolated"))
///     .growth(Curve::fade(0.45, 0.12, 4))
///     .volatility(0.10)
///     .source("Alphabet, 2018-02-01");
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Provider {
    pub(crate) name: String,
    /// `None` for a provider of segments.
    pub(crate) revenue: Option<Assumption>,
    pub(crate) growth: Option<Curve>,
    pub(crate) volatility: Assumption,
    pub(crate) source: Option<String>,
    /// Revenue of the periods just before the base, oldest first.
    pub(crate) history: Vec<f64>,
    pub(crate) fiscal_year_ends: u32,
    pub(crate) claims: Vec<Claim>,
    pub(crate) shock: Shock,
    pub(crate) centring: Centring,
    /// The yearly probability to cease to exist.
    pub(crate) exit: f64,
    /// Factors by name.
    pub(crate) loadings: Vec<(String, f64)>,
    pub(crate) jumps: Vec<Jump>,
    pub(crate) segments: Vec<Segment>,
}

impl Provider {
    /// Creates a provider with its revenue in the base period (money per period, in the scenario's unit).
    pub fn new(name: impl Into<String>, revenue: impl Into<Assumption>) -> Self {
        Self {
            name: name.into(),
            revenue: Some(revenue.into()),
            growth: None,
            volatility: Assumption::from(0.0),
            source: None,
            history: Vec::new(),
            fiscal_year_ends: 12,
            claims: Vec::new(),
            shock: Shock::RandomWalk,
            centring: Centring::Median,
            exit: 0.0,
            loadings: Vec::new(),
            jumps: Vec::new(),
            segments: Vec::new(),
        }
    }

    /// Revenue of the periods just before the base, oldest first, in the unit of the base.
    ///
    /// # Example: the last three quarters before the base
    /// ```
    /// use outgrow::{Curve, Provider, Tail};
    /// let alibaba = Provider::new("Alibaba Cloud", 4385.0)
    ///     .history([2431.0, 2975.0, 3599.0])
    ///     .fiscal_year_ends(3)
    ///     .growth(Curve::totals([0.87, 0.60], Tail::hold()));
    /// ```
    pub fn history(mut self, revenue: impl IntoIterator<Item = f64>) -> Self {
        self.history = revenue.into_iter().collect();
        self
    }

    /// The month, 1 to 12, in which the fiscal year ends; 12 by default. [`Curve::totals`] refers to these years.
    pub fn fiscal_year_ends(mut self, month: u32) -> Self {
        self.fiscal_year_ends = month;
        self
    }

    /// Adds a public claim about the revenue of a period up to the base; [`Scenario::audit`](crate::Scenario::audit)
    /// checks the scenario against it.
    pub fn claim(mut self, claim: Claim) -> Self {
        self.claims.push(claim);
        self
    }

    /// The growth of revenue from the base on; required. The curve is the median of the paths, given the assumptions,
    /// unless [`centring`](Self::centring) makes it their mean. With shocks that are a random walk, the mean lies above it
    /// by the factor e^(σ²τ/2), where σ is the volatility and τ the number of years since the base.
    pub fn growth(mut self, curve: Curve) -> Self {
        self.growth = Some(curve);
        self
    }

    /// The standard deviation of log revenue per √year (0.15 is about 15 % a year); 0 by default.
    pub fn volatility(mut self, volatility: impl Into<Assumption>) -> Self {
        self.volatility = volatility.into();
        self
    }

    /// How its shocks accumulate; a random walk by default.
    pub fn shock(mut self, shock: Shock) -> Self {
        self.shock = shock;
        self
    }

    /// Whether the growth curve is the median of the paths, as by default, or their mean, given the assumptions.
    pub fn centring(mut self, centring: Centring) -> Self {
        self.centring = centring;
        self
    }

    /// The probability, per year, that the provider ceases to exist as one (it merges, is renamed or leaves);
    /// 0 by default. It is independent of all else. A provider that is gone neither overtakes nor is overtaken.
    pub fn exit(mut self, probability: f64) -> Self {
        self.exit = probability;
        self
    }

    /// Adds the loading of a factor: log revenue moves by `loading` times the log of the factor.
    pub fn loading(mut self, factor: impl Into<String>, loading: f64) -> Self {
        self.loadings.push((factor.into(), loading));
        self
    }

    /// Adds a dated jump of log revenue.
    pub fn jump(mut self, jump: Jump) -> Self {
        self.jumps.push(jump);
        self
    }

    /// States the source of the figures, or "assumed"; reports print it beside them.
    pub fn source(mut self, text: impl Into<String>) -> Self {
        self.source = Some(text.into());
        self
    }

    /// Whether anything beside a random walk around the median path moves it.
    pub(crate) fn has_dynamics(&self) -> bool {
        self.shock != Shock::RandomWalk
            || self.centring != Centring::Median
            || self.exit > 0.0
            || !self.loadings.is_empty()
            || !self.jumps.is_empty()
            || self.segments.iter().any(|Segment(own)| own.has_dynamics())
    }

    /// The name, unique in its scenario.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The source of the figures, if stated.
    #[must_use]
    pub fn source_text(&self) -> Option<&str> {
        self.source.as_deref()
    }
}

/// A claim about a provider's revenue in one period: a lower bound, an upper bound, or both.
///
/// # Example: "already a billion-dollar-per-quarter business", claimed for 2017-Q4
/// ```
/// use outgrow::{Claim, Curve, Provider};
/// let google = Provider::new("Google Cloud", 1.1e9)
///     .growth(Curve::fade(0.45, 0.12, 4))
///     .claim(Claim::of("2017-Q4").at_least(1.0e9));
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Claim {
    pub(crate) at: String,
    pub(crate) at_least: Option<f64>,
    pub(crate) at_most: Option<f64>,
}

impl Claim {
    /// A claim about a period up to the base, as a label or a [`Period`](crate::Period); validated when the scenario is
    /// built.
    pub fn of(period: impl fmt::Display) -> Self {
        Self { at: period.to_string(), at_least: None, at_most: None }
    }

    /// The claim that revenue was at least this.
    pub fn at_least(mut self, revenue: f64) -> Self {
        self.at_least = Some(revenue);
        self
    }

    /// The claim that revenue was at most this.
    pub fn at_most(mut self, revenue: f64) -> Self {
        self.at_most = Some(revenue);
        self
    }
}

/// The quantity that a question compares.
///
/// # Example: fiscal years to March
/// ```
/// use outgrow::{Measure, Question};
/// let question = Question::overtakes("Alibaba Cloud", "Google Cloud").measure(Measure::FiscalYearEnding(3));
/// assert_eq!(question.title(), "Alibaba Cloud overtakes Google Cloud (fiscal year ending 3)");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Measure {
    /// Revenue of one period.
    Period,
    /// The sum over the year up to each period; needs a history of one year less one period.
    Trailing,
    /// The sum over calendar years, at each year end.
    Annual,
    /// The sum over fiscal years that end in this month, 1 to 12, at each year end. The month must be 3, 6, 9 or 12 if
    /// periods are quarters, and 12 if they are years.
    FiscalYearEnding(u32),
}

impl Measure {
    /// The measure in words: "annual", "fiscal year ending 3".
    pub(crate) fn word(self) -> String {
        match self {
            Self::Period => "period".to_owned(),
            Self::Trailing => "trailing".to_owned(),
            Self::Annual => "annual".to_owned(),
            Self::FiscalYearEnding(month) => format!("fiscal year ending {month}"),
        }
    }

    /// What the option `--fans-of` calls it.
    pub(crate) fn option(self) -> String {
        match self {
            Self::FiscalYearEnding(month) => format!("fiscal_year_ending={month}"),
            Self::Period | Self::Trailing | Self::Annual => self.word(),
        }
    }

    /// The number of dates per year on a grid with this step.
    pub(crate) fn dates_a_year(self, step: Step) -> u32 {
        match self {
            Self::Annual | Self::FiscalYearEnding(_) => 1,
            Self::Period | Self::Trailing => step.per_year(),
        }
    }
}

/// The correlation of two providers' innovations, or of factors.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Correlation {
    pub(crate) between: [String; 2],
    pub(crate) value: f64,
}

/// A question: when does the challenger overtake the incumbent? That is the first period with higher revenue.
///
/// # Example: four quarters in a row ahead
/// ```
/// use outgrow::Question;
/// let question = Question::overtakes("Alibaba Cloud", "Google Cloud").sustained(4).name("for a year");
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Question {
    pub(crate) challenger: String,
    pub(crate) incumbent: String,
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
        Self {
            challenger: challenger.into(),
            incumbent: incumbent.into(),
            name: None,
            sustained: 1,
            sustained_years: None,
            measure: Measure::Period,
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
            format!("{} overtakes {}{unusual}", self.challenger, self.incumbent)
        })
    }
}
