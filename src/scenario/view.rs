//! Views: what several forecasters assume about the same scenario.

use crate::assumption::Assumption;

/// The name of the mixture of all views in tables and charts, which no view may have.
pub(crate) const POOL: &str = "pool";

/// One forecaster's view of a scenario: the values that this forecaster puts in place of the scenario's, and the weight
/// of the view in the pool of all views.
///
/// Views share everything that they do not change: providers, dates, questions, and the random numbers of every draw.
/// Simulations, exact answers and audits ignore them unless they are asked for with
/// [`Simulation::views`](crate::Simulation::views) or [`Exact::views`](crate::Exact::views).
///
/// # Example: a bull and a bear
/// ```
/// use outgrow::{Curve, Provider, Question, Scenario, View, normal};
/// let scenario = Scenario::builder("2018", "2024")
///     .provider(Provider::new("A", 10).growth(Curve::constant(normal(0.4, 0.1))))
///     .provider(Provider::new("B", 30).growth(Curve::constant(0.1)))
///     .question(Question::overtakes("A", "B"))
///     .view(View::new("bull").weight(3).with("provider[A].growth.constant.normal[0]", 0.5))
///     .view(View::new("bear").with("provider[A].growth.constant", normal(0.2, 0.05)))
///     .build()?;
/// let outcome = scenario.exact().views(true).run()?;
/// let by_2024 = |view: &str| outcome.view(view)?.question("A overtakes B")?.by("2024").map(|by| by.value());
/// let pool = outcome.pool().expect("asked for").question("A overtakes B")?.by("2024")?.value();
/// assert!((pool - (0.75 * by_2024("bull")? + 0.25 * by_2024("bear")?)).abs() < 1e-12);
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct View {
    pub(super) name: String,
    pub(super) weight: f64,
    /// The new values by address, in the order in which they were added.
    pub(super) changes: Vec<(String, Assumption)>,
}

impl View {
    /// Starts a view with a weight of 1 that changes nothing yet; it must change at least one value.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), weight: 1.0, changes: Vec::new() }
    }

    /// Sets the weight, above 0, relative to the sum of the weights of all views.
    pub fn weight(mut self, weight: impl Into<f64>) -> Self {
        self.weight = weight.into();
        self
    }

    /// Replaces the number at an address, as [`Scenario::with`](crate::Scenario::with) does: by a number, a distribution, or the name of an
    /// assumption. Questions cannot be changed.
    pub fn with(mut self, address: impl Into<String>, value: impl Into<Assumption>) -> Self {
        self.changes.push((address.into(), value.into()));
        self
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The weight as stated; those of all views need not sum to 1.
    #[must_use]
    pub fn get_weight(&self) -> f64 {
        self.weight
    }

    /// The new values with the addresses of the numbers that they replace, in the order in which they were added.
    pub fn changes(&self) -> impl Iterator<Item = (&str, &Assumption)> {
        self.changes.iter().map(|(address, value)| (address.as_str(), value))
    }
}

/// Weights divided by their sum. Neither the order of the weights nor, but for rounding, a common factor changes them.
pub(crate) fn shares(weights: &[f64]) -> Vec<f64> {
    // The largest weight is divided out first, since a sum of finite weights may overflow.
    let largest = weights.iter().copied().fold(0.0, f64::max);
    let scaled = || weights.iter().map(|weight| weight / largest);
    let mut ascending: Vec<f64> = scaled().collect();
    ascending.sort_by(f64::total_cmp);
    let sum: f64 = ascending.iter().sum();
    scaled().map(|weight| weight / sum).collect()
}

#[cfg(test)]
mod tests {
    use super::shares;

    #[test]
    fn shares_depend_on_neither_order_nor_scale() {
        assert_eq!(shares(&[3.0, 1.0]), [0.75, 0.25]);
        assert_eq!(shares(&[f64::MAX, f64::MAX]), [0.5, 0.5], "the sum of these weights overflows");
        let weights = [0.3, 0.1, 0.25, 1e-9];
        let mut reversed = weights;
        reversed.reverse();
        let mut of_reversed = shares(&reversed);
        of_reversed.reverse();
        assert_eq!(shares(&weights), of_reversed);
        let scaled = shares(&weights.map(|weight| 1e6 * weight));
        assert!(scaled.iter().zip(shares(&weights)).all(|(a, b)| (a - b).abs() < 1e-15), "{scaled:?}");
    }
}
