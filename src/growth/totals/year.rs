//! The log of a sum of revenues and its derivatives: cumulants under the weights that the periods have in the sum.

use crate::math;

/// `ln Σ e^x` over the periods of a year, and the share of each in the sum.
///
/// With X the directions as a random variable that takes the value of a period with its weight, the derivatives of
/// `ln Σ e^x` are the cumulants of X: mean, (co)variance, third cumulant.
#[derive(Debug, Clone)]
pub(super) struct Year {
    pub(super) log_sum: f64,
    pub(super) weights: Vec<f64>,
}

impl Year {
    pub(super) fn of(xs: &[f64]) -> Self {
        let greatest = xs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mut weights: Vec<f64> = xs.iter().map(|x| x - greatest).collect();
        math::exp_slice(&mut weights);
        let sum: f64 = weights.iter().sum();
        weights.iter_mut().for_each(|weight| *weight /= sum);
        Self { log_sum: greatest + math::ln(sum), weights }
    }

    pub(super) fn mean(&self, direction: &[f64]) -> f64 {
        self.weights.iter().zip(direction).map(|(weight, x)| weight * x).sum()
    }

    /// The direction less its mean: times the weights it is the second derivative applied to the direction.
    pub(super) fn centred(&self, direction: &[f64]) -> Vec<f64> {
        let mean = self.mean(direction);
        direction.iter().map(|x| x - mean).collect()
    }

    /// The joint moment of centred directions: covariance of two, third cumulant of three.
    pub(super) fn moment<const K: usize>(&self, centred: [&[f64]; K]) -> f64 {
        let product = |at: usize| centred.iter().fold(self.weights[at], |product, x| product * x[at]);
        (0..self.weights.len()).map(product).sum()
    }
}
