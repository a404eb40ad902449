//! Points for many dimensions: Owen-scrambled Sobol points, several scrambles of them.

use super::gauss::as_f64;
use crate::math;
use crate::paths::Net;
use crate::paths::stream::GROUP;

/// Independent scrambles, whose spread is the error.
pub(super) const SCRAMBLES: usize = 16;
/// Points that are made at once.
pub(super) const AT_ONCE: usize = GROUP;

/// The standard normal scores of points `64·number ..` of a scramble.
pub(super) fn scores(net: &Net, scramble: usize, number: usize) -> Vec<Vec<f64>> {
    let mut dimensions = net.group(scramble, number as u64);
    dimensions.iter_mut().for_each(|u| math::norm_quantile_slice(u));
    (0..AT_ONCE).map(|point| dimensions.iter().map(|scores| scores[point]).collect()).collect()
}

/// The mean over the scrambles and three standard errors of it, so that what is told is a bound here as elsewhere:
/// Student's law with 15 degrees of freedom passes it in 1 % of runs.
pub(super) fn mean_and_error(sums: &[Vec<f64>], points: usize) -> (Vec<f64>, Vec<f64>) {
    let scrambles = as_f64(sums.len());
    let cells = 0..sums[0].len();
    cells
        .map(|cell| {
            let values: Vec<f64> = sums.iter().map(|sum| sum[cell] / as_f64(points)).collect();
            let mean = values.iter().sum::<f64>() / scrambles;
            let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
            (mean, 3.0 * (squares / (scrambles * (scrambles - 1.0))).sqrt())
        })
        .unzip()
}
