//! Visitors of every number of a scenario, each with its address and its quantity.
//!
//! Validation, `with`, `assumptions()` and `numbers()` are visitors. Every type lists its numbers once, in a macro that
//! defines `walk`, which reads, and `walk_mut`, which changes. Visitors are trait objects, so that each walk is compiled
//! once.

use super::Assumption;
use super::address::Trail;
use super::quantity::Quantity;

/// Reads numbers. Plain numbers are ignored unless a visitor states otherwise.
pub(crate) trait Visitor {
    /// A number that may be a distribution or the name of a shared assumption.
    fn number(&mut self, trail: &mut Trail, quantity: Quantity, value: &Assumption);
    /// A plain number, which may not be a distribution.
    fn plain(&mut self, _: &Trail, _: Quantity, _: &f64) {}
    /// A whole number.
    fn count(&mut self, _: &Trail, _: Quantity, _: &u32) {}
}

/// Changes numbers. Plain numbers are left alone unless a visitor states otherwise.
pub(crate) trait VisitorMut {
    /// A number that may be a distribution or the name of a shared assumption.
    fn number(&mut self, trail: &mut Trail, quantity: Quantity, value: &mut Assumption);
    /// A plain number, which may not be a distribution.
    fn plain(&mut self, _: &Trail, _: Quantity, _: &mut f64) {}
    /// A whole number.
    fn count(&mut self, _: &Trail, _: Quantity, _: &mut u32) {}
}
