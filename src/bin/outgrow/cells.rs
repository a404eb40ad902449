//! The cells of a sweep: a grid of values, or the rows of a table.

use std::fs::File;
use std::io::{BufReader, Read};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use outgrow::Scenario;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::part::Digest;

/// The values of one cell after the other.
type CellValues<'a> = dyn Iterator<Item = Result<Vec<String>, Failure>> + 'a;

/// The most cells of a sweep.
const MOST_CELLS: u64 = 1_000_000_000;
/// Values of one axis that are checked before the first answer.
const MOST_CHECKED: u64 = 1000;

/// The values of one number of a grid.
pub(crate) struct Axis {
    pub(crate) address: String,
    values: Values,
}

enum Values {
    List(Vec<String>),
    /// From the first number by equal steps; all are written with this number of decimals.
    Range {
        first: f64,
        step: f64,
        count: u64,
        decimals: usize,
    },
}

impl Axis {
    /// The values of `-L ADDRESS a,b,c`; commas within brackets and quotes separate no values.
    pub(crate) fn list(address: &str, text: &str) -> Result<Self, String> {
        let values = split(text);
        if let Some(place) = values.iter().position(String::is_empty) {
            return Err(format!("-L {address}: value {} of {text:?} is empty", place + 1));
        }
        let is_text = |value: &&String| value.contains(['"', '\'', '{', '[']);
        if let Some(value) = values.iter().filter(|value| !is_text(value)).find(|value| value.contains([';', ' '])) {
            return Err(format!(
                "-L {address}: {value:?} is no value; commas separate values, and a number has a decimal point"
            ));
        }
        let number = |text: &String| text.parse::<f64>().ok();
        let is_same = |one: &String, other: &String| {
            one == other
                || matches!((number(one), number(other)), (Some(one), Some(other)) if one.total_cmp(&other).is_eq())
        };
        let is_known = |place: &usize| values[..*place].iter().any(|earlier| is_same(earlier, &values[*place]));
        if let Some(place) = (1..values.len()).find(is_known) {
            let twice = &values[place];
            return Err(format!(
                "-L {address}: {twice} is listed twice in {text:?}; a number has a decimal point, not a comma"
            ));
        }
        Ok(Self { address: address.to_owned(), values: Values::List(values) })
    }

    /// The values of `-P ADDRESS MIN MAX -D STEP`, with both ends where the steps meet the second.
    pub(crate) fn range(address: &str, [first, last, step]: [f64; 3]) -> Result<Self, String> {
        let fault = |message: String| Err(format!("-P {address}: {message}"));
        if !(first <= last && first.is_finite() && last.is_finite()) {
            return fault(format!(
                "the first of two finite numbers must not exceed the second, got {first} and {last}"
            ));
        }
        if !(step > 0.0 && step.is_finite()) {
            return fault(format!("the step must be above 0 and finite, got {step}"));
        }
        // A sum of steps may fall short of the end by its rounding.
        let steps = ((last - first) / step * (1.0 + 1e-12)).floor();
        if !(steps < MOST_CELLS as f64) {
            return fault(format!("steps of {step} give more than {MOST_CELLS} values"));
        }
        let decimals =
            [first, step].map(|number| number.to_string().split_once('.').map_or(0, |(_, digits)| digits.len()));
        let (count, decimals) = (whole(steps) + 1, decimals[0].max(decimals[1]));
        Ok(Self { address: address.to_owned(), values: Values::Range { first, step, count, decimals } })
    }

    fn len(&self) -> u64 {
        match &self.values {
            Values::List(values) => values.len() as u64,
            Values::Range { count, .. } => *count,
        }
    }

    fn value(&self, index: u64) -> String {
        match &self.values {
            Values::List(values) => values[usize::try_from(index).expect("below the length")].clone(),
            Values::Range { first, step, decimals, .. } => {
                let value = format!("{:.decimals$}", first + step * index as f64);
                // Without the noise of the sum, and as a number of TOML.
                value.parse::<f64>().map_or(value, |number| format!("{number:?}"))
            }
        }
    }

    fn description(&self) -> Value {
        match &self.values {
            Values::List(values) => json!({ "address": self.address, "values": values }),
            Values::Range { first, step, count, .. } => {
                json!({ "address": self.address, "first": first, "step": step, "count": count })
            }
        }
    }
}

/// All cells.
pub(crate) enum Cells {
    /// The last axis varies fastest.
    Grid(Vec<Axis>),
    Table {
        file: PathBuf,
        addresses: Vec<String>,
        count: u64,
        digest: String,
        /// The first row and the last one.
        ends: [Vec<String>; 2],
    },
}

impl Cells {
    pub(crate) fn grid(axes: Vec<Axis>) -> Result<Self, String> {
        for (place, axis) in axes.iter().enumerate() {
            if axes[..place].iter().any(|earlier| earlier.address == axis.address) {
                return Err(format!("{} is varied twice", axis.address));
            }
        }
        let count = axes.iter().try_fold(1_u64, |product, axis| product.checked_mul(axis.len()));
        match count.filter(|count| *count <= MOST_CELLS) {
            Some(_) => Ok(Self::Grid(axes)),
            None => Err(format!("the grid has more than {MOST_CELLS} cells")),
        }
    }

    /// The rows of a CSV file whose columns are addresses. The file is read once to count them, and again by
    /// [`from`](Self::from).
    pub(crate) fn table(file: &Path) -> Result<Self, Failure> {
        let mut digested = Digested { file: open(file)?, digest: Digest::default() };
        let mut reader = records(&mut digested);
        let invalid = |message: String| Failure::invalid(format!("{}: {message}", file.display()));
        let header = reader.headers().map_err(|error| invalid(error.to_string()))?;
        let addresses: Vec<String> = header.iter().map(|name| name.trim_start_matches('\u{feff}').to_owned()).collect();
        if let [only] = &addresses[..]
            && only.split(';').skip(1).any(|rest| rest.contains('['))
        {
            return Err(invalid(format!("has one column, {only:?}: separate columns by commas, not by semicolons")));
        }
        for (place, address) in addresses.iter().enumerate() {
            if address.is_empty() {
                return Err(invalid(format!(
                    "column {} has no address; the first row names what each column sets",
                    place + 1
                )));
            }
            if addresses[..place].contains(address) {
                return Err(invalid(format!("{address} is the head of two columns")));
            }
        }
        let mut count = 0;
        let mut record = csv::StringRecord::new();
        let [mut first, mut last] = [csv::StringRecord::new(), csv::StringRecord::new()];
        while reader.read_record(&mut record).map_err(|error| invalid(error.to_string()))? {
            count += 1;
            if count > MOST_CELLS {
                return Err(invalid(format!("has more than {MOST_CELLS} rows")));
            }
            if let Some(column) = record.iter().position(str::is_empty) {
                return Err(invalid(format!("row {count} has no value for {}", addresses[column])));
            }
            if count == 1 {
                first.clone_from(&record);
            }
            std::mem::swap(&mut record, &mut last);
        }
        drop(reader);
        if count == 0 {
            return Err(invalid("has no row below its head".to_owned()));
        }
        let ends = [first, last].map(|record| record.iter().map(str::to_owned).collect());
        Ok(Self::Table { file: file.to_owned(), addresses, count, digest: digested.digest.text(), ends })
    }

    pub(crate) fn addresses(&self) -> Vec<String> {
        match self {
            Self::Grid(axes) => axes.iter().map(|axis| axis.address.clone()).collect(),
            Self::Table { addresses, .. } => addresses.clone(),
        }
    }

    pub(crate) fn len(&self) -> u64 {
        match self {
            Self::Grid(axes) => axes.iter().map(Axis::len).product(),
            Self::Table { count, .. } => *count,
        }
    }

    /// What the cells are, to compare two sweeps.
    pub(crate) fn description(&self) -> Value {
        match self {
            Self::Grid(axes) => axes.iter().map(Axis::description).collect(),
            Self::Table { addresses, count, digest, .. } => {
                json!({ "addresses": addresses, "rows": count, "digest": digest })
            }
        }
    }

    /// The ranges of two numbers that the cells lie in.
    pub(crate) fn ranges(&self) -> Result<[(String, RangeInclusive<f64>); 2], &'static str> {
        let Self::Grid(axes) = self else { return Err("the cells must be a grid") };
        let [first, second] = &axes[..] else { return Err("the grid must have two axes") };
        let range = |axis: &Axis| {
            let ends = match &axis.values {
                Values::List(values) => {
                    let numbers = values.iter().map(|value| value.parse::<f64>().ok()).collect::<Option<Vec<f64>>>();
                    numbers.map(|numbers| {
                        let low = numbers.iter().copied().fold(f64::INFINITY, f64::min);
                        (low, numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max))
                    })
                }
                Values::Range { first, .. } => axis.value(axis.len() - 1).parse().ok().map(|last| (*first, last)),
            };
            let ends = ends.filter(|(low, high)| low < high).ok_or("each axis must have two or more numbers")?;
            Ok((axis.address.clone(), ends.0..=ends.1))
        };
        Ok([range(first)?, range(second)?])
    }

    /// Checks the values of each axis alone, so that a wrong one is found before hours of work.
    pub(crate) fn check(&self, scenario: &Scenario) -> Result<(), outgrow::Error> {
        let Self::Grid(axes) = self else { return Ok(()) };
        for axis in axes {
            let checked = axis.len().min(MOST_CHECKED);
            for index in (0..checked).chain([axis.len() - 1]) {
                scenario.with_toml([(&axis.address, axis.value(index))]).map(drop)?;
            }
        }
        Ok(())
    }

    /// The values of the first cell and of the last one.
    pub(crate) fn ends(&self) -> [Vec<String>; 2] {
        match self {
            Self::Grid(axes) => [0, self.len() - 1].map(|cell| of_grid(axes, cell)),
            Self::Table { ends, .. } => ends.clone(),
        }
    }

    /// The values of every cell from `first` on.
    pub(crate) fn from(&self, first: u64) -> Result<Box<CellValues<'_>>, Failure> {
        match self {
            Self::Grid(axes) => Ok(Box::new((first..self.len()).map(|cell| Ok(of_grid(axes, cell))))),
            Self::Table { file, .. } => {
                let reader = records(open(file)?);
                let skipped = usize::try_from(first).unwrap_or(usize::MAX);
                let values = |record: csv::Result<csv::StringRecord>| match record {
                    Ok(record) => Ok(record.iter().map(str::to_owned).collect()),
                    Err(error) => Err(Failure::invalid(format!("{}: {error}", file.display()))),
                };
                Ok(Box::new(reader.into_records().skip(skipped).map(values)))
            }
        }
    }
}

/// The values of one cell of a grid.
fn of_grid(axes: &[Axis], mut cell: u64) -> Vec<String> {
    let mut values: Vec<String> = Vec::with_capacity(axes.len());
    for axis in axes.iter().rev() {
        values.push(axis.value(cell % axis.len()));
        cell /= axis.len();
    }
    values.reverse();
    values
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most a billion, and not negative")]
fn whole(steps: f64) -> u64 {
    steps as u64
}

/// The records of a table, without the blanks around their fields.
fn records<R: Read>(table: R) -> csv::Reader<BufReader<R>> {
    csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(BufReader::new(table))
}

fn open(file: &Path) -> Result<File, Failure> {
    File::open(file).map_err(|error| Failure::invalid(format!("{}: {error}", file.display())))
}

/// A file whose bytes are digested as they are read.
struct Digested {
    file: File,
    digest: Digest,
}

impl Read for Digested {
    fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
        let read = self.file.read(bytes)?;
        self.digest.add(&bytes[..read]);
        Ok(read)
    }
}

/// Splits at commas outside brackets and quotes.
fn split(text: &str) -> Vec<String> {
    let (mut depth, mut quote) = (0, None);
    let mut values = vec![String::new()];
    for character in text.chars() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(character),
            (None, '[' | '{') => depth += 1,
            (None, ']' | '}') => depth -= 1,
            (None, ',') if depth == 0 => {
                values.push(String::new());
                continue;
            }
            (None, _) => {}
        }
        values.last_mut().expect("never empty").push(character);
    }
    values.iter().map(|value| value.trim().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(axis: &Axis) -> Vec<String> {
        (0..axis.len()).map(|index| axis.value(index)).collect()
    }

    #[test]
    fn steps_have_no_noise_and_reach_the_end() {
        let range = |numbers| values(&Axis::range("a", numbers).expect("valid"));
        assert_eq!(range([0.1, 0.7, 0.2]), ["0.1", "0.3", "0.5", "0.7"]);
        assert_eq!(range([1.0, 2.0, 0.3]), ["1.0", "1.3", "1.6", "1.9"]);
        assert_eq!(range([-0.1, 0.1, 0.1]), ["-0.1", "0.0", "0.1"]);
        assert_eq!(range([1e9, 2e9, 5e8]), ["1000000000.0", "1500000000.0", "2000000000.0"]);
        assert_eq!(range([5.0, 5.0, 1.0]), ["5.0"]);
        assert_eq!(Axis::range("a", [0.0, 1.0, 1e-4]).expect("valid").len(), 10_001);
        for wrong in [[1.0, 0.0, 0.1], [0.0, 1.0, 0.0], [0.0, 1.0, -1.0], [0.0, f64::NAN, 0.1], [0.0, 1.0, 1e-12]] {
            assert!(Axis::range("a", wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn commas_within_brackets_separate_nothing() {
        assert_eq!(split("1, 2,3"), ["1", "2", "3"]);
        assert_eq!(split("{ normal = [0.5, 0.1] }, 0.4"), ["{ normal = [0.5, 0.1] }", "0.4"]);
        assert_eq!(split("\"a,b\",'c'"), ["\"a,b\"", "'c'"]);
    }

    #[test]
    fn the_last_axis_varies_fastest() {
        let list = |address: &str, text: &str| Axis::list(address, text).expect("valid");
        let cells = Cells::grid(vec![list("a", "1,2"), list("b", "3,4,5")]).expect("valid");
        let all: Vec<Vec<String>> = cells.from(0).expect("a grid").map(|values| values.expect("valid")).collect();
        assert_eq!(all.len(), 6);
        assert_eq!([&all[1][..], &all[3]], [["1", "4"], ["2", "3"]]);
        assert!(Cells::grid(vec![list("a", "1"), list("a", "2")]).is_err());
    }
}
