//! Numbers as text.

#[cfg(any(feature = "history", feature = "toml"))]
pub(crate) mod written;

/// A percentage as a fraction, without the rounding error of the division.
pub(crate) fn of_percent(percent: f64) -> f64 {
    (percent * 1e10).round() / 1e12
}

/// A number with four significant digits.
pub(crate) fn short(x: f64) -> String {
    let size = x.abs();
    match size {
        _ if size < 1e-3 && size > 0.0 || size >= 1e6 => format!("{x:.3e}"),
        _ if size >= 1000.0 => format!("{x:.0}"),
        _ => {
            let decimals = if size >= 100.0 {
                1
            } else if size >= 10.0 {
                2
            } else {
                3
            };
            format!("{x:.decimals$}")
        }
    }
}
