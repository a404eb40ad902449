//! The random numbers of a block, and what they are drawn for.

use crate::cpu::Level;
use crate::plan::{Draw, Plan, Source};
use crate::random::GROUP;

/// The random numbers of a block, in addition to the uniforms of the draws.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    /// Indexed by source, then period 1..=T, then path; empty for sources without innovations, and where the hot loop
    /// draws them.
    pub(super) innovations: Vec<Vec<f32>>,
    /// By path; empty unless paths are weighted.
    pub(super) weights: Vec<f64>,
    /// By path, the logarithms of weights up to a common factor; empty unless paths are conditioned on reports.
    pub(super) log_weights: Vec<f64>,
    /// Standardized coordinates that distributions are tilted along, indexed by coordinate, then by path.
    pub(super) coordinates: Vec<Vec<f64>>,
    /// Steps of one group's walk while its bridge is built. At their final positions in the block they would be a
    /// multiple of the group size apart and would evict one another from the L1 cache.
    pub(super) walk: Vec<[f32; GROUP]>,
}

/// What the numbers are drawn for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Drawn<'a> {
    pub(super) level: Level,
    pub(super) seed: u64,
    pub(super) periods: usize,
    pub(super) draws: &'a [Draw],
    pub(super) sources: &'a [Source],
    /// The first of the draws that are neither mirrored, tilted nor quasi-random.
    pub(super) first_coin: usize,
}

/// What the numbers of a plan are drawn for.
pub(super) fn drawn(plan: &Plan) -> Drawn<'_> {
    Drawn {
        level: plan.level,
        seed: plan.seed,
        periods: plan.taus.len(),
        draws: &plan.draws,
        sources: &plan.sources,
        first_coin: plan.first_coin,
    }
}

/// The groups of a block: the first, and their number.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) first: u64,
    pub(super) groups: usize,
}

impl Span {
    pub(super) fn width(self) -> usize {
        self.groups * GROUP
    }

    /// The groups with their positions in the block.
    pub(super) fn each(self) -> impl Iterator<Item = (usize, u64)> {
        (0..self.groups).zip(self.first..)
    }
}
