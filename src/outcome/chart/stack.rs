//! What adds up to one over time: the ranks of a provider, the shares of all.

use super::axis::{Axis, Calendar};
use super::labels::{self, Label};
use super::page::{Frame, Page, Request, Sign, Words, f64_of};
use super::svg::{Paint, SERIES, Stroke};
use super::{Chart, points, titled};
use crate::calendar::Period;
use crate::error::Error;
use crate::outcome::table::run_words;

/// Layers over the periods, from the bottom.
struct Layers {
    periods: Vec<Period>,
    /// By layer, then period.
    values: Vec<Vec<f64>>,
}

impl Layers {
    /// Draws the layers as steps, each over its whole period; returns the middles of the last period's.
    fn draw(&self, page: &mut Page, calendar: &Calendar, frame: &Frame, looks: &[(Paint, f64)]) -> Vec<f64> {
        let edge = |period: &Period| calendar.month(period.start(), frame);
        let mut edges: Vec<f64> = self.periods.iter().map(edge).collect();
        edges.push(frame.right);
        page.scene.rect((frame.left, frame.top), (frame.width(), frame.height()), Paint::Paper, 1.0);
        let mut below = vec![0.0; self.periods.len()];
        let mut middles = Vec::new();
        for (values, (paint, opacity)) in self.values.iter().zip(looks) {
            let above: Vec<f64> = below.iter().zip(values).map(|(below, value)| below + value).collect();
            let steps = |heights: &[f64]| -> Vec<(f64, f64)> {
                let step = |(height, pair): (&f64, &[f64])| {
                    let y = page.axis.at(height.min(1.0), frame);
                    [(pair[0], y), (pair[1], y)]
                };
                heights.iter().zip(edges.windows(2)).flat_map(step).collect()
            };
            let outline: Vec<_> = steps(&above).into_iter().chain(steps(&below).into_iter().rev()).collect();
            if values.iter().any(|value| *value > 0.0) {
                page.scene.area(&outline, *paint, *opacity, Some(Stroke::of(Paint::Paper, 0.7)));
            }
            let middle = 0.5 * (above.last().unwrap_or(&0.0) + below.last().unwrap_or(&0.0));
            middles.push(page.axis.at(middle.min(1.0), frame));
            below = above;
        }
        middles
    }
}

/// Rank 1 is the darkest.
fn shade(rank: usize, ranks: usize) -> f64 {
    1.0 - 0.88 * f64_of(rank) / f64_of(ranks.max(2) - 1)
}

pub(super) fn ranks(chart: &Chart<'_>) -> Result<String, Error> {
    let names = chart.providers()?;
    let (mut titles, mut panels, mut told) = (Vec::new(), Vec::new(), Vec::new());
    let mut most = 0;
    for (title, outcome) in &chart.panels {
        let count = outcome.providers.len();
        most = most.max(count);
        for name in &names {
            let table = outcome.rank(name)?;
            let periods = points(table.periods());
            let at = |rank| periods.iter().map(|period| table.probability(*period, rank).map(|p| p.value())).collect();
            let values = (1..=count).map(at).collect::<Result<Vec<Vec<f64>>, Error>>()?;
            let first = values.first().and_then(|first| first.last()).copied().unwrap_or(0.0);
            told.push(format!(
                "{}: first with probability {} in {}.",
                titled(title, name),
                super::short(first),
                outcome.horizon
            ));
            titles.push(titled(title, name));
            panels.push((Layers { periods, values }, outcome));
        }
    }
    let look = |rank| (Paint::Series(0), shade(rank, most));
    let sign =
        |rank| Sign { name: format!("rank {}", rank + 1), paint: Paint::Series(0), filled: Some(shade(rank, most)) };
    let outcome = chart.panels[0].1;
    let words = Words {
        title: "Rank by revenue".to_owned(),
        subtitle: format!("probability of each rank in each {}; rank 1 is the largest", outcome.base.step().word()),
        note: run_words(&outcome.run),
        description: told.join(" "),
    };
    let axis = |height| Axis::probability(1.0, height);
    let key = (0..most).map(sign).collect();
    let mut page = Page::new(chart, Request { words, key, titles, axis: &axis, right: 0.0, below: 0.0, flat: false })?;
    let looks: Vec<(Paint, f64)> = (0..most).map(look).collect();
    for (index, (layers, outcome)) in panels.iter().enumerate() {
        let frame = page.frames[index];
        let calendar = Calendar::new(outcome.base.next(1)?, outcome.horizon);
        layers.draw(&mut page, &calendar, &frame, &looks);
        page.calendar(&calendar, &frame);
    }
    Ok(page.finish())
}

pub(super) fn shares(chart: &Chart<'_>) -> Result<String, Error> {
    let names = chart.providers()?;
    let mut panels = Vec::new();
    for (_, outcome) in &chart.panels {
        let mut layers = Layers { periods: points(outcome.share(&names[0])?.periods()), values: Vec::new() };
        for name in &names {
            let share = outcome.share(name)?;
            layers.values.push(layers.periods.iter().map(|period| share.mean(*period)).collect::<Result<_, _>>()?);
        }
        panels.push((layers, outcome));
    }
    let last = |layer: &Vec<f64>| layer.last().map_or_else(String::new, |share| percent(*share));
    let figures: Vec<Vec<String>> = panels.iter().map(|(layers, _)| layers.values.iter().map(last).collect()).collect();
    let alone = panels.len() == 1;
    // Neighbours differ in depth too, so that grey tells them apart.
    let look =
        |index: usize| (Paint::Series(index), if (index + index / SERIES).is_multiple_of(2) { 0.9 } else { 0.5 });
    let sign = |(index, name): (usize, &String)| Sign {
        name: name.clone(),
        paint: look(index).0,
        filled: Some(look(index).1),
    };
    let key = if alone { Vec::new() } else { names.iter().enumerate().map(sign).collect() };
    let named = || names.iter().zip(&figures[0]).map(|(name, figure)| (name.as_str(), figure.as_str()));
    let right = if alone { labels::room(named(), f64::from(chart.width)) } else { 0.0 };
    let titles = chart.panels.iter().map(|(title, _)| title.clone()).collect();
    let words = words_of_shares(chart, &names, &figures);
    let axis = |height| Axis::probability(1.0, height);
    let mut page = Page::new(chart, Request { words, key, titles, axis: &axis, right, below: 0.0, flat: false })?;
    let looks: Vec<(Paint, f64)> = (0..names.len()).map(look).collect();
    for (index, (layers, outcome)) in panels.iter().enumerate() {
        let frame = page.frames[index];
        let calendar = Calendar::new(outcome.base.next(1)?, outcome.horizon);
        let middles = layers.draw(&mut page, &calendar, &frame, &looks);
        page.calendar(&calendar, &frame);
        if alone {
            let label = |((index, y), (name, figure)): ((usize, f64), (&str, &str))| Label {
                y,
                name: name.to_owned(),
                figure: figure.to_owned(),
                paint: Paint::Series(index),
            };
            let mut labels: Vec<Label> = middles.into_iter().enumerate().zip(named()).map(label).collect();
            let share = |label: &Label| {
                names.iter().position(|name| *name == label.name).map(|at| layers.values[at].last().copied())
            };
            labels.sort_by(|a, b| share(b).partial_cmp(&share(a)).unwrap_or(std::cmp::Ordering::Equal));
            labels.truncate(labels::most(&frame));
            labels::draw(&mut page.scene, &frame, right, labels);
        }
    }
    Ok(page.finish())
}

fn percent(share: f64) -> String {
    let percent = 100.0 * share;
    if percent < 9.95 { format!("{percent:.1} %") } else { format!("{percent:.0} %") }
}

fn words_of_shares(chart: &Chart<'_>, names: &[String], figures: &[Vec<String>]) -> Words {
    let outcome = chart.panels[0].1;
    let told = chart.panels.iter().zip(figures).map(|((title, outcome), figures)| {
        let each = names.iter().zip(figures).map(|(name, figure)| format!("{name} {figure}"));
        let named = if title.is_empty() { String::new() } else { format!("{title}: ") };
        format!("{named}in {}: {}.", outcome.horizon, each.collect::<Vec<_>>().join(", "))
    });
    Words {
        title: "Shares of revenue".to_owned(),
        subtitle: format!("mean share in the sum of the providers, each {}", outcome.base.step().word()),
        note: run_words(&outcome.run),
        description: told.collect::<Vec<_>>().join(" "),
    }
}
