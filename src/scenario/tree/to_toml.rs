//! Writes a tree as TOML text in the layout of the scenario format: plain values first, then `[[provider]]` blocks,
//! with curves and distributions on one line. toml's own pretty writer would write every table as a section.

use super::{Entry, Node, Value, WHAT};
use crate::error::Error;
use std::fmt::Write;

/// The length from which on a line is broken at the items of a list of tables, such as the curves of a mixture.
const WIDTH: usize = 110;

impl Node {
    /// # Errors
    /// If the tree contains `null`, which TOML lacks, or is not a table; the address is that of the offending value.
    pub(crate) fn to_toml(&self) -> Result<String, Error> {
        let Value::Table(entries) = &self.value else {
            return Err(unwritable("", &format!("a file must be a table, not {}", self.kind_word())));
        };
        let mut out = String::new();
        block(&mut out, "", entries)?;
        Ok(out)
    }
}

enum Syntax {
    /// `key = value`
    Line,
    /// `[key]`
    Header,
    /// `[[key]]`, once for each item
    Headers,
}

fn syntax(node: &Node, path: &str) -> Syntax {
    match &node.value {
        Value::List(items) if is_list_of_tables(items) => Syntax::Headers,
        // At the top level, `[assumption]` is a section, while `innovations = { student_t = { df = 5 } }` stays on one
        // line.
        Value::Table(entries) if path.is_empty() && entries.len() > 1 => Syntax::Header,
        _ => Syntax::Line,
    }
}

fn is_list_of_tables(items: &[Node]) -> bool {
    !items.is_empty() && items.iter().all(|item| matches!(item.value, Value::Table(_)))
}

fn block(out: &mut String, path: &str, entries: &[Entry]) -> Result<(), Error> {
    let (lines, blocks): (Vec<_>, Vec<_>) =
        entries.iter().partition(|entry| matches!(syntax(&entry.node, path), Syntax::Line));
    for Entry { key, node, .. } in lines {
        let start = out.len();
        out.push_str(&written_key(key));
        out.push_str(" = ");
        value(out, node, start, 0).map_err(|why| unwritable(&joined(path, key), &why))?;
        out.push('\n');
    }
    for Entry { key, node, .. } in blocks {
        let path = joined(path, key);
        match &node.value {
            Value::Table(entries) => section(out, &format!("[{path}]"), &path, entries)?,
            Value::List(items) => {
                for entries in items.iter().filter_map(Node::as_table) {
                    section(out, &format!("[[{path}]]"), &path, entries)?;
                }
            }
            _ => unreachable!("only tables and lists of tables are blocks"),
        }
    }
    Ok(())
}

fn section(out: &mut String, header: &str, path: &str, entries: &[Entry]) -> Result<(), Error> {
    let gap = if out.is_empty() { "" } else { "\n" };
    let _ = writeln!(out, "{gap}{header}");
    block(out, path, entries)
}

fn joined(path: &str, key: &str) -> String {
    let dot = if path.is_empty() { "" } else { "." };
    format!("{path}{dot}{}", written_key(key))
}

/// Writes a value on the line that began at `start`, or over several lines if that would be too long.
fn value(out: &mut String, node: &Node, start: usize, indent: usize) -> Result<(), String> {
    let before = out.len();
    one_line(out, node)?;
    let is_long = out.len() - start > WIDTH;
    match &node.value {
        Value::List(items) if is_long && is_list_of_tables(items) => {
            out.truncate(before);
            broken_list(out, items, indent)
        }
        Value::Table(entries) if is_long => {
            out.truncate(before);
            inline_table(out, entries, |out, node| value(out, node, start, indent))
        }
        _ => Ok(()),
    }
}

fn broken_list(out: &mut String, items: &[Node], indent: usize) -> Result<(), String> {
    let inner = indent + 4;
    out.push_str("[\n");
    for item in items {
        let start = out.len();
        let _ = write!(out, "{:inner$}", "");
        value(out, item, start, inner)?;
        out.push_str(",\n");
    }
    let _ = write!(out, "{:indent$}]", "");
    Ok(())
}

fn one_line(out: &mut String, node: &Node) -> Result<(), String> {
    match &node.value {
        Value::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
        Value::Integer(whole) => _ = write!(out, "{whole}"),
        Value::Number(number) => out.push_str(&written_number(*number)),
        Value::Text(text) => out.push_str(&toml::Value::String(text.clone()).to_string()),
        Value::List(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { ", " });
                one_line(out, item)?;
            }
            out.push(']');
        }
        Value::Table(entries) => inline_table(out, entries, one_line)?,
        Value::Null | Value::Other(_) => return Err(format!("{} cannot be written", node.kind_word())),
    }
    Ok(())
}

fn inline_table(
    out: &mut String,
    entries: &[Entry],
    mut write_value: impl FnMut(&mut String, &Node) -> Result<(), String>,
) -> Result<(), String> {
    out.push('{');
    for (index, Entry { key, node, .. }) in entries.iter().enumerate() {
        out.push_str(if index == 0 { " " } else { ", " });
        out.push_str(&written_key(key));
        out.push_str(" = ");
        write_value(out, node)?;
    }
    out.push_str(if entries.is_empty() { "}" } else { " }" });
    Ok(())
}

/// `Debug` gives a float's shortest form with a point or an exponent, which TOML requires for floats.
fn written_number(number: f64) -> String {
    match number {
        number if number.is_nan() => "nan".to_owned(),
        f64::INFINITY => "inf".to_owned(),
        f64::NEG_INFINITY => "-inf".to_owned(),
        _ => format!("{number:?}"),
    }
}

/// The key as toml writes it at the start of a line, which is the only access to its quoting rules.
fn written_key(key: &str) -> String {
    let line = toml::Table::from_iter([(key.to_owned(), toml::Value::Boolean(true))]).to_string();
    line.trim_end().strip_suffix(" = true").unwrap_or(&line).to_owned()
}

fn unwritable(address: &str, message: &str) -> Error {
    Error::invalid(WHAT, address, message)
}
