//! Prints answers, and writes charts and reports.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use outgrow::{AgainstReference, Error, Outcome};
use serde::Serialize;

use crate::failure::Failure;
use crate::input::Source;
use crate::options::{Output, YearsOption};

/// Writes the files that are asked for, and prints the answer.
pub(crate) fn write(
    source: &Source,
    outcome: &Outcome,
    options: &Output,
    fans_of: &[YearsOption],
) -> Result<(), Failure> {
    if let Some(folder) = &options.charts {
        write_charts(source, outcome, fans_of, folder)?;
    }
    if let Some(file) = &options.html {
        write_report(source, outcome, None, file)?;
    }
    print(&match options {
        Output { csv: true, spreadsheet: true, .. } => outcome.to_spreadsheet_csv(),
        Output { csv: true, .. } => outcome.to_csv(),
        Output { json: true, .. } => json(outcome)?,
        _ => outcome.to_string(),
    })
}

pub(crate) fn json(answer: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string(answer).map_err(|error| Failure::failed(format!("JSON: {error}")))
}

pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    writeln!(out, "{}", text.trim_end()).and_then(|()| out.flush()).map_err(|error| Failure::of_output(&error))
}

pub(crate) fn write_report(
    source: &Source,
    outcome: &Outcome,
    both: Option<&AgainstReference>,
    file: &Path,
) -> Result<(), Failure> {
    let report = both.map_or(outcome.report(), |both| outcome.report().reference(both));
    let html = report.html().map_err(|error| source.failure(&error))?;
    write_file(source, file, &html)
}

/// Writes every chart of what the outcome holds; those of a question are numbered in the order of the scenario.
pub(crate) fn write_charts(
    source: &Source,
    outcome: &Outcome,
    fans_of: &[YearsOption],
    folder: &Path,
) -> Result<(), Failure> {
    let unwritable = |error| source.failed(format!("cannot write {}: {error}", folder.display()));
    fs::create_dir_all(folder).map_err(unwritable)?;
    for (name, chart) in charts(outcome, fans_of) {
        let svg = chart.map_err(|error| source.failure(&error))?;
        write_file(source, &folder.join(name), &svg)?;
    }
    Ok(())
}

fn charts(outcome: &Outcome, fans_of: &[YearsOption]) -> Vec<(String, Result<String, Error>)> {
    let chart = outcome.chart();
    let mut charts = Vec::new();
    // What was left out, or has no exact answer, is missing for every provider alike.
    let first = outcome.scenario().providers()[0].name();
    if outcome.revenue(first).is_ok() {
        charts.push(("fan.svg".to_owned(), chart.fan()));
    }
    for years in fans_of {
        charts.push((format!("fan-{}.svg", years.word), outcome.chart().measure(years.measure).fan()));
    }
    if outcome.share(first).is_ok() {
        charts.push(("shares.svg".to_owned(), chart.shares()));
    }
    if outcome.rank(first).is_ok() {
        charts.push(("ranks.svg".to_owned(), chart.ranks()));
    }
    for (number, question) in (1..).zip(outcome.questions()) {
        charts.push((format!("overtake-{number}.svg"), chart.overtake(question.name())));
        charts.push((format!("date-{number}.svg"), chart.date(question.name())));
        charts.push((format!("dots-{number}.svg"), chart.dots(question.name())));
        if outcome.pool().is_some() {
            charts.push((format!("views-{number}.svg"), chart.views(question.name())));
        }
    }
    charts
}

fn write_file(source: &Source, file: &Path, text: &str) -> Result<(), Failure> {
    write_text(file, text).map_err(|error| source.failed(format!("cannot write {}: {error}", file.display())))
}

/// Writes a file and reports it on standard error.
pub(crate) fn write_text(file: &Path, text: &str) -> io::Result<()> {
    fs::write(file, text)?;
    // Nobody may be reading standard error.
    let _ = writeln!(io::stderr(), "wrote {}", file.display());
    Ok(())
}
