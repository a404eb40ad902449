//! Assertions on probabilities: false alarms are as rare as stated, and stated shifts are detected.

use outgrow::{Curve, Provider, Question, Scenario, Verdict};

/// Seeds at the edge of the range, where false alarms are most frequent.
const SEEDS: u64 = 10_000;
/// The false-alarm probability that each check states.
const FALSE_ALARM: f64 = 0.02;
const AT_MOST: u64 = 8_192;
/// Seeds of the planted shift, which is one percentage point.
const PLANTED_SEEDS: u64 = 1_000;
const SHIFT: f64 = 0.01;
const AT_MOST_PLANTED: u64 = 131_072;
/// The number of 100 seeds in which a check must detect the shift.
const CAUGHT: f64 = 0.99;

/// Four years and one pair, so a path is cheap.
fn scenario() -> Scenario {
    Scenario::builder("2018", "2022")
        .provider(Provider::new("a", 690).growth(Curve::constant(0.30)).volatility(0.2))
        .provider(Provider::new("b", 1000).growth(Curve::constant(0.25)).volatility(0.1))
        .build()
        .expect("a scenario")
}

/// The probability by 2022, by quadrature.
fn truth(scenario: &Scenario) -> f64 {
    let verdict = scenario.check(Question::overtakes("a", "b"), "2022").verdict(0.0..=1.0).expect("a verdict");
    let asked = scenario.with_question(Question::overtakes("a", "b")).expect("a question");
    let exact = asked.exact().tolerance(1e-10).run().expect("an outcome").questions()[0].by("2022").expect("a date");
    assert!((exact.value() - verdict.estimate().value()).abs() < 1e-4);
    exact.value()
}

fn verdict(scenario: &Scenario, seed: u64, at_most: u64, range: std::ops::RangeInclusive<f64>) -> Verdict {
    let check = scenario.check(Question::overtakes("a", "b"), "2022").simulated(true).seed(seed);
    check.false_alarm(FALSE_ALARM).at_most(at_most).verdict(range).expect("a verdict")
}

/// The true probability at the edge of the range, the worst case for false alarms.
#[test]
#[cfg_attr(debug_assertions, ignore = "statistical: run in release")]
fn false_alarms_stay_within_what_is_declared() {
    let scenario = scenario();
    let p = truth(&scenario);
    assert!((0.2..0.8).contains(&p), "{p}");
    let above = (0..SEEDS).filter(|seed| !verdict(&scenario, *seed, AT_MOST, 0.0..=p).holds()).count();
    let below = (0..SEEDS).filter(|seed| !verdict(&scenario, *seed, AT_MOST, p..=1.0).holds()).count();
    println!("false alarms of {SEEDS}: {above} above, {below} below; declared {FALSE_ALARM}");
    for alarms in [above, below] {
        let share = crate::as_f64(alarms as u64) / crate::as_f64(SEEDS);
        // The bound is conservative: about a tenth of the stated false alarms occur. None at all would be a check that cannot fail.
        assert!(share <= FALSE_ALARM && alarms > 0, "{alarms} of {SEEDS}");
    }
}

#[test]
#[cfg_attr(debug_assertions, ignore = "statistical: run in release")]
fn a_planted_shift_is_caught_as_often_as_stated() {
    let scenario = scenario();
    let edge = truth(&scenario) - SHIFT;
    let mut caught = 0_u64;
    let mut most_paths = 0;
    for seed in 0..PLANTED_SEEDS {
        let verdict = verdict(&scenario, seed, AT_MOST_PLANTED, 0.0..=edge);
        // With all paths it detects the shift; fewer are used only if the pilot run saw a larger one.
        assert!(verdict.paths() < AT_MOST_PLANTED || verdict.smallest_shift() <= SHIFT, "{verdict}");
        caught += u64::from(!verdict.holds());
        most_paths = most_paths.max(verdict.paths());
    }
    println!("caught {caught} of {PLANTED_SEEDS}");
    assert!(most_paths == AT_MOST_PLANTED);
    // Four standard deviations of a binomial count of 990; the check's bound is conservative besides.
    let least =
        CAUGHT * crate::as_f64(PLANTED_SEEDS) - 4.0 * (CAUGHT * (1.0 - CAUGHT) * crate::as_f64(PLANTED_SEEDS)).sqrt();
    assert!(crate::as_f64(caught) >= least, "{caught} of {PLANTED_SEEDS}");
}
