//! The probability of an overtake by date: a line for each view, and their pool.

use super::axis::{Axis, Calendar, Frame};
use super::labels::{self, Label};
use super::page::{Contents, LEAST_WIDTH, Layout, Words, columns, f64_of};
use super::settings::{Chart, calendar_of, points, short};
use super::svg::{Paint, Stroke};
use crate::calendar::Period;
use crate::error::Error;
use crate::outcome::{Outcome, Overtake, not_asked};
use crate::scenario::POOL;

/// The widths of the lines of a view and of the pool.
const WIDTHS: [f64; 2] = [1.6, 3.4];

/// A line of the chart.
struct Line<'a> {
    name: &'a str,
    /// The share of a view; `None` for the pool.
    weight: Option<f64>,
    answer: &'a Overtake,
    /// The highlighted date, and the probability by then.
    spoken: (Period, f64),
    paint: Paint,
}

impl Line<'_> {
    fn is_pool(&self) -> bool {
        self.weight.is_none()
    }

    /// The probability at the end of the line, where the label stands.
    fn end(&self) -> f64 {
        self.answer.by_date().last().map_or(self.spoken.1, |(_, by)| by.value())
    }

    fn label(&self) -> Label {
        Label { y: 0.0, name: self.name.to_owned(), figure: short(self.spoken.1), paint: self.paint }
    }
}

pub(super) fn draw(chart: &Chart<'_>, question: &str) -> Result<String, Error> {
    let panels = chart.panels.iter().map(|(_, outcome)| lines(chart, outcome, question));
    let panels: Vec<Vec<Line<'_>>> = panels.collect::<Result<_, _>>()?;
    let answers: Vec<&Overtake> = panels.iter().flatten().map(|line| line.answer).collect();
    let all: Vec<Label> = panels.iter().flatten().map(Line::label).collect();
    let width = f64::from(chart.width);
    let right = labels::room(&all, width / f64_of(columns(panels.len(), width, LEAST_WIDTH)));
    let request = Contents {
        words: words(chart, &panels),
        key: Vec::new(),
        titles: chart.panels.iter().map(|(title, _)| title.clone()).collect(),
        axis: &|height| Axis::probability(1.0, height),
        right,
        below: 0.0,
        flat: false,
        least: LEAST_WIDTH,
    };
    let mut page = Layout::new(chart, request)?;
    let calendar = calendar_of(&answers, |answer| answer.base())?;
    for (index, panel) in panels.iter().enumerate() {
        let frame = page.frames[index];
        page.calendar(&calendar, &frame);
        fill(&mut page, &calendar, &frame, panel)?;
        let labels = labelled(panel, labels::most(&frame)).into_iter().map(|line| {
            let y = page.axis.at(line.end(), &frame);
            Label { y, ..line.label() }
        });
        labels::draw(&mut page.scene, &frame, right, labels.collect());
    }
    Ok(page.finish())
}

/// The views of an outcome, and their pool, which is drawn over them.
fn lines<'a>(chart: &Chart<'_>, outcome: &'a Outcome, question: &str) -> Result<Vec<Line<'a>>, Error> {
    let pool = outcome.pool().ok_or_else(not_asked)?.question(question)?;
    let date = chart.date_of(pool)?;
    let line = |(name, weight, answer, paint): (&'a str, Option<f64>, &'a Overtake, Paint)| {
        Ok(Line { name, weight, answer, spoken: (date, answer.by(date)?.value()), paint })
    };
    let views = outcome.views().iter().enumerate();
    let views = views.map(|(place, view)| {
        line((view.name(), Some(view.weight()), view.question(question)?, Paint::FanSeries(place)))
    });
    views.chain([line((POOL, None, pool, Paint::Ink))]).collect()
}

/// The lines that are labelled: all if the labels fit beside the frame, otherwise the pool and the heaviest views.
fn labelled<'l, 'a>(panel: &'l [Line<'a>], most: usize) -> Vec<&'l Line<'a>> {
    let mut lines: Vec<&Line<'_>> = panel.iter().collect();
    let weight = |line: &Line<'_>| line.weight.unwrap_or(f64::INFINITY);
    lines.sort_by(|a, b| weight(b).total_cmp(&weight(a)));
    lines.truncate(most);
    lines
}

fn fill(page: &mut Layout, calendar: &Calendar, frame: &Frame, panel: &[Line<'_>]) -> Result<(), Error> {
    if let Some((date, _)) = panel.first().map(|line| line.spoken) {
        let x = calendar.at(date, frame);
        let dotted = Stroke { dash: "2 3", ..Stroke::of(Paint::Soft, 1.0) };
        page.scene.line(&[(x, frame.bottom), (x, frame.top)], dotted);
    }
    for line in panel {
        let at = |period: Period, value: f64| (calendar.at(period, frame), page.axis.at(value, frame));
        let mut curve = vec![at(line.answer.base(), line.answer.at_base().value())];
        for period in points(line.answer.periods()) {
            curve.push(at(period, line.answer.by(period)?.value()));
        }
        let stroke = Stroke::of(line.paint, WIDTHS[usize::from(line.is_pool())]);
        page.scene.line(&curve, if line.is_pool() { stroke } else { stroke.dashed() });
        let (date, value) = line.spoken;
        page.scene.circle(at(date, value), if line.is_pool() { 4.0 } else { 2.6 }, line.paint, true);
    }
    Ok(())
}

fn words(chart: &Chart<'_>, panels: &[Vec<Line<'_>>]) -> Words {
    let spoken = chart.panels.iter().zip(panels).map(|((title, _), lines)| {
        let named = if title.is_empty() { String::new() } else { format!("{title}: ") };
        let each = lines.iter().map(|line| {
            let weight = line.weight.map_or_else(String::new, |weight| format!(" (weight {weight:.2})"));
            format!("{}{weight} {}", line.name, short(line.spoken.1))
        });
        let date = lines.first().map_or_else(String::new, |line| format!(" by {}", line.spoken.0));
        format!("{named}{}{date}.", each.collect::<Vec<_>>().join(", "))
    });
    let pools: Vec<&Overtake> = panels.iter().filter_map(|lines| lines.last()).map(|line| line.answer).collect();
    let (title, happened, date) = match panels.first().and_then(|lines| lines.last()) {
        Some(pool) => (pool.answer.name().to_owned(), pool.answer.question().happened(), pool.spoken.0.to_string()),
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
