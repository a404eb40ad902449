//! Answers written to files, in any number of forms, beside what is printed.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::failure::Failure;
use crate::files;

/// The files to write.
#[derive(Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct Export {
    /// Also write every number to a file, as CSV, one a row
    #[arg(long, value_name = "FILE")]
    pub(crate) export_csv: Option<PathBuf>,
    /// Also write the answers to a file, as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) export_json: Option<PathBuf>,
    /// Also write the printed tables to a file, as Markdown
    #[arg(long, value_name = "FILE")]
    pub(crate) export_markdown: Option<PathBuf>,
}

/// The form of an exported file.
#[derive(Clone, Copy)]
pub(crate) enum Form {
    Csv,
    Json,
    Markdown,
}

impl Export {
    /// The files that will be written.
    pub(crate) fn files(&self) -> impl Iterator<Item = &Path> {
        self.forms().into_iter().filter_map(|(_, file)| file)
    }

    /// Writes each requested file.
    pub(crate) fn write(&self, text: impl Fn(Form) -> Result<String, Failure>) -> Result<(), Failure> {
        for (form, file) in self.forms() {
            if let Some(file) = file {
                // The bytes that standard output would have.
                files::write(file, &format!("{}\n", text(form)?.trim_end()))?;
            }
        }
        Ok(())
    }

    fn forms(&self) -> [(Form, Option<&Path>); 3] {
        [
            (Form::Csv, self.export_csv.as_deref()),
            (Form::Json, self.export_json.as_deref()),
            (Form::Markdown, self.export_markdown.as_deref()),
        ]
    }
}
