//! Decodes questions.

use super::decode::Reader;
use super::tree::Node;
use super::{MOST_PERIODS, Measure, Question};
use crate::assumption::address::{Key, QuestionKey};

/// The required duration of a lead, as stated in the file.
enum Sustained {
    Dates(u32),
    Years(u32),
}

impl Reader {
    pub(super) fn question(&mut self, node: &Node) -> Option<Question> {
        self.table(node, QuestionKey::TEXTS)?;
        let asks = self.asks(node);
        let name = self.optional(node, "name", Self::text);
        let measure = self.optional(node, "measure", Self::measure);
        let sustained = self.optional(node, "sustained", Self::sustained);
        let question = asks?.measure(measure.unwrap_or(Measure::Period));
        let question = match sustained {
            Some(Sustained::Dates(dates)) => question.sustained(dates),
            Some(Sustained::Years(years)) => question.sustained_years(years),
            None => question,
        };
        Some(Question { name, ..question })
    }

    /// Exactly one of the keys that state what is asked.
    fn asks(&mut self, node: &Node) -> Option<Question> {
        let kinds = [QuestionKey::Overtakes, QuestionKey::Leads, QuestionKey::Top].map(QuestionKey::text);
        let stated: Vec<&str> = kinds.into_iter().filter(|key| node.get(key).is_some()).collect();
        if stated.len() > 1 {
            self.report(format!("must contain one of {}, got {}", kinds.join(", "), stated.join(" and ")));
            return None;
        }
        if let Some(name) = self.optional(node, "leads", Self::text) {
            return Some(Question::leads(name));
        }
        if let Some((name, places)) = self.optional(node, "top", Self::name_and_places) {
            return Some(Question::top(name, places));
        }
        if stated.is_empty() {
            self.at(Key::Field("overtakes"), |reader| {
                reader.report("the key \"overtakes\" is missing, or \"leads\" or \"top\" in its place".to_owned());
            });
        }
        let [challenger, incumbent] = self.optional(node, "overtakes", Self::pair)?;
        Some(Question::overtakes(challenger, incumbent))
    }

    fn name_and_places(&mut self, node: &Node) -> Option<(String, u32)> {
        let what = "a list of a name and a number of places";
        let Some(items) = node.as_list() else { return self.wanted(what, node) };
        let [name, places] = items else {
            self.report(format!("must be {what}, got {} items", items.len()));
            return None;
        };
        let name = self.at(Key::Index(0), |reader| reader.text(name));
        let places = self.at(Key::Index(1), |reader| reader.count(places));
        Some((name?, places?))
    }

    /// A number of dates, or a table with a number of years.
    fn sustained(&mut self, node: &Node) -> Option<Sustained> {
        if node.as_table().is_some() {
            let (_, years) = self.only(node, "length", &["years"], &[])?;
            return self.at(Key::Field("years"), |reader| reader.count(years)).map(Sustained::Years);
        }
        let dates = node.as_integer().and_then(|number| u32::try_from(number).ok()).map(Sustained::Dates);
        dates.or_else(|| self.wanted(&format!("a whole number from 1 to {MOST_PERIODS}, or {{ years = 1 }}"), node))
    }

    fn measure(&mut self, node: &Node) -> Option<Measure> {
        if node.as_table().is_some() {
            let (_, month) = self.only(node, "measure", &["fiscal_year_ending"], &[])?;
            return self
                .at(Key::Field("fiscal_year_ending"), |reader| reader.month(month))
                .map(Measure::FiscalYearEnding);
        }
        match node.as_text() {
            Some("period") => Some(Measure::Period),
            Some("trailing") => Some(Measure::Trailing),
            Some("annual") => Some(Measure::Annual),
            _ => self.wanted("\"period\", \"trailing\", \"annual\" or { fiscal_year_ending = month }", node),
        }
    }
}
