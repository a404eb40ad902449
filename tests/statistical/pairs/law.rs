//! Distributions of the random pairs: as input of the crate, and as independent distribution and quantile functions.

use std::f64::consts::SQRT_2;

use outgrow::{Assumption, interval, log_interval, lognormal, normal, pert, triangular, truncated, uniform};
use statrs::function::beta::beta_reg;
use statrs::function::erf::{erfc, erfc_inv};

/// Φ⁻¹(0.95).
const Z95: f64 = 1.644_853_626_951_472_2;

/// Φ(z).
pub(super) fn normal_below(z: f64) -> f64 {
    0.5 * erfc(-z / SQRT_2)
}

/// Φ⁻¹ of a probability of at most one half, otherwise of its complement from above.
pub(super) fn normal_score(below: f64, above: f64) -> f64 {
    if below <= 0.5 { -SQRT_2 * erfc_inv(2.0 * below) } else { SQRT_2 * erfc_inv(2.0 * above) }
}

/// A distribution with the parameters of the scenario file.
#[derive(Debug, Clone)]
pub(super) enum Law {
    Normal(f64, f64),
    Lognormal(f64, f64),
    Uniform(f64, f64),
    Triangular(f64, f64, f64),
    Pert(f64, f64, f64),
    Interval(f64, f64),
    LogInterval(f64, f64),
    Truncated(Box<Law>, Option<f64>, Option<f64>),
}

impl Law {
    pub(super) fn assumption(&self) -> Assumption {
        match *self {
            Self::Normal(mean, sd) => normal(mean, sd),
            Self::Lognormal(median, sd) => lognormal(median, sd),
            Self::Uniform(low, high) => uniform(low, high),
            Self::Triangular(low, mode, high) => triangular(low, mode, high),
            Self::Pert(low, mode, high) => pert(low, mode, high),
            Self::Interval(low, high) => interval(low, high),
            Self::LogInterval(low, high) => log_interval(low, high),
            Self::Truncated(ref of, low, high) => {
                truncated(of.assumption(), low.unwrap_or(f64::NEG_INFINITY), high.unwrap_or(f64::INFINITY))
            }
        }
    }

    /// The distribution of a multiple of the number.
    pub(super) fn scaled(&self, by: f64) -> Self {
        let k = |x: f64| rounded(by * x);
        match *self {
            Self::Normal(mean, sd) => Self::Normal(k(mean), k(sd)),
            Self::Lognormal(median, sd) => Self::Lognormal(k(median), sd),
            Self::Uniform(low, high) => Self::Uniform(k(low), k(high)),
            Self::Triangular(low, mode, high) => Self::Triangular(k(low), k(mode), k(high)),
            Self::Pert(low, mode, high) => Self::Pert(k(low), k(mode), k(high)),
            Self::Interval(low, high) => Self::Interval(k(low), k(high)),
            Self::LogInterval(low, high) => Self::LogInterval(k(low), k(high)),
            Self::Truncated(ref of, low, high) => Self::Truncated(Box::new(of.scaled(by)), low.map(k), high.map(k)),
        }
    }
}

/// Six significant digits, so that a file of the pair is readable.
pub(super) fn rounded(x: f64) -> f64 {
    format!("{x:.5e}").parse().expect("a number that was just written")
}

/// The quantile function, truncated to the allowed range.
#[derive(Debug, Clone)]
pub(super) struct Sampler {
    form: Form,
    cut: Option<Cut>,
}

#[derive(Debug, Clone)]
enum Form {
    Normal(f64, f64),
    Lognormal(f64, f64),
    Uniform(f64, f64),
    Triangular(f64, f64, f64),
    Pert { low: f64, width: f64, shapes: (f64, f64), table: Table },
}

/// Bounds, and the probabilities below (or above, where that is the smaller tail) them.
#[derive(Debug, Clone, Copy)]
struct Cut {
    bounds: (f64, f64),
    from_above: bool,
    from: f64,
    to: f64,
}

impl Sampler {
    /// The distribution truncated to numbers above `least`.
    pub(super) fn new(law: &Law, least: f64) -> Self {
        let (mut bounds, mut law) = ((least, f64::INFINITY), law);
        while let Law::Truncated(of, low, high) = law {
            bounds = (bounds.0.max(low.unwrap_or(bounds.0)), bounds.1.min(high.unwrap_or(bounds.1)));
            law = of;
        }
        let form = Form::of(law);
        if form.below(bounds.0) <= 0.0 && form.above(bounds.1) <= 0.0 {
            return Self { form, cut: None };
        }
        let from_above = form.below(bounds.0) > 0.5;
        let side = |x: f64| if from_above { form.above(x) } else { form.below(x) };
        let cut = Cut { bounds, from_above, from: side(bounds.0), to: side(bounds.1) };
        Self { form, cut: Some(cut) }
    }

    /// The quantile of probability `u`.
    pub(super) fn quantile(&self, u: f64) -> f64 {
        let Some(cut) = self.cut else { return self.form.quantile(u, 1.0 - u) };
        let p = cut.from + u * (cut.to - cut.from);
        let x = if cut.from_above { self.form.quantile(1.0 - p, p) } else { self.form.quantile(p, 1.0 - p) };
        x.clamp(cut.bounds.0, cut.bounds.1)
    }

    pub(super) fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    /// P(X ≤ x).
    pub(super) fn below(&self, x: f64) -> f64 {
        let Some(cut) = self.cut else { return self.form.below(x) };
        let x = x.clamp(cut.bounds.0, cut.bounds.1);
        let side = if cut.from_above { self.form.above(x) } else { self.form.below(x) };
        (side - cut.from) / (cut.to - cut.from)
    }

    /// P(X > x).
    pub(super) fn above(&self, x: f64) -> f64 {
        let Some(cut) = self.cut else { return self.form.above(x) };
        let x = x.clamp(cut.bounds.0, cut.bounds.1);
        let side = if cut.from_above { self.form.above(x) } else { self.form.below(x) };
        (side - cut.to) / (cut.from - cut.to)
    }

    /// Whether the distribution function is expensive.
    pub(super) fn is_slow(&self) -> bool {
        matches!(self.form, Form::Pert { .. })
    }
}

impl Form {
    fn of(law: &Law) -> Self {
        match *law {
            Law::Normal(mean, sd) => Self::Normal(mean, sd),
            Law::Interval(low, high) => Self::Normal(0.5 * (low + high), (high - low) / (2.0 * Z95)),
            Law::Lognormal(median, sd) => Self::Lognormal(median.ln(), sd),
            Law::LogInterval(low, high) => {
                Self::Lognormal(0.5 * (low.ln() + high.ln()), (high / low).ln() / (2.0 * Z95))
            }
            Law::Uniform(low, high) => Self::Uniform(low, high),
            Law::Triangular(low, mode, high) => Self::Triangular(low, mode, high),
            Law::Pert(low, mode, high) => {
                let (width, at) = (high - low, (mode - low) / (high - low));
                let shapes = (1.0 + 4.0 * at, 5.0 - 4.0 * at);
                Self::Pert { low, width, shapes, table: Table::new(shapes) }
            }
            Law::Truncated(..) => unreachable!("cuts are taken off first"),
        }
    }

    fn below(&self, x: f64) -> f64 {
        match *self {
            Self::Normal(mean, sd) => normal_below((x - mean) / sd),
            Self::Lognormal(..) if x <= 0.0 => 0.0,
            Self::Lognormal(location, sd) => normal_below((x.ln() - location) / sd),
            Self::Uniform(low, high) => ((x - low) / (high - low)).clamp(0.0, 1.0),
            Self::Triangular(low, mode, high) => triangle(low, mode, high, x),
            Self::Pert { low, width, shapes, .. } => beta_below(shapes, (x - low) / width),
        }
    }

    fn above(&self, x: f64) -> f64 {
        match *self {
            Self::Normal(mean, sd) => normal_below((mean - x) / sd),
            Self::Lognormal(..) if x <= 0.0 => 1.0,
            Self::Lognormal(location, sd) => normal_below((location - x.ln()) / sd),
            Self::Uniform(low, high) => ((high - x) / (high - low)).clamp(0.0, 1.0),
            Self::Triangular(low, mode, high) => triangle(-high, -mode, -low, -x),
            Self::Pert { low, width, shapes: (a, b), .. } => beta_below((b, a), 1.0 - (x - low) / width),
        }
    }

    fn quantile(&self, below: f64, above: f64) -> f64 {
        match *self {
            Self::Normal(mean, sd) => mean + sd * normal_score(below, above),
            Self::Lognormal(location, sd) => (location + sd * normal_score(below, above)).exp(),
            Self::Uniform(low, high) => {
                if below <= 0.5 {
                    low + below * (high - low)
                } else {
                    high - above * (high - low)
                }
            }
            Self::Triangular(low, mode, high) => {
                let (left, right) = ((mode - low) * (high - low), (high - mode) * (high - low));
                if below * (high - low) <= mode - low {
                    low + (below * left).sqrt()
                } else {
                    high - (above * right).sqrt()
                }
            }
            Self::Pert { low, width, ref table, .. } => low + width * table.at(normal_score(below, above)),
        }
    }
}

fn triangle(low: f64, mode: f64, high: f64, x: f64) -> f64 {
    if x <= low {
        0.0
    } else if x < mode {
        (x - low) * (x - low) / ((high - low) * (mode - low))
    } else if x < high {
        1.0 - (high - x) * (high - x) / ((high - low) * (high - mode))
    } else {
        1.0
    }
}

fn beta_below((a, b): (f64, f64), x: f64) -> f64 {
    beta_reg(a, b, x.clamp(0.0, 1.0))
}

/// The quantile function of a beta distribution over normal scores, where it is smooth to its ends.
#[derive(Debug, Clone)]
struct Table {
    values: Vec<f64>,
}

impl Table {
    const FROM: f64 = -8.5;
    const STEP: f64 = 1.0 / 64.0;
    const POINTS: usize = 1089;

    fn new((a, b): (f64, f64)) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "a thousand points")]
        let score = |place: usize| Self::FROM + Self::STEP * place as f64;
        let value = |place: usize| {
            let z = score(place);
            let (target, from_above) = if z <= 0.0 { (normal_below(z), false) } else { (normal_below(-z), true) };
            // Whether x lies below the quantile.
            let is_low = |x: f64| {
                if from_above { beta_below((b, a), 1.0 - x) > target } else { beta_below((a, b), x) < target }
            };
            let (mut low, mut high) = (0.0, 1.0);
            for _ in 0..52 {
                let middle = 0.5 * (low + high);
                if is_low(middle) { low = middle } else { high = middle }
            }
            0.5 * (low + high)
        };
        Self { values: (0..Self::POINTS).map(value).collect() }
    }

    /// Cubic Hermite interpolation with slopes of fourth order.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the table")]
    fn at(&self, z: f64) -> f64 {
        let place = ((z - Self::FROM) / Self::STEP).clamp(2.0, 1085.0);
        let (index, t) = (place as usize, place.fract());
        let v = &self.values[index - 2..index + 4];
        let slope = |k: usize| (v[k - 2] - v[k + 2] + 8.0 * (v[k + 1] - v[k - 1])) / 12.0;
        let (left, right, rise) = (slope(2), slope(3), v[3] - v[2]);
        let (c2, c3) = (3.0 * rise - 2.0 * left - right, left + right - 2.0 * rise);
        v[2] + t * (left + t * (c2 + t * c3))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_invert_distribution_functions() {
        let cut = |low, high| Law::Truncated(Box::new(Law::Normal(0.3, 0.1)), low, high);
        let laws = [
            Law::Normal(0.3, 0.1),
            Law::Lognormal(3.0, 0.4),
            Law::Uniform(-0.1, 0.7),
            Law::Triangular(0.1, 0.2, 0.9),
            Law::Triangular(0.1, 0.1, 0.9),
            Law::Pert(0.1, 0.15, 0.9),
            Law::Pert(0.1, 0.5, 0.9),
            Law::Interval(1.0, 2.0),
            Law::LogInterval(1.0, 2.0),
            cut(Some(0.35), None),
            cut(None, Some(0.2)),
            cut(Some(0.7), Some(0.8)),
            Law::Truncated(Box::new(Law::Pert(0.1, 0.3, 0.9)), Some(0.2), Some(0.5)),
        ];
        for law in laws {
            let sampler = Sampler::new(&law, -1.0);
            for u in [1e-9, 1e-5, 0.01, 0.2, 0.37, 0.5, 0.63, 0.9, 0.999, 1.0 - 1e-7] {
                let x = sampler.quantile(u);
                let (below, above) = (sampler.below(x), sampler.above(x));
                assert!((below - u).abs() < 1e-9, "{law:?} at {u}: {below}");
                assert!((above - (1.0 - u)).abs() < 1e-9, "{law:?} at {u}: {above} above");
            }
        }
    }
}
