//! What to write instead, for the mistakes that people make in TOML: the parser knows only that it cannot read them.

use std::ops::Range;

use crate::error;

/// Faults from which on a text is judged as a whole.
const MANY: usize = 20;
/// Characters of a value that a message repeats.
const MOST_SHOWN: usize = 40;

/// The one problem of a text that is not TOML at all: another format, or faults in at least half of its lines.
pub(super) fn not_toml(text: &str, errors: &[toml::de::Error]) -> Option<(usize, String)> {
    errors.first()?;
    let start = text.find(|sign: char| !sign.is_whitespace() && sign != '\u{feff}')?;
    if text[start..].starts_with('<') {
        return Some((start, "this is not TOML: it begins with \"<\", as HTML and XML do".to_owned()));
    }
    if text[start..].starts_with('{') {
        let message = "this is not TOML: it begins with \"{\", as JSON does; JSON is read by Scenario::from_json";
        return Some((start, message.to_owned()));
    }
    let lines = text.lines().filter(|line| !line.trim().is_empty()).count();
    let faults = errors.iter().filter(|error| error.message() != "duplicate key").count();
    let first = errors[0].span().map_or(start, |span| span.start);
    (faults >= MANY && 2 * faults >= lines).then(|| {
        let message = errors[0].message();
        (first, format!("this does not look like TOML: {faults} problems in {lines} lines, the first: {message}"))
    })
}

/// What to say of a header that is stated twice, and the text of its second table.
pub(super) fn doubled_header(text: &str, offset: usize, key: &str) -> Option<(String, Range<usize>)> {
    let line = text.get(..offset)?.rfind('\n').map_or(0, |at| at + 1);
    if text.get(line..offset)?.trim() != "[" {
        return None;
    }
    let message = format!(
        "the table [{key}] is given twice; several items of a list are written [[{key}]] each, the keys of one table under \
         one [{key}]"
    );
    let end = text[offset..].find("\n[").map_or(text.len(), |at| offset + at);
    Some((message, offset + key.len()..end))
}

/// What is wrong with the value at a fault, where it is a common mistake.
pub(super) fn of_value(text: &str, offset: usize) -> Option<String> {
    let value = value_at(text, offset)?;
    let shown = || value.chars().take(MOST_SHOWN).collect::<String>();
    let plain = value.replace(',', "");
    if let Some(percent) = value.strip_suffix('%') {
        let fraction = percent.trim().parse::<f64>().ok()? / 100.0;
        return Some(format!("a fraction is wanted, without %: {}, got {}", error::shown(rounded(fraction)), shown()));
    }
    if value.contains(',') && is_grouped(value) {
        return Some(format!(
            "a number has no commas between its digits: {plain} or {}, got {}",
            value.replace(',', "_"),
            shown()
        ));
    }
    if is_label(value) {
        return Some(format!("a period is text, in quotes: \"{value}\", got {value}"));
    }
    let is_word = value.starts_with(char::is_alphabetic)
        && value.chars().all(|sign| sign.is_alphanumeric() || "_- ".contains(sign));
    is_word.then(|| format!("text must be in quotes: \"{}\"", shown()))
}

/// The value that a fault lies in: what stands on its line between the sign before and the sign after it, with the
/// groups of a number that has commas.
fn value_at(text: &str, offset: usize) -> Option<&str> {
    let line = text.get(..offset)?.rfind('\n').map_or(0, |at| at + 1);
    let end = text[offset..].find(['\n', '#']).map_or(text.len(), |at| offset + at);
    let start = text[line..offset].rfind(['=', '[', '{']).map(|at| line + at + 1)?;
    let whole = text.get(start..end)?.trim().trim_end_matches([']', '}', ' ']);
    if is_grouped(whole) {
        return Some(whole);
    }
    let start = text[line..offset].rfind(['=', '[', '{', ',']).map(|at| line + at + 1)?;
    let rest = text.get(start..end)?;
    let value = rest[..rest.find([',', ']', '}']).unwrap_or(rest.len())].trim();
    (!value.is_empty()).then_some(value)
}

/// `405,000`: groups of three digits behind commas.
fn is_grouped(value: &str) -> bool {
    let mut groups = value.trim_start_matches(['+', '-']).split(',');
    let first = groups.next().unwrap_or_default();
    let is_digits = |group: &str| !group.is_empty() && group.bytes().all(|digit| digit.is_ascii_digit());
    let mut count = 0;
    let rest = groups.all(|group| {
        count += 1;
        let whole = group.split_once('.').map_or(group, |(whole, _)| whole);
        is_digits(whole) && whole.len() == 3
    });
    count > 0 && rest && is_digits(first) && first.len() <= 3
}

/// `2018-Q1`, `2018-03`, `2018Q1`, `2018-03-31`: what only a period is written as.
fn is_label(value: &str) -> bool {
    let mut signs = value.chars();
    let year = signs.by_ref().take(4).filter(char::is_ascii_digit).count() == 4;
    let rest = signs.as_str();
    let rest = rest.strip_prefix('-').unwrap_or(rest);
    year && !rest.is_empty()
        && rest.len() <= 5
        && rest.chars().all(|sign| sign.is_ascii_digit() || "Qq-".contains(sign))
}

/// Without the digits that a division leaves.
fn rounded(fraction: f64) -> f64 {
    (fraction * 1e12).round() / 1e12
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hint(line: &str, at: &str) -> String {
        of_value(line, line.find(at).expect("there")).unwrap_or_default()
    }

    #[test]
    fn common_mistakes_are_named() {
        assert_eq!(
            hint("a = 405,000", ","),
            "a number has no commas between its digits: 405000 or 405_000, got 405,000"
        );
        assert_eq!(hint("a = { constant = 30% }", "30"), "a fraction is wanted, without %: 0.3, got 30%");
        assert_eq!(hint("a = [0.8, 14.5 %] # x", "14"), "a fraction is wanted, without %: 0.145, got 14.5 %");
        assert_eq!(hint("base = 2018-03", "2018"), "a period is text, in quotes: \"2018-03\", got 2018-03");
        assert_eq!(hint("base = 2018-Q1", "2018"), "a period is text, in quotes: \"2018-Q1\", got 2018-Q1");
        assert_eq!(hint("t = { tail = hold }", "hold"), "text must be in quotes: \"hold\"");
        for (line, at) in [("a = 1.2.3", "1.2.3"), ("a = ", "="), ("a", "a"), ("a = 0x", "0x"), ("a = 40,00", ",")] {
            assert_eq!(hint(line, at), "", "{line}");
        }
    }
}
