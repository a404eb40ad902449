//! The audit finds planted faults, has no findings for sound scenarios, and changes no answer.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use outgrow::{Audit, Claim, Curve, Finding, FindingKind, Jump, Measure, Provider, Question, Scenario, Tail, normal};

const FAULTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/faults");
const SHIPPED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/scenarios");
/// The scenario of every fault without the fault, and a seasonal business.
const SOUND: [&str; 2] = ["sound.toml", "sound_season.toml"];

fn read(path: &Path) -> (String, Scenario) {
    let text = fs::read_to_string(path).expect("a file");
    let scenario = Scenario::from_toml(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    (text, scenario)
}

fn audit(scenario: &Scenario) -> Audit {
    scenario.audit().expect("an audit")
}

fn found(audit: &Audit) -> BTreeSet<(String, String)> {
    let name = |finding: &Finding| (finding.kind.to_string(), finding.address.clone());
    audit.findings().iter().map(name).collect()
}

fn files(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut files: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|end| end == "toml")).collect();
    files.sort();
    files
}

/// The kind and address in lines `# fault: KIND ADDRESS` and `# also: KIND ADDRESS`, or `# audit: KIND ADDRESS: why`.
fn named(text: &str, mark: &str) -> BTreeSet<(String, String)> {
    let lines = text.lines().filter_map(|line| line.trim().strip_prefix(mark));
    let names = lines.map(|line| {
        let (kind, address) = line.trim().split_once(' ').expect("KIND ADDRESS");
        let address = address.split_once(": ").map_or(address, |(address, why)| {
            assert!(why.len() > 20, "{line:?} explains nothing");
            address
        });
        (kind.to_owned(), address.to_owned())
    });
    names.collect()
}

#[test]
fn every_planted_fault_is_found_by_name_and_its_twin_is_clean() {
    for name in SOUND {
        let sound = found(&audit(&read(&Path::new(FAULTS).join(name)).1));
        assert!(sound.is_empty(), "{name}: {sound:?}");
    }
    let (mut kinds, mut faults) = (BTreeSet::new(), 0);
    for path in files(FAULTS).iter().filter(|path| !SOUND.iter().any(|name| path.ends_with(name))) {
        let (text, scenario) = read(path);
        let planted = named(&text, "# fault:");
        assert_eq!(planted.len(), 1, "{}", path.display());
        let found = found(&audit(&scenario));
        // Consequences of the fault are listed too.
        assert_eq!(found, &planted | &named(&text, "# also:"), "{}", path.display());
        kinds.extend(planted.into_iter().map(|(kind, _)| kind));
        faults += 1;
    }
    assert!(faults >= 16, "{faults} faults");
    let all = ["backcast", "base", "end_state", "form", "question", "reading", "reference", "weight", "width"];
    assert_eq!(kinds, all.map(str::to_owned).into(), "a fault of every kind");
}

/// The findings that need no simulation are part of the whole audit, and both list the most serious first.
#[test]
fn a_quick_audit_is_part_of_the_whole() {
    let mut count = 0;
    for path in files(FAULTS).iter().chain(&files(SHIPPED)) {
        let scenario = read(path).1;
        let (quick, whole) = (scenario.quick_audit().expect("an audit"), audit(&scenario));
        assert!(found(&quick).is_subset(&found(&whole)), "{}: {quick}\n{whole}", path.display());
        assert!(quick.weights().is_empty());
        for audit in [&quick, &whole] {
            assert!(audit.findings().is_sorted_by_key(|finding| (finding.severity, finding.kind)), "{audit}");
        }
        count += usize::from(!quick.is_empty());
    }
    assert!(count >= 15, "{count} scenarios with a finding that needs no simulation");
}

/// A half-life is compared with the horizon; growth and volatility are judged by their value, also through a name.
#[test]
fn numbers_in_another_unit_are_found_wherever_they_stand() {
    let with = |growth: Curve, volatility: outgrow::Assumption| {
        let a = Provider::new("A", 100).growth(growth).volatility(volatility);
        let scenario = Scenario::builder("2018-Q1", "2023-Q1").assumption("m", normal(25.0, 0.1)).provider(a);
        found(&scenario.build().expect("valid").quick_audit().expect("an audit"))
    };
    let has = |found: &BTreeSet<(String, String)>, kind: &str, address: &str| {
        assert!(found.contains(&(kind.to_owned(), address.to_owned())), "{address}: {found:?}");
    };
    let still = || outgrow::Assumption::from(0.1);
    has(&with(Curve::constant(30), still()), "end_state", "provider[A].growth.constant");
    has(&with(Curve::fade(0.3, "m", 2), still()), "end_state", "assumption[m]");
    has(&with(Curve::fade(0.3, 0.1, 24), still()), "form", "provider[A].growth.fade.half_life");
    let tail = Tail::fade(25, 36);
    let found = with(Curve::schedule([0.3, 0.2], tail), outgrow::uniform(10.0, 20.0));
    has(&found, "end_state", "provider[A].growth.schedule.tail.fade.to");
    has(&found, "form", "provider[A].growth.schedule.tail.fade.half_life");
    has(&found, "width", "provider[A].volatility");
    for sound in [Curve::constant(4.9), Curve::fade(0.3, 0.1, 10)] {
        let found = with(sound, 2.0.into());
        assert!(
            !found.iter().any(|(_, address)| address.contains("growth.") || address.contains("volatility")),
            "{found:?}"
        );
    }
}

#[test]
fn what_is_found_in_the_shipped_scenarios_is_explained_in_them() {
    for path in files(SHIPPED) {
        let (text, scenario) = read(&path);
        assert_eq!(found(&audit(&scenario)), named(&text, "# audit:"), "{}", path.display());
    }
}

/// The case as it was first written: "87 %, then 60 %" from quarter to year-ago quarter, and a claim about 2017-Q4 as the
/// base of 2018-Q1. It had neither `history` nor `claim`, which left the audit nothing to compare; this version adds
/// Alibaba's history and Google's claim from the corrected file. With Google's history the claim would be compared with that.
#[test]
fn the_case_as_it_was_first_written_names_the_reading_and_the_base() {
    let (text, corrected) = read(&Path::new(SHIPPED).join("alibaba_vs_google.toml"));
    // Sums over a year need the history of both, so those two questions are removed with it.
    let asked = text.split_once("# The sum of four quarters").expect("the questions of sums").0;
    let without = asked.replace("history = [0.916e9, 1.005e9, 1.103e9]", "");
    assert_ne!(without, asked);
    let point = Curve::schedule([normal(0.87, 0.10), normal(0.60, 0.15)], Tail::fade(0.12, 2));
    let first = Scenario::from_toml(&without).expect("valid").with_growth("Alibaba Cloud", point).expect("valid");
    let first = first.with("provider[Google Cloud].revenue", 1.0e9).expect("valid");
    let audit = audit(&first);
    let of = |kind: FindingKind| audit.findings().iter().filter(move |finding| finding.kind == kind);
    let base: Vec<&Finding> = of(FindingKind::Base).collect();
    assert_eq!(base.len(), 1, "{audit}");
    assert_eq!(base[0].address, "provider[Google Cloud].revenue");
    assert!(base[0].seen.contains("claimed of 2017-Q4: at least 1.000e9"), "{audit}");
    // One quarter at 45 % a year, the initial growth of the curve.
    let carried =
        base[0].figures.iter().find(|figure| figure.what == "claim extrapolated to the base").expect("a figure");
    assert!((carried.value - libm::pow(1.45, 0.25) * 1e9).abs() < 0.01e9, "{audit}");
    let reading: Vec<&Finding> = of(FindingKind::Reading).collect();
    assert_eq!(reading.len(), 1, "{audit}");
    assert_eq!(reading[0].address, "provider[Alibaba Cloud].growth.schedule.reading");
    // 690.2 m grown by 87 % against the worked example's 7,426 m yuan at 6.353, and each question in both readings.
    let figure = |what: &str| reading[0].figures.iter().find(|figure| figure.what == what).expect("a figure").value;
    assert!((figure("revenue in 2019-Q1, read as point") / 1e6 - 690.225 * 1.87).abs() < 0.1, "{audit}");
    assert!((figure("revenue in 2019-Q1, read as totals") / 1e6 - 7426.0 / 6.353).abs() < 1.0, "{audit}");
    assert_eq!(reading[0].figures.len(), 2 + 2 * first.questions().len(), "{audit}");
    assert!(found(&crate::audit::audit(&corrected)).iter().all(|(kind, _)| kind != "base" && kind != "reading"));
}

#[test]
fn an_audit_changes_no_answer_and_repeats() {
    let (_, scenario) = read(&Path::new(FAULTS).join("held.toml"));
    let before = scenario.clone();
    let answer = |scenario: &Scenario| {
        let outcome = scenario.simulate().paths(2000).seed(3).run().expect("an outcome");
        serde_json::to_string(&outcome).expect("JSON")
    };
    let reported = answer(&scenario);
    let first = audit(&scenario);
    assert_eq!((&scenario, answer(&scenario)), (&before, reported));
    assert_eq!(first, audit(&scenario));
    assert_eq!(first.to_string(), audit(&scenario).to_string());
}

/// Text and JSON contain the same findings, with their figures.
#[test]
fn an_audit_is_read_as_text_and_as_json() {
    let (_, scenario) = read(&Path::new(FAULTS).join("claim_as_base.toml"));
    let audit = audit(&scenario);
    let text = audit.to_string();
    let json = serde_json::to_value(&audit).expect("JSON");
    assert_eq!((&json["paths"], &json["seed"]), (&16_384.into(), &0.into()));
    assert_eq!(json["findings"].as_array().expect("a list").len(), audit.findings().len());
    for (finding, written) in audit.findings().iter().zip(json["findings"].as_array().expect("a list")) {
        assert_eq!(written["kind"], finding.kind.word());
        assert_eq!(written["address"], *finding.address);
        assert_eq!(written["figures"][0]["value"], finding.figures[0].value);
        for words in [&finding.seen, &finding.address, &finding.advice] {
            assert!(text.contains(words.as_str()), "{words}\n{text}");
        }
    }
    let weights = &json["weights"][0];
    assert_eq!(weights["question"], "Young overtakes Old");
    assert_eq!(weights["assumptions"].as_array().expect("a list").len(), 3);
    assert!(text.contains("What moves each answer most"), "{text}");
    assert!(
        !audit.is_empty()
            && audit.weights()[0].assumptions[0].swing().abs() >= audit.weights()[0].assumptions[1].swing().abs()
    );
}

/// One pair with constant growth: with the rate at a quantile the answer is a first passage known by quadrature.
#[test]
fn a_weight_is_the_answer_with_the_assumption_at_its_quantile() {
    let pair = |growth: outgrow::Assumption| {
        Scenario::builder("2018-Q1", "2028-Q1")
            .provider(Provider::new("A", 699).growth(Curve::constant(growth)).volatility(0.16))
            .provider(Provider::new("B", 1000).growth(Curve::constant(0.2)).volatility(0.12))
            .question(Question::overtakes("A", "B"))
            .build()
            .expect("valid")
    };
    let (mean, sd) = (0.26, 0.02);
    let weights = &audit(&pair(normal(mean, sd))).weights()[0].clone();
    let weight = &weights.assumptions[0];
    assert_eq!(weight.address, "provider[A].growth.constant");
    // Φ⁻¹(0.9) = 1.2815515655446.
    let ends = [mean - 1.281_551_565_544_6 * sd, mean + 1.281_551_565_544_6 * sd];
    for ((end, stated), answer) in ends.iter().zip([weight.low, weight.high]).zip([weight.at_low, weight.at_high]) {
        assert!((end - stated).abs() < 1e-12, "{end} {stated}");
        let fixed = pair((*end).into()).simulate().paths(1_000_000).seed(11).run().expect("an outcome");
        let other = fixed.questions()[0].by(weights.by).expect("a date");
        let error = libm::hypot(answer.standard_error(), other.standard_error());
        // Two independent runs; 5 standard errors are exceeded once in a million.
        assert!((answer.value() - other.value()).abs() < 5.0 * error, "{answer} {other}");
    }
}

#[test]
fn what_cannot_be_simulated_is_a_finding() {
    let history = [100.0, 100.0, 100.0, 100.0, 110.0, 110.0];
    let scenario = Scenario::builder("2018-Q1", "2020-Q1")
        .provider(
            Provider::new("A", 110.0)
                .history(history)
                .fiscal_year_ends(6)
                .growth(Curve::totals([normal(0.1, 0.15), normal(0.1, 0.01)], Tail::hold())),
        )
        .provider(Provider::new("B", 200.0).growth(Curve::constant(0.0)).claim(Claim::of("2018-Q1").at_least(150.0)))
        .question(Question::overtakes("A", "B"))
        .build()
        .expect("valid: the central path meets its totals");
    let audit = audit(&scenario);
    let finding = audit.findings().iter().find(|finding| finding.kind == FindingKind::Question).expect("a finding");
    assert!(
        finding.seen.starts_with("the scenario cannot be simulated: ") && finding.address.starts_with("provider[A]")
    );
    assert!(audit.weights().is_empty(), "{audit}");
    // Findings that need no path are still reported.
    assert!(found(&audit).contains(&("width".to_owned(), "provider[A].volatility".to_owned())), "{audit}");
}

/// No questions, nothing drawn, one provider, one year: the audit still works.
#[test]
fn the_smallest_scenarios_are_audited() {
    for horizon in ["2018-Q2", "2019-Q1"] {
        let provider = Provider::new("A", 1).growth(Curve::constant(0.1));
        let scenario = Scenario::builder("2018-Q1", horizon).provider(provider).build().expect("valid");
        assert!(audit(&scenario).is_empty());
    }
    let law = Curve::custom("own", [0.1], |tau, p| if tau < 0.0 { f64::NAN } else { tau * p[0] });
    let scenario = Scenario::builder("2018", "2019")
        .provider(Provider::new("A", 1).history([0.9]).growth(law))
        .provider(Provider::new("B", 2).growth(Curve::constant(0.1)))
        .question(Question::overtakes("A", "B"))
        .build()
        .expect("valid");
    // Launched 0.7 years before the base, after the history began.
    let launched = scenario.with_growth("A", Curve::weibull(2, 1, 1)).expect("valid");
    assert!(audit(&launched).findings().iter().all(|finding| finding.figures.iter().all(|one| one.value.is_finite())));
    // With two certain curves the leader is certain: that is the only finding.
    assert_eq!(found(&audit(&scenario)), [("question".to_owned(), "question[0].overtakes".to_owned())].into());
}

/// The figure of a finding, by its label.
fn figure(audit: &Audit, kind: FindingKind, what: &str) -> f64 {
    let of_kind = audit.findings().iter().filter(|finding| finding.kind == kind);
    let mut figures = of_kind.flat_map(|finding| &finding.figures).filter(|figure| figure.what == what);
    figures.next().unwrap_or_else(|| panic!("{kind} has no figure {what:?}\n{audit}")).value
}

/// The probability of the contrary is the bound from the model's log-ratio: Σ Φ(−a/(s √t)) over the quarters.
#[test]
fn impossible_is_what_the_normal_tail_says() {
    use statrs::distribution::{ContinuousCDF, Normal};
    let ahead_by = |factor: f64| {
        let still = |name: &str, revenue: f64, volatility: f64| {
            Provider::new(name, revenue).growth(Curve::constant(0.1)).volatility(volatility)
        };
        let scenario = Scenario::builder("2018-Q1", "2020-Q1")
            .provider(still("A", 1.0, 0.16))
            .provider(still("B", factor, 0.12))
            .correlation("A", "B", 0.5)
            .question(Question::overtakes("A", "B"))
            .build()
            .expect("valid");
        audit(&scenario)
    };
    let s = (0.16_f64 * 0.16 + 0.12_f64 * 0.12 - 2.0 * 0.5 * 0.16 * 0.12).sqrt();
    let normal = Normal::new(0.0, 1.0).expect("standard");
    let bound =
        |factor: f64| (1..=8).map(|t| normal.sf(libm::log(factor) / (s * (f64::from(t) / 4.0).sqrt()))).sum::<f64>();
    // Just beyond one in a million, and just short of it, where no path of the sample overtakes either.
    let (far, near) = (2.8, 2.6);
    assert!(bound(far) < 1e-6 && bound(near) > 1e-6, "{} {}", bound(far), bound(near));
    let reported = figure(&ahead_by(far), FindingKind::Question, "probability of the complement");
    assert!((reported / bound(far) - 1.0).abs() < 1e-6, "{reported} {}", bound(far));
    assert!(ahead_by(near).findings().iter().all(|finding| finding.kind != FindingKind::Question));
}

/// The interval of first-year growth, of a random walk: γ ± 1.645 σ in logs.
#[test]
fn the_width_is_that_of_first_year_growth() {
    let (_, scenario) = read(&Path::new(FAULTS).join("too_wide.toml"));
    let sigma = 0.60;
    let scenario = scenario.with("provider[Old].growth.fade.from", 0.25).expect("valid");
    let scenario = scenario.with("provider[Old].growth.fade.to", 0.25).expect("valid");
    let audit = audit(&scenario);
    for (what, sign) in [("first-year growth, 5 % quantile", -1.0), ("first-year growth, 95 % quantile", 1.0)] {
        let expected = libm::log(1.25) + sign * 1.644_853_627 * sigma;
        let reported = libm::log1p(figure(&audit, FindingKind::Width, what));
        // A class is 0.01 wide; the sd of a 5 % quantile of 16,384 draws is 0.0165 σ/2 = 0.0099, five of which is 0.05.
        assert!((reported - expected).abs() < 0.06, "{what}: {reported}, expected {expected}");
    }
}

fn drawn(name: &str, revenue: f64, growth: Curve, volatility: f64) -> Provider {
    Provider::new(name, revenue).growth(growth).volatility(volatility)
}

fn pair_of((base, horizon): (&str, &str), a: Provider, b: Provider, question: Question) -> Scenario {
    Scenario::builder(base, horizon).provider(a).provider(b).question(question).build().expect("valid")
}

fn seen(audit: &Audit, kind: FindingKind) -> Vec<&str> {
    audit.findings().iter().filter(|finding| finding.kind == kind).map(|finding| finding.seen.as_str()).collect()
}

/// An event that a million paths show is not called impossible, although none of the audit's paths has it.
#[test]
fn the_spread_of_rates_counts_beside_an_auto_ratio() {
    let rates = [normal(0.40, 0.05), normal(0.38, 0.05)];
    let a = drawn("A", 100.0, Curve::schedule(rates, Tail::ratio("auto")), 0.02);
    let b = drawn("B", 520.0, Curve::constant(normal(0.12, 0.01)), 0.02);
    let scenario = pair_of(("2018-Q1", "2023-Q1"), a, b, Question::overtakes("A", "B"));
    let truth = scenario.simulate().paths(1_000_000).seed(5).run().expect("an outcome");
    assert!(truth.questions()[0].not_by_horizon().value() < 1.0 - 5e-6);
    let audit = audit(&scenario);
    assert!(!audit.to_string().contains("on none of the paths"), "{audit}");
}

/// For sums over years, certainty depends on the question's dates only, not on every window of four quarters.
#[test]
fn a_certain_sum_is_one_at_a_date_of_the_question() {
    let until = |horizon: &str| {
        let a = drawn("A", 100.0, Curve::constant(1.2), 0.06).history([80.0, 85.0, 95.0]);
        let b = drawn("B", 117.0, Curve::constant(0.0), 0.06).history([110.0, 108.0, 100.0]);
        pair_of(("2018-Q1", horizon), a, b, Question::overtakes("A", "B").measure(Measure::Annual))
    };
    let near = until("2019-Q3");
    let truth = near.simulate().paths(1_000_000).seed(5).run().expect("an outcome");
    assert!(truth.questions()[0].not_by_horizon().value() > 5e-6);
    assert!(seen(&audit(&near), FindingKind::Question).is_empty());
    // The whole of 2019 lies after the base.
    let far = audit(&until("2019-Q4"));
    let reported = seen(&far, FindingKind::Question);
    assert!(reported.len() == 1 && reported[0].contains("on every one of the paths"), "{far}");
}

#[test]
fn a_complement_too_small_to_estimate_is_reported_as_such() {
    let audit = audit(&read(&Path::new(FAULTS).join("impossible.toml")).1);
    assert!(
        seen(&audit, FindingKind::Question)[0].ends_with("is less than 1e-6, by a normal approximation"),
        "{audit}"
    );
    let figures = audit.findings().iter().flat_map(|finding| &finding.figures);
    assert!(figures.into_iter().all(|figure| figure.what != "probability of the complement"), "{audit}");
}

/// Six estimates that fall at once and then hardly at all: no fade from the base meets them all.
#[test]
fn a_law_that_misses_an_estimate_is_not_compared() {
    let rates = [0.60, 0.35, 0.34, 0.33, 0.32, 0.31].map(|rate| normal(rate, 0.01));
    let against = |rates: &[outgrow::Assumption]| {
        let a = drawn("A", 100.0, Curve::schedule(rates.to_vec(), Tail::hold()), 0.1);
        let b = drawn("B", 420.0, Curve::fade(normal(0.14, 0.01), 0.10, 2), 0.1);
        audit(&pair_of(("2018-Q1", "2028-Q1"), a, b, Question::overtakes("A", "B"))).to_string()
    };
    let (six, two) = (against(&rates), against(&rates[..2]));
    assert!(six.contains("fade to 10 %, half-life 2 years: ") && !six.contains("from the base"), "{six}");
    assert!(two.contains("fade to 10 % from the base"), "{two}");
}

/// Growth of 12 % does not fade to another provider's 30 %, but to half of its log rate: 5.8 %.
#[test]
fn no_fade_is_borrowed_that_would_rise() {
    let a = drawn("A", 100.0, Curve::schedule([0.60, 0.35], Tail::fade(0.30, 2)), 0.1);
    let b = drawn("B", 420.0, Curve::constant(0.12), 0.1);
    let audit = audit(&pair_of(("2018-Q1", "2028-Q1"), a, b, Question::overtakes("A", "B")));
    let text = audit.to_string();
    assert!(text.contains("constant, as stated") && text.contains("fade to 6 %, half-life 2 years"), "{text}");
    assert!(!text.contains("fade to 30 %, half-life"), "{text}");
}

/// A curve says little about decades ago, and nothing about periods that the history covers.
#[test]
fn a_claim_is_carried_on_over_a_year_at_most() {
    let google = |claim: Claim| {
        let g = drawn("G", 1.2e9, Curve::fade(normal(0.45, 0.05), 0.12, 4), 0.1).claim(claim);
        audit(&Scenario::builder("2018-Q1", "2024-Q1").provider(g).build().expect("valid"))
    };
    for sound in [
        Claim::of("2010-Q1").at_least(20e6),
        Claim::of("1950-Q1").at_least(1.0),
        Claim::of("1950-Q1").at_most(1e9),
        Claim::of("2017-Q1").at_least(0.8e9),
    ] {
        let audit = google(sound);
        assert!(audit.is_empty(), "{audit}");
    }
    // 1.0e9 a year ago is 1.45e9 by now; 2.0e9 eight years ago is at least that.
    for broken in [Claim::of("2017-Q1").at_least(1.0e9), Claim::of("2010-Q1").at_least(2.0e9)] {
        assert_eq!(found(&google(broken)), [("base".to_owned(), "provider[G].revenue".to_owned())].into());
    }
}

/// Two rising quarters may be a season and are reported as such; a rise and a fall are one.
#[test]
fn less_than_a_year_of_history_may_be_a_season() {
    let shop = |history: [f64; 2]| {
        let shop = drawn("Shop", 176.0, Curve::constant(normal(0.065, 0.02)), 0.06).history(history);
        audit(&Scenario::builder("2017-Q4", "2023-Q4").provider(shop).build().expect("valid"))
    };
    let rising = shop([115.0, 119.0]);
    assert!(seen(&rising, FindingKind::Backcast)[0].ends_with("less than a year of history, so it may be seasonal"));
    let turning = shop([119.0, 118.0]);
    assert!(turning.is_empty(), "{turning}");
}

/// Where the curve ends at the horizon, or soon after.
#[test]
fn a_horizon_that_cannot_be_doubled_may_be_too_near() {
    let with = |rates: &[f64]| {
        let rates: Vec<_> = rates.iter().map(|rate| normal(*rate, 0.05)).collect();
        let a = drawn("A", 100.0, Curve::schedule(rates, Tail::none()), 0.1);
        let b = drawn("B", 200.0, Curve::constant(normal(0.1, 0.02)), 0.1);
        audit(&pair_of(("2018-Q1", "2020-Q1"), a, b, Question::overtakes("A", "B")))
    };
    let ends = with(&[0.3, 0.4]);
    assert!(seen(&ends, FindingKind::Question)[0].contains("nothing can be computed beyond it"), "{ends}");
    let three_years = with(&[0.3, 0.4, 0.6]);
    assert!(figure(&three_years, FindingKind::Question, "by 2021-Q1") > 0.5, "{three_years}");
}

/// The first draw at its 10 % quantile and the second below two standard deviations: fewer than one path in 100,000 has
/// both, but one in forty has if the first is fixed there.
#[test]
fn an_assumption_that_cannot_be_moved_is_named_and_no_law_is_held_against_it() {
    let edge = -1.281_551_565_544_6;
    let curve = |edge: f64| {
        Curve::custom("edge", [normal(0.0, 1.0), normal(0.0, 1.0)], move |tau, p| {
            if (p[0] - edge).abs() < 1e-4 && p[1] < -2.0 && tau > 0.0 { f64::NAN } else { 0.4 * tau }
        })
    };
    let with = |edge: f64| {
        let a = drawn("A", 100.0, curve(edge), 0.05);
        let b = drawn("B", 250.0, Curve::constant(0.1), 0.05);
        audit(&pair_of(("2018-Q1", "2023-Q1"), a, b, Question::overtakes("A", "B")))
    };
    let (broken, whole) = (with(edge), with(-100.0));
    let unmet = &broken.weights()[0].unmet;
    let words = "provider[A].growth.custom.parameters[0] cannot be simulated at its 10 % quantile, -1.282: ";
    assert!(unmet.len() == 1 && unmet[0].starts_with(words), "{unmet:?}");
    assert!(broken.to_string().contains(&unmet[0]), "{broken}");
    assert!(!found(&broken).iter().any(|(kind, _)| kind == "form"), "{broken}");
    assert!(whole.weights()[0].unmet.is_empty() && found(&whole).iter().any(|(kind, _)| kind == "form"), "{whole}");
}

/// A provider that no question compares changes no answer and costs no simulation.
#[test]
fn others_are_not_weighed() {
    let pair = read(&Path::new(FAULTS).join("one_assumption_decides.toml")).0;
    let other = "\n[[provider]]\nname = 'Other'\nrevenue = 1\ngrowth = { constant = { normal = [0.1, 0.02] } }\n";
    let [alone, beside] = [pair.clone(), pair + other + "volatility = 0.1\n"]
        .map(|text| audit(&Scenario::from_toml(&text).expect("valid")));
    assert_eq!((alone.weights(), found(&alone)), (beside.weights(), found(&beside)));
}

#[test]
fn a_half_life_of_hours_is_run_back_in_a_straight_line() {
    let a = drawn("A", 100.0, Curve::fade(0.11, 0.1, 0.0005), 0.1).history([90.0, 92.0, 95.0, 97.0]);
    let audit = audit(&Scenario::builder("2018-Q1", "2019-Q1").provider(a).build().expect("valid"));
    assert!(seen(&audit, FindingKind::Backcast).is_empty(), "{audit}");
}

/// Constant growth and small shocks against the class: half-life 2 years, sd .13 √(3.5/1.5) √(1 + 2 Σ …) a year.
#[test]
fn a_pair_that_is_surer_than_history_is_found_with_both_numbers() {
    let with = |[a, b]: [f64; 2], volatility: f64| {
        let a = drawn("A", 100.0, Curve::constant(a), volatility);
        let b = drawn("B", 120.0, Curve::constant(b), volatility);
        pair_of(("2018-Q1", "2028-Q1"), a, b, Question::overtakes("A", "B"))
    };
    let sure = audit(&with([0.12, 0.04], 0.05));
    let of = |what: &str| figure(&sure, FindingKind::Reference, what);
    let first = libm::log(1.12 / 1.04);
    assert!((of("advantage in the first year, log growth") - first).abs() < 1e-12, "{sure}");
    assert!((of("advantage 4 years later") - first).abs() < 1e-12, "{sure}");
    assert!((of("advantage 4 years later, in the reference class") - first / 4.0).abs() < 1e-12, "{sure}");
    // .05 √2, to a class of .01 of the change over ten years.
    assert!((of("sd of the log-ratio per √year") - 0.0707).abs() < 0.004, "{sure}");
    assert!((of("sd of the log-ratio per √year, in the reference class") - 0.267).abs() < 0.002, "{sure}");
    assert!(of("ahead at the end of a year up to 2028-Q1") > 0.95, "{sure}");
    assert!(of("the same, with the fade and spread of the reference class") < 0.85, "{sure}");
    // What such certainty was worth in back-tests.
    assert!(of("back-tests: mean forecast by past growth where above .85") > 0.9, "{sure}");
    assert!(of("back-tests: frequency of these overtakes") < 0.6, "{sure}");
    let found = sure.findings().iter().find(|finding| finding.kind == FindingKind::Reference).expect("a finding");
    assert_eq!((found.address.as_str(), found.severity), ("question[0].overtakes", outgrow::Severity::Medium));
    // The incumbent's advantage counts as well, and needs no simulation.
    let away = with([0.04, 0.12], 0.2).quick_audit().expect("an audit");
    assert!(
        seen(&away, FindingKind::Reference)[0].starts_with("B grows 7.7 % faster than A in the first year"),
        "{away}"
    );
    // A small difference does not matter, and a short horizon shows no fade.
    assert!(seen(&audit(&with([0.12, 0.11], 0.2)), FindingKind::Reference).is_empty());
    let short = with([0.12, 0.04], 0.2).with_horizon("2021-Q1").expect("valid");
    assert!(seen(&audit(&short), FindingKind::Reference).is_empty());
}

/// An outside view is not more certain than its own class.
#[cfg(feature = "history")]
#[test]
fn an_outside_view_is_as_certain_as_history() {
    let mut text = String::from("name,period,value\n");
    let a = [100, 112, 118, 131, 150, 162, 181, 205, 231];
    let b = [180, 186, 199, 205, 220, 228, 241, 252, 260];
    for (year, (a, b)) in (2010..).zip(a.iter().zip(&b)) {
        text += &format!("A,{year},{a}\nB,{year},{b}\n");
    }
    let history = outgrow::History::from_csv(&text).expect("valid");
    for (challenger, incumbent) in [("A", "B"), ("B", "A")] {
        let view = history.outside_view(challenger, incumbent, "2018", "2028").expect("a view");
        let audit = audit(&view.scenario().expect("valid"));
        assert!(seen(&audit, FindingKind::Reference).is_empty(), "{audit}");
    }
}

fn declining(name: &str, base: f64, history: &[f64]) -> Provider {
    Provider::new(name, base).history(history.to_vec()).growth(Curve::constant(normal(-0.2, 0.05))).volatility(0.1)
}

/// A history that rose to its last year and a base far below it is no reversed history: its oldest year is as far away.
#[test]
fn a_business_after_its_peak_has_no_reversed_history() {
    let advice = |provider: Provider| -> Vec<String> {
        let scenario = Scenario::builder("2022", "2027").provider(provider).build().expect("valid");
        scenario.quick_audit().expect("an audit").findings().iter().map(|finding| finding.advice.clone()).collect()
    };
    let reversed = |provider| advice(provider).iter().any(|advice| advice.contains("reverse it"));
    assert!(!reversed(declining("peak", 15_000.0, &[19_169.0, 20_694.0, 22_900.0])));
    assert!(!reversed(declining("unit", 21.0, &[19_169.0, 20_694.0, 22_900.0])));
    assert!(reversed(declining("newest first", 17_800.0, &[19_169.0, 20_694.0, 22_900.0])));
}

/// The past contains none of the jumps to come, so that the base and the growth are compared without them.
#[test]
fn a_jump_to_come_is_not_compared_with_the_past() {
    let of = |jump: Option<Jump>| {
        let steady = Provider::new("A", 21_237).history([19_169.0, 19_832.0, 20_694.0]).volatility(0.08);
        let steady = steady.growth(Curve::constant(normal(0.02, 0.03)));
        let provider = jump.into_iter().fold(steady, Provider::jump);
        let scenario = Scenario::builder("2022", "2027").provider(provider).build().expect("valid");
        found(&scenario.quick_audit().expect("an audit"))
    };
    assert_eq!(of(Some(Jump::at("2023", -0.4))), of(None));
    assert_eq!(of(Some(Jump::at("2023", -0.4).probability(0.3))), of(None));
}
