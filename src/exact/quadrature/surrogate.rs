//! A cheap approximation of the answers of a line.
//!
//! On each line, the position z along the leading axis at which the log-ratio of a date crosses 0 is a smooth function of the
//! sampled coordinates. It is approximated by a polynomial, fitted by least squares. From the polynomials of all dates follow the
//! leads of a line and its answers, at a small fraction of the cost of a line. So an answer is estimated as the mean of the
//! surrogate over many points plus the mean of answer − surrogate over few (two-level Monte Carlo, Giles 2008). The fit uses
//! lines of its own, so that this sum has the expectation of the answer whatever the quality of the fit.

use super::lines::Line;
use super::replicates::Points;
use crate::cpu::{self, Level};
use crate::exact::asked::Asked;
use crate::math::cholesky;
use crate::math::gauss::{as_f64, normal_density};

/// The crossings of a line by date, as polynomials of its coordinates.
#[derive(Debug)]
pub(crate) struct Surrogate {
    features: Features,
    dates: Vec<AheadSet>,
    asked: Asked,
}

/// The part of a line on which the challenger is ahead at a date.
#[derive(Debug)]
enum AheadSet {
    Nowhere,
    Everywhere,
    /// Coefficients of the position above which it is ahead.
    Above(Vec<f64>),
    /// Coefficients of the position below which it is ahead.
    Below(Vec<f64>),
}

/// Points evaluated at once.
const BLOCK: usize = 32;
type Row = [f64; BLOCK];
/// The degree of the polynomials, and the number of axes with products of more than two factors.
const DEGREE: usize = 3;
const CUBIC_AXES: usize = 4;
/// Lines of a fit for each coefficient.
const LINES_PER_FEATURE: usize = 6;
/// A date has a polynomial if at least this many lines of the fit for each coefficient have exactly one crossing. Otherwise the
/// surrogate takes the challenger to be ahead everywhere if it is so on more than half of these lines, and nowhere if not.
const CROSSINGS_PER_FEATURE: usize = 2;
/// Floor on the weight of a line in the least squares, relative to a line that is crossed at z = 0; and the ridge term, relative to
/// the largest diagonal entry of the normal matrix.
const MIN_WEIGHT: f64 = 1e-5;
const RIDGE: f64 = 1e-10;
/// A position beyond all others.
const FAR: f64 = 30.0;
/// Cost of one multiplication and of one date, in evaluations of a curve at one date.
const COST_OF_PRODUCT: f64 = 0.006;
const COST_OF_DATE: f64 = 0.35;

/// Monomials: the first is 1, and each other is the product of an earlier one and an axis.
#[derive(Debug)]
struct Features {
    factors: Vec<(usize, usize)>,
}

impl Features {
    fn new(axes: usize) -> Self {
        let mut factors = Vec::new();
        let mut last = vec![(0, 0)];
        for degree in 1..=DEGREE {
            let upto = if degree > 2 { axes.min(CUBIC_AXES) } else { axes };
            let mut next = Vec::new();
            for (parent, lowest) in last {
                for axis in lowest..upto {
                    factors.push((parent, axis));
                    next.push((factors.len(), axis));
                }
            }
            last = next;
        }
        Self { factors }
    }

    fn count(&self) -> usize {
        1 + self.factors.len()
    }

    /// The features at one point.
    fn at(&self, point: &[f64]) -> Vec<f64> {
        let mut out = vec![1.0];
        for (parent, axis) in &self.factors {
            out.push(out[*parent] * point[*axis]);
        }
        out
    }

    /// The features at a block of points from `from` on, by feature; 0 beyond the last point.
    #[inline(always)]
    fn fill(&self, coordinates: &[Vec<f64>], from: usize, out: &mut [Row]) {
        out[0] = [1.0; BLOCK];
        for (place, (parent, axis)) in self.factors.iter().enumerate() {
            let scores = &coordinates[*axis][from..];
            let mut own = [0.0; BLOCK];
            if scores.len() >= BLOCK {
                own.copy_from_slice(&scores[..BLOCK]);
            } else {
                own[..scores.len()].copy_from_slice(scores);
            }
            let parent = out[*parent];
            for (own, factor) in own.iter_mut().zip(&parent) {
                *own *= factor;
            }
            out[place + 1] = own;
        }
    }
}

/// What a fit needs of one line.
#[derive(Debug)]
struct Fitted {
    features: Vec<f64>,
    weight: f64,
    dates: Vec<Leads>,
}

/// The leads of one line at one date.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Leads {
    Nowhere,
    Everywhere,
    Above(f64),
    Below(f64),
    /// Several intervals.
    Several,
}

/// Lines to which a surrogate is fitted.
#[derive(Debug)]
pub(crate) struct Sample {
    asked: Asked,
    reach: f64,
    features: Features,
    lines: Vec<Fitted>,
}

impl Sample {
    /// For lines with `axes` sampled axes and a half-width of `reach`.
    pub(crate) fn new(axes: usize, reach: f64, asked: Asked) -> Self {
        Self { asked, reach, features: Features::new(axes), lines: Vec::new() }
    }

    /// Number of lines to add.
    pub(crate) fn wanted(&self) -> usize {
        LINES_PER_FEATURE * self.features.count()
    }

    pub(crate) fn add(&mut self, point: &[f64], weight: f64, line: &Line<'_>) {
        let of_start = |ahead: &bool| if *ahead { Leads::Everywhere } else { Leads::Nowhere };
        let mut dates: Vec<Leads> = line.starts.iter().map(of_start).collect();
        for cut in line.cuts {
            let date = &mut dates[cut.t];
            *date = match date {
                Leads::Nowhere => Leads::Above(cut.at),
                Leads::Everywhere => Leads::Below(cut.at),
                Leads::Above(_) | Leads::Below(_) | Leads::Several => Leads::Several,
            };
        }
        self.lines.push(Fitted { features: self.features.at(point), weight, dates });
    }

    pub(crate) fn fit(self) -> Surrogate {
        let dates = self.lines.first().map_or(0, |line| line.dates.len());
        let dates = (0..dates).map(|t| self.date(t)).collect();
        Surrogate { features: self.features, dates, asked: self.asked }
    }

    fn date(&self, t: usize) -> AheadSet {
        let count = |of: fn(Leads) -> bool| self.lines.iter().filter(|line| of(line.dates[t])).count();
        let above = count(|leads| matches!(leads, Leads::Above(_)));
        let below = count(|leads| matches!(leads, Leads::Below(_)));
        let is_above = above >= below;
        if above.max(below) >= CROSSINGS_PER_FEATURE * self.features.count() {
            let side = if is_above { self.reach } else { -self.reach };
            let score = |line: &Fitted| match line.dates[t] {
                Leads::Above(at) if is_above => Some(at),
                Leads::Below(at) if !is_above => Some(at),
                Leads::Nowhere => Some(side),
                Leads::Everywhere => Some(-side),
                Leads::Above(_) | Leads::Below(_) | Leads::Several => None,
            };
            if let Some(coefficients) = self.least_squares(&score) {
                return if is_above { AheadSet::Above(coefficients) } else { AheadSet::Below(coefficients) };
            }
        }
        if 2 * count(|leads| leads == Leads::Everywhere) > self.lines.len() {
            AheadSet::Everywhere
        } else {
            AheadSet::Nowhere
        }
    }

    /// Weighted least squares. An error δ of a crossing at z changes the probability by about φ(z)δ, so that squared residuals are
    /// weighted by φ(z)². The normal equations are accurate enough, since errors of the fit cause no bias.
    fn least_squares(&self, score: &dyn Fn(&Fitted) -> Option<f64>) -> Option<Vec<f64>> {
        let count = self.features.count();
        let mut matrix = vec![vec![0.0; count]; count];
        let mut side = vec![0.0; count];
        for line in &self.lines {
            let Some(score) = score(line) else { continue };
            let density = normal_density(score) / normal_density(0.0);
            let weight = line.weight * (density * density + MIN_WEIGHT);
            cpu::run(
                Level::of_this_process(),
                #[inline(always)]
                || {
                    for (a, own) in matrix.iter_mut().enumerate() {
                        let factor = weight * line.features[a];
                        side[a] += factor * score;
                        for (entry, other) in own[..=a].iter_mut().zip(&line.features[..=a]) {
                            *entry += factor * other;
                        }
                    }
                },
            );
        }
        let most = (0..count).map(|k| matrix[k][k]).fold(0.0, f64::max);
        (0..count).for_each(|k| matrix[k][k] += RIDGE * most);
        cholesky::solve(&mut matrix, &mut side).then_some(side)
    }
}

impl Surrogate {
    /// Cost of a point, in evaluations of a curve at one date.
    pub(crate) fn cost(&self) -> f64 {
        as_f64(self.dates.len()) * (COST_OF_PRODUCT * as_f64(self.features.count()) + COST_OF_DATE)
    }

    /// Adds the weighted answers at some points to a sum.
    pub(crate) fn add(&self, points: &Points, sum: &mut [f64]) {
        let mut features = vec![[0.0; BLOCK]; self.features.count()];
        let mut leads = vec![[[0.0; BLOCK]; 2]; self.dates.len()];
        for from in (0..points.width).step_by(BLOCK) {
            let mut weights = [0.0; BLOCK];
            for point in from..points.width.min(from + BLOCK) {
                weights[point - from] = points.weight(point);
            }
            cpu::run(
                Level::of_this_process(),
                #[inline(always)]
                || {
                    self.features.fill(&points.coordinates, from, &mut features);
                    for (date, leads) in self.dates.iter().zip(&mut leads) {
                        date.scores(&features, leads);
                    }
                    self.answers(&leads, &weights, sum);
                },
            );
        }
    }

    /// Adds the weighted answers of a block of lines. For each date, `leads` has the positions a and b such that the challenger is
    /// ahead where z > a or z < b.
    #[inline(always)]
    fn answers(&self, leads: &[[Row; 2]], weights: &Row, sum: &mut [f64]) {
        let periods = leads.len() - 1;
        let has = |is: fn(&AheadSet) -> bool| self.dates.iter().any(is);
        let sides = [has(|date| !matches!(date, AheadSet::Below(_))), has(|date| matches!(date, AheadSet::Below(_)))];
        match self.asked {
            Asked::Passage(watch) => {
                for (t, (scores, date)) in leads.iter().zip(&self.dates).enumerate() {
                    sum[if t == 0 { 0 } else { periods + 1 + t }] +=
                        weighted_probability(scores, date.sides(), weights);
                }
                let sustained = watch.sustained();
                let mut any = [[FAR; BLOCK], [-FAR; BLOCK]];
                let mut by = 0.0;
                for t in 0..=periods {
                    if t + sustained <= periods + 1 {
                        let mut all = leads[t];
                        for date in &leads[t + 1..t + sustained] {
                            for place in 0..BLOCK {
                                all[0][place] = larger(all[0][place], date[0][place]);
                                all[1][place] = -larger(-all[1][place], -date[1][place]);
                            }
                        }
                        for place in 0..BLOCK {
                            any[0][place] = -larger(-any[0][place], -all[0][place]);
                            any[1][place] = larger(any[1][place], all[1][place]);
                        }
                        by = weighted_probability(&any, sides, weights);
                    }
                    sum[1 + t] += by;
                }
            }
            Asked::Ahead => {
                let total = weights.iter().sum::<f64>();
                for (t, (scores, date)) in leads.iter().zip(&self.dates).enumerate().skip(1) {
                    let ahead = weighted_probability(scores, date.sides(), weights);
                    sum[t - 1] += ahead;
                    sum[periods + t - 1] += total - ahead;
                }
            }
            Asked::LeadChanges => {}
        }
    }
}

impl AheadSet {
    /// Whether the challenger is ahead above a position, and below one.
    #[inline(always)]
    fn sides(&self) -> [bool; 2] {
        let is_below = matches!(self, Self::Below(_));
        [!is_below, is_below]
    }

    /// The positions above and below which the challenger is ahead.
    #[inline(always)]
    fn scores(&self, features: &[Row], out: &mut [Row; 2]) {
        let (place, coefficients) = match self {
            Self::Nowhere => {
                *out = [[FAR; BLOCK], [-FAR; BLOCK]];
                return;
            }
            Self::Everywhere => {
                *out = [[-FAR; BLOCK], [FAR; BLOCK]];
                return;
            }
            Self::Above(coefficients) => (0, coefficients),
            Self::Below(coefficients) => (1, coefficients),
        };
        let mut scores = [0.0; BLOCK];
        for (coefficient, feature) in coefficients.iter().zip(features) {
            for place in 0..BLOCK {
                scores[place] += coefficient * feature[place];
            }
        }
        out[place] = scores;
        out[1 - place] = [if place == 0 { -FAR } else { FAR }; BLOCK];
    }
}

/// The weighted sum of the probabilities of z > a or z < b. A side that no date has is left out.
#[inline(always)]
fn weighted_probability([above, below]: &[Row; 2], sides: [bool; 2], weights: &Row) -> f64 {
    let mut products = [0.0; BLOCK];
    if sides[0] {
        for place in 0..BLOCK {
            products[place] = normal_cdf(-above[place]);
        }
    }
    if sides[1] {
        for place in 0..BLOCK {
            products[place] += normal_cdf(below[place]);
        }
    }
    for place in 0..BLOCK {
        products[place] = weights[place] * -larger(-products[place], -1.0);
    }
    let mut sums = [0.0; 4];
    for place in 0..BLOCK {
        sums[place % 4] += products[place];
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3])
}

/// The larger number; unlike `f64::max` it makes no exception for NaN, which costs several instructions.
#[inline(always)]
fn larger(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

/// The normal distribution function to 2e-7 (Abramowitz & Stegun 1964, 7.1.28), which is enough for a surrogate. Without an
/// exponential it takes a fraction of the time of `math::norm_cdf_slice`.
#[inline(always)]
fn normal_cdf(x: f64) -> f64 {
    const A: [f64; 6] =
        [0.070_523_078_4, 0.042_282_012_3, 0.009_270_527_2, 0.000_152_014_3, 0.000_276_567_2, 0.000_043_063_8];
    let z = x.abs() * std::f64::consts::FRAC_1_SQRT_2;
    let sum = 1.0 + z * (A[0] + z * (A[1] + z * (A[2] + z * (A[3] + z * (A[4] + z * A[5])))));
    let squared = sum * sum;
    let fourth = squared * squared;
    let eighth = fourth * fourth;
    let tail = 0.5 / (eighth * eighth);
    if x > 0.0 { 1.0 - tail } else { tail }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::asked::Watch;
    use crate::exact::quadrature::replicates::Replicates;
    use crate::exact::quadrature::sweep::{Crossing, Sweep};
    use crate::math::norm_cdf;

    const AXES: usize = 3;
    const POINTS: usize = 40;

    /// The score of the crossing at a date: a cubic polynomial of the coordinates.
    fn score(t: usize, point: &[f64]) -> f64 {
        let t = as_f64(t);
        0.6 - 0.2 * t + (0.3 + 0.1 * t) * point[0] - 0.2 * point[1] * point[2] + 0.02 * point[1] * point[1] * point[1]
    }

    /// The challenger is ahead nowhere, everywhere, above and below a score.
    fn dates(kinds: &[char]) -> Vec<AheadSet> {
        let features = Features::new(AXES);
        let rows: Vec<Vec<f64>> = (0..60).map(|k| (0..AXES).map(|axis| bits(k, axis)).collect()).collect();
        let polynomial = |t: usize| {
            let lines = rows.iter().map(|row| Fitted {
                features: features.at(row),
                weight: 1.0,
                dates: vec![Leads::Above(score(t, row))],
            });
            let sample =
                Sample { asked: Asked::Ahead, reach: 5.0, features: Features::new(AXES), lines: lines.collect() };
            match sample.date(0) {
                AheadSet::Above(coefficients) => coefficients,
                date => panic!("{date:?}"),
            }
        };
        let date = |(t, kind): (usize, &char)| match kind {
            '-' => AheadSet::Nowhere,
            '+' => AheadSet::Everywhere,
            '>' => AheadSet::Above(polynomial(t)),
            _ => AheadSet::Below(polynomial(t)),
        };
        kinds.iter().enumerate().map(date).collect()
    }

    /// Scattered numbers between −2 and 2.
    fn bits(k: usize, axis: usize) -> f64 {
        as_f64((k * k * 7 + k * [13, 29, 41][axis] + 5 * axis) % 61) / 15.0 - 2.0
    }

    /// The sums of the surrogate and those of the sweep of lines with the same crossings.
    fn both(kinds: &[char], asked: Asked) -> [Vec<f64>; 2] {
        let surrogate = Surrogate { features: Features::new(AXES), dates: dates(kinds), asked };
        let periods = kinds.len() - 1;
        let mut sums = [vec![0.0; asked.len(periods)], vec![0.0; asked.len(periods)]];
        let mut sweep = Sweep::new(periods);
        Replicates::new(AXES, 0)
            .sample(POINTS, &mut |points| {
                surrogate.add(points, &mut sums[0]);
                for place in 0..points.width {
                    let point: Vec<f64> = points.coordinates.iter().map(|axis| axis[place]).collect();
                    let starts: Vec<bool> = kinds.iter().map(|kind| matches!(kind, '+' | '<')).collect();
                    let crossed = kinds.iter().enumerate().filter(|(_, kind)| matches!(kind, '<' | '>'));
                    let mut cuts: Vec<Crossing> = crossed.map(|(t, _)| Crossing { at: score(t, &point), t }).collect();
                    cuts.sort_unstable_by(|a, b| a.at.total_cmp(&b.at));
                    let answer = sweep.answer(&starts, &cuts, asked);
                    sums[1].iter_mut().zip(answer).for_each(|(sum, answer)| *sum += points.weight(place) * answer);
                }
                Ok(())
            })
            .expect("no line fails");
        sums
    }

    #[test]
    fn the_answers_are_those_of_lines_with_the_same_crossings() {
        let dates = |sustained| Asked::Passage(Watch::Dates { sustained });
        let cases = [
            ("->>>>", dates(1)),
            ("->>>>", dates(2)),
            (">>><<", dates(1)),
            ("+>><-", dates(1)),
            ("-<<<+", dates(3)),
            ("->><+", Asked::Ahead),
        ];
        for (kinds, asked) in cases {
            let kinds: Vec<char> = kinds.chars().collect();
            let [found, expected] = both(&kinds, asked);
            let total = as_f64(Replicates::evaluations(AXES, POINTS));
            for (found, expected) in found.iter().zip(&expected) {
                assert!((found - expected).abs() < 1e-6 * total, "{kinds:?} {asked:?}: {found} {expected}");
            }
        }
    }

    #[test]
    fn the_normal_distribution_function_is_good_to_seven_digits() {
        for k in -600..=600 {
            let x = f64::from(k) / 100.0;
            assert!((normal_cdf(x) - norm_cdf(x)).abs() < 2e-7, "{x}");
        }
        assert!(normal_cdf(-FAR) < 1e-20 && normal_cdf(FAR) > 1.0 - 1e-15);
    }
}
