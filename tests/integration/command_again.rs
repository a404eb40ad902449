//! `--again`: an outcome file is computed again to the same bytes by the command.

use crate::command::{File, outgrow};

fn shipped(name: &str) -> String {
    format!("{}/examples/scenarios/{name}.toml", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn again_gives_the_same_bytes() {
    let (pair, case) = (shipped("constant_pair"), shipped("alibaba_vs_google"));
    let fewer = |more: &[&'static str]| [&["run", &pair, "--paths", "3000", "--seed", "7"], more].concat();
    let mut runs: Vec<Vec<&str>> = ["plain", "antithetic", "sobol", "importance", "auto"]
        .into_iter()
        .map(|name| fewer(&["--sampling", name]))
        .collect();
    runs.push(fewer(&["--continuous"]));
    runs.push(fewer(&["--no-ranks"]));
    runs.push(fewer(&["--set", "provider[Challenger].volatility={ uniform = [0.1, 0.2] }"]));
    runs.push(vec!["run", &pair, "--until", "0.01", "--at-most", "1e5"]);
    runs.push(vec!["run", &case, "--paths", "2000", "--fans-of", "trailing,fiscal_year_ending=3"]);
    // Estimates that are plain numbers get an error, and the file holds it.
    runs.push(vec![
        "run",
        &case,
        "--paths",
        "2000",
        "--estimate-errors",
        "--set",
        "provider[Alibaba Cloud].growth.schedule.rates[1]=0.6",
    ]);
    runs.push(vec!["exact", &pair, "--tolerance", "1e-5", "--continuous"]);
    for arguments in runs {
        let (code, file, err) = outgrow(&[&arguments[..], &["--json", "--no-audit"]].concat());
        assert_eq!((code, err.as_str()), (Some(0), ""), "{arguments:?}");
        let stored = File::of("again.json", file.as_bytes());
        let (code, again, err) = outgrow(&[arguments[0], "--again", stored.path()]);
        assert_eq!((code, err.as_str()), (Some(0), ""), "{arguments:?}");
        assert!(again == file, "{arguments:?}: other bytes");
    }
}

#[test]
fn another_file_than_an_outcome_of_this_build_is_2() {
    let (code, file, _) = outgrow(&["run", &shipped("constant_pair"), "--paths", "2000", "--json", "--quiet"]);
    assert_eq!(code, Some(0));
    let again = |text: &str| {
        let stored = File::of("other.json", text.as_bytes());
        let (code, out, err) = outgrow(&["run", "--again", stored.path()]);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{err}");
        err
    };
    let version = env!("CARGO_PKG_VERSION");
    let older = again(&file.replace(&format!("\"{version}\""), "\"0.0.9\""));
    assert!(older.contains("manifest.build.version: outgrow 0.0.9 computed this outcome, and this is"), "{older}");
    let stream = again(&file.replace("\"stream\":1", "\"stream\":0"));
    assert!(stream.contains("manifest.build.stream: a seed gives other random numbers in this build"), "{stream}");
    let altered = again(&file.replace("\"seed\":0", "\"seed\":1"));
    assert!(altered.contains("the file was changed"), "{altered}");
    let scenario = again(include_str!("../../examples/scenarios/constant_pair.toml"));
    assert!(scenario.contains("is not an outcome as --json writes it"), "{scenario}");
    let stored = File::of("method.json", file.as_bytes());
    let (code, _, err) = outgrow(&["exact", "--again", stored.path()]);
    assert!(
        code == Some(2) && err.contains("run.method: the outcome is a simulation: use 'outgrow run --again'"),
        "{err}"
    );
    for option in [&["--paths", "5"][..], &["--set", "base=2018"], &["--no-ranks"], &["--cross-check"]] {
        let (code, _, err) = outgrow(&[&["run", "--again", stored.path()], option].concat());
        assert!(code == Some(2) && err.contains("'--again' cannot be used with"), "{option:?}: {err}");
    }
}

/// A table, a report and exports are made of a stored outcome as of a run.
#[test]
fn other_forms_of_a_stored_outcome() {
    let pair = shipped("constant_pair");
    let answer = |form: &str| outgrow(&["run", &pair, "--paths", "1000", "--no-audit", form]).1;
    let stored = File::of("forms.json", answer("--json").as_bytes());
    assert_eq!(outgrow(&["run", "--again", stored.path(), "--csv"]), (Some(0), answer("--csv"), String::new()));
}
