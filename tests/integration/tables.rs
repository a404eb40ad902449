//! The long table and Markdown: every number once, in a form that other programs read.

use outgrow::{Curve, Outcome, Provider, Question, Scenario};

const ODD: &str = "A, \"the | first\" *one*";

fn outcome() -> Outcome {
    let provider =
        |name: &str, revenue, growth| Provider::new(name, revenue).growth(Curve::constant(growth)).volatility(0.2);
    let scenario = Scenario::builder("2018-Q1", "2020-Q2")
        .unit("USD")
        .provider(provider(ODD, 1.0e9, 0.5))
        .provider(provider("阿里云", 1.3e9, 0.3))
        .question(Question::overtakes(ODD, "阿里云"))
        .question(Question::overtakes("阿里云", ODD).sustained(2))
        .build()
        .expect("a scenario");
    let event = |[a]: [outgrow::Path<'_>; 1]| a.revenue(4) > 1.5e9;
    let simulation = scenario.simulate().paths(2_000).seed(7).event("half a billion more", [ODD], event);
    simulation.classify("thirds", [ODD], 3, |[a]| usize::from(a.revenue(1) > 1.1e9)).run().expect("a run")
}

type Row = [String; 8];

fn rows(csv: &str) -> Vec<Row> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let head: Vec<String> = reader.headers().expect("a head").iter().map(str::to_owned).collect();
    assert_eq!(head, ["question", "provider", "period", "statistic", "value", "standard_error", "low", "high"]);
    let row =
        |record: csv::StringRecord| Row::try_from(record.iter().map(str::to_owned).collect::<Vec<_>>()).expect("eight");
    reader.records().map(|record| row(record.expect("as many fields as in the head"))).collect()
}

/// The one row of a key.
fn row<'a>(rows: &'a [Row], key: [&str; 4]) -> &'a Row {
    let found: Vec<&Row> = rows.iter().filter(|row| row[..4] == key).collect();
    assert_eq!(found.len(), 1, "{key:?}");
    found[0]
}

#[expect(clippy::float_cmp, reason = "numbers are written in full")]
#[test]
fn every_part_stands_in_the_long_table_in_full() {
    let outcome = outcome();
    let rows = rows(&outcome.to_csv());
    let number = |text: &str| text.parse::<f64>().expect("a number");
    for question in outcome.questions() {
        for period in question.periods() {
            let label = period.to_string();
            let (by, ahead) = (question.by(*period).expect("by"), question.ahead(*period).expect("ahead"));
            for (statistic, estimate) in [("by", by), ("ahead", ahead)] {
                let row = row(&rows, [question.name(), "", &label, statistic]);
                let reported = [number(&row[4]), number(&row[5]), number(&row[6]), number(&row[7])];
                assert_eq!(
                    reported,
                    [estimate.value(), estimate.standard_error(), estimate.interval().0, estimate.interval().1]
                );
            }
        }
        let dates = rows.iter().filter(|row| row[0] == question.name() && row[3] == "date_quantile");
        for row in dates.clone() {
            let reported = question.quantile(number(&row[4])).expect("a date").to_string();
            assert!(reported == row[2] || (row[2].is_empty() && reported.starts_with("not by")), "{row:?}: {reported}");
        }
        assert_eq!(dates.count(), 7);
    }
    for provider in [ODD, "阿里云"] {
        let (fan, share) = (outcome.revenue(provider).expect("fan"), outcome.share(provider).expect("share"));
        for period in fan.periods() {
            let value = |statistic: &str| number(&row(&rows, ["", provider, &period.to_string(), statistic])[4]);
            assert_eq!(value("revenue_quantile_0.05"), fan.quantile(*period, 0.05).expect("quantile"));
            assert_eq!(Some(value("revenue_mean")), fan.mean(*period).expect("mean"));
            assert_eq!(value("share_quantile_0.5"), share.quantile(*period, 0.5).expect("quantile"));
            assert_eq!(value("share_mean"), share.mean(*period).expect("mean"));
            assert_eq!(
                value("rank_2"),
                outcome.rank(provider).expect("ranks").probability(*period, 2).expect("rank").value()
            );
        }
    }
    let event = outcome.event("half a billion more").expect("event");
    assert_eq!(number(&row(&rows, ["half a billion more", "", "", "event"])[4]), event.value());
    assert_eq!(number(&row(&rows, ["thirds", "", "", "class_2"])[4]), 0.0);
    let own = self::rows(&outcome.questions()[0].to_csv());
    assert!(own.iter().all(|row| row[0] == outcome.questions()[0].name() && rows.contains(row)));
}

/// Readers guess types from the first rows: a number always has a point or an exponent, or the field is empty, and rows
/// with errors come before rows without.
#[test]
fn the_type_of_a_column_shows_in_every_row() {
    let csv = outcome().to_csv();
    let rows = rows(&csv);
    for row in &rows {
        assert!(row[4].contains(['.', 'e']), "{row:?}");
        assert!(row[5..].iter().all(|field| field.is_empty() || field.contains(['.', 'e'])), "{row:?}");
    }
    assert!(rows[..100].iter().any(|row| !row[5].is_empty()));
    let last_with = rows.iter().rposition(|row| !row[5].is_empty()).expect("errors");
    assert!(rows[last_with + 1..].iter().all(|row| row[0].is_empty() && row[5].is_empty()));
    assert!(csv.contains("\"A, \"\"the | first\"\" *one*\""));
}

#[test]
fn markdown_tables_have_one_form_and_escape_names() {
    let outcome = outcome();
    let text = outcome.to_markdown();
    assert!(
        text.contains(
            "**A, \"the \\| first\" \\*one\\* overtakes 阿里云: first quarter with higher revenue, base 2018-Q1**"
        ),
        "{text}"
    );
    let mut lines = text.lines().peekable();
    let mut tables = 0;
    while let Some(line) = lines.next() {
        if !line.starts_with('|') {
            continue;
        }
        tables += 1;
        let cells = |line: &str| line.replace("\\|", "").matches('|').count();
        let rule = lines.next().expect("a rule under the head");
        assert!(rule.chars().all(|character| matches!(character, '|' | '-')), "{rule}");
        while let Some(row) = lines.next_if(|next| next.starts_with('|')) {
            assert_eq!(cells(row), cells(line), "{row}");
        }
        assert_eq!(cells(rule), cells(line), "{rule}");
    }
    assert_eq!(tables, 4, "two questions and two providers");
    let shown = outcome.questions()[0].by("2019-Q4").expect("by").to_string();
    let value = shown.split(' ').next().expect("a value");
    assert!(text.contains(&format!("| 2019-Q4 | {value} |")), "{text}");
}

/// For sums over years the base is a year that ended by the base period, or missing.
#[test]
fn a_measure_by_year_says_which_year_is_its_base() {
    let headline = |history: &[f64]| {
        let provider = |name: &str, revenue: f64| {
            let growth = Curve::constant(0.2);
            Provider::new(name, revenue).growth(growth).volatility(0.1).history(history.iter().copied())
        };
        let question = Question::overtakes("A", "B").measure(outgrow::Measure::Annual);
        let scenario =
            Scenario::builder("2018-Q2", "2020-Q4").provider(provider("A", 9.0)).provider(provider("B", 10.0));
        let outcome = scenario.question(question).build().expect("valid").simulate().paths(64).run().expect("a run");
        outcome.questions()[0].to_string().lines().next().expect("a headline").to_owned()
    };
    let known = headline(&[7.0, 7.0, 8.0, 8.0, 9.0]);
    assert!(known.ends_with(", base: the year to 2017-Q4, the last one complete by 2018-Q2"), "{known}");
    assert!(headline(&[]).ends_with(", base: none, no year is complete by 2018-Q2"), "{}", headline(&[]));
}

/// The terminal's table of a provider: the base, the year ends, share and most likely rank; nothing that is switched off.
#[test]
fn the_terminal_shows_base_share_and_rank() {
    let text = outcome().to_string();
    let at = text.find("阿里云: revenue of the quarter, USD").expect("a provider");
    let lines: Vec<&str> = text[at..].lines().skip(2).take(4).collect();
    assert_eq!(
        lines[0].split_whitespace().collect::<Vec<_>>().join(" "),
        "period median 90 % band mean share likeliest rank mean rank median rank"
    );
    assert_eq!(
        lines[1].split_whitespace().collect::<Vec<_>>(),
        ["2018-Q1", "1.300", "bn"],
        "a certain base has no band"
    );
    assert!(
        lines[2].starts_with("  2018-Q4") && lines[2].contains(" % ") && lines[2].contains("1 (0."),
        "{}",
        lines[2]
    );
    let scenario =
        Scenario::builder("2018", "2020").provider(Provider::new("A", 1).growth(Curve::constant(0.1))).build();
    let bare =
        scenario.expect("a scenario").simulate().paths(10).ranks(false).shares(false).run().expect("a run").to_string();
    assert!(bare.contains("90 % band\n") && !bare.contains("share") && !bare.contains("rank"), "{bare}");
}
