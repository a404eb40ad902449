//! serde for the tree: serialization to any format, deserialization from any self-describing one.

use super::faults::{doubled, too_deep};
use super::{Entry, MAX_DEPTH, Node, Value};
use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{self, Serialize, SerializeMap, Serializer};
use std::collections::HashSet;
use std::fmt;

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.value {
            Value::Bool(truth) => serializer.serialize_bool(*truth),
            Value::Integer(whole) => serializer.serialize_i64(*whole),
            // serde_json would silently write `null`.
            Value::Number(number) if !number.is_finite() => {
                Err(ser::Error::custom(format!("only finite numbers can be written, got {number}")))
            }
            Value::Number(number) => serializer.serialize_f64(*number),
            Value::Text(text) => serializer.serialize_str(text),
            Value::List(items) => serializer.collect_seq(items),
            Value::Table(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                entries.iter().try_for_each(|entry| map.serialize_entry(&entry.key, &entry.node))?;
                map.end()
            }
            Value::Null => serializer.serialize_unit(),
            Value::Other(word) => Err(ser::Error::custom(format!("{word} cannot be written"))),
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Within(0).deserialize(deserializer)
    }
}

/// Deserializes a value within this many lists and tables.
#[derive(Clone, Copy)]
struct Within(usize);

impl Within {
    fn deeper<E: de::Error>(self) -> Result<Self, E> {
        if self.0 == MAX_DEPTH { Err(E::custom(too_deep())) } else { Ok(Self(self.0 + 1)) }
    }
}

impl<'de> DeserializeSeed<'de> for Within {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Within {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table, a list, text, a number, true or false")
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Node, E> {
        Ok(truth.into())
    }

    fn visit_i64<E>(self, whole: i64) -> Result<Node, E> {
        Ok(whole.into())
    }

    fn visit_u64<E>(self, whole: u64) -> Result<Node, E> {
        Ok(i64::try_from(whole).map_or_else(|_| Node::from(whole as f64), Node::from))
    }

    fn visit_i128<E>(self, whole: i128) -> Result<Node, E> {
        Ok(i64::try_from(whole).map_or_else(|_| Node::from(whole as f64), Node::from))
    }

    fn visit_u128<E>(self, whole: u128) -> Result<Node, E> {
        Ok(i64::try_from(whole).map_or_else(|_| Node::from(whole as f64), Node::from))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Node, E> {
        Ok(number.into())
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(text.into())
    }

    fn visit_string<E>(self, text: String) -> Result<Node, E> {
        Ok(text.into())
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Value::Null.into())
    }

    fn visit_none<E>(self) -> Result<Node, E> {
        Ok(Value::Null.into())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Node, A::Error> {
        let inner = self.deeper()?;
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(inner)? {
            items.push(item);
        }
        Ok(Value::List(items).into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let inner = self.deeper()?;
        let mut seen = HashSet::new();
        let mut entries = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            if !seen.insert(key.clone()) {
                return Err(de::Error::custom(doubled(&format!("{key:?}"))));
            }
            entries.push(Entry { key, key_offset: None, node: map.next_value_seed(inner)? });
        }
        Ok(Value::Table(entries).into())
    }
}
