//! Invariances and identities of answers over random scenarios.

#[path = "properties/scenarios.rs"]
mod scenarios;

use outgrow::{Curve, Estimate, Outcome, Period, Provider, Question, Scenario};
use proptest::prelude::*;

/// Few enough for a debug build to answer within seconds.
const PATHS: u64 = 192;

/// If only f32 rounding differs, a path changes sides with probability below 1e-5 per period. Three of 192 paths over 10
/// periods then do so with probability below 1e-6 per case.
const MOST_MOVED: i64 = 2;

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

const WHO: [&str; 2] = ["a", "b"];

/// Two providers in quarters from 2018-Q1.
#[derive(Debug, Clone)]
struct Pair {
    revenue: [f64; 2],
    growth: [f64; 2],
    volatility: [f64; 2],
    correlation: f64,
    periods: i32,
    seed: u64,
}

fn pair() -> impl Strategy<Value = Pair> {
    let two = |range: std::ops::Range<f64>| [range.clone(), range];
    (two(300.0..1500.0), two(-0.2..0.8), two(0.1..0.4), -0.8..0.8, 2..10_i32, any::<u64>()).prop_map(
        |(revenue, growth, volatility, correlation, periods, seed)| Pair {
            revenue,
            growth,
            volatility,
            correlation,
            periods,
            seed,
        },
    )
}

fn quarter(t: i32) -> Period {
    "2018-Q1".parse::<Period>().expect("a label").checked_add(t).expect("a period")
}

impl Pair {
    fn provider(&self, index: usize) -> Provider {
        Provider::new(WHO[index], self.revenue[index])
            .growth(Curve::constant(self.growth[index]))
            .volatility(self.volatility[index])
    }

    fn scenario(&self, order: [usize; 2]) -> Scenario {
        Scenario::builder("2018-Q1", quarter(self.periods))
            .provider(self.provider(order[0]))
            .provider(self.provider(order[1]))
            .correlation("a", "b", self.correlation)
            .question(Question::overtakes("a", "b"))
            .build()
            .expect("a valid scenario")
    }

    fn run(&self) -> Counts {
        self.run_in([0, 1])
    }

    fn run_in(&self, order: [usize; 2]) -> Counts {
        let scenario = self.scenario(order);
        let simulation = scenario.simulate().paths(PATHS).seed(self.seed).fans(false).ranks(false).shares(false);
        Counts::of(&simulation.run().expect("an outcome"), self.periods)
    }

    fn scaled(&self, by: f64) -> Self {
        Self { revenue: self.revenue.map(|revenue| revenue * by), ..self.clone() }
    }
}

/// Every answer about a pair, as numbers of paths.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Counts {
    at_base: i64,
    by: Vec<i64>,
    ahead: Vec<i64>,
    not_by: i64,
    changes: Vec<(u32, i64)>,
}

impl Counts {
    fn of(outcome: &Outcome, periods: i32) -> Self {
        let answer = outcome.overtake("a", "b").expect("asked");
        let by = |t: i32| paths(&answer.by(quarter(t)).expect("a date"));
        let ahead = |t: i32| paths(&answer.ahead(quarter(t)).expect("a date"));
        Self {
            at_base: paths(&answer.ahead_at_base()),
            by: (1..=periods).map(by).collect(),
            ahead: (1..=periods).map(ahead).collect(),
            not_by: paths(&answer.not_by_horizon()),
            changes: answer
                .lead_changes()
                .iter()
                .map(|item| (item.count, paths(&item.probability)))
                .filter(|item| item.1 > 0)
                .collect(),
        }
    }

    /// The largest difference in any number of paths by, or ahead at, a date.
    fn moved(&self, other: &Self) -> i64 {
        let of = |one: &[i64], two: &[i64]| one.iter().zip(two).map(|(p, q)| (p - q).abs()).max().unwrap_or(0);
        of(&self.by, &other.by).max(of(&self.ahead, &other.ahead)).max((self.not_by - other.not_by).abs())
    }
}

/// The number of paths of an estimate: its value is that number over [`PATHS`].
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "at most PATHS")]
fn paths(estimate: &Estimate) -> i64 {
    let count = estimate.value() * PATHS as f64;
    assert!((count - count.round()).abs() < 1e-9, "{} is no number of {PATHS} paths", estimate.value());
    count.round() as i64
}

proptest! {
    // Few cases: an audit is dozens of simulations.
    #![proptest_config(config(4))]

    /// An audit succeeds for every scenario, and each of its figures is a number.
    #[test]
    fn every_scenario_can_be_audited(tree in scenarios::tree()) {
        let audit = scenarios::scenario(&tree).audit().expect("an audit");
        for finding in audit.findings() {
            prop_assert!(!finding.address.is_empty() && !finding.seen.contains("NaN"), "{finding}");
            prop_assert!(finding.figures.iter().all(|figure| figure.value.is_finite()), "{finding}");
        }
    }
}

proptest! {
    #![proptest_config(config(24))]

    /// States are relative to a power of two, which scales too: no path may differ.
    #[test]
    fn a_power_of_two_changes_nothing(pair in pair(), exponent in -30..60_i32) {
        prop_assert_eq!(pair.run(), pair.scaled(libm::ldexp(1.0, exponent)).run());
    }

    #[test]
    fn any_unit_leaves_the_answers(pair in pair(), unit in prop_oneof![1e-6..1e-3, 0.1..10.0, 1e3..1e9]) {
        let (one, other) = (pair.run(), pair.scaled(unit).run());
        prop_assert!(one.moved(&other) <= MOST_MOVED, "{:?}\n{:?}", one, other);
    }

    /// Without correlation a provider's shocks do not depend on its position in the list.
    #[test]
    fn the_order_of_providers_leaves_the_answers(pair in pair()) {
        let alone = Pair { correlation: 0.0, ..pair };
        let (one, other) = (alone.run_in([0, 1]), alone.run_in([1, 0]));
        prop_assert!(one.moved(&other) <= MOST_MOVED, "{:?}\n{:?}", one, other);
    }

    #[test]
    fn a_longer_horizon_leaves_what_comes_before(pair in pair(), more in 1..12_i32) {
        let longer = Pair { periods: pair.periods + more, ..pair.clone() };
        let (short, long) = (pair.run(), longer.run());
        let known = short.by.len();
        prop_assert_eq!(&short.by[..], &long.by[..known]);
        prop_assert_eq!(&short.ahead[..], &long.ahead[..known]);
        prop_assert_eq!(short.at_base, long.at_base);
    }

    /// The draws are the same, so a challenger that grows faster is ahead wherever it was ahead before.
    #[test]
    fn faster_growth_never_delays(pair in pair(), faster in 0.01..0.5) {
        let growth = [pair.growth[0] + faster, pair.growth[1]];
        let (slow, fast) = (pair.run(), Pair { growth, ..pair }.run());
        prop_assert!(slow.by.iter().zip(&fast.by).all(|(slow, fast)| slow <= fast), "{:?}\n{:?}", slow, fast);
        prop_assert!(slow.ahead.iter().zip(&fast.ahead).all(|(slow, fast)| slow <= fast), "{:?}\n{:?}", slow, fast);
    }

    #[test]
    fn the_answers_add_up(pair in pair()) {
        let total = i64::try_from(PATHS).expect("few");
        let counts = pair.run();
        prop_assert_eq!(counts.at_base, if pair.revenue[0] > pair.revenue[1] { total } else { 0 });
        prop_assert!(counts.by.is_sorted() && counts.by[0] >= counts.at_base, "{:?}", counts);
        prop_assert_eq!(counts.by[counts.by.len() - 1] + counts.not_by, total);
        prop_assert!(counts.ahead.iter().zip(&counts.by).all(|(ahead, by)| ahead <= by), "{:?}", counts);
        prop_assert_eq!(counts.changes.iter().map(|item| item.1).sum::<i64>(), total);
        let unchanged = counts.changes.iter().find(|item| item.0 == 0).map_or(0, |item| item.1);
        if counts.at_base == 0 {
            prop_assert_eq!(unchanged, counts.not_by, "no lead change is no overtake");
            prop_assert_eq!(counts.by[0], counts.ahead[0], "the first period has no past");
        }
    }

    /// a doubles within a year and b is constant: a tie at the fourth quarter in any unit, and ahead in the fifth.
    #[test]
    fn a_tie_is_a_tie_in_any_unit(unit in prop_oneof![1e-6..1e-3, 0.1..10.0, 1e3..1e12]) {
        let tied = Pair { revenue: [unit, 2.0 * unit], growth: [1.0, 0.0], volatility: [0.0; 2], correlation: 0.0, periods: 6, seed: 0 };
        let (none, all) = (0, i64::try_from(PATHS).expect("few"));
        prop_assert_eq!(tied.run().by, vec![none, none, none, none, all, all]);
    }
}

proptest! {
    #![proptest_config(config(96))]

    #[test]
    fn a_scenario_survives_json(tree in scenarios::tree()) {
        let scenario = scenarios::scenario(&tree);
        let written = serde_json::to_string(&scenario).expect("a scenario without closures");
        prop_assert_eq!(&Scenario::from_json(&written).expect("what was written"), &scenario);
        prop_assert_eq!(&serde_json::from_str::<Scenario>(&written).expect("what was written"), &scenario);
    }

    #[cfg(feature = "toml")]
    #[test]
    fn a_scenario_survives_toml(tree in scenarios::tree()) {
        let scenario = scenarios::scenario(&tree);
        let written = scenario.to_toml().expect("a scenario without closures");
        prop_assert_eq!(&Scenario::from_toml(&written).expect("what was written"), &scenario, "{}", written);
    }

    /// Scenarios that differ in one number are not equal.
    #[test]
    fn equality_sees_the_first_revenue(tree in scenarios::tree()) {
        let mut other = tree.clone();
        other["provider"][0]["revenue"] = serde_json::json!(123_456.75);
        prop_assert_ne!(scenarios::scenario(&tree), scenarios::scenario(&other));
    }

    #[test]
    fn the_builder_and_the_file_reach_one_value(pair in pair()) {
        let provider = |index: usize| serde_json::json!({
            "name": WHO[index],
            "revenue": pair.revenue[index],
            "growth": { "constant": pair.growth[index] },
            "volatility": pair.volatility[index],
        });
        let tree = serde_json::json!({
            "base": "2018-Q1",
            "horizon": quarter(pair.periods).to_string(),
            "provider": [provider(0), provider(1)],
            "correlation": [{ "between": ["a", "b"], "value": pair.correlation }],
            "question": [{ "overtakes": ["a", "b"] }],
        });
        prop_assert_eq!(scenarios::scenario(&tree), pair.scenario([0, 1]));
    }
}
