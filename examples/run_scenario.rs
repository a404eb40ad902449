//! Runs a scenario file and prints its answer, or with `--audit` where it may fool its author.
//!
//! `cargo run --release --example run_scenario -- FILE [--paths N] [--seed S] [--set ADDRESS=VALUE]… [--cross-check | --exact] [--audit] [--json | --csv] [--charts DIR] [--html FILE]`
//!
//! `--cross-check` sets the exact answer beside each simulated one. `--csv` prints every number of the outcome, one a row; `--charts` writes its charts into a folder, as SVG; `--html`
//! writes a report with answers, charts, assumptions and findings in one file.
//!
//! Exit codes: 0 an answer, 1 invalid input, 2 wrong usage.

use std::error::Error;
use std::ffi::OsString;
use std::fmt::Display;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use outgrow::{Outcome, Scenario};
use serde::Serialize;

#[path = "shared/end.rs"]
mod end;
use end::{end, fail};

const USAGE: &str = "usage: run_scenario FILE [--paths N] [--seed S] [--set ADDRESS=VALUE]… \
                     [--cross-check | --exact] [--audit] [--json | --csv] [--charts DIR] [--html FILE]";
/// The largest file that is read.
const LIMIT: u64 = 16 << 20;

#[derive(Default)]
struct Options {
    file: PathBuf,
    paths: Option<u64>,
    seed: Option<u64>,
    set: Vec<(String, String)>,
    cross_check: bool,
    exact: bool,
    audit: bool,
    json: bool,
    csv: bool,
    charts: Option<PathBuf>,
    html: Option<PathBuf>,
}

fn main() -> ExitCode {
    let options = match options(std::env::args_os().skip(1)) {
        Ok(options) => options,
        Err(wrong) => return fail(2, &format!("{wrong}\n{USAGE}")),
    };
    match answer(&options) {
        Ok(text) => end(print(&text)),
        Err(message) => fail(1, &message),
    }
}

fn options(mut arguments: impl Iterator<Item = OsString>) -> Result<Options, String> {
    let mut options = Options::default();
    while let Some(argument) = arguments.next() {
        let mut value = || {
            let value = arguments.next().ok_or_else(|| format!("{} needs a value", argument.display()))?;
            value.into_string().map_err(|value| format!("{} is not UTF-8", value.display()))
        };
        match argument.to_str() {
            Some("--paths") => options.paths = Some(whole(&value()?)?),
            Some("--seed") => options.seed = Some(whole(&value()?)?),
            Some("--set") => options.set.push(setting(&value()?)?),
            Some("--cross-check") => options.cross_check = true,
            Some("--exact") => options.exact = true,
            Some("--audit") => options.audit = true,
            Some("--json") => options.json = true,
            Some("--csv") => options.csv = true,
            Some("--charts") => options.charts = Some(value()?.into()),
            Some("--html") => options.html = Some(value()?.into()),
            Some(flag) if flag.starts_with('-') => return Err(format!("unknown option {flag}")),
            _ if options.file.as_os_str().is_empty() && !argument.is_empty() => options.file = argument.into(),
            _ => return Err(format!("one file at a time, got {:?} too", argument.display())),
        }
    }
    if options.json && options.csv {
        return Err("one of --json and --csv at a time".into());
    }
    let is_sampled = options.paths.is_some() || options.seed.is_some() || options.cross_check;
    if options.audit && (options.csv || options.charts.is_some() || options.html.is_some()) {
        return Err("--audit has no --csv, no --charts and no --html".into());
    }
    if options.audit && (is_sampled || options.exact) {
        return Err(
            "--audit has paths and a seed of its own: leave --paths, --seed, --cross-check and --exact out".into()
        );
    }
    if options.exact && is_sampled {
        return Err("--exact runs no paths: leave --paths, --seed and --cross-check out".into());
    }
    if options.file.as_os_str().is_empty() { Err("no file given".into()) } else { Ok(options) }
}

fn whole(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("a whole number is wanted, got {text:?}"))
}

/// Splits at the first `=` outside brackets: names within brackets may hold one.
fn setting(text: &str) -> Result<(String, String), String> {
    let mut depth = 0;
    let split = text.find(|character| {
        match character {
            '[' => depth += 1,
            ']' => depth -= 1,
            _ => {}
        }
        character == '=' && depth == 0
    });
    let (address, value) = split
        .map(|at| (&text[..at], &text[at + 1..]))
        .ok_or_else(|| format!("--set wants ADDRESS=VALUE, got {text:?}"))?;
    Ok((address.trim().into(), value.trim().into()))
}

fn answer(options: &Options) -> Result<String, String> {
    let text = read(&options.file)?;
    let json = options.file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    let scenario = if json { Scenario::from_json(&text) } else { Scenario::from_toml(&text) };
    let set = |scenario: Scenario| scenario.with_toml(options.set.iter().map(|(address, value)| (address, value)));
    let scenario = scenario.and_then(set).map_err(|error| error.to_string())?;
    if options.audit {
        return told(&scenario.audit().map_err(|error| error.to_string())?, options.json);
    }
    let outcome = outcome(&scenario, options).map_err(|error| error.to_string())?;
    if let Some(folder) = &options.charts {
        // Exact shares and ranks there are of two providers only.
        let ranked = !options.exact || scenario.providers().len() < 3;
        write_charts(&outcome, ranked, folder)?;
    }
    if let Some(path) = &options.html {
        let html = outcome.report().html().map_err(|error| error.to_string())?;
        std::fs::write(path, html).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    if options.csv { Ok(outcome.to_csv()) } else { told(&outcome, options.json) }
}

fn outcome(scenario: &Scenario, options: &Options) -> Result<Outcome, outgrow::Error> {
    if options.exact {
        return scenario.exact().run();
    }
    let mut simulation = scenario.simulate();
    if let Some(paths) = options.paths {
        simulation = simulation.paths(paths);
    }
    if let Some(seed) = options.seed {
        simulation = simulation.seed(seed);
    }
    if options.cross_check {
        simulation = simulation.cross_check();
    }
    simulation.run()
}

fn told<T: Serialize + Display>(answer: &T, json: bool) -> Result<String, String> {
    if json { serde_json::to_string(answer).map_err(|error| error.to_string()) } else { Ok(answer.to_string()) }
}

/// Every chart of the outcome, those of a question numbered in the order asked.
fn write_charts(outcome: &Outcome, ranked: bool, folder: &Path) -> Result<(), String> {
    let chart = outcome.chart();
    let mut charts = vec![("fan.svg".to_owned(), chart.fan())];
    if ranked {
        charts.push(("shares.svg".to_owned(), chart.shares()));
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
        let svg = chart.map_err(|error| error.to_string())?;
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
