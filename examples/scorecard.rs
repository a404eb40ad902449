//! Are the probabilities true? Two panels are back-tested, each also with the reference class of the other, and pooled.
//!
//! `cargo run --release --features history --example scorecard -- PANEL.csv FIRST PANEL2.csv FIRST2`
//!
//! FIRST is the first origin that is scored, such as 1972.
//!
//! The guide `backtest` says where two public panels are from. They are not part of this repository.

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

use outgrow::History;
use outgrow::backtest::Scorecard;
use outgrow::scores::{deciles, top_share};

#[path = "shared/end.rs"]
mod end;
use end::{end, fail};

const YEARS: u32 = 5;
/// The probability above which the audit finds a scenario more certain than history.
const CERTAIN: f64 = 0.85;
const VIEWS: [&str; 3] = ["outside_view", "outside_view_other_panel", "outside_view_defaults"];

fn main() -> ExitCode {
    let files: Vec<String> = std::env::args().skip(1).collect();
    match files.as_slice() {
        [one, first, other, first_of_other] => {
            end(print(&mut io::stdout().lock(), [(one, first), (other, first_of_other)]))
        }
        _ => fail(2, "usage: scorecard PANEL.csv FIRST PANEL2.csv FIRST2"),
    }
}

fn print(out: &mut impl Write, asked: [(&String, &String); 2]) -> Result<(), Box<dyn Error>> {
    let [one, other] = [History::from_csv_file(asked[0].0)?, History::from_csv_file(asked[1].0)?];
    let mut cards = Vec::new();
    for ((file, first), panel, other) in [(asked[0], &one, &other), (asked[1], &other, &one)] {
        let card = panel.backtest().horizon(YEARS).first_origin(first.parse()?).other_panel(other).run()?;
        writeln!(out, "{file}\n{card}")?;
        cards.push(card);
    }
    writeln!(out, "Both panels with equal weight, {YEARS} years ahead\n")?;
    writeln!(
        out,
        "  {:<26}{:>9}   {:<18}{:<32}largest gap of a decile",
        "", "skill", "90 % interval", "top fifth: forecast, observed"
    )?;
    for name in VIEWS {
        let (skill, [low, high]) = mean_skill(&cards, name)?;
        let interval = format!("{low:+.3} to {high:+.3}");
        let (mut tops, mut forecasts, mut happened, mut weights) = ([0.0; 2], Vec::new(), Vec::new(), Vec::new());
        for card in &cards {
            let (said, was) = card.probabilities(name)?;
            for (sum, one) in tops.iter_mut().zip(top_share(&said, &was, 0.2)?) {
                *sum += one / 2.0;
            }
            weights.extend(said.iter().map(|_| 1.0 / said.len() as f64));
            forecasts.extend(said);
            happened.extend(was);
        }
        let tenths = deciles(&forecasts, &happened, Some(&weights))?;
        let gap = tenths.iter().map(|one| (one.forecast - one.frequency).abs()).fold(0.0, f64::max);
        let top = format!("{:.2}, {:.2}", tops[0], tops[1]);
        writeln!(out, "  {name:<26}{skill:>+9.3}   {interval:<18}{top:<32}{gap:.3}")?;
        if name == VIEWS[0] {
            let said: Vec<String> = tenths.iter().map(|one| format!("{:5.3}", one.forecast)).collect();
            let was: Vec<String> = tenths.iter().map(|one| format!("{:5.3}", one.frequency)).collect();
            writeln!(out, "    forecast {}\n    observed {}", said.join(" "), was.join(" "))?;
        }
    }
    let [said, was] = certain(&cards)?;
    writeln!(out, "\n  past_drift above {CERTAIN}: forecast {said:.2}, observed {was:.2}")?;
    Ok(())
}

/// The mean forecast and the frequency where past drift was nearly certain, with equal weight of the panels.
fn certain(cards: &[Scorecard]) -> Result<[f64; 2], outgrow::Error> {
    let mut means = [0.0; 2];
    for card in cards {
        let (said, was) = card.probabilities("past_drift")?;
        let chosen: Vec<(f64, bool)> = said.into_iter().zip(was).filter(|(p, _)| *p > CERTAIN).collect();
        let share = 1.0 / (chosen.len() * cards.len()) as f64;
        for (p, y) in chosen {
            means[0] += share * p;
            means[1] += share * f64::from(u8::from(y));
        }
    }
    Ok(means)
}

/// The mean of the skills of the panels, and its 90 % interval over independent replicates of both.
fn mean_skill(cards: &[Scorecard], name: &str) -> Result<(f64, [f64; 2]), outgrow::Error> {
    let mut mean = 0.0;
    let mut sums: Vec<f64> = Vec::new();
    for (number, card) in cards.iter().enumerate() {
        let (losses, baseline) = (card.losses(name)?, card.losses("no_drift")?);
        let sum = |weights: &[f64], of: &[f64]| weights.iter().zip(of).map(|(w, x)| w * x).sum::<f64>();
        let mut replicates =
            card.clusters()?.replicates(|weights| 1.0 - sum(weights, &losses) / sum(weights, &baseline));
        // All panels have the same seed: a shift makes their replicates independent.
        let shift = 317 * number % replicates.len();
        replicates.rotate_left(shift);
        mean += card.forecaster(name)?.skill / cards.len() as f64;
        sums.resize(replicates.len(), 0.0);
        for (sum, one) in sums.iter_mut().zip(replicates) {
            *sum += one / cards.len() as f64;
        }
    }
    sums.sort_by(f64::total_cmp);
    Ok((mean, [sums[sums.len() / 20], sums[sums.len() - 1 - sums.len() / 20]]))
}
