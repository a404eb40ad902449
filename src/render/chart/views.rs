//! The probability of an overtake by date: a line for each view, and their pool.

use super::lines::{self, Line};
use super::page::Words;
use super::settings::{Chart, short};
use super::svg::Paint;
use crate::error::Error;
use crate::outcome::{Outcome, Overtake, not_asked};
use crate::scenario::POOL;

pub(super) fn draw(chart: &Chart<'_>, question: &str) -> Result<String, Error> {
    let panels = chart.panels.iter().map(|(title, outcome)| Ok((title.clone(), lines(chart, outcome, question)?)));
    let panels: Vec<(String, Vec<Line<'_>>)> = panels.collect::<Result<_, Error>>()?;
    lines::draw(chart, &panels, words(chart, &panels))
}

/// The views of an outcome, and their pool, which is drawn over them.
fn lines<'a>(chart: &Chart<'_>, outcome: &'a Outcome, question: &str) -> Result<Vec<Line<'a>>, Error> {
    let pool = outcome.pool().ok_or_else(not_asked)?.question(question)?;
    let date = chart.date_of(pool)?;
    let views = outcome.views().iter().enumerate().map(|(place, view)| {
        let line = Line::new(view.name(), view.question(question)?, date, Paint::FanSeries(place))?;
        Ok(Line { priority: view.weight(), ..line })
    });
    let pooled =
        Line::new(POOL, pool, date, Paint::Ink).map(|line| Line { is_thick: true, priority: f64::INFINITY, ..line });
    views.chain([pooled]).collect()
}

fn words(chart: &Chart<'_>, panels: &[(String, Vec<Line<'_>>)]) -> Words {
    let spoken = panels.iter().map(|(title, lines)| {
        let named = if title.is_empty() { String::new() } else { format!("{title}: ") };
        let each = lines.iter().map(|line| {
            let weight = if line.is_thick { String::new() } else { format!(" (weight {:.2})", line.priority) };
            format!("{}{weight} {}", line.name, short(line.spoken.1))
        });
        let date = lines.first().map_or_else(String::new, |line| format!(" by {}", line.spoken.0));
        format!("{named}{}{date}.", each.collect::<Vec<_>>().join(", "))
    });
    let pools: Vec<&Overtake> = panels.iter().filter_map(|(_, lines)| lines.last()).map(|line| line.answer).collect();
    let (title, happened, date) = match panels.first().and_then(|(_, lines)| lines.last()) {
        Some(pool) => (
            format!("{}: as seen by each view", pool.answer.name()),
            pool.answer.question().happened(),
            pool.spoken.0.to_string(),
        ),
        None => Default::default(),
    };
    Words {
        title,
        subtitle: format!(
            "probability that {happened} by each date, as seen by each view; thick line: the weighted pool · figures and dots: by {date}"
        ),
        note: chart.note(&pools),
        description: spoken.collect::<Vec<_>>().join(" "),
    }
}
