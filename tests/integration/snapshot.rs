//! Snapshots: text that can be read back and lists a changed assumption with the probabilities that it moved.

use outgrow::{Curve, Error, Precision, Provider, Question, Sampling, Scenario, Snapshot, Tail, When, normal};

fn scenario() -> Scenario {
    Scenario::builder("2018-Q1", "2020-Q4")
        .unit("USD: m")
        .assumption("boom: yes", normal(0.12, 0.02))
        .provider(
            Provider::new("A: first", 690)
                .history([500.0, 550.0, 610.0])
                .growth(Curve::schedule([normal(0.60, 0.10), 0.45.into()], Tail::hold()))
                .volatility(0.15)
                .source("a source"),
        )
        .provider(Provider::new("B", 1100).growth(Curve::fade(0.3, "boom: yes", 4)).volatility(0.1))
        .correlation("A: first", "B", 0.3)
        .question(Question::overtakes("A: first", "B"))
        .question(Question::overtakes("B", "A: first").name("back: again"))
        .build()
        .expect("a scenario")
}

fn exact(scenario: &Scenario) -> Snapshot {
    scenario.exact().fans(false).ranks(false).shares(false).run().expect("an outcome").snapshot()
}

fn simulated(scenario: &Scenario, seed: u64) -> Snapshot {
    let simulation = scenario.simulate().paths(50_000).seed(seed).fans(false).ranks(false).shares(false);
    simulation
        .event("a thousand", ["A: first"], |[a]| matches!(a.first(|r| r > 1000.0), When::At(_)))
        .run()
        .expect("an outcome")
        .snapshot()
}

fn problems(result: Result<(), Error>) -> Vec<String> {
    let error = result.expect_err("a difference");
    assert!(error.is_assertion());
    error.problems().iter().map(ToString::to_string).collect()
}

#[test]
fn text_reads_back() {
    let asked = scenario();
    let auto = asked.simulate().sampling(Sampling::Auto).until(Precision::standard_error(1e-2)).at_most(20_000);
    let auto = auto.fans(false).ranks(false).shares(false).run().expect("an outcome").snapshot();
    assert!(auto.to_string().contains("; sampling chosen: "), "what a run prints on lines of its own is on one");
    for snapshot in [exact(&scenario()), simulated(&scenario(), 7), auto] {
        let text = snapshot.to_string();
        assert_eq!(text.parse::<Snapshot>().expect("a snapshot"), snapshot, "{text}");
        assert_eq!(text.replace('\n', "\r\n").parse::<Snapshot>().expect("a snapshot"), snapshot);
        assert!(snapshot.compare(&snapshot).is_ok());
    }
    assert_eq!(simulated(&scenario(), 7).to_string(), simulated(&scenario(), 7).to_string());
}

#[test]
fn every_line_says_one_thing() {
    let text = simulated(&scenario(), 7).to_string();
    let has = |line: &str| assert!(text.lines().any(|known| known == line), "{line}\n{text}");
    has("run: 50,000 paths, seed 7, plain sampling");
    has("A: first overtakes B, ahead at base 2018-Q1: 0 (exact)");
    has("base: 2018-Q1");
    has("assumption[boom: yes]: normal(0.12, 0.02)");
    has("provider[A: first].growth.schedule.rates[0]: normal(0.6, 0.1)");
    has("provider[A: first].growth.schedule.tail: \"hold\"");
    has("provider[A: first].history[2]: 610");
    has("provider[B].growth.fade.to: \"boom: yes\"");
    has("correlation[0].value: 0.3");
    has("correlation[0].between[0]: \"A: first\"");
    has("unit: \"USD: m\"");
    assert!(text.contains("\nevent a thousand: ") && text.contains("\nback: again by 2020-Q4: "), "{text}");
    assert!(!text.contains("a source"), "sources move nothing");
    // Digits follow the error, of which there are two.
    let by = text.lines().find(|line| line.starts_with("A: first overtakes B by 2020-Q4: 0.")).expect("a line");
    let (value, error) = by.rsplit_once(": ").and_then(|(_, reported)| reported.split_once(" ± ")).expect("a value");
    assert_eq!(value.len(), error.len(), "{by}");
    assert_eq!(error.trim_start_matches(['0', '.']).len(), 2, "{by}");
}

#[test]
fn a_changed_assumption_stands_beside_what_it_moved() {
    let was = exact(&scenario());
    let changed = scenario().with("provider[A: first].growth.schedule.rates[1]", 0.40).expect("a value");
    let reported = problems(exact(&changed).compare(&was));
    assert_eq!(reported[0], "provider[A: first].growth.schedule.rates[1]: was 0.45, is 0.4");
    assert!(reported.iter().any(|line| line.starts_with("A: first overtakes B by 2020-Q4: was 0.")), "{reported:?}");
    assert!(reported.iter().all(|line| !line.contains("by 2018-Q4")), "the first year is as it was: {reported:?}");
    // Different keys, the same numbers.
    let faded = Curve::schedule([normal(0.60, 0.10), 0.45.into()], Tail::ratio(1.0));
    let reported = problems(exact(&scenario().with_growth("A: first", faded).expect("a curve")).compare(&was));
    assert_eq!(reported.len(), 2, "the same path in other words: {reported:?}");
    assert!(
        reported[1].contains("tail: was \"hold\", is gone") && reported[0].contains("tail.ratio: was not there, is 1"),
        "{reported:?}"
    );
}

#[test]
fn continuous_monitoring_is_reported_as_a_change() {
    let scenario = scenario();
    let between = scenario.exact().continuous(true).fans(false).ranks(false).shares(false);
    let between = between.run().expect("an outcome").snapshot();
    assert_eq!(problems(between.compare(&exact(&scenario)))[0], "continuous: was not there, is true");
    assert_eq!(problems(exact(&scenario).compare(&between))[0], "continuous: was true, is gone");
}

#[test]
fn equal_within_the_error_is_equal() {
    let one = simulated(&scenario(), 7);
    assert!(simulated(&scenario(), 8).compare(&one).is_ok(), "twenty comparisons at four standard errors");
    let no_event = |snapshot: &Snapshot| -> Snapshot {
        let text = snapshot.to_string();
        let kept: Vec<&str> = text.lines().filter(|line| !line.starts_with("event ")).collect();
        kept.join("\n").parse().expect("a snapshot")
    };
    assert!(exact(&scenario()).compare(&no_event(&one)).is_ok(), "an exact answer within the error of a simulated one");
    let reported = problems(exact(&scenario()).compare(&one));
    assert!(reported.len() == 1 && reported[0].ends_with("is gone"), "{reported:?}");
    // An exact answer may differ by one tolerance, not by five.
    let text = exact(&scenario()).to_string();
    let line = text.lines().find(|line| line.starts_with("A: first overtakes B by 2020-Q4")).expect("a line");
    let value: f64 =
        line.rsplit_once(": ").and_then(|(_, reported)| reported.split(' ').next()?.parse().ok()).expect("a value");
    let moved = |by: f64| -> Snapshot {
        text.replace(line, &format!("A: first overtakes B by 2020-Q4: {:.7} ± 0.0001000", value + by))
            .parse()
            .expect("a snapshot")
    };
    assert!(exact(&scenario()).compare(&moved(1e-4)).is_ok());
    assert_eq!(problems(exact(&scenario()).compare(&moved(5e-4))).len(), 1);
}

#[test]
fn none_of_the_paths_is_a_bound() {
    let far = scenario().with("provider[B].revenue", 1e9).expect("a value");
    let snapshot = simulated(&far, 1);
    let text = snapshot.to_string();
    assert!(text.contains("A: first overtakes B by 2020-Q4: < 0.0"), "{text}");
    assert!(text.contains("not by 2020-Q4: > 0.9999"), "{text}");
    assert_eq!(text.parse::<Snapshot>().expect("a snapshot"), snapshot);
    assert!(problems(simulated(&scenario(), 1).compare(&snapshot)).len() > 5);
}

/// The case of the README, whose snapshot is committed; the example of the README checks the same file.
#[cfg(feature = "toml")]
fn stored() -> String {
    std::env::var("SNAPSHOT_OF_TEST").unwrap_or_else(|_| "tests/data/alibaba_vs_google.snap".to_owned())
}

#[test]
#[cfg(feature = "toml")]
fn the_stored_snapshot_holds() {
    let scenario = Scenario::from_toml(include_str!("../../examples/scenarios/alibaba_vs_google.toml")).expect("valid");
    let snapshot = scenario.simulate().paths(20_000).run().expect("an outcome").snapshot();
    snapshot.check(stored()).expect("nothing changed");
}

/// The variable is read from the environment, so each case is the test above in a process of its own.
#[test]
#[cfg(feature = "toml")]
fn the_variable_updates_a_stored_snapshot() {
    let folder = std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-snap", std::process::id()));
    let file = folder.join("new/case.snap");
    let run = |variable: Option<&str>| {
        let mut test = std::process::Command::new(std::env::current_exe().expect("this test"));
        test.args(["--exact", "snapshot::the_stored_snapshot_holds", "--nocapture"]).env("SNAPSHOT_OF_TEST", &file);
        test.env_remove("OUTGROW_SNAPSHOTS");
        if let Some(value) = variable {
            test.env("OUTGROW_SNAPSHOTS", value);
        }
        let output = test.output().expect("it starts");
        let text = [output.stdout, output.stderr].map(|text| String::from_utf8(text).expect("UTF-8")).concat();
        (output.status.success(), text)
    };
    let (passes, text) = run(None);
    assert!(!passes && text.contains("to write it, run the test with OUTGROW_SNAPSHOTS=update"), "{text}");
    let (passes, text) = run(Some("yes"));
    assert!(!passes && text.contains("OUTGROW_SNAPSHOTS: must be \"update\" or unset, got \"yes\""), "{text}");
    assert!(!file.exists());
    assert!(run(Some("update")).0 && run(None).0 && run(Some("")).0);
    let written = std::fs::read_to_string(&file).expect("it was written");
    let changed =
        written.replace("provider[Google Cloud].volatility: 0.1\n", "provider[Google Cloud].volatility: 0.2\n");
    assert_ne!(changed, written);
    std::fs::write(&file, changed).expect("its own file");
    let (passes, text) = run(None);
    assert!(!passes && text.contains("provider[Google Cloud].volatility: was 0.2, is 0.1"), "{text}");
    let accept = "differs; if these changes are intended, run the test with OUTGROW_SNAPSHOTS=update";
    assert!(text.contains(&format!("{}: {accept}", file.display())), "{text}");
    assert!(run(Some("update")).0);
    assert_eq!(std::fs::read_to_string(&file).expect("it was written"), written);
    std::fs::write(&file, "answers").expect("its own file");
    let (passes, text) = run(None);
    assert!(!passes && text.contains(&format!("{}, line 1: a snapshot begins with", file.display())), "{text}");
    std::fs::remove_dir_all(&folder).expect("its own folder");
}

#[test]
fn text_that_is_no_snapshot_is_refused_by_line() {
    let text = exact(&scenario()).to_string();
    let cases = [
        ("", "line 1"),
        ("outgrow snapshot 2", "line 1"),
        (&text.replace(" ± ", " + "), "line 6"),
        (&text.replace("base: 2018-Q1", "base 2018-Q1"), "expected \"name: value\""),
        (&text.replace("[answers]", ""), "belongs to no section"),
        (&text.replace("0 (exact)", "1.5 (exact)"), "is not a probability"),
        (&text.replace(" ± 0", " ± -0"), "is not a probability"),
        (&text.replace("base: 2018-Q1", "base: 2018-Q1\nbase: 2019-Q1"), "\"base\" is given twice"),
        (
            &text.replace("0 (exact)", "0 (exact)\nA: first overtakes B, ahead at base 2018-Q1: 1 (exact)"),
            "is given twice",
        ),
    ];
    for (text, says) in cases {
        let error = text.parse::<Snapshot>().expect_err(says);
        assert!(error.is_invalid_input() && error.to_string().contains(says), "{says}: {error}");
    }
}
