//! What Bun checks: `packages/bun-host` with components that `warp` packs and real
//! servers, and each patch in `bun-patches` on the stock package and the patched one.

use std::path::Path;
use std::process::Command;

use anyhow::Context as _;
use serde_json::json;
use warpgrid_series::process::Cancel;
use warpgrid_test_harness::components::Packing;
use warpgrid_test_harness::npm;
use warpgrid_test_harness::process::{self, Finished};

use super::matrix::{Bench, Stage};
use super::report::{Counts, Status};
use super::rows::{GO_BENCH, SAMPLE, TS_BENCH};
use super::{bounds, service, suites};

/// The most that all of it may take, in minutes.
const MINUTES: u64 = 30;
const PACKAGE: &str = "packages/bun-host";
/// A program that says what it finds of its host.
const GUEST: &str = "tests/guest";
/// The services that answer inside Bun as they do under `warp run`.
const SERVICES: &[&str] = &[
    SAMPLE,
    GO_BENCH,
    TS_BENCH,
    "t11-ts-redis-client",
    "t12-ts-drivers",
];

/// The counts, with the types as one test, and what failed.
pub fn run(root: &Path, cancel: &Cancel) -> (Counts, Option<String>) {
    match tested(root, cancel) {
        Ok(finished) => counted(&finished),
        Err(error) => (Counts::one(Status::Failed), Some(format!("{error:#}"))),
    }
}

fn tested(root: &Path, cancel: &Cancel) -> anyhow::Result<Finished> {
    let bounds = bounds(MINUTES, cancel);
    let bun = npm::bun(root, &bounds)?;
    let mut check = Command::new("npm");
    check.args([
        "run",
        "check",
        "--silent",
        "--workspace",
        "@warpgrid/bun-host",
    ]);
    process::run(check.current_dir(root), &bounds)?.success()?;
    let warp = suites::warp(cancel)?;
    let bench = Bench::with(warp.clone(), cancel);
    let stages = SERVICES
        .iter()
        .map(|name| bench.packed(name))
        .collect::<anyhow::Result<Vec<Stage<'_>>>>()?;
    let package = root.join(PACKAGE);
    let project = package.join(GUEST);
    let guest = Packing::with(warp.clone()).pack(&project, &bounds)?;
    let mut components = json!({
        "guest": { "component": guest.component, "config": project.join("warp.toml") },
    });
    for (name, stage) in SERVICES.iter().zip(&stages) {
        service::fill(stage)?;
        components[*name] = json!({
            "component": stage.packed.component,
            "config": stage.configuration()?,
        });
    }
    let scratch = tempfile::tempdir()?;
    let list = scratch.path().join("components.json");
    std::fs::write(&list, components.to_string())
        .with_context(|| format!("cannot write {}", list.display()))?;
    let mut command = Command::new(bun);
    command
        .arg("test")
        .env("WARPGRID_BUN_HOST_COMPONENTS", &list)
        .env("WARPGRID_WARP", warp)
        // What jco leaves behind goes with it.
        .env("TMPDIR", scratch.path())
        .current_dir(&package);
    process::run(&mut command, &bounds)
}

/// The counts that `bun test` ends with, each in a line of its own.
fn counted(finished: &Finished) -> (Counts, Option<String>) {
    let output = String::from_utf8_lossy(&finished.stderr);
    let count = |what: &str| -> Option<u64> {
        let lines = output
            .lines()
            .filter_map(|line| line.trim().split_once(' '));
        let mut numbers = lines.filter_map(|(number, word)| (word == what).then_some(number));
        numbers.next_back().and_then(|number| number.parse().ok())
    };
    let mut counts = Counts {
        passed: 1 + count("pass").unwrap_or(0),
        failed: count("fail").unwrap_or(0) + count("error").or(count("errors")).unwrap_or(0),
        skipped: count("skip").unwrap_or(0),
    };
    if finished.status.success() && counts.passed > 1 {
        return (counts, None);
    }
    counts.failed = counts.failed.max(1);
    let failed: Vec<_> = output
        .lines()
        .filter(|line| line.starts_with("(fail) "))
        .collect();
    (counts, Some(format!("{}\n{finished}", failed.join(", "))))
}
