//! The cost of each statistic in addition to one question. Run `cargo bench --bench statistics`.
//!
//! **How to read it.** The time of an entry minus that of `question` in the same group is the cost of that statistic. As
//! ratios, the targets are 2.2 times `question` for fans with their means, and 3.5 times for all three. Throughput is in path-steps (paths × periods × providers). One thread. The question's own
//! passes (first overtake, ahead at each period, lead changes) are in `question`; `nothing` is the paths alone.

use std::hint::black_box;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use outgrow::{Curve, Measure, Provider, Question, Scenario, ScenarioBuilder, Simulation, Tail, Tally, normal};

/// Enough paths that the fixed cost of a run (its histograms) is small.
const PATHS: u64 = 1 << 17;
const PERIODS: u64 = 40;
const NAMES: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];

fn providers(count: usize) -> ScenarioBuilder {
    NAMES[..count].iter().zip([100.0, 90.0, 120.0, 80.0, 110.0, 95.0, 105.0, 85.0]).fold(
        Scenario::builder("2018-Q1", "2028-Q1"),
        |builder, (name, revenue)| {
            builder.provider(Provider::new(*name, revenue).growth(Curve::constant(0.2)).volatility(0.2))
        },
    )
}

fn plain(scenario: &Scenario) -> Simulation<'_> {
    scenario.simulate().paths(PATHS).threads(1).fans(false).ranks(false).shares(false)
}

fn entry(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, run: impl Fn() -> Simulation<'static>) {
    let tally = |simulation: Simulation<'_>| -> Tally { simulation.tally().expect("a tally") };
    group.bench_function(name, |bencher| bencher.iter(|| tally(black_box(run()))));
}

fn statistics(criterion: &mut Criterion) {
    for count in [2, 8] {
        let mut group = criterion.benchmark_group(format!("statistics/{count}_providers"));
        group
            .throughput(Throughput::Elements(PATHS * PERIODS * count as u64))
            .sample_size(10)
            .measurement_time(Duration::from_secs(3));
        let silent: &'static Scenario = leaked(providers(count));
        let asked: &'static Scenario = leaked(providers(count).question(Question::overtakes("a", "b")));
        entry(&mut group, "nothing", || plain(silent));
        entry(&mut group, "question", || plain(asked));
        entry(&mut group, "question_and_fans", || plain(asked).fans(true));
        entry(&mut group, "question_and_ranks", || plain(asked).ranks(true));
        entry(&mut group, "question_and_shares", || plain(asked).shares(true));
        entry(&mut group, "question_and_all_three", || plain(asked).fans(true).ranks(true).shares(true));
        entry(&mut group, "question_and_event", || {
            plain(asked).event("double", ["a", "b"], |[a, b]| a.first(|r| r > 200.0) < b.first(|r| r > 200.0))
        });
        group.finish();
    }
}

/// Two drawn estimates read as fiscal totals compared with `point` (target: at most 1.3 times), and a trailing year
/// compared with a period (at most twice).
fn readings(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("readings");
    group
        .throughput(Throughput::Elements(PATHS * PERIODS * 2))
        .sample_size(10)
        .measurement_time(Duration::from_secs(3));
    let rates = || [normal(0.87, 0.08), normal(0.60, 0.10)];
    let of = |curve: Curve, measure: Measure| {
        let provider = |name, revenue: f64| {
            let history = [0.55, 0.68, 0.82].map(|part| part * revenue);
            Provider::new(name, revenue).history(history).fiscal_year_ends(3).volatility(0.15)
        };
        let question = Question::overtakes("a", "b").measure(measure);
        let builder = Scenario::builder("2018-Q1", "2028-Q1")
            .provider(provider("a", 4385.0).growth(curve))
            .provider(provider("b", 8000.0).growth(Curve::fade(normal(0.45, 0.05), 0.12, 4)));
        leaked(builder.question(question))
    };
    let point = || Curve::schedule(rates(), Tail::fade(0.12, 2));
    let entries = [
        ("point", of(point(), Measure::Period)),
        ("totals", of(Curve::totals(rates(), Tail::fade(0.12, 2)), Measure::Period)),
        ("point_trailing", of(point(), Measure::Trailing)),
    ];
    for (name, scenario) in entries {
        entry(&mut group, name, || plain(scenario));
    }
    group.finish();
}

/// Leaked for the duration of the bench, because a simulation borrows its scenario.
fn leaked(builder: ScenarioBuilder) -> &'static Scenario {
    Box::leak(Box::new(builder.build().expect("a valid scenario")))
}

criterion_group!(benches, statistics, readings);
criterion_main!(benches);
