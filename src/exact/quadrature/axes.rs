//! Rotations of the standard normal scores. A rotation leaves the distribution of the scores unchanged and can
//! concentrate most of the variation of the integrand in one or two axes (Imai & Tan 2006).

use crate::error::Error;
use crate::exact::pair::Pair;
use crate::math;
use crate::math::gauss::{as_f64, normal_density};
use crate::math::rotation::{basis, complement, dot, norm};

/// Added to the weight of a date, φ(m/σ), where m is the log-ratio at the medians and σ its standard deviation.
const MIN_WEIGHT: f64 = 0.01;
/// Maximum number of dates that determine the leading axis; longer horizons use evenly spaced ones.
const MAX_DATES: usize = 48;
/// The smallest cosine, in absolute value, between the gradient at a date and the leading axis for the date to be aligned.
const ALIGNED: f64 = 0.75;
/// A date at which the log-ratio is further than this from 0, in standard deviations, needs no axis of its own.
const FAR: f64 = 4.5;
/// Steps of the power iteration. It need not converge: every axis gives the same answer.
const STEPS: usize = 40;

/// The direction in score space (draws and shocks) along which the log-ratio varies most at the dates where it may tie.
#[derive(Debug)]
pub(crate) struct LeadingAxis {
    /// Unit vector: the weight of each draw, then the weight of the shocks if there are any.
    pub(crate) axis: Vec<f64>,
    /// Weights of the periods' innovations in the shock component of the axis.
    pub(crate) shocks: Option<Vec<f64>>,
    /// For each date, the gradient of the log-ratio divided by its standard deviation, in the coordinates of `axis`.
    pub(crate) slopes: Vec<Vec<f64>>,
    /// Number of first dates after the base that are not aligned with the axis; 0 if none of them needs an axis of its own.
    pub(crate) unaligned: usize,
}

/// Linearization of the log-ratio at the medians: for each date its value there and its central differences over one
/// standard deviation of each draw; and the standard deviation of one period's shocks.
struct Linear {
    middle: Vec<f64>,
    slopes: Vec<Vec<f64>>,
    sd: f64,
    /// Differences of the logarithm of `sd` over one standard deviation of each draw.
    of_log_sd: Vec<f64>,
}

impl Linear {
    fn of(pair: &Pair<'_>) -> Result<Self, Error> {
        let dimensions = pair.draws.len();
        let width = 1 + 2 * dimensions;
        let mut scores = vec![vec![0.0; width]; dimensions];
        for (draw, scores) in scores.iter_mut().enumerate() {
            scores[1 + 2 * draw] = 1.0;
            scores[2 + 2 * draw] = -1.0;
        }
        let columns = pair.columns(&scores, width)?;
        let log_ratio = |pair: &[f64]| {
            let is_drawn = pair.iter().all(|sd| *sd > 0.0);
            if is_drawn { 0.5 * math::ln(pair[0] / pair[1]) } else { 0.0 }
        };
        let slopes = |date: &Vec<f64>| date[1..].chunks(2).map(|pair| 0.5 * (pair[0] - pair[1])).collect();
        Ok(Self {
            middle: columns.centre.iter().map(|date| date[0]).collect(),
            slopes: columns.centre.iter().map(slopes).collect(),
            sd: columns.sd[0],
            of_log_sd: columns.sd[1..].chunks(2).map(log_ratio).collect(),
        })
    }
}

/// First principal component of the gradients at the dates, each weighted by the density of its log-ratio at 0.
pub(crate) fn leading_axis(pair: &Pair<'_>) -> Result<LeadingAxis, Error> {
    let Linear { middle, slopes, sd, .. } = Linear::of(pair)?;
    let dimensions = pair.draws.len();
    let sd = if pair.has_no_shocks() { 0.0 } else { sd };
    let spread = |t: usize| (dot(&slopes[t], &slopes[t]) + sd * sd * as_f64(t)).sqrt();
    let spreads: Vec<f64> = (0..slopes.len()).map(spread).collect();
    let stride = slopes.len().div_ceil(MAX_DATES);
    let dates: Vec<usize> = (0..slopes.len()).rev().step_by(stride).filter(|t| spreads[*t] > 0.0).collect();
    let weight = |t: usize| (normal_density(middle[t] / spreads[t]) + MIN_WEIGHT).sqrt() / spreads[t];
    let weights: Vec<f64> = dates.iter().map(|t| weight(*t)).collect();
    let inner = |s: usize, t: usize| dot(&slopes[s], &slopes[t]) + sd * sd * as_f64(s.min(t));
    let mut parts: Vec<f64> = vec![1.0; dates.len()];
    for _ in 0..STEPS {
        let next = |place: usize| {
            let sum: f64 = dates.iter().enumerate().map(|(k, t)| parts[k] * weights[k] * inner(dates[place], *t)).sum();
            weights[place] * sum
        };
        let next: Vec<f64> = (0..dates.len()).map(next).collect();
        let length = norm(&next);
        parts = next.into_iter().map(|x| x / length).collect();
    }
    let mut axis = vec![0.0; dimensions];
    let mut shocks = vec![0.0; slopes.len() - 1];
    for ((t, weight), part) in dates.iter().zip(&weights).zip(&parts) {
        axis.iter_mut().zip(&slopes[*t]).for_each(|(axis, slope)| *axis += part * weight * slope);
        shocks[..*t].iter_mut().for_each(|shock| *shock += part * weight * sd);
    }
    let of_shocks = norm(&shocks);
    let shocks = (!pair.has_no_shocks()).then(|| if of_shocks > 0.0 { shocks } else { vec![1.0; slopes.len() - 1] });
    if shocks.is_some() {
        axis.push(of_shocks);
    }
    let length = norm(&axis);
    match axis.first_mut() {
        Some(first) if !(length > 0.0) => *first = 1.0,
        _ => axis.iter_mut().for_each(|x| *x /= length),
    }
    let row = |t: usize| {
        let along = |weights: &Vec<f64>| sd * weights[..t].iter().sum::<f64>() / norm(weights);
        let row = slopes[t].iter().copied().chain(shocks.as_ref().map(along));
        row.map(|x| if spreads[t] > 0.0 { x / spreads[t] } else { 0.0 }).collect()
    };
    let slopes: Vec<Vec<f64>> = (0..slopes.len()).map(row).collect();
    let is_aligned = |t: usize| dot(&slopes[t], &axis).abs() >= ALIGNED;
    let last = slopes.len() - 1;
    let first = (1..=last).find(|t| is_aligned(*t)).unwrap_or(1);
    let may_tie = |t: usize| middle[t].abs() < FAR * spreads[t];
    let unaligned = if (1..first).any(may_tie) { first - 1 } else { 0 };
    Ok(LeadingAxis { axis, shocks, slopes, unaligned })
}

/// An orthonormal basis of the scores, ordered by how much the log-ratio in units of the shocks varies along each axis, and how much
/// their standard deviation does.
/// Where the drawn numbers determine the start, the first axis is the gradient of the start: the answer jumps where the
/// start ties, and Sobol points resolve a jump best along a single coordinate.
pub(crate) fn ordered_axes(pair: &Pair<'_>) -> Result<Vec<Vec<f64>>, Error> {
    let Linear { slopes, sd, of_log_sd, .. } = Linear::of(pair)?;
    let scaled = |(t, row): (usize, &Vec<f64>)| {
        let scale = if sd > 0.0 { sd * as_f64(t.max(1)).sqrt() } else { 1.0 };
        row.iter().map(|x| x / scale).collect()
    };
    let mut rows: Vec<Vec<f64>> = slopes.iter().enumerate().map(scaled).collect();
    // Weighted like a log-ratio that varies by one standard deviation at every date.
    let root = as_f64(rows.len()).sqrt();
    rows.push(of_log_sd.iter().map(|x| root * x).collect());
    let of_start = norm(&rows[0]);
    let first = (of_start > 0.0).then(|| rows[0].iter().map(|x| x / of_start).collect::<Vec<f64>>());
    Ok(match first {
        Some(first) => {
            let others = complement(&first, &rows);
            std::iter::once(first).chain(others).collect()
        }
        None => basis(Vec::new(), rows, pair.draws.len()),
    })
}

/// Scores between which the log-ratio is compared, along an axis and elsewhere.
const STEPS_ALONG: [f64; 3] = [-2.0, 0.0, 1.5];
const ELSEWHERE: [f64; 3] = [0.0, 1.2, -1.7];
/// A difference of log-ratios, relative to the standard deviation of the shocks, that has no effect.
const NO_EFFECT: f64 = 1e-10;

/// The axes along which the log-ratio or its shocks vary. A number that both providers share may cancel.
pub(crate) fn varying(pair: &Pair<'_>, axes: Vec<Vec<f64>>) -> Result<Vec<Vec<f64>>, Error> {
    let width = STEPS_ALONG.len() * ELSEWHERE.len();
    let mut kept = Vec::new();
    for axis in &axes {
        let mut scores = vec![vec![0.0; width]; pair.draws.len()];
        for (place, along) in STEPS_ALONG.iter().enumerate() {
            for (other, elsewhere) in ELSEWHERE.iter().enumerate() {
                let point = other * STEPS_ALONG.len() + place;
                for any in &axes {
                    let at = if std::ptr::eq(any, axis) { *along } else { *elsewhere };
                    scores.iter_mut().zip(any).for_each(|(score, weight)| score[point] += at * weight);
                }
            }
        }
        let columns = pair.columns(&scores, width)?;
        let least = columns.sd.iter().copied().fold(f64::INFINITY, f64::min);
        let numbers =
            columns.centre.iter().map(|date| (date, NO_EFFECT * least)).chain([(&columns.sd, NO_EFFECT * least)]);
        let motion = pair.motion_draws().into_iter().map(|draw| (&columns.draws[draw], 0.0));
        let mut all = numbers.chain(motion);
        let is_moved = |(values, least): (&Vec<f64>, f64)| {
            let differs = |values: &[f64]| values.iter().any(|value| !((value - values[0]).abs() <= least));
            values.chunks(STEPS_ALONG.len()).any(differs)
        };
        if all.any(is_moved) {
            kept.push(axis.clone());
        }
    }
    Ok(kept)
}
