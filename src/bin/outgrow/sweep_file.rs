//! A sweep in a file: its rows, and beside them a manifest of what they are and how far they go.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use outgrow::Scenario;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::failure::Failure;
use crate::merge::{Merge, check_complete, check_shard};
use crate::part::{Digest, Version};
use crate::sweep::Rows;
use crate::values::Shard;
use crate::{files, input, messages};

/// What the rows of a file are.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    #[serde(rename = "outgrow_sweep")]
    form: Version,
    /// The version of the command.
    version: String,
    scenario: Scenario,
    settings: Value,
    shard: Shard,
    /// The cells of the whole sweep.
    cells: u64,
    /// The cells of this shard that are in the file.
    done: u64,
    /// The length of the file with these cells, and the digest of its bytes.
    bytes: u64,
    digest: String,
    /// The digest of all fields before it.
    seal: String,
}

impl Manifest {
    pub(crate) fn new(scenario: Scenario, settings: Value, shard: Shard, cells: u64) -> Self {
        let version = env!("CARGO_PKG_VERSION").to_owned();
        Self {
            form: Version,
            version,
            scenario,
            settings,
            shard,
            cells,
            done: 0,
            bytes: 0,
            digest: String::new(),
            seal: String::new(),
        }
    }

    /// The number of cells of the shard.
    fn asked(&self) -> u64 {
        let range = self.shard.range(self.cells);
        range.end - range.start
    }

    fn read(file: &Path) -> Result<Self, Failure> {
        let path = manifest_of(file);
        let text = input::outcome_text(&path)?;
        let invalid = |problem: String| Failure::invalid(format!("{}: {problem}", path.display()));
        let manifest: Self = serde_json::from_str(&text).map_err(|error| {
            invalid(format!("is no manifest of a sweep as 'outgrow sweep --out' writes it: {error}"))
        })?;
        if manifest.seal != manifest.sealed()?.seal {
            return Err(invalid(
                "the manifest was changed after it was written: remove it and its rows, and sweep again".to_owned(),
            ));
        }
        Ok(manifest)
    }

    /// The same manifest with its seal.
    fn sealed(&self) -> Result<Self, Failure> {
        let open = Self { seal: String::new(), ..self.clone() };
        Ok(Self { seal: Digest::of(open.json()?.as_bytes()), ..open })
    }

    fn json(&self) -> Result<String, Failure> {
        serde_json::to_string(self).map_err(|error| Failure::failed(format!("JSON: {error}")))
    }

    fn write(&self, file: &Path) -> Result<(), Failure> {
        files::keep(&manifest_of(file), &(self.sealed()?.json()? + "\n"))
    }

    /// The field in which two sweeps differ, with both values.
    fn difference(&self, other: &Self) -> Option<String> {
        if self.version != other.version {
            return Some(format!("version: {} and {}", self.version, other.version));
        }
        if self.scenario != other.scenario {
            let [own, others] =
                [&self.scenario, &other.scenario].map(|scenario| scenario.to_toml().unwrap_or_default());
            let line = own.lines().zip(others.lines()).find(|(own, other)| own != other);
            let line = line.map_or_else(String::new, |(own, other)| format!(": {own:?} and {other:?}"));
            return Some(format!("scenario: the scenarios differ{line}"));
        }
        let of = |manifest: &Self| manifest.settings.as_object().cloned().unwrap_or_default();
        let (own, others) = (of(self), of(other));
        let key = own.keys().chain(others.keys()).find(|key| own.get(*key) != others.get(*key))?;
        let shown = |settings: &serde_json::Map<String, Value>| settings.get(key).unwrap_or(&Value::Null).to_string();
        Some(format!("settings.{key}: {} and {}", shown(&own), shown(&others)))
    }
}

/// The manifest of a sweep in this file.
pub(crate) fn manifest_of(file: &Path) -> PathBuf {
    files::beside(file, ".manifest.json")
}

/// A file to which rows are added. The manifest is written after them: rows beyond it are of a sweep that was killed, and are
/// cut off and computed again.
pub(crate) struct Kept<'a> {
    file: &'a Path,
    out: File,
    buffer: String,
    manifest: Manifest,
    digest: Digest,
    every: Duration,
    last: Instant,
}

impl<'a> Kept<'a> {
    pub(crate) fn open(
        file: &'a Path,
        manifest: Manifest,
        resume: bool,
        every: Duration,
        head: &str,
    ) -> Result<Self, Failure> {
        let unwritable = |error: io::Error| files::unwritable(file, &error.to_string());
        // Another sweep may have begun since the first check.
        check(file, resume, head)?;
        let last = Instant::now();
        if !manifest_of(file).exists() {
            let out = File::create(file).map_err(unwritable)?;
            let mut kept = Self { file, out, buffer: String::new(), manifest, digest: Digest::default(), every, last };
            kept.put(head)?;
            kept.keep()?;
            return Ok(kept);
        }
        let earlier = Manifest::read(file)?;
        let name = manifest_of(file).display().to_string();
        if let Some(difference) = earlier.difference(&manifest) {
            return Err(Failure::invalid(format!("{name}: not the sweep that is asked for: {difference}")));
        }
        if earlier.shard != manifest.shard {
            let (earlier, shard) = (earlier.shard, manifest.shard);
            return Err(Failure::invalid(format!(
                "{name}: shard: the file has shard {earlier}, this sweep is shard {shard}"
            )));
        }
        let digest = checked(file, &earlier)?;
        let mut out = File::options().write(true).open(file).map_err(unwritable)?;
        out.set_len(earlier.bytes).and_then(|()| out.seek(SeekFrom::End(0))).map_err(unwritable)?;
        Ok(Self { file, out, buffer: String::new(), manifest: earlier, digest, every, last })
    }

    /// The number of cells that are finished.
    pub(crate) fn finished(&self) -> u64 {
        self.manifest.done
    }

    /// Writes the rows, then the manifest.
    fn keep(&mut self) -> Result<(), Failure> {
        let written = self.out.write_all(self.buffer.as_bytes()).and_then(|()| self.out.sync_data());
        written.map_err(|error| files::unwritable(self.file, &error.to_string()))?;
        self.digest.add(self.buffer.as_bytes());
        self.manifest.bytes += self.buffer.len() as u64;
        self.manifest.digest = self.digest.text();
        self.buffer.clear();
        self.manifest.write(self.file)
    }
}

impl Rows for Kept<'_> {
    fn put(&mut self, rows: &str) -> Result<(), Failure> {
        self.buffer += rows;
        Ok(())
    }

    fn done(&mut self, cells: u64, is_last: bool) -> Result<(), Failure> {
        self.manifest.done = cells;
        if is_last || self.last.elapsed() >= self.every {
            self.keep()?;
            self.last = Instant::now();
        }
        Ok(())
    }
}

/// Checks that a sweep may begin in a file, or be continued.
pub(crate) fn check(file: &Path, resume: bool, head: &str) -> Result<(), Failure> {
    let fault = match (file.exists(), manifest_of(file).exists()) {
        // A sweep that was killed before its first cells has no manifest.
        (true, false) if begins(file, head)? => None,
        (true, false) => Some("exists and is no sweep: it has no manifest beside it; remove it, or name another file"),
        (true, true) if !resume => Some("exists: continue its sweep with --resume, or remove it and its manifest"),
        (false, true) => Some("is gone, but its manifest is there; remove the manifest to start again"),
        (true, true) | (false, false) => None,
    };
    fault.map_or(Ok(()), |fault| Err(Failure::invalid(format!("{}: {fault}", file.display()))))
}

/// Whether a file has no more than the beginning of the head.
fn begins(file: &Path, head: &str) -> Result<bool, Failure> {
    let mut found = Vec::new();
    covered(file, head.len() as u64 + 1, &mut |bytes| {
        found.extend_from_slice(bytes);
        Ok(())
    })?;
    Ok(head.as_bytes().starts_with(&found))
}

/// The digest of the rows that the manifest covers, if they are as they were written.
fn checked(file: &Path, manifest: &Manifest) -> Result<Digest, Failure> {
    let mut digest = Digest::default();
    let read = covered(file, manifest.bytes, &mut |bytes| {
        digest.add(bytes);
        Ok(())
    })?;
    if read < manifest.bytes {
        let message = format!(
            "{}: the file is cut off: {read} of {} bytes are there: remove it and its manifest, and sweep again",
            file.display(),
            manifest.bytes
        );
        return Err(Failure::invalid(message));
    }
    if digest.text() != manifest.digest {
        return Err(Failure::invalid(format!(
            "{}: the rows were changed after they were written: remove the file and its manifest, and sweep again",
            file.display()
        )));
    }
    Ok(digest)
}

/// Passes on the first bytes of a file, and returns how many there are.
fn covered(file: &Path, bytes: u64, each: &mut dyn FnMut(&[u8]) -> Result<(), Failure>) -> Result<u64, Failure> {
    let invalid = |error: io::Error| Failure::invalid(format!("{}: {error}", file.display()));
    let mut reader = BufReader::new(File::open(file).map_err(invalid)?).take(bytes);
    let (mut chunk, mut read) = (vec![0; 1 << 16], 0);
    loop {
        match reader.read(&mut chunk).map_err(invalid)? {
            0 => return Ok(read),
            length => {
                read += length as u64;
                each(&chunk[..length])?;
            }
        }
    }
}

/// Whether a file has the rows of a sweep.
pub(crate) fn is_sweep(file: &Path) -> bool {
    manifest_of(file).exists()
}

/// Prints the rows of all shards, in the order of the cells.
pub(crate) fn merge(options: &Merge) -> Result<(), Failure> {
    let files = &options.files;
    let output = &options.output;
    let mut asked = output.export.files().chain(output.html.as_deref()).chain(output.charts.as_deref());
    if output.json || output.spreadsheet || asked.next().is_some() {
        let message = "the files are of a sweep, which is printed as CSV alone; the other forms are those of runs";
        return Err(Failure::invalid(format!("{}: {message}", files[0].display())));
    }
    let mut manifests: Vec<Manifest> = Vec::new();
    let mut shards = Vec::new();
    for file in files {
        if !is_sweep(file) {
            let sweep =
                files.iter().find(|file| is_sweep(file)).map_or_else(String::new, |file| file.display().to_string());
            let message =
                format!("has no manifest of a sweep, and {sweep} has: merge the shards of one run or of one sweep");
            return Err(Failure::invalid(format!("{}: {message}", file.display())));
        }
        let manifest = Manifest::read(file)?;
        if let Some(first) = manifests.first() {
            check_shard(manifest.shard, &shards, file, files)?;
            if let Some(difference) = first.difference(&manifest) {
                let names = format!("{} and {}", files[0].display(), file.display());
                return Err(Failure::invalid(format!("{names}: not shards of one sweep: {difference}")));
            }
        }
        checked(file, &manifest)?;
        check_done(file, &manifest, options.partial)?;
        shards.push(manifest.shard);
        manifests.push(manifest);
    }
    check_complete(&shards, files, options.partial)?;
    let mut order: Vec<usize> = (0..files.len()).collect();
    order.sort_by_key(|place| shards[*place]);
    let mut out = io::BufWriter::new(io::stdout().lock());
    for (position, place) in order.into_iter().enumerate() {
        // Every file has the head.
        let mut in_head = position > 0;
        covered(&files[place], manifests[place].bytes, &mut |bytes| {
            let start = match bytes.iter().position(|byte| *byte == b'\n') {
                Some(end) if in_head => end + 1,
                None if in_head => bytes.len(),
                _ => 0,
            };
            in_head &= start == bytes.len() && bytes.last() != Some(&b'\n');
            out.write_all(&bytes[start..]).map_err(|error| Failure::of_output(&error))
        })?;
    }
    out.flush().map_err(|error| Failure::of_output(&error))
}

/// Checks that a shard is finished; if it need not be, says how far it goes.
fn check_done(file: &Path, manifest: &Manifest, partial: bool) -> Result<(), Failure> {
    if manifest.done == manifest.asked() {
        return Ok(());
    }
    let message = format!("{}: {} of {} cells are there", file.display(), manifest.done, manifest.asked());
    if partial {
        messages::print(&format!("{message}\n"));
        Ok(())
    } else {
        Err(Failure::invalid(format!("{message}; finish it with --resume, or print what there is with --partial")))
    }
}
