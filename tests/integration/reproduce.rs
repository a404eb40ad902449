//! An outcome file is computed again to the same bytes, or the error names what differs.

use std::ops::ControlFlow;

use outgrow::{Curve, Measure, Outcome, Precision, Provider, Question, Sampling, Scenario, Simulation, normal};
use serde_json::{Value, json};

fn scenario() -> Scenario {
    Scenario::builder("2018-Q1", "2020-Q4")
        .provider(
            Provider::new("a", 90)
                .history([70.0, 76.0, 83.0])
                .growth(Curve::constant(normal(0.3, 0.1)))
                .volatility(0.2)
                .source("a report"),
        )
        .provider(Provider::new("b", normal(100.0, 5.0)).history([90.0, 93.0, 96.0]).growth(Curve::constant(0.2)))
        .correlation("a", "b", 0.3)
        .question(Question::overtakes("a", "b"))
        .build()
        .expect("valid")
}

fn written(outcome: &Outcome) -> String {
    serde_json::to_string(outcome).expect("an outcome is written")
}

/// The file, which is computed again to the same bytes.
fn file_of(outcome: &Outcome, what: &str) -> String {
    let file = written(outcome);
    let again = Outcome::reproduce(&file).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert!(written(&again) == file, "{what}: other bytes");
    file
}

fn error_of(file: &str) -> (String, String) {
    let error = Outcome::reproduce(file).expect_err("an error");
    assert!(error.is_invalid_input(), "{error}");
    (error.problems()[0].address.clone(), error.problems()[0].message.clone())
}

#[test]
fn every_setting_of_a_simulation_is_in_the_file() {
    type Set = for<'a> fn(Simulation<'a>) -> Simulation<'a>;
    let settings: [(&str, Set); 10] = [
        ("plain", |run| run.sampling(Sampling::Plain)),
        ("antithetic", |run| run.sampling(Sampling::Antithetic)),
        ("sobol", |run| run.sampling(Sampling::Sobol)),
        ("importance", |run| run.sampling(Sampling::Importance)),
        ("auto", |run| run.sampling(Sampling::Auto)),
        ("until", |run| run.until(Precision::standard_error(3e-3))),
        ("not reached", |run| run.until(Precision::standard_error(1e-5)).at_most(20_000).sampling(Sampling::Auto)),
        ("continuous", |run| run.continuous(true).confidence(0.8)),
        ("contents", |run| run.fans(false).ranks(false).shares(false).fans_of([Measure::Trailing, Measure::Annual])),
        ("cross-check", |run| run.cross_check(true)),
    ];
    let scenario = scenario();
    let mut files = Vec::new();
    for (what, set) in settings {
        let outcome = set(scenario.simulate().paths(5000).seed(7)).run().expect("an outcome");
        files.push(file_of(&outcome, what));
    }
    for (place, file) in files.iter().enumerate() {
        assert!(files[..place].iter().all(|earlier| earlier != file), "a setting without effect: {place}");
    }
}

#[test]
fn every_setting_of_an_exact_answer_is_in_the_file() {
    let scenario = scenario();
    let settings = [
        ("default", scenario.exact()),
        ("tolerance", scenario.exact().tolerance(1e-3).continuous(true)),
        ("contents", scenario.exact().fans(false).lead_changes(false).fans_of([Measure::Trailing])),
        ("budget", scenario.exact().tolerance(1e-9).budget(1e5).ranks(false).shares(false)),
    ];
    for (what, exact) in settings {
        file_of(&exact.run().expect("an outcome"), what);
    }
}

/// Merged shards are the whole run, and so is their file.
#[test]
fn the_outcome_of_merged_shards_is_that_of_the_run() {
    let scenario = scenario();
    let shard = |index| scenario.simulate().paths(5000).seed(3).shard(index, 2).tally().expect("a tally");
    let merged = shard(0).merge(shard(1)).expect("two halves").outcome().expect("an outcome");
    file_of(&merged, "shards");
    let (address, _) = error_of(&written(&shard(0).outcome().expect("an outcome")));
    assert_eq!(address, "run.complete");
}

#[test]
fn a_value_that_was_changed_is_named() {
    let file = written(&scenario().simulate().paths(2000).seed(7).run().expect("an outcome"));
    let good: Value = serde_json::from_str(&file).expect("JSON");
    type Change = fn(&mut Value);
    let changes: [(Change, &str, &str); 8] = [
        (|file| file["questions"][0]["by"][2]["value"] = json!(0.25), "questions[0].by[2].value", "the file has 0.25"),
        // Keys that a reader of outcomes ignores, since they follow from others.
        (|file| file["questions"][0]["measure"] = json!("annual"), "questions[0].measure", "give \"period\""),
        (|file| file["questions"][0]["quantiles"] = json!([]), "questions[0].quantiles", "the file has 0 items"),
        (
            |file| file["run"]["seed"] = json!(8),
            "providers[0].rank[0].probability[0]",
            "its scenario and settings give",
        ),
        (
            |file| file["manifest"]["scenario"]["provider"][0]["volatility"] = json!(0.3),
            "providers[0].rank[0].probability[0]",
            "the file was changed",
        ),
        (|file| file["manifest"]["contents"]["fans"] = json!(false), "providers[0].revenue", "11 items"),
        (|file| file["manifest"]["build"]["stream"] = json!(7), "manifest.build.stream", "stream 7"),
        (
            |file| {
                file["manifest"]["build"]["version"] = json!("0.0.9");
                file["outgrow"] = json!("0.0.9");
            },
            "manifest.build.version",
            "outgrow 0.0.9 computed this outcome",
        ),
    ];
    for (change, address, words) in changes {
        let mut file = good.clone();
        change(&mut file);
        let (found, message) = error_of(&file.to_string());
        assert!(found == address && message.contains(words), "{address}: {words}\n{found}: {message}");
    }
    // Another layout, or 1 in place of 1.0, is the same file.
    let pretty = serde_json::to_string_pretty(&good).expect("JSON").replace(": 0.0,", ": 0,");
    assert!(pretty.contains(": 0,"), "{pretty}");
    assert_eq!(written(&Outcome::reproduce(&pretty).expect("the same values")), file);
}

#[test]
fn what_no_file_can_reproduce_is_refused() {
    let scenario = scenario();
    let custom = scenario.simulate().paths(100).event("grows", ["a"], |[a]| a.revenue(3) > a.revenue(0));
    let (address, message) = error_of(&written(&custom.run().expect("an outcome")));
    assert!(address == "event" && message.contains("\"grows\""), "{address}: {message}");
    let stopped = scenario.simulate().paths(100_000).threads(1).on_progress(|_| ControlFlow::Break(()));
    let (address, message) = error_of(&written(&stopped.run().expect("an outcome")));
    assert!(address == "run.complete" && message.contains("stopped early"), "{address}: {message}");
    for text in ["", "base = '2018'", "{}", "[1]", "{\"outgrow\":\"0.1.0\"}"] {
        let (address, message) = error_of(text);
        assert!(address.is_empty() && message.starts_with("is not an outcome"), "{text}: {address}: {message}");
    }
}
