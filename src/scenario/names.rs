//! Names of providers, assumptions and questions: allowed characters, and names that look the same.

use std::collections::BTreeMap;

use unicode_normalization::UnicodeNormalization;

use crate::error::{Problem, is_enough};

/// Characters without width, which make no visible difference.
const ZERO_WIDTH: [char; 5] = ['\u{200b}', '\u{200c}', '\u{200d}', '\u{2060}', '\u{feff}'];

/// The visible part of a name: without zero-width characters and outer blanks, in Unicode normal form C.
pub(crate) fn visible(name: &str) -> String {
    let composed: String = name.chars().filter(|sign| !ZERO_WIDTH.contains(sign)).nfc().collect();
    composed.trim().to_owned()
}

/// Why the name of a part of a scenario is invalid, if it is: it is no visible text, or contains characters that addresses use.
pub(crate) fn name_fault(name: &str) -> Option<String> {
    let address = name.chars().find(|sign| "[]/".contains(*sign) || sign.is_control());
    let fault = |sign| format!("a name must not contain [ ] / or a control character, got {sign:?} in {name:?}");
    address.map(fault).or_else(|| text_fault(name))
}

/// Why a name in data is invalid, if it is: it is no visible text. Such names are in no address, so that "PL/SQL" is valid.
pub(crate) fn text_fault(name: &str) -> Option<String> {
    if name.is_empty() {
        return Some("a name must not be empty, got \"\"".to_owned());
    }
    if let Some(sign) = name.chars().find(|sign| sign.is_control()) {
        return Some(format!("a name must not contain a control character, got {sign:?} in {name:?}"));
    }
    visible(name).is_empty().then(|| format!("a name must contain a visible character, got {name:?}"))
}

/// The difference between two names that look the same.
pub(crate) fn difference(name: &str, other: &str) -> &'static str {
    let without = |name: &str| name.chars().filter(|sign| !ZERO_WIDTH.contains(sign)).collect::<String>();
    let [own, theirs] = [name, other].map(without);
    match () {
        () if own == theirs => "zero-width characters",
        () if own.trim() == theirs.trim() => "leading or trailing blanks",
        () => "Unicode form, blanks or zero-width characters",
    }
}

/// Checks that names of one kind are valid and visibly different.
pub(super) fn check_names<'a>(
    list: &str,
    field: &str,
    names: impl Iterator<Item = Option<&'a str>>,
    problems: &mut Vec<Problem>,
) {
    check_all(list, field, &names.collect::<Vec<_>>(), problems);
}

fn check_all(list: &str, field: &str, names: &[Option<&str>], problems: &mut Vec<Problem>) {
    let mut seen: BTreeMap<String, (usize, &str)> = BTreeMap::new();
    for (index, name) in names.iter().enumerate() {
        let Some(name) = *name else { continue };
        let taken = |(first, other): (usize, &str)| match name == other {
            true => format!("the name {name:?} is taken by {list}[{first}]"),
            false => format!(
                "the name {name:?} looks the same as {other:?} of {list}[{first}]: it differs only in {}",
                difference(name, other)
            ),
        };
        if let Some(message) = name_fault(name).or_else(|| seen.insert(visible(name), (index, name)).map(taken))
            && !is_enough(problems)
        {
            problems.push(Problem::new(format!("{list}[{index}]{field}"), message));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_the_same_is_the_same() {
        for same in ["A", " A", "A ", "\u{a0}A\t", "\u{200b}A", "A\u{feff}", " \u{200d} A \u{2060}\u{200c}"] {
            assert_eq!(visible(same), "A", "{same:?}");
        }
        assert_eq!(visible("Cafe\u{301}"), "Caf\u{e9}");
        assert_eq!(visible("Cafe\u{200d}\u{301}"), "Caf\u{e9}", "a zero-width character between letter and accent");
        assert_ne!(visible("A B"), visible("AB"), "inner blanks are seen");
        assert_ne!(visible("a"), visible("A"));
        assert_ne!(visible("\u{ff21}"), visible("A"), "full width is another letter: NFC, not NFKC");
    }

    #[test]
    fn a_name_of_nothing_is_refused() {
        for nothing in ["", " ", "\u{200b}", " \u{feff} ", "\u{a0}"] {
            assert!(name_fault(nothing).is_some_and(|fault| fault.contains("got")), "{nothing:?}");
        }
        assert!(name_fault("\u{963f}\u{91cc}\u{4e91}").is_none());
        assert!(text_fault("PL/SQL").is_none() && name_fault("PL/SQL").is_some_and(|fault| fault.contains("'/'")));
    }

    #[test]
    fn the_difference_has_its_words() {
        assert_eq!(difference("A", "A\u{200b}"), "zero-width characters");
        assert_eq!(difference("A", "A "), "leading or trailing blanks");
        assert!(difference("Caf\u{e9}", "Cafe\u{301}").starts_with("Unicode form"));
    }
}
