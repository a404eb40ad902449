//! Reading scenarios and histories, and the findings that need no simulation.

use std::fmt::Display;
use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::path::Path;

use outgrow::{Audit, Error, Finding, History, Outcome, Scenario};

use crate::failure::Failure;
use crate::options::{Findings, Input};

/// The largest scenario that is read.
const MOST_BYTES: u64 = 16 << 20;
/// The largest outcome that is read.
const MOST_OUTCOME_BYTES: u64 = 1 << 30;
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
        if findings.are_wanted() {
            print_findings(&source.name, source.quick_audit()?.findings());
        }
        Ok(source)
    }

    fn quick_audit(&self) -> Result<Audit, Failure> {
        self.scenario.quick_audit().map_err(|error| self.failure(&error))
    }

    /// Prints the findings of changed scenarios that this one does not have, each once.
    pub(crate) fn print_new_findings<'s>(
        &self,
        changed: impl Iterator<Item = &'s Scenario>,
        findings: &Findings,
    ) -> Result<(), Failure> {
        let mut changed = changed.filter(|_| findings.are_wanted()).peekable();
        if changed.peek().is_none() {
            return Ok(());
        }
        let mut known = self.quick_audit()?.findings().to_vec();
        let is_same = |a: &Finding, b: &Finding| (a.kind, &a.address, &a.seen) == (b.kind, &b.address, &b.seen);
        for scenario in changed {
            let audit = scenario.quick_audit().map_err(|error| self.failure(&error))?;
            let is_new = |finding: &&Finding| !known.iter().any(|known| is_same(known, finding));
            let new: Vec<Finding> = audit.findings().iter().filter(is_new).cloned().collect();
            print_findings(&format!("{}, changed", self.name), &new);
            known.extend(new);
        }
        Ok(())
    }

    pub(crate) fn without_findings(input: &Input) -> Result<Self, Failure> {
        let (name, read) = Self::parsed(input)?;
        match read {
            Ok(scenario) => Ok(Self { name, scenario }),
            Err(error) => Err(Failure::invalid(format!("{name}: {error}"))),
        }
    }

    /// The name of the file, and its scenario or what is wrong with it.
    pub(crate) fn parsed(input: &Input) -> Result<(String, Result<Scenario, Error>), Failure> {
        let text = text(&input.file, MOST_BYTES, "16 MiB; a scenario is a list of numbers, not of paths")?;
        let read = if is_json(&input.file, &text) { Scenario::from_json(&text) } else { Scenario::from_toml(&text) };
        let changes = input.set.iter().map(|(address, value)| (address, value));
        let set = read.and_then(|scenario| scenario.with_toml(changes));
        let read = if input.estimate_errors { set.and_then(|scenario| scenario.with_estimate_errors()) } else { set };
        Ok((name_of(&input.file), read))
    }

    /// The scenario of an outcome file, with the outcome computed again; `is_exact` states the method that it must have.
    pub(crate) fn reproduced(file: &Path, is_exact: bool) -> Result<(Self, Outcome), Failure> {
        let text = outcome_text(file)?;
        let outcome = Outcome::reproduce(&text).map_err(|error| failure(file, &error))?;
        let name = name_of(file);
        if outcome.paths().is_none() != is_exact {
            let [method, subcommand] = if is_exact { ["a simulation", "run"] } else { ["exact", "exact"] };
            let message = format!("{name}: run.method: the outcome is {method}: use 'outgrow {subcommand} --again'");
            return Err(Failure::invalid(message));
        }
        Ok((Self { name, scenario: outcome.scenario().clone() }, outcome))
    }

    /// The same scenario with other values, under the same name.
    pub(crate) fn changed(&self, set: &[(String, String)]) -> Result<Self, Failure> {
        let changes = set.iter().map(|(address, value)| (address, value));
        let scenario = self.scenario.clone().with_toml(changes).map_err(|error| self.failure(&error))?;
        Ok(Self { name: self.name.clone(), scenario })
    }

    /// An error of a run of this scenario.
    pub(crate) fn failure(&self, error: &Error) -> Failure {
        let message = format!("{}: {error}", self.name);
        if error.is_invalid_input() || error.is_lookup() { Failure::invalid(message) } else { Failure::failed(message) }
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

pub(crate) fn name_of(file: &Path) -> String {
    if is_standard_input(file) { "standard input".into() } else { file.display().to_string() }
}

fn is_standard_input(file: &Path) -> bool {
    file.as_os_str() == "-"
}

/// The text of a file of answers or of counts.
pub(crate) fn outcome_text(file: &Path) -> Result<String, Failure> {
    text(file, MOST_OUTCOME_BYTES, "1 GiB")
}

/// The text of a file, or of standard input, of at most `most` bytes, which `limit` states in words.
fn text(file: &Path, most: u64, limit: &str) -> Result<String, Failure> {
    let invalid = |problem: &dyn Display| Failure::invalid(format!("{}: {problem}", name_of(file)));
    let limited = |input: &mut dyn Read| {
        let mut bytes = Vec::new();
        // One byte more shows that the file is too long.
        input.take(most + 1).read_to_end(&mut bytes).map(|_| bytes)
    };
    let bytes = if is_standard_input(file) {
        limited(&mut io::stdin().lock())
    } else {
        File::open(file).and_then(|mut file| limited(&mut file))
    };
    let bytes = bytes.map_err(|error| invalid(&error))?;
    if bytes.len() as u64 > most {
        return Err(invalid(&format!("longer than {limit}")));
    }
    String::from_utf8(bytes).map_err(|error| invalid(&format!("not UTF-8: {error}; save the file as UTF-8")))
}

/// By the file's extension, or by the first character: no TOML begins with a brace.
fn is_json(file: &Path, text: &str) -> bool {
    let has_extension = file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    has_extension || text.trim_start_matches('\u{feff}').trim_start().starts_with('{')
}

/// Prints the findings, one a line, the most serious first. One line lists all places of the same finding.
fn print_findings(name: &str, findings: &[Finding]) {
    let mut lines: Vec<(&Finding, Vec<&str>)> = Vec::new();
    for finding in findings {
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
