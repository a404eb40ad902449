//! Answers as Markdown: the tables of the terminal, to be pasted into a document.

use std::fmt::Write as _;

use super::table::Foot;
use super::{Outcome, Overtake};
use crate::error::Error;
use crate::estimate::When;

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
        let level = self.run.interval_words();
        let dates =
            self.shown_dates().into_iter().filter_map(|period| Some((period.to_string(), self.by(period).ok()?)));
        let never = (When::NotBy(self.horizon()).to_string(), self.not_by_horizon());
        let rows = dates.chain([never]).map(|(date, estimate)| vec![date, estimate.shown(), estimate.shown_interval()]);
        let mut text = format!("**{}**\n\n", escaped(&self.headline()));
        text += &table(&["by", "probability", &level], rows);
        for line in Foot(self).to_string().lines() {
            // Writing to a String does not fail.
            let _ = write!(text, "\n{}\n", escaped(line.trim()));
        }
        text
    }
}

impl Outcome {
    /// Every question's table and each provider's revenue, share and likeliest rank by year end, as Markdown.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let questions = self.questions().iter().map(Overtake::to_markdown);
        let providers = self.providers.iter().filter_map(|provider| self.provider_markdown(&provider.name).ok());
        questions.chain(providers).collect::<Vec<_>>().join("\n")
    }

    fn provider_markdown(&self, name: &str) -> Result<String, Error> {
        let rows = self.provider_rows(name)?.into_iter().map(Vec::from);
        let head = ["period", "median", "90 % band", "mean share", "likeliest rank"];
        Ok(format!("**{}**\n\n{}", escaped(&self.revenue_headline(name)), table(&head, rows)))
    }
}

fn table(head: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let head: Vec<String> = head.iter().map(|cell| (*cell).to_owned()).collect();
    let rule = format!("|{}\n", "---|".repeat(head.len()));
    line(&head) + &rule + &rows.map(|row| line(&row)).collect::<String>()
}

/// What Markdown would read as its own, escaped.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '\\' | '|' | '*' | '_' | '`' | '<' | '#' | '~' | '[' | ']') {
            out.push('\\');
        }
        out.push(character);
    }
    out
}
