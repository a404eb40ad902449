//! News as text.

use std::fmt;

use super::parts::TIME;
use super::{News, NewsPart, Surprise};
use crate::estimate::decimals;
use crate::number::short;

/// A change with its error.
fn signed(change: f64, error: f64) -> String {
    if error < 1e-9 {
        return format!("{change:+.9}");
    }
    let decimals = decimals(error);
    format!("{change:+.decimals$} ± {error:.decimals$}")
}

/// The width of a column of names.
fn width<'a>(names: impl Iterator<Item = &'a String>, head: &str) -> usize {
    names.map(|name| name.chars().count()).max().unwrap_or(0).max(head.len())
}

impl fmt::Display for News {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} by {}: {} before, {} after", self.question, self.period, self.before, self.after)?;
        self.write_surprises(f)?;
        self.write_parts(f)?;
        match (self.effective_sample_size, self.paths) {
            (Some(size), Some(paths)) => writeln!(f, "  effective sample size {size:.0} of {paths} weighted paths"),
            (Some(size), None) => writeln!(f, "  effective sample size of the drawn numbers {size:.0}"),
            (None, _) => Ok(()),
        }
    }
}

impl News {
    fn write_surprises(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.surprises.is_empty() {
            return Ok(());
        }
        let wide = width(self.surprises.iter().map(|own| &own.name), "report of");
        let [of, at, expected, reported, surprise] = ["report of", "for", "expected", "reported", "surprise"];
        writeln!(f, "\n  {of:<wide$}  {at:>8}  {expected:>10}  {reported:>10}  {surprise:>8}")?;
        for Surprise { name, period, expected, reported } in &self.surprises {
            let surprise = format!("{:+.1} %", 100.0 * (reported / expected - 1.0));
            let (period, expected, reported) = (period.to_string(), short(*expected), short(*reported));
            writeln!(f, "  {name:<wide$}  {period:>8}  {expected:>10}  {reported:>10}  {surprise:>8}")?;
        }
        Ok(())
    }

    fn write_parts(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wide = width(self.parts.iter().map(|part| &part.what), "what changed");
        writeln!(f, "\n  {:<wide$}  {:>17}", "what changed", "change")?;
        for NewsPart { what, change, standard_error } in &self.parts {
            let note = if what == TIME { "   every report as expected" } else { "" };
            writeln!(f, "  {what:<wide$}  {:>17}{note}", signed(*change, *standard_error))?;
        }
        let change = format!("{:+.4}", self.after.value - self.before.value);
        writeln!(f, "  {:<wide$}  {change:>17}", "together")
    }
}
