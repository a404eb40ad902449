//! The common tree of TOML and JSON: every value with its position, so that one decoder reads both.
//!
//! ```text
//! TOML text ─ from_toml ┐                  ┌ to_toml ──── TOML text
//! JSON text ─ from_json ┼▶ Node ─ decoder  ┤
//! any serde format ─────┘          encoder ┴ Serialize ── any serde format
//! ```
//! serde alone is not sufficient: it drops duplicate keys and the third element of a pair, accepts a list as a table,
//! and loses the position of a value. This tree keeps everything.

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

/// The name of the text in errors.
const WHAT: &str = "scenario file";

/// The longest text that is read, in bytes; the scenario format guarantees 16 MiB.
pub(crate) const MAX_BYTES: usize = 16 << 20;

/// The largest nesting depth of lists and tables, including the outermost table. The deepest scenario (curves 8 deep in
/// a segment, with a distribution at the bottom) needs about 40, and recursion to 64 fits any stack.
pub(crate) const MAX_DEPTH: usize = 64;

/// A value with its position.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    /// Byte offset of the value in the text, including a byte-order mark; `None` if there is no text.
    pub(crate) offset: Option<usize>,
    pub(crate) value: Value,
}

#[derive(Debug, Clone)]
pub(crate) enum Value {
    Bool(bool),
    /// A number written as a whole one; counts must be written this way.
    Integer(i64),
    /// Any other number, and whole numbers outside of `i64`. May be NaN or infinite if TOML says `nan` or `inf`.
    Number(f64),
    Text(String),
    List(Vec<Node>),
    /// Entries in the order of the file; keys are unique.
    Table(Vec<Entry>),
    Null,
    /// A kind of value that no scenario contains, by its name: `a date or time`.
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

    /// The kind of the value in the words of an error: `expected a table, found text`.
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

    /// The value of `key`, if this is a table that contains it.
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

    /// Any number; a whole number is accepted as a real.
    pub(crate) fn as_number(&self) -> Option<f64> {
        match self.value {
            Value::Integer(whole) => Some(whole as f64),
            Value::Number(number) => Some(number),
            _ => None,
        }
    }
}

/// Equality ignores positions.
impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

/// Tables are equal in any order of keys: `to_toml` must write sub-tables last.
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
