//! The committed reference tables, and the scenarios of their rows.

use std::collections::HashMap;
use std::str::FromStr;

use outgrow::{Period, Scenario};

pub(crate) const FIRST_PASSAGE: &str = include_str!("first_passage.csv");
pub(crate) const SHARE: &str = include_str!("share.csv");
pub(crate) const CROSSING: &str = include_str!("crossing.csv");
pub(crate) const GROWTH: &str = include_str!("growth.csv");

/// One line of a table, by the names of its columns.
#[derive(Debug, Clone)]
pub(crate) struct Row(HashMap<String, String>);

pub(crate) fn rows(table: &str) -> Vec<Row> {
    csv::Reader::from_reader(table.as_bytes()).deserialize().map(|row| Row(row.expect("a row"))).collect()
}

/// The rows of each case, in the order of the table.
pub(crate) fn cases(table: &str) -> Vec<Vec<Row>> {
    let mut cases: Vec<Vec<Row>> = Vec::new();
    for row in rows(table) {
        match cases.last_mut() {
            Some(case) if case[0].text("case") == row.text("case") => case.push(row),
            _ => cases.push(vec![row]),
        }
    }
    cases
}

impl Row {
    pub(crate) fn text(&self, column: &str) -> &str {
        self.0.get(column).unwrap_or_else(|| panic!("no column {column:?}"))
    }

    /// A value that is the default in a table without that column or with an empty cell.
    fn stated(&self, column: &str) -> Option<&str> {
        self.0.get(column).map(String::as_str).filter(|text| !text.is_empty())
    }

    pub(crate) fn number(&self, column: &str) -> f64 {
        self.parse(column)
    }

    pub(crate) fn count(&self, column: &str) -> u32 {
        self.parse(column)
    }

    fn parse<T: FromStr>(&self, column: &str) -> T {
        let text = self.text(column);
        text.parse().unwrap_or_else(|_| panic!("{column}: {text:?}"))
    }

    /// The period `t` steps after the base.
    pub(crate) fn period(&self, t: u32) -> Period {
        let base: Period = self.base().parse().expect("a label");
        base.checked_add(i32::try_from(t).expect("a small number")).expect("a period")
    }

    fn base(&self) -> &'static str {
        match self.text("step") {
            "month" => "2018-01",
            "quarter" => "2018-Q1",
            "year" => "2018",
            other => panic!("step {other:?}"),
        }
    }

    /// The pair as a scenario: providers `a` and `b`, stated in `order`, and for every `k` the question
    /// "sustained k", whether a overtakes b.
    pub(crate) fn scenario(&self, order: [&str; 2], sustained: &[u32]) -> Scenario {
        let text = self.toml(order, sustained);
        Scenario::from_toml(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
    }

    fn toml(&self, order: [&str; 2], sustained: &[u32]) -> String {
        let mut text = format!("base = \"{}\"\nhorizon = \"{}\"\n", self.base(), self.period(self.count("horizon")));
        if let Some(assumption) = self.stated("assumption") {
            text += &format!("assumption = {assumption}\n");
        }
        for who in order {
            text += &format!("[[provider]]\nname = \"{who}\"\n");
            for key in ["revenue", "growth", "volatility"] {
                if let Some(value) = self.stated(&format!("{key}_{who}")) {
                    text += &format!("{key} = {value}\n");
                }
            }
        }
        if let Some(value) = self.stated("correlation") {
            text += &format!("[[correlation]]\nbetween = [\"a\", \"b\"]\nvalue = {value}\n");
        }
        for k in sustained {
            let name = sustained_name(*k);
            text += &format!("[[question]]\nname = \"{name}\"\novertakes = [\"a\", \"b\"]\nsustained = {k}\n");
        }
        text
    }
}

/// The name of the question in [`Row::scenario`] about `k` consecutive periods.
pub(crate) fn sustained_name(k: u32) -> String {
    format!("sustained {k}")
}
