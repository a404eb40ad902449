//! Invalid values: every key of the file times every kind of mistake, in TOML and in JSON.

use std::collections::BTreeSet;

use serde_json::json;

use super::document::{FORMATS, Format, Tree, Way, Written};
use crate::schema::Schema;

/// Every supported key, distribution, curve and tail. Named assumptions that nothing uses are checked too.
fn valid() -> Tree {
    let tree = json!({
        "base": "2018-Q1",
        "horizon": "2022-Q1",
        "unit": "USD m",
        "quantity": "sales",
        "ceiling": 1e5,
        "innovations": { "student_t": { "df": 5 } },
        "assumption": {
            "used": { "normal": [0.3, 0.05] },
            "number": 0.5,
            "fixed": { "fixed": 0.3, "source": "a guess" },
            "normal": { "normal": [0.3, 0.1], "source": "a panel" },
            "lognormal": { "lognormal": [1.5, 0.1] },
            "uniform": { "uniform": [1, 2] },
            "triangular": { "triangular": [1, 2, 3] },
            "pert": { "pert": [1, 2, 3] },
            "interval": { "interval": [1, 2] },
            "log_interval": { "log_interval": [1, 2] },
            "log_growth": { "log_growth": [0.3, 0.1] },
            "beta": { "beta": { "alpha": 2, "beta": 5, "low": 1, "high": 2 } },
            "student_t": { "student_t": { "df": 4, "location": 1, "scale": 0.5 } },
            "quantiles": { "quantiles": { "p10": 1, "p50": 2, "p90": 3, "low": 0.5, "high": 4 } },
            "discrete": { "discrete": [[1, 2], [3, 4]], "source": "a panel" },
            "empirical": { "empirical": [1, 2, 3] },
            "left": { "uniform": [1, 2] },
            "right": { "uniform": [1, 2] },
            "truncated": { "truncated": { "of": { "normal": [0.5, 0.1] }, "low": 0.1, "high": 0.9 } },
        },
        "dependence": [{ "between": ["left", "assumption[right]"], "rank_correlation": 0.5 }],
        "provider": [
            {
                "name": "阿里云",
                "revenue": { "lognormal": [690, 0.05], "source": "annual report" },
                "growth": { "schedule": {
                    "rates": [0.87, { "normal": [0.6, 0.05] }, "used"],
                    "tail": { "fade": { "to": 0.12, "half_life": 2 } },
                    "reading": "point",
                } },
                "volatility": 0.15,
                "shock": "random_walk",
                "centring": "median",
                "exit": 0.1,
                "loading": { "yen": 0.5, "rates": -1 },
                "jump": [
                    { "at": "2019-Q1", "log_size": { "normal": [0.1, 0.05] }, "probability": 0.5 },
                    { "at": "2019-Q1", "log_size": -0.1 },
                ],
                "source": "assumed",
                "claim": [{ "at": "2017-Q4", "at_least": 500, "at_most": 700 }, { "at": "2018-Q1", "at_most": 800 }],
            },
            { "name": "B", "revenue": 1000, "growth": { "fade": { "from": 0.45, "to": 0.12, "half_life": 4 } } },
            { "name": "C.D", "revenue": 1000, "growth": { "constant": 0.2 }, "shock": { "persistent": { "half_life": 1.5 } } },
            { "name": "hold", "revenue": 1000, "growth": { "schedule": { "rates": [0.3], "tail": "hold" } }, "shock": { "reverting": { "half_life": 1.5 } } },
            { "name": "ratio", "revenue": 1000, "growth": { "schedule": { "rates": [0.3], "tail": { "ratio": 0.7 } } },
              "shock": { "damped_trend": { "share": 0.25, "half_life": 1.5 } } },
            { "name": "hyperbolic", "revenue": 1, "growth": { "hyperbolic": { "from": 0.87, "half_life": 2 } } },
            { "name": "damped", "revenue": 1, "growth": { "damped": { "from": 0.87, "phi": 0.7 } } },
            { "name": "logistic", "revenue": 1, "growth": { "logistic": { "saturation": 20, "rate": 0.6 } } },
            { "name": "gompertz", "revenue": 1, "growth": { "gompertz": { "saturation": 20, "rate": 0.4 } } },
            { "name": "richards", "revenue": 1, "growth": { "richards": { "saturation": 20, "rate": 0.5, "shape": 0.5 } } },
            { "name": "bass", "revenue": 1, "growth": { "bass": { "p": 0.02, "q": 0.4, "adopted": 0.1 } } },
            { "name": "weibull", "revenue": 1, "growth": { "weibull": { "saturation": 20, "rate": 0.2, "shape": 1.5 } } },
            { "name": "share", "revenue": 1, "growth": { "share": {
                "market": { "fade": { "from": 0.4, "to": 0.1, "half_life": 3 } },
                "from": 0.05, "to": 0.1, "half_life": 3,
            } } },
            { "name": "mixture", "revenue": 1, "growth": { "mixture": [
                { "weight": 0.5, "curve": { "constant": 0.2 } },
                { "weight": 1, "curve": { "gompertz": { "saturation": 20, "rate": 0.4 } } },
            ] } },
            { "name": "auto", "revenue": 1, "growth": { "schedule": { "rates": [0.3, 0.2], "tail": { "ratio": "auto" } } } },
        ],
        "factor": [{ "name": "yen", "drift": 0.02, "volatility": 0.1 }, { "name": "rates", "volatility": 0.1 }],
        "correlation": [{ "between": ["阿里云", "B"], "value": 0.3 }],
        "view": [
            { "name": "bull", "weight": 2, "with": {
                "assumption[used]": 0.35,
                "provider[B].revenue": { "lognormal": [900, 0.05], "source": "a report" },
            } },
            { "name": "bear", "with": { "provider[阿里云].volatility": 0.2 } },
        ],
        "question": [
            { "overtakes": ["阿里云", "B"], "name": "first", "measure": "period", "sustained": 2 },
            { "overtakes": ["B", "阿里云"] },
            { "overtakes": ["阿里云", "B"], "sustained": { "years": 1 } },
            { "leads": "B" },
            { "top": ["B", 2] },
        ],
    });
    Tree::from(&tree)
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Fault {
    Bool,
    Text,
    EmptyList,
    List,
    EmptyTable,
    Table,
    /// `null` in JSON, a date in TOML.
    Alien,
    Number(f64),
    TooMany,
    TooFew,
    UnknownKey,
    Missing,
}

const FAULTS: [Fault; 18] = [
    Fault::Bool,
    Fault::Text,
    Fault::EmptyList,
    Fault::List,
    Fault::EmptyTable,
    Fault::Table,
    Fault::Alien,
    Fault::Number(7.5),
    Fault::Number(0.0),
    Fault::Number(-2.0),
    Fault::Number(1e300),
    Fault::Number(f64::NAN),
    Fault::Number(f64::INFINITY),
    Fault::Number(f64::NEG_INFINITY),
    Fault::TooMany,
    Fault::TooFew,
    Fault::UnknownKey,
    Fault::Missing,
];

const SURPRISE: &str = "surprise";

impl Fault {
    /// The tree with the fault at `way`, if it applies there.
    fn put(self, valid: &Tree, way: &[usize], format: Format) -> Option<Tree> {
        let mut tree = valid.clone();
        let place = tree.at_mut(way);
        match self {
            Self::Bool => *place = Tree::Bool(true),
            Self::Text => *place = Tree::Text(SURPRISE.into()),
            Self::EmptyList => *place = Tree::List(Vec::new()),
            Self::List => *place = Tree::List(vec![Tree::Bool(true)]),
            Self::EmptyTable => *place = Tree::Table(Vec::new()),
            Self::Table => *place = Tree::Table(vec![(SURPRISE.into(), Tree::Number("1".into()))]),
            Self::Alien => *place = Tree::Word(if format == Format::Json { "null" } else { "2018-03-31" }),
            Self::Number(value) => *place = format.number(value),
            Self::TooMany => match place {
                Tree::List(items) => items.push(items.last()?.clone()),
                _ => return None,
            },
            Self::TooFew => match place {
                Tree::List(items) => drop(items.pop()?),
                _ => return None,
            },
            Self::UnknownKey => match place {
                Tree::Table(entries) => entries.push((SURPRISE.into(), Tree::Number("1".into()))),
                _ => return None,
            },
            Self::Missing => {
                let (last, parent) = way.split_last()?;
                let Tree::Table(entries) = tree.at_mut(parent) else { return None };
                entries.remove(*last);
            }
        }
        Some(tree)
    }
}

/// Whether the finite numbers of [`FAULTS`] are allowed, by the end of the address.
fn allows(address: &str, x: f64) -> bool {
    let has = |ends: &[&str]| ends.iter().any(|end| address.ends_with(end));
    if !x.is_finite() {
        return false;
    }
    match address {
        // A dependence refers to them, so they must be drawn.
        "assumption[left]" | "assumption[right]" => false,
        // Only between the other two.
        "assumption[triangular].triangular[1]" | "assumption[pert].pert[1]" => false,
        // Growth around 0.6 or 0.3 with these standard deviations must be almost certainly above -1.
        "assumption[used].normal[0]" | "provider[阿里云].growth.schedule.rates[1].normal[0]" => x >= 0.0,
        "assumption[used].normal[1]" | "provider[阿里云].growth.schedule.rates[1].normal[1]" => x.abs() <= 0.0,
        "assumption[used]" => x > -1.0,
        // `auto` requires their ratio in (0, 1].
        "provider[auto].growth.schedule.rates[0]" => x > 0.2,
        "provider[auto].growth.schedule.rates[1]" => x > 0.0 && x < 0.3,
        // Some probability of normal(0.5, 0.1) must lie between the bounds, in either order of the numbers.
        "assumption[truncated].truncated.of.normal[0]" => (-2.9..3.9).contains(&x),
        "assumption[truncated].truncated.low" => x < 0.9,
        "assumption[truncated].truncated.high" => x > 0.1,
        // The median must lie well between the outer quantiles, and these between the bounds.
        "assumption[quantiles].quantiles.p10" | "assumption[quantiles].quantiles.p50" => false,
        "assumption[quantiles].quantiles.p90" => false,
        "assumption[quantiles].quantiles.low" => x < 1.0,
        "assumption[quantiles].quantiles.high" => x > 3.0,
        // e^mean must not overflow.
        "assumption[log_growth].log_growth[0]" => x < 700.0,
        "assumption[discrete].discrete[0]" | "assumption[discrete].discrete[1]" => false,
        "assumption[beta].beta.low" => x <= 2.0,
        "assumption[beta].beta.high" => x >= 1.0,
        _ if has(&[".beta.alpha", ".beta.beta"]) => (0.05..=1e6).contains(&x),
        "innovations.student_t.df" => x > 2.0,
        _ if has(&["_t.df"]) => x >= 0.1,
        // Draws must not overflow.
        _ if has(&[".lognormal[1]", ".log_growth[1]"]) => (0.0..149.0).contains(&x),
        _ if has(&[".log_interval[1]"]) => (1.0..1e200).contains(&x),
        _ if has(&["_t.scale"]) || is_within(address, "discrete") && has(&["[1]"]) => x >= 0.0,
        _ if has(&["_t.location"]) || is_within(address, "empirical") || is_within(address, "discrete") => true,
        _ if has(&[".sustained", ".sustained.years", ".log_interval[0]"]) => false,
        _ if has(&[".uniform[0]", ".triangular[0]", ".pert[0]", ".interval[0]"]) => x <= 1.0,
        _ if has(&[".uniform[1]", ".interval[1]"]) => x >= 1.0,
        _ if has(&[".triangular[2]", ".pert[2]"]) => x >= 3.0,
        _ if address.starts_with("view[") && has(&[".weight"]) => x > 0.0,
        "view[bull].with.\"assumption[used]\"" => x > -1.0,
        "view[bull].with.\"provider[B].revenue\"" => x > 0.0,
        "view[bear].with.\"provider[阿里云].volatility\"" => x >= 0.0,
        // A spread of 1e300 leaves no probability between the bounds, and such a ratio overflows within two years.
        "assumption[truncated].truncated.of.normal[1]" => (0.0..1e299).contains(&x),
        _ if has(&[".ratio", ".phi"]) => x > 0.0 && x < 1e299,
        _ if has(&[".saturation"]) => x > 1.0,
        _ if has(&[".adopted", ".share.from", ".share.to"]) => x > 0.0 && x < 1.0,
        _ if has(&[".probability", ".exit", ".damped_trend.share"]) => (0.0..=1.0).contains(&x),
        _ if has(&[".log_size"]) || address.contains(".loading[") => true,
        _ if has(&[".rate", ".shape", ".bass.p"]) => x > 0.0,
        _ if has(&[".bass.q"]) => x >= 0.0,
        // The lower bound of a claim must not be above its upper bound.
        "provider[阿里云].claim[0].at_least" => x > 0.0 && x <= 700.0,
        "provider[阿里云].claim[0].at_most" => x >= 500.0,
        _ if address == "ceiling" || has(&[".lognormal[0]", ".revenue", ".half_life", ".at_most"]) => x > 0.0,
        _ if has(&[".normal[1]", ".volatility"]) => x >= 0.0,
        _ if has(&[".constant", ".from", ".to", ".drift"]) || is_within(address, "rates") => x > -1.0,
        _ if has(&[".value", ".rank_correlation"]) => x.abs() <= 1.0,
        _ if has(&[".weight"]) => x >= 0.0,
        _ => has(&[".normal[0]", ".fixed"]) || is_named(address),
    }
}

/// Whether this is `….list[n]`.
fn is_within(address: &str, list: &str) -> bool {
    address.rsplit_once('.').is_some_and(|(_, last)| last.starts_with(&format!("{list}[")))
}

/// Whether this is a named assumption, which may be any number.
fn is_named(address: &str) -> bool {
    address.starts_with("assumption[") && address.ends_with(']') && !address.contains('.')
}

const OPTIONAL: [&str; 26] = [
    "view",
    "dependence",
    "exit",
    "loading",
    "jump",
    "drift",
    "probability",
    "ceiling",
    "quantity",
    "claim",
    "at_least",
    "unit",
    "innovations",
    "volatility",
    "shock",
    "centring",
    "source",
    "reading",
    "correlation",
    "question",
    "measure",
    "sustained",
    "low",
    "high",
    "location",
    "scale",
];

/// Whether the document is valid, by the rules of the scenario format alone.
fn is_valid(fault: Fault, address: &str, before: &str) -> bool {
    let key = address.rsplit('.').next().unwrap_or_default();
    let is_list = matches!(
        address,
        "provider"
            | "dependence"
            | "correlation"
            | "view"
            | "question"
            | "provider[阿里云].claim"
            | "provider[阿里云].jump"
    );
    match fault {
        Fault::Missing if is_referred_to(address) => false,
        Fault::Missing if address.starts_with("view[") && key == "weight" => true,
        // A view may change less, but not nothing.
        Fault::Missing if address.contains(".with.") && key != "source" => {
            address.starts_with("view[bull].with.\"") && address.ends_with('"')
        }
        // One of two bounds may be missing.
        Fault::Missing if key == "at_most" => address == "provider[阿里云].claim[0].at_most",
        Fault::Missing if address.contains(".loading[") => true,
        Fault::Missing if address.starts_with("factor[") && key == "volatility" => false,
        Fault::Missing => is_named(address) || OPTIONAL.contains(&key) || address == "question[0].name",
        Fault::TooMany => matches!(key, "rates" | "claim" | "jump" | "discrete" | "empirical" | "mixture"),
        Fault::TooFew => {
            is_list
                || matches!(key, "discrete" | "empirical" | "mixture")
                || address == "provider[阿里云].growth.schedule.rates"
        }
        Fault::EmptyTable => address == "provider[阿里云].loading",
        Fault::EmptyList => is_list && address != "provider",
        Fault::UnknownKey => address == "assumption",
        Fault::Text => {
            matches!(key, "source" | "unit" | "quantity")
                || (key == "name" && !PAIR.contains(&before) && !before.starts_with("factor"))
        }
        Fault::Number(x) => allows(address, x),
        _ => false,
    }
}

/// Whether this is a named assumption that something refers to.
fn is_referred_to(address: &str) -> bool {
    matches!(address, "assumption[used]" | "assumption[left]" | "assumption[right]")
}

/// The names of the two providers that other items refer to, in the valid document.
const PAIR: [&str; 2] = ["provider[阿里云].name", "provider[B].name"];

/// Whether a problem at `reported` is the expected one for a fault at `address`.
fn answers(fault: Fault, address: &str, before: &str, reported: &str) -> bool {
    let below = |end: &str| {
        reported.strip_prefix(end).is_some_and(|rest| end.is_empty() || rest.is_empty() || rest.starts_with(['.', '[']))
    };
    let elsewhere = match address {
        _ if address == "assumption" || address.starts_with("assumption[used]") => {
            reported == "provider[阿里云].growth.schedule.rates[2]"
        }
        _ if address.starts_with("assumption[left]") || address.starts_with("assumption[right]") => {
            reported.starts_with("dependence[0].between[")
        }
        // In place of the key that states what is asked.
        _ if address.ends_with("].leads") || address.ends_with("].top") => reported.ends_with("].overtakes"),
        _ if address.starts_with("provider[auto].growth.schedule.rates") => {
            reported == "provider[auto].growth.schedule.tail.ratio"
        }
        // Too large a ratio (or phi) makes the curve invalid, not the ratio's address.
        _ if address.ends_with(".tail.ratio") || address.ends_with(".phi") => {
            address.starts_with(&format!("{reported}.")) && reported.ends_with(".growth")
        }
        // A named assumption is wrong where it is used.
        _ if address.starts_with("view[bull].with.\"assumption[used]\"") => reported == "view[bull]",
        // The last value of a view.
        _ if address == "view[bear].with.\"provider[阿里云].volatility\"" => reported == "view[bear].with",
        _ if PAIR.contains(&before) => reported.contains(".between[") || reported.contains(".overtakes["),
        // Loadings name factors.
        _ if before.starts_with("factor") => reported.starts_with("provider[阿里云].loading["),
        _ => false,
    };
    match fault {
        // An unknown key there is an unknown factor.
        Fault::UnknownKey if address.ends_with(".loading") => reported == format!("{address}[{SURPRISE}]"),
        Fault::UnknownKey => reported == format!("{address}{}{SURPRISE}", if address.is_empty() { "" } else { "." }),
        // Inconsistent bounds are reported at the claim, and so is a claim without bounds.
        Fault::Number(_) if address.contains(".claim[") && reported == "provider[阿里云].claim[0]" => true,
        // A table without the key that determines its kind.
        Fault::Missing if address.rsplit_once('.').is_some_and(|(parent, _)| parent == reported) => true,
        _ => elsewhere || below(address) || reported == law_place(address),
    }
}

/// The address of the distribution that contains the address.
fn law_place(address: &str) -> &str {
    let laws = [
        "normal",
        "lognormal",
        "uniform",
        "triangular",
        "pert",
        "interval",
        "log_interval",
        "truncated",
        "fixed",
        "log_growth",
        "beta",
        "student_t",
        "quantiles",
        "discrete",
        "empirical",
    ];
    let starts = laws.iter().filter_map(|law| address.find(&format!(".{law}")));
    &address[..starts.min().unwrap_or(address.len())]
}

/// Words of which the message must contain one: the offending value as it may be shown.
fn shown(fault: Fault, address: &str) -> Vec<String> {
    let words: &[&str] = match fault {
        Fault::Bool => &["true"],
        // Items that refer to a provider by its old name are reported with the old name.
        Fault::Text if address == "provider[surprise].name" => &["named \"阿里云\"", "named \"B\""],
        Fault::Text if address == "factor[surprise].name" => &["named \"yen\"", "named \"rates\""],
        Fault::Text | Fault::UnknownKey => &["\"surprise\""],
        Fault::EmptyList => &["a list", "none", "got 0", "named \"yen\""],
        Fault::List => &["a list", "got true"],
        Fault::EmptyTable => &["a table", "got none", "is missing", "named \"used\""],
        Fault::Table => &["a table", "\"surprise\"", "named \"used\""],
        Fault::Alien => &["null", "a date"],
        Fault::Number(x) if x.is_nan() => &["NaN", "nan"],
        Fault::Number(x) if x.is_infinite() => &["inf", "1e999"],
        // A ratio or phi of 1e300 is reported by the log growth of the first period that overflows, a log_interval by its spread.
        Fault::Number(x) if x > 1e299 => &["1e300", "e298", "e74", "got 209.98"],
        Fault::Number(x) => return vec![x.to_string()],
        Fault::TooMany => &["got 3", "got 4", "taken by", "already"],
        Fault::TooFew => &["got 1", "got 2", "got none", "two rates", "named \"rates\""],
        Fault::Missing => {
            let key = address.rsplit('.').next().unwrap_or_default();
            return vec![
                format!("{key:?}"),
                "got none".into(),
                "named \"used\"".into(),
                "state a tail".into(),
                "named \"yen\"".into(),
                "\"left\"".into(),
                "[right]".into(),
            ];
        }
    };
    words.iter().map(|word| (*word).to_owned()).collect()
}

struct Case<'t> {
    fault: Fault,
    format: Format,
    address: String,
    /// The address in the valid document, if it differs: names change with their values.
    before: String,
    tree: &'t Tree,
}

impl Case<'_> {
    fn check(&self) -> Result<(), String> {
        let written = Written::of(self.tree, self.format);
        let result = self.format.read(&written.text);
        let (fault, address, before) = (self.fault, &self.address, &self.before);
        let report = |what: String| Err(format!("{:?} {fault:?} at {address:?}: {what}", self.format));
        let error = match (result, is_valid(fault, address, before)) {
            (Ok(_), true) => return Ok(()),
            (Ok(_), false) => return report("was accepted".into()),
            (Err(error), true) => return report(format!("was refused: {error}")),
            (Err(error), false) => error,
        };
        if !error.is_invalid_input() {
            return report(format!("is no invalid input: {error}"));
        }
        // For values that JSON cannot write, the text is reported, not the tree.
        let is_syntax = self.format == Format::Json && matches!(fault, Fault::Number(x) if !x.is_finite());
        let answers =
            |reported: &str| if is_syntax { reported.is_empty() } else { answers(fault, address, before, reported) };
        let blamed: Vec<_> = error.problems().iter().filter(|problem| answers(&problem.address)).collect();
        if blamed.is_empty() {
            return report(format!("no problem there: {error}"));
        }
        let words = shown(fault, address);
        if !is_syntax && !blamed.iter().any(|problem| words.iter().any(|word| problem.message.contains(word))) {
            return report(format!("none of {words:?} is named: {error}"));
        }
        for problem in error.problems() {
            let expected = written.place(if is_syntax { address } else { &problem.address });
            let place = problem.place.map(|place| (place.line, place.column));
            if place != Some(expected) {
                return report(format!("expected at {expected:?}: {error}"));
            }
        }
        Ok(())
    }
}

/// The address of a value that may have been removed from the tree.
fn address_of(tree: &Tree, valid: &Tree, way: &[usize], fault: Fault) -> String {
    let Some((last, parent)) = way.split_last().filter(|_| fault == Fault::Missing) else { return tree.address(way) };
    let Tree::Table(entries) = valid.at(parent) else { return tree.address(way) };
    let key = &entries[*last].0;
    match tree.address(parent).as_str() {
        "" => key.clone(),
        "assumption" => format!("assumption[{key}]"),
        above if above.ends_with(".loading") => format!("{above}[{key}]"),
        above if above.ends_with("].with") => format!("{above}.{key:?}"),
        above => format!("{above}.{key}"),
    }
}

#[test]
fn every_fault_of_every_key_is_reported_at_its_address() {
    let valid = valid();
    let (mut cases, mut addresses, mut wrong) = (0, BTreeSet::new(), Vec::new());
    for format in FORMATS.iter().copied() {
        let text = Written::of(&valid, format).text;
        assert!(format.read(&text).is_ok(), "{}\n{text}", format.read(&text).unwrap_err());
        let ways: Vec<Way> = valid.ways();
        for (way, fault) in ways.iter().flat_map(|way| FAULTS.map(|fault| (way, fault))) {
            let Some(tree) = fault.put(&valid, way, format) else { continue };
            // Text or a table in place of the whole document is not a TOML document.
            if tree == valid || (way.is_empty() && !matches!(tree, Tree::Table(_)) && format != Format::Json) {
                continue;
            }
            let address = address_of(&tree, &valid, way, fault);
            cases += 1;
            let before = valid.address(way);
            wrong.extend(Case { fault, format, address: address.clone(), before, tree: &tree }.check().err());
            addresses.insert(address);
        }
    }
    println!("{cases} cases at {} addresses", addresses.len());
    assert!(wrong.is_empty(), "{} of {cases} cases:\n{}", wrong.len(), wrong.join("\n"));
    assert!(cases > 1000 * FORMATS.len(), "{cases} cases");
}

/// The schema accepts every document that is valid, and refuses what it can see: other types and unknown keys.
#[test]
fn the_schema_refuses_what_it_can_see() {
    let (valid, schema) = (valid(), Schema::new());
    let json = |tree: &Tree| serde_json::from_str::<serde_json::Value>(&Written::of(tree, Format::Json).text).ok();
    assert!(json(&valid).is_some_and(|value| schema.accepts(&value)));
    let (mut refused, mut wrong) = (0, Vec::new());
    for (way, fault) in valid.ways().iter().flat_map(|way| FAULTS.map(|fault| (way, fault))) {
        let Some(tree) = fault.put(&valid, way, Format::Json) else { continue };
        // Numbers that JSON cannot write are beyond a schema.
        let Some(value) = json(&tree) else { continue };
        let (accepted, address) = (schema.accepts(&value), address_of(&tree, &valid, way, fault));
        let is_read = Format::Json.read(&Written::of(&tree, Format::Json).text).is_ok();
        let is_seen = matches!(fault, Fault::Bool | Fault::List | Fault::Table | Fault::Alien | Fault::UnknownKey);
        // A table with another assumption, factor or address is one, and only names that are missing make it invalid.
        let is_seen =
            is_seen && address != "assumption" && ![".loading", ".with"].iter().any(|end| address.ends_with(end));
        if is_read && !accepted || accepted && !is_read && is_seen {
            wrong.push(format!("{fault:?} at {address:?}: accepted {accepted}, read {is_read}"));
        }
        refused += usize::from(!accepted);
    }
    println!("the schema refuses {refused} documents");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(refused > 1000, "{refused}");
}
