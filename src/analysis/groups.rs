//! Groups of drawn numbers: by what they describe, and by provider.

use crate::assumption::address::{FactorKey, JumpKey, ProviderKey, Subject};
use crate::plan::Draw;
use crate::scenario::Scenario;

/// A number whose places belong to several groups.
pub(super) const SHARED: &str = "shared";

/// The groups of one drawn number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Groups {
    /// The kind of quantity.
    pub(super) kind: String,
    /// The provider that it belongs to, if one.
    pub(super) owner: String,
}

impl Groups {
    /// The groups of a draw. A named assumption belongs to the group of all places that use it.
    pub(super) fn of(scenario: &Scenario, draw: &Draw) -> Self {
        let subject = Subject::of_known(&draw.address);
        let Subject::Assumption(name) = subject else { return Self::of_place(subject, draw.is_pick) };
        let places = scenario.assumptions();
        let users = places.iter().filter(|place| place.assumption.name() == Some(name));
        let all: Vec<Self> = users.map(|place| Self::of_place(place.subject(), false)).collect();
        let common = |of: &dyn Fn(&Self) -> &String| {
            let first = all.first().map_or(SHARED, |first| of(first).as_str());
            if all.iter().all(|groups| of(groups) == first) { first.to_owned() } else { SHARED.to_owned() }
        };
        Self { kind: common(&|groups| &groups.kind), owner: common(&|groups| &groups.owner) }
    }

    fn of_place(subject: Subject<'_>, is_pick: bool) -> Self {
        let kind = match subject {
            Subject::Provider(_, Some(ProviderKey::Growth)) if is_pick => "growth law",
            Subject::Provider(_, Some(ProviderKey::Growth)) => "growth",
            Subject::Provider(_, Some(ProviderKey::Revenue)) => "base revenue",
            Subject::Provider(_, Some(ProviderKey::Volatility | ProviderKey::Shock)) => "volatility",
            Subject::Jump(_, JumpKey::At | JumpKey::LogSize | JumpKey::Probability) => "jumps",
            Subject::Factor(_, Some(FactorKey::Name | FactorKey::Drift | FactorKey::Volatility) | None) => "factors",
            Subject::Provider(
                _,
                None
                | Some(
                    ProviderKey::Name
                    | ProviderKey::Centring
                    | ProviderKey::History
                    | ProviderKey::FiscalYearEnds
                    | ProviderKey::Source
                    | ProviderKey::Claim
                    | ProviderKey::Exit
                    | ProviderKey::Loading
                    | ProviderKey::Jump
                    | ProviderKey::Segment,
                ),
            )
            | Subject::Scenario(_)
            | Subject::Assumption(_)
            | Subject::Dependence(..)
            | Subject::Correlation(..)
            | Subject::Question(..)
            | Subject::View(..) => "other numbers",
        };
        let owner = match subject {
            Subject::Factor(name, _) => name,
            Subject::Provider(..)
            | Subject::Jump(..)
            | Subject::Scenario(_)
            | Subject::Assumption(_)
            | Subject::Dependence(..)
            | Subject::Correlation(..)
            | Subject::Question(..)
            | Subject::View(..) => subject.provider().unwrap_or(SHARED),
        };
        Self { kind: kind.to_owned(), owner: owner.to_owned() }
    }
}
