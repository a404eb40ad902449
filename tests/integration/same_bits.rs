//! The same bits for any number of threads, shards and blocks; no draw changes because something else was edited.

use std::sync::Mutex;

use outgrow::{
    Assumption, Curve, Provider, Question, Scenario, ScenarioBuilder, Simulation, Tail, Tally, lognormal, normal,
    uniform,
};
use rayon::prelude::*;

/// Sixteen groups, the last one partial.
const PATHS: u64 = 1000;

fn first() -> Provider {
    Provider::new("a", 690)
        .growth(Curve::schedule([normal(0.87, 0.1), normal(0.6, 0.1)], Tail::fade(0.12, lognormal(2.0, 0.3))))
        .volatility(0.15)
}

fn second() -> Provider {
    Provider::new("b", uniform(1000.0, 1300.0)).growth(Curve::fade(0.45, 0.12, 4)).volatility(uniform(0.05, 0.15))
}

fn third() -> Provider {
    Provider::new("c", 500).growth(Curve::constant(normal(0.3, 0.1))).volatility(0.2)
}

fn builder(horizon: &str) -> ScenarioBuilder {
    Scenario::builder("2018-Q1", horizon)
}

/// Both with correlated shocks.
fn pair() -> ScenarioBuilder {
    builder("2020-Q3").provider(first()).provider(second()).correlation("a", "b", 0.3)
}

fn asked() -> Scenario {
    pair().question(Question::overtakes("a", "b")).build().expect("valid")
}

fn run<'a>(scenario: &'a Scenario, settings: impl Fn(Simulation<'a>) -> Simulation<'a>) -> String {
    written(&settings(scenario.simulate().paths(PATHS).seed(3)).tally().expect("a tally"))
}

/// The full content of a tally, to the last bit.
fn written(tally: &Tally) -> String {
    serde_json::to_string(tally).expect("no closures")
}

#[test]
fn threads_leave_the_bits() {
    let scenario = asked();
    // More chunks of 128 groups than threads, so that they are distributed.
    let many = |threads: usize| {
        let simulation = scenario.simulate().paths(40_000).shares(false).ranks(false);
        written(&simulation.threads(threads).tally().expect("a tally"))
    };
    let one = many(1);
    for threads in [2, 3, 7] {
        assert!(many(threads) == one, "{threads} threads");
    }
    let other = scenario.simulate().paths(40_000).shares(false).ranks(false).seed(1).tally().expect("a tally");
    assert!(written(&other) != one, "another seed gives other bits");
}

#[test]
fn merged_shards_have_the_bits_of_the_whole() {
    let scenario = asked();
    let whole = run(&scenario, |simulation| simulation);
    // More shards than groups: some are empty.
    for (of, order) in
        [(5, vec![4, 0, 3, 1, 2]), (5, vec![0, 1, 2, 3, 4]), (16, (0..16).rev().collect()), (40, (0..40).collect())]
    {
        let shard = |index: &u64| {
            let simulation = scenario.simulate().paths(PATHS).seed(3).shard(*index, of);
            let sent = written(&simulation.tally().expect("a tally"));
            serde_json::from_str::<Tally>(&sent).expect("what was written")
        };
        let shards: Vec<Tally> = order.iter().map(shard).collect();
        assert_eq!(shards.iter().map(Tally::paths).sum::<u64>(), PATHS);
        let merged = shards.into_iter().reduce(|all, shard| all.merge(shard).expect("parts of one run"));
        let merged = merged.expect("at least one");
        assert!(merged.is_complete());
        assert!(written(&merged) == whole, "{of} shards");
        let outcome =
            |tally: &Tally| serde_json::to_string(&tally.outcome().expect("an outcome")).expect("no closures");
        assert!(outcome(&merged) == outcome(&serde_json::from_str(&whole).expect("what was written")));
    }
}

#[test]
fn a_shard_without_paths_has_no_outcome() {
    let scenario = asked();
    let empty = scenario.simulate().paths(64).shard(0, 2).tally().expect("a tally");
    assert_eq!(empty.paths(), 0);
    assert!(empty.outcome().expect_err("no path").to_string().contains("no path is counted"));
}

#[test]
fn what_does_not_belong_together_is_not_merged() {
    let scenario = asked();
    let tally =
        |index, seed, paths| scenario.simulate().paths(paths).seed(seed).shard(index, 2).tally().expect("a tally");
    let refused = |one: Tally, other: Tally| one.merge(other).expect_err("a refusal").to_string();
    assert!(refused(tally(0, 1, 1000), tally(0, 1, 1000)).contains("both count the paths 0 to 511"));
    assert!(refused(tally(0, 1, 1000), tally(1, 2, 1000)).contains("the runs differ"));
    assert!(refused(tally(0, 1, 1000), tally(1, 1, 2000)).contains("the runs differ"));
    let edited = scenario.with("provider[a].volatility", 0.16).expect("valid");
    let other = edited.simulate().paths(1000).seed(1).shard(1, 2).tally().expect("a tally");
    assert!(refused(tally(0, 1, 1000), other).contains("different scenarios"));
}

#[test]
fn a_pool_of_the_caller_leaves_the_bits() {
    let scenario = asked();
    let alone = run(&scenario, |simulation| simulation.threads(1));
    let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().expect("a pool");
    assert!(pool.install(|| run(&scenario, |simulation| simulation)) == alone);
    // From within tasks: every thread of the pool waits for runs that need the pool or build another one.
    let nested = |threads: Option<usize>| {
        let one =
            |_| run(&scenario, |simulation| threads.iter().fold(simulation, |simulation, n| simulation.threads(*n)));
        pool.install(|| (0..8).into_par_iter().map(one).collect::<Vec<_>>())
    };
    for threads in [None, Some(2)] {
        assert!(nested(threads).iter().all(|found| *found == alone), "threads: {threads:?}");
    }
}

/// By path, then provider, the bits of revenue at every period.
fn revenue(scenario: &Scenario, names: [&str; 2], paths: u64) -> Vec<[Vec<u64>; 2]> {
    let seen = Mutex::new(Vec::new());
    let bits = |path: outgrow::Path<'_>| (0..=path.periods()).map(|t| path.revenue(t).to_bits()).collect();
    let simulation = scenario.simulate().paths(paths).seed(5).threads(1).fans(false).ranks(false).shares(false);
    let see = |paths: [outgrow::Path<'_>; 2]| {
        seen.lock().expect("no panic").push(paths.map(bits));
        false
    };
    let _ = simulation.event("see", names, see).tally().expect("a tally");
    seen.into_inner().expect("no panic")
}

/// Bits of every path of both providers; few paths, yet more than one group.
fn both(scenario: &Scenario) -> Vec<[Vec<u64>; 2]> {
    revenue(scenario, ["a", "b"], 130)
}

fn only(index: usize, paths: &[[Vec<u64>; 2]]) -> Vec<Vec<u64>> {
    paths.iter().map(|path| path[index].clone()).collect()
}

#[test]
fn an_appended_provider_leaves_the_paths() {
    let plain = both(&pair().build().expect("valid"));
    assert!(both(&pair().provider(third()).build().expect("valid")) == plain);
    // Even if its shocks are correlated with those of earlier providers.
    let follows = pair().provider(third()).correlation("a", "c", 0.5).correlation("c", "b", -0.2);
    assert!(both(&follows.build().expect("valid")) == plain);
    let alone = builder("2020-Q3").provider(first());
    let accompanied = alone.clone().provider(second()).build().expect("valid");
    let alone = alone.build().expect("valid");
    assert!(revenue(&alone, ["a", "a"], 130) == revenue(&accompanied, ["a", "a"], 130));
}

#[test]
fn a_question_more_leaves_the_paths() {
    let plain = both(&pair().build().expect("valid"));
    assert!(both(&asked()) == plain);
    assert!(both(&asked().with_question(Question::overtakes("b", "a").sustained(2)).expect("valid")) == plain);
}

#[test]
fn a_longer_horizon_leaves_earlier_periods() {
    let short = both(&pair().build().expect("valid"));
    let longer = builder("2030-Q2").provider(first()).provider(second()).correlation("a", "b", 0.3);
    let long = both(&longer.build().expect("valid"));
    let starts =
        |(short, long): (&[Vec<u64>; 2], &[Vec<u64>; 2])| short.iter().zip(long).all(|(s, l)| l.starts_with(s));
    assert!(short.len() == long.len() && short.iter().zip(&long).all(starts));
}

/// Edits of one provider: another number, or a distribution. The reference of all rows is the power of two nearest the
/// first provider's median base, which none of these changes.
#[test]
fn an_edited_provider_leaves_the_others() {
    let scenario = pair().build().expect("valid");
    let plain = both(&scenario);
    let edits: [(usize, &str, Assumption); 9] = [
        (0, "provider[a].volatility", 0.4.into()),
        (0, "provider[a].volatility", 0.0.into()),
        (0, "provider[a].volatility", uniform(0.1, 0.2)),
        (0, "provider[a].growth.schedule.rates[0]", 0.5.into()),
        (0, "provider[a].growth.schedule.tail.fade.to", uniform(0.1, 0.2)),
        (0, "provider[a].revenue", uniform(650.0, 730.0)),
        (1, "provider[b].revenue", 1100.into()),
        (1, "provider[b].growth.fade.from", normal(0.45, 0.05)),
        (1, "provider[b].volatility", 0.3.into()),
    ];
    for (edited, address, value) in edits {
        let found = both(&scenario.with(address, value).expect("valid"));
        assert!(only(1 - edited, &found) == only(1 - edited, &plain), "{address} moved the other provider");
        assert!(only(edited, &found) != only(edited, &plain), "{address} moved nothing");
    }
}

/// If only a rate is edited, the shocks (the path relative to its curve) stay the same up to f32 rounding.
#[test]
fn an_edited_rate_leaves_the_shocks() {
    let of = |growth: f64| {
        let provider = Provider::new("a", 512).growth(Curve::constant(growth)).volatility(0.2);
        let scenario = builder("2020-Q3").provider(provider).build().expect("valid");
        revenue(&scenario, ["a", "a"], 130)
    };
    let shock = |bits: u64, growth: f64, t: usize| {
        libm::log(f64::from_bits(bits) / 512.0) - libm::log1p(growth) * t as f64 / 4.0
    };
    for (slow, fast) in of(0.1).iter().zip(&of(0.5)) {
        for (t, (slow, fast)) in slow[0].iter().zip(&fast[0]).enumerate() {
            assert!((shock(*slow, 0.1, t) - shock(*fast, 0.5, t)).abs() < 1e-6);
        }
    }
}

#[test]
fn a_longer_run_begins_with_the_same_paths() {
    let scenario = pair().build().expect("valid");
    let long = revenue(&scenario, ["a", "b"], 300);
    assert_eq!(long.len(), 300);
    for paths in [1, 63, 64, 65, 130] {
        let short = revenue(&scenario, ["a", "b"], paths);
        assert_eq!(short.len() as u64, paths);
        assert!(long.starts_with(&short), "{paths} paths");
    }
}

#[test]
fn every_path_counts_once() {
    let scenario = asked();
    for paths in [1, 63, 64, 65, 1000] {
        let outcome = scenario.simulate().paths(paths).event("all", ["a"], |_| true).run().expect("an outcome");
        assert_eq!(outcome.paths(), Some(paths));
        let overtake = outcome.overtake("a", "b").expect("asked");
        assert_eq!(overtake.counts().iter().sum::<u64>(), paths);
        let changes: f64 = overtake.lead_changes().iter().map(|change| change.probability.value()).sum();
        assert!((changes - 1.0).abs() < 1e-12);
        assert!(outcome.event("all").expect("asked").value() >= 1.0);
        let rank = outcome.rank("b").expect("ranks are on");
        let ranks: f64 = (1..=2).map(|rank_of| rank.probability("2020-Q3", rank_of).expect("a rank").value()).sum();
        assert!((ranks - 1.0).abs() < 1e-12);
        let share = |name| outcome.share(name).expect("shares are on").mean("2020-Q3").expect("a period");
        assert!((share("a") + share("b") - 1.0).abs() < 1e-6, "{paths} paths");
    }
}

/// A constant provider: its row is exactly one number for any number of paths.
#[test]
fn a_row_of_one_number_is_that_number() {
    let still = Scenario::builder("2018", "2020").provider(Provider::new("a", 3).growth(Curve::constant(0.0)));
    let scenario = still.build().expect("valid");
    for paths in [1, 65, 1000] {
        let outcome = scenario.simulate().paths(paths).run().expect("an outcome");
        let fan = outcome.revenue("a").expect("fans are on");
        let values = [
            fan.min("2020"),
            fan.max("2020"),
            fan.quantile("2020", 0.3),
            fan.mean("2020").map(|mean| mean.expect("a mean")),
        ];
        assert!(values.iter().all(|value| value.as_ref().is_ok_and(|value| value.to_bits() == 3.0_f64.to_bits())));
    }
}
