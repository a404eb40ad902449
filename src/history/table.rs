//! A CSV table with columns found by name, read one record at a time.

use std::io::Read;

use csv::{ByteRecord, Reader, ReaderBuilder, Trim};

use super::raw::{self, Kept};
use crate::error::{Error, Kind, Place, Problem, did_you_mean};

/// A column by its name, or by another one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) other: Option<&'static str>,
    pub(super) is_required: bool,
}

/// A problem with a field of the current record, by the index of its column among those asked for.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) field: usize,
    pub(super) message: String,
}

pub(super) struct Table<'r> {
    reader: Reader<Kept<&'r mut dyn Read>>,
    columns: Vec<Column>,
    /// Where each column is in the file, if it is there.
    found: Vec<Option<usize>>,
    width: usize,
    record: ByteRecord,
    /// Where the record starts: its byte, and its line.
    start: u64,
    line: usize,
    rows: u64,
    problems: Vec<Problem>,
}

/// The most rows of a table, the head included: its figures stay in memory, 32 bytes each, and a name takes some 200.
const MOST_ROWS: u64 = 2_000_000;

impl<'r> Table<'r> {
    /// Reads the header.
    ///
    /// # Errors
    /// If the reader fails, or with all problems of the header.
    pub(super) fn open(reader: &'r mut dyn Read, what: &'static str, columns: &[Column]) -> Result<Self, Error> {
        let reader =
            ReaderBuilder::new().has_headers(false).flexible(true).trim(Trim::Fields).from_reader(Kept::new(reader));
        let mut table = Self {
            reader,
            columns: columns.to_vec(),
            found: vec![None; columns.len()],
            width: 0,
            record: ByteRecord::new(),
            start: 0,
            line: 1,
            rows: 0,
            problems: Vec::new(),
        };
        if !table.advance(what)? {
            let names: Vec<&str> =
                columns.iter().filter(|column| column.is_required).map(|column| column.name).collect();
            let message = format!("the file is empty; its first line must name the columns {}", names.join(", "));
            return Err(Error::invalid(what, "", message));
        }
        table.header();
        if table.problems.is_empty() { Ok(table) } else { Err(Error::of(Kind::Invalid, what, table.problems)) }
    }

    fn header(&mut self) {
        self.width = self.record.len();
        let record = self.record.clone();
        let mut problems = Vec::new();
        for (index, bytes) in record.iter().enumerate() {
            if let Err(message) = self.column(index, bytes) {
                problems.push(Problem { place: Some(self.place_of(index)), ..Problem::new("", message) });
            }
        }
        let missing = self.columns.iter().zip(&self.found).filter(|(column, at)| column.is_required && at.is_none());
        for (column, _) in missing {
            let message = format!("the column {:?} is missing, got {}", column.name, listed(&record));
            problems.push(Problem { place: Some(Place { line: self.line, column: 1 }), ..Problem::new("", message) });
        }
        self.problems = problems;
    }

    fn column(&mut self, index: usize, bytes: &[u8]) -> Result<(), String> {
        let name = utf8(bytes)?;
        let is_named = |column: &Column| column.name == name || column.other == Some(name);
        let Some(at) = self.columns.iter().position(is_named) else {
            let known: Vec<&str> = self.columns.iter().map(|column| column.name).collect();
            let hint = match name.contains([';', '\t']) {
                true => "; columns must be separated by commas".to_owned(),
                false => did_you_mean(name, known.iter().copied()),
            };
            return Err(format!("unknown column {name:?}; the columns are {}{hint}", known.join(", ")));
        };
        match self.found[at].replace(index) {
            Some(_) => Err(format!("the column {:?} is stated twice, got {name:?}", self.columns[at].name)),
            None => Ok(()),
        }
    }

    /// Reads the next record; those with another number of fields than the header are reported and left out.
    ///
    /// # Errors
    /// If the reader fails.
    pub(super) fn next(&mut self, what: &'static str) -> Result<bool, Error> {
        while self.advance(what)? {
            let (fields, width) = (self.record.len(), self.width);
            if fields == width {
                return Ok(true);
            }
            let plural = if fields == 1 { "" } else { "s" };
            let message =
                format!("the header has {width} fields, got {fields} field{plural} ({})", listed(&self.record));
            let place = self.place_of(fields.min(width));
            self.problems.push(Problem { place: Some(place), ..Problem::new("", message) });
            if crate::error::is_enough(&self.problems) {
                return Ok(false);
            }
        }
        Ok(false)
    }

    fn advance(&mut self, what: &'static str) -> Result<bool, Error> {
        let read = self.reader.read_byte_record(&mut self.record);
        let more = read.map_err(|error| {
            let after = if self.rows > 0 { format!(" after line {}", self.line) } else { String::new() };
            Error::invalid(what, "", format!("the file could not be read{after}: {error}"))
        })?;
        let Some(position) = self.record.position().filter(|_| more) else {
            // Only the last record can have an open quotation mark, and its field then extends to the end of the file.
            if self.rows > 0 && raw::is_open(self.reader.get_ref().from(self.start)) {
                let place = Some(Place { line: self.line, column: 1 });
                let message = "a quotation mark of this record is not closed, got the end of the file";
                self.problems.push(Problem { place, ..Problem::new("", message) });
            }
            return Ok(false);
        };
        self.start = position.byte();
        self.line = raw::record_start(self.reader.get_ref().from(self.start), position.line()).1;
        self.rows += 1;
        if self.rows > MOST_ROWS {
            let message =
                format!("the file has more than {MOST_ROWS} rows; leave out the names or periods that are not needed");
            return Err(Error::one(Kind::Limit, what, "", message));
        }
        self.reader.get_mut().forget(self.start);
        Ok(true)
    }

    /// The text of a column, `""` if the file has no such column.
    pub(super) fn text(&self, field: usize) -> Result<&str, String> {
        let Some(index) = self.found[field] else { return Ok("") };
        utf8(self.record.get(index).unwrap_or_default())
    }

    pub(super) fn line(&self) -> usize {
        self.line
    }

    /// The place of a column, or the start of the record if the file has no such column.
    pub(super) fn place(&self, field: usize) -> Place {
        self.place_of(self.found[field].unwrap_or(0))
    }

    fn place_of(&self, index: usize) -> Place {
        let (bytes, _) = raw::record_start(self.reader.get_ref().from(self.start), 0);
        raw::place(bytes, self.line, index)
    }

    pub(super) fn report(&mut self, faults: Vec<Fault>) {
        for Fault { field, message } in faults {
            let place = Some(self.place(field));
            self.problems.push(Problem { place, ..Problem::new(self.columns[field].name, message) });
        }
    }

    pub(super) fn problems(&self) -> &[Problem] {
        &self.problems
    }

    pub(super) fn into_problems(self) -> Vec<Problem> {
        self.problems
    }
}

/// The longest part of a field that a message shows.
const MOST_SHOWN: usize = 60;

fn utf8(bytes: &[u8]) -> Result<&str, String> {
    std::str::from_utf8(bytes).map_err(|error| {
        let byte = bytes.get(error.valid_up_to()).copied().unwrap_or_default();
        let shown: String = String::from_utf8_lossy(bytes).chars().take(MOST_SHOWN).collect();
        format!("the file must be UTF-8, got the byte {byte:#04x} in {shown:?}")
    })
}

/// The first fields of a record, for a message.
fn listed(record: &ByteRecord) -> String {
    let fields = record.iter().take(4).map(|field| {
        let shown: String = String::from_utf8_lossy(field).chars().take(MOST_SHOWN).collect();
        format!("{shown:?}")
    });
    let more = if record.len() > 4 { ", …" } else { "" };
    fields.collect::<Vec<_>>().join(", ") + more
}
