//! The answers of custom statistics.

use serde::Serialize;
use serde::ser::SerializeMap;

use crate::estimate::Estimate;

/// The kind of a custom statistic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CustomKind {
    Event,
    Classes,
    Statistic,
}

impl CustomKind {
    /// The method that adds it to a run.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Classes => "classify",
            Self::Statistic => "statistic",
        }
    }
}

/// The answer of a custom statistic: rows of classes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CustomAnswer {
    pub(crate) kind: CustomKind,
    pub(crate) name: String,
    pub(crate) rows: Vec<Vec<Estimate>>,
}

impl Serialize for CustomAnswer {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", &self.name)?;
        match self.kind {
            CustomKind::Event => map.serialize_entry("probability", &self.rows[0][1])?,
            CustomKind::Classes => map.serialize_entry("classes", &self.rows[0])?,
            CustomKind::Statistic => map.serialize_entry("rows", &self.rows)?,
        }
        map.end()
    }
}
