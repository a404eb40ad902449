//! Calibration of probabilities: isotonic regression and deciles.

use super::{as_f64, check_all, check_forecasts, indicator, invalid};
use crate::error::Error;
use crate::math;
use crate::random::{GROUP, slot_of, uniforms};

/// One tenth of the cases, by size of the forecast.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Decile {
    /// The mean forecast.
    pub forecast: f64,
    /// The frequency of the event.
    pub frequency: f64,
    /// The number of cases.
    pub cases: usize,
}

/// Reliability by deciles: the cases in order of their forecasts, in ten parts of equal weight. Equal forecasts stay together, so
/// that there may be fewer than ten parts. The weights are 1 unless stated; panels are pooled with equal weight by
/// one over the number of cases of each.
///
/// # Errors
/// If a probability is outside 0 to 1, a weight is not finite and above 0, or the lists differ in length or are empty.
///
/// # Example: two tenths of twenty cases
/// ```
/// use outgrow::scores::deciles;
/// let forecasts: Vec<f64> = (0..20).map(|k| f64::from(k) / 20.0).collect();
/// let happened: Vec<bool> = (0..20).map(|k| k % 3 == 0).collect();
/// let all = deciles(&forecasts, &happened, None)?;
/// assert_eq!((all.len(), all[0].cases, all[0].frequency), (10, 2, 0.5));
/// assert!((all[9].forecast - 0.925).abs() < 1e-15);
/// # Ok::<(), outgrow::Error>(())
/// ```
pub fn deciles(forecasts: &[f64], happened: &[bool], weights: Option<&[f64]>) -> Result<Vec<Decile>, Error> {
    check_forecasts(forecasts, happened)?;
    let equal = vec![1.0; forecasts.len()];
    let weights = weights.unwrap_or(&equal);
    if weights.len() != forecasts.len() {
        let message = format!("as many weights as forecasts are needed, {}, got {}", forecasts.len(), weights.len());
        return Err(invalid("weights", message));
    }
    check_all("weights", weights, |w| w.is_finite() && w > 0.0, "a weight must be finite and above 0")?;
    let order = math::ascending(forecasts);
    let all: f64 = weights.iter().sum();
    let mut sums: Vec<(usize, f64, f64, f64, usize)> = Vec::new();
    let mut before = 0.0;
    for ties in order.chunk_by(|a, b| !(forecasts[*a] < forecasts[*b])) {
        let weight: f64 = ties.iter().map(|at| weights[*at]).sum();
        let hits: f64 = ties.iter().map(|at| weights[*at] * indicator(happened[*at])).sum();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 10")]
        let tenth = ((10.0 * (before + 0.5 * weight) / all) as usize).min(9);
        before += weight;
        let said = weight * forecasts[ties[0]];
        match sums.last_mut() {
            Some((last, w, s, h, cases)) if *last == tenth => {
                (*w, *s, *h, *cases) = (*w + weight, *s + said, *h + hits, *cases + ties.len());
            }
            _ => sums.push((tenth, weight, said, hits, ties.len())),
        }
    }
    let decile =
        |(_, w, s, h, cases): (usize, f64, f64, f64, usize)| Decile { forecast: s / w, frequency: h / w, cases };
    Ok(sums.into_iter().map(decile).collect())
}

/// Calibration by isotonic regression, with the CORP decomposition of the Brier score (Dimitriadis, Gneiting & Jordan
/// 2021): `brier = miscalibration − discrimination + uncertainty`, all three at least 0.
///
/// The recalibrated probability is the non-decreasing function of the forecast that fits the outcomes best, by the pool-adjacent-violators
/// algorithm. It needs no bins.
///
/// # Example: forecasts in the right order, but too certain
/// ```
/// use outgrow::scores::{Reliability, brier};
/// let (forecasts, happened) = ([0.0, 0.0, 1.0, 1.0], [false, true, true, true]);
/// let reliability = Reliability::of(&forecasts, &happened)?;
/// assert_eq!(reliability.points(), [(0.0, 0.5), (1.0, 1.0)]);
/// assert!((reliability.miscalibration - 0.125).abs() < 1e-15);
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
#[must_use]
pub struct Reliability {
    /// What recalibration would gain: 0 if calibrated.
    pub miscalibration: f64,
    /// What the recalibrated forecasts gain over the constant frequency: the larger, the better.
    pub discrimination: f64,
    /// The Brier score of the constant frequency.
    pub uncertainty: f64,
    points: Vec<(f64, f64)>,
    counts: Vec<usize>,
}

impl Reliability {
    /// From forecasts and what happened.
    ///
    /// # Errors
    /// If a probability is outside 0 to 1, or if there are not as many outcomes as forecasts.
    pub fn of(forecasts: &[f64], happened: &[bool]) -> Result<Self, Error> {
        check_forecasts(forecasts, happened)?;
        let mut sorted: Vec<(f64, f64)> =
            forecasts.iter().copied().zip(happened.iter().map(|y| indicator(*y))).collect();
        math::sort_by_first(&mut sorted);
        let fitted = isotonic(&sorted);
        let n = as_f64(sorted.len());
        let base = sorted.iter().map(|(_, y)| y).sum::<f64>() / n;
        let square = |other: &dyn Fn(usize) -> f64| {
            sorted.iter().enumerate().map(|(at, (_, y))| (other(at) - y) * (other(at) - y)).sum::<f64>() / n
        };
        let (own, recalibrated) = (square(&|at| sorted[at].0), square(&|at| fitted[at]));
        let uncertainty = square(&|_| base);
        let (mut points, mut counts) = (Vec::new(), Vec::new());
        for (at, (p, _)) in sorted.iter().enumerate() {
            match points.last() {
                Some((last, _)) if !(p > last) => *counts.last_mut().unwrap_or(&mut 0) += 1,
                _ => {
                    points.push((*p, fitted[at]));
                    counts.push(1);
                }
            }
        }
        Ok(Self {
            miscalibration: own - recalibrated,
            discrimination: uncertainty - recalibrated,
            uncertainty,
            points,
            counts,
        })
    }

    /// Each different forecast with its recalibrated probability, in order.
    #[must_use]
    pub fn points(&self) -> &[(f64, f64)] {
        &self.points
    }

    /// The number of cases of each of [`points`](Self::points).
    #[must_use]
    pub fn counts(&self) -> &[usize] {
        &self.counts
    }

    /// The recalibrated probability of a forecast, a straight line between the points.
    #[must_use]
    pub fn at(&self, forecast: f64) -> f64 {
        line(&self.points, forecast)
    }

    /// Consistency bands at `forecasts`: the central 90 % of the recalibrated probability if the forecasts were calibrated and the
    /// cases independent. Each of `replicates` draws outcomes with the stated probabilities and fits them again. Cases that share names
    /// and dates depend on each other, so that true bands are wider.
    ///
    /// # Errors
    /// If there are fewer than 20 replicates.
    ///
    /// # Example: few cases have wide bands
    /// ```
    /// use outgrow::scores::Reliability;
    /// let forecasts: Vec<f64> = (0..50).map(|k| f64::from(k) / 50.0).collect();
    /// let happened: Vec<bool> = (0..50).map(|k| k % 50 > 25).collect();
    /// let bands = Reliability::of(&forecasts, &happened)?.consistency_bands(&[0.5], 200, 0)?;
    /// assert!(bands[0][0] < 0.4 && bands[0][1] > 0.6);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn consistency_bands(&self, forecasts: &[f64], replicates: u32, seed: u64) -> Result<Vec<[f64; 2]>, Error> {
        if replicates < 20 {
            return Err(invalid("replicates", format!("at least 20 replicates are needed, got {replicates}")));
        }
        let mut fits = vec![Vec::with_capacity(replicates as usize); forecasts.len()];
        for replicate in 0..replicates {
            let mut draws = Draws::new(seed, replicate);
            let mut drawn: Vec<(f64, f64)> = Vec::new();
            for ((p, _), count) in self.points.iter().zip(&self.counts) {
                drawn.extend((0..*count).map(|_| (*p, indicator(draws.next() < *p))));
            }
            let fitted = isotonic(&drawn);
            let curve: Vec<(f64, f64)> = drawn.iter().zip(&fitted).map(|((p, _), fit)| (*p, *fit)).collect();
            for (fits, forecast) in fits.iter_mut().zip(forecasts) {
                fits.push(line(&curve, *forecast));
            }
        }
        let band = |mut fits: Vec<f64>| {
            fits.sort_by(f64::total_cmp);
            let cut = fits.len() / 20;
            [fits[cut], fits[fits.len() - 1 - cut]]
        };
        Ok(fits.into_iter().map(band).collect())
    }
}

/// A stream of uniform numbers.
pub(super) struct Draws {
    seed: u64,
    slot: u64,
    numbers: [f64; GROUP],
    used: usize,
    group: u64,
}

impl Draws {
    pub(super) fn new(seed: u64, replicate: u32) -> Self {
        let slot = slot_of(&format!("scores {replicate}"));
        Self { seed, slot, numbers: [0.0; GROUP], used: GROUP, group: 0 }
    }

    pub(super) fn next(&mut self) -> f64 {
        if self.used == GROUP {
            uniforms(self.seed, self.slot, self.group, &mut self.numbers);
            self.group += 1;
            self.used = 0;
        }
        self.used += 1;
        self.numbers[self.used - 1]
    }

    /// An index below a number of things.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to the number of things")]
    pub(super) fn below(&mut self, count: usize) -> usize {
        ((self.next() * as_f64(count)) as usize).min(count - 1)
    }
}

/// The fitted values of points in order of their first number: those with equal first numbers are one block from the start, and
/// neighbouring blocks out of order are pooled.
fn isotonic(sorted: &[(f64, f64)]) -> Vec<f64> {
    let mut blocks: Vec<(f64, usize)> = Vec::new();
    for ties in sorted.chunk_by(|a, b| !(a.0 < b.0)) {
        let (mut sum, mut count) = (ties.iter().map(|(_, y)| y).sum::<f64>(), ties.len());
        while let Some((before, earlier)) = blocks.last().copied() {
            if before * as_f64(count) < sum * as_f64(earlier) {
                break;
            }
            (sum, count) = (sum + before, count + earlier);
            blocks.pop();
        }
        blocks.push((sum, count));
    }
    blocks.into_iter().flat_map(|(sum, count)| std::iter::repeat_n(sum / as_f64(count), count)).collect()
}

/// A piecewise linear function through points in order, constant beyond them.
fn line(points: &[(f64, f64)], x: f64) -> f64 {
    let after = points.partition_point(|(p, _)| *p < x);
    match (after.checked_sub(1).map(|at| points[at]), points.get(after)) {
        (Some((x0, y0)), Some((x1, y1))) => y0 + (y1 - y0) * (x - x0) / (x1 - x0),
        (Some((_, y)), None) | (None, Some(&(_, y))) => y,
        (None, None) => f64::NAN,
    }
}
