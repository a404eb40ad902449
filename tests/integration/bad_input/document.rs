//! A document that is written as TOML or JSON and knows the position of each of its values.

use std::collections::BTreeMap;

use outgrow::{Error, Scenario};

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Tree {
    Bool(bool),
    /// As written.
    Number(String),
    Text(String),
    List(Vec<Tree>),
    Table(Vec<(String, Tree)>),
    /// A literal that only one of the two formats has.
    Word(&'static str),
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Format {
    #[cfg(feature = "toml")]
    Toml,
    Json,
}

pub(crate) const FORMATS: &[Format] = &[
    #[cfg(feature = "toml")]
    Format::Toml,
    Format::Json,
];

impl Format {
    pub(crate) fn read(self, text: &str) -> Result<Scenario, Error> {
        match self {
            #[cfg(feature = "toml")]
            Self::Toml => Scenario::from_toml(text),
            Self::Json => Scenario::from_json(text),
        }
    }

    pub(crate) fn number(self, value: f64) -> Tree {
        let written = match self {
            Self::Json if value.is_nan() => "NaN".to_owned(),
            Self::Json if value.is_infinite() => format!("{}1e999", if value < 0.0 { "-" } else { "" }),
            _ if value.is_nan() => "nan".to_owned(),
            _ => value.to_string(),
        };
        Tree::Number(written)
    }
}

impl From<&serde_json::Value> for Tree {
    fn from(value: &serde_json::Value) -> Self {
        use serde_json::Value;
        match value {
            Value::Null => Self::Word("null"),
            Value::Bool(truth) => Self::Bool(*truth),
            Value::Number(number) => Self::Number(number.to_string()),
            Value::String(text) => Self::Text(text.clone()),
            Value::Array(items) => Self::List(items.iter().map(Self::from).collect()),
            Value::Object(entries) => {
                Self::Table(entries.iter().map(|(key, value)| (key.clone(), value.into())).collect())
            }
        }
    }
}

/// The path to a value: the index within each list or table.
pub(crate) type Way = Vec<usize>;

impl Tree {
    pub(crate) fn at(&self, way: &[usize]) -> &Self {
        way.iter().fold(self, |tree, step| match tree {
            Self::List(items) => &items[*step],
            Self::Table(entries) => &entries[*step].1,
            _ => panic!("nothing below"),
        })
    }

    pub(crate) fn at_mut(&mut self, way: &[usize]) -> &mut Self {
        way.iter().fold(self, |tree, step| match tree {
            Self::List(items) => &mut items[*step],
            Self::Table(entries) => &mut entries[*step].1,
            _ => panic!("nothing below"),
        })
    }

    pub(crate) fn ways(&self) -> Vec<Way> {
        let below = match self {
            Self::List(items) => items.len(),
            Self::Table(entries) => entries.len(),
            _ => 0,
        };
        let mut ways = vec![Vec::new()];
        for step in 0..below {
            ways.extend(self.at(&[step]).ways().into_iter().map(|rest| [vec![step], rest].concat()));
        }
        ways
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Table(entries) => entries.iter().find(|(own, _)| own == key).map(|(_, tree)| tree),
            _ => None,
        }
    }

    /// The address: the path, with names in place of indices for items that have names.
    pub(crate) fn address(&self, way: &[usize]) -> String {
        let mut address = String::new();
        for (depth, step) in way.iter().enumerate() {
            let parent = self.at(&way[..depth]);
            match parent {
                Self::Table(entries)
                    if (depth == 1 && address == "assumption") || (depth == 3 && address.ends_with(".loading")) =>
                {
                    address += &format!("[{}]", entries[*step].0);
                }
                // Addresses, in quotation marks.
                Self::Table(entries) if depth == 3 && address.starts_with("view[") && address.ends_with(".with") => {
                    let key = &entries[*step].0;
                    address += &if key.contains(['.', '[']) { format!(".{key:?}") } else { format!(".{key}") };
                }
                Self::Table(entries) => {
                    let dot = if depth == 0 { "" } else { "." };
                    address += &format!("{dot}{}", entries[*step].0);
                }
                Self::List(items) => {
                    let look = |item: &Self| match item.get("name") {
                        Some(Self::Text(name)) => Some(visible(name)),
                        _ => None,
                    };
                    let own = look(&items[*step]);
                    let is_shared = || items.iter().filter(|item| look(item) == own).count() > 1;
                    match items[*step].get("name") {
                        Some(Self::Text(name)) if can_stand(name) && !is_shared() => address += &format!("[{name}]"),
                        _ => address += &format!("[{step}]"),
                    }
                }
                _ => panic!("nothing below"),
            }
        }
        address
    }
}

/// A name after NFC, trimming and removal of zero-width characters: names that are equal then look the same.
fn visible(name: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    if name.is_ascii() {
        return name.trim().to_owned();
    }
    let shown: String =
        name.chars().filter(|sign| !"\u{200b}\u{200c}\u{200d}\u{2060}\u{feff}".contains(*sign)).nfc().collect();
    shown.trim().to_owned()
}

/// Whether the name is valid in an address: visible, without `[ ] /` and control characters.
fn can_stand(name: &str) -> bool {
    !visible(name).is_empty() && !name.chars().any(|sign| "[]/".contains(sign) || sign.is_control())
}

/// A text, and the byte at which each value starts, by address.
pub(crate) struct Written {
    pub(crate) text: String,
    pub(crate) places: BTreeMap<String, usize>,
}

impl Written {
    pub(crate) fn of(tree: &Tree, format: Format) -> Self {
        let mut writer = Writer { tree, text: String::new(), places: BTreeMap::new() };
        match format {
            Format::Json => writer.inline(&mut Vec::new(), ": ", 0),
            #[cfg(feature = "toml")]
            Format::Toml => writer.toml(),
        }
        Self { text: writer.text, places: writer.places }
    }

    /// The position of an address, or of the deepest part of it that exists.
    pub(crate) fn place(&self, address: &str) -> (usize, usize) {
        let is_end = |end: usize| end == address.len() || address[end..].starts_with(['.', '[']);
        let known = |end: &usize| is_end(*end) && self.places.contains_key(&address[..*end]);
        let end = (0..=address.len()).rev().filter(|end| address.is_char_boundary(*end)).find(known).unwrap_or(0);
        let before = &self.text[..self.places[&address[..end]]];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }
}

struct Writer<'t> {
    tree: &'t Tree,
    text: String,
    places: BTreeMap<String, usize>,
}

impl Writer<'_> {
    fn mark(&mut self, way: &[usize]) {
        self.places.insert(self.tree.address(way), self.text.len());
    }

    fn quoted(&mut self, text: &str) {
        // JSON allows an unescaped delete character, TOML does not.
        self.text += &serde_json::to_string(text).expect("text").replace('\u{7f}', "\\u007f");
    }

    /// A value, with lists on one line and the entries of tables on separate lines down to some depth.
    fn inline(&mut self, way: &mut Way, equals: &str, depth: usize) {
        self.mark(way);
        match self.tree.at(way) {
            Tree::Bool(truth) => self.text += &truth.to_string(),
            Tree::Number(written) => self.text += written,
            Tree::Word(word) => self.text += word,
            Tree::Text(text) => self.quoted(&text.clone()),
            Tree::List(items) => {
                self.text.push('[');
                self.items(way, items.len(), equals, depth, &|_, _| ());
                self.text.push(']');
            }
            Tree::Table(entries) => {
                let keys: Vec<String> = entries.iter().map(|(key, _)| key.clone()).collect();
                self.text.push('{');
                self.items(way, keys.len(), equals, depth, &|writer, step| {
                    writer.quoted(&keys[step]);
                    writer.text += equals;
                });
                self.text.push('}');
            }
        }
    }

    fn items(&mut self, way: &mut Way, count: usize, equals: &str, depth: usize, before: &dyn Fn(&mut Self, usize)) {
        let gap = if depth < 4 { format!("\n{}", "  ".repeat(depth + 1)) } else { " ".to_owned() };
        for step in 0..count {
            self.text += if step == 0 { "" } else { "," };
            self.text += &gap;
            before(self, step);
            way.push(step);
            self.inline(way, equals, depth + 1);
            way.pop();
        }
    }

    /// Plain keys first, then `[assumption]`, `[[provider]]` and so on, as people write.
    #[cfg(feature = "toml")]
    fn toml(&mut self) {
        self.places.insert(String::new(), 0);
        let Tree::Table(entries) = self.tree else { return self.inline(&mut Vec::new(), " = ", 0) };
        let is_tables = |tree: &Tree| matches!(tree, Tree::List(items) if !items.is_empty() && items.iter().all(|item| matches!(item, Tree::Table(_))));
        let later = |tree: &Tree| is_tables(tree) || matches!(tree, Tree::Table(_));
        for (step, (key, _)) in entries.iter().enumerate().filter(|(_, (_, tree))| !later(tree)) {
            self.entry(key, &[step]);
        }
        for (step, (key, tree)) in entries.iter().enumerate().filter(|(_, (_, tree))| later(tree)) {
            match tree {
                Tree::List(items) => {
                    self.mark(&[step]);
                    (0..items.len()).for_each(|item| self.section(&format!("[[{key}]]"), &[step, item]));
                }
                _ => self.section(&format!("[{key}]"), &[step]),
            }
        }
    }

    #[cfg(feature = "toml")]
    fn section(&mut self, header: &str, way: &[usize]) {
        self.mark(way);
        self.text += &format!("{header}\n");
        let Tree::Table(entries) = self.tree.at(way) else { return };
        for (step, (key, _)) in entries.iter().enumerate() {
            self.entry(key, &[way, &[step]].concat());
        }
    }

    #[cfg(feature = "toml")]
    fn entry(&mut self, key: &str, way: &[usize]) {
        self.quoted(key);
        self.text += " = ";
        self.inline(&mut way.to_vec(), " = ", 5);
        self.text.push('\n');
    }
}
