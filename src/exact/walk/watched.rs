//! First passage under continuous monitoring. Between two dates the walk is a Brownian bridge, whose ends are known to
//! the recursion.
//!
//! Given both ends x and y below 0, it stays below with probability b(x, y) = 1 − e^(−2xy/s²), whatever its drift
//! (`math::bridge_below`). So `f_t(y) = ∫ f_{t−1}(x) φ((y − x − μ_t)/s_t)/s_t b(x, y) dx`. The probability of passing
//! during the period from x is the inverse Gaussian distribution function. All terms are positive here too.

use super::kernel::{Density, Kernel};
use super::panels::{Bridges, KernelBlock, NODES};
use super::passage::{Recursion, Scaled, Walk};
use crate::exact::closed;
use crate::math::{bridge_below, bridge_below_slice};

/// −ln of a crossing probability that is negligible in double precision: e^−40 = 4e-18.
const NEGLIGIBLE: f64 = 40.0;

/// Adds the blocks that a step from one range of panels to another needs.
fn prepare(bridges: &mut Bridges, kernel: &Kernel, ratio: f64, from: (i64, i64), to: (i64, i64)) {
    let width = kernel.resolution.width;
    bridges.set(ratio, width);
    let variance = ratio * ratio;
    // The distance of panel p < 0 from the barrier is at least −1 − p panels.
    let relevant = NEGLIGIBLE * variance / (2.0 * width * width);
    for x in from.0..=from.1 {
        for y in to.0..=to.1.min(-1) {
            if distance(x) * distance(y) < relevant {
                bridges.blocks.entry((x, y)).or_insert_with(|| block(kernel, variance, x, y));
            }
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "panels stay below 2^53")]
fn distance(panel: i64) -> f64 {
    (-1 - panel) as f64
}

fn block(kernel: &Kernel, variance: f64, x: i64, y: i64) -> KernelBlock {
    let to = kernel.nodes_of(y);
    kernel.nodes_of(x).map(|x| {
        let mut staying = [0.0; NODES];
        bridge_below_slice(&[x; NODES], &to, &[variance; NODES], &mut staying);
        staying
    })
}

/// Probability of rising above 0 within a period, from x at most 0 (or a tie above it).
fn passes(x: f64, drift: f64, sd: f64) -> f64 {
    closed::by((-x).max(0.0), drift, 0.0, sd, 1.0)
}

impl Recursion {
    /// Adds to `first[t − 1]` the probability that a walk that starts below first rises above 0 after t − 1 and by t.
    pub(crate) fn passage_at_any_time(&mut self, walk: &Walk<'_>, first: &mut [f64]) {
        self.narrow_panels(walk);
        let Scaled { start, periods, open, .. } = self.scaled(walk);
        if start.is_empty() {
            return;
        }
        let mut below = Density::default();
        for (t, &(drift, sd, range)) in periods.iter().enumerate() {
            let range = (range.0.max(open[t].0), range.1.min(-1));
            if t == 0 {
                first[0] += start.iter().map(|(x, weight)| weight * passes(*x, drift, sd)).sum::<f64>();
                below = start_below(&mut self.kernel, &start, drift, sd, range);
            } else {
                first[t] += passing(&self.kernel, &below, drift, sd);
                prepare(&mut self.bridges, &self.kernel, sd, (below.first, below.last()), range);
                below = self.kernel.product(&below, drift, sd, range, Some(&self.bridges));
            }
        }
    }
}

/// Up to this drift, in sds per period, the panels need not be narrowed.
const MODERATE_DRIFT: f64 = 3.0;
/// Maximum number of times that the panel width is halved; further halving costs more than it gains.
const MAX_HALVINGS: u32 = 3;

impl Recursion {
    /// Narrows the panels where a drift is many sds. Such a drift takes most walks of a panel over the barrier, and the
    /// remaining ones form a boundary layer e^(2μy/s²) below it.
    fn narrow_panels(&mut self, walk: &Walk<'_>) {
        let steepest = walk.drifts.iter().zip(walk.sds).map(|(drift, sd)| drift / sd).fold(0.0, f64::max);
        let cuts = (0..MAX_HALVINGS).filter(|cut| steepest > MODERATE_DRIFT * f64::from(1 << cut)).count();
        let width = self.widest / f64::from(1_u32 << cuts);
        if width.to_bits() != self.kernel.resolution.width.to_bits() {
            // Blocks of other widths are kept for walks with other volatilities.
            let next = self.other_widths.remove(&width.to_bits()).unwrap_or_else(|| {
                let mut kernel = self.kernel.clone();
                kernel.set_width(width);
                (kernel, Bridges::default())
            });
            let kernel = std::mem::replace(&mut self.kernel, next.0);
            let bridges = std::mem::replace(&mut self.bridges, next.1);
            self.other_widths.insert(kernel.resolution.width.to_bits(), (kernel, bridges));
        }
    }
}

/// Density after the first period of the walks that stayed below, from weighted start points.
fn start_below(kernel: &mut Kernel, start: &[(f64, f64)], drift: f64, sd: f64, range: (i64, i64)) -> Density {
    let mut sum = Density::default();
    for point in start {
        let mut density = kernel.start(&[*point], drift, sd, range);
        for (panel, f) in (range.0..).zip(&mut density.panels) {
            for (f, y) in f.iter_mut().zip(kernel.nodes_of(panel)) {
                *f *= bridge_below(point.0, y, sd * sd);
            }
        }
        sum.add(&density);
        kernel.recycle(density);
    }
    sum
}

/// Probability mass of a density below 0 that rises above it within a period.
fn passing(kernel: &Kernel, below: &Density, drift: f64, sd: f64) -> f64 {
    let reach = kernel.resolution.reach * sd + drift.max(0.0);
    let panel = |(panel, f): (i64, &[f64; NODES])| {
        let nodes = kernel.nodes_of(panel);
        if nodes[NODES - 1] < -reach {
            return 0.0;
        }
        let nodes = nodes.iter().zip(f).zip(&kernel.weights);
        nodes.map(|((x, f), weight)| f * weight * passes(*x, drift, sd)).sum::<f64>()
    };
    (below.first..).zip(&below.panels).map(panel).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::Level;
    use crate::exact::first_passage_by;
    use crate::math::gauss::as_f64;

    fn by(start: &[(f64, f64)], drifts: &[f64], sds: &[f64], tolerance: f64) -> Vec<f64> {
        let mut by = vec![0.0; drifts.len()];
        let walk = Walk { start, drifts, sds };
        Recursion::new(tolerance, Level::of_this_process()).passage_at_any_time(&walk, &mut by);
        (1..by.len()).for_each(|t| by[t] += by[t - 1]);
        by
    }

    /// The inverse Gaussian distribution at every date, including drifts of many sds per period in both directions.
    #[test]
    fn a_constant_drift_is_the_closed_form() {
        const TOLERANCE: f64 = 1e-10;
        for (gap, drift, sd) in [
            (0.36, 0.0125, 0.1),
            (0.36, -0.01, 0.1),
            (1e-4, 0.0, 0.2),
            (0.5, 0.06, 0.01),
            (0.1, 0.25, 0.02),
            (2.0, 0.9, 0.3),
        ] {
            let found = by(&[(-gap, 1.0)], &[drift; 40], &[sd; 40], TOLERANCE);
            for (t, found) in (1..).zip(found) {
                let closed = first_passage_by(gap, drift, sd, as_f64(t)).expect("valid");
                assert!((found - closed).abs() < TOLERANCE, "{gap} {drift} {sd} at {t}: {found:e}, not {closed:e}");
            }
        }
    }

    /// A period equals two half periods with half the drift and half the variance: only the dates in between differ.
    #[test]
    fn intermediate_dates_change_nothing() {
        let start = [(-0.4, 0.7), (-0.1, 0.3)];
        let drifts: Vec<f64> = (0..12).map(|t| 0.05 * as_f64(t % 5) - 0.12).collect();
        let sds: Vec<f64> = (0..12).map(|t| 0.1 + 0.03 * as_f64(t % 4)).collect();
        let halves = |whole: &[f64], part: f64| whole.iter().flat_map(|x| [part * x; 2]).collect::<Vec<f64>>();
        let whole = by(&start, &drifts, &sds, 1e-10);
        let halved = by(&start, &halves(&drifts, 0.5), &halves(&sds, 0.5_f64.sqrt()), 1e-10);
        assert!(whole[0] > 0.01 && whole[11] < 0.9, "a nontrivial case: {whole:?}");
        for (t, found) in whole.iter().enumerate() {
            assert!((found - halved[2 * t + 1]).abs() < 1e-9, "{t}: {found} {}", halved[2 * t + 1]);
        }
    }

    #[test]
    fn a_tie_is_passed_at_once_and_rare_passages_keep_digits() {
        let tied = by(&[(0.0, 1.0)], &[-0.3; 2], &[0.2; 2], 1e-8);
        assert!((tied[0] - 1.0).abs() < 1e-15, "{tied:?}");
        let rare = by(&[(-0.7, 1.0)], &[-0.01; 8], &[0.05; 8], 1e-12);
        let closed = first_passage_by(0.7, -0.01, 0.05, 8.0).expect("valid");
        assert!(closed < 1e-7 && (rare[7] / closed - 1.0).abs() < 1e-6, "{} {closed}", rare[7]);
    }
}
