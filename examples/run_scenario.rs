//! Runs a scenario file and prints the answer, or with `--audit` where the scenario may mislead.
//!
//! `cargo run --release --example run_scenario -- FILE [OPTIONS]`; `--help` lists the options.
//!
//! Every run prints the audit findings that need no simulation on standard error, one per line.
//!
//! Exit codes: 0 an answer, 1 invalid input, 2 wrong usage.

use std::error::Error;
use std::fmt::Display;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;
use std::process::ExitCode;

use outgrow::{Audit, Finding, Outcome, Precision, Scenario};
use serde::Serialize;

#[path = "shared/end.rs"]
mod end;
#[path = "shared/options.rs"]
mod options;
use end::{end, fail};
use options::{Command, HELP, Options, USAGE, command};

/// The largest file accepted, in bytes.
const LIMIT: u64 = 16 << 20;
/// The number of addresses listed per finding.
const MOST_PLACES: usize = 4;

fn main() -> ExitCode {
    match command(std::env::args_os().skip(1)) {
        Ok(Command::Help) => end(print(HELP)),
        Ok(Command::Run(options)) => match answer(&options) {
            Ok(text) => end(print(&text)),
            Err(message) => fail(1, &message),
        },
        Err(wrong) => fail(2, &format!("{wrong}\n{USAGE}")),
    }
}

fn answer(options: &Options) -> Result<String, String> {
    let text = read(&options.file)?;
    // A script may run several files, so every message begins with the file's name.
    let of_file = |error: outgrow::Error| format!("{}: {error}", options.file.display());
    let json = options.file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    let scenario = if json { Scenario::from_json(&text) } else { Scenario::from_toml(&text) };
    let set = |scenario: Scenario| scenario.with_toml(options.set.iter().map(|(address, value)| (address, value)));
    let scenario = scenario.and_then(set).map_err(of_file)?;
    if options.audit {
        return written(&scenario.audit().map_err(of_file)?, options.json);
    }
    if !options.no_audit {
        warn(&options.file, &scenario.quick_audit().map_err(of_file)?);
    }
    let outcome = outcome(&scenario, options).map_err(of_file)?;
    if let Some(folder) = &options.charts {
        write_charts(&scenario, &outcome, options, folder)?;
    }
    if let Some(path) = &options.html {
        let html = outcome.report().html().map_err(of_file)?;
        std::fs::write(path, html).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    match (options.csv, options.spreadsheet) {
        (true, true) => Ok(outcome.to_spreadsheet_csv()),
        (true, false) => Ok(outcome.to_csv()),
        _ => written(&outcome, options.json),
    }
}

/// Prints the findings, one per line, the most serious first. Equal findings at several addresses share a line. The run
/// continues if standard error is closed.
fn warn(file: &Path, audit: &Audit) {
    let mut lines: Vec<(&Finding, Vec<&str>)> = Vec::new();
    for finding in audit.findings() {
        let same = |(other, _): &&mut (&Finding, Vec<&str>)| (other.kind, &other.seen) == (finding.kind, &finding.seen);
        match lines.iter_mut().find(same) {
            Some((_, places)) => places.push(&finding.address),
            None => lines.push((finding, vec![&finding.address])),
        }
    }
    let mut err = io::stderr().lock();
    for (finding, places) in lines {
        let first = places.iter().take(MOST_PLACES).copied().collect::<Vec<_>>().join(", ");
        let more = places.len().saturating_sub(MOST_PLACES);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let Finding { kind, seen, advice, .. } = finding;
        let _ = writeln!(err, "{}: {kind}: {first}{more}: {seen}; {advice}", file.display());
    }
}

fn outcome(scenario: &Scenario, options: &Options) -> Result<Outcome, outgrow::Error> {
    let [fans, ranks, shares] = [!options.no_fans, !options.no_ranks, !options.no_shares];
    if options.exact {
        let mut exact = scenario.exact().continuous(options.continuous).fans(fans).ranks(ranks).shares(shares);
        if let Some(tolerance) = options.tolerance {
            exact = exact.tolerance(tolerance);
        }
        return exact.run();
    }
    let mut simulation = scenario.simulate().continuous(options.continuous).fans(fans).ranks(ranks).shares(shares);
    if let Some(paths) = options.paths {
        simulation = simulation.paths(paths);
    }
    if let Some(seed) = options.seed {
        simulation = simulation.seed(seed);
    }
    if let Some(sampling) = options.sampling {
        simulation = simulation.sampling(sampling);
    }
    if let Some(error) = options.until {
        simulation = simulation.until(Precision::standard_error(error));
    }
    if let Some(paths) = options.at_most {
        simulation = simulation.at_most(paths);
    }
    if let Some(level) = options.confidence {
        simulation = simulation.confidence(level);
    }
    if let Some(threads) = options.threads {
        simulation = simulation.threads(threads);
    }
    if options.cross_check {
        simulation = simulation.cross_check();
    }
    simulation.run()
}

fn written<T: Serialize + Display>(answer: &T, json: bool) -> Result<String, String> {
    if json { serde_json::to_string(answer).map_err(|error| error.to_string()) } else { Ok(answer.to_string()) }
}

/// Every chart of the outcome; those of questions are numbered in the order of the questions.
fn write_charts(scenario: &Scenario, outcome: &Outcome, options: &Options, folder: &Path) -> Result<(), String> {
    // Exact shares and ranks exist for two providers only.
    let is_ranked = !options.exact || scenario.providers().len() < 3;
    let chart = outcome.chart();
    let mut charts = Vec::new();
    if !options.no_fans {
        charts.push(("fan.svg".to_owned(), chart.fan()));
    }
    if is_ranked && !options.no_shares {
        charts.push(("shares.svg".to_owned(), chart.shares()));
    }
    if is_ranked && !options.no_ranks {
        charts.push(("ranks.svg".to_owned(), chart.ranks()));
    }
    for (number, question) in (1..).zip(outcome.questions()) {
        charts.push((format!("overtake-{number}.svg"), chart.overtake(question.name())));
        charts.push((format!("date-{number}.svg"), chart.date(question.name())));
        charts.push((format!("dots-{number}.svg"), chart.dots(question.name())));
    }
    std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for (name, chart) in charts {
        let path = folder.join(name);
        let svg = chart.map_err(|error| format!("{}: {error}", path.display()))?;
        std::fs::write(&path, svg).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(())
}

fn read(path: &Path) -> Result<String, String> {
    let named = |problem: &dyn std::fmt::Display| format!("{}: {problem}", path.display());
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| named(&error))?;
    file.take(LIMIT + 1).read_to_end(&mut bytes).map_err(|error| named(&error))?;
    if bytes.len() as u64 > LIMIT {
        return Err(named(&"the file is longer than 16 MiB"));
    }
    String::from_utf8(bytes).map_err(|error| named(&format!("not UTF-8: {error}")))
}

fn print(text: &str) -> Result<(), Box<dyn Error>> {
    let mut out = io::stdout().lock();
    writeln!(out, "{}", text.trim_end())?;
    Ok(out.flush()?)
}
