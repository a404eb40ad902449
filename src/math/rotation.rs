//! Orthonormal bases and reflections of small spaces. They leave the standard normal distribution unchanged.

use super::gauss::as_f64;

/// Completes `axis` to an orthonormal basis and returns the other axes, ordered by how much `rows` vary along them.
pub(crate) fn complement(axis: &[f64], rows: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let without = |row: &Vec<f64>| {
        let along = dot(row, axis);
        row.iter().zip(axis).map(|(x, a)| x - along * a).collect()
    };
    basis(vec![axis.to_vec()], rows.iter().map(without).collect(), axis.len()).split_off(1)
}

/// Extends orthonormal vectors to a basis, first with the longest residual of the rows, then with unit vectors.
pub(crate) fn basis(mut vectors: Vec<Vec<f64>>, mut rows: Vec<Vec<f64>>, dimensions: usize) -> Vec<Vec<f64>> {
    while vectors.len() < dimensions {
        let longest = rows.iter().max_by(|a, b| norm(a).total_cmp(&norm(b)));
        let units = (0..dimensions).map(|k| (0..dimensions).map(|d| if d == k { 1.0 } else { 0.0 }).collect());
        let candidates = longest.into_iter().filter(|row| norm(row) > 1e-9).cloned().chain(units);
        let residual = |mut row: Vec<f64>| {
            let length = norm(&row);
            row.iter_mut().for_each(|x| *x /= length);
            // Orthogonalized twice, so that rounding leaves no component along the other axes (Parlett 1980, section
            // 6.9).
            for axis in vectors.iter().chain(&vectors) {
                let along = dot(&row, axis);
                row.iter_mut().zip(axis).for_each(|(x, a)| *x -= along * a);
            }
            row
        };
        // While the basis is incomplete, some unit vector is far from the span.
        let far = 0.5 / as_f64(dimensions).sqrt();
        let Some(next) = candidates.map(residual).find(|row| norm(row) > far) else { break };
        let length = norm(&next);
        let axis: Vec<f64> = next.into_iter().map(|x| x / length).collect();
        for row in &mut rows {
            let along = dot(row, &axis);
            row.iter_mut().zip(&axis).for_each(|(x, a)| *x -= along * a);
        }
        vectors.push(axis);
    }
    vectors
}

pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

pub(crate) fn norm(vector: &[f64]) -> f64 {
    dot(vector, vector).sqrt()
}

/// Householder reflection that maps the first axis to a direction.
#[derive(Debug, Clone, Default)]
pub(crate) struct Mirror(Vec<f64>);

impl Mirror {
    /// The reflection for a direction of any length; for a length of 0 it reverses the first axis.
    pub(crate) fn to(direction: &[f64]) -> Self {
        let length = norm(direction);
        let mut mirror: Vec<f64> = direction.iter().map(|x| if length > 0.0 { x / length } else { 0.0 }).collect();
        // The sign avoids cancellation.
        mirror[0] += if mirror[0] < 0.0 { -1.0 } else { 1.0 };
        Self(mirror)
    }

    /// The image of the point `z` along the first axis and `rest` along the others.
    pub(crate) fn reflect(&self, z: f64, rest: &[f64]) -> Vec<f64> {
        let mirror = &self.0;
        if mirror.is_empty() {
            return Vec::new();
        }
        let point: Vec<f64> = std::iter::once(z).chain(rest.iter().copied()).collect();
        let along = 2.0 * dot(mirror, &point) / dot(mirror, mirror);
        point.iter().zip(mirror).map(|(x, v)| x - along * v).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_basis_is_orthonormal_and_complete() {
        let rows = vec![vec![3.0, 4.0, 0.0, 0.0], vec![3.0, 4.0, 1e-3, 0.0], vec![0.0; 4]];
        let vectors = basis(vec![vec![0.0, 0.0, 0.0, 1.0]], rows, 4);
        assert_eq!(vectors.len(), 4);
        for (place, a) in vectors.iter().enumerate() {
            for (other, b) in vectors.iter().enumerate() {
                let expected = if place == other { 1.0 } else { 0.0 };
                assert!((dot(a, b) - expected).abs() < 1e-14, "{place} {other}");
            }
        }
        assert!((vectors[1][0].abs() - 0.6).abs() < 1e-6, "the longest row comes first: {:?}", vectors[1]);
    }

    #[test]
    fn a_reflection_maps_the_first_axis_to_the_direction() {
        for direction in [[3.0, -4.0, 0.0], [-1.0, 2.0, 2.0], [0.0, 0.0, 2.0]] {
            let mirror = Mirror::to(&direction);
            let image = mirror.reflect(1.0, &[0.0, 0.0]);
            let cosine = dot(&image, &direction) / norm(&direction);
            assert!((cosine.abs() - 1.0).abs() < 1e-15, "{direction:?}: {image:?}");
            let point = mirror.reflect(0.3, &[-0.7, 2.0]);
            assert!((norm(&point) - norm(&[0.3, -0.7, 2.0])).abs() < 1e-14, "lengths are kept");
        }
    }
}
