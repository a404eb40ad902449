//! Parses TOML text to a tree.

use super::faults::{Faults, doubled, too_large};
use super::hints;
use super::{Entry, MAX_DEPTH, Node, Value};
use crate::error::{Detail, Error};
use toml::Spanned;
use toml::de::{DeInteger, DeString, DeTable, DeValue};

/// The number of syntax errors that get a hint: each hint scans its line, and a line may be a megabyte.
const MOST_HINTED: usize = 50;

impl Node {
    /// Reads TOML 1.1; reports every syntax error that the parser recovers from, with its position.
    pub(crate) fn from_toml(text: &str) -> Result<Self, Error> {
        let mut faults = Faults::of(text)?;
        let (root, errors) = DeTable::parse_recoverable(text);
        match hints::not_toml(text, &errors) {
            Some((offset, message)) => faults.add(Some(offset), message),
            None => add_faults(&mut faults, text, &errors),
        }
        let root = root.into_inner();
        // After a syntax error, the tree contains placeholders, which are not checked.
        let node = if faults.is_empty() { table(&root, Some(0), 1, &mut faults) } else { Value::Null.into() };
        dismantle(root);
        faults.or(node)
    }
}

fn add_faults(faults: &mut Faults<'_>, text: &str, errors: &[toml::de::Error]) {
    // Keys below a repeated header are duplicates only because of the header.
    let mut under = 0..0;
    for (index, error) in errors.iter().enumerate() {
        let span = error.span();
        let offset = span.as_ref().map(|span| span.start);
        match (error.message(), span.and_then(|span| text.get(span))) {
            ("duplicate key", Some(_)) if offset.is_some_and(|offset| under.contains(&offset)) => {}
            ("duplicate key", Some(key)) => {
                let header = offset.and_then(|offset| hints::doubled_header(text, offset, key));
                if let Some((message, table)) = header {
                    faults.add(offset, message);
                    under = table;
                    continue;
                }
                let quoted = if key.starts_with(['"', '\'']) { key.to_owned() } else { format!("{key:?}") };
                faults.add(offset, doubled(&quoted));
            }
            // The parser's own limit of 80, for brackets and for dotted keys, is above ours.
            ("cannot recurse further; max recursion depth met" | "recursion limit", _) => faults.add_too_deep(offset),
            (message, _) => {
                let hint = offset.filter(|_| index < MOST_HINTED).and_then(|offset| hints::of_value(text, offset));
                let (message, detail) = hint.unwrap_or_else(|| (message.to_owned(), Detail::None));
                faults.add_detail(offset, message, detail);
            }
        }
    }
}

/// `depth` is the number of lists and tables around a value.
fn node(spanned: &Spanned<DeValue<'_>>, depth: usize, faults: &mut Faults<'_>) -> Node {
    let offset = Some(spanned.span().start);
    let value = match spanned.get_ref() {
        DeValue::Array(_) | DeValue::Table(_) if depth == MAX_DEPTH => {
            faults.add_too_deep(offset);
            Value::Null
        }
        DeValue::Array(items) => Value::List(items.iter().map(|item| node(item, depth + 1, faults)).collect()),
        DeValue::Table(entries) => return table(entries, offset, depth + 1, faults),
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Boolean(truth) => Value::Bool(*truth),
        DeValue::Datetime(_) => Value::Other("a date or time"),
        DeValue::Integer(whole) => integer(whole, offset, faults),
        DeValue::Float(float) => {
            let written = float.as_str();
            real(written, written.contains("inf"), offset, faults)
        }
    };
    Node { offset, value }
}

fn table(entries: &DeTable<'_>, offset: Option<usize>, depth: usize, faults: &mut Faults<'_>) -> Node {
    let entry = |(key, value): (&Spanned<DeString<'_>>, &Spanned<_>)| Entry {
        key: key.get_ref().to_string(),
        key_offset: Some(key.span().start),
        node: node(value, depth, faults),
    };
    let mut entries: Vec<Entry> = entries.iter().map(entry).collect();
    // The parser's map is in alphabetical order.
    entries.sort_by_key(|entry| entry.key_offset);
    Node { offset, value: Value::Table(entries) }
}

fn integer(whole: &DeInteger<'_>, offset: Option<usize>, faults: &mut Faults<'_>) -> Value {
    let (digits, radix) = (whole.as_str(), whole.radix());
    match (i64::from_str_radix(digits, radix), u128::from_str_radix(digits, radix)) {
        (Ok(whole), _) => Value::Integer(whole),
        (_, _) if radix == 10 => real(digits, false, offset, faults),
        (_, Ok(whole)) => Value::Number(whole as f64),
        _ => {
            faults.add(offset, too_large(&whole.to_string()));
            Value::Null
        }
    }
}

/// A number that overflows is an error instead of infinity, unless the text says infinity.
fn real(written: &str, may_be_infinite: bool, offset: Option<usize>, faults: &mut Faults<'_>) -> Value {
    match written.parse::<f64>() {
        Ok(number) if may_be_infinite || !number.is_infinite() => Value::Number(number),
        _ => {
            faults.add(offset, too_large(written));
            Value::Null
        }
    }
}

/// Dotted keys within nested inline tables can make a tree thousands of levels deep within the parser's limits.
/// Dropping it recursively would overflow a small stack.
fn dismantle(root: DeTable<'_>) {
    let mut pending: Vec<DeValue<'_>> = vec![DeValue::Table(root)];
    while let Some(value) = pending.pop() {
        match value {
            DeValue::Array(items) => pending.extend(items.into_iter().map(Spanned::into_inner)),
            DeValue::Table(entries) => pending.extend(entries.into_iter().map(|(_, value)| value.into_inner())),
            _ => {}
        }
    }
}
