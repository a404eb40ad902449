//! Jumps, factors, Student-t innovations, shocks that are not random walks, mean centring and exits: against an
//! independent simulation, closed forms, and one sampling scheme against another.

use outgrow::{
    Assumption, Centring, Curve, Error, Estimate, Factor, Innovations, Jump, Outcome, Provider, Question, Sampling,
    Scenario, ScenarioBuilder, Shock, lognormal, normal, uniform,
};

/// The scenarios of `tests/data/shocks`, which `tests/reference/shocks.py` simulates in NumPy.
const SCENARIOS: [&str; 12] = [
    "annual",
    "exits",
    "factor",
    "fixture_general",
    "fixture_large",
    "jumps",
    "kinds",
    "mean",
    "months",
    "persistent",
    "reverting",
    "student",
];
const REFERENCE: &str = include_str!("../reference/shocks.csv");
/// Standard errors of both simulations. Of 1,000 comparisons that are right, one exceeds it in six of a hundred seeds.
const SURE: f64 = 4.0;

fn shipped(name: &str) -> Scenario {
    let path = format!("{}/tests/data/shocks/{name}.toml", env!("CARGO_MANIFEST_DIR"));
    Scenario::from_toml(&std::fs::read_to_string(path).expect("a file")).expect("valid")
}

/// The rows of the reference for one scenario: what, of, period, value, error.
fn reference<'a>(rows: &'a str, name: &'a str) -> impl Iterator<Item = (&'a str, &'a str, &'a str, f64, f64)> {
    let number = |text: &str| text.parse::<f64>().expect("a number");
    rows.lines().skip(1).filter_map(move |line| {
        let columns: Vec<&str> = line.split(',').collect();
        let [scenario, what, of, period, value, error] = columns[..] else { panic!("{line}") };
        (scenario == name).then(|| (what, of, period, number(value), number(error)))
    })
}

/// The probability that a row of the reference estimates.
fn estimate(outcome: &Outcome, what: &str, question: usize, period: &str) -> Estimate {
    let overtake = &outcome.questions()[question];
    match what {
        "by" => overtake.by(period).expect("a date"),
        "ahead" => overtake.ahead(period).expect("a date"),
        "gone" => overtake.gone(period).expect("a date").expect("one may exit"),
        _ => panic!("{what}"),
    }
}

/// Every probability and mean that differs from rows of a reference by more than four standard errors.
pub(crate) fn differences(rows: &str, name: &str, outcome: &Outcome) -> (usize, Vec<String>) {
    let (mut count, mut wrong) = (0, Vec::new());
    for (what, of, period, value, error) in reference(rows, name) {
        count += 1;
        if what == "mean" {
            let mean = outcome.revenue(of).expect("a fan").mean(period).expect("a date").expect("a mean");
            // The standard deviation of the smaller run is at most 1.6 times that of a million paths.
            if (mean - value).abs() > SURE * 2.5 * error {
                wrong.push(format!("{name}: mean of {of} at {period}: {mean}, not {value} ± {error}"));
            }
            continue;
        }
        let found = estimate(outcome, what, of.parse().expect("an index"), period);
        let both = (found.standard_error() * found.standard_error() + error * error).sqrt();
        if (found.value() - value).abs() > SURE * both {
            wrong.push(format!("{name}: {what} of question {of} at {period}: {found}, not {value} ± {error}"));
        }
    }
    (count, wrong)
}

#[test]
fn probabilities_agree_with_an_independent_simulation() {
    let (mut count, mut wrong) = (0, Vec::new());
    for name in SCENARIOS {
        let scenario = shipped(name);
        let outcome = scenario.simulate().paths(200_000).seed(7).ranks(false).shares(false).run().expect("an answer");
        let (rows, differing) = differences(REFERENCE, name, &outcome);
        count += rows;
        wrong.extend(differing);
    }
    assert!(count > 1000 && wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
}

/// Exact answers where there are some: jumps, factors, and exits.
#[test]
fn exact_answers_agree_with_an_independent_simulation() {
    for name in ["jumps", "factor", "exits"] {
        let scenario = shipped(name);
        let outcome = scenario.exact().lead_changes(false).run().expect("an exact answer");
        let (count, wrong) = differences(REFERENCE, name, &outcome);
        assert!(count > 40 && wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    }
}

/// Pairs of every kind, of which nothing but the base is drawn.
#[test]
fn exact_answers_of_other_shocks_agree_with_an_independent_simulation() {
    let student = shipped("student");
    let reverting = shipped("reverting").with("provider[B].volatility", 0).expect("valid");
    let drawn = student.with("provider[A].revenue", outgrow::lognormal(70.0, 0.1)).expect("valid");
    let trend = |half_life: f64| {
        let one = |name: &str, revenue: f64, growth: Curve| {
            Provider::new(name, revenue).growth(growth).volatility(0.12).shock(Shock::damped_trend(0.3, half_life))
        };
        Scenario::builder("2018", "2028")
            .provider(one("A", 80.0, Curve::fade(0.2, 0.05, 3)))
            .provider(one("B", 100.0, Curve::constant(0.05)))
            .correlation("A", "B", 0.4)
            .question(Question::overtakes("A", "B"))
            .build()
            .expect("valid")
    };
    let trends = [trend(2.0), trend(0.5)];
    let heavy = trends[0].to_builder().innovations(Innovations::student_t(4.0)).build().expect("valid");
    let persistent = pair_of(Shock::persistent(1.5)).build().expect("valid");
    for scenario in [&student, &reverting, &drawn, &trends[0], &trends[1], &heavy, &persistent] {
        let exact = scenario.exact().lead_changes(false).fans(false).shares(false).run().expect("an exact answer");
        let simulated = scenario.simulate().paths(400_000).seed(1).fans(false).shares(false).run().expect("an answer");
        let (exact, simulated) = (&exact.questions()[0], &simulated.questions()[0]);
        let pairs = exact.iter_by().zip(simulated.iter_by()).chain(exact.iter_ahead().zip(simulated.iter_ahead()));
        for ((date, own), (_, other)) in pairs {
            let error = SURE * other.standard_error() + own.standard_error();
            assert!(own.standard_error() < 2e-6, "{date}: {own}");
            assert!((own.value() - other.value()).abs() < error, "{date}: {own} {other}");
        }
    }
    let exact = student.exact().lead_changes(false).fans(false).shares(false).run().expect("an exact answer");
    let (count, wrong) = differences(REFERENCE, "student", &exact);
    assert!(count > 40 && wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn exact_ties_have_their_published_values() {
    let exact = |scenario: &Scenario, period: &str| {
        let outcome = scenario.exact().lead_changes(false).fans(false).shares(false).run().expect("an exact answer");
        1.0 - outcome.questions()[0].by(period).expect("a date").value()
    };
    let heavy = tie(Shock::RandomWalk, "2028-Q1").innovations(Innovations::student_t(3.5)).build().expect("valid");
    for (period, expected) in
        [("2019-Q1", 0.273_437_5), ("2020-Q1", 0.196_380_615_234_375), ("2028-Q1", 0.088_927_878_773_907)]
    {
        let found = exact(&heavy, period);
        assert!((found - expected).abs() < 1e-9, "{period}: {found}, not {expected}");
    }
    for (shock, expected) in [
        (Shock::reverting(2), [0.368_113_748_1, 0.299_333_397_2]),
        (Shock::persistent(1.5), [0.462_481_107_7, 0.439_610_988_1]),
    ] {
        let scenario = tie(shock, "2018-Q4").build().expect("valid");
        for (period, expected) in ["2018-Q3", "2018-Q4"].into_iter().zip(expected) {
            let found = exact(&scenario, period);
            assert!((found - expected).abs() < 1e-8, "{period}: {found}, not {expected}");
        }
    }
}

/// Two providers with shocks of one kind, the second with half the volatility.
fn pair_of(shock: Shock) -> ScenarioBuilder {
    Scenario::builder("2018-Q1", "2020-Q1")
        .provider(Provider::new("A", 90).growth(Curve::constant(0.2)).volatility(0.2).shock(shock.clone()))
        .provider(Provider::new("B", 100).growth(Curve::constant(0.15)).volatility(0.1).shock(shock))
        .correlation("A", "B", 0.3)
        .question(Question::overtakes("A", "B"))
        .question(Question::overtakes("A", "B").sustained(3))
}

/// Drawn growth, volatility, half-life and base, sustained leads, lead changes, fans and shares.
#[test]
fn exact_answers_of_other_shocks_integrate_over_what_is_drawn() {
    let drawn = |shock: Shock, df: Option<f64>| {
        let scenario = pair_of(shock).build().expect("valid");
        let scenario = scenario.with("provider[A].growth.constant", normal(0.2, 0.1)).expect("valid");
        let scenario = scenario.with("provider[B].volatility", uniform(0.05, 0.2)).expect("valid");
        let heavy = |df| scenario.to_builder().innovations(Innovations::student_t(df)).build().expect("valid");
        df.map_or(scenario.clone(), heavy)
    };
    let based = drawn(Shock::RandomWalk, Some(3.5)).with("provider[B].revenue", outgrow::lognormal(100.0, 0.05));
    let half_life = || uniform(0.5, 2.0);
    let named = pair_of(Shock::reverting("h")).assumption("h", half_life()).build();
    let scenarios = [
        drawn(Shock::RandomWalk, Some(3.5)),
        drawn(Shock::reverting(1), Some(4.0)),
        drawn(Shock::persistent(1), None),
        drawn(Shock::damped_trend(0.3, 1), None),
        based.expect("valid"),
        named.expect("valid"),
    ];
    for (place, scenario) in scenarios.iter().enumerate() {
        let exact = scenario.exact().tolerance(3e-3).run().expect("an exact answer");
        let simulated = scenario.simulate().paths(200_000).seed(1).run().expect("an answer");
        for (exact, simulated) in exact.questions().iter().zip(simulated.questions()) {
            let pairs = exact.iter_by().zip(simulated.iter_by()).chain(exact.iter_ahead().zip(simulated.iter_ahead()));
            let dates = pairs.map(|((_, own), (_, other))| (own, other));
            let counts = exact.lead_changes().iter().zip(simulated.lead_changes());
            let counts = counts.map(|(own, other)| (own.probability, other.probability));
            for (own, other) in dates.chain(counts) {
                let error = SURE * other.standard_error() + own.standard_error();
                assert!((own.value() - other.value()).abs() < error, "{place}: {own} {other}");
            }
        }
        let Ok(fan) = exact.revenue("A") else { continue };
        let simulated = simulated.revenue("A").expect("a fan");
        for p in [0.05, 0.5, 0.95] {
            let [own, other] = [fan, simulated].map(|fan| fan.quantile("2020-Q1", p).expect("a date"));
            assert!((own / other - 1.0).abs() < 0.01, "{place} at {p}: {own} {other}");
        }
    }
}

/// A number with next to no spread is integrated on a grid that is chosen for it. The answer is that of the number itself, whose
/// grid is refined on another criterion.
#[test]
fn the_grid_of_an_integration_is_as_fine_as_that_of_one_recursion() {
    for (shock, df) in [
        (Shock::RandomWalk, Some(3.5)),
        (Shock::reverting(1), None),
        (Shock::reverting(1), Some(4.0)),
        (Shock::damped_trend(0.3, 1), None),
    ] {
        let mut builder = pair_of(shock.clone());
        if let Some(df) = df {
            builder = builder.innovations(Innovations::student_t(df));
        }
        let one = builder.build().expect("valid");
        let drawn = one.with("provider[A].growth.constant", normal(0.2, 1e-9)).expect("valid");
        let [one, drawn] = [&one, &drawn].map(|scenario| {
            let exact = scenario.exact().tolerance(1e-6).lead_changes(false).fans(false).ranks(false).shares(false);
            exact.run().expect("an exact answer")
        });
        for (one, drawn) in one.questions().iter().zip(drawn.questions()) {
            for ((date, one), (_, drawn)) in one.iter_by().zip(drawn.iter_by()) {
                let error = one.standard_error() + drawn.standard_error() + 1e-9;
                assert!((one.value() - drawn.value()).abs() <= error, "{shock:?} at {date}: {one} {drawn}");
                assert!(drawn.standard_error() <= 1e-5, "{shock:?} at {date}: {drawn}");
            }
        }
    }
}

/// The outside view of a pair of which the yearly revenue is known for nine years, as a scenario.
#[test]
fn a_fading_advantage_has_its_published_probabilities() {
    let cases = [
        ("fixture_general", [0.1938, 0.3702, 0.4745, 0.5405, 0.5861]),
        ("fixture_large", [0.1559, 0.3234, 0.4309, 0.5014, 0.5510]),
    ];
    for (name, published) in cases {
        let scenario = shipped(name);
        let simulated = scenario.simulate().paths(1_000_000).fans(false).run().expect("an answer");
        let exact = scenario.exact().lead_changes(false).run().expect("an exact answer");
        for outcome in [&simulated, &exact] {
            for ((_, by), published) in outcome.questions()[0].iter_by().zip(published) {
                // The published values are ± 0.0003.
                let allowed = SURE * by.standard_error() + 3e-4;
                assert!((by.value() - published).abs() < allowed, "{name}: {by}, not {published}");
            }
        }
        assert!(exact.questions()[0].iter_by().all(|(_, by)| by.standard_error() < 1e-4), "{name}");
    }
}

#[test]
fn files_and_builder_round_trip() {
    for name in SCENARIOS {
        let scenario = shipped(name);
        assert_eq!(Scenario::from_toml(&scenario.to_toml().expect("no closures")).expect("valid"), scenario, "{name}");
        let written = serde_json::to_string(&scenario).expect("no closures");
        assert_eq!(Scenario::from_json(&written).expect("valid"), scenario, "{name}");
        assert_eq!(scenario.to_builder().build().expect("valid"), scenario, "{name}");
    }
    let built = Scenario::builder("2018", "2023")
        .innovations(Innovations::student_t(3.5))
        .provider(fixture("a", 231, Curve::fade(outgrow::log_growth(0.031_008, 0.031_917), 0, 2)))
        .provider(fixture("b", 260, Curve::constant(0)))
        .question(Question::overtakes("a", "b"))
        .build();
    assert_eq!(built.expect("valid"), shipped("fixture_general"));
}

fn fixture(name: &str, revenue: i32, growth: Curve) -> Provider {
    Provider::new(name, revenue).growth(growth).volatility(0.103_327_8).shock(Shock::damped_trend(0.25, 2))
}

/// Two providers with equal revenue and without growth; the second never moves.
fn tie(shock: Shock, periods: &str) -> ScenarioBuilder {
    Scenario::builder("2018-Q1", periods)
        .provider(Provider::new("A", 1).growth(Curve::constant(0)).volatility(0.2).shock(shock))
        .provider(Provider::new("B", 1).growth(Curve::constant(0)))
        .question(Question::overtakes("A", "B"))
}

fn never(scenario: &Scenario, period: &str) -> (f64, f64) {
    let run = scenario.simulate().paths(1_000_000).seed(5).fans(false).ranks(false).shares(false);
    let by = run.run().expect("an answer").questions()[0].by(period).expect("a date");
    (1.0 - by.value(), by.standard_error())
}

/// Sparre Andersen (1953): P(never ahead by n) = C(2n, n)/4ⁿ for any symmetric innovations that are independent over
/// time, whatever their distribution.
#[test]
fn a_tie_obeys_sparre_andersen_whatever_the_innovations() {
    let plain = tie(Shock::RandomWalk, "2028-Q1").build().expect("valid");
    let drawn = plain.with("provider[A].volatility", uniform(0.05, 0.4)).expect("valid");
    let heavy = |df: f64| plain.to_builder().innovations(Innovations::student_t(df)).build().expect("valid");
    for scenario in [plain.clone(), drawn, heavy(2.2), heavy(3.5), heavy(30.0)] {
        for (period, expected) in [
            ("2019-Q1", 0.273_437_5),
            ("2020-Q1", 0.196_380_615),
            ("2023-Q1", 0.125_370_688),
            ("2028-Q1", 0.088_927_879),
        ] {
            let (found, error) = never(&scenario, period);
            assert!((found - expected).abs() < SURE * error, "{period}: {found} ± {error}, not {expected}");
        }
    }
}

/// Orthant probabilities of the first two and three dates.
#[test]
fn ties_with_other_shocks_have_their_orthant_probabilities() {
    let cases = [
        (Shock::reverting(2), [0.368_113_748, 0.299_333_397]),
        (Shock::persistent(1.5), [0.462_481_108, 0.439_610_988]),
    ];
    for (shock, expected) in cases {
        let scenario = tie(shock.clone(), "2018-Q4").build().expect("valid");
        for (period, expected) in ["2018-Q3", "2018-Q4"].into_iter().zip(expected) {
            let (found, error) = never(&scenario, period);
            assert!(
                (found - expected).abs() < SURE * error,
                "{shock:?} at {period}: {found} ± {error}, not {expected}"
            );
        }
    }
}

/// With ever finer dates, a reverting pair tends to the Ornstein–Uhlenbeck process under continuous monitoring:
/// P = 2 − 2Φ(x₀e^(−κt)/√V), V = σ²(1 − e^(−2κt))/(2κ).
#[test]
fn finer_dates_approach_the_ornstein_uhlenbeck_limit() {
    let cases = [
        (1000.0 / 699.0, 1000.0, 2.0, 0.2, ["2028", "2028-Q1", "2028-01"], 0.962_826_146),
        (
            1.349_858_807_576_003,
            699.0 * 1.349_858_807_576_003,
            1.5,
            0.18,
            ["2023", "2023-Q1", "2023-01"],
            0.873_076_662,
        ),
    ];
    for (saturation, other, half_life, sigma, horizons, limit) in cases {
        let rate = std::f64::consts::LN_2 / half_life;
        let by = |base: &str, horizon: &str| {
            let scenario = Scenario::builder(base, horizon)
                .provider(
                    Provider::new("A", 699)
                        .growth(Curve::gompertz(saturation, rate))
                        .volatility(sigma)
                        .shock(Shock::reverting(half_life)),
                )
                .provider(Provider::new("B", other).growth(Curve::constant(0)))
                .question(Question::overtakes("A", "B"))
                .build()
                .expect("valid");
            1.0 - never(&scenario, horizon).0
        };
        let [years, quarters, months] =
            [by("2018", horizons[0]), by("2018-Q1", horizons[1]), by("2018-01", horizons[2])];
        assert!(years < quarters && quarters < months && months < limit, "{years} {quarters} {months} {limit}");
        // The barrier of a discretely monitored walk lies 0.5826σ√Δ farther out, so the error falls with √Δ.
        let extrapolated = months + (months - quarters) / (3.0_f64.sqrt() - 1.0);
        assert!((extrapolated - limit).abs() < 0.01, "{extrapolated} {limit}");
    }
}

/// Mean revenue under mean centring is the curve times the drift of factors and the expected jump.
#[test]
fn a_centred_mean_is_the_curve() {
    let outcome =
        shipped("mean").simulate().paths(400_000).seed(3).ranks(false).shares(false).run().expect("an answer");
    let years = 5.0_f64;
    let power = |base: f64, exponent: f64| libm::pow(base, exponent);
    for (name, expected) in [
        ("A", 80.0 * power(1.12, years) * power(1.03, 0.8 * years)),
        ("B", 100.0 * power(1.1, years) * power(1.03, -0.5 * years)),
        ("C", 90.0 * power(1.1, years) * (0.5 + 0.5 * libm::exp(0.2))),
        ("D", 95.0 * power(1.1, years) * power(1.03, years)),
    ] {
        let mean = outcome.revenue(name).expect("a fan").mean("2023-Q1").expect("a date").expect("a mean");
        // The standard deviation of log revenue is at most 1, so this is four standard errors.
        assert!((mean / expected - 1.0).abs() < 4.0 / 400_000_f64.sqrt(), "{name}: {mean}, not {expected}");
    }
}

#[test]
fn revenue_with_heavy_tails_has_no_mean() {
    let mean = |scenario: &Scenario, name: &str| {
        let outcome = scenario.simulate().paths(1000).run().expect("an answer");
        outcome.revenue(name).expect("a fan").mean(scenario.horizon()).expect("a date")
    };
    assert_eq!(mean(&shipped("student"), "A"), None);
    let still = tie(Shock::RandomWalk, "2019-Q1").innovations(Innovations::student_t(5.0)).build().expect("valid");
    assert!(mean(&still, "A").is_none() && mean(&still, "B").is_some(), "B has neither volatility nor loading");
    let with_jump = |size: outgrow::Assumption| {
        let provider = Provider::new("A", 1).growth(Curve::constant(0)).jump(Jump::at("2018-Q2", size));
        Scenario::builder("2018-Q1", "2019-Q1").provider(provider).build().expect("valid")
    };
    assert!(mean(&with_jump(normal(0.1, 0.1)), "A").is_some());
    assert!(mean(&with_jump(outgrow::lognormal(0.1, 0.5)), "A").is_none());
}

#[test]
fn every_sampling_scheme_agrees() {
    for name in ["kinds", "jumps", "months", "persistent"] {
        let scenario = shipped(name);
        for sampling in [Sampling::Antithetic, Sampling::Sobol, Sampling::Importance] {
            let run =
                scenario.simulate().paths(200_000).seed(9).sampling(sampling).fans(false).ranks(false).shares(false);
            let outcome = run.run().expect("an answer");
            let (count, wrong) = {
                let (mut count, mut wrong) = (0, Vec::new());
                for (what, of, period, value, error) in reference(REFERENCE, name).filter(|row| row.0 != "mean") {
                    count += 1;
                    let found = estimate(&outcome, what, of.parse().expect("an index"), period);
                    let both = (found.standard_error() * found.standard_error() + error * error).sqrt();
                    // Errors have 31 degrees of freedom: 5 of them correspond to about 4.3 normal ones.
                    if (found.value() - value).abs() > 5.0 * both {
                        wrong.push(format!("{sampling:?}: {name} {what} {of} {period}: {found}, not {value}"));
                    }
                }
                (count, wrong)
            };
            assert!(count > 20 && wrong.is_empty(), "{}", wrong.join("\n"));
        }
    }
}

#[test]
fn auto_takes_plain_where_draws_are_pseudo_random() {
    for (name, expected) in [("student", true), ("jumps", true), ("persistent", false)] {
        let run = shipped(name).simulate().paths(10_000).sampling(Sampling::Auto).fans(false).run().expect("an answer");
        let chosen = serde_json::to_value(&run).expect("a value")["run"]["sampling"].clone();
        assert_eq!(chosen == "plain", expected, "{name}: {chosen}");
    }
}

fn written(scenario: &Scenario, threads: usize) -> String {
    let tally = scenario.simulate().paths(3000).seed(11).threads(threads).tally().expect("a tally");
    serde_json::to_string(&tally).expect("no closures")
}

#[test]
fn threads_and_shards_leave_the_bits() {
    for name in SCENARIOS {
        let scenario = shipped(name);
        let whole = written(&scenario, 1);
        assert!(written(&scenario, 3) == whole, "{name}");
        let shard = |index: u64| scenario.simulate().paths(3000).seed(11).shard(index, 3).tally().expect("a tally");
        let merged = shard(2).merge(shard(0)).and_then(|two| two.merge(shard(1))).expect("parts of one run");
        assert!(serde_json::to_string(&merged).expect("no closures") == whole, "{name}");
    }
}

/// A jump, a factor or a change of innovations leaves the draws of all else alone.
#[test]
fn editing_one_thing_leaves_other_draws_alone() {
    let scenario = shipped("kinds");
    let path = |scenario: &Scenario, name: &str| -> Vec<u64> {
        let sample = scenario.simulate().paths(64).seed(2).sample(8).expect("paths");
        let one = |path| sample.revenue(name, path).expect("a path").iter().map(|revenue| revenue.to_bits());
        (0..8).flat_map(one).collect()
    };
    let c = scenario.providers()[2].clone();
    let jumping =
        scenario.with_provider(c.jump(Jump::at("2019-Q1", normal(0.2, 0.1)).probability(0.5))).expect("valid");
    let more = scenario.to_builder().factor(Factor::new("other", 0.3)).build().expect("valid");
    for name in ["A", "B", "D"] {
        assert_eq!(path(&jumping, name), path(&scenario, name), "{name}");
        assert_eq!(path(&more, name), path(&scenario, name), "{name}");
    }
    assert_ne!(path(&jumping, "C"), path(&scenario, "C"));
}

/// Pairs that f32 cannot resolve: the two move only with a factor that both load alike, and differ by one part in 1e9.
#[test]
fn a_common_factor_cancels() {
    for innovations in [Innovations::Gaussian, Innovations::student_t(3.0)] {
        let shared = |name: &str, revenue: f64| {
            Provider::new(name, revenue).growth(Curve::constant("growth")).loading("yen", 1.0)
        };
        let scenario = Scenario::builder("2018-Q1", "2028-Q1")
            .innovations(innovations)
            .assumption("growth", normal(0.1, 0.05))
            .factor(Factor::new("yen", 0.3).drift(0.02))
            .provider(shared("A", 1.0))
            .provider(shared("B", 1.0 + 1e-9))
            .question(Question::overtakes("A", "B"))
            .question(Question::overtakes("B", "A"))
            .build()
            .expect("valid");
        let outcome = scenario.simulate().paths(1000).run().expect("an answer");
        let by = |question: usize| outcome.questions()[question].by("2028-Q1").expect("a date").value();
        assert!(by(0) <= 0.0 && by(1) >= 1.0, "{innovations:?}");
    }
}

/// Close pairs with dynamics are compared in f64 and agree with a pair of larger numbers by scaling.
#[test]
fn close_pairs_move_as_others_do() {
    for shock in [Shock::RandomWalk, Shock::reverting(1), Shock::persistent(1), Shock::damped_trend(0.3, 1)] {
        let with = |sigma: f64| {
            let build = Scenario::builder("2018-Q1", "2020-Q1")
                .innovations(Innovations::student_t(4.0))
                .factor(Factor::new("f", 0.5 * sigma))
                .provider(
                    Provider::new("A", 1)
                        .growth(Curve::constant(0))
                        .volatility(sigma)
                        .shock(shock.clone())
                        .loading("f", 1.0),
                )
                .provider(Provider::new("B", 1).growth(Curve::constant(0)).volatility(sigma).shock(shock.clone()))
                .correlation("A", "B", 0.3)
                .question(Question::overtakes("A", "B"));
            let outcome = build.build().expect("valid").simulate().paths(20_000).seed(4).run().expect("an answer");
            outcome.questions()[0].counts().to_vec()
        };
        let (wide, narrow) = (with(0.1), with(1e-7));
        let differing: u64 = wide.iter().zip(&narrow).map(|(a, b)| a.abs_diff(*b)).sum();
        assert!(differing < 20, "{shock:?}: {wide:?} {narrow:?}");
    }
}

fn unsupported(result: Result<Outcome, Error>, address: &str, reason: &str) {
    let error = result.expect_err(reason);
    assert!(error.is_unsupported(), "{error}");
    let problem = &error.problems()[0];
    assert_eq!(problem.address, address, "{error}");
    assert!(problem.reason().is_some_and(|own| own.contains(reason)), "{error}");
}

#[test]
fn what_has_no_exact_answer_is_named() {
    let whole = shipped("student").exact().run().expect("all but fans and shares");
    assert!(!whole.questions()[0].lead_changes().is_empty() && whole.revenue("A").is_err());
    let written = serde_json::to_string(&whole).expect("a value");
    assert!(written.contains("exact answers are not implemented for Student-t innovations"), "{written}");
    assert!(serde_json::from_str::<Outcome>(&written).is_ok());
    unsupported(shipped("persistent").exact().run(), "provider[A].shock", "\"persistent\"");
    unsupported(shipped("reverting").exact().run(), "provider[A].shock", "\"reverting\"");
    let heavy = pair_of(Shock::persistent(1)).innovations(Innovations::student_t(4.0)).build().expect("valid");
    unsupported(heavy.exact().run(), "provider[A].shock", "\"persistent\" with Student-t innovations");
    let lasting = pair_of(Shock::damped_trend(0.99, 1)).build().expect("valid");
    unsupported(lasting.exact().run(), "provider[A].shock", "\"damped_trend\"");
    let endless = pair_of(Shock::persistent("h")).assumption("h", uniform(1e8, 1e9)).build().expect("valid");
    unsupported(endless.exact().run(), "provider[A].volatility", "too many nodes");
    unsupported(shipped("mean").exact().run(), "provider[B].shock", "\"persistent\"");
    let continuous = |name: &str| shipped(name).simulate().paths(1000).continuous(true).run();
    unsupported(continuous("student"), "innovations", "Student-t");
    unsupported(continuous("reverting"), "provider[A].shock", "\"reverting\"");
    let jumps =
        shipped("factor").with_provider(shipped("factor").providers()[0].clone().jump(Jump::at("2019-Q1", 0.1)));
    let jumps = jumps.expect("valid");
    unsupported(jumps.simulate().paths(1000).continuous(true).run(), "provider[A].jump", "jumps");
    unsupported(jumps.exact().continuous(true).run(), "provider[A].jump", "jumps");
    for (name, address) in
        [("factor", "provider[A].loading"), ("jumps", "provider[A].jump"), ("exits", "provider[A].exit")]
    {
        let scenario = shipped(name);
        let question = scenario.questions()[0].title();
        let error = scenario.exact().gradient(&question, scenario.horizon()).expect_err("no gradient");
        assert!(error.is_unsupported() && error.problems()[0].address == address, "{error}");
    }
    // Jumps of providers that the question does not compare, also after its date, change nothing.
    let pair = shipped("student").to_builder().innovations(Innovations::Gaussian).build().expect("valid");
    let gradient = |scenario: &Scenario| {
        let gradient = scenario.exact().gradient("A overtakes B", "2020-Q1").expect("a gradient");
        gradient.of("provider[A].growth.constant").expect("a slope").to_bits()
    };
    let other = Provider::new("C", 1).growth(Curve::constant(0)).jump(Jump::at("2027-Q1", 0.1).probability(0.5));
    assert_eq!(gradient(&pair.with_provider(other).expect("valid")), gradient(&pair));
    let error = shipped("exits").simulate().paths(100).difference(&shipped("exits")).expect_err("no difference");
    assert!(error.is_unsupported(), "{error}");
}

/// Fans of every provider are there with normal innovations, whatever the shocks.
#[test]
fn exact_fans_are_given_where_they_can_be() {
    let mut builder = shipped("mean").to_builder();
    let plain = Provider::new("E", 10).growth(Curve::constant(0.1)).volatility(0.1);
    builder = builder.provider(plain);
    let mut scenario = builder.build().expect("valid");
    scenario = without_questions(&scenario);
    let outcome = scenario.exact().run().expect("an answer");
    for name in ["A", "B", "E"] {
        assert!(outcome.revenue(name).is_ok(), "{name}");
    }
    let mean = outcome.revenue("A").expect("a fan").mean("2023-Q1").expect("a date").expect("a mean");
    let expected = 80.0 * libm::pow(1.12, 5.0) * libm::pow(1.03, 4.0);
    assert!((mean / expected - 1.0).abs() < 1e-3, "{mean} {expected}");
}

fn without_questions(scenario: &Scenario) -> Scenario {
    let mut tree = serde_json::to_value(scenario).expect("no closures");
    tree.as_object_mut().expect("a table").remove("question");
    Scenario::from_json(&tree.to_string()).expect("valid")
}

/// The pair under continuous monitoring with factors: the exact answer and the simulation agree.
#[test]
fn factors_are_monitored_between_dates() {
    let scenario = shipped("factor");
    let exact = scenario.exact().continuous(true).run().expect("an exact answer");
    let simulated = scenario.simulate().paths(200_000).seed(3).continuous(true).fans(false).run().expect("an answer");
    for (date, by) in exact.questions()[0].iter_by() {
        let other = simulated.questions()[0].by(date).expect("a date");
        let error =
            (other.standard_error() * other.standard_error() + by.standard_error() * by.standard_error()).sqrt();
        assert!((by.value() - other.value()).abs() < SURE * error, "{date}: {by} {other}");
    }
}

/// Without shocks and with certain exits, the answer follows from the formula.
#[test]
fn exits_of_a_deterministic_pair() {
    let scenario = Scenario::builder("2018", "2022")
        .provider(Provider::new("A", 10).growth(Curve::constant(0.6)).exit(0.1))
        .provider(Provider::new("B", 20).growth(Curve::constant(0.1)).exit(0.05))
        .question(Question::overtakes("A", "B"))
        .build()
        .expect("valid");
    let kept = 0.9 * 0.95_f64;
    for outcome in [scenario.exact().run(), scenario.simulate().paths(64).run()] {
        let outcome = outcome.expect("an answer");
        let overtake = &outcome.questions()[0];
        // 10·1.6² = 25.6 > 20·1.1² = 24.2.
        let by = overtake.by("2020").expect("a date");
        assert!((by.value() - kept * kept).abs() < 1e-12 && by.standard_error() <= 0.0, "{by}");
        let gone = |date: &str| overtake.gone(date).expect("a date").expect("exits").value();
        assert!((gone("2019") - (1.0 - kept)).abs() < 1e-12);
        assert!((gone("2022") - (1.0 - kept * kept)).abs() < 1e-12);
        assert!((overtake.not_by_horizon().value() - (1.0 - kept * kept)).abs() < 1e-12);
        let date = overtake.mean_date();
        assert!((date.restricted.value() - (4.0 - 2.0 * kept * kept)).abs() < 1e-12);
        assert!((date.given_overtake.expect("it happens").value() - 2.0).abs() < 1e-12);
        let read: Outcome = serde_json::from_str(&serde_json::to_string(&outcome).expect("a value")).expect("valid");
        assert_eq!(read.questions()[0].gone("2019").expect("a date"), overtake.gone("2019").expect("a date"));
    }
}

/// Exact exits and simulated ones agree, with sustained leads and means.
#[test]
fn exits_agree_between_exact_and_simulated() {
    let scenario = shipped("exits");
    let exact = scenario.exact().fans(false).run().expect("an exact answer");
    for sampling in [Sampling::Plain, Sampling::Sobol] {
        let simulated = scenario.simulate().paths(200_000).sampling(sampling).run().expect("an answer");
        for (own, other) in exact.questions().iter().zip(simulated.questions()) {
            let (own, other) = (own.mean_date(), other.mean_date());
            let pairs =
                [(own.restricted, other.restricted)].into_iter().chain(own.given_overtake.zip(other.given_overtake));
            for (own, other) in pairs {
                let error = 5.0 * other.standard_error() + own.standard_error();
                assert!((own.value() - other.value()).abs() < error, "{sampling:?}: {own:?} {other:?}");
            }
        }
    }
}

#[test]
fn what_a_scenario_may_not_state_is_refused() {
    let provider = || Provider::new("A", 1).growth(Curve::constant(0.1)).volatility(0.1);
    let build = |builder: ScenarioBuilder| builder.build().expect_err("not allowed").to_string();
    let start = || Scenario::builder("2018-Q1", "2020-Q1");
    let refused = [
        (start().provider(provider().loading("yen", 1.0)), "provider[A].loading[yen]: no factor is named \"yen\""),
        (
            start().factor(Factor::new("yen", 0.1)).provider(provider().loading("yem", 1.0)),
            "no factor is named \"yem\"; did you mean \"yen\"?",
        ),
        (
            start().factor(Factor::new("A", 0.1)).provider(provider()),
            "factor[0].name: the name \"A\" is taken by a provider",
        ),
        (
            start().factor(Factor::new("f", -0.1)).provider(provider()),
            "factor[f].volatility: must be finite and not negative, got -0.1",
        ),
        (
            start().factor(Factor::new("f", 0.1).drift(-1.5)).provider(provider()),
            "factor[f].drift: growth must be above -1 (-100 % a year), got -1.5",
        ),
        (
            start().provider(provider().jump(Jump::at("2018-Q1", 0.1))),
            "provider[A].jump[0].at: must lie between 2018-Q2 and the horizon 2020-Q1, got \"2018-Q1\"",
        ),
        (start().provider(provider().jump(Jump::at("2020-Q2", 0.1))), "got \"2020-Q2\""),
        (start().provider(provider().jump(Jump::at("2019", 0.1))), "must have the form of base, 2018-Q1, got \"2019\""),
        (
            start().provider(provider().jump(Jump::at("2019-Q1", 0.1).probability(1.5))),
            "provider[A].jump[0].probability: a probability must lie between 0 and 1, got 1.5",
        ),
        (start().provider(provider().jump(Jump::at("2019-Q1", f64::NAN))), "provider[A].jump[0].log_size"),
        (start().provider(provider().exit(-0.1)), "provider[A].exit: a probability must lie between 0 and 1, got -0.1"),
        (start().provider(provider().exit(f64::NAN)), "provider[A].exit"),
        (
            start().innovations(Innovations::student_t(2.0)).provider(provider()),
            "innovations.student_t.df: degrees of freedom must be finite and above 2, got 2",
        ),
        (
            start().innovations(Innovations::student_t(5.0)).provider(provider().centring(Centring::Mean)),
            "provider[A].centring: revenue has no mean with Student-t innovations",
        ),
        (
            start().provider(provider().shock(Shock::reverting(0))),
            "provider[A].shock.reverting.half_life: a half-life (years) must be finite and above 0, got 0",
        ),
        (
            start().provider(provider().shock(Shock::damped_trend(1.2, 2))),
            "provider[A].shock.damped_trend.share: a share must lie between 0 and 1, got 1.2",
        ),
        (
            start().factor(Factor::new("f", 0.1)).provider(provider()).correlation("A", "g", 0.2),
            "no provider or factor is named \"g\"",
        ),
        (
            start()
                .factor(Factor::new("f", 0.1))
                .factor(Factor::new("g", 0.1))
                .provider(provider())
                .correlation("f", "g", 0.9)
                .correlation("A", "f", 0.9)
                .correlation("A", "g", -0.9),
            "not positive semidefinite",
        ),
    ];
    for (builder, message) in refused {
        let found = build(builder);
        assert!(found.contains(message), "{found}\nnot: {message}");
    }
}

/// Every format and the audit take all of it.
#[test]
fn every_output_is_made() {
    for name in SCENARIOS {
        let scenario = shipped(name);
        let outcome = scenario.simulate().paths(500).run().expect("an answer");
        let (text, csv) = (outcome.to_string(), outcome.to_csv());
        let has_exit = scenario.providers().iter().any(|provider| provider.get_exit() > 0.0);
        assert_eq!(text.contains("gone by"), has_exit, "{name}: {text}");
        assert_eq!(csv.contains("\"gone\""), has_exit, "{name}");
        #[cfg(feature = "charts")]
        assert!(outcome.report().html().expect("a report").contains("</html>"), "{name}");
        let audit = scenario.audit().expect("an audit");
        assert!(!audit.to_string().is_empty(), "{name}");
        let read: Outcome = serde_json::from_str(&serde_json::to_string(&outcome).expect("a value")).expect("valid");
        assert_eq!(read.to_csv(), csv, "{name}");
    }
}

#[test]
fn every_new_number_has_an_address() {
    let scenario = shipped("kinds");
    for (address, value) in [
        ("innovations.student_t.df", 4.0),
        ("factor[market].volatility", 0.2),
        ("factor[market].drift", 0.0),
        ("provider[A].loading[market]", 0.3),
        ("provider[A].shock.damped_trend.share.uniform[0]", 0.2),
        ("provider[C].shock.reverting.half_life", 3.0),
    ] {
        let changed = scenario.with(address, value).expect(address);
        assert!(changed.numbers().contains(&(address.to_owned(), value)), "{address}");
        let text = changed.to_toml().expect("no closures");
        assert_eq!(Scenario::from_toml(&text).expect("valid"), changed);
    }
    let jumps = shipped("jumps");
    let certain = jumps.with_all([("provider[A].jump[0].probability", 1.0), ("provider[A].jump[2].probability", 0.0)]);
    let certain = certain.expect("valid");
    assert!(certain.with("provider[A].jump[1].log_size", normal(-0.05, 0.02)).is_ok());
    let moved = certain.with_toml([("provider[A].jump[1].at", "2020-Q3")]).expect("valid");
    assert_eq!(moved.providers()[0].get_jumps()[1].period(), "2020-Q3");
}

#[test]
fn loadings_are_read_back_as_stated() {
    let provider = Provider::new("A", 1).loading("yuan", 0.5).loading("market", -0.2);
    assert_eq!(provider.get_loadings().collect::<Vec<_>>(), [("yuan", 0.5), ("market", -0.2)]);
    assert_eq!(Provider::new("B", 1).get_loadings().count(), 0);
}

/// Beside small shocks a recursion is nearly a step of the drawn numbers, and with a trend it takes long: the shocks are sampled too.
#[test]
fn small_shocks_of_every_kind_have_exact_answers_beside_draws() {
    let kinds = [
        (Shock::RandomWalk, Innovations::student_t(3.0)),
        (Shock::reverting(2.0), Innovations::Gaussian),
        (Shock::persistent(1.0), Innovations::Gaussian),
        (Shock::damped_trend(0.5, 2.0), Innovations::Gaussian),
        (Shock::damped_trend(0.5, 2.0), Innovations::student_t(4.0)),
    ];
    for (shock, innovations) in kinds {
        for volatility in [0.0005, 0.01, 0.08] {
            let one = |name: &str, base: Assumption, from: Assumption, half_life: f64| {
                let growth = Curve::fade(from, 0.12, lognormal(half_life, 0.3));
                Provider::new(name, base).growth(growth).volatility(volatility).shock(shock.clone())
            };
            let scenario = Scenario::builder("2018-Q1", "2022-Q1")
                .provider(one("A", 700.into(), normal(0.60, 0.10), 2.0))
                .provider(one("B", lognormal(900.0, 0.12), normal(0.35, 0.08), 4.0))
                .innovations(innovations)
                .question(Question::overtakes("A", "B"))
                .build()
                .expect("valid");
            let exact = scenario.exact().tolerance(1e-3).lead_changes(false).fans(false).shares(false).ranks(false);
            let exact = exact.run().expect("an exact answer");
            let simulated =
                scenario.simulate().paths(200_000).seed(1).fans(false).shares(false).run().expect("an answer");
            let (exact, simulated) = (&exact.questions()[0], &simulated.questions()[0]);
            let pairs = exact.iter_by().zip(simulated.iter_by()).chain(exact.iter_ahead().zip(simulated.iter_ahead()));
            for ((date, own), (_, other)) in pairs {
                let error = SURE * other.standard_error() + own.standard_error();
                assert!(own.standard_error() <= 1e-3, "{shock:?} {volatility} {date}: {own}");
                assert!((own.value() - other.value()).abs() < error, "{shock:?} {volatility} {date}: {own} {other}");
            }
        }
    }
}

/// A barrier so far away that a single innovation must bring the lead, from a walk that has hardly moved: directly, or by a jump of its
/// trend that takes it there in later periods. The references are 9 and 6 times 10⁸ simulated paths.
#[test]
fn rare_leads_after_a_single_innovation_are_counted() {
    let pair = |base: (i32, i32), growth: [Curve; 2], volatility: [f64; 2], half_life: i32, horizon: &str| {
        let [a, b] = growth;
        let shock = Shock::damped_trend(0.25, half_life);
        Scenario::builder("2018", horizon)
            .provider(Provider::new("A", base.0).growth(a).volatility(volatility[0]).shock(shock.clone()))
            .provider(Provider::new("B", base.1).growth(b).volatility(volatility[1]).shock(shock))
            .innovations(Innovations::student_t(2.5))
            .question(Question::overtakes("A", "B"))
            .build()
            .expect("valid")
    };
    let level = || Curve::constant(0.2);
    let fading = Curve::fade(normal(0.22, 0.003), 0.05, 2.2);
    let cases: [(Scenario, &[f64], &[f64]); 2] = [
        (
            pair((100, 200), [level(), level()], [0.02, 0.0], 3, "2023"),
            &[1e-3, 1e-4],
            &[1.094e-5, 2.605e-5, 4.608e-5, 7.140e-5, 1.0171e-4],
        ),
        (
            pair((100, 248), [fading, Curve::constant(0.226)], [0.054, 0.027], 2, "2022"),
            &[1e-3, 1e-4, 1e-5],
            &[8.626e-5, 1.8365e-4, 2.7569e-4, 3.5198e-4],
        ),
    ];
    for (scenario, tolerances, expected) in cases {
        for tolerance in tolerances {
            let exact =
                scenario.exact().tolerance(*tolerance).lead_changes(false).fans(false).shares(false).ranks(false);
            let exact = exact.run().expect("an exact answer");
            for ((date, own), expected) in exact.questions()[0].iter_by().zip(expected) {
                let error = 2.0 * (own.standard_error() + (expected / 6e8).sqrt());
                assert!((own.value() - expected).abs() < error, "{tolerance:e} {date}: {own} {expected}");
                assert!(own.value() > 0.1 * expected, "{tolerance:e} {date}: {own} {expected}");
            }
        }
    }
}
