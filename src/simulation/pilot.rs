//! Pilot runs: resolve `Sampling::Auto` and find the shifts of importance sampling.
//!
//! Pilot paths use separate streams, so the weights of the run are independent of them.

use super::parts::overtake;
use super::settings::Settings;
use crate::error::{Error, Kind};
use crate::outcome::Chosen;
use crate::paths::{Block, MOST_TILTS, Paths, Sampler, Sampling, Sobol, Tilts, groups_that_fit};
use crate::plan::{Plan, RowId};
use crate::random::{DIMENSIONS, GROUP, slot_of};
use crate::scenario::{Question, Scenario};
use crate::statistic::OvertakeStatistic;

/// Groups of every pilot run: 4,096 paths.
const GROUPS: usize = 64;
const PATHS: usize = GROUPS * GROUP;
/// Number of paths in the elite sample of a step of the search.
const ELITE: usize = PATHS / 10;
/// Maximum number of steps; each makes the event about ten times less rare.
const MOST_STEPS: usize = 16;
/// Steps after the event is no longer rare.
const LAST_STEPS: usize = 2;
/// Smaller means are indistinguishable from the noise of an elite sample of 400: 3 standard errors.
const LEAST_MEAN: f64 = 0.15;
/// A question is rare if fewer pilot paths than this overtake, or fewer do not: 1 %.
const RARE: usize = PATHS / 100;

/// What a run is drawn from.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) plan: Plan,
    pub(super) sampler: Sampler,
}

/// The plan of a run with its sampler; resolves `Auto` and rounds up the number of paths. `every_pair` states whether
/// all pairs of providers are compared, or only those of the questions.
pub(super) fn prepared(scenario: &Scenario, settings: &mut Settings, every_pair: bool) -> Result<Prepared, Error> {
    let mut plan = settings.plan(scenario)?;
    plan.find_close_pairs(scenario, every_pair)?;
    if settings.sampling == Sampling::Auto {
        let chosen = choose(scenario, settings)?;
        settings.sampling = chosen.what;
        settings.chosen = Some(chosen);
        let problems = settings.problems();
        if !problems.is_empty() {
            return Err(Error::of(Kind::Invalid, "simulation", problems));
        }
    }
    settings.paths = settings.sampling.rounded_up(settings.paths);
    let sampler = match settings.sampling {
        Sampling::Plain | Sampling::Auto => Sampler::Plain,
        Sampling::Antithetic => Sampler::Antithetic,
        Sampling::Sobol => Sampler::Sobol(Sobol::new(&plan)),
        Sampling::Importance => Sampler::Importance(Box::new(tilts(scenario, settings.seed)?)),
    };
    Ok(Prepared { plan, sampler })
}

/// What determines the answer to one question.
#[derive(Debug)]
struct Target<'a> {
    question: &'a Question,
    compared: OvertakeStatistic,
}

/// The questions that depend on random draws.
fn targets<'a>(scenario: &'a Scenario, plan: &Plan) -> Vec<Target<'a>> {
    let target = |question: &'a Question| {
        let compared = overtake(scenario, plan, question, false);
        (!compared.is_known()).then_some(Target { question, compared })
    };
    scenario.questions().iter().filter_map(target).collect()
}

impl Target<'_> {
    /// For each path, the largest lead that the challenger holds for as long as required; above 0 if it overtakes.
    fn scores(&self, paths: &Paths<'_>) -> Vec<f64> {
        let sustained = self.question.sustained as usize;
        let margins: Vec<Vec<f64>> = (0..=self.compared.dates).map(|t| self.margins(paths, t)).collect();
        let best = |path: usize| {
            let lasting = margins.windows(sustained);
            let lasting = lasting.map(|run| run.iter().map(|margins| margins[path]).fold(f64::INFINITY, f64::min));
            lasting.fold(f64::NEG_INFINITY, f64::max)
        };
        (0..paths.len()).map(best).collect()
    }

    /// The margin over the strongest other that must be behind: of all but `places − 1` of the others, the smallest
    /// lead.
    fn margins(&self, paths: &Paths<'_>, t: usize) -> Vec<f64> {
        let leads = self.compared.others.iter().map(|other| self.leads(paths, other.row, t));
        let leads: Vec<Vec<f64>> = leads.collect();
        if let [alone] = &leads[..] {
            return alone.clone();
        }
        let skipped = usize::from(self.compared.places) - 1;
        let margin = |path: usize| {
            let mut sorted: Vec<f64> = leads.iter().map(|leads| leads[path]).collect();
            sorted.sort_by(f64::total_cmp);
            // With as many places as providers the condition always holds.
            sorted.get(skipped).copied().unwrap_or(f64::INFINITY)
        };
        (0..paths.len()).map(margin).collect()
    }

    fn leads(&self, paths: &Paths<'_>, other: RowId, t: usize) -> Vec<f64> {
        if let Some(gaps) = paths.gaps(self.compared.challenger, other, t) {
            return gaps;
        }
        let pairs = paths.values(self.compared.challenger, t).iter().zip(paths.values(other, t));
        let pairs = pairs.map(|(a, b)| (f64::from(*a), f64::from(*b)));
        if !other.is_derived() {
            return pairs.map(|(a, b)| a - b).collect();
        }
        // Without complete data at the base there are no sums, and nobody is ahead.
        pairs.map(|(a, b)| if a + b > 0.0 { (a - b) / (a + b) } else { -1.0 }).collect()
    }
}

/// The pilot paths under one tilt.
struct Pilot {
    /// Indexed by target, then by path.
    scores: Vec<Vec<f64>>,
    weights: Vec<f64>,
    /// Indexed by coordinate, then by path.
    coordinates: Vec<Vec<f64>>,
}

impl Pilot {
    fn run(plan: &Plan, targets: &[Target<'_>], means: &[f64]) -> Result<Self, Error> {
        let sampler = Sampler::Importance(Box::new(Tilts::alone(means.to_vec(), plan.rows.periods())));
        let mut pilot = Self {
            scores: vec![Vec::new(); targets.len()],
            weights: Vec::new(),
            coordinates: vec![Vec::new(); means.len()],
        };
        let at_once = groups_that_fit(plan);
        let mut block = Block::new(plan, at_once);
        for first in (0..GROUPS).step_by(at_once) {
            let groups = at_once.min(GROUPS - first);
            block.fill((plan, &sampler), first as u64, groups, groups * GROUP)?;
            let paths = Paths::new(plan, &block);
            for (target, scores) in targets.iter().zip(&mut pilot.scores) {
                scores.extend(target.scores(&paths));
            }
            pilot.weights.extend_from_slice(block.weights());
            for (all, some) in pilot.coordinates.iter_mut().zip(block.coordinates()) {
                all.extend_from_slice(some);
            }
        }
        Ok(pilot)
    }

    /// The rarer of the two results of a question: its number of paths, and whether it is an overtake.
    fn rarer(&self, target: usize) -> (usize, bool) {
        let hits = self.scores[target].iter().filter(|score| **score > 0.0).count();
        if hits > PATHS / 2 { (PATHS - hits, false) } else { (hits, true) }
    }
}

fn pilot_plan(scenario: &Scenario, seed: u64) -> Result<Plan, Error> {
    let mut plan = Plan::new(scenario, seed ^ slot_of("outgrow pilot"))?;
    plan.find_close_pairs(scenario, false)?;
    Ok(plan)
}

/// One shift for each of the rarest questions.
fn tilts(scenario: &Scenario, seed: u64) -> Result<Tilts, Error> {
    let plan = pilot_plan(scenario, seed)?;
    let coordinates = Tilts::coordinates(&plan);
    let targets = targets(scenario, &plan);
    let first = Pilot::run(&plan, &targets, &vec![0.0; coordinates])?;
    let mut rarest: Vec<(usize, bool, usize)> = (0..targets.len())
        .map(|target| {
            let (paths, yes) = first.rarer(target);
            (paths, yes, target)
        })
        .collect();
    rarest.sort_by_key(|(paths, _, target)| (*paths, *target));
    let searched = rarest.into_iter().take(MOST_TILTS).map(|(_, yes, target)| search(&plan, &targets[target], yes));
    let found = searched.collect::<Result<Vec<_>, _>>()?;
    Ok(Tilts::mixture(found, coordinates, plan.rows.periods()))
}

/// The cross-entropy method (Rubinstein & Kroese 2004, §2.6 and 3.4). Each step shifts to the weighted mean of the best
/// tenth of the paths, until that tenth has the event; the last steps shift to the mean of the paths that have it.
fn search(plan: &Plan, target: &Target<'_>, yes: bool) -> Result<Vec<f64>, Error> {
    let mut means = vec![0.0; Tilts::coordinates(plan)];
    let mut last = 0;
    for _ in 0..MOST_STEPS {
        let pilot = Pilot::run(plan, std::slice::from_ref(target), &means)?;
        let toward = |score: &f64| if yes { *score } else { -score };
        let mut sorted: Vec<f64> = pilot.scores[0].iter().map(toward).collect();
        sorted.sort_by(|a, b| b.total_cmp(a));
        let level = sorted[ELITE].min(0.0);
        let is_elite = |score: &f64| toward(score) >= level;
        let elite: Vec<usize> = (0..PATHS).filter(|path| is_elite(&pilot.scores[0][*path])).collect();
        let total: f64 = elite.iter().map(|path| pilot.weights[*path]).sum();
        if !(total > 0.0) {
            break;
        }
        for (place, (mean, coordinate)) in means.iter_mut().zip(&pilot.coordinates).enumerate() {
            if plan.draws.get(place).is_some_and(|draw| draw.is_pick) {
                continue;
            }
            let sum: f64 = elite.iter().map(|path| pilot.weights[*path] * coordinate[*path]).sum();
            let found = sum / total;
            *mean = if found.abs() < LEAST_MEAN { 0.0 } else { found };
        }
        last += usize::from(level >= 0.0);
        if last == LAST_STEPS {
            break;
        }
    }
    Ok(means)
}

/// Resolves `Auto`, with the reason.
fn choose(scenario: &Scenario, settings: &Settings) -> Result<Chosen, Error> {
    let plan = pilot_plan(scenario, settings.seed)?;
    if plan.is_deterministic() {
        return Ok(Chosen { what: Sampling::Plain, why: "nothing is drawn".to_owned() });
    }
    if plan.has_pseudo_random_draws() {
        let why = "mixing draws of Student-t innovations and coins of jumps are pseudo-random under any sampling";
        return Ok(Chosen { what: Sampling::Plain, why: why.to_owned() });
    }
    if let Some(pick) = plan.draws.iter().find(|draw| draw.is_pick) {
        let why = format!("the law drawn of {} is pseudo-random under every sampling scheme", pick.address);
        return Ok(Chosen { what: Sampling::Plain, why });
    }
    let targets = targets(scenario, &plan);
    let coordinates = Tilts::coordinates(&plan);
    let pilot = Pilot::run(&plan, &targets, &vec![0.0; coordinates])?;
    let rarest = (0..targets.len()).map(|target| (pilot.rarer(target), target)).min_by_key(|((paths, _), _)| *paths);
    if let Some(((paths, yes), target)) = rarest.filter(|((paths, _), _)| *paths < RARE) {
        let (verb, title) = (if yes { "does" } else { "does not" }, targets[target].question.title());
        let why = format!("\"{title}\" {verb} happen on {paths} of {PATHS} pilot paths");
        return Ok(Chosen { what: Sampling::Importance, why });
    }
    let (quasi, all) = Sobol::new(&plan).dimensions();
    let (what, than) = if quasi < all { (Sampling::Antithetic, "more than") } else { (Sampling::Sobol, "at most") };
    let why = format!("no question is rare and a path takes {all} random numbers, {than} {DIMENSIONS}");
    Ok(Chosen { what, why })
}
