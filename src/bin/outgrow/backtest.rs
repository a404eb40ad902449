//! Scores forecasts from the past years of a panel.

use std::fmt::Write;

use outgrow::backtest::{Case, Scorecard};
use outgrow::{Error, History};
use serde::Serialize;

use crate::failure::Failure;
use crate::options::Backtest;
use crate::{files, input, output};

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
