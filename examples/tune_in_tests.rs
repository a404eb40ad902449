//! Tuning assumptions in tests: change a number by its address, run again, check the answer.
//!
//! `cargo run --release --example tune_in_tests`

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

use outgrow::{Estimate, Scenario, normal};

#[path = "shared/end.rs"]
mod end;

const SCENARIO: &str = include_str!("scenarios/alibaba_vs_google.toml");
const SECOND_YEAR: &str = "provider[Alibaba Cloud].growth.schedule.rates[1]";

fn main() -> ExitCode {
    end::end(print(&mut io::stdout().lock()))
}

fn print(out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let scenario = Scenario::from_toml(SCENARIO)?;

    writeln!(out, "Every number that may be drawn has an address:")?;
    for place in scenario.assumptions() {
        writeln!(out, "  {} = {}", place.address, place.assumption)?;
    }

    // Replace one number by a distribution. All other draws stay the same, so a difference is due to the change alone.
    let slower = scenario.with(SECOND_YEAR, normal(0.40, 0.15))?;
    // Numbers inside distributions have addresses too. Several changes are checked together.
    let surer = scenario
        .with_all([(format!("{SECOND_YEAR}.normal[1]"), 0.05), ("provider[Google Cloud].volatility".into(), 0.05)])?;

    writeln!(out, "\nAlibaba ahead of Google by 2022-Q4")?;
    for (name, scenario) in [("as written", &scenario), ("second year 40 %", &slower), ("less uncertainty", &surer)] {
        writeln!(out, "  {name:<18} {}", by_2022(scenario)?)?;
    }

    // The same seed gives the same answer, so these pass always or never.
    let (written, slowed) = (by_2022(&scenario)?, by_2022(&slower)?);
    assert!(slowed.value() < written.value());
    // The whole interval must lie inside; otherwise the error reports it.
    written.check_within(0.50..=0.85)?;
    let too_narrow = written.check_within(0.10..=0.20).unwrap_err();
    writeln!(out, "\nA check that fails says: {too_narrow}")?;

    // A typing error in an address is an error that suggests the nearest address.
    let unknown = scenario.with("provider[Gogle Cloud].volatility", 0.1).unwrap_err();
    writeln!(out, "An address that is none: {unknown}")?;
    Ok(())
}

fn by_2022(scenario: &Scenario) -> Result<Estimate, outgrow::Error> {
    let outcome = scenario.simulate().paths(50_000).seed(1).fans(false).ranks(false).shares(false).run()?;
    outcome.question("Alibaba Cloud overtakes Google Cloud")?.by("2022-Q4")
}
