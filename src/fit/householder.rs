//! QR factorization by Householder reflections, for tall matrices with few columns (Golub & Van Loan 2013, section 5.2).
//!
//! Matrices are slices, one column after another. Buffers belong to the caller, so that a factorization allocates nothing.

use crate::cpu::{self, Level};

/// Sums are taken in this many parts, which are independent of each other and so overlap.
const PARTS: usize = 4;

/// The scalar product.
#[inline(always)]
pub(super) fn product(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; PARTS];
    let (a_parts, b_parts) = (a.chunks_exact(PARTS), b.chunks_exact(PARTS));
    let rest: f64 = a_parts.remainder().iter().zip(b_parts.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in a_parts.zip(b_parts) {
        for (sum, (a, b)) in sums.iter_mut().zip(a.iter().zip(b)) {
            *sum += a * b;
        }
    }
    (sums[0] + sums[2]) + (sums[1] + sums[3]) + rest
}

/// Whether all numbers are finite, without an early return, so that the loop vectorizes.
pub(super) fn are_finite(values: &[f64]) -> bool {
    // The product with 0 is NaN unless a number is finite.
    let mut sums = [0.0; PARTS];
    let parts = values.chunks_exact(PARTS);
    let rest: f64 = parts.remainder().iter().map(|value| 0.0 * value).sum();
    for part in parts {
        for (sum, value) in sums.iter_mut().zip(part) {
            *sum += 0.0 * value;
        }
    }
    !(rest + sums.iter().sum::<f64>()).is_nan()
}

/// The Euclidean length.
#[inline(always)]
pub(super) fn length(a: &[f64]) -> f64 {
    product(a, a).sqrt()
}

/// An upper triangular matrix.
#[derive(Debug, Clone)]
pub(super) struct Triangle {
    count: usize,
    /// Column by column; entries below the diagonal are 0.
    entries: Vec<f64>,
}

impl Triangle {
    pub(super) fn new(count: usize) -> Self {
        Self { count, entries: vec![0.0; count * count] }
    }

    pub(super) fn column(&self, of: usize) -> &[f64] {
        &self.entries[of * self.count..][..=of]
    }

    /// The triangular factor of the first columns of a matrix with `rows` rows. All further columns are rotated along, and
    /// the first ones are overwritten.
    pub(super) fn factor(&mut self, matrix: &mut [f64], rows: usize) {
        cpu::run(
            Level::of_this_process(),
            #[inline(always)]
            || self.reflect(matrix, rows),
        );
    }

    #[inline(always)]
    fn reflect(&mut self, matrix: &mut [f64], rows: usize) {
        for place in 0..self.count {
            let (head, others) = matrix.split_at_mut((place + 1) * rows);
            let column = &mut head[place * rows..];
            self.entries[place * self.count..][..place].copy_from_slice(&column[..place]);
            let reflected = &mut column[place..];
            let size = length(reflected);
            let first = reflected[0];
            let diagonal = if first > 0.0 { -size } else { size };
            self.entries[place * self.count + place] = diagonal;
            if !(size > 0.0) {
                continue;
            }
            reflected[0] = first - diagonal;
            let weight = 1.0 / (size * (size + first.abs()));
            for other in others.chunks_exact_mut(rows) {
                let other = &mut other[place..];
                let along = weight * product(reflected, other);
                other.iter_mut().zip(&*reflected).for_each(|(entry, of)| *entry -= along * of);
            }
        }
    }

    /// Whether no diagonal entry is negligible, relative to the largest. The columns of others depend on each other.
    pub(super) fn is_regular(&self, negligible: f64) -> bool {
        let diagonal = || (0..self.count).map(|of| self.column(of)[of].abs());
        let largest = diagonal().fold(0.0, f64::max);
        diagonal().all(|entry| entry > negligible * largest)
    }

    /// Whether every column has a part of its own that is not negligible, relative to its length.
    pub(super) fn has_independent_columns(&self, negligible: f64) -> bool {
        (0..self.count).all(|of| {
            let column = self.column(of);
            column[of].abs() > negligible * length(column)
        })
    }

    /// Solves `Rx = b` in place. Not finite if the matrix is singular.
    pub(super) fn solve(&self, b: &mut [f64]) {
        for place in (0..self.count).rev() {
            let column = self.column(place);
            let found = b[place] / column[place];
            b[place] = found;
            b[..place].iter_mut().zip(column).for_each(|(b, entry)| *b -= found * entry);
        }
    }

    /// Solves `Rᵀx = b` in place. Not finite if the matrix is singular.
    pub(super) fn solve_transposed(&self, b: &mut [f64]) {
        for place in 0..self.count {
            let column = self.column(place);
            let rest = b[place] - product(&column[..place], &b[..place]);
            b[place] = rest / column[place];
        }
    }

    /// `Rᵀx`.
    pub(super) fn transposed_times(&self, x: &[f64], out: &mut [f64]) {
        for (place, out) in out.iter_mut().enumerate() {
            let column = self.column(place);
            *out = product(column, &x[..column.len()]);
        }
    }

    /// The length of `Rx`.
    pub(super) fn length_times(&self, x: &[f64]) -> f64 {
        let row = |row: usize| -> f64 { (row..self.count).map(|of| self.column(of)[row] * x[of]).sum() };
        (0..self.count).map(|of| row(of) * row(of)).sum::<f64>().sqrt()
    }

    /// `(RᵀR)⁻¹`, row by row.
    pub(super) fn inverse_of_square(&self) -> Vec<Vec<f64>> {
        let column = |of: usize| {
            let mut unit = vec![0.0; self.count];
            unit[of] = 1.0;
            self.solve_transposed(&mut unit);
            self.solve(&mut unit);
            unit
        };
        (0..self.count).map(column).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A 4 × 2 matrix with `RᵀR = AᵀA`, by hand: columns (1, 1, 1, 1) and (0, 1, 2, 3), right-hand side (1, 2, 2, 4).
    #[test]
    fn a_line_is_factored() {
        let mut matrix = vec![1.0, 1.0, 1.0, 1.0, 0.0, 1.0, 2.0, 3.0, 1.0, 2.0, 2.0, 4.0];
        let mut triangle = Triangle::new(2);
        triangle.factor(&mut matrix, 4);
        assert!(triangle.is_regular(1e-14) && triangle.has_independent_columns(0.1));
        assert!(!triangle.has_independent_columns(0.9));
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-14, "{a}, expected {b}");
        let square = |a: usize, b: usize| product(triangle.column(a), &triangle.column(b)[..triangle.column(a).len()]);
        close(square(0, 0), 4.0);
        close(square(0, 1), 6.0);
        close(square(1, 1), 14.0);
        let mut found = matrix[8..10].to_vec();
        triangle.solve(&mut found);
        close(found[0], 0.9);
        close(found[1], 0.9);
        close(matrix[10] * matrix[10] + matrix[11] * matrix[11], 0.7);
        let inverse = triangle.inverse_of_square();
        close(inverse[0][0], 0.7);
        close(inverse[0][1], -0.3);
        close(inverse[1][0], -0.3);
        close(inverse[1][1], 0.2);
        let mut out = [0.0; 2];
        triangle.transposed_times(&[2.0, 3.0], &mut out);
        let mut back = out;
        triangle.solve_transposed(&mut back);
        close(back[0], 2.0);
        close(back[1], 3.0);
        close(triangle.length_times(&[1.0, 1.0]), 30.0_f64.sqrt());
    }

    #[test]
    fn one_number_that_is_not_finite_is_found() {
        for count in 1..12 {
            assert!(are_finite(&vec![-1e300; count]));
            for place in 0..count {
                for odd in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
                    let mut values = vec![1.0; count];
                    values[place] = odd;
                    assert!(!are_finite(&values), "{values:?}");
                }
            }
        }
    }

    #[test]
    fn dependent_columns_are_not_regular() {
        let mut matrix = vec![1.0, 2.0, 3.0, 2.0, 4.0, 6.0];
        let mut triangle = Triangle::new(2);
        triangle.factor(&mut matrix, 3);
        assert!(!triangle.is_regular(1e-14) && !triangle.has_independent_columns(1e-14));
        let mut none = vec![0.0; 6];
        triangle.factor(&mut none, 3);
        assert!(!triangle.is_regular(1e-14));
    }
}
