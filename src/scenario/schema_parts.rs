//! The pieces of a JSON Schema.

use serde_json::{Map, Value, json};

use crate::assumption::domain::Domain;
use crate::assumption::quantity::Quantity;

pub(super) fn number(quantity: Quantity) -> Value {
    let Domain { low, high, low_open, high_open } = quantity.domain();
    let mut number = json!({ "type": "number", "description": quantity.rule() });
    if low.is_finite() {
        number[if low_open { "exclusiveMinimum" } else { "minimum" }] = json!(low);
    }
    if high.is_finite() {
        number[if high_open { "exclusiveMaximum" } else { "maximum" }] = json!(high);
    }
    number
}

pub(super) fn count(least: u64, most: Option<u64>) -> Value {
    let mut count = json!({ "type": "integer", "minimum": least });
    if let Some(most) = most {
        count["maximum"] = json!(most);
    }
    count
}

pub(super) fn period(description: &str) -> Value {
    let mut period = text(description);
    period["pattern"] = json!("^[0-9]{4}(-Q[1-4]|-(0[1-9]|1[0-2]))?$");
    period
}

pub(super) fn text(description: &str) -> Value {
    json!({ "type": "string", "description": description })
}

/// A list of two names.
pub(super) fn pair() -> Value {
    tuple([json!({ "type": "string" }), json!({ "type": "string" })])
}

pub(super) fn tuple(items: impl IntoIterator<Item = Value>) -> Value {
    let items: Vec<Value> = items.into_iter().collect();
    json!({ "type": "array", "minItems": items.len(), "maxItems": items.len(), "prefixItems": items })
}

pub(super) fn list(item: Value) -> Value {
    json!({ "type": "array", "items": item })
}

pub(super) fn table<'k>(keys: impl Iterator<Item = (&'k str, Value)>, required: &[&str]) -> Value {
    object(keys.map(|(key, value)| (key.to_owned(), value)).collect(), required)
}

fn object(properties: Vec<(String, Value)>, required: &[&str]) -> Value {
    let properties: Map<String, Value> = properties.into_iter().collect();
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

pub(super) fn any(choices: impl IntoIterator<Item = Value>) -> Value {
    one_of(choices.into_iter().collect())
}

fn one_of(choices: Vec<Value>) -> Value {
    json!({ "anyOf": choices })
}

pub(super) fn reference(definition: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{definition}") })
}

pub(super) fn described(mut schema: Value, description: &str) -> Value {
    schema["description"] = json!(description);
    schema
}
