//! The command `outgrow` as a process: exit code, what is printed where, and never a panic (101).

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

const COMMAND: &str = env!("CARGO_BIN_EXE_outgrow");

fn pair() -> String {
    format!("{}/examples/scenarios/constant_pair.toml", env!("CARGO_MANIFEST_DIR"))
}

/// `outgrow run` without findings on standard error.
fn quiet(arguments: &[&str]) -> (Option<i32>, String, String) {
    run(&[arguments, &["--no-audit"]].concat())
}

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    outgrow(&[&["run"], arguments].concat())
}

/// Exit code, standard output, standard error.
pub(super) fn outgrow(arguments: &[&str]) -> (Option<i32>, String, String) {
    ended(Command::new(COMMAND).args(arguments).stdin(Stdio::null()).output().expect("the command starts"))
}

fn ended(Output { status, stdout, stderr }: Output) -> (Option<i32>, String, String) {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (status.code(), text(stdout), text(stderr))
}

/// A temporary file for one test.
pub(super) struct File(PathBuf);

impl File {
    pub(super) fn of(name: &str, bytes: &[u8]) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{name}", std::process::id()));
        fs::write(&path, bytes).expect("the scratch folder of cargo can be written");
        Self(path)
    }

    pub(super) fn path(&self) -> &str {
        self.0.to_str().expect("UTF-8")
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

#[test]
fn a_question_that_a_method_cannot_answer_is_1() {
    let annual = ["exact", &pair(), "--no-audit", "--set", "question[0].measure=\"annual\""];
    let (code, out, err) = outgrow(&annual);
    assert_eq!((code, out.as_str()), (Some(1), ""), "{err}");
    assert!(err.contains("not exact: because sums of several periods are not lognormal"), "{err}");
}

#[test]
fn an_answer_is_0() {
    let (code, out, err) = quiet(&[&pair(), "--paths", "1000", "--seed", "3"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(out.contains("overtakes") && out.contains("1,000 paths, seed 3"), "{out}");
    let (code, out, err) = quiet(&["--json", "--paths", "1000", &pair()]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    let outcome: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(outcome["run"]["paths"], 1000);
    let json = pair().replace(".toml", ".json");
    assert_eq!(
        quiet(&[&json, "--paths", "1000", "--json"]),
        (Some(0), out, String::new()),
        "the same scenario as JSON"
    );
}

/// The main case, with exact answers for two of its four questions, on a fixed seed.
#[test]
fn a_cross_check_stands_under_each_table() {
    let file = pair().replace("constant_pair", "alibaba_vs_google");
    let (code, out, err) = quiet(&[&file, "--paths", "100000", "--seed", "7", "--cross-check"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(out.contains("  checked against exact: largest |z| ") && !out.contains("disagree"), "{out}");
    assert!(out.contains("  not checked against exact: sums of several periods are not lognormal"), "{out}");
}

#[test]
fn an_audit_is_0_with_findings_too() {
    let (code, out, err) = outgrow(&["audit", &pair()]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(out.contains("width  provider[Challenger].growth") && out.contains("\n  seen: "), "{out}");
    let (code, json, err) = outgrow(&["audit", &pair(), "--json", "--set", "provider[Incumbent].growth.constant=20"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    let audit: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let is_end_state = |finding: &&serde_json::Value| finding["kind"] == "end_state";
    let found = audit["findings"].as_array().expect("a list").iter().find(is_end_state).expect("20 for 20 %");
    assert_eq!(found["address"], "provider[Incumbent].growth.constant");
    assert_eq!(found["severity"], "high");
}

#[test]
fn options_of_other_subcommands_are_wrong_usage() {
    let cases: [(&str, &[&str]); 13] = [
        ("audit", &["--paths", "100"]),
        ("audit", &["--seed", "1"]),
        ("audit", &["--cross-check"]),
        ("audit", &["--continuous"]),
        ("audit", &["--csv"]),
        ("audit", &["--html", "x"]),
        ("audit", &["--no-fans"]),
        ("exact", &["--cross-check"]),
        ("exact", &["--paths", "100"]),
        ("exact", &["--seed", "1"]),
        ("exact", &["--sampling", "sobol"]),
        ("exact", &["--confidence", "0.9"]),
        ("check", &["--paths", "100"]),
    ];
    for (subcommand, wrong) in cases {
        let (code, out, err) = outgrow(&[&[subcommand, &pair()], wrong].concat());
        assert_eq!((code, out.as_str()), (Some(2), ""), "{subcommand} {wrong:?}: {err}");
        assert!(err.contains(&format!("unexpected argument '{}'", wrong[0])) && err.contains("Usage: "), "{err}");
    }
    for (wrong, hint) in [
        (&["--exact"][..], "'outgrow exact FILE'"),
        (&["--tolerance", "1e-4"], "'outgrow exact FILE --tolerance ERROR'"),
        (&["--audit"], "'outgrow audit FILE'"),
    ] {
        let (code, out, err) = run(&[&[&pair()[..]], wrong].concat());
        assert_eq!((code, out.as_str()), (Some(2), ""), "{wrong:?}: {err}");
        assert!(err.contains(hint), "{wrong:?}: {err}");
    }
}

/// A pair with two views.
const VIEWS: &str = r#"
base = "2018"
horizon = "2021"
provider = [
    { name = "A", revenue = 10, growth = { constant = 0.3 }, volatility = 0.2 },
    { name = "B", revenue = 15, growth = { constant = 0.1 } },
]
question = [{ overtakes = ["A", "B"] }]

[[view]]
name = "bull"
weight = 3
with = { "provider[A].growth.constant" = 0.5 }

[[view]]
name = "bear"
with = { "provider[A].growth.constant" = { normal = [0.1, 0.05] }, "provider[B].revenue" = 16 }
"#;

#[test]
fn views_are_answered_on_request() {
    let file = File::of("views.toml", VIEWS.as_bytes());
    for subcommand in [&["run", "--paths", "1000"][..], &["exact"]] {
        let of = |more: &[&str]| outgrow(&[subcommand, &[file.path(), "--no-audit"], more].concat());
        let (code, out, err) = of(&["--views"]);
        assert_eq!((code, err.as_str()), (Some(0), ""));
        assert!(
            out.contains("as seen by each view") && out.contains("bull         bear         pool  disagreement"),
            "{out}"
        );
        let (code, without, err) = of(&[]);
        assert_eq!((code, err.as_str(), without.contains("bull")), (Some(0), "", false), "{without}");
        let (_, json, _) = of(&["--views", "--json"]);
        let outcome: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        assert_eq!((&outcome["views"][0]["name"], &outcome["views"][0]["weight"]), (&"bull".into(), &0.75.into()));
        assert!(outcome["pool"]["disagreement"][0]["by_horizon"].is_number());
        let (_, csv, _) = of(&["--views", "--csv"]);
        assert!(csv.contains("\"by_view[bear]\"") && csv.contains("\"by_pool\""), "{csv}");
    }
    let set = ["run", file.path(), "--paths", "64", "--views", "--set", "view[bull].weight=1", "--json"];
    let (code, json, err) = outgrow(&set);
    assert_eq!(code, Some(0), "{err}");
    let outcome: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(outcome["views"][0]["weight"], 0.5);
    let (code, out, _) = outgrow(&["check", file.path()]);
    assert!(code == Some(0) && out.contains("view: bear, weight 1, 2 changed"), "{out}");
}

#[test]
fn charts_and_reports_have_the_views() {
    let file = File::of("views-files.toml", VIEWS.as_bytes());
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-views", std::process::id()));
    fs::create_dir_all(&folder).expect("the scratch folder of cargo can be written");
    let page = folder.join("report.html");
    let [charts, html] = [&folder, &page].map(|path| path.to_str().expect("UTF-8"));
    let (code, _, err) = outgrow(&["exact", file.path(), "--views", "--no-audit", "--charts", charts, "--html", html]);
    assert_eq!(code, Some(0), "{err}");
    let chart = fs::read_to_string(folder.join("views-1.svg")).expect("a chart");
    let report = fs::read_to_string(&page).expect("a report");
    fs::remove_dir_all(&folder).expect("removed");
    assert!(chart.contains(">pool ") && report.contains("What the views change"));
}

#[test]
fn views_of_a_file_without_views_are_an_error() {
    for subcommand in ["run", "exact"] {
        let (code, out, err) = outgrow(&[subcommand, &pair(), "--views", "--no-audit"]);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{err}");
        assert!(err.contains("views: the scenario has no views; state each as [[view]]"), "{err}");
    }
}

#[test]
fn a_value_may_be_set() {
    let file = File::of("set.toml", "base = '2018'\nhorizon = '2020'\nprovider = [\n{ name = 'A=[B', revenue = 1, growth = { constant = 0 } },\n{ name = 'C=D', revenue = 2, growth = { constant = 0 } }]\nquestion = [{ overtakes = ['C=D', 'E'] }]".replace("'A=[B'", "'E'").as_bytes());
    let (code, out, err) = run(&[
        file.path(),
        "--paths",
        "64",
        "--json",
        "--set",
        "provider[C=D].revenue=3",
        "--set",
        "provider[E].growth.constant = { uniform = [0, 1] }",
    ]);
    assert_eq!(code, Some(0), "{err}");
    let outcome: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(outcome["questions"][0]["ahead_at_base"]["value"], 1.0);
    for (set, words) in [
        ("provider[C=D].revenu=3", "did you mean \"provider[C=D].revenue\"?"),
        ("provider[C=D].revenue=-3", "provider[C=D].revenue: revenue must be finite and above 0, got -3"),
        ("provider[C=D].revenue=", "provider[C=D].revenue: "),
        ("provider[C=D].revenue=1\nx=2", "expected one value"),
    ] {
        let (code, out, err) = run(&[file.path(), "--set", set]);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{set}: {err}");
        assert!(err.contains(words), "{set}: {err}");
    }
}

/// Every problem is on standard error with address, line and column; standard output is empty.
#[test]
fn invalid_input_is_2() {
    let bad = "base = '2018'\nhorizon = '2020'\n[[provider]]\nname = 'A'\nrevenue = -1\ngrowth = { constant = nan }\nvolatility = -0.5\n";
    let file = File::of("bad.toml", bad.as_bytes());
    let (code, out, err) = run(&[file.path()]);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    for line in [
        &format!("{}: invalid scenario: 3 problems", file.path()),
        "  provider[A].revenue (line 5, column 11): revenue must be finite and above 0, got -1",
        "  provider[A].growth.constant (line 6, column 23): growth must be above -1 (-100 % a year), got NaN",
        "  provider[A].volatility (line 7, column 14): must be finite and not negative, got -0.5",
    ] {
        assert!(err.lines().any(|reported| reported == line), "{line}\n{err}");
    }
    let (code, _, err) = quiet(&[&pair(), "--paths", "0"]);
    assert!(err.starts_with(&pair()), "{err}");
    assert!(code == Some(2) && err.contains("paths: must be between 1 and") && err.contains("got 0"), "{err}");
}

#[test]
fn files_that_cannot_be_read_are_2() {
    let latin = b"base = '2018'\n# caf\xe9\n";
    let mut too_long = b"base = '2018' #".to_vec();
    too_long.resize(17 << 20, b'x');
    let cases: [(&str, &[u8], &str); 7] = [
        ("latin.toml", latin, "not UTF-8"),
        ("latin.json", b"{\"unit\": \"\xff\"}", "not UTF-8"),
        ("half.toml", b"base = '2018'\nunit = \"\xe9\x98", "not UTF-8"),
        ("empty.toml", b"", "\"base\" is missing"),
        ("empty.JSON", b"", "(line 1, column 1)"),
        ("zeros.toml", &[0; 4096], "(line 1, column 1)"),
        ("long.toml", &too_long, "longer than 16 MiB"),
    ];
    for (name, bytes, words) in cases {
        let file = File::of(name, bytes);
        let (code, out, err) = run(&[file.path()]);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{name}: {err}");
        assert!(err.contains(words), "{name}: {err}");
    }
    for path in ["/nowhere/at/all.toml", env!("CARGO_MANIFEST_DIR")] {
        let (code, out, err) = run(&[path]);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{path}: {err}");
        assert!(err.starts_with(path), "{err}");
    }
}

#[test]
fn the_long_table_and_the_charts_are_written() {
    let pair = pair();
    let (code, out, err) = quiet(&[&pair, "--paths", "1000", "--csv"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(out.starts_with("question,provider,period,statistic,value,standard_error,low,high\n\""), "{out}");
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-charts", std::process::id()));
    let path = folder.to_str().expect("UTF-8");
    let names = ["fan", "fan-annual", "fan-fiscal-year-ending-3", "ranks", "shares", "overtake-1", "date-1", "dots-1"];
    for subcommand in ["run", "chart"] {
        let fans = ["--fans-of", "annual,fiscal_year_ending=3"];
        let arguments = [&[subcommand, &pair, "--paths", "1000", "--no-audit", "--charts", path][..], &fans].concat();
        let (code, out, err) = outgrow(&arguments);
        assert_eq!(code, Some(0), "{err}");
        assert_eq!(out.contains("overtakes"), subcommand == "run", "an answer is printed too: {out}");
        for name in names {
            let file = folder.join(format!("{name}.svg"));
            assert!(fs::read_to_string(&file).expect("a chart").starts_with("<svg "), "{name}");
            assert!(err.lines().any(|line| line == format!("wrote {}", file.display())), "{name}: {err}");
        }
        assert_eq!(err.lines().count(), names.len(), "{err}");
        fs::remove_dir_all(&folder).expect("its own folder");
    }
    let (code, _, err) = outgrow(&["exact", &pair, "--no-audit", "--no-fans", "--charts", path]);
    assert_eq!((code, err.lines().count()), (Some(0), 5), "no fan, as it was left out: {err}");
    fs::remove_dir_all(&folder).expect("its own folder");
    let file = File::of("in the way", b"");
    let (code, _, err) = run(&[&pair, "--paths", "10", "--charts", file.path()]);
    assert!(code == Some(1) && err.starts_with(&pair) && err.contains("in the way"), "{err}");
}

#[test]
fn the_report_is_written() {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-report.html", std::process::id()));
    let file = path.to_str().expect("UTF-8");
    let mut pages = Vec::new();
    for subcommand in ["run", "report"] {
        let arguments = [subcommand, &pair(), "--paths", "1000", "--fans-of", "annual", "--no-audit", "--html", file];
        let (code, out, err) = outgrow(&arguments);
        assert_eq!((code, err), (Some(0), format!("wrote {file}\n")));
        assert_eq!(out.contains("overtakes"), subcommand == "run", "an answer is printed too: {out}");
        let html = fs::read_to_string(&path).expect("a report");
        assert!(html.starts_with("<!DOCTYPE html>") && html.contains("What the audit found"));
        assert!(html.contains("outgrow run scenario.toml --paths 1000 --seed 0 --fans-of annual --html report.html"));
        pages.push(html);
        fs::remove_file(&path).expect("its own file");
    }
    assert_eq!(pages[0], pages[1]);
    let (code, _, err) = run(&[&pair(), "--paths", "10", "--no-audit", "--html", "no/such/folder/report.html"]);
    assert!(code == Some(1) && err.starts_with(&pair()) && err.contains("no/such/folder/report.html: "), "{err}");
}

#[test]
fn a_check_prints_what_is_asked() {
    let (code, out, err) = outgrow(&["check", &pair()]);
    assert_eq!(code, Some(0), "{err}");
    assert!(out.starts_with(&format!("{}: ok\n", pair())), "{out}");
    assert!(out.contains("\n  question: Challenger overtakes Incumbent"), "{out}");
    assert!(err.lines().all(|line| line.starts_with(&pair())), "findings only: {err}");
    let bad = File::of(
        "check.toml",
        b"base = '2018'\nhorizon = '2016'\n[[provider]]\nname = 'A'\nrevenue = -1\ngrowth = { constant = -2 }\n",
    );
    let (code, out, err) = outgrow(&["check", bad.path()]);
    assert_eq!((code, out.as_str()), (Some(2), ""), "{err}");
    assert!(err.starts_with(bad.path()) && err.contains(" problems\n"), "{err}");
    let (code, _, err) = outgrow(&["check", &pair(), "--no-audit", "--set", "horizon=2010-Q1"]);
    assert!(code == Some(2) && err.contains("horizon must lie after base"), "{err}");
}

/// Standard input is TOML or JSON; its contents decide.
#[test]
fn a_scenario_is_read_from_standard_input() {
    let fed = |text: &[u8]| {
        let arguments = ["run", "-", "--paths", "64", "--no-audit", "--json"];
        let mut command = Command::new(COMMAND);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the command starts");
        child.stdin.take().expect("a pipe").write_all(text).expect("it reads");
        ended(child.wait_with_output().expect("it ends"))
    };
    let text = |path: String| fs::read(path).expect("a file");
    let (code, toml, err) = fed(&text(pair()));
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert_eq!(fed(&text(pair().replace(".toml", ".json"))), (Some(0), toml, String::new()));
    let (code, out, err) = fed(b"base = 3");
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert!(err.starts_with("standard input: invalid scenario"), "{err}");
}

#[test]
fn wrong_usage_is_2() {
    let pair = pair();
    let cases: [(&[&str], &str); 26] = [
        (&[], "<FILE>"),
        (&["--json"], "<FILE>"),
        (&[&pair, "--frobnicate"], "unexpected argument '--frobnicate'"),
        (&[&pair, "--frobnicate=3"], "unexpected argument '--frobnicate'"),
        (&[&pair, "--no-fan"], "'--no-fans'"),
        (&[&pair, "--json=yes"], "unexpected value 'yes' for '--json'"),
        (&[&pair, &pair], "unexpected argument"),
        (&[&pair, "--paths"], "a value is required for '--paths <N>'"),
        (
            &[&pair, "--paths", "many"],
            "'many' for '--paths <N>': must be a whole number below 2^64, as 250000, 100_000 or 1e6",
        ),
        (&[&pair, "--paths", "-5"], "'-5' for '--paths <N>'"),
        (&[&pair, "--paths", "1.5"], "'1.5' for '--paths <N>'"),
        (&[&pair, "--paths", "1e-3"], "'1e-3' for '--paths <N>'"),
        (&[&pair, "--paths", "1e40"], "'1e40' for '--paths <N>'"),
        (&[&pair, "--paths", "_1"], "'_1' for '--paths <N>'"),
        (&[&pair, "--paths", "1e"], "'1e' for '--paths <N>'"),
        (&[&pair, "--seed", "0.5"], "'0.5' for '--seed <N>'"),
        (&[&pair, "--confidence", "high"], "'high' for '--confidence <LEVEL>': must be a number"),
        (&[&pair, "--sampling", "random"], "possible values: plain, antithetic, sobol, importance, auto"),
        (&[&pair, "--fans-of", "quarterly"], "must be trailing, annual or fiscal_year_ending=MONTH"),
        (&[&pair, "--until", "0.001", "--paths", "5"], "'--until <ERROR>' cannot be used with '--paths <N>'"),
        (&[&pair, "--at-most", "5"], "--until <ERROR>"),
        (&[&pair, "--spreadsheet"], "--csv"),
        (&[&pair, "--threads", "two"], "'two' for '--threads <N>': must be a whole number from 1 to 1024"),
        (&[&pair, "--threads", "0"], "'0' for '--threads <N>': must be a whole number from 1 to 1024"),
        (&[&pair, "--set", "provider[A].revenue"], "must be ADDRESS=VALUE"),
        (&[&pair, "--json", "--csv"], "'--json' cannot be used with '--csv'"),
    ];
    for (arguments, words) in cases {
        let (code, out, err) = run(arguments);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{arguments:?}: {err}");
        assert!(err.contains(words) && err.contains("--help"), "{arguments:?}: {err}");
    }
    for arguments in [&[][..], &["frobnicate"], &[&pair], &["--frobnicate"]] {
        let (code, out, err) = outgrow(arguments);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{arguments:?}: {err}");
        assert!(err.contains("Usage: outgrow"), "{arguments:?}: {err}");
    }
}

#[cfg(unix)]
#[test]
fn arguments_that_are_no_text() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let odd = OsStr::from_bytes(b"\xff.toml");
    let code =
        |arguments: &[&OsStr]| Command::new(COMMAND).arg("run").args(arguments).output().expect("starts").status.code();
    assert_eq!(code(&[odd]), Some(2), "no such file");
    assert_eq!(code(&[OsStr::new(&pair()), OsStr::new("--seed"), odd]), Some(2));
}

/// A reader that closes a pipe early is not an error, for either pipe.
#[test]
fn closed_pipes_are_no_panic() {
    let pair = pair();
    let cases: [(&[&str], i32); 8] = [
        (&["run", &pair, "--paths", "64", "--json"], 0),
        (&["exact", &pair], 0),
        (&["audit", &pair], 0),
        (&["check", &pair], 0),
        (&["run", "/nowhere"], 2),
        (&["--help"], 0),
        (&["run", "--help"], 0),
        (&[], 2),
    ];
    for (arguments, expected) in cases {
        let mut child = Command::new(COMMAND)
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the command starts");
        drop((child.stdout.take(), child.stderr.take()));
        assert_eq!(child.wait().expect("it ends").code(), Some(expected), "{arguments:?}");
    }
}

#[test]
fn help_is_0_and_lists_every_option() {
    let cases: [(&[&str], &[&str]); 8] = [
        (&["--help"], &["run", "exact", "audit", "chart", "report", "check", "Exit codes:", "standard input"]),
        (&["-h"], &["run", "exact", "audit", "chart", "report", "check", "Exit codes:"]),
        (
            &["run", "--help"],
            &["--paths", "--sampling", "--until", "--at-most", "--confidence", "--threads", "--continuous"],
        ),
        (
            &["run", &pair(), "--help"],
            &["--fans-of", "--no-fans", "--cross-check", "--set", "--csv", "--spreadsheet", "--charts", "--no-audit"],
        ),
        (&["exact", "-h"], &["--tolerance", "--continuous", "--set", "--json", "--html"]),
        (&["audit", "-h"], &["--set", "--json", "--threads"]),
        (&["chart", "-h"], &["--charts", "--paths"]),
        (&["report", "-h"], &["--html", "--paths"]),
    ];
    for (arguments, words) in cases {
        let (code, out, err) = outgrow(arguments);
        assert_eq!((code, err.as_str()), (Some(0), ""), "{arguments:?}");
        for word in words {
            assert!(out.contains(word), "{word}\n{out}");
        }
    }
    let version = format!("outgrow {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(outgrow(&["--version"]), (Some(0), version, String::new()));
}

#[test]
fn numbers_of_paths_are_read_as_people_write_them() {
    let paths = |text: &str| {
        let (code, out, err) = quiet(&[&pair(), "--json", "--paths", text, "--no-fans"]);
        assert_eq!(code, Some(0), "{text}: {err}");
        serde_json::from_str::<serde_json::Value>(&out).expect("JSON")["run"]["paths"].clone()
    };
    for (text, count) in [("1e3", 1000), ("1_000", 1000), ("2.5e3", 2500), ("2.50E+2", 250), ("1000.0", 1000)] {
        assert_eq!(paths(text), count, "{text}");
    }
}

/// Every setting of a run has an option, and the outcome reports it.
#[test]
fn settings_reach_the_run() {
    let answered = |subcommand: &str, arguments: &[&str]| {
        let (code, out, err) = outgrow(&[&[subcommand, &pair(), "--json", "--no-audit"], arguments].concat());
        assert_eq!(code, Some(0), "{arguments:?}: {err}");
        serde_json::from_str::<serde_json::Value>(&out).expect("JSON")
    };
    let outcome = |arguments: &[&str]| answered("run", arguments);
    let sobol = outcome(&["--sampling", "sobol", "--paths", "2048", "--confidence=0.9", "--threads", "2"]);
    assert_eq!(sobol["run"]["sampling"], "sobol");
    assert_eq!(sobol["run"]["confidence_level"], 0.9);
    let until = outcome(&["--until", "0.1", "--at-most", "1e5"]);
    assert_eq!((&until["run"]["precision"]["met"], &until["run"]["paths"]), (&true.into(), &16_384.into()));
    let any_time = outcome(&["--continuous", "--paths", "100"]);
    assert_eq!(any_time["run"]["continuous"], true);
    let exact = answered("exact", &["--tolerance", "1e-5"]);
    assert_eq!((&exact["run"]["method"], &exact["run"]["tolerance"]), (&"exact".into(), &1e-5.into()));
    let years = outcome(&["--paths", "100", "--fans-of", "trailing", "--fans-of", "annual"]);
    assert_eq!(years["providers"][0]["measured"].as_array().map(Vec::len), Some(2), "{years}");
    let bare = outcome(&["--paths", "100", "--no-fans", "--no-ranks", "--no-shares"]);
    for part in ["revenue", "rank", "share"] {
        assert!(bare["providers"].get(0).is_none_or(|provider| provider.get(part).is_none()), "{part}");
    }
}

/// `--set` changes anything in the file, not only numbers.
#[test]
fn periods_histories_and_curves_may_be_set() {
    let run = |sets: &[&str]| {
        let sets: Vec<&str> = sets.iter().flat_map(|set| ["--set", set]).collect();
        quiet(&[&[&pair()[..], "--paths", "64", "--json"], &sets[..]].concat())
    };
    for base in ["base=2018-Q2", "base=\"2018-Q2\"", "base = '2018-Q2'"] {
        let (code, out, err) = run(&[base, "horizon=2019-Q4"]);
        assert_eq!(code, Some(0), "{base}: {err}");
        let outcome: serde_json::Value = serde_json::from_str(&out).expect("JSON");
        assert_eq!((&outcome["base"], &outcome["horizon"]), (&"2018-Q2".into(), &"2019-Q4".into()));
    }
    let (code, out, err) = run(&[
        "provider[Challenger].history=[1, 2, 3]",
        "provider[Incumbent].history=[1, 2, 3]",
        "question[0].measure=\"trailing\"",
    ]);
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains("\"measure\":\"trailing\""), "{out}");
    let (code, _, err) = run(&["provider[Challenger].growth={ fade = { from = 0.5, to = 0.1, half_life = 2 } }"]);
    assert_eq!(code, Some(0), "{err}");
    for (set, words) in [
        ("base=2030-Q1", "horizon: horizon must lie after base 2030-Q1"),
        ("base=soon", "base: "),
        ("horizon=2018", "horizon: "),
        ("provider[Challenger].history=5", "provider[Challenger].history: must be a list of revenues, got 5"),
        ("provider[Challenger].history[0]=5", "no number has the address"),
        ("provider[Challenger].vol=1", "did you mean \"provider[Challenger].volatility\"?"),
        ("provider[Challenger].growth.constant=30%", "expected a fraction without %: 0.3, got 30%"),
        ("provider[Challenger].revenue=405,000", "a number must not contain commas: 405000 or 405_000"),
        ("name=3", "no number has the address \"name\""),
    ] {
        let (code, out, err) = run(&[set]);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{set}: {err}");
        assert!(err.starts_with(&pair()) && err.contains(words), "{set}: {err}");
    }
}

/// Findings that need no simulation are printed on every run, one per line, the most serious first, also if the run fails.
#[test]
fn findings_are_printed_before_the_answer() {
    let lines = |set: &str| {
        let (code, _, err) = run(&[&pair(), "--paths", "64", "--set", set]);
        (code, err.lines().map(str::to_owned).collect::<Vec<_>>())
    };
    let (code, found) = lines("provider[Incumbent].growth.constant=20");
    assert_eq!(code, Some(0));
    let start = format!("{}: end_state: provider[Incumbent].growth.constant: growth of 20 is 2000 % a year; ", pair());
    assert!(found.len() >= 2 && found[0].starts_with(&start), "{found:?}");
    assert!(found.iter().all(|line| line.starts_with(&pair())), "{found:?}");
    let (code, found) = lines("provider[Incumbent].volatility=15");
    assert_eq!(code, Some(1));
    assert!(
        found[0].contains("width: provider[Incumbent].volatility: a volatility of 15 is 1500 % a year"),
        "{found:?}"
    );
    let last = found.last().expect("the error");
    let advice = ["--no-fans on the command line", "; provider[Incumbent].volatility is 15, that is 1500 % a year"];
    assert!(last.contains("limit exceeded") && advice.iter().all(|words| last.contains(words)), "{found:?}");
    let (code, _, err) = run(&[&pair(), "--paths", "64", "--no-audit"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
}

#[test]
fn a_name_that_is_a_formula_is_neutralised_only_where_asked() {
    let text = fs::read_to_string(pair()).expect("a file").replace("Challenger", "=1+1");
    let file = File::of("formula.toml", text.as_bytes());
    let csv = |more: &[&str]| quiet(&[&[file.path(), "--paths", "64", "--csv"], more].concat()).1;
    let (raw, safe) = (csv(&[]), csv(&["--spreadsheet"]));
    assert!(raw.contains("\n\"=1+1 overtakes Incumbent\",,") && !raw.contains("'=1+1"), "{raw}");
    assert!(safe.contains("\n\"'=1+1 overtakes Incumbent\",,") && !safe.contains("\"=1+1"), "{safe}");
    assert_eq!(raw, safe.replace("'=1+1", "=1+1"), "nothing else differs");
}

/// Common mistakes of new users, and the advice in the message.
#[test]
fn messages_say_what_to_write() {
    let good = fs::read_to_string(pair()).expect("a file");
    let swap = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        good.replace(from, to)
    };
    let base = good.lines().find(|line| line.starts_with("base")).expect("a base");
    let cases = [
        (swap(base, "base = 2018"), "must be text, in quotes: \"2018\", got 2018"),
        (swap(base, "base = 2018-03"), "a period must be in quotes: \"2018-03\", got 2018-03"),
        (swap(base, "base = 2018-03-31"), "must be text, in quotes: \"2018-Q1\""),
        (good.replace("[[provider]]", "[provider]"), "write [[provider]] before each item of a list"),
        (format!("{good}\n[[provider]]\nname = 'X'\nrevenue = 405,000\n"), "405000 or 405_000, got 405,000"),
        ("<!DOCTYPE html>\n<p class=\"x\">text</p>\n".repeat(500), "this is not TOML: it begins with \"<\""),
        ("name;period;value\nA;2018;5,0\n".repeat(500), "this does not look like TOML: "),
        ("{ \"base\": \"2018\" }".to_owned(), "\"horizon\" is missing"),
    ];
    for (text, words) in cases {
        let file = File::of("typed.toml", text.as_bytes());
        let (code, out, err) = run(&[file.path()]);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{words}: {err}");
        assert!(err.starts_with(file.path()) && err.contains(words), "{words}\n{err}");
        assert!(err.lines().count() < 8, "{err}");
    }
}

/// The advice in a message applies to the caller (command or library) and works.
#[test]
fn a_limit_names_the_options_that_avoid_it() {
    let provider = |number: u32| {
        format!(
            "[[provider]]\nname = 'P{number}'\nrevenue = {}\ngrowth = {{ constant = 0.1 }}\nvolatility = 0.1\n",
            100 + number
        )
    };
    let text = format!("base = '2018-01'\nhorizon = '2058-01'\n{}", (0..64).map(provider).collect::<String>());
    let file = File::of("big.toml", text.as_bytes());
    let run = |more: &[&str]| quiet(&[&[file.path(), "--paths", "64", "--no-ranks"], more].concat());
    let (code, _, err) = run(&[]);
    assert!(code == Some(1) && err.contains("or --no-fans --no-shares on the command line"), "{err}");
    let (code, _, err) = run(&["--no-fans", "--no-shares"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    // With one of them off only the other is named.
    let (code, _, err) = run(&["--no-fans"]);
    assert!(code == Some(1) && err.contains("switch shares off: .shares(false), or --no-shares"), "{err}");
}
