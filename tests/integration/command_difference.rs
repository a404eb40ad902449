//! `outgrow difference` as a process.

use crate::command::{File, outgrow};

fn pair() -> String {
    format!("{}/examples/scenarios/constant_pair.toml", env!("CARGO_MANIFEST_DIR"))
}

const SET: &str = "provider[Challenger].growth.constant=0.27";

#[test]
fn one_file_against_itself_with_a_change() {
    let arguments = ["difference", &pair(), "--set", SET, "--paths", "5000", "--seed", "3", "--no-audit"];
    let (code, out, err) = outgrow(&arguments);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(
        out.starts_with("Challenger overtakes Incumbent\n\n  by                  before      after    difference"),
        "{out}"
    );
    assert!(out.contains("95 % interval (simulation error only)"), "{out}");
    assert!(out.ends_with("\n  5,000 paths each, seed 3, common random numbers\n"), "{out}");
    let (code, json, err) = outgrow(&[&arguments[..], &["--json", "--confidence", "0.9"]].concat());
    assert_eq!((code, err.as_str()), (Some(0), ""));
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((&json["paths"], &json["seed"], &json["confidence_level"]), (&5000.into(), &3.into(), &0.9.into()));
    let last = json["questions"][0]["by"].as_array().and_then(|by| by.last()).expect("a date");
    let number = |value: &serde_json::Value| value.as_f64().expect("a number");
    assert!(number(&last["value"]) > 0.0, "{last}");
    let before = outgrow(&["run", &pair(), "--paths", "5000", "--seed", "3", "--json", "--no-audit"]).1;
    let before: serde_json::Value = serde_json::from_str(&before).expect("JSON");
    let by = before["questions"][0]["by"].as_array().and_then(|by| by.last()).expect("a date");
    assert_eq!(last["before"]["value"], by["value"], "the probability of a run with these settings");
    assert!(
        number(&last["standard_error"]) < number(&last["before"]["standard_error"]),
        "common random numbers: {last}"
    );
}

#[test]
fn two_files_are_one_file_with_the_change() {
    let changed =
        std::fs::read_to_string(pair()).expect("a file").replace("constant = 0.2615253156512289", "constant = 0.27");
    let second = File::of("changed.toml", changed.as_bytes());
    let run = |more: &[&str]| outgrow(&[&["difference", &pair()], more, &["--paths", "2000", "--no-audit"]].concat());
    let (code, out, err) = run(&[second.path()]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert_eq!(run(&["--set", SET]).1, out);
    // A change of the second file is one of the second scenario.
    let same = run(&[second.path(), "--set", "provider[Challenger].growth.constant=0.2615253156512289", "--json"]).1;
    let same: serde_json::Value = serde_json::from_str(&same).expect("JSON");
    assert_eq!(same["questions"][0]["by"][3]["value"], 0.0);
}

#[test]
fn the_files_of_a_difference() {
    let [csv, json, markdown] = ["csv", "json", "md"].map(|name| File::of(&format!("difference.{name}"), b""));
    let arguments = ["difference", &pair(), "--set", SET, "--paths", "1000", "--quiet", "--export-csv", csv.path()];
    let more = ["--export-json", json.path(), "--export-markdown", markdown.path(), "--json"];
    let (code, out, err) = outgrow(&[&arguments[..], &more].concat());
    assert_eq!((code, err.as_str()), (Some(0), ""));
    let text = |file: &File| std::fs::read_to_string(file.path()).expect("a file");
    assert_eq!(text(&json), out);
    assert!(text(&csv).starts_with("question,provider,period,statistic,value,standard_error,low,high\n"));
    assert!(text(&csv).contains("\n\"Challenger overtakes Incumbent\",,\"2018-Q2\",\"difference\","), "{}", text(&csv));
    assert!(text(&markdown).contains("| by | before | after | difference | 95 % interval"), "{}", text(&markdown));
}

#[test]
fn scenarios_that_cannot_be_compared() {
    let text = std::fs::read_to_string(pair()).expect("a file");
    let horizon = text.lines().find(|line| line.starts_with("horizon")).expect("a horizon");
    let shorter = File::of("shorter.toml", text.replace(horizon, "horizon = \"2019-Q4\"").as_bytes());
    let (code, out, err) = outgrow(&["difference", &pair(), shorter.path(), "--no-audit"]);
    assert_eq!((code, out.as_str()), (Some(2), ""), "{err}");
    assert!(err.contains("cannot be compared with 2018-Q1 to 2019-Q4"), "{err}");
    assert!(err.starts_with(&format!("{} and {}: invalid difference", pair(), shorter.path())), "{err}");
    let stranger = File::of("stranger.toml", text.replace("Challenger", "Newcomer").as_bytes());
    let (code, _, err) = outgrow(&["difference", &pair(), stranger.path(), "--no-audit"]);
    assert_eq!(code, Some(2), "{err}");
    let asks =
        "the first scenario asks \"Challenger overtakes Incumbent\", the second asks \"Newcomer overtakes Incumbent\"";
    assert!(err.contains(asks), "{err}");
    let one = format!("{}: \"Challenger overtakes Incumbent\" is not asked in {}, so", pair(), stranger.path());
    assert!(err.lines().any(|line| line.starts_with(&one)), "{err}");
    for (arguments, words) in [
        (&["difference", &pair()][..], "a second scenario, B, or a change of the first: --set ADDRESS=VALUE"),
        (&["difference", &pair(), "--set", "provider[X].volatility=1"], "provider[X]"),
        (&["difference", &pair(), "--set", SET, "--sampling", "sobol"], "a difference uses plain sampling"),
        (&["difference", &pair(), "--set", SET, "--paths", "0"], "paths: must be between 1 and"),
    ] {
        let (code, out, err) = outgrow(arguments);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{arguments:?}: {err}");
        assert!(err.contains(words), "{arguments:?}: {err}");
    }
}

/// Every command prints the findings of its scenario, and those of a changed scenario that are new.
#[test]
fn findings_of_what_is_changed() {
    let volatile = "provider[Challenger].volatility: a volatility of 4 is 400.0 % a year";
    let set = "provider[Challenger].volatility=4";
    let pair = pair();
    let new = |arguments: &[&str]| {
        let (code, _, err) = outgrow(arguments);
        assert_eq!(code, Some(0), "{arguments:?}: {err}");
        assert_eq!(err.matches(volatile).count(), 1, "{arguments:?}: {err}");
        assert_eq!(outgrow(&[arguments, &["--no-audit"]].concat()).2, "", "{arguments:?}");
        err
    };
    let err = new(&["difference", &pair, "--set", set, "--paths", "1000"]);
    assert!(err.contains("constant_pair.toml, changed: width: "), "{err}");
    new(&["sweep", &pair, "-P", "provider[Challenger].volatility", "0.1", "4", "-D", "3.9", "--by", "2020-Q4"]);
    new(&["news", &pair, "--report", "Challenger=60@2018-Q2", "--assume", set, "--by", "2020-Q4"]);
    let vary = ["--vary", "provider[Challenger].growth.constant", "--by", "2020-Q4"];
    new(&[&["solve", &pair, "--set", set][..], &vary[..2], &["--by", "2020-Q4", "--probability", "0.6"]].concat());
    new(&[
        "sensitivity",
        &pair,
        "--set",
        set,
        "--set",
        "provider[Challenger].growth.constant={ normal = [0.3, 0.05] }",
        "--by",
        "2020-Q4",
    ]);
}

/// Shells remove quotes, so that a word needs none.
#[test]
fn a_word_without_quotes() {
    let title = |set: &str| outgrow(&["run", &pair(), "--paths", "1000", "--no-audit", "--set", set]).1;
    let year = title("question[0].measure=annual");
    assert_eq!(year, title("question[0].measure=\"annual\""));
    assert!(year.contains("(annual)") || year.contains("calendar year"), "{year}");
}
