//! The difference between the answers of two scenarios, on common random numbers.

use std::path::{Path, PathBuf};

use clap::Args;
use outgrow::{Differences, Scenario};

use crate::export::{Export, Form};
use crate::failure::Failure;
use crate::input::Source;
use crate::options::{Findings, Input, Threads};
use crate::values::{real, setting, whole};
use crate::{answer, files, input, messages, output};

#[derive(Args)]
pub(crate) struct Difference {
    /// The first scenario, TOML or JSON; - for standard input
    #[arg(value_name = "A")]
    first: PathBuf,
    /// The second scenario [default: the first, changed by --set]
    #[arg(value_name = "B")]
    second: Option<PathBuf>,
    /// Change a number, a period, a history or a curve of the second scenario; may be repeated
    #[arg(long, value_name = "ADDRESS=VALUE", value_parser = setting)]
    set: Vec<(String, String)>,
    #[command(flatten)]
    findings: Findings,
    #[command(flatten)]
    threads: Threads,
    #[arg(long, value_name = "N", value_parser = whole, allow_negative_numbers = true)]
    #[arg(help = "Paths of each scenario, a whole number: 250000, 100_000 or 1e6 [default: 1e6]")]
    paths: Option<u64>,
    /// The seed of the random numbers [default: 0]
    #[arg(long, value_name = "N", value_parser = whole, allow_negative_numbers = true)]
    seed: Option<u64>,
    /// The level of the intervals, between 0 and 1 [default: 0.95]
    #[arg(long, value_name = "LEVEL", value_parser = real, allow_negative_numbers = true)]
    confidence: Option<f64>,
    /// Print the differences as JSON
    #[arg(long, help_heading = "Output")]
    json: bool,
    #[command(flatten)]
    export: Export,
}

pub(crate) fn difference(options: &Difference) -> Result<(), Failure> {
    if options.second.is_none() && options.set.is_empty() {
        let message =
            "a difference needs a second scenario, B, or a change of the first: --set ADDRESS=VALUE; see --help";
        return Err(Failure::invalid(message.to_owned()));
    }
    crate::set_threads(&options.threads)?;
    files::check(options.export.files())?;
    let (first, second) = sources(options)?;
    note_other_questions(&first, &second);
    let differences = run(&first, &second, options)?;
    options.export.write(|form| match form {
        Form::Csv => Ok(differences.to_csv()),
        Form::Json => output::json(&differences),
        Form::Markdown => Ok(differences.to_markdown()),
    })?;
    output::print(&if options.json { output::json(&differences)? } else { differences.to_string() })
}

fn sources(options: &Difference) -> Result<(Source, Source), Failure> {
    let input = |file: &PathBuf, set: &[(String, String)]| Input {
        file: file.clone(),
        set: set.to_vec(),
        estimate_errors: false,
    };
    let first = Source::read(&input(&options.first, &[]), &options.findings)?;
    let second = match &options.second {
        Some(file) => Source::read(&input(file, &options.set), &options.findings)?,
        // Standard input cannot be read twice.
        None => {
            let second = first.changed(&options.set)?;
            first.print_new_findings(std::iter::once(&second.scenario), &options.findings)?;
            second
        }
    };
    Ok((first, second))
}

fn run(first: &Source, second: &Source, options: &Difference) -> Result<Differences, Failure> {
    let simulation = answer::sampled(first.scenario.simulate(), options.paths, options.seed, options.confidence);
    let names =
        if first.name == second.name { first.name.clone() } else { format!("{} and {}", first.name, second.name) };
    simulation.difference(&second.scenario).map_err(|error| input::failure(Path::new(&names), &error))
}

/// Reports the questions that only one of the two asks.
fn note_other_questions(first: &Source, second: &Source) {
    let titles =
        |scenario: &Scenario| scenario.questions().iter().map(outgrow::Question::title).collect::<Vec<String>>();
    for (one, other) in [(first, second), (second, first)] {
        let known = titles(&other.scenario);
        for title in titles(&one.scenario).iter().filter(|title| !known.contains(title)) {
            messages::print(&format!(
                "{}: {title:?} is not asked in {}, so that it has no difference\n",
                one.name, other.name
            ));
        }
    }
}
