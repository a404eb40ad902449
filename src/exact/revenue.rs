//! Revenue and shares: mixtures, over points of the drawn assumptions, of the distributions that the shocks give.
//!
//! The first axis is divided into cells. Where the sd of the shocks at a date exceeds the spacing of the cells, each
//! cell is one point (the trapezoidal rule, whose error is then below 1e-8). Otherwise the centres of a cell are spread
//! uniformly between its ends. This has an error of the order of the curvature within a cell, and also works without
//! shocks.

use super::dynamics::process;
use super::start::{normal_mass, own_rule};
use crate::covariance::{Moments, Motion};
use crate::error::Error;
use crate::math;
use crate::math::gauss::{self, Rule, as_f64};
use crate::math::rotation::Mirror;
use crate::outcome::{Component, Mixture};
use crate::plan::{Plan, SeriesId};
use crate::random::{GROUP, Net};

/// Half-width of the first axis in standard deviations, and its number of cells.
const REACH: f64 = 6.0;
const CELLS: usize = 512;
/// Cells where there are further axes.
const CELLS_OF_MANY: usize = 64;
/// Nodes along each further axis, by the number of axes; and along a volatility that nothing else depends on.
const FURTHER: [usize; MOST_FURTHER + 1] = [1, 6, 6, 4, 3];
const VOLATILITIES: usize = 4;
/// Maximum number of further axes for a product rule; with more axes, the number of groups of scrambled points.
const MOST_FURTHER: usize = 4;
const GROUPS: usize = 2;
/// Components kept for each volatility.
const KEPT: usize = 24;

/// The revenue of one series, or the log-ratio of two.
#[derive(Debug, Clone, Copy)]
pub(super) enum Of {
    Single(SeriesId),
    Ratio([SeriesId; 2]),
}

impl Of {
    /// The series with their signs in the sum of logs.
    fn terms(self) -> Vec<(SeriesId, f64)> {
        match self {
            Self::Single(of) => vec![(of, 1.0)],
            Self::Ratio([a, b]) => vec![(a, 1.0), (b, -1.0)],
        }
    }
}

/// A sum of logs under a plan.
pub(super) struct Sum<'p> {
    pub(super) plan: &'p Plan,
    pub(super) of: Of,
}

/// Values at the cell boundaries along the first axis: centres and standard deviations of the shocks at 0 to T.
struct BoundaryLine {
    weight: f64,
    centre: Vec<Vec<f64>>,
    sd: Vec<Vec<f64>>,
}

impl Sum<'_> {
    /// The distributions at 1 to T.
    pub(super) fn laws(&self) -> Result<Vec<Mixture>, Error> {
        let mut moving: Vec<usize> = Vec::new();
        let mut apart: Vec<usize> = Vec::new();
        for (of, _) in self.of.terms() {
            moving.extend(self.plan.growth_draws(of));
            moving.extend(self.plan.base(of).draw());
            apart.extend(self.plan.shock_draws(&[of]));
        }
        moving.sort_unstable();
        moving.dedup();
        // A volatility that depends on other numbers is integrated with them.
        moving.extend(apart.iter().filter(|draw| self.plan.copula.contains(**draw)));
        moving.sort_unstable();
        moving.dedup();
        apart.retain(|draw| !moving.contains(draw));
        apart.sort_unstable();
        apart.dedup();
        let lines = self.lines(&moving, &apart)?;
        Ok((1..=self.plan.rows.periods()).map(|t| law(&lines, t)).collect())
    }

    fn lines(&self, moving: &[usize], apart: &[usize]) -> Result<Vec<BoundaryLine>, Error> {
        let cells = if moving.len() > 1 { CELLS_OF_MANY } else { CELLS };
        let ends: Vec<f64> = (0..=cells).map(|end| REACH * (2.0 * as_f64(end) / as_f64(cells) - 1.0)).collect();
        let sigmas: Vec<Rule> = apart.iter().map(|draw| own_rule(self.plan.quantile(*draw), VOLATILITIES)).collect();
        let sigmas = product_of(&sigmas);
        let axes = axes(self, moving, apart)?;
        let rests = match moving.len().checked_sub(1) {
            None => vec![(Vec::new(), 1.0)],
            Some(further) if further <= MOST_FURTHER => product_of(&vec![gauss::hermite(FURTHER[further]); further]),
            Some(further) => {
                let net = Net::new(0, 1, further);
                let scores = (0..GROUPS).flat_map(|number| scrambled_scores(&net, number));
                scores.map(|scores| (scores, 1.0 / as_f64(GROUPS * GROUP))).collect()
            }
        };
        let mut lines = Vec::new();
        for (sigma, own) in &sigmas {
            for (rest, weight) in &rests {
                let along: &[f64] = if moving.is_empty() { &[0.0] } else { &ends };
                let point = |z: &f64| {
                    let mut scores = axes.reflect(*z, rest);
                    scores.extend(sigma);
                    scores
                };
                let scores: Vec<Vec<f64>> = along.iter().map(point).collect();
                let (centre, sd) = self.columns(&[moving, apart].concat(), &scores)?;
                lines.push(BoundaryLine { weight: own * weight, centre, sd });
            }
        }
        Ok(lines)
    }

    /// Centres and standard deviations of the shocks at 0 to T, at scores of the draws.
    fn columns(&self, order: &[usize], scores: &[Vec<f64>]) -> Result<CentresAndSds, Error> {
        let width = scores.len();
        let mut draws = vec![Vec::new(); self.plan.draws()];
        let mut columns: Vec<Vec<f64>> =
            (0..order.len()).map(|place| scores.iter().map(|scores| scores[place]).collect()).collect();
        self.plan.copula.among(order).correlate(&mut columns, width);
        for (draw, mut column) in order.iter().zip(columns) {
            self.plan.quantile(*draw).fill_scores(&mut column);
            draws[*draw] = column;
        }
        let mut centre = vec![vec![0.0; width]; self.plan.rows.periods() + 1];
        for (of, sign) in self.of.terms() {
            let logs: Vec<f64> =
                self.plan.base(of).column(&draws, width).iter().map(|base| self.plan.log_base(*base)).collect();
            centre.iter_mut().for_each(|period| period.iter_mut().zip(&logs).for_each(|(sum, log)| *sum += sign * log));
            self.plan.log_growth(of, (&draws, width), self.plan.rows.periods(), &mut |t, growth| {
                centre[t].iter_mut().zip(growth).for_each(|(sum, growth)| *sum += sign * growth);
            })?;
        }
        let volatility = |of: SeriesId| self.plan.volatility(of).column(&draws, width).into_iter();
        let sd: Vec<f64> = match self.of {
            Of::Single(of) if !self.plan.dynamics(of).motion.is_random_walk() => {
                return Ok((centre, self.plan.single_sds(of, &draws, width)));
            }
            Of::Single(of) => (0..width).map(|point| self.plan.single_sd_at(of, &draws, point)).collect(),
            Of::Ratio(pair) if self.plan.has_drawn_factors(&pair) => {
                (0..width).map(|point| self.plan.pair_sd_at(pair, &draws, point)).collect()
            }
            Of::Ratio([a, b]) => {
                let pair = self.plan.pair([a, b]);
                volatility(a).zip(volatility(b)).map(|(a, b)| pair.sd([a, b])).collect()
            }
        };
        let mut sds = vec![Vec::new(); centre.len()];
        for (point, sd) in sd.iter().enumerate() {
            // Both series move alike: otherwise the ratio is refused.
            let motion = match self.of {
                Of::Single(_) => Motion::RandomWalk,
                Of::Ratio(pair) => process(self.plan, pair, &draws, point).motion,
            };
            let mut moments = Moments::default();
            for sds in &mut sds {
                sds.push(sd * moments.variance.sqrt());
                moments = moments.next(motion);
            }
        }
        Ok((centre, sds))
    }
}

/// Centres and standard deviations, by date and then by point.
type CentresAndSds = (Vec<Vec<f64>>, Vec<Vec<f64>>);

/// The standard normal scores of a group of Sobol points, point by point.
fn scrambled_scores(net: &Net, number: usize) -> Vec<Vec<f64>> {
    let mut dimensions = net.group(0, number as u64);
    dimensions.iter_mut().for_each(|u| math::norm_quantile_slice(u));
    (0..GROUP).map(|point| dimensions.iter().map(|scores| scores[point]).collect()).collect()
}

/// Every combination of nodes, with the product of their weights.
fn product_of(rules: &[Rule]) -> Vec<(Vec<f64>, f64)> {
    rules.iter().fold(vec![(Vec::new(), 1.0)], |points, rule| {
        let extended = |(z, weight): &(Vec<f64>, f64)| {
            let with = |(node, own): &(f64, f64)| ([z.as_slice(), &[*node]].concat(), weight * own);
            rule.iter().map(with).collect::<Vec<_>>()
        };
        points.iter().flat_map(extended).collect()
    })
}

/// The reflection that maps the first axis to the direction in which the centre at the horizon varies most.
fn axes(sum: &Sum<'_>, moving: &[usize], apart: &[usize]) -> Result<Mirror, Error> {
    let unit = |draw: usize, side: f64| (0..moving.len()).map(|d| if d == draw { side } else { 0.0 }).collect();
    let points: Vec<Vec<f64>> = (0..moving.len()).flat_map(|draw| [unit(draw, 1.0), unit(draw, -1.0)]).collect();
    if points.is_empty() {
        return Ok(Mirror::default());
    }
    // Volatilities that nothing else depends on do not affect the centres; here they stay at their medians.
    let order = [moving, apart].concat();
    let scores: Vec<Vec<f64>> =
        points.into_iter().map(|point: Vec<f64>| [point, vec![0.0; apart.len()]].concat()).collect();
    let horizon = sum.columns(&order, &scores)?.0.pop().expect("the base and at least one period");
    let slope: Vec<f64> = horizon.chunks(2).map(|pair| pair[0] - pair[1]).collect();
    Ok(Mirror::to(&slope))
}

fn law(lines: &[BoundaryLine], t: usize) -> Mixture {
    let mut components: Vec<Component> = Vec::new();
    let mut points: Vec<(f64, Rule)> = Vec::new();
    let whole = normal_mass(-REACH, REACH);
    for line in lines {
        let (centre, sd) = (&line.centre[t], &line.sd[t]);
        if let [centre] = centre[..] {
            add(&mut points, sd[0], centre, line.weight);
        }
        let step = 2.0 * REACH / as_f64(centre.len().max(2) - 1);
        let end = |cell: usize| step * as_f64(cell) - REACH;
        let cells = || centre.windows(2).enumerate();
        if cells().all(|(cell, ends)| sd[cell] > (ends[1] - ends[0]).abs()) {
            // The boundaries of the range carry negligible weight, so each cell is represented by its first boundary.
            for (cell, ends) in cells() {
                add(&mut points, sd[cell], ends[0], line.weight * step * gauss::normal_density(end(cell)));
            }
        } else {
            for (cell, ends) in cells() {
                let sd = 0.5 * (sd[cell] + sd[cell + 1]);
                let weight = line.weight * normal_mass(end(cell), end(cell + 1)) / whole;
                components.push(Component { weight, means: (ends[0], ends[1]), sd });
            }
        }
    }
    for (sd, rule) in points {
        let few = gauss::compressed(&rule, KEPT);
        components.extend(few.into_iter().map(|(mean, weight)| Component { weight, means: (mean, mean), sd }));
    }
    let mass: f64 = components.iter().map(|component| component.weight).sum();
    components.iter_mut().for_each(|component| component.weight /= mass);
    Mixture(components)
}

/// Adds a point to those with the same sd.
fn add(points: &mut Vec<(f64, Rule)>, sd: f64, mean: f64, weight: f64) {
    match points.iter_mut().find(|(known, _)| known.to_bits() == sd.to_bits()) {
        Some((_, rule)) => rule.push((mean, weight)),
        None => points.push((sd, vec![(mean, weight)])),
    }
}
