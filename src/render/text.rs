//! Short answers as text: means and cross-checks.

use std::fmt;

use crate::estimate::decimals;
use crate::outcome::{CrossCheck, Years};

impl fmt::Display for Years {
    /// "3.42 ± 0.01 years", with the digits that the error supports.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.standard_error > 0.0 {
            let decimals = decimals(self.standard_error);
            write!(f, "{:.decimals$} ± {:.decimals$} years", self.value, self.standard_error)
        } else {
            write!(f, "{} years (exact)", self.value)
        }
    }
}

impl fmt::Display for CrossCheck {
    /// Writes "checked against exact: largest |z| 2.1 over 80 probabilities".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(reason) = self.reason() {
            return write!(f, "not checked against exact: {reason}");
        }
        match self.largest_z() {
            Some(z) => {
                write!(f, "checked against exact: largest |z| {:.1} over {} probabilities", z.abs(), self.count())?;
            }
            None if self.blurred() == 0 => write!(f, "checked against exact: nothing is drawn")?,
            None => write!(f, "not checked against exact")?,
        }
        if self.blurred() > 0 {
            write!(f, "; for {} of them the exact answer is not accurate enough", self.blurred())?;
        }
        if self.agrees() { Ok(()) } else { write!(f, ", above the bound of {:.1}: they disagree", self.bound) }
    }
}
