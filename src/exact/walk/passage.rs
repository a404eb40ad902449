//! First passage of a discretely monitored Gaussian random walk: when it is first above 0, or for several dates in a row, and
//! how often it changes sides.
//!
//! `f_t` is the density at t of the paths that have not passed. Above the barrier it is 0, and below it
//! `f_t(y) = ∫ f_{t−1}(x) φ((y − x − μ_t)/s_t)/s_t dx`. The mass of that integral above the barrier is the probability
//! of passing at t. All terms are positive, so small probabilities keep their relative precision.

use std::collections::HashMap;

use super::kernel::{Density, Kernel, Resolution};
use super::panels::{Bridges, Panel};
use crate::cpu::Level;
use crate::math::gauss::as_f64;

/// A walk: its start, and the drift and standard deviation of each period.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Walk<'a> {
    /// Points with weights (which need not sum to 1), all on one side of the barrier.
    pub(crate) start: &'a [(f64, f64)],
    pub(crate) drifts: &'a [f64],
    /// Positive.
    pub(crate) sds: &'a [f64],
}

/// Outer panels with less mass than this fraction of the least probability of a lead-change count are taken to have no further changes.
const NEGLIGIBLE_FRACTION: f64 = 1e-3;

/// Maximum number of panels between the start points of a walk, for each point. If the shocks are so small that more would be needed,
/// each start point is followed separately and needs only a few panels around its mean.
const MAX_PANELS: f64 = 16.0;

/// A mean further from the barrier than this many standard deviations of the last date counts as certain to be on its side.
const CERTAIN: f64 = 100.0;

/// A walk in the units of the kernel, with the relevant panels of each period.
pub(crate) struct Scaled {
    /// The unit of length: the smallest sd.
    pub(crate) unit: f64,
    pub(crate) start: Vec<(f64, f64)>,
    /// For each period: drift, sd, and the range of relevant panels.
    pub(crate) periods: Vec<(f64, f64, (i64, i64))>,
    /// For each period, the range of panels that can still reach the barrier in a later period.
    pub(crate) open: Vec<(i64, i64)>,
    /// Whether means were clamped: drifts then hold for these start points only.
    pub(crate) is_clamped: bool,
}

/// The recursion at one resolution, for any number of walks.
#[derive(Debug)]
pub(crate) struct Recursion {
    pub(crate) kernel: Kernel,
    pub(crate) bridges: Bridges,
    /// Kernels and bridges of other panel widths, keyed by the bits of the width.
    pub(crate) other_widths: HashMap<u64, (Kernel, Bridges)>,
    /// Panel width required by the tolerance.
    pub(crate) widest: f64,
    /// Paths of a lead-change count less likely than this are taken to have no further changes.
    least: f64,
}

impl Recursion {
    pub(crate) fn new(tolerance: f64, level: Level) -> Self {
        let resolution = Resolution::of(tolerance);
        Self {
            widest: resolution.width,
            kernel: Kernel::new(resolution, level),
            bridges: Bridges::default(),
            other_widths: HashMap::new(),
            least: 0.1 * tolerance,
        }
    }

    pub(crate) fn scaled(&self, walk: &Walk<'_>) -> Scaled {
        let unit = walk.sds.iter().copied().fold(f64::INFINITY, f64::min);
        let sds: Vec<f64> = walk.sds.iter().map(|sd| sd / unit).collect();
        let mut start: Vec<(f64, f64)> = walk.start.iter().map(|(x, weight)| (x / unit, *weight)).collect();
        let mut drifts: Vec<f64> = walk.drifts.iter().map(|drift| drift / unit).collect();
        let variance: f64 = sds.iter().map(|sd| sd * sd).sum();
        let is_clamped = clamp_means(&mut start, &mut drifts, CERTAIN * variance.sqrt());
        let (low, high) = ends(&start);
        let (mut mean, mut variance) = (0.0, 0.0);
        let period = |(drift, sd): (f64, f64)| {
            mean += drift;
            variance += sd * sd;
            let reach = self.kernel.resolution.reach * f64::sqrt(variance);
            (drift, sd, (self.kernel.panel_of(low + mean - reach), self.kernel.panel_of(high + mean + reach)))
        };
        let periods: Vec<_> = drifts.into_iter().zip(sds).map(period).collect();
        let open = self.open(&periods);
        Scaled { unit, start, periods, open, is_clamped }
    }

    /// A walk that starts below the barrier and the same walk above it; or, if their start points together need too many
    /// panels, such a pair for each point. Probabilities add up over the pairs.
    pub(crate) fn parts<'w>(&self, [below, above]: [Walk<'w>; 2]) -> Vec<[Walk<'w>; 2]> {
        if !self.is_too_wide(&[below, above]) {
            return vec![[below, above]];
        }
        let starts_below = below.start.chunks(1).map(|start| [start, &[]]);
        let starts = starts_below.chain(above.start.chunks(1).map(|start| [&[], start]));
        starts.map(|starts| starts.map(|start| Walk { start, ..below })).collect()
    }

    /// Whether the start points of walks, together, need too many panels.
    pub(crate) fn is_too_wide(&self, walks: &[Walk<'_>]) -> bool {
        let unit = walks[0].sds.iter().copied().fold(f64::INFINITY, f64::min);
        let count = walks.iter().map(|walk| walk.start.len()).sum();
        let (low, high) = ends(walks.iter().flat_map(|walk| walk.start));
        count > 1 && (high - low) / unit > MAX_PANELS * as_f64(count) * self.kernel.resolution.width
    }

    /// For each period, the range of panels that can still reach the barrier: bounded by the extreme cumulative drifts
    /// of the later periods and by the reach of their shocks. Panels outside it are dropped.
    fn open(&self, periods: &[(f64, f64, (i64, i64))]) -> Vec<(i64, i64)> {
        let (mut low, mut high, mut variance) = (0.0_f64, 0.0_f64, 0.0_f64);
        let period = |(drift, sd, _): &(f64, f64, (i64, i64))| {
            let reach = self.kernel.resolution.reach * variance.sqrt();
            let open = (self.kernel.panel_of(low - reach), self.kernel.panel_of(high + reach));
            (low, high) = ((low - drift).min(0.0), (high - drift).max(0.0));
            variance += sd * sd;
            open
        };
        let mut open: Vec<_> = periods.iter().rev().map(period).collect();
        open.reverse();
        open
    }

    /// Adds to `first[t − 1]` the probability that a walk that starts below is first above 0 at t.
    pub(crate) fn first_passage(&mut self, walk: &Walk<'_>, first: &mut [f64]) {
        let Scaled { start, mut periods, open, .. } = self.scaled(walk);
        if start.is_empty() {
            return;
        }
        periods.iter_mut().zip(&open).for_each(|((_, _, range), open)| range.0 = range.0.max(open.0));
        let mut below = Density::default();
        for (t, &(drift, sd, range)) in periods.iter().enumerate() {
            let next = match t {
                0 => self.kernel.start(&start, drift, sd, range),
                _ => self.kernel.step(&below, drift, sd, range),
            };
            self.kernel.recycle(std::mem::replace(&mut below, next));
            first[t] += self.kernel.take_above(&mut below);
        }
        self.kernel.recycle(below);
    }

    /// Adds to `first[t]` the probability that the first run of at least `sustained` consecutive dates above 0 begins at
    /// t, where the start is date 0. `below` and `above` are the parts of the start on each side; `sustained` is at least 2.
    pub(crate) fn first_lead(&mut self, below: &Walk<'_>, above: &Walk<'_>, sustained: usize, first: &mut [f64]) {
        let both = [below.start, above.start].concat();
        let Scaled { start, mut periods, open, .. } = self.scaled(&Walk { start: &both, ..*below });
        if start.is_empty() {
            return;
        }
        periods.iter_mut().zip(&open).for_each(|((_, _, range), open)| range.0 = range.0.max(open.0));
        let (start_below, start_above) = start.split_at(below.start.len());
        let (drift, sd, range) = periods[0];
        let (mut under, begun) = self.kernel.start(start_below, drift, sd, range).split();
        let (fallen, lasting) = self.kernel.start(start_above, drift, sd, range).split();
        under.add(&fallen);
        // `runs[n]` is the density of the walks that have been above 0 for n + 1 dates.
        let mut runs: Vec<Density> = vec![begun, lasting];
        self.take_sustained(&mut runs, sustained, 1, first);
        for (t, &(drift, sd, range)) in (2..).zip(&periods[1..]) {
            let up = (range.0.max(0), range.1);
            let longer: Vec<Density> = runs.iter().map(|run| self.kernel.step(run, drift, sd, up)).collect();
            let begun = self.kernel.step(&under, drift, sd, up);
            runs.iter().for_each(|run| under.add(run));
            under = self.kernel.step(&under, drift, sd, (range.0, range.1.min(-1)));
            runs = std::iter::once(begun).chain(longer).collect();
            self.take_sustained(&mut runs, sustained, t, first);
        }
    }

    /// Removes the mass whose run above 0 reaches `sustained` dates at t, and adds it to `first` at the date on which the
    /// run began.
    fn take_sustained(&self, runs: &mut Vec<Density>, sustained: usize, t: usize, first: &mut [f64]) {
        if runs.len() == sustained {
            let lasted = runs.pop().expect("as many as dates in a lead");
            first[t + 1 - sustained] += self.kernel.mass(&lasted);
        }
    }

    /// Adds to `counts[c]` the probability that a walk changes sides c times by T; `above` is the side of its start.
    ///
    /// The current side follows from the parity of c, so one density per count suffices.
    pub(crate) fn lead_changes(&mut self, walk: &Walk<'_>, above: bool, counts: &mut [f64]) {
        let Scaled { start, periods, open, .. } = self.scaled(walk);
        if start.is_empty() {
            return;
        }
        let (drift, sd, range) = periods[0];
        let (below, over) = self.kernel.start(&start, drift, sd, range).split();
        let mut by_count = if above { vec![over, below] } else { vec![below, over] };
        for (t, &(drift, sd, range)) in periods.iter().enumerate().skip(1) {
            let mut next = Vec::new();
            for (count, total) in counts.iter_mut().enumerate().take(by_count.len() + 1) {
                let before = count.checked_sub(1).and_then(|count| by_count.get(count));
                let from = self.kernel.sum(by_count.get(count), before);
                let is_above = above ^ (count % 2 == 1);
                let side = if is_above { (range.0.max(0), range.1) } else { (range.0, range.1.min(-1)) };
                let mut density = self.kernel.step(&from, drift, sd, side);
                self.kernel.recycle(from);
                *total += self.drop_outer_panels(&mut density, open[t]);
                next.push(density);
            }
            let last = next.last().map_or(0.0, |last| self.kernel.mass(last));
            if last < self.least {
                next.pop();
                counts[next.len()] += last;
            }
            std::mem::replace(&mut by_count, next).into_iter().for_each(|density| self.kernel.recycle(density));
        }
        for (count, density) in counts.iter_mut().zip(&by_count) {
            *count += self.kernel.mass(density);
        }
    }

    /// Removes the outer panels that can no longer reach the barrier or whose mass is negligible, and returns that
    /// mass.
    fn drop_outer_panels(&self, density: &mut Density, open: (i64, i64)) -> f64 {
        let (first, kernel) = (density.first, &self.kernel);
        let mut dropped = 0.0;
        let mut is_dropped = |(panel, f): (i64, &Panel)| {
            let mass = kernel.mass_of(f);
            let is_dropped = panel < open.0 || panel > open.1 || mass < NEGLIGIBLE_FRACTION * self.least;
            dropped += if is_dropped { mass } else { 0.0 };
            is_dropped
        };
        let low = (first..).zip(&density.panels).take_while(|panel| is_dropped(*panel)).count();
        let left = density.panels[low..].iter().rev();
        let high = (i64::MIN..=density.last()).rev().zip(left).take_while(|panel| is_dropped(*panel)).count();
        density.panels.truncate(density.panels.len() - high);
        density.panels.drain(..low);
        density.first += i64::try_from(low).expect("a number of panels");
        dropped
    }
}

/// The lowest and the highest start point.
fn ends<'s>(start: impl IntoIterator<Item = &'s (f64, f64)>) -> (f64, f64) {
    start.into_iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), (x, _)| (low.min(*x), high.max(*x)))
}

/// Clamps means to the distance from the barrier at which their side is certain, since nodes far out have few digits. Returns whether
/// there were any.
fn clamp_means(start: &mut [(f64, f64)], drifts: &mut [f64], certain: f64) -> bool {
    let Some(&(first, _)) = start.first() else { return false };
    let (low, high) = ends(&*start);
    let most = certain + (high - low);
    let mut path = vec![first];
    drifts.iter().for_each(|drift| path.push(path[path.len() - 1] + drift));
    // Not so where a standard deviation is infinite and `most` is not a number.
    if !path.iter().any(|x| x.abs() > most) {
        return false;
    }
    path.iter_mut().for_each(|x| *x = x.clamp(-most, most));
    start.iter_mut().for_each(|(x, _)| *x = *x - first + path[0]);
    drifts.iter_mut().zip(path.windows(2)).for_each(|(drift, pair)| *drift = pair[1] - pair[0]);
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::start::Start;
    use crate::math;

    fn by(walk: &Walk<'_>, tolerance: f64) -> Vec<f64> {
        let mut by = vec![0.0; walk.drifts.len()];
        Recursion::new(tolerance, Level::of_this_process()).first_passage(walk, &mut by);
        (1..by.len()).for_each(|t| by[t] += by[t - 1]);
        by
    }

    /// Probabilities by 0 to T.
    fn by_sustained(walk: &Walk<'_>, above: &[(f64, f64)], tolerance: f64, sustained: usize) -> Vec<f64> {
        let mut by = vec![0.0; walk.drifts.len() + 1];
        let above = Walk { start: above, ..*walk };
        Recursion::new(tolerance, Level::of_this_process()).first_lead(walk, &above, sustained, &mut by);
        (1..by.len()).for_each(|t| by[t] += by[t - 1]);
        by
    }

    /// Without drift, P(not above 0 by n) = C(2n, n)/4ⁿ for any symmetric continuous distribution (Sparre Andersen
    /// 1953).
    #[test]
    fn a_symmetric_walk_obeys_sparre_andersen() {
        let (drifts, sds) = ([0.0; 40], [0.13; 40]);
        for tolerance in [1e-5, 1e-7, 1e-9, 1e-11] {
            let by = by(&Walk { start: &[(0.0, 1.0)], drifts: &drifts, sds: &sds }, tolerance);
            let mut stays = 1.0;
            for (n, by) in (1..).zip(by) {
                stays *= as_f64(2 * n - 1) / as_f64(2 * n);
                assert!((by - (1.0 - stays)).abs() < tolerance, "{n}: {by} at {tolerance:e}");
            }
        }
    }

    /// A drift shifts blocks by whole panels and tilts the remainder, so walks on different panels must agree.
    #[test]
    fn any_drift_and_any_sd_by_period() {
        let drifts: Vec<f64> = (0..12).map(|t| 0.3 * as_f64((t + 3) % 5) - 0.55).collect();
        let sds: Vec<f64> = (0..12).map(|t| 0.1 + 0.03 * as_f64(t % 4)).collect();
        let walk = Walk { start: &[(-0.4, 0.7), (-0.1, 0.3)], drifts: &drifts, sds: &sds };
        let [coarse, fine] = [1e-8, 1e-12].map(|tolerance| by_sustained(&walk, &[], tolerance, 2)[1..].to_vec());
        assert!(fine[11] > 0.1 && fine[11] < 0.99, "a nontrivial case: {fine:?}");
        assert!(coarse.iter().zip(&fine).all(|(a, b)| (a - b).abs() < 1e-8), "{coarse:?} {fine:?}");
        // P(above 0 at t = 1 and 2), by a midpoint sum in one dimension.
        let (n, s) = (400_000, sds[0]);
        let both: f64 = (0..n)
            .map(|k| {
                let x = 12.0 * s * (as_f64(k) + 0.5) / as_f64(n);
                let density: f64 = walk
                    .start
                    .iter()
                    .map(|(d, weight)| {
                        let z = (x - d - drifts[0]) / s;
                        weight * math::exp(-0.5 * z * z)
                    })
                    .sum();
                density * math::norm_cdf((x + drifts[1]) / sds[1])
            })
            .sum::<f64>()
            * 12.0
            / as_f64(n)
            * 0.398_942_280_401_432_7;
        assert!((fine[0] - both).abs() < 1e-10, "{} {both}", fine[0]);
    }

    /// A path that is ahead at date 1, behind at 2, ahead at 3 and 4.
    #[test]
    fn shocks_next_to_none_leave_a_certain_path() {
        let drifts = [0.3, -0.5, 0.4, 0.2];
        for sd in [1e-12, 1e-14, 1e-17, 1e-100, 1e-270] {
            let walk = Walk { start: &[(-0.1, 0.25), (-0.1 - 3.0 * sd, 0.75)], drifts: &drifts, sds: &[sd; 4] };
            let mut changes = vec![0.0; 5];
            Recursion::new(1e-11, Level::of_this_process()).lead_changes(&walk, false, &mut changes);
            let found = [by(&walk, 1e-11), by_sustained(&walk, &[], 1e-11, 2), changes].concat();
            let expected = [1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0];
            let is_close = found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-10);
            assert!(is_close && found.len() == expected.len(), "{sd:e}: {found:?}");
        }
    }

    #[test]
    fn lead_changes_sum_to_one_from_either_side() {
        let (drifts, sds) = ([0.01; 20], [0.1; 20]);
        for (start, above) in [([(-0.1, 1.0)], false), ([(0.1, 1.0)], true)] {
            let mut counts = vec![0.0; 21];
            let walk = Walk { start: &start, drifts: &drifts, sds: &sds };
            Recursion::new(1e-9, Level::of_this_process()).lead_changes(&walk, above, &mut counts);
            assert!((counts.iter().sum::<f64>() - 1.0).abs() < 1e-8);
            let even: f64 = counts.iter().step_by(2).sum();
            let mut ahead = [0.0; 20];
            Start::point(start[0].0).ahead_by_date(&drifts, &sds, &mut ahead);
            let stays = if above { ahead[19] } else { 1.0 - ahead[19] };
            assert!((even - stays).abs() < 1e-8, "an even number of changes leaves the side");
        }
    }
}
