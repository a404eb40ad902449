//! Sustained leads: the base is a date like any other.

use outgrow::{Curve, Measure, Provider, Question, Sampling, Scenario, Tail, When, normal};

/// Classes by definition: the first date from 0 on that begins `k` consecutive dates ahead, or one beyond the last date.
fn first_of(ahead: &[bool], k: usize) -> usize {
    let run = ahead.windows(k).position(|run| run.iter().all(|ahead| *ahead));
    run.unwrap_or(ahead.len())
}

/// A is slightly ahead and falls; B is constant.
fn falling(k: u32) -> Scenario {
    Scenario::builder("2018-Q1", "2022-Q4")
        .provider(Provider::new("A", 1001).growth(Curve::constant(-0.9)))
        .provider(Provider::new("B", 1000).growth(Curve::constant(0)))
        .question(Question::overtakes("A", "B").sustained(k))
        .build()
        .expect("valid")
}

#[test]
fn a_lead_at_the_base_counts_only_if_it_lasts() {
    let outcome = falling(3).simulate().paths(100).run().expect("an outcome");
    let answer = outcome.overtake("A", "B").expect("asked");
    assert_eq!((answer.ahead_at_base().value(), answer.ahead_at_base().standard_error()), (1.0, 0.0));
    assert_eq!(answer.from_base().map(|lasting| lasting.value()), Some(0.0));
    for date in answer.periods() {
        assert!(answer.by(*date).expect("a date").value() <= 0.0, "{date}");
    }
    assert!(answer.not_by_horizon().value() >= 1.0);
    assert_eq!(answer.quantile(0.05).expect("a date"), When::NotBy("2022-Q4".parse().expect("a label")));
    assert_eq!(answer.mean_date().given_overtake, None);
    let text = answer.to_string();
    assert!(text.contains("already ahead at base 2018-Q1: 1, and for 3 consecutive dates from then on: 0"), "{text}");
    assert!(!text.contains("nothing to overtake"), "{text}");
    // A question about a single date differs: A is ahead at the base.
    let one = falling(1).simulate().paths(100).run().expect("an outcome");
    let one = one.overtake("A", "B").expect("asked");
    assert!(one.by("2018-Q2").expect("a date").value() >= 1.0 && one.from_base().is_none());
}

#[test]
fn a_lead_at_the_base_that_lasts_counts_at_every_date() {
    let lasting = falling(3).with("provider[A].growth.constant", 0.01).expect("valid");
    let outcome = lasting.simulate().paths(100).run().expect("an outcome");
    let answer = outcome.overtake("A", "B").expect("asked");
    assert_eq!(answer.from_base().map(|lasting| lasting.value()), Some(1.0));
    assert!(answer.by("2018-Q2").expect("a date").value() >= 1.0);
    assert_eq!(answer.quantile(0.5).expect("a date"), When::At("2018-Q1".parse().expect("a label")));
    assert!(answer.to_string().contains("so there is nothing to overtake"), "{answer}");
    assert_eq!(answer.counts()[0], 100);
}

/// Ahead at the base, behind for a year, ahead for good: the later lead is the overtake.
#[test]
fn a_path_that_loses_the_lead_may_overtake_later() {
    let scenario = Scenario::builder("2018-Q1", "2022-Q4")
        .provider(Provider::new("A", 1001).growth(Curve::schedule([-0.5, 2.0], Tail::hold())))
        .provider(Provider::new("B", 1000).growth(Curve::constant(0)))
        .question(Question::overtakes("A", "B").sustained(2))
        .build()
        .expect("valid");
    let outcome = scenario.simulate().paths(64).run().expect("an outcome");
    let answer = outcome.overtake("A", "B").expect("asked");
    // 1001 · 0.5 · 3^(n/4) passes 1000 at n = 3.
    assert_eq!(answer.quantile(0.5).expect("a date"), When::At("2019-Q4".parse().expect("a label")));
    assert_eq!(answer.lead_changes().last().map(|changes| changes.count), Some(2));
    let years = answer.mean_date().given_overtake.expect("it happens");
    assert!((years.value() - 1.75).abs() < 1e-12 && years.standard_error() <= 0.0, "{years}");
}

fn drawn(measure: Measure, k: u32) -> Scenario {
    let provider = |name: &str, base: f64, growth: f64| {
        Provider::new(name, normal(base, 8.0))
            .growth(Curve::constant(normal(growth, 0.05)))
            .volatility(0.25)
            .history([88.0, 93.0, 97.0])
    };
    Scenario::builder("2018-Q1", "2021-Q2")
        .provider(provider("a", 100.0, 0.2))
        .provider(provider("b", 101.0, 0.18))
        .question(Question::overtakes("a", "b").measure(measure).sustained(k))
        .build()
        .expect("valid")
}

/// Every path of a run is sampled again and classified by the definition, with sums in f64.
#[test]
fn classes_are_those_of_the_definition() {
    const PATHS: usize = 4_096;
    for measure in [Measure::Period, Measure::Trailing, Measure::Annual, Measure::FiscalYearEnding(3)] {
        for k in [1, 2, 3] {
            let scenario = drawn(measure, k);
            let outcome = scenario.simulate().paths(PATHS as u64).seed(11).run().expect("an outcome");
            let answer = &outcome.questions()[0];
            let paths = scenario.simulate().seed(11).sample(PATHS).expect("paths");
            let width = if measure == Measure::Period { 1 } else { 4 };
            // Calendar years have no base in 2018-Q1: three quarters of 2017 are known, its first is not.
            let base = (measure != Measure::Annual).then_some(0);
            let dates: Vec<usize> =
                base.into_iter()
                    .chain(answer.periods().iter().map(|date| {
                        paths.periods().iter().position(|period| period == date).expect("a date is a period")
                    }))
                    .collect();
            let mut expected = vec![0; answer.periods().len() + 2];
            let (mut at_base, mut lasting) = (0, 0);
            for path in 0..PATHS {
                let sum = |name: &str, t: usize| -> f64 {
                    let own = paths.revenue(name, path).expect("a path");
                    let known: Vec<f64> = [88.0, 93.0, 97.0].into_iter().chain(own.iter().copied()).collect();
                    known[t + 4 - width..t + 4].iter().sum()
                };
                let mut ahead: Vec<bool> = dates.iter().map(|t| sum("a", *t) > sum("b", *t)).collect();
                if base.is_none() {
                    ahead.insert(0, false);
                }
                at_base += u64::from(ahead[0]);
                lasting += u64::from(ahead[..k as usize].iter().all(|ahead| *ahead));
                expected[first_of(&ahead, k as usize)] += 1;
            }
            assert_eq!(answer.counts(), expected, "{measure:?}, {k} in a row");
            let share = |count: u64| count as f64 / PATHS as f64;
            let is_near = |p: f64, count: u64| (p - share(count)).abs() < 1e-12;
            assert!(is_near(answer.ahead_at_base().value(), at_base), "{measure:?}, {k} in a row");
            assert_eq!(answer.from_base().is_some(), k > 1);
            assert!(answer.from_base().is_none_or(|own| is_near(own.value(), lasting)), "{measure:?}, {k} in a row");
            assert!(measure != Measure::Period || (at_base > 1_000 && expected[0] < at_base) || k == 1, "of use");
        }
    }
}

#[test]
fn every_sampling_says_the_same_of_a_lead_at_the_base() {
    let scenario = drawn(Measure::Period, 3);
    let run = |sampling| {
        let run = scenario.simulate().paths(65_536).seed(3).sampling(sampling).fans(false).ranks(false).shares(false);
        run.run().expect("an outcome")
    };
    let plain = run(Sampling::Plain);
    let plain = &plain.questions()[0];
    for sampling in [Sampling::Antithetic, Sampling::Sobol, Sampling::Importance] {
        let other = run(sampling);
        let other = &other.questions()[0];
        let pairs = [
            (plain.ahead_at_base(), other.ahead_at_base()),
            (plain.from_base().expect("asked"), other.from_base().expect("asked")),
            (plain.by("2020-Q1").expect("a date"), other.by("2020-Q1").expect("a date")),
        ];
        for (one, two) in pairs {
            let error = libm::hypot(one.standard_error(), two.standard_error());
            assert!((one.value() - two.value()).abs() < 4.5 * error, "{sampling:?}: {one} and {two}");
        }
        let (own, mean) = (other.mean_date(), plain.mean_date());
        let error = libm::hypot(own.restricted.standard_error(), mean.restricted.standard_error());
        assert!((own.restricted.value() - mean.restricted.value()).abs() < 4.5 * error, "{sampling:?}: {own:?}");
    }
}

#[test]
fn a_difference_counts_the_base_as_a_date() {
    let lasting = falling(3).with("provider[A].growth.constant", 0.01).expect("valid");
    let differences = falling(3).simulate().paths(100).difference(&lasting).expect("differences");
    let change = differences.questions()[0].by("2018-Q2").expect("a date");
    assert!(change.before.value() <= 0.0 && change.after.value() >= 1.0, "{change}");
}

/// Shares of the date chart: leads that last from the base on, the dates, and the rest add up to all paths.
#[test]
#[cfg(feature = "charts")]
fn charts_set_apart_what_lasts_from_the_base_on() {
    let outcome = drawn(Measure::Period, 3).simulate().paths(2_000).seed(5).run().expect("an outcome");
    let name = outcome.questions()[0].name().to_owned();
    let date = outcome.chart().date(&name).expect("a chart");
    assert!(date.contains("shown separately: leads from the base on, and not by the horizon"), "{date}");
    assert!(date.contains(">ahead from<"), "{date}");
    let dots = outcome.chart().dots(&name).expect("a chart");
    assert!(dots.contains("of them from the base on"), "{dots}");
    let outcome = falling(3).simulate().paths(100).run().expect("an outcome");
    let date = outcome.chart().date("A overtakes B (sustained 3)").expect("a chart");
    assert!(!date.contains("ahead from") && !date.contains("leads from"), "nobody leads from the base on: {date}");
}

#[test]
fn the_audit_speaks_of_leads_at_the_base_that_last() {
    let seen = |scenario: &Scenario| {
        let audit = scenario.audit().expect("an audit");
        audit.findings().iter().map(|finding| finding.seen.clone()).collect::<Vec<_>>().join("\n")
    };
    let found = seen(&falling(3));
    assert!(!found.contains("is already ahead in 2018-Q1"), "it counts at no date: {found}");
    let lasting = falling(3).with("provider[A].growth.constant", 0.01).expect("valid");
    assert!(
        seen(&lasting).contains("and remains ahead for 3 consecutive dates, with probability 1"),
        "{}",
        seen(&lasting)
    );
}

/// Without shocks, where both are exact: how the solver treats a lead at the base.
#[test]
fn exact_answers_count_the_base_as_a_date() {
    let exact = falling(3).exact().run().expect("an outcome");
    let answer = exact.overtake("A", "B").expect("asked");
    assert!(answer.ahead_at_base().value() >= 1.0 && answer.by("2022-Q4").expect("a date").value() <= 0.0);
    assert_eq!(answer.from_base().map(|lasting| lasting.value()), Some(0.0));
    for k in [2, 3, 5] {
        let scenario = drawn(Measure::Period, k);
        let run = scenario.simulate().paths(400_000).seed(9).cross_check(true);
        let outcome = run.fans(false).ranks(false).shares(false).run().expect("an outcome");
        let check = outcome.questions()[0].cross_check().expect("asked for");
        assert!(check.agrees() && check.reason().is_none() && check.from_base().is_some(), "{check}");
    }
}

#[test]
fn years_in_a_row_are_so_many_dates() {
    let scenario = |base: &str, horizon: &str, measure: Measure| {
        Scenario::builder(base, horizon)
            .provider(Provider::new("A", 1).growth(Curve::constant(0.3)))
            .provider(Provider::new("B", 2).growth(Curve::constant(0.1)))
            .question(Question::overtakes("A", "B").measure(measure).sustained_years(2))
            .build()
    };
    let cases = [
        ("2018-Q1", "2028-Q1", Measure::Period, 8, "A overtakes B (sustained 8)"),
        ("2018-01", "2028-12", Measure::Period, 24, "A overtakes B (sustained 24)"),
        ("2018", "2028", Measure::Period, 2, "A overtakes B (sustained 2)"),
        ("2018-Q1", "2028-Q1", Measure::Annual, 2, "A overtakes B (annual, sustained 2)"),
        ("2018-01", "2028-12", Measure::FiscalYearEnding(3), 2, "A overtakes B (fiscal year ending 3, sustained 2)"),
    ];
    for (base, horizon, measure, dates, title) in cases {
        let scenario = scenario(base, horizon, measure).expect("valid");
        assert_eq!(scenario.questions()[0].title(), title);
        let outcome = scenario.simulate().paths(64).run().expect("an outcome");
        let json = serde_json::to_value(&outcome).expect("written");
        assert_eq!((&json["questions"][0]["sustained"], &json["questions"][0]["name"]), (&dates.into(), &title.into()));
        // The number of dates, whichever way it is stated.
        let stated = Question::overtakes("A", "B").measure(measure).sustained(dates).name("stated");
        let both = scenario.with_question(stated).expect("valid").simulate().paths(64).run().expect("an outcome");
        assert_eq!(both.questions()[0].counts(), both.questions()[1].counts());
    }
    let error = scenario("2018-Q1", "2019-Q4", Measure::Period).expect_err("seven quarters");
    let problem = &error.problems()[0];
    let message = "only 7 periods are projected, got 2, which is 8 dates";
    assert_eq!((problem.address.as_str(), problem.message.as_str()), ("question[0].sustained.years", message));
}

#[test]
fn years_in_a_row_have_an_address_and_go_through_files() {
    let text = r#"{ "base": "2018-Q1", "horizon": "2028-Q1",
        "provider": [{ "name": "A", "revenue": 1, "growth": { "constant": 0.3 } },
                     { "name": "B", "revenue": 2, "growth": { "constant": 0.1 } }],
        "question": [{ "overtakes": ["A", "B"], "sustained": { "years": 1 } }] }"#;
    let scenario = Scenario::from_json(text).expect("valid");
    let built = Scenario::builder("2018-Q1", "2028-Q1")
        .provider(Provider::new("A", 1).growth(Curve::constant(0.3)))
        .provider(Provider::new("B", 2).growth(Curve::constant(0.1)))
        .question(Question::overtakes("A", "B").sustained_years(1));
    assert_eq!(scenario, built.clone().build().expect("valid"));
    let written = serde_json::to_string(&scenario).expect("written");
    assert!(written.contains(r#""sustained":{"years":1}"#), "{written}");
    assert_eq!(Scenario::from_json(&written).expect("read"), scenario);
    let longer = scenario.with("question[0].sustained.years", 2).expect("valid");
    assert_eq!(longer.questions()[0].title(), "A overtakes B (sustained 8)");
    assert!(scenario.numbers().contains(&("question[0].sustained.years".to_owned(), 1.0)));
    let too_long = scenario.with("question[0].sustained.years", 11).expect_err("ten years are projected");
    assert!(too_long.to_string().contains("only 40 periods are projected, got 11, which is 44 dates"), "{too_long}");
    for (years, words) in [(0, "at least 1, got 0"), (u32::MAX, "which is 17179869180 dates")] {
        let error = built.clone().question(Question::overtakes("B", "A").sustained_years(years)).build();
        let error = error.expect_err("no such length").to_string();
        assert!(error.contains("question[1].sustained.years") && error.contains(words), "{error}");
    }
    for (stated, words) in [
        (r#"{ "years": 1.5 }"#, "question[0].sustained.years (line 4, column 73): must be a whole number"),
        (r#"{ "months": 6 }"#, "unknown key \"months\""),
        (r#"{}"#, "must contain one length (years), got none"),
        (r#""a year""#, "or { years = 1 }, got \"a year\""),
    ] {
        let error = Scenario::from_json(&text.replace(r#"{ "years": 1 }"#, stated)).expect_err("no length");
        assert!(error.to_string().contains(words), "{error}");
    }
}
