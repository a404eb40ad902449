//! What an outside view is about: providers of one group with their years up to a base, aligned and checked.

use super::advantage::MOST_CHANGES;
use super::data::{FigureKind, Group, History, Member, Row};
use super::date::Date;
use super::estimate::quantile;
use crate::assumption::Assumption;
use crate::calendar::{Period, Step};
use crate::error::{Error, Kind, Place, Problem};
use crate::math;
use crate::scenario::Claim;

const WHAT: &str = "outside view";

/// A provider with its years up to the base.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Known {
    pub(super) name: String,
    /// Sums over the years up to the base, the latest first; at least two.
    pub(super) years: Vec<f64>,
    /// Log growth of these years, the latest first.
    pub(super) growth: Vec<f64>,
    /// Yearly changes that the advantage is estimated from, the latest first: of the log-ratio of a pair, or of the provider
    /// against the median of its group.
    pub(super) changes: Vec<f64>,
    /// Of quarters and months: the latest quarter's year-on-year change less the latest yearly change.
    pub(super) surprise: f64,
    pub(super) year_ends: Option<u32>,
    pub(super) claims: Vec<Claim>,
    /// The smallest value of its group at the base, if the group has more names than are asked about.
    pub(super) smallest: Option<f64>,
}

/// A provider without figures, whose revenue over the year that ends with the base is stated.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stated {
    pub(super) name: String,
    pub(super) revenue: Assumption,
}

/// Providers that are compared, aligned at the base.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Subject {
    /// The last period known, and the last one projected, on the grid of the history.
    pub(super) base: Period,
    pub(super) horizon: Period,
    /// The month in which the years end.
    pub(super) end_month: u32,
    pub(super) as_of: Option<Date>,
    pub(super) currency: Option<String>,
    pub(super) providers: Vec<Known>,
    pub(super) stated: Vec<Stated>,
}

impl Subject {
    pub(super) fn of(
        history: &History,
        names: &[&str],
        stated: Vec<Stated>,
        base: Period,
        horizon: Period,
    ) -> Result<Self, Error> {
        let mut problems = Vec::new();
        let ends = ends(history.step(), base, horizon).map_err(|problem| problems.push(problem)).ok();
        let found = find(history, names, &mut problems);
        let Some((base, horizon)) = ends.filter(|_| problems.is_empty()) else {
            return Err(Error::of(Kind::Invalid, WHAT, problems));
        };
        problems.extend(found.iter().filter_map(|(_, member)| misfit(history, member, base)));
        if !problems.is_empty() {
            return Err(Error::of(Kind::Invalid, WHAT, problems));
        }
        let (group, first) = found[0];
        let members: Vec<&Member> = found.iter().map(|(_, member)| *member).collect();
        let mut providers: Vec<Known> = members.iter().map(|member| Known::of(history, member, base)).collect();
        match providers.as_mut_slice() {
            [a, b] if stated.is_empty() => compare(a, b),
            all => against_group(all, &Medians::of(history, group, first, base)),
        }
        let smallest = smallest(history, group, first, base, members.len());
        for provider in &mut providers {
            provider.smallest = smallest;
        }
        let end_month = first.end_month(base);
        Ok(Self { base, horizon, end_month, as_of: history.as_of, currency: first.currency.clone(), providers, stated })
    }

    /// Whether the log-ratio of two providers is estimated, and not each provider against the median of its group.
    pub(super) fn is_pair(&self) -> bool {
        self.providers.len() == 2 && self.stated.is_empty()
    }

    /// The names of all providers, those with figures first.
    pub(super) fn names(&self) -> Vec<&str> {
        let stated = self.stated.iter().map(|one| one.name.as_str());
        self.providers.iter().map(|known| known.name.as_str()).chain(stated).collect()
    }
}

/// The changes of two providers relative to each other, over the years that both have.
fn compare(a: &mut Known, b: &mut Known) {
    let kept = a.growth.len().min(b.growth.len());
    for known in [&mut *a, &mut *b] {
        known.growth.truncate(kept);
        known.years.truncate(kept + 1);
    }
    a.changes = a.growth.iter().zip(&b.growth).map(|(a, b)| a - b).collect();
    b.changes = a.changes.iter().map(|change| -change).collect();
    a.surprise -= b.surprise;
    b.surprise = -a.surprise;
}

/// The changes of providers against the medians of their group.
fn against_group(providers: &mut [Known], medians: &Medians) {
    for known in providers {
        known.changes = known.growth.iter().zip(&medians.growth).map(|(own, median)| own - median).collect();
        known.surprise -= medians.quarter - medians.growth[0];
    }
}

impl History {
    /// A period on the grid of the history: a year of a finer history ends in December.
    pub(crate) fn on_grid(&self, address: &str, period: Period) -> Result<Period, Error> {
        on_grid(self.step(), address, period).map_err(|problem| Error::of(Kind::Invalid, WHAT, vec![problem]))
    }
}

fn on_grid(step: Step, address: &str, period: Period) -> Result<Period, Problem> {
    if period.step() == step {
        return Ok(period);
    }
    if period.step() == Step::Year {
        let per_year = step.per_year().cast_signed();
        return Ok(Period::at_index(step, (period.year() + 1) * per_year - 1));
    }
    let message = format!("the figures are by {}, got the {} {period}", step.word(), period.step().word());
    Err(Problem::new(address, message))
}

/// The base and the horizon on the grid of the history.
fn ends(step: Step, base: Period, horizon: Period) -> Result<(Period, Period), Problem> {
    if base.step() != horizon.step() {
        let message = format!("base and horizon must be labels of one form, got {base} and {horizon}");
        return Err(Problem::new("horizon", message));
    }
    let (from, to) = (on_grid(step, "base", base)?, on_grid(step, "horizon", horizon)?);
    let per_year = step.per_year().cast_signed();
    let distance = to.index() - from.index();
    if distance <= 0 || distance % per_year != 0 {
        let message = format!("the horizon must lie a whole number of years after the base {base}, got {horizon}");
        return Err(Problem::new("horizon", message));
    }
    Ok((from, to))
}

/// The members of the names, of one group, with one currency and one year end.
fn find<'h>(history: &'h History, names: &[&str], problems: &mut Vec<Problem>) -> Vec<(&'h Group, &'h Member)> {
    if names.len() < 2 {
        problems.push(Problem::new("", format!("at least two names are needed, got {names:?}")));
        return Vec::new();
    }
    let mut found: Vec<(&Group, &Member)> = Vec::new();
    for (at, name) in names.iter().enumerate() {
        if names[..at].contains(name) {
            problems.push(Problem::new("", format!("a name must be asked about once, got {name:?} twice")));
            continue;
        }
        match history.find(name) {
            Ok(one) => found.push(one),
            Err(message) => problems.push(Problem::new("", message)),
        }
    }
    if let Some((first, others)) = found.split_first() {
        problems.extend(others.iter().filter_map(|other| mismatch(history.step(), *first, *other)));
    }
    found
}

/// Why two members cannot be compared, if so.
fn mismatch(step: Step, (group, first): (&Group, &Member), (other_group, other): (&Group, &Member)) -> Option<Problem> {
    let currency = |member: &Member| member.currency.clone().unwrap_or_else(|| "none".to_owned());
    let month = |member: &Member| member.year_ends.unwrap_or(12);
    let (name, other_name) = (&first.name, &other.name);
    let message = if other_group.name != group.name {
        let (group, other_group) = (&group.name, &other_group.name);
        format!("names of one group are compared: {name:?} is in {group:?}, got {other_name:?} in {other_group:?}")
    } else if other.currency != first.currency {
        let (own, got) = (currency(first), currency(other));
        format!(
            "figures must have one currency: {name:?} has {own}, got {got} of {other_name:?}; convert them with `in_currency`"
        )
    } else if step == Step::Year && month(other) != month(first) {
        let (own, got) = (month(first), month(other));
        format!(
            "yearly figures must end in one month: those of {name:?} end in month {own}, got {got} of {other_name:?}; quarterly \
             figures can be compared"
        )
    } else {
        return None;
    };
    Some(Problem::new("", message))
}

/// Why a member has too little history at the base, if so.
fn misfit(history: &History, member: &Member, base: Period) -> Option<Problem> {
    let (name, when, step) = (&member.name, history.when(), history.step());
    let needed = 2 * step.per_year() as usize;
    let run = history.run_up_to(member, base.index(), needed);
    if run.len() >= needed {
        return None;
    }
    let last: Option<&Row> = history.latest(member).filter(|row| !row.kind.is_claim()).last();
    let message = match last {
        None => format!("{name:?} has claims but no reported figure{when}"),
        Some(last) if last.index < base.index() => {
            let last = history.period(last.index);
            format!("the history of {name:?} ends before the base {base}: its last figure is that of {last}{when}")
        }
        Some(_) if run.is_empty() => format!("{name:?} has no figure of the base {base}{when}"),
        Some(_) => format!(
            "{name:?} needs two years of figures up to {base} without a gap or a change of basis, {needed} {step}s, got {}{when}",
            run.len()
        ),
    };
    let place = last.map(|row| Place { line: row.line as usize, column: usize::from(row.column) });
    Some(Problem { place, ..Problem::new("", message) })
}

/// The members of a group whose years are comparable with those of `first`.
fn peers<'g>(
    history: &History,
    group: &'g Group,
    first: &'g Member,
    base: Period,
) -> impl Iterator<Item = &'g Member> + use<'g> {
    let month = first.end_month(base);
    history.members(group).filter(move |peer| peer.currency == first.currency && peer.end_month(base) == month)
}

/// The smallest yearly value of a group at the base, if the group has more comparable members than were asked about.
fn smallest(history: &History, group: &Group, first: &Member, base: Period, asked: usize) -> Option<f64> {
    let latest = |member| history.years_up_to(member, base.index(), 1).first().copied();
    let values: Vec<f64> = peers(history, group, first, base).filter_map(latest).collect();
    (values.len() > asked).then(|| values.into_iter().fold(f64::INFINITY, f64::min))
}

/// The median growth of a group.
struct Medians {
    /// Of each year, the latest first; at least that of the latest.
    growth: Vec<f64>,
    /// Of the latest quarter on the year-ago one; 0 for yearly figures.
    quarter: f64,
}

impl Medians {
    fn of(history: &History, group: &Group, first: &Member, base: Period) -> Self {
        let mut growth: Vec<Vec<f64>> = Vec::new();
        let mut quarters = Vec::new();
        for member in peers(history, group, first, base) {
            let years = history.years_up_to(member, base.index(), MOST_CHANGES + 1);
            for (back, change) in log_growth(&years).into_iter().enumerate() {
                if growth.len() == back {
                    growth.push(Vec::new());
                }
                growth[back].push(change);
            }
            quarters.extend(quarter_growth(history, member, base));
        }
        let quarter = if quarters.is_empty() { 0.0 } else { median(quarters) };
        Self { growth: growth.into_iter().map(median).collect(), quarter }
    }
}

impl Known {
    /// A member by itself, with enough history at the base.
    fn of(history: &History, member: &Member, base: Period) -> Self {
        let years = history.years_up_to(member, base.index(), MOST_CHANGES + 1);
        let growth = log_growth(&years);
        let claim = |row: &Row| {
            let claim = Claim::of(history.period(row.index));
            match row.kind {
                FigureKind::AtLeast => Some(claim.at_least(row.value)),
                FigureKind::AtMost => Some(claim.at_most(row.value)),
                FigureKind::Reported | FigureKind::Break => None,
            }
        };
        let up_to_base = history.latest(member).filter(|row| row.index <= base.index());
        Self {
            name: member.name.clone(),
            changes: Vec::new(),
            surprise: quarter_growth(history, member, base).map_or(0.0, |quarter| quarter - growth[0]),
            growth,
            years,
            year_ends: member.year_ends,
            claims: up_to_base.filter_map(claim).collect(),
            smallest: None,
        }
    }
}

/// The log growth of years, the latest first.
fn log_growth(years: &[f64]) -> Vec<f64> {
    years.windows(2).map(|pair| math::ln(pair[0] / pair[1])).collect()
}

/// The log change of the last quarter against the one of a year before; `None` for yearly figures.
fn quarter_growth(history: &History, member: &Member, base: Period) -> Option<f64> {
    let per_year = history.step().per_year() as usize;
    let width = match history.step() {
        Step::Year => return None,
        Step::Quarter | Step::Month => per_year / 4,
    };
    let run = history.run_up_to(member, base.index(), per_year + width);
    let sum = |from: usize| run.get(from..from + width).map(|part| part.iter().sum::<f64>());
    Some(math::ln(sum(0)? / sum(per_year)?))
}

pub(super) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    quantile(&values, 0.5)
}
