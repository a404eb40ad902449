//! One period of a Gaussian random walk as the product of a matrix with a density sampled on panels of Gauss nodes.
//!
//! Distances are in units of one standard deviation. The line is divided into panels of equal width, with the barrier 0
//! at a panel boundary. A density is stored at the sixteen Gauss–Legendre nodes of every panel that matters. The matrix
//! therefore has equal blocks along its diagonals, which are shared by all periods and all draws. A drift δ = k·width +
//! r moves the blocks by k panels, and the remainder factorizes:
//!
//! φ((z − r)/ρ) = φ(z/ρ) e^{rz/ρ²} e^{−r²/2ρ²},   z = yᵢ − xⱼ + d·width.
//!
//! Since |r| is at most half a panel, no factor overflows for any drift.

use super::panels::{Bridges, KernelBlock, NODES, Panel};
use crate::cpu::{self, Level};
use crate::math;
use crate::math::gauss;

/// Panel width and truncation of the tails.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Resolution {
    /// Width of a panel.
    pub(crate) width: f64,
    /// Standard deviations kept on each side.
    pub(crate) reach: f64,
}

impl Resolution {
    /// Resolution required for an error of `tolerance`. Sixteen nodes integrate e^{−x²}, the sharpest product of
    /// density and kernel, with a relative error of 4.1e−33·width³³ (the remainder of Gauss–Legendre quadrature). The
    /// measured error of a walk's probabilities is a thousandth of that, at tolerances of 1e-6 to 1e-10.
    pub(crate) fn of(tolerance: f64) -> Self {
        let width = math::exp((math::ln(tolerance) + 81.5) / 33.0).min(7.5);
        Self { width, reach: -math::norm_quantile(0.01 * tolerance) }
    }
}

/// A density on panels `first..first + len` of the line; panel p covers p·width to (p + 1)·width.
#[derive(Debug, Clone, Default)]
pub(crate) struct Density {
    pub(crate) first: i64,
    pub(crate) panels: Vec<Panel>,
}

impl Density {
    pub(crate) fn last(&self) -> i64 {
        self.first + signed(self.panels.len()) - 1
    }

    /// On the same panels, `below` under the barrier and 1 above it.
    pub(crate) fn passed_or(&self, below: &Self) -> Self {
        let at = |panel: i64| if panel >= 0 { [1.0; NODES] } else { below.panel(panel) };
        Self { first: self.first, panels: (self.first..=self.last()).map(at).collect() }
    }

    /// The values of a panel; 0 where it is not stored.
    fn panel(&self, panel: i64) -> Panel {
        let place = usize::try_from(panel - self.first).ok();
        place.and_then(|place| self.panels.get(place)).copied().unwrap_or([0.0; NODES])
    }

    /// Splits at the barrier into the parts below and above 0.
    pub(crate) fn split(mut self) -> (Self, Self) {
        let below = count(-self.first).min(self.panels.len());
        let above = self.panels.split_off(below);
        (Self { first: self.first, panels: self.panels }, Self { first: self.first.max(0), panels: above })
    }

    /// Adds another density.
    pub(crate) fn add(&mut self, other: &Self) {
        if other.panels.is_empty() {
            return;
        }
        if self.panels.is_empty() {
            self.first = other.first;
            self.panels.extend_from_slice(&other.panels);
            return;
        }
        let missing = |panels: i64| std::iter::repeat_n([0.0; NODES], count(panels));
        self.panels.splice(0..0, missing(self.first - other.first));
        self.first = self.first.min(other.first);
        self.panels.extend(missing(other.last() - self.last()));
        let offset = count(other.first - self.first);
        for (sum, panel) in self.panels[offset..].iter_mut().zip(&other.panels) {
            sum.iter_mut().zip(panel).for_each(|(sum, f)| *sum += f);
        }
    }
}

/// The panel grid, with the blocks of the most recent sd ratio.
#[derive(Debug, Clone)]
pub(crate) struct Kernel {
    pub(crate) resolution: Resolution,
    level: Level,
    nodes: Panel,
    pub(crate) weights: Panel,
    /// sd of the period divided by the unit of length.
    ratio: f64,
    /// Blocks from −`most` to `most` panels: `[d + most][j][i]` = φ((yᵢ − xⱼ + d·width)/ρ)/ρ.
    blocks: Vec<KernelBlock>,
    shift: Shift,
    scaled: Vec<Panel>,
    /// Storage of discarded densities, for reuse.
    spare: Vec<Vec<Panel>>,
}

/// Effect of a drift on the blocks: a shift by whole panels, and factors for the remainder.
#[derive(Debug, Clone, Default)]
struct Shift {
    drift: f64,
    ratio: f64,
    moved: i64,
    /// Range of blocks with non-negligible entries.
    least: i64,
    most: i64,
    /// Factors of the source nodes, including their weights; of the blocks from `least` on; of the target nodes.
    source: Panel,
    blocks: Vec<f64>,
    target: Panel,
}

impl Kernel {
    pub(crate) fn new(resolution: Resolution, level: Level) -> Self {
        let (nodes, weights) = ([0.0; NODES], [0.0; NODES]);
        let (blocks, shift, scaled, spare) = (Vec::new(), Shift::default(), Vec::new(), Vec::new());
        let mut kernel = Self { resolution, level, nodes, weights, ratio: 0.0, blocks, shift, scaled, spare };
        kernel.set_width(resolution.width);
        kernel
    }

    /// Changes the panel width and rebuilds the nodes for it.
    pub(crate) fn set_width(&mut self, width: f64) {
        self.resolution.width = width;
        self.ratio = 0.0;
        self.shift = Shift::default();
        for (place, (x, weight)) in gauss::legendre(NODES).into_iter().enumerate() {
            self.nodes[place] = x * width;
            self.weights[place] = weight * width;
        }
    }

    /// The panel that contains `x`.
    pub(crate) fn panel_of(&self, x: f64) -> i64 {
        floor(x / self.resolution.width)
    }

    /// The nodes of a panel.
    pub(crate) fn nodes_of(&self, panel: i64) -> Panel {
        self.nodes.map(|node| as_f64(panel) * self.resolution.width + node)
    }

    /// ∫ f.
    pub(crate) fn mass(&self, density: &Density) -> f64 {
        density.panels.iter().map(|panel| self.mass_of(panel)).sum()
    }

    /// Returns the storage of a discarded density for reuse.
    pub(crate) fn recycle(&mut self, density: Density) {
        self.spare.push(density.panels);
    }

    /// Removes the part of a density above the barrier and returns its mass.
    pub(crate) fn take_above(&self, density: &mut Density) -> f64 {
        let below = count(-density.first).min(density.panels.len());
        let above = density.panels[below..].iter().map(|panel| self.mass_of(panel)).sum();
        density.panels.truncate(below);
        above
    }

    /// The sum of two densities, either of which may be absent.
    pub(crate) fn sum(&mut self, one: Option<&Density>, other: Option<&Density>) -> Density {
        let mut sum = Density { first: 0, panels: cleared(self.spare.pop().unwrap_or_default(), (0, -1)) };
        for part in [one, other].into_iter().flatten() {
            sum.add(part);
        }
        sum
    }

    /// ∫ f over one panel.
    pub(crate) fn mass_of(&self, panel: &Panel) -> f64 {
        panel.iter().zip(&self.weights).map(|(f, weight)| f * weight).sum()
    }

    /// ∫ f v and ∫ y f v of a density f and a value function v.
    pub(crate) fn moments(&self, density: &Density, value: &Density) -> [f64; 2] {
        let mut moments = [0.0; 2];
        for (panel, f) in (density.first..).zip(&density.panels) {
            let (from, v) = (as_f64(panel) * self.resolution.width, value.panel(panel));
            for (((f, v), weight), node) in f.iter().zip(&v).zip(&self.weights).zip(&self.nodes) {
                let part = f * v * weight;
                moments[0] += part;
                moments[1] += (from + node) * part;
            }
        }
        moments
    }

    /// Value function one period earlier, at a start `x`: v(x) = ∫ φ((y − x − δ)/ρ)/ρ v(y) dy, and dv/dx.
    pub(crate) fn value_at(&self, value: &Density, x: f64, drift: f64, ratio: f64) -> [f64; 2] {
        let mut found = [0.0; 2];
        let mut gauss = [0.0; NODES];
        for (panel, v) in (value.first..).zip(&value.panels) {
            let from = as_f64(panel) * self.resolution.width - x - drift;
            if from > 39.0 * ratio || from + self.resolution.width < -39.0 * ratio {
                continue;
            }
            let scores = self.nodes.map(|node| (from + node) / ratio);
            gauss.iter_mut().zip(&scores).for_each(|(gauss, z)| *gauss = -0.5 * z * z);
            math::exp_slice(&mut gauss);
            for (((gauss, z), v), weight) in gauss.iter().zip(&scores).zip(v).zip(&self.weights) {
                let part = OVER_ROOT_2_PI * gauss * v * weight / ratio;
                found[0] += part;
                found[1] += z * part / ratio;
            }
        }
        found
    }

    /// The density after the first period, on panels `range`, from weighted start points.
    pub(crate) fn start(&mut self, start: &[(f64, f64)], drift: f64, ratio: f64, range: (i64, i64)) -> Density {
        let mut panels = cleared(self.spare.pop().unwrap_or_default(), range);
        let width = self.resolution.width;
        cpu::run(
            self.level,
            #[inline(always)]
            || {
                for (panel, out) in (range.0..).zip(&mut panels) {
                    for (x, weight) in start {
                        let from = as_f64(panel) * width - x - drift;
                        // This start point does not reach the panel.
                        if from > 39.0 * ratio || from + width < -39.0 * ratio {
                            continue;
                        }
                        let scale = OVER_ROOT_2_PI * weight / ratio;
                        for (out, node) in out.iter_mut().zip(&self.nodes) {
                            let z = (from + node) / ratio;
                            *out += scale * math::exp(-0.5 * z * z);
                        }
                    }
                }
            },
        );
        Density { first: range.0, panels }
    }

    /// The density one period later, on panels `range`.
    pub(crate) fn step(&mut self, from: &Density, drift: f64, ratio: f64, range: (i64, i64)) -> Density {
        self.product(from, drift, ratio, range, None)
    }

    /// Applies the kernel to a density; blocks near the barrier are multiplied by their `bridges`.
    pub(crate) fn product(
        &mut self,
        from: &Density,
        drift: f64,
        ratio: f64,
        range: (i64, i64),
        bridges: Option<&Bridges>,
    ) -> Density {
        self.prepare(drift, ratio, from);
        let spare = self.spare.pop().unwrap_or_default();
        let Shift { moved, least, most, blocks: factors, target: scale, .. } = &self.shift;
        let (moved, least, most) = (*moved, *least, *most);
        // Only panels that can be reached.
        let range = (range.0.max(from.first + moved + least), range.1.min(from.last() + moved + most));
        let mut panels = cleared(spare, range);
        let middle = signed(self.blocks.len() / 2);
        // No panic in the loop: the range of d makes every place valid.
        let place = |d: i64| usize::try_from(d).unwrap_or(0);
        let (blocks, scaled) = (&self.blocks, &self.scaled);
        cpu::run(
            self.level,
            #[inline(always)]
            || {
                for (panel, out) in (range.0..).zip(&mut panels) {
                    // Blocks whose source panel exists: from.first ≤ panel − moved − d ≤ from.last().
                    let target = panel - moved;
                    let (lowest, highest) = (least.max(target - from.last()), most.min(target - from.first));
                    for d in lowest..=highest {
                        let source = &scaled[place(target - d - from.first)];
                        let (block, factor) = (&blocks[place(d + middle)], factors[place(d - least)]);
                        match bridges.and_then(|bridges| bridges.between(target - d, panel)) {
                            None => add_product(out, block, source, factor),
                            Some(bridge) => add_bridged_product(out, block, bridge, source, factor),
                        }
                    }
                    for (out, scale) in out.iter_mut().zip(scale) {
                        *out *= scale;
                    }
                }
            },
        );
        Density { first: range.0, panels }
    }

    /// Updates the blocks for this ratio, the factors for this drift, and the scaled source.
    fn prepare(&mut self, drift: f64, ratio: f64, from: &Density) {
        if self.ratio.to_bits() != ratio.to_bits() {
            self.ratio = ratio;
            let most = whole((0.5 + self.resolution.reach * ratio / self.resolution.width).ceil());
            self.blocks = (-most..=most).map(|d| self.block(as_f64(d) * self.resolution.width)).collect();
        }
        // Cached, since the densities of all lead-change counts share a step.
        if [self.shift.drift, self.shift.ratio].map(f64::to_bits) != [drift, ratio].map(f64::to_bits) {
            let blocks = std::mem::take(&mut self.shift.blocks);
            self.shift = self.shift(drift, ratio, blocks);
        }
        self.scaled.clear();
        self.scaled.extend(from.panels.iter().map(|panel| {
            let mut scaled = *panel;
            scaled.iter_mut().zip(&self.shift.source).for_each(|(f, weight)| *f *= weight);
            scaled
        }));
    }

    fn shift(&self, drift: f64, ratio: f64, mut blocks: Vec<f64>) -> Shift {
        let (width, reach) = (self.resolution.width, self.resolution.reach * ratio);
        let moved = (drift / width).round();
        let rest = drift - moved * width;
        let tilt = rest / (ratio * ratio);
        let (least, most) = (floor((rest - reach) / width), -floor(-(rest + reach) / width));
        // One slice: the exponential takes about as long for a few numbers as for many.
        blocks.clear();
        blocks.extend(self.nodes.map(|x| tilt * x));
        blocks.push(-0.5 * tilt * rest);
        blocks.extend((least..=most).map(|d| tilt * width * as_f64(d)));
        math::exp_slice(&mut blocks);
        let tilts: Panel = std::array::from_fn(|node| blocks[node]);
        let all = blocks[NODES];
        blocks.drain(..=NODES);
        let mut source = self.weights;
        source.iter_mut().zip(&tilts).for_each(|(weight, tilt)| *weight /= tilt);
        let target = tilts.map(|tilt| tilt * all);
        Shift { drift, ratio, moved: whole(moved), least, most, source, blocks, target }
    }

    fn block(&self, distance: f64) -> KernelBlock {
        self.nodes.map(|x| {
            let mut column = self.nodes.map(|y| {
                let z = (y - x + distance) / self.ratio;
                -0.5 * z * z
            });
            math::exp_slice(&mut column);
            column.map(|gauss| OVER_ROOT_2_PI * gauss / self.ratio)
        })
    }
}

const OVER_ROOT_2_PI: f64 = 0.398_942_280_401_432_7;

/// out += factor · block · source, in two independent sums for instruction-level parallelism.
#[inline(always)]
fn add_product(out: &mut Panel, block: &KernelBlock, source: &Panel, factor: f64) {
    let (mut even, mut odd) = (*out, [0.0; NODES]);
    for j in 0..NODES / 2 {
        let (f, g) = (factor * source[2 * j], factor * source[2 * j + 1]);
        for i in 0..NODES {
            even[i] = block[2 * j][i].mul_add(f, even[i]);
            odd[i] = block[2 * j + 1][i].mul_add(g, odd[i]);
        }
    }
    for i in 0..NODES {
        out[i] = even[i] + odd[i];
    }
}

/// As [`add_product`], with each element of the block multiplied by that of the bridge.
#[inline(always)]
fn add_bridged_product(out: &mut Panel, block: &KernelBlock, bridge: &KernelBlock, source: &Panel, factor: f64) {
    for j in 0..NODES {
        let f = factor * source[j];
        for i in 0..NODES {
            out[i] = (block[j][i] * bridge[j][i]).mul_add(f, out[i]);
        }
    }
}

/// Zeroed panels for the range, reusing existing storage.
fn cleared(mut panels: Vec<Panel>, (first, last): (i64, i64)) -> Vec<Panel> {
    panels.clear();
    panels.resize(count(last - first + 1), [0.0; NODES]);
    panels
}

/// A number of panels as an offset of panel indices.
fn signed(panels: usize) -> i64 {
    i64::try_from(panels).expect("a number of panels")
}

/// A number of panels; 0 for an empty range.
fn count(panels: i64) -> usize {
    usize::try_from(panels.max(0)).expect("a number of panels")
}

/// The largest integer up to x, saturating at ±2⁵³; without the call that `f64::floor` is on older processors.
fn floor(x: f64) -> i64 {
    let truncated = whole(x);
    if as_f64(truncated) > x { truncated - 1 } else { truncated }
}

/// Converts a rounded coordinate to a panel index, saturating at ±2⁵³.
#[expect(clippy::cast_possible_truncation, reason = "an integer, saturating at the bounds")]
fn whole(x: f64) -> i64 {
    x.clamp(-9e15, 9e15) as i64
}

#[expect(clippy::cast_precision_loss, reason = "panels stay below 2^53")]
fn as_f64(panel: i64) -> f64 {
    panel as f64
}
