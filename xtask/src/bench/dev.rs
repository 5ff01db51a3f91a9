//! `warp dev`: what passes from a file that is saved to the first answer that shows it.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use tempfile::TempDir;
use warpgrid_series::process::Cancel;
use warpgrid_test_harness::http::{self, Request};
use warpgrid_test_harness::npm;
use warpgrid_test_harness::service::Service;

use super::programs;
use super::row::{Goal, Row};
use crate::test_all::matrix::{Bench, Stage};
use crate::test_all::rows::{BUN_BENCH, TS_BENCH};
use crate::workspace;

/// How often a file is saved in a round.
const EDITS: usize = 5;
/// The most that one may take to be answered.
const WITHIN: Duration = Duration::from_secs(60);
/// How long nobody asks, so that asking takes nothing from who answers.
const PAUSE: Duration = Duration::from_millis(2);
/// What is edited, and what the services answer with it.
const MAIN: &str = "src/main.ts";
const TEXT: &str = "users in Postgres";

/// The rows of `bench dev`.
pub fn measure(rounds: u32, cancel: &Cancel) -> anyhow::Result<Vec<Row>> {
    let bench = Bench::with(programs::warp(cancel)?, cancel);
    let row = |app: &str, name: &str, most: f64| {
        let stage = bench.row(app)?;
        let (mut ours, mut native) = (Vec::new(), Vec::new());
        for round in 1..=rounds {
            eprintln!("{app}, round {round} of {rounds}");
            ours.extend(edits(&stage, Way::Component)?);
            native.extend(edits(&stage, Way::Native)?);
        }
        anyhow::Ok(Row::new(name, "ms", &ours, &native, Goal::Within(most)))
    };
    Ok(vec![
        row(BUN_BENCH, "Bun started anew, from save to answer", 300.0)?,
        row(TS_BENCH, "Node started anew, from save to answer", 2000.0)?,
    ])
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Component,
    Native,
}

/// Milliseconds from each save to the first answer that shows it.
fn edits(stage: &Stage<'_>, way: Way) -> anyhow::Result<Vec<f64>> {
    let project = copy(&stage.app)?;
    let configuration = stage.configuration()?;
    let path = npm::path_with(&npm::bun(&workspace::root(), &stage.bounds)?)?;
    let service = Service::start(&stage.bounds, |address| {
        let mut command = Command::new(stage.warp());
        command.arg("dev").arg(project.path()).arg("--listen");
        command.arg(address.to_string());
        command.arg("--config").arg(&configuration);
        command.env("PATH", &path);
        if way == Way::Native {
            let mut told = Command::new("true");
            told.env("LISTEN", address.to_string());
            stage.databases.describe(&mut told);
            command.arg("--native");
            for (name, value) in told.get_envs() {
                let (name, value) = (name.display(), value.unwrap_or_default().display());
                command.arg(format!("--env={name}={value}"));
            }
        }
        command
    })?;
    until(&service, TEXT)?;
    let file = project.path().join(MAIN);
    let source = std::fs::read_to_string(&file)?;
    ensure!(source.contains(TEXT), "{MAIN} says nothing of {TEXT}");
    let mut times = Vec::new();
    for number in 0..EDITS {
        let text = format!("edit {number} of {TEXT}");
        let saved = Instant::now();
        std::fs::write(&file, source.replace(TEXT, &text))?;
        until(&service, &text)?;
        times.push(saved.elapsed().as_secs_f64() * 1000.0);
        let health = http::send(service.address(), Request::Get("/health"))?;
        ensure!(health.status == 200, "{health}\n{}", service.report());
    }
    Ok(times)
}

/// The app's sources in a folder of their own, with the app's packages.
fn copy(app: &Path) -> anyhow::Result<TempDir> {
    let project = tempfile::Builder::new()
        .prefix("warpgrid-bench-dev-")
        .tempdir()?;
    let put = |name: &Path| {
        std::fs::copy(app.join(name), project.path().join(name))
            .with_context(|| format!("cannot copy {}", name.display()))
    };
    for name in ["package.json", "tsconfig.json", "warp.toml"] {
        put(Path::new(name))?;
    }
    std::fs::create_dir(project.path().join("src"))?;
    for file in std::fs::read_dir(app.join("src"))? {
        put(&Path::new("src").join(file?.file_name()))?;
    }
    let packages = "node_modules";
    std::os::unix::fs::symlink(app.join(packages), project.path().join(packages))?;
    Ok(project)
}

/// Until the service answers with this text.
fn until(service: &Service, text: &str) -> anyhow::Result<()> {
    let deadline = Instant::now() + WITHIN;
    loop {
        let answer = http::send(service.address(), Request::Get("/"));
        let shown = answer.as_ref().is_ok_and(|answer| {
            answer.status == 200 && String::from_utf8_lossy(&answer.body).contains(text)
        });
        if shown {
            return Ok(());
        }
        ensure!(
            Instant::now() < deadline,
            "`{text}` is not answered: {answer:?}\n{}",
            service.report()
        );
        std::thread::sleep(PAUSE);
    }
}
