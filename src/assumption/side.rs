//! The tail from which a probability is measured.

/// A probability measured from the lower or the upper tail, so that neither tail loses digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Below,
    Above,
}
