//! The command line: subcommands, options, and how their values are read.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser, UnknownArgumentValueParser};
use clap::{Arg, ArgAction, Args, CommandFactory, Parser, Subcommand, ValueEnum};
use outgrow::fit::GrowthLaw;
use outgrow::{Date, Measure, Period, Sampling};

/// More threads than any processor has cores would only take memory.
const MOST_THREADS: u64 = 1024;

const SAMPLINGS: [(&str, Sampling); 5] = [
    ("plain", Sampling::Plain),
    ("antithetic", Sampling::Antithetic),
    ("sobol", Sampling::Sobol),
    ("importance", Sampling::Importance),
    ("auto", Sampling::Auto),
];

const AFTER_HELP: &str = "\
FILE is a scenario in TOML or JSON, or - for standard input. A text that begins with { is read as JSON.
HISTORY.csv is a history: figures by name and period. PANEL.csv is one of many comparable series.

Answers go to standard output. Findings, progress, the names of written files and errors go to standard error.

Exit codes:
  0  an answer, an audit (with findings too) or a valid scenario
  1  no answer although the input is valid: a limit was met, a method cannot answer the question, or a file cannot be
     written; also a simulated answer that disagrees with the exact one (--cross-check)
  2  wrong usage or invalid input: an unknown option, a file that cannot be read, an invalid scenario or setting";

/// Computes when one provider's revenue overtakes another's, and how likely it is.
#[derive(Parser)]
#[command(name = "outgrow", version, after_help = AFTER_HELP, arg_required_else_help = true)]
pub(crate) struct CommandLine {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Simulate a scenario and print the answers
    Run(Box<Run>),
    /// Compute the exact answers, without sampling, and print them
    Exact(Exact),
    /// Print where a scenario may mislead, and which assumptions move its answers most
    Audit(Audit),
    /// Simulate a scenario and write its charts as SVG
    Chart(Box<Chart>),
    /// Simulate a scenario and write a report: answers, charts, assumptions and findings in one HTML file
    Report(Box<Report>),
    /// Validate a scenario without running it, and print what it asks
    Check(Check),
    /// Make a scenario from a revenue history, as TOML: the outside view, or fitted growth laws
    Fit(Fit),
    /// Score forecasts from every past year of a panel on what happened
    Backtest(Backtest),
    /// Compare a scenario with the outside view of the same pair, made from a history
    Reference(Reference),
    /// Print the JSON Schema of the scenario file
    Schema,
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
}

#[derive(Args)]
pub(crate) struct Report {
    #[command(flatten)]
    pub(crate) simulated: Simulated,
    /// The file to write the report to
    #[arg(long, value_name = "FILE", default_value = "report.html", help_heading = None)]
    pub(crate) html: PathBuf,
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

#[derive(Args)]
pub(crate) struct Backtest {
    /// The panel, CSV with the columns group, name, period and value; - for standard input
    #[arg(value_name = "PANEL.csv")]
    pub(crate) panel: PathBuf,
    /// Also score the outside view with the reference class of this panel
    #[arg(long, value_name = "PANEL2.csv")]
    pub(crate) other: Option<PathBuf>,
    /// The number of years that are forecast, 1 to 30
    #[arg(long, value_name = "YEARS", value_parser = clap::value_parser!(u32).range(1..=30), default_value = "5")]
    pub(crate) horizon: u32,
    /// The first origin that is scored [default: the first at which 50 earlier cases have a known outcome]
    #[arg(long, value_name = "PERIOD", value_parser = period)]
    pub(crate) first_origin: Option<Period>,
    /// The publication lag: each forecast is made this number of days after the last day of its origin, 0 to 3650
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(0..=3650), default_value = "0")]
    pub(crate) lag: u32,
    /// The pair whose forecasts from every origin the report shows [default: the pair with the most cases]
    #[arg(long, value_names = ["A", "B"], num_args = 2, requires = "report")]
    pub(crate) pair: Option<Vec<String>>,
    /// The group of this pair [default: the one with the most cases]
    #[arg(long, value_name = "GROUP", requires = "pair")]
    pub(crate) group: Option<String>,
    /// Also print the N worst forecasts of the outside view
    #[arg(long, value_name = "N", default_value = "0", conflicts_with = "json")]
    pub(crate) worst: usize,
    /// Print the scores as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Also write a report of the outside view to a file, as HTML: scores, charts and the worst forecasts
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
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

/// What is read.
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
#[command(next_help_heading = "Output")]
pub(crate) struct Output {
    /// Print the whole outcome as JSON
    #[arg(long, conflicts_with = "csv")]
    pub(crate) json: bool,
    /// Print every number of the outcome as CSV, one a row
    #[arg(long)]
    pub(crate) csv: bool,
    /// With --csv: put an apostrophe before a text that a spreadsheet would run as a formula
    #[arg(long, requires = "csv")]
    pub(crate) spreadsheet: bool,
    /// Also write the charts into a folder, as SVG
    #[arg(long, value_name = "DIR")]
    pub(crate) charts: Option<PathBuf>,
    /// Also write a report to a file, as HTML
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
}

/// A measure of `--fans-of`, with the word it was given by.
#[derive(Clone)]
pub(crate) struct YearsOption {
    pub(crate) word: String,
    pub(crate) measure: Measure,
}

/// The command line's grammar: the types above, and hints for options that belong to another subcommand.
pub(crate) fn grammar() -> clap::Command {
    let elsewhere = |name: &'static str, hint: &'static str| {
        let parser = UnknownArgumentValueParser::suggest(hint);
        Arg::new(name).long(name).action(ArgAction::SetTrue).value_parser(parser).hide(true)
    };
    CommandLine::command().mut_subcommand("run", |run| {
        run.arg(elsewhere("exact", "exact answers are computed by 'outgrow exact FILE'"))
            .arg(elsewhere("tolerance", "exact answers are computed by 'outgrow exact FILE --tolerance ERROR'"))
            .arg(elsewhere("audit", "an audit is printed by 'outgrow audit FILE'"))
    })
}

fn law() -> impl TypedValueParser<Value = GrowthLaw> {
    PossibleValuesParser::new(GrowthLaw::ALL.map(GrowthLaw::key)).try_map(|key| key.parse())
}

fn sampling() -> impl TypedValueParser<Value = Sampling> {
    let named =
        |name: String| SAMPLINGS.iter().find(|(known, _)| *known == name).expect("one of the possible values").1;
    PossibleValuesParser::new(SAMPLINGS.map(|(name, _)| name)).map(named)
}

fn years(text: &str) -> Result<YearsOption, String> {
    let measure = match text.split_once('=') {
        None if text == "trailing" => Some(Measure::Trailing),
        None if text == "annual" => Some(Measure::Annual),
        Some(("fiscal_year_ending", month)) => month.parse().ok().map(Measure::FiscalYearEnding),
        _ => None,
    };
    let measure = measure.ok_or("must be trailing, annual or fiscal_year_ending=MONTH, with a month from 1 to 12")?;
    Ok(YearsOption { word: text.replace(['=', '_'], "-"), measure })
}

fn period(text: &str) -> Result<Period, outgrow::Error> {
    text.parse()
}

fn date(text: &str) -> Result<Date, outgrow::Error> {
    text.parse()
}

fn real(text: &str) -> Result<f64, String> {
    text.parse().map_err(|_| "must be a number, as 0.001 or 1e-3".to_owned())
}

fn whole(text: &str) -> Result<u64, String> {
    exact_whole(text).ok_or_else(|| "must be a whole number, as 250000, 100_000 or 1e6".to_owned())
}

fn threads(text: &str) -> Result<usize, String> {
    let count = whole(text).ok().filter(|count| (1..=MOST_THREADS).contains(count));
    let count = count.and_then(|count| usize::try_from(count).ok());
    count
        .ok_or_else(|| format!("must be a whole number from 1 to {MOST_THREADS}; without --threads all cores are used"))
}

/// `250000`, `100_000`, `1e6`, `2.5e6`: only what is exactly a whole number; nothing is rounded.
fn exact_whole(text: &str) -> Option<u64> {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, decimals) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_grouped = |digits: &str| digits.split('_').all(|group| !group.is_empty());
    if !is_grouped(whole) || mantissa.contains('.') && (decimals.is_empty() || decimals.contains('_')) {
        return None;
    }
    let digits = format!("{whole}{decimals}").replace('_', "");
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
    if !is_digits(&digits) || !is_digits(exponent.strip_prefix('+').unwrap_or(exponent)) {
        return None;
    }
    let exponent = exponent.parse::<usize>().ok()?;
    let rest = decimals.trim_end_matches('0').len();
    let power = u32::try_from(exponent.checked_sub(rest)?).ok()?;
    let digits = &digits[..digits.len() - (decimals.len() - rest)];
    digits.parse::<u64>().ok()?.checked_mul(10_u64.checked_pow(power)?)
}

/// Splits at the first `=` outside brackets, since a name in brackets may contain one.
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
        .ok_or_else(|| "must be ADDRESS=VALUE, as 'provider[A].volatility=0.2'".to_owned())?;
    Ok((address.trim().into(), value.trim().into()))
}
