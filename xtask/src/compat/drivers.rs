//! Drivers' own tests, directly and through `warp db-proxy`.

mod go;
mod pins;
mod python;
mod server;
mod suite;
mod table;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, ensure};
use warpgrid_series::Place;
use warpgrid_series::process::Cancel;
use warpgrid_store::FileLock;
use warpgrid_test_harness::process::Bounds;

use super::Matrix;
use super::test2json::{Counts, Outcome, Outcomes, covers, outcome};
use crate::progress::Task;
use crate::test_all::suites;
use pins::{CAUSES, Causes, Driver};
use server::Server;
use suite::{Tests, Tools};
use table::{Row, Table, Tried};

/// How long one run of a driver's tests may take, with what it compiles.
const LIMIT: Duration = Duration::from_secs(30 * 60);
/// How often a test that went otherwise is run alone before that counts.
const ALONE: u32 = 3;

/// What a run found.
pub struct Run {
    table: Table,
    /// Differences without a cause, each with its account, and causes without a
    /// difference.
    wrong: Vec<String>,
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
        format!("of the drivers' tests are not as {CAUSES} says")
    }
}

/// Runs the tests of every driver, or of those that are named.
///
/// # Errors
/// Where a server, a driver or its language is not to be had.
pub fn run(only: &[String], cancel: &Cancel) -> anyhow::Result<Run> {
    let place = Place::open_default()?;
    let mut drivers = pins::drivers()?;
    for name in only {
        ensure!(
            drivers.contains_key(name),
            "there is no driver `{name}`\nit is one of {}",
            drivers.keys().cloned().collect::<Vec<_>>().join(", ")
        );
    }
    drivers.retain(|name, _| only.is_empty() || only.contains(name));
    let mut causes = pins::causes()?;
    causes.retain(|name, _| drivers.contains_key(name));
    let tools = Tools {
        cache: place.cache().join("drivers"),
        bounds: Bounds {
            limit: LIMIT,
            stop: cancel.flag(),
        },
    };
    std::fs::create_dir_all(&tools.cache)?;
    let _alone = FileLock::exclusive(&tools.cache.join("lock"), || {
        eprintln!("waiting for another run of the drivers' tests");
    })?;
    let warp = suites::warp(cancel)?;
    let mut run = Run {
        table: others(only)?,
        wrong: Vec::new(),
    };
    for (name, driver) in &drivers {
        let found = both(name, driver, &warp, &tools).with_context(|| name.clone())?;
        ensure!(!cancel.is_cancelled(), "interrupted");
        run.add(name, driver, &found, &mut causes);
    }
    run.table.sort();
    run.wrong.extend(causes.iter().flat_map(|(driver, causes)| {
        causes.keys().map(move |test| {
            format!(
                "{driver} {test}: {CAUSES} explains it, and there is no difference; remove that"
            )
        })
    }));
    Ok(run)
}

/// What earlier runs found of the drivers that are not tried now.
fn others(only: &[String]) -> anyhow::Result<Table> {
    let recorded = if only.is_empty() {
        None
    } else {
        Table::recorded()?
    };
    let mut table = recorded.unwrap_or_else(Table::new);
    table.drivers.retain(|tried| !only.contains(&tried.driver));
    table.rows.retain(|row| !only.contains(&row.driver));
    Ok(table)
}

/// A driver's tests, both ways.
struct Found {
    direct: Outcomes,
    proxied: Outcomes,
}

impl Found {
    /// Every test of either.
    fn names(&self) -> BTreeSet<&str> {
        let names = self.direct.keys().chain(self.proxied.keys());
        names.map(String::as_str).collect()
    }

    /// Those that pass directly, and not through the proxy.
    fn differences(&self) -> impl Iterator<Item = (&str, Outcome)> {
        let passed = self
            .direct
            .iter()
            .filter(|(_, (outcome, _))| *outcome == Outcome::Passes);
        passed
            .map(|(name, _)| (name.as_str(), outcome(&self.proxied, name)))
            .filter(|(_, proxied)| *proxied != Outcome::Passes)
    }
}

/// Each way on a server of its own.
fn both(name: &str, driver: &Driver, warp: &Path, tools: &Tools) -> anyhow::Result<Found> {
    let scratch = tempfile::Builder::new()
        .prefix("warpgrid-drivers-")
        .tempdir()?;
    let task = Task::start(format!("the tests of {name} {}", driver.source.version()));
    task.doing("fetching");
    let tests = Tests::fetch(driver, &scratch.path().join("driver"), tools)?;
    let server = || -> anyhow::Result<Server> {
        let server = Server::start(driver.protocol)?;
        if let Some(script) = &driver.prepare {
            server.prepare(&tests.folder().join(script), &tools.bounds)?;
        }
        Ok(server)
    };
    let direct = {
        task.doing("directly");
        let server = server()?;
        let port = server.port();
        let mut outcomes = tests.run(driver, None, port, tools)?;
        let failed: Vec<String> = outcomes
            .iter()
            .filter(|(_, (outcome, _))| *outcome == Outcome::Fails)
            .map(|(name, _)| name.clone())
            .collect();
        again(&tests, driver, &failed, port, tools, &mut outcomes)?;
        outcomes
    };
    task.doing("through the proxy");
    let server = server()?;
    let proxy = server.proxy(warp, scratch.path(), &tools.bounds)?;
    let port = proxy.address().port();
    let proxied = tests
        .run(driver, None, port, tools)
        .with_context(|| proxy.report())?;
    let mut found = Found { direct, proxied };
    let failed: Vec<String> = found
        .differences()
        .map(|(name, _)| name.to_owned())
        .collect();
    again(&tests, driver, &failed, port, tools, &mut found.proxied)?;
    let differ = found.differences().count();
    task.done(&format!("{} tests, {differ} differ", found.names().len()));
    Ok(found)
}

/// Runs tests alone, a few times, until they pass.
fn again(
    tests: &Tests,
    driver: &Driver,
    names: &[String],
    port: u16,
    tools: &Tools,
    outcomes: &mut Outcomes,
) -> anyhow::Result<()> {
    for _ in 0..ALONE {
        let whole: BTreeSet<&str> = names
            .iter()
            .filter(|name| outcome(outcomes, name) != Outcome::Passes)
            .map(|name| tests.whole(name))
            .collect();
        for name in whole {
            let alone = tests.run(driver, Some(name), port, tools)?;
            let passed = alone
                .into_iter()
                .filter(|(name, (outcome, _))| {
                    *outcome == Outcome::Passes || !outcomes.contains_key(name)
                })
                .collect::<Vec<_>>();
            outcomes.extend(passed);
        }
    }
    Ok(())
}

impl Run {
    fn add(&mut self, name: &str, driver: &Driver, found: &Found, causes: &mut Causes) {
        let names = found.names();
        let counts =
            |outcomes: &Outcomes| Counts::of(names.iter().map(|name| outcome(outcomes, name)));
        self.table.drivers.push(Tried {
            driver: name.to_owned(),
            version: driver.source.version().to_owned(),
            protocol: driver.protocol,
            direct: counts(&found.direct),
            proxied: counts(&found.proxied),
        });
        let known = causes.remove(name).unwrap_or_default();
        let mut used = BTreeSet::new();
        for (test, proxied) in found.differences() {
            let cause =
                known
                    .iter()
                    .find(|(whole, _)| covers(whole, test))
                    .map(|(whole, cause)| {
                        used.insert(whole.clone());
                        cause.clone()
                    });
            if cause.is_none() {
                let mut account = format!("{name} {test}: differs");
                if let Some((_, said)) = found.proxied.get(test) {
                    let _ = write!(account, "\n{said}");
                }
                self.wrong.push(account);
            }
            self.table.rows.push(Row {
                driver: name.to_owned(),
                test: test.to_owned(),
                proxied,
                cause,
            });
        }
        let stale = known.into_iter().filter(|(test, _)| !used.contains(test));
        causes.insert(name.to_owned(), stale.collect());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compat::recorded_with_its_page;

    fn outcomes(outcomes: &[(&str, Outcome)]) -> Outcomes {
        let outcomes = outcomes.iter();
        outcomes
            .map(|(name, outcome)| ((*name).to_owned(), (*outcome, String::new())))
            .collect()
    }

    fn judged(causes: &[(&str, &str)]) -> (Run, Causes) {
        let text = "protocol = 'redis'\n[source.go]\nmodule = 'm'\nversion = '1'\nsum = ''\n";
        let driver: Driver = toml_edit::de::from_str(text).unwrap();
        let found = Found {
            direct: outcomes(&[
                ("A", Outcome::Passes),
                ("A/part", Outcome::Passes),
                ("B", Outcome::Passes),
                ("C", Outcome::Fails),
            ]),
            proxied: outcomes(&[
                ("A", Outcome::Fails),
                ("B", Outcome::Passes),
                ("C", Outcome::Fails),
            ]),
        };
        let causes = causes.iter();
        let causes = causes.map(|(test, cause)| ((*test).to_owned(), (*cause).to_owned()));
        let mut causes = Causes::from([("d".to_owned(), causes.collect())]);
        let mut run = Run {
            table: Table::new(),
            wrong: vec![],
        };
        run.add("d", &driver, &found, &mut causes);
        (run, causes)
    }

    #[test]
    fn a_test_that_passes_directly_alone_is_a_difference() {
        let (run, _) = judged(&[]);
        assert_eq!(run.wrong.len(), 2, "{:?}", run.wrong);
        let [tried] = &run.table.drivers[..] else {
            panic!("one driver")
        };
        assert_eq!((tried.direct.passed, tried.direct.failed), (3, 1));
        assert_eq!((tried.proxied.passed, tried.proxied.failed), (1, 3));
    }

    #[test]
    fn the_page_is_made_of_the_data_and_every_difference_has_a_cause() {
        let table: Table = recorded_with_its_page();
        let drivers: Vec<_> = table.drivers.iter().map(|tried| &tried.driver).collect();
        assert_eq!(drivers, pins::drivers().unwrap().keys().collect::<Vec<_>>());
        for row in &table.rows {
            assert!(row.cause.is_some(), "{row:?}");
        }
    }

    #[test]
    fn an_explanation_holds_for_parts_and_must_be_needed() {
        let (run, causes) = judged(&[("A", "so"), ("B", "not so")]);
        assert_eq!(run.wrong, [""; 0]);
        assert_eq!(run.table.rows.len(), 2);
        let stale: Vec<_> = causes["d"].keys().collect();
        assert_eq!(stale, ["B"]);
    }
}
