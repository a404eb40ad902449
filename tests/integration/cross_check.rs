//! Cross-checks: exact and simulated values agree, and a missing exact value has a reason.

use outgrow::{
    Curve, Measure, Outcome, Precision, Provider, Question, Sampling, Scenario, Simulation, Tally, interval, normal,
};
use serde_json::Value;

const PATHS: u64 = 32_768;

fn providers(volatility: f64) -> outgrow::ScenarioBuilder {
    Scenario::builder("2018-Q1", "2020-Q4")
        .provider(Provider::new("a", 690e6).growth(Curve::constant(normal(0.87, 0.1))).volatility(volatility))
        .provider(Provider::new("b", interval(0.9e9, 1.3e9)).growth(Curve::constant(0.45)).volatility(volatility))
        .provider(Provider::new("c", 1.2e9).growth(Curve::constant(0.2)))
}

fn scenario() -> Scenario {
    let asked = Question::overtakes("a", "b");
    let builder = providers(0.15).question(asked.clone()).question(asked.clone().sustained(2));
    builder.question(asked.measure(Measure::Annual)).build().expect("valid")
}

fn run(simulation: Simulation<'_>) -> Simulation<'_> {
    simulation.paths(PATHS).seed(7).cross_check(true).fans(false).ranks(false).shares(false)
}

fn written(outcome: &Outcome) -> Value {
    serde_json::to_value(outcome).expect("written")
}

#[test]
fn what_is_exact_stands_beside_what_is_simulated() {
    let scenario = scenario();
    let exact = providers(0.15).question(Question::overtakes("a", "b")).build().expect("valid");
    let exact = exact.exact().run().expect("exact");
    for sampling in [Sampling::Plain, Sampling::Antithetic, Sampling::Sobol, Sampling::Importance] {
        let outcome = run(scenario.simulate().sampling(sampling)).run().expect("an outcome");
        let checks: Vec<_> = outcome.cross_checks().collect();
        assert_eq!(checks.len(), 3, "one a question");
        assert!(checks.iter().all(|check| check.agrees()), "{sampling:?}: {} {}", checks[0], checks[1]);
        let answer = outcome.question("a overtakes b").expect("asked");
        let check = answer.cross_check().expect("asked for");
        assert_eq!(
            (check.question(), check.reason(), check.by().len(), check.ahead().len()),
            (answer.name(), None, 11, 11)
        );
        assert_eq!(check.count(), 23, "the drawn base too");
        for (by, period) in check.by().iter().zip(answer.periods()) {
            assert_eq!((by.period, by.simulated), (*period, answer.by(*period).expect("a date")));
            let expected = exact.questions()[0].by(*period).expect("a date");
            let error = by.exact.standard_error() + expected.standard_error();
            assert!((by.exact.value() - expected.value()).abs() < 2.0 * error, "{sampling:?} {period}: {}", by.exact);
            let allowed = (0.2 * by.simulated.standard_error()).max(1e-4);
            assert!(by.exact.standard_error() <= allowed, "it adds little: {by:?}");
        }
        let largest = check.largest_z().expect("drawn").abs();
        assert!(check.by().iter().chain(check.ahead()).all(|one| one.z.is_some_and(|z| z.abs() <= largest)));
        assert!(largest > 0.1 && largest < check.bound(), "{largest}");
        assert!(answer.to_string().contains("\n  checked against exact: largest |z| "), "{answer}");
    }
}

#[test]
fn a_refusal_is_named_and_is_not_another_questions() {
    let outcome = run(scenario().simulate()).run().expect("an outcome");
    let check = outcome.questions()[2].cross_check().expect("asked for").clone();
    let reason = "sums of several periods are not lognormal";
    assert_eq!((check.reason(), check.by().len(), check.largest_z()), (Some(reason), 0, None));
    assert!(check.agrees() && check.ahead_at_base().is_none());
    assert_eq!(check.to_string(), format!("not checked against exact: {reason}"));
    let json = written(&outcome);
    assert_eq!(json["questions"][2]["cross_check"], serde_json::json!({ "because": reason }));
    assert_eq!(json["questions"][0]["cross_check"]["agrees"], true);
}

#[test]
fn the_json_has_what_the_documentation_says() {
    let outcome = run(scenario().simulate()).run().expect("an outcome");
    let json = written(&outcome);
    let question = &json["questions"][0];
    let check = &question["cross_check"];
    let mut keys: Vec<&String> = check.as_object().expect("a table").keys().collect();
    keys.sort();
    assert_eq!(keys, ["agrees", "ahead", "ahead_at_base", "bound", "by", "count", "false_alarm", "largest_z"]);
    for (place, by) in check["by"].as_array().expect("a list").iter().enumerate() {
        assert_eq!(by["period"], question["by"][place]["period"]);
        assert_eq!(by["simulated"]["value"], question["by"][place]["value"]);
        let number = |from: &str, what: &str| by[from][what].as_f64().expect("a number");
        let error = libm::hypot(number("simulated", "standard_error"), number("exact", "standard_error"));
        let z = (number("simulated", "value") - number("exact", "value")) / error;
        let reported = by["z"].as_f64().expect("a number");
        assert!(
            reported.abs() <= z.abs() + 1e-12 && reported * z >= 0.0,
            "an error is no less than reported: {reported} {z}"
        );
    }
    let silent = written(&scenario().simulate().paths(100).run().expect("an outcome"));
    assert!(silent["questions"][0].get("cross_check").is_none(), "only where it was asked for");
}

#[test]
fn threads_shards_and_files_leave_the_check() {
    let scenario = scenario();
    let whole = run(scenario.simulate()).threads(1).run().expect("an outcome");
    assert!(run(scenario.simulate()).threads(3).run().expect("an outcome") == whole);
    let part = |index| run(scenario.simulate()).shard(index, 2).tally().expect("a tally");
    let merged = part(1).merge(part(0)).expect("they fit");
    let text = serde_json::to_string(&merged).expect("written");
    let read: Tally = serde_json::from_str(&text).expect("what was written can be read");
    assert!(read.outcome().expect("an outcome") == whole);
    let unasked = scenario.simulate().paths(PATHS).seed(7).fans(false).ranks(false).shares(false).shard(0, 2);
    let error = unasked.tally().expect("a tally").merge(part(1)).expect_err("one only is checked");
    assert!(error.to_string().contains("cross_check: false and true"), "{error}");
}

#[test]
fn without_draws_both_are_exact() {
    let certain = |base: f64| {
        Scenario::builder("2018", "2024")
            .provider(Provider::new("a", base).growth(Curve::constant(0.5)))
            .provider(Provider::new("b", 100).growth(Curve::constant(0.2)))
            .question(Question::overtakes("a", "b"))
            .build()
            .expect("valid")
    };
    for base in [60.0, 100.0, 120.0] {
        let outcome = run(certain(base).simulate()).run().expect("an outcome");
        let check = outcome.cross_checks().next().expect("asked for").clone();
        assert_eq!((check.count(), check.largest_z(), check.agrees()), (0, None, true), "{base}");
        assert!(check.by().iter().all(|one| one.z.is_none() && one.simulated == one.exact));
        assert_eq!(check.to_string(), "checked against exact: nothing is drawn");
    }
}

#[test]
fn a_run_to_a_precision_is_checked_once_it_is_there() {
    let scenario = scenario();
    let asked = scenario.simulate().seed(3).until(Precision::standard_error(2e-3)).cross_check(true);
    let outcome = asked.run().expect("an outcome");
    assert!(outcome.cross_checks().all(|check| check.agrees()) && outcome.cross_checks().count() == 3);
}

/// Zero, few, and all hits: rare events give no z beyond chance, under any sampling scheme.
#[test]
fn rare_and_nearly_certain_dates_are_no_disagreement() {
    for (base, volatility) in [(0.35e9, 0.05), (1.5e9, 0.1)] {
        let scenario = providers(volatility).question(Question::overtakes("a", "b")).build().expect("valid");
        let scenario = scenario.with("provider[a].revenue", base).expect("valid");
        for sampling in [Sampling::Plain, Sampling::Antithetic, Sampling::Sobol, Sampling::Importance] {
            for seed in 0..10 {
                let simulation = scenario.simulate().paths(4096).seed(seed).sampling(sampling).cross_check(true);
                let outcome = simulation.fans(false).ranks(false).shares(false).run().expect("an outcome");
                let check = outcome.cross_checks().next().expect("asked for").clone();
                assert!(check.agrees(), "{base} {sampling:?} {seed}: {check}");
            }
        }
    }
}
