//! Questions about the order of all providers: who leads, and who is among the largest.

use outgrow::{
    Curve, Measure, Outcome, Path, Provider, Question, Sampling, Scenario, ScenarioBuilder, When, assert_probability,
    normal,
};

fn builder() -> ScenarioBuilder {
    let provider = |name, revenue: f64, growth: f64| {
        Provider::new(name, revenue).growth(Curve::constant(normal(growth, 0.05))).volatility(0.2).history([revenue; 3])
    };
    Scenario::builder("2018-Q4", "2022-Q4")
        .provider(provider("A", 700.0, 0.4))
        .provider(provider("B", 1000.0, 0.2))
        .provider(provider("C", 900.0, 0.25))
        .provider(provider("D", 500.0, 0.3))
        .correlation("A", "B", 0.4)
}

fn asked() -> Scenario {
    builder()
        .question(Question::leads("A"))
        .question(Question::top("A", 2))
        .question(Question::top("A", 1))
        .question(Question::top("A", 4))
        .question(Question::leads("A").sustained(3))
        .question(Question::top("D", 3).measure(Measure::Trailing))
        .build()
        .expect("valid")
}

/// The rank of the first provider in a period: 1 plus the number of others with at least its revenue.
fn rank(paths: [Path<'_>; 4], t: usize) -> usize {
    1 + (1..4).filter(|other| paths[*other].revenue(t) >= paths[0].revenue(t)).count()
}

/// Against custom events, which compare revenue one path at a time.
#[test]
fn leads_and_top_agree_with_custom_events() {
    let names = ["A", "B", "C", "D"];
    let ever = |places: usize| move |paths: [Path<'_>; 4]| (0..=16).any(|t| rank(paths, t) <= places);
    let lasting = |paths: [Path<'_>; 4]| (0..=14).any(|t| (t..t + 3).all(|t| rank(paths, t) == 1));
    let run = asked()
        .simulate()
        .paths(1 << 14)
        .seed(4)
        .event("leads", names, ever(1))
        .event("top 2", names, ever(2))
        .event("ahead", names, |paths| rank(paths, 16) <= 2)
        .event("lasting", names, lasting)
        .run()
        .expect("an outcome");
    let by = |name: &str| run.question(name).expect("asked").by("2022-Q4").expect("a date").value();
    let event = |name: &str| run.event(name).expect("asked").value();
    assert_eq!(by("A leads").to_bits(), event("leads").to_bits());
    assert_eq!(by("A in the top 1").to_bits(), event("leads").to_bits());
    assert_eq!(by("A in the top 2").to_bits(), event("top 2").to_bits());
    assert_eq!(by("A leads (sustained 3)").to_bits(), event("lasting").to_bits());
    assert_eq!(by("A in the top 4").to_bits(), 1.0_f64.to_bits());
    let top = run.question("A in the top 2").expect("asked");
    assert_eq!(top.ahead("2022-Q4").expect("a date").value().to_bits(), event("ahead").to_bits());
    assert!(event("leads") > 0.2 && event("top 2") < 0.99);
    let first = run.rank("A").expect("ranks").probability("2022-Q4", 1).expect("a date").value();
    let leads = run.question("A leads").expect("asked");
    assert_eq!(leads.ahead("2022-Q4").expect("a date").value().to_bits(), first.to_bits());
    assert!(matches!(top.quantile(0.5).expect("a quantile"), When::At(_)));
    assert!(run.question("D in the top 3 (trailing)").expect("asked").by("2022-Q4").expect("a date").value() > 0.0);
}

#[test]
fn every_sampling_scheme_agrees() {
    let run = |sampling| asked().simulate().paths(1 << 15).seed(2).sampling(sampling).run().expect("an outcome");
    let plain = run(Sampling::Plain);
    for sampling in [Sampling::Antithetic, Sampling::Sobol, Sampling::Importance, Sampling::Auto] {
        let other = run(sampling);
        for (a, b) in plain.questions().iter().zip(other.questions()) {
            for ((period, a), (_, b)) in a.iter_by().zip(b.iter_by()) {
                let [own, other] = [a, b].map(|estimate| estimate.standard_error());
                let error = 5.0 * (own * own + other * other).sqrt();
                assert!((a.value() - b.value()).abs() <= error, "{sampling:?} {period}: {a} {b}");
            }
        }
    }
}

/// With two providers a provider leads if it is ahead of the other, exactly too.
#[test]
fn the_lead_of_two_is_that_of_the_pair() {
    let pair = Scenario::builder("2018-Q1", "2020-Q1")
        .provider(Provider::new("A", 900).growth(Curve::constant(0.3)).volatility(0.1))
        .provider(Provider::new("B", 1000).growth(Curve::constant(normal(0.2, 0.05))).volatility(0.1))
        .question(Question::overtakes("A", "B"))
        .question(Question::leads("A"))
        .question(Question::top("A", 1).sustained(2))
        .question(Question::overtakes("A", "B").sustained(2))
        .build()
        .expect("valid");
    for outcome in [pair.simulate().paths(5000).run(), pair.exact().run()] {
        let outcome = outcome.expect("an outcome");
        let by = |name: &str| outcome.question(name).expect("asked").iter_by().collect::<Vec<_>>();
        assert_eq!(by("A leads"), by("A overtakes B"));
        assert_eq!(by("A in the top 1 (sustained 2)"), by("A overtakes B (sustained 2)"));
    }
    let gradient = |name: &str| pair.exact().gradient(name, "2019-Q1").expect("a gradient").entries().to_vec();
    assert_eq!(gradient("A leads"), gradient("A overtakes B"));
    let error = asked().exact().run().expect_err("more than two");
    assert!(error.is_unsupported() && error.to_string().contains("more than two providers"), "{error}");
    let error = asked().simulate().paths(100).continuous(true).run().expect_err("more than two");
    assert!(error.is_unsupported() && error.to_string().contains("question[0].leads"), "{error}");
}

/// A tie does not lead: each of two tied providers has the other at its revenue.
#[test]
#[expect(clippy::float_cmp, reason = "nothing is drawn")]
fn ties_do_not_lead() {
    let scenario = Scenario::builder("2018", "2020")
        .provider(Provider::new("A", 10).growth(Curve::constant(0.1)))
        .provider(Provider::new("B", 10).growth(Curve::constant(0.1)))
        .provider(Provider::new("C", 5).growth(Curve::constant(0.1)))
        .question(Question::leads("A"))
        .question(Question::top("A", 2))
        .question(Question::top("C", 3))
        .question(Question::top("C", 2))
        .build()
        .expect("valid");
    let outcome = scenario.simulate().paths(100).run().expect("an outcome");
    let by = |name: &str| outcome.question(name).expect("asked").by("2020").expect("a date");
    assert_eq!([by("A leads").value(), by("A in the top 2").value()], [0.0, 1.0]);
    assert_eq!([by("C in the top 3").value(), by("C in the top 2").value()], [1.0, 0.0]);
    assert_eq!(by("A leads").standard_error(), 0.0);
    // Ranks share the better one.
    assert_eq!(outcome.rank("B").expect("ranks").mean("2020").expect("a date"), 1.0);
    assert_eq!(outcome.rank("C").expect("ranks").median("2020").expect("a date"), 3);
}

#[test]
fn files_and_outcomes_round_trip() {
    let scenario = asked();
    let text = scenario.to_toml().expect("a file");
    assert!(text.contains("leads = \"A\"") && text.contains("top = [\"A\", 2]"), "{text}");
    assert_eq!(Scenario::from_toml(&text).expect("valid"), scenario);
    assert!(scenario.numbers().contains(&("question[1].top[1]".to_owned(), 2.0)));
    assert_eq!(scenario.with("question[1].top[1]", 3).expect("valid").questions()[1].title(), "A in the top 3");
    let outcome = scenario.simulate().paths(2000).seed(1).run().expect("an outcome");
    let json = serde_json::to_value(&outcome).expect("a file");
    assert_eq!(json["questions"][0]["leads"], "A");
    assert_eq!(json["questions"][1]["top"], serde_json::json!(["A", 2]));
    assert!(json["questions"][0].get("overtakes").is_none());
    let read: Outcome = serde_json::from_value(json).expect("an outcome");
    assert_eq!(read.to_csv(), outcome.to_csv());
    let tally = scenario.simulate().paths(2000).seed(1).tally().expect("a tally");
    assert_eq!(tally.outcome().expect("an outcome").to_csv(), outcome.to_csv());
    let shown = outcome.to_string();
    for words in [
        "A leads: first quarter with the highest revenue, base 2018-Q4",
        "A in the top 2: first quarter among the 2 with the highest revenue, base 2018-Q4",
        "likeliest rank  mean rank  median rank",
    ] {
        assert!(shown.contains(words), "{words}\n{shown}");
    }
    #[cfg(feature = "charts")]
    {
        for name in ["A leads", "A in the top 2"] {
            let chart = outcome.chart().overtake(name).expect("a chart");
            assert!(chart.contains(name), "{name}");
            outcome.chart().date(name).and_then(|_| outcome.chart().dots(name)).map(drop).expect("charts");
        }
        outcome.report().html().map(drop).expect("a report");
    }
    let snapshot = outcome.snapshot();
    snapshot.compare(&snapshot.to_string().parse().expect("a snapshot")).expect("the same");
    scenario.audit().map(drop).expect("an audit");
}

#[test]
fn probabilities_of_places_are_asserted() {
    let scenario = builder().build().expect("valid");
    assert_probability!(scenario, "A" leads by "2022-Q4" in 0.2..=0.99);
    assert_probability!(scenario, "A" top 2 by "2022-Q4" in 0.3..=1.0, sustained = 2);
}

#[test]
fn bad_places_are_errors() {
    for (question, address, words) in [
        (Question::leads("E"), "question[0].leads", "no provider is named \"E\""),
        (Question::top("E", 2), "question[0].top[0]", "no provider is named \"E\""),
        (Question::top("A", 5), "question[0].top[1]", "between 1 and the number of providers, 4, got 5"),
        (Question::top("A", 0), "question[0].top[1]", "at least 1, got 0"),
    ] {
        let error = builder().question(question).build().expect_err("not allowed");
        let found = error.problems().iter().find(|problem| problem.address == address);
        assert!(found.is_some_and(|problem| problem.message.contains(words)), "{address}: {error}");
    }
    let file = |question: &str| {
        let base = "base = \"2018\"\nhorizon = \"2020\"\n[[provider]]\nname = \"A\"\nrevenue = 1\ngrowth = { constant = 0.1 }\n";
        Scenario::from_toml(&format!(
            "{base}[[provider]]\nname = \"B\"\nrevenue = 2\ngrowth = {{ constant = 0.1 }}\n[[question]]\n{question}"
        ))
        .expect_err("not allowed")
        .to_string()
    };
    for (question, words) in [
        (
            "leads = \"A\"\novertakes = [\"A\", \"B\"]",
            "must contain one of overtakes, leads, top, got overtakes and leads",
        ),
        ("top = [\"A\"]", "must be a list of a name and a number of places, got 1 items"),
        ("top = [\"A\", 1.5]", "got 1.5"),
        ("top = [1, 1]", "must be text, got 1"),
        ("leads = [\"A\"]", "must be text, got a list"),
        ("sustained = 2", "the key \"overtakes\" is missing, or \"leads\" or \"top\""),
    ] {
        assert!(file(question).contains(words), "{question}: {}", file(question));
    }
}
