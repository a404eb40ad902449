//! The probability of an overtake by date as several lines in one frame: of scenarios, or of views and their pool.

use super::axis::{Axis, Calendar, Frame};
use super::labels::{self, Label};
use super::page::{Contents, LEAST_WIDTH, Layout, Words, columns, f64_of};
use super::settings::{Chart, calendar_of, points, short};
use super::svg::{Paint, Stroke};
use crate::calendar::Period;
use crate::error::Error;
use crate::outcome::Overtake;

/// The width of a line, and of a thick one.
const WIDTHS: [f64; 2] = [1.6, 3.4];
/// The line of highlighted dates, and the one from an early end of a line to its label.
const DOTTED: &str = "2 3";

/// A line of the chart.
pub(super) struct Line<'a> {
    pub(super) name: &'a str,
    pub(super) answer: &'a Overtake,
    /// The highlighted date, and the probability by then.
    pub(super) spoken: (Period, f64),
    pub(super) paint: Paint,
    pub(super) is_thick: bool,
    /// Where there is no room for all labels, the lines with the largest priority have one.
    pub(super) priority: f64,
}

impl<'a> Line<'a> {
    pub(super) fn new(name: &'a str, answer: &'a Overtake, date: Period, paint: Paint) -> Result<Self, Error> {
        Ok(Self { name, answer, spoken: (date, answer.by(date)?.value()), paint, is_thick: false, priority: 0.0 })
    }

    /// The probability at the end of the line, where the label is.
    fn end(&self) -> f64 {
        self.answer.iter_by().last().map_or(self.spoken.1, |(_, by)| by.value())
    }

    fn label(&self) -> Label {
        let (name, figure) = (self.name.to_owned(), short(self.spoken.1));
        let (name, figure) = if name.is_empty() { (figure, String::new()) } else { (name, figure) };
        Label { y: 0.0, name, figure, paint: self.paint }
    }
}

/// Draws a frame for each title and its lines, on an axis from 0 to 1.
pub(super) fn draw(chart: &Chart<'_>, panels: &[(String, Vec<Line<'_>>)], words: Words) -> Result<String, Error> {
    let all = || panels.iter().flat_map(|(_, lines)| lines);
    let answers: Vec<&Overtake> = all().map(|line| line.answer).collect();
    let every: Vec<Label> = all().map(Line::label).collect();
    let width = f64::from(chart.width);
    let right = labels::room(&every, width / f64_of(columns(panels.len(), width, LEAST_WIDTH)));
    let request = Contents {
        words,
        key: Vec::new(),
        titles: panels.iter().map(|(title, _)| title.clone()).collect(),
        axis: &|height| Axis::probability(1.0, height),
        right,
        below: 0.0,
        flat: false,
        least: LEAST_WIDTH,
    };
    let mut page = Layout::new(chart, request)?;
    let calendar = calendar_of(&answers, |answer| answer.base())?;
    for (index, (_, lines)) in panels.iter().enumerate() {
        let frame = page.frames[index];
        page.calendar(&calendar, &frame);
        highlight(&mut page, &calendar, &frame, lines);
        for line in lines {
            fill(&mut page, &calendar, &frame, line)?;
        }
        let labels = labelled(lines, labels::most(&frame)).into_iter().map(|line| {
            let y = page.axis.at(line.end(), &frame);
            Label { y, ..line.label() }
        });
        labels::draw(&mut page.scene, &frame, right, labels.collect());
    }
    Ok(page.finish())
}

/// The lines that are labelled: all if the labels fit beside the frame, otherwise those of the largest priority.
fn labelled<'l, 'a>(lines: &'l [Line<'a>], most: usize) -> Vec<&'l Line<'a>> {
    let mut lines: Vec<&Line<'_>> = lines.iter().collect();
    lines.sort_by(|a, b| b.priority.total_cmp(&a.priority));
    lines.truncate(most);
    lines
}

/// A vertical line at the highlighted date, if it is the same for all lines.
fn highlight(page: &mut Layout, calendar: &Calendar, frame: &Frame, lines: &[Line<'_>]) {
    if let Some(date) = common_date(lines.iter()) {
        let x = calendar.at(date, frame);
        let dotted = Stroke { dash: DOTTED, ..Stroke::of(Paint::Soft, 1.0) };
        page.scene.line(&[(x, frame.bottom), (x, frame.top)], dotted);
    }
}

/// The highlighted date of all these lines; `None` if it differs.
pub(super) fn common_date<'l, 'a: 'l>(mut lines: impl Iterator<Item = &'l Line<'a>>) -> Option<Period> {
    let (date, _) = lines.next()?.spoken;
    lines.all(|line| line.spoken.0 == date).then_some(date)
}

fn fill(page: &mut Layout, calendar: &Calendar, frame: &Frame, line: &Line<'_>) -> Result<(), Error> {
    let at = |period: Period, value: f64| (calendar.at(period, frame), page.axis.at(value, frame));
    let mut curve = vec![at(line.answer.base(), line.answer.at_base().value())];
    for period in points(line.answer.periods()) {
        curve.push(at(period, line.answer.by(period)?.value()));
    }
    let stroke = Stroke::of(line.paint, WIDTHS[usize::from(line.is_thick)]);
    let last = calendar.month(line.answer.horizon().end(), frame);
    if last + 1.0 < frame.right {
        let y = page.axis.at(line.end(), frame);
        page.scene.line(&[(last, y), (frame.right, y)], Stroke { dash: DOTTED, ..Stroke::of(line.paint, 1.0) });
    }
    page.scene.line(&curve, if line.is_thick { stroke } else { stroke.dashed() });
    let (date, value) = line.spoken;
    let centre = (calendar.at(date, frame), page.axis.at(value, frame));
    page.scene.circle(centre, if line.is_thick { 4.0 } else { 2.6 }, line.paint, true);
    Ok(())
}
