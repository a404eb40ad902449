//! The raw bytes of a CSV record, which give the line and column of a field.

use std::io::{self, Read};

use crate::error::Place;

/// Bytes kept before the current record are dropped once there are this many.
const SPARE: usize = 1 << 16;
/// The longest record: a file without line ends is no table, and would be held in memory whole.
const MOST_BYTES: usize = 1 << 20;

/// A reader that keeps what was read from the start of the current record on. The parser reports where a record starts,
/// but not where its fields are.
#[derive(Debug)]
pub(super) struct Kept<R> {
    inner: R,
    kept: Vec<u8>,
    /// The offset of the first byte kept.
    start: u64,
}

impl<R> Kept<R> {
    pub(super) fn new(inner: R) -> Self {
        Self { inner, kept: Vec::new(), start: 0 }
    }

    /// The bytes from an offset on, as far as they were read.
    pub(super) fn from(&self, offset: u64) -> &[u8] {
        let skipped = usize::try_from(offset.saturating_sub(self.start)).unwrap_or(usize::MAX);
        self.kept.get(skipped..).unwrap_or(&[])
    }

    /// Allows the bytes before an offset to be dropped.
    pub(super) fn forget(&mut self, offset: u64) {
        let count = usize::try_from(offset.saturating_sub(self.start)).unwrap_or(0).min(self.kept.len());
        if count > SPARE {
            self.kept.drain(..count);
            self.start = offset;
        }
    }
}

impl<R: Read> Read for Kept<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.kept.extend_from_slice(&buffer[..count]);
        if self.kept.len() > MOST_BYTES + SPARE {
            let message = "a row is longer than 1 MiB, or a quotation mark is not closed";
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        Ok(count)
    }
}

/// The raw bytes of a record, without the line ends before it, and the line on which it starts. Where the parser is done
/// with a record, it may not have read the second byte of the line end, and it counts lines by `\n`.
pub(super) fn record_start(raw: &[u8], line: u64) -> (&[u8], usize) {
    let ends = raw.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    let lines = raw[..ends].iter().filter(|byte| **byte == b'\n').count();
    (&raw[ends..], usize::try_from(line).unwrap_or(usize::MAX).saturating_add(lines))
}

/// The place of a field, by its index, in a record that starts on `line`.
pub(super) fn place(raw: &[u8], line: usize, field: usize) -> Place {
    let raw = raw.strip_prefix(b"\xef\xbb\xbf").unwrap_or(raw);
    let mut place = Place { line, column: 1 };
    let (mut is_quoted, mut at) = (false, 0);
    for &byte in raw {
        if at == field && (byte != b' ' || is_quoted) {
            break;
        }
        match byte {
            b'"' => is_quoted = !is_quoted,
            b',' if !is_quoted => at += 1,
            b'\r' | b'\n' if !is_quoted => break,
            _ => {}
        }
        match byte {
            b'\n' => place = Place { line: place.line + 1, column: 1 },
            // Bytes within a character are not counted.
            0x80..=0xbf => {}
            _ => place.column += 1,
        }
    }
    place
}

/// Whether a quotation mark is not closed by the end of the raw bytes.
pub(super) fn is_open(raw: &[u8]) -> bool {
    raw.iter().filter(|byte| **byte == b'"').count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_have_places() {
        let at = |raw: &str, field| {
            let Place { line, column } = place(raw.as_bytes(), 7, field);
            (line, column)
        };
        assert_eq!(at("a,bc,d\nx", 0), (7, 1));
        assert_eq!(at("a,bc, d\nx", 2), (7, 7));
        assert_eq!(at("é,\"b,\"\"c\",d", 2), (7, 11));
        assert_eq!(at("\"a\nb\",c", 1), (8, 4));
        assert_eq!(at("\u{feff}a,b", 1), (7, 3));
        assert_eq!(at("a,b\n", 5), (7, 4), "the end of a short record");
    }

    #[test]
    fn line_ends_before_a_record_are_skipped() {
        assert_eq!(record_start(b"\r\n\na", 3), (b"a".as_slice(), 5));
    }

    #[test]
    fn kept_bytes_are_dropped_only_before_the_record() {
        let text = vec![b'x'; 3 * SPARE];
        let mut reader = Kept::new(text.as_slice());
        io::copy(&mut reader, &mut io::sink()).expect("read");
        reader.forget(10);
        assert_eq!(reader.from(5).len(), text.len() - 5);
        reader.forget(2 * SPARE as u64);
        assert_eq!(reader.from(2 * SPARE as u64).len(), SPARE);
    }
}
