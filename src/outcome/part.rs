//! The parts of an outcome that may be absent.

use std::borrow::Cow;

use serde::Serialize;

use super::{Fan, RankTable, ShareFan};
use crate::scenario::Measure;

/// The answers for one provider.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct ProviderOutcome {
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Part::is_off")]
    pub(crate) revenue: Part<Fan>,
    #[serde(skip_serializing_if = "Part::is_off")]
    pub(crate) rank: Part<RankTable>,
    #[serde(skip_serializing_if = "Part::is_off")]
    pub(crate) share: Part<ShareFan>,
    /// Revenue over years by measure, if requested.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) measured: Vec<MeasuredFan>,
    /// The segments of a provider that has some.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) segments: Vec<SegmentOutcome>,
}

impl ProviderOutcome {
    /// `Provider/Segment` of each segment.
    pub(crate) fn segment_names(&self) -> impl Iterator<Item = String> + '_ {
        self.segments.iter().map(|segment| format!("{}/{}", self.name, segment.name))
    }

    /// The name of the provider, then those of its segments.
    pub(crate) fn names(&self) -> impl Iterator<Item = String> + '_ {
        std::iter::once(self.name.clone()).chain(self.segment_names())
    }
}

/// The answers for one segment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct SegmentOutcome {
    /// Without the name of the provider.
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Part::is_off")]
    pub(crate) revenue: Part<Fan>,
}

/// Revenue under one measure.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct MeasuredFan {
    pub(crate) measure: Measure,
    pub(crate) revenue: Part<Fan>,
}

/// A part of the answers: known, switched off, or without an exact answer (serialized as null).
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Part<T> {
    Known(T),
    Off,
    NotExact(Cow<'static, str>),
}

impl<T> Part<T> {
    /// The answer, if known.
    pub(crate) fn known(&self) -> Option<&T> {
        if let Self::Known(part) = self { Some(part) } else { None }
    }

    pub(crate) fn is_off(&self) -> bool {
        matches!(self, Self::Off)
    }

    /// The reason why there is no exact answer.
    pub(crate) fn reason(&self) -> Option<&Cow<'static, str>> {
        if let Self::NotExact(reason) = self { Some(reason) } else { None }
    }
}

impl<T> From<Option<T>> for Part<T> {
    fn from(part: Option<T>) -> Self {
        part.map_or(Self::Off, Self::Known)
    }
}

impl<T: Serialize> Serialize for Part<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Known(part) => part.serialize(serializer),
            Self::Off | Self::NotExact(_) => serializer.serialize_none(),
        }
    }
}
