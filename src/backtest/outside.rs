//! The outside view of many pairs with one reference class: its noise is drawn once for all of them.

use super::forecast::Forecast;
use crate::error::Error;
use crate::history::{OutsideView, ReferenceClass};
use crate::math;
use crate::random::{GROUP, Mixing, Net};
use crate::reference::sd_per_scale;

/// Quasi-random points: the standard error of a probability over five years is below .0013 (see the tests).
const POINTS: usize = 32_768;
/// The points of the continuous ranked probability score.
const SCORED: usize = 1_024;

/// The noise of the log-ratio in the years after the base, in units of the pair's scale s.
///
/// With the advantage `v₀ = v̂ + s√P z` at the base, ln(a/b) after h years is `r₀ + v₀ g_h + s w_h`, where `g_h = φ + … + φ^h`, and
/// `w_h` depends on the class only: `v ← φv + t√(A(1 − φ²)) z′`, `w ← w + v + t√(1 − A) z″`, `t = √(ν/χ²_ν)`.
pub(super) struct Noise {
    /// z of the advantage.
    start: Vec<f64>,
    /// w by year, then by point.
    years: Vec<Vec<f64>>,
    /// g by year.
    sums: Vec<f64>,
}

impl Noise {
    pub(super) fn of(class: &ReferenceClass, years: usize) -> Self {
        Self::with_seed(class, years, 0)
    }

    fn with_seed(class: &ReferenceClass, years: usize, seed: u64) -> Self {
        let (phi, share, df) = (class.phi(), class.share(), class.df());
        let (lasting, passing) = ((share * (1.0 - phi * phi)).sqrt(), (1.0 - share).sqrt());
        // The mixing draw has the scale of a standard deviation, and the class's numbers are t-scales.
        let per_sd = sd_per_scale(df);
        let mixing = Mixing::new(df);
        let net = Net::new(seed, 1, 1 + 3 * years);
        let mut all = Self {
            start: Vec::with_capacity(POINTS),
            years: vec![Vec::with_capacity(POINTS); years],
            sums: Vec::with_capacity(years),
        };
        for number in 0..(POINTS / GROUP) as u64 {
            let mut points = net.group(0, number);
            let (first, rest) = points.split_at_mut(1);
            math::norm_quantile_slice(&mut first[0]);
            all.start.extend_from_slice(&first[0]);
            let (mut advantage, mut walk) = ([0.0; GROUP], [0.0; GROUP]);
            for (year, draws) in rest.chunks_exact_mut(3).enumerate() {
                math::norm_quantile_slice(&mut draws[0]);
                math::norm_quantile_slice(&mut draws[1]);
                for path in 0..GROUP {
                    let t = per_sd * mixing.at_uniform(draws[2][path]);
                    advantage[path] = phi * advantage[path] + t * lasting * draws[0][path];
                    walk[path] += advantage[path] + t * passing * draws[1][path];
                }
                all.years[year].extend_from_slice(&walk);
            }
        }
        let (mut power, mut sum) = (1.0, 0.0);
        for _ in 0..years {
            power *= phi;
            sum += power;
            all.sums.push(sum);
        }
        all
    }

    /// The forecast of a view with the class of this noise: what its scenario answers.
    pub(super) fn forecast(&self, view: &OutsideView, gap: f64, observed: Option<f64>) -> Result<Forecast, Error> {
        let numbers = numbers(view);
        let stays: f64 = view.exits().iter().map(|hazard| 1.0 - hazard).product();
        let (forecast, mut last) = self.passage(numbers, gap, stays);
        forecast.with_sample(&mut last, SCORED, observed)
    }

    /// The probabilities, and the log-ratio at the horizon by point, given v̂, its standard deviation and the scale of a pair, and the
    /// yearly probability that both stay.
    fn passage(&self, numbers: [f64; 3], gap: f64, stays: f64) -> (Forecast, Vec<f64>) {
        let mut ahead = vec![false; POINTS];
        let (mut overtaken, mut by, mut both) = (0.0, 0.0, 1.0);
        let mut last = Vec::new();
        for year in 0..self.years.len() {
            last = self.log_ratios(numbers, gap, year);
            for (ahead, x) in ahead.iter_mut().zip(&last) {
                *ahead |= *x > 0.0;
            }
            let now = share(&ahead);
            both *= stays;
            overtaken += (now - by) * both;
            by = now;
        }
        let gone = (1.0 - overtaken - (1.0 - by) * both).max(0.0);
        (Forecast { gone, ..Forecast::of_probability(overtaken) }, last)
    }

    /// The log-ratio at the end of a year, by point.
    fn log_ratios(&self, [value, sd, scale]: [f64; 3], gap: f64, year: usize) -> Vec<f64> {
        let sum = self.sums[year];
        let (middle, slope) = (value * sum - gap, sd * sum);
        self.start.iter().zip(&self.years[year]).map(|(z, w)| middle + slope * z + scale * w).collect()
    }

    /// The 10, 50 and 90 % quantiles of the log-ratio at the end of each year; the last band is that of [`forecast`](Self::forecast).
    pub(super) fn fan(&self, view: &OutsideView, gap: f64) -> Vec<[f64; 3]> {
        let quantiles = |year: usize| {
            let mut sample = self.log_ratios(numbers(view), gap, year);
            let cut = POINTS / 10;
            [cut, POINTS / 2, POINTS - 1 - cut].map(|at| *sample.select_nth_unstable_by(at, f64::total_cmp).1)
        };
        (0..self.years.len()).map(quantiles).collect()
    }
}

/// v̂, its standard error and the scale of a pair.
fn numbers(view: &OutsideView) -> [f64; 3] {
    let advantage = &view.advantages()[0];
    [advantage.value(), advantage.sd(), advantage.scale()]
}

#[expect(clippy::cast_precision_loss, reason = "at most the number of points")]
fn share(ahead: &[bool]) -> f64 {
    ahead.iter().filter(|ahead| **ahead).count() as f64 / POINTS as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sixteen independent sets of points for pairs at four distances: the spread of their probabilities is the standard error.
    #[test]
    fn the_standard_error_of_a_probability_is_about_a_thousandth() {
        let class = ReferenceClass::general();
        let noises: Vec<Noise> = (0..16).map(|seed| Noise::with_seed(&class, 5, seed)).collect();
        for gap in [0.06, 0.2, 0.4, 0.9] {
            let all: Vec<f64> =
                noises.iter().map(|noise| noise.passage([0.03, 0.04, 0.1], gap, 1.0).0.overtaken).collect();
            let mean = all.iter().sum::<f64>() / 16.0;
            let error = (all.iter().map(|p| (p - mean) * (p - mean)).sum::<f64>() / 15.0).sqrt();
            println!("distance {gap}: {mean:.4} ± {error:.5}");
            assert!(error < 1.3e-3, "{gap}: {mean} ± {error}");
        }
    }

    /// The worked example of the guide on histories, by recursion in NumPy with four million paths, to three standard errors.
    #[test]
    fn the_worked_example_of_the_guide() {
        let numbers = [0.037_059, 0.038_146, 0.095_663];
        for (years, expected) in [(1, 0.1938), (2, 0.3702), (3, 0.4745), (4, 0.5405), (5, 0.5861)] {
            let noise = Noise::of(&ReferenceClass::general(), years);
            let found = noise.passage(numbers, 0.118_26, 1.0).0.overtaken;
            assert!((found - expected).abs() < 3.5e-3, "{years}: {found}, expected {expected}");
        }
    }
}
