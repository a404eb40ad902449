//! Completions and man pages, from the same grammar as `--help`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man;

use crate::failure::Failure;
use crate::options::CommandLine;
use crate::{files, output};

const NAME: &str = "outgrow";

#[derive(Args)]
pub(crate) struct Completions {
    /// The shell that reads the script, as in: source <(outgrow completions bash)
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

#[derive(Args)]
pub(crate) struct ManPage {
    /// Write one page for each subcommand into a folder instead, as outgrow-run.1
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

pub(crate) fn completions(options: &Completions) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut CommandLine::command(), NAME, &mut script);
    output::print(&text(script)?)
}

pub(crate) fn man(options: &ManPage) -> Result<(), Failure> {
    let mut all = CommandLine::command().disable_help_subcommand(true);
    all.build();
    match &options.dir {
        Some(folder) => write_pages(&all, folder),
        None => output::print(&whole_page(&all).map_err(|error| not_made(&error)).and_then(text)?),
    }
}

/// The page of the command, then the sections of each subcommand below a heading with its name.
fn whole_page(all: &clap::Command) -> io::Result<Vec<u8>> {
    let mut page = page(&Man::new(all.clone()))?;
    for subcommand in all.get_subcommands() {
        let (man, mut sections) = (Man::new(subcommand.clone()), Vec::new());
        man.render_description_section(&mut sections)?;
        man.render_synopsis_section(&mut sections)?;
        man.render_options_section(&mut sections)?;
        let sections = String::from_utf8_lossy(&sections).replace(".SH ", ".SS ");
        page.extend(format!(".SH \"{NAME} {}\"\n", subcommand.get_name()).to_uppercase().into_bytes());
        page.extend(sections.into_bytes());
    }
    Ok(page)
}

fn write_pages(all: &clap::Command, folder: &Path) -> Result<(), Failure> {
    fs::create_dir_all(folder)
        .map_err(|error| Failure::failed(format!("cannot write {}: {error}", folder.display())))?;
    for command in std::iter::once(all).chain(all.get_subcommands()) {
        let man = Man::new(command.clone());
        let page = page(&man).map_err(|error| not_made(&error)).and_then(text)?;
        files::write(&folder.join(man.get_filename()), &page)?;
    }
    Ok(())
}

/// The page of one command. The exit codes, which are a table in the help, are a list here.
fn page(man: &Man) -> io::Result<Vec<u8>> {
    let (mut page, mut list) = (Vec::new(), String::new());
    man.render(&mut page)?;
    for line in String::from_utf8_lossy(&page).lines() {
        let item = line.strip_prefix("  ").filter(|item| item.starts_with(|first: char| first.is_ascii_digit()));
        match item.and_then(|item| item.split_once(' ')) {
            Some((code, words)) => list += &format!(".TP\n\\fB{code}\\fR\n{}\n", words.trim_start()),
            None => list += &format!("{}\n", line.trim_start()),
        }
    }
    Ok(list.into_bytes())
}

fn not_made(error: &io::Error) -> Failure {
    Failure::failed(format!("man page: {error}"))
}

fn text(bytes: Vec<u8>) -> Result<String, Failure> {
    String::from_utf8(bytes).map_err(|error| Failure::failed(format!("not UTF-8: {error}")))
}
