//! Growth that fades to 0 ever more slowly: the harmonic decline of Arps (1945), applied to a growth rate.

use super::value::{Times, Value, at_times, each, is_ordinary, named};
use crate::cpu::{self, Level};
use crate::math;

/// Beyond these half-lives the result does not change by an ulp of revenue, and `τ/h` neither overflows nor loses bits.
const HALF_LIVES: (f64, f64) = (1e-300, 1e300);

struct Hyperbolic {
    /// `γ₀ h`.
    growth: Vec<f64>,
    /// `1/h`.
    inverse: Vec<f64>,
}

impl Hyperbolic {
    fn new(from: Value<'_>, half_life: Value<'_>, count: usize) -> Self {
        let (mut growth, mut inverse) = (from.log_rate(count), half_life.column(count));
        for (growth, inverse) in growth.iter_mut().zip(&mut inverse) {
            let half_life = inverse.clamp(HALF_LIVES.0, HALF_LIVES.1);
            *growth *= half_life;
            *inverse = 1.0 / half_life;
        }
        Self { growth, inverse }
    }

    fn put(&self, out: &mut [f64], tau: f64) {
        if !is_ordinary(tau) {
            return self.put_with(
                out,
                #[inline(always)]
                |inverse| math::ln_1p(tau * inverse),
            );
        }
        cpu::run(
            Level::of_this_process(),
            #[inline(always)]
            || {
                self.put_with(
                    out,
                    #[inline(always)]
                    |inverse| math::ln_1p_ratio(tau * inverse, 1.0),
                );
            },
        );
    }

    /// Not finite where τ ≤ −h: the law is undefined that long before the base.
    #[inline(always)]
    fn put_with(&self, out: &mut [f64], log: impl Fn(f64) -> f64) {
        for ((out, growth), inverse) in out.iter_mut().zip(&self.growth).zip(&self.inverse) {
            *out = growth * log(*inverse);
        }
    }
}

pub(super) fn fill(values: &[Value<'_>], times: Times<'_>, count: usize, emit: &mut dyn FnMut(usize, &[f64])) {
    let [from, half_life] = named(values);
    let law = Hyperbolic::new(from, half_life, count);
    each(times.taus, count, emit, |tau, out| law.put(out, tau));
}

/// `Γ` of one path at several times, with its derivatives if they are wanted.
pub(super) fn with_slopes([from, half_life]: [f64; 2], taus: &[f64], out: &mut [f64], slopes: Option<&mut [f64]>) {
    let (rate, half_life) = (math::ln_1p(from), half_life.clamp(HALF_LIVES.0, HALF_LIVES.1));
    at_times(
        taus,
        out,
        slopes,
        #[inline(always)]
        |tau| {
            let ratio = tau / half_life;
            let log = math::ln_1p(ratio);
            (rate * half_life * log, [half_life * log / (1.0 + from), rate * (log - ratio / (1.0 + ratio))])
        },
    );
}
