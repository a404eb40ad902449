//! Compares states in f32 with the same run in f64: the same f32 normals, with all further computation in f64.
//!
//! The answer of a path changes if the two providers come closer to each other than the rounding error of their states.

use std::sync::{Mutex, PoisonError};

use crate::assumption::{Assumption, uniform};
use crate::calendar::Period;
use crate::cpu::{self, Level};
use crate::growth::Curve;
use crate::paths::Paths;
use crate::plan::Rows;
use crate::random::normals;
use crate::random::{GROUP, StreamKey, slot_of, uniforms};
use crate::scenario::{Provider, Question, ScenarioBuilder};
use crate::statistic::Statistic;
use crate::statistic::{Counts, Shape};
use crate::{Error, Outcome, Scenario};

const SEED: u64 = 12;
const NAMES: [&str; 2] = ["a", "b"];

/// A fixed number, or one drawn uniformly between two numbers.
#[derive(Debug, Clone, Copy)]
enum Number {
    Fixed(f64),
    Between(f64, f64),
}
use Number::{Between, Fixed};

impl Number {
    /// Defined by name, since the name keys the stream of the draw.
    fn assumption(self, builder: ScenarioBuilder, name: &str) -> (ScenarioBuilder, Assumption) {
        match self {
            Fixed(value) => (builder, Assumption::from(value)),
            Between(low, high) => (builder.assumption(name, uniform(low, high)), Assumption::from(name)),
        }
    }

    fn of_group(self, name: &str, group: u64) -> [f64; GROUP] {
        let mut values = [0.0; GROUP];
        match self {
            Fixed(value) => values.fill(value),
            Between(low, high) => {
                uniforms(SEED, slot_of(&format!("assumption {name}")), group, &mut values);
                values.iter_mut().for_each(|u| *u = low + (high - low) * *u);
            }
        }
        values
    }
}

/// Two providers with constant growth. The first has revenue 1, which is the reference of the states.
#[derive(Debug, Clone, Copy)]
struct Case {
    between: [&'static str; 2],
    revenue: [f64; 2],
    growth: [Number; 2],
    volatility: [Number; 2],
    correlation: f64,
    paths: u64,
}

impl Case {
    fn scenario(&self) -> Scenario {
        let mut builder = Scenario::builder(self.between[0], self.between[1]);
        for (i, name) in NAMES.into_iter().enumerate() {
            let growth = self.growth[i].assumption(builder, &format!("growth of {name}"));
            let volatility = self.volatility[i].assumption(growth.0, &format!("volatility of {name}"));
            let provider = Provider::new(name, self.revenue[i]).growth(Curve::constant(growth.1));
            builder = volatility.0.provider(provider.volatility(volatility.1));
        }
        builder.correlation("a", "b", self.correlation).question(Question::overtakes("a", "b")).build().expect("valid")
    }

    /// x(0), …, x(T) of both providers on the paths of a group.
    fn group(&self, scenario: &Scenario, group: u64) -> [Vec<[f64; GROUP]>; 2] {
        let taus = scenario.taus();
        let root = scenario.step().years().sqrt();
        let innovations = NAMES.map(|name| innovations(name, group, taus.len()));
        let weights = [[1.0, 0.0], [self.correlation, (1.0 - self.correlation * self.correlation).sqrt()]];
        std::array::from_fn(|i| {
            let growth = self.growth[i].of_group(&format!("growth of {}", NAMES[i]), group).map(libm::log1p);
            let volatility = self.volatility[i].of_group(&format!("volatility of {}", NAMES[i]), group);
            let start = libm::log(self.revenue[i]);
            let mut y = [0.0; GROUP];
            let mut x = vec![[start; GROUP]];
            for (t, tau) in taus.iter().enumerate() {
                x.push(std::array::from_fn(|path| {
                    let u = [0, 1].map(|j| weights[i][j] * f64::from(innovations[j][t][path]));
                    y[path] += volatility[path] * root * (u[0] + u[1]);
                    start + growth[path] * tau + y[path]
                }));
            }
            x
        })
    }
}

fn innovations(name: &str, group: u64, periods: usize) -> Vec<[f32; GROUP]> {
    let mut lanes = StreamKey::new(SEED, slot_of(&format!("series {name}"))).lanes(group);
    let mut z = vec![[0.0; GROUP]; periods];
    cpu::run(
        Level::of_this_process(),
        #[inline(always)]
        || {
            for z in &mut z {
                normals(&mut lanes, z);
            }
        },
    );
    z
}

/// The first period, from the base on, for which `holds` is true.
fn first(periods: usize, holds: impl Fn(usize) -> bool) -> Option<usize> {
    (0..=periods).find(|t| holds(*t))
}

/// Compares the rows of the library with independent f64 states; on a single thread blocks arrive in the order of their
/// groups.
struct Comparison<'a> {
    case: Case,
    scenario: &'a Scenario,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    paths: u64,
    /// Largest distance of a state from its f64 counterpart.
    distance: f64,
    /// States of both providers at the horizon: those of the library, and in f64.
    last: [(Vec<f32>, Vec<f64>); 2],
}

impl Statistic for Comparison<'_> {
    fn shape(&self, _: &Rows) -> Result<Shape, Error> {
        Ok(Shape::uniform(1, 2))
    }

    fn observe(&self, paths: &Paths<'_>, counts: &mut Counts) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let mut changed = Vec::new();
        for at in (0..paths.len()).step_by(GROUP) {
            let exact = self.case.group(self.scenario, seen.paths / GROUP as u64);
            for path in at..paths.len().min(at + GROUP) {
                changed.push(u16::from(seen.path(paths, path, |i, t| exact[i][t][path - at])));
            }
        }
        counts.classes(0, &changed);
    }
}

impl Seen {
    /// Whether the date of the overtake on a path changes.
    fn path(&mut self, paths: &Paths<'_>, path: usize, exact: impl Fn(usize, usize) -> f64) -> bool {
        let periods = paths.rows().periods();
        self.paths += 1;
        let single = first(periods, |t| paths.row(0, t)[path] > paths.row(1, t)[path]);
        let double = first(periods, |t| exact(0, t) > exact(1, t));
        for (i, last) in self.last.iter_mut().enumerate() {
            let distance = |t| (f64::from(paths.row(i, t)[path]) - exact(i, t)).abs();
            self.distance = (0..=periods).map(distance).fold(self.distance, f64::max);
            last.0.push(paths.row(i, periods)[path]);
            last.1.push(exact(i, periods));
        }
        single != double
    }
}

/// Runs the case and prints the results. At most the fraction `most` of its paths may change, and its fans must agree.
fn compare(case: Case, most: f64) {
    let scenario = case.scenario();
    let comparison = Comparison { case, scenario: &scenario, seen: Mutex::default() };
    let run = scenario.simulate().paths(case.paths).seed(SEED).threads(1).ranks(false).shares(false);
    let outcome = run.statistic("changed", &comparison).run().expect("an outcome");
    let seen = comparison.seen.into_inner().unwrap_or_else(PoisonError::into_inner);
    assert_eq!(seen.paths, case.paths);
    let changed = outcome.statistic("changed").expect("requested")[0][1].value();
    let never = outcome.overtake("a", "b").expect("requested").not_by_horizon().value();
    println!("{case:?}: {changed:e} of the paths changed, states differ by {:e}; not by {never}", seen.distance);
    assert!(changed <= most, "{changed}");
    seen.fans_agree(&outcome, scenario.horizon());
}

impl Seen {
    /// Quantiles at the horizon: order statistics agree to 1e-5 of revenue, histogram quantiles to one bin.
    fn fans_agree(mut self, outcome: &Outcome, horizon: Period) {
        let bin = |log: f64| (log * 1024.0).floor();
        for (name, (single, double)) in NAMES.into_iter().zip(&mut self.last) {
            single.sort_unstable_by(f32::total_cmp);
            double.sort_unstable_by(f64::total_cmp);
            let fan = outcome.revenue(name).expect("a fan");
            for per_mille in [1_u16, 50, 100, 250, 500, 750, 900, 950, 999] {
                let (p, rank) = (f64::from(per_mille) / 1000.0, single.len() * usize::from(per_mille) / 1000 - 1);
                let difference = (f64::from(single[rank]) - double[rank]).abs();
                assert!(difference <= 1e-5, "{name}, {p}: {difference}");
                let counted = libm::log(fan.quantile(horizon, p).expect("a quantile"));
                assert!((bin(counted) - bin(double[rank])).abs() <= 1.0, "{name}, {p}: {counted} for {}", double[rank]);
            }
        }
    }
}

const FORTY: Case = Case {
    between: ["2018-Q1", "2028-Q1"],
    revenue: [1.0, 1.1 / 0.69],
    growth: [Fixed(0.50), Fixed(0.35)],
    volatility: [Fixed(0.15), Fixed(0.10)],
    correlation: 0.3,
    paths: 1_000_000,
};

/// One path in 100,000.
const MOST_OF_FORTY: f64 = 1e-5;

#[test]
#[ignore = "statistical: run by .ci/run"]
fn forty_quarters_with_fixed_numbers() {
    compare(FORTY, MOST_OF_FORTY);
}

#[test]
#[ignore = "statistical: run by .ci/run"]
fn forty_quarters_with_drawn_numbers() {
    let growth = [Between(0.3, 0.7), Between(0.2, 0.5)];
    let volatility = [Between(0.1, 0.2), Between(0.05, 0.15)];
    compare(Case { growth, volatility, ..FORTY }, MOST_OF_FORTY);
}

/// One path in 5,000.
const MOST_OF_480: f64 = 2e-4;

#[test]
#[ignore = "statistical: run by .ci/run"]
fn four_hundred_and_eighty_periods() {
    let growth = [Fixed(0.12), Fixed(0.12)];
    for between in [["2018-01", "2058-01"], ["2018-Q1", "2138-Q1"]] {
        compare(Case { between, growth, paths: 200_000, ..FORTY }, MOST_OF_480);
    }
}
