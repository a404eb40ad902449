//! Every distribution gives the same answers by simulation and by quadrature, and its numbers have addresses.

use outgrow::{
    Assumption, Curve, Provider, Quantiles, Question, Scenario, beta, beta_between, discrete, empirical, log_growth,
    normal, student_t, truncated,
};

fn pair(revenue: Assumption, growth: Assumption, volatility: Assumption) -> Scenario {
    Scenario::builder("2018-Q1", "2021-Q1")
        .provider(Provider::new("A", revenue).growth(Curve::constant(growth)).volatility(volatility))
        .provider(Provider::new("B", 1000).growth(Curve::constant(0.2)).volatility(0.1))
        .correlation("A", "B", 0.3)
        .question(Question::overtakes("A", "B"))
        .build()
        .expect("valid")
}

/// Three numbers of each scenario are drawn. A false alarm has a probability of 1e-6 in each, by the bound of the
/// cross-check; seeds are fixed.
#[test]
fn exact_answers_agree_with_simulations() {
    let wide = Quantiles::p10_p50_p90(0.3, 0.45, 0.7);
    let cases: [(Assumption, Assumption, Assumption); 6] = [
        (beta_between(2.0, 5.0, 600.0, 1100.0), log_growth(0.35, 0.1), beta(3.0, 20.0)),
        (Quantiles::p25_p50_p75(700.0, 750.0, 850.0).low(0.0).into(), wide.clone().low(-0.2).into(), 0.15.into()),
        (truncated(student_t(3.0, 750.0, 40.0), 300.0, 1500.0), truncated(wide.clone().into(), 0.0, None), 0.1.into()),
        (750.into(), truncated(student_t(4.0, 0.4, 0.1), -0.5, 2.0), wide.low(0.0).high(1.5).into()),
        (discrete([(700.0, 1.0), (900.0, 3.0)]), empirical([0.2, 0.3, 0.5, 0.3]), normal(0.2, 0.02)),
        (
            truncated(Quantiles::p20_p50_p80(700.0, 750.0, 800.0).high(1000.0).into(), 400.0, None),
            0.4.into(),
            beta(2.0, 9.0),
        ),
    ];
    for (revenue, growth, volatility) in cases {
        let scenario = pair(revenue, growth, volatility);
        let outcome = scenario.simulate().paths(200_000).seed(11).shares(false).cross_check(true).run().expect("a run");
        let check = outcome.overtake("A", "B").expect("asked").cross_check().expect("requested");
        assert!(check.agrees() && check.count() >= 20, "{:?}: {check}", scenario.assumptions());
        let exact = scenario.exact().lead_changes(false).run().expect("an outcome");
        for p in [0.05, 0.5, 0.95] {
            let of = |outcome: &outgrow::Outcome| {
                outcome.revenue("A").expect("a provider").quantile("2021-Q1", p).expect("a quantile")
            };
            let (found, simulated) = (of(&exact), of(&outcome));
            assert!((found / simulated - 1.0).abs() < 0.015, "{p}: {found}, simulated {simulated}");
        }
    }
}

/// The answer is the mean of the answers given each value, weighted by its probability.
#[test]
fn discrete_numbers_are_added_up() {
    let drawn = pair(discrete([(600.0, 1.0), (950.0, 3.0), (5.0, 0.0)]), empirical([0.3, 0.5]), 0.2.into());
    let exact = |scenario: &Scenario| scenario.exact().run().expect("an outcome");
    let outcome = exact(&drawn);
    let found = outcome.overtake("A", "B").expect("asked");
    let changed = |revenue: f64, growth: f64| {
        drawn.with_all([("provider[A].revenue", revenue), ("provider[A].growth.constant", growth)]).expect("valid")
    };
    let parts = [(0.125, 600.0, 0.3), (0.125, 600.0, 0.5), (0.375, 950.0, 0.3), (0.375, 950.0, 0.5)];
    let parts = parts.map(|(weight, revenue, growth)| (weight, exact(&changed(revenue, growth))));
    for period in ["2018-Q2", "2019-Q4", "2021-Q1"] {
        let mean = |value: &dyn Fn(&outgrow::Outcome) -> f64| {
            parts.iter().map(|(weight, part)| weight * value(part)).sum::<f64>()
        };
        let by = mean(&|part| part.overtake("A", "B").expect("asked").by(period).expect("a date").value());
        assert!((found.by(period).expect("a date").value() - by).abs() < 1e-12, "{period}");
        assert!(found.by(period).expect("a date").standard_error() < 1e-9, "{period}");
        let revenue = mean(&|part| part.revenue("A").expect("A").mean(period).expect("a date").expect("a mean"));
        let of = outcome.revenue("A").expect("A").mean(period).expect("a date").expect("a mean");
        assert!((of / revenue - 1.0).abs() < 1e-9, "{period}: {of} {revenue}");
        let rank = mean(&|part| part.rank("A").expect("A").probability(period, 1).expect("a rank").value());
        assert!((outcome.rank("A").expect("A").probability(period, 1).expect("a rank").value() - rank).abs() < 1e-12);
        let share = mean(&|part| part.share("A").expect("A").mean(period).expect("a date"));
        assert!((outcome.share("A").expect("A").mean(period).expect("a date") - share).abs() < 1e-6);
    }
}

#[test]
fn too_many_combinations_have_no_exact_answer() {
    let values = || empirical((0..65).map(|value| 0.2 + 0.005 * f64::from(value)));
    let scenario = pair(800.into(), values(), 0.2.into());
    let error = scenario.exact().run().expect_err("65 values");
    assert!(error.is_unsupported(), "{error}");
    let problem = &error.problems()[0];
    assert_eq!(problem.address, "provider[A].growth.constant");
    assert!(problem.message.contains("65 combinations of values, more than 64"), "{error}");
    // Without a question about it, the rest is answered.
    let alone = Scenario::builder("2018-Q1", "2019-Q1")
        .provider(Provider::new("A", 10).growth(Curve::constant(values())))
        .provider(Provider::new("B", 10).growth(Curve::constant(0.3)).volatility(0.1))
        .build()
        .expect("valid");
    let outcome = alone.exact().run().expect("an outcome");
    assert!(outcome.revenue("B").is_ok() && outcome.revenue("A").is_err());
    let json = serde_json::to_value(&outcome).expect("written");
    assert!(json["providers"][0]["revenue"].is_null(), "{json}");
    assert!(json["run"]["not_exact"].to_string().contains("65 combinations"), "{json}");
    let read: outgrow::Outcome = serde_json::from_value(json).expect("read back");
    assert_eq!(serde_json::to_value(&read).expect("written"), serde_json::to_value(&outcome).expect("written"));
    // A gradient has no meaning for the solver even with two values.
    let two = pair(800.into(), discrete([(0.3, 1.0), (0.5, 1.0)]), 0.2.into());
    let error = two.exact().gradient("A overtakes B", "2019-Q1").expect_err("discrete");
    assert!(error.is_unsupported() && error.problems()[0].address == "provider[A].growth.constant", "{error}");
}

#[test]
fn every_parameter_has_an_address() {
    let scenario = pair(
        Quantiles::p20_p50_p80(700.0, 750.0, 850.0).low(0.0).into(),
        truncated(student_t(4.0, 0.4, 0.1), -0.5, 2.0),
        beta(3.0, 20.0),
    );
    let changes = [
        ("provider[A].revenue.quantiles.p20", 690.0),
        ("provider[A].revenue.quantiles.p50", 760.0),
        ("provider[A].revenue.quantiles.low", 5.0),
        ("provider[A].growth.constant.truncated.of.student_t.df", 5.0),
        ("provider[A].growth.constant.truncated.of.student_t.location", 0.3),
        ("provider[A].growth.constant.truncated.of.student_t.scale", 0.2),
        ("provider[A].volatility.beta.alpha", 4.0),
        ("provider[A].volatility.beta.high", 0.9),
    ];
    let changed = scenario.with_all(changes).expect("valid");
    for change in changes {
        assert!(changed.numbers().contains(&(change.0.to_owned(), change.1)), "{}", change.0);
    }
    let listed = scenario.with("provider[A].volatility", discrete([(0.1, 1.0), (0.2, 2.0)])).expect("valid");
    let listed = listed.with("provider[A].volatility.discrete[1][1]", 5.0).expect("valid");
    let listed = listed.with("provider[A].revenue", empirical([700.0, 800.0])).expect("valid");
    let listed = listed.with("provider[A].revenue.empirical[0]", 650.0).expect("valid");
    assert!(listed.numbers().contains(&("provider[A].volatility.discrete[1][1]".to_owned(), 5.0)));
    assert!(listed.numbers().contains(&("provider[A].revenue.empirical[0]".to_owned(), 650.0)));
    for (address, number) in listed.numbers().into_iter().chain(changed.numbers()) {
        let same = if listed.numbers().contains(&(address.clone(), number)) { &listed } else { &changed };
        assert_eq!(&same.with(&address, number).expect("the value that it has"), same, "{address}");
    }
    #[cfg(feature = "toml")]
    {
        let set = scenario.with_toml([("provider[A].volatility.beta.high", "0.9")]).expect("valid");
        assert!(set.numbers().contains(&("provider[A].volatility.beta.high".to_owned(), 0.9)));
        let set = scenario
            .with_toml([("provider[A].growth.constant", "{ discrete = [[0.3, 1], [0.4, 2]] }")])
            .expect("valid");
        assert!(set.numbers().contains(&("provider[A].growth.constant.discrete[1][1]".to_owned(), 2.0)));
    }
}

/// Long lists are shortened in messages and reports. The lines that identify a scenario have every value.
#[test]
fn distributions_are_shown_with_their_parameters() {
    let shown = [
        (beta(2.0, 5.0).to_string(), "beta(alpha = 2, beta = 5, low = 0, high = 1)"),
        (student_t(4.0, 0.3, 0.1).to_string(), "student_t(df = 4, location = 0.3, scale = 0.1)"),
        (log_growth(0.3, 0.1).to_string(), "log_growth(0.3, 0.1)"),
        (discrete([(0.1, 1.0), (0.2, 2.0)]).to_string(), "discrete([0.1, 1], [0.2, 2])"),
        (empirical((0..10).map(f64::from)).to_string(), "empirical(0, 1, 2, 3, 4, 5, 6, 7, … 2 more)"),
        (format!("{:#}", empirical((0..10).map(f64::from))), "empirical(0, 1, 2, 3, 4, 5, 6, 7, 8, 9)"),
        (
            Assumption::from(Quantiles::p10_p50_p90(1.0, 2.0, 3.0).low(0.0)).to_string(),
            "quantiles(p10 = 1, p50 = 2, p90 = 3, low = 0)",
        ),
    ];
    for (found, expected) in shown {
        assert_eq!(found, expected);
    }
}
