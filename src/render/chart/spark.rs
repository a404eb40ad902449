//! A small chart for a table: the probability of an overtake by date.

use super::axis::{Axis, Calendar, Frame};
use super::settings::points;
use super::svg::{Anchor, Drawing, Paint, Stroke, Text};
use crate::calendar::Period;
use crate::outcome::Overtake;

const SIZE: (f64, f64) = (150.0, 46.0);
/// The frame, with room for the labels of the axis and for half of the dot.
const FRAME: Frame = Frame { left: 14.0, top: 6.0, right: 145.0, bottom: 40.0 };
/// The font size of the axis.
const FONT: f64 = 9.0;

impl Overtake {
    /// Draws the probability by each date as one line on an axis from 0 to 1, with a dot at the horizon.
    pub(crate) fn sparkline(&self) -> String {
        let horizon = self.horizon();
        let (calendar, axis) = (Calendar::new(self.base(), horizon), Axis::probability(1.0, FRAME.height()));
        let at = |period: Period, value: f64| (calendar.at(period, &FRAME), axis.at(value, &FRAME));
        let mut scene = Drawing::default();
        for (value, label) in [(0.0, "0"), (1.0, "1")] {
            let y = axis.at(value, &FRAME);
            scene.line(&[(FRAME.left, y), (FRAME.right, y)], Stroke::of(Paint::Grid, 1.0));
            scene.text((FRAME.left - 4.0, y + 0.36 * FONT), Text::new(label, FONT).soft().at(Anchor::End));
        }
        let shown = points(self.periods());
        let later =
            self.iter_by().filter(|(period, _)| shown.contains(period)).map(|(period, by)| (period, by.value()));
        let curve: Vec<(Period, f64)> = std::iter::once((self.base(), self.at_base().value())).chain(later).collect();
        let line: Vec<(f64, f64)> = curve.iter().map(|(period, value)| at(*period, *value)).collect();
        scene.line(&line, Stroke::of(Paint::FanSeries(0), 2.0));
        let (last, by) = curve[curve.len() - 1];
        scene.circle(at(last, by), 3.0, Paint::FanSeries(0), true);
        let description = format!("From {} to {horizon}, on an axis from 0 to 1: {by:.2} by {last}.", self.base());
        scene.finish(SIZE, &format!("{}: in brief", self.name()), &description)
    }
}
