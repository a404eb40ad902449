//! What an answer depends on, and the value of a number at which it is what is asked for.

use std::path::PathBuf;

use clap::Args;
use outgrow::analysis::{LiveAnswer, Report};
use outgrow::{Error, Period, Question, Scenario, Sensitivity};
use serde_json::json;

use crate::failure::Failure;
use crate::files;
use crate::input::Source;
use crate::options::{Findings, Input, Report as ReportOptions, Threads};
use crate::output;
use crate::values::{period, real, setting, whole};

#[derive(Args)]
pub(crate) struct SensitivityOptions {
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    findings: Findings,
    /// The question, by its name or as "A overtakes B" [default: every question]
    #[arg(long, value_name = "NAME")]
    question: Option<String>,
    /// The date by which the overtake is to happen [default: the last one]
    #[arg(long, value_name = "PERIOD", value_parser = period)]
    by: Option<Period>,
    /// The half-width of the widest interval of an index, 0.001 to 0.2 [default: 0.02]
    #[arg(long, value_name = "WIDTH", value_parser = real, allow_negative_numbers = true)]
    precision: Option<f64>,
    /// The level of the intervals, between 0 and 1 [default: 0.95]
    #[arg(long, value_name = "LEVEL", value_parser = real, allow_negative_numbers = true)]
    confidence: Option<f64>,
    /// The largest error of an exact probability, 1e-12 to 0.01 [default: 1e-4]
    #[arg(long, value_name = "ERROR", value_parser = real, allow_negative_numbers = true)]
    tolerance: Option<f64>,
    /// Paths of each simulation where there is no exact answer, and the most of each run of simulated indices [default: 131072; for
    /// indices, what some ten seconds allow]
    #[arg(long, value_name = "N", value_parser = whole, allow_negative_numbers = true)]
    paths: Option<u64>,
    /// The seed of points and paths [default: 0]
    #[arg(long, value_name = "N", value_parser = whole, allow_negative_numbers = true)]
    seed: Option<u64>,
    #[command(flatten)]
    pub(crate) threads: Threads,
    /// Print the analysis as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(crate) struct SolveOptions {
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    findings: Findings,
    /// The address of the number to vary, such as 'provider[A].growth.constant'
    #[arg(long, value_name = "ADDRESS")]
    vary: String,
    /// The probability that the overtake is to have
    #[arg(long, value_name = "P", value_parser = real, allow_negative_numbers = true, default_value = "0.5")]
    probability: f64,
    /// The date by which it is to happen; with the probability 0.5, the median date [default: the last one]
    #[arg(long, value_name = "PERIOD", value_parser = period)]
    by: Option<Period>,
    /// The question, by its name or as "A overtakes B" [default: the first one]
    #[arg(long, value_name = "NAME")]
    question: Option<String>,
    /// Search only between these values [default: wherever the number may be]
    #[arg(long, value_names = ["LOW", "HIGH"], num_args = 2, value_parser = real, allow_negative_numbers = true)]
    between: Option<Vec<f64>>,
    /// The largest error of an exact probability, 1e-12 to 0.01 [default: 1e-4]
    #[arg(long, value_name = "ERROR", value_parser = real, allow_negative_numbers = true)]
    tolerance: Option<f64>,
    /// The level of the interval of the value, between 0 and 1 [default: 0.95]
    #[arg(long, value_name = "LEVEL", value_parser = real, allow_negative_numbers = true)]
    confidence: Option<f64>,
    #[command(flatten)]
    pub(crate) threads: Threads,
    /// Print the solution as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(crate) struct SurfaceOptions {
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    findings: Findings,
    /// The address of a number and its range; give two
    #[arg(long, value_names = ["ADDRESS", "LOW", "HIGH"], num_args = 3, required = true, allow_negative_numbers = true)]
    vary: Vec<String>,
    /// The date by which the overtake is to happen [default: the last one]
    #[arg(long, value_name = "PERIOD", value_parser = period)]
    by: Option<Period>,
    /// The question, by its name or as "A overtakes B" [default: the first one]
    #[arg(long, value_name = "NAME")]
    question: Option<String>,
    /// The probabilities of the lines
    #[arg(long, value_name = "P", value_parser = real, value_delimiter = ',', default_values = ["0.1", "0.25", "0.5", "0.75", "0.9"])]
    levels: Vec<f64>,
    /// Add exact answers until the error is at most this, 1e-12 to 0.01 [default: 4e-4]
    #[arg(long, value_name = "ERROR", value_parser = real, allow_negative_numbers = true)]
    tolerance: Option<f64>,
    #[command(flatten)]
    pub(crate) threads: Threads,
    /// Also write a chart of the lines to a file, as SVG
    #[arg(long, value_name = "FILE")]
    chart: Option<PathBuf>,
    /// The names of the two numbers in the chart [default: their addresses]
    #[arg(long, value_names = ["NAME", "NAME"], num_args = 2, requires = "chart")]
    words: Option<Vec<String>>,
    /// Print the lines as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(crate) struct NewsOptions {
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    findings: Findings,
    /// Reported revenue, as 'Alibaba Cloud=710e6@2018-Q2'; of the base, a revision; may be repeated
    #[arg(long, value_name = "NAME=VALUE@PERIOD", value_parser = report, required_unless_present = "next")]
    report: Vec<Report>,
    /// Change an assumption at the same time, as a part of its own; may be repeated
    #[arg(long, value_name = "ADDRESS=VALUE", value_parser = setting)]
    assume: Vec<(String, String)>,
    /// Print what the next reports may change, before they are known
    #[arg(long, conflicts_with_all = ["report", "assume"])]
    next: bool,
    /// With --next: the probability that a report may carry the answer past
    #[arg(long, value_name = "P", value_parser = real, allow_negative_numbers = true, requires = "next", default_value = "0.5")]
    level: f64,
    /// The date by which the overtake is to happen [default: the last one]
    #[arg(long, value_name = "PERIOD", value_parser = period)]
    by: Option<Period>,
    /// The question, by its name or as "A overtakes B" [default: the first one]
    #[arg(long, value_name = "NAME")]
    question: Option<String>,
    #[command(flatten)]
    pub(crate) threads: Threads,
    /// Print the news as JSON
    #[arg(long)]
    json: bool,
}

/// Reads `NAME=VALUE@PERIOD`; a name may contain any of these signs.
fn report(text: &str) -> Result<Report, String> {
    let wanted = || format!("must be NAME=VALUE@PERIOD, as 'Alibaba Cloud=710e6@2018-Q2', got {text:?}");
    let (rest, period) = text.rsplit_once('@').ok_or_else(wanted)?;
    let (name, value) = rest.rsplit_once('=').ok_or_else(wanted)?;
    // As in a scenario's file, underscores may group digits.
    let value = value.trim().replace('_', "").parse().map_err(|_| wanted())?;
    Report::new(name.trim(), period.trim(), value).map_err(|error| error.to_string())
}

/// The width of a chart, in pixels.
const WIDTH: u32 = 720;

/// The names of the questions that are asked about.
fn asked<'a>(source: &'a Source, question: Option<&'a String>) -> Result<Vec<String>, Failure> {
    let all = || source.scenario.questions().iter().map(Question::title).collect::<Vec<_>>();
    let asked = question.map_or_else(all, |name| vec![name.clone()]);
    if asked.is_empty() {
        return Err(Failure::invalid(format!("{}: the scenario has no question", source.name)));
    }
    Ok(asked)
}

/// The date of a question, by default its last one.
fn date(scenario: &Scenario, question: &str, by: Option<Period>) -> Result<Period, Error> {
    by.map_or_else(|| scenario.last_date(question), Ok)
}

pub(crate) fn sensitivity(options: &SensitivityOptions) -> Result<(), Failure> {
    let source = Source::read(&options.input, &options.findings)?;
    let run = |question: String| -> Result<Sensitivity, Error> {
        let mut analysis = source.scenario.sensitivity(&question, date(&source.scenario, &question, options.by)?)?;
        if let Some(precision) = options.precision {
            analysis = analysis.precision(precision);
        }
        if let Some(level) = options.confidence {
            analysis = analysis.confidence(level);
        }
        if let Some(tolerance) = options.tolerance {
            analysis = analysis.tolerance(tolerance);
        }
        if let Some(paths) = options.paths {
            analysis = analysis.paths(paths);
        }
        if let Some(seed) = options.seed {
            analysis = analysis.seed(seed);
        }
        analysis.run()
    };
    let found = asked(&source, options.question.as_ref())?.into_iter().map(run).collect::<Result<Vec<_>, _>>();
    let found = found.map_err(|error| source.failure(&error))?;
    if options.json {
        return output::print(&json!({ "sensitivity": found }).to_string());
    }
    output::print(&found.iter().map(Sensitivity::to_string).collect::<Vec<_>>().join("\n"))
}

pub(crate) fn solve(options: &SolveOptions) -> Result<(), Failure> {
    let source = Source::read(&options.input, &options.findings)?;
    let question = asked(&source, options.question.as_ref())?.swap_remove(0);
    let run = || {
        let mut seek = source.scenario.solve(&options.vary)?;
        if let Some([low, high]) = options.between.as_deref() {
            seek = seek.between(*low, *high);
        }
        if let Some(tolerance) = options.tolerance {
            seek = seek.tolerance(tolerance);
        }
        if let Some(level) = options.confidence {
            seek = seek.confidence(level);
        }
        let by = date(&source.scenario, &question, options.by)?;
        seek.for_probability(&question, by, options.probability)
    };
    let solution = run().map_err(|error| source.failure(&error))?;
    output::print(&if options.json { json!({ "solve": solution }).to_string() } else { solution.to_string() })
}

pub(crate) fn surface(options: &SurfaceOptions) -> Result<(), Failure> {
    let source = Source::read(&options.input, &options.findings)?;
    let question = asked(&source, options.question.as_ref())?.swap_remove(0);
    let [first, second] = axes(&options.vary)?;
    let names = [first.0, second.0];
    let run = || {
        let by = date(&source.scenario, &question, options.by)?;
        let settings = source.scenario.surface(&question, by, [first, second])?;
        let settings = options.tolerance.map_or(settings.clone(), |tolerance| settings.tolerance(tolerance));
        let surface = settings.run()?;
        let lines = surface.iso_lines(&options.levels)?;
        Ok::<_, Error>((surface, lines))
    };
    if let Some(file) = &options.chart {
        files::check([file.as_path()]).map_err(|failure| failure.of(&source.name))?;
    }
    let (surface, lines) = run().map_err(|error| source.failure(&error))?;
    if let Some(file) = &options.chart {
        let words = options.words.as_ref().map_or(names, |words| [words[0].as_str(), words[1].as_str()]);
        let svg = surface.chart(&options.levels, words, WIDTH).map_err(|error| source.failure(&error))?;
        files::write(file, &svg).map_err(|failure| failure.of(&source.name))?;
    }
    if options.json {
        return output::print(&json!({ "surface": surface, "iso_lines": lines }).to_string());
    }
    let head =
        format!("lines of equal probability that {question} by {}, within ±{:.0e}", surface.period, surface.error);
    let wide = names.map(|name| name.chars().count().max(12));
    let mut text = vec![head, format!("\n  probability  {:>w$}  {:>v$}", names[0], names[1], w = wide[0], v = wide[1])];
    for line in &lines {
        for piece in &line.pieces {
            // The ends of each piece and three points between them.
            let points = (0..=4).map(|quarter| piece[quarter * (piece.len() - 1) / 4]);
            text.extend(
                points.map(|[x, y]| format!("  {:>11}  {x:>w$.4}  {y:>v$.4}", line.level, w = wide[0], v = wide[1])),
            );
        }
        if line.pieces.is_empty() {
            text.push(format!("  {:>11}  nowhere in these ranges", line.level));
        }
    }
    output::print(&text.join("\n"))
}

/// Both numbers with their ranges.
fn axes(vary: &[String]) -> Result<[(&str, std::ops::RangeInclusive<f64>); 2], Failure> {
    let axis = |values: &'_ [String]| match [&values[1], &values[2]].map(|text| real(text)) {
        [Ok(low), Ok(high)] => Ok(low..=high),
        _ => Err(Failure::invalid(format!(
            "--vary {}: the range must be two numbers, got {:?} and {:?}",
            values[0], values[1], values[2]
        ))),
    };
    match vary {
        [a, _, _, b, _, _] => Ok([(a.as_str(), axis(&vary[..3])?), (b.as_str(), axis(&vary[3..])?)]),
        _ => Err(Failure::invalid(format!("--vary must be given twice, for two numbers; got {}", vary.len() / 3))),
    }
}

pub(crate) fn news(options: &NewsOptions) -> Result<(), Failure> {
    let source = Source::read(&options.input, &options.findings)?;
    let question = asked(&source, options.question.as_ref())?.swap_remove(0);
    let changed = (!options.assume.is_empty()).then(|| source.changed(&options.assume)).transpose()?;
    source.print_new_findings(changed.iter().map(|changed| &changed.scenario), &options.findings)?;
    let run = || -> Result<(String, serde_json::Value), Error> {
        let by = date(&source.scenario, &question, options.by)?;
        if options.next {
            let outlook = source.scenario.outlook(&question, by, options.level)?;
            return Ok((outlook.to_string(), json!({ "outlook": outlook })));
        }
        let update = source.scenario.update(&options.report)?;
        let update = match &changed {
            Some(changed) => update.assumptions(&changed.scenario),
            None => update,
        };
        let news = update.news(&question, by)?;
        Ok((news.to_string(), json!({ "news": news })))
    };
    let (text, json) = run().map_err(|error| source.failure(&error))?;
    output::print(&if options.json { json.to_string() } else { text })
}

/// The answer with sliders, if some are asked for.
pub(crate) fn live(source: &Source, options: &ReportOptions) -> Result<Option<LiveAnswer>, Failure> {
    if options.live.is_empty() {
        return Ok(None);
    }
    let question = asked(source, options.live_question.as_ref())?.swap_remove(0);
    let addresses: Vec<&str> = options.live.iter().map(String::as_str).collect();
    let run = || {
        let by = date(&source.scenario, &question, options.live_by)?;
        source.scenario.live(&question, by, &addresses)
    };
    run().map(Some).map_err(|error| source.failure(&error))
}
