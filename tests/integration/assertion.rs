//! Assertions on probabilities: exact or simulated, and the messages of failures.

use outgrow::{
    Curve, Error, Innovations, Measure, Provider, Question, Scenario, Tail, assert_probability, lognormal, normal,
    triangular,
};

/// A scenario without questions: the assertion adds its own.
fn scenario() -> Scenario {
    Scenario::builder("2018-Q1", "2022-Q4")
        .provider(
            Provider::new("Alibaba Cloud", 690e6)
                .growth(Curve::schedule([normal(0.87, 0.10), normal(0.60, 0.15)], Tail::fade(0.12, 2)))
                .volatility(0.15),
        )
        .provider(Provider::new("Google Cloud", 1.2e9).growth(Curve::fade(0.45, 0.12, 4)).volatility(0.10))
        .build()
        .expect("a scenario")
}

fn question() -> Question {
    Question::overtakes("Alibaba Cloud", "Google Cloud")
}

fn value() -> f64 {
    let asked = scenario().with_question(question()).expect("a question");
    let outcome = asked.exact().tolerance(1e-6).run().expect("an outcome");
    outcome.questions()[0].by("2022-Q4").expect("a date").value()
}

#[test]
fn an_exact_assertion_holds_to_its_error() {
    let (p, scenario) = (value(), scenario());
    assert!(p > 0.3 && p < 0.9, "a case that says something: {p}");
    assert_probability!(scenario, "Alibaba Cloud" overtakes "Google Cloud" by "2022-Q4" in p - 1e-5..=p + 1e-5);
    let check = scenario.check(question(), "2022-Q4");
    let verdict = check.verdict(0.0..=p - 1e-5).expect("a verdict");
    assert!(!verdict.holds() && verdict.paths() == 0);
    assert!(verdict.smallest_shift() <= 1e-5, "{verdict}");
    let error = check.within(0.1..=0.2).expect_err("outside");
    assert!(error.is_assertion());
    let text = error.to_string();
    let says = [
        "Alibaba Cloud overtakes Google Cloud by 2022-Q4: the probability is 0.",
        " ± ",
        " standard errors above the range 0.1 to 0.2; computed by quadrature, with its estimated error",
    ];
    assert!(says.iter().all(|part| text.contains(part)), "{text}");
    // Far from the range a coarse answer is enough; near its edge a finer one is needed.
    let coarse = check.verdict(0.0..=1.0).expect("a verdict").estimate().standard_error();
    let fine = check.verdict(0.0..=p).expect("a verdict");
    assert!(fine.holds() && fine.estimate().standard_error() <= coarse.max(1e-6));
}

#[test]
fn where_nothing_is_exact_paths_decide() {
    let p = value();
    let scenario = scenario();
    let check = scenario.check(question(), "2022-Q4").simulated(true).seed(7).at_most(200_000).false_alarm(1e-6);
    let check = |range| check.verdict(range).expect("a verdict");
    let inside = check(0.0..=p + 0.1);
    assert!(inside.holds() && inside.paths() >= 4096, "{inside}");
    assert!(inside.paths() < 200_000, "far from the edge few paths are enough: {inside}");
    let edge = check(0.0..=p);
    assert!(edge.holds() && edge.paths() == 200_000, "at the edge all paths are used: {edge}");
    let outside = check(0.0..=p - 0.05);
    assert!(!outside.holds() && outside.smallest_shift() <= 0.05, "{outside}");
    let text = outside.to_string();
    let says = [
        " standard errors above the range 0 to 0.",
        " paths, seed 7; a probability in the range fails in at most 1e-6 of seeds",
        "; one outside is detected in 99 of 100 seeds from a distance of 0.0",
    ];
    assert!(says.iter().all(|part| text.contains(part)), "{text}");
    assert_eq!(outside, check(0.0..=p - 0.05), "the same seed gives the same verdict");
}

/// With Student-t innovations and five drawn numbers, the work of 200,000 paths takes the exact answer to 4e-3, and the paths to 1e-3.
#[test]
fn where_a_simulation_is_cheaper_paths_decide() {
    let scenario = |innovations: Innovations| {
        let fade = |from: f64, half_life: f64| {
            Curve::fade(normal(from, 0.08), triangular(0.05, 0.12, 0.2), lognormal(half_life, 0.3))
        };
        let builder = Scenario::builder("2018-Q1", "2026-Q1")
            .provider(Provider::new("a", 690).growth(fade(0.8, 2.0)).volatility(0.15))
            .provider(Provider::new("b", lognormal(1200.0, 0.12)).growth(fade(0.45, 4.0)).volatility(0.1));
        builder.innovations(innovations).build().expect("a scenario")
    };
    let heavy = scenario(Innovations::StudentT { df: 4.0 });
    let verdict = |scenario: &Scenario, upto: f64| {
        let check = scenario.check(Question::overtakes("a", "b"), "2022-Q4").at_most(200_000);
        check.verdict(0.0..=upto).expect("a verdict")
    };
    let near = verdict(&heavy, 0.42);
    assert!(near.holds() && near.paths() > 4096, "{near}");
    let far = verdict(&heavy, 0.9);
    assert!(far.holds() && far.paths() == 0, "a coarse exact answer decides: {far}");
    let normal = verdict(&scenario(Innovations::Gaussian), 0.42);
    assert!(normal.holds() && normal.paths() == 0, "{normal}");
}

#[test]
fn what_few_paths_cannot_tell_is_said() {
    let scenario = scenario();
    let check = scenario.check(question(), "2022-Q4").simulated(true).at_most(1000);
    let found = check.verdict(0.0..=1.0).expect("a verdict").estimate().value();
    let verdict = check.verdict(0.0..=found - 0.01).expect("a verdict");
    assert!(verdict.holds() && verdict.to_string().contains(" standard errors above the range 0 to 0."), "{verdict}");
    assert!(verdict.to_string().contains(", which may be chance; 1,000 paths"), "{verdict}");
}

mod names {
    pub(super) const ALIBABA: &str = "Alibaba Cloud";
}

#[test]
fn sums_over_a_year_are_simulated_unasked() {
    let scenario = scenario();
    let (whom, by) = ("Google Cloud", "2021-Q4");
    assert_probability!(&scenario, (names::ALIBABA) overtakes whom by by in 0.05..=0.95,
        measure = Measure::Annual, at_most = 50_000, false_alarm = 1e-6, seed = 3);
    let verdict = scenario.check(question(), "2021-Q4").measure(Measure::Annual).verdict(0.0..=1.0).expect("a verdict");
    assert!(verdict.holds() && verdict.paths() == 4096, "nothing lies beyond 0 to 1: {verdict}");
    assert!(verdict.smallest_shift() <= 0.0);
}

#[test]
fn where_nothing_is_drawn_a_verdict_is_certain() {
    let provider = |name: &str, revenue: f64, g: f64| Provider::new(name, revenue).growth(Curve::constant(g));
    let scenario = Scenario::builder("2017-Q4", "2022-Q4")
        .provider(provider("a", 690.0, 0.6))
        .provider(provider("b", 1100.0, 0.3));
    let scenario = scenario.build().expect("a scenario");
    for measure in [Measure::Period, Measure::Annual] {
        let check =
            |period: &str| scenario.check(Question::overtakes("a", "b"), period).measure(measure).within(1.0..=1.0);
        assert!(check("2022-Q4").is_ok(), "{measure:?}");
        let text = check("2018-Q4").expect_err("not yet").to_string();
        assert!(text.contains("the probability is 0 (exact), below the range 1 to 1; exact"), "{text}");
    }
    let already = |question: Question| {
        let error = scenario.check(question, "2018-Q4").within(0.0..=0.5).expect_err("ahead at the base").to_string();
        error.split("; ").nth(1).expect("a reason").to_owned()
    };
    assert_eq!(already(Question::overtakes("b", "a")), "b is ahead of a at the base already");
    assert_eq!(already(Question::leads("b").sustained(2)), "b leads from the base on");
    assert_eq!(already(Question::top("b", 1)), "b is among the first 1 at the base already");
}

#[test]
#[should_panic(expected = "Alibaba Cloud overtakes Google Cloud (sustained 4) by 2021-Q4: ")]
fn the_macro_panics_with_the_error() {
    let scenario = scenario();
    assert_probability!(scenario, "Alibaba Cloud" overtakes "Google Cloud" by "2021-Q4" in 0.0..=0.01, sustained = 4);
}

#[test]
fn what_makes_no_sense_is_named() {
    let scenario = scenario();
    let text = |error: Result<(), Error>| error.expect_err("refused").to_string();
    let check = |question: Question, period: &str| scenario.check(question, period);
    let unknown = text(check(Question::overtakes("Alibaba Cloud", "Gogle Cloud"), "2022-Q4").within(0.1..=0.2));
    assert!(unknown.starts_with("invalid check: overtakes[1]: "), "the scenario is valid: {unknown}");
    assert!(unknown.contains("\"Gogle Cloud\"") && unknown.contains("did you mean \"Google Cloud\""), "{unknown}");
    assert!(text(check(question(), "2031-Q1").within(0.1..=0.2)).contains("2031-Q1"));
    assert!(text(check(question(), "2022-13").within(0.1..=0.2)).contains("2022-13"));
    let annual = check(question(), "2022-Q3").measure(Measure::Annual).within(0.1..=0.2);
    assert!(text(annual).contains("2022-Q3 is not in the outcome"));
    for range in [30.0..=45.0, 0.5..=0.4, f64::NAN..=0.4, -0.1..=0.4] {
        let error = check(question(), "2022-Q4").within(range).expect_err("no range");
        assert!(error.is_invalid_input() && error.problems()[0].address == "range", "{error}");
    }
    let error = check(question(), "2022-Q4").false_alarm(f64::NAN).at_most(0).within(0.1..=0.2).expect_err("refused");
    let addresses: Vec<&str> = error.problems().iter().map(|problem| problem.address.as_str()).collect();
    assert_eq!(addresses, ["false_alarm", "at_most"]);
    for (at_most, got) in [(0, "got 0"), (u64::MAX, "got 18446744073709551615")] {
        let error =
            check(question(), "2022-Q4").simulated(true).at_most(at_most).within(0.1..=0.2).expect_err("refused");
        assert!(
            error.to_string().contains("between 1 and 1125899906842624") && error.to_string().contains(got),
            "{error}"
        );
    }
}
