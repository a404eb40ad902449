//! What charts with a single frame share.

use super::svg::{Drawing, Text};
use super::text;
use crate::error::Error;

pub(super) const MARGIN: f64 = 14.0;
const TITLE: f64 = 14.0;
/// The range of widths, in pixels.
const WIDTHS: (u32, u32) = (280, 2_000);

/// # Errors
/// If the width is out of range.
pub(super) fn checked(width: u32) -> Result<f64, Error> {
    if (WIDTHS.0..=WIDTHS.1).contains(&width) {
        return Ok(f64::from(width));
    }
    let message = format!("a width must be from {} to {} pixels, got {width}", WIDTHS.0, WIDTHS.1);
    Err(Error::invalid("chart", "width", message))
}

/// The title; returns its lower end.
pub(super) fn heading(scene: &mut Drawing, width: f64, title: &str) -> f64 {
    let mut y = MARGIN - 4.0;
    for line in text::wrap(title, TITLE, (width - 2.0 * MARGIN) / 1.1, 3) {
        y += TITLE + 4.0;
        scene.text((MARGIN, y), Text::new(&line, TITLE).bold());
    }
    y + 12.0
}
