//! `run_scenario` as a process: exit code, what is printed where, and never a panic (101).

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

fn example() -> PathBuf {
    example_of("run_scenario")
}

/// The example beside this test: cargo builds both into `target/<profile>`.
fn example_of(name: &str) -> PathBuf {
    let own = std::env::current_exe().expect("this test has a path");
    let profile = own.parent().and_then(|deps| deps.parent()).expect("target/<profile>/deps");
    let path = profile.join("examples").join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(
        path.is_file(),
        "{} is missing: cargo builds it with `cargo test` or `cargo build --examples`",
        path.display()
    );
    path
}

fn pair() -> String {
    format!("{}/examples/scenarios/constant_pair.toml", env!("CARGO_MANIFEST_DIR"))
}

fn run(arguments: &[&str]) -> Output {
    Command::new(example()).args(arguments).stdin(Stdio::null()).output().expect("the example starts")
}

/// Exit code, standard output, standard error.
fn told(arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = run(arguments);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (status.code(), text(stdout), text(stderr))
}

/// A file of its own for one test.
struct File(PathBuf);

impl File {
    fn of(name: &str, bytes: &[u8]) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{name}", std::process::id()));
        fs::write(&path, bytes).expect("the scratch folder of cargo can be written");
        Self(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().expect("UTF-8")
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

#[test]
fn an_answer_is_0() {
    let (code, out, err) = told(&[&pair(), "--paths", "1000", "--seed", "3"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(out.contains("overtakes") && out.contains("1,000 paths, seed 3"), "{out}");
    let (code, out, err) = told(&["--json", "--paths", "1000", &pair()]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    let outcome: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(outcome["run"]["paths"], 1000);
    let json = pair().replace(".toml", ".json");
    assert_eq!(told(&[&json, "--paths", "1000", "--json"]), (Some(0), out, String::new()), "the same scenario as JSON");
}

/// The main case, whose four questions have two exact answers, on a fixed seed.
#[test]
fn a_cross_check_stands_under_each_table() {
    let file = pair().replace("constant_pair", "alibaba_vs_google");
    let (code, out, err) = told(&[&file, "--paths", "100000", "--seed", "7", "--cross-check"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(out.contains("  checked against exact: largest |z| ") && !out.contains("disagree"), "{out}");
    assert!(out.contains("  not checked against exact: sums of several periods are not lognormal"), "{out}");
}

#[test]
fn an_audit_is_0_with_findings_too() {
    let (code, out, err) = told(&[&pair(), "--audit"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(out.contains("width  provider[Challenger].growth") && out.contains("\n  seen: "), "{out}");
    let (code, json, err) = told(&[&pair(), "--audit", "--json", "--set", "provider[Incumbent].growth.constant=20"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    let audit: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let is_end_state = |finding: &&serde_json::Value| finding["kind"] == "end_state";
    let found = audit["findings"].as_array().expect("a list").iter().find(is_end_state).expect("20 for 20 %");
    assert_eq!(found["address"], "provider[Incumbent].growth");
}

#[test]
fn options_that_would_be_ignored_are_wrong_usage() {
    for wrong in [
        &["--audit", "--paths", "100"][..],
        &["--audit", "--seed", "1"],
        &["--audit", "--exact"],
        &["--audit", "--cross-check"],
        &["--exact", "--cross-check"],
        &["--exact", "--paths", "100"],
        &["--exact", "--seed", "1"],
    ] {
        let (code, out, err) = told(&[&[&pair()[..]], wrong].concat());
        assert_eq!((code, out.as_str()), (Some(2), ""), "{wrong:?}: {err}");
        assert!(err.contains("leave --paths") && err.contains("usage: "), "{wrong:?}: {err}");
    }
}

#[test]
fn a_value_may_be_set() {
    let file = File::of("set.toml", "base = '2018'\nhorizon = '2020'\nprovider = [\n{ name = 'A=[B', revenue = 1, growth = { constant = 0 } },\n{ name = 'C=D', revenue = 2, growth = { constant = 0 } }]\nquestion = [{ overtakes = ['C=D', 'E'] }]".replace("'A=[B'", "'E'").as_bytes());
    let (code, out, err) = told(&[
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
        ("provider[C=D].revenue=1\nx=2", "one value is wanted"),
    ] {
        let (code, out, err) = told(&[file.path(), "--set", set]);
        assert_eq!((code, out.as_str()), (Some(1), ""), "{set}: {err}");
        assert!(err.contains(words), "{set}: {err}");
    }
}

/// Every problem stands on standard error with its address and place; standard output stays empty.
#[test]
fn invalid_input_is_1() {
    let bad = "base = '2018'\nhorizon = '2020'\n[[provider]]\nname = 'A'\nrevenue = -1\ngrowth = { constant = nan }\nvolatility = -0.5\n";
    let file = File::of("bad.toml", bad.as_bytes());
    let (code, out, err) = told(&[file.path()]);
    assert_eq!((code, out.as_str()), (Some(1), ""));
    for line in [
        "invalid scenario: 3 problems",
        "  provider[A].revenue (line 5, column 11): revenue must be finite and above 0, got -1",
        "  provider[A].growth.constant (line 6, column 23): growth must be above -1 (-100 % a year), got NaN",
        "  provider[A].volatility (line 7, column 14): must be finite and not negative, got -0.5",
    ] {
        assert!(err.lines().any(|told| told == line), "{line}\n{err}");
    }
    let (code, _, err) = told(&[&pair(), "--paths", "0"]);
    assert!(code == Some(1) && err.contains("paths: must be between 1 and") && err.contains("got 0"), "{err}");
}

#[test]
fn files_that_cannot_be_read_are_1() {
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
        let (code, out, err) = told(&[file.path()]);
        assert_eq!((code, out.as_str()), (Some(1), ""), "{name}: {err}");
        assert!(err.contains(words), "{name}: {err}");
    }
    for path in ["/nowhere/at/all.toml", env!("CARGO_MANIFEST_DIR")] {
        let (code, out, err) = told(&[path]);
        assert_eq!((code, out.as_str()), (Some(1), ""), "{path}: {err}");
        assert!(err.starts_with(path), "{err}");
    }
}

#[test]
fn the_long_table_and_the_charts_are_written() {
    let (code, out, err) = told(&[&pair(), "--paths", "1000", "--csv"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(out.starts_with("question,provider,period,statistic,value,standard_error,low,high\n\""), "{out}");
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-charts", std::process::id()));
    let path = folder.to_str().expect("UTF-8");
    let (code, out, err) = told(&[&pair(), "--paths", "1000", "--charts", path]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(out.contains("overtakes"), "the answer is printed too: {out}");
    for name in ["fan", "ranks", "shares", "overtake-1", "date-1", "dots-1"] {
        let svg = fs::read_to_string(folder.join(format!("{name}.svg"))).expect("a chart");
        assert!(svg.starts_with("<svg "), "{name}");
    }
    fs::remove_dir_all(&folder).expect("its own folder");
    let file = File::of("in the way", b"");
    let (code, _, err) = told(&[&pair(), "--paths", "10", "--charts", file.path()]);
    assert!(code == Some(1) && err.contains("in the way"), "{err}");
}

#[test]
fn the_report_is_written() {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-report.html", std::process::id()));
    let file = path.to_str().expect("UTF-8");
    let (code, out, err) = told(&[&pair(), "--paths", "1000", "--html", file]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(out.contains("overtakes"), "the answer is printed too: {out}");
    let html = fs::read_to_string(&path).expect("a report");
    assert!(html.starts_with("<!DOCTYPE html>") && html.contains("What the audit found"));
    fs::remove_file(&path).expect("its own file");
    let (code, _, err) = told(&[&pair(), "--paths", "10", "--html", "no/such/folder/report.html"]);
    assert!(code == Some(1) && err.contains("no/such/folder/report.html: "), "{err}");
}

#[test]
fn wrong_usage_is_2() {
    let pair = pair();
    let cases: [(&[&str], &str); 16] = [
        (&[], "no file given"),
        (&[""], "one file"),
        (&["--json"], "no file given"),
        (&[&pair, "--frobnicate"], "unknown option --frobnicate"),
        (&[&pair, &pair], "one file at a time"),
        (&[&pair, "--paths"], "--paths needs a value"),
        (&[&pair, "--paths", "many"], "a whole number is wanted, got \"many\""),
        (&[&pair, "--paths", "-5"], "got \"-5\""),
        (&[&pair, "--paths", "1e3"], "got \"1e3\""),
        (&[&pair, "--seed", "0.5"], "got \"0.5\""),
        (&[&pair, "--set", "provider[A].revenue"], "--set wants ADDRESS=VALUE"),
        (&[&pair, "--set"], "--set needs a value"),
        (&[&pair, "--charts"], "--charts needs a value"),
        (&[&pair, "--html"], "--html needs a value"),
        (&[&pair, "--audit", "--html", "x"], "--audit has no --csv, no --charts and no --html"),
        (&[&pair, "--json", "--csv"], "one of --json and --csv"),
    ];
    for (arguments, words) in cases {
        let (code, out, err) = told(arguments);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{arguments:?}: {err}");
        assert!(err.contains(words) && err.contains("usage: run_scenario FILE"), "{arguments:?}: {err}");
    }
}

#[cfg(unix)]
#[test]
fn arguments_that_are_no_text() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let odd = OsStr::from_bytes(b"\xff.toml");
    let code = |arguments: &[&OsStr]| Command::new(example()).args(arguments).output().expect("starts").status.code();
    assert_eq!(code(&[odd]), Some(1), "no such file");
    assert_eq!(code(&[OsStr::new(&pair()), OsStr::new("--seed"), odd]), Some(2));
}

/// A reader that has seen enough is no fault, whichever pipe it closes.
#[test]
fn closed_pipes_are_no_panic() {
    let cases = [
        ("run_scenario", vec![pair(), "--paths".into(), "64".into(), "--json".into()], 0),
        ("run_scenario", vec!["/nowhere".into()], 1),
        ("run_scenario", vec![], 2),
        ("alibaba_vs_google", vec!["--paths".into(), "64".into()], 0),
        ("alibaba_vs_google", vec!["--paths".into(), "many".into()], 2),
        ("own_question", vec![], 0),
        ("tune_in_tests", vec![], 0),
    ];
    for (name, arguments, expected) in cases {
        let mut child = Command::new(example_of(name))
            .args(&arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the example starts");
        drop((child.stdout.take(), child.stderr.take()));
        assert_eq!(child.wait().expect("it ends").code(), Some(expected), "{arguments:?}");
    }
}
