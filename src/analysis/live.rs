//! A probability as a polynomial of a few drawn numbers, so that a page can evaluate it.

use serde::Serialize;

use super::asking::Asking;
use crate::assumption::address::is_within;
use crate::calendar::Period;
use crate::cpu::in_parallel;
use crate::error::{Error, Kind, Problem, did_you_mean_address};
use crate::math::gauss::normal_density;
use crate::math::{self, cholesky};
use crate::plan::Plan;
use crate::random::{GROUP, Net};
use crate::scenario::Scenario;

/// The most numbers.
const MOST: usize = 4;
/// The total degree of the polynomial, by number of variables.
const DEGREES: [u8; MOST] = [24, 14, 11, 10];
/// The tolerance of exact answers.
const TOLERANCE: f64 = 7e-5;
/// The work of one exact answer, see `Exact::budget`: there are thousands.
const BUDGET: f64 = 1e7;
/// Points for each coefficient.
const POINTS: usize = 2;
/// Random points at which the polynomial is compared with exact answers.
const CHECKS: usize = 1000;
/// The quantiles that a number ranges between.
const ENDS: [f64; 2] = [0.01, 0.99];
/// The least weight of a point.
const LEAST_WEIGHT: f64 = 1e-3;
/// Scores beyond this are probabilities that need no digits.
const MOST_SCORE: f64 = 5.0;

/// A probability as a function of up to four drawn numbers, each between its 1 % and 99 % quantiles; made by
/// [`Scenario::live`](crate::Scenario::live).
///
/// # Example: the answer at other values
/// ```
/// # use outgrow::{normal, Curve, Provider, Question, Scenario};
/// # let scenario = Scenario::builder("2018", "2021")
/// #     .provider(Provider::new("A", 10).growth(Curve::constant(normal(0.3, 0.1))).volatility(0.2))
/// #     .provider(Provider::new("B", 12).growth(Curve::constant(0.2)).volatility(0.1))
/// #     .question(Question::overtakes("A", "B")).build()?;
/// let live = scenario.live("A overtakes B", "2020", &["provider[A].growth.constant"])?;
/// let fixed = scenario.with("provider[A].growth.constant", 0.4)?.exact().run()?;
/// let exact = fixed.overtake("A", "B")?.by("2020")?.value();
/// assert!((live.at(&[0.4])? - exact).abs() <= live.error);
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LiveAnswer {
    /// The name of the question.
    pub question: String,
    /// The date by which the overtake is to happen.
    pub period: Period,
    /// The numbers.
    pub numbers: Vec<LiveNumber>,
    /// The largest error at 1,000 random points: the difference to the exact answer, plus its own error.
    pub error: f64,
    /// Exact answers that were computed.
    pub solves: usize,
    /// Whether the polynomial is of the normal score of the probability.
    is_score: bool,
    /// The degrees in each number and the coefficient of every product of Chebyshev polynomials.
    terms: Vec<(Vec<u8>, f64)>,
}

/// A number that a page may change.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LiveNumber {
    /// The address of its distribution.
    pub address: String,
    /// Its 1 % quantile.
    pub low: f64,
    /// Its median.
    pub median: f64,
    /// Its 99 % quantile.
    pub high: f64,
}

impl Scenario {
    /// Fits a polynomial to exact answers over up to four drawn numbers, while all others remain drawn. This takes a few thousand
    /// answers.
    ///
    /// # Errors
    /// An unknown question, date or address; a number that is not drawn; none or more than four of them; a question without an exact
    /// answer.
    pub fn live(
        &self,
        question: &str,
        date: impl TryInto<Period, Error: Into<Error>>,
        addresses: &[&str],
    ) -> Result<LiveAnswer, Error> {
        let asking = Asking::new(self, question, date)?;
        let asking = asking.of(asking.scenario.with_explicit_ratios());
        let numbers = numbers(&asking.scenario, addresses)?;
        fitted(&asking, numbers)
    }
}

fn numbers(scenario: &Scenario, addresses: &[&str]) -> Result<Vec<LiveNumber>, Error> {
    let mut problems = Vec::new();
    if addresses.is_empty() || addresses.len() > MOST {
        problems.push(Problem::new("live", format!("one to {MOST} numbers are needed, got {}", addresses.len())));
    }
    let plan = Plan::new(scenario, 0)?;
    let drawn = plan.draw_quantiles([ENDS[0], 0.5, ENDS[1]]);
    let mut numbers: Vec<LiveNumber> = Vec::new();
    for address in addresses {
        if numbers.iter().any(|known| known.address == *address) {
            problems.push(Problem::new(*address, "is given twice"));
            continue;
        }
        match drawn.iter().find(|(known, _)| known == address) {
            Some((address, [low, median, high])) if low < high => {
                numbers.push(LiveNumber { address: address.clone(), low: *low, median: *median, high: *high });
            }
            Some(_) | None => {
                let known = || drawn.iter().map(|(known, _)| known.as_str());
                let whole = known().find(|known| is_within(address, known));
                let hint = match whole {
                    Some(whole) => format!("; the number that is drawn is {whole:?}"),
                    None => did_you_mean_address(address, known()),
                };
                problems.push(Problem::new(*address, format!("is no drawn number of the scenario{hint}")));
            }
        }
    }
    if problems.is_empty() { Ok(numbers) } else { Err(Error::of_settings("live", problems)) }
}

/// The degrees of all products up to a total degree.
fn products(count: usize, degree: u8) -> Vec<Vec<u8>> {
    let mut all = vec![Vec::new()];
    for _ in 0..count {
        let longer = |own: &Vec<u8>| {
            let left = degree - own.iter().sum::<u8>();
            (0..=left).map(|next| [own.as_slice(), &[next]].concat()).collect::<Vec<_>>()
        };
        all = all.iter().flat_map(longer).collect();
    }
    all
}

/// The Chebyshev polynomials up to a degree, on each axis of a point between −1 and 1.
fn chebyshev(point: &[f64], degree: u8) -> Vec<Vec<f64>> {
    let values = |x: &f64| -> Vec<f64> {
        let mut all = vec![1.0, *x];
        for k in 2..=usize::from(degree) {
            all.push(2.0 * x * all[k - 1] - all[k - 2]);
        }
        all
    };
    point.iter().map(values).collect()
}

/// The product of the polynomials of these degrees.
fn product(degrees: &[u8], values: &[Vec<f64>]) -> f64 {
    degrees.iter().zip(values).map(|(degree, values)| values[usize::from(*degree)]).product()
}

/// All products at a point.
fn basis(products: &[Vec<u8>], point: &[f64], degree: u8) -> Vec<f64> {
    let values = chebyshev(point, degree);
    products.iter().map(|degrees| product(degrees, &values)).collect()
}

/// Coefficients of weighted least squares.
fn least_squares((rows, sides): (&[Vec<f64>], &[f64]), weights: &[f64]) -> Option<Vec<f64>> {
    let count = rows.first()?.len();
    let (mut matrix, mut side) = (vec![vec![0.0; count]; count], vec![0.0; count]);
    for ((row, value), weight) in rows.iter().zip(sides).zip(weights) {
        let square = weight * weight;
        for a in 0..count {
            side[a] += square * row[a] * value;
            for b in 0..=a {
                matrix[a][b] += square * row[a] * row[b];
            }
        }
    }
    cholesky::solve(&mut matrix, &mut side).then_some(side)
}

fn fitted(asking: &Asking, numbers: Vec<LiveNumber>) -> Result<LiveAnswer, Error> {
    let degree = DEGREES[numbers.len() - 1];
    let products = products(numbers.len(), degree);
    let fit = points(numbers.len(), POINTS * products.len(), 0, true);
    let checks = points(numbers.len(), CHECKS, 1, false);
    let answers = solved(asking, &numbers, &fit)?;
    let truths = solved(asking, &numbers, &checks)?;
    let rows: Vec<Vec<f64>> = fit.iter().map(|point| basis(&products, point, degree)).collect();
    let mut live = LiveAnswer {
        question: asking.question.clone(),
        period: asking.by,
        numbers,
        error: f64::INFINITY,
        solves: fit.len() + checks.len(),
        is_score: false,
        terms: Vec::new(),
    };
    for is_score in [true, false] {
        let side = |(value, _): &(f64, f64)| if is_score { score(*value) } else { *value };
        let sides: Vec<f64> = answers.iter().map(side).collect();
        // An error of a score changes the probability by the normal density.
        let weight = |side: &f64| if is_score { normal_density(*side).max(LEAST_WEIGHT) } else { 1.0 };
        let weights: Vec<f64> = sides.iter().map(weight).collect();
        let Some(coefficients) = least_squares((&rows, &sides), &weights) else { continue };
        let candidate =
            LiveAnswer { is_score, terms: products.iter().cloned().zip(coefficients).collect(), ..live.clone() };
        let off = |(point, (value, error)): (&Vec<f64>, &(f64, f64))| (candidate.of_point(point) - value).abs() + error;
        let error = checks.iter().zip(&truths).map(off).fold(0.0, f64::max);
        if error < live.error {
            live = LiveAnswer { error, ..candidate };
        }
    }
    if live.terms.is_empty() {
        let message = "no polynomial fits the answers: a number has nearly no spread";
        return Err(Error::one(Kind::Numeric, "live", "live", message));
    }
    Ok(live)
}

fn score(p: f64) -> f64 {
    if p <= 0.0 || p >= 1.0 {
        MOST_SCORE.copysign(p - 0.5)
    } else {
        math::norm_quantile(p).clamp(-MOST_SCORE, MOST_SCORE)
    }
}

/// Points between −1 and 1 on each axis: of the density of Chebyshev polynomials, or uniform.
fn points(count: usize, wanted: usize, scramble: usize, is_arcsine: bool) -> Vec<Vec<f64>> {
    let net = Net::new(0, 2, count);
    let at = |u: f64| if is_arcsine { -math::cos(std::f64::consts::PI * u) } else { 2.0 * u - 1.0 };
    let mut all = Vec::with_capacity(wanted);
    for group in 0..wanted.div_ceil(GROUP) {
        let axes = net.group(scramble, group as u64);
        all.extend((0..GROUP).map(|point| axes.iter().map(|axis| at(axis[point])).collect::<Vec<f64>>()));
    }
    all.truncate(wanted);
    all
}

/// Exact answers with their errors.
fn solved(asking: &Asking, numbers: &[LiveNumber], points: &[Vec<f64>]) -> Result<Vec<(f64, f64)>, Error> {
    let one = |place: usize| -> Result<(f64, f64), Error> {
        let mut scenario = asking.scenario.clone();
        for (number, x) in numbers.iter().zip(&points[place]) {
            scenario = scenario.with_fixed(&number.address, number.value(*x))?;
        }
        let (answer, _) = asking.of(scenario).exact_within(TOLERANCE, BUDGET)?;
        Ok((answer.value(), answer.standard_error()))
    };
    in_parallel(points.len(), &one).into_iter().collect()
}

impl LiveNumber {
    fn value(&self, x: f64) -> f64 {
        self.low + 0.5 * (x + 1.0) * (self.high - self.low)
    }

    fn place(&self, value: f64) -> f64 {
        2.0 * (value - self.low) / (self.high - self.low) - 1.0
    }
}

impl LiveAnswer {
    /// The largest degree in one number.
    pub(crate) fn degree(&self) -> u8 {
        DEGREES[self.numbers.len() - 1]
    }

    /// Whether the polynomial is of the normal score of the probability.
    #[cfg(feature = "charts")]
    pub(crate) fn is_score(&self) -> bool {
        self.is_score
    }

    /// The degrees in each number and the coefficient of every product of Chebyshev polynomials.
    #[cfg(feature = "charts")]
    pub(crate) fn terms(&self) -> &[(Vec<u8>, f64)] {
        &self.terms
    }

    /// The probability at values of the numbers, in their order.
    ///
    /// # Errors
    /// If a value is missing or out of its range.
    pub fn at(&self, values: &[f64]) -> Result<f64, Error> {
        if values.len() != self.numbers.len() {
            let message = format!("{} values are needed, got {}", self.numbers.len(), values.len());
            return Err(Error::invalid("live", "values", message));
        }
        for (number, value) in self.numbers.iter().zip(values) {
            if !(number.low..=number.high).contains(value) {
                let message = format!("must be from {:?} to {:?}, got {value:?}", number.low, number.high);
                return Err(Error::invalid("live", number.address.clone(), message));
            }
        }
        let point: Vec<f64> = self.numbers.iter().zip(values).map(|(number, value)| number.place(*value)).collect();
        Ok(self.of_point(&point))
    }

    fn of_point(&self, point: &[f64]) -> f64 {
        let values = chebyshev(point, self.degree());
        let sum: f64 = self.terms.iter().map(|(degrees, coefficient)| coefficient * product(degrees, &values)).sum();
        if self.is_score { math::norm_cdf(sum) } else { sum.clamp(0.0, 1.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_have_the_total_degree() {
        // The number of products of total degree n in d variables is (n + d)!/(n! d!).
        assert_eq!(products(1, 24).len(), 25);
        assert_eq!(products(2, 14).len(), 120);
        assert_eq!(products(3, 11).len(), 364);
        assert_eq!(products(4, 10).len(), 1001);
        assert!(products(3, 11).iter().all(|degrees| degrees.iter().sum::<u8>() <= 11));
    }

    /// A polynomial of the degree is found exactly.
    #[test]
    fn least_squares_find_a_polynomial() {
        let products = products(2, 3);
        let points = points(2, 40, 0, true);
        let rows: Vec<Vec<f64>> = points.iter().map(|point| basis(&products, point, 3)).collect();
        let f = |point: &Vec<f64>| 0.3 + point[0] * point[1] * point[1] - 2.0 * point[1];
        let coefficients = least_squares((&rows, &points.iter().map(f).collect::<Vec<_>>()), &[1.0; 40])
            .expect("independent products");
        let at = [0.21, -0.77];
        let value: f64 = basis(&products, &at, 3).iter().zip(coefficients).map(|(a, b)| a * b).sum();
        assert!((value - f(&at.to_vec())).abs() < 1e-12);
    }
}
