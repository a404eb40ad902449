//! Polynomials in a few axes, fitted by weighted least squares.

use crate::cpu::{self, Level};
use crate::math::cholesky;
use crate::math::gauss::{as_f64, normal_density};

/// Points evaluated at once.
pub(super) const BLOCK: usize = 32;
pub(super) type Row = [f64; BLOCK];
/// The highest degree of a polynomial, and the number of axes with products of more than two factors.
pub(super) const DEGREE: usize = 3;
const CUBIC_AXES: usize = 4;
/// Cost of one multiplication and of one row of probabilities, in evaluations of a curve at one date.
pub(super) const COST_OF_PRODUCT: f64 = 0.006;
pub(super) const COST_OF_ROW: f64 = 0.35;

/// The ridge term of least squares, relative to the largest diagonal entry of the normal matrix.
const RIDGE: f64 = 1e-10;

/// Monomials: the first is 1, and each other is the product of an earlier one and an axis.
#[derive(Debug)]
pub(super) struct Monomials {
    factors: Vec<(usize, usize)>,
}

impl Monomials {
    pub(super) fn new(axes: usize, degree: usize) -> Self {
        let mut factors = Vec::new();
        let mut last = vec![(0, 0)];
        for degree in 1..=degree {
            let upto = if degree > 2 { axes.min(CUBIC_AXES) } else { axes };
            let mut next = Vec::new();
            for (parent, lowest) in last {
                for axis in lowest..upto {
                    factors.push((parent, axis));
                    next.push((factors.len(), axis));
                }
            }
            last = next;
        }
        Self { factors }
    }

    /// Adds further coordinates, of which only the first and second powers are taken.
    pub(super) fn with_squares(mut self, further: std::ops::Range<usize>) -> Self {
        for axis in further {
            self.factors.extend([(0, axis), (self.factors.len() + 1, axis)]);
        }
        self
    }

    /// The first ones.
    pub(super) fn first(mut self, count: usize) -> Self {
        self.factors.truncate(count - 1);
        self
    }

    pub(super) fn count(&self) -> usize {
        1 + self.factors.len()
    }

    /// The monomials at one point.
    pub(super) fn at(&self, point: &[f64]) -> Vec<f64> {
        let mut out = vec![1.0];
        for (parent, axis) in &self.factors {
            out.push(out[*parent] * point[*axis]);
        }
        out
    }

    /// The monomials at a block of points from `from` on; those of the coordinates are 0 beyond the last point.
    #[inline(always)]
    pub(super) fn fill(&self, coordinates: &[Vec<f64>], from: usize, out: &mut [Row]) {
        out[0] = [1.0; BLOCK];
        for (place, (parent, axis)) in self.factors.iter().enumerate() {
            let scores = &coordinates[*axis][from..];
            let mut own = [0.0; BLOCK];
            if scores.len() >= BLOCK {
                own.copy_from_slice(&scores[..BLOCK]);
            } else {
                own[..scores.len()].copy_from_slice(scores);
            }
            let parent = out[*parent];
            for (own, factor) in own.iter_mut().zip(&parent) {
                *own *= factor;
            }
            out[place + 1] = own;
        }
    }
}

/// The value of a polynomial at a block of points, from their monomials.
#[inline(always)]
pub(super) fn value(coefficients: &[f64], monomials: &[Row]) -> Row {
    let mut values = [0.0; BLOCK];
    for (coefficient, monomial) in coefficients.iter().zip(monomials) {
        for place in 0..BLOCK {
            values[place] += coefficient * monomial[place];
        }
    }
    values
}

/// The sum over a block, in four parts that a processor adds at once.
#[inline(always)]
pub(super) fn sum_of(row: &Row) -> f64 {
    let mut sums = [0.0; 4];
    for place in 0..BLOCK {
        sums[place % 4] += row[place];
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3])
}

/// The normal distribution function to 2e-7 (Abramowitz & Stegun 1964, 7.1.28), which is enough for a surrogate. Without an
/// exponential it takes a fraction of the time of `math::norm_cdf_slice`.
#[inline(always)]
pub(super) fn normal_cdf(x: f64) -> f64 {
    const A: [f64; 6] =
        [0.070_523_078_4, 0.042_282_012_3, 0.009_270_527_2, 0.000_152_014_3, 0.000_276_567_2, 0.000_043_063_8];
    let z = x.abs() * std::f64::consts::FRAC_1_SQRT_2;
    let sum = 1.0 + z * (A[0] + z * (A[1] + z * (A[2] + z * (A[3] + z * (A[4] + z * A[5])))));
    let squared = sum * sum;
    let fourth = squared * squared;
    let eighth = fourth * fourth;
    let tail = 0.5 / (eighth * eighth);
    if x > 0.0 { 1.0 - tail } else { tail }
}

/// Points to which polynomials are fitted: for each its monomials and its weight.
#[derive(Debug)]
pub(super) struct Fit {
    pub(super) monomials: Monomials,
    points: Vec<(Vec<f64>, f64)>,
    /// Floor on the weight of a point, relative to one with a score of 0.
    min_weight: f64,
}

impl Fit {
    pub(super) fn new(monomials: Monomials, min_weight: f64) -> Self {
        Self { monomials, points: Vec::new(), min_weight }
    }

    pub(super) fn add(&mut self, point: &[f64], weight: f64) {
        self.points.push((self.monomials.at(point), weight));
    }

    /// Weighted least squares of the scores of the points, without those that have none. An error δ of a score z changes a
    /// probability by about φ(z)δ, so that squared residuals are weighted by φ(z)². The normal equations are accurate enough, since
    /// errors of the fit cause no bias. `None` if they are singular.
    pub(super) fn least_squares(&self, score: &dyn Fn(usize) -> Option<f64>) -> Option<Vec<f64>> {
        self.equations(score).solve(self.monomials.count())
    }

    /// The same with the first `few` monomials alone, unless all of them leave far less of the variance.
    pub(super) fn least_squares_of_few(&self, few: usize, score: &dyn Fn(usize) -> Option<f64>) -> Option<Vec<f64>> {
        let equations = self.equations(score);
        let (of_few, of_all) = (equations.solve(few)?, equations.solve(self.monomials.count()));
        let is_better = |of_all: &Vec<f64>| equations.validated(of_all) < FAR_LESS * equations.validated(&of_few);
        Some(of_all.filter(is_better).unwrap_or(of_few))
    }

    fn equations(&self, score: &dyn Fn(usize) -> Option<f64>) -> Equations {
        let count = self.monomials.count();
        let (mut matrix, mut side) = (vec![vec![0.0; count]; count], vec![0.0; count]);
        let (mut squares, mut points) = (0.0, 0);
        for (point, (monomials, weight)) in self.points.iter().enumerate() {
            let Some(score) = score(point) else { continue };
            let density = normal_density(score) / normal_density(0.0);
            let weight = weight * (density * density + self.min_weight);
            squares += weight * score * score;
            points += 1;
            cpu::run(
                Level::of_this_process(),
                #[inline(always)]
                || {
                    for (a, own) in matrix.iter_mut().enumerate() {
                        let factor = weight * monomials[a];
                        side[a] += factor * score;
                        for (entry, other) in own[..=a].iter_mut().zip(&monomials[..=a]) {
                            *entry += factor * other;
                        }
                    }
                },
            );
        }
        Equations { matrix, side, squares, points }
    }
}

/// All monomials are used if they leave less than this part of the variance, as estimated by generalized cross-validation.
const FAR_LESS: f64 = 0.2;

/// The normal equations of a fit.
struct Equations {
    matrix: Vec<Vec<f64>>,
    side: Vec<f64>,
    /// The sum of squared scores.
    squares: f64,
    points: usize,
}

impl Equations {
    /// The coefficients of the first `count` monomials. `None` if the equations are singular.
    fn solve(&self, count: usize) -> Option<Vec<f64>> {
        let mut matrix: Vec<Vec<f64>> = self.matrix[..count].iter().map(|row| row[..count].to_vec()).collect();
        let mut side = self.side[..count].to_vec();
        let most = (0..count).map(|k| matrix[k][k]).fold(0.0, f64::max);
        (0..count).for_each(|k| matrix[k][k] += RIDGE * most);
        cholesky::solve(&mut matrix, &mut side).then_some(side)
    }

    /// The squared residuals that other points would have, up to a factor (generalized cross-validation, Golub, Heath & Wahba 1979).
    fn validated(&self, coefficients: &[f64]) -> f64 {
        let explained: f64 = coefficients.iter().zip(&self.side).map(|(own, side)| own * side).sum();
        let free = 1.0 - as_f64(coefficients.len()) / as_f64(self.points);
        (self.squares - explained).max(0.0) / (free * free)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::norm_cdf;

    #[test]
    fn the_normal_distribution_function_is_good_to_seven_digits() {
        for k in -600..=600 {
            let x = f64::from(k) / 100.0;
            assert!((normal_cdf(x) - norm_cdf(x)).abs() < 2e-7, "{x}");
        }
        assert!(normal_cdf(-30.0) < 1e-20 && normal_cdf(30.0) > 1.0 - 1e-15);
    }
}
