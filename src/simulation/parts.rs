//! The parts of a tally: the statistics that a scenario and its settings request.

use super::settings::{PartKind, Settings};
use crate::plan::{Measured, Plan};
use crate::random::slot_of;
use crate::scenario::{Question, Scenario};
use crate::statistic::{Counts, Fans, MeasuredFans, OvertakeStatistic, Ranks, Shape, Shares, Statistic};

/// A statistic with its kind and name in the tally.
pub(super) type Listed<'a> = (PartKind, String, Box<dyn Statistic + 'a>);

/// The questions of a scenario: name, the period of each date, and the statistic.
pub(super) fn overtakes(
    scenario: &Scenario,
    plan: &Plan,
    continuous: bool,
) -> Vec<(String, Vec<usize>, OvertakeStatistic)> {
    let overtake = |question: &Question| {
        let row = |name: &str| plan.row_of(scenario, question, name);
        let (challenger, incumbent) = (row(&question.challenger), row(&question.incumbent));
        let dates = scenario.dates(question).at;
        let overtake = OvertakeStatistic {
            challenger,
            incumbent,
            dates: dates.len(),
            // More dates than any horizon has are never reached.
            sustained: u16::try_from(question.sustained).unwrap_or(u16::MAX),
            known: plan.known_lead(challenger, incumbent),
            ahead_at_base: plan.known_lead_at_base(challenger, incumbent),
            between: continuous.then(|| slot_of(&format!("between dates {}", question.title()))),
        };
        (question.title(), dates, overtake)
    };
    scenario.questions().iter().map(overtake).collect()
}

/// The built-in statistics that a scenario and its settings request, in the order of the tally.
pub(super) fn built_in<'a>(scenario: &Scenario, settings: &Settings, plan: &Plan) -> Vec<Listed<'a>> {
    let mut list: Vec<Listed<'a>> = Vec::new();
    for (name, _, overtake) in overtakes(scenario, plan, settings.continuous) {
        list.push((PartKind::Question, name, Box::new(overtake)));
    }
    if settings.fans {
        list.push((PartKind::Fans, String::new(), Box::new(Fans)));
    }
    for measured in &plan.measured {
        list.push((PartKind::Measured, measured.measure.word(), Box::new(MeasuredFans(measured.clone()))));
    }
    if settings.ranks {
        list.push((PartKind::Ranks, String::new(), Box::new(Ranks::new(plan))));
    }
    if settings.shares {
        list.push((PartKind::Shares, String::new(), Box::new(Shares)));
    }
    list
}

/// Empty counts of a statistic of this kind, name and shape.
pub(super) fn empty_counts((kind, name): (PartKind, &str), shape: &Shape, plan: &Plan, plain: bool) -> Counts {
    let histograms = match kind {
        PartKind::Fans => Fans::histograms(plan),
        PartKind::Shares => Shares::histograms(plan),
        PartKind::Measured => measured(plan, name).map_or_else(Vec::new, MeasuredFans::histograms),
        _ => Vec::new(),
    };
    Counts::new(shape, histograms, plain)
}

/// The yearly sums that a part of this name counts.
pub(super) fn measured<'p>(plan: &'p Plan, name: &str) -> Option<&'p Measured> {
    plan.measured.iter().find(|measured| measured.measure.word() == name)
}
