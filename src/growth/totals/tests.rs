//! Comparison with an independent optimizer (`tests/reference/totals.py`), and the properties that the model promises.

use super::curve::{FiscalCurve, Median};
use super::{Failure, Totals};
use crate::assumption::Assumption;
use crate::growth::{TailLaw, Value};
use crate::math;

/// 0.1 percentage point.
const MISS: f64 = 1e-3;

const QUARTERS: [f64; 4] = [2431.0, 2975.0, 3599.0, 4385.0];

/// One line of totals.csv.
struct Case {
    name: String,
    per_year: usize,
    into_year: usize,
    known: Vec<f64>,
    rates: Vec<f64>,
    tail: (TailLaw, Vec<f64>),
    base_shift: f64,
    growth: Vec<f64>,
}

fn numbers(text: &str) -> Vec<f64> {
    text.split(' ').map(|word| word.parse().unwrap()).collect()
}

/// The law and its numbers; the numbers inside the law are placeholders.
fn tail(text: &str) -> (TailLaw, Vec<f64>) {
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    let any = || Assumption::from(1.0);
    let law = match word {
        "none" => TailLaw::None,
        "hold" => TailLaw::Hold,
        "fade" => TailLaw::Fade { to: any(), half_life: any() },
        "ratio" => TailLaw::Ratio(any()),
        other => panic!("tail {other:?}"),
    };
    (law, if rest.is_empty() { Vec::new() } else { numbers(rest) })
}

fn cases() -> Vec<Case> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference/totals.csv");
    let case = |record: csv::Result<csv::StringRecord>| {
        let cells = record.unwrap();
        Case {
            name: cells[0].to_owned(),
            per_year: cells[1].parse().unwrap(),
            into_year: cells[2].parse().unwrap(),
            known: numbers(&cells[3]),
            rates: numbers(&cells[4]),
            tail: tail(&cells[5]),
            base_shift: cells[6].parse().unwrap(),
            growth: numbers(&cells[7]),
        }
    };
    let cases: Vec<_> = csv::Reader::from_path(path).unwrap().records().map(case).collect();
    assert!(cases.len() >= 14, "{} cases", cases.len());
    cases
}

fn example(tail_text: &str) -> Case {
    Case {
        name: tail_text.to_owned(),
        per_year: 4,
        into_year: 0,
        known: QUARTERS.to_vec(),
        rates: vec![0.87, 0.6],
        tail: tail(tail_text),
        base_shift: 0.0,
        growth: Vec::new(),
    }
}

impl Case {
    fn totals(&self) -> Totals {
        let known: Vec<f64> = self.known.iter().map(|revenue| math::ln(*revenue)).collect();
        let has_tail = !matches!(self.tail.0, TailLaw::None);
        Totals::new(&known, self.per_year, self.into_year, self.rates.len(), has_tail).unwrap()
    }

    /// `drawn` selects the drawn numbers among the rates, the tail's numbers and the base, in this order.
    fn curve(&self, drawn: impl Fn(usize) -> bool) -> FiscalCurve {
        let n = self.rates.len();
        let centre = |offset: usize, values: &[f64]| -> Vec<Median> {
            let of = |(i, value): (usize, &f64)| Median { value: *value, drawn: drawn(offset + i) };
            values.iter().enumerate().map(of).collect()
        };
        let (rates, tail) = (centre(0, &self.rates), centre(n, &self.tail.1));
        FiscalCurve::new(self.totals(), &rates, &self.tail.0, &tail, drawn(n + self.tail.1.len())).unwrap()
    }

    /// All numbers in the order of `curve`; that of the base is a shift.
    fn numbers(&self) -> Vec<f64> {
        [self.rates.as_slice(), &self.tail.1, &[0.0]].concat()
    }

    /// Indexed by period, then by path.
    fn fill(
        &self,
        curve: &FiscalCurve,
        columns: &[Vec<f64>],
        periods: usize,
    ) -> Result<Vec<Vec<f64>>, (usize, Failure)> {
        let n = self.rates.len();
        let values: Vec<Value<'_>> = columns.iter().map(|column| Value::Drawn(column)).collect();
        let (base, values) = values.split_last().unwrap();
        let shifts = base.column(columns[0].len());
        let shifts = shifts.iter().any(|shift| shift.abs() > 0.0).then_some(&shifts[..]);
        let mut rows = Vec::new();
        curve.fill(&values[..n], &values[n..], shifts, columns[0].len(), periods, &mut |t, column| {
            assert_eq!(t, rows.len());
            rows.push(column.to_vec());
        })?;
        Ok(rows)
    }

    /// Newton's solution for the numbers of one path.
    fn solve(&self, numbers: &[f64]) -> Vec<f64> {
        let gammas: Vec<f64> = numbers[..self.rates.len()].iter().map(|rate| math::ln_1p(*rate)).collect();
        let step = self.step(numbers);
        self.totals().solve(&gammas, numbers[numbers.len() - 1], step).unwrap_or_else(|e| panic!("{}: {e}", self.name))
    }

    /// The tail's first step, by the formulas of the model.
    fn step(&self, numbers: &[f64]) -> f64 {
        let n = self.rates.len();
        let (gamma, years) = (math::ln_1p(numbers[n - 1]), 1.0 / self.per_year as f64);
        match &self.tail.0 {
            TailLaw::None | TailLaw::Hold => gamma * years,
            TailLaw::Ratio(_) => gamma * numbers[n] * years,
            TailLaw::Fade { .. } => {
                let (to, half_life) = (math::ln_1p(numbers[n]), numbers[n + 1]);
                let weight = half_life / std::f64::consts::LN_2 * (1.0 - libm::exp2(-years / half_life));
                to * years + (gamma - to) * weight
            }
        }
    }

    /// Difference between the growth of each total and its rate, computed from the specified revenue.
    fn misses(&self, growth: &[f64], numbers: &[f64]) -> Vec<f64> {
        let (n, p) = (self.rates.len(), self.per_year);
        let mut revenue = self.known.clone();
        let base = revenue.last_mut().unwrap();
        *base *= math::exp(numbers[numbers.len() - 1]);
        let base = *base;
        revenue.extend(growth.iter().map(|growth| base * math::exp(*growth)));
        let end = self.known.len() + growth.len();
        let total = |year: usize| revenue[end - (n - year + 1) * p..][..p].iter().sum::<f64>();
        (1..=n).map(|year| total(year) / total(year - 1) - 1.0 - numbers[year - 1]).collect()
    }
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).fold(0.0, |worst, (a, b)| if (a - b).abs() <= worst { worst } else { (a - b).abs() })
}

/// Evenly distributed points of the d-dimensional unit cube (M. Roberts's additive sequence).
fn points(d: usize, count: usize) -> Vec<Vec<f64>> {
    let root = (0..60).fold(1.5, |root, _| libm::pow(1.0 + root, 1.0 / (d as f64 + 1.0)));
    let of = |i: usize| {
        let alpha = libm::pow(root, -(i as f64 + 1.0));
        (0..count).map(|k| (0.5 + alpha * (k as f64 + 1.0)).fract()).collect()
    };
    (0..d).map(of).collect()
}

fn normals(d: usize, count: usize) -> Vec<Vec<f64>> {
    let mut columns = points(d, count);
    columns.iter_mut().for_each(|column| math::norm_quantile_slice(column));
    columns
}

#[test]
fn paths_match_an_independent_optimizer() {
    for case in cases() {
        let mut numbers = case.numbers();
        *numbers.last_mut().unwrap() = case.base_shift;
        let found = case.solve(&numbers);
        let error = distance(&found, &case.growth);
        assert!(error < 1e-12 * case.growth.len() as f64, "{}: {error:e}", case.name);
        let miss = distance(&case.misses(&found, &numbers), &vec![0.0; case.rates.len()]);
        assert!(miss < 1e-12, "{}: {miss:e}", case.name);
    }
}

#[test]
fn the_worked_example_to_the_printed_digit() {
    let revenue = |tail: &str| {
        let case = example(tail);
        let growth = case.solve(&case.numbers());
        growth.iter().map(|growth| QUARTERS[3] * math::exp(*growth)).collect::<Vec<_>>()
    };
    let rounded: Vec<String> = revenue("hold").iter().map(|revenue| format!("{revenue:.0}")).collect();
    assert_eq!(rounded.join(" "), "5134 5865 6614 7426 8339 9367 10525 11832");
    for (tail, first) in [("hold", "5134.5"), ("fade 0.12 2", "5133.2"), ("ratio 0.7", "5122.6"), ("none", "5134.1")] {
        assert_eq!(format!("{:.1}", revenue(tail)[0]), first, "{tail}");
    }
}

#[test]
fn the_central_path_takes_at_most_six_newton_steps() {
    for case in cases() {
        let numbers = case.numbers();
        let columns: Vec<Vec<f64>> = numbers.iter().map(|number| vec![*number]).collect();
        let found: Vec<f64> = case.fill(&case.curve(|_| true), &columns, case.growth.len()).unwrap().concat();
        assert!(distance(&found, &case.solve(&numbers)) < 1e-13, "{}", case.name);
        let totals = case.totals();
        let gammas: Vec<f64> = case.rates.iter().map(|rate| math::ln_1p(*rate)).collect();
        let goal = totals.goal(&gammas, 0.0, case.step(&numbers)).unwrap();
        let needed = (1..).find(|steps| totals.newton_in(&goal, *steps)).unwrap();
        println!("{}: {needed} steps", case.name);
        assert!((1..=6).contains(&needed), "{}: {needed} steps", case.name);
    }
}

/// The numbers of the case moved by `h` in a direction.
fn moved(case: &Case, direction: &[f64], h: f64) -> Vec<f64> {
    case.numbers().iter().zip(direction).map(|(number, u)| number + h * u).collect()
}

#[test]
fn derivatives_match_those_of_newton_s_paths() {
    const H: f64 = 1e-3;
    for case in cases() {
        let d = case.numbers().len();
        let curve = case.curve(|_| true);
        let random = points(d, 6);
        let mut directions: Vec<Vec<f64>> = (0..6).map(|k| random.iter().map(|x| x[k] - 0.5).collect()).collect();
        directions.extend((0..d).map(|i| (0..d).map(|j| f64::from(i == j) * 0.7).collect()));
        for direction in directions {
            let lacks = |h: f64| {
                let numbers = moved(&case, &direction, h);
                let columns: Vec<Vec<f64>> = numbers.iter().map(|number| vec![*number]).collect();
                let found = case.fill(&curve, &columns, case.growth.len()).unwrap().concat();
                found.iter().zip(case.solve(&numbers)).map(|(found, solved)| found - solved).collect::<Vec<_>>()
            };
            let (up, down) = (lacks(H), lacks(-H));
            for (up, down) in up.iter().zip(&down) {
                let (first, second) = ((up - down) / (2.0 * H), (up + down) / (H * H));
                assert!(first.abs() < 2e-5, "{} {direction:?}: first derivative off by {first:e}", case.name);
                assert!(second.abs() < 2e-5, "{} {direction:?}: second derivative off by {second:e}", case.name);
            }
        }
    }
}

/// Draws around the case: rates and base with a log sd, the tail's numbers with a relative sd.
fn draws(case: &Case, log_sd: f64, count: usize) -> Vec<Vec<f64>> {
    let (n, numbers) = (case.rates.len(), case.numbers());
    let mut columns = normals(numbers.len(), count);
    for (i, (column, centre)) in columns.iter_mut().zip(&numbers).enumerate() {
        let of = |z: f64| match i {
            _ if i < n => math::exp_m1(math::ln_1p(*centre) + log_sd * z),
            _ if i + 1 < numbers.len() => centre * math::exp(0.2 * z),
            _ => 0.5 * log_sd * z,
        };
        column.iter_mut().for_each(|z| *z = of(*z));
    }
    columns
}

/// Largest deviation over all paths.
fn worst(case: &Case, columns: &[Vec<f64>], rows: &[Vec<f64>]) -> f64 {
    (0..columns[0].len()).fold(0.0, |worst: f64, path| {
        let numbers: Vec<f64> = columns.iter().map(|column| column[path]).collect();
        let growth: Vec<f64> = rows.iter().map(|row| row[path]).collect();
        case.misses(&growth, &numbers).iter().fold(worst, |worst, miss| worst.max(miss.abs()))
    })
}

#[test]
fn every_path_meets_its_own_draws() {
    for case in cases() {
        let columns = draws(&case, 0.08, 2000);
        let mut kept: Vec<usize> = (0..2000).collect();
        let curve = case.curve(|_| true);
        let of = |kept: &[usize]| -> Vec<Vec<f64>> {
            columns.iter().map(|column| kept.iter().map(|path| column[*path]).collect()).collect()
        };
        // No path exists if the known part of a year exceeds the draw; the failure names the path.
        let rows = loop {
            match case.fill(&curve, &of(&kept), case.growth.len()) {
                Ok(rows) => break rows,
                Err((path, Failure::Exceeded { growth, known })) => {
                    assert!(1.0 + growth <= known, "{}: {growth} {known}", case.name);
                    kept.remove(path);
                }
                Err((path, failure)) => panic!("{}, path {path}: {failure}", case.name),
            }
        };
        let worst = worst(&case, &of(&kept), &rows);
        println!("{}: {} paths, worst miss {worst:.2e}", case.name, kept.len());
        assert!(worst <= MISS * 1.000_001, "{}: {worst}", case.name);
        assert!(kept.len() > 1600, "{}: {} paths", case.name, kept.len());
    }
}

#[test]
fn the_region_holds_what_it_proves() {
    for case in cases() {
        let curve = case.curve(|_| true);
        let (n, totals) = (case.rates.len(), case.totals());
        // Widths for which many draws are inside the region and many outside.
        for log_sd in [0.05, 0.15, 0.4] {
            let columns = draws(&case, log_sd, 1500);
            let (mut inside, mut worst) = (0, 0.0_f64);
            for path in 0..1500 {
                let numbers: Vec<f64> = columns.iter().map(|column| column[path]).collect();
                let Some(growth) =
                    curve.if_proven(&numbers[..n], &numbers[n..numbers.len() - 1], numbers[numbers.len() - 1])
                else {
                    continue;
                };
                inside += 1;
                let gammas: Vec<f64> = numbers[..n].iter().map(|rate| math::ln_1p(*rate)).collect();
                let miss = totals.miss(&growth, &gammas, numbers[numbers.len() - 1]);
                let other = case.misses(&growth, &numbers).iter().fold(0.0_f64, |worst, miss| worst.max(miss.abs()));
                assert!((miss - other).abs() < 1e-9, "{}: {miss} {other}", case.name);
                worst = worst.max(miss);
            }
            println!("{} {log_sd}: {inside} inside, worst {worst:.2e}", case.name);
            assert!(worst <= MISS, "{}: {worst}", case.name);
        }
    }
}

/// Rates normal(0.87, 0.10) and normal(0.60, 0.15), quarterly.
fn two_drawn_rates(case: &Case, count: usize) -> Vec<Vec<f64>> {
    let mut columns = normals(2, count);
    for (column, (mean, sd)) in columns.iter_mut().zip([(0.87, 0.10), (0.60, 0.15)]) {
        column.iter_mut().for_each(|z| *z = mean + sd * *z);
    }
    columns.extend(case.numbers()[2..].iter().map(|number| vec![*number; count]));
    columns
}

#[test]
fn drawn_rates_need_no_newton() {
    const PATHS: usize = 100_000;
    let mut cases: Vec<Case> = ["hold", "fade 0.12 2", "ratio 0.7", "none"].into_iter().map(example).collect();
    let mid_year = |extra: &[f64]| {
        let case = example("hold");
        Case { into_year: extra.len(), known: [&QUARTERS, extra].concat(), name: format!("{extra:?}"), ..case }
    };
    cases.extend([mid_year(&[5134.0]), mid_year(&[5134.0, 5865.0]), mid_year(&[5134.0, 5865.0, 6614.0])]);
    // Fractions of paths checked and solved: the less of the first year remains, the more sensitive it is to its
    // estimate.
    let most = [(0.003, 0.0), (0.003, 0.0), (0.002, 0.0), (0.013, 5e-5), (0.02, 5e-5), (0.08, 1e-3), (0.38, 0.11)];
    for (case, (most_unproven, most_solved)) in cases.into_iter().zip(most) {
        let columns = two_drawn_rates(&case, PATHS);
        let curve = case.curve(|number| number < 2);
        let rows = case.fill(&curve, &columns, curve.periods()).unwrap();
        let (unproven, solved) = curve.unproven_and_solved(&columns);
        let [unproven, solved] = [unproven, solved].map(|count| count as f64 / PATHS as f64);
        let worst = worst(&case, &columns, &rows);
        println!("{}: {unproven} looked at, {solved} solved, worst miss {worst:.2e}", case.name);
        assert!(worst <= MISS * 1.000_001, "{}: {worst}", case.name);
        assert!(
            solved <= most_solved && unproven <= most_unproven,
            "{}: {unproven} looked at, {solved} solved",
            case.name
        );
    }
}

#[test]
fn a_block_has_the_bits_of_its_paths() {
    for case in [example("fade 0.12 2"), example("none")].into_iter().chain(cases()) {
        let curve = case.curve(|_| true);
        let columns = draws(&case, 0.1, 27);
        let periods = case.totals().periods() + if matches!(case.tail.0, TailLaw::None) { 0 } else { 9 };
        let Ok(block) = case.fill(&curve, &columns, periods) else { continue };
        for path in 0..27 {
            let own: Vec<Vec<f64>> = columns.iter().map(|column| vec![column[path]]).collect();
            let alone = case.fill(&curve, &own, periods).unwrap();
            assert!(
                alone.iter().zip(&block).all(|(one, all)| one[0].to_bits() == all[path].to_bits()),
                "{}",
                case.name
            );
        }
        // A shorter horizon does not change earlier periods.
        let short = case.fill(&curve, &columns, 1).unwrap();
        assert!(short[0] == block[0]);
    }
}

#[test]
fn the_tail_starts_from_the_last_estimate() {
    let gamma = math::ln_1p(0.6);
    let after = |text: &str| {
        let case = example(text);
        let columns: Vec<Vec<f64>> = case.numbers().iter().map(|number| vec![*number]).collect();
        let rows = case.fill(&case.curve(|_| false), &columns, 8 + 9).unwrap();
        (7..17).map(|t| rows[t][0] - rows[7][0]).collect::<Vec<_>>()
    };
    let quarters = |of: &dyn Fn(f64) -> f64| (0..10).map(|k| of(f64::from(k) / 4.0)).collect::<Vec<_>>();
    assert!(distance(&after("hold"), &quarters(&|tau| gamma * tau)) < 1e-14);
    let years = |tau: f64| {
        0.7 * gamma * tau.min(1.0) + 0.49 * gamma * (tau - 1.0).clamp(0.0, 1.0) + 0.343 * gamma * (tau - 2.0).max(0.0)
    };
    assert!(distance(&after("ratio 0.7"), &quarters(&years)) < 1e-14);
    let to = math::ln_1p(0.12);
    let fading = |tau: f64| to * tau + (gamma - to) * 2.0 / std::f64::consts::LN_2 * (1.0 - libm::exp2(-tau / 2.0));
    assert!(distance(&after("fade 0.12 2"), &quarters(&fading)) < 1e-14);
}

#[test]
fn without_draws_there_is_no_expansion() {
    let case = example("hold");
    let curve = case.curve(|_| false);
    let columns: Vec<Vec<f64>> = case.numbers().iter().map(|number| vec![*number; 11]).collect();
    let rows = case.fill(&curve, &columns, 8).unwrap();
    let solved = case.solve(&case.numbers());
    assert!(rows.iter().zip(solved).all(|(row, solved)| row.iter().all(|growth| growth.to_bits() == solved.to_bits())));
}

#[test]
fn extreme_estimates_are_met() {
    for rates in
        [vec![-0.9, 9.0], vec![19.0, -0.9, 4.0], vec![0.0, 0.0, 30.0, -0.95, 0.5, 3.0], vec![-0.99, -0.5, 60.0]]
    {
        for text in ["hold", "none"] {
            let case = Case { rates: rates.clone(), ..example(text) };
            let numbers = case.numbers();
            let miss = distance(&case.misses(&case.solve(&numbers), &numbers), &vec![0.0; rates.len()]);
            assert!(miss < 1e-9, "{rates:?} {text}: {miss:e}");
        }
    }
}

#[test]
fn infeasible_totals_are_reported_with_their_numbers() {
    let known: Vec<f64> =
        [&QUARTERS[..], &[5134.0, 5865.0]].concat().iter().map(|revenue| math::ln(*revenue)).collect();
    let totals = Totals::new(&known, 4, 2, 1, false).unwrap();
    let failure = totals.solve(&[math::ln_1p(-0.25)], 0.0, 0.0).unwrap_err();
    let Failure::Exceeded { growth, known } = &failure else { panic!("{failure}") };
    assert!((growth + 0.25).abs() < 1e-15 && (known - 10999.0 / 13390.0).abs() < 1e-12, "{failure}");
    assert!(failure.to_string().contains("0.75 times") && failure.to_string().contains("0.821"), "{failure}");

    let case = Case { into_year: 2, known: [&QUARTERS[..], &[5134.0, 5865.0]].concat(), ..example("hold") };
    let columns = [vec![0.8, 0.9, -0.2, -0.3], vec![0.6; 4], vec![0.0; 4]];
    let (path, failure) = case.fill(&case.curve(|number| number == 0), &columns, 6).unwrap_err();
    assert!(path == 2 && matches!(failure, Failure::Exceeded { .. }), "{path}: {failure}");

    let (path, failure) = case
        .fill(&case.curve(|number| number == 0), &[vec![0.8, f64::NAN], vec![0.6; 2], vec![0.0; 2]], 6)
        .unwrap_err();
    assert!(path == 1, "{failure}");
}

#[test]
fn history_must_reach_back() {
    let message = Totals::new(&[0.0; 5], 4, 2, 1, true).unwrap_err();
    assert!(message.contains("6 periods") && message.contains("5 are known"), "{message}");
    let message = Totals::new(&[0.0, f64::NEG_INFINITY, 0.0, 0.0], 4, 0, 1, true).unwrap_err();
    assert!(message.contains("2 periods before the base is -inf"), "{message}");
}

impl Totals {
    /// Whether Newton's method from level years converges within `steps` steps.
    fn newton_in(&self, goal: &super::Goal, steps: usize) -> bool {
        self.steps_from_level(goal, steps).is_some()
    }
}
