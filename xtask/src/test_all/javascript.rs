//! What Node and Bun check: the packages' types, the series on componentize-js beside
//! the stock package, and the polyfills of Bun's interfaces beside Bun's own.

use std::path::Path;
use std::process::Command;

use warpgrid_series::process::Cancel;
use warpgrid_test_harness::npm;
use warpgrid_test_harness::process::{self, Bounds, Finished};

use super::bounds;
use super::report::{Counts, Status};

/// The most that all of it may take, in minutes.
const MINUTES: u64 = 20;
/// Where the tests are.
const TESTS: &str = "crates/warpgrid-js/js/tests/";
/// The package whose tests Bun runs.
const POLYFILLS: &str = "packages/bun-polyfills";
/// Those whose types are checked.
const TYPED: &[&str] = &["@warpgrid/node-compat", "@warpgrid/bun-polyfills"];

/// The counts, with the types as one test, and what failed.
pub fn run(root: &Path, cancel: &Cancel) -> (Counts, Option<String>) {
    let bounds = bounds(MINUTES, cancel);
    let mut node = Command::new("node");
    node.args(["--test", "--test-reporter=tap", TESTS]);
    let tested = types(root, &bounds).and_then(|()| process::run(node.current_dir(root), &bounds));
    let polyfills = npm::bun(root, &bounds).and_then(|bun| {
        let mut bun = Command::new(bun);
        process::run(bun.arg("test").current_dir(root.join(POLYFILLS)), &bounds)
    });
    let (nodes, by_node) = said(tested, counted);
    let (buns, by_bun) = said(polyfills, counted_by_bun);
    let counts = Counts {
        passed: nodes.passed + buns.passed,
        failed: nodes.failed + buns.failed,
        skipped: nodes.skipped + buns.skipped,
    };
    let causes: Vec<_> = by_node.into_iter().chain(by_bun).collect();
    (counts, (!causes.is_empty()).then(|| causes.join("\n")))
}

/// The counts of what ran, or one failure of what could not be run.
fn said(
    tested: anyhow::Result<Finished>,
    counted: impl Fn(&Finished) -> (Counts, Option<String>),
) -> (Counts, Option<String>) {
    match tested {
        Ok(finished) => counted(&finished),
        Err(error) => (Counts::one(Status::Failed), Some(format!("{error:#}"))),
    }
}

/// Installs what the workspace's lock file names, and checks the types.
fn types(root: &Path, bounds: &Bounds) -> anyhow::Result<()> {
    npm::install(root, bounds)?;
    for package in TYPED {
        let mut npm = Command::new("npm");
        npm.args(["run", "check", "--silent", "--workspace", package]);
        process::run(npm.current_dir(root), bounds)?.success()?;
    }
    Ok(())
}

/// The counts that Bun's tests end with: ` 38 pass`.
fn counted_by_bun(finished: &Finished) -> (Counts, Option<String>) {
    let output = String::from_utf8_lossy(&finished.stderr);
    let count = |what: &str| {
        let mut lines = output.lines();
        lines
            .find_map(|line| line.strip_suffix(what)?.trim().parse::<u64>().ok())
            .unwrap_or(0)
    };
    let mut counts = Counts {
        passed: count(" pass"),
        failed: count(" fail"),
        skipped: count(" skip") + count(" todo"),
    };
    if finished.status.success() && counts.passed > 0 {
        return (counts, None);
    }
    counts.failed = counts.failed.max(1);
    (counts, Some(finished.to_string()))
}

/// The counts that the Test Anything Protocol's output ends with.
fn counted(finished: &Finished) -> (Counts, Option<String>) {
    let output = String::from_utf8_lossy(&finished.stdout);
    let count = |what: &str| {
        let line = output.lines().find_map(|line| line.strip_prefix(what));
        line.and_then(|number| number.trim().parse().ok())
            .unwrap_or(0)
    };
    let mut counts = Counts {
        passed: 1 + count("# pass "),
        failed: count("# fail ") + count("# cancelled "),
        skipped: count("# skipped ") + count("# todo "),
    };
    if finished.status.success() && counts.passed > 1 {
        return (counts, None);
    }
    counts.failed = counts.failed.max(1);
    let failed: Vec<_> = output
        .lines()
        .filter(|line| line.trim_start().starts_with("not ok "))
        .map(str::trim)
        .collect();
    (counts, Some(format!("{}\n{finished}", failed.join(", "))))
}
