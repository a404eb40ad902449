//! Stacked values over time that sum to 1: the ranks of a provider, or the shares of all.

use super::axis::{Axis, Calendar, Frame};
use super::labels::{self, Label};
use super::page::{Contents, LEAST_WIDTH, Layout, LegendEntry, Words, f64_of};
use super::settings::{Chart, points, short, titled};
use super::svg::{Paint, SERIES, Stroke};
use crate::calendar::Period;
use crate::error::Error;
use crate::outcome::Outcome;

/// Layers over the periods, from bottom to top.
struct Layers {
    periods: Vec<Period>,
    /// Values by layer, then by period.
    values: Vec<Vec<f64>>,
}

impl Layers {
    /// The values at the last period.
    fn last(&self) -> Vec<f64> {
        self.values.iter().map(|layer| layer.last().copied().unwrap_or(0.0)).collect()
    }

    /// Draws the layers as steps, each over its whole period; returns the middles of the layers in the last period.
    fn draw(&self, page: &mut Layout, calendar: &Calendar, frame: &Frame, looks: &[(Paint, f64)]) -> Vec<f64> {
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

/// The opacity of a rank; rank 1 is the darkest.
fn shade(rank: usize, ranks: usize) -> f64 {
    1.0 - 0.88 * f64_of(rank) / f64_of(ranks.max(2) - 1)
}

pub(super) fn ranks(chart: &Chart<'_>) -> Result<String, Error> {
    let names = chart.providers()?;
    let (mut titles, mut panels, mut lines) = (Vec::new(), Vec::new(), Vec::new());
    for (title, outcome) in &chart.panels {
        for name in &names {
            let layers = layers_of_ranks(outcome, name)?;
            let first = layers.values.first().and_then(|first| first.last()).copied().unwrap_or(0.0);
            let title = titled(title, name);
            lines.push(format!("{title}: first with probability {} in {}.", short(first), outcome.horizon()));
            titles.push(title);
            panels.push((layers, *outcome));
        }
    }
    let most = panels.iter().map(|(layers, _)| layers.values.len()).max().unwrap_or(0);
    let looks: Vec<(Paint, f64)> = (0..most).map(|rank| (Paint::FanSeries(0), shade(rank, most))).collect();
    let sign = |(rank, (paint, opacity)): (usize, &(Paint, f64))| LegendEntry {
        name: format!("rank {}", rank + 1),
        paint: *paint,
        filled: Some(*opacity),
    };
    let outcome = chart.panels[0].1;
    let words = Words {
        title: format!("Rank by {}", outcome.scenario().quantity()),
        subtitle: format!(
            "probability of each rank in each {}, with rank 1, the largest, at the bottom",
            outcome.base().step().word()
        ),
        note: chart.runs(),
        description: lines.join(" "),
    };
    let key = looks.iter().enumerate().map(sign).collect();
    let axis = |height| Axis::probability(1.0, height);
    let request = Contents { words, key, titles, axis: &axis, right: 0.0, below: 0.0, flat: false, least: LEAST_WIDTH };
    let mut page = Layout::new(chart, request)?;
    fill(&mut page, &panels, &looks)?;
    Ok(page.finish())
}

fn layers_of_ranks(outcome: &Outcome, name: &str) -> Result<Layers, Error> {
    let table = outcome.rank(name)?;
    let periods = points(table.periods());
    let at = |rank| periods.iter().map(|period| table.probability(*period, rank).map(|p| p.value())).collect();
    let values = (1..=outcome.providers.len()).map(at).collect::<Result<_, _>>()?;
    Ok(Layers { periods, values })
}

fn layers_of_shares(outcome: &Outcome, names: &[String]) -> Result<Layers, Error> {
    let periods = points(outcome.share(&names[0])?.periods());
    let mut values = Vec::new();
    for name in names {
        let share = outcome.share(name)?;
        values.push(periods.iter().map(|period| share.mean(*period)).collect::<Result<_, _>>()?);
    }
    Ok(Layers { periods, values })
}

/// Draws the layers of every frame; returns the middles of the last period's layers in the first frame.
fn fill(page: &mut Layout, panels: &[(Layers, &Outcome)], looks: &[(Paint, f64)]) -> Result<Vec<f64>, Error> {
    let mut first = Vec::new();
    for (index, (layers, outcome)) in panels.iter().enumerate() {
        let frame = page.frames[index];
        let calendar = Calendar::new(outcome.base().checked_add(1)?, outcome.horizon());
        let middles = layers.draw(page, &calendar, &frame, looks);
        page.calendar(&calendar, &frame);
        if index == 0 {
            first = middles;
        }
    }
    Ok(first)
}

/// The opacity of a layer. Neighbours differ, so that they are distinct in grey, and so do layers of the same colour.
fn depth(index: usize) -> f64 {
    let first = if index.is_multiple_of(2) { 0.9 } else { 0.5 };
    if (index / SERIES).is_multiple_of(2) { first } else { first - 0.2 }
}

pub(super) fn shares(chart: &Chart<'_>) -> Result<String, Error> {
    let names = chart.providers()?;
    let layers = |outcome| layers_of_shares(outcome, &names).map(|layers| (layers, outcome));
    let panels: Vec<_> = chart.panels.iter().map(|(_, outcome)| layers(*outcome)).collect::<Result<_, _>>()?;
    let alone = panels.len() == 1;
    let looks: Vec<(Paint, f64)> = (0..names.len()).map(|index| (Paint::FanSeries(index), depth(index))).collect();
    let sign = |(name, (paint, opacity)): (&String, &(Paint, f64))| LegendEntry {
        name: name.clone(),
        paint: *paint,
        filled: Some(*opacity),
    };
    let key = if alone { Vec::new() } else { names.iter().zip(&looks).map(sign).collect() };
    let labels = if alone { named(&names, &panels[0].0) } else { Vec::new() };
    let right = if alone { labels::room(&labels, f64::from(chart.width)) } else { 0.0 };
    let titles = chart.panels.iter().map(|(title, _)| title.clone()).collect();
    let words = words_of_shares(chart, &names, &panels);
    let axis = |height| Axis::probability(1.0, height);
    let request = Contents { words, key, titles, axis: &axis, right, below: 0.0, flat: false, least: LEAST_WIDTH };
    let mut page = Layout::new(chart, request)?;
    let middles = fill(&mut page, &panels, &looks)?;
    let placed = labels.into_iter().zip(middles).map(|(label, y)| Label { y, ..label });
    // If not all labels fit, the thinnest layers have none.
    let mut labels: Vec<(f64, Label)> = panels[0].0.last().into_iter().zip(placed).collect();
    labels.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    labels.truncate(labels::most(&page.frames[0]));
    labels::draw(&mut page.scene, &page.frames[0], right, labels.into_iter().map(|(_, label)| label).collect());
    Ok(page.finish())
}

/// The labels of the layers, before they are positioned.
fn named(names: &[String], layers: &Layers) -> Vec<Label> {
    let shares = layers.last();
    let label = |(index, (name, share)): (usize, (&String, f64))| Label {
        y: 0.0,
        name: name.clone(),
        figure: percent(share),
        paint: Paint::FanSeries(index),
    };
    names.iter().zip(shares).enumerate().map(label).collect()
}

fn percent(share: f64) -> String {
    let percent = 100.0 * share;
    if percent < 9.95 { format!("{percent:.1} %") } else { format!("{percent:.0} %") }
}

fn words_of_shares(chart: &Chart<'_>, names: &[String], panels: &[(Layers, &Outcome)]) -> Words {
    let outcome = chart.panels[0].1;
    let lines = chart.panels.iter().zip(panels).map(|((title, _), (layers, outcome))| {
        let each = names.iter().zip(layers.last()).map(|(name, share)| format!("{name} {}", percent(share)));
        let named = if title.is_empty() { String::new() } else { format!("{title}: ") };
        format!("{named}in {}: {}.", outcome.horizon(), each.collect::<Vec<_>>().join(", "))
    });
    Words {
        title: format!("Shares of {}", outcome.scenario().quantity()),
        subtitle: format!(
            "mean share in the sum of the providers, by {}{}",
            outcome.base().step().word(),
            if panels.len() == 1 { format!(" · labels: in {}", outcome.horizon()) } else { String::new() }
        ),
        note: chart.runs(),
        description: lines.collect::<Vec<_>>().join(" "),
    }
}
