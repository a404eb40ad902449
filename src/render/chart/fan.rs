//! Revenue of several providers: history, bands, medians, sampled paths, and actual values.

use super::axis::{Axis, Calendar, Frame};
use super::labels::{self, Label};
use super::page::{Contents, LEAST_WIDTH, Layout, LegendEntry, Words};
use super::settings::{Chart, fault, points, titled};
use super::svg::{Drawing, Paint, Stroke};
use crate::calendar::Period;
use crate::error::Error;
use crate::outcome::{KnownRevenue, LEVELS, MEDIAN, Outcome};
use crate::render::number::money;
use crate::scenario::Measure;

/// Up to this many providers share a frame; more have a frame each.
const MOST_TOGETHER: usize = 4;
/// The bands, from wide to narrow: indices in `LEVELS` of their two edges.
const BANDS: [(usize, usize); 3] = [(0, 8), (2, 6), (3, 5)];

/// The data drawn for one provider.
struct FanSeries<'a> {
    name: &'a str,
    /// Known revenue up to the base, with the base at its median.
    past: Vec<(Period, f64)>,
    /// Quantiles from the base on, by level.
    periods: Vec<Period>,
    levels: Vec<[f64; LEVELS.len()]>,
    actual: &'a [(Period, f64)],
    paths: Vec<Vec<(Period, f64)>>,
}

impl<'a> FanSeries<'a> {
    fn new(chart: &'a Chart<'_>, outcome: &Outcome, name: &'a str) -> Result<Self, Error> {
        let is_of_period = chart.measure == Measure::Period;
        let fan = if is_of_period { outcome.revenue(name)? } else { outcome.measured(name, chart.measure)? };
        let known = outcome.past(name)?;
        let shown = points(fan.periods());
        // Sums over years start at their first date, since the base is the revenue of a single period.
        let mut levels = if is_of_period { vec![known.base] } else { Vec::new() };
        for period in &shown {
            let mut row = [0.0; LEVELS.len()];
            for (value, p) in row.iter_mut().zip(LEVELS) {
                *value = fan.quantile(*period, p)?;
            }
            levels.push(row);
        }
        let past = if is_of_period { past(outcome, known, fan.periods().len())? } else { Vec::new() };
        let actual = chart.actual.iter().find(|(of, _)| of == name).map_or(&[][..], |(_, figures)| figures.as_slice());
        let base = is_of_period.then_some(outcome.base());
        let periods: Vec<Period> = base.into_iter().chain(shown).collect();
        let paths = chart.sampled(name, &periods)?;
        Ok(Self { name, past, periods, levels, actual, paths })
    }

    fn level(&self, level: usize) -> impl DoubleEndedIterator<Item = (Period, f64)> {
        self.periods.iter().zip(&self.levels).map(move |(period, row)| (*period, row[level]))
    }

    /// Every value that the axes must include.
    fn extent(&self) -> impl Iterator<Item = (Period, f64)> {
        let bands = self.level(0).chain(self.level(LEVELS.len() - 1));
        bands
            .chain(self.past.iter().copied())
            .chain(self.actual.iter().copied())
            .chain(self.paths.iter().flatten().copied())
    }

    fn median_at_horizon(&self) -> f64 {
        self.levels.last().map_or(f64::NAN, |row| row[MEDIAN])
    }

    fn summary(&self) -> String {
        let (Some(row), Some(period)) = (self.levels.last(), self.periods.last()) else { return String::new() };
        let [low, median, high] = [row[0], row[MEDIAN], row[LEVELS.len() - 1]].map(|value| money(value, 3));
        format!("{}: median {median} in {period}, 95 % band {low} to {high}.", self.name)
    }
}

/// Revenue up to the base, over at most `most` periods before it.
fn past(outcome: &Outcome, known: &KnownRevenue, most: usize) -> Result<Vec<(Period, f64)>, Error> {
    let history = &known.history[known.history.len().saturating_sub(most)..];
    let mut past = Vec::new();
    for (back, value) in (1..).zip(history.iter().rev()) {
        past.push((outcome.base().checked_add(-back)?, *value));
    }
    past.reverse();
    past.push((outcome.base(), known.base[MEDIAN]));
    Ok(past)
}

/// One frame: its highlighted series, and those drawn only as grey medians.
struct FanPanel<'s, 'a> {
    title: String,
    shown: Vec<(&'s FanSeries<'a>, Paint)>,
    hinted: Vec<&'s FanSeries<'a>>,
}

/// The ranges that the axes must include.
struct Extent {
    money: (f64, f64),
    time: (Period, Period),
}

impl Extent {
    fn of(all: &[Vec<FanSeries<'_>>]) -> Option<Self> {
        let points = || all.iter().flatten().flat_map(FanSeries::extent);
        let low = points().map(|(_, value)| value).fold(f64::INFINITY, f64::min);
        let high = points().map(|(_, value)| value).fold(0.0, f64::max);
        let periods = || points().map(|(period, _)| period);
        Some(Self { money: (low, high), time: (periods().min()?, periods().max()?) })
    }
}

pub(super) fn draw(chart: &Chart<'_>) -> Result<String, Error> {
    let names = chart.providers()?;
    let series = |outcome| names.iter().map(|name| FanSeries::new(chart, outcome, name)).collect();
    let all: Vec<Vec<FanSeries<'_>>> =
        chart.panels.iter().map(|(_, outcome)| series(outcome)).collect::<Result<_, _>>()?;
    let panels = panels(chart, &all);
    let extent = Extent::of(&all).ok_or_else(|| fault("of", "no provider is selected".to_owned()))?;
    let alone = panels.len() == 1;
    let labels = if alone { named(&all[0]) } else { Vec::new() };
    let sign = |(index, name): (usize, &String)| LegendEntry {
        name: name.clone(),
        paint: Paint::FanSeries(index),
        filled: None,
    };
    let together = !alone && names.len() <= MOST_TOGETHER;
    let right = if alone { labels::room(&labels, f64::from(chart.width)) } else { 0.0 };
    let request = Contents {
        words: words(chart, &names, &all, panels.len(), !labels.is_empty()),
        key: if together { names.iter().enumerate().map(sign).collect() } else { Vec::new() },
        titles: panels.iter().map(|panel| panel.title.clone()).collect(),
        axis: &|height| Axis::money(extent.money.0, extent.money.1, !chart.linear, height),
        right,
        below: 0.0,
        flat: false,
        least: LEAST_WIDTH,
    };
    let mut page = Layout::new(chart, request)?;
    let calendar = Calendar::new(extent.time.0, extent.time.1);
    for (index, panel) in panels.iter().enumerate() {
        let frame = page.frames[index];
        page.calendar(&calendar, &frame);
        fill(&mut page, &calendar, &frame, panel);
    }
    let ends = all[0].iter().map(|series| page.axis.at(series.median_at_horizon(), &page.frames[0]));
    let labels = labels.into_iter().zip(ends).map(|(label, y)| Label { y, ..label }).collect();
    labels::draw(&mut page.scene, &page.frames[0], right, labels);
    Ok(page.finish())
}

/// The labels at the ends of the medians, before they are positioned.
fn named(all: &[FanSeries<'_>]) -> Vec<Label> {
    let label = |(index, series): (usize, &FanSeries<'_>)| Label {
        y: 0.0,
        name: series.name.to_owned(),
        figure: money(series.median_at_horizon(), 3),
        paint: Paint::FanSeries(index),
    };
    all.iter().enumerate().map(label).collect()
}

fn panels<'s, 'a>(chart: &Chart<'_>, all: &'s [Vec<FanSeries<'a>>]) -> Vec<FanPanel<'s, 'a>> {
    let mut panels = Vec::new();
    for ((title, _), series) in chart.panels.iter().zip(all) {
        if series.len() <= MOST_TOGETHER {
            let shown = series.iter().enumerate().map(|(index, series)| (series, Paint::FanSeries(index))).collect();
            panels.push(FanPanel { title: title.clone(), shown, hinted: Vec::new() });
            continue;
        }
        for (index, focus) in series.iter().enumerate() {
            let others = series.iter().enumerate().filter(|(other, _)| *other != index);
            panels.push(FanPanel {
                title: titled(title, focus.name),
                shown: vec![(focus, Paint::FanSeries(0))],
                hinted: others.map(|(_, series)| series).collect(),
            });
        }
    }
    panels
}

fn words(chart: &Chart<'_>, names: &[String], all: &[Vec<FanSeries<'_>>], panels: usize, labelled: bool) -> Words {
    let outcome = chart.panels[0].1;
    let quantity = outcome.scenario().capital_quantity();
    let title = match names {
        [one] => format!("{quantity} of {one}"),
        [one, other] => format!("{quantity} of {one} and {other}"),
        several => format!("{quantity} of {} providers", several.len()),
    };
    let unit = outcome.scenario().unit().map_or_else(String::new, |unit| format!("{unit} "));
    let mut subtitle = format!("{unit}per {}, ", outcome.span_words(chart.measure));
    subtitle += if chart.linear { "linear axis" } else { "logarithmic axis" };
    subtitle += " · line: median; bands: 50, 80 and 95 % of the paths";
    if (2..=MOST_TOGETHER).contains(&names.len()) {
        subtitle += &format!(" of {}; outlined: 95 % of the paths of {}", names[0], others(names));
    }
    if panels > chart.panels.len() {
        subtitle += "; grey: the medians of the others";
    }
    if labelled {
        let last = all.first().and_then(|all| all.first()).and_then(|series| series.periods.last());
        subtitle += &format!(" · labels: medians in {}", last.copied().unwrap_or(outcome.horizon()));
    }
    if let Some(paths) = chart.paths {
        subtitle += &format!(" · thin lines: {} of the paths, one of them emphasized", paths.len());
    }
    if all.iter().flatten().any(|series| !series.actual.is_empty()) {
        subtitle += " · circles: actual values";
    }
    let mut description = String::new();
    for ((title, _), series) in chart.panels.iter().zip(all) {
        let lines: Vec<String> = series.iter().map(FanSeries::summary).collect();
        description +=
            &format!("{}{} ", if title.is_empty() { String::new() } else { format!("{title}: ") }, lines.join(" "));
    }
    Words { title, subtitle, note: chart.runs(), description: description.trim_end().to_owned() }
}

/// The providers with an outline, in words.
fn others(names: &[String]) -> &str {
    match names {
        [_, other] => other,
        _ => "the others",
    }
}

/// Draws the series of one frame, filled areas first.
fn fill(page: &mut Layout, calendar: &Calendar, frame: &Frame, panel: &FanPanel<'_, '_>) {
    let (scene, axis) = (&mut page.scene, &page.axis);
    let at = |(period, value): (Period, f64)| (calendar.at(period, frame), axis.at(value, frame));
    for (index, (series, paint)) in panel.shown.iter().enumerate() {
        if index == 0 {
            bands(scene, series, *paint, at);
        } else {
            outline(scene, series, *paint, at);
        }
    }
    for series in &panel.hinted {
        let median: Vec<_> = series.level(MEDIAN).map(at).collect();
        scene.line(&median, Stroke::of(Paint::Soft, 0.7).faint(0.5));
    }
    for (series, paint) in &panel.shown {
        for (index, path) in series.paths.iter().enumerate() {
            // Highlights one future, the same for all providers, so that changes of rank can be followed.
            let stroke = if index == 0 { Stroke::of(*paint, 1.5) } else { Stroke::of(*paint, 0.7).faint(0.55) };
            scene.line(&path.iter().copied().map(at).collect::<Vec<_>>(), stroke);
        }
    }
    for (series, paint) in &panel.shown {
        known(scene, series, *paint, at);
    }
}

fn bands(scene: &mut Drawing, series: &FanSeries<'_>, paint: Paint, at: impl Fn((Period, f64)) -> (f64, f64) + Copy) {
    let opacity = if series.paths.is_empty() { 0.15 } else { 0.08 };
    for (low, high) in BANDS {
        let edge = series.level(low).chain(series.level(high).rev()).map(at).collect::<Vec<_>>();
        scene.area(&edge, paint, opacity, None);
    }
    for level in [0, LEVELS.len() - 1] {
        let edge: Vec<_> = series.level(level).map(at).collect();
        scene.line(&edge, Stroke::of(paint, 0.7).dashed().faint(0.7));
    }
}

/// The edges of the widest band: areas that overlap would mix their colours, and nobody could tell whose band is where.
fn outline(scene: &mut Drawing, series: &FanSeries<'_>, paint: Paint, at: impl Fn((Period, f64)) -> (f64, f64) + Copy) {
    for level in [0, LEVELS.len() - 1] {
        let edge: Vec<_> = series.level(level).map(at).collect();
        scene.line(&edge, Stroke::of(paint, 1.2));
    }
}

/// History, base, median, and actual values.
fn known(scene: &mut Drawing, series: &FanSeries<'_>, paint: Paint, at: impl Fn((Period, f64)) -> (f64, f64) + Copy) {
    let line = |points: &[(Period, f64)]| points.iter().copied().map(at).collect::<Vec<_>>();
    if !series.past.is_empty() {
        scene.line(&line(&series.past), Stroke::of(paint, 2.6));
    }
    let median: Vec<_> = series.level(MEDIAN).map(at).collect();
    scene.line(&median, Stroke::of(paint, 2.2).dashed());
    if let [base] = series.past[..] {
        scene.circle(at(base), 2.4, paint, true);
    }
    for figure in series.actual {
        scene.circle(at(*figure), 2.6, paint, false);
    }
}
