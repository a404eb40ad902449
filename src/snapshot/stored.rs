//! Snapshots in files, which the environment variable `OUTGROW_SNAPSHOTS` updates.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use super::Snapshot;
use crate::error::{Error, Kind, Problem};

/// The environment variable, and its only value.
const VARIABLE: &str = "OUTGROW_SNAPSHOTS";
const UPDATE: &str = "update";

impl Snapshot {
    /// Checks that nothing changed since the snapshot in a file, as [`compare`](Self::compare) does. If the environment
    /// variable `OUTGROW_SNAPSHOTS` is `update`, writes the file instead, and its folder.
    ///
    /// A relative path starts at the working directory, which is the package's folder in tests that cargo runs. Commit
    /// the file; a review then shows each changed assumption beside the probabilities that it changed.
    ///
    /// # Errors
    /// An [assertion](Error::is_assertion) error with every change, and how to accept them. If the file is missing, is
    /// not a snapshot or cannot be written, or if the variable has another value.
    ///
    /// # Example: a test that keeps its answers in a file
    /// ```
    /// use outgrow::{Curve, Error, Provider, Question, Scenario};
    /// # let file = std::env::temp_dir().join(format!("outgrow-{}.snap", std::process::id()));
    ///
    /// fn scenario(growth: f64) -> Result<Scenario, Error> {
    ///     Scenario::builder("2018-Q1", "2020-Q4")
    ///         .provider(Provider::new("A", 690).growth(Curve::constant(growth)).volatility(0.15))
    ///         .provider(Provider::new("B", 1100).growth(Curve::constant(0.3)).volatility(0.1))
    ///         .question(Question::overtakes("A", "B")).build()
    /// }
    /// # std::fs::write(&file, scenario(0.6)?.exact().run()?.snapshot().to_string()).expect("a temporary file");
    /// // In a test the file is a path such as "tests/answers.snap".
    /// scenario(0.6)?.exact().run()?.snapshot().check(&file)?;
    ///
    /// let error = scenario(0.55)?.exact().run()?.snapshot().check(&file).unwrap_err();
    /// assert!(error.to_string().contains("provider[A].growth.constant: was 0.6, is 0.55"));
    /// # std::fs::remove_file(&file).expect("its own file");
    /// # Ok::<(), Error>(())
    /// ```
    pub fn check(&self, file: impl AsRef<Path>) -> Result<(), Error> {
        let file = file.as_ref();
        if is_update()? { self.store(file) } else { self.check_stored(file) }
    }

    fn check_stored(&self, file: &Path) -> Result<(), Error> {
        let address = file.display().to_string();
        let text = fs::read_to_string(file).map_err(|error| {
            let advice = match error.kind() {
                ErrorKind::NotFound => format!("; to write it, run the test with {VARIABLE}={UPDATE}"),
                _ => String::new(),
            };
            Error::invalid("snapshot", &address, format!("cannot be read: {error}{advice}"))
        })?;
        let stored: Self = text.parse().map_err(|error: Error| in_file(&address, &error))?;
        self.compare(&stored).map_err(|error| {
            let mut problems = error.problems().to_vec();
            let message = format!("differs; if these changes are intended, run the test with {VARIABLE}={UPDATE}");
            problems.push(Problem::new(address, message));
            Error::of(Kind::Assertion, "snapshot", problems)
        })
    }

    /// Writes the file, unless it holds this text already, so that its date shows when it changed.
    fn store(&self, file: &Path) -> Result<(), Error> {
        let text = self.to_string();
        if fs::read_to_string(file).is_ok_and(|stored| stored == text) {
            return Ok(());
        }
        let folder = file.parent().map_or(Ok(()), fs::create_dir_all);
        folder.and_then(|()| fs::write(file, text)).map_err(|error| {
            Error::invalid("snapshot", file.display().to_string(), format!("cannot be written: {error}"))
        })
    }
}

/// Whether the variable asks for an update.
fn is_update() -> Result<bool, Error> {
    match std::env::var_os(VARIABLE) {
        None => Ok(false),
        Some(value) if value.is_empty() => Ok(false),
        Some(value) if value == UPDATE => Ok(true),
        Some(value) => {
            let message = format!("must be {UPDATE:?} or unset, got {:?}", value.to_string_lossy());
            Err(Error::invalid("snapshot", VARIABLE, message))
        }
    }
}

/// An error of the text of a file.
fn in_file(address: &str, error: &Error) -> Error {
    let of_line = |problem: &Problem| Problem::new(format!("{address}, {}", problem.address), &*problem.message);
    Error::of(Kind::Invalid, "snapshot", error.problems().iter().map(of_line).collect())
}
