//! What a component finds of Node's modules and of the Web's globals, by a program
//! that looks.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, ensure};
use serde::{Deserialize, Serialize};
use warpgrid_series::process::Cancel;
use warpgrid_test_harness::components::Packing;
use warpgrid_test_harness::http::{Client, Request};
use warpgrid_test_harness::npm;
use warpgrid_test_harness::process::{self, Bounds, Finished};
use warpgrid_test_harness::service::Service;

use super::Matrix;
use super::rows::lines;
use crate::progress::Task;
use crate::test_all::suites;
use crate::workspace;

/// The program.
const PROBE: &str = "xtask/compat/node-apis";
/// Runs a program under Node.
const NATIVELY: &str = "crates/warpgrid-js/tests/natively.mjs";
/// How long one step may take.
const LIMIT: Duration = Duration::from_secs(10 * 60);
/// How many names of one kind the page shows of a module.
const SHOWN: usize = 24;

/// How much of a module or a global there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Exists,
    Partly,
    None,
}

/// A module or a global.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Row {
    name: String,
    status: Status,
    /// How many names there are.
    names: u32,
    /// How many Node has.
    of: u32,
    missing: Vec<String>,
    /// They exist, and throw an error that says what to do instead.
    refuse: Vec<String>,
}

/// All of them; the probe answers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    matrix: String,
    /// Node's version.
    node: String,
    modules: Vec<Row>,
    globals: Vec<Row>,
}

impl Matrix for Table {
    const NAME: &str = "node-apis";
    const DATA: &str = "compat/node-apis.json";
    const PAGE: &str = "docs/domains/node-apis.md";

    fn to_json(&self) -> serde_json::Result<String> {
        Ok(format!(
            "{{\n\"matrix\": {},\n\"node\": {},\n\"modules\": [\n{}\n],\n\"globals\": [\n{}\n]\n}}\n",
            serde_json::to_string(&self.matrix)?,
            serde_json::to_string(&self.node)?,
            lines(&self.modules)?,
            lines(&self.globals)?
        ))
    }

    fn to_markdown(&self) -> String {
        let mut page = format!(
            "# Node's modules and the Web's globals\n\n\
             Written by `cargo xtask compat node-apis`.\n\n\
             What a component finds of what Node {} has, as a program that runs in one saw it \
             (`{PROBE}`). A name that exists may do less than Node's: what is known of that, the \
             README of `packages/node-compat` says. A name that refuses throws an error that says \
             what to do instead. An import of a name that is missing is no error until it is \
             called.\n\n## Modules\n\n| module | names | missing | refuse |\n|---|---|---|---|\n",
            self.node
        );
        for row in self.modules.iter().filter(|row| row.status != Status::None) {
            let (missing, refuse) = (shown(&row.missing), shown(&row.refuse));
            let _ = writeln!(
                page,
                "| `{}` | {} of {} | {missing} | {refuse} |",
                row.name, row.names, row.of
            );
        }
        let _ = write!(
            page,
            "\nNone of these works: {}.\n\n## Globals\n\nWhole: {}.\n\n\
             | global | missing |\n|---|---|\n",
            of(&self.modules, Status::None),
            of(&self.globals, Status::Exists)
        );
        for row in self
            .globals
            .iter()
            .filter(|row| row.status == Status::Partly)
        {
            let _ = writeln!(page, "| `{}` | {} |", row.name, shown(&row.missing));
        }
        let _ = writeln!(page, "\nMissing: {}.", of(&self.globals, Status::None));
        page
    }
}

/// Those of one status.
fn of(rows: &[Row], status: Status) -> String {
    let rows = rows.iter().filter(|row| row.status == status);
    rows.map(|row| format!("`{}`", row.name))
        .collect::<Vec<_>>()
        .join(", ")
}

/// The first names, and how many more there are.
fn shown(names: &[String]) -> String {
    let first = names.iter().take(SHOWN).map(|name| format!("`{name}`"));
    let first = first.collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

/// What a run found.
pub struct Run(Table);

impl super::Run for Run {
    type Table = Table;

    fn table(&self) -> &Table {
        &self.0
    }

    fn wrong(&self) -> &[String] {
        &[]
    }

    fn rule(&self) -> String {
        "names are wrong".to_owned()
    }
}

/// Has the program look under Node and in a component.
///
/// # Errors
/// Where Node is not to be had, or the program cannot be packed.
pub fn run(cancel: &Cancel) -> anyhow::Result<Run> {
    let (root, bounds) = (
        workspace::root(),
        Bounds {
            limit: LIMIT,
            stop: cancel.flag(),
        },
    );
    let task = Task::start("Node's modules and the Web's globals");
    npm::install(&root, &bounds)?;
    task.doing("under Node");
    let probe = root.join(PROBE);
    let node = natively(&root, &probe, &bounds)?;
    task.doing("packing");
    let packing = Packing::with(suites::warp(cancel)?);
    let scratch = tempfile::tempdir()?;
    let component = scratch.path().join("probe.wasm");
    let output = component.display().to_string();
    packing.pack_with(&probe, &["--lang", "ts", "--output", &output], &bounds)?;
    let configuration = scratch.path().join("warp.toml");
    std::fs::write(&configuration, "")?;
    task.doing("in a component");
    let service = Service::start(&bounds, |address| {
        let mut command = packing.run(&component, &configuration);
        command.args(["--compiler", "winch", "--listen", &address.to_string()]);
        command
    })?;
    let answer = Client::new(service.address()).send(Request::PostJson("/", &node))?;
    ensure!(answer.status == 200, "{answer}\n{}", service.report());
    let table: Table = serde_json::from_slice(&answer.body).with_context(|| format!("{answer}"))?;
    task.done(&format!(
        "{} modules, {} globals",
        table.modules.len(),
        table.globals.len()
    ));
    Ok(Run(table))
}

fn natively(root: &Path, probe: &Path, bounds: &Bounds) -> anyhow::Result<String> {
    let mut node = Command::new("node");
    node.arg(root.join(NATIVELY)).arg(probe.join("main.ts"));
    let finished = process::run(&mut node, bounds).and_then(Finished::success)?;
    Ok(String::from_utf8(finished.stdout)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compat::recorded_with_its_page;

    #[test]
    fn the_page_is_made_of_the_data() {
        let table: Table = recorded_with_its_page();
        assert!(!table.modules.is_empty() && !table.globals.is_empty());
    }

    #[test]
    fn long_lists_are_cut() {
        let names: Vec<_> = (0..26).map(|number| number.to_string()).collect();
        assert!(shown(&names).ends_with("`23` and 2 more"));
        assert_eq!(shown(&names[..2]), "`0`, `1`");
    }
}
