//! A probability with sliders for some of its numbers.

use serde_json::json;

use super::html::{HtmlPage, Slider};
use super::{places, words};
use crate::analysis::{LiveAnswer, LiveNumber};
use crate::scenario::Scenario;

const SCRIPT: &str = include_str!("live.js");
/// A larger error than this is named as large, and shows fewer decimals.
const SMALL_ERROR: f64 = 2e-4;
/// Steps of a slider.
const STEPS: u32 = 400;

pub(super) fn section(page: &mut HtmlPage, scenario: &Scenario, live: &LiveAnswer) {
    let LiveAnswer { question, period, numbers, error, solves, .. } = live;
    page.heading(2, &format!("What if: {question} by {period}"));
    page.paragraph(
        "The probability with these numbers fixed, each between its 1 % and 99 % quantiles, and everything else drawn. The sliders begin near \
         the medians.",
    );
    let place = |number: &LiveNumber| {
        let share = (number.median - number.low) / (number.high - number.low);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a step of the slider")]
        let step = (share * f64::from(STEPS)).round() as u32;
        step.min(STEPS)
    };
    let value =
        |number: &LiveNumber| number.low + f64::from(place(number)) / f64::from(STEPS) * (number.high - number.low);
    let slider = |number: &LiveNumber| Slider {
        address: number.address.clone(),
        name: places::place(scenario, &number.address),
        value: places::value(scenario, &number.address, value(number)),
        place: place(number),
    };
    let rows: Vec<Slider> = numbers.iter().map(slider).collect();
    let start: Vec<f64> = numbers.iter().map(value).collect();
    let decimals = if *error <= SMALL_ERROR { 3 } else { 2 };
    let probability = live.at(&start).expect("the sliders begin within their ranges");
    page.sliders(&rows, STEPS, &format!("{probability:.decimals$}"));
    let quality = if *error <= SMALL_ERROR {
        ""
    } else {
        " This is more than 0.0002: the answer is less smooth than the polynomial."
    };
    page.paragraph(&format!(
        "A polynomial fitted to exact answers. At 1,000 random points its largest error is {error:.1e}, from {solves} exact answers in all.{quality}"
    ));
    let number = |own: &LiveNumber| {
        let quantity = places::quantity(scenario, &own.address);
        let form = if words::number(quantity, own.median).ends_with('%') { "percent" } else { "plain" };
        json!({ "low": own.low, "high": own.high, "form": form, "unit": words::unit(quantity) })
    };
    let data = json!({
        "numbers": numbers.iter().map(number).collect::<Vec<_>>(),
        "degree": live.degree(),
        "is_score": live.is_score(),
        "terms": live.terms(),
        "decimals": decimals,
    });
    page.script(&data.to_string(), SCRIPT);
}
