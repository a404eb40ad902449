//! The tree that TOML and JSON both become: every value with its place, so that one decoder reads both.
//!
//! ```text
//! TOML text ─ from_toml ┐                  ┌ to_toml ──── TOML text
//! JSON text ─ from_json ┼▶ Node ─ decoder  ┤
//! any serde format ─────┘          encoder ┴ Serialize ── any serde format
//! ```
//! serde alone would not do: it drops doubled keys and a third element of a pair, takes a list for a table, and
//! forgets where a value stood. Here nothing is dropped and nothing is guessed.

mod faults;
pub(crate) use faults::places;
mod from_json;
#[cfg(feature = "toml")]
mod from_toml;
#[cfg(feature = "toml")]
mod hints;
mod serde_impl;
#[cfg(test)]
mod tests;
#[cfg(feature = "toml")]
mod to_toml;

/// What errors call the text.
const WHAT: &str = "scenario file";

/// The longest text read, in bytes; the scenario format promises 16 MiB.
pub(crate) const MAX_BYTES: usize = 16 << 20;

/// How many lists and tables may stand one inside the other, the outermost table included: the deepest scenario
/// (curves 8 deep in a segment, a distribution at the bottom) needs about 40, and recursion over 64 fits any stack.
pub(crate) const MAX_DEPTH: usize = 64;

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    /// Byte offset of the value in the text, a byte-order mark counted; none if it came from no text.
    pub(crate) offset: Option<usize>,
    pub(crate) value: Value,
}

#[derive(Debug, Clone)]
pub(crate) enum Value {
    Bool(bool),
    /// A number written as a whole one: where a count is wanted, nothing else will do.
    Integer(i64),
    /// Any other number, and whole numbers beyond `i64`. May be NaN or infinite where TOML says `nan` or `inf`.
    Number(f64),
    Text(String),
    List(Vec<Node>),
    /// In the order of the file; no key stands twice.
    Table(Vec<Entry>),
    Null,
    /// What no scenario holds, by its word: `a date or time`.
    #[cfg_attr(not(feature = "toml"), allow(dead_code, reason = "JSON has no other kinds"))]
    Other(&'static str),
}

#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) key: String,
    /// Byte offset of the key in the text.
    #[cfg_attr(not(feature = "toml"), allow(dead_code, reason = "JSON reports where it reads"))]
    pub(crate) key_offset: Option<usize>,
    pub(crate) node: Node,
}

impl Node {
    pub(crate) fn table<K: Into<String>>(entries: impl IntoIterator<Item = (K, Self)>) -> Self {
        let entry = |(key, node): (K, Self)| Entry { key: key.into(), key_offset: None, node };
        Value::Table(entries.into_iter().map(entry).collect()).into()
    }

    pub(crate) fn list<T: Into<Self>>(items: impl IntoIterator<Item = T>) -> Self {
        Value::List(items.into_iter().map(Into::into).collect()).into()
    }

    /// What stands here, in the words of an error: `expected a table, found text`.
    pub(crate) fn kind_word(&self) -> &'static str {
        match self.value {
            Value::Bool(_) => "true or false",
            Value::Integer(_) => "a whole number",
            Value::Number(_) => "a number",
            Value::Text(_) => "text",
            Value::List(_) => "a list",
            Value::Table(_) => "a table",
            Value::Null => "null",
            Value::Other(word) => word,
        }
    }

    /// The value of `key`, if this is a table that holds it.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        self.as_table()?.iter().find(|entry| entry.key == key).map(|entry| &entry.node)
    }

    pub(crate) fn as_table(&self) -> Option<&[Entry]> {
        if let Value::Table(entries) = &self.value { Some(entries) } else { None }
    }

    pub(crate) fn as_list(&self) -> Option<&[Self]> {
        if let Value::List(items) = &self.value { Some(items) } else { None }
    }

    pub(crate) fn as_text(&self) -> Option<&str> {
        if let Value::Text(text) = &self.value { Some(text) } else { None }
    }

    /// A number written as a whole one, within `i64`.
    pub(crate) fn as_integer(&self) -> Option<i64> {
        if let Value::Integer(whole) = self.value { Some(whole) } else { None }
    }

    /// Any number: where a real is wanted, a whole number may be written.
    pub(crate) fn as_number(&self) -> Option<f64> {
        match self.value {
            Value::Integer(whole) => Some(whole as f64),
            Value::Number(number) => Some(number),
            _ => None,
        }
    }
}

/// Where a value stands says nothing of what it is.
impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

/// Tables are equal in any order of their keys: `to_toml` has to write sub-tables last.
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Integer(a), Self::Integer(b)) => a == b,
            (Self::Number(a), Self::Number(b)) => a == b,
            (Self::Text(a), Self::Text(b)) => a == b,
            (Self::List(a), Self::List(b)) => a == b,
            (Self::Table(a), Self::Table(b)) => a.len() == b.len() && by_key(a) == by_key(b),
            (Self::Null, Self::Null) => true,
            (Self::Other(a), Self::Other(b)) => a == b,
            _ => false,
        }
    }
}

fn by_key(entries: &[Entry]) -> Vec<(&str, &Node)> {
    let mut pairs: Vec<_> = entries.iter().map(|entry| (entry.key.as_str(), &entry.node)).collect();
    pairs.sort_unstable_by_key(|(key, _)| *key);
    pairs
}

impl From<Value> for Node {
    fn from(value: Value) -> Self {
        Self { offset: None, value }
    }
}

impl From<bool> for Node {
    fn from(truth: bool) -> Self {
        Value::Bool(truth).into()
    }
}

impl From<i64> for Node {
    fn from(whole: i64) -> Self {
        Value::Integer(whole).into()
    }
}

impl From<u32> for Node {
    fn from(count: u32) -> Self {
        Value::Integer(count.into()).into()
    }
}

impl From<f64> for Node {
    fn from(number: f64) -> Self {
        Value::Number(number).into()
    }
}

impl From<&str> for Node {
    fn from(text: &str) -> Self {
        Value::Text(text.to_owned()).into()
    }
}

impl From<String> for Node {
    fn from(text: String) -> Self {
        Value::Text(text).into()
    }
}
