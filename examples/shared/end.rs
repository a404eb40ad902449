//! How the examples end: exit codes, and errors on standard output or standard error that may be closed.

use std::error::Error;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

/// 0 on success, and if the reader of standard output left early (`| head`); else 1.
pub(crate) fn end(result: Result<(), Box<dyn Error>>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe) => {
            ExitCode::SUCCESS
        }
        Err(error) => fail(1, &error.to_string()),
    }
}

/// Prints an error and returns the exit code.
pub(crate) fn fail(code: u8, message: &str) -> ExitCode {
    // Standard error may be closed, where `eprintln!` would panic.
    let _ = writeln!(io::stderr(), "{message}");
    ExitCode::from(code)
}
