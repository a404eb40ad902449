//! Eigenvalues of symmetric matrices.

/// Eigenvalues and eigenvectors of a symmetric matrix by Jacobi rotations (Golub & Van Loan, section 8.5). A library
/// solver may return different bits on different processors.
pub(crate) fn eigen(mut matrix: Vec<Vec<f64>>) -> (Vec<f64>, Vec<Vec<f64>>) {
    let n = matrix.len();
    let mut vectors: Vec<Vec<f64>> = (0..n).map(|k| (0..n).map(|d| if d == k { 1.0 } else { 0.0 }).collect()).collect();
    // Convergence is quadratic; six sweeps are typical.
    for _ in 0..30 {
        let off: f64 = (0..n).flat_map(|p| (0..p).map(move |q| (p, q))).map(|(p, q)| matrix[p][q].abs()).sum();
        if !(off > 1e-14) {
            break;
        }
        for p in 0..n {
            for q in 0..p {
                rotate(&mut matrix, &mut vectors, p, q);
            }
        }
    }
    ((0..n).map(|k| matrix[k][k]).collect(), vectors)
}

/// Zeroes the entry at (p, q).
fn rotate(matrix: &mut [Vec<f64>], vectors: &mut [Vec<f64>], p: usize, q: usize) {
    let entry = matrix[p][q];
    if !(entry.abs() > 0.0) {
        return;
    }
    let ratio = (matrix[q][q] - matrix[p][p]) / (2.0 * entry);
    let tangent = 1.0_f64.copysign(ratio) / (ratio.abs() + (1.0 + ratio * ratio).sqrt());
    let cosine = 1.0 / (1.0 + tangent * tangent).sqrt();
    let sine = tangent * cosine;
    let turn = |x: &mut f64, y: &mut f64| (*x, *y) = (cosine * *x - sine * *y, sine * *x + cosine * *y);
    for row in matrix.iter_mut() {
        let (mut x, mut y) = (row[p], row[q]);
        turn(&mut x, &mut y);
        (row[p], row[q]) = (x, y);
    }
    for k in 0..matrix.len() {
        let (mut x, mut y) = (matrix[p][k], matrix[q][k]);
        turn(&mut x, &mut y);
        (matrix[p][k], matrix[q][k]) = (x, y);
        let (mut x, mut y) = (vectors[p][k], vectors[q][k]);
        turn(&mut x, &mut y);
        (vectors[p][k], vectors[q][k]) = (x, y);
    }
}
