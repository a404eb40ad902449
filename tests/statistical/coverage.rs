//! The 95 % intervals cover the exact value in about 95 % of runs.

use crate::tables::{self, Row};

const SEEDS: u64 = 400;
const PATHS: u64 = 2_000;

/// The least number of expected hits and misses per run.
const LEAST_EXPECTED: f64 = 100.0;

/// 95 % of 400 runs ± 3 standard deviations: 91.7 to 98.3 %.
const COVERED: std::ops::RangeInclusive<u32> = 367..=393;

/// P(a binomial of 400 and 0.95 lies outside 367 to 393) = 0.0023, for each of the cases.
const FALSE_ALARM: f64 = 6.0 * 0.0023;

/// The case, its k, and the period of the probability.
const CASES: [(&str, u32, u32); 6] = [
    ("main", 1, 40),
    ("defective_near", 4, 40),
    ("defective_far", 1, 40),
    ("months", 2, 30),
    ("analysts_fade", 1, 20),
    ("growth_normal", 1, 40),
];

fn reference(case: (&str, u32, u32)) -> Row {
    let is_it = |row: &Row| row.text("question") == "by" && (row.text("case"), row.count("k"), row.count("t")) == case;
    tables::rows(tables::FIRST_PASSAGE).into_iter().find(is_it).unwrap_or_else(|| panic!("no row {case:?}"))
}

#[test]
#[cfg_attr(debug_assertions, ignore = "statistical: run in release")]
fn intervals_cover_as_often_as_they_say() {
    const { assert!(FALSE_ALARM < 0.02) };
    for case in CASES {
        let row = reference(case);
        let p = row.number("probability");
        assert!(p.min(1.0 - p) * crate::as_f64(PATHS) >= LEAST_EXPECTED, "{case:?} expects too few of a kind: {p}");
        let scenario = row.scenario(["a", "b"], &[case.1]);
        let mut covered = 0;
        for seed in 0..SEEDS {
            let simulation = scenario.simulate().paths(PATHS).seed(seed).fans(false).ranks(false).shares(false);
            let outcome = simulation.run().expect("an outcome");
            let answer = outcome.question(&tables::sustained_name(case.1)).expect("the question");
            let (low, high) = answer.by(row.period(case.2)).expect("a date").interval();
            covered += u32::from(low <= p && p <= high);
        }
        assert!(COVERED.contains(&covered), "{case:?}: {covered} of {SEEDS} intervals cover {p}");
    }
}
