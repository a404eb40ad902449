//! Decodes growth curves and their tails.

use super::decode::Reader;
use super::tree::Node;
use crate::assumption::address::Key;
use crate::growth::{AUTO, Curve, CurveFamily, CurveLaw, Reading, Tail};

impl Reader {
    pub(super) fn curve(&mut self, node: &Node) -> Option<Curve> {
        if node.as_table().is_none() {
            return self.wanted("a table with one curve, such as { constant = 0.3 }", node);
        }
        let known: Vec<&str> = ["constant", "schedule", "fade"]
            .into_iter()
            .chain(CurveFamily::ALL.map(CurveFamily::key))
            .chain(["share", "mixture"])
            .collect();
        let (key, value) = self.only(node, "curve", &known, &[])?;
        self.at(Key::Field(key), |reader| match key {
            "constant" => reader.assumption(value).map(Curve::constant),
            "schedule" => reader.schedule(value),
            "fade" => {
                reader.table(value, &["from", "to", "half_life"])?;
                let from = reader.required(value, "from", Self::assumption);
                let to = reader.required(value, "to", Self::assumption);
                let half_life = reader.required(value, "half_life", Self::assumption);
                Some(Curve::fade(from?, to?, half_life?))
            }
            "share" => reader.share(value),
            "mixture" => reader.list(value, "a list of { weight, curve }", Self::weighted).map(Curve::mixture),
            _ => reader.closed_form(CurveFamily::ALL.into_iter().find(|family| family.key() == key)?, value),
        })
    }

    fn closed_form(&mut self, family: CurveFamily, node: &Node) -> Option<Curve> {
        let keys: Vec<&str> = family.parameters().iter().map(|(key, _)| *key).collect();
        self.table(node, &keys)?;
        let values: Vec<_> = keys.into_iter().map(|key| self.required(node, key, Self::assumption)).collect();
        let values: Option<Vec<_>> = values.into_iter().collect();
        Some(Curve(CurveLaw::Family(family, values?)))
    }

    fn share(&mut self, node: &Node) -> Option<Curve> {
        self.table(node, &["market", "from", "to", "half_life"])?;
        let market = self.required(node, "market", Self::curve);
        let from = self.required(node, "from", Self::assumption);
        let to = self.required(node, "to", Self::assumption);
        let half_life = self.required(node, "half_life", Self::assumption);
        Some(Curve::share(market?, from?, to?, half_life?))
    }

    fn weighted(&mut self, node: &Node) -> Option<(f64, Curve)> {
        self.table(node, &["weight", "curve"])?;
        let weight = self.required(node, "weight", Self::number);
        let curve = self.required(node, "curve", Self::curve);
        Some((weight?, curve?))
    }

    fn schedule(&mut self, node: &Node) -> Option<Curve> {
        self.table(node, &["rates", "tail", "reading"])?;
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
        let (key, value) = self.only(node, "tail", &["fade", "ratio"], &[])?;
        self.at(Key::Field(key), |reader| {
            if key == "ratio" {
                return match value.as_text() {
                    Some(AUTO) => Some(Tail::ratio(AUTO)),
                    _ => reader.assumption(value).map(Tail::ratio),
                };
            }
            reader.table(value, &["to", "half_life"])?;
            let to = reader.required(value, "to", Self::assumption);
            let half_life = reader.required(value, "half_life", Self::assumption);
            Some(Tail::fade(to?, half_life?))
        })
    }
}
