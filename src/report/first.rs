//! The first page: every question with its answer in one table.

use super::answers;
use super::html::{Cell, HtmlPage};
use super::{places, words};
use crate::audit::{Audit, Weight, Weights};
use crate::calendar::Period;
use crate::error::Error;
use crate::estimate::{Estimate, When};
use crate::outcome::{Outcome, Overtake};
use crate::scenario::Asks;

/// The answer of the outside view to the question of one pair.
pub(super) struct Outside<'a> {
    pub(super) challenger: &'a str,
    pub(super) incumbent: &'a str,
    pub(super) by: Period,
    pub(super) probability: Estimate,
}

impl Outside<'_> {
    /// Whether the outside view answers this question: it has no answer for a lead that must last.
    fn answers(&self, question: &Overtake) -> bool {
        match question.question().asks() {
            Asks::Overtakes(challenger, incumbent) => {
                challenger == self.challenger && incumbent == self.incumbent && question.sustained() == 1
            }
            Asks::Leads(_) | Asks::Top(..) => false,
        }
    }
}

pub(super) fn page(
    page: &mut HtmlPage,
    title: &str,
    (outcome, audit): (&Outcome, &Audit),
    outside: Option<&Outside<'_>>,
) -> Result<(), Error> {
    let questions = outcome.questions();
    if questions.is_empty() {
        page.heading(1, title);
        page.paragraph(&answers::compared(outcome));
        return Ok(());
    }
    page.first_page(|page| {
        page.heading(1, title);
        page.paragraph(&answers::compared(outcome));
        let mut head = vec!["question", "probability", "by date, 0 to 1", "median date", "what moves it most"];
        if outside.is_some() {
            head.push("outside view");
        }
        let rows =
            questions.iter().map(|question| row(outcome, question, audit, outside)).collect::<Result<Vec<_>, _>>()?;
        page.overview(&head, &rows);
        page.paragraph(HOW_TO_READ);
        Ok(())
    })
}

/// How to read the table.
const HOW_TO_READ: &str = "Of 100 futures that follow the assumptions, the percentage is how many have the overtake by the date below it. Half have it \
    by the median date, and at least eighty within the range; “not by” means later or never. What moves an answer most is the assumption whose \
    10 % and 90 % quantiles give the two probabilities that differ most.";

fn row(
    outcome: &Outcome,
    question: &Overtake,
    audit: &Audit,
    outside: Option<&Outside<'_>>,
) -> Result<Vec<Cell>, Error> {
    let weights = audit.weights().iter().find(|weights| weights.question == question.name());
    let mut cells = vec![
        asked(question),
        probability(outcome, question)?,
        Cell::Picture(question.sparkline()),
        date(question)?,
        weights.map_or_else(not_weighed, |weights| heaviest(outcome, weights)),
    ];
    if let Some(outside) = outside {
        let none = || Cell::Words("none".to_owned(), String::new());
        let found = || Cell::Figure(words::percent(&outside.probability), format!("by {}", outside.by));
        cells.push(if outside.answers(question) { found() } else { none() });
    }
    Ok(cells)
}

/// The question in words.
fn asked(question: &Overtake) -> Cell {
    let first = question.first_words();
    let note = if question.has_own_name() { format!("{}: {first}", question.question().plain_title()) } else { first };
    Cell::Words(question.name().to_owned(), note)
}

/// The probability by the horizon, and that of the pool of all views if there is one.
fn probability(outcome: &Outcome, question: &Overtake) -> Result<Cell, Error> {
    let horizon = question.horizon();
    let by = question.by(horizon)?;
    let mut note = format!("by {horizon}");
    if let Some(interval) = words::wide_interval(&by) {
        note += &format!("; {}: {interval}", question.interval_words());
    }
    if let Some(pool) = outcome.pool() {
        note += &format!("; pool of the views: {}", words::percent(&pool.question(question.name())?.by(horizon)?));
    }
    Ok(Cell::Figure(words::percent(&by), note))
}

/// The median date and the range of dates from one in ten to nine in ten.
fn date(question: &Overtake) -> Result<Cell, Error> {
    let word = |when: When| match when {
        When::At(period) if period == question.base() => format!("{} {period}", question.ahead_words()),
        When::At(_) | When::NotBy(_) => when.to_string(),
    };
    let (low, median, high) = (question.quantile(0.1)?, question.quantile(0.5)?, question.quantile(0.9)?);
    let range = if low == high {
        "the same at both ends of the 80 % range".to_owned()
    } else {
        format!("80 % range: {} \u{2013} {}", word(low), word(high))
    };
    Ok(Cell::Figure(word(median), range))
}

fn heaviest(outcome: &Outcome, weights: &Weights) -> Cell {
    let untested = match weights.unmet.len() {
        0 => String::new(),
        count => format!("; {count} assumptions could not be changed"),
    };
    let Some(Weight { address, low, high, at_low, at_high, .. }) = weights.assumptions.first() else {
        return Cell::Words("no drawn assumption".to_owned(), untested.trim_start_matches("; ").to_owned());
    };
    let scenario = outcome.scenario();
    let end = |answer: &Estimate, value: f64| {
        format!("{} at {}", words::percent(answer), places::value(scenario, address, value))
    };
    let note = format!("by {}: {}, {}{untested}", weights.by, end(at_low, *low), end(at_high, *high));
    Cell::Words(places::place(scenario, address), note)
}

fn not_weighed() -> Cell {
    Cell::Words("unknown".to_owned(), "the audit could not simulate this question".to_owned())
}
