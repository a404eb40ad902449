//! Values as text for an address, as in `--set ADDRESS=VALUE`.
//!
//! Numbers are set by [`Scenario::with`]. Everything else that a file contains (a period, a history, a curve, a word)
//! is replaced in the tree of the file, which is then decoded again.

use super::item_key::address_key;
use super::tree::{Entry, Node, Value};
use super::{Scenario, decode};
use crate::assumption::address::{JumpKey, ProviderKey, ScenarioKey, Subject, Token, first_token};
use crate::error::{Detail, Error, Kind, Problem};

impl Scenario {
    /// The scenario with values given as TOML text, as in `--set ADDRESS=VALUE`, validated after all of them are set.
    ///
    /// An address may be that of a number, as in [`Scenario::with`], or of anything else in the scenario's file:
    /// `base`, `horizon`, `provider[A].history`, `provider[A].growth`, `question[0].measure`. A period or the measure of
    /// a question may be written without quotes, since a shell removes them.
    ///
    /// # Errors
    /// If the text is not a TOML value, the address is unknown, or the value is not allowed there.
    ///
    /// # Example: a distribution, a horizon and a history as text
    /// ```
    /// # use outgrow::{normal, Curve, Provider, Scenario};
    /// # let scenario = Scenario::builder("2018", "2020")
    /// #     .provider(Provider::new("A", 1).growth(Curve::constant(0.3))).build()?;
    /// let changed = scenario.with_toml([("provider[A].growth.constant", "{ normal = [0.3, 0.1] }")])?;
    /// assert_eq!(changed, scenario.with("provider[A].growth.constant", normal(0.3, 0.1))?);
    /// let longer = scenario.with_toml([("horizon", "2030"), ("provider[A].history", "[0.6, 0.8]")])?;
    /// assert_eq!(longer.periods(), 12);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn with_toml<S: AsRef<str>, T: AsRef<str>>(
        &self,
        changes: impl IntoIterator<Item = (S, T)>,
    ) -> Result<Self, Error> {
        let mut changed = self.clone();
        for (address, text) in changes {
            changed = changed.set(address.as_ref(), text.as_ref())?;
        }
        changed.checked()
    }

    /// Sets one value, without validation.
    fn set(mut self, address: &str, text: &str) -> Result<Self, Error> {
        let node = value_of(address, text)?;
        let refuse = |problems: Vec<Problem>| Error::invalid("value", address, problems[0].message.clone());
        match decode::assumption(&node) {
            Ok(value) => match self.put(address, &value) {
                Some(done) => done.map(|()| self),
                None => self.set_in_file(address, node),
            },
            Err(problems) if self.has_number(address) => Err(refuse(problems)),
            Err(_) => self.set_in_file(address, node),
        }
    }

    fn has_number(&self, address: &str) -> bool {
        let is_place = |place: &super::AssumptionPlace| place.address == address;
        self.assumptions().iter().any(is_place) || self.numbers().iter().any(|(known, _)| known == address)
    }

    /// Replaces the node at an address of the scenario's file, and decodes the file again.
    fn set_in_file(self, address: &str, node: Node) -> Result<Self, Error> {
        let mut tree = self.to_tree()?;
        match slot(&mut tree, address) {
            Some(found) if !address.is_empty() => *found = node,
            _ => return Err(self.unknown_address(address)),
        }
        decode::scenario(&tree).map_err(|problems| {
            if problems.iter().any(|problem| problem.detail == Detail::UnknownKey) {
                self.unknown_address(address)
            } else {
                Error::of(Kind::Invalid, "scenario", problems)
            }
        })
    }
}

/// Parses the TOML value for an address.
fn value_of(address: &str, text: &str) -> Result<Node, Error> {
    let refuse = |message: String| Error::invalid("value", address, message);
    let word = text.trim();
    // Shells remove the quotes of a period and of a word such as a measure. A name that stands for a number keeps them.
    let is_bare = match Subject::of(address) {
        Ok(Subject::Scenario(key)) => matches!(key, ScenarioKey::Base | ScenarioKey::Horizon),
        Ok(Subject::Provider(_, Some(ProviderKey::Claim))) => address.ends_with("].at"),
        Ok(Subject::Jump(_, JumpKey::At)) => true,
        Ok(Subject::Question(..)) => word.chars().all(char::is_alphabetic),
        Ok(
            Subject::Provider(..)
            | Subject::Jump(..)
            | Subject::Factor(..)
            | Subject::Assumption(_)
            | Subject::Dependence(..)
            | Subject::Correlation(..)
            | Subject::View(..),
        )
        | Err(_) => false,
    };
    if is_bare && !word.starts_with(['"', '\'']) {
        return Ok(word.into());
    }
    let root = Node::from_toml(&format!("value = {text}")).map_err(|error| {
        let Problem { message, detail, .. } = &error.problems()[0];
        let got = if *detail == Detail::StatesValue { String::new() } else { format!(", got {text:?}") };
        refuse(format!("{message}{got}"))
    })?;
    match root.value {
        Value::Table(mut entries) if entries.len() == 1 => Ok(entries.remove(0).node),
        _ => Err(refuse(format!("expected one value, got {text:?}"))),
    }
}

/// The node at an address. A missing key is added to its table; the decoder rejects it if it is not allowed.
fn slot<'n>(node: &'n mut Node, address: &str) -> Option<&'n mut Node> {
    let Some((token, rest)) = first_token(address) else {
        return address.is_empty().then_some(node);
    };
    let below = match &mut node.value {
        Value::Table(entries) => {
            let is_it = |entry: &Entry| match token {
                Token::Item(name) => entry.key == name,
                Token::Field(field) => address_key(&entry.key) == field,
            };
            let place = match (entries.iter().position(is_it), token) {
                (Some(place), _) => place,
                (None, Token::Field(field)) if rest.is_empty() => {
                    entries.push(Entry { key: field.to_owned(), key_offset: None, node: Value::Null.into() });
                    entries.len() - 1
                }
                (None, _) => return None,
            };
            &mut entries[place].node
        }
        Value::List(items) => {
            let Token::Item(name) = token else { return None };
            let is_named = |item: &Node| item.get("name").and_then(Node::as_text) == Some(name);
            let place = items.iter().position(is_named).or_else(|| name.parse().ok())?;
            items.get_mut(place)?
        }
        _ => return None,
    };
    slot(below, rest)
}
