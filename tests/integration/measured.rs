//! Distributions of yearly revenue, requested before the run.

use outgrow::{Curve, Measure, Provider, Question, Sampling, Scenario, Simulation, Tally, normal};
use serde_json::{Value, json};

const ALL: [Measure; 3] = [Measure::Trailing, Measure::Annual, Measure::FiscalYearEnding(3)];

fn scenario() -> Scenario {
    Scenario::builder("2018-Q3", "2021-Q2")
        .provider(
            Provider::new("a", normal(100.0, 3.0))
                .growth(Curve::constant(normal(0.3, 0.1)))
                .volatility(0.2)
                .history([80.0, 85.0, 95.0]),
        )
        .provider(Provider::new("b", 120).growth(Curve::constant(0.2)).volatility(0.1).history([118.0]))
        .question(Question::overtakes("a", "b"))
        .build()
        .expect("valid")
}

/// Without fans, ranks and shares that are not used here.
fn bare(scenario: &Scenario) -> Simulation<'_> {
    scenario.simulate().seed(5).fans(false).ranks(false).shares(false)
}

/// The dates of a measure for a provider with a given length of history, as periods after the base.
fn dates(measure: Measure, history: usize) -> Vec<&'static str> {
    match (measure, history) {
        (Measure::Trailing, 3) => vec![
            "2018-Q4", "2019-Q1", "2019-Q2", "2019-Q3", "2019-Q4", "2020-Q1", "2020-Q2", "2020-Q3", "2020-Q4",
            "2021-Q1", "2021-Q2",
        ],
        (Measure::Trailing, _) => vec![
            "2019-Q1", "2019-Q2", "2019-Q3", "2019-Q4", "2020-Q1", "2020-Q2", "2020-Q3", "2020-Q4", "2021-Q1",
            "2021-Q2",
        ],
        // Only a has a history for the first quarter of 2018.
        (Measure::Annual, 3) => vec!["2018-Q4", "2019-Q4", "2020-Q4"],
        (Measure::Annual, _) => vec!["2019-Q4", "2020-Q4"],
        _ => vec!["2019-Q1", "2020-Q1", "2021-Q1"],
    }
}

/// Quantiles and means against sums over the same paths, sampled again.
#[test]
fn fans_are_those_of_the_sums_of_every_path() {
    const PATHS: usize = 4_096;
    let scenario = scenario();
    let outcome = bare(&scenario).paths(PATHS as u64).fans_of(ALL).run().expect("an outcome");
    let paths = scenario.simulate().seed(5).sample(PATHS).expect("paths");
    for (name, history) in [("a", &[80.0, 85.0, 95.0][..]), ("b", &[118.0])] {
        for measure in ALL {
            let fan = outcome.measured(name, measure).expect("asked for");
            let labels: Vec<String> = fan.periods().iter().map(ToString::to_string).collect();
            assert_eq!(labels, dates(measure, history.len()), "{name}, {measure:?}");
            for date in fan.periods() {
                let t = paths.periods().iter().position(|period| period == date).expect("a period");
                let sum = |path: usize| -> f64 {
                    let own = paths.revenue(name, path).expect("a path");
                    let known: Vec<f64> = history.iter().chain(own).copied().collect();
                    known[history.len() + t - 3..=history.len() + t].iter().sum()
                };
                let mut sums: Vec<f64> = (0..PATHS).map(sum).collect();
                sums.sort_by(f64::total_cmp);
                for (p, rank) in [(0.05, 205), (0.5, 2048), (0.95, 3892)] {
                    let quantile = fan.quantile(*date, p).expect("a date");
                    assert!((quantile / sums[rank - 1] - 1.0).abs() < 6e-4, "{name}, {measure:?}, {date}, {p}");
                }
                let mean = fan.mean(*date).expect("a date").expect("a mean");
                let expected = sums.iter().sum::<f64>() / PATHS as f64;
                assert!((mean / expected - 1.0).abs() < 1e-5, "{name}, {measure:?}, {date}: {mean} {expected}");
                assert!((fan.min(*date).expect("a date") / sums[0] - 1.0).abs() < 1e-5);
                assert!((fan.max(*date).expect("a date") / sums[PATHS - 1] - 1.0).abs() < 1e-5);
            }
        }
    }
}

#[test]
fn sums_that_are_not_drawn_are_exact() {
    let scenario = Scenario::builder("2018-Q4", "2020-Q4")
        .provider(Provider::new("a", 100).growth(Curve::constant(1.0)))
        .build()
        .expect("valid");
    let outcome = bare(&scenario).paths(64).fans_of([Measure::Annual]).run().expect("an outcome");
    let fan = outcome.measured("a", Measure::Annual).expect("asked for");
    let expected: f64 = (1..=4).map(|quarter| 100.0 * libm::exp2(f64::from(quarter) / 4.0)).sum();
    for p in [0.05, 0.95] {
        assert!((fan.quantile("2019-Q4", p).expect("a date") / expected - 1.0).abs() < 1e-12);
    }
    assert!((fan.mean("2020-Q4").expect("a date").expect("a mean") / (2.0 * expected) - 1.0).abs() < 1e-12);
}

#[test]
fn they_change_nothing_else_and_cost_nothing_unasked() {
    let scenario = scenario();
    let (plain, asked) = (bare(&scenario).paths(1_000), bare(&scenario).paths(1_000).fans_of(ALL));
    let (plain, asked) = (plain.run().expect("an outcome"), asked.run().expect("an outcome"));
    assert!(plain.questions() == asked.questions());
    let json = serde_json::to_value(&plain).expect("written");
    assert!(json["providers"][0].get("measured").is_none(), "absent where it was not asked for");
    let none = bare(&scenario).paths(1_000).fans_of(ALL).fans_of([]).run().expect("an outcome");
    assert!(none == plain);
}

#[test]
fn shards_threads_and_files_leave_their_bits() {
    let scenario = scenario();
    for sampling in [Sampling::Plain, Sampling::Sobol, Sampling::Importance] {
        let asked = || bare(&scenario).paths(8_192).fans_of(ALL).sampling(sampling);
        let whole = asked().threads(1).tally().expect("a tally");
        assert!(asked().threads(2).tally().expect("a tally") == whole, "{sampling:?}");
        let part = |index| asked().shard(index, 2).tally().expect("a tally");
        let merged = part(1).merge(part(0)).expect("they fit");
        let text = serde_json::to_string(&merged).expect("written");
        let read: Tally = serde_json::from_str(&text).expect("what was written can be read");
        assert!(read == whole && read.outcome().expect("an outcome") == whole.outcome().expect("an outcome"));
        let unasked = bare(&scenario).paths(8_192).sampling(sampling).shard(0, 2).tally().expect("a tally");
        let error = unasked.merge(part(1)).expect_err("another run").to_string();
        assert!(error.contains("fans_of: [] and [Trailing, Annual, FiscalYearEnding(3)]"), "{error}");
    }
}

#[test]
fn they_stand_in_every_form_of_the_outcome() {
    let scenario = scenario();
    let outcome = bare(&scenario).paths(1_000).fans_of(ALL).run().expect("an outcome");
    let json = serde_json::to_value(&outcome).expect("written");
    let measured = json["providers"][0]["measured"].as_array().expect("a list");
    let names: Vec<&Value> = measured.iter().map(|one| &one["measure"]).collect();
    assert_eq!(names, [&json!("trailing"), &json!("annual"), &json!({ "fiscal_year_ending": 3 })]);
    let fan = outcome.measured("a", Measure::Annual).expect("asked for");
    let first = &measured[1]["revenue"][0];
    assert_eq!(first["period"], "2018-Q4");
    assert_eq!(first["quantiles"][3]["value"].as_f64(), fan.quantile("2018-Q4", 0.5).ok());
    let csv = outcome.to_csv();
    for row in [
        "\"a\",\"2018-Q4\",\"annual_revenue_mean\"",
        "\"b\",\"2019-Q1\",\"trailing_revenue_quantile_0.05\"",
        "\"a\",\"2021-Q1\",\"fiscal_year_ending_3_revenue_quantile_0.95\"",
    ] {
        assert!(csv.contains(row), "{row}");
    }
    let text = outcome.to_string();
    for caption in ["a: revenue of the calendar year", "b: revenue of the year up to each quarter"] {
        assert!(text.contains(caption) && outcome.to_markdown().contains(caption), "{text}");
    }
}

#[test]
#[cfg(feature = "charts")]
fn charts_and_reports_of_measured_fans() {
    let scenario = scenario();
    let outcome = bare(&scenario).paths(1_000).fans_of(ALL).run().expect("an outcome");
    assert!(outcome.report().html().expect("a report").contains("revenue of the fiscal year ending in month 3"));
    let svg = outcome.chart().measure(Measure::Annual).fan().expect("a chart");
    assert!(svg.contains("per calendar year, logarithmic axis") && svg.contains("medians in 2020-Q4"), "{svg}");
    let error = outcome.chart().measure(Measure::Period).fan().expect_err("fans are off").to_string();
    assert!(error.contains("switched off"), "{error}");
    let paths = scenario.simulate().sample(2).expect("paths");
    let error =
        outcome.chart().measure(Measure::Annual).paths(&paths).fan().expect_err("paths of quarters").to_string();
    assert_eq!(error, "invalid chart: measure: sampled paths hold each period's revenue, not annual sums");
}

#[test]
fn what_cannot_be_had_is_reported() {
    let scenario = scenario();
    let cases: [(&[Measure], &str); 5] = [
        (&[Measure::Period], "fans_of[0]: revenue of single periods is part of the default fans; use fans(true)"),
        (&[Measure::Annual, Measure::Annual], "fans_of[1]: annual is requested twice"),
        (&[Measure::FiscalYearEnding(0)], "fans_of[0]: must be a month, 1 to 12, got 0"),
        (&[Measure::FiscalYearEnding(13)], "fans_of[0]: must be a month, 1 to 12, got 13"),
        (&[Measure::FiscalYearEnding(2)], "fans_of[0]: must end a quarter: 3, 6, 9 or 12 (or count in months), got 2"),
    ];
    for (measures, words) in cases {
        let error = bare(&scenario).fans_of(measures.iter().copied()).run().expect_err("no fans");
        assert!(error.is_invalid_input() && error.to_string().contains(words), "{error}");
        let error = scenario.exact().fans_of(measures.iter().copied()).run().expect_err("no fans");
        assert!(error.is_invalid_input() && error.to_string().contains(words), "{error}");
    }
    let short = Scenario::builder("2018-Q3", "2019-Q1").provider(Provider::new("a", 1).growth(Curve::constant(0.1)));
    let error = bare(&short.build().expect("valid")).fans_of([Measure::Annual]).run().expect_err("no year").to_string();
    assert!(error.contains("fans_of[0]: annual has no date: no whole year of \"a\""), "{error}");
    let outcome = bare(&scenario).paths(64).fans_of([Measure::Annual]).run().expect("an outcome");
    let error = outcome.measured("a", Measure::Trailing).expect_err("not asked for").to_string();
    assert!(error.contains("trailing fans of \"a\" were not requested: call fans_of before the run"), "{error}");
    assert!(outcome.measured("c", Measure::Annual).expect_err("unknown").to_string().contains("no provider is named"));
}

#[test]
fn sums_have_no_exact_answer_and_the_outcome_says_why() {
    let scenario = scenario();
    let outcome = scenario.exact().fans(false).ranks(false).shares(false).fans_of([Measure::Annual]).run();
    let outcome = outcome.expect("an outcome");
    let error = outcome.measured("a", Measure::Annual).expect_err("not exact").to_string();
    assert!(error.contains("have no exact answer: sums of several periods are not lognormal"), "{error}");
    let json = serde_json::to_value(&outcome).expect("written");
    assert_eq!(json["providers"][0]["measured"], json!([{ "measure": "annual", "revenue": null }]));
    let reason = json!([{ "part": "measured", "because": "sums of several periods are not lognormal" }]);
    assert_eq!(json["run"]["not_exact"], reason);
}
