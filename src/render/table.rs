//! Answers as text for the terminal.

use std::fmt;

use super::number::money;
use crate::calendar::{Period, Step};
use crate::error::Error;
use crate::estimate::{Estimate, When, shown_in_order};
use crate::outcome::{
    BAND, CustomAnswer, CustomKind, MEDIAN, MeanDate, MeasuredFan, Outcome, Overtake, ProviderOutcome,
};
use crate::scenario::{Asks, Measure};

/// The largest number of rows of a table; more year ends are thinned.
const MOST_ROWS: usize = 14;
/// The width of a full bar in characters.
const BAR: usize = 20;

/// What the columns of a table of views mean, below it.
pub(crate) const VIEWS_NOTE: &str =
    "disagreement: the share of the pool's variance P (1 - P) that is between the views";

/// The headers of the most likely, the mean and the median rank.
const RANK_HEAD: [&str; 3] = ["likeliest rank", "mean rank", "median rank"];

/// The year ends among the periods, thinned to a table's rows; the last period if there is no year end.
pub(super) fn year_ends(periods: &[Period]) -> Vec<Period> {
    let ends: Vec<Period> = periods.iter().copied().filter(|period| period.ends_year()).collect();
    if ends.is_empty() {
        return periods.last().copied().into_iter().collect();
    }
    thinned(ends)
}

/// At most as many dates as a table has rows, including the last.
pub(super) fn thinned(dates: Vec<Period>) -> Vec<Period> {
    let every = dates.len().div_ceil(MOST_ROWS).max(1);
    let first = dates.len().saturating_sub(1) % every;
    dates.into_iter().skip(first).step_by(every).collect()
}

/// A bar in eighths of a character.
fn bar(probability: f64) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a probability"
    )]
    let eighths = (probability * (8 * BAR) as f64).round() as usize;
    let full = "█".repeat(eighths / 8);
    let rest = EIGHTHS[eighths % 8];
    if eighths == 0 && probability > 0.0 { "▏".to_owned() } else { full + rest }
}

impl fmt::Display for Overtake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n", self.headline())?;
        let head = self.run.interval_words();
        writeln!(f, "  {:<15}{:>11}    {head}", "by", "probability")?;
        let (rows, shown_never) = self.shown_rows();
        for (period, by, shown) in rows {
            let width = if self.run.sampling.is_some() { 20 } else { 28 };
            let interval = by.shown_interval();
            let line = format!("  {period:<15}{shown:>11}    {interval:<width$}{}", bar(by.value()));
            writeln!(f, "{}", line.trim_end())?;
        }
        let never = self.not_by_horizon();
        let not_by = When::NotBy(self.horizon()).to_string();
        writeln!(f, "  {not_by:<15}{shown_never:>11}    {}", never.shown_interval())?;
        self.write_foot(f)
    }
}

/// A table as text cells, in any output format.
pub(crate) struct Table {
    pub(crate) caption: String,
    pub(crate) head: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

/// The lines below a question's table.
struct Foot<'a>(&'a Overtake);

impl fmt::Display for Foot<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.write_foot(f)
    }
}

impl Overtake {
    /// The contents of `Display`, without the bars and the lines below.
    pub(crate) fn table(&self) -> Table {
        let (rows, shown_never) = self.shown_rows();
        let dates = rows.into_iter().map(|(period, by, shown)| (period.to_string(), by, shown));
        let never = (When::NotBy(self.horizon()).to_string(), self.not_by_horizon(), shown_never);
        let rows = dates.chain([never]).map(|(date, estimate, shown)| vec![date, shown, estimate.shown_interval()]);
        Table {
            caption: self.headline(),
            head: vec!["by".to_owned(), "probability".to_owned(), self.interval_words()],
            rows: rows.collect(),
        }
    }

    /// The lines below the table.
    pub(crate) fn foot(&self) -> Vec<String> {
        Foot(self).to_string().lines().map(|line| line.trim().to_owned()).collect()
    }

    /// The header of the intervals of estimates.
    pub(crate) fn interval_words(&self) -> String {
        self.run.interval_words()
    }

    /// The question in words.
    pub(crate) fn headline(&self) -> String {
        let title = self.question().plain_title();
        let named = if self.has_own_name() { format!("{}: ", self.name()) } else { String::new() };
        format!("{named}{title}: {}, {}", self.first_words(), self.base_words())
    }

    /// "first quarter with higher revenue" or the like, depending on the measure and on how long the lead must last.
    pub(crate) fn first_words(&self) -> String {
        let word = self.base().step().word();
        let quantity = match self.question().asks() {
            Asks::Overtakes(..) => format!("with higher {}", self.quantity()),
            Asks::Leads(_) => format!("with the highest {}", self.quantity()),
            Asks::Top(_, places) => format!("among the {places} with the highest {}", self.quantity()),
        };
        let first = match self.measure() {
            Measure::Period if self.run.continuous => format!("first time {quantity}, also within a {word}"),
            Measure::Period => format!("first {word} {quantity}"),
            Measure::Trailing => format!("first {word} {quantity} over the year up to it"),
            Measure::Annual => format!("first calendar year {quantity}"),
            Measure::FiscalYearEnding(month) => format!("first fiscal year ending in month {month} {quantity}"),
        };
        match self.sustained() {
            1 => first,
            k => format!("{first}, the first of {k} in a row"),
        }
    }

    /// The dates of a table, each with its probability as a number and as text; and the text of "not by the horizon".
    pub(super) fn shown_rows(&self) -> (Vec<(Period, Estimate, String)>, String) {
        let (dates, never) = (self.shown_dates(), self.not_by_horizon());
        let by: Vec<Estimate> = dates.iter().filter_map(|period| self.by(*period).ok()).collect();
        let (shown, shown_never) = shown_in_order(&by, Some(&never));
        let rows = dates.into_iter().zip(by).zip(shown).map(|((period, by), shown)| (period, by, shown));
        (rows.collect(), shown_never.unwrap_or_else(|| never.shown()))
    }

    /// The base in words; for sums over years it is the last year that ended before it, if any.
    fn base_words(&self) -> String {
        if !self.is_by_year() {
            return format!("base {}", self.base());
        }
        match self.last_known_year() {
            Some(year) => format!("base: the year to {year}, the last one complete by {}", self.known_to()),
            None => format!("base: none, no year is complete by {}", self.known_to()),
        }
    }

    /// Whether a date sums several periods.
    fn is_by_year(&self) -> bool {
        let is_yearly = matches!(self.measure(), Measure::Annual | Measure::FiscalYearEnding(_));
        is_yearly && self.known_to().step() != Step::Year
    }

    pub(crate) fn shown_dates(&self) -> Vec<Period> {
        match self.measure() {
            Measure::Period | Measure::Trailing => year_ends(self.periods()),
            Measure::Annual | Measure::FiscalYearEnding(_) => thinned(self.periods().to_vec()),
        }
    }

    /// "mean 3.42 ± 0.01 years after 2018-Q1 if it happens, 6.81 ± 0.01 years counting the rest at 2028-Q1"; nothing if
    /// it never happens.
    fn mean_words(&self) -> Option<String> {
        let MeanDate { restricted, given_overtake } = self.mean_date();
        let given = format!("mean {} after {} if it happens", given_overtake?, self.base());
        Some(format!("{given}, {restricted} counting the rest at {}", self.horizon()))
    }

    /// " (2021-Q2 – 2021-Q4)", the interval of a quantile of the date; nothing if it is a single date.
    fn date_interval(&self, p: f64) -> Result<String, fmt::Error> {
        let (low, high) = self.quantile_interval(p).map_err(|_| fmt::Error)?;
        Ok(if low == high { String::new() } else { format!(" ({low} – {high})") })
    }

    fn write_foot(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = |p: f64| self.quantile(p).map_err(|_| fmt::Error);
        let dated = |words: &str, when: When| match when {
            When::At(period) => format!("{words} by {period}"),
            When::NotBy(_) => format!("{words}: {when}"),
        };
        writeln!(
            f,
            "  median {}{} · {} · {}",
            date(0.5)?,
            self.date_interval(0.5)?,
            dated("one in ten", date(0.1)?),
            dated("nine in ten", date(0.9)?)
        )?;
        if self.ahead_at_base().value() > 0.0 {
            let at_base = self.ahead_at_base();
            let is_certain = self.at_base().value() >= 1.0;
            let all = match self.question().asks() {
                Asks::Overtakes(..) if is_certain => ", so there is nothing to overtake",
                Asks::Overtakes(..) | Asks::Leads(_) | Asks::Top(..) => "",
            };
            let lasting = self.from_base().map_or_else(String::new, |lasting| {
                format!(", and for {} consecutive dates from then on: {}", self.sustained(), lasting.shown())
            });
            writeln!(f, "  already ahead at base {}: {}{lasting}{all}", self.base(), at_base.shown())?;
        }
        if self.sustained() > 1 {
            let last = self.periods().len().checked_sub(self.sustained() as usize).map(|place| self.periods()[place]);
            if let Some(last) = last {
                writeln!(f, "  leads that begin after {last} are too late to be confirmed and count as \"not by\"")?;
            }
        }
        if let Some((horizon, gone)) = self.gone_by_date().last() {
            let shown = gone.shown();
            writeln!(f, "  gone by {horizon}, before any overtake: {shown} (counted as \"not by\")")?;
        }
        if let Some(words) = self.mean_words() {
            writeln!(f, "  {words}")?;
        }
        self.laws_words().iter().try_for_each(|line| writeln!(f, "  {line}"))?;
        let ahead = self.ahead(self.horizon()).map_err(|_| fmt::Error)?;
        write!(f, "  ahead at {} {} · {}", self.horizon(), ahead.shown(), self.run)?;
        self.cross_check().map_or(Ok(()), |check| write!(f, "\n  {check}"))
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for overtake in self.questions() {
            writeln!(f, "{overtake}\n")?;
        }
        for table in self.views_tables() {
            writeln!(f, "{}  {VIEWS_NOTE}\n", table.aligned())?;
        }
        let all = self.providers.iter().flat_map(ProviderOutcome::names);
        for name in all.filter(|name| self.revenue(name).is_ok()) {
            writeln!(f, "{}\n", self.revenue_headline(&name))?;
            let rows = self.provider_rows(&name).map_err(|_| fmt::Error)?;
            let share = self.share(&name).map_or("", |_| "mean share");
            let [rank, mean, middle] = self.rank(&name).map_or([""; 3], |_| RANK_HEAD);
            let head = ["period", "median", "90 % band", share, rank, mean, middle].map(str::to_owned);
            for [period, median, band, share, rank, mean, middle] in std::iter::once(head).chain(rows) {
                let line =
                    format!("  {period:<15}{median:>11}    {band:<23}{share:>10}    {rank:<16}{mean:>9}{middle:>13}");
                writeln!(f, "{}", line.trim_end())?;
            }
            writeln!(f)?;
        }
        for table in self.measured_tables() {
            writeln!(f, "{}\n", table.caption)?;
            for row in std::iter::once(&table.head).chain(&table.rows) {
                writeln!(f, "{}", format!("  {:<15}{:>11}    {}", row[0], row[1], row[2]).trim_end())?;
            }
            writeln!(f)?;
        }
        self.custom_lines().iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

impl Outcome {
    /// The answers of custom statistics, one line a row.
    pub(crate) fn custom_lines(&self) -> Vec<String> {
        let line = |custom: &CustomAnswer, row: usize, classes: &[Estimate]| {
            let shown: Vec<String> = classes.iter().map(ToString::to_string).collect();
            match custom.kind {
                CustomKind::Event => format!("{}: {}", custom.name, classes[1]),
                CustomKind::Classes => format!("{}: {}", custom.name, shown.join(" · ")),
                CustomKind::Statistic => format!("{} [{row}]: {}", custom.name, shown.join(" · ")),
            }
        };
        let lines = |custom: &CustomAnswer| {
            let rows = custom.rows.iter().enumerate();
            rows.map(|(row, classes)| line(custom, row, classes)).collect::<Vec<_>>()
        };
        self.custom.iter().flat_map(lines).collect()
    }

    /// A provider's revenue, share and most likely rank by year end.
    ///
    /// # Errors
    /// If the revenue is not known.
    pub(crate) fn provider_table(&self, name: &str) -> Result<Table, Error> {
        let rows = self.provider_rows(name)?.into_iter().map(Vec::from);
        let head = ["period", "median", "90 % band", "mean share"].into_iter().chain(RANK_HEAD).map(str::to_owned);
        Ok(Table { caption: self.revenue_headline(name), head: head.collect(), rows: rows.collect() })
    }

    /// Revenue over years: a table for each provider and each requested measure with an answer.
    pub(crate) fn measured_tables(&self) -> Vec<Table> {
        self.measured_fans().filter_map(|(provider, fan)| self.measured_table(provider, fan).ok()).collect()
    }

    fn measured_table(&self, provider: &str, MeasuredFan { measure, .. }: &MeasuredFan) -> Result<Table, Error> {
        let fan = self.measured(provider, *measure)?;
        let dates = match measure {
            Measure::Period | Measure::Trailing => year_ends(fan.periods()),
            Measure::Annual | Measure::FiscalYearEnding(_) => thinned(fan.periods().to_vec()),
        };
        let row = |date: Period| {
            let at = |p: f64| fan.quantile(date, p).map(|value| money(value, 4));
            Ok(vec![date.to_string(), at(0.5)?, format!("{} – {}", at(0.05)?, at(0.95)?)])
        };
        Ok(Table {
            caption: format!(
                "{provider}: {} of the {}{}",
                self.scenario.quantity(),
                self.span_words(*measure),
                self.unit()
            ),
            head: ["period", "median", "90 % band"].map(str::to_owned).into(),
            rows: dates.into_iter().map(row).collect::<Result<_, Error>>()?,
        })
    }

    /// The time span of a figure under a measure: "calendar year", "year up to each quarter".
    pub(crate) fn span_words(&self, measure: Measure) -> String {
        let word = self.base().step().word();
        match measure {
            Measure::Period => word.to_owned(),
            Measure::Trailing => format!("year up to each {word}"),
            Measure::Annual => "calendar year".to_owned(),
            Measure::FiscalYearEnding(month) => format!("fiscal year ending in month {month}"),
        }
    }

    /// ", USD"; nothing if no unit is stated.
    fn unit(&self) -> String {
        self.scenario.unit().map_or_else(String::new, |unit| format!(", {unit}"))
    }

    pub(crate) fn revenue_headline(&self, provider: &str) -> String {
        format!("{provider}: {} of the {}{}", self.scenario.quantity(), self.base().step().word(), self.unit())
    }

    /// Period, median, 90 % band, mean share, and the most likely, mean and median rank, for the base and the year ends.
    pub(crate) fn provider_rows(&self, provider: &str) -> Result<Vec<[String; 7]>, Error> {
        let fan = self.revenue(provider)?;
        let base = self.past(provider)?.base;
        let (low, high) = (base[BAND.0], base[BAND.1]);
        let known = if low < high { format!("{} – {}", money(low, 4), money(high, 4)) } else { String::new() };
        let none = String::new;
        let mut rows = vec![[self.base().to_string(), money(base[MEDIAN], 4), known, none(), none(), none(), none()]];
        for period in year_ends(fan.periods()) {
            let at = |p: f64| fan.quantile(period, p).map(|value| money(value, 4));
            let share = self.share(provider).and_then(|share| share.mean(period));
            let share = share.map_or_else(|_| String::new(), |share| format!("{:.1} %", 100.0 * share));
            let band = format!("{} – {}", at(0.05)?, at(0.95)?);
            let [mean, middle] = self.middle_ranks(provider, period);
            let likeliest = self.likeliest_rank(provider, period);
            rows.push([period.to_string(), at(0.5)?, band, share, likeliest, mean, middle]);
        }
        Ok(rows)
    }

    /// "1.87" and "2": the mean and the median rank; nothing if ranks are off.
    fn middle_ranks(&self, provider: &str, period: Period) -> [String; 2] {
        let Ok(table) = self.rank(provider) else { return [String::new(), String::new()] };
        let mean = table.mean(period).map_or_else(|_| String::new(), |mean| format!("{mean:.2}"));
        [mean, table.median(period).map_or_else(|_| String::new(), |median| median.to_string())]
    }

    /// "2 (0.813)": the most likely rank, the better one of two; nothing if ranks are off.
    fn likeliest_rank(&self, provider: &str, period: Period) -> String {
        let Ok(table) = self.rank(provider) else { return String::new() };
        let ranks = (1..=self.providers.len()).filter_map(|rank| Some((rank, table.probability(period, rank).ok()?)));
        let likeliest = ranks.reduce(|best, next| if next.1.value() > best.1.value() { next } else { best });
        likeliest.map_or_else(String::new, |(rank, estimate)| format!("{rank} ({})", estimate.shown()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_shows_the_rare_and_the_certain() {
        assert_eq!(bar(0.0), "");
        assert_eq!(bar(1e-6), "▏");
        assert_eq!(bar(0.5), "█".repeat(10));
        assert_eq!(bar(1.0), "█".repeat(20));
    }

    #[test]
    fn long_horizons_are_thinned_from_the_end() {
        let periods: Vec<Period> = (2019..=2058).map(|year| format!("{year}").parse().expect("label")).collect();
        let rows = year_ends(&periods);
        assert!(rows.len() <= MOST_ROWS);
        assert_eq!(rows.last(), periods.last());
    }
}
