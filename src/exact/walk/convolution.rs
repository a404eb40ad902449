//! Products with transition densities that depend on differences of nodes.

use std::ops::Range;

/// Values of a transition density at consecutive differences of nodes.
#[derive(Debug, Clone, Default)]
pub(super) struct Band {
    first: i64,
    /// With [`PAD`] zeros on each side.
    values: Vec<f64>,
}

const PAD: usize = 3;

impl Band {
    pub(super) fn new(first: i64, values: &[f64]) -> Self {
        let pad = [0.0; PAD];
        Self { first, values: [&pad, values, &pad].concat() }
    }

    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether it has the differences of any two of `count` nodes.
    pub(super) fn covers(&self, count: usize) -> bool {
        signed(count) <= self.end() && signed(count) <= -self.first
    }

    fn end(&self) -> i64 {
        self.first + signed(self.values.len().saturating_sub(2 * PAD))
    }
}

/// `out[i] += Σ_j masses[j]·band[i − j]`, for i within `to` and j within `from`.
#[inline(always)]
pub(super) fn convolve(out: &mut [f64], to: &Range<usize>, masses: &[f64], from: &Range<usize>, band: &Band) {
    let mut group = from.start;
    while group < from.end {
        let mut factors = [0.0; 4];
        factors.iter_mut().zip(&masses[group..from.end]).for_each(|(factor, mass)| *factor = *mass);
        let place = signed(group);
        let low = (place + band.first).max(signed(to.start));
        let high = (place + 3 + band.end()).min(signed(to.end));
        if low < high && factors.iter().any(|factor| *factor != 0.0) {
            let out = &mut out[unsigned(low)..unsigned(high)];
            let from = unsigned(low - place - band.first);
            let band = &band.values[from..from + out.len() + PAD];
            let parts = out.iter_mut().zip(band).zip(&band[1..]).zip(&band[2..]).zip(&band[3..]);
            for ((((out, k3), k2), k1), k0) in parts {
                let sum = factors[0].mul_add(*k0, *out);
                let sum = factors[1].mul_add(*k1, sum);
                let sum = factors[2].mul_add(*k2, sum);
                *out = factors[3].mul_add(*k3, sum);
            }
        }
        group += 4;
    }
}

/// `out += Σ factor·column` over all pairs, four at a time.
#[inline(always)]
pub(super) fn combine<'c>(out: &mut [f64], factors: &[f64], column: impl Fn(usize) -> &'c [f64]) {
    let groups = factors.len() / 4 * 4;
    for group in (0..groups).step_by(4) {
        let [a, b, c, d] = [0, 1, 2, 3].map(|k| factors[group + k]);
        let columns = column(group).iter().zip(column(group + 1)).zip(column(group + 2)).zip(column(group + 3));
        for (out, (((x, y), z), w)) in out.iter_mut().zip(columns) {
            *out = d.mul_add(*w, c.mul_add(*z, b.mul_add(*y, a.mul_add(*x, *out))));
        }
    }
    for (k, factor) in factors.iter().enumerate().skip(groups) {
        for (out, x) in out.iter_mut().zip(column(k)) {
            *out = factor.mul_add(*x, *out);
        }
    }
}

pub(super) fn signed(places: usize) -> i64 {
    i64::try_from(places).expect("a number of nodes")
}

/// A place known to be at least 0.
fn unsigned(place: i64) -> usize {
    usize::try_from(place).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::gauss::as_f64;

    #[test]
    fn a_convolution_is_its_sum() {
        let band = Band::new(-2, &[1.0, 2.0, 4.0, 8.0]);
        let masses: Vec<f64> = (0..11).map(|j| as_f64(j * j % 5)).collect();
        let (from, to) = (1..8, 2..10);
        let mut out = vec![0.0; 11];
        convolve(&mut out, &to, &masses, &from, &band);
        for (i, out) in out.iter().enumerate() {
            let of = |j: usize| match signed(i) - signed(j) {
                -2 => masses[j],
                -1 => 2.0 * masses[j],
                0 => 4.0 * masses[j],
                1 => 8.0 * masses[j],
                _ => 0.0,
            };
            let expected: f64 = if to.contains(&i) { from.clone().map(of).sum() } else { 0.0 };
            assert!((out - expected).abs() < 1e-12, "{i}: {out} {expected}");
        }
    }
}
