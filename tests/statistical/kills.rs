//! Runs and sweeps that are killed at random moments and continued end in the bytes of undisturbed ones.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

const KILLS: usize = 20;

fn scenario() -> String {
    format!("{}/examples/scenarios/cloud_five.toml", env!("CARGO_MANIFEST_DIR"))
}

struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn folder(name: &str) -> Folder {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{name}", std::process::id()));
    std::fs::create_dir_all(&path).expect("the scratch folder of cargo can be written");
    Folder(path)
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_outgrow"));
    command.args(arguments).arg("--quiet").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Standard output of a command that ends by itself.
fn whole(arguments: &[&str]) -> Vec<u8> {
    let output = command(arguments).output().expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// Starts the command again and again and kills it after a random time, until it ends by itself after the last kill. Returns its
/// output, and how many kills found it running.
fn killed(arguments: &[&str], random: &mut ChaCha8Rng) -> (Vec<u8>, usize) {
    let mut kills = 0;
    for _ in 0..KILLS {
        let mut child = command(arguments).spawn().expect("it starts");
        thread::sleep(Duration::from_millis(random.random_range(20..400)));
        if child.try_wait().expect("it can be asked").is_none() {
            child.kill().expect("it can be killed");
            kills += 1;
        }
        child.wait().expect("it ends");
    }
    (whole(arguments), kills)
}

fn path(folder: &Folder, name: &str) -> String {
    Path::new(&folder.0).join(name).to_str().expect("UTF-8").to_owned()
}

#[test]
#[cfg_attr(debug_assertions, ignore = "statistical: run in release")]
fn a_run_survives_twenty_kills() {
    let (folder, mut random) = (folder("killed-run"), ChaCha8Rng::seed_from_u64(20));
    let (file, name) = (path(&folder, "counts.json"), scenario());
    let run = ["run", &name, "--json", "--paths", "8e6"];
    let kept = [&run[..], &["--checkpoint", &file, "--every", "0.1", "--resume"]].concat();
    let (continued, kills) = killed(&kept, &mut random);
    assert!(kills >= KILLS / 2, "{kills} kills found the run running");
    assert!(continued == whole(&run), "other bytes");
}

#[test]
#[cfg_attr(debug_assertions, ignore = "statistical: run in release")]
fn a_sweep_survives_twenty_kills() {
    let (folder, mut random) = (folder("killed-sweep"), ChaCha8Rng::seed_from_u64(21));
    let (file, name) = (path(&folder, "cells.csv"), scenario().replace("cloud_five", "constant_pair"));
    let drawn = "provider[Incumbent].growth.constant={ normal = [0.2, 0.02] }";
    let cells = ["-P", "provider[Challenger].growth.constant", "0.2", "0.6", "-D", "0.00005", "--by", "2022-Q4"];
    let sweep = [&["sweep", &name, "--set", drawn][..], &cells].concat();
    let kept = [&sweep[..], &["--out", &file, "--every", "0.1", "--resume"]].concat();
    let (_, kills) = killed(&kept, &mut random);
    assert!(kills >= KILLS / 2, "{kills} kills found the sweep running");
    assert!(std::fs::read(&file).expect("rows") == whole(&sweep), "other bytes");
}
