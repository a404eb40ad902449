//! Reading a history, and the class that it is compared with.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

use outgrow::{Error, History, ReferenceClass};

use crate::failure::Failure;
use crate::options::{Class, Known};

/// A history as known on a day, and the name of its file, which begins every message.
pub(crate) struct Past {
    name: String,
    pub(crate) history: History,
}

impl Past {
    pub(crate) fn read(file: &Path, known: &Known) -> Result<Self, Failure> {
        let is_standard_input = file.as_os_str() == "-";
        let name = if is_standard_input { "standard input".into() } else { file.display().to_string() };
        let read = if is_standard_input {
            History::from_csv_reader(io::stdin().lock())
        } else {
            let file = File::open(file).map_err(|error| Failure::invalid(format!("{name}: {error}")))?;
            History::from_csv_reader(BufReader::new(file))
        };
        let seen = read.and_then(|history| known.as_of.map_or(Ok(history.clone()), |date| history.as_of(date)));
        match seen {
            Ok(history) => Ok(Self { name, history }),
            Err(error) => Err(failure(&name, &error)),
        }
    }

    /// An error of an estimate from this history.
    pub(crate) fn failure(&self, error: &Error) -> Failure {
        failure(&self.name, error)
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

fn failure(name: &str, error: &Error) -> Failure {
    let message = format!("{name}: {error}");
    if error.is_invalid_input() || error.is_lookup() { Failure::invalid(message) } else { Failure::failed(message) }
}
