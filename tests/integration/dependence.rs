//! Dependence between assumptions: rank correlations in a Gaussian copula.

use outgrow::{
    Curve, Error, Estimate, Path, Provider, Question, Sampling, Scenario, ScenarioBuilder, Tail, discrete, normal,
    pert, uniform,
};

const RATES: [&str; 2] = ["provider[A].growth.schedule.rates[0]", "provider[A].growth.schedule.rates[1]"];

fn builder() -> ScenarioBuilder {
    Scenario::builder("2018-Q1", "2021-Q1")
        .assumption("market", normal(0.3, 0.1))
        .provider(
            Provider::new("A", uniform(600.0, 800.0))
                .growth(Curve::schedule([normal(0.6, 0.15), normal(0.4, 0.15)], Tail::hold()))
                .volatility(pert(0.05, 0.15, 0.35)),
        )
        .provider(Provider::new("B", normal(1000.0, 50.0)).growth(Curve::constant("market")).volatility(0.1))
        .correlation("A", "B", 0.3)
        .question(Question::overtakes("A", "B"))
}

fn chain() -> Scenario {
    builder()
        .dependence(RATES[0], RATES[1], 0.6)
        .dependence(RATES[1], "market", 0.5)
        .dependence("provider[A].revenue", "provider[B].growth.constant", -0.4)
        .dependence("provider[A].volatility", RATES[0], 0.4)
        .build()
        .expect("valid")
}

fn run(scenario: &Scenario, sampling: Sampling) -> outgrow::Outcome {
    scenario.simulate().paths(1 << 15).seed(9).sampling(sampling).run().expect("an outcome")
}

/// The share of paths on which two numbers are on the same side of their medians is ½ + asin(ρ)/π.
#[test]
fn draws_have_the_stated_rank_correlation() {
    // By hand: ρ = 2 sin(πr/6), and the share of paths on the same side is ½ + asin(ρ)/π.
    for (rank, expected) in [(-1.0, 0.0), (-0.5, 0.326_811_4), (0.25, 0.584_069_5), (0.9, 0.862_376_7), (1.0, 1.0)] {
        let scenario = Scenario::builder("2018", "2019")
            .provider(Provider::new("A", uniform(1.0, 3.0)).growth(Curve::constant(0.0)))
            .provider(Provider::new("B", normal(10.0, 2.0)).growth(Curve::constant(0.0)))
            .dependence("provider[A].revenue", "provider[B].revenue", rank)
            .build()
            .expect("valid");
        let both = |[a, b]: [Path<'_>; 2]| (a.revenue(0) > 2.0) == (b.revenue(0) > 10.0);
        let outcome = scenario.simulate().paths(1 << 15).event("both", ["A", "B"], both).run().expect("an outcome");
        let found: Estimate = outcome.event("both").expect("asked");
        assert!((found.value() - expected).abs() < 5.0 * found.standard_error() + 1e-6, "{rank}: {found} {expected}");
    }
}

#[test]
fn every_sampling_scheme_agrees_with_the_exact_answer() {
    let scenario = chain();
    let exact = scenario.exact().tolerance(1e-4).run().expect("exact");
    let exact = exact.overtake("A", "B").expect("asked");
    let independent = builder().build().expect("valid").exact().run().expect("exact");
    let other = independent.overtake("A", "B").expect("asked");
    let differs = |(a, b): (Estimate, Estimate)| (a.value() - b.value()).abs() > 0.01;
    assert!(exact.iter_by().zip(other.iter_by()).any(|((_, a), (_, b))| differs((a, b))));
    for sampling in [Sampling::Plain, Sampling::Antithetic, Sampling::Sobol, Sampling::Importance] {
        let outcome = run(&scenario, sampling);
        let overtake = outcome.overtake("A", "B").expect("asked");
        let each = overtake.iter_by().zip(exact.iter_by()).chain(overtake.iter_ahead().zip(exact.iter_ahead()));
        for ((period, found), (_, expected)) in each {
            let error = 5.0 * found.standard_error() + 3.0 * expected.standard_error();
            assert!((found.value() - expected.value()).abs() < error, "{sampling:?} {period}: {found} {expected}");
        }
    }
    // Revenue and ranks are integrated over the same scores.
    let outcome = run(&scenario, Sampling::Sobol);
    let exact = scenario.exact().run().expect("exact");
    for p in [0.05, 0.5, 0.95] {
        let [a, b] =
            [&outcome, &exact].map(|of| of.revenue("A").expect("fans").quantile("2021-Q1", p).expect("a date"));
        assert!((a / b - 1.0).abs() < 0.01, "{p}: {a} {b}");
    }
}

/// Draws outside of the dependences keep their bits, and a rank correlation of 0 is none.
#[test]
fn nothing_else_changes() {
    let before = builder().build().expect("valid");
    let none = builder().dependence(RATES[0], "market", 0.0).build().expect("valid");
    assert_eq!(run(&before, Sampling::Plain).to_csv(), run(&none, Sampling::Plain).to_csv());
    let a = builder().dependence(RATES[0], RATES[1], 0.6).build().expect("valid");
    let share =
        |of: &Scenario| run(of, Sampling::Plain).revenue("B").expect("fans").quantile("2021-Q1", 0.5).expect("a date");
    assert_eq!(share(&before).to_bits(), share(&a).to_bits());
    let shard = |part| chain().simulate().paths(5000).shard(part, 2).tally().expect("a tally");
    let merged = shard(1).merge(shard(0)).expect("shards").outcome().expect("an outcome");
    let whole = chain().simulate().paths(5000).threads(2).run().expect("an outcome");
    assert_eq!(merged.to_csv(), whole.to_csv());
}

#[test]
fn a_dependence_is_written_and_read_and_has_an_address() {
    let scenario = chain();
    assert_eq!(Scenario::from_toml(&scenario.to_toml().expect("a file")).expect("valid"), scenario);
    assert!(scenario.numbers().contains(&("dependence[1].rank_correlation".to_owned(), 0.5)));
    let changed = scenario.with("dependence[1].rank_correlation", 0.1).expect("valid");
    assert_eq!(changed.dependences().nth(1), Some((RATES[1], "market", 0.1)));
    assert!(scenario.audit().expect("an audit").weights().iter().all(|weights| weights.unmet.is_empty()));
}

/// The gradient passes through the scores, and includes the rank correlations themselves.
#[test]
fn gradients_follow_dependences() {
    let scenario = Scenario::builder("2018-Q1", "2020-Q1")
        .assumption("market", normal(0.3, 0.1))
        .provider(
            Provider::new("A", 700)
                .growth(Curve::schedule([normal(0.6, 0.15), normal(0.4, 0.15)], Tail::hold()))
                .volatility(0.2),
        )
        .provider(Provider::new("B", 1000).growth(Curve::constant("market")).volatility(0.1))
        .question(Question::overtakes("A", "B"))
        .dependence(RATES[0], RATES[1], 0.6)
        .dependence(RATES[1], "market", 0.5)
        .build()
        .expect("valid");
    let gradient = |of: &Scenario| of.exact().tolerance(1e-4).gradient("A overtakes B", "2020-Q1").expect("a gradient");
    let slopes = gradient(&scenario);
    for (address, number, step) in [
        ("dependence[0].rank_correlation", 0.6, 0.02),
        ("dependence[1].rank_correlation", 0.5, 0.02),
        ("assumption[market].normal[1]", 0.1, 0.004),
        ("provider[A].growth.schedule.rates[1].normal[0]", 0.4, 0.01),
    ] {
        let at = |number: f64| gradient(&scenario.with(address, number).expect("valid")).probability().value();
        let expected = (at(number + step) - at(number - step)) / (2.0 * step);
        let found = slopes.of(address).expect("a slope");
        // Finite differences of answers with an error of 1e-4, at the same points.
        assert!((found - expected).abs() < 0.02 * expected.abs() + 5e-5 / step, "{address}: {found} {expected}");
    }
}

#[test]
fn a_discrete_number_must_be_independent_to_be_exact() {
    let of = |other: &str| {
        builder()
            .assumption("boom", discrete([(0.2, 0.5), (0.5, 0.5)]))
            .provider(Provider::new("C", 100).growth(Curve::constant("boom")))
            .dependence("boom", other, 0.8)
            .question(Question::overtakes("C", "B"))
            .build()
            .expect("valid")
    };
    let error = of("market").exact().run().expect_err("not implemented");
    assert!(error.is_unsupported() && error.to_string().contains("assumption[boom]"), "{error}");
    let _ = run(&of("market"), Sampling::Plain);
    // The pair of the question does not depend on the other number.
    of(RATES[0]).exact().ranks(false).shares(false).run().map(drop).expect("exact");
}

fn refused(builder: ScenarioBuilder) -> Error {
    builder.build().expect_err("not allowed")
}

#[test]
fn bad_dependences_are_errors_with_address_and_value() {
    let says = |error: &Error, address: &str, words: &[&str]| {
        let found = error.problems().iter().find(|problem| problem.address == address);
        let message = &found.unwrap_or_else(|| panic!("{address}: {error}")).message;
        assert!(error.is_invalid_input() && words.iter().all(|word| message.contains(word)), "{message}");
    };
    let error = refused(builder().dependence("provider[B].volatility", "market", 0.5));
    says(&error, "dependence[0].between[0]", &["plain number 0.1"]);
    let error = refused(builder().dependence("markt", RATES[0], 0.5));
    says(&error, "dependence[0].between[0]", &["\"markt\"", "did you mean \"market\"?"]);
    let error = refused(builder().dependence("market", "provider[B].growth.constant", 0.5));
    says(&error, "dependence[0].between", &["assumption[market]", "twice"]);
    let error = refused(builder().dependence(RATES[0], "market", 0.5).dependence("assumption[market]", RATES[0], 0.4));
    says(&error, "dependence[1].between", &["already stated by dependence[0]"]);
    for value in [1.5, -1.01, f64::NAN] {
        let error = refused(builder().dependence(RATES[0], "market", value));
        says(&error, "dependence[0].rank_correlation", &["between -1 and 1"]);
    }
    let of = |value: f64| {
        builder()
            .dependence(RATES[0], RATES[1], 0.9)
            .dependence(RATES[0], "market", 0.9)
            .dependence(RATES[1], "market", value)
    };
    let error = refused(of(-0.9));
    says(
        &error,
        "dependence[2].rank_correlation",
        &["rank correlations together are not positive semidefinite", "got -0.9"],
    );
    // The advice can be followed.
    let text = error.to_string();
    let ends = text.split("must lie between ").nth(1).expect("a range").split(", got").next().expect("an end");
    for end in ends.split(" and ") {
        of(end.parse().expect("a number")).build().map(drop).unwrap_or_else(|error| panic!("{end}: {error}"));
    }
}
