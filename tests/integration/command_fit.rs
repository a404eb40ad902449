//! `outgrow fit` as a process: the scenario on standard output, the summary on standard error.

use outgrow::fit::GrowthLaw;
use outgrow::{History, ReferenceClass, Scenario};

use crate::command::{File, outgrow};

const CLOUD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/cloud_history.csv");
const IN_2018: [&str; 6] = ["--base", "2018-Q1", "--horizon", "2028-Q1", "--as-of", "2018-06-30"];

fn fit(arguments: &[&str]) -> (Option<i32>, String, String) {
    outgrow(&[&["fit"], arguments].concat())
}

#[test]
fn a_fit_prints_the_outside_view_as_a_scenario() {
    let history = History::from_csv_file(CLOUD).expect("valid").as_of("2018-06-30").expect("a date");
    let view = history.outside_view("Alibaba Cloud", "AWS", "2018-Q1", "2028-Q1").expect("a view");
    let read = |more: &[&str]| {
        let (code, out, err) = fit(&[&[CLOUD, "Alibaba Cloud", "AWS"], &IN_2018[..], more].concat());
        assert_eq!(code, Some(0), "{err}");
        (Scenario::from_toml(&out).expect("a scenario"), err)
    };
    let (scenario, err) = read(&[]);
    assert_eq!((scenario, err), (view.scenario().expect("valid"), view.to_string()));
    let companies = view.with_class(ReferenceClass::large_companies());
    assert_eq!(read(&["--class", "large-companies"]).0, companies.scenario().expect("valid"));
    let quarters = view.on_periods().expect("quarters").scenario().expect("valid");
    assert_eq!(read(&["--periods"]).0, quarters);
}

/// Without names, all names of the history; the smallest challenges the others.
#[test]
fn a_fit_without_names_takes_all_the_smallest_first() {
    let text = "name,period,value\nBig,2017,200\nBig,2018,220\nSmall,2017,90\nSmall,2018,130\n";
    let file = File::of("two.csv", text.as_bytes());
    let (code, out, err) = fit(&[file.path(), "--base", "2018", "--horizon", "2023"]);
    assert_eq!(code, Some(0), "{err}");
    let scenario = Scenario::from_toml(&out).expect("a scenario");
    assert_eq!(scenario.questions()[0].title(), "Small overtakes Big");
    let fitted = File::of("fitted.toml", out.as_bytes());
    let (code, out, err) = outgrow(&["run", fitted.path(), "--paths", "1000"]);
    assert!(code == Some(0) && out.contains("not by 2023"), "{err}");
}

/// In mid-2018 Google had published a bound and no figure, so that the case has no outside view from that day.
#[test]
fn the_case_has_no_outside_view_from_mid_2018() {
    let (code, out, err) = fit(&[&[CLOUD, "Alibaba Cloud", "Google Cloud"], &IN_2018[..]].concat());
    assert_eq!((code, out.as_str()), (Some(2), ""), "{err}");
    assert!(err.contains("\"Google Cloud\" has claims but no reported figure, as known on 2018-06-30"), "{err}");
}

#[test]
fn a_fit_names_file_line_and_column() {
    let file = File::of("wrong.csv", b"name,period,value\nA,2017,90\nA,2018,-100\n");
    let (code, out, err) = fit(&[file.path(), "--base", "2018", "--horizon", "2023"]);
    assert_eq!((code, out.as_str()), (Some(2), ""), "{err}");
    assert!(err.starts_with(file.path()) && err.contains("(line 3, column 8)") && err.contains("\"-100\""), "{err}");
}

#[test]
fn a_wrong_fit_is_2_with_advice() {
    let with = |changed: &[&str]| fit(&[&[CLOUD, "Alibaba Cloud", "AWS"], changed].concat());
    let cases: [(&[&str], &str); 7] = [
        (&["--base", "2018-Q1"], "--horizon <PERIOD>"),
        (&["--base", "soon", "--horizon", "2028-Q1"], "'soon' for '--base <PERIOD>'"),
        (&["--base", "2018-Q1", "--horizon", "2027-Q4"], "a whole number of years after the base 2018-Q1"),
        (&["--base", "2018-Q1", "--horizon", "2028-Q1", "--as-of", "2018-6"], "--as-of <DATE>"),
        (&["--base", "2018-Q1", "--horizon", "2028-Q1", "--class", "firms"], "large-companies"),
        (&["--base", "2018-Q1", "--horizon", "2028-Q1", "--class", "panel"], "--as-of <DATE>"),
        (&["--base", "2030-Q1", "--horizon", "2032-Q1"], "ends before the base 2030-Q1"),
    ];
    for (changed, words) in cases {
        let (code, out, err) = with(changed);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{changed:?}: {err}");
        assert!(err.contains(words), "{changed:?}: {err}");
    }
    let (code, _, err) = fit(&[&["/nowhere.csv"], &IN_2018[..]].concat());
    assert!(code == Some(2) && err.starts_with("/nowhere.csv: "), "{err}");
    let (code, _, err) = fit(&[&[CLOUD, "Alibaba", "AWS"], &IN_2018[..]].concat());
    assert!(code == Some(2) && err.contains("Alibaba Cloud"), "{err}");
}

/// Four names are too few for a class of their own.
#[test]
fn a_panel_of_too_few_cases_is_refused() {
    let (code, out, err) = fit(&[&[CLOUD, "Alibaba Cloud", "AWS", "--class", "panel"], &IN_2018[..]].concat());
    assert_eq!((code, out.as_str()), (Some(2), ""), "{err}");
    assert!(err.contains("at least 50 pairs and years"), "{err}");
}

const CASE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/scenarios/alibaba_vs_google.toml");

/// The case has an outside view with Google's revenue as the scenario states it.
#[test]
fn a_scenario_is_compared_with_what_was_known() {
    let known = ["--as-of", "2018-06-30"];
    let (code, out, err) = outgrow(&[&["reference", CASE, CLOUD], &known[..]].concat());
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains("The history has no figures of Google Cloud at the base."), "{out}");
    assert!(out.contains("by 2022-Q1") && out.contains("half-life of the advantage"), "{out}");
    let (code, json, err) =
        outgrow(&[&["reference", CASE, CLOUD, "--json", "--class", "large-companies"], &known[..]].concat());
    assert_eq!(code, Some(0), "{err}");
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(
        (json["without_figures"].as_str(), json["class_name"].as_str()),
        (Some("Google Cloud"), Some("large companies"))
    );
    assert_eq!(json["by"].as_array().map(Vec::len), Some(10));
    let file = File::of("report.html", b"");
    let arguments = ["report", CASE, "--paths", "1000", "--history", CLOUD, "--html", file.path()];
    let (code, _, err) = outgrow(&[&arguments, &known[..]].concat());
    assert_eq!(code, Some(0), "{err}");
    let page = std::fs::read_to_string(file.path()).expect("a report");
    assert!(page.contains("Beside the outside view") && page.contains("no figures of Google Cloud"));
    let (code, _, err) = outgrow(&["reference", CASE, CASE]);
    assert!(code == Some(2) && err.starts_with(CASE), "{err}");
    let (code, _, err) = outgrow(&["reference", CASE, CLOUD, "--class", "panel"]);
    assert!(code == Some(2) && err.contains("--as-of"), "{err}");
}

#[test]
fn stated_rates_get_errors_on_the_command_line() {
    let case = |more: &[&str]| outgrow(&[&["run", CASE, "--paths", "20000", "--no-audit"], more].concat());
    let rates = "provider[Alibaba Cloud].growth.schedule.rates=[0.87, 0.60]";
    let (code, certain, err) = case(&["--set", rates]);
    assert_eq!(code, Some(0), "{err}");
    let (code, uncertain, err) = case(&["--set", rates, "--estimate-errors"]);
    assert_eq!(code, Some(0), "{err}");
    assert_ne!(certain, uncertain);
    let (code, _, err) = case(&["--estimate-errors"]);
    assert!(code == Some(2) && err.contains("no rate of a schedule is a plain number"), "{err}");
}

/// With --law, growth laws are fitted to the names, and become a scenario or JSON.
#[test]
fn laws_are_fitted_on_request() {
    let mut text = String::from("name,period,value\n");
    for year in 2004..=2018 {
        let t = f64::from(year - 2018);
        let noise = 0.03 * libm::sin(9.0 * t);
        text += &format!("A,{year},{}\n", 700.0 * libm::exp(0.25 * t + noise));
        text += &format!("B,{year},{}\n", 900.0 * 1.4 / (1.0 + 0.4 * libm::exp(-0.5 * t)) * libm::exp(-noise));
    }
    let file = File::of("laws.csv", text.as_bytes());
    let laws = [file.path(), "A", "B", "--law", "constant,logistic"];
    let fits = History::from_csv(&text).expect("valid").fits(["A", "B"], [GrowthLaw::Constant, GrowthLaw::Logistic]);
    let fits = fits.expect("fits");
    let (code, out, err) = fit(&[&laws[..], &["--horizon", "2028"]].concat());
    assert_eq!((code, err), (Some(0), fits.to_string()));
    assert_eq!(Scenario::from_toml(&out).expect("a scenario"), fits.scenario("2028").expect("valid"));
    let (code, out, _) = fit(&[&laws[..], &["--horizon", "2028", "--student-t"]].concat());
    assert!(code == Some(0) && out.contains("student_t"), "{out}");

    let (code, out, err) = fit(&[&laws[..], &["--json"]].concat());
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    let read: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    let b = &read["providers"][1];
    assert_eq!((b["name"].as_str(), b["laws"][0]["law"].as_str()), (Some("B"), Some("logistic")));
    let of = |value: &serde_json::Value| value.as_f64().expect("a number");
    let provider = fits.provider("B").expect("B");
    let rate = provider.laws()[0].parameter("logistic.rate").expect("a number");
    let parameter = &b["laws"][0]["parameters"][2];
    assert_eq!(parameter["name"].as_str(), Some("logistic.rate"));
    for (found, expected) in [
        (&parameter["value"], rate.value()),
        (&parameter["standard_error"], rate.standard_error()),
        (&b["laws"][0]["weight"], provider.weights()[0]),
        (&b["laws"][0]["aicc"], provider.laws()[0].fit().aicc()),
        (&b["shocks"]["scale"], provider.shocks().scale()),
        (&b["shocks"]["df"], provider.shocks().df()),
        (&read["df"], fits.df()),
    ] {
        assert!((of(found) - expected).abs() < 1e-12, "{found}, expected {expected}");
    }
    assert!(read["providers"][0]["refused"].is_array(), "{out}");

    // The outside view has JSON too.
    let (code, out, err) = fit(&[&[CLOUD, "Alibaba Cloud", "AWS", "--json"], &IN_2018[..]].concat());
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    let read: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    let history = History::from_csv_file(CLOUD).expect("valid").as_of("2018-06-30").expect("a date");
    let view = history.outside_view("Alibaba Cloud", "AWS", "2018-Q1", "2028-Q1").expect("a view");
    assert!((of(&read["advantages"][0]["advantage"]) - view.advantages()[0].value()).abs() < 1e-12, "{out}");

    let wrong: [(&[&str], &str, i32); 5] = [
        (&["--law", "logstic", "--horizon", "2028"], "logistic", 2),
        (&["--law", "logistic", "--base", "2018", "--horizon", "2028"], "--base", 2),
        (&["--law", "logistic"], "--horizon", 2),
        (&["--student-t", "--base", "2018", "--horizon", "2028"], "--base", 2),
        (&["--law", "bass", "--horizon", "2028"], "bass.", 1),
    ];
    for (changed, words, expected) in wrong {
        let (code, out, err) = fit(&[&[file.path(), "A"], changed].concat());
        assert_eq!((code, out.as_str()), (Some(expected), ""), "{changed:?}: {err}");
        assert!(err.contains(words), "{changed:?}: {err}");
    }
}
