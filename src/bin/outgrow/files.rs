//! Writing files: whole or not at all.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use crate::failure::Failure;
use crate::messages;

/// Checks before a long run that the files can be written afterwards: each has a folder, is none itself, and is named
/// once.
pub(crate) fn check<'a>(files: impl IntoIterator<Item = &'a Path>) -> Result<(), Failure> {
    let mut known: Vec<&Path> = Vec::new();
    for file in files {
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        if file.is_dir() {
            return Err(unwritable(file, "it is a folder; name a file in it"));
        }
        if folder.is_some_and(|folder| !folder.is_dir()) {
            return Err(unwritable(file, "its folder does not exist"));
        }
        if known.contains(&file) {
            return Err(unwritable(file, "two options name this file"));
        }
        known.push(file);
    }
    Ok(())
}

/// Checks before a long run that a folder can be made, or is one.
pub(crate) fn check_folder(folder: &Path) -> Result<(), Failure> {
    let is_free = folder.is_dir() || !folder.exists();
    if is_free { Ok(()) } else { Err(unwritable(folder, "it is a file; name a folder")) }
}

/// Writes a text, and reports the file on standard error.
pub(crate) fn write(file: &Path, text: &str) -> Result<(), Failure> {
    replace(file, text).map_err(|error| unwritable(file, &error.to_string()))?;
    messages::print(&format!("wrote {}\n", file.display()));
    Ok(())
}

fn unwritable(file: &Path, reason: &str) -> Failure {
    Failure::failed(format!("cannot write {}: {reason}", file.display()))
}

/// Writes a new file beside the old one and renames it, so that nobody sees half a file and an error leaves the old one.
fn replace(file: &Path, text: &str) -> io::Result<()> {
    let target = match fs::metadata(file) {
        // A pipe or a device is written to and not replaced.
        Ok(known) if !known.is_file() => return fs::write(file, text),
        Ok(known) if known.permissions().readonly() => {
            return Err(io::Error::new(ErrorKind::PermissionDenied, "the file is read-only"));
        }
        // A link stays one.
        Ok(_) => fs::canonicalize(file)?,
        Err(error) if error.kind() == ErrorKind::NotFound => file.to_owned(),
        Err(error) => return Err(error),
    };
    let mut name = target.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let part = target.with_file_name(name);
    let written = fs::write(&part, text).and_then(|()| match fs::metadata(&target) {
        Ok(known) => fs::set_permissions(&part, known.permissions()),
        Err(_) => Ok(()),
    });
    written.and_then(|()| fs::rename(&part, &target)).inspect_err(|_| {
        // The first error is the one to report.
        let _ = fs::remove_file(&part);
    })
}
