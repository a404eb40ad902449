//! The noun for what is compared is used in all texts.

use outgrow::{Curve, Measure, Outcome, Provider, Question, Scenario, normal};

fn scenario(noun: Option<&str>) -> Scenario {
    let builder = Scenario::builder("2018-Q1", "2020-Q4").unit("thousand");
    let builder = noun.into_iter().fold(builder, |builder, noun| builder.quantity(noun));
    builder
        .provider(Provider::new("A", 90).growth(Curve::constant(normal(0.3, 0.1))).volatility(0.2))
        .provider(Provider::new("B", 100).growth(Curve::constant(0.2)).volatility(0.1))
        .question(Question::overtakes("A", "B"))
        .question(Question::overtakes("A", "B").measure(Measure::Annual))
        .build()
        .expect("valid")
}

fn run(noun: Option<&str>) -> Outcome {
    scenario(noun).simulate().paths(500).fans_of([Measure::Annual]).run().expect("an outcome")
}

#[test]
fn tables_use_the_noun() {
    let outcome = run(Some("registrations"));
    let (text, markdown) = (outcome.to_string(), outcome.to_markdown());
    for text in [&text, &markdown] {
        assert!(text.to_lowercase().contains("registrations"), "{text}");
        assert!(!text.to_lowercase().contains("revenue"), "{text}");
    }
    assert!(text.contains("first quarter with higher registrations, base 2018-Q1"), "{text}");
    assert!(text.contains("first calendar year with higher registrations"), "{text}");
    assert!(text.contains("A: registrations of the quarter, thousand"), "{text}");
    assert!(text.contains("A: registrations of the calendar year, thousand"), "{text}");
}

#[test]
#[cfg(feature = "charts")]
fn charts_and_reports_use_the_noun() {
    let outcome = run(Some("registrations"));
    let (fan, ranks, shares) = (outcome.chart().fan(), outcome.chart().ranks(), outcome.chart().shares());
    let name = outcome.questions()[0].name().to_owned();
    let charts = [
        fan.expect("a chart"),
        ranks.expect("a chart"),
        shares.expect("a chart"),
        outcome.chart().overtake(&name).expect("a chart"),
        outcome.chart().measure(Measure::Annual).fan().expect("a chart"),
    ];
    for text in &charts {
        assert!(text.to_lowercase().contains("registrations"), "{text}");
        assert!(!text.to_lowercase().contains("revenue"), "{text}");
    }
    let report = outcome.report().html().expect("a report");
    assert!(report.contains("<h2>Registrations</h2>") && report.contains("Registrations of A, B"), "{report}");
}

#[test]
fn revenue_is_the_default_and_no_number_depends_on_the_noun() {
    assert_eq!((scenario(None).quantity(), scenario(Some("users")).quantity()), ("revenue", "users"));
    let (plain, named) = (run(None), run(Some("users")));
    assert!(plain.to_string().contains("first quarter with higher revenue, base 2018-Q1"));
    assert_eq!(plain.to_csv(), named.to_csv(), "keys and numbers are those of the format");
}

#[test]
fn the_noun_goes_through_files_and_bad_ones_are_reported() {
    let users = scenario(Some("users"));
    let written = serde_json::to_string(&users).expect("written");
    assert!(written.contains(r#""quantity":"users""#), "{written}");
    assert_eq!(Scenario::from_json(&written).expect("read"), users);
    for (bad, shown) in [("", r#"got """#), (" \u{a0}", "got"), ("a\nb", r#"got "a\nb""#)] {
        let built =
            Scenario::builder("2018", "2020").quantity(bad).provider(Provider::new("A", 1).growth(Curve::constant(0)));
        let error = built.build().expect_err("no noun");
        let problem = &error.problems()[0];
        assert_eq!((error.problems().len(), problem.address.as_str()), (1, "quantity"));
        assert!(
            problem.message.starts_with("must be a noun on one line") && problem.message.contains(shown),
            "{error}"
        );
    }
    let number = Scenario::from_json(&written.replace(r#""users""#, "7")).expect_err("no text");
    assert!(number.to_string().contains("quantity (line 1, column"), "{number}");
    assert!(number.to_string().contains("must be text, got 7"), "{number}");
}
