//! The views of the scenario side by side, and what each of them changes.

use super::answers::chart;
use super::basis::ASSUMED;
use super::html::HtmlPage;
use crate::error::Error;
use crate::outcome::Outcome;
use crate::render::VIEWS_NOTE;

pub(super) fn section(page: &mut HtmlPage, outcome: &Outcome) -> Result<(), Error> {
    let tables = outcome.views_tables();
    if tables.is_empty() {
        return Ok(());
    }
    page.heading(2, "As seen by each view");
    page.paragraph(
        "Each view replaces values of the scenario by its own. The pool is the weighted mean of the views' probabilities. Views \
         share their random numbers; the pool's error is the weighted sum of theirs, an upper bound.",
    );
    for (question, table) in outcome.questions().iter().zip(&tables) {
        page.heading(3, question.name());
        chart(page, outcome, |chart| chart.views(question.name()))?;
        page.figures(table);
    }
    page.paragraph(&format!("{}.", capital(VIEWS_NOTE)));
    let rows = outcome.scenario().views().iter().flat_map(|view| {
        view.changes().map(|(address, value)| {
            let source = value.source_text().unwrap_or(ASSUMED).to_owned();
            vec![view.name().to_owned(), address.to_owned(), value.to_string(), source]
        })
    });
    page.places("What the views change", &["view", "address", "value", "source"], rows);
    Ok(())
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
