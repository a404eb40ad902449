//! Completions and man pages.

use std::fs;
use std::path::PathBuf;

use crate::command::outgrow;

/// The subcommands that `--help` lists.
fn subcommands() -> Vec<String> {
    let help = outgrow(&["--help"]).1;
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let names = listed.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help");
    names.map(str::to_owned).collect()
}

#[test]
fn completions_know_every_subcommand_and_option() {
    assert!(subcommands().len() > 10);
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let (code, script, err) = outgrow(&["completions", shell]);
        assert_eq!((code, err.as_str()), (Some(0), ""), "{shell}");
        for word in subcommands().iter().map(String::as_str).chain(["sampling", "export-csv"]) {
            assert!(script.contains(word), "{shell}: {word}");
        }
        // These three also complete values.
        assert_eq!(script.contains("antithetic"), ["bash", "fish", "zsh"].contains(&shell), "{shell}");
        // Options that only give a hint are not offered.
        let run = script.contains("'outgrow exact FILE'");
        assert!(!run, "{shell}");
    }
    let (code, out, err) = outgrow(&["completions", "csh"]);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert!(err.contains("[possible values: bash, elvish, fish, powershell, zsh]"), "{err}");
}

#[test]
fn the_man_page_has_every_subcommand_and_exit_code() {
    let (code, page, err) = outgrow(&["man"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert_eq!(page.lines().filter(|line| line.starts_with(".TH ")).count(), 1, "one page");
    for name in subcommands() {
        let heading = format!(".SH \"OUTGROW {}\"", name.to_uppercase());
        assert_eq!(page.lines().filter(|line| *line == heading).count(), 1, "{heading}");
    }
    for text in ["\\-\\-sampling", "\\fB130\\fR\nCtrl\\-C ended a run", "\\fB2\\fR\nwrong usage"] {
        assert!(page.contains(text), "{text}");
    }
}

#[test]
fn one_page_for_each_subcommand() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-man", std::process::id()));
    let (code, out, err) = outgrow(&["man", "--dir", folder.to_str().expect("UTF-8")]);
    assert_eq!((code, out.as_str()), (Some(0), ""), "{err}");
    for name in subcommands().iter().map(|name| format!("outgrow-{name}.1")).chain(["outgrow.1".to_owned()]) {
        let page = fs::read_to_string(folder.join(&name)).expect(&name);
        assert!(page.contains(".SH SYNOPSIS\n"), "{name}");
        assert!(err.lines().any(|line| line == format!("wrote {}", folder.join(&name).display())), "{err}");
    }
    fs::remove_dir_all(&folder).expect("its own folder");
}
