//! Calibrated weights for derivatives (Deville & Särndal 1992): under them the weighted points have the exact moments of
//! the standard normal distribution up to the second, on the leading axes.
//!
//! A probability is integrated with a control variate, which has no counterpart for the derivatives. Calibration is the
//! regression estimator with the features of that control, and needs no derivative of it.

use super::control::features;
use super::replicates::{Points, Replicates};
use crate::error::Error;
use crate::math::banded::Banded;

/// Axes with calibrated moments; their number is bounded because the features are quadratic in it.
const AXES: usize = 8;

/// A polynomial of the scores by which weights are multiplied.
#[derive(Debug)]
pub(crate) struct Calibration {
    axes: usize,
    /// Indexed by feature.
    coefficients: Vec<f64>,
}

impl Calibration {
    /// For all points of some replicates.
    pub(crate) fn new(replicates: &Replicates) -> Result<Self, Error> {
        let axes = replicates.dimensions().min(AXES);
        let means = means(axes);
        let size = means.len();
        let mut moments = Banded::new(size, size - 1);
        replicates.sample(replicates.points, &mut |points| {
            for point in 0..points.width {
                let features = features(&at(points, point, axes));
                for (row, a) in features.iter().enumerate() {
                    let weighted = points.weight(point) * a;
                    features.iter().enumerate().for_each(|(column, b)| moments.add(row, column, weighted * b));
                }
            }
            Ok(())
        })?;
        let mut coefficients = means;
        match moments.factor() {
            Some(factored) => factored.solve(&mut coefficients),
            // Fewer points than features: the weights are only scaled.
            None => coefficients = vec![1.0 / replicates.weight()],
        }
        Ok(Self { axes, coefficients })
    }

    /// The weight of a point; the weights of all points sum to 1.
    pub(crate) fn weight(&self, points: &Points, point: usize) -> f64 {
        let features = features(&at(points, point, self.axes));
        points.weight(point) * self.coefficients.iter().zip(&features).map(|(c, x)| c * x).sum::<f64>()
    }
}

fn at(points: &Points, point: usize, axes: usize) -> Vec<f64> {
    points.coordinates[..axes].iter().map(|axis| axis[point]).collect()
}

/// The means of the features under the standard normal distribution: 1 for the constant and for squares, 0 otherwise.
fn means(axes: usize) -> Vec<f64> {
    let products = (0..axes).flat_map(|first| (0..=first).map(move |second| f64::from(u8::from(first == second))));
    std::iter::once(1.0).chain(products).chain((0..axes).map(|_| 0.0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calibrated_points_have_the_moments_of_the_normal_distribution() {
        for dimensions in [1, 2, 5, 12] {
            let mut replicates = Replicates::new(dimensions, 0);
            replicates.run(24, &mut |_, _| Ok(())).expect("points");
            let calibration = Calibration::new(&replicates).expect("a calibration");
            let axes = dimensions.min(AXES);
            let mut sums = vec![0.0; means(axes).len()];
            let mut add = |points: &Points| {
                for point in 0..points.width {
                    let weight = calibration.weight(points, point);
                    let features = features(&at(points, point, axes));
                    sums.iter_mut().zip(features).for_each(|(sum, x)| *sum += weight * x);
                }
                Ok(())
            };
            replicates.sample(24, &mut add).expect("points");
            for (sum, mean) in sums.iter().zip(means(axes)) {
                assert!((sum - mean).abs() < 1e-12, "{dimensions}: {sums:?}");
            }
        }
    }
}
