//! How the paths of a block count: each once, or by its weight in the replicate of its group.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::error::{Error, Kind};
use crate::paths::stream::GROUP;
use crate::paths::{Block, REPLICATES, Sampler};

/// 2⁶⁴: weights are kept with 64 fractional bits.
const ONE: f64 = 18_446_744_073_709_551_616.0;

/// 2¹⁶: squares of weights need no more.
const SQUARES: f64 = 65_536.0;

/// The weight of paths by replicate, with 64 fractional bits: whole numbers, so that no order of addition can show.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Replicates([i128; REPLICATES]);

impl Replicates {
    /// Every replicate as a number of paths.
    #[expect(clippy::cast_precision_loss, reason = "one rounding at the very end")]
    pub(crate) fn paths(&self) -> [f64; REPLICATES] {
        self.0.map(|cell| cell as f64 / ONE)
    }

    /// # Errors
    /// Where a sum leaves 128 bits.
    pub(crate) fn add(&mut self, other: &Self) -> Result<(), Error> {
        for (cell, other) in self.0.iter_mut().zip(&other.0) {
            *cell = cell.checked_add(*other).ok_or_else(beyond)?;
        }
        Ok(())
    }

    /// Adds `weight` to a replicate; of one run it cannot overflow: 2^50 paths of weight 8 take 117 bits.
    fn gain(&mut self, replicate: usize, weight: i128) {
        self.0[replicate] += weight;
    }
}

fn beyond() -> Error {
    Error::one(Kind::Limit, "simulation", "", "a sum of weights leaves 128 bits")
}

impl Serialize for Replicates {
    /// As texts: JSON has no whole numbers of this size.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(ToString::to_string))
    }
}

impl<'de> Deserialize<'de> for Replicates {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let texts = Vec::<String>::deserialize(deserializer)?;
        let number = |text: &String| {
            let number: Option<i128> = text.parse().ok().filter(|number| *number >= 0);
            number.ok_or_else(|| de::Error::custom(format!("a weight must be a whole number, got {text:?}")))
        };
        let cells: Vec<i128> = texts.iter().map(number).collect::<Result<_, _>>()?;
        let cells = cells.try_into();
        cells.map(Self).map_err(|_| de::Error::custom(format!("there must be {REPLICATES}, got {}", texts.len())))
    }
}

/// What fell into some classes of a row.
#[derive(Debug, Clone)]
pub(crate) enum Hits {
    Paths(u64),
    Weight(Box<Replicates>),
}

impl Hits {
    /// Adds another class of the same row: no more than all paths together.
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

    /// Whether anything fell into them.
    pub(crate) fn is_some(&self) -> bool {
        match self {
            Self::Paths(paths) => *paths > 0,
            Self::Weight(weight) => weight.0.iter().any(|cell| *cell > 0),
        }
    }

    /// The number of paths; of weighted ones their weight, rounded.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "far below 2^63, and not negative")]
    pub(crate) fn paths(&self) -> u64 {
        match self {
            Self::Paths(paths) => *paths,
            Self::Weight(weight) => weight.paths().iter().sum::<f64>().round() as u64,
        }
    }
}

/// What the paths of the block at hand count; `None` where each counts once and there are no replicates.
#[derive(Debug, Clone, Default)]
pub(crate) struct Weighing {
    /// By group.
    replicates: Vec<usize>,
    /// By path, where they are not all 1: the weight, and its fixed point in two halves, whole numbers of 2⁻³² and the
    /// 32 bits below: so that sixty-four of either add up in 64 bits, side by side.
    pub(super) weights: Vec<f64>,
    pub(super) high: Vec<u64>,
    low: Vec<u64>,
}

impl Weighing {
    /// Takes over what a block of `groups` groups from `first` on says of its paths.
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
    /// The first class beyond the row.
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

    /// Of one group from path `from` on, the weight of the paths of class 1, and of all.
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

/// Whole numbers of 2⁻³², and the 32 bits below.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "weights lie in 0 to 8")]
fn halves(weight: f64) -> (u64, u64) {
    let fixed = (weight * ONE) as u128;
    ((fixed >> 32) as u64, fixed as u64 & 0xFFFF_FFFF)
}

/// What all paths of a run count, where they do not count once each.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Totals {
    /// What the classes of every row add up to.
    pub(crate) weight: Replicates,
    /// What the cells of every histogram add up to: paths, or weights in whole numbers of 2⁻³².
    pub(crate) cells: u64,
    /// The sum of squared weights, in whole numbers of 2⁻¹⁶.
    squares: u64,
}

impl Totals {
    /// Adds the paths of a block of whole groups; nothing where each path counts once.
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
    /// Where a sum leaves its bits.
    pub(crate) fn merge(&mut self, other: &Self) -> Result<(), Error> {
        self.weight.add(&other.weight)?;
        self.cells = self.cells.checked_add(other.cells).ok_or_else(beyond)?;
        self.squares = self.squares.checked_add(other.squares).ok_or_else(beyond)?;
        Ok(())
    }

    /// Whether this is of `paths` paths that weigh 1 each, `unit` groups in turn to each replicate.
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

    /// Whether `paths` paths that weigh between 0 and 8 can have come to this.
    pub(crate) fn can_be_of(&self, paths: u64) -> bool {
        let most = u128::from(paths) * 8;
        let weight = self.weight.0.iter().try_fold(0_i128, |sum, cell| sum.checked_add(*cell));
        let weight = weight.map(|weight| weight.unsigned_abs() >> 32);
        // Histograms hold each path's weight without what lies below 2⁻³².
        let fits =
            |weight: u128| u128::from(self.cells) <= weight && weight <= u128::from(self.cells) + u128::from(paths);
        weight.is_some_and(|weight| weight <= most << 32 && fits(weight))
            && u128::from(self.squares) <= (most * 8) << 16
    }

    /// (Σw)² / Σw² (Kish 1965): as many plain paths would spread means as little; `None` where all weigh the same.
    #[expect(clippy::cast_precision_loss, reason = "one rounding at the very end")]
    pub(crate) fn effective_sample_size(&self) -> Option<f64> {
        let weight: f64 = self.weight.paths().iter().sum();
        (self.squares > 0).then(|| weight * weight / (self.squares as f64 / SQUARES))
    }
}
