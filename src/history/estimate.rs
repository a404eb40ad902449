//! The numbers of a reference class from the cases of a panel, with intervals by block bootstrap.

use std::f64::consts::{LN_2, PI};

use super::advantage::{MOST_CHANGES, Prior, estimate};
use super::class::{ClassIntervals, ReferenceClass};
use super::data::History;
use super::date::Date;
use super::panel::{Case, Panel, is_chosen};
use crate::cpu::in_parallel;
use crate::error::Error;
use crate::math;
use crate::random::{mix64, slot_of};
use crate::scores::two_way_draws;

/// The grid of φ, the part of an advantage that is left after a year.
const PHIS: [f64; 9] = [0.2, 0.35, 0.5, 0.6, 0.7, 0.8, 0.88, 0.94, 0.98];
/// The penalty of A², and the largest share.
const RIDGE: f64 = 0.02;
const LARGEST_SHARE: f64 = 0.97;
/// Weights and centres of the penalty of ln ν₀ and ln(ν − 1.05).
const PENALTY: f64 = 1e-3;
const USUAL_WEIGHT: f64 = 8.0;
const USUAL_DF: f64 = 4.0;
const DF_SHIFT: f64 = 1.05;
/// Of ln(ν − 1.05).
const TOLERANCE: f64 = 1e-4;
/// The range of ν. Beyond the largest a t distribution is normal.
const DF: (f64, f64) = (2.2, 100.0);
/// The range of s₀ and of ν₀.
const SCALE: (f64, f64) = (1e-4, 3.0);
const SCALE_WEIGHT: (f64, f64) = (0.25, 100.0);
/// With fewer cases the estimates are too uncertain to be of use.
const LEAST_CASES: usize = 50;
/// Beyond this number of cases, the likelihood is that of a random subset.
const MOST_CASES: usize = 3_000;
/// The block of the bootstrap, in years: longer than the half-life of most classes.
const BLOCK: usize = 5;
/// Replicates if none are stated.
const REPLICATES: u32 = 100;

/// A case of the likelihood, with its weight.
type Weighed<'a> = (&'a Case, f64);

impl ReferenceClass {
    /// The class of a panel: series of the same kind, as known at the end of a day. Intervals are those of 100 bootstrap
    /// replicates; [`from_panel_with`](Self::from_panel_with) takes another number.
    ///
    /// A case is a pair of one group at the end of a year, with 4 to 8 known yearly changes of the log-ratio, a gap of .05 to
    /// ln 3, and a known next year. Yearly sums end with the last visible period and step back in whole years. Share and
    /// half-life follow from the correlations of the next year's change with the changes up to eight years before it, and the
    /// prior scale, its weight and the degrees of freedom from the likelihood of the next year's change. The hazards of
    /// [exits](Self::exits) come from all members.
    ///
    /// # Errors
    /// If the date is invalid, or if the panel has fewer than 50 cases.
    ///
    /// # Example: synthetic series
    /// ```
    /// use outgrow::{History, ReferenceClass};
    /// let mut text = String::from("name,period,value\n");
    /// let mut state = 1_u64;
    /// for name in 0..12 {
    ///     let mut log = 2.0 + 0.05 * f64::from(name);
    ///     for year in 1990..2018 {
    ///         state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
    ///         log += 0.2 * ((state >> 33) as f64 / 2f64.powi(31) - 0.5);
    ///         text += &format!("N{name},{year},{}\n", log.exp());
    ///     }
    /// }
    /// let class = ReferenceClass::from_panel_with(&History::from_csv(&text)?, "2018-06-30", 20, 7)?;
    /// assert!(class.share() < 0.2);                   // independent changes: nothing persists
    /// assert!(class.intervals().expect("20 replicates").scale[0] < class.scale());
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn from_panel(panel: &History, as_of: impl TryInto<Date, Error: Into<Error>>) -> Result<Self, Error> {
        Self::from_panel_with(panel, as_of, REPLICATES, 0)
    }

    /// As [`from_panel`](Self::from_panel), with intervals by this number of bootstrap replicates, drawn from this seed;
    /// 0 for a class without intervals, which takes a hundredth of the time.
    ///
    /// A replicate draws names with replacement, and blocks of five origins in a row.
    ///
    /// # Errors
    /// Those of `from_panel`.
    pub fn from_panel_with(
        panel: &History,
        as_of: impl TryInto<Date, Error: Into<Error>>,
        replicates: u32,
        seed: u64,
    ) -> Result<Self, Error> {
        let date = as_of.try_into().map_err(Into::into)?;
        let panel = Panel::of(&panel.known_on(date));
        let cases = panel.cases.len();
        if cases < LEAST_CASES {
            let message = format!(
                "at least {LEAST_CASES} pairs and years with 4 yearly changes, a gap of .05 to ln 3 and a known next year are \
                 needed by {date}, got {cases}"
            );
            return Err(Error::invalid("panel", "", message));
        }
        let name = format!("panel of {} names over {} years, as known on {date}", panel.names, panel.years);
        let weights = vec![1.0; cases];
        let start = ReferenceClass::general();
        let mut class = estimated(&panel, &weights, &start, Search::WIDE);
        if replicates > 0 {
            class.intervals = Some(intervals(&panel, &class, replicates, seed));
        }
        Ok(Self { name, exits: panel.exits, ..class })
    }
}

/// The numbers of a class from weighed cases.
fn estimated(panel: &Panel, weights: &[f64], start: &ReferenceClass, search: Search) -> ReferenceClass {
    let correlations = Correlations::of(panel, weights);
    let (share, phi) = correlations.fit();
    let all: Vec<Weighed<'_>> =
        panel.cases.iter().zip(weights.iter().copied()).filter(|(_, weight)| *weight > 0.0).collect();
    let chosen: Vec<Weighed<'_>> =
        all.iter().copied().filter(|(case, _)| is_chosen(case.key, MOST_CASES, panel.cases.len())).collect();
    let likelihood = Likelihood { cases: if chosen.is_empty() { all } else { chosen }, share, phi };
    let (scale, scale_weight, df) = likelihood.maximum(start, search);
    let half_life = LN_2 / -math::ln(phi);
    let class = ReferenceClass::of("panel", [share, half_life, scale, scale_weight, df]);
    ReferenceClass { share_of_periods: Some(correlations.share_at(phi, 2)), ..class }
}

/// Correlations of the next year's change with that of the k-th year before it, robust against differences of scale
/// between pairs, and their weights.
struct Correlations {
    by_lag: [f64; MOST_CHANGES],
    weights: [f64; MOST_CHANGES],
}

impl Correlations {
    fn of(panel: &Panel, weights: &[f64]) -> Self {
        let cases = || panel.cases.iter().zip(weights);
        let squares = |case: &Case| case.past().iter().map(|d| d * d).sum::<f64>();
        let (sum, count) = cases().fold((0.0, 0.0), |(sum, count), (case, weight)| {
            (sum + weight * squares(case), count + weight * lags(case.count))
        });
        let common = sum / count;
        let (mut products, mut norms, mut counts) = ([0.0; MOST_CHANGES], [0.0; MOST_CHANGES], [0.0; MOST_CHANGES]);
        for (case, weight) in cases() {
            let omega = weight / (squares(case) / lags(case.count) + common);
            for (lag, d) in case.past().iter().enumerate() {
                products[lag] += omega * case.next * d;
                norms[lag] += omega * 0.5 * (case.next * case.next + d * d);
                counts[lag] += weight;
            }
        }
        let most = counts.iter().copied().fold(0.0, f64::max);
        let by_lag = std::array::from_fn(|lag| if norms[lag] > 0.0 { products[lag] / norms[lag] } else { 0.0 });
        Self { by_lag, weights: counts.map(|count| if most > 0.0 { count / most } else { 0.0 }) }
    }

    /// The terms of the fit from a first lag on, counted from 1: weight, correlation, φ^k.
    fn terms(&self, phi: f64, first: usize) -> impl Iterator<Item = (f64, f64, f64)> {
        let powers = std::iter::successors(Some(phi), move |power| Some(power * phi));
        let all = self.weights.into_iter().zip(self.by_lag).zip(powers);
        all.map(|((weight, correlation), power)| (weight, correlation, power)).skip(first - 1)
    }

    /// A for a given φ.
    fn share_at(&self, phi: f64, first: usize) -> f64 {
        let (above, below) = self
            .terms(phi, first)
            .fold((0.0, RIDGE), |(above, below), (w, rho, power)| (above + w * rho * power, below + w * power * power));
        (above / below).clamp(0.0, LARGEST_SHARE)
    }

    /// A and φ.
    fn fit(&self) -> (f64, f64) {
        let loss = |phi: f64| {
            let share = self.share_at(phi, 1);
            let square = |(w, rho, power): (f64, f64, f64)| w * (rho - share * power) * (rho - share * power);
            self.terms(phi, 1).map(square).sum::<f64>() + RIDGE * share * share
        };
        let best = PHIS.into_iter().min_by(|a, b| loss(*a).total_cmp(&loss(*b))).unwrap_or(PHIS[0]);
        (self.share_at(best, 1), best)
    }
}

#[expect(clippy::cast_precision_loss, reason = "at most eight")]
fn lags(count: usize) -> f64 {
    count as f64
}

/// The first and the last step of a pattern search, in logs.
#[derive(Debug, Clone, Copy)]
struct Search {
    first: f64,
    last: f64,
}

impl Search {
    const WIDE: Self = Self { first: 0.5, last: 0.004 };
    const NEAR: Self = Self { first: 0.2, last: 0.02 };
}

/// The likelihood of the next year's change.
struct Likelihood<'a> {
    cases: Vec<Weighed<'a>>,
    share: f64,
    phi: f64,
}

impl Likelihood<'_> {
    /// s₀, ν₀ and ν, by a pattern search in the logs of s₀ and ν₀; ν is optimal at each of its points.
    fn maximum(&self, start: &ReferenceClass, search: Search) -> (f64, f64, f64) {
        let clamp = |x: f64, (low, high): (f64, f64)| x.clamp(math::ln(low), math::ln(high));
        let mut point = [math::ln(start.scale), math::ln(start.scale_weight)];
        let (mut best, mut df) = self.profile(point);
        let mut step = search.first;
        while step >= search.last {
            let trials = [[step, 0.0], [-step, 0.0], [0.0, step], [0.0, -step], [step, -step], [-step, step]];
            let mut is_better = false;
            for [scale, weight] in trials {
                let trial = [clamp(point[0] + scale, SCALE), clamp(point[1] + weight, SCALE_WEIGHT)];
                let (value, trial_df) = self.profile(trial);
                if value > best {
                    (best, df, point, is_better) = (value, trial_df, trial, true);
                    break;
                }
            }
            if !is_better {
                step *= 0.5;
            }
        }
        (math::exp(point[0]), math::exp(point[1]), df)
    }

    /// The largest penalized mean log-likelihood at logs of s₀ and ν₀, and its ν.
    fn profile(&self, [scale, weight]: [f64; 2]) -> (f64, f64) {
        let prior =
            Prior { share: self.share, phi: self.phi, scale: math::exp(scale), scale_weight: math::exp(weight) };
        let square = self.phi * self.phi;
        let (mut residuals, mut total, mut logs) = (Vec::with_capacity(self.cases.len()), 0.0, 0.0);
        for (case, weight) in &self.cases {
            let of_case = estimate(case.past(), prior);
            let spread = of_case.scale * (of_case.variance * square + 1.0 - self.share * square).sqrt();
            let residual = (case.next - self.phi * of_case.advantage) / spread;
            residuals.push((residual * residual, *weight));
            total += weight;
            logs += weight * math::ln(spread);
        }
        let penalty = |x: f64, centre: f64| PENALTY * (x - math::ln(centre)) * (x - math::ln(centre));
        let value = |x: f64| {
            let df = DF_SHIFT + math::exp(x);
            let tail = |(square, weight): &(f64, f64)| weight * math::ln(1.0 + square / df);
            let norm = math::ln_gamma(0.5 * (df + 1.0)) - math::ln_gamma(0.5 * df) - 0.5 * math::ln(df * PI);
            let tails: f64 = residuals.iter().map(tail).sum();
            norm - (logs + 0.5 * (df + 1.0) * tails) / total - penalty(x, USUAL_DF)
        };
        let (low, high) = (math::ln(DF.0 - DF_SHIFT), math::ln(DF.1 - DF_SHIFT));
        let x = math::root::maximum(value, low, high, TOLERANCE);
        (value(x) - penalty(weight, USUAL_WEIGHT), DF_SHIFT + math::exp(x))
    }
}

/// Central 90 % intervals over replicates.
fn intervals(panel: &Panel, class: &ReferenceClass, replicates: u32, seed: u64) -> ClassIntervals {
    let found = in_parallel(replicates as usize, &|replicate| {
        estimated(panel, &bootstrap_weights(panel, seed, replicate), class, Search::NEAR)
    });
    let interval = |number: fn(&ReferenceClass) -> f64| {
        let mut values: Vec<f64> = found.iter().map(number).collect();
        values.sort_by(f64::total_cmp);
        [0.05, 0.95].map(|p| quantile(&values, p))
    };
    ClassIntervals {
        share: interval(|class| class.share),
        half_life: interval(|class| class.half_life),
        scale: interval(|class| class.scale),
        scale_weight: interval(|class| class.scale_weight),
        df: interval(|class| class.df),
    }
}

/// The quantile of sorted values, interpolated between them.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a place in a list"
)]
pub(super) fn quantile(sorted: &[f64], p: f64) -> f64 {
    let place = p * (sorted.len() - 1) as f64;
    let low = place as usize;
    let high = (low + 1).min(sorted.len() - 1);
    sorted[low] + (place - low as f64) * (sorted[high] - sorted[low])
}

/// How often each case is in a replicate: the product of the numbers of times that its names and its origin were drawn.
fn bootstrap_weights(panel: &Panel, seed: u64, replicate: usize) -> Vec<f64> {
    let mut state = mix64(seed ^ slot_of("panel bootstrap")).wrapping_add((replicate as u64) << 32);
    let mut below = |count: usize| {
        state = state.wrapping_add(1);
        // The bias of this product is below count/2⁶⁴.
        usize::try_from((u128::from(mix64(state)) * count as u128) >> 64).unwrap_or(0)
    };
    let origins = || panel.cases.iter().map(|case| case.origin);
    let first = origins().min().unwrap_or(0);
    let years = origins().max().unwrap_or(0) + 1 - first;
    let (names, blocks) = two_way_draws(panel.names, (years, BLOCK), &mut below);
    let weight = |case: &Case| names[case.names[0]] * names[case.names[1]] * blocks[case.origin - first];
    let weights: Vec<f64> = panel.cases.iter().map(weight).collect();
    // A small panel may have no case with both names drawn in a block.
    if weights.iter().any(|weight| *weight > 0.0) { weights } else { vec![1.0; panel.cases.len()] }
}
