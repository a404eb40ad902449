//! Numbers and draws.

use crate::assumption::quantile::Quantile;

/// A number of a series: fixed or drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Input {
    Known(f64),
    /// The index of the draw.
    Drawn(usize),
}

impl Input {
    /// The index of the draw, if there is one.
    pub(crate) fn draw(self) -> Option<usize> {
        match self {
            Self::Known(_) => None,
            Self::Drawn(draw) => Some(draw),
        }
    }

    pub(crate) fn is_drawn(self) -> bool {
        self.draw().is_some()
    }

    /// The number with its draw at the median.
    pub(crate) fn median(self, draws: &[Draw]) -> f64 {
        match self {
            Self::Known(value) => value,
            Self::Drawn(index) => draws[index].quantile.median(),
        }
    }

    /// The number on every path.
    pub(crate) fn column(self, draws: &[Vec<f64>], width: usize) -> Vec<f64> {
        match self {
            Self::Known(value) => vec![value; width],
            Self::Drawn(draw) => draws[draw][..width].to_vec(),
        }
    }

    /// The number on one path.
    pub(crate) fn of_path(self, draws: &[Vec<f64>], path: usize) -> f64 {
        match self {
            Self::Known(value) => value,
            Self::Drawn(draw) => draws[draw][path],
        }
    }
}

/// The index of the law of a mixture that a drawn value stands for.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the index of a law, a small whole number")]
pub(crate) fn law_of(value: f64) -> usize {
    value as usize
}

/// A draw: one distribution, sampled once for every path.
#[derive(Debug, Clone)]
pub(crate) struct Draw {
    /// Address of the distribution.
    pub(crate) address: String,
    pub(crate) slot: u64,
    pub(crate) quantile: Quantile,
    /// Whether it is the law drawn of a mixture.
    pub(crate) is_pick: bool,
    /// Whether it is the coin of a jump.
    pub(crate) is_coin: bool,
}

impl Draw {
    /// Whether its numbers are pseudo-random and not mirrored under every sampling scheme.
    pub(crate) fn is_pseudo_random(&self) -> bool {
        self.is_pick || self.is_coin
    }
}
