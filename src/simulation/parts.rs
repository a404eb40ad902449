//! The parts of a tally: the statistics that a scenario and its settings request.

use super::settings::{PartKind, Settings};
use crate::plan::{Measured, Plan};
use crate::random::slot_of;
use crate::scenario::{Question, Scenario};
use crate::statistic::{Counts, Fans, Laws, MeasuredFans, Other, OvertakeStatistic, Ranks, Shape, Shares, Statistic};

/// A statistic with its kind and name in the tally.
pub(super) type Listed<'a> = (PartKind, String, Box<dyn Statistic + 'a>);

/// The questions of a scenario: name, the period of each date, and the statistic.
pub(super) fn overtakes(
    scenario: &Scenario,
    plan: &Plan,
    continuous: bool,
) -> Vec<(String, Vec<usize>, OvertakeStatistic)> {
    let asked = |question: &Question| {
        (question.title(), scenario.dates(question).at, overtake(scenario, plan, question, continuous))
    };
    scenario.questions().iter().map(asked).collect()
}

/// The statistic of one question.
pub(crate) fn overtake(scenario: &Scenario, plan: &Plan, question: &Question, continuous: bool) -> OvertakeStatistic {
    let challenger = plan.row_of(scenario, question, question.challenger());
    let other = |name: &str| {
        let row = plan.row_of(scenario, question, name);
        let (known, ahead_at_base) = (plan.known_lead(challenger, row), plan.known_lead_at_base(challenger, row));
        Other { row, known, ahead_at_base }
    };
    OvertakeStatistic {
        challenger,
        others: question.others(scenario).into_iter().map(other).collect(),
        places: u16::try_from(question.places()).expect("validated: at most as many places as providers"),
        dates: scenario.dates(question).at.len(),
        // More dates than any horizon has are never reached.
        sustained: u16::try_from(question.sustained).unwrap_or(u16::MAX),
        between: continuous.then(|| slot_of(&format!("between dates {}", question.title()))),
    }
}

/// A mixture that decides a question.
pub(super) struct Deciding {
    /// The name of its part in the tally.
    pub(super) name: String,
    pub(super) draw: usize,
    /// The laws that a path may follow, each by the value of the draw with its probability.
    pub(super) laws: Vec<(f64, f64)>,
}

/// The mixtures that decide a question.
pub(super) fn mixtures(scenario: &Scenario, plan: &Plan, question: &Question) -> Vec<Deciding> {
    let series = question.compared(scenario).into_iter().flat_map(|name| plan.parts_of(plan.row_named(name)));
    let mut draws: Vec<usize> = series.flat_map(|of| plan.growth_draws(of)).collect();
    draws.retain(|draw| plan.draws[*draw].is_pick);
    draws.sort_unstable();
    let mixture = |draw: usize| {
        let laws = plan.quantile(draw).steps().expect("invariant: the law drawn of a mixture is discrete");
        Deciding { name: format!("{} by {}", question.title(), plan.draw_address(draw)), draw, laws }
    };
    draws.into_iter().map(mixture).collect()
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
    for question in scenario.questions() {
        for Deciding { name, draw, laws } in mixtures(scenario, plan, question) {
            let overtake = overtake(scenario, plan, question, settings.continuous);
            let values = laws.into_iter().map(|(value, _)| value).collect();
            list.push((PartKind::Laws, name, Box::new(Laws { overtake, draw, values })));
        }
    }
    list
}

/// Empty counts of a statistic of this kind, name and shape.
pub(super) fn empty_counts((kind, name): (PartKind, &str), shape: &Shape, plan: &Plan, plain: bool) -> Counts {
    let histograms = match kind {
        PartKind::Fans => Fans::histograms(plan),
        PartKind::Shares => Shares::histograms(plan),
        PartKind::Measured => {
            measured(plan, name).map_or_else(Vec::new, |measured| MeasuredFans::histograms(plan, measured))
        }
        _ => Vec::new(),
    };
    Counts::new(shape, histograms, plain)
}

/// The yearly sums that a part of this name counts.
pub(super) fn measured<'p>(plan: &'p Plan, name: &str) -> Option<&'p Measured> {
    plan.measured.iter().find(|measured| measured.measure.word() == name)
}
