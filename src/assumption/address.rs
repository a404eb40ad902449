//! Addresses of the parts of a scenario: `provider[Alibaba Cloud].growth.schedule.rates[1]`.
//!
//! [`Subject`] says what an address belongs to. Code that treats parts differently matches it, with every key, so that a
//! new key of the scenario does not compile until that code knows it.

use std::fmt::{self, Write};
use std::str::FromStr;

pub(crate) use super::keys::{
    CorrelationKey, DependenceKey, FactorKey, JumpKey, Key, ProviderKey, QuestionKey, ScenarioKey, ViewKey,
};
use crate::error::Error;

/// What an address belongs to. Items are given by the text in brackets: a name, or an index if there is no name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject<'a> {
    /// A key of the scenario itself, or one of its lists as a whole.
    Scenario(ScenarioKey),
    /// A named assumption, or a number in its distribution.
    Assumption(&'a str),
    /// A dependence between two assumptions.
    Dependence(usize, Option<DependenceKey>),
    /// A provider or one of its segments, or what one of its keys contains.
    Provider(Owner<'a>, Option<ProviderKey>),
    /// A key of one jump of a provider or segment, or what it contains.
    Jump(Owner<'a>, JumpKey),
    Factor(&'a str, Option<FactorKey>),
    Correlation(usize, Option<CorrelationKey>),
    View(&'a str, Option<ViewKey>),
    Question(&'a str, Option<QuestionKey>),
}

/// A provider, or one of its segments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Owner<'a> {
    pub(crate) provider: &'a str,
    pub(crate) segment: Option<&'a str>,
}

impl Owner<'_> {
    /// Whether it is the provider of this name, or the segment of this name in the form `Provider/Segment`.
    pub(crate) fn is_named(self, name: &str) -> bool {
        let (provider, segment) = split_name(name);
        self.provider == provider && self.segment == segment
    }

    /// Whether it is the provider or segment of this name, or a segment of the provider of this name.
    pub(crate) fn is_part_of(self, name: &str) -> bool {
        self.is_named(name) || self.provider == name
    }
}

/// Splits `Provider/Segment`; the name of a provider contains no slash.
pub(crate) fn split_name(name: &str) -> (&str, Option<&str>) {
    name.split_once('/').map_or((name, None), |(provider, segment)| (provider, Some(segment)))
}

impl<'a> Subject<'a> {
    /// Reads an address.
    ///
    /// # Errors
    /// A message if the syntax is wrong or a key is unknown.
    pub(crate) fn of(address: &'a str) -> Result<Self, String> {
        let tokens = tokens(address)?;
        let Some((Token::Field(first), rest)) = tokens.split_first() else {
            return Err(format!("an address begins with a key such as \"provider\", got {address:?}"));
        };
        let first = ScenarioKey::of(first)?;
        let (item, rest) = match rest.split_first() {
            None => return Ok(Self::Scenario(first)),
            Some((Token::Item(item), rest)) => (*item, rest),
            // The table of a distribution: `innovations.student_t.df`.
            Some((Token::Field(_), _)) if first == ScenarioKey::Innovations => return Ok(Self::Scenario(first)),
            Some((Token::Field(field), _)) => {
                return Err(format!("{} has no key {field:?}; an item is given in brackets", first.text()));
            }
        };
        let key = match rest.first() {
            None => None,
            Some(Token::Field(key)) => Some(*key),
            Some(Token::Item(item)) => return Err(format!("a key is needed before [{item}]")),
        };
        match first {
            ScenarioKey::Assumption => Ok(Self::Assumption(item)),
            ScenarioKey::Provider => Self::of_provider(item, rest),
            ScenarioKey::Factor => Ok(Self::Factor(item, key.map(FactorKey::of).transpose()?)),
            ScenarioKey::View => Ok(Self::View(item, key.map(ViewKey::of).transpose()?)),
            ScenarioKey::Question => Ok(Self::Question(item, key.map(QuestionKey::of).transpose()?)),
            ScenarioKey::Correlation => {
                let index = index("correlation", item)?;
                Ok(Self::Correlation(index, key.map(CorrelationKey::of).transpose()?))
            }
            ScenarioKey::Dependence => {
                Ok(Self::Dependence(index("dependence", item)?, key.map(DependenceKey::of).transpose()?))
            }
            ScenarioKey::Base
            | ScenarioKey::Horizon
            | ScenarioKey::Unit
            | ScenarioKey::Quantity
            | ScenarioKey::Ceiling
            | ScenarioKey::Innovations => Err(format!("{} is a single value and has no items", first.text())),
        }
    }

    /// Reads what follows `provider[item]`.
    fn of_provider(provider: &'a str, rest: &[Token<'a>]) -> Result<Self, String> {
        match rest {
            [Token::Field("segment"), Token::Item(segment), rest @ ..] => match rest.first() {
                Some(Token::Item(item)) => Err(format!("a key is needed before [{item}]")),
                _ => Self::of_owner(Owner { provider, segment: Some(segment) }, rest),
            },
            _ => Self::of_owner(Owner { provider, segment: None }, rest),
        }
    }

    fn of_owner(owner: Owner<'a>, rest: &[Token<'a>]) -> Result<Self, String> {
        let Some(Token::Field(key)) = rest.first() else { return Ok(Self::Provider(owner, None)) };
        let key = ProviderKey::of(key)?;
        match rest {
            [_, Token::Item(_), Token::Field(own), ..] if key == ProviderKey::Jump => {
                Ok(Self::Jump(owner, JumpKey::of(own)?))
            }
            _ => Ok(Self::Provider(owner, Some(key))),
        }
    }

    /// The subject of an address that a walk over a scenario returned.
    pub(crate) fn of_known(address: &'a str) -> Self {
        Self::of(address).expect("invariant: the walk visits keys of `Subject` only")
    }

    /// The provider that it belongs to.
    pub(crate) fn provider(self) -> Option<&'a str> {
        self.owner().map(|owner| owner.provider)
    }

    /// The provider or segment that it belongs to.
    pub(crate) fn owner(self) -> Option<Owner<'a>> {
        match self {
            Self::Provider(owner, _) | Self::Jump(owner, _) => Some(owner),
            Self::Scenario(_)
            | Self::Assumption(_)
            | Self::Dependence(..)
            | Self::Factor(..)
            | Self::Correlation(..)
            | Self::View(..)
            | Self::Question(..) => None,
        }
    }
}

fn index(list: &str, item: &str) -> Result<usize, String> {
    item.parse().map_err(|_| format!("a {list} is given by its index, got [{item}]"))
}

/// The address of a part of a scenario, such as `provider[Alibaba Cloud].growth.schedule.rates[1]`.
///
/// Keys are separated by points. Items stand in brackets: by name, or by index if they have none. Parsing checks the
/// keys of the scenario and of its providers, correlations and questions, but not whether a scenario contains the part.
/// Methods that take an address as text, such as [`Scenario::with`](crate::Scenario::with), take this one by `as_str`.
///
/// # Example: the numbers of one provider
/// ```
/// use outgrow::{Address, Curve, Provider, Scenario};
/// let scenario = Scenario::builder("2018", "2020")
///     .provider(Provider::new("A", 1).growth(Curve::constant(0.3)))
///     .provider(Provider::new("B", 2).growth(Curve::fade(0.3, 0.1, 4)))
///     .build()?;
/// let growth: Address = "provider[B].growth".parse()?;
/// assert_eq!(growth.provider(), Some("B"));
/// let mut numbers = 0;
/// for (address, _) in scenario.numbers() {
///     let address: Address = address.parse()?;
///     numbers += usize::from(address.starts_with(&growth));
/// }
/// assert_eq!(numbers, 3);
/// let error = "provider[B].grow".parse::<Address>().unwrap_err();
/// assert!(error.to_string().contains("did you mean \"growth\"?"));
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address(String);

impl Address {
    /// The address as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The provider that it belongs to.
    #[must_use]
    pub fn provider(&self) -> Option<&str> {
        self.subject().provider()
    }

    /// The segment that it belongs to.
    #[must_use]
    pub fn segment(&self) -> Option<&str> {
        self.subject().owner().and_then(|owner| owner.segment)
    }

    /// The named assumption that it belongs to.
    #[must_use]
    pub fn assumption(&self) -> Option<&str> {
        if let Subject::Assumption(name) = self.subject() { Some(name) } else { None }
    }

    /// The question that it belongs to: its name, or its index if it has none.
    #[must_use]
    pub fn question(&self) -> Option<&str> {
        if let Subject::Question(name, _) = self.subject() { Some(name) } else { None }
    }

    /// The view that it belongs to.
    #[must_use]
    pub fn view(&self) -> Option<&str> {
        if let Subject::View(name, _) = self.subject() { Some(name) } else { None }
    }

    /// The index of the correlation that it belongs to.
    #[must_use]
    pub fn correlation(&self) -> Option<usize> {
        if let Subject::Correlation(index, _) = self.subject() { Some(index) } else { None }
    }

    /// The factor that it belongs to.
    #[must_use]
    pub fn factor(&self) -> Option<&str> {
        if let Subject::Factor(name, _) = self.subject() { Some(name) } else { None }
    }

    /// The index of the dependence that it belongs to.
    #[must_use]
    pub fn dependence(&self) -> Option<usize> {
        if let Subject::Dependence(index, _) = self.subject() { Some(index) } else { None }
    }

    /// Whether it is the part at `whole` or lies within it. Only whole steps count: `rates[1]` does not start with
    /// `rate`.
    #[must_use]
    pub fn starts_with(&self, whole: &Self) -> bool {
        is_within(&self.0, &whole.0)
    }

    pub(crate) fn subject(&self) -> Subject<'_> {
        Subject::of(&self.0).expect("validated: an address is read when it is created")
    }
}

impl FromStr for Address {
    type Err = Error;

    /// # Errors
    /// If the syntax is wrong or a key is unknown.
    fn from_str(text: &str) -> Result<Self, Error> {
        Subject::of(text).map_err(|message| Error::invalid("address", text, message))?;
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl AsRef<str> for Address {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// Whether `address` is the part at `whole` or lies within it.
pub(crate) fn is_within(address: &str, whole: &str) -> bool {
    below(address, whole).is_some()
}

/// The rest of an address that is the part at `whole` (empty) or lies within it.
pub(crate) fn below<'a>(address: &'a str, whole: &str) -> Option<&'a str> {
    address.strip_prefix(whole).filter(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// What an address has below its item: `sustained.years` of `question[0].sustained.years`.
pub(crate) fn below_item(address: &str) -> Option<&str> {
    let (_, rest) = first_token(address)?;
    match first_token(rest)? {
        (Token::Item(_), rest) => rest.strip_prefix('.'),
        (Token::Field(_), _) => None,
    }
}

/// A step of an address as it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token<'a> {
    /// `.rates`; a key with special characters is in quotation marks.
    Field(&'a str),
    /// `[1]` or `[Alibaba Cloud]`.
    Item(&'a str),
}

/// The first step of an address and the rest. Brackets may contain any character but brackets, a quoted key any
/// character.
pub(crate) fn first_token(address: &str) -> Option<(Token<'_>, &str)> {
    if let Some(inside) = address.strip_prefix('[') {
        return inside.split_once(']').map(|(item, rest)| (Token::Item(item), rest));
    }
    let address = address.strip_prefix('.').unwrap_or(address);
    let mut signs = address.char_indices();
    let (mut is_quoted, mut is_escaped) = (false, false);
    let end = signs.find(|(at, sign)| {
        is_quoted ^= *sign == '"' && !is_escaped;
        is_escaped = *sign == '\\' && !is_escaped;
        *at > 0 && !is_quoted && ['.', '['].contains(sign)
    });
    let (field, rest) = address.split_at(end.map_or(address.len(), |(at, _)| at));
    (!field.is_empty()).then_some((Token::Field(field), rest))
}

/// All steps of an address, which must be written as [`Trail`] writes it.
fn tokens(address: &str) -> Result<Vec<Token<'_>>, String> {
    let malformed = || format!("not an address such as \"provider[Alibaba Cloud].revenue\", got {address:?}");
    let (mut tokens, mut written, mut rest) = (Vec::new(), Trail::default(), address);
    while !rest.is_empty() {
        let (token, further) = first_token(rest).ok_or_else(malformed)?;
        written.push(match token {
            Token::Field(field) if field.starts_with('.') => return Err(malformed()),
            Token::Field(field) => Key::Field(field),
            Token::Item(item) => Key::Name(item),
        });
        tokens.push(token);
        rest = further;
    }
    if written.as_str() == address { Ok(tokens) } else { Err(malformed()) }
}

/// The address of the current position in a walk or in a file. It may contain keys that are unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Trail {
    text: String,
    marks: Vec<usize>,
    /// Whether it stays empty, for walks whose visitor needs no addresses.
    is_silent: bool,
}

impl Trail {
    /// A trail that stays empty.
    pub(crate) fn silent() -> Self {
        Self { is_silent: true, ..Self::default() }
    }

    pub(crate) fn push<'k>(&mut self, key: impl Into<Key<'k>>) {
        self.push_key(key.into());
    }

    fn push_key(&mut self, key: Key<'_>) {
        if self.is_silent {
            return;
        }
        self.marks.push(self.text.len());
        match key {
            Key::Field(field) => {
                if !self.text.is_empty() {
                    self.text.push('.');
                }
                self.text.push_str(field);
            }
            Key::Index(index) => write!(self.text, "[{index}]").expect("writing to a string succeeds"),
            Key::Name(name) => {
                self.text.push('[');
                self.text.push_str(name);
                self.text.push(']');
            }
        }
    }

    pub(crate) fn pop(&mut self) {
        if let Some(mark) = self.marks.pop() {
            self.text.truncate(mark);
        }
    }

    /// Calls `visit` one step deeper.
    pub(crate) fn at<'k>(&mut self, key: impl Into<Key<'k>>, visit: impl FnOnce(&mut Self)) {
        self.push(key);
        visit(self);
        self.pop();
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// The address one step deeper, as text.
    pub(crate) fn join(&self, key: Key<'_>) -> String {
        let mut further = self.clone();
        further.push(key);
        further.text
    }
}

/// The address of a key of a provider, such as `provider[Alibaba Cloud].growth`, or of a segment, whose name is
/// `Provider/Segment`.
pub(crate) fn of_provider(name: &str, key: ProviderKey) -> String {
    let mut trail = owner_trail(name);
    trail.push(key);
    trail.text
}

/// The address of a provider, or of a segment, whose name is `Provider/Segment`.
pub(crate) fn owner_trail(name: &str) -> Trail {
    let (provider, segment) = split_name(name);
    let mut trail = item(ScenarioKey::Provider, Key::Name(provider));
    if let Some(segment) = segment {
        trail.push(ProviderKey::Segment);
        trail.push(Key::Name(segment));
    }
    trail
}

/// The address of an item of a list, such as `provider[Alibaba Cloud]`.
pub(crate) fn item(list: ScenarioKey, key: Key<'_>) -> Trail {
    let mut trail = Trail { text: String::with_capacity(64), marks: Vec::with_capacity(8), is_silent: false };
    trail.push(list);
    trail.push(key);
    trail
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_reads_as_in_the_file() {
        let mut trail = item(ScenarioKey::Provider, Key::Name("Google Cloud"));
        for key in [Key::Field("growth"), Key::Field("rates")] {
            trail.push(key);
        }
        assert_eq!(trail.join(Key::Index(1)), "provider[Google Cloud].growth.rates[1]");
        trail.pop();
        assert_eq!(trail.as_str(), "provider[Google Cloud].growth");
    }

    #[test]
    fn an_address_knows_what_it_belongs_to() {
        let whole = |provider| Owner { provider, segment: None };
        let part = Owner { provider: "A", segment: Some("S") };
        let cases = [
            ("base", Subject::Scenario(ScenarioKey::Base)),
            ("provider", Subject::Scenario(ScenarioKey::Provider)),
            ("assumption[a.b].normal[0]", Subject::Assumption("a.b")),
            ("provider[Ä, B]", Subject::Provider(whole("Ä, B"), None)),
            ("provider[A].revenue.truncated.of.normal[1]", Subject::Provider(whole("A"), Some(ProviderKey::Revenue))),
            ("provider[A].claim[0].at_least", Subject::Provider(whole("A"), Some(ProviderKey::Claim))),
            ("provider[A].loading[yen]", Subject::Provider(whole("A"), Some(ProviderKey::Loading))),
            ("provider[A].jump[0]", Subject::Provider(whole("A"), Some(ProviderKey::Jump))),
            ("provider[A].jump[0].log_size.normal[1]", Subject::Jump(whole("A"), JumpKey::LogSize)),
            ("provider[A].segment", Subject::Provider(whole("A"), Some(ProviderKey::Segment))),
            ("provider[A].segment[S]", Subject::Provider(part, None)),
            ("provider[A].segment[S].growth.constant", Subject::Provider(part, Some(ProviderKey::Growth))),
            ("provider[A].segment[S].jump[0].log_size", Subject::Jump(part, JumpKey::LogSize)),
            ("factor[yen].volatility", Subject::Factor("yen", Some(FactorKey::Volatility))),
            ("dependence[2].rank_correlation", Subject::Dependence(2, Some(DependenceKey::RankCorrelation))),
            ("correlation[3].value", Subject::Correlation(3, Some(CorrelationKey::Value))),
            ("view[bull].weight", Subject::View("bull", Some(ViewKey::Weight))),
            ("view[bull].with.\"provider[A].volatility\".normal[1]", Subject::View("bull", Some(ViewKey::With))),
            ("question[0].sustained.years", Subject::Question("0", Some(QuestionKey::Sustained))),
        ];
        for (text, subject) in cases {
            assert_eq!(Subject::of(text), Ok(subject), "{text}");
            assert_eq!(text.parse::<Address>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn an_unknown_key_is_an_error() {
        let cases = [
            ("provider[A].jumps", "unknown key \"jumps\"; did you mean \"jump\"?; known keys: name, revenue"),
            ("provider[A].jump[0].size", "unknown key \"size\""),
            ("factor[yen].sd", "unknown key \"sd\""),
            ("provider[A].volatilty", "did you mean \"volatility\"?"),
            ("segment[A].revenue", "unknown key \"segment\""),
            ("view[bull].set", "unknown key \"set\""),
            ("question[0].by", "unknown key \"by\""),
            ("correlation[0].rho", "unknown key \"rho\""),
            ("correlation[A].value", "by its index, got [A]"),
            ("dependence[A].between", "a dependence is given by its index, got [A]"),
            ("base[0]", "base is a single value"),
            ("provider.A.revenue", "an item is given in brackets"),
            ("provider[A][0]", "a key is needed before [0]"),
            ("", "an address begins with"),
            ("[A].revenue", "an address begins with"),
        ];
        for (text, message) in cases {
            let error = text.parse::<Address>().unwrap_err();
            assert!(error.is_invalid_input() && error.to_string().contains(message), "{text}: {error}");
        }
        for malformed in [".base", "provider[A]revenue", "provider[A", "provider[A]..revenue", "provider[A].revenue."] {
            let error = malformed.parse::<Address>().unwrap_err();
            assert!(error.to_string().contains("not an address"), "{malformed}: {error}");
        }
    }

    #[test]
    fn only_whole_steps_are_within() {
        let address = |text: &str| text.parse::<Address>().unwrap();
        let rate = address("provider[A].growth.schedule.rates[1]");
        for whole in ["provider[A]", "provider[A].growth", "provider[A].growth.schedule.rates", rate.as_str()] {
            assert!(rate.starts_with(&address(whole)), "{whole}");
        }
        for other in ["provider[B]", "provider[A].growth.schedule.rate", "provider[A].growth.schedule.rates[10]"] {
            assert!(!rate.starts_with(&address(other)), "{other}");
        }
        assert_eq!(below(rate.as_str(), "provider[A].growth"), Some(".schedule.rates[1]"));
        assert_eq!(below_item(rate.as_str()), Some("growth.schedule.rates[1]"));
        assert_eq!([below_item("provider[A]"), below_item("base")], [None, None]);
    }
}
