//! The discrete Fourier transform of a power of two (J. W. Cooley, J. W. Tukey, "An algorithm for the machine calculation of
//! complex Fourier series", Math. Comp. 19 (1965) 297–301).

use super::gauss::as_f64;
use super::{cos, sin};
use crate::cpu::{self, Level};

/// The roots of unity for transforms of one length.
#[derive(Debug)]
pub(crate) struct Fourier {
    /// cos and sin of 2πk/n for k below n/2.
    roots: Vec<(f64, f64)>,
    /// Indices with reversed bits.
    reversed: Vec<usize>,
}

impl Fourier {
    /// For a length that is a power of two, at least 2.
    pub(crate) fn new(length: usize) -> Self {
        let root = |k: usize| {
            let angle = std::f64::consts::TAU * as_f64(k) / as_f64(length);
            (cos(angle), sin(angle))
        };
        let bits = length.trailing_zeros();
        let reversed = (0..length).map(|k| k.reverse_bits() >> (usize::BITS - bits)).collect();
        Self { roots: (0..length / 2).map(root).collect(), reversed }
    }

    pub(crate) fn length(&self) -> usize {
        self.reversed.len()
    }

    /// `Σ_k x_k e^(−2πijk/n)`, in place.
    pub(crate) fn forward(&self, real: &mut [f64], imaginary: &mut [f64]) {
        for (k, other) in self.reversed.iter().enumerate() {
            if k < *other {
                real.swap(k, *other);
                imaginary.swap(k, *other);
            }
        }
        cpu::run(
            Level::of_this_process(),
            #[inline(always)]
            || self.butterflies(real, imaginary),
        );
    }

    /// `Σ_k x_k e^(2πijk/n)`, in place; not divided by n.
    pub(crate) fn backward(&self, real: &mut [f64], imaginary: &mut [f64]) {
        self.forward(imaginary, real);
    }

    #[inline(always)]
    fn butterflies(&self, real: &mut [f64], imaginary: &mut [f64]) {
        let length = real.len();
        let mut half = 1;
        while half < length {
            let stride = length / (2 * half);
            for (real, imaginary) in real.chunks_exact_mut(2 * half).zip(imaginary.chunks_exact_mut(2 * half)) {
                let ((a, c), (b, d)) = (real.split_at_mut(half), imaginary.split_at_mut(half));
                for k in 0..half {
                    let (cosine, sine) = self.roots[k * stride];
                    let x = c[k] * cosine + d[k] * sine;
                    let y = d[k] * cosine - c[k] * sine;
                    (c[k], d[k]) = (a[k] - x, b[k] - y);
                    (a[k], b[k]) = (a[k] + x, b[k] + y);
                }
            }
            half *= 2;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transform_is_its_sum_and_is_inverted() {
        let n = 16;
        let fourier = Fourier::new(n);
        let (real, imaginary): (Vec<f64>, Vec<f64>) =
            (0..n).map(|k| (cos(1.3 * as_f64(k * k)), as_f64((k * 5) % 7))).unzip();
        let (mut x, mut y) = (real.clone(), imaginary.clone());
        fourier.forward(&mut x, &mut y);
        for j in 0..n {
            let (mut re, mut im) = (0.0, 0.0);
            for k in 0..n {
                let angle = -std::f64::consts::TAU * as_f64((j * k) % n) / as_f64(n);
                re += real[k] * cos(angle) - imaginary[k] * sin(angle);
                im += real[k] * sin(angle) + imaginary[k] * cos(angle);
            }
            assert!((x[j] - re).abs() < 1e-13 && (y[j] - im).abs() < 1e-13, "{j}: {} {re}", x[j]);
        }
        fourier.backward(&mut x, &mut y);
        for k in 0..n {
            assert!((x[k] / as_f64(n) - real[k]).abs() < 1e-14 && (y[k] / as_f64(n) - imaginary[k]).abs() < 1e-14);
        }
    }
}
