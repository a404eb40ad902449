//! Charts of small, large or unusual outcomes, and of invalid requests.

use outgrow::{Chart, Curve, Provider, Question, Scenario, normal};

use super::{NAMES, QUESTION, check, kinds, run, scenario};

#[test]
fn short_long_monthly_and_yearly_scenarios_are_drawn() {
    for (base, horizon) in [
        ("2018-Q1", "2018-Q2"),
        ("2018-Q4", "2019-Q3"),
        ("2018-03", "2018-07"),
        ("2018-03", "2038-02"),
        ("2018", "2019"),
        ("1999", "2200"),
        ("0001-Q1", "0080-Q4"),
        ("9990-11", "9999-12"),
    ] {
        let outcome = run(&scenario(3, base, horizon));
        for width in [280, 400, 800, 4000] {
            for (kind, svg) in kinds(&outcome.chart().width(width)) {
                let what = format!("{kind}, {base} to {horizon}, {width} px");
                check(&what, &svg.unwrap_or_else(|error| panic!("{what}: {error}")));
            }
        }
    }
}

#[test]
fn sixty_four_providers_are_drawn() {
    let mut builder = Scenario::builder("2018", "2022");
    for index in 0..64 {
        builder = builder.provider(
            Provider::new(format!("Provider number {index}"), 1 + index).growth(Curve::constant(normal(0.3, 0.1))),
        );
    }
    let scenario =
        builder.question(Question::overtakes("Provider number 0", "Provider number 1").name(QUESTION)).build();
    let outcome = run(&scenario.expect("a scenario"));
    for width in [400, 800] {
        for (kind, svg) in kinds(&outcome.chart().width(width)) {
            check(kind, &svg.unwrap_or_else(|error| panic!("{kind}: {error}")));
        }
    }
}

#[test]
fn money_of_any_size_certain_or_not_is_drawn() {
    for revenue in [1e-300, 1e-4, 1.0, 999.0, 1e6, 1e15, 1e290] {
        for volatility in [0.0, 0.3] {
            let provider = |name: &str, growth| {
                Provider::new(name, revenue).growth(Curve::constant(growth)).volatility(volatility)
            };
            let question = Question::overtakes("A", "B").name(QUESTION);
            let builder =
                Scenario::builder("2018-Q1", "2020-Q1").provider(provider("A", 0.0)).provider(provider("B", 0.0));
            let outcome = run(&builder.question(question).build().expect("a scenario"));
            for (kind, svg) in kinds(&outcome.chart().width(400)) {
                let what = format!("{kind} of {revenue}");
                check(&what, &svg.unwrap_or_else(|error| panic!("{what}: {error}")));
            }
        }
    }
}

#[test]
fn names_and_titles_are_escaped() {
    let odd = "<A & \"B\"> 'C'";
    let question = Question::overtakes(odd, "D").name(QUESTION);
    let provider = |name: &str| Provider::new(name, 1).growth(Curve::constant(0.1)).volatility(0.1);
    let outcome = run(&Scenario::builder("2018", "2022")
        .provider(provider(odd))
        .provider(provider("D"))
        .question(question)
        .build()
        .expect("a scenario"));
    for title in ["<script>alert(1)</script>", "a\u{0}b\u{b}\nc\u{ffff}", "]]>", "مزود الخدمة", "🌩️ क्लाउड"]
    {
        for (kind, svg) in kinds(&outcome.chart().title(title)) {
            let svg = svg.expect(kind);
            check(kind, &svg);
            assert!(!svg.contains("<script"), "{kind}");
        }
    }
    let svg = outcome.chart().fan().expect("a chart");
    let document = roxmltree::Document::parse(&svg).expect("XML");
    assert!(document.descendants().any(|node| node.text().is_some_and(|text| text.starts_with(odd))), "{svg}");
}

/// History and later actual figures are placed on the axis; sampled paths are those of the run.
#[test]
fn history_actual_figures_and_sampled_paths_are_on_the_fan() {
    let provider = Provider::new("A", 100.0).growth(Curve::constant(0.1)).volatility(0.1).history([1.0, 50.0]);
    let scenario = Scenario::builder("2018", "2022").provider(provider).build().expect("a scenario");
    let outcome = run(&scenario);
    let bare = outcome.chart().fan().expect("a chart");
    assert!(bare.contains(">2016<") && bare.contains(">1<"), "history of two years, from 1: {bare}");
    let sample = scenario.simulate().seed(7).sample(3).expect("paths");
    let svg = outcome.chart().actual("A", [("2020", 9e4), ("2024", 1e5)]).paths(&sample).fan().expect("a chart");
    assert_eq!(svg.matches("<circle").count(), bare.matches("<circle").count() + 2);
    assert_eq!(svg.matches("<path").count() - bare.matches("<path").count(), 3 + axis_growth(&svg, &bare));
    assert!(svg.contains(">2024<") && svg.contains(">100,000<"), "{svg}");
}

/// Axis lines and marks of only one of two pictures; all other paths are data.
fn axis_growth(one: &str, other: &str) -> usize {
    let rules = |svg: &str| svg.matches("class=\"og-grid-l\"").count() + svg.matches("class=\"og-soft-l\"").count();
    rules(one) - rules(other)
}

/// Twenty years and a month: the month's bar exists at its minimum width, and no side is negative.
#[test]
fn the_sides_of_bars_are_positive_and_their_span_is_shown() {
    let outcome = run(&scenario(2, "2017-12", "2038-01"));
    for (width, span) in [(400, "in each 5 years"), (800, "in each year"), (4000, "in each quarter")] {
        let svg = outcome.chart().width(width).date(QUESTION).expect("a chart");
        let document = roxmltree::Document::parse(&svg).expect("XML");
        for bar in document.descendants().filter(|node| node.has_tag_name("rect")) {
            for side in ["width", "height"] {
                let length: f64 = bar.attribute(side).and_then(|side| side.parse().ok()).expect("a side");
                assert!(length >= 0.0, "{width} px: {side} {length}");
            }
        }
        let words: String = document.descendants().filter(|node| node.has_tag_name("text")).flat_map(text_of).collect();
        assert!(words.contains(span), "{width} px: {words}");
    }
}

/// The text of a node, followed by a blank.
fn text_of(node: roxmltree::Node<'_, '_>) -> Vec<String> {
    node.children()
        .filter(|child| child.is_text())
        .filter_map(|child| child.text())
        .map(|text| format!("{text} "))
        .collect()
}

/// Dots of one date do not touch, also if the last quarter is alone.
#[test]
fn no_two_dots_touch() {
    let outcome = run(&scenario(2, "2018-Q1", "2028-Q1"));
    for width in [280, 360, 400, 800] {
        for by in ["2018-Q4", "2028-Q1"] {
            let side = Chart::compare([("one", &outcome), ("two", &outcome), ("three", &outcome)]).width(width).by(by);
            let svg = side.dots(QUESTION).expect("a chart");
            let document = roxmltree::Document::parse(&svg).expect("XML");
            let number = |node: &roxmltree::Node<'_, '_>, name| -> f64 {
                node.attribute(name).and_then(|value| value.parse().ok()).expect("a number")
            };
            let circles = document.descendants().filter(|node| node.has_tag_name("circle"));
            let dots: Vec<[f64; 3]> = circles.map(|dot| ["cx", "cy", "r"].map(|name| number(&dot, name))).collect();
            for (index, one) in dots.iter().enumerate() {
                for other in &dots[..index] {
                    let (across, up) = (one[0] - other[0], one[1] - other[1]);
                    assert!(
                        (across * across + up * up).sqrt() >= one[2] + other[2],
                        "{width} px: {one:?} and {other:?}"
                    );
                }
            }
        }
    }
}

/// The paths drawn over a fan are the first paths of the run, recorded by an event on one thread.
#[test]
fn sampled_paths_are_the_first_of_a_run_of_the_same_seed() {
    const COUNT: usize = 130;
    let scenario = scenario(2, "2018-Q1", "2020-Q1");
    let sample = scenario.simulate().seed(7).sample(COUNT).expect("paths");
    for [one, other] in [[NAMES[0], NAMES[1]], [NAMES[1], NAMES[0]]] {
        let seen = std::sync::Mutex::new(Vec::new());
        let note = |[one, other]: [outgrow::Path<'_>; 2]| {
            let path = |path: &outgrow::Path<'_>| (0..=path.periods()).map(|t| path.revenue(t)).collect::<Vec<f64>>();
            seen.lock().expect("one thread").push([path(&one), path(&other)]);
            true
        };
        let run = scenario.simulate().paths(COUNT as u64).seed(7).threads(1).event("noted", [one, other], note).run();
        let outcome = run.expect("a run");
        assert_eq!(outcome.event("noted").expect("asked").value().to_bits(), 1f64.to_bits());
        let drawn: Vec<[Vec<f64>; 2]> = (0..COUNT)
            .map(|path| [one, other].map(|name| sample.revenue(name, path).expect("a path").to_vec()))
            .collect();
        assert_eq!(seen.into_inner().expect("one thread"), drawn, "{one}, {other}");
    }
}

#[test]
fn twenty_dots_are_always_twenty_and_the_sentence_counts_them() {
    let outcome = run(&scenario(2, "2018-Q1", "2028-Q1"));
    let answer = outcome.question(QUESTION).expect("asked");
    for by in ["2018-Q2", "2020-Q4", "2028-Q1"] {
        let svg = outcome.chart().by(by).dots(QUESTION).expect("a chart");
        assert_eq!(svg.matches("<circle").count(), 20, "{by}");
        // The number of quantiles at 1/40, 3/40, … that are reached: 20 P, rounded.
        let met = (20.0 * answer.by(by).expect("a date").value()).round();
        let never = (20.0 * answer.not_by_horizon().value()).round();
        let sentence = format!(
            "In {met} of 20 futures {} has overtaken {} by {by}; in {never} not by 2028-Q1.",
            NAMES[0], NAMES[1]
        );
        assert!(svg.contains(&sentence), "{sentence}\n{svg}");
        let filled = svg.lines().filter(|line| line.starts_with("<circle") && !line.contains("og-paper")).count();
        assert!((filled as f64 - met).abs() < 0.5, "{by}: {filled} filled, {met} reported");
    }
}

#[test]
fn settings_out_of_bounds_are_refused_with_their_value() {
    let scenario = scenario(2, "2018-Q1", "2020-Q1");
    let outcome = run(&scenario);
    let yearly = run(&self::scenario(2, "2018", "2020"));
    let bare = scenario.simulate().paths(10).fans(false).ranks(false).shares(false).run().expect("a run");
    let sample = self::scenario(2, "2018", "2020").simulate().sample(2).expect("paths");
    let chart = || outcome.chart();
    for (reported, words) in [
        (chart().width(100).fan(), "chart: width: must be between 280 and 4,000 pixels, got 100"),
        (chart().height(40).fan(), "pixels at its width, got 40"),
        (chart().height(9999).fan(), "got 9999"),
        (chart().of(["AWS"]).fan(), "AWS"),
        (chart().of(["AWS"]).ranks(), "AWS"),
        (chart().of(Vec::<String>::new()).shares(), "no provider is selected"),
        (chart().of([NAMES[0], NAMES[0]]).fan(), "is given twice"),
        (chart().by("2018-Q9").dots(QUESTION), "\"2018-Q9\""),
        (chart().by("2030-Q1").overtake(QUESTION), "2030-Q1 is not in the outcome"),
        (chart().date("firsttwo"), "did you mean \"first two\""),
        (chart().actual("AWS", [("2019-Q1", 1.0)]).fan(), "AWS"),
        (chart().actual(NAMES[0], [("2019-Q1", f64::NAN)]).fan(), "got NaN"),
        (chart().actual(NAMES[0], [("2019-Q1", -1.0)]).fan(), "2019-Q1: revenue must be finite and above 0, got -1"),
        (chart().actual(NAMES[0], [("2019", 1.0)]).fan(), "2019 is not a quarter"),
        (chart().paths(&sample).fan(), "is not in the sampled paths"),
        (Chart::compare(Vec::<(&str, _)>::new()).fan(), "no outcome is given"),
        (Chart::compare([("a", &outcome), ("b", &yearly)]).fan(), "a different step"),
        (bare.chart().fan(), "fans of"),
        (bare.chart().ranks(), "ranks of"),
        (bare.chart().shares(), "shares of"),
    ] {
        let error = reported.expect_err(words).to_string();
        assert!(error.contains(words), "{words}: {error}");
    }
    for count in [0, 10_001] {
        let error = scenario.simulate().sample(count).expect_err("out of bounds").to_string();
        assert!(error.contains(&format!("got {count}")), "{error}");
    }
}
