//! The yearly values of a panel at past dates, for back-tests.

use super::data::{FigureKind, Group, History, Member, last_day};
use super::date::Date;
use super::view::OutsideView;
use crate::calendar::{Period, Step};

/// A member of a group with the sums over the years up to a date, the latest first.
#[derive(Debug)]
pub(crate) struct Years<'a> {
    pub(crate) name: &'a str,
    pub(crate) currency: Option<&'a str>,
    pub(crate) end_month: u32,
    pub(crate) sums: Vec<f64>,
}

impl History {
    /// The ends of the whole years before the last visible figure, the earliest first.
    pub(crate) fn year_ends(&self) -> Vec<Period> {
        let per_year = self.step().per_year().cast_signed();
        let figures = |member: &Member| {
            let rows: Vec<i32> = self.latest(member).filter(|row| !row.kind.is_claim()).map(|row| row.index).collect();
            rows.first().copied().zip(rows.last().copied())
        };
        let spans = || self.visible_groups().flat_map(|group| self.members(group)).filter_map(figures);
        let (Some(first), Some(last)) = (spans().map(|span| span.0).min(), spans().map(|span| span.1).max()) else {
            return Vec::new();
        };
        // The first year ends with its last period.
        let years = (last - first + 1) / per_year;
        (0..years).rev().map(|back| self.period(last - back * per_year)).collect()
    }

    /// The visible groups with the years of their members up to a date, at most `most` of each.
    pub(crate) fn years_at(&self, end: Period, most: usize) -> Vec<(&str, Vec<Years<'_>>)> {
        self.visible_groups().map(|group| (group.name.as_str(), self.years_of(group, end, most))).collect()
    }

    fn years_of<'a>(&self, group: &'a Group, end: Period, most: usize) -> Vec<Years<'a>> {
        let years = |member: &'a Member| Years {
            name: &member.name,
            currency: member.currency.as_deref(),
            end_month: if self.step() == Step::Year { member.year_ends.unwrap_or(12) } else { 12 },
            sums: self.years_up_to(member, end.index(), most),
        };
        self.members(group).map(years).collect()
    }

    /// Whether the figures of a name change their basis after a date and up to another.
    pub(crate) fn breaks_after(&self, group: &str, name: &str, from: Period, to: Period) -> bool {
        let group = self.visible_groups().find(|known| known.name == group);
        let member = group.and_then(|group| self.members(group).find(|member| member.name == name));
        let is_within = |index: i32| index > from.index() && index <= to.index();
        member
            .is_some_and(|member| self.latest(member).any(|row| row.kind == FigureKind::Break && is_within(row.index)))
    }

    /// Whether any figure became known after its period, such as a revision.
    pub(crate) fn has_late_rows(&self) -> bool {
        let members = self.visible_groups().flat_map(|group| self.members(group));
        members
            .flat_map(|member| member.rows.iter().map(move |row| (member, row)))
            .any(|(member, row)| row.known > last_day(self.period(row.index), member.year_ends))
    }

    /// The history as known a number of days after the end of a period. If there are any, later periods are hidden, although some of their
    /// figures may be known by then.
    pub(crate) fn known_after(&self, end: Period, lag: u32) -> Self {
        let last = Date::end_of(end);
        let known = self.known_on(last.later_by(lag));
        if lag == 0 { known } else { Self { until: Some(self.until.map_or(last, |day| day.min(last))), ..known } }
    }
}

impl OutsideView {
    /// The yearly probabilities that the two of a pair leave the panel.
    pub(crate) fn exits(&self) -> Vec<f64> {
        self.subject.providers.iter().map(|known| self.exit(known).unwrap_or(0.0)).collect()
    }
}
