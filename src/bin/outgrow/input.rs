//! Reading scenarios and histories, and the findings that need no simulation.

use std::fmt::Display;
use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::path::Path;

use outgrow::{Audit, Error, Finding, History, Scenario};

use crate::failure::Failure;
use crate::options::{Findings, Input};

/// The largest file that is read.
const MOST_BYTES: u64 = 16 << 20;
/// The places of one finding that are named.
const MOST_PLACES: usize = 4;

/// A scenario, and the name of its file, which begins every message: a script may run several files.
pub(crate) struct Source {
    pub(crate) name: String,
    pub(crate) scenario: Scenario,
}

impl Source {
    /// Reads the scenario and prints what its audit finds without a simulation.
    pub(crate) fn read(input: &Input, findings: &Findings) -> Result<Self, Failure> {
        let source = Self::without_findings(input)?;
        if !findings.no_audit {
            let audit = source.scenario.quick_audit().map_err(|error| source.failure(&error))?;
            print_findings(&source.name, &audit);
        }
        Ok(source)
    }

    pub(crate) fn without_findings(input: &Input) -> Result<Self, Failure> {
        let (is_standard_input, name) = (is_standard_input(&input.file), name_of(&input.file));
        let invalid = |problem: &dyn Display| Failure::invalid(format!("{name}: {problem}"));
        let bytes =
            if is_standard_input { limited(io::stdin().lock()) } else { File::open(&input.file).and_then(limited) };
        let bytes = bytes.map_err(|error| invalid(&error))?;
        if bytes.len() as u64 > MOST_BYTES {
            return Err(invalid(&"longer than 16 MiB; a scenario is a list of numbers, not of paths"));
        }
        let text = String::from_utf8(bytes)
            .map_err(|error| invalid(&format!("not UTF-8: {error}; save the file as UTF-8")))?;
        let read = if is_json(&input.file, &text) { Scenario::from_json(&text) } else { Scenario::from_toml(&text) };
        let changes = input.set.iter().map(|(address, value)| (address, value));
        let set = read.and_then(|scenario| scenario.with_toml(changes));
        let read = if input.estimate_errors { set.and_then(|scenario| scenario.with_estimate_errors()) } else { set };
        match read {
            Ok(scenario) => Ok(Self { name, scenario }),
            Err(error) => Err(invalid(&error)),
        }
    }

    /// An error of a run of this scenario.
    pub(crate) fn failure(&self, error: &Error) -> Failure {
        let message = format!("{}: {error}", self.name);
        if error.is_invalid_input() { Failure::invalid(message) } else { Failure::failed(message) }
    }

    /// A run of this scenario that has no answer, or a wrong one.
    pub(crate) fn failed(&self, message: impl Display) -> Failure {
        Failure::failed(format!("{}: {message}", self.name))
    }
}

/// Reads a history from a file, or from standard input if it is `-`.
pub(crate) fn history(file: &Path) -> Result<History, Failure> {
    let read = if is_standard_input(file) {
        History::from_csv_reader(io::stdin().lock())
    } else {
        let open = File::open(file);
        let open = open.map_err(|error| Failure::invalid(format!("{}: {error}", file.display())))?;
        History::from_csv_reader(BufReader::new(open))
    };
    read.map_err(|error| failure(file, &error))
}

/// An error of a history from this file.
pub(crate) fn failure(file: &Path, error: &Error) -> Failure {
    let message = format!("{}: {error}", name_of(file));
    if error.is_invalid_input() || error.is_lookup() { Failure::invalid(message) } else { Failure::failed(message) }
}

fn name_of(file: &Path) -> String {
    if is_standard_input(file) { "standard input".into() } else { file.display().to_string() }
}

fn is_standard_input(file: &Path) -> bool {
    file.as_os_str() == "-"
}

/// The whole input, or one byte more than may be read.
fn limited(input: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    input.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// By the file's extension, or by the first character: no TOML begins with a brace.
fn is_json(file: &Path, text: &str) -> bool {
    let has_extension = file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    has_extension || text.trim_start_matches('\u{feff}').trim_start().starts_with('{')
}

/// Prints the findings, one a line, the most serious first. One line lists all places of the same finding.
fn print_findings(name: &str, audit: &Audit) {
    let mut lines: Vec<(&Finding, Vec<&str>)> = Vec::new();
    for finding in audit.findings() {
        let same = |(other, _): &&mut (&Finding, Vec<&str>)| (other.kind, &other.seen) == (finding.kind, &finding.seen);
        match lines.iter_mut().find(same) {
            Some((_, places)) => places.push(&finding.address),
            None => lines.push((finding, vec![&finding.address])),
        }
    }
    let mut err = io::stderr().lock();
    for (finding, places) in lines {
        let first = places.iter().take(MOST_PLACES).copied().collect::<Vec<_>>().join(", ");
        let more = places.len().saturating_sub(MOST_PLACES);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let Finding { kind, seen, advice, .. } = finding;
        // The run goes on where nobody reads standard error.
        let _ = writeln!(err, "{name}: {kind}: {first}{more}: {seen}; {advice}");
    }
}
