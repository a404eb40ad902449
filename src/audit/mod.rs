//! The audit: where a scenario may fool its author. It reads, simulates and compares, and never changes an answer.
//!
//! | file | what |
//! |---|---|
//! | `scene` | what all checks share: central paths, the known past, answers by common random numbers |
//! | `backcast`, `base`, `reading`, `form`, `end_state`, `width`, `weight`, `question` | one kind of finding each, with its thresholds |
//! | `units`, `history` | numbers in another unit, histories that are none; findings of several kinds |
//! | `text` | an audit as text and as JSON |

mod backcast;
mod base;
mod end_state;
mod form;
mod history;
mod question;
mod reading;
mod scene;
mod text;
mod units;
mod weight;
mod width;

use std::fmt;

use serde::Serialize;

pub(crate) use scene::short;
pub use weight::{Weight, Weights};

use crate::error::Error;
use crate::scenario::Scenario;
use scene::Scene;

/// What a finding is about.
///
/// # Example: the word that is printed
/// ```
/// assert_eq!(outgrow::FindingKind::EndState.to_string(), "end_state");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FindingKind {
    /// The curve at the base does not go on from the growth that the history shows.
    Backcast,
    /// The base contradicts the history or a claim.
    Base,
    /// Estimates are read from quarter to year-ago quarter where they could be read as fiscal totals.
    Reading,
    /// The law of growth decides, more than all assumptions together.
    Form,
    /// What the scenario comes to by the horizon.
    EndState,
    /// The spread of growth is too narrow or too wide.
    Width,
    /// One assumption alone decides.
    Weight,
    /// The question has an answer before it is asked, or none within the horizon.
    Question,
}

impl FindingKind {
    /// The name by which the kind is printed and written.
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
    /// A number is probably wrong (another unit, another period), or the question is answered before it is asked.
    High,
    /// A number or a law contradicts another, or decides the answer.
    Medium,
    /// Something is left out, or worth knowing.
    Low,
}

/// A number behind a finding. Growth is a fraction a year, revenue is in the scenario's unit.
///
/// # Example: 18 for 18 %, in numbers
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
    /// What the number is.
    pub what: String,
    /// The number.
    pub value: f64,
}

/// Something in a scenario that its author should look at.
///
/// # Example: what to do about each
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
    /// What it is about.
    pub kind: FindingKind,
    /// How much it matters.
    pub severity: Severity,
    /// Where, as errors and [`Scenario::with`] write addresses.
    pub address: String,
    /// What was seen, in words.
    pub seen: String,
    /// The numbers behind it.
    pub figures: Vec<Figure>,
    /// What to do.
    pub advice: String,
}

impl Finding {
    fn new(kind: FindingKind, address: impl Into<String>, seen: String, advice: impl Into<String>) -> Self {
        let severity = match kind {
            FindingKind::Base => Severity::High,
            FindingKind::Weight => Severity::Low,
            _ => Severity::Medium,
        };
        Self { kind, severity, address: address.into(), seen, figures: Vec::new(), advice: advice.into() }
    }

    fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// A number beyond what a number can hold is told in words only: JSON knows no infinity.
    fn figure(mut self, what: impl Into<String>, value: f64) -> Self {
        if value.is_finite() {
            self.figures.push(Figure { what: what.into(), value });
        }
        self
    }
}

/// What an audit found, and what the answers rest on; made by [`Scenario::audit`].
///
/// `Display` prints it for people, serde writes it as JSON.
///
/// # Example: a claim that the base does not keep
/// ```
/// use outgrow::{Claim, Curve, Provider, Scenario};
/// let scenario = Scenario::builder("2018-Q1", "2020-Q1")
///     .provider(Provider::new("A", 1.0e9).growth(Curve::constant(0.45)).claim(Claim::of("2017-Q4").at_least(1.0e9)))
///     .build()?;
/// let audit = scenario.audit()?;
/// assert_eq!(audit.findings()[0].address, "provider[A].revenue");
/// println!("{audit}");
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Audit {
    findings: Vec<Finding>,
    weights: Vec<Weights>,
    /// Of each simulation behind it.
    paths: u64,
}

impl Audit {
    /// The findings: the most serious first, those of one [`Severity`] in the order of [`FindingKind`].
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Whether nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.findings.is_empty()
    }

    /// Of each question, the three assumptions that move its answer most.
    #[must_use]
    pub fn weights(&self) -> &[Weights] {
        &self.weights
    }
}

impl Scenario {
    /// Looks for what may fool the scenario's author: an empty audit is no proof that a scenario is right.
    ///
    /// It costs a few dozen short simulations: two for each assumption that is drawn, one for each other law of growth, each
    /// with the providers that its own is compared with. They have 16,384 paths, and down to 4,096 where there is much to do:
    /// 64 providers over ten years of quarters in 63 questions, with 384 assumptions, took 8 s of one core. As paths are
    /// never fewer than that, thousands of periods or of assumptions take minutes.
    /// The same scenario gives the same audit, bit for bit.
    ///
    /// # Errors
    /// Where the machine lacks what `OUTGROW_CPU` asks for. A scenario that cannot be simulated is a finding.
    ///
    /// # Example: 18 for 18 %
    /// ```
    /// use outgrow::{Curve, FindingKind, Provider, Scenario};
    /// let scenario = Scenario::builder("2018", "2023")
    ///     .provider(Provider::new("A", 1).growth(Curve::constant(18)))
    ///     .build()?;
    /// let audit = scenario.audit()?;
    /// let finding = &audit.findings()[0];
    /// assert_eq!((finding.kind, finding.address.as_str()), (FindingKind::EndState, "provider[A].growth.constant"));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn audit(&self) -> Result<Audit, Error> {
        let (scene, mut findings) = Scene::new(self)?;
        let weights = weight::weigh(&scene);
        let known = without_simulation(&scene);
        findings.extend(form::check(&scene, &weights));
        findings.extend(width::check(&scene)?);
        findings.extend(weight::check(&weights));
        findings.extend(question::check(&scene)?);
        // What a simulation says of the same thing is more: it has probabilities.
        let is_new = |finding: &Finding| {
            let same = |other: &Finding| (other.kind, &other.address) == (finding.kind, &finding.address);
            finding.kind != FindingKind::Question || !findings.iter().any(same)
        };
        let known: Vec<Finding> = known.into_iter().filter(is_new).collect();
        findings.extend(known);
        let weights = weights.into_iter().map(weight::Weighed::heaviest).collect();
        Ok(Audit { findings: sorted(findings), weights, paths: scene.paths })
    }

    /// The findings of [`audit`](Scenario::audit) that need no simulation: rates in percent, half-lives in months, bases
    /// that contradict the history or a claim, a challenger that is ahead already. It takes about as long as building the
    /// scenario, so that every run can afford it.
    ///
    /// The audit that it returns has no weights, and misses what only answers show: laws and assumptions that decide, a
    /// horizon that is too near.
    ///
    /// # Errors
    /// Where the machine lacks what `OUTGROW_CPU` asks for.
    ///
    /// # Example: 18 for 18 %, before the run
    /// ```
    /// use outgrow::{Curve, Provider, Scenario};
    /// let scenario = Scenario::builder("2018", "2023")
    ///     .provider(Provider::new("A", 1).growth(Curve::constant(18)))
    ///     .build()?;
    /// let audit = scenario.quick_audit()?;
    /// let finding = &audit.findings()[0];
    /// assert_eq!(finding.address, "provider[A].growth.constant");
    /// assert!(finding.advice.ends_with("18 % is 0.18"));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn quick_audit(&self) -> Result<Audit, Error> {
        let findings = without_simulation(&Scene::without_answers(self)?);
        Ok(Audit { findings: sorted(findings), weights: Vec::new(), paths: 0 })
    }
}

fn without_simulation(scene: &Scene<'_>) -> Vec<Finding> {
    let checks: [fn(&Scene<'_>) -> Vec<Finding>; 8] = [
        units::check,
        history::check,
        backcast::check,
        base::check,
        reading::check,
        end_state::check,
        width::one_without_the_other,
        question::ahead_at_medians,
    ];
    checks.iter().flat_map(|check| check(scene)).collect()
}

/// The most serious first.
fn sorted(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by_key(|finding| (finding.severity, finding.kind));
    findings
}
