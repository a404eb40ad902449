//! Text measurement, abbreviation and line breaking. No font is read: widths are estimated generously, from a sans
//! serif that is wider than most.

/// Characters without width, which combine with the one before.
fn is_mark(character: char) -> bool {
    matches!(u32::from(character),
        0x300..=0x36F | 0x483..=0x489 | 0x591..=0x5BD | 0x610..=0x61A | 0x64B..=0x65F | 0x1AB0..=0x1AFF
        | 0x1DC0..=0x1DFF | 0x200B..=0x200F | 0x20D0..=0x20FF | 0xFE00..=0xFE0F | 0xFE20..=0xFE2F)
}

/// Characters as wide as the font size: Chinese, Japanese, Korean, full-width forms, pictographs.
fn is_wide(character: char) -> bool {
    matches!(u32::from(character),
        0x1100..=0x115F | 0x2E80..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF | 0xFE30..=0xFE6F | 0xFF00..=0xFF60
        | 0xFFE0..=0xFFE6 | 0x1F300..=0x1FAFF | 0x20000..=0x3FFFD)
}

/// The width of one character in units of the font size.
fn em(character: char) -> f64 {
    match character {
        mark if is_mark(mark) => 0.0,
        wide if is_wide(wide) => 1.02,
        'i' | 'l' | 'j' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | ' ' | '\u{a0}' | '·' => 0.34,
        'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '-' | '/' => 0.43,
        'm' | 'w' | 'M' | 'W' | '%' | '…' | '—' => 1.0,
        upper if upper.is_uppercase() => 0.77,
        _ => 0.64,
    }
}

/// The estimated width of a text at a font size.
pub(super) fn width(text: &str, size: f64) -> f64 {
    size * text.chars().map(em).sum::<f64>()
}

/// A character with its combining marks.
fn clusters(text: &str) -> Vec<&str> {
    let mut starts: Vec<usize> = text.char_indices().filter(|(_, c)| !is_mark(*c)).map(|(at, _)| at).collect();
    if starts.first() != Some(&0) {
        starts.insert(0, 0);
    }
    starts.push(text.len());
    starts.windows(2).map(|pair| &text[pair[0]..pair[1]]).collect()
}

/// The text, or its beginning and end around an ellipsis if it is too long: names often differ in their last word.
pub(super) fn shorten(text: &str, size: f64, room: f64) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let clusters = clusters(text);
    let joined = |kept: usize| {
        let (head, tail) = (kept.div_ceil(2), kept / 2);
        let (head, tail) = (clusters[..head].concat(), clusters[clusters.len() - tail..].concat());
        format!("{}…{}", head.trim_end(), tail.trim_start())
    };
    (1..clusters.len()).rev().map(joined).find(|shown| width(shown, size) <= room).unwrap_or_else(|| joined(1))
}

/// Breaks text into lines of at most `room`, at spaces, and within a word only if the word alone is too long. Text
/// beyond `most` lines is replaced by an ellipsis.
pub(super) fn wrap(text: &str, size: f64, room: f64, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split_ascii_whitespace() {
        let joined = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if width(&joined, size) <= room {
            line = joined;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        for cluster in clusters(word) {
            if !line.is_empty() && width(&line, size) + width(cluster, size) > room {
                lines.push(std::mem::take(&mut line));
            }
            line.push_str(cluster);
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    if lines.len() > most {
        let rest = lines.split_off(most - 1).join(" ");
        lines.push(shorten(&rest, size, room));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::float_cmp, reason = "the same sum either way")]
    fn marks_take_no_room_and_wide_characters_take_two() {
        assert_eq!(width("Việt", 10.0), width("Vie\u{323}\u{302}t", 10.0));
        assert!(width("阿里云", 10.0) > 30.0);
    }

    #[test]
    fn a_shortened_name_keeps_both_ends_and_no_mark_is_torn_off() {
        let name = "Tập đoàn Viễn thông Sài Go\u{300}n";
        let shown = shorten(name, 10.0, 80.0);
        assert!(shown.starts_with("Tập") && shown.ends_with("Go\u{300}n") && shown.contains('…'), "{shown}");
        assert!(width(&shown, 10.0) <= 80.0);
        assert_eq!(shorten("AWS", 10.0, 80.0), "AWS");
        assert!(shorten("\u{300}\u{300}阿里巴巴集团控股有限公司", 10.0, 0.0).contains('…'));
    }

    #[test]
    fn lines_break_at_blanks_and_within_a_word_only_where_it_is_too_long() {
        assert_eq!(wrap("one two three", 10.0, 60.0, 9), ["one two", "three"]);
        let lines = wrap("阿里巴巴集团控股有限公司", 10.0, 45.0, 9);
        assert_eq!(lines.concat(), "阿里巴巴集团控股有限公司");
        assert!(lines.iter().all(|line| width(line, 10.0) <= 45.0));
        let cut = wrap("one two three four five six", 10.0, 50.0, 2);
        assert!(cut.len() == 2 && cut[1].contains('…') && cut[1].ends_with("six"), "{cut:?}");
        assert!(wrap("", 10.0, 50.0, 2).is_empty());
        assert_eq!(
            wrap("one 2\u{a0}of\u{a0}3", 10.0, 50.0, 9),
            ["one", "2\u{a0}of\u{a0}3"],
            "not at a non-breaking space"
        );
    }
}
