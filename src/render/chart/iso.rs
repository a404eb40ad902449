//! A chart of the lines on which a probability has given levels.

use super::axis::{Axis, Frame, TICK};
use super::page::WORDS;
use super::single::{MARGIN, checked, heading};
use super::svg::{Anchor, Drawing, Paint, Stroke, Text};
use super::text;
use crate::analysis::{IsoLine, Surface};
use crate::error::Error;

/// The height of the frame relative to its width.
const ASPECT: f64 = 0.8;

impl Surface {
    /// Draws lines of equal probability as SVG of this width in pixels, each with its level, and a dot at the numbers as they are. `words`
    /// name the two numbers. Needs the feature `charts`, which is on by default.
    ///
    /// # Errors
    /// A level that is not between 0 and 1, or a width that is not from 280 to 2,000 pixels.
    ///
    /// # Example: even odds and one in four
    /// ```
    /// # use outgrow::{normal, Curve, Provider, Question, Scenario};
    /// # let scenario = Scenario::builder("2018", "2022")
    /// #     .provider(Provider::new("A", 10).growth(Curve::constant(normal(0.3, 0.1))).volatility(0.1))
    /// #     .provider(Provider::new("B", 12).growth(Curve::constant(0.2)).volatility(0.1))
    /// #     .question(Question::overtakes("A", "B")).build()?;
    /// let axes = [("provider[A].growth.constant.normal[0]", 0.1..=0.5), ("provider[B].growth.constant", 0.1..=0.4)];
    /// let surface = scenario.surface("A overtakes B", "2021", axes)?.tolerance(1e-3).run()?;
    /// let svg = surface.chart(&[0.25, 0.5, 0.75], ["growth of A", "growth of B"], 600)?;
    /// assert!(svg.starts_with("<svg"));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn chart(&self, levels: &[f64], words: [&str; 2], width: u32) -> Result<String, Error> {
        let (width, lines) = (checked(width)?, self.iso_lines(levels)?);
        let title = format!("Probability that {} by {}", self.question, self.period);
        let mut scene = Drawing::default();
        let top = heading(&mut scene, width, &title);
        scene.text((MARGIN, top + 4.0), Text::new(words[1], WORDS).soft());
        let [across, up] = [0, 1].map(|axis| Axis::range(self.axes[axis].low, self.axes[axis].high, width));
        let left = MARGIN + up.label_width() + 6.0;
        let (top, right) = (top + 16.0, width - MARGIN);
        let frame = Frame { left, top, right, bottom: top + ASPECT * width };
        // A horizontal axis is a vertical one of a frame on its side.
        let side = Frame { left: 0.0, right: 0.0, top: right, bottom: left };
        let place = |[x, y]: [f64; 2]| (across.at(x, &side), up.at(y, &frame));
        for (value, label) in &up.ticks {
            let (_, y) = place([self.axes[0].low, *value]);
            scene.line(&[(frame.left, y), (frame.right, y)], Stroke::of(Paint::Grid, 1.0));
            scene.text((frame.left - 6.0, y + 0.36 * TICK), Text::new(label, TICK).soft().at(Anchor::End));
        }
        for (value, label) in &across.ticks {
            let (x, _) = place([*value, self.axes[1].low]);
            scene.line(&[(x, frame.top), (x, frame.bottom)], Stroke::of(Paint::Grid, 1.0));
            scene.text((x, frame.bottom + 15.0), Text::new(label, TICK).soft().at(Anchor::Middle));
        }
        let below = frame.bottom + 32.0;
        scene.text((frame.right, below), Text::new(words[0], WORDS).soft().at(Anchor::End));
        for (index, line) in lines.iter().enumerate() {
            draw(&mut scene, line, index, &place);
        }
        let current = [self.axes[0].current, self.axes[1].current];
        if let Ok(now) = self.at(current[0], current[1]) {
            let (x, y) = place(current);
            scene.circle((x, y), 4.5, Paint::Ink, true);
            let label = format!("now {:.2}", now.value());
            let is_left = x + 9.0 + text::width(&label, WORDS) * 1.1 > frame.right;
            let (x, anchor) = if is_left { (x - 9.0, Anchor::End) } else { (x + 9.0, Anchor::Start) };
            boxed(&mut scene, (x, y), &label, anchor, Paint::Ink);
        }
        let described: Vec<String> = lines.iter().map(|line| described(line, words)).collect();
        Ok(scene.finish((width, below + MARGIN), &title, &described.join(" ")))
    }
}

/// A line with its level in the middle of its longest piece.
fn draw(scene: &mut Drawing, line: &IsoLine, index: usize, place: &dyn Fn([f64; 2]) -> (f64, f64)) {
    let paint = Paint::FanSeries(index);
    let pieces: Vec<Vec<(f64, f64)>> =
        line.pieces.iter().map(|piece| piece.iter().copied().map(place).collect()).collect();
    for piece in &pieces {
        scene.line(piece, Stroke::of(paint, 2.2).dashed());
    }
    if let Some(longest) = pieces.iter().max_by_key(|piece| piece.len()) {
        boxed(scene, longest[longest.len() / 2], &format!("{}", line.level), Anchor::Middle, paint);
    }
}

/// Text on the colour of the paper, so that lines behind it do not disturb.
fn boxed(scene: &mut Drawing, (x, y): (f64, f64), label: &str, anchor: Anchor, paint: Paint) {
    let width = 1.1 * text::width(label, WORDS) + 6.0;
    let left = match anchor {
        Anchor::Start => x - 3.0,
        Anchor::Middle => x - 0.5 * width,
        Anchor::End => x - width + 3.0,
    };
    scene.rect((left, y - 0.65 * WORDS), (width, 1.3 * WORDS), Paint::Paper, 0.9);
    scene.text((x, y + 0.36 * WORDS), Text { paint, ..Text::new(label, WORDS).at(anchor).bold() });
}

fn described(line: &IsoLine, words: [&str; 2]) -> String {
    let ends = line.pieces.first().and_then(|piece| Some((piece.first()?, piece.last()?)));
    match ends {
        Some(([a, b], [c, d])) => {
            format!("{}: from {} {a:.4}, {} {b:.4} to {c:.4}, {d:.4}.", line.level, words[0], words[1])
        }
        None => format!("{}: nowhere.", line.level),
    }
}
