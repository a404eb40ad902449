//! Builds a random walk from its end inwards as a Brownian bridge (Caflisch & Moskowitz 1995), so that the first
//! coordinates of a quasi-random point determine most of the path.
//!
//! The state is the increment over each gap between known points, stored at the period where the gap ends, rather than
//! the walk itself. A new point splits the increment of its gap in two, in place, until every gap is one period. No
//! value is a difference of large numbers, so the f32 error is a few units in the last place of an increment.

use crate::math::to_f32;

/// One point of a walk with unit-variance steps W(0) = 0, W(1), …, W(T), conditional on the two known points around it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Point {
    pub(super) at: usize,
    left: usize,
    /// `None` for the end of the walk.
    right: Option<usize>,
    /// Fractions of the gap's increment to the left and right of the point.
    shares: [f32; 2],
    /// Conditional standard deviation, given the points around it.
    sd: f32,
}

impl Point {
    #[expect(clippy::cast_precision_loss, reason = "at most 2,400 periods")]
    fn new(left: usize, at: usize, right: Option<usize>) -> Self {
        let before = (at - left) as f64;
        let share = right.map_or(0.0, |right| before / (right - left) as f64);
        let shares = [share, 1.0 - share].map(to_f32);
        let point = Self { at, left, right, shares, sd: 0.0 };
        Self { sd: to_f32(point.variance().sqrt()), ..point }
    }

    /// Conditional variance, given the points around it: (m−l)(r−m)/(r−l).
    #[expect(clippy::cast_precision_loss, reason = "at most 2,400 periods")]
    pub(super) fn variance(&self) -> f64 {
        let before = (self.at - self.left) as f64;
        self.right.map_or(before, |right| before * (right - self.at) as f64 / (right - self.left) as f64)
    }

    /// Splits the increment of the gap around the point, using the standard normal number stored at the point's own
    /// index. The step that ends at period t is `steps[t − 1]`.
    #[inline(always)]
    pub(super) fn put<const N: usize>(&self, steps: &mut [[f32; N]]) {
        let own = self.at - 1;
        let mut to_left = steps[own].map(
            #[inline(always)]
            |z| self.sd * z,
        );
        if let Some(right) = self.right {
            let mut to_right = steps[right - 1];
            // Indexed loop: three zipped iterators do not vectorize.
            for j in 0..N {
                let (step, moved) = (to_right[j], to_left[j]);
                to_left[j] = self.shares[0].mul_add(step, moved);
                to_right[j] = self.shares[1].mul_add(step, -moved);
            }
            steps[right - 1] = to_right;
        }
        steps[own] = to_left;
    }
}

/// All points of a walk of `periods` steps: the end first, then midpoints, from wide gaps to narrow ones.
pub(super) fn points(periods: usize) -> Vec<Point> {
    let mut points = vec![Point::new(0, periods, None)];
    let mut gaps = std::collections::VecDeque::from([(0_usize, periods)]);
    while let Some((left, right)) = gaps.pop_front() {
        let at = left.midpoint(right);
        if at > left {
            points.push(Point::new(left, at, Some(right)));
            gaps.extend([(left, at), (at, right)]);
        }
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_period_comes_once_and_after_those_around_it() {
        for periods in [1, 2, 3, 7, 40, 120] {
            let points = points(periods);
            let mut known = vec![false; periods + 1];
            known[0] = true;
            for point in &points {
                assert!(known[point.left] && point.right.is_none_or(|right| known[right]) && !known[point.at]);
                known[point.at] = true;
            }
            assert!(known.iter().all(|known| *known));
        }
    }

    /// The steps are A z with A Aᵀ the identity. A is built column by column from unit vectors, for 300 rows.
    #[test]
    fn steps_are_independent_and_of_variance_one() {
        const T: usize = 300;
        let mut steps = vec![[0.0; T]; T];
        let points = points(T);
        for (index, point) in points.iter().enumerate() {
            steps[point.at - 1][index] = 1.0;
        }
        for point in &points {
            point.put(&mut steps);
        }
        for s in 0..T {
            for t in 0..T {
                let covariance: f64 = steps[s].iter().zip(steps[t]).map(|(a, b)| f64::from(*a) * f64::from(b)).sum();
                let expected = f64::from(u8::from(s == t));
                assert!((covariance - expected).abs() < 1e-6, "{s} {t}: {covariance}");
            }
        }
    }
}
