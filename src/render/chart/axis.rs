//! Axes: vertical for money and probabilities, horizontal for the calendar.

use super::text;
use crate::calendar::{Period, Step};
use crate::math;
use crate::render::number::grouped;

/// The smallest distance in pixels between vertical ticks, at even steps and at the closest 1-2-5 pair.
const TICK_GAP: f64 = 34.0;
const LOG_TICK_GAP: f64 = 20.0;
/// The font size of tick labels.
pub(super) const TICK: f64 = 10.5;

/// The rectangle in which data is drawn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl Frame {
    pub(super) fn width(&self) -> f64 {
        self.right - self.left
    }

    pub(super) fn height(&self) -> f64 {
        self.bottom - self.top
    }
}

/// A vertical axis.
#[derive(Debug, Clone)]
pub(super) struct Axis {
    from: f64,
    to: f64,
    log: bool,
    pub(super) ticks: Vec<(f64, String)>,
}

impl Axis {
    /// An axis for probabilities and shares, from 0 to the next round number above `most`.
    pub(super) fn probability(most: f64, height: f64) -> Self {
        let to =
            [0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8].into_iter().find(|to| most * 1.02 <= *to).unwrap_or(1.0);
        let ticks = linear_ticks(0.0, to, height, |value, decimals| format!("{value:.decimals$}"));
        Self { from: 0.0, to, log: false, ticks }
    }

    /// An axis for any numbers from `low` to `high`.
    pub(super) fn range(low: f64, high: f64, height: f64) -> Self {
        // Ticks are multiples of a step, counted from the last one below the range.
        let label = |value: f64, decimals: usize| {
            if value.abs() >= 1e4 { amount(value) } else { format!("{value:.decimals$}") }
        };
        let most = (height / TICK_GAP).clamp(2.0, 8.0);
        let first = exponent((high - low) / most);
        let found = (first..=first + 2).flat_map(one_two_five).find(|(step, _)| (high - low) / step <= most);
        let ticks = found.map_or_else(Vec::new, |(step, power)| {
            let (from, decimals) = ((low / step - 1e-9).ceil(), usize::try_from(-power).unwrap_or(0));
            let values = (0..=10).map(|index| (from + f64::from(index)) * step);
            values
                .take_while(|value| *value <= high + 1e-9 * step)
                .map(|value| (value, label(value, decimals)))
                .collect()
        });
        Self { from: low, to: high, log: false, ticks }
    }

    /// An axis without values, for charts that show only dates.
    pub(super) fn none() -> Self {
        Self { from: 0.0, to: 1.0, log: false, ticks: Vec::new() }
    }

    /// An axis for money from `low` to `high`, both above 0. A linear axis starts at 0, so that heights are
    /// proportional.
    pub(super) fn money(low: f64, high: f64, log: bool, height: f64) -> Self {
        if !log {
            let to = high * 1.03;
            return Self { from: 0.0, to, log, ticks: linear_ticks(0.0, to, height, |value, _| amount(value)) };
        }
        let (from, to) = if high / low < 1.2 { (low / 1.1, high * 1.1) } else { (low / 1.04, high * 1.04) };
        Self { from, to, log, ticks: log_ticks(from, to, height) }
    }

    /// The vertical position of a value in a frame.
    pub(super) fn at(&self, value: f64, frame: &Frame) -> f64 {
        let place = if self.log {
            math::ln(value / self.from) / math::ln(self.to / self.from)
        } else {
            (value - self.from) / (self.to - self.from)
        };
        frame.bottom - place * (frame.bottom - frame.top)
    }

    pub(super) fn label_width(&self) -> f64 {
        self.ticks.iter().map(|(_, label)| text::width(label, TICK)).fold(0.0, f64::max)
    }
}

/// 1, 2 or 5 times a power of ten, as exponent and digit.
fn one_two_five(exponent: i32) -> impl Iterator<Item = (f64, i32)> {
    [1.0, 2.0, 5.0].into_iter().map(move |digit| (digit * power_of_ten(exponent), exponent))
}

fn power_of_ten(exponent: i32) -> f64 {
    format!("1e{exponent}").parse().unwrap_or(f64::INFINITY)
}

/// ⌊log₁₀ value⌋, from the decimal digits, so that no rounding of a logarithm enters.
fn exponent(value: f64) -> i32 {
    let text = format!("{value:e}");
    text.split_once('e').and_then(|(_, exponent)| exponent.parse().ok()).unwrap_or(0)
}

fn linear_ticks(from: f64, to: f64, height: f64, label: impl Fn(f64, usize) -> String) -> Vec<(f64, String)> {
    let most = (height / TICK_GAP).max(2.0);
    let first = exponent((to - from) / most);
    let steps = (first..=first + 2).flat_map(one_two_five);
    let Some((step, power)) = steps.into_iter().find(|(step, _)| (to - from) / step <= most) else { return Vec::new() };
    let decimals = usize::try_from(-power).unwrap_or(0);
    let value = |index: i32| f64::from(index) * step;
    (0..)
        .map(value)
        .take_while(|value| *value <= to * (1.0 + 1e-9))
        .map(|value| (value, label(value, decimals)))
        .collect()
}

/// Ticks at 1-2-5 in every decade if they fit, otherwise at every decade, or at every second, third, … one. Linear
/// steps if the range is less than a decade and contains fewer than three of these.
fn log_ticks(from: f64, to: f64, height: f64) -> Vec<(f64, String)> {
    let decades = exponent(from)..=exponent(to);
    let per_decade = height / math::ln(to / from) * std::f64::consts::LN_10;
    let within = |values: Vec<f64>| values.into_iter().filter(|value| (from..=to).contains(value)).collect::<Vec<_>>();
    // The closest 1-2-5 pair is a factor of 2 apart, 0.301 of a decade.
    let mut values = if per_decade * 0.301 >= LOG_TICK_GAP {
        within(decades.flat_map(one_two_five).map(|(value, _)| value).collect())
    } else {
        let every = (1..).find(|every| f64::from(*every) * per_decade >= TICK_GAP).unwrap_or(1);
        within(decades.filter(|e| e.rem_euclid(every) == 0).map(power_of_ten).collect())
    };
    if values.len() < 3 && to / from < 10.0 {
        let steps = linear_ticks(0.0, to, height * to / (to - from), |_, _| String::new());
        values = within(steps.into_iter().map(|(value, _)| value).collect());
    }
    values.into_iter().map(|value| (value, amount(value))).collect()
}

/// A round number with a suffix for powers of a thousand: "500 m", "1.5 bn"; plain digits below a million.
fn amount(value: f64) -> String {
    const WORDS: [(f64, &str); 3] = [(1e12, " tn"), (1e9, " bn"), (1e6, " m")];
    let trimmed = |text: String| match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    };
    if value.abs() >= 1e15 || (value != 0.0 && value.abs() < 1e-3) {
        return trimmed_exponent(value);
    }
    if let Some((scale, word)) = WORDS.into_iter().find(|(scale, _)| value.abs() >= *scale * (1.0 - 1e-9)) {
        return trimmed(format!("{:.3}", value / scale)) + word;
    }
    let digits = trimmed(format!("{value:.4}"));
    let (whole, rest) = digits.split_once('.').map_or((digits.as_str(), String::new()), |(w, r)| (w, format!(".{r}")));
    grouped(whole) + &rest
}

fn trimmed_exponent(value: f64) -> String {
    let text = format!("{value:.2e}");
    text.split_once('e').map_or_else(String::new, |(digits, exponent)| {
        format!("{}e{exponent}", digits.trim_end_matches('0').trim_end_matches('.'))
    })
}

/// A horizontal calendar axis, from the start of one period to the end of another; a period is at its middle.
#[derive(Debug, Clone, Copy)]
pub(super) struct Calendar {
    step: Step,
    from: i32,
    to: i32,
}

/// A calendar label and the time that it spans, in months.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TickSpan {
    pub(super) from: i32,
    pub(super) to: i32,
    pub(super) label: String,
}

impl Calendar {
    pub(super) fn new(first: Period, last: Period) -> Self {
        Self { step: first.step(), from: first.start(), to: last.end() }
    }

    pub(super) fn at(&self, period: Period, frame: &Frame) -> f64 {
        0.5 * (self.month(period.start(), frame) + self.month(period.end(), frame))
    }

    /// The horizontal position of the end of a month, counted as in periods.
    pub(super) fn month(&self, month: i32, frame: &Frame) -> f64 {
        let place = f64::from(month - self.from) / f64::from(self.to - self.from);
        frame.left + place * (frame.right - frame.left)
    }

    /// Spans of one, three or twelve months, or of round numbers of years, aligned with the calendar.
    fn spans(&self, months: i32) -> Vec<TickSpan> {
        let first = self.from.div_euclid(months);
        let starts = (first..).map(|index| index * months).take_while(|start| *start < self.to);
        starts.map(|from| TickSpan { from, to: from + months, label: label(from, months) }).collect()
    }

    /// The first visible month of a span, and its label; for spans of years cut off at the start, the first visible
    /// year.
    pub(super) fn seen(&self, span: &TickSpan) -> (i32, String) {
        let from = span.from.max(self.from);
        let label = if span.to - span.from > 12 { label(from, span.to - span.from) } else { span.label.clone() };
        (from, label)
    }

    fn widths(&self) -> impl Iterator<Item = i32> {
        let step = self.step;
        let years = (0..5).flat_map(|power| [1, 2, 5].map(|digit| 12 * digit * 10_i32.pow(power)));
        [1, 3].into_iter().chain(years).filter(move |months| *months >= 12 / step.per_year().cast_signed())
    }

    /// The finest spans whose labels fit.
    pub(super) fn ticks(&self, frame: &Frame) -> Vec<TickSpan> {
        let per_month = (frame.right - frame.left) / f64::from(self.to - self.from);
        let fits = |months: &i32| {
            let widest = text::width(&label(self.from, *months), TICK);
            f64::from(*months) * per_month >= widest + 7.0
        };
        self.widths().find(fits).map_or_else(Vec::new, |months| self.spans(months))
    }

    /// The finest spans of at least `least` pixels on an axis of `width` pixels, cut to the ends of the axis.
    pub(super) fn bins(&self, width: f64, least: f64) -> Vec<(i32, i32)> {
        let per_month = width / f64::from(self.to - self.from);
        let wide = |months: &i32| f64::from(*months) * per_month >= least;
        let months = self.widths().find(wide).unwrap_or(self.to - self.from);
        self.spans(months).into_iter().map(|span| (span.from.max(self.from), span.to.min(self.to))).collect()
    }

    /// The bins. Bins at the ends that are narrower than `least` are merged with their neighbours.
    pub(super) fn full_bins(&self, width: f64, least: f64) -> Vec<(i32, i32)> {
        let mut bins = self.bins(width, least);
        let per_month = width / f64::from(self.to - self.from);
        let is_narrow = |bin: &(i32, i32)| f64::from(bin.1 - bin.0) * per_month < least;
        if bins.len() > 1 && bins.last().is_some_and(is_narrow) {
            bins.pop();
            bins.iter_mut().last().into_iter().for_each(|bin| bin.1 = self.to);
        }
        if bins.len() > 1 && is_narrow(&bins[0]) {
            bins.remove(0);
            bins[0].0 = self.from;
        }
        bins
    }
}

/// "2018-03", "2018-Q1" or "2018": the first month of a span, in the form of the span's length.
fn label(from: i32, months: i32) -> String {
    let (year, month) = (from.div_euclid(12), from.rem_euclid(12));
    match months {
        1 => format!("{year:04}-{:02}", month + 1),
        3 => format!("{year:04}-Q{}", month / 3 + 1),
        _ => format!("{year:04}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|(_, label)| label.as_str()).collect()
    }

    #[test]
    fn money_ticks_are_one_two_five() {
        assert_eq!(labels(&Axis::money(1.0, 10e9, false, 200.0)), ["0", "2 bn", "4 bn", "6 bn", "8 bn", "10 bn"]);
        assert_eq!(labels(&Axis::money(6e8, 1.2e10, true, 300.0)), ["1 bn", "2 bn", "5 bn", "10 bn"]);
        assert_eq!(labels(&Axis::money(5e8, 2e10, true, 120.0)), ["500 m", "1 bn", "2 bn", "5 bn", "10 bn", "20 bn"]);
        assert_eq!(labels(&Axis::money(5e7, 2e10, true, 120.0)), ["100 m", "1 bn", "10 bn"]);
        assert_eq!(labels(&Axis::money(1.0, 1e300, true, 200.0))[..3], ["1", "1e52", "1e104"]);
        assert_eq!(labels(&Axis::money(1.0, 1e300, false, 200.0)).last(), Some(&"1e300"));
        assert_eq!(labels(&Axis::money(700.0, 900.0, true, 200.0)), ["700", "750", "800", "850", "900"]);
        assert_eq!(labels(&Axis::money(1e-5, 2e-5, true, 60.0)), ["1e-5", "2e-5"]);
        assert_eq!(amount(1_500.0), "1,500");
        assert_eq!(amount(999_999_999.999_999), "1 bn");
    }

    #[test]
    fn an_axis_of_one_value_has_a_range() {
        let frame = Frame { left: 0.0, top: 0.0, right: 100.0, bottom: 100.0 };
        for log in [true, false] {
            let at = Axis::money(5.0, 5.0, log, 100.0).at(5.0, &frame);
            assert!(at > 0.0 && at < 100.0, "{at}");
        }
    }

    #[test]
    fn probability_ticks_end_at_a_round_number() {
        assert_eq!(labels(&Axis::probability(0.9, 200.0)), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(labels(&Axis::probability(0.04, 200.0)), ["0.00", "0.01", "0.02", "0.03", "0.04", "0.05"]);
    }

    #[test]
    fn calendar_ticks_are_real_and_thinned() {
        let calendar = |from: &str, to: &str| Calendar::new(from.parse().expect("label"), to.parse().expect("label"));
        let frame = Frame { left: 0.0, top: 0.0, right: 400.0, bottom: 100.0 };
        let labels = |calendar: Calendar| calendar.ticks(&frame).into_iter().map(|span| span.label).collect::<Vec<_>>();
        assert_eq!(labels(calendar("2018-Q2", "2019-Q1")), ["2018-Q2", "2018-Q3", "2018-Q4", "2019-Q1"]);
        assert_eq!(labels(calendar("2018-02", "2018-05")), ["2018-02", "2018-03", "2018-04", "2018-05"]);
        assert_eq!(labels(calendar("2018-Q2", "2023-Q1")), ["2018", "2019", "2020", "2021", "2022", "2023"]);
        assert_eq!(labels(calendar("1999", "2030"))[..3], ["1995", "2000", "2005"]);
        assert_eq!(labels(calendar("0001", "2400"))[..3], ["0000", "0500", "1000"]);
    }
}
