//! Prints answers, and writes charts and reports.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use outgrow::analysis::LiveAnswer;
use outgrow::{AgainstReference, Error, Outcome};
use serde::Serialize;

use crate::export::Form;
use crate::failure::Failure;
use crate::files;
use crate::input::Source;
use crate::options::Output;
use crate::values::YearsOption;

/// Checks before a run that its files can be written afterwards.
pub(crate) fn check(name: &str, options: &Output) -> Result<(), Failure> {
    let files = options.export.files().chain(options.html.as_deref());
    let folder = options.charts.as_deref().map_or(Ok(()), files::check_folder);
    folder.and_then(|()| files::check(files)).map_err(|failure| failure.of(name))
}

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
        write_report(source, outcome, (None, None), file)?;
    }
    let csv = || if options.spreadsheet { outcome.to_spreadsheet_csv() } else { outcome.to_csv() };
    options.export.write(|form| match form {
        Form::Csv => Ok(csv()),
        Form::Json => json(outcome),
        Form::Markdown => Ok(outcome.to_markdown()),
    })?;
    print(&match options {
        Output { csv: true, .. } => csv(),
        Output { json: true, .. } => json(outcome)?,
        _ => outcome.to_string(),
    })
}

/// Whether every simulated answer agrees with the exact one, where they are compared.
pub(crate) fn check_agreement(source: &Source, outcome: &Outcome) -> Result<(), Failure> {
    let disagreeing = outcome.cross_checks().find(|check| !check.agrees());
    disagreeing.map_or(Ok(()), |check| {
        let message = format!(
            "{}: the simulated answer disagrees with the exact one; try another --seed, and report it if it happens again",
            check.question()
        );
        Err(source.failed(message))
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
    (both, live): (Option<&AgainstReference>, Option<&LiveAnswer>),
    file: &Path,
) -> Result<(), Failure> {
    let report = both.map_or(outcome.report(), |both| outcome.report().reference(both));
    let report = live.map_or(report.clone(), |live| report.live(live));
    let html = report.html().map_err(|error| source.failure(&error))?;
    files::write(file, &html).map_err(|failure| failure.of(&source.name))
}

/// Writes every chart of what the outcome holds, and returns the files; those of a question are numbered in the order of
/// the scenario.
pub(crate) fn write_charts(
    source: &Source,
    outcome: &Outcome,
    fans_of: &[YearsOption],
    folder: &Path,
) -> Result<Vec<PathBuf>, Failure> {
    let unwritable = |error| source.failed(format!("cannot write {}: {error}", folder.display()));
    fs::create_dir_all(folder).map_err(unwritable)?;
    let mut files = Vec::new();
    for (name, chart) in charts(outcome, fans_of) {
        let (file, svg) = (folder.join(name), chart.map_err(|error| source.failure(&error))?);
        files::write(&file, &svg).map_err(|failure| failure.of(&source.name))?;
        files.push(file);
    }
    Ok(files)
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
