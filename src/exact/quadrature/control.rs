//! Control variate for probabilities that are smooth in the scores.
//!
//! On the probit scale a probability is nearly a quadratic polynomial q of the standard normal scores y. The control
//! variate is Φ(q(y)). Its mean is known: E Φ(q(y)) = P(q(y) − Z > 0) for an independent standard normal Z. This is the
//! distribution function of a quadratic form, computed by inverting its characteristic function (Imhof 1961; Davies
//! 1973). Only the difference between answer and control is sampled. The error is the spread of the replicates, so a
//! poor polynomial cannot make the reported error too small.

use super::probits::probits;
use super::replicates::Replicates;
use crate::cpu::{self, Level};
use crate::error::Error;
use crate::math;
use crate::math::eigen::eigen;

/// Functions of the scores with known means that approximate the answers.
#[derive(Debug)]
pub(crate) struct Control {
    dimensions: usize,
    /// Answers that have a control; the others hardly vary.
    answers: Vec<Controlled>,
    /// The coefficients of their polynomials, by feature (see [`features`]), then by answer.
    coefficients: Vec<Vec<f64>>,
}

#[derive(Debug)]
struct Controlled {
    answer: usize,
    mean: f64,
    /// Distance between two quadratures of the mean.
    error: f64,
}

/// Distance of the fitting nodes from the medians, in standard deviations.
const REACH: f64 = 1.6;

/// Evaluates the answers at coordinates indexed by axis, then by point; returns one list of answers for each point.
pub(crate) type Answers<'f> = dyn FnMut(&[Vec<f64>], usize) -> Result<Vec<Vec<f64>>, Error> + 'f;

impl Control {
    /// Number of points that determine the polynomials: the medians, two on each axis, and two on the diagonal of each
    /// pair of axes.
    pub(crate) fn points(dimensions: usize) -> usize {
        1 + 2 * dimensions + dimensions * dimensions.saturating_sub(1)
    }

    pub(crate) fn fit(dimensions: usize, answers: &mut Answers<'_>) -> Result<Self, Error> {
        let mut coordinates = vec![vec![0.0; Self::points(dimensions)]; dimensions];
        let mut at = 1;
        let diagonal = REACH / std::f64::consts::SQRT_2;
        for first in 0..dimensions {
            for second in 0..=first {
                let step = if first == second { REACH } else { diagonal };
                for (side, point) in [(step, at), (-step, at + 1)] {
                    coordinates[first][point] = side;
                    coordinates[second][point] = side;
                }
                at += 2;
            }
        }
        let values = answers(&coordinates, Self::points(dimensions))?;
        let mut by_feature = vec![Vec::new(); features(&vec![0.0; dimensions]).len()];
        let one = |answer: usize| {
            let own: Vec<f64> = values.iter().map(|values| values[answer]).collect();
            let coefficients = coefficients(&probits(&own)?, dimensions);
            by_feature.iter_mut().zip(&coefficients).for_each(|(row, coefficient)| row.push(*coefficient));
            let (mean, error) = Quadratic::new(&coefficients, dimensions).mean();
            Some(Controlled { answer, mean, error })
        };
        let answers = (0..values[0].len()).filter_map(one).collect();
        Ok(Self { dimensions, answers, coefficients: by_feature })
    }

    /// Adds control minus mean at a point, for every answer that has a control.
    pub(crate) fn add_excess(&self, at: &[f64], weight: f64, sum: &mut [f64]) {
        let features = features(&at[..self.dimensions]);
        let mut controls = vec![0.0; self.answers.len()];
        cpu::run(
            Level::of_this_process(),
            #[inline(always)]
            || {
                for (row, feature) in self.coefficients.iter().zip(&features) {
                    for (probit, coefficient) in controls.iter_mut().zip(row) {
                        *probit += coefficient * feature;
                    }
                }
            },
        );
        math::norm_cdf_slice(&mut controls);
        for (Controlled { answer, mean, .. }, control) in self.answers.iter().zip(controls) {
            sum[*answer] += weight * (control - mean);
        }
    }

    /// Replaces estimates by those with the control wherever it reduces the error. The replicates hold `estimates.len()`
    /// answers, followed by the controls' excess.
    pub(crate) fn improve(&self, replicates: &Replicates, estimates: &mut [(f64, f64)]) {
        let (means, len) = (replicates.means(), estimates.len());
        for Controlled { answer, error: of_mean, .. } in &self.answers {
            let rest: Vec<f64> = means.iter().map(|mean| mean[*answer] - mean[len + answer]).collect();
            let (value, error) = replicates.mean_and_error(&rest);
            if error + of_mean < estimates[*answer].1 {
                estimates[*answer] = (value, error + of_mean);
            }
        }
    }
}

/// Features: 1, then the products of each axis k with the axes up to k, then the axes.
pub(super) fn features(at: &[f64]) -> Vec<f64> {
    let products = (0..at.len()).flat_map(|first| (0..=first).map(move |second| at[first] * at[second]));
    std::iter::once(1.0).chain(products).chain(at.iter().copied()).collect()
}

/// Coefficients, in the order of [`features`], of the polynomial through the values at the medians, on each axis and on
/// the diagonals.
fn coefficients(values: &[f64], dimensions: usize) -> Vec<f64> {
    let middle = values[0];
    let sides = |number: usize| (values[1 + 2 * number], values[2 + 2 * number]);
    let number = |first: usize, second: usize| first * (first + 1) / 2 + second;
    let curve = |axis: usize| {
        let (up, down) = sides(number(axis, axis));
        0.5 * (up + down - 2.0 * middle) / (REACH * REACH)
    };
    let mut all = vec![middle];
    for first in 0..dimensions {
        for second in 0..first {
            let (up, down) = sides(number(first, second));
            let both = (up + down - 2.0 * middle) / (REACH * REACH);
            all.push(both - curve(first) - curve(second));
        }
        all.push(curve(first));
    }
    all.extend((0..dimensions).map(|axis| {
        let (up, down) = sides(number(axis, axis));
        0.5 * (up - down) / REACH
    }));
    all
}

/// q(y) − Z in principal axes: a + Σ (bⱼ yⱼ + λⱼ yⱼ²) − Z.
#[derive(Debug)]
struct Quadratic {
    a: f64,
    /// bⱼ and λⱼ.
    axes: Vec<(f64, f64)>,
}

impl Quadratic {
    fn new(coefficients: &[f64], dimensions: usize) -> Self {
        let mut matrix = vec![vec![0.0; dimensions]; dimensions];
        let products = (0..dimensions).flat_map(|first| (0..=first).map(move |second| (first, second)));
        for ((first, second), coefficient) in products.zip(&coefficients[1..]) {
            let half = if first == second { *coefficient } else { 0.5 * coefficient };
            matrix[first][second] = half;
            matrix[second][first] = half;
        }
        let linear = &coefficients[coefficients.len() - dimensions..];
        let (values, vectors) = eigen(matrix);
        let along = |vector: &Vec<f64>| vector.iter().zip(linear).map(|(v, b)| v * b).sum();
        Self { a: coefficients[0], axes: vectors.iter().map(along).zip(values).collect() }
    }

    /// P(q(y) − Z > 0), and the distance between two quadratures of it.
    fn mean(&self) -> (f64, f64) {
        let centre = self.a + self.axes.iter().map(|(_, curve)| curve).sum::<f64>();
        let variance = 1.0 + self.axes.iter().map(|(b, curve)| b * b + 2.0 * curve * curve).sum::<f64>();
        let widest = self.axes.iter().map(|(_, curve)| curve.abs()).fold(0.0, f64::max);
        // The quadrature error is the probability beyond 2π divided by the step (Davies 1973).
        let range = centre.abs() + 7.0 * variance.sqrt() + 40.0 * widest;
        let [fine, coarse] = [1.25, 1.0].map(|factor| self.above_0(std::f64::consts::TAU / (factor * range)));
        (fine, (fine - coarse).abs())
    }

    fn above_0(&self, step: f64) -> f64 {
        // Beyond this, the Gaussian factor of Z is below 1e-13.
        const LAST: f64 = 7.8;
        let (mut sum, mut k) = (0.5, 0.5);
        while k * step < LAST {
            sum += self.imaginary(k * step) / (std::f64::consts::PI * k);
            k += 1.0;
        }
        sum
    }

    /// The imaginary part of the characteristic function.
    fn imaginary(&self, u: f64) -> f64 {
        let (mut decay, mut phase) = (-0.5 * u * u, self.a * u);
        // Π (1 − 2iuλⱼ)^(−1/2).
        let (mut real, mut imaginary) = (1.0, 0.0);
        for (b, curve) in &self.axes {
            let turned = 2.0 * u * curve;
            let squared = 1.0 + turned * turned;
            decay -= 0.5 * u * u * b * b / squared;
            phase -= 0.5 * u * u * b * b * turned / squared;
            // √(1 + i·turned) over the modulus.
            let modulus = squared.sqrt();
            let x = (0.5 * (modulus + 1.0)).sqrt();
            let y = 0.5 * turned / x;
            (real, imaginary) = ((real * x - imaginary * y) / modulus, (real * y + imaginary * x) / modulus);
        }
        math::exp(decay) * (real * math::sin(phase) + imaginary * math::cos(phase))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(coefficients: &[f64], y: &[f64]) -> f64 {
        coefficients.iter().zip(features(y)).map(|(c, x)| c * x).sum()
    }

    #[test]
    fn a_polynomial_is_found_from_its_values() {
        // 1; y₀², y₁y₀, y₁², y₂y₀, y₂y₁, y₂²; y₀, y₁, y₂.
        let truth = [0.3, 0.2, -0.1, 0.05, 0.07, 0.0, -0.4, 1.0, -0.5, 0.25];
        let mut probits = Vec::new();
        let mut answers = |coordinates: &[Vec<f64>], width: usize| {
            let point = |p: usize| coordinates.iter().map(|axis| axis[p]).collect::<Vec<f64>>();
            probits = (0..width).map(|p| at(&truth, &point(p))).collect();
            Ok(vec![vec![0.5]; width])
        };
        Control::fit(3, &mut answers).expect("a control");
        for (found, expected) in coefficients(&probits, 3).iter().zip(truth) {
            assert!((found - expected).abs() < 1e-13, "{found} {expected}");
        }
    }

    /// Compared with the closed form for a linear control, and with a sum over a grid for a quadratic one.
    #[test]
    fn means_of_quadratic_controls() {
        let linear = Quadratic::new(&[0.4, 0.0, 0.0, 0.0, 2.0, -1.0], 2);
        let (mean, error) = linear.mean();
        assert!((mean - math::norm_cdf(0.4 / 6.0_f64.sqrt())).abs() < 1e-11 && error < 1e-11, "{mean} {error:e}");
        for coefficients in
            [[0.4, 0.3, -0.2, -0.1, 1.5, -1.0], [-1.0, -0.4, 0.6, 0.2, 0.1, 3.0], [2.0, 0.05, 0.02, -0.6, -4.0, 0.3]]
        {
            let (mean, error) = Quadratic::new(&coefficients, 2).mean();
            let (step, reach) = (0.04, 8.0);
            let nodes: Vec<f64> = (0..=400).map(|k| f64::from(k) * step - reach).collect();
            let density = |z: f64| crate::math::gauss::normal_density(z) * step;
            let row = |y: &f64| {
                let cell = |x: &f64| density(*x) * math::norm_cdf(at(&coefficients, &[*x, *y]));
                density(*y) * nodes.iter().map(cell).sum::<f64>()
            };
            let sum: f64 = nodes.iter().map(row).sum();
            assert!((mean - sum).abs() < 1e-10 && error < 1e-10, "{coefficients:?}: {mean} {sum}, {error:e}");
        }
    }
}
