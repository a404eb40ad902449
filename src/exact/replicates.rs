//! Means over independent scrambles of Sobol points, and the error of their mean.

use super::gauss::as_f64;
use crate::error::Error;
use crate::math;
use crate::paths::Net;
use crate::paths::stream::GROUP;

/// Independent scrambles, whose spread is the error.
pub(super) const SCRAMBLES: usize = 16;
/// Keys the scrambles of every answer.
const SEED: u64 = 0;

/// Some points: standard normal scores by dimension, then point.
pub(super) struct Points {
    pub(super) coordinates: Vec<Vec<f64>>,
    pub(super) width: usize,
}

/// Sums over points, one for each scramble.
#[derive(Debug)]
pub(super) struct Replicates {
    net: Net,
    sums: Vec<Vec<f64>>,
    /// Points of each scramble so far.
    pub(super) points: usize,
}

impl Replicates {
    pub(super) fn new(dimensions: usize, len: usize) -> Self {
        Self { net: Net::new(SEED, SCRAMBLES, dimensions), sums: vec![vec![0.0; len]; SCRAMBLES], points: 0 }
    }

    /// Goes on to `upto` points of each scramble: `add` adds the answers of some of them to a sum.
    pub(super) fn run(
        &mut self,
        upto: usize,
        add: &mut dyn FnMut(&Points, &mut [f64]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        for (scramble, sum) in self.sums.iter_mut().enumerate() {
            each(&self.net, scramble, self.points..upto, &mut |points| add(points, sum))?;
        }
        self.points = upto;
        Ok(())
    }

    /// What [`restore`](Self::restore) goes back to.
    pub(super) fn checkpoint(&self) -> (Vec<Vec<f64>>, usize) {
        (self.sums.clone(), self.points)
    }

    pub(super) fn restore(&mut self, (sums, points): (Vec<Vec<f64>>, usize)) {
        (self.sums, self.points) = (sums, points);
    }

    /// Calls `visit` with the first `points` points of every scramble.
    pub(super) fn sample(
        &self,
        points: usize,
        visit: &mut dyn FnMut(&Points) -> Result<(), Error>,
    ) -> Result<(), Error> {
        (0..SCRAMBLES).try_for_each(|scramble| each(&self.net, scramble, 0..points, visit))
    }

    /// The mean of each scramble.
    pub(super) fn means(&self) -> Vec<Vec<f64>> {
        let points = as_f64(self.points);
        self.sums.iter().map(|sum| sum.iter().map(|sum| sum / points).collect()).collect()
    }
}

fn each(
    net: &Net,
    scramble: usize,
    points: std::ops::Range<usize>,
    visit: &mut dyn FnMut(&Points) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut from = points.start;
    while from < points.end {
        let group = from / GROUP;
        let to = points.end.min((group + 1) * GROUP);
        let places = from - group * GROUP..to - group * GROUP;
        let scores = |u: [f64; GROUP]| {
            let mut scores = u[places.clone()].to_vec();
            math::norm_quantile_slice(&mut scores);
            scores
        };
        let coordinates = net.group(scramble, group as u64).into_iter().map(scores).collect();
        visit(&Points { coordinates, width: places.len() })?;
        from = to;
    }
    Ok(())
}

/// The mean of replicates, and three standard errors of it: Student's t with 15 degrees of freedom exceeds it in 1 % of
/// cases.
pub(super) fn mean_and_error(values: &[f64]) -> (f64, f64) {
    let count = as_f64(values.len());
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    (mean, 3.0 * (squares / (count * (count - 1.0))).sqrt())
}
