//! The curves that contain no other: the laws of mixtures, and the markets of shares.

use std::ops::Range;

use super::mixture::{chosen, parts};
use super::share::Gained;
use super::{AUTO, Branch, Curve, CurveLaw, Schedule, Share, Tail, TailLaw};

/// A curve that contains no other, and where it stands in the curve that contains it.
#[derive(Debug, Clone)]
pub(crate) struct Leaf<'a> {
    pub(crate) curve: &'a Curve,
    /// Its address relative to the whole curve: `.mixture[1].curve.share.market`.
    pub(crate) address: String,
    /// The index of its first value in the walk.
    pub(crate) first: usize,
    /// The number of curves inside each other; the outermost is 1.
    pub(crate) depth: usize,
    /// Whether it is the market of a share, or part of it.
    pub(crate) is_market: bool,
}

impl Curve {
    /// The depth to which curves may be nested; the outermost is 1.
    pub(crate) const MOST_NESTED: usize = 8;

    /// The number of curves inside each other; 1 for a curve that contains no other.
    pub(crate) fn depth(&self) -> usize {
        1 + match &self.0 {
            CurveLaw::Share(share) => share.market.depth(),
            CurveLaw::Mixture(branches) => branches.iter().map(|branch| branch.curve.depth()).max().unwrap_or(0),
            CurveLaw::Constant(_)
            | CurveLaw::Schedule(_)
            | CurveLaw::Fade { .. }
            | CurveLaw::Family(..)
            | CurveLaw::Custom(_) => 0,
        }
    }

    /// Every curve in this one that contains no other; the curve itself if it contains none.
    pub(crate) fn leaves(&self) -> Vec<Leaf<'_>> {
        let whole = Leaf { curve: self, address: String::new(), first: 0, depth: 1, is_market: false };
        let mut leaves = Vec::new();
        whole.collect(&mut leaves);
        leaves
    }

    /// The name and the address of a custom law in the curve, which cannot be stored in a file.
    pub(crate) fn closure(&self) -> Option<(String, String)> {
        self.leaves().into_iter().find_map(|leaf| match &leaf.curve.0 {
            CurveLaw::Custom(custom) => Some((custom.name().to_owned(), leaf.address)),
            CurveLaw::Constant(_)
            | CurveLaw::Schedule(_)
            | CurveLaw::Fade { .. }
            | CurveLaw::Family(..)
            | CurveLaw::Share(_)
            | CurveLaw::Mixture(_) => None,
        })
    }
}

/// A curve without mixtures that a path may follow.
#[derive(Debug, Clone)]
pub(crate) struct Single {
    pub(crate) curve: Curve,
    /// The values of its numbers.
    pub(crate) values: Vec<f64>,
    /// The address, relative to the whole curve, of the innermost law of a mixture.
    pub(crate) address: String,
}

impl Curve {
    /// Every curve without mixtures that a path may follow, with its part of the values of the walk.
    pub(crate) fn singles(&self, values: &[f64]) -> Vec<Single> {
        match &self.0 {
            CurveLaw::Mixture(branches) => {
                let parts = parts(branches.iter().map(|branch| branch.curve.len()));
                let of_law = |((index, branch), part): ((usize, &Branch), Range<usize>)| {
                    let singles = branch.curve.singles(&values[part]).into_iter();
                    singles.map(move |one| Single { address: format!(".mixture[{index}].curve{}", one.address), ..one })
                };
                branches.iter().enumerate().zip(parts).flat_map(of_law).collect()
            }
            CurveLaw::Share(share) => {
                let (market, own) = values.split_at(share.market.len());
                let with_share = |one: Single| {
                    let Share { from, to, half_life, .. } = (**share).clone();
                    let address =
                        if one.address.is_empty() { one.address } else { ".share.market".to_owned() + &one.address };
                    let values = [one.values.as_slice(), own].concat();
                    Single { curve: Self::share(one.curve, from, to, half_life), values, address }
                };
                share.market.singles(market).into_iter().map(with_share).collect()
            }
            CurveLaw::Constant(_)
            | CurveLaw::Schedule(_)
            | CurveLaw::Fade { .. }
            | CurveLaw::Family(..)
            | CurveLaw::Custom(_) => {
                vec![Single { curve: self.clone(), values: values.to_vec(), address: String::new() }]
            }
        }
    }
}

impl Curve {
    /// The number of values that the walk visits: its numbers, and the law drawn of every mixture.
    pub(super) fn len(&self) -> usize {
        match &self.0 {
            CurveLaw::Constant(_) => 1,
            CurveLaw::Schedule(schedule) => schedule.rates.len() + schedule.tail.numbers(),
            CurveLaw::Fade { .. } => 3,
            CurveLaw::Family(_, values) => values.len(),
            CurveLaw::Share(share) => share.market.len() + Gained::NUMBERS,
            CurveLaw::Mixture(branches) => 1 + branches.iter().map(|branch| branch.curve.len()).sum::<usize>(),
            CurveLaw::Custom(custom) => custom.numbers(),
        }
    }

    /// Marks the values that no path uses, because the law drawn of a mixture is fixed and is another one. `fixed` gives
    /// the value at an index if it is the same on every path; `first` is the index of the curve's own first value.
    pub(crate) fn mark_unused(&self, first: usize, fixed: &dyn Fn(usize) -> Option<f64>, unused: &mut [bool]) {
        match &self.0 {
            CurveLaw::Share(share) => share.market.mark_unused(first, fixed, unused),
            CurveLaw::Mixture(branches) => {
                let drawn = fixed(first);
                let parts = parts(branches.iter().map(|branch| branch.curve.len()));
                for ((index, branch), part) in branches.iter().enumerate().zip(parts) {
                    if drawn.is_some_and(|drawn| chosen(drawn) != index) {
                        unused[first + part.start..first + part.end].fill(true);
                    } else {
                        branch.curve.mark_unused(first + part.start, fixed, unused);
                    }
                }
            }
            CurveLaw::Constant(_)
            | CurveLaw::Schedule(_)
            | CurveLaw::Fade { .. }
            | CurveLaw::Family(..)
            | CurveLaw::Custom(_) => {}
        }
    }
}

impl Leaf<'_> {
    /// The index in the walk of the whole curve, and the relative address, of a ratio that is derived from the last two
    /// rates.
    pub(crate) fn auto(&self) -> Option<(usize, String)> {
        let CurveLaw::Schedule(Schedule { rates, tail: Tail(TailLaw::Ratio(ratio)), .. }) = &self.curve.0 else {
            return None;
        };
        let place = (self.first + rates.len(), format!("{}.schedule.tail.ratio", self.address));
        (ratio.name() == Some(AUTO)).then_some(place)
    }
}

impl<'a> Leaf<'a> {
    fn collect(self, leaves: &mut Vec<Self>) {
        // Deeper curves are refused; this keeps the recursion finite for input of any depth.
        if self.depth > Curve::MOST_NESTED {
            return leaves.push(self);
        }
        match &self.curve.0 {
            CurveLaw::Share(share) => {
                let address = format!("{}.share.market", self.address);
                let inner = Leaf { curve: &share.market, address, depth: self.depth + 1, is_market: true, ..self };
                inner.collect(leaves);
            }
            CurveLaw::Mixture(branches) => {
                let mut first = self.first + 1;
                for (index, branch) in branches.iter().enumerate() {
                    let address = format!("{}.mixture[{index}].curve", self.address);
                    let inner = Leaf { curve: &branch.curve, address, first, depth: self.depth + 1, ..self };
                    inner.collect(leaves);
                    first += branch.curve.len();
                }
            }
            CurveLaw::Constant(_)
            | CurveLaw::Schedule(_)
            | CurveLaw::Fade { .. }
            | CurveLaw::Family(..)
            | CurveLaw::Custom(_) => leaves.push(self),
        }
    }
}
