//! Banded linear systems: Gaussian elimination with partial pivoting, in plain loops so that the bits are the same on
//! every machine.

/// A square matrix that is zero beyond a distance of `reach` from the diagonal.
#[derive(Debug, Clone)]
pub(crate) struct Banded {
    size: usize,
    reach: usize,
    /// Dense storage by rows: it is small, so only the loops use the band.
    cells: Vec<f64>,
}

impl Banded {
    pub(crate) fn new(size: usize, reach: usize) -> Self {
        Self { size, reach, cells: vec![0.0; size * size] }
    }

    pub(crate) fn add(&mut self, row: usize, column: usize, value: f64) {
        debug_assert!(row.abs_diff(column) <= self.reach, "({row}, {column}) is outside the band");
        self.cells[row * self.size + column] += value;
    }

    /// `None` if the matrix is singular or not finite.
    pub(crate) fn factor(mut self) -> Option<Factored> {
        let size = self.size;
        let mut pivots = Vec::with_capacity(size);
        for k in 0..size {
            // Rows with an entry in column k, and columns that a row swapped up to k can have entries in.
            let (rows, columns) = (size.min(k + self.reach + 1), size.min(k + 2 * self.reach + 1));
            let mut pivot = k;
            for row in k + 1..rows {
                if self.cells[row * size + k].abs() > self.cells[pivot * size + k].abs() {
                    pivot = row;
                }
            }
            if !(self.cells[pivot * size + k].abs() > 0.0) {
                return None;
            }
            if pivot != k {
                for column in k..columns {
                    self.cells.swap(k * size + column, pivot * size + column);
                }
            }
            self.eliminate(k, rows, columns);
            pivots.push(pivot);
        }
        Some(Factored { matrix: self, pivots })
    }

    /// Eliminates column `k` below the diagonal and stores the multipliers in its place.
    fn eliminate(&mut self, k: usize, rows: usize, columns: usize) {
        let size = self.size;
        let (above, below) = self.cells.split_at_mut((k + 1) * size);
        let pivot_row = &above[k * size..];
        for row in below.chunks_exact_mut(size).take(rows - k - 1) {
            let multiplier = row[k] / pivot_row[k];
            row[k] = multiplier;
            for (cell, above) in row[k + 1..columns].iter_mut().zip(&pivot_row[k + 1..columns]) {
                *cell -= multiplier * above;
            }
        }
    }
}

/// LU factors of a matrix.
#[derive(Debug, Clone)]
pub(crate) struct Factored {
    matrix: Banded,
    pivots: Vec<usize>,
}

impl Factored {
    /// Overwrites the right-hand side with the solution.
    pub(crate) fn solve(&self, side: &mut [f64]) {
        let Banded { size, reach, ref cells } = self.matrix;
        for (k, pivot) in self.pivots.iter().enumerate() {
            side.swap(k, *pivot);
            for row in k + 1..size.min(k + reach + 1) {
                side[row] -= cells[row * size + k] * side[k];
            }
        }
        for k in (0..size).rev() {
            for column in k + 1..size.min(k + 2 * reach + 1) {
                side[k] -= cells[k * size + column] * side[column];
            }
            side[k] /= cells[k * size + k];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn solves_systems_that_need_pivoting() {
        // Zeros on the diagonal, as in the rows of the constraints; the other numbers are arbitrary.
        let (size, reach) = (9, 3);
        let mut matrix = Banded::new(size, reach);
        for row in 0..size {
            for column in row.saturating_sub(reach)..size.min(row + reach + 1) {
                let value = if row == column { 0.0 } else { ((row * 7 + column * 13) % 11) as f64 - 4.5 };
                matrix.add(row, column, value);
            }
        }
        let expected: Vec<f64> = (0..size).map(|i| i as f64 - 3.25).collect();
        let mut side: Vec<f64> = (0..size)
            .map(|row| (0..size).map(|column| matrix.cells[row * size + column] * expected[column]).sum())
            .collect();
        matrix.factor().unwrap().solve(&mut side);
        for (found, expected) in side.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-12, "{found} for {expected}");
        }
    }

    #[test]
    fn rejects_singular_matrices() {
        let mut matrix = Banded::new(2, 1);
        [(0, 0), (0, 1), (1, 0), (1, 1)].into_iter().for_each(|(row, column)| matrix.add(row, column, 2.0));
        assert!(matrix.factor().is_none());
        let mut matrix = Banded::new(1, 1);
        matrix.add(0, 0, f64::NAN);
        assert!(matrix.factor().is_none());
    }
}
