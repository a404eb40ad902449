//! A scenario beside the outside view of the same pair.

use outgrow::{Curve, History, Innovations, Measure, Provider, Question, ReferenceClass, Scenario};

fn history() -> History {
    let mut text = String::from("name,period,value\n");
    let a = [100, 112, 118, 131, 150, 162, 181, 205, 231];
    let b = [180, 186, 199, 205, 220, 228, 241, 252, 260];
    for (year, (a, b)) in (2010..).zip(a.iter().zip(&b)) {
        text += &format!("A,{year},{a}\nB,{year},{b}\n");
    }
    History::from_csv(&text).expect("valid")
}

fn inside(names: [&str; 2]) -> Scenario {
    let provider = |name: &str, revenue: f64, growth: f64| {
        Provider::new(name, revenue).growth(Curve::constant(growth)).volatility(0.05)
    };
    Scenario::builder("2018", "2023")
        .provider(provider(names[0], 231.0, 0.12))
        .provider(provider(names[1], 260.0, 0.04))
        .question(Question::overtakes(names[0], names[1]))
        .build()
        .expect("valid")
}

/// The probabilities of the guide's worked example, and the scenario's numbers by hand.
#[test]
fn both_views_stand_beside_each_other() {
    let both = inside(["A", "B"]).against_reference(&history(), ReferenceClass::general()).expect("a comparison");
    assert_eq!((both.challenger.as_str(), both.incumbent.as_str(), both.paths), ("A", "B", 100_000));
    let expected = [0.1938, 0.3702, 0.4745, 0.5405, 0.5861];
    for (answers, expected) in both.by.iter().zip(expected) {
        // The standard error is at most .0016; five of these.
        assert!((answers.outside_view.value() - expected).abs() < 0.008, "{both}");
    }
    assert_eq!(
        both.by.iter().map(|one| one.by.to_string()).collect::<Vec<_>>(),
        ["2019", "2020", "2021", "2022", "2023"]
    );
    let own = &both.scenario;
    assert!((own.advantage.expect("a pair") - libm::log(1.12 / 1.04)).abs() < 1e-12, "{own:?}");
    assert_eq!((own.half_life, own.df), (None, None));
    // .05 √2, to one class of .01 at each end of a 90 % interval and the sampling error.
    assert!((own.sd_of_change - 0.0707).abs() < 0.007, "{own:?}");
    assert!((own.at_base.expect("a pair") - libm::log(231.0 / 260.0)).abs() < 1e-12, "{own:?}");
    assert_eq!((both.class.half_life, both.class.df), (Some(2.0), Some(3.5)));
    // φ v̂ = .7071 · .037059: the change of the log-ratio in the first year.
    assert!((both.outside_view.advantage.expect("a pair") - 0.026_205).abs() < 1e-5, "{both}");
    let (text, json) = (both.to_string(), serde_json::to_value(&both).expect("JSON"));
    assert!(text.contains("lasts") && text.contains("Gaussian") && text.contains("by 2023"), "{text}");
    assert_eq!(json["by"][4]["by"], "2023");
    assert_eq!(json["class"]["half_life"], 2.0);
}

/// The outside view beside itself: the same answers, and the half-life of its own fade.
#[test]
fn an_outside_view_agrees_with_itself() {
    let view = history().outside_view("A", "B", "2018", "2028").expect("a view");
    let scenario = view.scenario().expect("valid");
    let both = scenario.against_reference_with(&history(), ReferenceClass::general(), 4096).expect("a comparison");
    assert!(both.by.iter().all(|answers| answers.scenario == answers.outside_view), "{both}");
    assert!((both.scenario.half_life.expect("it fades") - 2.0).abs() < 1e-6, "{both}");
    assert_eq!(both.scenario.df, Some(3.5));
}

/// Quarters against trailing years, with Student-t shocks, and an advantage that is used up.
#[test]
fn a_scenario_of_quarters_is_compared_by_whole_years() {
    let mut text = String::from("name,period,value\n");
    for quarter in 0..12 {
        let label = format!("{}-Q{}", 2015 + quarter / 4, 1 + quarter % 4);
        let grown = |base: f64, rate: f64| base * libm::pow(rate, f64::from(quarter) / 4.0);
        text += &format!("A,{label},{}\nB,{label},{}\n", grown(50.0, 1.3), grown(100.0, 1.1));
    }
    let scenario = Scenario::builder("2017-Q4", "2023-Q2")
        .innovations(Innovations::student_t(5.0))
        .provider(Provider::new("A", 102.0).growth(Curve::fade(0.3, 0.1, 1)).volatility(0.1))
        .provider(Provider::new("B", 130.0).growth(Curve::constant(0.1)).volatility(0.1))
        .question(Question::overtakes("B", "A").measure(Measure::Period))
        .build()
        .expect("valid");
    let history = History::from_csv(&text).expect("valid");
    let both = scenario.against_reference_with(&history, ReferenceClass::general(), 4096).expect("a comparison");
    let dates: Vec<String> = both.by.iter().map(|answers| answers.by.to_string()).collect();
    assert_eq!(dates, ["2018-Q4", "2019-Q4", "2020-Q4", "2021-Q4", "2022-Q4"]);
    assert!((both.scenario.half_life.expect("it fades") - 1.0).abs() < 1e-6, "{both}");
    assert_eq!(both.scenario.df, Some(5.0));
}

#[test]
fn what_cannot_be_compared_is_an_error() {
    let error = |scenario: &Scenario| {
        scenario.against_reference(&history(), ReferenceClass::general()).expect_err("nothing to compare").to_string()
    };
    let unknown = error(&inside(["A", "Bb"]));
    assert!(unknown.contains("it has no figure of \"Bb\""), "{unknown}");
    let still = Provider::new("A", 1).growth(Curve::constant(0.1));
    let alone = Scenario::builder("2018", "2020").provider(still).build().expect("valid");
    assert!(error(&alone).contains("no question asks whether one provider overtakes another"));
    let later = inside(["A", "B"]);
    let early = history().as_of("2016-06-30").expect("a date");
    let error = later.against_reference(&early, ReferenceClass::general()).expect_err("ends before the base");
    assert!(error.to_string().contains("ends before the base 2018"), "{error}");
}
