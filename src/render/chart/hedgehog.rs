//! The hedgehog plot of a back-test: every origin's fan over what happened.

use super::axis::{Axis, Calendar, Frame};
use super::page::{Contents, LEAST_WIDTH, Layout, LegendEntry, Words};
use super::settings::Chart;
use super::single::checked;
use super::svg::{Paint, Stroke};
use crate::backtest::{Hedgehog, OriginFan, Scorecard};
use crate::calendar::Period;
use crate::error::Error;
use crate::math;
use crate::outcome::Outcome;

const FORECAST: Paint = Paint::FanSeries(0);
/// The opacity of one band; those of neighbouring origins overlap.
const BAND: f64 = 0.11;
/// The years before the first origin that are drawn, as many as a forecast uses.
const YEARS_BEFORE: i32 = 8;

impl Scorecard {
    /// Draws the [`hedgehog`](Self::hedgehog), as SVG of this width in pixels: the ratio of the pair, and the median and the central 80 %
    /// band that the outside view forecast from every origin. Needs the feature `charts`, which is on by default.
    ///
    /// # Errors
    /// If the width is not from 280 to 2,000 pixels.
    pub fn hedgehog_chart(&self, width: u32) -> Result<String, Error> {
        checked(width)?;
        let hedgehog = self.hedgehog();
        let picture = Picture::of(hedgehog)?;
        let chart = Chart::compare(std::iter::empty::<(String, &Outcome)>()).width(width);
        let entry = |name: &str, paint, filled| LegendEntry { name: name.to_owned(), paint, filled };
        let request = Contents {
            words: words(hedgehog, self.horizon()),
            key: vec![
                entry("what happened", Paint::Ink, None),
                entry("median of a forecast", FORECAST, None),
                entry("its 80 % band", FORECAST, Some(2.0 * BAND)),
            ],
            titles: vec![String::new()],
            axis: &|height| Axis::money(picture.range.0, picture.range.1, true, height),
            right: 0.0,
            below: 0.0,
            flat: false,
            least: LEAST_WIDTH,
        };
        let mut page = Layout::new(&chart, request)?;
        let frame = page.frames[0];
        page.calendar(&picture.calendar, &frame);
        picture.draw(&mut page, &frame);
        Ok(page.finish())
    }
}

/// The points of a line: periods and log-ratios.
type Points = Vec<(Period, f64)>;

/// What is drawn, on the axes of the frame.
struct Picture {
    calendar: Calendar,
    /// The smallest and the largest ratio.
    range: (f64, f64),
    /// What happened, without the gaps.
    runs: Vec<Points>,
    /// By origin: the lower edge, the median and the upper edge.
    fans: Vec<[Points; 3]>,
}

impl Picture {
    fn of(hedgehog: &Hedgehog) -> Result<Self, Error> {
        let fans = hedgehog.fans.iter().map(lines).collect::<Result<Vec<_>, Error>>()?;
        let ends = || fans.iter().flat_map(|[_, median, _]| median.iter().map(|(period, _)| *period));
        let (Some(first), Some(last)) = (ends().min(), ends().max()) else {
            return Err(Error::invalid("chart", "pair", "there is no forecast"));
        };
        // A label before the year 1 does not exist.
        let from = years_after(first, -YEARS_BEFORE).unwrap_or(first);
        let observed: Points =
            hedgehog.observed.iter().copied().filter(|(period, _)| *period >= from && *period <= last).collect();
        let from = observed.first().map_or(first, |(period, _)| first.min(*period));
        let is_next = |a: &(Period, f64), b: &(Period, f64)| years_after(a.0, 1).is_ok_and(|next| next == b.0);
        let runs: Vec<Points> = observed.chunk_by(is_next).map(<[_]>::to_vec).collect();
        let values = || fans.iter().flatten().flatten().chain(&observed).map(|(_, ratio)| *ratio).chain([0.0]);
        let [low, high] = [values().fold(0.0, f64::min), values().fold(0.0, f64::max)];
        Ok(Self { calendar: Calendar::new(from, last), range: (math::exp(low), math::exp(high)), runs, fans })
    }

    fn draw(&self, page: &mut Layout, frame: &Frame) {
        let (scene, axis) = (&mut page.scene, &page.axis);
        let at =
            |(period, ratio): &(Period, f64)| (self.calendar.at(*period, frame), axis.at(math::exp(*ratio), frame));
        let equal = axis.at(1.0, frame);
        scene.line(&[(frame.left, equal), (frame.right, equal)], Stroke::of(Paint::Soft, 1.2));
        for [low, _, high] in &self.fans {
            let edge: Vec<(f64, f64)> = low.iter().chain(high.iter().rev()).map(at).collect();
            scene.area(&edge, FORECAST, BAND, None);
        }
        for [low, median, high] in &self.fans {
            for edge in [low, high] {
                scene.line(&edge.iter().map(at).collect::<Vec<_>>(), Stroke::of(FORECAST, 0.6).faint(0.35));
            }
            scene.line(&median.iter().map(at).collect::<Vec<_>>(), Stroke::of(FORECAST, 1.4));
        }
        for run in &self.runs {
            let points: Vec<(f64, f64)> = run.iter().map(at).collect();
            match points.as_slice() {
                [alone] => scene.circle(*alone, 1.6, Paint::Ink, true),
                line => scene.line(line, Stroke::of(Paint::Ink, 2.4)),
            }
        }
    }
}

/// The edges and the median of a fan from its origin on.
fn lines(fan: &OriginFan) -> Result<[Points; 3], Error> {
    let mut lines = [0; 3].map(|_| vec![(fan.origin, fan.start)]);
    for (year, quantiles) in (1..).zip(&fan.years) {
        let period = years_after(fan.origin, year)?;
        for (line, quantile) in lines.iter_mut().zip(quantiles) {
            line.push((period, *quantile));
        }
    }
    Ok(lines)
}

fn years_after(period: Period, years: i32) -> Result<Period, Error> {
    period.checked_add(years * period.step().per_year().cast_signed())
}

fn words(hedgehog: &Hedgehog, years: u32) -> Words {
    let Hedgehog { group, a, b, observed, fans } = hedgehog;
    let within = if group.is_empty() { String::new() } else { format!("{group}: ") };
    let title = format!("{within}{a} against {b}, forecast from every origin");
    let subtitle = format!("ratio of {a} to {b} in the year up to each date, logarithmic axis; above 1, {a} is larger");
    let origins = match fans.as_slice() {
        [one] => format!("one origin, {}", one.origin),
        [first, .., last] => format!("{} origins, {} to {}", fans.len(), first.origin, last.origin),
        [] => String::new(),
    };
    let note = format!(
        "outside_view, {origins}, each {years} years ahead from what was known then · an origin without a forecast is no case: the two were \
         too close or more than a factor of 3 apart, or lack years before or after it"
    );
    let inside = |fan: &&OriginFan| {
        let end = years_after(fan.origin, years.cast_signed()).ok();
        let came = observed.iter().find(|(period, _)| Some(*period) == end);
        let band = fan.years.last();
        band.zip(came).is_some_and(|([low, _, high], (_, ratio))| (low..=high).contains(&ratio))
    };
    let count = fans.iter().filter(inside).count();
    let description = format!(
        "{origins}: what happened lies within the 80 % band {years} years later in {count} of {} forecasts.",
        fans.len()
    );
    Words { title, subtitle, note, description }
}
