//! Programs over widely used npm packages, natively and as components.

mod packages;
mod programs;
pub mod runtime;
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
use packages::Package;
use programs::Programs;
use runtime::Runtime;
use table::{Row, Table};

/// How long one build or one start of a program may take. A component is compiled
/// for this machine before it runs.
const LIMIT: Duration = Duration::from_secs(10 * 60);

/// What a run found.
pub struct Run<R: Runtime> {
    table: Table<R>,
    /// How many packages were tried.
    pub tried: usize,
    /// Failures without an explanation, each with its whole account, and
    /// explanations of what works.
    pub wrong: Vec<String>,
}

impl<R: Runtime> super::Run for Run<R> {
    type Table = Table<R>;

    fn table(&self) -> &Table<R> {
        &self.table
    }

    fn wrong(&self) -> &[String] {
        &self.wrong
    }

    fn rule(&self) -> String {
        format!("of {} packages are not as {} says", self.tried, R::LIST)
    }
}

/// Tries every package, or those that are named.
///
/// # Errors
/// Where the runtime or a server is not to be had, or a program fails natively.
pub fn run<R: Runtime, S: AsRef<str>>(only: &[S], cancel: &Cancel) -> anyhow::Result<Run<R>> {
    let only: Vec<&str> = only.iter().map(AsRef::as_ref).collect();
    let mut packages = packages::packages::<R>()?;
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
    let scratch = tempfile::Builder::new()
        .prefix("warpgrid-npm-packages-")
        .tempdir()?;
    let mut programs = Programs::<R>::with(
        packages::projects(&packages),
        suites::warp(cancel)?,
        scratch.path().to_owned(),
        bounds,
    )?;
    let mut run = Run {
        table: others(&packages, only.is_empty())?,
        tried: packages.len(),
        wrong: Vec::new(),
    };
    for (name, package) in &packages {
        let version = package.version()?;
        let tried = match &package.refused {
            None => attempt(name, package, &mut programs),
            Some(remedy) => refused(name, package, remedy, &programs),
        };
        ensure!(!cancel.is_cancelled(), "interrupted");
        run.add(name, package, version, tried?);
    }
    run.table.sort();
    Ok(run)
}

/// What earlier runs found of what is not tried now. Where all are tried, what
/// is listed no more is dropped.
fn others<R: Runtime>(packages: &BTreeMap<String, Package>, all: bool) -> anyhow::Result<Table<R>> {
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

/// Of a package that cannot be in a component: packing has to say so, and what to do.
fn refused<R: Runtime>(
    name: &str,
    package: &Package,
    remedy: &str,
    programs: &Programs<R>,
) -> anyhow::Result<Tried> {
    let task = Task::start(name.to_owned());
    task.doing("packing");
    // Its lines are broken for terminals.
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let says = |account: &str| {
        let account = words(account);
        account.contains(&package.package) && account.contains(&words(remedy))
    };
    let failure = match programs.pack(name, package) {
        Ok(component) => {
            std::fs::remove_file(&component)?;
            Some(Failure::new("is packed, and should be refused"))
        }
        Err(failure) if says(&failure.account) => None,
        Err(failure) => Some(failure),
    };
    task.done(
        failure
            .as_ref()
            .map_or("is refused", |failure| failure.cause.as_str()),
    );
    Ok(Tried {
        bytes: None,
        failure,
    })
}

fn attempt<R: Runtime>(
    name: &str,
    package: &Package,
    programs: &mut Programs<R>,
) -> anyhow::Result<Tried> {
    let task = Task::start(name.to_owned());
    task.doing(&format!("under {}", R::TITLE));
    let native = programs
        .native(name, package)
        .with_context(|| format!("{name} fails under {}", R::TITLE))?;
    task.doing("packing");
    let began = Instant::now();
    let component = match programs.pack(name, package) {
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

impl<R: Runtime> Run<R> {
    fn add(&mut self, name: &str, package: &Package, version: String, tried: Tried) {
        match (&tried.failure, &package.fails) {
            (Some(failure), None) => self.wrong.push(format!("{name}: {}", failure.account)),
            (None, Some(_)) => self.wrong.push(format!(
                "{name}: works, and {} says why it fails; remove that",
                R::LIST
            )),
            _ => {}
        }
        let failed = tried
            .failure
            .map(|failure| package.fails.clone().unwrap_or(failure.cause));
        let machine_code = |remedy: &String| format!("machine code: {remedy}");
        let cause = failed.or_else(|| package.refused.as_ref().map(machine_code));
        self.table.rows.push(Row {
            package: package.package.clone(),
            program: name.to_owned(),
            version,
            status: cause.as_ref().map_or(Status::Works, |_| Status::Fails),
            bytes: tried.bytes,
            needs: package.needs.clone(),
            cause,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::runtime::{Bun, Node};
    use super::*;
    use crate::compat::recorded_with_its_page;

    fn judged(failure: Option<&str>, section: &str) -> Run<Node> {
        let package = packages::test_package(section);
        let mut run = Run {
            table: Table::new(),
            tried: 1,
            wrong: Vec::new(),
        };
        let tried = Tried {
            bytes: Some(1),
            failure: failure.map(Failure::new),
        };
        run.add("c", &package, "1".to_owned(), tried);
        run
    }

    #[test]
    fn a_failure_needs_an_explanation_and_success_none() {
        let cause = |run: &Run<Node>| run.table.rows[0].cause.clone();
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
    fn what_has_to_be_refused_fails_by_its_remedy() {
        let refused = judged(None, "refused = 'use another'");
        assert_eq!(refused.wrong, [""; 0]);
        let row = &refused.table.rows[0];
        assert_eq!(row.status, Status::Fails);
        assert_eq!(row.cause.as_deref(), Some("machine code: use another"));
        let packed = judged(Some("is packed"), "refused = 'use another'");
        assert_eq!(packed.wrong, ["c: is packed"]);
    }

    fn the_page_is_made_of_the_data_and_every_package_is_there<R: Runtime>() {
        let table: Table<R> = recorded_with_its_page();
        let found: BTreeMap<_, _> = table
            .rows
            .iter()
            .map(|row| (&row.program, &row.package))
            .collect();
        let packages = packages::packages::<R>().unwrap();
        let listed = packages
            .iter()
            .map(|(name, package)| (name, &package.package));
        assert_eq!(found, listed.collect());
    }

    #[test]
    fn the_page_for_node_is_made_of_the_data() {
        the_page_is_made_of_the_data_and_every_package_is_there::<Node>();
    }

    #[test]
    fn the_page_for_bun_is_made_of_the_data() {
        the_page_is_made_of_the_data_and_every_package_is_there::<Bun>();
    }
}
