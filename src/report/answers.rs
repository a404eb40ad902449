//! The answers: questions, revenue, ranks and shares.

use super::html::HtmlPage;
use super::words;
use crate::error::Error;
use crate::outcome::{Outcome, Overtake};
use crate::render::{Chart, money};

/// The widths of charts in pixels: for wide windows, and for narrow windows and paper, where two fit side by side.
const WIDTHS: [u32; 2] = [800, 360];

/// More providers than this are counted on the first page, not named.
const MOST_NAMED: usize = 6;

/// What is compared, and from which date.
pub(super) fn compared(outcome: &Outcome) -> String {
    let scenario = outcome.scenario();
    let unit = scenario.unit().map_or_else(String::new, |unit| format!(", in {unit}"));
    let names: Vec<&str> = scenario.providers().iter().map(crate::Provider::name).collect();
    let who = if names.len() > MOST_NAMED { format!("{} providers", names.len()) } else { names.join(", ") };
    format!(
        "{} of {who}{unit}, by {}, as seen from {} up to {}.",
        scenario.capital_quantity(),
        scenario.base().step().word(),
        scenario.base(),
        scenario.horizon(),
    )
}

pub(super) fn questions(page: &mut HtmlPage, outcome: &Outcome) -> Result<(), Error> {
    if outcome.questions().is_empty() {
        return Ok(());
    }
    page.heading(2, "Questions and answers");
    page.paragraph(&format!("{}.", outcome.run().line()));
    for question in outcome.questions() {
        page.heading(3, &question.headline());
        page.answer(&answer(question)?);
        page.list(&question.foot());
        chart(page, outcome, |chart| chart.overtake(question.name()))?;
        chart(page, outcome, |chart| chart.date(question.name()))?;
        chart(page, outcome, |chart| chart.dots(question.name()))?;
        page.figures(&question.table());
    }
    page.paragraph(words::SCALE);
    page.paragraph(
        "Intervals contain only the error of the computation, not the uncertainty of the assumptions, which moves an answer far \
         more: see what the audit found.",
    );
    Ok(())
}

/// The answer at the horizon as a sentence.
pub(super) fn answer(question: &Overtake) -> Result<String, Error> {
    let horizon = question.horizon();
    let by = question.by(horizon)?;
    let probability = format!("{} by {horizon} with probability {}", question.question().happened(), by.shown());
    if by.standard_error() == 0.0 {
        return Ok(format!("{probability}: no drawn assumption affects it."));
    }
    let (interval, level) = (by.shown_interval(), question.interval_words());
    Ok(format!("{probability}; {level}: {interval}. That is {} on the IPCC's scale.", words::likelihoods(&by)))
}

/// Custom statistics, as `Display` prints them.
pub(super) fn custom(page: &mut HtmlPage, outcome: &Outcome) {
    let lines = outcome.custom_lines();
    if !lines.is_empty() {
        page.heading(2, "Custom statistics");
        page.list(&lines);
    }
}

pub(super) fn revenue(page: &mut HtmlPage, outcome: &Outcome) -> Result<(), Error> {
    let over_years = outcome.measured_tables();
    let with_fans = outcome.with_fans();
    if with_fans.is_empty() && over_years.is_empty() {
        return Ok(());
    }
    page.heading(2, &outcome.scenario().capital_quantity());
    if !with_fans.is_empty() {
        revenue_of_periods(page, outcome, &with_fans)?;
    }
    over_years.iter().for_each(|table| page.figures(table));
    Ok(())
}

fn revenue_of_periods(page: &mut HtmlPage, outcome: &Outcome, with_fans: &[String]) -> Result<(), Error> {
    chart(page, outcome, |chart| chart.clone().of(with_fans).fan())?;
    let horizon = outcome.scenario().horizon();
    for name in with_fans {
        let fan = outcome.revenue(name)?;
        let at = |p: f64| fan.quantile(horizon, p).map(|value| money(value, 4));
        page.heading(3, name);
        page.paragraph(&format!(
            "In {horizon}: one in ten below {}, median {}, one in ten above {}.",
            at(0.1)?,
            at(0.5)?,
            at(0.9)?
        ));
        page.figures(&outcome.provider_table(name)?);
    }
    Ok(())
}

/// Ranks and shares.
pub(super) fn standing(page: &mut HtmlPage, outcome: &Outcome) -> Result<(), Error> {
    let missing: Vec<String> =
        outcome.not_exact().map(|(part, reason)| format!("No exact answer for the {part}: {reason}.")).collect();
    if !(outcome.has_ranks() || outcome.has_shares() || !missing.is_empty()) {
        return Ok(());
    }
    page.heading(2, "Ranks and shares");
    missing.iter().for_each(|line| page.paragraph(line));
    if outcome.has_ranks() {
        chart(page, outcome, Chart::ranks)?;
    }
    if outcome.has_shares() {
        chart(page, outcome, Chart::shares)?;
    }
    Ok(())
}

pub(super) fn chart<'a>(
    page: &mut HtmlPage,
    outcome: &'a Outcome,
    draw: impl Fn(&Chart<'a>) -> Result<String, Error>,
) -> Result<(), Error> {
    let [wide, narrow] = WIDTHS.map(|width| draw(&outcome.chart().width(width)));
    page.figure([&wide?, &narrow?]);
    Ok(())
}
