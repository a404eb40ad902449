//! How the values of options are read.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use outgrow::fit::GrowthLaw;
use outgrow::{Date, Measure, Period, Sampling};
use serde::{Deserialize, Serialize};

/// More threads than any processor has cores would only take memory.
const MOST_THREADS: u64 = 1024;

/// A message that lists missing shards stays short, and each shard has work.
const MOST_SHARDS: u64 = 100_000;

const SAMPLINGS: [(&str, Sampling); 5] = [
    ("plain", Sampling::Plain),
    ("antithetic", Sampling::Antithetic),
    ("sobol", Sampling::Sobol),
    ("importance", Sampling::Importance),
    ("auto", Sampling::Auto),
];

/// A measure of `--fans-of`, with the word it was given by.
#[derive(Clone)]
pub(crate) struct YearsOption {
    pub(crate) word: String,
    pub(crate) measure: Measure,
}

pub(crate) fn law() -> impl TypedValueParser<Value = GrowthLaw> {
    PossibleValuesParser::new(GrowthLaw::ALL.map(GrowthLaw::key)).try_map(|key| key.parse())
}

pub(crate) fn sampling() -> impl TypedValueParser<Value = Sampling> {
    let named =
        |name: String| SAMPLINGS.iter().find(|(known, _)| *known == name).expect("one of the possible values").1;
    PossibleValuesParser::new(SAMPLINGS.map(|(name, _)| name)).map(named)
}

pub(crate) fn years(text: &str) -> Result<YearsOption, String> {
    let measure = match text.split_once('=') {
        None if text == "trailing" => Some(Measure::Trailing),
        None if text == "annual" => Some(Measure::Annual),
        Some(("fiscal_year_ending", month)) => month.parse().ok().map(Measure::FiscalYearEnding),
        _ => None,
    };
    let measure = measure.ok_or("must be trailing, annual or fiscal_year_ending=MONTH, with a month from 1 to 12")?;
    Ok(YearsOption { word: text.replace(['=', '_'], "-"), measure })
}

pub(crate) fn period(text: &str) -> Result<Period, outgrow::Error> {
    text.parse()
}

pub(crate) fn date(text: &str) -> Result<Date, outgrow::Error> {
    text.parse()
}

pub(crate) fn real(text: &str) -> Result<f64, String> {
    text.parse().map_err(|_| {
        let point = text.replacen(',', ".", 1);
        let hint = if point.parse::<f64>().is_ok() {
            format!("with a decimal point: {point}")
        } else {
            "as 0.001 or 1e-3".to_owned()
        };
        format!("must be a number, {hint}")
    })
}

pub(crate) fn whole(text: &str) -> Result<u64, String> {
    exact_whole(text).ok_or_else(|| "must be a whole number below 2^64, as 250000, 100_000 or 1e6".to_owned())
}

/// One of the equal parts of a run, numbered from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Shard {
    pub(crate) index: u64,
    pub(crate) of: u64,
}

impl Shard {
    /// The whole.
    pub(crate) const WHOLE: Self = Self { index: 0, of: 1 };

    /// Its part of a number of things.
    pub(crate) fn range(self, count: u64) -> Range<u64> {
        let cut = |index: u64| {
            let cut = u128::from(count) * u128::from(index) / u128::from(self.of);
            u64::try_from(cut).expect("at most the whole")
        };
        cut(self.index)..cut(self.index + 1)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.of)
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text.split_once('/').and_then(|(index, of)| Some((index.parse().ok()?, of.parse().ok()?)));
        match numbers {
            Some((index, of)) if index < of && of <= MOST_SHARDS => Ok(Self { index, of }),
            Some((_, of)) if (1..=MOST_SHARDS).contains(&of) => Err(format!("must be from 0/{of} to {}/{of}", of - 1)),
            _ => Err(format!("must be a shard and the number of shards, at most {MOST_SHARDS}, as 0/64 to 63/64")),
        }
    }
}

impl TryFrom<String> for Shard {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse().map_err(|message| format!("shard: {message}, got {text:?}"))
    }
}

impl From<Shard> for String {
    fn from(shard: Shard) -> Self {
        shard.to_string()
    }
}

pub(crate) fn shard(text: &str) -> Result<Shard, String> {
    text.parse()
}

/// Seconds between two checkpoints.
pub(crate) fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = real(text).ok().filter(|seconds| (0.1..=86_400.0).contains(seconds));
    seconds.map(Duration::from_secs_f64).ok_or_else(|| "must be a number of seconds, from 0.1 to 86400".to_owned())
}

pub(crate) fn threads(text: &str) -> Result<usize, String> {
    let count = whole(text).ok().filter(|count| (1..=MOST_THREADS).contains(count));
    let count = count.and_then(|count| usize::try_from(count).ok());
    count
        .ok_or_else(|| format!("must be a whole number from 1 to {MOST_THREADS}; without --threads all cores are used"))
}

/// `250000`, `100_000`, `1e6`, `2.5e6`: only what is exactly a whole number; nothing is rounded.
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

/// Splits at the first `=` outside brackets, since a name in brackets may contain one.
pub(crate) fn setting(text: &str) -> Result<(String, String), String> {
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
        .ok_or_else(|| "must be ADDRESS=VALUE, as 'provider[A].volatility=0.2'".to_owned())?;
    Ok((address.trim().into(), value.trim().into()))
}
