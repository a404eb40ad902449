//! Calibrated weights for derivatives (Deville & Särndal 1992): under them the weighted points have the exact moments of
//! the standard normal distribution up to the second, on the leading axes.
//!
//! A probability is integrated with a control variate, which has no counterpart for the derivatives. Calibration is the
//! regression estimator with the features of that control, and needs no derivative of it.

use super::control::features;
use super::replicates::{Points, Replicates, SCRAMBLES, three_errors};
use crate::error::Error;
use crate::math::banded::{Banded, Factored};
use crate::math::gauss::as_f64;

/// Axes with calibrated moments; their number is bounded because the features are quadratic in it.
const AXES: usize = 8;

/// The least error of a mean, as a fraction of the largest part of it that is due to one point: points may all have missed an event. Wide
/// points cover the tails of drawn numbers, not of sampled shocks, and the trapezoidal rule of one dimension covers all.
const UNSEEN_OF_DRAWN: f64 = 0.1;
const UNSEEN_OF_SHOCKS: f64 = 1.0;

/// A polynomial of the scores by which weights are multiplied.
#[derive(Debug)]
struct Calibration {
    axes: usize,
    /// Indexed by feature.
    coefficients: Vec<f64>,
    /// The moments of the features at all points.
    moments: Factored,
}

impl Calibration {
    /// For all points of some replicates.
    fn new(replicates: &Replicates) -> Result<Self, Error> {
        let axes = replicates.dimensions().min(AXES);
        let mut coefficients = means(axes);
        let size = coefficients.len();
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
        let moments = moments.factor().expect("validated: a pilot has more points than there are features");
        moments.solve(&mut coefficients);
        Ok(Self { axes, coefficients, moments })
    }

    fn features(&self, points: &Points, point: usize) -> Vec<f64> {
        features(&at(points, point, self.axes))
    }

    /// The factor of a weight; the weights of all points sum to 1.
    fn factor(&self, features: &[f64]) -> f64 {
        dot(&self.coefficients, features)
    }
}

/// Values of several functions at some points, indexed by function, then by point.
type Values<'f> = dyn FnMut(&Points) -> Result<Vec<Vec<f64>>, Error> + 'f;

/// The means of `count` functions over all points of some replicates, and their errors.
pub(crate) fn calibrated_means(
    replicates: &Replicates,
    count: usize,
    values: &mut Values<'_>,
) -> Result<Vec<(f64, f64)>, Error> {
    let calibration = Calibration::new(replicates)?;
    let features = calibration.coefficients.len();
    let mut sums = CalibratedSums {
        calibration,
        sums: vec![[vec![0.0; count], vec![0.0; features]]; SCRAMBLES],
        products: vec![vec![0.0; features]; count],
        first: Vec::new(),
        largest: vec![0.0; count],
    };
    for replicate in 0..SCRAMBLES {
        replicates.sample_one(replicate, replicates.points, &mut |points| {
            sums.add(replicate, points, &values(points)?);
            Ok(())
        })?;
        if replicate == 0 {
            sums.finish_first();
        }
    }
    let unseen = match replicates.dimensions() {
        1 => 0.0,
        _ if replicates.has_shocks() => UNSEEN_OF_SHOCKS,
        _ => UNSEEN_OF_DRAWN,
    };
    Ok(sums.means(unseen))
}

#[derive(Debug)]
struct CalibratedSums {
    calibration: Calibration,
    /// For each replicate: the weighted sums of the functions, and of the features.
    sums: Vec<[Vec<f64>; 2]>,
    /// For each function: its products with the features, with the weights before the calibration.
    products: Vec<Vec<f64>>,
    /// The mean of each function over the first replicate.
    first: Vec<f64>,
    /// For each function: the largest weighted distance of a point of the other replicates from that mean.
    largest: Vec<f64>,
}

impl CalibratedSums {
    fn add(&mut self, replicate: usize, points: &Points, values: &[Vec<f64>]) {
        let [sums, of_features] = &mut self.sums[replicate];
        for point in 0..points.width {
            let features = self.calibration.features(points, point);
            let before = points.weight(point);
            let weight = before * self.calibration.factor(&features);
            of_features.iter_mut().zip(&features).for_each(|(sum, x)| *sum += weight * x);
            for (function, values) in values.iter().enumerate() {
                let value = values[point];
                sums[function] += weight * value;
                self.products[function].iter_mut().zip(&features).for_each(|(sum, x)| *sum += before * value * x);
                if let Some(first) = self.first.get(function) {
                    self.largest[function] = self.largest[function].max((weight * (value - first)).abs());
                }
            }
        }
    }

    fn finish_first(&mut self) {
        let [sums, of_features] = &self.sums[0];
        // The first feature is constant.
        self.first = sums.iter().map(|sum| sum / of_features[0]).collect();
    }

    /// Each mean, and three standard errors of the regression estimator, by linearization: the residuals of a replicate are its
    /// weighted sum less that of the regression on the features.
    fn means(self, unseen: f64) -> Vec<(f64, f64)> {
        let Self { calibration, sums, products, largest, .. } = self;
        let of = |(function, mut regression): (usize, Vec<f64>)| {
            calibration.moments.solve(&mut regression);
            let mean: f64 = sums.iter().map(|[sums, _]| sums[function]).sum();
            // The sum of each replicate, times the number of replicates, estimates the mean.
            let residual =
                |[sums, features]: &[Vec<f64>; 2]| (sums[function] - dot(&regression, features)) * as_f64(SCRAMBLES);
            let error = three_errors(&sums.iter().map(residual).collect::<Vec<f64>>());
            (mean, if error.is_nan() { f64::INFINITY } else { error.max(unseen * largest[function]) })
        };
        products.into_iter().enumerate().map(of).collect()
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
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
    use crate::exact::quadrature::wide::Axes;

    #[test]
    fn calibrated_points_have_the_moments_of_the_normal_distribution() {
        for dimensions in [1, 2, 5, 12] {
            let mut replicates = Replicates::new(Axes::drawn(dimensions), 0);
            replicates.run(24, &mut |_, _| Ok(())).expect("points");
            let calibration = Calibration::new(&replicates).expect("a calibration");
            let axes = dimensions.min(AXES);
            let mut sums = vec![0.0; means(axes).len()];
            let mut add = |points: &Points| {
                for point in 0..points.width {
                    let features = features(&at(points, point, axes));
                    let weight = points.weight(point) * calibration.factor(&features);
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

    /// Means of monomials of several axes against those of the normal distribution. The features are exact; the error of the others covers
    /// the distance and shrinks with the points.
    #[test]
    fn means_have_the_errors_that_they_report() {
        let monomials: [fn(&[f64]) -> f64; 4] = [
            |x| 2.0 + x[0] * x[1] + x[2],
            |x| libm::pow(x[0], 4.0),
            |x| libm::exp(x[1]),
            |x| x[0] * x[0] * x[2] * x[2],
        ];
        let exact = [2.0, 3.0, libm::exp(0.5), 1.0];
        let estimates = [24, 384].map(|count| {
            let mut replicates = Replicates::new(Axes::drawn(3), 0);
            replicates.run(count, &mut |_, _| Ok(())).expect("points");
            let values = &mut |points: &Points| {
                let at = |point: usize| at(points, point, 3);
                Ok(monomials.iter().map(|of| (0..points.width).map(|point| of(&at(point))).collect()).collect())
            };
            calibrated_means(&replicates, monomials.len(), values).expect("means")
        });
        for estimates in &estimates {
            assert!((estimates[0].0 - 2.0).abs() < 1e-12, "{estimates:?}");
            for ((mean, error), exact) in estimates.iter().zip(exact) {
                assert!((mean - exact).abs() <= *error, "{exact}: {estimates:?}");
            }
        }
        let shrinks = estimates[0].iter().zip(&estimates[1]).all(|((_, few), (_, many))| *many < 0.2 * few);
        assert!(shrinks, "{estimates:?}");
    }
}
