//! News from weighted paths: against closed forms, quadrature and an independent simulation, and what is refused.

use outgrow::analysis::{News, Report};
use outgrow::{
    Curve, Innovations, Jump, Provider, Question, Scenario, ScenarioBuilder, Segment, Shock, log_growth, lognormal,
    normal,
};
use statrs::distribution::{Continuous, ContinuousCDF, Normal, StudentsT};

fn pair(a: Provider, b: Provider) -> ScenarioBuilder {
    Scenario::builder("2018", "2022").provider(a).provider(b)
}

/// A, of which growth and shocks are those of the case.
fn a() -> Provider {
    Provider::new("A", 10).growth(Curve::constant(log_growth(0.3, 0.0))).volatility(0.2)
}

/// B with certain revenue of 16.
fn fixed() -> Provider {
    Provider::new("B", 16).growth(Curve::constant(0.0))
}

fn asked(builder: ScenarioBuilder) -> Scenario {
    builder.question(Question::overtakes("A", "B")).build().expect("valid")
}

fn report(name: &str, period: &str, value: f64) -> Report {
    Report::new(name, period, value).expect("a report")
}

fn news(scenario: &Scenario, reports: &[Report], date: &str) -> News {
    let question = scenario.questions()[0].title();
    scenario.update(reports).and_then(|update| update.news(&question, date)).expect("news")
}

fn message(scenario: &Scenario, reports: &[Report], date: &str) -> String {
    let question = scenario.questions()[0].title();
    scenario.update(reports).and_then(|update| update.news(&question, date)).expect_err("an error").to_string()
}

fn cdf(x: f64) -> f64 {
    Normal::standard().cdf(x)
}

/// The updated probability is the true one within four standard errors; it comes from weighted paths.
fn assert_after(what: &str, found: &News, truth: f64) {
    let after = found.after;
    assert!((after.value - truth).abs() < 4.0 * after.standard_error + 1e-9, "{what}: {after}, not {truth}");
    assert!(after.standard_error > 0.0 && after.standard_error < 2e-3, "{what}: {after}");
    assert!(found.paths.is_some(), "{what}: {found}");
}

/// A Student-t distribution with this standard deviation.
fn student(location: f64, sd: f64, df: f64) -> StudentsT {
    StudentsT::new(location, sd * ((df - 2.0) / df).sqrt(), df).expect("parameters")
}

/// With Student-t innovations one report leaves the other a Student-t distribution with one more degree of freedom (Ding 2016).
#[test]
fn one_report_with_heavy_tails() {
    let (sigma, beta, rho) = (0.2, 0.15, 0.5);
    for (df, y) in [(3.0, 14.0), (3.0, 22.0), (8.0, 16.5), (30.0, 13.0)] {
        let b = Provider::new("B", 15).growth(Curve::constant(0.0)).volatility(beta);
        let both = pair(a(), b).correlation("A", "B", rho).innovations(Innovations::student_t(df));
        let found = news(&asked(both), &[report("A", "2019", y)], "2019");
        let shock = libm::log(y / 10.0) - 0.3;
        let mean = libm::log(15.0) + rho * beta / sigma * shock;
        let scale = ((df - 2.0) / df).sqrt();
        let distance = shock / (sigma * scale);
        let spread = ((df + distance * distance) / (df + 1.0)).sqrt() * beta * scale * (1.0 - rho * rho).sqrt();
        let rest = StudentsT::new(mean, spread, df + 1.0).expect("parameters");
        assert_after(&format!("{df}, {y}"), &found, rest.cdf(libm::log(y)));
    }
}

/// The mean log growth is drawn: its posterior by the trapezoidal rule, then a further year of Student-t innovations.
#[test]
fn heavy_tails_with_a_drawn_growth() {
    let (prior, tau, sigma, beta, df) = (0.3, 0.1, 0.2, 0.15, 4.0);
    let growing = a().growth(Curve::constant(log_growth(prior, tau)));
    let b = Provider::new("B", 15).growth(Curve::constant(0.0)).volatility(beta);
    let scenario = asked(pair(growing, b).innovations(Innovations::student_t(df)));
    for (y, z) in [(13.5, 15.0), (12.0, 14.0)] {
        let found = news(&scenario, &[report("A", "2019", y), report("B", "2019", z)], "2020");
        let (mut weights, mut hits) = (0.0, 0.0);
        for node in -400..=400 {
            let growth = prior + tau * f64::from(node) / 50.0;
            // The density of both reports depends on their distance alone; the factor that does not depend on growth is left out.
            let [x, w] = [(libm::log(y / 10.0) - growth) / sigma, libm::log(z / 15.0) / beta];
            let density = libm::pow(1.0 + (x * x + w * w) / (df - 2.0), -0.5 * (df + 2.0));
            let weight = Normal::standard().pdf(f64::from(node) / 50.0) * density;
            let ahead = student(0.0, (sigma * sigma + beta * beta).sqrt(), df).cdf(libm::log(y / z) + growth);
            (weights, hits) = (weights + weight, hits + weight * ahead);
        }
        assert_after(&format!("{y}, {z}"), &found, hits / weights);
        assert!(found.effective_sample_size.is_some_and(|size| size > 1000.0));
    }
}

/// Each kind of shock of A given its reports; B is certain.
#[test]
fn shocks_that_are_not_random_walks() {
    let (sigma, half_life, growth) = (0.2, 2.0, 0.3);
    let kept = libm::exp2(-1.0 / half_life);
    let shock = |y: f64, t: f64| libm::log(y / 10.0) - growth * t;
    let after = |mean: f64, sd: f64, t: f64| cdf((libm::log(10.0 / 16.0) + growth * t + mean) / sd);
    let scenario = |shock: Shock| asked(pair(a().shock(shock), fixed()));
    // A persistent state is known from the last two reports.
    let (first, second) = (shock(12.0, 1.0), shock(15.0, 2.0));
    let persistent = scenario(Shock::persistent(half_life));
    let found = news(&persistent, &[report("A", "2019", 12.0), report("A", "2020", 15.0)], "2021");
    let renewed = (1.0 - kept * kept).sqrt();
    let truth = after(second + kept * (second - first), sigma * renewed, 3.0);
    assert_after("persistent", &found, truth);
    assert!(found.effective_sample_size.is_some_and(|size| size > 16_000.0), "nothing is drawn: {found}");
    let reverting = scenario(Shock::reverting(half_life));
    let found = news(&reverting, &[report("A", "2019", 15.0)], "2020");
    assert_after("reverting", &found, after(kept * shock(15.0, 1.0), sigma, 2.0));
    // Of a report, the trend takes its share of the variance, and the rest is noise.
    let share = 0.6;
    let trending = scenario(Shock::damped_trend(share, half_life));
    let found = news(&trending, &[report("A", "2019", 15.0)], "2020");
    let (trend, noise) = (share * renewed * renewed, 1.0 - share);
    let (mean, variance) = (trend / (trend + noise) * shock(15.0, 1.0), trend * noise / (trend + noise));
    let sd = sigma * (kept * kept * variance + trend + noise).sqrt();
    assert_after("damped trend", &found, after(shock(15.0, 1.0) + kept * mean, sd, 2.0));
}

/// A provider that reports has not ceased to exist, and may do so only from then on.
#[test]
fn exits_begin_after_the_last_report() {
    let scenario = asked(pair(a().exit(0.2), fixed().exit(0.1)));
    let found = news(&scenario, &[report("A", "2019", 14.0)], "2020");
    let ahead = cdf((libm::log(14.0 / 16.0) + 0.3) / 0.2);
    assert_after("exit", &found, ahead * 0.8 * 0.9 * 0.9);
    // An overtake that the reports show is certain, although both may exit later.
    let b = Provider::new("B", 12).growth(Curve::constant(0.0)).volatility(0.1).exit(0.1);
    let shown = news(&asked(pair(a().exit(0.2), b)), &[report("A", "2019", 13.0), report("B", "2019", 12.0)], "2021");
    assert!((shown.after.value - 1.0).abs() < 1e-12 && shown.after.standard_error <= 0.0, "{}", shown.after);
}

/// Whether a jump has happened is decided by the report, also where it is very unlikely beforehand.
#[test]
fn a_report_shows_a_jump() {
    for (chance, y) in [(0.3, 15.0), (0.02, 18.0), (1e-6, 25.0)] {
        let jump = Jump::at("2019", 0.6).probability(chance);
        let b = Provider::new("B", 24).growth(Curve::constant(0.0)).volatility(0.3);
        let scenario = asked(pair(a().shock(Shock::reverting(1.0)).jump(jump), b));
        let found = news(&scenario, &[report("A", "2019", y)], "2020");
        // By 2020 the challenger is ahead at one of two dates; the incumbent's walk is integrated by the trapezoidal rule.
        let density = |mean: f64| Normal::new(mean, 0.2).expect("parameters").pdf(libm::log(y / 10.0));
        let (with, without) = (chance * density(0.9), (1.0 - chance) * density(0.3));
        let by = |jumped: f64| {
            let kept = 0.5 * (libm::log(y / 10.0) - 0.3 - jumped);
            let next = libm::log(10.0) + 0.6 + jumped + kept;
            let step = |node: i32| {
                let b = libm::log(24.0) + 0.3 * f64::from(node) / 100.0;
                let later = if libm::log(y) > b { 1.0 } else { cdf((next - b) / libm::hypot(0.2, 0.3)) };
                Normal::standard().pdf(f64::from(node) / 100.0) * later / 100.0
            };
            (-800..=800).map(step).sum::<f64>()
        };
        let truth = (with * by(0.6) + without * by(0.0)) / (with + without);
        assert!(
            (found.after.value - truth).abs() < 4.0 * found.after.standard_error + 1e-3,
            "{chance}: {found} {truth}"
        );
        assert!(found.effective_sample_size.is_some_and(|size| size > 1000.0), "{found}");
    }
}

/// `tests/reference/news.py` filters the paths of a simulation in NumPy.
#[test]
#[cfg(feature = "toml")]
fn paths_of_an_independent_simulation_agree() {
    // The window of the filter has a bias of a few 1e-4.
    const BIAS: f64 = 1e-3;
    let shipped =
        |path: &str| std::fs::read_to_string(format!("{}/tests/{path}", env!("CARGO_MANIFEST_DIR"))).expect("a file");
    let reference = shipped("reference/news.csv");
    let rows: Vec<&str> = reference.lines().skip(1).collect();
    assert_eq!(rows.len(), 11);
    let mut wrong = Vec::new();
    for row in rows {
        let columns: Vec<&str> = row.split(',').collect();
        let [name, reports, period, value, error] = columns[..] else { panic!("{row}") };
        let scenario = Scenario::from_toml(&shipped(&format!("data/news/{name}.toml"))).expect("valid");
        let read = |text: &str| {
            let (name, rest) = text.split_once('=').expect("a report");
            let (value, period) = rest.split_once('@').expect("a report");
            report(name, period, value.parse().expect("a number"))
        };
        let reports: Vec<Report> = reports.split(';').map(read).collect();
        let update = scenario.update(&reports).expect("reports").tolerance(1e-3);
        let found = update.news(&scenario.questions()[0].title(), period).expect("news");
        let [value, error] = [value, error].map(|text| text.parse::<f64>().expect("a number"));
        let both = libm::hypot(error, found.after.standard_error);
        if (found.after.value - value).abs() > 4.0 * both + BIAS || both > 4e-3 {
            wrong.push(format!("{row}: {}", found.after));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A question about three providers, with heavy tails and a lead that must last: parts add up in any order of reports, providers
/// have a name and not a place, and common random numbers make the errors of parts small.
#[test]
fn parts_add_up_in_any_order() {
    let a =
        Provider::new("A", lognormal(10.0, 0.05)).growth(Curve::constant(normal(0.3, 0.1))).volatility(0.1).exit(0.01);
    let b = Provider::new("B", 15).growth(Curve::fade(normal(0.15, 0.05), 0.05, 2.0)).volatility(0.1);
    let c = Provider::new("C", 12).growth(Curve::constant(0.1)).volatility(0.2);
    let builder = Scenario::builder("2018", "2022").innovations(Innovations::student_t(5.0));
    let builder = builder.provider(a).provider(b).provider(c).correlation("A", "C", 0.3);
    let scenario = builder.question(Question::leads("A").sustained(2)).build().expect("valid");
    let faster = scenario.with("provider[A].growth.constant.normal[0]", 0.32).expect("valid");
    let mut reports = [
        report("A", "2019", 13.5),
        report("B", "2018", 15.8),
        report("B", "2019", 17.8),
        report("A", "2020", 17.2),
        report("C", "2019", 12.0),
    ];
    let all = |reports: &[Report]| {
        let update = scenario.update(reports).expect("reports").assumptions(&faster).tolerance(4e-3);
        update.news("A leads (sustained 2)", "2021").expect("news")
    };
    let found = all(&reports);
    let sum: f64 = found.parts.iter().map(|part| part.change).sum();
    assert!((sum - (found.after.value - found.before.value)).abs() < 1e-12);
    let names: Vec<&str> = found.parts.iter().map(|part| part.what.as_str()).collect();
    let expected = ["time", "report of A", "report of B", "revision of B", "report of C", "assumptions"];
    assert_eq!(names, expected);
    assert!(found.parts.iter().all(|part| part.standard_error > 0.0 && part.change.abs() > 1e-4), "{found}");
    // Independent runs would have the error of a difference.
    let least = found.parts.iter().map(|part| part.standard_error).fold(f64::INFINITY, f64::min);
    assert!(least < 0.7 * found.after.standard_error, "{found}");
    reports.reverse();
    assert_eq!(all(&reports), found);
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool");
    assert_eq!(alone.install(|| all(&reports)), found, "one thread has the same bits");
    assert!(found.to_string().contains("weighted paths") && found.to_string().contains(" ± "), "{found}");
}

/// Over 40 seeds the answers and the parts scatter as their standard errors state: a χ² of 39 degrees of freedom is between half and
/// twice its mean, but for a probability of 1e-3.
#[test]
fn errors_are_those_of_other_seeds() {
    const SEEDS: u32 = 40;
    let b = Provider::new("B", 15).growth(Curve::constant(normal(0.1, 0.03))).volatility(0.15);
    let growing = a().growth(Curve::constant(log_growth(0.3, 0.1)));
    let scenario = asked(pair(growing, b).correlation("A", "B", 0.5).innovations(Innovations::student_t(4.0)));
    let reports = [report("A", "2019", 15.0), report("B", "2019", 16.0)];
    let run = |seed: u32| {
        let update = scenario.update(&reports).expect("reports").tolerance(0.01).seed(u64::from(seed));
        let found = update.news("A overtakes B", "2020").expect("news");
        let ends = [found.before, found.after].map(|end| (end.value, end.standard_error));
        ends.into_iter().chain(found.parts.iter().map(|part| (part.change, part.standard_error))).collect::<Vec<_>>()
    };
    let all: Vec<Vec<(f64, f64)>> = (0..SEEDS).map(run).collect();
    let count = f64::from(SEEDS);
    for place in 0..all[0].len() {
        let mean = all.iter().map(|run| run[place].0).sum::<f64>() / count;
        let squares = all.iter().map(|run| (run[place].0 - mean) * (run[place].0 - mean)).sum::<f64>() / (count - 1.0);
        let stated = all.iter().map(|run| run[place].1 * run[place].1).sum::<f64>() / count;
        assert!((0.5..2.0).contains(&(squares / stated)), "{place}: {squares:e}, stated {stated:e}");
    }
}

/// Without a report the mean of what reports would say is the probability of today: no probability mass is dropped.
#[test]
fn the_probability_before_is_that_of_an_exact_answer() {
    let b = Provider::new("B", 15).growth(Curve::constant(normal(0.1, 0.03))).volatility(0.06);
    let scenario = asked(pair(a(), b).innovations(Innovations::student_t(4.0)));
    let found = news(&scenario, &[report("A", "2019", 13.0)], "2021");
    let exact =
        scenario.exact().run().expect("an answer").overtake("A", "B").expect("asked").by("2021").expect("a date");
    assert!((found.before.value - exact.value()).abs() < 4.0 * found.before.standard_error + exact.standard_error());
    // The median of a symmetric shock is that of the curve.
    assert!((found.surprises[0].expected / (10.0 * libm::exp(0.3)) - 1.0).abs() < 1e-3, "{found}");
}

/// A revision alone needs no weights: the question has no exact answer, so that both answers are simulated on the same paths.
#[test]
fn a_revision_of_a_question_without_an_exact_answer() {
    let c = Provider::new("C", 12).growth(Curve::constant(0.1)).volatility(0.1);
    let b = Provider::new("B", 13).growth(Curve::constant(0.1)).volatility(0.1);
    let scenario = pair(a(), b).provider(c).question(Question::leads("A")).build().expect("valid");
    let found = news(&scenario, &[report("A", "2018", 11.0)], "2019");
    assert_eq!(found.parts.len(), 1);
    assert!(found.parts[0].what == "revision of A" && found.parts[0].change > 0.05, "{found}");
    let revised = scenario.with("provider[A].revenue", 11.0).expect("valid");
    let simulated = revised.simulate().paths(200_000).run().expect("an outcome");
    let by = simulated.questions()[0].by("2019").expect("a date");
    assert!(
        (found.after.value - by.value()).abs() < 4.0 * libm::hypot(found.after.standard_error, by.standard_error())
    );
}

#[test]
fn what_cannot_be_weighted_is_named() {
    let volatile = || Provider::new("B", 16).growth(Curve::constant(0.0)).volatility(0.1);
    let heavy = |a: Provider, b: Provider| pair(a, b).innovations(Innovations::student_t(5.0));
    let growing = || a().growth(Curve::constant(log_growth(0.3, 0.1)));
    let far = [report("A", "2019", 5000.0)];
    let collapsed = message(&asked(heavy(growing(), volatile())), &far, "2020");
    assert!(collapsed.contains("the weights collapse: an effective sample size of"), "{collapsed}");
    let still = message(&asked(heavy(a(), fixed())), &[report("B", "2019", 16.0)], "2020");
    assert!(still.contains("provider[B].volatility") && still.contains("without shocks of its own"), "{still}");
    let same = asked(heavy(a(), volatile()).correlation("A", "B", 1.0));
    let both = [report("A", "2019", 13.0), report("B", "2019", 16.0)];
    assert!(message(&same, &both, "2020").contains("provider[B].volatility"));
    let segment = |name: &str| Segment::new(name, 8).growth(Curve::constant(0.1)).volatility(0.1);
    let divided = asked(pair(a(), Provider::of_segments("B", [segment("x"), segment("y")])));
    let refused = message(&divided, &[report("B", "2019", 16.0)], "2020");
    assert!(refused.contains("provider[B].segment") && refused.contains("several segments"), "{refused}");
    let one = |place: usize| Provider::new(format!("P{place}"), 10).growth(Curve::constant(0.1)).volatility(0.1);
    let many = (0..10).map(one).fold(Scenario::builder("2018", "2020"), ScenarioBuilder::provider);
    let many = many.question(Question::leads("P0")).build().expect("valid");
    let reports: Vec<Report> = (0..10).map(|place| report(&format!("P{place}"), "2019", 11.0)).collect();
    let refused = message(&many, &reports, "2020");
    assert!(refused.contains("the change has 11 parts, of which at most 10"), "{refused}");
    // The other provider may report.
    assert!(news(&divided, &[report("A", "2019", 16.0)], "2020").paths.is_some());
}
