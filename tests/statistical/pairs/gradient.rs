//! Gradients at random addresses against central differences of whole exact answers.

use outgrow::{Error, Scenario};
use rayon::prelude::*;

use super::generator::pair;
use super::model::{Class, Pair};
use super::random::Random;

/// The question of every pair.
const QUESTION: &str = "A overtakes B";

/// Allowed relative distance of a derivative from a difference, besides the reported error of the answer.
const RELATIVE: f64 = 1e-3;

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
    /// How far the differences of two steps lie apart: whole answers may be integrated at other points after a step.
    noise: f64,
    error: f64,
}

impl Slope {
    /// The distance relative to the allowed one.
    fn off(&self) -> f64 {
        (self.gradient - self.difference).abs() / (RELATIVE * self.difference.abs() + self.error + self.noise)
    }
}

impl Settings {
    /// Compares and prints; fails if a derivative differs by more than is allowed.
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
        println!("{} of {} slopes off by more than is allowed", off.len(), slopes.len());
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
        assert!(off.is_empty(), "{} slopes are off:\n{off:#?}\n{}", off.len(), scenarios.join("\n"));
    }

    /// Derivatives of one pair; none if it has no gradient.
    fn slopes(&self, number: u64) -> Option<Vec<Slope>> {
        let pair = pair(number);
        if !matches!(pair.class(), Class::Fixed | Class::Drawn) || pair.sustained > 1 {
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
        let mut entries = gradient.entries().to_vec();
        let mut slopes = Vec::new();
        while slopes.len() < OF_ONE_PAIR && !entries.is_empty() {
            let entry = entries.swap_remove(random.below(entries.len()));
            let scale = if entry.number == 0.0 { 1.0 } else { entry.number.abs() };
            let with_step =
                |step: f64| self.difference(&scenario, &date, (&entry.address, entry.number, scale), step).ok();
            let (Some(difference), Some(wider)) = (with_step(self.step), with_step(4.0 * self.step)) else {
                // The step leaves the domain of the number.
                continue;
            };
            slopes.push(Slope {
                pair: number,
                address: entry.address,
                date: date.clone(),
                gradient: scale * entry.slope,
                difference,
                noise: (difference - wider).abs(),
                error: gradient.probability().standard_error(),
            });
        }
        Some(slopes)
    }

    /// By central differences, for a change of the number by `scale`.
    fn difference(
        &self,
        scenario: &Scenario,
        date: &str,
        (at, number, scale): (&str, f64, f64),
        step: f64,
    ) -> Result<f64, Error> {
        let by = |side: f64| {
            let moved = scenario.with(at, number + side * step * scale)?;
            let exact =
                moved.exact().tolerance(self.tolerance).lead_changes(false).fans(false).ranks(false).shares(false);
            Ok::<f64, Error>(exact.run()?.question(QUESTION)?.by(date)?.value())
        };
        Ok((by(1.0)? - by(-1.0)?) / (2.0 * step))
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
