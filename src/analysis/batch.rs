//! Batches of 64 points for variance-based sensitivity, and the sums over them that indices follow from.

use super::design::{Inputs, Replacement};
use crate::error::Error;
use crate::math;
use crate::random::{GROUP, mix64};

/// Points, indexed by coordinate, then by point: uniform numbers, or normal scores where inputs depend on each other.
pub(super) type Columns = Vec<Vec<f64>>;

/// A function at some points. What else is random follows from the second argument; a function of the points alone ignores it.
pub(super) type Evaluate<'f> = dyn FnMut(&Columns, u64) -> Result<Vec<f64>, Error> + 'f;

/// Points x, an independent point for each of them, and a random order of the inputs for each.
pub(super) struct Batch<'i> {
    inputs: &'i Inputs,
    x: Columns,
    /// The independent numbers that replace coordinates of x, or that these are resampled with.
    fresh: Columns,
    orders: Vec<Vec<usize>>,
}

impl<'i> Batch<'i> {
    /// The points of uniform coordinates: those of x, then as many for the independent points.
    pub(super) fn new(inputs: &'i Inputs, coordinates: &[[f64; GROUP]], key: u64) -> Self {
        let count = inputs.count();
        let number = |u: f64| if inputs.are_independent() { u } else { math::norm_quantile(u) };
        let half = |half: usize| -> Columns {
            let own = coordinates[half * count..(half + 1) * count].iter();
            own.map(|axis| axis.iter().map(|u| number(*u)).collect()).collect()
        };
        let orders = (0..GROUP).map(|point| shuffled(count, mix64(key ^ (point as u64) << 40))).collect();
        Self { inputs, x: joint(inputs, half(0)), fresh: half(1), orders }
    }

    pub(super) fn inputs(&self) -> &Inputs {
        self.inputs
    }

    pub(super) fn x(&self) -> &Columns {
        &self.x
    }

    /// The independent points.
    pub(super) fn others(&self) -> Columns {
        joint(self.inputs, self.fresh.clone())
    }

    /// x with one input replaced.
    pub(super) fn without(&self, input: usize) -> Columns {
        let order = swapped(self.inputs.count(), input);
        self.replaced(&|_| &order, 1)
    }

    /// x with all inputs but one replaced.
    pub(super) fn only(&self, input: usize) -> Columns {
        let order: Vec<usize> = swapped(self.inputs.count(), input).into_iter().rev().collect();
        self.replaced(&|_| &order, order.len() - 1)
    }

    /// x with the first inputs of each point's order replaced.
    fn until(&self, step: usize) -> Columns {
        self.replaced(&|point| &self.orders[point], step)
    }

    /// Values at x with the first inputs of each point's order replaced: one, two, and so on up to all. Those with a single input replaced
    /// are known by input, and those with all are `last`.
    ///
    /// # Errors
    /// As the function.
    pub(super) fn chain(
        &self,
        singles: &[Vec<f64>],
        last: &[f64],
        evaluate: &mut dyn FnMut(&Columns) -> Result<Vec<f64>, Error>,
    ) -> Result<Vec<Vec<f64>>, Error> {
        let count = self.inputs.count();
        let one = |step: usize| match step {
            _ if step == count => Ok(last.to_vec()),
            1 => Ok((0..GROUP).map(|point| singles[self.at(point, 0)][point]).collect()),
            _ => evaluate(&self.until(step)),
        };
        (1..=count).map(one).collect()
    }

    /// The input at a place of a point's order.
    pub(super) fn at(&self, point: usize, place: usize) -> usize {
        self.orders[point][place]
    }

    fn replaced<'o>(&self, orders: &dyn Fn(usize) -> &'o Vec<usize>, replaced: usize) -> Columns {
        let mut columns = self.x.clone();
        let of = |columns: &Columns, point: usize| columns.iter().map(|column| column[point]).collect::<Vec<f64>>();
        for point in 0..GROUP {
            let order = orders(point);
            if self.inputs.are_independent() {
                order[..replaced].iter().for_each(|input| columns[*input][point] = self.fresh[*input][point]);
            } else {
                let part = Replacement { order, replaced };
                let resampled = self.inputs.replaced(&of(&self.x, point), &of(&self.fresh, point), &part);
                columns.iter_mut().zip(resampled).for_each(|(column, value)| column[point] = value);
            }
        }
        columns
    }
}

/// Points from independent coordinates.
fn joint(inputs: &Inputs, mut columns: Columns) -> Columns {
    if !inputs.are_independent() {
        for point in 0..GROUP {
            let fresh: Vec<f64> = columns.iter().map(|column| column[point]).collect();
            columns.iter_mut().zip(inputs.point(&fresh)).for_each(|(column, value)| column[point] = value);
        }
    }
    columns
}

/// All inputs, a given one first.
fn swapped(count: usize, first: usize) -> Vec<usize> {
    std::iter::once(first).chain((0..count).filter(|input| *input != first)).collect()
}

/// All inputs in random order (Fisher–Yates).
fn shuffled(count: usize, key: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    for place in (1..count).rev() {
        let random = u128::from(mix64(key.wrapping_add(place as u64)));
        let chosen = usize::try_from((random * (place as u128 + 1)) >> 64).expect("below the number of inputs");
        order.swap(place, chosen);
    }
    order
}

/// Sums over points.
#[derive(Debug, Clone, Default)]
pub(super) struct Sums {
    /// What the inputs leave open of an event with probability f: f (1 − f).
    pub(super) rest: f64,
    /// The variance of f.
    pub(super) variance: f64,
    /// By input, what it alone leaves open of the variance.
    pub(super) first: Vec<f64>,
    /// By input, what all others leave open of the variance.
    pub(super) total: Vec<f64>,
    pub(super) shapley: Vec<f64>,
}

impl Sums {
    pub(super) fn new(count: usize) -> Self {
        Self { first: vec![0.0; count], total: vec![0.0; count], shapley: vec![0.0; count], ..Self::default() }
    }

    /// The variance of the event.
    pub(super) fn whole(&self) -> f64 {
        self.rest + self.variance
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.rest += other.rest;
        self.variance += other.variance;
        for (own, other) in
            [(&mut self.first, &other.first), (&mut self.total, &other.total), (&mut self.shapley, &other.shapley)]
        {
            own.iter_mut().zip(other).for_each(|(own, other)| *own += other);
        }
    }
}

/// Half of the sum of squared differences.
pub(super) fn half_squares(a: &[f64], b: &[f64]) -> f64 {
    0.5 * a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>()
}
