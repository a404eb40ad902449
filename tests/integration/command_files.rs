//! What the command writes to files and to standard error.

use std::fs;
use std::path::PathBuf;

use crate::command::{File, outgrow};

fn pair() -> String {
    format!("{}/examples/scenarios/constant_pair.toml", env!("CARGO_MANIFEST_DIR"))
}

/// An empty folder for one test.
struct Folder(PathBuf);

impl Folder {
    fn of(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{name}", std::process::id()));
        fs::create_dir_all(&path).expect("the scratch folder of cargo can be written");
        Self(path)
    }

    fn file(&self, name: &str) -> String {
        self.0.join(name).to_str().expect("UTF-8").to_owned()
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).expect("its own folder");
        let mut names: Vec<String> =
            entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8")).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn several_forms_are_written_beside_what_is_printed() {
    let folder = Folder::of("exports");
    let [csv, json, markdown] = ["a.csv", "a.json", "a.md"].map(|name| folder.file(name));
    let export = ["--export-csv", &csv, "--export-json", &json, "--export-markdown", &markdown, "--no-audit"];
    for (subcommand, paths) in [("run", &["--paths", "500"][..]), ("exact", &[])] {
        let answer = |more: &[&str]| outgrow(&[&[subcommand, &pair()], paths, &["--no-audit"], more].concat()).1;
        let (code, out, err) = outgrow(&[&[subcommand, &pair()], paths, &export].concat());
        assert_eq!((code, out), (Some(0), answer(&[])));
        assert_eq!(err, format!("wrote {csv}\nwrote {json}\nwrote {markdown}\n"));
        let text = |file: &str| fs::read_to_string(file).expect("a file");
        assert_eq!(text(&csv), answer(&["--csv"]));
        assert_eq!(text(&json), answer(&["--json"]), "the bytes that standard output has");
        assert!(text(&markdown).contains("| by | probability |"), "{}", text(&markdown));
        assert_eq!(folder.names(), ["a.csv", "a.json", "a.md"], "nothing else is left");
    }
}

#[test]
fn the_exported_table_is_safe_for_spreadsheets_where_asked() {
    let folder = Folder::of("spreadsheet");
    let text = fs::read_to_string(pair()).expect("a file").replace("Challenger", "=1+1");
    let (file, csv) = (File::of("formula-export.toml", text.as_bytes()), folder.file("a.csv"));
    let arguments = ["run", file.path(), "--paths", "64", "--quiet", "--export-csv", &csv, "--spreadsheet"];
    assert_eq!(outgrow(&arguments).0, Some(0));
    assert!(fs::read_to_string(&csv).expect("a file").contains("\n\"'=1+1 overtakes Incumbent\",,"));
}

/// What cannot be written is reported before the run, and an old file keeps its text.
#[test]
fn files_that_cannot_be_written_are_1() {
    let folder = Folder::of("unwritable");
    let (itself, missing) = (folder.file("."), folder.file("no/folder/a.csv"));
    for (files, words) in [
        (&["--export-csv", &itself][..], format!("cannot write {itself}: it is a folder; name a file in it")),
        (&["--html", &itself], format!("cannot write {itself}: it is a folder; name a file in it")),
        (&["--export-json", &missing], format!("cannot write {missing}: its folder does not exist")),
    ] {
        // A run of this size would not end in the time of a test.
        let (code, out, err) = outgrow(&[&["run", &pair(), "--paths", "1e15"], files].concat());
        assert_eq!((code, out.as_str(), err), (Some(1), "", format!("{}: {words}\n", pair())));
    }
    assert!(folder.names().is_empty());
    let file = File::of("charts in the way", b"");
    for subcommand in ["run", "chart"] {
        let (code, _, err) = outgrow(&[subcommand, &pair(), "--paths", "1e15", "--charts", file.path()]);
        let words = format!("cannot write {}: it is a file; name a folder", file.path());
        assert_eq!((code, err), (Some(1), format!("{}: {words}\n", pair())));
    }
}

/// A file of a command is never written over another file of the same command.
#[test]
fn no_file_is_written_over_another_one_of_the_same_command() {
    let folder = Folder::of("overwritten");
    let [scenario, other, shards] = ["s.toml", "x.csv", "sub/.."].map(|name| folder.file(name));
    fs::create_dir(folder.file("sub")).expect("its own folder");
    let text = fs::read(pair()).expect("a file");
    fs::write(&scenario, &text).expect("its own folder");
    fs::write(folder.file("x.csv.manifest.json"), &text).expect("its own folder");
    // The same files by other names.
    let [same, same_new] = ["s.toml", "x.csv"].map(|name| format!("{shards}/{name}"));
    let chart = folder.file("ranks.svg");
    let [lock, manifest] = [".lock", ".manifest.json"].map(|ending| format!("{other}{ending}"));
    let [first, second] = ["Challenger", "Incumbent"].map(|name| format!("provider[{name}].volatility"));
    let axes = ["-P", &first, "0.1", "0.2", "-P", &second, "0.1", "0.2", "-D", "0.1", "-D", "0.1"];
    for (arguments, words) in [
        (&["run", &scenario, "--export-json", &scenario][..], "--export-json would overwrite it, and FILE reads it"),
        (&["run", &same, "--html", &scenario], "--html would overwrite it, and FILE reads it"),
        (&["exact", &scenario, "--export-csv", &same], "--export-csv would overwrite it"),
        (&["report", &scenario, "--html", &scenario], "--html would overwrite it"),
        (&["run", &scenario, "--export-csv", &other, "--export-markdown", &same_new], "would both write it"),
        (&["run", &scenario, "--checkpoint", &other, "--export-json", &other], "would both write it"),
        (&["run", &scenario, "--checkpoint", &other, "--out", &lock], "the lock of --checkpoint"),
        (&["merge", &scenario, &other, "--export-json", &same], "--export-json would overwrite it, and FILES reads it"),
        (
            &["difference", &pair(), &scenario, "--export-csv", &scenario],
            "--export-csv would overwrite it, and B reads it",
        ),
        (&[&["sweep", &scenario, "--out", &scenario], &axes[..]].concat(), "--out would overwrite it"),
        (
            &["sweep", &scenario, "--out", &other, "--cells", &manifest],
            "the manifest of --out would overwrite it, and --cells",
        ),
        (
            &[
                "surface", &scenario, "--chart", &scenario, "--vary", &first, "0.1", "0.2", "--vary", &second, "0.1",
                "0.2",
            ],
            "--chart would overwrite it",
        ),
        (&["chart", &chart, "--charts", &shards], "is in the folder of --charts"),
        (&["run", &scenario, "--charts", &shards, "--export-csv", &chart], "is in the folder of --charts"),
        (&["run", &scenario, "--export-csv", "-"], "--export-csv -: standard output is no file"),
    ] {
        let (code, out, err) = outgrow(arguments);
        assert!(code == Some(2) && out.is_empty() && err.contains(words), "{arguments:?}: {err}");
        assert_eq!(fs::read(&scenario).expect("still there"), text, "{arguments:?}");
    }
    assert_eq!(folder.names(), ["s.toml", "sub", "x.csv.manifest.json"]);
}

/// Standard input may be a file, and a device or a pipe keeps nothing to continue from.
#[cfg(unix)]
#[test]
fn standard_input_and_devices_are_files_too() {
    let file = File::of("standard input", &fs::read(pair()).expect("a file"));
    let input = fs::File::open(file.path()).expect("a file");
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_outgrow"));
    command.args(["run", "-", "--paths", "500", "--export-json", file.path()]).stdin(input);
    let output = command.output().expect("the command starts");
    let err = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(output.status.code() == Some(2) && err.contains("--export-json would overwrite it"), "{err}");
    let (code, _, err) = outgrow(&["run", &pair(), "--paths", "500", "--checkpoint", "/dev/null"]);
    let words = "cannot write /dev/null: it is a pipe or a device; name a file";
    assert!(code == Some(1) && err.contains(words), "{err}");
    assert!(!std::path::Path::new("/dev/null.lock").exists());
    let below = format!("{}/charts", file.path());
    let (code, _, err) = outgrow(&["run", &pair(), "--paths", "1e15", "--charts", &below]);
    assert!(code == Some(1) && err.contains(&format!("{} is a file", file.path())), "{err}");
}

/// A file is replaced in one step and a link stays a link; a device is written to.
#[cfg(unix)]
#[test]
fn an_old_file_is_replaced_and_a_link_followed() {
    let folder = Folder::of("links");
    let [target, link] = ["target.csv", "link.csv"].map(|name| folder.file(name));
    fs::write(&target, "old").expect("its own folder");
    std::os::unix::fs::symlink(&target, &link).expect("its own folder");
    let run = |file: &str| outgrow(&["run", &pair(), "--paths", "64", "--quiet", "--export-csv", file]);
    assert_eq!(run(&link).0, Some(0));
    assert!(fs::symlink_metadata(&link).expect("a link").is_symlink());
    assert!(fs::read_to_string(&target).expect("a file").starts_with("question,provider,"));
    assert_eq!(folder.names(), ["link.csv", "target.csv"]);
    let old = fs::read_to_string(&target).expect("a file");
    let mut read_only = fs::metadata(&target).expect("a file").permissions();
    read_only.set_readonly(true);
    fs::set_permissions(&target, read_only).expect("its own file");
    let (code, _, err) = run(&target);
    assert!(code == Some(1) && err.contains(&format!("cannot write {target}: the file is read-only")), "{err}");
    assert_eq!(fs::read_to_string(&target).expect("a file"), old);
    let (code, out, _) = run("/dev/stdout");
    assert!(code == Some(0) && out.starts_with("question,provider,") && out.contains("\n  by "), "{out}");
}

#[test]
fn quiet_leaves_only_errors() {
    let folder = Folder::of("quiet");
    let html = folder.file("report.html");
    let findings = ["--set", "provider[Incumbent].growth.constant=20", "--paths", "64"];
    let run = |more: &[&str]| outgrow(&[&["run", &pair()], &findings[..], more].concat());
    let (code, out, err) = run(&["--html", &html]);
    assert!(code == Some(0) && err.contains("end_state") && err.ends_with(&format!("wrote {html}\n")), "{err}");
    for quiet in ["--quiet", "-q"] {
        assert_eq!(run(&["--html", &html, quiet]), (Some(0), out.clone(), String::new()));
    }
    let (code, _, err) = outgrow(&["--quiet", "check", &pair(), "--set", "base=soon"]);
    assert!(code == Some(2) && err.contains("base: "), "an error is printed: {err}");
    let history = format!("{}/examples/data/cloud_history.csv", env!("CARGO_MANIFEST_DIR"));
    let fit =
        ["fit", &history, "Alibaba Cloud", "AWS", "--base", "2018-Q1", "--horizon", "2028-Q1", "--as-of", "2018-06-30"];
    let (code, out, err) = outgrow(&[&fit[..], &["--quiet"]].concat());
    assert!(code == Some(0) && err.is_empty() && out.contains("[[provider]]"), "{err}");
}

/// No output is coloured, so that `NO_COLOR` has nothing to turn off.
#[test]
fn nothing_is_coloured() {
    let cases: [&[&str]; 5] = [
        &["--help"],
        &["run", "--help"],
        &["run", "--frobnicate"],
        &["run", &pair(), "--paths", "64"],
        &["audit", &pair()],
    ];
    for arguments in cases {
        for (variable, value) in [("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")] {
            let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_outgrow"));
            let output = command.args(arguments).env(variable, value).output().expect("the command starts");
            let printed = [output.stdout, output.stderr].concat();
            assert!(!printed.is_empty() && !printed.contains(&0x1b), "{arguments:?} with {variable}");
        }
    }
}

#[test]
fn a_check_as_json() {
    let (code, out, err) = outgrow(&["check", &pair(), "--json", "--set", "provider[Incumbent].growth.constant=20"]);
    assert_eq!((code, err.as_str()), (Some(0), ""), "findings are in the answer");
    let check: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((&check["valid"], &check["file"]), (&true.into(), &pair().into()));
    assert_eq!(
        (&check["base"], &check["horizon"], &check["periods"]),
        (&"2018-Q1".into(), &"2028-Q1".into(), &40.into())
    );
    assert_eq!(check["providers"], serde_json::json!(["Challenger", "Incumbent"]));
    assert_eq!(check["questions"], serde_json::json!(["Challenger overtakes Incumbent"]));
    let findings = check["findings"].as_array().expect("a list");
    assert!(findings.iter().any(|finding| finding["kind"] == "end_state"), "{out}");
    let bad = b"base = '2018'\nhorizon = '2020'\n[[provider]]\nname = 'A'\nrevenue = -1\ngrowth = { constant = 0 }\n";
    let file = File::of("check-json.toml", bad);
    let (code, out, err) = outgrow(&["check", file.path(), "--json"]);
    assert!(code == Some(2) && err.starts_with(file.path()), "{err}");
    let check: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(check["valid"], false);
    let problem = &check["problems"][0];
    assert_eq!((&problem["address"], &problem["line"]), (&"provider[A].revenue".into(), &5.into()));
    assert_eq!(
        (&problem["message"], &problem["column"]),
        (&"revenue must be finite and above 0, got -1".into(), &11.into())
    );
}

#[test]
fn the_names_of_charts_as_json() {
    let folder = Folder::of("charts-json");
    let arguments = ["chart", &pair(), "--paths", "64", "--quiet", "--json", "--charts", &folder.file("")];
    let (code, out, err) = outgrow(&arguments);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    let files: Vec<PathBuf> = serde_json::from_str(&out).expect("a list");
    let mut names: Vec<&str> = files.iter().filter_map(|file| file.file_name()?.to_str()).collect();
    names.sort_unstable();
    assert_eq!(names, folder.names());
    assert!(names.len() > 4, "{names:?}");
}
