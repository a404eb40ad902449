//! The cost of an exact answer. Run `cargo bench --bench exact`.
//!
//! **How to read it.** `draw/…`: one first passage over 40 quarters with only shocks drawn, to the tolerance in the name. The recursion also runs at
//! three points for error control, so divide by three for one draw. `six/…`: six drawn assumptions. For comparison, `simulation` runs the number of paths whose
//! standard error at P ≈ 0.5 equals the entry's name, if that is affordable. One thread.
//!
//! `bind/…` needs the inside of the crate: `RUSTFLAGS="--cfg outgrow_bench" cargo bench --bench exact -- ^bind`. For one changed
//! number of the kind in the name, divide the time of `compile` (`Scenario::with`, then a plan of the whole) by that of `bind`
//! (a plan bound to the value), which gives the same plan. `fiscal` numbers move the medians of a curve that meets fiscal totals,
//! which is calibrated again; `mixture` is a weight of three such curves.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use outgrow::{Curve, Provider, Question, Scenario, Tail, interval, lognormal, normal, uniform};

fn one() -> Scenario {
    Scenario::builder("2018-Q1", "2028-Q1")
        .provider(Provider::new("a", 699).growth(Curve::constant(0.051_271_1)).volatility(0.2))
        .provider(Provider::new("b", 1000).growth(Curve::constant(0)))
        .question(Question::overtakes("a", "b"))
        .build()
        .expect("a scenario")
}

fn six() -> Scenario {
    Scenario::builder("2018-Q1", "2028-Q1")
        .provider(
            Provider::new("a", lognormal(690.0, 0.03))
                .growth(Curve::schedule([normal(0.87, 0.08), normal(0.60, 0.10)], Tail::fade(0.12, 2)))
                .volatility(uniform(0.12, 0.18)),
        )
        .provider(
            Provider::new("b", interval(1900.0, 2100.0))
                .growth(Curve::fade(normal(0.45, 0.05), 0.12, 4))
                .volatility(0.10),
        )
        .correlation("a", "b", 0.3)
        .question(Question::overtakes("a", "b"))
        .build()
        .expect("a scenario")
}

fn exact(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("exact");
    group.sample_size(20);
    for (name, scenario) in [("draw", one()), ("six", six())] {
        for tolerance in [1e-3, 1e-4] {
            group.bench_function(format!("{name}/{tolerance:e}"), |bencher| {
                let run = || scenario.exact().tolerance(tolerance).fans(false).ranks(false).shares(false).run();
                bencher.iter(|| black_box(run()).expect("an outcome"));
            });
        }
        // 0.5/√n = 5e-4.
        group.bench_function(format!("{name}/simulation_5e-4"), |bencher| {
            let run = || scenario.simulate().paths(1_000_000).threads(1).fans(false).ranks(false).shares(false).run();
            bencher.iter(|| black_box(run()).expect("an outcome"));
        });
    }
    group.finish();
}

/// The gradient of one probability, and `run`, the outcome of the same question to the same tolerance.
fn gradient(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("gradient");
    group.sample_size(20);
    for (name, scenario) in [("draw", one()), ("six", six())] {
        for tolerance in [1e-3, 1e-4] {
            group.bench_function(format!("{name}/run/{tolerance:e}"), |bencher| {
                let run = || scenario.exact().tolerance(tolerance).fans(false).ranks(false).shares(false).run();
                bencher.iter(|| black_box(run()).expect("an outcome"));
            });
            group.bench_function(format!("{name}/gradient/{tolerance:e}"), |bencher| {
                let gradient = || scenario.exact().tolerance(tolerance).gradient("a overtakes b", "2028-Q1");
                bencher.iter(|| black_box(gradient()).expect("a gradient"));
            });
        }
    }
    group.finish();
}

/// One changed number: a plan of the changed scenario, and a plan bound to the value.
#[cfg(outgrow_bench)]
fn bind(criterion: &mut Criterion) {
    use outgrow::{Bound, Compiled};
    let text = include_str!("../examples/scenarios/alibaba_vs_google.toml");
    let case = Scenario::from_toml(text).expect("a scenario");
    let text = include_str!("../examples/scenarios/alibaba_vs_google_tails.toml");
    let tails = Scenario::from_toml(text).expect("a scenario");
    let kinds = [
        ("mean", &case, "provider[Google Cloud].growth.fade.from.normal[0]"),
        ("sd", &case, "provider[Google Cloud].growth.fade.half_life.lognormal[1]"),
        ("base", &case, "provider[Google Cloud].revenue.truncated.of.lognormal[0]"),
        ("volatility", &case, "provider[Google Cloud].volatility"),
        ("correlation", &case, "correlation[0].value"),
        ("fiscal", &case, "provider[Alibaba Cloud].growth.schedule.rates[0].normal[0]"),
        ("fiscal_sd", &case, "provider[Alibaba Cloud].growth.schedule.rates[0].normal[1]"),
        ("mixture", &tails, "provider[Alibaba Cloud].growth.mixture[2].weight"),
    ];
    let mut group = criterion.benchmark_group("bind");
    group.sample_size(20);
    for (kind, scenario, address) in kinds {
        let numbers = scenario.numbers();
        let (_, number) = numbers.iter().find(|(known, _)| known == address).expect("an address");
        // Another value each time, so that nothing can be kept from the time before.
        let values = || (1..).map(|step| number * (1.0 - 1e-6 * f64::from(step % 1000)));
        group.bench_function(format!("{kind}/compile"), |bencher| {
            let mut values = values();
            let mut compile = || {
                let value = values.next().expect("no end");
                Compiled::new(&scenario.with(address, value).expect("valid")).expect("a plan")
            };
            bencher.iter(|| black_box(compile()));
        });
        group.bench_function(format!("{kind}/bind"), |bencher| {
            let (mut values, mut bound) = (values(), Bound::new(scenario).expect("a plan"));
            bencher.iter(|| black_box(bound.bind(address, values.next().expect("no end"))).expect("a plan"));
        });
    }
    group.finish();
}

#[cfg(not(outgrow_bench))]
fn bind(_: &mut Criterion) {}

criterion_group!(benches, exact, gradient, bind);
criterion_main!(benches);
