//! Custom questions: their counts, and errors of invalid ones.

use std::panic::{AssertUnwindSafe, catch_unwind};

use outgrow::{
    Counts, Curve, Error, Paths, Provider, Question, Rows, Sampling, Scenario, Shape, Simulation, Statistic, normal,
    uniform,
};

fn scenario() -> Scenario {
    Scenario::builder("2018", "2022")
        .provider(Provider::new("Alibaba", 90).growth(Curve::constant(normal(0.3, 0.1))).volatility(0.2))
        .provider(Provider::new("Google", 100).growth(Curve::constant(0.2)).volatility(0.1))
        .question(Question::overtakes("Alibaba", "Google"))
        .build()
        .expect("valid")
}

fn simulation(scenario: &Scenario) -> Simulation<'_> {
    scenario.simulate().paths(1000).fans(false).ranks(false).shares(false)
}

fn message(simulation: Simulation<'_>) -> String {
    simulation.tally().expect_err("an error").to_string()
}

/// Rows: who is ahead at each period, as the built-in question counts it.
struct Ahead;

impl Statistic for Ahead {
    fn shape(&self, rows: &Rows) -> Result<Shape, Error> {
        rows.find("Google")?;
        Ok(Shape::uniform(rows.periods(), 2))
    }

    fn observe(&self, paths: &Paths<'_>, counts: &mut Counts) {
        for t in 1..=paths.rows().periods() {
            let pairs = paths.row(0, t).iter().zip(paths.row(1, t));
            counts.classes(t - 1, &pairs.map(|(a, b)| u16::from(a > b)).collect::<Vec<_>>());
        }
    }
}

/// Counts into a class that it did not declare, or into another row.
struct Wrong {
    row: usize,
    class: u16,
}

impl Statistic for Wrong {
    fn shape(&self, _: &Rows) -> Result<Shape, Error> {
        Ok(Shape::rows([2]))
    }

    fn observe(&self, paths: &Paths<'_>, counts: &mut Counts) {
        counts.classes(self.row, &vec![self.class; paths.len()]);
    }
}

/// Asks for an unknown provider.
struct Unknown;

impl Statistic for Unknown {
    fn shape(&self, rows: &Rows) -> Result<Shape, Error> {
        rows.find("Gogle").map(|_| Shape::rows([2]))
    }

    fn observe(&self, _: &Paths<'_>, _: &mut Counts) {}
}

/// Rows: whether the base of a path is its draw, and whether growth is above its median.
struct Drawn(&'static str);

impl Statistic for Drawn {
    fn shape(&self, rows: &Rows) -> Result<Shape, Error> {
        rows.find_draw(self.0)?;
        Ok(Shape::uniform(2, 2))
    }

    fn observe(&self, paths: &Paths<'_>, counts: &mut Counts) {
        let draw = |address: &str| paths.draw(paths.rows().find_draw(address).expect("an address of `draws`"));
        let (base, growth) = (draw(self.0), draw("provider[Alibaba].growth.constant"));
        let is_drawn = |path: usize| u16::from((paths.revenue(0, 0, path) / base[path] - 1.0).abs() < 1e-6);
        counts.classes(0, &(0..paths.len()).map(is_drawn).collect::<Vec<_>>());
        counts.classes(1, &growth.iter().map(|growth| u16::from(*growth > 0.3)).collect::<Vec<_>>());
    }
}

#[test]
fn a_statistic_sees_the_draws_of_its_paths() {
    let scenario = scenario().with("provider[Alibaba].revenue", uniform(80.0, 100.0)).expect("valid");
    for sampling in [Sampling::Plain, Sampling::Antithetic, Sampling::Sobol] {
        let run = || simulation(&scenario).paths(4096).sampling(sampling);
        let outcome = run().statistic("drawn", Drawn("provider[Alibaba].revenue")).run().expect("an outcome");
        let [base, growth] = outcome.statistic("drawn").expect("asked") else { panic!("two rows") };
        assert!(base[1].value() >= 1.0, "{sampling:?}: {base:?}");
        // Five standard errors of 4,096 plain paths: a false alarm once in two million seeds.
        assert!((growth[1].value() - 0.5).abs() < 5.0 * 0.5 / 64.0, "{sampling:?}: {growth:?}");
        let error = message(run().statistic("drawn", Drawn("provider[Alibaba].revenu")));
        assert!(error.contains("statistic[drawn]") && error.contains("provider[Alibaba].revenue"), "{error}");
    }
}

#[test]
fn closures_and_statistics_count_what_the_question_counts() {
    let scenario = scenario();
    let periods = scenario.periods();
    let outcome = simulation(&scenario)
        .event("ever", ["Alibaba", "Google"], |[a, g]| (1..=a.periods()).any(|t| a.revenue(t) > g.revenue(t)))
        .classify("when", ["Google", "Alibaba"], periods + 1, |[g, a]| {
            (1..=a.periods()).position(|t| a.revenue(t) > g.revenue(t)).unwrap_or(a.periods())
        })
        .statistic("ahead", Ahead)
        .run()
        .expect("an outcome");
    let question = outcome.overtake("Alibaba", "Google").expect("asked");
    assert!(question.counts()[1..].iter().all(|hits| *hits > 0), "every class is met: {:?}", question.counts());
    let ever = outcome.event("ever").expect("asked");
    assert_eq!(ever, question.by("2022").expect("a period"));
    let when = outcome.classes("when").expect("asked");
    let hits: Vec<f64> = when.iter().map(|class| class.value() * 1000.0).collect();
    let expected = question.counts()[1..].iter().map(|hits| *hits as f64);
    assert!(hits.iter().zip(expected).all(|(hits, expected)| (hits - expected).abs() < 1e-9), "{hits:?}");
    let ahead = outcome.statistic("ahead").expect("asked");
    for (row, period) in ahead.iter().zip(question.periods()) {
        assert_eq!(row[1], question.ahead(*period).expect("a period"));
    }
}

#[test]
fn a_class_or_row_that_was_not_announced_names_the_statistic() {
    let scenario = scenario();
    let error = message(simulation(&scenario).classify("sorted", ["Google"], 3, |_| 3));
    assert!(
        error.contains("classify[sorted]: class 3 of row 0 is outside the statistic's shape, which has classes 0 to 2"),
        "{error}"
    );
    let error = message(simulation(&scenario).classify("sorted", ["Google"], 3, |_| 1 << 40));
    assert!(error.contains("classify[sorted]"), "{error}");
    let error = message(simulation(&scenario).statistic("own", Wrong { row: 0, class: 2 }));
    assert!(error.contains("statistic[own]: class 2 of row 0"), "{error}");
    let error = message(simulation(&scenario).statistic("own", Wrong { row: 1, class: 0 }));
    assert!(error.contains("statistic[own]: row 1 is outside the statistic's shape (number of rows: 1)"), "{error}");
    for classes in [0, 1 << 16] {
        let error = message(simulation(&scenario).classify("sorted", ["Google"], classes, |_| 0));
        assert!(error.contains("classify[sorted]: row 0 must have between 1 and 65535 classes"), "{error}");
    }
}

#[test]
fn an_unknown_provider_is_reported_before_the_run() {
    let scenario = scenario();
    let error = message(simulation(&scenario).event("odd", ["Alibaba", "Gogle"], |_| panic!("no path is run")));
    assert!(error.contains("event[odd]: no provider is named \"Gogle\"; did you mean \"Google\"?"), "{error}");
    let error = message(simulation(&scenario).statistic("odd", Unknown));
    assert!(error.contains("statistic[odd]") && error.contains("did you mean \"Google\"?"), "{error}");
}

#[test]
fn a_name_is_given_once_a_kind() {
    let scenario = scenario();
    let twice = simulation(&scenario).event("x", ["Google"], |_| true).event("x", ["Google"], |_| false);
    let error = message(twice);
    assert!(error.contains("event: the name \"x\" is used twice"), "{error}");
    let kinds = simulation(&scenario).event("x", ["Google"], |_| true).classify("x", ["Google"], 1, |_| 0);
    assert!(kinds.run().is_ok(), "an event and a classification are asked for by different methods");
}

#[test]
fn a_panic_in_a_closure_is_an_error_with_its_name() {
    let scenario = scenario();
    for threads in [1, 3] {
        let odd = |[path]: [outgrow::Path<'_>; 1]| {
            assert!(path.revenue(1) > 0.0 && path.periods() > 4, "on purpose");
            true
        };
        let run = simulation(&scenario).paths(50_000).threads(threads).event("odd", ["Google"], odd);
        let error = run.tally().expect_err("the panic of the closure").to_string();
        assert!(error.contains("event[odd]: the closure panicked: on purpose"), "{threads} threads: {error}");
        assert!(simulation(&scenario).threads(threads).run().is_ok(), "the next run is as good as any");
    }
}

#[test]
fn a_panic_in_progress_reaches_the_caller() {
    let scenario = scenario();
    let run = || simulation(&scenario).paths(50_000).threads(3).on_progress(|_| panic!("on purpose")).tally().is_ok();
    assert!(catch_unwind(AssertUnwindSafe(run)).is_err());
}

#[test]
fn what_was_not_asked_is_an_error_with_a_hint() {
    let scenario = scenario();
    let outcome = simulation(&scenario).event("ever", ["Google"], |_| true).run().expect("an outcome");
    let error = outcome.event("evre").expect_err("not asked");
    assert!(error.is_lookup() && error.to_string().contains("did you mean \"ever\"?"), "{error}");
    assert!(outcome.classes("ever").is_err() && outcome.statistic("ever").is_err());
    let error = outcome.revenue("Gogle").expect_err("unknown");
    assert!(error.is_lookup() && error.to_string().contains("did you mean \"Google\"?"), "{error}");
    for (what, error) in [
        ("fans", outcome.revenue("Google").expect_err("off")),
        ("ranks", outcome.rank("Google").map(drop).expect_err("off")),
        ("shares", outcome.share("Google").map(drop).expect_err("off")),
    ] {
        assert!(error.to_string().contains(&format!("{what} of \"Google\" were switched off in the run")), "{error}");
    }
}
