//! Decodes growth curves and their tails.

use super::decode::Reader;
use super::tree::Node;
use crate::assumption::address::Key;
use crate::growth::{AUTO, Curve, Reading, Tail};

/// Curves of the file format that this version does not support yet.
const LATER_CURVES: [&str; 9] =
    ["hyperbolic", "damped", "logistic", "gompertz", "richards", "bass", "weibull", "share", "mixture"];

impl Reader {
    pub(super) fn curve(&mut self, node: &Node) -> Option<Curve> {
        if node.as_table().is_none() {
            return self.wanted("a table with one curve, such as { constant = 0.3 }", node);
        }
        let (key, value) = self.only(node, "curve", &["constant", "schedule", "fade"], &LATER_CURVES, &[])?;
        self.at(Key::Field(key), |reader| match key {
            "constant" => reader.assumption(value).map(Curve::constant),
            "schedule" => reader.schedule(value),
            _ => {
                reader.table(value, &["from", "to", "half_life"], &[])?;
                let from = reader.required(value, "from", Self::assumption);
                let to = reader.required(value, "to", Self::assumption);
                let half_life = reader.required(value, "half_life", Self::assumption);
                Some(Curve::fade(from?, to?, half_life?))
            }
        })
    }

    fn schedule(&mut self, node: &Node) -> Option<Curve> {
        self.table(node, &["rates", "tail", "reading"], &[])?;
        let rates = self.required(node, "rates", |reader, node| reader.list(node, "a list of rates", Self::assumption));
        let tail = node.get("tail").map_or_else(|| Some(Tail::none()), |_| self.optional(node, "tail", Self::tail));
        let reading = self.optional(node, "reading", Self::reading);
        Some(match reading {
            Some(Reading::Totals) => Curve::totals(rates?, tail?),
            Some(Reading::Point) | None => Curve::schedule(rates?, tail?),
        })
    }

    fn reading(&mut self, node: &Node) -> Option<Reading> {
        match node.as_text() {
            Some("point") => Some(Reading::Point),
            Some("totals") => Some(Reading::Totals),
            _ => self.wanted("\"point\" or \"totals\"", node),
        }
    }

    fn tail(&mut self, node: &Node) -> Option<Tail> {
        if node.as_text() == Some("hold") {
            return Some(Tail::hold());
        }
        if node.as_table().is_none() {
            return self.wanted("\"hold\", { fade = … } or { ratio = … }", node);
        }
        let (key, value) = self.only(node, "tail", &["fade", "ratio"], &[], &[])?;
        self.at(Key::Field(key), |reader| {
            if key == "ratio" {
                return match value.as_text() {
                    Some(AUTO) => Some(Tail::ratio(AUTO)),
                    _ => reader.assumption(value).map(Tail::ratio),
                };
            }
            reader.table(value, &["to", "half_life"], &[])?;
            let to = reader.required(value, "to", Self::assumption);
            let half_life = reader.required(value, "half_life", Self::assumption);
            Some(Tail::fade(to?, half_life?))
        })
    }
}
