//! The command line of `run_scenario`.

use std::ffi::OsString;
use std::path::PathBuf;

use outgrow::Sampling;

pub(crate) const USAGE: &str = "usage: run_scenario FILE [OPTIONS]; run_scenario --help lists the options";

pub(crate) const HELP: &str = "\
Runs a scenario file and prints when one provider's revenue overtakes another's, and how likely.

usage: run_scenario FILE [OPTIONS]

Run
  --paths N              paths of the simulation, a whole number: 250000, 100_000, 1e6 (default 1e6)
  --seed S               seed of the random numbers (default 0)
  --sampling NAME        plain, antithetic, sobol, importance or auto (default plain)
  --until ERROR          run until the largest standard error is at most ERROR, in place of --paths
  --at-most N            upper limit of paths for --until (default 1e8)
  --confidence LEVEL     level of the intervals, between 0 and 1 (default 0.95)
  --threads N            threads; the answers do not depend on it (default: all cores)
  --continuous           monitor overtakes at any time, not only at the end of a period
  --cross-check          report the exact answer beside each simulated one
  --exact                solve exactly instead of simulating
  --tolerance E          largest error of --exact, 1e-12 to 0.01 (default 1e-4)
  --no-fans, --no-ranks, --no-shares
                         leave out the distributions of revenue, the ranks, the market shares
  --set ADDRESS=VALUE    change the scenario: a number, or base, horizon, provider[A].history, provider[A].growth, …;
                         may be given several times

Output
  --json                 the whole outcome (or audit) as JSON
  --csv                  every number of the outcome, one per row
  --spreadsheet          with --csv: put an apostrophe before text that a spreadsheet would run as a formula
  --charts DIR           also write the charts to a folder, as SVG
  --html FILE            also write a report: answers, charts, assumptions and findings in one file
  --audit                print the whole audit, including findings that need simulations, instead of the answer
  --no-audit             do not print findings (those that need no simulation) on standard error
  --help                 this text

Exit codes: 0 an answer, 1 invalid input, 2 wrong usage.";

/// The command line, parsed.
pub(crate) enum Command {
    Help,
    Run(Box<Options>),
}

#[derive(Default)]
pub(crate) struct Options {
    pub(crate) file: PathBuf,
    pub(crate) paths: Option<u64>,
    pub(crate) seed: Option<u64>,
    pub(crate) sampling: Option<Sampling>,
    pub(crate) until: Option<f64>,
    pub(crate) at_most: Option<u64>,
    pub(crate) confidence: Option<f64>,
    pub(crate) threads: Option<usize>,
    pub(crate) continuous: bool,
    pub(crate) cross_check: bool,
    pub(crate) exact: bool,
    pub(crate) tolerance: Option<f64>,
    pub(crate) no_fans: bool,
    pub(crate) no_ranks: bool,
    pub(crate) no_shares: bool,
    pub(crate) set: Vec<(String, String)>,
    pub(crate) json: bool,
    pub(crate) csv: bool,
    pub(crate) spreadsheet: bool,
    pub(crate) charts: Option<PathBuf>,
    pub(crate) html: Option<PathBuf>,
    pub(crate) audit: bool,
    pub(crate) no_audit: bool,
}

/// Reads the arguments after the program's name.
///
/// # Errors
/// Why the arguments are invalid.
pub(crate) fn command(mut arguments: impl Iterator<Item = OsString>) -> Result<Command, String> {
    let mut options = Options::default();
    while let Some(argument) = arguments.next() {
        let text = argument.to_str().unwrap_or_default();
        let (flag, inline) = match text.split_once('=') {
            Some((flag, value)) if flag.starts_with("--") => (flag.to_owned(), Some(value.to_owned())),
            _ => (text.to_owned(), None),
        };
        if flag == "--help" || flag == "-h" {
            return Ok(Command::Help);
        }
        if !flag.starts_with('-') {
            if argument.is_empty() || !options.file.as_os_str().is_empty() {
                return Err(format!("one file at a time, got {:?} too", argument.display()));
            }
            options.file = argument.into();
            continue;
        }
        if let Some(switch) = options.switch(&flag) {
            *switch = true;
            if let Some(value) = inline {
                return Err(format!("{flag} takes no value, got {value:?}"));
            }
            continue;
        }
        options.value(&flag, || match inline {
            Some(value) => Ok(value),
            None => {
                let value = arguments.next().ok_or_else(|| format!("{flag} needs a value"))?;
                value.into_string().map_err(|value| format!("{} is not UTF-8", value.display()))
            }
        })?;
    }
    options.check()?;
    Ok(Command::Run(Box::new(options)))
}

impl Options {
    /// The field of an option without a value.
    fn switch(&mut self, flag: &str) -> Option<&mut bool> {
        Some(match flag {
            "--continuous" => &mut self.continuous,
            "--cross-check" => &mut self.cross_check,
            "--exact" => &mut self.exact,
            "--no-fans" => &mut self.no_fans,
            "--no-ranks" => &mut self.no_ranks,
            "--no-shares" => &mut self.no_shares,
            "--json" => &mut self.json,
            "--csv" => &mut self.csv,
            "--spreadsheet" => &mut self.spreadsheet,
            "--audit" => &mut self.audit,
            "--no-audit" => &mut self.no_audit,
            _ => return None,
        })
    }

    /// Reads an option with a value.
    fn value(&mut self, flag: &str, value: impl FnOnce() -> Result<String, String>) -> Result<(), String> {
        match flag {
            "--paths" => self.paths = Some(whole(flag, &value()?)?),
            "--seed" => self.seed = Some(whole(flag, &value()?)?),
            "--sampling" => self.sampling = Some(sampling(&value()?)?),
            "--until" => self.until = Some(real(flag, &value()?)?),
            "--at-most" => self.at_most = Some(whole(flag, &value()?)?),
            "--confidence" => self.confidence = Some(real(flag, &value()?)?),
            "--threads" => {
                let threads = whole(flag, &value()?)?;
                self.threads =
                    Some(usize::try_from(threads).map_err(|_| format!("--threads: too many, got {threads}"))?);
            }
            "--tolerance" => self.tolerance = Some(real(flag, &value()?)?),
            "--set" => self.set.push(setting(&value()?)?),
            "--charts" => self.charts = Some(value()?.into()),
            "--html" => self.html = Some(value()?.into()),
            _ => return Err(format!("unknown option {flag}")),
        }
        Ok(())
    }

    /// Rejects options that would have no effect beside another one.
    fn check(&self) -> Result<(), String> {
        if self.file.as_os_str().is_empty() {
            return Err("no file given".into());
        }
        let sampled = self.sampled();
        if self.exact && !sampled.is_empty() {
            return Err(format!("--exact runs no paths: leave {} out", sampled.join(", ")));
        }
        let run = [sampled, self.unsampled()].concat();
        if self.audit && !run.is_empty() {
            return Err(format!("--audit runs its own simulations and prints no answer: leave {} out", run.join(", ")));
        }
        let pairs = [
            (self.json && self.csv, "one of --json and --csv at a time"),
            (self.audit && self.no_audit, "one of --audit and --no-audit at a time"),
            (
                self.until.is_some() && self.paths.is_some(),
                "one of --until and --paths at a time; --at-most bounds --until",
            ),
            (self.at_most.is_some() && self.until.is_none(), "--at-most bounds --until: give that too"),
            (self.tolerance.is_some() && !self.exact, "--tolerance is that of --exact: give that too"),
            (self.spreadsheet && !self.csv, "--spreadsheet changes --csv: give that too"),
        ];
        pairs.iter().find(|(is_wrong, _)| *is_wrong).map_or(Ok(()), |(_, message)| Err((*message).to_owned()))
    }

    /// The given options that apply to a simulation only.
    fn sampled(&self) -> Vec<&'static str> {
        given(&[
            ("--paths", self.paths.is_some()),
            ("--seed", self.seed.is_some()),
            ("--sampling", self.sampling.is_some()),
            ("--until", self.until.is_some()),
            ("--at-most", self.at_most.is_some()),
            ("--confidence", self.confidence.is_some()),
            ("--threads", self.threads.is_some()),
            ("--cross-check", self.cross_check),
        ])
    }

    /// The other given options that apply to an answer only.
    fn unsampled(&self) -> Vec<&'static str> {
        given(&[
            ("--exact", self.exact),
            ("--tolerance", self.tolerance.is_some()),
            ("--continuous", self.continuous),
            ("--no-fans", self.no_fans),
            ("--no-ranks", self.no_ranks),
            ("--no-shares", self.no_shares),
            ("--csv", self.csv),
            ("--charts", self.charts.is_some()),
            ("--html", self.html.is_some()),
        ])
    }
}

fn given(options: &[(&'static str, bool)]) -> Vec<&'static str> {
    options.iter().filter(|(_, is_given)| *is_given).map(|(name, _)| *name).collect()
}

fn sampling(text: &str) -> Result<Sampling, String> {
    Ok(match text {
        "plain" => Sampling::Plain,
        "antithetic" => Sampling::Antithetic,
        "sobol" => Sampling::Sobol,
        "importance" => Sampling::Importance,
        "auto" => Sampling::Auto,
        _ => return Err(format!("--sampling must be plain, antithetic, sobol, importance or auto, got {text:?}")),
    })
}

fn real(flag: &str, text: &str) -> Result<f64, String> {
    text.parse().map_err(|_| format!("{flag} wants a number, got {text:?}"))
}

fn whole(flag: &str, text: &str) -> Result<u64, String> {
    exact_whole(text).ok_or_else(|| format!("{flag} wants a whole number, as 250000, 100_000 or 1e6, got {text:?}"))
}

/// `250000`, `100_000`, `1e6`, `2.5e6`: accepted if the value is exactly a whole number.
fn exact_whole(text: &str) -> Option<u64> {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, decimals) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_grouped = |digits: &str| digits.split('_').all(|group| !group.is_empty());
    if !is_grouped(whole) || mantissa.contains('.') && (decimals.is_empty() || decimals.contains('_')) {
        return None;
    }
    let digits = format!("{whole}{decimals}").replace('_', "");
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
    if !is_digits(&digits) || !is_digits(exponent.strip_prefix('+').unwrap_or(exponent)) {
        return None;
    }
    let exponent = exponent.parse::<usize>().ok()?;
    let rest = decimals.trim_end_matches('0').len();
    let power = u32::try_from(exponent.checked_sub(rest)?).ok()?;
    let digits = &digits[..digits.len() - (decimals.len() - rest)];
    digits.parse::<u64>().ok()?.checked_mul(10_u64.checked_pow(power)?)
}

/// Splits at the first `=` outside brackets: names within brackets may hold one.
fn setting(text: &str) -> Result<(String, String), String> {
    let mut depth = 0;
    let split = text.find(|character| {
        match character {
            '[' => depth += 1,
            ']' => depth -= 1,
            _ => {}
        }
        character == '=' && depth == 0
    });
    let (address, value) = split
        .map(|at| (&text[..at], &text[at + 1..]))
        .ok_or_else(|| format!("--set wants ADDRESS=VALUE, got {text:?}"))?;
    Ok((address.trim().into(), value.trim().into()))
}
