//! Tests of Go's standard library: natively, by stock Go for wasip1, and with
//! our overlay.

mod binaries;
mod causes;
mod runs;
mod table;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use warpgrid_series::process::Cancel;
use warpgrid_test_harness::process::Bounds;

use super::test2json::{Counts, Outcome, Outcomes, covers, outcome};
use crate::progress::Task;
use crate::test_all::suites;
use crate::workspace;
use binaries::{Builder, Go, Way};
use causes::{Causes, FILE};
use runs::Tests;
use table::{Row, Table, Tried};

/// The packages that the overlay is about.
const PACKAGES: &[&str] = &["net", "net/http", "os", "time"];
/// How long one build or one run of a package's tests may take.
const LIMIT: Duration = Duration::from_secs(30 * 60);
/// How often a test that fails beside others is run alone before that counts.
const ALONE: usize = 2;
/// Where the data and the page stand in the repository.
const DATA: &str = "compat/go-std.json";
const PAGE: &str = "docs/domains/go-tests.md";

/// What a run found.
pub struct Run {
    table: Table,
    /// Tests that pass with stock and not with ours and have no explanation,
    /// each with its account, and explanations of nothing.
    wrong: Vec<String>,
}

impl super::Run for Run {
    const NAME: &str = "go-std";

    fn json(&self) -> serde_json::Result<String> {
        serde_json::to_string(&self.table)
    }

    fn files(&self) -> anyhow::Result<[(PathBuf, String); 2]> {
        let root = workspace::root();
        Ok([
            (root.join(DATA), self.table.to_json()?),
            (root.join(PAGE), self.table.to_markdown()),
        ])
    }

    fn verdict(&self) -> anyhow::Result<()> {
        ensure!(
            self.wrong.is_empty(),
            "{} of Go's own tests are not as {FILE} says\n{}",
            self.wrong.len(),
            self.wrong.join("\n\n")
        );
        Ok(())
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
    let path = workspace::root().join(DATA);
    if only.is_empty() || !path.is_file() {
        return Ok(Table::new(version.to_owned()));
    }
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("cannot read {}", path.display()))?;
    let mut table: Table =
        serde_json::from_str(&text).with_context(|| path.display().to_string())?;
    let tried = |name: &str| only.iter().any(|tried| tried == name);
    table.packages.retain(|known| !tried(&known.package));
    table
        .rows
        .retain(|row| !tried(row.test.split(' ').next().unwrap_or_default()));
    version.clone_into(&mut table.go);
    Ok(table)
}

/// A package's tests, every way.
struct Found {
    native: Outcomes,
    stock: Outcomes,
    ours: Outcomes,
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

impl Found {
    /// Tests that pass natively or with stock, and not with ours.
    fn differences(&self) -> impl Iterator<Item = &str> {
        let names: BTreeSet<&str> = self
            .native
            .iter()
            .chain(&self.stock)
            .filter(|(_, (outcome, _))| *outcome == Outcome::Passes)
            .map(|(name, _)| name.as_str())
            .collect();
        names
            .into_iter()
            .filter(|name| outcome(&self.ours, name) != Outcome::Passes)
    }
}

impl Found {
    /// Whether it is a part of a test: one that is not begun, since its whole
    /// skips itself, fails before it, or has other parts here.
    fn is_part(&self, test: &str) -> bool {
        let known = |name: &str| self.native.contains_key(name) || self.stock.contains_key(name);
        test.match_indices('/').any(|(at, _)| known(&test[..at]))
    }
}

impl Run {
    fn add(&mut self, package: &str, found: &Found, causes: &mut Causes) {
        let counts =
            |outcomes: &Outcomes| Counts::of(outcomes.values().map(|(outcome, _)| *outcome));
        self.table.packages.push(Tried {
            package: package.to_owned(),
            native: counts(&found.native),
            stock: counts(&found.stock),
            ours: counts(&found.ours),
        });
        let mut rows: Vec<Row> = Vec::new();
        // Backwards, so that parts come before their whole.
        let differences: Vec<&str> = found.differences().collect();
        for test in differences.into_iter().rev() {
            let said = found.ours.get(test).map_or("", |(_, said)| said);
            let mut row = Row {
                test: test.to_owned(),
                native: outcome(&found.native, test),
                stock: outcome(&found.stock, test),
                ours: outcome(&found.ours, test),
                cause: None,
            };
            if row.ours == Outcome::NotRun && found.is_part(test) {
                continue;
            }
            let words = causes::own_words(row.ours, said);
            row.cause = causes.explain(test, said);
            if row.cause.is_none() && words.is_none() {
                let mut parts = rows
                    .iter()
                    .filter(|part| covers(test, &part.test))
                    .peekable();
                let explained = parts.peek().is_some() && parts.all(|part| part.cause.is_some());
                row.cause = explained.then(|| "parts of it do".to_owned());
            }
            if row.cause.is_none() && row.stock == Outcome::Passes {
                self.wrong.push(format!(
                    "{test}: passes with stock Go and not with ours\n{said}"
                ));
            } else {
                row.cause = row
                    .cause
                    .take()
                    .or_else(|| row.built_for_neither())
                    .or(words);
            }
            rows.push(row);
        }
        self.table.rows.extend(rows);
    }
}

impl Row {
    /// Go's own sources leave it out for this target.
    fn built_for_neither(&self) -> Option<String> {
        (self.stock == Outcome::NotRun && self.ours == Outcome::NotRun)
            .then(|| "is not there for wasip1".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcomes(outcomes: &[(&str, Outcome, &str)]) -> Outcomes {
        outcomes
            .iter()
            .map(|(name, outcome, said)| ((*name).to_owned(), (*outcome, (*said).to_owned())))
            .collect()
    }

    #[test]
    fn what_passes_with_stock_must_pass_or_be_explained() {
        use Outcome::{Fails, Passes, Skipped};
        let native = ["p A", "p A/part", "p B", "p C"].map(|name| (name, Passes, ""));
        let stock = ["p A", "p E", "p F", "p F/one"].map(|name| (name, Passes, ""));
        let found = Found {
            native: outcomes(&native),
            stock: outcomes(&stock),
            ours: outcomes(&[
                ("p A", Fails, "    a_test.go:1: why\n"),
                ("p B", Skipped, "    a_test.go:2: no time\n"),
                ("p E", Fails, ""),
                ("p F", Fails, "--- FAIL: F\n"),
                ("p F/one", Fails, "    a_test.go:3: no sockets\n"),
            ]),
        };
        let text = "[tests]\n'p E' = 'so'\n[said]\n'no sockets' = 'no network'\n";
        let mut causes: Causes = toml_edit::de::from_str(text).unwrap();
        let mut run = Run {
            table: Table::new("go1".to_owned()),
            wrong: Vec::new(),
        };
        run.add("p", &found, &mut causes);
        run.table.sort();
        let rows: Vec<_> = run
            .table
            .rows
            .iter()
            .map(|row| (row.test.as_str(), row.cause.as_deref()))
            .collect();
        assert_eq!(
            rows,
            [
                ("p A", None),
                ("p B", Some("no time")),
                ("p C", Some("is not there for wasip1")),
                ("p E", Some("so")),
                ("p F", Some("parts of it do")),
                ("p F/one", Some("no network")),
            ]
        );
        assert_eq!(run.wrong.len(), 1, "{:?}", run.wrong);
        assert!(run.wrong[0].starts_with("p A: "), "{:?}", run.wrong);
        assert_eq!(causes.stale().count(), 0);
    }

    /// `BLESS=1` writes the page of the data anew.
    #[test]
    fn the_page_is_made_of_the_data() {
        let root = workspace::root();
        let text = std::fs::read_to_string(root.join(DATA)).unwrap();
        let table: Table = serde_json::from_str(&text).unwrap();
        assert_eq!(table.to_json().unwrap(), text);
        let packages: Vec<_> = table.packages.iter().map(|tried| &tried.package).collect();
        assert_eq!(packages, PACKAGES);
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(root.join(PAGE), table.to_markdown()).unwrap();
        }
        let page = std::fs::read_to_string(root.join(PAGE)).unwrap();
        assert!(
            page == table.to_markdown(),
            "{PAGE} is another; run `cargo xtask compat go-std`"
        );
    }
}
