//! Polynomial interpolation.

use super::gauss::as_f64;

/// Interpolating polynomial through Chebyshev points, by the barycentric formula (Berrut & Trefethen 2004).
#[derive(Debug, Default)]
pub(crate) struct Interpolant {
    pub(crate) nodes: Vec<f64>,
    pub(crate) values: Vec<f64>,
}

impl Interpolant {
    /// `count` nodes from `middle − half` to `middle + half`; the values are filled in later.
    pub(crate) fn new(middle: f64, half: f64, count: usize) -> Self {
        let node = |k: usize| middle - half * super::cos(std::f64::consts::PI * as_f64(k) / as_f64(count - 1));
        Self { nodes: (0..count).map(node).collect(), values: vec![0.0; count] }
    }

    /// The value at `x`; 0 without nodes.
    pub(crate) fn at(&self, x: f64) -> f64 {
        let (mut above, mut below) = (0.0, 0.0);
        for (k, (node, value)) in self.nodes.iter().zip(&self.values).enumerate() {
            let distance = x - node;
            if !(distance.abs() > 0.0) {
                return *value;
            }
            let term = self.term(k, distance);
            above += term * value;
            below += term;
        }
        if self.nodes.is_empty() { 0.0 } else { above / below }
    }

    /// Adds `factor` times the weight that each value has at `x`.
    pub(crate) fn add_weights(&self, x: f64, factor: f64, weights: &mut [f64]) {
        if let Some(k) = self.nodes.iter().position(|node| !((x - node).abs() > 0.0)) {
            weights[k] += factor;
            return;
        }
        let terms: Vec<f64> = self.nodes.iter().enumerate().map(|(k, node)| self.term(k, x - node)).collect();
        let scale = factor / terms.iter().sum::<f64>();
        weights.iter_mut().zip(terms).for_each(|(weight, term)| *weight += scale * term);
    }

    /// The barycentric term of a node at a distance from it, up to a factor that all nodes share.
    fn term(&self, k: usize, distance: f64) -> f64 {
        let end = if k == 0 || k + 1 == self.nodes.len() { 0.5 } else { 1.0 };
        if k.is_multiple_of(2) { end / distance } else { -end / distance }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn smooth_functions_are_interpolated_to_rounding() {
        let mut interpolant = Interpolant::new(1.0, 2.0, 32);
        interpolant.values = interpolant.nodes.iter().map(|x| crate::math::exp(*x)).collect();
        for k in 0..=20 {
            let x = -1.0 + 0.2 * f64::from(k);
            assert!((interpolant.at(x) - crate::math::exp(x)).abs() < 1e-13, "{x}");
            let mut weights = vec![0.0; 32];
            interpolant.add_weights(x, 2.0, &mut weights);
            let weighted: f64 = weights.iter().zip(&interpolant.values).map(|(weight, value)| weight * value).sum();
            assert!((weighted - 2.0 * crate::math::exp(x)).abs() < 1e-13, "{x}");
        }
    }
}
