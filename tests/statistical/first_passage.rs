//! First passage, sustained leads, being ahead and lead changes against recursive quadrature (tests/reference).

use outgrow::{Curve, Outcome, Provider, Question, Scenario};

use crate::tables::{self, Row};
use crate::{Comparisons, PATHS};

const SEED: u64 = 20_180_630;

/// Rows with fewer expected hits or misses are tested by the exact solver only: their counts are not nearly normal.
const LEAST_EXPECTED: f64 = 100.0;

/// The least and the largest number of comparisons of the two tests over the table, and the false-alarm probability.
const CERTAIN: (u32, u32) = (350, 400);
const CERTAIN_FALSE_ALARM: f64 = 0.03;
const DRAWN: (u32, u32) = (200, 240);
const DRAWN_FALSE_ALARM: f64 = 0.02;

/// Prefixes of the names of cases with drawn assumptions.
const DRAWN_CASES: [&str; 5] = ["base_", "growth_", "shared_", "independent_", "drawn_"];

fn is_drawn(row: &Row) -> bool {
    DRAWN_CASES.iter().any(|prefix| row.text("case").starts_with(prefix))
}

fn simulated(outcome: &Outcome, row: &Row) -> f64 {
    let k = row.count("k");
    let question = if row.text("question") == "by" { k } else { 1 };
    let answer = outcome.question(&tables::sustained_name(question)).expect("the question");
    let at = row.period(row.count("t"));
    match row.text("question") {
        "by" => answer.by(at).expect("a date").value(),
        "ahead" => answer.ahead(at).expect("a date").value(),
        "ahead_at_base" => answer.ahead_at_base().value(),
        "lead_changes" => {
            answer.lead_changes().iter().find(|item| item.count == k).map_or(0.0, |item| item.probability.value())
        }
        other => panic!("question {other:?}"),
    }
}

fn compare(case: &[Row], order: [&str; 2], comparisons: &mut Comparisons) {
    let mut sustained: Vec<u32> =
        case.iter().filter(|row| row.text("question") == "by").map(|row| row.count("k")).collect();
    sustained.push(1);
    sustained.sort_unstable();
    sustained.dedup();
    let scenario = case[0].scenario(order, &sustained);
    let simulation = scenario.simulate().paths(PATHS).seed(SEED).fans(false).ranks(false).shares(false);
    let outcome = simulation.run().expect("an outcome");
    for row in case {
        let p = row.number("probability");
        if p.min(1.0 - p) * crate::as_f64(PATHS) < LEAST_EXPECTED {
            continue;
        }
        let [name, question, k, t] = ["case", "question", "k", "t"].map(|column| row.text(column));
        let what = format!("{name} {order:?}: {question}, k = {k}, t = {t}");
        comparisons.probability(&what, simulated(&outcome, row), p, PATHS);
    }
}

#[test]
#[cfg_attr(debug_assertions, ignore = "statistical: run in release")]
fn certain_assumptions_agree_with_quadrature() {
    let mut comparisons = Comparisons::default();
    for case in tables::cases(tables::FIRST_PASSAGE).iter().filter(|case| !is_drawn(&case[0])) {
        compare(case, ["a", "b"], &mut comparisons);
    }
    comparisons.finish(CERTAIN, CERTAIN_FALSE_ALARM);
}

#[test]
#[cfg_attr(debug_assertions, ignore = "statistical: run in release")]
fn drawn_assumptions_agree_with_mixtures() {
    let mut comparisons = Comparisons::default();
    for case in tables::cases(tables::FIRST_PASSAGE).iter().filter(|case| is_drawn(&case[0])) {
        compare(case, ["a", "b"], &mut comparisons);
    }
    comparisons.finish(DRAWN, DRAWN_FALSE_ALARM);
}

/// The Cholesky factor and the reference of the states depend on the order of providers; the distribution must not.
#[test]
#[cfg_attr(debug_assertions, ignore = "statistical: run in release")]
fn the_order_of_providers_does_not_matter() {
    const CASES: [&str; 5] =
        ["main", "positive_correlation", "negative_correlation", "unlike_volatilities", "base_lognormal"];
    const COMPARISONS: (u32, u32) = (60, 100);
    const FALSE_ALARM: f64 = 0.01;
    let mut comparisons = Comparisons::default();
    for case in tables::cases(tables::FIRST_PASSAGE).iter().filter(|case| CASES.contains(&case[0].text("case"))) {
        compare(case, ["b", "a"], &mut comparisons);
    }
    comparisons.finish(COMPARISONS, FALSE_ALARM);
}

/// Three providers with three correlations: each pair has the distribution that it has alone.
#[test]
#[cfg_attr(debug_assertions, ignore = "statistical: run in release")]
fn every_pair_of_three_has_its_own_law() {
    const COMPARISONS: (u32, u32) = (35, 45);
    const FALSE_ALARM: f64 = 0.004;
    let provider = |name: &str, revenue: f64, growth: f64, volatility: f64| {
        Provider::new(name, revenue).growth(Curve::constant(growth)).volatility(volatility)
    };
    let ask = |challenger: &str, incumbent: &str| {
        Question::overtakes(challenger, incumbent).name(format!("trio_{challenger}{incumbent}"))
    };
    let scenario = Scenario::builder("2018-Q1", "2024-Q1")
        .provider(provider("a", 800.0, 0.30, 0.15))
        .provider(provider("b", 1000.0, 0.25, 0.20))
        .provider(provider("c", 900.0, 0.22, 0.10))
        .correlation("a", "b", 0.5)
        .correlation("b", "c", -0.4)
        .correlation("a", "c", 0.2)
        .question(ask("a", "b"))
        .question(ask("c", "b"))
        .question(ask("a", "c"))
        .build()
        .expect("a scenario");
    let outcome =
        scenario.simulate().paths(PATHS).seed(SEED).fans(false).ranks(false).shares(false).run().expect("an outcome");
    let mut comparisons = Comparisons::default();
    for row in tables::rows(tables::FIRST_PASSAGE).iter().filter(|row| row.text("case").starts_with("trio_")) {
        let p = row.number("probability");
        if p.min(1.0 - p) * crate::as_f64(PATHS) < LEAST_EXPECTED {
            continue;
        }
        let answer = outcome.question(row.text("case")).expect("the question");
        let at = row.period(row.count("t"));
        let value = match row.text("question") {
            "by" => answer.by(at).expect("a date").value(),
            _ => answer.ahead(at).expect("a date").value(),
        };
        comparisons.probability(&format!("{}: {} {at}", row.text("case"), row.text("question")), value, p, PATHS);
    }
    comparisons.finish(COMPARISONS, FALSE_ALARM);
}
