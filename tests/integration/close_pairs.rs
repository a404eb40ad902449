//! Pairs whose shocks are below the rounding of their revenue, and pairs that share their shocks.

use outgrow::{
    Assumption, Curve, Measure, Outcome, Overtake, Provider, Question, Sampling, Scenario, ScenarioBuilder, lognormal,
    normal, uniform,
};

/// 1 − C(2n, n)/4ⁿ, n = 40: the probability that a symmetric walk started at 0 has been above 0 (Sparre Andersen 1953).
const PASSED: f64 = 0.911_068_5;
const PATHS: u64 = 40_000;
/// Five standard errors at a probability of one half: a false alarm once in 1.7 million.
const FIVE_ERRORS: f64 = 5.0 * 0.5 / 200.0;

fn pair(a: Provider, b: Provider) -> ScenarioBuilder {
    Scenario::builder("2018-Q1", "2028-Q1").provider(a).provider(b).question(Question::overtakes("A", "B"))
}

fn provider(name: &str, volatility: impl Into<Assumption>) -> Provider {
    Provider::new(name, 1000).growth(Curve::constant(0.2)).volatility(volatility)
}

fn valid(builder: ScenarioBuilder) -> Scenario {
    builder.build().expect("a scenario")
}

fn run(scenario: &Scenario) -> Outcome {
    scenario.simulate().paths(PATHS).seed(5).fans(false).shares(false).run().expect("an outcome")
}

fn last(question: &Overtake) -> (f64, f64) {
    let end = *question.periods().last().expect("a date");
    (question.by(end).expect("a date").value(), question.ahead(end).expect("a date").value())
}

#[track_caller]
fn near(found: f64, expected: f64, allowed: f64, what: &str) {
    assert!((found - expected).abs() <= allowed, "{what}: {found}, not {expected} ± {allowed}");
}

/// The signs of the walk do not depend on its scale, so every volatility has the same counts, except for a few paths
/// whose walk comes within rounding of 0.
#[test]
fn equal_bases_and_growth_have_one_answer_at_every_volatility() {
    let scenario = |volatility: f64| valid(pair(provider("A", volatility), provider("B", volatility)));
    let counts = |volatility: f64| run(&scenario(volatility)).questions()[0].counts().to_vec();
    let usual = counts(0.1);
    for volatility in [1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2] {
        let outcome = run(&scenario(volatility));
        let question = &outcome.questions()[0];
        let (by, ahead) = last(question);
        near(by, PASSED, FIVE_ERRORS, &format!("by at {volatility:e}"));
        near(ahead, 0.5, FIVE_ERRORS, &format!("ahead at {volatility:e}"));
        let moved: u64 = question.counts().iter().zip(&usual).map(|(a, b)| a.abs_diff(*b)).sum();
        assert!(moved < 40, "{volatility:e}: {moved} paths counted otherwise than at 0.1");
        let first = outcome.rank("A").expect("ranks").probability("2028-Q1", 1).expect("a rank").value();
        near(first, ahead, 1e-12, &format!("rank 1 at {volatility:e}"));
    }
}

#[test]
fn every_sampling_and_a_difference_tell_small_shocks_apart() {
    let scenario = valid(pair(provider("A", 1e-8), provider("B", 1e-8)));
    for sampling in [Sampling::Plain, Sampling::Antithetic, Sampling::Sobol, Sampling::Importance] {
        let run = scenario.simulate().paths(PATHS).seed(5).sampling(sampling).fans(false).shares(false);
        let outcome = run.run().expect("an outcome");
        near(last(&outcome.questions()[0]).0, PASSED, FIVE_ERRORS, &format!("{sampling:?}"));
    }
    // Equal bases are passed at once under continuous monitoring.
    let at_any_time = scenario.simulate().paths(4096).continuous(true).fans(false).ranks(false).shares(false);
    near(last(&at_any_time.run().expect("an outcome").questions()[0]).0, 1.0, 1e-12, "continuous");
    let faster = scenario.with("provider[A].growth.constant", 0.2 + 1e-8).expect("valid");
    let differences = scenario.simulate().paths(PATHS).seed(5).difference(&faster).expect("a difference");
    let change = differences.questions()[0].by("2028-Q1").expect("a date");
    near(change.before.value(), PASSED, FIVE_ERRORS, "before");
    assert!(change.after.value() > change.before.value() + 0.02, "{change}");
}

/// A walk of volatility √2 · 1e-7 passes the level from below, also between dates: the inverse Gaussian distribution.
#[test]
fn small_shocks_watched_at_any_time() {
    let lower = Provider::new("A", 1000.0 * (1.0 - 2e-7)).growth(Curve::constant(0.2)).volatility(1e-7);
    let scenario = valid(pair(lower, provider("B", 1e-7)));
    let run = scenario.simulate().paths(PATHS).seed(5).continuous(true).fans(false).ranks(false).shares(false);
    let found = last(&run.run().expect("an outcome").questions()[0]).0;
    let expected = outgrow::exact::first_passage_by(2.0, 0.0, 2.0_f64.sqrt(), 10.0).expect("valid");
    near(found, expected, FIVE_ERRORS, "continuous");
}

#[test]
fn drawn_volatilities_that_are_tiny() {
    let law = || lognormal(1e-8, 0.5);
    let apart = pair(provider("A", law()), provider("B", law()));
    let shared = pair(provider("A", "shared"), provider("B", "shared")).assumption("shared", law());
    let narrow = pair(provider("A", uniform(0.0, 1e-6)), provider("B", 0.0));
    for (what, builder) in [("apart", apart), ("shared", shared), ("narrow", narrow)] {
        near(last(&run(&valid(builder)).questions()[0]).0, PASSED, FIVE_ERRORS, what);
    }
}

/// The difference is small although each shock is large: correlation near 1.
#[test]
fn correlations_near_one_leave_a_small_difference() {
    for correlation in [0.99, 1.0 - 1e-5, 1.0 - 1e-8, 1.0 - 1e-9 + 1e-12] {
        let builder = pair(provider("A", 0.2), provider("B", 0.2)).correlation("A", "B", correlation);
        let outcome = run(&valid(builder));
        let (by, ahead) = last(&outcome.questions()[0]);
        near(by, PASSED, FIVE_ERRORS, &format!("by at {correlation}"));
        near(ahead, 0.5, FIVE_ERRORS, &format!("ahead at {correlation}"));
    }
}

/// With a correlation of 1 and equal volatilities no shock changes the difference: ties stay ties, and the smallest lead
/// stays a lead.
#[test]
fn shared_shocks_leave_ties_and_leads() {
    let fixed = |volatility: &str| Assumption::from(volatility);
    let growth = |curve: &str| Curve::constant(curve);
    let tied = [
        pair(provider("A", 0.2), provider("B", 0.2)),
        pair(provider("A", fixed("v")), provider("B", fixed("v"))).assumption("v", uniform(0.1, 0.3)),
        pair(
            Provider::new("A", "r").growth(growth("g")).volatility("v"),
            Provider::new("B", "r").growth(growth("g")).volatility("v"),
        )
        .assumption("r", lognormal(900.0, 0.2))
        .assumption("g", normal(0.2, 0.1))
        .assumption("v", uniform(0.1, 0.3)),
    ];
    for (place, builder) in tied.into_iter().enumerate() {
        let outcome = run(&valid(builder.correlation("A", "B", 1.0)));
        let question = &outcome.questions()[0];
        assert!(question.counts()[41] == PATHS && question.ahead_at_base().value() <= 0.0, "{place}");
        let rank = outcome.rank("B").expect("ranks").probability("2028-Q1", 1).expect("a rank");
        assert!(rank.value() >= 1.0, "{place}: ties share the better rank");
    }
    for (base, drawn) in [(1000.0 * (1.0 + 1e-9), false), (1000.0 * (1.0 - 1e-9), false), (1000.0 * (1.0 + 1e-9), true)]
    {
        let growth = || if drawn { Curve::constant("g") } else { Curve::constant(0.2) };
        let a = Provider::new("A", base).growth(growth()).volatility(0.2);
        let b = Provider::new("B", 1000.0).growth(growth()).volatility(0.2);
        let outcome = run(&valid(pair(a, b).assumption("g", normal(0.2, 0.1)).correlation("A", "B", 1.0)));
        let question = &outcome.questions()[0];
        let expected = if base > 1000.0 { 1.0 } else { 0.0 };
        assert_eq!(last(question), (expected, expected), "{base} {drawn}");
        assert!((question.ahead_at_base().value() - expected).abs() < 1e-15, "{base} {drawn}");
    }
    // Unequal volatilities: the difference has the volatility 0.1.
    let builder = pair(provider("A", 0.3), provider("B", 0.2)).correlation("A", "B", 1.0);
    near(last(&run(&valid(builder)).questions()[0]).0, PASSED, FIVE_ERRORS, "unequal volatilities");
    let builder = pair(provider("A", 0.2), provider("B", 0.2)).correlation("A", "B", -1.0);
    near(last(&run(&valid(builder)).questions()[0]).0, PASSED, FIVE_ERRORS, "a correlation of -1");
}

/// Each pair of a singular matrix has the distribution that it has alone.
#[test]
fn a_singular_matrix_gives_each_pair_its_law() {
    let base = |name: &str, revenue: f64, growth: f64| {
        Provider::new(name, revenue).growth(Curve::constant(growth)).volatility(0.2)
    };
    let builder = Scenario::builder("2018-Q1", "2028-Q1")
        .provider(base("A", 900.0, 0.12))
        .provider(base("B", 1000.0, 0.1))
        .provider(base("C", 800.0, 0.13))
        .correlation("A", "B", 0.5)
        .correlation("A", "C", 0.5)
        .correlation("B", "C", -0.5);
    let pairs: [(&str, &str, f64, f64, f64, f64, f64); 3] = [
        ("A", "B", 0.5, 900.0, 0.12, 1000.0, 0.1),
        ("C", "A", 0.5, 800.0, 0.13, 900.0, 0.12),
        ("C", "B", -0.5, 800.0, 0.13, 1000.0, 0.1),
    ];
    let builder = pairs.iter().fold(builder, |builder, (a, b, ..)| builder.question(Question::overtakes(*a, *b)));
    let outcome = run(&valid(builder));
    for (question, (a, b, rho, base_a, growth_a, base_b, growth_b)) in outcome.questions().iter().zip(pairs) {
        let (gap, drift) = (libm::log(base_b / base_a), libm::log((1.0 + growth_a) / (1.0 + growth_b)));
        let volatility = 0.2 * (2.0 - 2.0 * rho).sqrt();
        let expected = outgrow::exact::first_passage_by_dates(gap, drift, volatility, 0.25, 40).expect("valid");
        near(last(question).0, expected, FIVE_ERRORS, &format!("{a} overtakes {b}"));
    }
}

/// A drawn growth that both share cancels, and the rest may be small.
#[test]
fn a_shared_growth_leaves_what_is_left() {
    let named = |name: &str, base: Assumption, volatility: f64| {
        Provider::new(name, base).growth(Curve::constant("g")).volatility(volatility)
    };
    let scenario = |a: Assumption, b: Assumption, volatility: f64| {
        let builder = pair(named("A", a, volatility), named("B", b, volatility)).assumption("g", normal(0.2, 0.1));
        run(&valid(builder.question(Question::overtakes("B", "A"))))
    };
    let tied = scenario(1000.into(), 1000.into(), 1e-8);
    near(last(&tied.questions()[0]).0, PASSED, FIVE_ERRORS, "shocks");
    let ahead = scenario((1000.0 * (1.0 + 1e-8)).into(), 1000.into(), 0.0);
    assert_eq!((last(&ahead.questions()[0]), last(&ahead.questions()[1])), ((1.0, 1.0), (0.0, 0.0)));
    let drawn = scenario(lognormal(1000.0, 1e-9), 1000.into(), 0.0);
    for question in drawn.questions() {
        near(question.ahead_at_base().value(), 0.5, FIVE_ERRORS, "a base of a tiny spread");
        near(last(question).1, 0.5, FIVE_ERRORS, "which stays");
        near(last(question).0, question.ahead_at_base().value(), 1e-12, "and never changes");
    }
}

/// Trailing and annual sums from equal histories: in the limit of small shocks their signs are also those of a walk and
/// do not depend on its scale.
#[test]
fn sums_over_a_year_tell_small_shocks_apart() {
    let scenario = |measure: Measure, volatility: f64| {
        let one = |name: &str| provider(name, volatility).history([700.0, 800.0, 900.0]);
        let builder = Scenario::builder("2018-Q1", "2028-Q1").provider(one("A")).provider(one("B"));
        valid(builder.question(Question::overtakes("A", "B").measure(measure)))
    };
    for measure in [Measure::Trailing, Measure::Annual] {
        let by = |volatility: f64| last(&run(&scenario(measure, volatility)).questions()[0]);
        let usual = by(0.03);
        assert!(usual.0 > 0.6 && usual.0 < 0.95, "{usual:?}");
        for volatility in [1e-9, 1e-8, 1e-6, 1e-4] {
            let small = by(volatility);
            near(small.0, usual.0, 0.005, &format!("{measure:?} by at {volatility:e}"));
            near(small.1, usual.1, 0.005, &format!("{measure:?} ahead at {volatility:e}"));
        }
    }
}

/// Shocks below the resolution of f64 are an error with a reason, unless no tie is near.
#[test]
fn shocks_below_all_rounding_are_refused() {
    let refused = |scenario: &Scenario| scenario.simulate().paths(1000).run().expect_err("no answer");
    let scenario = valid(pair(provider("A", 1e-13), provider("B", 1e-13)));
    for error in [
        refused(&scenario),
        scenario.simulate().paths(1000).ranks(false).run().expect_err("no answer"),
        scenario.simulate().paths(1000).difference(&scenario).expect_err("no answer"),
    ] {
        assert!(error.is_numeric() && error.problems()[0].address == "provider[A].volatility", "{error}");
        assert!(error.to_string().contains("the shocks of \"A\" and \"B\" differ by 7.07"), "{error}");
    }
    let apart =
        valid(pair(provider("A", 1e-13), Provider::new("B", 900).growth(Curve::constant(0.1)).volatility(1e-13)));
    assert_eq!(last(&run(&apart).questions()[0]), (1.0, 1.0));
    let still = valid(pair(provider("A", 0.0), provider("B", 0.0)));
    assert_eq!(last(&run(&still).questions()[0]), (0.0, 0.0));
}

/// Custom questions receive the same revenue.
#[test]
fn own_questions_see_small_shocks() {
    let scenario = valid(pair(provider("A", 1e-8), provider("B", 1e-8)));
    let run = scenario.simulate().paths(PATHS).seed(5).fans(false).ranks(false).shares(false);
    let run = run.event("ahead", ["A", "B"], |[a, b]| a.revenue(40) > b.revenue(40));
    let outcome = run.run().expect("an outcome");
    let own = outcome.event("ahead").expect("asked").value();
    near(own, last(&outcome.questions()[0]).1, 1e-12, "an event");
}
