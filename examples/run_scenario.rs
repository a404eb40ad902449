//! Reads a scenario file, simulates it, and prints the answers. The command `outgrow run` does the same, with options.
//!
//! `cargo run --release --example run_scenario -- [FILE]`

use std::error::Error;
use std::io::Write;

use outgrow::Scenario;

const CASE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/scenarios/alibaba_vs_google.toml");

fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::args().nth(1).unwrap_or_else(|| CASE.to_owned());
    let scenario = Scenario::from_toml(&std::fs::read_to_string(&file)?)?;
    let outcome = scenario.simulate().paths(100_000).seed(7).run()?;
    writeln!(std::io::stdout(), "{outcome}")?;
    Ok(())
}
