//! Nonlinear least squares: certified values of NIST, saved examples of R, and what is refused.

#![allow(clippy::disallowed_methods, reason = "models state their formulas; fits promise no bits")]
#![allow(clippy::ptr_arg, reason = "a model takes a reference to its predictor")]

use std::f64::consts::{PI, TAU};

use outgrow::fit::{CurveFit, Fit, Regression, Scale};
use outgrow::{Curve, Period, Scenario, normal};

type Model = fn(&Vec<f64>, &[f64]) -> f64;

fn exponentials(x: &Vec<f64>, b: &[f64]) -> f64 {
    b.chunks(2).map(|pair| pair[0] * (-pair[1] * x[0]).exp()).sum()
}

fn peaks(x: &Vec<f64>, b: &[f64]) -> f64 {
    let peak = |b: &[f64]| b[0] * (-((x[0] - b[1]) / b[2]).powi(2)).exp();
    b[0] * (-b[1] * x[0]).exp() + peak(&b[2..5]) + peak(&b[5..8])
}

fn cubics(x: &Vec<f64>, b: &[f64]) -> f64 {
    let x = x[0];
    (b[0] + x * (b[1] + x * (b[2] + x * b[3]))) / (1.0 + x * (b[4] + x * (b[5] + x * b[6])))
}

fn seasons(x: &Vec<f64>, b: &[f64]) -> f64 {
    let wave = |period: f64, of_cos: f64, of_sin: f64| {
        let angle = TAU * x[0] / period;
        of_cos * angle.cos() + of_sin * angle.sin()
    };
    b[0] + wave(12.0, b[1], b[2]) + wave(b[3], b[4], b[5]) + wave(b[6], b[7], b[8])
}

/// The models of the data sets, as their files state them.
const MODELS: [(&str, Model); 27] = [
    ("Bennett5", |x, b| b[0] * (b[1] + x[0]).powf(-1.0 / b[2])),
    ("BoxBOD", |x, b| b[0] * (1.0 - (-b[1] * x[0]).exp())),
    ("Chwirut1", |x, b| (-b[0] * x[0]).exp() / (b[1] + b[2] * x[0])),
    ("Chwirut2", |x, b| (-b[0] * x[0]).exp() / (b[1] + b[2] * x[0])),
    ("DanWood", |x, b| b[0] * x[0].powf(b[1])),
    ("ENSO", seasons),
    ("Eckerle4", |x, b| b[0] / b[1] * (-0.5 * ((x[0] - b[2]) / b[1]).powi(2)).exp()),
    ("Gauss1", peaks),
    ("Gauss2", peaks),
    ("Gauss3", peaks),
    ("Hahn1", cubics),
    ("Kirby2", |x, b| (b[0] + x[0] * (b[1] + x[0] * b[2])) / (1.0 + x[0] * (b[3] + x[0] * b[4]))),
    ("Lanczos1", exponentials),
    ("Lanczos2", exponentials),
    ("Lanczos3", exponentials),
    ("MGH09", |x, b| b[0] * (x[0] * x[0] + x[0] * b[1]) / (x[0] * x[0] + x[0] * b[2] + b[3])),
    ("MGH10", |x, b| b[0] * (b[1] / (x[0] + b[2])).exp()),
    ("MGH17", |x, b| b[0] + b[1] * (-x[0] * b[3]).exp() + b[2] * (-x[0] * b[4]).exp()),
    ("Misra1a", |x, b| b[0] * (1.0 - (-b[1] * x[0]).exp())),
    ("Misra1b", |x, b| b[0] * (1.0 - (1.0 + b[1] * x[0] / 2.0).powi(-2))),
    ("Misra1c", |x, b| b[0] * (1.0 - (1.0 + 2.0 * b[1] * x[0]).powf(-0.5))),
    ("Misra1d", |x, b| b[0] * b[1] * x[0] / (1.0 + b[1] * x[0])),
    ("Nelson", |x, b| b[0] - b[1] * x[0] * (-b[2] * x[1]).exp()),
    ("Rat42", |x, b| b[0] / (1.0 + (b[1] - b[2] * x[0]).exp())),
    ("Rat43", |x, b| b[0] / (1.0 + (b[1] - b[2] * x[0]).exp()).powf(1.0 / b[3])),
    ("Roszman1", |x, b| b[0] - b[1] * x[0] - (b[2] / (x[0] - b[3])).atan() / PI),
    ("Thurber", cubics),
];

/// A data set of the `StRD` collection of NIST (public domain): starts, certified values and data.
struct Certified {
    starts: [Vec<f64>; 2],
    values: Vec<[f64; 2]>,
    sum_of_squares: f64,
    x: Vec<Vec<f64>>,
    y: Vec<f64>,
}

fn numbers(text: &str) -> Option<Vec<f64>> {
    text.split_whitespace().map(|word| word.parse().ok()).collect()
}

fn certified(name: &str) -> Certified {
    let path = format!("{}/tests/data/nist_strd/{name}.dat", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).expect("a data set");
    let mut set = Certified { starts: [vec![], vec![]], values: vec![], sum_of_squares: 0.0, x: vec![], y: vec![] };
    for line in text.lines() {
        let parameter = line.trim().strip_prefix('b').and_then(|rest| rest.split_once('='));
        if let Some([first, second, value, error]) = parameter.and_then(|(_, rest)| numbers(rest)).as_deref() {
            set.starts[0].push(*first);
            set.starts[1].push(*second);
            set.values.push([*value, *error]);
        }
        if let Some(sum) = line.strip_prefix("Residual Sum of Squares:") {
            set.sum_of_squares = sum.trim().parse().expect("a number");
        }
    }
    // The data begin after the last line that starts with "Data:".
    let data = text.lines().rev().take_while(|line| !line.starts_with("Data:"));
    for row in data.filter_map(numbers).filter(|row| row.len() > 1) {
        set.y.push(if name == "Nelson" { row[0].ln() } else { row[0] });
        set.x.push(row[1..].to_vec());
    }
    set
}

fn digits(found: f64, expected: f64) -> f64 {
    -((found - expected) / expected).abs().max(1e-16).log10()
}

fn named(count: usize) -> Vec<String> {
    (1..=count).map(|place| format!("b{place}")).collect()
}

/// Parameters and standard errors to six digits from both starts, sums of squares to eight. The sum of squares of Lanczos1,
/// 1.4e-25, is rounding error, and so are its standard errors.
#[test]
fn certified_values_of_nist() {
    let mut compared = 0;
    for (name, model) in MODELS {
        let set = certified(name);
        for start in &set.starts {
            let regression = Regression::new(named(start.len()), model).start(start.iter().copied());
            let fit = regression.fit(&set.x, &set.y).unwrap_or_else(|error| panic!("{name} from {start:?}: {error}"));
            let is_exact = set.sum_of_squares < 1e-20;
            for (parameter, [value, error]) in fit.parameters().iter().zip(&set.values) {
                let own = (digits(parameter.value(), *value), digits(parameter.standard_error(), *error));
                assert!(own.0 >= 6.0 && (own.1 >= 6.0 || is_exact), "{name} from {start:?}: {own:?} digits\n{fit}");
                compared += 1;
            }
            assert!(is_exact || digits(fit.sum_of_squares(), set.sum_of_squares) >= 8.0, "{name} from {start:?}");
        }
    }
    assert_eq!(compared, 2 * 120);
}

/// Stated derivatives give the same answer, and wrong ones are found.
#[test]
fn derivatives_are_checked() {
    let set = certified("Misra1a");
    let model = || Regression::new(["b1", "b2"], MODELS[18].1).start(set.starts[0].iter().copied());
    let right = model().derivatives(|x, b, out| {
        let left = (-b[1] * x[0]).exp();
        out.copy_from_slice(&[1.0 - left, b[0] * x[0] * left]);
    });
    let fit = right.fit(&set.x, &set.y).expect("a fit");
    for (parameter, [value, error]) in fit.parameters().iter().zip(&set.values) {
        assert!(digits(parameter.value(), *value) >= 6.0 && digits(parameter.standard_error(), *error) >= 6.0);
    }
    let wrong = model().derivatives(|x, b, out| out.copy_from_slice(&[1.0, b[0] * x[0]]));
    let error = wrong.fit(&set.x, &set.y).expect_err("wrong derivatives");
    assert!(error.is_invalid_input() && error.to_string().contains("is not that of the model"), "{error}");
}

fn near(fit: &Fit, expected: &[(&str, f64)], errors: &[(&str, f64)], tolerance: f64) {
    for (name, value) in expected {
        let found = fit.parameter(name).expect("a parameter").value();
        assert!((found - value).abs() <= tolerance * value.abs().max(1.0), "{name}: {found}, expected {value}");
    }
    for (name, value) in errors {
        let found = fit.parameter(name).expect("a parameter").standard_error();
        assert!((found - value).abs() <= tolerance, "{name} ± {found}, expected {value}");
    }
}

/// Saved output of R's self-starting models on R's data sets `DNase`, `ChickWeight`, `Loblolly` and `Puromycin`.
#[test]
fn saved_examples_of_r() {
    let concentration = [0.048_828_12, 0.195_312_5, 0.390_625, 0.781_25, 1.562_5, 3.125, 6.25, 12.5]
        .map(|c: f64| [c.ln(), c.ln()])
        .concat();
    let density = [
        0.017, 0.018, 0.121, 0.124, 0.206, 0.215, 0.377, 0.374, 0.614, 0.609, 1.019, 1.001, 1.334, 1.364, 1.730, 1.710,
    ];
    let gompertz = Regression::new(["Asym", "b2", "b3"], |x: &f64, b: &[f64]| b[0] * (-b[1] * b[2].powf(*x)).exp());
    let fit = gompertz.start([4.0, 2.0, 0.7]).fit(&concentration, &density).expect("a fit");
    let errors = [("Asym", 0.65321), ("b2", 0.14373), ("b3", 0.02206)];
    near(&fit, &[("Asym", 4.60333), ("b2", 2.27134), ("b3", 0.71647)], &errors, 1e-5);
    assert!((fit.residual_sd() - 0.02684).abs() < 1e-5 && fit.degrees_of_freedom() == 13);

    let days = [0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 14.0, 16.0, 18.0, 20.0, 21.0];
    let first = [42.0, 51.0, 59.0, 64.0, 76.0, 93.0, 106.0, 125.0, 149.0, 171.0, 199.0, 205.0];
    let logistic = Regression::new(["A", "B", "mid", "scale"], |x: &f64, b: &[f64]| {
        b[0] + (b[1] - b[0]) / (1.0 + ((b[2] - x) / b[3]).exp())
    });
    let fit = logistic.start([30.0, 300.0, 15.0, 5.0]).fit(&days, &first).expect("a fit");
    near(&fit, &[("A", 27.453), ("B", 348.971), ("mid", 19.391), ("scale", 6.673)], &[], 1e-4);

    let sixth = [49.0, 59.0, 74.0, 97.0, 124.0, 141.0, 148.0, 155.0, 160.0, 160.0, 157.0];
    let weibull = Regression::new(["Asym", "Drop", "lrc", "pwr"], |x: &f64, b: &[f64]| {
        b[0] - b[1] * (-b[2].exp() * x.powf(b[3])).exp()
    });
    let fit = weibull.start([160.0, 115.0, -5.5, 2.5]).fit(&days[1..], &sixth).expect("a fit");
    near(&fit, &[("Asym", 158.5012), ("Drop", 110.9971), ("lrc", -5.9934), ("pwr", 2.6461)], &[], 2e-5);

    let ages = [3.0, 5.0, 10.0, 15.0, 20.0, 25.0];
    let heights = [3.93, 9.34, 26.08, 37.79, 48.31, 56.43];
    let asymptotic =
        Regression::new(["Asym", "R0", "lrc"], |x: &f64, b: &[f64]| b[0] + (b[1] - b[0]) * (-b[2].exp() * x).exp());
    let fit = asymptotic.start([90.0, -8.0, -3.0]).fit(&ages, &heights).expect("a fit");
    near(&fit, &[("Asym", 94.1282), ("R0", -8.2508), ("lrc", -3.2176)], &[], 1e-5);

    let concentration = [0.02, 0.02, 0.06, 0.06, 0.11, 0.11, 0.22, 0.22, 0.56, 0.56, 1.10, 1.10];
    let rate = [76.0, 47.0, 97.0, 107.0, 123.0, 139.0, 159.0, 152.0, 191.0, 201.0, 207.0, 200.0];
    let michaelis = Regression::new(["Vm", "K"], |x: &f64, b: &[f64]| b[0] * x / (b[1] + x));
    let fit = michaelis.start([150.0, 0.05]).fit(&concentration, &rate).expect("a fit");
    near(&fit, &[("Vm", 212.7), ("K", 0.06412)], &[("Vm", 6.947), ("K", 0.008_281)], 1e-3);
}

/// Sales of video recorders 1 to 10 years after 1978, and the published fit of Bass's law.
#[test]
fn a_published_bass_fit_of_sales() {
    let sales = [840.0, 1470.0, 2110.0, 4000.0, 7590.0, 10_950.0, 10_530.0, 9470.0, 7790.0, 5890.0];
    let years: Vec<f64> = (1..=10).map(f64::from).collect();
    let bass = Regression::new(["M", "P", "Q"], |t: &f64, b: &[f64]| {
        let left = (-(b[1] + b[2]) * t).exp();
        b[0] * ((b[1] + b[2]).powi(2) / b[1]) * left / (1.0 + b[2] / b[1] * left).powi(2)
    });
    let bass = bass.bounds("P", 0.0, 1.0).bounds("Q", 0.0, f64::INFINITY).bounds("M", 0.0, f64::INFINITY);
    let fit = bass.start([60_630.0, 0.03, 0.38]).fit(&years, &sales).expect("a fit");
    let near = |name: &str, value: f64, error: f64, unit: f64| {
        let found = fit.parameter(name).expect("a parameter");
        assert!((found.value() - value).abs() <= 0.51 * unit, "{name}: {}", found.value());
        let of_error = if name == "M" { 10.0 } else { unit };
        assert!(
            (found.standard_error() - error).abs() <= 0.51 * of_error.max(1e-5),
            "{name} ± {}",
            found.standard_error()
        );
    };
    near("M", 6.80e4, 3.13e3, 100.0);
    near("P", 6.59e-3, 1.43e-3, 1e-5);
    near("Q", 0.638, 0.0414, 1e-3);
}

fn line() -> Regression<'static, f64> {
    Regression::new(["level", "rate"], |t: &f64, b: &[f64]| b[0] + b[1] * t)
}

/// A straight line by hand: x = 0, 1, 2, 3 and y = 1, 2, 2, 4. Slope 0.9, level 0.9, sum of squares 0.7, variance 0.35.
#[test]
fn a_line_by_hand() {
    let (x, y) = ([0.0, 1.0, 2.0, 3.0], [1.0, 2.0, 2.0, 4.0]);
    let fit = line().start([0.0, 0.0]).fit(&x, &y).expect("a fit");
    let close = |a: f64, b: f64| (a - b).abs() < 1e-9;
    assert!(close(fit.values()[0], 0.9) && close(fit.values()[1], 0.9) && close(fit.sum_of_squares(), 0.7), "{fit}");
    assert!(close(fit.covariance("rate", "rate").expect("a covariance"), 0.07));
    assert!(close(fit.correlation("level", "rate").expect("a correlation"), -1.5 / 3.5_f64.sqrt()));
    // t with 2 degrees of freedom: 4.302653 at 95 %.
    let [low, high] = fit.interval("rate", 0.95).expect("an interval");
    let reach = 4.302_652_729_7 * 0.07_f64.sqrt();
    assert!((low - (0.9 - reach)).abs() < 1e-8 && (high - (0.9 + reach)).abs() < 1e-8, "{low} {high}");
    // For a linear model the profile is the same interval.
    let profile = line().start([0.0, 0.0]).profile(&fit, &x, &y, "rate", 0.95).expect("an interval");
    assert!((profile[0] - low).abs() < 1e-6 && (profile[1] - high).abs() < 1e-6, "{profile:?}");
    let next = line().predict(&fit, &4.0, 0.95).expect("a prediction");
    assert!(close(next.value, 4.5) && (next.standard_error - (0.35_f64 * (0.25 + 6.25 / 5.0)).sqrt()).abs() < 1e-7);
    let fixed = line().start([0.0, 0.0]).fixed("level", 1.0).fit(&x, &y).expect("a fit");
    assert!(
        close(fixed.values()[1], 12.0 / 14.0) && fixed.parameters()[0].is_fixed() && fixed.degrees_of_freedom() == 3
    );
}

#[test]
fn what_is_refused_is_named() {
    let refused = |regression: Regression<'_, f64>, x: &[f64], y: &[f64], wanted: &[&str]| {
        let error = regression.fit(x, y).expect_err("no fit").to_string();
        wanted.iter().for_each(|text| assert!(error.contains(text), "{error}, expected {text}"));
    };
    let (x, y) = ([0.0, 1.0, 2.0, 3.0], [1.0, 2.0, 2.0, 4.0]);
    refused(line(), &x, &y, &["start: state values"]);
    refused(line().start([0.0]), &x, &y, &["1 values for 2 parameters"]);
    refused(line().start([0.0, 0.0]), &x, &y[..3], &["4 predictors but 3 responses"]);
    refused(line().start([0.0, 0.0]), &x[..2], &y[..2], &["2 observations are too few for 2 parameters"]);
    refused(line().start([0.0, 0.0]), &x, &[1.0, f64::NAN, 2.0, 3.0], &["response 1 must be finite, got NaN"]);
    refused(line().start([0.0, 0.0]).fixed("lvel", 1.0), &x, &y, &["\"lvel\"; did you mean \"level\"?"]);
    refused(line().start([0.0, 0.0]).bounds("rate", 2.0, 1.0), &x, &y, &["\"rate\"", "got 2 and 1"]);
    refused(line().start([0.0, 0.0]).bounds("rate", 0.5, 1.0), &x, &y, &["\"rate\"", "within its bounds, got 0"]);
    // The best slope within the bounds is a bound.
    refused(line().start([0.0, 0.2]).bounds("rate", 0.0, 0.5), &x, &y, &["rate: there is no optimum", "bound 0.5"]);
    // Two parameters that only act together.
    let twice = Regression::new(["a", "b"], |t: &f64, b: &[f64]| b[0] * b[1] * t).start([1.0, 1.0]);
    refused(twice, &x, &y, &["the data do not determine it"]);
    let odd = Regression::new(["a"], |t: &f64, b: &[f64]| (b[0] - t).sqrt()).start([1.0]);
    refused(odd, &x, &y, &["not finite at the start [1.0]"]);
    // Growth that does not slow down: a saturation would be infinite.
    let years: Vec<f64> = (0..12).map(f64::from).collect();
    let grown: Vec<f64> = years.iter().map(|t| (0.3 * t).exp() * (1.0 + 0.01 * (7.0 * t).sin())).collect();
    let logistic =
        Regression::new(["limit", "rate", "middle"], |t: &f64, b: &[f64]| b[0] / (1.0 + (b[1] * (b[2] - t)).exp()));
    let logistic = logistic.bounds("limit", 0.0, f64::INFINITY).start([100.0, 0.4, 12.0]);
    let error = logistic.fit(&years, &grown).expect_err("no optimum");
    assert!(error.is_numeric(), "{error}");
}

/// A law by its key: its closed form, its numbers, and a start.
type Known = (&'static str, fn(f64) -> f64, &'static [f64], Curve);

/// The laws of MODEL.md section 3 in closed form, before the base too.
fn laws() -> [Known; 9] {
    [
        ("constant", |t| 0.2_f64.ln_1p() * t, &[0.2], Curve::constant(0.1)),
        (
            "fade",
            |t| {
                let [from, to] = [0.15_f64, 0.05].map(f64::ln_1p);
                to * t + (from - to) * 2.0 / 2.0_f64.ln() * (1.0 - (-t / 2.0).exp2())
            },
            &[0.15, 0.05, 2.0],
            Curve::fade(0.2, 0.03, 1.5),
        ),
        ("hyperbolic", |t| 0.1_f64.ln_1p() * 14.0 * (t / 14.0).ln_1p(), &[0.1, 14.0], Curve::hyperbolic(0.2, 20)),
        (
            "damped",
            |t| {
                let kept = 0.8_f64.powf(0.25);
                0.1_f64.ln_1p() * 0.25 * kept * (1.0 - 0.8_f64.powf(t)) / (1.0 - kept)
            },
            &[0.1, 0.8],
            Curve::damped(0.2, 0.9),
        ),
        ("logistic", |t| (1.3 / (1.0 + 0.3 * (-0.6 * t).exp())).ln(), &[1.3, 0.6], Curve::logistic(2, 0.3)),
        ("gompertz", |t| 1.3_f64.ln() * (1.0 - (-0.4 * t).exp()), &[1.3, 0.4], Curve::gompertz(2, 0.3)),
        (
            "richards",
            |t| (1.3 / (1.0 + (1.3_f64.sqrt() - 1.0) * (-0.6 * t).exp()).powi(2)).ln(),
            &[1.3, 0.6, 0.5],
            Curve::richards(2, 0.4, 1),
        ),
        (
            "bass",
            |t| {
                let (p, q, adopted) = (0.002, 0.5, 0.8);
                let left = (1.0 - adopted) / (1.0 + adopted * q / p) * (-(p + q) * t).exp();
                ((1.0 - left) / (1.0 + q / p * left) / adopted).ln()
            },
            &[0.002, 0.5, 0.8],
            Curve::bass(0.01, 0.4, 0.7),
        ),
        (
            "weibull",
            |t| {
                let age = (1.3_f64 / 0.3).ln().powf(1.0 / 1.5) / 0.1;
                let reached = |u: f64| 1.0 - (-(0.1 * u).powf(1.5)).exp();
                (reached(t + age) / reached(age)).ln()
            },
            &[1.3, 0.1, 1.5],
            Curve::weibull(1.5, 0.08, 1.4),
        ),
    ]
}

const SEASONS: [f64; 4] = [-0.05, 0.02, -0.03, 0.06];

/// Forty quarters up to the base with revenue 700 and these log growths, factors of the seasons and two gaps.
fn quarters(log_growth: impl Fn(f64) -> f64, seasons: [f64; 4]) -> (Period, Vec<(Period, f64)>) {
    let base: Period = "2018-Q1".parse().expect("a period");
    let one = |k: i32| {
        let season = seasons[usize::try_from(k.rem_euclid(4)).expect("a season")];
        let growth = log_growth(f64::from(k) / 4.0) + season;
        (base.checked_add(k).expect("a period"), 700.0 * growth.exp())
    };
    (base, (-39..=0).filter(|k| ![-20, -11].contains(k)).map(one).collect())
}

/// Every law is recovered from an exact history, in every scale, with factors of seasons and gaps.
#[test]
fn every_law_is_recovered() {
    for (key, law, numbers, start) in laws() {
        let (base, history) = quarters(law, SEASONS);
        for scale in [Scale::Log, Scale::Level, Scale::Growth] {
            let automatic = CurveFit::of(key.parse().expect("a law")).scale(scale).fit(base, &history);
            let automatic = automatic.unwrap_or_else(|error| panic!("{key} {scale:?} without a start: {error}"));
            let fit = CurveFit::new(start.clone()).scale(scale).fit(base, &history);
            let fit = fit.unwrap_or_else(|error| panic!("{key} {scale:?}: {error}"));
            for (a, b) in automatic.fit().values().iter().zip(fit.fit().values()) {
                assert!((a / b - 1.0).abs() < 1e-7, "{key} {scale:?}: {a} without a start, {b} with one");
            }
            let from = usize::from(scale != Scale::Growth);
            let values = fit.fit().values();
            for (found, expected) in values[from..].iter().zip(numbers.iter().chain(&SEASONS[1..])) {
                assert!((found / expected - 1.0).abs() < 1e-7, "{key} {scale:?}: {found}, expected {expected}");
            }
            assert!(scale == Scale::Growth || (values[0] - 700.0_f64.ln()).abs() < 1e-8);
            // The fitted curve is that of the numbers.
            let ahead = fit.curve().log_growth(3.0).expect("finite");
            assert!((ahead - law(3.0)).abs() < 1e-6, "{key} {scale:?}: {ahead}");
        }
    }
}

/// Log growth of every law from its numbers, in closed form.
fn closed(key: &'static str) -> fn(f64, &[f64]) -> f64 {
    match key {
        "constant" => |t, n| n[0].ln_1p() * t,
        "fade" => |t, n| {
            let [from, to] = [n[0], n[1]].map(f64::ln_1p);
            to * t + (from - to) * n[2] / 2.0_f64.ln() * (1.0 - (-t / n[2]).exp2())
        },
        "hyperbolic" => |t, n| n[0].ln_1p() * n[1] * (t / n[1]).ln_1p(),
        "damped" => |t, n| {
            let kept = n[1].powf(0.25);
            n[0].ln_1p() * 0.25 * kept * (1.0 - n[1].powf(t)) / (1.0 - kept)
        },
        "logistic" => |t, n| (n[0] / (1.0 + (n[0] - 1.0) * (-n[1] * t).exp())).ln(),
        "gompertz" => |t, n| n[0].ln() * (1.0 - (-n[1] * t).exp()),
        "richards" => |t, n| n[0].ln() - ((n[0].powf(n[2]) - 1.0) * (-n[1] * t).exp()).ln_1p() / n[2],
        "bass" => |t, n| {
            let left = (1.0 - n[2]) / (n[0] + n[1] * n[2]) * (-(n[0] + n[1]) * t).exp();
            ((1.0 - n[0] * left) / (1.0 + n[1] * left) / n[2]).ln()
        },
        "weibull" => |t, n| {
            let age = (n[0] / (n[0] - 1.0)).ln().powf(1.0 / n[2]) / n[1];
            let reached = |u: f64| 1.0 - (-(n[1] * u).powf(n[2])).exp();
            (reached(t + age) / reached(age)).ln()
        },
        other => panic!("{other} has no closed form here"),
    }
}

/// With noise, every law ends at the minimum that its closed form has as a custom curve, whose derivatives are differences and
/// whose numbers have no bounds: estimates agree to 1e-6 standard errors, and standard errors to 1e-5.
#[test]
fn laws_end_where_their_closed_forms_do() {
    for (key, law, numbers, start) in laws() {
        let (base, history) = quarters(|t| law(t) + 0.01 * (37.0 * t).sin(), SEASONS);
        for scale in [Scale::Log, Scale::Level, Scale::Growth] {
            let own = CurveFit::new(start.clone()).scale(scale).fit(base, &history);
            let own = own.unwrap_or_else(|error| panic!("{key} {scale:?}: {error}"));
            let custom = Curve::custom("closed", numbers.iter().copied(), closed(key));
            let custom = CurveFit::new(custom).scale(scale).fit(base, &history);
            let custom = custom.unwrap_or_else(|error| panic!("{key} {scale:?} as a custom curve: {error}"));
            for (a, b) in own.fit().parameters().iter().zip(custom.fit().parameters()) {
                let apart = (a.value() - b.value()).abs() / b.standard_error();
                assert!(apart < 1e-6, "{key} {scale:?} {}: {apart} standard errors", a.name());
                let errors = a.standard_error() / b.standard_error();
                assert!((errors - 1.0).abs() < 1e-5, "{key} {scale:?} {}: {errors}", a.name());
            }
        }
    }
}

/// Projected revenue, with the factor of its season; a fixed number stays; the scenario has the curve and its revenue.
#[test]
fn a_fit_becomes_a_provider() {
    let noise = |k: f64| 0.02 * (37.0 * k).sin();
    let (_, law, _, start) = laws().into_iter().nth(4).expect("the logistic law");
    let (base, history) = quarters(|t| law(t) + noise(t), SEASONS);
    let fit = CurveFit::new(start.clone()).fit(base, &history).expect("a fit");
    let next = fit.revenue("2019-Q3", 0.9).expect("a prediction");
    let expected = 700.0 * (law(1.5) + SEASONS[2]).exp();
    assert!((next.value / expected - 1.0).abs() < 0.02, "{next:?}");
    assert!(next.band[0] < next.interval[0] && next.interval[0] < next.value && next.interval[1] < next.band[1]);
    let [low, high] = fit.profile("logistic.saturation", 0.9).expect("an interval");
    assert!(low < 1.3 && 1.3 < high && low > 1.0, "{low} {high}");

    let held = CurveFit::new(start).fixed("logistic.rate", 0.6).fit(base, &history).expect("a fit");
    assert!((held.parameter("logistic.rate").expect("a number").value() - 0.6).abs() < 1e-12);

    let scenario = fit.add_to(Scenario::builder(base, "2023-Q1"), "B").expect("a provider").build().expect("valid");
    let error = fit.parameter("logistic.rate").expect("a number").standard_error();
    let rate = fit.parameter("logistic.rate").expect("a number").value();
    let numbers = scenario.numbers();
    let of = |address: &str| numbers.iter().find(|(known, _)| known == address).expect("a number").1;
    assert!((of("assumption[B logistic.rate].lognormal[0]") - rate).abs() < 1e-12);
    assert!((of("assumption[B logistic.rate].lognormal[1]") - error / rate).abs() < 1e-12);
    let outcome = scenario.simulate().paths(20_000).seed(3).run().expect("an outcome");
    let median = outcome.revenue("B").expect("a fan").quantile("2020-Q1", 0.5).expect("a quantile");
    let fitted = fit.curve().log_growth(2.0).expect("finite") + fit.fit().values()[0];
    assert!((median / fitted.exp() - 1.0).abs() < 0.01, "{median} {}", fitted.exp());
    // The file of the scenario gives the same scenario.
    #[cfg(feature = "toml")]
    assert_eq!(Scenario::from_toml(&scenario.to_toml().expect("text")).expect("valid"), scenario);
}

#[test]
fn histories_that_do_not_fit_are_refused() {
    let (base, history) = quarters(|t| 0.1 * t, [0.0; 4]);
    let refused = |fit: CurveFit, history: &[(Period, f64)], wanted: &str| {
        let error = fit.fit(base, history).expect_err("refused").to_string();
        assert!(error.contains(wanted), "{error}, expected {wanted}");
    };
    let constant = || CurveFit::new(Curve::constant(0.1));
    let mut odd = history.clone();
    odd[3].1 = -1.0;
    refused(constant(), &odd, "2009-Q1: revenue must be finite and above 0, got -1");
    odd = history.clone();
    odd.swap(3, 4);
    refused(constant(), &odd, "2009-Q1: periods must be in increasing order");
    refused(constant(), &[("2017".parse().expect("a period"), 1.0)], "2017: is not a quarter as the base is");
    refused(constant(), &history[..2], "too few");
    refused(CurveFit::new(Curve::constant(normal(0.1, 0.1))), &history, "constant: must be a number to start from");
    refused(CurveFit::new(Curve::mixture([(1.0, Curve::constant(0.1))])), &history, "mixture: fit each law by itself");
    refused(constant().start(Curve::logistic(2, 0.3)), &history, "all starts must be the same curve");
    refused(constant().fixed("constnt", 0.1), &history, "did you mean \"constant\"?");
    // Growth that rises has no saturation.
    let (_, rising) = quarters(|t| 0.3 * t + 0.005 * t * t + 0.01 * (37.0 * t).sin(), [0.0; 4]);
    let error = CurveFit::new(Curve::logistic(3, 0.3)).fit(base, &rising).expect_err("no optimum");
    assert!(error.is_numeric() && error.to_string().contains("logistic.saturation"), "{error}");
    let growth = constant().scale(Scale::Growth).fit(base, &history).expect("a fit");
    assert!(growth.revenue("2018-Q2", 0.9).is_err() && growth.add_to(Scenario::builder(base, "2020-Q1"), "A").is_err());
}
