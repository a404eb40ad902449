//! Sensitivity of an answer against closed forms, other methods and bad input.

use std::f64::consts::PI;

use outgrow::analysis::IndexMethod;
use outgrow::{
    Curve, Jump, Measure, Provider, Question, Scenario, Sensitivity, discrete, log_growth, lognormal, normal,
};
use statrs::distribution::{ContinuousCDF, Normal};

/// One period, so that ahead by the date is ahead at the date: the log-ratio is normal with mean 0.
///
/// Growth of both is drawn, with these standard deviations of log growth, and so is the shock.
fn closed_form([a, b]: [f64; 2], volatility: f64) -> outgrow::ScenarioBuilder {
    let gap = 0.05;
    Scenario::builder("2018", "2019")
        .provider(Provider::new("A", 1.0).growth(Curve::constant(log_growth(gap, a))).volatility(volatility))
        .provider(Provider::new("B", libm::exp(gap)).growth(Curve::constant(log_growth(0.0, b))))
        .question(Question::overtakes("A", "B"))
}

fn analysed(scenario: &Scenario, date: &str) -> Sensitivity {
    scenario
        .sensitivity("A overtakes B", date)
        .and_then(|analysis| analysis.precision(0.01).run())
        .expect("an analysis")
}

fn close(found: outgrow::analysis::NumberEstimate, truth: f64, what: &str) {
    assert!((found.value - truth).abs() < 4.0 * found.standard_error + 1e-6, "{what}: {found} {truth}");
    assert!(found.standard_error < 0.01, "{what}: {found}");
}

/// With D = a z₁ − b z₂ + σ ε, P(D > 0 twice given common numbers) is that of a bivariate normal orthant, so the variance of
/// the probability given some numbers is asin(ρ)/2π, ρ their share in the variance of D (Sheppard 1899).
#[test]
fn shares_and_indices_of_a_normal_log_ratio() {
    for ([a, b], volatility) in [([0.3, 0.2], 0.25), ([0.1, 0.4], 0.1), ([0.2, 0.2], 0.6)] {
        let scenario = closed_form([a, b], volatility).build().expect("valid");
        let whole = a * a + b * b + volatility * volatility;
        let variance = |squares: f64| libm::asin(squares / whole) / (2.0 * PI);
        let all = variance(a * a + b * b);
        let found = analysed(&scenario, "2019");
        assert!((found.probability.value() - 0.5).abs() < 2e-4);
        let split = found.variance.as_ref().expect("an exact answer");
        close(split.shocks, 1.0 - 4.0 * all, "shocks");
        for (own, other, who) in [(a, b, "A"), (b, a, "B")] {
            let address = format!("provider[{who}].growth.constant");
            let index = found.indices.iter().find(|index| index.address == address).expect("an index");
            let (first, total) = (variance(own * own) / all, 1.0 - variance(other * other) / all);
            close(index.first, first, "first-order");
            close(index.total, total, "total");
            close(index.shapley, 0.5 * (first + total), "Shapley");
            let share = split.providers.iter().find(|share| share.group == who).expect("a group");
            close(share.share, 4.0 * all * 0.5 * (first + total), "provider");
        }
        assert_eq!(split.assumptions.len(), 1);
        close(split.assumptions[0].share, 4.0 * all, "growth");
    }
}

/// The same with dependent numbers: what is known of z₂ given z₁ belongs to both.
#[test]
fn indices_of_dependent_numbers() {
    let ([a, b], volatility, rank) = ([0.3, 0.2], 0.25, 0.6);
    let scenario = closed_form([a, b], volatility)
        .dependence("provider[A].growth.constant", "provider[B].growth.constant", rank)
        .build()
        .expect("valid");
    let r = 2.0 * libm::sin(PI * rank / 6.0);
    let drawn = a * a + b * b - 2.0 * r * a * b;
    let whole = drawn + volatility * volatility;
    let variance = |squares: f64| libm::asin(squares / whole) / (2.0 * PI);
    let all = variance(drawn);
    // E[D | z₁] = (a − r b) z₁.
    let given = |own: f64, other: f64| variance((own - r * other) * (own - r * other));
    let found = analysed(&scenario, "2019");
    for (own, other, who) in [(a, b, "A"), (b, a, "B")] {
        let address = format!("provider[{who}].growth.constant");
        let index = found.indices.iter().find(|index| index.address == address).expect("an index");
        let (first, total) = (given(own, other) / all, 1.0 - given(other, own) / all);
        close(index.first, first, "first-order");
        close(index.total, total, "total");
        close(index.shapley, 0.5 * (first + total), "Shapley");
    }
}

/// The bars are the exact answers at the quantiles, and a number that has no effect has none.
#[test]
fn bars_are_answers_at_quantiles() {
    let scenario = closed_form([0.3, 0.2], 0.25)
        .provider(Provider::new("C", lognormal(5.0, 0.3)).growth(Curve::constant(0.1)))
        .build()
        .expect("valid");
    let found = analysed(&scenario, "2019");
    assert_eq!(found.tornado.len(), 2);
    assert_eq!(found.indices.len(), 2);
    let widest = &found.tornado[0];
    assert_eq!(widest.address, "provider[A].growth.constant");
    for end in [&widest.low, &widest.high] {
        let fixed = scenario.with(&widest.address, end.value).expect("valid").exact().run().expect("an outcome");
        let answer = fixed.overtake("A", "B").and_then(|overtake| overtake.by("2019")).expect("a date");
        assert!((answer.value() - end.answer.value()).abs() < 2e-4);
    }
    // Φ(±1.2816 a/√(b² + σ²)).
    let reach = 1.281_551_6 * 0.3 / (0.04_f64 + 0.0625).sqrt();
    let truth = statrs::function::erf::erf(reach / 2.0_f64.sqrt());
    assert!((widest.swing.value - truth).abs() < 3e-4, "{} {truth}", widest.swing);
}

/// The law drawn of a mixture is a group, and the coin of a jump belongs to the shocks.
#[test]
fn laws_are_a_group_and_jumps_are_not() {
    let slow = Curve::constant(normal(0.2, 0.05));
    let fast = Curve::constant(normal(0.6, 0.05));
    let a = Provider::new("A", 10).growth(Curve::mixture([(0.4, slow), (0.6, fast)])).volatility(0.1);
    let a = a.jump(Jump::at("2019", 0.2).probability(0.3));
    let b = Provider::new("B", discrete([(14.0, 0.5), (16.0, 0.5)])).growth(Curve::constant(0.2)).volatility(0.1);
    let scenario = Scenario::builder("2018", "2020").provider(a).provider(b).question(Question::overtakes("A", "B"));
    let found = analysed(&scenario.build().expect("valid"), "2020");
    let split = found.variance.as_ref().expect("an exact answer");
    let groups: Vec<&str> = split.assumptions.iter().map(|share| share.group.as_str()).collect();
    assert_eq!(groups, ["growth law", "base revenue", "growth"]);
    let sum = split.shocks.value + split.assumptions.iter().map(|share| share.share.value).sum::<f64>();
    assert!((sum - 1.0).abs() < 1e-9, "{sum}");
    let law = &found.tornado[0];
    assert_eq!((law.address.as_str(), law.low.value, law.high.value), ("provider[A].growth.mixture", 0.0, 1.0));
    assert!(found.tornado.iter().all(|bar| !bar.address.contains("jump")));
}

/// A question about sums over a year, which has no exact answer.
fn of_sums() -> Scenario {
    let provider = |name: &str, base: f64, growth: f64| {
        Provider::new(name, base).growth(Curve::constant(normal(growth, 0.05))).volatility(0.1).history([base; 3])
    };
    Scenario::builder("2018-Q1", "2020-Q4")
        .provider(provider("A", 10.0, 0.3))
        .provider(provider("B", 12.0, 0.2))
        .question(Question::overtakes("A", "B").measure(Measure::Trailing))
        .build()
        .expect("valid")
}

/// The tornado is simulated, and its errors are those of differences.
#[test]
fn without_an_exact_answer_the_tornado_is_simulated() {
    let scenario = of_sums();
    let name = scenario.questions()[0].title();
    let analysis = scenario.sensitivity(&name, "2020-Q2").expect("a date");
    let found = analysis.clone().paths(1 << 16).run().expect("an analysis");
    assert_eq!(found.reason.as_deref(), Some("sums of several periods are not lognormal"));
    assert_eq!(found.tornado.len(), 2);
    let other = analysis.paths(1 << 16).seed(9).run().expect("an analysis");
    for (bar, other) in found.tornado.iter().zip(&other.tornado) {
        assert_eq!(bar.address, other.address);
        let (a, b) = (bar.swing, other.swing);
        let error = libm::hypot(a.standard_error, b.standard_error);
        assert!((a.value - b.value).abs() < 4.0 * error && a.value.abs() > 20.0 * error, "{a} {b}");
        // Independent runs would have errors of 0.0028 of a difference.
        assert!(a.standard_error < 0.0025, "{a}");
    }
}

/// Simulated first-order effects are the variances of answers with the number fixed at 40 equally likely values.
#[test]
fn without_an_exact_answer_indices_are_simulated() {
    let scenario = of_sums();
    let name = scenario.questions()[0].title();
    let analysis = || scenario.sensitivity(&name, "2020-Q2").expect("a date");
    let found = analysis().precision(0.03).run().expect("an analysis");
    assert_eq!(found.method, Some(IndexMethod::Simulated));
    let split = found.variance.as_ref().expect("a split");
    let sum = split.shocks.value + split.providers.iter().map(|share| share.share.value).sum::<f64>();
    let shapley: f64 = found.indices.iter().map(|index| index.shapley.value).sum();
    assert!((sum - 1.0).abs() < 1e-9 && (shapley - 1.0).abs() < 1e-9, "{sum} {shapley}");
    let answer = |address: &str, value: f64| {
        let fixed = scenario.with(address, value).expect("valid");
        let run = fixed.simulate().paths(1 << 15).fans(false).ranks(false).shares(false).run().expect("an outcome");
        run.question(&name).and_then(|overtake| overtake.by("2020-Q2")).expect("an answer").value()
    };
    let p = found.probability.value();
    for (address, mean) in [("provider[A].growth.constant", 0.3), ("provider[B].growth.constant", 0.2)] {
        let score = |place: i32| Normal::standard().inverse_cdf((f64::from(place) + 0.5) / 40.0);
        let answers: Vec<f64> = (0..40).map(|place| answer(address, mean + 0.05 * score(place))).collect();
        let variance = answers.iter().map(|own| (own - p) * (own - p)).sum::<f64>() / 40.0;
        let first = found.indices.iter().find(|index| index.address == address).expect("an index").first;
        let truth = variance / (p * (1.0 - p) * (1.0 - split.shocks.value));
        // The outermost of the 40 values leave out about 2 % of the variance of the number.
        assert!((first.value - truth).abs() < 4.0 * first.standard_error + 0.02 * truth, "{address}: {first} {truth}");
        assert!(first.value > 0.2 && first.standard_error < 0.015, "{address}: {first}");
    }
}

/// Simulated indices have the same bits on any number of threads.
#[test]
fn simulated_indices_keep_their_bits() {
    let scenario = of_sums();
    let name = scenario.questions()[0].title();
    let run = || scenario.sensitivity(&name, "2020-Q2").and_then(|analysis| analysis.paths(1 << 14).run());
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        pool.install(run).expect("an analysis")
    };
    let alone = on(1);
    assert_eq!(alone.paths, Some(1 << 14));
    assert_eq!(alone.evaluations, 6 << 14);
    assert_eq!(alone, on(3));
}

#[test]
fn the_confidence_level_changes_the_intervals_and_the_seed_the_points() {
    let scenario = closed_form([0.3, 0.2], 0.25).build().expect("valid");
    let analysis = || scenario.sensitivity("A overtakes B", "2019").expect("a date").precision(0.2);
    let [narrow, wide] = [0.5, 0.99].map(|level| analysis().confidence(level).run().expect("an analysis"));
    let width = |found: &Sensitivity| found.indices[0].total.interval[1] - found.indices[0].total.interval[0];
    // Student-t with 31 degrees of freedom: 2.744 against 0.682 standard errors.
    assert!((width(&wide) / width(&narrow) - 2.744_042 / 0.682_486).abs() < 1e-3);
    let again = analysis().confidence(0.5).run().expect("an analysis");
    assert_eq!(again, narrow);
    let other = analysis().confidence(0.5).seed(1).run().expect("an analysis");
    assert!((other.indices[0].total.value - narrow.indices[0].total.value).abs() > 0.0);
}

#[test]
fn certain_answers_and_answers_of_shocks_alone_have_no_indices() {
    let still = |growth: f64| Provider::new("A", 1.0).growth(Curve::constant(growth));
    let b = || Provider::new("B", 2.0).growth(Curve::constant(0.1));
    let with = |a: Provider| {
        let scenario =
            Scenario::builder("2018", "2020").provider(a).provider(b()).question(Question::overtakes("A", "B"));
        analysed(&scenario.build().expect("valid"), "2020")
    };
    let certain = with(still(0.2));
    assert_eq!(certain.reason.as_deref(), Some("the event is certain or impossible, whatever is drawn"));
    let shocks = with(still(0.2).volatility(0.3));
    assert_eq!(shocks.reason.as_deref(), Some("nothing is drawn but shocks"));
    assert!(certain.variance.is_none() && shocks.variance.is_none() && shocks.tornado.is_empty());
    assert!(shocks.to_string().ends_with("no indices: nothing is drawn but shocks\n"));
}

#[test]
fn bad_input_is_named() {
    let scenario = closed_form([0.3, 0.2], 0.25).build().expect("valid");
    let message = |question: &str, date: &str| scenario.sensitivity(question, date).expect_err("an error").to_string();
    assert!(message("A overtake B", "2019").contains("did you mean \"A overtakes B\"?"));
    assert!(message("A overtakes B", "2021").contains("2021 is not in the outcome"));
    let analysis = || scenario.sensitivity("A overtakes B", "2019").expect("a date");
    let error = analysis().precision(0.5).confidence(1.0).tolerance(f64::NAN).paths(0).run().expect_err("an error");
    let addresses: Vec<&str> = error.problems().iter().map(|problem| problem.address.as_str()).collect();
    assert_eq!(addresses, ["tolerance", "precision", "confidence", "paths"]);
    assert!(error.is_invalid_input());
}

/// The same numbers in JSON, in the form of the outcome file.
#[test]
fn json_has_the_documented_keys() {
    let scenario = closed_form([0.3, 0.2], 0.25).build().expect("valid");
    let found = analysed(&scenario, "2019");
    let json = serde_json::to_value(&found).expect("JSON");
    assert_eq!(json["question"], "A overtakes B");
    assert_eq!(json["period"], "2019");
    assert!(json["variance"]["assumptions"]["growth"]["value"].is_f64());
    assert!(json["variance"]["shocks"]["interval"].is_array());
    assert!(json["indices"][0]["first"]["standard_error"].is_f64());
    assert!(json["tornado"][0]["low"]["answer"]["value"].is_f64());
    assert!(json["tornado"][0]["high"]["value"].is_f64());
    assert_eq!(json["method"], "exact");
    assert!(json.get("paths").is_none() && json.get("because").is_none());
    let scenario = of_sums();
    let name = scenario.questions()[0].title();
    let simulated = scenario.sensitivity(&name, "2020-Q2").and_then(|analysis| analysis.paths(5000).run());
    let json = serde_json::to_value(simulated.expect("an analysis")).expect("JSON");
    assert_eq!((&json["method"], &json["paths"]), (&"simulated".into(), &4096.into()));
    assert_eq!(json["because"], "sums of several periods are not lognormal");
}

/// A jump after the date has no effect, whatever depends on it.
#[test]
fn a_jump_after_the_date_leaves_no_trace() {
    let a = Provider::new("A", 10).growth(Curve::constant(normal(0.3, 0.1))).volatility(0.1);
    let a = a.jump(Jump::at("2021", normal(0.1, 0.05)));
    let b = Provider::new("B", 12).growth(Curve::constant(normal(0.2, 0.05))).volatility(0.1);
    let builder = Scenario::builder("2018", "2022").provider(a).provider(b).question(Question::overtakes("A", "B"));
    let dependent = builder.dependence("provider[A].jump[0].log_size", "provider[B].growth.constant", 0.5);
    let scenario = dependent.build().expect("valid");
    let found = analysed(&scenario, "2020");
    assert_eq!(found.indices.len(), 2);
    let later =
        scenario.solve("provider[A].jump[0].log_size").and_then(|seek| seek.for_median("A overtakes B", "2020"));
    assert!(later.expect_err("no effect").to_string().contains("concerns a period after 2020"));
    // By a later date it takes part, and a value replaces its distribution although others depend on it.
    let solution =
        scenario.solve("provider[A].jump[0].log_size").and_then(|seek| seek.for_median("A overtakes B", "2022"));
    assert!(solution.expect("a solution").value.is_some());
}
