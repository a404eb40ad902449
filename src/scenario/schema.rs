//! The JSON Schema of the scenario file, made from the lists of keys, distributions and curves that decode it.
//!
//! Every list is matched completely, so that a new key does not compile until the schema knows it. The schema sees types,
//! keys and the bounds of single numbers. What depends on several values, such as names and the order of quantiles, only
//! the library checks.

use serde_json::{Value, json};

use super::schema_parts::{any, count, described, list, number, pair, period, reference, table, text, tuple};
use super::shock::ShockKind;
use super::{MOST_FACTORS, MOST_PERIODS, MOST_PROVIDERS, MOST_SERIES, MOST_VIEWS, Scenario};
use crate::assumption::address::{
    CorrelationKey, DependenceKey, FactorKey, JumpKey, ProviderKey, QuestionKey, ScenarioKey, ViewKey,
};
use crate::assumption::family::{Family, Notation};
use crate::assumption::quantiles::StatedPair;
use crate::assumption::quantity::Quantity;
use crate::growth::{AUTO, Curve, CurveFamily};

impl Scenario {
    /// The [JSON Schema](https://json-schema.org) (draft 2020-12) of the scenario file, for editors and for programs that
    /// write such files. It holds for TOML and JSON, which carry the same tree.
    ///
    /// A file that it refuses is refused by [`Scenario::from_json`] too. The reverse does not hold: names, periods and
    /// what several numbers must satisfy together are beyond a schema.
    ///
    /// # Example: the keys of a scenario
    /// ```
    /// let schema: serde_json::Value = serde_json::from_str(&outgrow::Scenario::json_schema()).expect("JSON");
    /// assert_eq!(schema["required"], serde_json::json!(["base", "horizon", "provider"]));
    /// assert!(schema["properties"]["question"].is_object());
    /// ```
    #[must_use]
    pub fn json_schema() -> String {
        format!("{:#}", schema())
    }
}

fn schema() -> Value {
    let keys = ScenarioKey::ALL.iter().map(|key| (key.text(), top(*key)));
    let mut schema = table(keys, &["base", "horizon", "provider"]);
    let definitions = json!({
        "distribution": distribution(),
        "law": law(),
        "curve": curve(),
        "tail": tail(),
    });
    let head = [
        ("$schema", json!("https://json-schema.org/draft/2020-12/schema")),
        ("title", json!("Scenario of outgrow")),
        ("description", json!("Competing providers, the growth of their revenue, its uncertainty, and questions.")),
        ("$defs", definitions),
    ];
    for (key, value) in head {
        schema[key] = value;
    }
    schema
}

fn top(key: ScenarioKey) -> Value {
    match key {
        ScenarioKey::Base => period("the last period with a known or assumed revenue; its form sets the step"),
        ScenarioKey::Horizon => period("the last projected period, in the form of the base"),
        ScenarioKey::Unit => text("the unit of revenue, a label"),
        ScenarioKey::Quantity => text("the noun for what is compared; \"revenue\" by default"),
        ScenarioKey::Ceiling => {
            described(number(Quantity::Revenue), "revenue of a period that all providers together cannot exceed")
        }
        ScenarioKey::Innovations => {
            let student_t = table([("df", number(Quantity::DegreesOfFreedom))].into_iter(), &["df"]);
            let student_t = table([("student_t", student_t)].into_iter(), &["student_t"]);
            described(any([json!({ "const": "gaussian" }), student_t]), "the distribution of the innovations")
        }
        ScenarioKey::Assumption => json!({
            "description": "named numbers and distributions, drawn once; used by writing the name in place of a number",
            "type": "object",
            "additionalProperties": place(Quantity::Shared),
        }),
        ScenarioKey::Dependence => {
            let keys = DependenceKey::ALL.iter().map(|key| {
                let value = match key {
                    DependenceKey::Between => {
                        described(pair(), "two addresses of drawn numbers or names of assumptions")
                    }
                    DependenceKey::RankCorrelation => {
                        described(number(Quantity::Correlation), "Spearman's, from -1 to 1")
                    }
                };
                (key.text(), value)
            });
            list(table(keys, DependenceKey::TEXTS))
        }
        ScenarioKey::Provider => {
            let mut providers = list(provider());
            (providers["minItems"], providers["maxItems"]) = (json!(1), json!(MOST_PROVIDERS));
            providers
        }
        ScenarioKey::Factor => {
            let keys = FactorKey::ALL.iter().map(|key| {
                let value = match key {
                    FactorKey::Name => text("unique; not a provider's"),
                    FactorKey::Drift => described(place(Quantity::Growth), "simple growth a year; 0 by default"),
                    FactorKey::Volatility => {
                        described(place(Quantity::Volatility), "standard deviation of its log per √year")
                    }
                };
                (key.text(), value)
            });
            let mut factors = list(table(keys, &["name", "volatility"]));
            factors["maxItems"] = json!(MOST_FACTORS);
            factors
        }
        ScenarioKey::Correlation => {
            let keys = CorrelationKey::ALL.iter().map(|key| {
                let value = match key {
                    CorrelationKey::Between => {
                        described(pair(), "two providers, segments as Provider/Segment, or factors")
                    }
                    CorrelationKey::Value => number(Quantity::Correlation),
                };
                (key.text(), value)
            });
            list(table(keys, CorrelationKey::TEXTS))
        }
        ScenarioKey::View => {
            let mut views = list(table(ViewKey::ALL.iter().copied().map(view_key), &["name", "with"]));
            views["maxItems"] = json!(MOST_VIEWS);
            views
        }
        ScenarioKey::Question => list(question()),
    }
}

/// A provider: one series, or several segments.
fn provider() -> Value {
    let of_segments =
        [ProviderKey::Name, ProviderKey::FiscalYearEnds, ProviderKey::Source, ProviderKey::Exit, ProviderKey::Segment];
    let one = ProviderKey::ALL.iter().copied().filter(|key| *key != ProviderKey::Segment);
    any([
        table(one.map(series_key), &["name", "revenue", "growth"]),
        table(of_segments.into_iter().map(series_key), &["name", "segment"]),
    ])
}

fn segments() -> Value {
    let of_providers = [ProviderKey::Segment, ProviderKey::FiscalYearEnds, ProviderKey::Exit];
    let keys = ProviderKey::ALL.iter().copied().filter(|key| !of_providers.contains(key));
    let mut segments = list(table(keys.map(series_key), &["name", "revenue", "growth"]));
    (segments["minItems"], segments["maxItems"]) = (json!(1), json!(MOST_SERIES));
    segments
}

fn shock() -> Value {
    let kinds = ShockKind::ALL.map(|kind| {
        let numbers = kind.numbers();
        if numbers.is_empty() {
            return json!({ "const": kind.key() });
        }
        let names: Vec<&str> = numbers.iter().map(|(name, _)| *name).collect();
        let value = table(numbers.iter().map(|(name, quantity)| (*name, place(*quantity))), &names);
        table([(kind.key(), value)].into_iter(), &[kind.key()])
    });
    any(kinds)
}

fn jump() -> Value {
    let keys = JumpKey::ALL.iter().map(|key| {
        let value = match key {
            JumpKey::At => period("the period from which on it holds"),
            JumpKey::LogSize => described(place(Quantity::LogSize), "the change of log revenue"),
            JumpKey::Probability => described(number(Quantity::Probability), "1 by default"),
        };
        (key.text(), value)
    });
    list(table(keys, &["at", "log_size"]))
}

fn series_key(key: ProviderKey) -> (&'static str, Value) {
    let value = match key {
        ProviderKey::Name => text("unique; without [ ] / and control characters"),
        ProviderKey::Revenue => described(place(Quantity::Revenue), "revenue in the base period"),
        ProviderKey::Growth => reference("curve"),
        ProviderKey::Volatility => {
            described(place(Quantity::Volatility), "standard deviation of log revenue per √year; 0 by default")
        }
        ProviderKey::Shock => described(shock(), "how shocks accumulate; \"random_walk\" by default"),
        ProviderKey::Centring => described(json!({ "enum": ["median", "mean"] }), "\"median\" by default"),
        ProviderKey::Exit => {
            described(number(Quantity::Probability), "yearly probability that the provider ceases to exist")
        }
        ProviderKey::Loading => json!({
            "description": "factor and number: log revenue moves by this times the log of the factor",
            "type": "object",
            "additionalProperties": number(Quantity::Loading),
        }),
        ProviderKey::Jump => jump(),
        ProviderKey::Segment => segments(),
        ProviderKey::History => {
            described(list(number(Quantity::Revenue)), "revenue of the periods just before the base, oldest first")
        }
        ProviderKey::FiscalYearEnds => described(count(1, Some(12)), "the month in which the fiscal year ends"),
        ProviderKey::Source => text("where the figures are from"),
        ProviderKey::Claim => {
            let bound = || number(Quantity::Revenue);
            let keys = [("at", period("a period up to the base")), ("at_least", bound()), ("at_most", bound())];
            list(table(keys.into_iter(), &["at"]))
        }
    };
    (key.text(), value)
}

fn view_key(key: ViewKey) -> (&'static str, Value) {
    let value = match key {
        ViewKey::Name => text("unique; not \"pool\""),
        ViewKey::Weight => described(number(Quantity::ViewWeight), "relative to the sum of the weights; 1 by default"),
        ViewKey::With => json!({
            "description": "values by the addresses of the numbers that they replace",
            "type": "object",
            "minProperties": 1,
            "additionalProperties": place(Quantity::Shared),
        }),
    };
    (key.text(), value)
}

fn question() -> Value {
    let key = |key: &QuestionKey| {
        let value = match key {
            QuestionKey::Overtakes => described(pair(), "challenger and incumbent"),
            QuestionKey::Leads => text("the provider that has the highest revenue of all"),
            QuestionKey::Top => described(
                tuple([json!({ "type": "string" }), count(1, Some(MOST_PROVIDERS as u64))]),
                "a provider and a number of places",
            ),
            QuestionKey::Name => text("unique among the questions"),
            QuestionKey::Measure => any([
                json!({ "enum": ["period", "trailing", "annual"] }),
                table([("fiscal_year_ending", count(1, Some(12)))].into_iter(), &["fiscal_year_ending"]),
            ]),
            QuestionKey::Sustained => {
                let dates = || count(1, Some(u64::from(MOST_PERIODS)));
                let years = table([("years", dates())].into_iter(), &["years"]);
                described(any([dates(), years]), "the dates in a row that a lead must last, or years; 1 by default")
            }
        };
        (key.text(), value)
    };
    let mut question = table(QuestionKey::ALL.iter().map(key), &[]);
    let kinds = [QuestionKey::Overtakes, QuestionKey::Leads, QuestionKey::Top];
    question["oneOf"] = kinds.iter().map(|key| json!({ "required": [key.text()] })).collect();
    question
}

/// A number, the name of an assumption, or a distribution.
fn place(quantity: Quantity) -> Value {
    any([number(quantity), json!({ "type": "string" }), reference("distribution")])
}

/// One distribution, and optionally its source.
fn distribution() -> Value {
    let with_source = |(key, value): (&'static str, Value)| {
        table([(key, value), ("source", text("where the figure is from"))].into_iter(), &[key])
    };
    any(laws().chain([("fixed", json!({ "type": "number" }))]).map(with_source))
}

/// One distribution that may be truncated.
fn law() -> Value {
    any(laws().map(|(key, value)| table([(key, value)].into_iter(), &[key])))
}

/// The value of every key of a distribution but `fixed`.
fn laws() -> impl Iterator<Item = (&'static str, Value)> {
    let families = Family::ALL.into_iter().map(|family| (family.key(), of_family(family)));
    let real = || json!({ "type": "number" });
    let quantiles = any(StatedPair::ALL.into_iter().map(|level| {
        let keys = level.keys();
        table(keys.into_iter().chain(["low", "high"]).map(|key| (key, real())), &keys)
    }));
    let mut discrete = list(tuple([real(), number(Quantity::Weight)]));
    let mut empirical = list(real());
    (discrete["minItems"], empirical["minItems"]) = (json!(1), json!(1));
    let truncated = [("of", reference("law")), ("low", real()), ("high", real())];
    families.chain([
        ("quantiles", quantiles),
        ("discrete", discrete),
        ("empirical", empirical),
        ("truncated", table(truncated.into_iter(), &["of"])),
    ])
}

fn of_family(family: Family) -> Value {
    let parameters = family.parameters();
    match family.notation() {
        Notation::List => tuple(parameters.iter().map(|(name, quantity)| described(number(*quantity), name))),
        Notation::Table { defaults } => {
            let required: Vec<&str> =
                parameters[..parameters.len() - defaults.len()].iter().map(|(name, _)| *name).collect();
            table(parameters.iter().map(|(name, quantity)| (*name, number(*quantity))), &required)
        }
    }
}

fn curve() -> Value {
    let growth = || place(Quantity::Growth);
    let half_life = || place(Quantity::HalfLife);
    let fade = [("from", growth()), ("to", growth()), ("half_life", half_life())];
    let mut rates = list(growth());
    rates["minItems"] = json!(1);
    let schedule = [("rates", rates), ("tail", reference("tail")), ("reading", json!({ "enum": ["point", "totals"] }))];
    let share = [
        ("market", reference("curve")),
        ("from", place(Quantity::MarketShare)),
        ("to", place(Quantity::MarketShare)),
        ("half_life", half_life()),
    ];
    let law =
        table([("weight", number(Quantity::Weight)), ("curve", reference("curve"))].into_iter(), &["weight", "curve"]);
    let mut mixture = list(law);
    mixture["minItems"] = json!(1);
    let closed_forms = CurveFamily::ALL.into_iter().map(|family| {
        let names: Vec<&str> = family.parameters().iter().map(|(name, _)| *name).collect();
        (family.key(), table(family.parameters().iter().map(|(name, quantity)| (*name, place(*quantity))), &names))
    });
    let structured = [
        ("constant", growth()),
        ("schedule", table(schedule.into_iter(), &["rates"])),
        ("fade", table(fade.into_iter(), &["from", "to", "half_life"])),
        ("share", table(share.into_iter(), &["market", "from", "to", "half_life"])),
        ("mixture", mixture),
    ];
    let all = structured.into_iter().chain(closed_forms).map(|(key, value)| table([(key, value)].into_iter(), &[key]));
    let curves = any(all.collect::<Vec<_>>());
    described(
        curves,
        &format!("growth is simple growth a year; at most {} curves inside each other", Curve::MOST_NESTED),
    )
}

fn tail() -> Value {
    let fade = [("to", place(Quantity::Growth)), ("half_life", place(Quantity::HalfLife))];
    any([
        json!({ "const": "hold" }),
        table([("fade", table(fade.into_iter(), &["to", "half_life"]))].into_iter(), &["fade"]),
        described(
            table([("ratio", place(Quantity::Ratio))].into_iter(), &["ratio"]),
            &format!("a ratio may be {AUTO:?}"),
        ),
    ])
}
