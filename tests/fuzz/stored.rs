//! Any text read as a tally or an outcome is one or an error. What is read is written to the same value, gives its answers, and
//! can be drawn.

use bolero::check;
use outgrow::{Outcome, Tally};

use crate::scenario_answers::drawn;
use crate::scenario_toml::explains;

#[test]
fn stored() {
    check!(name = "stored").for_each(|bytes: &[u8]| {
        if let Ok(tally) = serde_json::from_slice::<Tally>(bytes) {
            let json = serde_json::to_string(&tally).expect("a tally is written");
            let again: Tally = serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error}\n{json}"));
            assert_eq!(serde_json::to_string(&again).expect("a tally is written"), json);
            match tally.outcome() {
                Ok(outcome) => drawn(&outcome),
                Err(error) => explains(&error),
            }
            if let Err(error) = tally.merge(again) {
                explains(&error);
            }
        }
        if let Ok(outcome) = serde_json::from_slice::<Outcome>(bytes) {
            let json = serde_json::to_string(&outcome).expect("an outcome is written");
            let again: Outcome = serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error}\n{json}"));
            assert_eq!(again, outcome, "{json}");
            drawn(&outcome);
        }
    });
}
