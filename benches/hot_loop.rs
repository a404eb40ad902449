//! The engine compared with a straightforward loop. Run `cargo bench --bench hot_loop`.
//!
//! **How to read it.** Only ratios within one run are meaningful, since load and temperature of the machine vary. Divide
//! the time of `straightforward` by that of `engine` in the same group; both do the work of the group's name.
//! Throughput is in path-steps (paths × periods × providers); its inverse is the time of one. An element of `engine` is
//! one f32 row entry, of `straightforward` one f64 state; both contain one normal, and both count the first overtake of
//! every path. The engine also counts who is ahead at each period and how often the lead changes; fans,
//! ranks and shares are off (their cost is in `statistics`). `straightforward` draws all normals of a path and ends its
//! comparison at the first overtake; a loop that stopped drawing there would draw fewer.
//!
//! | group | work |
//! |---|---|
//! | `normals` | one normal per element: the engine also adds each to its path and stores every state, `straightforward` sums them |
//! | `fixed/K×T` | K providers over T quarters, all pairs correlated, and whether the first overtakes the second |
//! | `drawn/2×40` | the same, with a normal growth rate per path and provider through ln(1 + g), and one drawn base |
//! | `threads` | `drawn/2×40` with more paths on one thread and on two; meaningful if two cores are idle |
//! | `laws` | one provider over 40 quarters, every number of its growth law drawn: compare a law with `schedule/n` of as many numbers; also a mixture, and dependent numbers; the engine alone |
//! | `sums` | a pair over 40 quarters, one of two segments, or compared by trailing years: compare with `plain`; the engine alone |
//! | `shocks` | a pair over 40 quarters with each kind of shock, Student-t innovations, factors, jumps and mean centring: compare with `plain`; the engine alone |
//! | `case` | the main case: 9 assumptions, 7 of them in fading curves, 2 questions; the engine alone |

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use outgrow::{
    Assumption, Centring, Curve, Factor, Innovations, Jump, Measure, Provider, Question, Scenario, ScenarioBuilder,
    Segment, Shock, Tail, Tally, lognormal, normal, uniform,
};
use rand::SeedableRng;
use rand::rngs::SmallRng;
use rand_distr::{Distribution, StandardNormal};

/// Path-steps of a run, for every shape.
const STEPS: usize = 1 << 22;
const STEP: f64 = 0.25;

const RATE_SD: f64 = 0.08;
const BASE_SD: f64 = 0.05;
const CORRELATION: f64 = 0.3;

fn revenue(index: usize) -> f64 {
    if index == 0 { 690.0 } else { 1100.0 - 20.0 * index as f64 }
}

fn rate(index: usize) -> f64 {
    if index == 0 { 0.50 } else { 0.35 }
}

fn volatility(index: usize) -> f64 {
    if index == 0 { 0.15 } else { 0.10 }
}

/// The work of a run.
#[derive(Clone, Copy)]
struct Work {
    providers: usize,
    periods: usize,
    drawn: bool,
}

impl Work {
    fn paths(self) -> usize {
        STEPS / self.providers / self.periods
    }

    fn scenario(self) -> Scenario {
        let names: Vec<String> = (0..self.providers).map(|index| format!("p{index}")).collect();
        let provider = |index: usize| {
            let (growth, base) = match self.drawn {
                true if index == 0 => (normal(rate(index), RATE_SD), lognormal(revenue(index), BASE_SD)),
                true => (normal(rate(index), RATE_SD), Assumption::from(revenue(index))),
                false => (Assumption::from(rate(index)), Assumption::from(revenue(index))),
            };
            Provider::new(names[index].clone(), base).growth(Curve::constant(growth)).volatility(volatility(index))
        };
        let mut builder = Scenario::builder("2018-Q1", horizon(self.periods));
        for index in 0..self.providers {
            builder = builder.provider(provider(index));
            for earlier in &names[..index] {
                builder = builder.correlation(earlier.clone(), names[index].clone(), CORRELATION);
            }
        }
        builder.question(Question::overtakes("p0", "p1")).build().expect("a valid scenario")
    }
}

/// The quarter `periods` after the base.
fn horizon(periods: usize) -> String {
    format!("{}-Q{}", 2018 + periods / 4, 1 + periods % 4)
}

fn engine(scenario: &Scenario, paths: usize, threads: usize) -> Tally {
    let simulation = scenario.simulate().paths(paths as u64).threads(threads);
    simulation.fans(false).ranks(false).shares(false).tally().expect("a tally")
}

/// Paths by first overtake: each period, then never.
///
/// Each shape is a separate function, so that the compiler knows its sizes.
#[expect(clippy::disallowed_methods, reason = "the baseline takes what the standard library has")]
fn straightforward<const K: usize>(work: Work, seed: u64) -> Vec<u64> {
    let mut rng = SmallRng::seed_from_u64(seed);
    let mut counts = vec![0; work.periods + 1];
    let sigma: [f64; K] = std::array::from_fn(|index| volatility(index) * STEP.sqrt());
    let fixed: [f64; K] = std::array::from_fn(|index| rate(index).ln_1p() * STEP);
    let lower = lower_factor::<K>();
    let normals = K * work.periods;
    let mut z = vec![0.0_f64; normals + K + 1];
    let used = if work.drawn { z.len() } else { normals };
    for _ in 0..work.paths() {
        // The only call that draws: with several, rustc does not inline the sampler and the loop is slower.
        for z in &mut z[..used] {
            *z = StandardNormal.sample(&mut rng);
        }
        let (mut drift, mut x): ([f64; K], [f64; K]) = (fixed, std::array::from_fn(|index| revenue(index).ln()));
        if work.drawn {
            drift = std::array::from_fn(|index| (rate(index) + RATE_SD * z[normals + index]).ln_1p() * STEP);
            x[0] += BASE_SD * z[normals + K];
        }
        let mut first = work.periods;
        for (t, z) in z[..normals].as_chunks::<K>().0.iter().enumerate() {
            for index in 0..K {
                let shock: f64 = lower[index][..=index].iter().zip(z).map(|(factor, z)| factor * z).sum();
                x[index] += drift[index] + sigma[index] * shock;
            }
            if x[0] > x[1] {
                first = t;
                break;
            }
        }
        counts[first] += 1;
    }
    counts
}

/// Cholesky's factor of the matrix with `CORRELATION` off its diagonal.
fn lower_factor<const K: usize>() -> [[f64; K]; K] {
    let mut lower = [[0.0; K]; K];
    for row in 0..K {
        for column in 0..=row {
            let known: f64 = (0..column).map(|k| lower[row][k] * lower[column][k]).sum();
            lower[row][column] =
                if row == column { (1.0 - known).sqrt() } else { (CORRELATION - known) / lower[column][column] };
        }
    }
    lower
}

fn beside<const K: usize>(criterion: &mut Criterion, periods: usize, drawn: bool) {
    let work = Work { providers: K, periods, drawn };
    let scenario = work.scenario();
    let name = format!("{}/{K}x{periods}", if drawn { "drawn" } else { "fixed" });
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Elements((work.paths() * periods * K) as u64));
    group.sample_size(10).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    group.bench_function("straightforward", |bencher| {
        // Here, so that other groups can be run without this one.
        agree(&scenario, work, &straightforward::<K>(work, 7));
        bencher.iter(|| straightforward::<K>(work, black_box(7)));
    });
    group.bench_function("engine", |bencher| bencher.iter(|| engine(black_box(&scenario), work.paths(), 1)));
    group.finish();
}

fn hot_loop(criterion: &mut Criterion) {
    beside::<2>(criterion, 40, false);
    beside::<2>(criterion, 40, true);
    beside::<4>(criterion, 40, false);
    beside::<8>(criterion, 40, false);
    beside::<16>(criterion, 40, false);
    beside::<2>(criterion, 120, false);
    beside::<2>(criterion, 480, false);
}

/// One provider without questions: besides its normals the engine only takes the steps of the walk.
fn normals(criterion: &mut Criterion) {
    const PERIODS: usize = 480;
    let provider = Provider::new("p0", revenue(0)).growth(Curve::constant(rate(0))).volatility(volatility(0));
    let scenario = Scenario::builder("2018-Q1", horizon(PERIODS)).provider(provider).build().expect("a valid scenario");
    let paths = STEPS / PERIODS;
    let mut group = criterion.benchmark_group("normals");
    group.throughput(Throughput::Elements((paths * PERIODS) as u64));
    group.sample_size(10).measurement_time(Duration::from_secs(2));
    group.bench_function("straightforward", |bencher| {
        bencher.iter(|| {
            let mut rng = SmallRng::seed_from_u64(black_box(7));
            (0..paths * PERIODS).map(|_| -> f64 { StandardNormal.sample(&mut rng) }).sum::<f64>()
        });
    });
    group.bench_function("engine", |bencher| bencher.iter(|| engine(black_box(&scenario), paths, 1)));
    group.finish();
}

fn threads(criterion: &mut Criterion) {
    let work = Work { providers: 2, periods: 40, drawn: true };
    let (scenario, paths) = (work.scenario(), 8 * work.paths());
    let mut group = criterion.benchmark_group("threads");
    group.throughput(Throughput::Elements((paths * 80) as u64));
    group.sample_size(10).measurement_time(Duration::from_secs(4));
    for threads in [1, 2] {
        group.bench_function(format!("{threads}"), |bencher| {
            bencher.iter(|| engine(black_box(&scenario), paths, threads));
        });
    }
    group.finish();
}

/// Every growth law with drawn numbers, and schedules of as many drawn rates.
fn laws(criterion: &mut Criterion) {
    const PERIODS: usize = 40;
    let rate = || normal(0.4, 0.05);
    let saturation = || uniform(10.0, 20.0);
    let small = || uniform(0.1, 0.3);
    let two = || Curve::schedule([rate(), rate()], Tail::hold());
    let cases = [
        ("schedule/2", Curve::schedule([rate(), rate()], Tail::hold())),
        ("schedule/3", Curve::schedule([rate(), rate(), rate()], Tail::hold())),
        ("schedule/4", Curve::schedule([rate(), rate(), rate(), rate()], Tail::hold())),
        ("fade/3", Curve::fade(rate(), small(), uniform(1.0, 3.0))),
        ("hyperbolic/2", Curve::hyperbolic(rate(), uniform(1.0, 3.0))),
        ("damped/2", Curve::damped(rate(), uniform(0.7, 0.9))),
        ("logistic/2", Curve::logistic(saturation(), small())),
        ("gompertz/2", Curve::gompertz(saturation(), small())),
        ("richards/3", Curve::richards(saturation(), small(), small())),
        ("bass/3", Curve::bass(small(), small(), small())),
        ("weibull/3", Curve::weibull(saturation(), small(), uniform(1.0, 2.0))),
        ("share/4", Curve::share(Curve::constant(rate()), small(), small(), uniform(1.0, 3.0))),
        ("mixture/4", Curve::mixture([(0.5, two()), (0.5, two())])),
        ("dependence/4", Curve::schedule([rate(), rate(), rate(), rate()], Tail::hold())),
    ];
    let mut group = criterion.benchmark_group("laws");
    let paths = STEPS / PERIODS;
    group.throughput(Throughput::Elements((paths * PERIODS) as u64));
    group.sample_size(10).measurement_time(Duration::from_secs(2));
    for (name, curve) in cases {
        let provider = Provider::new("p0", revenue(0)).growth(curve).volatility(volatility(0));
        let mut builder = Scenario::builder("2018-Q1", horizon(PERIODS)).provider(provider);
        if name.starts_with("dependence") {
            let rates = |place: usize| format!("provider[p0].growth.schedule.rates[{place}]");
            builder = (1..4).fold(builder, |builder, place| builder.dependence(rates(0), rates(place), 0.5));
        }
        let scenario = builder.build().expect("valid");
        group.bench_function(name, |bencher| bencher.iter(|| engine(black_box(&scenario), paths, 1)));
    }
    group.finish();
}

/// A pair whose revenue is a sum: of two segments, or of four quarters.
fn sums(criterion: &mut Criterion) {
    const PERIODS: usize = 40;
    let growth = |index: usize| Curve::constant(rate(index));
    let plain = |index: usize| {
        Provider::new(format!("p{index}"), revenue(index)).growth(growth(index)).volatility(volatility(index))
    };
    let segment =
        |place: usize| Segment::new(format!("s{place}"), 0.5 * revenue(0)).growth(growth(0)).volatility(volatility(0));
    let history = |index: usize| plain(index).history([0.7, 0.8, 0.9].map(|part| part * revenue(index)));
    let overtakes = || Question::overtakes("p0", "p1");
    let cases = [
        ("plain", plain(0), plain(1), overtakes()),
        ("segments", Provider::of_segments("p0", [segment(0), segment(1)]), plain(1), overtakes()),
        ("trailing", history(0), history(1), overtakes().measure(Measure::Trailing)),
    ];
    let mut group = criterion.benchmark_group("sums");
    let paths = STEPS / PERIODS / 2;
    group.throughput(Throughput::Elements((2 * paths * PERIODS) as u64));
    group.sample_size(10).measurement_time(Duration::from_secs(2));
    for (name, a, b, question) in cases {
        let builder = Scenario::builder("2018-Q1", horizon(PERIODS)).provider(a).provider(b).question(question);
        let scenario = builder.build().expect("valid");
        group.bench_function(name, |bencher| bencher.iter(|| engine(black_box(&scenario), paths, 1)));
    }
    group.finish();
}

/// A pair with each kind of dynamics.
fn shocks(criterion: &mut Criterion) {
    type Change = fn(Provider) -> Provider;
    type Whole = fn(ScenarioBuilder) -> ScenarioBuilder;
    const PERIODS: usize = 40;
    let (same, alone): (Change, Whole) = (|provider| provider, |builder| builder);
    let cases: [(&str, Change, Whole); 9] = [
        ("plain", same, alone),
        ("student_t", same, |builder| builder.innovations(Innovations::student_t(3.5))),
        ("persistent", |provider| provider.shock(Shock::persistent(1.5)), alone),
        ("reverting", |provider| provider.shock(Shock::reverting(2)), alone),
        ("damped_trend", |provider| provider.shock(Shock::damped_trend(0.25, 2)), alone),
        ("factor", |provider| provider.loading("f", 0.5), |builder| builder.factor(Factor::new("f", 0.1))),
        ("jump", |provider| provider.jump(Jump::at("2020-Q1", normal(0.1, 0.05)).probability(0.5)), alone),
        ("mean", |provider| provider.centring(Centring::Mean), alone),
        ("mean, drawn", |provider| provider.centring(Centring::Mean).volatility(uniform(0.1, 0.2)), alone),
    ];
    let mut group = criterion.benchmark_group("shocks");
    let paths = STEPS / PERIODS / 2;
    group.throughput(Throughput::Elements((2 * paths * PERIODS) as u64));
    group.sample_size(10).measurement_time(Duration::from_secs(2));
    for (name, change, whole) in cases {
        let one = |index: usize| {
            let provider = Provider::new(format!("p{index}"), revenue(index));
            change(provider.growth(Curve::constant(rate(index))).volatility(volatility(index)))
        };
        let builder = whole(Scenario::builder("2018-Q1", horizon(PERIODS)).provider(one(0)).provider(one(1)));
        let builder = builder.correlation("p0", "p1", CORRELATION).question(Question::overtakes("p0", "p1"));
        let scenario = builder.build().expect("valid");
        group.bench_function(name, |bencher| bencher.iter(|| engine(black_box(&scenario), paths, 1)));
    }
    group.finish();
}

fn case(criterion: &mut Criterion) {
    let case = include_str!("../examples/scenarios/alibaba_vs_google.toml");
    let case = Scenario::from_toml(case).expect("a valid scenario");
    let mut group = criterion.benchmark_group("case");
    group.sample_size(10).measurement_time(Duration::from_secs(2));
    group.bench_function("alibaba_vs_google", |bencher| bencher.iter(|| engine(black_box(&case), 1 << 16, 1)));
    group.finish();
}

/// Both do the same work: their probabilities agree within 5 standard errors (a false alarm once in two million seeds).
fn agree(scenario: &Scenario, work: Work, counts: &[u64]) {
    let never = counts[work.periods] as f64 / work.paths() as f64;
    let outcome = engine(scenario, work.paths(), 1).outcome().expect("an outcome");
    let not_by = outcome.overtake("p0", "p1").expect("asked").not_by_horizon();
    let error = not_by.standard_error() * 2.0_f64.sqrt();
    assert!((not_by.value() - never).abs() < 5.0 * error, "engine {not_by}, baseline {never}");
}

criterion_group!(benches, normals, hot_loop, threads, laws, sums, shocks, case);
criterion_main!(benches);
