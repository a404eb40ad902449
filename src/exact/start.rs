//! Distribution of the starting log-ratio of a pair, as weighted points on each side of the tie.
//!
//! Base revenue that nothing else depends on affects only the start, so its distribution enters the recursion directly
//! and needs no draws. It is integrated over the score z (x = Q(Φ(z)) with the quantile function Q) in pieces, which end where the two bases tie and
//! where a distribution has a kink.

use crate::assumption::quantile::Quantile;
use crate::math;
use crate::math::gauss::{self, Rule, as_f64, normal_density};
use crate::math::root::bisect;
use crate::plan::{Input, Plan};

/// Log differences below this are ties, as in a simulation where nothing is drawn.
pub(super) const TIE: f64 = 1e-12;
/// Half-width in standard normal scores: the mass outside is 2e-17.
const REACH: f64 = 8.5;
/// Width in z of a sixteen-node piece at level 0. Each further level halves it: two levels with the same pieces would agree
/// however coarse these are.
const PIECE: f64 = 6.0;
/// Points per segment of the distribution. It has two segments at level 0, and each level doubles their number.
const POINTS: usize = 6;
/// Points with a smaller weight are dropped. The log of a distribution truncated at 0 has a tail so long that a rule with
/// nodes there would have too few elsewhere.
const NEGLIGIBLE_WEIGHT: f64 = 1e-17;

/// Distribution of D(0).
#[derive(Debug, Clone)]
pub(super) struct Start {
    pub(super) below: Rule,
    pub(super) above: Rule,
    /// Both sides together, with fewer points, for uses that do not need the sides separately.
    whole: Rule,
}

impl Start {
    pub(super) fn point(x: f64) -> Self {
        let (below, above) = if x > TIE { (vec![], vec![(x, 1.0)]) } else { (vec![(x, 1.0)], vec![]) };
        Self { below, above, whole: vec![(x, 1.0)] }
    }

    /// The distribution of ln a − ln b of two independent bases, at a refinement level.
    pub(super) fn of_bases(plan: &Plan, bases: [Input; 2], level: usize) -> Self {
        let points = match bases {
            [Input::Known(a), Input::Known(b)] => return Self::point(plan.log_base(a) - plan.log_base(b)),
            _ => rule_of_bases(plan, bases, level),
        };
        let segments = 2 << level;
        let whole = in_segments(&points, segments);
        let (above, below): (Rule, Rule) = points.into_iter().partition(|(x, _)| *x > 0.0);
        Self { below: in_segments(&below, segments), above: in_segments(&above, segments), whole }
    }

    /// The probability of being ahead at the base alone.
    pub(super) fn ahead_of_bases(plan: &Plan, bases: [Input; 2], level: usize) -> f64 {
        rule_of_bases(plan, bases, level).iter().filter(|(x, _)| *x > 0.0).map(|(_, weight)| weight).sum()
    }

    /// Number of points of the discretized distribution.
    pub(super) fn points(&self) -> usize {
        self.whole.len()
    }

    /// Whether the start is a single point.
    pub(super) fn is_point(&self) -> bool {
        self.whole.len() == 1
    }

    /// Adds P(log-ratio > 0) at the dates 1 to T. It uses all points at every date: fewer suffice as the random walk spreads, but how
    /// many depends on the distribution of the start.
    pub(super) fn ahead_by_date(&self, drifts: &[f64], sds: &[f64], out: &mut [f64]) {
        let (mut mean, mut variance) = (0.0, 0.0);
        // All dates in one slice: Φ takes several times as long for slices of a few points.
        let mut scores = Vec::with_capacity(self.whole.len() * out.len());
        for (drift, sd) in drifts.iter().zip(sds) {
            mean += drift;
            variance += sd * sd;
            let spread = variance.sqrt();
            scores.extend(self.whole.iter().map(|(x, _)| (x + mean) / spread));
        }
        math::norm_cdf_slice(&mut scores);
        for (out, scores) in out.iter_mut().zip(scores.chunks(self.whole.len())) {
            *out += scores.iter().zip(&self.whole).map(|(below, (_, weight))| weight * below).sum::<f64>();
        }
    }

    /// The mean of D(0).
    pub(super) fn mean(&self) -> f64 {
        self.whole.iter().map(|(x, weight)| x * weight).sum()
    }

    /// The standard deviation of D(0).
    pub(super) fn spread(&self) -> f64 {
        let mean = self.mean();
        self.whole.iter().map(|(x, weight)| (x - mean) * (x - mean) * weight).sum::<f64>().sqrt()
    }

    /// The probability of being ahead at the base.
    pub(super) fn ahead(&self) -> f64 {
        self.above.iter().map(|(_, weight)| weight).sum()
    }
}

/// Points of the distribution of the log-ratio at the base, with their probabilities.
fn rule_of_bases(plan: &Plan, [a, b]: [Input; 2], level: usize) -> Rule {
    let mut points = Vec::new();
    let piece = PIECE / as_f64(1 << level);
    let across = |draw: usize, sign: f64, offset: f64, weight: f64, points: &mut Rule| {
        across(plan, draw, (sign, offset), (weight, piece), points);
    };
    match (a, b) {
        (Input::Known(a), Input::Known(b)) => points.push((plan.log_base(a) - plan.log_base(b), 1.0)),
        (Input::Drawn(a), Input::Known(b)) => across(a, 1.0, -plan.log_base(b), 1.0, &mut points),
        (Input::Known(a), Input::Drawn(b)) => across(b, -1.0, plan.log_base(a), 1.0, &mut points),
        (Input::Drawn(a), Input::Drawn(b)) => {
            // The wider distribution is the inner one, which is cut at the tie: as a function of the other, its mass
            // on one side of the tie then varies slowly.
            let spread = |draw: usize| log_draw(plan, draw, 1.0) - log_draw(plan, draw, -1.0);
            let (outer, inner, sign) = if spread(a) < spread(b) { (a, b, -1.0) } else { (b, a, 1.0) };
            for (z, weight) in pieces(&outer_cuts(plan, outer, inner), piece) {
                across(inner, sign, -sign * log_draw(plan, outer, z), weight, &mut points);
            }
        }
    }
    let mass: f64 = points.iter().map(|(_, weight)| weight).sum();
    points.iter_mut().for_each(|(_, weight)| *weight /= mass);
    points.retain(|(_, weight)| *weight > NEGLIGIBLE_WEIGHT);
    points
}

/// Gauss rules of few points on segments, since a single rule of many points would lose orthogonality to rounding. The
/// segment with the largest mass times squared width is halved next, so a long tail, as of a distribution truncated at
/// 0, takes few segments.
fn in_segments(points: &Rule, segments: usize) -> Rule {
    let mut sorted = points.clone();
    math::sort_by_first(&mut sorted);
    let mut parts: Vec<&[(f64, f64)]> = vec![&sorted];
    let width = |part: &[(f64, f64)]| match part {
        [first, .., last] => last.0 - first.0,
        _ => 0.0,
    };
    let priority = |part: &&[(f64, f64)]| {
        let mass: f64 = part.iter().map(|(_, weight)| weight).sum();
        if part.len() > POINTS { mass * width(part) * width(part) } else { 0.0 }
    };
    while parts.len() < segments {
        let widest = (0..parts.len()).max_by(|a, b| priority(&parts[*a]).total_cmp(&priority(&parts[*b])));
        let Some(widest) = widest.filter(|widest| priority(&parts[*widest]) > 0.0) else { break };
        let part = parts.swap_remove(widest);
        let middle = part[0].0 + 0.5 * width(part);
        let (below, above) = part.split_at(part.partition_point(|(x, _)| *x <= middle));
        parts.extend([below, above]);
    }
    parts.into_iter().flat_map(|part| gauss::compressed(&part.to_vec(), POINTS)).collect()
}

/// ln(base/reference) of a drawn base at the score z.
fn log_draw(plan: &Plan, draw: usize, z: f64) -> f64 {
    plan.log_base(plan.quantile(draw).at_score(z))
}

/// Adds the distribution of `sign`·ln(draw) + `offset`.
fn across(plan: &Plan, draw: usize, (sign, offset): (f64, f64), (weight, piece): (f64, f64), points: &mut Rule) {
    let at = |z: f64| sign * log_draw(plan, draw, z) + offset;
    let tie = (at(-REACH) < 0.0) != (at(REACH) < 0.0);
    let tie = tie.then(|| bisect(at, -REACH, REACH));
    points.extend(pieces(&cuts(plan.quantile(draw), tie), piece).into_iter().map(|(z, own)| (at(z), weight * own)));
}

/// Gauss rule of a draw's distribution, with nodes in its value.
pub(super) fn own_values(quantile: &Quantile, nodes: usize) -> Rule {
    let points = pieces(&cuts(quantile, None), PIECE / 2.0).into_iter();
    gauss::compressed(&points.map(|(z, weight)| (quantile.at_score(z), weight)).collect(), nodes)
}

/// The same rule with nodes as scores.
pub(super) fn own_rule(quantile: &Quantile, nodes: usize) -> Rule {
    let score = |x: f64| bisect(|z| quantile.at_score(z) - x, -REACH, REACH);
    own_values(quantile, nodes).into_iter().map(|(x, weight)| (score(x), weight)).collect()
}

fn cuts(quantile: &Quantile, others: impl IntoIterator<Item = f64>) -> Vec<f64> {
    let inner = quantile.kink().into_iter().chain(others).filter(|z| z.abs() < REACH);
    let mut cuts: Vec<f64> = [-REACH, REACH].into_iter().chain(inner).collect();
    cuts.sort_by(f64::total_cmp);
    cuts
}

/// Breakpoints for the integral over the outer of two drawn bases. The probability that the inner one exceeds it has a kink where
/// the outer one equals an end of the inner one's support, or a kink of its quantile function.
fn outer_cuts(plan: &Plan, outer: usize, inner: usize) -> Vec<f64> {
    let kinks = [-REACH, REACH].into_iter().chain(plan.quantile(inner).kink()).map(|z| log_draw(plan, inner, z));
    let tie = |kink: f64| {
        let off = |z: f64| log_draw(plan, outer, z) - kink;
        ((off(-REACH) < 0.0) != (off(REACH) < 0.0)).then(|| bisect(off, -REACH, REACH))
    };
    cuts(plan.quantile(outer), kinks.filter_map(tie))
}

/// Gauss–Legendre nodes with normal weights between the cuts: sixteen per piece, each at most `piece` wide.
pub(super) fn pieces(cuts: &[f64], piece: f64) -> Rule {
    let rule = gauss::legendre(16);
    let mut points = Rule::new();
    for ends in cuts.windows(2) {
        let width = ends[1] - ends[0];
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most a few hundred")]
        let count = (width / piece).ceil() as usize;
        for part in 0..count {
            let (from, width) = (ends[0] + width * as_f64(part) / as_f64(count), width / as_f64(count));
            points.extend(rule.iter().map(|(x, weight)| {
                let z = from + width * x;
                (z, weight * width * normal_density(z))
            }));
        }
    }
    points
}

/// Normal probability between two scores, computed in the tail that keeps relative precision.
pub(super) fn normal_mass(from: f64, to: f64) -> f64 {
    if from > 0.0 { math::norm_sf(from) - math::norm_sf(to) } else { math::norm_cdf(to) - math::norm_cdf(from) }
}
