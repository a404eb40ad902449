//! Weights of the paths in a block: each counts once, or by its weight in the replicate of its group.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::error::{Error, Kind};
use crate::paths::{Block, REPLICATES, Sampler};
use crate::random::GROUP;

/// 2⁶⁴: weights have 64 fractional bits.
const ONE: f64 = 18_446_744_073_709_551_616.0;

/// 2¹⁶: squared weights have 16 fractional bits.
const SQUARES: f64 = 65_536.0;

/// Total weight of paths by replicate, with 64 fractional bits: integers, so that sums do not depend on the order of
/// addition.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Replicates([i128; REPLICATES]);

impl Replicates {
    /// Each replicate as a number of paths.
    #[expect(clippy::cast_precision_loss, reason = "one rounding at the very end")]
    pub(crate) fn paths(&self) -> [f64; REPLICATES] {
        self.0.map(|cell| cell as f64 / ONE)
    }

    /// # Errors
    /// If a sum exceeds 128 bits.
    pub(crate) fn add(&mut self, other: &Self) -> Result<(), Error> {
        for (cell, other) in self.0.iter_mut().zip(&other.0) {
            *cell = cell.checked_add(*other).ok_or_else(beyond)?;
        }
        Ok(())
    }

    /// Adds `weight` to a replicate. It cannot overflow within one run: 2^50 paths of weight 8 take 117 bits.
    fn gain(&mut self, replicate: usize, weight: i128) {
        self.0[replicate] += weight;
    }
}

fn beyond() -> Error {
    Error::one(Kind::Limit, "simulation", "", "a sum of weights exceeds 128 bits")
}

impl Serialize for Replicates {
    /// As strings, since JSON parsers do not support integers of this size.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(ToString::to_string))
    }
}

impl<'de> Deserialize<'de> for Replicates {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let texts = Vec::<String>::deserialize(deserializer)?;
        let number = |text: &String| {
            let number: Option<i128> = text.parse().ok().filter(|number| *number >= 0);
            number.ok_or_else(|| de::Error::custom(format!("a weight must be an integer, got {text:?}")))
        };
        let cells: Vec<i128> = texts.iter().map(number).collect::<Result<_, _>>()?;
        let cells = cells.try_into();
        cells.map(Self).map_err(|_| de::Error::custom(format!("expected {REPLICATES} weights, got {}", texts.len())))
    }
}

/// The paths in some classes of a row.
#[derive(Debug, Clone)]
pub(crate) enum Hits {
    Paths(u64),
    Weight(Box<Replicates>),
}

impl Hits {
    /// Adds another class of the same row; the sum cannot exceed the number of all paths.
    pub(crate) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Paths(a), Self::Paths(b)) => Self::Paths(a + b),
            (Self::Weight(mut a), Self::Weight(b)) => {
                a.0.iter_mut().zip(b.0).for_each(|(a, b)| *a += b);
                Self::Weight(a)
            }
            (own, _) => own,
        }
    }

    /// Whether any path is in these classes.
    pub(crate) fn is_some(&self) -> bool {
        match self {
            Self::Paths(paths) => *paths > 0,
            Self::Weight(weight) => weight.0.iter().any(|cell| *cell > 0),
        }
    }

    /// The number of paths, or the rounded total weight.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "far below 2^63, and not negative")]
    pub(crate) fn paths(&self) -> u64 {
        match self {
            Self::Paths(paths) => *paths,
            Self::Weight(weight) => weight.paths().iter().sum::<f64>().round() as u64,
        }
    }
}

/// Weights of the paths in the current block; empty if each counts once and there are no replicates.
#[derive(Debug, Clone, Default)]
pub(crate) struct Weighing {
    /// Replicate of each group.
    replicates: Vec<usize>,
    /// For each path, unless all weights are 1: the weight, and its fixed-point value in two halves (an integer in
    /// units of 2⁻³², and the 32 bits below), so that sixty-four of either can be added in 64 bits.
    pub(super) weights: Vec<f64>,
    pub(super) high: Vec<u64>,
    low: Vec<u64>,
}

impl Weighing {
    /// Reads the weights of a block of `groups` groups from `first` on.
    pub(crate) fn set(&mut self, sampler: &Sampler, first: u64, groups: usize, block: &Block) {
        self.replicates.clear();
        if sampler.is_plain() {
            return;
        }
        self.replicates.extend((first..).take(groups).map(|group| sampler.replicate(group)));
        self.weights.clear();
        self.weights.extend_from_slice(block.weights());
        self.high.clear();
        self.low.clear();
        for weight in block.weights() {
            let (high, low) = halves(*weight);
            self.high.push(high);
            self.low.push(low);
        }
    }

    pub(super) fn is_plain(&self) -> bool {
        self.replicates.is_empty()
    }

    /// The weight of one path.
    fn of(&self, path: usize) -> i128 {
        let whole = |(high, low): (&u64, &u64)| (i128::from(*high) << 32) + i128::from(*low);
        self.high.get(path).zip(self.low.get(path)).map_or(1 << 64, whole)
    }

    /// Adds each path's weight to the cell of its class.
    ///
    /// # Errors
    /// The first class that is out of range.
    pub(super) fn count(&self, cells: &mut [Replicates], classes: &[u16]) -> Result<(), u16> {
        for (group, classes) in classes.chunks(GROUP).enumerate() {
            let replicate = self.replicates[group];
            let from = group * GROUP;
            if let [no, yes] = cells
                && classes.iter().fold(0, |all, class| all | class) <= 1
            {
                let (hits, all) = self.hits(from, classes);
                yes.gain(replicate, hits);
                no.gain(replicate, all - hits);
                continue;
            }
            for (path, class) in (from..).zip(classes) {
                cells.get_mut(usize::from(*class)).ok_or(*class)?.gain(replicate, self.of(path));
            }
        }
        Ok(())
    }

    /// Weights of one group from path `from` on: of the paths in class 1, and of all.
    fn hits(&self, from: usize, classes: &[u16]) -> (i128, i128) {
        if self.high.is_empty() {
            let hits: u32 = classes.iter().map(|class| u32::from(*class)).sum();
            return (i128::from(hits) << 64, (classes.len() as i128) << 64);
        }
        let sum = |halves: &[u64]| {
            let (mut hits, mut all) = (0, 0);
            for (half, class) in halves[from..].iter().zip(classes) {
                hits += half & 0_u64.wrapping_sub(u64::from(*class));
                all += half;
            }
            (i128::from(hits), i128::from(all))
        };
        let (high, low) = (sum(&self.high), sum(&self.low));
        ((high.0 << 32) + low.0, (high.1 << 32) + low.1)
    }
}

/// The integer in units of 2⁻³², and the 32 bits below.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "weights lie in 0 to 8")]
fn halves(weight: f64) -> (u64, u64) {
    let fixed = (weight * ONE) as u128;
    ((fixed >> 32) as u64, fixed as u64 & 0xFFFF_FFFF)
}

/// Totals of all paths of a run, where they do not count once each.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Totals {
    /// Sum of the classes of every row.
    pub(crate) weight: Replicates,
    /// Sum of the cells of every histogram: paths, or integer weights in units of 2⁻³².
    pub(crate) cells: u64,
    /// Sum of squared weights, in units of 2⁻¹⁶.
    squares: u64,
}

impl Totals {
    /// Adds the paths of a block of whole groups; no-op if each path counts once.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "squares are at most 64")]
    pub(crate) fn gain(&mut self, weighing: &Weighing, paths: usize) {
        if weighing.is_plain() {
            return;
        }
        for (group, replicate) in weighing.replicates.iter().enumerate() {
            let (_, all) = weighing.hits(group * GROUP, &[0; GROUP]);
            self.weight.gain(*replicate, all);
        }
        self.cells += if weighing.high.is_empty() { paths as u64 } else { weighing.high.iter().sum() };
        let square = |weight: &f64| (weight * weight * SQUARES) as u64;
        self.squares += weighing.weights.iter().map(square).sum::<u64>();
    }

    /// # Errors
    /// If a sum overflows.
    pub(crate) fn merge(&mut self, other: &Self) -> Result<(), Error> {
        self.weight.add(&other.weight)?;
        self.cells = self.cells.checked_add(other.cells).ok_or_else(beyond)?;
        self.squares = self.squares.checked_add(other.squares).ok_or_else(beyond)?;
        Ok(())
    }

    /// Whether these are the totals of `paths` paths of weight 1, with `unit` groups in turn in each replicate.
    pub(crate) fn is_of(&self, paths: u64, groups: &[(u64, u64)], unit: u64) -> bool {
        let mut whole = Replicates::default();
        for replicate in 0..REPLICATES {
            let before = |group: u64| {
                let (round, rest) = (group / (unit * REPLICATES as u64), group % (unit * REPLICATES as u64));
                round * unit + rest.saturating_sub(replicate as u64 * unit).min(unit)
            };
            let own: u64 = groups.iter().map(|(from, to)| before(*to) - before(*from)).sum();
            whole.gain(replicate, i128::from(own * GROUP as u64) << 64);
        }
        self.weight == whole && self.cells == paths && self.squares == 0
    }

    /// Whether these can be the totals of `paths` paths with weights between 0 and 8.
    pub(crate) fn can_be_of(&self, paths: u64) -> bool {
        let most = u128::from(paths) * 8;
        let weight = self.weight.0.iter().try_fold(0_i128, |sum, cell| sum.checked_add(*cell));
        let weight = weight.map(|weight| weight.unsigned_abs() >> 32);
        // Histograms hold the weight of each path truncated to 2⁻³².
        let fits =
            |weight: u128| u128::from(self.cells) <= weight && weight <= u128::from(self.cells) + u128::from(paths);
        weight.is_some_and(|weight| weight <= most << 32 && fits(weight))
            && u128::from(self.squares) <= (most * 8) << 16
    }

    /// Effective sample size (Σw)² / Σw² (Kish 1965): the number of unweighted paths that would give means of the same
    /// variance. `None` if all weights are equal.
    #[expect(clippy::cast_precision_loss, reason = "one rounding at the very end")]
    pub(crate) fn effective_sample_size(&self) -> Option<f64> {
        let weight: f64 = self.weight.paths().iter().sum();
        (self.squares > 0).then(|| weight * weight / (self.squares as f64 / SQUARES))
    }
}
