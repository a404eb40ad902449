//! The audit: checks a scenario for likely mistakes and for answers that could mislead. It never changes an answer.
//!
//! | file | what |
//! |---|---|
//! | `finding` | what a check reports |
//! | `scene` | shared by all checks: central paths, the known past, answers with common random numbers |
//! | `backcast`, `base`, `reading`, `form`, `end_state`, `width`, `weight`, `question`, `reference` | one kind of finding each, with its thresholds |
//! | `pair` | the log-ratio of two providers |
//! | `units`, `history` | numbers in another unit, wrong histories; findings of several kinds |
//! | `text` | an audit as text and as JSON |

mod backcast;
mod base;
mod end_state;
mod finding;
mod form;
mod history;
mod pair;
mod question;
mod reading;
mod reference;
mod scene;
mod text;
mod units;
mod weight;
mod width;

pub use finding::{Figure, Finding, FindingKind, Severity};
#[cfg(feature = "history")]
pub(crate) use pair::{Pair, measured};
pub use weight::{Weight, Weights};
#[cfg(feature = "history")]
pub(crate) use width::INTERVAL_SDS;

use crate::error::Error;
use crate::scenario::Scenario;
use scene::Scene;

/// The findings of an audit and the assumptions that matter most; made by [`Scenario::audit`].
///
/// `Display` prints it as text, serde writes it as JSON.
///
/// # Example: a claim that the base contradicts
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
    /// The number of paths of each simulation.
    paths: u64,
}

impl Audit {
    /// The findings: the most serious first, and those of one [`Severity`] in the order of [`FindingKind`].
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Whether nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.findings.is_empty()
    }

    /// For each question, the three assumptions that move its answer most.
    #[must_use]
    pub fn weights(&self) -> &[Weights] {
        &self.weights
    }
}

impl Scenario {
    /// Audits the scenario for likely mistakes and misleading answers. An empty audit does not prove that a scenario is
    /// right.
    ///
    /// An audit runs a few dozen short simulations: two for each drawn assumption and one for each alternative growth
    /// curve, each with only the providers that are compared with the changed one. Each simulation has 16,384 paths, or
    /// fewer (at least 4,096) for large scenarios: 64 providers over ten years of quarters with 63 questions and 384
    /// assumptions took 8 s on one core. Because of that minimum, thousands of periods or assumptions take minutes. The
    /// same scenario gives the same audit, bit for bit.
    ///
    /// [Views](crate::View) are ignored; `scenario.as_seen_by("bull")?.audit()?` audits one of them.
    ///
    /// # Errors
    /// If the machine lacks the instruction set that `OUTGROW_CPU` requests. A scenario that cannot be simulated is a
    /// finding.
    ///
    /// # Example: 18 instead of 18 %
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
        let own = self.without_views();
        let (scene, mut findings) = Scene::new(&own)?;
        let weights = weight::weigh(&scene);
        let known = without_simulation(&scene);
        findings.extend(form::check(&scene, &weights));
        findings.extend(width::check(&scene)?);
        findings.extend(weight::check(&weights));
        findings.extend(question::check(&scene)?);
        findings.extend(reference::check(&scene));
        // The simulation finds the same and adds probabilities.
        let is_new = |finding: &Finding| {
            let same = |other: &Finding| (other.kind, &other.address) == (finding.kind, &finding.address);
            let is_simulated = matches!(finding.kind, FindingKind::Question | FindingKind::Reference);
            !is_simulated || !findings.iter().any(same)
        };
        let known: Vec<Finding> = known.into_iter().filter(is_new).collect();
        findings.extend(known);
        let weights = weights.into_iter().map(weight::Weighed::heaviest).collect();
        Ok(Audit { findings: sorted(findings), weights, paths: scene.paths })
    }

    /// The findings of [`audit`](Scenario::audit) that need no simulation: rates in percent, half-lives in months,
    /// bases that contradict the history or a claim, a challenger that is already ahead, a growth advantage that does
    /// not fade. It takes about as long as
    /// building the scenario, which is cheap enough for every run.
    ///
    /// The result has no weights. It lacks the findings that need answers: a curve or an assumption that decides, and a
    /// horizon that is too near.
    ///
    /// # Errors
    /// If the machine lacks the instruction set that `OUTGROW_CPU` requests.
    ///
    /// # Example: 18 instead of 18 %, before the run
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
        let findings = without_simulation(&Scene::without_answers(&self.without_views())?);
        Ok(Audit { findings: sorted(findings), weights: Vec::new(), paths: 0 })
    }
}

fn without_simulation(scene: &Scene<'_>) -> Vec<Finding> {
    let checks: [fn(&Scene<'_>) -> Vec<Finding>; 9] = [
        units::check,
        history::check,
        backcast::check,
        base::check,
        reading::check,
        end_state::check,
        width::one_without_the_other,
        question::ahead_at_medians,
        reference::lasting,
    ];
    checks.iter().flat_map(|check| check(scene)).collect()
}

/// Sorts the most serious first.
fn sorted(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by_key(|finding| (finding.severity, finding.kind));
    findings
}
