//! Laws fitted to the figures of a history: which figures enter, their shocks, the scenario, and Bass's law on classic series.

use outgrow::fit::{CurveFit, Fits, FittedProvider, GrowthLaw, Regression, Scale};
use outgrow::{History, Innovations, Period, ReferenceClass};

/// The rows of one kind of the reference file: name and values.
fn reference(kind: &str) -> Vec<(String, Vec<String>)> {
    let text = include_str!("../reference/fits.csv");
    let rows = text.lines().filter_map(|line| line.strip_prefix(&format!("{kind},")));
    rows.map(|row| {
        let mut cells = row.split(',').map(str::to_owned);
        (cells.next().expect("a name"), cells.collect())
    })
    .collect()
}

fn numbers(cells: &[String]) -> Vec<f64> {
    cells.iter().map(|cell| cell.parse().expect("a number")).collect()
}

/// Adoptions of a classic series.
fn adoptions(name: &str) -> Vec<f64> {
    let text = include_str!("../data/bass_classic.csv");
    let rows = text.lines().filter(|line| line.starts_with(&format!("{name},")));
    rows.map(|row| row.split(',').nth(2).expect("adoptions").parse().expect("a number")).collect()
}

fn history_of(name: &str, revenue: impl IntoIterator<Item = f64>) -> History {
    let mut text = String::from("name,period,value\n");
    for (year, revenue) in (1950..).zip(revenue) {
        text += &format!("{name},{year},{revenue}\n");
    }
    History::from_csv(&text).expect("a history")
}

/// Every classic series against an independent least squares: sales by Bass's law of F', and what is owned by the growth law
/// with starts from the data. The four series whose launch runs away have no optimum, and the error has parameter and name.
#[test]
fn bass_fits_of_classic_series() {
    let sales = reference("sales");
    assert_eq!(sales.len(), 8);
    for (name, cells) in &sales {
        let (expected, adoptions) = (numbers(cells), adoptions(name));
        let years: Vec<f64> = (1..).map(f64::from).take(adoptions.len()).collect();
        let bass = Regression::new(["M", "P", "Q"], |t: &f64, b: &[f64]| {
            let left = libm::exp(-(b[1] + b[2]) * t);
            let rest = 1.0 + b[2] / b[1] * left;
            b[0] * (b[1] + b[2]) * (b[1] + b[2]) / b[1] * left / (rest * rest)
        });
        let bass = ["M", "P", "Q"].into_iter().fold(bass, |bass, name| bass.bounds(name, 0.0, f64::INFINITY));
        let total: f64 = adoptions.iter().sum();
        let fit = bass.start([2.0 * total, 0.01, 0.4]).start([1.5 * total, 0.001, 0.8]).fit(&years, &adoptions);
        let fit = fit.unwrap_or_else(|error| panic!("{name}: {error}"));
        for (place, (parameter, error)) in fit.parameters().iter().zip(&expected[3..6]).enumerate() {
            assert!((parameter.value() / expected[place] - 1.0).abs() < 1e-5, "{name}: {fit}");
            assert!((parameter.standard_error() / error - 1.0).abs() < 1e-4, "{name}: {fit}, expected {error}");
        }
        assert!((fit.sum_of_squares() / expected[6] - 1.0).abs() < 1e-8, "{name}");
    }
    let mut without = 0;
    for (name, cells) in reference("owned") {
        let owned = adoptions(&name).into_iter().scan(0.0, |sum, sold| {
            *sum += sold;
            Some(*sum)
        });
        let fit = history_of(&name, owned).fit(&name, GrowthLaw::Bass);
        if cells[0] == "none" {
            let error = fit.expect_err("no optimum");
            assert!(error.is_numeric() && error.to_string().contains("bass.p: "), "{error}");
            assert!(error.to_string().contains(&format!("({name:?}, ")), "{error}");
            without += 1;
            continue;
        }
        let (fit, expected) = (fit.unwrap_or_else(|error| panic!("{name}: {error}")), numbers(&cells));
        let parameter = |key: &str| fit.parameter(key).expect("a parameter").value();
        let potential = libm::exp(parameter("level")) / parameter("bass.adopted");
        let found = [potential, parameter("bass.p"), parameter("bass.q")];
        for (found, expected) in found.into_iter().zip(&expected) {
            assert!((found / expected - 1.0).abs() < 1e-5, "{name}: {found}, expected {expected}");
        }
        assert!((fit.fit().sum_of_squares() / expected[4] - 1.0).abs() < 1e-8, "{name}");
    }
    assert_eq!(without, 4);
}

/// Forty quarters around growth of 10 % a year without two of them, with the deviations of the reference script.
fn quarters(kind: &str) -> Vec<(Period, f64)> {
    let base: Period = "2018-Q1".parse().expect("a period");
    let one = |k: i32| {
        let t = f64::from(k);
        let mut noise = 0.03 * libm::sin(37.0 * t) + 0.02 * libm::sin(3.0 * t);
        match kind {
            "one outlier" if k == -14 => noise += 0.3,
            "heavy" => noise = noise.signum() * 0.2 * libm::pow(noise.abs() / 0.05, 3.0),
            _ => {}
        }
        (base.checked_add(k).expect("a period"), 700.0 * libm::exp(libm::log1p(0.1) * t / 4.0 + noise))
    };
    (-39..=0).filter(|k| ![-20, -11].contains(k)).map(one).collect()
}

/// Scale, degrees of freedom and correlation of shocks, against the reference script.
#[test]
fn shocks_are_those_of_the_reference_script() {
    let rows = reference("shocks");
    assert_eq!(rows.len(), 3);
    for (name, cells) in rows {
        let fit = CurveFit::of(GrowthLaw::Constant).seasons(false).fit("2018-Q1", &quarters(&name)).expect("a fit");
        let shocks = fit.shocks().expect("a level");
        for (found, expected) in [shocks.scale(), shocks.df(), shocks.correlation()].into_iter().zip(numbers(&cells)) {
            assert!((found / expected - 1.0).abs() < 1e-6, "{name}: {shocks:?}, expected {expected}");
        }
        let sd = shocks.scale() * (shocks.df() / (shocks.df() - 2.0)).sqrt();
        assert!((shocks.sd() - sd).abs() < 1e-12 && (shocks.volatility() - 2.0 * sd).abs() < 1e-12);
        let kept = libm::exp2(-0.25 / shocks.half_life());
        assert!((kept - shocks.correlation()).abs() < 1e-12);
        // Another class has another prior.
        let other = fit.shocks_in(&ReferenceClass::large_companies()).expect("a level");
        assert!(other.scale() < shocks.scale() && other.df() < shocks.df(), "{other:?}");
        // Residuals of revenue itself become deviations of logs.
        let in_level = CurveFit::of(GrowthLaw::Constant).seasons(false).scale(Scale::Level);
        let in_level = in_level.fit("2018-Q1", &quarters(&name)).expect("a fit").shocks().expect("a level");
        assert!((in_level.scale() / shocks.scale() - 1.0).abs() < 0.3, "{in_level:?}");
    }
    let growth = CurveFit::of(GrowthLaw::Constant).scale(Scale::Growth).fit("2018-Q1", &quarters("normal"));
    assert!(growth.expect("a fit").shocks().is_err());
}

/// Only reported figures on the latest basis that are visible enter; gaps stay gaps.
#[test]
fn which_figures_enter_a_fit() {
    let logistic = |year: i32| 900.0 / (1.0 + libm::exp(-0.6 * f64::from(year - 2011)));
    let mut text = String::from("name,period,value,kind\n");
    for year in 2000..=2018 {
        let (value, kind) = match year {
            2000..=2004 => (5.0 * logistic(year), ""),
            2005 => (logistic(year), "break"),
            2010 => (3.0 * logistic(year), "at_least"),
            2013 => continue,
            _ => (logistic(year), ""),
        };
        text += &format!("A,{year},{value},{kind}\n");
    }
    let history = History::from_csv(&text).expect("a history");
    let fit = history.fit("A", GrowthLaw::Logistic).expect("a fit");
    assert_eq!(fit.fit().residuals().len(), 12);
    assert!((fit.parameter("logistic.rate").expect("a number").value() - 0.6).abs() < 1e-7);
    let held = CurveFit::of(GrowthLaw::Logistic).fixed("logistic.rate", 0.6);
    let held = history.fit("A", held).expect("a fit");
    let left = 1.0 + libm::exp(-0.6 * 7.0);
    assert!((held.parameter("logistic.saturation").expect("a number").value() / left - 1.0).abs() < 1e-8);
    // As of 2003 only the old basis is known.
    let error = history.as_of("2003-12-31").expect("a date").fit("A", GrowthLaw::Richards).expect_err("few figures");
    let message = error.to_string();
    assert!(
        message.contains("4 observations are too few for 4 parameters (\"A\", 4 figures from 2000 to 2003)"),
        "{message}"
    );
    // A later figure changes nothing that was known before.
    let later = History::from_csv(&format!("{text}A,2019,5,\n")).expect("a history");
    let known =
        |history: &History| history.as_of("2016-12-31").expect("a date").fit("A", GrowthLaw::Logistic).expect("a fit");
    assert_eq!(known(&history).fit(), known(&later).fit());
    let error = history.fit("a", GrowthLaw::Logistic).expect_err("no such name");
    assert!(error.to_string().contains("did you mean \"A\""), "{error}");
}

/// A kind of history, and its figures.
type Wild = (&'static str, fn(i32) -> f64);

/// Histories without structure: every law gives finite numbers, or an error that names a parameter or the data.
#[test]
fn wild_histories_give_numbers_or_a_named_error() {
    let wild: [Wild; 7] = [
        ("constant", |_| 100.0),
        ("falling", |k| 1e6 * libm::exp(-0.8 * f64::from(k))),
        ("alternating", |k| if k % 2 == 0 { 1.0 } else { 50.0 }),
        ("spike", |k| if k == 7 { 60.0 } else { 1.0 }),
        ("jump", |k| if k < 8 { 1.0 } else { 40.0 }),
        ("faster than any exponential", |k| libm::exp(0.05 * f64::from(k * k))),
        ("noise", |k| libm::exp(1.5 * libm::sin(1000.0 * f64::from(k)))),
    ];
    let (mut fitted, mut refused) = (0, 0);
    for (kind, value) in wild {
        for law in GrowthLaw::ALL {
            match history_of("X", (0..16).map(value)).fit("X", law) {
                Ok(fit) => {
                    let all = fit.fit().parameters().iter();
                    let is_finite = all.map(|of| of.value() + of.standard_error()).all(f64::is_finite);
                    assert!(
                        is_finite && fit.shocks().expect("a level").volatility().is_finite(),
                        "{law} {kind}: {fit:?}"
                    );
                    fitted += 1;
                }
                Err(error) => {
                    let message = error.to_string();
                    let is_named = message.contains(&format!("fit: {law}."))
                        || message.contains("fit: start: ")
                        || message.contains("fit: level: ");
                    assert!(
                        error.is_numeric() && is_named && message.contains("(\"X\", 16 figures"),
                        "{law} {kind}: {message}"
                    );
                    refused += 1;
                }
            }
        }
    }
    assert!(fitted >= 10 && refused >= 10, "{fitted} fitted, {refused} refused");
    let error = history_of("X", [1.0, 2.0, 3.0])
        .fit("X", CurveFit::of(GrowthLaw::Hyperbolic).fixed("hyperbolic.half_life", 0.5));
    let message = error.expect_err("undefined at the first figure").to_string();
    assert!(message.contains("with hyperbolic.half_life = 0.5 the law hyperbolic has no value"), "{message}");
}

/// Two providers whose shocks have a common part, with two laws each.
fn pair() -> History {
    let mut text = String::from("name,period,value,currency\n");
    for k in -35..=0 {
        let t = f64::from(k) / 4.0;
        let (a, b) = (libm::sin(37.0 * t * 4.0), libm::sin(11.0 * t * 4.0));
        let period = Period::try_from("2018-Q1").and_then(|base| base.checked_add(k)).expect("a period");
        let grown = 1.6 / (1.0 + 0.6 * libm::exp(-0.5 * t));
        text += &format!("A,{period},{},EUR\n", 700.0 * grown * libm::exp(0.05 * a + 0.02 * b));
        text += &format!("B,{period},{},EUR\n", 900.0 * libm::exp(0.15 * t + 0.05 * a - 0.02 * b));
    }
    History::from_csv(&text).expect("a history")
}

#[test]
fn fits_become_a_scenario_with_mixtures() {
    let history = pair();
    let fits = history.fits(["A", "B"], [GrowthLaw::Gompertz, GrowthLaw::Logistic, GrowthLaw::Constant]).expect("fits");
    let a = fits.provider("A").expect("A");
    assert!(a.laws().len() >= 2 && (a.weights().iter().sum::<f64>() - 1.0).abs() < 1e-12, "{fits}");
    assert!(a.weights()[0] >= a.weights()[1] && a.laws()[0].fit().aicc() <= a.laws()[1].fit().aicc());
    let difference = a.laws()[1].fit().aicc() - a.laws()[0].fit().aicc();
    assert!((a.weights()[1] / a.weights()[0] - libm::exp(-0.5 * difference)).abs() < 1e-9);
    // Common shocks.
    let correlation = fits.correlation("A", "B").expect("both");
    assert!(correlation > 0.5 && correlation < 1.0, "{correlation}");
    assert!((correlation - fits.correlation("B", "A").expect("both")).abs() < 1e-12);

    let scenario = fits.scenario("2023-Q1").expect("valid");
    assert_eq!((scenario.innovations(), scenario.unit()), (Innovations::Gaussian, Some("EUR")));
    assert_eq!(scenario.questions().len(), 1);
    let numbers = scenario.numbers();
    let of =
        |address: &str| numbers.iter().find(|(known, _)| known == address).unwrap_or_else(|| panic!("{address}")).1;
    assert_eq!(fits.provider("B").expect("B").refused().len(), 2, "{fits}");
    let kept: Vec<f64> = a.weights().iter().copied().filter(|weight| *weight >= 1e-3).collect();
    assert!((of("provider[A].growth.mixture[0].weight") - kept[0]).abs() < 1e-12);
    // The level is averaged over the laws, with the variance between them.
    let total: f64 = kept.iter().sum();
    let level = |of: usize| a.laws()[of].parameter("level").expect("a level");
    let mean =
        |f: &dyn Fn(usize) -> f64| kept.iter().enumerate().map(|(law, weight)| weight / total * f(law)).sum::<f64>();
    let centre = mean(&|law| level(law).value());
    let variance = mean(&|law| {
        let (error, away) = (level(law).standard_error(), level(law).value() - centre);
        error * error + away * away
    });
    assert!((of("assumption[A level].lognormal[0]") / libm::exp(centre) - 1.0).abs() < 1e-12);
    assert!((of("assumption[A level].lognormal[1]") - variance.sqrt()).abs() < 1e-12);
    // Numbers of one law depend on each other, and numbers of two laws only through the level.
    let pairs: Vec<(&str, &str, f64)> = scenario.dependences().collect();
    let between = |a: &str, b: &str| {
        let found = pairs.iter().find(|(x, y, _)| (*x, *y) == (a, b) || (*x, *y) == (b, a));
        2.0 * libm::sin(std::f64::consts::PI / 6.0 * found.unwrap_or_else(|| panic!("{a} and {b}")).2)
    };
    let key = |law: usize| if a.laws()[law].parameter("logistic.rate").is_ok() { "logistic" } else { "gompertz" };
    let names = |law: usize| [format!("{}.saturation", key(law)), format!("{}.rate", key(law))];
    let [saturation, rate] = names(0);
    let own = a.laws()[0].fit().correlation(&saturation, &rate).expect("numbers");
    assert!((between(&format!("A {saturation}"), &format!("A {rate}")) - own).abs() < 1e-9);
    let [other, _] = names(1);
    let through = between("A level", &format!("A {rate}")) * between("A level", &format!("A {other}"));
    assert!((between(&format!("A {rate}"), &format!("A {other}")) - through).abs() < 1e-9);

    let tails = fits.clone().with_student_t().scenario("2023-Q1").expect("valid");
    assert_eq!(tails.innovations(), Innovations::student_t(fits.df()));
    assert!(fits.df() > 2.2 && fits.df() < 100.0);
    #[cfg(feature = "toml")]
    assert_eq!(outgrow::Scenario::from_toml(&tails.to_toml().expect("text")).expect("valid"), tails);
}

#[test]
fn fits_that_cannot_be_joined_are_refused() {
    let history = pair();
    let refused =
        |error: outgrow::Error, wanted: &str| assert!(error.to_string().contains(wanted), "{error}, expected {wanted}");
    let fits = |names: &[&str], laws: &[GrowthLaw]| history.fits(names, laws.iter().copied());
    refused(fits(&["A", "A"], &[GrowthLaw::Constant]).expect_err("twice"), "got \"A\" twice");
    refused(fits(&["A", "C"], &[GrowthLaw::Constant]).expect_err("unknown"), "no figure of \"C\"");
    refused(fits(&["A"], &[]).expect_err("no law"), "at least one name and one law");
    refused(fits(&[], &[GrowthLaw::Constant]).expect_err("no name"), "at least one name and one law");
    // No law fits revenue that alternates: both reasons are given.
    let flat = history_of("X", (0..16).map(|k| if k % 2 == 0 { 1.0 } else { 50.0 }));
    let error = flat.fits(["X"], [GrowthLaw::Bass, GrowthLaw::Weibull]).expect_err("no law");
    assert!(error.is_numeric() && error.problems().len() == 2, "{error}");
    let currencies = "name,period,value,currency\nA,2017,5,EUR\nA,2018,6,EUR\nB,2017,5,USD\nB,2018,7,USD\n";
    let currencies = History::from_csv(currencies).expect("a history");
    refused(currencies.fits(["A", "B"], [GrowthLaw::Constant]).expect_err("currencies"), "got USD of \"B\"");

    let fit = |base: &str| CurveFit::of(GrowthLaw::Constant).fit(base, &quarters("normal")).expect("a fit");
    let provider = |name: &str, base: &str| FittedProvider::new(name, [fit(base)]).expect("a provider");
    refused(
        Fits::new([provider("A", "2018-Q1"), provider("B", "2018-Q2")]).expect_err("bases"),
        "2018-Q1, got 2018-Q2",
    );
    refused(FittedProvider::new("A", []).expect_err("none"), "at least one fitted law");
    refused(FittedProvider::new("A", [fit("2018-Q1"), fit("2018-Q2")]).expect_err("bases"), "differ from those of");
    assert!(Fits::new([]).is_err());
    let one = Fits::new([provider("A", "2018-Q1")]).expect("one");
    assert!(one.scenario("2017-Q1").is_err() && one.scenario("2020").is_err());
    // A level that is held has no distribution, and no dependence.
    let held =
        CurveFit::of(GrowthLaw::Constant).fixed("level", 6.5).fit("2018-Q1", &quarters("normal")).expect("a fit");
    let scenario =
        Fits::new([FittedProvider::new("A", [held]).expect("one")]).expect("one").scenario("2020-Q1").expect("valid");
    assert_eq!(scenario.dependences().count(), 0);
    assert_eq!(scenario.providers()[0].name(), "A");
}
