//! The parts of a scenario: providers with their claims, measures, correlations and dependences.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::shock::{Centring, Jump, Shock};
use crate::assumption::Assumption;
use crate::calendar::Step;
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

/// A part of a provider with a base, growth and shocks of its own. The revenue of a provider of segments is their sum.
/// Wherever a series can be named, a segment is `Provider/Segment`.
///
/// # Example: a platform and an office suite
/// ```
/// use outgrow::{Curve, Provider, Question, Scenario, Segment};
/// let google = Provider::of_segments("Google", [
///     Segment::new("Platform", 0.6e9).growth(Curve::fade(0.9, 0.12, 2)).volatility(0.15),
///     Segment::new("Office", 0.6e9).growth(Curve::constant(0.2)).volatility(0.05),
/// ]);
/// let scenario = Scenario::builder("2018-Q1", "2023-Q1")
///     .provider(Provider::new("Alibaba", 0.69e9).growth(Curve::constant(0.6)).volatility(0.15))
///     .provider(google)
///     .question(Question::overtakes("Alibaba", "Google"))
///     .question(Question::overtakes("Alibaba", "Google/Platform"))
///     .build()?;
/// let outcome = scenario.simulate().paths(10_000).run()?;
/// let whole = outcome.overtake("Alibaba", "Google")?.by("2020-Q1")?.value();
/// assert!(outcome.overtake("Alibaba", "Google/Platform")?.by("2020-Q1")?.value() > whole);
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Segment(pub(crate) Provider);

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

    /// Its name in the option `--fans-of`.
    #[cfg(feature = "charts")]
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

/// The dependence of two draws: Spearman's rank correlation in a Gaussian copula.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Dependence {
    /// Addresses of numbers, or names of assumptions.
    pub(crate) between: [String; 2],
    pub(crate) rank_correlation: f64,
}
