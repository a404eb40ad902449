//! The distribution of the overtake's date, with the probability of no overtake by the horizon shown separately.

use super::axis::{Axis, Calendar, Frame, TICK};
use super::page::{BOLD, Contents, Layout, Words, columns, f64_of};
use super::settings::{Chart, dates_of, short};
use super::svg::{Anchor, Paint, Stroke, Text};
use super::text;
use crate::calendar::Period;
use crate::error::Error;
use crate::outcome::Overtake;

/// The smallest width of a bar with its number, and of a bar in one of several frames, where numbers may be omitted.
const BAR: f64 = 26.0;
const BAR_OF_MANY: f64 = 6.0;
/// The smallest width of a frame with separate parts.
pub(super) const LEAST_WIDTH: f64 = 260.0;
/// The gap between the dates and the separate parts.
const APART: f64 = 12.0;
/// The height of the caption lines below the separate parts.
pub(super) const BELOW: f64 = 14.0;

/// A frame with separate parts: ahead at base, the dates, and "not by the horizon".
#[derive(Debug, Clone, Copy)]
pub(super) struct Parts {
    pub(super) ahead: Option<Frame>,
    pub(super) dates: Frame,
    pub(super) never: Frame,
}

impl Parts {
    /// The part `ahead` exists if any path is ahead at the base.
    pub(super) fn of(frame: &Frame, ahead: bool) -> Self {
        let apart = Self::apart(frame.width());
        let dates_left = if ahead { frame.left + apart + APART } else { frame.left };
        Self {
            ahead: ahead.then_some(Frame { right: frame.left + apart, ..*frame }),
            dates: Frame { left: dates_left, right: frame.right - apart - APART, ..*frame },
            never: Frame { left: frame.right - apart, ..*frame },
        }
    }

    /// The width of a separate part.
    fn apart(frame: f64) -> f64 {
        (0.17 * frame).clamp(50.0, 92.0)
    }

    /// The captions below the separate parts.
    pub(super) fn captions(&self, page: &mut Layout, answer: &Overtake) {
        let never = Some((self.never, "not by", answer.horizon()));
        let ahead = self.ahead.map(|frame| (frame, answer.ahead_words(), answer.base()));
        for (frame, words, period) in [ahead, never].into_iter().flatten() {
            let middle = 0.5 * (frame.left + frame.right);
            let rule = Stroke::of(Paint::Soft, 1.0);
            page.scene.line(&[(frame.left, frame.bottom), (frame.right, frame.bottom)], rule);
            for (line, words) in [(15.0, words.to_owned()), (28.0, period.to_string())] {
                page.scene.text((middle, frame.bottom + line), Text::new(&words, TICK).at(Anchor::Middle));
            }
        }
    }
}

/// Each period with the probability of a first overtake in it.
fn masses(answer: &Overtake) -> Result<Vec<(Period, f64)>, Error> {
    let mut before = answer.at_base().value();
    let mass = |period: &Period| {
        let by = answer.by(*period)?.value();
        // A difference of two sums of the same counts, which is negative only by rounding.
        let mass = (by - before).max(0.0);
        before = by;
        Ok((*period, mass))
    };
    answer.periods().iter().map(mass).collect()
}

/// Bars over spans of months.
struct Bars(Vec<((i32, i32), f64)>);

impl Bars {
    fn of(answer: &Overtake, calendar: &Calendar, (width, least): (f64, f64)) -> Result<Self, Error> {
        let masses = masses(answer)?;
        let within = |(from, to): (i32, i32)| {
            let held = masses.iter().filter(|(period, _)| (from + 1..=to).contains(&period.end()));
            ((from, to), held.map(|(_, mass)| mass).sum::<f64>())
        };
        Ok(Self(calendar.bins(width, least).into_iter().map(within).collect()))
    }

    /// The span of a whole bar in words: "year", "2 years".
    fn span(&self) -> String {
        match self.0.iter().map(|((from, to), _)| to - from).max().unwrap_or(0) {
            1 => "month".to_owned(),
            3 => "quarter".to_owned(),
            12 => "year".to_owned(),
            years if years % 12 == 0 => format!("{} years", years / 12),
            months => format!("{months} months"),
        }
    }
}

pub(super) fn draw(chart: &Chart<'_>, answers: &[&Overtake]) -> Result<String, Error> {
    let ahead = answers.iter().any(|answer| answer.at_base().value() > 0.0);
    let calendar = dates_of(answers)?;
    let width = width_of_dates(chart, ahead);
    let least = if answers.len() == 1 { BAR } else { BAR_OF_MANY };
    let bars: Vec<Bars> =
        answers.iter().map(|answer| Bars::of(answer, &calendar, (width, least))).collect::<Result<_, _>>()?;
    let request = Contents {
        words: words(chart, answers, &bars[0].span()),
        key: Vec::new(),
        titles: chart.panels.iter().map(|(title, _)| title.clone()).collect(),
        axis: &|height| Axis::probability(1.0, height),
        right: 0.0,
        below: BELOW,
        flat: false,
        least: LEAST_WIDTH,
    };
    let mut page = Layout::new(chart, request)?;
    for (index, (answer, bars)) in answers.iter().zip(&bars).enumerate() {
        let frame = page.frames[index];
        let parts = Parts::of(&frame, ahead);
        page.calendar(&calendar, &parts.dates);
        parts.captions(&mut page, answer);
        for ((from, to), mass) in &bars.0 {
            let (left, right) = (calendar.month(*from, &parts.dates), calendar.month(*to, &parts.dates));
            bar(&mut page, &frame, (left, right), *mass, false);
        }
        let apart = |frame: &Frame| (frame.left, frame.right);
        if let Some(part) = &parts.ahead {
            bar(&mut page, &frame, apart(part), answer.at_base().value(), true);
        }
        bar(&mut page, &frame, apart(&parts.never), answer.not_by_horizon().value(), true);
    }
    Ok(page.finish())
}

/// The approximate width of the dates in one frame, which determines the bars before the page is laid out.
fn width_of_dates(chart: &Chart<'_>, ahead: bool) -> f64 {
    let page = f64::from(chart.width);
    let frame = page / f64_of(columns(chart.panels.len(), page, LEAST_WIDTH)) - 60.0;
    frame - if ahead { 2.0 } else { 1.0 } * (Parts::apart(frame) + APART)
}

/// A bar, with its number if it fits; hatched if it is a separate part.
fn bar(page: &mut Layout, frame: &Frame, (left, right): (f64, f64), mass: f64, hatched: bool) {
    if mass <= 0.0 {
        return;
    }
    let (top, gap) = (page.axis.at(mass, frame), (0.2 * (right - left)).min(1.5));
    let (paint, opacity) = if hatched { (Paint::Soft, 0.25) } else { (Paint::FanSeries(0), 0.85) };
    page.scene.rect((left + gap, top), (right - left - 2.0 * gap, frame.bottom - top), paint, opacity);
    if hatched {
        hatch(page, (left + gap, right - gap), (top, frame.bottom));
    }
    let number = short(mass);
    if text::width(&number, TICK) * BOLD <= right - left {
        let text = Text::new(&number, TICK).at(Anchor::Middle).bold();
        page.scene.text((0.5 * (left + right), top - 4.0), text);
    }
}

/// Lines at 45° within a rectangle.
fn hatch(page: &mut Layout, (left, right): (f64, f64), (top, bottom): (f64, f64)) {
    let (width, height) = (right - left, bottom - top);
    let mut offset = 7.0;
    while offset < width + height {
        let from = if offset <= height { (left, top + offset) } else { (left + offset - height, bottom) };
        let to = if offset <= width { (left + offset, top) } else { (right, top + offset - width) };
        page.scene.line(&[from, to], Stroke::of(Paint::Soft, 0.8));
        offset += 7.0;
    }
}

fn words(chart: &Chart<'_>, answers: &[&Overtake], span: &str) -> Words {
    let lines = chart.panels.iter().zip(answers).map(|((title, _), answer)| {
        let date = |p: f64| answer.quantile(p).map_or_else(|_| String::new(), |when| when.to_string());
        let named = if title.is_empty() { String::new() } else { format!("{title}: ") };
        let never = answer.not_by_horizon().shown();
        format!("{named}median {}; one in ten: {}; not by {}: {never}.", date(0.5), date(0.1), answer.horizon())
    });
    let ahead = answers.iter().any(|answer| answer.at_base().value() > 0.0);
    let apart = if ahead { format!("leads {}, and ", answers[0].ahead_already_words()) } else { String::new() };
    let happens = answers[0].question().first_happens();
    Words {
        title: format!("{}: distribution of the date", answers[0].name()),
        subtitle: format!("probability that {happens} in each {span} · shown separately: {apart}not by the horizon"),
        note: chart.note(answers),
        description: lines.collect::<Vec<_>>().join(" "),
    }
}
