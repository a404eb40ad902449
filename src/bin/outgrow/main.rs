//! The command `outgrow`: answers, audits, charts and reports of scenario files, scenarios from histories, and back-tests.
//!
//! `outgrow --help` lists the subcommands; `outgrow run --help` the options of one.

mod analysis;
mod answer;
mod backtest;
mod cells;
mod check;
mod difference;
mod export;
mod failure;
mod files;
mod fit;
mod input;
mod interrupt;
mod merge;
mod messages;
mod names;
mod options;
mod output;
mod part;
mod past;
mod shell;
mod sweep;
mod sweep_file;
mod values;

use std::env;
use std::path::Path;
use std::process::ExitCode;

use clap::FromArgMatches;
use indicatif::HumanCount;
use outgrow::{AgainstReference, Outcome, Scenario};

use failure::Failure;
use input::Source;
use options::{Audit, Chart, Command, CommandLine, Exact, Known, Reference, Report, Run, Simulated, Threads};
use past::HistoryAsOf;

fn main() -> ExitCode {
    let mut grammar = options::grammar();
    let matches = grammar.try_get_matches_from_mut(env::args_os());
    let line = matches.and_then(|matches| CommandLine::from_arg_matches(&matches).map(|line| (line, matches)));
    match line {
        Ok((line, matches)) => {
            if line.quiet {
                messages::silence();
            }
            let done = names::check(&grammar, &matches).and_then(|()| perform(line.command));
            done.map_or_else(|failure| failure.report(), |()| ExitCode::SUCCESS)
        }
        Err(message) => {
            // Help and the version are such "errors" too, with the exit code 0. Nobody may be reading them.
            let _ = message.print();
            ExitCode::from(u8::try_from(message.exit_code()).unwrap_or(failure::INVALID))
        }
    }
}

fn perform(command: Command) -> Result<(), Failure> {
    match command {
        Command::Run(options) => run(options),
        Command::Merge(options) => merge::merge(&options),
        Command::Sweep(options) => set_threads(options.threads()).and_then(|()| sweep::sweep(&options)),
        Command::Exact(options) => exact(options),
        Command::Difference(options) => difference::difference(&options),
        Command::Audit(options) => audit(&options),
        Command::Chart(options) => chart(&options),
        Command::Report(options) => report(&options),
        Command::Check(options) => check::check(&options),
        Command::Fit(options) => set_threads(&options.threads).and_then(|()| fit::fit(&options)),
        Command::Backtest(options) => set_threads(&options.threads).and_then(|()| backtest::backtest(&options)),
        Command::Reference(options) => reference(&options),
        Command::Sensitivity(options) => set_threads(&options.threads).and_then(|()| analysis::sensitivity(&options)),
        Command::Solve(options) => set_threads(&options.threads).and_then(|()| analysis::solve(&options)),
        Command::Surface(options) => set_threads(&options.threads).and_then(|()| analysis::surface(&options)),
        Command::News(options) => set_threads(&options.threads).and_then(|()| analysis::news(&options)),
        Command::Schema => output::print(&Scenario::json_schema()),
        Command::Completions(options) => shell::completions(&options),
        Command::Man(options) => shell::man(&options),
    }
}

fn run(mut options: Box<Run>) -> Result<(), Failure> {
    options.output.json |= options.again && !options.output.csv;
    let Run { simulated, cross_check, again, parts, output } = &*options;
    let name = input::name_of(&simulated.input.file);
    output::check(&name, output)?;
    let (source, outcome) = if *again {
        set_threads(&simulated.threads)?;
        Source::reproduced(&simulated.input.file, false)?
    } else if parts.out.is_some() || parts.checkpoint.is_some() {
        set_threads(&simulated.threads)?;
        interrupt::handle()?;
        let source = Source::read(&simulated.input, &simulated.findings)?;
        match part::run(&source, &options)? {
            Some(outcome) => (source, outcome),
            None => return Ok(()),
        }
    } else {
        interrupt::handle()?;
        simulate(simulated, *cross_check)?
    };
    output::write(&source, &outcome, output, &simulated.simulation.fans_of)?;
    if let (Some(done), Some(asked)) = (outcome.paths(), outcome.paths_asked()) {
        let (done, asked) = (HumanCount(done), HumanCount(asked));
        let mut message = format!("{}: interrupted: the answers are those of {done} of {asked} paths", source.name);
        if let Some(file) = &parts.checkpoint {
            message += &format!("; continue with --checkpoint {} --resume", file.display());
        }
        return Err(Failure::interrupted(message));
    }
    output::check_agreement(&source, &outcome)
}

fn simulate(options: &Simulated, cross_check: bool) -> Result<(Source, Outcome), Failure> {
    let Simulated { input, findings, threads, simulation, contents } = options;
    set_threads(threads)?;
    let source = Source::read(input, findings)?;
    let outcome = answer::simulated(&source.scenario, simulation, contents, cross_check);
    let outcome = outcome.map_err(|error| source.failure(&error))?;
    Ok((source, outcome))
}

fn exact(mut options: Exact) -> Result<(), Failure> {
    let Exact { input, findings, tolerance, again, contents, threads, output } = &mut options;
    output::check(&input::name_of(&input.file), output)?;
    output.json |= *again && !output.csv;
    set_threads(threads)?;
    let (source, outcome) = if *again {
        Source::reproduced(&input.file, true)?
    } else {
        let source = Source::read(input, findings)?;
        let outcome = answer::exact(&source.scenario, *tolerance, contents).map_err(|error| source.failure(&error))?;
        (source, outcome)
    };
    output::write(&source, &outcome, output, &[])
}

fn audit(options: &Audit) -> Result<(), Failure> {
    set_threads(&options.threads)?;
    let source = Source::without_findings(&options.input)?;
    let audit = source.scenario.audit().map_err(|error| source.failure(&error))?;
    output::print(&if options.json { output::json(&audit)? } else { audit.to_string() })
}

fn chart(options: &Chart) -> Result<(), Failure> {
    let name = input::name_of(&options.simulated.input.file);
    files::check_folder(&options.charts).map_err(|failure| failure.of(&name))?;
    let (source, outcome) = simulate(&options.simulated, false)?;
    let files = output::write_charts(&source, &outcome, &options.simulated.simulation.fans_of, &options.charts)?;
    let names: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
    if options.json { output::print(&output::json(&names)?) } else { Ok(()) }
}

fn report(options: &Report) -> Result<(), Failure> {
    let name = input::name_of(&options.simulated.input.file);
    files::check([options.html.as_path()]).map_err(|failure| failure.of(&name))?;
    let (source, outcome) = simulate(&options.simulated, false)?;
    let both = match &options.history {
        Some(history) => Some(beside(&source, history, &options.known)?),
        None => None,
    };
    let live = analysis::live(&source, options)?;
    output::write_report(&source, &outcome, (both.as_ref(), live.as_ref()), &options.html)
}

fn reference(options: &Reference) -> Result<(), Failure> {
    set_threads(&options.threads)?;
    let source = Source::read(&options.input, &options.findings)?;
    let both = beside(&source, &options.history, &options.known)?;
    output::print(&if options.json { output::json(&both)? } else { both.to_string() })
}

/// The scenario beside the outside view from a history.
fn beside(source: &Source, history: &Path, known: &Known) -> Result<AgainstReference, Failure> {
    let past = HistoryAsOf::read(history, known)?;
    let class = past.class(known).map_err(|error| past.failure(&error))?;
    let both = source.scenario.against_reference(&past.history, class);
    // Lines and columns are those of the history.
    both.map_err(|error| past.failure(&error).of(&source.name))
}

/// Everything that runs in parallel uses the global pool.
fn set_threads(threads: &Threads) -> Result<(), Failure> {
    let Some(threads) = threads.threads else { return Ok(()) };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
    pool.map_err(|error| Failure::failed(format!("--threads {threads}: {error}; use fewer")))
}
