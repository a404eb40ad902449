//! A history as known on a day, and the class that it is compared with.

use std::path::{Path, PathBuf};

use outgrow::{Error, History, ReferenceClass};

use crate::failure::Failure;
use crate::input;
use crate::options::{Class, Known};

/// A history as known on a day, and its file, whose name begins every message.
pub(crate) struct HistoryAsOf {
    file: PathBuf,
    pub(crate) history: History,
}

impl HistoryAsOf {
    pub(crate) fn read(file: &Path, known: &Known) -> Result<Self, Failure> {
        let whole = input::history(file)?;
        let seen = known.as_of.map_or(Ok(whole.clone()), |date| whole.as_of(date));
        let history = seen.map_err(|error| input::failure(file, &error))?;
        Ok(Self { file: file.to_owned(), history })
    }

    /// An error of an estimate from this history.
    pub(crate) fn failure(&self, error: &Error) -> Failure {
        input::failure(&self.file, error)
    }

    pub(crate) fn class(&self, known: &Known) -> Result<ReferenceClass, Error> {
        match (known.class, known.as_of) {
            (Class::General, _) => Ok(ReferenceClass::general()),
            (Class::LargeCompanies, _) => Ok(ReferenceClass::large_companies()),
            (Class::Panel, Some(date)) => ReferenceClass::from_panel(&self.history, date),
            (Class::Panel, None) => unreachable!("--class panel requires --as-of"),
        }
    }
}
