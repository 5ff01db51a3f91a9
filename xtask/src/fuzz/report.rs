//! What the runs found, as a table and as data.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

use comfy_table::{Table, presets};
use serde::Serialize;

use super::corpus::Size;
use super::libfuzzer::Progress;

/// All targets that ran.
#[derive(Default, Serialize)]
pub struct Report {
    pub rows: Vec<Row>,
}

/// One target.
#[derive(Serialize)]
pub struct Row {
    target: String,
    /// How long it was to run.
    seconds: u64,
    executions: u64,
    edges: u64,
    features: u64,
    /// In the repository.
    inputs: usize,
    /// Of all inputs together.
    bytes: u64,
    finding: Option<Finding>,
}

/// An input that makes a target fail.
#[derive(Serialize)]
pub struct Finding {
    what: String,
    file: String,
    reproduce: String,
}

impl Finding {
    /// A command that ended so, with the input in this file.
    pub fn new(command: &Command, target: &str, file: &Path, what: String) -> Self {
        let program = command.get_program().display();
        let arguments = command.get_args();
        let arguments: Vec<_> = arguments
            .take_while(|argument| *argument != target)
            .map(OsStr::to_string_lossy)
            .collect();
        let file = file.display().to_string();
        Self {
            reproduce: format!("{program} {} {target} {file}", arguments.join(" ")),
            what,
            file,
        }
    }
}

impl Row {
    pub fn new(
        target: &str,
        seconds: u64,
        progress: &Progress,
        corpus: Size,
        finding: Option<Finding>,
    ) -> Self {
        Self {
            target: target.to_owned(),
            seconds,
            executions: progress.executions,
            edges: progress.edges,
            features: progress.features,
            inputs: corpus.inputs,
            bytes: corpus.bytes,
            finding,
        }
    }
}

impl Report {
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.rows.iter().filter_map(|row| row.finding.as_ref())
    }

    /// # Errors
    /// None that data of ours could cause.
    pub fn print(&self, json: bool) -> serde_json::Result<()> {
        if json {
            println!("{}", serde_json::to_string(self)?);
            return Ok(());
        }
        println!("{}", self.table());
        for finding in self.findings() {
            println!("{}: {}", finding.file, finding.what);
            println!("  help: {}", finding.reproduce);
        }
        Ok(())
    }

    fn table(&self) -> Table {
        let mut table = Table::new();
        table.load_style(presets::UTF8_FULL_CONDENSED);
        table.set_header([
            "target",
            "seconds",
            "executions",
            "edges",
            "features",
            "inputs",
            "bytes",
            "found",
        ]);
        for row in &self.rows {
            table.add_row([
                row.target.clone(),
                row.seconds.to_string(),
                row.executions.to_string(),
                row.edges.to_string(),
                row.features.to_string(),
                row.inputs.to_string(),
                row.bytes.to_string(),
                row.finding
                    .as_ref()
                    .map_or("nothing", |finding| &finding.what)
                    .to_owned(),
            ]);
        }
        table
    }
}
