//! The engine beside the loop that one would write without it. Run `cargo bench --bench hot_loop`.
//!
//! **How to read it.** Only ratios within one run mean anything: the machine is warm or not, alone or not. Divide the
//! time of `straightforward/X` by that of `engine/X`: both do the work of X. Throughput is in path-steps, which are paths
//! × periods × providers; its inverse is the time of one. An element of `engine` is one f32 row entry, of
//! `straightforward` one f64 state; both hold one normal, and both count the first overtake of every path. The engine
//! also counts who is ahead at each period and how often the lead changes; fans, ranks and shares are off (their cost is in
//! `statistics`). `straightforward` draws all normals of a path and ends its comparison at the first overtake; a loop that
//! drew only as far as that would draw fewer.
//!
//! | name | work |
//! |---|---|
//! | `fixed` | two providers, 40 quarters, correlated shocks |
//! | `drawn_rates` | the same, and a growth rate a path and provider, a normal through ln(1 + g) |
//! | `alibaba_vs_google` | the main case: 9 assumptions, 7 of them in fading curves, 2 questions; the engine alone |
//! | `drawn_rates_2_threads` | as `drawn_rates`, on two threads; worth reading where two cores are idle |

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use outgrow::{Assumption, Curve, Provider, Question, Scenario, Tally, normal};
use rand::SeedableRng;
use rand::rngs::SmallRng;
use rand_distr::{Distribution, StandardNormal};

const PATHS: u64 = 1 << 16;
const PERIODS: usize = 40;

const REVENUE: [f64; 2] = [690.0, 1100.0];
const RATE: [f64; 2] = [0.50, 0.35];
const RATE_SD: f64 = 0.08;
const VOLATILITY: [f64; 2] = [0.15, 0.10];
const CORRELATION: f64 = 0.3;

fn scenario(rate: impl Fn(f64) -> Assumption) -> Scenario {
    let provider = |name, index: usize| {
        Provider::new(name, REVENUE[index]).growth(Curve::constant(rate(RATE[index]))).volatility(VOLATILITY[index])
    };
    Scenario::builder("2018-Q1", "2028-Q1")
        .provider(provider("a", 0))
        .provider(provider("b", 1))
        .correlation("a", "b", CORRELATION)
        .question(Question::overtakes("a", "b"))
        .build()
        .expect("a valid scenario")
}

fn engine(scenario: &Scenario, threads: usize) -> Tally {
    let simulation = scenario.simulate().paths(PATHS).threads(threads).fans(false).ranks(false).shares(false);
    simulation.tally().expect("a tally")
}

/// Paths by first overtake: each period, then never.
#[expect(clippy::disallowed_methods, reason = "the baseline takes what the standard library has")]
fn straightforward(draw_rates: bool, seed: u64) -> [u64; PERIODS + 1] {
    let mut rng = SmallRng::seed_from_u64(seed);
    let mut counts = [0; PERIODS + 1];
    let step = 0.25_f64;
    let sigma = VOLATILITY.map(|volatility| volatility * step.sqrt());
    let other = (1.0 - CORRELATION * CORRELATION).sqrt();
    let fixed = RATE.map(|rate| rate.ln_1p() * step);
    let mut z = [0.0_f64; 2 * PERIODS + 2];
    let used = if draw_rates { z.len() } else { 2 * PERIODS };
    for _ in 0..PATHS {
        // The one place that draws: with several, rustc leaves the sampler out of line and the loop is slower.
        for z in &mut z[..used] {
            *z = StandardNormal.sample(&mut rng);
        }
        let drift = if draw_rates {
            [0, 1].map(|index| (RATE[index] + RATE_SD * z[2 * PERIODS + index]).ln_1p() * step)
        } else {
            fixed
        };
        let mut gap = (REVENUE[0] / REVENUE[1]).ln();
        let mut first = PERIODS;
        for (t, pair) in z[..2 * PERIODS].as_chunks::<2>().0.iter().enumerate() {
            gap += drift[0] + sigma[0] * pair[0];
            gap -= drift[1] + sigma[1] * (CORRELATION * pair[0] + other * pair[1]);
            if gap > 0.0 {
                first = t;
                break;
            }
        }
        counts[first] += 1;
    }
    counts
}

fn hot_loop(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("hot_loop");
    group.throughput(Throughput::Elements(PATHS * PERIODS as u64 * 2)).sample_size(20);
    let (fixed, drawn) = (scenario(Assumption::from), scenario(|rate| normal(rate, RATE_SD)));
    let case = include_str!("../examples/scenarios/alibaba_vs_google.toml");
    let case = Scenario::from_toml(case).expect("a valid scenario");
    agree(&drawn);
    group.bench_function("straightforward/fixed", |bencher| bencher.iter(|| straightforward(false, black_box(7))));
    group.bench_function("engine/fixed", |bencher| bencher.iter(|| engine(black_box(&fixed), 1)));
    group.bench_function("straightforward/drawn_rates", |bencher| bencher.iter(|| straightforward(true, black_box(7))));
    group.bench_function("engine/drawn_rates", |bencher| bencher.iter(|| engine(black_box(&drawn), 1)));
    group.bench_function("engine/drawn_rates_2_threads", |bencher| bencher.iter(|| engine(black_box(&drawn), 2)));
    group.bench_function("engine/alibaba_vs_google", |bencher| bencher.iter(|| engine(black_box(&case), 1)));
    group.finish();
}

/// Both do the same work: their probabilities lie within 5 standard errors, once in two million seeds further.
#[expect(clippy::cast_precision_loss, reason = "few paths")]
fn agree(drawn: &Scenario) {
    let counts = straightforward(true, 7);
    let never = counts[PERIODS] as f64 / PATHS as f64;
    let outcome = engine(drawn, 1).outcome().expect("an outcome");
    let not_by = outcome.overtake("a", "b").expect("asked").not_by_horizon();
    let error = not_by.standard_error() * 2.0_f64.sqrt();
    assert!((not_by.value() - never).abs() < 5.0 * error, "engine {not_by}, baseline {never}");
}

criterion_group!(benches, hot_loop);
criterion_main!(benches);
