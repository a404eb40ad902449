//! Decodes a distribution.

use super::decode::Reader;
use super::tree::{Node, Value};
use crate::assumption::address::Key;
use crate::assumption::family::{Family, Notation};
use crate::assumption::law::Law;
use crate::assumption::quantiles::{Quantiles, StatedPair};

/// What a key of a distribution is followed by.
#[derive(Debug, Clone, Copy)]
enum LawKey {
    Family(Family),
    Quantiles,
    Discrete,
    Empirical,
    Truncated,
    Fixed,
}

impl LawKey {
    /// Every key with its kind; a plain number has nothing to truncate.
    fn all(with_fixed: bool) -> impl Iterator<Item = (&'static str, Self)> {
        let families = Family::ALL.into_iter().map(|family| (family.key(), Self::Family(family)));
        let others = [
            ("quantiles", Self::Quantiles),
            ("discrete", Self::Discrete),
            ("empirical", Self::Empirical),
            ("truncated", Self::Truncated),
        ];
        families.chain(others).chain(with_fixed.then_some(("fixed", Self::Fixed)))
    }
}

impl Reader {
    /// The single distribution of a table, beside the other keys that are allowed there.
    pub(super) fn law(&mut self, node: &Node, beside: &[&str], with_fixed: bool) -> Option<Law> {
        let known: Vec<&str> = LawKey::all(with_fixed).map(|(key, _)| key).collect();
        let (found, value) = self.only(node, "distribution", &known, beside)?;
        let (key, kind) = LawKey::all(with_fixed).find(|(key, _)| *key == found)?;
        self.at(Key::Field(key), |reader| match kind {
            LawKey::Family(family) => reader.family(value, family),
            LawKey::Quantiles => reader.quantiles(value).map(Box::new).map(Law::Quantiles),
            LawKey::Discrete => {
                reader.list(value, "a list of [value, weight]", Self::value_and_weight).map(Law::Discrete)
            }
            LawKey::Empirical => reader.list(value, "a list of numbers", Self::number).map(Law::Empirical),
            LawKey::Truncated => reader.truncated(value),
            LawKey::Fixed => reader.number(value).map(Law::Number),
        })
    }

    fn family(&mut self, node: &Node, family: Family) -> Option<Law> {
        let names: Vec<&str> = family.parameters().iter().map(|(name, _)| *name).collect();
        let values = match family.notation() {
            Notation::List => self.numbers(node, &names)?,
            Notation::Table { defaults } => {
                self.table(node, &names)?;
                let required = names.len() - defaults.len();
                let values = names.iter().enumerate().map(|(index, name)| match index.checked_sub(required) {
                    Some(place) if node.get(name).is_none() => Some(defaults[place]),
                    _ => self.required(node, name, Self::number),
                });
                // All are read, so that every problem is reported.
                values.collect::<Vec<_>>().into_iter().collect::<Option<Vec<f64>>>()?
            }
        };
        Some(Law::Family(family, values))
    }

    /// A list of as many numbers as there are names.
    fn numbers(&mut self, node: &Node, names: &[&str]) -> Option<Vec<f64>> {
        let what = format!("[{}]", names.join(", "));
        let values = self.list(node, &what, Self::number)?;
        if values.len() == names.len() {
            return Some(values);
        }
        self.report(format!("must be {what}, got {} numbers", values.len()));
        None
    }

    fn value_and_weight(&mut self, node: &Node) -> Option<[f64; 2]> {
        self.numbers(node, &["value", "weight"])?.try_into().ok()
    }

    /// The median, a symmetric pair of quantiles, and bounds.
    fn quantiles(&mut self, node: &Node) -> Option<Quantiles> {
        let known = ["p05", "p10", "p20", "p25", "p50", "p75", "p80", "p90", "p95", "low", "high"];
        self.table(node, &known)?;
        let outer = known.into_iter().filter(|key| key.starts_with('p') && *key != "p50");
        let outer: Vec<&str> = outer.filter(|key| node.get(key).is_some()).collect();
        let is_pair = |level: &StatedPair| outer == [level.keys()[0], level.keys()[2]];
        let Some(level) = StatedPair::ALL.into_iter().find(is_pair) else {
            if let [one] = outer[..] {
                let of = StatedPair::ALL.into_iter().find(|level| level.keys().contains(&one))?;
                let [low, _, high] = of.keys();
                return self.required(node, if one == low { high } else { low }, |_, _| None);
            }
            let found = if outer.is_empty() { "none".to_owned() } else { outer.join(" and ") };
            self.report(format!(
                "must contain p50 and one pair of quantiles (p05 and p95, p10 and p90, p20 and p80, or p25 and p75), got {found}"
            ));
            return None;
        };
        let points = level.keys().map(|key| self.required(node, key, Self::number));
        let [low, high] = ["low", "high"].map(|key| self.optional(node, key, Self::number));
        let [lower, median, upper] = points;
        Some(Quantiles { low, high, ..Quantiles::new(level, [lower?, median?, upper?]) })
    }

    fn truncated(&mut self, node: &Node) -> Option<Law> {
        self.table(node, &["of", "low", "high"])?;
        let of = self.required(node, "of", |reader, node| match node.value {
            Value::Table(_) => reader.law(node, &[], false),
            _ => reader.wanted("a distribution", node),
        });
        let low = self.optional(node, "low", Self::number);
        let high = self.optional(node, "high", Self::number);
        Some(Law::Truncated { of: Box::new(of?), low, high })
    }
}
