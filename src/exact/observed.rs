//! The probability of an overtake given the drawn numbers and reported revenue of the first periods.
//!
//! Given the drawn numbers, the shocks of a pair are independent from period to period and jointly normal within one. A report
//! fixes the shock of its provider in that period; the shock of the other is then normal with the conditional mean and
//! variance. So the log-ratio remains a Gaussian random walk whose first periods have other drifts and variances, and the
//! density of the reported shocks is the weight of the drawn numbers.

use std::f64::consts::PI;

use super::answer::pair_of;
use super::dynamics::{SIMULATE, check_shocks};
use super::pair::Pair;
use super::settings::refused;
use super::start::TIE;
use super::walk::passage::{Recursion, Walk};
use crate::assumption::address::{ProviderKey, of_provider};
use crate::error::Error;
use crate::math;
use crate::plan::{Plan, SeriesId};
use crate::scenario::Scenario;

/// Tolerance of the recursion at a point.
const TOLERANCE: f64 = 1e-5;
/// A conditional variance below this part of the unconditional one is rounding error.
const LEAST_VARIANCE: f64 = 1e-10;

/// Reported revenue of the challenger and the incumbent, each from the first period on.
pub(crate) type Reports = [Vec<f64>; 2];

/// A question and a date, as a function of the drawn numbers and of reports.
#[derive(Debug)]
pub(crate) struct ObservedPair {
    plan: Plan,
    series: [SeriesId; 2],
    draws: Vec<usize>,
}

/// The pair without shocks at some points of the drawn numbers.
pub(crate) struct ObservedPoints {
    /// Log revenue of both at 0 to T, relative to the reference of the plan, by point.
    logs: [Vec<Vec<f64>>; 2],
    /// Variances of a period's shock of both, and their covariance, by point.
    shocks: Vec<[f64; 3]>,
}

/// What a report says at a point: the log density of the reports, and the probability given them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Conditioned {
    pub(crate) log_weight: f64,
    pub(crate) probability: f64,
}

impl ObservedPair {
    /// The only question of a scenario by its horizon.
    ///
    /// # Errors
    /// Unsupported if the question has no exact answer given reports.
    pub(crate) fn new(scenario: &Scenario) -> Result<Self, Error> {
        scenario.exact().check()?;
        let question = &scenario.questions[0];
        let plan = Plan::new(scenario, 0)?;
        let series = pair_of(scenario, &plan, question)?;
        check_shocks(scenario, &plan, &series)?;
        if question.sustained > 1 {
            let reason = "a sustained lead may begin among the reported periods";
            return Err(refused(&question.address(0, "sustained"), reason, "ask for sustained = 1"));
        }
        if scenario.survival(question).is_some() {
            let address = of_provider(plan.name(series[0]), ProviderKey::Exit);
            let reason = "given reports there is no exact answer for providers that may exit";
            return Err(refused(&address, reason, SIMULATE));
        }
        let pair = Pair::with_drawn_start(&plan, series);
        if let Some(coin) = pair.draws.iter().find(|draw| plan.draws[**draw].is_coin) {
            let reason = "given reports there is no exact answer for jumps that may not happen";
            return Err(refused(plan.draw_address(*coin), reason, "state the probability 0 or 1"));
        }
        let draws = pair.draws.clone();
        Ok(Self { series, draws, plan })
    }

    /// The drawn numbers: indices of draws of the plan.
    pub(crate) fn draws(&self) -> &[usize] {
        &self.draws
    }

    /// The names of challenger and incumbent.
    pub(crate) fn names(&self) -> [&str; 2] {
        self.series.map(|of| self.plan.name(of))
    }

    pub(crate) fn periods(&self) -> usize {
        self.plan.rows.periods()
    }

    pub(crate) fn recursion(&self) -> Recursion {
        Recursion::new(TOLERANCE, self.plan.level())
    }

    /// The pair at `width` points, given independent normal scores of the drawn numbers, indexed by number, then by point.
    ///
    /// # Errors
    /// If a curve is not finite at a point.
    pub(crate) fn points(&self, scores: &[Vec<f64>], width: usize) -> Result<ObservedPoints, Error> {
        let mut scores = scores.to_vec();
        self.plan.copula.among(&self.draws).correlate(&mut scores, width);
        let mut draws = vec![Vec::new(); self.plan.draws.len()];
        for (draw, mut column) in self.draws.iter().zip(scores) {
            self.plan.quantile(*draw).fill_scores_fast(&mut column);
            draws[*draw] = column;
        }
        let mut logs = [Vec::new(), Vec::new()];
        for (of, logs) in self.series.into_iter().zip(&mut logs) {
            self.plan.fill_fine_centre(of, &draws, width, &mut |_, column| logs.push(column.to_vec()))?;
        }
        let shock = |point: usize| {
            let [a, b] = self.series.map(|of| self.plan.single_sd_at(of, &draws, point));
            let difference = self.plan.pair_sd_at(self.series, &draws, point);
            let (a, b) = (a * a, b * b);
            [a, b, 0.5 * (a + b - difference * difference)]
        };
        Ok(ObservedPoints { logs, shocks: (0..width).map(shock).collect() })
    }

    /// Revenue in a period on a path: at a point of the drawn numbers, with these independent normal scores for the shocks up to it.
    pub(crate) fn revenue(&self, points: &ObservedPoints, point: usize, period: usize, [u, v]: [f64; 2]) -> [f64; 2] {
        let [a, b, covariance] = points.shocks[point];
        let root = f64::from(u32::try_from(period).expect("at most 2,400 periods")).sqrt();
        let along = if a > 0.0 { covariance / a.sqrt() } else { 0.0 };
        let shocks = [a.sqrt() * u, along * u + (b - along * along).max(0.0).sqrt() * v];
        [0, 1].map(|who: usize| self.plan.reference * math::exp(points.logs[who][period][point] + root * shocks[who]))
    }

    /// The weight and the probability at every point.
    ///
    /// # Errors
    /// If a reported provider has no shocks at a point.
    pub(crate) fn conditioned(
        &self,
        points: &ObservedPoints,
        reports: &Reports,
        recursion: &mut Recursion,
    ) -> Result<Vec<Conditioned>, Error> {
        let logs = reports.each_ref().map(|own| own.iter().map(|y| self.plan.log_base(*y)).collect::<Vec<f64>>());
        (0..points.shocks.len()).map(|point| self.at(points, point, &logs, recursion)).collect()
    }

    fn at(
        &self,
        points: &ObservedPoints,
        point: usize,
        reports: &[Vec<f64>; 2],
        recursion: &mut Recursion,
    ) -> Result<Conditioned, Error> {
        let [a, b, covariance] = points.shocks[point];
        // The growth of one of the two in a period without its shock, and its shock where it is reported.
        let grown = |who: usize, t: usize| points.logs[who][t][point] - points.logs[who][t - 1][point];
        let shock = |who: usize, t: usize| {
            let now = reports[who].get(t - 1)?;
            let before = if t == 1 { points.logs[who][0][point] } else { reports[who][t - 2] };
            Some(now - before - grown(who, t))
        };
        let variance = a + b - 2.0 * covariance;
        let (mut log_weight, mut drifts, mut sds) = (0.0, Vec::new(), Vec::new());
        for t in 1..=self.periods() {
            let drift = grown(0, t) - grown(1, t);
            let (mean, left) = match (shock(0, t), shock(1, t)) {
                (None, None) => (0.0, variance),
                (Some(own), None) => {
                    log_weight += log_density(own, a).ok_or_else(|| self.without_shocks(0))?;
                    (own - covariance / a * own, b - covariance * covariance / a)
                }
                (None, Some(other)) => {
                    log_weight += log_density(other, b).ok_or_else(|| self.without_shocks(1))?;
                    (covariance / b * other - other, a - covariance * covariance / b)
                }
                (Some(own), Some(other)) => {
                    log_weight += log_density(own, a).ok_or_else(|| self.without_shocks(0))?;
                    let (rest, left) = (other - covariance / a * own, b - covariance * covariance / a);
                    let left = if left > LEAST_VARIANCE * b { left } else { 0.0 };
                    log_weight += log_density(rest, left).ok_or_else(|| self.without_shocks(1))?;
                    (own - other, 0.0)
                }
            };
            drifts.push(drift + mean);
            sds.push(if left > LEAST_VARIANCE * (a + b) { left.sqrt() } else { 0.0 });
        }
        let start = points.logs[0][0][point] - points.logs[1][0][point];
        Ok(Conditioned { log_weight, probability: passage(start, &drifts, &sds, recursion) })
    }

    fn without_shocks(&self, who: usize) -> Error {
        let address = of_provider(self.names()[who], ProviderKey::Volatility);
        let reason = "without shocks of its own a report either follows from the drawn numbers or is impossible";
        refused(&address, reason, "state a volatility")
    }
}

/// The log density of a normal number; `None` without variance.
fn log_density(x: f64, variance: f64) -> Option<f64> {
    (variance > 0.0).then(|| -0.5 * (x * x / variance + math::ln(2.0 * PI * variance)))
}

/// The probability of being above 0 at a date, where the first steps may be certain.
fn passage(start: f64, drifts: &[f64], sds: &[f64], recursion: &mut Recursion) -> f64 {
    let mut x = start;
    if x > TIE {
        return 1.0;
    }
    let certain = sds.iter().position(|sd| *sd > 0.0).unwrap_or(sds.len());
    for drift in &drifts[..certain] {
        x += drift;
        if x > TIE {
            return 1.0;
        }
    }
    if certain == sds.len() {
        return 0.0;
    }
    // Later certain steps would need a walk of their own; reports are consecutive, so there are none unless all are.
    let mut first = vec![0.0; sds.len() - certain];
    recursion.first_passage(&Walk { start: &[(x, 1.0)], drifts: &drifts[certain..], sds: &sds[certain..] }, &mut first);
    first.iter().sum::<f64>().clamp(0.0, 1.0)
}
