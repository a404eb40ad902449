//! One period of a damped trend with Student-t innovations: `v' = φv + m a u₁`, `y' = y + v' + m b u₂`, where one mixing draw
//! `m = √((ν − 2)/χ²_ν)` multiplies both. The transition density is a mixture over m of products of normal densities.
//!
//! It depends on y' − y − v' only, so a Fourier transform over y leaves one matrix over v for each frequency. The kernel is
//! sampled over the length of the grid before it is transformed, so that nothing wraps around.

use std::ops::Range;

use super::convolution::combine;
use super::grid::Grid;
use super::innovation::asinh;
use crate::cpu::{self, Level};
use crate::math;
use crate::math::fourier::Fourier;
use crate::math::gauss::as_f64;

const OVER_ROOT_2_PI: f64 = 0.398_942_280_401_432_7;
/// The largest number of matrix elements over all frequencies: 200 MB.
const MOST_ELEMENTS: usize = 25_000_000;

/// The largest number of nodes of v on each side of 0.
const MOST_ROWS: f64 = 500.0;
/// The spacing of the nodes of ln χ²: the trapezoidal rule has an error of about 1e-9.
const SPACING: f64 = 0.4;

/// The parameters of the recursion.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct HeavyTrendNumbers {
    pub(super) phi: f64,
    /// Standard deviation of the innovations of v.
    pub(super) own: f64,
    /// Standard deviation of the noise of y.
    pub(super) noise: f64,
    pub(super) degrees: f64,
}

#[derive(Debug)]
pub(super) struct HeavyTrend {
    of: HeavyTrendNumbers,
    step: f64,
    pub(super) nodes: Vec<f64>,
    pub(super) weights: Vec<f64>,
    /// Nodes of m² with the logarithms of their weights.
    mixing: Vec<(f64, f64)>,
    tables: Option<Tables>,
    buffers: [Vec<f64>; 2],
}

/// Tables for one length of the transform.
#[derive(Debug)]
struct Tables {
    fourier: Fourier,
    /// For each frequency, column by column: the transform of the kernel, without the shift by v'.
    matrices: Vec<f64>,
    /// For each frequency: cos and sin of the shift by each v'.
    shifts: Vec<[Vec<f64>; 2]>,
}

impl HeavyTrend {
    /// Nodes of v from −`range.0` to `range.1`, at most `apart` near 0, or `None` if there are too many: the trapezoidal rule in asinh(v/`width`), where `width`
    /// is that of the bulk of v, since its tails need fewer nodes.
    pub(super) fn new(of: HeavyTrendNumbers, step: f64, range: (f64, f64), (apart, width): (f64, f64)) -> Option<Self> {
        let spacing = apart / width;
        if !(asinh(range.0.max(range.1) / width) / spacing <= MOST_ROWS) {
            return None;
        }
        let [low, high] = [range.0, range.1].map(|end| (asinh(end / width) / spacing).ceil());
        let (mut nodes, mut weights) = (Vec::new(), Vec::new());
        while as_f64(nodes.len()) <= low + high {
            let w = (as_f64(nodes.len()) - low) * spacing;
            let (up, down) = (math::exp(w), math::exp(-w));
            nodes.push(0.5 * width * (up - down));
            weights.push(0.5 * apart * (up + down));
        }
        let mixing = mixing(of.degrees, SPACING);
        Some(Self { of, step, nodes, weights, mixing, tables: None, buffers: [Vec::new(), Vec::new()] })
    }

    /// Multiplications of a period for one node of v: those of the matrices, which are read from memory, and of the transforms.
    pub(super) fn work_of_row(&self) -> f64 {
        let length = self.tables.as_ref().map_or(0, |tables| tables.fourier.length());
        as_f64(length) * (2.0 * as_f64(self.nodes.len()) + 10.0 * as_f64(length.max(1).ilog2() as usize))
    }

    /// Makes the tables for a grid; `None` if they would be too large.
    pub(super) fn prepare(&mut self, count: usize) -> Option<()> {
        let length = (2 * count).next_power_of_two();
        if self.tables.as_ref().is_some_and(|tables| tables.fourier.length() == length) {
            return Some(());
        }
        let (rows, frequencies) = (self.nodes.len(), length / 2 + 1);
        if rows * rows * frequencies > MOST_ELEMENTS {
            return None;
        }
        let fourier = Fourier::new(length);
        let spectra: Vec<Vec<f64>> = self.mixing.iter().map(|(square, _)| self.spectrum(&fourier, *square)).collect();
        let own: Vec<Vec<f64>> = self.mixing.iter().map(|of| self.of_v(*of)).collect();
        let mut matrices = vec![0.0; frequencies * rows * rows];
        cpu::run(
            Level::of_this_process(),
            #[inline(always)]
            || {
                for (frequency, matrix) in matrices.chunks_exact_mut(rows * rows).enumerate() {
                    let factors: Vec<f64> = spectra.iter().map(|spectrum| spectrum[frequency]).collect();
                    combine(matrix, &factors, |k| &own[k]);
                }
            },
        );
        let angle =
            |frequency: usize, v: f64| std::f64::consts::TAU * as_f64(frequency) / as_f64(length) * v / self.step;
        let shift = |frequency: usize| {
            [math::cos as fn(f64) -> f64, math::sin]
                .map(|of| self.nodes.iter().map(|v| of(angle(frequency, *v))).collect())
        };
        let shifts = (0..frequencies).map(shift).collect();
        self.tables = Some(Tables { fourier, matrices, shifts });
        Some(())
    }

    /// The transform of the noise of y given m², sampled over half the length on each side and divided by the length.
    fn spectrum(&self, fourier: &Fourier, square: f64) -> Vec<f64> {
        let (length, sd) = (fourier.length(), self.of.noise * square.sqrt());
        let mut real = vec![0.0; length];
        for (place, value) in real.iter_mut().enumerate() {
            let z = as_f64(place.min(length - place)) * self.step / sd;
            *value = -0.5 * z * z;
        }
        math::exp_slice(&mut real);
        let scale = OVER_ROOT_2_PI / (sd * as_f64(length));
        real.iter_mut().for_each(|value| *value *= scale);
        let mut imaginary = vec![0.0; length];
        fourier.forward(&mut real, &mut imaginary);
        real.truncate(length / 2 + 1);
        real
    }

    /// Densities of v' for each v given m², times the weight of m², column by column.
    fn of_v(&self, (square, log_weight): (f64, f64)) -> Vec<f64> {
        let sd = self.of.own * square.sqrt();
        let mut out = Vec::with_capacity(self.nodes.len() * self.nodes.len());
        for v in &self.nodes {
            out.extend(self.nodes.iter().map(|to| {
                let z = (to - self.of.phi * v) / sd;
                log_weight - 0.5 * z * z
            }));
        }
        math::exp_slice(&mut out);
        out.iter_mut().for_each(|value| *value *= OVER_ROOT_2_PI / sd);
        out
    }

    /// Densities after the first period from a point: those of a bivariate Student's t.
    pub(super) fn start(&self, grid: &Grid, (x, mass): (f64, f64), out: &mut [f64]) {
        let HeavyTrendNumbers { own, noise, degrees, .. } = self.of;
        let scale = mass * 0.5 * degrees / (std::f64::consts::PI * (degrees - 2.0) * own * noise);
        let mut row = vec![0.0; grid.count];
        for (v, out) in self.nodes.iter().zip(out.chunks_exact_mut(grid.count)) {
            for (place, value) in row.iter_mut().enumerate() {
                let (p, q) = (v / own, (grid.node(place) - x - v) / noise);
                *value = (p * p + q * q) / (degrees - 2.0);
            }
            math::ln_1p_slice(&mut row);
            row.iter_mut().for_each(|value| *value *= -0.5 * (degrees + 2.0));
            math::exp_slice(&mut row);
            out.iter_mut().zip(&row).for_each(|(out, value)| *out += scale * value);
        }
    }

    /// The densities one period after the masses.
    pub(super) fn step(&mut self, out: &mut [f64], to: &Range<usize>, (masses, from): (&[f64], &Range<usize>)) {
        let Some(tables) = &self.tables else { return };
        let rows = self.nodes.len();
        let (count, length) = (out.len() / rows, tables.fourier.length());
        let size = (length / 2 + 1) * rows;
        let [real, imaginary] = &mut self.buffers;
        real.resize(size, 0.0);
        imaginary.resize(size, 0.0);
        tables.transform(masses, (count, rows), from, [real, imaginary]);
        tables.multiply(rows, [real, imaginary]);
        tables.transform_back([real, imaginary], (count, rows), out, to);
    }
}

impl Tables {
    /// Transforms rows, two at a time, and stores them by frequency.
    fn transform(
        &self,
        masses: &[f64],
        (count, rows): (usize, usize),
        from: &Range<usize>,
        [real, imaginary]: [&mut [f64]; 2],
    ) {
        let length = self.fourier.length();
        let (mut x, mut y) = (vec![0.0; length], vec![0.0; length]);
        for row in (0..rows).step_by(2) {
            x.fill(0.0);
            y.fill(0.0);
            x[from.clone()].copy_from_slice(&masses[row * count..][from.clone()]);
            if row + 1 < rows {
                y[from.clone()].copy_from_slice(&masses[(row + 1) * count..][from.clone()]);
            }
            self.fourier.forward(&mut x, &mut y);
            for frequency in 0..=length / 2 {
                let other = (length - frequency) % length;
                let at = frequency * rows + row;
                real[at] = 0.5 * (x[frequency] + x[other]);
                imaginary[at] = 0.5 * (y[frequency] - y[other]);
                if row + 1 < rows {
                    real[at + 1] = 0.5 * (y[frequency] + y[other]);
                    imaginary[at + 1] = 0.5 * (x[other] - x[frequency]);
                }
            }
        }
    }

    /// Multiplies each frequency by its matrix and shifts.
    fn multiply(&self, rows: usize, [real, imaginary]: [&mut [f64]; 2]) {
        let mut sum = [vec![0.0; rows], vec![0.0; rows]];
        let matrices = self.matrices.chunks_exact(rows * rows);
        let values = real.chunks_exact_mut(rows).zip(imaginary.chunks_exact_mut(rows));
        cpu::run(
            Level::of_this_process(),
            #[inline(always)]
            || {
                for ((matrix, [cosines, sines]), (real, imaginary)) in matrices.zip(&self.shifts).zip(values) {
                    let column = |k: usize| &matrix[k * rows..][..rows];
                    for (sum, values) in sum.iter_mut().zip([&*real, &*imaginary]) {
                        sum.fill(0.0);
                        combine(sum, values, column);
                    }
                    let [x, y] = &sum;
                    for k in 0..rows {
                        real[k] = x[k] * cosines[k] + y[k] * sines[k];
                        imaginary[k] = y[k] * cosines[k] - x[k] * sines[k];
                    }
                }
            },
        );
    }

    /// Transforms back, two rows at a time.
    fn transform_back(
        &self,
        [real, imaginary]: [&[f64]; 2],
        (count, rows): (usize, usize),
        out: &mut [f64],
        to: &Range<usize>,
    ) {
        let length = self.fourier.length();
        let (mut x, mut y) = (vec![0.0; length], vec![0.0; length]);
        for row in (0..rows).step_by(2) {
            for frequency in 0..=length / 2 {
                let at = frequency * rows + row;
                let (c, d) = if row + 1 < rows { (real[at + 1], imaginary[at + 1]) } else { (0.0, 0.0) };
                let other = (length - frequency) % length;
                // The transform of a real row is conjugate symmetric: a + ib at a frequency, a − ib at its negative.
                (x[other], y[other]) = (real[at] + d, c - imaginary[at]);
                (x[frequency], y[frequency]) = (real[at] - d, imaginary[at] + c);
            }
            self.fourier.backward(&mut x, &mut y);
            out[row * count..][to.clone()].copy_from_slice(&x[to.clone()]);
            if row + 1 < rows {
                out[(row + 1) * count..][to.clone()].copy_from_slice(&y[to.clone()]);
            }
        }
    }
}

/// Nodes of `m² = (ν − 2)/χ²_ν` with the logarithms of their weights: the trapezoidal rule in ln χ², which converges
/// geometrically.
fn mixing(degrees: f64, spacing: f64) -> Vec<(f64, f64)> {
    const NEGLIGIBLE: f64 = 24.0;
    let shape = 0.5 * degrees;
    let spacing = spacing / shape.sqrt().max(1.0);
    let log_norm = math::ln(spacing) - libm::lgamma(shape);
    // χ²/2 = e^y has the density e^(shape·y − e^y)/Γ(shape).
    let log = |y: f64| shape * y - math::exp(y) + log_norm;
    let mut out = Vec::new();
    let mut place = -(NEGLIGIBLE / (shape * spacing)).ceil();
    while place * spacing < math::ln(shape) + 6.0 {
        let y = place * spacing;
        if log(y) > -NEGLIGIBLE {
            out.push((0.5 * (degrees - 2.0) * math::exp(-y), log(y)));
        }
        place += 1.0;
    }
    out
}
