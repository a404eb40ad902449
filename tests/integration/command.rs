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

/// A run without findings on standard error.
fn quiet(arguments: &[&str]) -> (Option<i32>, String, String) {
    told(&[arguments, &["--no-audit"]].concat())
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

/// A temporary file for one test.
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
    let (code, out, err) = told(&[&pair(), "--audit"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(out.contains("width  provider[Challenger].growth") && out.contains("\n  seen: "), "{out}");
    let (code, json, err) = told(&[&pair(), "--audit", "--json", "--set", "provider[Incumbent].growth.constant=20"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    let audit: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let is_end_state = |finding: &&serde_json::Value| finding["kind"] == "end_state";
    let found = audit["findings"].as_array().expect("a list").iter().find(is_end_state).expect("20 for 20 %");
    assert_eq!(found["address"], "provider[Incumbent].growth.constant");
    assert_eq!(found["severity"], "high");
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
        &["--exact", "--sampling", "sobol"],
        &["--exact", "--confidence", "0.9"],
        &["--audit", "--continuous"],
        &["--audit", "--csv"],
        &["--audit", "--no-fans"],
    ] {
        let (code, out, err) = told(&[&[&pair()[..]], wrong].concat());
        assert_eq!((code, out.as_str()), (Some(2), ""), "{wrong:?}: {err}");
        let last = wrong.iter().rfind(|argument| argument.starts_with("--")).expect("an option");
        assert!(err.contains(&format!("leave {last} out")) && err.contains("usage: "), "{wrong:?}: {err}");
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
        ("provider[C=D].revenue=1\nx=2", "expected one value"),
    ] {
        let (code, out, err) = told(&[file.path(), "--set", set]);
        assert_eq!((code, out.as_str()), (Some(1), ""), "{set}: {err}");
        assert!(err.contains(words), "{set}: {err}");
    }
}

/// Every problem is on standard error with address, line and column; standard output is empty.
#[test]
fn invalid_input_is_1() {
    let bad = "base = '2018'\nhorizon = '2020'\n[[provider]]\nname = 'A'\nrevenue = -1\ngrowth = { constant = nan }\nvolatility = -0.5\n";
    let file = File::of("bad.toml", bad.as_bytes());
    let (code, out, err) = told(&[file.path()]);
    assert_eq!((code, out.as_str()), (Some(1), ""));
    for line in [
        &format!("{}: invalid scenario: 3 problems", file.path()),
        "  provider[A].revenue (line 5, column 11): revenue must be finite and above 0, got -1",
        "  provider[A].growth.constant (line 6, column 23): growth must be above -1 (-100 % a year), got NaN",
        "  provider[A].volatility (line 7, column 14): must be finite and not negative, got -0.5",
    ] {
        assert!(err.lines().any(|told| told == line), "{line}\n{err}");
    }
    let (code, _, err) = quiet(&[&pair(), "--paths", "0"]);
    assert!(err.starts_with(&pair()), "{err}");
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
    let (code, out, err) = quiet(&[&pair(), "--paths", "1000", "--csv"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(out.starts_with("question,provider,period,statistic,value,standard_error,low,high\n\""), "{out}");
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-charts", std::process::id()));
    let path = folder.to_str().expect("UTF-8");
    let (code, out, err) = quiet(&[&pair(), "--paths", "1000", "--charts", path]);
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
    let (code, out, err) = quiet(&[&pair(), "--paths", "1000", "--html", file]);
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
    let cases: [(&[&str], &str); 31] = [
        (&[], "no file given"),
        (&[""], "one file"),
        (&["--json"], "no file given"),
        (&[&pair, "--frobnicate"], "unknown option --frobnicate"),
        (&[&pair, "--frobnicate=3"], "unknown option --frobnicate"),
        (&[&pair, "--json=yes"], "--json takes no value, got \"yes\""),
        (&[&pair, &pair], "one file at a time"),
        (&[&pair, "--paths"], "--paths needs a value"),
        (&[&pair, "--paths", "many"], "--paths wants a whole number, as 250000, 100_000 or 1e6, got \"many\""),
        (&[&pair, "--paths", "-5"], "got \"-5\""),
        (&[&pair, "--paths", "1.5"], "got \"1.5\""),
        (&[&pair, "--paths", "1e-3"], "got \"1e-3\""),
        (&[&pair, "--paths", "1e40"], "got \"1e40\""),
        (&[&pair, "--paths", "_1"], "got \"_1\""),
        (&[&pair, "--paths", "1e"], "got \"1e\""),
        (&[&pair, "--seed", "0.5"], "got \"0.5\""),
        (&[&pair, "--confidence", "high"], "--confidence wants a number, got \"high\""),
        (&[&pair, "--sampling", "random"], "--sampling must be plain, antithetic, sobol, importance or auto, got"),
        (&[&pair, "--until", "0.001", "--paths", "5"], "one of --until and --paths"),
        (&[&pair, "--at-most", "5"], "--at-most bounds --until"),
        (&[&pair, "--tolerance", "1e-4"], "--tolerance is that of --exact"),
        (&[&pair, "--spreadsheet"], "--spreadsheet changes --csv"),
        (&[&pair, "--audit", "--no-audit"], "one of --audit and --no-audit"),
        (&[&pair, "--threads", "two"], "got \"two\""),
        (&[&pair, "--set", "provider[A].revenue"], "--set wants ADDRESS=VALUE"),
        (&[&pair, "--set"], "--set needs a value"),
        (&[&pair, "--charts"], "--charts needs a value"),
        (&[&pair, "--html"], "--html needs a value"),
        (&[&pair, "--audit", "--html", "x"], "leave --html out"),
        (&[&pair, "--audit", "--html", "x", "--charts", "y"], "leave --charts, --html out"),
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

/// A reader that closes a pipe early is not an error, for either pipe.
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

#[test]
fn help_is_0_and_lists_every_option() {
    for arguments in [&["--help"][..], &["-h"], &[&pair(), "--help"]] {
        let (code, out, err) = told(arguments);
        assert_eq!((code, err.as_str()), (Some(0), ""), "{arguments:?}");
        for option in ["--paths", "--sampling", "--until", "--no-fans", "--set", "--spreadsheet", "--no-audit"] {
            assert!(out.contains(option), "{option}\n{out}");
        }
    }
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
    let outcome = |arguments: &[&str]| {
        let (code, out, err) = quiet(&[&[&pair()[..], "--json"], arguments].concat());
        assert_eq!(code, Some(0), "{arguments:?}: {err}");
        serde_json::from_str::<serde_json::Value>(&out).expect("JSON")
    };
    let sobol = outcome(&["--sampling", "sobol", "--paths", "2048", "--confidence=0.9", "--threads", "2"]);
    assert_eq!(sobol["run"]["sampling"], "sobol");
    assert_eq!(sobol["run"]["confidence_level"], 0.9);
    let until = outcome(&["--until", "0.1", "--at-most", "1e5"]);
    assert_eq!((&until["run"]["precision"]["met"], &until["run"]["paths"]), (&true.into(), &16_384.into()));
    let any_time = outcome(&["--continuous", "--paths", "100"]);
    assert_eq!(any_time["run"]["continuous"], true);
    let exact = outcome(&["--exact", "--tolerance", "1e-4"]);
    assert_eq!((&exact["run"]["method"], &exact["run"]["tolerance"]), (&"exact".into(), &1e-4.into()));
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
        assert_eq!((code, out.as_str()), (Some(1), ""), "{set}: {err}");
        assert!(err.starts_with(&pair()) && err.contains(words), "{set}: {err}");
    }
}

/// Findings that need no simulation are printed on every run, one per line, the most serious first, also if the run fails.
#[test]
fn findings_are_printed_before_the_answer() {
    let lines = |set: &str| {
        let (code, _, err) = told(&[&pair(), "--paths", "64", "--set", set]);
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
    let (code, _, err) = told(&[&pair(), "--paths", "64", "--no-audit"]);
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
        ("{ \"base\": \"2018\" }".to_owned(), "JSON is read by"),
    ];
    for (text, words) in cases {
        let file = File::of("typed.toml", text.as_bytes());
        let (code, out, err) = told(&[file.path()]);
        assert_eq!((code, out.as_str()), (Some(1), ""), "{words}: {err}");
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
