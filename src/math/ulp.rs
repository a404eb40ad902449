//! Test support: reads the committed references and measures errors in units in the last place.

use std::collections::BTreeMap;

/// A function under test, of up to three arguments (a, b, c).
pub(super) type Function<'a> = &'a dyn Fn([f64; 3]) -> f64;

/// One line of a reference file.
pub(super) struct Reference {
    pub(super) function: String,
    region: String,
    pub(super) arguments: [f64; 3],
    /// The nearest double to the exact value, and the difference from it.
    value: f64,
    rest: f64,
}

impl Reference {
    /// Distance of `found` from the exact value, in units in the last place of `value`.
    fn error(&self, found: f64) -> f64 {
        let magnitude = self.value.abs();
        // The spacing below the largest double, where `next_up` would be infinite.
        let unit =
            if magnitude >= f64::MAX { f64::MAX - f64::MAX.next_down() } else { magnitude.next_up() - magnitude };
        // 2²⁰⁰ scales subnormal differences to the normal range.
        let big = if unit < 1e-280 { f64::from_bits((1023 + 200) << 52) } else { 1.0 };
        let error = (((found - self.value) * big - self.rest * big) / (unit * big)).abs();
        if error.is_nan() { f64::INFINITY } else { error }
    }
}

/// The references in `file` under `tests/reference`, or under `$OUTGROW_REFERENCE` to use a denser set.
pub(super) fn references(file: &str) -> Vec<Reference> {
    let committed = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference").to_owned();
    let folder = std::env::var("OUTGROW_REFERENCE").unwrap_or(committed);
    let number = |cell: &str| if cell.is_empty() { f64::NAN } else { cell.parse().unwrap() };
    let mut reader = csv::Reader::from_path(format!("{folder}/{file}")).unwrap();
    reader
        .records()
        .map(|record| {
            let cells = record.unwrap();
            let [a, b, c, value, rest] = [2, 3, 4, 5, 6].map(|at| number(&cells[at]));
            Reference { function: cells[0].into(), region: cells[1].into(), arguments: [a, b, c], value, rest }
        })
        .collect()
}

/// Asserts that the maximum error of each (function, region) of `file` is within `bounds`, which must list them all.
/// Each bound must also be less than 1.5 times the error found, so that the table in the docs stays accurate.
pub(super) fn check(file: &str, functions: &[(&str, Function<'_>)], bounds: &[(&str, &str, f64)]) {
    let mut found: BTreeMap<(String, String), (f64, [f64; 3])> = BTreeMap::new();
    for reference in references(file) {
        let (_, function) = functions.iter().find(|(name, _)| *name == reference.function).unwrap();
        let error = reference.error(function(reference.arguments));
        let worst = found.entry((reference.function, reference.region)).or_insert((-1.0, [0.0; 3]));
        if error > worst.0 {
            *worst = (error, reference.arguments);
        }
    }
    for ((function, region), (error, at)) in &found {
        println!("{function} | {region} | {error:.3} | {at:?}");
    }
    assert_eq!(found.len(), bounds.len(), "regions of {file}");
    for &(function, region, bound) in bounds {
        let (error, at) = found[&(function.to_owned(), region.to_owned())];
        assert!(error <= bound, "{function} ({region}) at {at:?}: {error:.3} ulp, not {bound}");
        assert!(1.5 * error + 0.01 >= bound, "{function} ({region}): {error:.3} ulp, the bound of {bound} is idle");
    }
}

/// Asserts that a slice function has the bits of the scalar function, for all lengths up to 37, every argument of
/// `file`, and special values. NaN results only need to be NaN.
pub(super) fn check_slice(file: &str, scalar: impl Fn(f64) -> f64, slice: impl Fn(&mut [f64])) {
    let special = [0.0, -0.0, 1.0, -1.0, 2.0, -2.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, f64::MAX, f64::MIN];
    let small = [f64::MIN_POSITIVE, -f64::MIN_POSITIVE, 5e-324, -5e-324, f64::EPSILON, 710.0, -746.0, 1e4, -1e4];
    let arguments: Vec<f64> = special
        .into_iter()
        .chain(small)
        .chain(references(file).iter().map(|reference| reference.arguments[0]))
        .collect();
    for length in (0..37).chain([arguments.len()]) {
        for start in [0, 3, arguments.len() - length] {
            let Some(xs) = arguments.get(start..start + length) else { continue };
            let mut found = xs.to_vec();
            slice(&mut found);
            for (x, y) in xs.iter().zip(found) {
                let expected = scalar(*x);
                let same = y.to_bits() == expected.to_bits() || y.is_nan() && expected.is_nan();
                assert!(same, "{length} elements, {x:?}: {y:?}, alone {expected:?}");
            }
        }
    }
}
