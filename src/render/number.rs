//! Numbers as text.

/// A whole number with thousands separators.
pub(crate) fn thousands(number: u64) -> String {
    grouped(&number.to_string())
}

/// Digits with thousands separators.
pub(crate) fn grouped(digits: &str) -> String {
    let groups: Vec<&str> = {
        let bytes = digits.as_bytes().rchunks(3).rev();
        bytes.map(|group| std::str::from_utf8(group).unwrap_or("")).collect()
    };
    groups.join(",")
}

/// Money with the given significant digits (a histogram's 0.05 % supports four), and a suffix for powers of a thousand.
pub(crate) fn money(value: f64, digits: usize) -> String {
    const WORDS: [(f64, &str); 4] = [(1e12, " tn"), (1e9, " bn"), (1e6, " m"), (1.0, "")];
    let (scale, word) = WORDS.into_iter().find(|(scale, _)| value.abs() >= *scale).unwrap_or((1.0, ""));
    let scaled = value / scale;
    if !(1e-3..1e6).contains(&scaled) {
        return format!("{value:.*e}", digits - 1);
    }
    let whole = format!("{scaled:.0}").len();
    if whole > digits {
        let unit: f64 = (digits..whole).map(|_| 10.0).product();
        return grouped(&format!("{:.0}", (scaled / unit).round() * unit)) + word;
    }
    let mut decimals = digits - 1;
    let mut rest = scaled;
    while rest >= 10.0 && decimals > 0 {
        rest /= 10.0;
        decimals -= 1;
    }
    format!("{scaled:.decimals$}{word}")
}

/// A percentage without superfluous digits.
pub(crate) fn shortest(percent: f64) -> String {
    format!("{percent:.3}").trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_carries_four_digits() {
        let shown =
            [0.5, 1.0, 999.94, 11_017.0, 383_471.0, 690.2e6, 12.345e9, 4e12, 1e300].map(|value| money(value, 4));
        assert_eq!(
            shown,
            ["0.500", "1.000", "999.9", "11,020", "383,500", "690.2 m", "12.35 bn", "4.000 tn", "1.000e300"]
        );
        assert_eq!(thousands(1_000_000), "1,000,000");
        assert_eq!(thousands(12), "12");
    }
}
