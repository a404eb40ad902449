//! Drawn assumptions: a name is one draw wherever it is used, and assumptions without a common name are independent.

use outgrow::{Outcome, Scenario};

use crate::{Comparisons, PATHS};

const SEED: u64 = 8_760;

/// Two providers with equal distributions; `named` makes them one draw for both.
fn twins(named: bool) -> Outcome {
    let (size, boom) = ("{ lognormal = [1000, 0.2] }", "{ normal = [0.3, 0.08] }");
    let (revenue, growth) = if named { ("\"size\"", "\"boom\"") } else { (size, boom) };
    let provider = |name: &str| {
        format!("[[provider]]\nname = \"{name}\"\nrevenue = {revenue}\ngrowth = {{ constant = {growth} }}\n")
    };
    let text = format!(
        "base = \"2018-Q1\"\nhorizon = \"2021-Q1\"\n[assumption]\nsize = {size}\nboom = {boom}\n{}{}\
         [[question]]\novertakes = [\"a\", \"b\"]\n",
        provider("a"),
        provider("b"),
    );
    let scenario = Scenario::from_toml(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    scenario.simulate().paths(PATHS).seed(SEED).run().expect("an outcome")
}

#[test]
#[cfg_attr(debug_assertions, ignore = "statistical: run in release")]
fn a_named_assumption_is_one_draw() {
    let outcome = twins(true);
    let overtake = outcome.overtake("a", "b").expect("asked");
    assert!(overtake.not_by_horizon().value() >= 1.0, "equal paths are ties, and ties are not ahead");
    assert!(overtake.ahead("2021-Q1").expect("a date").value() <= 0.0);
    assert!(overtake.ahead_at_base().value() <= 0.0);
    let [a, b] = ["a", "b"].map(|who| outcome.revenue(who).expect("a provider"));
    assert!(a.quantile("2021-Q1", 0.95).expect("a quantile") > 1.5 * a.quantile("2021-Q1", 0.05).expect("a quantile"));
    for p in [0.05, 0.25, 0.5, 0.75, 0.95] {
        let [a, b] = [a, b].map(|fan| fan.quantile("2020-Q1", p).expect("a quantile"));
        assert_eq!(a.to_bits(), b.to_bits(), "quantile {p}: {a} and {b}");
    }
    assert_eq!(a.min("2021-Q1").expect("a minimum").to_bits(), b.min("2021-Q1").expect("a minimum").to_bits());
    assert_eq!(a.max("2021-Q1").expect("a maximum").to_bits(), b.max("2021-Q1").expect("a maximum").to_bits());
}

/// Of two independent draws from one distribution each is larger with probability one half, at the base and later.
#[test]
#[cfg_attr(debug_assertions, ignore = "statistical: run in release")]
fn equal_laws_without_a_name_are_independent() {
    const COMPARISONS: (u32, u32) = (3, 3);
    const FALSE_ALARM: f64 = 0.0002;
    let outcome = twins(false);
    let overtake = outcome.overtake("a", "b").expect("asked");
    let mut comparisons = Comparisons::default();
    comparisons.probability("ahead at base", overtake.ahead_at_base().value(), 0.5, PATHS);
    comparisons.probability("ahead after a quarter", overtake.ahead("2018-Q2").expect("a date").value(), 0.5, PATHS);
    comparisons.probability("ahead at the horizon", overtake.ahead("2021-Q1").expect("a date").value(), 0.5, PATHS);
    comparisons.finish(COMPARISONS, FALSE_ALARM);
}
