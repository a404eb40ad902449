//! Answers the questions for every cell of a grid or of a table, as CSV.

use std::fmt::Write as _;
use std::io::{self, BufWriter, Write};
use std::ops::Range;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use indicatif::{HumanCount, ProgressBar};
use outgrow::analysis::{Probability, Surface};
use outgrow::{Error, Estimate, Period, Scenario};
use rayon::prelude::*;
use serde_json::{Value, json};

use crate::cells::{Axis, Cells};
use crate::failure::Failure;
use crate::input::Source;
use crate::options::{Findings, Input, Threads};
use crate::sweep_file::{Kept, Manifest};
use crate::values::{Shard, period, real, seconds, shard, whole};
use crate::{answer, files, interrupt, messages, sweep_file};

/// Cells that are computed before their rows are written.
const BATCH: usize = 64;

#[derive(Args)]
#[command(group = clap::ArgGroup::new("Cells").args(["list", "range", "cells"]).required(true).multiple(true))]
pub(crate) struct SweepOptions {
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    findings: Findings,
    #[command(flatten)]
    threads: Threads,
    /// Vary a number over values, separated by commas; may be repeated
    #[arg(short = 'L', long, value_names = ["ADDRESS", "VALUES"], num_args = 2, action = clap::ArgAction::Append)]
    #[arg(help_heading = "Cells", allow_hyphen_values = true)]
    list: Vec<String>,
    /// Vary a number from MIN to MAX by the step of the -D that follows; may be repeated
    #[arg(short = 'P', long, value_names = ["ADDRESS", "MIN", "MAX"], num_args = 3, action = clap::ArgAction::Append)]
    #[arg(help_heading = "Cells", allow_negative_numbers = true)]
    range: Vec<String>,
    /// The step of a -P
    #[arg(short = 'D', long, value_name = "STEP", value_parser = real, allow_negative_numbers = true, requires = "range")]
    #[arg(help_heading = "Cells")]
    step: Vec<f64>,
    /// A CSV file with one cell a row; its columns are addresses
    #[arg(long, value_name = "CELLS.csv", conflicts_with_all = ["list", "range"], help_heading = "Cells")]
    cells: Option<PathBuf>,
    /// Answer this question only [default: all questions]
    #[arg(long, value_name = "NAME", help_heading = "Answers")]
    question: Option<String>,
    /// Answer by this date only, which takes less time [default: all dates]
    #[arg(long, value_name = "PERIOD", value_parser = period, help_heading = "Answers")]
    by: Option<Period>,
    /// The largest error of an exact answer [default: 1e-4]
    #[arg(long, value_name = "ERROR", value_parser = real, allow_negative_numbers = true, help_heading = "Answers")]
    tolerance: Option<f64>,
    /// Paths of an answer that is simulated because there is no exact one [default: 1e6]
    #[arg(long, value_name = "N", value_parser = whole, allow_negative_numbers = true, help_heading = "Answers")]
    paths: Option<u64>,
    /// The seed of simulated answers, the same for all cells [default: 0]
    #[arg(long, value_name = "N", value_parser = whole, allow_negative_numbers = true, help_heading = "Answers")]
    seed: Option<u64>,
    /// The level of the intervals, between 0 and 1 [default: 0.95]
    #[arg(long, value_name = "LEVEL", value_parser = real, allow_negative_numbers = true, help_heading = "Answers")]
    confidence: Option<f64>,
    /// Interpolate exact answers over two ranges of numbers, as 'outgrow surface' does: many cells take little time, and their
    /// error is that of the interpolation; of one question, and by the date of --by
    #[arg(long, requires_all = ["by"], conflicts_with_all = ["cells", "paths", "seed", "confidence"], help_heading = "Answers")]
    interpolate: bool,
    /// Put an apostrophe before a text that a spreadsheet would run as a formula
    #[arg(long, help_heading = "Answers")]
    spreadsheet: bool,
    /// Write the rows to a file, and how far the sweep has come to FILE.manifest.json [default: standard output]
    #[arg(long, value_name = "FILE", help_heading = "Parts of a sweep")]
    out: Option<PathBuf>,
    /// Answer only this shard of the cells, such as 3/64: shards are numbered from 0/64 to 63/64
    #[arg(long, value_name = "K/N", value_parser = shard, requires = "out", help_heading = "Parts of a sweep")]
    #[arg(allow_hyphen_values = true)]
    shard: Option<Shard>,
    /// Seconds between two updates of the manifest, 0.1 to 86400
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "10", requires = "out")]
    #[arg(help_heading = "Parts of a sweep", allow_negative_numbers = true)]
    every: Duration,
    /// Continue the sweep in the file of --out, if there is one
    #[arg(long, requires = "out", help_heading = "Parts of a sweep")]
    resume: bool,
}

impl SweepOptions {
    pub(crate) fn threads(&self) -> &Threads {
        &self.threads
    }

    fn asked_cells(&self) -> Result<Cells, Failure> {
        if let Some(file) = &self.cells {
            return Cells::table(file);
        }
        let ranges = self.range.chunks_exact(3);
        if ranges.len() != self.step.len() {
            let message =
                format!("each -P needs one -D: there are {} of -P and {} of -D", ranges.len(), self.step.len());
            return Err(Failure::invalid(message));
        }
        let range = |(range, step): (&[String], &f64)| {
            let end = |text: &String| real(text).map_err(|message| format!("-P {}: {message}, got {text:?}", range[0]));
            Axis::range(&range[0], [end(&range[1])?, end(&range[2])?, *step])
        };
        let lists = self.list.chunks_exact(2).map(|list| Axis::list(&list[0], &list[1]));
        let axes = lists.chain(ranges.zip(&self.step).map(range)).collect::<Result<Vec<_>, String>>();
        axes.and_then(Cells::grid).map_err(Failure::invalid)
    }

    /// The settings that change an answer.
    fn settings(&self, cells: &Cells) -> Value {
        json!({
            "cells": cells.description(),
            "question": self.question,
            "by": self.by,
            "tolerance": self.tolerance,
            "paths": self.paths,
            "seed": self.seed,
            "confidence": self.confidence,
            "interpolate": self.interpolate,
            "spreadsheet": self.spreadsheet,
        })
    }

    /// The surface that cells are read from, if they are interpolated.
    fn surface(&self, source: &Source, cells: &Cells) -> Result<Option<Surface>, Failure> {
        let Some(by) = self.by.filter(|_| self.interpolate) else { return Ok(None) };
        let axes = cells.ranges().map_err(|message| Failure::invalid(format!("--interpolate: {message}")))?;
        let axes = axes.each_ref().map(|(address, range)| (address.as_str(), range.clone()));
        let question = match (&self.question, source.scenario.questions()) {
            (Some(question), _) => question.clone(),
            (None, [question]) => question.title(),
            (None, _) => {
                return Err(Failure::invalid("--interpolate: is of one question; name it with --question".to_owned()));
            }
        };
        let tolerance = self.tolerance.unwrap_or(1e-4);
        let settings =
            source.scenario.surface(&question, by, axes).and_then(|surface| surface.tolerance(tolerance).run());
        let surface = settings.map_err(|error| source.failure(&error))?;
        if surface.error > tolerance {
            let (name, error) = (&source.name, surface.error);
            messages::print(&format!(
                "{name}: the interpolation has an error of {error:.1e}, above the tolerance of {tolerance:e}: narrow the ranges, or leave --interpolate out\n"
            ));
        }
        Ok(Some(surface))
    }

    /// The rows of one cell.
    fn rows(&self, asked: &Asked<'_>, (cell, values): (u64, &[String])) -> Result<String, Failure> {
        let answered = match asked.surface {
            Some(surface) => read(surface, values).map(|answer| vec![answer]),
            None => self.answers(asked.source, asked.addresses, values),
        };
        answered.map(|answers| rows(cell, values, &answers, self.spreadsheet)).map_err(|error| {
            let set = asked.addresses.iter().zip(values).map(|(address, value)| format!("{address}={value}"));
            let set = set.collect::<Vec<_>>().join(", ");
            let failure = asked.source.failure(&error).of(&format!("cell {cell} ({set})"));
            let is_one_of_many = error.is_lookup() && self.question.is_none() && self.by.is_some();
            if is_one_of_many { failure.advised("--question NAME answers one question only") } else { failure }
        })
    }

    fn answers(&self, source: &Source, addresses: &[String], values: &[String]) -> Result<Vec<Answer>, Error> {
        let scenario = source.scenario.with_toml(addresses.iter().zip(values))?;
        let mut asked = scenario.probabilities();
        if let Some(question) = &self.question {
            asked = asked.question(question);
        }
        if let Some(by) = self.by {
            asked = asked.by(by)?;
        }
        if let Some(tolerance) = self.tolerance {
            asked = asked.tolerance(tolerance);
        }
        if let Some(paths) = self.paths {
            asked = asked.paths(paths);
        }
        if let Some(seed) = self.seed {
            asked = asked.seed(seed);
        }
        if let Some(level) = self.confidence {
            asked = asked.confidence(level);
        }
        let answer = |answer: Probability| Answer {
            question: answer.question,
            period: answer.period,
            by: answer.by,
            method: if answer.reason.is_none() { "exact" } else { "simulation" },
        };
        Ok(asked.run()?.into_iter().map(answer).collect())
    }
}

/// What a cell is computed from.
struct Asked<'a> {
    source: &'a Source,
    addresses: &'a [String],
    surface: Option<&'a Surface>,
}

/// A row without its cell.
struct Answer {
    question: String,
    period: Period,
    by: Estimate,
    method: &'static str,
}

/// The interpolated answer of a cell.
fn read(surface: &Surface, values: &[String]) -> Result<Answer, Error> {
    let number = |place: usize| values[place].parse::<f64>().expect("checked: the axes have numbers alone");
    let by = surface.at(number(0), number(1))?;
    Ok(Answer { question: surface.question.clone(), period: surface.period, by, method: "interpolation" })
}

/// The table's head: cells are numbered from 0.
fn head(addresses: &[String]) -> String {
    let addresses: Vec<String> = addresses.iter().map(|address| quoted(address)).collect();
    format!("cell,{},question,period,by,standard_error,low,high,method\n", addresses.join(","))
}

/// One row a question and date. Texts are quoted and numbers are not.
fn rows(cell: u64, values: &[String], answers: &[Answer], for_spreadsheets: bool) -> String {
    let quoted = |text: &str| {
        let is_formula = for_spreadsheets && text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
        quoted(&if is_formula { format!("'{text}") } else { text.to_owned() })
    };
    let value = |text: &String| text.parse::<f64>().map_or_else(|_| quoted(text), |number| format!("{number:?}"));
    let values = values.iter().map(value).collect::<Vec<_>>().join(",");
    let mut rows = String::new();
    for answer in answers {
        let (low, high) = answer.by.interval();
        let (question, by, error) = (quoted(&answer.question), answer.by.value(), answer.by.standard_error());
        // Writing to a String does not fail.
        let _ = writeln!(
            rows,
            "{cell},{values},{question},\"{}\",{by:?},{error:?},{low:?},{high:?},\"{}\"",
            answer.period, answer.method
        );
    }
    rows
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

pub(crate) fn sweep(options: &SweepOptions) -> Result<(), Failure> {
    interrupt::handle()?;
    let source = Source::read(&options.input, &options.findings)?;
    let cells = options.asked_cells()?;
    cells.check(&source.scenario).map_err(|error| source.failure(&error))?;
    let shard = options.shard.unwrap_or(Shard::WHOLE);
    if shard.of > cells.len() {
        return Err(Failure::invalid(format!("--shard {shard}: there are only {} cells", cells.len())));
    }
    let addresses = cells.addresses();
    let ends = cells.ends();
    ends.iter().try_for_each(|values| check_apart(&source, &addresses, values))?;
    // A cell that is invalid is reported with its row.
    let at_ends: Vec<Scenario> =
        ends.iter().filter_map(|values| source.scenario.with_toml(addresses.iter().zip(values)).ok()).collect();
    source.print_new_findings(at_ends.iter(), &options.findings)?;
    let surface = options.surface(&source, &cells)?;
    let asked = Asked { source: &source, addresses: &addresses, surface: surface.as_ref() };
    // Nothing is written if the first cell of the sweep has no answer: the question or the date may be wrong.
    options.rows(&asked, (0, &ends[0]))?;
    let range = shard.range(cells.len());
    match &options.out {
        None => {
            let mut out = Printed { out: BufWriter::new(io::stdout().lock()) };
            out.put(&head(&addresses))?;
            run(options, &asked, (&cells, range, 0), &mut out)
        }
        Some(file) => {
            files::check_kept(file)?;
            // A file that is refused gets no lock beside it.
            sweep_file::check(file, options.resume, &head(&addresses))?;
            let _lock = files::lock(file)?;
            files::remove_parts(&sweep_file::manifest_of(file));
            let manifest = Manifest::new(source.scenario.clone(), options.settings(&cells), shard, cells.len());
            let mut out = Kept::open(file, manifest, options.resume, options.every, &head(&addresses))?;
            let finished = out.finished();
            run(options, &asked, (&cells, range, finished), &mut out)
        }
    }
}

/// Checks that no two addresses are those of one number, or of a curve and a number in it: the order of setting would matter.
fn check_apart(source: &Source, addresses: &[String], values: &[String]) -> Result<(), Failure> {
    let set: Vec<(&String, &String)> = addresses.iter().zip(values).collect();
    for (place, later) in set.iter().enumerate() {
        for earlier in &set[..place] {
            let with = |order: [&(&String, &String); 2]| source.scenario.with_toml(order.map(|set| *set));
            let both = (with([earlier, later]), with([later, earlier]));
            if matches!(&both, (Ok(one), Ok(other)) if one != other) || both.0.is_ok() != both.1.is_ok() {
                return Err(Failure::invalid(format!(
                    "{} and {} set the same number: vary it once",
                    earlier.0, later.0
                )));
            }
        }
    }
    Ok(())
}

/// Where rows go.
pub(crate) trait Rows {
    fn put(&mut self, rows: &str) -> Result<(), Failure>;
    /// After this number of cells is written.
    fn done(&mut self, cells: u64, is_last: bool) -> Result<(), Failure>;
}

struct Printed<W: Write> {
    out: BufWriter<W>,
}

impl<W: Write> Rows for Printed<W> {
    fn put(&mut self, rows: &str) -> Result<(), Failure> {
        self.out.write_all(rows.as_bytes()).map_err(|error| Failure::of_output(&error))
    }

    fn done(&mut self, _: u64, _: bool) -> Result<(), Failure> {
        self.out.flush().map_err(|error| Failure::of_output(&error))
    }
}

/// Computes the cells of a range but for the first ones, which are finished, in batches, so that memory does not grow with their number.
fn run(
    options: &SweepOptions,
    asked: &Asked<'_>,
    (cells, Range { start: first, end }, finished): (&Cells, Range<u64>, u64),
    out: &mut dyn Rows,
) -> Result<(), Failure> {
    let bar = answer::cells_bar(end - first);
    let mut next = first + finished;
    let mut values = cells.from(next)?;
    out.done(next - first, next == end)?;
    while next < end {
        let size = usize::try_from(end - next).map_or(BATCH, |left| left.min(BATCH));
        let batch = values.by_ref().take(size).zip(next..).map(|(values, cell)| Ok((cell, values?)));
        let batch = batch.collect::<Result<Vec<(u64, Vec<String>)>, Failure>>()?;
        if batch.is_empty() {
            return Err(Failure::failed(format!(
                "cell {next}: the table of cells has become shorter since the sweep began"
            )));
        }
        let answered: Vec<Option<Result<String, Failure>>> = batch
            .par_iter()
            .map(|(cell, values)| (!interrupt::is_requested()).then(|| options.rows(asked, (*cell, values))))
            .collect();
        // Whatever ends the sweep, the finished cells before it are written.
        let mut failed = None;
        for rows in answered.into_iter().map_while(|rows| rows) {
            match rows {
                Ok(rows) => out.put(&rows)?,
                Err(failure) => {
                    failed = Some(failure);
                    break;
                }
            }
            next += 1;
        }
        let is_interrupted = interrupt::is_requested() && next < end;
        out.done(next - first, next == end || is_interrupted || failed.is_some())?;
        show(bar.as_ref(), next - first);
        if let Some(failure) = failed {
            return Err(failure);
        }
        if is_interrupted {
            let advice = if options.out.is_some() { "; continue with --resume" } else { "" };
            let (done, all) = (HumanCount(next - first), HumanCount(end - first));
            let name = &asked.source.name;
            return Err(Failure::interrupted(format!("{name}: interrupted after {done} of {all} cells{advice}")));
        }
    }
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    Ok(())
}

fn show(bar: Option<&ProgressBar>, done: u64) {
    if let Some(bar) = bar {
        bar.set_position(done);
    }
}
