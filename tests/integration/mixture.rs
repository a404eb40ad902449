//! Mixtures of growth laws: one law per path, with weights that have addresses.

use outgrow::{Curve, Outcome, Provider, Question, Sampling, Scenario, Tail, normal};

fn scenario(growth: Curve) -> Scenario {
    Scenario::builder("2018-Q1", "2023-Q1")
        .assumption("rate", normal(0.5, 0.1))
        .provider(Provider::new("A", 700).growth(growth).volatility(0.15))
        .provider(Provider::new("B", 1000).growth(Curve::fade(0.3, 0.1, 3)).volatility(0.1))
        .correlation("A", "B", 0.3)
        .question(Question::overtakes("A", "B"))
        .build()
        .expect("valid")
}

fn laws() -> [(f64, Curve); 3] {
    let after = |tail| Curve::schedule([0.6, 0.4], tail);
    [(2.0, after(Tail::hold())), (1.0, after(Tail::ratio("auto"))), (1.0, after(Tail::fade(0.0, 0.5)))]
}

fn square(x: f64) -> f64 {
    x * x
}

fn csv(scenario: &Scenario, sampling: Sampling) -> String {
    scenario.simulate().paths(4096).seed(7).sampling(sampling).run().expect("an outcome").to_csv()
}

/// Fixed and named numbers do not depend on the address, so that the law alone gives the same bits.
#[test]
fn a_mixture_of_one_law_gives_the_bits_of_that_law() {
    let curves = [
        Curve::constant(0.4),
        Curve::constant("rate"),
        Curve::schedule([0.6.into(), outgrow::Assumption::from("rate")], Tail::fade(0.1, 2)),
        Curve::fade("rate", 0.1, 3),
        Curve::logistic(20, "rate"),
        Curve::share(Curve::fade("rate", 0.1, 3), 0.05, 0.1, 3),
    ];
    for curve in curves {
        let alone = scenario(curve.clone());
        let one = Curve::mixture([(0.3, curve.clone())]);
        let nested = Curve::mixture([(1.0, one.clone())]);
        let idle = Curve::mixture([(0.0, Curve::constant(2.0)), (5.0, curve.clone()), (0.0, Curve::fade(0.5, 0.1, 3))]);
        for mixture in [one, nested, idle] {
            let mixed = scenario(mixture);
            for sampling in [Sampling::Plain, Sampling::Antithetic, Sampling::Sobol, Sampling::Importance] {
                assert_eq!(csv(&alone, sampling), csv(&mixed, sampling), "{curve:?} {sampling:?}");
            }
            let exact = |scenario: &Scenario| scenario.exact().run().expect("an outcome").to_csv();
            assert_eq!(exact(&alone), exact(&mixed), "{curve:?}");
        }
    }
}

/// A path follows its law in every respect: with weights 2, 1 and 1 the answer is the mean of the answers of the laws.
#[test]
fn the_answer_is_the_mean_over_the_laws() {
    let mixed = scenario(Curve::mixture(laws()));
    let by = |outcome: &Outcome| {
        let overtake = outcome.overtake("A", "B").expect("asked");
        overtake.iter_by().map(|(_, by)| by.value()).collect::<Vec<_>>()
    };
    let alone: Vec<Vec<f64>> =
        laws().into_iter().map(|(_, law)| by(&scenario(law).exact().run().expect("exact"))).collect();
    let exact = mixed.exact().run().expect("exact");
    let mean = |t: usize| 0.5 * alone[0][t] + 0.25 * alone[1][t] + 0.25 * alone[2][t];
    for (t, by) in by(&exact).into_iter().enumerate() {
        assert!((by - mean(t)).abs() < 1e-12, "{t}: {by} {}", mean(t));
    }
    let overtake = exact.overtake("A", "B").expect("asked");
    let last = alone[0].len() - 1;
    assert_eq!(
        overtake.laws().iter().map(|law| (law.index(), law.weight())).collect::<Vec<_>>(),
        [(0, 0.5), (1, 0.25), (2, 0.25)]
    );
    for (law, alone) in overtake.laws().iter().zip(&alone) {
        assert_eq!(law.address(), "provider[A].growth.mixture");
        let by = law.by("2023-Q1").expect("a period").expect("an answer");
        assert!((by.value() - alone[last]).abs() < 1e-12);
    }
    let variance: f64 =
        [0.5, 0.25, 0.25].iter().zip(&alone).map(|(weight, by)| weight * square(by[last] - mean(last))).sum();
    let expected = variance / (mean(last) * (1.0 - mean(last)));
    let share = |outcome: &Outcome| {
        let overtake = outcome.overtake("A", "B").expect("asked").clone();
        overtake.variance_share("2023-Q1").expect("a period").expect("uncertain")
    };
    assert!((share(&exact) - expected).abs() < 1e-12 && expected > 0.01, "{expected}");

    for sampling in [Sampling::Plain, Sampling::Antithetic, Sampling::Sobol, Sampling::Importance] {
        let outcome = mixed.simulate().paths(1 << 16).seed(3).sampling(sampling).run().expect("an outcome");
        let overtake = outcome.overtake("A", "B").expect("asked");
        for (t, (period, by)) in overtake.iter_by().enumerate() {
            assert!((by.value() - mean(t)).abs() < 5.0 * by.standard_error(), "{sampling:?} {period}: {by}");
        }
        for (law, alone) in overtake.laws().iter().zip(&alone) {
            let by = law.by("2023-Q1").expect("a period").expect("an answer");
            assert!((by.value() - alone[last]).abs() < 5.0 * by.standard_error(), "{sampling:?} {law:?}");
        }
        assert!((share(&outcome) - expected).abs() < 0.02, "{sampling:?} {} {expected}", share(&outcome));
    }
    let auto = mixed.simulate().paths(4096).sampling(Sampling::Auto).run().expect("an outcome");
    let shown = auto.to_string();
    assert!(shown.contains("plain sampling"), "{shown}");
    assert!(shown.contains("by 2023-Q1 under each law of provider[A].growth.mixture: [0] "), "{shown}");
}

#[test]
fn a_mixture_is_written_and_read_and_its_numbers_have_addresses() {
    let inner = Curve::mixture([(1.0, Curve::constant(0.2)), (1.0, Curve::constant(normal(0.3, 0.1)))]);
    let market = Curve::share(inner.clone(), 0.05, 0.1, 3);
    let mixed = scenario(Curve::mixture([(0.5, market), (0.25, inner), (0.25, Curve::constant("rate"))]));
    assert_eq!(Scenario::from_toml(&mixed.to_toml().expect("a file")).expect("valid"), mixed);
    let json = serde_json::to_string(&mixed).expect("a file");
    assert_eq!(serde_json::from_str::<Scenario>(&json).expect("valid"), mixed);
    let numbers = mixed.numbers();
    for (address, value) in [
        ("provider[A].growth.mixture[0].weight", 0.5),
        ("provider[A].growth.mixture[0].curve.share.market.mixture[1].curve.constant.normal[1]", 0.1),
        ("provider[A].growth.mixture[1].curve.mixture[0].weight", 1.0),
        ("provider[A].growth.mixture[1].curve.mixture[0].curve.constant", 0.2),
    ] {
        assert!(numbers.contains(&(address.to_owned(), value)), "{address}");
        assert_ne!(mixed.with(address, 0.15).expect("valid"), mixed);
    }
    let outcome = mixed.simulate().paths(4096).run().expect("an outcome");
    let overtake = outcome.overtake("A", "B").expect("asked");
    // Three laws of the outer mixture, and two of each inner one.
    assert_eq!(overtake.laws().len(), 7);
    let read: Outcome = serde_json::from_str(&serde_json::to_string(&outcome).expect("a file")).expect("an outcome");
    assert_eq!(read.to_csv(), outcome.to_csv());
    assert_eq!(read.overtake("A", "B").expect("asked").laws(), overtake.laws());
    let tally = mixed.simulate().paths(4096).tally().expect("a tally");
    let read: outgrow::Tally = serde_json::from_str(&serde_json::to_string(&tally).expect("a file")).expect("a tally");
    assert_eq!(read.outcome().expect("an outcome").to_csv(), outcome.to_csv());
}

/// Every part of a run gives the same bits for any split.
#[test]
fn shards_and_threads_do_not_change_a_mixture() {
    let mixed = scenario(Curve::mixture(laws()));
    let run = |threads| mixed.simulate().paths(10_000).seed(5).threads(threads).run().expect("an outcome").to_csv();
    assert_eq!(run(1), run(3));
    let shard = |part| mixed.simulate().paths(10_000).seed(5).shard(part, 3).tally().expect("a tally");
    let merged = shard(2).merge(shard(0)).and_then(|both| both.merge(shard(1))).expect("shards of one run");
    assert_eq!(merged.outcome().expect("an outcome").to_csv(), run(1));
}

#[test]
fn totals_may_be_laws_of_a_mixture() {
    let totals = |tail| Curve::totals([0.87, 0.60], tail);
    let of = |growth: Curve| {
        Scenario::builder("2018-Q1", "2022-Q1")
            .provider(
                Provider::new("A", normal(4385.0, 100.0))
                    .history([2431.0, 2975.0, 3599.0])
                    .fiscal_year_ends(3)
                    .growth(growth)
                    .volatility(0.1),
            )
            .provider(Provider::new("B", 12_000).growth(Curve::constant(0.1)))
            .question(Question::overtakes("A", "B"))
            .build()
    };
    let [hold, fade] = [Tail::hold(), Tail::fade(0.0, 0.5)].map(totals);
    let mixed = of(Curve::mixture([(0.5, hold.clone()), (0.5, fade.clone())])).expect("valid");
    let by = |scenario: &Scenario| {
        scenario.exact().run().expect("exact").overtake("A", "B").expect("asked").by("2022-Q1").expect("a date").value()
    };
    let mean = 0.5 * (by(&of(hold.clone()).expect("valid")) + by(&of(fade).expect("valid")));
    assert!((by(&mixed) - mean).abs() < 1e-6, "{} {mean}", by(&mixed));
    let simulated = mixed.simulate().paths(1 << 15).run().expect("an outcome");
    let simulated = simulated.overtake("A", "B").expect("asked").by("2022-Q1").expect("a date");
    assert!((simulated.value() - mean).abs() < 5.0 * simulated.standard_error(), "{simulated} {mean}");
    assert!(mixed.audit().is_ok());
    // A law without a tail must reach the horizon by itself.
    let error = of(Curve::mixture([(1.0, hold), (0.0, totals(Tail::none()))])).expect_err("too short");
    assert_eq!(error.problems()[0].address, "provider[A].growth.mixture[1].curve.schedule.tail");
}

/// Against differences of whole answers, for numbers of the laws and for weights, also of a law without weight.
#[test]
fn gradients_are_means_over_the_laws() {
    let inner = Curve::mixture([(1.0, Curve::constant(0.2)), (2.0, Curve::constant(0.5))]);
    let laws = [(2.0, Curve::fade(0.6, 0.1, 2)), (1.0, inner), (0.0, Curve::constant(0.7))];
    let mixed = scenario(Curve::mixture(laws));
    let gradient =
        |of: &Scenario| of.exact().tolerance(1e-10).gradient("A overtakes B", "2020-Q1").expect("a gradient");
    let slopes = gradient(&mixed);
    let exact = mixed.exact().tolerance(1e-10).run().expect("exact");
    let by = exact.overtake("A", "B").expect("asked").by("2020-Q1").expect("a date");
    assert!((slopes.probability().value() - by.value()).abs() < 1e-10);
    for (address, number, step) in [
        ("provider[A].growth.mixture[0].curve.fade.from", 0.6, 1e-3),
        ("provider[A].growth.mixture[1].curve.mixture[1].curve.constant", 0.5, 1e-3),
        ("provider[A].growth.mixture[0].weight", 2.0, 1e-3),
        ("provider[A].growth.mixture[1].curve.mixture[0].weight", 1.0, 1e-3),
        ("provider[B].volatility", 0.1, 1e-3),
        ("correlation[0].value", 0.3, 1e-3),
    ] {
        let at = |number: f64| gradient(&mixed.with(address, number).expect("valid")).probability().value();
        let expected = (at(number + step) - at(number - step)) / (2.0 * step);
        let found = slopes.of(address).expect("a slope");
        assert!((found - expected).abs() < 1e-4 && found.abs() > 1e-4, "{address}: {found} {expected}");
    }
    // One-sided, since a weight is not negative.
    let idle = "provider[A].growth.mixture[2].weight";
    let at = |number: f64| gradient(&mixed.with(idle, number).expect("valid")).probability().value();
    let expected = (at(1e-4) - slopes.probability().value()) / 1e-4;
    let found = slopes.of(idle).expect("a slope");
    assert!((found - expected).abs() < 1e-3 * expected.abs(), "{found} {expected}");
    // Numbers of a law without weight do not matter.
    let none = slopes.of("provider[A].growth.mixture[2].curve.constant").expect("a slope");
    assert!(none.abs() < 1e-12, "{none}");
}

#[test]
fn too_many_laws_are_refused_by_name() {
    let many = scenario(Curve::mixture((0..65).map(|rate| (1.0, Curve::constant(0.01 * f64::from(rate))))));
    let error = many.exact().run().expect_err("too many");
    assert!(error.is_unsupported() && error.to_string().contains("provider[A].growth.mixture"), "{error}");
    let _ = many.simulate().paths(1000).run().expect("a simulation has no limit");
    let law =
        |rate: u32| (1.0, Curve::mixture([(1.0, Curve::constant(0.01 * f64::from(rate))), (1.0, Curve::constant(0))]));
    let many = scenario(Curve::mixture((0..40).map(law)));
    let error = many.exact().gradient("A overtakes B", "2019-Q1").expect_err("too many");
    assert!(error.is_unsupported() && error.to_string().contains("more than 64 combinations"), "{error}");
}

/// The audit evaluates the law at the median backwards, and knows `auto` of every law.
#[test]
fn a_mixture_is_audited() {
    let mixed = scenario(Curve::mixture([(1.0, Curve::fade(0.9, 0.1, 2)), (1.0, laws()[1].1.clone())]));
    let audit = mixed.audit().expect("an audit");
    assert!(audit.weights().iter().all(|weights| weights.unmet.is_empty()), "{audit}");
}
