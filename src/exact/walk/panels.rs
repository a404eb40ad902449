//! Panels of Gauss nodes, and matrices between them.

use std::collections::HashMap;

pub(crate) const NODES: usize = 16;
/// Values of a density at the nodes of one panel.
pub(crate) type Panel = [f64; NODES];
/// Transition from one panel to another, `[j][i]` from node j to node i.
pub(crate) type KernelBlock = [Panel; NODES];

/// For a walk between two dates, the probability b(x, y) of staying below the barrier, between the nodes of panels near
/// it; elsewhere it is 1.
#[derive(Debug, Default)]
pub(crate) struct Bridges {
    /// sd of the period divided by the unit, and the panel width.
    of: (f64, f64),
    /// Keyed by the panels of x and y.
    pub(super) blocks: HashMap<(i64, i64), KernelBlock>,
}

impl Bridges {
    pub(super) fn between(&self, from: i64, to: i64) -> Option<&KernelBlock> {
        self.blocks.get(&(from, to))
    }

    /// Drops the blocks unless they are for this sd and panel width.
    pub(super) fn set(&mut self, ratio: f64, width: f64) {
        if [self.of.0, self.of.1].map(f64::to_bits) != [ratio, width].map(f64::to_bits) {
            *self = Self { of: (ratio, width), blocks: HashMap::new() };
        }
    }
}
