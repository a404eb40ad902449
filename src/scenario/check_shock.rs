//! Validation of factors, loadings, jumps and centring.

use std::collections::BTreeSet;

use super::item_key::keys;
use super::names::{check_names, visible};
use super::{
    AT_DATES, Centring, Innovations, Jump, MOST_FACTORS, MOST_SERIES, Provider, Question, Scenario, SeriesOf, Shock,
};
use crate::assumption::address::{self, Key, ProviderKey, ScenarioKey, Trail};
use crate::calendar::Period;
use crate::error::{Problem, did_you_mean, is_enough};

impl Scenario {
    /// With a horizon that is no later, and without the jumps after it.
    pub(crate) fn shortened(&self, horizon: Period) -> Self {
        let mut short = Self { horizon, ..self.clone() };
        let is_within = |jump: &Jump| {
            let at: Result<Period, crate::Error> = jump.at.parse();
            at.is_ok_and(|at| at.since(horizon).is_some_and(|beyond| beyond <= 0))
        };
        let jumps = |of: &Self| of.providers.iter().map(|provider| provider.jumps.len()).sum::<usize>();
        let before = jumps(&short);
        short.providers.iter_mut().for_each(|provider| provider.jumps.retain(is_within));
        if jumps(&short) < before {
            // A dependence may be of the size of a jump.
            short.retain_dependences();
        }
        short
    }

    /// The periods, from 1, that a provider's jumps begin at.
    pub(crate) fn jump_periods(&self, provider: &Provider) -> Vec<usize> {
        let at = |jump: &Jump| {
            let at: Period = jump.at.parse().expect("validated: the label of a period");
            let since = at.since(self.base).expect("validated: a period of the same step");
            usize::try_from(since).expect("validated: a period after the base")
        };
        provider.jumps.iter().map(at).collect()
    }

    /// The period, 1 to T, that a jump begins at.
    fn jump_period(&self, jump: &Jump) -> Result<usize, String> {
        let at: Period = jump.at.parse().map_err(|error: crate::Error| error.problems()[0].message.clone())?;
        let first = self.label(1);
        match at.since(self.base) {
            None => Err(format!("must have the form of base, {}, got {:?}", self.base, jump.at)),
            Some(t) if t >= 1 && at.since(self.horizon).is_some_and(|beyond| beyond <= 0) => {
                Ok(usize::try_from(t).expect("at least 1"))
            }
            Some(_) => Err(format!("must lie between {first} and the horizon {}, got {:?}", self.horizon, jump.at)),
        }
    }

    /// The rows of the correlation matrix that a name stands for, or a message with the most similar name: a factor, a
    /// segment, or all series of a provider. Factors follow the series.
    pub(crate) fn correlated(&self, name: &str) -> Result<Vec<usize>, String> {
        if let Some(factor) = self.factors.iter().position(|factor| factor.name == name) {
            return Ok(vec![self.series().len() + factor]);
        }
        self.series_named(name).map_err(|message| {
            if self.factors.is_empty() || name.contains('/') {
                return message;
            }
            let providers = self.providers.iter().map(|provider| provider.name.as_str());
            let known = providers.chain(self.factors.iter().map(|factor| factor.name.as_str()));
            format!("no provider or factor is named {name:?}{}", did_you_mean(name, known))
        })
    }

    /// The name of a row of the correlation matrix.
    pub(super) fn correlated_name(&self, row: usize) -> String {
        let series = self.series();
        match series.get(row) {
            Some(series) => series.name(),
            None => self.factors[row - series.len()].name.clone(),
        }
    }

    /// Why a question cannot be monitored continuously: between dates, the log-ratio must be a Gaussian random walk.
    pub(crate) fn bridge_fault(&self, question: &Question) -> Option<Problem> {
        let refuse =
            |address: String, reason: &str| Some(Problem::unsupported(address, "not continuous", reason, AT_DATES));
        if self.innovations != Innovations::Gaussian {
            let reason = "monitoring between dates is not implemented for Student-t innovations";
            return refuse(ScenarioKey::Innovations.text().to_owned(), reason);
        }
        let series = self.series();
        for name in question.compared(self) {
            let is_sum = self.series_named(name).is_ok_and(|all| all.len() > 1);
            if is_sum {
                let reason = "the sum of segments is not a random walk between dates";
                return refuse(address::of_provider(name, ProviderKey::Segment), reason);
            }
        }
        let compared = |of: &&SeriesOf<'_>| {
            let name = of.name();
            question.compared(self).into_iter().any(|own| own == name || own == of.outer.name)
        };
        series.iter().filter(compared).find_map(|of| {
            let provider = of.own;
            let at = |key: ProviderKey| address::of_provider(&of.name(), key);
            if provider.shock != Shock::RandomWalk {
                let reason = format!("shocks of the kind {:?} are not defined between dates", provider.shock.key());
                return refuse(at(ProviderKey::Shock), &reason);
            }
            if !provider.jumps.is_empty() {
                return refuse(at(ProviderKey::Jump), "monitoring between dates is not implemented for jumps");
            }
            None
        })
    }

    pub(super) fn check_factors(&self, problems: &mut Vec<Problem>) {
        let names = || self.factors.iter().map(|factor| factor.name.as_str());
        check_names("factor", ".name", names().map(Some), problems);
        if self.factors.len() > MOST_FACTORS {
            let message = format!("at most {MOST_FACTORS} factors, got {}", self.factors.len());
            problems.push(Problem::new("factor", message));
        }
        let taken: BTreeSet<String> = self.providers.iter().map(|provider| visible(&provider.name)).collect();
        for (index, name) in names().enumerate() {
            if taken.contains(&visible(name)) && !is_enough(problems) {
                let message = format!("the name {name:?} is taken by a provider");
                problems.push(Problem::new(format!("factor[{index}].name"), message));
            }
        }
    }

    pub(super) fn check_shocks(&self, has_time: bool, problems: &mut Vec<Problem>) {
        for (series, address) in self.series_with_addresses() {
            self.check_loadings(series.own, &address, problems);
            self.check_centring(series.own, &address, problems);
            if has_time {
                self.check_jumps(series.own, &address, problems);
            }
        }
    }

    /// The names and number of segments, and that their provider has nothing of its own.
    pub(super) fn check_segments(&self, problems: &mut Vec<Problem>) {
        let keys = keys(self.providers.iter().map(|provider| Some(provider.name.as_str())));
        for (provider, key) in self.providers.iter().zip(&keys) {
            let own = address::item(ScenarioKey::Provider, key.borrow());
            let list = own.join(ProviderKey::Segment.into());
            check_names(&list, ".name", provider.segments.iter().map(|segment| Some(segment.name())), problems);
            if provider.segments.is_empty() && provider.revenue.is_none() && !is_enough(problems) {
                problems.push(Problem::new(list, "must have at least one segment, got an empty list"));
            }
            for key in provider.beside_segments() {
                if !is_enough(problems) {
                    let message = "a provider of segments has none of its own; state it in each segment";
                    problems.push(Problem::new(own.join(key.into()), message));
                }
            }
        }
        let series = self.series().len();
        if series > MOST_SERIES {
            problems.push(Problem::new("provider", format!("at most {MOST_SERIES} series, got {series}")));
        }
    }

    fn check_centring(&self, provider: &Provider, own: &Trail, problems: &mut Vec<Problem>) {
        let Innovations::StudentT { .. } = self.innovations else { return };
        if provider.centring == Centring::Mean && !is_enough(problems) {
            let message = "revenue has no mean with Student-t innovations; use \"median\", or innovations = \"gaussian\", \
                           got \"mean\"";
            problems.push(Problem::new(own.join(ProviderKey::Centring.into()), message));
        }
    }

    fn check_loadings(&self, provider: &Provider, own: &Trail, problems: &mut Vec<Problem>) {
        let mut seen = BTreeSet::new();
        let listed = keys(provider.loadings.iter().map(|(name, _)| Some(name.as_str())));
        for ((name, _), key) in provider.loadings.iter().zip(&listed) {
            if is_enough(problems) {
                return;
            }
            let mut trail = own.clone();
            trail.push(ProviderKey::Loading);
            let mut report = |message: String| problems.push(Problem::new(trail.join(key.borrow()), message));
            if !self.factors.iter().any(|factor| factor.name == *name) {
                let hint = did_you_mean(name, self.factors.iter().map(|factor| factor.name.as_str()));
                report(format!("no factor is named {name:?}{hint}"));
            } else if !seen.insert(name) {
                report(format!("the loading of {name:?} is stated twice"));
            }
        }
    }

    fn check_jumps(&self, provider: &Provider, own: &Trail, problems: &mut Vec<Problem>) {
        for (index, jump) in provider.jumps.iter().enumerate() {
            if is_enough(problems) {
                return;
            }
            if let Err(message) = self.jump_period(jump) {
                let mut trail = own.clone();
                trail.push(ProviderKey::Jump);
                trail.push(Key::Index(index));
                problems.push(Problem::new(trail.join(Key::Field("at")), message));
            }
        }
    }
}
