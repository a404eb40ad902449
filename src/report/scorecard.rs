//! A back-test as one HTML file.

use super::html::HtmlPage;
use crate::backtest::{Case, ForecasterScores, Scorecard, shown_skill};
use crate::error::Error;
use crate::render::Table;

/// The widths of a chart on wide and narrow windows, in pixels.
const WIDTHS: [u32; 2] = [480, 340];
/// The width of the hedgehog plot on wide windows.
const WIDE: u32 = 720;
/// The number of worst forecasts that are listed.
const WORST: usize = 10;

impl Scorecard {
    /// The scorecard as one HTML file: the scores of all forecasters, the charts of one of them, and its worst forecasts. It
    /// needs no network and no script, and the same scorecard gives the same bytes. Needs the feature `charts`, which is on by default.
    ///
    /// # Errors
    /// If there is no forecaster of this name.
    pub fn html(&self, title: &str, name: &str) -> Result<String, Error> {
        let mut page = HtmlPage::default();
        page.heading(1, title);
        page.paragraph(&self.setting());
        page.answer(&self.answer(name)?);
        page.figures(&self.table());
        page.figure(both(|width| self.skill_chart(width))?.each_ref().map(String::as_str));
        page.heading(2, "Reliability");
        page.paragraph("The line is the frequency of an overtake for each forecast, by isotonic regression; on the diagonal, forecasts are true. Of calibrated forecasts of independent cases, 90 % would lie in the grey band. Cases share names and years, so that the line may leave it by chance. The bars at the bottom count the forecasts.");
        page.figure(both(|width| self.reliability_chart(name, width))?.each_ref().map(String::as_str));
        if self.forecaster(name)?.pit.is_some() {
            page.heading(2, "Bands");
            page.paragraph("Where the log-ratio at the horizon came to lie in the distribution that was forecast. The bars are level if the distributions are right, high at both ends if they are too narrow.");
            page.figure(both(|width| self.pit_chart(name, width))?.each_ref().map(String::as_str));
        }
        page.heading(2, "One pair, from every origin");
        page.paragraph("The forecasts of the outside view for one pair of names, each from what was known at its origin, over what happened. Neighbouring forecasts overlap by years and share what they missed, so that one pair shows what the forecasts look like and not whether they are calibrated.");
        let [wide, narrow] = [self.hedgehog_chart(WIDE)?, self.hedgehog_chart(WIDTHS[1])?];
        page.figure([&wide, &narrow]);
        page.heading(2, "The worst forecasts");
        page.figures(&self.worst_table(name)?);
        Ok(page.finish(title))
    }

    /// How many cases there are, and what happened.
    fn setting(&self) -> String {
        let [overtaken, behind, gone] = self.outcomes();
        let (cases, years) = (self.cases(), self.horizon());
        let label = |case: Option<&Case>| case.map_or_else(String::new, |case| case.pair.base.to_string());
        format!(
            "{} cases from {} origins, {} to {}, each forecast {years} years ahead from what was known then: {overtaken} were overtaken, \
             {behind} were not, and of {gone} one of the two was gone.",
            cases.len(),
            self.origins(),
            label(cases.first()),
            label(cases.last()),
        )
    }

    fn answer(&self, name: &str) -> Result<String, Error> {
        let ForecasterScores { skill, interval: [low, high], top_fifth: [said, was], .. } = self.forecaster(name)?;
        Ok(format!(
            "{name} has a skill of {} ({} to {}) against a random walk without drift. Of the fifth of pairs to \
             which it gave the largest probabilities, {said:.2} on average, {was:.2} were overtaken.",
            shown_skill(*skill),
            shown_skill(*low),
            shown_skill(*high),
        ))
    }

    fn table(&self) -> Table {
        let head = [
            "forecaster",
            "Brier score",
            "skill",
            "90 % interval",
            "top fifth: forecast",
            "observed",
            "80 % band covers",
        ];
        let row = |one: &ForecasterScores| {
            vec![
                one.name.clone(),
                format!("{:.4}", one.brier),
                shown_skill(one.skill),
                format!("{} – {}", shown_skill(one.interval[0]), shown_skill(one.interval[1])),
                format!("{:.2}", one.top_fifth[0]),
                format!("{:.2}", one.top_fifth[1]),
                one.coverage_80.map_or_else(String::new, |share| format!("{:.0} %", 100.0 * share)),
            ]
        };
        Table {
            caption: format!("Scores {} years ahead", self.horizon()),
            head: head.map(str::to_owned).to_vec(),
            rows: self.forecasters().iter().map(row).collect(),
        }
    }

    fn worst_table(&self, name: &str) -> Result<Table, Error> {
        let at = self.forecasters().iter().position(|one| one.name == name).unwrap_or(0);
        let row = |case: &&Case| {
            let Case { pair, gap, outcome, forecasts, .. } = case;
            let group = if pair.group.is_empty() { String::new() } else { format!("{}: ", pair.group) };
            vec![
                format!("{group}{} against {}", pair.challenger, pair.incumbent),
                pair.base.to_string(),
                format!("{:.2}", forecasts[at].overtaken),
                outcome.to_string(),
                format!("{:+.2}", -gap),
                case.log_ratio.map_or_else(String::new, |ratio| format!("{ratio:+.2}")),
            ]
        };
        let head = ["pair", "from", "forecast", "happened", "log-ratio then", "at the horizon"];
        Ok(Table {
            caption: format!("The largest Brier scores of {name}"),
            head: head.map(str::to_owned).to_vec(),
            rows: self.worst(name, WORST)?.iter().map(row).collect(),
        })
    }
}

/// A chart at both widths.
fn both(chart: impl Fn(u32) -> Result<String, Error>) -> Result<[String; 2], Error> {
    let [wide, narrow] = WIDTHS;
    Ok([chart(wide)?, chart(narrow)?])
}
