//! The first value in which two files differ.

use serde_json::Value;

/// The address of the first value in which two files differ, with both values.
pub(super) fn difference(address: &str, file: &Value, again: &Value) -> Option<(String, [String; 2])> {
    match (file, again) {
        (Value::Object(own), Value::Object(other)) => {
            let at = |key: &str| if address.is_empty() { key.to_owned() } else { format!("{address}.{key}") };
            let null = &Value::Null;
            let added = own.keys().filter(|key| !other.contains_key(*key));
            let mut keys: Vec<&String> = other.keys().chain(added).collect();
            // An answer says more than a count in the manifest.
            keys.sort_by_key(|key| *key == "manifest");
            keys.into_iter()
                .find_map(|key| difference(&at(key), own.get(key).unwrap_or(null), other.get(key).unwrap_or(null)))
        }
        (Value::Array(own), Value::Array(other)) if own.len() == other.len() => {
            let mut items = own.iter().zip(other).enumerate();
            items.find_map(|(place, (own, other))| difference(&format!("{address}[{place}]"), own, other))
        }
        _ if is_same(file, again) => None,
        _ => Some((address.to_owned(), [file, again].map(shown))),
    }
}

/// Whether two values are the same; 1 and 1.0 are the same number.
fn is_same(one: &Value, other: &Value) -> bool {
    let bits = |value: &Value| value.as_f64().map(f64::to_bits);
    match (one, other) {
        (Value::Number(a), Value::Number(b)) if a.is_f64() || b.is_f64() => bits(one) == bits(other),
        _ => one == other,
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("{} items", items.len()),
        Value::Object(_) => "a table".to_owned(),
        Value::Null => "nothing".to_owned(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => value.to_string(),
    }
}
