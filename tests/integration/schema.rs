//! The JSON Schema of the scenario file, against the files in the repository. `bad_input` checks it against invalid ones.

use std::path::Path;

use serde_json::Value;

use outgrow::Scenario;

/// A validator of the keywords that the schema uses.
pub(crate) struct Schema(Value);

impl Schema {
    pub(crate) fn new() -> Self {
        Self(serde_json::from_str(&Scenario::json_schema()).expect("JSON"))
    }

    pub(crate) fn accepts(&self, value: &Value) -> bool {
        self.fits(&self.0, value)
    }

    fn fits(&self, schema: &Value, value: &Value) -> bool {
        let keywords = schema.as_object().expect("a schema is an object");
        keywords.iter().all(|(keyword, rule)| self.follows(schema, keyword, rule, value))
    }

    fn follows(&self, schema: &Value, keyword: &str, rule: &Value, value: &Value) -> bool {
        let number = |than: fn(f64, f64) -> bool| {
            value.as_f64().is_none_or(|value| than(value, rule.as_f64().expect("a number")))
        };
        let length = || value.as_array().map_or(0, |items| items.len() as u64);
        match keyword {
            "$schema" | "$defs" | "title" | "description" => true,
            "$ref" => {
                let path = rule.as_str().expect("text").trim_start_matches('#');
                self.fits(self.0.pointer(path).expect("a definition"), value)
            }
            "type" => match rule.as_str().expect("text") {
                "object" => value.is_object(),
                "array" => value.is_array(),
                "string" => value.is_string(),
                "number" => value.is_number(),
                "integer" => value.as_f64().is_some_and(|value| value.fract().abs() <= 0.0),
                other => panic!("unknown type {other}"),
            },
            "const" => value == rule,
            "enum" => items(rule).contains(value),
            "anyOf" => items(rule).iter().any(|one| self.fits(one, value)),
            "oneOf" => items(rule).iter().filter(|one| self.fits(one, value)).count() == 1,
            "minimum" => number(|value, bound| value >= bound),
            "maximum" => number(|value, bound| value <= bound),
            "exclusiveMinimum" => number(|value, bound| value > bound),
            "exclusiveMaximum" => number(|value, bound| value < bound),
            "minItems" => !value.is_array() || length() >= rule.as_u64().expect("a count"),
            "maxItems" => !value.is_array() || length() <= rule.as_u64().expect("a count"),
            "minProperties" => value.as_object().is_none_or(|own| own.len() as u64 >= rule.as_u64().expect("a count")),
            "items" => value.as_array().is_none_or(|items| items.iter().all(|item| self.fits(rule, item))),
            "prefixItems" => {
                value.as_array().is_none_or(|own| own.iter().zip(items(rule)).all(|(item, rule)| self.fits(rule, item)))
            }
            "required" => {
                let has = |key: &Value| value.get(key.as_str().expect("text")).is_some();
                !value.is_object() || items(rule).iter().all(has)
            }
            "properties" => {
                let entries = value.as_object().into_iter().flatten();
                entries
                    .filter_map(|(key, value)| Some((rule.get(key)?, value)))
                    .all(|(rule, value)| self.fits(rule, value))
            }
            "additionalProperties" => {
                let known = |key: &String| schema.get("properties").is_some_and(|known| known.get(key).is_some());
                let mut others = value.as_object().into_iter().flatten().filter(|(key, _)| !known(key));
                match rule {
                    Value::Bool(false) => others.next().is_none(),
                    rule => others.all(|(_, value)| self.fits(rule, value)),
                }
            }
            // Periods: four digits, and perhaps a quarter or a month.
            "pattern" => value.as_str().is_none_or(|text| text.parse::<outgrow::Period>().is_ok()),
            other => panic!("unknown keyword {other}"),
        }
    }
}

fn items(rule: &Value) -> &[Value] {
    rule.as_array().expect("a list")
}

#[test]
fn every_scenario_in_the_repository_fits_the_schema() {
    let schema = Schema::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut count = 0;
    for directory in ["examples/scenarios", "tests/data"] {
        for entry in std::fs::read_dir(root.join(directory)).expect("a directory") {
            let path = entry.expect("an entry").path();
            let text = || std::fs::read_to_string(&path).expect("a text");
            let value: Value = match path.extension().and_then(|ending| ending.to_str()) {
                #[cfg(feature = "toml")]
                Some("toml") if Scenario::from_toml(&text()).is_ok() => toml::from_str(&text()).expect("TOML"),
                Some("json") if Scenario::from_json(&text()).is_ok() => serde_json::from_str(&text()).expect("JSON"),
                _ => continue,
            };
            count += 1;
            assert!(schema.accepts(&value), "{}", path.display());
        }
    }
    assert!(count >= 5, "{count} scenarios");
}

/// What a scenario is written as fits too.
#[test]
fn every_written_scenario_fits_the_schema() {
    use outgrow::{Curve, Measure, Provider, Question, Tail, discrete, empirical, log_growth, normal, truncated};
    let laws = [
        (0.5, Curve::totals([normal(0.3, 0.1).source("a report"), log_growth(0.2, 0.1)], Tail::fade(0.1, 2))),
        (0.5, Curve::schedule([0.3, 0.2], Tail::ratio("auto"))),
    ];
    let scenario = Scenario::builder("2018-Q4", "2022-Q4")
        .unit("USD")
        .assumption("boom", truncated(normal(0.3, 0.1), 0.1, None))
        .assumption("bust", discrete([(0.1, 1.0), (0.2, 2.0)]))
        .dependence("boom", "bust", 0.3)
        .provider(Provider::new("A", 10).history([9.0; 8]).growth(Curve::mixture(laws)).volatility(0.1))
        .provider(Provider::new("B", empirical([11.0, 12.0])).history([9.0; 8]).growth(Curve::constant("boom")))
        .provider(Provider::new("C", 9).history([9.0; 8]).growth(Curve::bass("bust", 0.3, 0.2)))
        .question(Question::overtakes("A", "B").measure(Measure::FiscalYearEnding(3)))
        .question(Question::leads("A").sustained_years(1))
        .question(Question::top("C", 2).measure(Measure::Trailing))
        .build()
        .expect("valid");
    assert!(Schema::new().accepts(&serde_json::to_value(&scenario).expect("a file")));
}
