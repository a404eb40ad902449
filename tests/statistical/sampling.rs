//! Every sampling scheme against quadrature: no bias, coverage of intervals, fans, and custom questions.

use outgrow::{Curve, Estimate, Outcome, Provider, Question, Sampling, Scenario, lognormal, normal};

use rayon::prelude::*;

use crate::tables::{self, Row};

const SAMPLINGS: [Sampling; 4] = [Sampling::Plain, Sampling::Antithetic, Sampling::Sobol, Sampling::Importance];

/// The estimated standard error of a run is itself uncertain, so estimates are compared by Student's distribution.
/// P(|t| > 6) with 31 degrees of freedom = 1.2e-6.
const STANDARD_ERRORS: f64 = 6.0;
const FALSE_ALARM_OF_ONE: f64 = 1.2e-6;

const CASES: [&str; 8] =
    ["main", "defective_near", "years", "rare", "drawn_all", "growth_normal", "shared_growth", "base_truncated"];

fn quiet(scenario: &Scenario, sampling: Sampling, paths: u64, seed: u64) -> Outcome {
    let simulation = scenario.simulate().paths(paths).seed(seed).sampling(sampling);
    simulation.fans(false).ranks(false).shares(false).run().expect("an outcome")
}

/// The estimates by date of the cases that a run of this size can resolve.
#[test]
#[cfg_attr(debug_assertions, ignore = "statistical: run in release")]
fn no_sampling_is_biased() {
    const PATHS: u64 = 1 << 17;
    const LEAST_EXPECTED: f64 = 100.0;
    const COMPARISONS: std::ops::RangeInclusive<u32> = 200..=400;
    const FALSE_ALARM: f64 = 400.0 * FALSE_ALARM_OF_ONE;
    const { assert!(FALSE_ALARM < 0.001) };
    let (mut made, mut failed) = (0, Vec::new());
    for case in tables::cases(tables::FIRST_PASSAGE).iter().filter(|case| CASES.contains(&case[0].text("case"))) {
        let mut sustained: Vec<u32> =
            case.iter().filter(|row| row.text("question") == "by").map(|row| row.count("k")).collect();
        sustained.sort_unstable();
        sustained.dedup();
        let scenario = case[0].scenario(["a", "b"], &sustained);
        for sampling in SAMPLINGS {
            let outcome = quiet(&scenario, sampling, PATHS, 77);
            for row in case.iter().filter(|row| row.text("question") == "by") {
                let p = row.number("probability");
                if p.min(1.0 - p) * crate::as_f64(PATHS) < LEAST_EXPECTED {
                    continue;
                }
                let answer = outcome.question(&tables::sustained_name(row.count("k"))).expect("asked");
                let found = answer.by(row.period(row.count("t"))).expect("a date");
                made += 1;
                let z = (found.value() - p) / found.standard_error();
                if !(z.abs() <= STANDARD_ERRORS) {
                    let what = (row.text("case"), row.count("k"), row.count("t"));
                    failed.push(format!("{sampling:?} {what:?}: {found}, expected {p}, z = {z}"));
                }
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(COMPARISONS.contains(&made), "{made} comparisons");
}

/// One probability with a known exact value, and its run.
struct Case {
    scenario: Scenario,
    question: String,
    at: outgrow::Period,
    p: f64,
    what: &'static str,
}

fn row_of(case: &str, k: u32, t: u32) -> Row {
    let is_it =
        |row: &Row| row.text("question") == "by" && (row.text("case"), row.count("k"), row.count("t")) == (case, k, t);
    tables::rows(tables::FIRST_PASSAGE).into_iter().find(is_it).unwrap_or_else(|| panic!("no row {case} {k} {t}"))
}

fn case(what: &'static str, name: &str, k: u32, t: u32) -> Case {
    let row = row_of(name, k, t);
    let (question, at) = (tables::sustained_name(k), row.period(t));
    Case { scenario: row.scenario(["a", "b"], &[k]), question, at, p: row.number("probability"), what }
}

/// The pair of the case among three other providers, which must not change its answer.
fn five_providers() -> Case {
    let pair = case("five providers", "main", 1, 40);
    let text = pair.scenario.to_toml().expect("written");
    let more: String = ["c", "d", "e"]
        .map(|who| {
            format!(
                "[[provider]]\nname = \"{who}\"\nrevenue = 800\ngrowth = {{ constant = {{ normal = [0.1, 0.05] }} }}\n\
                 volatility = 0.2\n"
            )
        })
        .concat();
    Case { scenario: Scenario::from_toml(&(text + &more)).expect("a scenario"), ..pair }
}

/// Runs of each sampling scheme and case; the requirement is 1,000.
const SEEDS: u64 = 1_000;
const PATHS: u64 = 4_096;
/// The least number of expected hits and misses per run, for schemes that count hits.
const LEAST_EXPECTED: f64 = 100.0;
/// 93 to 97 %; P(a binomial of 1,000 and 0.95 lies outside) = 0.0048, for each of 20.
const COVERED: std::ops::RangeInclusive<u32> = 930..=970;

fn covers(estimate: Estimate, p: f64) -> bool {
    let (low, high) = estimate.interval();
    low <= p && p <= high
}

#[test]
#[cfg_attr(debug_assertions, ignore = "statistical: run in release")]
fn intervals_of_every_sampling_cover() {
    let cases = [
        case("plain", "main", 1, 20),
        case("rare", "defective_far", 1, 10),
        case("near-certain", "overtakes_and_falls_back", 2, 40),
        case("sustained", "defective_near", 4, 40),
        five_providers(),
    ];
    let mut failed = Vec::new();
    for case in &cases {
        assert!(case.p.min(1.0 - case.p) * crate::as_f64(PATHS) >= LEAST_EXPECTED, "{}: {}", case.what, case.p);
        for sampling in SAMPLINGS {
            let estimate = |seed| {
                let outcome = quiet(&case.scenario, sampling, PATHS, seed);
                outcome.question(&case.question).expect("asked").by(case.at).expect("a date")
            };
            let covered = (0..SEEDS).into_par_iter().filter(|seed| covers(estimate(*seed), case.p)).count();
            let covered = u32::try_from(covered).expect("at most 1,000");
            println!("{:>15} {sampling:?}: {covered} of {SEEDS}", case.what);
            if !COVERED.contains(&covered) {
                failed.push(format!("{} {sampling:?}: {covered} of {SEEDS} cover {}", case.what, case.p));
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

fn trio() -> Scenario {
    Scenario::builder("2018-Q1", "2021-Q1")
        .provider(Provider::new("a", lognormal(700.0, 0.1)).growth(Curve::constant(normal(0.4, 0.05))).volatility(0.2))
        .provider(Provider::new("b", 1000).growth(Curve::constant(0.2)).volatility(0.1))
        .provider(Provider::new("c", 400).growth(Curve::constant(normal(0.3, 0.1))).volatility(0.15))
        .correlation("a", "b", 0.4)
        .question(Question::overtakes("c", "b"))
        .build()
        .expect("valid")
}

/// Revenue, shares, ranks and a custom question, against a plain run of ten times as many paths.
#[test]
#[cfg_attr(debug_assertions, ignore = "statistical: run in release")]
fn fans_shares_ranks_and_own_questions_agree_with_plain() {
    const PLAIN: u64 = 2_000_000;
    const PATHS: u64 = 200_000;
    /// Quantiles in units of probability: five errors of an effective sample of 20,000 (the smallest, of importance sampling).
    const SLACK: f64 = 5.0 * 0.5 / 141.0;
    let scenario = trio();
    let run = |sampling, paths| {
        let simulation = scenario.simulate().paths(paths).seed(5).sampling(sampling);
        simulation
            .event("doubles", ["a"], |[a]| {
                a.first(|r| r > 1400.0) <= outgrow::When::At("2020-Q1".parse().expect("label"))
            })
            .run()
            .expect("an outcome")
    };
    let plain = run(Sampling::Plain, PLAIN);
    let at = "2020-Q4";
    for sampling in &SAMPLINGS[1..] {
        let other = run(*sampling, PATHS);
        for who in ["a", "b", "c"] {
            let [fan, expected] = [&other, &plain].map(|outcome| outcome.revenue(who).expect("a provider"));
            let [share, expected_share] = [&other, &plain].map(|outcome| outcome.share(who).expect("a provider"));
            for p in [0.05, 0.25, 0.5, 0.75, 0.95] {
                let between = |q: f64| expected.quantile(at, q.clamp(0.001, 0.999)).expect("a quantile");
                let value = fan.quantile(at, p).expect("a quantile");
                assert!((between(p - SLACK)..=between(p + SLACK)).contains(&value), "{sampling:?} {who} {p}: {value}");
                let between = |q: f64| expected_share.quantile(at, q.clamp(0.001, 0.999)).expect("a quantile");
                let value = share.quantile(at, p).expect("a quantile");
                assert!((between(p - SLACK)..=between(p + SLACK)).contains(&value), "{sampling:?} {who} {p}: {value}");
            }
            let [mean, expected] = [fan, expected].map(|fan| fan.mean(at).expect("a date").expect("a mean"));
            assert!((mean / expected - 1.0).abs() < 0.02, "{sampling:?} {who}: mean {mean}, expected {expected}");
            for rank in 1..=3 {
                let [one, expected] = [&other, &plain]
                    .map(|outcome| outcome.rank(who).and_then(|table| table.probability(at, rank)).expect("a rank"));
                near(&format!("{sampling:?} {who} rank {rank}"), one, expected);
            }
        }
        near(
            &format!("{sampling:?} doubles"),
            other.event("doubles").expect("asked"),
            plain.event("doubles").expect("asked"),
        );
    }
}

fn near(what: &str, one: Estimate, expected: Estimate) {
    let error = libm::hypot(one.standard_error(), expected.standard_error());
    assert!((one.value() - expected.value()).abs() <= STANDARD_ERRORS * error, "{what}: {one}, expected {expected}");
}

/// Probabilities down to 1e-8 within 5 % from 100,000 paths; the references are quadrature at the horizon.
#[test]
#[cfg_attr(debug_assertions, ignore = "statistical: run in release")]
fn the_very_rare_is_found() {
    for (name, t) in [("rare", 10), ("rare", 20), ("months_rare", 9), ("months_rare", 18), ("main", 2), ("main", 1)] {
        let row = row_of(name, 1, t);
        let whole = row.scenario(["a", "b"], &[1]).to_toml().expect("written");
        let [last, at] = [row.count("horizon"), t].map(|t| format!("horizon = \"{}\"", row.period(t)));
        assert!(whole.contains(&last), "{whole}");
        let scenario = Scenario::from_toml(&whole.replace(&last, &at)).expect("a scenario");
        let found =
            quiet(&scenario, Sampling::Importance, 100_000, 3).questions()[0].by(row.period(t)).expect("a date");
        let p = row.number("probability");
        println!("{name} {t}: {:e} ± {:e}, exact {p:e}", found.value(), found.standard_error());
        assert!(found.standard_error() < 0.05 * p, "{name} {t}: {found:?}, expected {p}");
        assert!((found.value() - p).abs() < STANDARD_ERRORS * found.standard_error(), "{name} {t}: {found:?}, {p}");
    }
}
