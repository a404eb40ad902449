//! Quantiles against SciPy, and metalogs against Keelin's formulas in Python: `tests/reference/laws.py`.

use super::laws;

/// The error relative to the interquartile range, or to the value far from the median. SciPy's own quantiles of beta
/// and Student-t distributions are accurate to 1e-10.
const TOLERANCE: f64 = 1e-9;

#[test]
fn quantiles_agree_with_the_references() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference/laws.csv");
    let mut reader = csv::Reader::from_path(path).expect("the references");
    let cases = laws();
    let mut checked = 0;
    for record in reader.deserialize::<(String, f64, f64)>() {
        let (law, p, expected) = record.expect("a reference");
        let case = cases.iter().find(|case| case.law.to_string() == law).unwrap_or_else(|| panic!("no case is {law}"));
        let (found, spread) = (case.draw(p), case.draw(0.75) - case.draw(0.25));
        let error = (found - expected).abs() / spread.max((expected - case.draw(0.5)).abs());
        assert!(error <= TOLERANCE, "{law} at {p}: {found:e}, not {expected:e}: {error:e}");
        checked += 1;
    }
    assert_eq!(checked, 15 * 8);
}
