//! Merges the files of all shards.

use std::path::{Path, PathBuf};

use clap::Args;
use outgrow::Tally;
use rayon::prelude::*;

use crate::failure::Failure;
use crate::input::{self, Source};
use crate::options::Output;
use crate::part::CountsFile;
use crate::values::Shard;
use crate::{messages, output, sweep_file};

#[derive(Args)]
pub(crate) struct Merge {
    /// The files that 'outgrow run --shard K/N --out FILE' or 'outgrow sweep --shard K/N --out FILE' wrote, in any order
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Print the answers of the shards that there are, although others are missing
    #[arg(long)]
    pub(crate) partial: bool,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// Files that are read at the same time, which takes the memory of their counts.
const AT_ONCE: usize = 8;

/// The missing shards that a message lists.
const MOST_LISTED: usize = 20;

pub(crate) fn merge(options: &Merge) -> Result<(), Failure> {
    let Merge { files, partial, output } = options;
    if files.iter().any(|file| sweep_file::is_sweep(file)) {
        return sweep_file::merge(options);
    }
    let names = input::name_of(&files[0]);
    output::check(&names, output)?;
    let (tally, shards) = merged(files)?;
    check_complete(&shards, files, *partial)?;
    let source = Source { name: names, scenario: tally.scenario().clone() };
    let outcome = tally.outcome().map_err(|error| source.failure(&error))?;
    if let (Some(done), Some(asked)) = (outcome.paths(), outcome.paths_asked()) {
        let message = format!("{}: {done} of {asked} paths are counted", source.name);
        if !partial {
            let advice =
                "a file is an unfinished checkpoint: finish it with --resume, or print what there is with --partial";
            return Err(Failure::invalid(format!("{message}; {advice}")));
        }
        messages::print(&format!("{message}\n"));
    }
    output::write(&source, &outcome, output, &[])?;
    output::check_agreement(&source, &outcome)
}

/// The counts of all files, and the shard of each.
fn merged(files: &[PathBuf]) -> Result<(Tally, Vec<Shard>), Failure> {
    let (shard, mut tally) = CountsFile::read(&files[0])?;
    let mut shards = vec![shard];
    for some in files[1..].chunks(AT_ONCE) {
        let parts: Vec<Result<_, Failure>> = some.par_iter().map(|file| CountsFile::read(file)).collect();
        for (file, part) in some.iter().zip(parts) {
            let (shard, other) = part?;
            check_shard(shard, &shards, file, files)?;
            shards.push(shard);
            let merged = tally.merge(other);
            tally = merged
                .map_err(|error| Failure::invalid(format!("{} and {}: {error}", files[0].display(), file.display())))?;
        }
    }
    Ok((tally, shards))
}

/// Checks that a shard is one of the same number as those before, and not one of them.
pub(crate) fn check_shard(shard: Shard, known: &[Shard], file: &Path, files: &[PathBuf]) -> Result<(), Failure> {
    let name = file.display();
    if shard.of != known[0].of {
        let first = files[0].display();
        return Err(Failure::invalid(format!("{name}: shard: is shard {shard}, but {first} is shard {}", known[0])));
    }
    match known.iter().position(|other| *other == shard) {
        Some(place) => {
            let other = files[place].display();
            Err(Failure::invalid(format!("{name}: shard: is shard {shard}, as {other} is: name each shard once")))
        }
        None => Ok(()),
    }
}

/// Checks that no shard is missing; if that is allowed, says which share is there.
pub(crate) fn check_complete(shards: &[Shard], files: &[PathBuf], partial: bool) -> Result<(), Failure> {
    let of = shards[0].of;
    let missing: Vec<String> = (0..of)
        .map(|index| Shard { index, of })
        .filter(|shard| !shards.contains(shard))
        .map(|shard| shard.to_string())
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let more = missing.len().saturating_sub(MOST_LISTED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let listed = missing.iter().take(MOST_LISTED).map(String::as_str).collect::<Vec<_>>().join(", ");
    let message = format!("{}: {} of {of} shards are there; missing: {listed}{more}", files[0].display(), shards.len());
    if partial {
        messages::print(&format!("{message}\n"));
        Ok(())
    } else {
        Err(Failure::invalid(format!("{message}; run these, or print what there is with --partial")))
    }
}
