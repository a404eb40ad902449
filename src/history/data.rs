//! The figures of a history as data, and views of them as of a date.

use std::sync::Arc;

use super::date::Date;
use crate::calendar::{Period, Step};
use crate::error::{Error, did_you_mean};

/// What a row of a history states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FigureKind {
    /// A reported figure.
    Reported,
    /// A claim that the figure was at least this.
    AtLeast,
    /// A claim that the figure was at most this.
    AtMost,
    /// A reported figure on a new basis, from this period on: growth from earlier periods to it has no meaning.
    Break,
}

impl FigureKind {
    pub(super) const ALL: [Self; 4] = [Self::Reported, Self::AtLeast, Self::AtMost, Self::Break];

    /// The word in a file.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Reported => "reported",
            Self::AtLeast => "at_least",
            Self::AtMost => "at_most",
            Self::Break => "break",
        }
    }

    /// Rows of one class, name and period are revisions of each other.
    pub(super) const fn class(self) -> u8 {
        match self {
            Self::Reported | Self::Break => 0,
            Self::AtLeast => 1,
            Self::AtMost => 2,
        }
    }

    pub(super) const fn is_claim(self) -> bool {
        match self {
            Self::Reported | Self::Break => false,
            Self::AtLeast | Self::AtMost => true,
        }
    }
}

/// One row of a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    pub(super) value: f64,
    /// The period, as its index on the grid.
    pub(super) index: i32,
    pub(super) known: Date,
    pub(super) line: u32,
    /// The place of its note in the list of notes, from 1; 0 for none.
    pub(super) note: u32,
    /// The column of the value.
    pub(super) column: u16,
    pub(super) kind: FigureKind,
}

impl Row {
    /// The order of rows: by period, then by class, then by when they became known.
    pub(super) fn order(&self) -> (i32, u8, Date) {
        (self.index, self.kind.class(), self.known)
    }

    fn is_known(&self, as_of: Option<Date>) -> bool {
        as_of.is_none_or(|date| self.known <= date)
    }
}

/// The rows of one name in a group.
#[derive(Debug, Clone)]
pub(super) struct Member {
    pub(super) name: String,
    /// The month in which its years end, if stated.
    pub(super) year_ends: Option<u32>,
    pub(super) currency: Option<String>,
    /// In [order](Row::order), never empty.
    pub(super) rows: Vec<Row>,
    pub(super) first_known: Date,
}

impl Member {
    /// The month in which a year of the figures ends: as stated for yearly figures, otherwise that of the period.
    pub(super) fn end_month(&self, period: Period) -> u32 {
        match period.step() {
            Step::Year => self.year_ends.unwrap_or(12),
            Step::Month | Step::Quarter => period.end_month(),
        }
    }
}

/// Which rows of a member a view shows.
#[derive(Debug, Clone, Copy)]
pub(super) struct RowFilter {
    step: Step,
    /// Rows that became known later are hidden.
    as_of: Option<Date>,
    /// Rows of periods that end later are hidden, even if they are known.
    until: Option<Date>,
}

impl RowFilter {
    /// The rows that count: of each period and class the one that became known last.
    fn latest(self, rows: &[Row]) -> impl DoubleEndedIterator<Item = &Row> {
        let revisions = rows.chunk_by(|a, b| (a.index, a.kind.class()) == (b.index, b.kind.class()));
        revisions.filter_map(move |rows| rows.iter().rev().find(|row| row.is_known(self.as_of)))
    }

    /// The rows of the periods that end by the last day.
    fn ended(self, member: &Member) -> &[Row] {
        let Some(until) = self.until else { return &member.rows };
        let is_ended = |row: &Row| last_day(Period::at_index(self.step, row.index), member.year_ends) <= until;
        &member.rows[..member.rows.partition_point(is_ended)]
    }

    fn is_visible(self, member: &Member) -> bool {
        let is_known = self.as_of.is_none_or(|date| member.first_known <= date);
        is_known && (self.until.is_none() || self.latest(self.ended(member)).next().is_some())
    }
}

/// The last day of a period: of a year, that of the month in which it ends.
pub(super) fn last_day(period: Period, year_ends: Option<u32>) -> Date {
    match (period.step(), year_ends) {
        (Step::Year, Some(month)) => Date::end_of_month(period.year() * 12 + month.cast_signed()),
        (Step::Year, None) | (Step::Month | Step::Quarter, _) => Date::end_of(period),
    }
}

/// The names that are compared with each other.
#[derive(Debug, Clone)]
pub(super) struct Group {
    pub(super) name: String,
    /// By name.
    pub(super) members: Vec<Member>,
}

#[derive(Debug, Clone)]
pub(super) struct Data {
    pub(super) step: Step,
    /// By name.
    pub(super) groups: Vec<Group>,
    pub(super) notes: Vec<String>,
}

/// Revenue of names by period, with the dates on which each figure became known.
///
/// A history is read from CSV ([`History::from_csv`]) and is a view: [`as_of`](History::as_of) and
/// [`group`](History::group) narrow it without copying a figure. Two histories are equal if the same rows are visible.
///
/// # Example: what was known, and what is known now
/// ```
/// use outgrow::History;
/// let history = History::from_csv("\
/// name,period,value,known_from
/// A,2017,90,2018-02-01
/// A,2017,80,2019-02-01
/// A,2018,100,2019-02-01
/// ")?;
/// let then = history.as_of("2018-06-30")?;
/// assert_eq!(then.series("A")?.value("2017")?, Some(90.0));
/// assert_eq!(then.series("A")?.value("2018")?, None);
/// assert_eq!(history.series("A")?.value("2017")?, Some(80.0));   // the last revision
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct History {
    pub(super) data: Arc<Data>,
    pub(super) as_of: Option<Date>,
    /// The last day of the periods that are visible, if those after it are hidden although they are known.
    pub(super) until: Option<Date>,
    pub(super) group: Option<usize>,
}

impl History {
    pub(super) fn new(data: Data) -> Self {
        Self { data: Arc::new(data), as_of: None, until: None, group: None }
    }

    /// The history as it was known at the end of a day: rows that became known later do not exist, and of each figure the
    /// last revision up to that day counts. A view of an earlier day cannot be widened again.
    ///
    /// # Errors
    /// If the date has another form than `2018-06-30`.
    ///
    /// # Example: later days do not widen a view
    /// ```
    /// # use outgrow::History;
    /// let history = History::from_csv("name,period,value\nA,2017,90\nA,2018,100\n")?;
    /// let then = history.as_of("2018-06-30")?;
    /// assert_eq!(then.as_of("2020-01-01")?, then);
    /// assert_eq!(then.series("A")?.last().expect("a figure").value(), 90.0);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn as_of(&self, date: impl TryInto<Date, Error: Into<Error>>) -> Result<Self, Error> {
        let date = date.try_into().map_err(Into::into)?;
        Ok(self.known_on(date))
    }

    pub(super) fn known_on(&self, date: Date) -> Self {
        let date = self.as_of.map_or(date, |earlier| earlier.min(date));
        Self { as_of: Some(date), ..self.clone() }
    }

    /// The day of this view; `None` if all rows are visible.
    #[must_use]
    pub fn as_of_date(&self) -> Option<Date> {
        self.as_of
    }

    /// The step of all its periods.
    #[must_use]
    pub fn step(&self) -> Step {
        self.data.step
    }

    /// The groups with visible figures, by name. A file without groups has one, `""`. Names are compared only within a group.
    #[must_use]
    pub fn groups(&self) -> Vec<&str> {
        self.visible_groups().map(|group| group.name.as_str()).collect()
    }

    /// The part of the history in one group.
    ///
    /// # Errors
    /// If there is no such group; the message gives the most similar name.
    pub fn group(&self, name: &str) -> Result<Self, Error> {
        let is_named = |group: &Group| group.name == name && self.visible_groups().any(|known| known.name == name);
        match self.data.groups.iter().position(is_named) {
            Some(index) => Ok(Self { group: Some(index), ..self.clone() }),
            None => {
                let hint = did_you_mean(name, self.groups());
                Err(Error::lookup("history", format!("no group is named {name:?}{}{hint}", self.when())))
            }
        }
    }

    /// The names with visible figures or claims, sorted; a name of several groups appears once.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> =
            self.visible_groups().flat_map(|group| self.members(group)).map(|m| &*m.name).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// `, as known on 2018-06-30` in a view of a day.
    pub(super) fn when(&self) -> String {
        self.as_of.map_or_else(String::new, |date| format!(", as known on {date}"))
    }

    pub(super) fn visible_groups(&self) -> impl Iterator<Item = &Group> {
        let chosen = self.group;
        let groups = self.data.groups.iter().enumerate();
        let groups = groups.filter(move |(index, _)| chosen.is_none_or(|chosen| chosen == *index));
        groups.map(|(_, group)| group).filter(|group| self.members(group).next().is_some())
    }

    /// The visible members of a group.
    pub(super) fn members<'a>(&self, group: &'a Group) -> impl Iterator<Item = &'a Member> + use<'a> {
        let filter = self.filter();
        group.members.iter().filter(move |member| filter.is_visible(member))
    }

    fn filter(&self) -> RowFilter {
        RowFilter { step: self.data.step, as_of: self.as_of, until: self.until }
    }

    /// The visible rows of a member: of each period and class the one that became known last.
    pub(super) fn latest<'a>(&self, member: &'a Member) -> impl Iterator<Item = &'a Row> + use<'a> {
        let filter = self.filter();
        filter.latest(filter.ended(member))
    }

    /// The figures of the periods up to `end` without a gap or a break of basis between them, the last one first, at most `most`; empty
    /// if there is no figure of `end`.
    pub(super) fn run_up_to(&self, member: &Member, end: i32, most: usize) -> Vec<f64> {
        let filter = self.filter();
        let rows = filter.ended(member);
        let rows = &rows[..rows.partition_point(|row| row.index <= end)];
        let figures = filter.latest(rows).rev().filter(|row| !row.kind.is_claim());
        let (mut run, mut next) = (Vec::new(), end);
        for row in figures {
            if row.index != next || run.len() == most {
                break;
            }
            run.push(row.value);
            next -= 1;
            if row.kind == FigureKind::Break {
                break;
            }
        }
        run
    }

    /// The group and the member of a name, or a message with the most similar name.
    pub(super) fn find(&self, name: &str) -> Result<(&Group, &Member), String> {
        let found: Vec<(&Group, &Member)> = self
            .visible_groups()
            .filter_map(|group| {
                let at = group.members.binary_search_by(|member| member.name.as_str().cmp(name)).ok()?;
                let member = &group.members[at];
                self.filter().is_visible(member).then_some((group, member))
            })
            .collect();
        match found.as_slice() {
            [one] => Ok(*one),
            [] => Err(format!("no figure of {name:?}{}{}", self.when(), did_you_mean(name, self.names()))),
            several => {
                let groups: Vec<String> =
                    several.iter().take(3).map(|(group, _)| format!("{:?}", group.name)).collect();
                let groups = groups.join(", ");
                Err(format!("{name:?} is in {} groups ({groups}, …); choose one with `group`", several.len()))
            }
        }
    }

    /// The period at an index of the grid.
    pub(super) fn period(&self, index: i32) -> Period {
        Period::at_index(self.data.step, index)
    }
}

impl PartialEq for History {
    fn eq(&self, other: &Self) -> bool {
        let content = |history: &Self| -> Vec<_> {
            let of_group = |group| history.members(group).map(move |member| (group, member));
            let visible = history.visible_groups().flat_map(of_group);
            let of_member = |(group, member): (&Group, &Member)| {
                let rows = history.filter().ended(member).iter().filter(|row| row.is_known(history.as_of));
                let note = |row: &Row| history.note(row.note).map(str::to_owned);
                let rows: Vec<_> =
                    rows.map(|row| (row.index, row.kind, row.known, row.value.to_bits(), note(row))).collect();
                (group.name.clone(), member.name.clone(), member.year_ends, member.currency.clone(), rows)
            };
            visible.map(of_member).collect()
        };
        self.data.step == other.data.step && content(self) == content(other)
    }
}

impl History {
    pub(super) fn note(&self, note: u32) -> Option<&str> {
        let index = usize::try_from(note).ok()?.checked_sub(1)?;
        self.data.notes.get(index).map(String::as_str)
    }
}
