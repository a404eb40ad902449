//! Runs that are interrupted and continued give the bits of an undisturbed run.

use std::ops::ControlFlow;
use std::time::Duration;

use outgrow::{Curve, Precision, Provider, Question, Sampling, Scenario, Simulation, Tally, normal};

const PATHS: u64 = 200_000;

fn scenario() -> Scenario {
    let provider = |name: &str, revenue: f64, growth: f64| {
        Provider::new(name, revenue).growth(Curve::constant(normal(growth, 0.05))).volatility(0.15)
    };
    let builder = Scenario::builder("2018-Q1", "2021-Q4");
    let builder = builder.provider(provider("A", 700.0, 0.6)).provider(provider("B", 1000.0, 0.3));
    builder.question(Question::overtakes("A", "B")).build().expect("valid")
}

/// Stops after the report with this number, sends the counts through JSON, and continues.
fn interrupted(simulation: &dyn Fn() -> Simulation<'static>, after: usize) -> (Tally, Tally) {
    let mut reports = 0;
    let stop = move |_| {
        reports += 1;
        if reports > after { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let stopped = simulation().on_progress(stop).tally().expect("counts");
    let sent = serde_json::to_string(&stopped).expect("it can be written");
    let read: Tally = serde_json::from_str(&sent).expect("it can be read");
    assert_eq!(read, stopped);
    let continued = simulation().resume(read).tally().expect("the rest");
    (stopped, continued)
}

#[test]
fn a_stopped_run_is_continued_to_the_same_counts() {
    let scenario: &'static Scenario = Box::leak(Box::new(scenario()));
    for sampling in [Sampling::Plain, Sampling::Antithetic, Sampling::Sobol, Sampling::Importance, Sampling::Auto] {
        let simulation = || scenario.simulate().paths(PATHS).seed(3).sampling(sampling);
        let whole = simulation().tally().expect("counts");
        for after in [0, 3, 10] {
            let (stopped, continued) = interrupted(&simulation, after);
            assert!(stopped.paths() < PATHS, "{sampling:?}");
            assert!(continued == whole, "{sampling:?} after {after}");
        }
    }
}

#[test]
fn a_stopped_run_to_a_precision_is_continued_by_the_same_batches() {
    let scenario: &'static Scenario = Box::leak(Box::new(scenario()));
    let simulation = || scenario.simulate().until(Precision::standard_error(1e-3)).threads(1);
    let whole = simulation().tally().expect("counts");
    assert!(whole.paths() > 150_000, "several batches: {}", whole.paths());
    for after in [0, 1, 4, 11] {
        let (stopped, continued) = interrupted(&simulation, after);
        assert!(stopped.paths() < whole.paths());
        assert!(continued == whole, "after {after}");
    }
}

#[test]
fn a_shard_is_continued() {
    let scenario: &'static Scenario = Box::leak(Box::new(scenario()));
    let simulation = || scenario.simulate().paths(PATHS).shard(1, 3);
    let (_, continued) = interrupted(&simulation, 0);
    assert_eq!(continued, simulation().tally().expect("counts"));
}

#[test]
fn counts_are_reported_and_each_can_be_continued() {
    fn run(scenario: &Scenario) -> Simulation<'_> {
        scenario.simulate().paths(300_000)
    }
    let scenario = scenario();
    let mut kept = Vec::new();
    let keep = |tally: &Tally| kept.push(tally.clone());
    let whole = run(&scenario).on_checkpoint(Duration::ZERO, keep).tally().expect("counts");
    assert_eq!(whole, run(&scenario).tally().expect("counts"), "checkpoints change nothing");
    assert!(kept.len() > 10, "{}", kept.len());
    assert!(kept.windows(2).all(|pair| pair[0].paths() < pair[1].paths()));
    let middle = kept.swap_remove(kept.len() / 2);
    assert_eq!(run(&scenario).resume(middle).tally().expect("the rest"), whole);
    assert_eq!(run(&scenario).resume(whole.clone()).tally().expect("nothing left"), whole);
}

#[test]
fn counts_of_another_run_are_refused_by_the_field() {
    let scenario = scenario();
    let simulation = || scenario.simulate().paths(2000).seed(3);
    let changed = scenario.with("provider[A].volatility", 0.2).expect("valid");
    let until = || scenario.simulate().until(Precision::standard_error(0.01));
    let cases = [
        (
            simulation().resume(changed.simulate().paths(2000).seed(3).tally().expect("counts")),
            "scenario.provider[0].volatility: ",
        ),
        (
            simulation().seed(4).resume(simulation().tally().expect("counts")),
            "settings: the runs differ in seed: 4 and 3",
        ),
        (simulation().paths(2001).resume(simulation().tally().expect("counts")), "paths: 2001 and 2000"),
        (simulation().fans(false).resume(simulation().tally().expect("counts")), "fans: false and true"),
        (simulation().event("e", ["A"], |_| true).resume(simulation().tally().expect("counts")), "custom statistics"),
        (
            simulation().shard(0, 2).resume(simulation().tally().expect("counts")),
            "shard: the counts to resume have the paths 0 to 1999, and this shard 0 to 1023",
        ),
        (until().resume(simulation().tally().expect("counts")), "until: 0.01 and none; at_most: 100000000 and none"),
        (until().at_most(20_000).resume(until().tally().expect("counts")), "at_most: 20000 and 100000000"),
        (simulation().views(true).resume(simulation().tally().expect("counts")), "views: "),
    ];
    for (simulation, words) in cases {
        let error = simulation.run().map(drop).expect_err(words);
        assert!(error.is_invalid_input() && error.to_string().contains(words), "{words}: {error}");
    }
}

#[test]
fn a_panicking_closure_is_an_error_with_its_name_and_leaves_the_threads_usable() {
    let scenario = scenario();
    let panicking = scenario.simulate().paths(PATHS).event("never", ["A"], |_| panic!("no {}", "answer"));
    let error = panicking.run().expect_err("a panic");
    assert!(error.to_string().contains("event[never]: the closure panicked: no answer"), "{error}");
    let curve =
        Curve::custom("odd", [normal(0.3, 0.1)], |tau, p| if p[0] > 0.5 { panic!("too fast") } else { tau * p[0] });
    let odd = scenario.with_growth("B", curve).expect("valid");
    let error = odd.simulate().paths(1000).run().expect_err("a panic");
    assert!(error.to_string().contains("provider[B].growth.custom: the closure panicked: too fast"), "{error}");
    assert!(scenario.simulate().paths(PATHS).run().is_ok(), "the threads are usable");
}

#[test]
fn a_thread_with_the_stack_of_an_asynchronous_runtime_is_enough() {
    // That of tokio's blocking pool: 2 MiB.
    let run = || {
        let scenario = scenario();
        let exact = scenario.exact().run().expect("exact");
        let simulated = scenario.simulate().paths(PATHS).run().expect("simulated");
        (exact, simulated)
    };
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(run).expect("a thread");
    let (exact, simulated) = thread.join().expect("no overflow");
    let by = |outcome: &outgrow::Outcome| outcome.questions()[0].by("2021-Q4").expect("a date").value();
    assert!((by(&exact) - by(&simulated)).abs() < 0.01);
}
