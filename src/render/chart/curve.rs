//! The probability of an overtake by date, with the interval of the simulation error.

use super::axis::{Axis, Calendar, Frame};
use super::labels::{self, Label};
use super::page::{Contents, LEAST_WIDTH, Layout, Words, columns, f64_of};
use super::settings::{Chart, calendar_of, points};
use super::svg::{Paint, Stroke};
use crate::calendar::Period;
use crate::error::Error;
use crate::estimate::Estimate;
use crate::outcome::Overtake;

pub(super) fn draw(chart: &Chart<'_>, answers: &[&Overtake]) -> Result<String, Error> {
    let curves: Vec<Vec<(Period, Estimate)>> =
        answers.iter().map(|answer| by_date(answer)).collect::<Result<_, _>>()?;
    let spoken = |answer: &&Overtake| chart.date_of(answer).and_then(|date| Ok((date, answer.by(date)?)));
    let spoken: Vec<(Period, Estimate)> = answers.iter().map(spoken).collect::<Result<_, _>>()?;
    let label = |(_, estimate): &(Period, Estimate)| Label {
        y: 0.0,
        name: estimate.shown(),
        figure: String::new(),
        paint: Paint::FanSeries(0),
    };
    let labels: Vec<Label> = spoken.iter().map(label).collect();
    let width = f64::from(chart.width);
    let right = labels::room(&labels, width / f64_of(columns(answers.len(), width, LEAST_WIDTH)));
    let request = Contents {
        words: words(chart, answers, &spoken),
        key: Vec::new(),
        titles: chart.panels.iter().map(|(title, _)| title.clone()).collect(),
        axis: &|height| Axis::probability(1.0, height),
        right,
        below: 0.0,
        flat: false,
        least: LEAST_WIDTH,
    };
    let mut page = Layout::new(chart, request)?;
    let calendar = calendar_of(answers, |answer| answer.base())?;
    for (index, (curve, label)) in curves.iter().zip(labels).enumerate() {
        let frame = page.frames[index];
        page.calendar(&calendar, &frame);
        fill(&mut page, &calendar, &frame, curve);
        let (date, estimate) = spoken[index];
        let y = mark(&mut page, &calendar, &frame, date, estimate.value());
        labels::draw(&mut page.scene, &frame, right, vec![Label { y, ..label }]);
    }
    Ok(page.finish())
}

/// Marks the highlighted date; returns the vertical position of its probability.
fn mark(page: &mut Layout, calendar: &Calendar, frame: &Frame, date: Period, probability: f64) -> f64 {
    let (x, y) = (calendar.at(date, frame), page.axis.at(probability, frame));
    let dotted = Stroke { dash: "2 3", ..Stroke::of(Paint::Soft, 1.0) };
    page.scene.line(&[(x, frame.bottom), (x, y), (frame.right, y)], dotted);
    page.scene.circle((x, y), 3.2, Paint::FanSeries(0), true);
    y
}

/// The curve from the base on, where leads at the base already count.
fn by_date(answer: &Overtake) -> Result<Vec<(Period, Estimate)>, Error> {
    let base = std::iter::once(Ok((answer.base(), answer.at_base())));
    base.chain(points(answer.periods()).into_iter().map(|period| Ok((period, answer.by(period)?)))).collect()
}

fn fill(page: &mut Layout, calendar: &Calendar, frame: &Frame, curve: &[(Period, Estimate)]) {
    let (scene, axis) = (&mut page.scene, &page.axis);
    let at = |period: Period, value: f64| (calendar.at(period, frame), axis.at(value, frame));
    let low = curve.iter().map(|(period, estimate)| at(*period, estimate.interval().0));
    let high = curve.iter().rev().map(|(period, estimate)| at(*period, estimate.interval().1));
    scene.area(&low.chain(high).collect::<Vec<_>>(), Paint::FanSeries(0), 0.25, None);
    let line: Vec<_> = curve.iter().map(|(period, estimate)| at(*period, estimate.value())).collect();
    scene.line(&line, Stroke::of(Paint::FanSeries(0), 2.2));
}

fn words(chart: &Chart<'_>, answers: &[&Overtake], spoken: &[(Period, Estimate)]) -> Words {
    let answer = answers[0];
    let lines = chart.panels.iter().zip(spoken).map(|((title, _), (date, estimate))| {
        let named = if title.is_empty() { String::new() } else { format!("{title}: ") };
        format!("{named}{} by {date} (interval {}).", estimate.shown(), estimate.shown_interval())
    });
    let dates: Vec<Period> = spoken.iter().map(|(date, _)| *date).collect();
    let by = if dates.windows(2).all(|pair| pair[0] == pair[1]) {
        format!(" · label: by {}", dates[0])
    } else {
        String::new()
    };
    let band = chart.of_all(answers.iter().map(|answer| answer.run.interval_words()));
    let happened = answer.question().happened();
    Words {
        title: format!("{}: probability by date", answer.name()),
        subtitle: format!("probability that {happened} by each date · band: {band}{by}"),
        note: chart.note(answers),
        description: lines.collect::<Vec<_>>().join(" "),
    }
}
