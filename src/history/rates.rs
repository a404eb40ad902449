//! Exchange rates, and histories in another currency.

use std::collections::BTreeMap;
use std::io::Read;

use super::data::{Data, History, Member};
use super::read::positive;
use super::table::{Column, Fault, Table};
use crate::calendar::{Period, Step};
use crate::error::{Error, Kind, Place, Problem, curtailed, did_you_mean, is_enough};

const WHAT: &str = "table of rates";
const COLUMNS: [Column; 3] = [
    Column { name: "currency", other: None, is_required: true },
    Column { name: "period", other: None, is_required: true },
    Column { name: "per_unit", other: None, is_required: true },
];

/// Exchange rates by period: units of a currency for one unit of a common base currency, on average over the period.
///
/// Revenue is earned over the whole period, so that it is converted at the period's average rate and not at that of its
/// last day. The average is known once the period has ended, so conversion reveals nothing that a figure does not.
///
/// # Example: yuan in dollars
/// ```
/// use outgrow::{History, Rates};
/// let rates = Rates::from_csv("currency,period,per_unit\nCNY,2018-Q1,6.3530\n")?;
/// let history = History::from_csv("name,period,value,currency\nAlibaba Cloud,2018-Q1,4385,CNY\n")?;
/// let dollars = history.in_currency("USD", &rates)?;
/// let value = dollars.series("Alibaba Cloud")?.value("2018-Q1")?.expect("a figure");
/// assert!((value - 690.225).abs() < 1e-3);
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Rates {
    step: Step,
    by_currency: BTreeMap<String, BTreeMap<i32, f64>>,
}

impl Rates {
    /// Reads rates from CSV with the columns `currency`, `period` and `per_unit`, in any order.
    ///
    /// # Errors
    /// All problems of the file, each with line, column and the offending text.
    pub fn from_csv(text: &str) -> Result<Self, Error> {
        Self::read(&mut text.as_bytes())
    }

    /// As [`from_csv`](Self::from_csv), from a reader.
    ///
    /// # Errors
    /// As for `from_csv`, or if the reader fails.
    pub fn from_csv_reader(mut reader: impl Read) -> Result<Self, Error> {
        Self::read(&mut reader)
    }

    fn read(reader: &mut dyn Read) -> Result<Self, Error> {
        let mut table = Table::open(reader, WHAT, &COLUMNS)?;
        let mut rates = Self { step: Step::Year, by_currency: BTreeMap::new() };
        let mut is_empty = true;
        while table.next(WHAT)? && !is_enough(table.problems()) {
            match row(&table) {
                Ok((currency, period, rate)) => {
                    let step = if is_empty { period.step() } else { rates.step };
                    (rates.step, is_empty) = (step, false);
                    if period.step() != step {
                        let message = format!("all periods must be {}s, got {:?}", step.word(), period.to_string());
                        table.report(vec![Fault { field: 1, message }]);
                    } else if rates
                        .by_currency
                        .entry(currency.clone())
                        .or_default()
                        .insert(period.index(), rate)
                        .is_some()
                    {
                        let message = format!("the rate of {currency:?} for {period} is stated twice, got {rate}");
                        table.report(vec![Fault { field: 2, message }]);
                    }
                }
                Err(faults) => table.report(faults),
            }
        }
        let problems = table.into_problems();
        if problems.is_empty() { Ok(rates) } else { Err(Error::of(Kind::Invalid, WHAT, curtailed(problems))) }
    }

    fn rate(&self, currency: &str, period: Period) -> Result<f64, String> {
        if period.step() != self.step {
            return Err(format!("the rates are by {}, got the {} {period}", self.step.word(), period.step().word()));
        }
        let Some(rates) = self.by_currency.get(currency) else {
            let hint = did_you_mean(currency, self.by_currency.keys().map(String::as_str));
            return Err(format!("there are no rates of {currency:?}{hint}"));
        };
        rates.get(&period.index()).copied().ok_or_else(|| format!("there is no rate of {currency:?} for {period}"))
    }
}

/// One row, or its faults.
fn row(table: &Table<'_>) -> Result<(String, Period, f64), Vec<Fault>> {
    let mut faults = Vec::new();
    let mut fault = |field, message| faults.push(Fault { field, message });
    let currency = match table.text(0) {
        Ok("") => Err("a currency must be stated, got \"\"".to_owned()),
        text => text.map(str::to_owned),
    };
    let currency = currency.map_err(|message| fault(0, message));
    let period =
        table.text(1).and_then(|text| text.parse().map_err(|error: Error| error.problems()[0].message.clone()));
    let period: Result<Period, ()> = period.map_err(|message| fault(1, message));
    let rate = table.text(2).and_then(positive).map_err(|message| fault(2, message.replace("a figure", "a rate")));
    match (currency, period, rate) {
        (Ok(currency), Ok(period), Ok(rate)) => Ok((currency, period, rate)),
        _ => Err(faults),
    }
}

impl History {
    /// The history with all figures and claims in one currency, each converted at the rate of its period. Figures that
    /// are already in `currency` stay as they are.
    ///
    /// # Errors
    /// If a name states no currency, if a rate is missing, or if the rates have another step. The rates of years are those
    /// of calendar years, so yearly figures of other years cannot be converted.
    pub fn in_currency(&self, currency: &str, rates: &Rates) -> Result<Self, Error> {
        let mut data = Data::clone(&self.data);
        let step = data.step;
        let members = data.groups.iter_mut().flat_map(|group| &mut group.members);
        let mut problems: Vec<Problem> =
            members.filter_map(|member| converted(member, currency, step, rates).err()).collect();
        if problems.is_empty() {
            return Ok(Self { data: data.into(), ..self.clone() });
        }
        problems.sort_by_key(|problem| problem.place);
        Err(Error::of(Kind::Invalid, "conversion of a history", curtailed(problems)))
    }
}

/// Converts the rows of a member.
///
/// # Errors
/// The first row without a rate: one missing table of rates would otherwise be reported for every row.
fn converted(member: &mut Member, currency: &str, step: Step, rates: &Rates) -> Result<(), Problem> {
    let own = member.currency.replace(currency.to_owned());
    if own.as_deref() == Some(currency) {
        return Ok(());
    }
    let name = &member.name;
    let is_calendar_year = step != Step::Year || member.year_ends.unwrap_or(12) == 12;
    for row in &mut member.rows {
        let rate = match &own {
            None => Err(format!("{name:?} states no currency")),
            Some(_) if !is_calendar_year => Err(format!("{name:?} has years that end in another month than December")),
            Some(own) => rates.rate(own, Period::at_index(step, row.index)),
        };
        let place = Place { line: row.line as usize, column: usize::from(row.column) };
        row.value /= rate.map_err(|message| Problem { place: Some(place), ..Problem::new("value", message) })?;
    }
    Ok(())
}
