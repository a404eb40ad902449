//! Writing files: whole or not at all.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::messages;

/// Checks before a long run that the files can be written afterwards: each has a folder, and is none itself.
pub(crate) fn check<'a>(files: impl IntoIterator<Item = &'a Path>) -> Result<(), Failure> {
    for file in files {
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        if file.is_dir() {
            return Err(unwritable(file, "it is a folder; name a file in it"));
        }
        if folder.is_some_and(|folder| !folder.is_dir()) {
            return Err(unwritable(file, "its folder does not exist"));
        }
    }
    Ok(())
}

/// As [`check`], of a file that is read again later: a pipe or a device keeps nothing.
pub(crate) fn check_kept(file: &Path) -> Result<(), Failure> {
    check([file])?;
    let is_free = file.is_file() || !file.exists();
    if is_free { Ok(()) } else { Err(unwritable(file, "it is a pipe or a device; name a file")) }
}

/// Checks before a long run that a folder can be made, or is one.
pub(crate) fn check_folder(folder: &Path) -> Result<(), Failure> {
    let known = folder.ancestors().find(|path| path.exists());
    match known.filter(|known| !known.is_dir()) {
        None => Ok(()),
        Some(known) if known == folder => Err(unwritable(folder, "it is a file; name a folder")),
        Some(known) => Err(unwritable(folder, &format!("{} is a file", known.display()))),
    }
}

/// Writes a text, and reports the file on standard error.
pub(crate) fn write(file: &Path, text: &str) -> Result<(), Failure> {
    keep(file, text)?;
    messages::print(&format!("wrote {}\n", file.display()));
    Ok(())
}

/// Writes a text so that it survives the end of the machine, without a word.
pub(crate) fn keep(file: &Path, text: &str) -> Result<(), Failure> {
    replace(file, text).map_err(|error| unwritable(file, &error.to_string()))
}

/// Locks a file against a second command that would write it, for as long as the result lives. The lock is a file beside it,
/// since the file itself is replaced by each writing; the system releases it even if the command is killed.
pub(crate) fn lock(file: &Path) -> Result<File, Failure> {
    let beside = lock_of(file);
    let opened = File::options().create(true).truncate(false).write(true).open(&beside);
    let opened = opened.map_err(|error| unwritable(&beside, &error.to_string()))?;
    match opened.try_lock() {
        Ok(()) => {
            remove_parts(file);
            Ok(opened)
        }
        Err(TryLockError::WouldBlock) => Err(unwritable(file, "another run is writing it")),
        Err(TryLockError::Error(error)) => Err(unwritable(&beside, &error.to_string())),
    }
}

/// Removes what commands that were killed have left of a file that nobody else writes.
pub(crate) fn remove_parts(file: &Path) {
    let folder = folder_of(file);
    let Some(name) = file.file_name().and_then(|name| name.to_str()) else { return };
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let entry_name = entry.file_name();
        let number =
            entry_name.to_str().and_then(|own| own.strip_prefix(name)?.strip_prefix('.')?.strip_suffix(".part"));
        if number.is_some_and(|number| !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit())) {
            // What cannot be removed does no harm.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// The lock of a file.
pub(crate) fn lock_of(file: &Path) -> PathBuf {
    beside(file, ".lock")
}

/// The folder that a file is in, or will be.
pub(crate) fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The same path with something after the name.
pub(crate) fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

pub(crate) fn unwritable(file: &Path, reason: &str) -> Failure {
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
    let part = beside(&target, &format!(".{}.part", std::process::id()));
    let synced =
        File::create(&part).and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()));
    let written = synced.and_then(|()| match fs::metadata(&target) {
        Ok(known) => fs::set_permissions(&part, known.permissions()),
        Err(_) => Ok(()),
    });
    written.and_then(|()| fs::rename(&part, &target)).and_then(|()| sync_folder(&target)).inspect_err(|_| {
        // The first error is the one to report.
        let _ = fs::remove_file(&part);
    })
}

/// Makes a renaming last, where folders can be opened as files.
fn sync_folder(file: &Path) -> io::Result<()> {
    let folder = folder_of(file);
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
