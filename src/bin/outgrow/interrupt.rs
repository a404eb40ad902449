//! Ctrl-C during a run: the first ends the run and keeps the paths that are counted, the second ends the command. SIGTERM and
//! SIGHUP, by which clusters and terminals end a command, do the same.

use std::process;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::failure::{Failure, INTERRUPTED};

static IS_REQUESTED: AtomicBool = AtomicBool::new(false);

/// Handles these signals from now on.
pub(crate) fn handle() -> Result<(), Failure> {
    let handler = || {
        if IS_REQUESTED.swap(true, Ordering::Relaxed) {
            process::exit(i32::from(INTERRUPTED));
        }
    };
    ctrlc::set_handler(handler).map_err(|error| Failure::failed(format!("Ctrl-C cannot be handled: {error}")))
}

/// Whether one of these signals has come.
pub(crate) fn is_requested() -> bool {
    IS_REQUESTED.load(Ordering::Relaxed)
}
