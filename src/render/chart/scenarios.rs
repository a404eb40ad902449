//! The probability of an overtake by date: a line for each scenario, in one frame.

use super::lines::{self, Line, common_date};
use super::page::Words;
use super::settings::{Chart, short};
use super::svg::Paint;
use crate::error::Error;
use crate::outcome::Overtake;

pub(super) fn draw(chart: &Chart<'_>, answers: &[&Overtake]) -> Result<String, Error> {
    let lines =
        chart.panels.iter().zip(answers).enumerate().map(|(place, ((name, _), answer))| {
            Line::new(name, answer, chart.date_of(answer)?, Paint::FanSeries(place))
        });
    let lines: Vec<Line<'_>> = lines.collect::<Result<_, Error>>()?;
    let words = words(chart, answers, &lines);
    lines::draw(chart, &[(String::new(), lines)], words)
}

fn words(chart: &Chart<'_>, answers: &[&Overtake], lines: &[Line<'_>]) -> Words {
    let each = lines.iter().map(|line| {
        let (date, probability) = line.spoken;
        format!("{} {} by {date}.", line.name, short(probability)).trim_start().to_owned()
    });
    let by = match common_date(lines.iter()) {
        Some(date) => format!("by {date}"),
        None => "by the horizon of each scenario".to_owned(),
    };
    let happened = answers[0].question().happened();
    Words {
        title: format!("{}: by scenario", answers[0].name()),
        subtitle: format!(
            "probability that {happened} by each date, a line for each scenario · figures and dots: {by}"
        ),
        note: chart.note(answers),
        description: each.collect::<Vec<_>>().join(" "),
    }
}
