//! Scenario files: TOML and JSON, read and written through the same tree.

use std::collections::HashMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};

use super::item_key::address_key;
use super::tree::{Node, Value, places};
use super::{Scenario, decode, encode};
use crate::assumption::address::{ProviderKey, Token, first_token, of_provider};
use crate::error::{Error, Kind, Problem};

impl Scenario {
    /// Reads a scenario from TOML 1.1.
    ///
    /// # Errors
    /// All problems, with address, line and column.
    ///
    /// # Example: an error with its position
    /// ```
    /// use outgrow::Scenario;
    /// let error = Scenario::from_toml("base = '2018'\nhorizon = '2017'\nprovider = [{ name = 'A', revenue = 1, growth = { constant = 0.1 } }]")
    ///     .unwrap_err();
    /// assert_eq!(error.to_string(), "invalid scenario: horizon (line 2, column 11): horizon must lie after base 2018, got 2017");
    /// ```
    #[cfg(feature = "toml")]
    pub fn from_toml(text: &str) -> Result<Self, Error> {
        let root = Node::from_toml(text)?;
        Self::from_tree(&root).map_err(|error| placed(&error, text, &root))
    }

    /// Reads a scenario from JSON, with the same structure as in TOML.
    ///
    /// # Errors
    /// All problems, with address, line and column.
    ///
    /// # Example: one provider
    /// ```
    /// use outgrow::Scenario;
    /// let scenario = Scenario::from_json(r#"{ "base": "2018", "horizon": "2020",
    ///     "provider": [{ "name": "A", "revenue": 1, "growth": { "constant": 0.1 } }] }"#)?;
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let root = Node::from_json(text)?;
        Self::from_tree(&root).map_err(|error| placed(&error, text, &root))
    }

    /// Writes the scenario as TOML, which reads back as an equal scenario. For JSON, use
    /// `serde_json::to_string(&scenario)`.
    ///
    /// # Errors
    /// If a curve is a closure, which no file can represent.
    ///
    /// # Example: a round trip
    /// ```
    /// # use outgrow::{Curve, Provider, Scenario};
    /// # let scenario = Scenario::builder("2018", "2020")
    /// #     .provider(Provider::new("A", 1).growth(Curve::constant(0.3))).build()?;
    /// assert_eq!(Scenario::from_toml(&scenario.to_toml()?)?, scenario);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    #[cfg(feature = "toml")]
    pub fn to_toml(&self) -> Result<String, Error> {
        self.to_tree()?.to_toml()
    }

    pub(super) fn from_tree(root: &Node) -> Result<Self, Error> {
        decode::scenario(root).map_err(|problems| Error::of(Kind::Invalid, "scenario", problems))?.checked()
    }

    /// # Errors
    /// If a curve is a closure.
    pub(crate) fn to_tree(&self) -> Result<Node, Error> {
        let problem = |(name, address): (String, String)| {
            Problem::new(address, format!("the custom curve {name:?} is a closure and cannot be written"))
        };
        let problems: Vec<Problem> = self.closures().into_iter().map(problem).collect();
        if problems.is_empty() {
            Ok(encode::scenario(self))
        } else {
            Err(Error::of(Kind::Invalid, "scenario", problems))
        }
    }

    /// The name and the address of every custom curve.
    pub(crate) fn closures(&self) -> Vec<(String, String)> {
        let custom = |series: super::SeriesOf<'_>| {
            let (name, rest) = series.own.growth.as_ref()?.closure()?;
            Some((name, of_provider(&series.name(), ProviderKey::Growth) + &rest + ".custom"))
        };
        self.series().into_iter().filter_map(custom).collect()
    }
}

/// Adds line and column to each problem whose address occurs in the text.
fn placed(error: &Error, text: &str, root: &Node) -> Error {
    let mut problems = error.problems().to_vec();
    let mut finder = Finder::default();
    let offsets: Vec<_> = problems.iter().map(|problem| finder.locate(root, &problem.address)).collect();
    for (problem, place) in problems.iter_mut().zip(places(text, &offsets)) {
        problem.place = place;
    }
    Error::of(Kind::Invalid, "scenario", problems)
}

/// Locates addresses. Each list or table is indexed once, however many problems it has.
#[derive(Default)]
struct Finder<'n> {
    listed: HashMap<*const Node, Below<'n>>,
}

impl<'n> Finder<'n> {
    /// The offset of an address, or of its deepest part that exists.
    fn locate(&mut self, root: &'n Node, address: &str) -> Option<usize> {
        let (mut node, mut rest) = (root, address);
        while let Some((token, further)) = first_token(rest) {
            match self.below(node, token) {
                Some(below) => (node, rest) = (below, further),
                None => break,
            }
        }
        node.offset
    }

    /// The node that a step leads to: by key, by name, or otherwise by index.
    fn below(&mut self, node: &'n Node, token: Token<'_>) -> Option<&'n Node> {
        let below = self.listed.entry(std::ptr::from_ref(node)).or_insert_with(|| Below::of(node));
        let item = match token {
            Token::Field(field) => return below.fields.get(field).copied(),
            Token::Item(item) => item,
        };
        let index = || item.parse::<usize>().ok();
        below.items.get(item).copied().or_else(|| match &node.value {
            Value::Table(entries) => entries.get(index()?).map(|entry| &entry.node),
            Value::List(items) => items.get(index()?),
            Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Number(_) | Value::Text(_) | Value::Other(_) => {
                None
            }
        })
    }
}

/// The nodes below a table or a list: the keys of a table, as fields and as names, and the names of a list's items.
struct Below<'n> {
    fields: HashMap<String, &'n Node>,
    items: HashMap<&'n str, &'n Node>,
}

impl<'n> Below<'n> {
    fn of(node: &'n Node) -> Self {
        let mut below = Self { fields: HashMap::new(), items: HashMap::new() };
        for entry in node.as_table().unwrap_or_default() {
            below.fields.insert(address_key(&entry.key), &entry.node);
            below.items.insert(&entry.key, &entry.node);
        }
        for item in node.as_list().unwrap_or_default() {
            if let Some(name) = item.get("name").and_then(Node::as_text) {
                below.items.entry(name).or_insert(item);
            }
        }
        below
    }
}

impl Serialize for Scenario {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_tree().map_err(ser::Error::custom)?.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Scenario {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_tree(&Node::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}
