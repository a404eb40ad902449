//! Invariances of probabilities, with samples that are too large for a debug build.

use outgrow::{Curve, Outcome, Provider, Question, Scenario, normal};

const PATHS: u64 = 20_000;

/// Revenue in other units changes f32 rounding only, and so a few paths at most: the draws are the same.
const MOST_MOVED: f64 = 2e-3;

fn outcome(unit: f64) -> Outcome {
    let scenario = Scenario::builder("2018-Q1", "2028-Q1")
        .provider(Provider::new("a", 699.0 * unit).growth(Curve::constant(normal(0.35, 0.05))).volatility(0.15))
        .provider(Provider::new("b", 1100.0 * unit).growth(Curve::fade(0.45, 0.12, 4.0)).volatility(0.10))
        .correlation("a", "b", 0.3)
        .question(Question::overtakes("a", "b"))
        .build()
        .expect("a scenario");
    scenario.simulate().paths(PATHS).seed(1).fans(false).ranks(false).shares(false).run().expect("an outcome")
}

#[test]
#[cfg_attr(debug_assertions, ignore = "statistical: run in release")]
fn the_unit_of_money_changes_no_probability() {
    let dollars = outcome(1.0);
    for unit in [6.3, 1e-6, 1e6, 0.158_73, 113.0] {
        let other = outcome(unit);
        for year in 2019..=2028 {
            let label = format!("{year}-Q1");
            let [one, two] = [&dollars, &other].map(|outcome| outcome.overtake("a", "b").expect("asked"));
            let by = (one.by(&label).expect("a date").value() - two.by(&label).expect("a date").value()).abs();
            let ahead = (one.ahead(&label).expect("a date").value() - two.ahead(&label).expect("a date").value()).abs();
            assert!(by <= MOST_MOVED && ahead <= MOST_MOVED, "times {unit}, {label}: by moved {by}, ahead {ahead}");
        }
    }
    let last = dollars.overtake("a", "b").expect("asked").by("2028-Q1").expect("a date").value();
    assert!((0.05..0.95).contains(&last), "the case has something to move: {last}");
}
