//! The statements of a scenario, one a line: every number by its address, and the words.

use super::tree::{Node, Value};
use super::{Scenario, encode};
use crate::error::shown;

impl Scenario {
    /// Address and text of everything that an answer depends on: the dates, every number that may be drawn, every plain
    /// number, then words (a tail, a reading, the compared providers). Sources and views are omitted.
    pub(crate) fn stated(&self) -> Vec<(String, String)> {
        let own = self.without_views();
        let mut lines =
            vec![("base".to_owned(), self.base.to_string()), ("horizon".to_owned(), self.horizon.to_string())];
        let places = own.assumptions().into_iter().map(|place| (place.address, format!("{:#}", place.assumption)));
        lines.extend(places);
        // A number of a distribution is part of the distribution's text.
        lines.extend(own.plain_numbers().into_iter().map(|(address, number)| (address, shown(number))));
        let mut words = Vec::new();
        gather(&encode::scenario(&own), "", &mut words);
        let is_new = |(address, _): &(String, String)| lines.iter().all(|(known, _)| known != address);
        let words: Vec<_> = words.into_iter().filter(is_new).collect();
        lines.extend(words);
        lines
    }
}

/// The words of a tree with their addresses.
fn gather(node: &Node, address: &str, words: &mut Vec<(String, String)>) {
    match &node.value {
        Value::Text(text) => words.push((address.to_owned(), format!("{text:?}"))),
        Value::List(items) => {
            for (index, item) in items.iter().enumerate() {
                let key = name_of(item).map_or_else(|| index.to_string(), str::to_owned);
                gather(item, &format!("{address}[{key}]"), words);
            }
        }
        Value::Table(entries) => {
            let is_stated =
                |key: &str| key != "name" && key != "source" && !(address.is_empty() && key == "assumption");
            for entry in entries.iter().filter(|entry| is_stated(&entry.key)) {
                let dot = if address.is_empty() { "" } else { "." };
                gather(&entry.node, &format!("{address}{dot}{}", entry.key), words);
            }
        }
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Number(_) | Value::Other(_) => {}
    }
}

fn name_of(item: &Node) -> Option<&str> {
    let Value::Table(entries) = &item.value else { return None };
    let name = &entries.iter().find(|entry| entry.key == "name")?.node.value;
    if let Value::Text(name) = name { Some(name) } else { None }
}
