//! Ctrl-C during a run of the command.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::command::File;

/// Starts a run, and returns once it has printed a finding: from then on it handles Ctrl-C.
fn started(arguments: &[&str]) -> (Child, impl Read + Send + use<>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_outgrow"));
    command.arg("run").args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the command starts");
    let mut err = BufReader::new(child.stderr.take().expect("a pipe"));
    let mut finding = String::new();
    err.read_line(&mut finding).expect("a line");
    assert!(!finding.is_empty(), "a scenario with findings");
    (child, err)
}

fn interrupt(child: &Child) {
    let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill starts");
    assert!(kill.success());
}

/// The exit code, standard output, and the rest of standard error. Both pipes are read at once: a full one would stop the
/// command.
fn ended(child: Child, mut err: impl Read + Send + 'static) -> (Option<i32>, String, String) {
    let messages = thread::spawn(move || {
        let mut messages = String::new();
        err.read_to_string(&mut messages).map(|_| messages).expect("UTF-8")
    });
    let output = child.wait_with_output().expect("it ends");
    let out = String::from_utf8(output.stdout).expect("UTF-8");
    (output.status.code(), out, messages.join().expect("a thread"))
}

#[test]
fn the_paths_that_are_counted_are_answered() {
    let pair = format!("{}/examples/scenarios/constant_pair.toml", env!("CARGO_MANIFEST_DIR"));
    // More paths than can be counted in the time of a test.
    let arguments = [&pair, "--paths", "1e12", "--set", "provider[Incumbent].growth.constant=20", "--json"];
    let (child, err) = started(&arguments);
    thread::sleep(Duration::from_millis(200));
    interrupt(&child);
    let (code, out, err) = ended(child, err);
    assert_eq!(code, Some(130), "{err}");
    let outcome: serde_json::Value = serde_json::from_str(&out).expect("an outcome");
    assert_eq!(outcome["run"]["complete"], false);
    assert_eq!(outcome["run"]["paths_asked"], 1_000_000_000_000_u64);
    let done = outcome["run"]["paths"].as_u64().expect("a number");
    // Chunks of 8,192 paths are whole.
    assert!(done > 0 && done.is_multiple_of(8192), "{done}");
    assert!(outcome["questions"][0]["by"][0]["value"].is_number());
    let line = err.lines().last().expect("a line").replace(',', "");
    assert_eq!(line, format!("{pair}: interrupted: the answers are those of {done} of 1000000000000 paths"));
}

/// Each chunk of this scenario takes seconds, so that the second Ctrl-C comes before the end of the first.
#[test]
fn a_second_ctrl_c_ends_at_once() {
    let provider = |number: u32| {
        let revenue = 100 + number;
        format!(
            "[[provider]]\nname = 'P{number}'\nrevenue = {revenue}\ngrowth = {{ constant = 0.1 }}\nvolatility = 0.1\n"
        )
    };
    let providers: String = (0..64).map(provider).collect();
    let text = format!("base = '2018-01'\nhorizon = '2218-01'\n{providers}[[question]]\novertakes = ['P0', 'P1']\n");
    let file = File::of("slow.toml", text.as_bytes());
    let arguments = [
        file.path(),
        "--paths",
        "1e9",
        "--no-fans",
        "--no-ranks",
        "--no-shares",
        "--threads",
        "1",
        "--set",
        "provider[P9].growth.constant=20",
    ];
    let (child, err) = started(&arguments);
    interrupt(&child);
    thread::sleep(Duration::from_millis(200));
    interrupt(&child);
    let (code, out, _) = ended(child, err);
    assert_eq!((code, out.as_str()), (Some(130), ""), "ended without an answer");
}

#[test]
fn the_end_by_a_cluster_leaves_a_checkpoint_that_is_continued() {
    let folder = crate::command_parts::Folder::new("terminated");
    let pair = format!("{}/examples/scenarios/constant_pair.toml", env!("CARGO_MANIFEST_DIR"));
    let file = folder.file("counts.json");
    let arguments = [&pair, "--paths", "6e6", "--json", "--checkpoint", &file, "--resume"];
    let (child, err) = started(&arguments);
    thread::sleep(Duration::from_millis(100));
    let kill = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().expect("kill starts");
    assert!(kill.success());
    let (code, out, err) = ended(child, err);
    assert!(code == Some(130) && !out.is_empty(), "{code:?} {err}");
    assert!(err.ends_with(&format!("; continue with --checkpoint {file} --resume\n")), "{err}");
    let continued = crate::command_parts::printed(&[&["run"], &arguments[..]].concat());
    assert_eq!(continued, crate::command_parts::printed(&["run", &pair, "--paths", "6e6", "--json"]));
}
