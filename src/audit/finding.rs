//! A finding: its kind, its severity, and the numbers behind it.

use std::fmt;

use serde::Serialize;

/// The kind of a finding.
///
/// # Example: the name that is printed
/// ```
/// assert_eq!(outgrow::FindingKind::EndState.to_string(), "end_state");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FindingKind {
    /// The curve at the base does not continue the growth of the history.
    Backcast,
    /// The base contradicts the history or a claim.
    Base,
    /// Estimates are read as year-on-year growth at points in time although they could be read as fiscal totals.
    Reading,
    /// The form of the growth curve matters more than all assumptions together.
    Form,
    /// The end state by the horizon is implausible.
    EndState,
    /// The spread of growth is too narrow or too wide.
    Width,
    /// A single assumption decides the answer.
    Weight,
    /// The answer to the question is already determined at the base, or is not determined within the horizon.
    Question,
    /// The scenario is more certain about an overtake than histories of comparable pairs allow.
    Reference,
}

impl FindingKind {
    /// The name of the kind, as printed and serialized.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Backcast => "backcast",
            Self::Base => "base",
            Self::Reading => "reading",
            Self::Form => "form",
            Self::EndState => "end_state",
            Self::Width => "width",
            Self::Weight => "weight",
            Self::Question => "question",
            Self::Reference => "reference",
        }
    }
}

impl fmt::Display for FindingKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// How much a finding matters: the most serious first.
///
/// # Example: growth of 18 is probably 18 %
/// ```
/// # use outgrow::{Curve, Provider, Scenario, Severity};
/// # let scenario = Scenario::builder("2018", "2023")
/// #     .provider(Provider::new("A", 1).growth(Curve::constant(18))).build()?;
/// assert_eq!(scenario.audit()?.findings()[0].severity, Severity::High);
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Severity {
    /// A number is probably wrong (another unit, another period), or the question is already answered at the base.
    High,
    /// A number or a growth curve contradicts another, or decides the answer.
    Medium,
    /// Something is missing, or worth knowing.
    Low,
}

/// A number behind a finding. Growth is a fraction a year, revenue is in the scenario's unit.
///
/// # Example: 18 instead of 18 %, in numbers
/// ```
/// # use outgrow::{Curve, Provider, Scenario};
/// # let scenario = Scenario::builder("2018", "2023")
/// #     .provider(Provider::new("A", 1).growth(Curve::constant(18))).build()?;
/// let audit = scenario.audit()?;
/// let figure = &audit.findings()[0].figures[0];
/// assert_eq!(figure.what, "growth a year");
/// assert!((figure.value - 18.0).abs() < 1e-9);
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Figure {
    /// What the number describes.
    pub what: String,
    /// The number.
    pub value: f64,
}

/// Something in a scenario that its author should review.
///
/// # Example: the advice of each finding
/// ```
/// # use outgrow::{Curve, Provider, Scenario};
/// # let scenario = Scenario::builder("2018", "2023")
/// #     .provider(Provider::new("A", 1).growth(Curve::constant(18))).build()?;
/// for finding in scenario.audit()?.findings() {
///     println!("{}: {}; {}", finding.address, finding.seen, finding.advice);
/// }
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// Its kind.
    pub kind: FindingKind,
    /// How much it matters.
    pub severity: Severity,
    /// The address, as in errors and [`Scenario::with`](crate::Scenario::with).
    pub address: String,
    /// What was observed, in words.
    pub seen: String,
    /// The numbers behind it.
    pub figures: Vec<Figure>,
    /// What to do.
    pub advice: String,
}

impl Finding {
    pub(super) fn new(kind: FindingKind, address: impl Into<String>, seen: String, advice: impl Into<String>) -> Self {
        let severity = match kind {
            FindingKind::Base => Severity::High,
            FindingKind::Weight => Severity::Low,
            FindingKind::Backcast
            | FindingKind::Reading
            | FindingKind::Form
            | FindingKind::EndState
            | FindingKind::Width
            | FindingKind::Question
            | FindingKind::Reference => Severity::Medium,
        };
        Self { kind, severity, address: address.into(), seen, figures: Vec::new(), advice: advice.into() }
    }

    pub(super) fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// Omits numbers that are not finite, which JSON cannot represent; the text still mentions them.
    pub(super) fn figure(mut self, what: impl Into<String>, value: f64) -> Self {
        if value.is_finite() {
            self.figures.push(Figure { what: what.into(), value });
        }
        self
    }
}
