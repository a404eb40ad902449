//! An audit as text, and as JSON.

use std::fmt;

use serde::Serialize;
use serde::ser::SerializeMap;

use super::scene::SEED;
use super::{Audit, Finding, Weights};
use crate::number::short;

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}  {}", self.kind, self.address)?;
        writeln!(f, "  seen: {}", self.seen)?;
        for figure in &self.figures {
            writeln!(f, "    {:>12}  {}", short(figure.value), figure.what)?;
        }
        write!(f, "  do:   {}", self.advice)
    }
}

impl fmt::Display for Weights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, by {}: {}", self.question, self.by, self.answer.shown())?;
        for weight in &self.assumptions {
            let (from, to) = (weight.at_low.shown(), weight.at_high.shown());
            let (low, high) = (short(weight.low), short(weight.high));
            write!(f, "\n  {from:>8} to {to:<8}  {} at {low} and {high}", weight.address)?;
        }
        for unmet in &self.unmet {
            write!(f, "\n  {unmet}")?;
        }
        if self.assumptions.is_empty() && self.unmet.is_empty() {
            write!(f, "\n  depends on no drawn assumption")?;
        }
        Ok(())
    }
}

impl fmt::Display for Audit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.findings.len() {
            0 => writeln!(f, "Audit: no findings. This is no proof: the audit finds only the problems that it knows.")?,
            1 => writeln!(f, "Audit: 1 finding")?,
            count => writeln!(f, "Audit: {count} findings")?,
        }
        for finding in &self.findings {
            writeln!(f, "\n{finding}")?;
        }
        if !self.weights.is_empty() {
            writeln!(f, "\nWhat moves each answer most: assumptions at their 10 % and 90 % quantiles")?;
        }
        for weights in &self.weights {
            writeln!(f, "\n{weights}")?;
        }
        Ok(())
    }
}

impl Serialize for Audit {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("outgrow", env!("CARGO_PKG_VERSION"))?;
        map.serialize_entry("paths", &self.paths)?;
        map.serialize_entry("seed", &SEED)?;
        map.serialize_entry("findings", &self.findings)?;
        map.serialize_entry("weights", &self.weights)?;
        map.end()
    }
}
