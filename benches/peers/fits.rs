//! The engine's part of `fits.py`: fits of a logistic law to the histories of a file, one a line.
//!
//! Prints the seconds that the fits took, then the sum of squares of each.

use std::time::Instant;

use outgrow::fit::{CurveFit, GrowthLaw, Regression};
use outgrow::{Curve, Error, Period};

/// A fit of one history: its sum of squares.
type Way = fn(&[f64], &[(Period, f64)], &[f64]) -> Result<f64, Error>;

/// As in NumPy, the logarithm of the saturation is taken once for all times.
fn model(times: &[f64], b: &[f64], out: &mut [f64]) {
    let limit = b[0] + libm::log(b[1]);
    for (out, t) in out.iter_mut().zip(times) {
        *out = limit - libm::log1p((b[1] - 1.0) * libm::exp(-b[2] * t));
    }
}

fn regression<'m>(logs: &[f64]) -> Regression<'m, f64> {
    Regression::over_all(["level", "saturation", "rate"], model).start([logs[logs.len() - 1], 1.5, 0.5])
}

fn slopes(t: &f64, b: &[f64], out: &mut [f64]) {
    let left = libm::exp(-b[2] * t);
    let below = 1.0 + (b[1] - 1.0) * left;
    out.copy_from_slice(&[1.0, 1.0 / b[1] - left / below, (b[1] - 1.0) * left * t / below]);
}

fn by_curve(fit: CurveFit, revenue: &[(Period, f64)]) -> Result<f64, Error> {
    Ok(fit.seasons(false).fit("2018-Q1", revenue)?.fit().sum_of_squares())
}

fn main() -> Result<(), Error> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // `cargo bench` passes options and no file.
    let [way, file] = arguments.as_slice() else { return Ok(()) };
    if way.starts_with('-') {
        return Ok(());
    }
    let way: Way = match way.as_str() {
        "curve" => |_, revenue, _| by_curve(CurveFit::new(Curve::logistic(1.5, 0.5)), revenue),
        "automatic" => |_, revenue, _| by_curve(CurveFit::of(GrowthLaw::Logistic), revenue),
        "regression" => |t, _, logs| Ok(regression(logs).fit(t, logs)?.sum_of_squares()),
        _ => |t, _, logs| Ok(regression(logs).derivatives(slopes).fit(t, logs)?.sum_of_squares()),
    };
    let text = std::fs::read_to_string(file).expect("a file of histories");
    let base: Period = "2018-Q1".parse()?;
    let times: Vec<f64> = (-39..=0).map(|k| f64::from(k) / 4.0).collect();
    let read = |line: &str| {
        let logs: Vec<f64> = line.split_whitespace().map(|word| word.parse().expect("a number")).collect();
        let periods = (-39..=0).map(|k| base.checked_add(k));
        let revenue = periods.zip(&logs).map(|(period, log)| Ok((period?, libm::exp(*log))));
        Ok((revenue.collect::<Result<Vec<_>, Error>>()?, logs))
    };
    let histories = text.lines().map(read).collect::<Result<Vec<_>, Error>>()?;
    let start = Instant::now();
    let sums = histories.iter().map(|(revenue, logs)| way(&times, revenue, logs)).collect::<Result<Vec<f64>, _>>()?;
    let seconds = start.elapsed().as_secs_f64();
    println!("{seconds}");
    sums.iter().for_each(|sum| println!("{sum:e}"));
    Ok(())
}
