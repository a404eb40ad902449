//! Paths given reported revenue: innovations that meet the reports, and the density of the reports as a weight.
//!
//! Given its drawn numbers, its mixing draws and the jumps that happen, log revenue at the first dates is x = c + AU, with the
//! innovations U of every source up to the last report, all independent and standard normal. For reports y, the innovations
//! U + Aᵀ(AAᵀ)⁻¹(y − c − AU) have the distribution of U given them (Matheron; Journel & Huijbregts 1978, "conditioning by
//! kriging"), and the weight of the path is the density of N(c, `AAᵀ`) at y. So whatever is correlated with a reported series
//! moves with it, and the innovations of all other dates remain as they are.

use std::f64::consts::PI;

use super::general::fill_mixing;
use super::numbers::{Drawn, Numbers, Span};
use crate::assumption::address::{ProviderKey, of_provider};
use crate::error::{Error, Problem};
use crate::math::cholesky::{factor, substitute};
use crate::math::{self, to_f32};
use crate::plan::{Plan, Responses, SeriesId};

/// A report whose variance given the others is below this part of its own is determined by them, up to rounding.
const LEAST_VARIANCE: f64 = 1e-10;

/// Reported log revenue of some series, which paths meet.
#[derive(Debug)]
pub(crate) struct Observations {
    /// Log revenue relative to the reference of the plan, of the first period, the second, and so on.
    reports: Vec<(SeriesId, Vec<f64>)>,
    responses: Responses,
    /// The draws of jumps in periods that are reported, with their probabilities.
    coins: Vec<(usize, f64)>,
}

impl Observations {
    /// Reports of revenue, by series and then by period from the first one on; none is allowed.
    pub(crate) fn new(plan: &Plan, reports: Vec<(SeriesId, Vec<f64>)>) -> Self {
        let logs = |(of, revenue): (SeriesId, Vec<f64>)| (of, revenue.iter().map(|y| plan.log_base(*y)).collect());
        let reports: Vec<(SeriesId, Vec<f64>)> = reports.into_iter().map(logs).collect();
        let series: Vec<SeriesId> = reports.iter().map(|(of, _)| *of).collect();
        let coins = reports.iter().flat_map(|(of, logs)| {
            let jumps = plan.dynamics(*of).jumps.iter().filter(|jump| jump.at <= logs.len());
            jumps.filter_map(|jump| jump.coin.draw()).map(|draw| (draw, probability(plan, draw)))
        });
        Self { coins: coins.collect(), responses: Responses::new(plan, &series), reports }
    }

    /// The most reports of one series.
    fn periods(&self) -> usize {
        self.reports.iter().map(|(_, logs)| logs.len()).max().unwrap_or(0)
    }

    /// Lets a jump among the reported periods happen on half of the paths, however rare it is: a report may show that it did.
    /// Weights correct for this.
    pub(super) fn toss(&self, span: Span, uniforms: &mut [Vec<f64>], numbers: &mut Numbers) {
        numbers.log_weights.clear();
        numbers.log_weights.resize(span.width(), 0.0);
        for (draw, chance) in &self.coins {
            let [without, with] = [1.0 - chance, *chance].map(|chance| math::ln(2.0 * chance));
            for (u, log_weight) in uniforms[*draw][..span.width()].iter_mut().zip(&mut numbers.log_weights) {
                let happens = *u >= 0.5;
                *u = if happens { 1.0 - 0.5 * chance } else { 0.5 * (1.0 - chance) };
                *log_weight += if happens { with } else { without };
            }
        }
    }

    /// Changes the innovations of a block such that its paths meet the reports, and weighs the paths.
    ///
    /// # Errors
    /// If a curve is not finite on a path, or a report is determined by the drawn numbers and the other reports.
    pub(super) fn condition(
        &self,
        (plan, drawn): (&Plan, Drawn<'_>),
        span: Span,
        draws: &[Vec<f64>],
        numbers: &mut Numbers,
    ) -> Result<(), Error> {
        let (periods, width) = (self.periods(), span.width());
        if periods == 0 {
            return Ok(());
        }
        let centres = self.centres(plan, draws, width)?;
        let mut mixing = vec![1.0; periods * width];
        if let Some(tails) = &plan.moves.tails {
            fill_mixing(drawn.level, (&tails.key, tails.table()), (span.first, span.groups), &mut mixing);
        }
        let mut system = System::default();
        for path in 0..width {
            if path == 0 || !self.responses.is_fixed() {
                let mixing: Vec<f64> =
                    mixing.iter().skip(path).step_by(width).map(|factor| f64::from(*factor)).collect();
                system.set(self, plan, (draws, path), &mixing)?;
            }
            let reported = self.reports.iter().flat_map(|(_, logs)| logs);
            let misses: Vec<f64> = reported.zip(&centres).map(|(y, centre)| y - centre[path]).collect();
            numbers.log_weights[path] += system.log_density(&misses);
            system.force(misses, &mut numbers.innovations, (path, width, periods));
        }
        Ok(())
    }

    /// Log revenue without shocks, by report, then by path.
    fn centres(&self, plan: &Plan, draws: &[Vec<f64>], width: usize) -> Result<Vec<Vec<f64>>, Error> {
        let mut centres = Vec::new();
        for (of, logs) in &self.reports {
            let mut emit = |t: usize, column: &[f64]| {
                if t > 0 {
                    centres.push(column.to_vec());
                }
            };
            plan.fill_fine_centre_until(logs.len(), *of, (draws, width), &mut emit)?;
        }
        Ok(centres)
    }

    /// Writes the reports to an f64 row of a series: T + 1 periods of B paths. Innovations are f32, so that paths meet them up to
    /// rounding only.
    pub(super) fn put(&self, of: SeriesId, width: usize, row: &mut [f64]) {
        for (_, logs) in self.reports.iter().filter(|(own, _)| *own == of) {
            for (column, log) in row.chunks_exact_mut(width).skip(1).zip(logs) {
                column.fill(*log);
            }
        }
    }
}

/// The probability that the jump of a coin happens.
fn probability(plan: &Plan, coin: usize) -> f64 {
    let steps = plan.quantile(coin).steps().expect("a coin is discrete");
    steps.into_iter().filter(|(value, _)| *value > 0.5).map(|(_, weight)| weight).sum()
}

/// The distribution of the reports on one path.
#[derive(Debug, Default)]
struct System {
    /// A: by report, the coefficients of the innovations, by period, then by source.
    responses: Vec<Vec<f64>>,
    /// The Cholesky factor of `AAᵀ`.
    factor: Vec<Vec<f64>>,
    /// The logarithm of the density at its mode.
    at_mode: f64,
}

impl System {
    fn set(
        &mut self,
        observations: &Observations,
        plan: &Plan,
        at: (&[Vec<f64>], usize),
        mixing: &[f64],
    ) -> Result<(), Error> {
        self.responses.clear();
        let mut of = Vec::new();
        for (place, (series, logs)) in observations.reports.iter().enumerate() {
            let first = self.responses.len();
            self.responses.resize(first + logs.len(), vec![0.0; mixing.len() * plan.sources.len()]);
            observations.responses.add(place, at, mixing, &mut self.responses[first..]);
            of.resize(first + logs.len(), *series);
        }
        let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let row =
            |(row, own): (usize, &Vec<f64>)| self.responses[..=row].iter().map(|other| product(own, other)).collect();
        self.factor = self.responses.iter().enumerate().map(row).collect();
        factor(&mut self.factor, LEAST_VARIANCE).map_err(|row| without_shocks(plan, of[row]))?;
        let scale = |(row, own): (usize, &Vec<f64>)| math::ln(own[row]) + 0.5 * math::ln(2.0 * PI);
        self.at_mode = -self.factor.iter().enumerate().map(scale).sum::<f64>();
        Ok(())
    }

    /// The log density of the reports, given their distances from the mean.
    fn log_density(&self, misses: &[f64]) -> f64 {
        let mut solved = misses.to_vec();
        substitute(&self.factor, &mut solved);
        self.at_mode - 0.5 * misses.iter().zip(&solved).map(|(a, b)| a * b).sum::<f64>()
    }

    /// Changes the innovations of one path such that it meets the reports.
    fn force(&self, mut misses: Vec<f64>, innovations: &mut [Vec<f32>], (path, width, periods): (usize, usize, usize)) {
        let sources = innovations.len();
        // A source without innovations affects no series.
        let drawn = (0..periods).flat_map(|s| (0..sources).map(move |j| (s, j)));
        let drawn: Vec<(usize, usize)> = drawn.filter(|(_, j)| !innovations[*j].is_empty()).collect();
        for (miss, row) in misses.iter_mut().zip(&self.responses) {
            let shock = |(s, j): &(usize, usize)| row[s * sources + j] * f64::from(innovations[*j][s * width + path]);
            *miss -= drawn.iter().map(shock).sum::<f64>();
        }
        substitute(&self.factor, &mut misses);
        for (s, j) in drawn {
            let change: f64 = misses.iter().zip(&self.responses).map(|(by, row)| by * row[s * sources + j]).sum();
            let own = &mut innovations[j][s * width + path];
            *own = to_f32(f64::from(*own) + change);
        }
    }
}

fn without_shocks(plan: &Plan, of: SeriesId) -> Error {
    let address = of_provider(plan.name(of), ProviderKey::Volatility);
    let reason = "without shocks of its own a report either follows from the drawn numbers and the other reports or is impossible";
    Error::of_settings("news", vec![Problem::unsupported(address, "no news", reason, "state a volatility")])
}

#[cfg(test)]
mod tests;
