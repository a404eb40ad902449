//! How the examples end: the exit code, and what is told where nobody may listen any more.

use std::error::Error;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

/// 0 for what was told in full, or as far as somebody read: a reader that has seen enough (`| head`) is no error. Else 1.
pub(crate) fn end(told: Result<(), Box<dyn Error>>) -> ExitCode {
    match told {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe) => {
            ExitCode::SUCCESS
        }
        Err(error) => fail(1, &error.to_string()),
    }
}

/// Tells what is wrong, and gives the exit code.
pub(crate) fn fail(code: u8, message: &str) -> ExitCode {
    // Standard error may be closed: then there is nobody to tell, and `eprintln!` would panic.
    let _ = writeln!(io::stderr(), "{message}");
    ExitCode::from(code)
}
