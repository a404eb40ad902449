//! Any text read as a scenario in TOML is a scenario or an error. A scenario can be written and read again to the same value,
//! as TOML and as JSON, and each of its numbers is found and set by its address.

use bolero::check;
use outgrow::{Address, Error, Scenario};

#[test]
fn scenario_toml() {
    check!(name = "scenario_toml").for_each(|bytes: &[u8]| {
        if let Ok(text) = std::str::from_utf8(bytes) {
            holds(Scenario::from_toml(text));
        }
    });
}

/// What is promised of everything that a scenario is read from.
pub(crate) fn holds(read: Result<Scenario, Error>) {
    let scenario = match read {
        Ok(scenario) => scenario,
        Err(error) => return explains(&error),
    };
    is_written(&scenario);
    for (address, value) in scenario.numbers() {
        reads(&address);
        assert!(value.is_finite(), "{address} = {value}");
    }
    for place in scenario.assumptions() {
        reads(&place.address);
        let again = scenario.with(&place.address, place.assumption.clone());
        let again = again.unwrap_or_else(|error| panic!("{} = {}: {error}", place.address, place.assumption));
        assert_eq!(again, scenario, "{}", place.address);
    }
}

/// A scenario is written and read again to the same value.
pub(crate) fn is_written(scenario: &Scenario) {
    let toml = scenario.to_toml().expect("a scenario without closures is written");
    let again = Scenario::from_toml(&toml).unwrap_or_else(|error| panic!("{error}\n{toml}"));
    assert_eq!(again, *scenario, "{toml}");
    let json = serde_json::to_string(scenario).expect("a scenario without closures is written");
    let again = Scenario::from_json(&json).unwrap_or_else(|error| panic!("{error}\n{json}"));
    assert_eq!(again, *scenario, "{json}");
}

fn reads(address: &str) {
    let read: Address = address.parse().unwrap_or_else(|error| panic!("{address}: {error}"));
    assert_eq!(read.as_str(), address);
}

/// An error states problems, each in words.
pub(crate) fn explains(error: &Error) {
    assert!(!error.problems().is_empty(), "an error without a problem");
    for problem in error.problems() {
        assert!(!problem.message.trim().is_empty(), "a problem without words at {:?}", problem.address);
    }
    assert!(!error.to_string().contains('\n') || error.problems().len() > 1, "{error}");
}
