//! Sweeps of the command.

use std::fs;

use outgrow::Scenario;

use crate::command::outgrow;
use crate::command_parts::{Folder, printed, refused, shipped};

const A: &str = "provider[Challenger].growth.constant";
const B: &str = "provider[Incumbent].volatility";

/// The arguments of a sweep of the pair with constant growth.
fn sweep<'a>(pair: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["sweep", pair, "--quiet"], more].concat()
}

#[test]
fn every_cell_has_the_answers_of_its_scenario() {
    let pair = shipped("constant_pair");
    let table = printed(&sweep(&pair, &["-L", B, "0.05,0.1", "-P", A, "0.3", "0.5", "-D", "0.1"]));
    let mut lines = table.lines();
    let head = format!("cell,\"{B}\",\"{A}\",question,period,by,standard_error,low,high,method");
    assert_eq!(lines.next(), Some(head.as_str()));
    let scenario = Scenario::from_toml(&fs::read_to_string(&pair).expect("text")).expect("valid");
    let dates = scenario.exact().run().expect("exact").questions()[0].periods().len();
    assert_eq!(lines.clone().count(), 6 * dates, "a row a cell and date");
    for (row, line) in lines.enumerate() {
        let fields: Vec<&str> = line.split(',').collect();
        let cell = row / dates;
        assert_eq!(fields[0], cell.to_string());
        let (volatility, growth) = ([0.05, 0.1][cell / 3], [0.3, 0.4, 0.5][cell % 3]);
        assert_eq!(fields[1..3], [format!("{volatility:?}"), format!("{growth:?}")]);
        let own = scenario.with(B, volatility).and_then(|changed| changed.with(A, growth)).expect("valid");
        let answers = own.exact().lead_changes(false).fans(false).ranks(false).shares(false).run().expect("exact");
        let by = answers.questions()[0].by(fields[4].trim_matches('"')).expect("a date");
        assert_eq!(fields[5], format!("{:?}", by.value()));
        assert_eq!(fields[9], "\"exact\"");
    }
}

#[test]
fn shards_and_continued_sweeps_have_the_same_bytes() {
    let folder = Folder::new("sweep");
    let pair = shipped("constant_pair");
    let cells = ["-P", A, "0.3", "0.5", "-D", "0.01", "-L", B, "0.05,{ uniform = [0.05, 0.1] }"];
    let whole = printed(&sweep(&pair, &cells));
    let mut files = Vec::new();
    for index in 0..3 {
        let (file, shard) = (folder.file(&format!("{index}.csv")), format!("{index}/3"));
        assert_eq!(printed(&sweep(&pair, &[&cells[..], &["--out", &file, "--shard", &shard]].concat())), "");
        files.push(file);
    }
    assert_eq!(printed(&["merge", &files[2], &files[0], &files[1]]), whole);
    let message = refused(&["merge", &files[2], &files[0]]);
    assert!(message.contains("missing: 1/3"), "{message}");
    let of_run = folder.file("run.json");
    printed(&["run", &pair, "--paths", "64", "--quiet", "--out", &of_run]);
    let message = refused(&["merge", &files[2], &of_run]);
    assert!(message.contains("run.json: has no manifest of a sweep") && message.contains("2.csv has"), "{message}");

    // A kill leaves rows that the manifest does not cover, of which the last may be cut.
    let manifest = format!("{}.manifest.json", files[1]);
    let mut state: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(&manifest).expect("text")).expect("JSON");
    let text = fs::read_to_string(&files[1]).expect("text");
    let again =
        || sweep(&pair, &[&cells[..], &["--out", &files[1], "--shard", "1/3", "--resume"]].concat()).join("\u{1f}");
    let resume = || outgrow(&again().split('\u{1f}').collect::<Vec<_>>());
    fs::write(&files[1], format!("{text}99,0.3,\"x")).expect("written");
    assert_eq!(resume().0, Some(0));
    assert_eq!(fs::read_to_string(&files[1]).expect("text"), text, "the rest is cut off");
    fs::write(&files[1], text.replacen("0.3", "0.4", 1)).expect("written");
    let (code, _, err) = resume();
    assert!(code == Some(2) && err.contains("the rows were changed"), "{err}");
    let message = refused(&["merge", &files[0], &files[1], &files[2]]);
    assert!(message.contains("the rows were changed"), "{message}");
    fs::write(&files[1], &text[..100]).expect("written");
    assert!(refused(&["merge", &files[0], &files[1], &files[2]]).contains("the file is cut off: 100 of"));
    fs::write(&files[1], &text).expect("written");
    state["done"] = serde_json::json!(3);
    let whole = fs::read_to_string(&manifest).expect("text");
    fs::write(&manifest, state.to_string()).expect("written");
    assert!(refused(&["merge", &files[0], &files[1], &files[2]]).contains("the manifest was changed"));
    assert!(resume().2.contains("the manifest was changed"));
    fs::write(&manifest, whole).expect("written");
    for form in ["--json", "--html=x", "--export-csv=x", "--charts=x"] {
        assert!(
            refused(&["merge", &files[0], &files[1], &files[2], form])
                .contains("of a sweep, which is printed as CSV alone")
        );
    }
    let data = folder.file("data.csv");
    fs::write(&data, "precious,data\n").expect("written");
    let over = sweep(&pair, &[&cells[..], &["--out", &data, "--resume"]].concat());
    assert!(refused(&over).contains("exists and is no sweep"), "a file of another kind stays");
    fs::remove_file(&files[0]).expect("removed");
    let again = sweep(&pair, &[&cells[..], &["--out", &files[0], "--shard", "0/3", "--resume"]].concat());
    assert!(refused(&again).contains("is gone, but its manifest is there"));
}

#[test]
fn a_sweep_continues_only_itself() {
    let folder = Folder::new("sweep-other");
    let (pair, file) = (shipped("constant_pair"), folder.file("cells.csv"));
    let cells = ["-P", A, "0.3", "0.5", "-D", "0.1", "--out", &file];
    printed(&sweep(&pair, &cells));
    assert!(refused(&sweep(&pair, &cells)).contains("exists: continue its sweep with --resume"));
    for (more, words) in [
        (&["--resume", "--seed", "3"][..], "settings.seed: null and 3"),
        (&["--resume", "--by", "2019-Q4"], "settings.by: null and \"2019-Q4\""),
        (&["--resume", "--set", "provider[Challenger].volatility=0.33"], "scenario: the scenarios differ: "),
        (&["--resume", "--shard", "0/2"], "the file has shard 0/1, this sweep is shard 0/2"),
    ] {
        let message = refused(&sweep(&pair, &[&cells[..], more].concat()));
        assert!(message.contains(words), "{words}: {message}");
    }
    printed(&sweep(&pair, &[&cells[..], &["--resume"]].concat()));
}

/// A sweep that was killed before its first cells has a head at most, and no manifest.
#[test]
fn a_sweep_begins_again_in_a_file_without_rows() {
    let folder = Folder::new("sweep-head");
    let (pair, file) = (shipped("constant_pair"), folder.file("cells.csv"));
    let cells = ["-P", A, "0.3", "0.5", "-D", "0.1", "--out", &file];
    printed(&sweep(&pair, &cells));
    let rows = fs::read_to_string(&file).expect("a file");
    let head = rows.lines().next().expect("a head");
    for (text, more) in [("", &[][..]), (head, &["--resume"]), (&head[..9], &["--resume"])] {
        fs::remove_file(folder.file("cells.csv.manifest.json")).expect("it is there");
        fs::write(&file, text).expect("its own folder");
        printed(&sweep(&pair, &[&cells[..], more].concat()));
        assert_eq!(fs::read_to_string(&file).expect("a file"), rows, "{text}");
    }
    let other = folder.file("other.csv");
    fs::write(&other, "a,b\n1,2\n").expect("its own folder");
    let message = refused(&sweep(&pair, &["-P", A, "0.3", "0.5", "-D", "0.1", "--out", &other, "--resume"]));
    assert!(message.contains("exists and is no sweep"), "{message}");
    assert!(!fs::exists(folder.file("other.csv.lock")).expect("its own folder"));
}

#[test]
fn cells_of_a_table() {
    let folder = Folder::new("sweep-table");
    let (pair, table) = (shipped("constant_pair"), folder.file("cells.csv"));
    fs::write(&table, format!("\u{feff}{A},{B}\n0.3,0.05\n 0.4 , 0.05\n0.5,0.05\n")).expect("written");
    let grid = printed(&sweep(&pair, &["-P", A, "0.3", "0.5", "-D", "0.1", "-L", B, "0.05"]));
    let swapped = |text: &str| {
        text.lines().skip(1).map(|line| line.split(',').skip(3).collect::<Vec<_>>().join(",")).collect::<Vec<_>>()
    };
    assert_eq!(swapped(&printed(&sweep(&pair, &["--cells", &table]))), swapped(&grid));
    for (text, words) in [
        ("", "has no row below its head"),
        ("a,a\n1,2\n", "a is the head of two columns"),
        ("a,\n1,2\n", "column 2 has no address"),
        ("provider[Challenger].volatility\n\"\"\n", "row 1 has no value for provider[Challenger].volatility"),
        ("a,b\n1\n", "found record with 1 fields"),
        ("nothing\n1\n", "cell 0 (nothing=1)"),
        ("provider[Challenger].volatility\n\"0,15\"\n", "a number has a decimal point, not a comma: 0.15, got 0,15"),
        ("provider[Challenger].volatility;provider[Incumbent].volatility\n1;2\n", "separate columns by commas"),
        ("provider[Challenger].volatility\n0.1\n-1\n", "cell 1 (provider[Challenger].volatility=-1)"),
    ] {
        fs::write(&table, text).expect("written");
        let (code, _, err) = outgrow(&sweep(&pair, &["--cells", &table]));
        assert!(code == Some(2) && err.contains(words), "{text:?}: {err}");
    }
}

#[test]
fn wrong_axes_are_named_before_the_first_answer() {
    let pair = shipped("constant_pair");
    for (more, words) in [
        (
            &["-P", A, "0.5", "0.3", "-D", "0.1"][..],
            "the first of two finite numbers must not exceed the second, got 0.5 and 0.3",
        ),
        (&["-P", A, "0.1", "0.3", "-D", "0"], "the step must be above 0"),
        (&["-P", A, "0.1", "0.3"], "each -P needs one -D: there are 1 of -P and 0 of -D"),
        (&["-P", A, "low", "0.3", "-D", "0.1"], "got \"low\""),
        (&["-P", A, "0", "1", "-D", "1e-10"], "give more than 1000000000 values"),
        (
            &["-P", A, "0", "1", "-D", "1e-6", "-P", B, "0", "1", "-D", "1e-6"],
            "the grid has more than 1000000000 cells",
        ),
        (&["-L", A, "0.1,,0.2"], "value 2 of \"0.1,,0.2\" is empty"),
        (&["-L", A, "0,1,0,2"], "0 is listed twice in \"0,1,0,2\"; a number has a decimal point, not a comma"),
        (&["-L", A, "0.1,0.10"], "0.10 is listed twice in \"0.1,0.10\""),
        (&["-L", A, "0,1;0,2"], "\"1;0\" is no value; commas separate values, and a number has a decimal point"),
        (&["-L", A, "0.1 0.2"], "\"0.1 0.2\" is no value"),
        (&["-L", A, ".1,.2"], "a number has a digit on each side of its point: 0.1, got .1"),
        (&["-P", A, "0,1", "0.3", "-D", "0.1"], "must be a number, with a decimal point: 0.1, got \"0,1\""),
        (&["-P", A, "0.1", "0.3", "-D", "0,1"], "must be a number, with a decimal point: 0.1"),
        (&["-L", A, "0.1", "--out", "x", "--every", "-1"], "from 0.1 to 86400"),
        (&["-P", A, "0.1", "-D", "0.1"], "3 values required"),
        (&["-L", A, "0.1", "--shard", "-1/3", "--out", "x"], "must be a shard and the number of shards"),
        (&["-L", A, "0.1", "-L", A, "0.2"], "is varied twice"),
        (&["-L", A, "0.1,0.2", "-L", "provider[0].growth.constant", "0.4,0.5"], "set the same number: vary it once"),
        (
            &["-L", "provider[Challenger].growth", "{ constant = 0.2 }", "-L", A, "0.5"],
            "set the same number: vary it once",
        ),
        (&["-L", "provider[Nobody].volatility", "0.1"], "provider[Nobody].volatility"),
        (&["-L", A, "0.1,-2"], "-2"),
        (&["-L", A, "0.1", "--shard", "0/2", "--out", "x"], "there are only 1 cells"),
        (&["-L", A, "0.1", "--by", "2050-Q1"], "--question NAME answers one question only"),
        (&["-L", A, "0.1", "--question", "what"], "what"),
        (&[], "required"),
        (&["-L", A, "0.1", "--interpolate"], "--by"),
        (&["-L", A, "0.1,0.2", "--interpolate", "--by", "2020-Q4"], "the grid must have two axes"),
        (
            &["-L", A, "0.1,0.2", "-L", B, "0.1", "--interpolate", "--by", "2020-Q4"],
            "each axis must have two or more numbers",
        ),
    ] {
        let message = refused(&sweep(&pair, more));
        assert!(message.contains(words), "{words}: {message}");
    }
}

#[test]
fn a_name_that_is_a_formula_is_neutralized_on_request() {
    let pair = shipped("constant_pair");
    let formula = ["--set", "question[0].name=\"=1+1\"", "-L", A, "0.4", "--by", "2022-Q4"];
    let own = printed(&sweep(&pair, &formula));
    assert!(own.contains(",\"=1+1\","), "{own}");
    let neutral = printed(&sweep(&pair, &[&formula[..], &["--spreadsheet"]].concat()));
    assert_eq!(neutral, own.replace("\"=1+1\"", "\"'=1+1\""));
}

#[test]
fn what_has_no_exact_answer_is_simulated_on_common_random_numbers() {
    let pair = shipped("constant_pair");
    let annual = ["--set", "question[0].measure=\"annual\"", "--paths", "20000", "--seed", "4"];
    let table = printed(&sweep(&pair, &[&["-P", A, "0.4", "0.41", "-D", "0.001"], &annual[..]].concat()));
    let mut last: Vec<f64> = Vec::new();
    let mut rows: Vec<(String, String, f64)> = Vec::new();
    for line in table.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        assert_eq!(fields[8], "\"simulation\"", "{line}");
        rows.push((fields[0].to_owned(), fields[3].to_owned(), fields[4].parse().expect("a number")));
    }
    for cell in rows.chunk_by(|one, other| one.0 == other.0) {
        let own: Vec<f64> = cell.iter().map(|(_, _, by)| *by).collect();
        // Faster growth on the same random numbers loses no path.
        assert!(last.iter().zip(&own).all(|(last, own)| last <= own), "{last:?} {own:?}");
        last = own;
    }
    assert!(last.last() > Some(&0.05));
}

#[test]
fn interpolated_cells_agree_with_exact_ones() {
    let pair = shipped("constant_pair");
    let cells = ["-P", A, "0.2", "0.6", "-D", "0.1", "-P", B, "0.05", "0.15", "-D", "0.05", "--by", "2022-Q4"];
    let table = |more: &[&str]| -> Vec<(f64, f64, String)> {
        let table = printed(&sweep(&pair, &[&cells[..], more].concat()));
        let row = |line: &str| {
            let fields: Vec<&str> = line.split(',').collect();
            let number = |place: usize| fields[place].parse::<f64>().expect("a number");
            (number(5), number(6), fields[9].to_owned())
        };
        table.lines().skip(1).map(row).collect()
    };
    let (exact, interpolated) = (table(&[]), table(&["--interpolate"]));
    assert_eq!((exact.len(), interpolated.len()), (15, 15));
    for (exact, interpolated) in exact.iter().zip(&interpolated) {
        // Half the width of an interval is two errors.
        assert!((exact.0 - interpolated.0).abs() <= 2.0 * (exact.1 + interpolated.1), "{exact:?} {interpolated:?}");
        assert!(interpolated.1 <= 1e-4 && interpolated.2 == "\"interpolation\"", "{interpolated:?}");
    }
}
