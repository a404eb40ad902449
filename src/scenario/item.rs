//! What a scenario is made of: providers, correlations and questions.

use crate::assumption::Assumption;
use crate::growth::Curve;

/// One competitor: its revenue in the base period, its growth and how far it strays from it.
///
/// # Example: a provider with everything stated
/// ```
/// use outgrow::{lognormal, Curve, Provider};
/// let google = Provider::new("Google Cloud", lognormal(1.1e9, 0.05).source("«a billion a quarter», carried on"))
///     .growth(Curve::fade(0.45, 0.12, 4))
///     .volatility(0.10)
///     .source("Alphabet, 2018-02-01");
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Provider {
    pub(crate) name: String,
    pub(crate) revenue: Assumption,
    pub(crate) growth: Option<Curve>,
    pub(crate) volatility: Assumption,
    pub(crate) source: Option<String>,
}

impl Provider {
    /// A provider with its revenue in the base period (money per period, in the scenario's unit).
    pub fn new(name: impl Into<String>, revenue: impl Into<Assumption>) -> Self {
        Self {
            name: name.into(),
            revenue: revenue.into(),
            growth: None,
            volatility: Assumption::from(0.0),
            source: None,
        }
    }

    /// How revenue grows from the base on; required.
    pub fn growth(mut self, curve: Curve) -> Self {
        self.growth = Some(curve);
        self
    }

    /// Standard deviation of log revenue per √year (0.15 is about 15 % a year); 0 unless told.
    pub fn volatility(mut self, volatility: impl Into<Assumption>) -> Self {
        self.volatility = volatility.into();
        self
    }

    /// Where the figures are from, or «assumed»; printed beside them.
    pub fn source(mut self, text: impl Into<String>) -> Self {
        self.source = Some(text.into());
        self
    }

    /// The name, unique in its scenario.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where the figures are from, if that was said.
    #[must_use]
    pub fn source_text(&self) -> Option<&str> {
        self.source.as_deref()
    }
}

/// The correlation of two providers' innovations.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Correlation {
    pub(crate) between: [String; 2],
    pub(crate) value: f64,
}

/// «When does the challenger overtake the incumbent?»: the first period with higher revenue.
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
    pub(crate) sustained: u32,
}

impl Question {
    /// Asks when `challenger` first has higher revenue than `incumbent`.
    pub fn overtakes(challenger: impl Into<String>, incumbent: impl Into<String>) -> Self {
        Self { challenger: challenger.into(), incumbent: incumbent.into(), name: None, sustained: 1 }
    }

    /// Counts only a lead that lasts this many periods in a row, dated by its first; at least 1.
    pub fn sustained(mut self, periods: u32) -> Self {
        self.sustained = periods;
        self
    }

    /// A name of one's own, by which the answer is found and printed.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The name, or «A overtakes B» with what is not the default in brackets.
    #[must_use]
    pub fn title(&self) -> String {
        self.name.clone().unwrap_or_else(|| {
            let sustained = match self.sustained {
                1 => String::new(),
                k => format!(" (sustained {k})"),
            };
            format!("{} overtakes {}{sustained}", self.challenger, self.incumbent)
        })
    }
}
