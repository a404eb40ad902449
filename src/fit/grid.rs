//! Numbers of a growth law to try as starts, in units of the history.
//!
//! Rates are multiples of one over the time from the first observation to the base, and launches lie before the first
//! observation. So a grid covers every history in the same way, whatever its step and its length.

use super::law::GrowthLaw;
use crate::math;

/// Rates by the length of the history: from a curve that hardly bends to one that has ended.
const RATES: [f64; 8] = [0.3, 1.0, 2.0, 4.0, 7.0, 12.0, 22.0, 40.0];
/// Half-lives by the length of the history.
const HALF_LIVES: [f64; 7] = [0.04, 0.08, 0.16, 0.32, 0.64, 1.3, 3.0];
/// What is left to the saturation at the base, as a fraction of revenue.
const GAINS: [f64; 10] = [0.001, 0.01, 0.05, 0.2, 0.6, 2.0, 6.0, 20.0, 100.0, 1000.0];
/// Shapes of Richards's and of Weibull's law.
const SHAPES: [f64; 6] = [0.1, 0.4, 1.0, 2.5, 6.0, 15.0];
const WEIBULL_SHAPES: [f64; 6] = [0.5, 1.0, 1.6, 2.5, 4.0, 8.0];
/// Cumulative hazards of Weibull's law at the base.
const HAZARDS: [f64; 7] = [0.01, 0.05, 0.2, 0.6, 1.5, 3.0, 6.0];
/// Time from the launch to the first observation, by the length of the history.
const LAGS: [f64; 5] = [0.002, 0.02, 0.1, 0.4, 1.5];
/// Imitation by innovation of Bass's law.
const IMITATIONS: [f64; 6] = [0.3, 3.0, 15.0, 60.0, 300.0, 3000.0];
/// Time by which the half-life of hyperbolic growth exceeds the length of the history, by that length.
const EXCESSES: [f64; 7] = [0.003, 0.03, 0.15, 0.5, 1.5, 5.0, 20.0];
/// Logarithm of the damping over the history.
const DAMPINGS: [f64; 9] = [-1.0, -0.3, 0.1, 0.4, 1.0, 2.0, 4.0, 8.0, 16.0];

/// Candidates of one law.
pub(super) struct Grid {
    /// The numbers of each candidate, in the order of the curve.
    pub(super) candidates: Vec<Vec<f64>>,
    /// The family of each candidate: the best of each family competes with the best of the others.
    pub(super) families: Vec<usize>,
}

/// Growth over the history, as a law takes it in: the coefficients of functions of time that leave the least squares.
pub(super) type Coefficients<'a> = dyn Fn(&[&dyn Fn(f64) -> f64]) -> Vec<f64> + 'a;

impl Grid {
    /// The candidates for a history that began `length` years before the base, with periods of `step` years.
    pub(super) fn new(law: GrowthLaw, length: f64, step: f64, coefficients: &Coefficients<'_>) -> Self {
        let mut grid = Self { candidates: Vec::new(), families: Vec::new() };
        match law {
            GrowthLaw::Constant => {
                let rate = coefficients(&[&|tau| tau]);
                grid.add(0, [math::exp_m1(rate[0])]);
            }
            GrowthLaw::Fade => grid.fade(length, coefficients),
            GrowthLaw::Hyperbolic => grid.hyperbolic(length, coefficients),
            GrowthLaw::Damped => grid.damped(length, step, coefficients),
            GrowthLaw::Logistic => grid.saturating(length, |gain, rate| vec![1.0 + gain, rate]),
            GrowthLaw::Gompertz => grid.gompertz(length, coefficients),
            GrowthLaw::Richards => {
                for (family, shape) in SHAPES.into_iter().enumerate() {
                    grid.saturating(length, |gain, rate| vec![1.0 + gain, rate, shape]);
                    let first = grid.candidates.len() - RATES.len() * GAINS.len();
                    grid.families[first..].fill(family);
                }
            }
            GrowthLaw::Bass => grid.bass(length),
            GrowthLaw::Weibull => grid.weibull(length),
        }
        grid
    }

    fn add(&mut self, family: usize, numbers: impl Into<Vec<f64>>) {
        self.candidates.push(numbers.into());
        self.families.push(family);
    }

    fn fade(&mut self, length: f64, coefficients: &Coefficients<'_>) {
        for (family, half_life) in HALF_LIVES.iter().map(|of| of * length).enumerate() {
            let weight = half_life / std::f64::consts::LN_2;
            let faded = |tau: f64| -weight * math::exp_m1(-tau / weight);
            let found = coefficients(&[&|tau| tau, &faded]);
            self.add(family, [math::exp_m1(found[0] + found[1]), math::exp_m1(found[0]), half_life]);
        }
    }

    fn hyperbolic(&mut self, length: f64, coefficients: &Coefficients<'_>) {
        for (family, half_life) in EXCESSES.iter().map(|of| (1.0 + of) * length).enumerate() {
            let found = coefficients(&[&|tau| half_life * math::ln_1p(tau / half_life)]);
            self.add(family, [math::exp_m1(found[0]), half_life]);
        }
    }

    fn damped(&mut self, length: f64, step: f64, coefficients: &Coefficients<'_>) {
        for (family, decay) in DAMPINGS.iter().map(|of| of / length).enumerate() {
            let kept = math::exp(-decay * step);
            let damped = |tau: f64| step * kept * -math::exp_m1(-decay * tau) / (1.0 - kept);
            let found = coefficients(&[&damped]);
            self.add(family, [math::exp_m1(found[0]), math::exp(-decay)]);
        }
    }

    fn gompertz(&mut self, length: f64, coefficients: &Coefficients<'_>) {
        for (family, rate) in RATES.iter().map(|of| of / length).enumerate() {
            let found = coefficients(&[&|tau: f64| -math::exp_m1(-rate * tau)]);
            for log in [found[0], 0.02, 0.3, 1.5] {
                self.add(family, [math::exp(log), rate]);
            }
        }
    }

    fn saturating(&mut self, length: f64, numbers: impl Fn(f64, f64) -> Vec<f64>) {
        for (family, rate) in RATES.iter().map(|of| of / length).enumerate() {
            for gain in GAINS {
                self.add(family, numbers(gain, rate));
            }
        }
    }

    fn bass(&mut self, length: f64) {
        for (family, rate) in RATES.iter().map(|of| of / length).enumerate() {
            for imitation in IMITATIONS {
                for lag in LAGS {
                    let innovation = rate / (1.0 + imitation);
                    let left = math::exp(-rate * (1.0 + lag) * length);
                    let adopted = (1.0 - left) / (1.0 + imitation * left);
                    self.add(family, [innovation, rate - innovation, adopted]);
                }
            }
        }
    }

    fn weibull(&mut self, length: f64) {
        for (family, shape) in WEIBULL_SHAPES.into_iter().enumerate() {
            for hazard in HAZARDS {
                for lag in LAGS {
                    let age = (1.0 + lag) * length;
                    let saturation = -1.0 / math::exp_m1(-hazard);
                    self.add(family, [saturation, math::exp(math::ln(hazard) / shape) / age, shape]);
                }
            }
        }
    }
}
