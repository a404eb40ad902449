//! Errors for stated growth estimates whose author gave none.

use super::dependence::to_ranks;
use super::{AssumptionPlace, Scenario, ScenarioBuilder};
use crate::assumption::law::Law;
use crate::assumption::quantity::Quantity;
use crate::assumption::{Assumption, log_growth};
use crate::error::Error;
use crate::math;
use crate::reference::{CORRELATION_OF_ESTIMATES, error_of_estimate};

impl Scenario {
    /// The scenario with an error for every stated growth estimate that has none: each plain rate g of a schedule becomes
    /// `log_growth(γ, √(0.08² + (0.4 γ)²))` with γ = ln(1 + g), and the errors of two rates of one schedule have the
    /// correlation 0.25.
    ///
    /// The median stays at the stated rate. For 60 % a year the standard deviation of log growth is 0.20, so that two of three
    /// years grow by 31 to 96 %. The numbers are those of the guide on histories, for one estimate of revenue growth by an
    /// analyst. Rates that are distributions or names of assumptions keep what their author stated. Each changed rate says so
    /// in its source.
    ///
    /// # Errors
    /// If no rate of a schedule is a plain number.
    ///
    /// # Example: two estimates as they were published
    /// ```
    /// use outgrow::{Curve, Provider, Question, Scenario, Tail};
    /// let scenario = Scenario::builder("2018", "2022")
    ///     .provider(Provider::new("A", 700).growth(Curve::schedule([0.87, 0.60], Tail::ratio(0.5))))
    ///     .provider(Provider::new("B", 1200).growth(Curve::constant(0.3)))
    ///     .question(Question::overtakes("A", "B"))
    ///     .build()?;
    /// let by_2020 = |scenario: &Scenario| scenario.exact().run()?.overtake("A", "B")?.by("2020");
    /// assert_eq!(by_2020(&scenario)?.value(), 1.0);                     // certain, since no estimate can be wrong
    /// let uncertain = scenario.with_estimate_errors()?;
    /// assert!((0.5..0.7).contains(&by_2020(&uncertain)?.value()));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn with_estimate_errors(&self) -> Result<Self, Error> {
        let rates = self.plain_rates();
        if rates.is_empty() {
            let message = "no rate of a schedule is a plain number; rates that are distributions or names of assumptions \
                           keep the spread that they have";
            return Err(Error::invalid("errors of estimates", "", message));
        }
        let uncertain = rates.iter().map(|rate| (rate.address.as_str(), rate.with_error()));
        let changed = self.with_all(uncertain)?;
        let pairs = rates.iter().enumerate().flat_map(|(at, later)| {
            let same = move |earlier: &&Rate| earlier.schedule() == later.schedule();
            rates[..at].iter().filter(same).map(move |earlier| (earlier, later))
        });
        let correlation = to_ranks(CORRELATION_OF_ESTIMATES);
        let depend = |builder: ScenarioBuilder, (earlier, later): (&Rate, &Rate)| {
            builder.dependence(&earlier.address, &later.address, correlation)
        };
        pairs.fold(changed.to_builder(), depend).build()
    }

    /// The plain rates of all schedules.
    fn plain_rates(&self) -> Vec<Rate> {
        self.assumptions().into_iter().filter_map(Rate::of).collect()
    }
}

/// A plain rate of a schedule.
struct Rate {
    address: String,
    growth: f64,
    source: Option<String>,
}

impl Rate {
    fn of(place: AssumptionPlace) -> Option<Self> {
        let Law::Number(growth) = place.assumption.law else { return None };
        let (_, index) = split(&place.address)?;
        let is_rate = place.quantity == Quantity::Growth && index.parse::<usize>().is_ok();
        is_rate.then_some(Self { address: place.address, growth, source: place.source })
    }

    /// The address of its schedule.
    fn schedule(&self) -> &str {
        split(&self.address).map_or("", |(schedule, _)| schedule)
    }

    fn with_error(&self) -> Assumption {
        let log = math::ln_1p(self.growth);
        let sd = error_of_estimate(log);
        let stated = self.source.as_deref().unwrap_or("stated, without a source");
        log_growth(log, sd)
            .source(format!("{stated}; sd of log growth {sd:.3}: the error of such estimates, chosen by name"))
    }
}

/// The address of a schedule, and the index of its rate.
fn split(address: &str) -> Option<(&str, &str)> {
    address.strip_suffix(']')?.rsplit_once(".rates[")
}
