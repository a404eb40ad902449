//! The layout of a chart: text above and below, a legend, and a grid of frames with one scale.

use super::axis::{Axis, Calendar, Frame, TICK, TickSpan};
use super::settings::{Chart, fault};
use super::svg::{Anchor, Drawing, Paint, Stroke, Text};
use super::text;
use crate::error::Error;

const MARGIN: f64 = 14.0;
/// The font size of the subtitle, the legend and the titles of frames.
pub(super) const WORDS: f64 = 11.5;
/// The font size of direct labels.
pub(super) const LABEL: f64 = 11.0;
/// The width of bold text relative to regular text.
pub(super) const BOLD: f64 = 1.1;
/// The gap between two frames side by side.
const GUTTER: f64 = 16.0;
/// The smallest width of a frame in a grid, including its share of the margins, unless a chart needs more.
pub(super) const LEAST_WIDTH: f64 = 172.0;
/// The smallest height of a frame.
const LEAST_HEIGHT: f64 = 60.0;
/// The height of the calendar ticks below a frame.
const FOOT: f64 = 20.0;
/// The height of a frame's title in a grid: its first line, and each further line.
const HEAD: f64 = 22.0;
const TITLE_LINE: f64 = 14.5;
const MOST_TITLE_LINES: usize = 2;

/// The text of a chart.
#[derive(Debug, Clone, Default)]
pub(super) struct Words {
    pub(super) title: String,
    pub(super) subtitle: String,
    pub(super) note: String,
    /// A description of the picture for screen readers.
    pub(super) description: String,
}

/// An entry of the legend.
#[derive(Debug, Clone)]
pub(super) struct LegendEntry {
    pub(super) name: String,
    pub(super) paint: Paint,
    /// The opacity of a filled box; a line if `None`.
    pub(super) filled: Option<f64>,
}

/// The contents of a page.
pub(super) struct Contents<'a> {
    pub(super) words: Words,
    pub(super) key: Vec<LegendEntry>,
    /// The titles of the frames.
    pub(super) titles: Vec<String>,
    /// The vertical axis for frames of a given height.
    pub(super) axis: &'a dyn Fn(f64) -> Axis,
    /// The width on the right of every frame for direct labels.
    pub(super) right: f64,
    /// The height below every frame, in addition to the ticks.
    pub(super) below: f64,
    /// Whether low frames suffice.
    pub(super) flat: bool,
    /// The smallest width of a frame in a grid.
    pub(super) least: f64,
}

/// A page with its frames and axes drawn.
pub(super) struct Layout {
    pub(super) scene: Drawing,
    pub(super) frames: Vec<Frame>,
    pub(super) axis: Axis,
    size: (f64, f64),
    words: Words,
}

/// The number of columns of a grid of `count` frames with a smallest width: as even as possible.
pub(super) fn columns(count: usize, width: f64, least: f64) -> usize {
    let fit = (1..=count).rev().find(|columns| {
        #[expect(clippy::cast_precision_loss, reason = "few frames")]
        let columns = *columns as f64;
        columns * least + 20.0 <= width
    });
    let rows = count.div_ceil(fit.unwrap_or(1)).max(1);
    count.div_ceil(rows).max(1)
}

impl Layout {
    /// # Errors
    /// If the requested height is too small.
    pub(super) fn new(chart: &Chart<'_>, request: Contents<'_>) -> Result<Self, Error> {
        let width = f64::from(chart.width);
        let mut scene = Drawing::default();
        let mut words = request.words;
        if let Some(title) = &chart.title {
            words.title.clone_from(title);
        }
        let top = header(&mut scene, width, &words, &request.key);
        let note = text::wrap(&words.note, TICK, width - 2.0 * MARGIN, 8);
        let footer = f64_of(note.len()) * 14.0 + MARGIN;
        let columns = columns(request.titles.len(), width, request.least);
        let rows = request.titles.len().div_ceil(columns).max(1);
        let each = |axis: &Axis| (width - left_of(axis) - MARGIN - f64_of(columns - 1) * GUTTER) / f64_of(columns);
        // The frames' height depends on their titles, and their width depends, through the axis labels, on their
        // height.
        let title_lines = title_lines(&request.titles, each(&(request.axis)(200.0)));
        let head = if title_lines == 0 { 8.0 } else { HEAD + f64_of(title_lines - 1) * TITLE_LINE };
        let around = head + FOOT + request.below;
        let plot = plot_height(chart, (columns, rows), (top + footer, around), request.flat)?;
        let axis = (request.axis)(plot);
        let height = top + f64_of(rows) * (plot + around) + footer;
        let (left, each) = (left_of(&axis), each(&axis));
        let frame = |index: usize| {
            let (row, column) = (index / columns, index % columns);
            let start = left + f64_of(column) * (each + GUTTER);
            let above = top + f64_of(row) * (plot + around) + head;
            Frame { left: start, top: above, right: start + each - request.right, bottom: above + plot }
        };
        let frames: Vec<Frame> = (0..request.titles.len()).map(frame).collect();
        let mut page = Self { scene, frames, axis, size: (width, height), words };
        for (index, title) in request.titles.iter().enumerate() {
            let title = Title { text: title, room: each, lines: title_lines };
            page.furnish(index, &title, index % columns == 0);
        }
        for (index, line) in note.iter().enumerate() {
            let y = height - footer + f64_of(index) * 14.0 + 12.0;
            page.scene.text((MARGIN, y), Text::new(line, TICK - 0.5).soft());
        }
        Ok(page)
    }

    /// The title and the grid lines of one frame.
    fn furnish(&mut self, index: usize, title: &Title<'_>, labelled: bool) {
        let frame = self.frames[index];
        let lines = text::wrap(title.text, WORDS, title.room / BOLD, title.lines);
        for (above, line) in lines.iter().rev().enumerate() {
            let y = frame.top - 9.0 - f64_of(above) * TITLE_LINE;
            let full = if line.contains('…') { title.text } else { line };
            self.scene.text((frame.left, y), Text::new(line, WORDS).of(full).bold());
        }
        for (value, label) in &self.axis.ticks {
            let y = self.axis.at(*value, &frame);
            self.scene.line(&[(frame.left, y), (frame.right, y)], Stroke::of(Paint::Grid, 1.0));
            if labelled {
                let text = Text::new(label, TICK).soft().at(Anchor::End);
                self.scene.text((frame.left - 6.0, y + 0.36 * TICK), text);
            }
        }
    }

    /// The calendar below a frame: a tick at the start of each labelled span, and its label.
    pub(super) fn calendar(&mut self, calendar: &Calendar, frame: &Frame) {
        let rule = Stroke::of(Paint::Soft, 1.0);
        self.scene.line(&[(frame.left, frame.bottom), (frame.right, frame.bottom)], rule);
        let spans = calendar.ticks(frame);
        for span in &spans {
            let from = calendar.month(span.from, frame);
            if from >= frame.left - 0.01 {
                self.scene.line(&[(from, frame.bottom), (from, frame.bottom + 4.0)], rule);
            }
        }
        let mut edge = f64::INFINITY;
        // From the right, so that the first label is the one that is dropped.
        for (middle, label) in spans.iter().rev().filter_map(|span| place(span, calendar, frame)) {
            let half = 0.5 * text::width(&label, TICK);
            if middle + half + 5.0 <= edge {
                let text = Text::new(&label, TICK).soft().at(Anchor::Middle);
                self.scene.text((middle, frame.bottom + 15.0), text);
                edge = middle - half;
            }
        }
    }

    pub(super) fn finish(self) -> String {
        self.scene.finish(self.size, &self.words.title, &self.words.description)
    }
}

/// The title of a frame, and the width available for it.
struct Title<'a> {
    text: &'a str,
    room: f64,
    lines: usize,
}

/// The left edge of the frames, on the right of the axis labels.
fn left_of(axis: &Axis) -> f64 {
    MARGIN + axis.label_width() + 6.0
}

/// The number of lines that the titles of frames take at a given width.
fn title_lines(titles: &[String], room: f64) -> usize {
    let lines = titles.iter().map(|title| text::wrap(title, WORDS, room / BOLD, MOST_TITLE_LINES).len());
    lines.max().unwrap_or(0)
}

/// The horizontal position of a calendar label: the middle of the visible part of the span, or of its first year if it
/// has several. `None` if the label does not fit the frame.
fn place(span: &TickSpan, calendar: &Calendar, frame: &Frame) -> Option<(f64, String)> {
    let (from, label) = calendar.seen(span);
    let to = if span.to - span.from > 12 { from + 12 - from.rem_euclid(12) } else { span.to };
    let (left, right) = (calendar.month(from, frame), calendar.month(to, frame).min(frame.right));
    let half = 0.5 * text::width(&label, TICK);
    let middle = (0.5 * (left + right)).max(frame.left + half - 4.0);
    (middle + half <= frame.right + 4.0).then_some((middle, label))
}

/// Title, subtitle and legend; returns their lower end.
fn header(scene: &mut Drawing, width: f64, words: &Words, key: &[LegendEntry]) -> f64 {
    let room = width - 2.0 * MARGIN;
    let size = if width < 500.0 { 14.0 } else { 17.0 };
    let mut y = MARGIN - 4.0;
    for line in text::wrap(&words.title, size, room / BOLD, 3) {
        y += size + 4.0;
        scene.text((MARGIN, y), Text::new(&line, size).bold());
    }
    for line in text::wrap(&words.subtitle, WORDS, room, 8) {
        y += WORDS + 5.0;
        scene.text((MARGIN, y), Text::new(&line, WORDS).soft());
    }
    let mut x = MARGIN;
    y += if key.is_empty() { 0.0 } else { 19.0 };
    for sign in key {
        let shown = text::shorten(&sign.name, WORDS, 0.6 * room);
        let taken = 26.0 + text::width(&shown, WORDS);
        if x > MARGIN && x + taken > width - MARGIN {
            (x, y) = (MARGIN, y + 17.0);
        }
        match sign.filled {
            Some(opacity) => scene.rect((x, y - 9.0), (18.0, 11.0), sign.paint, opacity),
            None => scene.line(&[(x, y - 4.0), (x + 20.0, y - 4.0)], Stroke::of(sign.paint, 2.2).dashed()),
        }
        scene.text((x + 25.0, y), Text::new(&shown, WORDS).of(&sign.name));
        x += taken + 14.0;
    }
    y + 8.0
}

/// The height of each frame: from the requested total height, or in proportion to its width.
fn plot_height(
    chart: &Chart<'_>,
    (columns, rows): (usize, usize),
    (outside, around): (f64, f64),
    flat: bool,
) -> Result<f64, Error> {
    let Some(height) = chart.height else {
        let share = f64::from(chart.width) / f64_of(columns);
        let (part, least, most) = match (columns * rows == 1, flat) {
            (true, false) => (0.5, 230.0, 420.0),
            (true, true) => (0.2, 120.0, 180.0),
            (false, false) => (0.55, 100.0, 200.0),
            (false, true) => (0.35, 80.0, 140.0),
        };
        return Ok((part * share).clamp(least, most));
    };
    let plot = (f64::from(height) - outside) / f64_of(rows) - around;
    let least = (outside + f64_of(rows) * (around + LEAST_HEIGHT)).ceil();
    if plot < LEAST_HEIGHT {
        return Err(fault(
            "height",
            format!("this chart needs a height of at least {least} pixels at its width, got {height}"),
        ));
    }
    Ok(plot)
}

#[expect(clippy::cast_precision_loss, reason = "small counts")]
pub(super) fn f64_of(count: usize) -> f64 {
    count as f64
}
