//! A bound plan equals the plan of the changed scenario.

use super::compiled::Plan;
use super::template::Template;
use crate::assumption::{Assumption, discrete, normal, truncated, uniform};
use crate::growth::{Curve, Tail};
use crate::scenario::{Centring, Claim, Factor, Jump, Measure, Provider, Question, Scenario, Segment, Shock, View};

/// Everything in a plan, with each number in the digits that identify it.
fn contents(plan: &Plan) -> String {
    format!("{plan:?}")
}

/// Values within the domain of a number, at its ends, and outside.
fn values(value: f64) -> [f64; 9] {
    // A rate of -0.9 cannot be met as a fiscal total, and log growth of 1e40 is beyond the range of f32.
    [value, 1.02 * value + 1e-4, 0.0, -0.0, 1.0, -0.9, -1.5, 1e40, f64::NAN]
}

/// Whether a change of the number compiles the whole scenario: whole numbers, what is not part of a plan, and a few numbers
/// that all draws or innovations depend on.
fn is_of_the_whole(address: &str) -> bool {
    let lists = ["ceiling", "dependence", "innovations", "question", "view"];
    lists.iter().any(|list| address.starts_with(list)) || address.ends_with("fiscal_year_ends")
}

/// Compares every number of a scenario at every value; returns the addresses of the numbers whose small change compiles the
/// scenario as a whole.
fn compare(scenario: &Scenario) -> Vec<String> {
    const SEED: u64 = 7;
    let mut template = Template::new(scenario.clone(), SEED).expect("a plan");
    let mut whole = Vec::new();
    for (address, number) in scenario.numbers() {
        for (place, value) in values(number).into_iter().enumerate() {
            let expected = scenario.with(&address, value).and_then(|changed| Plan::new(&changed, SEED));
            if let Some(plan) = template.bound(&[(&address, value)]) {
                let expected = expected.as_ref().map(contents);
                assert_eq!(Some(contents(&plan)), expected.ok(), "{address} = {value}");
            } else if place == 1 {
                whole.push(address.clone());
            }
            match (template.bind(&[(&address, value)]), expected) {
                (Ok(plan), Ok(expected)) => assert_eq!(contents(&plan), contents(&expected), "{address} = {value}"),
                (Err(error), Err(expected)) => assert_eq!(format!("{error:?}"), format!("{expected:?}")),
                (bound, expected) => panic!("{address} = {value}: {:?}, {:?}", bound.err(), expected.err()),
            }
        }
    }
    assert_eq!(contents(&template.bind(&[]).expect("a plan")), contents(&Plan::new(scenario, SEED).expect("a plan")));
    whole
}

#[cfg(feature = "toml")]
#[test]
fn the_numbers_of_the_examples_are_bound() {
    let mut count = 0;
    for file in std::fs::read_dir("examples/scenarios").expect("the examples") {
        let path = file.expect("a file").path();
        if path.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a scenario");
        let scenario = Scenario::from_toml(&text).expect("valid");
        let whole = compare(&scenario.without_views());
        assert!(whole.iter().all(|address| is_of_the_whole(address)), "{path:?}: {whole:?}");
        if !scenario.views().is_empty() {
            compare(&scenario);
        }
        count += 1;
    }
    assert!(count > 5);
}

/// Every kind of law, shock and measure, with named assumptions, factors, jumps, segments and claims.
fn everything() -> Scenario {
    let own = |name: &str, curve: Curve| {
        Provider::new(name, truncated(normal(1e9, 1e8), 1e8, None))
            .growth(curve)
            .volatility(uniform(0.1, 0.2))
            .history([9e8; 8])
            .claim(Claim::of("2017-Q4").at_least(1e8).at_most(8e8))
    };
    let mixture = || {
        Curve::mixture([
            (0.5, Curve::constant("market")),
            (0.25, Curve::share(Curve::hyperbolic("market", 2), uniform(0.1, 0.2), 0.3, 4)),
            (0.25, Curve::schedule([0.5, 0.4, 0.3], Tail::ratio("auto"))),
        ])
    };
    let segment =
        |name: &str, growth: Assumption| Segment::new(name, 4e8).growth(Curve::constant(growth)).volatility(0.1);
    Scenario::builder("2018-Q1", "2021-Q4")
        .ceiling(1e12)
        .assumption("market", normal(0.3, 0.05))
        .assumption("fixed", 0.2)
        .factor(Factor::new("dollar", uniform(0.1, 0.2)).drift(0.02))
        .provider(own("totals", Curve::totals([normal(0.5, 0.1), "fixed".into()], Tail::fade("market", 2.0))))
        .provider(
            own("mean", Curve::fade("market", 0.1, uniform(1.0, 3.0))).centring(Centring::Mean).loading("dollar", 0.5),
        )
        .provider(own("mixture", mixture()).shock(Shock::damped_trend(0.3, uniform(1.0, 2.0))))
        .provider(
            own("jump", Curve::bass(0.02, uniform(0.3, 0.5), 0.1))
                .shock(Shock::damped_trend(0.3, 2.0))
                .jump(Jump::at("2019-Q1", normal(0.1, 0.05)).probability(0.5)),
        )
        .provider(own("steps", Curve::constant(discrete([(0.1, 0.5), (0.3, 0.5)]))).shock(Shock::persistent(2.0)))
        .provider(Provider::new("known", 1e9).growth(Curve::constant("fixed")).history([8e8; 8]).exit(0.02))
        .provider(own("line", Curve::custom("line", [normal(0.3, 0.1), 0.1.into()], |tau, p| tau * (p[0] + p[1]))))
        .provider(Provider::of_segments("whole", [segment("one", 0.2.into()), segment("two", normal(0.2, 0.1))]))
        .correlation("totals", "mean", 0.3)
        .correlation("mixture", "jump", -0.2)
        .correlation("mean", "dollar", 0.2)
        .dependence("market", "provider[totals].growth.schedule.rates[0]", 0.4)
        .question(Question::overtakes("totals", "mean").measure(Measure::Trailing))
        .question(Question::overtakes("known", "mean").measure(Measure::Annual))
        .question(Question::overtakes("totals", "mean").sustained(2))
        .build()
        .expect("valid")
}

#[test]
fn numbers_of_every_kind_are_bound() {
    let whole = compare(&everything());
    assert!(whole.iter().all(|address| is_of_the_whole(address)), "{whole:?}");
    let provider = Provider::new("A", 1.0).growth(Curve::constant(0.1));
    let unloaded = Scenario::builder("2018", "2020").factor(Factor::new("dollar", 0.1)).provider(provider).build();
    assert_eq!(compare(&unloaded.expect("valid")), ["provider[A].fiscal_year_ends"]);
}

/// The bounds of a distribution may cross while one is set and not the other.
#[test]
fn several_numbers_are_bound_together() {
    let scenario = everything();
    let mut template = Template::new(scenario.clone(), 7).expect("a plan");
    let volatility = |end: usize| format!("provider[totals].volatility.uniform[{end}]");
    let (low, high) = (volatility(0), volatility(1));
    let market = "assumption[market].normal[1]";
    let base = "provider[whole].segment[two].revenue";
    let cases: [&[(&str, f64)]; 5] = [
        &[(&low, 0.3), (&high, 0.4)],
        &[(&high, 0.05)],
        &[(market, 0.04), (base, 5e9), (&high, 0.3), ("correlation[0].value", 0.1)],
        &[(market, 0.04), (market, 0.03)],
        &[(base, 5e8), ("provider[nobody].revenue", 1.0)],
    ];
    for (place, changes) in cases.into_iter().enumerate() {
        let expected = scenario.with_all(changes.iter().copied()).and_then(|changed| Plan::new(&changed, 7));
        assert_eq!(expected.is_ok(), [0, 2, 3].contains(&place));
        assert_eq!(template.bound(changes).is_some(), expected.is_ok());
        let [bound, expected] = [template.bind(changes), expected]
            .map(|plan| plan.as_ref().map(contents).map_err(|error| format!("{error:?}")));
        assert_eq!(bound, expected);
    }
}

/// A value may fit the scenario and not one of its views, which changes a number beside it.
#[test]
fn views_are_validated_too() {
    let scenario = Scenario::builder("2018", "2020")
        .provider(Provider::new("A", uniform(1.0, 3.0)).growth(Curve::constant(0.1)))
        .view(View::new("bull").with("provider[A].revenue.uniform[0]", 2.0))
        .build()
        .expect("valid");
    let high = ("provider[A].revenue.uniform[1]", 1.5);
    let expected = scenario.with(high.0, high.1).expect_err("the bounds of the view decrease");
    let error = Template::new(scenario.clone(), 7).expect("a plan").bind(&[high]).expect_err("the same");
    assert_eq!(format!("{error:?}"), format!("{expected:?}"));
    let mut template = Template::new(scenario.without_views(), 7).expect("a plan");
    assert!(template.bound(&[high]).is_some());
}
