//! Programs over widely used npm packages, under Node and as components.

mod packages;
mod programs;
mod table;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use warpgrid_series::process::Cancel;
use warpgrid_test_harness::process::Bounds;

use super::Matrix;
use super::failure::Failure;
use super::rows::Status;
use crate::progress::Task;
use crate::test_all::suites;
use packages::{LIST, Package};
use programs::Programs;
use table::{Row, Table};

/// How long one build or one start of a program may take. A component is compiled
/// for this machine before it runs.
const LIMIT: Duration = Duration::from_secs(10 * 60);

/// What a run found.
pub struct Run {
    table: Table,
    /// How many packages were tried.
    pub tried: usize,
    /// Failures without an explanation, each with its whole account, and
    /// explanations of what works.
    pub wrong: Vec<String>,
}

impl super::Run for Run {
    type Table = Table;

    fn table(&self) -> &Table {
        &self.table
    }

    fn wrong(&self) -> &[String] {
        &self.wrong
    }

    fn rule(&self) -> String {
        format!("of {} packages are not as {LIST} says", self.tried)
    }
}

/// Tries every package, or those that are named.
///
/// # Errors
/// Where Node or a server is not to be had, or a program fails under Node.
pub fn run<S: AsRef<str>>(only: &[S], cancel: &Cancel) -> anyhow::Result<Run> {
    let only: Vec<&str> = only.iter().map(AsRef::as_ref).collect();
    let mut packages = packages::packages()?;
    for name in &only {
        ensure!(
            packages.contains_key(*name),
            "there is no package `{name}`\nit is one of {}",
            packages.keys().cloned().collect::<Vec<_>>().join(", ")
        );
    }
    packages.retain(|name, _| only.is_empty() || only.contains(&name.as_str()));
    let bounds = Bounds {
        limit: LIMIT,
        stop: cancel.flag(),
    };
    let versions = packages::versions()?;
    let scratch = tempfile::Builder::new()
        .prefix("warpgrid-npm-packages-")
        .tempdir()?;
    let mut programs = Programs::with(suites::warp(cancel)?, scratch.path().to_owned(), bounds)?;
    let mut run = Run {
        table: others(&packages, only.is_empty())?,
        tried: packages.len(),
        wrong: Vec::new(),
    };
    for (name, package) in &packages {
        let version = versions.get(&package.package);
        let version =
            version.with_context(|| format!("package.json has no {}", package.package))?;
        let tried = attempt(name, package, &mut programs);
        ensure!(!cancel.is_cancelled(), "interrupted");
        run.add(name, package, version, tried?);
    }
    run.table.sort();
    Ok(run)
}

/// What earlier runs found of what is not tried now. Where all are tried, what
/// is listed no more is dropped.
fn others(packages: &BTreeMap<String, Package>, all: bool) -> anyhow::Result<Table> {
    let recorded = if all { None } else { Table::recorded()? };
    let mut table = recorded.unwrap_or_else(Table::new);
    table
        .rows
        .retain(|row| !packages.contains_key(&row.program));
    Ok(table)
}

/// How a component went.
struct Tried {
    /// Its size, where it was built.
    bytes: Option<u64>,
    /// What is wrong.
    failure: Option<Failure>,
}

fn attempt(name: &str, package: &Package, programs: &mut Programs) -> anyhow::Result<Tried> {
    let task = Task::start(name.to_owned());
    task.doing("under Node");
    let native = programs
        .native(name, package)
        .with_context(|| format!("{name} fails under Node"))?;
    task.doing("packing");
    let began = Instant::now();
    let component = match programs.pack(name) {
        Ok(component) => component,
        Err(failure) => {
            task.done(&failure.cause);
            return Ok(Tried {
                bytes: None,
                failure: Some(failure),
            });
        }
    };
    let packed = began.elapsed().as_secs();
    let bytes = std::fs::metadata(&component)?.len();
    task.doing("running");
    let began = Instant::now();
    let failure = match programs.component(package, &component) {
        Ok(seen) => programs::difference(package, &native, &seen),
        Err(failure) => Some(failure),
    };
    task.done(&format!(
        "{}, {bytes} bytes, packed in {packed} s, run in {} s",
        failure
            .as_ref()
            .map_or("works", |failure| failure.cause.as_str()),
        began.elapsed().as_secs()
    ));
    std::fs::remove_file(&component)?;
    Ok(Tried {
        bytes: Some(bytes),
        failure,
    })
}

impl Run {
    fn add(&mut self, name: &str, package: &Package, version: &str, tried: Tried) {
        match (&tried.failure, &package.fails) {
            (Some(failure), None) => self.wrong.push(format!("{name}: {}", failure.account)),
            (None, Some(_)) => self.wrong.push(format!(
                "{name}: works, and {LIST} says why it fails; remove that"
            )),
            _ => {}
        }
        let cause = tried
            .failure
            .map(|failure| package.fails.clone().unwrap_or(failure.cause));
        self.table.rows.push(Row {
            package: package.package.clone(),
            program: name.to_owned(),
            version: version.to_owned(),
            status: cause.as_ref().map_or(Status::Works, |_| Status::Fails),
            bytes: tried.bytes,
            needs: package.needs.clone(),
            cause,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compat::recorded_with_its_page;

    fn judged(failure: Option<&str>, fails: &str) -> Run {
        let package = toml_edit::de::from_str(&format!("package = 'a'\n{fails}")).unwrap();
        let mut run = Run {
            table: Table::new(),
            tried: 1,
            wrong: Vec::new(),
        };
        let tried = Tried {
            bytes: Some(1),
            failure: failure.map(Failure::new),
        };
        run.add("c", &package, "1", tried);
        run
    }

    #[test]
    fn a_failure_needs_an_explanation_and_success_none() {
        let cause = |run: &Run| run.table.rows[0].cause.clone();
        let unexplained = judged(Some("why\nat length"), "");
        assert_eq!(unexplained.wrong, ["c: why\nat length"]);
        assert_eq!(cause(&unexplained).as_deref(), Some("why"));
        let explained = judged(Some("why"), "fails = 'so'");
        assert_eq!(explained.wrong, [""; 0]);
        assert_eq!(cause(&explained).as_deref(), Some("so"));
        assert_eq!(judged(None, "").wrong, [""; 0]);
        assert_eq!(judged(None, "fails = 'so'").wrong.len(), 1);
    }

    #[test]
    fn the_page_is_made_of_the_data_and_every_package_is_there() {
        let table: Table = recorded_with_its_page();
        let found: BTreeMap<_, _> = table
            .rows
            .iter()
            .map(|row| (&row.program, &row.package))
            .collect();
        let packages = packages::packages().unwrap();
        let listed = packages
            .iter()
            .map(|(name, package)| (name, &package.package));
        assert_eq!(found, listed.collect());
    }
}
