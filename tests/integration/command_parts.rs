//! Shards as files, their merging, and runs that are kept and continued, of the command.

use std::fs;
use std::path::{Path, PathBuf};

use crate::command::{File, outgrow};

const PATHS: &str = "20000";

pub(super) fn shipped(name: &str) -> String {
    format!("{}/examples/scenarios/{name}.toml", env!("CARGO_MANIFEST_DIR"))
}

/// A folder for one test, which is removed with all that is in it.
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn new(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{name}", std::process::id()));
        fs::create_dir_all(&path).expect("the scratch folder of cargo can be written");
        Self(path)
    }

    pub(super) fn file(&self, name: &str) -> String {
        self.0.join(name).to_str().expect("UTF-8").to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Standard output of a command that succeeds.
pub(super) fn printed(arguments: &[&str]) -> String {
    let (code, out, err) = outgrow(arguments);
    assert_eq!(code, Some(0), "{arguments:?}: {err}");
    out
}

/// The message of a command that fails with 2.
pub(super) fn refused(arguments: &[&str]) -> String {
    let (code, out, err) = outgrow(arguments);
    assert_eq!((code, out.as_str()), (Some(2), ""), "{arguments:?}: {err}");
    err
}

/// Runs a shard of a scenario into a file, with further arguments.
fn shard(scenario: &str, shard: &str, file: &str, more: &[&str]) {
    let own = ["run", scenario, "--shard", shard, "--out", file, "--quiet", "--paths", PATHS];
    assert_eq!(printed(&[&own, more].concat()), "");
}

#[test]
fn merged_shards_have_the_bytes_of_the_whole_run() {
    let folder = Folder::new("shards");
    for (name, sampling) in [("cloud_five", "plain"), ("alibaba_vs_google", "sobol"), ("gdp", "plain")] {
        let scenario = shipped(name);
        let files: Vec<String> = (0..3).map(|index| folder.file(&format!("{name}-{index}.json"))).collect();
        for (index, file) in files.iter().enumerate() {
            shard(&scenario, &format!("{index}/3"), file, &["--sampling", sampling, "--seed", "5"]);
        }
        let [first, second, third] = [&files[0], &files[1], &files[2]];
        let whole = ["run", &scenario, "--quiet", "--paths", PATHS, "--seed", "5", "--sampling", sampling];
        for form in ["--json", "--csv"] {
            let merged = printed(&["merge", third, first, second, form]);
            assert_eq!(merged, printed(&[&whole[..], &[form]].concat()), "{name} {form}");
        }
        assert_eq!(printed(&["merge", first, second, third]), printed(&whole));
    }
}

#[test]
fn a_missing_shard_is_named_and_may_be_left_out() {
    let folder = Folder::new("missing");
    let scenario = shipped("constant_pair");
    let [first, third] = ["0", "2"].map(|index| folder.file(&format!("{index}.json")));
    shard(&scenario, "0/4", &first, &[]);
    shard(&scenario, "2/4", &third, &[]);
    let message = refused(&["merge", &first, &third]);
    assert!(message.contains("2 of 4 shards are there; missing: 1/4, 3/4"), "{message}");
    let (code, out, err) = outgrow(&["merge", &third, &first, "--partial", "--json"]);
    assert_eq!(code, Some(0), "{err}");
    assert!(err.contains("missing: 1/4, 3/4"), "{err}");
    let outcome: serde_json::Value = serde_json::from_str(&out).expect("an outcome");
    assert_eq!(
        [&outcome["run"]["complete"], &outcome["run"]["paths"]],
        [&serde_json::json!(false), &serde_json::json!(9984)]
    );
}

#[test]
fn shards_that_do_not_belong_together_are_refused_by_file_and_field() {
    let folder = Folder::new("mixed");
    let (scenario, other) = (shipped("constant_pair"), shipped("monthly_plan"));
    let file = |name: &str| folder.file(&format!("{name}.json"));
    let first = file("first");
    shard(&scenario, "0/2", &first, &["--seed", "1"]);
    let written = |name: &str, scenario: &str, of: &str, more: &[&str]| {
        let path = file(name);
        shard(scenario, of, &path, more);
        path
    };
    let second = written("second", &scenario, "1/2", &["--seed", "1"]);
    assert!(!printed(&["merge", &first, &second]).is_empty());
    let text = fs::read_to_string(&second).expect("text");
    let changed = |name: &str, text: &str| {
        let path = file(name);
        fs::write(&path, text).expect("written");
        path
    };
    let volatility = ["--seed", "1", "--set", "provider[Challenger].volatility=0.3"];
    let cases = [
        (written("seed", &scenario, "1/2", &["--seed", "2"]), "settings: the runs differ in seed: 1 and 2"),
        (written("sampling", &scenario, "1/2", &["--seed", "1", "--sampling", "sobol"]), "sampling: plain and sobol"),
        (written("fans", &scenario, "1/2", &["--seed", "1", "--no-fans"]), "fans: true and false"),
        (written("scenario", &other, "1/2", &["--seed", "1"]), "scenario."),
        (written("volatility", &scenario, "1/2", &volatility), "scenario.provider[0].volatility"),
        (written("twice", &scenario, "0/2", &["--seed", "1"]), "is shard 0/2, as"),
        (written("of", &scenario, "1/3", &["--seed", "1"]), "is shard 1/3, but"),
        (changed("cut", &text[..text.len() / 2]), "the file is cut off"),
        (changed("empty", ""), "the file is empty"),
        (changed("count", &text.replacen("\"seed\":1", "\"seed\":3", 1)), "digest: the file was changed"),
        (
            changed("renamed", &text.replacen("\"shard\":\"1/2\"", "\"shard\":\"1/3\"", 1)),
            "digest: the file was changed",
        ),
        (changed("version", &text.replacen("\"version\":\"0", "\"version\":\"9", 1)), "build: a tally of outgrow 9"),
        (changed("stream", &text.replacen("\"stream\":", "\"stream\":9", 1)), "build: a tally of outgrow"),
        (changed("form", &text.replacen("\"outgrow_counts\":1", "\"outgrow_counts\":2", 1)), "got version 2"),
        (changed("other", "[]"), "is no file of counts"),
        (file("nothing"), "No such file"),
    ];
    for (path, words) in cases {
        let message = refused(&["merge", &first, &path]);
        let name = Path::new(&path).file_name().expect("a file").to_str().expect("UTF-8");
        assert!(message.contains(words) && message.contains(name), "{words}: {message}");
    }
}

#[test]
fn wrong_shards_and_options_that_exclude_each_other() {
    let pair = shipped("constant_pair");
    for (arguments, words) in [
        (&["--shard", "2/2", "--out", "x"][..], "must be from 0/2 to 1/2"),
        (&["--shard", "0/0", "--out", "x"], "must be a shard and the number of shards"),
        (&["--shard", "-1/3", "--out", "x"], "must be a shard and the number of shards"),
        (&["--shard", "half", "--out", "x"], "must be a shard and the number of shards"),
        (&["--shard", "0/2"], "--out"),
        (&["--shard", "0/2", "--out", "x", "--until", "0.1"], "--until"),
        (&["--out", "x", "--json"], "--json"),
        (&["--out", "x", "--export-csv", "y"], "--export-csv"),
        (&["--resume"], "--checkpoint"),
        (&["--checkpoint", "x", "--every", "0"], "from 0.1 to 86400"),
        (&["--checkpoint", "x", "--every", "-1"], "from 0.1 to 86400"),
        (&["--checkpoint", "x", "--views"], "--views"),
    ] {
        let message = refused(&[&["run", &pair], arguments].concat());
        assert!(message.contains(words), "{arguments:?}: {message}");
    }
}

#[test]
fn a_checkpoint_is_continued_and_nothing_else() {
    let folder = Folder::new("checkpoint");
    let (pair, file) = (shipped("constant_pair"), folder.file("counts.json"));
    let run = ["run", &pair, "--quiet", "--json", "--paths", "30000"];
    let kept = [&run[..], &["--checkpoint", &file]].concat();
    let whole = printed(&run);
    assert_eq!(printed(&kept), whole);
    let message = refused(&kept);
    assert!(message.contains("has the counts of an earlier run"), "{message}");
    let other = folder.file("other.toml");
    fs::copy(&pair, &other).expect("its own folder");
    assert!(refused(&["run", &pair, "--quiet", "--checkpoint", &other]).contains("exists and is no file of counts"));
    assert!(!fs::exists(folder.file("other.toml.lock")).expect("its own folder"));
    let scenario = File::of("scenario.toml", fs::read(&pair).expect("text").as_slice());
    let over = ["run", &pair, "--quiet", "--paths", "100", "--out", scenario.path()];
    assert!(refused(&over).contains("exists and is no file of counts"));
    let out = folder.file("shard.json");
    shard(&pair, "0/2", &out, &[]);
    shard(&pair, "0/2", &out, &[]);
    let over = ["run", &pair, "--quiet", "--shard", "1/2", "--out", &out];
    assert!(refused(&over).contains("has the counts of shard 0/2"));
    let finished = fs::read(&out).expect("a file");
    let over = ["run", &pair, "--quiet", "--paths", PATHS, "--shard", "0/2", "--seed", "7", "--out", &out];
    let message = refused(&over);
    assert!(message.contains("has the counts of another run: the runs differ in seed: 7 and 0"), "{message}");
    assert_eq!(fs::read(&out).expect("a file"), finished);
    let resumed = |more: &[&'static str]| [&kept[..], &["--resume"], more].concat();
    let left = folder.file("counts.json.123.part");
    fs::write(&left, "of a run that was killed").expect("its own folder");
    assert_eq!(printed(&resumed(&[])), whole, "all is counted");
    assert!(!fs::exists(&left).expect("its own folder"));
    for (more, words) in [
        (&["--seed", "3"][..], "seed: 3 and 0"),
        (&["--set", "provider[Challenger].volatility=0.3"], "scenario.provider[0].volatility"),
        (&["--sampling", "sobol"], "sampling: sobol and plain"),
        (&["--shard", "0/2", "--out", "x"], "the checkpoint is of shard 0/1, this run is shard 0/2"),
    ] {
        let arguments = resumed(more);
        let arguments: Vec<&str> = arguments.into_iter().filter(|argument| *argument != "--json").collect();
        let message = refused(&arguments);
        assert!(message.contains(words), "{words}: {message}");
    }
    let _held = fs::File::open(format!("{file}.lock")).map(|lock| lock.lock().map(|()| lock)).expect("a lock file");
    let (code, _, err) = outgrow(&resumed(&[]));
    assert!(code == Some(1) && err.contains("another run is writing it"), "{err}");
}

#[test]
fn a_run_without_an_earlier_checkpoint_starts_from_the_beginning() {
    let folder = Folder::new("first");
    let (pair, file) = (shipped("constant_pair"), folder.file("counts.json"));
    let run = ["run", &pair, "--quiet", "--json", "--paths", "30000"];
    assert_eq!(printed(&[&run[..], &["--checkpoint", &file, "--resume"]].concat()), printed(&run));
    let text = File::of("no-counts.json", b"{}");
    let message = refused(&[&run[..], &["--checkpoint", text.path(), "--resume"]].concat());
    assert!(message.contains("is no file of counts"), "{message}");
}
