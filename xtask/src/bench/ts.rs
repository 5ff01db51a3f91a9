//! TypeScript: what our patches make of componentize-js's builds, and how fast a
//! service answers, beside the same sources under Node.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Context;
use warpgrid_series::process::Cancel;
use warpgrid_test_harness::npm;
use warpgrid_test_harness::process::{self, Bounds, Finished};

use super::row::{Goal, Row};
use super::serving::{self, Goals};
use super::{megabytes, programs};
use crate::test_all::bounds;
use crate::test_all::matrix::Bench;
use crate::workspace;

const BUILD: &str = "xtask/bench/ts/build.mjs";
/// Lays the unpatched package and the patched one side by side.
const MATERIALIZE: &str = "crates/warpgrid-js/js/tests/componentize/materialize.mjs";
/// The most that one build may take, in minutes.
const MINUTES: u64 = 20;

const GOALS: Goals = Goals {
    native: "Node",
    http: "Hono",
    driver: "pg",
    rate: 0.1,
    plain: 8.0,
    query: 8.0,
    fresh: 40.0,
};

/// The rows of `bench ts`.
pub fn measure(rounds: u32, cancel: &Cancel) -> anyhow::Result<Vec<Row>> {
    let warp = programs::warp(cancel)?;
    let bench = Bench::with(warp, cancel);
    let mut rows = builds(rounds, &bounds(MINUTES, cancel))?;
    rows.extend(serving::rows(&bench.ts_bench()?, rounds, &GOALS)?);
    Ok(rows)
}

/// Builds by the patched componentize-js beside those by the stock one.
fn builds(rounds: u32, bounds: &Bounds) -> anyhow::Result<Vec<Row>> {
    let root = workspace::root();
    npm::install(&root, bounds)?;
    let scratch = tempfile::Builder::new()
        .prefix("warpgrid-bench-ts-")
        .tempdir()?;
    let packages = scratch.path().join("packages");
    let mut materialize = Command::new("node");
    materialize.arg(root.join(MATERIALIZE)).arg(&packages);
    process::run(&mut materialize, bounds).and_then(Finished::success)?;
    let output = |name: &str| scratch.path().join(name).with_extension("wasm");
    let build = |name: &str, cache: Option<PathBuf>| -> anyhow::Result<f64> {
        let mut node = Command::new("node");
        node.arg(root.join(BUILD))
            .arg(packages.join(name))
            .arg(output(name));
        node.args(cache);
        seconds(&process::run(&mut node, bounds)?.success()?)
    };
    let kept = scratch.path().join("kept");
    build("patched", Some(kept.clone()))?;
    let (mut stock, mut cold, mut warm) = (Vec::new(), Vec::new(), Vec::new());
    for round in 1..=rounds {
        eprintln!("builds, round {round} of {rounds}");
        stock.push(build("stock", None)?);
        let empty = scratch.path().join(format!("empty-{round}"));
        cold.push(build("patched", Some(empty))?);
        warm.push(build("patched", Some(kept.clone()))?);
    }
    let size = |name: &str| -> anyhow::Result<f64> { megabytes(&output(name)) };
    let row = |name, ours: &[f64], goal| Row::new(name, "s", ours, &stock, Goal::AtMost(goal));
    Ok(vec![
        row("componentize-js, the first build", &cold, 1.1),
        row("componentize-js, a build after it", &warm, 0.8),
        Row::new(
            "componentize-js, size",
            "MB",
            &[size("patched")?],
            &[size("stock")?],
            Goal::AtMost(1.01),
        ),
    ])
}

/// What the build printed, in milliseconds.
fn seconds(finished: &Finished) -> anyhow::Result<f64> {
    let text = String::from_utf8_lossy(&finished.stdout);
    let last = text.lines().last().unwrap_or_default();
    let milliseconds: f64 = last
        .parse()
        .with_context(|| format!("no figure in\n{finished}"))?;
    Ok(milliseconds / 1000.0)
}
