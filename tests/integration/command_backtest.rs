//! `outgrow backtest` as a process.

use std::fmt::Write;

use crate::command::{File, outgrow};

/// Two groups of six names over thirty years.
fn panel() -> String {
    let mut text = String::from("group,name,period,value\n");
    let mut state = 3_u64;
    for group in ["x", "y"] {
        for name in 0..6 {
            let mut log = 1.0 + 0.15 * f64::from(name);
            for year in 1980..2010 {
                writeln!(text, "{group},N{name},{year},{}", libm::exp(log)).expect("a string");
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                log += 0.3 * (f64::from(u32::try_from(state >> 32).expect("32 bits")) / 4_294_967_296.0 - 0.45);
            }
        }
    }
    text
}

#[test]
fn scores_are_printed_as_json() {
    let file = File::of("panel.csv", panel().as_bytes());
    let path = file.path();
    let (code, out, err) = outgrow(&["backtest", path, "--other", path, "--horizon", "3", "--json"]);
    assert_eq!(code, Some(0), "{err}");
    let value: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((value["panel"].as_str(), value["horizon"].as_u64()), (Some(path), Some(3)));
    assert!(value["cases"].as_u64().is_some_and(|cases| cases > 100) && value["origins"].as_u64().is_some());
    let names: Vec<&str> =
        value["forecasters"].as_array().expect("a list").iter().filter_map(|one| one["name"].as_str()).collect();
    let expected =
        ["outside_view", "outside_view_other_panel", "outside_view_defaults", "past_drift", "no_drift", "climatology"];
    assert_eq!(names, expected);
    let first = &value["forecasters"][0];
    for key in ["brier", "skill", "coverage_80"] {
        assert!(first[key].is_f64(), "{key}: {first}");
    }
    assert!(first["interval"].as_array().is_some_and(|two| two.len() == 2), "{first}");
    assert!(first["top_fifth"].as_array().is_some_and(|two| two.len() == 2), "{first}");
    assert!(value["forecasters"][5]["coverage_80"].is_null(), "{value}");
}

#[test]
fn scores_are_printed_as_a_table_with_the_worst_forecasts() {
    let file = File::of("panel.csv", panel().as_bytes());
    let (code, out, err) =
        outgrow(&["backtest", file.path(), "--horizon", "3", "--first-origin", "1995", "--worst", "2"]);
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains("origins, 1995 to 2006") && out.contains("  past_drift "), "{out}");
    assert!(out.contains("worst forecasts") && !out.contains("outside_view_other_panel"), "{out}");
}

#[test]
fn a_report_shows_the_forecasts_of_a_pair() {
    let (file, page) = (File::of("hedgehog.csv", panel().as_bytes()), File::of("hedgehog.html", b""));
    let run = |pair: &[&str]| {
        let first = ["backtest", file.path(), "--horizon", "3", "--first-origin", "2000", "--report", page.path()];
        outgrow(&[&first, pair].concat())
    };
    let (code, _, err) = run(&["--pair", "N3", "N2", "--group", "y"]);
    assert_eq!(code, Some(0), "{err}");
    let html = std::fs::read_to_string(page.path()).expect("a report");
    assert!(html.contains("One pair, from every origin"), "{html}");
    assert!(html.contains("y: N3 against N2, forecast from every origin"), "{html}");
    let (code, _, err) = run(&["--pair", "N3", "M2"]);
    assert_eq!(code, Some(2), "{err}");
    assert!(err.contains("no case of \"N3\" and \"M2\" is scored"), "{err}");
    let (code, _, err) = outgrow(&["backtest", file.path(), "--pair", "N3", "N2"]);
    assert!(code == Some(2) && err.contains("--report"), "{err}");
}

/// The shipped panel: its figures are published up to two months after the quarter.
#[test]
fn the_shipped_panel_is_scored_with_its_publication_lag() {
    let file = format!("{}/examples/data/cloud_history.csv", env!("CARGO_MANIFEST_DIR"));
    let (code, out, err) = outgrow(&["backtest", &file, "--horizon", "3"]);
    assert!(code == Some(2) && out.is_empty() && err.contains("state a publication lag"), "{err}");
    let lagged = ["backtest", &file, "--horizon", "3", "--lag", "62", "--first-origin", "2017", "--json"];
    let (code, out, err) = outgrow(&lagged);
    assert_eq!(code, Some(0), "{err}");
    assert!(!out.contains("NaN") && out.contains("\"cases\""), "{out}");
}

#[test]
fn wrong_panels_and_horizons_are_reported() {
    let file = File::of("short.csv", b"name,period,value\nA,2017,90\nA,2018,100\n");
    let (code, out, err) = outgrow(&["backtest", file.path()]);
    assert_eq!((code, out.as_str()), (Some(2), ""), "{err}");
    assert!(err.starts_with(file.path()) && err.contains("no case with a known outcome"), "{err}");
    let (code, _, err) = outgrow(&["backtest", file.path(), "--horizon", "0"]);
    assert!(code == Some(2) && err.contains("--horizon"), "{err}");
}
