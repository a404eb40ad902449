//! The event of a question at points of the drawn numbers: one path for each point, with shocks of its own.

use super::parts::overtake;
use crate::error::Error;
use crate::outcome::exits;
use crate::paths::{Block, Paths};
use crate::plan::Plan;
use crate::scenario::Scenario;
use crate::statistic::OvertakeStatistic;

/// A question and a date, as a function of the drawn numbers and the shocks.
#[derive(Debug)]
pub(crate) struct PathsGivenDraws {
    plan: Plan,
    statistic: OvertakeStatistic,
    /// By class of the first overtake, the probability that it counts by the date.
    counted: Vec<f64>,
    /// The drawn numbers: indices of draws of the plan.
    draws: Vec<usize>,
}

impl PathsGivenDraws {
    /// The only question of a scenario, by the date at a place of its dates.
    ///
    /// # Errors
    /// As for [`Simulation::run`](super::Simulation::run).
    pub(crate) fn new(scenario: &Scenario, place: usize, seed: u64) -> Result<Self, Error> {
        let mut plan = Plan::new(scenario, seed)?;
        plan.find_close_pairs(scenario, false)?;
        let question = &scenario.questions()[0];
        let statistic = overtake(scenario, &plan, question, false);
        let counted = exits::counted(scenario.survival(question), statistic.dates, place + 1);
        let names = question.compared(scenario);
        let series: Vec<_> = names.into_iter().flat_map(|name| plan.parts_of(plan.row_named(name))).collect();
        let draws = plan.number_draws(&series);
        Ok(Self { statistic, counted, draws, plan })
    }

    /// The drawn numbers that the event may depend on: indices of draws of the plan.
    pub(crate) fn draws(&self) -> &[usize] {
        &self.draws
    }

    pub(crate) fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Evaluates the event, one thread at a time.
    pub(crate) fn evaluator(&self) -> EventEvaluator<'_> {
        EventEvaluator { given: self, block: Block::new(&self.plan, 1) }
    }
}

/// The event at points of the drawn numbers.
#[derive(Debug)]
pub(crate) struct EventEvaluator<'g> {
    given: &'g PathsGivenDraws,
    block: Block,
}

impl EventEvaluator<'_> {
    /// Whether the event happens at 64 points, 0 or 1, or the probability that it does if providers may exit. Numbers are indexed
    /// by number, then by point: uniform numbers, or normal scores if `are_scores`. The shocks are those of a group of paths.
    ///
    /// # Errors
    /// If a curve is not finite on a path.
    pub(crate) fn events(&mut self, numbers: &[Vec<f64>], are_scores: bool, group: u64) -> Result<Vec<f64>, Error> {
        let PathsGivenDraws { plan, statistic, counted, draws } = self.given;
        let value = |(draw, numbers): (&usize, &Vec<f64>)| {
            let (mut values, quantile) = (numbers.clone(), plan.quantile(*draw));
            if are_scores {
                quantile.fill_scores(&mut values)
            } else {
                quantile.fill(&mut values)
            }
            (*draw, values)
        };
        let values: Vec<(usize, Vec<f64>)> = draws.iter().zip(numbers).map(value).collect();
        self.block.fill_given(plan, group, &values)?;
        let first = statistic.first(&Paths::new(plan, &self.block));
        Ok(first.into_iter().map(|class| counted[usize::from(class)]).collect())
    }
}
