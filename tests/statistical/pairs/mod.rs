//! Exact answers of random pairs against an independent method ("truth"), with the reported errors of both.
//!
//! A hundred pairs run with the suite. `.ci/nightly` runs more of them, at finer tolerances; so does
//!
//! ```sh
//! OUTGROW_PAIRS=0..1000 OUTGROW_PAIRS_TOLERANCE=1e-3 \
//!     cargo test --release --test statistical pairs::as_asked -- --ignored --nocapture
//! ```
//!
//! | variable | what | default |
//! |---|---|---|
//! | `OUTGROW_PAIRS` | indices of the pairs, `from..to` or `7,12,99` | `0..100` |
//! | `OUTGROW_PAIRS_TOLERANCE` | tolerance of the exact answers | 1e-3 |
//! | `OUTGROW_PAIRS_SECONDS` | time limit of an exact answer | 60 |
//! | `OUTGROW_PAIRS_POINTS` | largest number of points of the truth | by the tolerance |
//! | `OUTGROW_PAIRS_TOTAL_SECONDS` | no pair starts after this time | none |
//! | `OUTGROW_PAIRS_FOLDER` | `pairs::save` writes the scenarios here as TOML | none |
//!
//! A failing pair is printed as TOML with its index.

#![allow(clippy::disallowed_methods, reason = "the truth is compared within its error, not by its bits")]

mod generator;
mod gradient;
mod law;
mod model;
mod path;
mod random;
mod run;
mod score;
mod truth;
mod years;

use std::collections::BTreeMap;
use std::ops::Range;

use outgrow::{Estimate, Outcome};
use rayon::prelude::*;

use run::Settings;

/// The answers of the first question: ahead at the base, then `by` of each date, then `ahead` of each date.
fn estimates(outcome: &Outcome) -> Vec<Estimate> {
    let question = &outcome.questions()[0];
    let dates = question.periods().iter();
    let by = dates.clone().map(|date| question.by(*date));
    let ahead = dates.map(|date| question.ahead(*date));
    let all = std::iter::once(Ok(question.ahead_at_base())).chain(by).chain(ahead);
    all.map(|estimate| estimate.expect("a date of the question")).collect()
}

#[test]
#[cfg_attr(debug_assertions, ignore = "statistical: run in release")]
fn a_hundred_pairs_have_the_errors_that_they_report() {
    let score = Settings::new(0..100, 1e-3).run();
    println!("{score}");
    score.check();
}

#[test]
#[ignore = "takes its pairs from the environment; .ci/nightly runs it"]
fn as_asked() {
    let score = Settings::from_environment().run();
    println!("{score}");
    score.check();
}

#[test]
#[cfg_attr(debug_assertions, ignore = "statistical: run in release")]
fn derivatives_have_the_errors_that_they_report() {
    gradient::Settings { addresses: 50, tolerance: 1e-2, step: 2e-4 }.run();
}

/// `OUTGROW_PAIRS_ADDRESSES`, `OUTGROW_PAIRS_TOLERANCE` and `OUTGROW_PAIRS_STEP` (relative to the number) are its settings.
#[test]
#[ignore = "takes its numbers from the environment; .ci/nightly runs it"]
fn gradients_as_asked() {
    let number = |name: &str, otherwise: f64| {
        let text = std::env::var(format!("OUTGROW_PAIRS_{name}")).ok();
        text.map_or(otherwise, |text| text.parse().unwrap_or_else(|_| panic!("{name}: {text}")))
    };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some thousands at most")]
    let addresses = number("ADDRESSES", 1000.0) as usize;
    gradient::Settings { addresses, tolerance: number("TOLERANCE", 1e-3), step: number("STEP", 2e-4) }.run();
}

/// Writes pairs as files for the command: `OUTGROW_PAIRS_FOLDER=FOLDER`.
#[test]
#[ignore = "writes files"]
fn save() {
    let folder = std::env::var("OUTGROW_PAIRS_FOLDER").expect("OUTGROW_PAIRS_FOLDER names a folder");
    for number in Settings::from_environment().pairs {
        match generator::pair(number).scenario().and_then(|scenario| scenario.to_toml()) {
            Ok(text) => {
                let path = format!("{folder}/pair-{number}.toml");
                std::fs::write(&path, text).unwrap_or_else(|error| panic!("{path}: {error}"));
            }
            Err(error) => println!("pair {number} has no file: {error}"),
        }
    }
}

/// The truth itself against plain simulations, for truths with negligible errors: disagreements by more than five standard
/// errors and five hits plus the error of the truth.
fn disagreements(numbers: Range<u64>, paths: u64, points: u64) -> Vec<String> {
    #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
    let count = paths as f64;
    let of_pair = |number: u64| {
        let pair = generator::pair(number);
        if pair.has_totals() {
            return Vec::new();
        }
        let simulated = if pair.class() == model::Class::Tiny {
            // The crate's rows are f32, whose rounding is close to a volatility of 1e-6.
            truth::plain(&pair, paths.min(1_000_000), number)
        } else {
            truth::simulated(&pair.scenario().expect("a scenario"), paths, number)
        };
        let count = if pair.class() == model::Class::Tiny { count.min(1e6) } else { count };
        let found = truth::truth(&pair, &vec![1.0 / count.sqrt(); simulated.values.len()], points, number);
        let both = found.values.iter().zip(&found.errors).zip(&simulated.values);
        let off = both.enumerate().filter_map(|(at, ((value, error), simulated))| {
            let allowed = 5.0 * (value * (1.0 - value) / count).sqrt() + 5.0 / count + error;
            ((value - simulated).abs() > allowed).then(|| format!("pair {number}, {at}: {value} and {simulated}"))
        });
        off.collect::<Vec<String>>()
    };
    numbers.into_par_iter().flat_map(of_pair).collect()
}

#[test]
#[cfg_attr(debug_assertions, ignore = "statistical: run in release")]
fn the_truth_agrees_with_simulations() {
    let off = disagreements(0..100, 200_000, 1 << 18);
    assert!(off.is_empty(), "{}", off.join("\n"));
}

#[test]
#[ignore = "long: .ci/nightly runs it"]
fn the_truth_agrees_with_long_simulations() {
    let off = disagreements(0..100, 10_000_000, 1 << 20);
    assert!(off.is_empty(), "{}", off.join("\n"));
}

/// Pairs 0 and 1 come from a report with these figures from `NumPy` (4·10⁶ draws: ±2.4e-4) and from 10⁷ paths (±5e-6); four
/// of these errors are allowed.
#[test]
#[cfg_attr(debug_assertions, ignore = "statistical: run in release")]
fn the_truth_agrees_with_published_figures() {
    let truth = |number: u64| {
        let pair = generator::pair(number);
        truth::truth(&pair, &vec![0.0; path::answers(&pair)], 1 << 20, 0).values
    };
    let first = truth(0);
    for (t, published) in [(11, 0.5024), (19, 0.6440), (39, 0.6624)] {
        assert!((first[t] - published).abs() < 1e-3, "by {t}: {} and {published}", first[t]);
    }
    let ahead = truth(1)[18 + 8];
    assert!((ahead - 2.19e-4).abs() < 2e-5, "ahead in 2018-11: {ahead}");
}

/// The generator produces the required variety.
#[test]
#[cfg_attr(debug_assertions, ignore = "statistical: run in release")]
fn pairs_are_of_every_kind() {
    let mut kinds = BTreeMap::<String, u32>::new();
    for number in 0..500 {
        let pair = generator::pair(number);
        *kinds.entry(format!("{:?}", pair.class())).or_default() += 1;
        *kinds.entry(format!("{:?}", pair.step)).or_default() += 1;
        *kinds.entry(format!("{} drawn", pair.draws.len())).or_default() += 1;
        *kinds.entry(format!("sustained {}", pair.sustained)).or_default() += 1;
        *kinds.entry(format!("totals {}", pair.has_totals())).or_default() += 1;
        *kinds.entry(format!("correlation {:?}", pair.correlation.map(f64::signum))).or_default() += 1;
        *kinds.entry(format!("equal bases {}", pair.sides[0].base == pair.sides[1].base)).or_default() += 1;
        for draw in &pair.draws {
            let law = format!("{:?}", draw.law);
            let law = law.split('(').next().unwrap_or_default();
            for kind in [law.to_owned(), format!("{:?}", draw.role), format!("named {}", draw.name.is_some())] {
                *kinds.entry(kind).or_default() += 1;
            }
        }
        for side in &pair.sides {
            let growth = format!("{:?}", side.growth);
            let tail = ["Hold", "None", "Auto", "Rest", "Ratio"].iter().find(|tail| growth.contains(**tail));
            let growth = growth.split('(').next().unwrap_or_default().to_owned();
            *kinds.entry(growth).or_default() += 1;
            *kinds.entry(format!("tail {tail:?}")).or_default() += 1;
        }
    }
    println!("{kinds:#?}");
    assert!(kinds.values().all(|count| *count >= 5), "{kinds:#?}");
    assert!(kinds.len() >= 50, "{} kinds", kinds.len());
}
