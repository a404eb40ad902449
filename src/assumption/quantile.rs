//! Quantile functions. A draw is `Q(u)` with a single uniform `u`, so that a copula or a quasi-random point can replace
//! `u` without a different sampler.

use super::domain::Domain;
use super::metalog::Metalog;
use super::pert_law as pert;
use super::side::Side;
use super::standard_law::StandardLaw;
use super::steps::Steps;
use super::tabulated::Tabulated;
use crate::cpu::{self, Level};
use crate::math;

/// A quantile function prepared for a run: `fill` turns uniforms into draws.
#[derive(Debug, Clone)]
pub(crate) struct Quantile {
    form: Form,
    cut: Option<Cut>,
    /// The smallest and largest value of a draw, which only rounding could exceed.
    clamp: (f64, f64),
}

/// The range of probabilities that truncation leaves, measured from the side that keeps their digits.
#[derive(Debug, Clone, Copy)]
struct Cut {
    side: Side,
    from: f64,
    to: f64,
}

#[derive(Debug, Clone)]
enum Form {
    Constant(f64),
    Normal { mean: f64, sd: f64 },
    Lognormal { median: f64, sd: f64 },
    LogGrowth { mean: f64, sd: f64 },
    Uniform { low: f64, high: f64 },
    Triangular { low: f64, mode: f64, high: f64 },
    Pert { low: f64, high: f64, table: math::QuantileTable },
    Tabulated(Tabulated),
    Metalog(Metalog),
    Steps(Steps),
}

/// Scores that are turned into probabilities together.
const CHUNK: usize = 64;

const UNBOUNDED: (f64, f64) = (f64::NEG_INFINITY, f64::INFINITY);

impl Quantile {
    pub(super) fn new(shape: &StandardLaw) -> Self {
        let (whole, clamp) = match shape {
            StandardLaw::Truncated { of, low, high } => (&**of, (*low, *high)),
            shape => (shape, UNBOUNDED),
        };
        let form = Form::new(whole, clamp);
        let is_cut = clamp != UNBOUNDED && !form.is_tabulated();
        Self { form, cut: is_cut.then(|| Cut::new(whole, clamp)), clamp }
    }

    /// The quantile function of `shape` truncated to `domain`.
    pub(crate) fn within(shape: &StandardLaw, domain: Domain) -> Self {
        let mut quantile = Self::new(&shape.within(domain));
        let low = if domain.low_open { domain.low.next_up() } else { domain.low };
        let high = if domain.high_open { domain.high.next_down() } else { domain.high };
        quantile.clamp = (quantile.clamp.0.max(low), quantile.clamp.1.min(high));
        quantile
    }

    /// The smallest `v` with P(X ≤ v) ≥ p, for p in (0, 1).
    pub(crate) fn at(&self, p: f64) -> f64 {
        let mut value = [p];
        self.fill(&mut value);
        value[0]
    }

    /// The smallest `v` with P(X ≤ v) ≥ 1/2.
    pub(crate) fn median(&self) -> f64 {
        self.at(0.5)
    }

    /// Turns standard normal scores into draws in place: Q(Φ(z)).
    pub(crate) fn fill_scores(&self, z: &mut [f64]) {
        self.fill_scores_by(math::norm_cdf_each, z);
    }

    /// The same by a faster Φ: draws may differ from those of `fill_scores` in their last bits, so no simulation uses it.
    pub(crate) fn fill_scores_fast(&self, z: &mut [f64]) {
        self.fill_scores_by(math::norm_cdf_slice, z);
    }

    fn fill_scores_by(&self, norm_cdf: fn(&mut [f64]), z: &mut [f64]) {
        let (low, high) = self.clamp;
        match (&self.form, self.cut) {
            // A normal distribution needs no detour over Φ, which would lose digits.
            (Form::Normal { mean, sd }, None) => each(z, |z| (mean + sd * z).clamp(low, high)),
            (Form::Lognormal { median, sd }, None) => {
                each(z, |z| sd * z);
                math::exp_slice(z);
                each(z, |x| (median * x).clamp(low, high));
            }
            (Form::LogGrowth { mean, sd }, None) => {
                each(z, |z| mean + sd * z);
                math::exp_m1_slice(z);
                each(z, |x| x.clamp(low, high));
            }
            (Form::Tabulated(tabulated), _) => {
                tabulated.fill_scores(z);
                each(z, |x| x.clamp(low, high));
            }
            (Form::Metalog(metalog), None) => {
                metalog_of_scores(*metalog, norm_cdf, z);
                each(z, |x| x.clamp(low, high));
            }
            (
                Form::Constant(_)
                | Form::Normal { .. }
                | Form::Lognormal { .. }
                | Form::LogGrowth { .. }
                | Form::Uniform { .. }
                | Form::Triangular { .. }
                | Form::Pert { .. }
                | Form::Metalog(_)
                | Form::Steps(_),
                _,
            ) => {
                norm_cdf(z);
                each(z, |u| u.clamp(f64::MIN_POSITIVE, 1.0_f64.next_down()));
                self.fill(z);
            }
        }
    }

    /// The draw at one standard normal score.
    pub(crate) fn at_score(&self, z: f64) -> f64 {
        let mut draw = [z];
        self.fill_scores(&mut draw);
        draw[0]
    }

    /// The score at which the quantile function has a kink, if any.
    pub(crate) fn kink(&self) -> Option<f64> {
        let Form::Triangular { low, mode, high } = self.form else { return None };
        let rising = (mode - low) / (high - low);
        let u = match self.cut {
            None => rising,
            Some(Cut { side, from, to }) => {
                let p = if side == Side::Below { rising } else { 1.0 - rising };
                (p - from) / (to - from)
            }
        };
        (u > 0.0 && u < 1.0).then(|| math::norm_quantile(u))
    }

    /// The values with their probabilities, if there is a finite number of them.
    pub(crate) fn steps(&self) -> Option<Vec<(f64, f64)>> {
        if let Form::Steps(steps) = &self.form { Some(steps.points().collect()) } else { None }
    }

    /// Turns uniforms in (0, 1) into draws in place.
    pub(crate) fn fill(&self, u: &mut [f64]) {
        cpu::run(
            Level::of_this_process(),
            #[inline(always)]
            || {
                let side = self.cut.map_or(Side::Below, |cut| cut.side);
                if let Some(cut) = self.cut {
                    cut.fill(u);
                }
                self.form.fill(side, u);
                let (low, high) = self.clamp;
                each(u, |x| x.clamp(low, high));
            },
        );
    }
}

impl StandardLaw {
    /// The smallest `v` with P(X ≤ v) ≥ 1/2.
    pub(crate) fn median(&self) -> f64 {
        Quantile::new(self).median()
    }
}

impl Cut {
    fn new(whole: &StandardLaw, (low, high): (f64, f64)) -> Self {
        let side = whole.side(low);
        let [from, to] = [low, high].map(|value| whole.probability(side, value));
        // In a range without width, rounding could exchange the two, and quantiles would decrease.
        let to = if side == Side::Below { to.max(from) } else { to.min(from) };
        Self { side, from, to }
    }

    #[inline(always)]
    fn fill(self, u: &mut [f64]) {
        // Rounding may reach 0 or 1, where a quantile may be infinite.
        let (least, most) = (f64::MIN_POSITIVE, 1.0_f64.next_down());
        each(u, |u| (self.from + (self.to - self.from) * u).clamp(least, most));
    }
}

impl Form {
    /// `cut` is the truncation of a tabulated distribution; others are truncated by their probabilities.
    fn new(whole: &StandardLaw, cut: (f64, f64)) -> Self {
        match *whole {
            StandardLaw::Constant(value) => Self::Constant(value),
            StandardLaw::Normal { mean, sd } => Self::Normal { mean, sd },
            StandardLaw::Lognormal { median, sd } => Self::Lognormal { median, sd },
            StandardLaw::Uniform { low, high } => Self::Uniform { low, high },
            StandardLaw::Triangular { low, mode, high } => Self::Triangular { low, mode, high },
            StandardLaw::Pert { low, mode, high } => Self::Pert { low, high, table: pert::table(low, mode, high, cut) },
            StandardLaw::LogGrowth { mean, sd } => Self::LogGrowth { mean, sd },
            StandardLaw::Beta { alpha, beta, low, high } => {
                Self::Tabulated(Tabulated::beta(whole, [alpha, beta, low, high], cut))
            }
            StandardLaw::StudentT { degrees, location, scale } => {
                Self::Tabulated(Tabulated::student(whole, [degrees, location, scale], cut))
            }
            StandardLaw::Metalog(metalog) => Self::Metalog(metalog),
            StandardLaw::Steps(ref steps) => Self::Steps(steps.clone()),
            StandardLaw::Truncated { ref of, .. } => Self::new(of, cut),
        }
    }

    /// Whether a table covers the truncated range; other forms are truncated by their probabilities.
    const fn is_tabulated(&self) -> bool {
        match self {
            Self::Pert { .. } | Self::Tabulated(_) => true,
            // Truncation has removed the values outside.
            Self::Steps(_) => true,
            Self::Constant(_)
            | Self::Normal { .. }
            | Self::Lognormal { .. }
            | Self::LogGrowth { .. }
            | Self::Uniform { .. }
            | Self::Triangular { .. }
            | Self::Metalog(_) => false,
        }
    }

    /// `p` is a probability measured from `side`.
    #[inline(always)]
    fn fill(&self, side: Side, p: &mut [f64]) {
        match *self {
            Self::Constant(value) => p.fill(value),
            Self::Normal { mean, sd } => {
                scores(side, p);
                each(p, |z| mean + sd * z);
            }
            Self::Lognormal { median, sd } => {
                scores(side, p);
                each(p, |z| sd * z);
                math::exp_slice(p);
                each(p, |x| median * x);
            }
            Self::Uniform { low, high } => {
                let (from, to) = if side == Side::Below { (low, high) } else { (high, low) };
                each(p, |p| (from + (to - from) * p).clamp(low, high));
            }
            Self::Triangular { low, mode, high } => each(p, |p| triangular(low, mode, high, side, p)),
            Self::Pert { low, high, ref table } => {
                scores(side, p);
                table.eval_score_slice(p);
                each(p, |x| (low + (high - low) * x).clamp(low, high));
            }
            Self::LogGrowth { mean, sd } => {
                scores(side, p);
                each(p, |z| mean + sd * z);
                math::exp_m1_slice(p);
            }
            Self::Tabulated(ref tabulated) => {
                scores(side, p);
                tabulated.fill_scores(p);
            }
            Self::Metalog(metalog) => each(p, |p| metalog.quantile(side, p)),
            Self::Steps(ref steps) => steps.fill(p),
        }
    }
}

/// Q(Φ(z)) from the smaller tail of each score.
fn metalog_of_scores(metalog: Metalog, norm_cdf: fn(&mut [f64]), z: &mut [f64]) {
    let mut tails = [0.0; CHUNK];
    for z in z.chunks_mut(CHUNK) {
        let tails = &mut tails[..z.len()];
        tails.iter_mut().zip(&*z).for_each(|(tail, z)| *tail = -z.abs());
        norm_cdf(tails);
        for (z, tail) in z.iter_mut().zip(tails) {
            let side = if *z < 0.0 { Side::Below } else { Side::Above };
            *z = metalog.quantile(side, tail.max(f64::MIN_POSITIVE));
        }
    }
}

#[inline(always)]
fn each(xs: &mut [f64], f: impl Fn(f64) -> f64) {
    for x in xs {
        *x = f(*x);
    }
}

/// Normal scores of probabilities measured from `side`.
#[inline(always)]
fn scores(side: Side, p: &mut [f64]) {
    math::norm_quantile_slice(p);
    if side == Side::Above {
        each(p, |z| -z);
    }
}

/// The inverse of the triangular distribution function, each branch from its own end. Only ratios are multiplied, so
/// that no product overflows if the parameters themselves do not.
#[inline(always)]
fn triangular(low: f64, mode: f64, high: f64, side: Side, p: f64) -> f64 {
    let (below, above) = if side == Side::Below { (p, 1.0 - p) } else { (1.0 - p, p) };
    let width = high - low;
    let rising = (mode - low) / width;
    if below < rising {
        (low + width * (below * rising).sqrt()).min(mode)
    } else {
        (high - width * (above * ((high - mode) / width)).sqrt()).max(mode)
    }
}
