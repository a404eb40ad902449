//! Custom questions: whether a path counts, or which class it belongs to.
//!
//! `cargo run --release --example own_question`

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

use outgrow::{Curve, Period, Provider, Scenario, Tail, When, log_interval, normal};

#[path = "shared/end.rs"]
mod end;

fn main() -> ExitCode {
    end::end(print(&mut io::stdout().lock()))
}

fn print(out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    // A simplified case; examples/scenarios/alibaba_vs_google.toml has the sources.
    let scenario = Scenario::builder("2018-Q1", "2028-Q1")
        .provider(
            Provider::new("Alibaba Cloud", 690e6)
                .growth(Curve::schedule([normal(0.87, 0.10), normal(0.60, 0.15)], Tail::fade(0.12, 2.0)))
                .volatility(0.15),
        )
        .provider(
            Provider::new("Google Cloud", log_interval(1.05e9, 1.45e9))
                .growth(Curve::fade(0.45, 0.12, 4.0))
                .volatility(0.10),
        )
        .correlation("Alibaba Cloud", "Google Cloud", 0.3)
        .build()?;

    let [soon, later]: [Period; 2] = ["2020-Q4".parse()?, "2023-Q4".parse()?];
    let outcome = scenario
        .simulate()
        .paths(200_000)
        .seed(7)
        // Yes or no. `first` is the first quarter that meets the condition, or "not by the horizon", which orders last.
        .event("ten before twenty", ["Alibaba Cloud", "Google Cloud"], |[alibaba, google]| {
            alibaba.first(|revenue| revenue > 2.5e9) < google.first(|revenue| revenue > 5.0e9)
        })
        // One of three classes, numbered from 0.
        .classify("ten a year", ["Alibaba Cloud"], 3, move |[alibaba]| match alibaba.first(|revenue| revenue > 2.5e9) {
            When::At(quarter) if quarter <= soon => 0,
            When::At(quarter) if quarter <= later => 1,
            _ => 2,
        })
        .run()?;

    writeln!(out, "Alibaba at 2.5e9 a quarter before Google is at 5e9: {}", outcome.event("ten before twenty")?)?;
    writeln!(out, "Alibaba reaches 2.5e9 a quarter")?;
    let words = [format!("by {soon}"), format!("later, by {later}"), format!("not by {later}")];
    for (word, share) in words.iter().zip(outcome.classes("ten a year")?) {
        writeln!(out, "  {word:<18} {share}")?;
    }
    Ok(())
}
