//! Moments of the shocks of one series by date: of Y(t), given its numbers, in units of σ√Δ.
//!
//! Y is a random walk, or has a state V beside it; see [`Motion`]. W(t) is the sum of the series' own innovations up to t,
//! which is what a factor, itself a random walk, may be correlated with.

use crate::math;

/// How shocks accumulate, with its numbers per period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Motion {
    /// Y(t) = Y(t − 1) + U(t).
    RandomWalk,
    /// V(1) = U(1), V(t) = φV(t − 1) + √(1 − φ²) U(t), Y(t) = Y(t − 1) + V(t).
    Persistent { phi: f64 },
    /// Y(t) = ρY(t − 1) + U(t).
    Reverting { rho: f64 },
    /// V(t) = φV(t − 1) + √(A(1 − φ²)) U₁(t), Y(t) = Y(t − 1) + V(t) + √(1 − A) U₂(t).
    DampedTrend { phi: f64, share: f64 },
}

/// 2^(−Δ/h): what a half-life of h years leaves after a period of Δ years.
pub(crate) fn kept(step: f64, half_life: f64) -> f64 {
    math::exp(-std::f64::consts::LN_2 * step / half_life)
}

/// 1 − 2^(−2Δ/h), without cancellation for long half-lives.
pub(crate) fn renewed(step: f64, half_life: f64) -> f64 {
    -math::exp_m1(-2.0 * std::f64::consts::LN_2 * step / half_life)
}

/// Second moments at one date.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Moments {
    /// Var Y(t).
    pub(crate) variance: f64,
    /// Cov(Y(t), W(t)).
    pub(crate) with_sum: f64,
    state_variance: f64,
    state_with_y: f64,
    state_with_sum: f64,
    is_started: bool,
}

impl Moments {
    /// The moments one period later.
    pub(crate) fn next(self, motion: Motion) -> Self {
        let Self { variance, with_sum, state_variance, state_with_y, state_with_sum, is_started } = self;
        let own = Self { is_started: true, ..self };
        match motion {
            Motion::RandomWalk => Self { variance: variance + 1.0, with_sum: with_sum + 1.0, ..own },
            Motion::Reverting { rho } => {
                Self { variance: rho * rho * variance + 1.0, with_sum: rho * with_sum + 1.0, ..own }
            }
            Motion::Persistent { phi } => {
                let new = if is_started { 1.0 - phi * phi } else { 1.0 };
                let state = phi * phi * state_variance + new;
                let with_state = phi * state_with_sum + new.sqrt();
                Self {
                    variance: variance + 2.0 * phi * state_with_y + state,
                    with_sum: with_sum + with_state,
                    state_variance: state,
                    state_with_y: phi * state_with_y + state,
                    state_with_sum: with_state,
                    ..own
                }
            }
            Motion::DampedTrend { phi, share } => {
                let state = phi * phi * state_variance + share * (1.0 - phi * phi);
                Self {
                    variance: variance + 2.0 * phi * state_with_y + state + (1.0 - share),
                    with_sum: with_sum + (1.0 - share).sqrt(),
                    state_variance: state,
                    state_with_y: phi * state_with_y + state,
                    ..own
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn power(base: f64, exponent: i32) -> f64 {
        (0..exponent).map(|_| base).product()
    }

    fn at(motion: Motion, periods: usize) -> Moments {
        (0..periods).fold(Moments::default(), |moments, _| moments.next(motion))
    }

    /// Closed forms of the variance at every date up to 40.
    #[test]
    fn variances_have_their_closed_forms() {
        let (phi, share): (f64, f64) = (0.8, 0.3);
        for t in 1..=40_i32 {
            let n = f64::from(t);
            let near = |motion, expected: f64| {
                let found = at(motion, usize::try_from(t).expect("positive")).variance;
                assert!((found / expected - 1.0).abs() < 1e-13, "{motion:?} at {t}: {found} {expected}");
            };
            near(Motion::RandomWalk, n);
            near(Motion::Reverting { rho: phi }, (1.0 - power(phi, 2 * t)) / (1.0 - phi * phi));
            let lags: f64 = (1..t).map(|k| 2.0 * (n - f64::from(k)) * power(phi, k)).sum();
            near(Motion::Persistent { phi }, n + lags);
            // V(t) = √(A(1 − φ²)) Σ φ^(t−s) U₁(s), so U₁(s) has the weight (1 − φ^(t−s+1))/(1 − φ) in Y(t).
            let weights = (1..=t).map(|k| (1.0 - power(phi, k)) / (1.0 - phi));
            let trend: f64 = weights.map(|weight| weight * weight * share * (1.0 - phi * phi)).sum();
            near(Motion::DampedTrend { phi, share }, trend + (1.0 - share) * n);
        }
    }

    /// The long-run factors that MODEL.md states.
    #[test]
    fn long_run_deviations_are_the_stated_multiples() {
        let ratio = |motion| (at(motion, 200_000).variance / 200_000.0).sqrt();
        assert!((ratio(Motion::Persistent { phi: kept(0.25, 1.5) }) - 4.158).abs() < 0.01);
        let closed = |phi: f64, share: f64| (1.0 + 2.0 * share * phi / (1.0 - phi)).sqrt();
        for (step, expected) in [(1.0, 1.486), (0.25, 2.556)] {
            let phi = kept(step, 2.0);
            let found = ratio(Motion::DampedTrend { phi, share: 0.25 });
            assert!((found - expected).abs() < 0.01 && (found / closed(phi, 0.25) - 1.0).abs() < 1e-3, "{found}");
        }
    }

    /// Covariances with the sum of a series' own innovations, from the weights of each.
    #[test]
    fn covariances_with_the_sum_have_their_closed_forms() {
        let phi: f64 = 0.7;
        for t in 1..=30_i32 {
            let found = |motion| at(motion, usize::try_from(t).expect("positive")).with_sum;
            assert!((found(Motion::Reverting { rho: phi }) - (1.0 - power(phi, t)) / (1.0 - phi)).abs() < 1e-12);
            let after = |k: i32| (1.0 - power(phi, k)) / (1.0 - phi);
            let rest: f64 = (1..t).map(after).sum();
            let expected = after(t) + (1.0 - phi * phi).sqrt() * rest;
            assert!((found(Motion::Persistent { phi }) - expected).abs() < 1e-12, "{t}");
            let expected = 0.8_f64.sqrt() * f64::from(t);
            assert!((found(Motion::DampedTrend { phi, share: 0.2 }) - expected).abs() < 1e-12);
        }
    }
}
