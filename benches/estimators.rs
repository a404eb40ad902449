//! The efficiency of each sampling scheme and of the exact solver. Run `cargo bench --bench estimators`; with `-- --table`
//! it only prints the table.
//!
//! **How to read it.** Efficiency is 1 / (error² × time), with the error of the overtake by the horizon. The table gives it
//! relative to plain paths at the same probability: 2^18 paths on one thread, in rounds of different seeds that run all
//! schemes in turn; the mean of error², the least time. For plain paths the error is √(p(1−p)/n) with the exact p, since at
//! 1e-8 they have no hits. The time of a path relative to a plain path is in brackets. The exact answer has a tolerance of
//! p / 1,000 and the error that it reports. Criterion then measures the time of each alone.

use std::hint::black_box;
use std::time::Instant;

use criterion::{Criterion, Throughput, criterion_group};
use outgrow::{Curve, Estimate, Provider, Question, Sampling, Scenario, normal};

const PATHS: u64 = 1 << 18;
const SAMPLINGS: [(&str, Sampling); 4] = [
    ("plain", Sampling::Plain),
    ("antithetic", Sampling::Antithetic),
    ("sobol", Sampling::Sobol),
    ("importance", Sampling::Importance),
];
/// The challenger's base, for probabilities near 0.4, 1e-2, 1e-4 and 1e-8, with growth known and drawn.
const BASES: [(&str, [f64; 2]); 4] =
    [("0.4", [702.0, 515.0]), ("1e-2", [270.0, 168.0]), ("1e-4", [152.0, 75.0]), ("1e-8", [71.0, 24.5])];

/// Forty quarters of two correlated providers, with growth rates known or `drawn`.
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

fn exact(scenario: &Scenario, tolerance: f64) -> Estimate {
    let exact = scenario.exact().tolerance(tolerance).fans(false).ranks(false).shares(false);
    exact.run().expect("an outcome").questions()[0].by("2028-Q1").expect("the horizon")
}

/// Results of repeated runs: the mean of error², the least time in seconds, and whether each run had hits.
#[derive(Clone, Copy)]
struct Seen {
    square: f64,
    seconds: f64,
    hit: bool,
}

/// Each answer in turn, round after round, so that other load on the machine affects all alike.
fn measured<const N: usize>(answers: [&dyn Fn(u64) -> Estimate; N]) -> [Seen; N] {
    const ROUNDS: u32 = 8;
    let mut seen = [Seen { square: 0.0, seconds: f64::INFINITY, hit: true }; N];
    for seed in 0..ROUNDS {
        for (answer, seen) in answers.iter().zip(&mut seen) {
            let start = Instant::now();
            let estimate = black_box(answer(u64::from(seed)));
            seen.seconds = start.elapsed().as_secs_f64().min(seen.seconds);
            seen.square += estimate.standard_error() * estimate.standard_error() / f64::from(ROUNDS);
            seen.hit &= estimate.value() > 0.0;
        }
    }
    seen
}

/// A row of the table: efficiencies relative to plain, and the time of importance sampling for an error of 5 % of p.
fn line(drawn: bool, base: f64) -> String {
    let scenario = scenario(base, drawn);
    let guess = run(&scenario, Sampling::Importance, 0).value();
    let tolerance = (1e-3 * guess).max(1e-12);
    let p = exact(&scenario, tolerance).value();
    let sampled = |sampling| {
        let scenario = &scenario;
        move |seed| run(scenario, sampling, seed)
    };
    let [plain, antithetic, sobol, importance] = SAMPLINGS.map(|(_, sampling)| sampled(sampling));
    let seen = measured([&plain, &antithetic, &sobol, &importance, &|_| exact(&scenario, tolerance)]);
    let plain = PATHS as f64 / (p * (1.0 - p) * seen[0].seconds);
    let ratio = |of: &Seen| match of.hit {
        true => format!("{:.3} ({:.2})", 1.0 / (of.square * of.seconds) / plain, of.seconds / seen[0].seconds),
        // Without hits there is no spread.
        false => format!("nothing seen ({:.2})", of.seconds / seen[0].seconds),
    };
    let [_, antithetic, sobol, importance, exact] = &seen;
    format!(
        "| {} | {p:.2e} | {:.3} | {} | {} | {} | {:.1} %, {:.0} ms | {:.3e} | {:.0e}, {:.1} ms |",
        if drawn { "drawn" } else { "known" },
        1e6 * seen[0].seconds / PATHS as f64,
        ratio(antithetic),
        ratio(sobol),
        ratio(importance),
        100.0 * importance.square.sqrt() / p,
        1e3 * importance.seconds,
        1.0 / (exact.square * exact.seconds) / plain,
        exact.square.sqrt(),
        1e3 * exact.seconds,
    )
}

fn table() {
    println!(
        "| growth | P | plain, µs a path | antithetic | sobol | importance | its error and time | exact | its error and time |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    for (place, drawn) in [false, true].into_iter().enumerate() {
        BASES.iter().for_each(|(_, bases)| println!("{}", line(drawn, bases[place])));
    }
}

fn estimators(criterion: &mut Criterion) {
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

fn main() {
    table();
    if !std::env::args().any(|argument| argument == "--table") {
        benches();
        Criterion::default().configure_from_args().final_summary();
    }
}
