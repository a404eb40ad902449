//! Keys of items in addresses.

use std::collections::HashMap;

use super::names::{name_fault, visible};
use crate::assumption::address::Key;

/// The key of an item: its name, or its index if the name is missing, ambiguous or not allowed in an address.
#[derive(Debug)]
pub(super) enum ItemKey {
    Name(String),
    Index(usize),
}

impl ItemKey {
    pub(super) fn borrow(&self) -> Key<'_> {
        match self {
            Self::Name(name) => Key::Name(name),
            Self::Index(index) => Key::Index(*index),
        }
    }
}

pub(super) fn keys<'a>(names: impl Iterator<Item = Option<&'a str>>) -> Vec<ItemKey> {
    keys_of(&names.collect::<Vec<_>>())
}

fn keys_of(names: &[Option<&str>]) -> Vec<ItemKey> {
    let mut uses: HashMap<String, usize> = HashMap::new();
    names.iter().flatten().for_each(|name| *uses.entry(visible(name)).or_default() += 1);
    let key = |(index, name): (usize, &Option<&str>)| match name {
        Some(own) if uses[&visible(own)] == 1 && name_fault(own).is_none() => ItemKey::Name((*own).to_owned()),
        _ => ItemKey::Index(index),
    };
    names.iter().enumerate().map(key).collect()
}

/// A key as it appears in an address: quoted if it contains special characters.
pub(super) fn address_key(key: &str) -> String {
    let is_plain = |sign: char| sign.is_alphanumeric() || "_-".contains(sign);
    if !key.is_empty() && key.chars().all(is_plain) { key.to_owned() } else { format!("{key:?}") }
}
