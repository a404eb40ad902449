//! The views of the scenario side by side, and what each of them changes.

use super::answers::{answer, chart};
use super::basis::ASSUMED;
use super::html::HtmlPage;
use crate::error::Error;
use crate::outcome::{Outcome, Pool};
use crate::render::VIEWS_NOTE;

pub(super) fn section(page: &mut HtmlPage, outcome: &Outcome) -> Result<(), Error> {
    let tables = outcome.views_tables();
    if tables.is_empty() {
        return Ok(());
    }
    page.heading(2, "As seen by each view");
    page.paragraph(
        "Each view replaces values of the scenario by its own. The pool is the weighted mean of the views' probabilities; its error is \
         at most the weighted mean of their errors, which is the one shown.",
    );
    for (pooled, table) in outcome.pool().into_iter().flat_map(Pool::questions).zip(&tables) {
        page.heading(3, pooled.name());
        page.answer(&format!("In the pool of all views: {}", answer(pooled)?));
        chart(page, outcome, |chart| chart.views(pooled.name()))?;
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
