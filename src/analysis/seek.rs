//! Roots of a probability as a function of one number: a scan of the valid range, then bracketed secant steps.

use std::cell::{Cell, RefCell};

use crate::error::Error;
use crate::estimate::Estimate;
use crate::math;
use crate::math::root::maximum;

/// The first step of the scan, in units of the coordinate, and the number of steps to each side, each twice as long.
const STEP: f64 = 0.1;
const STEPS: usize = 9;
/// A probability that changes by less than this from one step to the next three times in a row is constant from there on.
const CONSTANT: f64 = 1e-4;
/// Bisections towards the first value that is not allowed.
const BISECTIONS: usize = 40;
/// The width of the interval in which an extremum is found, relative to that between the examined values beside it.
const WIDTH: f64 = 3e-3;
/// The residual of a root, relative to the error of the probability.
const RESIDUAL: f64 = 0.1;
/// The most solves of one root: bisection every other time finds a jump to ten digits.
const MOST_SOLVES: usize = 64;
/// Secant steps before the first bisection.
const QUICK: usize = 6;
/// A logarithmic coordinate beyond which numbers are exponentials of a sum.
const FAR: f64 = 100.0;
/// A residual that remains although the interval has no width.
const JUMP: f64 = 1e-6;
/// A change of the probability that is large enough for a slope.
const CHANGE: f64 = 0.02;

/// The number of a scan as a function of a coordinate around 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Coordinate {
    /// The number is `centre` times the exponential of the coordinate.
    Logarithmic {
        centre: f64,
    },
    Linear {
        centre: f64,
        unit: f64,
    },
}

impl Coordinate {
    pub(super) fn number(self, x: f64) -> f64 {
        match self {
            // The ratio of two numbers may exceed the range of a float.
            Self::Logarithmic { centre } if x.abs() > FAR => crate::math::exp(crate::math::ln(centre) + x),
            Self::Logarithmic { centre } => centre * crate::math::exp(x),
            Self::Linear { centre, unit } => centre + unit * x,
        }
    }

    pub(super) fn of(self, number: f64) -> f64 {
        match self {
            Self::Logarithmic { centre } => crate::math::ln(number) - crate::math::ln(centre),
            Self::Linear { centre, unit } => (number - centre) / unit,
        }
    }
}

/// How accurate a probability must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Accuracy {
    /// For the scan.
    Coarse,
    /// For a root.
    Fine,
}

/// A probability as a function of a coordinate.
pub(super) struct Function<'f> {
    /// Whether the number may have the value.
    pub(super) is_valid: &'f dyn Fn(f64) -> bool,
    pub(super) probability: &'f dyn Fn(f64, Accuracy) -> Result<Estimate, Error>,
}

/// An examined point.
pub(super) type Examined = (f64, f64);

/// A root, with the error of the probability there and the slope.
#[derive(Debug, Clone, Copy)]
pub(super) struct Root {
    pub(super) x: f64,
    pub(super) error: f64,
    pub(super) slope: f64,
    /// Whether the probability jumps across the target there and does not meet it.
    pub(super) is_jump: bool,
}

impl Function<'_> {
    fn coarse(&self, x: f64) -> Result<f64, Error> {
        Ok((self.probability)(x, Accuracy::Coarse)?.value())
    }

    /// The probability at points from the lowest to the highest that is allowed, or beyond which nothing changes.
    ///
    /// # Errors
    /// If the probability at 0 has none. An error elsewhere ends the scan to that side.
    pub(super) fn scan(&self, bounds: Option<(f64, f64)>) -> Result<Vec<Examined>, Error> {
        if let Some((low, high)) = bounds {
            let at = |step: usize| low + (high - low) * step as f64 / (2 * STEPS) as f64;
            return (0..=2 * STEPS).map(|step| Ok((at(step), self.coarse(at(step))?))).collect();
        }
        let centre = self.coarse(0.0)?;
        let mut examined: Vec<Examined> = self.side(centre, -1.0);
        examined.reverse();
        examined.push((0.0, centre));
        examined.extend(self.side(centre, 1.0));
        Ok(examined)
    }

    /// Points to one side of 0, with steps that double.
    fn side(&self, centre: f64, sign: f64) -> Vec<Examined> {
        let mut examined: Vec<Examined> = Vec::new();
        let (mut step, mut constant) = (STEP, 0);
        while examined.len() < STEPS && constant < 3 {
            let (last, before) = examined.last().copied().unwrap_or((0.0, centre));
            let (x, is_last) =
                if (self.is_valid)(sign * step) { (sign * step, false) } else { (self.edge(last, sign * step), true) };
            // Beyond what can be computed, as beyond what is allowed, there is nothing to find.
            let Ok(value) = self.coarse(x) else { break };
            if (x - last).abs() > 0.0 {
                examined.push((x, value));
            }
            if is_last {
                break;
            }
            // Further away a probability of nearly 0 or 1 may still change.
            let is_open = value > CONSTANT && value < 1.0 - CONSTANT;
            constant = if (value - before).abs() < CONSTANT && is_open { constant + 1 } else { 0 };
            step *= 2.0;
        }
        examined
    }

    /// The last allowed value between one that is allowed and one that is not.
    fn edge(&self, mut inside: f64, mut outside: f64) -> f64 {
        for _ in 0..BISECTIONS {
            let middle = 0.5 * (inside + outside);
            if (self.is_valid)(middle) { inside = middle } else { outside = middle }
        }
        inside
    }

    /// Adds the extremum beside the examined point nearest to the target, if none of the intervals contains a root.
    pub(super) fn sharpen(&self, examined: &mut Vec<Examined>, target: f64) -> Result<(), Error> {
        if !brackets(examined, target).is_empty() || examined.len() < 3 {
            return Ok(());
        }
        let is_below = examined[0].1 < target;
        let towards = |value: f64| if is_below { value } else { -value };
        let best = (0..examined.len()).max_by(|a, b| towards(examined[*a].1).total_cmp(&towards(examined[*b].1)));
        let best = best.expect("some points were examined");
        if best == 0 || best + 1 == examined.len() {
            return Ok(());
        }
        let (low, high) = (examined[best - 1].0, examined[best + 1].0);
        let (found, fault) = (Cell::new(examined[best]), RefCell::new(None));
        let value = |x: f64| match self.coarse(x) {
            Ok(value) => {
                if towards(value) > towards(found.get().1) {
                    found.set((x, value));
                }
                towards(value)
            }
            Err(error) => {
                *fault.borrow_mut() = Some(error);
                f64::NEG_INFINITY
            }
        };
        maximum(value, low, high, WIDTH * (high - low));
        if let Some(error) = fault.into_inner() {
            return Err(error);
        }
        let found = found.get();
        if found != examined[best] {
            examined.push(found);
            math::sort_by_first(examined);
        }
        Ok(())
    }

    /// The root between two examined points on either side of the target.
    pub(super) fn root(&self, target: f64, mut ends: [Examined; 2]) -> Result<Root, Error> {
        let mut tried: Vec<(f64, Estimate)> = Vec::new();
        let mut x = interpolated(ends, target);
        loop {
            let found = (self.probability)(x, Accuracy::Fine)?;
            let residual = found.value() - target;
            tried.push((x, found));
            let is_low = (residual < 0.0) == (ends[0].1 < target);
            ends[usize::from(!is_low)] = (x, found.value());
            let is_narrow = (ends[1].0 - ends[0].0).abs() <= 1e-14 * (1.0 + x.abs());
            if residual.abs() <= RESIDUAL * found.standard_error() || is_narrow || tried.len() >= MOST_SOLVES {
                return self.finished(target, &tried, ends);
            }
            x = next(&tried, ends, target);
        }
    }

    fn finished(&self, target: f64, tried: &[(f64, Estimate)], ends: [Examined; 2]) -> Result<Root, Error> {
        let (x, found) = *tried.last().expect("at least one solve");
        let (mut error, residual) = (found.standard_error(), (found.value() - target).abs());
        if residual > RESIDUAL * error {
            error += residual;
        }
        if residual > JUMP.max(2.0 * found.standard_error()) {
            return Ok(Root { x, error, slope: f64::INFINITY, is_jump: true });
        }
        let mut slope = chord(ends);
        let far = tried.iter().find(|(_, other)| (other.value() - found.value()).abs() >= 10.0 * error.max(1e-9));
        if let Some((other, at_other)) = far {
            slope = (found.value() - at_other.value()) / (x - other);
        } else if slope.abs() > 0.0 {
            // A step that changes the probability enough for a slope.
            let step = x + CHANGE.max(10.0 * error) / slope;
            let step = step.clamp(ends[0].0.min(x), ends[1].0.max(x));
            let wide = if !((step - x).abs() > 0.0 && (self.is_valid)(step)) { x - CHANGE / slope } else { step };
            if (self.is_valid)(wide) && (wide - x).abs() > 0.0 {
                slope = (self.coarse(wide)? - found.value()) / (wide - x);
            }
        }
        Ok(Root { x, error, slope, is_jump: false })
    }
}

/// The intervals between examined points that contain a root.
pub(super) fn brackets(examined: &[Examined], target: f64) -> Vec<[Examined; 2]> {
    examined
        .windows(2)
        .filter(|ends| (ends[0].1 < target) != (ends[1].1 < target))
        .map(|ends| [ends[0], ends[1]])
        .collect()
}

/// The normal score of a probability.
fn score(p: f64) -> f64 {
    crate::math::norm_quantile(p.clamp(1e-9, 1.0 - 1e-9))
}

/// Where the chord between two points meets the target, on the scale of odds, within the middle part of the interval.
fn interpolated([(low, at_low), (high, at_high)]: [Examined; 2], target: f64) -> f64 {
    let share = (score(target) - score(at_low)) / (score(at_high) - score(at_low));
    low + (high - low) * if share.is_finite() { share.clamp(0.02, 0.98) } else { 0.5 }
}

/// The next point of the secant method on normal scores of the probability, or the middle of the interval.
fn next(tried: &[(f64, Estimate)], ends: [Examined; 2], target: f64) -> f64 {
    let chord = interpolated(ends, target);
    let [.., (before, at_before), (last, at_last)] = tried else { return chord };
    let slope = (score(at_last.value()) - score(at_before.value())) / (last - before);
    let x = last + (score(target) - score(at_last.value())) / slope;
    let (low, high) = (ends[0].0.min(ends[1].0), ends[0].0.max(ends[1].0));
    // Secant steps that have not arrived by now alternate with bisection.
    let is_slow = tried.len() >= QUICK && tried.len().is_multiple_of(2);
    if x > low && x < high && !is_slow {
        x
    } else if is_slow {
        0.5 * (low + high)
    } else {
        chord
    }
}

/// The slope of the chord between two points.
fn chord([(low, at_low), (high, at_high)]: [Examined; 2]) -> f64 {
    if (high - low).abs() > 0.0 { (at_high - at_low) / (high - low) } else { 0.0 }
}
