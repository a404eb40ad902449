//! The outside view: estimates to the stated digits, probabilities against NumPy, and histories that must not change an answer.
#![allow(clippy::disallowed_methods, reason = "synthetic series and tolerances")]

use outgrow::{Date, Error, History, Outcome, OutsideView, Question, ReferenceClass, Scenario};

use crate::outside_tables::{self as reference, Row};

fn history(text: &str) -> History {
    History::from_csv(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn close(found: f64, expected: f64, tolerance: f64, what: &str) {
    assert!((found - expected).abs() <= tolerance, "{what}: {found}, expected {expected}");
}

/// The number at an address: of a distribution, its parameter.
fn number(scenario: &Scenario, address: &str) -> f64 {
    let numbers = scenario.numbers();
    let found = numbers.iter().find(|(known, _)| known == address);
    found.unwrap_or_else(|| panic!("no {address} in {numbers:?}")).1
}

#[test]
fn the_worked_example_of_the_model_comes_out() -> Result<(), Error> {
    let cases = [
        (ReferenceClass::general(), [0.095_663, 0.037_059, 0.038_146, 0.031_008, 0.031_917]),
        (ReferenceClass::large_companies(), [0.082_395, 0.030_875, 0.030_870, 0.025_833, 0.025_829]),
    ];
    for (class, expected) in cases {
        let view = history(reference::PAIR).outside_view("A", "B", "2018", "2023")?.with_class(class);
        let advantage = &view.advantages()[0];
        let (mean, sd) = advantage.at_base();
        let found = [advantage.scale(), advantage.value(), advantage.sd(), mean, sd];
        for (found, expected) in found.into_iter().zip(expected) {
            close(found, expected, 1e-6, view.class().name());
        }
        assert_eq!(advantage.years(), 8);
        close(view.log_ratio().expect("a pair"), -0.118_26, 1e-5, "the gap");
    }
    Ok(())
}

/// The probabilities of the model's worked example. With 400,000 paths a standard error is at most .0008; 2.5e-3 is more
/// than three. The statistical suite compares 4,000,000 paths within .0005.
#[test]
fn simulated_probabilities_are_those_of_the_model() -> Result<(), Error> {
    for (class, expected) in reference::stated_probabilities() {
        let view = history(reference::PAIR).outside_view("A", "B", "2018", "2023")?.with_class(class);
        let outcome = simulated(&view.scenario()?, 400_000)?;
        for (year, expected) in (2019..).zip(expected) {
            close(outcome.overtake("A", "B")?.by(year.to_string())?.value(), expected, 2.5e-3, view.class().name());
        }
    }
    Ok(())
}

fn simulated(scenario: &Scenario, paths: u64) -> Result<Outcome, Error> {
    scenario.simulate().paths(paths).seed(17).fans(false).ranks(false).shares(false).run()
}

/// Estimates of every case of the reference agree to rounding.
#[test]
fn estimates_agree_with_numpy() -> Result<(), Error> {
    for (case, view) in reference::views()? {
        let rows: Vec<Row> =
            reference::rows().into_iter().filter(|row| row.case == case && row.standard_error <= 0.0).collect();
        assert!(rows.len() > 4, "{case}");
        let scenario = view.scenario()?;
        for row in rows {
            let what = format!("{case}, {}: {}", row.name, row.quantity);
            let found = estimated(&view, &scenario, &row);
            close(found, row.value, 1e-9 * row.value.abs().max(1e-3), &what);
        }
    }
    Ok(())
}

/// The crate's number for a row, from the view and from the scenario.
fn estimated(view: &OutsideView, scenario: &Scenario, row: &Row) -> f64 {
    let of = || view.advantages().iter().find(|advantage| advantage.name() == row.name).expect("an advantage");
    let in_scenario = |rest: &str| number(scenario, &format!("provider[{}].{rest}", row.name));
    match row.quantity.as_str() {
        "scale" => of().scale(),
        "advantage" => of().value(),
        "sd" => of().sd(),
        "at_base" => {
            let common = number(scenario, "assumption[common_growth].log_growth[0]");
            close(in_scenario("growth.fade.from.log_growth[0]") - common, row.value, 1e-12, "the growth at the base");
            of().at_base().0
        }
        "at_base_sd" => {
            let common = number(scenario, "assumption[common_growth].log_growth[1]");
            close(in_scenario("growth.fade.from.log_growth[1]"), common.hypot(row.value), 1e-12, "its sd");
            of().at_base().1
        }
        "years" => f64::from(u32::try_from(of().years()).expect("at most eight")),
        "common" => number(scenario, "assumption[common_growth].log_growth[0]"),
        "common_sd" => number(scenario, "assumption[common_growth].log_growth[1]"),
        "volatility" => in_scenario("volatility"),
        "jump" => in_scenario("jump[0].log_size"),
        "revenue" => in_scenario("revenue"),
        other => match other.strip_prefix("weight ") {
            Some(back) => of().weights()[back.parse::<usize>().expect("a number")],
            None => panic!("quantity {other:?}"),
        },
    }
}

/// Probabilities of every case agree with those of the reference, which simulates the recursion itself: within four standard
/// errors of both.
#[test]
fn probabilities_agree_with_numpy() -> Result<(), Error> {
    const PATHS: u64 = 200_000;
    for (case, view) in reference::views()? {
        let outcome = simulated(&view.scenario()?, PATHS)?;
        let rows: Vec<Row> =
            reference::rows().into_iter().filter(|row| row.case == case && row.standard_error > 0.0).collect();
        assert!(rows.len() >= 5, "{case}");
        for row in rows {
            let name = match case.as_str() {
                "four" => format!("North overtakes {}", row.name),
                "quarters on periods" => "Challenger overtakes Incumbent (trailing)".to_owned(),
                "quarters" => "Challenger overtakes Incumbent".to_owned(),
                _ => "A overtakes B".to_owned(),
            };
            let found = outcome.question(&name)?.by(row.quantity.as_str())?;
            let own = (row.value * (1.0 - row.value) / 2e5).sqrt();
            close(
                found.value(),
                row.value,
                4.0 * own.hypot(row.standard_error),
                &format!("{case}: {name} by {}", row.quantity),
            );
        }
    }
    Ok(())
}

/// In the scenario the log-ratio follows the estimate exactly, whatever the correlation and whether growth is drawn.
#[test]
fn neither_correlation_nor_common_growth_moves_a_probability() -> Result<(), Error> {
    let view = history(reference::PAIR).outside_view("A", "B", "2018", "2023")?;
    let by = |scenario: &Scenario| -> Result<f64, Error> {
        Ok(simulated(scenario, 200_000)?.overtake("A", "B")?.by("2023")?.value())
    };
    let plain = by(&view.scenario()?)?;
    close(by(&view.with_correlation(0.7)?.scenario()?)?, plain, 5e-3, "correlation .7");
    close(by(&view.with_correlation(-0.9)?.scenario()?)?, plain, 5e-3, "correlation -.9");
    for correlation in [1.0, -1.1, f64::NAN] {
        assert!(view.with_correlation(correlation).is_err(), "{correlation}");
    }
    Ok(())
}

#[test]
fn every_number_has_a_source_and_the_file_reads_back() -> Result<(), Error> {
    for (case, view) in reference::views()? {
        let scenario = view.scenario()?;
        for place in scenario.assumptions() {
            let source = place.source.clone().unwrap_or_else(|| panic!("{case}: {} has no source", place.address));
            assert!(source.len() > 10, "{case}: {source}");
        }
        let json = serde_json::to_string(&scenario).expect("JSON");
        assert_eq!(Scenario::from_json(&json)?, scenario, "{case}");
    }
    let from = history(reference::PAIR).outside_view("A", "B", "2018", "2023")?.scenario()?;
    let source = from.providers()[0].source_text().expect("a source");
    assert_eq!(source, "history of 9 years up to 2018");
    Ok(())
}

/// With the base 2018-Q1 the year 2018 is the one that ends with that quarter.
#[test]
fn years_are_labelled_by_the_calendar_year_in_which_they_end() -> Result<(), Error> {
    let all = history(reference::QUARTERS);
    let scenario = all.outside_view("Challenger", "Incumbent", "2018-Q1", "2028-Q1")?.scenario()?;
    assert_eq!((scenario.base().to_string(), scenario.horizon().to_string()), ("2018".to_owned(), "2028".to_owned()));
    assert_eq!(scenario.unit(), Some("USD"));
    assert!(scenario.providers()[0].source_text().expect("a source").contains("year 2018 ends with 2018-Q1"));
    // A year's label means the calendar year.
    let calendar = all.outside_view("Challenger", "Incumbent", "2017", "2027")?.scenario()?;
    let december = all.outside_view("Challenger", "Incumbent", "2017-Q4", "2027-Q4")?.scenario()?;
    assert_eq!(calendar, december);
    Ok(())
}

/// The latest quarter of each of three providers against the group's median moves it by a quarter of the surprise.
#[test]
fn the_latest_quarter_is_compared_with_the_median_of_the_group() -> Result<(), Error> {
    let growth = [("A", 0.05, 0.10), ("B", 0.03, 0.05), ("C", 0.01, 0.0)];
    let values = |each: f64, last: f64| -> Vec<f64> {
        (0..16).map(|quarter| libm::exp(each * f64::from(quarter) + if quarter == 15 { last } else { 0.0 })).collect()
    };
    let mut text = String::from("name,period,value\n");
    for (name, each, last) in growth {
        for (quarter, value) in values(each, last).into_iter().enumerate() {
            text += &format!("{name},{}-Q{},{value}\n", 2014 + (quarter + 1) / 4, (quarter + 1) % 4 + 1);
        }
    }
    let view = history(&text).outside_view_of(&["A", "B", "C"], "2018-Q1", "2021-Q1")?;
    let scenario = view.on_periods()?.scenario()?;
    let surprise = |(_, each, last): (&str, f64, f64)| {
        let values = values(each, last);
        let year: f64 = values[12..].iter().sum();
        libm::log(values[15] / values[11]) - libm::log(year / values[8..12].iter().sum::<f64>())
    };
    // B has the median growth, of the quarter and of the year.
    for one in growth {
        let expected = 0.25 * (surprise(one) - surprise(growth[1]));
        let address = format!("provider[{}].jump[0].log_size", one.0);
        match one.0 {
            "B" => assert!(scenario.numbers().iter().all(|(known, _)| *known != address), "no surprise, no jump"),
            _ => close(number(&scenario, &address), expected, 1e-12, &address),
        }
    }
    Ok(())
}

#[test]
fn a_later_row_or_vintage_leaves_every_bit_of_an_earlier_answer() -> Result<(), Error> {
    let answer = |text: &str| -> Result<(String, String, String), Error> {
        let view = history(text).as_of("2018-06-30")?.outside_view("Challenger", "Incumbent", "2018-Q1", "2023-Q1")?;
        let scenario = view.scenario()?;
        let outcome = simulated(&scenario, 5_000)?;
        Ok((
            view.to_string(),
            serde_json::to_string(&scenario).expect("JSON"),
            serde_json::to_string(&outcome).expect("JSON"),
        ))
    };
    let before = answer(reference::QUARTERS)?;
    let later = [
        // A later quarter, and one of another name.
        "Challenger,2018-Q2,999,,3,USD,2018-07-28\n",
        "Aaa,2018-Q2,999,,,USD,2018-07-28\n",
        // A figure of a known quarter, revised later, and a revision of an old one.
        "Challenger,2018-Q1,9,,3,USD,2018-07-01\n",
        "Incumbent,2014-Q1,900,,,USD,2019-01-01\n",
        // A change of basis found out later.
        "Incumbent,2016-Q1,200,break,,USD,2018-07-01\n",
        // A claim, and a name with a longer history that was published later.
        "Incumbent,2018-Q1,1,at_least,,USD,2018-07-01\n",
    ];
    for row in later {
        // At the end and at the start of the file.
        let (header, rows) = reference::QUARTERS.split_once('\n').expect("a header");
        assert_eq!(answer(&format!("{header}\n{rows}{row}"))?, before, "{row}");
        assert_eq!(answer(&format!("{header}\n{row}{rows}"))?, before, "{row}");
    }
    Ok(())
}

/// Ten files that try to show a later figure to a view of 2018-06-30.
#[test]
fn ten_attempts_to_leak_are_refused_or_harmless() -> Result<(), Error> {
    let file = |rows: &str| {
        format!("name,period,value,known_from,kind,year_ends,currency\nA,2016,90,,,,\nA,2017,100,,,,\n{rows}")
    };
    let refused = [
        // Known before its period has ended.
        (
            "A,2018,120,2018-06-01,,,\n",
            "a figure cannot be known before its period ends on 2018-12-31, got \"2018-06-01\"",
        ),
        // The end of a fiscal year counts, not the label.
        ("B,2018,120,2018-05-31,,6,\n", "a figure cannot be known before its period ends on 2018-06-30"),
        // Dates of another form, which order differently as text.
        ("A,2018,120,01/06/2018,,,\n", "a date must have the form"),
        // Two values known from one day.
        ("A,2017,130,2017-12-31,,,\n", "is already in line 3, got 130"),
        // A year end that would make the label known earlier.
        ("A,2018,120,,,3,\n", "a name must have the same year end in all rows: none in line 2, got 3"),
        // The same name in another Unicode form.
        ("A\u{200b},2018,120,2018-06-01,,,\n", "a figure cannot be known before"),
    ];
    for (row, expected) in refused {
        let error = History::from_csv(&file(row)).expect_err(row).to_string();
        assert!(error.contains(expected), "{error}");
    }
    let plain = history(&file("")).as_of("2018-06-30")?;
    let harmless = [
        // Known on the day after.
        "A,2018,120,,,,\nA,2017,130,2018-07-01,,,\n",
        // A year that ends in June is known on its last day, and one that ends in July is not.
        "C,2018,50,,,7,\n",
        // A claim about a later year, and a later break of an earlier one.
        "A,2018,120,,at_least,,\nA,2017,90,2019-01-01,break,,\n",
        // A name of which everything is known later.
        "D,2010,10,2018-07-01,,,\nD,2011,11,2018-07-01,,,\n",
    ];
    for rows in harmless {
        let view = history(&file(rows)).as_of("2018-06-30")?;
        assert_eq!(view, plain, "{rows}");
        assert_eq!(view.as_of("2030-01-01")?, plain, "a view cannot be widened: {rows}");
        assert_eq!(view.names(), ["A"]);
        assert!(view.outside_view("A", "D", "2017", "2019").is_err());
    }
    assert_eq!(history(&file("C,2018,50,,,6,\n")).as_of("2018-06-30")?.names(), ["A", "C"]);
    Ok(())
}

#[test]
fn histories_without_an_answer_say_why() -> Result<(), Error> {
    let text = "group,name,period,value,kind,year_ends,currency\n\
                ,A,2015,90,,,USD\n,A,2016,95,,,USD\n,A,2017,100,,,USD\n\
                ,B,2015,190,,,USD\n,B,2016,195,,,USD\n,B,2017,200,,,USD\n\
                ,Ends,2015,10,,,USD\n,Ends,2016,10,,,USD\n\
                ,Gap,2015,10,,,USD\n,Gap,2017,10,,,USD\n,Gap,2018,10,,,USD\n\
                ,Break,2016,10,,,USD\n,Break,2017,20,break,,USD\n\
                ,Claim,2017,10,at_least,,USD\n\
                ,March,2016,10,,3,USD\n,March,2017,20,,3,USD\n\
                ,Yuan,2016,10,,,CNY\n,Yuan,2017,20,,,CNY\n\
                else,Far,2016,10,,,USD\nelse,Far,2017,20,,,USD\n";
    let all = history(text).as_of("2019-06-30")?;
    let cases = [
        (
            "A",
            "Ends",
            "2017",
            "2020",
            "the history of \"Ends\" ends before the base 2017: its last figure is that of 2016, as known on 2019-06-30",
        ),
        ("A", "Gap", "2016", "2020", "\"Gap\" has no figure of the base 2016"),
        (
            "A",
            "Gap",
            "2017",
            "2020",
            "\"Gap\" needs two years of figures up to 2017 without a gap or a change of basis, 2 years, got 1",
        ),
        ("A", "Break", "2017", "2020", "\"Break\" needs two years of figures"),
        ("A", "Claim", "2017", "2020", "\"Claim\" has claims but no reported figure"),
        (
            "A",
            "March",
            "2017",
            "2020",
            "yearly figures must end in one month: those of \"A\" end in month 12, got 3 of \"March\"",
        ),
        ("A", "Yuan", "2017", "2020", "figures must have one currency: \"A\" has USD, got CNY of \"Yuan\""),
        ("A", "Far", "2017", "2020", "names of one group are compared: \"A\" is in \"\", got \"Far\" in \"else\""),
        ("A", "A", "2017", "2020", "a name must be asked about once, got \"A\" twice"),
        ("A", "Braek", "2017", "2020", "no figure of \"Braek\", as known on 2019-06-30; did you mean \"Break\"?"),
        ("A", "B", "2017", "2017", "the horizon must lie a whole number of years after the base 2017, got 2017"),
        ("A", "B", "2017-Q4", "2020-Q4", "the figures are by year, got the quarter 2017-Q4"),
        ("A", "B", "2017", "2020-Q4", "base and horizon must be labels of one form, got 2017 and 2020-Q4"),
    ];
    for (a, b, base, horizon, expected) in cases {
        let error = all.outside_view(a, b, base, horizon).expect_err(expected);
        assert!(error.is_invalid_input() && error.to_string().contains(expected), "{error}\nexpected: {expected}");
    }
    let ends = all.outside_view("A", "Ends", "2017", "2020").expect_err("it ends");
    let place = ends.problems()[0].place.expect("the last figure");
    assert_eq!((place.line, place.column), (9, 12));
    // All problems at once.
    let several = all.outside_view_of(&["Nobody", "Yuan", "A", "Far"], "2017", "2016").expect_err("four problems");
    assert_eq!(several.problems().len(), 4, "{several}");
    let quarters = history(reference::QUARTERS).outside_view("Challenger", "Incumbent", "2018-Q1", "2020-Q4");
    assert!(
        quarters
            .expect_err("no whole years")
            .to_string()
            .contains("a whole number of years after the base 2018-Q1, got 2020-Q4")
    );
    assert!(all.outside_view("A", "B", "2017", "2020")?.on_periods().is_err());
    assert!(all.outside_view_of(&["A"], "2017", "2020").is_err());
    Ok(())
}

#[test]
fn claims_reach_the_scenario_and_the_audit() -> Result<(), Error> {
    let text = "name,period,value,kind\nA,2016,90,\nA,2017,100,\nB,2016,190,\nB,2017,200,\nB,2017,500,at_least\n";
    let scenario = history(text).outside_view("A", "B", "2017", "2020")?.scenario()?;
    assert_eq!(scenario.providers()[1].get_claims()[0].get_at_least(), Some(500.0));
    let audit = scenario.quick_audit()?;
    assert!(audit.findings().iter().any(|finding| finding.to_string().contains("500")), "{audit}");
    Ok(())
}

#[test]
fn classes_are_checked_and_shown() {
    let error = ReferenceClass::new("x", 1.0, 0.0, f64::NAN, -1.0, 2.0).expect_err("five problems");
    assert_eq!(error.problems().len(), 5, "{error}");
    assert!(error.to_string().contains("a share must be at least 0 and below 1, got 1"), "{error}");
    assert_eq!(
        ReferenceClass::general().to_string(),
        "general: share 0.250, half-life 2.00 years, prior scale 0.130 with the weight of 4.5 years, 3.50 degrees of freedom"
    );
}

#[test]
fn the_view_is_shown_with_its_years() -> Result<(), Error> {
    let view = history(reference::PAIR).as_of("2019-02-01")?.outside_view("A", "B", "2018", "2023")?;
    let text = view.to_string();
    for part in [
        "Outside view of A, B\n",
        "years to          2018, as known on 2019-02-01",
        "latest year     +0.0371 ± 0.0381",
        "at the base     +0.0310 ± 0.0319, half of it after 2 years",
        "scale           0.0957 (standard deviation 0.1461)",
        "2018            +0.0882, weight 1.03",
    ] {
        assert!(text.contains(part), "{part:?} in\n{text}");
    }
    Ok(())
}

/// Normal numbers of a simple generator.
struct Normals(u64);

impl Normals {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        f64::from(u32::try_from(self.0 >> 32).expect("32 bits")) / 2_f64.powi(32) + 2_f64.powi(-33)
    }

    fn next(&mut self) -> f64 {
        (-2.0 * self.uniform().ln()).sqrt() * (2.0 * std::f64::consts::PI * self.uniform()).cos()
    }

    /// A mixing draw with four degrees of freedom.
    fn mixing(&mut self) -> f64 {
        (4.0 / (0..4).map(|_| self.next().powi(2)).sum::<f64>()).sqrt()
    }
}

/// The numbers of the synthetic pairs: share, φ, scale; 4 degrees of freedom.
const SYNTHETIC: (f64, f64, f64) = (0.35, 0.8, 0.1);

/// Pairs of a group each, whose log-ratios follow the model exactly: 29 years.
fn synthetic_pairs(pairs: u32) -> String {
    let (share, phi, scale) = SYNTHETIC;
    let (mut normals, mut text) = (Normals(17), String::from("group,name,period,value\n"));
    for pair in 0..pairs {
        let (mut x, mut v) = (0.3 * normals.next(), scale * share.sqrt() * normals.next());
        for year in 1990..2019 {
            let mixing = scale * normals.mixing();
            v = phi * v + mixing * (share * (1.0 - phi * phi)).sqrt() * normals.next();
            x += v + mixing * (1.0 - share).sqrt() * normals.next();
            let common = 100.0 * 1.05_f64.powi(year - 1990);
            text += &format!("{pair},A,{year},{}\n{pair},B,{year},{common}\n", common * x.exp());
        }
    }
    text
}

/// One group of random walks; with `quit`, every tenth name leaves.
fn synthetic_group(names: u32, years: u32, quit: bool) -> String {
    let (mut normals, mut text) = (Normals(2018), String::from("name,period,value\n"));
    let mut logs: Vec<f64> = (0..names).map(|name| 0.02 * f64::from(name)).collect();
    for year in 0..years {
        for (name, x) in (0..).zip(logs.iter_mut()) {
            *x += 0.07 * normals.mixing() * normals.next();
            if !(quit && name % 10 == 3 && year > name) {
                text += &format!("N{name},{},{}\n", 1980 + year, x.exp());
            }
        }
    }
    text
}

/// 120 pairs over 29 years. Intervals are 90 % ones, so that a miss by a fifth of their width is allowed.
#[test]
fn a_synthetic_panel_gives_back_its_numbers() -> Result<(), Error> {
    let panel = history(&synthetic_pairs(120));
    let class = ReferenceClass::from_panel_with(&panel, "2019-12-31", 40, 1)?;
    let intervals = class.intervals().expect("replicates");
    let (share, phi, scale) = SYNTHETIC;
    let half_life = -(2_f64.ln()) / phi.ln();
    for ([low, high], value, expected) in [
        (intervals.share, class.share(), share),
        (intervals.half_life, class.half_life(), half_life),
        (intervals.scale, class.scale(), scale),
        (intervals.df, class.df(), 4.0),
    ] {
        let slack = 0.2 * (high - low);
        assert!(low <= value && value <= high, "{low} {value} {high}: {class}");
        assert!(low - slack <= expected && expected <= high + slack, "{expected}: {class}");
    }
    close(class.share(), share, 0.12, "share");
    close(class.scale(), scale, 0.01, "scale");
    close(class.df(), 4.0, 2.0, "degrees of freedom");
    assert_eq!(
        class,
        ReferenceClass::from_panel_with(&panel, "2019-12-31", 40, 1)?,
        "the same seed gives the same bits"
    );
    assert!(class.exits().expect("cases").mean < 1e-12);
    Ok(())
}

#[test]
fn a_class_of_a_panel_does_not_see_later_years() -> Result<(), Error> {
    let text = synthetic_group(20, 40, false);
    let until = |last: i32| -> String {
        let is_kept =
            |line: &&str| line.split(',').nth(1).is_none_or(|year| year.parse::<i32>().is_ok_and(|year| year <= last));
        let (header, rows) = text.split_once('\n').expect("a header");
        format!("{header}\n") + &rows.lines().filter(is_kept).map(|line| format!("{line}\n")).collect::<String>()
    };
    let date: Date = "2010-06-30".parse()?;
    let seen = ReferenceClass::from_panel_with(&history(&text), date, 5, 3)?;
    assert_eq!(seen, ReferenceClass::from_panel_with(&history(&until(2009)), date, 5, 3)?);
    let error = ReferenceClass::from_panel(&history(&text), "1984-06-30").expect_err("too few");
    assert!(error.to_string().contains("at least 50 pairs and years"), "{error}");
    Ok(())
}

#[test]
fn hazards_of_exits_reach_the_providers_and_the_outcome() -> Result<(), Error> {
    let panel = history(&synthetic_group(40, 40, true));
    let class = ReferenceClass::from_panel_with(&panel, "2019-12-31", 0, 0)?;
    let exits = *class.exits().expect("cases");
    // Four names leave (3, 13, 23, 33) in some 1,500 member-years.
    assert!(exits.mean > 0.001 && exits.mean < 0.01, "{exits:?}");
    let view = panel.outside_view("N1", "N2", "2019", "2024")?.with_class(class);
    let scenario = view.scenario()?;
    let smallest = panel
        .names()
        .into_iter()
        .filter_map(|name| panel.series(name).ok()?.value("2019").ok()?)
        .fold(f64::INFINITY, f64::min);
    for provider in scenario.providers() {
        let own = provider.revenue().and_then(outgrow::Assumption::value).expect("a number");
        close(provider.get_exit(), exits.hazard(own, smallest), 1e-15, provider.name());
    }
    let outcome = simulated(&scenario, 1_000)?;
    assert!(serde_json::to_string(&outcome).expect("JSON").contains("\"gone\""));
    Ok(())
}

#[test]
fn a_group_asks_whether_the_first_overtakes_the_others() -> Result<(), Error> {
    let view = history(reference::FIVE).outside_view_of(&["North", "South", "East", "West"], "2018", "2023")?;
    let scenario = view.scenario()?.with_question(Question::leads("North"))?;
    let titles: Vec<String> = scenario.questions().iter().map(Question::title).map(|title| title.to_string()).collect();
    assert_eq!(titles, ["North overtakes South", "North overtakes East", "North overtakes West", "North leads"]);
    // Four dependences on the common growth, and six between the providers.
    assert_eq!(scenario.dependences().count(), 10);
    assert!(view.with_correlation(0.3).is_err());
    Ok(())
}
