//! A scenario beside the outside view of the same pair.

use outgrow::{
    Curve, History, Innovations, Measure, Provider, Question, ReferenceClass, Scenario, Tail, log_growth, lognormal,
    normal,
};

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

/// Three providers of one group by quarters, C larger than the others; U has only said that it has reached a bound.
fn with_a_claim() -> History {
    let mut text = String::from("name,period,value,kind\n");
    for quarter in 0..12 {
        let label = format!("{}-Q{}", 2015 + quarter / 4, 1 + quarter % 4);
        let grown = |base: f64, rate: f64| base * libm::pow(rate, f64::from(quarter) / 4.0);
        for (name, base, rate) in [("A", 50.0, 1.4), ("B", 100.0, 1.1), ("C", 400.0, 1.2)] {
            text += &format!("{name},{label},{},\n", grown(base, rate));
        }
    }
    History::from_csv(&(text + "U,2017-Q3,150,at_least\n")).expect("valid")
}

/// Without figures the advantage is that of the class: 0 ± s₀√A/√2 in log growth of the latest year, s₀/√2 as the scale. The
/// stated revenue is the base, and the common growth is the median of those with figures.
#[test]
fn a_provider_without_figures_has_the_advantage_of_the_class() {
    let class = ReferenceClass::general();
    let view = with_a_claim()
        .outside_view_stating(&["A", "B", "C"], &[("U", lognormal(640.0, 0.1))], "2017-Q4", "2022-Q4")
        .expect("a view");
    let unknown = &view.advantages()[3];
    let scale = class.scale() / std::f64::consts::SQRT_2;
    assert_eq!((unknown.name(), unknown.years(), unknown.value()), ("U", 0, 0.0));
    assert!((unknown.scale() - scale).abs() < 1e-12, "{}", unknown.scale());
    assert!((unknown.sd() - scale * class.share().sqrt()).abs() < 1e-12, "{}", unknown.sd());
    let without = with_a_claim().outside_view_of(&["A", "B", "C"], "2017-Q4", "2022-Q4").expect("a view");
    assert_eq!(view.common_growth(), without.common_growth());
    assert_eq!(view.advantages()[..3], without.advantages()[..]);
    let scenario = view.scenario().expect("valid");
    assert_eq!(scenario.providers()[3].revenue(), Some(&lognormal(640.0, 0.1)));
    assert!(scenario.providers()[3].source_text().expect("a source").contains("no figures of it up to 2017-Q4"));
    assert_eq!(scenario.questions()[2].title(), "A overtakes U");
    assert!(scenario.assumptions().iter().all(|place| place.source.is_some() || place.address.ends_with("U].revenue")));
    assert!(view.to_string().contains("no figures: its revenue is stated"), "{view}");
    let error = view.on_periods().expect_err("a year was stated").to_string();
    assert!(error.contains("stated revenue of \"U\""), "{error}");
    assert!(view.with_correlation(0.3).is_err() && view.log_ratio().is_none());
    let two =
        with_a_claim().outside_view_stating(&["A", "B"], &[("U", 640.into())], "2017-Q4", "2022-Q4").expect("a view");
    assert!(!two.to_string().contains("A over B") && two.log_ratio().is_none(), "{two}");
    let twice = with_a_claim().outside_view_stating(&["A", "B"], &[("B", 1.into())], "2017-Q4", "2022-Q4");
    let error = twice.and_then(|view| view.scenario()).expect_err("B is there twice").to_string();
    assert!(error.contains("\"B\""), "{error}");
}

/// The outside view takes what the history does not have from the scenario, in the unit of the history.
#[test]
fn one_of_the_two_may_have_no_figures() {
    let quarters = |name: &str, now: f64, growth: f64| {
        let back = |quarters: i32| now / libm::pow(1.0 + growth, f64::from(quarters) / 4.0);
        Provider::new(name, now).history([back(3), back(2), back(1)]).growth(Curve::constant(growth)).volatility(0.1)
    };
    // A millionth of the history's unit.
    let scenario = Scenario::builder("2017-Q4", "2022-Q4")
        .provider(quarters("A", 126e6, 0.4))
        .provider(quarters("U", 180e6, 0.2))
        .question(Question::overtakes("A", "U"))
        .build()
        .expect("valid");
    let history = with_a_claim();
    let both = scenario.against_reference_with(&history, ReferenceClass::general(), 20_000).expect("a comparison");
    assert_eq!(both.without_figures.as_deref(), Some("U"));
    let year =
        |now: f64, growth: f64| (0..4).map(|back| now / libm::pow(1.0 + growth, f64::from(back) / 4.0)).sum::<f64>();
    let expected = libm::log(year(126e6, 0.4) / year(180e6, 0.2));
    assert!((both.outside_view.at_base.expect("a pair") - expected).abs() < 1e-9, "{both}");
    let reported = history.series("A").expect("known").trailing_year("2017-Q4").expect("a label").expect("a year");
    let stated = reported * year(180e6, 0.2) / year(126e6, 0.4);
    let names = ["A", "B", "C"];
    let view = history.outside_view_stating(&names, &[("U", stated.into())], "2017-Q4", "2022-Q4").expect("a view");
    let asked =
        view.scenario().expect("valid").with_question(Question::overtakes("A", "U").name("again")).expect("valid");
    let outcome = asked.simulate().paths(20_000).seed(0).run().expect("a run");
    for answers in &both.by {
        let by =
            outcome.question("again").expect("asked").by(format!("{}", answers.by.year()).as_str()).expect("a year");
        assert!((answers.outside_view.value() - by.value()).abs() < 1e-9, "{both}");
    }
    // A scenario of years beside figures of quarters, and a group of which nothing else is known.
    let years = Scenario::builder("2017", "2022")
        .provider(Provider::new("A", 430e6).growth(Curve::constant(0.4)).volatility(0.1))
        .provider(Provider::new("U", 640e6).growth(Curve::constant(0.2)).volatility(0.1))
        .question(Question::overtakes("A", "U"))
        .build()
        .expect("valid");
    let yearly = years.outside_view(&history, ReferenceClass::general()).expect("a view").scenario().expect("valid");
    let base = |name: &str| {
        let provider = yearly.providers().iter().find(|provider| provider.name() == name).expect("there");
        provider.revenue().and_then(outgrow::Assumption::value).expect("a plain number")
    };
    assert!((base("U") / base("A") - 640.0 / 430.0).abs() < 1e-12 && (base("A") - reported).abs() < 1e-9);
    let alone = "name,period,value,kind\nA,2016,1,\nA,2017,2,\nU,2017,3,at_least\n";
    let error = years.outside_view(&History::from_csv(alone).expect("valid"), ReferenceClass::general());
    assert!(error.expect_err("no group").to_string().contains("\"A\" is the only name of its group"));
    let (text, json) = (both.to_string(), serde_json::to_value(&both).expect("JSON"));
    assert!(text.contains("The history has no figures of U at the base."), "{text}");
    assert_eq!(json["without_figures"], "U");
    let unknown = scenario.with_provider(quarters("V", 1e6, 0.1)).and_then(|other| {
        let other = other.with_question(Question::overtakes("V", "U"))?;
        let only = Scenario::from_json(&serde_json::to_string(&other).expect("JSON").replace("\"A\"", "\"W\""))?;
        only.against_reference(&history, ReferenceClass::general())
    });
    assert!(unknown.expect_err("no name is known").to_string().contains("it has no figure of"));
}

/// Medians stay, spreads are those of MODEL.md §9.1's last point, pairs of one schedule depend on each other, and what has a
/// spread or a name keeps it.
#[test]
fn stated_rates_get_the_error_of_estimates() {
    let schedule = |rates: [outgrow::Assumption; 3]| Curve::schedule(rates, Tail::hold());
    let plain = outgrow::fixed(0.87).source("an analyst");
    let builder = Scenario::builder("2018", "2024")
        .assumption("shared", 0.3)
        .provider(Provider::new("A", 1).growth(schedule([plain, normal(0.6, 0.1), 0.4.into()])))
        .provider(Provider::new("B", 2).growth(schedule(["shared".into(), (-0.1).into(), 0.0.into()])))
        .question(Question::overtakes("A", "B"));
    let scenario = builder.build().expect("valid");
    let changed = scenario.with_estimate_errors().expect("three plain rates");
    let expected = |growth: f64| {
        let log = libm::log1p(growth);
        log_growth(log, libm::sqrt(0.0064 + 0.16 * log * log))
    };
    let places = changed.assumptions();
    let at = |address: &str| places.iter().find(|place| place.address == address).expect("a rate").clone();
    for (address, growth) in [("A].growth.schedule.rates[0]", 0.87), ("A].growth.schedule.rates[2]", 0.4)] {
        let place = at(&format!("provider[{address}"));
        let (found, wanted) = (place.assumption.to_string(), expected(growth).to_string());
        let numbers = |text: &str| -> Vec<f64> {
            text.split(|c: char| !c.is_ascii_digit() && c != '.' && c != '-')
                .filter_map(|part| part.parse().ok())
                .collect()
        };
        assert!(numbers(&found).iter().zip(numbers(&wanted)).all(|(a, b)| (a - b).abs() < 1e-12), "{found}, {wanted}");
        assert_eq!(numbers(&found).len(), 2, "{found}");
    }
    let source = at("provider[A].growth.schedule.rates[0]").source.expect("a source");
    assert!(source.starts_with("an analyst; sd of log growth 0.263"), "{source}");
    assert_eq!(at("provider[A].growth.schedule.rates[1]").assumption, normal(0.6, 0.1));
    assert_eq!(at("provider[B].growth.schedule.rates[0]").assumption, "shared".into());
    let dependences: Vec<(&str, &str)> = changed.dependences().map(|(a, b, _)| (a, b)).collect();
    let pair = |provider: &str, [a, b]: [u32; 2]| {
        let rate = |index: u32| format!("provider[{provider}].growth.schedule.rates[{index}]");
        (rate(a), rate(b))
    };
    let wanted = [pair("A", [0, 2]), pair("B", [1, 2])];
    assert_eq!(dependences, wanted.each_ref().map(|(a, b)| (a.as_str(), b.as_str())));
    let rank = 6.0 / std::f64::consts::PI * libm::asin(0.125);
    assert!(changed.dependences().all(|(_, _, value)| (value - rank).abs() < 1e-15));
    let error = changed.with_estimate_errors().expect_err("all have a spread").to_string();
    assert!(error.contains("no rate of a schedule is a plain number"), "{error}");
}
