//! Any text read as a scenario in JSON is a scenario or an error, and holds what a scenario in TOML holds.

use bolero::check;
use outgrow::Scenario;

use crate::scenario_toml::holds;

#[test]
fn scenario_json() {
    check!(name = "scenario_json").for_each(|bytes: &[u8]| {
        if let Ok(text) = std::str::from_utf8(bytes) {
            holds(Scenario::from_json(text));
        }
    });
}
