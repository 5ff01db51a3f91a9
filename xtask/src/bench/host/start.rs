//! From a file to the end of the first run, with its code in the cache.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;
use serde::Deserialize;
use warpgrid_series::process::Cancel;
use warpgrid_store::{Key, Store};
use warpgrid_test_harness::process::{self, Bounds, Finished};

use crate::bench::programs;
use crate::bench::row::{Goal, Row};
use crate::test_all::bounds;
use crate::workspace;

/// The most that npm and componentize may take, in minutes.
const MINUTES: u64 = 10;
/// In milliseconds.
const GOAL: f64 = 2.0;
/// A lock file would name the packages of this machine only.
const NPM: &[&str] = &["install", "--no-package-lock", "--no-audit", "--no-fund"];
const FILES: &[&str] = &["package.json", "build.mjs", "main.js", "main.wit"];

/// In microseconds.
#[derive(Deserialize)]
struct Started {
    ours: f64,
    bare: f64,
}

pub fn row(rounds: u32, cancel: &Cancel) -> anyhow::Result<Row> {
    let bounds = bounds(MINUTES, cancel);
    let component = component(&bounds)?;
    let program = programs::program("start_up", cancel)?;
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    // The first compiles.
    for round in 0..=rounds {
        eprintln!("start, round {round} of {rounds}");
        let finished = process::run(Command::new(&program).arg(&component), &bounds)
            .and_then(Finished::success)?;
        let started: Started = serde_json::from_slice(&finished.stdout)
            .with_context(|| format!("no figures in\n{finished}"))?;
        if round > 0 {
            ours.push(started.ours / 1000.0);
            bare.push(started.bare / 1000.0);
        }
    }
    let bytes = std::fs::metadata(&component)?.len();
    let name = format!(
        "code that is deserialized, start of a component of {:.0} MB",
        bytes as f64 / 1e6
    );
    Ok(Row::new(name, "ms", &ours, &bare, Goal::Within(GOAL)))
}

/// A JavaScript program with its engine, by stock componentize-js: the largest
/// components that people have. Made once and kept in the store.
fn component(bounds: &Bounds) -> anyhow::Result<PathBuf> {
    let source = workspace::root().join("xtask/bench/start");
    let mut key = Key::new("bench-start");
    for name in FILES {
        let bytes = std::fs::read(source.join(name))
            .with_context(|| format!("cannot read {}", source.join(name).display()))?;
        key = key.field(name, bytes);
    }
    let entry = Store::open_default()?.get_or_build(&key.finish(), |staging| {
        let scratch = staging.scratch()?;
        for name in FILES {
            std::fs::copy(source.join(name), scratch.join(name))?;
        }
        run("npm", NPM, &scratch, bounds)?;
        let output = staging.content().display().to_string();
        run("node", &["build.mjs", &output], &scratch, bounds)
    });
    Ok(workspace::built(entry)?.path)
}

fn run(program: &str, args: &[&str], directory: &Path, bounds: &Bounds) -> anyhow::Result<()> {
    process::run(
        Command::new(program).args(args).current_dir(directory),
        bounds,
    )
    .and_then(Finished::success)
    .map(drop)
    .with_context(|| format!("{program} is of Debian's packages nodejs and npm"))
}
