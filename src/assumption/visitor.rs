//! Visitors of every number of a scenario, each with its address and its quantity.
//!
//! Validation, `with`, `assumptions()` and `numbers()` are visitors. Every type lists its numbers once, in a macro that
//! defines `walk`, which reads, and `walk_mut`, which changes. Visitors are trait objects, so that each walk is compiled
//! once.

use std::iter::zip;

use super::Assumption;
use super::address::{Key, Trail};
use super::law::Law;
use super::quantiles::Quantiles;
use super::quantity::Quantity;

/// Reads numbers. Plain numbers are ignored unless a visitor states otherwise.
pub(crate) trait Visitor {
    /// A number that may be a distribution or the name of a shared assumption.
    fn number(&mut self, trail: &mut Trail, quantity: Quantity, value: &Assumption);
    /// A plain number, which may not be a distribution.
    fn plain(&mut self, _: &Trail, _: Quantity, _: &f64) {}
    /// The law that a path draws from a mixture, at the address of the mixture. The weights follow as plain numbers.
    fn pick(&mut self, _: &mut Trail, _weights: &[f64]) {}
    /// A whole number.
    fn count(&mut self, _: &Trail, _: Quantity, _: &u32) {}
}

/// Changes numbers. Plain numbers are left alone unless a visitor states otherwise.
pub(crate) trait VisitorMut {
    /// A number that may be a distribution or the name of a shared assumption.
    fn number(&mut self, trail: &mut Trail, quantity: Quantity, value: &mut Assumption);
    /// A plain number, which may not be a distribution.
    fn plain(&mut self, _: &Trail, _: Quantity, _: &mut f64) {}
    /// The law that a path draws from a mixture, at the address of the mixture. The weights follow as plain numbers.
    fn pick(&mut self, _: &mut Trail, _weights: &[f64]) {}
    /// A whole number.
    fn count(&mut self, _: &Trail, _: Quantity, _: &mut u32) {}
}

/// Visits the bounds that are stated.
macro_rules! bounds {
    ($trail:ident, $visitor:ident, $low:ident, $high:ident) => {
        for (key, bound) in [("low", $low), ("high", $high)] {
            if let Some(bound) = bound {
                $trail.at(Key::Field(key), |trail| $visitor.plain(trail, Quantity::Location, bound));
            }
        }
    };
}

/// Visits the plain numbers inside a distribution: `normal[1]`, `beta.alpha`, `discrete[0][1]`, `truncated.low`.
macro_rules! walks {
    ($walk:ident, $Visitor:ident $(, $mut:tt)?) => {
        pub(crate) fn $walk(& $($mut)? self, trail: &mut Trail, visitor: &mut dyn $Visitor) {
            match self {
                Self::Number(_) | Self::Name(_) => {}
                Self::Family(family, values) => trail.at(Key::Field(family.key()), |trail| {
                    for (index, (value, (_, quantity))) in zip(values, family.parameters()).enumerate() {
                        trail.at(family.step(index), |trail| visitor.plain(trail, *quantity, value));
                    }
                }),
                Self::Quantiles(quantiles) => trail.at(Key::Field("quantiles"), |trail| {
                    let Quantiles { level, points, low, high } = & $($mut)? **quantiles;
                    for (key, point) in zip(level.keys(), points) {
                        trail.at(Key::Field(key), |trail| visitor.plain(trail, Quantity::Location, point));
                    }
                    bounds!(trail, visitor, low, high);
                }),
                Self::Discrete(pairs) => trail.at(Key::Field("discrete"), |trail| {
                    for (index, [value, weight]) in zip(0.., pairs) {
                        trail.at(Key::Index(index), |trail| {
                            trail.at(Key::Index(0), |trail| visitor.plain(trail, Quantity::Location, value));
                            trail.at(Key::Index(1), |trail| visitor.plain(trail, Quantity::Weight, weight));
                        });
                    }
                }),
                Self::Empirical(values) => trail.at(Key::Field("empirical"), |trail| {
                    for (index, value) in zip(0.., values) {
                        trail.at(Key::Index(index), |trail| visitor.plain(trail, Quantity::Location, value));
                    }
                }),
                Self::Truncated { of, low, high } => trail.at(Key::Field("truncated"), |trail| {
                    trail.at(Key::Field("of"), |trail| of.$walk(trail, visitor));
                    bounds!(trail, visitor, low, high);
                }),
            }
        }
    };
}

impl Law {
    walks!(walk, Visitor);
    walks!(walk_mut, VisitorMut, mut);
}
