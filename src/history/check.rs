//! Checks across the rows of a name: doubled figures, changed units, names that look the same.

use super::data::{Data, FigureKind, Member, Row};
use crate::calendar::{Period, Step};
use crate::error::{Place, Problem, is_enough, shown};
use crate::scenario::names::{difference, visible};

/// The factor between neighbouring figures from which their units are taken to differ: a factor of 1000, with growth or
/// decline by up to one half. The largest factor between two years in the public panels of the guide is 442.
const MOST_GROWTH: f64 = 500.0;
/// Below this figure, whole numbers are taken to be counts: of a product that starts or ends, the first or last count may be any.
const FEW: f64 = 100.0;

/// Sorts the rows of each member and reports what is wrong across rows.
pub(super) fn check_members(data: &mut Data, problems: &mut Vec<Problem>) {
    let step = data.step;
    for group in &mut data.groups {
        check_names(&group.members, problems);
        for member in &mut group.members {
            // Stable: of doubled rows the one of the later line is reported.
            member.rows.sort_by_key(Row::order);
            member.rows.shrink_to_fit();
            check_rows(step, member, problems);
            if is_enough(problems) {
                return;
            }
        }
    }
}

fn check_rows(step: Step, member: &Member, problems: &mut Vec<Problem>) {
    let label = |row: &Row| Period::at_index(step, row.index);
    let are_counts = member.rows.iter().all(|row| row.value.fract() == 0.0);
    for pair in member.rows.windows(2) {
        let [before, row] = pair else { continue };
        let (line, value) = (before.line, shown(row.value));
        let are_neighbours = before.kind.class() == row.kind.class() && row.index - before.index <= 1;
        let factor = (row.value / before.value).max(before.value / row.value);
        let is_of_units = factor >= MOST_GROWTH && !(are_counts && row.value.min(before.value) < FEW);
        if before.order() == row.order() {
            let message = format!(
                "the figure of {:?} for {}, known from {}, is already in line {line}, got {value}",
                member.name,
                label(row),
                row.known
            );
            problems.push(problem(row, message));
        } else if are_neighbours && !row.kind.is_claim() && row.kind != FigureKind::Break && is_of_units {
            let message = format!(
                "the figures of {:?} for {} (line {line}) and {} differ by a factor of {}: use one unit, or state a change of \
                 basis by the kind `break`, got {value}",
                member.name,
                label(before),
                label(row),
                shown(factor.round())
            );
            problems.push(problem(row, message));
        }
    }
}

fn problem(row: &Row, message: String) -> Problem {
    let place = Place { line: row.line as usize, column: usize::from(row.column) };
    Problem { place: Some(place), ..Problem::new("value", message) }
}

/// Names of a group that look the same would split a series.
fn check_names(members: &[Member], problems: &mut Vec<Problem>) {
    let mut seen: Vec<(String, &Member)> = members.iter().map(|member| (visible(&member.name), member)).collect();
    seen.sort_by(|a, b| a.0.cmp(&b.0));
    for pair in seen.windows(2) {
        let [(first, one), (second, other)] = pair else { continue };
        if first == second {
            let [(one, _), (other, row)] = {
                let mut both = [one, other].map(|member| (&member.name, &member.rows[0]));
                both.sort_by_key(|(_, row)| row.line);
                both
            };
            let what = difference(other, one);
            let message = format!("the name {other:?} looks the same as {one:?}: it differs only in {what}");
            let place = Place { line: row.line as usize, column: 1 };
            problems.push(Problem { place: Some(place), ..Problem::new("name", message) });
        }
    }
}
