//! Scores forecasts from the past years of a panel.

use std::fmt::Write;
use std::path::PathBuf;

use clap::Args;
use outgrow::backtest::{Case, Scorecard};
use outgrow::{Error, History, Period};
use serde::Serialize;

use crate::failure::Failure;
use crate::options::Threads;
use crate::values::period;
use crate::{files, input, output};

#[derive(Args)]
pub(crate) struct Backtest {
    /// The panel, CSV with the columns group, name, period and value; - for standard input
    #[arg(value_name = "PANEL.csv")]
    panel: PathBuf,
    /// Also score the outside view with the reference class of this panel
    #[arg(long, value_name = "PANEL2.csv")]
    other: Option<PathBuf>,
    /// The number of years that are forecast, 1 to 30
    #[arg(long, value_name = "YEARS", value_parser = clap::value_parser!(u32).range(1..=30), default_value = "5")]
    horizon: u32,
    /// The first origin that is scored [default: the first at which 50 earlier cases have a known outcome]
    #[arg(long, value_name = "PERIOD", value_parser = period)]
    first_origin: Option<Period>,
    /// The publication lag: each forecast is made this number of days after the last day of its origin, 0 to 3650
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(0..=3650), default_value = "0")]
    lag: u32,
    /// The pair whose forecasts from every origin the report shows [default: the pair with the most cases]
    #[arg(long, value_names = ["A", "B"], num_args = 2, requires = "report")]
    pair: Option<Vec<String>>,
    /// The group of this pair [default: the one with the most cases]
    #[arg(long, value_name = "GROUP", requires = "pair")]
    group: Option<String>,
    /// Also print the N worst forecasts of the outside view
    #[arg(long, value_name = "N", default_value = "0", conflicts_with = "json")]
    worst: usize,
    /// Print the scores as JSON
    #[arg(long)]
    json: bool,
    /// Also write a report of the outside view to a file, as HTML: scores, charts and the worst forecasts
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) threads: Threads,
}

/// The forecaster whose worst forecasts are printed.
const OUTSIDE_VIEW: &str = "outside_view";

#[derive(Serialize)]
struct Scored<'a> {
    panel: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    other_panel: Option<String>,
    #[serde(flatten)]
    card: &'a Scorecard,
}

pub(crate) fn backtest(options: &Backtest) -> Result<(), Failure> {
    files::check(options.report.as_deref())?;
    let panel = input::history(&options.panel)?;
    let other = options.other.as_deref().map(input::history).transpose()?;
    let failed = |error: Error| input::failure(&options.panel, &error);
    let card = run(&panel, other.as_ref(), options).map_err(failed)?;
    if let Some(file) = &options.report {
        let title = format!("Back-test of {}", options.panel.file_name().unwrap_or_default().display());
        let html = card.html(&title, OUTSIDE_VIEW).map_err(failed)?;
        files::write(file, &html)?;
    }
    output::print(&if options.json {
        let other_panel = options.other.as_ref().map(|file| file.display().to_string());
        output::json(&Scored { panel: options.panel.display().to_string(), other_panel, card: &card })?
    } else {
        format!("{card}{}", worst(&card, options.worst).map_err(failed)?)
    })
}

fn run(panel: &History, other: Option<&History>, options: &Backtest) -> Result<Scorecard, Error> {
    let mut backtest = panel.backtest().horizon(options.horizon).publication_lag(options.lag);
    if let Some(other) = other {
        backtest = backtest.other_panel(other);
    }
    if let Some(first) = options.first_origin {
        backtest = backtest.first_origin(first);
    }
    if let Some([a, b]) = options.pair.as_deref() {
        backtest = backtest.hedgehog_of(options.group.as_deref(), a, b);
    }
    backtest.run()
}

/// The worst forecasts of the outside view, a line each.
fn worst(card: &Scorecard, count: usize) -> Result<String, Error> {
    let mut text = String::new();
    if count > 0 {
        text += "\n  worst forecasts of the outside view\n";
    }
    for case in card.worst(OUTSIDE_VIEW, count)? {
        let Case { pair, gap, forecasts, outcome, .. } = case;
        let ends = case.log_ratio.map_or_else(String::new, |ratio| format!(", log-ratio {ratio:+.2} at the horizon"));
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "  {:.2} from {}: {} against {}{}, log-ratio {:+.2}: {outcome}{ends}",
            forecasts[0].overtaken,
            pair.base,
            pair.challenger,
            pair.incumbent,
            if pair.group.is_empty() { String::new() } else { format!(" in {}", pair.group) },
            -gap,
        );
    }
    Ok(text)
}
