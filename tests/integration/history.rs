//! Histories: what is read, what is refused with which message, and that a view of a day shows nothing later.

use outgrow::history::FigureKind;
use outgrow::{Error, History, Rates};
use proptest::prelude::*;

fn history(text: &str) -> History {
    History::from_csv(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn refused(text: &str) -> String {
    match History::from_csv(text) {
        Ok(_) => panic!("accepted:\n{text}"),
        Err(error) => error.to_string(),
    }
}

const HEADER: &str = "name,period,value,known_from,kind,year_ends,currency,group\n";

#[test]
fn bad_files_are_refused_with_line_column_and_value() {
    let cases = [
        ("", "invalid history: the file is empty; its first line must name the columns name, period, value"),
        ("name,period,value\n", "invalid history: the file has no figures"),
        (
            "name,period\nA,2018\n",
            "invalid history: (line 1, column 1): the column \"value\" is missing, got \"name\", \"period\"",
        ),
        (
            "name,period,value,knwon_from\nA,2018,1,\n",
            "invalid history: (line 1, column 19): unknown column \"knwon_from\"; the columns are name, period, value, group, \
             known_from, kind, year_ends, currency, note; did you mean \"known_from\"?",
        ),
        ("name;period;value\nA;2018;1\n", "columns must be separated by commas"),
        (
            "name,period,value,revenue\nA,2018,1,1\n",
            "invalid history: (line 1, column 19): the column \"value\" is stated twice, got \"revenue\"",
        ),
        (
            "name,period,value\nA,2018,0\n",
            "invalid history: value (line 2, column 8): a figure must be finite and above 0, got \"0\"",
        ),
        ("name,period,value\nA,2018,-5e3\n", "got \"-5e3\""),
        (
            "name,period,value\nA,2018,NaN\n",
            "value (line 2, column 8): a figure must be finite and above 0, got \"NaN\"",
        ),
        ("name,period,value\nA,2018,inf\n", "got \"inf\""),
        // Sums and ratios would overflow.
        ("name,period,value\nA,2018,1e308\n", "a figure must lie between 1e-60 and 1e60, got \"1e308\""),
        ("name,period,value\nA,2018,9e-61\n", "a figure must lie between 1e-60 and 1e60, got \"9e-61\""),
        ("name,period,value\nA,2018,1e999\n", "got \"1e999\""),
        ("name,period,value\nA,2018,\n", "got \"\"; leave the row out where there is no figure"),
        (
            "name,period,value\nA,2018,\"1,234.5\"\n",
            "a figure must be finite and above 0 and written as 1234.5, got \"1,234.5\"",
        ),
        (
            "name,period,value\nA,2018,\"167,1\"\n",
            "a figure must be finite and above 0 and written with a decimal point: 167.1, got \"167,1\"",
        ),
        ("name,period,value\nA,2018,n/a\n", "got \"n/a\""),
        (
            "name,period,value\nA,2018,1\nA,2019,2\nA,2018,1\n",
            "invalid history: value (line 4, column 8): the figure of \"A\" for 2018, known from 2018-12-31, is already in line 2, \
             got 1",
        ),
        (
            "name,period,value\nA,2018,1\nA,2018-Q1,1\n",
            "invalid history: period (line 3, column 3): all periods of a file must have one step: line 2 has a year, got the \
             quarter \"2018-Q1\"",
        ),
        ("name,period,value\nA,2018-Q5,1\n", "period (line 2, column 3): a period must have the form"),
        ("name,period,value\nA,18,1\n", "got \"18\""),
        (
            "name,period,value,kind\nA,2018,1,atleast\n",
            "invalid history: kind (line 2, column 10): a kind must be one of reported, at_least, at_most, break, got \"atleast\"; \
             did you mean \"at_least\"?",
        ),
        (
            "name,period,value,known_from\nA,2018,1,31.12.2018\n",
            "known_from (line 2, column 10): a date must have the form \"2018-06-30\" (years 0001 to 9999), got \"31.12.2018\"",
        ),
        (
            "name,period,value,year_ends\nA,2018-Q1,1,4\n",
            "year_ends (line 2, column 13): with quarters a year must end in month 3, 6, 9 or 12, got \"4\"",
        ),
        ("name,period,value,year_ends\nA,2018,1,13\n", "year_ends must be a month, 1 to 12, got \"13\""),
        (
            "name,period,value,year_ends\nA,2018,1,3\nA,2019,1,6\n",
            "year_ends (line 3, column 10): a name must have the same year end in all rows: 3 in line 2, got 6",
        ),
        (
            "name,period,value,currency\nA,2018,1,CNY\nA,2019,1,\n",
            "currency (line 3, column 10): a name must have the same currency in all rows: CNY in line 2, got none",
        ),
        (
            "name,period,value\nA,2018,1.2\nA,2019,1500\n",
            "invalid history: value (line 3, column 8): the figures of \"A\" for 2018 (line 2) and 2019 differ by a factor of 1250: \
             use one unit, or state a change of basis by the kind `break`, got 1500",
        ),
        (
            "name,period,value\nA,2018,1,7\n",
            "invalid history: (line 2, column 10): the header has 3 fields, got 4 fields (\"A\", \"2018\", \"1\", \"7\")",
        ),
        ("name,period,value\nA,2018\n", "the header has 3 fields, got 2 fields"),
        ("name,period,value\n,2018,1\n", "name (line 2, column 1): a name must not be empty, got \"\""),
        (
            "name,period,value\nA\u{7}B,2018,1\n",
            "a name must not contain a control character, got '\\u{7}' in \"A\\u{7}B\"",
        ),
        ("name,period,value\nA,2018,0.0\n", "above 0, got \"0.0\"; leave the row out where there is no figure"),
        ("name,period,value\nA,2018,99.5\nA,2019,60000\n", "differ by a factor of 603"),
        ("name,period,value\nA,2018,100\nA,2019,60000\n", "differ by a factor of 600"),
        (
            "name,period,value\nCaf\u{e9},2018,1\nCafe\u{301},2019,1\n",
            "name (line 3, column 1): the name \"Cafe\\u{301}\" looks the same as \"Caf\u{e9}\": it differs only in Unicode form",
        ),
        (
            "name,period,value,note\nA,2018,1,\"open\nA,2019,1,x\n",
            "(line 2, column 1): a quotation mark of this record is not closed, got the end of the file",
        ),
        ("\r\nname,period,value\r\nA,2017,1\r\nÅÅ,2018,x\r\n", "value (line 4, column 9): "),
        ("name,note,period,value\nA,\"two\nlines\",2018,x\n", "value (line 3, column 13): "),
    ];
    for (text, expected) in cases {
        let message = refused(text);
        assert!(message.contains(expected), "{text:?}\n gives: {message}\n expected: {expected}");
    }
}

#[test]
fn files_that_are_not_utf8_are_refused() {
    let bytes = b"name,period,value\nCaf\xe9,2018,1\nB,2018,2\n";
    let error = History::from_csv_reader(bytes.as_slice()).expect_err("Latin-1").to_string();
    assert_eq!(
        error,
        "invalid history: name (line 2, column 1): the file must be UTF-8, got the byte 0xe9 in \"Caf\u{fffd}\""
    );
    let wide: Vec<u8> = "\u{feff}name,period,value\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let error = History::from_csv_reader(wide.as_slice()).expect_err("UTF-16").to_string();
    assert!(error.contains("the file must be UTF-8, got the byte 0xff"), "{error}");
}

#[test]
fn all_problems_are_reported_in_the_order_of_the_file() {
    let error =
        History::from_csv("name,period,value,kind\nA,2018,1,\nA,2018,2,\nB,201,-1,x\n").expect_err("four problems");
    let lines: Vec<_> =
        error.problems().iter().map(|problem| (&*problem.address, problem.place.expect("a place").line)).collect();
    assert_eq!(lines, [("value", 3), ("period", 4), ("value", 4), ("kind", 4)]);
    let many: String = (0..5000).map(|row| format!("A,2018,-{row}\n")).collect();
    let error = History::from_csv(&format!("name,period,value\n{many}")).expect_err("thousands");
    assert_eq!(error.problems().last().expect("one").message, "and more problems");
}

#[test]
fn what_a_file_may_contain() {
    let read = history(
        "\u{feff}value , period,note,name\n1e3, 2018-Q1 ,\"a, \"\"quoted\"\" note\",Größe\n\n 1100,2018-Q2,,Größe\n",
    );
    assert_eq!(read.names(), ["Größe"]);
    let series = read.series("Größe").expect("the name");
    assert_eq!(series.value("2018-Q1").expect("a quarter"), Some(1000.0));
    assert_eq!(series.figures()[0].note(), Some("a, \"quoted\" note"));
    assert_eq!(series.figures()[1].note(), None);
    let error = series.value("2018").expect_err("a year");
    assert!(error.is_lookup() && error.to_string().contains("the figures are by quarter, got \"2018\""), "{error}");
}

/// A product that starts or ends sells few pieces in that year, and names of data are in no address.
#[test]
fn counts_may_start_small_and_names_may_have_any_sign() {
    let read = history("provider,period,value\nA/B [x],2018,3\nA/B [x],2019,4000\nA/B [x],2020,2\n");
    assert_eq!(read.names(), ["A/B [x]"]);
    assert_eq!(read.series("A/B [x]").expect("the name").value("2019").expect("a year"), Some(4000.0));
}

#[test]
fn groups_separate_equal_names() {
    let read = history("group,name,period,value\nX,A,2018,1\nY,A,2018,2\nY,B,2018,3\n");
    assert_eq!((read.groups(), read.names()), (vec!["X", "Y"], vec!["A", "B"]));
    let error = read.series("A").expect_err("two groups").to_string();
    assert_eq!(error, "history: \"A\" is in 2 groups (\"X\", \"Y\", …); choose one with `group`");
    assert_eq!(
        read.group("Y").and_then(|group| group.series("A")).expect("one").value("2018").expect("a year"),
        Some(2.0)
    );
    assert_eq!(read.series("B").expect("one").group(), "Y");
    assert!(read.group("Z").expect_err("no group").is_lookup());
}

#[test]
fn sums_and_growth_cross_neither_gaps_nor_breaks() {
    let read = history(
        "name,period,value,kind,year_ends\n\
         A,2016-Q4,10,,3\nA,2017-Q1,10,,3\nA,2017-Q2,10,,3\nA,2017-Q3,11,,3\nA,2017-Q4,12,,3\nA,2018-Q1,13,,3\n\
         A,2018-Q2,40,break,3\nA,2018-Q3,41,,3\nA,2018-Q4,42,,3\nA,2019-Q1,43,,3\nA,2019-Q3,45,,3\n",
    );
    let series = read.series("A").expect("the name");
    let trailing = |label: &str| series.trailing_year(label).expect("a quarter");
    assert_eq!(trailing("2018-Q1"), Some(46.0));
    assert_eq!(trailing("2018-Q2"), None, "the break lies within");
    assert_eq!(trailing("2019-Q1"), Some(166.0), "the break is its first quarter");
    assert_eq!(trailing("2019-Q3"), None, "2019-Q2 is missing");
    assert_eq!(series.yearly_growth("2019-Q1").expect("a quarter"), None, "across the break");
    let growth = |label: &str| series.year_on_year(label).expect("a quarter");
    assert!((growth("2018-Q1").expect("two figures") - 0.3).abs() < 1e-12);
    assert_eq!((growth("2018-Q2"), growth("2019-Q1")), (None, None));
    let years: Vec<_> = series.fiscal_years().into_iter().map(|(end, sum)| (end.to_string(), sum)).collect();
    assert_eq!(years, [("2018-Q1".to_owned(), 46.0), ("2019-Q1".to_owned(), 166.0)]);
}

#[test]
fn claims_are_kept_apart_from_figures() {
    let text = "name,period,value,kind,known_from\nG,2017-Q4,1000,at_least,2018-02-01\nG,2017-Q4,1236,,2020-02-03\n\
                G,2017-Q4,1500,at_most,2018-02-01\n";
    let read = history(text);
    let then = read.as_of("2018-06-30").expect("a date").series("G").expect("claims");
    assert_eq!(then.figures(), []);
    let claims: Vec<_> = then.claims().iter().map(|claim| (claim.kind(), claim.value())).collect();
    assert_eq!(claims, [(FigureKind::AtLeast, 1000.0), (FigureKind::AtMost, 1500.0)]);
    let now = read.series("G").expect("a figure");
    assert_eq!((now.figures()[0].value(), now.claims().len()), (1236.0, 2));
}

#[test]
fn currencies_are_converted_at_the_rate_of_each_period() {
    let read = history("name,period,value,currency\nA,2018-Q1,635.3,CNY\nB,2018-Q1,100,USD\n");
    let rates = Rates::from_csv("currency,period,per_unit\nCNY,2018-Q1,6.353\n").expect("rates");
    let dollars = read.in_currency("USD", &rates).expect("both");
    for name in ["A", "B"] {
        let series = dollars.series(name).expect("the name");
        assert_eq!(series.currency(), Some("USD"));
        assert!((series.value("2018-Q1").expect("a quarter").expect("a figure") - 100.0).abs() < 1e-9);
    }
    let message = |text: &str, rates: &str| -> String {
        let rates = Rates::from_csv(rates).unwrap_or_else(|error| panic!("{error}"));
        history(text).in_currency("USD", &rates).expect_err("refused").to_string()
    };
    let quarter = "currency,period,per_unit\nCNY,2018-Q1,6.353\n";
    let cases = [
        (
            "name,period,value,currency\nA,2018-Q2,1,CNY\n",
            "value (line 2, column 11): there is no rate of \"CNY\" for 2018-Q2",
        ),
        ("name,period,value,currency\nA,2018-Q1,1,CNX\n", "there are no rates of \"CNX\"; did you mean \"CNY\"?"),
        ("name,period,value,currency\nA,2018,1,CNY\n", "the rates are by quarter, got the year 2018"),
        ("name,period,value\nA,2018-Q1,1\n", "\"A\" states no currency"),
    ];
    for (text, expected) in cases {
        let found = message(text, quarter);
        assert!(found.contains(expected), "{found}");
    }
    for (text, expected) in [
        (
            "currency,period,per_unit\nCNY,2018,0\n",
            "per_unit (line 2, column 10): a rate must be finite and above 0, got \"0\"",
        ),
        (
            "currency,period,per_unit\nCNY,2018,1e-61\n",
            "per_unit (line 2, column 10): a rate must lie between 1e-60 and 1e60, got \"1e-61\"",
        ),
        (
            "currency,period,per_unit\nCNY,2018,1\nCNY,2018,2\n",
            "(line 3, column 10): the rate of \"CNY\" for 2018 is stated twice",
        ),
        (
            "currency,period,per_unit\nCNY,2018,1\nCNY,2018-Q1,2\n",
            "(line 3, column 5): all periods must be years, got \"2018-Q1\"",
        ),
        ("currency,period\nCNY,2018\n", "the column \"per_unit\" is missing"),
    ] {
        let error = Rates::from_csv(text).expect_err(text).to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn a_file_of_many_rows_is_streamed() {
    struct Rows(u64, Vec<u8>);
    impl std::io::Read for Rows {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            if self.1.is_empty() && self.0 > 0 {
                self.0 -= 1;
                self.1 = format!(
                    "N{},{:04}-{:02},{}\n",
                    self.0 % 100,
                    1 + self.0 / 1200,
                    1 + self.0 / 100 % 12,
                    1 + self.0 % 97
                )
                .into_bytes();
            }
            let count = buffer.len().min(self.1.len());
            buffer[..count].copy_from_slice(&self.1[..count]);
            self.1.drain(..count);
            Ok(count)
        }
    }
    let reader = std::io::Read::chain(b"name,period,value\n".as_slice(), Rows(1_000_000, Vec::new()));
    let read = History::from_csv_reader(reader).expect("a million rows");
    assert_eq!((read.names().len(), read.series("N7").expect("a name").figures().len()), (100, 10_000));
}

/// A small file with revisions, claims and breaks.
fn rows() -> impl Strategy<Value = Vec<(usize, i32, f64, usize, u32)>> {
    let row = (0_usize..3, 2010_i32..2020, 10.0..20.0, 0_usize..4, 0_u32..5);
    prop::collection::vec(row, 1..60).prop_map(|mut rows| {
        let mut seen = std::collections::HashSet::new();
        rows.retain(|(name, year, _, kind, delay)| {
            let class = if *kind == 3 { 0 } else { *kind };
            seen.insert((*name, *year, class, *delay))
        });
        rows
    })
}

fn csv(rows: &[(usize, i32, f64, usize, u32)]) -> String {
    let kinds = ["reported", "at_least", "at_most", "break"];
    let line = |(name, year, value, kind, delay): &(usize, i32, f64, usize, u32)| {
        let known = year + 1 + delay.cast_signed();
        format!("{},{year},{value},{known}-02-01,{},,USD,\n", ["A", "B", "C"][*name], kinds[*kind])
    };
    HEADER.to_owned() + &rows.iter().map(line).collect::<String>()
}

proptest! {
    #[test]
    fn a_view_equals_the_history_of_the_rows_known_then(rows in rows(), year in 2010_i32..2026) {
        let known: Vec<_> = rows.iter().copied().filter(|row| row.1 + 1 + row.4.cast_signed() <= year).collect();
        let view = history(&csv(&rows)).as_of(&*format!("{year}-02-01"))?;
        if known.is_empty() {
            prop_assert_eq!(view.names().len(), 0);
            return Ok(());
        }
        let direct = history(&csv(&known));
        prop_assert_eq!(&view, &direct);
        prop_assert_eq!(view.names(), direct.names());
        for name in direct.names() {
            prop_assert_eq!(view.series(name)?, direct.series(name)?);
        }
    }
}

#[test]
fn views_that_differ_are_not_equal() -> Result<(), Error> {
    let one = history("name,period,value\nA,2018,1\n");
    let other = history("name,period,value\nA,2018,2\n");
    assert_ne!(one, other);
    assert_ne!(one, one.as_of("2018-12-30")?);
    assert_eq!(one, one.as_of("2018-12-31")?);
    assert!(one.as_of("2018").expect_err("no date").is_invalid_input());
    Ok(())
}
