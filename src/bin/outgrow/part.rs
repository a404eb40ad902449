//! Counts as files: the shards of a run, and its checkpoints.

use std::fmt::Display;
use std::fs::File;
use std::hash::Hasher;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{ArgGroup, Args};
use outgrow::{Outcome, Simulation, Tally};
use serde::{Deserialize, Serialize};
use siphasher::sip128::{Hasher128, SipHasher24};

use crate::failure::Failure;
use crate::input::{self, Source};
use crate::options::Run;
use crate::values::{Shard, seconds, shard};
use crate::{answer, files, interrupt, messages};

/// The options of printed answers, which a file of counts has not.
const PRINTED: [&str; 8] = ["again", "views", "json", "csv", "Export", "charts", "html", "cross_check"];

/// Parts of a run, and runs that are kept and continued.
#[derive(Args)]
#[command(next_help_heading = "Parts of a run", group = ArgGroup::new("Kept").args(["shard", "out", "checkpoint"]).multiple(true))]
pub(crate) struct Parts {
    /// Run only this shard, such as 3/64: shards are numbered from 0/64 to 63/64
    #[arg(long, value_name = "K/N", value_parser = shard, requires = "out", conflicts_with = "until", allow_hyphen_values = true)]
    pub(crate) shard: Option<Shard>,
    /// Write the counts to a file and print no answer: 'outgrow merge' prints it
    #[arg(long, value_name = "FILE", conflicts_with_all = PRINTED)]
    pub(crate) out: Option<PathBuf>,
    /// Write all that is counted so far to a file from time to time, to continue with --resume after an interruption
    #[arg(long, value_name = "FILE", conflicts_with_all = ["views", "again"])]
    pub(crate) checkpoint: Option<PathBuf>,
    /// Seconds between two checkpoints, 0.1 to 86400
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "10", requires = "checkpoint")]
    #[arg(allow_negative_numbers = true)]
    pub(crate) every: Duration,
    /// Continue from the checkpoint, if there is one
    #[arg(long, requires = "checkpoint")]
    pub(crate) resume: bool,
}

/// What a file of counts contains. The digest is of all bytes after it, so that a change of the file is found.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CountsFile {
    #[serde(rename = "outgrow_counts")]
    _version: Version,
    #[serde(rename = "digest")]
    _digest: String,
    shard: Shard,
    tally: Tally,
}

/// The version of this form of file: another number is an error.
#[derive(Clone, Deserialize, Serialize)]
#[serde(try_from = "u64", into = "u64")]
pub(crate) struct Version;

impl TryFrom<u64> for Version {
    type Error = String;

    fn try_from(version: u64) -> Result<Self, String> {
        if version == 1 {
            Ok(Self)
        } else {
            Err(format!("this command reads files of version 1, got version {version}"))
        }
    }
}

impl From<Version> for u64 {
    fn from(_: Version) -> Self {
        1
    }
}

impl CountsFile {
    /// Reads the counts of a shard or of a checkpoint.
    pub(crate) fn read(file: &Path) -> Result<(Shard, Tally), Failure> {
        let invalid = |problem: &dyn Display| Failure::invalid(format!("{}: {problem}", input::name_of(file)));
        let text = input::outcome_text(file)?;
        if text.trim().is_empty() {
            return Err(invalid(&"the file is empty"));
        }
        let part: Self = serde_json::from_str(&text).map_err(|error| {
            let whole = if error.is_eof() {
                "the file is cut off"
            } else {
                "is no file of counts as --out and --checkpoint write it"
            };
            invalid(&format!("{whole}: {error}"))
        })?;
        let sealed = text.strip_prefix(HEAD).and_then(|rest| rest.split_at_checked(DIGITS));
        if sealed.is_none_or(|(digest, rest)| Digest::of(rest.as_bytes()) != digest) {
            return Err(invalid(&"digest: the file was changed after it was written: run this part again"));
        }
        Ok((part.shard, part.tally))
    }

    /// The text of the file, in one buffer, since it has megabytes.
    pub(crate) fn text(shard: Shard, tally: &Tally) -> Result<String, Failure> {
        let mut text = Vec::with_capacity(USUAL_BYTES);
        text.extend_from_slice(HEAD.as_bytes());
        text.extend_from_slice(&[b'0'; DIGITS]);
        text.extend_from_slice(format!("\",\"shard\":\"{shard}\",\"tally\":").as_bytes());
        serde_json::to_writer(&mut text, tally).map_err(|error| Failure::failed(format!("JSON: {error}")))?;
        text.extend_from_slice(b"}\n");
        let (head, rest) = text.split_at_mut(HEAD.len() + DIGITS);
        head[HEAD.len()..].copy_from_slice(Digest::of(rest).as_bytes());
        Ok(String::from_utf8(text).expect("JSON is UTF-8"))
    }
}

/// The beginning of a file of counts, before its digest of `DIGITS` digits.
const HEAD: &str = "{\"outgrow_counts\":1,\"digest\":\"";
const DIGITS: usize = 32;
/// The size of a file with fans and shares of two providers over ten years, about: a larger one takes more steps to allocate.
const USUAL_BYTES: usize = 2 << 20;

/// `SipHash` of bytes, as 32 hexadecimal digits: it finds accidents, and is no protection against forgery.
#[derive(Clone, Default)]
pub(crate) struct Digest(SipHasher24);

impl Digest {
    pub(crate) fn of(bytes: &[u8]) -> String {
        let mut digest = Self::default();
        digest.add(bytes);
        digest.text()
    }

    pub(crate) fn add(&mut self, bytes: &[u8]) {
        self.0.write(bytes);
    }

    pub(crate) fn text(&self) -> String {
        format!("{:032x}", self.0.finish128().as_u128())
    }
}

/// Runs a shard, or a run with checkpoints; there is no outcome if the counts are in the file of `--out`.
pub(crate) fn run(source: &Source, options: &Run) -> Result<Option<Outcome>, Failure> {
    let Parts { shard, out, checkpoint, every, resume } = &options.parts;
    let shard = shard.unwrap_or(Shard::WHOLE);
    let checkpoint_fault = checkpoint.as_deref().map_or(Ok(()), files::check_kept);
    checkpoint_fault.and_then(|()| files::check(out.as_deref())).map_err(|failure| failure.of(&source.name))?;
    // A file that is refused gets no lock beside it.
    if let Some(file) = checkpoint.as_deref().filter(|file| !resume && file.exists()) {
        check_begins(file)?;
    }
    let lock = checkpoint.as_deref().map(files::lock).transpose().map_err(|failure| failure.of(&source.name))?;
    let simulated = &options.simulated;
    let configured = || {
        answer::configured(&source.scenario, &simulated.simulation, &simulated.contents)
            .cross_check(options.cross_check)
            .shard(shard.index, shard.of)
    };
    let replaced = out.as_deref().filter(|out| out.is_file());
    let finished = replaced.map(|out| finished(out, shard, configured())).transpose()?;
    let mut simulation = configured();
    if let Some(file) = checkpoint {
        if let Some(known) = earlier(file, *resume, shard)? {
            simulation = simulation.resume(known);
        }
        simulation = simulation.on_checkpoint(*every, |tally| keep(file, shard, tally));
    } else if let Some(known) = finished {
        simulation = simulation.resume(known);
    }
    let counted = answer::shown(simulation, Simulation::tally);
    let tally = counted.map_err(|error| source.failure(&error))?;
    if let Some(file) = checkpoint {
        keep(file, shard, &tally);
    }
    drop(lock);
    match out {
        None => tally.outcome().map(Some).map_err(|error| source.failure(&error)),
        Some(_) if interrupt::is_requested() => {
            let advice = match checkpoint {
                Some(file) => format!("continue with --checkpoint {} --resume", file.display()),
                None => "nothing is written; with --checkpoint FILE the counts would be".to_owned(),
            };
            Err(Failure::interrupted(format!("{}: interrupted: {advice}", source.name)))
        }
        Some(out) => {
            files::write(out, &CountsFile::text(shard, &tally)?).map_err(|failure| failure.of(&source.name))?;
            Ok(None)
        }
    }
}

/// The counts of a file to be replaced, which must be those of the same shard of the same run: those of another one may have taken hours.
fn finished(out: &Path, shard: Shard, simulation: Simulation<'_>) -> Result<Tally, Failure> {
    let name = out.display();
    match CountsFile::read(out) {
        Ok((known, _)) if known != shard => Err(Failure::invalid(format!(
            "{name}: has the counts of shard {known}; name another file for shard {shard}"
        ))),
        // Counts that are complete leave nothing to run.
        Ok((_, tally)) => simulation.resume(tally).tally().map_err(|error| {
            let reasons: Vec<String> = error.problems().iter().map(|problem| problem.message.clone()).collect();
            let reasons = reasons.join("; ");
            Failure::invalid(format!(
                "{name}: has the counts of another run: {reasons}; remove it, or name another file"
            ))
        }),
        Err(_) => Err(Failure::invalid(not_counts(out))),
    }
}

/// Checks that a file begins as one of counts does.
fn check_begins(file: &Path) -> Result<(), Failure> {
    let mut begin = Vec::new();
    let read = File::open(file).and_then(|file| file.take(HEAD.len() as u64).read_to_end(&mut begin));
    read.map_err(|error| Failure::invalid(format!("{}: {error}", file.display())))?;
    if begin == HEAD.as_bytes() { Ok(()) } else { Err(Failure::invalid(not_counts(file))) }
}

fn not_counts(file: &Path) -> String {
    format!("{}: exists and is no file of counts; name another file, or remove it", file.display())
}

/// Writes a checkpoint. A full disk is no reason to end the run: a later checkpoint may succeed.
fn keep(file: &Path, shard: Shard, tally: &Tally) {
    if let Err(failure) = CountsFile::text(shard, tally).and_then(|text| files::keep(file, &text)) {
        messages::print(&format!("no checkpoint: {}\n", failure.text()));
    }
}

/// The counts of an earlier run in this file.
fn earlier(file: &Path, resume: bool, shard: Shard) -> Result<Option<Tally>, Failure> {
    let name = file.display();
    if !file.exists() {
        return Ok(None);
    }
    if !resume {
        return Err(Failure::invalid(format!(
            "{name}: has the counts of an earlier run: continue it with --resume, or remove the file"
        )));
    }
    let (of, tally) = CountsFile::read(file)?;
    if of != shard {
        return Err(Failure::invalid(format!(
            "{name}: shard: the checkpoint is of shard {of}, this run is shard {shard}"
        )));
    }
    Ok(Some(tally))
}
