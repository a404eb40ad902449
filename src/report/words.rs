//! Text for numbers: likelihood on a named scale, probabilities in percent, and distributions by their quantiles.

use crate::assumption::quantile::Quantile;
use crate::assumption::quantity::Quantity;
use crate::assumption::standard_law::StandardLaw;
use crate::estimate::Estimate;
use crate::number::short;
use crate::render::money;
use crate::scenario::{AssumptionPlace, Scenario};

/// The likelihood scale of the IPCC (Mastrandrea et al. 2010, table 1); the narrowest matching term is used.
const ABOVE: [(f64, &str); 3] = [(0.99, "virtually certain"), (0.90, "very likely"), (0.66, "likely")];
const BELOW: [(f64, &str); 3] = [(0.01, "exceptionally unlikely"), (0.10, "very unlikely"), (0.33, "unlikely")];
const BETWEEN: &str = "about as likely as not";

/// The report's note on the scale.
pub(super) const SCALE: &str = "Terms for probabilities accompany the numbers and do not replace them. They are from the IPCC's \
    likelihood scale (Mastrandrea et al. 2010, Guidance Note for the Fifth Assessment Report): virtually certain 99–100 %, \
    very likely 90–100 %, likely 66–100 %, about as likely as not 33–66 %, unlikely 0–33 %, very unlikely 0–10 %, \
    exceptionally unlikely 0–1 %. The narrowest term that applies is used, or two if the interval spans several.";

/// The term for a probability.
fn likelihood(probability: f64) -> &'static str {
    let above = ABOVE.iter().find(|(bound, _)| probability >= *bound);
    let below = BELOW.iter().find(|(bound, _)| probability <= *bound);
    above.or(below).map_or(BETWEEN, |(_, word)| word)
}

/// The terms for an estimate: two if its interval spans a bound of the scale.
pub(super) fn likelihoods(estimate: &Estimate) -> String {
    let (low, high) = estimate.interval();
    match (likelihood(low), likelihood(high)) {
        (low, high) if low == high => low.to_owned(),
        (low, high) => format!("{low} to {high}"),
    }
}

/// "one in ten below 0.42, median 0.60, one in ten above 0.78", by the quantile function of the draws.
pub(super) fn distribution(scenario: &Scenario, place: &AssumptionPlace) -> String {
    let named = place.assumption.name().map_or_else(String::new, |name| format!("as assumption[{name}]: "));
    let Some(shape) = scenario.law(&place.assumption).and_then(StandardLaw::of) else {
        return "derived from the last two rates".to_owned();
    };
    let unit = unit(place.quantity);
    if let StandardLaw::Constant(value) = shape {
        return format!("{named}{}{unit}, the same on every path", number(place.quantity, value));
    }
    let quantile = Quantile::within(&shape, place.quantity.domain());
    let at = |p: f64| number(place.quantity, quantile.at(p));
    format!("{named}one in ten below {}, median {}, one in ten above {}{unit}", at(0.1), at(0.5), at(0.9))
}

/// A number in the form that is usual for its quantity.
pub(super) fn number(quantity: Quantity, value: f64) -> String {
    match quantity {
        Quantity::Revenue => money(value, 4),
        Quantity::Growth => format!("{:+.1} %", 100.0 * value),
        Quantity::AdoptedFraction | Quantity::MarketShare | Quantity::TrendShare | Quantity::Probability => {
            format!("{:.1} %", 100.0 * value)
        }
        Quantity::HalfLife => format!("{value:.2}"),
        Quantity::Volatility
        | Quantity::Ratio
        | Quantity::Saturation
        | Quantity::SaturationRate
        | Quantity::Shape
        | Quantity::Damping
        | Quantity::Innovation
        | Quantity::Imitation
        | Quantity::CustomParameter
        | Quantity::Shared
        | Quantity::Correlation
        | Quantity::LogSize
        | Quantity::Loading
        | Quantity::DegreesOfFreedom
        | Quantity::Month
        | Quantity::Count
        | Quantity::Location
        | Quantity::Spread
        | Quantity::PositiveLocation
        | Quantity::BetaShape
        | Quantity::Weight
        | Quantity::ViewWeight => short(value),
    }
}

/// The unit of a quantity.
pub(super) fn unit(quantity: Quantity) -> &'static str {
    match quantity {
        Quantity::Growth | Quantity::SaturationRate | Quantity::Innovation | Quantity::Imitation => " a year",
        Quantity::HalfLife => " years",
        Quantity::Saturation => " times the base",
        Quantity::Revenue
        | Quantity::Volatility
        | Quantity::Ratio
        | Quantity::Shape
        | Quantity::Damping
        | Quantity::AdoptedFraction
        | Quantity::MarketShare
        | Quantity::CustomParameter
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
        | Quantity::Weight
        | Quantity::ViewWeight => "",
    }
}

/// A probability as a rounded percentage: 0 % and 100 % only if it is certain, else a bound that includes the error.
pub(super) fn percent(estimate: &Estimate) -> String {
    let (value, (low, high)) = (100.0 * estimate.value(), estimate.interval());
    if estimate.standard_error() <= 0.0 && (value <= 0.0 || value >= 100.0) {
        return format!("{value:.0} %");
    }
    match value {
        small if small < 0.5 => format!("< {:.0} %", (100.0 * high).ceil().max(1.0)),
        large if large >= 99.5 => format!("> {:.0} %", (100.0 * low).floor().min(99.0)),
        other => format!("{other:.0} %"),
    }
}

/// The interval in percent, if it is so wide that a rounded percentage would look more certain than it is.
pub(super) fn wide_interval(estimate: &Estimate) -> Option<String> {
    let (low, high) = estimate.interval();
    (high - low > 0.02).then(|| format!("{:.0} \u{2013} {:.0} %", (100.0 * low).floor(), (100.0 * high).ceil()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Curve, Provider, lognormal, normal, truncated};

    #[test]
    fn words_change_at_the_bounds_of_the_scale() {
        let cases = [
            (0.0, "exceptionally unlikely"),
            (0.01, "exceptionally unlikely"),
            (0.011, "very unlikely"),
            (0.10, "very unlikely"),
            (0.101, "unlikely"),
            (0.33, "unlikely"),
            (0.331, "about as likely as not"),
            (0.659, "about as likely as not"),
            (0.66, "likely"),
            (0.899, "likely"),
            (0.90, "very likely"),
            (0.989, "very likely"),
            (0.99, "virtually certain"),
            (1.0, "virtually certain"),
        ];
        for (probability, word) in cases {
            assert_eq!(likelihood(probability), word, "{probability}");
        }
    }

    #[test]
    fn an_interval_over_a_bound_has_both_words() {
        assert_eq!(likelihoods(&Estimate::bounded(0.65, 0.02)), "about as likely as not to likely");
        assert_eq!(likelihoods(&Estimate::bounded(0.71, 0.02)), "likely");
    }

    #[test]
    fn a_percentage_is_certain_only_if_the_probability_is() {
        let certain = |value| Estimate::bounded(value, 0.0);
        assert_eq!(
            [0.0, 1.0, 0.67, 0.001, 0.999].map(|value| percent(&certain(value))),
            ["0 %", "100 %", "67 %", "< 1 %", "> 99 %"]
        );
        assert_eq!(percent(&Estimate::bounded(0.672, 0.001)), "67 %");
        assert_eq!(percent(&Estimate::bounded(0.001, 0.001)), "< 1 %");
        assert_eq!(percent(&Estimate::bounded(0.001, 0.1)), "< 21 %", "the error is larger than the rounding");
        assert_eq!(percent(&Estimate::bounded(0.998, 0.01)), "> 97 %");
        assert_eq!(wide_interval(&Estimate::bounded(0.5, 0.1)).as_deref(), Some("30 \u{2013} 70 %"));
        assert_eq!(wide_interval(&Estimate::bounded(0.5, 0.001)), None);
    }

    /// Against quantiles known in closed form: 1.281 551 6 standard deviations from the median, and for the truncated
    /// distribution the 0.55, 0.75 and 0.95 quantiles of the original one.
    #[test]
    fn distributions_are_described_by_their_quantiles() {
        let revenue = truncated(lognormal(1.0e9, 0.1), 1.0e9, None);
        let scenario = Scenario::builder("2018", "2020")
            .provider(Provider::new("A", revenue).growth(Curve::constant(normal(0.5, 0.1))).volatility(0.25))
            .build()
            .expect("a scenario");
        let lines: Vec<String> = scenario.assumptions().iter().map(|place| distribution(&scenario, place)).collect();
        assert_eq!(
            lines,
            [
                "one in ten below 1.013 bn, median 1.070 bn, one in ten above 1.179 bn",
                "one in ten below +37.2 %, median +50.0 %, one in ten above +62.8 % a year",
                "0.250, the same on every path",
            ]
        );
    }
}
