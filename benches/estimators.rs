//! The efficiency of each sampling. Run `cargo bench --bench estimators`.
//!
//! **How to read it.** Efficiency is 1 / (error² × time), the error being that of the overtake by the horizon. The table
//! that is printed first holds each sampling's efficiency over that of plain paths at the same probability, from eight
//! runs of 2^18 paths each on one thread, of other seeds: the mean of error², the least time. For plain paths the error
//! is √(p(1−p)/n), p from importance, since at 1e-8 they see nothing. Criterion then measures the time of each alone.

use std::hint::black_box;
use std::time::Instant;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use outgrow::{Curve, Estimate, Provider, Question, Sampling, Scenario, normal};

const PATHS: u64 = 1 << 18;
const SAMPLINGS: [(&str, Sampling); 4] = [
    ("plain", Sampling::Plain),
    ("antithetic", Sampling::Antithetic),
    ("sobol", Sampling::Sobol),
    ("importance", Sampling::Importance),
];
/// What the challenger starts with, for probabilities near 0.4, 1e-2, 1e-4 and 1e-8.
const BASES: [(&str, [f64; 2]); 4] =
    [("0.4", [702.0, 515.0]), ("1e-2", [270.0, 168.0]), ("1e-4", [152.0, 75.0]), ("1e-8", [71.0, 24.5])];

/// Forty quarters of two correlated providers; `drawn` growth rates, or known ones.
fn scenario(base: f64, drawn: bool) -> Scenario {
    let growth = |rate| if drawn { Curve::constant(normal(rate, 0.03)) } else { Curve::constant(rate) };
    Scenario::builder("2018-Q1", "2028-Q1")
        .provider(Provider::new("a", base).growth(growth(0.3)).volatility(0.15))
        .provider(Provider::new("b", 1000).growth(growth(0.25 + if drawn { 0.0 } else { 0.05 })).volatility(0.1))
        .correlation("a", "b", 0.3)
        .question(Question::overtakes("a", "b"))
        .build()
        .expect("a valid scenario")
}

fn run(scenario: &Scenario, sampling: Sampling, seed: u64) -> Estimate {
    let simulation = scenario.simulate().paths(PATHS).seed(seed).threads(1).sampling(sampling);
    let outcome = simulation.fans(false).ranks(false).shares(false).run().expect("an outcome");
    outcome.questions()[0].by("2028-Q1").expect("the horizon")
}

/// Of eight runs the mean of error², the least time in seconds, and whether anything was hit.
fn measured(scenario: &Scenario, sampling: Sampling) -> (f64, f64, bool) {
    const RUNS: u32 = 8;
    let (mut squares, mut seconds, mut seen) = (0.0, f64::INFINITY, true);
    for seed in 0..RUNS {
        let start = Instant::now();
        let estimate = black_box(run(scenario, sampling, u64::from(seed)));
        seconds = start.elapsed().as_secs_f64().min(seconds);
        squares += estimate.standard_error() * estimate.standard_error() / f64::from(RUNS);
        seen &= estimate.value() > 0.0;
    }
    (squares, seconds, seen)
}

fn table() {
    println!("| growth | P | plain ms | antithetic | sobol | importance |\n|---|---|---|---|---|---|");
    for (drawn, word) in [(false, "known"), (true, "drawn")] {
        for (_, bases) in BASES {
            let scenario = scenario(bases[usize::from(drawn)], drawn);
            let p = run(&scenario, Sampling::Importance, 0).value();
            let (_, plain_seconds, _) = measured(&scenario, Sampling::Plain);
            let plain = PATHS as f64 / (p * (1.0 - p) * plain_seconds);
            let ratio = |sampling| match measured(&scenario, sampling) {
                (squares, seconds, true) => format!("{:.3e}", 1.0 / (squares * seconds) / plain),
                // Where nothing was hit there is no spread to speak of.
                _ => "nothing seen".to_owned(),
            };
            let ratios = SAMPLINGS[1..].iter().map(|(_, sampling)| ratio(*sampling)).collect::<Vec<_>>().join(" | ");
            println!("| {word} | {p:.3e} | {:.1} | {ratios} |", 1e3 * plain_seconds);
        }
    }
}

fn estimators(criterion: &mut Criterion) {
    table();
    for (name, bases) in BASES {
        let mut group = criterion.benchmark_group(format!("estimators/{name}"));
        group.throughput(Throughput::Elements(PATHS)).sample_size(10);
        let scenario = scenario(bases[0], false);
        for (name, sampling) in SAMPLINGS {
            group.bench_function(name, |bencher| bencher.iter(|| run(black_box(&scenario), sampling, 0)));
        }
        group.finish();
    }
}

criterion_group!(benches, estimators);
criterion_main!(benches);
