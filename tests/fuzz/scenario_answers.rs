//! Any scenario that is read can be simulated, audited, drawn and written, or is refused with a reason. Probabilities lie
//! between 0 and 1, and the outcome that is read back is written to the same text.

use bolero::check;
use outgrow::{Outcome, Scenario};

use crate::scenario_toml::explains;

/// Larger scenarios take too long: the number of dates and of providers.
const MOST: (usize, usize) = (48, 5);

#[test]
fn scenario_answers() {
    check!(name = "scenario_answers").for_each(|bytes: &[u8]| {
        let Ok(text) = std::str::from_utf8(bytes) else { return };
        let Ok(scenario) = Scenario::from_toml(text) else { return };
        if scenario.periods() > MOST.0 || scenario.providers().len() > MOST.1 {
            return;
        }
        if let Err(error) = scenario.quick_audit() {
            explains(&error);
        }
        match scenario.simulate().paths(128).seed(1).threads(1).run() {
            Ok(outcome) => answers(&outcome),
            Err(error) => explains(&error),
        }
    });
}

pub(crate) fn answers(outcome: &Outcome) {
    for question in outcome.questions() {
        for (_, estimate) in question.iter_by().chain(question.iter_ahead()) {
            let (low, high) = estimate.interval();
            assert!((0.0..=1.0).contains(&estimate.value()), "{question}");
            assert!(0.0 <= low && low <= high && high <= 1.0, "{question}");
            assert!(estimate.standard_error() >= 0.0, "{question}");
        }
        assert!(!question.to_string().contains("NaN"), "{question}");
    }
    let json = serde_json::to_string(outcome).expect("an outcome is written");
    let again: Outcome = serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error}\n{json}"));
    assert_eq!(serde_json::to_string(&again).expect("an outcome is written"), json);
    drawn(outcome);
}

/// Tables and charts are text without NaN, or refused with a reason.
pub(crate) fn drawn(outcome: &Outcome) {
    for table in [outcome.to_csv(), outcome.to_markdown(), outcome.to_string()] {
        assert!(!table.contains("NaN"), "{table}");
    }
    let chart = outcome.chart();
    let mut charts = vec![chart.fan(), chart.ranks(), chart.shares()];
    for question in outcome.questions() {
        let name = question.name();
        charts.extend([chart.overtake(name), chart.date(name), chart.dots(name)]);
    }
    for chart in charts {
        match chart {
            Ok(svg) => assert!(!svg.contains("NaN") && !svg.contains("\"inf"), "{svg}"),
            Err(error) => explains(&error),
        }
    }
}
