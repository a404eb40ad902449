//! Direct labels: names at the ends of lines, moved apart so that they do not overlap.

use super::axis::Frame;
use super::page::LABEL;
use super::svg::{Drawing, Paint, Stroke, Text};
use super::text;

/// The distance from one label to the next.
const GAP: f64 = 14.5;
/// The shortest useful abbreviation of a name, in pixels.
const LEAST_NAME: f64 = 66.0;
/// The length of the leader from a line's end to its label.
const LEADER: f64 = 16.0;

/// A label with its preferred vertical position.
#[derive(Debug, Clone)]
pub(super) struct Label {
    pub(super) y: f64,
    pub(super) name: String,
    /// A number after the name, shown if it fits.
    pub(super) figure: String,
    pub(super) paint: Paint,
}

/// The width that labels need on the right of a frame, at most 36 % of `page`.
pub(super) fn room(labels: &[Label], page: f64) -> f64 {
    let widths = labels.iter().map(|label| text::width(&joined(&label.name, &label.figure), LABEL));
    (widths.fold(0.0, f64::max) + LEADER + 6.0).min(0.36 * page)
}

fn joined(name: &str, figure: &str) -> String {
    if figure.is_empty() { name.to_owned() } else { format!("{name} {figure}") }
}

/// The number of labels that fit beside a frame.
pub(super) fn most(frame: &Frame) -> usize {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small positive number")]
    let most = (frame.height() / GAP).max(1.0) as usize;
    most
}

/// Writes the labels on the right of the frame, in vertical order.
pub(super) fn draw(scene: &mut Drawing, frame: &Frame, room: f64, mut labels: Vec<Label>) {
    labels.sort_by(|a, b| a.y.total_cmp(&b.y));
    let wanted: Vec<f64> = labels.iter().map(|label| label.y).collect();
    for (label, y) in labels.iter().zip(apart(&wanted, GAP, frame.top, frame.bottom)) {
        let leader = [(frame.right, label.y), (frame.right + 0.6 * LEADER, y), (frame.right + LEADER - 3.0, y)];
        scene.line(&leader, Stroke::of(label.paint, 1.6));
        let full = joined(&label.name, &label.figure);
        let shown = fitted(label, room - LEADER - 4.0);
        scene.text((frame.right + LEADER, y + 0.36 * LABEL), Text::new(&shown, LABEL).of(&full));
    }
}

/// The name with its figure. If both do not fit, the name is shortened; if too little of it is left, the figure is
/// omitted.
fn fitted(label: &Label, room: f64) -> String {
    let full = joined(&label.name, &label.figure);
    if text::width(&full, LABEL) <= room {
        return full;
    }
    let figure = text::width(&joined("", &label.figure), LABEL);
    if figure > 0.0 && room - figure >= LEAST_NAME {
        return joined(&text::shorten(&label.name, LABEL, room - figure), &label.figure);
    }
    text::shorten(&label.name, LABEL, room)
}

/// Positions in the same order, at least `gap` apart, within the range, and close to the preferred ones by one pass
/// down and one pass up. All of them must fit.
fn apart(wanted: &[f64], gap: f64, low: f64, high: f64) -> Vec<f64> {
    let mut places = wanted.to_vec();
    let mut least = low;
    for place in &mut places {
        *place = place.max(least);
        least = *place + gap;
    }
    let mut most = high;
    for place in places.iter_mut().rev() {
        *place = place.min(most);
        most = *place - gap;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::apart;

    #[test]
    fn labels_are_moved_apart_and_stay_within() {
        for wanted in [vec![50.0; 7], vec![0.0, 1.0, 2.0, 99.0, 99.5, 100.0], vec![10.0, 90.0], vec![100.0, 100.0]] {
            let places = apart(&wanted, 14.0, 0.0, 100.0);
            assert!(places.windows(2).all(|pair| pair[1] - pair[0] >= 14.0 - 1e-9), "{wanted:?}: {places:?}");
            assert!(places.iter().all(|place| (-1e-9..=100.0).contains(place)), "{wanted:?}: {places:?}");
        }
        assert_eq!(
            apart(&[10.0, 90.0], 14.0, 0.0, 100.0),
            [10.0, 90.0],
            "positions that are far enough apart do not move"
        );
    }
}
