//! A surrogate of the answers of a line.
//!
//! On each line, the position z along the leading axis at which the log-ratio of a date crosses 0 is a smooth function of the
//! sampled coordinates, approximated by a polynomial of them and of the drawn numbers in the middle of the line. From the polynomials
//! of all dates follow the leads of a line and its answers.

use super::lines::{Line, Lines};
use super::middles::Middles;
use super::polynomial::{BLOCK, COST_OF_PRODUCT, COST_OF_ROW, DEGREE, Fit, Monomials, Row, normal_cdf, sum_of, value};
use super::replicates::Points;
use crate::cpu::{self, Level};
use crate::exact::asked::Asked;
use crate::math::gauss::as_f64;

/// The crossings of a line by date, as polynomials of its coordinates.
#[derive(Debug)]
pub(crate) struct Crossings {
    pub(super) middles: Middles,
    monomials: Monomials,
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

/// A date has a polynomial if at least this many lines for each coefficient are crossed once in the more frequent direction. Otherwise
/// the challenger counts as ahead everywhere if it is so on more than half of all lines of the fit, and nowhere if not.
const CROSSINGS_PER_MONOMIAL: usize = 2;
/// Lines of a fit for each coefficient, and the floor on the weight of one, relative to a line that is crossed at z = 0.
const LINES_PER_MONOMIAL: usize = 6;
const MIN_WEIGHT: f64 = 1e-5;
/// Cost of a drawn number in the middle of a line, in evaluations of a curve at one date.
const COST_OF_MIDDLE: f64 = 2.0;
/// A position beyond all others.
const BEYOND: f64 = 30.0;

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
pub(super) struct Sample {
    pub(super) middles: Middles,
    /// Number of monomials without the middles.
    few: usize,
    asked: Asked,
    reach: f64,
    fit: Fit,
    /// The leads of each line by date.
    lines: Vec<Vec<Leads>>,
}

impl Sample {
    pub(super) fn new(lines: &Lines<'_, '_>, asked: Asked) -> Self {
        let (axes, middles) = (lines.dimensions(), Middles::of(lines));
        let monomials = Monomials::new(axes, DEGREE);
        let few = monomials.count();
        let fit = Fit::new(monomials.with_squares(axes..axes + middles.count()), MIN_WEIGHT);
        Self { middles, few, asked, reach: lines.reach(), fit, lines: Vec::new() }
    }

    /// Number of lines to add.
    pub(super) fn wanted(&self) -> usize {
        LINES_PER_MONOMIAL * self.fit.monomials.count()
    }

    pub(super) fn add(&mut self, point: &[f64], weight: f64, line: &Line<'_>) {
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
        self.fit.add(point, weight);
        self.lines.push(dates);
    }

    pub(super) fn fitted(self) -> Crossings {
        let dates = self.lines.first().map_or(0, Vec::len);
        let dates: Vec<AheadSet> = (0..dates).map(|t| self.date(t)).collect();
        let is_used = dates.iter().any(|date| date.coefficients().len() > self.few);
        let Self { few, middles, fit: Fit { monomials, .. }, asked, .. } = self;
        let (middles, monomials) =
            if is_used { (middles, monomials) } else { (Middles::default(), monomials.first(few)) };
        Crossings { middles, monomials, dates, asked }
    }

    fn date(&self, t: usize) -> AheadSet {
        let count = |of: fn(Leads) -> bool| self.lines.iter().filter(|line| of(line[t])).count();
        let above = count(|leads| matches!(leads, Leads::Above(_)));
        let below = count(|leads| matches!(leads, Leads::Below(_)));
        let is_above = above >= below;
        if above.max(below) >= CROSSINGS_PER_MONOMIAL * self.fit.monomials.count() {
            // Lines without a crossing count as crossed at their far end.
            let side = if is_above { self.reach } else { -self.reach };
            let score = |line: usize| match self.lines[line][t] {
                Leads::Above(at) if is_above => Some(at),
                Leads::Below(at) if !is_above => Some(at),
                Leads::Nowhere => Some(side),
                Leads::Everywhere => Some(-side),
                Leads::Above(_) | Leads::Below(_) | Leads::Several => None,
            };
            if let Some(coefficients) = self.fit.least_squares_of_few(self.few, &score) {
                return if is_above { AheadSet::Above(coefficients) } else { AheadSet::Below(coefficients) };
            }
        }
        if 2 * count(|leads| leads == Leads::Everywhere) > self.lines.len() {
            AheadSet::Everywhere
        } else {
            AheadSet::Nowhere
        }
    }
}

impl Crossings {
    /// Cost of a point, in evaluations of a curve at one date.
    pub(super) fn cost(&self) -> f64 {
        let products: usize = self.dates.iter().map(|date| date.coefficients().len()).sum();
        COST_OF_PRODUCT * as_f64(products)
            + COST_OF_ROW * as_f64(self.dates.len())
            + COST_OF_MIDDLE * as_f64(self.middles.count())
    }

    /// Adds the weighted answers at some points to a sum, given their coordinates and middles.
    pub(super) fn add(&self, points: &Points, coordinates: &[Vec<f64>], sum: &mut [f64]) {
        let mut monomials = vec![[0.0; BLOCK]; self.monomials.count()];
        let mut leads = vec![[[0.0; BLOCK]; 2]; self.dates.len()];
        for from in (0..points.width).step_by(BLOCK) {
            let weights = points.weights_from(from);
            cpu::run(
                Level::of_this_process(),
                #[inline(always)]
                || {
                    self.monomials.fill(coordinates, from, &mut monomials);
                    for (date, leads) in self.dates.iter().zip(&mut leads) {
                        date.scores(&monomials, leads);
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
                let mut any = [[BEYOND; BLOCK], [-BEYOND; BLOCK]];
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
    fn coefficients(&self) -> &[f64] {
        match self {
            Self::Nowhere | Self::Everywhere => &[],
            Self::Above(coefficients) | Self::Below(coefficients) => coefficients,
        }
    }

    /// Whether the challenger is ahead above a position, and below one.
    #[inline(always)]
    fn sides(&self) -> [bool; 2] {
        let is_below = matches!(self, Self::Below(_));
        [!is_below, is_below]
    }

    /// The positions above and below which the challenger is ahead.
    #[inline(always)]
    fn scores(&self, monomials: &[Row], out: &mut [Row; 2]) {
        let (place, coefficients) = match self {
            Self::Nowhere => {
                *out = [[BEYOND; BLOCK], [-BEYOND; BLOCK]];
                return;
            }
            Self::Everywhere => {
                *out = [[-BEYOND; BLOCK], [BEYOND; BLOCK]];
                return;
            }
            Self::Above(coefficients) => (0, coefficients),
            Self::Below(coefficients) => (1, coefficients),
        };
        out[place] = value(coefficients, monomials);
        out[1 - place] = [if place == 0 { -BEYOND } else { BEYOND }; BLOCK];
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
    sum_of(&products)
}

/// The larger number; unlike `f64::max` it makes no exception for NaN, which costs several instructions.
#[inline(always)]
fn larger(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::asked::Watch;
    use crate::exact::quadrature::replicates::Replicates;
    use crate::exact::quadrature::sweep::{Crossing, Sweep};
    use crate::exact::quadrature::wide::Axes;

    const AXES: usize = 3;
    const POINTS: usize = 40;

    /// The score of the crossing at a date: a cubic polynomial of the coordinates.
    fn score(t: usize, point: &[f64]) -> f64 {
        let t = as_f64(t);
        0.6 - 0.2 * t + (0.3 + 0.1 * t) * point[0] - 0.2 * point[1] * point[2] + 0.02 * point[1] * point[1] * point[1]
    }

    /// The challenger is ahead nowhere, everywhere, above and below a score.
    fn dates(kinds: &[char]) -> Vec<AheadSet> {
        let rows: Vec<Vec<f64>> = (0..60).map(|k| (0..AXES).map(|axis| bits(k, axis)).collect()).collect();
        let polynomial = |t: usize| {
            let mut fit = Fit::new(Monomials::new(AXES, DEGREE), MIN_WEIGHT);
            rows.iter().for_each(|row| fit.add(row, 1.0));
            let lines = rows.iter().map(|row| vec![Leads::Above(score(t, row))]).collect();
            let (middles, few) = (Middles::default(), fit.monomials.count());
            let sample = Sample { middles, few, asked: Asked::Ahead, reach: 5.0, fit, lines };
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
        let monomials = Monomials::new(AXES, DEGREE);
        let surrogate = Crossings { middles: Middles::default(), monomials, dates: dates(kinds), asked };
        let periods = kinds.len() - 1;
        let mut sums = [vec![0.0; asked.len(periods)], vec![0.0; asked.len(periods)]];
        let mut sweep = Sweep::new(periods);
        Replicates::new(Axes::drawn(AXES), 0)
            .sample(POINTS, &mut |points| {
                surrogate.add(points, &points.coordinates, &mut sums[0]);
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
}
