//! The scenario beside the outside view of the same pair.

use super::first::Outside;
use super::html::HtmlPage;
use crate::comparison::AgainstReference;
use crate::render::{Table, grouped};

/// The outside view's answer by its last date.
pub(super) fn last(both: &AgainstReference) -> Option<Outside<'_>> {
    let answers = both.by.last()?;
    let (by, probability) = (answers.by, answers.outside_view);
    Some(Outside { challenger: &both.challenger, incumbent: &both.incumbent, by, probability })
}

pub(super) fn section(page: &mut HtmlPage, both: &AgainstReference) {
    let AgainstReference { challenger, incumbent, class_name, by, paths, .. } = both;
    page.heading(2, "Beside the outside view");
    page.paragraph(&format!(
        "{challenger} against {incumbent}, by this scenario and by the outside view: what the figures of the past and the reference \
         class \u{201c}{class_name}\u{201d} say, without any estimate of the future. The outside view is monitored at the ends of years \
         that end with the base, this scenario at each period. {} paths each.",
        grouped(&paths.to_string())
    ));
    if let Some(note) = both.note() {
        page.paragraph(&note);
    }
    let head = |first: &str, rest: &[&str]| [&[first], rest].concat().iter().map(|cell| (*cell).to_owned()).collect();
    page.figures(&Table {
        caption: format!("{challenger} has overtaken {incumbent}: probability"),
        head: head("by", &["this scenario", "outside view"]),
        rows: by
            .iter()
            .map(|answers| vec![answers.by.to_string(), answers.scenario.shown(), answers.outside_view.shown()])
            .collect(),
    });
    page.figures(&Table {
        caption: "The numbers that decide".to_owned(),
        head: head("of the log-ratio", &["this scenario", "reference class", "outside view"]),
        rows: both.numbers().map(|(what, values)| [&[what.to_owned()], values.as_slice()].concat()).to_vec(),
    });
}
