//! Places of a scenario in words, for readers who do not know addresses.

use super::words;
use crate::assumption::address::{
    CorrelationKey, DependenceKey, FactorKey, JumpKey, Owner, ProviderKey, QuestionKey, ScenarioKey, Subject, Token,
    ViewKey, below, first_token,
};
use crate::assumption::quantity::Quantity;
use crate::scenario::{AssumptionPlace, Scenario};

/// A place of the scenario in words: "second-year growth of Alibaba Cloud". A number within a distribution is named after the
/// number that is drawn, with the rest of its address in brackets.
pub(super) fn place(scenario: &Scenario, address: &str) -> String {
    let places = scenario.assumptions();
    let whole = places.iter().find_map(|place| Some((place, below(address, &place.address)?)));
    let (known, rest) = whole.map_or((address, ""), |(place, rest)| (place.address.as_str(), rest));
    let quantity = whole.map(|(place, _)| place.quantity);
    let named = match Subject::of_known(known) {
        Subject::Scenario(key) => of_scenario(key).to_owned(),
        Subject::Assumption(name) => of_assumption(scenario, name),
        Subject::Dependence(index, key) => of_dependence(scenario, index, key),
        Subject::Provider(owner, key) => of_provider(scenario, known, (owner, key), quantity),
        Subject::Jump(owner, key) => of_jump(known, owner, key),
        Subject::Factor(name, key) => of_factor(name, key),
        Subject::Correlation(index, key) => of_correlation(scenario, index, key),
        Subject::View(name, key) => of_view(name, key),
        Subject::Question(name, key) => of_question(name, key),
    };
    match rest.trim_start_matches('.') {
        "" => named,
        rest => format!("{named} ({rest})"),
    }
}

const fn of_scenario(key: ScenarioKey) -> &'static str {
    match key {
        ScenarioKey::Base => "the base period",
        ScenarioKey::Horizon => "the horizon",
        ScenarioKey::Unit => "the unit",
        ScenarioKey::Quantity => "the quantity",
        ScenarioKey::Ceiling => "the size of the market",
        ScenarioKey::Innovations => "the distribution of shocks",
        ScenarioKey::Assumption => "the named assumptions",
        ScenarioKey::Dependence => "the dependences",
        ScenarioKey::Provider => "the providers",
        ScenarioKey::Factor => "the factors",
        ScenarioKey::Correlation => "the correlations",
        ScenarioKey::View => "the views",
        ScenarioKey::Question => "the questions",
    }
}

fn of_dependence(scenario: &Scenario, index: usize, key: Option<DependenceKey>) -> String {
    let numbered = format!("the {} dependence", ordinal(index));
    match key {
        None | Some(DependenceKey::Between) => numbered,
        Some(DependenceKey::RankCorrelation) => {
            scenario.dependences().nth(index).map_or(numbered, |(one, other, _)| {
                format!("rank correlation of {} and {}", end(scenario, one), end(scenario, other))
            })
        }
    }
}

/// What a dependence joins: an address, or the name of an assumption.
fn end(scenario: &Scenario, stated: &str) -> String {
    if Subject::of(stated).is_ok() { place(scenario, stated) } else { format!("\u{201c}{stated}\u{201d}") }
}

/// A named assumption with the places that use it.
fn of_assumption(scenario: &Scenario, name: &str) -> String {
    let users: Vec<String> = users(scenario, name).map(|user| place(scenario, &user.address)).collect();
    match users.as_slice() {
        [] => format!("\u{201c}{name}\u{201d}"),
        [one] => format!("\u{201c}{name}\u{201d}: {one}"),
        [one, other] => format!("\u{201c}{name}\u{201d}: {one}, and {other}"),
        [first, others @ ..] => format!("\u{201c}{name}\u{201d}: {first}, and {} others", others.len()),
    }
}

/// The places that use a named assumption.
fn users(scenario: &Scenario, name: &str) -> impl Iterator<Item = AssumptionPlace> {
    scenario.assumptions().into_iter().filter(move |place| place.assumption.name() == Some(name))
}

/// What the number at an address means; of a named assumption, what it means at all places that use it.
pub(super) fn quantity(scenario: &Scenario, address: &str) -> Quantity {
    let found = scenario.assumptions().into_iter().find(|place| place.address == address);
    let stated = found.map_or(Quantity::Shared, |place| place.quantity);
    let Subject::Assumption(name) = Subject::of_known(address) else { return stated };
    let mut used = users(scenario, name).map(|user| user.quantity);
    let first = used.next();
    first.filter(|first| used.all(|other| other == *first)).unwrap_or(stated)
}

/// A value of the assumption at an address, with its unit.
pub(super) fn value(scenario: &Scenario, address: &str, value: f64) -> String {
    let quantity = quantity(scenario, address);
    format!("{}{}", words::number(quantity, value), words::unit(quantity))
}

fn of_correlation(scenario: &Scenario, index: usize, key: Option<CorrelationKey>) -> String {
    let numbered = format!("the {} correlation", ordinal(index));
    match key {
        None | Some(CorrelationKey::Between) => numbered,
        Some(CorrelationKey::Value) => {
            let stated = scenario.correlations().nth(index);
            stated.map_or(numbered, |(one, other, _)| format!("correlation of the shocks of {one} and {other}"))
        }
    }
}

fn of_factor(name: &str, key: Option<FactorKey>) -> String {
    match key {
        None | Some(FactorKey::Name) => format!("the factor {name}"),
        Some(FactorKey::Drift) => format!("growth of the factor {name}"),
        Some(FactorKey::Volatility) => format!("volatility of the factor {name}"),
    }
}

fn of_view(name: &str, key: Option<ViewKey>) -> String {
    match key {
        None | Some(ViewKey::Name) => format!("the view {name}"),
        Some(ViewKey::Weight) => format!("weight of the view {name}"),
        Some(ViewKey::With) => format!("what the view {name} changes"),
    }
}

fn of_question(name: &str, key: Option<QuestionKey>) -> String {
    match key {
        None | Some(QuestionKey::Overtakes | QuestionKey::Leads | QuestionKey::Top | QuestionKey::Name) => {
            format!("the question {name}")
        }
        Some(QuestionKey::Measure) => format!("measure of the question {name}"),
        Some(QuestionKey::Sustained) => format!("how long the lead must last in the question {name}"),
    }
}

fn of_provider(
    scenario: &Scenario,
    address: &str,
    (owner, key): (Owner<'_>, Option<ProviderKey>),
    quantity: Option<Quantity>,
) -> String {
    let of = named(owner);
    let what = match key {
        None => return of,
        Some(ProviderKey::Name) => "name".to_owned(),
        Some(ProviderKey::Revenue) => format!("base {}", scenario.quantity()),
        Some(ProviderKey::Growth) => of_growth(&steps(address), quantity),
        Some(ProviderKey::Volatility) => "volatility".to_owned(),
        Some(ProviderKey::Shock) => of_shock(quantity).to_owned(),
        Some(ProviderKey::Centring) => "centring".to_owned(),
        Some(ProviderKey::History) => "history".to_owned(),
        Some(ProviderKey::FiscalYearEnds) => "end of the fiscal year".to_owned(),
        Some(ProviderKey::Source) => "source".to_owned(),
        Some(ProviderKey::Claim) => "claims about the past".to_owned(),
        Some(ProviderKey::Exit) => "yearly probability of the exit".to_owned(),
        Some(ProviderKey::Loading) => match steps(address).last() {
            Some(Token::Field(factor)) => format!("loading on the factor {}", factor.trim_matches('"')),
            Some(Token::Item(factor)) => format!("loading on the factor {factor}"),
            None => "loadings".to_owned(),
        },
        Some(ProviderKey::Jump) => "jumps".to_owned(),
        Some(ProviderKey::Segment) => "segments".to_owned(),
    };
    format!("{what} of {of}")
}

fn of_jump(address: &str, owner: Owner<'_>, key: JumpKey) -> String {
    let what = match key {
        JumpKey::At => "date",
        JumpKey::LogSize => "size",
        JumpKey::Probability => "probability",
    };
    let items = steps(address).into_iter().filter_map(|step| index(&step)).next_back();
    format!("{what} of the {} jump of {}", ordinal(items.unwrap_or(0)), named(owner))
}

/// The name of a provider, or of a segment in the form `Provider/Segment`.
fn named(owner: Owner<'_>) -> String {
    owner.segment.map_or_else(|| owner.provider.to_owned(), |segment| format!("{}/{segment}", owner.provider))
}

/// The steps of an address.
fn steps(mut address: &str) -> Vec<Token<'_>> {
    let mut steps = Vec::new();
    while let Some((step, rest)) = first_token(address) {
        steps.push(step);
        address = rest;
    }
    steps
}

fn index(step: &Token<'_>) -> Option<usize> {
    match step {
        Token::Item(item) => item.parse().ok(),
        Token::Field(_) => None,
    }
}

/// A number of a growth curve. The words of a rate depend on its key, those of other numbers on what they mean.
fn of_growth(steps: &[Token<'_>], quantity: Option<Quantity>) -> String {
    let is_last = |key: &str| steps.last() == Some(&Token::Field(key));
    let is_within = |key: &str| steps.contains(&Token::Field(key));
    let what = match quantity {
        Some(Quantity::Growth) => match steps.last().and_then(index) {
            Some(year) => format!("{}-year growth", ordinal(year)),
            None if is_last("from") => "initial growth".to_owned(),
            None if is_last("to") => "long-run growth".to_owned(),
            None => "growth".to_owned(),
        },
        Some(Quantity::MarketShare) if is_last("from") => "initial market share".to_owned(),
        Some(Quantity::MarketShare) => "long-run market share".to_owned(),
        Some(Quantity::HalfLife) if is_within("share") && !is_within("market") => {
            "half-life of the market share".to_owned()
        }
        Some(Quantity::CustomParameter) => {
            format!("{} parameter of the growth curve", ordinal(steps.last().and_then(index).unwrap_or(0)))
        }
        Some(quantity) => of_curve(quantity).to_owned(),
        None => "growth".to_owned(),
    };
    let market = if is_within("market") { " in the market" } else { "" };
    let law = steps.windows(2).find(|pair| pair[0] == Token::Field("mixture")).and_then(|pair| index(&pair[1]));
    let law = law.map_or_else(String::new, |law| format!(" under the {} law", ordinal(law)));
    format!("{what}{market}{law}")
}

/// What a number of a growth curve is, by what it means.
const fn of_curve(quantity: Quantity) -> &'static str {
    match quantity {
        Quantity::HalfLife => "half-life of growth",
        Quantity::Ratio => "ratio of growth from year to year",
        Quantity::Damping => "damping of growth",
        Quantity::Saturation => "saturation",
        Quantity::SaturationRate => "speed of saturation",
        Quantity::Shape => "shape of the growth curve",
        Quantity::Innovation => "adoption by innovators",
        Quantity::Imitation => "adoption by imitators",
        Quantity::AdoptedFraction => "adopted fraction at the base",
        Quantity::MarketShare => "market share",
        Quantity::CustomParameter => "parameter of the growth curve",
        Quantity::Weight => "weight of the growth curve",
        Quantity::Growth
        | Quantity::Revenue
        | Quantity::Volatility
        | Quantity::Shared
        | Quantity::Correlation
        | Quantity::LogSize
        | Quantity::TrendShare
        | Quantity::Loading
        | Quantity::Probability
        | Quantity::DegreesOfFreedom
        | Quantity::Month
        | Quantity::Count
        | Quantity::Location
        | Quantity::Spread
        | Quantity::PositiveLocation
        | Quantity::BetaShape
        | Quantity::ViewWeight => "growth",
    }
}

fn of_shock(quantity: Option<Quantity>) -> &'static str {
    if quantity == Some(Quantity::HalfLife) {
        "half-life of the shocks"
    } else if quantity == Some(Quantity::TrendShare) {
        "share of growth in the shocks"
    } else {
        "shocks"
    }
}

/// "first" of 0: in words up to the tenth.
fn ordinal(index: usize) -> String {
    const WORDS: [&str; 10] =
        ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"];
    let number = index + 1;
    let ending = match (number % 100, number % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    WORDS.get(index).map_or_else(|| format!("{number}{ending}"), |word| (*word).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Curve, Factor, Jump, Question, Segment, Shock, Tail, View, normal};

    fn scenario() -> Scenario {
        let schedule = Curve::schedule([normal(0.8, 0.1), normal(0.6, 0.1)], Tail::fade("mature", 2.0));
        let share = Curve::share(Curve::constant(0.2), 0.05, 0.1, 3.0);
        let mixture = Curve::mixture([(1.0, Curve::logistic(20.0, 0.6)), (2.0, share)]);
        let custom = Curve::custom("own", [0.2], |years, numbers| years * numbers[0]);
        let segment = Segment::new("S", 1).growth(Curve::fade(0.4, 0.1, 2)).shock(Shock::damped_trend(0.2, 2.0));
        Scenario::builder("2018", "2022")
            .assumption("mature", normal(0.1, 0.01))
            .provider(
                crate::Provider::new("A", normal(10.0, 0.1))
                    .growth(schedule)
                    .volatility(0.1)
                    .jump(Jump::at("2020", 0.1)),
            )
            .provider(crate::Provider::new("B", 12).growth(mixture).loading("yen", 0.5).exit(0.01))
            .provider(crate::Provider::of_segments("C", [segment]))
            .provider(crate::Provider::new("D", 9).growth(custom))
            .factor(Factor::new("yen", 0.1))
            .correlation("A", "B", 0.3)
            .dependence("mature", "provider[A].revenue", 0.4)
            .view(View::new("bull").with("provider[A].volatility", 0.2))
            .question(Question::overtakes("A", "B").name("soon"))
            .build()
            .expect("a scenario")
    }

    #[test]
    fn places_are_named_in_words() {
        let scenario = scenario();
        for (address, words) in [
            ("provider[A].growth.schedule.rates[1]", "second-year growth of A"),
            ("provider[A].growth.schedule.rates[1].normal[0]", "second-year growth of A (normal[0])"),
            ("provider[A].growth.schedule.tail.fade.half_life", "half-life of growth of A"),
            ("provider[A].revenue", "base revenue of A"),
            ("provider[A].volatility", "volatility of A"),
            ("provider[A].jump[0].log_size", "size of the first jump of A"),
            ("provider[B].growth.mixture[0].curve.logistic.saturation", "saturation under the first law of B"),
            ("provider[B].growth.mixture[1].curve.share.from", "initial market share under the second law of B"),
            (
                "provider[B].growth.mixture[1].curve.share.market.constant",
                "growth in the market under the second law of B",
            ),
            ("provider[B].loading[yen]", "loading on the factor yen of B"),
            ("provider[B].exit", "yearly probability of the exit of B"),
            ("provider[C].segment[S].growth.fade.to", "long-run growth of C/S"),
            ("provider[C].segment[S].shock.damped_trend.share", "share of growth in the shocks of C/S"),
            ("provider[D].growth.custom.parameters[0]", "first parameter of the growth curve of D"),
            ("assumption[mature]", "\u{201c}mature\u{201d}: long-run growth of A"),
            ("factor[yen].volatility", "volatility of the factor yen"),
            ("correlation[0].value", "correlation of the shocks of A and B"),
            ("dependence[0].rank_correlation", "rank correlation of \u{201c}mature\u{201d} and base revenue of A"),
            ("question[soon].sustained", "how long the lead must last in the question soon"),
            ("view[bull].weight", "weight of the view bull"),
        ] {
            assert_eq!(place(&scenario, address), words, "{address}");
        }
    }

    #[test]
    fn a_shared_value_has_the_unit_of_its_uses() {
        let scenario = scenario();
        assert_eq!(value(&scenario, "assumption[mature]", 0.05), "+5.0 % a year");
        assert_eq!(value(&scenario, "provider[A].growth.schedule.tail.fade.half_life", 2.0), "2.00 years");
    }

    /// No two drawn or fixed assumptions of a scenario have the same words.
    #[test]
    fn words_of_assumptions_are_distinct() {
        let scenario = scenario();
        let mut words: Vec<String> =
            scenario.assumptions().iter().map(|known| place(&scenario, &known.address)).collect();
        let count = words.len();
        words.sort();
        words.dedup();
        assert_eq!(words.len(), count, "{words:?}");
    }

    #[test]
    fn ordinals_end_as_they_are_spoken() {
        assert_eq!(
            [0, 9, 10, 11, 20, 21, 22, 110].map(ordinal),
            ["first", "tenth", "11th", "12th", "21st", "22nd", "23rd", "111th"]
        );
    }
}
