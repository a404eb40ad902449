//! The difference of two scenarios, as text, Markdown and CSV.

use std::fmt;

use super::markdown::{escaped, markdown};
use super::number::{shortest, thousands};
use super::table::{Table, thinned, year_ends};
use crate::calendar::Period;
use crate::estimate::{Estimate, decimals, shown_in_order};
use crate::outcome::{Change, Difference, Differences};

impl fmt::Display for Change {
    /// "by 2022-Q4: 0.381 → 0.402, +0.0210 ± 0.0003".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "by {}: {} → {}, {}", self.period, self.before.shown(), self.after.shown(), self.words())
    }
}

impl Change {
    /// "+0.0210 ± 0.0003".
    fn words(&self) -> String {
        if self.standard_error > 0.0 {
            let decimals = decimals(self.standard_error);
            format!("{:+.decimals$} ± {:.decimals$}", self.value, self.standard_error)
        } else {
            format!("{:+} (exact)", self.value)
        }
    }

    /// "+0.0204 to +0.0216"; nothing if the difference has no error.
    fn interval_words(&self) -> String {
        let [low, high] = self.interval;
        let decimals = decimals(self.standard_error);
        if self.standard_error > 0.0 { format!("{low:+.decimals$} to {high:+.decimals$}") } else { String::new() }
    }
}

impl Difference {
    /// The dates that a table shows: year ends, or all of them if each ends a year, and the last.
    fn shown(&self) -> Vec<&Change> {
        let periods: Vec<Period> = self.by.iter().map(|change| change.period).collect();
        let is_by_year = periods.windows(2).all(|pair| pair[1].since(pair[0]) != Some(1));
        let last = periods.last().copied();
        let mut dates = if is_by_year { thinned(periods) } else { year_ends(&periods) };
        dates.extend(last);
        self.by.iter().filter(|change| dates.contains(&change.period)).collect()
    }

    fn table(&self, confidence_level: f64) -> Table {
        let changes = self.shown();
        let column = |of: fn(&Change) -> Estimate| {
            let estimates: Vec<Estimate> = changes.iter().map(|change| of(change)).collect();
            shown_in_order(&estimates, None).0
        };
        let probabilities = column(|change| change.before).into_iter().zip(column(|change| change.after));
        let row = |(change, (before, after)): (&&Change, (String, String))| {
            vec![change.period.to_string(), before, after, change.words(), change.interval_words()]
        };
        let interval = format!("{} % interval (simulation error only)", shortest(100.0 * confidence_level));
        Table {
            caption: self.name.clone(),
            head: vec!["by".into(), "before".into(), "after".into(), "difference".into(), interval],
            rows: changes.iter().zip(probabilities).map(row).collect(),
        }
    }
}

impl Differences {
    fn tables(&self) -> impl Iterator<Item = Table> + '_ {
        self.questions.iter().map(|question| question.table(self.confidence_level))
    }

    fn foot(&self) -> String {
        format!("{} paths each, seed {}, common random numbers", thousands(self.paths), self.seed)
    }

    /// The tables that `Display` prints, as Markdown.
    ///
    /// # Example: for a document
    /// ```
    /// # use outgrow::{Curve, Provider, Question, Scenario};
    /// # let scenario = Scenario::builder("2018", "2020")
    /// #     .provider(Provider::new("A", 2).growth(Curve::constant(0.6)))
    /// #     .provider(Provider::new("B", 1).growth(Curve::constant(0.3)))
    /// #     .question(Question::overtakes("B", "A")).build()?;
    /// let faster = scenario.with("provider[B].growth.constant", 3)?;
    /// let table = scenario.simulate().paths(100).difference(&faster)?.to_markdown();
    /// assert!(table.contains("| 2020 | 0 | 1 | +1 (exact) |"), "{table}");
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let tables: Vec<String> = self.tables().map(|table| markdown(&table)).collect();
        format!("{}\n{}\n", tables.join("\n"), escaped(&self.foot()))
    }
}

impl fmt::Display for Differences {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for table in self.tables() {
            writeln!(f, "{}\n", table.caption)?;
            for row in std::iter::once(&table.head).chain(&table.rows) {
                let [date, before, after, difference, interval] = row.as_slice() else { continue };
                let line = format!("  {date:<15}{before:>11}{after:>11}    {difference:<22}{interval}");
                writeln!(f, "{}", line.trim_end())?;
            }
            writeln!(f)?;
        }
        writeln!(f, "  {}", self.foot())
    }
}
