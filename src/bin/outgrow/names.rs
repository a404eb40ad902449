//! Checks the names of files before anything is read: no file is written over another one of the same command.

use std::any::TypeId;
use std::fs;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, Command};

use crate::failure::Failure;
use crate::{files, sweep_file};

/// The folder in which charts are written under names of their own.
const CHARTS: &str = "--charts";

/// A file or folder that a command names.
struct Named {
    path: PathBuf,
    /// The same for all names of one file.
    identity: PathBuf,
    /// The option or argument, as the help has it.
    by: String,
    is_written: bool,
}

/// Checks that no file that the subcommand writes is named a second time, for reading or for writing.
pub(crate) fn check(grammar: &Command, matches: &ArgMatches) -> Result<(), Failure> {
    let Some((name, matches)) = matches.subcommand() else { return Ok(()) };
    let subcommand = grammar.find_subcommand(name).expect("clap has matched it");
    let mut known: Vec<Named> = Vec::new();
    let paths = subcommand.get_arguments().filter(|arg| arg.get_value_parser().type_id() == TypeId::of::<PathBuf>());
    for arg in paths {
        let values = matches.get_many::<PathBuf>(arg.get_id().as_str()).into_iter().flatten();
        for path in values {
            if path.as_os_str() == "-" && is_written(arg) {
                let message = "standard output is no file; name one, or print the answer there with --json or --csv";
                return Err(Failure::invalid(format!("--{} -: {message}", arg.get_long().unwrap_or_default())));
            }
            for named in with_companions(name, arg, path) {
                check_one(&named, &known)?;
                known.push(named);
            }
        }
    }
    Ok(())
}

fn check_one(named: &Named, known: &[Named]) -> Result<(), Failure> {
    for (folder, other) in known.iter().flat_map(|other| [(other, named), (named, other)]) {
        let is_chart = folder.by == CHARTS && other.path.extension().is_some_and(|ending| ending == "svg");
        if is_chart && other.identity.parent() == Some(&folder.identity) {
            let path = other.path.display();
            let message =
                format!("{path}: is in the folder of {CHARTS}, and may have the name of a chart; name another folder");
            return Err(Failure::invalid(message));
        }
    }
    let clash = |other: &&Named| other.identity == named.identity && (other.is_written || named.is_written);
    let Some(other) = known.iter().find(clash) else { return Ok(()) };
    let path = named.path.display();
    let message = match (other.is_written, named.is_written) {
        (true, true) => format!("{path}: {} and {} would both write it; name two files", other.by, named.by),
        (true, false) => overwritten(&named.path, &other.by, &named.by),
        _ => overwritten(&named.path, &named.by, &other.by),
    };
    Err(Failure::invalid(message))
}

fn overwritten(path: &Path, writer: &str, reader: &str) -> String {
    format!("{}: {writer} would overwrite it, and {reader} reads it; name another file", path.display())
}

/// A named file, and the files that are written beside it.
fn with_companions(subcommand: &str, arg: &Arg, path: &Path) -> Vec<Named> {
    // Standard input may be a file.
    let path = if path.as_os_str() == "-" { Path::new("/dev/stdin") } else { path };
    // Pipes and devices are not overwritten.
    if fs::metadata(path).is_ok_and(|known| !known.is_file() && !known.is_dir()) {
        return Vec::new();
    }
    let value = arg.get_value_names().map_or("FILE", |names| names[0].as_str());
    let by = arg.get_long().map_or(value.to_owned(), |long| format!("--{long}"));
    let named = |path: PathBuf, by: String| Named { identity: identity(&path), path, by, is_written: is_written(arg) };
    let mut all = vec![named(path.to_owned(), by.clone())];
    let lock = || named(files::lock_of(path), format!("the lock of {by}"));
    match (subcommand, arg.get_id().as_str()) {
        (_, "checkpoint") => all.push(lock()),
        ("sweep", "out") => {
            all.extend([lock(), named(sweep_file::manifest_of(path), format!("the manifest of {by}"))]);
        }
        _ => {}
    }
    all
}

/// Whether a command writes what the option names. What an option reads is named by its kind, such as CELLS.csv.
fn is_written(arg: &Arg) -> bool {
    let value = arg.get_value_names().and_then(|names| names.first());
    arg.get_long().is_some() && value.is_none_or(|value| ["FILE", "DIR"].contains(&value.as_str()))
}

/// The path without links and relative parts; of a file that does not exist yet, that of its folder and its name.
fn identity(path: &Path) -> PathBuf {
    let whole = fs::canonicalize(path).ok();
    let of_folder = || Some(fs::canonicalize(files::folder_of(path)).ok()?.join(path.file_name()?));
    whole.or_else(of_folder).unwrap_or_else(|| path.to_owned())
}
