//! How the command ends without success.

use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

/// The exit code of wrong usage and invalid input, as clap has it.
pub(crate) const INVALID: u8 = 2;
/// The exit code of a run that Ctrl-C ended, as shells report it.
pub(crate) const INTERRUPTED: u8 = 130;
/// The exit code where valid input has no answer.
const FAILED: u8 = 1;

/// The exit code, and the message for standard error; no message where nobody reads the answer any more.
#[derive(Debug)]
pub(crate) struct Failure {
    code: u8,
    message: Option<String>,
}

impl Failure {
    /// Invalid input, or wrong usage.
    pub(crate) fn invalid(message: String) -> Self {
        Self { code: INVALID, message: Some(message) }
    }

    /// No answer to valid input.
    pub(crate) fn failed(message: String) -> Self {
        Self { code: FAILED, message: Some(message) }
    }

    /// An answer from the paths that were counted before Ctrl-C.
    pub(crate) fn interrupted(message: String) -> Self {
        Self { code: INTERRUPTED, message: Some(message) }
    }

    /// The same failure, with the name of another file before it.
    pub(crate) fn of(self, name: &str) -> Self {
        Self { message: self.message.map(|message| format!("{name}: {message}")), ..self }
    }

    /// The same failure, with what to do.
    pub(crate) fn advised(self, advice: &str) -> Self {
        Self { message: self.message.map(|message| format!("{message}; {advice}")), ..self }
    }

    /// An error while writing to standard output. A reader that closes the pipe early (`| head`) is a success.
    pub(crate) fn of_output(error: &io::Error) -> Self {
        match error.kind() {
            ErrorKind::BrokenPipe => Self { code: 0, message: None },
            _ => Self::failed(format!("standard output: {error}")),
        }
    }

    /// The message; empty if there is none.
    pub(crate) fn text(&self) -> &str {
        self.message.as_deref().unwrap_or_default()
    }

    pub(crate) fn report(&self) -> ExitCode {
        if let Some(message) = &self.message {
            // `eprintln!` would panic where standard error is closed.
            let _ = writeln!(io::stderr(), "{message}");
        }
        ExitCode::from(self.code)
    }
}
