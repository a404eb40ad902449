//! The basis of the answers: assumptions, the findings of the audit, and how to reproduce the outcome.

use super::html::HtmlPage;
use super::{places, words};
use crate::assumption::address::Subject;
use crate::audit::{Audit, Finding, Weights};
use crate::number::short;
use crate::outcome::Outcome;
use crate::scenario::Scenario;

/// The text if no source is stated.
pub(super) const ASSUMED: &str = "assumed";

pub(super) fn assumptions(page: &mut HtmlPage, scenario: &Scenario) {
    page.heading(2, "Assumptions");
    page.paragraph(
        "Every number that may be a distribution. Growth is a fraction a year, half-lives are in years, volatility is the \
         standard deviation of log revenue per √year. Stated growth is that of the median path, given the assumptions, unless \
         the centring is \"mean\"; with a random walk the mean lies above the median by the factor e^(σ²τ/2) after τ years of volatility σ.",
    );
    let places = scenario.assumptions();
    let row = |place: &crate::AssumptionPlace| {
        let source = place.source.clone().unwrap_or_else(|| ASSUMED.to_owned());
        vec![place.address.clone(), place.assumption.to_string(), words::distribution(scenario, place), source]
    };
    page.places(
        "Distributions are drawn once per path",
        &["address", "value", "in words", "source"],
        places.iter().map(row),
    );
    // The settings of a question are part of its headline; views have a section of their own.
    let is_elsewhere = |address: &str| matches!(Subject::of_known(address), Subject::Question(..) | Subject::View(..));
    let numbers = scenario.plain_numbers();
    let plain = numbers.iter().filter(|(address, _)| !is_elsewhere(address));
    let rows: Vec<Vec<String>> =
        plain.map(|(address, value)| vec![address.clone(), value.to_string(), source_of(scenario, address)]).collect();
    if !rows.is_empty() {
        page.places("Plain numbers", &["address", "value", "source"], rows.into_iter());
    }
}

/// The source of a plain number is that of its segment or provider.
fn source_of(scenario: &Scenario, address: &str) -> String {
    let owner = Subject::of_known(address).owner();
    owner.and_then(|owner| scenario.source_of_owner(owner)).unwrap_or(ASSUMED).to_owned()
}

pub(super) fn findings(page: &mut HtmlPage, scenario: &Scenario, audit: &Audit) {
    page.heading(2, "What the audit found");
    page.paragraph(match audit.findings().len() {
        0 => "No findings. This is no proof: the audit finds only the problems that it knows.",
        _ => "Possible mistakes and misleading answers, the most serious first.",
    });
    audit.findings().iter().for_each(|found| finding(page, found));
    for weights in audit.weights() {
        page.heading(3, &format!("What moves the answer most: {}", weights.question));
        page.paragraph(&weights_words(weights));
        let row = |weight: &crate::Weight| {
            let written = |value: f64| places::value(scenario, &weight.address, value);
            let end = |value: f64, answer: &crate::Estimate| format!("{} at {}", answer.shown(), written(value));
            vec![weight.address.clone(), end(weight.low, &weight.at_low), end(weight.high, &weight.at_high)]
        };
        if !weights.assumptions.is_empty() {
            let head = ["address", "at its 10 % quantile", "at its 90 % quantile"];
            page.places("The answer with one assumption fixed", &head, weights.assumptions.iter().map(row));
        }
    }
}

fn weights_words(weights: &Weights) -> String {
    let answer = format!("By {} the probability is {}", weights.by, weights.answer.shown());
    if weights.assumptions.is_empty() {
        return format!("{answer}; it depends on no drawn assumption.");
    }
    format!("{answer}, by the audit's short simulation; of all dates, this probability is nearest to one half.")
}

fn finding(page: &mut HtmlPage, finding: &Finding) {
    page.heading(3, &format!("{}: {}", finding.kind, finding.address));
    page.paragraph(&format!("Seen: {}.", finding.seen));
    let figures: Vec<String> =
        finding.figures.iter().map(|figure| format!("{}: {}", figure.what, short(figure.value))).collect();
    if !figures.is_empty() {
        page.list(&figures);
    }
    page.paragraph(&format!("To do: {}.", finding.advice));
}

pub(super) fn rerun(page: &mut HtmlPage, outcome: &Outcome) {
    page.heading(2, "How to reproduce these results");
    let run = outcome.run();
    let (version, call, how) = (env!("CARGO_PKG_VERSION"), run.call(), run.line());
    let (format, written) = written(outcome.scenario());
    page.paragraph(&format!(
        "Created by outgrow {version}: {how}. With the scenario below as scenario.{format}, this reproduces all numbers to the \
         last bit, on any processor and any number of threads."
    ));
    if !outcome.is_complete() {
        page.paragraph("This run is incomplete: only the same shards, or an interruption after the same paths, reproduce these numbers.");
    }
    if !outcome.custom_lines().is_empty() {
        page.paragraph(
            "The custom statistics are defined in the program that created this report; no file contains them.",
        );
    }
    let (subcommand, options) = (run.subcommand(), run.options());
    let fans = fans_of(outcome);
    let (views, with_views) = if outcome.pool().is_some() { (" --views", ".views(true)") } else { ("", "") };
    let call = call.replace(".run()?", &format!("{with_views}.run()?"));
    page.code(&format!("outgrow {subcommand} scenario.{format}{options}{views}{fans} --html report.html"));
    page.code(&format!("let outcome = Scenario::from_{format}(&text)?.{call};"));
    match written {
        Ok(text) => page.folded(&format!("The scenario as {}", format.to_uppercase()), &text),
        Err(why) => page.paragraph(&format!("The scenario cannot be written: {why}.")),
    }
}

/// The options that add the distributions of revenue over years, each after a space. Exact answers have none.
fn fans_of(outcome: &Outcome) -> String {
    let is_simulated = outcome.paths().is_some();
    let first = outcome.scenario().providers()[0].name();
    let fans = outcome.measured_fans().filter(|(provider, _)| is_simulated && *provider == first);
    fans.map(|(_, fan)| format!(" --fans-of {}", fan.measure.option())).collect()
}

/// The scenario as text, with its format.
#[cfg(feature = "toml")]
fn written(scenario: &Scenario) -> (&'static str, Result<String, String>) {
    ("toml", scenario.to_toml().map_err(|error| error.to_string()))
}

/// The scenario as text, with its format.
#[cfg(not(feature = "toml"))]
fn written(scenario: &Scenario) -> (&'static str, Result<String, String>) {
    ("json", serde_json::to_string_pretty(scenario).map_err(|error| error.to_string()))
}
