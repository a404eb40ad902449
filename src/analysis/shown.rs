//! Sensitivities as text.

use std::fmt;

use super::found::{IndexMethod, Sensitivity, Share};
use super::groups::SHARED;
use super::number::NumberEstimate;
use crate::estimate::decimals;
use crate::number::short;

/// A share as a percentage with its standard error.
fn percent(share: &NumberEstimate) -> String {
    let decimals = decimals(100.0 * share.standard_error).min(3);
    format!("{:.decimals$} ± {:.decimals$} %", 100.0 * share.value, 100.0 * share.standard_error)
}

/// The name of a group in a table.
fn name(what: &str, group: &str) -> String {
    if group == SHARED { format!("{what}several") } else { format!("{what}{group}") }
}

impl fmt::Display for Sensitivity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} by {}: {}", self.question, self.period, self.probability)?;
        self.write_variance(f)?;
        self.write_tornado(f)?;
        self.write_indices(f)?;
        writeln!(f, "\n  ±: one standard error")?;
        let reason = self.reason.as_deref().unwrap_or_default();
        match (self.method, self.paths) {
            (Some(IndexMethod::Simulated), Some(paths)) if !self.indices.is_empty() => {
                writeln!(f, "  shares and indices are simulated, {paths} paths a run: {reason}")
            }
            _ if reason.is_empty() => Ok(()),
            _ => writeln!(f, "  no indices: {reason}"),
        }
    }
}

impl Sensitivity {
    fn write_variance(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(variance) = &self.variance else { return Ok(()) };
        writeln!(f, "\n  share of the variance of the event")?;
        writeln!(f, "  {:<26} {:>16}", "shocks", percent(&variance.shocks))?;
        for (what, shares) in [("", &variance.assumptions), ("numbers of ", &variance.providers)] {
            for Share { group, share } in shares {
                writeln!(f, "  {:<26} {:>16}", name(what, group), percent(share))?;
            }
        }
        Ok(())
    }

    fn write_tornado(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.tornado.is_empty() {
            return Ok(());
        }
        let wide = self.width(self.tornado.iter().map(|bar| bar.address.as_str()));
        let head = ["at its 10 %", "answer", "at its 90 %", "answer", "change"];
        let [low, at_low, high, at_high, change] = head;
        writeln!(f, "\n  {:<wide$}  {low:>12}  {at_low:>8}  {high:>12}  {at_high:>8}  {change:>8}", "assumption")?;
        for bar in &self.tornado {
            let value = |value: f64| if bar.is_of_laws { format!("law {value}") } else { short(value) };
            let [low, high] = [bar.low.value, bar.high.value].map(value);
            let (at_low, at_high) = (bar.low.answer.shown(), bar.high.answer.shown());
            let change = format!("{:+.4}", bar.swing.value);
            writeln!(f, "  {:<wide$}  {low:>12}  {at_low:>8}  {high:>12}  {at_high:>8}  {change:>8}", bar.address)?;
        }
        Ok(())
    }

    fn write_indices(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.indices.is_empty() {
            return Ok(());
        }
        let wide = self.width(self.indices.iter().map(|index| index.address.as_str()));
        writeln!(f, "\n  {:<wide$}  {:>16}  {:>16}  {:>16}", "assumption", "first-order", "total", "Shapley")?;
        for index in &self.indices {
            let [first, total, shapley] = [index.first, index.total, index.shapley].map(|index| index.to_string());
            writeln!(f, "  {:<wide$}  {first:>16}  {total:>16}  {shapley:>16}", index.address)?;
        }
        Ok(())
    }

    fn width<'a>(&self, addresses: impl Iterator<Item = &'a str>) -> usize {
        addresses.map(|address| address.chars().count()).max().unwrap_or(0).max("assumption".len())
    }
}
