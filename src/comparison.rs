//! A scenario beside the outside view of the same pair: the inside view of its author and what history says.

use std::fmt;

use serde::Serialize;

use crate::assumption::quantile::Quantile;
use crate::assumption::quantity::Quantity;
use crate::assumption::standard_law::StandardLaw;
use crate::assumption::{Assumption, lognormal};
use crate::audit::{INTERVAL_SDS, Pair, measured};
use crate::calendar::Period;
use crate::error::{Error, did_you_mean};
use crate::estimate::Estimate;
use crate::history::{History, OutsideView, ReferenceClass};
use crate::math;
use crate::outcome::Outcome;
use crate::plan::Plan;
use crate::render::grouped;
use crate::scenario::{Innovations, Provider, Question, Scenario};

/// The number of paths of each simulation unless stated: the standard error of a probability is at most .002.
const PATHS: u64 = 100_000;
/// The seed of both simulations.
const SEED: u64 = 0;

/// The numbers that decide who overtakes whom, in log revenue of the challenger less that of the incumbent.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RatioNumbers {
    /// The log-ratio at the base. A class has none.
    pub at_base: Option<f64>,
    /// The median growth advantage of the challenger in the first year, log growth. A class has none.
    pub advantage: Option<f64>,
    /// The years until the yearly advantage is half of the first one. `None` if it is more than half up to the horizon.
    pub half_life: Option<f64>,
    /// The standard deviation of the change of the log-ratio over the first year, from shocks and uncertain growth.
    pub sd_of_change: f64,
    /// The degrees of freedom of Student-t shocks. `None` for Gaussian shocks.
    pub df: Option<f64>,
}

/// The probabilities of an overtake by the end of a year after the base.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct BothAnswers {
    /// The end of the year, a period of the scenario.
    pub by: Period,
    /// By the scenario.
    pub scenario: Estimate,
    /// By the outside view.
    pub outside_view: Estimate,
}

/// A scenario beside the outside view of one pair; made by [`Scenario::against_reference`].
///
/// `Display` prints a table, serde writes it as JSON.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
#[must_use]
pub struct AgainstReference {
    /// The challenger.
    pub challenger: String,
    /// The incumbent.
    pub incumbent: String,
    /// The name of the reference class.
    pub class_name: String,
    /// The provider without figures at the base, if any. The outside view takes its revenue from the scenario, and its growth from the
    /// group, with the spread of the class.
    pub without_figures: Option<String>,
    /// The scenario's own numbers.
    pub scenario: RatioNumbers,
    /// Those of the reference class, before the pair's own years.
    pub class: RatioNumbers,
    /// Those of the outside view: the class and the pair's own years.
    pub outside_view: RatioNumbers,
    /// The probabilities by the end of each whole year after the base.
    pub by: Vec<BothAnswers>,
    /// The number of paths of each simulation; their seed is 0.
    pub paths: u64,
}

impl Scenario {
    /// Compares the scenario with the outside view of the same pair: the first question whose challenger and incumbent are
    /// names of the history. Both are simulated with 100,000 paths; the outside view ends with the last whole year of the
    /// scenario.
    ///
    /// If the history has figures of only one of the two, the other one's trailing year is taken from the scenario relative to
    /// the first one's, and the outside view is that of
    /// [`outside_view_stating`](History::outside_view_stating) with all comparable names of the history.
    ///
    /// The history should be that of the day of the scenario, by [`History::as_of`]. The scenario is monitored at its own
    /// periods and the outside view at the ends of years, so that the scenario's probabilities are a little higher for the
    /// same assumptions. A scenario of quarters compares quarters and the outside view trailing years, so that the ratios at
    /// the base differ where the two grow at different rates.
    ///
    /// # Errors
    /// If no question compares two names of the history, if one of the two is a sum of segments, if the horizon is less than a
    /// year away, those of [`History::outside_view`], and those of a simulation.
    ///
    /// # Example: an advantage that does not fade
    /// ```
    /// use outgrow::{Curve, History, Provider, Question, ReferenceClass, Scenario};
    /// let mut text = String::from("name,period,value\n");
    /// let a = [100, 112, 118, 131, 150, 162, 181, 205, 231];
    /// let b = [180, 186, 199, 205, 220, 228, 241, 252, 260];
    /// for (year, (a, b)) in (2010..).zip(a.iter().zip(&b)) {
    ///     text += &format!("A,{year},{a}\nB,{year},{b}\n");
    /// }
    /// let history = History::from_csv(&text)?;
    /// let scenario = Scenario::builder("2018", "2023")
    ///     .provider(Provider::new("A", 231).growth(Curve::constant(0.12)).volatility(0.05))
    ///     .provider(Provider::new("B", 260).growth(Curve::constant(0.04)).volatility(0.05))
    ///     .question(Question::overtakes("A", "B"))
    ///     .build()?;
    /// let both = scenario.against_reference(&history, ReferenceClass::general())?;
    /// assert_eq!(both.scenario.half_life, None);                          // it lasts
    /// let last = both.by.last().expect("five years");
    /// assert!(last.scenario.value() > 0.95 && last.outside_view.value() < 0.62);
    /// println!("{both}");
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn against_reference(&self, history: &History, class: ReferenceClass) -> Result<AgainstReference, Error> {
        self.against_reference_with(history, class, PATHS)
    }

    /// As [`against_reference`](Self::against_reference), with this number of paths.
    ///
    /// # Errors
    /// Those of `against_reference`.
    pub fn against_reference_with(
        &self,
        history: &History,
        class: ReferenceClass,
        paths: u64,
    ) -> Result<AgainstReference, Error> {
        let [challenger, incumbent] = pair_of(self, history)?;
        let own = Side::of(self, [challenger, incumbent], paths)?;
        let years = own.pair.years();
        let view = self.outside_view(history, class)?;
        let outside = view.scenario()?;
        let other = Side::of(&outside, [challenger, incumbent], paths)?;
        let mut by = Vec::with_capacity(years);
        for year in 1..=years {
            let at = self.label(year * self.step().per_year() as usize);
            let (scenario, outside_view) = (own.by(at)?, other.by(outside.label(year))?);
            by.push(BothAnswers { by: at, scenario, outside_view });
        }
        Ok(AgainstReference {
            challenger: challenger.to_owned(),
            incumbent: incumbent.to_owned(),
            class_name: view.class().name().to_owned(),
            without_figures: view.without_figures().map(str::to_owned),
            scenario: own.numbers(half_life(&own.pair.advantages()), df(self.innovations())),
            class: of_class(view.class()),
            outside_view: other.numbers(Some(view.class().half_life()), Some(view.class().df())),
            by,
            paths,
        })
    }

    /// The outside view of the first question whose challenger and incumbent are names of the history, from the scenario's base
    /// to its last whole year; [`against_reference`](Self::against_reference) compares the scenario with it.
    ///
    /// # Errors
    /// Those of `against_reference`, but for those of a simulation.
    ///
    /// # Example: bands of the outside view
    /// ```
    /// # use outgrow::{Curve, History, Provider, Question, ReferenceClass, Scenario};
    /// let history = History::from_csv("name,period,value\nA,2016,70\nB,2016,100\nA,2017,85\nB,2017,105\nA,2018,100\nB,2018,110\n")?;
    /// let scenario = Scenario::builder("2018", "2021")
    ///     .provider(Provider::new("A", 100).growth(Curve::constant(0.2)).volatility(0.1))
    ///     .provider(Provider::new("B", 110).growth(Curve::constant(0.05)).volatility(0.1))
    ///     .question(Question::overtakes("A", "B")).build()?;
    /// let outside = scenario.outside_view(&history, ReferenceClass::general())?.scenario()?;
    /// let outcome = outside.simulate().paths(10_000).run()?;
    /// assert!(outcome.revenue("A")?.quantile("2021", 0.9)? > outcome.revenue("A")?.quantile("2021", 0.1)?);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn outside_view(&self, history: &History, class: ReferenceClass) -> Result<OutsideView, Error> {
        let names = pair_of(self, history)?;
        let per_year = self.step().per_year() as usize;
        let end = self.label(self.periods() / per_year * per_year);
        let view = match one_without_figures(history, names, self.base())? {
            None => history.outside_view(names[0], names[1], self.base(), end)?,
            Some(unknown) => {
                let known = if unknown == names[0] { names[1] } else { names[0] };
                let revenue = self.year_of(unknown, known, history)?;
                let alike = comparable(history, known, self.base())?;
                if alike.len() == 1 {
                    let message = format!(
                        "{unknown:?} has no figures up to {}, and {known:?} is the only name of its group with two years of them, so that \
                         nothing is known of the group's growth",
                        self.base()
                    );
                    return Err(Error::invalid("comparison with the reference", "question", message));
                }
                history.outside_view_stating(&alike, &[(unknown, revenue)], self.base(), end)?
            }
        };
        Ok(view.with_class(class))
    }
}

impl Scenario {
    /// The revenue over the year up to the base of a provider without figures, in the unit of the history: relative to that of
    /// the other one as in the scenario, with the spread of the base.
    fn year_of(&self, unknown: &str, known: &str, history: &History) -> Result<Assumption, Error> {
        let per_year = self.step().per_year() as usize;
        let single = |name: &str| {
            let found =
                self.providers().iter().find(|provider| provider.name() == name && provider.revenue().is_some());
            found.ok_or_else(|| {
                let message = format!("{name:?} must be one series: the sum of segments has no base of its own");
                Error::invalid("comparison with the reference", "question", message)
            })
        };
        let (unknown, known) = (single(unknown)?, single(known)?);
        let has_years = [unknown, known].iter().all(|provider| provider.get_history().len() + 1 >= per_year);
        let year = |provider: &Provider| {
            let [_, base, _] = self.quantiles_of_base(provider);
            let past = provider.get_history().iter().rev().take(per_year - 1);
            if has_years { base + past.sum::<f64>() } else { base }
        };
        let part = year(unknown) / year(known);
        let reported = history.series(known.name())?.trailing_year(history.on_grid("base", self.base())?)?;
        let reported = reported.expect("it has figures");
        let [low, _, high] = self.quantiles_of_base(unknown);
        let source = format!(
            "the scenario: {part:.4} of the year of {:?} up to {}, with the spread of the scenario's base",
            known.name(),
            self.base()
        );
        Ok(lognormal(reported * part, math::ln(high / low) / INTERVAL_SDS).source(source))
    }

    /// The 5 %, 50 % and 95 % quantiles of the base of a provider that is one series.
    fn quantiles_of_base(&self, provider: &Provider) -> [f64; 3] {
        let law = provider.revenue().and_then(|revenue| self.law(revenue));
        let shape = law.and_then(StandardLaw::of).expect("validated: the base of a series is a law");
        let quantile = Quantile::within(&shape, Quantity::Revenue.domain());
        [0.05, 0.5, 0.95].map(|p| quantile.at(p))
    }
}

/// The one of two names that has no figures of the year up to the base, if the other one has.
fn one_without_figures<'n>(history: &History, names: [&'n str; 2], base: Period) -> Result<Option<&'n str>, Error> {
    let base = history.on_grid("base", base)?;
    let [first, second] =
        names.map(|name| -> Result<bool, Error> { Ok(history.series(name)?.trailing_year(base)?.is_some()) });
    Ok(match (first?, second?) {
        (false, true) => Some(names[0]),
        (true, false) => Some(names[1]),
        // If both are missing, the outside view reports it.
        (true, true) | (false, false) => None,
    })
}

/// `first`, then the names of its group with two years of figures up to the base in its currency.
fn comparable<'h>(history: &'h History, first: &'h str, base: Period) -> Result<Vec<&'h str>, Error> {
    let (like, base) = (history.series(first)?, history.on_grid("base", base)?);
    let mut names = vec![first];
    for name in history.names() {
        let series = history.series(name)?;
        let is_known = series.yearly_growth(base)?.is_some();
        let is_alike = (series.currency(), series.group()) == (like.currency(), like.group());
        if name != first && is_known && is_alike {
            names.push(name);
        }
    }
    Ok(names)
}

fn of_class(class: &ReferenceClass) -> RatioNumbers {
    RatioNumbers {
        at_base: None,
        advantage: None,
        half_life: Some(class.half_life()),
        sd_of_change: class.sd_of_change(),
        df: Some(class.df()),
    }
}

/// The names of the first question that compares two names of the history.
fn pair_of<'s>(scenario: &'s Scenario, history: &History) -> Result<[&'s str; 2], Error> {
    let names = history.names();
    let asked = || scenario.questions().iter().filter_map(|one| one.incumbent().map(|other| [one.challenger(), other]));
    if let Some(pair) = asked().find(|pair| pair.iter().all(|name| names.contains(name))) {
        return Ok(pair);
    }
    let message = match asked().flatten().find(|name| !names.contains(name)) {
        Some(unknown) => {
            let hint = did_you_mean(unknown, names);
            format!("no question is about two names of the history: it has no figure of {unknown:?}{hint}")
        }
        None => "no question asks whether one provider overtakes another".to_owned(),
    };
    Err(Error::invalid("comparison with the reference", "question", message))
}

/// One of the two views, simulated.
struct Side<'s> {
    pair: Pair<'s>,
    sd: f64,
    outcome: Outcome,
}

impl<'s> Side<'s> {
    fn of(scenario: &Scenario, names: [&'s str; 2], paths: u64) -> Result<Self, Error> {
        let plan = Plan::new(scenario, SEED)?;
        let Some(pair) = Pair::of(scenario, &plan, names) else {
            let message = "both must be one series each and the horizon at least a year away";
            return Err(Error::invalid("comparison with the reference", "question", message));
        };
        let first_year = Scenario { horizon: scenario.label(scenario.step().per_year() as usize), ..scenario.clone() };
        let near = Pair::of(&first_year, &Plan::new(&first_year, SEED)?, names);
        let found = measured(&first_year, &near.iter().collect::<Vec<_>>(), paths, SEED)?;
        let questions = vec![Question::overtakes(names[0], names[1])];
        let asked = Scenario { questions, ..scenario.clone() }.checked()?;
        let run = asked.simulate().paths(paths).seed(SEED).fans(false).ranks(false).shares(false);
        Ok(Self { pair, sd: found.iter().map(|found| found.sd).sum(), outcome: run.run()? })
    }

    fn numbers(&self, half_life: Option<f64>, df: Option<f64>) -> RatioNumbers {
        RatioNumbers {
            at_base: Some(self.pair.at_base()),
            advantage: self.pair.advantages().first().copied(),
            half_life,
            sd_of_change: self.sd,
            df,
        }
    }

    fn by(&self, at: Period) -> Result<Estimate, Error> {
        self.outcome.questions()[0].by(at)
    }
}

fn df(innovations: Innovations) -> Option<f64> {
    match innovations {
        Innovations::Gaussian => None,
        Innovations::StudentT { df } => Some(df),
    }
}

/// The years until the yearly advantage is half of the first, geometrically between years.
fn half_life(advantages: &[f64]) -> Option<f64> {
    let first = *advantages.first()?;
    let part: Vec<f64> = advantages.iter().map(|advantage| advantage / first).collect();
    let (years, pair) = (0..).zip(part.windows(2)).find(|(_, pair)| !(pair[1] > 0.5))?;
    // An advantage that turns into its contrary falls in a straight line.
    let share = if pair[1] > 0.0 {
        math::ln(pair[0] / 0.5) / math::ln(pair[0] / pair[1])
    } else {
        (pair[0] - 0.5) / (pair[0] - pair[1])
    };
    (first.abs() > 0.0).then(|| f64::from(years) + share)
}

impl AgainstReference {
    /// The numbers that decide, in words: of the scenario, the class and the outside view.
    pub(crate) fn numbers(&self) -> [(&'static str, [String; 3]); 5] {
        let line = |what, of: &dyn Fn(&RatioNumbers) -> String| {
            (what, [&self.scenario, &self.class, &self.outside_view].map(of))
        };
        let signed = |x: Option<f64>| x.map_or_else(String::new, |x| format!("{x:+.3}"));
        let years = |x: Option<f64>| x.map_or_else(|| "lasts".to_owned(), |years| format!("{years:.1}"));
        let shocks = |df: Option<f64>| df.map_or_else(|| "Gaussian".to_owned(), |df| format!("t, ν {df:.1}"));
        [
            line("log-ratio at the base", &|one| signed(one.at_base)),
            line("advantage in the first year, log growth", &|one| signed(one.advantage)),
            line("half-life of the advantage, years", &|one| years(one.half_life)),
            line("sd of the log-ratio over the first year", &|one| format!("{:.3}", one.sd_of_change)),
            line("shocks", &|one| shocks(one.df)),
        ]
    }

    /// What the outside view assumes of a provider without figures.
    pub(crate) fn note(&self) -> Option<String> {
        let unknown = self.without_figures.as_deref()?;
        Some(format!(
            "The history has no figures of {unknown} at the base. The outside view takes its revenue from the scenario and its \
             growth from the group, with the spread of the class."
        ))
    }
}

impl fmt::Display for AgainstReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { challenger, incumbent, class_name, by, paths, .. } = self;
        writeln!(f, "{challenger} against {incumbent}: the scenario beside the outside view (class {class_name:?})\n")?;
        writeln!(f, "  {:<42}{:>10}{:>10}{:>14}", "", "scenario", "class", "outside view")?;
        for (what, [own, class, outside]) in self.numbers() {
            writeln!(f, "  {what:<42}{own:>10}{class:>10}{outside:>14}")?;
        }
        writeln!(f, "\n  P({challenger} has overtaken {incumbent})")?;
        for answers in by {
            let (own, outside) = (answers.scenario.shown(), answers.outside_view.shown());
            writeln!(f, "  {:<42}{own:>10}{:>10}{outside:>14}", format!("by {}", answers.by), "")?;
        }
        if let Some(note) = self.note() {
            writeln!(f, "  {note}")?;
        }
        write!(f, "  {} paths each, seed {SEED}", grouped(&paths.to_string()))
    }
}
