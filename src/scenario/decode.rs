//! Decodes the tree of a file: checks its structure here and leaves values to the validation shared with the builder.

use super::item_key::{ItemKey, address_key, keys};
use super::tree::{Entry, Node, Value};
use super::{Claim, Correlation, Dependence, MOST_PERIODS, Provider, Scenario, Segment, View};
use crate::assumption::Assumption;
use crate::assumption::address::{CorrelationKey, DependenceKey, Key, ProviderKey, ScenarioKey, Trail, ViewKey};
use crate::calendar::Period;
use crate::error::{Detail, Problem, curtailed, did_you_mean, is_enough, shown};

/// Decodes a scenario, or lists every structural problem.
pub(super) fn scenario(root: &Node) -> Result<Scenario, Vec<Problem>> {
    let mut reader = Reader { trail: Trail::default(), problems: Vec::new() };
    let scenario = reader.scenario(root);
    match scenario {
        Some(scenario) if reader.problems.is_empty() => Ok(scenario),
        _ => Err(curtailed(reader.problems)),
    }
}

/// Decodes one number or distribution outside of a scenario.
#[cfg(feature = "toml")]
pub(super) fn assumption(node: &Node) -> Result<Assumption, Vec<Problem>> {
    let mut reader = Reader { trail: Trail::default(), problems: Vec::new() };
    reader.assumption(node).ok_or(reader.problems)
}

pub(super) struct Reader {
    trail: Trail,
    problems: Vec<Problem>,
}

impl Reader {
    pub(super) fn report(&mut self, message: String) {
        self.report_detail(message, Detail::None);
    }

    fn report_detail(&mut self, message: String, detail: Detail) {
        if !is_enough(&self.problems) {
            self.problems.push(Problem { detail, ..Problem::new(self.trail.as_str(), message) });
        }
    }

    pub(super) fn wanted<T>(&mut self, what: &str, node: &Node) -> Option<T> {
        self.report_other(what, node);
        None
    }

    fn report_other(&mut self, what: &str, node: &Node) {
        let found = match &node.value {
            Value::Text(text) => format!("{text:?}"),
            Value::Integer(number) => number.to_string(),
            // `2.0` is a whole number but not a valid count, so the message must show the decimal point.
            Value::Number(number) if number.fract().abs() <= 0.0 => format!("{number:?}"),
            Value::Number(number) => shown(*number),
            Value::Bool(flag) => flag.to_string(),
            _ => node.kind_word().to_owned(),
        };
        self.report(format!("must be {what}, got {found}"));
    }

    pub(super) fn at<T>(&mut self, key: Key<'_>, read: impl FnOnce(&mut Self) -> T) -> T {
        self.trail.push(key);
        let value = read(self);
        self.trail.pop();
        value
    }

    /// The entries of a table, after a check for unknown keys.
    pub(super) fn table<'n>(&mut self, node: &'n Node, known: &[&str]) -> Option<&'n [Entry]> {
        let Some(entries) = node.as_table() else { return self.wanted("a table", node) };
        for Entry { key, .. } in entries {
            let key = key.as_str();
            if !known.contains(&key) && !is_enough(&self.problems) {
                let hint = did_you_mean(key, known.iter().copied());
                self.at(Key::Field(&address_key(key)), |reader| {
                    let message = format!("unknown key {key:?}{hint}; known keys: {}", known.join(", "));
                    reader.report_detail(message, Detail::UnknownKey);
                });
            }
        }
        Some(entries)
    }

    pub(super) fn optional<T>(
        &mut self,
        node: &Node,
        key: &str,
        read: impl FnOnce(&mut Self, &Node) -> Option<T>,
    ) -> Option<T> {
        let value = node.get(key)?;
        self.at(Key::Field(key), |reader| read(reader, value))
    }

    pub(super) fn required<T>(
        &mut self,
        node: &Node,
        key: &str,
        read: impl FnOnce(&mut Self, &Node) -> Option<T>,
    ) -> Option<T> {
        self.require(node, key);
        self.optional(node, key, read)
    }

    fn require(&mut self, node: &Node, key: &str) {
        if node.get(key).is_none() {
            self.at(Key::Field(key), |reader| reader.report(format!("the key {key:?} is missing")));
        }
    }

    /// Every item of a list, at its index.
    pub(super) fn list<T>(
        &mut self,
        node: &Node,
        what: &str,
        mut read: impl FnMut(&mut Self, &Node) -> Option<T>,
    ) -> Option<Vec<T>> {
        let Some(items) = node.as_list() else { return self.wanted(what, node) };
        let read_item = |(index, item)| self.at(Key::Index(index), |reader| read(reader, item));
        let read_items: Vec<Option<T>> = items.iter().enumerate().map(read_item).collect();
        read_items.into_iter().collect()
    }

    /// Every item of a list of tables, addressed by its name if that is unique.
    fn items<T>(
        &mut self,
        root: &Node,
        list: &str,
        mut read: impl FnMut(&mut Self, &Node) -> Option<T>,
    ) -> Option<Vec<T>> {
        let Some(node) = root.get(list) else { return Some(Vec::new()) };
        self.at(Key::Field(list), |reader| {
            let what = format!("a list of tables, [[{list}]]");
            let Some(items) = node.as_list() else { return reader.wanted(&what, node) };
            let keys = keys(items.iter().map(|item| item.get("name").and_then(Node::as_text)));
            let read_item = |(item, key): (&Node, &ItemKey)| reader.at(key.borrow(), |reader| read(reader, item));
            let read_items: Vec<Option<T>> = items.iter().zip(&keys).map(read_item).collect();
            read_items.into_iter().collect()
        })
    }

    pub(super) fn text(&mut self, node: &Node) -> Option<String> {
        node.as_text().map(str::to_owned).or_else(|| self.wanted("text", node))
    }

    pub(super) fn number(&mut self, node: &Node) -> Option<f64> {
        node.as_number().or_else(|| self.wanted("a number", node))
    }

    pub(super) fn count(&mut self, node: &Node) -> Option<u32> {
        let count = node.as_integer().and_then(|number| u32::try_from(number).ok());
        count.or_else(|| self.wanted(&format!("a whole number from 1 to {MOST_PERIODS}"), node))
    }

    /// A month; whether it is from 1 to 12 is checked with those of the builder.
    pub(super) fn month(&mut self, node: &Node) -> Option<u32> {
        let month = node.as_integer().and_then(|number| u32::try_from(number).ok());
        month.or_else(|| self.wanted("the number of a month, from 1 to 12", node))
    }

    fn period(&mut self, node: &Node) -> Option<Period> {
        let label = match &node.value {
            Value::Text(label) => label,
            Value::Integer(year @ 1000..=9999) => {
                self.report(format!("must be text, in quotes: \"{year}\", got {year}"));
                return None;
            }
            _ => return self.wanted("text, in quotes: \"2018-Q1\", \"2018-03\" or \"2018\"", node),
        };
        label.parse().map_err(|error: crate::Error| self.report(error.problems()[0].message.clone())).ok()
    }

    pub(super) fn pair(&mut self, node: &Node) -> Option<[String; 2]> {
        let names = self.list(node, "a list of two names", Self::text)?;
        let count = names.len();
        <[String; 2]>::try_from(names)
            .map_err(|_| self.report(format!("must be a list of two names, got {count}")))
            .ok()
    }

    fn scenario(&mut self, root: &Node) -> Option<Scenario> {
        self.table(root, ScenarioKey::TEXTS)?;
        let base = self.required(root, "base", Self::period);
        let horizon = self.required(root, "horizon", Self::period);
        let unit = self.optional(root, "unit", Self::text);
        let quantity = self.optional(root, "quantity", Self::text);
        let ceiling = self.optional(root, "ceiling", Self::number);
        let innovations = self.optional(root, "innovations", Self::innovations);
        let assumptions = self.assumptions(root);
        let dependences = self.items(root, "dependence", Self::dependence);
        self.required(root, "provider", |_, _| Some(()));
        let providers = self.items(root, "provider", Self::provider);
        let factors = self.items(root, "factor", Self::factor);
        let correlations = self.items(root, "correlation", Self::correlation);
        let views = self.items(root, "view", Self::view);
        let questions = self.items(root, "question", Self::question);
        Some(Scenario {
            base: base?,
            horizon: horizon?,
            unit,
            quantity,
            ceiling,
            assumptions: assumptions?,
            innovations: innovations.unwrap_or_default(),
            factors: factors?,
            dependences: dependences?,
            providers: providers?,
            correlations: correlations?,
            views: views?,
            questions: questions?,
        })
    }

    fn assumptions(&mut self, root: &Node) -> Option<Vec<(String, Assumption)>> {
        let Some(node) = root.get("assumption") else { return Some(Vec::new()) };
        self.at(Key::Field("assumption"), |reader| {
            let Some(entries) = node.as_table() else { return reader.wanted("a table of names", node) };
            let keys = keys(entries.iter().map(|entry| Some(entry.key.as_str())));
            let read = |(Entry { key: name, node, .. }, key): (&Entry, &ItemKey)| {
                let value = reader.at(key.borrow(), |reader| reader.assumption(node));
                value.map(|value| (name.clone(), value))
            };
            let read_all: Vec<Option<_>> = entries.iter().zip(&keys).map(read).collect();
            read_all.into_iter().collect()
        })
    }

    fn provider(&mut self, node: &Node) -> Option<Provider> {
        self.table(node, ProviderKey::TEXTS)?;
        let is_series = node.get("segment").is_none();
        if node.get("segment").and_then(Node::as_list).is_some_and(<[Node]>::is_empty) {
            let message = "must have at least one segment, got an empty list".to_owned();
            self.at(Key::Field("segment"), |reader| reader.report(message));
        }
        let series = self.series(node, is_series);
        let fiscal_year_ends = self.optional(node, "fiscal_year_ends", Self::month);
        let exit = self.optional(node, "exit", Self::number);
        let segments = self.items(node, "segment", Self::segment);
        Some(Provider {
            fiscal_year_ends: fiscal_year_ends.unwrap_or(12),
            exit: exit.unwrap_or(0.0),
            segments: segments?,
            ..series?
        })
    }

    fn segment(&mut self, node: &Node) -> Option<Segment> {
        let of_providers = ["segment", "fiscal_year_ends", "exit"];
        let known: Vec<&str> = ProviderKey::TEXTS.iter().copied().filter(|key| !of_providers.contains(key)).collect();
        self.table(node, &known)?;
        self.series(node, true).map(Segment)
    }

    /// The keys that providers and segments share; a series needs revenue and growth.
    fn series(&mut self, node: &Node, is_series: bool) -> Option<Provider> {
        let name = self.required(node, "name", Self::text);
        if is_series {
            self.required(node, "revenue", |_, _| Some(()));
            self.required(node, "growth", |_, _| Some(()));
        }
        let revenue = self.optional(node, "revenue", Self::assumption);
        let growth = self.optional(node, "growth", Self::curve);
        let volatility = self.optional(node, "volatility", Self::assumption);
        let shock = self.optional(node, "shock", Self::shock);
        let centring = self.optional(node, "centring", Self::centring);
        let history =
            self.optional(node, "history", |reader, node| reader.list(node, "a list of revenues", Self::number));
        let source = self.optional(node, "source", Self::text);
        let claims = self.items(node, "claim", Self::claim);
        let loadings = self.optional(node, "loading", Self::loadings);
        let jumps = self.items(node, "jump", Self::jump);
        Some(Provider {
            name: name?,
            revenue,
            growth,
            volatility: volatility.unwrap_or_else(|| 0.0.into()),
            history: history.unwrap_or_default(),
            fiscal_year_ends: 12,
            source,
            claims: claims?,
            shock: shock.unwrap_or_default(),
            centring: centring.unwrap_or_default(),
            exit: 0.0,
            loadings: loadings.unwrap_or_default(),
            jumps: jumps?,
            segments: Vec::new(),
        })
    }

    fn claim(&mut self, node: &Node) -> Option<Claim> {
        self.table(node, &["at", "at_least", "at_most"])?;
        let at = self.required(node, "at", Self::text);
        let at_least = self.optional(node, "at_least", Self::number);
        let at_most = self.optional(node, "at_most", Self::number);
        Some(Claim { at: at?, at_least, at_most })
    }

    fn dependence(&mut self, node: &Node) -> Option<Dependence> {
        self.table(node, DependenceKey::TEXTS)?;
        let between = self.required(node, "between", Self::pair);
        let rank_correlation = self.required(node, "rank_correlation", Self::number);
        Some(Dependence { between: between?, rank_correlation: rank_correlation? })
    }

    fn correlation(&mut self, node: &Node) -> Option<Correlation> {
        self.table(node, CorrelationKey::TEXTS)?;
        let between = self.required(node, "between", Self::pair);
        let value = self.required(node, "value", Self::number);
        Some(Correlation { between: between?, value: value? })
    }

    fn view(&mut self, node: &Node) -> Option<View> {
        self.table(node, ViewKey::TEXTS)?;
        let name = self.required(node, "name", Self::text);
        let weight = self.optional(node, "weight", Self::number);
        let changes = self.required(node, "with", Self::changes);
        Some(View { name: name?, weight: weight.unwrap_or(1.0), changes: changes? })
    }

    /// The values of a view by the addresses of the numbers that they replace.
    fn changes(&mut self, node: &Node) -> Option<Vec<(String, Assumption)>> {
        let Some(entries) = node.as_table() else { return self.wanted("a table of addresses and values", node) };
        let read = |Entry { key, node, .. }: &Entry| {
            let value = self.at(Key::Field(&address_key(key)), |reader| reader.assumption(node));
            value.map(|value| (key.clone(), value))
        };
        let read_all: Vec<Option<_>> = entries.iter().map(read).collect();
        read_all.into_iter().collect()
    }

    /// A number, a name, or a table with one distribution and optionally a source.
    pub(super) fn assumption(&mut self, node: &Node) -> Option<Assumption> {
        match &node.value {
            Value::Integer(_) | Value::Number(_) => self.number(node).map(Assumption::from),
            Value::Text(name) => Some(Assumption::from(name.as_str())),
            Value::Table(_) => {
                let source = self.optional(node, "source", Self::text);
                let law = self.law(node, &["source"], true)?;
                Some(Assumption { law, source })
            }
            _ => self.wanted("a number, the name of an assumption or a distribution", node),
        }
    }

    /// The single entry of a table that determines the kind of `what`.
    pub(super) fn only<'n>(
        &mut self,
        node: &'n Node,
        what: &str,
        known: &[&str],
        beside: &[&str],
    ) -> Option<(&'n str, &'n Node)> {
        let all = [known, beside].concat();
        let before = self.problems.len();
        let entries = self.table(node, &all)?;
        if self.problems.len() > before {
            return None;
        }
        let laws: Vec<&Entry> = entries.iter().filter(|entry| !beside.contains(&entry.key.as_str())).collect();
        match laws.as_slice() {
            [one] => Some((&one.key, &one.node)),
            others => {
                let found: Vec<&str> = others.iter().map(|entry| entry.key.as_str()).collect();
                let found = if found.is_empty() { "none".to_owned() } else { found.join(" and ") };
                self.report(format!("must contain one {what} ({}), got {found}", known.join(", ")));
                None
            }
        }
    }
}
