//! Invariance of a run under implementation details: the size of its blocks.

mod precision;

use crate::assumption::{normal, uniform};
use crate::growth::Curve;
use crate::scenario::{Provider, Question};
use crate::{Sampling, Scenario, Simulation, Tally};

fn scenario() -> Scenario {
    Scenario::builder("2018-Q1", "2020-Q1")
        .provider(Provider::new("a", 90).growth(Curve::fade(normal(0.5, 0.1), 0.1, uniform(1.0, 3.0))).volatility(0.2))
        .provider(Provider::new("b", normal(100.0, 5.0)).growth(Curve::constant(0.2)).volatility(uniform(0.1, 0.2)))
        .provider(Provider::new("c", 80).growth(Curve::constant(0.25)).volatility(0.1))
        .correlation("a", "b", 0.4)
        .correlation("b", "c", -0.3)
        .question(Question::overtakes("a", "b"))
        .build()
        .expect("valid")
}

/// 141 groups, the last one incomplete: more than a chunk, and not a multiple of any block.
const PATHS: u64 = 9000;

#[test]
fn blocks_of_another_size_leave_the_bits() {
    let scenario = scenario();
    let run = |groups: usize| scenario.simulate().paths(PATHS).seed(11).block_groups(groups).tally().expect("a tally");
    let written = |tally: &Tally| serde_json::to_string(tally).expect("no closures");
    let fitting = written(&scenario.simulate().paths(PATHS).seed(11).tally().expect("a tally"));
    for groups in [1, 2, 3, 5, 8, 64, 1000] {
        assert!(written(&run(groups)) == fitting, "{groups} groups to a block");
    }
}

#[test]
fn blocks_of_another_size_leave_the_bits_of_every_sampling() {
    let scenario = scenario();
    for sampling in [Sampling::Antithetic, Sampling::Sobol, Sampling::Importance] {
        let run = || scenario.simulate().paths(PATHS).seed(11).sampling(sampling);
        let written = |simulation: Simulation<'_>| {
            serde_json::to_string(&simulation.tally().expect("a tally")).expect("no closures")
        };
        let fitting = written(run());
        for groups in [1, 2, 3, 8, 100] {
            assert!(written(run().block_groups(groups)) == fitting, "{sampling:?}, {groups} groups to a block");
        }
    }
}

/// Parts and blocks begin with a whole pair, whatever their size; the sampler panics otherwise.
#[test]
fn antithetic_parts_begin_with_a_whole_pair() {
    let scenario = scenario();
    let run = || scenario.simulate().paths(PATHS).seed(11).sampling(Sampling::Antithetic);
    let whole = run().tally().expect("a tally");
    for (of, groups) in [(3, 1), (5, 3), (7, 8)] {
        let part = |index| run().shard(index, of).block_groups(groups).tally().expect("a part");
        let merged = (1..of).fold(part(0), |sum, index| sum.merge(part(index)).expect("parts of one run"));
        assert!(merged == whole, "{of} parts, {groups} groups to a block");
    }
}

#[test]
fn blocks_of_another_size_cover_every_path_once() {
    let scenario = scenario();
    for (paths, groups) in [(1, 1), (63, 4), (64, 4), (65, 1), (65, 4), (1000, 3)] {
        let simulation = scenario.simulate().paths(paths).block_groups(groups).event("all", ["a"], |_| true);
        let tally = simulation.tally().expect("a tally");
        assert!(
            tally.is_complete() && tally.parts().iter().all(|part| part.counts.holds(paths, None)),
            "{paths}, {groups}"
        );
    }
}
