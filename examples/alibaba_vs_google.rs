//! The case: does Alibaba Cloud overtake Google Cloud, as seen from mid-2018? And what happened?
//!
//! `cargo run --release --example alibaba_vs_google -- [--paths N]`

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::File;
use std::io::{self, Write};
use std::process::ExitCode;

use outgrow::{Assumption, Curve, Outcome, Period, Scenario, Tail};
use serde::Deserialize;
use serde::de::DeserializeOwned;

#[path = "shared/end.rs"]
mod end;
use end::{end, fail};
#[path = "shared/paths.rs"]
mod paths;
use paths::paths;

type Printed = Result<(), Box<dyn Error>>;

const ALIBABA: &str = "Alibaba Cloud";
const GOOGLE: &str = "Google Cloud";
const BASE: &str = "2018-Q1";
const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples");
const SEED: u64 = 7;

fn main() -> ExitCode {
    match paths("alibaba_vs_google") {
        Ok(paths) => end(print(&mut io::stdout().lock(), paths)),
        Err(wrong) => fail(2, &wrong),
    }
}

fn print(out: &mut impl Write, paths: u64) -> Printed {
    let text = std::fs::read_to_string(format!("{EXAMPLES}/scenarios/alibaba_vs_google.toml"))?;
    let scenario = Scenario::from_toml(&text)?;
    let data = Data::read()?;
    data.check_base(&scenario)?;

    writeln!(out, "{ALIBABA} against {GOOGLE}, as known on 2018-06-30\n")?;
    print_assumptions(out, &scenario)?;
    writeln!(
        out,
        "\nThe estimates of 87 % and 60 % are read as growth of Alibaba's fiscal-year totals. Read as growth of a quarter on the"
    )?;
    writeln!(out, "year-ago quarter (`point`) they would be too high; the table below shows by how much.\n")?;

    let outcome = scenario.simulate().paths(paths).seed(SEED).run()?;
    for question in outcome.questions() {
        writeln!(out, "{question}\n")?;
    }
    print_readings_and_tails(out, &scenario, paths)?;
    print_measures(out, &outcome)?;
    data.print_what_happened(out)
}

/// Every number that may be drawn, with its source.
fn print_assumptions(out: &mut impl Write, scenario: &Scenario) -> Printed {
    writeln!(out, "Assumptions")?;
    for place in scenario.assumptions() {
        writeln!(out, "  {} = {}", place.address, place.assumption)?;
        writeln!(out, "      {}", place.source.as_deref().unwrap_or("assumed"))?;
    }
    // A correlation is a plain number, which has no source.
    for (address, value) in scenario.numbers().iter().filter(|(address, _)| address.starts_with("correlation")) {
        writeln!(out, "  {address} = {value}\n      assumed")?;
    }
    Ok(())
}

/// Two readings and three continuations of the same two estimates, on common random numbers.
fn print_readings_and_tails(out: &mut impl Write, scenario: &Scenario, paths: u64) -> Printed {
    const DATES: [&str; 4] = ["2020-Q4", "2022-Q4", "2024-Q4", "2028-Q1"];
    let tails = [("fade to 12 %", Tail::fade(0.12, 2.0)), ("ratio auto", Tail::ratio("auto")), ("hold", Tail::hold())];
    writeln!(
        out,
        "The same two estimates, read in two ways and continued in three: probability that {ALIBABA} has overtaken by"
    )?;
    writeln!(out, "  {:<10}{:<16}{}", "reading", "tail", DATES.map(|date| format!("{date:>20}")).concat())?;
    for reading in ["totals", "point"] {
        for (name, tail) in tails.clone() {
            let rates = [rate(scenario, 0), rate(scenario, 1)].into_iter().flatten();
            let curve = if reading == "totals" { Curve::totals(rates, tail) } else { Curve::schedule(rates, tail) };
            let scenario = scenario.with_growth(ALIBABA, curve)?;
            let outcome = scenario.simulate().paths(paths).seed(SEED).fans(false).ranks(false).shares(false).run()?;
            let by = |date| by(&outcome, date).map(|estimate| format!("{estimate:>20}"));
            writeln!(out, "  {reading:<10}{name:<16}{}", DATES.into_iter().map(by).collect::<Result<String, _>>()?)?;
        }
    }
    writeln!(
        out,
        "  (± one standard error of the simulation; the tails are fixed numbers; the assumptions move the answer far more)"
    )?;
    Ok(())
}

/// The same question for single quarters and for sums over a year, which react later.
fn print_measures(out: &mut impl Write, outcome: &Outcome) -> Printed {
    const DATES: [&str; 4] = ["2020-Q4", "2022-Q4", "2024-Q4", "2027-Q4"];
    let title = format!("{ALIBABA} overtakes {GOOGLE}");
    let measures = [
        ("one quarter", title.clone()),
        ("the year up to a quarter", format!("{title} (trailing)")),
        ("the calendar year", format!("{title} (annual)")),
    ];
    writeln!(out, "\nWhat is compared: probability that {ALIBABA} has overtaken by")?;
    writeln!(out, "  {:<26}{}", "revenue of", DATES.map(|date| format!("{date:>20}")).concat())?;
    for (name, question) in measures {
        let question = outcome.question(&question)?;
        let by = |date| question.by(date).map(|by| format!("{:>20}", by.to_string()));
        writeln!(out, "  {name:<26}{}", DATES.into_iter().map(by).collect::<Result<String, _>>()?)?;
    }
    writeln!(out, "  (Google's quarters before 2018 were not published then: those of the trailing year are assumed)")?;
    Ok(())
}

fn rate(scenario: &Scenario, year: usize) -> Option<Assumption> {
    let address = format!("provider[{ALIBABA}].growth.schedule.rates[{year}]");
    scenario.assumptions().iter().find(|place| place.address == address).map(|place| place.assumption.clone())
}

fn by(outcome: &Outcome, date: &str) -> Result<String, outgrow::Error> {
    Ok(outcome.question(&format!("{ALIBABA} overtakes {GOOGLE}"))?.by(date)?.to_string())
}

#[derive(Deserialize)]
struct Report {
    provider: String,
    period_end: String,
    period_type: String,
    revenue_musd: f64,
    revenue_local_m: f64,
    basis: String,
}

#[derive(Deserialize)]
struct Rate {
    period_end: String,
    cny_per_usd_avg: f64,
}

/// One quarter in million dollars: Alibaba at the quarter's average rate and as printed, and Google if published.
struct Quarter {
    alibaba: f64,
    printed: f64,
    google: Option<f64>,
    basis: String,
}

impl Quarter {
    fn ratios(&self) -> Option<(f64, f64)> {
        self.google.map(|google| (self.alibaba / google, self.printed / google))
    }
}

struct Data {
    quarters: BTreeMap<Period, Quarter>,
    /// Alibaba's fiscal years in million yuan, by the date they end.
    years: BTreeMap<String, f64>,
}

impl Data {
    fn read() -> Result<Self, Box<dyn Error>> {
        let reports: Vec<Report> = rows("cloud_revenue.csv")?;
        let rates: Vec<Rate> = rows("fx_usdcny.csv")?;
        let rates: BTreeMap<_, _> = rates.into_iter().map(|rate| (rate.period_end, rate.cny_per_usd_avg)).collect();
        let google: BTreeMap<_, _> = reports
            .iter()
            .filter(|row| row.provider == GOOGLE && row.period_type == "Q")
            .map(|row| (&row.period_end, row.revenue_local_m))
            .collect();
        let (mut quarters, mut years) = (BTreeMap::new(), BTreeMap::new());
        for row in reports.iter().filter(|row| row.provider == ALIBABA) {
            if row.period_type == "FY" {
                years.insert(row.period_end.clone(), row.revenue_local_m);
            } else if let Some(rate) = rates.get(&row.period_end) {
                let quarter = Quarter {
                    alibaba: row.revenue_local_m / rate,
                    printed: row.revenue_musd,
                    google: google.get(&row.period_end).copied(),
                    basis: row.basis.clone(),
                };
                quarters.insert(quarter_of(&row.period_end)?, quarter);
            }
        }
        Ok(Self { quarters, years })
    }

    /// The scenario's base must equal the data, to the dollar.
    fn check_base(&self, scenario: &Scenario) -> Result<(), Box<dyn Error>> {
        let base = self.quarters.get(&BASE.parse()?).ok_or("examples/data has no quarter 2018-Q1 of Alibaba")?;
        let data = base.alibaba * 1e6;
        let address = format!("provider[{ALIBABA}].revenue");
        let numbers = scenario.numbers();
        let (_, stated) = numbers.iter().find(|(known, _)| *known == address).ok_or("the base is no plain number")?;
        let agree = (stated - data).abs() < 1.0;
        if !agree {
            return Err(
                format!("provider[{ALIBABA}].revenue is {stated}, but examples/data gives {data:.2} dollars").into()
            );
        }
        Ok(())
    }

    fn print_what_happened(&self, out: &mut impl Write) -> Printed {
        writeln!(out, "\nWhat happened (not used above)")?;
        self.print_estimates(out)?;
        let known: Vec<_> =
            self.quarters.iter().filter_map(|(at, quarter)| Some((at, quarter, quarter.ratios()?))).collect();
        let (Some(first), Some(last)) = (known.first(), known.last()) else { return Ok(()) };
        let highest = known.iter().max_by(|a, b| a.2.0.total_cmp(&b.2.0)).unwrap_or(last);
        writeln!(out, "  {ALIBABA} over {GOOGLE}     at the average rate     in printed dollars")?;
        for (at, quarter, ratios) in &known {
            if at.ends_year() || at == &last.0 || at == &highest.0 {
                let marks = [
                    ("highest at the average rate", at == &highest.0),
                    ("other basis", quarter.basis != first.1.basis),
                ];
                let marks = marks
                    .into_iter()
                    .filter(|(_, holds)| *holds)
                    .map(|(word, _)| format!("  {word}"))
                    .collect::<String>();
                writeln!(out, "  {at:<10}{:>35.3}{:>23.3}{marks}", ratios.0, ratios.1)?;
            }
        }
        let overtaken = known.iter().find(|(.., ratios)| ratios.0 > 1.0);
        match overtaken {
            Some((at, ..)) => writeln!(out, "  {ALIBABA} was first ahead in {at}.")?,
            None => writeln!(
                out,
                "  {ALIBABA} was ahead in none of the {} quarters between {} and {} that both have figures for.",
                known.len(),
                first.0,
                last.0
            )?,
        }
        writeln!(
            out,
            "  \"Other basis\": from 2023-Q2 on Alibaba counts sales inside its group too. Year ends without a figure are left out."
        )?;
        Ok(())
    }

    fn print_estimates(&self, out: &mut impl Write) -> Printed {
        let year = |end: &str| self.years.get(end).copied().unwrap_or(f64::NAN);
        let [before, first, second] = ["2018-03-31", "2019-03-31", "2020-03-31"].map(year);
        let growth = |from: f64, to: f64| 100.0 * (to / from - 1.0);
        writeln!(
            out,
            "  Alibaba's fiscal totals in yuan grew {:.1} % and {:.1} %.",
            growth(before, first),
            growth(first, second)
        )?;
        Ok(())
    }
}

/// `2018-03-31` lies in `2018-Q1`.
fn quarter_of(date: &str) -> Result<Period, Box<dyn Error>> {
    let (year, rest) = date.split_once('-').ok_or("a date is written 2018-03-31")?;
    let month: u32 = rest.get(..2).unwrap_or_default().parse()?;
    Ok(format!("{year}-Q{}", month.div_ceil(3)).parse()?)
}

fn rows<T: DeserializeOwned>(name: &str) -> Result<Vec<T>, Box<dyn Error>> {
    let path = format!("{EXAMPLES}/data/{name}");
    let file = File::open(&path).map_err(|error| format!("{path}: {error}"))?;
    Ok(csv::Reader::from_reader(file).into_deserialize().collect::<Result<_, _>>()?)
}
