//! What the fuzz targets need of the inside of the crate; compiled only with `--cfg outgrow_fuzz`, which `.ci/fuzz` sets.

use super::Assumption;
use super::quantile::Quantile;
use super::quantity::Quantity;
use super::side::Side;
use super::standard_law::StandardLaw;

/// A distribution with its quantile and distribution functions.
#[derive(Debug)]
pub struct Distribution {
    shape: StandardLaw,
    quantile: Quantile,
}

impl Distribution {
    /// `None` for a name, for parameters that contradict each other, and for a single number.
    ///
    /// The parameters must each be valid, as those of a built scenario are.
    #[must_use]
    pub fn of(assumption: &Assumption) -> Option<Self> {
        if assumption.law.inconsistency().is_some() {
            return None;
        }
        let shape = StandardLaw::of(&assumption.law)?.within(Quantity::Shared.domain());
        let quantile = Quantile::within(&shape, Quantity::Shared.domain());
        (!matches!(shape, StandardLaw::Constant(_))).then_some(Self { shape, quantile })
    }

    /// The smallest `v` with P(X ≤ v) ≥ p.
    #[must_use]
    pub fn quantile(&self, p: f64) -> f64 {
        self.quantile.at(p)
    }

    /// Q(Φ(z)).
    #[must_use]
    pub fn at_score(&self, z: f64) -> f64 {
        self.quantile.at_score(z)
    }

    /// P(X ≤ x) and P(X > x).
    #[must_use]
    pub fn tails(&self, x: f64) -> [f64; 2] {
        [Side::Below, Side::Above].map(|side| self.shape.probability(side, x))
    }
}
