//! Validates a tally that is read from a file.

use serde::{Deserialize, Deserializer, de};

use super::parts::{built_in, empty_counts};
use super::settings::{PartCounts, Settings};
use super::tally::Tally;
use crate::error::{Error, Kind};
use crate::outcome::Build;
use crate::paths::Sampling;
use crate::scenario::Scenario;
use crate::statistic::Totals;

/// A deserialized tally, before its parts are checked for consistency.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Untrusted {
    build: Build,
    scenario: Scenario,
    settings: Settings,
    groups: Vec<(u64, u64)>,
    parts: Vec<PartCounts>,
    #[serde(default)]
    totals: Option<Totals>,
}

impl<'de> Deserialize<'de> for Tally {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Untrusted::deserialize(deserializer)?.try_into().map_err(de::Error::custom)
    }
}

impl TryFrom<Untrusted> for Tally {
    type Error = Error;

    fn try_from(untrusted: Untrusted) -> Result<Self, Error> {
        let Untrusted { build, scenario, settings, groups, mut parts, totals } = untrusted;
        let mut problems = settings.problems();
        problems.extend(settings.between_faults(&scenario));
        problems.extend(settings.measure_faults(&scenario));
        if !problems.is_empty() {
            return Err(Error::of(Kind::Invalid, "tally", problems));
        }
        let refuse = |address: &str, message: &str| Err(Error::invalid("tally", address, message));
        let here = Build::of_this_crate();
        if build != here {
            return refuse("build", &format!("a tally {build} cannot be used by a build {here}: run it again"));
        }
        let in_order = groups.windows(2).all(|pair| pair[0].1 < pair[1].0);
        let within = groups.iter().all(|(from, to)| from < to && *to <= settings.groups());
        if !(in_order && within) {
            return refuse("groups", "ranges of groups must be in order, disjoint and within the run");
        }
        if !fits(&mut parts, &scenario, &settings)? {
            return refuse("parts", "the counts do not match the scenario's questions and the run's settings");
        }
        let tally = Self { build, scenario, settings, groups, parts, totals };
        if !tally.has_totals() {
            return refuse("totals", "the totals do not match the paths and the sampling");
        }
        if !tally.parts.iter().all(|part| part.counts.holds(tally.paths(), tally.totals())) {
            return refuse("parts", "every row must count each path exactly once");
        }
        Ok(tally)
    }
}

/// Whether the parts match the scenario and the settings; also restores the fields that a file does not contain.
fn fits(parts: &mut [PartCounts], scenario: &Scenario, settings: &Settings) -> Result<bool, Error> {
    let plan = settings.plan(scenario)?;
    let expected = built_in(scenario, settings, &plan);
    if settings.sampling == Sampling::Auto || settings.sampling.rounded_up(settings.paths) != settings.paths {
        return Ok(false);
    }
    let plain = settings.sampling == Sampling::Plain;
    let Some((known, own)) = parts.split_at_mut_checked(expected.len()) else { return Ok(false) };
    for (part, (kind, name, statistic)) in known.iter_mut().zip(&expected) {
        let empty = empty_counts((*kind, name), &statistic.shape(&plan.rows)?, &plan, plain);
        if part.kind != *kind || part.name != *name || !part.counts.is_like(&empty) {
            return Ok(false);
        }
        part.counts.take_centres(&empty);
    }
    let own: &[PartCounts] = own;
    let is_fit = |(place, part): (usize, &PartCounts)| {
        let is_new = own[..place].iter().all(|earlier| earlier.kind != part.kind || earlier.name != part.name);
        is_new && part.kind.custom().is_some() && part.has_custom_shape() && part.counts.is_plain(plain)
    };
    Ok(own.iter().enumerate().all(is_fit))
}
