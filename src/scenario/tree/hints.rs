//! Hints for common mistakes in TOML, for which the parser reports only that it cannot parse the text.

use std::ops::Range;

use crate::error::{self, Detail};
use crate::number::of_percent;
use crate::number::written::{is_digits, is_grouped, with_decimal_point};

/// The number of syntax errors from which on the text as a whole is judged.
const MANY: usize = 20;
/// The number of characters of a value that a message shows.
const MOST_SHOWN: usize = 40;

/// The single problem of a text that is not TOML: another format, or syntax errors in at least half of its lines.
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

/// The message for a repeated header, and the range of its second table in the text.
pub(super) fn doubled_header(text: &str, offset: usize, key: &str) -> Option<(String, Range<usize>)> {
    let line = text.get(..offset)?.rfind('\n').map_or(0, |at| at + 1);
    if text.get(line..offset)?.trim() != "[" {
        return None;
    }
    let message = format!(
        "the table [{key}] is given twice; write [[{key}]] before each item of a list, or all keys of one table under \
         one [{key}]"
    );
    let end = text[offset..].find("\n[").map_or(text.len(), |at| offset + at);
    Some((message, offset + key.len()..end))
}

/// The problem of the value at a syntax error, if it is a common mistake.
pub(super) fn of_value(text: &str, offset: usize) -> Option<(String, Detail)> {
    let value = value_at(text, offset)?;
    let shown = || value.chars().take(MOST_SHOWN).collect::<String>();
    let plain = value.replace(',', "");
    if let Some(percent) = value.strip_suffix('%') {
        let fraction = of_percent(percent.trim().parse::<f64>().ok()?);
        let message = format!("expected a fraction without %: {}, got {}", error::shown(fraction), shown());
        return Some((message, Detail::StatesValue));
    }
    if value.contains(',') && is_grouped(value) {
        let grouped = value.replace(',', "_");
        let message = format!("a number must not contain commas: {plain} or {grouped}, got {}", shown());
        return Some((message, Detail::StatesValue));
    }
    if let Some(number) = with_decimal_point(value) {
        return Some((
            format!("a number has a decimal point, not a comma: {number}, got {value}"),
            Detail::StatesValue,
        ));
    }
    if let Some(number) = with_digits(value) {
        return Some((
            format!("a number has a digit on each side of its point: {number}, got {value}"),
            Detail::StatesValue,
        ));
    }
    if is_label(value) {
        return Some((format!("a period must be in quotes: \"{value}\", got {value}"), Detail::StatesValue));
    }
    let is_word = value.starts_with(char::is_alphabetic)
        && value.chars().all(|sign| sign.is_alphanumeric() || "_- ".contains(sign));
    is_word.then(|| (format!("text must be in quotes: \"{}\"", shown()), Detail::None))
}

/// The value that contains a syntax error: the text on its line between the separators before and after it, including
/// the groups of a number with commas.
fn value_at(text: &str, offset: usize) -> Option<&str> {
    let line = text.get(..offset)?.rfind('\n').map_or(0, |at| at + 1);
    let end = text[offset..].find(['\n', '#']).map_or(text.len(), |at| offset + at);
    let start = text[line..offset].rfind(['=', '[', '{']).map(|at| line + at + 1)?;
    let whole = text.get(start..end)?.trim().trim_end_matches([']', '}', ' ']);
    if is_grouped(whole) || with_decimal_point(whole).is_some() {
        return Some(whole);
    }
    let start = text[line..offset].rfind(['=', '[', '{', ',']).map(|at| line + at + 1)?;
    let rest = text.get(start..end)?;
    let value = rest[..rest.find([',', ']', '}']).unwrap_or(rest.len())].trim();
    (!value.is_empty()).then_some(value)
}

/// `.5` and `5.` as TOML writes them.
fn with_digits(value: &str) -> Option<String> {
    let unsigned = value.trim_start_matches(['+', '-']);
    let sign = &value[..value.len() - unsigned.len()];
    let (whole, decimals) = unsigned.split_once('.')?;
    let is_number = (whole.is_empty() && is_digits(decimals)) || (decimals.is_empty() && is_digits(whole));
    let or_zero = |digits: &str| if digits.is_empty() { "0".to_owned() } else { digits.to_owned() };
    is_number.then(|| format!("{sign}{}.{}", or_zero(whole), or_zero(decimals)))
}

/// `2018-Q1`, `2018-03`, `2018Q1`, `2018-03-31`: forms that only periods have.
fn is_label(value: &str) -> bool {
    let mut signs = value.chars();
    let year = signs.by_ref().take(4).filter(char::is_ascii_digit).count() == 4;
    let rest = signs.as_str();
    let rest = rest.strip_prefix('-').unwrap_or(rest);
    year && !rest.is_empty()
        && rest.len() <= 5
        && rest.chars().all(|sign| sign.is_ascii_digit() || "Qq-".contains(sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hint(line: &str, at: &str) -> String {
        of_value(line, line.find(at).expect("there")).map_or_else(String::new, |(message, _)| message)
    }

    #[test]
    fn common_mistakes_are_named() {
        assert_eq!(hint("a = 405,000", ","), "a number must not contain commas: 405000 or 405_000, got 405,000");
        assert_eq!(hint("a = .1", "."), "a number has a digit on each side of its point: 0.1, got .1");
        assert_eq!(hint("a = [-2., 1]", "-2"), "a number has a digit on each side of its point: -2.0, got -2.");
        assert_eq!(hint("a = { constant = 30% }", "30"), "expected a fraction without %: 0.3, got 30%");
        assert_eq!(hint("a = [0.8, 14.5 %] # x", "14"), "expected a fraction without %: 0.145, got 14.5 %");
        assert_eq!(hint("base = 2018-03", "2018"), "a period must be in quotes: \"2018-03\", got 2018-03");
        assert_eq!(hint("base = 2018-Q1", "2018"), "a period must be in quotes: \"2018-Q1\", got 2018-Q1");
        assert_eq!(hint("t = { tail = hold }", "hold"), "text must be in quotes: \"hold\"");
        assert_eq!(hint("a = -0,15", ","), "a number has a decimal point, not a comma: -0.15, got -0,15");
        for (line, at) in [("a = 1.2.3", "1.2.3"), ("a = ", "="), ("a", "a"), ("a = 0x", "0x"), ("a = 4,0,0", ",")] {
            assert_eq!(hint(line, at), "", "{line}");
        }
    }
}
