//! The commands of the README run, and print what it shows.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const README: &str = include_str!("../../README.md");
const GUIDE: &str = include_str!("../../src/docs/sensitivity.md");
const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// A folder in which the commands run: with the examples, the command, and panels of the names that the README uses, which
/// are not part of the repository.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{name}", std::process::id()));
        fs::create_dir_all(path.join("bin")).expect("the scratch folder of cargo can be written");
        let link = |from: &Path, to: &str| {
            std::os::unix::fs::symlink(from, path.join(to)).expect("its own folder");
        };
        link(&Path::new(ROOT).join("examples"), "examples");
        link(Path::new(env!("CARGO_BIN_EXE_outgrow")), "bin/outgrow");
        for (panel, groups) in [("gdp_usd_m.csv", &["World"][..]), ("electricity_twh.csv", &["Italy", "France"])] {
            fs::write(path.join(panel), panel_of(groups)).expect("its own folder");
        }
        Self(path)
    }

    /// The standard output of a line for a shell.
    fn run(&self, line: &str) -> String {
        let path = format!("{}:{}", self.0.join("bin").display(), std::env::var("PATH").expect("a path"));
        let shell = Command::new("sh").args(["-c", line]).current_dir(&self.0).env("PATH", path).output();
        let output = shell.expect("a shell");
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{line}: {:?}\n{err}", output.status.code());
        String::from_utf8(output.stdout).expect("UTF-8")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Yearly figures of six names in each group.
fn panel_of(groups: &[&str]) -> String {
    let mut text = String::from("group,name,period,value\n");
    let mut state = 3_u64;
    for group in groups {
        for (place, name) in (0..).zip(["gas", "coal", "hydro", "oil", "nuclear", "wind"]) {
            let mut log = 1.0 + 0.15 * f64::from(place);
            for year in 1960..1998 {
                writeln!(text, "{group},{name},{year},{}", libm::exp(log)).expect("a string");
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                log += 0.3 * (f64::from(u32::try_from(state >> 32).expect("32 bits")) / 4_294_967_296.0 - 0.45);
            }
        }
    }
    text
}

/// The lines of the blocks for a shell, with continued lines joined.
fn lines(markdown: &str) -> Vec<String> {
    let blocks = markdown.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap_or_default());
    let joined = blocks.map(|block| block.replace("\\\n", " ")).collect::<Vec<_>>().concat();
    joined.lines().map(str::to_owned).collect()
}

/// The line as a call of the command; nothing if it is one of cargo that does not run it.
fn command_of(line: &str) -> Option<String> {
    if line.starts_with("outgrow ") {
        return Some(line.to_owned());
    }
    line.strip_prefix("cargo run ").and_then(|rest| rest.split_once(" -- ")).map(|(_, rest)| format!("outgrow {rest}"))
}

/// The output that the README shows of a subcommand.
fn shown(subcommand: &str) -> &'static str {
    let mark = format!("<!-- output of outgrow {subcommand} -->\n```text\n");
    let shown = README.split_once(&mark).and_then(|(_, rest)| rest.split_once("```"));
    shown.expect("an output").0
}

#[test]
fn every_command_of_the_readme_runs() {
    let folder = Folder::new("readme");
    let lines = lines(README);
    let others: Vec<&String> = lines.iter().filter(|line| command_of(line).is_none()).collect();
    assert!(
        others.iter().all(|line| line.starts_with("cargo test ") || line.starts_with("cargo install ")),
        "{others:?}"
    );
    let commands: Vec<String> = lines.iter().filter_map(|line| command_of(line)).collect();
    assert!(commands.len() >= 12, "{commands:?}");
    let mut outputs = Vec::new();
    for command in &commands {
        outputs.push((command.as_str(), folder.run(command)));
    }
    // The first command prints more than the README shows of it, `reference` exactly what it shows.
    let (first, out) = &outputs[0];
    assert!(first.starts_with("outgrow run ") && out.starts_with(shown("run")), "{first}: {out}");
    let of =
        |subcommand: &str| outputs.iter().find(|(command, _)| command.starts_with(&format!("outgrow {subcommand} ")));
    for subcommand in ["reference", "sensitivity", "news", "sweep"] {
        assert_eq!(of(subcommand).expect("the README runs it").1, shown(subcommand), "{subcommand}");
    }
    // Of two calls the README shows the last.
    let solved = outputs.iter().rfind(|(command, _)| command.starts_with("outgrow solve "));
    assert_eq!(solved.expect("the README runs it").1, shown("solve"));
    let chart = |path: &Path| fs::read_to_string(path).expect("a chart");
    let committed = Path::new(ROOT).join("examples/charts/second_year_and_tail.svg");
    assert_eq!(chart(&folder.0.join("second_year_and_tail.svg")), chart(&committed));
    // The files that the README says are written.
    for file in ["report.html", "outside.toml", "gdp.html", "italy.html"] {
        assert!(fs::metadata(folder.0.join(file)).is_ok_and(|known| known.len() > 100), "{file}");
    }
}

/// The shares of a table row: the first of the answers, or the Shapley effects of some numbers times the share of all.
fn share(found: &serde_json::Value, row: &str) -> f64 {
    let value = |of: &serde_json::Value| of["value"].as_f64().expect("a number");
    let shocks = value(&found["variance"]["shocks"]);
    let is_of_row = |address: &str| match row {
        "Alibaba's second year: the estimate of \"about 60 %\"" => address == "assumption[second_year]",
        "growth law: which continuation" => address.ends_with(".growth.mixture"),
        "Google's growth: its start, and how fast it fades" => address.starts_with("provider[Google Cloud].growth."),
        "Google's base revenue" => address == "provider[Google Cloud].revenue",
        "numbers of the tails: half-life and ratio" => address.contains(".tail."),
        "Alibaba's first year, and growth in the long run" => {
            ["assumption[first_year]", "assumption[mature_growth]"].contains(&address)
        }
        other => panic!("a row of no numbers: {other}"),
    };
    if row == "shocks of the quarters" {
        return shocks;
    }
    let indices = found["indices"].as_array().expect("indices").iter();
    let own = indices.filter(|index| is_of_row(index["address"].as_str().expect("an address")));
    let shares: Vec<f64> = own.map(|index| (1.0 - shocks) * value(&index["shapley"])).collect();
    assert!(!shares.is_empty(), "{row}");
    shares.iter().sum()
}

/// The guide's table of what decides the case where the growth law is drawn, and the README's sentence about it.
#[test]
fn the_shares_of_a_growth_law_are_those_of_the_commands() {
    let section = GUIDE.split_once("# How much a growth law decides\n").expect("the section").1;
    let section = section.split_once("\n# ").expect("a section after it").0;
    let folder = Folder::new("law");
    let answer = |line: &String| -> serde_json::Value {
        let mut out: serde_json::Value = serde_json::from_str(&folder.run(&format!("{line} --json"))).expect("JSON");
        out["sensitivity"][0].take()
    };
    let answers: Vec<serde_json::Value> = lines(section).iter().map(answer).collect();
    let rows = section.lines().filter(|line| line.starts_with("| ") && line.contains(" % |"));
    let (mut laws, mut whole) = (Vec::new(), vec![0.0; answers.len()]);
    for row in rows {
        let cells: Vec<&str> = row.split('|').map(str::trim).filter(|cell| !cell.is_empty()).collect();
        let shares: Vec<f64> = answers.iter().map(|found| share(found, cells[0])).collect();
        assert_eq!(
            cells[1..],
            shares.iter().map(|share| format!("{:.1} %", 100.0 * share)).collect::<Vec<_>>(),
            "{row}"
        );
        whole.iter_mut().zip(&shares).for_each(|(whole, share)| *whole += share);
        if cells[0].starts_with("growth law") {
            laws = shares;
        }
    }
    assert!(whole.len() == 2 && whole.iter().all(|whole| (whole - 1.0).abs() < 1e-9), "{whole:?}");
    let sentence = format!("makes up {:.0} % by 2022-Q4 and {:.0} % by 2027-Q4", 100.0 * laws[0], 100.0 * laws[1]);
    assert!(README.contains(&sentence), "{sentence}");
}
