//! Answers as Markdown: the same tables as in the terminal, for documents.

use std::fmt::Write as _;

use super::table::{Table, VIEWS_NOTE};
use crate::error::Error;
use crate::outcome::{Outcome, Overtake, ProviderOutcome};

impl Overtake {
    /// The table that `Display` prints, as Markdown.
    ///
    /// # Example: for a document
    /// ```
    /// # use outgrow::{Curve, Provider, Question, Scenario};
    /// # let scenario = Scenario::builder("2018", "2020")
    /// #     .provider(Provider::new("A", 2).growth(Curve::constant(0.6)))
    /// #     .provider(Provider::new("B", 1).growth(Curve::constant(0.3)))
    /// #     .question(Question::overtakes("B", "A")).build()?;
    /// let table = scenario.simulate().paths(100).run()?.overtake("B", "A")?.to_markdown();
    /// assert!(table.contains("| by | probability |") && table.contains("| not by 2020 | 1 |"));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let mut text = markdown(&self.table());
        for line in self.foot() {
            // Writing to a String does not fail.
            let _ = write!(text, "\n{}\n", escaped(&line));
        }
        text
    }
}

impl Outcome {
    /// Every question's table, and each provider's revenue, share and most likely rank by year end, as Markdown. Tables
    /// of the views come after the questions, and tables of revenue over years at the end, if they were requested.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let questions = self.questions().iter().map(Overtake::to_markdown);
        let note = |table: Table| format!("{}\n{}\n", markdown(&table), escaped(VIEWS_NOTE));
        let views = self.views_tables().into_iter().map(note);
        let names = self.providers.iter().flat_map(ProviderOutcome::names);
        let providers = names.filter_map(|name| self.provider_markdown(&name).ok());
        let measured = self.measured_tables().into_iter().map(|table| markdown(&table));
        questions.chain(views).chain(providers).chain(measured).collect::<Vec<_>>().join("\n")
    }

    fn provider_markdown(&self, name: &str) -> Result<String, Error> {
        self.provider_table(name).map(|table| markdown(&table))
    }
}

pub(super) fn markdown(table: &Table) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let rule = format!("|{}\n", "---|".repeat(table.head.len()));
    let rows: String = table.rows.iter().map(|row| line(row)).collect();
    // Only headings contain names.
    let head: Vec<String> = table.head.iter().map(|cell| escaped(cell)).collect();
    format!("**{}**\n\n{}{rule}{rows}", escaped(&table.caption), line(&head))
}

/// Escapes the characters that are special in Markdown.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '\\' | '|' | '*' | '_' | '`' | '<' | '#' | '~' | '[' | ']') {
            out.push('\\');
        }
        out.push(character);
    }
    out
}
