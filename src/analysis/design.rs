//! Points for variance-based sensitivity: two independent points, and points that share some of their coordinates.
//!
//! With independent inputs a coordinate is taken from one point or the other. Dependent inputs are jointly normal, and
//! coordinates are resampled from their distribution given the others.

/// Rows of a lower factor below this length are functions of the rows before.
const REMAINDER: f64 = 1e-8;

/// How the coordinates of a point depend on each other.
#[derive(Debug)]
pub(super) enum Inputs {
    /// Independent coordinates, of any distribution.
    Independent(usize),
    /// Standard normal coordinates with these correlations.
    Normal(Vec<Vec<f64>>),
}

/// Some coordinates of a point: a random order, of which the first ones are replaced.
pub(super) struct Replacement<'o> {
    pub(super) order: &'o [usize],
    pub(super) replaced: usize,
}

impl Inputs {
    /// Inputs with these correlations of their normal scores, if they depend on each other.
    pub(super) fn of(count: usize, correlations: Option<Vec<Vec<f64>>>) -> Self {
        correlations.map_or(Self::Independent(count), Self::Normal)
    }

    pub(super) fn count(&self) -> usize {
        match self {
            Self::Independent(count) => *count,
            Self::Normal(correlations) => correlations.len(),
        }
    }

    pub(super) fn are_independent(&self) -> bool {
        matches!(self, Self::Independent(_))
    }

    /// A point from independent coordinates.
    pub(super) fn point(&self, fresh: &[f64]) -> Vec<f64> {
        match self {
            Self::Independent(_) => fresh.to_vec(),
            Self::Normal(correlations) => {
                let order: Vec<usize> = (0..fresh.len()).collect();
                Resampling::new(correlations, &order).point(&[], fresh)
            }
        }
    }

    /// The point `x` with a part replaced: by the coordinates of `fresh`, or drawn with their help given the other coordinates of `x`.
    pub(super) fn replaced(&self, x: &[f64], fresh: &[f64], part: &Replacement<'_>) -> Vec<f64> {
        let (replaced, kept) = part.order.split_at(part.replaced);
        match self {
            Self::Independent(_) => {
                let mut point = x.to_vec();
                replaced.iter().for_each(|place| point[*place] = fresh[*place]);
                point
            }
            Self::Normal(correlations) => {
                let order = [kept, replaced].concat();
                let known: Vec<f64> = kept.iter().map(|place| x[*place]).collect();
                Resampling::new(correlations, &order).point(&known, fresh)
            }
        }
    }
}

/// The lower factor of a correlation matrix, with its rows in some order.
struct Resampling<'o> {
    order: &'o [usize],
    factor: Vec<Vec<f64>>,
}

impl<'o> Resampling<'o> {
    fn new(correlations: &[Vec<f64>], order: &'o [usize]) -> Self {
        let mut factor: Vec<Vec<f64>> = Vec::with_capacity(order.len());
        for (row, a) in order.iter().enumerate() {
            let mut own = vec![0.0; row + 1];
            for (column, b) in order[..row].iter().enumerate() {
                let other: &[f64] = &factor[column];
                let rest = correlations[*a][*b] - product(&own[..column], other);
                own[column] = if other[column] > 0.0 { rest / other[column] } else { 0.0 };
            }
            let rest = correlations[*a][*a] - product(&own[..row], &own);
            own[row] = if rest > REMAINDER { rest.sqrt() } else { 0.0 };
            factor.push(own);
        }
        Self { order, factor }
    }

    /// A point whose first coordinates, in the order, are known; the others follow from independent normal numbers.
    fn point(&self, known: &[f64], fresh: &[f64]) -> Vec<f64> {
        let (mut scores, mut point) = (Vec::with_capacity(fresh.len()), vec![0.0; fresh.len()]);
        for (row, place) in self.order.iter().enumerate() {
            let weights = &self.factor[row];
            let mean = product(&scores, weights);
            let pivot = weights[row];
            let (value, score) = match known.get(row) {
                Some(value) if pivot > 0.0 => (*value, (value - mean) / pivot),
                Some(value) => (*value, 0.0),
                None => (mean + pivot * fresh[*place], fresh[*place]),
            };
            scores.push(score);
            point[*place] = value;
        }
        point
    }
}

/// The inner product over the entries of the shorter row.
fn product(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::mix64;

    fn normal(key: u64) -> f64 {
        #[expect(clippy::cast_precision_loss)]
        let u = ((mix64(key) >> 11) as f64 + 0.5) / (1_u64 << 53) as f64;
        crate::math::norm_quantile(u)
    }

    /// Replacing any part of a point leaves the joint distribution as it was: the correlations of resampled points, and of the
    /// replaced with the kept coordinates, are those of the matrix.
    #[test]
    fn a_resampled_point_has_the_correlations_of_the_matrix() {
        let correlations = vec![vec![1.0, 0.6, 0.3], vec![0.6, 1.0, -0.2], vec![0.3, -0.2, 1.0]];
        let inputs = Inputs::Normal(correlations.clone());
        for order in [[0, 1, 2], [2, 0, 1], [1, 2, 0]] {
            for replaced in 0..=3 {
                let count = 20_000_u64;
                let mut sums = vec![vec![0.0; 3]; 3];
                for path in 0..count {
                    let fresh = |from: u64| -> Vec<f64> { (0..3).map(|axis| normal(8 * path + from + axis)).collect() };
                    let x = inputs.point(&fresh(0));
                    let point = inputs.replaced(&x, &fresh(4), &Replacement { order: &order, replaced });
                    order[replaced..].iter().for_each(|kept| assert!((point[*kept] - x[*kept]).abs() < 1e-15));
                    for a in 0..3 {
                        (0..3).for_each(|b| sums[a][b] += point[a] * point[b]);
                    }
                }
                for a in 0..3 {
                    for b in 0..3 {
                        #[expect(clippy::cast_precision_loss)]
                        let found = sums[a][b] / count as f64;
                        // The standard error of a product is at most √2/√20,000 = 0.01.
                        assert!((found - correlations[a][b]).abs() < 0.04, "{order:?} {replaced}: {a} {b} {found}");
                    }
                }
            }
        }
    }

    /// A coordinate that is a function of the others stays one.
    #[test]
    fn a_certain_dependence_is_kept() {
        let inputs = Inputs::Normal(vec![vec![1.0, -1.0], vec![-1.0, 1.0]]);
        let x = inputs.point(&[0.7, 0.1]);
        assert!((x[0] + x[1]).abs() < 1e-12);
        let replaced = inputs.replaced(&x, &[-0.3, 2.0], &Replacement { order: &[1, 0], replaced: 1 });
        assert!((replaced[0] - x[0]).abs() < 1e-15 && (replaced[1] - x[1]).abs() < 1e-12);
        let all = inputs.replaced(&x, &[-0.3, 2.0], &Replacement { order: &[1, 0], replaced: 2 });
        assert!((all[0] + all[1]).abs() < 1e-12 && (all[0] - x[0]).abs() > 0.1);
    }
}
