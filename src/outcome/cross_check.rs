//! Cross-checks: the exact value beside the simulated one.

use std::fmt;

use serde::Serialize;

use super::{Outcome, Overtake};
use crate::calendar::Period;
use crate::error::Error;
use crate::estimate::{Estimate, t_of};
use crate::math;
use crate::paths::REPLICATES;
use crate::scenario::{Question, Scenario};
use crate::simulation::{Sampling, Tally};
use crate::statistic::Totals;

/// The probability that a question disagrees although simulation and solver are right.
const FALSE_ALARM: f64 = 1e-6;
/// A standard error above this fraction of a probability, or of its complement, stems from at most a hundred paths.
const FEW: f64 = 0.1;
/// The tolerance of the exact solver as a fraction of the simulation's smallest error, clamped to the range below.
const PART: f64 = 0.1;
const TOLERANCES: (f64, f64) = (1e-4, 1e-3);
/// An exact answer whose error exceeds this fraction of the simulation's checks nothing.
const SHARP: f64 = 0.5;
/// Importance sampling draws one path in eight from the original distribution, so no weight exceeds this.
const HEAVIEST: f64 = 8.0;

/// The exact answer to a question beside the simulated one, made by
/// [`Simulation::cross_check`](crate::Simulation::cross_check).
///
/// **z** is (simulated − exact) / √(s² + e²), where s is the simulation's standard error and e the solver's. Under
/// plain sampling s is the reported error √(p̃(1−p̃)/ñ), but at least √(u(1−u)/n), where u is the value between the
/// simulated and the exact one at which this is largest; so zero hits or zero misses cannot give an extreme z by
/// chance. With replicates s is the error from their spread, and z has Student's t distribution with 31 degrees of
/// freedom. If that error exceeds a tenth of the probability or of its complement, so that the answer depends on about
/// a hundred paths or fewer and the spread is poorly known, s is also at least √(w u(1−u)/n). Here w is the largest
/// possible weight of a path, 8 under importance sampling and 1 otherwise. There is no z if nothing is drawn, since
/// both values are exact, or if the solver missed its tolerance so far that its error exceeds s/2.
///
/// **The dates of one question are strongly correlated**: paths that have overtaken by one date have also overtaken by
/// the next. Forty z values of 2 may be one deviation seen forty times. Therefore [`agrees`](CrossCheck::agrees)
/// compares the largest |z| of a question with a bound that holds for any correlation (Bonferroni): a correct
/// simulation and a correct solver exceed it in at most one run in a million. With N values of z, the bound under plain
/// sampling is √(2 ln(2N/10⁻⁶)), by Chernoff's bound on the binomial distribution. With replicates it is Student's
/// quantile at 10⁻⁶/N, which assumes that the means of replicates are normal; weights of rare paths may be skewed.
///
/// **As JSON** it is part of its question in the outcome, if requested:
/// ```json
/// "cross_check": {
///   "agrees": true, "largest_z": 2.1, "count": 80, "bound": 6.14, "false_alarm": 1e-6,
///   "ahead_at_base": { "period": "2018-Q1", "simulated": { "value", "standard_error", "interval" }, "exact": { … }, "z": null },
///   "by": [ { "period": "2018-Q2", "simulated": { … }, "exact": { … }, "z": -0.7 } ],
///   "ahead": [ … ]
/// }
/// ```
/// `largest_z` is the z with the largest absolute value, `count` the number of z values. A question without an exact
/// answer has only `{ "because": "…" }`.
///
/// # Example: a simulation that agrees
/// ```
/// # use outgrow::{Curve, Provider, Question, Scenario};
/// # let scenario = Scenario::builder("2018-Q1", "2022-Q4")
/// #     .provider(Provider::new("A", 690e6).growth(Curve::constant(0.6)).volatility(0.15))
/// #     .provider(Provider::new("B", 1.1e9).growth(Curve::constant(0.3)).volatility(0.1))
/// #     .question(Question::overtakes("A", "B")).build()?;
/// let outcome = scenario.simulate().paths(20_000).cross_check().run()?;
/// let check = outcome.overtake("A", "B")?.cross_check().expect("requested");
/// assert!(check.agrees() && check.because().is_none());
/// println!("{check}");                                 // "checked against exact: largest |z| 1.9 over 38 probabilities"
/// let one = check.by()[3];
/// println!("{}: {} beside {}", one.period, one.simulated, one.exact);
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct CrossCheck {
    question: String,
    /// The base, then "by" every date, then "ahead" at every date; or the reason why there is no exact answer.
    checked: Result<Vec<Checked>, String>,
    bound: f64,
}

/// A simulated and an exact probability.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Checked {
    /// The date of the probability.
    pub period: Period,
    /// The simulated value.
    pub simulated: Estimate,
    /// The exact value.
    pub exact: Estimate,
    /// (simulated − exact) over the combined standard error; `None` if neither has an error, or if the exact answer's
    /// error exceeds half of the simulation's.
    pub z: Option<f64>,
}

/// The parameters of the sampling error of a run.
#[derive(Debug, Clone, Copy)]
struct Sampled {
    paths: f64,
    /// The largest possible weight of a path.
    heaviest: f64,
    /// The degrees of freedom of the replicates, if any.
    degrees: Option<f64>,
}

impl Sampled {
    #[expect(clippy::cast_precision_loss, reason = "path counts stay far below 2^53")]
    fn of(tally: &Tally) -> Self {
        let filled = |totals: &Totals| totals.weight.paths().iter().filter(|paths| **paths > 0.0).count();
        Self {
            paths: tally.paths() as f64,
            heaviest: if tally.settings().sampling == Sampling::Importance { HEAVIEST } else { 1.0 },
            degrees: tally.totals().map(|totals| (filled(totals).clamp(2, REPLICATES) - 1) as f64),
        }
    }

    fn checked(self, period: Period, simulated: Estimate, exact: Estimate) -> Checked {
        let (own, other) = (self.error(&simulated, exact.value()), exact.standard_error());
        let error = math::hypot(own, other);
        // If the solver misses its tolerance, its error must not hide an error of the simulation.
        let z = (error > 0.0 && other <= SHARP * own).then(|| (simulated.value() - exact.value()) / error);
        Checked { period, simulated, exact, z }
    }

    /// The standard error of a share of paths whose true probability is `p`.
    fn error(self, simulated: &Estimate, p: f64) -> f64 {
        let reported = simulated.standard_error();
        let value = simulated.value();
        let is_few = reported > FEW * value.min(1.0 - value);
        if reported > 0.0 && (self.degrees.is_none() || is_few) {
            let u = 0.5_f64.clamp(p.min(value), p.max(value));
            // No weight v exceeds w: under a tilted distribution E[v²(hit − p)²] ≤ w·E[v(hit − p)²] = w·p(1 − p).
            return reported.max((self.heaviest * u * (1.0 - u) / self.paths).sqrt());
        }
        reported
    }

    /// The bound that the largest of `count` |z| exceeds in at most `FALSE_ALARM` of runs.
    #[expect(clippy::cast_precision_loss, reason = "at most a few thousand dates")]
    fn bound(self, count: usize) -> f64 {
        let count = count.max(1) as f64;
        match self.degrees {
            // P(|z| ≥ x) ≤ 2e^(−x²/2): for a share x and a probability p, the divergence n·D = n ∫ (x−u)/(u(1−u)) du is
            // at least z²/2 if z uses the largest u(1−u) in between (H. Chernoff 1952; W. Hoeffding 1963, theorem 1).
            None => (-2.0 * math::ln(0.5 * FALSE_ALARM / count)).sqrt(),
            Some(degrees) => t_of(1.0 - FALSE_ALARM / count, degrees),
        }
    }
}

impl CrossCheck {
    fn new(simulated: &Overtake, exact: Result<&Overtake, String>, sampled: Sampled) -> Self {
        let checked = exact.map(|exact| {
            let pairs = simulated.every_estimate().zip(exact.every_estimate());
            pairs.map(|((period, own), (_, exact))| sampled.checked(period, own, exact)).collect::<Vec<_>>()
        });
        let count = checked.iter().flatten().filter(|one| one.z.is_some()).count();
        Self { question: simulated.name().to_owned(), checked, bound: sampled.bound(count) }
    }

    /// The name of the question.
    #[must_use]
    pub fn question(&self) -> &str {
        &self.question
    }

    /// The reason why there is no exact answer, if there is none.
    #[must_use]
    pub fn because(&self) -> Option<&str> {
        self.checked.as_ref().err().map(String::as_str)
    }

    fn all(&self) -> &[Checked] {
        self.checked.as_deref().unwrap_or_default()
    }

    /// The number of answered dates.
    fn dates(&self) -> usize {
        self.all().len().saturating_sub(1) / 2
    }

    /// The probability of being ahead at the base; `None` if there is no exact answer.
    #[must_use]
    pub fn ahead_at_base(&self) -> Option<Checked> {
        self.all().first().copied()
    }

    /// The probability that the overtake has happened, by date; empty if there is no exact answer.
    #[must_use]
    pub fn by(&self) -> &[Checked] {
        self.all().get(1..=self.dates()).unwrap_or_default()
    }

    /// The probability of being ahead, by date; empty if there is no exact answer.
    #[must_use]
    pub fn ahead(&self) -> &[Checked] {
        self.all().get(self.dates() + 1..=2 * self.dates()).unwrap_or_default()
    }

    /// The probability of being ahead from the base on for as many dates as the question requires; `None` if it
    /// requires only one, or if there is no exact answer.
    #[must_use]
    pub fn from_base(&self) -> Option<Checked> {
        self.all().get(2 * self.dates() + 1).copied()
    }

    fn deviations(&self) -> impl Iterator<Item = f64> + '_ {
        self.all().iter().filter_map(|one| one.z)
    }

    /// The number of z values.
    #[must_use]
    pub fn count(&self) -> usize {
        self.deviations().count()
    }

    /// The z with the largest absolute value; `None` if all values are exact, or if there is no exact answer.
    #[must_use]
    pub fn largest_z(&self) -> Option<f64> {
        self.deviations().reduce(|largest, z| if z.abs() > largest.abs() { z } else { largest })
    }

    /// The number of probabilities whose exact answer is not accurate enough for a check.
    fn blurred(&self) -> usize {
        self.all().iter().filter(|one| one.z.is_none() && one.exact.standard_error() > 0.0).count()
    }

    /// The largest |z| that counts as agreement.
    #[must_use]
    pub fn bound(&self) -> f64 {
        self.bound
    }

    /// Whether no |z| exceeds the bound and values without error are equal. A question without an exact answer agrees.
    #[must_use]
    pub fn agrees(&self) -> bool {
        let is_near = |one: &Checked| match one.z {
            Some(z) => z.abs() <= self.bound,
            None => one.exact.standard_error() > 0.0 || (one.simulated.value() - one.exact.value()).abs() <= 0.0,
        };
        self.all().iter().all(is_near)
    }
}

impl Outcome {
    /// Adds the exact answer to every question.
    pub(crate) fn cross_checked(mut self, tally: &Tally) -> Self {
        let sampled = Sampled::of(tally);
        for (question, simulated) in tally.scenario().questions().iter().zip(&mut self.questions) {
            let exact = solved(tally.scenario(), question, tolerance(simulated), tally.settings().continuous);
            let exact = exact.as_ref().map(|exact| &exact.questions[0]).map_err(because);
            simulated.checked = Some(CrossCheck::new(simulated, exact, sampled));
        }
        self
    }

    /// The cross-check of every question; empty unless [requested](crate::Simulation::cross_check).
    pub fn cross_checks(&self) -> impl Iterator<Item = &CrossCheck> {
        self.questions.iter().filter_map(Overtake::cross_check)
    }
}

/// A solver tolerance that adds little to the simulation's error, since z combines both errors.
fn tolerance(simulated: &Overtake) -> f64 {
    let least = simulated.errors().filter(|error| *error > 0.0).fold(f64::INFINITY, f64::min);
    (PART * least).clamp(TOLERANCES.0, TOLERANCES.1)
}

/// Solves one question alone, so that it does not fail because of another.
fn solved(scenario: &Scenario, question: &Question, tolerance: f64, continuous: bool) -> Result<Outcome, Error> {
    let mut alone = scenario.clone();
    alone.questions = vec![question.clone()];
    let exact = alone.exact().tolerance(tolerance).continuous(continuous);
    exact.lead_changes(false).fans(false).ranks(false).shares(false).run()
}

/// The reason why there is no exact answer, or the whole message of another error.
fn because(error: &Error) -> String {
    error.problems()[0].reason().map_or_else(|| error.to_string(), str::to_owned)
}

impl fmt::Display for CrossCheck {
    /// Writes "checked against exact: largest |z| 2.1 over 80 probabilities".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(because) = self.because() {
            return write!(f, "not checked against exact: {because}");
        }
        match self.largest_z() {
            Some(z) => {
                write!(f, "checked against exact: largest |z| {:.1} over {} probabilities", z.abs(), self.count())?;
            }
            None if self.blurred() == 0 => write!(f, "checked against exact: nothing is drawn")?,
            None => write!(f, "not checked against exact")?,
        }
        if self.blurred() > 0 {
            write!(f, "; for {} of them the exact answer is not accurate enough", self.blurred())?;
        }
        if self.agrees() { Ok(()) } else { write!(f, ", above the bound of {:.1}: they disagree", self.bound) }
    }
}

impl Serialize for CrossCheck {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Refused<'a> {
            because: &'a str,
        }
        #[derive(Serialize)]
        struct Written<'a> {
            agrees: bool,
            largest_z: Option<f64>,
            count: usize,
            bound: f64,
            false_alarm: f64,
            ahead_at_base: Option<Checked>,
            #[serde(skip_serializing_if = "Option::is_none")]
            from_base: Option<Checked>,
            by: &'a [Checked],
            ahead: &'a [Checked],
        }
        if let Some(because) = self.because() {
            return Refused { because }.serialize(serializer);
        }
        let written = Written {
            agrees: self.agrees(),
            largest_z: self.largest_z(),
            count: self.count(),
            bound: self.bound,
            false_alarm: FALSE_ALARM,
            ahead_at_base: self.ahead_at_base(),
            from_base: self.from_base(),
            by: self.by(),
            ahead: self.ahead(),
        };
        written.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimate::z_of;
    use crate::{Curve, Provider, uniform};

    fn scenario() -> Scenario {
        Scenario::builder("2018-Q1", "2023-Q1")
            .provider(Provider::new("a", 700).growth(Curve::constant(uniform(0.3, 0.5))).volatility(0.2))
            .provider(Provider::new("b", uniform(900.0, 1100.0)).growth(Curve::constant(0.2)).volatility(0.1))
            .correlation("a", "b", 0.3)
            .question(Question::overtakes("a", "b"))
            .build()
            .expect("valid")
    }

    /// A solver or a simulation that is off by 0.01 in a growth rate is detected.
    #[test]
    fn a_planted_fault_is_seen_under_every_sampling() {
        let scenario = scenario();
        let wrong = scenario.with("provider[b].growth.constant", 0.21).expect("valid");
        let wrong = solved(&wrong, &wrong.questions()[0], 1e-6, false).expect("exact");
        for sampling in [Sampling::Plain, Sampling::Antithetic, Sampling::Sobol, Sampling::Importance] {
            let run = scenario.simulate().paths(200_000).seed(3).sampling(sampling).cross_check();
            let tally = run.fans(false).ranks(false).shares(false).tally().expect("a tally");
            let outcome = tally.outcome().expect("an outcome");
            let question = &outcome.questions()[0];
            let right = question.cross_check().expect("requested");
            assert!(right.agrees() && right.count() >= 38, "{sampling:?}: {right}");
            let check = CrossCheck::new(question, Ok(&wrong.questions()[0]), Sampled::of(&tally));
            assert!(!check.agrees() && check.largest_z().is_some_and(|z| z > check.bound()), "{sampling:?}: {check}");
            assert!(check.to_string().ends_with("they disagree"), "{check}");
            assert_eq!(serde_json::to_value(&check).expect("written")["agrees"], false);
        }
    }

    #[test]
    fn z_by_hand_with_none_and_all_of_the_paths() {
        let period: Period = "2018-Q1".parse().expect("label");
        let sampled = Sampled { paths: 1000.0, heaviest: 1.0, degrees: None };
        let z = |hits: u64, p: f64| {
            let simulated = Estimate::wilson(hits, 1000, z_of(0.95));
            sampled.checked(period, simulated, Estimate::exact(p)).z.expect("drawn")
        };
        // −np/√(np(1−p)) = −√(np/(1−p)): zero hits with five expected are 2.2 standard errors, e^−5.
        assert!((z(0, 0.005) + (5.0_f64 / 0.995).sqrt()).abs() < 1e-12);
        assert!((z(1000, 0.995) - (5.0_f64 / 0.995).sqrt()).abs() < 1e-12);
        // One hit with a thousandth expected is not 30 standard errors: the error is about one path.
        assert!(z(1, 1e-6) > 0.0 && z(1, 1e-6) < 1.0);
        // 40 more than 500 are 40/√250.
        assert!((z(540, 0.5) - 40.0 / 250.0_f64.sqrt()).abs() < 1e-9);
    }

    #[test]
    fn few_hits_of_replicates_have_the_error_of_counts() {
        let period: Period = "2018-Q1".parse().expect("label");
        let sampled = Sampled { paths: 32_000.0, heaviest: 1.0, degrees: Some(31.0) };
        // A single hit has a spread of one hit, whatever the expected number.
        let mut hits = [0.0; REPLICATES];
        hits[3] = 1.0;
        let simulated = Estimate::replicated(&hits, &[1000.0; REPLICATES], 2.04, None);
        let z = sampled.checked(period, simulated, Estimate::exact(10.0 / 32_000.0)).z.expect("drawn");
        assert!((z + 9.0 / 10.0_f64.sqrt()).abs() < 1e-3, "{z}");
        let many = [400.0; REPLICATES].map(|hits: f64| hits + 1.0);
        let simulated = Estimate::replicated(&many, &[1000.0; REPLICATES], 2.04, None);
        assert!(sampled.error(&simulated, 0.4) < 1e-9, "the spread alone");
    }

    #[test]
    fn bounds_as_published_laws_have_them() {
        let bound = |degrees| Sampled { paths: 1.0, heaviest: 1.0, degrees }.bound(80);
        // √(2 ln 1.6e8), and scipy.stats.t.isf(0.5e-6 / 80, 31).
        assert!((bound(None) - 6.146_655_1).abs() < 1e-6, "{}", bound(None));
        assert!((bound(Some(31.0)) - 7.652_209_9).abs() < 1e-5, "{}", bound(Some(31.0)));
    }
}
