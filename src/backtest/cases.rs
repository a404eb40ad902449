//! The cases of a panel: pairs at past dates whose outcome is known, or not yet.

use std::collections::BTreeMap;
use std::fmt;

use crate::calendar::Period;
use crate::history::{History, LEAST_CHANGES, LEAST_GAP, MOST_CHANGES, WIDEST_RATIO, Years};
use crate::math;

/// A pair of names of one group, the smaller of which may overtake the other.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pair {
    /// The group, `""` if the file has none.
    pub group: String,
    /// The smaller at the base.
    pub challenger: String,
    /// The larger at the base.
    pub incumbent: String,
    /// The last known period.
    pub base: Period,
    /// The last projected period, whole years after the base.
    pub horizon: Period,
}

/// What happened to a pair up to the horizon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The challenger was ahead, for the first time after this number of years.
    Overtaken(u32),
    /// Both existed and the challenger was not ahead at the end of any year.
    Behind,
    /// One of the two had its last figure before the horizon, and there was no overtake.
    Gone,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Overtaken(after) => write!(f, "overtaken after {after}"),
            Self::Behind => f.write_str("behind"),
            Self::Gone => f.write_str("gone"),
        }
    }
}

impl Outcome {
    /// Whether there was an overtake.
    #[must_use]
    pub fn is_overtaken(self) -> bool {
        match self {
            Self::Overtaken(_) => true,
            Self::Behind | Self::Gone => false,
        }
    }

    /// The index among overtaken, behind and gone.
    pub(super) fn class(self) -> usize {
        match self {
            Self::Overtaken(_) => 0,
            Self::Behind => 1,
            Self::Gone => 2,
        }
    }
}

/// A pair at an origin.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Known {
    pub(super) pair: Pair,
    /// The number of the origin among the ends of years.
    pub(super) origin: usize,
    /// The numbers of both names among those of the panel.
    pub(super) names: [usize; 2],
    /// ln(incumbent/challenger), above 0.
    pub(super) gap: f64,
    /// Changes of ln(challenger/incumbent), the latest first.
    pub(super) changes: Vec<f64>,
    /// What happened, once it is known.
    pub(super) outcome: Option<Outcome>,
    /// ln(challenger/incumbent) at the horizon, if both existed.
    pub(super) observed: Option<f64>,
}

/// The values of each name at the ends of years.
pub(super) struct Truth {
    /// By group and name.
    values: BTreeMap<(String, String), Member>,
    /// By group: the last year in which the group goes on.
    last: BTreeMap<String, usize>,
}

struct Member {
    number: usize,
    /// By end of a year; `None` without a value.
    values: Vec<Option<f64>>,
}

impl Truth {
    pub(super) fn of(history: &History, ends: &[Period]) -> Self {
        let mut values: BTreeMap<(String, String), Member> = BTreeMap::new();
        for (at, end) in ends.iter().enumerate() {
            for (group, members) in history.years_at(*end, 1) {
                for member in members {
                    let number = values.len();
                    let key = (group.to_owned(), member.name.to_owned());
                    let known = values.entry(key).or_insert_with(|| Member { number, values: vec![None; ends.len()] });
                    known.values[at] = member.sums.first().copied();
                }
            }
        }
        let mut last = BTreeMap::new();
        for (group, _) in values.keys() {
            if !last.contains_key(group) {
                last.insert(group.clone(), last_of(group, &values, ends.len()));
            }
        }
        Self { values, last }
    }

    /// The number of names.
    pub(super) fn names(&self) -> usize {
        self.values.len()
    }

    fn member(&self, group: &str, name: &str) -> &Member {
        &self.values[&(group.to_owned(), name.to_owned())]
    }

    /// The values of two names, by end of a year.
    pub(super) fn both(&self, group: &str, names: [&str; 2]) -> impl Iterator<Item = [Option<f64>; 2]> {
        let [a, b] = names.map(|name| &self.member(group, name).values);
        a.iter().zip(b).map(|(a, b)| [*a, *b])
    }

    /// Fills in what happened to a pair in the years after its origin.
    pub(super) fn resolve(&self, history: &History, known: &mut Known, years: usize) {
        let Pair { group, challenger, incumbent, base, horizon } = &known.pair;
        let last = known.origin + years;
        let crosses = |name| history.breaks_after(group, name, *base, *horizon);
        if last > self.last[group] || crosses(challenger) || crosses(incumbent) {
            return;
        }
        let [a, b] = [challenger, incumbent].map(|name| &self.member(group, name).values);
        let ratio = |at: usize| Some(math::ln(a[at]? / b[at]?));
        let first = (1_u32..).zip(known.origin + 1..=last).find(|(_, at)| ratio(*at).is_some_and(|ratio| ratio > 0.0));
        let stays = |values: &[Option<f64>]| values[last..].iter().any(Option::is_some);
        known.outcome = Some(match first {
            Some((after, _)) => Outcome::Overtaken(after),
            None if stays(a) && stays(b) => Outcome::Behind,
            None => Outcome::Gone,
        });
        known.observed = ratio(last);
    }
}

/// The last year of a group: a group goes on as long as at least half of the members of a year have a value in the next.
fn last_of(group: &str, values: &BTreeMap<(String, String), Member>, years: usize) -> usize {
    let members: Vec<&Member> = values.iter().filter(|((of, _), _)| of == group).map(|(_, member)| member).collect();
    let goes_on = |at: &usize| {
        let present = members.iter().filter(|member| member.values[at - 1].is_some());
        let (mut all, mut stay) = (0, 0);
        for member in present {
            all += 1;
            stay += usize::from(member.values[*at].is_some());
        }
        stay > 0 && 2 * stay >= all
    };
    (1..years).rev().find(goes_on).unwrap_or(0)
}

/// The cases of an origin, as known then.
pub(super) fn cases_at(
    history: &History,
    past: &History,
    truth: &Truth,
    ends: &[Period],
    origin: usize,
    years: usize,
) -> Vec<Known> {
    let base = ends[origin];
    let horizon = base.checked_add((years * base.step().per_year() as usize).try_into().unwrap_or(i32::MAX));
    let Ok(horizon) = horizon else { return Vec::new() };
    let mut cases = Vec::new();
    for (group, members) in past.years_at(base, MOST_CHANGES + 1) {
        for (at, one) in members.iter().enumerate() {
            for other in &members[at + 1..] {
                let Some((challenger, incumbent)) = ordered(one, other) else { continue };
                let changes = changes(challenger, incumbent);
                let gap = math::ln(incumbent.sums[0] / challenger.sums[0]);
                if changes.len() < LEAST_CHANGES || !(gap >= LEAST_GAP && gap <= math::ln(WIDEST_RATIO)) {
                    continue;
                }
                let names = [challenger, incumbent].map(|years| truth.member(group, years.name).number);
                let [group, challenger, incumbent] = [group, challenger.name, incumbent.name].map(str::to_owned);
                let pair = Pair { group, challenger, incumbent, base, horizon };
                let mut known = Known { pair, origin, names, gap, changes, outcome: None, observed: None };
                truth.resolve(history, &mut known, years);
                cases.push(known);
            }
        }
    }
    cases
}

/// Two members that can be compared, the smaller first.
fn ordered<'y, 'a>(one: &'y Years<'a>, other: &'y Years<'a>) -> Option<(&'y Years<'a>, &'y Years<'a>)> {
    let is_comparable = one.currency == other.currency && one.end_month == other.end_month;
    let (a, b) = (one.sums.first()?, other.sums.first()?);
    is_comparable.then_some(if a < b { (one, other) } else { (other, one) })
}

/// The yearly changes of ln(a/b) over the years that both have, the latest first.
fn changes(a: &Years<'_>, b: &Years<'_>) -> Vec<f64> {
    let growth = |sums: &[f64]| -> Vec<f64> { sums.windows(2).map(|pair| math::ln(pair[0] / pair[1])).collect() };
    growth(&a.sums).iter().zip(growth(&b.sums)).map(|(a, b)| a - b).collect()
}
