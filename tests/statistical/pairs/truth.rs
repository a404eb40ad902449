//! The truth that exact answers are compared with: conditional expectations at the points of randomly shifted lattices.
//!
//! It shares no code with the crate and no method with its quadrature: the axis is one input (never a rotated
//! direction), thresholds are in closed form, and the points are Korobov lattices (Korobov 1959) under the baker's
//! transformation (Hickernell 2002), with 32 independent shifts. Pairs with fiscal totals are simulated by the crate.

use outgrow::Scenario;

use super::model::Pair;
use super::path::{Model, answers};
use super::random::Random;

/// Independent shifts.
const SHIFTS: usize = 32;

/// Standard errors per reported error, since the errors of exact answers are bounds.
const BOUND: f64 = 3.0;

/// Points per shift with the multiplier of smallest P₂ (product weights j^−1.2, 48 coordinates) among random ones.
const LATTICES: [(u64, u64); 5] =
    [(1 << 10, 291), (1 << 13, 4_843), (1 << 15, 11_817), (1 << 17, 96_839), (1 << 19, 193_357)];

/// The error of an answer without sampling error, from rounding and ties of 1e-12.
const ROUNDING: f64 = 1e-10;

/// The uncertainty of a count that is equal in all shifts: a larger one would have shown in one of 32 shifts with
/// probability 0.999.
const UNSEEN: f64 = 0.2;

/// With fewer hits than this the spread of the shifts says little.
const FEW: f64 = 30.0;

/// Probabilities with bounds of their errors.
#[derive(Debug, Clone)]
pub(super) struct Truth {
    pub(super) values: Vec<f64>,
    pub(super) errors: Vec<f64>,
}

/// The truth with errors of at most `wanted`, if `points` allow it.
pub(super) fn truth(pair: &Pair, wanted: &[f64], points: u64, seed: u64) -> Truth {
    let model = Model::new(pair);
    let mut number = 0;
    loop {
        let (count, multiplier) = LATTICES[number];
        let sums = Sums::on_lattices(&model, answers(pair), count, multiplier, Random::new(seed + number as u64));
        let spread = sums.spread();
        number += 1;
        let is_last = LATTICES.get(number).is_none_or(|(next, _)| next * SHIFTS as u64 > points);
        if model.coordinates() == 0 {
            return Truth { values: sums.mean(), errors: vec![ROUNDING; answers(pair)] };
        }
        if is_last || spread.iter().zip(wanted).all(|(error, wanted)| error <= wanted) {
            let errors = spread.iter().zip(sums.floor()).map(|(error, floor)| error.max(floor) + ROUNDING).collect();
            return Truth { values: sums.mean(), errors };
        }
    }
}

/// Statistics of each answer: means of the shifts, and the smallest and largest value of a path.
#[derive(Debug)]
struct Sums {
    means: Vec<Vec<f64>>,
    ends: Vec<(f64, f64)>,
    /// Whether every path gave 0 or 1.
    counts: Vec<bool>,
    paths: f64,
}

impl Sums {
    fn on_lattices(model: &Model<'_>, answers: usize, count: u64, multiplier: u64, mut random: Random) -> Self {
        let coordinates = model.coordinates();
        let mut vector = vec![1_u64; coordinates];
        for place in 1..coordinates {
            vector[place] = vector[place - 1] * multiplier % count;
        }
        let (mut room, mut point, mut out) = (model.scratch(), vec![0.0; coordinates], vec![0.0; answers]);
        let (mut ends, mut means) = (vec![(1.0_f64, 0.0_f64); answers], Vec::new());
        let mut counts = vec![true; answers];
        for _ in 0..SHIFTS {
            let shift: Vec<f64> = (0..coordinates).map(|_| random.uniform()).collect();
            let mut sum = vec![0.0; answers];
            for index in 0..count {
                for ((x, z), shift) in point.iter_mut().zip(&vector).zip(&shift) {
                    let u = (quotient(index * z % count, count) + shift).fract();
                    // The baker's transformation, away from the ends.
                    *x = (1.0 - (2.0 * u - 1.0).abs()).clamp(1e-15, 1.0 - 1e-15);
                }
                model.observe(&mut room, &point, &mut out);
                for (((sum, ends), counts), out) in sum.iter_mut().zip(&mut ends).zip(&mut counts).zip(&out) {
                    *counts &= *out <= 0.0 || *out >= 1.0;
                    *sum += out;
                    *ends = (ends.0.min(*out), ends.1.max(*out));
                }
            }
            means.push(sum.into_iter().map(|sum| sum * quotient(1, count)).collect::<Vec<f64>>());
        }
        Self { means, ends, counts, paths: quotient(count * SHIFTS as u64, 1) }
    }

    fn mean(&self) -> Vec<f64> {
        let sum = |place: usize| self.means.iter().map(|mean| mean[place]).sum::<f64>();
        (0..self.ends.len()).map(|place| sum(place) * quotient(1, SHIFTS as u64)).collect()
    }

    /// Bounds by the spread between shifts.
    fn spread(&self) -> Vec<f64> {
        let shifts = quotient(SHIFTS as u64, 1);
        let spread = |(place, mean): (usize, f64)| {
            let off = |of_shift: &Vec<f64>| (of_shift[place] - mean) * (of_shift[place] - mean);
            let squares: f64 = self.means.iter().map(off).sum();
            let spread = BOUND * (squares / (shifts * (shifts - 1.0))).sqrt();
            let is_count = self.counts[place] && mean > 0.0 && mean < 1.0;
            if is_count { spread.max(UNSEEN * shifts / self.paths) } else { spread }
        };
        self.mean().into_iter().enumerate().map(spread).collect()
    }

    /// The rule of three: with few hits, or few misses, the spread may be zero. In any case an event of the probability of
    /// one path may be missed by all of them (pair 710: 6e-9, where all paths agreed to 1e-10).
    fn floor(&self) -> Vec<f64> {
        let floor = |(mean, (least, most)): (f64, &(f64, f64))| {
            let count = |share: f64, largest: f64| if largest > 0.0 { self.paths * share / largest } else { 0.0 };
            let is_few = count(mean, *most).min(count(1.0 - mean, 1.0 - least)) < FEW;
            (if is_few { BOUND } else { 1.0 }) / self.paths
        };
        self.mean().into_iter().zip(&self.ends).map(floor).collect()
    }
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
fn quotient(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}

/// Shares of paths with every number sampled at random, in double precision.
pub(super) fn plain(pair: &Pair, paths: u64, seed: u64) -> Truth {
    let model = Model::plain(pair);
    let (mut random, mut room) = (Random::new(!seed), model.scratch());
    let (mut point, mut out) = (vec![0.0; model.coordinates()], vec![0.0; answers(pair)]);
    let mut values = vec![0.0; answers(pair)];
    for _ in 0..paths {
        point.iter_mut().for_each(|x| *x = random.uniform());
        model.observe(&mut room, &point, &mut out);
        values.iter_mut().zip(&out).for_each(|(sum, out)| *sum += out * quotient(1, paths));
    }
    let error = |p: &f64| BOUND * (p * (1.0 - p) * quotient(1, paths)).max(0.0).sqrt();
    Truth { errors: values.iter().map(error).collect(), values }
}

/// The answers of a simulation by the crate, with three standard errors.
pub(super) fn simulated(scenario: &Scenario, paths: u64, seed: u64) -> Truth {
    let simulation = scenario.simulate().paths(paths).seed(seed).threads(1).fans(false).ranks(false).shares(false);
    let outcome = simulation.run().expect("a simulation");
    let (values, errors) = super::estimates(&outcome).iter().map(|e| (e.value(), BOUND * e.standard_error())).unzip();
    Truth { values, errors }
}
