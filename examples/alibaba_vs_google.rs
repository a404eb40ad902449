//! The case: does Alibaba Cloud overtake Google Cloud, seen from mid-2018? And what happened?
//!
//! `cargo run --release --example alibaba_vs_google -- [--paths N]`

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::File;

use outgrow::{Assumption, Curve, Outcome, Period, Scenario, Tail};
use serde::Deserialize;
use serde::de::DeserializeOwned;

const ALIBABA: &str = "Alibaba Cloud";
const GOOGLE: &str = "Google Cloud";
const BASE: &str = "2018-Q1";
const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples");
const SEED: u64 = 7;

fn main() -> Result<(), Box<dyn Error>> {
    let paths = paths(&std::env::args().skip(1).collect::<Vec<_>>())?;
    let text = std::fs::read_to_string(format!("{EXAMPLES}/scenarios/alibaba_vs_google.toml"))?;
    let scenario = Scenario::from_toml(&text)?;
    let data = Data::read()?;
    data.check_base(&scenario)?;

    println!("{ALIBABA} against {GOOGLE}, as known on 2018-06-30\n");
    print_assumptions(&scenario);
    println!(
        "\nThe estimates of 87 % and 60 % are read as growth of Alibaba's fiscal-year totals. Read as growth of a quarter on the"
    );
    println!("year-ago quarter (`point`) they would run hot; the table below shows by how much.\n");

    let outcome = scenario.simulate().paths(paths).seed(SEED).run()?;
    for question in outcome.questions() {
        println!("{question}\n");
    }
    print_readings_and_tails(&scenario, paths)?;
    data.print_what_happened();
    Ok(())
}

fn paths(arguments: &[String]) -> Result<u64, Box<dyn Error>> {
    match arguments {
        [] => Ok(1_000_000),
        [flag, count] if flag == "--paths" => Ok(count.parse()?),
        _ => Err("usage: alibaba_vs_google [--paths N]".into()),
    }
}

/// Every number that may be drawn, and where it is from.
fn print_assumptions(scenario: &Scenario) {
    println!("Assumptions");
    for place in scenario.assumptions() {
        println!("  {} = {}", place.address, place.assumption);
        println!("      {}", place.source.as_deref().unwrap_or("assumed"));
    }
    // A correlation is a plain number, which carries no source.
    for (address, value) in scenario.numbers().iter().filter(|(address, _)| address.starts_with("correlation")) {
        println!("  {address} = {value}\n      assumed");
    }
}

/// Two readings and three continuations of the same two estimates, with common draws.
fn print_readings_and_tails(scenario: &Scenario, paths: u64) -> Result<(), outgrow::Error> {
    const DATES: [&str; 4] = ["2020-Q4", "2022-Q4", "2024-Q4", "2028-Q1"];
    let tails = [("fade to 12 %", Tail::fade(0.12, 2.0)), ("ratio auto", Tail::ratio("auto")), ("hold", Tail::hold())];
    println!(
        "The same two estimates, read in two ways and continued in three: probability that {ALIBABA} has overtaken by"
    );
    println!("  {:<10}{:<16}{}", "reading", "tail", DATES.map(|date| format!("{date:>20}")).concat());
    for reading in ["totals", "point"] {
        for (name, tail) in tails.clone() {
            let rates = [rate(scenario, 0), rate(scenario, 1)].into_iter().flatten();
            let curve = if reading == "totals" { Curve::totals(rates, tail) } else { Curve::schedule(rates, tail) };
            let scenario = scenario.with_growth(ALIBABA, curve)?;
            let outcome = scenario.simulate().paths(paths).seed(SEED).fans(false).ranks(false).shares(false).run()?;
            let by = |date| by(&outcome, date).map(|estimate| format!("{estimate:>20}"));
            println!("  {reading:<10}{name:<16}{}", DATES.into_iter().map(by).collect::<Result<String, _>>()?);
        }
    }
    println!("  (± one standard error of the sampling; what is assumed moves the answer far more)");
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

/// One quarter in million dollars: Alibaba at the quarter's average rate and as printed, and Google where it is published.
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

    /// The scenario's base must be what the data say, to the dollar.
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

    fn print_what_happened(&self) {
        println!("\nWhat happened (not used above)");
        self.print_estimates();
        let known: Vec<_> =
            self.quarters.iter().filter_map(|(at, quarter)| Some((at, quarter, quarter.ratios()?))).collect();
        let (Some(first), Some(last)) = (known.first(), known.last()) else { return };
        let highest = known.iter().max_by(|a, b| a.2.0.total_cmp(&b.2.0)).unwrap_or(last);
        println!("  {ALIBABA} over {GOOGLE}     at the average rate     in printed dollars");
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
                println!("  {at:<10}{:>35.3}{:>23.3}{marks}", ratios.0, ratios.1);
            }
        }
        let overtaken = known.iter().find(|(.., ratios)| ratios.0 > 1.0);
        match overtaken {
            Some((at, ..)) => println!("  {ALIBABA} was first ahead in {at}."),
            None => {
                println!(
                    "  {ALIBABA} was ahead in none of the {} quarters between {} and {} that both have figures for.",
                    known.len(),
                    first.0,
                    last.0
                )
            }
        }
        println!(
            "  «Other basis»: from 2023-Q2 on Alibaba counts sales inside its group too. Year ends without a figure are left out."
        );
    }

    fn print_estimates(&self) {
        let year = |end: &str| self.years.get(end).copied().unwrap_or(f64::NAN);
        let [before, first, second] = ["2018-03-31", "2019-03-31", "2020-03-31"].map(year);
        let growth = |from: f64, to: f64| 100.0 * (to / from - 1.0);
        println!(
            "  Alibaba's fiscal totals in yuan grew {:.1} % and {:.1} %.",
            growth(before, first),
            growth(first, second)
        );
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
