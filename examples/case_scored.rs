//! The case, scored: what was said about Alibaba Cloud and Google Cloud on 2018-06-30, and what came.
//!
//! `cargo run --release --features history --example case_scored -- [--paths N]`

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

use outgrow::{Fan, History, Measure, Outcome, Question, ReferenceClass, Scenario};

#[path = "shared/end.rs"]
mod end;
use end::{end, fail};
#[path = "shared/paths.rs"]
mod paths;
use paths::paths;

type Printed = Result<(), Box<dyn Error>>;

const ALIBABA: &str = "Alibaba Cloud";
const GOOGLE: &str = "Google Cloud";
const AS_OF: &str = "2018-06-30";
const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples");
/// The years end with the first quarter. Those from 2027 on are still to come.
const YEARS: std::ops::RangeInclusive<i32> = 2019..=2026;
/// Alibaba's fiscal totals to March 2018, 2019 and 2020, million yuan (company reports; `data/cloud_revenue.csv`), and the
/// growth that Raymond James expected (CNBC, June 2018).
const FISCAL: [f64; 3] = [13_390.0, 24_702.0, 40_016.0];
const EXPECTED: [f64; 2] = [0.87, 0.60];
const BAND: [f64; 2] = [0.1, 0.9];

fn main() -> ExitCode {
    match paths("case_scored") {
        Ok(paths) => end(print(&mut io::stdout().lock(), paths)),
        Err(wrong) => fail(2, &wrong),
    }
}

fn print(out: &mut impl Write, paths: u64) -> Printed {
    let text = std::fs::read_to_string(format!("{EXAMPLES}/scenarios/alibaba_vs_google.toml"))?;
    let analysts = Scenario::from_toml(&text)?;
    let came = History::from_csv_file(format!("{EXAMPLES}/data/cloud_history.csv"))?;
    // By mid-2018 Google had published a bound and no figure: its year is that of the analysts' scenario.
    let outside = analysts.outside_view(&came.as_of(AS_OF)?, ReferenceClass::general())?.scenario()?;
    let run = |scenario: &Scenario, measures: &[Measure]| {
        scenario.simulate().paths(paths).seed(0).ranks(false).shares(false).fans_of(measures.iter().copied()).run()
    };
    let views = [run(&analysts, &[Measure::Trailing])?, run(&outside, &[])?];
    writeln!(out, "{ALIBABA} against {GOOGLE}, as known on {AS_OF}, and what came\n")?;
    print_estimates(out)?;
    print_overtakes(out, &views, &came)?;
    print_bands(out, &views, &came)
}

fn print_estimates(out: &mut impl Write) -> Printed {
    writeln!(out, "Growth of {ALIBABA}'s fiscal totals, in yuan")?;
    for (year, (pair, expected)) in (2019..).zip(FISCAL.windows(2).zip(EXPECTED)) {
        let growth = pair[1] / pair[0] - 1.0;
        writeln!(out, "  to March {year}: expected {:.1} %, came {:.1} %", 100.0 * expected, 100.0 * growth)?;
    }
    Ok(())
}

/// The probabilities of an overtake by the end of each year, and their scores.
fn print_overtakes(out: &mut impl Write, views: &[Outcome; 2], came: &History) -> Printed {
    let title = Question::overtakes(ALIBABA, GOOGLE).title();
    writeln!(out, "\nProbability that {ALIBABA} has overtaken by")?;
    writeln!(out, "  {:<12}{:>10}{:>14}{:>14}{:>12}", "", "analysts", "outside view", "both pooled", "overtaken")?;
    let (mut brier, mut log, mut count) = ([0.0; 3], [0.0; 3], 0.0);
    for year in YEARS {
        let quarter = format!("{year}-Q1");
        let analysts = views[0].question(&title)?.by(quarter.as_str())?.value();
        let outside = views[1].question(&title)?.by(year.to_string().as_str())?.value();
        let overtaken = has_led(came, year)?;
        let said = [analysts, outside, 0.5 * (analysts + outside)];
        let words = said.map(|p| format!("{p:>14.3}"));
        writeln!(out, "  {quarter:<8}{}{:>12}", words.concat(), if overtaken { "yes" } else { "no" })?;
        for ((brier, log), p) in brier.iter_mut().zip(&mut log).zip(said) {
            let off = p - f64::from(u8::from(overtaken));
            *brier += off * off;
            *log -= if overtaken { libm::log(p) } else { libm::log(1.0 - p) };
        }
        count += 1.0;
    }
    for (name, sums) in [("Brier score", brier), ("log score", log)] {
        let means = sums.map(|sum| format!("{:>14.3}", sum / count));
        writeln!(out, "  {name:<12}{}   lower is better", means.concat().split_off(4))?;
    }
    Ok(())
}

/// Whether Alibaba had more revenue than Google in a quarter after the base and up to the first of a year, where both have
/// published a figure.
fn has_led(came: &History, year: i32) -> Result<bool, Box<dyn Error>> {
    let (alibaba, google) = (came.series(ALIBABA)?, came.series(GOOGLE)?);
    let up_to = format!("{year}-Q1").parse()?;
    let mut ahead = false;
    for figure in alibaba.figures().iter().filter(|figure| figure.period() <= up_to) {
        ahead |= google.value(figure.period())?.is_some_and(|google| figure.value() > google);
    }
    Ok(ahead)
}

/// The 80 % bands of revenue in the years, and whether what came lies inside.
fn print_bands(out: &mut impl Write, views: &[Outcome; 2], came: &History) -> Printed {
    writeln!(
        out,
        "\n80 % bands of revenue in the year up to the first quarter, USD m; * marks those that hold what came"
    )?;
    writeln!(out, "  {:<24}{:>10}{:>22}{:>22}", "", "came", "analysts", "outside view")?;
    for name in [ALIBABA, GOOGLE] {
        let (mut inside, mut count) = ([0; 2], 0);
        for year in YEARS {
            let quarter = format!("{year}-Q1");
            let Some(actual) = came.series(name)?.trailing_year(quarter.as_str())? else { continue };
            // From 2023-Q2 on Alibaba's figures are on another basis.
            if name == ALIBABA && year > 2023 {
                continue;
            }
            let analysts = band(views[0].measured(name, Measure::Trailing)?, &quarter, 1e-6)?;
            let outside = band(views[1].revenue(name)?, &year.to_string(), 1.0)?;
            let mut words = String::new();
            for (inside, [low, high]) in inside.iter_mut().zip([analysts, outside]) {
                let holds = (low..=high).contains(&actual);
                *inside += u32::from(holds);
                words += &format!("{:>20} {}", format!("{low:.0} – {high:.0}"), if holds { "*" } else { " " });
            }
            writeln!(out, "  {:<24}{actual:>10.0}{words}", format!("{name}, {quarter}"))?;
            count += 1;
        }
        writeln!(
            out,
            "  {:<34}{:>20}{:>22}",
            "inside",
            format!("{} of {count}", inside[0]),
            format!("{} of {count}", inside[1])
        )?;
    }
    writeln!(out, "  (years without four published quarters, and {ALIBABA}'s after its basis changed, are left out)")?;
    Ok(())
}

fn band(fan: &Fan, period: &str, unit: f64) -> Result<[f64; 2], outgrow::Error> {
    let [low, high] = BAND.map(|p| fan.quantile(period, p).map(|value| value * unit));
    Ok([low?, high?])
}
