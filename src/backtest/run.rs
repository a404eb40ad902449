//! Running a back-test: cases, forecasters, and their forecasts of every case.

use std::fmt;

use super::baselines::{Background, past_drift};
use super::cases::{Known, Pair, Truth, cases_at};
use super::forecast::{Forecast, of_scenario};
use super::hedgehog::{Chosen, OriginFan};
use super::outside::Noise;
use super::scorecard::{Case, Scorecard};
use crate::calendar::Period;
use crate::cpu::in_parallel;
use crate::error::{Error, Kind};
use crate::history::{Date, History, LEAST_CHANGES, ReferenceClass};
use crate::scenario::Scenario;

const WHAT: &str = "back-test";
/// The horizon unless stated, years.
const HORIZON: u32 = 5;
/// The largest horizon, years.
const MOST_YEARS: u32 = 30;
/// The largest publication lag, days: ten years.
const MOST_DAYS: u32 = 3_650;
/// Origins are scored from the first at which this number of cases has a known outcome.
const LEAST_RESOLVED: f64 = 50.0;

/// The forecasts by case, and the fan of the chosen pair if it has a case.
type OfOrigin = (Vec<Vec<Forecast>>, Option<OriginFan>);
type Forecaster<'a> = dyn Fn(&History, &Pair) -> Result<Scenario, Error> + Send + Sync + 'a;

/// A back-test of a panel: forecasts from every past year, each from what was known then, and what happened.
///
/// Made by [`History::backtest`]. Six forecasters are always scored; [`forecaster`](Self::forecaster) adds others.
#[must_use]
pub struct Backtest<'a> {
    history: &'a History,
    other: Option<&'a History>,
    years: u32,
    first: Option<Period>,
    lag: u32,
    pair: Option<Chosen>,
    custom: Vec<(String, Box<Forecaster<'a>>)>,
}

impl fmt::Debug for Backtest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.custom.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Backtest").field("years", &self.years).field("custom", &names).finish_non_exhaustive()
    }
}

impl History {
    /// A back-test of this history as a panel: many series of the same kind, in groups within which names are compared.
    ///
    /// # Example: synthetic series, and a custom forecaster
    /// ```no_run
    /// use outgrow::{History, Question};
    /// let panel = History::from_csv_file("gdp.csv")?;
    /// let card = panel
    ///     .backtest()
    ///     .horizon(5)
    ///     .forecaster("general class", |past, pair| {
    ///         past.outside_view(&pair.challenger, &pair.incumbent, pair.base, pair.horizon)?.scenario()
    ///     })
    ///     .run()?;
    /// println!("{card}");
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn backtest(&self) -> Backtest<'_> {
        Backtest { history: self, other: None, years: HORIZON, first: None, lag: 0, pair: None, custom: Vec::new() }
    }
}

impl<'a> Backtest<'a> {
    /// The number of years that are forecast, 1 to 30; 5 unless stated.
    pub fn horizon(mut self, years: u32) -> Self {
        self.years = years;
        self
    }

    /// Also scores the outside view with the reference class of another panel, as known at each origin.
    pub fn other_panel(mut self, other: &'a History) -> Self {
        self.other = Some(other);
        self
    }

    /// The first origin that is scored, the end of a whole year of the panel. Unless stated, it is the first at which 50
    /// earlier cases have a known outcome.
    pub fn first_origin(mut self, first: Period) -> Self {
        self.first = Some(first);
        self
    }

    /// The publication lag, 0 to 3,650 days; 0 unless stated. A forecast is made this number of days after the last day of its origin, from
    /// the figures of periods up to the origin that are known by then.
    ///
    /// Without a lag, figures that are published after their period are not known at the origin, and there is no case if all are. Choose the lag by
    /// which most figures are out: a name that publishes later has no case, and counts as gone in the hazards of exits.
    ///
    /// # Example: figures that are published two months after the year
    /// ```
    /// use outgrow::History;
    /// let mut text = String::from("name,period,value,known_from\n");
    /// for year in 2000..2012 {
    ///     text += &format!("A,{year},{},{}-02-28\n", 100 + (year % 3) * 40, year + 1);
    ///     text += &format!("B,{year},{},{}-02-28\n", 150 + (year % 2) * 30, year + 1);
    /// }
    /// let panel = History::from_csv(&text)?;
    /// let backtest = || panel.backtest().horizon(2).first_origin("2005".parse().expect("a year"));
    /// assert!(backtest().run().unwrap_err().to_string().contains("publication lag"));
    /// assert!(backtest().publication_lag(60).run()?.origins() > 0);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn publication_lag(mut self, days: u32) -> Self {
        self.lag = days;
        self
    }

    /// The pair of [`Scorecard::hedgehog`], with the ratio a/b. If several groups have both names and none is stated, the pair with the
    /// most cases is chosen, as among all pairs without this call.
    ///
    /// # Example: the forecasts of one pair as a picture
    /// ```
    /// use outgrow::History;
    /// let mut text = String::from("name,period,value\n");
    /// for year in 2000..2012 {
    ///     text += &format!("A,{year},{}\nB,{year},{}\n", 100 + (year % 3) * 40, 150 + (year % 2) * 30);
    /// }
    /// let panel = History::from_csv(&text)?;
    /// let card = panel.backtest().horizon(2).first_origin("2005".parse()?).hedgehog_of(None, "A", "B").run()?;
    /// assert_eq!(card.hedgehog().fans[0].years.len(), 2);
    /// # #[cfg(feature = "charts")]
    /// let svg: String = card.hedgehog_chart(480)?;
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn hedgehog_of(mut self, group: Option<&str>, a: impl Into<String>, b: impl Into<String>) -> Self {
        self.pair = Some(Chosen { group: group.map(str::to_owned), a: a.into(), b: b.into() });
        self
    }

    /// Adds a forecaster: a scenario for a pair, from the history of its group as known at the base.
    ///
    /// The scenario has both names as providers, and its horizon is that of the pair. It is simulated with 65,536 paths, to a standard error of at most .002. Monitor it at the ends of years, as the cases
    /// are. The closure is called from several threads.
    pub fn forecaster(
        mut self,
        name: impl Into<String>,
        scenario: impl Fn(&History, &Pair) -> Result<Scenario, Error> + Send + Sync + 'a,
    ) -> Self {
        self.custom.push((name.into(), Box::new(scenario)));
        self
    }

    /// Forecasts every case. The results do not depend on the number of threads.
    ///
    /// # Errors
    /// If the horizon is outside 1 to 30 years, if two forecasters have one name, if the panel has no case with a known outcome, or if a forecaster
    /// returns an error, which names the case. Also if the lag exceeds 3,650 days, or if the pair asked for has no case.
    pub fn run(self) -> Result<Scorecard, Error> {
        self.check()?;
        let (ends, years) = (self.history.year_ends(), self.years as usize);
        let truth = Truth::of(self.history, &ends);
        let pasts: Vec<History> = ends.iter().map(|end| self.history.known_after(*end, self.lag)).collect();
        let by_origin = in_parallel(ends.len(), &|at| cases_at(self.history, &pasts[at], &truth, &ends, at, years));
        let all: Vec<Known> = by_origin.into_iter().flatten().collect();
        let background = if self.history.has_late_rows() {
            Background::at_ends(&as_known_then(&all, &pasts, &ends, years), ends.len(), years)
        } else {
            Background::at_ends(&all, ends.len(), years)
        };
        let is_scored = |at: &usize| match self.first {
            Some(first) => ends[*at] >= first,
            None => background[*at].resolved() >= LEAST_RESOLVED,
        };
        let origins: Vec<usize> = (0..ends.len()).filter(is_scored).collect();
        let scored: Vec<Vec<&Known>> = origins
            .iter()
            .map(|at| all.iter().filter(|case| case.origin == *at && case.outcome.is_some()).collect())
            .collect();
        if scored.iter().all(Vec::is_empty) {
            return Err(Error::invalid(WHAT, "panel", self.without_cases(&all, truth.names(), &ends, &pasts)));
        }
        let chosen = Chosen::among(self.pair.as_ref(), scored.iter().flatten().copied())?;
        let forecasts = in_parallel(origins.len(), &|at| {
            self.forecasts(&scored[at], &pasts[origins[at]], &background[origins[at]], &chosen)
        });
        let (mut cases, mut fans) = (Vec::new(), Vec::new());
        for (known, forecasts) in scored.into_iter().zip(forecasts) {
            let (forecasts, fan) = forecasts?;
            fans.extend(fan);
            for (known, forecasts) in known.into_iter().zip(forecasts) {
                let Some(outcome) = known.outcome else { continue };
                cases.push(Case::of(known, outcome, forecasts));
            }
        }
        Scorecard::of(self.names(), self.years, cases, chosen.with(&truth, &ends, fans))
    }

    fn check(&self) -> Result<(), Error> {
        if !(1..=MOST_YEARS).contains(&self.years) {
            let message = format!("a horizon must be from 1 to {MOST_YEARS} years, got {}", self.years);
            return Err(Error::invalid(WHAT, "horizon", message));
        }
        if self.lag > MOST_DAYS {
            let message = format!("a publication lag must be at most {MOST_DAYS} days, got {}", self.lag);
            return Err(Error::invalid(WHAT, "publication_lag", message));
        }
        let names = self.names();
        match names.iter().enumerate().find(|(at, name)| names[..*at].contains(name)) {
            Some((_, name)) => {
                Err(Error::invalid(WHAT, "forecaster", format!("names must differ, got {name:?} twice")))
            }
            None => Ok(()),
        }
    }

    /// Why there is nothing to score.
    fn without_cases(&self, all: &[Known], names: usize, ends: &[Period], pasts: &[History]) -> String {
        let origins: Vec<usize> = all.iter().filter(|case| case.outcome.is_some()).map(|case| case.origin).collect();
        if let (Some(first), Some(last)) = (origins.iter().min(), origins.iter().max()) {
            let (count, first, last) = (origins.len(), ends[*first], ends[*last]);
            return match self.first {
                Some(stated) => format!(
                    "no case from the first origin {stated} on: the {count} cases with a known outcome are from {first} to {last}"
                ),
                None => format!(
                    "no origin at which {LEAST_RESOLVED} earlier cases have a known outcome: there are {count} cases, from {first} to {last}; \
                     state a first origin, such as {first}"
                ),
            };
        }
        let (years, changes) = (self.years, LEAST_CHANGES);
        let mut message = format!(
            "no case with a known outcome: pairs of one group with at least {changes} yearly changes, a gap of .05 to ln 3 and figures \
             {years} years later are needed, got {names} names over {} years",
            ends.len()
        );
        let is_unknown = |(past, end): (&History, &Period)| {
            past.years_at(*end, 1).iter().all(|(_, members)| members.iter().all(|years| years.sums.is_empty()))
        };
        if pasts.iter().zip(ends).all(is_unknown) {
            let than = if self.lag == 0 { "" } else { "longer " };
            message += &format!("; no figure is known at the origin of its own period: state a {than}publication lag");
        }
        message
    }

    /// The names of the forecasters; the baseline of skill is `no_drift`.
    fn names(&self) -> Vec<String> {
        let views = ["outside_view", "outside_view_other_panel", "outside_view_defaults"];
        let views = views.into_iter().filter(|name| self.other.is_some() || *name != "outside_view_other_panel");
        let simple = ["past_drift", "no_drift", "climatology"];
        let custom = self.custom.iter().map(|(name, _)| name.clone());
        views.chain(simple).map(str::to_owned).chain(custom).collect()
    }

    /// The forecasts of the cases of one origin, in the order of the names, and the fan of the chosen pair.
    fn forecasts(
        &self,
        cases: &[&Known],
        past: &History,
        then: &Background,
        chosen: &Chosen,
    ) -> Result<OfOrigin, Error> {
        let Some(first) = cases.first() else { return Ok((Vec::new(), None)) };
        let years = self.years as usize;
        let classes = self.classes(past, first.pair.base);
        let noises: Vec<Noise> = classes.iter().map(|class| Noise::of(class, years)).collect();
        let one = |at: usize| -> Result<Vec<Forecast>, Error> {
            let case = cases[at];
            let Pair { group, challenger, incumbent, base, horizon } = &case.pair;
            let within = past.group(group)?;
            let view = within.outside_view(challenger, incumbent, *base, *horizon)?;
            let mut all = Vec::with_capacity(classes.len() + 3 + self.custom.len());
            for (class, noise) in classes.iter().zip(&noises) {
                all.push(noise.forecast(&view.with_class(class.clone()), case.gap, case.observed)?);
            }
            all.push(past_drift(case, self.years)?);
            all.push(then.no_drift(case, self.years)?);
            all.push(then.climatology(case));
            for (name, scenario) in &self.custom {
                let forecast = scenario(&within, &case.pair);
                let forecast = forecast.and_then(|scenario| of_scenario(&scenario, &case.pair, case.observed));
                all.push(forecast.map_err(|error| of_case(name, &case.pair, &error))?);
            }
            Ok(all)
        };
        let all = in_parallel(cases.len(), &one).into_iter().collect::<Result<_, Error>>()?;
        let Some(case) = cases.iter().find(|case| chosen.is_of(case)) else { return Ok((all, None)) };
        let Pair { group, challenger, incumbent, base, horizon } = &case.pair;
        let view = past.group(group)?.outside_view(challenger, incumbent, *base, *horizon)?;
        let years = noises[0].fan(&view.with_class(classes[0].clone()), case.gap);
        Ok((all, Some(OriginFan::of(case, years, chosen))))
    }

    /// The reference classes of the outside views at an origin. A panel that has too few cases by then gives the general class.
    fn classes(&self, past: &History, base: Period) -> Vec<ReferenceClass> {
        let date = Date::end_of(base).later_by(self.lag);
        let of_panel = |panel: &History| {
            let then = panel.known_after(base, self.lag);
            ReferenceClass::from_panel_with(&then, date, 0, 0).unwrap_or_else(|_| ReferenceClass::general())
        };
        let mut classes = vec![of_panel(past)];
        classes.extend(self.other.map(of_panel));
        classes.push(ReferenceClass::general());
        classes
    }
}

/// The cases with the outcomes that were known at their horizons, which later revisions may change.
fn as_known_then(all: &[Known], pasts: &[History], ends: &[Period], years: usize) -> Vec<Known> {
    let truths = in_parallel(ends.len(), &|at| Truth::of(&pasts[at], &ends[..=at]));
    let then = |case: &Known| {
        let mut known = Known { outcome: None, ..case.clone() };
        let horizon = case.origin + years;
        if let (Some(truth), Some(past)) = (truths.get(horizon), pasts.get(horizon)) {
            truth.resolve(past, &mut known, years);
        }
        known
    };
    all.iter().map(then).collect()
}

/// The error of a forecaster, with its case.
fn of_case(name: &str, pair: &Pair, error: &Error) -> Error {
    let Pair { group, challenger, incumbent, base, .. } = pair;
    let group = if group.is_empty() { String::new() } else { format!(" of {group:?}") };
    let address = format!("forecaster[{name}]");
    Error::one(Kind::Invalid, WHAT, address, format!("{challenger:?} and {incumbent:?}{group} at {base}: {error}"))
}
