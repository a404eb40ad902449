//! Gradients at random addresses against central differences of precise exact answers.

use outgrow::{Error, Scenario};
use rayon::prelude::*;

use super::generator::pair;
use super::model::Pair;
use super::random::Random;

/// The question of every pair.
const QUESTION: &str = "A overtakes B";

/// Allowed relative distance of a derivative from a difference, besides its reported error.
const RELATIVE: f64 = 1e-3;
/// That of answers, over the step of a difference.
const ROUNDING: f64 = 1e-11;

/// Tolerances of the answers of a difference, relative to that of the gradient. The error of an answer changes with the number too, so
/// that answers of two tolerances show that of the difference.
const PRECISE: [f64; 2] = [0.01, 0.1];

/// How far apart the answers of a difference may lie, and the smallest step that is tried.
const MOST_APART: f64 = 0.05;
const SMALLEST_STEP: f64 = 1e-8;

/// Addresses tested per pair.
const OF_ONE_PAIR: usize = 3;

/// What to compare.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    pub(super) addresses: usize,
    pub(super) tolerance: f64,
    /// The step of a difference, relative to the number.
    pub(super) step: f64,
}

/// The derivative of a probability with respect to the log of a number: by the gradient, and by differences.
#[derive(Debug)]
struct Slope {
    pair: u64,
    address: String,
    date: String,
    gradient: f64,
    difference: f64,
    /// How far the differences of two steps and of two tolerances lie apart.
    noise: f64,
    /// The reported error of the derivative.
    error: f64,
}

impl Slope {
    /// The distance relative to the allowed one.
    fn off(&self) -> f64 {
        let allowed = RELATIVE * self.difference.abs() + self.error + self.noise + ROUNDING;
        (self.gradient - self.difference).abs() / allowed
    }
}

impl Settings {
    /// Compares and prints; fails if more than 1 % of the derivatives differ by more than is allowed, as three standard errors over 16
    /// replicates do by chance, or one by more than twice as much.
    pub(super) fn run(&self) {
        let pairs = (0_u64..).map(|block| block * 64..(block + 1) * 64);
        let mut slopes: Vec<Slope> = Vec::new();
        let mut tried = 0;
        for block in pairs {
            let found: Vec<_> = block.into_par_iter().map(|number| self.slopes(number)).collect();
            tried += found.iter().filter(|found| found.is_some()).count();
            slopes.extend(found.into_iter().flatten().flatten());
            if slopes.len() >= self.addresses || tried > 10 * self.addresses {
                break;
            }
        }
        slopes.truncate(self.addresses);
        assert_eq!(slopes.len(), self.addresses, "of {tried} pairs");
        slopes.sort_by(|a, b| b.off().total_cmp(&a.off()));
        let off: Vec<&Slope> = slopes.iter().filter(|slope| !(slope.off() <= 1.0)).collect();
        let far = off.iter().filter(|slope| !(slope.off() <= 2.0)).count();
        println!(
            "{} of {} slopes off by more than is allowed, {far} by more than twice as much",
            off.len(),
            slopes.len()
        );
        let mut relative: Vec<f64> = slopes.iter().map(|slope| slope.error / slope.difference.abs()).collect();
        relative.sort_by(f64::total_cmp);
        let quantile = |percent: usize| relative[percent * (relative.len() - 1) / 100];
        let [median, most] = [50, 95].map(quantile);
        println!("reported errors relative to the slope: median {median:.1e}, 95 % {most:.1e}");
        for slope in slopes.iter().take(40) {
            let Slope { pair, address, date, gradient, difference, noise, error } = slope;
            let off = slope.off();
            println!(
                "{off:9.3}  pair {pair} by {date}, {address}: {gradient:e}, difference {difference:e} ± {noise:.1e}, error {error:.1e}"
            );
        }
        let noisy = slopes.iter().filter(|slope| slope.noise > RELATIVE * slope.difference.abs() + slope.error).count();
        println!("{noisy} of {} differences too noisy to compare with", slopes.len());
        assert!(10 * noisy <= slopes.len(), "{noisy} of {} differences are too noisy", slopes.len());
        let scenarios = off.iter().take(3).map(|slope| pair(slope.pair).text()).collect::<Vec<_>>();
        assert!(
            far == 0 && 100 * off.len() <= slopes.len(),
            "{} slopes are off:\n{off:#?}\n{}",
            off.len(),
            scenarios.join("\n")
        );
    }

    /// Derivatives of one pair; none if it has no gradient.
    fn slopes(&self, number: u64) -> Option<Vec<Slope>> {
        let pair = pair(number);
        if pair.sustained > 1 {
            return None;
        }
        let mut random = Random::new(!number);
        let scenario = pair.scenario().expect("a scenario");
        let date = open_date(&scenario, &pair, self.tolerance, &mut random)?;
        let gradient = match scenario.exact().tolerance(self.tolerance).gradient(QUESTION, date.as_str()) {
            Ok(gradient) => gradient,
            Err(error) if error.is_unsupported() => return None,
            Err(error) => panic!("pair {number}: {error}\n{}", pair.text()),
        };
        let shortened = scenario.with_horizon(date.as_str()).expect("a date of the scenario");
        let mut entries = gradient.entries().to_vec();
        let mut slopes = Vec::new();
        while slopes.len() < OF_ONE_PAIR && !entries.is_empty() {
            let entry = entries.swap_remove(random.below(entries.len()));
            let scale = if entry.number == 0.0 { 1.0 } else { entry.number.abs() };
            let with = |step: f64, precise: f64| {
                self.difference(&shortened, &date, (&entry.address, entry.number, scale), (step, precise))
            };
            let [precise, rough] = PRECISE;
            let Some((step, rough)) = self.step_within(&with, rough) else { continue };
            let (Some(difference), Some(wider)) = (with(step, precise), with(4.0 * step, precise)) else {
                // The step leaves the domain of the number, or an answer misses its tolerance.
                continue;
            };
            slopes.push(Slope {
                pair: number,
                address: entry.address,
                date: date.clone(),
                gradient: scale * entry.slope,
                difference,
                noise: (difference - wider).abs().max((difference - rough).abs()),
                error: scale * entry.standard_error,
            });
        }
        Some(slopes)
    }

    /// The step and its difference, or a smaller one where the probability is nearly a step of the number: the answers on both sides must
    /// differ little.
    fn step_within(&self, with: &dyn Fn(f64, f64) -> Option<f64>, precise: f64) -> Option<(f64, f64)> {
        let mut step = self.step;
        loop {
            let difference = with(step, precise)?;
            if step <= SMALLEST_STEP || 2.0 * step * difference.abs() <= MOST_APART {
                return Some((step, difference));
            }
            step *= 0.01;
        }
    }

    /// By central differences, for a change of the number by `scale`; none if the step leaves the domain of the number, or an answer misses
    /// its tolerance, so that its error may change with the number.
    fn difference(
        &self,
        scenario: &Scenario,
        date: &str,
        (at, number, scale): (&str, f64, f64),
        (step, precise): (f64, f64),
    ) -> Option<f64> {
        let by = |side: f64| {
            let tolerance = precise * self.tolerance;
            let moved = scenario.with(at, number + side * step * scale)?;
            let exact = moved.exact().tolerance(tolerance).lead_changes(false).fans(false).ranks(false).shares(false);
            let outcome = exact.run()?;
            let by = outcome.question(QUESTION)?.by(date)?;
            Ok::<_, Error>((by.standard_error() <= tolerance).then_some(by.value()))
        };
        let [high, low] = [by(1.0).ok()??, by(-1.0).ok()??];
        Some((high - low) / (2.0 * step))
    }
}

/// A random date whose probability is neither small nor large.
fn open_date(scenario: &Scenario, pair: &Pair, tolerance: f64, random: &mut Random) -> Option<String> {
    let exact = scenario.exact().tolerance(tolerance).lead_changes(false).fans(false).ranks(false).shares(false);
    let outcome = exact.run().unwrap_or_else(|error| panic!("{error}\n{}", pair.text()));
    let question = outcome.question(QUESTION).expect("the question");
    let open = question.periods().iter().filter(|date| {
        let by = question.by(**date).expect("a date").value();
        by > 0.01 && by < 0.99
    });
    let open: Vec<String> = open.map(ToString::to_string).collect();
    (!open.is_empty()).then(|| open[random.below(open.len())].clone())
}
