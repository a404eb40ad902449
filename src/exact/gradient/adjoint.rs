//! Adjoint of the first-passage recursion: one backward sweep gives the derivatives of the passage probability with
//! respect to the drift of every period and to the start.
//!
//! `v_t(x)` is the probability of a first passage after t and by the horizon, given the walk is at x below the barrier
//! at t. Let `V_t` be `v_t` below the barrier and 1 above it. Then `v_{t−1}(x) = ∫ φ((y − x − μ_t)/s)/s V_t(y) dy`.
//! Because the normal density is even, this is the forward step with the drift reversed. For any t,
//! `P = ∫∫ f_{t−1}(x) φ((y − x − μ_t)/s)/s V_t(y) dy dx`, so
//!
//! ```text
//! ∂P/∂μ_t = s⁻² ∫∫ f_{t−1}(x) (y − x − μ_t) φ((y − x − μ_t)/s)/s V_t(y) dy dx
//!         = s⁻² [∫ y g_t V_t dy − μ_t ∫ g_t V_t dy − ∫ x f_{t−1} v_{t−1} dx],
//! ```
//!
//! where `g_t` is the density at t on both sides of the barrier, before the paths that pass at t are removed.

use crate::exact::walk::kernel::Density;
use crate::exact::walk::passage::{Recursion, Scaled, Walk};

/// The derivatives of the probability of a first passage.
#[derive(Debug)]
pub(crate) struct Adjoint {
    /// `∂P/∂μ_t` for t = 1 to T.
    pub(crate) drifts: Vec<f64>,
    /// For each start point, ignoring its weight: P from there and its derivative with respect to the start.
    pub(crate) start: Vec<[f64; 2]>,
    /// P from the requested start positions.
    pub(crate) from: Vec<f64>,
}

impl Recursion {
    /// Differentiates the probability of passing by the horizon, for a walk that starts below the barrier. Also
    /// evaluates that probability from other start positions (`places`).
    pub(crate) fn adjoint(&mut self, walk: &Walk<'_>, places: &[f64]) -> Adjoint {
        if self.is_too_wide(&[*walk]) {
            return self.adjoint_by_start(walk, places);
        }
        let Scaled { unit, start, periods, is_clamped, .. } = self.scaled(walk);
        if is_clamped && !places.is_empty() {
            return self.adjoint_by_start(walk, places);
        }
        let mut drifts = vec![0.0; periods.len()];
        if start.is_empty() {
            return Adjoint { drifts, start: Vec::new(), from: vec![0.0; places.len()] };
        }
        let (whole, below) = self.forward(&start, &periods);
        let mut later = Density::default();
        for t in (1..periods.len()).rev() {
            let (drift, sd, _) = periods[t];
            let value = whole[t].passed_or(&later);
            let before = &below[t - 1];
            later = self.kernel.step(&value, -drift, sd, (before.first, before.last()));
            let [mass, moment] = self.kernel.moments(&whole[t], &value);
            let [_, from] = self.kernel.moments(before, &later);
            drifts[t] = (moment - drift * mass - from) / (sd * sd * unit);
        }
        let (drift, sd, _) = periods[0];
        let value = whole[0].passed_or(&later);
        let at = |(x, _): &(f64, f64)| {
            let [value, slope] = self.kernel.value_at(&value, *x, drift, sd);
            [value, slope / unit]
        };
        let points: Vec<[f64; 2]> = start.iter().map(at).collect();
        drifts[0] = start.iter().zip(&points).map(|((_, weight), [_, slope])| weight * slope).sum();
        let from = places.iter().map(|x| self.kernel.value_at(&value, x / unit, drift, sd)[0]).collect();
        Adjoint { drifts, start: points, from }
    }

    /// The same from each start point by itself.
    fn adjoint_by_start(&mut self, walk: &Walk<'_>, places: &[f64]) -> Adjoint {
        let mut whole = Adjoint { drifts: vec![0.0; walk.drifts.len()], start: Vec::new(), from: Vec::new() };
        for start in walk.start.chunks(1) {
            let part = self.adjoint(&Walk { start, ..*walk }, &[]);
            whole.drifts.iter_mut().zip(&part.drifts).for_each(|(sum, drift)| *sum += drift);
            whole.start.extend(part.start);
        }
        for place in places {
            let from = self.adjoint(&Walk { start: &[(*place, 1.0)], ..*walk }, &[]);
            whole.from.push(from.start[0][0]);
        }
        whole
    }

    /// For each period, the density on both sides before the paths that pass are removed, and the density that remains
    /// below.
    fn forward(&mut self, start: &[(f64, f64)], periods: &[(f64, f64, (i64, i64))]) -> (Vec<Density>, Vec<Density>) {
        let (mut whole, mut below): (Vec<Density>, Vec<Density>) = (Vec::new(), Vec::new());
        for &(drift, sd, range) in periods {
            let next = match below.last() {
                None => self.kernel.start(start, drift, sd, range),
                Some(before) => self.kernel.step(before, drift, sd, range),
            };
            below.push(next.clone().split().0);
            whole.push(next);
        }
        (whole, below)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::Level;

    fn by_horizon(walk: &Walk<'_>) -> f64 {
        let mut first = vec![0.0; walk.drifts.len()];
        Recursion::new(1e-13, Level::of_this_process()).first_passage(walk, &mut first);
        first.iter().sum()
    }

    /// Central differences, extrapolated (Richardson 1911).
    fn slope(f: impl Fn(f64) -> f64, h: f64) -> f64 {
        let central = |h: f64| (f(h) - f(-h)) / (2.0 * h);
        (4.0 * central(0.5 * h) - central(h)) / 3.0
    }

    #[test]
    fn one_backward_sweep_gives_every_derivative() {
        let drifts: Vec<f64> = (0..9).map(|t| [0.02, -0.07, 0.3, 0.0][t % 4]).collect();
        let sds: Vec<f64> = (0..9).map(|t| [0.1, 0.16, 0.12][t % 3]).collect();
        let start = [(-0.5, 0.6), (-0.2, 0.3)];
        let walk = Walk { start: &start, drifts: &drifts, sds: &sds };
        let adjoint = Recursion::new(1e-13, Level::of_this_process()).adjoint(&walk, &[-0.2]);
        let value: f64 = start.iter().zip(&adjoint.start).map(|((_, weight), [value, _])| weight * value).sum();
        assert!((value - by_horizon(&walk)).abs() < 1e-13, "the value is that of the recursion");
        assert!((adjoint.from[0] - adjoint.start[1][0]).abs() < 1e-15, "from a place of the start");
        for t in 0..9 {
            let moved = |h: f64| {
                let mut drifts = drifts.clone();
                drifts[t] += h;
                by_horizon(&Walk { drifts: &drifts, ..walk })
            };
            let (found, expected) = (adjoint.drifts[t], slope(moved, 2e-3));
            assert!((found - expected).abs() < 1e-9, "drift of {t}: {found} against {expected}");
        }
        for place in 0..2 {
            let moved = |h: f64| {
                let mut start = start;
                start[place].0 += h;
                by_horizon(&Walk { start: &start, ..walk })
            };
            let (found, expected) = (start[place].1 * adjoint.start[place][1], slope(moved, 2e-3));
            assert!((found - expected).abs() < 1e-9, "start {place}: {found} against {expected}");
        }
    }
}
