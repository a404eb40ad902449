//! Scenarios that combine mixtures, dependence and questions about places, against an independent simulation
//! (`tests/reference/joint.py`).

use std::collections::BTreeMap;
use std::path::Path;

use outgrow::{Outcome, Scenario};

/// Paths for each scenario, whose error is then larger than that of the reference.
const PATHS: u64 = 1 << 17;

#[test]
fn every_probability_is_that_of_the_reference() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference");
    let mut rows = csv::Reader::from_path(folder.join("joint.csv")).expect("a table");
    let mut outcomes: BTreeMap<String, Outcome> = BTreeMap::new();
    let (mut count, mut largest) = (0, 0.0_f64);
    for row in rows.records() {
        let row = row.expect("a row");
        let [file, question, period, probability, error] = [0, 1, 2, 3, 4].map(|column| &row[column]);
        let outcome = outcomes.entry(file.to_owned()).or_insert_with(|| {
            let text = std::fs::read_to_string(folder.join("joint").join(file)).expect("a scenario");
            let scenario = Scenario::from_toml(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
            scenario.simulate().paths(PATHS).seed(1).fans(false).ranks(false).shares(false).run().expect("an outcome")
        });
        let place: usize = question.parse().expect("an index");
        let found = outcome.questions()[place].by(period).expect("a date");
        let [probability, error] = [probability, error].map(|number| number.parse::<f64>().expect("a number"));
        let own = found.standard_error();
        let z = (found.value() - probability) / (own * own + error * error).sqrt();
        // 4 standard errors each: with about 150 probabilities, one seed in a hundred would fail if they were independent.
        assert!(
            z.abs() < 4.0,
            "{file} question {place} by {period}: {found}, not {probability} ± {error} (z = {z:.2})"
        );
        (count, largest) = (count + 1, largest.max(z.abs()));
    }
    println!("{count} probabilities, the largest |z| is {largest:.2}");
    assert!(count > 60 && outcomes.len() >= 6, "{count} probabilities of {} scenarios", outcomes.len());
}
