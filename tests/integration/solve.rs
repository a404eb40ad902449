//! Goal seek against closed forms, on random pairs, and bad input.

use outgrow::{Curve, Measure, Provider, Question, Scenario, Solution, Tail, lognormal, normal};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

fn pair(a: Provider, b: Provider) -> outgrow::ScenarioBuilder {
    Scenario::builder("2018", "2022").provider(a).provider(b).question(Question::overtakes("A", "B"))
}

fn solved(scenario: &Scenario, address: &str, date: &str, p: f64) -> Solution {
    scenario.solve(address).and_then(|seek| seek.for_probability("A overtakes B", date, p)).expect("a solution")
}

fn by(scenario: &Scenario, date: &str) -> f64 {
    let outcome = scenario.exact().tolerance(1e-5).fans(false).lead_changes(false).run().expect("an outcome");
    outcome.overtake("A", "B").and_then(|overtake| overtake.by(date)).expect("a date").value()
}

/// In the first period P = Φ((ln(a/b) + ln(1 + g))/σ), so the growth for any probability is known.
#[test]
fn a_growth_rate_in_closed_form() {
    let a = Provider::new("A", 10).growth(Curve::constant(0.3)).volatility(0.2);
    let scenario = pair(a, Provider::new("B", 12).growth(Curve::constant(0.0))).build().expect("valid");
    for (p, score) in [(0.5, 0.0), (0.9, 1.281_551_565_544_6), (0.001, -3.090_232_306_167_8)] {
        let found = solved(&scenario, "provider[A].growth.constant", "2019", p);
        let value = found.value.expect("a value");
        let truth = 1.2 * libm::exp(0.2 * score) - 1.0;
        assert!((value.value - truth).abs() <= 2.0 * value.standard_error + 1e-9, "{p}: {value} {truth}");
        assert!(found.solves <= 6, "{p}: {}", found.solves);
    }
}

/// The probability at the value is the one that was asked for, to a tenth of its error, after at most six solves.
#[test]
fn values_of_random_pairs_meet_the_probability() {
    let mut random = StdRng::seed_from_u64(11);
    let mut solves = Vec::new();
    for _ in 0..12 {
        let mut between = |low: f64, high: f64| low + (high - low) * random.random::<f64>();
        let a = Provider::new("A", lognormal(between(8.0, 11.0), 0.1));
        let a = a.growth(Curve::schedule([normal(between(0.3, 0.6), 0.1)], Tail::fade(normal(0.2, 0.03), 2.0)));
        let b = Provider::new("B", 12).growth(Curve::fade(normal(between(0.2, 0.4), 0.05), 0.1, 2.0)).volatility(0.1);
        let scenario = pair(a.volatility(between(0.05, 0.3)), b).build().expect("valid");
        let now = by(&scenario, "2021");
        let target = (now + between(-0.2, 0.2)).clamp(0.02, 0.98);
        for address in
            ["provider[A].growth.schedule.rates[0].normal[0]", "provider[B].revenue", "provider[B].growth.fade.from"]
        {
            let found = solved(&scenario, address, "2021", target);
            let value = found.value.unwrap_or_else(|| panic!("{address}: {found}")).value;
            let reached = by(&scenario.with(address, value).expect("valid"), "2021");
            assert!((reached - target).abs() < 2.5e-4, "{address}: {reached} {target}");
            solves.push(found.solves / found.values.len());
        }
    }
    assert!(solves.iter().all(|solves| *solves <= 6), "{solves:?}");
}

/// The error of a value is that of the probability over the slope: at a tolerance of 1e-3 the truth is within twice the error.
#[test]
fn errors_of_values_hold() {
    let a = Provider::new("A", lognormal(10.0, 0.1)).growth(Curve::constant(normal(0.3, 0.1))).volatility(0.15);
    let b = Provider::new("B", 12).growth(Curve::fade(normal(0.25, 0.05), 0.1, 2.0)).volatility(0.1);
    let scenario = pair(a, b).build().expect("valid");
    let seek = |tolerance: f64, p: f64| {
        let seek = scenario.solve("provider[B].growth.fade.from.normal[0]").expect("an address").tolerance(tolerance);
        seek.for_probability("A overtakes B", "2021", p).expect("a solution").value.expect("a value")
    };
    for p in [0.3, 0.5, 0.7] {
        let (rough, fine) = (seek(1e-3, p), seek(1e-6, p));
        assert!(fine.standard_error < 0.01 * rough.standard_error.max(1e-5), "{rough} {fine}");
        assert!(
            (rough.value - fine.value).abs() <= 2.0 * (rough.standard_error + fine.standard_error),
            "{p}: {rough} {fine}"
        );
    }
}

/// Between a barrier that is met early and none, the probability falls and rises again: both values are found.
#[test]
fn several_values_are_all_found() {
    // The mean of ln A − ln B at the date is fixed; a drawn base far below or above decides at the base already.
    let a = Provider::new("A", 10).growth(Curve::constant(0.4)).volatility(0.05);
    let b = Provider::new("B", 14).growth(Curve::constant(0.2)).volatility(0.0);
    let scenario = pair(a, b).build().expect("valid");
    let low = by(&scenario, "2021");
    let found = solved(&scenario, "provider[A].volatility", "2021", 0.67);
    assert!(low > 0.67, "{low}");
    for value in &found.values {
        let reached = by(&scenario.with("provider[A].volatility", value.value).expect("valid"), "2021");
        assert!((reached - 0.67).abs() < 2e-4, "{value} {reached}");
    }
    assert!(found.values.len() >= 2, "{found}");
}

#[test]
fn a_probability_out_of_reach_gives_the_range() {
    let a = Provider::new("A", 10).growth(Curve::constant(0.3)).volatility(0.1);
    let b = Provider::new("B", 12).growth(Curve::constant(0.3)).volatility(0.1);
    let scenario = pair(a, b).correlation("A", "B", 0.5).build().expect("valid");
    let found = solved(&scenario, "correlation[0].value", "2022", 0.9);
    assert!(found.value.is_none() && found.values.is_empty());
    // A correlation of 1 leaves no shocks, and −1 adds both.
    assert!(found.reachable[0] < 1e-3 && (found.at[0] - 1.0).abs() < 1e-6, "{found}");
    let most = by(&scenario.with("correlation[0].value", -1.0).expect("valid"), "2022");
    assert!((found.reachable[1] - most).abs() < 2e-3 && (found.at[1] + 1.0).abs() < 1e-6, "{found}");
    assert!(found.to_string().contains("no value of correlation[0].value was found"), "{found}");
}

/// Where nothing is random the probability jumps from 0 to 1.
#[test]
fn a_jump_is_reported_as_one() {
    let a = Provider::new("A", 10).growth(Curve::constant(0.3));
    let scenario = pair(a, Provider::new("B", 20).growth(Curve::constant(0.1))).build().expect("valid");
    let found = solved(&scenario, "provider[A].growth.constant", "2022", 0.5);
    assert!(found.value.is_none());
    let truth = 1.1 * libm::pow(2.0, 0.25) - 1.0;
    assert!((found.jumps[0] - truth).abs() < 1e-10, "{found} {truth}");
}

/// Sums over years are simulated, with an error of the value that holds for another seed.
#[test]
fn without_an_exact_answer_the_value_has_an_error() {
    let provider = |name: &str, base: f64, growth: f64| {
        Provider::new(name, base).growth(Curve::constant(normal(growth, 0.05))).volatility(0.1).history([0.9 * base; 3])
    };
    let scenario = Scenario::builder("2018-Q1", "2020-Q4")
        .provider(provider("A", 10.0, 0.3))
        .provider(provider("B", 12.0, 0.2))
        .question(Question::overtakes("A", "B").measure(Measure::Trailing).name("sums"))
        .build()
        .expect("valid");
    let seek = |seed: u64| {
        let seek = scenario.solve("provider[A].growth.constant.normal[0]").expect("an address").seed(seed);
        seek.for_probability("sums", "2020-Q2", 0.5).expect("a solution")
    };
    let (found, other) = (seek(0), seek(1));
    assert_eq!(found.reason.as_deref(), Some("sums of several periods are not lognormal"));
    let [a, b] = [&found, &other].map(|found| found.value.expect("a value"));
    assert!((a.value - b.value).abs() < 4.0 * libm::hypot(a.standard_error, b.standard_error), "{a} {b}");
    assert!(a.standard_error < 1e-3 && a.standard_error > 1e-5, "{a}");
}

#[test]
fn bad_input_is_named() {
    let a = Provider::new("A", 10).growth(Curve::constant(normal(0.3, 0.1))).volatility(0.1);
    let b = Provider::new("B", 12).growth(Curve::constant(0.2)).volatility(0.1);
    let c = Provider::new("C", 12).growth(Curve::constant(0.2)).volatility(0.1);
    let scenario = pair(a, b).provider(c).build().expect("valid");
    let error = scenario.solve("provider[A].growth.constant.norma[0]").expect_err("an unknown address").to_string();
    assert!(error.contains("provider[A].growth.constant.normal[0]"), "{error}");
    let seek = |address: &str| scenario.solve(address).expect("an address");
    let growth = "provider[A].growth.constant.normal[0]";
    for p in [0.0, 1.0, -0.5, f64::NAN] {
        let error = seek(growth).for_probability("A overtakes B", "2021", p).expect_err("not a probability");
        assert!(error.is_invalid_input() && error.problems()[0].address == "probability", "{error}");
        assert!(error.to_string().contains(&format!("{p:?}")), "{error}");
    }
    let message = |seek: outgrow::GoalSeek<'_>, question: &str, date: &str| {
        seek.for_probability(question, date, 0.5).expect_err("an error").to_string()
    };
    assert!(message(seek(growth), "A overtakes", "2021").contains("did you mean \"A overtakes B\"?"));
    assert!(message(seek(growth), "A overtakes B", "2031").contains("2031 is not in the outcome"));
    let error = message(seek(growth).between(0.5, 0.1), "A overtakes B", "2021");
    assert!(error.contains("between: must be a low and a higher finite number, got 0.5 and 0.1"), "{error}");
    let error = message(seek("provider[A].volatility").between(-0.5, 0.1), "A overtakes B", "2021");
    assert!(error.contains("-0.5 is not allowed at provider[A].volatility"), "{error}");
    let error = message(seek("provider[C].volatility"), "A overtakes B", "2021");
    assert!(error.contains("provider[C].volatility: this number does not change the answer"), "{error}");
    let error = message(seek("provider[A].fiscal_year_ends"), "A overtakes B", "2021");
    assert!(error.contains("provider[A].fiscal_year_ends: no other value is allowed"), "{error}");
}

/// A value on a plateau at 0 is no end of the search.
#[test]
fn a_plateau_is_searched_beyond() {
    let a = |volatility: f64| Provider::new("A", 10).growth(Curve::constant(0.3)).volatility(volatility);
    let b = || Provider::new("B", 60).growth(Curve::constant(0.1));
    let scenario = pair(a(0.0), b()).build().expect("valid");
    let found = solved(&scenario, "provider[A].growth.constant", "2022", 0.5);
    let truth = 1.1 * libm::pow(6.0, 0.25) - 1.0;
    assert!((found.jumps[0] - truth).abs() < 1e-10, "{found} {truth}");
    let scenario = pair(a(0.05), b()).build().expect("valid");
    let found = solved(&scenario, "provider[A].growth.constant", "2022", 0.5);
    assert!((found.value.expect("a value").value - truth).abs() < 0.02, "{found} {truth}");
    // Positive numbers over a wide range are searched in logarithms.
    let wide = scenario.solve("provider[A].revenue").expect("an address").between(1e-300, 1e300);
    let found = wide.for_probability("A overtakes B", "2022", 0.5).expect("a solution");
    let value = found.value.expect("a value").value;
    assert!((by(&scenario.with("provider[A].revenue", value).expect("valid"), "2022") - 0.5).abs() < 3e-4, "{found}");
}
