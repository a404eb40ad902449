//! Without chance: every curve and tail against 50-digit values, and the period in which two curves cross.

use outgrow::Scenario;

#[path = "../reference/tables.rs"]
#[allow(dead_code, reason = "the statistical suite uses the rest")]
pub(crate) mod tables;

/// If nothing is drawn, the answer does not depend on the number of paths.
const PATHS: u64 = 64;

/// Relative error of revenue: a few f64 roundings, and one more per unit of log growth.
const TOLERANCE: f64 = 2e-14;

#[test]
fn deterministic_crossings_are_exact() {
    let cases = tables::rows(tables::CROSSING);
    assert!(cases.len() >= 20, "{} cases", cases.len());
    for row in cases {
        let name = row.text("case");
        let scenario = row.scenario(["a", "b"], &[1]);
        let simulation = scenario.simulate().paths(PATHS).fans(false).ranks(false).shares(false);
        let outcome = simulation.run().expect("an outcome");
        let answer = outcome.question(&tables::sustained_name(1)).expect("the question");
        let (first, horizon) = (row.text("first"), row.count("horizon"));
        for t in 1..=horizon {
            let crossed = !first.is_empty() && row.count("first") <= t;
            let by = answer.by(row.period(t)).expect("a date");
            assert!((by.value() - f64::from(u8::from(crossed))).abs() <= 0.0, "{name}: by {t} is {by}");
            assert!(by.standard_error() <= 0.0, "{name}: nothing is drawn, so that {by} is exact");
        }
        let ahead = answer.ahead(row.period(horizon)).expect("a date").value();
        assert!((ahead - row.number("ahead")).abs() <= 0.0, "{name}: ahead at the horizon is {ahead}");
        let sure = answer.lead_changes().iter().find(|item| item.probability.value() >= 1.0).map(|item| item.count);
        assert_eq!(sure, Some(row.count("changes")), "{name}: lead changes");
    }
}

/// Revenue beyond e^700 overflows f64, so no outcome contains it.
const LARGEST: f64 = 700.0;

#[test]
fn revenue_follows_the_curve() {
    let (mut curve, mut outcome, mut checked) = (String::new(), None, 0);
    let mut rows = tables::rows(tables::GROWTH);
    rows.retain(|row| row.number("log_growth") < LARGEST);
    for row in &rows {
        if row.text("curve") != curve {
            row.text("curve").clone_into(&mut curve);
            outcome = Some(one_provider(&curve, last_month(&rows, &curve)));
        }
        let months = months(row);
        let at = "2000-01".parse::<outgrow::Period>().expect("a label").checked_add(months).expect("a period");
        let outcome = outcome.as_ref().expect("a curve before its values");
        let Ok(revenue) = outcome.revenue("a").expect("a provider").quantile(at, 0.5) else {
            panic!("{curve} ends before {at}");
        };
        let gamma = row.number("log_growth");
        let expected = 1000.0 * libm::exp(gamma);
        let error = (revenue / expected - 1.0).abs();
        assert!(
            error <= TOLERANCE * (1.0 + gamma.abs()),
            "{curve} at {at}: {revenue}, expected {expected}, off by {error:e}"
        );
        checked += 1;
    }
    assert!(checked >= 400, "{checked} values");
}

fn months(row: &tables::Row) -> i32 {
    row.text("tau").strip_suffix("/12").and_then(|text| text.parse().ok()).expect("months")
}

/// The range of the table for a curve: a schedule without a tail ends, and others overflow.
fn last_month(rows: &[tables::Row], curve: &str) -> i32 {
    rows.iter().filter(|row| row.text("curve") == curve).map(months).max().expect("a row")
}

/// A monthly grid over the range of the table.
fn one_provider(curve: &str, months: i32) -> outgrow::Outcome {
    let horizon = "2000-01".parse::<outgrow::Period>().expect("a label").checked_add(months).expect("a period");
    let text = format!(
        "base = \"2000-01\"\nhorizon = \"{horizon}\"\n[[provider]]\nname = \"a\"\nrevenue = 1000\ngrowth = {curve}\n"
    );
    let scenario = Scenario::from_toml(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    scenario.simulate().paths(PATHS).ranks(false).shares(false).run().expect("an outcome")
}
