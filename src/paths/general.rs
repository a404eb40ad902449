//! The kernel of plans with dynamics: Student-t innovations, factors, and shocks that are not random walks.
//!
//! It nests its loops as the plain kernel does: groups, periods, sources and series. In each period it draws the
//! innovations of every source, multiplies them by the mixing draws, moves the factors, and then each series.

use std::ops::DerefMut;

use super::kernel::{Centre, Innovations, Sigma, Vector, add_scaled, with_products, write};
use crate::cpu::{self, Level};
use crate::random::{Aligned, Bits, BoxMuller, GROUP, Lanes, Mixing, StreamKey};

/// Numbers of a shock's recursion, one for each path of the block.
#[derive(Debug, Clone, Copy)]
pub(super) enum MotionTask<'a> {
    RandomWalk,
    /// φ and √(1 − φ²).
    Persistent {
        phi: &'a [f32],
        new: &'a [f32],
    },
    Reverting {
        rho: &'a [f32],
    },
    /// φ, √(A(1 − φ²)) and √(1 − A); the terms of the trend.
    DampedTrend {
        phi: &'a [f32],
        new: &'a [f32],
        noise: &'a [f32],
        terms: &'a [(usize, f32)],
    },
}

/// A series or a factor.
#[derive(Debug)]
pub(super) struct MoverTask<'a> {
    /// σ√Δ; `None` without volatility.
    pub(super) sigma: Option<Sigma<'a>>,
    /// Sources with their `L_ij`.
    pub(super) terms: &'a [(usize, f32)],
    pub(super) motion: MotionTask<'a>,
}

/// A series.
#[derive(Debug)]
pub(super) struct GeneralTask<'a> {
    pub(super) own: MoverTask<'a>,
    pub(super) centre: Centre<'a>,
    /// Factors with loadings.
    pub(super) loadings: &'a [(usize, f32)],
}

/// A block of paths.
#[derive(Debug)]
pub(super) struct GeneralBlock<'a> {
    pub(super) first_group: u64,
    pub(super) groups: usize,
    pub(super) taus: &'a [f64],
    pub(super) sources: &'a [Innovations<'a>],
    pub(super) mixing: Option<(&'a StreamKey, &'a Mixing)>,
    pub(super) factors: &'a [MoverTask<'a>],
    pub(super) series: &'a [GeneralTask<'a>],
}

/// State of one series or factor in one group.
#[derive(Debug, Clone)]
struct State {
    y: Aligned<Vector>,
    v: Aligned<Vector>,
}

#[derive(Debug)]
struct Memory {
    lanes: Vec<Aligned<Lanes>>,
    u: Vec<Aligned<Vector>>,
    factors: Vec<State>,
    series: Vec<State>,
    mixing_lanes: Aligned<Lanes>,
    mixing: Aligned<Vector>,
}

fn zero() -> Aligned<Vector> {
    Aligned([0.0; GROUP])
}

/// Fills the rows, one per series: T + 1 periods of B paths.
pub(super) fn fill_general(level: Level, block: &GeneralBlock<'_>, rows: &mut [impl DerefMut<Target = [f32]>]) {
    let mut rows: Vec<&mut [Vector]> = rows.iter_mut().map(|row| row.as_chunks_mut().0).collect();
    let state = State { y: zero(), v: zero() };
    let mut memory = Memory {
        lanes: vec![Aligned::default(); block.sources.len()],
        u: vec![zero(); block.sources.len()],
        factors: vec![state.clone(); block.factors.len()],
        series: vec![state; block.series.len()],
        mixing_lanes: Aligned::default(),
        mixing: zero(),
    };
    cpu::run(
        level,
        #[inline(always)]
        || {
            let (transform, mut bits) = (BoxMuller::new(), Bits::default());
            for group in 0..block.groups {
                block.fill_group(group, (&transform, &mut bits), &mut memory, &mut rows);
            }
        },
    );
}

/// The mixing draws of a block, T periods of B paths.
pub(super) fn fill_mixing(
    level: Level,
    (key, table): (&StreamKey, &Mixing),
    (first_group, groups): (u64, usize),
    out: &mut [f32],
) {
    let (vectors, _) = out.as_chunks_mut::<GROUP>();
    cpu::run(
        level,
        #[inline(always)]
        || {
            let mut bits = Bits::default();
            for place in 0..groups {
                let mut lanes = key.lanes(first_group + place as u64);
                for out in vectors.iter_mut().skip(place).step_by(groups) {
                    table.fill(&mut lanes, &mut bits, out);
                }
            }
        },
    );
}

impl GeneralBlock<'_> {
    #[inline(always)]
    fn fill_group(
        &self,
        group: usize,
        (transform, bits): (&BoxMuller, &mut Bits),
        memory: &mut Memory,
        rows: &mut [&mut [Vector]],
    ) {
        self.start(group, memory);
        for (series, row) in self.series.iter().zip(&mut *rows) {
            write(series.centre, (0, 0.0), group, &[0.0; GROUP], &mut row[group]);
        }
        for (t, tau) in (1..).zip(self.taus) {
            let at = t * self.groups + group;
            self.draw(at - self.groups, (transform, bits), memory);
            for (factor, state) in self.factors.iter().zip(&mut memory.factors) {
                factor.step(t, group, &memory.u, state);
            }
            for ((series, state), row) in self.series.iter().zip(&mut memory.series).zip(&mut *rows) {
                let mut sum = series.own.step(t, group, &memory.u, state);
                for (factor, loading) in series.loadings {
                    add_scaled(&mut sum, *loading, &memory.factors[*factor].y.0);
                }
                write(series.centre, (t, *tau), group, &sum, &mut row[at]);
            }
        }
    }

    /// Initializes the base period of a group.
    #[inline(always)]
    fn start(&self, group: usize, memory: &mut Memory) {
        let group = self.first_group + group as u64;
        for state in memory.factors.iter_mut().chain(&mut memory.series) {
            (state.y.0, state.v.0) = ([0.0; GROUP], [0.0; GROUP]);
        }
        for (source, lanes) in self.sources.iter().zip(&mut memory.lanes) {
            if let Innovations::Keyed(key) = source {
                lanes.0 = key.lanes(group);
            }
        }
        if let Some((key, _)) = self.mixing {
            memory.mixing_lanes.0 = key.lanes(group);
        }
    }

    /// Draws the innovations of the next period.
    #[inline(always)]
    fn draw(&self, at: usize, (transform, bits): (&BoxMuller, &mut Bits), memory: &mut Memory) {
        for ((source, lanes), u) in self.sources.iter().zip(&mut memory.lanes).zip(&mut memory.u) {
            match source {
                Innovations::Keyed(_) => transform.fill(&mut lanes.0, bits, &mut u.0),
                Innovations::Given(given) => u.0 = given.as_chunks().0[at],
                Innovations::None => {}
            }
        }
        if let Some((_, table)) = self.mixing {
            table.fill(&mut memory.mixing_lanes.0, bits, &mut memory.mixing.0);
            for u in &mut memory.u {
                for (u, factor) in u.0.iter_mut().zip(&memory.mixing.0) {
                    *u *= factor;
                }
            }
        }
    }
}

impl MoverTask<'_> {
    /// Moves on by one period and returns Y. It is computed in local variables, which the compiler keeps in registers.
    #[inline(always)]
    fn step(&self, t: usize, group: usize, u: &[Aligned<Vector>], state: &mut State) -> Vector {
        let Some(sigma) = self.sigma else { return state.y.0 };
        let mut s = combined(self.terms, u);
        match self.motion {
            MotionTask::RandomWalk => {}
            MotionTask::Persistent { phi, new } => {
                if t > 1 {
                    s = blended(state.v.0, &phi.as_chunks().0[group], &new.as_chunks().0[group], &s);
                }
                state.v.0 = s;
            }
            MotionTask::Reverting { rho } => {
                for (y, rho) in state.y.0.iter_mut().zip(&rho.as_chunks::<GROUP>().0[group]) {
                    *y *= rho;
                }
            }
            MotionTask::DampedTrend { phi, new, noise, terms } => {
                let trend = combined(terms, u);
                let v = blended(state.v.0, &phi.as_chunks().0[group], &new.as_chunks().0[group], &trend);
                state.v.0 = v;
                s = with_products(v, &noise.as_chunks().0[group], &s);
            }
        }
        let mut y = state.y.0;
        match sigma {
            Sigma::Fixed(sigma) => add_scaled(&mut y, sigma, &s),
            Sigma::Drawn(sigma) => y = with_products(y, &sigma.as_chunks().0[group], &s),
        }
        state.y.0 = y;
        y
    }
}

/// `Σ L_ij U_j`. A sum of 0 may have either sign, which no Y depends on.
#[inline(always)]
fn combined(terms: &[(usize, f32)], u: &[Aligned<Vector>]) -> Vector {
    let Some(((first, factor), others)) = terms.split_first() else { return [0.0; GROUP] };
    let mut sum = u[*first].0;
    for sum in &mut sum {
        *sum *= factor;
    }
    for (j, factor) in others {
        add_scaled(&mut sum, *factor, &u[*j].0);
    }
    sum
}

/// `φv + cs`.
#[inline(always)]
fn blended(mut v: Vector, phi: &Vector, new: &Vector, s: &Vector) -> Vector {
    for (((v, phi), new), s) in v.iter_mut().zip(phi).zip(new).zip(s) {
        *v = new.mul_add(*s, phi * *v);
    }
    v
}
