//! Any text read as an address is one or an error, and any text set at it is a scenario or an error that names the address.

use std::sync::LazyLock;

use bolero::check;
use outgrow::{Address, Scenario};

use crate::scenario_toml::{explains, is_written};

static SCENARIO: LazyLock<Scenario> =
    LazyLock::new(|| Scenario::from_toml(include_str!("addressed.toml")).expect("a scenario"));

/// The first line is an address, the rest the value as `--set` takes it.
#[test]
fn addresses() {
    check!(name = "addresses").for_each(|bytes: &[u8]| {
        let Ok(text) = std::str::from_utf8(bytes) else { return };
        let (address, value) = text.split_once('\n').unwrap_or((text, "0.5"));
        match address.parse::<Address>() {
            Ok(read) => {
                assert_eq!(read.as_str(), address);
                assert!(read.starts_with(&read));
                assert_eq!(read.to_string().parse::<Address>().expect("an address"), read);
            }
            Err(error) => explains(&error),
        }
        match SCENARIO.with(address, 0.5) {
            Ok(_) => assert!(address.parse::<Address>().is_ok(), "{address:?} was set"),
            Err(error) => explains(&error),
        }
        match SCENARIO.with_toml([(address, value)]) {
            Ok(scenario) => is_written(&scenario),
            Err(error) => explains(&error),
        }
    });
}
