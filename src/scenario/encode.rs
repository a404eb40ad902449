//! Encodes a scenario as the tree of a file, without default values.

use super::tree::Node;
use super::{
    Asks, Centring, Claim, Factor, Innovations, Jump, Measure, Provider, Question, Scenario, Segment, Shock, View,
};
use crate::assumption::Assumption;
use crate::assumption::family::Notation;
use crate::assumption::law::Law;
use crate::growth::{Curve, CurveLaw, Reading, Schedule, Share, TailLaw};

type Entries = Vec<(String, Node)>;

pub(super) fn scenario(scenario: &Scenario) -> Node {
    let mut entries: Entries = Vec::new();
    put(&mut entries, "base", scenario.base.to_string());
    put(&mut entries, "horizon", scenario.horizon.to_string());
    if let Some(unit) = &scenario.unit {
        put(&mut entries, "unit", unit.as_str());
    }
    if let Some(quantity) = &scenario.quantity {
        put(&mut entries, "quantity", quantity.as_str());
    }
    if let Some(ceiling) = scenario.ceiling {
        put(&mut entries, "ceiling", ceiling);
    }
    if let Innovations::StudentT { df } = scenario.innovations {
        let table = Node::table([("df", df.into())]);
        put(&mut entries, "innovations", Node::table([("student_t", table)]));
    }
    if !scenario.assumptions.is_empty() {
        let named = scenario.assumptions.iter().map(|(name, value)| (name.as_str(), assumption(value)));
        put(&mut entries, "assumption", Node::table(named));
    }
    if !scenario.dependences.is_empty() {
        let list = scenario.dependences.iter().map(|dependence| {
            let between = Node::list(dependence.between.iter().map(String::as_str));
            Node::table([("between", between), ("rank_correlation", dependence.rank_correlation.into())])
        });
        put(&mut entries, "dependence", Node::list(list));
    }
    put(&mut entries, "provider", Node::list(scenario.providers.iter().map(provider)));
    if !scenario.factors.is_empty() {
        put(&mut entries, "factor", Node::list(scenario.factors.iter().map(factor)));
    }
    if !scenario.correlations.is_empty() {
        let list = scenario.correlations.iter().map(|correlation| {
            let between = Node::list(correlation.between.iter().map(String::as_str));
            Node::table([("between", between), ("value", correlation.value.into())])
        });
        put(&mut entries, "correlation", Node::list(list));
    }
    if !scenario.views.is_empty() {
        put(&mut entries, "view", Node::list(scenario.views.iter().map(view)));
    }
    if !scenario.questions.is_empty() {
        put(&mut entries, "question", Node::list(scenario.questions.iter().map(question)));
    }
    Node::table(entries)
}

fn put(entries: &mut Entries, key: &str, node: impl Into<Node>) {
    entries.push((key.to_owned(), node.into()));
}

fn provider(provider: &Provider) -> Node {
    let mut entries: Entries = Vec::new();
    put(&mut entries, "name", provider.name.as_str());
    if let Some(revenue) = &provider.revenue {
        put(&mut entries, "revenue", assumption(revenue));
    }
    if let Some(growth) = &provider.growth {
        put(&mut entries, "growth", curve(growth));
    }
    if provider.volatility != Assumption::from(0.0) {
        put(&mut entries, "volatility", assumption(&provider.volatility));
    }
    if provider.shock != Shock::RandomWalk {
        put(&mut entries, "shock", shock(&provider.shock));
    }
    if provider.centring == Centring::Mean {
        put(&mut entries, "centring", "mean");
    }
    if !provider.history.is_empty() {
        put(&mut entries, "history", Node::list(provider.history.iter().copied()));
    }
    if provider.fiscal_year_ends != 12 {
        put(&mut entries, "fiscal_year_ends", provider.fiscal_year_ends);
    }
    if let Some(source) = &provider.source {
        put(&mut entries, "source", source.as_str());
    }
    if !provider.claims.is_empty() {
        put(&mut entries, "claim", Node::list(provider.claims.iter().map(claim)));
    }
    if provider.exit.abs() > 0.0 {
        put(&mut entries, "exit", provider.exit);
    }
    if !provider.loadings.is_empty() {
        let loadings = provider.loadings.iter().map(|(name, loading)| (name.as_str(), (*loading).into()));
        put(&mut entries, "loading", Node::table(loadings));
    }
    if !provider.jumps.is_empty() {
        put(&mut entries, "jump", Node::list(provider.jumps.iter().map(jump)));
    }
    if !provider.segments.is_empty() {
        put(&mut entries, "segment", Node::list(provider.segments.iter().map(segment)));
    }
    Node::table(entries)
}

/// A segment has the fiscal year of its provider, which states it.
fn segment(Segment(own): &Segment) -> Node {
    provider(&Provider { fiscal_year_ends: 12, ..own.clone() })
}

fn shock(shock: &Shock) -> Node {
    let numbers = match shock {
        Shock::RandomWalk => return shock.key().into(),
        Shock::Persistent { half_life } | Shock::Reverting { half_life } => {
            Node::table([("half_life", assumption(half_life))])
        }
        Shock::DampedTrend { share, half_life } => {
            Node::table([("share", assumption(share)), ("half_life", assumption(half_life))])
        }
    };
    Node::table([(shock.key(), numbers)])
}

fn jump(jump: &Jump) -> Node {
    let mut entries: Entries = Vec::new();
    put(&mut entries, "at", jump.at.as_str());
    put(&mut entries, "log_size", assumption(&jump.log_size));
    if jump.probability.to_bits() != 1.0_f64.to_bits() {
        put(&mut entries, "probability", jump.probability);
    }
    Node::table(entries)
}

fn factor(factor: &Factor) -> Node {
    let mut entries: Entries = Vec::new();
    put(&mut entries, "name", factor.name.as_str());
    if factor.drift != Assumption::from(0.0) {
        put(&mut entries, "drift", assumption(&factor.drift));
    }
    put(&mut entries, "volatility", assumption(&factor.volatility));
    Node::table(entries)
}

fn claim(claim: &Claim) -> Node {
    let mut entries: Entries = Vec::new();
    put(&mut entries, "at", claim.at.as_str());
    for (key, bound) in [("at_least", claim.at_least), ("at_most", claim.at_most)] {
        if let Some(bound) = bound {
            put(&mut entries, key, bound);
        }
    }
    Node::table(entries)
}

fn view(view: &View) -> Node {
    let mut entries: Entries = Vec::new();
    put(&mut entries, "name", view.name.as_str());
    if view.weight.to_bits() != 1.0_f64.to_bits() {
        put(&mut entries, "weight", view.weight);
    }
    let changes = view.changes.iter().map(|(address, value)| (address.as_str(), assumption(value)));
    put(&mut entries, "with", Node::table(changes));
    Node::table(entries)
}

fn question(question: &Question) -> Node {
    let mut entries: Entries = Vec::new();
    let asks: Node = match &question.asks {
        Asks::Overtakes(challenger, incumbent) => Node::list([challenger.as_str(), incumbent.as_str()]),
        Asks::Leads(name) => name.as_str().into(),
        Asks::Top(name, places) => Node::list([Node::from(name.as_str()), (*places).into()]),
    };
    put(&mut entries, question.key(), asks);
    if let Some(name) = &question.name {
        put(&mut entries, "name", name.as_str());
    }
    match question.measure {
        Measure::Period => {}
        Measure::Trailing => put(&mut entries, "measure", "trailing"),
        Measure::Annual => put(&mut entries, "measure", "annual"),
        Measure::FiscalYearEnding(month) => {
            put(&mut entries, "measure", Node::table([("fiscal_year_ending", month.into())]));
        }
    }
    match question.sustained_years {
        Some(years) => put(&mut entries, "sustained", Node::table([("years", years.into())])),
        None if question.sustained != 1 => put(&mut entries, "sustained", question.sustained),
        None => {}
    }
    Node::table(entries)
}

fn assumption(value: &Assumption) -> Node {
    let Some(source) = &value.source else {
        return match &value.law {
            Law::Number(number) => (*number).into(),
            Law::Name(name) => name.as_str().into(),
            law => Node::table([law_entry(law)]),
        };
    };
    Node::table([law_entry(&value.law), ("source".to_owned(), source.as_str().into())])
}

fn law_entry(law: &Law) -> (String, Node) {
    match law {
        Law::Number(number) => ("fixed".to_owned(), (*number).into()),
        // Validation ensures that a name has no source.
        Law::Name(name) => ("name".to_owned(), name.as_str().into()),
        Law::Family(family, values) => {
            let parameters = match family.notation() {
                Notation::List => Node::list(values.iter().copied()),
                Notation::Table { .. } => {
                    let names = family.parameters().iter().map(|(name, _)| *name);
                    Node::table(names.zip(values.iter().map(|value| (*value).into())))
                }
            };
            (family.key().to_owned(), parameters)
        }
        Law::Quantiles(quantiles) => {
            let numbers = quantiles.numbers().map(|(key, value)| (key, value.into()));
            ("quantiles".to_owned(), Node::table(numbers))
        }
        Law::Discrete(pairs) => {
            ("discrete".to_owned(), Node::list(pairs.iter().map(|pair| Node::list(pair.iter().copied()))))
        }
        Law::Empirical(values) => ("empirical".to_owned(), Node::list(values.iter().copied())),
        Law::Truncated { of, low, high } => {
            let mut entries = vec![("of".to_owned(), Node::table([law_entry(of)]))];
            for (key, bound) in [("low", low), ("high", high)] {
                if let Some(bound) = bound {
                    put(&mut entries, key, *bound);
                }
            }
            ("truncated".to_owned(), Node::table(entries))
        }
    }
}

fn curve(of: &Curve) -> Node {
    let law = match &of.0 {
        CurveLaw::Constant(growth) => assumption(growth),
        CurveLaw::Schedule(schedule) => self::schedule(schedule),
        CurveLaw::Fade { from, to, half_life } => fade(Some(from), to, half_life),
        CurveLaw::Family(family, values) => {
            let values = values.iter().map(assumption);
            Node::table(family.parameters().iter().map(|(key, _)| *key).zip(values))
        }
        CurveLaw::Share(share) => {
            let Share { market, from, to, half_life } = &**share;
            let numbers = [("from", from), ("to", to), ("half_life", half_life)];
            Node::table(
                [("market", curve(market))].into_iter().chain(numbers.map(|(key, number)| (key, assumption(number)))),
            )
        }
        CurveLaw::Mixture(branches) => Node::list(
            branches
                .iter()
                .map(|branch| Node::table([("weight", branch.weight.into()), ("curve", curve(&branch.curve))])),
        ),
        CurveLaw::Custom(_) => Node::table(Entries::new()), // rejected by the caller
    };
    Node::table([(of.key(), law)])
}

fn fade(from: Option<&Assumption>, to: &Assumption, half_life: &Assumption) -> Node {
    let from = from.map(|from| ("from", assumption(from)));
    Node::table(from.into_iter().chain([("to", assumption(to)), ("half_life", assumption(half_life))]))
}

fn schedule(schedule: &Schedule) -> Node {
    let mut entries = vec![("rates".to_owned(), Node::list(schedule.rates.iter().map(assumption)))];
    if schedule.reading == Reading::Totals {
        put(&mut entries, "reading", "totals");
    }
    match &schedule.tail.0 {
        TailLaw::None => {}
        TailLaw::Hold => put(&mut entries, "tail", "hold"),
        TailLaw::Fade { to, half_life } => {
            put(&mut entries, "tail", Node::table([("fade", fade(None, to, half_life))]));
        }
        TailLaw::Ratio(ratio) => put(&mut entries, "tail", Node::table([("ratio", assumption(ratio))])),
    }
    Node::table(entries)
}
