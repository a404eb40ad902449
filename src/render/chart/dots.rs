//! A quantile dotplot: twenty equally likely futures.

use super::axis::{Axis, Calendar, Frame, TICK};
use super::date::{BELOW, LEAST_WIDTH, Parts};
use super::page::{Contents, Layout, Words, f64_of};
use super::settings::{Chart, dates_of, titled};
use super::svg::{Anchor, Drawing, Paint, Text};
use crate::calendar::Period;
use crate::error::Error;
use crate::estimate::When;
use crate::outcome::Overtake;

const DOTS: u32 = 20;
/// The range of diameters, in pixels.
const LARGEST: f64 = 30.0;
const SMALLEST: f64 = 4.0;

/// Twenty futures: the quantiles at the midpoints of twenty equally likely parts.
struct Futures {
    at_base: usize,
    /// The dates of the overtake, in order.
    dates: Vec<Period>,
    never: usize,
    /// The highlighted date, and the number of futures in which the overtake has happened by then.
    by: Period,
    by_then: usize,
}

impl Futures {
    fn of(chart: &Chart<'_>, answer: &Overtake) -> Result<Self, Error> {
        let by = chart.date_of(answer)?;
        let mut futures = Self { at_base: 0, dates: Vec::new(), never: 0, by, by_then: 0 };
        for index in 0..DOTS {
            match answer.quantile((f64::from(index) + 0.5) / f64::from(DOTS))? {
                When::At(period) if period == answer.base() => futures.at_base += 1,
                When::At(period) => futures.dates.push(period),
                When::NotBy(_) => futures.never += 1,
            }
        }
        futures.by_then = futures.at_base + futures.dates.iter().filter(|date| **date <= by).count();
        Ok(futures)
    }

    /// "In 7 of 20 futures A has overtaken B by 2022-Q4; in 8 not by 2028-Q1."
    fn sentence(&self, answer: &Overtake) -> String {
        let happened = answer.question().happened();
        let (by_then, by) = (self.by_then, self.by);
        let already = if self.at_base > 0 {
            format!(", {} of them {}", self.at_base, answer.ahead_already_words())
        } else {
            String::new()
        };
        let never = format!("; in {} not by {}", self.never, answer.horizon());
        format!("In {by_then} of {DOTS} futures {happened} by {by}{already}{never}.")
    }

    /// The dots of each calendar bin: its middle, and for each dot whether it is filled.
    fn stacks(&self, calendar: &Calendar, frame: &Frame, diameter: f64) -> Vec<(f64, Vec<bool>)> {
        let bins = calendar.full_bins(frame.width(), diameter).into_iter();
        let held = |(from, to): (i32, i32)| {
            let held = self.dates.iter().filter(|date| (from + 1..=to).contains(&date.end()));
            let middle = 0.5 * (calendar.month(from, frame) + calendar.month(to, frame));
            (middle, held.map(|date| *date <= self.by).collect())
        };
        bins.map(held).collect()
    }

    /// Whether dots of this size fit in all parts.
    fn fits(&self, calendar: &Calendar, parts: &Parts, diameter: f64) -> bool {
        let height = parts.dates.height() - CAPTION;
        let rows = |frame: &Frame, count: usize| count.div_ceil(per_row(frame, diameter));
        let stacked = self.stacks(calendar, &parts.dates, diameter).iter().map(|(_, dots)| dots.len()).max();
        let set_apart = parts.ahead.map(|frame| rows(&frame, self.at_base)).max(Some(rows(&parts.never, self.never)));
        f64_of(stacked.max(set_apart).unwrap_or(0)) * diameter <= height
    }
}

/// The height reserved for the number above the separate dots.
const CAPTION: f64 = 18.0;

fn per_row(frame: &Frame, diameter: f64) -> usize {
    (1..).take_while(|count| f64_of(*count) * diameter <= frame.width()).last().unwrap_or(1)
}

pub(super) fn draw(chart: &Chart<'_>, answers: &[&Overtake]) -> Result<String, Error> {
    let futures: Vec<Futures> = answers.iter().map(|answer| Futures::of(chart, answer)).collect::<Result<_, _>>()?;
    let title = |((title, _), futures): (&(String, _), &Futures)| match title.as_str() {
        "" => String::new(),
        title => titled(title, &format!("{}\u{a0}of\u{a0}{DOTS}", futures.by_then)),
    };
    let calendar = dates_of(answers)?;
    let request = Contents {
        words: words(chart, answers, &futures),
        key: Vec::new(),
        titles: chart.panels.iter().zip(&futures).map(title).collect(),
        axis: &|_| Axis::none(),
        right: 0.0,
        below: BELOW,
        flat: true,
        least: LEAST_WIDTH,
    };
    let mut page = Layout::new(chart, request)?;
    let ahead = futures.iter().any(|futures| futures.at_base > 0);
    let parts: Vec<Parts> = page.frames.iter().map(|frame| Parts::of(frame, ahead)).collect();
    // The same size in all frames.
    let fits =
        |diameter: f64| futures.iter().zip(&parts).all(|(futures, parts)| futures.fits(&calendar, parts, diameter));
    let sizes = std::iter::successors(Some(LARGEST), |size| Some(size - 1.0)).take_while(|size| *size > SMALLEST);
    let diameter = sizes.into_iter().find(|size| fits(*size)).unwrap_or(SMALLEST);
    for ((answer, futures), parts) in answers.iter().zip(&futures).zip(&parts) {
        page.calendar(&calendar, &parts.dates);
        parts.captions(&mut page, answer);
        for (middle, dots) in futures.stacks(&calendar, &parts.dates, diameter) {
            for (row, filled) in dots.iter().enumerate() {
                dot(&mut page.scene, (middle, parts.dates.bottom), row, diameter, (Paint::FanSeries(0), *filled));
            }
        }
        if let Some(frame) = &parts.ahead {
            set_apart(&mut page.scene, frame, futures.at_base, diameter, (Paint::FanSeries(0), true));
        }
        set_apart(&mut page.scene, &parts.never, futures.never, diameter, (Paint::Soft, false));
    }
    Ok(page.finish())
}

fn dot(scene: &mut Drawing, (x, bottom): (f64, f64), row: usize, diameter: f64, (paint, filled): (Paint, bool)) {
    scene.circle((x, bottom - 2.0 - (f64_of(row) + 0.5) * diameter), 0.5 * diameter - 1.5, paint, filled);
}

/// Dots in rows, and their number.
fn set_apart(scene: &mut Drawing, frame: &Frame, count: usize, diameter: f64, look: (Paint, bool)) {
    let columns = per_row(frame, diameter);
    let left = 0.5 * (frame.left + frame.right - f64_of(columns.min(count)) * diameter);
    for index in 0..count {
        let x = left + (f64_of(index % columns) + 0.5) * diameter;
        dot(scene, (x, frame.bottom), index / columns, diameter, look);
    }
    let top = frame.bottom - f64_of(count.div_ceil(columns)) * diameter;
    let number = format!("{count} of {DOTS}");
    scene.text((0.5 * (frame.left + frame.right), top - 7.0), Text::new(&number, TICK).at(Anchor::Middle).bold());
}

fn words(chart: &Chart<'_>, answers: &[&Overtake], futures: &[Futures]) -> Words {
    let lines = chart.panels.iter().zip(answers.iter().zip(futures)).map(|((title, _), (answer, futures))| {
        let named = if title.is_empty() { String::new() } else { format!("{title}: ") };
        format!("{named}{}", futures.sentence(answer))
    });
    let description: Vec<String> = lines.collect();
    let first = answers[0].name().to_owned();
    let legend = format!("Each dot is one of {DOTS} equally likely futures; filled: overtaken by {}.", futures[0].by);
    let subtitle = if description.len() == 1 { format!("{} {legend}", description[0]) } else { legend };
    Words { title: first, subtitle, note: chart.note(answers), description: description.join(" ") }
}
