//! Means over independent replicates, and the standard error of the mean.
//!
//! In several dimensions a replicate is a scrambled set of Sobol points. In one dimension it is the trapezoidal rule
//! with a random shift, which is unbiased too and converges exponentially for smooth integrands.

use crate::error::Error;
use crate::math;
use crate::math::gauss::{as_f64, normal_density};
use crate::random::{GROUP, Net};

/// Number of independent scrambles; their spread estimates the error.
pub(crate) const SCRAMBLES: usize = 16;
/// Seed of the scrambles.
const SEED: u64 = 0;

/// Points as standard normal scores, indexed by dimension, then by point.
pub(crate) struct Points {
    pub(crate) coordinates: Vec<Vec<f64>>,
    pub(crate) width: usize,
    /// Weight of each point relative to equal weights; `None` if the weights are equal.
    weights: Option<Vec<f64>>,
}

impl Points {
    pub(crate) fn one() -> Self {
        Self { coordinates: Vec::new(), width: 1, weights: None }
    }

    pub(crate) fn weight(&self, point: usize) -> f64 {
        self.weights.as_ref().map_or(1.0, |weights| weights[point])
    }
}

/// Accumulate the answers at some points to a sum.
pub(crate) type Accumulate<'f> = dyn FnMut(&Points, &mut [f64]) -> Result<(), Error> + 'f;

/// Sums over points, one for each scramble.
#[derive(Debug)]
pub(crate) struct Replicates {
    net: Net,
    dimensions: usize,
    sums: Vec<Vec<f64>>,
    /// Points of each scramble so far.
    pub(crate) points: usize,
}

impl Replicates {
    pub(crate) fn new(dimensions: usize, len: usize) -> Self {
        let net = Net::new(SEED, SCRAMBLES, dimensions);
        Self { net, dimensions, sums: vec![vec![0.0; len]; SCRAMBLES], points: 0 }
    }

    /// Continues to `upto` points of each scramble; `add` adds the answers at some of them to a sum.
    pub(crate) fn run(&mut self, upto: usize, add: &mut Accumulate<'_>) -> Result<(), Error> {
        let mut from = self.points;
        if self.dimensions == 1 {
            // A finer trapezoidal rule replaces the nodes instead of adding to them.
            self.sums.iter_mut().for_each(|sum| sum.fill(0.0));
            from = 0;
        }
        let (net, dimensions) = (&self.net, self.dimensions);
        for (scramble, sum) in self.sums.iter_mut().enumerate() {
            each((net, dimensions), scramble, from..upto, &mut |points| add(points, sum))?;
        }
        self.points = upto;
        Ok(())
    }

    /// State for [`restore`](Self::restore).
    pub(crate) fn checkpoint(&self) -> (Vec<Vec<f64>>, usize) {
        (self.sums.clone(), self.points)
    }

    pub(crate) fn restore(&mut self, (sums, points): (Vec<Vec<f64>>, usize)) {
        (self.sums, self.points) = (sums, points);
    }

    /// Calls `visit` with the first `points` points of every scramble.
    pub(crate) fn sample(
        &self,
        points: usize,
        visit: &mut dyn FnMut(&Points) -> Result<(), Error>,
    ) -> Result<(), Error> {
        (0..SCRAMBLES).try_for_each(|scramble| each((&self.net, self.dimensions), scramble, 0..points, visit))
    }

    /// The mean of each scramble.
    pub(crate) fn means(&self) -> Vec<Vec<f64>> {
        let points = as_f64(self.points);
        self.sums.iter().map(|sum| sum.iter().map(|sum| sum / points).collect()).collect()
    }
}

/// Half-width of the trapezoidal rule, in standard deviations.
const REACH: f64 = 8.5;

/// A range of nodes of the trapezoidal rule with `of` nodes.
fn trapezoid(nodes: std::ops::Range<usize>, of: usize, shift: f64) -> Points {
    let step = 2.0 * REACH / as_f64(of);
    let scores: Vec<f64> = nodes.map(|k| (as_f64(k) + shift) * step - REACH).collect();
    let weights = scores.iter().map(|z| normal_density(*z) * step * as_f64(of)).collect();
    Points { width: scores.len(), coordinates: vec![scores], weights: Some(weights) }
}

fn each(
    (net, dimensions): (&Net, usize),
    scramble: usize,
    points: std::ops::Range<usize>,
    visit: &mut dyn FnMut(&Points) -> Result<(), Error>,
) -> Result<(), Error> {
    let shift = if dimensions == 1 { Some(net.group(scramble, 0)[0][0]) } else { None };
    let of = points.end;
    let mut from = points.start;
    while from < points.end {
        let group = from / GROUP;
        let to = points.end.min((group + 1) * GROUP);
        if let Some(shift) = shift {
            visit(&trapezoid(from..to, of, shift))?;
            from = to;
            continue;
        }
        let places = from - group * GROUP..to - group * GROUP;
        let scores = |u: [f64; GROUP]| {
            let mut scores = u[places.clone()].to_vec();
            math::norm_quantile_slice(&mut scores);
            scores
        };
        let coordinates = net.group(scramble, group as u64).into_iter().map(scores).collect();
        visit(&Points { coordinates, width: places.len(), weights: None })?;
        from = to;
    }
    Ok(())
}

/// Mean of replicates and three standard errors, which Student's t with 15 degrees of freedom exceeds in 1 % of cases.
pub(crate) fn mean_and_error(values: &[f64]) -> (f64, f64) {
    let count = as_f64(values.len());
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    (mean, 3.0 * (squares / (count * (count - 1.0))).sqrt())
}
