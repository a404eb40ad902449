//! Segments of a provider, and the series of a scenario: every provider without segments, and every segment.

use super::Scenario;
use super::item::{Claim, Provider, Segment};
use super::item_key::{ItemKey, keys};
use super::shock::{Centring, Jump, Shock};
use super::walk::AssumptionPlace;
use crate::assumption::Assumption;
use crate::assumption::address::{Owner, ProviderKey, ScenarioKey, Trail, item, split_name};
use crate::error::{did_you_mean, no_provider};
use crate::growth::Curve;

impl Segment {
    /// Creates a segment with its revenue in the base period (money per period, in the scenario's unit). Its name is
    /// unique among the segments of its provider.
    pub fn new(name: impl Into<String>, revenue: impl Into<Assumption>) -> Self {
        Self(Provider::new(name, revenue))
    }

    /// As [`Provider::growth`]; required.
    pub fn growth(self, curve: Curve) -> Self {
        Self(self.0.growth(curve))
    }

    /// As [`Provider::volatility`].
    pub fn volatility(self, volatility: impl Into<Assumption>) -> Self {
        Self(self.0.volatility(volatility))
    }

    /// As [`Provider::shock`].
    pub fn shock(self, shock: Shock) -> Self {
        Self(self.0.shock(shock))
    }

    /// As [`Provider::centring`].
    pub fn centring(self, centring: Centring) -> Self {
        Self(self.0.centring(centring))
    }

    /// As [`Provider::history`].
    pub fn history(self, revenue: impl IntoIterator<Item = f64>) -> Self {
        Self(self.0.history(revenue))
    }

    /// As [`Provider::claim`].
    pub fn claim(self, claim: Claim) -> Self {
        Self(self.0.claim(claim))
    }

    /// As [`Provider::loading`].
    pub fn loading(self, factor: impl Into<String>, loading: f64) -> Self {
        Self(self.0.loading(factor, loading))
    }

    /// As [`Provider::jump`].
    pub fn jump(self, jump: Jump) -> Self {
        Self(self.0.jump(jump))
    }

    /// As [`Provider::source`].
    pub fn source(self, text: impl Into<String>) -> Self {
        Self(self.0.source(text))
    }

    /// The name, without that of the provider.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The numbers of the segment, as those of a provider.
    pub fn as_provider(&self) -> &Provider {
        &self.0
    }
}

/// A series of a scenario: a provider without segments, or a segment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SeriesOf<'a> {
    /// The provider's index, and the segment's within it.
    pub(crate) provider: usize,
    pub(crate) segment: Option<usize>,
    pub(crate) outer: &'a Provider,
    /// Its numbers: the segment's, or the provider's own.
    pub(crate) own: &'a Provider,
}

impl SeriesOf<'_> {
    /// `Provider`, or `Provider/Segment`.
    pub(crate) fn name(&self) -> String {
        match self.segment {
            None => self.outer.name.clone(),
            Some(_) => format!("{}/{}", self.outer.name, self.own.name),
        }
    }
}

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compared {
    Provider(usize),
    Segment(usize, usize),
}

impl Scenario {
    /// Every series, in the order of the file.
    pub(crate) fn series(&self) -> Vec<SeriesOf<'_>> {
        let mut all = Vec::new();
        for (provider, outer) in self.providers.iter().enumerate() {
            if outer.segments.is_empty() {
                all.push(SeriesOf { provider, segment: None, outer, own: outer });
            }
            for (segment, Segment(own)) in outer.segments.iter().enumerate() {
                all.push(SeriesOf { provider, segment: Some(segment), outer, own });
            }
        }
        all
    }

    /// Every series with its address, whether or not names are valid.
    pub(super) fn series_with_addresses(&self) -> Vec<(SeriesOf<'_>, Trail)> {
        let names = keys(self.providers.iter().map(|provider| Some(provider.name.as_str())));
        let parts: Vec<Vec<ItemKey>> = self.providers.iter().map(Provider::segment_keys).collect();
        let address = |of: SeriesOf<'_>| {
            let mut trail = item(ScenarioKey::Provider, names[of.provider].borrow());
            if let Some(segment) = of.segment {
                trail.push(ProviderKey::Segment);
                trail.push(parts[of.provider][segment].borrow());
            }
            trail
        };
        self.series().into_iter().map(|of| (of, address(of))).collect()
    }

    /// The provider or segment of a name, or a message with the most similar name.
    pub(crate) fn compared(&self, name: &str) -> Result<Compared, String> {
        let (provider, Some(segment)) = split_name(name) else {
            return self.provider_index(name).map(Compared::Provider);
        };
        let names = || self.providers.iter().map(|provider| provider.name.as_str());
        let index = names().position(|known| known == provider).ok_or_else(|| no_provider(provider, names()))?;
        let segments = &self.providers[index].segments;
        let found = segments.iter().position(|known| known.name() == segment);
        found.map(|place| Compared::Segment(index, place)).ok_or_else(|| {
            if segments.is_empty() {
                return format!("{provider:?} has no segments, got {name:?}");
            }
            let hint = did_you_mean(segment, segments.iter().map(Segment::name));
            format!("{provider:?} has no segment named {segment:?}{hint}")
        })
    }

    /// The series that a name stands for, by place in [`Scenario::series`]: all segments for a provider that has some.
    pub(crate) fn series_named(&self, name: &str) -> Result<Vec<usize>, String> {
        let compared = self.compared(name)?;
        let is_part = |of: &SeriesOf<'_>| match compared {
            Compared::Provider(provider) => of.provider == provider,
            Compared::Segment(provider, segment) => (of.provider, of.segment) == (provider, Some(segment)),
        };
        Ok(self.series().iter().enumerate().filter(|(_, of)| is_part(of)).map(|(place, _)| place).collect())
    }

    /// The number's own source, otherwise that of the assumption it names, otherwise its segment's or provider's.
    pub(super) fn source_of(&self, place: &AssumptionPlace) -> Option<String> {
        let named = |name: &str| self.assumptions.iter().find(|(known, _)| known == name)?.1.source.clone();
        let own = place.assumption.source.clone();
        let of_owner = || self.source_of_owner(place.subject().owner()?).map(str::to_owned);
        own.or_else(|| place.assumption.name().and_then(named)).or_else(of_owner)
    }

    /// The source of a segment, otherwise that of the provider.
    pub(crate) fn source_of_owner(&self, owner: Owner<'_>) -> Option<&str> {
        let provider = self.providers.iter().find(|provider| provider.name == owner.provider)?;
        let is_own = |segment: &&Segment| Some(segment.name()) == owner.segment;
        let own = provider.segments.iter().find(is_own).and_then(|Segment(own)| own.source.as_deref());
        own.or(provider.source.as_deref())
    }

    /// The number of periods of history of a provider or segment; of segments, the fewest. 0 for an unknown name.
    pub(crate) fn known_periods(&self, name: &str) -> usize {
        let all = self.series();
        let named = self.series_named(name).unwrap_or_default();
        named.into_iter().map(|place| all[place].own.history.len()).min().unwrap_or(0)
    }
}

impl Provider {
    /// Creates a provider whose revenue is the sum of its segments. It has no revenue, growth, volatility or history of its
    /// own; those are the segments'.
    pub fn of_segments(name: impl Into<String>, segments: impl IntoIterator<Item = Segment>) -> Self {
        let mut provider = Self::new(name, 0.0);
        provider.revenue = None;
        provider.segments = segments.into_iter().collect();
        provider
    }

    /// The segments, in the order in which they were added; empty for a provider that is one series.
    pub fn get_segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The keys of its own that a provider of segments states although it must not.
    pub(super) fn beside_segments(&self) -> Vec<ProviderKey> {
        if self.segments.is_empty() {
            return Vec::new();
        }
        let stated = [
            (ProviderKey::Revenue, self.revenue.is_some()),
            (ProviderKey::Growth, self.growth.is_some()),
            (ProviderKey::Volatility, self.volatility != Assumption::from(0.0)),
            (ProviderKey::Shock, self.shock != Shock::RandomWalk),
            (ProviderKey::Centring, self.centring != Centring::Median),
            (ProviderKey::History, !self.history.is_empty()),
            (ProviderKey::Claim, !self.claims.is_empty()),
            (ProviderKey::Loading, !self.loadings.is_empty()),
            (ProviderKey::Jump, !self.jumps.is_empty()),
        ];
        stated.into_iter().filter(|(_, is_stated)| *is_stated).map(|(key, _)| key).collect()
    }

    pub(super) fn segment_keys(&self) -> Vec<ItemKey> {
        keys(self.segments.iter().map(|segment| Some(segment.name())))
    }
}
