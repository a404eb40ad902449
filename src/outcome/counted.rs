//! Converts the counts of a tally to the parts of an outcome.

use super::{Counting, Fan, MeasuredFan, Own, Part, ProviderOutcome, RankTable, ShareFan};
use crate::error::Error;
use crate::plan::Plan;
use crate::simulation::{self, PartKind};

/// The revenue of a provider over years, by measure.
fn measured(
    provider: usize,
    parts: &[simulation::Part],
    plan: &Plan,
    counting: &Counting,
) -> Result<Vec<MeasuredFan>, Error> {
    let counts = parts.iter().filter(|part| part.kind == PartKind::Measured).map(|part| &part.counts);
    let fan = |(measured, counts)| {
        let revenue = Part::Known(Fan::measured(provider, measured, counts, plan, counting)?);
        Ok(MeasuredFan { measure: measured.measure, revenue })
    };
    plan.measured.iter().zip(counts).map(fan).collect()
}

pub(super) fn own(part: &simulation::Part, counting: &Counting) -> Option<Own> {
    let is_own = matches!(part.kind, PartKind::Event | PartKind::Classes | PartKind::Statistic);
    let estimates = |row| part.counts.row(row).iter().map(|hits| counting.estimate(hits)).collect();
    is_own.then(|| Own {
        kind: part.kind,
        name: part.name.clone(),
        rows: (0..part.counts.rows()).map(estimates).collect(),
    })
}

pub(super) fn providers(
    parts: &[simulation::Part],
    plan: &Plan,
    counting: &Counting,
) -> Result<Vec<ProviderOutcome>, Error> {
    let counts = |kind: PartKind| parts.iter().find(|part| part.kind == kind).map(|part| &part.counts);
    let names = plan.rows.names().iter().enumerate();
    names
        .map(|(index, name)| {
            Ok(ProviderOutcome {
                name: name.clone(),
                revenue: counts(PartKind::Fans)
                    .map(|counts| Fan::of(index, counts, plan, counting))
                    .transpose()?
                    .into(),
                rank: counts(PartKind::Ranks).map(|counts| RankTable::of(index, counts, plan, counting)).into(),
                share: counts(PartKind::Shares).map(|counts| ShareFan::of(index, counts, plan, counting)).into(),
                measured: measured(index, parts, plan, counting)?,
            })
        })
        .collect()
}
