//! One period of a walk whose growth has a state of its own, with normal innovations. In units of the deviation of a period:
//! `v' = φv + a u₁`, `y' = y + v' + b u₂`, with a² + b² the variance of an innovation.
//!
//! `damped_trend` has a² = A(1 − φ²) and b² = 1 − A. `persistent` has a² = 1 − φ² and b = 0: its density over y and v is that
//! of y at two dates in a row, so a node of v is a whole number of steps of y, and the mass of a row remains at the node of y
//! from which it came. All densities are smooth across the barrier in both cases.

use std::ops::Range;

use super::convolution::{Band, combine, convolve, signed};
use super::grid::{Grid, multiples};
use crate::cpu::{self, Level};
use crate::math;
use crate::math::gauss::{as_f64, normal_density};

/// The largest number of nodes of v on each side of 0.
const MOST_ROWS: f64 = 1000.0;

/// The numbers of the recursion.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct TrendNumbers {
    pub(super) phi: f64,
    /// Standard deviations of the innovations of v, of the first one, and of the noise of y.
    pub(super) own: f64,
    pub(super) first: f64,
    pub(super) noise: f64,
}

/// The transition, for a step of y and a number of standard deviations kept.
#[derive(Debug)]
pub(super) struct Trend {
    of: TrendNumbers,
    reach: f64,
    pub(super) nodes: Vec<f64>,
    /// Weights of the nodes of v; 1 where rows are dates of y.
    pub(super) weights: Vec<f64>,
    /// For each target row: the first source row, the densities from it on, and how the noise spreads y.
    rows: Vec<(usize, Vec<f64>, Spread)>,
}

/// How y moves within a row.
#[derive(Debug)]
enum Spread {
    Noise(Band),
    /// A shift by whole steps.
    Shift(i64),
}

impl Trend {
    /// `per_sd` nodes for a standard deviation of the innovation of v, over ±`reach` of its stationary deviations.
    /// `None` with too many nodes.
    pub(super) fn new(of: TrendNumbers, step: f64, per_sd: f64, reach: f64) -> Option<Self> {
        let stationary = (of.own / (1.0 - of.phi * of.phi).sqrt()).max(of.first);
        let (apart, weight) = if of.noise > 0.0 { (of.own / per_sd, of.own / per_sd) } else { (step, 1.0) };
        if !(reach * stationary / apart <= MOST_ROWS) {
            return None;
        }
        let nodes = multiples((reach * stationary, reach * stationary), apart);
        let weights = vec![weight; nodes.len()];
        let mut trend = Self { of, reach, nodes, weights, rows: Vec::new() };
        trend.rows = trend.nodes.iter().map(|v| trend.row(*v, step)).collect();
        Some(trend)
    }

    fn row(&self, v: f64, step: f64) -> (usize, Vec<f64>, Spread) {
        let score = |from: &f64| (v - self.of.phi * from) / self.of.own;
        let first = self.nodes.iter().position(|from| score(from).abs() <= self.reach + 1.0);
        let first = first.unwrap_or(self.nodes.len());
        let near = self.nodes[first..].iter().take_while(|from| score(from).abs() <= self.reach + 1.0);
        let densities = near.map(|from| normal_density(score(from)) / self.of.own).collect();
        (first, densities, self.spread(v, step))
    }

    fn spread(&self, v: f64, step: f64) -> Spread {
        let noise = self.of.noise;
        if noise > 0.0 {
            return Spread::Noise(normal_band(v, noise, step, self.reach + 1.0));
        }
        #[expect(clippy::cast_possible_truncation, reason = "a number of steps")]
        Spread::Shift((v / step).round() as i64)
    }

    /// Multiplications of a period for one node of y.
    pub(super) fn work_of_node(&self) -> f64 {
        let of = |(_, densities, spread): &(usize, Vec<f64>, Spread)| {
            let noise = if let Spread::Noise(band) = spread { band.len() } else { 0 };
            as_f64(densities.len() + noise)
        };
        self.rows.iter().map(of).sum()
    }

    /// Densities after the first period from a point.
    pub(super) fn start(&self, grid: &Grid, (x, mass): (f64, f64), out: &mut [f64]) {
        let of = &self.of;
        for (v, row) in self.nodes.iter().zip(out.chunks_exact_mut(grid.count)) {
            let own = mass * normal_density(v / of.first) / of.first;
            if of.noise > 0.0 {
                let density = |y: f64| own * normal_density((y - x - v) / of.noise) / of.noise;
                row.iter_mut().enumerate().for_each(|(place, f)| *f += density(grid.node(place)));
            } else if let Some(f) = place_of(grid, x + v).and_then(|place| row.get_mut(place)) {
                // The grid has a node at x.
                *f += own;
            }
        }
    }

    /// Densities from masses, a period before. `scratch` keeps its storage.
    pub(super) fn step(
        &self,
        (out, to): (&mut [f64], &Range<usize>),
        (masses, from): (&[f64], &Range<usize>),
        scratch: &mut Vec<f64>,
    ) {
        let count = out.len() / self.nodes.len();
        scratch.resize(count, 0.0);
        cpu::run(
            Level::of_this_process(),
            #[inline(always)]
            || {
                for ((first, densities, spread), out) in self.rows.iter().zip(out.chunks_exact_mut(count)) {
                    let column = |k: usize, range: &Range<usize>| &masses[(first + k) * count..][range.clone()];
                    match spread {
                        Spread::Noise(band) => {
                            scratch[from.clone()].fill(0.0);
                            combine(&mut scratch[from.clone()], densities, |k| column(k, from));
                            convolve(out, to, scratch, from, band);
                        }
                        Spread::Shift(moved) => {
                            let [low, high] = [from.start, from.end]
                                .map(|end| usize::try_from(signed(end) + moved).unwrap_or(0).clamp(to.start, to.end));
                            let source = |end: usize| usize::try_from(signed(end) - moved).unwrap_or(0);
                            if low < high {
                                let range = source(low)..source(high);
                                combine(&mut out[low..high], densities, |k| column(k, &range));
                            }
                        }
                    }
                }
            },
        );
    }
}

/// The density of a normal number with this mean at differences of nodes.
pub(super) fn normal_band(mean: f64, sd: f64, step: f64, reach: f64) -> Band {
    let (low, high) = (((mean - reach * sd) / step).floor(), ((mean + reach * sd) / step).ceil());
    let mut values = Vec::new();
    while low + as_f64(values.len()) <= high {
        let z = ((low + as_f64(values.len())) * step - mean) / sd;
        values.push(-0.5 * z * z);
    }
    math::exp_slice(&mut values);
    let scale = 0.398_942_280_401_432_7 / sd;
    values.iter_mut().for_each(|value| *value *= scale);
    #[expect(clippy::cast_possible_truncation, reason = "a number of steps")]
    Band::new(low as i64, &values)
}

/// The node at `y`.
fn place_of(grid: &Grid, y: f64) -> Option<usize> {
    let place = ((y - grid.node(0)) / grid.step).round();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the grid")]
    (place >= 0.0 && place < as_f64(grid.count)).then_some(place as usize)
}
