//! The interval of a date's quantile, and the mean date.

use outgrow::{Curve, Outcome, Provider, Question, Sampling, Scenario, When, normal};

fn scenario() -> Scenario {
    Scenario::builder("2018-Q1", "2023-Q1")
        .provider(Provider::new("a", 90).growth(Curve::constant(normal(0.35, 0.1))).volatility(0.2))
        .provider(Provider::new("b", normal(100.0, 8.0)).growth(Curve::constant(0.2)).volatility(0.1))
        .correlation("a", "b", 0.3)
        .question(Question::overtakes("a", "b"))
        .build()
        .expect("valid")
}

fn run(scenario: &Scenario, paths: u64, seed: u64, sampling: Sampling) -> Outcome {
    let run = scenario.simulate().paths(paths).seed(seed).sampling(sampling).fans(false).ranks(false).shares(false);
    run.run().expect("an outcome")
}

fn at(label: &str) -> When {
    When::At(label.parse().expect("a label"))
}

/// Of 300 runs at 90 %, each with 400 paths, at least 0.9 − 4 sd contain the true date. The interval consists of whole
/// dates, so it may contain it more often. A false alarm has a probability of 3e-5 for each of the four quantiles.
#[test]
fn intervals_hold_the_true_quantile_as_often_as_they_say() {
    let scenario = scenario();
    let exact = scenario.exact().run().expect("an outcome");
    let exact = &exact.questions()[0];
    let quantiles = [0.1, 0.25, 0.5, 0.75];
    let (mut held, mut wide) = ([0; 4], 0);
    for seed in 0..300 {
        let run = scenario.simulate().paths(400).seed(seed).confidence(0.9).fans(false).ranks(false).shares(false);
        let outcome = run.run().expect("an outcome");
        for (held, p) in held.iter_mut().zip(quantiles) {
            let (low, high) = outcome.questions()[0].quantile_interval(p).expect("a probability");
            let date = outcome.questions()[0].quantile(p).expect("a probability");
            assert!(low <= date && date <= high, "{low} {date} {high}");
            let truth = exact.quantile(p).expect("a probability");
            *held += u32::from(low <= truth && truth <= high);
            wide += u32::from(low < high);
        }
    }
    assert!(held.iter().all(|held| *held >= 249), "{held:?} of 300");
    assert!(wide > 600, "intervals of one date say little: {wide} of 1200 are wider");
}

#[test]
fn an_interval_may_end_beyond_the_horizon() {
    let scenario = scenario();
    let outcome = run(&scenario, 500, 1, Sampling::Plain);
    let answer = &outcome.questions()[0];
    let by = answer.by("2023-Q1").expect("a date");
    let (low, high) = answer.quantile_interval(by.value()).expect("a probability");
    assert!(matches!(low, When::At(_)) && high == When::NotBy("2023-Q1".parse().expect("a label")), "{low} {high}");
    let never = answer.quantile_interval(by.interval().1 + 0.05).expect("a probability");
    assert_eq!(never.0, never.1);
    for p in [0.0, 1.0, f64::NAN, -0.1] {
        assert!(answer.quantile_interval(p).is_err());
    }
}

/// Replicates use the interval of their estimates; an exact answer uses its error, which nearly always gives one date.
#[test]
fn replicates_and_exact_answers_have_an_interval_too() {
    let scenario = scenario();
    let exact = scenario.exact().fans(false).ranks(false).shares(false).run().expect("an outcome");
    let exact = &exact.questions()[0];
    let (low, high) = exact.quantile_interval(0.5).expect("a probability");
    assert_eq!((low, high), (exact.quantile(0.5).expect("a date"), exact.quantile(0.5).expect("a date")));
    for sampling in [Sampling::Antithetic, Sampling::Sobol, Sampling::Importance] {
        let outcome = run(&scenario, 16_384, 3, sampling);
        for p in [0.1, 0.25, 0.5] {
            let (low, high) = outcome.questions()[0].quantile_interval(p).expect("a probability");
            let truth = exact.quantile(p).expect("a probability");
            assert!(low <= truth && truth <= high, "{sampling:?} {p}: {low} {truth} {high}");
        }
    }
}

#[test]
fn where_nothing_is_drawn_the_date_is_certain() {
    let certain = Scenario::builder("2018", "2024")
        .provider(Provider::new("a", 60).growth(Curve::constant(0.5)))
        .provider(Provider::new("b", 100).growth(Curve::constant(0.2)))
        .question(Question::overtakes("a", "b"))
        .build()
        .expect("valid");
    for outcome in [certain.simulate().paths(64).run(), certain.exact().run()] {
        let outcome = outcome.expect("an outcome");
        let answer = &outcome.questions()[0];
        assert_eq!(answer.quantile_interval(0.5).expect("a probability"), (at("2021"), at("2021")));
        let mean = answer.mean_date();
        assert_eq!((mean.restricted.value(), mean.restricted.standard_error()), (3.0, 0.0));
        assert_eq!(mean.given_overtake.map(|given| (given.value(), given.standard_error())), Some((3.0, 0.0)));
        assert!(answer.to_string().contains("mean 3 years (exact) after 2018 if it happens"), "{answer}");
    }
}

/// |z| ≤ 5 against the exact means, under every sampling scheme, at many paths; false alarms have a probability of 7e-7.
#[test]
fn mean_dates_agree_with_the_exact_ones_under_every_sampling() {
    let scenario = scenario();
    let exact = scenario.exact().tolerance(1e-5).fans(false).ranks(false).shares(false).run().expect("an outcome");
    let exact = exact.questions()[0].mean_date();
    assert!(exact.restricted.standard_error() < 1e-4, "{exact:?}");
    let given = exact.given_overtake.expect("it happens");
    for sampling in [Sampling::Plain, Sampling::Antithetic, Sampling::Sobol, Sampling::Importance] {
        let outcome = run(&scenario, 131_072, 7, sampling);
        let mean = outcome.questions()[0].mean_date();
        let own = mean.given_overtake.expect("it happens");
        for (own, exact) in [(mean.restricted, exact.restricted), (own, given)] {
            let z = (own.value() - exact.value()) / own.standard_error();
            assert!(z.abs() < 5.0 && own.standard_error() < 0.02, "{sampling:?}: {own} and {exact}");
            assert!(own.interval().0 < own.value() && own.value() < own.interval().1);
        }
    }
}

/// 95 % intervals of 400 small runs contain the exact mean at least 0.95 − 4 sd of the time.
#[test]
fn intervals_of_mean_dates_hold_what_they_say() {
    let scenario = scenario();
    let exact = scenario.exact().fans(false).ranks(false).shares(false).run().expect("an outcome");
    let exact = exact.questions()[0].mean_date();
    let given = exact.given_overtake.expect("it happens").value();
    let mut held = [0; 2];
    for seed in 0..400 {
        let outcome = run(&scenario, 256, seed, Sampling::Plain);
        let mean = outcome.questions()[0].mean_date();
        let inside = |(low, high): (f64, f64), truth: f64| u32::from(low <= truth && truth <= high);
        held[0] += inside(mean.restricted.interval(), exact.restricted.value());
        held[1] += mean.given_overtake.map_or(0, |own| inside(own.interval(), given));
    }
    assert!(held.iter().all(|held| (363..=397).contains(held)), "{held:?} of 400");
}

/// Zero hits are no certainty: the interval extends as far as that of zero hits, with the horizon 5 years away.
#[test]
fn equal_dates_are_no_certainty() {
    let rare = scenario().with("provider[a].revenue", 1).expect("valid");
    for sampling in [Sampling::Plain, Sampling::Sobol] {
        let outcome = run(&rare, 4_096, 1, sampling);
        let answer = &outcome.questions()[0];
        let mean = answer.mean_date();
        assert_eq!((mean.given_overtake, mean.restricted.value()), (None, 5.0));
        let bound = 5.0 * answer.by("2023-Q1").expect("a date").interval().1;
        assert!(mean.restricted.standard_error() > 0.0, "{sampling:?}");
        assert!((5.0 - mean.restricted.interval().0 - bound).abs() < 1e-9, "{sampling:?}: {mean:?}, {bound}");
    }
}
