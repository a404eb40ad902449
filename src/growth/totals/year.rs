//! The log of a sum of revenues and its derivatives: cumulants weighted by the shares of the periods in the sum.

use crate::math;

/// `ln Σ e^x` over the periods of a year, and the share of each in the sum.
///
/// Let X be a random variable that takes the direction's value in each period with the period's share as its
/// probability. The derivatives of `ln Σ e^x` are the cumulants of X: mean, (co)variance, third cumulant.
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

    /// The direction minus its mean; multiplied by the weights, it is the Hessian applied to the direction.
    pub(super) fn centred(&self, direction: &[f64]) -> Vec<f64> {
        let mean = self.mean(direction);
        direction.iter().map(|x| x - mean).collect()
    }

    /// Joint moment of centred directions: the covariance of two, the third cumulant of three.
    pub(super) fn moment<const K: usize>(&self, centred: [&[f64]; K]) -> f64 {
        let product = |at: usize| centred.iter().fold(self.weights[at], |product, x| product * x[at]);
        (0..self.weights.len()).map(product).sum()
    }
}
