//! Features of the points of a recursion: numbers of which its answers are smooth functions, and uncorrelated axes made from them.

use crate::math::gauss::as_f64;

/// Features are clamped at ± this, where answers are nearly 0 or 1.
const MAX_FEATURE: f64 = 6.0;
/// Assumed error of the normal approximation of a start with its own distribution, in units of a probit.
const NOT_NORMAL: f64 = 0.5;
/// The smallest residual variance of a feature for a further axis.
const LEAST_VARIANCE: f64 = 1e-4;

/// Features of points: numbers of which the answers are smooth functions.
#[derive(Debug, Default)]
pub(super) struct Features {
    /// The log-ratio of the curves, by date, then by point; at the base it is 0 where the start has its own distribution.
    pub(super) log_ratios: Vec<Vec<f64>>,
    /// Mean and standard deviation of that distribution.
    pub(super) start: [f64; 2],
    /// Standard deviation of the shocks of one period.
    pub(super) sds: Vec<f64>,
    /// Whether the challenger is ahead at the base, where that depends on the point.
    pub(super) is_ahead: Vec<bool>,
    /// The probability of being ahead at the base, where that does not depend on the point.
    pub(super) ahead_at_base: f64,
}

impl Features {
    fn count(&self) -> usize {
        1 + self.log_ratios.len()
    }

    /// A feature of every point: the log-ratio at a date in units of its standard deviation, or, after those of all dates, the share
    /// of the start in that after one period.
    pub(super) fn column(&self, number: usize) -> Vec<f64> {
        let [mean, spread] = self.start;
        let of_date = |sd: &f64, date: usize| (sd * sd * as_f64(date) + spread * spread).sqrt().max(f64::MIN_POSITIVE);
        match self.log_ratios.get(number) {
            Some(log_ratios) => {
                let of =
                    |(x, sd): (&f64, &f64)| ((mean + x) / of_date(sd, number.max(1))).clamp(-MAX_FEATURE, MAX_FEATURE);
                log_ratios.iter().zip(&self.sds).map(of).collect()
            }
            None => self.sds.iter().map(|sd| spread / of_date(sd, 1)).collect(),
        }
    }

    /// The least standard deviation of shocks and start up to a date, relative to that of the log-ratio over the points.
    pub(super) fn least_width(&self) -> f64 {
        let least = self.sds.iter().copied().fold(f64::INFINITY, f64::min);
        let of_date = |(date, log_ratios): (usize, &Vec<f64>)| {
            let count = as_f64(log_ratios.len());
            let mean = log_ratios.iter().sum::<f64>() / count;
            let variance = log_ratios.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / count;
            let of_shocks = least * least * as_f64(date) + self.start[1] * self.start[1];
            if variance > 0.0 { (of_shocks / variance).sqrt() } else { f64::INFINITY }
        };
        self.log_ratios.iter().enumerate().skip(1).map(of_date).fold(f64::INFINITY, f64::min)
    }

    /// Adds other points.
    pub(super) fn extend(&mut self, other: Self) {
        self.log_ratios.resize(other.log_ratios.len(), Vec::new());
        self.log_ratios.iter_mut().zip(other.log_ratios).for_each(|(all, own)| all.extend(own));
        self.sds.extend(other.sds);
        self.is_ahead.extend(other.is_ahead);
        (self.start, self.ahead_at_base) = (other.start, other.ahead_at_base);
    }

    /// How far the probit of being ahead at a date may be from the feature of the date: they are equal unless the start has its own
    /// distribution.
    pub(super) fn slack(&self) -> f64 {
        if self.start[1] > 0.0 { NOT_NORMAL } else { 0.0 }
    }

    /// Some of the points.
    pub(super) fn some(&self, points: &[usize]) -> Self {
        let some = |all: &Vec<f64>| points.iter().map(|point| all[*point]).collect();
        Self {
            log_ratios: self.log_ratios.iter().map(some).collect(),
            sds: some(&self.sds),
            is_ahead: points.iter().map(|point| self.is_ahead[*point]).collect(),
            ..*self
        }
    }
}

/// Uncorrelated axes with a variance of 1, each from one feature.
#[derive(Debug, Default)]
pub(super) struct Whitening {
    axes: Vec<Axis>,
}

/// A feature less its mean and multiples of the axes before, divided by what remains of its standard deviation.
#[derive(Debug)]
struct Axis {
    feature: usize,
    mean: f64,
    multiples: Vec<f64>,
    sd: f64,
}

impl Whitening {
    /// At most `most` axes, by a pivoted Cholesky factor: the next feature is the one with the largest residual variance. The
    /// coordinates of the points on these axes are returned too.
    pub(super) fn of(features: &Features, weights: &[f64], most: usize) -> (Self, Vec<Vec<f64>>) {
        let total: f64 = weights.iter().sum();
        let mean_product = |one: &[f64], other: &[f64]| {
            one.iter().zip(other).zip(weights).map(|((a, b), weight)| a * b * weight).sum::<f64>() / total
        };
        let ones = vec![1.0; weights.len()];
        let mut rests: Vec<Vec<f64>> = (0..features.count()).map(|number| features.column(number)).collect();
        let mut multiples = vec![Vec::new(); rests.len()];
        let means: Vec<f64> = rests.iter().map(|rest| mean_product(rest, &ones)).collect();
        for (rest, mean) in rests.iter_mut().zip(&means) {
            rest.iter_mut().for_each(|x| *x -= mean);
        }
        let (mut whitening, mut axes) = (Self::default(), Vec::<Vec<f64>>::new());
        while axes.len() < most {
            let variances: Vec<f64> = rests.iter().map(|rest| mean_product(rest, rest)).collect();
            let feature = (0..rests.len()).max_by(|a, b| variances[*a].total_cmp(&variances[*b])).unwrap_or(0);
            if !(variances[feature] > LEAST_VARIANCE) {
                break;
            }
            let sd = variances[feature].sqrt();
            let axis: Vec<f64> = rests[feature].iter().map(|x| x / sd).collect();
            let own = std::mem::take(&mut multiples[feature]);
            whitening.axes.push(Axis { feature, mean: means[feature], multiples: own, sd });
            for (rest, multiples) in rests.iter_mut().zip(&mut multiples) {
                let multiple = mean_product(rest, &axis);
                rest.iter_mut().zip(&axis).for_each(|(rest, x)| *rest -= multiple * x);
                multiples.push(multiple);
            }
            axes.push(axis);
        }
        (whitening, axes)
    }

    pub(super) fn axes(&self, features: &Features) -> Vec<Vec<f64>> {
        let mut axes = Vec::<Vec<f64>>::new();
        for Axis { feature, mean, multiples, sd } in &self.axes {
            let mut rest = features.column(*feature);
            rest.iter_mut().for_each(|x| *x -= mean);
            for (axis, multiple) in axes.iter().zip(multiples) {
                rest.iter_mut().zip(axis).for_each(|(rest, x)| *rest -= multiple * x);
            }
            rest.iter_mut().for_each(|x| *x /= sd);
            axes.push(rest);
        }
        axes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Log-ratios that follow from two numbers of each point, shocks of different sizes, and a start with its own distribution.
    fn features(points: usize) -> Features {
        let number = |point: usize, k: usize| as_f64((point * point * 7 + point * k + 5 * k) % 61) / 30.0 - 1.0;
        let date = |t: usize| {
            let of = |point| as_f64(t) * (0.1 * number(point, 13) - 0.05) + 0.01 * as_f64(t * t) * number(point, 29);
            (0..points).map(of).collect()
        };
        Features {
            log_ratios: (0..=8).map(date).collect(),
            start: [-0.1, 0.05],
            sds: (0..points).map(|point| 0.1 + 0.05 * number(point, 41)).collect(),
            is_ahead: vec![false; points],
            ahead_at_base: 0.0,
        }
    }

    #[test]
    fn axes_are_uncorrelated_and_the_same_for_the_same_points() {
        let features = features(200);
        let weights: Vec<f64> = (0..200).map(|point| 1.0 / as_f64(1 + point % 3)).collect();
        let (whitening, axes) = Whitening::of(&features, &weights, 6);
        assert!((3..=6).contains(&axes.len()), "{} axes", axes.len());
        let mean = |of: &dyn Fn(usize) -> f64| {
            (0..200).map(|point| weights[point] * of(point)).sum::<f64>() / weights.iter().sum::<f64>()
        };
        for (place, one) in axes.iter().enumerate() {
            assert!(mean(&|point| one[point]).abs() < 1e-9);
            for (other_place, other) in axes.iter().enumerate() {
                let expected = if place == other_place { 1.0 } else { 0.0 };
                assert!((mean(&|point| one[point] * other[point]) - expected).abs() < 1e-9, "{place} {other_place}");
            }
        }
        for (own, again) in axes.iter().flatten().zip(whitening.axes(&features).iter().flatten()) {
            assert!((own - again).abs() < 1e-9, "{own} {again}");
        }
    }

    #[test]
    fn the_least_width_is_that_of_the_smallest_shocks() {
        let mut features = Features {
            log_ratios: vec![vec![0.0, 0.0], vec![1.0, 3.0], vec![2.0, 2.0]],
            start: [0.2, 0.4],
            sds: vec![0.5, 0.3],
            ..Features::default()
        };
        // The log-ratio varies with a standard deviation of 1 at date 1, and not at date 2.
        assert!((features.least_width() - 0.5).abs() < 1e-12, "{}", features.least_width());
        features.sds[0] = 0.0;
        features.start[1] = 0.0;
        assert!(features.least_width() < 1e-12, "{}", features.least_width());
        features.log_ratios[1].fill(0.1);
        assert!(features.least_width().is_infinite());
    }

    /// Without shocks and a spread of the start the features are at their bounds, and no axis is not a number.
    #[test]
    fn points_without_shocks_have_bounded_features() {
        let mut features = features(50);
        features.sds.iter_mut().step_by(2).for_each(|sd| *sd = 0.0);
        features.start = [0.0; 2];
        let columns = (0..features.count()).flat_map(|number| features.column(number));
        assert!(columns.into_iter().all(|x| x.abs() <= MAX_FEATURE));
        let (_, axes) = Whitening::of(&features, &[1.0; 50], 6);
        assert!(axes.iter().flatten().all(|x| x.is_finite()));
    }
}
