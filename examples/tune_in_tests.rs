//! Tuning assumptions, as one does in tests: change a number by its address, run again, check the answer.
//!
//! `cargo run --release --example tune_in_tests`

use outgrow::{Error, Estimate, Scenario, normal};

const SCENARIO: &str = include_str!("scenarios/alibaba_vs_google.toml");
const SECOND_YEAR: &str = "provider[Alibaba Cloud].growth.schedule.rates[1]";

fn main() -> Result<(), Error> {
    let scenario = Scenario::from_toml(SCENARIO)?;

    println!("Every number that may be drawn has an address:");
    for place in scenario.assumptions() {
        println!("  {} = {}", place.address, place.assumption);
    }

    // One number, replaced by a distribution. All other draws stay as they were, so a difference is due to the change alone.
    let slower = scenario.with(SECOND_YEAR, normal(0.40, 0.15))?;
    // Numbers inside distributions have addresses too. Several changes are checked together.
    let surer = scenario
        .with_all([(format!("{SECOND_YEAR}.normal[1]"), 0.05), ("provider[Google Cloud].volatility".into(), 0.05)])?;

    println!("\nAlibaba ahead of Google by 2022-Q4");
    for (name, scenario) in [("as written", &scenario), ("second year 40 %", &slower), ("less uncertainty", &surer)] {
        println!("  {name:<18} {}", by_2022(scenario)?);
    }

    // The same seed gives the same answer, so these hold every time or never.
    let (written, slowed) = (by_2022(&scenario)?, by_2022(&slower)?);
    assert!(slowed.value() < written.value());
    // The whole interval must lie inside; else the error says what it was.
    written.check_within(0.50..=0.85)?;
    let too_narrow = written.check_within(0.10..=0.20).unwrap_err();
    println!("\nA check that fails says: {too_narrow}");

    // A typing error in an address is an error that names the nearest.
    let unknown = scenario.with("provider[Gogle Cloud].volatility", 0.1).unwrap_err();
    println!("An address that is none: {unknown}");
    Ok(())
}

fn by_2022(scenario: &Scenario) -> Result<Estimate, Error> {
    let outcome = scenario.simulate().paths(50_000).seed(1).fans(false).ranks(false).shares(false).run()?;
    outcome.question("Alibaba Cloud overtakes Google Cloud")?.by("2022-Q4")
}
