//! Every sampling scheme: the same bits for any split of a run, what merges and what does not, and what the outcome reports.

use std::ops::ControlFlow;

use outgrow::{
    Curve, Outcome, Precision, Provider, Question, Sampling, Scenario, Simulation, Tally, lognormal, normal,
};
use serde_json::{Value, json};

const SAMPLINGS: [Sampling; 3] = [Sampling::Antithetic, Sampling::Sobol, Sampling::Importance];
/// A multiple of the unit of every sampling scheme, in several chunks of work.
const PATHS: u64 = 32_768;

fn scenario() -> Scenario {
    Scenario::builder("2018-Q1", "2020-Q1")
        .provider(Provider::new("a", lognormal(90.0, 0.05)).growth(Curve::constant(normal(0.5, 0.1))).volatility(0.2))
        .provider(Provider::new("b", 120).growth(Curve::constant(0.2)).volatility(0.1))
        .provider(Provider::new("c", 80).growth(Curve::constant(0.25)).volatility(0.1))
        .correlation("a", "b", 0.4)
        .question(Question::overtakes("a", "b"))
        .question(Question::overtakes("c", "b").sustained(2))
        .build()
        .expect("valid")
}

fn asked(scenario: &Scenario, sampling: Sampling) -> Simulation<'_> {
    scenario.simulate().paths(PATHS).seed(11).sampling(sampling)
}

fn written(tally: &Tally) -> String {
    serde_json::to_string(tally).expect("no closures")
}

#[test]
fn threads_and_shards_leave_the_bits() {
    let scenario = scenario();
    for sampling in SAMPLINGS {
        let whole = written(&asked(&scenario, sampling).threads(1).tally().expect("a tally"));
        assert!(written(&asked(&scenario, sampling).threads(3).tally().expect("a tally")) == whole, "{sampling:?}");
        for shards in [2, 3, 7] {
            let part = |index| asked(&scenario, sampling).shard(index, shards).tally().expect("a tally");
            let merged =
                (0..shards).rev().map(part).reduce(|all, part| all.merge(part).expect("they fit")).expect("some");
            assert!(written(&merged) == whole, "{sampling:?} in {shards} shards");
        }
        let read: Tally = serde_json::from_str(&whole).expect("what was written can be read");
        assert!(written(&read) == whole && read.outcome().is_ok(), "{sampling:?}");
    }
}

#[test]
fn samplings_do_not_merge() {
    let scenario = scenario();
    let half = |sampling, index| asked(&scenario, sampling).shard(index, 2).tally().expect("a tally");
    let error = half(Sampling::Sobol, 0).merge(half(Sampling::Importance, 1)).expect_err("two samplings");
    assert!(error.to_string().contains("sampling: sobol and importance"), "{error}");
}

#[test]
fn paths_are_rounded_up_to_whole_replicates() {
    let scenario = scenario();
    for (sampling, paths) in [
        (Sampling::Plain, 5_000),
        (Sampling::Antithetic, 8_192),
        (Sampling::Sobol, 8_192),
        (Sampling::Importance, 6_144),
    ] {
        let outcome = scenario.simulate().paths(5_000).sampling(sampling).run().expect("an outcome");
        assert!(outcome.paths() == Some(paths) && outcome.is_complete(), "{sampling:?}: {:?}", outcome.paths());
    }
}

fn run_of(outcome: &Outcome) -> Value {
    serde_json::to_value(outcome).expect("written")["run"].clone()
}

#[test]
fn the_outcome_says_how_it_was_sampled() {
    let scenario = scenario();
    let run = |sampling| run_of(&asked(&scenario, sampling).run().expect("an outcome"));
    let plain = run(Sampling::Plain);
    assert!(plain["sampling"] == "plain" && plain.get("replicates").is_none() && plain.get("chosen").is_none());
    for (sampling, word) in [(Sampling::Antithetic, "antithetic"), (Sampling::Sobol, "sobol")] {
        let run = run(sampling);
        assert_eq!((&run["sampling"], &run["replicates"]), (&json!(word), &json!(32)));
        assert!(run.get("effective_sample_size").is_none());
    }
    let importance = run(Sampling::Importance);
    let size = importance["effective_sample_size"].as_f64().expect("a number");
    assert!(importance["sampling"] == "importance" && size > 0.1 * PATHS as f64 && size < PATHS as f64, "{size}");
    let auto = run(Sampling::Auto);
    assert_eq!((&auto["sampling"], &auto["chosen"]["what"]), (&json!("sobol"), &json!("sobol")));
    assert!(auto["chosen"]["why"].as_str().is_some_and(|why| why.contains("at most 256")), "{auto}");
    let shown = asked(&scenario, Sampling::Auto).run().expect("an outcome").to_string();
    assert!(shown.contains("sobol sampling\n  sampling chosen: sobol, because no question is rare"), "{shown}");
}

#[test]
fn auto_takes_what_suits() {
    let choice = |scenario: &Scenario| {
        let outcome = scenario.simulate().paths(2_048).sampling(Sampling::Auto).run().expect("an outcome");
        run_of(&outcome)["chosen"].clone()
    };
    let rare = scenario().with("provider[a].revenue", 25.0).expect("valid");
    let rare = choice(&rare);
    assert!(
        rare["what"] == "importance" && rare["why"].as_str().is_some_and(|why| why.contains("a overtakes b")),
        "{rare}"
    );
    let pair = |horizon, volatility: f64| {
        Scenario::builder("2018-01", horizon)
            .provider(Provider::new("a", 95).growth(Curve::constant(0.2)).volatility(volatility))
            .provider(Provider::new("b", 100).growth(Curve::constant(0.2)).volatility(volatility))
            .question(Question::overtakes("a", "b"))
            .build()
            .expect("valid")
    };
    assert_eq!(choice(&pair("2019-01", 0.2))["what"], "sobol");
    assert_eq!(choice(&pair("2030-01", 0.1))["what"], "antithetic", "288 numbers a path");
    let still = choice(&pair("2019-01", 0.0));
    assert_eq!(still, json!({ "what": "plain", "why": "nothing is drawn" }));
}

/// Certain events have probability 1 and impossible ones 0 under every sampling scheme; all classes add up to 1.
#[test]
fn certain_things_stay_certain() {
    let scenario = scenario();
    for sampling in SAMPLINGS {
        let simulation = asked(&scenario, sampling).event("always", ["a"], |_| true);
        let outcome = simulation.classify("none", ["a"], 3, |_| 1).run().expect("an outcome");
        let always = outcome.event("always").expect("asked");
        assert!((always.value() - 1.0).abs() < 1e-12 && always.standard_error() > 0.0, "{sampling:?}: {always:?}");
        let classes = outcome.classes("none").expect("asked");
        assert!(classes[0].value() <= 0.0 && classes[0].interval().1 > 0.0, "{sampling:?}: none is not impossible");
        for question in outcome.questions() {
            let sum = question.by("2020-Q1").expect("a date").value() + question.not_by_horizon().value();
            assert!((sum - 1.0).abs() < 1e-12, "{sampling:?}: {sum}");
            assert!(question.counts().iter().sum::<u64>().abs_diff(PATHS) < PATHS / 10);
        }
    }
}

#[test]
fn a_broken_off_run_keeps_what_was_done() {
    let scenario = scenario();
    for sampling in SAMPLINGS {
        let simulation = asked(&scenario, sampling).threads(1).on_progress(|_| ControlFlow::Break(()));
        let tally = simulation.tally().expect("a tally");
        assert!(!tally.is_complete() && tally.paths() > 0);
        let by = tally.outcome().expect("an outcome").questions()[0].by("2020-Q1").expect("a date");
        assert!(by.standard_error() > 0.0 && by.standard_error() < 0.1, "{sampling:?}: {by:?}");
    }
    // Two groups are in two replicates, one group in one: there is no spread to estimate an error from.
    for shards in [512, 256] {
        let part = asked(&scenario, Sampling::Sobol).shard(0, shards).tally().expect("a tally");
        let by = part.outcome().expect("an outcome").questions()[0].by("2020-Q1").expect("a date");
        let whole = (by.interval().0 <= 0.0) && by.interval().1 >= 1.0;
        assert!(by.standard_error() > 0.0 && (whole || shards == 256), "{by:?}");
    }
}

#[test]
fn a_changed_tally_is_refused() {
    let scenario = scenario();
    for sampling in SAMPLINGS {
        let whole = serde_json::to_value(asked(&scenario, sampling).tally().expect("a tally")).expect("written");
        let cases = [
            ("/totals", Value::Null),
            ("/totals/cells", json!(1)),
            ("/totals/weight/3", json!("5")),
            ("/totals/weight", json!(["1"])),
            ("/totals/squares", json!(u64::MAX)),
            ("/parts/0/counts/weights/0/1/31", json!("170141183460469231731687303715884105727")),
            ("/parts/0/counts/weights/0/1/31", json!("-1")),
            ("/parts/0/counts/weights/0", json!([])),
            ("/parts/0/counts/classes", json!([[32_768]])),
            ("/settings/sampling", json!("plain")),
            ("/settings/sampling", json!("auto")),
            ("/settings/paths", json!(PATHS - 1)),
        ];
        for (pointer, value) in cases {
            let mut changed = whole.clone();
            *changed.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}")) = value.clone();
            assert!(
                serde_json::from_value::<Tally>(changed).is_err(),
                "{sampling:?}: {pointer} = {value} was accepted"
            );
        }
    }
}

fn largest_error(outcome: &Outcome) -> f64 {
    let questions = outcome.questions().iter();
    let errors = questions.flat_map(|question| {
        let at = |period: &outgrow::Period| {
            [question.by(*period), question.ahead(*period)].map(|one| one.expect("a date").standard_error())
        };
        question.periods().iter().flat_map(at).collect::<Vec<_>>()
    });
    errors.fold(0.0, f64::max)
}

#[test]
fn a_run_goes_on_until_its_error_is_small_enough() {
    let scenario = scenario();
    for sampling in [Sampling::Plain, Sampling::Antithetic, Sampling::Sobol, Sampling::Importance] {
        let asked = |error| scenario.simulate().seed(3).sampling(sampling).until(Precision::standard_error(error));
        let outcome = asked(1e-3).run().expect("an outcome");
        let reached = largest_error(&outcome);
        assert!(reached <= 1e-3, "{sampling:?}: {reached}");
        let run = run_of(&outcome);
        assert_eq!(run["precision"], json!({ "asked": 1e-3, "reached": reached, "met": true }));
        assert!(outcome.is_complete() && outcome.paths() < Some(1_500_000), "{sampling:?}: {:?}", outcome.paths());

        let cut = asked(1e-6).at_most(40_000).run().expect("what was done is kept");
        let run = run_of(&cut);
        assert!(run["precision"]["met"] == false && cut.paths() <= Some(40_000) && cut.paths() > Some(20_000), "{run}");
        assert!(cut.to_string().contains("requested 1.0e-6, not reached"), "{cut}");

        let counts = |tally: &Tally| {
            let tree = serde_json::to_value(tally).expect("written");
            (tree["parts"].clone(), tree["totals"].clone())
        };
        let one = asked(2e-3).threads(1).tally().expect("a tally");
        let three = asked(2e-3).threads(3).tally().expect("a tally");
        assert!(one == three, "{sampling:?}: the number of threads shows");
        let by_number = scenario.simulate().seed(3).sampling(sampling).paths(one.paths()).tally().expect("a tally");
        assert!(counts(&one) == counts(&by_number), "{sampling:?}: batches show");
    }
}

/// The estimated number of paths exceeds any integer, and the limit still applies.
#[test]
fn an_error_that_no_run_can_reach_ends_at_the_bound() {
    let scenario = scenario();
    let samplings = [
        (Sampling::Plain, 100_000),
        (Sampling::Antithetic, 98_304),
        (Sampling::Sobol, 65_536),
        (Sampling::Importance, 98_304),
        (Sampling::Auto, 65_536),
    ];
    for (sampling, expected) in samplings {
        for error in [1e-12, f64::MIN_POSITIVE] {
            let run = scenario.simulate().seed(3).sampling(sampling).until(Precision::standard_error(error));
            let outcome = run.fans(false).ranks(false).shares(false).at_most(100_000).run().expect("an outcome");
            assert_eq!(outcome.paths(), Some(expected), "{sampling:?}, {error:e}");
            assert!(outcome.is_complete() && run_of(&outcome)["precision"]["met"] == false, "{sampling:?}, {error:e}");
        }
    }
}

#[test]
fn impossible_wishes_are_refused() {
    let scenario = scenario();
    let run = |change: &dyn Fn(Simulation<'_>) -> Simulation<'_>| {
        change(scenario.simulate().paths(1000)).tally().expect_err("refused").to_string()
    };
    let precision = Precision::standard_error;
    let silent = Scenario::builder("2018", "2020").provider(Provider::new("a", 1).growth(Curve::constant(0.1)));
    let silent = silent.build().expect("valid");
    let no_question = silent.simulate().until(precision(1e-3)).tally().expect_err("refused").to_string();
    let cases = [
        (run(&|one| one.until(precision(0.0))), "until: must be above 0 and finite, got 0"),
        (run(&|one| one.until(precision(f64::NAN))), "until: must be above 0 and finite, got NaN"),
        (
            run(&|one| one.until(precision(1e-3)).shard(0, 2)),
            "until: a stopping rule needs the error of the whole run, not that of a shard",
        ),
        (run(&|one| one.until(precision(1e-3)).at_most(0)), "at_most: must be between 1"),
        (
            run(&|one| one.until(precision(1e-3)).at_most(2_000).sampling(Sampling::Sobol)),
            "at_most: must be between 2048 and 137438953472 under this sampling, got 2000",
        ),
        (run(&|one| one.paths(1 << 38).sampling(Sampling::Sobol)), "paths: must be between 1 and 137438953472"),
        (run(&|one| one.paths(1 << 32).sampling(Sampling::Importance)), "paths: must be between 1 and 2147483648"),
        (run(&|one| one.paths(0).sampling(Sampling::Antithetic)), "paths: must be between 1"),
        (no_question, "until: a stopping rule needs a question, and the scenario has none"),
    ];
    for (error, words) in cases {
        assert!(error.contains(words), "{error}\nexpected {words}");
    }
}

#[test]
fn a_difference_is_far_more_exact_than_its_terms() {
    let before = scenario();
    let after = before.with("provider[a].growth.constant.normal[0]", 0.51).expect("valid");
    let differences = before.simulate().paths(50_000).seed(4).difference(&after).expect("differences");
    let change = differences.question("a overtakes b").expect("asked").by("2019-Q4").expect("a date");
    let alone = |scenario: &Scenario| {
        let simulation = scenario.simulate().paths(50_000).seed(4).fans(false).ranks(false).shares(false);
        simulation.run().expect("an outcome").overtake("a", "b").expect("asked").by("2019-Q4").expect("a date")
    };
    assert_eq!((change.before, change.after), (alone(&before), alone(&after)));
    assert!((change.value - (change.after.value() - change.before.value())).abs() < 1e-12);
    assert!(change.value > 0.0 && change.standard_error < 0.3 * change.after.standard_error(), "{change}");
    assert!(change.interval[0] < change.value && change.value < change.interval[1]);
    let untouched = differences.questions()[1].by("2020-Q1").expect("a date");
    assert!(untouched.value.abs() < 1e-15, "c and b have the same paths in both: {untouched}");
    let one = before.simulate().paths(50_000).seed(4).threads(1).difference(&after).expect("differences");
    assert_eq!(one, differences, "the number of threads does not show");
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let before = scenario();
    let refused =
        |simulation: Simulation<'_>, other: &Scenario| simulation.difference(other).expect_err("refused").to_string();
    let other = Scenario::builder("2018-Q1", "2021-Q1")
        .provider(Provider::new("x", 1).growth(Curve::constant(0.1)))
        .build()
        .expect("valid");
    let longer = refused(before.simulate(), &other);
    assert!(longer.contains("2018-Q1 to 2020-Q1 cannot be compared with 2018-Q1 to 2021-Q1"), "{longer}");
    let sobol = refused(before.simulate().sampling(Sampling::Sobol), &before);
    assert!(sobol.contains("sampling: a difference requires plain sampling, got sobol"), "{sobol}");
    let strangers = before.with_question_removed();
    assert!(refused(before.simulate(), &strangers).contains("no question has the same name"));
}

trait Silent {
    fn with_question_removed(&self) -> Scenario;
}

impl Silent for Scenario {
    fn with_question_removed(&self) -> Scenario {
        let mut tree = serde_json::to_value(self).expect("written");
        tree.as_object_mut().expect("a table").remove("question");
        Scenario::from_json(&tree.to_string()).expect("valid")
    }
}
