//! Reads a history from CSV: one pass, all problems with line and column.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::ops::RangeInclusive;
use std::path::Path;

use super::check::check_members;
use super::data::{Data, FigureKind, Group, History, Member, Row, last_day};
use super::date::Date;
use super::table::{Column, Fault, Table};
use crate::calendar::{Period, Step};
use crate::error::{Error, Kind, Problem, curtailed, did_you_mean, is_enough, shown};
use crate::number::written::{is_grouped, with_decimal_point};
use crate::scenario::names::text_fault;

impl History {
    /// Reads a history from CSV.
    ///
    /// Columns are found by name, in any order. Required are `name` (or `provider`), `period` and `value` (or `revenue`). Optional are
    /// `group`, `known_from` (the day from which the figure is known; by default the last day of its period), `kind`
    /// (`reported`, `at_least`, `at_most` or `break`), `year_ends` (the month, 1 to 12, in which the fiscal year ends),
    /// `currency` and `note`. All periods have one step. A value is money per period, between 1e-60 and 1e60.
    ///
    /// # Errors
    /// All problems of the file, each with line, column and the offending text.
    ///
    /// # Example: a typing error
    /// ```
    /// use outgrow::History;
    /// let error = History::from_csv("name,period,value\nA,2017,90\nA,2018,-100\n").unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "invalid history: value (line 3, column 8): a figure must be finite and above 0, got \"-100\"",
    /// );
    /// ```
    pub fn from_csv(text: &str) -> Result<Self, Error> {
        Self::read(&mut text.as_bytes())
    }

    /// As [`from_csv`](Self::from_csv), from a reader. Rows are read one at a time, so that the text is never held in
    /// memory; a row takes 32 bytes.
    ///
    /// # Errors
    /// Those of `from_csv`, and if the reader fails.
    pub fn from_csv_reader(mut reader: impl Read) -> Result<Self, Error> {
        Self::read(&mut reader)
    }

    /// As [`from_csv`](Self::from_csv), from a file.
    ///
    /// # Errors
    /// Those of `from_csv`, and if the file cannot be opened.
    pub fn from_csv_file(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let mut file = File::open(path).map_err(|error| {
            Error::invalid("history", "", format!("{} could not be opened: {error}", path.display()))
        })?;
        Self::read(&mut file)
    }

    fn read(reader: &mut dyn Read) -> Result<Self, Error> {
        let mut table = Table::open(reader, "history", &Key::ALL.map(Key::column))?;
        let mut reading = Reading::default();
        while table.next("history")? {
            let mut faults = Vec::new();
            reading.row(&table, &mut faults);
            table.report(faults);
            if is_enough(table.problems()) {
                break;
            }
        }
        reading.finish(table.into_problems())
    }
}

/// The columns of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    Name,
    Period,
    Value,
    Group,
    KnownFrom,
    Kind,
    YearEnds,
    Currency,
    Note,
}

impl Key {
    const ALL: [Self; 9] = [
        Self::Name,
        Self::Period,
        Self::Value,
        Self::Group,
        Self::KnownFrom,
        Self::Kind,
        Self::YearEnds,
        Self::Currency,
        Self::Note,
    ];

    const fn column(self) -> Column {
        let (name, other, is_required) = match self {
            Self::Name => ("name", Some("provider"), true),
            Self::Period => ("period", None, true),
            Self::Value => ("value", Some("revenue"), true),
            Self::Group => ("group", None, false),
            Self::KnownFrom => ("known_from", None, false),
            Self::Kind => ("kind", None, false),
            Self::YearEnds => ("year_ends", None, false),
            Self::Currency => ("currency", None, false),
            Self::Note => ("note", None, false),
        };
        Column { name, other, is_required }
    }
}

/// What was read so far.
#[derive(Debug, Default)]
struct Reading {
    /// The step of the first row, and its line.
    step: Option<(Step, usize)>,
    groups: HashMap<String, HashMap<String, Member>>,
    notes: HashMap<String, u32>,
}

/// The fields of a row; `None` where a fault was reported.
struct Fields<'t, 'r> {
    table: &'t Table<'r>,
    faults: &'t mut Vec<Fault>,
}

impl Fields<'_, '_> {
    fn with<T>(&mut self, key: Key, read: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        match self.table.text(key as usize).and_then(read) {
            Ok(value) => Some(value),
            Err(message) => self.fault(key, message),
        }
    }

    fn fault<T>(&mut self, key: Key, message: String) -> Option<T> {
        self.faults.push(Fault { field: key as usize, message });
        None
    }
}

impl Reading {
    fn row(&mut self, table: &Table<'_>, faults: &mut Vec<Fault>) {
        let mut fields = Fields { table, faults };
        // Names are checked when they first appear, since the check normalizes Unicode.
        let is_known = self.member(table).is_some();
        let name = fields.with(Key::Name, |text| if is_known { Ok(()) } else { text_fault(text).map_or(Ok(()), Err) });
        let group = fields.with(Key::Group, |text| if is_known { Ok(()) } else { group_fault(text) });
        let period = fields.with(Key::Period, |text| self.period(text, table.line()));
        let value = fields.with(Key::Value, positive);
        let kind = fields.with(Key::Kind, kind);
        let year_ends = fields.with(Key::YearEnds, |text| year_end(text, period));
        let currency = fields.with(Key::Currency, |_| Ok(()));
        let known = fields.with(Key::KnownFrom, |text| known_from(text, period, year_ends.flatten()));
        let note = fields.with(Key::Note, |text| Ok(self.note(text)));
        let (Some(()), Some(()), Some(period), Some(value), Some(kind)) = (name, group, period, value, kind) else {
            return;
        };
        let (Some(year_ends), Some(()), Some(known), Some(note)) = (year_ends, currency, known.flatten(), note) else {
            return;
        };
        let line = u32::try_from(table.line()).unwrap_or(u32::MAX);
        let column = u16::try_from(table.place(Key::Value as usize).column).unwrap_or(u16::MAX);
        let row = Row { value, index: period.index(), known, line, note, column, kind };
        self.add(&mut fields, row, year_ends);
    }

    /// The member of the current record, if it has appeared before.
    fn member(&mut self, table: &Table<'_>) -> Option<&mut Member> {
        let (group, name) = (table.text(Key::Group as usize).ok()?, table.text(Key::Name as usize).ok()?);
        self.groups.get_mut(group)?.get_mut(name)
    }

    /// Adds a row to its member. Its year end and currency must be those of the member's first row.
    fn add(&mut self, fields: &mut Fields<'_, '_>, row: Row, year_ends: Option<u32>) {
        let table = fields.table;
        let text = |key: Key| table.text(key as usize).expect("the fields of this row were read before");
        let currency = Some(text(Key::Currency)).filter(|currency| !currency.is_empty());
        let Some(member) = self.member(table) else {
            let (name, currency) = (text(Key::Name).to_owned(), currency.map(str::to_owned));
            let member = Member { name: name.clone(), year_ends, currency, rows: vec![row], first_known: row.known };
            self.groups.entry(text(Key::Group).to_owned()).or_default().insert(name, member);
            return;
        };
        let first = member.rows[0].line;
        let differ = |what: &str, [was, is]: [Option<String>; 2]| {
            let [was, is] = [was, is].map(|stated| stated.unwrap_or_else(|| "none".to_owned()));
            format!("a name must have the same {what} in all rows: {was} in line {first}, got {is}")
        };
        if member.year_ends != year_ends {
            let months = [member.year_ends, year_ends].map(|month| month.map(|month| month.to_string()));
            fields.fault::<()>(Key::YearEnds, differ("year end", months));
        } else if member.currency.as_deref() != currency {
            let currencies = [member.currency.clone(), currency.map(str::to_owned)];
            fields.fault::<()>(Key::Currency, differ("currency", currencies));
        } else {
            member.first_known = member.first_known.min(row.known);
            member.rows.push(row);
        }
    }

    fn period(&mut self, text: &str, line: usize) -> Result<Period, String> {
        let period: Period = text.parse().map_err(|error: Error| error.problems()[0].message.clone())?;
        let (step, first) = *self.step.get_or_insert((period.step(), line));
        if period.step() == step {
            Ok(period)
        } else {
            let words = [step.word(), period.step().word()];
            Err(format!(
                "all periods of a file must have one step: line {first} has a {}, got the {} {text:?}",
                words[0], words[1]
            ))
        }
    }

    fn note(&mut self, text: &str) -> u32 {
        if text.is_empty() {
            return 0;
        }
        if let Some(known) = self.notes.get(text) {
            return *known;
        }
        let next = u32::try_from(self.notes.len() + 1).expect("fewer than 2^32 notes fit in memory");
        self.notes.insert(text.to_owned(), next);
        next
    }

    fn finish(self, mut problems: Vec<Problem>) -> Result<History, Error> {
        let mut notes = vec![String::new(); self.notes.len()];
        for (note, place) in self.notes {
            notes[place as usize - 1] = note;
        }
        let of_group = |(name, members): (String, HashMap<String, Member>)| {
            let mut members: Vec<Member> = members.into_values().collect();
            members.sort_by(|a, b| a.name.cmp(&b.name));
            Group { name, members }
        };
        let mut groups: Vec<Group> = self.groups.into_iter().map(of_group).collect();
        groups.sort_by(|a, b| a.name.cmp(&b.name));
        let step = self.step.map(|(step, _)| step);
        let mut data = Data { step: step.unwrap_or(Step::Year), groups, notes };
        check_members(&mut data, &mut problems);
        if problems.is_empty() && data.groups.is_empty() {
            problems.push(Problem::new("", "the file has no figures"));
        }
        if problems.is_empty() {
            return Ok(History::new(data));
        }
        problems.sort_by_key(|problem| problem.place);
        Err(Error::of(Kind::Invalid, "history", curtailed(problems)))
    }
}

fn group_fault(text: &str) -> Result<(), String> {
    match text.chars().find(|sign| sign.is_control()) {
        Some(sign) => Err(format!("a group must not contain a control character, got {sign:?} in {text:?}")),
        None => Ok(()),
    }
}

/// The range of figures and rates: sums, ratios and conversions of such numbers cannot overflow.
const SIZES: RangeInclusive<f64> = 1e-60..=1e60;

/// A number above 0.
pub(super) fn positive(text: &str) -> Result<f64, String> {
    const RULE: &str = "a figure must be finite and above 0";
    match text.parse::<f64>() {
        Ok(value) if SIZES.contains(&value) => Ok(value),
        Ok(value) if value.is_finite() && value > 0.0 => {
            Err(format!("a figure must lie between {:e} and {:e}, got {text:?}", SIZES.start(), SIZES.end()))
        }
        Ok(0.0) => Err(format!("{RULE}, got {text:?}; leave the row out where there is no figure")),
        Ok(_) => Err(format!("{RULE}, got {text:?}")),
        Err(_) if text.is_empty() => Err(format!("{RULE}, got \"\"; leave the row out where there is no figure")),
        Err(_) => {
            if let Some(number) = with_decimal_point(text).filter(|_| !is_grouped(text)) {
                return Err(format!("{RULE} and written with a decimal point: {number}, got {text:?}"));
            }
            let plain: String = text.chars().filter(|sign| !"', \u{a0}_%$€¥£".contains(*sign)).collect();
            match plain.parse::<f64>() {
                Ok(value) => Err(format!("{RULE} and written as {}, got {text:?}", shown(value))),
                Err(_) => Err(format!("{RULE}, got {text:?}")),
            }
        }
    }
}

fn kind(text: &str) -> Result<FigureKind, String> {
    if text.is_empty() {
        return Ok(FigureKind::Reported);
    }
    FigureKind::ALL.into_iter().find(|kind| kind.word() == text).ok_or_else(|| {
        let words = FigureKind::ALL.map(FigureKind::word);
        format!("a kind must be one of {}, got {text:?}{}", words.join(", "), did_you_mean(text, words))
    })
}

fn year_end(text: &str, period: Option<Period>) -> Result<Option<u32>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let month = text.parse::<u32>().ok().filter(|month| (1..=12).contains(month));
    let month = month.ok_or_else(|| format!("year_ends must be a month, 1 to 12, got {text:?}"))?;
    let is_quarterly = period.is_some_and(|period| period.step() == Step::Quarter);
    if is_quarterly && month % 3 != 0 {
        return Err(format!("with quarters a year must end in month 3, 6, 9 or 12, got {text:?}"));
    }
    Ok(Some(month))
}

/// The day from which a figure is known, not before its period ends; `None` without a valid period.
fn known_from(text: &str, period: Option<Period>, year_ends: Option<u32>) -> Result<Option<Date>, String> {
    let end = period.map(|period| last_day(period, year_ends));
    if text.is_empty() {
        return Ok(end);
    }
    let known: Date = text.parse().map_err(|error: Error| error.problems()[0].message.clone())?;
    match end.filter(|end| known < *end) {
        Some(end) => Err(format!("a figure cannot be known before its period ends on {end}, got {text:?}")),
        None => Ok(Some(known)),
    }
}
