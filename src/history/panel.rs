//! The cases of a panel: pairs at past dates, with what they had done and what they did in the next year.

use super::advantage::MOST_CHANGES;
use super::data::{FigureKind, Group, History, Member};
use super::exits::Exits;
use crate::calendar::Step;
use crate::math;
use crate::random::{mix64, slot_of};

/// The smallest number of contiguous yearly changes of a case.
pub(crate) const LEAST_CHANGES: usize = 4;
/// The range of |ln(a/b)| of a case: closer pairs change places through noise alone, and wider ones rarely do.
pub(crate) const LEAST_GAP: f64 = 0.05;
pub(crate) const WIDEST_RATIO: f64 = 3.0;
/// Beyond this number of pairs, a random subset is used.
const MOST_PAIRS: usize = 4_000;

/// A pair at an origin.
#[derive(Debug, Clone)]
pub(super) struct Case {
    /// The changes of the log-ratio in the years up to the origin, the latest first.
    pub(super) changes: [f64; MOST_CHANGES],
    pub(super) count: usize,
    /// The change in the next year.
    pub(super) next: f64,
    /// The indices of both names among all names of the panel.
    pub(super) names: [usize; 2],
    /// The number of years from the panel's first year to the origin.
    pub(super) origin: usize,
    /// A fixed random number, by which subsets are chosen.
    pub(super) key: u64,
}

impl Case {
    pub(super) fn past(&self) -> &[f64] {
        &self.changes[..self.count]
    }
}

/// All cases of a panel.
#[derive(Debug)]
pub(super) struct Panel {
    pub(super) cases: Vec<Case>,
    /// The number of names, and of years.
    pub(super) names: usize,
    pub(super) years: usize,
    pub(super) exits: Option<Exits>,
}

/// The yearly values of a member.
struct Track<'a> {
    member: &'a Member,
    /// The index among all names.
    name: usize,
    /// By year; NaN without a value.
    values: Vec<f64>,
    /// The log change to each year from the one before it; NaN if it is not known or crosses a change of basis.
    changes: Vec<f64>,
}

impl Panel {
    /// The cases visible in a history, at whole years before its last figure.
    pub(super) fn of(history: &History) -> Self {
        let groups: Vec<&Group> = history.visible_groups().collect();
        let Some(last) = groups.iter().filter_map(|group| history.last_of_group(group)).max() else {
            return Self { cases: Vec::new(), names: 0, years: 0, exits: None };
        };
        let (mut names, mut tracks) = (0, Vec::new());
        for group in groups {
            let of_group: Vec<Track<'_>> = (names..)
                .zip(history.members(group))
                .map(|(name, member)| Track::of(history, member, name, last))
                .collect();
            names += of_group.len();
            tracks.push((group, of_group));
        }
        // Years are counted from the first value of any member.
        let long = tracks.iter().flat_map(|(_, tracks)| tracks).map(|track| track.values.len()).max().unwrap_or(0);
        let pairs: usize = tracks.iter().map(|(_, tracks)| tracks.len() * tracks.len().saturating_sub(1) / 2).sum();
        let mut cases = Vec::new();
        for (group, tracks) in &tracks {
            let group = slot_of(&group.name);
            for (at, a) in tracks.iter().enumerate() {
                for b in &tracks[at + 1..] {
                    let key = mix64(group ^ mix64(slot_of(&a.member.name) ^ mix64(slot_of(&b.member.name))));
                    if is_chosen(key, MOST_PAIRS, pairs) && a.is_comparable(b, history.step()) {
                        a.cases(b, key, long, &mut cases);
                    }
                }
            }
        }
        let exits = exits(tracks.iter().map(|(_, tracks)| tracks.as_slice()), long);
        Self { cases, names, years: long, exits }
    }
}

/// Whether a random key is among the share `most / all`.
pub(super) fn is_chosen(key: u64, most: usize, all: usize) -> bool {
    all <= most || u128::from(mix64(key)) * (all as u128) < (most as u128) << 64
}

impl<'a> Track<'a> {
    /// The values at whole years before the period at `last`, the first year first.
    fn of(history: &History, member: &'a Member, name: usize, last: i32) -> Self {
        let per_year = history.step().per_year().cast_signed();
        let rows: Vec<_> = history.latest(member).filter(|row| !row.kind.is_claim()).collect();
        let Some(first) = rows.first().map(|row| row.index) else {
            return Self { member, name, values: Vec::new(), changes: Vec::new() };
        };
        let years = usize::try_from((last - first) / per_year + 1).unwrap_or(0);
        let (mut values, mut changes) = (vec![f64::NAN; years], vec![f64::NAN; years]);
        // The sum of the current run of figures on one basis, by its length.
        let mut run: Vec<f64> = Vec::new();
        let mut before = first - 1;
        for row in rows {
            if row.index != before + 1 || row.kind == FigureKind::Break {
                run.clear();
            }
            run.push(row.value);
            before = row.index;
            let (back, width) = (last - row.index, per_year.cast_unsigned() as usize);
            if back % per_year == 0 && run.len() >= width {
                let at = years - 1 - usize::try_from(back / per_year).unwrap_or(0);
                let sum = |years: usize| run[run.len() - (years + 1) * width..][..width].iter().sum::<f64>();
                values[at] = sum(0);
                if run.len() >= 2 * width {
                    changes[at] = math::ln(sum(0) / sum(1));
                }
            }
        }
        Self { member, name, values, changes }
    }

    /// The value of a year counted back from the last one.
    fn value(&self, back: usize) -> f64 {
        self.values.len().checked_sub(back + 1).map_or(f64::NAN, |at| self.values[at])
    }

    fn change(&self, back: usize) -> f64 {
        self.changes.len().checked_sub(back + 1).map_or(f64::NAN, |at| self.changes[at])
    }

    fn is_comparable(&self, other: &Self, step: Step) -> bool {
        let (a, b) = (self.member, other.member);
        let month = |member: &Member| if step == Step::Year { member.year_ends.unwrap_or(12) } else { 12 };
        month(a) == month(b) && a.currency == b.currency
    }

    fn cases(&self, other: &Self, key: u64, years: usize, cases: &mut Vec<Case>) {
        let change = |back: usize| self.change(back) - other.change(back);
        for back in 1..self.values.len().min(other.values.len()) {
            let ratio = self.value(back) / other.value(back);
            let gap = math::ln(ratio).abs();
            if !(gap >= LEAST_GAP && gap <= math::ln(WIDEST_RATIO)) || change(back - 1).is_nan() {
                continue;
            }
            let mut changes = [0.0; MOST_CHANGES];
            let mut count = 0;
            while count < MOST_CHANGES && !change(back + count).is_nan() {
                changes[count] = change(back + count);
                count += 1;
            }
            if count >= LEAST_CHANGES {
                let (names, origin) = ([self.name, other.name], years - 1 - back);
                let key = mix64(key.wrapping_add(origin as u64));
                cases.push(Case { changes, count, next: change(back - 1), names, origin, key });
            }
        }
    }
}

/// The hazards of exits. A group goes on as long as at least half of the members of a year have a value in the next.
fn exits<'a>(groups: impl Iterator<Item = &'a [Track<'a>]>, years: usize) -> Option<Exits> {
    let (mut cases, mut exits) = ([0_u64; 4], [0_u64; 4]);
    for tracks in groups {
        let present = |back: usize| tracks.iter().filter(move |track| !track.value(back).is_nan());
        let goes_on = |back: &usize| {
            let stay = present(*back).filter(|track| !track.value(back - 1).is_nan()).count();
            stay > 0 && 2 * stay >= present(*back).count()
        };
        let Some(last) = (1..years).find(goes_on) else { continue };
        for back in last..years {
            let smallest = present(back).map(|track| track.value(back)).fold(f64::INFINITY, f64::min);
            for track in present(back) {
                let bin = Exits::bin(track.value(back), smallest);
                cases[bin] += 1;
                exits[bin] += u64::from((0..back).all(|later| track.value(later).is_nan()));
            }
        }
    }
    Exits::of(cases, exits)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values and changes of the only name of a history, by year up to its last figure.
    fn track(text: &str) -> (Vec<f64>, Vec<f64>) {
        let history = History::from_csv(text).expect("a history");
        let group = history.visible_groups().next().expect("a group");
        let last = history.last_of_group(group).expect("a figure");
        let track = Track::of(&history, history.members(group).next().expect("a name"), 0, last);
        (track.values, track.changes)
    }

    fn close(found: &[f64], expected: &[f64]) {
        let is_close = |(a, b): (&f64, &f64)| (a - b).abs() < 1e-12 || a.is_nan() && b.is_nan();
        assert!(found.len() == expected.len() && found.iter().zip(expected).all(is_close), "{found:?} {expected:?}");
    }

    #[test]
    fn no_change_crosses_a_gap_or_a_change_of_basis() {
        let (none, doubled) = (f64::NAN, std::f64::consts::LN_2);
        let (values, changes) = track("name,period,value\nA,2010,1\nA,2011,2\nA,2013,3\nA,2014,6\n");
        close(&values, &[1.0, 2.0, none, 3.0, 6.0]);
        close(&changes, &[none, doubled, none, none, doubled]);
        let text = "name,period,value,kind\nA,2010,1,\nA,2011,2,\nA,2012,3,break\nA,2013,6,\n";
        let (values, changes) = track(text);
        close(&values, &[1.0, 2.0, 3.0, 6.0]);
        close(&changes, &[none, doubled, none, doubled]);
    }

    #[test]
    fn years_of_quarters_are_sums_of_four_adjacent_ones() {
        let quarters = |skipped: usize| {
            let mut text = String::from("name,period,value\n");
            for quarter in (0..12).filter(|quarter| *quarter != skipped) {
                text += &format!("A,{}-Q{},{}\n", 2010 + quarter / 4, quarter % 4 + 1, 1 + quarter / 4);
            }
            text
        };
        let (values, changes) = track(&quarters(99));
        close(&values, &[4.0, 8.0, 12.0]);
        close(&changes, &[f64::NAN, std::f64::consts::LN_2, math::ln(1.5)]);
        let (values, changes) = track(&quarters(5));
        close(&values, &[4.0, f64::NAN, 12.0]);
        close(&changes, &[f64::NAN; 3]);
    }
}
