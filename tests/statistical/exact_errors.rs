//! Reported errors of exact answers, including lead changes, against finer answers with other points. `pairs` compares first
//! passage with another method.

use outgrow::{
    Curve, Estimate, Outcome, Provider, Question, Scenario, Tail, interval, lognormal, normal, pert, triangular,
    truncated, uniform,
};

/// Tolerance of the finer answers, relative to that of the answers under test.
const FINER: f64 = 0.1;
/// Allowed distance of two answers in reported errors, each of which is three standard errors of 16 replicates.
const APART: f64 = 2.0;

fn pair(a: Provider, b: Provider, sustained: u32) -> Scenario {
    Scenario::builder("2018-Q1", "2023-Q1")
        .provider(a)
        .provider(b)
        .question(Question::overtakes("a", "b").sustained(sustained))
        .build()
        .expect("a scenario")
}

/// Steep and flat, smooth and kinked, certain and drawn bases, wide and narrow volatility.
fn cases() -> Vec<(&'static str, Scenario)> {
    let a = |base: f64| Provider::new("a", base);
    let b = || Provider::new("b", 1000).growth(Curve::fade(normal(0.35, 0.05), 0.12, 4)).volatility(0.10);
    let schedule = || Curve::schedule([normal(0.6, 0.1), normal(0.4, 0.1)], Tail::fade(0.12, 2));
    let wide = || a(700.0).growth(schedule()).volatility(uniform(0.05, 0.30));
    vec![
        (
            "six",
            pair(
                Provider::new("a", lognormal(690.0, 0.05)).growth(schedule()).volatility(uniform(0.12, 0.18)),
                Provider::new("b", interval(900.0, 1100.0))
                    .growth(Curve::fade(normal(0.35, 0.05), 0.12, 4))
                    .volatility(0.1),
                1,
            ),
        ),
        ("wide volatility", pair(wide(), b(), 1)),
        ("two volatilities", pair(wide(), b().volatility(triangular(0.02, 0.05, 0.30)), 1)),
        ("unbounded volatility", pair(a(700.0).growth(schedule()).volatility(lognormal(0.15, 0.5)), b(), 1)),
        ("sustained", pair(wide(), b(), 3)),
        ("steep", pair(a(700.0).growth(Curve::constant(normal(0.5, 0.2))).volatility(0.05), b().volatility(0.0), 1)),
        ("steeper", pair(a(700.0).growth(Curve::constant(normal(0.5, 0.2))).volatility(0.01), b().volatility(0.0), 1)),
        (
            "kinked growth",
            pair(
                a(800.0).growth(Curve::constant(triangular(0.2, 0.3, 0.9))).volatility(0.2),
                b().growth(Curve::constant(pert(0.1, 0.2, 0.5))),
                1,
            ),
        ),
        (
            "truncated growth",
            pair(
                a(800.0).growth(Curve::constant(truncated(normal(0.4, 0.2), 0.1, 0.7))).volatility(0.15),
                b().growth(Curve::fade(pert(0.1, 0.3, 0.8), 0.1, 3)),
                1,
            ),
        ),
        (
            "bounded growth",
            pair(
                a(800.0).growth(Curve::constant(uniform(0.2, 0.6))).volatility(0.15),
                b().growth(Curve::constant(uniform(0.1, 0.4))),
                1,
            ),
        ),
        (
            "bases that may tie",
            pair(
                Provider::new("a", lognormal(900.0, 0.15)).growth(schedule()).volatility(0.06),
                Provider::new("b", interval(800.0, 1300.0)).growth(Curve::constant(0.5)).volatility(0.04),
                1,
            ),
        ),
        (
            "a kinked base and one with ends",
            pair(
                Provider::new("a", triangular(500.0, 900.0, 950.0)).growth(Curve::constant(0.3)).volatility(0.05),
                Provider::new("b", uniform(800.0, 1300.0)).growth(Curve::constant(normal(0.2, 0.05))).volatility(0.0),
                2,
            ),
        ),
    ]
}

fn answers(outcome: &Outcome) -> Vec<Estimate> {
    let answer = &outcome.questions()[0];
    let dates = answer.periods().iter();
    let by_date =
        dates.flat_map(|period| [answer.by(*period), answer.ahead(*period)].map(|answer| answer.expect("a date")));
    by_date.chain(answer.lead_changes().iter().map(|item| item.probability)).collect()
}

#[test]
#[cfg_attr(debug_assertions, ignore = "statistical: run in release")]
fn exact_answers_are_within_their_reported_errors() {
    let (mut largest, mut faults) = (0.0_f64, Vec::new());
    for (name, scenario) in cases() {
        let run = |tolerance: f64| {
            let exact = scenario.exact().tolerance(tolerance).fans(false).ranks(false).shares(false);
            answers(&exact.run().expect("an outcome"))
        };
        for tolerance in [1e-2, 1e-3] {
            let (found, finer) = (run(tolerance), run(FINER * tolerance));
            for (place, (found, finer)) in found.iter().zip(&finer).enumerate() {
                let off = (found.value() - finer.value()).abs();
                let reported = found.standard_error() + finer.standard_error();
                largest = largest.max(off / reported);
                if off > APART * reported {
                    let (own, other) = (found.standard_error(), finer.standard_error());
                    faults.push(format!(
                        "{name} to {tolerance:e}, answer {place}: off {off:e}, reported {own:e} and {other:e}"
                    ));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(largest > 0.1, "reported errors are of the size of real ones: {largest}");
}

/// Shocks so small that the integrand is a step in the growth rate: Φ((0.3 − g)/0.1), where g is the rate that just catches
/// up.
#[test]
#[cfg_attr(debug_assertions, ignore = "statistical: run in release")]
fn errors_hold_where_shocks_are_tiny() {
    let law = statrs::distribution::Normal::standard();
    for sigma in [1e-3, 1e-4, 1e-5] {
        let scenario = Scenario::builder("2018", "2026")
            .provider(Provider::new("a", 800).growth(Curve::constant(normal(0.3, 0.1))).volatility(sigma))
            .provider(Provider::new("b", 1000).growth(Curve::constant(0.2)))
            .question(Question::overtakes("a", "b"))
            .build()
            .expect("a scenario");
        for tolerance in [1e-3, 1e-4] {
            let outcome =
                scenario.exact().tolerance(tolerance).lead_changes(false).fans(false).run().expect("an outcome");
            for (t, period) in (1..).zip(outcome.questions()[0].periods()) {
                let needed = 1.2 * libm::pow(1.25, 1.0 / f64::from(t)) - 1.0;
                let limit = statrs::distribution::ContinuousCDF::cdf(&law, (0.3 - needed) / 0.1);
                let by = outcome.questions()[0].by(*period).expect("a date");
                // Paths within a few sd of the step are decided by shocks.
                let off = (by.value() - limit).abs() - 10.0 * sigma;
                assert!(off <= by.standard_error(), "sd {sigma}, to {tolerance:e}, {period}: {by:?} beside {limit}");
            }
        }
    }
}
