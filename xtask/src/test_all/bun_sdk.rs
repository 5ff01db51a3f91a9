//! `@warpgrid/bun-sdk`: its types, and what `bun test` runs natively and as a component,
//! against real servers.

use std::path::Path;
use std::process::Command;

use anyhow::Context;
use serde_json::{Value, json};
use warpgrid_series::process::Cancel;
use warpgrid_test_harness::npm;
use warpgrid_test_harness::process::{self, Bounds, Finished};

use super::databases::Databases;
use super::report::{Counts, Status};
use super::{bounds, suites};

/// The most that all of it may take, in minutes.
const MINUTES: u64 = 20;
const PACKAGE: &str = "packages/bun-sdk";
/// Where its tests read what they are to use.
const SETUP: &str = "WARPGRID_SDK";
/// Another zone than the component's: times must not depend on it.
const TIME_ZONE: &str = "Europe/Berlin";
/// Servers, each with the variable by which the program is told its address.
const SERVERS: &[(&str, &str, &str)] = &[
    ("postgres", "POSTGRES_URL", "DATABASE_URL"),
    ("mysql", "MYSQL_URL", "DATABASE_URL"),
    ("redis", "REDIS_URL", "REDIS_URL"),
];
/// A `[[database]]` whose server is not there.
const NOBODY: &str = "postgres://nobody@nobody.production.warp.local:5432/x";

/// The counts, with the types as one test, and what failed.
pub fn run(root: &Path, cancel: &Cancel) -> (Counts, Option<String>) {
    let bounds = bounds(MINUTES, cancel);
    match tested(root, &bounds, cancel) {
        Ok(finished) => counted(&finished),
        Err(error) => (Counts::one(Status::Failed), Some(format!("{error:#}"))),
    }
}

fn tested(root: &Path, bounds: &Bounds, cancel: &Cancel) -> anyhow::Result<Finished> {
    npm::install(root, bounds)?;
    let mut check = Command::new("npm");
    check.args(["run", "check", "--silent"]);
    process::run(check.current_dir(root.join(PACKAGE)), bounds)?.success()?;
    let program = npm::bun(root, bounds)?;
    let scratch = tempfile::tempdir()?;
    let (setup, _servers) = setup(scratch.path(), cancel)?;
    let mut test = Command::new(&program);
    test.arg("test").current_dir(root.join(PACKAGE));
    test.env("TZ", TIME_ZONE).env(SETUP, setup.to_string());
    test.env("PATH", npm::path_with(&program)?);
    process::run(&mut test, bounds)
}

/// What the tests are told, and the servers of which it speaks.
fn setup(scratch: &Path, cancel: &Cancel) -> anyhow::Result<(Value, Vec<Databases>)> {
    let mut native = json!({});
    let mut component = json!({});
    let mut documents = Vec::new();
    let mut servers = Vec::new();
    for &(protocol, told, known) in SERVERS {
        let server = Databases::start(protocol)?;
        let mut command = Command::new("true");
        server.describe(&mut command);
        let url = command.get_envs().find(|(name, _)| *name == known);
        let url = url.and_then(|(_, value)| value?.to_str());
        native[told] = json!(url.context("a server has an address")?);
        let document = server.configuration();
        let url = document["env"][known].as_str();
        component[told] = json!(url.context("a server has a name")?);
        documents.push(document);
        servers.push(server);
    }
    let closed = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    native["NOBODY_URL"] = json!(format!("postgres://nobody@{closed}/x"));
    component["NOBODY_URL"] = json!(NOBODY);
    let config = scratch.join("warp.toml");
    std::fs::write(&config, configuration(documents, &closed.to_string()))?;
    let warp = suites::warp(cancel)?;
    let setup = json!({ "warp": warp, "config": config, "native": native, "component": component });
    Ok((setup, servers))
}

/// One `warp.toml` with the `[[database]]`s of all, and one at which nobody listens,
/// by each protocol.
fn configuration(documents: Vec<toml_edit::DocumentMut>, closed: &str) -> String {
    let mut all = toml_edit::ArrayOfTables::new();
    for document in &documents {
        let tables = document.get("database");
        let tables = tables.and_then(toml_edit::Item::as_array_of_tables);
        for table in tables.into_iter().flatten() {
            all.push(table.clone());
        }
    }
    for (protocol, port) in [("postgres", 5432_i64), ("mysql", 3306), ("redis", 6379)] {
        let mut table = toml_edit::Table::new();
        table["host"] = toml_edit::value("nobody.production.warp.local");
        table["port"] = toml_edit::value(port);
        table["protocol"] = toml_edit::value(protocol);
        table["upstream"] = toml_edit::value(closed);
        all.push(table);
    }
    let mut document = toml_edit::DocumentMut::new();
    document["database"] = toml_edit::Item::ArrayOfTables(all);
    document["limits"]["instances"] = toml_edit::value(1);
    document["limits"]["reuse"] = toml_edit::value(1000);
    document.to_string()
}

/// The counts that `bun test` ends with: ` 12 pass`.
fn counted(finished: &Finished) -> (Counts, Option<String>) {
    let output = String::from_utf8_lossy(&finished.stderr);
    let count = |what: &str| {
        let mut lines = output.lines().map(str::trim);
        let number = lines.find_map(|line| line.strip_suffix(what)?.trim().parse::<u64>().ok());
        number.unwrap_or(0)
    };
    let mut counts = Counts {
        passed: 1 + count(" pass"),
        failed: count(" fail"),
        skipped: count(" skip"),
    };
    if finished.status.success() && counts.passed > 1 && counts.skipped == 0 {
        return (counts, None);
    }
    counts.failed = counts.failed.max(1);
    let failed: Vec<_> = output
        .lines()
        .filter(|line| line.starts_with("(fail)"))
        .collect();
    (counts, Some(format!("{}\n{finished}", failed.join(", "))))
}
