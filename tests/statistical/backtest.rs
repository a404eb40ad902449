//! Back-tests of panels whose law is known: the outside view is calibrated on its own model, and what is wrong is found.

use std::fmt::Write;

use outgrow::scores::Clusters;
use outgrow::{Date, Error, History};

struct Normals(u64);

impl Normals {
    fn next(&mut self) -> f64 {
        let mut sum = -6.0;
        for _ in 0..12 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            sum += f64::from(u32::try_from(self.0 >> 32).expect("32 bits")) / 4_294_967_296.0;
        }
        sum
    }
}

/// Sixty groups of four names over sixty years: an advantage with φ = .7 and a quarter of the variance of a year's change, in
/// Gaussian noise.
fn panel(seed: u64) -> History {
    let mut normal = Normals(seed);
    let mut text = String::from("group,name,period,value\n");
    for group in 0..60 {
        for name in 0..4 {
            let mut log = 3.0 + 0.2 * normal.next();
            let mut advantage = 0.05 * normal.next();
            for year in 1950..2010 {
                writeln!(text, "G{group},N{name},{year},{}", libm::exp(log)).expect("a string");
                advantage = 0.7 * advantage + libm::sqrt(0.51) * 0.05 * normal.next();
                log += advantage + 0.0866 * normal.next();
            }
        }
    }
    History::from_csv(&text).expect("valid")
}

/// About 9,000 cases, in clusters. The largest gap between forecast and frequency in a decile was .035 at most for ten other
/// seeds, and that of past drift .14 at least.
#[test]
fn the_outside_view_is_calibrated_on_its_own_model_and_past_drift_is_not() -> Result<(), Error> {
    let card = panel(5).backtest().horizon(5).run()?;
    println!("{card}");
    let gap = |name: &str| -> Result<f64, Error> {
        let deciles = &card.forecaster(name)?.deciles;
        Ok(deciles.iter().map(|[said, was]| (said - was).abs()).fold(0.0, f64::max))
    };
    let [view, drift] = [gap("outside_view")?, gap("past_drift")?];
    println!("largest gap of a decile: outside view {view:.3}, past drift {drift:.3}");
    assert!(view < 0.05 && drift > 0.1, "{view}, {drift}");
    let own = card.forecaster("outside_view")?;
    let coverage = own.coverage_80.expect("a band");
    assert!((0.76..=0.84).contains(&coverage), "{coverage}");
    assert!(own.interval[0] > 0.0, "{own:?}");
    let pit = own.pit.as_ref().expect("a distribution");
    assert!(pit.iter().all(|share| (share - 0.1).abs() < 0.025), "{pit:?}");
    Ok(())
}

/// The outside view's fast forecasts against quadrature: the standard error of the points is below .0013.
#[test]
fn forecasts_are_the_exact_answers_of_their_scenarios() -> Result<(), Error> {
    let panel = panel(6);
    let card = panel.backtest().horizon(5).first_origin("2004".parse()?).run()?;
    let at = card.forecasters().iter().position(|one| one.name == "outside_view_defaults").expect("a forecaster");
    for case in card.cases().iter().step_by(1 + card.cases().len() / 6) {
        let past = panel.as_of(Date::end_of(case.pair.base))?.group(&case.pair.group)?;
        let view = past.outside_view(&case.pair.challenger, &case.pair.incumbent, case.pair.base, case.pair.horizon)?;
        let scenario = view.scenario()?;
        let exact = scenario.exact().tolerance(5e-4).fans(false).ranks(false).shares(false).run()?;
        let exact = exact.questions()[0].by(scenario.horizon())?.value();
        let found = case.forecasts[at].overtaken;
        println!("{:?}: {found:.5}, exact {exact:.5}", case.pair);
        assert!((found - exact).abs() < 0.004, "{:?}: {found}, exact {exact}", case.pair);
    }
    Ok(())
}

/// The mean loss of pairs with an effect of each name and of each date, 200 data sets of 600 cases: an interval of 90 % covers
/// the true mean 0 in at least 80 % (a false alarm below 1e-6 if it covered 90 %), and one of cases drawn singly in far fewer.
#[test]
fn intervals_cover_the_truth_where_names_and_dates_are_shared() -> Result<(), Error> {
    let (mut covered, mut by_case) = (0, 0);
    for set in 0..200 {
        let mut normal = Normals(1_000 + set);
        let names: Vec<f64> = (0..24).map(|_| normal.next()).collect();
        let dates: Vec<f64> = (0..30).map(|_| normal.next()).collect();
        let pairs: Vec<[usize; 2]> = (0..600).map(|k| [k % 12, 12 + (k / 12 + k) % 12]).collect();
        let when: Vec<usize> = (0..600).map(|k| k / 20).collect();
        let losses: Vec<f64> = pairs
            .iter()
            .zip(&when)
            .map(|([a, b], date)| names[*a] + names[*b] + dates[*date] + normal.next())
            .collect();
        let mean = |weights: &[f64]| {
            weights.iter().zip(&losses).map(|(w, x)| w * x).sum::<f64>() / weights.iter().sum::<f64>()
        };
        let [low, high] = Clusters::new(&pairs, &when, 3)?.interval(mean);
        covered += u32::from(low <= 0.0 && 0.0 <= high);
        let all = mean(&[1.0; 600]);
        let sd = (losses.iter().map(|x| (x - all) * (x - all)).sum::<f64>() / 600.0 / 600.0).sqrt();
        by_case += u32::from(all.abs() <= 1.645 * sd);
    }
    println!("covered in {covered} of 200; by case in {by_case}");
    assert!(covered >= 160 && by_case < 110, "{covered}, {by_case}");
    Ok(())
}
