//! Exponential decay `e^(−kτ)` at many times, for a block of paths, without an exponential at each time.
//!
//! A time is a multiple of four years, up to three years, and a fraction of a year. The decay over it is the product of the decays over
//! these parts, which many times share: over forty quarters there are six different ones. Which parts a time has depends on this
//! time alone, so that neither other times nor other paths change a bit of the result.

use crate::cpu::{self, Level};
use crate::math;

/// Whole years between times to which the decay is not a product: the fewer, the smaller the rounding errors.
const ANCHORED: f64 = 4.0;
/// Fractions of a year that are kept: as many as there are months.
const FRACTIONS: usize = 12;

/// The decay over some years.
#[derive(Debug)]
struct DecayFactor {
    years: f64,
    /// `e^(−k·years)` by path.
    left: Vec<f64>,
    /// `1 − e^(−k·years)` by path.
    gone: Vec<f64>,
}

impl DecayFactor {
    fn new(years: f64, rates: &[f64]) -> Self {
        let (mut left, mut gone) = (vec![0.0; rates.len()], vec![0.0; rates.len()]);
        if years < 0.0 {
            // Before the base, which only an audit evaluates; not vectorized.
            for ((left, gone), rate) in left.iter_mut().zip(&mut gone).zip(rates) {
                let (power, less_1) = math::exp_pair(-years * rate);
                (*left, *gone) = (power, -less_1);
            }
            return Self { years, left, gone };
        }
        cpu::run(
            Level::of_this_process(),
            #[inline(always)]
            || {
                for ((left, gone), rate) in left.iter_mut().zip(&mut gone).zip(rates) {
                    let (power, less_1) = math::exp_pair_below_0(-years * rate);
                    (*left, *gone) = (power, -less_1);
                }
            },
        );
        Self { years, left, gone }
    }

    fn over_no_time(count: usize) -> Self {
        Self { years: 0.0, left: vec![1.0; count], gone: vec![0.0; count] }
    }

    /// The decay over both.
    fn and(&self, other: &Self) -> Self {
        let (mut left, mut gone) = (self.left.clone(), self.gone.clone());
        cpu::run(
            Level::of_this_process(),
            #[inline(always)]
            || {
                let others = other.left.iter().zip(&other.gone);
                for ((left, gone), (other_left, other_gone)) in left.iter_mut().zip(&mut gone).zip(others) {
                    *gone += *left * other_gone;
                    *left *= other_left;
                }
            },
        );
        Self { years: self.years + other.years, left, gone }
    }
}

/// The decay of every path at one time after another.
#[derive(Debug)]
pub(super) struct Decay {
    /// `k` by path.
    rates: Vec<f64>,
    /// Over a multiple of [`ANCHORED`] years.
    anchor: DecayFactor,
    /// Over no year, one, two and three, as far as they were needed.
    years: Vec<DecayFactor>,
    /// Over the whole years of the present time.
    whole: DecayFactor,
    /// Over fractions of a year.
    fractions: Vec<DecayFactor>,
    /// The index of the fraction of the present time.
    fraction: usize,
}

impl Decay {
    /// `rates` are `k`, not negative, per year.
    pub(super) fn new(rates: Vec<f64>) -> Self {
        let count = rates.len();
        let none = || DecayFactor::over_no_time(count);
        Self { rates, anchor: none(), years: vec![none()], whole: none(), fractions: vec![none()], fraction: 0 }
    }

    /// `k` by path.
    pub(super) fn rates(&self) -> &[f64] {
        &self.rates
    }

    /// Writes `law(e^(−kτ), 1 − e^(−kτ), numbers)` of every path to `out`, where `numbers` are those of the path in each of `columns`.
    /// Mark `law` as `#[inline(always)]`.
    pub(super) fn put<const N: usize>(
        &mut self,
        tau: f64,
        columns: [&[f64]; N],
        out: &mut [f64],
        law: impl Fn(f64, f64, [f64; N]) -> f64,
    ) {
        self.move_to(tau);
        let (whole, fraction) = (&self.whole, &self.fractions[self.fraction]);
        cpu::run(
            Level::of_this_process(),
            #[inline(always)]
            || {
                // The loop vectorizes since all slices have one length.
                let count = out.len();
                let (first, first_gone) = (&whole.left[..count], &whole.gone[..count]);
                let (then, then_gone) = (&fraction.left[..count], &fraction.gone[..count]);
                let columns: [&[f64]; N] = columns.map(
                    #[inline(always)]
                    |column| &column[..count],
                );
                for path in 0..count {
                    let left = first[path] * then[path];
                    // The sum cancels nothing where little is gone; the difference is rounded once where much is.
                    let sum = first_gone[path] + first[path] * then_gone[path];
                    let gone = if left < 0.5 { 1.0 - left } else { sum };
                    let numbers = std::array::from_fn(
                        #[inline(always)]
                        |number| columns[number][path],
                    );
                    out[path] = law(left, gone, numbers);
                }
            },
        );
    }

    fn move_to(&mut self, tau: f64) {
        let (whole, fraction) = parts(tau);
        if !is(self.whole.years, whole) {
            let anchor = ANCHORED * (whole / ANCHORED).floor();
            if !is(self.anchor.years, anchor) {
                self.anchor = DecayFactor::new(anchor, &self.rates);
            }
            let years = self.hold_years(whole - anchor);
            self.whole = self.anchor.and(&self.years[years]);
        }
        let known = self.fractions.iter().position(|factor| is(factor.years, fraction));
        self.fraction = known.unwrap_or_else(|| {
            self.fractions.truncate(FRACTIONS - 1);
            self.fractions.push(DecayFactor::new(fraction, &self.rates));
            self.fractions.len() - 1
        });
    }

    /// Computes the decay over up to three years unless it is held, and returns its index.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 3")]
    fn hold_years(&mut self, years: f64) -> usize {
        let years = years as usize;
        while self.years.len() <= years {
            let next = match &self.years[1..] {
                [] => DecayFactor::new(1.0, &self.rates),
                [one, ..] => self.years[self.years.len() - 1].and(one),
            };
            self.years.push(next);
        }
        years
    }
}

/// Whether two times have the same bits.
fn is(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits()
}

/// The whole years of a time, and the rest of it. A rest within the rounding error of the time from a number of months is that
/// number, so that the same months of two years have one factor. A time before the base has no whole years.
fn parts(tau: f64) -> (f64, f64) {
    if !(tau >= 0.0) {
        return (0.0, tau);
    }
    let whole = tau.floor();
    let rest = tau - whole;
    let months = (12.0 * rest).round() / 12.0;
    match (rest - months).abs() <= tau * f64::EPSILON {
        true if months >= 1.0 => (whole + 1.0, 0.0),
        true => (whole, months),
        false => (whole, rest),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both numbers at one time after another, for every rate.
    fn at(rates: &[f64], taus: &[f64]) -> Vec<Vec<[f64; 2]>> {
        let mut decay = Decay::new(rates.to_vec());
        let mut one = |tau: f64| {
            let (mut left, mut gone) = (vec![0.0; rates.len()], vec![0.0; rates.len()]);
            decay.put(tau, [], &mut left, |left, _, []| left);
            decay.put(tau, [], &mut gone, |_, gone, []| gone);
            left.into_iter().zip(gone).map(|(left, gone)| [left, gone]).collect()
        };
        taus.iter().map(|tau| one(*tau)).collect()
    }

    fn rates() -> Vec<f64> {
        (-120..=40).map(|step| libm::exp10(f64::from(step) / 20.0)).collect()
    }

    /// Against one exponential a time, whose own argument is rounded.
    #[test]
    fn products_are_exponentials() {
        let rates = rates();
        let grids = [1.0, 4.0, 12.0, 7.0].map(|parts| (0..480).map(|step| f64::from(step) / parts).collect());
        for taus in grids.into_iter().chain([vec![0.1, 99.75, 600.0, 1e5, 1e20]]) {
            let taus: Vec<f64> = taus;
            for (tau, found) in taus.iter().zip(at(&rates, &taus)) {
                for (rate, [left, gone]) in rates.iter().zip(found) {
                    let exponent = rate * tau;
                    let (power, less_1) = math::exp_pair(-exponent);
                    let slack = f64::EPSILON * (8.0 + 2.0 * exponent);
                    assert!((left - power).abs() <= slack * power + 1e-300, "{rate:e} at {tau}: {left:e}, {power:e}");
                    let slack = 8.0 * f64::EPSILON;
                    assert!((gone + less_1).abs() <= slack * gone, "{rate:e} at {tau}: {gone:e}, {less_1:e}");
                }
            }
        }
    }

    #[test]
    fn nothing_is_gone_at_the_base_and_everything_in_the_end() {
        for (rate, found) in rates().iter().zip(&at(&rates(), &[0.0])[0]) {
            assert_eq!(found.map(f64::to_bits), [1.0_f64, 0.0].map(f64::to_bits), "{rate}");
        }
        for (rate, found) in rates().iter().zip(&at(&rates(), &[1e300])[0]) {
            assert_eq!(found.map(f64::to_bits), [0.0_f64, 1.0].map(f64::to_bits), "{rate}");
        }
    }

    /// Also where more fractions follow one another than are kept, and where times decrease.
    #[test]
    fn a_time_does_not_depend_on_those_before() {
        let rates = rates();
        let taus: Vec<f64> = (0..400_u32).map(|step| f64::from(step * 7919 % 400) / 37.0).collect();
        for (tau, found) in taus.iter().zip(at(&rates, &taus)) {
            assert_eq!(found, at(&rates, &[*tau])[0], "{tau}");
        }
    }

    #[test]
    fn months_of_different_years_share_a_fraction() {
        for month in 0..2400 {
            let (whole, fraction) = parts(f64::from(month) / 12.0);
            let (years, months) = (f64::from(month / 12), f64::from(month % 12));
            assert_eq!([whole, fraction].map(f64::to_bits), [years, months / 12.0].map(f64::to_bits), "{month}");
        }
        assert_eq!(parts(0.3), (0.0, 0.3));
        assert_eq!(parts(-0.25), (0.0, -0.25));
    }
}
