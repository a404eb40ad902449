//! What every curve, distribution and tail must satisfy in a whole run: follow its curve without volatility, survive a
//! round trip through a file, and agree with the stated errors.

use std::sync::Mutex;

use outgrow::{
    Assumption, Curve, Outcome, Provider, Quantiles, Question, Scenario, Tail, beta, beta_between, discrete, empirical,
    fixed, interval, log_growth, log_interval, lognormal, normal, pert, student_t, triangular, truncated, uniform,
};

const BASE: f64 = 690e6;
/// Half an ulp of an f32 log revenue below 8 relative to the reference, and of its parts.
const SINGLE: f64 = 1e-6;
const PROBABILITIES: [f64; 9] = [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99];

fn tails() -> [Tail; 5] {
    [Tail::hold(), Tail::ratio(0.7), Tail::ratio("auto"), Tail::fade(0.12, 2), Tail::fade(0.12, 1e-3)]
}

/// The growth laws of the table that are not schedules, with plain numbers.
fn laws_of_growth() -> Vec<Curve> {
    let market = || Curve::schedule([0.87, 0.60], Tail::fade(0.12, 2));
    vec![
        Curve::hyperbolic(0.87, 2),
        Curve::damped(0.87, 0.7),
        Curve::damped(0.05, 1.04),
        Curve::logistic(20, 0.6),
        Curve::logistic(1.000_001, 0.6),
        Curve::gompertz(20, 0.4),
        Curve::richards(20, 0.5, 0.5),
        Curve::richards(20, 700, 250),
        Curve::bass(0.02, 0.4, 0.1),
        Curve::bass(0.02, 0, 0.999),
        Curve::weibull(20, 0.2, 1.5),
        Curve::weibull(1e12, 0.02, 0.1),
        Curve::share(market(), 0.05, 0.1, 3),
        Curve::share(Curve::share(Curve::damped(0.5, 0.8), 0.9, 0.2, 1), 0.3, 0.6, 0.1),
    ]
}

/// Every curve and tail of the file format, with plain numbers.
fn curves() -> Vec<Curve> {
    let rates = [0.87, 0.60, 0.45, 0.30, 0.25, 0.20];
    let mut curves = vec![Curve::constant(0.3), Curve::constant(-0.2), Curve::fade(0.45, 0.12, 4)];
    curves.push(Curve::fade(-0.1, 0.5, 0.5));
    curves.push(Curve::schedule([0.3; 12], Tail::none()));
    for tail in tails() {
        curves.extend((2..=rates.len()).map(|count| Curve::schedule(rates[..count].to_vec(), tail.clone())));
    }
    curves.push(Curve::schedule([0.5], Tail::hold()));
    curves.extend(laws_of_growth());
    curves
}

fn scenario(growth: Curve) -> Scenario {
    scenario_of(Provider::new("a", BASE).growth(growth))
}

fn scenario_of(provider: Provider) -> Scenario {
    Scenario::builder("2018-Q1", "2028-Q1").provider(provider).build().expect("a scenario")
}

fn run(scenario: &Scenario, paths: u64) -> Outcome {
    scenario.simulate().paths(paths).seed(5).ranks(false).shares(false).run().expect("an outcome")
}

fn quarter(t: usize) -> outgrow::Period {
    let base: outgrow::Period = "2018-Q1".parse().expect("a label");
    base.checked_add(i32::try_from(t).expect("few")).expect("a period")
}

/// The revenue of a provider on every path at period `t`, sorted.
fn revenues(scenario: &Scenario, who: &str, t: usize, paths: u64) -> Vec<f64> {
    let all = Mutex::new(Vec::new());
    let simulation = scenario.simulate().paths(paths).seed(5).fans(false).ranks(false).shares(false);
    let keep = |[path]: [outgrow::Path<'_>; 1]| {
        all.lock().expect("no panic elsewhere").push(path.revenue(t));
        true
    };
    let outcome = simulation.event("kept", [who], keep).run().expect("an outcome");
    assert!(outcome.event("kept").expect("asked").value() >= 1.0);
    let mut all = all.into_inner().expect("no panic elsewhere");
    assert_eq!(all.len() as u64, paths);
    all.sort_by(f64::total_cmp);
    all
}

fn equal(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits()
}

#[test]
fn without_volatility_revenue_is_the_curve() {
    let custom = Curve::custom("linear", [0.3], |tau, p| p[0] * tau);
    for curve in curves().into_iter().chain([custom]) {
        let outcome = run(&scenario(curve.clone()), 64);
        let fan = outcome.revenue("a").expect("a provider");
        for t in 1..=40 {
            let tau = f64::from(u32::try_from(t).expect("few")) / 4.0;
            let expected = BASE * libm::exp(curve.log_growth(tau).expect("in order"));
            let at = |p| fan.quantile(quarter(t), p).expect("a quantile");
            // Two exponential functions, each accurate to an ulp.
            assert!((at(0.5) / expected - 1.0).abs() <= 4.0 * f64::EPSILON, "{curve:?} at {tau}: {}", at(0.5));
            let [least, most] = [fan.min(quarter(t)), fan.max(quarter(t))].map(|end| end.expect("an end"));
            let mean = fan.mean(quarter(t)).expect("a date").expect("a mean");
            for value in PROBABILITIES.map(at).into_iter().chain([least, most, mean]) {
                assert!(equal(value, at(0.5)), "{curve:?} at {tau}: all paths are equal");
            }
        }
    }
}

/// A volatility too small to be visible sends the same curves through blocks and the kernel.
#[test]
fn simulated_paths_follow_the_curve_to_single_precision() {
    for curve in curves() {
        let provider = Provider::new("a", BASE).growth(curve.clone()).volatility(1e-30);
        for t in [1, 4, 5, 40] {
            let tau = f64::from(u32::try_from(t).expect("few")) / 4.0;
            let expected = BASE * libm::exp(curve.log_growth(tau).expect("in order"));
            let all = revenues(&scenario_of(provider.clone()), "a", t, 64);
            assert!(all.iter().all(|x| (x / expected - 1.0).abs() <= SINGLE), "{curve:?} at {tau}: {all:?}");
        }
    }
}

/// Distributions with zero spread, in every form.
#[test]
fn a_spread_of_zero_draws_nothing() {
    let none =
        |value: f64| [normal(value, 0.0), uniform(value, value), log_interval(value, value), lognormal(value, 0.0)];
    let plain = run(&scenario(Curve::constant(0.3)), 100);
    for (growth, base) in none(0.3).into_iter().zip(none(BASE)) {
        let provider = Provider::new("a", base).growth(Curve::constant(growth)).volatility(uniform(0.0, 0.0));
        let outcome = run(&scenario_of(provider), 100);
        let [found, expected] = [&outcome, &plain].map(|outcome| {
            let mut file = serde_json::to_value(outcome).expect("JSON");
            // It holds the scenario, which differs.
            file.as_object_mut().expect("an object").remove("manifest").expect("a manifest");
            file
        });
        assert_eq!(found, expected);
    }
}

/// Every distribution where it is allowed, with a source.
fn laws() -> Vec<Assumption> {
    let laws = vec![
        fixed(0.3),
        normal(0.3, 0.02),
        lognormal(0.3, 0.1),
        uniform(0.2, 0.4),
        triangular(0.2, 0.3, 0.5),
        pert(0.2, 0.3, 0.5),
        interval(0.2, 0.4),
        log_interval(0.2, 0.4),
        truncated(normal(0.3, 0.2), 0.1, 0.9),
        truncated(lognormal(0.3, 0.3), 0.1, None),
        truncated(pert(0.0, 0.3, 1.0), None, 0.5),
        truncated(truncated(normal(0.3, 0.2), 0.1, None), None, 0.9),
        log_growth(0.3, 0.01),
        beta(20.0, 50.0),
        beta_between(2.0, 5.0, 0.1, 0.6),
        truncated(student_t(4.0, 0.3, 0.05), 0.01, 0.9),
        Quantiles::p05_p50_p95(0.2, 0.3, 0.5).low(0.1).into(),
        Quantiles::p10_p50_p90(0.2, 0.3, 0.5).low(0.1).high(1.0).into(),
        truncated(Quantiles::p20_p50_p80(0.2, 0.3, 0.4).high(1.0).into(), 0.1, None),
        truncated(Quantiles::p25_p50_p75(0.2, 0.3, 0.45).into(), 0.1, 1.0),
        discrete([(0.3, 2.0), (0.2, 0.0), (0.4, 1e-3)]),
        empirical([0.3, 0.2, 0.3]),
        truncated(empirical([0.3, 0.2, 0.3]), 0.25, None),
    ];
    laws.into_iter().enumerate().map(|(at, law)| law.source(format!("note {at}, \"assumed\""))).collect()
}

fn comes_back(scenario: &Scenario) {
    let json = serde_json::to_string(scenario).expect("JSON");
    assert_eq!(&Scenario::from_json(&json).expect("read back"), scenario, "{json}");
    let toml = scenario.to_toml().expect("TOML");
    let read = Scenario::from_toml(&toml).expect("read back");
    assert_eq!(&read, scenario, "{toml}");
    let sources =
        |scenario: &Scenario| scenario.assumptions().into_iter().map(|place| place.source).collect::<Vec<_>>();
    assert_eq!(sources(&read), sources(scenario), "{toml}");
}

#[test]
fn files_bring_back_every_curve_law_and_tail() {
    for curve in curves() {
        comes_back(&scenario(curve));
    }
    for law in laws() {
        for curve in [
            Curve::constant(law.clone()),
            Curve::fade(law.clone(), law.clone(), law.clone()),
            Curve::schedule([law.clone(), law.clone()], Tail::fade(law.clone(), law.clone())),
            Curve::schedule([law.clone()], Tail::ratio(law.clone())),
            Curve::hyperbolic(law.clone(), law.clone()),
            Curve::damped(law.clone(), law.clone()),
            Curve::logistic(20, law.clone()),
            Curve::gompertz(lognormal(20.0, 0.1).source("a guess"), law.clone()),
            Curve::richards(20, law.clone(), law.clone()),
            Curve::bass(law.clone(), law.clone(), pert(0.1, 0.2, 0.3)),
            Curve::weibull(20, law.clone(), law.clone()),
            Curve::share(Curve::constant(law.clone()), uniform(0.1, 0.2), 0.3, law.clone()),
        ] {
            let provider = Provider::new("a", law.clone()).growth(curve).volatility(law.clone()).source("page 3");
            comes_back(&scenario_of(provider));
        }
        let named = Scenario::builder("2018", "2020")
            .assumption("boom, once", law)
            .provider(Provider::new("a", "boom, once").growth(Curve::constant("boom, once")).volatility("boom, once"));
        comes_back(&named.build().expect("a scenario"));
    }
}

/// With only the rate drawn, revenue after one year over the base is 1 + g and has the distribution of 1 + g.
#[test]
fn drawn_rates_are_what_paths_grow_by() {
    const PATHS: u64 = 2000;
    for (law, low, high) in [
        (uniform(0.2, 0.4), 0.2, 0.4),
        (truncated(normal(0.3, 0.2), 0.1, 0.9), 0.1, 0.9),
        (pert(-0.5, 0.3, 0.5), -0.5, 0.5),
        (uniform(-1.0, 0.5), -1.0, 0.5),
        (beta_between(0.8, 0.8, -0.1, 0.5), -0.1, 0.5),
        (discrete([(0.2, 1.0), (0.3, 1.0)]), 0.2, 0.3),
        (empirical([0.2, 0.7, 0.3]), 0.2, 0.7),
    ] {
        for curve in [Curve::constant(law.clone()), Curve::schedule([law.clone()], Tail::hold())] {
            let growth: Vec<f64> =
                revenues(&scenario(curve), "a", 4, PATHS).into_iter().map(|revenue| revenue / BASE - 1.0).collect();
            let (least, most) = (growth[0], growth[growth.len() - 1]);
            assert!(low - SINGLE <= least && most <= high + SINGLE && most - least > 0.5 * (high - low), "{law}");
        }
    }
}

/// One name in three years: g₁ = g₂ = g₃ on every path, so revenue after t years is (1 + g)ᵗ. The same name in two
/// providers leaves their ratio unchanged.
#[test]
fn a_named_assumption_is_one_draw() {
    let growth = Curve::schedule(["boom", "boom", "boom"], Tail::fade("boom", "life"));
    let scenario = Scenario::builder("2018-Q1", "2028-Q1")
        .assumption("boom", truncated(normal(0.3, 0.4), -0.9, 1.5).source("assumed"))
        .assumption("life", uniform(1.0, 3.0))
        .provider(Provider::new("a", BASE).growth(growth))
        .provider(Provider::new("b", 2.0 * BASE).growth(Curve::constant("boom")))
        .build()
        .expect("a scenario");
    let holds = |[a, b]: [outgrow::Path<'_>; 2]| {
        let rate = a.revenue(4) / BASE;
        (1..=10_i32).all(|year| {
            let t = usize::try_from(4 * year).expect("few");
            let expected = BASE * (0..year).fold(1.0, |all, _| all * rate);
            let near = |x: f64, y: f64| (x / y - 1.0).abs() <= 40.0 * SINGLE;
            near(a.revenue(t), expected) && near(b.revenue(t), 2.0 * expected)
        })
    };
    let simulation = scenario.simulate().paths(5000).seed(5).event("one draw", ["a", "b"], holds);
    let always = simulation.run().expect("an outcome").event("one draw").expect("asked").value();
    assert!(always >= 1.0, "on {always} of the paths only");
    // An address whose allowed range is smaller needs a truncated distribution.
    let heavy = Scenario::builder("2018", "2020")
        .assumption("boom", normal(0.1, 0.1))
        .provider(Provider::new("a", 1).growth(Curve::constant("boom")).volatility("boom"))
        .build();
    let message = heavy.expect_err("a volatility below 0").to_string();
    assert!(message.contains("provider[a].volatility") && message.contains("truncated"), "{message}");
    let cut = Scenario::builder("2018", "2020")
        .assumption("boom", truncated(normal(0.1, 0.1), 0.0, None))
        .provider(Provider::new("a", 1).growth(Curve::constant("boom")).volatility("boom"));
    assert!(cut.build().is_ok());
}

/// The draw of a name on every path: a provider whose log growth after one year is the draw itself.
fn witness(name: &str) -> Provider {
    Provider::new(format!("witness of {name}"), 1.0).growth(Curve::custom("draw", [name], |tau, p| p[0] * tau))
}

fn seen(witness: &outgrow::Path<'_>) -> f64 {
    libm::log(witness.revenue(4))
}

/// Each path against the curve evaluated with the draws of that path, in every year: with `hold` after year n that is
/// exp(Σγ), the product of the 1 + gᵢ.
#[test]
fn every_path_follows_the_curve_of_its_own_draws() {
    /// The f32 rounding of six draws adds up over ten years.
    const TOLERANCE: f64 = 4e-5;
    type Form = fn([Assumption; 6]) -> Curve;
    // Whether growth in the first year is the first rate.
    let forms: [(Form, bool); 13] = [
        (|[first, ..]| Curve::constant(first), true),
        (|[first, _, _, to, life, _]| Curve::fade(first, to, life), false),
        (|[first, second, third, ..]| Curve::schedule([first, second, third], Tail::hold()), true),
        (|[first, second, third, to, life, _]| Curve::schedule([first, second, third], Tail::fade(to, life)), true),
        (|[first, second, _, to, ..]| Curve::schedule([first, second], Tail::ratio(to)), true),
        (|[first, _, _, _, life, _]| Curve::hyperbolic(first, life), false),
        (|[first, _, third, ..]| Curve::damped(first, third), false),
        (|[_, second, .., limit]| Curve::logistic(limit, second), false),
        (|[_, second, .., limit]| Curve::gompertz(limit, second), false),
        (|[_, second, _, _, life, limit]| Curve::richards(limit, second, life), false),
        (|[_, second, third, to, ..]| Curve::bass(to, second, third), false),
        (|[_, second, _, _, life, limit]| Curve::weibull(limit, second, life), false),
        (|[first, _, third, to, life, _]| Curve::share(Curve::constant(first), third, to, life), false),
    ];
    let names = ["first", "second", "third", "to", "life", "limit"];
    let laws = [
        uniform(-0.5, 1.0),
        normal(0.6, 0.1),
        truncated(lognormal(0.4, 0.5), 0.2, 0.9),
        pert(0.05, 0.1, 0.9),
        log_interval(0.5, 3.0),
        uniform(2.0, 6.0),
    ];
    for (form, by_year) in forms {
        let builder = Scenario::builder("2018-Q1", "2028-Q1");
        let builder = names.iter().zip(&laws).fold(builder, |all, (name, law)| all.assumption(*name, law.clone()));
        let builder = builder.provider(Provider::new("a", BASE).growth(form(names.map(Assumption::from))));
        let scenario = names.iter().fold(builder, |all, name| all.provider(witness(name))).build().expect("a scenario");
        let follows = |[a, first, second, third, to, life, limit]: [outgrow::Path<'_>; 7]| {
            let draws = [first, second, third, to, life, limit].map(|witness| seen(&witness));
            let curve = form(draws.map(Assumption::from));
            (1..=40).all(|t| {
                let tau = f64::from(u32::try_from(t).expect("few")) / 4.0;
                let expected = curve.log_growth(tau).expect("in order");
                (libm::log(a.revenue(t) / BASE) - expected).abs() <= TOLERANCE
                    && (t != 4 || !by_year || (a.revenue(4) / BASE - 1.0 - draws[0]).abs() <= 4.0 * SINGLE)
            })
        };
        let who = [
            "a",
            "witness of first",
            "witness of second",
            "witness of third",
            "witness of to",
            "witness of life",
            "witness of limit",
        ];
        let simulation = scenario.simulate().paths(500).seed(5).fans(false).ranks(false).shares(false);
        let outcome = simulation.event("follows", who, follows).run().expect("an outcome");
        let share = outcome.event("follows").expect("asked").value();
        assert!(share >= 1.0, "{:?}: {share} of the paths", form(names.map(Assumption::from)));
    }
}

/// Low and high volatility, close and distant providers, bounded and unbounded distributions.
fn scenarios() -> Vec<Scenario> {
    let pair = |a: Provider, b: Provider| {
        let builder = Scenario::builder("2018-Q1", "2028-Q1").provider(a).provider(b).correlation("a", "b", 0.5);
        builder.question(Question::overtakes("a", "b")).build().expect("a scenario")
    };
    let of = |name: &str, base: f64, growth: f64, volatility: f64| {
        Provider::new(name, base).growth(Curve::constant(growth)).volatility(volatility)
    };
    vec![
        pair(of("a", 690e6, 0.6, 0.15), of("b", 1.1e9, 0.4, 0.1)),
        pair(of("a", 1.0, -0.5, 1.0), of("b", 1e9, 2.0, 0.01)),
        pair(
            Provider::new("a", interval(0.9, 1.1)).growth(Curve::constant(pert(-0.9, 0.3, 1.5))),
            Provider::new("b", log_interval(0.5, 2.0)).growth(Curve::fade(uniform(0.1, 0.9), 0.1, 3)).volatility(0.3),
        ),
    ]
}

const PATHS: u64 = 4000;

#[test]
fn fans_agree_with_the_order_statistics_of_all_paths() {
    /// Half a bin of 1/1024 in log, and rounding.
    const BIN: f64 = 0.000_5;
    /// Terms of a mean are f32: e^x within 2 ulp, its argument and the sums of eight within half an ulp.
    const MEAN: f64 = 1e-6;
    for (at, scenario) in scenarios().iter().enumerate() {
        let outcome = run(scenario, PATHS);
        for who in ["a", "b"] {
            let fan = outcome.revenue(who).expect("a provider");
            for t in [1, 7, 40] {
                let all = revenues(scenario, who, t, PATHS);
                for p in PROBABILITIES {
                    // The smallest value with at least a share p at or below it; PATHS · p is an integer.
                    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place in the list")]
                    let place = ((p * all.len() as f64).round() as usize).max(1) - 1;
                    let error = fan.quantile(quarter(t), p).expect("a quantile") / all[place] - 1.0;
                    assert!(error.abs() <= BIN, "scenario {at}, {who} at {t}: quantile {p} errs by {error:e}");
                }
                assert!(equal(fan.min(quarter(t)).expect("a date"), all[0]), "scenario {at}, {who} at {t}");
                assert!(equal(fan.max(quarter(t)).expect("a date"), all[all.len() - 1]), "scenario {at}, {who} at {t}");
                let mean = all.iter().sum::<f64>() / all.len() as f64;
                let error = fan.mean(quarter(t)).expect("a date").expect("a mean") / mean - 1.0;
                assert!(error.abs() <= MEAN, "scenario {at}, {who} at {t}: the mean errs by {error:e}");
            }
        }
    }
}

#[test]
fn shares_agree_with_the_order_statistics_of_all_paths() {
    const BIN: f64 = 1.0 / 8192.0 + 1e-7;
    for (at, scenario) in scenarios().iter().enumerate() {
        let all = Mutex::new(Vec::new());
        let keep = |[a, b]: [outgrow::Path<'_>; 2]| {
            all.lock().expect("no panic elsewhere").push(a.revenue(20) / (a.revenue(20) + b.revenue(20)));
            0
        };
        let simulation = scenario.simulate().paths(PATHS).seed(5).fans(false).classify("kept", ["a", "b"], 1, keep);
        let outcome = simulation.run().expect("an outcome");
        let mut all = all.into_inner().expect("no panic elsewhere");
        all.sort_by(f64::total_cmp);
        let share = outcome.share("a").expect("a share");
        for p in PROBABILITIES {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place in the list")]
            let place = ((p * all.len() as f64).round() as usize).max(1) - 1;
            let found = share.quantile(quarter(20), p).expect("a quantile");
            assert!((found - all[place]).abs() <= BIN, "scenario {at}: {p}: {found}, not {}", all[place]);
        }
        let mean = all.iter().sum::<f64>() / all.len() as f64;
        let found = share.mean(quarter(20)).expect("a date");
        // Shares are stored as f32.
        assert!((found - mean).abs() <= 1e-7, "scenario {at}: {found}, not {mean}");
    }
}

#[test]
fn a_mean_that_cannot_be_relied_on_is_null() {
    let mean = |provider: Provider| {
        let outcome = run(&scenario_of(provider.volatility(0.1)), 100);
        outcome.revenue("a").expect("a provider").mean("2020-Q1").expect("a date").is_some()
    };
    let of = |growth: Assumption| Provider::new("a", 1.0).growth(Curve::constant(growth));
    for law in [lognormal(0.3, 0.2), log_interval(0.2, 0.4), truncated(lognormal(0.3, 0.2), 0.1, None)] {
        assert!(!mean(of(law.clone())), "{law} among growth rates");
        let volatile = Provider::new("a", 1.0).growth(Curve::constant(0.3)).volatility(law.clone());
        let outcome = run(&scenario_of(volatile), 100);
        assert_eq!(outcome.revenue("a").expect("a provider").mean("2020-Q1").expect("a date"), None, "{law}");
        let json = serde_json::to_value(&outcome).expect("JSON");
        assert!(json["providers"][0]["revenue"][0]["mean"].is_null(), "{json}");
        // A base multiplies the mean and is not an exponent.
        assert!(mean(Provider::new("a", law.clone()).growth(Curve::constant(0.3))), "{law} as a base");
    }
    for law in [truncated(lognormal(0.3, 0.2), None, 2.0), normal(0.3, 0.05), fixed(0.3), lognormal(0.3, 0.0)] {
        assert!(mean(of(law.clone())), "{law}");
    }
    let volatile = |law: Assumption| Provider::new("a", 1.0).growth(Curve::constant(0.3)).volatility(law);
    let is_known = |provider: Provider| {
        let outcome = run(&scenario_of(provider), 100);
        outcome.revenue("a").expect("a provider").mean("2020-Q1").expect("a date").is_some()
    };
    let pair = || Quantiles::p10_p50_p90(0.2, 0.3, 0.45);
    // Among growth rates, and as a volatility.
    let cases: [(Assumption, bool, bool); 11] = [
        (log_growth(0.3, 0.01), true, false),
        (truncated(log_growth(0.3, 0.01), 0.0, 1.0), true, true),
        (truncated(student_t(4.0, 0.3, 0.02), 0.0, None), false, false),
        (truncated(student_t(4.0, 0.3, 0.02), 0.0, 1.0), true, true),
        (truncated(pair().into(), 0.0, None), true, false),
        (pair().low(0.1).into(), false, false),
        (truncated(pair().high(1.0).into(), 0.0, None), true, true),
        (pair().low(0.1).high(1.0).into(), true, true),
        (beta(2.0, 5.0), true, true),
        (discrete([(0.1, 1.0), (0.2, 1.0)]), true, true),
        (empirical([0.1, 0.2]), true, true),
    ];
    for (law, as_growth, as_volatility) in cases {
        assert_eq!(mean(of(law.clone())), as_growth, "{law} among growth rates");
        assert_eq!(is_known(volatile(law.clone())), as_volatility, "{law} as a volatility");
    }
    let heavy = lognormal(0.3, 0.2);
    let schedule = Provider::new("a", 1.0).growth(Curve::schedule([fixed(0.3), heavy.clone()], Tail::hold()));
    assert!(!mean(schedule));
    assert!(!mean(Provider::new("a", 1.0).growth(Curve::fade(0.3, heavy.clone(), 2))));
    let grows = |curve: Curve| mean(Provider::new("a", 1.0).growth(curve));
    // Growth rates in every law, and phi, which multiplies one.
    assert!(!grows(Curve::hyperbolic(heavy.clone(), 2)) && !grows(Curve::damped(heavy.clone(), 0.7)));
    assert!(!grows(Curve::damped(0.3, heavy.clone())));
    assert!(!grows(Curve::share(Curve::constant(heavy.clone()), 0.1, 0.2, 2)));
    // Revenue does not exceed the saturation, whatever the rate and the shape.
    assert!(grows(Curve::logistic(lognormal(20.0, 0.1), heavy.clone())) && grows(Curve::gompertz(20, heavy.clone())));
    assert!(grows(Curve::richards(20, heavy.clone(), heavy.clone())) && grows(Curve::weibull(20, 0.2, heavy.clone())));
    assert!(grows(Curve::bass(heavy.clone(), heavy.clone(), 0.1)));
    assert!(grows(Curve::hyperbolic(0.3, heavy.clone())) && grows(Curve::share(Curve::constant(0.1), 0.1, 0.2, heavy)));
    let named = Scenario::builder("2018-Q1", "2020-Q1")
        .assumption("boom", lognormal(0.3, 0.2))
        .provider(Provider::new("a", 1.0).growth(Curve::constant("boom")))
        .build()
        .expect("a scenario");
    assert_eq!(run(&named, 100).revenue("a").expect("a provider").mean("2020-Q1").expect("a date"), None);
}
