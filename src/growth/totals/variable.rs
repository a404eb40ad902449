//! The variables of the expansion.

/// Variables of the expansion.
///
/// The first estimate enters through the log of what remains of its year after the known periods (and the drawn base).
/// The total of the year is then met to first order, however little of the year remains. An expansion in `γ_1` missed
/// one draw in 40 by more than 0.1 percentage point half a year in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Variable {
    Opening,
    /// `γ` of an estimated year other than the first (which is 0).
    Rate(usize),
    /// The log of the drawn base divided by the specified one.
    Base,
    /// The tail's first step minus `slope · γ_n`.
    Step,
}

/// Number of paths for which the polynomials are evaluated together.
pub(super) const LANES: usize = 8;
