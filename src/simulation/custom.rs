//! Custom statistics: events, classifications and implementations of [`Statistic`].

use std::panic::{self, AssertUnwindSafe};

use super::builder::{CustomStatistic, Simulation};
use super::settings::PartKind;
use crate::error::{Error, Kind};
use crate::paths::Path;
use crate::statistic::{Classify, Statistic};

impl<'a> Simulation<'a> {
    /// Adds a custom event that happens or not on each path; the closure receives the paths of `providers`.
    ///
    /// # Example: one provider reaches ten before the other reaches twenty
    /// ```
    /// # use outgrow::{Curve, Provider, Scenario};
    /// # let scenario = Scenario::builder("2018", "2028")
    /// #     .provider(Provider::new("A", 1.0).growth(Curve::constant(0.4)).volatility(0.2))
    /// #     .provider(Provider::new("B", 2.0).growth(Curve::constant(0.3)).volatility(0.2)).build()?;
    /// let outcome = scenario.simulate().paths(1000)
    ///     .event("ten before twenty", ["A", "B"], |[a, b]| a.first(|r| r > 10.0) < b.first(|r| r > 20.0))
    ///     .run()?;
    /// println!("{}", outcome.event("ten before twenty")?);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn event<const N: usize>(
        mut self,
        name: impl Into<String>,
        providers: [&str; N],
        happens: impl Fn([Path<'_>; N]) -> bool + Send + Sync + 'a,
    ) -> Self {
        let class = move |paths: [Path<'_>; N]| usize::from(happens(paths));
        self.custom.push(CustomStatistic {
            name: name.into(),
            kind: PartKind::Event,
            statistic: Box::new(Classify::new(providers.map(str::to_owned), 2, class)),
        });
        self
    }

    /// Classifies each path into one of `classes` classes (numbered from 0) with a closure over the paths of
    /// `providers`.
    ///
    /// # Example: which provider is first to ten
    /// ```
    /// # use outgrow::{Curve, Provider, Scenario};
    /// # let scenario = Scenario::builder("2018", "2028")
    /// #     .provider(Provider::new("A", 1.0).growth(Curve::constant(0.4)).volatility(0.2))
    /// #     .provider(Provider::new("B", 2.0).growth(Curve::constant(0.3)).volatility(0.2)).build()?;
    /// let outcome = scenario.simulate().paths(1000)
    ///     .classify("first to ten", ["A", "B"], 3, |[a, b]| {
    ///         match a.first(|r| r > 10.0).cmp(&b.first(|r| r > 10.0)) {
    ///             std::cmp::Ordering::Less => 0,
    ///             std::cmp::Ordering::Greater => 1,
    ///             std::cmp::Ordering::Equal => 2,
    ///         }
    ///     })
    ///     .run()?;
    /// assert_eq!(outcome.classes("first to ten")?.len(), 3);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn classify<const N: usize>(
        mut self,
        name: impl Into<String>,
        providers: [&str; N],
        classes: usize,
        class: impl Fn([Path<'_>; N]) -> usize + Send + Sync + 'a,
    ) -> Self {
        self.custom.push(CustomStatistic {
            name: name.into(),
            kind: PartKind::Classes,
            statistic: Box::new(Classify::new(providers.map(str::to_owned), classes, class)),
        });
        self
    }

    /// Adds a custom [`Statistic`]; `name` identifies its answer in the outcome.
    pub fn statistic(mut self, name: impl Into<String>, statistic: impl Statistic + 'a) -> Self {
        self.custom.push(CustomStatistic {
            name: name.into(),
            kind: PartKind::Statistic,
            statistic: Box::new(statistic),
        });
        self
    }
}

/// Calls code in which only the closure of the user at `address` is expected to panic. Its panic becomes an error with the
/// address, and the threads of the pool remain usable.
pub(super) fn caught<R>(address: Option<impl FnOnce() -> String>, call: impl FnOnce() -> R) -> Result<R, Error> {
    let Some(address) = address else { return Ok(call()) };
    // What a panic leaves half done is dropped with the run.
    panic::catch_unwind(AssertUnwindSafe(call)).map_err(|payload| {
        let text = payload.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("no message");
        Error::one(Kind::Numeric, "simulation", address(), format!("the closure panicked: {text}"))
    })
}
