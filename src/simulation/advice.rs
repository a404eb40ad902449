//! Advice for a run that would exceed its memory limit.

use super::settings::PartKind;

/// Advises which outputs to disable so that `bytes` falls below `most`, where `of` gives the bytes of each kind of
/// part: any one that suffices alone, or both.
pub(super) fn to_fit(bytes: usize, most: usize, of: impl Fn(PartKind) -> usize) -> String {
    let suffices = |kind: &PartKind| of(*kind) > 0 && bytes - of(*kind) <= most;
    let alone: Vec<&str> =
        [PartKind::Fans, PartKind::Shares].into_iter().filter(suffices).map(PartKind::without).collect();
    let advice = if alone.is_empty() {
        "switch fans and shares off (.fans(false).shares(false), or --no-fans --no-shares on the command line)"
            .to_owned()
    } else {
        alone.join("; or ")
    };
    format!("{advice}; or project fewer periods")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sufficient_changes_are_advised() {
        let advice = |fans: usize, shares: usize| {
            to_fit(fans + shares, 10, |kind| if kind == PartKind::Fans { fans } else { shares })
        };
        assert!(advice(6, 6).contains("--no-fans") && advice(6, 6).contains("--no-shares"));
        assert!(advice(12, 12).starts_with("switch fans and shares off"));
        assert!(advice(12, 3).contains("--no-fans") && !advice(12, 3).contains("--no-shares"));
        assert!(advice(0, 12).starts_with("switch shares off: "));
    }
}
