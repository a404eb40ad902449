//! JSON text to tree: `serde_json` proves the grammar, a walk over the proven text finds every key and place.
//!
//! The walk is one pass. Borrowed `RawValue`s would tell places too, but read a text again for each level of
//! nesting: half a minute for 11 MB nested 60 deep in a debug build.

use super::faults::{BYTE_ORDER_MARK, Faults, doubled, too_large};
use super::{Entry, MAX_DEPTH, Node, Value};
use crate::error::Error;
use serde::de::{Deserialize, IgnoredAny};
use std::collections::HashSet;

impl Node {
    /// Reads JSON; the first fault of syntax is reported, else every doubled key and every number out of range.
    pub(crate) fn from_json(text: &str) -> Result<Self, Error> {
        let bare = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
        let mut reader = Reader { text, at: text.len() - bare.len(), faults: Faults::of(text)? };
        // This pass does not recurse, however deep the text.
        let proven = reader.parse::<IgnoredAny>(reader.at, bare).is_some();
        let node = if proven { reader.node(0) } else { None };
        reader.faults.or(node.unwrap_or(Value::Null.into()))
    }
}

/// Stands at byte `at` of a text whose grammar is proven.
struct Reader<'t> {
    text: &'t str,
    at: usize,
    faults: Faults<'t>,
}

impl<'t> Reader<'t> {
    /// The value here, with `depth` lists and tables around it; none if it is nested too deep to be read.
    fn node(&mut self, depth: usize) -> Option<Node> {
        self.skip_blanks();
        let offset = Some(self.at);
        let value = match self.byte() {
            b'{' | b'[' if depth == MAX_DEPTH => {
                self.faults.add_too_deep(offset);
                return None;
            }
            b'{' => self.table(depth + 1)?,
            b'[' => {
                let mut items = Vec::new();
                while self.enters_item(b']') {
                    items.push(self.node(depth + 1)?);
                }
                Value::List(items)
            }
            b'"' => Value::Text(self.text().0),
            _ => self.word(),
        };
        Some(Node { offset, value })
    }

    fn table(&mut self, depth: usize) -> Option<Value> {
        let mut seen = HashSet::new();
        let mut entries = Vec::new();
        while self.enters_item(b'}') {
            let key_offset = Some(self.at);
            let (key, written) = self.text();
            if !seen.insert(key.clone()) {
                self.faults.add(key_offset, doubled(written));
            }
            self.skip_blanks();
            self.at += 1; // the colon
            entries.push(Entry { key, key_offset, node: self.node(depth)? });
        }
        Some(Value::Table(entries))
    }

    /// Goes past the bracket or comma that stands next, and past `close` too where the list is empty; whether an
    /// item follows.
    fn enters_item(&mut self, close: u8) -> bool {
        self.skip_blanks();
        let is_end = self.byte() == close;
        self.at += 1;
        self.skip_blanks();
        if !is_end && self.byte() == close {
            self.at += 1;
            return false;
        }
        !is_end
    }

    /// The string here, decoded and as it is written.
    fn text(&mut self) -> (String, &'t str) {
        let start = self.at;
        self.at += 1;
        // A zero byte is the end of the text: within a proven string it cannot stand.
        while !matches!(self.byte(), b'"' | 0) {
            self.at += if self.byte() == b'\\' { 2 } else { 1 };
        }
        self.at += 1;
        let written = &self.text[start..self.at];
        let decoded = match written.contains('\\') {
            // serde_json's scan for grammar does not look into escapes: half a surrogate pair is found only here.
            true => self.parse(start, written).unwrap_or_default(),
            false => written.trim_matches('"').to_owned(),
        };
        (decoded, written)
    }

    /// `true`, `false`, `null` or a number. One too large for a float is refused, not taken for infinity.
    fn word(&mut self) -> Value {
        let start = self.at;
        while !matches!(self.byte(), b',' | b']' | b'}' | b' ' | b'\t' | b'\r' | b'\n' | 0) {
            self.at += 1;
        }
        let written = &self.text[start..self.at];
        match (written, written.parse(), written.parse::<f64>()) {
            ("true" | "false", ..) => Value::Bool(written == "true"),
            ("null", ..) => Value::Null,
            (_, Ok(whole), _) => Value::Integer(whole),
            (_, _, Ok(number)) if number.is_finite() => Value::Number(number),
            _ => {
                self.faults.add(Some(start), too_large(written));
                Value::Null
            }
        }
    }

    /// The byte here, zero at the end of the text.
    fn byte(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    fn skip_blanks(&mut self) {
        while matches!(self.byte(), b' ' | b'\t' | b'\r' | b'\n') {
            self.at += 1;
        }
    }

    /// Parses the piece that starts at `start`; its fault, if any, is noted at its place in the whole text.
    fn parse<T: Deserialize<'t>>(&mut self, start: usize, piece: &'t str) -> Option<T> {
        let error = match serde_json::from_str(piece) {
            Ok(value) => return Some(value),
            Err(error) => error,
        };
        let position = format!(" at line {} column {}", error.line(), error.column());
        let message = error.to_string();
        let message = message.strip_suffix(&position).unwrap_or(&message);
        self.faults.add(Some(start + offset_in(piece, &error)), message);
        None
    }
}

/// `serde_json` tells a line, and a column that counts the bytes up to and including the offending one.
fn offset_in(piece: &str, error: &serde_json::Error) -> usize {
    if error.is_eof() {
        return piece.len();
    }
    let lines_before: usize = piece.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    (lines_before + error.column()).saturating_sub(1)
}
