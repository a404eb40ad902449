//! Charts of a back-test: reliability, the transform of the log-ratio, and skill by forecaster.

use super::axis::{Axis, Frame, TICK};
use super::page::{WORDS, f64_of};
use super::single::{MARGIN, checked, heading};
use super::svg::{Anchor, Drawing, Paint, Stroke, Text};
use crate::backtest::{ForecasterScores, Scorecard, shown_skill};
use crate::error::{Error, Kind};

/// The lower end of the chart of skills: that of few cases may be any number below 1, which is written beside the name.
const LEAST_SKILL: f64 = -2.0;
/// Replicates of the consistency bands.
const REPLICATES: u32 = 200;
/// Points at which bands are drawn, and bins of the counts.
const POINTS: usize = 40;
const BINS: usize = 20;
/// The height of the counts, relative to the frame.
const COUNTS: f64 = 0.16;
const BLUE: Paint = Paint::FanSeries(0);

impl Scorecard {
    /// Draws the reliability of a forecaster, by isotonic regression, as SVG of this width in pixels: the frequency of an
    /// overtake against the forecast, the band in which 90 % of calibrated forecasts of independent cases would lie, and how often each
    /// forecast was made. Needs the feature `charts`, which is on by default.
    ///
    /// # Errors
    /// If there is no forecaster of this name, or if the width is not from 280 to 2,000 pixels.
    pub fn reliability_chart(&self, name: &str, width: u32) -> Result<String, Error> {
        let (width, reliability) = (checked(width)?, self.reliability(name)?);
        let grid: Vec<f64> = (0..=POINTS).map(|k| f64_of(k) / f64_of(POINTS)).collect();
        let within = reliability.points();
        let (first, last) = (within[0].0, within[within.len() - 1].0);
        let grid: Vec<f64> = grid.into_iter().filter(|x| (first..=last).contains(x)).collect();
        let bands = reliability.consistency_bands(&grid, REPLICATES, 0)?;
        let mut page = Page::new(width, 1.0, &format!("Reliability of {name}"), "forecast of an overtake", "frequency");
        page.across(&[0.0, 0.2, 0.4, 0.6, 0.8, 1.0].map(|x| (x, format!("{x:.1}"))));
        page.counts(&within.iter().map(|point| point.0).zip(reliability.counts().iter().copied()).collect::<Vec<_>>());
        let lower = grid.iter().zip(&bands).map(|(x, band)| page.place(*x, band[0]));
        let upper = grid.iter().zip(&bands).rev().map(|(x, band)| page.place(*x, band[1]));
        let outline: Vec<(f64, f64)> = lower.chain(upper).collect();
        if outline.len() > 3 {
            page.scene.area(&outline, Paint::Soft, 0.25, None);
        }
        page.scene.line(&[page.place(0.0, 0.0), page.place(1.0, 1.0)], Stroke::of(Paint::Soft, 1.0));
        let curve: Vec<(f64, f64)> = within.iter().map(|(x, y)| page.place(*x, *y)).collect();
        page.scene.line(&thinned(&curve), Stroke::of(BLUE, 2.2));
        let description =
            format!("Isotonic regression of overtakes on the forecasts of {name}, between {first:.2} and {last:.2}.");
        Ok(page.finish(&description))
    }

    /// Draws the histogram of the probability integral transform of the log-ratio at the horizon, as SVG of this width in pixels. It is flat
    /// if the forecasts are calibrated. Needs the feature `charts`, which is on by default.
    ///
    /// # Errors
    /// If there is no forecaster of this name, if it has no distribution of the log-ratio, or if the width is not from 280 to 2,000
    /// pixels.
    pub fn pit_chart(&self, name: &str, width: u32) -> Result<String, Error> {
        let width = checked(width)?;
        let Some(shares) = &self.forecaster(name)?.pit else {
            let message = format!("{name:?} forecasts probabilities and no distribution of the log-ratio");
            return Err(Error::one(Kind::Unsupported, "chart", "forecaster", message));
        };
        let most = shares.iter().copied().fold(0.19, f64::max);
        let title = format!("Observed log-ratio in the distribution of {name}");
        let mut page = Page::new(width, most, &title, "probability below it", "share of the cases");
        page.across(&[0.0, 0.2, 0.4, 0.6, 0.8, 1.0].map(|x| (x, format!("{x:.1}"))));
        let each = 1.0 / f64_of(shares.len());
        for (bin, share) in shares.iter().enumerate() {
            let (left, top) = page.place(f64_of(bin) * each, *share);
            let (right, bottom) = page.place(f64_of(bin + 1) * each, 0.0);
            page.scene.rect((left + 1.0, top), (right - left - 2.0, bottom - top), BLUE, 0.7);
        }
        page.scene.line(&[page.place(0.0, each), page.place(1.0, each)], Stroke::of(Paint::Ink, 1.2));
        let listed: Vec<String> = shares.iter().map(|share| format!("{share:.2}")).collect();
        Ok(page.finish(&format!("Shares of ten equal bins: {}.", listed.join(", "))))
    }

    /// Draws the skill of each forecaster against `no_drift` with its 90 % interval, as SVG of this width in pixels.
    /// Needs the feature `charts`, which is on by default.
    ///
    /// # Errors
    /// If the width is not from 280 to 2,000 pixels.
    pub fn skill_chart(&self, width: u32) -> Result<String, Error> {
        let width = checked(width)?;
        let all = self.forecasters();
        let lowest = all.iter().map(|one| one.interval[0].min(one.skill)).fold(-0.05, f64::min);
        let low = lowest.max(LEAST_SKILL);
        let high = all.iter().map(|one| one.interval[1].max(one.skill)).fold(0.05, f64::max);
        let row = 34.0;
        let mut scene = Drawing::default();
        let title = if lowest < low {
            format!("Skill against no drift, with 90 % intervals, down to {LEAST_SKILL}")
        } else {
            "Skill against no drift, with 90 % intervals".to_owned()
        };
        let top = heading(&mut scene, width, &title);
        let at = |skill: f64| MARGIN + (skill - low) / (high - low) * (width - 2.0 * MARGIN);
        let bottom = top + row * f64_of(all.len()) + 4.0;
        for tick in ticks(low, high) {
            let x = at(tick);
            let paint = if tick.abs() < 1e-9 { Paint::Soft } else { Paint::Grid };
            scene.line(&[(x, top), (x, bottom)], Stroke::of(paint, 1.0));
            let label = format!("{tick:+.1}");
            scene.text((x, bottom + 14.0), Text::new(&label, TICK).soft().at(Anchor::Middle));
        }
        for (index, ForecasterScores { name, skill, interval, .. }) in all.iter().enumerate() {
            let y = top + row * f64_of(index);
            let label = format!("{name} {}", shown_skill(*skill));
            scene.text((MARGIN, y + 13.0), Text::new(&label, WORDS));
            if interval[1] > low {
                let from = at(interval[0].max(low));
                scene.line(&[(from, y + 23.0), (at(interval[1]), y + 23.0)], Stroke::of(BLUE, 2.2));
            }
            if *skill >= low {
                scene.circle((at(*skill), y + 23.0), 4.0, BLUE, true);
            }
        }
        let listed: Vec<String> = all.iter().map(|one| format!("{} {}", one.name, shown_skill(one.skill))).collect();
        Ok(scene.finish((width, bottom + 24.0), "Skill against no drift", &listed.join(", ")))
    }
}

/// Multiples of .1 within a range, or of .2 and .5 where there are many.
fn ticks(low: f64, high: f64) -> Vec<f64> {
    let step = [0.1, 0.2, 0.5, 1.0].into_iter().find(|step| (high - low) / step <= 7.0).unwrap_or(2.0);
    let tenths = (-200..=200).map(|k| f64::from(k) * step);
    tenths.filter(|tick| (low..=high).contains(tick)).collect()
}

/// Points at least a tenth of a pixel apart: many cases have nearly equal forecasts.
fn thinned(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut kept: Vec<(f64, f64)> = Vec::new();
    for (index, point) in points.iter().enumerate() {
        let is_far = |last: &(f64, f64)| (point.0 - last.0).abs() + (point.1 - last.1).abs() > 0.4;
        if kept.last().is_none_or(is_far) || index + 1 == points.len() {
            kept.push(*point);
        }
    }
    kept
}

/// A square frame with both axes from 0.
struct Page {
    scene: Drawing,
    frame: Frame,
    axis: Axis,
    size: (f64, f64),
    title: String,
}

impl Page {
    fn new(width: f64, most: f64, title: &str, across: &str, up: &str) -> Self {
        let mut scene = Drawing::default();
        let top = heading(&mut scene, width, title);
        scene.text((MARGIN, top + 4.0), Text::new(up, WORDS).soft());
        let axis = Axis::probability(most, width);
        let left = MARGIN + axis.label_width() + 6.0;
        let frame = Frame { left, top: top + 16.0, right: width - MARGIN, bottom: top + 16.0 + 0.8 * width };
        for (value, label) in &axis.ticks {
            let y = axis.at(*value, &frame);
            scene.line(&[(frame.left, y), (frame.right, y)], Stroke::of(Paint::Grid, 1.0));
            scene.text((frame.left - 6.0, y + 0.36 * TICK), Text::new(label, TICK).soft().at(Anchor::End));
        }
        let below = frame.bottom + 32.0;
        scene.text((frame.right, below), Text::new(across, WORDS).soft().at(Anchor::End));
        Self { scene, frame, axis, size: (width, below + MARGIN), title: title.to_owned() }
    }

    fn place(&self, x: f64, y: f64) -> (f64, f64) {
        (self.frame.left + x * self.frame.width(), self.axis.at(y, &self.frame))
    }

    fn across(&mut self, labels: &[(f64, String)]) {
        for (x, label) in labels {
            let (x, y) = self.place(*x, 0.0);
            self.scene.text((x, y + 15.0), Text::new(label, TICK).soft().at(Anchor::Middle));
        }
    }

    /// How often each forecast was made, as bars from the bottom of the frame, the largest of fixed height.
    fn counts(&mut self, forecasts: &[(f64, usize)]) {
        let mut bins = [0; BINS];
        for (forecast, count) in forecasts {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to the number of bins")]
            let bin = ((forecast * f64_of(BINS)) as usize).min(BINS - 1);
            bins[bin] += count;
        }
        let most = bins.iter().copied().max().unwrap_or(1).max(1);
        let full = COUNTS * self.frame.height();
        for (bin, count) in bins.into_iter().enumerate() {
            let (left, bottom) = self.place(f64_of(bin) / f64_of(BINS), 0.0);
            let (right, _) = self.place(f64_of(bin + 1) / f64_of(BINS), 0.0);
            let height = full * f64_of(count) / f64_of(most);
            self.scene.rect((left + 0.5, bottom - height), (right - left - 1.0, height), Paint::Soft, 0.45);
        }
    }

    fn finish(self, description: &str) -> String {
        self.scene.finish(self.size, &self.title, description)
    }
}
