//! How people write numbers in files and tables.

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
