//! Decodes innovations, shocks, factors and jumps.

use super::decode::Reader;
use super::item_key::keys;
use super::shock::{Centring, Factor, Innovations, Jump, Shock, ShockKind};
use super::tree::{Node, Value};
use crate::assumption::address::{FactorKey, JumpKey, Key};
use crate::error::did_you_mean;

const INNOVATIONS: [&str; 2] = ["gaussian", "student_t"];

impl Reader {
    pub(super) fn innovations(&mut self, node: &Node) -> Option<Innovations> {
        if node.as_table().is_none() {
            self.word(node, &INNOVATIONS, &["gaussian"], "gaussian\" or { student_t = { df = 5 } }")?;
            return Some(Innovations::Gaussian);
        }
        let (key, node) = self.only(node, "distribution", &["student_t"], &[])?;
        self.at(Key::Field(key), |reader| {
            reader.table(node, &["df"])?;
            let df = reader.required(node, "df", Self::number)?;
            Some(Innovations::StudentT { df })
        })
    }

    pub(super) fn shock(&mut self, node: &Node) -> Option<Shock> {
        let all = ShockKind::ALL.map(ShockKind::key);
        if node.as_table().is_none() {
            let wanted = "random_walk\" or a table such as { reverting = { half_life = 2 } }";
            self.word(node, &all, &["random_walk"], wanted)?;
            return Some(Shock::RandomWalk);
        }
        let mut tables = ShockKind::ALL.into_iter().filter(|kind| !kind.numbers().is_empty());
        let (key, node) = self.only(node, "shock", &tables.clone().map(ShockKind::key).collect::<Vec<_>>(), &[])?;
        let kind = tables.find(|kind| kind.key() == key)?;
        self.at(Key::Field(key), |reader| {
            let known: Vec<&str> = kind.numbers().iter().map(|(name, _)| *name).collect();
            reader.table(node, &known)?;
            let mut number = |name| reader.required(node, name, Self::assumption);
            match kind {
                ShockKind::RandomWalk => Some(Shock::RandomWalk),
                ShockKind::Persistent => Some(Shock::Persistent { half_life: number("half_life")? }),
                ShockKind::Reverting => Some(Shock::Reverting { half_life: number("half_life")? }),
                ShockKind::DampedTrend => {
                    let [share, half_life] = ["share", "half_life"].map(number);
                    Some(Shock::DampedTrend { share: share?, half_life: half_life? })
                }
            }
        })
    }

    pub(super) fn centring(&mut self, node: &Node) -> Option<Centring> {
        match self.word(node, &["median", "mean"], &["median", "mean"], "median\" or \"mean\"")? {
            "mean" => Some(Centring::Mean),
            _ => Some(Centring::Median),
        }
    }

    /// One of the words `valid`; `known` also lists words that stand for a table.
    fn word<'n>(&mut self, node: &'n Node, known: &[&str], valid: &[&str], wanted: &str) -> Option<&'n str> {
        match &node.value {
            Value::Text(word) if valid.contains(&word.as_str()) => Some(word),
            Value::Text(word) if known.contains(&word.as_str()) => {
                self.wanted(&format!("a table with its numbers, such as {{ {word} = {{ … }} }}"), node)
            }
            Value::Text(word) => {
                let hint = did_you_mean(word, known.iter().copied());
                self.report(format!("unknown word {word:?}{hint}; known: {}", known.join(", ")));
                None
            }
            Value::Null
            | Value::Bool(_)
            | Value::Integer(_)
            | Value::Number(_)
            | Value::List(_)
            | Value::Table(_)
            | Value::Other(_) => self.wanted(&format!("\"{wanted}"), node),
        }
    }

    /// The loadings of a provider, by the name of the factor.
    pub(super) fn loadings(&mut self, node: &Node) -> Option<Vec<(String, f64)>> {
        let Some(entries) = node.as_table() else { return self.wanted("a table of factors and numbers", node) };
        let keys = keys(entries.iter().map(|entry| Some(entry.key.as_str())));
        let mut read = Vec::new();
        for (entry, key) in entries.iter().zip(&keys) {
            let loading = self.at(key.borrow(), |reader| reader.number(&entry.node));
            read.push(loading.map(|loading| (entry.key.clone(), loading)));
        }
        read.into_iter().collect()
    }

    pub(super) fn jump(&mut self, node: &Node) -> Option<Jump> {
        self.table(node, JumpKey::TEXTS)?;
        let at = self.required(node, "at", Self::text);
        let log_size = self.required(node, "log_size", Self::assumption);
        let probability = self.optional(node, "probability", Self::number);
        let has_probability = node.get("probability").is_some();
        let probability = if has_probability { probability? } else { 1.0 };
        Some(Jump { at: at?, log_size: log_size?, probability })
    }

    pub(super) fn factor(&mut self, node: &Node) -> Option<Factor> {
        self.table(node, FactorKey::TEXTS)?;
        let name = self.required(node, "name", Self::text);
        let drift = self.optional(node, "drift", Self::assumption);
        let volatility = self.required(node, "volatility", Self::assumption);
        Some(Factor { name: name?, drift: drift.unwrap_or_else(|| 0.0.into()), volatility: volatility? })
    }
}
