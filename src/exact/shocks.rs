//! The shocks of lines: paths of the deviation of the log-ratio at sampled points.

use std::borrow::Cow;

use crate::covariance::Motion;
use crate::math;
use crate::math::gauss::as_f64;
use crate::random::Mixing;

/// How shocks accumulate and how innovations are drawn, where no drawn number changes it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SampledShocks<'p> {
    pub(crate) motion: Motion,
    /// The mixing draws of Student-t innovations, one a period.
    pub(crate) mixing: Option<&'p Mixing>,
}

impl Default for SampledShocks<'_> {
    fn default() -> Self {
        Self { motion: Motion::RandomWalk, mixing: None }
    }
}

impl SampledShocks<'_> {
    /// Whether a period has an innovation beside that of its trend.
    fn has_noise(&self) -> bool {
        matches!(self.motion, Motion::DampedTrend { share, .. } if share < 1.0)
    }

    /// The deviation at 0 to T, given the innovations of the periods: of the trend, if there is one, and of the noise beside it.
    fn accumulated(&self, innovations: &[f64], noise: &[f64]) -> Vec<f64> {
        let (mut deviation, mut trend) = (0.0, 0.0);
        let mut all = vec![0.0];
        for (period, own) in innovations.iter().enumerate() {
            match self.motion {
                Motion::RandomWalk => deviation += own,
                Motion::Reverting { rho } => deviation = rho * deviation + own,
                Motion::Persistent { phi } => {
                    trend = if period == 0 { *own } else { phi * trend + (1.0 - phi * phi).sqrt() * own };
                    deviation += trend;
                }
                Motion::DampedTrend { phi, share } => {
                    trend = phi * trend + (share * (1.0 - phi * phi)).sqrt() * own;
                    deviation += trend + (1.0 - share).max(0.0).sqrt() * noise.get(period).unwrap_or(&0.0);
                }
            }
            all.push(deviation);
        }
        all
    }
}

/// The innovations as the steps of a Brownian motion, of which the component along an axis is not sampled. Deviations are in units of
/// one period's standard deviation.
#[derive(Debug, Clone)]
pub(super) struct Shocks<'p> {
    kind: SampledShocks<'p>,
    /// Unit vector of the axis of the shocks, in the space of the periods' innovations.
    direction: Vec<f64>,
    /// The running sums of that vector.
    shape: Vec<f64>,
    bridge: Bridge,
}

impl<'p> Shocks<'p> {
    /// `weights` are those of the periods' innovations, not all 0.
    pub(super) fn new(weights: &[f64], kind: SampledShocks<'p>) -> Self {
        let norm = weights.iter().map(|w| w * w).sum::<f64>().sqrt();
        let direction: Vec<f64> = weights.iter().map(|w| w / norm).collect();
        let mut shape = vec![0.0; weights.len() + 1];
        (0..weights.len()).for_each(|t| shape[t + 1] = shape[t] + direction[t]);
        Self { kind, direction, shape, bridge: Bridge::new(weights.len()) }
    }

    /// Number of sampled dimensions: innovations, noise, and mixing draws.
    pub(super) fn dimensions(&self) -> usize {
        let of_period = 1 + usize::from(self.kind.has_noise()) + usize::from(self.kind.mixing.is_some());
        of_period * self.bridge.periods()
    }

    /// How many of the sampled dimensions are mixing draws: the last ones.
    pub(super) fn mixing_dimensions(&self) -> usize {
        if self.kind.mixing.is_some() { self.bridge.periods() } else { 0 }
    }

    /// The deviation at 0 to T, with the component `own` along the axis of the shocks; and for one unit along that axis.
    pub(super) fn paths(&self, points: &[Vec<f64>], place: usize, own: f64) -> (Vec<f64>, Cow<'_, [f64]>) {
        let walk = self.walk(points, place, own);
        if self.kind.mixing.is_none() && self.kind.motion == Motion::RandomWalk {
            return (walk, Cow::Borrowed(&self.shape));
        }
        let periods = self.bridge.periods();
        let (noise, mixing) = points[periods..].split_at(if self.kind.has_noise() { periods } else { 0 });
        let scales: Vec<f64> = match self.kind.mixing {
            Some(table) => mixing.iter().map(|score| table.at_uniform(math::norm_cdf(score[place]))).collect(),
            None => vec![1.0; periods],
        };
        let scaled = |steps: &mut dyn Iterator<Item = f64>| -> Vec<f64> {
            steps.zip(&scales).map(|(step, scale)| scale * step).collect()
        };
        let innovations = scaled(&mut walk.windows(2).map(|pair| pair[1] - pair[0]));
        let noise = scaled(&mut noise.iter().map(|score| score[place]));
        let along = scaled(&mut self.direction.iter().copied());
        (self.kind.accumulated(&innovations, &noise), self.kind.accumulated(&along, &[]).into())
    }

    /// The running sums of the innovations, with the component `own` along the axis of the shocks.
    fn walk(&self, points: &[Vec<f64>], place: usize, own: f64) -> Vec<f64> {
        let mut path = self.bridge.path(points, place);
        let steps = path.windows(2).zip(&self.direction);
        let along: f64 = steps.map(|(pair, direction)| (pair[1] - pair[0]) * direction).sum();
        path.iter_mut().zip(&self.shape).for_each(|(path, shape)| *path += (own - along) * shape);
        path
    }
}

/// A Brownian bridge. The horizon takes the last sampled dimension, since the axis of the shocks replaces most of it.
#[derive(Debug, Clone)]
struct Bridge {
    steps: Vec<Fill>,
}

/// The motion at `at`, given its values at `left` and `right`.
#[derive(Debug, Clone)]
struct Fill {
    at: usize,
    left: usize,
    right: usize,
    /// Weight of the right end, and conditional standard deviation.
    weight: f64,
    sd: f64,
}

impl Bridge {
    fn new(periods: usize) -> Self {
        let mut steps = vec![Fill { at: periods, left: 0, right: 0, weight: 0.0, sd: as_f64(periods).sqrt() }];
        let mut spans = std::collections::VecDeque::from([(0, periods)]);
        while let Some((left, right)) = spans.pop_front() {
            if right - left < 2 {
                continue;
            }
            let at = usize::midpoint(left, right);
            let (before, after) = (as_f64(at - left), as_f64(right - at));
            let weight = before / (before + after);
            steps.push(Fill { at, left, right, weight, sd: (before * after / (before + after)).sqrt() });
            spans.extend([(left, at), (at, right)]);
        }
        Self { steps }
    }

    fn periods(&self) -> usize {
        self.steps.len()
    }

    fn path(&self, points: &[Vec<f64>], place: usize) -> Vec<f64> {
        let mut path = vec![0.0; self.steps.len() + 1];
        let last = self.steps.len() - 1;
        for (number, step) in self.steps.iter().enumerate() {
            let score = points[if number == 0 { last } else { number - 1 }][place];
            let Fill { at, left, right, weight, sd } = *step;
            let middle = if number == 0 { 0.0 } else { path[left] + weight * (path[right] - path[left]) };
            path[at] = middle + sd * score;
        }
        path
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::covariance::Moments;

    /// The covariance is min(s, t), whatever the axis of the shocks.
    #[test]
    fn the_shocks_are_a_brownian_motion() {
        let shocks = Shocks::new(&[1.0, 0.7, 0.2, -0.1, 0.4, 0.0, 0.3], SampledShocks::default());
        let periods = 7;
        // The path is linear in the scores, so its covariance follows from the images of the unit vectors.
        let image = |number: usize| {
            let mut points = vec![vec![0.0]; periods];
            let own = if number == periods { 1.0 } else { 0.0 };
            if number < periods {
                points[number][0] = 1.0;
            }
            shocks.paths(&points, 0, own).0
        };
        let images: Vec<Vec<f64>> = (0..=periods).map(image).collect();
        for s in 0..=periods {
            for t in 0..=periods {
                let covariance: f64 = images.iter().map(|image| image[s] * image[t]).sum();
                assert!((covariance - as_f64(s.min(t))).abs() < 1e-12, "{s} {t}: {covariance}");
            }
        }
    }

    /// Covariances follow the moments by which simulated shocks are checked, with Student-t innovations too: given the mixing draws the
    /// variance of an innovation is their square.
    #[test]
    fn deviations_have_the_moments_of_their_motion() {
        let motions = [
            Motion::RandomWalk,
            Motion::Reverting { rho: 0.8 },
            Motion::Persistent { phi: 0.6 },
            Motion::DampedTrend { phi: 0.7, share: 0.4 },
            Motion::DampedTrend { phi: 0.7, share: 1.0 },
        ];
        for motion in motions {
            let shocks = Shocks::new(&[1.0, 0.5, 0.1, -0.3, 0.7], SampledShocks { motion, mixing: None });
            let sampled = shocks.dimensions();
            let image = |number: usize| {
                let mut points = vec![vec![0.0]; sampled];
                let own = if number == sampled { 1.0 } else { 0.0 };
                if number < sampled {
                    points[number][0] = 1.0;
                }
                let (path, shape) = shocks.paths(&points, 0, own);
                [path, shape.into_owned()]
            };
            let images: Vec<[Vec<f64>; 2]> = (0..=sampled).map(image).collect();
            let mut moments = Moments::default();
            for t in 1..=5 {
                moments = moments.next(motion);
                let variance: f64 = images.iter().map(|[image, _]| image[t] * image[t]).sum();
                assert!((variance - moments.variance).abs() < 1e-12, "{motion:?} {t}: {variance}");
                let [along, unit] = &images[sampled];
                assert!((along[t] - unit[t]).abs() < 1e-12, "{motion:?} {t}");
            }
        }
    }
}
