//! Problems of a text, collected while it is read, and reported together with lines and columns.

use super::{MAX_BYTES, MAX_DEPTH, Node, WHAT};
use crate::error::{Detail, Error, Kind, MOST_REPORTED, Place, Problem};

pub(super) const BYTE_ORDER_MARK: &str = "\u{feff}";

pub(super) struct Faults<'t> {
    text: &'t str,
    found: Vec<(Option<usize>, String, Detail)>,
}

impl<'t> Faults<'t> {
    /// An empty collection, after a check of the text's length.
    pub(super) fn of(text: &'t str) -> Result<Self, Error> {
        if text.len() > MAX_BYTES {
            let message = format!("a file may have at most {} MiB, got {} bytes", MAX_BYTES >> 20, text.len());
            let problem = Problem { detail: Detail::StatesValue, ..Problem::new("", message) };
            return Err(Error::of(Kind::Invalid, WHAT, vec![problem]));
        }
        Ok(Self { text, found: Vec::new() })
    }

    pub(super) fn add(&mut self, offset: Option<usize>, message: impl Into<String>) {
        self.add_detail(offset, message.into(), Detail::None);
    }

    pub(super) fn add_detail(&mut self, offset: Option<usize>, message: String, detail: Detail) {
        self.found.push((offset, message, detail));
    }

    pub(super) fn add_too_deep(&mut self, offset: Option<usize>) {
        self.add(offset, too_deep());
    }

    #[cfg(feature = "toml")]
    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// The node if there are no problems, otherwise all distinct problems in the order of the text.
    pub(super) fn or(mut self, node: Node) -> Result<Node, Error> {
        if self.found.is_empty() {
            return Ok(node);
        }
        self.found.sort();
        self.found.dedup();
        let omitted = self.found.len().saturating_sub(MOST_REPORTED);
        self.found.truncate(MOST_REPORTED);
        let mut cursor = Cursor::at_start(self.text);
        let problem = |(offset, message, detail): (Option<usize>, String, Detail)| {
            let place = offset.map(|offset| cursor.advance(offset));
            Problem { place, detail, ..Problem::new("", message) }
        };
        let mut problems: Vec<_> = self.found.into_iter().map(problem).collect();
        if omitted > 0 {
            problems.push(Problem::new("", format!("and {omitted} more problems")));
        }
        Err(Error::of(Kind::Invalid, WHAT, problems))
    }
}

pub(super) fn too_deep() -> String {
    format!("lists and tables may be nested at most {MAX_DEPTH} deep")
}

/// `key` is written as in the text, including quotes.
pub(super) fn doubled(key: &str) -> String {
    format!("the key {key} is given twice")
}

pub(super) fn too_large(written: &str) -> String {
    format!("the number {} is beyond the range of a 64-bit float", shortened(written))
}

/// The beginning of a long number.
fn shortened(written: &str) -> String {
    match written.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &written[..end]),
        None => written.to_owned(),
    }
}

/// The position of each offset, in one pass over the text.
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

/// Finds positions for ascending offsets in a single pass over the text: `Place::of` for each would be quadratic.
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
