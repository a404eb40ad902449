//! The views of a scenario side by side: a table for each question.

use super::table::Table;
use crate::calendar::Period;
use crate::estimate::When;
use crate::outcome::{Outcome, Overtake, Pool};
use crate::scenario::POOL;

/// The heading of the last column.
const DISAGREEMENT: &str = "disagreement";
/// The widths of the first column of a table, and the least of the others, in characters.
const WIDTHS: (usize, usize) = (15, 11);

impl Outcome {
    /// A table for each question with a column for every view, their pool, and the disagreement; none unless views were
    /// requested.
    pub(crate) fn views_tables(&self) -> Vec<Table> {
        let of_pool = |pool| self.questions().iter().map(move |question| self.views_table(pool, question.name()));
        self.pool().into_iter().flat_map(of_pool).collect()
    }

    fn views_table(&self, pool: &Pool, name: &str) -> Table {
        let asked = "validated: every view answers every question";
        let pooled = pool.question(name).expect(asked);
        let views: Vec<&Overtake> = self.views().iter().map(|view| view.question(name).expect(asked)).collect();
        let columns: Vec<&Overtake> = views.iter().copied().chain([pooled]).collect();
        let shown: Vec<(Vec<String>, String)> = columns.iter().map(|column| shown(column)).collect();
        let row = |first: String, cells: Vec<String>, last: String| [vec![first], cells, vec![last]].concat();

        let weights = self.views().iter().map(|view| format!("{:.3}", view.weight())).chain([String::new()]);
        let mut rows = vec![row("weight".to_owned(), weights.collect(), String::new())];
        for (place, period) in pooled.shown_dates().into_iter().enumerate() {
            let cells = shown.iter().map(|(by, _)| by[place].clone()).collect();
            rows.push(row(period.to_string(), cells, shown_share(pool, name, period)));
        }
        let (horizon, never) = (pooled.horizon(), shown.into_iter().map(|(_, never)| never).collect());
        rows.push(row(When::NotBy(horizon).to_string(), never, shown_share(pool, name, horizon)));
        let median = columns.iter().map(|column| column.at_least(0.5).to_string()).collect();
        rows.push(row("median".to_owned(), median, String::new()));
        let head = self.views().iter().map(|view| view.name().to_owned()).chain([POOL.to_owned()]);
        Table {
            caption: format!("{}, as seen by each view", pooled.headline()),
            head: row("by".to_owned(), head.collect(), DISAGREEMENT.to_owned()),
            rows,
        }
    }
}

/// The probabilities of a column by date, and that of not by the horizon.
fn shown(column: &Overtake) -> (Vec<String>, String) {
    let (rows, never) = column.shown_rows();
    (rows.into_iter().map(|(_, _, shown)| shown).collect(), never)
}

/// "12.3 %"; nothing if the pool is certain.
fn shown_share(pool: &Pool, question: &str, period: Period) -> String {
    let share = pool.disagreement(question, period).ok().flatten();
    share.map_or_else(String::new, |share| format!("{:.1} %", 100.0 * share))
}

impl Table {
    /// The table as text with aligned columns.
    pub(super) fn aligned(&self) -> String {
        let all = || std::iter::once(&self.head).chain(&self.rows);
        let wide = |column: usize| all().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (1..self.head.len()).map(|column| wide(column).max(WIDTHS.1)).collect();
        let line = |row: &Vec<String>| {
            let first = format!("  {:<width$}", row[0], width = WIDTHS.0);
            let cells = row[1..].iter().zip(&widths).map(|(cell, width)| format!("  {cell:>width$}"));
            (first + &cells.collect::<String>()).trim_end().to_owned() + "\n"
        };
        format!("{}\n\n{}", self.caption, all().map(line).collect::<String>())
    }
}
