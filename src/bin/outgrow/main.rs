//! The command `outgrow`: answers, audits, charts and reports of scenario files, scenarios from histories, and back-tests.
//!
//! `outgrow --help` lists the subcommands; `outgrow run --help` the options of one.

mod answer;
mod backtest;
mod failure;
mod fit;
mod input;
mod options;
mod output;
mod past;

use std::path::Path;
use std::process::ExitCode;

use clap::FromArgMatches;
use outgrow::{AgainstReference, Outcome, Provider, Scenario, View};

use failure::Failure;
use input::Source;
use options::{Audit, Chart, Check, Command, CommandLine, Exact, Known, Reference, Report, Run, Simulated, Threads};
use past::Past;

fn main() -> ExitCode {
    let matches = options::grammar().try_get_matches();
    match matches.and_then(|matches| CommandLine::from_arg_matches(&matches)) {
        Ok(line) => perform(line.command).map_or_else(|failure| failure.report(), |()| ExitCode::SUCCESS),
        Err(message) => {
            // Help and the version are such "errors" too, with the exit code 0. Nobody may be reading them.
            let _ = message.print();
            ExitCode::from(u8::try_from(message.exit_code()).unwrap_or(failure::INVALID))
        }
    }
}

fn perform(command: Command) -> Result<(), Failure> {
    match command {
        Command::Run(options) => run(&options),
        Command::Exact(options) => exact(&options),
        Command::Audit(options) => audit(&options),
        Command::Chart(options) => chart(&options),
        Command::Report(options) => report(&options),
        Command::Check(options) => check(&options),
        Command::Fit(options) => set_threads(&options.threads).and_then(|()| fit::fit(&options)),
        Command::Backtest(options) => set_threads(&options.threads).and_then(|()| backtest::backtest(&options)),
        Command::Reference(options) => reference(&options),
        Command::Schema => output::print(&Scenario::json_schema()),
    }
}

fn run(options: &Run) -> Result<(), Failure> {
    let Run { simulated, cross_check, output } = options;
    let (source, outcome) = simulate(simulated, *cross_check)?;
    output::write(&source, &outcome, output, &simulated.simulation.fans_of)?;
    let disagreeing = outcome.cross_checks().find(|check| !check.agrees());
    disagreeing.map_or(Ok(()), |check| {
        let message = format!(
            "{}: the simulated answer disagrees with the exact one; try another --seed, and report it if it happens again",
            check.question()
        );
        Err(source.failed(message))
    })
}

fn simulate(options: &Simulated, cross_check: bool) -> Result<(Source, Outcome), Failure> {
    let Simulated { input, findings, threads, simulation, contents } = options;
    set_threads(threads)?;
    let source = Source::read(input, findings)?;
    let outcome = answer::simulated(&source.scenario, simulation, contents, cross_check);
    let outcome = outcome.map_err(|error| source.failure(&error))?;
    Ok((source, outcome))
}

fn exact(options: &Exact) -> Result<(), Failure> {
    let Exact { input, findings, tolerance, contents, threads, output } = options;
    set_threads(threads)?;
    let source = Source::read(input, findings)?;
    let outcome = answer::exact(&source.scenario, *tolerance, contents).map_err(|error| source.failure(&error))?;
    output::write(&source, &outcome, output, &[])
}

fn audit(options: &Audit) -> Result<(), Failure> {
    set_threads(&options.threads)?;
    let source = Source::without_findings(&options.input)?;
    let audit = source.scenario.audit().map_err(|error| source.failure(&error))?;
    output::print(&if options.json { output::json(&audit)? } else { audit.to_string() })
}

fn chart(options: &Chart) -> Result<(), Failure> {
    let (source, outcome) = simulate(&options.simulated, false)?;
    output::write_charts(&source, &outcome, &options.simulated.simulation.fans_of, &options.charts)
}

fn report(options: &Report) -> Result<(), Failure> {
    let (source, outcome) = simulate(&options.simulated, false)?;
    let both = match &options.history {
        Some(history) => Some(beside(&source, history, &options.known)?),
        None => None,
    };
    output::write_report(&source, &outcome, both.as_ref(), &options.html)
}

fn reference(options: &Reference) -> Result<(), Failure> {
    set_threads(&options.threads)?;
    let source = Source::without_findings(&options.input)?;
    let both = beside(&source, &options.history, &options.known)?;
    output::print(&if options.json { output::json(&both)? } else { both.to_string() })
}

/// The scenario beside the outside view from a history.
fn beside(source: &Source, history: &Path, known: &Known) -> Result<AgainstReference, Failure> {
    let past = Past::read(history, known)?;
    let class = past.class(known).map_err(|error| past.failure(&error))?;
    let both = source.scenario.against_reference(&past.history, class);
    // Lines and columns are those of the history.
    both.map_err(|error| past.failure(&error).of(&source.name))
}

fn check(options: &Check) -> Result<(), Failure> {
    let source = Source::read(&options.input, &options.findings)?;
    output::print(&format!("{}: ok\n{}", source.name, asked(&source.scenario)))
}

/// What a scenario asks, a line each.
fn asked(scenario: &Scenario) -> String {
    let (quantity, periods) = (scenario.quantity(), scenario.periods());
    let unit = scenario.unit().map_or_else(String::new, |unit| format!(" in {unit}"));
    let names: Vec<&str> = scenario.providers().iter().map(Provider::name).collect();
    let mut lines = vec![
        format!("  {quantity}{unit}, {periods} periods after {} to {}", scenario.base(), scenario.horizon()),
        format!("  providers: {}", names.join(", ")),
        format!("  numbers that may be drawn: {}", scenario.assumptions().len()),
    ];
    if scenario.questions().is_empty() {
        lines.push("  no question: only revenue, ranks and shares are answered".to_owned());
    }
    lines.extend(scenario.questions().iter().map(|question| format!("  question: {}", question.title())));
    let changes = |view: &View| view.changes().count();
    let view =
        |view: &View| format!("  view: {}, weight {}, {} changed", view.name(), view.get_weight(), changes(view));
    lines.extend(scenario.views().iter().map(view));
    lines.join("\n")
}

/// Everything that runs in parallel uses the global pool.
fn set_threads(threads: &Threads) -> Result<(), Failure> {
    let Some(threads) = threads.threads else { return Ok(()) };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
    pool.map_err(|error| Failure::failed(format!("--threads {threads}: {error}; use fewer")))
}
