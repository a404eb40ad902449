//! Random valid scenarios as trees: one to five providers, every curve and distribution of the file format.

use outgrow::{Period, Scenario};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::{Value, json};

/// Names that a writer must quote or escape.
const NAMES: [&str; 5] = ["Alibaba Cloud", "阿里云", "a.b = \"c\"", "O'Größe\\n", " outer blanks "];

/// A named assumption whose values are allowed at every address.
const NAMED: &str = "boom, once";

pub(crate) fn scenario(tree: &Value) -> Scenario {
    let text = tree.to_string();
    Scenario::from_json(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

pub(crate) fn tree() -> impl Strategy<Value = Value> {
    (grid(), vec(provider(), 1..=NAMES.len()), named(), -0.8..0.8_f64, vec(any::<bool>(), NAMES.len()), question())
        .prop_map(|((base, horizon, periods), mut providers, named, common, signs, question)| {
            for (provider, name) in providers.iter_mut().zip(NAMES) {
                provider["name"] = json!(name);
            }
            let mut tree = json!({ "base": base, "horizon": horizon, "unit": "USD m", "assumption": { NAMED: named } });
            if common > 0.0 {
                tree["quantity"] = json!("registrations, “new”");
            }
            providers[0]["claim"] = json!([{ "at": base, "at_least": 0.5, "at_most": common.abs() + 1.0 }]);
            tree["ceiling"] = json!(1e12 * (1.0 + common));
            if providers.len() > 1 {
                tree["correlation"] = correlations(&signs[..providers.len()], common);
                tree["question"] = questions(providers.len(), periods, question);
            }
            if common < 0.2 {
                let address = format!("provider[{}].volatility", NAMES[providers.len() - 1]);
                tree["view"] = json!([
                    { "name": "bull", "weight": 1.0 + common, "with": { &address: 0.3 } },
                    { "name": "a \"bear\", 2", "with": { &address: { "uniform": [0.1, 0.2], "source": "assumed" } } },
                ]);
            }
            tree["provider"] = Value::Array(providers);
            tree
        })
}

/// Base, horizon and the number of periods, in each of the three forms.
fn grid() -> impl Strategy<Value = (String, String, u32)> {
    (prop_oneof![Just("2018-11"), Just("2018-Q3"), Just("2018")], 1..40_u32).prop_map(|(base, periods)| {
        let first: Period = base.parse().expect("a label");
        let last = first.checked_add(i32::try_from(periods).expect("few")).expect("a period");
        (base.to_owned(), last.to_string(), periods)
    })
}

/// `r s_i s_j` with 0 ≤ r < 1 is positive definite.
fn correlations(signs: &[bool], common: f64) -> Value {
    let pairs = (0..signs.len()).flat_map(|i| (0..i).map(move |j| (i, j)));
    let value = |(i, j): (usize, usize)| if signs[i] == signs[j] { common.abs() } else { -common.abs() };
    pairs.map(|pair| json!({ "between": [NAMES[pair.0], NAMES[pair.1]], "value": value(pair) })).collect()
}

/// The pair, the number of consecutive periods, and an optional name.
fn question() -> impl Strategy<Value = (usize, u32, Option<&'static str>)> {
    (1..NAMES.len(), 1..6_u32, option::of(Just("for \"good\"?")))
}

fn questions(providers: usize, periods: u32, (other, sustained, name): (usize, u32, Option<&str>)) -> Value {
    let rival = NAMES[(other - 1) % (providers - 1) + 1];
    let mut first = json!({ "overtakes": [NAMES[0], rival], "sustained": sustained.min(periods) });
    if let Some(name) = name {
        first["name"] = json!(name);
    }
    let second = json!({ "overtakes": [rival, NAMES[0]] });
    // At most forty periods are projected, so consecutive dates for a year fit only on some grids.
    let lasting = json!({ "overtakes": [rival, NAMES[0]], "name": "for a year", "sustained": { "years": 1 } });
    if periods >= 12 { json!([first, second, lasting]) } else { json!([first, second]) }
}

fn provider() -> impl Strategy<Value = Value> {
    (amount(), curve(), option::of(assumption(0.02, 0.6)), option::of(Just("annual report, page 3")), amount_law())
        .prop_map(|(plain, growth, volatility, source, revenue)| {
            let mut provider = json!({ "revenue": revenue.unwrap_or(json!(plain)), "growth": growth });
            if let Some(volatility) = volatility {
                provider["volatility"] = volatility;
            }
            if let Some(source) = source {
                provider["source"] = json!(source);
            }
            provider
        })
}

fn amount() -> impl Strategy<Value = f64> {
    prop_oneof![1e-3..1.0, 1.0..1e4, 1e6..1e12]
}

fn amount_law() -> impl Strategy<Value = Option<Value>> {
    option::of((amount(), law()).prop_map(|(scale, law)| law.over(scale, 2.0 * scale)))
}

/// Growth a year, half-lives, ratios and volatilities as numbers, names or distributions between `low` and `high`.
fn assumption(low: f64, high: f64) -> impl Strategy<Value = Value> {
    prop_oneof![
        2 => (low..high).prop_map(|value| json!(value)),
        1 => Just(json!(NAMED)),
        4 => law().prop_map(move |law| law.over(low, high)),
    ]
}

fn named() -> impl Strategy<Value = Value> {
    law().prop_map(|law| law.over(0.1, 0.5))
}

/// A distribution on the unit interval: its kind, two or three sorted points, and an optional source.
#[derive(Debug, Clone)]
struct Law {
    kind: usize,
    points: [f64; 3],
    source: bool,
}

fn law() -> impl Strategy<Value = Law> {
    (0..17_usize, 0.0..0.3, 0.35..0.6, 0.65..1.0, any::<bool>()).prop_map(|(kind, low, mode, high, source)| Law {
        kind,
        points: [low, mode, high],
        source,
    })
}

impl Law {
    /// The distribution scaled to `low` … `high`; an unbounded one extends over at most 6 standard deviations.
    fn over(&self, low: f64, high: f64) -> Value {
        let width = high - low;
        let [p, q, r] = self.points.map(|point| low + width * point);
        let (middle, sd) = (low + width / 2.0, width / 13.0);
        let mut law = match self.kind {
            0 => json!({ "fixed": q }),
            1 => json!({ "normal": [middle, sd] }),
            2 => json!({ "lognormal": [q, 0.2] }),
            3 => json!({ "uniform": [p, r] }),
            4 => json!({ "triangular": [p, q, r] }),
            5 => json!({ "pert": [p, q, r] }),
            6 => json!({ "interval": [middle - sd, middle + sd] }),
            7 => json!({ "log_interval": [q, 1.5 * q] }),
            8 => json!({ "truncated": { "of": { "normal": [q, width] }, "low": p, "high": r } }),
            9 => json!({ "truncated": { "of": { "lognormal": [q, 0.5] }, "low": p } }),
            10 => {
                let of = json!({ "log_growth": [libm::log1p(middle), 0.01] });
                json!({ "truncated": { "of": of, "low": middle / 2.0 } })
            }
            11 => json!({ "beta": { "alpha": 2, "beta": 3, "low": p, "high": r } }),
            12 => {
                json!({ "truncated": { "of": { "student_t": { "df": 4, "location": q, "scale": sd } }, "low": p, "high": r } })
            }
            13 => {
                json!({ "quantiles": { "p10": middle - sd, "p50": middle, "p90": middle + sd, "low": low, "high": high } })
            }
            14 => {
                json!({ "truncated": { "of": { "quantiles": { "p25": middle - sd, "p50": middle, "p75": middle + sd } }, "low": p, "high": r } })
            }
            15 => json!({ "discrete": [[q, 1], [p, 2.5], [r, 0]] }),
            _ => json!({ "empirical": [q, r, p, q] }),
        };
        if self.source {
            law["source"] = json!("assumed: “see note” \\ \"2\"");
        }
        law
    }
}

fn curve() -> impl Strategy<Value = Value> {
    prop_oneof![
        assumption(0.02, 0.8).prop_map(|growth| json!({ "constant": growth })),
        (assumption(0.02, 0.8), assumption(0.02, 0.3), assumption(0.5, 6.0))
            .prop_map(|(from, to, half_life)| json!({ "fade": { "from": from, "to": to, "half_life": half_life } })),
        (vec(assumption(0.02, 0.8), 1..5), tail())
            .prop_map(|(rates, tail)| json!({ "schedule": { "rates": rates, "tail": tail } })),
        // `auto` requires decreasing rates, known beforehand.
        (vec(0.02..0.8_f64, 2..5)).prop_map(|mut rates| {
            rates.sort_by(|one, other| other.total_cmp(one));
            json!({ "schedule": { "rates": rates, "tail": { "ratio": "auto" }, "reading": "point" } })
        }),
        // 40 periods of any length lie within 40 years.
        vec(-0.5..0.8_f64, 40).prop_map(|rates| json!({ "schedule": { "rates": rates } })),
    ]
}

fn tail() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!("hold")),
        assumption(0.2, 1.2).prop_map(|ratio| json!({ "ratio": ratio })),
        (assumption(0.02, 0.3), assumption(0.5, 6.0))
            .prop_map(|(to, half_life)| json!({ "fade": { "to": to, "half_life": half_life } })),
    ]
}
