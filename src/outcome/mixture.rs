//! A distribution known without paths: a mixture of normal distributions whose means are uniform on intervals.

use crate::math;
use crate::math::root::illinois;

/// One component of a mixture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Component {
    pub(crate) weight: f64,
    /// The interval of the mean; both ends are equal for a single value.
    pub(crate) means: (f64, f64),
    pub(crate) sd: f64,
}

/// A mixture; the weights sum to 1.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Mixture(pub(crate) Vec<Component>);

/// The number of standard deviations beyond which a component has no probability.
const REACH: f64 = 9.0;

impl Component {
    fn cdf(&self, x: f64) -> f64 {
        let (low, high) = (self.means.0.min(self.means.1), self.means.0.max(self.means.1));
        if x >= high + REACH * self.sd {
            return 1.0;
        }
        if x < low - REACH * self.sd {
            return 0.0;
        }
        let width = high - low;
        if width <= 1e-6 * self.sd {
            return math::norm_cdf((x - 0.5 * (low + high)) / self.sd);
        }
        if !(self.sd > 0.0) {
            return ((x - low) / width).clamp(0.0, 1.0);
        }
        // ∫ Φ((x − m)/sd) dm over the means = sd·[ψ]; ψ(v) = vΦ(v) + φ(v) is the integral of Φ.
        let psi = |mean: f64| {
            let v = (x - mean) / self.sd;
            v * math::norm_cdf(v) + OVER_ROOT_2_PI * math::exp(-0.5 * v * v)
        };
        (self.sd / width * (psi(low) - psi(high))).clamp(0.0, 1.0)
    }
}

const OVER_ROOT_2_PI: f64 = 0.398_942_280_401_432_7;

impl Mixture {
    /// The distribution of −X.
    pub(crate) fn mirrored(&self) -> Self {
        let mirrored = |component: &Component| {
            let Component { weight, means: (low, high), sd } = *component;
            Component { weight, means: (-high, -low), sd }
        };
        Self(self.0.iter().map(mirrored).collect())
    }

    pub(crate) fn cdf(&self, x: f64) -> f64 {
        self.0.iter().map(|component| component.weight * component.cdf(x)).sum()
    }

    /// The smallest x with P(X ≤ x) ≥ p.
    pub(crate) fn quantile(&self, p: f64) -> f64 {
        let lows = self.0.iter().map(|part| part.means.0.min(part.means.1) - REACH * part.sd);
        let highs = self.0.iter().map(|part| part.means.0.max(part.means.1) + REACH * part.sd);
        let (low, high) = (lows.fold(f64::INFINITY, f64::min), highs.fold(f64::NEG_INFINITY, f64::max));
        illinois(|x| self.cdf(x) - p, (low, -p), (high, 1.0 - p))
    }

    /// E e^X.
    pub(crate) fn mean_of_exp(&self) -> f64 {
        let component = |part: &Component| {
            let (low, high) = part.means;
            let half = 0.5 * (high - low);
            // The mean of e^m over a uniform mean: e^middle sinh(half)/half.
            let spread = if half.abs() < 1e-4 {
                1.0 + half * half / 6.0
            } else {
                (math::exp(half) - math::exp(-half)) / (2.0 * half)
            };
            part.weight * math::exp(0.5 * (low + high) + 0.5 * part.sd * part.sd) * spread
        };
        self.0.iter().map(component).sum()
    }

    /// The mean of a bounded function of X by a quadrature `rule` (nodes and weights for the standard normal
    /// distribution).
    pub(crate) fn mean_of(&self, rule: &[(f64, f64)], f: impl Fn(f64) -> f64) -> f64 {
        let component = |part: &Component| {
            let middle = 0.5 * (part.means.0 + part.means.1);
            // The variance of a uniform mean is added; the error is of third order in a small spread.
            let width = part.means.1 - part.means.0;
            let sd = (part.sd * part.sd + width * width / 12.0).sqrt();
            let mean: f64 = rule.iter().map(|(z, weight)| weight * f(middle + sd * z)).sum();
            part.weight * mean
        };
        self.0.iter().map(component).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mixture() -> Mixture {
        let component = |weight, low, high, sd| Component { weight, means: (low, high), sd };
        Mixture(vec![component(0.3, 0.0, 0.0, 1.0), component(0.5, 2.0, 1.0, 0.2), component(0.2, 5.0, 6.0, 0.0)])
    }

    #[test]
    fn quantiles_invert_the_distribution_function() {
        for p in [1e-6, 0.05, 0.3, 0.5, 0.75, 0.85, 0.999, 1.0 - 1e-9] {
            let x = mixture().quantile(p);
            assert!((mixture().cdf(x) - p).abs() < 1e-11, "{p}: {x}");
        }
    }

    /// A uniform mean against a fine sum of plain normals, and the moments against sums over quantiles.
    #[test]
    fn a_spread_mean_is_the_average_of_many() {
        let (low, high, sd) = (1.0, 2.0, 0.2);
        let spread = Component { weight: 1.0, means: (low, high), sd };
        for x in [0.5, 1.1, 1.7, 2.4] {
            let one = |k: i32| math::norm_cdf((x - low - (f64::from(k) + 0.5) / 2000.0) / sd);
            let average = (0..2000).map(one).sum::<f64>() / 2000.0;
            assert!((spread.cdf(x) - average).abs() < 1e-7, "{x}");
        }
        let count = 20_000;
        let sum = |f: fn(f64) -> f64| {
            (0..count).map(|k| f(mixture().quantile((f64::from(k) + 0.5) / f64::from(count)))).sum::<f64>()
                / f64::from(count)
        };
        assert!((sum(math::exp) / mixture().mean_of_exp() - 1.0).abs() < 2e-4);
    }
}
