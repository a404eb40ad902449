//! Exact answers of random pairs against the truth by another method, with the errors that both report.
//!
//! A hundred pairs run with the suite. `.ci/nightly` runs more of them, more finely; so does
//!
//! ```sh
//! OUTGROW_PAIRS=0..1000 OUTGROW_PAIRS_TOLERANCE=1e-3 \
//!     cargo test --release --test statistical pairs::as_asked -- --ignored --nocapture
//! ```
//!
//! | variable | what | default |
//! |---|---|---|
//! | `OUTGROW_PAIRS` | numbers of the pairs, `from..to` or `7,12,99` | `0..100` |
//! | `OUTGROW_PAIRS_TOLERANCE` | tolerance of the exact answers | 1e-3 |
//! | `OUTGROW_PAIRS_SECONDS` | an exact answer that takes longer is given up | 60 |
//! | `OUTGROW_PAIRS_POINTS` | most points of a truth | by the tolerance |
//! | `OUTGROW_PAIRS_TOTAL_SECONDS` | no pair is started after this time | none |
//! | `OUTGROW_PAIRS_FOLDER` | `pairs::save` writes the scenarios here as TOML | none |
//!
//! A failing pair is printed as TOML with its number.

mod generator;
mod gradient;
mod law;
mod model;
mod path;
mod random;
mod run;
mod score;
mod truth;

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

/// `OUTGROW_PAIRS_ADDRESSES`, `OUTGROW_PAIRS_TOLERANCE` and `OUTGROW_PAIRS_STEP` (over the number) set what is compared.
#[test]
#[ignore = "takes its numbers from the environment; .ci/nightly runs it"]
fn gradients_as_asked() {
    let number = |name: &str, otherwise: f64| {
        let text = std::env::var(format!("OUTGROW_PAIRS_{name}")).ok();
        text.map_or(otherwise, |text| text.parse().unwrap_or_else(|_| panic!("{name}: {text}")))
    };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some thousands at most")]
    let addresses = number("ADDRESSES", 1000.0) as usize;
    gradient::Settings { addresses, tolerance: number("TOLERANCE", 1e-4), step: number("STEP", 2e-4) }.run();
}

/// Writes pairs as files for the command: `OUTGROW_PAIRS_FOLDER=FOLDER`.
#[test]
#[ignore = "writes files"]
fn save() {
    let folder = std::env::var("OUTGROW_PAIRS_FOLDER").expect("OUTGROW_PAIRS_FOLDER names a folder");
    for number in Settings::from_environment().pairs {
        let path = format!("{folder}/pair-{number}.toml");
        std::fs::write(&path, generator::pair(number).text()).unwrap_or_else(|error| panic!("{path}: {error}"));
    }
}

/// The truth itself, against simulations by the crate: two implementations, two methods.
#[test]
#[cfg_attr(debug_assertions, ignore = "statistical: run in release")]
fn the_truth_agrees_with_simulations() {
    const PATHS: u64 = 200_000;
    let off = |number: u64| {
        let pair = generator::pair(number);
        // Simulated rows are single precision, which a volatility of 1e-6 is close to.
        if pair.has_totals() || pair.class() == model::Class::Tiny {
            return Vec::new();
        }
        let scenario = pair.scenario().expect("a scenario");
        let simulated = truth::simulated(&scenario, PATHS, number);
        let found = truth::truth(&pair, &vec![1.0; simulated.values.len()], 1 << 15, number);
        let pairs = found.values.iter().zip(&found.errors).zip(&simulated.values);
        let off = pairs.enumerate().filter_map(|(at, ((value, error), simulated))| {
            #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
            let paths = PATHS as f64;
            // Five standard errors, and five hits where there are few.
            let allowed = 5.0 * (value * (1.0 - value) / paths).sqrt() + 5.0 / paths + error;
            ((value - simulated).abs() > allowed).then(|| format!("pair {number}, {at}: {value} and {simulated}"))
        });
        off.collect::<Vec<String>>()
    };
    let off: Vec<String> = (0..200_u64).into_par_iter().flat_map(off).collect();
    assert!(off.is_empty(), "{}", off.join("\n"));
}
