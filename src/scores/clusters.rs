//! Intervals for statistics of cases that share names and dates: a two-way block bootstrap.

use super::invalid;
use super::reliability::Draws;
use crate::error::Error;

/// Replicates of an interval.
const REPLICATES: u32 = 1_000;
/// The level of intervals.
const LEVEL: f64 = 0.9;

/// Cases that share names and dates. One overtake by a name that grows fast appears in many pairs and in overlapping years, so that cases drawn one
/// by one would give intervals that are far too narrow.
///
/// A replicate draws names with replacement and blocks of dates in a row, and weighs a case by how often both of its
/// names and its date were drawn (Cameron, Gelbach & Miller 2011 on two-way clusters; Künsch 1989 on blocks).
///
/// # Example: the same losses, with many cases a name
/// ```
/// use outgrow::scores::Clusters;
/// let pairs: Vec<[usize; 2]> = (0..400).map(|k| [k % 10, 10 + k % 7]).collect();
/// let dates: Vec<usize> = (0..400).map(|k| k / 20).collect();
/// let losses: Vec<f64> = pairs.iter().map(|[a, _]| *a as f64).collect();
/// let clusters = Clusters::new(&pairs, &dates, 5)?;
/// let mean = |weights: &[f64]| {
///     weights.iter().zip(&losses).map(|(w, loss)| w * loss).sum::<f64>() / weights.iter().sum::<f64>()
/// };
/// let [low, high] = clusters.interval(mean);
/// assert!(low < 3.6 && high > 5.4);            // by case: 4.3 to 4.7
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Clusters {
    pairs: Vec<[usize; 2]>,
    dates: Vec<usize>,
    block: usize,
    names: usize,
    span: usize,
}

impl Clusters {
    /// Cases with the numbers of their two names and of their date, from 0, and the length of a block of dates. Blocks should be
    /// as long as forecasts overlap.
    ///
    /// # Errors
    /// If there are not as many dates as pairs and at least one, or if the block is empty.
    pub fn new(pairs: &[[usize; 2]], dates: &[usize], block: usize) -> Result<Self, Error> {
        if pairs.len() != dates.len() || pairs.is_empty() {
            let (dates, pairs) = (dates.len(), pairs.len());
            let message = format!("as many dates as pairs are needed, and at least one, got {dates} and {pairs}");
            return Err(invalid("dates", message));
        }
        if block == 0 {
            return Err(invalid("block", "a block must have at least one date, got 0".to_owned()));
        }
        let first = dates.iter().copied().min().unwrap_or(0);
        let dates: Vec<usize> = dates.iter().map(|date| date - first).collect();
        let names = 1 + pairs.iter().flatten().copied().max().unwrap_or(0);
        let span = 1 + dates.iter().copied().max().unwrap_or(0);
        Ok(Self { pairs: pairs.to_vec(), dates, block, names, span })
    }

    /// The central 90 % interval of a statistic of the weights of the cases, over 1,000 replicates with the seed 0.
    pub fn interval(&self, statistic: impl Fn(&[f64]) -> f64) -> [f64; 2] {
        let [interval] = self.intervals(|weights| [statistic(weights)]);
        interval
    }

    /// The intervals of several statistics of the same replicates. Replicates in which a statistic is NaN, since it is undefined for the cases
    /// drawn, are left out of its interval.
    pub fn intervals<const N: usize>(&self, statistics: impl Fn(&[f64]) -> [f64; N]) -> [[f64; 2]; N] {
        let mut values = vec![Vec::with_capacity(REPLICATES as usize); N];
        for replicate in 0..REPLICATES {
            let Some(weights) = self.weights(replicate) else { continue };
            for (values, value) in values.iter_mut().zip(statistics(&weights)).filter(|(_, value)| !value.is_nan()) {
                values.push(value);
            }
        }
        std::array::from_fn(|k| central(&mut values[k]))
    }

    /// The statistic in each of the 1,000 replicates, for intervals of functions of several panels: replicates of different panels are
    /// independent. Replicates without a case are left out.
    pub fn replicates(&self, statistic: impl Fn(&[f64]) -> f64) -> Vec<f64> {
        (0..REPLICATES).filter_map(|replicate| Some(statistic(&self.weights(replicate)?))).collect()
    }

    /// The weights of the cases in a replicate; `None` if no case was drawn.
    fn weights(&self, replicate: u32) -> Option<Vec<f64>> {
        let mut draws = Draws::new(0, replicate);
        let (names, dates) = two_way_draws(self.names, (self.span, self.block), &mut |count| draws.below(count));
        let weight = |([a, b], date): (&[usize; 2], &usize)| names[*a] * names[*b] * dates[*date];
        let weights: Vec<f64> = self.pairs.iter().zip(&self.dates).map(weight).collect();
        weights.iter().any(|weight| *weight > 0.0).then_some(weights)
    }
}

/// How often each name and each of `span` dates is drawn in a replicate: names with replacement, and blocks of dates in a row.
/// `below` gives a random number below its argument.
pub(crate) fn two_way_draws(
    names: usize,
    (span, block): (usize, usize),
    below: &mut dyn FnMut(usize) -> usize,
) -> (Vec<f64>, Vec<f64>) {
    let (mut of_names, mut of_dates) = (vec![0.0; names], vec![0.0; span]);
    for _ in 0..names {
        of_names[below(names)] += 1.0;
    }
    for _ in 0..span.div_ceil(block) {
        // Blocks wrap around, so that every date is as likely.
        let start = below(span);
        for date in 0..block {
            of_dates[(start + date) % span] += 1.0;
        }
    }
    (of_names, of_dates)
}

/// The central interval of replicates; NaN without any.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of at most a thousand")]
fn central(values: &mut [f64]) -> [f64; 2] {
    values.sort_by(f64::total_cmp);
    let cut = (0.5 * (1.0 - LEVEL) * super::as_f64(values.len())) as usize;
    match (values.get(cut), values.len().checked_sub(1 + cut).and_then(|at| values.get(at))) {
        (Some(low), Some(high)) => [*low, *high],
        _ => [f64::NAN; 2],
    }
}
