//! Messages on standard error that are not errors: findings, progress and the names of written files.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether these messages are left out, as `--quiet` requests.
static QUIET: AtomicBool = AtomicBool::new(false);

/// Leaves all further messages out.
pub(crate) fn silence() {
    QUIET.store(true, Ordering::Relaxed);
}

pub(crate) fn are_wanted() -> bool {
    !QUIET.load(Ordering::Relaxed)
}

/// Prints a message, unless none are wanted.
pub(crate) fn print(text: &str) {
    if are_wanted() {
        // Nobody may be reading standard error.
        let _ = write!(io::stderr(), "{text}");
    }
}
