//! Common random numbers: runs two scenarios on the same streams, so that what they share cancels in the difference.

use std::sync::atomic::{AtomicU64, Ordering};

use super::builder::Simulation;
use super::parts::overtakes;
use super::run::{CHUNK, workers};
use super::settings::Settings;
use crate::assumption::address::{ProviderKey, of_provider};
use crate::calendar::Period;
use crate::error::{Error, Problem};
use crate::estimate::{Estimate, z_of};
use crate::outcome::{Change, Difference, Differences};
use crate::paths::{Block, Paths, Sampler, Sampling, groups_that_fit};
use crate::plan::Plan;
use crate::scenario::Scenario;
use crate::statistic::OvertakeStatistic;

impl Simulation<'_> {
    /// Estimates the difference in probability of each overtake between `other` and this scenario, with common random
    /// numbers: for every question in both (matched by name) and every date, the probability in `other` minus the one
    /// here. What is drawn under the same name or address uses the same random numbers in both scenarios, so the error
    /// of the *difference* is far smaller than the errors of the two probabilities.
    ///
    /// Paths, seed, threads and confidence are taken from this simulation. Sampling is plain, and overtakes are
    /// monitored on dates. Fans, ranks and shares are not kept.
    ///
    /// # Errors
    /// As for [`Simulation::run`]. Also if base or horizon differ, if no question has the same name in both, or if a
    /// shard, a stopping rule, another sampling, `continuous`, `cross_check`, `views`, custom statistics or a progress
    /// callback is set: these do not apply to a difference.
    ///
    /// # Example: the effect of one percentage point of growth
    /// ```
    /// # use outgrow::{Curve, Provider, Question, Scenario};
    /// # let scenario = Scenario::builder("2018-Q1", "2020-Q4")
    /// #     .provider(Provider::new("A", 690e6).growth(Curve::constant(0.6)).volatility(0.15))
    /// #     .provider(Provider::new("B", 1.1e9).growth(Curve::constant(0.3)).volatility(0.1))
    /// #     .question(Question::overtakes("A", "B")).build()?;
    /// let faster = scenario.with("provider[A].growth.constant", 0.61)?;
    /// let differences = scenario.simulate().paths(10_000).difference(&faster)?;
    /// let change = differences.question("A overtakes B")?.by("2019-Q4")?;
    /// assert!(change.value > 0.0 && change.standard_error < change.after.standard_error());
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn difference(self, other: &Scenario) -> Result<Differences, Error> {
        self.check()?;
        self.check_difference(other)?;
        let pair = ScenarioPair::new(&self, other)?;
        let done = pair.count(&self)?;
        Ok(pair.outcome(&self.settings, &done))
    }

    fn check_difference(&self, other: &Scenario) -> Result<(), Error> {
        let mut problems = Vec::new();
        let mut report = |address: &str, message: String| problems.push(Problem::new(address, message));
        if self.settings.sampling != Sampling::Plain {
            report("sampling", format!("a difference requires plain sampling, got {}", self.settings.sampling.word()));
        }
        if self.settings.precision.is_some() {
            report("until", "a difference requires a number of paths rather than a stopping rule".to_owned());
        }
        if self.settings.continuous {
            report("continuous", "a difference requires overtakes monitored on dates".to_owned());
        }
        if self.settings.cross_check {
            report("cross_check", "a difference cannot be cross-checked".to_owned());
        }
        if self.views {
            report("views", "a difference compares two scenarios, not their views; pass as_seen_by(view)".to_owned());
        }
        if self.shard != (0, 1) {
            report("shard", "a difference cannot be run in shards".to_owned());
        }
        if !self.custom.is_empty() || self.progress.is_some() {
            report("difference", "a difference supports neither custom statistics nor a progress callback".to_owned());
        }
        let own = self.scenario;
        if (own.base(), own.horizon()) != (other.base(), other.horizon()) {
            let (from, to) = ((own.base(), own.horizon()), (other.base(), other.horizon()));
            report("scenario", format!("{} to {} cannot be compared with {} to {}", from.0, from.1, to.0, to.1));
        }
        let exits = [own, other].into_iter().flat_map(Scenario::providers).find(|provider| provider.get_exit() > 0.0);
        if let Some(provider) = exits {
            let address = of_provider(provider.name(), ProviderKey::Exit);
            let reason = "differences are not implemented for providers that may exit";
            problems.push(Problem::unsupported(address, "no difference", reason, "run the two scenarios one by one"));
        }
        if problems.is_empty() { Ok(()) } else { Err(Error::of_settings("difference", problems)) }
    }
}

/// Two scenarios and their common questions.
struct ScenarioPair {
    plans: [Plan; 2],
    /// Name and dates of each question, and its statistic in each scenario.
    questions: Vec<(String, Vec<usize>, [OvertakeStatistic; 2])>,
}

/// Counts of one question by date, where 0 is the base.
#[derive(Debug, Clone)]
struct Counted {
    /// Paths by the date of their first overtake, in each scenario.
    first: [Vec<u64>; 2],
    /// Change, from one date to the next, in the number of paths that have overtaken in one scenario only.
    only: [Vec<i64>; 2],
}

impl Counted {
    fn new(dates: usize) -> Self {
        Self { first: [(); 2].map(|()| vec![0; dates + 2]), only: [(); 2].map(|()| vec![0; dates + 2]) }
    }

    /// Counts one path, given the class of its first overtake in each scenario.
    fn gain(&mut self, classes: [u16; 2]) {
        let [before, after] = classes.map(usize::from);
        self.first[0][before] += 1;
        self.first[1][after] += 1;
        let (who, from, to) = if before <= after { (0, before, after) } else { (1, after, before) };
        self.only[who][from] += 1;
        self.only[who][to] -= 1;
    }

    fn merge(mut self, other: &Self) -> Self {
        for (own, other) in self.first.iter_mut().flatten().zip(other.first.iter().flatten()) {
            *own += other;
        }
        for (own, other) in self.only.iter_mut().flatten().zip(other.only.iter().flatten()) {
            *own += other;
        }
        self
    }
}

/// Counts of one worker, by question.
type WorkerCounts = Result<Vec<Counted>, Error>;

impl ScenarioPair {
    fn new(simulation: &Simulation<'_>, other: &Scenario) -> Result<Self, Error> {
        let scenarios = [simulation.scenario, other];
        let plan = |scenario: &Scenario| {
            let mut plan = Plan::new(scenario, simulation.settings.seed)?;
            plan.find_close_pairs(scenario, false).map(|()| plan)
        };
        let plans = [plan(scenarios[0])?, plan(scenarios[1])?];
        let named = |at: usize| overtakes(scenarios[at], &plans[at], false);
        let mut others = named(1);
        let mut questions = Vec::new();
        for (name, dates, own) in named(0) {
            if let Some(place) = others.iter().position(|(other, at, _)| *other == name && *at == dates) {
                questions.push((name, dates, [own, others.swap_remove(place).2]));
            }
        }
        if questions.is_empty() {
            return Err(no_common_question(scenarios));
        }
        Ok(Self { plans, questions })
    }

    fn count(&self, simulation: &Simulation<'_>) -> Result<Vec<Counted>, Error> {
        let settings = &simulation.settings;
        let next = AtomicU64::new(0);
        let worker = || self.worker(settings, &next);
        let merge = |a: WorkerCounts, b: WorkerCounts| Ok(a?.into_iter().zip(&b?).map(|(a, b)| a.merge(b)).collect());
        workers(simulation.threads, settings.groups().div_ceil(CHUNK), worker, merge)?
    }

    fn worker(&self, settings: &Settings, next: &AtomicU64) -> WorkerCounts {
        let mut counted: Vec<Counted> = self.questions.iter().map(|(_, dates, _)| Counted::new(dates.len())).collect();
        let at_once = self.plans.iter().map(groups_that_fit).min().expect("two plans");
        let mut blocks = self.plans.each_ref().map(|plan| Block::new(plan, at_once));
        loop {
            let from = next.fetch_add(CHUNK, Ordering::Relaxed);
            let end = (from + CHUNK).min(settings.groups());
            if from >= end {
                return Ok(counted);
            }
            let mut group = from;
            while group < end {
                let groups = at_once.min(usize::try_from(end - group).unwrap_or(usize::MAX));
                let to = group + groups as u64;
                let len = usize::try_from(settings.paths_in(group, to)).unwrap_or(usize::MAX);
                for (plan, block) in self.plans.iter().zip(&mut blocks) {
                    block.fill((plan, &Sampler::Plain), group, groups, len)?;
                }
                let paths = [0, 1].map(|at| Paths::new(&self.plans[at], &blocks[at]));
                for ((_, _, questions), counted) in self.questions.iter().zip(&mut counted) {
                    let [before, after] = [0, 1].map(|at| questions[at].first(&paths[at]));
                    before.into_iter().zip(after).for_each(|(before, after)| counted.gain([before, after]));
                }
                group = to;
            }
        }
    }

    fn outcome(&self, settings: &Settings, counted: &[Counted]) -> Differences {
        let z = z_of(settings.confidence_level);
        let is_exact = self.plans.each_ref().map(Plan::is_deterministic);
        let questions = self.questions.iter().zip(counted).map(|((name, dates, _), counted)| {
            let (mut hits, mut only) = ([0; 2], [0; 2]);
            let mut by = Vec::new();
            for date in 0..=dates.len() {
                for at in [0, 1] {
                    hits[at] += counted.first[at][date];
                    only[at] += counted.only[at][date];
                }
                let Some(t) = date.checked_sub(1).map(|place| dates[place]) else { continue };
                let estimate = |at: usize| {
                    let wilson = Estimate::wilson(hits[at], settings.paths, z);
                    if is_exact[at] { Estimate::exact(wilson.value()) } else { wilson }
                };
                let (period, before, after) = (self.plans[0].rows.label(t), estimate(0), estimate(1));
                by.push(match is_exact {
                    [true, true] => exact(period, before, after),
                    _ => {
                        let [lost, gained] = only.map(i64::unsigned_abs);
                        paired((period, before, after), (lost, gained), settings.paths, z)
                    }
                });
            }
            Difference { name: name.clone(), by }
        });
        Differences {
            paths: settings.paths,
            seed: settings.seed,
            confidence_level: settings.confidence_level,
            questions: questions.collect(),
        }
    }
}

fn no_common_question(scenarios: [&Scenario; 2]) -> Error {
    let [first, second] = scenarios.map(|scenario| {
        let titles: Vec<String> =
            scenario.questions().iter().map(|question| format!("{:?}", question.title())).collect();
        if titles.is_empty() { "nothing".to_owned() } else { titles.join(", ") }
    });
    let message = format!(
        "no question has the same name and dates in both: the first scenario asks {first}, the second asks {second}"
    );
    Error::invalid("difference", "question", message)
}

/// The difference of two shares of the same `paths` paths, of which `lost` are hits only before the change and
/// `gained` only after it: Wald's interval with half a path added to each of the four cells (Agresti & Min 2005),
/// so that zero discordant pairs do not mean zero error.
#[expect(clippy::cast_precision_loss, reason = "path counts stay far below 2^53")]
fn paired(
    (period, before, after): (Period, Estimate, Estimate),
    (lost, gained): (u64, u64),
    paths: u64,
    z: f64,
) -> Change {
    let (lost, gained, paths) = (lost as f64, gained as f64, paths as f64);
    let enlarged = paths + 2.0;
    let centre = (gained - lost) / enlarged;
    let error = (((lost + gained + 1.0) / enlarged - centre * centre) / enlarged).sqrt();
    let interval = [(centre - z * error).max(-1.0), (centre + z * error).min(1.0)];
    Change { period, value: (gained - lost) / paths, standard_error: error, interval, before, after }
}

/// The difference of two probabilities without error.
fn exact(period: Period, before: Estimate, after: Estimate) -> Change {
    let value = after.value() - before.value();
    Change { period, value, standard_error: 0.0, interval: [value, value], before, after }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bonett & Price 2012 and Agresti & Min 2005 discuss 2 × 2 tables; by hand: n = 100, 12 gained, 4 lost.
    #[test]
    fn a_paired_difference_by_hand() {
        let probability = Estimate::wilson(10, 100, 1.96);
        let period = "2018".parse().expect("label");
        let change = paired((period, probability, probability), (4, 12), 100, 1.96);
        assert!((change.value - 0.08).abs() < 1e-15);
        // centre 8/102; variance ((17/102) − (8/102)²)/102 = 0.00157368…
        let error = ((17.0 / 102.0 - 64.0 / 10404.0) / 102.0_f64).sqrt();
        assert!((change.standard_error - error).abs() < 1e-15);
        assert!((change.interval[0] - (8.0 / 102.0 - 1.96 * error)).abs() < 1e-15);
        let same = paired((period, probability, probability), (0, 0), 100, 1.96);
        assert!(same.value.abs() < 1e-15 && same.standard_error > 0.0, "zero discordant pairs do not mean zero error");
    }
}
