//! What is wrong with a text, gathered while it is read, and reported once with lines and columns.

use super::{MAX_BYTES, MAX_DEPTH, Node, WHAT};
use crate::error::{Error, Kind, MOST_TOLD, Place, Problem};

pub(super) const BYTE_ORDER_MARK: &str = "\u{feff}";

pub(super) struct Faults<'t> {
    text: &'t str,
    found: Vec<(Option<usize>, String)>,
}

impl<'t> Faults<'t> {
    /// Nothing found yet, but for the length of the text.
    pub(super) fn of(text: &'t str) -> Result<Self, Error> {
        if text.len() > MAX_BYTES {
            let message = format!("at most {} MiB are read, this is {} bytes", MAX_BYTES >> 20, text.len());
            return Err(Error::invalid(WHAT, "", message));
        }
        Ok(Self { text, found: Vec::new() })
    }

    pub(super) fn add(&mut self, offset: Option<usize>, message: impl Into<String>) {
        self.found.push((offset, message.into()));
    }

    pub(super) fn add_too_deep(&mut self, offset: Option<usize>) {
        self.add(offset, too_deep());
    }

    #[cfg(feature = "toml")]
    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// The node if nothing was found, else everything that was, in the order of the text, each once.
    pub(super) fn or(mut self, node: Node) -> Result<Node, Error> {
        if self.found.is_empty() {
            return Ok(node);
        }
        self.found.sort();
        self.found.dedup();
        let untold = self.found.len().saturating_sub(MOST_TOLD);
        self.found.truncate(MOST_TOLD);
        let mut cursor = Cursor::at_start(self.text);
        let problem = |(offset, message): (Option<usize>, String)| {
            let place = offset.map(|offset| cursor.advance(offset));
            Problem { address: String::new(), message, place }
        };
        let mut problems: Vec<_> = self.found.into_iter().map(problem).collect();
        if untold > 0 {
            problems.push(Problem::new("", format!("and {untold} problems more")));
        }
        Err(Error::of(Kind::Invalid, WHAT, problems))
    }
}

pub(super) fn too_deep() -> String {
    format!("lists and tables are read at most {MAX_DEPTH} deep")
}

/// `what` is the key as it stands in the text, quotes included.
pub(super) fn doubled(key: &str) -> String {
    format!("the key {key} is given twice")
}

pub(super) fn too_large(written: &str) -> String {
    format!("the number {} is beyond the range of a 64-bit float", shortened(written))
}

/// A number of a million digits need not be repeated in full.
fn shortened(written: &str) -> String {
    match written.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &written[..end]),
        None => written.to_owned(),
    }
}

/// The place of each offset, in one pass over the text.
pub(crate) fn places(text: &str, offsets: &[Option<usize>]) -> Vec<Option<Place>> {
    let mut order: Vec<usize> = (0..offsets.len()).collect();
    order.sort_by_key(|index| offsets[*index]);
    let mut cursor = Cursor::at_start(text);
    let mut places = vec![None; offsets.len()];
    for index in order {
        places[index] = offsets[index].map(|offset| cursor.advance(offset));
    }
    places
}

/// Goes through the text once for all offsets in ascending order: `Place::of` for each would be quadratic.
struct Cursor<'t> {
    text: &'t str,
    offset: usize,
    place: Place,
}

impl<'t> Cursor<'t> {
    fn at_start(text: &'t str) -> Self {
        let offset = if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
        Self { text, offset, place: Place { line: 1, column: 1 } }
    }

    fn advance(&mut self, to: usize) -> Place {
        let to = boundary_at(self.text, to).max(self.offset);
        let passed = &self.text[self.offset..to];
        if let Some(newline) = passed.rfind('\n') {
            self.place.line += passed.matches('\n').count();
            self.place.column = 1 + passed[newline + 1..].chars().count();
        } else {
            self.place.column += passed.chars().count();
        }
        self.offset = to;
        self.place
    }
}

/// The last character boundary up to `offset`.
fn boundary_at(text: &str, offset: usize) -> usize {
    (0..=offset.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_agrees_with_place_of() {
        for text in ["é = 1\r\nđ = \"界\"\n\n  x", "\u{feff}a = 1\nb", ""] {
            let mut cursor = Cursor::at_start(text);
            for offset in (0..=text.len() + 1).filter(|at| *at > text.len() || text.is_char_boundary(*at)) {
                assert_eq!(cursor.advance(offset), Place::of(text, offset), "{text:?} at {offset}");
            }
        }
    }
}
