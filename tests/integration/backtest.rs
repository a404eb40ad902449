//! Back-tests: which cases count, that no forecast sees later figures, and that fast forecasts are those of the scenario.

use std::fmt::Write;

use outgrow::backtest::{Outcome, Scorecard};
use outgrow::{Date, Error, History, ReferenceClass};

/// Names whose log growth has a common part, an advantage that fades by 0.7 a year, and noise. Fixed numbers.
fn synthetic(names: u32, years: std::ops::Range<i32>, ending: Option<(u32, i32)>) -> String {
    let mut text = String::from("name,period,value\n");
    let mut state = 7_u64;
    let mut normal = || {
        let mut sum = -6.0;
        for _ in 0..12 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            sum += f64::from(u32::try_from(state >> 32).expect("32 bits")) / 4_294_967_296.0;
        }
        sum
    };
    for name in 0..names {
        let (mut log, mut advantage) = (3.0 + 0.12 * f64::from(name), 0.04 * normal());
        for year in years.clone() {
            if ending.is_none_or(|(last_name, last_year)| name != last_name || year <= last_year) {
                writeln!(text, "N{name:02},{year},{}", libm::exp(log)).expect("a string");
            }
            advantage = 0.7 * advantage + 0.035 * normal();
            log += 0.03 + advantage + 0.07 * normal();
        }
    }
    text
}

fn history(text: &str) -> History {
    History::from_csv(text).expect("valid")
}

/// One pair from 2000 to 2004 and what happens afterwards, and a third name whose growth varies.
fn pair(challenger: &str, incumbent: &str) -> History {
    let mut text = String::from("name,period,value\n");
    for year in 2000..2012 {
        writeln!(text, "C,{year},{}", if year % 2 == 0 { 200 } else { 260 }).expect("a string");
    }
    for (name, values) in [("A", challenger), ("B", incumbent)] {
        for (year, value) in (2000..).zip(values.split(' ')).filter(|(_, value)| *value != "-") {
            writeln!(text, "{name},{year},{value}").expect("a string");
        }
    }
    history(&text)
}

/// The outcome of the pair A, B at the end of 2004.
fn outcome(history: &History, years: u32) -> Option<(Outcome, f64, Option<f64>)> {
    let card = history.backtest().horizon(years).first_origin("2004".parse().expect("a year")).run().ok()?;
    let mut cases = card.cases().iter();
    let found =
        cases.find(|case| case.pair.base.year() == 2004 && case.pair.challenger == "A" && case.pair.incumbent == "B");
    found.map(|case| (case.outcome, case.gap, case.log_ratio))
}

#[test]
fn an_overtake_counts_at_the_first_year_in_which_both_exist() {
    let b = "150 150 150 150 150 150 150 150 150 150 150 150";
    let of = |a: &str, years: u32| outcome(&pair(a, b), years).map(|found| found.0);
    let behind = "100 100 100 100 100 100 100 100 100 100 100 100";
    assert_eq!(of(behind, 3), Some(Outcome::Behind));
    assert_eq!(of("100 100 100 100 100 100 160 100 100 100 100 100", 3), Some(Outcome::Overtaken(2)));
    // Equal is not ahead.
    assert_eq!(of("100 100 100 100 100 100 150 100 100 100 100 100", 3), Some(Outcome::Behind));
    // After the horizon it is another case.
    assert_eq!(of("100 100 100 100 100 100 100 100 160 100 100 100", 3), Some(Outcome::Behind));
    // A gap is not filled, and a name that comes back is not gone.
    assert_eq!(of("100 100 100 100 100 - - 160 100 100 100 100", 3), Some(Outcome::Overtaken(3)));
    assert_eq!(of("100 100 100 100 100 - 100 - 100 100 100 100", 3), Some(Outcome::Behind));
    assert_eq!(of("100 100 100 100 100 100 - - - - - -", 3), Some(Outcome::Gone));
    assert_eq!(of("100 100 100 100 100 160 - - - - - -", 3), Some(Outcome::Overtaken(1)));
    // Three yearly changes are too few, and so are four with a gap.
    assert_eq!(of("- 100 100 100 100 100 100 100 100 100 100 100", 3), None);
    assert_eq!(of("100 100 - 100 100 100 100 100 100 100 100 100", 3), None);
}

#[test]
fn gaps_from_a_twentieth_to_a_factor_of_three_count() {
    let of = |b: f64| {
        let b = vec![b.to_string(); 12].join(" ");
        outcome(&pair(&["100"; 12].join(" "), &b), 3)
    };
    assert!(of(104.0).is_none() && of(301.0).is_none());
    let (found, gap, observed) = of(120.0).expect("a case");
    assert_eq!(found, Outcome::Behind);
    assert!((gap - libm::log(1.2)).abs() < 1e-12 && (observed.expect("both exist") + gap).abs() < 1e-12);
}

#[test]
fn a_change_of_basis_ends_a_case() {
    let text = |kind: &str| {
        let mut text = String::from("name,period,value,kind\n");
        for year in 2000..2012 {
            let kind = if year == 2006 { kind } else { "" };
            let third = if year % 2 == 0 { 200 } else { 260 };
            writeln!(text, "A,{year},100,{kind}\nB,{year},150,\nC,{year},{third},").expect("a string");
        }
        history(&text)
    };
    assert!(outcome(&text("reported"), 3).is_some() && outcome(&text("break"), 3).is_none());
}

fn card(text: &str) -> Scorecard {
    history(text).backtest().horizon(3).run().expect("cases")
}

/// The forecasts of an origin do not change when later figures are removed or changed.
#[test]
fn forecasts_see_no_later_figure() {
    let full = synthetic(9, 1980..2012, None);
    let until = |year: i32| -> String {
        let is_early =
            |line: &&str| line.split(',').nth(1).and_then(|label| label.parse().ok()).is_none_or(|y: i32| y <= year);
        full.lines().filter(is_early).fold(String::new(), |text, line| text + line + "\n")
    };
    let (all, early) = (card(&full), card(&until(2004)));
    assert!(early.cases().len() > 200, "{}", early.cases().len());
    for case in early.cases() {
        let same = all.cases().iter().find(|other| other.pair == case.pair).expect("the same case");
        assert_eq!((same.outcome, &same.forecasts), (case.outcome, &case.forecasts), "{:?}", case.pair);
    }
}

/// The rows of yearly figures, each known from 1 March of the next year.
fn late(text: &str) -> String {
    let row = |line: &str| {
        let year: i32 = line.split(',').nth(1).and_then(|label| label.parse().ok()).expect("a year");
        format!("{line},{}-03-01\n", year + 1)
    };
    text.lines().skip(1).map(row).fold(String::from("name,period,value,known_from\n"), |text, row| text + &row)
}

/// The quarters of yearly figures, known at the end of each.
fn quarterly(text: &str) -> String {
    let mut quarters = String::from("name,period,value\n");
    for line in text.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let value: f64 = fields[2].parse().expect("a number");
        for (quarter, part) in (1..).zip([0.125, 0.25, 0.25, 0.375]) {
            writeln!(quarters, "{},{}-Q{quarter},{}", fields[0], fields[1], value * part).expect("a string");
        }
    }
    quarters
}

fn same_forecasts(one: &Scorecard, other: &Scorecard) {
    assert_eq!(one.cases().len(), other.cases().len());
    for (one, other) in one.cases().iter().zip(other.cases()) {
        assert_eq!((&one.pair, one.outcome, &one.forecasts), (&other.pair, other.outcome, &other.forecasts));
    }
}

/// From 31 December to 1 March are 60 or 61 days.
const LAG: u32 = 61;

/// Figures that are published after the year are forecast with a lag as those known at once are without.
#[test]
fn a_publication_lag_waits_for_the_figures_of_the_origin() {
    let text = synthetic(8, 1980..2005, None);
    let (at_once, published) = (history(&text), history(&late(&text)));
    let lagged = published.backtest().horizon(3).publication_lag(LAG).run().expect("cases");
    same_forecasts(&at_once.backtest().horizon(3).run().expect("cases"), &lagged);
    // Where February has 28 days, the last figures are out a day earlier.
    let error = published.backtest().horizon(3).publication_lag(59).run().unwrap_err().to_string();
    assert!(error.contains("state a longer publication lag"), "{error}");
    let error = published.backtest().horizon(3).run().unwrap_err().to_string();
    assert!(error.contains("no figure is known at the origin of its own period: state a publication lag"), "{error}");
    let error = published.backtest().publication_lag(3_651).run().unwrap_err().to_string();
    assert_eq!(error, "invalid back-test: publication_lag: a publication lag must be at most 3650 days, got 3651");
}

/// Quarters after the origin that are known within the lag are hidden, those of another panel too.
#[test]
fn a_publication_lag_shows_no_later_period() {
    let panel = history(&quarterly(&synthetic(7, 1980..2005, None)));
    let other = history(&quarterly(&synthetic(9, 1978..2006, None)));
    let with = |days: u32| panel.backtest().horizon(3).other_panel(&other).publication_lag(days).run().expect("cases");
    same_forecasts(&with(0), &with(100));
}

/// Revisions that become known a day after the forecast, and all figures of later years, leave every bit of its forecasters.
#[test]
fn a_forecast_with_a_lag_sees_no_later_row() {
    let full = late(&synthetic(8, 1980..2012, None));
    let mut revised = full.clone();
    for name in 0..8 {
        // Seen at the origin 2004, 2005-03-02, is nothing from 2005-03-03 on.
        for year in [2001, 2003, 2004] {
            writeln!(revised, "N{name:02},{year},{},2005-03-03", 5 + 3 * ((name + year) % 5)).expect("a string");
        }
    }
    let cards = [&full, &revised].map(|text| {
        let panel = history(text);
        panel.backtest().horizon(3).publication_lag(LAG).first_origin("2004".parse().expect("a year")).run()
    });
    let [plain, revised] = cards.map(|card| card.expect("cases"));
    let at_2004 = |card: &Scorecard| -> Vec<_> {
        let cases = card.cases().iter().filter(|case| case.pair.base.year() == 2004);
        cases.map(|case| (case.pair.clone(), case.outcome, case.forecasts.clone())).collect()
    };
    assert!(at_2004(&plain).len() > 10 && at_2004(&plain) == at_2004(&revised));
    // The revisions count at the next origin.
    let later = |card: &Scorecard| card.cases().iter().map(|case| case.forecasts[0].overtaken).sum::<f64>();
    assert!((later(&plain) - later(&revised)).abs() > 1e-3);
}

/// Names with characters that addresses use are scored. Only a scenario cannot have them.
#[test]
fn any_visible_name_is_scored() {
    let text = synthetic(8, 1980..2005, None);
    let renamed = text.replace("N03", "PL/SQL [old]").replace("N05", "\"Smith, Jones & \"\"Co\"\"\"");
    let (plain, odd) = (card(&text), card(&renamed));
    assert_eq!(plain.cases().len(), odd.cases().len());
    assert!(odd.cases().iter().any(|case| case.pair.challenger == "PL/SQL [old]"));
    assert!(odd.cases().iter().any(|case| case.pair.incumbent == "Smith, Jones & \"Co\""));
    let panel = history(&renamed);
    let error = panel.backtest().horizon(3).hedgehog_of(None, "PL/SQL [od]", "N02").run().unwrap_err().to_string();
    assert!(error.contains("is scored; did you mean \"PL/SQL [old]\"?"), "{error}");
    let view = history(&renamed).outside_view("PL/SQL [old]", "N02", "2003", "2006").expect("a view");
    let error = view.scenario().unwrap_err().to_string();
    assert_eq!(
        error,
        "invalid outside view: name: a name must not contain [ ] / or a control character, got '/' in \"PL/SQL [old]\""
    );
}

/// The fans of the hedgehog plot are the forecasts of the cases of one pair, over the figures of the panel.
#[test]
fn a_hedgehog_has_the_forecasts_of_one_pair() -> Result<(), Error> {
    let text = synthetic(8, 1980..2005, None);
    let card = card(&text);
    let hedgehog = card.hedgehog();
    let (a, b) = (hedgehog.a.as_str(), hedgehog.b.as_str());
    let of = |case: &&outgrow::backtest::Case, one: &str, other: &str| {
        let (challenger, incumbent) = (case.pair.challenger.as_str(), case.pair.incumbent.as_str());
        (challenger == one && incumbent == other) || (challenger == other && incumbent == one)
    };
    let count = |one: &str, other: &str| card.cases().iter().filter(|case| of(case, one, other)).count();
    let own: Vec<_> = card.cases().iter().filter(|case| of(case, a, b)).collect();
    assert!(own.len() > 5 && own.len() == hedgehog.fans.len());
    assert!(card.cases().iter().all(|case| count(&case.pair.challenger, &case.pair.incumbent) <= own.len()));
    for (case, fan) in own.iter().zip(&hedgehog.fans) {
        let band = case.forecasts[0].band.expect("a band");
        let [low, median, high] = fan.years[2];
        let (expected, start) =
            if case.pair.challenger == a { (band, -case.gap) } else { ([-band[1], -band[0]], case.gap) };
        assert_eq!((fan.origin, fan.start, [low, high]), (case.pair.base, start, expected));
        assert!(fan.years.len() == 3 && low < median && median < high);
        let widths: Vec<f64> = fan.years.iter().map(|[low, _, high]| high - low).collect();
        assert!(widths.windows(2).all(|pair| pair[0] < pair[1]), "{widths:?}");
        let known = hedgehog.observed.iter().find(|(period, _)| *period == fan.origin).expect("a value");
        assert!((known.1 - start).abs() < 1e-12);
    }
    assert_eq!(hedgehog.observed.len(), 25);

    let panel = history(&text);
    let turned = panel.backtest().horizon(3).hedgehog_of(None, b, a).run()?;
    for (fan, other) in hedgehog.fans.iter().zip(&turned.hedgehog().fans) {
        let turn = |[low, median, high]: [f64; 3]| [-high, -median, -low];
        assert_eq!(fan.years, other.years.iter().copied().map(turn).collect::<Vec<_>>());
    }
    let error = panel.backtest().horizon(3).hedgehog_of(Some(""), "N00", "N0").run().unwrap_err();
    assert!(error.is_lookup() && error.to_string().contains("no case of \"N00\" and \"N0\""), "{error}");

    #[cfg(feature = "charts")]
    {
        let svg = card.hedgehog_chart(480)?;
        assert!(svg.contains(&format!("{a} against {b}, forecast from every origin")), "{svg}");
        assert_eq!(svg.matches("Z\"").count(), own.len(), "a closed band for each origin");
        assert!(card.hedgehog_chart(200).is_err());
    }
    Ok(())
}

/// The forecasts of the outside view share their noise between cases. They are those of its scenario, simulated, with the
/// class of the panel as known then, exits included.
#[test]
fn fast_forecasts_are_those_of_the_scenario() -> Result<(), Error> {
    let panel = history(&synthetic(8, 1980..2006, Some((3, 1999))));
    let card = panel
        .backtest()
        .horizon(4)
        .first_origin("1999".parse()?)
        .forecaster("scenario, general", |past, pair| {
            past.outside_view(&pair.challenger, &pair.incumbent, pair.base, pair.horizon)?.scenario()
        })
        .forecaster("scenario, panel", |past, pair| {
            let class = ReferenceClass::from_panel_with(past, Date::end_of(pair.base), 0, 0)?;
            past.outside_view(&pair.challenger, &pair.incumbent, pair.base, pair.horizon)?.with_class(class).scenario()
        })
        .run()?;
    let names: Vec<&str> = card.forecasters().iter().map(|one| one.name.as_str()).collect();
    let at = |name: &str| names.iter().position(|known| *known == name).expect("a forecaster");
    let mut largest = [0.0_f64; 3];
    for case in card.cases() {
        for (fast, slow) in [("outside_view_defaults", "scenario, general"), ("outside_view", "scenario, panel")] {
            let (fast, slow) = (case.forecasts[at(fast)], case.forecasts[at(slow)]);
            let [low, high] = [fast, slow].map(|one| one.band.expect("a band"));
            let width = low[1] - low[0];
            let apart = [
                (fast.overtaken - slow.overtaken).abs(),
                (fast.gone - slow.gone).abs(),
                (low[0] - high[0]).abs().max((low[1] - high[1]).abs()) / width,
            ];
            for (largest, apart) in largest.iter_mut().zip(apart) {
                *largest = largest.max(apart);
            }
        }
    }
    // Standard errors of .001 and .002; all scenarios share a seed, so that they may err together. The bands of the scenarios come from 2,000 plain paths.
    println!("{largest:?}");
    assert!(largest[0] < 0.008 && largest[1] < 0.002 && largest[2] < 0.06, "{largest:?}");
    assert!(card.cases().iter().any(|case| case.forecasts[0].gone > 0.005), "the panel has exits");
    Ok(())
}

#[cfg(feature = "parallel")]
#[test]
fn threads_do_not_change_the_scores() {
    let text = synthetic(7, 1980..2005, None);
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        pool.install(|| card(&text))
    };
    assert_eq!(with(1), with(4));
}

/// The years of quarterly figures are sums over the year before the origin, so that seasons have no effect.
#[test]
fn quarters_are_summed_over_the_trailing_year() -> Result<(), Error> {
    let yearly = synthetic(7, 1980..2005, None);
    let quarterly = quarterly(&yearly);
    let (years, quarters) = (card(&yearly), card(&quarterly));
    assert_eq!(years.cases().len(), quarters.cases().len());
    for (year, quarter) in years.cases().iter().zip(quarters.cases()) {
        assert_eq!((year.outcome, &year.pair.challenger), (quarter.outcome, &quarter.pair.challenger));
        let apart = (year.forecasts[0].overtaken - quarter.forecasts[0].overtaken).abs();
        assert!(apart < 1e-3, "{:?}: {apart}", year.pair);
    }
    Ok(())
}

#[test]
fn what_cannot_be_scored_is_an_error() {
    let panel = history(&synthetic(7, 1980..2005, None));
    let error = panel.backtest().horizon(0).run().unwrap_err();
    assert_eq!(error.to_string(), "invalid back-test: horizon: a horizon must be from 1 to 30 years, got 0");
    let short = history("name,period,value\nA,2018,1\nB,2018,2\n");
    let error = short.backtest().run().unwrap_err().to_string();
    assert!(error.contains("no case with a known outcome") && error.contains("got 2 names over 1 years"), "{error}");
    let few = history(&synthetic(3, 1980..1992, None));
    let error = few.backtest().horizon(3).run().unwrap_err().to_string();
    assert!(error.contains("no origin at which 50 earlier cases") && error.contains("such as 1984"), "{error}");
    let error = few.backtest().horizon(3).first_origin("1995".parse().expect("a year")).run().unwrap_err().to_string();
    assert!(error.contains("no case from the first origin 1995 on"), "{error}");
    let view = |past: &History, pair: &outgrow::backtest::Pair| {
        past.outside_view(&pair.challenger, "nobody", pair.base, pair.horizon)?.scenario()
    };
    let error = panel.backtest().horizon(3).forecaster("own", view).run().unwrap_err().to_string();
    assert!(error.contains("forecaster[own]") && error.contains("no figure of \"nobody\""), "{error}");
    let error = panel.backtest().forecaster("no_drift", view).run().unwrap_err().to_string();
    assert!(error.contains("names must differ, got \"no_drift\" twice"), "{error}");
}

#[test]
fn a_scorecard_answers_by_name() -> Result<(), Error> {
    let card = card(&synthetic(9, 1980..2012, None));
    assert_eq!(card.outcomes().iter().sum::<usize>(), card.cases().len());
    let view = card.forecaster("outside_view")?;
    assert!(view.interval[0] <= view.skill && view.skill <= view.interval[1], "{view:?}");
    assert!((card.forecaster("no_drift")?.skill).abs() < 1e-15);
    assert!(card.forecaster("outside_vew").unwrap_err().to_string().contains("did you mean \"outside_view\"?"));
    let worst = card.worst("outside_view", 2)?;
    let losses = card.losses("outside_view")?;
    let most = losses.iter().copied().fold(0.0, f64::max);
    let y = f64::from(u8::from(worst[0].outcome.is_overtaken()));
    assert!(((worst[0].forecasts[0].overtaken - y).abs() - most.sqrt()).abs() < 1e-12);
    let parts = view.miscalibration - view.discrimination + view.uncertainty;
    assert!((parts - view.brier).abs() < 1e-12);
    Ok(())
}
