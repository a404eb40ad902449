//! Invalid arguments of functions: addresses, settings, lookups, custom curves.

use outgrow::{Curve, Error, Outcome, Provider, Question, Scenario, Simulation, Tail, normal, uniform};

use super::assert_problem;

fn scenario() -> Scenario {
    Scenario::builder("2018-Q1", "2020-Q1")
        .assumption("boom", normal(0.3, 0.05))
        .provider(
            Provider::new("A", uniform(9.0, 11.0))
                .growth(Curve::schedule([normal(0.5, 0.1), "boom".into()], Tail::fade(0.1, 2)))
                .volatility(0.1),
        )
        .provider(Provider::new("B", 12).growth(Curve::constant(0.2)).volatility(0.1))
        .correlation("A", "B", 0.5)
        .question(Question::overtakes("A", "B").sustained(2))
        .build()
        .expect("a valid scenario")
}

#[test]
fn an_address_that_is_none() {
    let scenario = scenario();
    let cases = [
        ("provider[A].growth.schedule.rates[2]", "provider[A].growth.schedule.rates has [0]"),
        ("provider[A].growth.schedule.rate[0]", "did you mean \"provider[A].growth.schedule.rates[0]\"?"),
        ("provider[C].revenue", "; provider has [A]"),
        ("", "no number has the address \"\""),
        ("provider[A", "no number has the address \"provider[A\""),
        ("provider[A].name", "no number has the address"),
        ("base", "no number has the address \"base\""),
        ("provider[A].revenue.normal[0]", "no number has the address"),
    ];
    for (address, words) in cases {
        let error = scenario.with(address, 0.1).expect_err(address);
        assert!(error.is_invalid_input() && error.to_string().contains(words), "{error}");
    }
    let long = "x".repeat(1_000_000);
    assert!(scenario.with(&long, 0.1).is_err());
}

#[test]
fn a_value_that_does_not_fit_its_address() {
    let scenario = scenario();
    let rates = "provider[A].growth.schedule.rates";
    let error = scenario.with(&format!("{rates}[1].normal[0]"), 0.4).expect_err("through a name");
    assert_problem(&error, &format!("{rates}[1].normal[0]"), &["is the name \"boom\"", "assumption[boom].normal[0]"]);
    for address in ["correlation[0].value", "question[0].sustained", "provider[A].revenue.uniform[0]"] {
        let error = scenario.with(address, normal(0.3, 0.1)).expect_err("a distribution");
        assert_problem(&error, address, &["only a plain number is allowed here, got normal(0.3, 0.1)"]);
        let error = scenario.with(address, "boom").expect_err("a name");
        assert_problem(&error, address, &["only a plain number is allowed here, got \"boom\""]);
    }
    for (value, shown) in
        [(1.5, "1.5"), (-1.0, "-1"), (0.0, "0"), (1e300, "1e300"), (f64::NAN, "NaN"), (f64::INFINITY, "inf")]
    {
        let error = scenario.with("question[0].sustained", value).expect_err("no count");
        assert_problem(&error, "question[0].sustained", &["a whole number of at least 1", &format!("got {shown}")]);
    }
    let error = scenario.with("question[0].sustained", 9).expect_err("beyond the horizon");
    assert_problem(&error, "question[0].sustained", &["only 8 periods are projected, got 9"]);
    for (address, value, words) in [
        ("provider[B].volatility", -0.1, "got -0.1"),
        ("provider[B].revenue", 0.0, "got 0"),
        ("assumption[boom].normal[1]", -1.0, "got -1"),
        ("correlation[0].value", 1.5, "got 1.5"),
    ] {
        assert_problem(&scenario.with(address, value).expect_err("out of range"), address, &[words]);
    }
    let error = scenario.with("provider[B].growth.constant", "bom").expect_err("nobody");
    assert_problem(&error, "provider[B].growth.constant", &["no assumption is named \"bom\"; did you mean \"boom\"?"]);
    let error = scenario
        .with_all([("provider[A].revenue.uniform[0]", 12.0), ("provider[X].revenue", 1.0)])
        .expect_err("one of two");
    assert!(error.to_string().contains("provider[X].revenue"), "{error}");
    let error = scenario.with("provider[A].revenue.uniform[0]", 12.0).expect_err("beyond the other bound");
    assert_problem(&error, "provider[A].revenue", &["low, high must not decrease, got [12.0, 11.0]"]);
    let error = scenario.with_growth("C", Curve::constant(0.1)).expect_err("nobody");
    assert!(error.to_string().contains("no provider is named \"C\""), "{error}");
    let error = scenario.with_growth("A", Curve::constant(-1)).expect_err("no such growth");
    assert_problem(&error, "provider[A].growth.constant", &["got -1"]);
    let error = scenario.with_question(Question::overtakes("A", "C")).expect_err("nobody");
    assert_problem(&error, "question[1].overtakes[1]", &["no provider is named \"C\""]);
}

/// A name replaces a distribution with a source: the file could not contain both.
#[test]
fn a_name_leaves_the_source_behind() {
    let scenario = scenario().with("provider[B].growth.constant", normal(0.2, 0.1).source("a panel")).expect("valid");
    let named = scenario.with("provider[B].growth.constant", "boom").expect("valid");
    let written = serde_json::to_string(&named).expect("written");
    assert_eq!(Scenario::from_json(&written).expect("read"), named);
}

#[cfg(feature = "toml")]
#[test]
fn a_value_as_text() {
    let scenario = scenario();
    let address = "provider[B].growth.constant";
    for (text, words) in [
        ("", "got \"\""),
        ("0.3 0.4", "got \"0.3 0.4\""),
        ("0.3\nx = 1", "expected one value, got \"0.3\\nx = 1\""),
        ("0.3\n[x]", "expected one value"),
        ("[0.3]", "must be a number, the name of an assumption or a distribution, got a list"),
        ("true", "got true"),
        ("{}", "must contain one distribution"),
        ("{ normal = [0.3] }", "must be [mean, sd], got 1 numbers"),
        ("{ normal = [0.3, 0.1], uniform = [0, 1] }", "got normal and uniform"),
        ("{ gauss = [0, 1] }", "unknown key \"gauss\""),
        ("{ beta = [1, 1] }", "must be a table, got a list"),
        ("nan", "got NaN"),
        ("-inf", "got -inf"),
        ("1e999", "beyond the range"),
        ("boom", "got \"boom\""),
        ("\"bom\"", "did you mean \"boom\"?"),
        ("\"\"\"", "got"),
    ] {
        let error = scenario.with_toml([(address, text)]).expect_err(text);
        assert!(error.is_invalid_input(), "{text:?}: {error}");
        assert!(
            error.problems()[0].address.starts_with(address) && error.to_string().contains(words),
            "{text:?}: {error}"
        );
    }
    let error = scenario.with_toml([("question[0].sustained", "1.5")]).expect_err("no count");
    assert_problem(&error, "question[0].sustained", &["got 1.5"]);
    assert!(scenario.with_toml([(address, "\"boom\" # a name")]).is_ok());
    // Values other than numbers are set as TOML; of several changes only the result must be valid.
    let moved = scenario.with_toml([("base", "2021-Q1"), ("horizon", "2022-Q1")]).expect("valid together");
    assert_eq!((moved.base().to_string(), moved.periods()), ("2021-Q1".to_owned(), 4));
    let error = scenario.with_toml([("base", "2021-Q1")]).expect_err("after the horizon");
    assert_problem(&error, "horizon", &["must lie after base 2021-Q1"]);
    let custom = Curve::custom("own", [0.1], |tau, p| tau * p[0]);
    let custom = scenario.with_growth("B", custom).expect("valid");
    assert!(custom.with_toml([("provider[B].volatility", "0.2")]).is_ok(), "a number needs no file");
    let error = custom.with_toml([("horizon", "2022-Q1")]).expect_err("a closure");
    assert_problem(&error, "provider[B].growth.custom", &["is a closure and cannot be written"]);
    let market = Curve::share(Curve::custom("own", [0.1], |tau, p| tau * p[0]), 0.1, 0.2, 3);
    let custom = scenario.with_growth("B", market).expect("valid");
    let error = custom.with_toml([("horizon", "2022-Q1")]).expect_err("a closure");
    assert_problem(&error, "provider[B].growth.share.market.custom", &["is a closure and cannot be written"]);
}

#[test]
fn settings() {
    let scenario = scenario();
    type Set = fn(Simulation<'_>) -> Simulation<'_>;
    let cases: [(Set, &str, &str); 12] = [
        (|run| run.paths(0), "paths", "got 0"),
        (|run| run.paths(u64::MAX), "paths", "got 18446744073709551615"),
        (|run| run.threads(0), "threads", "at least 1, got 0"),
        (|run| run.confidence(0.0), "confidence", "got 0"),
        (|run| run.confidence(1.0), "confidence", "got 1"),
        (|run| run.confidence(f64::NAN), "confidence", "got NaN"),
        (|run| run.confidence(-0.5), "confidence", "got -0.5"),
        (|run| run.shard(0, 0), "shard", "got 0 of 0"),
        (|run| run.shard(2, 2), "shard", "got 2 of 2"),
        (|run| run.shard(0, u64::MAX), "shard", "got 0 of"),
        (|run| run.event("x", ["A"], |_| true).event("x", ["A"], |_| true), "event", "the name \"x\" is used twice"),
        (|run| run.event("x", ["C"], |_| true), "event[x]", "no provider is named \"C\""),
    ];
    for (set, address, words) in cases {
        let error = set(scenario.simulate().paths(64)).run().expect_err(words);
        assert_problem(&error, address, &[words]);
    }
    let none = scenario.simulate().paths(64).classify("x", ["A"], 0, |_| 0).run().expect_err("no class");
    assert_problem(&none, "classify[x]", &["got 0"]);
    let beyond = scenario.simulate().paths(64).classify("x", ["A"], 2, |_| 7).run().expect_err("a class too far");
    assert_problem(&beyond, "classify[x]", &["class 7"]);
    let error = scenario.simulate().paths(64).shard(0, 2).run().expect_err("a shard without paths");
    assert!(error.to_string().contains("no path is counted"), "{error}");
    let error = scenario.simulate().paths(0).threads(0).confidence(2.0).run().expect_err("three at once");
    assert_eq!(error.problems().len(), 3, "{error}");
}

#[test]
fn lookups() {
    let scenario = scenario().with_question(Question::overtakes("A", "B")).expect("valid");
    let outcome = scenario.simulate().paths(64).run().expect("an outcome");
    let named = outcome.question("A overtakes B").expect("asked");
    let fan = outcome.revenue("A").expect("on");
    let share = outcome.share("A").expect("on");
    let rank = outcome.rank("A").expect("on");
    let missing = |error: Option<Error>, words: &str| {
        let error = error.unwrap_or_else(|| panic!("found: {words}"));
        assert!(error.is_lookup() && error.to_string().contains(words), "{error}");
    };
    for period in ["2018-Q1", "2020-Q2", "2019", "2019-06"] {
        missing(named.by(period).err(), &format!("{period} is not in the outcome: it contains 2018-Q2 to 2020-Q1"));
        missing(named.ahead(period).err(), period);
        missing(fan.quantile(period, 0.5).err(), period);
        missing(fan.mean(period).err(), period);
        missing(fan.min(period).err(), period);
        missing(fan.max(period).err(), period);
        missing(share.quantile(period, 0.5).err(), period);
        missing(share.mean(period).err(), period);
        missing(rank.probability(period, 1).err(), period);
    }
    let year = named.by("2019").expect_err("a year among quarters");
    assert!(year.to_string().ends_with("2020-Q1; its last period is 2019-Q4"), "{year}");
    let error = named.by("2019-Q9").expect_err("no period");
    assert!(error.is_invalid_input() && error.to_string().contains("got \"2019-Q9\""), "{error}");
    for p in [0.0, 1.0, f64::NAN, -0.1, f64::INFINITY] {
        let words = format!("between 0 and 1, got {p}");
        missing(named.quantile(p).err(), &words);
        missing(fan.quantile("2019-Q1", p).err(), &words);
        missing(share.quantile("2019-Q1", p).err(), &words);
    }
    missing(rank.probability("2019-Q1", 0).err(), "ranks range from 1 to 2, got 0");
    missing(rank.probability("2019-Q1", 3).err(), "got 3");
    missing(outcome.overtake("A", "B").err(), "look one up by name: A overtakes B (sustained 2), A overtakes B");
    missing(outcome.overtake("B", "A").err(), "no question is named \"B overtakes A\"");
    missing(outcome.question("A overtakes C").err(), "did you mean \"A overtakes B\"?");
    type Look = fn(&Outcome, &str) -> Option<Error>;
    let looks: [Look; 6] = [
        |outcome, name| outcome.revenue(name).err(),
        |outcome, name| outcome.rank(name).err(),
        |outcome, name| outcome.share(name).err(),
        |outcome, name| outcome.event(name).err(),
        |outcome, name| outcome.classes(name).err(),
        |outcome, name| outcome.statistic(name).err(),
    ];
    looks.iter().for_each(|look| missing(look(&outcome, "a"), "is named \"a\""));
    let bare = scenario.simulate().paths(64).fans(false).ranks(false).shares(false).run().expect("an outcome");
    looks[..3].iter().for_each(|look| missing(look(&bare, "A"), "were switched off"));
    assert!(named.ahead_at_base().check_within(0.9..=0.95).expect_err("far off").is_assertion());
}

#[test]
fn custom_curves() {
    let build =
        |curve: Curve| Scenario::builder("2018-Q1", "2020-Q1").provider(Provider::new("A", 1).growth(curve)).build();
    let none: [f64; 0] = [];
    for (curve, words) in [
        (Curve::custom("nan", none, |tau, _| if tau > 1.0 { f64::NAN } else { 0.0 }), "got NaN after 1.25 years"),
        (Curve::custom("inf", none, |tau, _| 1.0 / (1.0 - tau) - 1.0), "got inf after 1 years"),
        (Curve::custom("huge", none, |tau, _| 1e300 * tau), "got 2.5e299 after 0.25 years"),
        (Curve::custom("start", none, |tau, _| 0.1 + tau), "log growth must be 0 at the base, got 0.1"),
        (Curve::custom("start", none, |tau, _| if tau > 0.0 { tau } else { f64::NAN }), "0 at the base, got NaN"),
        (Curve::custom("p", [f64::NAN], |_, _| 0.0), "a parameter must be finite, got NaN"),
        (Curve::custom("p", ["nobody"], |_, _| 0.0), "no assumption is named \"nobody\""),
    ] {
        let error = build(curve).expect_err(words);
        let address = &error.problems()[0].address;
        assert!(error.is_invalid_input() && address.starts_with("provider[A].growth"), "{error}");
        assert!(error.to_string().contains(words), "{error}");
    }
    // Valid at the median, 0.3, but not on paths that draw less than 0.1.
    let sometimes = Curve::custom("root", [uniform(0.0, 0.6)], |tau, p| (p[0] - 0.1).sqrt() * tau);
    let scenario = build(sometimes).expect("finite at the median");
    for threads in [1, 2] {
        let error = scenario.simulate().paths(1000).threads(threads).run().expect_err("NaN on some path");
        assert!(error.is_numeric(), "{error}");
        let problem = &error.problems()[0];
        assert_eq!(problem.address, "provider[A].growth");
        assert!(problem.message.starts_with("log growth by 2018-Q2 is NaN with the numbers [0.0"), "{error}");
    }
    let error = serde_json::to_string(&scenario).expect_err("a closure");
    assert!(error.to_string().contains("the custom curve \"root\" is a closure"), "{error}");
    let tally =
        build(Curve::custom("x", none, |tau, _| tau)).expect("valid").simulate().paths(64).tally().expect("a tally");
    assert!(serde_json::to_string(&tally).is_err(), "a tally with a closure cannot be sent");
}
