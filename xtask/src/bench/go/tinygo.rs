//! The least service by both compilers of Go: standard Go beside TinyGo.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::Context;

use super::builds::Project;
use crate::bench::megabytes;
use crate::bench::row::{Goal, Row};
use crate::bench::serving::{FRESH, MANY, latency, limits, rate, start};
use crate::test_all::matrix::Stage;
use crate::workspace;

const PROGRAM: &str = "xtask/bench/go";
const COMPONENT: &str = "hello.wasm";
const PATH: &str = "/world";
/// Standard Go first: it is what the rows call ours.
const COMPILERS: [&str; 2] = ["go", "tinygo"];

/// What each compiler gives.
#[derive(Default)]
struct Found {
    build: Vec<f64>,
    size: Vec<f64>,
    compiling: Vec<f64>,
    fresh: Vec<f64>,
    rate: Vec<f64>,
}

pub fn rows(warp: &Path, stage: &Stage<'_>, rounds: u32) -> anyhow::Result<Vec<Row>> {
    let scratch = tempfile::Builder::new()
        .prefix("warpgrid-bench-tinygo-")
        .tempdir()?;
    let configuration = |name: &str, reuse| -> anyhow::Result<PathBuf> {
        let path = scratch.path().join(name);
        fs::write(&path, limits("", reuse)?)?;
        Ok(path)
    };
    let (reused, fresh) = (
        configuration("reused.toml", MANY)?,
        configuration("fresh.toml", FRESH)?,
    );
    let source = workspace::root().join(PROGRAM);
    let mut found: [Found; 2] = Default::default();
    let mut projects = Vec::new();
    for compiler in COMPILERS {
        let project = Project::copy(&source, scratch.path().join(compiler))?;
        project.time(pack(warp, compiler), &stage.bounds)?;
        projects.push(project);
    }
    for round in 1..=rounds {
        eprintln!("TinyGo, round {round} of {rounds}");
        for ((compiler, project), found) in COMPILERS.iter().zip(&projects).zip(&mut found) {
            project.change(round)?;
            let built = project.time(pack(warp, compiler), &stage.bounds)?;
            found.build.push(built);
            let component = project.source.join(COMPONENT);
            found.size.push(megabytes(&component)?);
            let empty = tempfile::tempdir().context("no temporary directory")?;
            let started = Instant::now();
            let one = start(stage, &component, &fresh, |command| {
                command.env("WARPGRID_CACHE_DIR", empty.path());
            })?;
            found.compiling.push(started.elapsed().as_secs_f64());
            found.fresh.push(latency(stage, &one, PATH)?);
            drop(one);
            let many = start(stage, &component, &reused, |_| {})?;
            found.rate.push(rate(stage, &many, PATH)?);
        }
    }
    let [go, tinygo] = found;
    let row = |name, unit, of: fn(&Found) -> &Vec<f64>, goal| {
        Row::new(name, unit, of(&go), of(&tinygo), goal)
    };
    Ok(vec![
        row(
            "TinyGo, a build after a change",
            "s",
            |it| &it.build,
            Goal::AtMost(1.0),
        ),
        row("TinyGo, size", "MB", |it| &it.size, Goal::AtMost(4.0)),
        row(
            "TinyGo, machine code and start",
            "s",
            |it| &it.compiling,
            Goal::AtMost(4.0),
        ),
        row(
            "TinyGo, a request on an instance of its own",
            "us",
            |it| &it.fresh,
            Goal::AtMost(10.0),
        ),
        row(
            "TinyGo, reused instances",
            "requests/s",
            |it| &it.rate,
            Goal::AtLeast(0.5),
        ),
    ])
}

fn pack(warp: &Path, compiler: &str) -> Command {
    let mut command = Command::new(warp);
    command.args(["pack", "--lang", "go", "--compiler", compiler]);
    command.args(["--strip", "-o", COMPONENT]);
    command
}
