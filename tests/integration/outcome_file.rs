//! An outcome that is read from its file gives the same file, tables, charts and reports.

use outgrow::{Curve, Measure, Outcome, Provider, Question, Sampling, Scenario, normal};
use serde_json::{Value, json};

fn written(outcome: &Outcome) -> String {
    serde_json::to_string(outcome).expect("an outcome is written")
}

/// The outcome that is read from the file of another, which must equal it in everything that people see.
fn round_trip(outcome: &Outcome, what: &str) -> Outcome {
    let file = written(outcome);
    let read: Outcome = serde_json::from_str(&file).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert!(written(&read) == file, "{what}: another file");
    assert_eq!(read.to_string(), outcome.to_string(), "{what}");
    assert!(read.to_csv() == outcome.to_csv(), "{what}: another table");
    assert_eq!(read.to_markdown(), outcome.to_markdown(), "{what}");
    assert_eq!(read.snapshot().to_string(), outcome.snapshot().to_string(), "{what}");
    assert_eq!(read.scenario(), outcome.scenario(), "{what}");
    #[cfg(feature = "charts")]
    same_charts(&read, outcome, what);
    read
}

#[cfg(feature = "charts")]
fn same_charts(read: &Outcome, outcome: &Outcome, what: &str) {
    assert_eq!(read.chart().fan().ok(), outcome.chart().fan().ok(), "{what}");
    assert_eq!(read.chart().ranks().ok(), outcome.chart().ranks().ok(), "{what}");
    assert_eq!(read.chart().shares().ok(), outcome.chart().shares().ok(), "{what}");
    for question in outcome.questions() {
        let (was, is) = (outcome.chart(), read.chart());
        let name = question.name();
        assert_eq!(is.overtake(name).expect("a chart"), was.overtake(name).expect("a chart"), "{what}");
        assert_eq!(is.dots(name).expect("a chart"), was.dots(name).expect("a chart"), "{what}");
        assert_eq!(is.date(name).expect("a chart"), was.date(name).expect("a chart"), "{what}");
    }
}

fn scenario() -> Scenario {
    Scenario::builder("2018-Q1", "2019-Q4")
        .unit("USD")
        .provider(
            Provider::new("a", 90)
                .history([70.0, 76.0, 83.0])
                .growth(Curve::constant(normal(0.3, 0.1)))
                .volatility(0.2)
                .source("a report"),
        )
        .provider(Provider::new("b", normal(100.0, 5.0)).history([90.0, 93.0, 96.0]).growth(Curve::constant(0.2)))
        .correlation("a", "b", 0.3)
        .question(Question::overtakes("a", "b"))
        .question(Question::overtakes("a", "b").sustained(2).name("twice"))
        .build()
        .expect("valid")
}

#[test]
#[cfg(feature = "toml")]
fn outcomes_of_the_shipped_scenarios() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/scenarios");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a file");
        let scenario = Scenario::from_toml(&text).expect("valid");
        let _ = round_trip(&scenario.simulate().paths(500).run().expect("an outcome"), &path.display().to_string());
        count += 1;
    }
    assert!(count >= 3, "only {count} scenarios");
}

#[test]
fn outcomes_of_every_method() {
    let scenario = scenario();
    let run = || scenario.simulate().paths(8192).seed(7).fans_of([Measure::Trailing]);
    for sampling in [Sampling::Plain, Sampling::Antithetic, Sampling::Sobol, Sampling::Importance] {
        let outcome = run().sampling(sampling).cross_check(true).confidence(0.9).run().expect("an outcome");
        let read = round_trip(&outcome, &format!("{sampling:?}"));
        let [was, is] = [&outcome, &read].map(|one| one.question("twice").expect("asked").clone());
        assert_eq!(was, is);
        assert_eq!((was.counts(), was.cross_check()), (is.counts(), is.cross_check()));
        assert_eq!(was.quantile_interval(0.37).expect("p"), is.quantile_interval(0.37).expect("p"));
    }
    let custom = run().event("grows", ["a"], |[a]| a.revenue(7) > a.revenue(0)).classify("three", ["a"], 3, |_| 1);
    let custom = custom.ranks(false).shares(false).run().expect("an outcome");
    let read = round_trip(&custom, "custom statistics");
    assert_eq!(read.event("grows").expect("asked"), custom.event("grows").expect("asked"));
    assert!(read.rank("a").expect_err("off").to_string().contains("switched off"));
    let exact = scenario.exact().fans_of([Measure::Trailing]).run().expect("an outcome");
    let read = round_trip(&exact, "exact");
    assert_eq!(read.paths(), None);
    let reason = |outcome: &Outcome| outcome.measured("a", Measure::Trailing).expect_err("no answer").to_string();
    assert_eq!(reason(&read), reason(&exact));
    let still = Scenario::builder("2018", "2020").provider(Provider::new("a", 1).growth(Curve::constant(0.3)));
    let _ =
        round_trip(&still.build().expect("valid").simulate().paths(100).run().expect("an outcome"), "nothing is drawn");
}

#[test]
#[cfg(feature = "charts")]
fn a_report_from_a_file() {
    let outcome = scenario().simulate().paths(1000).run().expect("an outcome");
    let read = round_trip(&outcome, "report");
    assert!(read.report().html().expect("a report") == outcome.report().html().expect("a report"));
}

/// What a file does not hold is an error that names what it does hold.
#[test]
fn a_quantile_that_the_file_lacks() {
    let read = round_trip(&scenario().simulate().paths(1000).run().expect("an outcome"), "quantiles");
    let revenue = read.revenue("a").expect("fans are on");
    let error = revenue.quantile("2019-Q4", 0.33).expect_err("not in the file").to_string();
    assert!(error.contains("0.05, 0.1") && error.contains("0.33"), "{error}");
    assert!(revenue.quantile("2019-Q4", 0.975).is_ok() && revenue.min("2019-Q4").is_err());
}

/// Faults of a file are errors that name the place; nothing panics.
#[test]
fn faults_of_a_file() {
    let outcome = scenario().simulate().paths(1000).run().expect("an outcome");
    let good = serde_json::to_value(&outcome).expect("written");
    type Change = fn(&mut Value);
    let faults: [(Change, &str); 11] = [
        (|file| drop(file.as_object_mut().expect("a table").remove("manifest")), "manifest: is missing"),
        (|file| file["extra"] = json!(1), "unknown field `extra`"),
        (|file| file["horizon"] = json!("2020-Q1"), "another base, horizon or unit"),
        (|file| file["run"]["tolerance"] = json!(0.1), "or a tolerance"),
        (|file| file["run"]["confidence_level"] = json!(1.0), "run.confidence_level"),
        (|file| file["questions"][0]["name"] = json!("c overtakes b"), "questions[0].name"),
        (|file| file["questions"][0]["by"][0]["value"] = json!(1.5), "1.5"),
        (|file| drop(file["questions"][1]["by"].as_array_mut().expect("a list").pop()), "questions[1].by"),
        (|file| file["manifest"]["counts"][0][0] = json!(u64::MAX), "manifest.counts[0]"),
        (|file| file["providers"][1]["name"] = json!("c"), "providers[1].name"),
        (|file| file["providers"][0]["rank"][0]["probability"] = json!([1.0]), "providers[0].rank"),
    ];
    for (change, message) in faults {
        let mut file = good.clone();
        change(&mut file);
        let error = serde_json::from_value::<Outcome>(file).expect_err(message).to_string();
        assert!(error.contains(message), "{message}: {error}");
    }
    assert!(serde_json::from_value::<Outcome>(good).is_ok());
}

/// A closure cannot be written, but the answers can.
#[test]
fn an_outcome_of_a_custom_curve_is_only_written() {
    let curve = Curve::custom("linear", [0.2], |tau, p| p[0] * tau);
    let scenario = Scenario::builder("2018", "2020").provider(Provider::new("a", 1).growth(curve)).build();
    let outcome = scenario.expect("valid").simulate().paths(100).run().expect("an outcome");
    let error = serde_json::from_str::<Outcome>(&written(&outcome)).expect_err("no scenario").to_string();
    assert!(error.contains("custom curve"), "{error}");
}
