//! The command line: subcommands and options.

use std::path::PathBuf;

use clap::builder::UnknownArgumentValueParser;
use clap::{Arg, ArgAction, ArgGroup, Args, CommandFactory, Parser, Subcommand, ValueEnum};
use outgrow::fit::GrowthLaw;
use outgrow::{Date, Period, Sampling};

use crate::analysis::{NewsOptions, SensitivityOptions, SolveOptions, SurfaceOptions};
use crate::backtest::Backtest;
use crate::difference::Difference;
use crate::export::Export;
use crate::merge::Merge;
use crate::messages;
use crate::part::Parts;
use crate::shell::{Completions, ManPage};
use crate::sweep::SweepOptions;
use crate::values::{YearsOption, date, law, period, real, sampling, setting, threads, whole, years};

const AFTER_HELP: &str = "\
FILE is a scenario in TOML or JSON, or - for standard input. A text that begins with { is read as JSON.
HISTORY.csv is a history: figures by name and period. PANEL.csv is one of many comparable series.

Answers go to standard output. Findings, progress, the names of written files and errors go to standard error; --quiet
leaves only the errors. No output is coloured, with or without NO_COLOR. A file is written whole or not at all.

Exit codes:
  0    an answer, an audit (with findings too) or a valid scenario
  1    no answer although the input is valid: a limit was met, a method cannot answer the question, or a file cannot be
       written; also a simulated answer that disagrees with the exact one (--cross-check)
  2    wrong usage or invalid input: an unknown option, a file that cannot be read, an invalid scenario or setting
  130  Ctrl-C ended a run: the answers are those of the paths counted until then, and a second Ctrl-C ends without any";

/// Computes when one provider's revenue overtakes another's, and how likely it is.
#[derive(Parser)]
#[command(name = "outgrow", version, after_help = AFTER_HELP, arg_required_else_help = true)]
pub(crate) struct CommandLine {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Print only errors on standard error: no findings, no progress, no names of written files
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Simulate a scenario and print the answers
    Run(Box<Run>),
    /// Merge the files of all shards of a run or of a sweep, and print the answers of the whole
    Merge(Box<Merge>),
    /// Compute the exact answers, without sampling, and print them
    Exact(Exact),
    /// Compare the answers of two scenarios on common random numbers
    Difference(Difference),
    /// Print where a scenario may mislead, and which assumptions move its answers most
    Audit(Audit),
    /// Simulate a scenario and write its charts as SVG
    Chart(Box<Chart>),
    /// Simulate a scenario and write a report: answers, charts, assumptions and findings in one HTML file
    Report(Box<Report>),
    /// Validate a scenario without running it, and print what it asks
    Check(Check),
    /// Print what an answer depends on: the split of its variance, a tornado, and Sobol' and Shapley indices
    Sensitivity(SensitivityOptions),
    /// Answer the questions for many values of one or more numbers, as CSV
    Sweep(Box<SweepOptions>),
    /// Find the value of a number at which a question has a stated probability
    Solve(SolveOptions),
    /// Print lines of equal probability over ranges of two numbers, and draw them
    Surface(SurfaceOptions),
    /// Print what reported revenue changes, in parts; or before the reports, what they may change
    News(NewsOptions),
    /// Make a scenario from a revenue history, as TOML: the outside view, or fitted growth laws
    Fit(Fit),
    /// Score forecasts from every past year of a panel on what happened
    Backtest(Backtest),
    /// Compare a scenario with the outside view of the same pair, made from a history
    Reference(Reference),
    /// Print the JSON Schema of the scenario file
    Schema,
    /// Print a script that completes subcommands and options in a shell
    Completions(Completions),
    /// Print the man page of the command and its subcommands
    Man(ManPage),
}

/// What every subcommand that simulates takes.
#[derive(Args)]
pub(crate) struct Simulated {
    #[command(flatten)]
    pub(crate) input: Input,
    #[command(flatten)]
    pub(crate) findings: Findings,
    #[command(flatten)]
    pub(crate) threads: Threads,
    #[command(flatten)]
    pub(crate) simulation: Simulation,
    #[command(flatten)]
    pub(crate) contents: Contents,
}

// A heading of the help applies to all options after it, unless they state their own.
#[derive(Args)]
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) simulated: Simulated,
    /// Compare each simulated probability with the exact one
    #[arg(long, help_heading = "Simulation")]
    pub(crate) cross_check: bool,
    /// FILE is an outcome (--json): compute it again to the same bytes, or report what differs
    #[arg(long, help_heading = None)]
    #[arg(conflicts_with_all = ["set", "estimate_errors", "Simulation", "cross_check", "Contents", "charts"])]
    pub(crate) again: bool,
    #[command(flatten)]
    pub(crate) parts: Parts,
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Args)]
pub(crate) struct Exact {
    #[command(flatten)]
    pub(crate) input: Input,
    #[command(flatten)]
    pub(crate) findings: Findings,
    #[command(flatten)]
    pub(crate) threads: Threads,
    /// The largest error of a probability, 1e-12 to 0.01 [default: 1e-4]
    #[arg(long, value_name = "ERROR", value_parser = real, allow_negative_numbers = true)]
    pub(crate) tolerance: Option<f64>,
    /// FILE is an outcome (--json): compute it again to the same bytes, or report what differs
    #[arg(long, conflicts_with_all = ["set", "estimate_errors", "tolerance", "Contents", "charts"])]
    pub(crate) again: bool,
    #[command(flatten)]
    pub(crate) contents: Contents,
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Args)]
pub(crate) struct Audit {
    #[command(flatten)]
    pub(crate) input: Input,
    #[command(flatten)]
    pub(crate) threads: Threads,
    /// Print the audit as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct Chart {
    #[command(flatten)]
    pub(crate) simulated: Simulated,
    /// The folder to write the charts into
    #[arg(long, value_name = "DIR", default_value = "charts", help_heading = None)]
    pub(crate) charts: PathBuf,
    /// Print the names of the charts as JSON
    #[arg(long, help_heading = None)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct Report {
    #[command(flatten)]
    pub(crate) simulated: Simulated,
    /// The file to write the report to
    #[arg(long, value_name = "FILE", default_value = "report.html", help_heading = None)]
    pub(crate) html: PathBuf,
    /// Add a slider for the drawn number at this address; up to four
    #[arg(long, value_name = "ADDRESS", help_heading = "Sliders")]
    pub(crate) live: Vec<String>,
    /// The question that the sliders change [default: the first one]
    #[arg(long, value_name = "NAME", requires = "live", help_heading = "Sliders")]
    pub(crate) live_question: Option<String>,
    /// The date by which the overtake is to happen [default: the last one]
    #[arg(long, value_name = "PERIOD", value_parser = period, requires = "live", help_heading = "Sliders")]
    pub(crate) live_by: Option<Period>,
    /// Add the outside view made from this history, CSV
    #[arg(long, value_name = "HISTORY.csv", help_heading = "Outside view")]
    pub(crate) history: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) known: Known,
}

#[derive(Args)]
pub(crate) struct Reference {
    #[command(flatten)]
    pub(crate) input: Input,
    #[command(flatten)]
    pub(crate) findings: Findings,
    /// The history, CSV with the columns name, period and value
    #[arg(value_name = "HISTORY.csv")]
    pub(crate) history: PathBuf,
    #[command(flatten)]
    pub(crate) known: Known,
    #[command(flatten)]
    pub(crate) threads: Threads,
    /// Print the comparison as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// What is taken from a history.
#[derive(Args)]
#[command(next_help_heading = "Outside view")]
pub(crate) struct Known {
    /// Use only what was known at the end of this day, such as 2018-06-30
    #[arg(long, value_name = "DATE", value_parser = date, required_if_eq("class", "panel"))]
    pub(crate) as_of: Option<Date>,
    /// The reference class; panel estimates it from the history as known on --as-of
    #[arg(long, value_name = "CLASS", default_value = "general")]
    pub(crate) class: Class,
}

#[derive(Args)]
pub(crate) struct Check {
    #[command(flatten)]
    pub(crate) input: Input,
    #[command(flatten)]
    pub(crate) findings: Findings,
    /// Print what the scenario asks and the findings, or what is wrong with it, as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct Fit {
    /// The history, CSV with the columns name, period and value; - for standard input
    #[arg(value_name = "HISTORY.csv")]
    pub(crate) history: PathBuf,
    /// The challenger, then those that it challenges [default: all names, the smallest at the base first]
    #[arg(value_name = "NAME")]
    pub(crate) names: Vec<String>,
    /// The last known period, such as 2018-Q1; a law is fitted as of the latest figure
    #[arg(long, value_name = "PERIOD", value_parser = period, required_unless_present = "law")]
    pub(crate) base: Option<Period>,
    /// The last projected period; without --law a whole number of years after the base
    #[arg(long, value_name = "PERIOD", value_parser = period, required_unless_present_all = ["law", "json"])]
    pub(crate) horizon: Option<Period>,
    /// Fit a growth law to each name and mix several by their Akaike weights; may be repeated or listed with commas
    #[arg(long, value_name = "LAW", value_parser = law(), value_delimiter = ',')]
    #[arg(conflicts_with_all = ["base", "class", "periods"])]
    pub(crate) law: Vec<GrowthLaw>,
    /// With --law: heavy tails, with the degrees of freedom of the shocks
    #[arg(long, requires = "law", conflicts_with = "base")]
    pub(crate) student_t: bool,
    /// Print the estimates as JSON, and no scenario
    #[arg(long)]
    pub(crate) json: bool,
    /// Make a scenario of the history's quarters or months; by default its steps are years
    #[arg(long)]
    pub(crate) periods: bool,
    #[command(flatten)]
    pub(crate) known: Known,
    #[command(flatten)]
    pub(crate) threads: Threads,
}

/// How comparable series have grown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Class {
    General,
    LargeCompanies,
    Panel,
}

/// The scenario, and changes to it.
#[derive(Args)]
pub(crate) struct Input {
    /// The scenario, TOML or JSON; - for standard input
    pub(crate) file: PathBuf,
    /// Change a number, a period, a history or a curve of the scenario; may be repeated
    #[arg(long, value_name = "ADDRESS=VALUE", value_parser = setting)]
    pub(crate) set: Vec<(String, String)>,
    /// Give each stated rate of a schedule without a spread the usual error of such estimates
    #[arg(long)]
    pub(crate) estimate_errors: bool,
}

#[derive(Args)]
pub(crate) struct Findings {
    /// Print no findings on standard error
    #[arg(long)]
    pub(crate) no_audit: bool,
}

impl Findings {
    pub(crate) fn are_wanted(&self) -> bool {
        !self.no_audit && messages::are_wanted()
    }
}

/// How paths are simulated.
#[derive(Args)]
#[command(next_help_heading = "Simulation")]
pub(crate) struct Simulation {
    #[arg(long, value_name = "N", value_parser = whole, allow_negative_numbers = true)]
    #[arg(help = "Paths, a whole number: 250000, 100_000 or 1e6 [default: 1e6]")]
    pub(crate) paths: Option<u64>,
    /// The seed of the random numbers [default: 0]
    #[arg(long, value_name = "N", value_parser = whole, allow_negative_numbers = true)]
    pub(crate) seed: Option<u64>,
    /// How paths are drawn [default: plain]
    #[arg(long, value_name = "NAME", value_parser = sampling())]
    pub(crate) sampling: Option<Sampling>,
    /// Run until the largest standard error is at most ERROR
    #[arg(long, value_name = "ERROR", value_parser = real, allow_negative_numbers = true, conflicts_with = "paths")]
    pub(crate) until: Option<f64>,
    /// The most paths that --until may take [default: 1e8]
    #[arg(long, value_name = "N", value_parser = whole, allow_negative_numbers = true, requires = "until")]
    pub(crate) at_most: Option<u64>,
    /// The level of the intervals, between 0 and 1 [default: 0.95]
    #[arg(long, value_name = "LEVEL", value_parser = real, allow_negative_numbers = true)]
    pub(crate) confidence: Option<f64>,
    #[arg(long, value_name = "MEASURE", value_parser = years, value_delimiter = ',')]
    #[arg(help = "Also the revenue of years: trailing, annual or fiscal_year_ending=MONTH; may be repeated")]
    pub(crate) fans_of: Vec<YearsOption>,
}

/// What an outcome holds.
#[derive(Args)]
#[command(next_help_heading = "Contents")]
pub(crate) struct Contents {
    /// Count an overtake at any time, not only at the end of a period
    #[arg(long)]
    pub(crate) continuous: bool,
    /// Also answer the questions as seen by each [[view]] of the scenario, and pool them
    #[arg(long)]
    pub(crate) views: bool,
    /// Leave out the distributions of revenue
    #[arg(long)]
    pub(crate) no_fans: bool,
    /// Leave out the ranks
    #[arg(long)]
    pub(crate) no_ranks: bool,
    /// Leave out the market shares
    #[arg(long)]
    pub(crate) no_shares: bool,
}

#[derive(Args)]
pub(crate) struct Threads {
    /// Threads to use; they do not change the answers [default: all cores]
    #[arg(long, value_name = "N", value_parser = threads, allow_negative_numbers = true)]
    pub(crate) threads: Option<usize>,
}

/// In what form an answer is given.
#[derive(Args)]
#[command(next_help_heading = "Output", group = ArgGroup::new("table").args(["csv", "export_csv"]).multiple(true))]
pub(crate) struct Output {
    /// Print the whole outcome as JSON
    #[arg(long, conflicts_with = "csv")]
    pub(crate) json: bool,
    /// Print every number of the outcome as CSV, one a row
    #[arg(long)]
    pub(crate) csv: bool,
    /// In CSV: put an apostrophe before a text that a spreadsheet would run as a formula
    #[arg(long, requires = "table")]
    pub(crate) spreadsheet: bool,
    #[command(flatten)]
    pub(crate) export: Export,
    /// Also write the charts into a folder, as SVG
    #[arg(long, value_name = "DIR")]
    pub(crate) charts: Option<PathBuf>,
    /// Also write a report to a file, as HTML
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
}

/// The command line's grammar: the types above, and hints for options that belong to another subcommand.
pub(crate) fn grammar() -> clap::Command {
    let elsewhere = |name: &'static str, hint: &'static str| {
        let parser = UnknownArgumentValueParser::suggest(hint);
        Arg::new(name).long(name).action(ArgAction::SetTrue).value_parser(parser).hide(true)
    };
    CommandLine::command()
        .mut_subcommand("run", |run| {
            run.arg(elsewhere("exact", "exact answers are computed by 'outgrow exact FILE'"))
                .arg(elsewhere("tolerance", "exact answers are computed by 'outgrow exact FILE --tolerance ERROR'"))
                .arg(elsewhere("audit", "an audit is printed by 'outgrow audit FILE'"))
        })
        .mut_subcommand("difference", |difference| {
            difference.arg(elsewhere("sampling", "a difference uses plain sampling"))
        })
}
