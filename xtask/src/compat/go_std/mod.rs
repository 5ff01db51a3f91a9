//! Tests of Go's standard library: natively, by stock Go for wasip1, and with
//! our overlay.

mod binaries;
mod causes;
mod judge;
mod runs;
mod table;

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use warpgrid_series::process::Cancel;
use warpgrid_test_harness::process::Bounds;

use super::Matrix;
use super::test2json::{Counts, Outcome, Outcomes, outcome};
use crate::progress::Task;
use crate::test_all::suites;
use binaries::{Builder, Go, Way};
use causes::{Causes, FILE};
use judge::Found;
pub use judge::Run;
use runs::Tests;
use table::Table;

/// The packages that the overlay is about.
const PACKAGES: &[&str] = &["net", "net/http", "os", "time"];
/// How long one build or one run of a package's tests may take.
const LIMIT: Duration = Duration::from_secs(30 * 60);
/// How often a test that fails beside others is run alone before that counts.
const ALONE: usize = 2;

impl super::Run for Run {
    type Table = Table;

    fn table(&self) -> &Table {
        &self.table
    }

    fn wrong(&self) -> &[String] {
        &self.wrong
    }

    fn rule(&self) -> String {
        format!("of Go's own tests are not as {FILE} says")
    }
}

/// Runs the tests of every package, or of those that are named.
///
/// # Errors
/// Where Go is not to be had, or tests cannot be built.
pub fn run(only: &[String], cancel: &Cancel) -> anyhow::Result<Run> {
    for name in only {
        ensure!(
            PACKAGES.contains(&name.as_str()),
            "the tests of `{name}` are not run\nit is one of {}",
            PACKAGES.join(", ")
        );
    }
    let wanted = |package: &&&str| only.is_empty() || only.iter().any(|name| name == **package);
    let bounds = Bounds {
        limit: LIMIT,
        stop: cancel.flag(),
    };
    let go = Go::find(&bounds)?;
    let warp = suites::warp(cancel)?;
    let scratch = tempfile::Builder::new()
        .prefix("warpgrid-go-std-")
        .tempdir()?;
    let builder = Builder {
        go: &go,
        warp: &warp,
        scratch: scratch.path(),
        bounds: &bounds,
    };
    let (overlay, engine) = (builder.overlay()?, builder.engine()?);
    let mut causes = Causes::read()?;
    let mut run = Run {
        table: others(&go.goversion, only)?,
        wrong: Vec::new(),
    };
    for package in PACKAGES.iter().filter(wanted) {
        let found = found(package, &builder, [&overlay, &engine], &causes)
            .with_context(|| format!("the tests of {package}"))?;
        ensure!(!cancel.is_cancelled(), "interrupted");
        run.add(package, &found, &mut causes);
    }
    run.table.sort();
    if only.is_empty() {
        run.wrong.extend(causes.stale().map(|key| {
            format!("{key}: {FILE} explains it, and there is no difference; remove that")
        }));
    }
    Ok(run)
}

/// What earlier runs found of the packages that are not tried now.
fn others(version: &str, only: &[String]) -> anyhow::Result<Table> {
    let recorded = if only.is_empty() {
        None
    } else {
        Table::recorded()?
    };
    let mut table = recorded.unwrap_or_else(|| Table::new(version.to_owned()));
    let tried = |name: &str| only.iter().any(|tried| tried == name);
    table.packages.retain(|known| !tried(&known.package));
    table
        .rows
        .retain(|row| !tried(row.test.split(' ').next().unwrap_or_default()));
    version.clone_into(&mut table.go);
    Ok(table)
}

fn found(
    package: &str,
    builder: &Builder<'_>,
    [overlay, engine]: [&Path; 2],
    causes: &Causes,
) -> anyhow::Result<Found> {
    let left_out: Vec<&str> = causes
        .left_out
        .keys()
        .filter_map(|test| test.strip_prefix(package)?.strip_prefix(' '))
        .collect();
    let outcomes = |way: Way| -> anyhow::Result<(Tests<'_>, Outcomes)> {
        let task = Task::start(format!("the tests of {package}, {}", way.name()));
        let began = Instant::now();
        let tests = Tests {
            go: builder.go,
            warp: builder.warp,
            engine,
            bounds: builder.bounds,
            package,
            way,
            program: builder.build(package, way, overlay)?,
        };
        let built = began.elapsed().as_secs();
        let found = tests.run(&left_out, None)?;
        let count = Counts::of(found.values().map(|(outcome, _)| *outcome));
        task.done(&format!(
            "{} passed, {} failed, {} skipped, built in {built} s, run in {} s",
            count.passed,
            count.failed,
            count.skipped,
            began.elapsed().as_secs().saturating_sub(built)
        ));
        Ok((tests, found))
    };
    let (_, native) = outcomes(Way::Native)?;
    let (_, stock) = outcomes(Way::Stock)?;
    let (tests, ours) = outcomes(Way::Ours)?;
    let mut found = Found {
        native,
        stock,
        ours,
    };
    let failed: Vec<String> = found
        .differences()
        .filter(|name| outcome(&found.ours, name) == Outcome::Fails)
        .map(str::to_owned)
        .collect();
    tests.again(&failed, ALONE, &mut found.ours)?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compat::recorded_with_its_page;

    #[test]
    fn the_page_is_made_of_the_data() {
        let table: Table = recorded_with_its_page();
        for tried in &table.packages {
            assert!(PACKAGES.contains(&&*tried.package), "{tried:?}");
        }
        assert!(!table.packages.is_empty());
    }
}
