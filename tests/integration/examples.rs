//! The examples as processes: a reader that closes a pipe early causes no panic.

use std::path::PathBuf;
use std::process::{Command, Stdio};

/// The example beside this test: cargo builds both into `target/<profile>`.
fn example(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("this test has a path");
    let profile = test.parent().and_then(|deps| deps.parent()).expect("target/<profile>/deps");
    let path = profile.join("examples").join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(
        path.is_file(),
        "{} is missing: cargo builds it with `cargo test` or `cargo build --examples`",
        path.display()
    );
    path
}

#[test]
fn closed_pipes_are_no_panic() {
    let pair = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/scenarios/constant_pair.toml");
    let scored: &[(&str, &[&str], i32)] =
        if cfg!(feature = "history") { &[("case_scored", &["--paths", "64"], 0)] } else { &[] };
    let cases: [(&str, &[&str], i32); 6] = [
        ("run_scenario", &[pair], 1),
        ("run_scenario", &["/nowhere"], 1),
        ("alibaba_vs_google", &["--paths", "64"], 0),
        ("alibaba_vs_google", &["--paths", "many"], 2),
        ("own_question", &[], 0),
        ("tune_in_tests", &[], 0),
    ];
    for (name, arguments, expected) in cases.iter().chain(scored) {
        let mut child = Command::new(example(name))
            .args(*arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the example starts");
        drop((child.stdout.take(), child.stderr.take()));
        assert_eq!(child.wait().expect("it ends").code(), Some(*expected), "{name} {arguments:?}");
    }
}
