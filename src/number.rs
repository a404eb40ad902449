//! Numbers as text.

/// A percentage as a fraction, without the rounding error of the division.
pub(crate) fn of_percent(percent: f64) -> f64 {
    (percent * 1e10).round() / 1e12
}

/// `405,000`: groups of three digits separated by commas.
pub(crate) fn is_grouped(value: &str) -> bool {
    let mut groups = value.trim_start_matches(['+', '-']).split(',');
    let first = groups.next().unwrap_or_default();
    let mut count = 0;
    let rest = groups.all(|group| {
        count += 1;
        let whole = group.split_once('.').map_or(group, |(whole, _)| whole);
        is_digits(whole) && whole.len() == 3
    });
    count > 0 && rest && is_digits(first) && first.len() <= 3
}

pub(crate) fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit())
}

/// `0,15` with a decimal point.
pub(crate) fn with_decimal_point(value: &str) -> Option<String> {
    let (whole, decimals) = value.split_once(',')?;
    let is_number = is_digits(whole.trim_start_matches(['+', '-'])) && is_digits(decimals);
    is_number.then(|| format!("{whole}.{decimals}"))
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
