//! The probability of an overtake given reports from weighted paths, where it is not exact given the drawn numbers.
//!
//! Every path meets the reports and is weighted by their density given its drawn numbers, mixing draws and jumps. All reports of
//! one scenario and seed change the same paths.

use std::ops::Range;

use super::asking::Asking;
use super::number::NumberEstimate;
use super::posterior::{CONFIDENCE, Posterior, REPLICATES, Sums, doubled};
use crate::assumption::address::{ProviderKey, of_provider};
use crate::cpu::in_parallel;
use crate::error::{Error, Problem};
use crate::estimate::{Estimate, z_of};
use crate::exact::Conditioned;
use crate::math;
use crate::outcome::exits;
use crate::paths::{Block, Observations, Paths, Sampler, Sobol, groups_that_fit};
use crate::plan::{Plan, SeriesId};
use crate::random::GROUP;
use crate::scenario::{Measure, Question};
use crate::simulation::overtake;
use crate::statistic::OvertakeStatistic;

/// The initial and the largest number of groups of 64 paths in each replicate: 16,384 and 524,288 paths in all.
const GROUPS: [usize; 2] = [8, 256];
/// A standard error below this is rounding: all paths agree.
const AGREED: f64 = 1e-12;
/// Log revenues closer than this are a tie.
const TIE: f64 = 1e-12;

/// The reports of one provider: its name, and revenue by period from the first one on.
pub(super) type Reports<'r> = (&'r str, &'r [f64]);

/// A question and a date given reports.
pub(super) struct Weighted {
    plan: Plan,
    sampler: Sampler,
    statistic: OvertakeStatistic,
    /// By class of the first overtake: the probability that it counts.
    values: Vec<f64>,
    is_certain: bool,
}

impl Weighted {
    /// # Errors
    /// Unsupported for reports of a provider of several segments.
    pub(super) fn new(asking: &Asking, reports: &[Reports<'_>], seed: u64) -> Result<Self, Error> {
        let (scenario, question) = (&asking.scenario, &asking.scenario.questions[0]);
        let mut plan = Plan::new(scenario, seed)?;
        plan.find_close_pairs(scenario, false)?;
        plan.compare_in_double(scenario);
        let series = |(name, revenue): &Reports<'_>| Ok((series_of(&plan, name)?, revenue.to_vec()));
        let observations = Observations::new(&plan, reports.iter().map(series).collect::<Result<_, Error>>()?);
        let statistic = overtake(scenario, &plan, question, false);
        let known = |name: &str| of(reports, name).len();
        let date = asking.place() + 1;
        let values = exits::counted(scenario.survival_after(question, &known), statistic.dates, date);
        let others: Vec<&[f64]> = question.others(scenario).into_iter().map(|name| of(reports, name)).collect();
        let is_certain = statistic.is_known() || is_shown(question, of(reports, question.challenger()), &others, date);
        let sampler = Sampler::Observed(Sobol::new(&plan), Box::new(observations));
        Ok(Self { plan, sampler, statistic, values, is_certain })
    }

    /// The probability from as many groups of 64 paths of each replicate as `tolerance` needs, at least from `groups`, which is then set.
    ///
    /// # Errors
    /// If the weights collapse, a curve is not finite on a path, or a report is determined by the drawn numbers.
    pub(super) fn probability(&self, tolerance: f64, groups: &mut Option<usize>) -> Result<Posterior, Error> {
        let all = |units: Range<usize>| -> Result<Vec<Sums>, Error> {
            let mut all = vec![Sums::NONE; REPLICATES];
            for unit in in_parallel(units.len(), &|place| self.unit(units.start + place)) {
                all.iter_mut().zip(unit?).for_each(|(sum, added)| *sum = sum.add(added));
            }
            Ok(all)
        };
        let mut found = doubled([groups.unwrap_or(GROUPS[0]), GROUPS[1]], tolerance, &all)?;
        *groups = Some(found.points / (REPLICATES * GROUP));
        if !self.is_certain && !(found.probability.standard_error > AGREED) {
            found.probability = agreed(found.probability.value, found.effective_size);
            found.deviations.clear();
        }
        Ok(found)
    }

    /// The sums over one group of 64 paths of each replicate.
    fn unit(&self, unit: usize) -> Result<Vec<Sums>, Error> {
        let mut sums = vec![Sums::NONE; REPLICATES];
        let at_once = groups_that_fit(&self.plan);
        let mut block = Block::new(&self.plan, at_once);
        for from in (0..REPLICATES).step_by(at_once) {
            let groups = at_once.min(REPLICATES - from);
            let first = (unit * REPLICATES + from) as u64;
            block.fill((&self.plan, &self.sampler), first, groups, groups * GROUP)?;
            let classes = self.statistic.first(&Paths::new(&self.plan, &block));
            for (path, (class, log_weight)) in classes.iter().zip(block.log_weights()).enumerate() {
                let probability = self.values[usize::from(*class)];
                let sum = &mut sums[from + path / GROUP];
                *sum = sum.add(Sums::of(Conditioned { log_weight: *log_weight, probability }));
            }
        }
        Ok(sums)
    }
}

/// The number of paths in some groups of each replicate.
pub(super) fn paths(groups: usize) -> u64 {
    (groups * REPLICATES * GROUP) as u64
}

/// The reports of a provider.
pub(super) fn of<'r>(reports: &[Reports<'r>], name: &str) -> &'r [f64] {
    reports.iter().find(|(own, _)| *own == name).map_or(&[], |(_, revenue)| revenue)
}

/// The only series of a provider that reports.
fn series_of(plan: &Plan, name: &str) -> Result<SeriesId, Error> {
    plan.as_series(plan.row_named(name)).ok_or_else(|| {
        let reason = "reports of a provider of several segments are not implemented";
        let address = of_provider(name, ProviderKey::Segment);
        let advice = "state the provider without its segments";
        Error::of_settings("news", vec![Problem::unsupported(address, "no news", reason, advice)])
    })
}

/// A probability on which all paths agree: another value has at most the probability that zero hits leave open.
fn agreed(value: f64, effective_size: f64) -> NumberEstimate {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most 524,288 paths")]
    let none = Estimate::wilson(0, effective_size as u64, z_of(CONFIDENCE));
    NumberEstimate::of(value, none.standard_error(), none.interval().1)
}

/// Whether reports of all that are compared show that the challenger has been ahead, for long enough, from a date up to `date`.
fn is_shown(question: &Question, challenger: &[f64], others: &[&[f64]], date: usize) -> bool {
    let common = others.iter().map(|own| own.len()).min().unwrap_or(0).min(challenger.len());
    if question.measure != Measure::Period {
        return false;
    }
    let is_ahead = |t: usize| {
        let is_not_behind = |own: &&&[f64]| math::ln(challenger[t] / own[t]) <= TIE;
        others.iter().filter(is_not_behind).count() < question.places() as usize
    };
    let ahead: Vec<bool> = (0..common).map(is_ahead).collect();
    ahead.windows(question.sustained as usize).take(date).any(|run| run.iter().all(|ahead| *ahead))
}

#[cfg(test)]
mod tests;
