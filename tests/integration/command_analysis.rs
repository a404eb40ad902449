//! The subcommands `sensitivity`, `solve`, `surface`, `news` and the sliders of `report`, as processes.

use std::fs;

use serde_json::Value;

use super::command::{File, outgrow};

const GROWTH: &str = "provider[A].growth.constant.normal[0]";

const SCENARIO: &str = r#"
base = "2018"
horizon = "2022"
[[provider]]
name = "A"
revenue = 10
volatility = 0.1
growth = { constant = { normal = [0.3, 0.1] } }
[[provider]]
name = "B"
revenue = 14
volatility = 0.1
growth = { constant = 0.1 }
[[question]]
overtakes = ["A", "B"]
"#;

fn scenario(name: &str) -> File {
    File::of(name, SCENARIO.as_bytes())
}

fn json(arguments: &[&str]) -> Value {
    let (code, out, err) = outgrow(&[arguments, &["--json", "--no-audit"]].concat());
    assert_eq!((code, err.as_str()), (Some(0), ""), "{arguments:?}");
    serde_json::from_str(&out).expect("JSON")
}

#[test]
fn sensitivity_answers_every_question_by_its_last_date() {
    let file = scenario("sensitivity.toml");
    let found = json(&["sensitivity", file.path(), "--precision", "0.1"]);
    let one = &found["sensitivity"][0];
    assert_eq!((one["question"].as_str(), one["period"].as_str()), (Some("A overtakes B"), Some("2022")));
    let earlier = json(&["sensitivity", file.path(), "--precision", "0.1", "--by", "2020", "--confidence", "0.5"]);
    assert_eq!(earlier["sensitivity"][0]["period"], "2020");
    assert_eq!(earlier["sensitivity"][0]["confidence_level"], 0.5);
    let (code, out, _) = outgrow(&["sensitivity", file.path(), "--threads", "1"]);
    assert_eq!(code, Some(0));
    assert!(out.contains("share of the variance of the event") && out.contains("Shapley"), "{out}");
}

#[test]
fn sensitivity_states_the_paths_of_simulated_indices() {
    let text = fs::read_to_string(scenario("pair.toml").path()).expect("written");
    let question = "overtakes = [\"A\", \"B\"]\n";
    let file = File::of("leads.toml", text.replace(question, "leads = \"A\"\n").as_bytes());
    let third = "[[provider]]\nname = \"C\"\nrevenue = 1\ngrowth = { constant = 0.1 }\n";
    let of_three = text.replace(question, "leads = \"A\"\n") + third;
    let three = File::of("three.toml", of_three.as_bytes());
    let (code, out, _) = outgrow(&["sensitivity", file.path(), "--precision", "0.1"]);
    assert!(code == Some(0) && !out.contains("simulated"), "{out}");
    let (code, out, _) = outgrow(&["sensitivity", three.path(), "--paths", "9000"]);
    let last = "  shares and indices are simulated, 8192 paths a run: the question compares more than two providers\n";
    assert!(code == Some(0) && out.ends_with(last), "{out}");
    let (code, _, err) = outgrow(&["sensitivity", three.path(), "--paths", "0"]);
    assert_eq!(code, Some(2));
    assert!(err.contains("paths: must be between 1 and 137438953472, got 0"), "{err}");
}

#[test]
fn solve_prints_a_value_with_its_error() {
    let file = scenario("solve.toml");
    let found = json(&["solve", file.path(), "--vary", GROWTH, "--by", "2020", "--probability", "0.6"]);
    let value = found["solve"]["value"]["value"].as_f64().expect("a value");
    let set = format!("{GROWTH}={value}");
    let exact = json(&["exact", file.path(), "--set", &set]);
    let by = exact["questions"][0]["by"][1]["value"].as_f64().expect("a probability");
    assert!((by - 0.6).abs() < 3e-4, "{by}");
    let (_, out, _) = outgrow(&["solve", file.path(), "--vary", GROWTH, "--between", "-0.5", "-0.1"]);
    assert!(out.starts_with(&format!("no value of {GROWTH} was found")), "{out}");
}

#[test]
fn a_surface_prints_lines_and_writes_a_chart() {
    let file = scenario("surface.toml");
    let chart = format!("{}.svg", file.path());
    let axes = ["--vary", GROWTH, "0.1", "0.5", "--vary", "provider[B].growth.constant", "-0.1", "0.3"];
    let words = ["--words", "growth of A", "growth of B", "--levels", "0.5", "--tolerance", "1e-3"];
    let found = json(
        &[&["surface", file.path(), "--by", "2020"], &axes[..], &["--levels", "0.5", "--tolerance", "1e-3"]].concat(),
    );
    assert_eq!(found["iso_lines"][0]["level"], 0.5);
    let (code, out, err) =
        outgrow(&[&["surface", file.path(), "--no-audit", "--chart", &chart], &axes[..], &words].concat());
    assert_eq!((code, err), (Some(0), format!("wrote {chart}\n")));
    assert!(out.starts_with("lines of equal probability that A overtakes B by 2022"), "{out}");
    assert!(fs::read_to_string(&chart).expect("a chart").contains("growth of B"));
    fs::remove_file(&chart).expect("written");
    let (code, _, err) = outgrow(&["surface", file.path(), "--vary", GROWTH, "0.1", "0.5"]);
    assert_eq!(code, Some(2));
    assert!(err.contains("--vary must be given twice"), "{err}");
    let (code, _, err) = outgrow(&["surface", file.path(), "--vary", GROWTH, "low", "0.5", "--vary", "x", "0", "1"]);
    assert_eq!(code, Some(2));
    assert!(err.contains("the range must be two numbers, got \"low\" and \"0.5\""), "{err}");
}

#[test]
fn news_has_parts_and_an_outlook() {
    let file = scenario("news.toml");
    let reports = ["--report", "A=13.4@2019", "--report", "B=1_5.2@2019"];
    let found = json(
        &[&["news", file.path(), "--by", "2021"], &reports[..], &["--assume", "provider[A].volatility=0.12"]].concat(),
    );
    let parts = found["news"]["parts"].as_array().expect("parts");
    let sum: f64 = parts.iter().map(|part| part["change"].as_f64().expect("a number")).sum();
    let end = |key: &str| found["news"][key]["value"].as_f64().expect("a number");
    assert!((sum - (end("after") - end("before"))).abs() < 1e-12);
    assert_eq!(parts.len(), 4);
    let outlook = json(&["news", file.path(), "--next", "--by", "2021", "--level", "0.9"]);
    assert_eq!(outlook["outlook"]["next"], "2019");
    for (arguments, message) in [
        (&["--report", "A@2019"][..], "must be NAME=VALUE@PERIOD"),
        (&["--report", "A=x@2019"], "must be NAME=VALUE@PERIOD"),
        (&["--report", "A=1@20x"], "20x"),
        (&["--report", "Z=1@2019"], "no provider is named \"Z\""),
        (&[], "--report"),
        (&["--next", "--level", "2"], "must be above 0 and below 1, got 2.0"),
    ] {
        let (code, _, err) = outgrow(&[&["news", file.path()], arguments].concat());
        assert_eq!(code, Some(2), "{arguments:?}: {err}");
        assert!(err.contains(message), "{arguments:?}: {err}");
    }
}

/// Where the update is not exact, the command prints the error of every part and the number of weighted paths.
#[test]
fn news_may_be_weighted() {
    let heavy = SCENARIO.replacen("horizon", "innovations = { student_t = { df = 4 } }\nhorizon", 1);
    let file = File::of("weighted.toml", heavy.as_bytes());
    let arguments = ["news", file.path(), "--report", "A=13.4@2019", "--report", "B=15.2@2019", "--by", "2020"];
    let news = &json(&arguments)["news"];
    let number = |value: &Value| value.as_f64().expect("a number");
    assert!(number(&news["paths"]) >= 16384.0 && number(&news["effective_sample_size"]) > 1000.0, "{news}");
    for part in news["parts"].as_array().expect("parts") {
        assert!(number(&part["standard_error"]) > 0.0 && number(&part["standard_error"]) < 0.01, "{part}");
    }
    let (code, out, err) = outgrow(&[&arguments[..], &["--no-audit"]].concat());
    assert_eq!((code, err.as_str()), (Some(0), ""));
    let parts: Vec<&str> =
        out.lines().filter(|line| line.starts_with("  report of ") && line.contains(" ± ")).collect();
    assert_eq!(parts.len(), 2, "{out}");
    assert!(out.contains(&format!("of {} weighted paths", news["paths"])), "{out}");
    let (code, _, err) = outgrow(&["news", file.path(), "--next", "--by", "2020"]);
    assert!(code == Some(2) || code == Some(1), "{code:?} {err}");
    assert!(err.contains("innovations") && err.contains("Student-t"), "{err}");
}

#[test]
fn a_report_has_sliders() {
    let file = scenario("live.toml");
    let html = format!("{}.html", file.path());
    let sliders = ["--live", "provider[A].growth.constant", "--live-by", "2020", "--paths", "1000", "--no-audit"];
    let (code, _, err) = outgrow(&[&["report", file.path(), "--html", &html], &sliders[..]].concat());
    assert_eq!(code, Some(0), "{err}");
    let page = fs::read_to_string(&html).expect("a report");
    fs::remove_file(&html).expect("written");
    assert!(page.contains("What if: A overtakes B by 2020") && page.len() < 1_000_000);
    roxmltree::Document::parse_with_options(&page, roxmltree::ParsingOptions { allow_dtd: true, ..Default::default() })
        .expect("XML");
    let (code, _, err) =
        outgrow(&["report", file.path(), "--html", &html, "--live", "provider[B].growth.constant", "--no-audit"]);
    assert_eq!(code, Some(2));
    assert!(err.contains("provider[B].growth.constant: is no drawn number of the scenario"), "{err}");
}

#[test]
fn addresses_and_questions_that_are_none_are_named() {
    let file = scenario("unknown.toml");
    for (arguments, message) in [
        (&["solve", "--vary", "provider[A].growth"][..], "provider[A].growth"),
        (&["solve", "--vary", GROWTH, "--probability", "1"], "must be above 0 and below 1, got 1.0"),
        (&["solve", "--vary", GROWTH, "--by", "2031"], "2031 is not in the outcome"),
        (&["sensitivity", "--question", "B overtakes A"], "no question is named \"B overtakes A\""),
        (&["sensitivity", "--precision", "3"], "must be between 0.001 and 0.2, got 3.0"),
    ] {
        let (code, _, err) = outgrow(&[&[arguments[0], file.path()], &arguments[1..]].concat());
        assert!(code == Some(2) || code == Some(1), "{arguments:?}: {code:?} {err}");
        assert!(err.contains(message), "{arguments:?}: {err}");
    }
}
