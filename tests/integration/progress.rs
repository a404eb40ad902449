//! Progress is reported during a run, and the callback may end the run.

use std::ops::ControlFlow;

use outgrow::{Curve, Progress, Provider, Question, Scenario, Tally};

/// Two chunks of 128 groups: progress is reported twice.
const PATHS: u64 = 2 * 128 * 64;

fn scenario() -> Scenario {
    let provider = |name, revenue: i32| Provider::new(name, revenue).growth(Curve::constant(0.2)).volatility(0.2);
    Scenario::builder("2018", "2020")
        .provider(provider("a", 90))
        .provider(provider("b", 100))
        .question(Question::overtakes("a", "b"))
        .build()
        .expect("valid")
}

/// Ends the run at the first report.
fn broken(scenario: &Scenario) -> Tally {
    let simulation = scenario.simulate().paths(PATHS).threads(1).on_progress(|_| ControlFlow::Break(()));
    simulation.tally().expect("a tally")
}

#[test]
fn progress_rises_to_the_total() {
    let scenario = scenario();
    for (threads, paths) in [(1, PATHS), (3, 5 * PATHS + 100)] {
        let mut reported: Vec<Progress> = Vec::new();
        let simulation = scenario.simulate().paths(paths).threads(threads).fans(false).ranks(false).shares(false);
        let outcome = simulation.on_progress(|progress| {
            reported.push(progress);
            ControlFlow::Continue(())
        });
        assert!(outcome.run().expect("an outcome").is_complete());
        assert!(reported.len() >= 2 && reported.iter().all(|progress| progress.total == paths), "{reported:?}");
        assert!(reported.windows(2).all(|pair| pair[0].done < pair[1].done), "{reported:?}");
        assert_eq!(reported.last().map(|progress| progress.done), Some(paths));
    }
}

#[test]
fn a_shard_tells_its_own_total() {
    let scenario = scenario();
    let mut last = None;
    let simulation = scenario.simulate().paths(PATHS).shard(1, 4).on_progress(|progress| {
        last = Some((progress.done, progress.total));
        ControlFlow::Continue(())
    });
    let tally = simulation.tally().expect("a tally");
    assert_eq!(last, Some((PATHS / 4, PATHS / 4)));
    assert!(!tally.is_complete() && tally.paths() == PATHS / 4);
}

#[test]
fn a_break_gives_what_is_done() {
    let scenario = scenario();
    let (broken, half) = (broken(&scenario), scenario.simulate().paths(PATHS).shard(0, 2).tally().expect("a tally"));
    assert_eq!(broken.paths(), PATHS / 2);
    assert_eq!(broken, half, "the counts of those paths, no more");
    let outcome = broken.outcome().expect("an outcome");
    assert!(!outcome.is_complete() && outcome.paths() == Some(PATHS / 2));
    let json = serde_json::to_value(&outcome).expect("an outcome is written");
    assert_eq!(json["run"]["complete"], false);
    assert_eq!((&json["run"]["paths"], &json["run"]["paths_asked"]), (&(PATHS / 2).into(), &PATHS.into()));
}

#[test]
fn a_broken_run_can_be_completed() {
    let scenario = scenario();
    let rest = scenario.simulate().paths(PATHS).shard(1, 2).tally().expect("a tally");
    let merged = broken(&scenario).merge(rest).expect("the missing half");
    assert!(merged.is_complete());
    assert_eq!(merged, scenario.simulate().paths(PATHS).tally().expect("a tally"));
}

#[test]
fn a_break_at_the_last_word_leaves_a_complete_run() {
    let scenario = scenario();
    let end = |progress: Progress| {
        if progress.done == progress.total { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    assert!(scenario.simulate().paths(PATHS).on_progress(end).run().expect("an outcome").is_complete());
}

/// The closure runs another simulation on the same pool. A worker that waits there may be given another part of the outer
/// run; it must not wait for itself.
#[test]
fn a_caller_may_simulate_within_progress() {
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(8).build().expect("a pool");
        pool.install(|| {
            for _ in 0..20 {
                let scenario = scenario();
                let within = |_| {
                    let inner = scenario.simulate().paths(60_000).fans(false).ranks(false).shares(false).run();
                    assert!(inner.is_ok());
                    ControlFlow::Continue(())
                };
                let run = scenario.simulate().paths(200_000).fans(false).ranks(false).shares(false).on_progress(within);
                assert!(run.run().expect("an outcome").is_complete());
            }
        });
        sender.send(()).expect("somebody waits");
    });
    receiver.recv_timeout(std::time::Duration::from_secs(120)).expect("it came to an end");
}
