//! An outside view as a scenario, with the source of every number.

use super::subject::{Known, Stated};
use super::view::{Advantage, Grid, OutsideView, when};
use crate::assumption::{Assumption, fixed, log_growth};
use crate::calendar::Step;
use crate::error::{Error, Kind, Problem, shown};
use crate::growth::Curve;
use crate::math;
use crate::scenario::names::name_fault;
use crate::scenario::{Innovations, Jump, Measure, Provider, Question, Scenario, Shock, to_ranks};

/// The name of the assumption that all growth tends to.
const COMMON: &str = "common_growth";
/// The part of the latest quarter's surprise that lasts.
const LASTING: f64 = 0.25;

impl OutsideView {
    /// The view as a scenario like any other. The source of every number states how it was estimated and from how many
    /// years.
    ///
    /// The grid is one of years, unless the view is [`on_periods`](Self::on_periods). The label of a year is the calendar
    /// year in which it ends: with the base 2018-Q1 the year `2018` is the one from 2017-Q2 to 2018-Q1. Revenue is money a
    /// year. If the class has hazards of exits, providers have an `exit`.
    ///
    /// # Errors
    /// If the horizon or the number of providers exceeds the limits of a scenario, or if a name contains `[`, `]` or `/`, which addresses use.
    ///
    /// # Example: every number has a source
    /// ```
    /// use outgrow::History;
    /// let history = History::from_csv("name,period,value\nA,2016,80\nB,2016,100\nA,2017,100\nB,2017,110\nA,2018,121\nB,2018,123\n")?;
    /// let scenario = history.outside_view("A", "B", "2018", "2023")?.scenario()?;
    /// for place in scenario.assumptions() {
    ///     assert!(place.source.is_some(), "{}", place.address);
    /// }
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn scenario(&self) -> Result<Scenario, Error> {
        let subject = &self.subject;
        let faults: Vec<Problem> =
            subject.names().into_iter().filter_map(name_fault).map(|fault| Problem::new("name", fault)).collect();
        if !faults.is_empty() {
            return Err(Error::of(Kind::Invalid, "outside view", faults));
        }
        let (base, horizon) = (self.label(subject.base), self.label(subject.horizon));
        let (mean, sd) = self.common;
        let mut builder = Scenario::builder(base, horizon)
            .innovations(Innovations::student_t(self.class.df))
            .assumption(COMMON, log_growth(mean, sd).source(self.source_of_common()));
        if let Some(currency) = &subject.currency {
            builder = builder.unit(currency.as_str());
        }
        for (index, known) in subject.providers.iter().enumerate() {
            builder = builder.provider(self.provider(index, known));
        }
        let unknown = &self.advantages[self.advantages.len() - subject.stated.len()..];
        for (stated, advantage) in subject.stated.iter().zip(unknown) {
            builder = builder.provider(self.provider_stated(stated, advantage));
        }
        for (a, b, correlation) in self.dependences() {
            builder = builder.dependence(a, b, correlation);
        }
        let names = subject.names();
        if subject.is_pair() && self.correlation.abs() > 0.0 {
            builder = builder.correlation(names[0], names[1], self.correlation);
        }
        let measure = match self.grid {
            Grid::Years => Measure::Period,
            Grid::Periods => Measure::Trailing,
        };
        for other in &names[1..] {
            builder = builder.question(Question::overtakes(names[0], *other).measure(measure));
        }
        builder.build()
    }

    fn provider(&self, index: usize, known: &Known) -> Provider {
        // Of a pair, one advantage has the scale of both.
        let advantage = self.advantages.get(index).unwrap_or(&self.advantages[0]);
        let growth = match self.advantages.get(index) {
            Some(advantage) => Curve::fade(self.from(advantage), COMMON, self.half_life()),
            None => Curve::constant(COMMON),
        };
        let revenue = fixed(self.base_of(known)).source(self.source_of_base());
        let volatility = fixed(self.volatility(advantage)).source(self.source_of_volatility(advantage));
        let provider = Provider::new(&known.name, revenue)
            .growth(growth)
            .shock(self.shock())
            .volatility(volatility)
            .history(self.history_of(known))
            .source(self.source_of_provider(known));
        let provider = self.with_grid(provider, known, index);
        match self.exit(known) {
            Some(hazard) => provider.exit(hazard),
            None => provider,
        }
    }

    /// A provider without figures. If the class has hazards of exits, its own is the mean.
    fn provider_stated(&self, stated: &Stated, advantage: &Advantage) -> Provider {
        let provider = Provider::new(&stated.name, stated.revenue.clone())
            .growth(Curve::fade(self.from(advantage), COMMON, self.half_life()))
            .shock(self.shock())
            .volatility(fixed(self.volatility(advantage)).source(self.source_of_volatility(advantage)))
            .source(format!(
                "stated; the history has no figures of it up to {}{}",
                self.subject.base,
                when(&self.subject)
            ));
        self.class.exits.as_ref().map_or(provider.clone(), |exits| provider.exit(exits.mean))
    }

    /// The yearly probability that a provider leaves the panel, if the class has hazards of exits.
    pub(super) fn exit(&self, known: &Known) -> Option<f64> {
        let exits = self.class.exits.as_ref()?;
        Some(known.smallest.map_or(exits.mean, |smallest| exits.hazard(known.years[0], smallest)))
    }

    fn half_life(&self) -> Assumption {
        let source = format!("years until an advantage halves: reference class {:?}", self.class.name());
        fixed(self.class.half_life).source(source)
    }

    fn shock(&self) -> Shock {
        let share = match self.grid {
            Grid::Years => self.class.share,
            Grid::Periods => self.class.for_periods().share,
        };
        let source = format!("share of a year's change that persists: reference class {:?}", self.class.name());
        Shock::damped_trend(fixed(share).source(source), self.half_life())
    }

    /// What depends on the grid: on years, claims about them; on periods, the latest quarter and the fiscal year.
    fn with_grid(&self, provider: Provider, known: &Known, index: usize) -> Provider {
        match self.grid {
            Grid::Years if self.subject.base.step() == Step::Year => {
                known.claims.iter().cloned().fold(provider, Provider::claim)
            }
            Grid::Years => provider,
            Grid::Periods => {
                let provider = known.year_ends.map_or(provider.clone(), |month| provider.fiscal_year_ends(month));
                let is_moved = index < self.advantages.len() && known.surprise.abs() > 0.0;
                if !is_moved {
                    return provider;
                }
                let first = self.subject.base.checked_add(1).expect("the horizon lies after the base");
                let size = fixed(LASTING * known.surprise).source(format!(
                    "a quarter of {:+.4}, the latest quarter's year-on-year change of the log-ratio less that of the latest year",
                    known.surprise
                ));
                provider.jump(Jump::at(first, size))
            }
        }
    }

    /// The growth of a provider with an advantage at the base.
    fn from(&self, advantage: &Advantage) -> Assumption {
        let ((common, common_sd), (at_base, sd)) = (self.common, advantage.at_base());
        let over = match self.subject.providers.as_slice() {
            [_, other] if self.subject.is_pair() => other.name.clone(),
            _ => "the median of the group".to_owned(),
        };
        let text = format!(
            "the common growth and an advantage over {over} of {at_base:+.4} ± {sd:.4} in log growth a year at the base, from {} \
             yearly changes up to {} ({:+.4} ± {:.4} in the latest year; reference class {:?})",
            advantage.years(),
            self.subject.base,
            advantage.value(),
            advantage.sd(),
            self.class.name(),
        );
        log_growth(common + at_base, math::hypot(sd, common_sd)).source(text)
    }

    /// The dependences that one drawn common growth makes: with the first growth of each provider that has an advantage,
    /// and of these with each other.
    fn dependences(&self) -> Vec<(String, String, f64)> {
        let common = self.common.1;
        if !(common > 0.0) {
            return Vec::new();
        }
        let shares: Vec<f64> =
            self.advantages.iter().map(|advantage| common / math::hypot(advantage.at_base().1, common)).collect();
        let address = |at: usize| format!("provider[{}].growth.fade.from", self.advantages[at].name());
        let mut all = Vec::new();
        for (at, share) in shares.iter().enumerate() {
            all.push((address(at), COMMON.to_owned(), to_ranks(*share)));
            for (earlier, other) in shares[..at].iter().enumerate() {
                all.push((address(earlier), address(at), to_ranks(share * other)));
            }
        }
        all
    }

    fn base_of(&self, known: &Known) -> f64 {
        match self.grid {
            Grid::Years => known.years[0],
            Grid::Periods => known.years[0] / f64::from(self.subject.base.step().per_year()),
        }
    }

    fn history_of(&self, known: &Known) -> Vec<f64> {
        match self.grid {
            Grid::Years => known.years[1..].iter().rev().copied().collect(),
            Grid::Periods => vec![self.base_of(known); self.subject.base.step().per_year() as usize - 1],
        }
    }

    fn source_of_base(&self) -> String {
        let subject = &self.subject;
        let step = subject.base.step();
        let sum = match step {
            Step::Year => format!("figure of {}", subject.base),
            Step::Quarter | Step::Month => format!("sum of the {} {step}s up to {}", step.per_year(), subject.base),
        };
        let part = match self.grid {
            Grid::Years => String::new(),
            Grid::Periods => format!(", divided by {}", step.per_year()),
        };
        format!("history: {sum}{part}{}", when(subject))
    }

    fn source_of_provider(&self, known: &Known) -> String {
        let subject = &self.subject;
        let years = known.years.len();
        let label = match (self.grid, subject.base.step()) {
            (Grid::Years, Step::Quarter | Step::Month) => {
                format!("; year {} ends with {}", self.label(subject.base), subject.base)
            }
            (Grid::Years, Step::Year) if subject.end_month != 12 => {
                format!("; years end in month {}", subject.end_month)
            }
            (Grid::Years, Step::Year) | (Grid::Periods, _) => String::new(),
        };
        let exit = match (&self.class.exits, known.smallest) {
            (None, _) => "",
            (Some(_), Some(_)) => "; exit: hazard of the panel by distance from the smallest of the group",
            (Some(_), None) => "; exit: mean hazard of the panel",
        };
        format!("history of {years} years up to {}{}{label}{exit}", subject.base, when(subject))
    }

    fn source_of_common(&self) -> String {
        let years = self.subject.providers.iter().map(|known| known.growth.len()).min().unwrap_or(0);
        format!(
            "median log growth of the {} providers over their last {years} years up to {}, and its standard error{}",
            self.subject.providers.len(),
            self.subject.base,
            when(&self.subject)
        )
    }

    fn source_of_volatility(&self, advantage: &Advantage) -> String {
        let (of, part) = if self.subject.is_pair() {
            ("the log-ratio", ", divided by √(2(1 − correlation)) for one of the two")
        } else {
            ("growth against the group's median", "")
        };
        let periods = match self.grid {
            Grid::Years => "",
            Grid::Periods => ", times 1.206 because sums over a year smooth",
        };
        format!(
            "scale {:.4} of a year's change of {of}, from {} yearly changes and the prior of the reference class {:?}, times \
             √(ν/(ν − 2)) with ν = {}{part}{periods}",
            advantage.scale(),
            advantage.years(),
            self.class.name(),
            shown(self.class.df),
        )
    }
}
