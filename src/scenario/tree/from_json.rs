//! Parses JSON text to a tree: `serde_json` validates the grammar, then a scan of the valid text finds keys and
//! positions.
//!
//! The scan is a single pass. Borrowed `RawValue`s would give positions too, but parse a text again for each level of
//! nesting: half a minute for 11 MB nested 60 deep in a debug build.

use super::faults::{BYTE_ORDER_MARK, Faults, doubled, too_large};
use super::{Entry, MAX_DEPTH, Node, Value};
use crate::error::Error;
use serde::de::{Deserialize, IgnoredAny};
use std::collections::HashSet;

impl Node {
    /// Reads JSON. Reports the first syntax error or, if there is none, every duplicate key and every number out of
    /// range.
    pub(crate) fn from_json(text: &str) -> Result<Self, Error> {
        let bare = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
        let mut reader = Reader { text, at: text.len() - bare.len(), faults: Faults::of(text)? };
        // This pass does not recurse, whatever the depth of the text.
        let proven = reader.parse::<IgnoredAny>(reader.at, bare).is_some();
        let node = if proven { reader.node(0) } else { None };
        reader.faults.or(node.unwrap_or(Value::Null.into()))
    }
}

/// A cursor at byte `at` of a text with valid grammar.
struct Reader<'t> {
    text: &'t str,
    at: usize,
    faults: Faults<'t>,
}

impl<'t> Reader<'t> {
    /// The value here, within `depth` lists and tables; `None` if it is nested too deep.
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

    /// Skips the bracket or comma at the cursor, and `close` if the list is empty; returns whether an item follows.
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

    /// The string here, decoded and as written.
    fn text(&mut self) -> (String, &'t str) {
        let start = self.at;
        self.at += 1;
        // A zero byte marks the end of the text; it cannot occur within a valid string.
        while !matches!(self.byte(), b'"' | 0) {
            self.at += if self.byte() == b'\\' { 2 } else { 1 };
        }
        self.at += 1;
        let written = &self.text[start..self.at];
        let decoded = match written.contains('\\') {
            // serde_json's grammar check ignores escapes, so that an unpaired surrogate is found only here.
            true => self.parse(start, written).unwrap_or_default(),
            false => written.trim_matches('"').to_owned(),
        };
        (decoded, written)
    }

    /// `true`, `false`, `null` or a number. A number that overflows is an error instead of infinity.
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

    /// The byte at the cursor, zero at the end of the text.
    fn byte(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    fn skip_blanks(&mut self) {
        while matches!(self.byte(), b' ' | b'\t' | b'\r' | b'\n') {
            self.at += 1;
        }
    }

    /// Parses a piece that starts at `start`; an error is recorded at its position in the whole text.
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

/// `serde_json` gives a line, and a column that counts the bytes up to and including the offending one.
fn offset_in(piece: &str, error: &serde_json::Error) -> usize {
    if error.is_eof() {
        return piece.len();
    }
    let lines_before: usize = piece.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    (lines_before + error.column()).saturating_sub(1)
}
