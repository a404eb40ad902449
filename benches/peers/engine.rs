//! The engine's part of `compare.py`: the work of `hot_loop`'s entry `fixed` once, on one thread.
//!
//! Prints the share of paths that are never ahead; the caller measures the time.

use outgrow::{Curve, Error, Provider, Question, Scenario};

/// The default number of paths, as under a plain `cargo bench`.
const PATHS: u64 = 1 << 16;

fn main() -> Result<(), Error> {
    let asked = std::env::args().nth(1).and_then(|argument| argument.parse().ok());
    let provider = |name, revenue: f64, rate: f64, volatility: f64| {
        Provider::new(name, revenue).growth(Curve::constant(rate)).volatility(volatility)
    };
    let scenario = Scenario::builder("2018-Q1", "2028-Q1")
        .provider(provider("a", 690.0, 0.50, 0.15))
        .provider(provider("b", 1100.0, 0.35, 0.10))
        .correlation("a", "b", 0.3)
        .question(Question::overtakes("a", "b"))
        .build()?;
    let simulation =
        scenario.simulate().paths(asked.unwrap_or(PATHS)).threads(1).fans(false).ranks(false).shares(false);
    println!("{}", simulation.run()?.overtake("a", "b")?.not_by_horizon().value());
    Ok(())
}
