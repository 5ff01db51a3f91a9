//! What Node checks: node-compat's types, and the series on componentize-js beside
//! the stock package.

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

/// The counts, with the types as one test, and what failed.
pub fn run(root: &Path, cancel: &Cancel) -> (Counts, Option<String>) {
    let bounds = bounds(MINUTES, cancel);
    let mut node = Command::new("node");
    node.args(["--test", "--test-reporter=tap", TESTS]);
    let tested = types(root, &bounds).and_then(|_| process::run(node.current_dir(root), &bounds));
    match tested {
        Ok(finished) => counted(&finished),
        Err(error) => (Counts::one(Status::Failed), Some(format!("{error:#}"))),
    }
}

/// Installs what the workspace's lock file names, and checks the types.
fn types(root: &Path, bounds: &Bounds) -> anyhow::Result<Finished> {
    npm::install(root, bounds)?;
    let mut npm = Command::new("npm");
    npm.args([
        "run",
        "check",
        "--silent",
        "--workspace",
        "@warpgrid/node-compat",
    ]);
    process::run(npm.current_dir(root), bounds)?.success()
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
