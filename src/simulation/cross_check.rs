//! Cross-checks a simulation against the exact solver.

use super::tally::Tally;
use crate::calendar::Period;
use crate::error::Error;
use crate::estimate::{Estimate, t_of};
use crate::math;
use crate::outcome::{Checked, CrossCheck, FALSE_ALARM, Outcome, Overtake};
use crate::paths::{REPLICATES, Sampling};
use crate::scenario::{Question, Scenario};
use crate::statistic::Totals;

/// A standard error above this fraction of a probability, or of its complement, stems from at most a hundred paths.
const FEW: f64 = 0.1;
/// The tolerance of the exact solver as a fraction of the simulation's smallest error, clamped to the range below.
const PART: f64 = 0.1;
const TOLERANCES: (f64, f64) = (1e-4, 1e-3);
/// An exact answer whose error exceeds this fraction of the simulation's checks nothing.
const SHARP: f64 = 0.5;
/// Importance sampling draws one path in eight from the original distribution, so no weight exceeds this.
const HEAVIEST: f64 = 8.0;

/// The parameters of the sampling error of a run.
#[derive(Debug, Clone, Copy)]
struct SamplingError {
    paths: f64,
    /// The largest possible weight of a path.
    heaviest: f64,
    /// The degrees of freedom of the replicates, if any.
    degrees: Option<f64>,
}

impl SamplingError {
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

/// Compares a simulated answer with the exact one, or with the reason why there is none.
fn compared(simulated: &Overtake, exact: Result<&Overtake, String>, sampled: SamplingError) -> CrossCheck {
    let checked = exact.map(|exact| {
        let pairs = simulated.every_estimate().zip(exact.every_estimate());
        pairs.map(|((period, own), (_, exact))| sampled.checked(period, own, exact)).collect::<Vec<_>>()
    });
    let count = checked.iter().flatten().filter(|one| one.z.is_some()).count();
    CrossCheck { question: simulated.name().to_owned(), checked, bound: sampled.bound(count) }
}

/// Adds the exact answer to every question.
pub(super) fn cross_checked(mut outcome: Outcome, tally: &Tally) -> Outcome {
    let sampled = SamplingError::of(tally);
    for (question, simulated) in tally.scenario().questions().iter().zip(&mut outcome.questions) {
        let exact = solved(tally.scenario(), question, tolerance(simulated), tally.settings().continuous);
        let exact = exact.as_ref().map(|exact| &exact.questions[0]).map_err(reason);
        simulated.checked = Some(compared(simulated, exact, sampled));
    }
    outcome
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
fn reason(error: &Error) -> String {
    error.problems()[0].reason().map_or_else(|| error.to_string(), str::to_owned)
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
            let run = scenario.simulate().paths(200_000).seed(3).sampling(sampling).cross_check(true);
            let tally = run.fans(false).ranks(false).shares(false).tally().expect("a tally");
            let outcome = tally.outcome().expect("an outcome");
            let question = &outcome.questions()[0];
            let right = question.cross_check().expect("requested");
            assert!(right.agrees() && right.count() >= 38, "{sampling:?}: {right}");
            let check = compared(question, Ok(&wrong.questions()[0]), SamplingError::of(&tally));
            assert!(!check.agrees() && check.largest_z().is_some_and(|z| z > check.bound()), "{sampling:?}: {check}");
            assert!(check.to_string().ends_with("they disagree"), "{check}");
            assert_eq!(serde_json::to_value(&check).expect("written")["agrees"], false);
        }
    }

    #[test]
    fn z_by_hand_with_none_and_all_of_the_paths() {
        let period: Period = "2018-Q1".parse().expect("label");
        let sampled = SamplingError { paths: 1000.0, heaviest: 1.0, degrees: None };
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
        let sampled = SamplingError { paths: 32_000.0, heaviest: 1.0, degrees: Some(31.0) };
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
        let bound = |degrees| SamplingError { paths: 1.0, heaviest: 1.0, degrees }.bound(80);
        // √(2 ln 1.6e8), and scipy.stats.t.isf(0.5e-6 / 80, 31).
        assert!((bound(None) - 6.146_655_1).abs() < 1e-6, "{}", bound(None));
        assert!((bound(Some(31.0)) - 7.652_209_9).abs() < 1e-5, "{}", bound(Some(31.0)));
    }
}
