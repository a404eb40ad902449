//! First passage, sustained leads and lead changes of a deviation, monitored on dates.

use super::chain::{Chain, Fineness, Process, Reaches, Source};
use super::grid::Weights;
use super::innovation::TailTable;
use crate::math::gauss::as_f64;

/// The walks to follow: weighted starts, and the barrier at 1 to T.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Watched<'a> {
    pub(crate) below: &'a [(f64, f64)],
    pub(crate) above: &'a [(f64, f64)],
    pub(crate) barriers: &'a [f64],
}

/// The recursion for a process, with its tables.
#[derive(Debug)]
pub(crate) struct Monitor {
    fineness: Fineness,
    chain: Option<Chain>,
    /// The tables of the last chain, kept to make the next one.
    tails: Option<TailTable>,
    reaches: Reaches,
    work: f64,
}

/// Counts of lead changes that are less likely than this are not followed.
const LEAST: f64 = 1e-10;

impl Monitor {
    pub(crate) fn new(fineness: Fineness) -> Self {
        Self { fineness, chain: None, tails: None, reaches: Reaches::default(), work: 0.0 }
    }

    /// Changes the discretization.
    pub(crate) fn refine(&mut self, fineness: Fineness) {
        self.fineness = fineness;
        self.tails = self.chain.take().map(Chain::into_tails).or(self.tails.take());
    }

    /// The transition on a grid for these walks, with how far they may move within 0 to T periods; `None` if too many
    /// nodes are needed.
    fn chain(&mut self, process: Process, walks: &Watched<'_>, is_whole: bool) -> Option<(&mut Chain, &Reaches)> {
        let periods = walks.barriers.len();
        let is_kept = self.chain.as_ref().is_some_and(|chain| chain.is_for(process, periods, is_whole));
        if !is_kept {
            self.reaches = process.reaches(self.fineness, periods);
        }
        let starts = span(walks.below.iter().chain(walks.above).map(|(x, _)| *x));
        let range = Chain::range(&self.reaches, process, starts, span(walks.barriers.iter().copied()), is_whole);
        let origin = if process.needs_single_start() { starts.0 } else { 0.0 };
        match &mut self.chain {
            Some(chain) if is_kept => chain.cover(range, origin)?,
            _ => {
                let kept = self.chain.take().map(Chain::into_tails).or(self.tails.take());
                let tails =
                    kept.filter(|tails| tails.law() == process.law).unwrap_or_else(|| TailTable::new(process.law));
                let of = (process, self.fineness, periods);
                self.chain = Some(Chain::new(of, is_whole, (range, origin), tails)?);
            }
        }
        Some((self.chain.as_mut()?, &self.reaches))
    }

    /// Work done so far, in multiplications.
    pub(crate) fn work(&self) -> f64 {
        self.work
    }

    /// Adds to `first[t − 1]` the probability of being above the barrier first at t, from starts below.
    pub(crate) fn first_passage(&mut self, process: Process, walks: &Watched<'_>, first: &mut [f64]) -> Option<()> {
        if walks.below.is_empty() {
            return Some(());
        }
        let (chain, reaches) = self.chain(process, &Watched { above: &[], ..*walks }, false)?;
        let lowest = lowest(reaches, process, walks);
        let (mut masses, mut from, mut work) = (Vec::new(), 0..0, 0.0);
        for (t, barrier) in walks.barriers.iter().enumerate() {
            let source = if t == 0 { Source::Points(walks.below) } else { Source::Masses(&masses, &from) };
            first[t] += chain.beyond(source, *barrier, true);
            let mut weights = chain.weights(*barrier);
            weights.range.start = chain.grid.place_below(lowest[t]).min(weights.range.end);
            work += chain.work(from.len(), weights.range.len());
            let density = chain.next(source, &weights.range);
            masses = weighted(density, &weights, chain.row_weights());
            from = weights.range;
        }
        self.work += work;
        Some(())
    }

    /// Adds to `first[t]` the probability that the first run of `sustained` dates above the barrier begins at t, where the
    /// start is date 0; `sustained` is at least 2.
    pub(crate) fn first_lead(
        &mut self,
        process: Process,
        walks: &Watched<'_>,
        sustained: usize,
        first: &mut [f64],
    ) -> Option<()> {
        let (chain, _) = self.chain(process, walks, true)?;
        let (periods, [_, top]) = (walks.barriers.len(), chain.grid.edges());
        let all = 0..chain.grid.count;
        let (mut under, mut runs): (Vec<f64>, Vec<Vec<f64>>) = (Vec::new(), Vec::new());
        let mut work = 0.0;
        for (t, barrier) in (1..).zip(walks.barriers) {
            let starts = [walks.below, walks.above];
            let sources: Vec<Source<'_>> = if t == 1 {
                starts.map(Source::Points).into()
            } else {
                std::iter::once(&under).chain(&runs).map(|masses| Source::Masses(masses, &all)).collect()
            };
            // Walks beyond the grid stay ahead; a run of n dates began at t − n.
            for (run, source) in sources.iter().enumerate() {
                if t + sustained <= periods + run + 1 && top > *barrier {
                    first[t - run] += chain.beyond(*source, top, true);
                }
            }
            work += chain.work(all.len(), all.len()) * as_f64(sources.len());
            let densities: Vec<Vec<f64>> = sources.iter().map(|source| chain.next(*source, &all)).collect();
            let below = chain.weights(*barrier);
            let (above, row) = (below.above(), chain.row_weights());
            let mut sum = vec![0.0; densities[0].len()];
            densities.iter().for_each(|of| add(&mut sum, of));
            under = weighted(sum, &below, row);
            runs = densities.into_iter().map(|density| weighted(density, &above, row)).collect();
            // The walks of `runs[run]` have now been above for run + 1 dates.
            if runs.len() == sustained {
                let lasted = runs.pop().expect("as many as dates in a lead");
                first[t + 1 - sustained] += lasted.iter().sum::<f64>();
            }
        }
        self.work += work;
        Some(())
    }

    /// Adds to `counts[c]` the probability of c changes of sides by T, from starts on one side.
    pub(crate) fn lead_changes(
        &mut self,
        process: Process,
        (starts, is_above): (&[(f64, f64)], bool),
        barriers: &[f64],
        counts: &mut [f64],
    ) -> Option<()> {
        if starts.is_empty() {
            return Some(());
        }
        let (chain, _) = self.chain(process, &Watched { below: starts, above: &[], barriers }, true)?;
        let (all, [bottom, top]) = (0..chain.grid.count, chain.grid.edges());
        let (mut by_count, mut work): (Vec<Vec<f64>>, f64) = (Vec::new(), 0.0);
        for (t, barrier) in barriers.iter().enumerate() {
            let sources: Vec<Source<'_>> = if t == 0 {
                vec![Source::Points(starts)]
            } else {
                by_count.iter().map(|masses| Source::Masses(masses, &all)).collect()
            };
            for (count, source) in sources.iter().enumerate() {
                let own = is_above ^ (count % 2 == 1);
                for (edge, above) in [(top, true), (bottom, false)] {
                    counts[count + usize::from(own != above)] += chain.beyond(*source, edge, above);
                }
            }
            work += chain.work(all.len(), all.len()) * as_f64(sources.len());
            let densities: Vec<Vec<f64>> = sources.iter().map(|source| chain.next(*source, &all)).collect();
            let below = chain.weights(*barrier);
            let (sides, row) = ([below.above(), below], chain.row_weights());
            let mut next: Vec<Vec<f64>> = Vec::new();
            for count in 0..=densities.len() {
                let before = count.checked_sub(1).map(|count| &densities[count]);
                let mut sum = vec![0.0; densities[0].len()];
                densities.get(count).into_iter().chain(before).for_each(|of| add(&mut sum, of));
                let is_below = !(is_above ^ (count % 2 == 1));
                next.push(weighted(sum, &sides[usize::from(is_below)], row));
            }
            let last: f64 = next.last().map_or(0.0, |last| last.iter().sum());
            if last < LEAST {
                next.pop();
                counts[next.len()] += last;
            }
            by_count = next;
        }
        for (count, masses) in counts.iter_mut().zip(&by_count) {
            *count += masses.iter().sum::<f64>();
        }
        self.work += work;
        Some(())
    }
}

/// The least and the largest of some numbers.
fn span(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)))
}

/// For each date, the deviation below which there is no walk, or none that can still cross a barrier.
fn lowest(reaches: &Reaches, process: Process, walks: &Watched<'_>) -> Vec<f64> {
    let (start, _) = span(walks.below.iter().map(|(x, _)| *x));
    let periods = walks.barriers.len();
    let mut lowest = vec![f64::NEG_INFINITY; periods];
    if process.kept() < 1.0 {
        return lowest;
    }
    for t in 1..=periods {
        let from_here = (t + 1..=periods).map(|later| walks.barriers[later - 1] - reaches.once[later - t]);
        lowest[t - 1] = (start - reaches.twice[t]).max(from_here.fold(f64::INFINITY, f64::min));
    }
    lowest
}

/// Densities times weights, row by row.
fn weighted(mut density: Vec<f64>, weights: &Weights, row_weights: &[f64]) -> Vec<f64> {
    for (row, own) in density.chunks_exact_mut(weights.below.len()).zip(row_weights) {
        row.iter_mut().zip(&weights.below).for_each(|(f, weight)| *f *= own * weight);
    }
    density
}

fn add(sum: &mut [f64], other: &[f64]) {
    sum.iter_mut().zip(other).for_each(|(sum, x)| *sum += x);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::covariance::{Motion, kept};
    use crate::exact::walk::innovation::Innovation;

    const FINE: Fineness = Fineness { per_sd: 4.6, reach: 8.3, outside: 1e-4 };
    const TIE: [(f64, f64); 1] = [(0.0, 1.0)];

    fn trend(share: f64) -> Motion {
        Motion::DampedTrend { phi: kept(1.0, 2.0), share }
    }

    /// P(max ≤ 0 by t), for t = 1 to T, of a walk from 0 without drift.
    fn never(motion: Motion, law: Innovation, periods: usize, fineness: Fineness) -> Vec<f64> {
        let (mut first, barriers) = (vec![0.0; periods], vec![0.0; periods]);
        let walks = Watched { below: &TIE, above: &[], barriers: &barriers };
        Monitor::new(fineness).first_passage(Process { motion, law }, &walks, &mut first).expect("few nodes");
        let mut left = 1.0;
        let step = |first| {
            left -= first;
            left
        };
        first.into_iter().map(step).collect()
    }

    /// P(never above 0 by n) = C(2n, n)/4ⁿ (Sparre Andersen 1953).
    #[test]
    fn symmetric_innovations_obey_sparre_andersen() {
        for law in
            [Innovation::Normal, Innovation::student_t(3.0), Innovation::student_t(3.5), Innovation::student_t(30.0)]
        {
            let mut expected = 1.0;
            for (n, found) in (1..).zip(never(Motion::RandomWalk, law, 40, FINE)) {
                expected *= as_f64(2 * n - 1) / as_f64(2 * n);
                assert!((found - expected).abs() < 3e-9, "{law:?} at {n}: {found} {expected}");
            }
        }
    }

    /// Orthant probabilities of two and three dates; for a damped trend ¼ + asin(ρ)/(2π), with the correlation ρ of both dates.
    #[test]
    fn ties_have_their_orthant_probabilities() {
        let cases = [
            (Motion::Reverting { rho: kept(0.25, 2.0) }, [0.368_113_748_1, 0.299_333_397_2]),
            (Motion::Persistent { phi: kept(0.25, 1.5) }, [0.462_481_107_7, 0.439_610_988_1]),
        ];
        for (motion, expected) in cases {
            for (found, expected) in never(motion, Innovation::Normal, 3, FINE)[1..].iter().zip(expected) {
                assert!((found - expected).abs() < 1e-9, "{motion:?}: {found} {expected}");
            }
        }
        for (phi, share) in [(0.7_f64, 0.25), (0.9, 0.05), (0.5, 0.8), (0.8, 1.0_f64)] {
            let new = share * (1.0 - phi * phi);
            // Y(1) = v₁ + n₁, Y(2) = Y(1) + φv₁ + w₂ + n₂.
            let (one, noise): (f64, f64) = (new + 1.0 - share, 1.0 - share);
            let cross = one + phi * new;
            let two = one + 2.0 * phi * new + phi * phi * new + new + noise;
            let rho: f64 = cross / (one * two).sqrt();
            let expected = 0.25 + crate::math::asin(rho) / std::f64::consts::TAU;
            let found = never(Motion::DampedTrend { phi, share }, Innovation::Normal, 2, FINE);
            assert!((found[0] - 0.5).abs() < 1e-9 && (found[1] - expected).abs() < 1e-9, "{found:?} {expected}");
        }
    }

    /// With a share near 0 a trend has no effect, and with many degrees of freedom Student's t is normal.
    #[test]
    fn limits_of_a_heavy_trend() {
        let coarse = Fineness { per_sd: 2.6, reach: 6.5, outside: 1e-3 };
        let found = never(trend(0.3), Innovation::student_t(1e6), 5, coarse);
        let normal = never(trend(0.3), Innovation::Normal, 5, coarse);
        assert!(found.iter().zip(&normal).all(|(a, b)| (a - b).abs() < 3e-6), "{found:?} {normal:?}");
        let found = never(trend(1e-4), Innovation::student_t(3.5), 5, coarse);
        assert!((found[4] - 0.246_093_75).abs() < 3e-5, "{found:?}");
    }

    /// Counts of lead changes add up to 1, and a lead of two dates that begins at 1 is an orthant of both dates.
    #[test]
    fn leads_and_their_changes_add_up() {
        let coarse = Fineness { per_sd: 2.6, reach: 6.5, outside: 1e-3 };
        let barriers = [0.3, -0.2, 0.1, 0.0, 0.4];
        for (motion, law) in [
            (Motion::RandomWalk, Innovation::student_t(3.5)),
            (Motion::Reverting { rho: 0.7 }, Innovation::Normal),
            (Motion::Persistent { phi: 0.6 }, Innovation::Normal),
            (trend(0.3), Innovation::student_t(4.0)),
        ] {
            let process = Process { motion, law };
            let mut counts = vec![0.0; 7];
            let mut monitor = Monitor::new(coarse);
            monitor.lead_changes(process, (&TIE, false), &barriers, &mut counts).expect("few nodes");
            assert!((counts.iter().sum::<f64>() - 1.0).abs() < 1e-4, "{motion:?}: {counts:?}");
            let walks = Watched { below: &TIE, above: &[], barriers: &barriers };
            let (mut once, mut twice) = (vec![0.0; 5], vec![0.0; 6]);
            monitor.first_passage(process, &walks, &mut once).expect("few nodes");
            monitor.first_lead(process, &walks, 2, &mut twice).expect("few nodes");
            assert!((once.iter().sum::<f64>() + counts[0] - 1.0).abs() < 1e-4, "{motion:?}: {once:?} {counts:?}");
            assert!(
                twice[0] == 0.0 && twice[1] > 0.0 && twice[1] < once[0] && twice[5] == 0.0,
                "{motion:?}: {twice:?}"
            );
        }
    }

    /// Finer grids change nothing, with a barrier that moves and starts on both sides.
    #[test]
    fn finer_grids_agree() {
        let barriers: Vec<f64> = (0..12).map(|t| 2.0 - 0.3 * as_f64(t % 5)).collect();
        let walks = Watched { below: &[(-1.0, 0.4), (0.5, 0.3)], above: &[(2.5, 0.3)], barriers: &barriers };
        let by = |motion, fineness| {
            let mut first = vec![0.0; 13];
            let process = Process { motion, law: Innovation::Normal };
            Monitor::new(fineness).first_lead(process, &walks, 3, &mut first).expect("few nodes");
            first
        };
        for motion in [Motion::RandomWalk, trend(0.3)] {
            let [coarse, fine] = [2.6, 4.0].map(|per_sd| by(motion, Fineness { per_sd, reach: 7.5, outside: 1e-4 }));
            assert!(coarse.iter().zip(&fine).all(|(a, b)| (a - b).abs() < 1e-6), "{motion:?}: {coarse:?} {fine:?}");
        }
    }
}
