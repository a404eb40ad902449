//! Axes of the integration: the standard normal scores of the draws, turned so that the log-ratio at some date follows
//! the first axis, what is left of it at another date the second, and so on. A turn leaves the law as it is, and most of
//! the integrand to one axis or two (Imai & Tan 2006).

use super::gauss::{Rule, as_f64, normal_density};
use super::pair::{BLOCK, Pair};
use super::start::{TIE, normal_mass, pieces};
use crate::error::Error;

/// How the first axis is integrated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum First {
    /// By the same rules as the others.
    Smooth,
    /// In two parts, cut where the bases tie.
    Tie,
    /// Without shocks: in parts, cut wherever the path crosses at some date.
    Crossings,
}

#[derive(Debug)]
pub(super) struct Axes {
    /// Orthonormal, in the order of the draws.
    vectors: Vec<Vec<f64>>,
    /// By axis: how many of its own sd the log-ratio moves, at most over the dates.
    pub(super) steepness: Vec<f64>,
    /// By axis: the draw that it is, where that is a volatility that nothing else follows.
    pub(super) widening: Vec<Option<usize>>,
    pub(super) first: First,
}

/// Scores that lines are followed to, on each side.
const REACH: f64 = 8.5;
/// A step of score for the slope of D(0), by central differences of fourth order.
const BESIDE: f64 = 1e-3;
/// Cells of a line in which crossings are looked for.
const CELLS: usize = 63;

impl Axes {
    pub(super) fn new(pair: &Pair<'_>) -> Result<Self, Error> {
        let first = match (pair.is_still(), pair.start_is_drawn()) {
            (true, _) => First::Crossings,
            (false, true) => First::Tie,
            (false, false) => First::Smooth,
        };
        let mut slopes = slopes(pair)?;
        let dimensions = pair.draws.len();
        let (mut vectors, mut steepness): (Vec<Vec<f64>>, Vec<f64>) = (Vec::new(), Vec::new());
        if first == First::Tie {
            // The base's own axis first.
            let row = slopes[0].clone();
            push_axis(&row, &mut vectors, &mut steepness, &mut slopes);
        }
        while vectors.len() < dimensions {
            let row = slopes.iter().max_by(|a, b| norm(a).total_cmp(&norm(b))).cloned().unwrap_or_default();
            if !push_axis(&row, &mut vectors, &mut steepness, &mut slopes) {
                break;
            }
        }
        let mut widening = vec![None; vectors.len()];
        for place in 0..dimensions {
            if let Some(draw) = pair.widens_only(place) {
                vectors.push((0..dimensions).map(|d| f64::from(u8::from(d == place))).collect());
                steepness.push(0.0);
                widening.push(Some(draw));
            }
        }
        complete(dimensions, &mut vectors, &mut steepness);
        widening.resize(dimensions, None);
        Ok(Self { vectors, steepness, widening, first })
    }

    pub(super) fn len(&self) -> usize {
        self.vectors.len()
    }

    /// The scores of the draws at coordinates along the axes.
    pub(super) fn scores(&self, coordinates: &[f64]) -> Vec<f64> {
        let mut scores = vec![0.0; self.vectors.len()];
        for (coordinate, axis) in coordinates.iter().zip(&self.vectors) {
            scores.iter_mut().zip(axis).for_each(|(score, part)| *score += coordinate * part);
        }
        scores
    }

    /// Nodes along the first axis with the others held.
    pub(super) fn line(&self, pair: &Pair<'_>, rest: &[f64], smooth: &Rule, nodes: usize) -> Result<Rule, Error> {
        Ok(match self.first {
            First::Smooth => smooth.clone(),
            First::Tie => {
                let cuts = self.crossings(pair, rest, 0..=0)?;
                let mut ends = vec![-REACH];
                ends.extend(cuts);
                ends.push(REACH);
                // As many pieces of sixteen nodes on each side, so that more nodes are finer on both.
                let count = as_f64(nodes.div_ceil(16));
                let side = |ends: &[f64]| pieces(ends, (ends[1] - ends[0]) / count);
                let rule: Rule = ends.windows(2).flat_map(side).collect();
                let mass: f64 = rule.iter().map(|(_, weight)| weight).sum();
                rule.into_iter().map(|(z, weight)| (z, weight / mass)).collect()
            }
            First::Crossings => {
                let mut ends = vec![-REACH];
                ends.extend(self.crossings(pair, rest, 0..=pair.periods())?);
                ends.push(REACH);
                let whole = normal_mass(-REACH, REACH);
                ends.windows(2).map(|ends| (0.5 * (ends[0] + ends[1]), normal_mass(ends[0], ends[1]) / whole)).collect()
            }
        })
    }

    /// Where the bases tie along the first axis, with the density of D(0) there.
    pub(super) fn ties(&self, pair: &Pair<'_>, rest: &[f64]) -> Result<Rule, Error> {
        let weighted = |z: f64| {
            let beside = [-2.0, -1.0, 1.0, 2.0].map(|step| self.scores(&[&[z + step * BESIDE], rest].concat()));
            let start = pair.columns(&beside)?.centre.swap_remove(0);
            let slope = (start[0] - start[3] + 8.0 * (start[2] - start[1])) / (12.0 * BESIDE);
            Ok((z, normal_density(z) / slope.abs()))
        };
        self.crossings(pair, rest, 0..=0)?.into_iter().map(weighted).collect()
    }

    /// Where the log-ratio of the curves ties at some of the periods, along the first axis, ascending.
    fn crossings(
        &self,
        pair: &Pair<'_>,
        rest: &[f64],
        periods: std::ops::RangeInclusive<usize>,
    ) -> Result<Vec<f64>, Error> {
        let point = |z: f64| self.scores(&[&[z], rest].concat());
        let grid: Vec<f64> = (0..=CELLS).map(|cell| REACH * (2.0 * as_f64(cell) / as_f64(CELLS) - 1.0)).collect();
        let scores: Vec<Vec<f64>> = grid.iter().map(|z| point(*z)).collect();
        let offset = offset_of(pair);
        let columns = pair.columns(&scores)?.centre;
        let mut brackets: Vec<Bracket> = Vec::new();
        for t in periods {
            for (cell, pair) in columns[t].windows(2).enumerate() {
                let (low, high) = (pair[0] + offset - TIE, pair[1] + offset - TIE);
                if (low > 0.0) != (high > 0.0) {
                    brackets.push(Bracket { t, ends: [grid[cell], grid[cell + 1]], values: [low, high] });
                }
            }
        }
        for block in brackets.chunks_mut(BLOCK) {
            // A bracket ends at neighbouring numbers or after so many halvings and secants.
            for _ in 0..40 {
                let scores: Vec<Vec<f64>> = block.iter().map(|bracket| point(bracket.next())).collect();
                let columns = pair.columns(&scores)?.centre;
                let values = block.iter().enumerate().map(|(place, bracket)| columns[bracket.t][place] + offset - TIE);
                let values: Vec<f64> = values.collect();
                block.iter_mut().zip(values).for_each(|(bracket, value)| bracket.narrow(value));
                if block.iter().all(Bracket::is_narrow) {
                    break;
                }
            }
        }
        let mut crossings: Vec<f64> = brackets.iter().map(Bracket::next).collect();
        crossings.sort_by(f64::total_cmp);
        Ok(crossings)
    }
}

/// A start that is known shifts every date.
fn offset_of(pair: &Pair<'_>) -> f64 {
    let point = pair.start().and_then(|start| start.below.first().or(start.above.first()));
    point.map_or(0.0, |(x, _)| *x)
}

/// Ends between which the log-ratio of period t changes its sign.
struct Bracket {
    t: usize,
    ends: [f64; 2],
    values: [f64; 2],
}

impl Bracket {
    /// The secant's guess, kept inside.
    fn next(&self) -> f64 {
        let [low, high] = self.ends;
        if self.is_narrow() {
            return low;
        }
        let part = self.values[0] / (self.values[0] - self.values[1]);
        low + (high - low) * part.clamp(1e-3, 1.0 - 1e-3)
    }

    /// The Illinois rule: an end that stays counts half (Dowell & Jarratt 1971).
    fn narrow(&mut self, value: f64) {
        let at = self.next();
        if value.abs() < 1e-15 {
            self.ends = [at, at];
            return;
        }
        let side = usize::from((value > 0.0) == (self.values[1] > 0.0));
        self.ends[side] = at;
        self.values[side] = value;
        self.values[1 - side] *= 0.5;
    }

    fn is_narrow(&self) -> bool {
        self.ends[1] - self.ends[0] < 1e-14
    }
}

/// The move of the log-ratio by one sd of each draw, at 0 to T, over its own sd at that date (of one period, at 0).
fn slopes(pair: &Pair<'_>) -> Result<Vec<Vec<f64>>, Error> {
    let dimensions = pair.draws.len();
    let unit =
        |draw: usize, side: f64| (0..dimensions).map(|d| if d == draw { side } else { 0.0 }).collect::<Vec<f64>>();
    let mut points: Vec<Vec<f64>> = vec![vec![0.0; dimensions]];
    for draw in 0..dimensions {
        points.extend([unit(draw, 1.0), unit(draw, -1.0)]);
    }
    let columns = pair.columns(&points)?;
    let sd = if columns.sd[0] > 0.0 { columns.sd[0] } else { 1.0 };
    let row = |(t, column): (usize, &Vec<f64>)| {
        let scale = 0.5 / (sd * as_f64(t.max(1)).sqrt());
        (0..dimensions).map(|draw| scale * (column[1 + 2 * draw] - column[2 + 2 * draw])).collect()
    };
    Ok(columns.centre.iter().enumerate().map(row).collect())
}

fn norm(vector: &[f64]) -> f64 {
    vector.iter().map(|x| x * x).sum::<f64>().sqrt()
}

/// Makes `row` the next axis and takes it out of all rows; whether there was anything left of it.
fn push_axis(row: &[f64], vectors: &mut Vec<Vec<f64>>, steepness: &mut Vec<f64>, slopes: &mut [Vec<f64>]) -> bool {
    let length = norm(row);
    if !(length > 1e-9) {
        return false;
    }
    let axis: Vec<f64> = row.iter().map(|x| x / length).collect();
    let mut steepest = 0.0_f64;
    for slope in slopes {
        let along: f64 = slope.iter().zip(&axis).map(|(slope, axis)| slope * axis).sum();
        steepest = steepest.max(along.abs());
        slope.iter_mut().zip(&axis).for_each(|(slope, axis)| *slope -= along * axis);
    }
    vectors.push(axis);
    steepness.push(steepest);
    true
}

/// Adds what is missing of a basis: directions that move no centre, such as a volatility's.
fn complete(dimensions: usize, vectors: &mut Vec<Vec<f64>>, steepness: &mut Vec<f64>) {
    while vectors.len() < dimensions {
        let left = (0..dimensions).map(|draw| {
            let mut unit: Vec<f64> = (0..dimensions).map(|d| f64::from(u8::from(d == draw))).collect();
            // Twice, so that rounding leaves no trace of the axes (Kahan; Parlett 1980).
            for axis in vectors.iter().chain(vectors.iter()) {
                let along: f64 = unit.iter().zip(axis).map(|(unit, axis)| unit * axis).sum();
                unit.iter_mut().zip(axis).for_each(|(unit, axis)| *unit -= along * axis);
            }
            unit
        });
        let longest = left.max_by(|a, b| norm(a).total_cmp(&norm(b))).unwrap_or_default();
        let length = norm(&longest);
        vectors.push(longest.iter().map(|x| x / length).collect());
        steepness.push(0.0);
    }
}
