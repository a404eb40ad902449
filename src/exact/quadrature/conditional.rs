//! The recursion conditional on the drawn assumptions.
//!
//! Given the assumptions, the recursion integrates the shocks without sampling. Only the assumptions remain to be
//! averaged.

use super::axes::{ordered_axes, varying};
use super::features::Features;
use super::replicates::{Points, Replicates};
use super::wide::Axes;
use crate::error::Error;
use crate::exact::asked::Asked;
use crate::exact::pair::{Engine, Pair};
use crate::exact::start::{Start, TIE};

/// The recursion at points of the rotated scores.
#[derive(Debug)]
pub(crate) struct Conditional<'a, 'p> {
    pub(crate) pair: &'a Pair<'p>,
    pub(crate) asked: Asked,
    /// For each axis, the weight of each draw.
    axes: Vec<Vec<f64>>,
    engine: Engine,
}

impl<'a, 'p> Conditional<'a, 'p> {
    pub(crate) fn new(pair: &'a Pair<'p>, asked: Asked, engine: impl Into<Engine>) -> Result<Self, Error> {
        Ok(Self { pair, asked, axes: ordered_axes(pair)?, engine: engine.into() })
    }

    /// As [`new`](Self::new), but without the axes on which the answers do not depend.
    pub(crate) fn reduced(pair: &'a Pair<'p>, asked: Asked, engine: impl Into<Engine>) -> Result<Self, Error> {
        Ok(Self { pair, asked, axes: varying(pair, ordered_axes(pair)?)?, engine: engine.into() })
    }

    /// Work of the recursion so far.
    pub(crate) fn work(&self) -> f64 {
        self.engine.work()
    }

    pub(crate) fn dimensions(&self) -> usize {
        self.axes.len()
    }

    /// The axes of points.
    pub(super) fn axes(&self) -> Axes {
        Axes::drawn(self.dimensions())
    }

    /// Converts coordinates along the axes to scores of the draws, indexed by draw, then by point.
    pub(crate) fn scores(&self, coordinates: &[Vec<f64>], width: usize) -> Vec<Vec<f64>> {
        let mut scores = vec![vec![0.0; width]; self.pair.draws.len()];
        for (axis, coordinates) in self.axes.iter().zip(coordinates) {
            for (score, weight) in scores.iter_mut().zip(axis) {
                score.iter_mut().zip(coordinates).for_each(|(score, y)| *score += weight * y);
            }
        }
        scores
    }

    /// The answers at coordinates along the axes, one list for each point.
    pub(crate) fn answers(&mut self, coordinates: &[Vec<f64>], width: usize) -> Result<Vec<Vec<f64>>, Error> {
        let scores = self.scores(coordinates, width);
        let mut answers = Vec::with_capacity(width);
        self.pair.each(&scores, width, self.asked, &mut self.engine, &mut |_, answer| answers.push(answer.to_vec()))?;
        Ok(answers)
    }

    /// Numbers of which the answers at some points are smooth functions.
    pub(super) fn features(&self, points: &Points) -> Result<Features, Error> {
        let columns = self.pair.columns(&self.scores(&points.coordinates, points.width), points.width)?;
        let is_ahead = match self.pair.start() {
            Some(_) => vec![false; points.width],
            None => columns.centre[0].iter().map(|x| *x > TIE).collect(),
        };
        let start = self.pair.start().map_or([0.0; 2], |start| [start.mean(), start.spread()]);
        let ahead_at_base = self.pair.start().map_or(0.0, Start::ahead);
        Ok(Features { log_ratios: columns.centre, start, sds: columns.sd, is_ahead, ahead_at_base })
    }

    /// Whether at some points the shocks are so small beside the drawn numbers that the answers are almost steps.
    pub(super) fn is_sharp(&self) -> Result<bool, Error> {
        if self.dimensions() < 2 {
            return Ok(false);
        }
        let mut features = Features::default();
        Replicates::others(self.axes(), 0).sample(SHARP_POINTS, &mut |points| {
            features.extend(self.features(points)?);
            Ok(())
        })?;
        Ok(features.least_width() < SHARP)
    }

    /// Where the drawn numbers determine the start, the answer jumps where the start ties on the first axis. Returns
    /// the jump of each answer there and the probability of being ahead at the base. `None` if the start does not tie
    /// on that axis.
    pub(crate) fn step(&mut self) -> Result<Option<(Vec<f64>, f64)>, Error> {
        let Some((ahead, _)) = self.pair.ahead_at_drawn_base() else { return Ok(None) };
        let along = |z: f64| -> Vec<Vec<f64>> {
            (0..self.axes.len()).map(|axis| vec![if axis == 0 { z } else { 0.0 }]).collect()
        };
        let start =
            |z: f64| -> Result<f64, Error> { Ok(self.pair.columns(&self.scores(&along(z), 1), 1)?.centre[0][0]) };
        let (mut low, mut high) = (-REACH, REACH);
        let is_ahead = start(low)? > TIE;
        if (start(high)? > TIE) == is_ahead {
            return Ok(None);
        }
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if (start(middle)? > TIE) == is_ahead { low = middle } else { high = middle }
        }
        let (below, above) = if is_ahead { (high, low) } else { (low, high) };
        let [below, above] = [below, above].map(along);
        let (below, above) = (self.answers(&below, 1)?.swap_remove(0), self.answers(&above, 1)?.swap_remove(0));
        Ok(Some((above.iter().zip(&below).map(|(above, below)| above - below).collect(), ahead)))
    }
}

/// The search for a tie of the start covers scores of ± this.
const REACH: f64 = 6.0;

/// Answers are almost steps where the standard deviation of the shocks is below this fraction of that of the log-ratio without them.
const SHARP: f64 = 0.1;
/// Points per scramble on which that is tried.
const SHARP_POINTS: usize = 4;
